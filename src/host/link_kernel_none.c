/* For systems whose kernel does not carry L2TP's data, or not in a way that we know; see
 * link_kernel.h. */
#include "host/link_kernel.h"

#include <errno.h>

const char *link_kernel_lacks(void)
{
    return "this system has no L2TP in its kernel that we know of";
}

static int refuse(void)
{
    errno = ENOTSUP;
    return -1;
}

int link_kernel_tunnel(int udp, const struct addr *peer, const struct link_kernel_ids *ids)
{
    (void)udp;
    (void)peer;
    (void)ids;
    return refuse();
}

int link_kernel_session(int udp, const struct addr *peer, const struct link_kernel_ids *ids,
                        const struct link_kernel_habits *habits)
{
    (void)udp;
    (void)peer;
    (void)ids;
    (void)habits;
    return refuse();
}

int link_kernel_become(int session, const struct link_kernel_habits *habits)
{
    (void)session;
    (void)habits;
    return refuse();
}

bool link_kernel_counts(int tunnel, const struct link_kernel_ids *ids,
                        struct link_kernel_counts *counts)
{
    (void)tunnel;
    (void)ids;
    (void)counts;
    return false;
}

bool link_kernel_addresses(const char *interface, uint32_t *local, uint32_t *remote)
{
    (void)interface;
    (void)local;
    (void)remote;
    return false;
}

bool link_kernel_die_with(pid_t parent)
{
    (void)parent;
    return true;
}

void link_kernel_hang_up(int session)
{
    (void)session;
}

bool link_kernel_is_up(const char *interface)
{
    (void)interface;
    return false;
}
