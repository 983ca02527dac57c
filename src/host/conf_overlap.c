/* Pools that overlap; see conf_overlap.h.  There may be thousands of sections, so pools are not
 * compared pair by pair: what each gives is cut into pieces, and these are sorted. */
#include "host/conf_overlap.h"

#include <stdlib.h>

struct piece {
    uint32_t low, high;
    unsigned owner; /* its pool's place in the file */
    /* Once sorted: of this one and those before it, the one that reaches highest; and of those for
     * peers alone that one, and the one of any other owner which does. */
    const struct piece *top, *reach, *other;
};

/* A section's own pool, for peers or for us, and where another pool shares it. */
struct owner {
    const struct conf_section *section;
    const char *key;
    const struct owner *other;
    uint32_t at;
};

struct work {
    struct piece *piece;
    size_t n, room;
    struct owner *owner;
    unsigned n_owners;
};

static const char for_peers[] = "ip range";
static const char for_us[] = "local ip range";
static const char *const keys[] = {for_peers, for_us};

#define KEYS (sizeof keys / sizeof keys[0])

static bool has_own(const struct conf_section *s, const char *key)
{
    return (s->place == PLACE_LNS || s->place == PLACE_GROUP) && conf_section_line(s, key) > 0;
}

static const struct conf_range *pool_of(const struct conf_section *s, const char *key)
{
    const struct conf_lns *lns = s->object;

    if (s->place == PLACE_GROUP)
        lns = &((const struct conf_group *)s->object)->own;
    return key == for_peers ? lns->ip_range : lns->local_ip_range;
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
        for (size_t i = 0; i < KEYS; i++)
            n += has_own(s, keys[i]);
    w->owner = calloc(n > 0 ? n : 1, sizeof *w->owner);
    if (w->owner == NULL)
        return false;
    for (const struct conf_section *s = c->sections; s != NULL; s = s->next)
        for (size_t i = 0; i < KEYS; i++) {
            if (!has_own(s, keys[i]))
                continue;
            w->owner[w->n_owners] = (struct owner){.section = s, .key = keys[i]};
            if (!add_pool(w, pool_of(s, keys[i])))
                return false;
            w->n_owners++;
        }
    return true;
}

/* The later of two pools in the file is told of the earlier one. */
static void note(struct work *w, const struct piece *a, const struct piece *b)
{
    struct owner *later = &w->owner[a->owner > b->owner ? a->owner : b->owner];
    struct owner *earlier = &w->owner[a->owner > b->owner ? b->owner : a->owner];

    if (later->other == NULL) {
        later->other = earlier;
        later->at = a->low > b->low ? a->low : b->low;
    }
}

static bool is_higher(const struct piece *p, const struct piece *than)
{
    return than == NULL || p->high > than->high;
}

/* Takes what the one before it, if any, knows of those that reach highest, and counts itself in. */
static void reach(const struct work *w, struct piece *p, const struct piece *before)
{
    p->top = before != NULL ? before->top : NULL;
    p->reach = before != NULL ? before->reach : NULL;
    p->other = before != NULL ? before->other : NULL;
    if (is_higher(p, p->top))
        p->top = p;
    if (w->owner[p->owner].key != for_peers)
        return;
    if (is_higher(p, p->reach)) {
        if (p->reach != NULL && p->reach->owner != p->owner)
            p->other = p->reach;
        p->reach = p;
    } else if (p->owner != p->reach->owner && is_higher(p, p->other)) {
        p->other = p;
    }
}

/* One pool's pieces do not overlap, so the piece that reaches highest so far is the one to look
 * at. */
static void sweep(struct work *w)
{
    qsort(w->piece, w->n, sizeof *w->piece, by_place);
    for (size_t i = 0; i < w->n; i++) {
        struct piece *p = &w->piece[i], *before = i > 0 ? p - 1 : NULL;

        if (before != NULL && p->low <= before->top->high)
            note(w, before->top, p);
        reach(w, p, before);
    }
}

/* The last of the sorted pieces that begins at the address or before it; NULL: none does. */
static const struct piece *piece_before(const struct work *w, uint32_t ip)
{
    size_t low = 0, high = w->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (w->piece[middle].low <= ip)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &w->piece[low - 1] : NULL;
}

/* Another section than this whose pool for peers has the address: one at most, where several have.
 * NULL: none. */
static const struct conf_section *pool_with(const struct work *w, uint32_t ip,
                                            const struct conf_section *but)
{
    const struct piece *before = piece_before(w, ip), *p = before != NULL ? before->reach : NULL;

    if (p != NULL && w->owner[p->owner].section == but)
        p = before->other;
    return p != NULL && p->high >= ip ? w->owner[p->owner].section : NULL;
}

/* One whose pool of either kind has it, a pool for peers first; *key says which. */
static const struct conf_section *any_pool_with(const struct work *w, uint32_t ip, const char **key)
{
    const struct piece *before = piece_before(w, ip), *p = before != NULL ? before->reach : NULL;

    if (before != NULL && (p == NULL || p->high < ip))
        p = before->top;
    *key = p != NULL ? w->owner[p->owner].key : NULL;
    return p != NULL && p->high >= ip ? w->owner[p->owner].section : NULL;
}

/* In its own pool: see conf_check.c. */
static void check_local(const struct work *w, const struct conf_section *s, struct conf_told *told)
{
    const struct conf_lns *lns = s->object;
    const struct conf_lac *lac = s->object;
    const struct conf_group *g = s->object;
    uint32_t ip = s->place == PLACE_LNS   ? lns->local_ip
                  : s->place == PLACE_LAC ? lac->local_ip
                                          : g->own.local_ip;
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

/* Of a [lac]: whom it dials has that address. */
static void check_remote(const struct work *w, const struct conf_section *s, struct conf_told *told)
{
    const struct conf_lac *lac = s->object;
    unsigned line = conf_section_line(s, "remote ip");
    const char *key;
    const struct conf_section *o =
        line > 0 && lac->remote_ip != 0 ? any_pool_with(w, lac->remote_ip, &key) : NULL;
    struct addr at = addr_ip4(lac->remote_ip, 0);
    char text[ADDR_TEXT];

    if (o != NULL)
        conf_say(told, true, line,
                 "'remote ip' of %s lies in the '%s' of %s in line %u: it is that peer's, so no %s "
                 "gets %s",
                 s->title, key, o->title, conf_section_line(o, key),
                 key == for_peers ? "caller" : "end of ours", addr_host_text(&at, text));
}

/* Of a [lac]: nobody is at both ends. */
static void check_ends(const struct conf_section *s, struct conf_told *told)
{
    const struct conf_lac *lac = s->object;
    unsigned local = conf_section_line(s, "local ip"), remote = conf_section_line(s, "remote ip");

    if (lac->remote_ip != 0 && lac->remote_ip == lac->local_ip && (local > 0 || remote > 0))
        conf_say(told, true, remote > local ? remote : local,
                 "'local ip' and 'remote ip' of %s are the same: the two ends of a call cannot have "
                 "one address",
                 s->title);
}

void conf_check_overlap(const struct conf *c, struct conf_told *told)
{
    struct work w = {.n = 0};
    char text[ADDR_TEXT];

    if (gather(&w, c) && w.n > 0)
        sweep(&w);
    for (const struct conf_section *s = w.n > 0 ? c->sections : NULL; s != NULL; s = s->next)
        if (s->place != PLACE_GLOBAL && s->place != PLACE_SWITCH)
            check_local(&w, s, told);
    for (const struct conf_section *s = w.n > 0 ? c->sections : NULL; s != NULL; s = s->next)
        if (s->place == PLACE_LAC)
            check_remote(&w, s, told);
    for (const struct conf_section *s = c->sections; s != NULL; s = s->next)
        if (s->place == PLACE_LAC)
            check_ends(s, told);
    for (unsigned i = 0; i < w.n_owners; i++) {
        const struct owner *own = &w.owner[i], *o = own->other;
        struct addr at = addr_ip4(own->at, 0);

        if (o == NULL)
            continue;
        conf_say(told, true, conf_section_line(own->section, own->key),
                 "'%s' of %s overlaps %s%s%s of %s in line %u, at %s: each address serves one call "
                 "only, whichever comes first",
                 own->key, own->section->title, own->key == o->key ? "that" : "'",
                 own->key == o->key ? "" : o->key, own->key == o->key ? "" : "'",
                 o->section == own->section ? "the same section" : o->section->title,
                 conf_section_line(o->section, o->key), addr_host_text(&at, text));
    }
    free(w.piece);
    free(w.owner);
}
