/* Memory that fails: the linker leads malloc, calloc, realloc and strdup of the whole program here
 * (WRAP in the Makefile).  For one source file of a test. */
#ifndef SHORT_H
#define SHORT_H

#include <stddef.h>

/* Which allocation from now on fails, once; 0: none any more, either as it has failed. */
static unsigned short_of;

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *text);

static int is_short(void)
{
    return short_of > 0 && --short_of == 0;
}

void *__wrap_malloc(size_t n)
{
    return is_short() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t count, size_t n)
{
    return is_short() ? NULL : __real_calloc(count, n);
}

void *__wrap_realloc(void *p, size_t n)
{
    return is_short() ? NULL : __real_realloc(p, n);
}

char *__wrap_strdup(const char *text)
{
    return is_short() ? NULL : __real_strdup(text);
}

#endif
