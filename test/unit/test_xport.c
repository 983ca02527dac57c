/* proto/xport: windows, numbers, order, Appendices A and B (RFC 2661, 5.8).  Loss, round trips and
 * borne messages have files of their own. */
#include "transport.h"

/* Windows. */

static void test_window(void)
{
    static const struct {
        const char *name;
        unsigned window, most;
    } rows[] = {
        {"S5.8-18, S4.4.3-27 window 1: one at a time", 1, 1},
        {"S5.8-18, SA-02 window 2", 2, 2},
        {"S5.8-18, S5.8-20 window 4: four outstanding", 4, 4},
        {"S5.8-18 window 8", 8, 8},
        {"S5.8-18 window 1000", 1000, 1000},
        {"window 32768: all that may be queued", 32768, XPORT_QUEUE},
        {"window 65535: no more, so never more than an Nr can tell apart", 65535, XPORT_QUEUE},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned flying = 0, most = 0;

        begin(4);
        xport_set_peer_window(&x, (uint16_t)rows[i].window);
        for (int n = 0; n < 5000; n++) {
            while (put(&x, "m"))
                ;
            flying += burst(0);
            most = flying > most ? flying : most;
            ack(0, (uint16_t)(x.una + 1));
            flying--;
        }
        is_int(most, rows[i].most, rows[i].name);
        end();
    }
    begin(4);
    for (int i = 0; i < 16; i++)
        put(&x, "m");
    is_int(burst(0), 1, "SA-01 the first burst is one message");
    ack(0, 1);
    is_int(burst(0), 2, "SA-03 then two");
    ack(0, 3);
    is_int(burst(0), 4, "S5.8-20 and four, for a peer that names no window");
    ack(0, 7);
    is_int(burst(0), 4, "S4.4.3-26 which has 4, and no more");
    is_int(burst(900), 0, "S4.4.3-27 time makes no room");
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
        {"SA-05 and does not count for the next one", "aaaaaaataaaaaataa", 8, 2, 2},
        {"SA-05 never below 1", "t", 4, 1, 1},
        {"A-28 cwnd 1 again", "tt", 4, 1, 1},
        {"A-29 each retransmission cuts anew", "aaaaaaatt", 8, 1, 1},
        {"A-29 and then all is congestion avoidance", "aaaaaaattaa", 8, 2, 1},
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

/* S5.8-22: Appendix A step by step, cwnd/ssthresh after each event. */
static void test_trace(void)
{
    static const struct {
        const char *name, *events;
        unsigned window;
        const char *trace;
    } rows[] = {
        {"S5.8-22, SA-01, SA-03 window 4", "aaaaaa", 4, "1/4 2/4 3/4 4/4 4/4 4/4 4/4"},
        {"S5.8-22, SA-01 to 05 window 8", "aaaaaaaataaaaaaaaaaaa", 8,
         "1/8 2/8 3/8 4/8 5/8 6/8 7/8 8/8 8/8 1/4 2/4 3/4 4/4 4/4 4/4 4/4 5/4 5/4 5/4 5/4 5/4 6/4"},
        {"S5.8-22, A-28, A-29 window 3", "aataatta", 3, "1/3 2/3 3/3 1/1 2/1 2/1 1/1 1/1 2/1"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char got[256];
        size_t n = 0;
        uint64_t now = 1;

        begin(4);
        xport_set_peer_window(&x, (uint16_t)rows[i].window);
        for (const char *e = rows[i].events;; e++) {
            n += (size_t)snprintf(got + n, sizeof got - n, "%s%u/%u", n > 0 ? " " : "", x.cwnd,
                                  x.ssthresh);
            if (*e == '\0')
                break;
            put(&x, "m");
            put(&x, "m");
            burst(now);
            if (*e == 't')
                tick(now = x.due_resend);
            else
                ack(now, (uint16_t)(x.una + 1));
        }
        is_str(got, rows[i].trace, rows[i].name);
        end();
    }
}

/* Numbers and order. */

/* What each datagram looks like, octet by octet (3.0): T, L and S are set, version 2. */
static void test_header(void)
{
    static const char *const want[] = {"c802000e0063000700000000", "c802000c0063000000010001",
                                       "c802000c0063000000010001"};
    uint8_t room[64], expected[16];

    begin(4);
    put(&x, "ab");
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        struct wr w = wr_over(room, sizeof room);
        size_t n = unhex(want[i], expected);

        xport_poll(&x, 0, 99, &w);
        is_mem(room, wr_len(&w) < n ? wr_len(&w) : n, expected, n,
               i == 0 ? "S3.0-03, S3.1-18 a message: Ns 0, Nr 0"
                      : "S3.0-03, S5.8-04 a ZLB: the next Ns, and Nr");
        is_int((long long)wr_len(&w), i == 0 ? 14 : 12, "  and its length");
        take(&x, 0, 0, 0, "from the peer");
    }
    end();
}

/* Two tunnels, even to one peer, know nothing of each other (5.8). */
static void test_apart(void)
{
    struct xport other;

    begin(4);
    xport_init(&other, 4, XPORT_TRIES, XPORT_CAP_MS);
    for (uint16_t ns = 0; ns < 3; ns++)
        take(&x, 0, ns, 0, "m");
    put(&x, "m");
    put(&other, "m");
    poll_of(&x, 0);
    ack(5, 1);
    put(&x, "m");
    ok(poll_of(&x, 5).ns == 1 && x.nr == 3 && xport_rtt_ms(&x) == 5, "S5.8-01 one tunnel");
    ok(poll_of(&other, 5).ns == 0 && other.nr == 0 && xport_rtt_ms(&other) == 0 && other.cwnd == 1,
       "S5.8-01 and another begin at 0, each for itself");
    xport_free(&other);
    end();
}

/* Nr is that of the newest message in order, whatever else comes (3.1, 5.8). */
static void test_expected(void)
{
    begin(4);
    for (uint16_t ns = 0; ns < 8; ns++)
        take(&x, 0, ns, 0, "m");
    is_int(poll_of(&x, 0).nr, 8, "S3.1-19 after Ns 7, Nr is 8");
    take(&x, 0, 9, 0, "early");
    is_int(poll_of(&x, 0).nr, 8, "S3.1-19 a gap does not move it");
    take(&x, 0, 3, 0, "old");
    is_int(poll_of(&x, 0).nr, 8, "S3.1-19 nor does a duplicate");
    for (unsigned ns = 0; ns < 65536; ns += 8)
        take(&x, 0, (uint16_t)ns, 0, "");
    ok(x.nr == 8 && !xport_has_news(&x), "S5.8-06 nor a ZLB, whatever its Ns; it wants no answer");
    put(&x, "m");
    is_int(poll_of(&x, 0).nr, 8, "S3.1-19 messages carry it too");
    ok(take(&x, 0, 500, 1, "") == XPORT_ZLB && xport_all_acked(&x),
       "S5.8-06 yet a ZLB's Nr frees what was sent");
    end();
    begin(4);
    x.nr = 65535;
    take(&x, 0, 65535, 0, "m");
    is_int(poll_of(&x, 0).nr, 0, "S3.1-19 modulo 65536");
    end();
}

/* A receiver without room to answer acknowledges nevertheless, and what it keeps has an end. */
static void test_keeps_up(void)
{
    unsigned at_once = 0, kept = 0;

    begin(XPORT_EARLY);
    while (put(&x, "m"))
        ;
    burst(0);
    for (unsigned ns = 0; ns < 1000; ns++) {
        take(&x, 0, (uint16_t)ns, 0, "request");
        at_once += poll_of(&x, 0).nr == ns + 1;
    }
    is_int(at_once, 1000, "S5.8-23 each is acknowledged at once, with window and queue full");
    for (unsigned ns = 1001; ns < 3000; ns++)
        kept += take(&x, 0, (uint16_t)ns, 0, "early") == XPORT_EARLY_ONE;
    is_int(kept, XPORT_EARLY - 1, "S5.8-08, S5.8-24 of a flood ahead of its turn our window is kept");
    end();
}

/* Four messages in every order, each of them twice. */
static void test_orders(void)
{
    unsigned good = 0;

    for (unsigned p = 0; p < 24; p++) {
        unsigned left[] = {0, 1, 2, 3}, most = 4, heard = 0;
        bool in_order = true;

        begin(4);
        for (unsigned rest = p; most > 0; rest /= most + 1) {
            unsigned at = rest % most, ns = left[at];

            memmove(left + at, left + at + 1, (most - at - 1) * sizeof *left);
            most--;
            for (int copy = 0; copy < 2; copy++) {
                char text[] = {(char)('0' + ns), '\0'};
                struct xport_msg *m;

                if (take(&x, 0, (uint16_t)ns, 0, text) == XPORT_DELIVER)
                    in_order = in_order && heard++ == ns;
                while ((m = xport_next_early(&x)) != NULL) {
                    in_order = in_order && m->body[0] == '0' + heard++;
                    xport_msg_free(m);
                }
                xport_check(&x);
            }
        }
        good += in_order && heard == 4;
        end();
    }
    is_int(good, 24, "S5.8-07, S5.8-08 in whatever order they come, they are handed up in order, once");
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
    take(&x, 0, 1, 1, "another");
    is_int(poll_of(&x, 0).ns, 1, "S5.8-05 a ZLB has the next number");
    put(&x, "b");
    out = poll_of(&x, 0);
    is_int(out.ns, 1, "S5.8-05 and does not use it up");
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
        ok((got == XPORT_DUPLICATE) == rows[i].old, "S5.8-02, S5.8-03 last %u: %u is %s", rows[i].last,
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
    static const uint8_t big[65535];
    unsigned n = 0;
    bool acked;

    begin(4);
    ok(!xport_send(&x, 7, span_of(big, sizeof big - 11)), "one that fits into no datagram");
    ok(xport_send(&x, 7, span_of(big, sizeof big - 12)), "the longest that does");
    xport_drop_unsent(&x);
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

/* B.1 names another way: the last acknowledgement travels with the answer to the first call. */
static void test_appendix_b_other(void)
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
    put(&x, "ICRQ");
    pass(&x, &lns, 0, '>', false);
    pass(&x, &lns, 0, '>', false);
    put(&lns, "ICRP");
    pass(&lns, &x, 0, '<', false);
    pass(&lns, &x, 0, '<', false);
    put(&x, "ICCN");
    pass(&x, &lns, 0, '>', false);
    pass(&lns, &x, 0, '<', false);
    is_str(wire, ">:SCCRQ(0,0) <:SCCRP(0,1) >:SCCCN(1,1) >:ICRQ(2,1) <:ICRP(1,3) >:ICCN(3,2) "
                 "<:ZLB(2,4) ",
           "SB-01 Appendix B.1, the acknowledgement travels with a message");
    ok(xport_all_acked(&lns) && xport_all_acked(&x), "and all is said");
    xport_free(&lns);
    end();
}

/* 400,000 messages through a window that is wider than the queue; every number by hand. */
static void test_wrap(void)
{
    const uint32_t all = 400000;
    uint32_t queued = 0, left = 0;
    bool good = true;

    begin(4);
    xport_set_peer_window(&x, 65535);
    while (left < all && good) {
        uint8_t room[32];
        struct wr w = wr_over(room, sizeof room);

        while (queued < all && xport_send(&x, 7, span_str("m")))
            queued++;
        while (xport_poll(&x, 0, 99, &w)) {
            good = good && (room[8] << 8 | room[9]) == (uint16_t)left++;
            w = wr_over(room, sizeof room);
        }
        xport_check(&x);
        good = good && ack(0, (uint16_t)left) && x.bad_nr == 0;
    }
    ok(good && left == all, "S3.1-18 after 65535 comes 0, six times");
    ok(xport_all_acked(&x) && x.una == (uint16_t)all, "S5.8-09 and each Nr frees what it covers");
    end();
}

int main(void)
{
    test_window();
    test_congestion();
    test_trace();
    test_header();
    test_apart();
    test_nr();
    test_old();
    test_expected();
    test_keeps_up();
    test_early();
    test_orders();
    test_limits();
    test_appendix_b();
    test_appendix_b_other();
    test_wrap();
    return tap_done();
}
