/* reload: a new configuration in the place of the old one, with running calls left alone. */
#ifndef RELOAD_H
#define RELOAD_H

#include "hub.h"

/* Tells problems of a configuration to the log. */
void reload_tell(void *ctx, bool warning, const char *line);

/* Reads h->conf_file again.  A file with an error changes nothing; else each change is named in the
 * log with its effect, and acted upon.  So with the file of secrets.  False: the old ones stay, and
 * why (which may be NULL) has the first error. */
bool reload(struct hub *h, char *why, size_t size);

/* Pools as the configuration in force has them now; leases stay.  False without memory: they are as
 * they were. */
bool reload_pools(struct hub *h);

/* What its [lns] sections require of IPsec, likewise. */
void reload_ipsec(struct hub *h);

/* What a configuration asks of the log and the secrets: at start and at each reload. */
void reload_apply_globals(struct hub *h);

#endif
