/* Addresses, ranges of them and hosts, as they are written in a configuration; see conf_kinds.h. */
#include "host/conf_kinds.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define HOST_MAX 253
#define WEIGHT_MAX 1000
#define BLANKS " \t\v\f"
#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

bool conf_refuse(struct conf_why *why, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(why->text, sizeof why->text, fmt, ap);
    va_end(ap);
    return false;
}

/* A name that may be asked for: what consists of digits alone is a slip in an address. */
static bool is_host_name(const char *text)
{
    size_t n = strlen(text);

    return n > 0 && n <= HOST_MAX && strspn(text, LETTERS DIGITS "._-") == n &&
           strcspn(text, LETTERS) < n && text[0] != '-';
}

/* What names have come to, kept for a reload: there nobody may wait for a name server. */
struct known {
    struct known *next;
    uint32_t ip;
    char name[HOST_MAX + 1];
};

static struct known *known;
static bool frozen;

void conf_freeze_names(bool freeze)
{
    frozen = freeze;
}

static struct known *find_known(const char *name)
{
    struct known *k = known;

    while (k != NULL && strcasecmp(k->name, name) != 0)
        k = k->next;
    return k;
}

static void remember(const char *name, uint32_t ip)
{
    struct known *k = find_known(name);

    if (k == NULL) {
        k = calloc(1, sizeof *k);
        if (k == NULL)
            return;
        snprintf(k->name, sizeof k->name, "%s", name);
        k->next = known;
        known = k;
    }
    k->ip = ip;
}

static bool ask_system(const char *name, uint32_t *ip)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM}, *got;
    struct sockaddr_in in;

    if (getaddrinfo(name, NULL, &hints, &got) != 0)
        return false;
    memcpy(&in, got->ai_addr, sizeof in);
    freeaddrinfo(got);
    *ip = ntohl(in.sin_addr.s_addr);
    remember(name, *ip);
    return true;
}

static bool look_up(const char *name, uint32_t *ip)
{
    const struct known *k = frozen ? find_known(name) : NULL;

    if (!frozen)
        return ask_system(name, ip);
    if (k != NULL)
        *ip = k->ip;
    return k != NULL;
}

bool conf_name_read(const char *text, const char *or_else, uint32_t *ip, struct conf_why *why)
{
    if (!is_host_name(text))
        return conf_refuse(why, "must be %s, or the name of a host", or_else);
    if (!look_up(text, ip))
        return conf_refuse(why, frozen ? "names a host that was not known at the start: write its "
                                         "address, or restart"
                                       : "names a host that cannot be resolved: write its address");
    return true;
}

bool conf_ip4_read(const char *text, uint32_t *ip, struct conf_why *why)
{
    struct addr a;

    if (!addr_parse(text, 0, &a))
        return conf_name_read(text, "an IPv4 address, such as 192.0.2.1", ip, why);
    if (a.family != 4)
        return conf_refuse(why, "must be an IPv4 address");
    *ip = addr_get_ip4(&a);
    return true;
}

/* Cuts blanks off both ends, in place. */
static char *trim(char *text)
{
    size_t n;

    text += strspn(text, BLANKS);
    n = strlen(text);
    while (n > 0 && strchr(BLANKS, text[n - 1]) != NULL)
        n--;
    text[n] = '\0';
    return text;
}

/* "20" after "192.0.2.10" means 192.0.2.20: the fields that it lacks are those of low. */
static bool read_short_end(const char *text, uint32_t low, uint32_t *high)
{
    unsigned fields = 0;
    uint32_t v = 0;

    for (;;) {
        size_t n = strspn(text, DIGITS);
        unsigned long field = n > 0 && n <= 3 ? strtoul(text, NULL, 10) : 256;

        if (field > 255 || ++fields > 3)
            return false;
        v = v << 8 | (uint32_t)field;
        text += n;
        if (*text == '\0')
            break;
        if (*text++ != '.')
            return false;
    }
    *high = (low & UINT32_MAX << 8 * fields) | v;
    return true;
}

static bool read_prefix(char *text, char *slash, uint32_t *low, uint32_t *high,
                        struct conf_why *why)
{
    const char *digits;
    uint32_t ip, host_bits;
    size_t n;
    int bits;

    *slash = '\0';
    digits = trim(slash + 1);
    n = strlen(digits);
    bits = n > 0 && n <= 2 && strspn(digits, DIGITS) == n ? atoi(digits) : 33;
    if (bits > 32)
        return conf_refuse(why, "needs a prefix length from 0 to 32 after '/'");
    if (!conf_ip4_read(trim(text), &ip, why))
        return false;
    host_bits = bits == 0 ? UINT32_MAX : UINT32_MAX >> (bits - 1) >> 1;
    *low = ip & ~host_bits;
    *high = ip | host_bits;
    return true;
}

/* The '-' between two ends: one behind a blank if there is such a one, as names may hold others. */
static char *find_dash(char *text)
{
    for (char *p = text; *p != '\0'; p++) {
        if (p > text && *p == '-' && strchr(BLANKS, p[-1]) != NULL)
            return p;
    }
    return strchr(text, '-');
}

static bool read_ends(char *text, char *dash, uint32_t *low, uint32_t *high, struct conf_why *why)
{
    const char *end;

    *dash = '\0';
    end = trim(dash + 1);
    if (!conf_ip4_read(trim(text), low, why))
        return false;
    if (!read_short_end(end, *low, high) && !conf_ip4_read(end, high, why))
        return false;
    if (*low > *high)
        return conf_refuse(why, "has a range that ends before it begins: swap the two addresses");
    return true;
}

bool conf_range_read(const char *text, uint32_t *low, uint32_t *high, struct conf_why *why)
{
    char room[2 * HOST_MAX + 8], *item, *mark;
    struct conf_why split_why;
    const char *start = text + strspn(text, BLANKS);
    bool got;

    if (strlen(start) >= sizeof room)
        return conf_refuse(why, "has an item that is too long for an address or a name");
    snprintf(room, sizeof room, "%s", start);
    item = trim(room);
    if ((mark = strchr(item, '/')) != NULL)
        return read_prefix(item, mark, low, high, why);
    if ((mark = find_dash(item)) != NULL) {
        if (read_ends(item, mark, low, high, &split_why))
            return true;
        /* not two ends: one host, whose name has a '-' ? */
        snprintf(room, sizeof room, "%s", start);
        item = trim(room);
        if (!is_host_name(item) || !look_up(item, low)) {
            *why = split_why;
            return false;
        }
        *high = *low;
        return true;
    }
    got = conf_ip4_read(item, low, why);
    *high = got ? *low : 0;
    return got;
}

static bool read_port(const char *text, uint16_t *port)
{
    size_t n = strlen(text);
    long v = n > 0 && n <= 5 && strspn(text, DIGITS) == n ? strtol(text, NULL, 10) : 0;

    *port = (uint16_t)v;
    return v > 0 && v <= 65535;
}

/* True for an IPv6 address, also with the interface that a link-local one needs ("fe80::1%eth0").
 */
static bool is_ip6(const char *text)
{
    char room[ADDR_TEXT];
    size_t n = strcspn(text, "%");
    struct addr a;

    if (n >= sizeof room)
        return false;
    if (text[n] == '%' && (text[n + 1] == '\0' || strpbrk(text + n, BLANKS ",/") != NULL))
        return false;
    memcpy(room, text, n);
    room[n] = '\0';
    return addr_parse(room, 0, &a) && a.family == 6;
}

/* Splits "host:port" and its like in place; *port stays NULL if there is none. */
static char *split_host(char *text, char **port)
{
    char *end;

    if (text[0] == '[' && (end = strchr(text, ']')) != NULL) {
        *end++ = '\0';
        end += strspn(end, BLANKS);
        if (*end != '\0')
            *port = end + (*end == ':');
        return text + 1;
    }
    end = text + strcspn(text, BLANKS);
    if (*end == '\0' && strchr(text, ':') == strrchr(text, ':'))
        end = text + strcspn(text, ":");
    if (*end != '\0') {
        *end = '\0';
        *port = end + 1 + strspn(end + 1, BLANKS);
    }
    return text;
}

bool conf_host_read(const char *text, char **host, uint16_t *port, struct conf_why *why)
{
    char room[HOST_MAX + 32], *port_text = NULL, *name;
    struct addr a;

    *port = 1701;
    if (strlen(text) >= sizeof room)
        return conf_refuse(why, "is too long for the name of a host");
    snprintf(room, sizeof room, "%s", text);
    if (strchr(room, ',') != NULL)
        return conf_refuse(why, "has a ',': give each host a line of its own");
    name = split_host(trim(room), &port_text);
    if (port_text != NULL && !read_port(port_text, port))
        return conf_refuse(why, "needs a port from 1 to 65535 behind the host, such as host:1701");
    if (!addr_parse(name, 0, &a) && !is_ip6(name) && !is_host_name(name))
        return conf_refuse(why, "must be a host: a name or an address, perhaps with :PORT");
    *host = strdup(name);
    return *host != NULL || conf_refuse(why, "cannot be kept: out of memory");
}

bool conf_read_host(const char *text, char **host, uint16_t *port, char *why, size_t size)
{
    struct conf_why reason = {""};

    *host = NULL;
    if (conf_host_read(text, host, port, &reason))
        return true;
    snprintf(why, size, "%s", reason.text);
    return false;
}

/* Where "weight" begins, as a word of its own behind another; NULL: nowhere. */
static char *find_weight(char *text)
{
    for (char *p = text; *p != '\0'; p++)
        if (p > text && strchr(BLANKS, p[-1]) != NULL && strncasecmp(p, "weight", 6) == 0 &&
            (p[6] == '\0' || strchr(BLANKS, p[6]) != NULL))
            return p;
    return NULL;
}

bool conf_lns_read(const char *text, char **host, uint16_t *port, unsigned *weight,
                   struct conf_why *why)
{
    char room[HOST_MAX + 64], *at;
    const char *digits;
    size_t n;

    *weight = 1;
    if (strlen(text) >= sizeof room)
        return conf_refuse(why, "is too long for the name of a host");
    snprintf(room, sizeof room, "%s", text);
    at = find_weight(room);
    if (at == NULL)
        return conf_host_read(text, host, port, why);
    *at = '\0';
    digits = trim(at + strlen("weight"));
    n = strlen(digits);
    if (n == 0 || n > 4 || strspn(digits, DIGITS) != n || atoi(digits) > WEIGHT_MAX)
        return conf_refuse(why, "needs a number from 0 to 1000 behind 'weight'");
    *weight = (unsigned)atoi(digits);
    return conf_host_read(room, host, port, why);
}
