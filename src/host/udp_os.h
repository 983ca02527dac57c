/* udp_os: how the system receives and sends datagrams with their local addresses: in batches by
 * recvmmsg() and sendmmsg() (udp_linux.c), or one by one by what POSIX has (udp_posix.c).
 *
 * Knows no queue, no loop and no policy: an error is told to udp.c by errno, for it to count. */
#ifndef HOST_UDP_OS_H
#define HOST_UDP_OS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"

#define UDP_IN_MOST 64 /* datagrams that one call can receive */

struct udp_in {
    struct addr from;
    struct addr to;     /* its port is not set; unset if the system does not tell */
    uint8_t ecn;        /* of the IP header; 0 if the system does not tell */
    struct span octets; /* good until the next call */
};

struct udp_out {
    struct addr from; /* unset: the system picks; the port does not count */
    struct addr to;
    uint8_t tos; /* for the IP header: DSCP and ECN field */
    struct span octets;
};

struct udp_os;

/* Before the socket is bound: it shall have to do with one interface alone; or its address need not
 * be there yet.  0, or -1 with errno: ENOTSUP where the system has no such thing. */
int udp_os_device(int fd, const char *name);
int udp_os_early(int fd, uint8_t family);

/* Whether others of ours may bind to the same address and port, and have a share of what comes.  0,
 * or -1 with errno: ENOTSUP where the system has no such thing. */
int udp_os_share(int fd, bool on);

/* From now on whatever is sent by it has that packet mark.  0, or -1 with errno. */
int udp_os_mark(int fd, uint32_t mark);

/* Of a connected socket: how large an IP packet on its way may be; 0: not known. */
unsigned udp_os_path_mtu(int fd, uint8_t family);

/* Likewise of any socket, and on the way from there to there: asks, and has the answer once
 * udp_os_bounced() has told all that it knows; 0: not known, and of IPv6, for which the kernel does
 * not count what IPsec takes.  Nothing is sent. */
void udp_os_probe(struct udp_os *os, const struct addr *from, const struct addr *to);
unsigned udp_os_probed(const struct udp_os *os);

/* Room for a batch, and the socket told to hold some more datagrams while we are busy.  family: 4
 * or
 * 6.  With tell_to it tells the local addresses, which cost a little with each datagram.  NULL with
 * errno. */
struct udp_os *udp_os_new(int fd, uint8_t family, bool tell_to);
void udp_os_free(struct udp_os *os); /* the socket stays open */

/* From now on it tells the ECN fields; nothing where the system cannot. */
void udp_os_tell_ecn(struct udp_os *os);

/* See udp_tell_marks(). */
int udp_os_tell_marks(struct udp_os *os);

/* Up to udp_os_batch datagrams, without waiting; fewer: no more were there.  -1 with errno. */
extern const int udp_os_batch;
int udp_os_receive(struct udp_os *os, struct udp_in in[UDP_IN_MOST]);

/* Sends from the first on, without waiting; how many have gone.  -1 with errno if not even the
 * first. */
int udp_os_send(struct udp_os *os, const struct udp_out *out, int n);

/* A datagram of ours that has come to nothing on the way, as ICMP tells. */
struct udp_bounce {
    struct addr to, via; /* whom it was for; who says so, unset if that is not told */
    int reason;          /* ECONNREFUSED and the like */
};

/* The next of those that the system has kept for us; false: there is none, or it keeps none.  To be
 * asked whenever a call has failed, or there was nothing to receive after all: an error that ICMP
 * brings makes an innocent call fail, and leaves the socket readable. */
bool udp_os_bounced(struct udp_os *os, struct udp_bounce *b);

uint64_t udp_os_calls(const struct udp_os *os); /* system calls made so far to receive and send */

#endif
