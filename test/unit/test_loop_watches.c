/* host/loop over whichever body of host/many is linked: descriptors, order, safety of what handlers do
 * to one another, more descriptors than FD_SETSIZE, and what a child of a fork() has of them. */
#include "loop_rig.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/many.h"

static bool many;   /* how the watches of this pass stand */
static bool or_few; /* and whether the first of them do otherwise */

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

/* Each system may tell more often; a set of the many tells once, and what is left when it is asked to. */
static void test_reads_all(void)
{
    struct pair *p = pair_new(read_one);
    int told;

    loop_unwatch(l, &p->watch);
    p->watch.reads_all = true;
    ok(loop_watch(l, &p->watch) == 0, "one that reads all is watched");
    for (int i = 0; i < 40; i++)
        fill(p);
    run_for(10);
    ok(p->calls >= 1 && p->what == LOOP_READ, "and told that there is something");
    if (p->watch.in_set)
        is_int(p->calls, 1, "once: it is to read all of it");
    for (int i = 0; i < 5; i++) {
        told = p->calls;
        loop_again(l, &p->watch);
        run_for(10);
        ok(p->calls > told || told >= 40, "it has left some, and asks to be told again: it is");
    }
    while (p->calls < 40) {
        loop_again(l, &p->watch);
        run_for(1);
    }
    told = p->calls;
    loop_again(l, &p->watch);
    run_for(10);
    is_int(p->calls, told, "not if there is nothing");
    fill(p);
    run_for(10);
    is_int(p->calls, told + 1, "what comes then is told without asking");
    loop_want(l, &p->watch, LOOP_READ | LOOP_WRITE);
    loop_want(l, &p->watch, LOOP_READ);
    fill(p);
    run_for(10);
    is_int(p->calls, told + 2, "also when it has wanted to write meanwhile");
    loop_unwatch(l, &p->watch);
    loop_again(l, &p->watch);
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
    for (int i = 0; i < LOOP_FIRST; i++)
        p[i] = pair_new(read_one);
    is_int(in_sets(p, LOOP_FIRST), LOOP_FIRST, "few stand in select()'s sets");
    loop_want(l, &p[0]->watch, 0);
    for (int i = 0; i < LOOP_FIRST; i++)
        fill(p[i]);
    for (int i = LOOP_FIRST; i < PAIRS; i++)
        p[i] = pair_new(read_one);
    is_int(in_sets(p, PAIRS), 0, "when they are more, none does");
    for (int i = LOOP_FIRST; i < PAIRS; i++)
        fill(p[i]);
    begin();
    run_for(20);
    for (int i = 0; i < PAIRS; i++)
        told += p[i]->calls == 1;
    is_int(told, PAIRS - 1, "each is told, whether it was there before");
    is_int(p[0]->calls, 0, "or not at all, if it wants nothing");
    loop_want(l, &p[0]->watch, LOOP_READ);
    for (int i = PAIRS - 1; i >= LOOP_FIRST / 2; i--) {
        fill(p[0]);
        ok(in_sets(p, (unsigned)i) == 0, "%d of them stay there", i + 1);
        pair_free(p[i]);
    }
    is_int(in_sets(p, LOOP_FIRST / 2), LOOP_FIRST / 2, "but these few go back");
    told = p[0]->calls;
    run_for(20);
    ok(p[0]->calls > told, "and are told of what has come before");
    for (int i = 0; i < LOOP_FIRST / 2; i++)
        pair_free(p[i]);
    or_few = false;
}

/* A handler makes them many, and few again: whoever was to be told in this turn is told. */
static struct pair *more[LOOP_FIRST];
static unsigned made;

static void make_many(struct watch *w, unsigned what)
{
    read_one(w, what);
    for (; made < LOOP_FIRST; made++)
        more[made] = pair_new(read_one);
}

static void make_few(struct watch *w, unsigned what)
{
    read_one(w, what);
    while (made > 0)
        pair_free(more[--made]);
}

static void test_moved_in_turn(void)
{
    struct pair *p[2];
    int set = many_open();

    if (set < 0 || !many) {
        ok(true, "moved within a turn: there is no set for the others # skip");
        return;
    }
    close(set);
    or_few = true;
    p[0] = pair_new(make_many);
    p[1] = pair_new(make_many);
    fill(p[0]);
    fill(p[1]);
    run_for(20);
    ok(made == LOOP_FIRST && in_sets(p, 2) == 0, "whoever reads makes them many");
    ok(p[0]->calls == 1 && p[1]->calls == 1, "both are told, once each");
    p[0]->watch.ready = p[1]->watch.ready = make_few;
    fill(p[0]);
    fill(p[1]);
    run_for(20);
    ok(made == 0 && in_sets(p, 2) == 2, "or few again");
    ok(p[0]->calls == 2 && p[1]->calls == 2, "both are told again");
    pair_free(p[0]);
    pair_free(p[1]);
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

/* -- a fork ------------------------------------------------------------------------------------ */

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

static void child_gone(struct child *c, int status)
{
    *(int *)c->owner = status;
    loop_stop(l);
}

static void on_usr(void *ctx, int signo)
{
    (void)ctx;
    (void)signo;
}

static void test_after_fork(void)
{
    struct pair *p = pair_new(read_one);
    int status = -1;
    struct child child = {.gone = child_gone, .owner = &status};

    loop_signal(l, SIGUSR1, on_usr, NULL);
    child.pid = fork();
    if (child.pid == 0)
        _exit(look_after_fork(p));
    loop_child(l, &child);
    loop_run(l);
    is_int(WEXITSTATUS(status), 0,
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
    for (int pass = 0; pass < 2; pass++) {
        many = pass == 1;
        printf("# %s watches\n", many ? "many" : "few");
        test_handlers();
        test_writing();
        test_hangup();
        test_reads_all();
        test_first_few();
    test_moved_in_turn();
        test_wrong();
        test_beyond_fd_setsize();
        test_after_fork();
    }
    loop_free(l);
    return tap_done();
}
