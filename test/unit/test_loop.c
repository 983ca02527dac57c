/* host/loop: due times, sleep without wake-ups, signals, children.  Descriptors are in
 * test_loop_watches.c. */
#include "loop_rig.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

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

int main(void)
{
    l = loop_new();
    if (!ok(l != NULL, "a loop"))
        return 1;
    loop_before_sleep(l, count_turns, NULL);
    test_timer_rows();
    test_timers();
    test_hook();
    test_signals();
    test_children();
    loop_free(l);
    return tap_done();
}
