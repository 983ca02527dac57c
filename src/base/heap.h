/* heap: a binary heap of due times whose nodes live inside their owners.
 *
 * An owner embeds a node; a zeroed node is one that does not stand in the heap.  put() both enters
 * and moves; take() of an absent node does nothing.  All O(log n).  Growing is done ahead, by
 * reserve(), so that put() itself cannot fail.  Does not know who waits, nor the unit of time. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap_node {
    uint64_t due; /* meaningful while in the heap */
    size_t place; /* index + 1; 0 when not in the heap */
};

struct heap {
    struct heap_node **node;
    size_t n;        /* nodes in the heap */
    size_t room;     /* slots allocated */
    size_t reserved; /* slots promised to owners */
};

/* Promises room for one more node; false without memory.  release() gives one promise back. */
bool heap_reserve(struct heap *h);
void heap_release(struct heap *h);

/* Needs a promise for every node that stands in the heap. */
void heap_put(struct heap *h, struct heap_node *node, uint64_t due);
void heap_take(struct heap *h, struct heap_node *node);

struct heap_node *heap_top(const struct heap *h); /* earliest, or NULL */

void heap_free(struct heap *h); /* the array only; the nodes are their owners' */

/* The earlier of two due times, of which 0 is "none". */
static inline uint64_t heap_earlier(uint64_t a, uint64_t b)
{
    if (a == 0 || b == 0)
        return a + b;
    return a < b ? a : b;
}

#endif
