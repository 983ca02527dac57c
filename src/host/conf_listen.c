/* The addresses that are listened on; see conf.h and conf_kinds.h. */
#include "host/conf_kinds.h"

#include <string.h>

#include "base/bytes.h"
#include "host/sys.h"

#define BLANKS " \t\v\f"

/* "fe80::1%eth0": a link-local address, and the interface that it is on.  False: none such; why
 * says so if it would be one. */
static bool read_zoned(const char *text, struct addr *a, struct conf_why *why)
{
    char host[ADDR_TEXT];
    size_t n = strcspn(text, "%");

    if (text[n] != '%' || n >= sizeof host)
        return false;
    span_to_str(span_of(text, n), host, sizeof host);
    if (!addr_parse(host, 0, a) || a->family != 6)
        return false;
    a->scope = sys_interface_number(text + n + 1);
    return a->scope != 0 || conf_refuse(why, "names an interface that this host does not have");
}

bool conf_addr_read(const char *text, struct addr *a, struct conf_why *why)
{
    struct addr got = {0};
    uint32_t ip;

    if (strchr(text, '%') != NULL) {
        if (!read_zoned(text, &got, why))
            return got.family == 6 ? false
                                   : conf_refuse(why, "must be an address, such as fe80::1%%eth0");
    } else if (!addr_parse(text, 0, &got)) {
        if (!conf_name_read(text, "an address, such as 192.0.2.1 or 2001:db8::1", &ip, why))
            return false;
        got = addr_ip4(ip, 0);
    }
    *a = got;
    return true;
}

bool conf_bind_read(const char *text, struct conf_bind *bind, struct conf_why *why)
{
    struct conf_bind got = {.interface = ""};

    if (!conf_addr_read(text, &got.addr, why))
        return false;
    if (got.addr.family == 4 && addr_get_ip4(&got.addr) == 0)
        memset(&got.addr, 0, sizeof got.addr);
    if (got.addr.scope != 0)
        span_to_str(span_str(strchr(text, '%') + 1), got.interface, sizeof got.interface);
    *bind = got;
    return true;
}

static bool add(struct conf_listen *list, const char *item, unsigned line, struct conf_why *why)
{
    struct addr got;

    if (!conf_addr_read(item, &got, why))
        return false;
    if (list->n == CONF_LISTEN_MOST)
        return conf_refuse(why, "is one too many: there may be %d addresses", CONF_LISTEN_MOST);
    list->at[list->n++] = (struct conf_listen_at){got, line};
    return true;
}

bool conf_listen_read(const char *text, struct conf_listen *list, unsigned line,
                      struct conf_why *why)
{
    for (;;) {
        size_t begin = strspn(text, BLANKS), comma = strcspn(text, ","), end = comma;
        char item[256]; /* no host has so long a name */

        while (end > begin && strchr(BLANKS, text[end - 1]) != NULL)
            end--;
        span_to_str(span_of(text + begin, end - begin), item, sizeof item);
        if (!add(list, item, line, why))
            return false;
        if (text[comma] == '\0')
            return true;
        text += comma + 1;
    }
}

static bool is_wildcard(const struct addr *a)
{
    static const uint8_t all[sizeof a->ip];

    return memcmp(a->ip, all, sizeof all) == 0;
}

const struct conf_listen_at *conf_listen_covers(const struct conf_listen *list,
                                                const struct conf_listen_at *at)
{
    for (const struct conf_listen_at *o = list->at; o < list->at + list->n; o++)
        if (addr_same_host(&o->addr, &at->addr) ? o < at
                                                : o->addr.family == at->addr.family &&
                                                      is_wildcard(&o->addr))
            return o;
    return NULL;
}

struct conf_listen conf_listen_resolved(const struct conf_listen *given)
{
    struct conf_listen list = {.n = 0};
    bool all4 = given->n == 0, any6 = false;

    if (all4)
        list.at[list.n++].addr.family = 4;
    for (const struct conf_listen_at *at = given->at; at < given->at + given->n; at++) {
        if (conf_listen_covers(given, at) != NULL)
            continue;
        list.at[list.n++] = *at;
        all4 = all4 || (at->addr.family == 4 && is_wildcard(&at->addr));
        any6 = any6 || at->addr.family == 6;
    }
    /* there is room: of IPv4 there is one */
    if (all4 && !any6)
        list.at[list.n++] = (struct conf_listen_at){.addr.family = 6};
    return list;
}

bool conf_same_listen(const struct conf_listen *a, const struct conf_listen *b)
{
    struct conf_listen x = conf_listen_resolved(a), y = conf_listen_resolved(b);

    for (unsigned i = 0; i < x.n && i < y.n; i++)
        if (!addr_same(&x.at[i].addr, &y.at[i].addr))
            return false;
    return x.n == y.n;
}
