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

/* A local event; why matters for an end.  cause, or NULL: what more is to be told of it. */
void call_event(struct call *c, uint64_t now, enum event event, struct verdict why);
void call_end(struct call *c, uint64_t now, enum event event, struct verdict why,
              const struct call_cause *cause);

/* What our end has to tell of the line, if it may be told (6.13, 6.14; RFC 5515, 4.1). */
void call_line_info(struct call *c, uint64_t now, uint32_t send, uint32_t receive);
void call_line_speed(struct call *c, uint64_t now, uint32_t tx, uint32_t rx);
void call_line_errors(struct call *c, uint64_t now, const uint32_t errors[6]);

void call_tick(struct call *c, uint64_t now);
uint64_t call_due(const struct call *c); /* the earliest of its due times; 0: none */

/* What is to be done with a data message's frame. */
enum call_frame {
    FRAME_CARRY,  /* carry it on now */
    FRAME_WAITS,  /* a copy waits for its turn: call_next_frame() */
    FRAME_DROPPED /* counted */
};
enum call_frame call_frame_in(struct call *c, uint64_t now, const struct packet *p);

/* The next frame that has had to wait and need not any more, or NULL.  It is the caller's now, who
 * gives it to call_frame_free() with the tunnels' held_octets; it may outlive its call. */
struct held *call_next_frame(struct call *c);
void call_frame_free(size_t *held_octets, struct held *h); /* NULL: nothing happens */

/* As LNS: numbers in our data from now on, or none. */
void call_sequence(struct call *c, bool on);

/* Writes the header in front of a frame of n octets, which has priority or is looked at for that; returns
 * its size, 0 if the call is not up. */
size_t call_frame_out(struct call *c, uint8_t *frame, size_t n, bool priority);

#endif
