/* udp: one UDP socket with datagrams in batches, each with the local address that it was sent to,
 * and replies that leave from that address (PKTINFO, or RECVDSTADDR where the system has that).
 *
 * Received octets are good for the length of the call.  Sent datagrams gather until udp_flush(),
 * once a turn, or until a batch is full.  A datagram that the system refuses for want of room is
 * dropped and counted: control messages are sent again by their own transport. */
#ifndef HOST_UDP_H
#define HOST_UDP_H

#include "base/addr.h"
#include "base/buf.h"
#include "host/loop.h"

struct udp;

/* One datagram; octets may be changed in place by the hearer (they are ours).  ecn: the ECN field
 * of its IP header (RFC 3168), 0..3; 0 unless udp_tell_ecn() was called and the system tells. */
typedef void udp_heard_fn(void *ctx, const struct addr *from, const struct addr *to, uint8_t ecn,
                          struct span octets);

/* A datagram for "to" has come to nothing: it could not be sent (icmp false; reason is errno), or
 * it was sent, and ICMP says that it did not arrive (via: who says so; may be unset). */
typedef void udp_failed_fn(void *ctx, const struct addr *to, int reason, bool icmp,
                           const struct addr *via);

struct udp_counts {
    uint64_t received, sent; /* datagrams */
    uint64_t dropped;        /* could not be sent: no room, no route */
    uint64_t errors;         /* receive errors, such as an ICMP "port unreachable" */
    uint64_t bounced;        /* datagrams that ICMP tells of, where the system lets us know */
    uint64_t system_calls;   /* for sending and receiving */
};

/* Opens and binds a socket to local (port 0: any) and watches it.  NULL with errno: EADDRINUSE when
 * somebody else has the port (also a second l2tpd: SO_REUSEADDR is not set). */
struct udp *udp_open(struct loop *l, const struct addr *local, udp_heard_fn *heard, void *ctx);

/* The same, at a certain place: on one interface alone, or at an address that this host may have
 * only later.  Where the system has no such thing: NULL, ENOTSUP. */
struct udp_place {
    const char *device; /* the interface's name; NULL: any */
    bool early;         /* the address need not be there yet */
};
struct udp *udp_open_at(struct loop *l, const struct addr *local, const struct udp_place *place,
                        udp_heard_fn *heard, void *ctx);
void udp_close(struct udp *u);

/* Some datagrams need not wait behind others: from now on they come by a second socket with the
 * same address and port, which has a queue of its own in the kernel, and are told in the same way,
 * between the others.  steer() tells the kernel which they are (lane.h), given a descriptor of the
 * two.  What the others have brought before is told before, a turn's worth of it: a hang-up comes
 * behind the frames that it was sent behind.  0, or -1 with errno, and all is as before: ENOTSUP
 * where the system has no such thing. */
int udp_split(struct udp *u, int (*steer)(int fd));

/* Hears what has come of those, as far as a turn goes: before something that they may have been
 * before.  True if there was any. */
bool udp_hear_first(struct udp *u);

/* A socket for one peer alone, beside another one: it hears what comes from there in the other's
 * stead and tells it in the same way, and has its port; from local's address, if that is set, else
 * the other's.  Nothing that has come to either is lost.  The peer's mark, if it has one, is on
 * whatever the kernel sends by it.  NULL with errno. */
struct udp *udp_open_beside(struct udp *u, const struct addr *local, const struct addr *peer);

/* Its peer is heard by the other socket again, so that nothing comes to nothing between
 * udp_hear_rest() and udp_close(); it sends no more.  It is tied to the loopback for that: what
 * comes by that still comes to it. */
void udp_yield(struct udp *u);

/* How large an IP packet from there (or the socket's address) to the peer may be, as far as the
 * system knows: by its interface, route, ICMP, and IPsec if its policies are for just these
 * addresses and ports.  In octets; 0: not known, or a peer at ::1.  What ICMP has to tell of others
 * is told meanwhile, and of IPv6, where a socket beside this one is asked, what arrives. */
unsigned udp_path_mtu(struct udp *u, const struct addr *local, const struct addr *peer);

/* Hears what has come already, some turns' worth at most: before a close. */
void udp_hear_rest(struct udp *u);

/* The descriptor, to be lent to the kernel; it stays ours. */
int udp_descriptor(const struct udp *u);

/* The Type of Service of what udp_send() sends from now on; 0 until then.  Its ECN field is left at
 * 0. */
void udp_set_tos(struct udp *u, uint8_t tos);

/* From now on each datagram's sender has the packet mark that the datagram bore (SO_RCVMARK, Linux
 * 5.19).  -1 with errno where the system does not tell.  Marks in the address that is sent to are
 * set on the datagram in any case, as far as the system lets us: the first that it does not let is
 * logged, and goes without, like all others. */
int udp_tell_marks(struct udp *u);

/* From now on the ECN fields are told, which costs a little with each datagram. */
void udp_tell_ecn(struct udp *u);

/* From now on failed() is told, with the ctx of udp_open().  Not of what there was no room for. */
void udp_tell_failed(struct udp *u, udp_failed_fn *failed);

/* The address bound to, with the real port. */
struct addr udp_local(const struct udp *u);

/* Queues one datagram; "from" may be unset (the system picks the address).  send() copies the
 * octets; send_buf() takes the buffer.  tos goes into its IP header as DSCP and ECN field, as far
 * as the system can; with send() that is what udp_set_tos() says, its ECN field 0, as it must be
 * unless both ends want it used (RFC 9601, 6.1.1.1).  UDP checksums are always on (RFC 2661, 8.1).
 * Nothing is reported but to udp_failed_fn: see counts. */
void udp_send(struct udp *u, const struct addr *from, const struct addr *to, struct span octets);
void udp_send_buf(struct udp *u, const struct addr *from, const struct addr *to, uint8_t tos,
                  struct buf *b);
void udp_flush(struct udp *u);

/* Those of what goes first are added, but not in udp_counts(). */
const struct udp_counts *udp_counts(const struct udp *u);
void udp_counts_add(struct udp_counts *to, const struct udp *u); /* NULL: nothing */

#endif
