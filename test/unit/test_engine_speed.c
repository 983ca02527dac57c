/* proto (speeds, call_say, call_facts): the access line of a call, and its speed after the call is up:
 * RFC 5515. */
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

#define LNS "SCCRQ SCCCN ICRQ,speedy ICCN ZLB "
#define LNS_MUTE "SCCRQ SCCCN ICRQ ICCN ZLB "
#define LAC "open SCCRP call,speedy ICRP ZLB "
#define LAC_MUTE "open SCCRP call ICRP ZLB "
#define LAC_OUT "SCCRQ SCCCN OCRQ answer ZLB "

/* clang-format off */
static const struct scene told[] = {
    {"R5515-03 CSUN: another speed", LNS "| CSUN", "ZLB line-speed", "established", "established"},
    {"R5515-03 the same once more is no news", LNS "CSUN | CSUN", "ZLB", NULL, "established"},
    {"R5515-03 another in one direction is", LNS "CSUN | CSUN,tx=5", "ZLB line-speed", NULL, "established"},
    {"R5515-03 one call named often is told of once", LNS "| CSUN,n=100", "ZLB line-speed", NULL, "established"},
    {"R5515-04 none of a call whose ICRQ had no AVP 98", LNS_MUTE "| CSUN", "ZLB", "established", "established"},
    {"R5515-03 an id of nobody is passed over", LNS "| CSUN,asid=9", "ZLB", "established", "established"},
    {"R5515-03 0 is nobody", LNS "| CSUN,asid=0", "ZLB", "established", "established"},
    {"R5515-03 not before the call is up", "SCCRQ SCCCN ICRQ,speedy ZLB | CSUN", "ZLB", NULL, "wait-connect"},
    {"R5515-03 nor after it", LNS "CDN | CSUN", "ZLB", "established", "gone"},
    {"R5515-03 a LAC tells, and is not told", LAC "| CSUN", "ZLB", "established", "established"},
    {"R5515-03 an unknown AVP in it is skipped", LNS "| CSUN,alien=0", "ZLB line-speed", "established", "established"},
    {"S4.1-05 R5515-03 and with M ends the tunnel, as in all of its messages", LNS "| CSUN,alien=1", "StopCCN:2/8 call-down down", "stopping", NULL},
    {"R5515-03 before the tunnel is up it says nothing", "SCCRQ | CSUN", "ZLB", "wait-ctl-conn", NULL},
};

static const struct scene asked[] = {
    {"R5515-03 CSURQ is answered by CSUN", LAC "| CSURQ", "CSUN", "established", "established"},
    {"R5515-03 as often as it is asked", LAC "CSURQ ZLB | CSURQ", "CSUN", "established", "established"},
    {"R5515-04 not of a call whose ICRQ had no AVP 98", LAC_MUTE "| CSURQ", "ZLB", "established", "established"},
    {"R5515-03 not of an id of nobody", LAC "| CSURQ,asid=9", "ZLB", "established", "established"},
    {"R5515-03 nor of a call that is not up", "open SCCRP ZLB call,speedy ZLB | CSURQ", "ZLB", NULL, "wait-reply"},
    {"R5515-04 nor of an outgoing one, which had no ICRQ", LAC_OUT "| CSURQ", "ZLB", "established", "established"},
    {"R5515-03 a LNS has nothing to tell", LNS "| CSURQ", "ZLB", "established", "established"},
};

static const struct scene asks[] = {
    {"R5515-03 a LNS asks when the call is up", "SCCRQ SCCCN ICRQ,speedy ZLB | ICCN", "CSURQ call-up", NULL, "established"},
    {"R5515-04 not if the LAC would not tell", "SCCRQ SCCCN ICRQ ZLB | ICCN", "ZLB call-up", NULL, "established"},
    {"R5515-03 a LAC does not ask", "open SCCRP call,speedy | ICRP", "ICCN call-up", NULL, "established"},
};
/* clang-format on */

static const struct call *call(void)
{
    return l2tp_call_by_id(rig.e, rig.called != 0 ? rig.called : rig.session);
}

static void test_speeds(void)
{
    const struct msg_speeds *s = &rig.heard.connect_speed_update;

    rig_again(&rig);
    rig_run(&rig, LNS "CSUN,tx=5");
    ok(call()->tx_bps == 5 && call()->rx_bps == 64000, "R5515-03 both are kept");
    rig.profile.tx_bps = 7000;
    rig.profile.rx_bps = 8000;
    rig_again(&rig);
    rig_run(&rig, LAC "CSURQ,n=3");
    ok(rig.packet.session == 0 && s->n == 3 && s->at[2].session == RIG_SESSION &&
           s->at[0].tx == 7000 && s->at[0].rx == 8000,
       "R5515-03 CSUN: session 0 in the header, the LNS's id in the AVP, what the ICCN had said");
    l2tp_line_speed(rig.e, rig.now, rig.called, 7000, 8000);
    is_str(rig_run(&rig, "ZLB"), "", "R5515-03 the speed that it has is no news");
    l2tp_line_speed(rig.e, rig.now, rig.called, 7000, 9000);
    is_str(rig_run(&rig, "tick"), "CSUN", "R5515-03 another is told at once");
    ok(s->n == 1 && s->at[0].session == RIG_SESSION && s->at[0].rx == 9000, "and which");
    rig_again(&rig);
    rig_run(&rig, LAC_MUTE);
    l2tp_line_speed(rig.e, rig.now, rig.called, 1, 1);
    is_str(rig_run(&rig, "tick"), "", "R5515-04 not of a call whose ICRQ had no AVP 98");
    l2tp_line_speed(rig.e, rig.now, (uint16_t)(rig.called + 1), 1, 1);
    is_str(rig_run(&rig, "tick"), "", "nor of none");
    rig.profile.ask_speed = true;
    rig_again(&rig);
    rig_run(&rig, LNS);
    ok(rig.heard.type == CSURQ || s->n == 1, "a LNS has asked");
    rig_run(&rig, "CSUN,tx=6");
    is_int(call()->tx_bps, 6, "R5515-03 and is told");
    PLAY(asks);
    rig.profile.ask_speed = false;
}

static void test_line(void)
{
    const struct call_line *line;
    const struct msg *m = &rig.heard;

    rig_again(&rig);
    rig_run(&rig, "SCCRQ SCCCN ICRQ,line ICCN ZLB");
    line = call()->line;
    if (!ok(line != NULL, "R5515-01 what the ICRQ says of the line is kept"))
        return;
    is_str(line->circuit_id, "access-1 3/0:1", "R5515-01 its circuit's id");
    is_str(line->remote_id, "", "R5515-01 no other one");
    ok(line->rates[LINE_ACTUAL_DOWN] == 50000000000u &&
           !(line->has >> (AVP_LINE_RATES + LINE_ACTUAL_UP) & 1),
       "R5515-01 a rate of more than 32 bits, and no other");
    ok(line->delays[LINE_ACTUAL_DELAY_UP] == 8 && line->encapsulation[1] == 2 && line->type == 5 &&
           line->iwf == 1,
       "R5515-01 delay, encapsulation, type, interworking");
    rig_again(&rig);
    rig_run(&rig, LNS);
    ok(call()->line == NULL && call()->tells_speed, "R5515-01 nothing is kept where nothing is said");
    rig_again(&rig);
    rig_run(&rig, "open SCCRP ZLB call,line,speedy");
    ok(m->type == ICRQ && msg_has(m, AVP_AGENT_REMOTE_ID) && !msg_has(m, AVP_AGENT_CIRCUIT_ID) &&
           span_eq(m->agent_remote_id, span_str("customer 7")) &&
           m->line_rates[LINE_MAXIMUM_UP] == UINT64_C(1) << 40 &&
           msg_has(m, AVP_CONNECT_SPEED_UPDATE_ENABLE),
       "R5515-01 R5515-04 as LAC we say what we are told to, and that speeds may follow");
    rig_again(&rig);
    rig_run(&rig, "open SCCRP ZLB call");
    ok(m->type == ICRQ && m->present < UINT64_C(1) << 40, "R5515-05 and nothing else");
    rig_again(&rig);
    rig_run(&rig, "SCCRQ SCCCN ZLB dial,line,speedy");
    ok(rig.called == 0 || m->type != ICRQ, "R5515-01 nor of a call that the peer is to place");
}

int main(void)
{
    rig_init(&rig);
    PLAY(told);
    PLAY(asked);
    test_speeds();
    test_line();
    rig_free(&rig);
    return tap_done();
}
