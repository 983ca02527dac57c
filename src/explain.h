/* explain: which sections of a configuration would serve or dial a peer, and why, with which values
 * and which line of secrets.  For --explain; a running daemon is not asked. */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include <stdbool.h>
#include <stdio.h>

#include "host/conf.h"

/* peer: an address, or the name of a host as an "lns" has it.  host_name: what the peer calls
 * itself, or NULL.  Secrets are named by their line and never shown.  False if the peer is refused
 * and no section dials it. */
bool explain_peer(FILE *out, const struct conf *c, const char *secrets_file, const char *peer,
                  const char *host_name);

#endif
