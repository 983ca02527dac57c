/* replay: what a LAC tells of its caller's PPP (RFC 2661, 4.4.5) at work in one call: between its link
 * to pppd and its peer, as long as wire/ppp_replay has something to say or to change.  A call without
 * it pays nothing, and data never pass through it.
 *
 * Owned by its bearer. */
#ifndef REPLAY_H
#define REPLAY_H

#include "bearer.h"

struct replay;

/* For a call that is up and came to that section: b gets a replay if the section wants one and the LAC
 * tells enough; if not, and it tells something, the log says why not. */
void replay_new(struct bearer *b, const struct call *c, const struct conf_lns *conf);
void replay_free(struct bearer *b); /* wipes; one that b has not is fine */

/* Nothing will come of it, for that reason. */
void replay_refuse(struct bearer *b, const char *why);

/* What pppd is to be told so that it can succeed: which of the ways of authentication that the section
 * requires, or, where the LAC's word is taken, none, and the caller's name. */
void replay_settings(const struct bearer *b, struct pppd_settings *s);

/* pppd has been started. */
void replay_start(struct bearer *b);

/* A frame that is no plain data has come from pppd and has been looked at: true if it is to go on.
 * Else it has been taken. */
bool replay_heard(struct bearer *b, struct buf *frame);

/* The same of one for pppd, which has not been looked at; *frame may become another one, good until
 * the next call. */
bool replay_carries(struct bearer *b, struct span *frame);

/* pppd is not where the caller is yet: what it is sent has to be fit for any state of LCP. */
bool replay_runs(const struct replay *r);

#endif
