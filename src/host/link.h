/* link: carries one call's PPP frames to and from whatever ends its PPP stream: a pppd on a pty, or
 * a line on which somebody calls.
 *
 * Above it frames are whole and bare (no flag, no escape, no FCS); what is below is its business.
 * It never blocks and never waits: output that the other side does not take stands in a bounded
 * queue (LINK_QUEUE octets), in which the oldest frames make way for those that do not fit, and are
 * counted, so that a pppd that has stopped reading harms its own call only.  Knows nothing of tunnels. */
#ifndef HOST_LINK_H
#define HOST_LINK_H

#include "base/buf.h"
#include "host/loop.h"

#define LINK_QUEUE 65536 /* octets of encoded output that may wait */

struct link;

struct link_counts {
    uint64_t frames_in, octets_in;   /* from pppd, good ones */
    uint64_t frames_out, octets_out; /* to pppd, taken into the queue */
    uint64_t dropped;                /* to pppd: queue full, displaced from it, or pppd has gone */
    uint64_t bad_fcs, aborted, too_long, too_short; /* from pppd, refused by the decoder */
    uint64_t octets_written;         /* to pppd, out of the queue, as they stand there */
};

/* A frame from pppd; the hearer takes the buffer, which has BUF_HEADROOM before the frame. */
typedef void link_heard_fn(void *ctx, struct buf *frame);

/* A frame has been refused, either way, and counted. */
typedef void link_refused_fn(void *ctx);

/* Opens a pty pair: raw, both ends close-on-exec, the master non-blocking and watched (among the
 * many).  NULL with errno: EMFILE, ENOSPC (no pty left), ENOMEM. */
struct link *link_open_pty(struct loop *l, link_heard_fn *heard, void *ctx);

/* There is nobody at the other end any more; told once, and only of a line.  It may close the link. */
typedef void link_hung_up_fn(void *ctx);

/* A line: a terminal that somebody else has opened, with asynchronous HDLC on it (RFC 1662).  It is made
 * raw at its speed; at the end its settings are what they were.  fd: non-blocking, and the link's from
 * now on, also if this fails.  NULL with errno: ENOTTY, EIO (it has hung up), ENOMEM, ENOTSUP (no
 * synchronous lines here). */
enum {
    LINK_MODEM = 1, /* its carrier counts, the line hangs up when that is lost */
    LINK_SYNC = 2   /* synchronous: what is below tells frames apart (host/sync) */
};

struct link *link_open_line(struct loop *l, int fd, unsigned how, link_heard_fn *heard,
                            link_hung_up_fn *hung_up, void *ctx);

/* The line is another's from now on: that is told of what it hears, and that it has hung up. */
void link_hand_over(struct link *k, link_heard_fn *heard, link_hung_up_fn *hung_up, void *ctx);

/* Wants to be told, with the same ctx; it must not close the link. */
void link_tell_refused(struct link *k, link_refused_fn *refused);

/* Closes and frees.  Frames not yet written are lost. */
void link_close(struct link *k);

/* The slave's path, and its descriptor for the child; release_slave() closes the latter in the
 * parent after the spawn (a second call does nothing). */
const char *link_slave_name(const struct link *k);
int link_slave_fd(const struct link *k);
void link_release_slave(struct link *k);

/* Queues one frame.  False if there was no room for it: it displaces ordinary frames that have not
 * begun to leave, the oldest first, which are then counted both as out and as dropped, or is dropped
 * itself where that would not do.  What was queued leaves by one write() per link at
 * link_flush_all(), once a turn, the rest when the pty takes it. */
bool link_send(struct link *k, struct span frame);
void link_flush_all(void);
void link_drain(void); /* frees the queues that lie unused, which are kept for the next burst */

/* The same for a frame with priority (RFC 2661, 3.1, P bit): it overtakes all that has not begun to
 * leave, except frames that came here before it.  It displaces them likewise, but none of its
 * kind, and is then taken: true, which therefore does not mean that pppd reads. */
bool link_send_first(struct link *k, struct span frame);

/* The maps of control characters (bit n: octet n; RFC 2661, 4.4.6).  send: those escaped towards
 * pppd, all of them at the start (LCP may agree on less: RFC 1662, 7.1), and always in LCP's own negotiation (RFC 1661, 5).  receive:
 * those thrown away when they come unescaped, as the line must have put them in (RFC 1662, 4.2);
 * none at the start, as a pty does no such thing.  Frames already queued, and one that has come in
 * part, keep the maps they began with. */
void link_set_accm(struct link *k, uint32_t send, uint32_t receive);

const struct link_counts *link_counts(const struct link *k);

/* The counts as a WEN's Call Errors has them (RFC 2661, 4.4.6), in its order; they stop at their
 * highest value instead of beginning anew. */
enum link_error {
    LINK_ERROR_CRC,
    LINK_ERROR_FRAMING,  /* aborted, or too short */
    LINK_ERROR_HARDWARE, /* overruns; a pty has none */
    LINK_ERROR_BUFFER,   /* too long, or no room towards pppd */
    LINK_ERROR_TIMEOUT,  /* none */
    LINK_ERROR_ALIGN,    /* none */
    LINK_ERRORS
};

void link_errors(const struct link *k, uint32_t errors[LINK_ERRORS]);

#endif
