/* secrets: who shares which secret with whom: lines "us them secret".
 *
 * Blanks separate; '#' and ';' begin a comment; the secret is the rest of the line, inner blanks
 * kept, and may stand in double quotes; names compare without regard to case; '*' matches all; the
 * first match wins.  The file is read again whenever it has changed, so edits count at once.  A
 * missing file means no secrets and is warned of once per change. */
#ifndef HOST_SECRETS_H
#define HOST_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

struct secrets;

/* Keeps a copy of the path.  NULL without memory. */
struct secrets *secrets_new(const char *path);
void secrets_free(struct secrets *s); /* wipes */
void secrets_set_path(struct secrets *s, const char *path);

/* Whom to tell of a file that cannot be read, and of lines that are not used; line 0: of the file
 * as a whole.  Without this it is the log. */
typedef void secrets_tell_fn(void *ctx, unsigned line, const char *text);
void secrets_tell_to(struct secrets *s, secrets_tell_fn *tell, void *ctx);

/* Reads the file now, if there is one, so that what is wrong with it is told now. */
void secrets_look(struct secrets *s);

/* The secret that "us" shares with "them", as a C string into dst; false if there is none (dst
 * empty) or it does not fit.  line, if not NULL, gets the line number that matched. */
bool secrets_find(struct secrets *s, const char *us, const char *them, char *dst, size_t size,
                  unsigned *line);

/* The next line, behind number *line, that is for "us" and can be used: *line becomes its number,
 * and the name of the other side, cut to fit, goes into dst.  False if there is none. */
bool secrets_next(struct secrets *s, const char *us, unsigned *line, char *dst, size_t size);

/* The file's path, for messages; good until it is set anew. */
const char *secrets_path(const struct secrets *s);

/* True if it is a plain file that others than its owner can read (a trap to warn of). */
bool secrets_readable_by_others(const struct secrets *s);

#endif
