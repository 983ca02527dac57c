/* spawn: runs a program as a child in a session of its own.
 *
 * The child only moves descriptors and executes; all that needs memory is made ready before.  So it
 * can share our memory until it executes, where the system has a way (spawn_linux.c): what it costs then
 * grows neither with the daemon nor with what it has open.  spawn_fork.c is the body for
 * others.  Knows nothing of pppd. */
#ifndef HOST_SPAWN_H
#define HOST_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "host/loop.h"

#define SPAWN_INHERITED 2
#define SPAWN_NOT_RUN 127 /* exit status of a child that could not execute */

struct spawn {
    const char *const *argv;        /* NULL-ended, the program's path first */
    char *const *environment;       /* NULL-ended */
    int line;                       /* becomes its descriptors 0 and 1; 2 is ours */
    int inherited[SPAWN_INHERITED]; /* others that it gets under their numbers; -1: none */
    pid_t dies_with;                /* us, if it gets a TERM should we die (where the system has that),
                                     * and is not to begin if we have died already; 0: it lives on */
};

/* The environment as it is, but for these variables; a value of NULL unsets.  One block of memory,
 * the caller's to free(); texts of the environment stay where they are.  NULL: no memory. */
struct spawn_variable {
    const char *name, *value;
};
char **spawn_environment(const struct spawn_variable *variable, int n);

/* Once, while few descriptors are open: may take one, for good, by which children are made faster when
 * many are. */
void spawn_begin(void);

/* Starts it; returns when it has begun to execute.  What else is open in us is closed in it, as far
 * as that is close-on-exec (sys_keep_inherited() sees to what we were started with); signals are as
 * by default, none blocked.  Its pid, or -1 with errno if it could not be made or not executed, and
 * then no child is left. */
pid_t spawn(struct loop *l, const struct spawn *s);

/* For the bodies: what the child does.  Returns, with errno, only if it fails; of a parent that is
 * dead already, not even then.  Async-signal-safe. */
void spawn_become(struct loop *l, const struct spawn *s);

#endif
