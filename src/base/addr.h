/* addr: the address of a UDP endpoint as a plain value, IPv4 or IPv6.
 *
 * Sockets turn theirs into this and back (host/udp, host/resolve); everybody else copies it by
 * assignment and compares it with the functions below. */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Without a gap between its members, so that addresses are compared as octets. */
struct addr {
    uint16_t port;   /* host order */
    uint16_t family; /* 0 none, 4, 6 */
    uint8_t ip[16];  /* network order; IPv4 in the first four, the rest zero */
    uint32_t scope;  /* IPv6 interface index, else 0 */
    uint32_t mark; /* the packet mark (Linux) that came with it or goes to it; 0: none.  No part of
                    * the address: the functions below neither compare nor show it */
};

#define ADDR_TEXT 80 /* room for any addr_text() */

static inline bool addr_is_set(const struct addr *a)
{
    return a->family != 0;
}

/* but for the port */
static inline bool addr_same_host(const struct addr *a, const struct addr *b)
{
    return memcmp(&a->family, &b->family,
                  offsetof(struct addr, mark) - offsetof(struct addr, family)) == 0;
}

static inline bool addr_same(const struct addr *a, const struct addr *b)
{
    return memcmp(a, b, offsetof(struct addr, mark)) == 0;
}

struct addr addr_ip4(uint32_t ip, uint16_t port); /* ip in host order */
uint32_t addr_get_ip4(const struct addr *a);      /* host order; 0 unless IPv4 */

/* A numeric address ("192.0.2.1", "2001:db8::1"; no port, no name) into a, port as given.
 * False and a untouched if it is none. */
bool addr_parse(const char *text, uint16_t port, struct addr *a);

/* "192.0.2.1", "2001:db8::1" or, with the number of its interface, "fe80::1%2" into dst (ADDR_TEXT
 * octets); "none" if not set.  Returns dst. */
const char *addr_host_text(const struct addr *a, char *dst);
/* "192.0.2.1:1701" or "[2001:db8::1]:1701".  Returns dst. */
const char *addr_text(const struct addr *a, char *dst);

#endif
