/* Memory that fails, and is counted: the linker leads every malloc, calloc and free here (see the
 * Makefile), so engines need know nothing of it, and the sanitizers' allocator stays below. */
#include <stdlib.h>

#include "sim.h"

struct memory memory;

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void __wrap_free(void *p);

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

static void *counted(void *p)
{
    memory.held += p != NULL;
    return p;
}

void *__wrap_malloc(size_t n)
{
    return is_short() ? NULL : counted(__real_malloc(n));
}

void *__wrap_calloc(size_t count, size_t n)
{
    return is_short() ? NULL : counted(__real_calloc(count, n));
}

void __wrap_free(void *p)
{
    memory.held -= p != NULL;
    __real_free(p);
}

void *memory_sure(size_t n)
{
    void *p = counted(__real_malloc(n));

    if (p == NULL)
        abort();
    return p;
}
