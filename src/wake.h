/* wake: what is done when this machine has slept, or its addresses have changed: LACs that are up
 * ask their peers for a sign of life, those that wait dial; and so do those to whose peer there is new
 * IPsec.  See host/change.h.  And when ICMP says
 * that nobody listens at a peer's port: then those with it ask. */
#ifndef WAKE_H
#define WAKE_H

#include "hub.h"

void wake_start(struct hub *h); /* goes on without, where the system tells nothing */
void wake_look(struct hub *h);  /* at each turn */
void wake_stop(struct hub *h);

#endif
