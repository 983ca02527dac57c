/* Pools that overlap; see conf_overlap.h.  There may be thousands of sections, so pools are not
 * compared pair by pair: what each gives is cut into pieces, and these are sorted. */
#include "host/conf_overlap.h"

#include <stdlib.h>

struct piece {
    uint32_t low, high;
    unsigned owner; /* its section's place in the file, of those with a pool */
    /* Once sorted: of this one and those before it, the one that reaches highest, and that of any
     * other owner which does. */
    const struct piece *reach, *other;
};

/* A section with a pool of its own, and where another one shares it. */
struct owner {
    const struct conf_section *section, *other;
    uint32_t at;
};

struct work {
    struct piece *piece;
    size_t n, room;
    struct owner *owner;
    unsigned n_owners;
};

static bool has_own(const struct conf_section *s)
{
    return s->place == PLACE_LNS && conf_section_line(s, "ip range") > 0;
}

static const struct conf_range *pool_of(const struct conf_section *s)
{
    return ((const struct conf_lns *)s->object)->ip_range;
}

static int by_place(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;

    return x->low != y->low ? (x->low > y->low) - (x->low < y->low)
                            : (x->owner > y->owner) - (x->owner < y->owner);
}

static bool add_piece(struct work *w, uint32_t low, uint32_t high)
{
    struct piece *bigger = w->piece;

    if (w->n == w->room) {
        w->room = w->room * 2 + 64;
        bigger = realloc(w->piece, w->room * sizeof *bigger);
        if (bigger == NULL)
            return false;
        w->piece = bigger;
    }
    w->piece[w->n++] = (struct piece){.low = low, .high = high, .owner = w->n_owners};
    return true;
}

static bool add_pool(struct work *w, const struct conf_range *list)
{
    size_t n;
    struct conf_span *flat = conf_ranges_flat(list, &n);
    bool good = flat != NULL;

    for (size_t i = 0; i < n && good; i++)
        good = add_piece(w, flat[i].low, flat[i].high);
    free(flat);
    return good;
}

static bool gather(struct work *w, const struct conf *c)
{
    size_t n = 0;

    for (const struct conf_section *s = c->sections; s != NULL; s = s->next)
        n += has_own(s);
    w->owner = calloc(n > 0 ? n : 1, sizeof *w->owner);
    if (w->owner == NULL)
        return false;
    for (const struct conf_section *s = c->sections; s != NULL; s = s->next) {
        if (!has_own(s))
            continue;
        w->owner[w->n_owners].section = s;
        if (!add_pool(w, pool_of(s)))
            return false;
        w->n_owners++;
    }
    return true;
}

/* The later of two sections in the file is told of the earlier one. */
static void note(struct work *w, const struct piece *a, const struct piece *b)
{
    struct owner *later = &w->owner[a->owner > b->owner ? a->owner : b->owner];
    struct owner *earlier = &w->owner[a->owner > b->owner ? b->owner : a->owner];

    if (later->other == NULL) {
        later->other = earlier->section;
        later->at = a->low > b->low ? a->low : b->low;
    }
}

/* Takes what the one before it knows of those that reach highest, and counts itself in. */
static void reach(struct piece *p, const struct piece *before)
{
    p->reach = before->reach;
    p->other = before->other;
    if (p->high > p->reach->high) {
        if (p->reach->owner != p->owner)
            p->other = p->reach;
        p->reach = p;
    } else if (p->owner != p->reach->owner && (p->other == NULL || p->high > p->other->high)) {
        p->other = p;
    }
}

/* One section's pieces do not overlap, so the piece that reaches highest so far is the one to look
 * at. */
static void sweep(struct work *w)
{
    qsort(w->piece, w->n, sizeof *w->piece, by_place);
    w->piece[0].reach = w->piece;
    for (size_t i = 1; i < w->n; i++) {
        struct piece *p = &w->piece[i], *before = p - 1;

        if (p->low <= before->reach->high)
            note(w, before->reach, p);
        reach(p, before);
    }
}

/* Another section than this whose pool has the address, of sorted pieces: one at most, where several
 * have.  NULL: none. */
static const struct conf_section *pool_with(const struct work *w, uint32_t ip,
                                            const struct conf_section *but)
{
    const struct piece *p;
    size_t low = 0, high = w->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (w->piece[middle].low <= ip)
            low = middle + 1;
        else
            high = middle;
    }
    p = low > 0 ? w->piece[low - 1].reach : NULL;
    if (p != NULL && w->owner[p->owner].section == but)
        p = w->piece[low - 1].other;
    return p != NULL && p->high >= ip ? w->owner[p->owner].section : NULL;
}

/* In its own pool: see conf_check.c. */
static void check_local(const struct work *w, const struct conf_section *s, struct conf_told *told)
{
    const struct conf_lns *lns = s->object;
    const struct conf_lac *lac = s->object;
    uint32_t ip = s->place == PLACE_LNS ? lns->local_ip : lac->local_ip;
    unsigned line = conf_section_line(s, "local ip");
    const struct conf_section *o = line > 0 && ip != 0 ? pool_with(w, ip, s) : NULL;
    char text[ADDR_TEXT];
    struct addr at = addr_ip4(ip, 0);

    if (o != NULL)
        conf_say(told, true, line,
                 "'local ip' of %s lies in the 'ip range' of %s in line %u: it is ours, so no peer "
                 "gets %s",
                 s->title, o->title, conf_section_line(o, "ip range"), addr_host_text(&at, text));
}

void conf_check_overlap(const struct conf *c, struct conf_told *told)
{
    struct work w = {.n = 0};
    char text[ADDR_TEXT];

    if (gather(&w, c) && w.n > 0)
        sweep(&w);
    for (const struct conf_section *s = w.n > 0 ? c->sections : NULL; s != NULL; s = s->next)
        if (s->place != PLACE_GLOBAL)
            check_local(&w, s, told);
    for (unsigned i = 0; i < w.n_owners; i++) {
        const struct conf_section *s = w.owner[i].section, *o = w.owner[i].other;
        struct addr at = addr_ip4(w.owner[i].at, 0);

        if (o != NULL)
            conf_say(told, true, conf_section_line(s, "ip range"),
                     "'ip range' of %s overlaps that of %s in line %u, at %s: each address serves "
                     "one call only, whichever comes first",
                     s->title, o->title, conf_section_line(o, "ip range"),
                     addr_host_text(&at, text));
    }
    free(w.piece);
    free(w.owner);
}
