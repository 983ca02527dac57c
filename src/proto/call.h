/* call: one session: judges what arrives, acts as its table says (7.4.1 to 7.5.2), and minds the
 * sequence numbers of its data.  How frames travel on is not its business. */
#ifndef PROTO_CALL_H
#define PROTO_CALL_H

#include "proto/objects.h"
#include "wire/packet.h"

/* A call in IDLE, linked into its tunnel.  NULL without memory. */
struct call *call_new(struct tunnel *t, enum table table, uint16_t id, uint64_t now);
void call_free(struct call *c); /* unlinks it */

/* Puts a new call into the line of those that wait for their tunnel, or for room in its queue. */
void call_wait(struct call *c);
struct call *call_next_waiting(struct tunnel *t); /* takes the first out of the line, or NULL */

/* Moves a waiting call to another tunnel (ours has lost the tie break). */
void call_move(struct call *c, struct tunnel *to);

/* A message of this call's, revealed, with the verdict so far. */
void call_message(struct call *c, uint64_t now, const struct msg *m, struct verdict v);

/* A local event; why matters for an end. */
void call_event(struct call *c, uint64_t now, enum event event, struct verdict why);

/* A data message: true if its frame is to be carried on now. */
bool call_frame_in(struct call *c, const struct packet *p);

/* Writes the header in front of a frame of n octets; returns its size, 0 if the call is not up. */
size_t call_frame_out(struct call *c, uint8_t *frame, size_t n);

#endif
