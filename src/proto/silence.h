/* silence: what it means that nothing is heard of a tunnel's peer, or that it does not acknowledge
 * what it was sent.  It looks, bears and notes; what follows is for tunnel.c to do. */
#ifndef PROTO_SILENCE_H
#define PROTO_SILENCE_H

#include "proto/objects.h"

/* Of silence, in ms, until a HELLO: soon enough for an answer before the tunnel is given up for its
 * silence. */
uint32_t silence_hello_ms(const struct tunnel *t);

/* xport_tick() has said "silent".  Is that borne all the same?  Then tries have begun anew. */
bool silence_is_borne(struct tunnel *t, uint64_t now);

/* Is the time of complete silence over, that of the profile or that of a probe?  Both are looked at
 * only when they may be, not at every packet; what is heard moves them. */
bool silence_is_final(struct tunnel *t, uint64_t now);

/* Keeps in the tunnel which message it is that the peer does not acknowledge, before it is
 * forgotten. */
void silence_note(struct tunnel *t, uint64_t now);

#endif
