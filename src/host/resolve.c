/* Host names to addresses by a short-lived child; see resolve.h.  Must not know who asks.
 *
 * The child writes records of one size to a pipe and ends; the end of the pipe, or the due time,
 * is the end of the question. */
#include "host/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "host/link_kernel.h"
#include "host/sys.h"

/* What the pipe carries, at most PIPE_BUF of it in all, so that the child never waits. */
enum record_kind { RECORD_ADDRESS = 1, RECORD_REASON };

struct record {
    uint8_t kind;
    union {
        struct addr address;
        char reason[60];
    } is;
};

_Static_assert(sizeof(struct record) <= sizeof((struct resolve *)0)->partial, "a record fits");

/* A daemon that has thousands of names to ask for is not to fill the machine with processes. */
static struct {
    unsigned children;
    struct resolve *first, *last; /* who waits; its timer is set when it has been called */
} asking;

/* Ends the question: everything is taken back before done() is called, as it may free or reuse r.
 */
static void finish(struct resolve *r, const char *why)
{
    struct addr got[RESOLVE_MAX];
    size_t n = r->n;

    memcpy(got, r->got, sizeof got);
    resolve_cancel(r);
    r->done(r, got, n, n > 0 ? NULL : why);
}

/* -- the child --------------------------------------------------------------------------------- */

static void tell(int fd, const struct record *c)
{
    /* whoever asked may have lost patience: then the child has nothing left to do either */
    if (write(fd, c, sizeof *c) != (ssize_t)sizeof *c)
        _exit(1);
}

static void ask_system(int fd, const char *host, uint16_t port)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM}, *list;
    struct record c;
    int error = getaddrinfo(host, NULL, &hints, &list);
    int told = 0;

    memset(&c, 0, sizeof c);
    if (error != 0) {
        const char *why = error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error);

        c.kind = RECORD_REASON;
        span_to_str(span_str(why), c.is.reason, sizeof c.is.reason);
        tell(fd, &c);
        return;
    }
    for (const struct addrinfo *a = list; a != NULL && told < RESOLVE_MAX; a = a->ai_next) {
        struct sockaddr_storage name;

        if (a->ai_addrlen > sizeof name)
            continue;
        memset(&name, 0, sizeof name);
        memcpy(&name, a->ai_addr, a->ai_addrlen);
        c.kind = RECORD_ADDRESS;
        c.is.address = sys_addr_from(&name);
        c.is.address.port = port;
        if (!addr_is_set(&c.is.address))
            continue;
        tell(fd, &c);
        told++;
    }
    freeaddrinfo(list);
}

static void run_child(struct loop *l, pid_t parent, int fd, const char *host, uint16_t port)
{
    loop_after_fork(l);
    loop_close_in_child(l);
    /* should we be gone by then, and nobody there to kill it: what it has of ours would stay open */
    if (!link_kernel_die_with(parent))
        _exit(0);
    alarm(RESOLVE_TIMEOUT_MS / 1000 + 1);
    ask_system(fd, host, port);
    _exit(0);
}

/* -- the parent -------------------------------------------------------------------------------- */

static void take_record(struct resolve *r, const struct record *c, char reason[64])
{
    if (c->kind == RECORD_ADDRESS && r->n < RESOLVE_MAX)
        r->got[r->n++] = c->is.address;
    else if (c->kind == RECORD_REASON)
        span_to_str(span_of(c->is.reason, strnlen(c->is.reason, sizeof c->is.reason)), reason, 64);
}

static void on_pipe(struct watch *w, unsigned what)
{
    struct resolve *r = w->owner;
    char reason[64] = "";

    (void)what;
    for (;;) {
        struct record c;
        ssize_t n = read(w->fd, r->partial + r->n_partial, sizeof c - r->n_partial);

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n <= 0)
            break;
        r->n_partial += (size_t)n;
        if (r->n_partial < sizeof c)
            continue;
        r->n_partial = 0;
        memcpy(&c, r->partial, sizeof c);
        take_record(r, &c, reason);
        if (reason[0] != '\0')
            break; /* nothing follows a reason */
    }
    finish(r, reason[0] != '\0' ? reason : "the resolver ended without an answer");
}

/* The pipe's end says all; the child's own end only has to be heard for it to be reaped. */
static void on_gone(struct child *c, int status)
{
    (void)c;
    (void)status;
}

static int start_child(struct resolve *r, const char *host)
{
    pid_t us = getpid();
    int fd[2];

    if (sys_pipe(fd) != 0)
        return -1;
    r->pipe = (struct watch){.fd = fd[0], .want = LOOP_READ, .ready = on_pipe, .owner = r};
    if (sys_nonblock(fd[0]) != 0 || loop_watch(r->loop, &r->pipe) != 0)
        goto fail;
    r->child.pid = fork();
    if (r->child.pid == 0)
        run_child(r->loop, us, fd[1], host, r->port);
    if (r->child.pid < 0)
        goto fail;
    close(fd[1]);
    loop_child(r->loop, &r->child);
    asking.children++;
    r->has_child = true;
    loop_timer_set(r->loop, &r->timer, loop_now(r->loop) + RESOLVE_TIMEOUT_MS);
    return 0;
fail:
    r->child.pid = 0;
    close(fd[1]);
    return -1; /* the other end is in r->pipe */
}

/* -- whose turn it is -------------------------------------------------------------------------- */

static int join_queue(struct resolve *r, const char *host)
{
    r->host = strdup(host);
    if (r->host == NULL)
        return -1;
    r->prev = asking.last;
    r->next = NULL;
    *(asking.last != NULL ? &asking.last->next : &asking.first) = r;
    asking.last = r;
    return 0;
}

static void leave_queue(struct resolve *r)
{
    *(r->prev != NULL ? &r->prev->next : &asking.first) = r->next;
    *(r->next != NULL ? &r->next->prev : &asking.last) = r->prev;
    free(r->host);
    r->host = NULL;
}

/* As many as there may be children more, each from the loop: so nobody's done() is called out of
 * another's cancel, and of many that are cancelled in a row none gets a child before. */
static void call_next(void)
{
    unsigned places = RESOLVE_CHILDREN - asking.children;

    for (struct resolve *r = asking.first; r != NULL && places > 0; r = r->next, places--)
        if (!loop_timer_is_set(&r->timer))
            loop_timer_set(r->loop, &r->timer, loop_now(r->loop));
}

/* It has been called. */
static void take_turn(struct resolve *r)
{
    char reason[64] = "";

    if (asking.children >= RESOLVE_CHILDREN)
        return;
    if (start_child(r, r->host) != 0)
        span_to_str(span_str(strerror(errno)), reason, sizeof reason);
    leave_queue(r);
    if (!r->has_child)
        finish(r, reason);
}

/* Due at once for a numeric address; otherwise when it has been called, and when patience ends. */
static void on_timer(struct timer *t)
{
    struct resolve *r = t->owner;

    if (r->host != NULL)
        take_turn(r);
    else
        finish(r, "no answer in time");
}

static int ask(struct resolve *r, const char *host)
{
    if (asking.children < RESOLVE_CHILDREN && asking.first == NULL)
        return start_child(r, host);
    return join_queue(r, host);
}

int resolve_start(struct resolve *r, struct loop *l, const char *host, uint16_t port)
{
    bool numeric = addr_parse(host, port, &r->got[0]);

    r->loop = l;
    r->child = (struct child){.gone = on_gone, .owner = r};
    r->pipe = (struct watch){.fd = -1};
    r->timer = (struct timer){.fire = on_timer, .owner = r};
    r->n = numeric ? 1 : 0;
    r->n_partial = 0;
    r->port = port;
    r->host = NULL;
    r->has_child = false;
    if (loop_timer_init(l, &r->timer) != 0)
        return -1;
    r->busy = true;
    if (numeric) {
        loop_timer_set(l, &r->timer, loop_now(l));
    } else if (ask(r, host) != 0) {
        int keep = errno;

        resolve_cancel(r);
        errno = keep;
        return -1;
    }
    return 0;
}

void resolve_cancel(struct resolve *r)
{
    if (!r->busy)
        return;
    r->busy = false;
    loop_timer_done(r->loop, &r->timer);
    if (r->pipe.fd >= 0) {
        loop_unwatch(r->loop, &r->pipe);
        close(r->pipe.fd);
        r->pipe.fd = -1;
    }
    if (r->child.pid > 0) {
        kill(r->child.pid, SIGKILL);
        loop_child_forget(r->loop, &r->child);
    }
    if (r->host != NULL)
        leave_queue(r);
    asking.children -= r->has_child;
    r->has_child = false;
    call_next();
}
