/* host/resolve: numeric addresses at once, names through a child, failures in words, and what is
 * cancelled stays silent.  Needs no name server: only this host's own tables. */
#include "host/resolve.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/sys.h"
#include "tap.h"

static struct loop *l;
static int answers;
static size_t n_got;
static struct addr first;
static char reason[128];

static void on_done(struct resolve *r, const struct addr *got, size_t n, const char *why)
{
    answers++;
    n_got = n;
    first = n > 0 ? got[0] : (struct addr){.family = 0};
    snprintf(reason, sizeof reason, "%s", why != NULL ? why : "");
    memset(r, 0xa5, sizeof *r); /* its owner may free it */
    loop_stop(l);
}

static void stop_now(struct timer *t)
{
    (void)t;
    loop_stop(l);
}

static void run(unsigned most_ms)
{
    struct timer end = {.fire = stop_now};

    loop_timer_init(l, &end);
    loop_timer_set(l, &end, sys_now_ms() + most_ms);
    loop_run(l);
    loop_timer_done(l, &end);
}

static const struct {
    const char *name;
    const char *host;
    int family;       /* of the first; 0: either */
    const char *text; /* NULL: any */
    bool works;
} rows[] = {
    {"IPv4 as it is", "192.0.2.1", 4, "192.0.2.1:1701", true},
    {"IPv6 as it is", "2001:db8::1", 6, "[2001:db8::1]:1701", true},
    {"a name", "localhost", 0, NULL, true},
    {"an address that only the resolver reads", "127.1", 4, "127.0.0.1:1701", true},
    {"a name that cannot be", "no such name", 0, NULL, false},
    {"no name", "", 0, NULL, false},
};

/* True once the loop has reaped all children; they have ten seconds to die. */
static bool none_left(void)
{
    siginfo_t info;
    int tries = 200;

    while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && tries-- > 0)
        run(50);
    return tries >= 0 && errno == ECHILD;
}

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct resolve r = {.done = on_done};
        char text[ADDR_TEXT];

        if (strcmp(rows[i].host, "localhost") == 0 && access("/etc/hosts", R_OK) < 0) {
            ok(true, "%s # SKIP this host has no /etc/hosts", rows[i].name);
            continue;
        }
        answers = 0;
        if (!ok(resolve_start(&r, l, rows[i].host, 1701) == 0, "%s: asked", rows[i].name))
            continue;
        is_int(answers, 0, "never answered before the loop's next turn");
        run(5000);
        ok(answers == 1 && (n_got > 0) == rows[i].works, "answered once");
        ok((reason[0] == '\0') == rows[i].works, "with a reason if there is nothing else");
        if (rows[i].works)
            ok(first.port == 1701 && (rows[i].family == 0 || first.family == rows[i].family),
               "the port is the one given");
        if (rows[i].text != NULL)
            is_str(addr_text(&first, text), rows[i].text, "the address too");
        if (!rows[i].works)
            printf("# \"%s\"\n", reason);
    }
}

static void test_cancel(void)
{
    static const char *const hosts[] = {"192.0.2.1", "localhost", "no such name"};
    struct resolve r = {.done = on_done};

    resolve_cancel(&r);
    answers = 0;
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        ok(resolve_start(&r, l, hosts[i], 1) == 0, "\"%s\": asked", hosts[i]);
        resolve_cancel(&r);
        resolve_cancel(&r);
        ok(!r.busy, "and cancelled");
    }
    run(50);
    is_int(answers, 0, "then nothing is told");
    ok(none_left(), "and no child is left");
}

/* The child dies without a word, as when the system is out of memory. */
static void test_death(void)
{
    struct resolve r = {.done = on_done};

    answers = 0;
    ok(resolve_start(&r, l, "localhost", 1) == 0, "asked");
    kill(r.child.pid, SIGSTOP);
    kill(r.child.pid, SIGKILL);
    run(2000);
    is_int(answers, 1, "a child that dies is an answer");
    ok(n_got > 0 || reason[0] != '\0', "with a reason unless it was quick");
}

/* Nobody answers: as the child is stopped, only the timer is left. */
static void test_patience(void)
{
    struct resolve r = {.done = on_done};

    answers = 0;
    ok(resolve_start(&r, l, "localhost", 1) == 0, "asked");
    kill(r.child.pid, SIGSTOP);
    ok(loop_timer_is_set(&r.timer) && r.timer.node.due >= sys_now_ms() + RESOLVE_TIMEOUT_MS - 1000,
       "patience ends some time");
    loop_timer_set(l, &r.timer, 0);
    run(2000);
    is_int(answers, 1, "answered");
    ok(n_got == 0 ? strcmp(reason, "no answer in time") == 0 : n_got > 0, "in words");
    ok(none_left(), "and the stopped child is gone");
}

#define CROWD (RESOLVE_CHILDREN + 60)

static struct resolve crowd[CROWD];

static void on_one_done(struct resolve *r, const struct addr *got, size_t n, const char *why)
{
    (void)got;
    (void)n;
    (void)why;
    answers++;
    memset(r, 0, sizeof *r);
    loop_stop(l);
}

static int count_children(void)
{
    int n = 0;

    for (int i = 0; i < CROWD; i++)
        n += crowd[i].busy && crowd[i].has_child;
    return n;
}

/* Of many who ask at once so many have a child, and each that ends makes room for another. */
static void test_crowd(void)
{
    const struct resolve *last = &crowd[CROWD - 1];
    int refused = 0, most = 0;

    answers = 0;
    for (int i = 0; i < CROWD; i++) {
        crowd[i].done = on_one_done;
        refused += resolve_start(&crowd[i], l, "localhost", 1) != 0;
    }
    is_int(refused, 0, "a crowd asks, and all are heard");
    is_int(count_children(), RESOLVE_CHILDREN, "as many as may have a child have one");
    ok(last->busy && !last->has_child && !loop_timer_is_set(&last->timer),
       "and no time counts for the others");
    for (int i = RESOLVE_CHILDREN; i < RESOLVE_CHILDREN + 10; i++)
        resolve_cancel(&crowd[i]); /* they wait */
    resolve_cancel(&crowd[CROWD - 1]);
    for (int i = 0; i < 20; i++)
        resolve_cancel(&crowd[i]);
    resolve_cancel(&crowd[RESOLVE_CHILDREN + 10]); /* its turn has come just now */
    is_int(count_children(), RESOLVE_CHILDREN - 20, "nobody gets a child by another's cancel");
    for (int i = 0; i < 10000 && answers < CROWD - 32; i++) {
        run(100);
        most = count_children() > most ? count_children() : most;
    }
    is_int(answers, CROWD - 32, "all have their answer who were not cancelled");
    ok(most > 0 && most <= RESOLVE_CHILDREN, "and never were there more children");
    ok(none_left(), "of which none is left");
}

static void test_out_of_descriptors(void)
{
    struct resolve r = {.done = on_done};
    int fd[4096], n = 0;

    while (n < 4096 && (fd[n] = dup(0)) >= 0)
        n++;
    if (n == 4096)
        ok(true, "no descriptor left # skip there are too many");
    else
        ok(resolve_start(&r, l, "localhost", 1) == -1 && errno == EMFILE && !r.busy,
           "without a descriptor it is refused at once");
    resolve_cancel(&r);
    while (n > 0)
        close(fd[--n]);
}

int main(void)
{
    struct rlimit few = {256, 256};

    l = loop_new();
    if (!ok(l != NULL, "a loop"))
        return 1;
    test_rows();
    test_cancel();
    test_death();
    test_patience();
    test_crowd();
    setrlimit(RLIMIT_NOFILE, &few);
    test_out_of_descriptors();
    loop_free(l);
    return tap_done();
}
