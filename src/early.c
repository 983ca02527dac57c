/* Data before its call is up; see early.h. */
#include "early.h"

#include <string.h>

#include "sockets.h"

#define MOST 64 /* a batch of one socket's */

static struct {
    unsigned n;
    struct {
        struct addr from, to;
        uint8_t ecn;
        struct buf *octets;
    } of[MOST];
} early;

void early_begin(struct hub *h)
{
    l2tp_leave_early(h->engine, true);
}

void early_end(struct hub *h)
{
    (void)h;
    while (early.n > 0)
        buf_put(early.of[--early.n].octets);
}

void early_keep(struct hub *h, const struct addr *from, const struct addr *to, uint8_t ecn,
                struct span octets)
{
    struct buf *b = octets.n <= BUF_ROOM ? buf_get() : NULL;

    if (b == NULL)
        return;
    memcpy(b->data + b->off, octets.p, octets.n);
    b->len = octets.n;
    early.of[early.n].from = *from;
    early.of[early.n].to = *to;
    early.of[early.n].ecn = ecn;
    early.of[early.n++].octets = b;
    l2tp_leave_early(h->engine, early.n < MOST);
}

void early_again(struct hub *h)
{
    if (early.n == 0)
        return;
    l2tp_leave_early(h->engine, false);
    sockets_hear_first(h);
    for (unsigned i = 0; i < early.n; i++)
        h->heard(h, &early.of[i].from, &early.of[i].to, early.of[i].ecn,
                 buf_span(early.of[i].octets));
    early_end(h);
    l2tp_leave_early(h->engine, true);
}
