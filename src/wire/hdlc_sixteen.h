/* hdlc_sixteen: a kernel for CPUs that look at 16 octets at once and shuffle 16 by a table. Whoever
 * includes this has defined, for its CPU:
 *
 *   SIXTEEN                     what a function needs to be compiled for it (an attribute)
 *   octets                      16 octets
 *   load(p), store(p, v)        from and to memory, aligned or not
 *   all(c)                      16 times c
 *   same(a, b)                  0xff where they are equal, else 0
 *   both(a, b), either(a, b), differ(a, b)      and, or, xor
 *   shift3(v)                   each octet shifted right by 3
 *   lesser(a, b)                the smaller of each two, unsigned
 *   pick(v, i)                  v[i[k]]; 0 where i[k] is 0x80 or more
 *   load_halves(p, q)           eight octets from p, eight from q
 *   store_low(p, v), store_high(p, v)           eight octets
 *   number(v)                   v, below 2^32, low octet first, and zeros
 *   moved(v)                    each octet one place on; 0 in the first
 *   top_bits(v)                 an unsigned of 16 bits: those of the octets, all ones or zeros
 *   first_half(v), last_half(v) eight octets as a number, low octet first
 *   times(a, b)                 two such numbers' product, carry-less: 16 octets
 *   product(v, k)               v's low half times k's low half plus the high halves' product,
 *                               carry-less: 128 bits
 *
 * For the kernels only; included once by each. */
#include <string.h>

#include "wire/hdlc_kernel.h"

/* For eight octets of which those in the mask are to be escaped: where in them each octet of the
 * outcome is found; 0x80 for an escape. */
static uint8_t spread[256][16];
/* Of eight octets, those not in the mask, moved together. */
static uint8_t squeeze[256][8];

static void make_tables(void)
{
    for (unsigned mask = 0; mask < 256; mask++) {
        unsigned wide = 0, narrow = 0;

        memset(spread[mask], 0, sizeof spread[mask]);
        memset(squeeze[mask], 0, sizeof squeeze[mask]);
        for (uint8_t i = 0; i < 8; i++) {
            if (mask >> i & 1)
                spread[mask][wide++] = 0x80;
            else
                squeeze[mask][narrow++] = i;
            spread[mask][wide++] = i;
        }
    }
}

static const uint8_t shifts[48] = HDLC_SHIFTS;

/* An accm as tables: for c of 0 to 31, octet c / 8 of the map and bit c % 8. */
struct map {
    octets rows, bits;
};

SIXTEEN static inline struct map map_of(uint32_t accm)
{
    static const uint8_t bits[16] = {1, 2, 4, 8, 16, 32, 64, 128};
    uint8_t rows[16] = {(uint8_t)accm, (uint8_t)(accm >> 8), (uint8_t)(accm >> 16),
                        (uint8_t)(accm >> 24)};

    return (struct map){load(rows), load(bits)};
}

SIXTEEN static inline octets in_map(octets v, const struct map *m)
{
    octets control = same(lesser(v, all(31)), v);
    octets bit = pick(m->bits, both(v, all(7)));
    octets row = pick(m->rows, both(shift3(v), all(3)));

    return both(control, same(both(row, bit), bit));
}

SIXTEEN static inline octets special(octets v, uint32_t accm, const struct map *m)
{
    octets s = either(same(v, all(HDLC_FLAG)), same(v, all(HDLC_ESCAPE)));

    return accm != 0 ? either(s, in_map(v, m)) : s;
}

/* Eight octets of v, beginning with the at-th, those in the mask escaped (they are flipped
 * already); writes 16. */
SIXTEEN static inline uint8_t *put_eight(uint8_t *d, octets v, uint8_t at, unsigned mask)
{
    octets where = load(spread[mask]), escape = same(where, all(0x80));
    octets in = differ(where, both(all(at), same(escape, all(0)))); /* at is 0 or 8: adds it */

    store(d, either(pick(v, in), both(escape, all(HDLC_ESCAPE))));
    return d + 8 + __builtin_popcount(mask);
}

/* The n octets before end, fewer than 16, of a frame that has 16 at least: they are taken together
 * with those before them.  The slack is for what is written behind. */
SIXTEEN static inline uint8_t *put_last(uint8_t *d, const uint8_t *end, size_t n, uint32_t accm,
                                        const struct map *m)
{
    octets v = pick(load(end - 16), load(shifts + 32 - n)), s = special(v, accm, m);
    unsigned mask = top_bits(s) & ((1u << n) - 1);

    if (mask == 0) {
        store(d, v);
        return d + n;
    }
    v = differ(v, both(s, all(HDLC_FLIP)));
    d = put_eight(d, v, 0, mask & 0xff);
    if (n <= 8)
        return d - (8 - n);
    return put_eight(d, v, 8, mask >> 8) - (16 - n);
}

SIXTEEN static uint8_t *put(uint8_t *d, const uint8_t *p, size_t n, uint32_t accm)
{
    struct map m = map_of(accm);

    if (n < 16)
        return hdlc_plain.put(d, p, n, accm);

    for (; n >= 16; n -= 16, p += 16) {
        octets v = load(p), s = special(v, accm, &m);
        unsigned mask = top_bits(s);

        if (mask == 0) {
            store(d, v);
            d += 16;
            continue;
        }
        v = differ(v, both(s, all(HDLC_FLIP)));
        d = put_eight(d, v, 0, mask & 0xff);
        d = put_eight(d, v, 8, mask >> 8);
    }
    return n > 0 ? put_last(d, p + n, n, accm, &m) : d;
}

/* Writes the octets of v that are not in the mask; may write 16. */
SIXTEEN static inline uint8_t *take_some(uint8_t *d, octets v, unsigned mask)
{
    static const uint8_t eight[16] = {[8] = 8, 8, 8, 8, 8, 8, 8, 8};
    octets stay = load_halves(squeeze[mask & 0xff], squeeze[mask >> 8]);

    v = pick(v, differ(stay, load(eight)));
    store_low(d, v);
    d += 8 - __builtin_popcount(mask & 0xff);
    store_high(d, v);
    return d + 8 - __builtin_popcount(mask >> 8);
}

/* Whole blocks without flags and escapes. */
SIXTEEN static inline void take_plain(struct hdlc_take *t)
{
    const uint8_t *p = t->p;
    uint8_t *d = t->d;

    while (t->end - p >= 16 && t->full - d >= 16) {
        octets v = load(p);

        if (top_bits(either(same(v, all(HDLC_FLAG)), same(v, all(HDLC_ESCAPE)))) != 0)
            break;
        store(d, v);
        p += 16;
        d += 16;
    }
    t->p = p;
    t->d = d;
}

/* The n octets of a block, up to a flag in it; false if they must be done one by one. */
SIXTEEN static inline bool take_block(struct hdlc_take *t, octets v, unsigned n)
{
    static const uint8_t begin[2][16] = {{0}, {0xff}};
    octets e = same(v, all(HDLC_ESCAPE)), flips;
    unsigned flags = top_bits(same(v, all(HDLC_FLAG))), escapes = top_bits(e), behind;

    if (flags != 0)
        n = (unsigned)__builtin_ctz(flags);
    escapes &= (1u << n) - 1;
    behind = escapes << 1 | t->escaped;
    if (n == 0 || (escapes & behind) != 0)
        return false;
    if (behind == 0) { /* the frame's last octets, as a rule */
        store(t->d, v);
        t->d += n;
        t->p += n;
        return true;
    }
    flips = either(moved(e), load(begin[t->escaped]));
    v = differ(v, both(flips, all(HDLC_FLIP)));
    t->d = take_some(t->d, v, escapes | (0xffffu << n & 0xffff));
    t->escaped = behind >> n & 1;
    t->p += n;
    return true;
}

/* Fewer than 16 octets, the end of what has come, which has 16 at least: they are taken together
 * with those before them. */
SIXTEEN static inline bool take_rest(struct hdlc_take *t)
{
    size_t n = (size_t)(t->end - t->p);

    return take_block(t, pick(load(t->end - 16), load(shifts + 32 - n)), (unsigned)n);
}

SIXTEEN static void take(struct hdlc_take *t)
{
    const uint8_t *begin = t->p, *end = t->end;

    if (t->accm == 0 && !t->escaped)
        take_plain(t);
    while (t->accm == 0 && end - t->p >= 16 && t->full - t->d >= 16 && *t->p != HDLC_FLAG) {
        if (take_block(t, load(t->p), 16)) {
            if (!t->escaped)
                take_plain(t);
            continue;
        }
        /* an escaped escape: few, or an enemy's */
        t->end = t->p + 16;
        hdlc_plain.take(t);
        t->end = end;
    }
    if (t->p == end || *t->p == HDLC_FLAG)
        return;
    if (t->accm != 0 || t->full - t->d < 16 || end - begin < 16 || !take_rest(t))
        hdlc_plain.take(t);
}

/* See HDLC_LAST_HALVES. */
SIXTEEN static inline uint16_t last_block(octets v)
{
    static const uint64_t halves[2] = {HDLC_LAST_HALVES};
    octets r = product(v, load((const uint8_t *)halves));
    uint64_t high = last_half(r), h = first_half(r) >> 48 | high << 16;
    uint64_t q = h ^ first_half(times(h, HDLC_LAST_QUOTIENT)) << 1;

    return (uint16_t)(high >> 48 ^ last_half(times(q, HDLC_LAST_P)));
}

SIXTEEN static uint16_t fcs(uint16_t fcs, const uint8_t *p, size_t n)
{
    static const uint64_t by_128[2] = {HDLC_FOLD_128}, by_512[2] = {HDLC_FOLD_512};
    octets k = load((const uint8_t *)by_128), far = load((const uint8_t *)by_512), a, b[4];
    octets start = number(fcs);
    size_t r = n % 16;

    if (n < HDLC_FOLD_LEAST)
        return hdlc_plain.fcs(fcs, p, n);
    a = pick(differ(load(p), start), load(shifts + r));
    a = differ(product(a, k), differ(load(p + r), pick(start, load(shifts + 16 + r))));
    p += 16 + r;
    n -= 16 + r;
    if (n >= 128) {
        for (int i = 0; i < 4; i++)
            b[i] = load(p + 16 * i);
        b[0] = differ(b[0], product(a, k));
        for (p += 64, n -= 64; n >= 64; n -= 64, p += 64)
            for (int i = 0; i < 4; i++)
                b[i] = differ(product(b[i], far), load(p + 16 * i));
        a = b[0];
        for (int i = 1; i < 4; i++)
            a = differ(product(a, k), b[i]);
    }
    for (; n > 0; n -= 16, p += 16)
        a = differ(product(a, k), load(p));
    return last_block(a);
}
