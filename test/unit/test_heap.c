/* base/heap: embedded due times, checked against a plain search over all of them. */
#include "base/heap.h"

#include <stdlib.h>

#include "tap.h"

#define NODES 200

static struct heap heap;
static struct heap_node node[NODES];

static uint32_t dice(uint32_t sides)
{
    static uint32_t state = 2661;

    state = state * 1664525u + 1013904223u;
    return (state >> 8) % sides;
}

/* The earliest due time among the nodes that stand in the heap, and how many do. */
static uint64_t earliest(size_t *n)
{
    uint64_t due = UINT64_MAX;

    *n = 0;
    for (size_t i = 0; i < NODES; i++) {
        if (node[i].place == 0)
            continue;
        (*n)++;
        if (node[i].due < due)
            due = node[i].due;
    }
    return due;
}

static bool is_right(void)
{
    size_t n;
    uint64_t due = earliest(&n);
    const struct heap_node *top = heap_top(&heap);

    if (n != heap.n || (top == NULL) != (n == 0))
        return false;
    for (size_t i = 0; i < heap.n; i++)
        if (heap.node[i]->place != i + 1)
            return false;
    return top == NULL || top->due == due;
}

static void test_random(void)
{
    bool good = true;

    for (int i = 0; i < 20000; i++) {
        struct heap_node *one = &node[dice(NODES)];

        if (dice(3) == 0)
            heap_take(&heap, one);
        else
            heap_put(&heap, one, dice(1000));
        good = good && is_right();
    }
    ok(good, "the top is the earliest after each of 20,000 random steps");
}

static void test_order(void)
{
    uint64_t last = 0;
    bool sorted = true;
    int n = 0;

    for (size_t i = 0; i < NODES; i++)
        heap_put(&heap, &node[i], dice(50));
    for (struct heap_node *top; (top = heap_top(&heap)) != NULL; n++) {
        sorted = sorted && top->due >= last;
        last = top->due;
        heap_take(&heap, top);
        sorted = sorted && top->place == 0;
    }
    is_int(n, NODES, "all come out");
    ok(sorted, "in order, and know that they are out");
}

static void test_moves(void)
{
    heap_put(&heap, &node[0], 10);
    heap_put(&heap, &node[1], 20);
    heap_put(&heap, &node[2], 30);
    heap_put(&heap, &node[2], 5);
    ok(heap_top(&heap) == &node[2], "put moves towards the top");
    heap_put(&heap, &node[2], 40);
    ok(heap_top(&heap) == &node[0], "and away from it");
    heap_take(&heap, &node[0]);
    heap_take(&heap, &node[0]);
    ok(heap_top(&heap) == &node[1] && heap.n == 2, "taking what is out does nothing");
    heap_take(&heap, &node[1]);
    heap_take(&heap, &node[2]);
    ok(heap_top(&heap) == NULL, "an empty heap has no top");
}

int main(void)
{
    bool promised = true;

    ok(heap_top(&heap) == NULL, "a zeroed heap is empty");
    for (int i = 0; i < NODES; i++)
        promised = promised && heap_reserve(&heap);
    ok(promised, "room is promised ahead");
    test_moves();
    test_random();
    test_order();
    for (int i = 0; i < NODES; i++)
        heap_release(&heap);
    is_int((long long)heap.reserved, 0, "promises are given back");
    heap_free(&heap);
    ok(heap.node == NULL, "the array is freed");
    return tap_done();
}
