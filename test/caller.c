/* Our engine as a LAC, over a socket; see caller.h. */
#include "caller.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/sys.h"

#define SOCKET_ROOM (8 << 20)

/* Linux, for root */
#ifndef SO_RCVBUFFORCE
#define SO_RCVBUFFORCE SO_RCVBUF
#endif

static void answer_random(void *ctx, void *room, size_t n)
{
    (void)ctx;
    sys_random(room, n);
}

static enum l2tp_welcome answer_profile(void *ctx, const struct l2tp_who *who,
                                        struct l2tp_profile *p)
{
    (void)ctx;
    (void)p;
    return who->tunnel_host != NULL ? WELCOME : REFUSED;
}

static enum l2tp_admission answer_admit(void *ctx, void *tunnel_host, const struct l2tp_profile *p)
{
    (void)ctx;
    (void)tunnel_host;
    (void)p;
    return NO_ROOM;
}

static int open_socket(const struct addr *to)
{
    struct sockaddr_storage name;
    socklen_t n = sys_addr_to(to, &name);
    int fd = socket(AF_INET, SOCK_DGRAM, 0), room = SOCKET_ROOM;

    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (sys_cloexec(fd) == 0 && connect(fd, (struct sockaddr *)&name, n) == 0)
        return fd;
    close(fd);
    return -1;
}

bool caller_begin(struct caller *c, unsigned port)
{
    static const struct l2tp_host host = {NULL,         answer_random, answer_profile,
                                          answer_admit, NULL,          NULL};

    c->daemon = addr_ip4(0x7f000001, (uint16_t)port);
    c->fd = open_socket(&c->daemon);
    if (c->fd < 0)
        return false;
    c->engine = l2tp_new(&host, 1);
    if (c->engine == NULL)
        errno = ENOMEM;
    return c->engine != NULL;
}

void caller_end(struct caller *c)
{
    l2tp_free(c->engine);
    close(c->fd);
}

uint64_t caller_now(const struct caller *c)
{
    return sys_now_ms() + c->ahead;
}

struct l2tp_profile caller_profile(const char *name)
{
    struct l2tp_profile p = {
        .window = 8,
        .framing = FRAMING_SYNC | FRAMING_ASYNC,
        .tx_bps = 10000000,
        .rx_bps = 10000000,
        .max_tries = 8,
        .cap_ms = 8000,
    };

    span_to_str(span_str(name), p.label, sizeof p.label);
    span_to_str(span_str(name), p.host_name, sizeof p.host_name);
    return p;
}

uint16_t caller_tunnel(struct caller *c, const struct l2tp_profile *profile, void *host_data)
{
    return l2tp_open(c->engine, caller_now(c), &(struct addr){0}, &c->daemon, profile, host_data);
}

uint16_t caller_call(struct caller *c, uint16_t tunnel, void *host_data)
{
    struct l2tp_call_spec spec = {.framing = FRAMING_SYNC | FRAMING_ASYNC};

    return l2tp_call(c->engine, caller_now(c), tunnel, &spec, host_data);
}

void caller_close(struct caller *c, uint16_t tunnel, const char *text)
{
    l2tp_close(c->engine, caller_now(c), tunnel, STOPCCN_GENERAL, ERROR_NONE, text);
}

void caller_hear(struct caller *c, struct span datagram)
{
    struct addr to = {0};
    struct l2tp_frame frame;

    l2tp_input(c->engine, caller_now(c), &c->daemon, &to, datagram, &frame);
}

void caller_drain(struct caller *c)
{
    struct l2tp_event ev;

    while (l2tp_next(c->engine, caller_now(c), &ev))
        if (ev.kind == L2TP_SEND)
            (void)!send(c->fd, ev.datagram.p, ev.datagram.n, 0);
        else if (c->told != NULL)
            c->told(&ev);
    l2tp_reap(c->engine, caller_now(c));
}

void caller_turn(struct caller *c)
{
    l2tp_tick(c->engine, caller_now(c));
    caller_drain(c);
}

void caller_pump(struct caller *c, int ms)
{
    struct pollfd p = {.fd = c->fd, .events = POLLIN};
    uint8_t octets[4096];
    ssize_t n;

    poll(&p, 1, ms);
    while ((n = recv(c->fd, octets, sizeof octets, MSG_DONTWAIT)) > 0)
        caller_hear(c, span_of(octets, (size_t)n));
    caller_turn(c);
}
