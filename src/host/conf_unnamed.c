/* Sections without a name, which go by a number: when the file is read again, each goes on by the
 * number of the one that it was, wherever it stands now; see conf.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/conf.h"

struct one {
    const void *object;
    char **name;
    struct hash_node *node;
    size_t was; /* by which of the former ones' names it goes, from 1 on; 0: none's */
};

struct list {
    struct one *of;
    size_t n;
};

static bool is_unnamed(const char *name)
{
    return strncmp(name, CONF_UNNAMED, strlen(CONF_UNNAMED)) == 0;
}

static unsigned number_of(const struct one *o)
{
    return (unsigned)strtoul(*o->name + strlen(CONF_UNNAMED), NULL, 10);
}

static bool add(struct list *l, const void *object, char **name, struct hash_node *node)
{
    struct one *more = is_unnamed(*name) ? realloc(l->of, (l->n + 1) * sizeof *more) : l->of;

    if (!is_unnamed(*name))
        return true;
    if (more == NULL)
        return false;
    more[l->n++] = (struct one){object, name, node, 0};
    l->of = more;
    return true;
}

static bool list_lacs(const struct conf *c, struct list *l)
{
    for (struct conf_lac *lac = c->lac; lac != NULL; lac = lac->next)
        if (!add(l, lac, &lac->name, &lac->by_name))
            return false;
    return true;
}

static bool list_lnses(const struct conf *c, struct list *l)
{
    for (struct conf_lns *lns = c->lns; lns != NULL; lns = lns->next)
        if (!add(l, lns, &lns->name, &lns->by_name))
            return false;
    return true;
}

static bool same_lac(const void *a, const void *b)
{
    return conf_same_lac(a, b);
}

static bool same_lns(const void *a, const void *b)
{
    return conf_same_lns(a, b);
}

static bool same_hosts(const void *a, const void *b)
{
    return conf_same_hosts(a, b);
}

static bool same_pool(const void *a, const void *b)
{
    return conf_same_pool(a, b);
}

static bool any(const void *a, const void *b)
{
    (void)a;
    (void)b;
    return true;
}

/* Each that has no name yet gets that of a former one that matches.  Most stand in the same order,
 * so the search goes on behind the last match. */
static void match(const struct list *is, const struct list *was,
                  bool (*matches)(const void *a, const void *b))
{
    size_t from = 0;

    for (size_t i = 0; i < is->n; i++) {
        for (size_t k = 0; k < was->n && is->of[i].was == 0; k++) {
            size_t j = (from + k) % was->n;

            if (was->of[j].was != 0 || !matches(is->of[i].object, was->of[j].object))
                continue;
            is->of[i].was = j + 1;
            was->of[j].was = i + 1;
            from = j + 1;
        }
    }
}

static bool is_taken(const struct list *was, unsigned number)
{
    for (size_t j = 0; j < was->n; j++)
        if (was->of[j].was != 0 && number_of(&was->of[j]) == number)
            return true;
    return false;
}

static void rename_all(const struct list *is, const struct list *was, struct hash *h)
{
    unsigned next = 0;

    for (size_t i = 0; i < is->n; i++)
        hash_leave(h, is->of[i].node);
    for (size_t i = 0; i < is->n; i++) {
        struct one *o = &is->of[i];
        char *name;

        if (o->was == 0)
            while (is_taken(was, ++next))
                continue;
        name = *o->name; /* it has room for any number */
        snprintf(name, CONF_UNNAMED_ROOM, CONF_UNNAMED "%u)",
                 o->was != 0 ? number_of(&was->of[o->was - 1]) : next);
        hash_join(h, o->node, hash_of_word(name));
    }
}

static const struct {
    bool (*list)(const struct conf *c, struct list *l);
    bool (*matches[3])(const void *a, const void *b);
    size_t hash;
} kinds[] = {
    {list_lnses, {same_lns, same_pool, any}, offsetof(struct conf, lns_by_name)},
    {list_lacs, {same_lac, same_hosts, any}, offsetof(struct conf, lac_by_name)},
};

void conf_keep_numbers(struct conf *c, const struct conf *former)
{
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct list is = {NULL, 0}, was = {NULL, 0};

        if (kinds[k].list(c, &is) && kinds[k].list(former, &was) && was.n > 0) {
            for (size_t m = 0; m < sizeof kinds[k].matches / sizeof *kinds[k].matches; m++)
                match(&is, &was, kinds[k].matches[m]);
            rename_all(&is, &was, (struct hash *)(void *)((char *)c + kinds[k].hash));
        }
        free(is.of);
        free(was.of);
    }
}
