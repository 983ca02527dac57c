/* proto (call_data, call_say, input): who numbers data messages and when, the priority bit, and
 * ECN: RFC 2661, 3.1, 4.4.4, 5.4; RFC 9601. */
#include "rig.h"
#include "tap.h"
#include "wire/quirks.h"

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
#define LNS_OUT "open SCCRP ZLB dial OCRP OCCN "
#define LAC_OUT "SCCRQ SCCCN OCRQ answer ZLB "

/* clang-format off */
static const struct scene switched[] = {
    {"S5.4-05 a LNS may begin to number at any time", LNS "| frame number frame frame", "0002/6 0802/10#0 0802/10#1", NULL, NULL},
    {"S5.4-05, S5.4-09 and stop at any time", LNS "number frame | number,n=0 frame", "0002/6", NULL, NULL},
    {"S5.4-08 on again: the numbers go on where they stopped", LNS "number frame frame number,n=0 frame frame | number frame", "0802/10#2", NULL, NULL},
    {"S5.4-08 also from one that has never had any", LNS "frame frame | number frame", "0802/10#0", NULL, NULL},
    {"S5.2.2-01, S5.4-05 the LNS of an outgoing call likewise", LNS_OUT "| number frame number,n=0 frame number frame", "0802/10#0 0002/6 0802/10#1", NULL, NULL},
    {"S5.4-04 Sequencing Required from the LAC: the LNS does not stop", "SCCRQ SCCCN ICRQ ICCN,need | number,n=0 frame data frame", "0802/10#0 frame 0802/10#1", NULL, NULL},
    {"S5.4-04 nor in an outgoing call", "open SCCRP ZLB dial OCRP OCCN,need | number,n=0 frame", "0802/10#0", NULL, NULL},
    {"S5.4-05 a LAC's host cannot decide: off stays off", LAC "| number frame", "0002/6", NULL, NULL},
    {"S5.4-06, A-18 nor on stays on: it follows its LNS", LAC "data,seq=0 | number,n=0 frame data frame", "0802/10#0 frame 0002/6", NULL, NULL},
    {"S5.4-07 on and off as the LNS does it", LAC "| data,seq=0 frame data frame data,seq=1 frame data frame", "frame 0802/10#0 frame 0002/6 frame 0802/10#1 frame 0002/6", NULL, NULL},
    {"A-18 an old one that comes late changes nothing", LAC "data,seq=0 data,seq=1 data | data,seq=0 frame", "0002/6", NULL, NULL},
    {"S5.4-01 a call's numbers are its own: not the tunnel's, nor another call's", LNS "number frame frame HELLO | HELLO frame ICRQ,asid=9 ICCN number frame", "ZLB 0802/10#2 ICRP ZLB call-up 0802/10#0", NULL, NULL},
    {"before the call is up a change is kept", "SCCRQ SCCCN ICRQ number ICCN | frame", "0802/10#0", NULL, NULL},
    {"a call that is not there", "| number,n=1", "", NULL, NULL},
};

static const struct scene demanded[] = {
    {"S5.4-03, S4.4.4-23 as LAC we number from the first frame on", LAC "| frame frame", "0802/10#0 0802/10#1", NULL, NULL},
    {"S5.4-04, S4.4.4-23 whatever the LNS then does", LAC "frame | data frame data,seq=0 frame", "frame 0802/10#1 frame 0802/10#2", NULL, NULL},
    {"S5.4-03, S4.4.4-23, S6.11-02 also in a call that we were asked to dial", LAC_OUT "| data frame", "frame 0802/10#0", NULL, NULL},
    {"as LNS we do not demand: that is a LAC's", LNS "| frame", "0002/6", NULL, NULL},
};

static const struct scene prior[] = {
    {"S3.1-10 an LCP Echo-Request leaves with P", LNS "| frame,prio=9", "0102/6", NULL, NULL},
    {"so does its reply", LAC "| frame,prio=10", "0102/6", NULL, NULL},
    {"no other LCP message does", LNS "| frame,prio=1 frame,prio=2 frame,prio=5 frame,prio=11", "0002/6 0002/6 0002/6 0002/6", NULL, NULL},
    {"nor any other frame", LNS "| frame", "0002/6", NULL, NULL},
    {"S3.1-10 with a number too", LNS "number | frame,prio=9", "0902/10#0", NULL, NULL},
};
/* clang-format on */

static const struct call *call(void)
{
    return l2tp_call_by_id(rig.e, rig.called != 0 ? rig.called : rig.session);
}

static void test_demand(void)
{
    rig.profile.require_sequencing = true;
    PLAY(demanded);
    rig_again(&rig);
    rig_run(&rig, "open SCCRP ZLB call ICRP");
    ok(rig.heard.type == ICCN && msg_has(&rig.heard, AVP_SEQUENCING_REQUIRED),
       "S4.4.4-23, S5.4-03 our ICCN demands it");
    rig_again(&rig);
    rig_run(&rig, "SCCRQ SCCCN OCRQ answer");
    ok(rig.heard.type == OCCN && msg_has(&rig.heard, AVP_SEQUENCING_REQUIRED),
       "S4.4.4-23, S5.4-03 so does our OCCN");
    rig.profile.require_sequencing = false;
    rig_again(&rig);
    rig_run(&rig, "open SCCRP ZLB call ICRP");
    ok(rig.heard.type == ICCN && !msg_has(&rig.heard, AVP_SEQUENCING_REQUIRED),
       "S5.4-03 unless it is not to");
    rig_again(&rig);
    rig.profile.sequence = true;
    rig_again(&rig);
    is_str(rig_run(&rig, LNS "| number,n=0 frame"), "0002/6",
           "S5.4-09 a LNS that would number may stop before its first frame");
    rig.profile.sequence = false;
    rig_again(&rig);
    rig_run(&rig, LNS "number");
    for (unsigned i = 0; i < 65536; i++)
        rig_run(&rig, "frame");
    is_str(rig_run(&rig, "| frame"), "0802/10#0", "our numbers wrap after 65535");
    is_int((long long)call()->frames_out, 65537, "and frames are counted on");
}

static void test_priority(void)
{
    rig.profile.priority_bit = true;
    PLAY(prior);
    rig_again(&rig);
    rig_run(&rig, LNS "ZLB map ZLB HELLO");
    is_int(rig.datagram[0], 0xc8, "S3.1-11 a ZLB has no P");
    rig_run(&rig, "idle,ms=60000");
    ok(rig.heard.type == HELLO && rig.datagram[0] == 0xc8,
       "S3.1-11 nor has any control message, though it be a keepalive");
    rig.profile.quirks_on = QUIRK_NO_PRIORITY;
    rig_again(&rig);
    is_str(rig_run(&rig, LNS "| frame,prio=9"), "0002/6",
           "Q-12 never to a peer that cannot bear it");
    rig.profile.quirks_on = 0;
    rig.profile.priority_bit = false;
    rig_again(&rig);
    is_str(rig_run(&rig, LNS "| frame,prio=9"), "0002/6", "nor if it is not to be set");
    rig.named = true;
    is_str(rig_run(&rig, "data,prio,n=3 data,n=4"), "frame#3P frame#4",
           "a frame that comes with P is told to be one");
    rig.named = false;
}

/* RFC 6040's table through the engine's face: outer and inner field, what is left of the inner. */
static void test_ecn_merge(void)
{
    static const struct {
        const char *name;
        unsigned outer, inner;
        int left; /* -1: dropped */
    } rows[] = {
        {"no mark", 0, 2, 2},
        {"CE outside, ECT(0) inside: CE inside", 3, 2, 3},
        {"CE outside, ECT(1) inside: CE inside", 3, 1, 3},
        {"CE on both sides", 3, 3, 3},
        {"CE outside, nobody inside to tell: dropped", 3, 0, -1},
        {"ECT(1) outside, ECT(0) inside", 1, 2, 1},
        {"ECT(0) outside, not capable inside", 2, 0, 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char script[64];
        const char *got;

        rig_again(&rig);
        rig_run(&rig, "SCCRQ,ecn SCCCN ICRQ ICCN");
        snprintf(script, sizeof script, "mark,ecn=%u data,ip=%u", rows[i].outer, rows[i].inner);
        got = rig_run(&rig, script);
        ok(rows[i].left < 0 ? rig.frames == 0 && rig.got == L2TP_DROPPED
                            : strcmp(got, "frame") == 0 && rig.inner == rows[i].left,
           "R9601-02 %s", rows[i].name);
        is_int((long long)l2tp_counts(rig.e).dropped[CAUSE_CONGESTION], rows[i].left < 0,
               "  and it is counted");
    }
    rig_run(&rig, "mark,ecn=3 data,ip=2 | data,ip=2");
    is_int(rig.inner, 2, "R9601-02 a mark holds for one packet alone");
    rig.profile.reorder_ms = 100;
    rig_again(&rig);
    rig_run(&rig, "SCCRQ,ecn SCCCN ICRQ ICCN mark,ecn=3 data,ip=2,seq=1");
    is_str(rig_run(&rig, "data,ip=2,seq=0"), "frame carry", "R9601-02 one that waits ...");
    is_int(rig.inner, 3, "  keeps what it was marked with");
    rig.profile.reorder_ms = 0;
}

/* Both sides must have said that they take part. */
static void test_ecn_agreed(void)
{
    static const struct {
        const char *name;
        bool ours;
        const char *script;
        bool said, agreed;
    } rows[] = {
        {"both, the peer opens", true, "SCCRQ,ecn", true, true},
        {"the peer alone, it opens", false, "SCCRQ,ecn", false, false},
        {"we alone, the peer opens: not granted unasked", true, "SCCRQ", false, false},
        {"neither", false, "SCCRQ", false, false},
        {"both, we open", true, "open | SCCRP,ecn", true, true},
        {"we alone, we open", true, "open | SCCRP", true, false},
        {"the peer alone, we open", false, "open | SCCRP,ecn", false, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool ours = strncmp(rows[i].script, "open", 4) == 0, said;

        rig.profile.ecn = rows[i].ours;
        rig_again(&rig);
        rig_run(&rig, ours ? "open" : rows[i].script);
        said = msg_has(&rig.heard, AVP_ECN);
        rig_again(&rig);
        rig_run(&rig, rows[i].script);
        rig_run(&rig, ours ? "ZLB call ICRP" : "SCCCN ICRQ ICCN");
        ok(said == rows[i].said && call()->tunnel->ecn == rows[i].agreed, "R9601-02 %s",
           rows[i].name);
        rig_run(&rig, "mark,ecn=3 data,ip=2 | mark,ecn=3 data,ip=0");
        if (!rows[i].agreed)
            ok(rig.frames == 2 && rig.inner == 0, "R9601-01 then marks outside change nothing");
    }
    rig.profile.ecn = true;
}

int main(void)
{
    rig_init(&rig);
    PLAY(switched);
    test_demand();
    test_priority();
    test_ecn_agreed();
    test_ecn_merge();
    rig_free(&rig);
    return tap_done();
}
