/* hdlc: PPP in asynchronous HDLC-like framing (RFC 1662): what pppd speaks on a tty.
 *
 * The encoder makes one octet stream of a frame; the decoder keeps its state between reads, however
 * they are cut, and decodes straight into a frame buffer with headroom.  Both deal with the FCS.
 * Knows no descriptors.  The work by the octet is a kernel's: plain C until hdlc_choose() has found
 * a better one that this CPU has.  What comes out does not depend on the kernel. */
#ifndef WIRE_HDLC_H
#define WIRE_HDLC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"

#define HDLC_FCS_GOOD 0xf0b8u /* RFC 1662, C.2 */

/* The room that a frame of n needs: all escaped, FCS too, two flags, and what may be written
 * behind. */
#define HDLC_SLACK 16
#define HDLC_MOST(n) (2 * ((n) + 2) + 2 + HDLC_SLACK)

/* Puts the kernel of that name to work, or the best for NULL.  Returns its name; NULL if it is not
 * compiled in or this CPU cannot run it, and then nothing has changed.  Not while a frame is being
 * worked on. */
const char *hdlc_choose(const char *name);

/* The names of the kernels compiled in, the best first, whether this CPU has them or not; NULL from
 * the first i on that none has. */
const char *hdlc_kernel_name(size_t i);

/* FCS-16 over s, going on from fcs (start with 0xffff). */
uint16_t hdlc_fcs(uint16_t fcs, struct span s);

/* Writes flag, escaped frame, FCS, flag at dst; control characters whose bit is set in accm are
 * escaped, and always 0x7d and 0x7e.  Room for HDLC_MOST(frame.n) is the caller's duty.  Returns
 * the octets written. */
size_t hdlc_encode(uint8_t *dst, struct span frame, uint32_t accm);

/* In octets that hdlc_encode() wrote, one frame behind another, of which the beginning may have
 * left already: how many at the front belong to a frame that has lost its beginning.  0 if a whole
 * frame stands there, or nothing.  (A flag only ever stands at a frame's ends.) */
size_t hdlc_cut(struct span line);

/* In such octets, of whole frames and at least one: how many the first frame has. */
size_t hdlc_first(struct span line);

enum hdlc_got {
    HDLC_MORE,     /* input used up, no whole frame yet */
    HDLC_FRAME,    /* a good frame stands in the buffer; FCS cut off */
    HDLC_BAD_FCS,  /* a frame was thrown away, likewise the next three */
    HDLC_ABORTED,  /* escape followed by flag (RFC 1662, 4.3) */
    HDLC_TOO_LONG, /* more than the buffer holds, FCS included */
    HDLC_TOO_SHORT /* 1 to 3 octets between flags */
};

struct hdlc_rx {
    bool escaped;  /* the last octet was 0x7d */
    bool skipping; /* until the next flag; may be set by a caller that has no buffer */
    bool too_long; /* why, and then the flag gives HDLC_TOO_LONG */
    uint16_t fcs;  /* running, over what is in the buffer */
};

void hdlc_rx_init(struct hdlc_rx *rx);

/* Takes octets from *in (moving it on) and puts them into b from b->off on, b->len counting, until
 * the input is used up or a frame has ended.  After anything but HDLC_MORE the frame in b is the
 * caller's (HDLC_FRAME: taken; else b->len has been set to 0 and b can be used again), and the next
 * call needs an empty buffer.  Octets below 0x20 that arrive unescaped are dropped only if their
 * bit is set in accm (RFC 1662, 4.2); a pty puts none in, so 0 does there unless somebody has said
 * otherwise. */
enum hdlc_got hdlc_feed(struct hdlc_rx *rx, struct span *in, struct buf *b, uint32_t accm);

#endif
