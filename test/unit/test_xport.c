/* proto/xport: reliable delivery (RFC 2661, 5.8, Appendices A and B).  Every call goes through a
 * wrapper here that asks xport_check() afterwards. */
#include "proto/xport.h"

#include <stdlib.h>

#include "tap.h"
#include "wire/packet.h"

#define BODY_MOST 64

/* What left: its numbers, and the text that stands in its body. */
struct out {
    bool any;
    uint16_t ns, nr, session;
    char text[BODY_MOST];
};

static struct xport x;

static void begin(uint16_t window)
{
    xport_init(&x, window, XPORT_TRIES, XPORT_CAP_MS);
    xport_check(&x);
}

static void end(void)
{
    xport_free(&x);
}

static bool put(struct xport *of, const char *text)
{
    bool done = xport_send(of, 7, span_str(text));

    xport_check(of);
    return done;
}

static struct out poll_of(struct xport *of, uint64_t now)
{
    uint8_t room[256];
    struct wr w = wr_over(room, sizeof room);
    bool news = xport_has_news(of);
    struct out out = {.any = xport_poll(of, now, 99, &w)};
    struct packet p;

    xport_check(of);
    if (out.any != news || w.failed) {
        ok(false, "has_news and poll agree");
        exit(1);
    }
    if (!out.any)
        return out;
    if (packet_parse(span_of(room, wr_len(&w)), &p) != PACKET_GOOD || p.tunnel != 99) {
        ok(false, "what leaves is a control packet to the peer's tunnel");
        exit(1);
    }
    out.ns = p.ns;
    out.nr = p.nr;
    out.session = p.session;
    span_to_str(p.body, out.text, sizeof out.text);
    return out;
}

static enum xport_got take(struct xport *of, uint64_t now, uint16_t ns, uint16_t nr,
                           const char *text)
{
    bool acked;
    enum xport_got got = xport_input(of, now, ns, nr, 7, span_str(text), &acked);

    if (got != XPORT_DELIVER) /* in between, the early ones are still to be taken */
        xport_check(of);
    return got;
}

static bool ack(uint64_t now, uint16_t nr)
{
    bool acked;

    xport_input(&x, now, 0, nr, 0, span_of(NULL, 0), &acked);
    xport_check(&x);
    return acked;
}

/* Takes all that may leave now; how many messages, ZLBs left out. */
static unsigned burst(uint64_t now)
{
    unsigned n = 0;
    struct out out;

    while ((out = poll_of(&x, now)).any)
        n += out.text[0] != '\0';
    return n;
}

/* Windows. */

static void test_window(void)
{
    static const struct {
        const char *name;
        unsigned window, most;
    } rows[] = {
        {"S5.8-17 window 1: one at a time", 1, 1},
        {"S5.8-19 window 4: four outstanding", 4, 4},
        {"S5.8-17 window 8", 8, 8},
        {"window 32768: as far as congestion avoidance goes", 32768, 900},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned flying = 0, most = 0, sent = 0;

        begin(4);
        xport_set_peer_window(&x, (uint16_t)rows[i].window);
        for (int n = 0; n < 5000; n++) {
            while (put(&x, "m"))
                ;
            flying += burst(0);
            sent = flying > most ? flying : most;
            most = sent;
            ack(0, (uint16_t)(x.una + 1));
            flying--;
        }
        ok(rows[i].window > 8 ? most >= rows[i].most : most == rows[i].most, "%s (%u)",
           rows[i].name, most);
        end();
    }
    begin(4);
    for (int i = 0; i < 6; i++)
        put(&x, "m");
    is_int(burst(0), 1, "SA-01 the first burst is one message");
    ack(0, 1);
    is_int(burst(0), 2, "SA-03 then two");
    ack(0, 3);
    is_int(burst(0), 3, "S4.4.3-26 a peer that names no window has 4: the rest fits");
    end();
}

/* Reference 8.4: a: one message acknowledged, t: a retransmission; afterwards cwnd and ssthresh. */
static void test_congestion(void)
{
    static const struct {
        const char *name, *events;
        unsigned window, cwnd, ssthresh;
    } rows[] = {
        {"SA-01 start", "", 4, 1, 4},
        {"SA-03 window 4: a", "a", 4, 2, 4},
        {"SA-03 window 4: aa", "aa", 4, 3, 4},
        {"SA-03 window 4: aaa", "aaa", 4, 4, 4},
        {"SA-02 window 4: aaaa", "aaaa", 4, 4, 4},
        {"SA-02 window 4: many", "aaaaaaaaaaaaaaaaaaaaaaaaaa", 4, 4, 4},
        {"SA-02 window 2: many", "aaaaaaa", 2, 2, 2},
        {"SA-02 window 1: many", "aaaaaaa", 1, 1, 1},
        {"window 8: seven", "aaaaaaa", 8, 8, 8},
        {"SA-05 window 8: t", "aaaaaaat", 8, 1, 4},
        {"window 8: ta", "aaaaaaata", 8, 2, 4},
        {"window 8: taa", "aaaaaaataa", 8, 3, 4},
        {"window 8: taaa", "aaaaaaataaa", 8, 4, 4},
        {"SA-04 window 8: three more", "aaaaaaataaaaaa", 8, 4, 4},
        {"SA-04 window 8: the fourth", "aaaaaaataaaaaaa", 8, 5, 4},
        {"SA-04 window 8: four more", "aaaaaaataaaaaaaaaaa", 8, 5, 4},
        {"SA-04 window 8: the fifth", "aaaaaaataaaaaaaaaaaa", 8, 6, 4},
        {"SA-05 the fraction is forgotten", "aaaaaaataaaaaat", 8, 1, 2},
        {"SA-05 never below 1", "t", 4, 1, 1},
        {"A-28 cwnd 1 again", "tt", 4, 1, 1},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t now = 1;
        bool silent = false;

        begin(4);
        xport_set_peer_window(&x, (uint16_t)rows[i].window);
        for (const char *e = rows[i].events; *e != '\0'; e++) {
            put(&x, "m");
            put(&x, "m");
            burst(now);
            if (*e == 'a') {
                ack(now, (uint16_t)(x.una + 1));
            } else {
                now = x.due_resend;
                silent = silent || xport_tick(&x, now);
                xport_check(&x);
            }
        }
        ok(!silent && x.cwnd == rows[i].cwnd && x.ssthresh == rows[i].ssthresh,
           "%s: cwnd %u, ssthresh %u", rows[i].name, x.cwnd, x.ssthresh);
        end();
    }
}

/* Retransmission. */

static void test_schedule(void)
{
    static const struct {
        const char *name;
        unsigned tries;
        uint32_t cap;
        const char *times; /* s of each sending, and of giving up */
    } rows[] = {
        {"S5.8-10, S5.8-12, S5.8-15 default", 5, 16000, "0 1 3 7 15 31 silent 47 cycle 31"},
        {"S5.8-13 cap 8", 5, 8000, "0 1 3 7 15 23 silent 31 cycle 23"},
        {"S5.8-14 a cap below 8 s is raised", 5, 4000, "0 1 3 7 15 23 silent 31 cycle 23"},
        {"S5.8-14 no cap given", 4, 0, "0 1 3 7 15 silent 23 cycle 15"},
        {"S5.8-16 twice", 2, 16000, "0 1 3 silent 7 cycle 3"},
        {"S5.8-16 not at all", 0, 16000, "0 silent 1 cycle 0"},
        {"cap 60 s", 7, 60000, "0 1 3 7 15 31 63 123 silent 183 cycle 123"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char got[128] = "0";
        uint64_t t0 = 5000, now = t0;
        size_t n = 1;

        xport_init(&x, 4, rows[i].tries, rows[i].cap);
        put(&x, "m");
        burst(now);
        ok(!xport_tick(&x, x.due_resend - 1) && burst(now) == 0, "%s: not before its time",
           rows[i].name);
        for (;;) {
            now = x.due_resend;
            if (xport_tick(&x, now))
                break;
            if (burst(now) != 1)
                n += (size_t)snprintf(got + n, sizeof got - n, "?");
            n += (size_t)snprintf(got + n, sizeof got - n, " %u", (unsigned)((now - t0) / 1000));
        }
        snprintf(got + n, sizeof got - n, " silent %u cycle %u", (unsigned)((now - t0) / 1000),
                 (unsigned)(xport_cycle_ms(rows[i].tries, rows[i].cap) / 1000));
        is_str(got, rows[i].times, rows[i].name);
        end();
    }
}

static void test_resent(void)
{
    struct out out;

    begin(4);
    for (int i = 0; i < 4; i++)
        put(&x, "early mail");
    burst(0);
    ack(0, 1);
    burst(0);
    ack(0, 3);
    burst(0);
    put(&x, "oldest");
    put(&x, "younger");
    ack(0, 4);
    is_int(burst(10), 2, "two in flight");
    take(&x, 20, 0, 0, "from the peer");
    poll_of(&x, 20);
    ok(!xport_tick(&x, 1010), "the timer fires");
    out = poll_of(&x, 1010);
    ok(out.any && out.ns == 4 && out.nr == 1, "S5.8-11 a retransmission keeps Ns, has today's Nr");
    is_str(out.text, "oldest", "and is the oldest");
    ok(!poll_of(&x, 1010).any, "8.3: only the oldest is sent again");
    is_int(x.retransmitted, 1, "it is counted");
    ok(ack(1020, 6), "an Nr covers what was sent before the retransmission (cumulative)");
    ok(xport_all_acked(&x) && x.due_resend == 0 && !poll_of(&x, 1020).any, "all is acknowledged");
    put(&x, "next");
    out = poll_of(&x, 1030);
    is_int(out.ns, 6, "the next one has the next number");
    xport_tick(&x, 2030);
    poll_of(&x, 2030);
    xport_tick(&x, 4030);
    is_int(x.rto_ms, 4000, "the interval has doubled twice");
    put(&x, "behind");
    ack(4040, 7);
    ok(x.tries == 0 && x.rto_ms == XPORT_RTO_MS, "progress sets tries and interval back");
    poll_of(&x, 4050);
    is_int((long long)x.due_resend, 5050, "and the timer begins anew with the next message");
    end();
}

/* After a timeout with several in flight, an ack opens the window for the rest, in order. */
static void test_go_back(void)
{
    struct out out;

    begin(4);
    put(&x, "0");
    burst(0);
    ack(0, 1);
    for (int i = 1; i < 6; i++)
        put(&x, (char[]){(char)('0' + i), '\0'});
    burst(0);
    ack(0, 3);
    is_int(burst(0), 3, "three in flight: 3, 4, 5");
    xport_tick(&x, 1000);
    out = poll_of(&x, 1000);
    is_str(out.text, "3", "the oldest goes again");
    ack(1001, 4);
    out = poll_of(&x, 1001);
    ok(out.ns == 4 && strcmp(out.text, "4") == 0, "its ack opens the window: 4 goes again");
    ack(1002, 6);
    ok(!poll_of(&x, 1002).any && xport_all_acked(&x), "5 has arrived, it turns out: not sent again");
    end();
}

static void test_nr(void)
{
    struct out out;

    begin(4);
    put(&x, "a");
    burst(0);
    is_int(take(&x, 0, 0, 5, "request"), XPORT_DELIVER,
           "A-06 an Nr from the future is ignored, its message is not");
    is_int(x.bad_nr, 1, "and counted");
    ok(!xport_all_acked(&x), "it frees nothing");
    out = poll_of(&x, 0);
    ok(out.any && out.text[0] == '\0' && out.ns == 1 && out.nr == 1,
       "A-03 the ZLB has the next unused number (S5.8-04)");
    ok(!ack(0, 0), "an old Nr changes nothing");
    ok(!ack(0, 2) && x.bad_nr == 2, "nor does one beyond what was sent");
    ok(ack(0, 1), "the right one does");
    put(&x, "b");
    out = poll_of(&x, 0);
    is_int(out.ns, 1, "S5.8-05 a ZLB uses up no number");
    put(&x, "c");
    put(&x, "d");
    ok(!ack(0, 4) && x.bad_nr == 3 && !xport_all_acked(&x), "A-06 nor one of what is queued only");
    ok(!ack(0, 65535) && !xport_all_acked(&x), "an Nr from long ago changes nothing");
    burst(0);
    ok(!xport_has_news(&x), "and a ZLB is never acknowledged");
    end();
}

/* S5.8-01 to 03: which numbers are old, with 15 and others as the last received. */
static void test_old(void)
{
    static const struct {
        uint16_t last, ns;
        bool old;
    } rows[] = {
        {15, 0, true},      {15, 15, true},     {15, 14, true},      {15, 16, false},
        {15, 17, false},    {15, 32783, false}, {15, 32784, true},   {15, 65535, true},
        {15, 40000, true},  {0, 0, true},       {0, 32768, false},   {0, 32769, true},
        {0, 65535, true},   {65535, 65535, true}, {65535, 0, false}, {65535, 32767, false},
        {65535, 32768, true}, {32767, 0, true}, {32767, 65535, false}, {32768, 0, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum xport_got got;

        begin(4);
        x.nr = (uint16_t)(rows[i].last + 1);
        got = take(&x, 0, rows[i].ns, 0, "m");
        ok((got == XPORT_DUPLICATE) == rows[i].old, "S5.8-02 last %u: %u is %s", rows[i].last,
           rows[i].ns, rows[i].old ? "old" : "new");
        if (rows[i].old) {
            struct out out = poll_of(&x, 0);

            ok(out.any && out.text[0] == '\0' && out.nr == (uint16_t)(rows[i].last + 1),
               "S5.8-04 and acknowledged at once, with the present Nr");
        }
        end();
    }
}

static void test_early(void)
{
    char order[64] = "";
    struct xport_msg *m;

    begin(4);
    is_int(take(&x, 0, 2, 0, "c"), XPORT_EARLY_ONE, "S5.8-08 one ahead of its turn is kept");
    ok(poll_of(&x, 0).nr == 0, "the ack tells what is still expected");
    is_int(take(&x, 0, 2, 0, "C"), XPORT_EARLY_ONE, "again: the first copy stays");
    is_int(take(&x, 0, 3, 0, "d"), XPORT_EARLY_ONE, "the last of our window");
    is_int(take(&x, 0, 4, 0, "e"), XPORT_BEYOND, "one further is dropped");
    is_int(x.beyond, 1, "and counted");
    is_int(take(&x, 0, 1, 0, "b"), XPORT_EARLY_ONE, "the next but one");
    is_int(take(&x, 0, 0, 0, "a"), XPORT_DELIVER, "the one that is due");
    strcat(order, "a");
    while ((m = xport_next_early(&x)) != NULL) {
        ok(m->session == 7, "a kept message has its session");
        strncat(order, (const char *)m->body, m->n);
        xport_msg_free(m);
    }
    xport_check(&x);
    is_str(order, "abcd", "S5.8-07 in order, once");
    is_int(poll_of(&x, 0).nr, 4, "one ack covers them all");
    is_int(take(&x, 0, 2, 0, "c"), XPORT_DUPLICATE, "later copies are duplicates");
    is_int(take(&x, 0, 7, 0, "h"), XPORT_EARLY_ONE, "kept ones are freed with the rest");
    end();
    begin(1);
    is_int(take(&x, 0, 1, 0, "b"), XPORT_BEYOND, "S5.8-19 with a window of 1 nothing is kept");
    end();
    begin(32768);
    is_int(take(&x, 0, XPORT_EARLY - 1, 0, "z"), XPORT_EARLY_ONE, "a wide window: the ring's end");
    is_int(take(&x, 0, XPORT_EARLY, 0, "z"), XPORT_BEYOND, "and beyond it");
    end();
}

static void test_limits(void)
{
    unsigned n = 0;
    bool acked;

    begin(4);
    while (put(&x, "m"))
        n++;
    is_int(n, XPORT_QUEUE, "the queue takes so many");
    burst(0);
    ack(0, 1);
    ok(put(&x, "m") && !put(&x, "m"), "an acknowledged one makes room for one");
    ok(!put(&x, ""), "an empty message is none");
    burst(0);
    xport_drop_unsent(&x);
    xport_check(&x);
    is_int((uint16_t)(x.ns_next - x.una), 2, "drop_unsent leaves what is in flight");
    put(&x, "last words");
    ack(0, 3);
    is_str(poll_of(&x, 0).text, "last words", "and what comes after has the next number");
    xport_tick(&x, 2000);
    xport_drop_unsent(&x);
    xport_check(&x);
    is_str(poll_of(&x, 2000).text, "last words", "what waits to be sent again is not unsent");
    xport_stop(&x);
    xport_check(&x);
    ok(xport_all_acked(&x) && x.due_resend == 0 && !poll_of(&x, 0).any, "stop forgets everything");
    is_int(xport_input(&x, 0, 0, 4, 0, span_str("m"), &acked), XPORT_DELIVER, "but still hears");
    is_int(poll_of(&x, 0).ns, 4, "and acknowledges");
    end();
    begin(4);
    xport_drop_unsent(&x);
    xport_stop(&x);
    xport_stop(&x);
    xport_check(&x);
    ok(true, "both on an empty one");
    end();
}

/* Appendix B, message for message: two transports, and a network that can lose. */

static char wire[512];

static struct out pass(struct xport *from, struct xport *to, uint64_t now, char who, bool lost)
{
    struct out out = poll_of(from, now);
    size_t n = strlen(wire);

    if (!out.any)
        return out;
    snprintf(wire + n, sizeof wire - n, "%c:%s(%u,%u)%s ", who,
             out.text[0] != '\0' ? out.text : "ZLB", out.ns, out.nr, lost ? "lost" : "");
    if (!lost && to != NULL)
        take(to, now, out.ns, out.nr, out.text);
    return out;
}

static void test_appendix_b(void)
{
    struct xport lns;

    wire[0] = '\0';
    begin(4);
    xport_init(&lns, 4, XPORT_TRIES, XPORT_CAP_MS);
    put(&x, "SCCRQ");
    pass(&x, &lns, 0, '>', false);
    put(&lns, "SCCRP");
    pass(&lns, &x, 0, '<', false);
    put(&x, "SCCCN");
    pass(&x, &lns, 0, '>', false);
    pass(&lns, &x, 0, '<', false);
    pass(&x, &lns, 0, '>', false);
    is_str(wire, ">:SCCRQ(0,0) <:SCCRP(0,1) >:SCCCN(1,1) <:ZLB(1,2) ", "SB-01 Appendix B.1");

    wire[0] = '\0';
    put(&x, "ICRQ");
    pass(&x, &lns, 10000, '>', false);
    put(&lns, "ICRP");
    pass(&lns, &x, 10001, '<', true);
    ok(x.due_resend < lns.due_resend, "the LAC's timer fires first");
    xport_tick(&x, 11000);
    pass(&x, &lns, 11000, '>', false);
    pass(&lns, &x, 11000, '<', false);
    ok(xport_all_acked(&x) && !xport_has_news(&x), "the ZLB acknowledges the ICRQ");
    xport_tick(&lns, 11001);
    pass(&lns, &x, 11001, '<', false);
    put(&x, "ICCN");
    pass(&x, &lns, 11001, '>', false);
    pass(&lns, &x, 11001, '<', false);
    is_str(wire, ">:ICRQ(2,1) <:ICRP(1,3)lost >:ICRQ(2,1) <:ZLB(2,3) <:ICRP(1,3) >:ICCN(3,2) "
                 "<:ZLB(2,4) ",
           "SB-02 Appendix B.2");
    ok(xport_all_acked(&lns) && xport_all_acked(&x), "and all is said");
    xport_free(&lns);
    end();
}

/* Two transports over a bad wire until the numbers have wrapped three times. */

static uint32_t state = 2661;

static uint32_t dice(uint32_t sides)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % sides;
}

struct end_point {
    struct xport x;
    uint32_t said, heard; /* how many messages; each is its number in text */
    bool good;
};

static void hear(struct end_point *p, struct span body)
{
    char text[BODY_MOST];

    span_to_str(body, text, sizeof text);
    if ((uint32_t)strtoul(text, NULL, 10) != p->heard++)
        p->good = false;
}

static void fly(struct end_point *to, uint64_t now, const struct out *out)
{
    struct xport_msg *m;

    if (take(&to->x, now, out->ns, out->nr, out->text) != XPORT_DELIVER)
        return;
    hear(to, span_str(out->text));
    while ((m = xport_next_early(&to->x)) != NULL) {
        hear(to, span_of(m->body, m->n));
        xport_msg_free(m);
    }
    xport_check(&to->x);
}

#define HELD 4
static void test_wrap(void)
{
    static struct end_point p[2];
    static struct out held[2][HELD]; /* delayed ones */
    uint64_t now = 1;
    bool silent = false;

    for (int i = 0; i < 2; i++) {
        xport_init(&p[i].x, 8, XPORT_TRIES, XPORT_CAP_MS);
        xport_set_peer_window(&p[i].x, 8);
        p[i].good = true;
    }
    while (p[0].heard < 3 * 65536 + 100 && p[0].good && p[1].good && !silent) {
        for (int i = 0; i < 2; i++) {
            struct out out;
            char text[16];

            while ((uint16_t)(p[i].x.ns_next - p[i].x.una) < 12) {
                snprintf(text, sizeof text, "%u", p[i].said);
                if (put(&p[i].x, text))
                    p[i].said++;
            }
            while ((out = poll_of(&p[i].x, now)).any) {
                struct out *slot = &held[i][dice(HELD)], before = *slot;

                if (dice(100) < 5)
                    continue;
                if (dice(4) == 0)
                    *slot = out; /* late: when its slot is wanted by another */
                else
                    fly(&p[!i], now, &out);
                if (before.any)
                    fly(&p[!i], now, &before); /* late ones, and some again and again */
            }
            silent = silent || xport_tick(&p[i].x, now);
            xport_check(&p[i].x);
        }
        now += 100;
    }
    ok(p[0].good && p[1].good, "three wraps with 5%% loss, delay and repeats: in order, once");
    ok(!silent && p[0].heard > 3 * 65536, "and without giving up (%u heard)", p[0].heard);
    ok(p[0].x.retransmitted > 0 && p[0].x.duplicates > 0, "the wire was bad enough");
    xport_free(&p[0].x);
    xport_free(&p[1].x);
}

int main(void)
{
    test_window();
    test_congestion();
    test_schedule();
    test_resent();
    test_go_back();
    test_nr();
    test_old();
    test_early();
    test_limits();
    test_appendix_b();
    test_wrap();
    return tap_done();
}
