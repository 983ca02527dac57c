/* proto/xport: a peer that never acknowledges one message, and lives: xport_bear().  What the
 * message is, is for the tunnel to know; here it is a HELLO. */
#include "transport.h"

#define SILENT 48000 /* what is sent at 1 s, with nothing acknowledged, has become silence */

/* A HELLO leaves at 1 s, is never acknowledged, and is borne.  Ends after it has left again. */
static void borne(uint16_t peer_window, uint32_t cap)
{
    uint64_t now = 0;

    xport_init(&x, 4, XPORT_TRIES, cap);
    xport_set_peer_window(&x, peer_window);
    put(&x, "HELLO");
    burst(1000);
    silence(1000, &now);
    bear(now);
    burst(now);
}

static void test_alone(void)
{
    uint64_t now = SILENT;

    begin(4);
    put(&x, "HELLO");
    burst(1000);
    is_str(silence(1000, &now), "1 3 7 15 31 silent 47", "unanswered, it is silence");
    is_str(leaves(now), "", "which sends nothing");
    bear(now);
    is_str(leaves(now), "HELLO(0)", "Q-13 borne, it is sent again, with its number");
    is_int((long long)x.due_resend, SILENT + 16000, "and then at intervals of the cap");
    is_str(silence(1000, &now), "63 79 95 111 127 silent 143", "Q-13 its tries begin anew");
    bear(now);
    leaves(now);
    is_str(silence(now, &now), "16 32 48 64 80 silent 96", "Q-13 as often as it is borne");
    end();

    borne(4, 8000);
    is_str(silence(32000, &now), "8 16 24 32 40 silent 48", "Q-13 the cap is that of the tunnel");
    ok(ack(now, 1) && !x.is_borne && xport_all_acked(&x) && x.due_resend == 0,
       "acknowledged at last: that ends it");
    is_int(xport_rtt_ms(&x), 0, "Karn: which is no sample");
    put(&x, "ICRQ");
    burst(now);
    is_str(silence(now, &now), "8 16 24 32 40 silent 48",
           "S5.8-15 the next message has its tries, and then there is silence");
    end();

    xport_init(&x, 4, 0, 8000);
    put(&x, "HELLO");
    burst(1000);
    ok(tick(2000), "without tries silence is quick");
    bear(2000);
    is_str(leaves(2000), "HELLO(0)", "and borne all the same");
    ok(!tick(9999) && tick(10000), "Q-13 for a cap's time");
    end();

    begin(4);
    bear(1000);
    ok(!x.is_borne && x.due_resend == 0 && burst(1000) == 0, "nothing in flight, nothing to bear");
    put(&x, "unsent");
    bear(1000);
    ok(!x.is_borne && burst(1000) == 1, "Q-13 nor what has not left yet");
    end();
}

/* What comes after it leaves beside it. */
static void test_beside(void)
{
    static const struct {
        const char *name;
        uint16_t window;
    } rows[] = {{"peer window 1", 1}, {"peer window 4", 4}, {"peer window 32768", 32768}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t now = SILENT + 500, t0;

        printf("# %s\n", rows[i].name);
        borne(rows[i].window, 16000);
        put(&x, "CDN");
        is_str(leaves(now), "CDN(1)", "  Q-13 a CDN behind it leaves at once");
        is_int((long long)x.due_resend, SILENT + 1500,
               "  Q-13 and waits for a second, not for a cap");
        put(&x, "StopCCN");
        is_str(leaves(now), "", "  it counts against the window");
        tick(now = x.due_resend);
        is_str(leaves(now), "HELLO(0) CDN(1)", "  lost, it leaves again, with what is before it");
        is_int((long long)x.due_resend, SILENT + 3500, "  S5.8-12 and waits for two");
        ok(ack(now + 40, 2), "  one Nr acknowledges both");
        ok(!x.is_borne && x.una == 2, "  and there is nothing to be borne any more");
        is_str(leaves(now + 40), "StopCCN(2)", "  the StopCCN has its turn");
        is_int((long long)x.due_resend, (long long)now + 2040, "  with the interval of before");
        ok(ack(now + 90, 3) && xport_all_acked(&x) && x.due_resend == 0, "  and all is said");
        is_int(xport_rtt_ms(&x), 50, "  a sample comes of what was sent once");
        end();

        borne(rows[i].window, 16000);
        for (int again = 0; again < 3; again++) {
            tick(t0 = x.due_resend);
            is_str(leaves(t0), "HELLO(0)", "  a cap later");
        }
        put(&x, "CDN");
        is_str(leaves(t0 += 5000), "CDN(1)", "  a CDN, when some tries are used up");
        is_str(silence(t0, &now), "1x2 3x2 7x2 15x2 31x2 silent 47",
               "  Q-13, S5.8-15 never acknowledged, it has all its tries");
        bear(now);
        is_str(leaves(now), "HELLO(0) CDN(1)", "  borne again, both leave again");
        is_str(silence(now, &now), "16x2 32x2 48x2 64x2 80x2 silent 96", "  at the cap's pace");
        end();
    }
}

/* An acknowledgement of the borne one alone, while another is in flight. */
static void test_half(void)
{
    uint64_t now;

    borne(1, 16000);
    put(&x, "CDN");
    put(&x, "StopCCN");
    leaves(SILENT);
    ok(ack(SILENT + 10, 1) && !x.is_borne && x.una == 1, "acknowledged alone: borne no longer");
    is_str(leaves(SILENT + 10), "", "S4.4.3-27 the CDN is in flight, the window is full");
    is_int((long long)x.due_resend, SILENT + 1010, "it has its interval");
    is_str(silence(SILENT + 10, &now), "1 3 7 15 31 silent 47", "S5.8-15 and silence is silence");
    end();

    borne(1, 16000);
    put(&x, "CDN");
    tick(now = x.due_resend);
    is_str(leaves(now), "HELLO(0) CDN(1)", "both may be due at the same time");
    is_int((long long)x.due_resend, (long long)now + 1000, "Q-13 and what is new sets the pace");
    tick(now = x.due_resend);
    ok(x.is_borne && ack(now, 2) && !x.is_borne && leaves(now)[0] == '\0' && xport_all_acked(&x),
       "acknowledged before they leave again: they do not");
    end();
}

/* Others were in flight behind it when silence came. */
static void test_crowd(void)
{
    uint64_t now = 1000;

    begin(4);
    x.cwnd = 3;
    put(&x, "HELLO");
    put(&x, "ICRQ");
    put(&x, "ICRQ");
    is_int(burst(now), 3, "three in flight");
    silence(1000, &now);
    bear(now);
    is_str(leaves(now), "HELLO(0) ICRQ(1)", "SA-05 one beside it: the window begins at 1");
    put(&x, "CDN");
    is_int((long long)x.due_resend, (long long)now + 16000, "which is sent at the cap's pace");
    ok(ack(now + 10, 2) && !x.is_borne, "they are acknowledged");
    is_str(leaves(now + 10), "ICRQ(2) CDN(3)", "the others follow, window by window");
    end();

    borne(4, 16000);
    x.cwnd = 3;
    put(&x, "CDN");
    leaves(SILENT);
    put(&x, "CDN");
    is_str(leaves(SILENT + 900), "CDN(2)", "two beside it, where the window has room");
    is_int((long long)x.due_resend, SILENT + 1000, "the first of them sets the pace");
    tick(SILENT + 1000);
    leaves(SILENT + 1000);
    put(&x, "CDN");
    x.cwnd = 4;
    is_str(leaves(SILENT + 1500), "CDN(2) CDN(3)", "a third, when the others leave again");
    ok(x.tries == 1 && x.due_resend == SILENT + 3000, "Q-13 begins nothing anew");
    end();
}

/* A tunnel that closes while it bears. */
static void test_closing(void)
{
    borne(1, 16000);
    put(&x, "ICRQ");
    xport_drop_unsent(&x);
    xport_check(&x);
    ok(x.is_borne && !xport_all_acked(&x), "what is borne is not unsent");
    put(&x, "StopCCN");
    is_int((long long)xport_patience_ms(&x), 192000, "patience: twice the tries at the cap");
    is_str(leaves(SILENT + 5), "StopCCN(1)", "S7.1-01 the StopCCN leaves at once");
    is_int((long long)xport_patience_ms(&x), 143000, "then its schedule, and once the cap's");
    tick(x.due_resend);
    xport_drop_unsent(&x);
    xport_check(&x);
    is_str(leaves(SILENT + 1005), "HELLO(0) StopCCN(1)", "S5.8-17 and again, until acknowledged");
    xport_stop(&x);
    xport_check(&x);
    ok(!x.is_borne && x.due_resend == 0 && leaves(SILENT + 5000)[0] == '\0',
       "Q-13 stop forgets it");
    put(&x, "a");
    put(&x, "b");
    is_str(leaves(SILENT + 5000), "a(2)", "and the window holds for all again");
    end();

    borne(1, 16000);
    is_int((long long)xport_patience_ms(&x), 96000, "patience with the borne one alone");
    tick(x.due_resend);
    is_int((long long)xport_patience_ms(&x), 80000, "which shrinks");
    put(&x, "StopCCN");
    is_int((long long)xport_patience_ms(&x), 192000, "until there is a StopCCN behind it");
    end();
}

static uint32_t state = 2661;

static uint32_t dice(uint32_t sides)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % sides;
}

/* Steps in any order, with xport_check() after each. */
static void test_soak(void)
{
    static const uint16_t windows[] = {1, 2, 4, 32768};
    unsigned bearings = 0, acks = 0, crowd = 0;

    for (unsigned run = 0; run < 400; run++) {
        uint64_t now = 1 + dice(5000);

        xport_init(&x, 4, dice(4), 8000);
        xport_set_peer_window(&x, windows[run % 4]);
        x.una = x.ns_send = x.ns_high = x.ns_next = (uint16_t)(65530 + dice(12));
        for (unsigned n = 0; n < 500; n++) {
            unsigned what = dice(100), flying = (uint16_t)(x.ns_high - x.una);

            now += dice(500);
            if (what < 15)
                put(&x, "m");
            else if (what < 20)
                acks += ack(now, (uint16_t)(x.una + dice(flying + 1)));
            else if (what < 22)
                xport_drop_unsent(&x);
            else if (what < 23)
                xport_stop(&x);
            else if (what < 50 && x.due_resend > now)
                now = x.due_resend;
            xport_check(&x);
            if (tick(now)) {
                bear(now);
                bearings++;
            }
            burst(now);
            crowd += x.is_borne && (uint16_t)(x.ns_send - x.una) > 1;
        }
        end();
    }
    ok(bearings > 1000 && acks > 1000 && crowd > 1000,
       "200,000 steps: %u borne, %u acknowledged, others beside a borne one in %u", bearings, acks,
       crowd);
}

int main(void)
{
    test_alone();
    test_beside();
    test_half();
    test_crowd();
    test_closing();
    test_soak();
    return tap_done();
}
