/* Runs a program by vfork(): the child has our memory until it executes; see spawn.h.
 *
 * It may call what is async-signal-safe and nothing else, must not return, and no handler of ours
 * may run in it, so all signals are blocked until its actions are the default ones. */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/spawn.h"

pid_t spawn(struct loop *l, const struct spawn *s)
{
    volatile int reason = 0; /* the child's to write */
    sigset_t all, before;
    pid_t pid;
    int keep;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid = vfork();
    if (pid == 0) {
        spawn_become(l, s);
        reason = errno;
        _exit(SPAWN_NOT_RUN);
    }
    keep = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (pid < 0 || reason == 0) {
        errno = keep;
        return pid;
    }
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    errno = reason;
    return -1;
}
