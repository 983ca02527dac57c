/* PPP in asynchronous HDLC-like framing, RFC 1662; see hdlc.h.
 *
 * On the line:   7e | frame, FCS-16 low octet first, both escaped | 7e
 *
 * Ordinary octets travel in eights: a word is looked at as a whole, and only if it holds an octet
 * that needs care are its octets taken one by one, and then without a branch on what they are.
 * Must not know descriptors, nor what a frame means. */
#include "wire/hdlc.h"

#include <string.h>

#define FLAG 0x7e
#define ESCAPE 0x7d
#define FLIP 0x20u /* what an escaped octet is xor'd with */
#define FCS_START 0xffffu
#define SHORTEST 4 /* octets between flags, FCS included (RFC 1662, 4.3) */

/* The FCS of one octet is linear in its bits, so the eight octets with one bit set make all 256
 * entries.  Slice k is for an octet that k more octets follow. */
#define BIT(v, n, x) (((v) / (1 << (n))) % 2 * (x))
#define ENTRY(v, a, b, c, d, e, f, g, h)                                                           \
    (BIT(v, 0, a) ^ BIT(v, 1, b) ^ BIT(v, 2, c) ^ BIT(v, 3, d) ^ BIT(v, 4, e) ^ BIT(v, 5, f) ^     \
     BIT(v, 6, g) ^ BIT(v, 7, h))
#define FOUR(v, ...)                                                                               \
    ENTRY((v), __VA_ARGS__), ENTRY((v) + 1, __VA_ARGS__), ENTRY((v) + 2, __VA_ARGS__),             \
        ENTRY((v) + 3, __VA_ARGS__)
#define SIXTEEN(v, ...)                                                                            \
    FOUR((v), __VA_ARGS__), FOUR((v) + 4, __VA_ARGS__), FOUR((v) + 8, __VA_ARGS__),                \
        FOUR((v) + 12, __VA_ARGS__)
#define SIXTY_FOUR(v, ...)                                                                         \
    SIXTEEN((v), __VA_ARGS__), SIXTEEN((v) + 16, __VA_ARGS__), SIXTEEN((v) + 32, __VA_ARGS__),     \
        SIXTEEN((v) + 48, __VA_ARGS__)
#define SLICE(...)                                                                                 \
    {                                                                                              \
        SIXTY_FOUR(0, __VA_ARGS__), SIXTY_FOUR(64, __VA_ARGS__), SIXTY_FOUR(128, __VA_ARGS__),     \
            SIXTY_FOUR(192, __VA_ARGS__)                                                           \
    }

static const uint16_t slice[8][256] = {
    SLICE(0x1189, 0x2312, 0x4624, 0x8c48, 0x1081, 0x2102, 0x4204, 0x8408),
    SLICE(0x19d8, 0x33b0, 0x6760, 0xcec0, 0x9591, 0x2333, 0x4666, 0x8ccc),
    SLICE(0x5adc, 0xb5b8, 0x6361, 0xc6c2, 0x8595, 0x033b, 0x0676, 0x0cec),
    SLICE(0x1cbb, 0x3976, 0x72ec, 0xe5d8, 0xc3a1, 0x8f53, 0x16b7, 0x2d6e),
    SLICE(0x0b44, 0x1688, 0x2d10, 0x5a20, 0xb440, 0x6091, 0xc122, 0x8a55),
    SLICE(0x042b, 0x0856, 0x10ac, 0x2158, 0x42b0, 0x8560, 0x02d1, 0x05a2),
    SLICE(0x9fd5, 0x37bb, 0x6f76, 0xdeec, 0xb5c9, 0x6383, 0xc706, 0x861d),
    SLICE(0x81bf, 0x0b6f, 0x16de, 0x2dbc, 0x5b78, 0xb6f0, 0x65f1, 0xcbe2),
};

uint16_t hdlc_fcs(uint16_t fcs, struct span s)
{
    const uint8_t *p = s.p;
    size_t n = s.n;

    for (; n >= 8; n -= 8, p += 8)
        fcs = slice[7][p[0] ^ (fcs & 0xff)] ^ slice[6][p[1] ^ fcs >> 8] ^ slice[5][p[2]] ^
              slice[4][p[3]] ^ slice[3][p[4]] ^ slice[2][p[5]] ^ slice[1][p[6]] ^ slice[0][p[7]];
    for (; n > 0; n--, p++)
        fcs = (uint16_t)(fcs >> 8 ^ slice[0][(fcs ^ *p) & 0xff]);
    return fcs;
}

#define EACH(octet) ((uint64_t)(octet)*0x0101010101010101u)

/* True if some octet of the word is zero. */
static inline bool any_zero(uint64_t w)
{
    return ((w - EACH(0x01)) & ~w & EACH(0x80)) != 0;
}

/* True if the eight octets at p cannot be passed on as they are: a flag, an escape or, where a map
 * is in force, any control character. */
static inline bool need_care(const uint8_t *p, uint32_t accm)
{
    uint64_t w;

    memcpy(&w, p, sizeof w);
    return any_zero(w ^ EACH(FLAG)) || any_zero(w ^ EACH(ESCAPE)) ||
           (accm != 0 && any_zero(w & EACH(0xe0)));
}

static inline bool in_map(uint8_t c, uint32_t accm)
{
    return c < 32 && (accm >> c & 1) != 0;
}

/* Writes s escaped; returns where it ended.  The escape is written ahead of every octet, and
 * overwritten by those that need none. */
static uint8_t *put_escaped(uint8_t *d, struct span s, uint32_t accm)
{
    const uint8_t *p = s.p, *end = s.p + s.n;

    while (p < end) {
        size_t n = end - p < 8 ? (size_t)(end - p) : 8;

        if (n == 8 && !need_care(p, accm)) {
            memcpy(d, p, 8);
            p += 8;
            d += 8;
            continue;
        }
        while (n-- > 0) {
            uint8_t c = *p++;
            unsigned special = (c == FLAG) | (c == ESCAPE) | in_map(c, accm);

            *d = ESCAPE;
            d += special;
            *d++ = (uint8_t)(c ^ special * FLIP);
        }
    }
    return d;
}

size_t hdlc_encode(uint8_t *dst, struct span frame, uint32_t accm)
{
    uint16_t fcs = (uint16_t)~hdlc_fcs(FCS_START, frame);
    uint8_t tail[2] = {(uint8_t)fcs, (uint8_t)(fcs >> 8)};
    uint8_t *d = dst;

    *d++ = FLAG;
    if (frame.n > 0)
        d = put_escaped(d, frame, accm);
    d = put_escaped(d, span_of(tail, sizeof tail), accm);
    *d++ = FLAG;
    return (size_t)(d - dst);
}

size_t hdlc_cut(struct span line)
{
    const uint8_t *flag = line.n > 0 ? memchr(line.p, FLAG, line.n) : NULL;

    /* a flag that opens a frame is followed by its octets, one that closes it by a flag or nothing
     */
    if (flag == NULL || (flag == line.p && line.n > 1 && line.p[1] != FLAG))
        return 0;
    return (size_t)(flag - line.p) + 1;
}

size_t hdlc_last(struct span line)
{
    size_t at = line.n - 1; /* its closing flag */

    while (at > 0 && line.p[at - 1] != FLAG)
        at--;
    return at > 0 ? at - 1 : 0;
}

void hdlc_rx_init(struct hdlc_rx *rx)
{
    *rx = (struct hdlc_rx){.fcs = FCS_START};
}

/* Moves octets into the buffer up to a flag, the end of the input, or until the buffer is full and
 * something other than a flag follows. */
static void take_octets(struct hdlc_rx *rx, struct span *in, struct buf *b, uint32_t accm)
{
    const uint8_t *p = in->p, *end = in->p + in->n;
    uint8_t *begin = b->data + b->off + b->len, *d = begin, *full = b->data + sizeof b->data;
    unsigned flip = rx->escaped ? FLIP : 0;

    while (p < end && d < full && *p != FLAG) {
        if (flip == 0 && end - p >= 8 && full - d >= 8 && !need_care(p, accm)) {
            memcpy(d, p, 8);
            p += 8;
            d += 8;
            continue;
        }
        for (int n = 0; n < 8 && p < end && d < full && *p != FLAG; n++) {
            uint8_t c = *p++;
            unsigned escape = (c == ESCAPE) & (flip == 0);

            /* 4.2: something on the line put it in, perhaps behind an escape */
            if (in_map(c, accm))
                continue;
            *d = (uint8_t)(c ^ flip);
            d += !escape;
            flip = escape * FLIP;
        }
    }
    rx->escaped = flip != 0;
    rx->fcs = hdlc_fcs(rx->fcs, span_of(begin, (size_t)(d - begin)));
    b->len += (size_t)(d - begin);
    *in = span_of(p, (size_t)(end - p));
}

/* Drops octets up to a flag or the end of the input. */
static void skip_octets(struct span *in)
{
    const uint8_t *flag = memchr(in->p, FLAG, in->n), *end = in->p + in->n;

    *in = flag != NULL ? span_of(flag, (size_t)(end - flag)) : span_of(end, 0);
}

/* What a flag means now; HDLC_MORE if it only stands between frames. */
static enum hdlc_got end_frame(const struct hdlc_rx *rx, const struct buf *b)
{
    if (rx->skipping)
        return rx->too_long ? HDLC_TOO_LONG : HDLC_MORE;
    if (rx->escaped)
        return HDLC_ABORTED;
    if (b->len == 0)
        return HDLC_MORE;
    if (b->len < SHORTEST)
        return HDLC_TOO_SHORT;
    return rx->fcs == HDLC_FCS_GOOD ? HDLC_FRAME : HDLC_BAD_FCS;
}

enum hdlc_got hdlc_feed(struct hdlc_rx *rx, struct span *in, struct buf *b, uint32_t accm)
{
    while (in->n > 0) {
        enum hdlc_got got;

        if (rx->skipping)
            skip_octets(in);
        else
            take_octets(rx, in, b, accm);
        if (in->n == 0)
            break;
        if (*in->p != FLAG) {
            rx->skipping = rx->too_long = true;
            b->len = 0;
            continue;
        }
        in->p++;
        in->n--;
        got = end_frame(rx, b);
        b->len = got == HDLC_FRAME ? b->len - 2 : 0;
        hdlc_rx_init(rx);
        if (got != HDLC_MORE)
            return got;
    }
    return HDLC_MORE;
}
