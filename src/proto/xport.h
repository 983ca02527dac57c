/* xport: reliable delivery of control messages over one tunnel (RFC 2661, 5.8, Appendix A).
 *
 * Keeps what was sent until it is acknowledged, honours the peer's window, starts slowly and avoids
 * congestion, retransmits with doubling intervals, the first as long as round trips are measured to
 * be, and puts what arrives into order.  It is asked: xport_poll() gives out what may be sent now.
 * Does not know message types. */
#ifndef PROTO_XPORT_H
#define PROTO_XPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define XPORT_WINDOW 4       /* the peer's, until it says otherwise (4.4.3) */
#define XPORT_RTO_MS 1000    /* first interval (5.8), and never a shorter one */
#define XPORT_CAP_MS 16000   /* of the interval, by default */
#define XPORT_CAP_LEAST 8000 /* a cap may not be lower (5.8) */
#define XPORT_TRIES 5        /* transmissions again, by default */
#define XPORT_QUEUE 1024     /* messages that may wait; then what asks is ended */
#define XPORT_BUSY 64        /* so many wait: what can be put off should be */
#define XPORT_EARLY 64       /* slots of the ring for early messages: at most our window */
#define XPORT_EARLY_MOST 4096 /* octets of an early message that is kept */

/* A message that waits: for its turn, for its acknowledgement, or (early) for those before it. */
struct xport_msg {
    struct xport_msg *next;
    uint32_t sent_ms; /* when it left first: the low 32 bits of the time */
    uint16_t session; /* for the header */
    uint16_t n;
    bool again; /* it has left more than once: its round trip tells nothing */
    uint8_t body[];
};

/* Sequence numbers, in modular order: una <= ns_send <= ns_high <= ns_next.  The queue holds the
 * messages una .. ns_next-1 in order; to_send points at ns_send's.  ns_high lies above ns_send
 * after a retransmission has begun again at una: an Nr may rightly cover all below ns_high, and of
 * these alone may some be marked "again".  due_resend is set exactly when something sent is
 * unacknowledged (una != ns_high); only then are there tries, or is una's message borne.  The
 * messages una .. ns_send-1, without una's if it is borne, are never more than
 * min(cwnd, peer_window).  XPORT_RTO_MS <= rto_ms <= cap_ms, and tries <= max_tries.  Ring slots
 * hold numbers in nr+1 .. nr+window-1 only. */
struct xport {
    uint16_t una;     /* oldest sent and not acknowledged */
    uint16_t ns_send; /* first to send */
    uint16_t ns_high; /* one past the highest ever sent */
    uint16_t ns_next; /* next to be given */
    uint16_t nr;      /* next expected from the peer */
    uint16_t window;  /* ours: how far ahead an early one may be */
    uint16_t peer_window;
    unsigned cwnd, cwnd_acks, ssthresh; /* Appendix A; cwnd_acks is the fraction's numerator */
    unsigned tries;                     /* of the oldest, since the last progress */
    unsigned max_tries;
    uint32_t rto_ms, cap_ms;            /* the interval now, backed off as it may be; its most */
    uint32_t srtt8, var4; /* eight times the mean round trip, four times its mean deviation; ms */
    uint64_t due_resend;  /* ms; 0: nothing to be acknowledged */
    bool is_borne;        /* una's message need not be acknowledged: see xport_bear() */
    bool ack_owed;
    struct xport_msg *queue, **queue_end, *to_send;
    struct xport_msg **early; /* ring by number, or NULL while there never was an early one */
    uint32_t sent;            /* messages that left, again ones too */
    uint32_t retransmitted, duplicates, bad_nr, beyond; /* counted for the operator */
};

enum xport_got {
    XPORT_ZLB,       /* no message: sequence numbers only */
    XPORT_DELIVER,   /* in order: deal with it, then ask for early ones */
    XPORT_DUPLICATE, /* dealt with before; an acknowledgement is owed */
    XPORT_EARLY_ONE, /* kept until those before it have come */
    XPORT_BEYOND     /* further ahead than our window: dropped */
};

/* window: ours, 1 or more.  max_tries and cap_ms as configured (a lower cap is raised). */
void xport_init(struct xport *x, uint16_t window, unsigned max_tries, uint32_t cap_ms);
void xport_free(struct xport *x);

void xport_set_peer_window(struct xport *x, uint16_t window); /* not 0 */

/* Queues a copy of a message's body, 1 to 65,523 octets.  False without memory, or if the queue is
 * full. */
bool xport_send(struct xport *x, uint16_t session, struct span body);

/* Forgets what was queued and never sent (a closing tunnel has one last thing to say). */
void xport_drop_unsent(struct xport *x);

/* Forgets everything queued or in flight: the peer has closed, nothing is sent again (5.7). */
void xport_stop(struct xport *x);

/* A control packet's numbers; body empty for a ZLB.  An Nr beyond what was ever sent is counted and
 * ignored, the rest of the packet is not.  *acked: true if it acknowledged something new. */
enum xport_got xport_input(struct xport *x, uint64_t now, uint16_t ns, uint16_t nr,
                           uint16_t session, struct span body, bool *acked);

/* After XPORT_DELIVER: the next early message that is now in order, or NULL.  The caller frees it
 * with xport_msg_free(). */
struct xport_msg *xport_next_early(struct xport *x);
void xport_msg_free(struct xport_msg *m);

/* Writes the datagram that may leave now, if there is one: a queued message, or a ZLB when an
 * acknowledgement is owed and nothing carries it.  False: nothing to send. */
bool xport_poll(struct xport *x, uint64_t now, uint16_t peer_tunnel, struct wr *w);
bool xport_has_news(const struct xport *x); /* would poll give something? */

/* Deals with the resend time if it has come: the oldest goes again, and the interval doubles.  It
 * stays so until something that was sent once is acknowledged (Karn).  True: the peer is silent
 * (tries are used up), and it is so at every further call unless the caller ends or bears it. */
bool xport_tick(struct xport *x, uint64_t now);

/* After xport_tick() has said "silent": the oldest message is one that this peer passes over, yet
 * it lives.  Its tries begin anew, and it is sent again, now and at intervals of the cap.  Until it
 * is acknowledged it does not count against the window, so that later messages leave beside it; the
 * first of them begins tries and interval anew for both.  Nothing in flight: nothing happens. */
void xport_bear(struct xport *x, uint64_t now);

/* The oldest message in flight goes again now, without waiting for its time, and its tries begin
 * anew.  Nothing in flight: nothing happens. */
void xport_hurry(struct xport *x, uint64_t now);

/* The mean round trip, smoothed, in ms; 0: not measured yet. */
uint32_t xport_rtt_ms(const struct xport *x);

bool xport_all_acked(const struct xport *x); /* nothing queued, nothing in flight */
bool xport_is_busy(const struct xport *x);   /* XPORT_BUSY or more are */

/* The time from a message's first transmission until its last one of max_tries, in ms, with a peer
 * that is near: 31 s by default, and so long at least a closed tunnel keeps answering (5.7). */
uint64_t xport_cycle_ms(unsigned max_tries, uint32_t cap_ms);

/* The longest time from now until xport_tick() says "silent", in ms, for what is queued, or for a
 * message that is sent now if nothing is.  If several are queued, an acknowledgement of some may
 * begin the tries of the others anew: that is allowed for once. */
uint64_t xport_patience_ms(const struct xport *x);

/* Asserts the invariants above (test builds call it at every entry). */
void xport_check(const struct xport *x);

#endif
