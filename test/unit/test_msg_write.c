/* Putting control messages together (RFC 2661, 4 and 6): what we send of each, what we refuse to
 * send, that it is taken as it was meant in whatever order, and what a log may see. */
#include "tap.h"

#include "messages.h"
#include "wire/hide.h"

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
static bool headers_exact(struct span body, unsigned type, uint64_t hidden)
{
    struct rd r = rd_over(body);
    bool exact = true;

    for (unsigned place = 0; rd_left(&r) > 0 && exact; place++) {
        unsigned first = rd_u16(&r), number = rd_u32(&r), bits = 0xffffu;

        for (size_t i = 0; i < RFC_AVPS; i++)
            if (rfc_avps[i].number == number)
                bits = (rfc_avps[i].m ? RAW_M : 0) |
                       (rfc_avps[i].h && (hidden & BIT(slot_of(&rfc_avps[i]))) ? RAW_H : 0);
        if (number == 0 && (type == 28 || type == 29))
            bits = 0; /* RFC 5515, 4 */
        exact = (first & 0xfc00u) == bits && (number == 0) == (place == 0) &&
                (number != 36 || place == 1);
        rd_take(&r, (first & 0x3ffu) - 6);
    }
    return exact && !r.failed;
}

/* The clauses that say what each message may carry, in the order of rfc_messages. */
static const char *const all_ids[RFC_MESSAGES] = {
    "S6.1-03",
    "S6.2-03",
    "S6.3-01",
    "S6.4-02",
    "S6.5-03",
    "S6.9-04",
    "S6.10-01",
    "S6.11-02",
    "S6.6-04",
    "S6.7-01",
    "S6.8-03, S4.4.5-01",
    "S6.12-02",
    "S6.13-03",
    "S6.14-01",
    "R5515-03",
    "R5515-03",
};

#define CHOICES 10u /* AVPs of which each choice is tried; of more, by chance */

static uint32_t roll(uint32_t *seed, uint32_t sides)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed % sides;
}

/* The message with its must-haves and those of its optional AVPs whose bit is set, in an order that
 * chance has it; *present gets what is in it, *optional how many there are to choose of. */
static struct span in_any_order(size_t message, uint32_t chosen, uint8_t *room, size_t size,
                                uint64_t *present, unsigned *optional)
{
    struct wr w = wr_over(room, size);
    uint32_t seed = chosen * 2654435761u + 1;
    size_t deck[RFC_AVPS], n = 0;
    uint8_t octets[64];

    *present = BIT(AVP_MESSAGE_TYPE);
    *optional = 0;
    for (size_t i = 1; i < RFC_AVPS; i++) {
        bool may = may_carry(message, &rfc_avps[i]) && rfc_avps[i].number != AVP_RANDOM_VECTOR;
        bool must = is_in(rfc_messages[message].name, rfc_avps[i].must);
        uint32_t take = 0;

        if (may && !must)
            take = *optional < CHOICES ? chosen >> *optional & 1 : roll(&seed, 2);
        *optional += may && !must;
        if (may && (must || take)) {
            deck[n++] = i;
            *present |= BIT(slot_of(&rfc_avps[i]));
        }
    }
    raw_avp(&w, RAW_M, 0, sample(&rfc_avps[0], rfc_messages[message].type, octets));
    for (; n > 0; n--) {
        size_t at = roll(&seed, (uint32_t)n);
        const struct rfc_avp *a = &rfc_avps[deck[at]];

        raw_avp(&w, a->m ? RAW_M : 0, a->number, sample(a, rfc_messages[message].type, octets));
        deck[at] = deck[n - 1];
    }
    return span_of(room, wr_len(&w));
}

static void test_any_order(void)
{
    for (size_t i = 0; i < RFC_MESSAGES; i++) {
        unsigned optional = 0;
        bool good = true;

        for (uint32_t chosen = 0; chosen < 1u << (optional < CHOICES ? optional : CHOICES) ||
                                 chosen == 0; chosen++) {
            uint8_t room[1024];
            uint64_t present;
            struct span body = in_any_order(i, chosen, room, sizeof room, &present, &optional);
            struct msg m;

            good &= judge(&m, body, "").damage == DAMAGE_NONE && m.present == present;
        }
        ok(good, "%s: %s with any of %u optional AVPs, in any order", all_ids[i],
           rfc_messages[i].name, optional);
    }
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

            ok(decode(&m, body, "").damage == DAMAGE_NONE, "%s: %s with all it may have",
               all_ids[i], name);
            m.hidden = hide ? UINT64_MAX : 0;
            ok(msg_encode(&w, &m, hide ? &hiding : NULL), "6: %s is put together", name);
            body = span_of(made, wr_len(&w));
            ok(headers_exact(body, m.type, m.hidden),
               "Q-16, S4.3-03, S4.4.1-02, S4.4.1-05: %s: M, H, order (hiding %d)", name, hide);
            ok(judge(&back, body, TEST_SECRET).damage == DAMAGE_NONE && same_message(&m, &back),
               "S7.1-08, S4.3-14: %s comes back as it was, judged strictly (hiding %d)", name,
               hide);
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
    {"S6.1-02: no Host Name", 0, 7, NONE, NONE, 3, false},
    {"S4.4.3-18: an empty Host Name", 0, NONE, NONE, NONE, 0, false},
    {"S4.1-08: a value of 1017 octets", 0, NONE, NONE, NONE, 1017, true},
    {"S4.1-08: a value of 1018 octets", 0, NONE, NONE, NONE, 1018, false},
    {"S4.1-08: a value of 70000 octets", 0, NONE, NONE, NONE, 70000, false},
    {"4.3: 1015 octets can be hidden, though with little padding", 0, NONE, NONE, 8, 1015, true},
    {"4.3: 1000 octets can be hidden, padding and all", 0, NONE, NONE, 8, 1000, true},
    {"4.3: 1016 octets cannot be hidden", 0, NONE, NONE, 8, 1016, false},
    {"S6.1-03: SCCRQ with a response", 0, NONE, 13, NONE, 3, false},
    {"S6.2-03: SCCRP with a tie breaker", 1, NONE, 5, NONE, 3, false},
    {"S6.5-03: HELLO with an id", 4, NONE, 9, NONE, 3, false},
    {"Q-14: AVP 20 in HELLO", 4, NONE, 20, NONE, 3, false},
    {"S6.4-02: StopCCN without a result", 3, 1, NONE, NONE, 3, false},
    {"S6.8-02: ICCN without a speed: the peer's excuse is not ours", 10, 24, NONE, NONE, 3, false},
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
    ok(small && msg_encode(&w, &m, NULL), "S6.7-01: ICRP fits 16 octets, and never less");
    m.hidden = BIT(AVP_ASSIGNED_SESSION_ID);
    w = wr_over(made, sizeof made);
    ok(msg_encode(&w, &m, &hiding) &&
           decode(&back, span_of(made, wr_len(&w)), TEST_SECRET).damage == DAMAGE_NONE &&
           back.assigned_session_id == 0x4444,
       "S4.4.1-07: a vector of 1017 octets");
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

/* What goes out of a message whose fields are set by hand. */
static const struct {
    const char *name;
    enum msg_type type;
    uint16_t result, error;
    bool has_error;
    const char *text; /* of the result; in a SCCRQ, the Vendor Name */
    uint16_t window, id;
    const char *sent; /* the octets of the text's AVP; NULL: refused */
} made_by_hand[] = {
    {"S4.4.2-01: a result alone", CDN, 3, 0, false, "", 0, 7, "8008 0000 0001 0003"},
    {"S4.4.2-01: a result and an error 0", CDN, 3, 0, true, "", 0, 7, "800a 0000 0001 0003 0000"},
    {"S4.4.2-01: a text brings its error code along", CDN, 3, 0, false, "hi", 0, 7,
     "800c 0000 0001 0003 0000 6869"},
    {"S4.4.2-04: result 0 is not sent", STOPCCN, 0, 0, false, "", 0, 7, NULL},
    {"S4.4.2-06: nor is it in CDN", CDN, 0, 0, false, "", 0, 7, NULL},
    {"S4.4.2-05: the version in the error code", STOPCCN, 5, 0x100, true, "", 0, 7,
     "800a 0000 0001 0005 0100"},
    {"S4.4.2-11: error 6 without a text is not sent", CDN, 2, 6, true, "", 0, 7, NULL},
    {"S4.4.2-11: nor in StopCCN", STOPCCN, 2, 6, true, "", 0, 7, NULL},
    {"S4.4.2-11: with a text it is", STOPCCN, 2, 6, true, "why", 0, 7,
     "800d 0000 0001 0002 0006 776879"},
    {"S4.4.2-03: a text in UTF-8", CDN, 2, 6, true, "\xc3\xa9t\xc3\xa9", 0, 7,
     "800f 0000 0001 0002 0006 c3a974c3a9"},
    {"S4.4.2-03: a text in Latin 1", CDN, 2, 6, true, "\xe9t\xe9", 0, 7,
     "800d 0000 0001 0002 0006 3f743f"},
    {"S4.4.3-20: a Vendor Name in UTF-8", SCCRQ, 0, 0, false, "\xc3\xa9", 8, 7,
     "0008 0000 0008 c3a9"},
    {"S4.4.3-20: a Vendor Name in Latin 1", SCCRQ, 0, 0, false, "caf\xe9", 8, 7,
     "000a 0000 0008 6361663f"},
    {"S4.4.3-25: a window of 0 is not sent", SCCRQ, 0, 0, false, "v", 0, 7, NULL},
    {"S4.4.3-21: nor is a tunnel id of 0", SCCRQ, 0, 0, false, "v", 8, 0, NULL},
    {"S4.4.4-02: nor a session id of 0", CDN, 3, 0, false, "", 0, 0, NULL},
};

static void test_made_by_hand(void)
{
    for (size_t i = 0; i < sizeof made_by_hand / sizeof made_by_hand[0]; i++) {
        uint8_t made[256], want[64];
        struct wr w = wr_over(made, sizeof made);
        bool setup = made_by_hand[i].type == SCCRQ;
        struct msg m;
        bool fine;

        msg_init(&m, made_by_hand[i].type, 0);
        m.result_code =
            (struct msg_result){made_by_hand[i].result, made_by_hand[i].error,
                                made_by_hand[i].has_error, span_str(made_by_hand[i].text)};
        m.protocol_version = 0x0100;
        m.host_name = span_str("h");
        m.vendor_name = span_str(made_by_hand[i].text);
        m.receive_window_size = made_by_hand[i].window;
        m.assigned_tunnel_id = m.assigned_session_id = made_by_hand[i].id;
        m.present |= setup ? BIT(2) | BIT(3) | BIT(7) | BIT(8) | BIT(9) | BIT(10)
                     : made_by_hand[i].type == STOPCCN ? BIT(1) | BIT(9)
                                                       : BIT(1) | BIT(14);
        fine = msg_encode(&w, &m, NULL);
        if (made_by_hand[i].sent == NULL) {
            ok(!fine, "%s", made_by_hand[i].name);
            continue;
        }
        /* behind Message Type; in SCCRQ behind version, capabilities and Host Name too */
        size_t at = setup ? 8 + 8 + 10 + 7 : 8, n = unhex(made_by_hand[i].sent, want);

        is_mem(made + at, fine ? n : 0, want, n, made_by_hand[i].name);
    }
}

/* RFC 3145, 2: the text is UTF-8 too. */
static void test_cause_text(void)
{
    uint8_t made[128], want[32];
    struct wr w = wr_over(made, sizeof made);
    struct msg m;

    msg_init(&m, CDN, 0);
    m.result_code.result = 3;
    m.assigned_session_id = 7;
    m.ppp_disconnect_cause = (struct msg_ppp_cause){16, 0xc223, 1, span_str("n\xf6")};
    m.present |= BIT(1) | BIT(14) | BIT(AVP_PPP_DISCONNECT_CAUSE);
    ok(msg_encode(&w, &m, NULL), "R3145: a cause with a text in Latin 1 is sent");
    is_mem(made + 24, wr_len(&w) - 24, want, unhex("000d 0000 002e 0010 c223 01 6e3f", want),
           "R3145: as UTF-8");
}

/* S6.0-01: what a peer has put into reserved octets does not go out again. */
static void test_reserved(void)
{
    static const struct {
        const char *name, *body, *sent;
    } kept[] = {
        {"S6.0-01: SLI", "8008000000000010 801000000023 ffff 000a0000 ffffffff",
         "8008000000000010 801000000023 0000 000a0000 ffffffff"},
        {"S6.0-01: WEN",
         WEN_TYPE "802000000022 abcd 00000001 00000002 00000003 00000004 00000005 00000006",
         WEN_TYPE "802000000022 0000 00000001 00000002 00000003 00000004 00000005 00000006"},
    };

    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        uint8_t body[64], want[64], made[64];
        struct wr w = wr_over(made, sizeof made);
        struct msg m;

        ok(decode(&m, span_of(body, unhex(kept[i].body, body)), "").damage == DAMAGE_NONE,
           "%s: taken", kept[i].name);
        ok(msg_encode(&w, &m, NULL), "%s: sent", kept[i].name);
        is_mem(made, wr_len(&w), want, unhex(kept[i].sent, want), kept[i].name);
    }
}

/* S4.4.4-15 to -17, -21: texts of no octets, of any octets, and of many. */
static void test_numbers(void)
{
    static const size_t lengths[] = {0, 1, 100, 1017};
    static uint8_t letters[LONGEST];

    for (size_t i = 0; i < sizeof letters; i++)
        letters[i] = (uint8_t)(i * 31 + 200);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        uint8_t made[4096];
        struct wr w = wr_over(made, sizeof made);
        struct span text = span_of(letters, lengths[i]);
        struct msg m, back;

        msg_init(&m, ICRQ, 0);
        m.assigned_session_id = 1;
        m.called_number = m.calling_number = m.sub_address = text;
        m.present |= BIT(14) | BIT(15) | BIT(21) | BIT(22) | BIT(23);
        ok(msg_encode(&w, &m, NULL) &&
               decode(&back, span_of(made, wr_len(&w)), "").damage == DAMAGE_NONE &&
               span_eq(back.called_number, text) && span_eq(back.calling_number, text) &&
               span_eq(back.sub_address, text),
           "S4.4.4-15, S4.4.4-16, S4.4.4-17: numbers of %zu octets survive", lengths[i]);
        w = wr_over(made, sizeof made);
        msg_init(&m, ICCN, 0);
        m.private_group_id = text;
        m.present |= BIT(19) | BIT(24) | BIT(37);
        ok(msg_encode(&w, &m, NULL) &&
               decode(&back, span_of(made, wr_len(&w)), "").damage == DAMAGE_NONE &&
               span_eq(back.private_group_id, text),
           "S4.4.4-21: a group of %zu octets survives", lengths[i]);
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
    {"S10-03: the same number is another thing in the other message",
     STOPCCN_TYPE "8008000000010003 8008000000091111",
     "StopCCN result_code=3(control channel already exists) assigned_tunnel_id=4369"},
    {"S10-04: an error of others' making", STOPCCN_TYPE "800a00000001 00028001 8008000000091111",
     "StopCCN result_code=2/32769(general error: ?) assigned_tunnel_id=4369"},
    {"S4.4.2-08: a general error without its code",
     STOPCCN_TYPE "8008000000010002 8008000000091111",
     "StopCCN result_code=2(general error) assigned_tunnel_id=4369"},
    {"R3145: a cause without a name", CDN_TYPE CDN_REST "000d0000002e 00150000 02 22c3",
     "CDN result_code=3(administrative reasons) assigned_session_id=13107"
     " ppp_disconnect_cause=21(?)/0000/2\"\\\"\\xc3\""},
    {"4.4.5: LCP options that break off", ICCN_TYPE ICCN_REST "000d0000001b 010405dc 0206 00",
     "ICCN framing_type=1 tx_connect_speed=100000000 last_sent_lcp_confreq=[mru=1500 malformed]"},
    {"4.4.5: a proxy type that nobody knows", ICCN_TYPE ICCN_REST "00080000001d 0007",
     "ICCN framing_type=1 tx_connect_speed=100000000 proxy_authen_type=7(?)"},
    {"S4.4.2-04, S4.4.2-07: results and errors in words",
     STOPCCN_TYPE "800a00000001 00020005 8008000000091111",
     "StopCCN result_code=2/5(general error: session id is invalid in this context)"
     " assigned_tunnel_id=4369"},
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
    test_any_order();
    test_whole();
    test_sent();
    test_encode_limits();
    test_made_by_hand();
    test_cause_text();
    test_reserved();
    test_numbers();
    test_described();
    return tap_done();
}
