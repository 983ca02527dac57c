/* bearer_lease: the addresses of one call, for its bearer: out of the pools of its section, who comes
 * again being known by what its LAC or it says of it before PPP, and those that are set.  They go
 * back with the bearer.  What is somebody's lease nobody else is to have, at either end. */
#ifndef BEARER_LEASE_H
#define BEARER_LEASE_H

#include "bearer.h"

/* The address at that end as the section sets it, host order, which no pool gives as long as pppd has
 * it; 0 is none.  False with *why, if somebody has it as a lease, or without memory, and the trouble
 * has been told. */
bool bearer_hold(struct bearer *b, const struct call *c, enum pool_end end, uint32_t ip,
                 const char **why);

/* An address for the caller and, if the section has a range of them, one for us; group: whose settings
 * are among those, or NULL.  False with *why, and the trouble has been told. */
bool bearer_lease(struct bearer *b, const struct call *c, const struct conf_lns *conf,
                  const struct conf_group *group, const char **why);

/* Its pppd has gone: leases go back, and what it held is let go. */
void bearer_release(struct bearer *b);

/* PPP has agreed on addresses, which need not be those that pppd was told: the peer, RADIUS or
 * chap-secrets may have others.  No pool gives them as long as the bearer is there, and the far end's
 * is its lease from now on; if one is leased to somebody else already, that is told, once. */
void bearer_agreed(struct bearer *b);

/* A peer's call is refused, as our address of its section is somebody's lease: that trouble. */
void bearer_tell_leased(struct hub *h, const struct call *c);

/* The same of each section in force whose calls must not come up for that reason, before one does:
 * what runs is left alone. */
void bearer_tell_sections(struct hub *h);

#endif
