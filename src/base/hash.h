/* hash: a table of nodes that live inside their owners, found by a 32-bit hash of the owner's key.
 *
 * The table doubles as it fills, so chains stay short however many there are; without memory it
 * stays as it is, and is only slower.  Joining, leaving and finding are O(1) on average.  A zeroed
 * node is one that does not stand in a table; to leave needs no key.  Does not know what the keys
 * are: who finds a node compares them. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_FIRST 32 /* slots of a new table; a power of two */

struct hash_node {
    struct hash_node *next, **at; /* at: what points to us; NULL when in no table */
    uint32_t hash;
};

/* Not to be moved or copied after hash_init(). */
struct hash {
    struct hash_node **slot;
    uint32_t size; /* slots: a power of two */
    uint32_t n;    /* nodes */
    struct hash_node *first[HASH_FIRST];
};

void hash_init(struct hash *h);
void hash_free(struct hash *h); /* the table only; the nodes are their owners' */

/* Joins in front of those with the same hash; the node stands in no table.  Leaving twice is fine.
 */
void hash_join(struct hash *h, struct hash_node *node, uint32_t hash);
void hash_leave(struct hash *h, struct hash_node *node);

/* The first node with this hash, and the next one with the same hash; or NULL. */
struct hash_node *hash_find(const struct hash *h, uint32_t hash);
struct hash_node *hash_next(const struct hash_node *node);

/* The hash of n octets, behind an earlier hash or a seed.  A secret seed keeps peers from choosing
 * where they land. */
uint32_t hash_of(uint32_t seed, const void *p, size_t n);

/* The hash of a word of the operator's, the same whatever the case of its letters. */
uint32_t hash_of_word(const char *word);

#endif
