/* Where a peer sends us, by its words; see lac_hosts.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lac_hosts.h"

#define BETWEEN " \t,;|"

static bool read_port(const char *text, uint16_t *port)
{
    size_t n = strspn(text, "0123456789");
    unsigned long v = n > 0 && n <= 5 && text[n] == '\0' ? strtoul(text, NULL, 10) : 0;

    *port = (uint16_t)v;
    return v > 0 && v <= UINT16_MAX;
}

static bool is_loopback(const struct addr *a)
{
    static const uint8_t one[16] = {[15] = 1};

    return a->family == 4 ? a->ip[0] == 127 : memcmp(a->ip, one, sizeof one) == 0;
}

/* Neither unspecified nor broadcast nor multicast; nor this very host, unless that has said so. */
static bool can_be_peer(const struct addr *a, const struct addr *from)
{
    static const uint8_t none[16];

    if (is_loopback(a))
        return is_loopback(from);
    if (a->family == 4)
        return a->ip[0] != 0 && a->ip[0] < 224;
    return a->ip[0] != 0xff && memcmp(a->ip, none, sizeof none) != 0;
}

/* One word, which may be written to. */
static bool read_direction(char *word, uint16_t port, struct addr *a)
{
    char *colon = strrchr(word, ':');

    if (word[0] == '[') {
        char *end = strchr(word, ']');

        if (end == NULL || (end[1] != '\0' && (end[1] != ':' || !read_port(end + 2, &port))))
            return false;
        *end = '\0';
        return addr_parse(word + 1, port, a) && a->family == 6;
    }
    if (colon != NULL && strchr(word, ':') == colon) {
        if (!read_port(colon + 1, &port))
            return false;
        *colon = '\0';
    }
    return addr_parse(word, port, a);
}

size_t hosts_read_directions(const char *text, const struct addr *from, struct addr *addrs,
                             size_t most)
{
    char word[ADDR_TEXT];
    size_t found = 0;

    while (found < most) {
        size_t n;

        text += strspn(text, BETWEEN);
        n = strcspn(text, BETWEEN);
        if (n == 0)
            break;
        snprintf(word, sizeof word, "%.*s", n < sizeof word ? (int)n : 0, text);
        if (read_direction(word, from->port, &addrs[found]) && can_be_peer(&addrs[found], from))
            found++;
        text += n;
    }
    return found;
}
