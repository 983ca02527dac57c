/* tunnel: one control connection: judges what arrives, acts as the table of 7.2.1 says, keeps the
 * peer awake, and closes in good order.  Sockets, calls and other tunnels are not its business:
 * what it wants told stands in t->news and t->state, and the engine looks there. */
#ifndef PROTO_TUNNEL_H
#define PROTO_TUNNEL_H

#include "proto/objects.h"

/* A tunnel in IDLE, with its profile copied; ids and addresses as given.  NULL without memory. */
struct tunnel *tunnel_new(const struct l2tp_host *host, const struct l2tp_profile *p, uint16_t id,
                          const struct addr *peer, uint64_t now);
void tunnel_free(struct tunnel *t); /* wipes its secrets */

bool tunnel_is_live(const struct tunnel *t); /* neither closing nor dead */

/* Local request: send the SCCRQ. */
void tunnel_open(struct tunnel *t, uint64_t now);

/* Judges an SCCRQ, revealed, under a profile; changes nothing. */
struct verdict tunnel_judge_request(const struct msg *m, const struct l2tp_profile *p);

/* An acceptable SCCRQ for this new tunnel: send the SCCRP. */
void tunnel_answer(struct tunnel *t, uint64_t now, const struct msg *m);

/* A message of the tunnel's, scanned but not yet revealed, with the verdict of the scan. */
void tunnel_message(struct tunnel *t, uint64_t now, struct msg *m, struct verdict v, uint8_t *arena,
                    size_t size);

/* Ends it; why goes into the StopCCN. */
void tunnel_close(struct tunnel *t, uint64_t now, struct verdict why);

/* Another event: tie lost, silence, all acknowledged; why matters for an end. */
/* Asks the peer of a tunnel that is up for a sign of life, now; without any within so many ms it is
 * given up.  Of one that bears no HELLO nothing is asked: false. */
bool tunnel_probe(struct tunnel *t, uint64_t now, uint32_t within_ms);

/* Somebody says, from the peer's address, that it has no such tunnel (any more), and has got
 * whatever is before "nr".  That is not believed, as anybody can say so, but a reason to send a
 * HELLO, which is given the time that each has; and if it answers one, to probe. */
void tunnel_disowned(struct tunnel *t, uint64_t now, uint16_t nr);

void tunnel_event(struct tunnel *t, uint64_t now, enum event event, struct verdict why);

void tunnel_tick(struct tunnel *t, uint64_t now);
uint64_t tunnel_due(const struct tunnel *t); /* the earliest of its due times; 0: none */

#endif
