/* Memory that fails: the linker leads every malloc and calloc here (see the Makefile), so engines
 * need know nothing of it, and the sanitizers' allocator stays below. */
#include <stdlib.h>

#include "sim.h"

struct memory memory;

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);

static bool is_short(void)
{
    if (memory.left > 0 && --memory.left == 0) {
        memory.failed++;
        return true;
    }
    if (memory.scarce == 0 || !prng_chance(&memory.dice, memory.scarce))
        return false;
    memory.failed++;
    return true;
}

void *__wrap_malloc(size_t n)
{
    return is_short() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t count, size_t n)
{
    return is_short() ? NULL : __real_calloc(count, n);
}

void *memory_sure(size_t n)
{
    void *p = __real_malloc(n);

    if (p == NULL)
        abort();
    return p;
}
