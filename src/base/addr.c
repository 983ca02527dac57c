/* Addresses as values; see addr.h.  No socket structure appears here. */
#include "base/addr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

struct addr addr_ip4(uint32_t ip, uint16_t port)
{
    struct addr a = {.family = 4, .port = port};

    for (int i = 0; i < 4; i++)
        a.ip[i] = (uint8_t)(ip >> (24 - 8 * i));
    return a;
}

uint32_t addr_get_ip4(const struct addr *a)
{
    if (a->family != 4)
        return 0;
    return (uint32_t)a->ip[0] << 24 | (uint32_t)a->ip[1] << 16 | (uint32_t)a->ip[2] << 8 | a->ip[3];
}

bool addr_parse(const char *text, uint16_t port, struct addr *a)
{
    struct addr got = {.port = port};

    if (inet_pton(AF_INET, text, got.ip) == 1)
        got.family = 4;
    else if (inet_pton(AF_INET6, text, got.ip) == 1)
        got.family = 6;
    else
        return false;
    *a = got;
    return true;
}

const char *addr_host_text(const struct addr *a, char *dst)
{
    int family = a->family == 4 ? AF_INET : AF_INET6;

    if (!addr_is_set(a) || inet_ntop(family, a->ip, dst, ADDR_TEXT) == NULL)
        snprintf(dst, ADDR_TEXT, "none");
    else if (a->scope != 0)
        snprintf(dst + strlen(dst), ADDR_TEXT - strlen(dst), "%%%lu", (unsigned long)a->scope);
    return dst;
}

const char *addr_text(const struct addr *a, char *dst)
{
    char host[ADDR_TEXT];

    addr_host_text(a, host);
    snprintf(dst, ADDR_TEXT, a->family == 6 ? "[%.*s]:%u" : "%.*s:%u", ADDR_TEXT - 9, host,
             (unsigned)a->port);
    return dst;
}
