/* ppp_secrets: looks a secret up in pppd's file of CHAP secrets, as pppd does (pppd(8),
 * AUTHENTICATION): lines of client, server, secret and addresses, words cut as in its option files; the
 * line with the fewest wildcards counts, and the first of several. */
#ifndef HOST_PPP_SECRETS_H
#define HOST_PPP_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

#define PPP_SECRET 256 /* octets of a secret; a longer one counts for nothing */

/* The secret that client uses with server into dst (PPP_SECRET octets), *n of them; the caller wipes
 * it.  False: *why says that there is none, or why the file is not used: others than its owner, who is
 * root or us, can write it, or it cannot be read.  Addresses are not looked at: that is pppd's. */
bool ppp_secrets_find(const char *path, struct span client, struct span server, uint8_t *dst,
                      size_t *n, const char **why);

#endif
