/* lac_parts: what the parts of a LAC, its life (lac.c), its dialling (lac_dial.c), what it looks up
 * (lac_names.c), its way back from a fall-back (lac_back.c), its doubts (lac_doubt.c)
 * and its tunnel for others' calls (lac_serve.c), need of each other.  Nobody else includes this. */
#ifndef LAC_PARTS_H
#define LAC_PARTS_H

#include "lac.h"

/* lac.c */
const struct conf_lac *lac_section(const struct lac *l); /* or the one that a bare tunnel borrows */
bool lac_calls(const struct lac *l); /* it has, or is to have, a call of its own in its tunnel */
void lac_set_state(struct lac *l, enum lac_state state);
bool lac_will_redial(const struct lac *l); /* if the attempt under way fails */
void lac_fallen(struct lac *l);            /* an attempt is over: redial, or rest; may free it */
void lac_leave(struct lac *l, const char *text); /* its call ends, and it dials anew */
/* The peer of its tunnel, which is up, is asked for a sign of life; if there is none within so many
 * ms, it redials without waiting.  why is for the log, and may be empty. */
void lac_ask(struct lac *l, const struct tunnel *t, uint32_t within_ms, const char *why);
/* Once in a while: whoever can have us ask for a sign of life, or dial, is not to hurry us for ever. */
bool lac_may_hurry(const struct lac *l, uint64_t now);
const struct tunnel *lac_tunnel(const struct lac *l); /* that of its call, which is up; or NULL */

/* lac_dial.c */
bool lac_dial_init(struct lac *l); /* false without memory */
void lac_dial_free(struct lac *l);

void lac_dial_lines(struct lac *l); /* those of its section, now */

/* An attempt, with all addresses there are.  It ends in lac_call_up() or in lac_fallen(). */
void lac_dial_begin(struct lac *l);
void lac_dial_stop(struct lac *l); /* no look-up, and no waiting for one, is left */

/* Asks that address whether it is there, within so many ms (0: "connect timeout"): by a tunnel without
 * a call, beside the one that is up.  If it loses a tie, what the peer has begun is not ours.  False:
 * it cannot. */
bool lac_dial_ask(struct lac *l, struct lac_question *q, const struct hosts_next *next,
                  uint32_t within_ms, bool other_port);
bool lac_dial_is_of(const struct lac_question *q, const struct tunnel *t); /* is that its tunnel? */
void lac_dial_asked(struct lac *l, struct lac_question *q); /* that tunnel has ended */
/* It is closed, with that text, if there is one. */
#define LAC_ONLY_ASKED "only asked whether you are there"
void lac_dial_unask(struct lac *l, struct lac_question *q, const char *text);

/* "source port = auto": who does not answer is tried by the other port too. */
bool lac_dial_by_any_port(const struct lac *l);

/* A look-up has come to an end: n addresses, or 0 and why. */
void lac_dial_found(struct lac *l, const char *host, uint16_t port, const struct addr *got,
                    size_t n, const char *why);

/* The address in hand has not led to a call; the next one is tried at once, or the attempt has
 * failed.  The single place where all these ways end.  May free it. */
void lac_dial_failed(struct lac *l);

void lac_dial_worked(struct lac *l); /* it has led to a call */

/* Has a tunnel or call ended in the peer's words "try another"?  Where that is, is kept for the
 * next step or the next attempt; and that it is not this peer. */
void lac_dial_note(struct lac *l, const struct addr *peer, const struct verdict *why);

/* lac_back.c */
bool lac_back_init(struct lac *l); /* false without memory */

/* It is up, by that peer: if this is a fall-back, it is to be left some time. */
void lac_back_begin(struct lac *l, const struct addr *peer);
void lac_back_heed(struct lac *l); /* it is up, and its section or its lines are others */
void lac_back_stop(struct lac *l);                                   /* it is up no longer */
void lac_back_found(struct lac *l, const char *host, uint16_t port); /* that look-up has ended */
void lac_back_answered(struct lac *l, const struct tunnel *t); /* what it asked by is up, ... */
void lac_back_failed(struct lac *l, const struct tunnel *t);   /* ... or down */

/* lac_serve.c */
void lac_serve_up(struct lac *l);  /* its tunnel is up: its users hear so */
void lac_serve_not(struct lac *l); /* it has fallen: they hear so, and have it no more */

/* lac_doubt.c */
void lac_doubt_stop(struct lac *l);
void lac_doubt_answered(struct lac *l, const struct tunnel *t);
void lac_doubt_failed(struct lac *l, const struct tunnel *t);

/* lac_names.c */

/* A name is looked up, if it is not yet; lac_dial_found() hears of it, not before the next turn of
 * the loop.  False with errno: it cannot be. */
bool lac_names_ask(struct lac *l, const char *host, uint16_t port);
bool lac_names_asks(const struct lac *l, const char *host, uint16_t port); /* it is */
void lac_names_stop(struct lac *l);                                        /* none is any more */

#endif
