/* Cursors over octets; see bytes.h.  The only place where wire octets become integers. */
#include "base/bytes.h"

#include <string.h>

struct span span_str(const char *s)
{
    return span_of(s, strlen(s));
}

bool span_eq(struct span a, struct span b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool bytes_eq_secret(const void *a, const void *b, size_t n)
{
    const volatile uint8_t *x = a, *y = b;
    uint8_t diff = 0;

    for (size_t i = 0; i < n; i++)
        diff |= x[i] ^ y[i];
    return diff == 0;
}

void bytes_wipe(void *p, size_t n)
{
    /* whom it will call the compiler cannot know, so it cannot leave the call out */
    static void *(*const volatile fill)(void *, int, size_t) = memset;

    if (n > 0)
        fill(p, 0, n);
}

void span_to_str(struct span s, char *dst, size_t size)
{
    size_t n = s.n < size - 1 ? s.n : size - 1;

    if (n > 0)
        memcpy(dst, s.p, n);
    dst[n] = '\0';
}

static uint64_t rd_int(struct rd *r, size_t n)
{
    const uint8_t *p = rd_step(r, n);
    uint64_t v = 0;

    for (size_t i = 0; p != NULL && i < n; i++)
        v = v << 8 | p[i];
    return v;
}

uint32_t rd_u32(struct rd *r)
{
    return (uint32_t)rd_int(r, 4);
}

uint64_t rd_u64(struct rd *r)
{
    return rd_int(r, 8);
}

struct rd rd_sub(struct rd *r, size_t n)
{
    struct rd sub = rd_over(rd_take(r, n));

    sub.failed = r->failed;
    return sub;
}

size_t wr_len(const struct wr *w)
{
    return (size_t)(w->p - w->start);
}

static void wr_int(struct wr *w, uint64_t v, size_t n)
{
    uint8_t *p = wr_skip(w, n);

    for (size_t i = 0; p != NULL && i < n; i++)
        p[i] = (uint8_t)(v >> 8 * (n - 1 - i));
}

void wr_u8(struct wr *w, uint8_t v)
{
    wr_int(w, v, 1);
}

void wr_u32(struct wr *w, uint32_t v)
{
    wr_int(w, v, 4);
}

void wr_u64(struct wr *w, uint64_t v)
{
    wr_int(w, v, 8);
}

void wr_put(struct wr *w, struct span s)
{
    uint8_t *p = wr_skip(w, s.n);

    if (p != NULL && s.n > 0)
        memcpy(p, s.p, s.n);
}

void wr_set16(struct wr *w, size_t at, uint16_t v)
{
    if (w->failed || wr_len(w) < 2 || at > wr_len(w) - 2) {
        w->failed = true;
        return;
    }
    w->start[at] = (uint8_t)(v >> 8);
    w->start[at + 1] = (uint8_t)v;
}
