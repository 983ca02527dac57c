/* Private groups in a parsed configuration: which one it is, and what its calls live by; see conf.h. */
#include <stddef.h>
#include <string.h>

#include "host/conf_section.h"

void conf_join_group(struct conf *c, struct conf_group *g)
{
    hash_join(&c->group_by_name, &g->by_name, hash_of_word(g->name));
}

const struct conf_group *conf_find_group(const struct conf *c, const char *name)
{
    struct hash_node *n = hash_find(&c->group_by_name, hash_of_word(name));

    for (; n != NULL; n = hash_next(n)) {
        const struct conf_group *g =
            (struct conf_group *)(void *)((char *)n - offsetof(struct conf_group, by_name));

        if (strcmp(g->name, name) == 0)
            return g;
    }
    return NULL;
}

const struct conf_group *conf_match_group(const struct conf *c, struct span user)
{
    const struct conf_group *found = NULL;

    for (const struct conf_group *g = c->groups; g != NULL; g = g->next) {
        const struct conf_match *m = g->match;

        while (m != NULL && !conf_match_fits(m->pattern, user))
            m = m->next;
        if (m != NULL)
            found = g;
    }
    return found;
}

bool conf_group_has_pool(const struct conf_group *g)
{
    const struct conf_range *r = g->own.ip_range;

    while (r != NULL && r->deny)
        r = r->next;
    return r != NULL;
}

/* Octets of the field of each kind that a [group] has from its [lns] or in its stead. */
static const size_t sizes[KIND_COUNT] = {
    [KIND_BOOL] = sizeof(bool),  [KIND_IP4] = sizeof(uint32_t),
    [KIND_TEXT] = sizeof(char *), [KIND_PATH] = sizeof(char *),
    [KIND_RANGES] = sizeof(struct conf_range *),
};

static bool sets(const struct conf_group *g, const struct conf_row *row)
{
    size_t i = conf_row_index(row);

    return (g->own.set[i / CONF_TABLE_ROWS] >> i % CONF_TABLE_ROWS & 1) != 0;
}

/* It sets what keeps the section's value out: "local ip" that of "local ip range". */
static bool sets_rival(const struct conf_group *g, const struct conf_row *row)
{
    const struct conf_row *rival = row->rival != NULL ? conf_row_find(row->rival) : NULL;

    return rival != NULL && (row->kind != KIND_RANGES || row->clash) && sets(g, rival);
}

/* The rows that stand in both sorts of sections, and have fields of their own; looked up once, as this
 * is done for each call. */
static const struct conf_row *const *shared_rows(size_t *n)
{
    static const struct conf_row *shared[CONF_ROWS_MAX];
    static size_t n_shared;

    if (n_shared == 0)
        for (const struct conf_row *row = NULL; (row = conf_row_in(row, PLACE_GROUP)) != NULL;)
            if ((row->places & IN_LNS) != 0 && sizes[row->kind] > 0)
                shared[n_shared++] = row;
    *n = n_shared;
    return shared;
}

struct conf_lns conf_group_over(const struct conf_lns *lns, const struct conf_group *g)
{
    struct conf_lns over = *lns;
    size_t n;
    const struct conf_row *const *rows = shared_rows(&n);

    for (size_t i = 0; i < n; i++) {
        const struct conf_row *row = rows[i];
        void *to = conf_field(row, PLACE_LNS, &over);

        if (row->kind == KIND_RANGES && !row->clash && !conf_group_has_pool(g))
            continue; /* "no ip range" alone */
        if (sets(g, row))
            memcpy(to, conf_field_const(row, PLACE_GROUP, g), sizes[row->kind]);
        else if (sets_rival(g, row))
            memset(to, 0, sizes[row->kind]);
    }
    return over;
}

bool conf_same_group(const struct conf_group *a, const struct conf_group *b)
{
    return conf_object_same(PLACE_GROUP, a, b) &&
           memcmp(a->own.set, b->own.set, sizeof a->own.set) == 0;
}
