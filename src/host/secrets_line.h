/* secrets_line: the grammar of a line in the file of secrets: "us them secret", or a comment.  Knows no
 * file. */
#ifndef HOST_SECRETS_LINE_H
#define HOST_SECRETS_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

/* The spans are the line's. */
struct secrets_line {
    struct span us, them, secret; /* the secret perhaps with escapes in it */
    bool quoted;
    const char *problem; /* why the line is not used; NULL: it is, if us.n > 0 */
};

struct secrets_line secrets_line_read(struct span line);

/* Whether a name is the one of the line, or the line is for all; without regard to case. */
bool secrets_line_is_for(struct span pattern, const char *name);

/* The secret into dst as a C string, without escapes; false if it does not fit. */
bool secrets_line_copy(const struct secrets_line *l, char *dst, size_t size);

#endif
