/* change: what happens to this machine by which its peers may have been lost, or be back: it has slept,
 * its addresses are others, or it has new IPsec to somebody.
 *
 * Told from the loop, as it happens: nothing is asked for at intervals.  Where the system tells
 * nothing (change_posix.c) silence is found out by itself, later. */
#ifndef HOST_CHANGE_H
#define HOST_CHANGE_H

#include "base/addr.h"
#include "host/loop.h"

enum change_kind {
    CHANGE_WOKE,        /* after ms of sleep, which the monotonic clock has not counted */
    CHANGE_ADDRESS_NEW, /* addr; not one of a point-to-point link, as our own calls come and go */
    CHANGE_ADDRESS_GONE, /* addr, of whatever link */
    CHANGE_IPSEC_NEW, /* a security association that leads to addr */
    CHANGE_IPSEC_FLUSHED /* IPsec policies have been removed, ours perhaps.  These two take CAP_NET_ADMIN */
};

typedef void change_told_fn(void *ctx, enum change_kind kind, const struct addr *addr, uint64_t ms);

struct change;

/* NULL with errno: nothing will be told (ENOTSUP: this system has no way to). */
struct change *change_open(struct loop *l, change_told_fn *told, void *ctx);
void change_close(struct change *c);

/* At each turn: has it slept?  Costs two readings of a clock. */
void change_look(struct change *c);

#endif
