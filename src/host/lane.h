/* lane: which datagrams of L2TP need not wait behind others: control messages (RFC 2661, 3.1: the T
 * bit) and LCP echoes (RFC 1661, 5.8), which tunnels and calls live by.  The kernel looks, so what it
 * has no room for under a flood of data is data.
 *
 * Everything else keeps its order: echoes with sequence numbers or an offset, too. */
#ifndef HOST_LANE_H
#define HOST_LANE_H

/* Of two sockets that share a port (udp_split()), fd being one of them, the first bound gets data
 * from now on, and the second what goes first.  0, or -1 with errno: ENOTSUP where the system has no
 * such thing. */
int lane_steer(int fd);

#endif
