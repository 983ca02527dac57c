/* rtnl: as much of rtnetlink as is needed to hear of addresses (man 7 netlink, rtnetlink).
 *
 * The kernel's own headers are not there for every C library (Debian's musl has none), and what
 * they say here cannot change: programs of any age talk to kernels of any age.  Messages and
 * attributes begin on multiples of 4 octets; numbers are in host order. */
#ifndef HOST_RTNL_H
#define HOST_RTNL_H

#include <stdint.h>
#include <sys/socket.h>

#define RTNL_PROTOCOL 0      /* NETLINK_ROUTE */
#define RTNL_GROUP_IP4 0x10u /* news of addresses */
#define RTNL_GROUP_IP6 0x100u
#define RTNL_NEW_ADDRESS 20u
#define RTNL_ADDRESS_GONE 21u
#define RTNL_ADDRESS 1u    /* attribute: of a point-to-point link, the other end's address */
#define RTNL_LOCAL 2u      /* our own, where that is another one */
#define RTNL_EVERYWHERE 0u /* scope */

#define RTNL_ALIGN(n) (((size_t)(n) + 3) & ~(size_t)3)

struct rtnl_name { /* as struct sockaddr_nl */
    sa_family_t family;
    uint16_t zero;
    uint32_t port, groups;
};

struct rtnl_message { /* as struct nlmsghdr; the rest of its length octets follows */
    uint32_t length;
    uint16_t type, flags;
    uint32_t sequence, port;
};

struct rtnl_address { /* as struct ifaddrmsg; attributes follow */
    uint8_t family, prefix, flags, scope;
    uint32_t interface;
};

struct rtnl_attribute { /* as struct rtattr; the rest of its length octets is the value */
    uint16_t length, type;
};

#endif
