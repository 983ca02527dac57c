/* Hiding within messages (RFC 2661, 4.3, 4.4.1): every AVP that may be hidden, in every message
 * that may carry it, at every length that changes the number of blocks; which vector is whose; and
 * what is hidden from peers that can bear little. */
#include "tap.h"

#include <stdlib.h>

#include "messages.h"
#include "wire/hide.h"

#define HIDDEN_MOST 1015 /* octets of a value that can be hidden: 1017 less its length */

static uint8_t arena[8192];

static struct verdict decode(struct msg *m, struct span body)
{
    struct verdict v = msg_scan(m, body, 0);

    return v.damage == DAMAGE_NONE ? msg_reveal(m, span_str(TEST_SECRET), arena, body.n) : v;
}

/* A message with what it must have and this AVP, its value all "a" and of n octets if it is a text
 * or octets; of proxy authentication all of it, as PAP, which leaves the lengths free. */
static void compose(struct msg *m, size_t message, const struct rfc_avp *a, size_t n)
{
    static const uint8_t letters[LONGEST] = {0};
    static uint8_t room[2048];
    struct wr w = wr_over(room, sizeof room);
    uint8_t octets[64];

    for (size_t i = 0; i < RFC_AVPS; i++)
        if (is_in(rfc_messages[message].name, rfc_avps[i].must) || &rfc_avps[i] == a ||
            (a->number >= 29 && a->number <= 33 && rfc_avps[i].number >= 29 &&
             rfc_avps[i].number <= 33))
            raw_avp(&w, 0, rfc_avps[i].number,
                    sample(&rfc_avps[i], rfc_messages[message].type, octets));
    decode(m, span_of(room, wr_len(&w)));
    m->proxy_authen_type = 3;
    if (a->shape == SPAN)
        *(struct span *)(void *)((uint8_t *)m + a->field) = span_of(letters, n);
    if (a->shape == PPP_CAUSE)
        m->ppp_disconnect_cause.text = span_of(letters, n - 5);
}

/* The AVP's place in a body: its first octets, and all of its value. */
static const uint8_t *find(struct span body, unsigned number, struct span *value)
{
    struct rd r = rd_over(body);

    while (rd_left(&r) >= 6) {
        const uint8_t *at = r.p;
        size_t length = rd_u16(&r) & 0x3ffu;
        bool found = rd_u32(&r) == number;

        *value = rd_take(&r, length - 6);
        if (found)
            return at;
    }
    return NULL;
}

/* Sent hidden and revealed again; *most gets the most octets that its value took. */
static bool goes_through(size_t message, const struct rfc_avp *a, size_t n, size_t padding,
                         size_t *most)
{
    static const uint8_t pad[] = "\x0fsixteen octets..";
    struct msg_hiding hiding = {span_str(TEST_SECRET), span_of(TEST_VECTOR, 16),
                                span_of(pad, padding), false};
    uint8_t made[4096], room[LONGEST];
    struct wr w = wr_over(made, sizeof made);
    struct span value, vector, back;
    struct msg m, again;
    const uint8_t *at;

    compose(&m, message, a, n);
    m.hidden = BIT(slot_of(a));
    if (!msg_encode(&w, &m, &hiding))
        return false;
    at = find(span_of(made, wr_len(&w)), a->number, &value);
    if (at == NULL || !(at[0] & 0x40) || find(span_of(made, wr_len(&w)), 36, &vector) > at ||
        !hide_reveal((uint16_t)a->number, span_str(TEST_SECRET), vector, value, room, &back))
        return false;
    *most = value.n > *most ? value.n : *most;
    return decode(&again, span_of(made, wr_len(&w))).damage == DAMAGE_NONE &&
           same_message(&m, &again) && (again.hidden & again.present & BIT(slot_of(a)));
}

static void test_each(void)
{
    static const size_t lengths[] = {0, 1, 5, 13, 14, 15, 16, 29, 30, 31, 46, 47, 500, HIDDEN_MOST};

    for (size_t i = 0; i < RFC_AVPS; i++)
        for (size_t message = 0; message < RFC_MESSAGES; message++) {
            const struct rfc_avp *a = &rfc_avps[i];
            bool good = true, padded = true, varies = a->least != a->most;
            size_t most = 0;

            if (!a->h || !may_carry(message, a))
                continue;
            for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
                if (varies ? lengths[k] < a->least || lengths[k] > a->most : k > 0)
                    continue;
                good &= goes_through(message, a, varies ? lengths[k] : a->least, 0, &most);
                padded &= goes_through(message, a, varies ? lengths[k] : a->least, 17, &most);
            }
            ok(good, "S4.3-04, S4.3-10, S4.3-14: %s in %s goes hidden, and comes back", a->title,
               rfc_messages[message].name);
            ok(padded && most >= a->least + 2u,
               "S4.3-05, S4.3-06: and with padding; %zu octets at most", most);
        }
}

/* Padding differs with the octets given, and says nothing of the value. */
static void test_padding(void)
{
    uint8_t made[2][256];
    size_t sizes[2];

    for (unsigned i = 0; i < 2; i++) {
        uint8_t pad[17] = {15, (uint8_t)(i + 1), 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7};
        struct msg_hiding hiding = {span_str(TEST_SECRET), span_of(TEST_VECTOR, 16),
                                    span_of(pad, 12 + i * 5), false};
        struct wr w = wr_over(made[i], sizeof made[i]);
        struct msg m;
        struct span value;

        msg_init(&m, ICRQ, 0);
        m.assigned_session_id = 1;
        m.calling_number = span_str("5551234");
        m.present |=
            BIT(AVP_ASSIGNED_SESSION_ID) | BIT(AVP_CALL_SERIAL_NUMBER) | BIT(AVP_CALLING_NUMBER);
        m.hidden = BIT(AVP_CALLING_NUMBER) | BIT(AVP_CALL_SERIAL_NUMBER);
        ok(msg_encode(&w, &m, &hiding), "S4.3-06: padding of our choice");
        find(span_of(made[i], wr_len(&w)), 22, &value);
        sizes[i] = value.n;
        find(span_of(made[i], wr_len(&w)), 15, &value);
        is_int((long long)value.n, 6, "S4.3-07: none where the length tells nothing: 2 + 4 octets");
    }
    ok(sizes[0] != sizes[1] && sizes[0] >= 9 && sizes[1] >= 9,
       "S4.3-06: a number is as long as chance has it: %zu, %zu octets", sizes[0], sizes[1]);
}

/* The worked vectors as they stand in messages, taken and made. */
static const struct {
    const char *name;
    unsigned number;
    const char *avp, *value;
    const char *padding; /* ours: how much, and which */
} worked[] = {
    {"S4.3-04, S4.3-08, S4.3-09: HV-1", 9, "c00a00000009 af98ba92", "1234", ""},
    {"S4.3-05, S4.3-07, S4.3-10: HV-2", 33,
     "402b00000021 ce6cbcc7aed158e21a3a9b1a2038a1c6 29517ca2c8c4e0b7d1158d1e209bcc31 92733b8de1",
     "636f727265637420686f727365206261 7474657279", "0e a0a1a2a3a4a5a6a7a8a9aaabacad aeaf"},
    {"S4.3-09: HV-3", 30, "40160000001e 9f926d51820958cf3fa97a4070eea44e",
     "75736572407265616c6d2e6e6574", ""},
    {"S4.3-04: HV-4", 30, "40080000001e 9f9c", "", ""},
};

static void test_worked(void)
{
    for (size_t i = 0; i < sizeof worked / sizeof worked[0]; i++) {
        uint8_t avp[64], value[64], pad[32], body[256], made[256];
        struct span v = span_of(value, unhex(worked[i].value, value)), cipher;
        size_t n = unhex(worked[i].avp, avp);
        struct wr w = wr_over(body, sizeof body), out = wr_over(made, sizeof made);
        struct msg_hiding hiding = {span_str(TEST_SECRET), span_of(TEST_VECTOR, 16),
                                    span_of(pad, unhex(worked[i].padding, pad)), false};
        unsigned type = worked[i].number == 9 ? STOPCCN : ICCN;
        const uint8_t *at;
        struct msg m;

        wr_put(&w, span_of("\x80\x08\0\0\0\0\0", 7));
        wr_u8(&w, (uint8_t)type);
        raw_avp(&w, RAW_M, 36, span_of(TEST_VECTOR, 16));
        wr_put(&w, span_of(avp, n));
        if (type == STOPCCN)
            raw_avp(&w, RAW_M, 1, span_of("\0\1", 2));
        ok(decode(&m, span_of(body, wr_len(&w))).damage == DAMAGE_NONE &&
               (worked[i].number == 9    ? m.assigned_tunnel_id == 0x1234
                : worked[i].number == 30 ? span_eq(m.proxy_authen_name, v)
                                         : span_eq(m.proxy_authen_response, v)),
           "%s: taken", worked[i].name);
        m.present |= type == ICCN ? BIT(19) | BIT(24) | BIT(29) | BIT(30) | BIT(32) | BIT(33) : 0;
        m.proxy_authen_type = 3;
        ok(msg_encode(&out, &m, &hiding), "%s: made", worked[i].name);
        at = find(span_of(made, wr_len(&out)), worked[i].number, &cipher);
        is_mem(at, at != NULL ? 6 + cipher.n : 0, avp, n, worked[i].name);
    }
}

static void put_hidden(struct wr *w, unsigned number, struct span vector, const char *value)
{
    uint8_t cipher[64];
    struct wr c = wr_over(cipher, sizeof cipher);

    hide_value(&c, (uint16_t)number, span_str(TEST_SECRET), vector, span_str(value),
               span_of("pad", 3));
    raw_avp(w, RAW_H, number, span_of(cipher, wr_len(&c)));
}

static struct wr begin(unsigned type, uint8_t *room, size_t size)
{
    struct wr w = wr_over(room, size);

    wr_put(&w, span_of("\x80\x08\0\0\0\0\0", 7));
    wr_u8(&w, (uint8_t)type);
    return w;
}

/* Vectors of every length there may be; each hides what comes behind it. */
static void test_vector_lengths(void)
{
    static uint8_t vector[LONGEST], body[2048];
    bool good = true;

    for (size_t n = 1; n <= LONGEST; n++) {
        struct wr w = begin(ICCN, body, sizeof body);
        struct msg m;

        vector[n - 1] = (uint8_t)(n * 37 + 11);
        raw_avp(&w, RAW_M, 36, span_of(vector, n));
        put_hidden(&w, 30, span_of(vector, n), "name");
        good &= decode(&m, span_of(body, wr_len(&w))).damage == DAMAGE_NONE && msg_has(&m, 30) &&
                span_eq(m.proxy_authen_name, span_str("name"));
    }
    ok(good, "S4.4.1-07: a vector of 1 to 1017 octets is taken");
}

/* Several vectors and AVPs in a message: "v1" is the vector "1", "n1" is AVP 30 under it (and g, r
 * and c: AVPs 37, 33, 27); what must come out, in the order n, g, r, c. */
static const struct {
    const char *name;
    const char *script;
    const char *found; /* letters of those that are revealed */
} orders[] = {
    {"S4.3-11: one vector, four AVPs", "v1 n1 g1 r1 c1", "ngrc"},
    {"S4.3-12, S4.4.1-08: two vectors", "v1 n1 g1 v2 r2 c2", "ngrc"},
    {"S4.3-12, S4.4.1-08: a vector each", "v1 n1 v2 g2 v3 r3 v4 c4", "ngrc"},
    {"S4.3-13: the nearer one, not the first", "v1 v2 n2 g1", "n"},
    {"S4.3-13: nor one before that", "v1 n1 v2 g1 v3 r3", "nr"},
    {"S4.3-13: one behind the AVP is none", "n1 v1 g1", "g"},
    {"S4.3-13: nor is the last of all", "v1 n2 v2", ""},
    {"S4.3-12: back to the first, sent again", "v1 n1 v2 g2 v1 r1 c1", "ngrc"},
    {"S4.3-03: no vector at all", "n1 g1", ""},
};

static void test_orders(void)
{
    static const struct {
        char letter;
        unsigned number;
        size_t field;
    } kinds[] = {{'n', 30, AT(proxy_authen_name)},
                 {'g', 37, AT(private_group_id)},
                 {'r', 33, AT(proxy_authen_response)},
                 {'c', 27, AT(last_sent_lcp_confreq)}};

    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        uint8_t body[512];
        struct wr w = begin(ICCN, body, sizeof body);
        bool good = true;
        struct msg m;

        for (const char *at = orders[i].script; *at != '\0'; at += at[2] != '\0' ? 3 : 2) {
            if (*at == 'v')
                raw_avp(&w, RAW_M, 36, span_of(at + 1, 1));
            for (size_t k = 0; k < 4; k++)
                if (*at == kinds[k].letter)
                    put_hidden(&w, kinds[k].number, span_of(at + 1, 1), "a value of the AVP");
        }
        good = decode(&m, span_of(body, wr_len(&w))).damage == DAMAGE_NONE;
        for (size_t k = 0; k < 4; k++) {
            const void *field = (const uint8_t *)&m + kinds[k].field;
            bool there = msg_has(&m, kinds[k].number) &&
                         span_eq(*(const struct span *)field, span_str("a value of the AVP"));

            good &= there == (strchr(orders[i].found, kinds[k].letter) != NULL);
        }
        ok(good, "%s", orders[i].name);
    }
}

/* Two vectors are no offence anywhere. */
static void test_vectors_everywhere(void)
{
    for (size_t i = 0; i < RFC_MESSAGES; i++) {
        uint8_t body[512], octets[64];
        struct wr w = begin(rfc_messages[i].type, body, sizeof body);
        struct msg m;

        raw_avp(&w, RAW_M, 36, span_str("one"));
        for (size_t k = 1; k < RFC_AVPS; k++)
            if (is_in(rfc_messages[i].name, rfc_avps[k].must))
                raw_avp(&w, RAW_M, rfc_avps[k].number,
                        sample(&rfc_avps[k], rfc_messages[i].type, octets));
        raw_avp(&w, RAW_M, 36, span_str("two"));
        ok(decode(&m, span_of(body, wr_len(&w))).damage == DAMAGE_NONE &&
               span_eq(m.random_vector, span_str("two")),
           "S4.4.1-08: two vectors in %s", rfc_messages[i].name);
    }
}

/* of two the first counts, though it is only revealed when the second has been seen. */
static void test_twice(void)
{
    static const struct {
        const char *name;
        bool first, second; /* hidden? */
    } pairs[] = {{"A-22: hidden, then hidden", true, true},
                 {"A-22: hidden, then in the clear", true, false},
                 {"A-22: in the clear, then hidden", false, true}};

    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        uint8_t body[256];
        struct wr w = begin(ICCN, body, sizeof body);
        struct msg m;

        raw_avp(&w, RAW_M, 36, span_of(TEST_VECTOR, 16));
        for (int k = 0; k < 2; k++)
            if (k == 0 ? pairs[i].first : pairs[i].second)
                put_hidden(&w, 30, span_of(TEST_VECTOR, 16), k == 0 ? "first" : "second");
            else
                raw_avp(&w, 0, 30, span_str(k == 0 ? "first" : "second"));
        decode(&m, span_of(body, wr_len(&w)));
        ok(msg_has(&m, 30) && span_eq(m.proxy_authen_name, span_str("first")), "%s", pairs[i].name);
    }
}

/* What a message leaves behind is of no use to the next one in the same struct. */
static void test_earlier_message(void)
{
    uint8_t first[128], second[128];
    struct span vector = span_str("of the first message");
    struct wr w = begin(ICCN, first, sizeof first), x = begin(ICCN, second, sizeof second);
    struct msg m;

    raw_avp(&w, RAW_M, 36, vector);
    put_hidden(&w, 30, vector, "name");
    put_hidden(&x, 30, vector, "name");
    decode(&m, span_of(first, wr_len(&w)));
    ok(msg_has(&m, 30), "S4.3-13: a vector serves its message");
    decode(&m, span_of(second, wr_len(&x)));
    ok(!msg_has(&m, 30) && !msg_has(&m, 36), "S4.3-13: and not the next one");
}

/* values of one block alone, unpadded; a vector if anything is hidden at all. */
static const struct {
    const char *name;
    size_t length;
    bool hidden;
} briefs[] = {
    {"Q-18: 0 octets", 0, true},    {"Q-18: 1 octet", 1, true},
    {"Q-18: 14 octets", 14, true},  {"Q-18: 15 octets", 15, false},
    {"Q-18: 16 octets", 16, false}, {"Q-18: 1017 octets", 1017, false},
};

static void test_brief(void)
{
    static const uint8_t letters[LONGEST] = "a";
    struct msg_hiding hiding = {span_str(TEST_SECRET), span_of(TEST_VECTOR, 16),
                                span_of("\x0fsixteen octets..", 17), true};

    for (size_t i = 0; i < sizeof briefs / sizeof briefs[0]; i++) {
        uint8_t made[2048];
        struct wr w = wr_over(made, sizeof made);
        struct span value, vector;
        const uint8_t *at;
        struct msg m, back;

        msg_init(&m, ICRQ, 0);
        m.assigned_session_id = 1;
        m.calling_number = span_of(letters, briefs[i].length);
        m.present |= BIT(14) | BIT(15) | BIT(22);
        m.hidden = BIT(22);
        ok(msg_encode(&w, &m, &hiding), "%s: sent", briefs[i].name);
        at = find(span_of(made, wr_len(&w)), 22, &value);
        ok(at != NULL && (at[0] & 0x40) / 0x40 == briefs[i].hidden &&
               value.n == briefs[i].length + (briefs[i].hidden ? 2 : 0),
           "%s: %s, without padding", briefs[i].name, briefs[i].hidden ? "hidden" : "in the clear");
        ok((find(span_of(made, wr_len(&w)), 36, &vector) != NULL) == briefs[i].hidden,
           "%s: a vector only if it is needed", briefs[i].name);
        ok(decode(&back, span_of(made, wr_len(&w))).damage == DAMAGE_NONE &&
               same_message(&m, &back),
           "%s: and comes back", briefs[i].name);
    }
}

int main(void)
{
    test_each();
    test_padding();
    test_worked();
    test_vector_lengths();
    test_orders();
    test_vectors_everywhere();
    test_twice();
    test_earlier_message();
    test_brief();
    return tap_done();
}
