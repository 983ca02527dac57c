/* tell: the events of tunnels and calls (events.h): which rows each has.  say.c has the log's lines
 * of the same; see "EVENTS" in l2tpd-control(8). */
#ifndef TELL_H
#define TELL_H

#include "bearer.h"

void tell_tunnel_up(const struct tunnel *t);
void tell_tunnel_down(const struct tunnel *t, uint64_t now);
void tell_call_up(const struct call *c, const struct bearer *b);
void tell_call_speed(const struct call *c);
void tell_call_down(const struct call *c, uint64_t now);

#endif
