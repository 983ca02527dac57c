/* link_kernel: a call's PPP frames carried by the system's kernel (Linux: PPPoL2TP), past us: pppd
 * has a socket of the session in place of a pty, and what we see of the data is counters.
 *
 * link_kernel_linux.c is the body where the system has such a thing; link_kernel_none.c, the other,
 * refuses.  Ids are in host order.  Descriptors that are returned are close-on-exec and the
 * caller's.  Knows neither calls nor when to use it. */
#ifndef HOST_LINK_KERNEL_H
#define HOST_LINK_KERNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/addr.h"

/* NULL: the kernel can, and pppd has the plugin for it.  Else what is missing, in words.  Loads the
 * kernel's module if need be; asks anew each time. */
const char *link_kernel_lacks(void);

struct link_kernel_ids {
    uint16_t tunnel, peer_tunnel;
    uint16_t session, peer_session; /* both 0: the tunnel itself */
};

struct link_kernel_habits {
    bool is_lns;       /* it decides on sequence numbers (RFC 2661, 5.4), else follows the peer */
    bool send_numbers; /* data are sent with them */
    bool want_numbers; /* and dropped that come without them */
    int reorder_ms;    /* how long early data wait; 0: they do not */
};

/* Makes a tunnel of a UDP socket that is bound and connected to its peer: from now on the kernel
 * takes what arrives there for a session of it, and leaves all else to the socket's owner.  The
 * tunnel ends with the last descriptor of the UDP socket.  -1 with errno. */
int link_kernel_tunnel(int udp, const struct addr *peer, const struct link_kernel_ids *ids);

/* A session of it, which takes what arrives from now on, and keeps the first 32 frames or so until there
 * is a pppd: for its plugin.  It ends with the last descriptor, or with its tunnel, which its pppd does
 * not notice: see hang_up.  -1 with errno: EEXIST, the session's id is taken. */
int link_kernel_session(int udp, const struct addr *peer, const struct link_kernel_ids *ids,
                        const struct link_kernel_habits *habits);

/* What is not 0 or false of these is so from now on; the rest stays.  -1 with errno. */
int link_kernel_become(int session, const struct link_kernel_habits *habits);

/* Takes the session's PPP interface off it, by which its pppd sees a hang-up. */
void link_kernel_hang_up(int session);

/* For a child: it gets a TERM when its parent dies, as nobody is there then to hang up a session's
 * pppd, or to wait for an answer.  False: the parent is dead already, or died meanwhile, and there may
 * be no signal; the child is to end.  Async-signal-safe. */
bool link_kernel_die_with(pid_t parent);

struct link_kernel_counts {
    uint64_t frames_in, octets_in, frames_out, octets_out;
    uint64_t gaps;       /* frames that came out of order */
    uint64_t old;        /* and those dropped for it */
    uint64_t errors;     /* either way */
};

/* What has passed, of a session by its tunnel's descriptor.  False: it has no such session (any
 * more). */
bool link_kernel_counts(int tunnel, const struct link_kernel_ids *ids,
                        struct link_kernel_counts *counts);

/* The addresses that PPP has agreed on, as its interface has them: ours and the far end's, in host
 * order.  False: it has none yet. */
bool link_kernel_addresses(const char *interface, uint32_t *local, uint32_t *remote);

/* Is that interface up?  pppd puts PPP's up with the first network layer that opens. */
bool link_kernel_is_up(const char *interface);

#endif
