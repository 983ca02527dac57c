/* Lists of ranges, of which the last entry that holds an address decides; see conf.h. */
#include <stdlib.h>

#include "host/conf.h"

bool conf_ranges_allow(const struct conf_range *list, uint32_t ip)
{
    bool allowed = false;

    for (; list != NULL; list = list->next) {
        if (ip >= list->low && ip <= list->high)
            allowed = !list->deny;
    }
    return allowed;
}

/* The addresses from this edge up to the next: between two neighbours of all ends of ranges the
 * answer is the same for each. */
struct piece {
    uint64_t from;
    size_t
        next; /* the piece itself while it is bare, else one behind it on the way to a bare one */
    const struct conf_range *by; /* the entry that decides on it; NULL: none */
};

static int by_edge(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;

    return (x->from > y->from) - (x->from < y->from);
}

/* The pieces of a list, bare, and one behind the last; n is their number without that one. */
static struct piece *cut(const struct conf_range *list, size_t *n)
{
    struct piece *p;
    size_t edges = 0, k = 0;

    for (const struct conf_range *r = list; r != NULL; r = r->next)
        edges += 2;
    p = calloc(edges + 1, sizeof *p);
    if (p == NULL)
        return NULL;
    for (const struct conf_range *r = list; r != NULL; r = r->next) {
        p[k++].from = r->low;
        p[k++].from = (uint64_t)r->high + 1;
    }
    qsort(p, edges, sizeof *p, by_edge);
    for (size_t i = k = 0; i < edges; i++)
        if (k == 0 || p[k - 1].from != p[i].from)
            p[k++].from = p[i].from;
    for (size_t i = 0; i <= k; i++)
        p[i].next = i;
    *n = k > 0 ? k - 1 : 0;
    return p;
}

static size_t place_of(const struct piece *p, size_t n, uint64_t edge)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (p[middle].from < edge)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The first bare piece from i on; the way there is halved for the next who asks. */
static size_t bare(struct piece *p, size_t i)
{
    while (p[i].next != i) {
        p[i].next = p[p[i].next].next;
        i = p[i].next;
    }
    return i;
}

/* Whoever comes last decides: the list is painted from its end, and what bears paint keeps it. */
static void paint(struct piece *p, size_t n, const struct conf_range *r)
{
    size_t end = place_of(p, n, (uint64_t)r->high + 1);

    for (size_t i = bare(p, place_of(p, n, r->low)); i < end; i = bare(p, i)) {
        p[i].by = r;
        p[i].next = i + 1;
    }
}

static bool paint_all(struct piece *p, size_t n, const struct conf_range *list)
{
    const struct conf_range **at;
    size_t k = 0;

    for (const struct conf_range *r = list; r != NULL; r = r->next)
        k++;
    at = calloc(k + 1, sizeof *at);
    if (at == NULL)
        return false;
    k = 0;
    for (const struct conf_range *r = list; r != NULL; r = r->next)
        at[k++] = r;
    while (k > 0)
        paint(p, n, at[--k]);
    free(at);
    return true;
}

static bool is_allowed(const struct piece *p)
{
    return p->by != NULL && !p->by->deny;
}

struct conf_span *conf_ranges_flat(const struct conf_range *list, size_t *n)
{
    size_t pieces = 0;
    struct piece *p = cut(list, &pieces);
    struct conf_span *flat = calloc(pieces + 1, sizeof *flat);

    *n = 0;
    if (p == NULL || flat == NULL || !paint_all(p, pieces, list)) {
        free(p);
        free(flat);
        return NULL;
    }
    for (size_t i = 0; i < pieces; i++) {
        if (!is_allowed(&p[i]))
            continue;
        if (i == 0 || !is_allowed(&p[i - 1]))
            flat[(*n)++].low = (uint32_t)p[i].from;
        flat[*n - 1].high = (uint32_t)(p[i + 1].from - 1);
    }
    free(p);
    return flat;
}

struct conf_decided *conf_ranges_decided(const struct conf_range *list, size_t *n)
{
    size_t pieces = 0;
    struct piece *p = cut(list, &pieces);
    struct conf_decided *decided = calloc(pieces + 1, sizeof *decided);

    *n = pieces;
    if (p == NULL || decided == NULL || !paint_all(p, pieces, list)) {
        free(p);
        free(decided);
        return NULL;
    }
    for (size_t i = 0; i < pieces; i++)
        decided[i] = (struct conf_decided){(uint32_t)p[i].from, (uint32_t)(p[i + 1].from - 1),
                                           p[i].by};
    free(p);
    return decided;
}
