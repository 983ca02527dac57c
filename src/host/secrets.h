/* secrets: who shares which secret with whom: lines "us them secret".
 *
 * Blanks separate; '#' and ';' begin a comment; the secret is the rest of the line, inner blanks
 * kept, and may stand in double quotes; names compare without regard to case; '*' matches all; the
 * first match wins.
 *
 * The file is read again whenever it has changed, so edits count at once; but for two seconds after
 * it was written there may be more to come, and until then what it has no more is still in force.
 * A file with a line that cannot be used, or that cannot be read, or is gone, takes nothing away:
 * the secrets that were in force stay, and that is told once.  Where there were none, the lines
 * that can be used are, and no file means no secrets. */
#ifndef HOST_SECRETS_H
#define HOST_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

struct secrets;

/* Keeps a copy of the path.  NULL without memory. */
struct secrets *secrets_new(const char *path);
void secrets_free(struct secrets *s); /* wipes */
/* Another path is begun with nothing in force; the same one changes nothing. */
void secrets_set_path(struct secrets *s, const char *path);

/* Whom to tell of a file that cannot be read, and of lines that are not used; line 0: of the file
 * as a whole.  Without this it is the log. */
typedef void secrets_tell_fn(void *ctx, unsigned line, const char *text);
void secrets_tell_to(struct secrets *s, secrets_tell_fn *tell, void *ctx);

/* Whom to tell, once, that the secrets in force are older than the file, and why.  Else the log. */
void secrets_tell_old_to(struct secrets *s, secrets_tell_fn *old, void *ctx);

/* Whether they are; those that are not there (NULL) are not. */
bool secrets_are_old(const struct secrets *s);

/* Reads the file now, if there is one, so that what is wrong with it is told now. */
void secrets_look(struct secrets *s);

/* Puts the file of that path in force as it is now, in the place of what is.  False: it has an
 * error, which has been told and stands in why, and nothing changes.  No file is an error only if
 * there are secrets in force. */
bool secrets_replace(struct secrets *s, const char *path, char *why, size_t size);

/* The secret that "us" shares with "them", as a C string into dst; false if there is none (dst
 * empty) or it does not fit.  line, if not NULL, gets the line number that matched. */
bool secrets_find(struct secrets *s, const char *us, const char *them, char *dst, size_t size,
                  unsigned *line);

/* The next line, behind number *line, that is for "us" and can be used: *line becomes its number,
 * and the name of the other side, cut to fit, goes into dst.  False if there is none. */
bool secrets_next(struct secrets *s, const char *us, unsigned *line, char *dst, size_t size);

/* The file's path, for messages; good until it is set anew. */
const char *secrets_path(const struct secrets *s);

/* What others than its owner can do to a plain file of secrets (a trap to warn of): "read", or else
 * "written"; NULL: neither. */
const char *secrets_open_to_others(const struct secrets *s);

#endif
