/* stray: what is said to a peer that asks for a sign of life in a tunnel that is not here.
 *
 * Its daemon here has been started anew, say, and knows nothing of the tunnel, while the peer would
 * find out by silence alone, after a minute or two.  So it is told, by the StopCCN of one that has
 * never learned the peer's id: header with tunnel 0, the id that the peer has written as Assigned
 * Tunnel ID (RFC 2661, 4.4.3).  Nothing is kept for it.
 *
 * That harms nobody: it is no longer than what it answers; there are few of them; only HELLO is
 * answered, so no two ever answer one another; and what other makes send is too short for it, so
 * they never hear what they may not expect.  Who hears it does not believe it (tunnel_disowned()):
 * it only asks again, and waits for less long if that is what its HELLO was answered by. */
#ifndef PROTO_STRAY_H
#define PROTO_STRAY_H

#include "proto/engine.h"

/* A control message for a tunnel that we do not have, or that its sender is not the peer of. */
void stray_heard(struct l2tp *e, uint64_t now, const struct addr *from, const struct addr *to,
                 const struct packet *p);

#endif
