/* Hiding (RFC 2661, 4.3) and tunnel authentication (5.1.1): worked vectors both ways, what must be
 * refused, and every length there may be. */
#include "tap.h"

#include <stdlib.h>

#include "wire/hide.h"

#define SECRET "l2tp-test-secret"
#define VECTOR "00112233445566778899aabbccddeeff"
#define MOST 1015 /* octets of a hidden value: 1023 less header and inner length */

static const struct {
    const char *name;
    uint16_t attribute;
    const char *value, *padding, *hidden;
} vectors[] = {
    {"S4.3-04, S4.3-08: HV-1, Assigned Tunnel ID", 9, "1234", "", "af98ba92"},
    {"S4.3-05, S4.3-10: HV-2, a password with padding, three blocks", 33,
     "636f727265637420686f727365206261 7474657279", "a0a1a2a3a4a5a6a7a8a9aaabacad",
     "ce6cbcc7aed158e21a3a9b1a2038a1c6 29517ca2c8c4e0b7d1158d1e209bcc31 92733b8de1"},
    {"S4.3-09: HV-3, exactly one block", 30, "75736572407265616c6d2e6e6574", "",
     "9f926d51820958cf3fa97a4070eea44e"},
    {"S4.3-04: HV-4, an empty value", 30, "", "", "9f9c"},
    {"S4.3-08: HV-1's whole first key", 9, "0000000000000000000000000000", "",
     "af94a8a6bf3ee7eac6de574f15efcd42"},
};

static struct span secret(void)
{
    return span_str(SECRET);
}

static struct span vector(uint8_t *room)
{
    return span_of(room, unhex(VECTOR, room));
}

static void test_vectors(void)
{
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        uint8_t value[64], padding[64], want[64], made[64], room[64], rv[16];
        struct span v = span_of(value, unhex(vectors[i].value, value)), back;
        struct span pad = span_of(padding, unhex(vectors[i].padding, padding));
        struct span hidden = span_of(want, unhex(vectors[i].hidden, want));
        struct wr w = wr_over(made, sizeof made);
        bool good;

        hide_value(&w, vectors[i].attribute, secret(), vector(rv), v, pad);
        is_mem(made, wr_len(&w), hidden.p, hidden.n, vectors[i].name);
        is_int((long long)wr_len(&w), (long long)(HIDE_LENGTH + v.n + pad.n),
               "S4.3-07: length, value and padding, no more");
        good = hide_reveal(vectors[i].attribute, secret(), vector(rv), hidden, room, &back);
        ok(good && span_eq(back, v), "%s: and back", vectors[i].name);
    }
}

/* One octet of the secret wrong: refused by the inner length but for about one time in 1800, and
 * never the value. */
static void test_wrong_secret(void)
{
    uint8_t hidden[64], room[64], rv[16], value[64];
    struct span h = span_of(hidden, unhex(vectors[1].hidden, hidden)), back;
    struct span v = span_of(value, unhex(vectors[1].value, value));
    unsigned passed = 0, found = 0;

    for (size_t at = 0; at < sizeof SECRET - 1; at++)
        for (unsigned flip = 1; flip < 256; flip++) {
            char wrong[] = SECRET;

            wrong[at] = (char)(wrong[at] ^ flip);
            if (!hide_reveal(33, span_of(wrong, sizeof wrong - 1), vector(rv), h, room, &back))
                continue;
            passed++;
            found += span_eq(back, v);
        }
    is_int(found, 0, "S4.3-02: no other secret reveals HV-2");
    ok(passed < 12, "4.3: of 4080 wrong secrets nearly all fail the inner length (%u did not)",
       passed);
}

static const struct {
    const char *name;
    const char *secret, *vector, *hidden;
    uint16_t attribute;
} refused[] = {
    {"S4.3-01: no secret", "", VECTOR, "af98ba92", 9},
    {"S4.3-03: no random vector", SECRET, "", "af98ba92", 9},
    {"4.3: AVP Length 6, no inner length", SECRET, VECTOR, "", 9},
    {"4.3: AVP Length 7, half an inner length", SECRET, VECTOR, "af", 9},
    {"4.3: inner length one more than there is", SECRET, VECTOR, "af98ba", 9},
    {"4.3: inner length 65535", SECRET, VECTOR, "5065ba92", 9},
};

static void test_refused(void)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        uint8_t hidden[16], rv[16], room[16];
        struct span h = span_of(hidden, unhex(refused[i].hidden, hidden)), back;
        struct span rv_span = span_of(rv, unhex(refused[i].vector, rv));
        bool good =
            hide_reveal(refused[i].attribute, span_str(refused[i].secret), rv_span, h, room, &back);

        ok(!good && back.n == 0, "%s: refused", refused[i].name);
    }
}

/* Even what would come out right is refused: without a secret or a vector nothing was hidden. */
static void test_no_key(void)
{
    static const struct {
        const char *name;
        const char *secret, *vector;
    } keys[] = {{"S4.3-01: hidden under no secret", "", "vector"},
                {"S4.3-03: hidden under no vector", SECRET, ""}};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct span s = span_str(keys[i].secret), rv = span_str(keys[i].vector), back;
        uint8_t made[8], room[8];
        struct wr w = wr_over(made, sizeof made);

        hide_value(&w, 9, s, rv, span_of("\x12\x34", 2), span_of(NULL, 0));
        ok(!hide_reveal(9, s, rv, span_of(made, wr_len(&w)), room, &back), "%s: refused",
           keys[i].name);
    }
}

/* What goes into the key: another attribute, secret or vector makes other octets. */
static void test_key(void)
{
    static const struct {
        const char *name;
        uint16_t attribute;
        const char *secret, *vector;
        bool same;
    } keys[] = {
        {"S4.3-08: same attribute, secret and vector", 9, SECRET, VECTOR, true},
        {"S4.3-08: another attribute", 10, SECRET, VECTOR, false},
        {"S4.3-08: an attribute that differs in its high octet", 0x0109, SECRET, VECTOR, false},
        {"S4.3-02: another secret", 9, "l2tp-test-secreT", VECTOR, false},
        {"S4.3-08: another vector", 9, SECRET, "01112233445566778899aabbccddeeff", false},
        {"S4.4.1-07: a vector of one octet", 9, SECRET, "00", false},
    };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        uint8_t value[16] = {0}, made[32], rv[16], room[32], want[32], usual[32];
        struct span v = span_of(value, 14), back;
        struct span rv_span = span_of(rv, unhex(keys[i].vector, rv));
        struct wr w = wr_over(made, sizeof made), u = wr_over(usual, sizeof usual);
        bool good;

        hide_value(&u, 9, span_str(SECRET), span_of(rv, unhex(VECTOR, rv)), v, span_of(NULL, 0));
        unhex(keys[i].vector, rv);
        hide_value(&w, keys[i].attribute, span_str(keys[i].secret), rv_span, v, span_of(NULL, 0));
        unhex(vectors[4].hidden, want);
        ok((memcmp(made, want, 16) == 0) == keys[i].same &&
               (memcmp(made, usual, 16) == 0) == keys[i].same,
           "%s", keys[i].name);
        good = hide_reveal(keys[i].attribute, span_str(keys[i].secret), rv_span,
                           span_of(made, wr_len(&w)), room, &back);
        ok(good && span_eq(back, v), "%s: and back", keys[i].name);
    }
}

/* There and back from and into blocks of exactly the size. */
static bool returns(struct span value, struct span padding)
{
    size_t n = HIDE_LENGTH + value.n + padding.n;
    uint8_t *hidden = malloc(n), *room = malloc(n), rv[16];
    struct wr w = wr_over(hidden, n);
    struct span back;
    bool good;

    hide_value(&w, 33, secret(), vector(rv), value, padding);
    good = !w.failed && wr_len(&w) == n &&
           hide_reveal(33, secret(), vector(rv), span_of(hidden, n), room, &back) &&
           span_eq(back, value);
    free(hidden);
    free(room);
    return good;
}

static void test_round_trip(void)
{
    uint8_t octets[MOST], padding[32];
    bool plain = true, padded = true;

    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)(i * 167 + 13);
    for (size_t i = 0; i < sizeof padding; i++)
        padding[i] = (uint8_t)(i * 59 + 200);
    for (size_t n = 0; n <= MOST; n++) {
        size_t room = MOST - n < sizeof padding ? MOST - n : sizeof padding;

        plain &= returns(span_of(octets, n), span_of(NULL, 0));
        padded &= returns(span_of(octets, n), span_of(padding, n % 33 < room ? n % 33 : room));
    }
    ok(plain, "S4.3-14: lengths 0 to 1015 come back");
    ok(padded, "S4.3-06, S4.3-14: and with padding");
}

static void test_short_room(void)
{
    uint8_t made[8], rv[16], value[2] = {0x12, 0x34};
    struct wr w = wr_over(made, 3);

    memset(made, 0x5a, sizeof made);
    hide_value(&w, 9, secret(), vector(rv), span_of(value, 2), span_of(NULL, 0));
    ok(w.failed && made[3] == 0x5a, "4.3: too little room fails the cursor and writes no further");
}

static const struct {
    const char *name;
    uint8_t id;
    const char *challenge, *response;
} responses[] = {
    {"S4.4.3-30: TA-1, in SCCRP", 2, "0102030405060708090a0b0c0d0e0f10",
     "89221c72eba5e8295dfb16c2936412f8"},
    {"S4.4.3-30: TA-2, in SCCCN", 3, "f0e0d0c0b0a090807060504030201000",
     "e33250738cc019303523e15123245fa6"},
    {"S4.4.3-28: TA-3, a challenge of one octet", 2, "00", "7ffd1ca65a54218193a9c947b294ce4a"},
    {"S9.1-02: TA-x, ID 01 is another response", 1, "0102030405060708090a0b0c0d0e0f10",
     "cdb7663faafbee4ced12d8350cb0424c"},
    {"S9.1-02: TA-x, ID 03 is another response", 3, "0102030405060708090a0b0c0d0e0f10",
     "2db71f1aacf730e35e5d8e45db41b91c"},
};

static void test_responses(void)
{
    for (size_t i = 0; i < sizeof responses / sizeof responses[0]; i++) {
        uint8_t challenge[16], want[16], got[MD5_SIZE];
        struct span c = span_of(challenge, unhex(responses[i].challenge, challenge));

        hide_challenge_response(responses[i].id, secret(), c, got);
        is_mem(got, sizeof got, want, unhex(responses[i].response, want), responses[i].name);
    }
}

int main(void)
{
    test_vectors();
    test_wrong_secret();
    test_refused();
    test_no_key();
    test_key();
    test_round_trip();
    test_short_room();
    test_responses();
    return tap_done();
}
