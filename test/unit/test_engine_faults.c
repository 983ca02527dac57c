/* proto, wire: what is wrong, told to the host beside the codes: the fault of a verdict, the message
 * that silence is about. */
#include "rig.h"
#include "tap.h"

static struct rig rig;

/* clang-format off */
static const struct {
    const char *name;
    bool secret, challenge; /* ours */
    const char *script;
    enum fault fault;
} rows[] = {
    {"no response", true, true, "SCCRQ SCCCN", FAULT_NO_RESPONSE},
    {"a wrong response", true, true, "SCCRQ SCCCN,resp=9", FAULT_RESPONSE},
    {"a wrong response of the peer that we dialled", true, true, "open SCCRP,resp=9", FAULT_RESPONSE},
    {"our own challenge", true, true, "open SCCRP,resp,mirror", FAULT_NO_RESPONSE},
    {"challenged without a secret", false, false, "open SCCRP,chal", FAULT_NO_SECRET},
    {"hidden, and no secret", false, false, "open SCCRP,hide", FAULT_HIDDEN},
    {"a message out of turn", false, false, "open SCCCN", FAULT_MESSAGE},
    {"silence", false, false, "open idle,ms=47000", FAULT_SILENCE},
    {"too slow", false, false, "open ZLB idle,ms=61000", FAULT_SLOW},
    {"the peer's StopCCN", false, false, "SCCRQ SCCCN StopCCN", FAULT_NONE},
    {"the host's wish", false, false, "SCCRQ SCCCN close", FAULT_NONE},
};
/* clang-format on */

int main(void)
{
    rig_init(&rig);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *got;

        snprintf(rig.profile.secret, sizeof rig.profile.secret, "%s",
                 rows[i].secret ? RIG_SECRET : "");
        rig.profile.challenge = rows[i].challenge;
        rig_again(&rig);
        rig.why = verdict_for(FAULT_NOT_ALLOWED, verdict_ok());
        got = rig_run(&rig, rows[i].script);
        if (!ok(rig.why.fault == rows[i].fault, "%s", rows[i].name))
            printf("# fault %d, not %d: %s\n", (int)rig.why.fault, (int)rows[i].fault, got);
    }
    rig_again(&rig);
    rig_run(&rig, "open idle,ms=47000");
    ok(rig.unacked == SCCRQ && rig.unacked_sent == 6, "silence is about the SCCRQ, sent 6 times");
    rig_free(&rig);
    return tap_done();
}
