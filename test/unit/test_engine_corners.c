/* proto: corners where two things meet that each work alone: frames that wait and numbers given up. */
#include "rig.h"
#include "tap.h"

static struct rig rig;

#define LNS "SCCRQ SCCCN ICRQ ICCN "
#define REORDER_MS 100
#define HELD_MOST 64 /* frames of a call that wait: call_data.c */

static const struct call *the_call(void)
{
    return l2tp_call_by_id(rig.e, rig.session);
}

/* So many frames, each one too early, as the first is missing. */
static void run_early(unsigned first, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        char word[32];

        snprintf(word, sizeof word, "data,seq=%u", first + i);
        rig_run(&rig, word);
    }
}

/* The gap is given up for want of room by one who would have filled a part of it. */
static void test_given_up(void)
{
    rig.profile.reorder_ms = REORDER_MS;
    rig_again(&rig);
    rig_run(&rig, LNS "data,seq=0");
    run_early(100, HELD_MOST);
    is_str(rig_run(&rig, "data,seq=50"),
           "carry carry carry carry carry carry carry carry carry carry carry carry carry carry carry "
           "carry carry carry carry carry carry carry carry carry carry carry carry carry carry carry "
           "carry carry carry carry carry carry carry carry carry carry carry carry carry carry carry "
           "carry carry carry carry carry carry carry carry carry carry carry carry carry carry carry "
           "carry carry carry carry",
           "S5.4-02 no room: the gap is given up, and all behind it goes on");
    is_str(rig_run(&rig, "data,seq=164"), "frame", "S5.4-02 and the numbers never go back");
    ok(the_call()->n_held == 0 && the_call()->old_dropped == 1, "who filled a part is late now");
    is_str(rig_run(&rig, "idle,ms=200"), "", "and is not carried behind its successors");
    rig.profile.reorder_ms = 0;
}

/* What the host has been given is not kept until the call's next frame, which may never come. */
static void test_given_back(void)
{
    rig.profile.reorder_ms = REORDER_MS;
    rig_again(&rig);
    is_str(rig_run(&rig, LNS "data,seq=0 | data,seq=2 data,seq=1"), "frame carry",
           "one frame waits, and goes on");
    is_int((long long)*the_call()->tunnel->held_octets, 0, "then nothing is held any more");
    rig.profile.reorder_ms = 0;
}

int main(void)
{
    rig_init(&rig);
    test_given_up();
    test_given_back();
    rig_free(&rig);
    return tap_done();
}
