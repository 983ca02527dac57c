/* host/loop over whichever body of host/many is linked: order, safety of what handlers do to one
 * another, signals, children, sleep without wake-ups, more descriptors than FD_SETSIZE. */
#include "host/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/many.h"
#include "host/sys.h"
#include "tap.h"

static struct loop *l;
static char trace[256]; /* what happened, a word each */
static int turns;       /* times before sleep */
static bool many;       /* how the watches of this pass stand */
static bool or_few;     /* and whether the first of them do otherwise */

static void note(const char *word)
{
    size_t n = strlen(trace);

    snprintf(trace + n, sizeof trace - n, "%s%s", n > 0 ? " " : "", word);
}

static uint64_t count_turns(void *ctx)
{
    (void)ctx;
    turns++;
    return 0;
}

static void begin(void)
{
    trace[0] = '\0';
    turns = 0;
}

static void stop_now(struct timer *t)
{
    (void)t;
    loop_stop(l);
}

/* Runs for ms at the most. */
static void run_for(unsigned ms)
{
    struct timer end = {.fire = stop_now};

    loop_timer_init(l, &end);
    loop_timer_set(l, &end, sys_now_ms() + ms);
    loop_run(l);
    loop_timer_done(l, &end);
}

/* -- timers ------------------------------------------------------------------------------------ */

struct named {
    struct timer timer;
    const char *name;
    struct named *other;
    int times;
};

static struct named clocks[4];

static void say_name(struct timer *t)
{
    note(((struct named *)t->owner)->name);
}

static void unset_other(struct timer *t)
{
    struct named *c = t->owner;

    note(c->name);
    loop_timer_unset(l, &c->other->timer);
}

static void move_other(struct timer *t)
{
    struct named *c = t->owner;

    note(c->name);
    loop_timer_set(l, &c->other->timer, loop_now(l) + 15);
}

static void again_at_once(struct timer *t)
{
    struct named *c = t->owner;

    c->times++;
    loop_timer_set(l, t, 0);
}

static void end_itself(struct timer *t)
{
    struct named *c = t->owner;

    note(c->name);
    loop_timer_done(l, t);
    memset(t, 0xa5, sizeof *t);
}

static const struct {
    const char *name;
    struct {
        void (*fire)(struct timer *t);
        int in_ms; /* -1: not set */
        int other;
    } clock[4]; /* a, b, c, d */
    const char *want;
} timer_rows[] = {
    {"due times fire in order",
     {{say_name, 20, 0}, {say_name, 5, 0}, {say_name, 12, 0}, {say_name, -1, 0}},
     "b c a"},
    {"what is overdue fires at once",
     {{say_name, -5000, 0}, {say_name, 0, 0}, {say_name, -1, 0}, {say_name, -1, 0}},
     "a b"},
    {"a handler unsets another that is due too",
     {{unset_other, 1, 1}, {say_name, 1, 0}, {say_name, 9, 0}, {say_name, -1, 0}},
     "a c"},
    {"a handler moves another",
     {{move_other, 2, 1}, {say_name, 3, 0}, {say_name, 8, 0}, {say_name, -1, 0}},
     "a c b"},
    {"a handler sets another",
     {{move_other, 2, 3}, {say_name, 3, 0}, {say_name, 8, 0}, {say_name, -1, 0}},
     "a b c d"},
    {"a handler frees its own timer",
     {{end_itself, 1, 0}, {say_name, 1, 0}, {end_itself, 4, 0}, {say_name, 6, 0}},
     "a b c d"},
};

static void test_timer_rows(void)
{
    for (size_t i = 0; i < sizeof timer_rows / sizeof *timer_rows; i++) {
        static const char *const names[] = {"a", "b", "c", "d"};

        begin();
        for (int k = 0; k < 4; k++) {
            int in_ms = timer_rows[i].clock[k].in_ms;

            clocks[k] =
                (struct named){.name = names[k], .other = &clocks[timer_rows[i].clock[k].other]};
            clocks[k].timer.fire = timer_rows[i].clock[k].fire;
            clocks[k].timer.owner = &clocks[k];
            loop_timer_init(l, &clocks[k].timer);
            if (in_ms != -1)
                loop_timer_set(l, &clocks[k].timer, sys_now_ms() + (uint64_t)(int64_t)in_ms);
        }
        run_for(60);
        is_str(trace, timer_rows[i].want, timer_rows[i].name);
        for (int k = 0; k < 4; k++)
            if (timer_rows[i].clock[k].fire != end_itself)
                loop_timer_done(l, &clocks[k].timer);
    }
}

static void test_timers(void)
{
    struct named now = {.timer.fire = again_at_once},
                 late = {.timer.fire = say_name, .name = "late"};
    uint64_t due;

    now.timer.owner = &now;
    late.timer.owner = &late;
    loop_timer_init(l, &now.timer);
    loop_timer_init(l, &late.timer);
    begin();
    loop_timer_set(l, &now.timer, 0);
    loop_timer_set(l, &late.timer, sys_now_ms() + 5);
    run_for(20);
    is_str(trace, "late", "a timer that sets itself to the past starves nobody");
    ok(now.times > 1, "and fires again");
    loop_timer_done(l, &now.timer);
    begin();
    due = sys_now_ms() + 30;
    loop_timer_set(l, &late.timer, due);
    ok(loop_timer_is_set(&late.timer), "a set timer is set");
    run_for(31);
    ok(!loop_timer_is_set(&late.timer) && sys_now_ms() >= due, "and fires never early");
    ok(turns <= 5, "nor is it spun for (%d turns)", turns);
    loop_timer_unset(l, &late.timer);
    loop_timer_done(l, &late.timer);
}

static uint64_t stop_in_hook(void *ctx)
{
    uint64_t *due = ctx;

    if (++turns == 3)
        loop_stop(l);
    return turns == 1 ? *due : 1;
}

static void test_hook(void)
{
    uint64_t start = sys_now_ms(), due = start + 30;

    begin();
    loop_before_sleep(l, stop_in_hook, &due);
    loop_run(l);
    is_int(turns, 3, "1 from the hook: no sleep; stop in the hook: no more sleep");
    ok(sys_now_ms() >= due && sys_now_ms() < start + 500,
       "a due time from the hook ends the sleep");
    loop_before_sleep(l, count_turns, NULL);
    begin();
    run_for(200);
    ok(turns <= 3, "idle for 200 ms: no wake-ups (%d turns)", turns);
}

/* -- watches ----------------------------------------------------------------------------------- */

struct pair {
    struct watch watch;
    int other_end;
    struct pair *partner;
    int calls;
    unsigned what;
};

static struct pair *pair_new(void (*ready)(struct watch *w, unsigned what))
{
    struct pair *p = calloc(1, sizeof *p);
    int fd[2];

    if (p == NULL || sys_pipe(fd) != 0 || sys_nonblock(fd[0]) != 0)
        abort();
    p->watch = (struct watch){
        .fd = fd[0], .want = LOOP_READ, .many = many, .or_few = or_few, .ready = ready, .owner = p};
    p->other_end = fd[1];
    if (loop_watch(l, &p->watch) != 0)
        abort();
    return p;
}

static void pair_free(struct pair *p)
{
    loop_unwatch(l, &p->watch);
    close(p->watch.fd);
    close(p->other_end);
    memset(p, 0xa5, sizeof *p);
    free(p);
}

static void fill(struct pair *p)
{
    if (write(p->other_end, "x", 1) != 1)
        abort();
}

static int reads_left; /* then the loop stops */

static void read_one(struct watch *w, unsigned what)
{
    struct pair *p = w->owner;
    char c;

    p->calls++;
    p->what = what;
    (void)!read(w->fd, &c, 1);
    if (reads_left > 0 && --reads_left == 0)
        loop_stop(l);
}

static void free_itself(struct watch *w, unsigned what)
{
    (void)what;
    note("freed");
    pair_free(w->owner);
}

static struct pair *survivor;

/* Whichever of two is told first frees the other: exactly one may be told. */
static void free_partner(struct watch *w, unsigned what)
{
    survivor = w->owner;
    read_one(w, what);
    note("told");
    pair_free(survivor->partner);
}

static void still_partner(struct watch *w, unsigned what)
{
    survivor = w->owner;
    read_one(w, what);
    note("told");
    loop_want(l, &survivor->partner->watch, 0);
}

static struct pair *fresh[2];

/* Closes itself and its partner and opens others, which are likely to get the same numbers. */
static void replace_all(struct watch *w, unsigned what)
{
    struct pair *p = w->owner, *partner = p->partner;

    (void)what;
    note("replaced");
    pair_free(partner);
    pair_free(p);
    for (int i = 0; i < 2; i++)
        fresh[i] = pair_new(free_itself);
}

static void stop_wanting(struct watch *w, unsigned what)
{
    struct pair *p = w->owner;

    p->calls++;
    p->what = what;
    loop_want(l, w, 0);
}

static void test_two(const char *name, void (*ready)(struct watch *w, unsigned what),
                     const char *want)
{
    struct pair *a = pair_new(ready), *b = pair_new(ready);

    a->partner = b;
    b->partner = a;
    fill(a);
    fill(b);
    begin();
    run_for(10);
    is_str(trace, want, name);
}

static void test_handlers(void)
{
    struct pair *p;

    test_two("a handler frees its own watch", free_itself, "freed freed");
    test_two("a handler frees another's watch of the same batch", free_partner, "told");
    pair_free(survivor);
    test_two("a handler ends another's wanting in the same batch", still_partner, "told");
    pair_free(survivor->partner);
    pair_free(survivor);
    test_two("descriptors closed and opened anew are not told of their forerunners' events",
             replace_all, "replaced");
    pair_free(fresh[0]);
    pair_free(fresh[1]);
    p = pair_new(read_one);
    fill(p);
    run_for(10);
    ok(p->calls == 1 && p->what == LOOP_READ, "one octet, one call");
    fill(p);
    loop_want(l, &p->watch, 0);
    begin();
    run_for(20);
    ok(p->calls == 1 && turns <= 3, "what is not wanted wakes nobody");
    loop_want(l, &p->watch, LOOP_READ);
    run_for(10);
    is_int(p->calls, 2, "until it is wanted again");
    loop_unwatch(l, &p->watch);
    loop_unwatch(l, &p->watch);
    fill(p);
    run_for(5);
    is_int(p->calls, 2, "stopped is stopped, twice too");
    p->watch.ready = stop_wanting;
    ok(loop_watch(l, &p->watch) == 0, "watched again");
    begin();
    run_for(20);
    ok(p->calls == 3 && turns <= 4, "a handler may stop wanting");
    pair_free(p);
}

static void test_writing(void)
{
    struct pair *p = pair_new(stop_wanting);
    int keep = p->watch.fd;

    loop_unwatch(l, &p->watch);
    p->watch.fd = p->other_end;
    p->other_end = keep;
    p->watch.want = LOOP_WRITE;
    ok(loop_watch(l, &p->watch) == 0, "a writer is watched");
    run_for(10);
    ok(p->calls == 1 && p->what == LOOP_WRITE, "and told that there is room");
    pair_free(p);
}

static void test_hangup(void)
{
    struct pair *p = pair_new(read_one);
    int set = many_open();

    if (set < 0 || !many) {
        ok(true, "hang-up: select() has no word for it # skip");
        pair_free(p);
        return;
    }
    close(set);
    loop_want(l, &p->watch, 0);
    close(p->other_end);
    p->other_end = -1;
    begin();
    run_for(50);
    ok(p->calls == 1 && p->what == LOOP_HANGUP, "a hang-up is told once to who wants nothing");
    ok(turns <= 4, "and there is no spinning (%d turns)", turns);
    loop_want(l, &p->watch, LOOP_READ);
    p->watch.ready = stop_wanting;
    run_for(10);
    ok(p->calls >= 2 && (p->what & LOOP_HANGUP) != 0, "wanting something brings it back");
    pair_free(p);
}

static unsigned in_sets(struct pair *const *p, unsigned n)
{
    unsigned first = 0;

    for (unsigned i = 0; i < n; i++)
        first += !p[i]->watch.in_set;
    return first;
}

static void test_first_few(void)
{
    enum { PAIRS = LOOP_FIRST + 3 };
    struct pair *p[PAIRS];
    int set = many_open(), told = 0;

    if (set < 0 || !many) {
        ok(true, "the first few: there is no set for the others # skip");
        return;
    }
    close(set);
    or_few = true;
    for (int i = 0; i < PAIRS; i++)
        p[i] = pair_new(read_one);
    is_int(in_sets(p, PAIRS), LOOP_FIRST, "the first few stand in select()'s sets");
    for (int i = 0; i < PAIRS; i++)
        fill(p[i]);
    begin();
    run_for(20);
    for (int i = 0; i < PAIRS; i++)
        told += p[i]->calls == 1;
    is_int(told, PAIRS, "each is told, wherever it stands");
    pair_free(p[0]);
    pair_free(p[PAIRS - 1]);
    p[0] = pair_new(read_one);
    p[PAIRS - 1] = pair_new(read_one);
    is_int(in_sets(p, PAIRS), LOOP_FIRST, "a place that is given up goes to the next that comes");
    loop_want(l, &p[0]->watch, 0);
    fill(p[0]);
    run_for(5);
    is_int(p[0]->calls, 0, "nothing wanted, nothing told");
    for (int i = 0; i < PAIRS; i++)
        pair_free(p[i]);
    or_few = false;
}

static void test_wrong(void)
{
    struct watch w = {.fd = -1, .want = LOOP_READ, .many = many};

    ok(loop_watch(l, &w) == -1 && errno == EBADF, "no descriptor, no watch");
    loop_unwatch(l, &w);
}

static void test_beyond_fd_setsize(void)
{
    enum { PAIRS = 1500 };
    static struct pair *p[PAIRS];
    size_t limit = sys_raise_descriptors();
    int told = 0;

    if (limit < 2 * PAIRS + 50) {
        ok(true, "more descriptors than FD_SETSIZE # skip limit is %zu", limit);
        return;
    }
    for (int i = 0; i < PAIRS; i++)
        p[i] = pair_new(read_one);
    for (int i = 0; i < PAIRS; i++)
        fill(p[i]);
    reads_left = PAIRS;
    run_for(5000);
    run_for(5);
    for (int i = 0; i < PAIRS; i++)
        told += p[i]->calls == 1;
    is_int(told, PAIRS, "more descriptors than FD_SETSIZE: each is told once");
    fill(p[PAIRS - 1]);
    run_for(5);
    is_int(p[PAIRS - 1]->calls, 2, "the highest alone too");
    for (int i = PAIRS - 1; i >= 0; i--)
        pair_free(p[i]);
}

/* -- signals and children ---------------------------------------------------------------------- */

static void on_usr(void *ctx, int signo)
{
    (void)ctx;
    note(signo == SIGUSR1 ? "usr1" : "usr2");
    if (signo == SIGUSR2)
        loop_stop(l);
}

static void raise_both(struct timer *t)
{
    (void)t;
    raise(SIGUSR1);
    raise(SIGUSR1);
    raise(SIGUSR2);
}

static void test_signals(void)
{
    struct timer t = {.fire = raise_both};
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    ok(loop_signal(l, SIGUSR1, on_usr, NULL) == 0 && loop_signal(l, SIGUSR2, on_usr, NULL) == 0,
       "signals are caught");
    ok(loop_signal(l, 4000, on_usr, NULL) == -1 && errno == EINVAL, "but not just any number");
    ok(loop_signal(l, SIGKILL, on_usr, NULL) == -1, "nor SIGKILL");
    loop_timer_init(l, &t);
    loop_timer_set(l, &t, 0);
    begin();
    loop_run(l);
    is_str(trace, "usr1 usr2", "told in the loop, though blocked by whoever started us");
    loop_timer_done(l, &t);
    raise(SIGPIPE);
    ok(true, "SIGPIPE is ignored");
}

struct kid {
    struct child child;
    int status;
    int calls;
};

static int kids_left;

static void on_kid(struct child *c, int status)
{
    struct kid *k = c->owner;

    k->calls++;
    k->status = c->pid == 0 ? status : -1;
    if (--kids_left == 0)
        loop_stop(l);
}

static void kid_start(struct kid *k, int code)
{
    *k = (struct kid){.child = {.pid = fork(), .gone = on_kid, .owner = k}};
    if (k->child.pid == 0)
        _exit(code);
    loop_child(l, &k->child);
}

static void test_children(void)
{
    struct kid kid[20];
    bool good = true;
    pid_t forgotten;

    kids_left = 19;
    for (int i = 0; i < 20; i++)
        kid_start(&kid[i], i);
    forgotten = kid[7].child.pid;
    loop_child_forget(l, &kid[7].child);
    loop_child_forget(l, &kid[7].child);
    loop_run(l);
    run_for(20);
    for (int i = 0; i < 20; i++)
        good = good && (i == 7 ? kid[i].calls == 0
                               : kid[i].calls == 1 && WIFEXITED(kid[i].status) &&
                                     WEXITSTATUS(kid[i].status) == i);
    ok(good, "each child's end is told once, with its own status");
    ok(waitpid(forgotten, NULL, WNOHANG) == -1 && errno == ECHILD,
       "a forgotten one is reaped silently");
}

/* What the child of a fork() finds; bits of what is wrong. */
static int look_after_fork(const struct pair *p)
{
    struct sigaction act;
    sigset_t set;
    int wrong = 0;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    loop_after_fork(l);
    sigprocmask(SIG_BLOCK, NULL, &set);
    wrong |= sigismember(&set, SIGTERM) ? 1 : 0;
    wrong |= sigaction(SIGUSR1, NULL, &act) != 0 || act.sa_handler != SIG_DFL ? 2 : 0;
    wrong |= sigaction(SIGPIPE, NULL, &act) != 0 || act.sa_handler != SIG_DFL ? 4 : 0;
    wrong |= sigaction(SIGCHLD, NULL, &act) != 0 || act.sa_handler != SIG_DFL ? 8 : 0;
    loop_close_in_child(l);
    wrong |= close(p->watch.fd) == 0 ? 16 : 0;
    wrong |= close(p->other_end) != 0 ? 32 : 0;
    return wrong;
}

static void test_after_fork(void)
{
    struct pair *p = pair_new(read_one);
    struct kid k = {.child = {.gone = on_kid, .owner = &k}};

    kids_left = 1;
    k.child.pid = fork();
    if (k.child.pid == 0)
        _exit(look_after_fork(p));
    loop_child(l, &k.child);
    loop_run(l);
    is_int(WEXITSTATUS(k.status), 0,
           "after fork: signals as by default, what was watched is closed");
    fill(p);
    run_for(10);
    is_int(p->calls, 1, "and the parent's watch still works");
    pair_free(p);
}

int main(void)
{
    l = loop_new();
    if (!ok(l != NULL, "a loop"))
        return 1;
    loop_before_sleep(l, count_turns, NULL);
    test_timer_rows();
    test_timers();
    test_hook();
    for (int pass = 0; pass < 2; pass++) {
        many = pass == 1;
        printf("# %s watches\n", many ? "many" : "few");
        test_handlers();
        test_writing();
        test_hangup();
        test_first_few();
        test_wrong();
        test_beyond_fd_setsize();
        test_after_fork();
    }
    test_signals();
    test_children();
    loop_free(l);
    return tap_done();
}
