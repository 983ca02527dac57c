/* Every kernel of the framing that this CPU has, against the one in plain C: the same octets, the
 * same FCS, the same outcome at every length, cut, map and room; and nothing beyond the room. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tap.h"

#include "wire/hdlc_kernel.h"

#define MOST 3000

static uint64_t seed = 88172645463325252u;

static uint32_t roll(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32);
}

/* Room that ends where memory ends: one octet more and the test dies. */
static uint8_t *room_end(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), n = 4 * page;
    FILE *f = tmpfile(); /* POSIX maps files, nothing else */
    uint8_t *p = MAP_FAILED;

    if (f != NULL && ftruncate(fileno(f), (off_t)n) == 0)
        p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE, fileno(f), 0);
    if (p == MAP_FAILED || fclose(f) != 0 || mprotect(p + n - page, page, PROT_NONE) != 0)
        abort();
    return p + n - page;
}

/* How octets are drawn: of 16, how many are flags, escapes, controls; the rest is anything. */
static const struct kind {
    const char *name;
    unsigned flags, escapes, controls;
    bool letters; /* the rest needs no care */
} kinds[] = {
    {"letters", 0, 0, 0, true},        {"random", 0, 0, 0, false},
    {"all flags", 16, 0, 0, false},    {"all escapes", 0, 16, 0, false},
    {"all controls", 0, 0, 16, false}, {"flags and escapes", 4, 4, 0, true},
    {"many escapes", 0, 6, 2, true},   {"a flag now and then", 1, 1, 1, true},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static void draw(uint8_t *p, size_t n, const struct kind *k)
{
    for (size_t i = 0; i < n; i++) {
        unsigned c = roll() % 16;

        if (c < k->flags)
            p[i] = HDLC_FLAG;
        else if (c < k->flags + k->escapes)
            p[i] = HDLC_ESCAPE;
        else if (c < k->flags + k->escapes + k->controls)
            p[i] = (uint8_t)(roll() % 32);
        else
            p[i] = k->letters ? (uint8_t)('0' + roll() % 64) : (uint8_t)roll();
    }
}

static uint32_t some_map(void)
{
    switch (roll() % 4) {
    case 0:
        return 0xffffffff;
    case 1:
        return roll();
    default:
        return 0;
    }
}

static size_t some_length(void)
{
    return roll() % 4 == 0 ? roll() % MOST : roll() % 200;
}

static bool same_put(const struct hdlc_kernel *k, const struct kind *kind, uint8_t *in_end,
                     uint8_t *out_end)
{
    static uint8_t want[2 * MOST + HDLC_SLACK];
    size_t n = some_length();
    uint32_t accm = some_map();
    uint8_t *in = in_end - n, *out = out_end - HDLC_SLACK - 2 * n, *end;

    draw(in, n, kind);
    end = hdlc_plain.put(want, in, n, accm);
    return k->put(out, in, n, accm) - out == end - want &&
           memcmp(out, want, (size_t)(end - want)) == 0;
}

static bool same_fcs(const struct hdlc_kernel *k, const struct kind *kind, uint8_t *in_end)
{
    size_t n = some_length();
    uint16_t start = (uint16_t)roll();

    draw(in_end - n, n, kind);
    return k->fcs(start, in_end - n, n) == hdlc_plain.fcs(start, in_end - n, n);
}

static bool same_take(const struct hdlc_kernel *k, const struct kind *kind, uint8_t *in_end,
                      uint8_t *out_end)
{
    static uint8_t want[MOST];
    size_t n = some_length(), room = roll() % 4 == 0 ? roll() % MOST : MOST;
    struct hdlc_take a = {.p = in_end - n,
                          .end = in_end,
                          .d = want,
                          .full = want + room,
                          .escaped = roll() % 4 == 0,
                          .accm = some_map()};
    struct hdlc_take b = a;

    b.d = out_end - room;
    b.full = out_end;
    draw(in_end - n, n, kind);
    hdlc_plain.take(&a);
    k->take(&b);
    return a.p == b.p && a.escaped == b.escaped && a.d - want == b.d - (out_end - room) &&
           memcmp(want, out_end - room, (size_t)(a.d - want)) == 0;
}

static void test_kernel(const struct hdlc_kernel *k)
{
    uint8_t *in = room_end(), *out = room_end();

    for (size_t i = 0; i < KINDS; i++) {
        bool put = true, take = true, fcs = true;

        for (int turn = 0; turn < 4000; turn++) {
            put &= same_put(k, &kinds[i], in, out);
            take &= same_take(k, &kinds[i], in, out);
            fcs &= same_fcs(k, &kinds[i], in);
        }
        ok(put, "S5.3-01 %s: %s: escaped as the plain one does", k->name, kinds[i].name);
        ok(take, "S5.3-01 %s: %s: taken as the plain one does", k->name, kinds[i].name);
        ok(fcs, "S5.3-01 %s: %s: the same FCS", k->name, kinds[i].name);
    }
}

/* By the public door: frames there and back through each, in any cuts. */
static bool there_and_back(struct span frame)
{
    static uint8_t line[HDLC_MOST(MOST)];
    static struct buf b;
    size_t n = hdlc_encode(line, frame, some_map());
    struct hdlc_rx rx;
    int frames = 0;

    hdlc_rx_init(&rx);
    b.off = BUF_HEADROOM;
    b.len = 0;
    for (size_t at = 0; at < n;) {
        size_t some = 1 + roll() % 300;
        struct span in = span_of(line + at, n - at < some ? n - at : some);

        at += in.n;
        while (in.n > 0) {
            enum hdlc_got got = hdlc_feed(&rx, &in, &b, 0);

            if (got == HDLC_MORE)
                continue;
            if (got != HDLC_FRAME || !span_eq(buf_span(&b), frame))
                return false;
            frames++;
            b.len = 0;
        }
    }
    return frames == 1;
}

static void test_door(void)
{
    static uint8_t frame[MOST];
    const char *name, *best = NULL;

    ok(hdlc_choose("abacus") == NULL, "a kernel that nobody has is not put to work");
    for (size_t i = 0; (name = hdlc_kernel_name(i)) != NULL; i++) {
        bool good = true;

        if (hdlc_choose(name) == NULL) {
            printf("# %s: this CPU has it not\n", name);
            continue;
        }
        if (best == NULL)
            best = name;
        for (int turn = 0; turn < 4000; turn++) {
            size_t n = 2 + some_length() % (MOST - 2);

            draw(frame, n, &kinds[(size_t)turn % KINDS]);
            good &= there_and_back(span_of(frame, n));
        }
        ok(good, "S5.3-01 %s: frames of all kinds come back whole in any cuts", name);
    }
    is_str(hdlc_choose(NULL), best, "S5.3-01 the best that there is is put to work");
}

int main(void)
{
    static const struct hdlc_kernel *const fast[] = {
#ifdef HDLC_X86
        &hdlc_avx512,
        &hdlc_ssse3,
#endif
#ifdef HDLC_NEON
        &hdlc_neon,
#endif
        &hdlc_plain,
    };

    for (size_t i = 0; i < sizeof fast / sizeof fast[0]; i++)
        if (fast[i]->there())
            test_kernel(fast[i]);
    test_door();
    return tap_done();
}
