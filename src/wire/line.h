/* line: a line of text that grows within the room its caller brought, and stops growing when that
 * is full.  For what is shown to people; never fails. */
#ifndef WIRE_LINE_H
#define WIRE_LINE_H

#include <stddef.h>

#include "base/bytes.h"

struct line {
    char *dst;   /* always a C string */
    size_t size; /* at least 1 */
    size_t used; /* without the NUL */
};

/* An empty line in dst. */
struct line line_over(char *dst, size_t size);

void line_add(struct line *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The first most octets in hex; if there are more, "...(N)" says how many in all. */
void line_hex(struct line *l, struct span octets, size_t most);

#endif
