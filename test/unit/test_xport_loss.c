/* proto/xport: what is lost, late, repeated or never acknowledged (RFC 2661, 5.7, 5.8). */
#include "transport.h"

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
    ok(!tick(1010), "the timer fires");
    out = poll_of(&x, 1010);
    ok(out.any && out.ns == 4 && out.nr == 1, "S5.8-11 a retransmission keeps Ns, has today's Nr");
    is_str(out.text, "oldest", "and is the oldest");
    ok(!poll_of(&x, 1010).any, "8.3: only the oldest is sent again");
    is_int(x.retransmitted, 1, "it is counted");
    ok(ack(1020, 6), "S5.8-09 an Nr covers what was sent before the retransmission (cumulative)");
    ok(xport_all_acked(&x) && x.due_resend == 0 && !poll_of(&x, 1020).any, "all is acknowledged");
    put(&x, "next");
    out = poll_of(&x, 1030);
    is_int(out.ns, 6, "the next one has the next number");
    is_int((long long)x.due_resend, 3030, "its interval is still doubled (Karn)");
    tick(3030);
    poll_of(&x, 3030);
    is_int((long long)x.due_resend, 7030, "and doubles again");
    put(&x, "behind");
    ack(3040, 7);
    ok(x.tries == 0 && x.due_resend == 0, "progress sets the tries back");
    poll_of(&x, 3050);
    is_int((long long)x.due_resend, 7050, "and the timer begins anew with the next message");
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
    tick(1000);
    out = poll_of(&x, 1000);
    is_str(out.text, "3", "the oldest goes again");
    ack(1001, 4);
    out = poll_of(&x, 1001);
    ok(out.ns == 4 && strcmp(out.text, "4") == 0, "its ack opens the window: 4 goes again");
    ack(1002, 6);
    ok(!poll_of(&x, 1002).any && xport_all_acked(&x),
       "5 has arrived, it turns out: not sent again");
    end();
}

/* Acknowledgements that get lost, come late, twice, or from the future. */
static void test_acks(void)
{
    uint64_t due;

    begin(4);
    for (int i = 0; i < 8; i++)
        put(&x, "m");
    burst(0);
    ack(0, 1);
    burst(0);
    ack(0, 3);
    is_int(burst(0), 4, "3 to 6 are in flight");
    ok(ack(10, 6) && x.una == 6, "S5.8-09 acks of 3 and 4 lost: that of 5 covers them all");
    is_int(burst(10), 1, "S5.8-18 which makes room for the rest");
    due = x.due_resend;
    ok(!ack(500, 6) && !ack(500, 4) && !ack(500, 5), "S5.8-09 again, and late: nothing new");
    ok(x.bad_nr == 0 && x.una == 6 && x.due_resend == due, "nor any delay for what is in flight");
    ok(!ack(500, 9) && !ack(500, 10) && x.bad_nr == 2, "A-06 what was never sent, nobody has");
    ok(x.una == 6 && x.due_resend == due && x.cwnd == 4, "and nothing is freed or grows by it");
    is_int(burst(500), 0, "S4.4.3-27 nor does anything leave");
    tick(due);
    is_int(burst(due), 1, "S5.8-09 what no Nr covers is kept and sent again");
    ok(ack(due + 1, 7) && !xport_all_acked(&x) && ack(due + 2, 8) && xport_all_acked(&x),
       "until it does");
    end();
}

/* The tunnel closes: nothing more is begun, but its last word is delivered (5.7, 7.1). */
static void test_closing(void)
{
    struct out out;
    uint64_t now;

    begin(4);
    put(&x, "ICRP");
    burst(1000);
    put(&x, "ICRQ");
    put(&x, "ICRQ");
    xport_drop_unsent(&x);
    put(&x, "StopCCN");
    is_int(burst(1000), 0, "S7.1-01 the closing message waits for its turn");
    tick(2000);
    burst(2000);
    ack(2010, 1);
    out = poll_of(&x, 2010);
    ok(strcmp(out.text, "StopCCN") == 0 && out.ns == 1, "S7.1-01 and gets it");
    take(&x, 2500, 0, 1, "HELLO");
    ok(poll_of(&x, 2500).nr == 1, "S5.8-17 what the peer still says is acknowledged");
    is_str(silence(2010, &now), "2 6 14 30 46 silent 62",
           "S5.8-17, S7.1-01 and it is sent again until it is acknowledged");
    end();

    begin(4);
    put(&x, "StopCCN");
    burst(1000);
    tick(2000);
    burst(2000);
    tick(4000);
    out = poll_of(&x, 4000);
    is_str(out.text, "StopCCN", "S7.1-01 lost twice, it leaves for the third time");
    ok(ack(4010, 1) && xport_all_acked(&x) && x.due_resend == 0, "S7.1-01 and is delivered");
    end();
}

/* Two transports over a bad wire until the numbers have wrapped six times. */

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
static void test_bad_wire(void)
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
    while (p[0].heard < 400000 && p[0].good && p[1].good && !silent) {
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
    ok(p[0].good && p[1].good,
       "S5.8-07 400,000 each with 5%% loss, delay and repeats: in order, once");
    ok(!silent && p[0].heard >= 400000, "and without giving up (%u heard)", p[0].heard);
    ok(p[0].x.retransmitted > 0 && p[0].x.duplicates > 0, "the wire was bad enough");
    xport_free(&p[0].x);
    xport_free(&p[1].x);
}

int main(void)
{
    test_resent();
    test_go_back();
    test_acks();
    test_closing();
    test_bad_wire();
    return tap_done();
}
