/* Runs a program by fork(), where there is no other way; see spawn.h.  Why it could not be executed
 * comes back through a pipe that a successful exec closes. */
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/spawn.h"
#include "host/sys.h"

/* Waits for the exec.  0, or the errno with which it failed. */
static int read_outcome(int fd)
{
    int reason = 0;
    ssize_t n;

    do
        n = read(fd, &reason, sizeof reason);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof reason ? reason : 0;
}

/* The pipe's reading end is ours to close. */
static pid_t begin(struct loop *l, const struct spawn *s, int outcome[2])
{
    pid_t pid = fork();
    int reason;

    if (pid == 0) {
        spawn_become(l, s);
        reason = errno;
        (void)!write(outcome[1], &reason, sizeof reason);
        _exit(SPAWN_NOT_RUN);
    }
    reason = errno;
    close(outcome[1]);
    if (pid < 0) {
        errno = reason;
        return -1;
    }
    reason = read_outcome(outcome[0]);
    if (reason == 0)
        return pid;
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    errno = reason;
    return -1;
}

void spawn_begin(void)
{
}

pid_t spawn(struct loop *l, const struct spawn *s)
{
    int outcome[2], keep;
    pid_t pid;

    /* clear of the standard descriptors, which the child puts its line on */
    if (sys_pipe_above(outcome) < 0)
        return -1;
    pid = begin(l, s, outcome);
    keep = errno;
    close(outcome[0]);
    errno = keep;
    return pid;
}
