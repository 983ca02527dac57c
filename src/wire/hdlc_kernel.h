/* hdlc_kernel: the part of RFC 1662's framing that costs by the octet: escaping, its undoing, and
 * the FCS.  One kernel in plain C for every machine, others for CPUs that can do many octets at
 * once; all give the same, octet for octet.  For wire/hdlc only. */
#ifndef WIRE_HDLC_KERNEL_H
#define WIRE_HDLC_KERNEL_H

#include "wire/hdlc.h"

#define HDLC_FLAG 0x7e
#define HDLC_ESCAPE 0x7d
#define HDLC_FLIP 0x20u /* what an escaped octet is xor'd with */

#if defined(__x86_64__) && defined(__GNUC__)
#define HDLC_X86
#endif
#if defined(__aarch64__) && defined(__ARM_NEON) && defined(__GNUC__)
#define HDLC_NEON
#endif

struct hdlc_take {
    const uint8_t *p;   /* what has come */
    const uint8_t *end; /* and its end */
    uint8_t *d;         /* where the frame's next octet goes */
    uint8_t *full;      /* the end of its room: nothing is written from here on */
    bool escaped;       /* the octet before p was an escape */
    uint32_t accm;      /* which control characters are not the sender's */
};

struct hdlc_kernel {
    const char *name;
    /* Whether this CPU can run it; makes its tables.  Called before all else. */
    bool (*there)(void);
    /* FCS-16 over n octets, going on from fcs. */
    uint16_t (*fcs)(uint16_t fcs, const uint8_t *p, size_t n);
    /* Writes the n octets escaped at d, where there is room for twice as many and HDLC_SLACK more;
     * returns where they end.  What lies behind that end within this room may have been written
     * too. */
    uint8_t *(*put)(uint8_t *d, const uint8_t *p, size_t n, uint32_t accm);
    /* Undoes it, moving p and d on, up to a flag, the end, or what has no room.  What lies behind d
     * and before full may have been written too. */
    void (*take)(struct hdlc_take *t);
};

extern const struct hdlc_kernel hdlc_plain;
#ifdef HDLC_X86
extern const struct hdlc_kernel hdlc_avx512, hdlc_ssse3;
#endif
#ifdef HDLC_NEON
extern const struct hdlc_kernel hdlc_neon;
#endif

/* The FCS is a remainder by P = x^16 + x^12 + x^5 + 1.  Octets that n more bits follow weigh x^n,
 * so a block of 16 can be multiplied by x^n mod P and added to the block n bits further on; what is
 * left in the end is one block.  The low bit of an octet is its highest power: products of
 * reflected numbers come out one bit low, so the first eight octets of a block take x^(n + 63), the
 * last eight x^(n - 1), reflected in 64 bits. */
#define HDLC_FOLD_128 0xa95d000000000000u, 0x7eea000000000000u
#define HDLC_FOLD_512 0x9822000000000000u, 0x7f90000000000000u
#define HDLC_FOLD_1024 0x471c000000000000u, 0x46d8000000000000u

/* The last block B becomes the FCS by B x^16 mod P. Its halves by x^80 and x^16 make R, below x^80;
 * the rest of that is Barrett's: Q = R / P is R / x^16 times x^80 / P (x^64 and LAST_QUOTIENT) over
 * x^64, and the remainder the low 16 powers of R + Q P.  LAST_P is P without x^16, reflected, a
 * place on, so that these are the low bits of a product's last half. */
#define HDLC_LAST_HALVES 0x81bf000000000000u, 0x0001000000000000u
#define HDLC_LAST_QUOTIENT 0xc2cd82058e2c0c88u
#define HDLC_LAST_P 0x10810u

/* Below this many octets a kernel's fcs is hdlc_plain's; at least 31. */
#define HDLC_FOLD_LEAST 32

/* The 16 + n % 16 octets at p that are the first to fold stand in two blocks with zeros ahead of
 * them, and what is left to fold are whole blocks.  A look-up by what begins 16 - k octets into
 * this table moves a block's octets k places on, 16 + k octets into it k places down, zeros coming
 * in. */
#define HDLC_SHIFTS                                                                                \
    {                                                                                              \
        0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,  \
            0x80, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0x80, 0x80, 0x80, 0x80,    \
            0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80                 \
    }

static inline bool hdlc_in_map(uint8_t c, uint32_t accm)
{
    return c < 32 && (accm >> c & 1) != 0;
}

/* One octet: the escape is written ahead of each, and overwritten by those that need none. */
static inline uint8_t *hdlc_put_octet(uint8_t *d, uint8_t c, uint32_t accm)
{
    unsigned special = (c == HDLC_FLAG) | (c == HDLC_ESCAPE) | hdlc_in_map(c, accm);

    *d = HDLC_ESCAPE;
    d += special;
    *d++ = (uint8_t)(c ^ special * HDLC_FLIP);
    return d;
}

#endif
