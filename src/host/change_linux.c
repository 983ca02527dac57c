/* Changes as Linux tells them; see change.h.
 *
 * Sleep is what CLOCK_BOOTTIME counts and CLOCK_MONOTONIC does not.  The kernel wakes us at its end
 * by a timer that it cancels whenever the clock of day is set, as it is on resuming.  Addresses
 * come by rtnetlink, IPsec by the kernel's xfrm. */
#include "host/change.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "host/rtnl.h"
#include "host/xfrm.h"

#define SLEPT_LEAST_MS 5000 /* a shorter sleep is none: no peer gives up for that */
#define FAR_S (50L * 365 * 24 * 3600)

struct change {
    struct loop *loop;
    change_told_fn *told;
    void *ctx;
    uint64_t slept_ms; /* of all sleep so far, as last looked at */
    struct watch clock, netlink, ipsec;
    bool flushed; /* policies of IPsec are gone: told once for all that have come */
};

static uint64_t clock_ms(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static uint64_t slept_ms(void)
{
    uint64_t mono = clock_ms(CLOCK_MONOTONIC), boot = clock_ms(CLOCK_BOOTTIME);

    return boot > mono ? boot - mono : 0;
}

void change_look(struct change *c)
{
    uint64_t slept = slept_ms();

    if (slept < c->slept_ms + SLEPT_LEAST_MS)
        return;
    slept -= c->slept_ms;
    c->slept_ms += slept;
    c->told(c->ctx, CHANGE_WOKE, NULL, slept);
}

/* -- the clock --------------------------------------------------------------------------------- */

static int arm(int fd)
{
    struct itimerspec at = {.it_value = {.tv_sec = time(NULL) + FAR_S}};

    return timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &at, NULL);
}

static void on_clock(struct watch *w, unsigned what)
{
    struct change *c = w->owner;
    uint64_t times;

    (void)what;
    while (read(w->fd, &times, sizeof times) == (ssize_t)sizeof times)
        continue;
    if (arm(w->fd) != 0)
        loop_unwatch(c->loop, w);
    change_look(c);
}

/* -- addresses --------------------------------------------------------------------------------- */

/* Of a message's attributes: our own address, and the other end's of a point-to-point link. */
static void take_attributes(uint8_t family, struct span rest, struct addr *own, bool *has_peer)
{
    size_t octets = family == 6 ? 16 : 4;
    struct addr local = {0}, other = {0};
    struct rtnl_attribute a;

    while (rest.n >= sizeof a) {
        struct addr *at;
        size_t step;

        memcpy(&a, rest.p, sizeof a);
        if (a.length < sizeof a || a.length > rest.n)
            break;
        at = a.type == RTNL_LOCAL ? &local : a.type == RTNL_ADDRESS ? &other : NULL;
        if (at != NULL && a.length >= sizeof a + octets) {
            at->family = family;
            memcpy(at->ip, rest.p + sizeof a, octets);
        }
        step = RTNL_ALIGN(a.length) < rest.n ? RTNL_ALIGN(a.length) : rest.n;
        rest = span_of(rest.p + step, rest.n - step);
    }
    *own = addr_is_set(&local) ? local : other;
    *has_peer = addr_is_set(&local) && addr_is_set(&other) && !addr_same_host(&local, &other);
}

/* A message whole, head and all. */
static void take_message(struct change *c, unsigned type, struct span octets)
{
    const size_t head = sizeof(struct rtnl_message);
    struct rtnl_address m;
    struct addr own;
    bool has_peer;

    if ((type != RTNL_NEW_ADDRESS && type != RTNL_ADDRESS_GONE) || octets.n < head + sizeof m)
        return;
    memcpy(&m, octets.p + head, sizeof m);
    if (m.family != AF_INET && m.family != AF_INET6)
        return;
    take_attributes(m.family == AF_INET6 ? 6 : 4,
                    span_of(octets.p + head + sizeof m, octets.n - head - sizeof m), &own,
                    &has_peer);
    if (!addr_is_set(&own))
        return;
    if (type == RTNL_ADDRESS_GONE)
        c->told(c->ctx, CHANGE_ADDRESS_GONE, &own, 0);
    else if (!has_peer && m.scope == RTNL_EVERYWHERE)
        c->told(c->ctx, CHANGE_ADDRESS_NEW, &own, 0);
}

/* -- IPsec ------------------------------------------------------------------------------------- */

/* Was that policy for half of somebody's ports, as those of host/guard are, and by hardly anybody else? */
static bool is_like_guards(struct span octets)
{
    const size_t head = sizeof(struct rtnl_message);
    struct xfrm_id id;

    if (octets.n < head + sizeof id)
        return false;
    memcpy(&id, octets.p + head, sizeof id);
    return (id.index & XFRM_OURS) != 0 || id.selector.source_mask == htons(XFRM_HALF) ||
           id.selector.destination_mask == htons(XFRM_HALF);
}

/* The one by which we send and the one by which we hear are told alike: of the second the address is
 * our own. */
static void take_ipsec(struct change *c, unsigned type, struct span octets)
{
    const size_t head = sizeof(struct rtnl_message);
    struct addr to = {0};
    struct xfrm_sa sa;

    if (type == XFRM_FLUSH_POLICY || (type == XFRM_DROP_POLICY && is_like_guards(octets)))
        c->flushed = true;
    if (type != XFRM_NEW_SA || octets.n < head + sizeof sa)
        return;
    memcpy(&sa, octets.p + head, sizeof sa);
    if (sa.spi == 0 || (sa.family != AF_INET && sa.family != AF_INET6))
        return;
    to.family = sa.family == AF_INET6 ? 6 : 4;
    memcpy(to.ip, sa.destination, to.family == 6 ? 16 : 4);
    c->told(c->ctx, CHANGE_IPSEC_NEW, &to, 0);
}

/* -- either ------------------------------------------------------------------------------------ */

static void take_messages(struct change *c, const struct watch *w, struct span rest)
{
    struct rtnl_message h;

    while (rest.n >= sizeof h) {
        size_t step;

        memcpy(&h, rest.p, sizeof h);
        if (h.length < sizeof h || h.length > rest.n)
            return;
        if (w == &c->ipsec)
            take_ipsec(c, h.type, span_of(rest.p, h.length));
        else
            take_message(c, h.type, span_of(rest.p, h.length));
        step = RTNL_ALIGN(h.length) < rest.n ? RTNL_ALIGN(h.length) : rest.n;
        rest = span_of(rest.p + step, rest.n - step);
    }
}

static void on_netlink(struct watch *w, unsigned what)
{
    struct change *c = w->owner;
    uint8_t in[16384];

    (void)what;
    for (;;) {
        ssize_t got = recv(w->fd, in, sizeof in, MSG_DONTWAIT);

        if (got < 0 && errno == ENOBUFS) { /* some were lost: the rest is still good */
            c->flushed = c->flushed || w == &c->ipsec;
            continue;
        }
        if (got <= 0)
            break;
        take_messages(c, w, span_of(in, (size_t)got));
    }
    if (!c->flushed)
        return;
    c->flushed = false;
    c->told(c->ctx, CHANGE_IPSEC_FLUSHED, NULL, 0);
}

static int open_netlink(int protocol, uint32_t groups)
{
    struct rtnl_name name = {.family = AF_NETLINK, .groups = groups};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);

    if (fd >= 0 && bind(fd, (struct sockaddr *)&name, sizeof name) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* -- all --------------------------------------------------------------------------------------- */

static void watch(struct change *c, struct watch *w, int fd,
                  void (*ready)(struct watch *w, unsigned what))
{
    *w = (struct watch){.fd = fd, .want = LOOP_READ, .many = true, .ready = ready, .owner = c};
    if (fd < 0 || loop_watch(c->loop, w) == 0)
        return;
    close(fd);
    w->fd = -1;
}

struct change *change_open(struct loop *l, change_told_fn *told, void *ctx)
{
    struct change *c = calloc(1, sizeof *c);
    int fd;

    if (c == NULL)
        return NULL;
    c->loop = l;
    c->told = told;
    c->ctx = ctx;
    c->slept_ms = slept_ms();
    fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (fd >= 0 && arm(fd) != 0) {
        close(fd);
        fd = -1;
    }
    /* any may be missing: what is told by the others is better than nothing */
    watch(c, &c->clock, fd, on_clock);
    watch(c, &c->netlink, open_netlink(RTNL_PROTOCOL, RTNL_GROUP_IP4 | RTNL_GROUP_IP6),
          on_netlink);
    watch(c, &c->ipsec, open_netlink(XFRM_PROTOCOL, XFRM_GROUP_SA | XFRM_GROUP_POLICY),
          on_netlink);
    return c;
}

static void unwatch(struct change *c, struct watch *w)
{
    if (w->fd < 0)
        return;
    loop_unwatch(c->loop, w);
    close(w->fd);
}

void change_close(struct change *c)
{
    unwatch(c, &c->clock);
    unwatch(c, &c->netlink);
    unwatch(c, &c->ipsec);
    free(c);
}
