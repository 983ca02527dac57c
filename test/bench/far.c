/* The far end of a daemon under load; see far.h.  Must not know what is measured. */
#include "far.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "../caller.h"
#include "host/sys.h"
#include "wire/packet.h"

#define AT_ONCE 4 /* tunnels or calls on their way */
#define PATIENCE_MS 20000
#define STOP_MS 5000
#define ASK_AGAIN_MS 500
#define HELLO_MS 5000
#define SLOT_ROOM 2048

struct far far;

static struct {
    struct caller lac;
    struct l2tp_profile profile;
    uint16_t tunnels[FRAME_CALLS];
    uint16_t call_of[65536]; /* by our id: its index and 1 */
    uint8_t octets[FAR_BATCH][SLOT_ROOM];
    struct iovec iov[FAR_BATCH];
    struct mmsghdr msg[FAR_BATCH];
} me;

_Noreturn void far_die(const char *what)
{
    fprintf(stderr, "load: %s\n", what);
    if (far.daemon > 0 && kill(far.daemon, SIGKILL) == 0)
        waitpid(far.daemon, NULL, 0);
    exit(1);
}

double far_now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void drain(void)
{
    if (!far.bare)
        caller_drain(&me.lac);
}

/* -- the daemon -------------------------------------------------------------------------------- */

static void map_share(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

    if (fd < 0 || ftruncate(fd, sizeof *far.share) != 0)
        far_die("no share");
    far.share = mmap(NULL, sizeof *far.share, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (far.share == MAP_FAILED)
        far_die("no share");
    close(fd);
    far.share->cpu = -1;
}

static void open_socket(unsigned port)
{
    me.profile = caller_profile("bench");
    me.profile.hello_ms = HELLO_MS;
    if (!caller_begin(&me.lac, port))
        far_die("no socket, or no memory");
    far.fd = me.lac.fd;
    for (int i = 0; i < FAR_BATCH; i++) {
        me.iov[i] = (struct iovec){me.octets[i], SLOT_ROOM};
        me.msg[i].msg_hdr = (struct msghdr){.msg_iov = &me.iov[i], .msg_iovlen = 1};
    }
}

static void pin(int cpu)
{
    cpu_set_t cpus;

    CPU_ZERO(&cpus);
    CPU_SET(cpu, &cpus);
    sched_setaffinity(0, sizeof cpus, &cpus);
}

static void become_daemon(const struct far_plan *plan)
{
    struct sched_param priority = {0};
    int log = plan->log != NULL ? open(plan->log, O_WRONLY | O_CREAT | O_TRUNC, 0666) : 2;

    prctl(PR_SET_PDEATHSIG, SIGTERM); /* should we come to nothing, so does it */
    sys_raise_descriptors();
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    if (plan->apart)
        pin(1);
    if (plan->cpus)
        sched_setscheduler(0, SCHED_BATCH | SCHED_RESET_ON_FORK, &priority);
    execvp(plan->command[0], plan->command);
    _exit(127);
}

static void wait_until_listening(void)
{
    double end = far_now_ms() + PATIENCE_MS;
    uint8_t nothing = 0;

    while (far_now_ms() < end && waitpid(far.daemon, NULL, WNOHANG) == 0) {
        if (send(far.fd, &nothing, 1, 0) == 1 &&
            (recv(far.fd, &nothing, 1, MSG_DONTWAIT) > 0 || errno != ECONNREFUSED)) {
            usleep(200000);
            return;
        }
        usleep(1000);
    }
    far_die("the daemon does not listen");
}

void far_begin(const struct far_plan *plan)
{
    far.bare = plan->bare;
    map_share(plan->share);
    open_socket(plan->port);
    if (plan->cpus || plan->apart) {
        pin(0);
        far.share->cpu = 1;
    }
    far.daemon = fork();
    if (far.daemon == 0)
        become_daemon(plan);
    if (far.daemon < 0)
        far_die("cannot fork");
    wait_until_listening();
}

int far_end(void)
{
    double end = far_now_ms() + STOP_MS;
    int status;

    for (unsigned i = 0; i < far.n_tunnels && !far.bare; i++)
        caller_close(&me.lac, me.tunnels[i], "");
    drain();
    far_hear(100);
    kill(far.daemon, SIGTERM);
    while (waitpid(far.daemon, &status, WNOHANG) == 0) {
        if (far_now_ms() > end)
            kill(far.daemon, SIGKILL);
        far_hear(5);
    }
    far.daemon = 0;
    caller_end(&me.lac);
    return status;
}

static double cpu_account(void)
{
    char path[64];
    double ns = -1;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/schedstat", (int)far.daemon);
    f = fopen(path, "r");
    if (f == NULL || fscanf(f, "%lf", &ns) != 1)
        far_die("the daemon is not there any more, or the kernel does not tell its CPU time");
    fclose(f);
    return ns;
}

double far_cpu_ns(void)
{
    double ns = -1, again = cpu_account();

    while (ns != again) {
        ns = again;
        usleep(2000);
        again = cpu_account();
    }
    return ns;
}

/* -- tunnels and calls ------------------------------------------------------------------------- */

static void die_of(const char *what, const struct verdict *why)
{
    char line[200];

    snprintf(line, sizeof line, "%s: %u/%u %s", what, (unsigned)why->result, (unsigned)why->error,
             why->text);
    far_die(line);
}

static void open_tunnel(unsigned i)
{
    me.tunnels[i] = caller_tunnel(&me.lac, &me.profile, &far);
    if (me.tunnels[i] == 0)
        far_die("no tunnel id");
}

static bool tunnel_is_up(unsigned i)
{
    const struct tunnel *t = l2tp_tunnel(me.lac.engine, me.tunnels[i]);

    if (t == NULL)
        far_die("a tunnel has gone");
    if (t->state == STOPPED || t->state == STOPPING || t->state == DEAD)
        die_of("a tunnel was refused", &t->why);
    return t->state == ESTABLISHED && xport_all_acked(&t->x);
}

static void open_call(unsigned i)
{
    struct far_call *c = &far.call[i];
    static const uint8_t word[] = {0x80};

    if (far.bare) {
        c->id = c->session = (uint16_t)(i + 1);
        (void)!send(far.fd, word, sizeof word, 0);
    } else {
        c->id = caller_call(&me.lac, me.tunnels[i % far.n_tunnels], &far);
    }
    if (c->id == 0)
        far_die("no call id");
    me.call_of[c->id] = (uint16_t)(i + 1);
}

static bool call_is_up(unsigned i)
{
    struct far_call *c = &far.call[i];
    const struct call *call;

    if (far.bare)
        return far.n_calls > i;
    call = l2tp_call_by_id(me.lac.engine, c->id);
    if (call == NULL)
        far_die("a call has gone");
    if (call->state == DEAD)
        die_of("a call was refused", &call->why);
    if (call->state != ESTABLISHED || !xport_all_acked(&call->tunnel->x))
        return false;
    c->tunnel = call->tunnel->peer_id;
    c->session = call->peer_id;
    return true;
}

static void wait_for(bool (*met)(unsigned), unsigned i)
{
    double end = far_now_ms() + PATIENCE_MS;

    while (!met(i)) {
        if (far_now_ms() > end)
            far_die("the daemon did not answer in time");
        far_hear(1);
    }
}

static void open_many(unsigned from, unsigned to, void (*open_one)(unsigned),
                      bool (*is_up)(unsigned))
{
    for (unsigned i = from; i < to; i++) {
        if (i >= from + AT_ONCE)
            wait_for(is_up, i - AT_ONCE);
        open_one(i);
        drain();
    }
    for (unsigned i = from; i < to; i++)
        wait_for(is_up, i);
}

void far_open(unsigned tunnels, unsigned calls)
{
    if (tunnels > FRAME_CALLS || calls > FRAME_CALLS)
        far_die("too many tunnels or calls");
    if (!far.bare && tunnels > far.n_tunnels) {
        open_many(far.n_tunnels, tunnels, open_tunnel, tunnel_is_up);
        far.n_tunnels = tunnels;
    }
    if (calls > far.n_calls) {
        open_many(far.n_calls, calls, open_call, call_is_up);
        far.n_calls = calls;
    }
}

void far_count_lost(unsigned *tunnels, unsigned *calls)
{
    *tunnels = *calls = 0;
    for (unsigned i = 0; i < far.n_tunnels; i++) {
        const struct tunnel *t = l2tp_tunnel(me.lac.engine, me.tunnels[i]);

        *tunnels += t == NULL || t->state != ESTABLISHED;
    }
    for (unsigned i = 0; i < far.n_calls && !far.bare; i++) {
        const struct call *c = l2tp_call_by_id(me.lac.engine, far.call[i].id);

        *calls += c == NULL || c->state != ESTABLISHED;
    }
}

/* -- datagrams --------------------------------------------------------------------------------- */

size_t far_header(const struct far_call *c, uint8_t *dst)
{
    struct wr w = wr_over(dst, 6);

    wr_u16(&w, 0x0002);
    wr_u16(&w, c->tunnel);
    wr_u16(&w, c->session);
    return wr_len(&w);
}

static void send_lcp(const struct far_call *c, uint8_t code, uint32_t magic)
{
    uint8_t octets[12 + FRAME_MOST];
    size_t n = far_header(c, octets);

    n += lcp_make(octets + n, code, magic);
    (void)!send(far.fd, octets, n, 0);
}

void far_ask_echo(unsigned call)
{
    send_lcp(&far.call[call], LCP_ECHO_REQUEST, 0);
}

/* The stand-in's answer, or its own request, which comes behind that. */
static void hear_lcp(struct far_call *c, struct span frame)
{
    uint32_t magic;
    uint8_t code = lcp_read(frame, &magic);

    c->echoes += code == LCP_ECHO_REPLY;
    if (code == 1) {
        send_lcp(c, 2, magic);
        c->agreed = true;
    }
}

/* xl2tpd draws ids without looking whether they are taken. */
static void find_mute(void)
{
    for (unsigned i = 0; i < far.n_calls; i++)
        for (unsigned k = 0; k < i; k++)
            if (far.call[i].session == far.call[k].session &&
                far.call[i].tunnel == far.call[k].tunnel)
                far.call[i].mute = far.call[k].mute = true;
}

void far_agree(void)
{
    double end = far_now_ms() + PATIENCE_MS, again;

    find_mute();
    for (unsigned i = 0; i < far.n_calls; i++) {
        for (again = 0; !far.call[i].agreed && !far.call[i].mute; far_hear(1)) {
            if (far_now_ms() > end)
                far_die("no answer by PPP");
            if (far_now_ms() < again)
                continue;
            send_lcp(&far.call[i], 1, SHARE_MAGIC | i);
            again = far_now_ms() + ASK_AGAIN_MS;
        }
    }
}

/* True for a frame of data. */
static bool hear(struct span datagram)
{
    struct packet p;
    unsigned i;

    if (far.bare && datagram.n == 1) {
        far.n_calls++;
        return false;
    }
    if (packet_parse(datagram, &p) != PACKET_GOOD)
        return false;
    if (p.control) {
        if (!far.bare)
            caller_hear(&me.lac, datagram);
        return false;
    }
    i = me.call_of[p.session];
    if (i == 0)
        return false;
    if (flow_take(&far.call[i - 1].up, i - 1, p.body))
        return true;
    hear_lcp(&far.call[i - 1], p.body);
    return false;
}

unsigned far_hear(int ms)
{
    struct pollfd p = {.fd = far.fd, .events = POLLIN};
    unsigned frames = 0;
    int n = FAR_BATCH;

    if (poll(&p, 1, ms) > 0)
        while (n == FAR_BATCH && (n = recvmmsg(far.fd, me.msg, FAR_BATCH, MSG_DONTWAIT, NULL)) > 0)
            for (int i = 0; i < n; i++)
                frames += hear(span_of(me.octets[i], me.msg[i].msg_len));
    if (!far.bare)
        caller_turn(&me.lac);
    return frames;
}
