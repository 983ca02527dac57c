/* proto (tunnel): how long silence is put up with: a first answer that does not come. */
#include "rig.h"
#include "tap.h"

static struct rig rig;

static void test_first_answer(void)
{
    rig.profile.connect_ms = 8000;
    rig_again(&rig);
    is_str(rig_run(&rig, "open | idle,ms=600000"), "1000:SCCRQ 3000:SCCRQ 7000:SCCRQ 8000:down",
           "without a word from it, it is left without a word");
    is_int(rig.why.fault, FAULT_SILENCE, "that is silence");
    ok(rig.unacked == SCCRQ && rig.unacked_sent == 4, "of an SCCRQ, sent 4 times");
    is_int(l2tp_counts(rig.e).tunnels, 0, "nothing of it is left");
    rig_again(&rig);
    is_str(rig_run(&rig, "open idle,ms=7999 | SCCRP"), "SCCCN up", "who answers in time is taken");
    rig_again(&rig);
    is_str(rig_run(&rig, "open idle,ms=10 ZLB,nr=1 | idle,ms=8000"), "7990:StopCCN:1 7990:down",
           "who has acknowledged the SCCRQ, and no more, is told");
    rig_again(&rig);
    is_str(rig_run(&rig, "SCCRQ | idle,ms=60000"),
           "1000:SCCRP 3000:SCCRP 7000:SCCRP 15000:SCCRP 31000:SCCRP 47000:down",
           "it does not count for tunnels that others begin");
    rig.profile.connect_ms = 90000;
    rig_again(&rig);
    is_str(rig_run(&rig, "open | idle,ms=8000"), "1000:SCCRQ 3000:SCCRQ 7000:SCCRQ",
           "beyond the time for the set-up it counts for nothing");
    rig.profile.connect_ms = 0;
    rig_again(&rig);
    is_str(rig_run(&rig, "open | idle,ms=600000"),
           "1000:SCCRQ 3000:SCCRQ 7000:SCCRQ 15000:SCCRQ 31000:SCCRQ 47000:down",
           "without it the SCCRQ is sent again as all messages are");
}

int main(void)
{
    rig_init(&rig);
    test_first_answer();
    rig_free(&rig);
    return tap_done();
}
