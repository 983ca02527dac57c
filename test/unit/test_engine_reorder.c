/* proto (call_data, events): data that comes out of order and waits for its turn: RFC 2661, 5.4. */
#include <stdlib.h>

#include "proto/engine.h"
#include "rig.h"
#include "tap.h"

static struct rig rig;

static void report(bool good, const struct scene *s, const char *got)
{
    ok(good, "%s", s->name);
    if (!good)
        printf("#   script %s\n# expected %s\n#      got %s\n", s->script, s->expected, got);
}

#define PLAY(scenes) rig_scenes(&rig, scenes, sizeof(scenes) / sizeof *(scenes), report)

#define LNS "SCCRQ SCCCN ICRQ ICCN "
#define LAC "open SCCRP call ICRP ZLB "
/* the next number expected is 65535, by way of gaps that were given up */
#define WRAP                                                                                       \
    LNS "data,seq=30000 idle,ms=100 data,seq=60000 idle,ms=100 data,seq=65534 idle,ms=100 | "

/* clang-format off */
static const struct scene scenes[] = {
    {"S5.4-02 an early frame waits for the one before it", LNS "| data,seq=1 data,seq=0", "frame#0 carry#1", NULL, NULL},
    {"S5.4-02 several, in whatever order", LNS "| data,seq=3 data,seq=1 data,seq=2 data,seq=0 data,seq=4", "frame#0 carry#1 carry#2 carry#3 frame#4", NULL, NULL},
    {"S8.1-11 what is lost is given up when its time is over", LNS "| data,seq=1 idle,ms=99 tick,ms=0 idle,ms=1", "1:carry#1", NULL, NULL},
    {"S8.1-11 and all that follows in order goes on with it", LNS "| data,seq=2 data,seq=1 data,seq=4 idle,ms=100", "100:carry#1 100:carry#2 100:carry#4", NULL, NULL},
    {"each gap has its own time", LNS "data,seq=1 idle,ms=60 data,seq=3 | idle,ms=40 idle,ms=59 tick,ms=0 idle,ms=1", "40:carry#1 1:carry#3", NULL, NULL},
    {"a late one before it does not prolong the wait", LNS "data,seq=5 idle,ms=60 data,seq=3 idle,ms=30 data,seq=1 | idle,ms=10", "10:carry#1 10:carry#3 10:carry#5", NULL, NULL},
    {"what fills one gap leaves the next its time", LNS "data,seq=1 idle,ms=60 data,seq=3 data,seq=0 | idle,ms=99 idle,ms=1", "1:carry#3", NULL, NULL},
    {"S5.4-02 what was given up is dropped when it comes after all", LNS "data,seq=1 idle,ms=100 | data,seq=0 data,seq=2", "frame#2", NULL, NULL},
    {"a repeat of one that waits is dropped", LNS "| data,seq=2,n=7 data,seq=2,n=8 data,seq=0 data,seq=1", "frame#0 frame#1 carry#7", NULL, NULL},
    {"a repeat of one that went on is dropped", LNS "| data,seq=1 data,seq=0 data,seq=1 data,seq=0", "frame#0 carry#1", NULL, NULL},
    {"numbers wrap: 0 waits for 65535", WRAP "data,seq=0 data,seq=65535 data,seq=1", "frame#65535 carry#0 frame#1", NULL, NULL},
    {"and keeps its place on the way", WRAP "data,seq=1 data,seq=65535 data,seq=0", "frame#65535 frame#0 carry#1", NULL, NULL},
    {"65535 stands before 0 among those that wait", LNS "data,seq=30000 idle,ms=100 data,seq=60000 idle,ms=100 data,seq=65533 idle,ms=100 | data,seq=0 data,seq=65535 data,seq=1 data,seq=65534", "frame#65534 carry#65535 carry#0 carry#1", NULL, NULL},
    {"and in a gap that is given up", WRAP "data,seq=1 data,seq=0 idle,ms=100", "100:carry#0 100:carry#1", NULL, NULL},
    {"the P bit waits with its frame", LNS "| data,seq=2,prio data,seq=1 data,seq=0,prio", "frame#0P carry#1 carry#2P", NULL, NULL},
    {"a peer that begins anew: those that wait go on, then it is followed", LNS "data,seq=1000 idle,ms=100 data,seq=1003 | data,seq=1 data,seq=2 data,seq=3 data,seq=4 data,seq=5 data,seq=6", "carry#1003 carry#5 frame#6", NULL, NULL},
    {"frames without numbers do not wait", LNS "| data,seq=1 data,n=9 data,seq=0", "frame#9 frame#0 carry#1", NULL, NULL},
    {"a CDN: what waits is not carried into a call that has ended", LNS "data,seq=1 data,seq=3 | CDN idle,ms=1000", "ZLB call-down", NULL, "gone"},
    {"a StopCCN likewise", LNS "data,seq=1 | StopCCN idle,ms=1000", "ZLB call-down down", NULL, "gone"},
    {"our own hang-up likewise", LNS "ZLB data,seq=1 | hangup ZLB idle,ms=1000", "CDN:3 call-down", NULL, "gone"},
    {"S5.4-07 an early numbered frame shows a LAC the habit of its LNS", LAC "data,seq=1 | frame", "0802/10#0", NULL, NULL},
    {"data,seq=32768 is ahead and waits, 32769 is old", LNS "data,seq=0 data,seq=32768 data,seq=32770 | idle,ms=100", "100:carry#32768", NULL, NULL},
};
/* clang-format on */

static const struct call *call(void)
{
    return l2tp_call_by_id(rig.e, rig.called != 0 ? rig.called : rig.session);
}

static void test_counts(void)
{
    rig_again(&rig);
    rig_run(&rig, LNS "data,seq=1 data,seq=0 data,seq=5 idle,ms=100 data,seq=2");
    ok(call()->reordered == 2 && call()->gaps == 1 && call()->old_dropped == 1 &&
           call()->frames_in == 3,
       "counted: came early, gaps, too late, in all");
    is_int((long long)rig.e->held_octets, 0, "what went on costs no memory");
    rig_run(&rig, "data,seq=9 data,seq=8");
    ok(rig.e->held_octets > 2 * sizeof(struct held) && call()->n_held == 2, "what waits does");
    rig_run(&rig, "CDN");
    is_int((long long)rig.e->held_octets, 0, "and no more when the call is gone");
    rig_again(&rig);
    rig.profile.reorder_ms = 0;
    rig_again(&rig);
    is_str(rig_run(&rig, LNS "| data,seq=1 data,seq=0"), "frame#1",
           "unless it is to, nothing waits");
    rig.profile.reorder_ms = 100;
}

/* No more than 64 frames of a call wait: then the first gap is given up. */
static void test_bound(void)
{
    char word[64], expected[1024] = "";
    size_t n = 0;

    rig_again(&rig);
    rig_run(&rig, LNS);
    for (unsigned i = 1; i <= 64; i++) {
        snprintf(word, sizeof word, "data,seq=%u", 2 * i);
        if (rig_run(&rig, word)[0] != '\0')
            ok(false, "the %uth goes on", i);
    }
    is_int(call()->n_held, 64, "64 frames wait");
    is_str(rig_run(&rig, "data,seq=130"), "carry#2", "one more: the first gap is given up");
    is_int(call()->n_held, 64, "and 64 wait still");
    rig_again(&rig);
    rig_run(&rig, LNS);
    for (unsigned i = 1; i <= 64; i++) {
        snprintf(word, sizeof word, "data,seq=%u", i);
        rig_run(&rig, word);
        n += (size_t)snprintf(expected + n, sizeof expected - n, "carry#%u ", i);
    }
    snprintf(expected + n, sizeof expected - n, "carry#65");
    is_str(rig_run(&rig, "data,seq=65"), expected, "and all that is in order with it");
    is_str(rig_run(&rig, "data,seq=66"), "frame#66", "then nothing waits any more");
}

/* A data message of n octets with a number; it is not asked what comes of it. */
static enum l2tp_got feed(uint16_t call_id, uint16_t ns, size_t n, struct l2tp_frame *frame)
{
    static uint8_t octets[65535];
    struct wr w = wr_over(octets, sizeof octets);

    wr_u16(&w, 0x0802);
    wr_u16(&w, rig.tunnel);
    wr_u16(&w, call_id);
    wr_u16(&w, ns);
    wr_u16(&w, 0);
    return l2tp_input(rig.e, rig.now, &rig.peer, &rig.here, span_of(octets, wr_len(&w) + n), frame);
}

/* All calls together hold no more than 16 MiB. */
static void test_memory(void)
{
    enum { CALLS = 6, EACH = 50, SIZE = 60000 };
    struct l2tp_frame frame;
    uint16_t ids[CALLS];
    char word[64];
    unsigned taken = 0;

    rig_again(&rig);
    rig_run(&rig, "SCCRQ SCCCN");
    for (unsigned i = 0; i < CALLS; i++) {
        snprintf(word, sizeof word, "ICRQ,asid=%u ICCN", i + 1);
        rig_run(&rig, word);
        ids[i] = rig.session;
    }
    for (unsigned i = 0; i < CALLS; i++)
        for (unsigned k = 1; k <= EACH; k++)
            taken += feed(ids[i], (uint16_t)k, SIZE, &frame) == L2TP_TAKEN;
    is_int(taken, (16 << 20) / (SIZE + (int)sizeof(struct held)), "16 MiB wait, in all calls");
    ok(rig.e->held_octets <= 16u << 20, "and no octet more (%zu)", rig.e->held_octets);
    ok(feed(ids[CALLS - 1], 0, SIZE, &frame) == L2TP_FRAME, "frames in order go on nevertheless");
    snprintf(word, sizeof word, "CDN,sid=%u", (unsigned)ids[0]);
    rig_run(&rig, word);
    ok(feed(ids[CALLS - 1], 45, SIZE, &frame) == L2TP_TAKEN, "a call that ends makes room");
    rig_run(&rig, "StopCCN");
    is_int((long long)rig.e->held_octets, 0, "all of it is free in the end");
}

/* As long as the host has not taken what has its turn, whatever comes joins its end. */
static void test_order(void)
{
    struct l2tp_frame frame;

    rig_again(&rig);
    rig_run(&rig, LNS);
    feed(rig.session, 1, 4, &frame);
    ok(feed(rig.session, 0, 4, &frame) == L2TP_FRAME, "the missing one goes on at once");
    ok(feed(rig.session, 2, 4, &frame) == L2TP_TAKEN,
       "the next does not overtake the one that waited");
    feed(rig.session, 4, 4, &frame);
    feed(rig.session, 3, 4, &frame);
    rig.named = false;
    is_str(rig_run(&rig, "tick"), "carry carry carry carry", "all four come by events");
    rig.named = true;
    is_str(rig_run(&rig, "data,seq=5"), "frame#5", "then it is as before");
    feed(rig.session, 7, 4, &frame);
    feed(rig.session, 6, 4, &frame);
    is_str(rig_run(&rig, "data,n=77"), "carry#0 carry#77", "one without a number joins them too");
    feed(rig.session, 9, 4, &frame);
    feed(rig.session, 8, 4, &frame);
    is_str(rig_run(&rig, "CDN"), "ZLB call-down",
           "an end in the same turn: nothing is carried after it");
    is_int((long long)rig.e->held_octets, 0, "nor kept");
    rig_again(&rig);
    rig_run(&rig, LNS);
    feed(rig.session, 1, 4, &frame);
    rig_again(&rig);
    ok(true, "an engine that goes frees what waits (for the sanitizer to see)");
}

int main(void)
{
    rig_init(&rig);
    rig.profile.reorder_ms = 100;
    rig.named = true;
    PLAY(scenes);
    test_counts();
    test_bound();
    test_memory();
    test_order();
    rig_free(&rig);
    return tap_done();
}
