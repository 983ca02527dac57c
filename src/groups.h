/* groups: the private group of a peer's call (RFC 2661, AVP 37): which one it is, what its calls live
 * by, and how many it has.
 *
 * A call's group is found once, when it comes up, and kept.  Numbers of calls go by the group's name,
 * so they outlive its section.  Knows nothing of addresses. */
#ifndef GROUPS_H
#define GROUPS_H

#include "hub.h"

/* A group that calls are in. */
struct group_use {
    char name[CONF_GROUP_NAME + 1];
    unsigned calls;
    struct hash_node by_name; /* of hub.groups */
};

/* What a call lives by; points into the configuration, so it is good for one step only. */
struct group_terms {
    struct conf_lns lns;            /* the section's settings, with those of the group over them */
    const struct conf_group *group; /* NULL: it has none, or one without a section */
};

/* Why a call is refused whose group is not known; known by its address. */
extern const char groups_unknown[];

/* The terms of a call that is up and came to that section: its group is the one that the ICCN names, or
 * else the one that the user's name fits.  False with *why, and the trouble has been told: it is not
 * known, and is to be refused; or it is full. */
bool groups_choose(struct hub *h, const struct call *c, const struct conf_lns *lns,
                   struct group_terms *terms, const char **why);

/* One more call is in the group, until it leaves.  NULL without memory. */
struct group_use *groups_enter(struct hub *h, const char *name);
void groups_leave(struct hub *h, struct group_use *use); /* NULL is fine */

/* How many are in it now. */
unsigned groups_calls(const struct hub *h, const char *name);

#endif
