/* proto (call, input): data messages through the engine's face: RFC 2661, 3.1, 5.3, 5.4, 8.1. */
#include "rig.h"
#include "tap.h"

static struct rig rig;

static void report(bool good, const struct scene *s, const char *got)
{
    ok(good, "%s", s->name);
    if (!good)
        printf("#   script %s\n# expected %s\n#      got %s\n", s->script, s->expected, got);
}

static void play(const struct scene *scenes, size_t n)
{
    rig_scenes(&rig, scenes, n, report);
}
#define PLAY(scenes) play(scenes, sizeof(scenes) / sizeof *(scenes))

#define LNS "SCCRQ SCCCN ICRQ ICCN "   /* we are the LNS of an established call */
#define LAC "open SCCRP call ICRP ZLB " /* we are its LAC */

/* clang-format off */
static const struct scene in[] = {
    {"S3.1-01 the least header", LNS "| data", "frame", NULL, NULL},
    {"S3.1-01 with Length", LNS "| data,len", "frame", NULL, NULL},
    {"S3.1-01 with Ns and Nr", LNS "| data,seq=0", "frame", NULL, NULL},
    {"S3.1-21 with an offset", LNS "| data,offset=5 data,offset=0", "frame frame", NULL, NULL},
    {"S3.1-01 with everything", LNS "| data,len,seq=0,offset=2,prio", "frame", NULL, NULL},
    {"S5.0-02, A-12 before the ICCN it is dropped", "SCCRQ SCCCN ICRQ | data", "", NULL, "wait-connect"},
    {"S5.0-02 before the ICRP too", "open SCCRP call | data", "", NULL, "wait-reply"},
    {"after the CDN it is dropped", LNS "CDN | data", "", NULL, "gone"},
    {"after the StopCCN it is dropped", LNS "StopCCN | data", "", NULL, "gone"},
    {"S8.1-04, R3193-02 from another port it is dropped", LNS "| data,port=1702", "", NULL, "established"},
    {"R3193-02 from another host it is dropped", LNS "| data,host=9", "", NULL, "established"},
    {"S3.1-17 in another tunnel it is dropped", LNS "| data,tid=1", "", NULL, "established"},
    {"for an unknown call it is dropped", LNS "| data,sid=1 data,sid=0", "", NULL, "established"},
    {"S3.1-20 data does not touch the control channel's numbers", LNS "data,seq=0 | HELLO", "ZLB", NULL, "established"},
    {"S5.4-02 in order", LNS "| data,seq=0 data,seq=1 data,seq=2", "frame frame frame", NULL, NULL},
    {"S5.4-02 a repeat is dropped", LNS "| data,seq=0 data,seq=0", "frame", NULL, NULL},
    {"S5.4-02 a late one is dropped", LNS "| data,seq=0 data,seq=2 data,seq=1", "frame frame", NULL, NULL},
    {"S5.4-02 a gap is not waited for", LNS "| data,seq=0 data,seq=900 data,seq=901", "frame frame frame", NULL, NULL},
    {"half the circle ahead is new", LNS "data,seq=0 | data,seq=32768", "frame", NULL, NULL},
    {"and one more is old", LNS "data,seq=0 | data,seq=32769", "", NULL, NULL},
    {"numbers wrap", LNS "data,seq=0 data,seq=30000 data,seq=60000 | data,seq=65535 data,seq=0 data,seq=65535", "frame frame", NULL, NULL},
    {"10: a run of old ones in order is a peer that counts anew", LNS "data,seq=0 data,seq=100 | data,seq=1 data,seq=2 data,seq=3 data,seq=4 data,seq=5 data,seq=6", "frame frame", NULL, NULL},
    {"but not old ones out of order", LNS "data,seq=0 data,seq=100 | data,seq=1 data,seq=3 data,seq=2 data,seq=4 data,seq=6 data,seq=5", "", NULL, NULL},
    {"nor old ones between which there are new ones, as of two ways the slower brings them", LNS "data,seq=0 data,seq=100 | data,seq=1 data,seq=101 data,seq=2 data,seq=102 data,seq=3 data,seq=103 data,seq=4 data,seq=104 data,seq=5 data,seq=105 data,seq=6 data,seq=106", "frame frame frame frame frame frame", NULL, NULL},
    {"a mix of both kinds", LNS "| data,seq=0 data data,seq=1 data data,seq=1", "frame frame frame frame", NULL, NULL},
};

static const struct scene out[] = {
    {"the header as usual", LNS "| frame", "0002/6", NULL, NULL},
    {"S5.0-02 none before the call is up", "SCCRQ SCCCN ICRQ | frame", "0000/0", NULL, NULL},
    {"none after it", LNS "CDN | frame", "0000/0", NULL, NULL},
    {"S5.4-03, S5.4-04 Sequencing Required in the ICCN: numbers from 0 on", "SCCRQ SCCCN ICRQ ICCN,need | frame frame", "0802/10#0 0802/10#1", NULL, NULL},
    {"S5.4-04 whatever the LAC then does", "SCCRQ SCCCN ICRQ ICCN,need | data frame", "frame 0802/10#0", NULL, NULL},
    {"S5.4-07 a LAC that hears numbers begins to number", LAC "| frame data,seq=0 frame frame", "0002/6 frame 0802/10#0 0802/10#1", NULL, NULL},
    {"S5.4-06 one that hears none stops", LAC "data,seq=0 frame data | frame", "0002/6", NULL, NULL},
    {"S5.4-08 off and on: the numbers go on", LAC "data,seq=0 frame frame data frame data,seq=1 | frame", "0802/10#2", NULL, NULL},
    {"A-18 an old numbered one changes no habit", LAC "data,seq=5 data | data,seq=1 frame", "0002/6", NULL, NULL},
    {"S5.4-05 a LNS does not follow its LAC", LNS "data,seq=0 | frame", "0002/6", NULL, NULL},
    {"S5.2.2-01 an outgoing call's LAC follows too", "SCCRQ SCCCN OCRQ answer ZLB data,seq=0 | frame", "0802/10#0", NULL, NULL},
    {"S5.4-04 Sequencing Required in the OCCN", "open SCCRP ZLB dial OCRP OCCN,need | frame", "0802/10#0", NULL, NULL},
};
/* clang-format on */

static void test_profile(void)
{
    rig.profile.sequence = true;
    rig_again(&rig);
    is_str(rig_run(&rig, LNS "| frame frame"), "0802/10#0 0802/10#1", "S5.4-05 a LNS numbers if it is to");
    is_str(rig_run(&rig, "data frame"), "frame 0802/10#2", "and goes on when the LAC does not");
    rig_again(&rig);
    is_str(rig_run(&rig, LAC "| frame"), "0802/10#0", "A-17 a LAC begins as it is configured");
    is_str(rig_run(&rig, "data frame"), "frame 0002/6", "S5.4-06, S5.4-09 and stops at the first without");
    rig.profile.length_bit = true;
    rig_again(&rig);
    is_str(rig_run(&rig, LNS "| frame"), "4802/12#0", "with Length, if it is to be");
    rig.profile.sequence = false;
    rig_again(&rig);
    is_str(rig_run(&rig, LNS "| frame"), "4002/8", "with Length alone");
    rig.profile.length_bit = false;
}

static void test_counts(void)
{
    const struct call *c;
    struct l2tp_counts counts;

    rig_again(&rig);
    rig_run(&rig, "SCCRQ SCCCN ICRQ data ICCN data,seq=0 data,seq=3 data,seq=1 data frame frame");
    c = l2tp_call_by_id(rig.e, rig.session);
    is_int((long long)c->frames_in, 3, "frames taken are counted");
    is_int((long long)c->frames_out, 2, "and frames sent");
    ok(c->early_dropped == 1 && c->old_dropped == 1 && c->gaps == 1, "too early, too old, gaps");
    rig_run(&rig, "data,sid=1 data,port=9 data,seq=2");
    counts = l2tp_counts(rig.e);
    ok(counts.dropped[CAUSE_UNKNOWN_CALL] == 1 && counts.dropped[CAUSE_WRONG_ADDRESS] == 1 &&
           counts.dropped[CAUSE_NOT_UP] == 3,
       "refused datagrams are counted by cause");
}

/* Left to the caller, who gives it again. */
static void test_early(void)
{
    rig_again(&rig);
    rig_run(&rig, "SCCRQ SCCCN ICRQ");
    l2tp_leave_early(rig.e, true);
    is_str(rig_run(&rig, "data"), "", "early data left to the caller");
    ok(rig.got == L2TP_EARLY && l2tp_counts(rig.e).dropped[CAUSE_NOT_UP] == 0 &&
           l2tp_call_by_id(rig.e, rig.session)->early_dropped == 0,
       "are not dropped");
    rig_run(&rig, "data,port=9");
    ok(rig.got == L2TP_DROPPED, "but those from elsewhere are");
    rig_run(&rig, "ICCN");
    is_str(rig_run(&rig, "data"), "frame", "and are frames when the ICCN has come");
    rig_run(&rig, "CDN data");
    ok(rig.got == L2TP_DROPPED, "after its end there is nothing to wait for");
    rig_again(&rig);
}

/* S3.1-13, S8.1-10: versions; S3.1-04 and on: flags of control messages. */
static void test_flags(void)
{
    static const struct {
        const char *name, *flags, *expected;
    } rows[] = {
        {"S3.1-06 reserved bits are no reason to drop", "\xfc\xf2", "SCCRP"},
        {"S3.1-04 control without L", "\x88\x02", ""},
        {"S3.1-07 control without S", "\xc0\x02", ""},
        {"S3.1-08 control with O", "\xca\x02", ""},
        {"control with P", "\xc9\x02", ""},
        {"S3.1-13, S8.1-10 version 1 (L2F)", "\xc8\x01", ""},
        {"S3.1-14 version 3", "\xc8\x03", ""},
        {"S3.1-14 version 0", "\xc8\x00", ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        rig_again(&rig);
        rig_run(&rig, "SCCRQ");
        rig_again(&rig);
        memcpy(rig.given, rows[i].flags, 2);
        is_str(rig_run(&rig, "again"), rows[i].expected, rows[i].name);
    }
    rig_again(&rig);
    rig_run(&rig, LNS);
    rig_run(&rig, "data");
    rig.given[1] = 3;
    is_str(rig_run(&rig, "again,cut=16"), "", "S3.1-14 data of version 3");
    for (size_t n = 0; n < 6; n++) {
        rig_input(&rig, &rig.peer, span_of(rig.given, n));
        if (rig.got != L2TP_DROPPED)
            ok(false, "a data header cut to %zu", n);
    }
    ok(true, "data headers cut short are dropped");
}

int main(void)
{
    rig_init(&rig);
    PLAY(in);
    PLAY(out);
    test_profile();
    test_counts();
    test_early();
    test_flags();
    rig_free(&rig);
    return tap_done();
}
