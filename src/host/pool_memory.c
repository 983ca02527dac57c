/* Who had which address; see pool_memory.h.  A hash table whose entries stand in a ring besides, in
 * the order in which they came last. */
#include "host/pool_memory.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/hash.h"
#include "host/sys.h"

struct entry {
    struct hash_node by_who;
    uint64_t who;
    uint32_t ip;
    struct entry *older, *newer;
};

struct pool_memory {
    struct hash by_who;
    uint32_t seed;     /* nobody chooses where it lands */
    struct entry ring; /* its "older" is the newest, and its "newer" the oldest */
};

struct pool_memory *pool_memory_new(void)
{
    struct pool_memory *m = calloc(1, sizeof *m);

    if (m == NULL)
        return NULL;
    hash_init(&m->by_who);
    sys_random(&m->seed, sizeof m->seed);
    m->ring.older = m->ring.newer = &m->ring;
    return m;
}

static void leave_ring(struct entry *e)
{
    e->older->newer = e->newer;
    e->newer->older = e->older;
}

static void join_ring(struct pool_memory *m, struct entry *e)
{
    e->newer = &m->ring;
    e->older = m->ring.older;
    e->older->newer = e;
    e->newer->older = e;
}

void pool_memory_free(struct pool_memory *m)
{
    if (m == NULL)
        return;
    while (m->ring.newer != &m->ring) {
        struct entry *e = m->ring.newer;

        leave_ring(e);
        free(e);
    }
    hash_free(&m->by_who);
    free(m);
}

static uint32_t hash_of_who(const struct pool_memory *m, uint64_t who)
{
    return hash_of(m->seed, &who, sizeof who);
}

static struct entry *find(const struct pool_memory *m, uint64_t who)
{
    struct hash_node *n = hash_find(&m->by_who, hash_of_who(m, who));

    for (; n != NULL; n = hash_next(n)) {
        struct entry *e = (struct entry *)(void *)((char *)n - offsetof(struct entry, by_who));

        if (e->who == who)
            return e;
    }
    return NULL;
}

uint32_t pool_memory_of(const struct pool_memory *m, uint64_t who)
{
    const struct entry *e = find(m, who);

    return e != NULL ? e->ip : 0;
}

/* One that stands nowhere: new, or the oldest, who is forgotten; NULL without memory. */
static struct entry *vacant(struct pool_memory *m)
{
    struct entry *oldest = m->ring.newer;

    if (m->by_who.n < POOL_MEMORY_MOST)
        return calloc(1, sizeof *oldest);
    hash_leave(&m->by_who, &oldest->by_who);
    leave_ring(oldest);
    return oldest;
}

void pool_memory_keep(struct pool_memory *m, uint64_t who, uint32_t ip)
{
    struct entry *e = find(m, who);

    if (e != NULL) {
        leave_ring(e);
    } else {
        e = vacant(m);
        if (e == NULL)
            return;
        e->who = who;
        hash_join(&m->by_who, &e->by_who, hash_of_who(m, who));
    }
    e->ip = ip;
    join_ring(m, e);
}
