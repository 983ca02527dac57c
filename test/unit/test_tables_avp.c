/* The table of AVPs against RFC 2661, 4.4 and 6, transcribed a second time in messages.h: each
 * row's facts, and each row at work in every message that may carry it. */
#include "tap.h"

#include "base/log.h"
#include "messages.h"
#include "wire/avp.h"
#include "wire/hide.h"

static uint8_t arena[4096];

static struct verdict judge(struct msg *m, struct span body, const char *secret, bool strict)
{
    struct verdict v = msg_scan(m, body, 0);

    m->strict = strict;
    return v.damage == DAMAGE_NONE ? msg_reveal(m, span_str(secret), arena, body.n) : v;
}

static struct verdict decode(struct msg *m, struct span body, const char *secret)
{
    return judge(m, body, secret, false);
}

static uint32_t types_in(const char *list)
{
    uint32_t types = 0;

    for (size_t i = 0; i < RFC_MESSAGES; i++)
        if (is_in(rfc_messages[i].name, list))
            types |= 1u << rfc_messages[i].type;
    return types;
}

static void test_rows(void)
{
    static const enum avp_kind kinds[][4] = {
        [NO_FIELD] = {KIND_EMPTY},
        [SIXTEEN] = {KIND_U16, KIND_VERSION, KIND_AUTHEN},
        [THIRTY_TWO] = {KIND_U32, KIND_LINE_TYPE},
        [SIXTY_FOUR] = {KIND_U64, KIND_RATE},
        [SPAN] = {KIND_TEXT, KIND_OCTETS, KIND_SECRET, KIND_LCP},
        [RESULT] = {KIND_RESULT},
        [CAUSE] = {KIND_Q931},
        [PPP_CAUSE] = {KIND_CAUSE},
        [TWO_WORDS] = {KIND_WORDS},
        [SIX_WORDS] = {KIND_WORDS},
        [SPEEDS] = {KIND_SPEEDS},
    };

    for (size_t i = 0; i < RFC_AVPS; i++) {
        const struct rfc_avp *a = &rfc_avps[i];
        const struct avp_row *row = avp_row(slot_of(a));
        bool kind = false;

        if (!ok(row != NULL, "%s: AVP %u is known", a->clause, a->number))
            continue;
        is_int((long long)row->vendor << 16 | row->number, a->number,
               "S10-01: its vendor and number on the wire");
        is_int(avp_slot(a->number >> 16, a->number & 0xffffu), slot_of(a), "S10-01: and its slot");
        is_str(row->name, a->title, "4.4: its name");
        ok((row->flags & MANDATORY) / MANDATORY == a->m, "%s: the M bit that %s is sent with",
           a->clause, a->title);
        ok((row->flags & HIDEABLE) / HIDEABLE == a->h, "%s: whether %s may be hidden", a->clause,
           a->title);
        is_int((row->flags & NONZERO) != 0, a->not_zero, "4.4.3, 4.4.4, 5.8: whether 0 is invalid");
        ok(row->least == a->least, "%s: the shortest value of %s", a->clause, a->title);
        ok(row->most == a->most, "%s: the longest value of %s", a->clause, a->title);
        is_int(row->must, types_in(a->must), "6.1-6.14: messages that must carry it");
        is_int(row->may, types_in(a->may), "6.1-6.14: messages that may carry it");
        is_int((long long)row->field, (long long)a->field, "its field is the one of its name");
        for (size_t k = 0; k < 4; k++)
            kind |= kinds[a->shape][k] == row->kind && row->kind != KIND_NONE;
        ok(kind, "its kind fits the field");
    }
}

static void test_others(void)
{
    const struct avp_row *twenty = avp_row(20);
    bool none = true;

    for (unsigned n = 40; n < 70000; n++)
        none &= (n == 46 || n == 97 || n == 98 || n == 103) == (avp_slot(0, n) >= 0);
    ok(none, "S10-01, R3438-01: no AVP above 39 is known, but 46, 97, 98 and 103");
    for (unsigned n = 0; n < 70000; n++)
        none &= (n == 1 || n == 2 || (n >= 129 && n <= 145 && n != 143) || n == 254) ==
                    (avp_slot(3561, n) >= 0) &&
                avp_slot(9, n) < 0;
    ok(none, "R5515-01: of vendor 3561 those of section 5 are, and none of vendor 9");
    ok(avp_row(AVP_NUMBERS) == NULL && avp_row(70000) == NULL, "S10-01: and no slot above theirs");
    ok(AVP_NUMBERS <= 64, "4.4: a bit each in 64");
    for (unsigned n = 40; n < AVP_NUMBERS; n++)
        ok(!(avp_row(n)->flags & MANDATORY), "S4.2-01, S4.2-04: %s is never sent with M",
           avp_row(n)->name);
    ok(twenty != NULL && twenty->must == 0 && twenty->may == 0,
       "Q-14: AVP 20 is known, and for no message");
    for (unsigned type = 0; type < 40; type++) {
        const char *name = "unknown message";
        bool known = false, of_session = false;

        for (size_t i = 0; i < RFC_MESSAGES; i++)
            if (rfc_messages[i].type == type) {
                known = true;
                name = rfc_messages[i].name;
                of_session = rfc_messages[i].of_session;
            }
        ok(msg_type_known(type) == known && msg_type_of_session(type) == of_session,
           "S3.2-01: type %u is %s", type, known ? name : "unknown");
        is_str(msg_type_name(type), type == 0 ? "ZLB" : name, "3.2: and its name");
        ok(msg_type_optional(type) == (type == 28 || type == 29),
           "R5515-03: none but CSUN and CSURQ goes out without M");
    }
}

static void test_codes(void)
{
    static const struct {
        const char *name;
        unsigned type, most;
    } codes[] = {{"S4.4.2-04: StopCCN", STOPCCN, 7}, {"S4.4.2-06: CDN", CDN, 11}};

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        bool named = true;

        for (unsigned r = 1; r <= codes[i].most; r++)
            named &= avp_result_name(codes[i].type, r) != NULL;
        ok(named, "%s: results 1 to %u have names", codes[i].name, codes[i].most);
        ok(avp_result_name(codes[i].type, 0) == NULL &&
               avp_result_name(codes[i].type, 65535) == NULL,
           "%s: 0 and 65535 have none", codes[i].name);
    }
    ok(strcmp(avp_result_name(STOPCCN, 3), avp_result_name(CDN, 3)) != 0,
       "S10-03: each of the two messages has names of its own");
    ok(avp_error_name(32768) == NULL, "S10-04: an error of others' making has no name");
    for (unsigned error = 0; error <= 8; error++)
        ok(avp_error_name(error) != NULL, "S4.4.2-07: error %u has a name", error);
    ok(avp_error_name(65535) == NULL, "S4.4.2-07: error 65535 has none");
    for (unsigned code = 0; code <= 20; code++)
        ok(avp_ppp_cause_name(code) != NULL, "R3145: PPP disconnect cause %u has a name", code);
    ok(avp_ppp_cause_name(21) == NULL && avp_ppp_cause_name(65535) == NULL,
       "R3145: causes 21 and 65535 have none");
    is_str(avp_ppp_cause_name(16), "authentication failed", "R3145: cause 16");
    is_str(avp_result_name(STOPCCN, 6), "requester is shutting down", "4.4.2: StopCCN 6");
    is_str(avp_result_name(CDN, 8), "busy", "4.4.2: CDN 8");
    is_str(avp_error_name(7), "try another", "4.4.2: error 7");
}

/* A body by hand: must-haves in order of number, but "but", whose AVP is written with these bits
 * and this value right after Message Type (or not at all, with bits of LEAVE_OUT). */
#define LEAVE_OUT 1u

/* Proxy authentication is sent whole or not at all. */
static bool of_proxy(const struct rfc_avp *a)
{
    return a->number >= 29 && a->number <= 33;
}

static struct span body_with(size_t message, const struct rfc_avp *but, unsigned bits,
                             struct span value, uint8_t *room, size_t size)
{
    struct wr w = wr_over(room, size);
    unsigned type = rfc_messages[message].type;
    uint8_t octets[64];

    raw_avp(&w, RAW_M, 0, sample(&rfc_avps[0], type, octets));
    if ((bits & RAW_H) && but->number != AVP_RANDOM_VECTOR)
        raw_avp(&w, RAW_M, 36, span_of(TEST_VECTOR, 16));
    if (bits != LEAVE_OUT)
        raw_avp(&w, bits, but->number, value);
    for (size_t i = 1; i < RFC_AVPS; i++)
        if (&rfc_avps[i] != but && (is_in(rfc_messages[message].name, rfc_avps[i].must) ||
                                    (of_proxy(but) && of_proxy(&rfc_avps[i]) &&
                                     is_in(rfc_messages[message].name, rfc_avps[i].may))))
            raw_avp(&w, rfc_avps[i].m ? RAW_M : 0, rfc_avps[i].number,
                    sample(&rfc_avps[i], type, octets));
    return span_of(room, wr_len(&w));
}

/* The AVP's first octets in a body, or NULL. */
static const uint8_t *find_avp(struct span body, unsigned number)
{
    struct rd r = rd_over(body);

    while (rd_left(&r) >= 6) {
        const uint8_t *at = r.p;
        size_t length = rd_u16(&r) & 0x3ffu;
        unsigned vendor = rd_u16(&r);

        if ((vendor << 16 | rd_u16(&r)) == number)
            return at;
        rd_take(&r, length - 6);
    }
    return NULL;
}

/* Encoded by us with the value, decoded, and described. */
static void check_carried(size_t message, const struct rfc_avp *a)
{
    static const struct msg_hiding hiding = {
        {(const uint8_t *)TEST_SECRET, 16}, {(const uint8_t *)TEST_VECTOR, 16}, {NULL, 0}, false};
    uint8_t room[2048], made[2048], octets[64];
    struct span value = sample(a, rfc_messages[message].type, octets);
    struct span body = body_with(message, a, a->m ? RAW_M : 0, value, room, sizeof room), out;
    struct msg m, back;
    struct wr w = wr_over(made, sizeof made);
    char line[2048], word[64];
    const uint8_t *at;
    struct verdict v;

    ok(decode(&m, body, "").damage == DAMAGE_NONE && msg_has(&m, slot_of(a)), "%s: %s is taken",
       rfc_messages[message].name, a->title);
    snprintf(word, sizeof word, " %s=", a->title);
    ok(strstr(msg_describe(&m, line, sizeof line), word) != NULL || a->number == 0,
       "%s: %s is shown by name", rfc_messages[message].name, a->title);
    if (a->number == AVP_RANDOM_VECTOR)
        return; /* not ours to send without need */
    for (int hide = 0; hide <= 1; hide++) {
        w = wr_over(made, sizeof made);
        m.hidden = hide ? BIT(slot_of(a)) : 0;
        ok(msg_encode(&w, &m, hide ? &hiding : NULL), "%s: %s is put together",
           rfc_messages[message].name, a->title);
        out = span_of(made, wr_len(&w));
        at = find_avp(out, a->number);
        ok(at != NULL && (at[0] & 0xfcu) == ((a->m ? 0x80u : 0) | (hide && a->h ? 0x40u : 0)) &&
               (unsigned)(at[2] << 8 | at[3]) == a->number >> 16,
           "S4.1-02, S4.1-10, %s: %s in %s has M, H and vendor exactly (hiding: %d)", a->clause,
           a->title, rfc_messages[message].name, hide);
        is_int(find_avp(out, AVP_RANDOM_VECTOR) != NULL, hide && a->h,
               "S4.3-03: a vector is there if something is hidden, and only then");
        v = decode(&back, out, TEST_SECRET);
        ok(v.damage == DAMAGE_NONE && same_message(&m, &back) && same_field(&m, &back, a),
           "%s: %s comes back as it was", rfc_messages[message].name, a->title);
    }
}

/* What an AVP of this M bit costs when it is no good: nothing, its session, its tunnel. */
static enum damage cost(size_t message, bool m)
{
    const char *name = rfc_messages[message].name;

    if (!m || is_in(name, "StopCCN CDN"))
        return DAMAGE_NONE;
    return rfc_messages[message].of_session ? DAMAGE_SESSION : DAMAGE_TUNNEL;
}

/* An AVP that is no good in one way, with M set and with M clear. */
static void check_offence(size_t message, const struct rfc_avp *a, unsigned bits, struct span value,
                          unsigned error, const char *what)
{
    const char *name = rfc_messages[message].name;
    bool must = is_in(name, a->must), excused = is_excused(name, a);

    for (int m = 0; m <= 1; m++) {
        uint8_t room[2048];
        struct msg got;
        struct span body = body_with(message, a, bits | (m ? RAW_M : 0), value, room, sizeof room);
        struct verdict v = decode(&got, body, TEST_SECRET);
        enum damage want = cost(message, m || (must && !excused));
        unsigned want_error = want == DAMAGE_NONE ? 0 : m ? error : ERROR_VALUE;

        ok(v.damage == want && v.error == want_error && (v.result == 2) == (want != DAMAGE_NONE),
           "%s, %s: %s in %s %s, M %s: damage %d, error %u", m ? "S7.1-06" : "S7.1-07", a->clause,
           a->title, name, what, m ? "set" : "clear", (int)want, want_error);
        ok(!msg_has(&got, slot_of(a)) && (want == DAMAGE_NONE || strstr(v.text, a->title) != NULL),
           "S4.2-02: and is not taken, but named");
    }
}

static void check_lengths(size_t message, const struct rfc_avp *a)
{
    static const uint8_t filler[LONGEST + 1] = {1, 1, 1, 1};

    if (a->least > 0)
        check_offence(message, a, 0, span_of(filler, a->least - 1), ERROR_LENGTH, "too short");
    if (a->most < LONGEST)
        check_offence(message, a, 0, span_of(filler, a->most + 1), ERROR_LENGTH, "too long");
    if (a->not_zero)
        check_offence(message, a, 0, span_of("\0\0", 2), ERROR_VALUE, "zero");
}

static void check_hidden(size_t message, const struct rfc_avp *a)
{
    uint8_t octets[64], cipher[96], room[2048];
    struct span value = sample(a, rfc_messages[message].type, octets), body;
    struct wr w = wr_over(cipher, sizeof cipher);
    struct msg clear, m;
    struct verdict v;

    hide_value(&w, (uint16_t)a->number, span_str(TEST_SECRET), span_of(TEST_VECTOR, 16), value,
               span_of("padding", a->number % 8));
    if (!a->h) {
        check_offence(message, a, RAW_H, span_of(cipher, wr_len(&w)), ERROR_VALUE,
                      "hidden against the rules");
        return;
    }
    decode(&clear, body_with(message, a, RAW_M, value, room, sizeof room), "");
    body = body_with(message, a, RAW_M | RAW_H, span_of(cipher, wr_len(&w)), room, sizeof room);
    v = decode(&m, body, TEST_SECRET);
    value = sample(a, rfc_messages[message].type, octets);
    ok(v.damage == DAMAGE_NONE && (m.hidden & BIT(slot_of(a))) && msg_has(&m, slot_of(a)),
       "S4.1-07, S4.3-14: %s in %s is revealed", a->title, rfc_messages[message].name);
    body = body_with(message, a, RAW_M, value, room, sizeof room);
    decode(&clear, body, "");
    ok(same_field(&clear, &m, a), "4.3: to the value that it has in the clear");
    check_offence(message, a, RAW_H, span_of(cipher, 1), ERROR_LENGTH, "hidden in one octet");
    if (a->least == 0)
        return;
    w = wr_over(cipher, sizeof cipher);
    hide_value(&w, (uint16_t)a->number, span_str(TEST_SECRET), span_of(TEST_VECTOR, 16),
               span_of(value.p, a->least - 1), span_of("padding", 5));
    check_offence(message, a, RAW_H, span_of(cipher, wr_len(&w)), ERROR_LENGTH,
                  "hidden, too short within");
}

static void check_misplaced(size_t message, const struct rfc_avp *a)
{
    uint8_t octets[64], room[2048];
    struct span value = sample(a, rfc_messages[message].type, octets);
    struct msg m;
    struct verdict v =
        decode(&m, body_with(message, a, RAW_M, value, room, sizeof room), TEST_SECRET);

    ok(v.damage == DAMAGE_NONE && !msg_has(&m, slot_of(a)),
       "A-22: %s is skipped in %s, for which it is not, in spite of its M bit", a->title,
       rfc_messages[message].name);
}

/* The clause that says what a message must carry, in the order of rfc_messages; NULL: it need carry
 * nothing but its type. */
static const char *must_id(size_t message)
{
    static const char *const ids[RFC_MESSAGES] = {
        "S6.1-02",  "S6.2-02", NULL,      "S6.4-02", NULL,       "S6.9-03",  "S6.10-01",
        "S6.11-01", "S6.6-03", "S6.7-01", "S6.8-02", "S6.12-02", "S6.13-03", "S6.14-01", NULL, NULL,
    };

    return ids[message];
}

static void check_missing(size_t message, const struct rfc_avp *a)
{
    const char *name = rfc_messages[message].name;
    const char *id = must_id(message);
    uint8_t room[2048];
    struct span none = span_of(NULL, 0), body;

    body = body_with(message, a, LEAVE_OUT, none, room, sizeof room);
    for (int strict = 0; strict <= 1; strict++) {
        bool excused = !strict && is_excused(name, a);
        enum damage want = excused ? DAMAGE_NONE : cost(message, true);
        uint8_t made[2048];
        struct wr w = wr_over(made, sizeof made);
        struct msg m;
        struct verdict v = judge(&m, body, "", strict != 0);

        ok(v.damage == want && v.error == (want != DAMAGE_NONE ? ERROR_VALUE : 0),
           "%s, A-19, Q-04, Q-05: %s without %s, %s: damage %d", id, name, a->title,
           strict ? "strict" : "tolerant", (int)want);
        ok(want == DAMAGE_NONE || strstr(v.text, a->title) != NULL, "A-19: and names it");
        ok(!msg_has(&m, slot_of(a)), "Q-04, Q-05: it does not pass for present");
        ok(!msg_encode(&w, &m, NULL), "%s: we do not send %s without %s", id, name, a->title);
    }
}

static void test_rows_at_work(void)
{
    for (size_t i = 0; i < RFC_AVPS; i++)
        for (size_t message = 0; message < RFC_MESSAGES; message++) {
            const struct rfc_avp *a = &rfc_avps[i];

            if (a->number != 0 && !may_carry(message, a)) {
                check_misplaced(message, a);
                continue;
            }
            if (a->number == 0)
                continue;
            check_carried(message, a);
            check_lengths(message, a);
            check_hidden(message, a);
            if (is_in(rfc_messages[message].name, a->must))
                check_missing(message, a);
        }
}

int main(void)
{
    test_rows();
    test_others();
    test_codes();
    test_rows_at_work();
    return tap_done();
}
