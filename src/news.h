/* news: what the engine's events lead to: datagrams leave, LACs and bearers hear of their tunnels
 * and calls, and the log is told what began, what ended and why. */
#ifndef NEWS_H
#define NEWS_H

#include "hub.h"

/* Acts on one event of l2tp_next(). */
void news_act(struct hub *h, const struct l2tp_event *ev);

/* A call that is up and whose pppd was none: it gets a bearer again, or is hung up.  (hub.start_again) */
void news_start_again(struct hub *h, uint16_t call);

/* The section of the LAC that a call is for, whoever has begun its tunnel; NULL: none.
 * (hub.lac_of_call) */
const char *news_lac_of_call(const struct call *c);

#endif
