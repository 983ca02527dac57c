/* link: carries one call's PPP frames to and from whatever ends its PPP stream: here a pppd on a
 * pty.
 *
 * Above it frames are whole and bare (no flag, no escape, no FCS); what is below is its business.
 * It never blocks and never waits: output that the other side does not take stands in a bounded
 * queue (LINK_QUEUE octets), and a frame that does not fit there is dropped and counted, so that a
 * pppd that has stopped reading harms its own call only.  Knows nothing of tunnels. */
#ifndef HOST_LINK_H
#define HOST_LINK_H

#include "base/buf.h"
#include "host/loop.h"

#define LINK_QUEUE 65536 /* octets of encoded output that may wait */

struct link;

struct link_counts {
    uint64_t frames_in, octets_in;                  /* from pppd, good ones */
    uint64_t frames_out, octets_out;                /* to pppd, taken into the queue */
    uint64_t dropped;                               /* to pppd: queue full, or it has gone */
    uint64_t bad_fcs, aborted, too_long, too_short; /* from pppd, refused by the decoder */
};

/* A frame from pppd; the hearer takes the buffer, which has BUF_HEADROOM before the frame. */
typedef void link_heard_fn(void *ctx, struct buf *frame);

/* Opens a pty pair: raw, both ends close-on-exec, the master non-blocking and watched (among the
 * many).  NULL with errno: EMFILE, ENOSPC (no pty left), ENOMEM. */
struct link *link_open_pty(struct loop *l, link_heard_fn *heard, void *ctx);

/* Closes and frees.  Frames not yet written are lost. */
void link_close(struct link *k);

/* The slave's path, and its descriptor for the child; release_slave() closes the latter in the
 * parent after the spawn (a second call does nothing). */
const char *link_slave_name(const struct link *k);
int link_slave_fd(const struct link *k);
void link_release_slave(struct link *k);

/* Queues one frame; false if it was dropped.  What was queued leaves by one write() per link at
 * link_flush_all(), once a turn, the rest when the pty takes it. */
bool link_send(struct link *k, struct span frame);
void link_flush_all(void);

/* Control characters to be escaped towards pppd (bit n: octet n).  All of them at the start. */
void link_set_accm(struct link *k, uint32_t send);

const struct link_counts *link_counts(const struct link *k);

#endif
