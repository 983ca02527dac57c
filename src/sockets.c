/* Main sockets and those of LACs' own; see sockets.h. */
#include "sockets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "trouble.h"
#include "wire/packet.h"

#define BIND_AGAIN_MS 5000 /* where the system has no other way to await an address */

struct socket_own {
    struct hub *hub;
    struct udp *udp;
    struct addr local; /* as it was wished for */
    char device[16];
    unsigned tunnels; /* whose path it is */
    struct socket_own *next;
};

/* -- the main ones ----------------------------------------------------------------------------- */

static void say_listening(const struct udp *udp)
{
    struct addr a = udp_local(udp);
    char text[ADDR_TEXT];

    log_info("Listening on IP address %s, port %u", addr_host_text(&a, text), (unsigned)a.port);
}

/* What could not be sent, or did not arrive: it may explain a silence. */
static void failed(struct hub *h, const struct addr *to, int reason, bool icmp,
                   const struct addr *via)
{
    trouble_bounced(h, to, reason, icmp, via);
    if (icmp && reason == ECONNREFUSED && h->closed != NULL)
        h->closed(h, to);
}

static void failed_main(void *ctx, const struct addr *to, int reason, bool icmp,
                        const struct addr *via)
{
    failed(ctx, to, reason, icmp, via);
}

static void failed_own(void *ctx, const struct addr *to, int reason, bool icmp,
                       const struct addr *via)
{
    const struct socket_own *own = ctx;

    failed(own->hub, to, reason, icmp, via);
}

static void say_why_not(struct hub *h, const struct addr *a, bool must)
{
    const struct trouble_place daemon = {.name = NULL};
    struct facts f = {.used = 0};
    char text[ADDR_TEXT];

    if (!must && errno == EADDRINUSE)
        log_warnx("UDP port %u of IPv6 is in use by another program: only IPv4 is served",
                  (unsigned)a->port);
    if (!must)
        return;
    if (errno == EADDRINUSE)
        facts_put(&f, FACT_TEXT, "UDP port %u is in use: is another L2TP daemon running? stop it",
                  (unsigned)a->port);
    else
        facts_put(&f, FACT_TEXT, "%s", strerror(errno));
    facts_put(&f, FACT_LOCAL, "%s", addr_text(a, text));
    facts_put(&f, FACT_FILE, "%s", h->conf_file);
    trouble_tell(h, TROUBLE_CANNOT_LISTEN, &daemon, &f);
}

static struct udp *take_up(const struct hub *h, struct udp *udp)
{
    udp_set_tos(udp, h->tos);
    udp_tell_failed(udp, failed_main);
    if (h->packet_marks && udp_tell_marks(udp) != 0)
        log_warn("'packet marks' has no effect: the system does not tell them (Linux 5.19 does)");
    say_listening(udp);
    return udp;
}

static struct udp *bind_one(struct hub *h, const struct addr *a, bool must)
{
    struct udp *udp = udp_open(h->loop, a, h->heard, h);
    const struct udp_place early = {.early = true};
    char text[ADDR_TEXT];

    if (udp == NULL && must && errno == EADDRNOTAVAIL) {
        log_warnx("this host does not have the address %s (listen-addr) yet: it is listened on as "
                  "soon as it has",
                  addr_host_text(a, text));
        udp = udp_open_at(h->loop, a, &early, h->heard, h);
        if (udp == NULL && errno == ENOTSUP) {
            loop_timer_set(h->loop, &h->bind_timer, loop_now(h->loop) + BIND_AGAIN_MS);
            return NULL;
        }
    }
    if (udp == NULL) {
        say_why_not(h, a, must);
        return NULL;
    }
    return take_up(h, udp);
}

static void bind_again(struct timer *t)
{
    struct hub *h = t->owner;
    struct addr a = h->listen_addr;
    struct udp **at = a.family == 6 ? &h->udp6 : &h->udp4;

    a.port = h->port;
    *at = udp_open(h->loop, &a, h->heard, h);
    if (*at != NULL)
        take_up(h, *at);
    else
        loop_timer_set(h->loop, t, loop_now(h->loop) + BIND_AGAIN_MS);
}

/* The address that is configured; without one, all of IPv4, and of IPv6 where there is any. */
bool sockets_bind(struct hub *h, udp_heard_fn *heard)
{
    const struct conf_global *g = &h->conf->global;
    struct addr a = g->listen_addr;

    if (loop_timer_init(h->loop, &h->bind_timer) < 0) {
        log_error("cannot start");
        return false;
    }
    h->bind_timer.fire = bind_again;
    h->bind_timer.owner = h;
    h->heard = heard;
    h->listen_addr = g->listen_addr;
    h->port = a.port = g->port;
    h->packet_marks = g->packet_marks;
    if (a.family == 6)
        h->udp6 = bind_one(h, &a, true);
    else
        a.family = 4, h->udp4 = bind_one(h, &a, true);
    if (!addr_is_set(&g->listen_addr) && h->udp4 != NULL) {
        struct addr six = {.family = 6, .port = udp_local(h->udp4).port};

        h->udp6 = bind_one(h, &six, false);
    }
    return h->udp4 != NULL || h->udp6 != NULL || loop_timer_is_set(&h->bind_timer);
}

struct udp *sockets_of(const struct hub *h, const struct tunnel *t, const struct addr *to)
{
    const struct socket_own *own = t != NULL ? t->path : NULL;

    if (own != NULL)
        return own->udp;
    return to->family == 6 ? h->udp6 : h->udp4;
}

void sockets_flush(struct hub *h)
{
    if (h->udp4 != NULL)
        udp_flush(h->udp4);
    if (h->udp6 != NULL)
        udp_flush(h->udp6);
    for (struct socket_own *own = h->own_sockets; own != NULL; own = own->next)
        udp_flush(own->udp);
}

static void close_own(struct socket_own *own)
{
    struct socket_own **at = &own->hub->own_sockets;

    while (*at != own)
        at = &(*at)->next;
    *at = own->next;
    udp_flush(own->udp); /* its last acknowledgement */
    udp_counts_add(&own->hub->closed_counts, own->udp);
    udp_close(own->udp);
    free(own);
}

struct udp_counts sockets_counts(const struct hub *h)
{
    struct udp_counts n = h->closed_counts;

    udp_counts_add(&n, h->udp4);
    udp_counts_add(&n, h->udp6);
    for (const struct socket_own *own = h->own_sockets; own != NULL; own = own->next)
        udp_counts_add(&n, own->udp);
    return n;
}

void sockets_close(struct hub *h)
{
    while (h->own_sockets != NULL)
        close_own(h->own_sockets);
    if (h->udp4 != NULL)
        udp_close(h->udp4);
    if (h->udp6 != NULL)
        udp_close(h->udp6);
}

/* -- those of LACs ------------------------------------------------------------------------------
 */

static uint16_t main_port(const struct udp *udp)
{
    return udp != NULL ? udp_local(udp).port : 0;
}

/* "listen-addr = ::" is all of IPv6. */
static bool listens_on_all(const struct hub *h)
{
    static const uint8_t wildcard[sizeof h->listen_addr.ip];

    return memcmp(h->listen_addr.ip, wildcard, sizeof wildcard) == 0;
}

/* The port that goes without saying; any where the main socket would be in the way. */
static uint16_t port_of(const struct hub *h, const struct socket_wish *wish)
{
    bool in_the_way = listens_on_all(h) || !addr_is_set(&wish->address);

    if (wish->port > 0)
        return (uint16_t)wish->port;
    if (wish->port == CONF_PORT_RANDOM || in_the_way)
        return 0;
    return main_port(h->udp4 != NULL ? h->udp4 : h->udp6);
}

bool sockets_main_does(const struct hub *h, const struct socket_wish *wish, struct addr *local)
{
    const struct udp *udp = wish->to->family == 6 ? h->udp6 : h->udp4;
    bool other_port = wish->port != CONF_PORT_MAIN && wish->port != main_port(udp);
    bool has_address = listens_on_all(h) || !addr_is_set(&wish->address) ||
                       addr_same_host(&h->listen_addr, &wish->address);

    if (wish->device != NULL || other_port || !has_address)
        return false;
    *local = wish->address;
    if (addr_is_set(local))
        local->port = main_port(udp);
    return true;
}

/* Is this datagram one of its tunnels'?  Those without a tunnel's id (a StopCCN may be) are, if
 * they come from the host of one's peer. */
static bool is_for(const struct socket_own *own, const struct addr *from, struct span octets)
{
    const struct l2tp *e = own->hub->engine;
    struct packet p;

    if (packet_parse(octets, &p) != PACKET_GOOD)
        return false;
    if (p.tunnel != 0) {
        const struct tunnel *t = l2tp_tunnel(e, p.tunnel);

        return t != NULL && t->path == own;
    }
    for (const struct tunnel *t = l2tp_first(e); t != NULL; t = t->next)
        if (t->path == own && addr_same_host(&t->peer, from))
            return true;
    return false;
}

static void heard_own(void *ctx, const struct addr *from, const struct addr *to, uint8_t ecn,
                      struct span octets)
{
    struct socket_own *own = ctx;

    if (is_for(own, from, octets))
        own->hub->heard(own->hub, from, to, ecn, octets);
}

static struct socket_own *find_own(struct hub *h, const struct addr *local, const char *device)
{
    struct socket_own *own = h->own_sockets;

    while (own != NULL && !(addr_same(&own->local, local) && strcmp(own->device, device) == 0))
        own = own->next;
    return own;
}

struct socket_own *sockets_open(struct hub *h, const struct socket_wish *wish)
{
    const struct udp_place place = {.device = wish->device};
    const char *device = wish->device != NULL ? wish->device : "";
    struct addr local = addr_is_set(&wish->address) ? wish->address : h->listen_addr;
    struct socket_own *own;

    if (local.family != wish->to->family)
        local = (struct addr){.family = wish->to->family};
    local.port = port_of(h, wish);
    own = local.port != 0 ? find_own(h, &local, device) : NULL;
    if (own != NULL)
        return own;
    own = calloc(1, sizeof *own);
    if (own == NULL)
        return NULL;
    own->hub = h;
    own->local = local;
    strncat(own->device, device, sizeof own->device - 1);
    own->udp = udp_open_at(h->loop, &local, &place, heard_own, own);
    if (own->udp == NULL) {
        free(own);
        return NULL;
    }
    udp_set_tos(own->udp, h->tos);
    udp_tell_failed(own->udp, failed_own);
    own->next = h->own_sockets;
    h->own_sockets = own;
    return own;
}

uint16_t sockets_port(const struct hub *h, const struct socket_own *own)
{
    const struct udp *udp = own != NULL ? own->udp : h->udp4 != NULL ? h->udp4 : h->udp6;

    return udp != NULL ? udp_local(udp).port : h->conf->global.port;
}

void sockets_use(struct hub *h, struct socket_own *own, uint16_t tunnel)
{
    own->tunnels++;
    l2tp_set_tunnel_path(h->engine, tunnel, own);
}

void sockets_drop_unused(struct hub *h)
{
    struct socket_own *next;

    for (struct socket_own *own = h->own_sockets; own != NULL; own = next) {
        next = own->next;
        if (own->tunnels == 0)
            close_own(own);
    }
}

void sockets_left(void *ctx, void *path)
{
    struct socket_own *own = path;

    (void)ctx;
    if (--own->tunnels == 0)
        close_own(own);
}
