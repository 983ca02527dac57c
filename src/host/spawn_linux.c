/* Runs a program by a child that has our memory until it executes; see spawn.h.
 *
 * There are two ways.  vfork() gives the child a copy of our table of descriptors, which takes the
 * longer the more are open, and so does closing them in it.  Where many are, the child is made with the
 * table itself, and then cuts off a copy of its own behind the first few: what it costs does not grow.
 * Until then it must not change the table; so what it needs of it stands in front, in one place that is
 * kept for that.
 *
 * Either way it may call what is async-signal-safe and nothing else, must not return, and no handler of
 * ours may run in it, so all signals are blocked until its actions are the default ones. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/spawn.h"

#ifndef SYS_close_range /* of Linux 5.9; the number is the same wherever it is */
#define SYS_close_range 436
#endif
#define CUT_OFF (1u << 1) /* CLOSE_RANGE_UNSHARE: from a copy of the table, that the caller has alone */

#define STACK_SIZE (32 * 1024)
#define MANY 64 /* descriptors: from there on the second way is worth it */

/* What the child leaves in our memory. */
struct outcome {
    int reason;    /* errno, if it did not execute */
    bool is_uncut; /* ... since the table cannot be cut off */
};

struct cut {
    struct loop *loop;
    struct spawn what;
    volatile struct outcome *outcome;
};

static int place = -1;   /* in front of nearly all descriptors; what is in it between is of no matter */
static bool cuts = true; /* as far as we know: what the system refuses is not tried again */

static int run_cut(void *argument)
{
    struct cut *c = argument;

    if (syscall(SYS_close_range, (unsigned)place + 1, ~0u, CUT_OFF) == 0)
        spawn_become(c->loop, &c->what);
    else
        c->outcome->is_uncut = true;
    c->outcome->reason = errno;
    _exit(SPAWN_NOT_RUN);
}

static bool is_for_cut(const struct spawn *s)
{
    for (int i = 0; i < SPAWN_INHERITED; i++)
        if (s->inherited[i] >= 0)
            return false;
    return cuts && place >= 0 && s->line >= MANY && s->line > place;
}

static pid_t by_cut(struct loop *l, const struct spawn *s, volatile struct outcome *outcome)
{
    char stack[STACK_SIZE] __attribute__((aligned(16)));
    struct cut c = {l, *s, outcome};
    pid_t pid;
    int keep;

    if (dup3(s->line, place, O_CLOEXEC) < 0)
        return -1;
    c.what.line = place;
    pid = clone(run_cut, stack + sizeof stack, CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, &c);
    keep = errno;
    dup3(STDERR_FILENO, place, O_CLOEXEC); /* or the line would never be seen to hang up */
    errno = keep;
    return pid;
}

static pid_t by_vfork(struct loop *l, const struct spawn *s, volatile struct outcome *outcome)
{
    pid_t pid = vfork();

    if (pid == 0) {
        spawn_become(l, s);
        outcome->reason = errno;
        _exit(SPAWN_NOT_RUN);
    }
    return pid;
}

/* As spawn(), with all signals blocked; but one that could not be cut off is told from others. */
static pid_t begin(struct loop *l, const struct spawn *s,
                   pid_t (*by)(struct loop *, const struct spawn *, volatile struct outcome *),
                   bool *is_uncut)
{
    volatile struct outcome outcome = {0};
    pid_t pid = by(l, s, &outcome);

    *is_uncut = pid < 0 || outcome.is_uncut;
    if (pid < 0 || outcome.reason == 0)
        return pid;
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    errno = outcome.reason;
    return -1;
}

void spawn_begin(void)
{
    if (place < 0)
        place = open("/dev/null", O_RDWR | O_CLOEXEC);
}

pid_t spawn(struct loop *l, const struct spawn *s)
{
    bool is_uncut = true;
    sigset_t all, before;
    pid_t pid = -1;
    int keep;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    if (is_for_cut(s)) {
        pid = begin(l, s, by_cut, &is_uncut);
        cuts = !is_uncut || errno == EAGAIN || errno == ENOMEM;
    }
    if (is_uncut)
        pid = begin(l, s, by_vfork, &is_uncut);
    keep = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = keep;
    return pid;
}
