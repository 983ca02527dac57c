/* Control messages (RFC 2661, 4 and 6): known octets both ways, what each offence costs, hiding
 * within a message, what we refuse to send, and what a log may see. */
#include "tap.h"

#include <stdlib.h>

#include "messages.h"
#include "wire/hide.h"
#include "wire/packet.h"

static uint8_t arena[4096];

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
    {"S6.6-03: ICRQ (E-05)",
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
    {"S4.4.6-02: SLI (E-15)",
     "c802 0024 1111 3333 0002 0004 8008000000000010 8010000000230000ffffffffffffffff", SLI, true,
     "SLI accm=ffffffff,ffffffff"},
    {"S4.4.6-01: WEN (E-16)",
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
};

static void test_examples(void)
{
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        uint8_t datagram[256], made[256];
        struct wr w = wr_over(made, sizeof made);
        struct msg m, back;
        struct packet p;
        char line[512];
        struct verdict v;

        packet_parse(span_of(datagram, unhex(examples[i].datagram, datagram)), &p);
        v = decode(&m, p.body, "");
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

#define SCCRQ_TYPE "8008000000000001"
#define SCCRQ_REST                                                                                 \
    "8008000000020100 800a0000000300000003 8011000000076c61632e6578616d706c65 8008000000091111"
#define ICRQ_TYPE "800800000000000a"
#define ICRQ_REST "80080000000e3333 800a0000000f00000001"
#define ICCN_TYPE "800800000000000c"
#define ICCN_REST "800a0000001805f5e100 800a0000001300000001"
#define STOPCCN_TYPE "8008000000000004"
#define CDN_TYPE "800800000000000e"
#define CDN_REST "8008000000010003 80080000000e3333"
#define WEN_TYPE "800800000000000f"
#define VECTOR "8016000000240011 2233445566778899aabbccddeeff"
#define NONE 99 /* no AVP to look at */

/* What is found and what it costs; "number" is an AVP that must then be there, or must not. */
static const struct {
    const char *name;
    const char *body;
    enum damage damage;
    unsigned error, number;
    bool there;
    const char *text;
} offences[] = {
    {"S4.1-06: unknown vendor, M clear", SCCRQ_TYPE "0008013700010001" SCCRQ_REST, DAMAGE_NONE, 0,
     7, true, ""},
    {"S4.1-05, S4.2-02: unknown vendor, M set", SCCRQ_TYPE "8008013700010001" SCCRQ_REST,
     DAMAGE_TUNNEL, ERROR_UNKNOWN_AVP, NONE, false, "AVP (1) of vendor 311"},
    {"S4.1-04: unknown vendor, M set, of a session", ICRQ_TYPE "8008013700010001" ICRQ_REST,
     DAMAGE_SESSION, ERROR_UNKNOWN_AVP, NONE, false, "AVP (1) of vendor 311"},
    {"S4.1-12: a number of vendor 0 with another vendor, M set",
     SCCRQ_TYPE "8008000900070001" SCCRQ_REST, DAMAGE_TUNNEL, ERROR_UNKNOWN_AVP, NONE, false,
     ": AVP (7) of vendor 9 is unknown"},
    {"S4.1-12: and M clear", SCCRQ_TYPE "0008000900070001" SCCRQ_REST, DAMAGE_NONE, 0, 7, true, ""},
    {"S4.1-12: type 0 of vendor 9 comes first", "8008000900000001" SCCRQ_REST, DAMAGE_TUNNEL,
     ERROR_UNKNOWN_AVP, NONE, false, "vendor 9"},
    {"S4.4.2-10: unknown number 65535, M set", SCCRQ_TYPE "80080000ffff0001" SCCRQ_REST,
     DAMAGE_TUNNEL, ERROR_UNKNOWN_AVP, NONE, false, "(65535) of vendor 0 is unknown"},
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
    {"S4.1-03: reserved bits, M set", SCCRQ_TYPE SCCRQ_REST "a008000000040000", DAMAGE_TUNNEL,
     ERROR_UNKNOWN_AVP, 4, false, "bearer_capabilities (4) of vendor 0 is marked by reserved bits"},
    {"S4.1-03: reserved bits, M clear", SCCRQ_TYPE SCCRQ_REST "040a00000004 00000001", DAMAGE_NONE,
     0, 4, false, ""},
    {"S4.1-03: reserved bits in Message Type", "8408000000000001" SCCRQ_REST, DAMAGE_TUNNEL,
     ERROR_UNKNOWN_AVP, NONE, false, "reserved"},
    {"7.1: Rx Connect Speed of 2 octets, M clear", ICCN_TYPE ICCN_REST "0008000000262580",
     DAMAGE_NONE, 0, 38, false, ""},
    {"7.1: and M set", ICCN_TYPE ICCN_REST "8008000000262580", DAMAGE_SESSION, ERROR_LENGTH, 38,
     false, "rx_connect_speed (38) has a wrong length"},
    {"S4.4.3-18: Host Name of no octets",
     SCCRQ_TYPE "8006 0000 0007 8008000000020100 800a0000000300000003 8008000000091111",
     DAMAGE_TUNNEL, ERROR_LENGTH, 7, false, "host_name"},
    {"S4.4.3-21: Assigned Tunnel ID 0",
     SCCRQ_TYPE "8008000000090000 8008000000020100 800a0000000300000003 80070000000761",
     DAMAGE_TUNNEL, ERROR_VALUE, 9, false, "assigned_tunnel_id (9) is zero"},
    {"A-04: window 0, M set", SCCRQ_TYPE SCCRQ_REST "80080000000a0000", DAMAGE_TUNNEL, ERROR_VALUE,
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
    {"4.1: value past the end, M clear", ICRQ_TYPE ICRQ_REST "000b000000160102", DAMAGE_SESSION,
     ERROR_LENGTH, 22, false, "does not fit"},
    {"4.1: five octets are left", ICRQ_TYPE ICRQ_REST "0006000000", DAMAGE_SESSION, ERROR_LENGTH,
     NONE, false, "does not fit"},
    {"4.1: one octet is left", SCCRQ_TYPE SCCRQ_REST "00", DAMAGE_TUNNEL, ERROR_LENGTH, NONE, false,
     "does not fit"},
    {"4.1: not even one AVP", "80080000", DAMAGE_TUNNEL, ERROR_LENGTH, NONE, false, "first"},
    {"S4.4.1-02: another AVP first, M set", "8008000000020100" SCCRQ_TYPE, DAMAGE_TUNNEL,
     ERROR_UNKNOWN_AVP, NONE, false, "first AVP is 2"},
    {"S4.4.1-02: another AVP first, M clear", "0008000000020100" SCCRQ_TYPE, DAMAGE_IGNORE,
     ERROR_UNKNOWN_AVP, NONE, false, "first AVP is 2"},
    {"S4.4.1-03: type 99, M set", "8008000000000063", DAMAGE_TUNNEL, ERROR_UNKNOWN_AVP, NONE, false,
     "99"},
    {"S4.4.1-04: type 99, M clear", "0008000000000063", DAMAGE_IGNORE, ERROR_UNKNOWN_AVP, NONE,
     false, "99"},
    {"S3.2-01: type 0", "8008000000000000", DAMAGE_TUNNEL, ERROR_UNKNOWN_AVP, NONE, false, ""},
    {"S3.2-01: type 5", "8008000000000005", DAMAGE_TUNNEL, ERROR_UNKNOWN_AVP, NONE, false, ""},
    {"S3.2-01: type 13", "800800000000000d", DAMAGE_TUNNEL, ERROR_UNKNOWN_AVP, NONE, false, ""},
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
    {"S4.3-13: the vector comes after", SCCRQ_TYPE SCCRQ_REST "c00e000000040000000000000000" VECTOR,
     DAMAGE_TUNNEL, ERROR_LENGTH, 4, false, "cannot be revealed"},
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
       "S4.3-11: one vector for several");
    ok(span_eq(m.proxy_authen_response, span_str("password")),
       "S4.3-12, S4.4.1-07: then the nearer one, of one octet");
    ok(!msg_has(&m, 26) || !span_eq(m.initial_received_lcp_confreq, span_str("an old vector")),
       "S4.3-13: and never again the older one");
    ok((m.hidden & BIT(33)) && !(m.hidden & BIT(24)), "4.3: what came hidden is known");
    v = decode(&m, span_of(body, wr_len(&w)), "");
    ok(v.damage == DAMAGE_NONE && !msg_has(&m, 30) && !msg_has(&m, 33),
       "S4.3-01: without a secret they are skipped, M being clear");
}

/* A message of a type with every AVP that it may carry, from the samples. */
static struct span whole_message(size_t message, uint8_t *room, size_t size)
{
    struct wr w = wr_over(room, size);
    uint8_t octets[64];

    for (size_t i = 0; i < RFC_AVPS; i++)
        if (may_carry(message, &rfc_avps[i]) && rfc_avps[i].number != AVP_RANDOM_VECTOR)
            raw_avp(&w, rfc_avps[i].m ? RAW_M : 0, rfc_avps[i].number,
                    sample(&rfc_avps[i], rfc_messages[message].type, octets));
    return span_of(room, wr_len(&w));
}

/* M, H and vendor of every AVP in a body of ours; Message Type, then a vector, before all others.
 */
static bool headers_exact(struct span body, uint64_t hidden)
{
    struct rd r = rd_over(body);
    bool exact = true;

    for (unsigned place = 0; rd_left(&r) > 0 && exact; place++) {
        unsigned first = rd_u16(&r), vendor = rd_u16(&r), number = rd_u16(&r), bits = 0;

        for (size_t i = 0; i < RFC_AVPS; i++)
            if (rfc_avps[i].number == number)
                bits = (rfc_avps[i].m ? RAW_M : 0) |
                       (rfc_avps[i].h && (hidden & BIT(slot_of(&rfc_avps[i]))) ? RAW_H : 0);
        exact = (first & 0xfc00u) == bits && vendor == 0 && (number == 0) == (place == 0) &&
                (number != 36 || place == 1);
        rd_take(&r, (first & 0x3ffu) - 6);
    }
    return exact && !r.failed;
}

static void test_whole(void)
{
    struct msg_hiding hiding = {span_str(TEST_SECRET), span_of(TEST_VECTOR, 16),
                                span_of("\x0fquite random octets", 17), false};

    for (size_t i = 0; i < RFC_MESSAGES; i++)
        for (int hide = 0; hide <= 1; hide++) {
            uint8_t room[1024], made[2048];
            struct span body = whole_message(i, room, sizeof room);
            struct wr w = wr_over(made, sizeof made);
            const char *name = rfc_messages[i].name;
            struct msg m, back;

            ok(decode(&m, body, "").damage == DAMAGE_NONE, "6: %s with all it may have", name);
            m.hidden = hide ? UINT64_MAX : 0;
            ok(msg_encode(&w, &m, hide ? &hiding : NULL), "6: %s is put together", name);
            body = span_of(made, wr_len(&w));
            ok(headers_exact(body, m.hidden), "Q-16, S4.3-03: %s: M, H, order (hiding %d)", name,
               hide);
            ok(decode(&back, body, TEST_SECRET).damage == DAMAGE_NONE && same_message(&m, &back),
               "S4.3-14: %s comes back as it was (hiding %d)", name, hide);
        }
}

/* What we refuse to send: from a good message of the type, without "drop", with "add", and with
 * Host Name or Vendor Name of so many octets. */
static const struct {
    const char *name;
    unsigned message, drop, add, hide, length;
    bool fine;
} sent[] = {
    {"6.1: a good SCCRQ", 0, NONE, NONE, NONE, 3, true},
    {"6.1: no Host Name", 0, 7, NONE, NONE, 3, false},
    {"S4.4.3-18: an empty Host Name", 0, NONE, NONE, NONE, 0, false},
    {"S4.1-08: a value of 1017 octets", 0, NONE, NONE, NONE, 1017, true},
    {"S4.1-08: a value of 1018 octets", 0, NONE, NONE, NONE, 1018, false},
    {"S4.1-08: a value of 70000 octets", 0, NONE, NONE, NONE, 70000, false},
    {"4.3: 1015 octets can be hidden, though with little padding", 0, NONE, NONE, 8, 1015, true},
    {"4.3: 1000 octets can be hidden, padding and all", 0, NONE, NONE, 8, 1000, true},
    {"4.3: 1016 octets cannot be hidden", 0, NONE, NONE, 8, 1016, false},
    {"6.1: SCCRQ with a response", 0, NONE, 13, NONE, 3, false},
    {"S6.2-03: SCCRP with a tie breaker", 1, NONE, 5, NONE, 3, false},
    {"S6.5-03: HELLO with an id", 4, NONE, 9, NONE, 3, false},
    {"Q-14: AVP 20 in HELLO", 4, NONE, 20, NONE, 3, false},
    {"6.4: StopCCN without a result", 3, 1, NONE, NONE, 3, false},
    {"6.8: ICCN without a speed: the peer's excuse is not ours", 10, 24, NONE, NONE, 3, false},
};

static void test_sent(void)
{
    static uint8_t letters[70000];
    struct msg_hiding hiding = {span_str(TEST_SECRET), span_of(TEST_VECTOR, 16),
                                span_of("\x1fsixteen octets..", 17), false};

    memset(letters, 'a', sizeof letters);
    for (size_t i = 0; i < sizeof sent / sizeof sent[0]; i++) {
        uint8_t room[1024], made[4000];
        struct wr w = wr_over(made, sizeof made);
        struct span text = span_of(letters, sent[i].length);
        struct msg m, back;

        decode(&m, whole_message(sent[i].message, room, sizeof room), "");
        m.present &= ~(sent[i].drop != NONE ? BIT(sent[i].drop) : 0);
        m.present |= sent[i].add != NONE ? BIT(sent[i].add) : 0;
        m.hidden = sent[i].hide != NONE ? BIT(sent[i].hide) : 0;
        *(sent[i].hide == 8 ? &m.vendor_name : &m.host_name) = text;
        is_int(msg_encode(&w, &m, &hiding), sent[i].fine, sent[i].name);
        if (sent[i].fine)
            ok(decode(&back, span_of(made, wr_len(&w)), TEST_SECRET).damage == DAMAGE_NONE &&
                   same_message(&m, &back),
               "%s: and comes back", sent[i].name);
    }
}

static void test_encode_limits(void)
{
    static uint8_t vector[1018];
    struct msg_hiding hiding = {span_str(TEST_SECRET), span_of(vector, 1017), span_of(NULL, 0),
                                false};
    uint8_t made[2048];
    struct msg m, back;
    struct wr w;
    bool small = true;

    msg_init(&m, ICRP, 0);
    msg_set(&m, AVP_ASSIGNED_SESSION_ID);
    m.assigned_session_id = 0x4444;
    for (size_t n = 0; n < 16; n++) {
        w = wr_over(made, n);
        small &= !msg_encode(&w, &m, NULL);
    }
    w = wr_over(made, 16);
    ok(small && msg_encode(&w, &m, NULL), "6.7: ICRP fits 16 octets, and never less");
    m.hidden = BIT(AVP_ASSIGNED_SESSION_ID);
    w = wr_over(made, sizeof made);
    ok(msg_encode(&w, &m, &hiding) &&
           decode(&back, span_of(made, wr_len(&w)), TEST_SECRET).damage == DAMAGE_NONE &&
           back.assigned_session_id == 0x4444,
       "4.4.1: a vector of 1017 octets");
    hiding.vector.n = 1018;
    w = wr_over(made, sizeof made);
    ok(!msg_encode(&w, &m, &hiding), "S4.1-08: but not of 1018");
    hiding.secret.n = 0;
    w = wr_over(made, sizeof made);
    ok(msg_encode(&w, &m, &hiding) && wr_len(&w) == 16 && made[8] == 0x80,
       "S4.3-01: without a secret nothing is hidden");
    m.type = 5;
    w = wr_over(made, sizeof made);
    ok(!msg_encode(&w, &m, NULL), "S3.2-01: a reserved type is not sent");
    msg_init(&m, SCCCN, 0);
    msg_set(&m, AVP_CHALLENGE_RESPONSE);
    for (size_t n = 15; n <= 17; n++) {
        m.challenge_response = span_of(vector, n);
        w = wr_over(made, sizeof made);
        ok(msg_encode(&w, &m, NULL) == (n == 16), "S4.4.3-30: a response of %zu octets", n);
    }
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

/* What a line of the log shows, beyond the table of examples. */
static const struct {
    const char *name;
    const char *body;
    const char *shown;
} described[] = {
    {"4.4.2: texts are escaped", CDN_TYPE "801100000001 00020006 220a5cc3a91b7f 80080000000e0001",
     "CDN result_code=2/6(general error: vendor-specific "
     "error)\"\\\"\\x0a\\\\\\xc3\\xa9\\x1b\\x7f\""
     " assigned_session_id=1"},
    {"4.4.2: codes without a name", CDN_TYPE "800a00000001 03e707d0 80080000000e0001",
     "CDN result_code=999/2000(?: ?) assigned_session_id=1"},
    {"4.4.4: Q.931 cause", CDN_TYPE "8008000000010001 80080000000e0001 800c0000000c001045627965",
     "CDN result_code=1(loss of carrier) q931_cause_code=16/69\"bye\" assigned_session_id=1"},
    {"4.4.3: 64 bits", SCCRQ_TYPE SCCRQ_REST "000e000000050123456789abcdef",
     "SCCRQ protocol_version=1.0 framing_capabilities=3 tie_breaker=0123456789abcdef"
     " host_name=\"lac.example\" assigned_tunnel_id=4369"},
    {"4.4.5: the password is not shown", ICCN_TYPE ICCN_REST "000c00000021 736573616d65",
     "ICCN framing_type=1 tx_connect_speed=100000000 proxy_authen_response=(6 octets)"},
    {"4.3: what came hidden is marked",
     ICCN_TYPE ICCN_REST VECTOR "40160000001e9f926d51820958cf3fa97a4070eea44e",
     "ICCN framing_type=1 tx_connect_speed=100000000 *proxy_authen_name=\"user@realm.net\""
     " random_vector=00112233445566778899aabbccddeeff"},
    {"4.4.4: present or not", ICCN_TYPE ICCN_REST "800600000027",
     "ICCN framing_type=1 tx_connect_speed=100000000 sequencing_required=yes"},
    {"4.4.5: long octets are cut",
     ICCN_TYPE ICCN_REST "00270000001f"
                         "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
     "ICCN framing_type=1 tx_connect_speed=100000000 proxy_authen_challenge="
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f...(33)"},
    {"3.2: an unknown type", "0008000000000063", "unknown message 99"},
};

static void test_described(void)
{
    for (size_t i = 0; i < sizeof described / sizeof described[0]; i++) {
        uint8_t body[256];
        char line[512], cut[64];
        bool fits = true;
        struct msg m;

        decode(&m, span_of(body, unhex(described[i].body, body)), TEST_SECRET);
        is_str(msg_describe(&m, line, sizeof line), described[i].shown, described[i].name);
        for (size_t size = 1; size < sizeof cut; size++) {
            memset(cut, '#', sizeof cut);
            msg_describe(&m, cut, size);
            fits &= strlen(cut) < size && strncmp(cut, line, strlen(cut)) == 0 && cut[size] == '#';
        }
        ok(fits, "%s: cut to whatever room there is", described[i].name);
    }
}

int main(void)
{
    test_examples();
    test_fields();
    test_offences();
    test_results();
    test_two_vectors();
    test_whole();
    test_sent();
    test_encode_limits();
    test_arena();
    test_described();
    return tap_done();
}
