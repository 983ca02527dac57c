/* bytes: octets in and out without a length check in sight.
 *
 * A span is a pointer and a length; it owns nothing.  A read cursor walks over a span and a write
 * cursor over room that the caller brings; both have *sticky failure*: a step that does not fit
 * gives zero or an empty span, moves nothing, and marks the cursor failed for good.  So a parser
 * takes its fields in a straight line and asks once, at the end.  Integers are big-endian on the
 * wire (RFC 2661, 3.0).  Knows nothing of L2TP. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
    const uint8_t *p; /* may be NULL when n is 0 */
    size_t n;
};

struct rd {
    const uint8_t *p;   /* next octet to take */
    const uint8_t *end; /* one past the last */
    bool failed;        /* some take did not fit */
};

struct wr {
    uint8_t *start;
    uint8_t *p;   /* next octet to write */
    uint8_t *end; /* one past the room */
    bool failed;  /* some put did not fit */
};

/* A span over n octets at p, or over a C string without its NUL. */
static inline struct span span_of(const void *p, size_t n)
{
    return (struct span){p, n};
}
struct span span_str(const char *s);

/* Same length and same octets; not for secrets. */
bool span_eq(struct span a, struct span b);

/* Equal in time that depends on n alone (challenge responses; RFC 2661, 5.1.1). */
bool bytes_eq_secret(const void *a, const void *b, size_t n);

/* Overwrites n octets in a way that the compiler keeps. */
void bytes_wipe(void *p, size_t n);

/* Copies a span into dst as a C string, cut to size - 1 octets; a NUL octet ends it early.
 * size is at least 1. */
void span_to_str(struct span s, char *dst, size_t size);

/* Taking is inline: each frame that passes is looked at by it several times. */
static inline struct rd rd_over(struct span s)
{
    /* an empty span may hold NULL, and NULL + 0 is not for C to add */
    static const uint8_t nothing[1];
    const uint8_t *p = s.n > 0 ? s.p : nothing;

    return (struct rd){p, p + s.n, false};
}

static inline size_t rd_left(const struct rd *r)
{
    return (size_t)(r->end - r->p);
}

/* The next n octets, or NULL, and then the cursor has failed. */
static inline const uint8_t *rd_step(struct rd *r, size_t n)
{
    const uint8_t *p = r->p;

    if (r->failed || rd_left(r) < n) {
        r->failed = true;
        return NULL;
    }
    r->p += n;
    return p;
}

static inline uint8_t rd_u8(struct rd *r)
{
    const uint8_t *p = rd_step(r, 1);

    return p != NULL ? *p : 0;
}

static inline uint16_t rd_u16(struct rd *r)
{
    const uint8_t *p = rd_step(r, 2);

    return p != NULL ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

uint32_t rd_u32(struct rd *r);
uint64_t rd_u64(struct rd *r);

/* n octets */
static inline struct span rd_take(struct rd *r, size_t n)
{
    const uint8_t *p = rd_step(r, n);

    return span_of(p, p != NULL ? n : 0);
}

/* all that is left, perhaps none */
static inline struct span rd_rest(struct rd *r)
{
    return rd_take(r, rd_left(r));
}

/* A cursor over the next n octets; born failed if they do not fit, and then so is r. */
struct rd rd_sub(struct rd *r, size_t n);

static inline struct wr wr_over(void *room, size_t n)
{
    uint8_t *p = (uint8_t *)room;

    return (struct wr){p, p, p + n, false};
}

size_t wr_len(const struct wr *w);

/* n octets to fill in; NULL if no room */
static inline uint8_t *wr_skip(struct wr *w, size_t n)
{
    uint8_t *p = w->p;

    if (w->failed || (size_t)(w->end - p) < n) {
        w->failed = true;
        return NULL;
    }
    w->p += n;
    return p;
}

static inline void wr_u16(struct wr *w, uint16_t v)
{
    uint8_t *p = wr_skip(w, 2);

    if (p == NULL)
        return;
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

void wr_u8(struct wr *w, uint8_t v);
void wr_u32(struct wr *w, uint32_t v);
void wr_u64(struct wr *w, uint64_t v);
void wr_put(struct wr *w, struct span s);
void wr_set16(struct wr *w, size_t at, uint16_t v); /* two octets already written, at an offset */

#endif
