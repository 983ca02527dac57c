/* say: what the log is told when a tunnel or a call begins or ends: a line in the words that people
 * of xl2tpd look for, and one with everything that is known, key=value. */
#ifndef SAY_H
#define SAY_H

#include "proto/l2tp.h"

void say_tunnel_up(const struct tunnel *t);
void say_tunnel_down(const struct tunnel *t);
void say_call_up(const struct call *c, int pid);
void say_call_down(const struct call *c, uint64_t now);
void say_line_info(const struct call *c, bool obeyed);
void say_line_errors(const struct call *c);

#endif
