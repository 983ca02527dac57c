/* Main sockets and those of LACs' own; see sockets.h. */
#include "sockets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "host/lane.h"
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

/* Not everywhere to be had, and nothing is wrong without it. */
static void split(struct udp *udp)
{
    if (udp_split(udp, lane_steer) != 0)
        log_debug(TOPIC_NETWORK, "control messages wait behind data: %s", strerror(errno));
}

static void take_up(const struct hub *h, struct udp *udp)
{
    udp_set_tos(udp, h->tos);
    udp_tell_failed(udp, failed_main);
    split(udp);
    if (h->packet_marks && udp_tell_marks(udp) != 0)
        log_warn("'packet marks' has no effect: the system does not tell them (Linux 5.19 does)");
    say_listening(udp);
}

/* True if it is listened on, now (*udp) or later. */
static bool bind_one(struct hub *h, const struct addr *a, bool must, struct udp **udp)
{
    const struct udp_place early = {.early = true};
    char text[ADDR_TEXT];

    *udp = udp_open(h->loop, a, h->heard, h);
    if (*udp == NULL && must && errno == EADDRNOTAVAIL) {
        log_warnx("this host does not have the address %s (listen-addr) yet: it is listened on as "
                  "soon as it has",
                  addr_host_text(a, text));
        *udp = udp_open_at(h->loop, a, &early, h->heard, h);
        if (*udp == NULL && errno == ENOTSUP) {
            loop_timer_set(h->loop, &h->bind_timer, loop_now(h->loop) + BIND_AGAIN_MS);
            return true;
        }
    }
    if (*udp == NULL)
        say_why_not(h, a, must);
    else
        take_up(h, *udp);
    return *udp != NULL;
}

static struct addr with_port(struct addr a, uint16_t port)
{
    a.port = port;
    return a;
}

static void bind_again(struct timer *t)
{
    struct hub *h = t->owner;
    bool awaits = false;

    for (struct listening *l = h->listening; l < h->listening + h->n_listening; l++) {
        struct addr a = with_port(l->at, sockets_port(h, NULL));

        if (l->udp != NULL)
            continue;
        l->udp = udp_open(h->loop, &a, h->heard, h);
        awaits = awaits || l->udp == NULL;
        if (l->udp != NULL)
            take_up(h, l->udp);
    }
    if (awaits)
        loop_timer_set(h->loop, t, loop_now(h->loop) + BIND_AGAIN_MS);
}

/* All addresses that are configured, or none; what goes without saying, where there is any. */
static bool bind_all(struct hub *h, const struct conf_listen *list)
{
    for (const struct conf_listen_at *at = list->at; at < list->at + list->n; at++) {
        struct listening *l = &h->listening[h->n_listening];
        struct addr a = with_port(at->addr, sockets_port(h, NULL));
        bool must = at->line > 0 || a.family == 4;

        l->at = at->addr;
        if (bind_one(h, &a, must, &l->udp))
            h->n_listening++;
        else if (must)
            return false;
    }
    return true;
}

bool sockets_bind(struct hub *h, udp_heard_fn *heard)
{
    struct conf_listen list = conf_listen_resolved(&h->listen);

    if (loop_timer_init(h->loop, &h->bind_timer) < 0) {
        log_error("cannot start");
        return false;
    }
    h->bind_timer.fire = bind_again;
    h->bind_timer.owner = h;
    h->heard = heard;
    return bind_all(h, &list);
}

/* -- which of them ----------------------------------------------------------------------------- */

static bool is_wildcard(const struct addr *a)
{
    static const uint8_t all[sizeof a->ip];

    return memcmp(a->ip, all, sizeof all) == 0;
}

/* The one that has this address of ours; NULL: none has. */
static const struct listening *main_at(const struct hub *h, const struct addr *a)
{
    for (const struct listening *l = h->listening; l < h->listening + h->n_listening; l++)
        if (l->at.family == a->family && (is_wildcard(&l->at) || addr_same_host(&l->at, a)))
            return l;
    return NULL;
}

enum reach { REACH_HOST, REACH_LINK, REACH_ALL };

static enum reach reach_of(const struct addr *a)
{
    static const uint8_t loopback6[16] = {[15] = 1};

    if (a->family == 4)
        return a->ip[0] == 127 ? REACH_HOST : REACH_ALL;
    if (memcmp(a->ip, loopback6, sizeof loopback6) == 0)
        return REACH_HOST;
    return a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0x80 ? REACH_LINK : REACH_ALL;
}

/* Does what leaves from there get there?  As far as that can be told from the two. */
static bool fits(const struct addr *from, const struct addr *to)
{
    return is_wildcard(from) || (reach_of(from) == reach_of(to) && from->scope == to->scope);
}

/* The first for a peer's address: of its family; none that is awaited, or does not fit, if there is
 * any better. */
static const struct listening *main_for(const struct hub *h, const struct addr *to)
{
    const struct listening *best = NULL;
    int most = -1;

    for (const struct listening *l = h->listening; l < h->listening + h->n_listening; l++) {
        int worth = 2 * (l->udp != NULL) + fits(&l->at, to);

        if (l->at.family != to->family || worth <= most)
            continue;
        best = l;
        most = worth;
    }
    return best;
}

struct udp *sockets_from(const struct hub *h, const struct addr *from, const struct addr *to)
{
    const struct listening *l = addr_is_set(from) ? main_at(h, from) : NULL;

    if (l == NULL)
        l = main_for(h, to);
    return l != NULL ? l->udp : NULL;
}

struct udp *sockets_of(const struct hub *h, const struct tunnel *t)
{
    const struct socket_own *own = t->path;

    return own != NULL ? own->udp : sockets_from(h, &t->local, &t->peer);
}

bool sockets_hear_first(struct hub *h)
{
    bool any = false;

    for (unsigned i = 0; i < h->n_listening; i++)
        if (h->listening[i].udp != NULL)
            any |= udp_hear_first(h->listening[i].udp);
    for (struct socket_own *own = h->own_sockets; own != NULL; own = own->next)
        any |= udp_hear_first(own->udp);
    return any;
}

void sockets_flush(struct hub *h)
{
    for (unsigned i = 0; i < h->n_listening; i++)
        if (h->listening[i].udp != NULL)
            udp_flush(h->listening[i].udp);
    for (struct socket_own *own = h->own_sockets; own != NULL; own = own->next)
        udp_flush(own->udp);
}

/* -- counting and closing ---------------------------------------------------------------------- */

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

    for (unsigned i = 0; i < h->n_listening; i++)
        udp_counts_add(&n, h->listening[i].udp);
    for (const struct socket_own *own = h->own_sockets; own != NULL; own = own->next)
        udp_counts_add(&n, own->udp);
    return n;
}

void sockets_close(struct hub *h)
{
    while (h->own_sockets != NULL)
        close_own(h->own_sockets);
    for (unsigned i = 0; i < h->n_listening; i++)
        if (h->listening[i].udp != NULL)
            udp_close(h->listening[i].udp);
}

/* -- those of LACs ------------------------------------------------------------------------------
 */

/* The port that goes without saying; any where a main socket would be in the way. */
static uint16_t port_of(const struct hub *h, const struct socket_wish *wish)
{
    if (wish->port > 0)
        return (uint16_t)wish->port;
    if (wish->port == CONF_PORT_RANDOM || !addr_is_set(&wish->address) ||
        main_at(h, &wish->address) != NULL)
        return 0;
    return sockets_port(h, NULL);
}

bool sockets_main_does(const struct hub *h, const struct socket_wish *wish, struct addr *local)
{
    bool other_port = wish->port != CONF_PORT_MAIN && wish->port != sockets_port(h, NULL);
    bool has_address = !addr_is_set(&wish->address) || main_at(h, &wish->address) != NULL;

    if (wish->device != NULL || other_port || !has_address)
        return false;
    *local = wish->address;
    if (addr_is_set(local))
        local->port = sockets_port(h, NULL);
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
    const struct listening *like = main_for(h, wish->to);
    struct addr local = like != NULL ? like->at : (struct addr){.family = wish->to->family};
    struct socket_own *own;

    if (addr_is_set(&wish->address))
        local = wish->address;
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
    split(own->udp);
    own->next = h->own_sockets;
    h->own_sockets = own;
    return own;
}

uint16_t sockets_port(const struct hub *h, const struct socket_own *own)
{
    if (own != NULL)
        return udp_local(own->udp).port;
    for (unsigned i = 0; i < h->n_listening; i++)
        if (h->listening[i].udp != NULL)
            return udp_local(h->listening[i].udp).port;
    return h->port;
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
