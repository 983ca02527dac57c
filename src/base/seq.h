/* seq: 16-bit sequence numbers that wrap (RFC 2661, 5.8).  One difference carries all: b is "after"
 * a when it lies in the 32767 numbers that follow a.  Does not know what is counted. */
#ifndef BASE_SEQ_H
#define BASE_SEQ_H

#include <stdbool.h>
#include <stdint.h>

/* How far a lies behind b, modulo 65536: 0..65535. */
static inline uint16_t seq_gap(uint16_t a, uint16_t b)
{
    return (uint16_t)(b - a);
}

/* True when a comes before b: b is one of the 32767 numbers after a.  For the one distance where
 * neither side is nearer, 32768, the RFC counts Ns as new, not old (5.8: "old" is the last number
 * received and the 32767 before it): see xport.c, which asks with a = Ns, b = last + 1. */
static inline bool seq_before(uint16_t a, uint16_t b)
{
    uint16_t gap = seq_gap(a, b);

    return gap != 0 && gap <= 32768;
}

/* True when lo <= x <= hi, going up from lo. */
static inline bool seq_within(uint16_t lo, uint16_t x, uint16_t hi)
{
    return seq_gap(lo, x) <= seq_gap(lo, hi);
}

#endif
