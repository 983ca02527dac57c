/* frames: the PPP frames that `make bench` sends through a daemon, and how each is known again: by
 * its call, its number and every octet.
 *
 *   ff 03 00 21 | call, 2 | kind, 1 | number, 5 | content
 *
 * The payload, which is what a size counts, begins behind the 21.  The stamp's octets are each 6
 * bits and 0x30, so that none of them is ever escaped; content is the kind's.  Knows no sockets. */
#ifndef BENCH_FRAMES_H
#define BENCH_FRAMES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define FRAME_HEAD 4
#define FRAME_STAMP 8
#define FRAME_PAYLOAD 1492 /* the largest */
#define FRAME_MOST (FRAME_HEAD + FRAME_PAYLOAD)
#define FRAME_CALLS 4096
#define FRAME_NUMBERS (1u << 30)

enum frame_kind {
    PLAIN,  /* nothing in it needs an escape */
    RANDOM, /* any octets: one in 128 is 7d or 7e, one in 8 a control character */
    FLAGS,  /* nothing but 7e */
    KINDS,
    MIXED = KINDS /* of each frame kind and size are by lot */
};

/* "plain" and so on; KINDS + 1 for a word that is none. */
enum frame_kind frame_kind_of(const char *word);
const char *frame_kind_name(enum frame_kind kind);

/* Once, before all others. */
void frames_begin(void);

/* Writes a frame with a payload of so many octets (FRAME_STAMP at least; MIXED: whatever the lot
 * says), for which FRAME_MOST octets must be free.  Returns the frame's octets. */
size_t frame_make(uint8_t *dst, unsigned call, uint32_t number, enum frame_kind kind, size_t size);

/* What has arrived of a call's frames, one way.  One writer; others may read. */
struct flow {
    _Atomic uint32_t frames;     /* stamped ones, whatever their state */
    _Atomic uint32_t damaged;    /* not as they were sent, or another call's */
    _Atomic uint32_t missing;    /* numbers left out */
    _Atomic uint32_t misordered; /* numbers smaller than the last */
    uint32_t next;
};

/* Takes a frame that has arrived for the call; false if it is none of ours. */
bool flow_take(struct flow *f, unsigned call, struct span frame);

#define LCP_ECHO_REQUEST 9
#define LCP_ECHO_REPLY 10

/* An LCP packet that agrees on escaping nothing (RFC 1662, 7.1): code 1 asks, 2 acknowledges what
 * was asked with the same magic number; with the codes above an echo, whose data the options are.  FRAME_MOST octets of room; returns the frame's octets. */
size_t lcp_make(uint8_t *dst, uint8_t code, uint32_t magic);

/* The code of such a packet, and its magic number; 0: it is none. */
uint8_t lcp_read(struct span frame, uint32_t *magic);

#endif
