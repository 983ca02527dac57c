/* silence: what it means that nothing is heard of a tunnel's peer, or that it does not acknowledge
 * what it was sent.  It looks, bears and notes; what follows is for tunnel.c to do. */
#ifndef PROTO_SILENCE_H
#define PROTO_SILENCE_H

#include "proto/objects.h"

/* Of silence, in ms, until a HELLO: soon enough for an answer before the tunnel is given up for its
 * silence. */
uint32_t silence_hello_ms(const struct tunnel *t);

/* The time from which on a HELLO is due.  Who has dialled asks sooner when its data go unanswered:
 * it is the one who can come back. */
uint64_t silence_hello_at(const struct tunnel *t);

/* What has been sent goes unanswered: of silence, in ms, until that is looked at again. */
uint32_t silence_look_ms(const struct tunnel *t);

/* Has what was sent gone unanswered for so long that the host wants to know?  Not with a peer that is
 * known to pass HELLOs over. */
bool silence_is_doubtful(const struct tunnel *t, uint64_t now);

/* A HELLO leaves: how long it may go unanswered is reckoned from now, unless a probe has it. */
void silence_hello_sent(struct tunnel *t, uint64_t now);

/* Is the peer being asked for a sign of life, with an answer to come within so many ms? */
bool silence_is_asked(const struct tunnel *t, uint64_t now, uint32_t within_ms);

/* To one of our own make a HELLO is as long as the answer of stray.h, by an AVP that each message
 * may have (4.4.1); others are sent nothing that they may never have seen.  The message keeps the
 * vector. */
#define SILENCE_VECTOR 16u /* octets */
void silence_make_answerable(const struct tunnel *t, struct msg *m, uint8_t vector[SILENCE_VECTOR]);

/* Is that such an answer, by the number that it acknowledges?  A stranger would have to guess that,
 * while a HELLO is out.  Other makes have none: some never answer a HELLO, and live. */
bool silence_is_answered_by(const struct tunnel *t, uint16_t nr);

/* Data have left.  True: the tunnel's due time has come nearer. */
bool silence_data_sent(struct tunnel *t, uint64_t now);

/* Has the peer's address, instead of the peer, answered for it: that it knows no such tunnel? */
bool silence_is_disowned(const struct tunnel *t);

/* xport_tick() has said "silent".  Is that borne all the same?  Then tries have begun anew. */
bool silence_is_borne(struct tunnel *t, uint64_t now);

/* Is the time of complete silence over, that of the profile or that of a probe?  Both are looked at
 * only when they may be, not at every packet; what is heard moves them.  The first is not over
 * before the peer could be asked: who looks much too late asks, and waits for 5 s more. */
bool silence_is_final(struct tunnel *t, uint64_t now);

/* Has its peer not said a word in answer to our SCCRQ? */
bool silence_is_unheard(const struct tunnel *t);

/* A tunnel of the peer's is to be for what one of ours was for: the peer may be as silent as in that. */
void silence_inherit(struct tunnel *t, const struct tunnel *from);

/* Its set-up begins: when that is to be looked at for the first time, as silence_ends_setup() has it; 0:
 * it need not be. */
uint64_t silence_setup_begins(const struct tunnel *t, uint64_t now);

/* Is a message of the set-up the oldest that is not acknowledged? */
bool silence_awaits_setup(const struct tunnel *t);

/* A control message of the peer's is taken, that acknowledges one of the set-up or not; "delivered": its
 * body, if it is new and in order, or nothing.  A HELLO and what answers one are signs of life, but bring
 * nothing on: who waits for an answer waits no longer for them. */
void silence_control_heard(struct tunnel *t, uint64_t now, bool acked, struct span delivered);

/* A tunnel that we have begun, and its first call, are coming up: is the time of silence over that is
 * borne meanwhile (first_ms, quiet_ms, connect_ms), with something still to be answered?  What is
 * acknowledged has that time for its answer, whatever of other things comes meanwhile.  *why says what; it is
 * acknowledged (FAULT_SLOW) or not even that (FAULT_SILENCE).  Once the call is up, and the peer has
 * acknowledged that, it is never so again. */
bool silence_ends_setup(struct tunnel *t, uint64_t now, struct verdict *why);

/* Is that a message of the set-up? */
bool silence_is_of_setup(uint16_t type);

/* Keeps in the tunnel which message it is that the peer does not acknowledge, before it is
 * forgotten. */
void silence_note(struct tunnel *t, uint64_t now);

#endif
