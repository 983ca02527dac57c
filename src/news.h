/* news: what the engine's events lead to: datagrams leave, LACs and bearers hear of their tunnels
 * and calls, and the log is told what began, what ended and why. */
#ifndef NEWS_H
#define NEWS_H

#include "hub.h"

/* Acts on one event of l2tp_next(). */
void news_act(struct hub *h, const struct l2tp_event *ev);

/* The section of the LAC that a call is for, whoever has begun its tunnel; NULL: none.
 * (hub.lac_of_call) */
const char *news_lac_of_call(const struct call *c);

#endif
