/* The scheduler; see loop.h.  Knows descriptors, due times, signals and children; must not know
 * whose they are.
 *
 * What makes it safe for a handler to stop or free any watch, timer or child: no place here keeps a
 * pointer to one across a handler's call, but for the cursor and the batch, which leave()
 * corrects. */
#include "host/loop.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "host/many.h"
#include "host/sets.h"
#include "host/sys.h"

#define BATCH 256                         /* of the many, told in one turn */
#define SIGNALS 65                        /* one more than the highest signal number */
#define FIRST_BELOW 64                    /* descriptors of the first few have lower numbers */
#define CHILD_LISTS 256                   /* children are found by pid modulo this */
#define LONGEST_SLEEP_S (31L * 24 * 3600) /* what POSIX lets one select() count on */

struct caught {
    void (*call)(void *ctx, int signo);
    void *ctx;
};

struct loop {
    struct heap timers;
    uint64_t now;
    struct watch *few;    /* in select()'s sets */
    unsigned n_or_few;    /* how many stand there only while they are few; see below */
    struct watch *cursor; /* of those, the next to be looked at in this turn */
    struct watch *many;   /* in the set of the many */
    int many_set;         /* its descriptor, or -1: there is no such set */
    struct many_ready batch[BATCH];
    int n_batch; /* of the batch, those still to be told in this turn lie below */
    struct sets sets;
    int wake_up[2]; /* the self-pipe: written in signal context, read by us */
    struct child *children[CHILD_LISTS];
    struct caught caught[SIGNALS];
    uint64_t (*before_sleep)(void *ctx);
    void *before_sleep_ctx;
    bool stopping;
};

/* All that signal context may touch. */
static volatile sig_atomic_t signal_pending[SIGNALS];
static volatile sig_atomic_t signal_wake_fd = -1;

static void on_signal(int signo)
{
    int keep = errno;

    signal_pending[signo] = 1;
    /* a full pipe wakes us just as well */
    (void)!write((int)signal_wake_fd, "", 1);
    errno = keep;
}

/* -- watches ----------------------------------------------------------------------------------- */

static struct watch **list_of(struct loop *l, const struct watch *w)
{
    return w->in_set ? &l->many : &l->few;
}

static bool is_watched(struct loop *l, const struct watch *w)
{
    return w->prev != NULL || *list_of(l, w) == w;
}

static int join(struct loop *l, struct watch *w, bool in_set)
{
    struct watch **list;

    w->in_set = in_set;
    list = list_of(l, w);
    if (in_set) {
        if (many_put(l->many_set, w) != 0)
            return -1;
        sets_want(&l->sets, l->many_set, LOOP_READ);
    } else {
        if (sets_reach(&l->sets, w->fd) != 0)
            return -1;
        sets_want(&l->sets, w->fd, w->want);
        /* the number may be that of a descriptor closed in this turn: its readiness is not ours */
        sets_found_nothing(&l->sets, w->fd);
    }
    /* at the head, which this turn's cursor has passed */
    w->next = *list;
    if (w->next != NULL)
        w->next->prev = w;
    *list = w;
    return 0;
}

static void leave(struct loop *l, struct watch *w)
{
    struct watch **list = list_of(l, w);

    if (w->in_set) {
        many_take(l->many_set, w);
        for (int i = 0; i < l->n_batch; i++)
            if (l->batch[i].watch == w)
                l->batch[i].watch = NULL;
    } else {
        sets_want(&l->sets, w->fd, 0);
        if (l->cursor == w)
            l->cursor = w->next;
    }
    if (w->next != NULL)
        w->next->prev = w->prev;
    if (w->prev != NULL)
        w->prev->next = w->next;
    else
        *list = w->next;
    w->next = w->prev = NULL;
    if (l->many == NULL && l->many_set >= 0)
        sets_want(&l->sets, l->many_set, 0);
}

/* A descriptor with a high number would make select() look at all below it. */
static bool may_be_few(const struct watch *w)
{
    return w->or_few && w->fd < FIRST_BELOW;
}

/* Those that may stand in both go to the set, as they are many now, or out of it. */
static void move_all(struct loop *l, bool to_set)
{
    struct watch *next;

    for (struct watch *w = to_set ? l->few : l->many; w != NULL; w = next) {
        next = w->next;
        if (!may_be_few(w))
            continue;
        leave(l, w);
        if (join(l, w, to_set) != 0 && join(l, w, !to_set) != 0)
            log_warn("cannot watch descriptor %d any more", w->fd);
    }
}

int loop_watch(struct loop *l, struct watch *w)
{
    bool in_set = w->many && l->many_set >= 0;

    w->next = w->prev = NULL;
    assert(l->few != w && l->many != w);
    if (w->fd < 0) {
        errno = EBADF;
        return -1;
    }
    if (in_set && w->or_few && l->n_or_few == LOOP_FIRST)
        move_all(l, true);
    if (join(l, w, in_set && !(may_be_few(w) && l->n_or_few < LOOP_FIRST)) != 0)
        return -1;
    l->n_or_few += w->or_few;
    return 0;
}

void loop_want(struct loop *l, struct watch *w, unsigned want)
{
    if (w->want == want)
        return;
    w->want = want;
    if (!is_watched(l, w))
        return;
    if (list_of(l, w) == &l->few)
        sets_want(&l->sets, w->fd, want);
    else if (many_change(l->many_set, w) != 0)
        log_warn("cannot change what descriptor %d is watched for", w->fd);
}

void loop_again(struct loop *l, struct watch *w)
{
    if (w->in_set && is_watched(l, w) && many_change(l->many_set, w) != 0)
        log_warn("cannot be told again of descriptor %d", w->fd);
}

void loop_unwatch(struct loop *l, struct watch *w)
{
    if (!is_watched(l, w))
        return;
    leave(l, w);
    l->n_or_few -= w->or_few;
    if (l->many_set >= 0 && w->or_few && l->n_or_few == LOOP_FIRST / 2)
        move_all(l, false);
}

static void tell_few(struct loop *l)
{
    l->cursor = l->few;
    while (l->cursor != NULL) {
        struct watch *w = l->cursor;
        unsigned what = sets_found(&l->sets, w->fd);

        l->cursor = w->next;
        what &= w->want;
        if (what != 0)
            w->ready(w, what);
    }
}

static void tell_many(struct loop *l)
{
    int n = many_ready(l->many_set, l->batch, BATCH);

    l->n_batch = n;
    for (int i = 0; i < n; i++) {
        struct watch *w = l->batch[i].watch;
        unsigned what;

        if (w == NULL)
            continue;
        what = l->batch[i].what & (w->want | LOOP_HANGUP);
        /* told once: what nobody wants to read would wake us for ever */
        if (w->want == 0 && what != 0)
            many_take(l->many_set, w);
        if (what != 0)
            w->ready(w, what);
    }
    l->n_batch = 0;
}

/* -- timers ------------------------------------------------------------------------------------ */

static struct timer *timer_of(struct heap_node *node)
{
    return (struct timer *)(void *)((char *)node - offsetof(struct timer, node));
}

int loop_timer_init(struct loop *l, struct timer *t)
{
    t->node = (struct heap_node){0};
    if (heap_reserve(&l->timers))
        return 0;
    errno = ENOMEM;
    return -1;
}

/* A due time in the past counts as now: else a timer that its own handler sets to the past would
 * stand before all others for ever. */
void loop_timer_set(struct loop *l, struct timer *t, uint64_t due_ms)
{
    heap_put(&l->timers, &t->node, due_ms > l->now ? due_ms : l->now);
}

void loop_timer_unset(struct loop *l, struct timer *t)
{
    heap_take(&l->timers, &t->node);
}

void loop_timer_done(struct loop *l, struct timer *t)
{
    heap_take(&l->timers, &t->node);
    heap_release(&l->timers);
}

bool loop_timer_is_set(const struct timer *t)
{
    return t->node.place != 0;
}

/* Fires what is due, but no more than stood there at first: the rest comes next turn. */
static void fire_timers(struct loop *l)
{
    for (size_t most = l->timers.n; most > 0; most--) {
        struct heap_node *node = heap_top(&l->timers);
        struct timer *t;

        if (node == NULL || node->due > l->now)
            break;
        heap_take(&l->timers, node);
        t = timer_of(node);
        t->fire(t);
    }
}

/* -- children and signals ---------------------------------------------------------------------- */

static struct child **children_like(struct loop *l, pid_t pid)
{
    return &l->children[(unsigned)pid % CHILD_LISTS];
}

void loop_child(struct loop *l, struct child *c)
{
    struct child **list = children_like(l, c->pid);

    c->prev = NULL;
    c->next = *list;
    if (c->next != NULL)
        c->next->prev = c;
    *list = c;
}

void loop_child_forget(struct loop *l, struct child *c)
{
    struct child **list = children_like(l, c->pid);

    if (c->pid == 0 || (c->prev == NULL && *list != c))
        return;
    if (c->next != NULL)
        c->next->prev = c->prev;
    if (c->prev != NULL)
        c->prev->next = c->next;
    else
        *list = c->next;
    c->next = c->prev = NULL;
    c->pid = 0;
}

static void on_child(void *ctx, int signo)
{
    struct loop *l = ctx;
    int status;
    pid_t pid;

    (void)signo;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        struct child *c = *children_like(l, pid);

        while (c != NULL && c->pid != pid)
            c = c->next;
        if (c == NULL)
            continue;
        loop_child_forget(l, c);
        c->gone(c, status);
    }
}

int loop_signal(struct loop *l, int signo, void (*caught)(void *ctx, int signo), void *ctx)
{
    struct sigaction act = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
    sigset_t only;

    if (signo <= 0 || signo >= SIGNALS) {
        errno = EINVAL;
        return -1;
    }
    l->caught[signo] = (struct caught){caught, ctx};
    sigemptyset(&act.sa_mask);
    if (sigaction(signo, &act, NULL) != 0)
        return -1;
    /* whoever started us may have left it blocked */
    sigemptyset(&only);
    sigaddset(&only, signo);
    return sigprocmask(SIG_UNBLOCK, &only, NULL);
}

static void tell_signals(struct loop *l)
{
    char octets[64];

    /* the pipe first, then the marks: a signal in between is then told twice, never not at all */
    while (read(l->wake_up[0], octets, sizeof octets) == (ssize_t)sizeof octets)
        continue;
    for (int signo = 1; signo < SIGNALS; signo++) {
        if (signal_pending[signo] == 0 || l->caught[signo].call == NULL)
            continue;
        signal_pending[signo] = 0;
        l->caught[signo].call(l->caught[signo].ctx, signo);
    }
}

static void signals_to_default(struct loop *l)
{
    struct sigaction act = {.sa_handler = SIG_DFL};

    sigemptyset(&act.sa_mask);
    for (int signo = 1; signo < SIGNALS; signo++)
        if (l->caught[signo].call != NULL)
            sigaction(signo, &act, NULL);
    sigaction(SIGPIPE, &act, NULL);
}

void loop_after_fork(struct loop *l)
{
    sigset_t none;

    signals_to_default(l);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_above_standard(int fd)
{
    if (fd > STDERR_FILENO)
        close(fd);
}

void loop_close_in_child(struct loop *l)
{
    for (const struct watch *w = l->few; w != NULL; w = w->next)
        close_above_standard(w->fd);
    for (const struct watch *w = l->many; w != NULL; w = w->next)
        close_above_standard(w->fd);
    close_above_standard(l->many_set);
    close_above_standard(l->wake_up[0]);
    close_above_standard(l->wake_up[1]);
}

/* -- the loop ---------------------------------------------------------------------------------- */

static int open_wake_up(struct loop *l)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    if (sys_pipe(l->wake_up) != 0)
        return -1;
    if (sys_nonblock(l->wake_up[0]) != 0 || sys_nonblock(l->wake_up[1]) != 0)
        return -1;
    if (sets_reach(&l->sets, l->wake_up[0]) != 0)
        return -1;
    sets_want(&l->sets, l->wake_up[0], LOOP_READ);
    for (int signo = 0; signo < SIGNALS; signo++)
        signal_pending[signo] = 0;
    signal_wake_fd = l->wake_up[1];
    sigemptyset(&ignore.sa_mask);
    if (sigaction(SIGPIPE, &ignore, NULL) != 0)
        return -1;
    return loop_signal(l, SIGCHLD, on_child, l);
}

struct loop *loop_new(void)
{
    struct loop *l = calloc(1, sizeof *l);

    if (l == NULL)
        return NULL;
    l->now = sys_now_ms();
    sets_init(&l->sets);
    l->many_set = l->wake_up[0] = l->wake_up[1] = -1;
    if (open_wake_up(l) != 0)
        goto fail;
    l->many_set = many_open();
    if (l->many_set < 0)
        return l; /* they stand in select()'s sets, then */
    if (sets_reach(&l->sets, l->many_set) != 0)
        goto fail;
    return l; /* it is watched as long as there are such */
fail:
    loop_free(l);
    return NULL;
}

void loop_free(struct loop *l)
{
    int keep = errno;

    signals_to_default(l);
    signal_wake_fd = -1;
    for (int i = 0; i < 2; i++)
        if (l->wake_up[i] >= 0)
            close(l->wake_up[i]);
    if (l->many_set >= 0)
        close(l->many_set);
    sets_free(&l->sets);
    heap_free(&l->timers);
    free(l);
    errno = keep;
}

uint64_t loop_now(const struct loop *l)
{
    return l->now;
}

void loop_before_sleep(struct loop *l, uint64_t (*hook)(void *ctx), void *ctx)
{
    l->before_sleep = hook;
    l->before_sleep_ctx = ctx;
}

/* How long select() may sleep when due is the hook's wish; NULL: until something happens. */
static struct timeval *sleep_for(struct loop *l, uint64_t due, struct timeval *room)
{
    const struct heap_node *first = heap_top(&l->timers);
    uint64_t now = sys_now_ms(), ms;

    if (first != NULL && (due == 0 || first->due < due))
        due = first->due;
    if (due == 0)
        return NULL;
    /* sys_now_ms() rounds down and select() up: so a timer is never early, and never spun for */
    ms = due > now ? due - now : 0;
    if (ms > LONGEST_SLEEP_S * 1000ull)
        ms = LONGEST_SLEEP_S * 1000ull;
    room->tv_sec = (time_t)(ms / 1000);
    room->tv_usec = (suseconds_t)(ms % 1000 * 1000);
    return room;
}

/* Sleeps, and leaves what woke us in the ready sets. */
static void wait_for_events(struct loop *l, uint64_t due)
{
    struct timeval room, *most = sleep_for(l, due, &room);

    if (sets_select(&l->sets, most) < 0 && errno != EINTR) {
        /* a watched descriptor was closed under us: to go on would be to spin */
        log_error("cannot wait for events");
        abort();
    }
    l->now = sys_now_ms();
}

static void one_turn(struct loop *l, uint64_t due)
{
    bool some_of_many;

    wait_for_events(l, due);
    some_of_many = l->many_set >= 0 && sets_found(&l->sets, l->many_set) != 0;
    if (sets_found(&l->sets, l->wake_up[0]) != 0)
        tell_signals(l);
    tell_few(l);
    if (some_of_many)
        tell_many(l);
    fire_timers(l);
}

void loop_run(struct loop *l)
{
    l->stopping = false;
    l->now = sys_now_ms();
    for (;;) {
        uint64_t due = l->before_sleep != NULL ? l->before_sleep(l->before_sleep_ctx) : 0;

        if (l->stopping)
            break;
        one_turn(l, due);
    }
}

void loop_stop(struct loop *l)
{
    l->stopping = true;
}
