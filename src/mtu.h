/* mtu: how large an IP packet may be on the way to a peer, and what of that is left for those
 * inside PPP, so that what l2tpd sends is not cut into fragments.
 *
 * The system is asked once, when a tunnel has come up: it knows the interface's MTU, the route's,
 * what ICMP has told of the way, and what IPsec takes where its policies are for this peer (Linux).
 */
#ifndef MTU_H
#define MTU_H

#include "hub.h"

/* A tunnel has come up: it is looked at by the next sweep. */
void mtu_tunnel_up(struct hub *h, const struct tunnel *t);

/* Looks at those.  True if datagrams were heard meanwhile: there may be news of the engine's. */
bool mtu_sweep(struct hub *h);

/* How large an IP packet may be on the way to the tunnel's peer, in octets; 0: not known. */
unsigned mtu_of_path(const struct tunnel *t);

/* What of that is left for PPP's information: the MTU and MRU for pppd.  0: not known. */
unsigned mtu_of_call(const struct call *c);

/* The same as pppd is to be told: 0 if that is what it does anyway, if the section does not want it
 * told, or if /etc/ppp/options has a word on it. */
unsigned mtu_for_pppd(const struct call *c, bool wanted);

#endif
