/* profiles: settings of the configuration turned into what a tunnel lives by, and the answers to
 * the engine's questions: who may come in, under which secret, and is there room for another call.
 */
#ifndef PROFILES_H
#define PROFILES_H

#include "hub.h"

/* The engine's three questions, answered out of the hub (which is their ctx). */
struct l2tp_host profiles_host(struct hub *h);

/* What the ICRQ of a LAC's calls is to say of their line (RFC 5515, 5); line is all zero. */
void profiles_line(const struct conf_lac *conf, struct call_line *line);

/* The profile of a tunnel that we open as LAC to a host of that address and name. */
void profiles_of_lac(struct hub *h, const struct conf_lac *conf, const struct addr *peer,
                     const char *lns_host, struct l2tp_profile *p);

/* The pools of a LNS section; NULL if there are none of that name (any more). */
struct lns_pool *profiles_pool(const struct hub *h, const char *section);

/* Those that a call is given addresses from, of that section and group (NULL: none), the group's before
 * the section's: for the peer, and for us.  NULL: there is none. */
void profiles_pools(const struct hub *h, const struct conf_lns *lns,
                    const struct conf_group *group, struct pool **remote, struct pool **local);

/* Makes pools for all LNS sections and groups of a configuration, in place of those before, which a pool of the
 * same one goes on from, and has the book know which addresses are set.  False without memory,
 * and nothing has changed. */
bool profiles_use_pools(struct hub *h, const struct conf *conf);
void profiles_free_pools(struct lns_pools *pools);

#endif
