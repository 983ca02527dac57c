/* sets: what select() is given and what it has found, for descriptors of any number.
 *
 * They are arrays of fd_set laid end to end, grown by the highest descriptor: so nothing stops at
 * FD_SETSIZE, and FD_SET() is only ever given a number below it.  For host/loop only. */
#ifndef HOST_SETS_H
#define HOST_SETS_H

#include <stddef.h>
#include <sys/select.h>

enum { SETS_READING, SETS_WRITING, SETS_WAYS };

struct sets {
    fd_set *wanted[SETS_WAYS]; /* arrays of n_blocks */
    fd_set *ready[SETS_WAYS];
    size_t n_blocks;
    int highest; /* descriptor that something is wanted of, or -1 */
};

void sets_init(struct sets *s);
void sets_free(struct sets *s);

/* Makes room for one more descriptor; comes before all else that names it.  0, or -1 with errno and
 * nothing changed. */
int sets_reach(struct sets *s, int fd);

/* LOOP_READ, LOOP_WRITE, both or 0. */
void sets_want(struct sets *s, int fd, unsigned want);

/* Waits so long, or for ever (NULL).  As select(), but that after an error nothing is ready. */
int sets_select(struct sets *s, struct timeval *most);

/* What was found: LOOP_READ, LOOP_WRITE, both or 0. */
unsigned sets_found(const struct sets *s, int fd);
void sets_found_nothing(struct sets *s, int fd);

#endif
