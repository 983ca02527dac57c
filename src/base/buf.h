/* buf: room for one PPP frame with headroom before it, so that a link can read a frame from its pty
 * and the protocol can write its header in front of it: one buffer, no copy.
 *
 * Buffers come from one free list for the whole daemon.  Whoever "takes" a buffer owes it to the
 * next taker or to buf_put().  An idle call holds none. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdint.h>

#include "base/bytes.h"

#define BUF_HEADROOM 32 /* octets kept free before the frame */
#define BUF_ROOM 4096   /* octets for the frame; a longer one is refused by the decoder */

struct buf {
    struct buf *next; /* for the owner's use */
    size_t off;       /* where the octets begin in data */
    size_t len;       /* how many they are */
    uint8_t data[BUF_HEADROOM + BUF_ROOM];
};

/* An empty buffer with off at BUF_HEADROOM; NULL without memory. */
struct buf *buf_get(void);
void buf_put(struct buf *b); /* NULL is nothing to give back */
void buf_drain(void);        /* frees what lies unused */

static inline struct span buf_span(const struct buf *b)
{
    return (struct span){b->data + b->off, b->len};
}

#endif
