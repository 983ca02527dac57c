/* bearer_ppp: what the frames of one call, and pppd's end, tell of its PPP, for its bearer: the user,
 * the addresses, who was refused, how far it has got.  Events of layers that open are emitted here. */
#ifndef BEARER_PPP_H
#define BEARER_PPP_H

#include "bearer.h"

/* pppd has been started, for a call that is up: if not a frame comes that is told once, and the call
 * stays, as pppd does. */
void bearer_ppp_start(struct bearer *b);

/* The bearer goes. */
void bearer_ppp_stop(struct bearer *b);

/* A frame that pppd has written, or that is on its way to it. */
void bearer_ppp_frame(struct bearer *b, bool from_pppd, struct span frame);

/* The call has ended, while pppd is there: how far PPP has got is told no more.  Of one whose frames
 * were not seen pppd's interface tells; if it has none that is known, nothing does. */
void bearer_ppp_call_down(struct bearer *b);

/* pppd has ended, while the call was up. */
void bearer_ppp_end(struct bearer *b, const struct pppd_end *end);

/* An address, host order, as text in dst (ADDR_TEXT), which is returned; NULL for 0. */
const char *bearer_ip_text(uint32_t ip, char *dst);

#endif
