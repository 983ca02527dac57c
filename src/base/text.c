/* Octets that grow; see text.h. */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 256

void text_free(struct text *t)
{
    free(t->p);
    *t = (struct text){0};
}

void text_cut(struct text *t, size_t n)
{
    if (n > t->n)
        n = t->n;
    if (n == 0)
        return;
    t->n -= n;
    memmove(t->p, t->p + n, t->n + 1);
}

/* Room for n octets more and their NUL. */
static bool make_room(struct text *t, size_t n)
{
    size_t room = t->room > 0 ? t->room : FIRST_ROOM;
    char *bigger;

    if (t->failed)
        return false;
    while (room - t->n <= n)
        room *= 2;
    if (room == t->room)
        return true;
    bigger = realloc(t->p, room);
    if (bigger == NULL) {
        t->failed = true;
        return false;
    }
    t->p = bigger;
    t->room = room;
    return true;
}

void text_put(struct text *t, const char *p, size_t n)
{
    if (!make_room(t, n))
        return;
    if (n > 0)
        memcpy(t->p + t->n, p, n);
    t->n += n;
    t->p[t->n] = '\0';
}

void text_put_str(struct text *t, const char *s)
{
    text_put(t, s, strlen(s));
}

void text_add(struct text *t, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0 || !make_room(t, (size_t)n))
        return;
    va_start(ap, fmt);
    vsnprintf(t->p + t->n, (size_t)n + 1, fmt, ap);
    va_end(ap);
    t->n += (size_t)n;
}

void text_pad(struct text *t, size_t from, size_t width)
{
    while (!t->failed && t->n - from < width)
        text_put(t, " ", 1);
}
