/* The free list of frame buffers; see buf.h. */
#include "base/buf.h"

#include <stdlib.h>

#define KEEP 256 /* unused buffers kept for the next batch; more are freed */

static struct buf *unused;
static unsigned n_unused;

struct buf *buf_get(void)
{
    struct buf *b = unused;

    if (b != NULL) {
        unused = b->next;
        n_unused--;
    } else {
        b = malloc(sizeof *b);
    }
    if (b != NULL) {
        b->next = NULL;
        b->off = BUF_HEADROOM;
        b->len = 0;
    }
    return b;
}

void buf_put(struct buf *b)
{
    if (b == NULL)
        return;
    if (n_unused >= KEEP) {
        free(b);
        return;
    }
    b->next = unused;
    unused = b;
    n_unused++;
}

void buf_drain(void)
{
    while (unused != NULL) {
        struct buf *b = unused;

        unused = b->next;
        free(b);
    }
    n_unused = 0;
}
