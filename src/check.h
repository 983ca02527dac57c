/* check: a configuration together with what it needs around it: the secrets, pppd, and the files of
 * options that pppd is given.  For --check; conf_check looks at the configuration by itself. */
#ifndef CHECK_H
#define CHECK_H

#include "host/conf.h"

#define CHECK_ROUTES "/proc/net/route" /* where Linux has its routes */

/* Tells of each trap, mostly as a warning, by the file and line where it is to be mended.  secrets_file: the one that
 * the daemon would use; routes: a table as CHECK_ROUTES is. */
void check_surroundings(const struct conf *c, const char *secrets_file, const char *routes,
                        conf_tell_fn *tell, void *ctx);

/* True if a route that is not the default one leads to the address, by a table as CHECK_ROUTES is; *known: there is such a table. */
bool check_has_route(const char *table, uint32_t ip, bool *known);

#endif
