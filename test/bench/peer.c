/* peer: the other end of `make bench`: starts an L2TP daemon and measures it over loopback, as a LAC
 * that opens tunnels and calls.  Any daemon will do that listens where it is told and has a LNS.
 *
 *   peer set-up PORT N -- DAEMON [ARGUMENT...]
 *   peer memory PORT TUNNELS CALLS -- DAEMON [ARGUMENT...]    (CALLS: in all)
 *   peer idle PORT SECONDS -- DAEMON [ARGUMENT...]
 *   peer cost PORT TUNNELS MESSAGES -- DAEMON [ARGUMENT...]
 *   peer scale PORT TUNNELS SECONDS -- DAEMON [ARGUMENT...]
 *
 * Prints "KEY VALUE" lines, a measurement each.  Its protocol is our own engine: bytes and time in,
 * bytes out; whatever it costs is the same for every daemon measured.  It must know nothing of the
 * daemon but its port and its process. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../caller.h"

#define AT_ONCE 4       /* tunnels or calls on their way: daemons limit the half-open ones */
#define PATIENCE_MS 10000
#define STOP_MS 3000
#define REST_MS 20      /* between two set-ups: the pppds of the last one come and go */
#define MOST 20000      /* tunnels, calls, set-ups */
#define HELLO_MS 60000  /* of the engine's clock, which cost moves ahead */
#define FLYING 10       /* HELLOs on their way while costs are measured */
#define CROWD 64        /* tunnels on their way when many are set up */

static struct {
    struct caller lac;
    struct l2tp_profile profile;
    pid_t daemon;
    uint16_t tunnels[MOST], calls[MOST];
    size_t n_tunnels, n_calls;
} me;

static void die(const char *what)
{
    fprintf(stderr, "peer: %s\n", what);
    if (me.daemon > 0 && kill(me.daemon, SIGKILL) == 0)
        waitpid(me.daemon, NULL, 0);
    exit(1);
}

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void pump(int ms)
{
    caller_pump(&me.lac, ms);
}

static void rest(int ms)
{
    double end = now_ms() + ms;

    while (now_ms() < end)
        pump(1);
}

/* What may be waited for. */

static void die_of(const char *what, const struct verdict *why)
{
    char line[200];

    snprintf(line, sizeof line, "%s: %u/%u %s", what, (unsigned)why->result, (unsigned)why->error,
             why->text);
    die(line);
}

static bool tunnel_is_up(uint16_t id)
{
    const struct tunnel *t = l2tp_tunnel(me.lac.engine, id);

    if (t == NULL)
        die("a tunnel has gone");
    if (t->state == STOPPED || t->state == STOPPING || t->state == DEAD)
        die_of(t->why_ours ? "the daemon's answer was refused" : "the daemon has refused a tunnel",
               &t->why);
    return t->state == ESTABLISHED && xport_all_acked(&t->x);
}

/* ICRP received, ICCN sent and acknowledged. */
static bool call_is_up(uint16_t id)
{
    const struct call *c = l2tp_call_by_id(me.lac.engine, id);

    if (c == NULL)
        die("a call has gone");
    if (c->state == DEAD)
        die_of("the daemon has refused a call", &c->why);
    return c->state == ESTABLISHED && xport_all_acked(&c->tunnel->x);
}

static bool tunnel_is_gone(uint16_t id)
{
    const struct tunnel *t = l2tp_tunnel(me.lac.engine, id);

    return t == NULL || t->state == DEAD || t->state == STOPPED;
}

static void wait_for(bool (*met)(uint16_t id), uint16_t id)
{
    double end = now_ms() + PATIENCE_MS;

    while (!met(id)) {
        if (now_ms() > end)
            die("the daemon did not answer in time");
        pump(1);
    }
}

/* The daemon. */

static void start_daemon(char **command)
{
    me.daemon = fork();
    if (me.daemon == 0) {
        execv(command[0], command);
        _exit(127);
    }
    if (me.daemon < 0)
        die("cannot fork");
}

/* Sends until the port exists: as long as it does not, the system says so at once. */
static void send_until_heard(struct span octets)
{
    double end = now_ms() + PATIENCE_MS;
    struct timespec pause = {0, 50000};
    uint8_t nothing;

    while (now_ms() < end && waitpid(me.daemon, NULL, WNOHANG) == 0) {
        if (send(me.lac.fd, octets.p, octets.n, 0) == (ssize_t)octets.n &&
            (recv(me.lac.fd, &nothing, 1, MSG_DONTWAIT | MSG_PEEK) > 0 || errno != ECONNREFUSED))
            return;
        nanosleep(&pause, NULL);
    }
    die("the daemon does not listen");
}

static void stop_daemon(void)
{
    double end = now_ms() + STOP_MS;

    kill(me.daemon, SIGTERM);
    while (waitpid(me.daemon, NULL, WNOHANG) == 0) {
        if (now_ms() > end)
            kill(me.daemon, SIGKILL);
        pump(5);
    }
    me.daemon = 0;
    caller_end(&me.lac);
}

/* The figure behind a word in a file of /proc/PID, which must be there. */
static unsigned long proc_figure(const char *file, const char *word)
{
    char path[64], line[256];
    unsigned long figure = 0;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)me.daemon, file);
    f = fopen(path, "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, word, strlen(word)) == 0)
            figure = strtoul(line + strlen(word), NULL, 10);
    if (f == NULL)
        die("the daemon is not there any more");
    fclose(f);
    return figure;
}

/* In octets; the plain counter of "status" may lag by many pages. */
static double resident(void)
{
    return 1024.0 * (double)proc_figure("smaps_rollup", "Rss:");
}

/* CPU time of the daemon, in ns: with the kernel's work for it in its own system calls. */
static double cpu_time(void)
{
    char path[64];
    double ns = -1;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/schedstat", (int)me.daemon);
    f = fopen(path, "r");
    if (f == NULL || fscanf(f, "%lf", &ns) != 1)
        die("the daemon is not there any more, or the kernel does not tell its CPU time");
    fclose(f);
    return ns;
}

/* Measurements. */

/* From fork and exec until the daemon has answered an SCCRQ. */
static void measure_start(char **command)
{
    double begin = now_ms();
    struct l2tp_event ev;
    uint16_t id;

    start_daemon(command);
    id = caller_tunnel(&me.lac, &me.profile, &me);
    if (id == 0 || !l2tp_next(me.lac.engine, caller_now(&me.lac), &ev) || ev.kind != L2TP_SEND)
        die("no SCCRQ");
    send_until_heard(ev.datagram);
    while (l2tp_tunnel(me.lac.engine, id)->state == WAIT_CTL_REPLY &&
           now_ms() < begin + PATIENCE_MS)
        pump(1);
    printf("start_ms %.3f\n", now_ms() - begin);
    wait_for(tunnel_is_up, id);
}

static uint16_t open_tunnel(void)
{
    uint16_t id = caller_tunnel(&me.lac, &me.profile, &me);

    if (id == 0)
        die("no tunnel id");
    caller_drain(&me.lac);
    return id;
}

static uint16_t open_call(uint16_t tunnel)
{
    uint16_t id = caller_call(&me.lac, tunnel, &me);

    if (id == 0)
        die("no call id");
    caller_drain(&me.lac);
    return id;
}

static void measure_set_up(size_t n, char **command)
{
    measure_start(command);
    for (size_t i = 0; i < n; i++) {
        double begin = now_ms();
        uint16_t tunnel = open_tunnel(), call = open_call(tunnel);

        wait_for(call_is_up, call);
        printf("set_up_ms %.3f\n", now_ms() - begin);
        rest(REST_MS);
        caller_close(&me.lac, tunnel, "");
        caller_drain(&me.lac);
        wait_for(tunnel_is_gone, tunnel);
        rest(REST_MS);
    }
}

/* Opens n, AT_ONCE of them on their way at any time. */
static void open_many(size_t n, uint16_t *ids, uint16_t (*open_one)(size_t i),
                      bool (*is_up)(uint16_t id))
{
    for (size_t i = 0; i < n; i++) {
        if (i >= AT_ONCE)
            wait_for(is_up, ids[i - AT_ONCE]);
        ids[i] = open_one(i);
    }
    for (size_t i = 0; i < n; i++)
        wait_for(is_up, ids[i]);
}

static uint16_t tunnel_number(size_t i)
{
    (void)i;
    return open_tunnel();
}

static uint16_t call_number(size_t i)
{
    return open_call(me.tunnels[i % me.n_tunnels]);
}

static void wait_until_listening(void)
{
    static const uint8_t nothing[] = {0};

    send_until_heard(span_of(nothing, sizeof nothing));
    rest(200);
}

static void measure_memory(char **command)
{
    double bare, with_tunnels;

    start_daemon(command);
    wait_until_listening();
    bare = resident();
    printf("idle_octets %.0f\n", bare);
    open_many(me.n_tunnels, me.tunnels, tunnel_number, tunnel_is_up);
    rest(REST_MS);
    with_tunnels = resident();
    printf("tunnel_octets %.0f\n", (with_tunnels - bare) / (double)me.n_tunnels);
    open_many(me.n_calls, me.calls, call_number, call_is_up);
    rest(200);
    printf("call_octets_%zu %.0f\n", (size_t)me.n_calls, (resident() - with_tunnels) / (double)me.n_calls);
}

static void measure_idle(unsigned seconds, char **command)
{
    unsigned long before;

    start_daemon(command);
    wait_until_listening();
    before = proc_figure("status", "voluntary_ctxt_switches:");
    sleep(seconds);
    printf("wake_ups %lu\n", proc_figure("status", "voluntary_ctxt_switches:") - before);
}

/* Takes so many datagrams. */
static void take(size_t n)
{
    struct pollfd p = {.fd = me.lac.fd, .events = POLLIN};
    uint8_t octets[4096];
    ssize_t got;

    while (n > 0) {
        if (poll(&p, 1, PATIENCE_MS) != 1)
            die("a HELLO was not answered");
        while (n > 0 && (got = recv(me.lac.fd, octets, sizeof octets, MSG_DONTWAIT)) > 0) {
            caller_hear(&me.lac, span_of(octets, (size_t)got));
            n--;
        }
    }
}

/* A HELLO on each tunnel, some at a time, each acknowledged; how many they were. */
static size_t hello_all(size_t at_once)
{
    struct l2tp_event ev;
    size_t sent = 0, flying = 0;

    me.lac.ahead += HELLO_MS;
    l2tp_tick(me.lac.engine, caller_now(&me.lac));
    while (l2tp_next(me.lac.engine, caller_now(&me.lac), &ev)) {
        if (ev.kind != L2TP_SEND)
            continue;
        (void)!send(me.lac.fd, ev.datagram.p, ev.datagram.n, 0);
        sent++;
        if (++flying == at_once) {
            take(flying);
            flying = 0;
        }
    }
    take(flying);
    return sent;
}

static void measure_hellos(const char *key, size_t at_once, size_t messages)
{
    double before;
    size_t sent = 0;

    hello_all(at_once);
    before = cpu_time();
    while (sent < messages)
        sent += hello_all(at_once);
    printf("%s_ns_%zu %.0f\n", key, me.n_tunnels, (cpu_time() - before) / (double)sent);
}

/* Of HELLOs, round all tunnels in turn: one at a time, each with system calls of its own, and some
 * at a time, as they come to a busy daemon. */
static void measure_cost(size_t messages, char **command)
{
    me.profile.hello_ms = HELLO_MS;
    start_daemon(command);
    wait_until_listening();
    open_many(me.n_tunnels, me.tunnels, tunnel_number, tunnel_is_up);
    rest(300);
    measure_hellos("single", 1, messages);
    measure_hellos("busy", FLYING, messages);
}

/* So many tunnels, CROWD of them on their way at a time; ms. */
static double open_crowd(void)
{
    double begin = now_ms();

    for (size_t i = 0; i < me.n_tunnels; i++) {
        if (i >= CROWD)
            wait_for(tunnel_is_up, me.tunnels[i - CROWD]);
        me.tunnels[i] = open_tunnel();
    }
    for (size_t i = 0; i < me.n_tunnels; i++)
        wait_for(tunnel_is_up, me.tunnels[i]);
    return now_ms() - begin;
}

/* All of them closed by us, each with a StopCCN, until the last is acknowledged; ms. */
static double close_crowd(void)
{
    double begin = now_ms();

    for (size_t i = 0; i < me.n_tunnels; i++) {
        if (i >= CROWD)
            wait_for(tunnel_is_gone, me.tunnels[i - CROWD]);
        caller_close(&me.lac, me.tunnels[i], "");
        caller_drain(&me.lac);
    }
    for (size_t i = 0; i < me.n_tunnels; i++)
        wait_for(tunnel_is_gone, me.tunnels[i]);
    return now_ms() - begin;
}

/* Tunnels a second, what one takes, what it costs when nothing but Hellos goes on, and how soon
 * they are gone: by us, and by the daemon's own end, which they must not hold up. */
static void measure_scale(int seconds, char **command)
{
    double bare, cpu, ms;

    me.profile.hello_ms = HELLO_MS;
    start_daemon(command);
    wait_until_listening();
    bare = resident();
    cpu = cpu_time();
    ms = open_crowd();
    printf("tunnels_per_s %.0f\n", (double)me.n_tunnels / ms * 1e3);
    rest(REST_MS);
    printf("tunnel_cpu_us %.2f\n", (cpu_time() - cpu) / (double)me.n_tunnels / 1e3);
    printf("many_octets %.0f\n", (resident() - bare) / (double)me.n_tunnels);
    cpu = cpu_time();
    rest(seconds * 1000);
    printf("idle_percent %.3f\n", (cpu_time() - cpu) / seconds / 1e7);
    printf("close_ms %.0f\n", close_crowd());
    open_crowd();
    ms = now_ms();
    stop_daemon();
    printf("stop_ms %.0f\n", now_ms() - ms);
}

static size_t number(const char *text)
{
    char *end;
    unsigned long v = strtoul(text, &end, 10);

    if (*text == '\0' || *end != '\0' || v == 0)
        die("a number is expected, 1 or more");
    return (size_t)v;
}

static size_t count(const char *text)
{
    size_t n = number(text);

    if (n > MOST)
        die("too many");
    return n;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    bool memory = strcmp(what, "memory") == 0, cost = strcmp(what, "cost") == 0;
    bool scale = strcmp(what, "scale") == 0;
    int at = memory || cost || scale ? 5 : 4; /* where "--" stands */

    if (argc < at + 2 || strcmp(argv[at], "--") != 0)
        die("usage: peer set-up|memory|idle|cost|scale PORT N [CALLS|MESSAGES|SECONDS] -- DAEMON "
            "[ARGUMENT...]");
    setvbuf(stdout, NULL, _IOLBF, 0);
    me.profile = caller_profile("bench");
    if (!caller_begin(&me.lac, (unsigned)number(argv[2])))
        die("no socket, or no memory");
    if (memory) {
        me.n_tunnels = count(argv[3]);
        me.n_calls = count(argv[4]);
        measure_memory(argv + at + 1);
    } else if (cost) {
        me.n_tunnels = count(argv[3]);
        measure_cost(number(argv[4]), argv + at + 1);
    } else if (scale) {
        me.n_tunnels = count(argv[3]);
        measure_scale((int)count(argv[4]), argv + at + 1);
    } else if (strcmp(what, "idle") == 0) {
        measure_idle((unsigned)count(argv[3]), argv + at + 1);
    } else {
        measure_set_up(count(argv[3]), argv + at + 1);
    }
    if (me.daemon > 0)
        stop_daemon();
    return 0;
}
