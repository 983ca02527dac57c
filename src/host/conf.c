/* Finding things in a parsed configuration; see conf.h.  Does not know how one is read. */
#include "host/conf.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct conf *conf_new(void)
{
    struct conf *c = calloc(1, sizeof *c);

    if (c != NULL) {
        hash_init(&c->lns_by_name);
        hash_init(&c->lac_by_name);
        hash_init(&c->group_by_name);
        hash_init(&c->section_by_name);
        c->last = &c->sections;
        c->last_lns = &c->lns;
        c->last_lac = &c->lac;
        c->last_group = &c->groups;
        c->last_switch = &c->switches;
    }
    return c;
}

void conf_join_lns(struct conf *c, struct conf_lns *lns)
{
    hash_join(&c->lns_by_name, &lns->by_name, hash_of_word(lns->name));
}

void conf_join_lac(struct conf *c, struct conf_lac *lac)
{
    hash_join(&c->lac_by_name, &lac->by_name, hash_of_word(lac->name));
}

#define OWNER(type, node) ((type *)(void *)((char *)(node)-offsetof(type, by_name)))

struct conf_lns *conf_find_lns(const struct conf *c, const char *name)
{
    struct hash_node *n = hash_find(&c->lns_by_name, hash_of_word(name));

    while (n != NULL && strcasecmp(OWNER(struct conf_lns, n)->name, name) != 0)
        n = hash_next(n);
    return n != NULL ? OWNER(struct conf_lns, n) : NULL;
}

struct conf_lac *conf_find_lac(const struct conf *c, const char *name)
{
    struct hash_node *n = hash_find(&c->lac_by_name, hash_of_word(name));

    while (n != NULL && strcasecmp(OWNER(struct conf_lac, n)->name, name) != 0)
        n = hash_next(n);
    return n != NULL ? OWNER(struct conf_lac, n) : NULL;
}

const struct conf_lns *conf_match_lns(const struct conf *c, const struct addr *peer)
{
    const struct conf_lns *matched = NULL, *last_resort = NULL;
    uint32_t ip = addr_get_ip4(peer);

    for (const struct conf_lns *lns = c->lns; lns != NULL; lns = lns->next) {
        if (strcmp(lns->name, "default") == 0)
            last_resort = lns;
        else if (peer->family == 4 && conf_ranges_allow(lns->lac, ip))
            matched = lns;
    }
    if (matched != NULL || last_resort == NULL || !c->global.access_control)
        return matched != NULL ? matched : last_resort;
    return peer->family == 4 && conf_ranges_allow(last_resort->lac, ip) ? last_resort : NULL;
}

static bool same_ranges(const struct conf_range *a, const struct conf_range *b)
{
    for (; a != NULL && b != NULL; a = a->next, b = b->next) {
        if (a->low != b->low || a->high != b->high || a->deny != b->deny)
            return false;
    }
    return a == NULL && b == NULL;
}

bool conf_same_pool(const struct conf_lns *a, const struct conf_lns *b)
{
    return same_ranges(a->ip_range, b->ip_range) &&
           same_ranges(a->local_ip_range, b->local_ip_range);
}
