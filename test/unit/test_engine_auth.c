/* proto (tunnel, post): tunnel authentication and hiding through the engine's face: RFC 2661, 5.1.1,
 * 4.3, 9.1. */
#include "rig.h"
#include "tap.h"
#include "wire/hide.h"

static struct rig rig;

/* clang-format off */
static const struct {
    const char *name;
    bool secret, challenge; /* ours */
    const char *script, *expected, *state;
} rows[] = {
    /* we answer */
    {"S5.1.1-01 no challenge at all", false, false, "SCCRQ | SCCCN", "ZLB up", "established"},
    {"S5.1.1-01 a secret, but no challenge", true, false, "SCCRQ | SCCCN", "ZLB up", "established"},
    {"S5.1.1-01 the initiator challenges", true, false, "SCCRQ,chal | SCCCN", "ZLB up", "established"},
    {"S5.1.1-01 we challenge", true, true, "SCCRQ | SCCCN,resp", "ZLB up", "established"},
    {"S5.1.1-01 both challenge", true, true, "SCCRQ,chal | SCCCN,resp", "ZLB up", "established"},
    {"S4.4.3-29, F-CC-11 the response is missing", true, true, "SCCRQ | SCCCN", "StopCCN:4 down", "stopping"},
    {"S5.1.1-03, F-CC-11 the response is wrong", true, true, "SCCRQ | SCCCN,resp=9", "StopCCN:4 down", "stopping"},
    {"S9.1-02 a response made with ID 2 in the SCCCN", true, true, "SCCRQ | SCCCN,resp=2", "StopCCN:4 down", "stopping"},
    {"S5.1.1-04 challenged without a secret", false, false, "| SCCRQ,chal", "StopCCN:4", "gone"},
    {"challenge wanted, but no secret for that", false, true, "| SCCRQ", "StopCCN:4", "gone"},
    {"a response that nobody asked for", true, false, "SCCRQ | SCCCN,resp=7", "ZLB up", "established"},
    {"S5.1.1-03 after a wrong response no call is taken", true, true, "SCCRQ SCCCN,resp=9 | ICRQ", "ZLB", "gone"},
    /* we ask */
    {"S5.1.1-01 none, we ask", false, false, "open | SCCRP", "SCCCN up", "established"},
    {"S5.1.1-01 we challenge, we ask", true, true, "open | SCCRP,resp", "SCCCN up", "established"},
    {"S5.1.1-01 the responder challenges", true, false, "open | SCCRP,chal", "SCCCN up", "established"},
    {"S5.1.1-01 both, we ask", true, true, "open | SCCRP,resp,chal", "SCCCN up", "established"},
    {"S4.4.3-29, F-CC-07 SCCRP without response", true, true, "open | SCCRP", "StopCCN:4 down", "stopping"},
    {"S5.1.1-03, F-CC-07 SCCRP with a wrong one", true, true, "open | SCCRP,resp=9", "StopCCN:4 down", "stopping"},
    {"S9.1-02 SCCRP with a response made with ID 3", true, true, "open | SCCRP,resp=3", "StopCCN:4 down", "stopping"},
    {"S9.1-02 SCCRP with a response made with ID 1", true, true, "open | SCCRP,type=2,resp=11", "StopCCN:4 down", "stopping"},
    {"S5.1.1-04 challenged in the SCCRP without a secret", false, false, "open | SCCRP,chal", "StopCCN:4 down", "stopping"},
    {"16 our own challenge comes back", true, true, "open | SCCRP,resp,mirror", "StopCCN:4 down", "stopping"},
    /* hidden */
    {"S4.3-01 hidden AVPs and no secret", false, false, "| SCCRQ,hide", "StopCCN:2/2", "gone"},
    {"S4.1-07 hidden AVPs with the secret", true, false, "SCCRQ,hide | SCCCN", "ZLB up", "established"},
    {"S4.1-07 a call's too", true, false, "SCCRQ,hide SCCCN | ICRQ,hide ICCN,hide", "ICRP ZLB call-up", "established"},
    {"S4.1-07 and its end", true, false, "SCCRQ,hide SCCCN ICRQ,hide | CDN,sid=0,hide", "ZLB call-down", "established"},
    {"S4.1-07 a StopCCN with its id hidden", true, false, "SCCRQ,hide | StopCCN,hide", "ZLB down", "stopped"},
};
/* clang-format on */

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *got;

        snprintf(rig.profile.secret, sizeof rig.profile.secret, "%s", rows[i].secret ? RIG_SECRET : "");
        rig.profile.challenge = rows[i].challenge;
        rig_again(&rig);
        got = rig_run(&rig, rows[i].script);
        if (!ok(strcmp(got, rows[i].expected) == 0 && strcmp(rig_tunnel_state(&rig), rows[i].state) == 0,
                "%s", rows[i].name))
            printf("#   script %s\n# expected %s [%s]\n#      got %s [%s]\n", rows[i].script,
                   rows[i].expected, rows[i].state, got, rig_tunnel_state(&rig));
    }
}

/* What we say: responses exactly where they are asked for, challenges fresh and long. */
static void test_said(void)
{
    uint8_t expected[MD5_SIZE], first[16];

    snprintf(rig.profile.secret, sizeof rig.profile.secret, "%s", RIG_SECRET);
    rig.profile.challenge = true;
    rig_again(&rig);
    rig_run(&rig, "SCCRQ,chal");
    hide_challenge_response(2, span_str(RIG_SECRET), span_of("sixteen octets!", 16), expected);
    is_mem(rig.heard.challenge_response.p, rig.heard.challenge_response.n, expected, MD5_SIZE,
           "S5.1.1-02, S4.4.3-30 SCCRP answers the challenge with ID 2");
    ok(rig.heard.challenge.n >= 16, "S4.4.3-28 our challenge has 16 octets");
    memcpy(first, rig.heard.challenge.p, 16);
    rig_run(&rig, "again | idle,ms=1000");
    is_mem(rig.heard.challenge.p, rig.heard.challenge.n, first, 16, "6: a repeat gets the same challenge");
    rig_run(&rig, "SCCRQ,ns=0,atid=9");
    ok(memcmp(rig.heard.challenge.p, first, 16) != 0, "another request gets another");
    rig_again(&rig);
    rig_run(&rig, "SCCRQ");
    ok(!msg_has(&rig.heard, AVP_CHALLENGE_RESPONSE), "S5.1.1-02 unasked there is no response");
    rig_again(&rig);
    rig_run(&rig, "open SCCRP,resp,chal");
    hide_challenge_response(3, span_str(RIG_SECRET), span_of("sixteen octets!", 16), expected);
    is_mem(rig.heard.challenge_response.p, rig.heard.challenge_response.n, expected, MD5_SIZE,
           "S5.1.1-02, S4.4.3-30 SCCCN answers the challenge with ID 3");
    rig_again(&rig);
    rig_run(&rig, "open SCCRP,resp");
    ok(!msg_has(&rig.heard, AVP_CHALLENGE_RESPONSE), "S5.1.1-02 unasked it does not");
}

/* We hide once the peer has shown the secret, and then everything that may be. */
static void test_hiding(void)
{
    rig.profile.hide = true;
    rig.profile.challenge = true;
    rig_again(&rig);
    rig_run(&rig, "SCCRQ,chal");
    ok(rig.heard.hidden == 0, "nothing is hidden from a peer that may not have the secret");
    rig_run(&rig, "SCCCN,resp ICRQ");
    ok(rig.heard.hidden >> AVP_ASSIGNED_SESSION_ID & 1, "S4.3-03 after its response the ICRP's id is");
    ok(rig.heard.random_vector.n >= 16, "S4.4.1-07 with a vector of 16 octets");
    rig_run(&rig, "hangup");
    ok((rig.heard.hidden >> AVP_RESULT_CODE & 1) == 0, "S4.4.2-02 a Result Code never");
    rig.profile.challenge = false;
    rig_again(&rig);
    rig_run(&rig, "SCCRQ,hide");
    ok(rig.heard.hidden >> AVP_ASSIGNED_TUNNEL_ID & 1, "what came hidden shows it too");
    rig.profile.secret[0] = '\0';
    rig_again(&rig);
    rig_run(&rig, "SCCRQ SCCCN ICRQ");
    ok(rig.heard.hidden == 0, "S4.3-01 without a secret nothing is");
}

int main(void)
{
    rig_init(&rig);
    test_rows();
    test_said();
    test_hiding();
    rig_free(&rig);
    return tap_done();
}
