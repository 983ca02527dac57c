/* A growing table of embedded nodes; see hash.h. */
#include "base/hash.h"

#include <stdlib.h>

void hash_init(struct hash *h)
{
    *h = (struct hash){.size = HASH_FIRST};
    h->slot = h->first;
}

void hash_free(struct hash *h)
{
    if (h->slot != h->first)
        free(h->slot);
    hash_init(h);
}

static void link_in(struct hash_node **slot, struct hash_node *node)
{
    node->next = *slot;
    node->at = slot;
    if (node->next != NULL)
        node->next->at = &node->next;
    *slot = node;
}

/* Splits each chain in two, from its end on, so that the newest of equals stays in front. */
static void grow(struct hash *h)
{
    uint32_t size = h->size * 2;
    struct hash_node **bigger = calloc(size, sizeof *bigger);

    if (bigger == NULL)
        return;
    for (uint32_t i = 0; i < h->size; i++) {
        struct hash_node *node = h->slot[i], *turned = NULL;

        while (node != NULL) {
            struct hash_node *next = node->next;

            node->next = turned;
            turned = node;
            node = next;
        }
        while (turned != NULL) {
            struct hash_node *next = turned->next;

            link_in(&bigger[turned->hash & (size - 1)], turned);
            turned = next;
        }
    }
    if (h->slot != h->first)
        free(h->slot);
    h->slot = bigger;
    h->size = size;
}

void hash_join(struct hash *h, struct hash_node *node, uint32_t hash)
{
    if (h->n >= h->size && h->size < UINT32_MAX / 2)
        grow(h);
    node->hash = hash;
    link_in(&h->slot[hash & (h->size - 1)], node);
    h->n++;
}

void hash_leave(struct hash *h, struct hash_node *node)
{
    if (node->at == NULL)
        return;
    *node->at = node->next;
    if (node->next != NULL)
        node->next->at = node->at;
    node->next = NULL;
    node->at = NULL;
    h->n--;
}

static struct hash_node *same(struct hash_node *node, uint32_t hash)
{
    while (node != NULL && node->hash != hash)
        node = node->next;
    return node;
}

struct hash_node *hash_find(const struct hash *h, uint32_t hash)
{
    return same(h->slot[hash & (h->size - 1)], hash);
}

struct hash_node *hash_next(const struct hash_node *node)
{
    return same(node->next, node->hash);
}

uint32_t hash_of(uint32_t seed, const void *p, size_t n)
{
    const uint8_t *octets = p;
    uint32_t h = seed;

    for (size_t i = 0; i < n; i++)
        h = (h ^ octets[i]) * 0x01000193u;
    return h ^ h >> 15;
}

uint32_t hash_of_word(const char *word)
{
    uint32_t hash = 0;

    for (; *word != '\0'; word++) {
        char c = *word >= 'A' && *word <= 'Z' ? (char)(*word | 0x20) : *word;

        hash = hash_of(hash, &c, 1);
    }
    return hash;
}
