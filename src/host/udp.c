/* A UDP socket: the queue of what is to be sent, batches, counts; see udp.h.  How the system moves
 * a batch is behind udp_os.h.  Must not know what is in a datagram. */
#include "host/udp.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "host/sys.h"
#include "host/udp_os.h"

#define OUT_BATCH 64   /* datagrams gathered before they are sent at the latest */
#define IN_PER_TURN 64 /* datagrams heard before others have their turn */

#define BOUNCES_PER_CALL 64
#define REST_TURNS 16
#define TRIES_PER_FLUSH 16 /* of datagrams that failed for another's sake */

struct udp {
    struct loop *loop;
    struct watch watch;
    struct udp_os *os;
    struct addr local;
    bool any_address; /* local is the wildcard */
    bool tells_marks, tells_ecn, early;
    struct udp *first; /* hears what goes first; NULL: nothing does */
    struct udp *whole; /* of such a one: the other */
    char device[16];   /* that it is bound to; empty: none */
    uint8_t tos;       /* of what udp_send() sends */
    udp_heard_fn *heard;
    udp_failed_fn *failed; /* NULL: nobody wants to know */
    void *ctx;
    struct udp_counts counts;
    int n_out;
    struct udp_out out[OUT_BATCH];
    struct buf *buffer[OUT_BATCH]; /* to be given back, or NULL */
    void *large[OUT_BATCH];        /* to be freed: octets too many for a buffer, or NULL */
};

/* -- opening ----------------------------------------------------------------------------------- */

static int bind_and_learn(struct udp *u, const struct addr *local, const struct udp_place *place)
{
    static const uint8_t wildcard[sizeof local->ip];
    struct sockaddr_storage name;
    socklen_t n = sys_addr_to(local, &name);
    int on = 1;

    /* the IPv4 half of that port belongs to another socket of ours */
    if (local->family == 6 &&
        setsockopt(u->watch.fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0)
        return -1;
    if (place->device != NULL && udp_os_device(u->watch.fd, place->device) != 0)
        return -1;
    if (place->device != NULL)
        strncat(u->device, place->device, sizeof u->device - 1);
    u->early = place->early;
    if (place->early && udp_os_early(u->watch.fd, local->family) != 0)
        return -1;
    if (bind(u->watch.fd, (struct sockaddr *)&name, n) != 0)
        return -1;
    n = sizeof name;
    if (getsockname(u->watch.fd, (struct sockaddr *)&name, &n) != 0)
        return -1;
    u->local = sys_addr_from(&name);
    u->any_address = memcmp(u->local.ip, wildcard, sizeof wildcard) == 0;
    return 0;
}

static void on_ready(struct watch *w, unsigned what);
static void receive(struct udp *u, bool woken);

struct udp *udp_open(struct loop *l, const struct addr *local, udp_heard_fn *heard, void *ctx)
{
    return udp_open_at(l, local, &(struct udp_place){0}, heard, ctx);
}

/* A socket that is neither bound nor watched yet.  NULL with errno. */
static struct udp *make(struct loop *l, uint8_t family, udp_heard_fn *heard, void *ctx)
{
    struct udp *u = calloc(1, sizeof *u);

    if (u == NULL)
        return NULL;
    u->loop = l;
    u->heard = heard;
    u->ctx = ctx;
    u->watch = (struct watch){.want = LOOP_READ, .ready = on_ready, .owner = u};
    u->watch.fd = socket(family == 6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
    if (u->watch.fd >= 0 && sys_cloexec(u->watch.fd) == 0 && sys_nonblock(u->watch.fd) == 0)
        return u;
    udp_close(u);
    return NULL;
}

/* The last of an opening: from now on it hears.  NULL with errno, and it is gone. */
static struct udp *listen_to(struct udp *u)
{
    char text[ADDR_TEXT];

    u->os = udp_os_new(u->watch.fd, u->local.family, u->any_address);
    if (u->os == NULL || loop_watch(u->loop, &u->watch) != 0) {
        udp_close(u);
        return NULL;
    }
    log_debug(TOPIC_NETWORK, "socket of %s opened", addr_text(&u->local, text));
    return u;
}

struct udp *udp_open_at(struct loop *l, const struct addr *local, const struct udp_place *place,
                        udp_heard_fn *heard, void *ctx)
{
    struct udp *u;

    if (!addr_is_set(local)) {
        errno = EAFNOSUPPORT;
        return NULL;
    }
    u = make(l, local->family, heard, ctx);
    if (u == NULL)
        return NULL;
    if (bind_and_learn(u, local, place) == 0)
        return listen_to(u);
    udp_close(u);
    return NULL;
}

static int share_port(const struct udp *u, int on)
{
    return setsockopt(u->watch.fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}

static struct udp_place place_of(const struct udp *u)
{
    return (struct udp_place){.device = u->device[0] != '\0' ? u->device : NULL, .early = u->early};
}

/* Only for the moment: nobody else is to have our port. */
static int bind_beside(struct udp *u, struct udp *old, const struct addr *local)
{
    struct udp_place place = place_of(old);
    bool shares = share_port(old, 1) == 0 && share_port(u, 1) == 0 &&
                  (old->first == NULL || share_port(old->first, 1) == 0);
    int done = shares ? bind_and_learn(u, local, &place) : -1;
    int reason = errno;

    /* the new one has to bear others like it; with the old one's mark off nobody else gets in */
    share_port(old, 0);
    if (old->first != NULL)
        share_port(old->first, 0);
    errno = reason;
    return done;
}

struct udp *udp_open_beside(struct udp *old, const struct addr *local, const struct addr *peer)
{
    struct addr from = addr_is_set(local) ? *local : old->local;
    struct udp *u = make(old->loop, old->local.family, old->heard, old->ctx);
    struct sockaddr_storage name;
    socklen_t n = sys_addr_to(peer, &name);

    if (u == NULL)
        return NULL;
    from.port = old->local.port;
    u->failed = old->failed;
    u->tos = old->tos;
    /* the mark first: which IPsec there is for the peer may depend on it */
    if (bind_beside(u, old, &from) != 0 ||
        (peer->mark != 0 && udp_os_mark(u->watch.fd, peer->mark) != 0) ||
        connect(u->watch.fd, (struct sockaddr *)&name, n) != 0) {
        udp_close(u);
        return NULL;
    }
    u = listen_to(u);
    if (u != NULL && old->tells_marks)
        udp_tell_marks(u);
    if (u != NULL && old->tells_ecn)
        udp_tell_ecn(u);
    return u;
}

int udp_descriptor(const struct udp *u)
{
    return u->watch.fd;
}

void udp_hear_rest(struct udp *u)
{
    uint64_t was;

    for (int turns = 0; turns < REST_TURNS; turns++) {
        was = u->counts.received + u->counts.errors;
        receive(u, true);
        if (u->counts.received + u->counts.errors == was)
            return;
    }
}

/* Gives back what was queued from the first on. */
static void release(struct udp *u)
{
    for (int i = 0; i < u->n_out; i++) {
        buf_put(u->buffer[i]);
        u->buffer[i] = NULL;
        if (u->large[i] == NULL)
            continue;
        free(u->large[i]);
        u->large[i] = NULL;
    }
    u->n_out = 0;
}

void udp_close(struct udp *u)
{
    int keep = errno;
    char text[ADDR_TEXT];

    if (u->first != NULL)
        udp_close(u->first);
    if (addr_is_set(&u->local))
        log_debug(TOPIC_NETWORK, "socket of %s closed", addr_text(&u->local, text));
    loop_unwatch(u->loop, &u->watch);
    release(u);
    if (u->os != NULL)
        udp_os_free(u->os);
    if (u->watch.fd >= 0)
        close(u->watch.fd);
    free(u);
    errno = keep;
}

int udp_tell_marks(struct udp *u)
{
    u->tells_marks = udp_os_tell_marks(u->os) == 0;
    if (u->first != NULL)
        udp_tell_marks(u->first);
    return u->tells_marks ? 0 : -1;
}

void udp_tell_ecn(struct udp *u)
{
    if (u->tells_ecn)
        return;
    udp_os_tell_ecn(u->os);
    u->tells_ecn = true;
    if (u->first != NULL)
        udp_tell_ecn(u->first);
}

void udp_tell_failed(struct udp *u, udp_failed_fn *failed)
{
    u->failed = failed;
    if (u->first != NULL)
        udp_tell_failed(u->first, failed);
}

struct addr udp_local(const struct udp *u)
{
    return u->local;
}

void udp_set_tos(struct udp *u, uint8_t tos)
{
    u->tos = tos & (uint8_t)~3u;
}

void udp_counts_add(struct udp_counts *to, const struct udp *u)
{
    if (u == NULL)
        return;
    to->received += u->counts.received;
    to->sent += u->counts.sent;
    to->dropped += u->counts.dropped;
    to->errors += u->counts.errors;
    to->bounced += u->counts.bounced;
    to->system_calls += u->counts.system_calls;
    udp_counts_add(to, u->first);
}

const struct udp_counts *udp_counts(const struct udp *u)
{
    return &u->counts;
}

/* -- what comes back ----------------------------------------------------------------------------
 */

/* Takes what the system has kept; how many there were. */
static unsigned take_bounces(struct udp *u)
{
    struct udp_bounce b;
    unsigned n = 0;

    while (n < BOUNCES_PER_CALL && udp_os_bounced(u->os, &b)) {
        n++;
        if (u->failed != NULL)
            u->failed(u->ctx, &b.to, b.reason, true, &b.via);
    }
    u->counts.bounced += n;
    u->counts.system_calls = udp_os_calls(u->os);
    return n;
}

/* -- what goes first --------------------------------------------------------------------------- */

int udp_split(struct udp *u, int (*steer)(int fd))
{
    struct udp_place place = place_of(u);
    struct udp *first = make(u->loop, u->local.family, u->heard, u->ctx);

    if (first == NULL)
        return -1;
    first->watch.many = true;
    first->failed = u->failed;
    first->whole = u;
    /* u is bound and did not share its port until now, so that nobody else has it, or gets it */
    if (udp_os_share(u->watch.fd, true) != 0 || udp_os_share(first->watch.fd, true) != 0 ||
        bind_and_learn(first, &u->local, &place) != 0 || steer(first->watch.fd) != 0) {
        udp_close(first);
        udp_os_share(u->watch.fd, false);
        return -1;
    }
    u->first = listen_to(first);
    if (u->first == NULL) {
        udp_os_share(u->watch.fd, false);
        return -1;
    }
    if (u->tells_marks)
        udp_tell_marks(u->first);
    if (u->tells_ecn)
        udp_tell_ecn(u->first);
    return 0;
}

bool udp_hear_first(struct udp *u)
{
    uint64_t before = u->first != NULL ? u->first->counts.received : 0;

    if (u->first == NULL)
        return false;
    receive(u->first, false);
    return u->first->counts.received != before;
}

/* -- paths ------------------------------------------------------------------------------------- */

static bool is_of_this_host(const struct addr *a)
{
    static const uint8_t loopback[sizeof a->ip] = {[15] = 1};

    return a->family == 6 && memcmp(a->ip, loopback, sizeof loopback) == 0;
}

/* The peer is none of the loopback's, as a rule. */
void udp_yield(struct udp *u)
{
    udp_flush(u);
    udp_os_device(u->watch.fd, "lo");
}

/* By a socket beside, connected. */
static unsigned path_beside(struct udp *old, const struct addr *local, const struct addr *peer)
{
    struct udp *u = is_of_this_host(peer) ? NULL : udp_open_beside(old, local, peer);
    unsigned octets;

    if (u == NULL)
        return 0;
    octets = udp_os_path_mtu(u->watch.fd, u->local.family);
    udp_yield(u);
    udp_hear_rest(u);
    udp_close(u);
    return octets;
}

unsigned udp_path_mtu(struct udp *u, const struct addr *local, const struct addr *peer)
{
    if (peer->family == 6)
        return path_beside(u, local, peer);
    udp_os_probe(u->os, local, peer);
    take_bounces(u);
    return udp_os_probed(u->os);
}

/* -- receiving --------------------------------------------------------------------------------- */

static void hear(struct udp *u, struct udp_in *in)
{
    if (!addr_is_set(&in->to) && !u->any_address)
        in->to = u->local;
    if (addr_is_set(&in->to))
        in->to.port = u->local.port;
    u->counts.received++;
    u->heard(u->ctx, &in->from, &in->to, in->ecn, in->octets);
}

/* An error here is about some datagram of the past (an ICMP message, say) and is gone with the
 * asking: the socket lives.  woken: by that very socket. */
static void receive(struct udp *u, bool woken)
{
    struct udp_in in[UDP_IN_MOST];

    for (int left = IN_PER_TURN; left > 0; left -= udp_os_batch) {
        int n = udp_os_receive(u->os, in);

        u->counts.system_calls = udp_os_calls(u->os);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            if (woken && left == IN_PER_TURN) /* then it was by an error */
                take_bounces(u);
            break;
        }
        if (n < 0) {
            u->counts.errors++;
            log_debug(TOPIC_NETWORK, "receiving: %s", strerror(errno));
            take_bounces(u);
            continue;
        }
        for (int i = 0; i < n; i++)
            hear(u, &in[i]);
        if (n < udp_os_batch)
            break;
    }
}

/* What goes first need not wait for others, but may be the end of what they are for: a batch of
 * them is heard before it. */
static void on_ready(struct watch *w, unsigned what)
{
    struct udp *u = w->owner;

    (void)what;
    if (u->whole != NULL)
        receive(u->whole, false);
    receive(u, true);
}

/* -- sending ----------------------------------------------------------------------------------- */

static void queue(struct udp *u, const struct addr *from, const struct addr *to, uint8_t tos,
                  struct span octets)
{
    struct udp_out *out = &u->out[u->n_out++];

    *out = (struct udp_out){*from, *to, tos, octets};
    /* the address that it is bound to anyway need not be said */
    if (!u->any_address && addr_same_host(from, &u->local))
        out->from.family = 0;
    if (u->n_out == OUT_BATCH)
        udp_flush(u);
}

void udp_send_buf(struct udp *u, const struct addr *from, const struct addr *to, uint8_t tos,
                  struct buf *b)
{
    u->buffer[u->n_out] = b;
    queue(u, from, to, tos, buf_span(b));
}

void udp_send(struct udp *u, const struct addr *from, const struct addr *to, struct span octets)
{
    struct buf *b = octets.n <= BUF_ROOM ? buf_get() : NULL;
    uint8_t *copy = b != NULL ? b->data + b->off : malloc(octets.n + 1);

    if (copy == NULL) {
        u->counts.dropped++;
        return;
    }
    if (octets.n > 0)
        memcpy(copy, octets.p, octets.n);
    u->buffer[u->n_out] = b;
    u->large[u->n_out] = b != NULL ? NULL : copy;
    queue(u, from, to, u->tos, span_of(copy, octets.n));
}

/* The error is the datagram's own, unless it was ICMP's about another one: then it is tried again.
 */
static bool was_of_another(struct udp *u, unsigned *tries)
{
    int keep = errno;
    bool another = *tries > 0 && take_bounces(u) > 0;

    if (another)
        --*tries;
    errno = keep;
    return another;
}

static void tell_unsent(const struct udp *u, const struct udp_out *out)
{
    static const struct addr nobody;
    int keep = errno;

    log_debug(TOPIC_NETWORK, "not sent: %s", strerror(errno));
    if (u->failed != NULL)
        u->failed(u->ctx, &out->to, keep, false, &nobody);
    errno = keep;
}

/* Without room in the kernel the whole rest is dropped, as the next would fare no better; with any
 * other trouble (no route, an address that is no longer ours) only the datagram that had it. */
void udp_flush(struct udp *u)
{
    unsigned tries = TRIES_PER_FLUSH;
    int done = 0;

    while (done < u->n_out) {
        int lost = 1;
        int n = udp_os_send(u->os, u->out + done, u->n_out - done);

        u->counts.system_calls = udp_os_calls(u->os);
        if (n > 0) {
            u->counts.sent += (uint64_t)n;
            done += n;
            continue;
        }
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS))
            lost = u->n_out - done;
        else if (n < 0 && was_of_another(u, &tries))
            continue;
        else if (n < 0)
            tell_unsent(u, &u->out[done]);
        if (lost > 1)
            log_debug(TOPIC_NETWORK, "%d not sent: %s", lost, strerror(errno));
        u->counts.dropped += (uint64_t)lost;
        done += lost;
    }
    release(u);
}
