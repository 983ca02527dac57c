/* proto (call, call_say, call_facts): the line between client and LAC: SLI, WEN, and why a call
 * ended in other people's words: RFC 2661, 4.4.4, 4.4.6, 6.12, 6.13, 6.14; RFC 3145. */
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

#define LNS "SCCRQ SCCCN ICRQ ICCN ZLB "
#define LAC "open SCCRP call ICRP ZLB "
#define LNS_OUT "open SCCRP ZLB dial OCRP OCCN ZLB "
#define LAC_OUT "SCCRQ SCCCN OCRQ answer ZLB "

/* clang-format off */
static const struct scene maps[] = {
    {"S6.14-01 a LNS tells its LAC the maps", LNS "| map", "SLI", NULL, "established"},
    {"S6.14-01 and new ones at once", LNS "| map map,n=1 ZLB,nr=4", "SLI SLI", NULL, "established"},
    {"S6.14-01 in an outgoing call too", LNS_OUT "| map", "SLI", NULL, "established"},
    {"a LAC has none to tell", LAC "| map", "", NULL, "established"},
    {"nor has one that dials", LAC_OUT "| map", "", NULL, "established"},
    {"not before the call is up", "SCCRQ SCCCN ICRQ ZLB | map", "", NULL, "wait-connect"},
    {"not after it", LNS "CDN | map", "", NULL, "gone"},
};

static const struct scene errors[] = {
    {"S6.13-01 a LAC tells errors when there are any", LAC "| errors,n=1", "WEN", NULL, "established"},
    {"S6.13-01 so does one that dials", LAC_OUT "| errors,n=1", "WEN", NULL, "established"},
    {"S6.13-01 none: nothing is said", LAC "| errors,n=0 idle,ms=59000", "", NULL, "established"},
    {"S6.13-01 no more than before: nothing is said", LAC "errors,n=3 ZLB idle,ms=59000 HELLO idle,ms=2000 | errors,n=3 errors,n=2", "", NULL, "established"},
    {"S6.13-01 more within 60 s: said when they are over", LAC "errors,n=1 ZLB idle,ms=30000 HELLO errors,n=2 errors,n=3 | idle,ms=29999 tick,ms=0 idle,ms=1", "1:WEN", NULL, "established"},
    {"S6.13-01 and then not for 60 s more", LAC "errors,n=1 ZLB errors,n=2 idle,ms=60000 ZLB errors,n=3 HELLO | idle,ms=59999 ZLB", "", NULL, "established"},
    {"S6.13-01 later than that: at once", LAC "errors,n=1 ZLB idle,ms=40000 HELLO idle,ms=20000 | errors,n=2", "WEN", NULL, "established"},
    {"a LNS has no line", LNS "| errors,n=1", "", NULL, "established"},
    {"not before the call is up", "open SCCRP ZLB call ZLB | errors,n=1", "", NULL, "wait-reply"},
    {"S6.13-01 what waits to be told is forgotten with its call", LAC "errors,n=1 ZLB errors,n=2 CDN | idle,ms=59000", "", NULL, "gone"},
};
/* clang-format on */

static const struct call *call(void)
{
    return l2tp_call_by_id(rig.e, rig.called != 0 ? rig.called : rig.session);
}

static void test_said(void)
{
    rig_again(&rig);
    rig_run(&rig, LNS "map,n=0x12345");
    ok(rig.packet.session == RIG_SESSION && rig.heard.accm[0] == 0x12345 &&
           rig.heard.accm[1] == 0xffffffff,
       "S4.4.6-02, S4.4.6-03 SLI: the map to send with first, then that to receive with");
    ok(call()->accm_send == 0x12345 && call()->accm_receive == 0xffffffff, "both are kept");
    rig_again(&rig);
    rig_run(&rig, LAC);
    ok(call()->accm_send == 0xffffffff && call()->accm_receive == 0xffffffff,
       "S4.4.6-04 before an SLI both maps are full");
    rig_run(&rig, "SLI");
    ok(call()->accm_send == 0x000a0000 && call()->accm_receive == 0,
       "S4.4.6-03, S6.14-02 after it they are what it says");
    rig_run(&rig, "errors,n=7");
    ok(rig.packet.session == RIG_SESSION && rig.heard.call_errors[0] == 7 &&
           rig.heard.call_errors[5] == 0,
       "S4.4.6-01 WEN: six counts");
    rig_run(&rig, "ZLB errors,n=9 idle,ms=50000 HELLO | idle,ms=10000");
    is_int(rig.heard.call_errors[0], 9, "S6.13-02 they are cumulative");
    l2tp_line_errors(rig.e, rig.now, rig.called, (const uint32_t[6]){0, 0, 4, 0, 0, 0});
    rig_run(&rig, "ZLB idle,ms=59000 HELLO idle,ms=2000");
    ok(rig.heard.call_errors[0] == 9 && rig.heard.call_errors[2] == 4,
       "S6.13-02 each for itself: none is ever taken back");
    rig_run(&rig, "hangup ZLB call ICRP,asid=5 ZLB");
    is_str(rig_run(&rig, "errors,n=2"), "WEN", "S6.13-01 the next call tells its own at once");
    ok(rig.heard.call_errors[0] == 2 && rig.heard.call_errors[2] == 0, "S6.13-02 which begin at 0");
    rig_again(&rig);
    rig_run(&rig, LNS "WEN");
    is_int(call()->errors[0], 17, "S6.13-03 as LNS we keep what is told");
}

static void test_quirk(void)
{
    rig.profile.quirks_on = QUIRK_NO_STATUS;
    rig_again(&rig);
    is_str(rig_run(&rig, LNS "| map"), "", "Q-01 no SLI to a peer that ends calls over it");
    rig_again(&rig);
    is_str(rig_run(&rig, LAC "| errors,n=5 idle,ms=59000"), "", "Q-01 no WEN either");
    is_str(rig_run(&rig, "SLI"), "ZLB line-info", "but what it says counts");
    rig.profile.quirks_on = 0;
}

static const struct call_cause told = {.has_q931 = true,
                                       .q931 = 17,
                                       .q931_message = 0x5a,
                                       .has_ppp = true,
                                       .ppp = 14,
                                       .protocol = 0xc021,
                                       .direction = 1,
                                       .text = "peer is looped back"};

static void test_causes(void)
{
    const struct msg *m = &rig.heard;

    rig.profile.disconnect_cause = true;
    rig_again(&rig);
    rig_run(&rig, LAC);
    l2tp_hang_up_cause(rig.e, rig.now, rig.called, 8, 0, "busy", &told);
    is_str(rig_run(&rig, "tick"), "CDN:8 call-down", "a hang-up with causes");
    ok(msg_has(m, AVP_Q931_CAUSE_CODE) && m->q931_cause_code.cause == 17 &&
           m->q931_cause_code.message == 0x5a,
       "S6.12-02 the CDN has the Q.931 cause");
    ok(msg_has(m, AVP_PPP_DISCONNECT_CAUSE) && m->ppp_disconnect_cause.code == 14 &&
           m->ppp_disconnect_cause.protocol == 0xc021 && m->ppp_disconnect_cause.direction == 1 &&
           span_eq(m->ppp_disconnect_cause.text, span_str("peer is looped back")),
       "R3145 and the PPP Disconnect Cause");
    is_int(rig.cause.ppp, 14, "which the host is told with the end");
    rig.profile.disconnect_cause = false;
    rig_again(&rig);
    rig_run(&rig, LAC);
    l2tp_hang_up_cause(rig.e, rig.now, rig.called, 8, 0, "busy", &told);
    rig_run(&rig, "tick");
    ok(msg_has(m, AVP_Q931_CAUSE_CODE) && !msg_has(m, AVP_PPP_DISCONNECT_CAUSE),
       "R3145 which is left out if it is not to be said");
    rig_again(&rig);
    rig_run(&rig, LAC "hangup");
    ok(!msg_has(m, AVP_Q931_CAUSE_CODE) && !msg_has(m, AVP_PPP_DISCONNECT_CAUSE),
       "a hang-up without causes has neither");
    rig_again(&rig);
    is_str(rig_run(&rig, LNS "| CDN,cause=16,ppp=13"), "ZLB call-down", "a CDN with both");
    ok(rig.cause.has_q931 && rig.cause.q931 == 16 && rig.cause.q931_message == 0x45,
       "S6.12-02 the Q.931 cause that came is kept");
    ok(rig.cause.has_ppp && rig.cause.ppp == 13 && rig.cause.protocol == 0xc023 &&
           rig.cause.direction == 2,
       "R3145 so is the PPP Disconnect Cause");
    is_int(strcspn(rig.cause.text, "\1"), (long long)strlen(rig.cause.text),
           "its text without what would spoil a log");
    rig_again(&rig);
    rig_run(&rig, LNS "CDN");
    ok(!rig.cause.has_q931 && !rig.cause.has_ppp, "a CDN without them: neither");
    rig_again(&rig);
    rig_run(&rig, LNS "CDN,cause=16");
    ok(rig.cause.has_q931 && strcmp(rig.cause.text, "advice") == 0, "its advice is kept");
    rig_again(&rig);
    rig_run(&rig, "open call");
    l2tp_hang_up_cause(rig.e, rig.now, rig.called, 3, 0, "", &told);
    is_str(rig_run(&rig, "tick"), "call-down",
           "F-LI-03 a call that nobody knows of ends without a word");
    l2tp_hang_up_cause(rig.e, rig.now, rig.called, 3, 0, "", &told);
    is_str(rig_run(&rig, "tick"), "", "and only once");
}

int main(void)
{
    rig_init(&rig);
    PLAY(maps);
    PLAY(errors);
    test_said();
    test_quirk();
    test_causes();
    rig_free(&rig);
    return tap_done();
}
