/* guard: datagrams that must come and go through IPsec, or not at all: the kernel is told to drop
 * all others, by IPsec policies of the lowest priority there is.  Those that IPsec itself has set
 * go before them, as long as they stand.
 *
 * A rule says of UDP between a port of ours and some peers that it is dropped, or let through as it
 * is.  Rules are held as often as somebody holds them; of two that differ in nothing but what
 * becomes of the datagrams, dropping wins.  Needs a right (CAP_NET_ADMIN on Linux).  Of other
 * systems there is guard_none.c, which cannot. */
#ifndef HOST_GUARD_H
#define HOST_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

#define GUARD_RANKS 0x10000u
#define GUARD_MOST 2048 /* rules at a time */

struct guard_rule {
    bool drop;
    struct addr peer; /* its port does not count */
    unsigned bits;    /* of its address that count: 0 to 32, or 128 */
    uint16_t port;    /* ours */
    unsigned rank;    /* below GUARD_RANKS; the lower goes first */
};

struct guard;

/* What daemons that have gone have left behind on this network is removed, whatever they were told;
 * what those have set that are alive stands.  NULL with errno: ENOTSUP where the system has no such
 * thing. */
struct guard *guard_open(void);

/* What is held already gets that rank, and never gives way meanwhile.
 * 0, or -1 with errno, and then nothing has changed: EPERM without the right, EEXIST if there is a
 * policy of somebody else's for just the same (another daemon's, say), ENOSPC for one rule too
 * many. */
int guard_hold(struct guard *g, const struct guard_rule *r);

/* The reverse, of a rule that was held. */
void guard_release(struct guard *g, const struct guard_rule *r);

/* Is one held that selects just this, and lets it through? */
bool guard_lets_pass(const struct guard *g, const struct guard_rule *r);

/* Somebody may have removed policies: what is held stands again.  How many have been put back, or -1 with
 * errno if some of it does not. */
int guard_renew(struct guard *g);

/* Removes all.  NULL is none. */
void guard_close(struct guard *g);

#endif
