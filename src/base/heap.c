/* A binary heap of embedded nodes; see heap.h. */
#include "base/heap.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool heap_reserve(struct heap *h)
{
    if (h->reserved == h->room) {
        size_t room = h->room > 0 ? h->room * 2 : 16;
        struct heap_node **bigger = calloc(room, sizeof *bigger);

        if (bigger == NULL)
            return false;
        if (h->n > 0)
            memcpy(bigger, h->node, h->n * sizeof *bigger);
        free(h->node);
        h->node = bigger;
        h->room = room;
    }
    h->reserved++;
    return true;
}

void heap_release(struct heap *h)
{
    assert(h->reserved > h->n);
    h->reserved--;
}

static void set(struct heap *h, size_t at, struct heap_node *node)
{
    h->node[at] = node;
    node->place = at + 1;
}

/* Moves the node towards the top while it is due before its parent. */
static void rise(struct heap *h, size_t at)
{
    struct heap_node *node = h->node[at];

    while (at > 0 && node->due < h->node[(at - 1) / 2]->due) {
        set(h, at, h->node[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    set(h, at, node);
}

/* Moves the node away from the top while a child is due before it. */
static void sink(struct heap *h, size_t at)
{
    struct heap_node *node = h->node[at];

    for (;;) {
        size_t kid = 2 * at + 1;

        if (kid + 1 < h->n && h->node[kid + 1]->due < h->node[kid]->due)
            kid++;
        if (kid >= h->n || h->node[kid]->due >= node->due)
            break;
        set(h, at, h->node[kid]);
        at = kid;
    }
    set(h, at, node);
}

void heap_put(struct heap *h, struct heap_node *node, uint64_t due)
{
    node->due = due;
    if (node->place == 0) {
        assert(h->n < h->reserved);
        set(h, h->n++, node);
    }
    rise(h, node->place - 1);
    sink(h, node->place - 1);
}

void heap_take(struct heap *h, struct heap_node *node)
{
    size_t at = node->place - 1;
    struct heap_node *last;

    if (node->place == 0)
        return;
    node->place = 0;
    last = h->node[--h->n];
    if (last == node)
        return;
    set(h, at, last);
    rise(h, at);
    sink(h, last->place - 1);
}

struct heap_node *heap_top(const struct heap *h)
{
    return h->n > 0 ? h->node[0] : NULL;
}

void heap_free(struct heap *h)
{
    free(h->node);
    memset(h, 0, sizeof *h);
}
