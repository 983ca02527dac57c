/* switch: calls that come in and, by a [switch] section, go on through one of our LACs to another LNS
 * (tunnel switching).
 *
 * The first leg is answered like any call: it is its ICCN that tells the user's name, the group and all
 * else that the second leg's has to say, so only then is a rule looked for and the second leg placed, in
 * the tunnel that the [lac] has for others' calls (lac_serve()).  Each leg is a call of its own, with a
 * bearer (bearer_leg.c) and counters of its own; what ends one ends the other, with its code. */
#ifndef SWITCH_H
#define SWITCH_H

#include "bearer.h"
#include "hub.h"

/* Calls that are to go on. */
struct switched;

/* How many calls a rule has; by its name, so they outlive the section. */
struct switch_use {
    char name[128];
    unsigned calls;
    struct switch_use *next;
};

/* The rule for a call that is up, or NULL: it ends here. */
const struct conf_switch *switch_for(const struct hub *h, const struct call *c);

/* The first leg's bearer; NULL, with *why and the CDN's *result, if it cannot go on. */
struct bearer *switch_call_up(struct hub *h, const struct conf_switch *rule, const struct call *c,
                              const char **why, unsigned *result);

/* News of any call. */
void switch_leg_up(struct bearer *b);                         /* the second leg is */
void switch_call_down(struct hub *h, const struct call *c);
void switch_line_errors(const struct call *c);
void switch_line_speed(const struct call *c);

/* Of a leg's bearer, for the status; it is one. */
const char *switch_rule(const struct bearer *b);
uint16_t switch_other(const struct bearer *b); /* the other leg's call; 0: there is none yet */

void switch_free_all(struct hub *h);

#endif
