/* Frames of all sizes and contents, one behind another, through every kernel of the framing that
 * this CPU has, the line cut anywhere between reads: each comes back whole and in its turn.
 *
 * FRAMES=N: so many with each kernel, where it shall be more. */
#include <stdlib.h>

#include "tap.h"

#include "wire/hdlc.h"

#define POOL (1u << 18) /* octets that frames are taken from */
#define MOST 1504u
#define RUN 32u /* frames of a line */

static uint64_t seed = 88172645463325252u;
static uint8_t pool[POOL + MOST];
static uint8_t line[RUN * HDLC_MOST(MOST)];

static uint32_t roll(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32);
}

/* Stretches of anything, of flags and escapes, of one of these alone, of what needs no care: frames
 * lie across them, so each kind begins and ends anywhere in one. */
static void fill_pool(void)
{
    for (size_t i = 0; i < sizeof pool;) {
        size_t n = 1 + roll() % (roll() % 4 == 0 ? 2000 : 40);
        unsigned kind = roll() % 6;

        for (; n > 0 && i < sizeof pool; n--, i++)
            pool[i] = kind == 0   ? 0x7e
                      : kind == 1 ? 0x7d
                      : kind == 2 ? (uint8_t)(0x7d + roll() % 2)
                      : kind == 3 ? (uint8_t)(roll() % 32)
                      : kind == 4 ? (uint8_t)('0' + roll() % 64)
                                  : (uint8_t)roll();
    }
}

static struct span any_frame(void)
{
    return span_of(pool + roll() % POOL,
                   roll() % 3 == 0 ? 4 + roll() % 80 : 4 + roll() % (MOST - 3));
}

/* How much is read at once: single octets, a few, or as much as a pty gives. */
static size_t any_cut(void)
{
    static const uint32_t most[] = {1, 4, 20, 70, 700, 4096};

    return 1 + roll() % most[roll() % (sizeof most / sizeof *most)];
}

/* Feeds the line in cuts; how many frames of it come as they were, in their turn, before one does
 * not. */
static unsigned come_back(struct hdlc_rx *rx, struct buf *b, size_t n, const struct span *frame)
{
    unsigned got = 0;

    for (size_t at = 0; at < n;) {
        size_t cut = any_cut();
        struct span in = span_of(line + at, cut < n - at ? cut : n - at);

        at += in.n;
        while (in.n > 0) {
            enum hdlc_got what = hdlc_feed(rx, &in, b, 0);

            if (what == HDLC_MORE)
                continue;
            if (what != HDLC_FRAME || got == RUN || !span_eq(buf_span(b), frame[got]))
                return got;
            got++;
            b->len = 0;
        }
    }
    return got;
}

static unsigned long soak(unsigned long frames)
{
    static struct buf b = {.off = BUF_HEADROOM};
    struct span frame[RUN];
    struct hdlc_rx rx;
    unsigned long whole = 0;

    hdlc_rx_init(&rx);
    b.len = 0;
    while (whole < frames) {
        uint32_t accm = roll() % 2 == 0 ? 0 : UINT32_MAX;
        size_t n = 0;
        unsigned got;

        for (unsigned i = 0; i < RUN; i++) {
            frame[i] = any_frame();
            n += hdlc_encode(line + n, frame[i], accm);
        }
        got = come_back(&rx, &b, n, frame);
        whole += got;
        if (got < RUN)
            break;
    }
    return whole;
}

int main(void)
{
    const char *more = getenv("FRAMES"), *name;
    unsigned long frames = more != NULL ? strtoul(more, NULL, 10) : 20000;

    fill_pool();
    for (size_t i = 0; (name = hdlc_kernel_name(i)) != NULL; i++) {
        unsigned long whole = 0;

        if (hdlc_choose(name) == NULL)
            continue;
        whole = soak(frames);
        ok(whole >= frames, "%s: %lu frames come back as they were and in their turn", name, whole);
    }
    return tap_done();
}
