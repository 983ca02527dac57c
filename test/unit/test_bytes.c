/* base/bytes: cursors with sticky failure, spans. */
#include "base/bytes.h"

#include "tap.h"

enum step_kind { END, U8, U16, U32, U64, TAKE, REST, SUB };

struct step {
    enum step_kind kind;
    size_t n;      /* for TAKE and SUB */
    uint64_t want; /* the value, or the length of the span */
    bool failed;   /* the cursor after it */
    size_t left;
};

/* All read the octets 01 02 .. 0f. */
static const struct {
    const char *name;
    struct step step[6];
} reads[] = {
    {"integers are big-endian (RFC 2661, 3.0)",
     {{U8, 0, 0x01, false, 14},
      {U16, 0, 0x0203, false, 12},
      {U32, 0, 0x04050607, false, 8},
      {U64, 0, 0x08090a0b0c0d0e0f, false, 0}}},
    {"a take that does not fit gives zero and moves nothing",
     {{TAKE, 12, 12, false, 3}, {U32, 0, 0, true, 3}}},
    {"failure is sticky", {{TAKE, 16, 0, true, 15}, {U8, 0, 0, true, 15}, {REST, 0, 0, true, 15}}},
    {"the rest may be empty", {{TAKE, 15, 15, false, 0}, {REST, 0, 0, false, 0}}},
    {"the last octet can be taken", {{TAKE, 14, 14, false, 1}, {U8, 0, 0x0f, false, 0}}},
    {"an octet after the last cannot", {{TAKE, 15, 15, false, 0}, {U8, 0, 0, true, 0}}},
    {"nothing can be taken of nothing", {{REST, 0, 15, false, 0}, {TAKE, 0, 0, false, 0}}},
    {"a huge length does not wrap", {{U8, 0, 1, false, 14}, {TAKE, SIZE_MAX, 0, true, 14}}},
    {"a sub-cursor takes its octets", {{SUB, 5, 5, false, 10}, {U8, 0, 6, false, 9}}},
    {"a sub-cursor that does not fit is born failed", {{SUB, 16, 0, true, 15}}},
};

static uint64_t do_step(struct rd *r, const struct step *s, bool *born_failed)
{
    struct rd sub;

    switch (s->kind) {
    case U8:
        return rd_u8(r);
    case U16:
        return rd_u16(r);
    case U32:
        return rd_u32(r);
    case U64:
        return rd_u64(r);
    case TAKE:
        return rd_take(r, s->n).n;
    case REST:
        return rd_rest(r).n;
    default:
        sub = rd_sub(r, s->n);
        *born_failed = sub.failed;
        return rd_left(&sub);
    }
}

static void test_reads(void)
{
    uint8_t octets[15];

    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)(i + 1);
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        struct rd r = rd_over(span_of(octets, sizeof octets));
        bool good = true;

        for (const struct step *s = reads[i].step; s->kind != END; s++) {
            bool born_failed = s->failed;

            good = good && do_step(&r, s, &born_failed) == s->want && born_failed == s->failed;
            good = good && r.failed == s->failed && rd_left(&r) == s->left;
        }
        ok(good, "read: %s", reads[i].name);
    }
}

static void test_empty(void)
{
    struct rd r = rd_over(span_of(NULL, 0));

    is_int((long long)rd_left(&r), 0, "read: a span of NULL has nothing left");
    ok(rd_rest(&r).n == 0 && !r.failed, "read: and its rest is no failure");
    ok(rd_u8(&r) == 0 && r.failed, "read: but an octet of it is");
    ok(span_eq(span_of(NULL, 0), span_str("")), "span: two empty ones are equal");
}

static void test_writes(void)
{
    static const uint8_t want[] = {1, 2, 3, 4, 5, 6, 7, 0xfe, 0xed, 0, 0, 0, 0, 0, 0, 9, 'a', 'b'};
    uint8_t room[18] = {0};
    struct wr w = wr_over(room, sizeof room);

    wr_u8(&w, 1);
    wr_u16(&w, 0x0203);
    wr_u32(&w, 0x04050607);
    wr_u64(&w, 9);
    wr_set16(&w, 7, 0xfeed);
    ok(wr_skip(&w, 2) == room + 15, "write: skip gives the place to fill in");
    memcpy(room + 15, "xx", 2);
    ok(!w.failed && wr_len(&w) == 17, "write: lengths add up");
    w = wr_over(room, sizeof room);
    wr_u64(&w, 0x0102030405060700);
    wr_u64(&w, 0x0000000000000009);
    wr_put(&w, span_str("ab"));
    wr_set16(&w, 7, 0xfeed);
    is_mem(room, wr_len(&w), want, sizeof want, "write: integers are big-endian (RFC 2661, 3.0)");
    wr_u8(&w, 1);
    ok(w.failed && wr_len(&w) == sizeof room, "write: one octet too many fails, moves nothing");
    wr_put(&w, span_str(""));
    ok(w.failed, "write: failure is sticky");
    w = wr_over(room, 4);
    wr_set16(&w, 0, 1);
    ok(w.failed, "write: set16 where nothing was written fails");
    w = wr_over(room, 4);
    wr_u16(&w, 1);
    wr_set16(&w, 1, 1);
    ok(w.failed, "write: set16 half beyond what was written fails");
    w = wr_over(room, 4);
    wr_put(&w, span_of(NULL, 0));
    ok(!w.failed && wr_len(&w) == 0, "write: an empty span of NULL is written");
}

static const struct {
    const char *name;
    const char *a, *b;
    bool equal;
} secrets[] = {
    {"equal", "0123456789abcdef", "0123456789abcdef", true},
    {"first octet differs", "0123456789abcdef", "x123456789abcdef", false},
    {"last octet differs", "0123456789abcdef", "0123456789abcdeg", false},
    {"top bit differs", "\x80", "\x00", false},
};

static void test_texts(void)
{
    char dst[8];
    uint8_t wiped[4] = {1, 2, 3, 4};

    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        is_int(bytes_eq_secret(secrets[i].a, secrets[i].b, i == 3 ? 1 : 16), secrets[i].equal,
               secrets[i].name);
    ok(bytes_eq_secret("a", "b", 0), "nothing equals nothing");
    span_to_str(span_str("0123456789"), dst, sizeof dst);
    is_str(dst, "0123456", "a text is cut to its room");
    span_to_str(span_of("ab\0cd", 5), dst, sizeof dst);
    is_str(dst, "ab", "a NUL octet ends it early");
    span_to_str(span_of(NULL, 0), dst, 1);
    is_str(dst, "", "an empty span is an empty text");
    bytes_wipe(wiped, 3);
    is_mem(wiped, 4, "\0\0\0\4", 4, "wipe clears as many as it should");
    ok(!span_eq(span_str("ab"), span_str("abc")) && !span_eq(span_str("ab"), span_str("ac")) &&
           span_eq(span_str("ab"), span_of("abc", 2)),
       "span_eq looks at length and octets");
}

int main(void)
{
    test_reads();
    test_empty();
    test_writes();
    test_texts();
    return tap_done();
}
