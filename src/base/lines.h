/* lines: memory that is laid out by the lines of the CPU's cache.
 *
 * With a thousand busy calls little of one is in the cache when its turn comes, and each line that
 * a frame touches may have to be fetched.  So whatever a frame needs of an object stands together
 * at its beginning, and the object begins with a line. */
#ifndef BASE_LINES_H
#define BASE_LINES_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define LINE_OCTETS 64 /* of nearly all CPUs; on others it costs some room */

/* n octets of zeros that begin with a line; for free().  NULL: no memory. */
static inline void *lines_calloc(size_t n)
{
    size_t whole = (n + LINE_OCTETS - 1) / LINE_OCTETS * LINE_OCTETS;
    void *p = aligned_alloc(LINE_OCTETS, whole);

    return p != NULL ? memset(p, 0, whole) : NULL;
}

#endif
