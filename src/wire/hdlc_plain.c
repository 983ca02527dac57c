/* The kernel in plain C, that every machine has: see hdlc_kernel.h.
 *
 * Ordinary octets travel in eights: a word is looked at as a whole, and only if it holds an octet
 * that needs care are its octets taken one by one, and then without a branch on what they are. */
#include <string.h>

#include "wire/hdlc_kernel.h"

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

static uint16_t fcs(uint16_t fcs, const uint8_t *p, size_t n)
{
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
    return any_zero(w ^ EACH(HDLC_FLAG)) || any_zero(w ^ EACH(HDLC_ESCAPE)) ||
           (accm != 0 && any_zero(w & EACH(0xe0)));
}

static uint8_t *put(uint8_t *d, const uint8_t *p, size_t n, uint32_t accm)
{
    const uint8_t *end = p + n;

    while (p < end) {
        size_t few = end - p < 8 ? (size_t)(end - p) : 8;

        if (few == 8 && !need_care(p, accm)) {
            memcpy(d, p, 8);
            p += 8;
            d += 8;
            continue;
        }
        while (few-- > 0)
            d = hdlc_put_octet(d, *p++, accm);
    }
    return d;
}

static void take(struct hdlc_take *t)
{
    const uint8_t *p = t->p, *end = t->end;
    uint8_t *d = t->d, *full = t->full;
    unsigned flip = t->escaped ? HDLC_FLIP : 0;

    while (p < end && d < full && *p != HDLC_FLAG) {
        if (flip == 0 && end - p >= 8 && full - d >= 8 && !need_care(p, t->accm)) {
            memcpy(d, p, 8);
            p += 8;
            d += 8;
            continue;
        }
        for (int n = 0; n < 8 && p < end && d < full && *p != HDLC_FLAG; n++) {
            uint8_t c = *p++;
            unsigned escape = (c == HDLC_ESCAPE) & (flip == 0);

            /* 4.2: something on the line put it in, perhaps behind an escape */
            if (hdlc_in_map(c, t->accm))
                continue;
            *d = (uint8_t)(c ^ flip);
            d += !escape;
            flip = escape * HDLC_FLIP;
        }
    }
    t->escaped = flip != 0;
    t->p = p;
    t->d = d;
}

static bool there(void)
{
    return true;
}

const struct hdlc_kernel hdlc_plain = {"plain", there, fcs, put, take};
