/* early: data that has come before the message by which its call is up.  Control messages come by a
 * queue of their own (host/lane.h), so a frame that a peer has sent behind its ICCN may be read
 * before that.  It waits for the end of the turn, by when whatever was sent before has been read. */
#ifndef EARLY_H
#define EARLY_H

#include "hub.h"

/* From now on the engine leaves such data to us. */
void early_begin(struct hub *h);
void early_end(struct hub *h);

/* Keeps a datagram (it is copied); some only, and the engine drops what comes beyond. */
void early_keep(struct hub *h, const struct addr *from, const struct addr *to, uint8_t ecn,
                struct span octets);

/* The turn's end: they are heard again, and what is still early then is dropped. */
void early_again(struct hub *h);

#endif
