/* A line that grows.  See line.h. */
#include "wire/line.h"

#include <stdarg.h>
#include <stdio.h>

struct line line_over(char *dst, size_t size)
{
    dst[0] = '\0';
    return (struct line){dst, size, 0};
}

void line_add(struct line *l, const char *fmt, ...)
{
    va_list ap;
    int n;

    if (l->used + 1 >= l->size)
        return;
    va_start(ap, fmt);
    n = vsnprintf(l->dst + l->used, l->size - l->used, fmt, ap);
    va_end(ap);
    if (n > 0)
        l->used += (size_t)n < l->size - l->used ? (size_t)n : l->size - l->used - 1;
}

void line_hex(struct line *l, struct span octets, size_t most)
{
    for (size_t i = 0; i < octets.n && i < most; i++)
        line_add(l, "%02x", octets.p[i]);
    if (octets.n > most)
        line_add(l, "...(%zu)", octets.n);
}
