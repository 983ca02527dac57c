/* loop: the scheduler.  One select() waits for descriptors, due times, signals and children.
 *
 * Watches, timers and children are embedded in their owners: nothing is allocated for them here,
 * and a handler may stop or free any of them, itself included, at any time.  One turn: wait;
 * signals and dead children; ready watches; due timers; then the "before sleep" hook, the only
 * place where events of the protocol become actions.  There is no tick: without anything due the
 * loop sleeps for ever.
 *
 * Few descriptors (sockets, FIFO, pipes) stand in select()'s own sets, which grow with the highest
 * descriptor and do not end at FD_SETSIZE; the many (one per call) stand in one epoll set whose own
 * descriptor select() watches where the system has it (many_epoll.c), elsewhere in the sets too
 * (many_select.c).  The first few of these stand in select()'s sets nevertheless: whoever has few
 * calls is spared a system call a turn.  Single-threaded; all times in monotonic ms (sys_now_ms).
 */
#ifndef HOST_LOOP_H
#define HOST_LOOP_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/heap.h"

struct loop;

#define LOOP_FIRST 4

#define LOOP_READ 1u
#define LOOP_WRITE 2u
#define LOOP_HANGUP 4u /* in "what" only: error or hang-up; see below */

/* A hang-up among the many is told even to a watch that wants nothing, then only once (until it
 * wants something again).  select() knows no hang-up: there it shows as LOOP_READ. */

struct watch {
    int fd;        /* -1: not watched */
    unsigned want; /* LOOP_READ | LOOP_WRITE, set through loop_want() */
    bool many;     /* stands among the many: links, and what is rarely ready */
    bool or_few;   /* ... unless there are at most LOOP_FIRST like it */
    bool reads_all; /* it reads until nothing is left, or calls loop_again(): see there */
    void (*ready)(struct watch *w, unsigned what);
    void *owner; /* for the handler's use */
    struct watch *next, *prev;
    bool in_set; /* the loop's: it stands in the set of the many */
};

struct timer {
    struct heap_node node;
    void (*fire)(struct timer *t);
    void *owner;
};

struct child {
    pid_t pid;                                 /* 0: no child */
    void (*gone)(struct child *c, int status); /* status as waitpid() gives it; pid is 0 already */
    void *owner;
    struct child *next, *prev;
};

/* One loop a process, as signals are the process's.  From then on SIGPIPE is ignored.  NULL with
 * errno. */
struct loop *loop_new(void);
void loop_free(struct loop *l);

/* The time at the start of this turn's handlers; refreshed after each wait. */
uint64_t loop_now(const struct loop *l);

/* Starts watching w->fd for w->want; fd, want, many, ready and owner are set by the caller.  0, or
 * -1 with errno (ENOMEM, EBADF).  Stopping an unwatched one does nothing; it does not close the
 * descriptor nor change w->fd, and must come before the close. */
int loop_watch(struct loop *l, struct watch *w);
void loop_want(struct loop *l, struct watch *w, unsigned want);
void loop_unwatch(struct loop *l, struct watch *w);

/* Of a watch among the many with reads_all the system may tell just once what has come to be read (a
 * set that is asked again what is left costs a call into each one's driver): whoever leaves something
 * there that he could read asks to be told again.  A read that has brought less than there was room
 * for has left nothing. */
void loop_again(struct loop *l, struct watch *w);

/* A timer that stands in the loop fires once at due_ms (or at once if that has passed).  set() also
 * moves it; unset() of an idle one does nothing.  init() comes first and can fail without memory
 * (-1); done() is its reverse. */
int loop_timer_init(struct loop *l, struct timer *t);
void loop_timer_set(struct loop *l, struct timer *t, uint64_t due_ms);
void loop_timer_unset(struct loop *l, struct timer *t);
void loop_timer_done(struct loop *l, struct timer *t);
bool loop_timer_is_set(const struct timer *t);

/* The child's end is told once, from the loop, never from a signal handler.  forget() before that:
 * it is still reaped, silently. */
void loop_child(struct loop *l, struct child *c);
void loop_child_forget(struct loop *l, struct child *c);

/* The handler runs in the loop (self-pipe), not in signal context. */
int loop_signal(struct loop *l, int signo, void (*caught)(void *ctx, int signo), void *ctx);

/* Runs before every sleep; gives the next due time in ms (0: none), 1 for "do not sleep". */
void loop_before_sleep(struct loop *l, uint64_t (*hook)(void *ctx), void *ctx);

void loop_run(struct loop *l);  /* until loop_stop() */
void loop_stop(struct loop *l); /* after the present turn */

/* For the child of a fork(): default signal actions and an empty mask.  Async-signal-safe. */
void loop_after_fork(struct loop *l);

/* For the child of a fork() that will not exec: closes whatever the loop watches and its own
 * descriptors, but for 0 to 2, so that it keeps no pty and no socket of ours open.  The loop is
 * of no use to the child afterwards. */
void loop_close_in_child(struct loop *l);

#endif
