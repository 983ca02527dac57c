/* bearer_lease: the addresses of one call, for its bearer: out of the pools of its section, who comes
 * again being known by what its LAC or it says of it before PPP.  They go back with the bearer. */
#ifndef BEARER_LEASE_H
#define BEARER_LEASE_H

#include "bearer.h"

/* Our address as the section has it, host order, which stays ours as long as pppd has it; 0 is none.
 * False with *why: no memory. */
bool bearer_hold(struct bearer *b, uint32_t ip, const char **why);

/* An address for the caller and, if the section has a range of them, one for us.  False with *why,
 * and the trouble has been told. */
bool bearer_lease(struct bearer *b, const struct call *c, const struct conf_lns *conf,
                  const char **why);

#endif
