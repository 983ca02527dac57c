/* The kinds of value; see conf_kinds.h.  Nothing here knows a key by name. */
#include "host/conf_kinds.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"

/* Decimal digits and perhaps a minus, or 0x and hexadecimal ones, within the row's bounds. */
static bool read_number(const char *text, const struct conf_row *row, int64_t *value,
                        struct conf_why *why)
{
    bool minus = text[0] == '-', hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const char *digits = text + (hex ? 2 : minus);
    size_t n = strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789");
    int64_t v = n > 0 ? strtoll(digits, NULL, hex ? 16 : 10) : 0; /* the most if there is no end */

    if (minus)
        v = -v;
    if (n == 0 || digits[n] != '\0')
        return conf_refuse(why, "must be a whole number from %lld to %lld%s%s", (long long)row->min,
                           (long long)row->max, row->words != NULL ? ", or " : "",
                           row->words != NULL ? row->words->word : "");
    if (v < row->min || v > row->max)
        return conf_refuse(why, "is out of bounds: give a number from %lld to %lld",
                           (long long)row->min, (long long)row->max);
    *value = v;
    return true;
}

static bool bool_set(void *field, const struct conf_row *row, const char *text, unsigned line,
                     struct conf_why *why)
{
    (void)row, (void)line;
    return conf_bool_read(text, field, why);
}

static bool int_set(void *field, const struct conf_row *row, const char *text, unsigned line,
                    struct conf_why *why)
{
    int64_t v;

    (void)line;
    if (row->words != NULL && conf_word_find(text, row->words, field))
        return true;
    if (!read_number(text, row, &v, why))
        return false;
    *(int *)field = (int)v;
    return true;
}

static bool u32_set(void *field, const struct conf_row *row, const char *text, unsigned line,
                    struct conf_why *why)
{
    int64_t v;

    (void)line;
    if (!read_number(text, row, &v, why))
        return false;
    *(uint32_t *)field = (uint32_t)v;
    return true;
}

static bool port_set(void *field, const struct conf_row *row, const char *text, unsigned line,
                     struct conf_why *why)
{
    int64_t v;

    (void)line;
    if (!read_number(text, row, &v, why))
        return false;
    *(uint16_t *)field = (uint16_t)v;
    return true;
}

/* RFC 2661, 5.8: the cap of the retransmission interval must be no less than 8 seconds. */
static bool cap_set(void *field, const struct conf_row *row, const char *text, unsigned line,
                    struct conf_why *why)
{
    int *cap = field;

    if (!int_set(field, row, text, line, why))
        return false;
    if (*cap > 0 && *cap < 8) {
        conf_refuse(why, "is below the 8 seconds of RFC 2661, 5.8: 8 is used");
        *cap = 8;
    }
    return true;
}

/* An empty text means unset, so that a section can undo its template. */
static bool text_set(void *field, const struct conf_row *row, const char *text, unsigned line,
                     struct conf_why *why)
{
    char **to = field, *copy = NULL;

    (void)line;
    if ((int64_t)strlen(text) > row->max)
        return conf_refuse(why, "is too long: %lld octets at most", (long long)row->max);
    if (text[0] != '\0' && (int64_t)strlen(text) < row->min)
        return conf_refuse(why, "is too short: %lld octets at least", (long long)row->min);
    if (text[0] != '\0' && (copy = strdup(text)) == NULL)
        return conf_refuse(why, "cannot be kept: out of memory");
    free(*to);
    *to = copy;
    return true;
}

/* Its writer may have seen it from another folder than whoever starts us. */
static bool path_set(void *field, const struct conf_row *row, const char *text, unsigned line,
                     struct conf_why *why)
{
    char *whole = conf_path_whole(text);
    bool good = whole != NULL ? text_set(field, row, whole, line, why)
                              : conf_refuse(why, "cannot be kept: out of memory");

    free(whole);
    if (good && text[0] != '\0' && text[0] != '/')
        conf_refuse(why, "is a relative path: write it in full, beginning with '/'");
    return good;
}

static bool source_set(void *field, const struct conf_row *row, const char *text, unsigned line,
                       struct conf_why *why)
{
    if (strncmp(text, "dev", 3) != 0 && strncmp(text, "sys", 3) != 0 &&
        strncmp(text, "egd", 3) != 0)
        return conf_refuse(why, "must be dev, sys or egd");
    return text_set(field, row, text, line, why);
}

static bool addr_set(void *field, const struct conf_row *row, const char *text, unsigned line,
                     struct conf_why *why)
{
    (void)row, (void)line;
    return conf_bind_read(text, field, why);
}

static bool listen_set(void *field, const struct conf_row *row, const char *text, unsigned line,
                       struct conf_why *why)
{
    (void)row;
    return conf_listen_read(text, field, line, why);
}

static bool ip4_set(void *field, const struct conf_row *row, const char *text, unsigned line,
                    struct conf_why *why)
{
    (void)row, (void)line;
    return conf_ip4_read(text, field, why);
}

static bool topic_set(void *field, const struct conf_row *row, const char *text, unsigned line,
                      struct conf_why *why)
{
    uint32_t *topics = field, bit = 1u << row->min;
    bool on = false;

    (void)line;
    if (!conf_bool_read(text, &on, why))
        return false;
    *topics = on ? *topics | bit : *topics & ~bit;
    return true;
}

static bool rates_set(void *field, const struct conf_row *row, const char *text, unsigned line,
                      struct conf_why *why)
{
    struct conf_peer *peer = field;

    if (!u32_set(&peer->tx_bps, row, text, line, why))
        return false;
    peer->rx_bps = peer->tx_bps;
    return true;
}

/* An enum is stored as an int. */
static bool word_set(void *field, const struct conf_row *row, const char *text, unsigned line,
                     struct conf_why *why)
{
    (void)line;
    _Static_assert(sizeof(enum conf_hide) == sizeof(int) && sizeof(enum conf_flow) == sizeof(int) &&
                       sizeof(enum conf_bearer) == sizeof(int),
                   "an enum is as large as an int");
    return conf_word_read(text, row->words, field, why);
}

static bool quirks_set(void *field, const struct conf_row *row, const char *text, unsigned line,
                       struct conf_why *why)
{
    struct conf_peer *peer = field;

    (void)row, (void)line;
    return conf_quirks_read(text, &peer->quirks_on, &peer->quirks_off, why);
}

/* An empty value means unset, so that a section can undo its template. */
static bool channel_set(void *field, const struct conf_row *row, const char *text, unsigned line,
                        struct conf_why *why)
{
    struct conf_lac *lac = field;

    lac->has_channel = text[0] != '\0';
    return !lac->has_channel || u32_set(&lac->physical_channel, row, text, line, why);
}

static bool ranges_add(struct conf_range **list, uint32_t low, uint32_t high, bool deny,
                       unsigned line)
{
    struct conf_range *r = malloc(sizeof *r);

    if (r == NULL)
        return false;
    *r = (struct conf_range){.low = low, .high = high, .deny = deny, .line = line};
    if (*list == NULL)
        *list = r;
    else
        (*list)->last->next = r;
    (*list)->last = r;
    return true;
}

/* Items between commas; those before a bad one stay in the list, freed with its section. */
static bool ranges_set(void *field, const struct conf_row *row, const char *text, unsigned line,
                       struct conf_why *why)
{
    struct conf_range **list = field;

    for (;;) {
        size_t n = strcspn(text, ",");
        char *item = strndup(text, n);
        uint32_t low, high;
        bool good;

        if (item == NULL)
            return conf_refuse(why, "cannot be kept: out of memory");
        good = conf_range_read(item, &low, &high, why);
        free(item);
        if (!good)
            return false;
        if (!ranges_add(list, low, high, row->kind == KIND_DENY, line))
            return conf_refuse(why, "cannot be kept: out of memory");
        if (text[n] == '\0')
            return true;
        text += n + 1;
    }
}

/* Takes given->host. */
static bool hosts_add(struct conf_lns_host **list, const struct conf_lns_host *given)
{
    struct conf_lns_host *h = malloc(sizeof *h);

    if (h == NULL || given->host == NULL) {
        free(h);
        free(given->host);
        return false;
    }
    *h = *given;
    h->next = NULL;
    while (*list != NULL)
        list = &(*list)->next;
    *list = h;
    return true;
}

static bool hosts_set(void *field, const struct conf_row *row, const char *text, unsigned line,
                      struct conf_why *why)
{
    struct conf_lns_host h = {.line = line};

    (void)row;
    if (!conf_lns_read(text, &h.host, &h.port, &h.weight, why))
        return false;
    if (!hosts_add(field, &h))
        return conf_refuse(why, "cannot be kept: out of memory");
    return true;
}

static bool from_set(void *field, const struct conf_row *row, const char *text, unsigned line,
                     struct conf_why *why)
{
    static const struct {
        const char *word;
        int value;
    } words[] = {{"random", CONF_PORT_RANDOM}, {"auto", CONF_PORT_AUTO}, {"", CONF_PORT_MAIN}};
    size_t n = strlen(text);
    int v = n > 0 && n <= 5 && strspn(text, "0123456789") == n ? atoi(text) : 0;

    (void)row;
    (void)line;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(text, words[i].word) == 0) {
            *(int *)field = words[i].value;
            return true;
        }
    if (v < 1 || v > 65535)
        return conf_refuse(why, "must be a port from 1 to 65535, or random, or auto");
    *(int *)field = v;
    return true;
}

/* "ef", "cs5" or "af41" (RFC 3246, 2474, 2597); -1: none of these. */
static int dscp_of_class(const char *text)
{
    int first = text[0] != '\0' && text[1] != '\0' ? text[2] - '0' : 0;

    if (strcasecmp(text, "ef") == 0)
        return 46;
    if (strncasecmp(text, "cs", 2) == 0 && strlen(text) == 3 && first >= 0 && first <= 7)
        return 8 * first;
    if (strncasecmp(text, "af", 2) == 0 && strlen(text) == 4 && first >= 1 && first <= 4 &&
        text[3] >= '1' && text[3] <= '3')
        return 8 * first + 2 * (text[3] - '0');
    return -1;
}

static bool dscp_set(void *field, const struct conf_row *row, const char *text, unsigned line,
                     struct conf_why *why)
{
    size_t n = strlen(text);
    int v = n > 0 && n <= 2 && strspn(text, "0123456789") == n ? atoi(text) : dscp_of_class(text);

    (void)row;
    (void)line;
    if (strcasecmp(text, "copy") == 0) {
        *(int *)field = CONF_DSCP_COPY;
        return true;
    }
    if (v < 0 || v > 63)
        return conf_refuse(why, "must be a number from 0 to 63, a class (ef, cs0 to cs7, af11 to "
                                "af43), or copy");
    *(int *)field = v;
    return true;
}

/* Fields that are plain values are compared and copied by size. */
#define PLAIN(kind, type)                                                                          \
    static bool kind##_same(const void *a, const void *b, const struct conf_row *row)              \
    {                                                                                              \
        (void)row;                                                                                 \
        return *(const type *)a == *(const type *)b;                                               \
    }                                                                                              \
    static bool kind##_copy(void *to, const void *from, const struct conf_row *row)                \
    {                                                                                              \
        (void)row;                                                                                 \
        *(type *)to = *(const type *)from;                                                         \
        return true;                                                                               \
    }

PLAIN(bool, bool)
PLAIN(int, int)
PLAIN(u32, uint32_t)
PLAIN(port, uint16_t)

static bool quirks_same(const void *a, const void *b, const struct conf_row *row)
{
    const struct conf_peer *x = a, *y = b;

    (void)row;
    return x->quirks_on == y->quirks_on && x->quirks_off == y->quirks_off;
}

static bool quirks_copy(void *to, const void *from, const struct conf_row *row)
{
    const struct conf_peer *peer = from;

    (void)row;
    ((struct conf_peer *)to)->quirks_on = peer->quirks_on;
    ((struct conf_peer *)to)->quirks_off = peer->quirks_off;
    return true;
}

static bool channel_same(const void *a, const void *b, const struct conf_row *row)
{
    const struct conf_lac *x = a, *y = b;

    (void)row;
    return x->has_channel == y->has_channel &&
           (!x->has_channel || x->physical_channel == y->physical_channel);
}

static bool channel_copy(void *to, const void *from, const struct conf_row *row)
{
    const struct conf_lac *lac = from;

    (void)row;
    ((struct conf_lac *)to)->has_channel = lac->has_channel;
    ((struct conf_lac *)to)->physical_channel = lac->physical_channel;
    return true;
}

static bool topic_same(const void *a, const void *b, const struct conf_row *row)
{
    return ((*(const uint32_t *)a ^ *(const uint32_t *)b) >> row->min & 1) == 0;
}

static bool text_same(const void *a, const void *b, const struct conf_row *row)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b;

    (void)row;
    return x == NULL || y == NULL ? x == y : strcmp(x, y) == 0;
}

static bool text_copy(void *to, const void *from, const struct conf_row *row)
{
    const char *text = *(char *const *)from;
    char *copy = text != NULL ? strdup(text) : NULL;

    (void)row;
    if (text != NULL && copy == NULL)
        return false;
    free(*(char **)to);
    *(char **)to = copy;
    return true;
}

static void text_drop(void *field)
{
    free(*(char **)field);
}

static bool address_same(const void *a, const void *b, const struct conf_row *row)
{
    const struct conf_bind *x = a, *y = b;

    (void)row;
    return addr_same(&x->addr, &y->addr) && strcmp(x->interface, y->interface) == 0;
}

static bool address_copy(void *to, const void *from, const struct conf_row *row)
{
    (void)row;
    *(struct conf_bind *)to = *(const struct conf_bind *)from;
    return true;
}

static bool listen_same(const void *a, const void *b, const struct conf_row *row)
{
    (void)row;
    return conf_same_listen(a, b);
}

static bool listen_copy(void *to, const void *from, const struct conf_row *row)
{
    (void)row;
    *(struct conf_listen *)to = *(const struct conf_listen *)from;
    return true;
}

static bool ranges_same(const void *a, const void *b, const struct conf_row *row)
{
    const struct conf_range *x = *(struct conf_range *const *)a;
    const struct conf_range *y = *(struct conf_range *const *)b;

    (void)row;
    for (; x != NULL && y != NULL; x = x->next, y = y->next) {
        if (x->low != y->low || x->high != y->high || x->deny != y->deny)
            return false;
    }
    return x == NULL && y == NULL;
}

static void ranges_drop(void *field)
{
    struct conf_range *r, *next;

    for (r = *(struct conf_range **)field; r != NULL; r = next) {
        next = r->next;
        free(r);
    }
}

static bool ranges_copy(void *to, const void *from, const struct conf_row *row)
{
    const struct conf_range *r = *(struct conf_range *const *)from;

    (void)row;
    for (; r != NULL; r = r->next) {
        if (!r->inherited && !ranges_add(to, r->low, r->high, r->deny, r->line))
            return false;
    }
    return true;
}

static bool has_range(const struct conf_range *list, const struct conf_range *r)
{
    while (list != NULL && (list->low != r->low || list->high != r->high || list->deny != r->deny))
        list = list->next;
    return list != NULL;
}

bool conf_ranges_inherit(struct conf_range **list, const struct conf_range *from)
{
    struct conf_range *own = *list, *both = NULL;

    for (; from != NULL; from = from->next) {
        if (has_range(own, from))
            continue;
        if (!ranges_add(&both, from->low, from->high, from->deny, from->line)) {
            ranges_drop(&both);
            return false;
        }
        both->last->inherited = true;
    }
    if (both == NULL)
        return true;
    both->last->next = own;
    both->last = own != NULL ? own->last : both->last;
    *list = both;
    return true;
}

static bool hosts_same(const void *a, const void *b, const struct conf_row *row)
{
    const struct conf_lns_host *x = *(struct conf_lns_host *const *)a;
    const struct conf_lns_host *y = *(struct conf_lns_host *const *)b;

    (void)row;
    for (; x != NULL && y != NULL; x = x->next, y = y->next) {
        if (x->port != y->port || x->weight != y->weight || strcasecmp(x->host, y->host) != 0)
            return false;
    }
    return x == NULL && y == NULL;
}

static bool hosts_copy(void *to, const void *from, const struct conf_row *row)
{
    const struct conf_lns_host *h = *(struct conf_lns_host *const *)from;
    struct conf_lns_host **tail = to;

    (void)row;
    for (; h != NULL; h = h->next) {
        struct conf_lns_host copy = *h;

        copy.host = strdup(h->host);
        if (!hosts_add(tail, &copy))
            return false;
        tail = &(*tail)->next;
    }
    return true;
}

static void hosts_drop(void *field)
{
    struct conf_lns_host *h, *next;

    for (h = *(struct conf_lns_host **)field; h != NULL; h = next) {
        next = h->next;
        free(h->host);
        free(h);
    }
}

/* A row whose value lies in other rows' fields has nothing of its own to compare, copy or free. */
static bool none_same(const void *a, const void *b, const struct conf_row *row)
{
    (void)a, (void)b, (void)row;
    return true;
}

static bool none_copy(void *to, const void *from, const struct conf_row *row)
{
    (void)to, (void)from, (void)row;
    return true;
}

static void none_drop(void *field)
{
    (void)field;
}

const struct conf_kind_face conf_kinds[KIND_COUNT] = {
    [KIND_BOOL] = {"yes|no", bool_set, bool_same, bool_copy, none_drop},
    [KIND_INT] = {"NUMBER", int_set, int_same, int_copy, none_drop},
    [KIND_U32] = {"NUMBER", u32_set, u32_same, u32_copy, none_drop},
    [KIND_PORT] = {"PORT", port_set, port_same, port_copy, none_drop},
    [KIND_TEXT] = {"TEXT", text_set, text_same, text_copy, text_drop},
    [KIND_PATH] = {"PATH", path_set, text_same, text_copy, text_drop},
    [KIND_ADDR] = {"ADDRESS", addr_set, address_same, address_copy, none_drop},
    [KIND_LISTEN] = {"ADDRESS", listen_set, listen_same, listen_copy, none_drop},
    [KIND_IP4] = {"ADDRESS", ip4_set, u32_same, u32_copy, none_drop},
    [KIND_RANGES] = {"RANGE", ranges_set, ranges_same, ranges_copy, ranges_drop},
    [KIND_DENY] = {"RANGE", ranges_set, none_same, none_copy, none_drop},
    [KIND_HOSTS] = {"HOST", hosts_set, hosts_same, hosts_copy, hosts_drop},
    [KIND_TOPIC] = {"yes|no", topic_set, topic_same, none_copy, none_drop},
    [KIND_RATES] = {"NUMBER", rates_set, none_same, none_copy, none_drop},
    [KIND_CAP] = {"SECONDS", cap_set, int_same, int_copy, none_drop},
    [KIND_WORD] = {"WORD", word_set, int_same, int_copy, none_drop},
    [KIND_QUIRKS] = {"NAMES", quirks_set, quirks_same, quirks_copy, none_drop},
    [KIND_CHANNEL] = {"NUMBER", channel_set, channel_same, channel_copy, none_drop},
    [KIND_MATCH] = {"PATTERN", conf_match_set, conf_match_same, conf_match_copy, conf_match_drop},
    [KIND_FROM] = {"PORT|random|auto", from_set, int_same, int_copy, none_drop},
    [KIND_DSCP] = {"0 to 63|class|copy", dscp_set, int_same, int_copy, none_drop},
    [KIND_SOURCE] = {"dev|sys|egd", source_set, text_same, text_copy, text_drop},
};
