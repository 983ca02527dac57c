/* select()'s sets; see sets.h. */
#include "host/sets.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "host/loop.h"

void sets_init(struct sets *s)
{
    *s = (struct sets){.highest = -1};
}

void sets_free(struct sets *s)
{
    for (int way = 0; way < SETS_WAYS; way++) {
        free(s->wanted[way]);
        free(s->ready[way]);
    }
}

static bool bit_get(fd_set *const *set, int way, int fd)
{
    return FD_ISSET(fd % FD_SETSIZE, &set[way][fd / FD_SETSIZE]);
}

static void bit_put(fd_set **set, int way, int fd, bool on)
{
    if (on)
        FD_SET(fd % FD_SETSIZE, &set[way][fd / FD_SETSIZE]);
    else
        FD_CLR(fd % FD_SETSIZE, &set[way][fd / FD_SETSIZE]);
}

static fd_set *grown(fd_set *old, size_t n_old, size_t n)
{
    fd_set *bigger = calloc(n, sizeof *bigger);

    if (bigger != NULL && n_old > 0)
        memcpy(bigger, old, n_old * sizeof *bigger);
    return bigger;
}

int sets_reach(struct sets *s, int fd)
{
    size_t n = (size_t)(fd / FD_SETSIZE) + 1;
    fd_set *bigger[2 * SETS_WAYS];
    bool fits = true;

    if (n <= s->n_blocks)
        return 0;
    for (int way = 0; way < SETS_WAYS; way++) {
        bigger[way] = grown(s->wanted[way], s->n_blocks, n);
        bigger[SETS_WAYS + way] = grown(s->ready[way], s->n_blocks, n);
        fits = fits && bigger[way] != NULL && bigger[SETS_WAYS + way] != NULL;
    }
    for (int way = 0; way < SETS_WAYS; way++) {
        free(fits ? s->wanted[way] : bigger[way]);
        free(fits ? s->ready[way] : bigger[SETS_WAYS + way]);
        if (fits) {
            s->wanted[way] = bigger[way];
            s->ready[way] = bigger[SETS_WAYS + way];
        }
    }
    if (!fits) {
        errno = ENOMEM;
        return -1;
    }
    s->n_blocks = n;
    return 0;
}

void sets_want(struct sets *s, int fd, unsigned want)
{
    bit_put(s->wanted, SETS_READING, fd, (want & LOOP_READ) != 0);
    bit_put(s->wanted, SETS_WRITING, fd, (want & LOOP_WRITE) != 0);
    if (want != 0 && fd > s->highest)
        s->highest = fd;
    while (s->highest >= 0 && !bit_get(s->wanted, SETS_READING, s->highest) &&
           !bit_get(s->wanted, SETS_WRITING, s->highest))
        s->highest--;
}

int sets_select(struct sets *s, struct timeval *most)
{
    size_t octets = s->n_blocks * sizeof(fd_set);
    int n;

    for (int way = 0; way < SETS_WAYS; way++)
        memcpy(s->ready[way], s->wanted[way], octets);
    n = select(s->highest + 1, s->ready[SETS_READING], s->ready[SETS_WRITING], NULL, most);
    if (n > 0)
        return n;
    for (int way = 0; way < SETS_WAYS; way++)
        memset(s->ready[way], 0, octets);
    return n;
}

unsigned sets_found(const struct sets *s, int fd)
{
    return (bit_get(s->ready, SETS_READING, fd) ? LOOP_READ : 0) |
           (bit_get(s->ready, SETS_WRITING, fd) ? LOOP_WRITE : 0);
}

void sets_found_nothing(struct sets *s, int fd)
{
    bit_put(s->ready, SETS_READING, fd, false);
    bit_put(s->ready, SETS_WRITING, fd, false);
}
