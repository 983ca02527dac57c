/* proto: corners where two things meet that each work alone: frames that wait and numbers given up,
 * quirks and ties, ties of several hosts' tunnels. */
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
    is_str(
        rig_run(&rig, "data,seq=50"),
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

/* Frames that come last first do not keep those before them waiting. */
static void test_backwards(void)
{
    rig.profile.reorder_ms = REORDER_MS;
    rig_again(&rig);
    rig_run(&rig, LNS "data,seq=0 data,seq=12 idle,ms=60 data,seq=10 data,seq=11");
    is_str(rig_run(&rig, "idle,ms=39"), "", "each waits its time");
    is_str(rig_run(&rig, "idle,ms=1"), "1:carry 1:carry 1:carry",
           "the first that came goes on in time, behind those before it");
    rig_run(&rig, "data,seq=30 idle,ms=60 data,seq=20 data,seq=25");
    is_str(rig_run(&rig, "idle,ms=100"), "40:carry 40:carry 40:carry", "gap for gap");
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

static void test_zero_tunnel(void)
{
    rig.profile.quirks_on = 1u << 4; /* zero-tunnel-id */
    rig_again(&rig);
    is_str(rig_run(&rig, "SCCRQ SCCCN | HELLO,tid=0"), "ZLB",
           "its HELLO with tunnel id 0 is heard");
    is_str(rig_run(&rig, "HELLO,tid=0,port=9,ns=2 HELLO,tid=0,host=9,ns=2"), "",
           "nobody else's is taken for it");
    rig_run(&rig, "SCCRQ,atid=77,ns=0,nr=0 SCCCN,ns=1,nr=1,in=0");
    is_str(rig_run(&rig, "| HELLO,tid=0,ns=2,nr=1"), "ZLB", "the last one that came up is meant");
    rig_again(&rig);
    rig_run(&rig, "SCCRQ SCCCN");
    is_str(rig_run(&rig, "StopCCN,tid=0"), "ZLB down", "and its StopCCN too");
    is_str(rig_run(&rig, "idle,ms=40000 | HELLO,tid=0,ns=3"), "", "then there is none any more");
    rig.profile.quirks_on = 0;
    rig_again(&rig);
    is_str(rig_run(&rig, "SCCRQ SCCCN | StopCCN,tid=0"), "HELLO",
           "but nobody else's: its peer has our id, and is asked whether it lives");
}

/* We hide our id, the peer lacks the secret: it refuses us without knowing whom. */
static void test_unread(void)
{
    static const struct {
        const char *name, *script, *expected;
        enum hide_when hide;
    } rows[] = {
        {"refused by one who could not read our id", "open | StopCCN,tid=0,res=2,err=2", "ZLB down",
         HIDE_ALWAYS},
        {"not by one who has not got our SCCRQ", "open | StopCCN,tid=0,nr=0", "", HIDE_ALWAYS},
        {"nor from another port", "open | StopCCN,tid=0,port=9", "", HIDE_ALWAYS},
        {"nor if it may mean either of two", "open open | StopCCN,tid=0", "", HIDE_ALWAYS},
        {"nor by one who can read it", "open | StopCCN,tid=0", "", HIDE_PROVEN},
    };

    snprintf(rig.profile.secret, sizeof rig.profile.secret, "%s", RIG_SECRET);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        rig.profile.hide = rows[i].hide;
        rig_again(&rig);
        is_str(rig_run(&rig, rows[i].script), rows[i].expected, rows[i].name);
    }
    rig.profile.hide = HIDE_NEVER;
    rig.profile.secret[0] = '\0';
}

/* A SCCRQ with ECN Capability. */
static void ask_for_ecn(void)
{
    uint8_t room[256];
    struct wr w = wr_over(room, sizeof room);
    struct msg m;

    msg_init(&m, SCCRQ, 0);
    m.protocol_version = 0x0100;
    msg_set(&m, AVP_PROTOCOL_VERSION);
    m.framing_capabilities = 3;
    msg_set(&m, AVP_FRAMING_CAPABILITIES);
    m.host_name = span_str("hand");
    msg_set(&m, AVP_HOST_NAME);
    m.assigned_tunnel_id = RIG_TUNNEL;
    msg_set(&m, AVP_ASSIGNED_TUNNEL_ID);
    msg_set(&m, AVP_ECN);
    packet_control_header(&w, 0, 0, 0, 0, 0);
    msg_encode(&w, &m, NULL);
    wr_set16(&w, 2, (uint16_t)wr_len(&w));
    rig_input(&rig, &rig.peer, span_of(room, wr_len(&w)));
}

/* What the quirk "minimal" leaves out has not been said, so it does not count. */
static void test_minimal(void)
{
    rig.profile.quirks_on = 1u << 5; /* minimal */
    rig.profile.tie_breaker = rig.profile.ecn = true;
    rig_again(&rig);
    rig_run(&rig, "open");
    rig.tie_breaker = l2tp_tunnel(rig.e, rig.opened)->tie_breaker;
    is_str(rig_run(&rig, "SCCRQ,beside=11"), "SCCRP down",
           "S4.4.3-13 a tie breaker that was not sent loses against any");
    rig_again(&rig);
    ask_for_ecn();
    ok(!msg_has(&rig.heard, AVP_ECN) && !l2tp_tunnel(rig.e, rig.tunnel)->ecn,
       "ECN that was not granted is not practised");
    rig.profile.quirks_on = 0;
    rig.profile.tie_breaker = rig.profile.ecn = false;
}

/* Two hosts open tunnels to one peer, and the peer's own SCCRQ wins against both: it takes the
 * place of one of them, and the other's call must not come up as the first one's. */
static void test_tie_of_two(void)
{
    struct l2tp_call_spec spec = {.framing = 1};
    struct addr unset = {0};
    int host[2];
    uint16_t call[2];
    const struct call *c[2];

    rig_again(&rig);
    for (int i = 0; i < 2; i++) {
        uint16_t id = l2tp_open(rig.e, rig.now, &unset, &rig.peer, &rig.profile, &host[i]);

        call[i] = l2tp_call(rig.e, rig.now, id, &spec, NULL);
    }
    is_str(rig_run(&rig, "| SCCRQ,tie=1"), "call-down down down SCCRP",
           "two of ours lose: one gives way in silence, one ends with its call");
    for (int i = 0; i < 2; i++)
        c[i] = l2tp_call_by_id(rig.e, call[i]);
    ok((c[0] == NULL) != (c[1] == NULL), "one call goes on");
    for (int i = 0; i < 2; i++)
        if (c[i] != NULL)
            ok(c[i]->tunnel->host_data == &host[i], "and it is its own host's");
}

int main(void)
{
    rig_init(&rig);
    test_given_up();
    test_backwards();
    test_given_back();
    test_zero_tunnel();
    test_unread();
    test_minimal();
    test_tie_of_two();
    rig_free(&rig);
    return tap_done();
}
