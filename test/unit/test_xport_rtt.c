/* proto/xport: the interval of retransmission: the RFC's schedule, and how it follows the measured
 * round trips (RFC 2661, 5.8; Karn's rule, Jacobson's estimate). */
#include "transport.h"

#define FAR UINT64_C(0xffffffff) /* the low 32 bits of the time wrap here */

static void test_schedule(void)
{
    static const struct {
        const char *name;
        unsigned tries;
        uint32_t cap;
        const char *times; /* s of each sending again, and of giving up */
        unsigned cycle;
    } rows[] = {
        {"S5.8-10, S5.8-12, S5.8-15, S5.7-03 default", 5, 16000, "1 3 7 15 31 silent 47", 31},
        {"S5.8-13 cap 8", 5, 8000, "1 3 7 15 23 silent 31", 23},
        {"S5.8-14 a cap below 8 s is raised", 5, 4000, "1 3 7 15 23 silent 31", 23},
        {"S5.8-14 no cap given", 4, 0, "1 3 7 15 silent 23", 15},
        {"S5.8-16 twice", 2, 16000, "1 3 silent 7", 3},
        {"S5.8-16 not at all", 0, 16000, "silent 1", 0},
        {"S5.8-12 cap 60 s", 7, 60000, "1 3 7 15 31 63 123 silent 183", 123},
        {"S5.8-13 a cap that is no power of two", 5, 9000, "1 3 7 15 24 silent 33", 24},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t now = 5000;

        xport_init(&x, 4, rows[i].tries, rows[i].cap);
        put(&x, "m");
        burst(5000);
        is_str(silence(5000, &now), rows[i].times, rows[i].name);
        ok(tick(now) && tick(now + 1), "  and silent it stays");
        is_int((long long)xport_cycle_ms(rows[i].tries, rows[i].cap), rows[i].cycle * 1000LL,
               "  S5.7-03 cycle");
        end();
    }
}

/* One message after the other, each acknowledged so many ms after it first left, whatever was sent
 * again until then.  Returns the interval after each acknowledgement, with a star if the message
 * had been sent again, and the mean. */
static const char *follow(uint64_t now, const unsigned *rtt)
{
    static char line[256];
    size_t n = 0;

    for (; *rtt != 0; rtt++) {
        uint64_t back = now + *rtt;
        unsigned copies = 0;

        put(&x, "m");
        burst(now);
        while (x.due_resend < back && !tick(x.due_resend))
            copies += burst(x.due_resend - x.rto_ms);
        ack(back, x.ns_high);
        n += (size_t)snprintf(line + n, sizeof line - n, "%u%s ", x.rto_ms, copies > 0 ? "*" : "");
        now = back + 100;
    }
    snprintf(line + n, sizeof line - n, "rtt %u", xport_rtt_ms(&x));
    return line;
}

static void test_follow(void)
{
    static const struct {
        const char *name;
        uint32_t cap;
        unsigned rtt[20];
        const char *trace;
    } rows[] = {
        {"a near peer: the RFC's second is the least", 16000, {50, 50, 50, 50},
         "1000 1000 1000 1000 rtt 50"},
        {"600 ms: mean and four deviations, which shrink by a quarter", 16000,
         {600, 600, 600, 600, 600, 600}, "1800 1500 1275 1107 1000 1000 rtt 600"},
        {"a satellite, 3 s: what was sent twice tells nothing, but the interval stays doubled",
         16000, {3000, 3000, 3000, 3000, 3000, 3000, 3000, 3000, 3000, 3000, 3000, 3000},
         "2000* 4000* 9000 7500 6375 5532 4899 4425 4069 3802 3602 3452 rtt 3000"},
        {"S5.8-14 the same, with a cap of 4 s raised to 8", 4000,
         {3000, 3000, 3000, 3000, 3000, 3000}, "2000* 4000* 8000 7500 6375 5532 rtt 3000"},
        {"jitter", 16000, {100, 900, 100, 900, 100, 900, 100, 900, 100, 900},
         "1000 1150 1000 1599 1423 1858 1684 2008 1846 2095 rtt 414"},
        {"a sudden delay, and its end", 16000,
         {50, 50, 50, 2500, 2500, 2500, 2500, 50, 50, 50, 50},
         "1000 1000 1000 2000* 4000* 2849 4638 4137 3680 3267 2895 rtt 386"},
        {"S5.8-13 further away than the cap: it is never passed", 16000, {20000, 20000, 20000},
         "16000* 16000* 16000* rtt 0"},
        {"a delay that goes: the interval comes down again", 16000,
         {3000, 3000, 3000, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50},
         "2000* 4000* 9000 10081 10477 10411 10044 9491 8833 8127 7411 6711 6044 5419 4841 4312 "
         "3832 rtt 505"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        xport_init(&x, 4, XPORT_TRIES, rows[i].cap);
        is_str(follow(1000, rows[i].rtt), rows[i].trace, rows[i].name);
        end();
        xport_init(&x, 4, XPORT_TRIES, rows[i].cap);
        is_str(follow(FAR - 1000, rows[i].rtt), rows[i].trace, "  and over the clock's 32nd bit");
        end();
    }
}

/* Sends a message and, "times" times, sends it again at its time.  Returns when it left last. */
static uint64_t sent_again(uint64_t now, unsigned times)
{
    put(&x, "m");
    burst(now);
    while (times-- > 0) {
        now = x.due_resend;
        tick(now);
        burst(now);
    }
    return now;
}

static void test_karn(void)
{
    uint64_t now;

    begin(4);
    is_int(xport_rtt_ms(&x), 0, "nothing is measured yet");
    now = sent_again(1000, 2);
    is_int(x.rto_ms, 4000, "sent at 0, 1 and 3 s");
    ack(now + 10, 1);
    ok(xport_rtt_ms(&x) == 0, "Karn: the acknowledgement of what was sent again is no sample");
    is_int(x.rto_ms, 4000, "Karn: and the interval stays backed off");
    is_int(x.tries, 0, "but the tries begin anew");
    put(&x, "next");
    burst(5000);
    is_int((long long)x.due_resend, 9000, "S5.8-12 the next message waits as long");
    is_str(silence(5000, &now), "4 12 28 44 60 silent 76", "S5.8-12, S5.8-15 with all its tries");
    end();

    begin(4);
    sent_again(1000, 1);
    ack(2100, 1);
    put(&x, "a");
    put(&x, "b");
    burst(3000);
    ok(ack(3040, 3) && xport_rtt_ms(&x) == 40 && x.rto_ms == 1000,
       "Karn: one that was sent once sets it right");
    put(&x, "again");
    burst(4000);
    tick(5000);
    burst(5000);
    put(&x, "once");
    x.cwnd = 2;
    burst(5010);
    ok(ack(5020, 5) && xport_rtt_ms(&x) == 40 && x.rto_ms == 2000,
       "Karn: one Nr for what was sent twice and what was sent once is no sample");
    end();

    begin(4);
    put(&x, "late");
    burst(1000);
    tick(2000);
    ack(2000, 1);
    ok(xport_rtt_ms(&x) == 1000 && x.rto_ms == 3000,
       "an acknowledgement before the second copy has left is a sample");
    end();
}

static void test_sample(void)
{
    begin(4);
    put(&x, "0");
    burst(1000);
    ack(1000, 1);
    is_int(xport_rtt_ms(&x), 1, "quicker than the clock: 1 ms, for 0 is none");
    end();

    begin(4);
    put(&x, "0");
    burst(1000);
    ack(1200, 1);
    is_int(xport_rtt_ms(&x), 200, "the first sample is the mean");
    ack(1900, 1);
    ack(1900, 0);
    ack(1900, 9);
    take(&x, 1900, 0, 1, "from the peer");
    is_int(xport_rtt_ms(&x), 200, "a repeated Nr, an old one, one from the future are no samples");
    put(&x, "1");
    burst(2000);
    take(&x, 2280, 1, 2, "answer");
    is_int(xport_rtt_ms(&x), 210, "a message with an Nr is one: an eighth of what it is off");
    put(&x, "2");
    put(&x, "3");
    x.cwnd = 1;
    burst(3000);
    x.cwnd = 2;
    burst(3700);
    ack(3910, 4);
    is_int(xport_rtt_ms(&x), 210, "of several, the newest is what was answered");
    put(&x, "4");
    burst(4000);
    put(&x, "5");
    burst(4900);
    ack(4950, 5);
    is_int((long long)x.due_resend, 4950 + x.rto_ms, "progress begins the interval anew");
    end();
}

/* Patience is when silence comes if nothing is acknowledged; with several queued, at the latest. */
static void test_patience(void)
{
    static const struct {
        const char *name;
        unsigned tries, queued, again; /* of the first message; again: times sent again */
        uint32_t cap;
        uint64_t s;
    } rows[] = {
        {"fresh", 5, 1, 0, 16000, 47},         {"fresh, cap 8", 5, 1, 0, 8000, 31},
        {"sent again", 5, 1, 1, 16000, 46},    {"sent three times", 5, 1, 2, 16000, 44},
        {"the last try", 5, 1, 5, 16000, 16},  {"no tries", 0, 1, 0, 16000, 1},
        {"two queued", 5, 2, 0, 16000, 143},   {"two, cap 8", 5, 2, 0, 8000, 79},
        {"two, sent again", 5, 2, 2, 16000, 140},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t now = 1000, t0;

        xport_init(&x, 4, rows[i].tries, rows[i].cap);
        if (rows[i].queued > 1) {
            x.cwnd = 2;
            put(&x, "before");
        }
        t0 = sent_again(now, rows[i].again);
        is_int((long long)xport_patience_ms(&x), (long long)rows[i].s * 1000, rows[i].name);
        if (rows[i].queued > 1) {
            unsigned left = rows[i].tries - rows[i].again;

            while (left-- > 0) {
                tick(x.due_resend);
                burst(x.due_resend - x.rto_ms);
            }
            ack(x.due_resend - 1, 1);
            burst(x.due_resend - x.rto_ms);
        }
        silence(t0, &now);
        is_int((long long)(now - t0), (long long)rows[i].s * 1000 - (rows[i].queued > 1),
               "  and that is when it comes");
        end();
    }
    begin(4);
    is_int((long long)xport_patience_ms(&x), 47000, "nothing queued: as for what is sent now");
    sent_again(1000, 4);
    ack(17000, 1);
    is_int((long long)xport_patience_ms(&x), 6 * 16000, "backed off to the cap: six times the cap");
    end();
}

int main(void)
{
    test_schedule();
    test_follow();
    test_karn();
    test_sample();
    test_patience();
    return tap_done();
}
