/* proto (call, input, l2tp): sessions through the engine's face: RFC 2661, 5.2, 5.6, 7.4, 7.5, each
 * row of the four tables, and what calls and tunnels do to one another. */
#include <stdlib.h>

#include "rig.h"
#include "tap.h"

static struct rig rig;

static void report(bool good, const struct scene *s, const char *got)
{
    ok(good, "%s", s->name);
    if (!good)
        printf("#   script %s\n# expected %s [tunnel %s, call %s]\n#      got %s\n", s->script,
               s->expected, s->tunnel != NULL ? s->tunnel : "?", s->call != NULL ? s->call : "?", got);
}

static void play(const struct scene *scenes, size_t n)
{
    rig_scenes(&rig, scenes, n, report);
}
#define PLAY(scenes) play(scenes, sizeof(scenes) / sizeof *(scenes))

#define UP "SCCRQ SCCCN "
#define OUR_UP "open SCCRP ZLB "
#define EST "established"

/* clang-format off */
static const struct scene lac_in[] = {
    {"F-LI-01 a call to be announced, the tunnel not up", "open | call", "", "wait-ctl-reply", "wait-tunnel"},
    {"F-LI-02 idle + ICCN, ICRP, CDN: acknowledged, no more", OUR_UP "| ICCN,sid=7 ICRP,sid=7 CDN,sid=7", "ZLB ZLB ZLB", EST, NULL},
    {"F-LI-03 wait-tunnel + close: nothing is sent", "open call | hangup", "call-down", "wait-ctl-reply", "gone"},
    {"F-LI-03 and it is not announced later", "open call hangup | SCCRP", "SCCCN up", EST, "gone"},
    {"F-LI-04 tunnel-open", "open call | SCCRP", "SCCCN ICRQ up", EST, "wait-reply"},
    {"F-LI-05 ICRP", OUR_UP "call | ICRP", "ICCN call-up", EST, EST},
    {"F-LI-06 bad ICRP: no session id", OUR_UP "call | ICRP,no=14", "CDN:2/3 call-down", EST, "gone"},
    {"F-LI-06 bad ICRP: unknown mandatory AVP", OUR_UP "call | ICRP,alien=1", "CDN:2/8 call-down", EST, "gone"},
    {"F-LI-07 wait-reply + ICRQ", OUR_UP "call | ICRQ,in", "CDN:2/6 call-down", EST, "gone"},
    {"F-LI-08 wait-reply + CDN", OUR_UP "call | CDN", "ZLB call-down", EST, "gone"},
    {"F-LI-08 wait-reply + ICCN", OUR_UP "call | ICCN", "ZLB call-down", EST, "gone"},
    {"F-LI-09 wait-reply + close", OUR_UP "call | hangup", "CDN:3 call-down", EST, "gone"},
    {"F-LI-10 established + CDN", OUR_UP "call ICRP | CDN", "ZLB call-down", EST, "gone"},
    {"F-LI-11 established + ICRQ", OUR_UP "call ICRP | ICRQ,in", "CDN:2/6 call-down", EST, "gone"},
    {"F-LI-11 established + ICRQ with another session id", OUR_UP "call ICRP | ICRQ,in,asid=9", "CDN:2/6 call-down", EST, "gone"},
    {"F-LI-11 established + ICRP", OUR_UP "call ICRP | ICRP", "CDN:2/6 call-down", EST, "gone"},
    {"F-LI-11 established + ICCN", OUR_UP "call ICRP | ICCN", "CDN:2/6 call-down", EST, "gone"},
    {"F-LI-11 duplicates are merely acknowledged", OUR_UP "call ICRP | again", "ZLB", EST, EST},
    {"F-LI-12 established + close", OUR_UP "call ICRP | hangup,res=1", "CDN:1 call-down", EST, "gone"},
    {"A-11 no ICRP in time: the call goes, result 10", OUR_UP "call ZLB idle,ms=59999 | idle,ms=1", "1:CDN:10 1:call-down", EST, "gone"},
    {"A-11 no tunnel in time", "open call ZLB,nr=1 | idle,ms=60000", "60000:StopCCN:1 60000:call-down 60000:down", "stopping", "gone"},
    {"S6.14-02 SLI", OUR_UP "call ICRP | SLI", "ZLB line-info", EST, EST},
    {"A-24 SLI before the call is up counts for nothing", OUR_UP "call | SLI", "ZLB", EST, "wait-reply"},
    {"A-24 WEN to a LAC counts for nothing", OUR_UP "call ICRP | WEN", "ZLB", EST, EST},
    {"S5.2-01 either side may be the LAC, whoever opened", UP "call | ICRP", "ICCN call-up", EST, EST},
};

static const struct scene lns_in[] = {
    {"F-NI-01 ICRQ", UP "| ICRQ", "ICRP", EST, "wait-connect"},
    {"S6.6-04 the least ICRQ", UP "| ICRQ,no=18", "ICRP", EST, "wait-connect"},
    {"F-NI-02, S7.4-04 no resources left", UP "full | ICRQ", "CDN:2/4 call-down", EST, NULL},
    {"F-NI-02, S6.6-03 no serial number", UP "| ICRQ,no=15", "CDN:2/3 call-down", EST, NULL},
    {"A-20 idle + ICRP", UP "| ICRP,sid=7", "ZLB", EST, NULL},
    {"F-NI-04 idle + ICCN", UP "| ICCN,sid=7", "ZLB", EST, NULL},
    {"A-20 a message without a session that needs one", UP "| ICCN,sid=0 ICRP,sid=0 WEN,sid=0", "ZLB ZLB ZLB", EST, NULL},
    {"F-NI-05, S5.2.1-01 ICCN", UP "ICRQ | ICCN", "ZLB call-up", EST, EST},
    {"F-NI-06 bad ICCN: unknown mandatory AVP", UP "ICRQ | ICCN,alien=1", "CDN:2/8 call-down", EST, "gone"},
    {"S7.1-07 ICCN with a short Rx Connect Speed is accepted", UP "ICRQ | ICCN,rx", "ZLB call-up", EST, EST},
    {"F-NI-07 wait-connect + ICRQ", UP "ICRQ | ICRQ,in", "CDN:2/6 call-down", EST, "gone"},
    {"F-NI-07 wait-connect + ICRP", UP "ICRQ | ICRP", "CDN:2/6 call-down", EST, "gone"},
    {"F-NI-08 wait-connect + CDN", UP "ICRQ | CDN", "ZLB call-down", EST, "gone"},
    {"F-NI-08, S6.12-01 established + CDN", UP "ICRQ ICCN | CDN", "ZLB call-down", EST, "gone"},
    {"F-NI-08 idle + CDN", UP "| CDN,sid=7", "ZLB", EST, NULL},
    {"F-NI-09 wait-connect + close", UP "ICRQ | hangup", "CDN:3 call-down", EST, "gone"},
    {"F-NI-09, S7.4-07 established + close", UP "ICRQ ICCN | hangup", "CDN:3 call-down", EST, "gone"},
    {"F-NI-10 established + ICRQ", UP "ICRQ ICCN | ICRQ,in", "CDN:2/6 call-down", EST, "gone"},
    {"F-NI-10 established + ICRP", UP "ICRQ ICCN | ICRP,asid=9", "CDN:2/6 call-down", EST, "gone"},
    {"F-NI-10 established + ICCN", UP "ICRQ ICCN | ICCN", "CDN:2/6 call-down", EST, "gone"},
    {"A-11 no ICCN in time", UP "ICRQ ZLB | idle,ms=60000", "60000:CDN:3 60000:call-down", EST, "gone"},
    {"S6.13-03 WEN", UP "ICRQ ICCN | WEN", "ZLB line-errors", EST, EST},
    {"A-24 SLI to a LNS counts for nothing", UP "ICRQ ICCN | SLI", "ZLB", EST, EST},
    {"S4.1-04 WEN with an unknown mandatory AVP ends the call", UP "ICRQ ICCN | WEN,alien=1", "CDN:2/8 call-down", EST, "gone"},
    {"A-23 CDN with an unknown mandatory AVP is carried out", UP "ICRQ ICCN | CDN,alien=1", "ZLB call-down", EST, "gone"},
    {"S4.4.1-03 unknown mandatory type, even with a session id", UP "ICRQ | WEN,type=99", "StopCCN:2/8 call-down down", "stopping", "gone"},
};

static const struct scene lac_out[] = {
    {"F-LO-01, S7.5-01 OCRQ", UP "| OCRQ", "OCRP dial", EST, "wait-cs-answer"},
    {"F-LO-02, S4.4.4-08 minimum above maximum", UP "| OCRQ,min=300", "CDN:2/3 call-down", EST, NULL},
    {"F-LO-02, S6.9-03 no Called Number", UP "| OCRQ,no=21", "CDN:2/3 call-down", EST, NULL},
    {"F-LO-02, S6.9-03 no Maximum BPS", UP "| OCRQ,no=17", "CDN:2/3 call-down", EST, NULL},
    {"A-20 idle + OCRP", UP "| OCRP,sid=7", "ZLB", EST, NULL},
    {"F-LO-04 idle + OCCN, CDN", UP "| OCCN,sid=7 CDN,sid=7", "ZLB ZLB", EST, NULL},
    {"F-LO-05, S6.11-01 answered", UP "OCRQ | answer", "OCCN call-up", EST, EST},
    {"F-LO-06, S7.5-02 busy", UP "OCRQ | hangup,res=8", "CDN:8 call-down", EST, "gone"},
    {"F-LO-07 wait-cs-answer + OCRQ", UP "OCRQ | OCRQ,in", "CDN:2/6 call-down", EST, "gone"},
    {"F-LO-07 wait-cs-answer + OCRP", UP "OCRQ | OCRP", "CDN:2/6 call-down", EST, "gone"},
    {"F-LO-07 wait-cs-answer + OCCN", UP "OCRQ | OCCN", "CDN:2/6 call-down", EST, "gone"},
    {"F-LO-08 established + OCRQ", UP "OCRQ answer | OCRQ,in", "CDN:2/6 call-down", EST, "gone"},
    {"F-LO-08 established + OCRP", UP "OCRQ answer | OCRP", "CDN:2/6 call-down", EST, "gone"},
    {"F-LO-08 established + OCCN", UP "OCRQ answer | OCCN", "CDN:2/6 call-down", EST, "gone"},
    {"F-LO-09 wait-cs-answer + CDN", UP "OCRQ | CDN", "ZLB call-down", EST, "gone"},
    {"F-LO-09, S7.5-03 established + CDN", UP "OCRQ answer | CDN", "ZLB call-down", EST, "gone"},
    {"F-LO-10, S7.5-04 established + close", UP "OCRQ answer ZLB | hangup,res=1", "CDN:1 call-down", EST, "gone"},
    {"S7.5-02 no answer in time: result 10", UP "OCRQ ZLB | idle,ms=60000", "60000:CDN:10 60000:call-down", EST, "gone"},
    {"S6.14-02 SLI", UP "OCRQ answer | SLI", "ZLB line-info", EST, EST},
    {"an answer after all is over", UP "OCRQ CDN | answer hangup", "", EST, "gone"},
    {"an answer twice", UP "OCRQ answer | answer", "", EST, EST},
};

static const struct scene lns_out[] = {
    {"F-NO-01 a call to be placed, the tunnel not up", "open | dial", "", "wait-ctl-reply", "wait-tunnel"},
    {"F-NO-02 idle + OCCN, OCRP, CDN", OUR_UP "| OCCN,sid=7 OCRP,sid=7 CDN,sid=7", "ZLB ZLB ZLB", EST, NULL},
    {"F-NO-03 tunnel-open", "open dial | SCCRP", "SCCCN OCRQ up", EST, "wait-reply"},
    {"F-NO-04 OCRP", OUR_UP "dial | OCRP", "ZLB", EST, "wait-connect"},
    {"F-NO-05 bad OCRP", OUR_UP "dial | OCRP,no=14", "CDN:2/3 call-down", EST, "gone"},
    {"F-NO-06 wait-reply + OCCN", OUR_UP "dial | OCCN", "CDN:2/6 call-down", EST, "gone"},
    {"F-NO-06 wait-reply + OCRQ", OUR_UP "dial | OCRQ,in", "CDN:2/6 call-down", EST, "gone"},
    {"F-NO-07, S5.2.2-01 OCCN", OUR_UP "dial OCRP | OCCN", "ZLB call-up", EST, EST},
    {"F-NO-08 wait-connect + OCRQ", OUR_UP "dial OCRP | OCRQ,in", "CDN:2/6 call-down", EST, "gone"},
    {"F-NO-08 wait-connect + OCRP", OUR_UP "dial OCRP | OCRP", "CDN:2/6 call-down", EST, "gone"},
    {"F-NO-09 wait-reply + CDN", OUR_UP "dial | CDN", "ZLB call-down", EST, "gone"},
    {"F-NO-09 wait-connect + CDN", OUR_UP "dial OCRP | CDN", "ZLB call-down", EST, "gone"},
    {"F-NO-09 established + CDN", OUR_UP "dial OCRP OCCN | CDN", "ZLB call-down", EST, "gone"},
    {"F-NO-10 established + OCRQ", OUR_UP "dial OCRP OCCN | OCRQ,in", "CDN:2/6 call-down", EST, "gone"},
    {"F-NO-10 established + OCRP", OUR_UP "dial OCRP OCCN | OCRP", "CDN:2/6 call-down", EST, "gone"},
    {"F-NO-10 established + OCCN", OUR_UP "dial OCRP OCCN | OCCN", "CDN:2/6 call-down", EST, "gone"},
    {"F-NO-11 wait-reply + close", OUR_UP "dial | hangup", "CDN:3 call-down", EST, "gone"},
    {"F-NO-11 wait-connect + close", OUR_UP "dial OCRP | hangup", "CDN:3 call-down", EST, "gone"},
    {"F-NO-11 established + close", OUR_UP "dial OCRP OCCN | hangup", "CDN:3 call-down", EST, "gone"},
    {"F-NO-12 wait-tunnel + close", "open dial | hangup", "call-down", "wait-ctl-reply", "gone"},
    {"A-11 OCRP, but no OCCN in time", OUR_UP "dial OCRP ZLB | idle,ms=60000", "60000:CDN:3 60000:call-down", EST, "gone"},
    {"S6.9-02 no OCRQ to a peer without Bearer Capabilities", "open SCCRP,nobearer ZLB | dial", "call-down", EST, "gone"},
    {"S4.4.3-06, S4.4.4-10 nor for a bearer that it has not", "open SCCRP,bearer=2 ZLB | dial,bearer=1", "call-down", EST, "gone"},
    {"S4.4.3-03, S4.4.4-13 nor for framing that it has not", "open SCCRP,framing=2 ZLB | dial,framing=1", "call-down", EST, "gone"},
};

static const struct scene more[] = {
    {"S4.1-04 an unknown mandatory AVP in ICRQ ends that call only", UP "ICRQ ICCN | ICRQ,asid=4,alien=1", "CDN:2/8 call-down", EST, NULL},
    {"S4.1-04 wherever it stands in the message", UP "| ICRQ,asid=4,alien=1,first", "CDN:2/8 call-down", EST, NULL},
    {"S4.1-06 without M it is skipped", UP "| ICRQ,alien=0,first", "ICRP", EST, NULL},
    {"S4.4.4-02 an ICRQ without a session id: there is nobody to answer", UP "| ICRQ,no=14", "ZLB", EST, NULL},
    {"S4.4.4-05 CDN without our id finds its call by the peer's", UP "ICRQ | CDN,sid=0", "ZLB call-down", EST, "gone"},
    {"S5.3-05 only its own", UP "ICRQ | CDN,sid=0,asid=8", "ZLB", EST, "wait-connect"},
    {"A-15 the header's id comes first", UP "ICRQ | CDN,asid=8", "ZLB call-down", EST, "gone"},
    {"a session id in use is not used twice", UP "ICRQ ICCN | ICRQ", "ZLB", EST, EST},
    {"but again after the CDN, even in the same breath", UP "ICRQ ICCN | ICRQ,ns=5 CDN,ns=4", "ZLB ICRP call-down", EST, NULL},
    {"S5.0-01 ICRQ before the tunnel is up", "SCCRQ | ICRQ", "StopCCN:7 down", "stopping", NULL},
    {"S5.0-03 calls of both kinds, both ways, in one tunnel", UP "ICRQ ICCN OCRQ,asid=2 answer call | ICRP,asid=3 dial OCRP,asid=4 OCCN",
     "ICCN call-up OCRQ ZLB ZLB call-up", EST, EST},
    {"a reply late for a call that is no more", OUR_UP "call hangup | ICRP", "ZLB", EST, "gone"},
    {"S7.4-05 hung up before the ICRP: the CDN has session id 0", OUR_UP "call hangup ZLB | CDN", "ZLB", EST, "gone"},
};
/* clang-format on */

/* How many of 600 such requests in a row are taken, none of them ever answered. */
static unsigned crowd(const char *request, const char *taken)
{
    unsigned n = 0;

    rig_again(&rig);
    rig_run(&rig, UP);
    for (unsigned i = 1; i <= 600; i++) {
        char script[40];

        snprintf(script, sizeof script, "%s,asid=%u", request, i);
        n += strncmp(rig_run(&rig, script), taken, strlen(taken)) == 0;
    }
    return n;
}

static void test_crowds(void)
{
    is_int(crowd("ICRQ", "ICRP"), 512, "S5.8-24 a flood of ICRQs: so many calls, no more");
    is_int(crowd("OCRQ", "OCRP"), 512, "S5.8-24 a flood of OCRQs: so many pppds, no more");
    is_str(rig_run(&rig, "OCRQ,asid=700"), "CDN:2/4 call-down", "the others are refused");
}

static void test_roles(void)
{
    rig.profile.accept_incoming = false;
    rig_again(&rig);
    is_str(rig_run(&rig, UP "| ICRQ"), "CDN:3 call-down", "S6.6-01 ICRQ to one that is no LNS");
    rig.profile.accept_incoming = true;
    rig.profile.accept_outgoing = false;
    rig_again(&rig);
    is_str(rig_run(&rig, UP "| OCRQ"), "CDN:3 call-down", "S6.9-01 OCRQ to one that does not dial");
    rig_again(&rig);
    rig_run(&rig, "SCCRQ");
    ok(msg_has(&rig.heard, AVP_BEARER_CAPABILITIES) && rig.heard.bearer_capabilities == 0,
       "S4.4.3-09 who cannot dial out says so");
    rig.profile.accept_outgoing = true;
    rig.profile.framing = FRAMING_SYNC;
    rig.profile.bearer = 1;
    rig_again(&rig);
    is_str(rig_run(&rig, UP "| OCRQ,framing=2"), "CDN:2/3 call-down", "S4.4.3-04 framing not advertised");
    rig_again(&rig);
    is_str(rig_run(&rig, UP "| OCRQ,bearer=2"), "CDN:4 call-down", "S4.4.3-07 bearer not advertised");
    rig.profile.framing = FRAMING_SYNC | FRAMING_ASYNC;
    rig.profile.bearer = 3;
}

/* Header ids and contents of what we say of a call. */
static void test_contents(void)
{
    uint32_t serial;

    rig_again(&rig);
    rig_run(&rig, OUR_UP "call");
    ok(rig.packet.session == 0 && rig.heard.assigned_session_id == rig.called,
       "S4.4.4-04 ICRQ has session id 0 and names ours");
    serial = rig.serial;
    rig_run(&rig, "hangup");
    ok(rig.packet.session == 0 && rig.heard.assigned_session_id == rig.called,
       "F-LI-09, S5.3-05 so does a CDN before the ICRP");
    rig_run(&rig, "call ICRP");
    is_int(rig.packet.session, RIG_SESSION, "S4.4.4-03 from the ICRP on it is the peer's");
    is_int(rig.serial, serial + 1, "S4.4.4-06 serial numbers go up");
    rig_run(&rig, "hangup");
    ok(rig.packet.session == RIG_SESSION && rig.heard.assigned_session_id == rig.called,
       "S4.4.4-05 a CDN names the id that was announced first");
    rig_again(&rig);
    rig_run(&rig, UP "full ICRQ");
    is_int(rig.packet.session, RIG_SESSION, "F-NI-02 the CDN goes to the id from the ICRQ");
    rig.admit = ADMITTED;
    rig_again(&rig);
    rig_run(&rig, UP "ICRQ ICRQ,asid=4,alien=1,first");
    ok(rig.packet.session == 4 && rig.heard.result_code.error == ERROR_UNKNOWN_AVP,
       "S4.1-04 likewise if what is wrong stands before the id");
    rig_again(&rig);
    rig_run(&rig, UP "ICRQ");
    is_int(rig.packet.session, RIG_SESSION, "A-31 ICRP has the id from the ICRQ");
    rig_run(&rig, "ICRP,asid=77");
    is_int(rig.packet.session, RIG_SESSION, "a CDN goes to the first id, whatever a later message says");
    rig_again(&rig);
    rig_run(&rig, "open SCCRP,bearer=2,framing=1 ZLB dial,bearer=3,framing=3");
    ok(rig.heard.bearer_type == 2 && rig.heard.framing_type == 1,
       "S4.4.4-10, S4.4.4-13 OCRQ asks for no more than the LAC has");
    rig_again(&rig);
    rig_run(&rig, "open SCCRP,framing=2 ZLB call ICRP");
    is_int(rig.heard.framing_type, 2, "S4.4.3-03 ICCN has no framing that the LNS has not advertised");
    rig_again(&rig);
    rig_run(&rig, "SCCRQ,framing=2 SCCCN OCRQ,framing=3 ZLB answer");
    is_int(rig.heard.framing_type, 2, "S4.4.3-03 nor has OCCN");
    rig.profile.tx_bps = 9600;
    rig.profile.rx_bps = 19200;
    rig_again(&rig);
    rig_run(&rig, UP "OCRQ,min=9600,max=14400 ZLB answer");
    is_int(rig.heard.tx_connect_speed, 9600, "S4.4.4-07 a line that is just fast enough is taken");
    is_int(rig.heard.rx_connect_speed, 14400, "S4.4.4-08 none is said to be faster than OCRQ allows");
    rig_again(&rig);
    is_str(rig_run(&rig, UP "| OCRQ,min=9601,max=14400"), "CDN:5 call-down",
           "S4.4.4-07 one that is slower is none, and never will be one");
    rig_again(&rig);
    rig_run(&rig, OUR_UP "call ICRP");
    is_int(rig.heard.rx_connect_speed, 19200, "ICCN knows no bounds");
    rig.profile.tx_bps = rig.profile.rx_bps = 100000000;
    for (unsigned asked = 1; asked <= 3; asked++) {
        char script[64];

        rig_again(&rig);
        snprintf(script, sizeof script, UP "OCRQ,framing=%u ZLB answer", asked);
        rig_run(&rig, script);
        is_int(rig.heard.framing_type, asked == 2 ? 2 : 1,
               "S4.4.4-12 OCCN has one that OCRQ has asked for");
    }
}

/* What is said in one tunnel of a call in another changes nothing there. */
static void test_other_tunnel(void)
{
    static const char *const words[] = {"CDN", "ICCN", "ICRQ", "WEN", "SLI"};
    unsigned call;
    char word[64];

    rig_again(&rig);
    rig_run(&rig, UP "ICRQ ICCN");
    call = rig.session;
    rig.ns = rig.nr = 0;
    rig_run(&rig, "SCCRQ,atid=2 SCCCN");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        snprintf(word, sizeof word, "%s,sid=%u", words[i], call);
        ok(strcmp(rig_run(&rig, word), "ZLB") == 0 && strcmp(rig_call_state(&rig), EST) == 0,
           "S3.1-17 %s in another tunnel with a call's id is not for that call (%s)", words[i],
           rig.trace);
    }
}

/* Many calls: the queue to the peer stays short, and all come up in the end. */
static void test_many(void)
{
    enum { CALLS = 2000 };
    struct l2tp_call_spec spec = {.bearer = 1, .framing = 1};
    unsigned up = 0, gone = 0, most = 0;
    char word[64];

    rig_again(&rig);
    rig_run(&rig, "open SCCRP,win=8 ZLB");
    for (unsigned i = 0; i < CALLS; i++)
        if (l2tp_call(rig.e, rig.now, rig.opened, &spec, &rig.host) == 0)
            gone++;
    rig_run(&rig, "tick");
    ok(gone == 0 && l2tp_counts(rig.e).calls == CALLS, "2,000 calls may wait in one tunnel");
    for (unsigned i = 0; i < CALLS; i++) {
        const struct call *c = l2tp_tunnel(rig.e, rig.opened)->calls;
        uint16_t queued = (uint16_t)(l2tp_tunnel(rig.e, rig.opened)->x.ns_next -
                                     l2tp_tunnel(rig.e, rig.opened)->x.una);

        most = queued > most ? queued : most;
        /* one that has been announced */
        while (c != NULL && c->state != WAIT_REPLY)
            c = c->next;
        if (c == NULL || c->state != WAIT_REPLY)
            break;
        snprintf(word, sizeof word, "ICRP,sid=%u,asid=%u", (unsigned)c->id, i + 1);
        up += strstr(rig_run(&rig, word), "call-up") != NULL;
    }
    is_int(up, CALLS, "all come up");
    ok(most <= 80, "S5.8-24 the queue is never long (%u)", most);
    is_str(rig_tunnel_state(&rig), "established", "the tunnel stays");
    rig_run(&rig, "StopCCN");
    is_int(l2tp_counts(rig.e).calls, 0, "one StopCCN ends them all");
}

/* A peer that acknowledges nothing cannot make us queue without end: its ICRQs are answered by
 * CDNs or not at all. */
/* A call's ids are known before it is up: who carries its data past the engine makes ready then. */
static void test_coming(void)
{
    rig.foresees = true;
    rig_again(&rig);
    rig_run(&rig, "SCCRQ SCCCN");
    is_str(rig_run(&rig, "| ICRQ"), "ICRP coming", "a call that is accepted is told of, behind the ICRP");
    is_str(rig_run(&rig, "| ICCN"), "ZLB call-up", "once");
    rig_again(&rig);
    rig_run(&rig, "SCCRQ SCCCN ICRQ");
    is_str(rig_run(&rig, "| CDN"), "ZLB call-down", "one that ends before it is up has an end");
    rig.admit = NO_ROOM;
    rig_again(&rig);
    rig_run(&rig, "SCCRQ SCCCN");
    is_str(rig_run(&rig, "| ICRQ"), "CDN:2/4 call-down", "one that is refused is not told of");
    rig.admit = ADMITTED;
    rig_again(&rig);
    rig_run(&rig, "open SCCRP");
    is_str(rig_run(&rig, "| call ICRP"), "ICRQ ICCN call-up", "nor is our own");
    rig.foresees = false;
}

static void test_flood(void)
{
    unsigned most = 0;
    char word[64];

    rig_again(&rig);
    rig_run(&rig, UP);
    for (unsigned i = 0; i < 5000; i++) {
        uint16_t queued;

        snprintf(word, sizeof word, "ICRQ,nr=1,asid=%u", i + 1);
        rig_run(&rig, word);
        queued = (uint16_t)(l2tp_tunnel(rig.e, rig.tunnel)->x.ns_next -
                            l2tp_tunnel(rig.e, rig.tunnel)->x.una);
        most = queued > most ? queued : most;
    }
    ok(most <= XPORT_QUEUE, "S5.8-24 5,000 ICRQs, none of our answers acknowledged: %u queued", most);
    ok(l2tp_counts(rig.e).calls <= XPORT_QUEUE + 1, "and no more calls than answers (%u)",
       l2tp_counts(rig.e).calls);
    is_str(rig_run(&rig, "close | idle,ms=100000"), "1000:ICRP 3000:ICRP 7000:ICRP 15000:ICRP 31000:ICRP",
           "closing, it still repeats only what is in flight");
    is_int(l2tp_counts(rig.e).tunnels, 0, "and ends");
}

int main(void)
{
    rig_init(&rig);
    PLAY(lac_in);
    PLAY(lns_in);
    PLAY(lac_out);
    PLAY(lns_out);
    PLAY(more);
    test_crowds();
    test_roles();
    test_contents();
    test_other_tunnel();
    test_many();
    test_coming();
    test_flood();
    rig_free(&rig);
    return tap_done();
}
