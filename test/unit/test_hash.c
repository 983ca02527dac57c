/* base/hash: embedded nodes, checked against a plain list of what stands in the table. */
#include "base/hash.h"

#include <stdlib.h>

#include "tap.h"

#define NODES 20000

struct item {
    struct hash_node node;
    uint32_t key, when; /* when: the order of joining */
};

static struct hash h;
static struct item item[NODES];

static uint32_t dice(uint32_t sides)
{
    static uint32_t state = 2661;

    state = state * 1664525u + 1013904223u;
    return (state >> 8) % sides;
}

static struct item *owner(struct hash_node *node)
{
    return (struct item *)(void *)((char *)node - offsetof(struct item, node));
}

/* How many have this hash; sorted: newest first. */
static unsigned count(uint32_t hash, bool *sorted)
{
    unsigned n = 0;
    uint32_t last = UINT32_MAX;

    for (struct hash_node *node = hash_find(&h, hash); node != NULL; node = hash_next(node), n++) {
        *sorted = *sorted && node->hash == hash && owner(node)->when < last;
        last = owner(node)->when;
    }
    return n;
}

static uint32_t longest(void)
{
    uint32_t most = 0;

    for (uint32_t i = 0; i < h.size; i++) {
        uint32_t n = 0;

        for (struct hash_node *node = h.slot[i]; node != NULL; node = node->next)
            n++;
        most = n > most ? n : most;
    }
    return most;
}

static void test_few(void)
{
    struct hash_node a = {0}, b = {0}, c = {0};

    ok(hash_find(&h, 1) == NULL, "an empty table has nobody");
    hash_leave(&h, &a);
    is_int(h.n, 0, "one that is in no table may leave");
    hash_join(&h, &a, 1);
    hash_join(&h, &b, 1);
    hash_join(&h, &c, 1 + HASH_FIRST);
    ok(hash_find(&h, 1) == &b && hash_next(&b) == &a && hash_next(&a) == NULL,
       "the newest of equals first, and no other of their slot");
    ok(hash_find(&h, 1 + HASH_FIRST) == &c && hash_next(&c) == NULL, "which is found too");
    hash_leave(&h, &b);
    ok(hash_find(&h, 1) == &a && hash_find(&h, 1 + HASH_FIRST) == &c, "one leaves the middle");
    hash_leave(&h, &b);
    is_int(h.n, 2, "leaving twice is once");
    hash_leave(&h, &c);
    hash_leave(&h, &a);
    ok(h.n == 0 && hash_find(&h, 1) == NULL, "all are gone");
}

/* Joins and leaves by lot, a few hashes shared by many, through all sizes. */
static void test_many(void)
{
    static unsigned in[NODES / 4];
    bool right = true, sorted = true;

    for (uint32_t round = 0; round < 6 * NODES; round++) {
        struct item *it = &item[dice(NODES)];

        if (it->node.at != NULL && dice(3) == 0) {
            hash_leave(&h, &it->node);
            in[it->key]--;
        } else if (it->node.at == NULL) {
            it->key = dice(NODES / 4);
            it->when = round;
            hash_join(&h, &it->node, hash_of(7, &it->key, sizeof it->key));
            in[it->key]++;
        }
        if (round % 16 == 0)
            right = right &&
                    count(hash_of(7, &it->key, sizeof it->key), &sorted) == in[it->key];
    }
    for (uint32_t key = 0; key < NODES / 4; key++)
        right = right && count(hash_of(7, &key, sizeof key), &sorted) == in[key];
    ok(right, "%u nodes by lot: each is found, none that has left", (unsigned)h.n);
    ok(sorted, "the newest of equals first, also after the table has grown");
    ok(h.size >= h.n && h.size < 4 * NODES, "which it has, to %u slots", (unsigned)h.size);
    for (size_t i = 0; i < NODES; i++)
        hash_leave(&h, &item[i].node);
    is_int(h.n, 0, "all are gone");
}

/* What the daemon's keys look like: an address and a port, and ids one behind the other. */
static void test_spread(void)
{
    uint32_t when = 0;

    for (uint32_t i = 0; i < NODES; i++) {
        uint8_t key[8] = {10, 0, (uint8_t)(i >> 8), (uint8_t)i, 6, 0xa5};

        memset(&item[i], 0, sizeof item[i]);
        item[i].when = when++;
        hash_join(&h, &item[i].node, hash_of(2661, key, sizeof key));
    }
    ok(longest() <= 12, "addresses in a row: the longest chain of %d has %u", NODES,
       (unsigned)longest());
    for (uint32_t i = 0; i < NODES; i++)
        hash_leave(&h, &item[i].node);
    for (uint32_t i = 0; i < NODES; i++) {
        uint16_t id = (uint16_t)i;

        hash_join(&h, &item[i].node, hash_of(hash_of(2661, "\1\2", 2), &id, sizeof id));
    }
    ok(longest() <= 12, "ids in a row: %u", (unsigned)longest());
    hash_free(&h);
    ok(h.n == 0 && h.size == HASH_FIRST && hash_find(&h, 1) == NULL, "freed is as new");
}

int main(void)
{
    hash_init(&h);
    test_few();
    test_many();
    test_spread();
    return tap_done();
}
