/* post: one control message on its way into a tunnel's transport, hidden where the tunnel hides. */
#ifndef PROTO_POST_H
#define PROTO_POST_H

#include "proto/objects.h"

#define POST_MOST 4000 /* octets of a body that we send */

/* Encodes and queues.  False if the queue is full or memory is short. */
bool post_send(struct tunnel *t, struct msg *m);

/* A verdict as a Result Code AVP: one without a code gets "usual", and a vendor's error, which must
 * not go unexplained (4.4.2), some words.  Points into *why. */
struct msg_result post_result(const struct verdict *why, uint16_t usual);

/* A message of the tunnel's, scanned without an offence: reveals and checks it with the tunnel's
 * secret, as strict as its quirks let us be, and puts right what such a peer is known to get wrong.
 * arena as for msg_reveal(). */
struct verdict post_open(struct tunnel *t, struct msg *m, uint8_t *arena, size_t size);

/* For the topic xport: what has been heard and what leaves, by the numbers of the transport; a
 * message that leaves may do so again. */
void post_say_heard(const struct tunnel *t, uint16_t ns, uint16_t nr, enum xport_got got);
void post_say_sent(const struct tunnel *t, uint64_t now, bool is_message, bool again);

/* The name of a tunnel in the log: "tunnel 4711 (lns.example)".  Into dst, returns dst. */
const char *tunnel_name(const struct tunnel *t, char *dst, size_t size);
#define TUNNEL_NAME 160
const char *call_name(const struct call *c, char *dst, size_t size);

#endif
