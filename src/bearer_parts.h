/* bearer_parts: what the kinds of bearers, those with a pppd (bearer.c), on a line (bearer_line.c) and as a
 * leg of a switch (bearer_leg.c), have in common.  Nobody else includes this. */
#ifndef BEARER_PARTS_H
#define BEARER_PARTS_H

#include "bearer.h"

/* NULL without memory, and that is told. */
struct bearer *bearer_new(struct hub *h, const struct call *c, const char **why);
void bearer_free(struct bearer *b); /* with all that it has */

/* What its pppd's scripts are to be told of a call; the texts are the call's. */
void bearer_tell_call(struct pppd_settings *s, const struct call *c, const struct conf_peer *p);

/* A link_heard_fn: a frame from pppd, or from a line, to the peer. */
void bearer_heard(void *ctx, struct buf *frame);

/* A link_refused_fn: at every error of the line. */
void bearer_tell_errors(void *ctx);

/* What the IP header of a data message has of what is inside. */
uint8_t bearer_tos(const struct bearer *b, struct span frame);

/* A frame that has come by this leg. */
void bearer_leg_carry(struct bearer *b, struct span frame, bool priority);

/* The LNS of this leg has told the maps of the line: so is the other one's LAC. */
void bearer_leg_line_info(struct bearer *b, uint32_t send, uint32_t receive);

/* It is about to be freed. */
void bearer_leg_part(struct bearer *b);

#endif
