/* IPsec required, by policies in the kernel; see guard.h.
 *
 * A rule is four policies: in and out, for each half of the peer's ports.  There are halves so that
 * no policy selects just what somebody else's does: the kernel has but one for that, and takes
 * another for the same.  Each has an index of our making, which says whose it is and by which it is
 * removed: the highest bit, 16 bits of the daemon's mark, 11 of its own, 1 of the half, 3 of the
 * direction.
 *
 * The mark is in the number of the socket, too, by which the kernel is spoken to: it lets no other
 * socket of this network have that as long as it is open, and closes it for one that was killed. So
 * what bears the mark of a number that is to be had was left behind; its owner's configuration and
 * pid do not matter.
 *
 * Each request is answered before the call that sends it returns, so nothing here waits. */
#include "host/guard.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/log.h"
#include "host/rtnl.h"
#include "host/xfrm.h"

#define REQUEST 0x01u
#define ANSWER 0x04u /* even if there is no error to tell */
#define EXCLUSIVE 0x200u
#define CREATE 0x400u
#define DUMP 0x300u
#define TYPE_ERROR 2u
#define TYPE_DONE 3u

#define LOWEST (0xffffffffu - GUARD_RANKS) /* priority of rank 0 */
#define NAMES 0x6c320000u /* numbers of our sockets, without the mark: beyond any pid */
#define NAMES_MOST 0x10000u
#define ROOM 16384

struct entry {
    struct hash_node node;
    struct guard_rule rule; /* as it stands in the kernel */
    unsigned drops, passes; /* how many hold it, to drop and to let through */
    unsigned number;
};

struct guard {
    int fd;
    uint32_t sequence;
    uint16_t mark;
    struct hash entries;
    struct entry *by_number[GUARD_MOST];
};

/* -- talking to the kernel --------------------------------------------------------------------- */

static int ask(struct guard *g, uint16_t type, unsigned flags, const void *body, size_t n)
{
    struct {
        struct rtnl_message head;
        uint8_t body[sizeof(struct xfrm_info)];
    } m = {.head = {.length = (uint32_t)(sizeof m.head + n),
                    .type = type,
                    .flags = (uint16_t)(REQUEST | flags),
                    .sequence = ++g->sequence}};
    struct rtnl_name kernel = {.family = AF_NETLINK};

    memcpy(m.body, body, n);
    return sendto(g->fd, &m, m.head.length, 0, (struct sockaddr *)&kernel, sizeof kernel) ==
                   (ssize_t)m.head.length
               ? 0
               : -1;
}

/* What came in answer, one datagram of it; 0 octets with errno. */
static size_t hear(struct guard *g, uint8_t *room)
{
    ssize_t n;

    do
        n = recv(g->fd, room, ROOM, 0);
    while (n < 0 && errno == EINTR);
    return n > 0 ? (size_t)n : 0;
}

/* The next message of a datagram, whole; false: there is no more. */
static bool next_message(struct span *rest, struct rtnl_message *h, struct span *body)
{
    size_t step;

    if (rest->n < sizeof *h)
        return false;
    memcpy(h, rest->p, sizeof *h);
    if (h->length < sizeof *h || h->length > rest->n)
        return false;
    *body = span_of(rest->p + sizeof *h, h->length - sizeof *h);
    step = RTNL_ALIGN(h->length) < rest->n ? RTNL_ALIGN(h->length) : rest->n;
    *rest = span_of(rest->p + step, rest->n - step);
    return true;
}

/* The outcome of the last request: 0, or -1 with errno. */
static int outcome(struct guard *g)
{
    uint8_t room[ROOM];
    size_t n;

    while ((n = hear(g, room)) > 0) {
        struct span rest = span_of(room, n), body;
        struct rtnl_message h;
        int32_t reason;

        while (next_message(&rest, &h, &body)) {
            if (h.type != TYPE_ERROR || h.sequence != g->sequence || body.n < sizeof reason)
                continue;
            memcpy(&reason, body.p, sizeof reason);
            errno = -reason;
            return reason == 0 ? 0 : -1;
        }
    }
    return -1;
}

/* The four policies of a rule. */
static const struct part {
    uint8_t direction;
    uint16_t half; /* of the peer's ports: the lowest */
} parts[] = {{XFRM_IN, 0}, {XFRM_IN, XFRM_HALF}, {XFRM_OUT, 0}, {XFRM_OUT, XFRM_HALF}};
#define PARTS (sizeof parts / sizeof parts[0])

static struct xfrm_sel selector_of(const struct guard_rule *r, const struct part *part)
{
    bool in = part->direction == XFRM_IN;
    struct xfrm_sel s = {.family = r->peer.family == 6 ? AF_INET6 : AF_INET,
                         .protocol = IPPROTO_UDP};

    memcpy(in ? s.source : s.destination, r->peer.ip, r->peer.family == 6 ? 16 : 4);
    *(in ? &s.source_bits : &s.destination_bits) = (uint8_t)r->bits;
    *(in ? &s.source_port : &s.destination_port) = htons(part->half);
    *(in ? &s.source_mask : &s.destination_mask) = htons(XFRM_HALF);
    *(in ? &s.destination_port : &s.source_port) = htons(r->port);
    *(in ? &s.destination_mask : &s.source_mask) = 0xffff;
    return s;
}

static uint32_t index_of(const struct guard *g, const struct entry *e, const struct part *part)
{
    return XFRM_OURS | (uint32_t)g->mark << 15 | (uint32_t)e->number << 4 | (part->half != 0 ? 8u : 0u) |
           part->direction;
}

static int drop_index(struct guard *g, uint32_t index)
{
    struct xfrm_id id = {.index = index, .direction = index & 7};

    return ask(g, XFRM_DROP_POLICY, ANSWER, &id, sizeof id) == 0 ? outcome(g) : -1;
}

/* Of that type of message: a new one, or in the place of the one that is there. */
static int set_one(struct guard *g, const struct entry *e, const struct part *part, uint16_t type)
{
    unsigned flags = ANSWER | (type == XFRM_NEW_POLICY ? CREATE | EXCLUSIVE : 0u);
    const struct guard_rule *r = &e->rule;
    struct xfrm_info p = {.selector = selector_of(r, part),
                          .soft_octets = XFRM_ENDLESS,
                          .hard_octets = XFRM_ENDLESS,
                          .soft_packets = XFRM_ENDLESS,
                          .hard_packets = XFRM_ENDLESS,
                          .priority = LOWEST + r->rank,
                          .index = index_of(g, e, part),
                          .direction = part->direction,
                          .action = r->drop ? XFRM_BLOCK : XFRM_ALLOW};

    return ask(g, type, flags, &p, sizeof p) == 0 ? outcome(g) : -1;
}

/* The first n parts. */
static void unset(struct guard *g, const struct entry *e, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (drop_index(g, index_of(g, e, &parts[i])) != 0 && errno != ENOENT)
            log_warn("an IPsec policy cannot be removed");
}

static int set(struct guard *g, const struct entry *e)
{
    for (size_t i = 0; i < PARTS; i++) {
        int reason;

        if (set_one(g, e, &parts[i], XFRM_NEW_POLICY) == 0)
            continue;
        reason = errno;
        unset(g, e, i);
        errno = reason;
        return -1;
    }
    return 0;
}

/* -- what an earlier daemon has left ----------------------------------------------------------- */

/* A socket that has that mark for itself.  -1 with errno: EADDRINUSE if another has it. */
static int take_mark(uint16_t mark)
{
    struct rtnl_name name = {.family = AF_NETLINK, .port = NAMES | mark};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, XFRM_PROTOCOL), reason;

    if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof name) == 0)
        return fd;
    reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

/* Any mark that nobody has.  0, or -1 with errno. */
static int take_any_mark(struct guard *g)
{
    unsigned first = (unsigned)getpid();

    for (unsigned i = 0; i < NAMES_MOST; i++) {
        g->mark = (uint16_t)(first + i);
        g->fd = take_mark(g->mark);
        if (g->fd >= 0 || errno != EADDRINUSE)
            break;
    }
    return g->fd >= 0 ? 0 : -1;
}

/* One like those that we set. */
static bool is_like_ours(const struct xfrm_info *p)
{
    return (p->index & XFRM_OURS) != 0 && p->priority >= LOWEST && p->selector.protocol == IPPROTO_UDP;
}

static uint16_t mark_in(uint32_t index)
{
    return (uint16_t)(index >> 15);
}

/* Indices that were found; they grow. */
struct found {
    uint32_t *index;
    size_t n, room;
};

/* False: no memory. */
static bool note(struct found *f, uint32_t index)
{
    size_t room = f->room > 0 ? 2 * f->room : 64;
    uint32_t *bigger = f->n < f->room ? f->index : realloc(f->index, room * sizeof *bigger);

    if (bigger == NULL)
        return false;
    if (f->n == f->room)
        f->room = room;
    f->index = bigger;
    f->index[f->n++] = index;
    return true;
}

/* Of one datagram of a dump.  True at its end, or at an error. */
static bool note_like_ours(struct span rest, struct found *f)
{
    struct rtnl_message h;
    struct xfrm_info p;
    struct span body;

    while (next_message(&rest, &h, &body)) {
        if (h.type == TYPE_DONE || h.type == TYPE_ERROR)
            return true;
        if (h.type != XFRM_NEW_POLICY || body.n < sizeof p)
            continue;
        memcpy(&p, body.p, sizeof p);
        if (is_like_ours(&p) && !note(f, p.index))
            return true;
    }
    return false;
}

static int by_index(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* Removes those of one mark, unless somebody has it, and nobody gets it meanwhile. */
static void drop_left(struct guard *g, const uint32_t *index, size_t n)
{
    uint16_t mark = mark_in(index[0]);
    int fd = mark == g->mark ? -1 : take_mark(mark);

    if (mark != g->mark && fd < 0)
        return;
    for (size_t i = 0; i < n; i++)
        drop_index(g, index[i]);
    if (fd >= 0)
        close(fd);
}

static void sweep(struct guard *g)
{
    struct found f = {.index = NULL};
    struct xfrm_id any = {.index = 0};
    uint8_t room[ROOM];
    size_t got, n;

    if (ask(g, XFRM_GET_POLICY, DUMP, &any, sizeof any) != 0)
        return;
    do
        got = hear(g, room);
    while (got > 0 && !note_like_ours(span_of(room, got), &f));
    if (f.n > 0)
        qsort(f.index, f.n, sizeof *f.index, by_index);
    for (size_t i = 0; i < f.n; i += n) {
        for (n = 1; i + n < f.n && mark_in(f.index[i + n]) == mark_in(f.index[i]);)
            n++;
        drop_left(g, f.index + i, n);
    }
    free(f.index);
}

struct guard *guard_open(void)
{
    struct guard *g = calloc(1, sizeof *g);
    int reason;

    if (g == NULL)
        return NULL;
    hash_init(&g->entries);
    if (take_any_mark(g) == 0) {
        sweep(g);
        return g;
    }
    reason = errno == EPROTONOSUPPORT || errno == EAFNOSUPPORT ? ENOTSUP : errno;
    free(g);
    errno = reason;
    return NULL;
}

/* -- entries ----------------------------------------------------------------------------------- */

static uint32_t hash_rule(const struct guard_rule *r)
{
    uint32_t seed = r->port ^ r->bits << 16 ^ (uint32_t)r->peer.family << 24;

    return hash_of(seed, r->peer.ip, sizeof r->peer.ip);
}

static bool selects_same(const struct guard_rule *a, const struct guard_rule *b)
{
    return a->port == b->port && a->bits == b->bits && a->peer.family == b->peer.family &&
           memcmp(a->peer.ip, b->peer.ip, sizeof a->peer.ip) == 0;
}

static struct entry *entry_of(struct hash_node *node)
{
    return (struct entry *)(void *)node; /* its first member */
}

static struct entry *find(const struct guard *g, const struct guard_rule *r)
{
    struct hash_node *node = hash_find(&g->entries, hash_rule(r));

    while (node != NULL && !selects_same(&entry_of(node)->rule, r))
        node = hash_next(node);
    return node != NULL ? entry_of(node) : NULL;
}

static struct entry *new_entry(struct guard *g, const struct guard_rule *r)
{
    unsigned number = 0;
    struct entry *e;

    while (number < GUARD_MOST && g->by_number[number] != NULL)
        number++;
    e = number < GUARD_MOST ? calloc(1, sizeof *e) : NULL;
    if (e == NULL) {
        errno = number < GUARD_MOST ? ENOMEM : ENOSPC;
        return NULL;
    }
    e->rule = *r;
    e->number = number;
    if (set(g, e) != 0) {
        free(e);
        return NULL;
    }
    g->by_number[number] = e;
    hash_join(&g->entries, &e->node, hash_rule(r));
    return e;
}

static void free_entry(struct guard *g, struct entry *e)
{
    unset(g, e, PARTS);
    g->by_number[e->number] = NULL;
    hash_leave(&g->entries, &e->node);
    free(e);
}

/* Another rank or action for what stands there, which does not go meanwhile. */
static int change(struct guard *g, struct entry *e, bool drop, unsigned rank)
{
    struct guard_rule before = e->rule;
    size_t n = 0;
    int reason;

    if (before.drop == drop && before.rank == rank)
        return 0;
    e->rule.drop = drop;
    e->rule.rank = rank;
    while (n < PARTS && set_one(g, e, &parts[n], XFRM_RESET_POLICY) == 0)
        n++;
    if (n == PARTS)
        return 0;
    reason = errno;
    e->rule = before;
    while (n-- > 0)
        if (set_one(g, e, &parts[n], XFRM_RESET_POLICY) != 0)
            log_warn("an IPsec policy cannot be put back as it was");
    errno = reason;
    return -1;
}

int guard_hold(struct guard *g, const struct guard_rule *r)
{
    struct entry *e = find(g, r);

    if (e == NULL)
        e = new_entry(g, r);
    else if (change(g, e, r->drop || e->drops > 0, r->rank) != 0)
        e = NULL;
    if (e == NULL)
        return -1;
    if (r->drop)
        e->drops++;
    else
        e->passes++;
    return 0;
}

void guard_release(struct guard *g, const struct guard_rule *r)
{
    struct entry *e = find(g, r);

    if (e == NULL)
        return;
    if (r->drop && e->drops > 0)
        e->drops--;
    else if (!r->drop && e->passes > 0)
        e->passes--;
    if (e->drops + e->passes == 0)
        free_entry(g, e);
    else
        change(g, e, e->drops > 0, e->rule.rank);
}

bool guard_lets_pass(const struct guard *g, const struct guard_rule *r)
{
    const struct entry *e = find(g, r);

    return e != NULL && !e->rule.drop;
}

/* Of one that is there the kernel says so. */
int guard_renew(struct guard *g)
{
    int reason = 0, n = 0;

    for (unsigned i = 0; i < GUARD_MOST; i++)
        for (size_t k = 0; k < PARTS && g->by_number[i] != NULL; k++)
            if (set_one(g, g->by_number[i], &parts[k], XFRM_NEW_POLICY) == 0)
                n++;
            else if (errno != EEXIST && reason == 0)
                reason = errno;
    errno = reason;
    return reason == 0 ? n : -1;
}

void guard_close(struct guard *g)
{
    if (g == NULL)
        return;
    for (unsigned i = 0; i < GUARD_MOST; i++)
        if (g->by_number[i] != NULL)
            free_entry(g, g->by_number[i]);
    hash_free(&g->entries);
    close(g->fd);
    free(g);
}
