/* Taking control messages apart (RFC 2661, 4 and 6): known octets both ways, what each offence costs,
 * what is excused, and room for what was hidden. */
#include "tap.h"

#include <stdlib.h>

#include "messages.h"
#include "wire/hide.h"
#include "wire/packet.h"

static uint8_t arena[4096];

/* Without a word of excuse. */
static struct verdict judge(struct msg *m, struct span body, const char *secret)
{
    struct verdict v = msg_scan(m, body, 0);

    m->strict = true;
    return v.damage == DAMAGE_NONE ? msg_reveal(m, span_str(secret), arena, body.n) : v;
}

static struct verdict decode(struct msg *m, struct span body, const char *secret)
{
    struct verdict v = msg_scan(m, body, 0);

    return v.damage == DAMAGE_NONE ? msg_reveal(m, span_str(secret), arena, body.n) : v;
}

/* Reference examples: what is shown of each, and whether our order of AVPs is the example's. */
static const struct {
    const char *name;
    const char *datagram;
    uint16_t type;
    bool exact;
    const char *shown;
} examples[] = {
    {"S6.1-02: SCCRQ (E-01)",
     "c802 0070 0000 0000 0000 0000 8008000000000001 8008000000020100 800a0000000300000003"
     "8011000000076c61632e6578616d706c65 8008000000091111 80080000000a0008"
     "80160000000b0102030405060708090a0b0c0d0e0f10 0008000000060100 000b000000086c32747064",
     SCCRQ, false,
     "SCCRQ protocol_version=1.0 framing_capabilities=3 firmware_revision=256"
     " host_name=\"lac.example\" vendor_name=\"l2tpd\" assigned_tunnel_id=4369"
     " receive_window_size=8 challenge=0102030405060708090a0b0c0d0e0f10"},
    {"S6.2-02: SCCRP (E-02)",
     "c802 0073 1111 0000 0000 0001 8008000000000002 8008000000020100 800a0000000300000003"
     "8011000000076c6e732e6578616d706c65 8008000000092222 80080000000a0008"
     "80160000000bf0e0d0c0b0a090807060504030201000 80160000000d89221c72eba5e8295dfb16c2936412f8",
     SCCRP, true,
     "SCCRP protocol_version=1.0 framing_capabilities=3 host_name=\"lns.example\""
     " assigned_tunnel_id=8738 receive_window_size=8 challenge=f0e0d0c0b0a090807060504030201000"
     " challenge_response=89221c72eba5e8295dfb16c2936412f8"},
    {"S6.3-01: SCCCN (E-03)",
     "c802 002a 2222 0000 0001 0001 8008000000000003 80160000000de33250738cc019303523e15123245fa6",
     SCCCN, true, "SCCCN challenge_response=e33250738cc019303523e15123245fa6"},
    {"S6.6-03, S4.4.4-11: ICRQ of neither bearer (E-05)",
     "c802 004a 2222 0000 0002 0001 800800000000000a 80080000000e3333 800a0000000f00000001"
     "800a0000001200000000 800d0000001535353531323334 800d0000001635353539383736",
     ICRQ, true,
     "ICRQ assigned_session_id=13107 call_serial_number=1 bearer_type=0 called_number=\"5551234\""
     " calling_number=\"5559876\""},
    {"S6.7-01: ICRP (E-06)", "c802 001c 1111 3333 0001 0003 800800000000000b 80080000000e4444",
     ICRP, true, "ICRP assigned_session_id=17476"},
    {"S6.8-02: ICCN (E-07)",
     "c802 0032 2222 4444 0003 0002 800800000000000c 800a0000001805f5e100 800a0000001300000001"
     "000a0000002601312d00",
     ICCN, false, "ICCN framing_type=1 tx_connect_speed=100000000 rx_connect_speed=20000000"},
    {"S6.14-01, S4.4.6-02: SLI (E-15)",
     "c802 0024 1111 3333 0002 0004 8008000000000010 8010000000230000ffffffffffffffff", SLI, true,
     "SLI accm=ffffffff,ffffffff"},
    {"S6.13-03, S4.4.6-01: WEN (E-16)",
     "c802 0034 2222 4444 0004 0003 800800000000000f 8020000000220000 00000001 00000002 00000003"
     "00000004 00000005 00000006",
     WEN, true, "WEN call_errors=00000001,00000002,00000003,00000004,00000005,00000006"},
    {"S6.5-03: HELLO (E-17)", "c802 0014 1111 0000 0003 0005 8008000000000006", HELLO, true,
     "HELLO"},
    {"S6.12-02, R3145: CDN with a PPP Disconnect Cause (E-18)",
     "c802 0039 2222 4444 0005 0004 800800000000000e 800f00000001 0003 0000 61646d696e"
     "80080000000e3333 000e0000002e0001000000627965",
     CDN, true,
     "CDN result_code=3/0(administrative reasons)\"admin\" assigned_session_id=13107"
     " ppp_disconnect_cause=1(administrative disconnect)/0000/0\"bye\""},
    {"S6.4-02: StopCCN (E-19)",
     "c802 0024 2222 0000 0006 0004 8008000000000004 8008000000091111 8008000000010006", STOPCCN,
     false, "StopCCN result_code=6(requester is shutting down) assigned_tunnel_id=4369"},
    {"S6.1-02, S4.1-01: the least SCCRQ, 53 octets",
     "c802 0035 0000 0000 0000 0000 8008000000000001 8008000000020100 800a0000000300000003 "
     "80070000000761 8008000000091111",
     SCCRQ, true,
     "SCCRQ protocol_version=1.0 framing_capabilities=3 host_name=\"a\""
     " assigned_tunnel_id=4369"},
    {"S6.1-03, S4.4.3-12, S4.4.3-17, S4.4.3-20: SCCRQ with all it may have",
     "c802 0084 0000 0000 0000 0000 8008000000000001 8008000000020100 800a0000000300000003 "
     "800a0000000400000003 000e000000050123456789abcdef 0008000000060690 80070000000761 "
     "000b000000086c32747064 8008000000091111 80080000000a0008 "
     "80160000000b0102030405060708090a0b0c0d0e0f10 000600000067",
     SCCRQ, true,
     "SCCRQ protocol_version=1.0 framing_capabilities=3 bearer_capabilities=3"
     " tie_breaker=0123456789abcdef firmware_revision=1680 host_name=\"a\""
     " vendor_name=\"l2tpd\" assigned_tunnel_id=4369 receive_window_size=8"
     " challenge=0102030405060708090a0b0c0d0e0f10 ecn=yes"},
    {"S6.2-02: the least SCCRP",
     "c802 0035 1111 0000 0000 0001 8008000000000002 8008000000020100 800a0000000300000001 "
     "80070000000762 8008000000092222",
     SCCRP, true,
     "SCCRP protocol_version=1.0 framing_capabilities=1 host_name=\"b\""
     " assigned_tunnel_id=8738"},
    {"S6.3-01: the least SCCCN, 20 octets", "c802 0014 2222 0000 0001 0001 8008000000000003", SCCCN,
     true, "SCCCN"},
    {"S6.4-02: the least StopCCN, 36 octets, in our order",
     "c802 0024 2222 0000 0006 0004 8008000000000004 8008000000010006 8008000000091111", STOPCCN,
     true, "StopCCN result_code=6(requester is shutting down) assigned_tunnel_id=4369"},
    {"S6.6-03, S6.6-04: the least ICRQ, 38 octets",
     "c802 0026 2222 0000 0002 0001 800800000000000a 80080000000e3333 800a0000000f00000001", ICRQ,
     true, "ICRQ assigned_session_id=13107 call_serial_number=1"},
    {"S6.8-02: the least ICCN, 40 octets",
     "c802 0028 2222 4444 0003 0002 800800000000000c 800a0000001300000001 "
     "800a0000001805f5e100",
     ICCN, true, "ICCN framing_type=1 tx_connect_speed=100000000"},
    {"S6.8-03, S4.4.5-01: ICCN with all it may have",
     "c802 00a6 2222 4444 0003 0002 800800000000000c 800a0000001300000001 "
     "800a0000001805f5e100 000a0000001a010405dc 000b0000001b0305c22305 "
     "00140000001c010405d405061234567807020802 00080000001d0002 000a0000001e75736572 "
     "000a0000001ff0e0d0c0 0008000000200017 00160000002100112233445566778899aabbccddeeff "
     "000b000000257265642d31 000a0000002601312d00 800600000027",
     ICCN, true,
     "ICCN framing_type=1 tx_connect_speed=100000000"
     " initial_received_lcp_confreq=[mru=1500] last_sent_lcp_confreq=[auth=chap-md5]"
     " last_received_lcp_confreq=[mru=1492 magic=12345678 pfc acfc]"
     " proxy_authen_type=2(chap) proxy_authen_name=\"user\""
     " proxy_authen_challenge=f0e0d0c0 proxy_authen_id=23 proxy_authen_response=(16"
     " octets) private_group_id=7265642d31 rx_connect_speed=20000000"
     " sequencing_required=yes"},
    {"S6.9-03, S6.9-04: OCRQ with all it may have",
     "c802 0063 1111 0000 0002 0004 8008000000000007 80080000000e4444 800a0000000f00010203 "
     "800a0000001000002580 800a0000001105f5e100 800a0000001200000003 800a0000001300000003 "
     "800d0000001535353531323334 8008000000172a37",
     OCRQ, true,
     "OCRQ assigned_session_id=17476 call_serial_number=66051 minimum_bps=9600"
     " maximum_bps=100000000 bearer_type=3 framing_type=3 called_number=\"5551234\""
     " sub_address=\"*7\""},
    {"S6.10-01, S4.4.4-20: OCRP with all it may have",
     "c802 0026 2222 4444 0004 0003 8008000000000008 80080000000e3333 000a0000001980000007", OCRP,
     true, "OCRP assigned_session_id=13107 physical_channel_id=2147483655"},
    {"S6.10-01: the least OCRP, 28 octets",
     "c802 001c 2222 4444 0004 0003 8008000000000008 80080000000e3333", OCRP, true,
     "OCRP assigned_session_id=13107"},
    {"S6.11-01: the least OCCN",
     "c802 0028 2222 4444 0005 0003 8008000000000009 800a0000001300000002 "
     "800a0000001800002580",
     OCCN, true, "OCCN framing_type=2 tx_connect_speed=9600"},
    {"S6.11-02: OCCN with all it may have",
     "c802 0038 2222 4444 0005 0003 8008000000000009 800a0000001300000002 "
     "800a0000001800002580 000a00000026000004b0 800600000027",
     OCCN, true,
     "OCCN framing_type=2 tx_connect_speed=9600 rx_connect_speed=1200"
     " sequencing_required=yes"},
    {"S6.12-02: the least CDN, 36 octets",
     "c802 0024 2222 4444 0005 0004 800800000000000e 8008000000010003 80080000000e3333", CDN, true,
     "CDN result_code=3(administrative reasons) assigned_session_id=13107"},
    {"S6.12-02, S4.4.4-01: CDN with all it may have",
     "c802 0041 2222 4444 0005 0004 800800000000000e 800e000000010002000466756c6c "
     "800c0000000c001045627965 80080000000e3333 000b0000002e0010c22301",
     CDN, true,
     "CDN result_code=2/4(general error: insufficient resources)\"full\""
     " q931_cause_code=16/69\"bye\" assigned_session_id=13107"
     " ppp_disconnect_cause=16(authentication failed)/c223/1"},
};

static void test_examples(void)
{
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        uint8_t datagram[320], made[320];
        struct wr w = wr_over(made, sizeof made);
        struct msg m, back;
        struct packet p;
        char line[1024];
        struct verdict v;

        packet_parse(span_of(datagram, unhex(examples[i].datagram, datagram)), &p);
        v = judge(&m, p.body, "");
        ok(v.damage == DAMAGE_NONE && v.result == 0 && m.type == examples[i].type, "%s: taken (%s)",
           examples[i].name, v.text);
        is_str(msg_describe(&m, line, sizeof line), examples[i].shown, examples[i].name);
        ok(msg_encode(&w, &m, NULL), "%s: put together", examples[i].name);
        if (examples[i].exact)
            is_mem(made, wr_len(&w), p.body.p, p.body.n, examples[i].name);
        v = decode(&back, span_of(made, wr_len(&w)), "");
        ok(v.damage == DAMAGE_NONE && same_message(&m, &back), "%s: the same again",
           examples[i].name);
    }
}

/* Fields by their C names, which the lines above do not see. */
static void test_fields(void)
{
    uint8_t body[256];
    struct msg m;

    decode(&m, span_of(body, unhex(examples[0].datagram + 30, body)), "");
    ok(m.protocol_version == 0x0100 && m.framing_capabilities == 3 && m.firmware_revision == 256 &&
           m.assigned_tunnel_id == 0x1111 && m.receive_window_size == 8,
       "S3.0-01: numbers of SCCRQ (E-01)");
    ok(span_eq(m.host_name, span_str("lac.example")) && span_eq(m.vendor_name, span_str("l2tpd")) &&
           m.challenge.n == 16 && m.challenge.p[15] == 0x10,
       "S4.1-13: texts of SCCRQ (E-01)");
    ok(m.mandatory == (BIT(2) | BIT(3) | BIT(7) | BIT(9) | BIT(10) | BIT(11)) && m.hidden == 0,
       "4.1: M bits as they came");
    msg_scan(&m, span_of(body, unhex(examples[5].datagram + 30, body)), 0x4444);
    ok(m.session == 0x4444 && m.tx_connect_speed == 100000000 && m.rx_connect_speed == 20000000,
       "S4.4.4-18: speeds of ICCN (E-07)");
}

/* RFC 5515, 4.1 and 6.1, by hand: as many speeds as there are, in the clear and hidden, after the vector
 * before each. */
static void test_speeds(void)
{
    static const char two[] = "0008 0000 0000 001c 0012 0000 0061 0000 4444 003d0900 0000fa00 "
                              "0012 0000 0061 0000 4445 00000001 ffffffff";
    struct msg_hiding hiding = {span_str(TEST_SECRET), span_of(TEST_VECTOR, 16), span_of(NULL, 0),
                                false};
    uint8_t body[4096], made[4096];
    const struct msg_speeds *s;
    char line[256];
    struct msg m;
    struct wr w;

    ok(decode(&m, span_of(body, unhex(two, body)), "").damage == DAMAGE_NONE, "R5515-02: two speeds");
    s = &m.connect_speed_update;
    ok(s->n == 2 && s->at[0].session == 0x4444 && s->at[0].tx == 4000000 && s->at[0].rx == 64000 &&
           s->at[1].session == 0x4445 && s->at[1].tx == 1 && s->at[1].rx == UINT32_MAX,
       "R5515-02: reserved, session, Tx, Rx");
    is_str(msg_describe(&m, line, sizeof line),
           "CSUN connect_speed_update=17476:4000000/64000,17477:1/4294967295", "and are shown");
    w = wr_over(made, sizeof made);
    ok(msg_encode(&w, &m, NULL) && span_eq(span_of(made, wr_len(&w)), span_of(body, unhex(two, body))),
       "R5515-02, R5515-03: and sent octet by octet, none with M");
    m.hidden = UINT64_MAX;
    w = wr_over(made, sizeof made);
    ok(msg_encode(&w, &m, &hiding) &&
           decode(&m, span_of(made, wr_len(&w)), TEST_SECRET).damage == DAMAGE_NONE && s->n == 2 &&
           s->at[0].session == 0x4444 && s->at[1].rx == UINT32_MAX,
       "R5515-02: hidden each, and revealed");
    ok(decode(&m, span_of(made, wr_len(&w)), "other").damage == DAMAGE_NONE && s->n == 0 &&
           !msg_has(&m, AVP_CONNECT_SPEED_UPDATE),
       "R5515-02: with another secret, without M: none");
    for (unsigned n = 0; n <= SPEEDS_MOST; n++)
        unhex("0012 0000 0061 0000 4444 003d0900 0000fa00", body + 8 + 18 * n);
    ok(decode(&m, span_of(body, 8 + 18 * (SPEEDS_MOST + 1)), "").damage == DAMAGE_NONE &&
           s->n == SPEEDS_MOST,
       "R5515-02: more than there is room for are passed over");
}

/* RFC 5515, 5.18: the first of four octets; but some take them all for a number. */
static void test_line_types(void)
{
    static const struct {
        const char *value;
        uint32_t type;
        const char *text;
    } types[] = {{"05000000", 5, "VDSL2"}, {"00000005", 5, "VDSL2"}, {"00000000", 0, "0"},
                 {"ff000000", 255, "255"}, {"00000100", 256, "256"}};

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        uint8_t body[256], made[256];
        struct wr w = wr_over(made, sizeof made);
        char text[128];
        struct msg m, back;

        snprintf(text, sizeof text, ICRQ_TYPE ICRQ_REST "000a 0de9 0091 %s", types[i].value);
        ok(decode(&m, span_of(body, unhex(text, body)), "").damage == DAMAGE_NONE &&
               m.access_line_type == types[i].type,
           "R5515-01: line type %s", types[i].value);
        ok(msg_encode(&w, &m, NULL) &&
               decode(&back, span_of(made, wr_len(&w)), "").damage == DAMAGE_NONE &&
               back.access_line_type == types[i].type && made[wr_len(&w) - 4] == (types[i].type & 0xffu),
           "R5515-01: and it is sent as the RFC has it");
        is_str(avp_line_type_text(types[i].type, text, sizeof text), types[i].text,
               "R5515-01: its name, or number");
    }
}

/* What is found and what it costs; "number" is an AVP that must then be there, or must not. */
static const struct {
    const char *name;
    const char *body;
    enum damage damage;
    unsigned error, number;
    bool there;
    const char *text;
} offences[] = {
    {"S4.1-06, S4.1-11: unknown vendor, M clear", SCCRQ_TYPE "0008013700010001" SCCRQ_REST,
     DAMAGE_NONE, 0, 7, true, ""},
    {"S4.1-05, S4.1-11, S4.2-02: unknown vendor, M set", SCCRQ_TYPE "8008013700010001" SCCRQ_REST,
     DAMAGE_TUNNEL, ERROR_UNKNOWN_AVP, NONE, false, "AVP (1) of vendor 311"},
    {"S4.1-04: unknown vendor, M set, of a session", ICRQ_TYPE "8008013700010001" ICRQ_REST,
     DAMAGE_SESSION, ERROR_UNKNOWN_AVP, NONE, false, "AVP (1) of vendor 311"},
    {"S4.1-12: a number of vendor 0 with another vendor, M set",
     SCCRQ_TYPE "8008000900070001" SCCRQ_REST, DAMAGE_TUNNEL, ERROR_UNKNOWN_AVP, NONE, false,
     ": AVP (7) of vendor 9 is unknown"},
    {"S4.1-12: and M clear", SCCRQ_TYPE "0008000900070001" SCCRQ_REST, DAMAGE_NONE, 0, 7, true, ""},
    {"S4.1-12: type 0 of vendor 9 comes first", "8008000900000001" SCCRQ_REST, DAMAGE_TUNNEL,
     ERROR_UNKNOWN_AVP, NONE, false, "vendor 9"},
    {"S4.4.2-10, S10-01, R3438-01: unknown number 65535, M set",
     SCCRQ_TYPE "80080000ffff0001" SCCRQ_REST, DAMAGE_TUNNEL, ERROR_UNKNOWN_AVP, NONE, false,
     "(65535) of vendor 0 is unknown"},
    {"R9601-02: AVP 103 (ECN)", SCCRQ_TYPE SCCRQ_REST "000600000067", DAMAGE_NONE, 0, AVP_ECN, true,
     ""},
    {"R9601-02: AVP 103 with a value is none", SCCRQ_TYPE SCCRQ_REST "00070000006701", DAMAGE_NONE,
     0, AVP_ECN, false, ""},
    {"A-10: AVP 103 hidden, the key made with its number on the wire",
     SCCRQ_TYPE VECTOR "4008000000678ce7" SCCRQ_REST, DAMAGE_NONE, 0, AVP_ECN, true, ""},
    {"S10-01: AVP 40 on the wire is not slot 40", CDN_TYPE CDN_REST "000b000000280010c22301",
     DAMAGE_NONE, 0, AVP_PPP_DISCONNECT_CAUSE, false, ""},
    {"S10-01: AVP 41 on the wire is not slot 41, M set", SCCRQ_TYPE SCCRQ_REST "800600000029",
     DAMAGE_TUNNEL, ERROR_UNKNOWN_AVP, AVP_ECN, false, "AVP (41) of vendor 0 is unknown"},
    {"A-21: AVP 46 of four octets", CDN_TYPE CDN_REST "000a0000002e0010c223", DAMAGE_NONE, 0,
     AVP_PPP_DISCONNECT_CAUSE, false, ""},
    {"A-21: and of five", CDN_TYPE CDN_REST "000b0000002e0010c22301", DAMAGE_NONE, 0,
     AVP_PPP_DISCONNECT_CAUSE, true, ""},
    {"R5515-01: Agent-Circuit-Id, Length 18", ICRQ_TYPE ICRQ_REST "0012 0de9 0001 44312061746d20332f302e31",
     DAMAGE_NONE, 0, AVP_AGENT_CIRCUIT_ID, true, ""},
    {"R5515-01: number 1 of vendor 0 is none", ICRQ_TYPE ICRQ_REST "0009 0000 0001 443142", DAMAGE_NONE, 0,
     AVP_AGENT_CIRCUIT_ID, false, ""},
    {"R5515-01: of one octet, M clear", ICRQ_TYPE ICRQ_REST "0007 0de9 0001 44", DAMAGE_NONE, 0,
     AVP_AGENT_CIRCUIT_ID, false, ""},
    {"R5515-01: and M set", ICRQ_TYPE ICRQ_REST "8007 0de9 0001 44", DAMAGE_SESSION, ERROR_LENGTH,
     AVP_AGENT_CIRCUIT_ID, false, "agent_circuit_id (1) has a wrong length"},
    {"R5515-01: a rate of four octets, M clear", ICRQ_TYPE ICRQ_REST "000a 0de9 0082 000fa000", DAMAGE_NONE,
     0, AVP_LINE_RATES + LINE_ACTUAL_DOWN, false, ""},
    {"R5515-01: of eight", ICRQ_TYPE ICRQ_REST "000e 0de9 0082 0000000002625a00", DAMAGE_NONE, 0,
     AVP_LINE_RATES + LINE_ACTUAL_DOWN, true, ""},
    {"R5515-01: number 143 of the Broadband Forum is none of the line's, M set",
     ICRQ_TYPE ICRQ_REST "8006 0de9 008f", DAMAGE_SESSION, ERROR_UNKNOWN_AVP, NONE, false,
     "AVP (143) of vendor 3561 is unknown"},
    {"R5515-01: not in ICCN", ICCN_TYPE ICCN_REST "000a 0de9 00fe 00000001", DAMAGE_NONE, 0,
     AVP_IWF_SESSION, false, ""},
    {"R5515-02: Connect Speed Update Enable", ICRQ_TYPE ICRQ_REST "0006 0000 0062", DAMAGE_NONE, 0,
     AVP_CONNECT_SPEED_UPDATE_ENABLE, true, ""},
    {"R5515-03: CSUN without a speed says nothing", "0008 0000 0000 001c", DAMAGE_NONE, 0,
     AVP_CONNECT_SPEED_UPDATE, false, ""},
    {"R5515-02: a speed of L2TPv3's 20 octets, M clear",
     "0008 0000 0000 001c 001a 0000 0061 00004444 00000000003d0900 000000000000fa00", DAMAGE_NONE, 0,
     AVP_CONNECT_SPEED_UPDATE, false, ""},
    {"R5515-02: and M set", "0008 0000 0000 001c 801a 0000 0061 00004444 00000000003d0900 000000000000fa00",
     DAMAGE_TUNNEL, ERROR_LENGTH, AVP_CONNECT_SPEED_UPDATE, false, "connect_speed_update (97)"},
    {"S4.1-03: reserved bits, M set", SCCRQ_TYPE SCCRQ_REST "a008000000040000", DAMAGE_TUNNEL,
     ERROR_UNKNOWN_AVP, 4, false, "bearer_capabilities (4) of vendor 0 is marked by reserved bits"},
    {"S4.1-03: reserved bits, M clear", SCCRQ_TYPE SCCRQ_REST "040a00000004 00000001", DAMAGE_NONE,
     0, 4, false, ""},
    {"S4.1-03: reserved bits in Message Type", "8408000000000001" SCCRQ_REST, DAMAGE_TUNNEL,
     ERROR_UNKNOWN_AVP, NONE, false, "reserved"},
    {"S7.1-07, S4.4.4-19: Rx Connect Speed of 2 octets, M clear",
     ICCN_TYPE ICCN_REST "0008000000262580", DAMAGE_NONE, 0, 38, false, ""},
    {"S7.1-06: and M set", ICCN_TYPE ICCN_REST "8008000000262580", DAMAGE_SESSION, ERROR_LENGTH, 38,
     false, "rx_connect_speed (38) has a wrong length"},
    {"S7.1-06, S4.4.3-18: Host Name of no octets",
     SCCRQ_TYPE "8006 0000 0007 8008000000020100 800a0000000300000003 8008000000091111",
     DAMAGE_TUNNEL, ERROR_LENGTH, 7, false, "host_name"},
    {"S4.4.3-21: Assigned Tunnel ID 0",
     SCCRQ_TYPE "8008000000090000 8008000000020100 800a0000000300000003 80070000000761",
     DAMAGE_TUNNEL, ERROR_VALUE, 9, false, "assigned_tunnel_id (9) is zero"},
    {"S5.8-21, A-04: window 0, M set", SCCRQ_TYPE SCCRQ_REST "80080000000a0000", DAMAGE_TUNNEL, ERROR_VALUE,
     10, false, "receive_window_size"},
    {"A-04: window 0, M clear", SCCRQ_TYPE SCCRQ_REST "00080000000a0000", DAMAGE_NONE, 0, 10, false,
     ""},
    {"S4.4.4-02: Assigned Session ID 0", ICRQ_TYPE "80080000000e0000 800a0000000f00000001",
     DAMAGE_SESSION, ERROR_VALUE, 14, false, "assigned_session_id (14) is zero"},
    {"A-22: known, not for this message, M set", ICRQ_TYPE ICRQ_REST "80080000000a0000",
     DAMAGE_NONE, 0, 10, false, ""},
    {"Q-14: AVP 20, M set", ICCN_TYPE ICCN_REST "8008000000140001", DAMAGE_NONE, 0, 20, false, ""},
    {"A-22: a second one counts for nothing", SCCRQ_TYPE SCCRQ_REST "80080000000900ff", DAMAGE_NONE,
     0, 9, true, ""},
    {"A-22: not even when it is no good", SCCRQ_TYPE SCCRQ_REST "800700000009ff", DAMAGE_NONE, 0, 9,
     true, ""},
    {"A-22: a second Message Type", SCCRQ_TYPE SCCRQ_REST "8008000000000004", DAMAGE_NONE, 0, 9,
     true, ""},
    {"S6.1-02: SCCRQ without Assigned Tunnel ID",
     SCCRQ_TYPE "8008000000020100 800a0000000300000003 80070000000761", DAMAGE_TUNNEL, ERROR_VALUE,
     9, false, "SCCRQ: assigned_tunnel_id (9) is missing"},
    {"Q-04: SCCRQ without Host Name",
     SCCRQ_TYPE "8008000000020100 800a0000000300000003 8008000000091111", DAMAGE_NONE, 0, 7, false,
     ""},
    {"Q-04: WEN without Call Errors", WEN_TYPE, DAMAGE_NONE, 0, 34, false, ""},
    {"Q-04: but broken Call Errors with M set are broken ones", WEN_TYPE "800a0000002200000000",
     DAMAGE_SESSION, ERROR_LENGTH, 34, false, "call_errors"},
    {"S4.1-09: Length 5", SCCRQ_TYPE SCCRQ_REST "8005000000040000", DAMAGE_TUNNEL, ERROR_LENGTH,
     NONE, false, "does not fit"},
    {"S4.1-09: Length 0, M clear", SCCRQ_TYPE SCCRQ_REST "000000000004", DAMAGE_TUNNEL,
     ERROR_LENGTH, NONE, false, "does not fit"},
    {"S7.1-04: value past the end, M clear", ICRQ_TYPE ICRQ_REST "000b000000160102", DAMAGE_SESSION,
     ERROR_LENGTH, 22, false, "does not fit"},
    {"S7.1-04: five octets are left", ICRQ_TYPE ICRQ_REST "0006000000", DAMAGE_SESSION,
     ERROR_LENGTH, NONE, false, "does not fit"},
    {"S7.1-04: one octet is left", SCCRQ_TYPE SCCRQ_REST "00", DAMAGE_TUNNEL, ERROR_LENGTH, NONE,
     false, "does not fit"},
    {"S7.1-04: not even one AVP", "80080000", DAMAGE_TUNNEL, ERROR_LENGTH, NONE, false, "first"},
    {"S4.4.1-02: another AVP first, M set", "8008000000020100" SCCRQ_TYPE, DAMAGE_TUNNEL,
     ERROR_UNKNOWN_AVP, NONE, false, "first AVP is 2"},
    {"S4.4.1-02: another AVP first, M clear", "0008000000020100" SCCRQ_TYPE, DAMAGE_IGNORE,
     ERROR_UNKNOWN_AVP, NONE, false, "first AVP is 2"},
    {"S4.4.1-03, S7.1-03: type 99, M set", "8008000000000063", DAMAGE_TUNNEL, ERROR_UNKNOWN_AVP,
     NONE, false, "99"},
    {"S4.4.1-04: type 99, M clear", "0008000000000063", DAMAGE_IGNORE, ERROR_UNKNOWN_AVP, NONE,
     false, "99"},
    {"S3.2-01: type 0", "8008000000000000", DAMAGE_TUNNEL, ERROR_UNKNOWN_AVP, NONE, false, ""},
    {"S3.2-01: type 5", "8008000000000005", DAMAGE_TUNNEL, ERROR_UNKNOWN_AVP, NONE, false, ""},
    {"S3.2-01: type 13", "800800000000000d", DAMAGE_TUNNEL, ERROR_UNKNOWN_AVP, NONE, false, ""},
    {"S10-02: type 17, M set", "8008000000000011", DAMAGE_TUNNEL, ERROR_UNKNOWN_AVP, NONE, false,
     "17"},
    {"S10-02, R3438-01: type 27, M clear", "000800000000001b", DAMAGE_IGNORE, ERROR_UNKNOWN_AVP,
     NONE, false, "27"},
    {"S10-05, S4.4.3-02: capabilities and bearers that nobody has heard of",
     SCCRQ_TYPE "8008000000020100 800a00000003fffffffc 800a00000004fffffffc 80070000000761"
                "8008000000091111",
     DAMAGE_NONE, 0, 4, true, ""},
    {"S10-05, S4.4.4-09: a bearer type of such bits", ICRQ_TYPE ICRQ_REST "800a00000012ffffffff",
     DAMAGE_NONE, 0, 18, true, ""},
    {"S10-05, S4.4.4-12: and a framing type", ICCN_TYPE "800a0000001805f5e100 800a00000013fffffff0",
     DAMAGE_NONE, 0, 19, true, ""},
    {"S3.2-01: type 257 is not type 1", "8008000000000101" SCCRQ_REST, DAMAGE_TUNNEL,
     ERROR_UNKNOWN_AVP, NONE, false, "257"},
    {"S4.4.1-01: Message Type of 1 octet", "800700000000 01", DAMAGE_TUNNEL, ERROR_LENGTH, NONE,
     false, ""},
    {"S4.4.1-06: hidden Message Type", "c008000000000001" SCCRQ_REST, DAMAGE_TUNNEL, ERROR_VALUE,
     NONE, false, "hidden"},
    {"A-01: Message Type known, M clear", "0008000000000001" SCCRQ_REST, DAMAGE_NONE, 0, 7, true,
     ""},
    {"A-01: wrong M bits on known AVPs",
     SCCRQ_TYPE "0008000000020100 000a0000000300000003 0007000000076c 0008000000091111"
                "8008000000060100 800a000000086c32 7470",
     DAMAGE_NONE, 0, 6, true, ""},
    {"Q-05: ICCN without speed and framing", ICCN_TYPE, DAMAGE_NONE, 0, 24, false, ""},
    {"Q-05: but a broken speed with M set is a broken one", ICCN_TYPE "8008000000182580",
     DAMAGE_SESSION, ERROR_LENGTH, 24, false, ""},
    {"S4.4.4-23: Sequencing Required with a value", ICCN_TYPE ICCN_REST "80070000002700",
     DAMAGE_SESSION, ERROR_LENGTH, 39, false, ""},
    {"A-23: StopCCN with an unknown AVP, M set",
     STOPCCN_TYPE "8008013700010001 8008000000091111 8008000000010006", DAMAGE_NONE, 0, 1, true,
     ""},
    {"A-23: StopCCN with nothing", STOPCCN_TYPE, DAMAGE_NONE, 0, 1, false, ""},
    {"A-23: CDN cut short", CDN_TYPE "800a00000001 0003 0000 80080000", DAMAGE_NONE, 0, 1, true,
     ""},
    {"A-23: CDN with AVPs that do not parse", CDN_TYPE "0001", DAMAGE_NONE, 0, 1, false, ""},
    {"A-26: CDN with Assigned Session ID 0", CDN_TYPE "800a00000001 00020006 80080000000e0000",
     DAMAGE_NONE, 0, 14, false, ""},
    {"S4.3-03: hidden, and no vector", SCCRQ_TYPE SCCRQ_REST "c00a00000004af98ba92", DAMAGE_TUNNEL,
     ERROR_LENGTH, 4, false, "bearer_capabilities (4) is hidden and cannot be revealed"},
    {"S4.3-13, S4.3-03: the vector comes after",
     SCCRQ_TYPE SCCRQ_REST "c00e000000040000000000000000" VECTOR, DAMAGE_TUNNEL, ERROR_LENGTH, 4,
     false, "cannot be revealed"},
    {"4.3: M clear and H set, and no vector",
     ICCN_TYPE ICCN_REST "40160000001e9f926d51820958cf"
                         "3fa97a4070eea44e",
     DAMAGE_NONE, 0, 30, false, ""},
    {"S4.4.1-09: a hidden vector", SCCRQ_TYPE "c00a00000024af98ba92" SCCRQ_REST, DAMAGE_TUNNEL,
     ERROR_VALUE, 36, false, "random_vector (36) may not be hidden"},
    {"4.3: HV-3 and HV-4 in ICCN: the first is taken",
     ICCN_TYPE ICCN_REST VECTOR "40160000001e9f926d51820958cf3fa97a4070eea44e 40080000001e9f9c",
     DAMAGE_NONE, 0, 30, true, ""},
};

static void test_offences(void)
{
    for (size_t i = 0; i < sizeof offences / sizeof offences[0]; i++) {
        uint8_t octets[512];
        size_t n = unhex(offences[i].body, octets);
        uint8_t *exact = malloc(n);
        struct verdict v;
        struct msg m;

        memcpy(exact, octets, n); /* a block of its size shows a sanitizer what is read beyond */
        v = decode(&m, span_of(exact, n), TEST_SECRET);
        ok(v.damage == offences[i].damage && v.error == offences[i].error &&
               v.result == (v.damage == DAMAGE_NONE ? 0 : STOPCCN_ERROR) &&
               strstr(v.text, offences[i].text) != NULL,
           "%s (damage %d, %u/%u: %s)", offences[i].name, (int)v.damage, v.result, v.error, v.text);
        if (offences[i].number != NONE)
            ok(msg_has(&m, offences[i].number) == offences[i].there, "%s: AVP %u is%s there",
               offences[i].name, offences[i].number, offences[i].there ? "" : " not");
        free(exact);
    }
}

static const struct {
    const char *name;
    const char *body;
    unsigned result, error;
    bool has_error;
    const char *text;
    bool swapped; /* is it one of those that are in host order? */
} results[] = {
    {"S4.4.2-01: result alone", STOPCCN_TYPE "8008000000010006", 6, 0, false, "", false},
    {"S4.4.2-01: result and error", STOPCCN_TYPE "800a00000001 00020003", 2, 3, true, "", false},
    {"S4.4.2-01: result, error and text", STOPCCN_TYPE "800c00000001 00020006 6869", 2, 6, true,
     "hi", false},
    {"S4.4.2-01: half an error code is no text", STOPCCN_TYPE "800900000001 0002 06", 2, 0, false,
     "", false},
    {"Q-09: Apple's order of octets, stale ones behind", CDN_TYPE "800e00000001 0300 80080000000e",
     3, 0, false, "", true},
    {"Q-09: and alone", STOPCCN_TYPE "800800000001 0100", 1, 0, false, "", true},
    {"Q-09: CDN, Length 14 instead of 8, which runs past the message",
     CDN_TYPE "80080000000e3333 800e00000001 0300", 3, 0, false, "", true},
    {"Q-09: StopCCN, Length 14, six stale octets",
     STOPCCN_TYPE "8008000000091111 800e00000001 0300 dead beef 0000", 3, 0, false, "", true},
    {"Q-09: StopCCN, Length 14, three of six stale octets",
     STOPCCN_TYPE "8008000000091111 800e00000001 0300 dead be", 3, 0, false, "", true},
    {"Q-09: 0 stays 0", STOPCCN_TYPE "800a00000001 00000002", 0, 2, true, "", false},
    {"S4.4.2-08: general error, and no word on which", CDN_TYPE "800800000001 0002", 2, 0, false,
     "", false},
    {"S10-04: error 32768", STOPCCN_TYPE "800a00000001 00028000", 2, 32768, true, "", false},
    {"S4.4.2-06: result 0x0102 is as it says", CDN_TYPE "800800000001 0102", 0x102, 0, false, "",
     false},
    {"S4.4.2-05: version in the error code", STOPCCN_TYPE "800a00000001 00050100", 5, 0x100, true,
     "", false},
};

static void test_results(void)
{
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        uint8_t octets[64];
        size_t n = unhex(results[i].body, octets);
        uint8_t *exact = memcpy(malloc(n), octets, n); /* nothing is read beyond it */
        struct msg m;
        struct verdict v = decode(&m, span_of(exact, n), "");
        const struct msg_result *r = &m.result_code;

        is_int(msg_unswap_result(&m), results[i].swapped, results[i].name);
        ok(v.damage == DAMAGE_NONE && r->result == results[i].result &&
               r->error == results[i].error && r->has_error == results[i].has_error &&
               span_eq(r->text, span_str(results[i].text)),
           "%s (%u/%u)", results[i].name, r->result, r->error);
        ok(!msg_unswap_result(&m), "%s: not twice", results[i].name);
        free(exact);
    }
}

static void put_hidden(struct wr *w, unsigned number, const char *rv, const char *value)
{
    uint8_t cipher[64];
    struct wr c = wr_over(cipher, sizeof cipher);

    hide_value(&c, (uint16_t)number, span_str(TEST_SECRET), span_str(rv), span_str(value),
               span_of("pad", 3));
    raw_avp(w, RAW_H, number, span_of(cipher, wr_len(&c)));
}

static void test_two_vectors(void)
{
    uint8_t body[256];
    struct wr w = wr_over(body, sizeof body);
    struct verdict v;
    struct msg m;

    wr_put(&w, span_of("\x80\x08\0\0\0\0\0\x0c", 8));
    raw_avp(&w, RAW_M, 36, span_str("first vector"));
    put_hidden(&w, 30, "first vector", "name");
    put_hidden(&w, 37, "first vector", "group");
    raw_avp(&w, RAW_M, 36, span_str("2"));
    put_hidden(&w, 33, "2", "password");
    put_hidden(&w, 26, "first vector", "an old vector");
    v = decode(&m, span_of(body, wr_len(&w)), TEST_SECRET);
    ok(v.damage == DAMAGE_NONE && m.pending == 0, "S4.4.1-08: two vectors in a message are fine");
    ok(span_eq(m.proxy_authen_name, span_str("name")) &&
           span_eq(m.private_group_id, span_str("group")),
       "S4.3-11, S4.3-13: one vector for several, whatever comes later");
    ok(span_eq(m.proxy_authen_response, span_str("password")),
       "S4.3-12, S4.4.1-07: then the nearer one, of one octet");
    ok(!msg_has(&m, 26) || !span_eq(m.initial_received_lcp_confreq, span_str("an old vector")),
       "S4.3-13: and never again the older one");
    ok((m.hidden & BIT(33)) && !(m.hidden & BIT(24)), "4.3: what came hidden is known");
    v = decode(&m, span_of(body, wr_len(&w)), "");
    ok(v.damage == DAMAGE_NONE && !msg_has(&m, 30) && !msg_has(&m, 33),
       "S4.3-01: without a secret they are skipped, M being clear");
}

/* what stands in for what was left out. */
static void test_defaults(void)
{
    uint8_t body[64];
    struct msg m;

    decode(&m, span_of(body, unhex(ICCN_TYPE, body)), "");
    ok(m.framing_type == 1 && m.tx_connect_speed == 0, "Q-05: synchronous framing, speed unknown");
    m.framing_type = 2;
    decode(&m, span_of(body, unhex("8008000000000009 800a0000001300000002", body)), "");
    ok(m.framing_type == 2, "Q-05: but what is said counts");
    m.host_name = span_str("before");
    decode(&m,
           span_of(body, unhex(SCCRQ_TYPE "8008000000020100 800a0000000300000003"
                                          "8008000000091111",
                               body)),
           "");
    ok(m.host_name.n == 0, "Q-04: a Host Name of no octets");
}

/* Revealed values take what room the caller gave, side by side, and no more. */
static void test_arena(void)
{
    static const size_t whole = 2 * (2 + 4 + 3);
    uint8_t body[256];
    struct wr w = wr_over(body, sizeof body);

    wr_put(&w, span_of("\x80\x08\0\0\0\0\0\x0c", 8));
    raw_avp(&w, RAW_M, 36, span_str("vector"));
    put_hidden(&w, 30, "vector", "name");
    put_hidden(&w, 33, "vector", "word");
    for (size_t size = whole - 1; size <= whole; size++) {
        uint8_t *exact = malloc(size);
        struct msg m;

        msg_scan(&m, span_of(body, wr_len(&w)), 0);
        msg_reveal(&m, span_str(TEST_SECRET), exact, size);
        ok(msg_has(&m, 30) && span_eq(m.proxy_authen_name, span_str("name")) &&
               msg_has(&m, 33) == (size == whole),
           "4.3: two values in room for %zu octets", size);
        free(exact);
    }
}

int main(void)
{
    test_examples();
    test_fields();
    test_speeds();
    test_line_types();
    test_offences();
    test_results();
    test_two_vectors();
    test_defaults();
    test_arena();
    return tap_done();
}
