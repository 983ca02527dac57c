/* proto: clauses that no one feature's test holds: headers, contents, order of set-up and end, as
 * they show at the engine's face.  RFC 2661, 3, 4.2, 4.4, 5, 6, 7. */
#include <stdlib.h>

#include "rig.h"
#include "tap.h"
#include "wire/proxy.h"
#include "wire/quirks.h"

static struct rig rig;

static void report(bool good, const struct scene *s, const char *got)
{
    ok(good, "%s", s->name);
    if (!good)
        printf("#   script %s\n# expected %s [tunnel %s, call %s]\n#      got %s\n", s->script,
               s->expected, s->tunnel != NULL ? s->tunnel : "?", s->call != NULL ? s->call : "?",
               got);
}

#define PLAY(scenes) rig_scenes(&rig, scenes, sizeof(scenes) / sizeof *(scenes), report)

#define UP "SCCRQ SCCCN "
#define OUR_UP "open SCCRP ZLB "
#define LNS "SCCRQ SCCCN ICRQ ICCN "
#define EST "established"

/* clang-format off */
static const struct scene scenes[] = {
    {"S5.1-01 set-up: SCCRQ, SCCRP, SCCCN, an acknowledgement", "| SCCRQ SCCCN", "SCCRP ZLB up", EST, NULL},
    {"S5.1-01 the other way round", "| open SCCRP", "SCCRQ SCCCN up", EST, NULL},
    {"S5.1-02 a message that waits for that peer stands for the ZLB", "open call SCCRQ,tie=1 | SCCCN", "ICRQ up", NULL, NULL},
    {"S6.2-01 SCCRP answers an acceptable SCCRQ", "| SCCRQ", "SCCRP", "wait-ctl-conn", NULL},
    {"S6.2-01 and no other", "| SCCRQ,ver=0x200", "StopCCN:5/256", "gone", NULL},
    {"S6.8-01 ICCN makes the call established", UP "ICRQ | ICCN", "ZLB call-up", EST, EST},
    {"S6.8-01 ours too", OUR_UP "call | ICRP", "ICCN call-up", EST, EST},
    {"S6.5-01 the one that was called sends HELLO of its own accord", UP "ZLB | idle,ms=60000", "60000:HELLO", EST, NULL},
    {"S6.5-01 so does the one that called", OUR_UP "| idle,ms=60000", "60000:HELLO", EST, NULL},
    {"S5.6-01 the LNS ends a call by CDN", LNS "ZLB | hangup", "CDN:3 call-down", EST, "gone"},
    {"S5.6-01 so does the LAC", OUR_UP "call ICRP ZLB | hangup", "CDN:3 call-down", EST, "gone"},
    {"S5.6-01 the peer's does", LNS "| CDN", "ZLB call-down", EST, "gone"},
    {"S7.2-07 StopCCN in wait-ctl-reply", "open | StopCCN idle,ms=31000", "ZLB down", "gone", NULL},
    {"S7.2-07 in wait-ctl-conn", "SCCRQ | StopCCN idle,ms=31000", "ZLB down", "gone", NULL},
    {"S7.2-07 in established, with its calls", LNS "| StopCCN idle,ms=31000", "ZLB call-down down", "gone", "gone"},
    {"S7.6-02 a CDN is acknowledged before its call is released", LNS "| CDN", "ZLB call-down", EST, NULL},
    {"S7.6-02 a StopCCN before anything of its tunnel is", "open SCCRP call ICRP ZLB dial OCRP,asid=9 OCCN | StopCCN", "ZLB call-down call-down down", NULL, NULL},
    {"S7.3-01 while one call is being dialled others are answered", UP "OCRQ | ICRQ,asid=7 ICCN HELLO", "ICRP ZLB call-up ZLB", EST, NULL},
    {"S7.3-01 while one waits for its ICRP too", OUR_UP "call | ICRQ,asid=7 ICCN HELLO", "ICRP ZLB call-up ZLB", EST, NULL},
    {"S4.4.3-11 a call of an advertised kind may be refused: the tunnel stays", "open SCCRP,bearer=3 ZLB dial,bearer=2 | CDN,res=4", "ZLB call-down", EST, "gone"},
    {"S4.4.3-11 and the next one is asked for all the same", "open SCCRP,bearer=3 ZLB dial,bearer=2 CDN,res=4 | dial,bearer=2", "OCRQ", EST, "wait-reply"},
    {"S3.0-02 only control messages are sent again", LNS "ZLB number frame frame map | idle,ms=7000", "1000:SLI 3000:SLI 7000:SLI", EST, EST},
    {"S3.0-02 and a gap in the peer's data is not complained of", LNS "| data,seq=0 data,seq=7 data,seq=8 idle,ms=1000", "frame frame frame", NULL, NULL},
};
/* clang-format on */

static unsigned u16_at(size_t at)
{
    return rig.datagram[at] << 8u | rig.datagram[at + 1];
}

/* The headers of both kinds, and the type in the octets of the message. */
static void test_headers(void)
{
    static const struct {
        const char *name, *script;
        unsigned type;
    } types[] = {
        {"S6.1-01 SCCRQ is 1", "open", 1},
        {"S6.2-01 SCCRP is 2", "SCCRQ", 2},
        {"SCCCN is 3", "open SCCRP", 3},
        {"StopCCN is 4", UP "close", 4},
        {"S6.5-01 HELLO is 6", UP "ZLB idle,ms=60000", 6},
        {"ICRQ is 10", OUR_UP "call", 10},
        {"S6.8-01 ICCN is 12", OUR_UP "call ICRP", 12},
        {"S5.6-01 CDN is 14", LNS "ZLB hangup", 14},
        {"S6.13-01 WEN is 15", OUR_UP "call ICRP ZLB errors", 15},
    };
    uint8_t room[PACKET_DATA_HEADER + 1] = {0};
    size_t n;

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        rig_again(&rig);
        rig_run(&rig, types[i].script);
        is_int(u16_at(PACKET_CONTROL_HEADER + 6), types[i].type, types[i].name);
        ok(u16_at(0) >> 15 == 1 && (rig.datagram[1] & 0xf) == 2,
           "S3.1-03, S3.1-12 T is set, the version is 2");
    }
    rig_again(&rig);
    rig_run(&rig, "open");
    ok(u16_at(4) == 0 && u16_at(6) == 0, "S6.1-01 SCCRQ has tunnel id 0 and session id 0");
    rig_run(&rig, "SCCRP ZLB idle,ms=60000");
    ok(rig.packet.session == 0 && rig.packet.body.n == 8,
       "S6.5-01 HELLO is its type alone, of no session");
    rig_again(&rig);
    rig_run(&rig, LNS);
    n = l2tp_data_header(rig.e, rig.now, rig.session, room + PACKET_DATA_HEADER, 1);
    ok(n == 6 && (room[PACKET_DATA_HEADER - n] & 0x80) == 0 &&
           (room[PACKET_DATA_HEADER - n + 1] & 0xf) == 2,
       "S3.1-03, S3.1-12 in data T is not set, and the version is 2");
    ok((room[PACKET_DATA_HEADER - 4] << 8u | room[PACKET_DATA_HEADER - 3]) == RIG_TUNNEL &&
           (room[PACKET_DATA_HEADER - 2] << 8u | room[PACKET_DATA_HEADER - 1]) == RIG_SESSION,
       "S5.3-03 data have the peer's tunnel id and session id");
    rig_run(&rig, "ZLB map");
    ok(rig.packet.tunnel == RIG_TUNNEL && rig.packet.session == RIG_SESSION,
       "S5.3-03 so have control messages of the call");
    is_str(rig_run(&rig, "data"), "frame", "S3.1-03 without T it is data");
    rig.given[0] |= 0x80;
    rig_input(&rig, &rig.peer, span_of(rig.given, 17));
    ok(rig.got == L2TP_DROPPED && rig.frames == 1, "S3.1-03 the same with T is not");
}

/* 7.1: what is no L2TP message at all. */
static void test_malformed(void)
{
    static const struct {
        const char *name;
        size_t at, cut; /* cut: octets that are left; 0: all */
        uint8_t value;
    } broken[] = {
        {"S7.1-05 version 3", 1, 0, 3},
        {"S7.1-05 no L in a control message", 0, 0, 0x88},
        {"S7.1-05 no S in a control message", 0, 0, 0xc0},
        {"S7.1-05 a Length beyond the datagram", 2, 0, 0x7f},
        {"S7.1-05 cut within the header", 0, 11, 0xc8},
        {"S7.1-05 one octet", 0, 1, 0xc8},
    };

    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        uint8_t octets[RIG_DATAGRAM];
        struct l2tp_counts counts;

        rig_again(&rig);
        rig_run(&rig, LNS "HELLO");
        memcpy(octets, rig.given, rig.given_n);
        octets[9]++; /* the next Ns: it would count, were it well */
        octets[broken[i].at] = broken[i].value;
        rig_run(&rig, "|");
        rig_input(&rig, &rig.peer,
                  span_of(octets, broken[i].cut > 0 ? broken[i].cut : rig.given_n));
        counts = l2tp_counts(rig.e);
        ok(rig.trace_n == 0 && rig.got == L2TP_DROPPED && counts.dropped[CAUSE_MALFORMED] == 1 &&
               strcmp(rig_call_state(&rig), EST) == 0,
           "%s: discarded, counted, and nothing ends", broken[i].name);
    }
}

/* Nr: the next expected, whatever was lost, repeated, or came early; modulo 65536. */
static void test_nr(void)
{
    bool good = true;

    rig_again(&rig);
    rig_run(&rig, UP "HELLO");
    is_int(rig.packet.nr, 3, "S3.1-19 Nr is one more than what came last in order");
    rig_run(&rig, "HELLO,ns=4");
    is_int(rig.packet.nr, 3, "S3.1-19 what came early does not count yet");
    rig_run(&rig, "HELLO,ns=1");
    is_int(rig.packet.nr, 3, "S3.1-19 nor does a repeat");
    rig_run(&rig, "HELLO,ns=3");
    is_int(rig.packet.nr, 5, "S3.1-19 when the gap is filled both do");
    rig.ns = 5;
    rig.quiet = true;
    for (unsigned i = 5; i < 65535 + 3; i++) {
        rig_run(&rig, "HELLO");
        good &= rig.packet.nr == ((i + 1) & 0xffff);
    }
    ok(good, "S3.1-19 and so on, through 65535 to 0");
    rig.quiet = false;
}

/* What we say of ourselves and of calls. */
static void test_contents(void)
{
    const struct msg *m = &rig.heard;
    struct l2tp_call_spec spec = {.bearer = BEARER_ANALOG,
                                  .framing = 1,
                                  .called = "5551234",
                                  .calling = "5556789",
                                  .sub_address = "42",
                                  .private_group = "blue"};

    for (unsigned bearer = 0; bearer <= 3; bearer++)
        for (unsigned minimal = 0; minimal <= 1; minimal++) {
            rig.profile.bearer = bearer;
            rig.profile.quirks_on = minimal ? QUIRK_MINIMAL : 0;
            rig_again(&rig);
            rig_run(&rig, "open");
            ok(msg_has(m, AVP_BEARER_CAPABILITIES) && m->bearer_capabilities == bearer,
               "S4.4.3-08, S4.4.3-10 who dials out says with what: %u, in the SCCRQ", bearer);
            rig_again(&rig);
            rig_run(&rig, "SCCRQ");
            ok(msg_has(m, AVP_BEARER_CAPABILITIES) && m->bearer_capabilities == bearer,
               "S4.4.3-08, S4.4.3-10 and in the SCCRP");
        }
    rig.profile.quirks_on = 0;
    rig.profile.bearer = 3;
    rig_again(&rig);
    rig_run(&rig, OUR_UP);
    rig.called = l2tp_call(rig.e, rig.now, rig.opened, &spec, NULL);
    rig_run(&rig, "tick");
    ok(m->type == ICRQ && m->assigned_session_id == rig.called && m->call_serial_number == 100 &&
           m->bearer_type == BEARER_ANALOG,
       "S7.4-01 ICRQ: a session id, a serial number, the bearer");
    ok(span_eq(m->called_number, span_str("5551234")) &&
           span_eq(m->calling_number, span_str("5556789")) &&
           span_eq(m->sub_address, span_str("42")),
       "S7.4-03 and the numbers that are known");
    rig_run(&rig, "ICRP");
    ok(span_eq(m->private_group_id, span_str("blue")),
       "S4.4.4-22 ICCN: the private group that the host names");
    rig_again(&rig);
    rig_run(&rig, OUR_UP "call");
    ok(!msg_has(m, AVP_CALLED_NUMBER) && !msg_has(m, AVP_CALLING_NUMBER) &&
           !msg_has(m, AVP_SUB_ADDRESS),
       "S7.4-03 those that are not are left out");
    rig_run(&rig, "ICRP");
    ok(!msg_has(m, AVP_PRIVATE_GROUP_ID), "S4.4.4-22 and so is a group that is not named");
    for (unsigned kind = 1; kind <= 2; kind++) {
        rig_again(&rig);
        rig_run(&rig, OUR_UP);
        spec.bearer = kind;
        l2tp_call(rig.e, rig.now, rig.opened, &spec, NULL);
        rig_run(&rig, "tick");
        is_int(m->bearer_type, kind, "S7.4-02 the bearer is reported as it is, digital or analog");
    }
}

/* 6.6: answered first, with the outcome told; or not until the ICRP. */
static void test_answered(void)
{
    union {
        struct call_proxy p;
        uint8_t room[sizeof(struct call_proxy) + 8];
    } proxy = {.p = {.present = UINT64_C(1) << AVP_PROXY_AUTHEN_TYPE, .type = PROXY_NONE}};
    struct l2tp_call_spec spec = {.bearer = 1, .framing = 1, .proxy = &proxy.p};

    rig_again(&rig);
    rig_run(&rig, OUR_UP);
    l2tp_call(rig.e, rig.now, rig.opened, &spec, NULL);
    rig_run(&rig, "tick ICRP");
    ok(rig.heard.type == ICCN && msg_has(&rig.heard, AVP_PROXY_AUTHEN_TYPE),
       "S6.6-02 a LAC that has answered first tells what came of it");
    rig_again(&rig);
    rig_run(&rig, OUR_UP "call ICRP");
    ok(rig.heard.type == ICCN && (rig.heard.present & UINT64_C(0xff) << PROXY_FIRST) == 0,
       "S6.6-02 one that has not says nothing of it");
}

/* 4.2: an extension is asked for by an AVP without M, and used if the reply has its twin. */
static void test_probe(void)
{
    size_t at;

    rig.profile.ecn = true;
    rig_again(&rig);
    rig_run(&rig, "open");
    for (at = PACKET_CONTROL_HEADER; at < rig.datagram_n && u16_at(at + 4) != 103;)
        at += u16_at(at) & 0x3ff;
    ok(at < rig.datagram_n && (rig.datagram[at] & 0x80) == 0,
       "S4.2-03 SCCRQ asks for ECN by an AVP without M");
    rig_run(&rig, "SCCRP");
    ok(!l2tp_tunnel(rig.e, rig.opened)->ecn, "S4.2-03 no twin in the SCCRP: it is not used");
    rig_again(&rig);
    rig_run(&rig, "open SCCRP,ecn");
    ok(l2tp_tunnel(rig.e, rig.opened)->ecn, "S4.2-03 with its twin it is");
    rig.profile.ecn = false;
}

/* 8.1: answers leave from where the question went. */
static void test_from(void)
{
    struct l2tp_event ev;
    uint8_t octets[RIG_DATAGRAM];
    struct l2tp_frame frame;
    struct addr to;
    size_t n;

    rig_again(&rig);
    rig_run(&rig, "SCCRQ,port=40000");
    n = rig.given_n;
    memcpy(octets, rig.given, n);
    rig_again(&rig);
    to = addr_ip4(0xc0000209u, 1701);
    rig.peer.port = 40000;
    l2tp_input(rig.e, rig.now, &rig.peer, &to, span_of(octets, n), &frame);
    ok(l2tp_next(rig.e, rig.now, &ev) && ev.kind == L2TP_SEND && addr_same(&ev.from, &to) &&
           addr_same(&ev.to, &rig.peer),
       "S8.1-05 an answer leaves from the address and port that were asked: NAT lets it through");
    rig_run(&rig, "tick");
    rig.peer.port = 1701;
}

int main(void)
{
    rig_init(&rig);
    PLAY(scenes);
    test_headers();
    test_malformed();
    test_nr();
    test_contents();
    test_answered();
    test_probe();
    test_from();
    rig_free(&rig);
    return tap_done();
}
