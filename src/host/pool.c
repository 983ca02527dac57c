/* Address pools and the book of leases; see pool.h.
 *
 * A pool is a sorted list of intervals that neither touch nor overlap: what allow and deny lines
 * come to when the later overrides the earlier.  So its cost is by the line, not by the address.
 * The book is a hash set of addresses with open addressing; there is no tombstone, since giving one
 * back closes the gap.  Must not know who leases, nor where the lines came from. */
#include "host/pool.h"

#include <stdlib.h>
#include <string.h>

#include "host/pool_memory.h"

struct interval {
    uint32_t low, high; /* ends included */
};

struct pool {
    struct interval *part;
    size_t n, room;
    uint32_t next;       /* where the next search begins */
    uint64_t full_since; /* the book's count of returns when a search found nothing, + 1; else 0 */
    const struct pool_book *full_book;
    bool for_us; /* for our ends: what is ours may be taken */
};

#define FEWEST 64 /* slots of a book, a power of two */

struct slot {
    uint32_t ip;               /* 0: free; 0.0.0.0 is never leased */
    uint32_t calls[POOL_ENDS]; /* of what is set: how many have it, at each end ... */
    bool at[POOL_ENDS];        /* ... and whether the configuration has; of a lease: which end has it */
};

struct set {
    struct slot *slot;
    size_t room; /* a power of two, at least twice n; 0: no slots yet, and none that is asked for */
    size_t n;
};

/* What is fixed is named by the configuration, or has calls, or both, at one end at least. */
struct pool_book {
    struct set out;   /* leased */
    struct set fixed; /* set, and not leased */
    uint64_t returns; /* addresses given back, ever */
    struct pool_memory *memory;
};

static bool set_init(struct set *s)
{
    *s = (struct set){.room = FEWEST};
    s->slot = calloc(s->room, sizeof *s->slot);
    return s->slot != NULL;
}

struct pool_book *pool_book_new(void)
{
    struct pool_book *b = calloc(1, sizeof *b);

    if (b == NULL || !set_init(&b->out) || (b->memory = pool_memory_new()) == NULL) {
        pool_book_free(b);
        return NULL;
    }
    return b;
}

void pool_book_free(struct pool_book *b)
{
    if (b == NULL)
        return;
    free(b->out.slot);
    free(b->fixed.slot);
    pool_memory_free(b->memory);
    free(b);
}

size_t pool_book_count(const struct pool_book *b)
{
    return b->out.n;
}

/* Where an address would like to stand.  Neighbours are spread by the golden ratio's multiplier. */
static size_t home(const struct set *s, uint32_t ip)
{
    uint32_t h = ip * 0x9e3779b1u;

    return (h ^ h >> 15) & (s->room - 1);
}

/* Where it stands, or the free slot where it would. */
static size_t find(const struct set *s, uint32_t ip)
{
    size_t at = home(s, ip);

    while (s->slot[at].ip != 0 && s->slot[at].ip != ip)
        at = (at + 1) & (s->room - 1);
    return at;
}

static bool has(const struct set *s, uint32_t ip)
{
    return ip != 0 && s->n > 0 && s->slot[find(s, ip)].ip == ip;
}

static bool grow(struct set *s)
{
    struct set bigger = *s;

    bigger.room = s->room > 0 ? 2 * s->room : FEWEST;
    bigger.slot = calloc(bigger.room, sizeof *bigger.slot);
    if (bigger.slot == NULL)
        return false;
    for (size_t i = 0; i < s->room; i++) {
        if (s->slot[i].ip != 0)
            bigger.slot[find(&bigger, s->slot[i].ip)] = s->slot[i];
    }
    free(s->slot);
    *s = bigger;
    return true;
}

/* One that it does not have. */
static bool put(struct set *s, uint32_t ip)
{
    if (2 * (s->n + 1) > s->room && !grow(s))
        return false;
    s->slot[find(s, ip)] = (struct slot){.ip = ip};
    s->n++;
    return true;
}

/* Its slot, which is made if it has none; NULL without memory.  Good until the next put or drop. */
static struct slot *slot_of(struct set *s, uint32_t ip)
{
    return has(s, ip) || put(s, ip) ? &s->slot[find(s, ip)] : NULL;
}

/* One that it has. */
static void drop(struct set *s, uint32_t ip)
{
    size_t mask = s->room - 1, gap = find(s, ip), at;

    /* those behind move up into the gap, unless that lies before their home */
    for (at = (gap + 1) & mask; s->slot[at].ip != 0; at = (at + 1) & mask) {
        size_t from_home = (at - home(s, s->slot[at].ip)) & mask;

        if (from_home < ((at - gap) & mask))
            continue;
        s->slot[gap] = s->slot[at];
        gap = at;
    }
    s->slot[gap].ip = 0;
    s->n--;
}

bool pool_book_has(const struct pool_book *b, uint32_t ip)
{
    return has(&b->out, ip);
}

static bool lease(struct pool_book *b, enum pool_end end, uint32_t ip)
{
    if (ip == 0 || has(&b->out, ip) || !put(&b->out, ip))
        return false;
    b->out.slot[find(&b->out, ip)].at[end] = true;
    return true;
}

/* One that is leased. */
static bool is_leased_at(const struct pool_book *b, enum pool_end end, uint32_t ip)
{
    return has(&b->out, ip) && b->out.slot[find(&b->out, ip)].at[end];
}

bool pool_book_clashes(const struct pool_book *b, enum pool_end end, uint32_t ip)
{
    return is_leased_at(b, POOL_PEERS, ip) || (end == POOL_PEERS && is_leased_at(b, POOL_OURS, ip));
}

static bool is_set(const struct slot *slot, enum pool_end end)
{
    return slot->at[end] || slot->calls[end] > 0;
}

static bool is_set_at(const struct pool_book *b, enum pool_end end, uint32_t ip)
{
    return has(&b->fixed, ip) && is_set(&b->fixed.slot[find(&b->fixed, ip)], end);
}

/* What calls have, into a set that has nothing yet. */
static bool copy_held(struct set *to, const struct set *from)
{
    for (size_t i = 0; i < from->room; i++) {
        const struct slot *had = &from->slot[i];
        bool held = had->ip != 0 && (had->calls[POOL_OURS] > 0 || had->calls[POOL_PEERS] > 0);
        struct slot *is = held ? slot_of(to, had->ip) : NULL;

        if (is != NULL)
            memcpy(is->calls, had->calls, sizeof is->calls);
        else if (held)
            return false;
    }
    return true;
}

bool pool_book_set(struct pool_book *b, const struct pool_set *set, size_t n)
{
    struct set fixed = {.room = 0};
    bool good = copy_held(&fixed, &b->fixed);

    for (size_t i = 0; i < n && good; i++) {
        struct slot *slot = set[i].ip != 0 ? slot_of(&fixed, set[i].ip) : NULL;

        good = set[i].ip == 0 || slot != NULL;
        if (slot != NULL)
            slot->at[set[i].end] = true;
    }
    if (!good) {
        free(fixed.slot);
        return false;
    }
    free(b->fixed.slot);
    b->fixed = fixed;
    return true;
}

bool pool_book_hold(struct pool_book *b, enum pool_end end, uint32_t ip)
{
    struct slot *slot = ip != 0 ? slot_of(&b->fixed, ip) : NULL;

    if (slot != NULL)
        slot->calls[end]++;
    return ip == 0 || slot != NULL;
}

void pool_book_let_go(struct pool_book *b, enum pool_end end, uint32_t ip)
{
    struct slot *slot = has(&b->fixed, ip) ? slot_of(&b->fixed, ip) : NULL;

    if (slot == NULL || slot->calls[end] == 0 || --slot->calls[end] > 0)
        return;
    if (!is_set(slot, POOL_OURS) && !is_set(slot, POOL_PEERS))
        drop(&b->fixed, ip);
    b->returns++; /* a pool that was full may have it now */
}

void pool_give(struct pool_book *b, uint32_t ip)
{
    if (!has(&b->out, ip))
        return;
    drop(&b->out, ip);
    b->returns++;
}

bool pool_book_swap(struct pool_book *b, uint32_t was, uint32_t ip)
{
    if (!has(&b->out, was) || !lease(b, is_leased_at(b, POOL_OURS, was) ? POOL_OURS : POOL_PEERS, ip))
        return false;
    pool_give(b, was);
    return true;
}

struct pool *pool_new(void)
{
    return calloc(1, sizeof(struct pool));
}

void pool_for_us(struct pool *p)
{
    p->for_us = true;
}

void pool_free(struct pool *p)
{
    if (p == NULL)
        return;
    free(p->part);
    free(p);
}

/* Appends low to high, unless that is nothing; joins it to the last one if they touch.  64 bits, as
 * the ends may lie one step outside an address. */
static void append(struct interval *part, size_t *n, int64_t low, int64_t high)
{
    if (low > high)
        return;
    if (*n > 0 && (int64_t)part[*n - 1].high + 1 >= low) {
        if (high > part[*n - 1].high)
            part[*n - 1].high = (uint32_t)high;
        return;
    }
    part[(*n)++] = (struct interval){(uint32_t)low, (uint32_t)high};
}

/* Room for one interval more behind the last. */
static bool grow_parts(struct pool *p)
{
    struct interval *bigger = p->part;

    if (p->n == p->room) {
        bigger = realloc(p->part, (p->room * 2 + 4) * sizeof *bigger);
        if (bigger == NULL)
            return false;
        p->part = bigger;
        p->room = p->room * 2 + 4;
    }
    return true;
}

static bool add_behind(struct pool *p, uint32_t low, uint32_t high)
{
    if (!grow_parts(p))
        return false;
    append(p->part, &p->n, low > 0 ? low : 1, high);
    p->full_since = 0;
    return true;
}

static bool add_between(struct pool *p, uint32_t low, uint32_t high, bool deny)
{
    /* one more interval at the most: a new one, or one that is cut in two */
    struct interval *part = calloc(p->n + 2, sizeof *part);
    int64_t from = low > 0 ? low : 1, to = high;
    bool placed = deny;
    size_t n = 0;

    if (part == NULL)
        return false;
    for (size_t i = 0; i < p->n; i++) {
        int64_t l = p->part[i].low, h = p->part[i].high;

        /* what of the old lies before the new, the new, then what of the old lies behind it */
        append(part, &n, l, h < from ? h : from - 1);
        if (!placed && h >= from) {
            append(part, &n, from, to);
            placed = true;
        }
        append(part, &n, l > to ? l : to + 1, h);
    }
    if (!placed)
        append(part, &n, from, to);
    free(p->part);
    p->part = part;
    p->room = p->n + 2;
    p->n = n;
    p->full_since = 0;
    return true;
}

bool pool_add(struct pool *p, uint32_t low, uint32_t high, bool deny)
{
    if (!deny && (p->n == 0 || low > p->part[p->n - 1].high))
        return add_behind(p, low, high);
    return add_between(p, low, high, deny);
}

/* The first interval that ends at ip or behind it; p->n if none does. */
static size_t part_of(const struct pool *p, uint32_t ip)
{
    size_t low = 0, high = p->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (p->part[middle].high < ip)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool pool_has(const struct pool *p, uint32_t ip)
{
    size_t i = part_of(p, ip);

    return i < p->n && p->part[i].low <= ip;
}

static enum pool_end end_of(const struct pool *p)
{
    return p->for_us ? POOL_OURS : POOL_PEERS;
}

static bool may_give(const struct pool *p, const struct pool_book *b, uint32_t ip)
{
    return !has(&b->out, ip) && !is_set_at(b, POOL_PEERS, ip) &&
           (p->for_us || !is_set_at(b, POOL_OURS, ip));
}

/* The first address of the pool in from..to that may be given now; 0: none. */
static uint32_t search(const struct pool *p, const struct pool_book *b, uint64_t from, uint64_t to)
{
    for (size_t i = part_of(p, (uint32_t)from); i < p->n && p->part[i].low <= to; i++) {
        uint64_t ip = p->part[i].low > from ? p->part[i].low : from;
        uint64_t last = p->part[i].high < to ? p->part[i].high : to;

        for (; ip <= last; ip++) {
            if (may_give(p, b, (uint32_t)ip))
                return (uint32_t)ip;
        }
    }
    return 0;
}

/* The free address that comes next, where the next search then begins; 0: none is left. */
static uint32_t find_free(struct pool *p, const struct pool_book *b)
{
    uint32_t ip;

    /* a pool that was found full stays so until something comes back: refusing is cheap */
    if (p->full_book == b && p->full_since == b->returns + 1)
        return 0;
    ip = search(p, b, p->next, UINT32_MAX);
    if (ip == 0 && p->next > 0)
        ip = search(p, b, 0, p->next - 1);
    if (ip != 0) {
        p->next = ip;
        return ip;
    }
    p->full_book = b;
    p->full_since = b->returns + 1;
    return 0;
}

void pool_go_on(struct pool *p, const struct pool *was)
{
    p->next = was->next;
}

uint32_t pool_take(struct pool *p, struct pool_book *b)
{
    uint32_t ip = find_free(p, b);

    if (ip == 0 || !lease(b, end_of(p), ip))
        return 0;
    p->next = ip + 1;
    return ip;
}

uint32_t pool_take_again(struct pool *p, struct pool_book *b, uint64_t who)
{
    uint32_t ip = who != 0 ? pool_memory_of(b->memory, who) : 0;

    if (ip == 0 || !pool_has(p, ip) || !may_give(p, b, ip) || !lease(b, end_of(p), ip))
        ip = pool_take(p, b);
    if (ip != 0 && who != 0)
        pool_memory_keep(b->memory, who, ip);
    return ip;
}

bool pool_has_room(struct pool *p, const struct pool_book *b)
{
    return find_free(p, b) != 0;
}

static uint64_t span(const struct pool *p)
{
    uint64_t size = 0;

    for (size_t i = 0; i < p->n; i++)
        size += (uint64_t)p->part[i].high - p->part[i].low + 1;
    return size;
}

static bool is_leased(const struct pool *p, const struct pool_book *b, uint32_t ip)
{
    (void)p;
    return has(&b->out, ip);
}

/* Set, and not leased, and not for this pool to give. */
static bool is_kept(const struct pool *p, const struct pool_book *b, uint32_t ip)
{
    return has(&b->fixed, ip) && !has(&b->out, ip) && !may_give(p, b, ip);
}

/* How many of the pool's addresses are so, none of which the set lacks: the shorter of the two is
 * looked through, as there may be many small pools and very many leases. */
static size_t count(const struct pool *p, const struct pool_book *b, const struct set *s,
                    bool (*is_so)(const struct pool *, const struct pool_book *, uint32_t))
{
    bool by_pool = span(p) < s->room;
    size_t n = 0;

    for (size_t i = 0; by_pool && i < p->n; i++)
        for (uint64_t ip = p->part[i].low; ip <= p->part[i].high; ip++)
            n += is_so(p, b, (uint32_t)ip);
    for (size_t i = 0; !by_pool && i < s->room; i++) {
        uint32_t ip = s->slot[i].ip;

        n += ip != 0 && pool_has(p, ip) && is_so(p, b, ip);
    }
    return n;
}

size_t pool_size(const struct pool *p, const struct pool_book *b)
{
    /* what was set while it was leased is used until it is back */
    uint64_t size = span(p) - count(p, b, &b->fixed, is_kept);

    return size < SIZE_MAX ? (size_t)size : SIZE_MAX;
}

size_t pool_used(const struct pool *p, const struct pool_book *b)
{
    return count(p, b, &b->out, is_leased);
}
