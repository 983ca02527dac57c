/* text: octets that grow as they are written: an answer, a line of JSON, a page of metrics.
 *
 * Without memory it remembers that something is missing ("failed") and takes no more, so a writer
 * writes straight on and asks once, at the end.  Zeroed is empty.  Knows nothing of what is
 * written. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

struct text {
    char *p; /* owned; n octets and a NUL behind them; NULL while nothing was written */
    size_t n, room;
    bool failed;
};

void text_free(struct text *t); /* and it is empty again, without failure */

/* Forgets the first n octets (all, if there are fewer), keeping the memory. */
void text_cut(struct text *t, size_t n);

void text_put(struct text *t, const char *p, size_t n);
void text_put_str(struct text *t, const char *s);
void text_add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Blanks until what stands since "from" is width octets wide; none if it is. */
void text_pad(struct text *t, size_t from, size_t width);

#endif
