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
void say_line_speed(const struct call *c);

/* Words of these lines that events and the status have too. */
#define SAY_REASON 200
const char *say_ended_by(const struct tunnel *t);                 /* "us", "peer", "silence" */
const char *say_call_ended_by(const struct call *c);              /* likewise */
const char *say_tunnel_reason(const struct tunnel *t, char *dst); /* "2/6 (...) text", into */
const char *say_call_reason(const struct call *c, char *dst);     /* SAY_REASON octets */
const char *say_role(const struct call *c);                       /* "lns", "lac, dialled ..." */

#endif
