/* Ids and look-ups; see registry.h.  RFC 2661, 9.1 for the ids. */
#include "proto/registry.h"

#include <string.h>

#include "wire/quirks.h"

#define ID_TRIES 64 /* random ones, before looking one by one */

void registry_init(struct registry *r, const struct l2tp_host *host)
{
    r->host = host;
    host->random(host->ctx, &r->seed, sizeof r->seed);
    do {
        host->random(host->ctx, &r->refusal_id, sizeof r->refusal_id);
    } while (r->refusal_id == 0);
    hash_init(&r->peer);
    hash_init(&r->request);
    hash_init(&r->source);
    hash_init(&r->session);
    hash_init(&r->zero);
    hash_init(&r->name);
}

void registry_free(struct registry *r)
{
    hash_free(&r->peer);
    hash_free(&r->request);
    hash_free(&r->source);
    hash_free(&r->session);
    hash_free(&r->zero);
    hash_free(&r->name);
}

/* The owner of an embedded node. */
#define OWNER(type, node_, member)                                                                 \
    ((node_) == NULL ? NULL : (type *)(void *)((char *)(node_)-offsetof(type, member)))

/* Without the mark: it does not always count. */
static uint32_t addr_hash(const struct registry *r, const struct addr *a)
{
    return hash_of(hash_of(r->seed, a->ip, sizeof a->ip), &a->port, sizeof a->port);
}

static uint32_t peer_hash(const struct registry *r, const struct addr *peer, uint16_t peer_id)
{
    return hash_of(addr_hash(r, peer), &peer_id, sizeof peer_id);
}

static uint32_t request_hash(const struct registry *r, const struct addr *peer,
                             const uint8_t digest[MD5_SIZE])
{
    return hash_of(addr_hash(r, peer), digest, MD5_SIZE);
}

static uint32_t session_hash(const struct registry *r, const struct tunnel *t, uint16_t peer_id)
{
    return hash_of(hash_of(r->seed, &t->id, sizeof t->id), &peer_id, sizeof peer_id);
}

/* An IPv6 source is its /64: whoever has one has all of it. */
static size_t source_octets(const struct addr *a)
{
    return a->family == 6 ? 8 : 4;
}

static uint32_t source_hash(const struct registry *r, const struct addr *peer)
{
    return hash_of(r->seed, peer->ip, source_octets(peer));
}

static uint32_t name_hash(const struct registry *r, const struct addr *peer, const char *name)
{
    return hash_of(source_hash(r, peer), name, strlen(name));
}

static bool same_source(const struct addr *a, const struct addr *b)
{
    return a->family == b->family && memcmp(a->ip, b->ip, source_octets(a)) == 0;
}

/* Ids that were freed a short while ago are not given out again: a late packet of the old owner's
 * must not meet a new one.  Two spans take turns, so a rest lasts one to two of them. */
static void turn(struct rest *rest, uint64_t now)
{
    if (now < rest->turned + REGISTRY_REST_MS)
        return;
    if (now < rest->turned + 2 * (uint64_t)REGISTRY_REST_MS) {
        memcpy(rest->before, rest->now, sizeof rest->before);
        rest->n_before = rest->n_now;
    } else {
        memset(rest->before, 0, sizeof rest->before);
        rest->n_before = 0;
    }
    memset(rest->now, 0, sizeof rest->now);
    rest->n_now = 0;
    rest->turned = now;
}

static bool is_resting(const struct rest *rest, uint16_t id)
{
    return ((rest->now[id / 8] | rest->before[id / 8]) >> id % 8 & 1) != 0;
}

static void lay_to_rest(struct rest *rest, uint16_t id, uint64_t now)
{
    turn(rest, now);
    rest->now[id / 8] |= (uint8_t)(1u << id % 8);
    rest->n_now++;
}

typedef bool taken_fn(const struct registry *r, uint16_t id);

static bool tunnel_taken(const struct registry *r, uint16_t id)
{
    return r->tunnel[id] != NULL || id == r->refusal_id;
}

static bool call_taken(const struct registry *r, uint16_t id)
{
    return r->call[id] != NULL;
}

static uint16_t find_id(struct registry *r, struct rest *rest, taken_fn *taken, unsigned n_taken,
                        uint64_t now)
{
    uint16_t id = 0;
    bool all_rest;

    turn(rest, now);
    for (int i = 0; i < ID_TRIES; i++) {
        r->host->random(r->host->ctx, &id, sizeof id);
        if (id != 0 && !taken(r, id) && !is_resting(rest, id))
            return id;
    }
    /* crowded: the next free one after a random one, a rested one if there is any */
    all_rest = n_taken + rest->n_now + rest->n_before >= 65535;
    for (int pass = all_rest ? 1 : 0; pass < 2; pass++)
        for (uint32_t i = 0; i < 65536; i++, id++)
            if (id != 0 && !taken(r, id) && (pass > 0 || !is_resting(rest, id)))
                return id;
    return 0;
}

uint16_t registry_tunnel_id(struct registry *r, uint64_t now)
{
    return find_id(r, &r->tunnel_rest, tunnel_taken, r->n_tunnels, now);
}

uint16_t registry_call_id(struct registry *r, uint64_t now)
{
    return find_id(r, &r->call_rest, call_taken, r->n_calls, now);
}

static void join_peer(struct registry *r, struct tunnel *t)
{
    t->hashed_id = t->peer_id;
    t->hashed_port = t->peer.port;
    hash_join(&r->peer, &t->by_peer, peer_hash(r, &t->peer, t->peer_id));
}

/* The list of half-open ones has the newest in front. */
static void join_half(struct registry *r, struct tunnel *t)
{
    t->half_prev = NULL;
    t->half_next = r->half;
    *(r->half != NULL ? &r->half->half_prev : &r->half_last) = t;
    r->half = t;
    r->n_half++;
    hash_join(&r->source, &t->by_source, source_hash(r, &t->peer));
}

static void leave_half(struct registry *r, struct tunnel *t)
{
    *(t->half_prev != NULL ? &t->half_prev->half_next : &r->half) = t->half_next;
    *(t->half_next != NULL ? &t->half_next->half_prev : &r->half_last) = t->half_prev;
    r->n_half--;
    hash_leave(&r->source, &t->by_source);
}

static void set_half(struct registry *r, struct tunnel *t, bool half)
{
    if (half == t->is_half)
        return;
    t->is_half = half;
    if (half)
        join_half(r, t);
    else
        leave_half(r, t);
}

void registry_add_tunnel(struct registry *r, struct tunnel *t)
{
    r->tunnel[t->id] = t;
    r->n_tunnels++;
    join_peer(r, t);
    if (!t->initiator)
        hash_join(&r->request, &t->by_request, request_hash(r, &t->peer, t->request));
}

void registry_update_tunnel(struct registry *r, struct tunnel *t)
{
    if (t->hashed_id != t->peer_id || t->hashed_port != t->peer.port) {
        hash_leave(&r->peer, &t->by_peer);
        join_peer(r, t);
    }
    if ((t->quirks & QUIRK_ZERO_TUNNEL) && (t->was_up || !t->initiator) && t->by_zero.at == NULL)
        hash_join(&r->zero, &t->by_zero, addr_hash(r, &t->peer));
    if (t->p.exclusive && t->was_up && !t->initiator && t->by_name.at == NULL)
        hash_join(&r->name, &t->by_name, name_hash(r, &t->peer, t->peer_name));
    set_half(r, t, !t->initiator && !t->was_up && t->state != DEAD);
}

void registry_remove_tunnel(struct registry *r, struct tunnel *t, uint64_t now)
{
    set_half(r, t, false);
    hash_leave(&r->request, &t->by_request);
    hash_leave(&r->peer, &t->by_peer);
    hash_leave(&r->zero, &t->by_zero);
    hash_leave(&r->name, &t->by_name);
    r->tunnel[t->id] = NULL;
    r->n_tunnels--;
    lay_to_rest(&r->tunnel_rest, t->id, now);
}

void registry_add_call(struct registry *r, struct call *c)
{
    r->call[c->id] = c;
    r->n_calls++;
    registry_update_call(r, c);
}

void registry_update_call(struct registry *r, struct call *c)
{
    if (c->by_session.at == NULL && c->peer_id != 0)
        hash_join(&r->session, &c->by_session, session_hash(r, c->tunnel, c->peer_id));
}

void registry_remove_call(struct registry *r, struct call *c, uint64_t now)
{
    hash_leave(&r->session, &c->by_session);
    r->call[c->id] = NULL;
    r->n_calls--;
    lay_to_rest(&r->call_rest, c->id, now);
}

bool registry_is_peer(const struct tunnel *t, const struct addr *from)
{
    return addr_same(&t->peer, from) && (t->initiator || t->peer.mark == from->mark);
}

static struct tunnel *first_by_peer(const struct registry *r, const struct addr *peer,
                                    uint16_t peer_id)
{
    return OWNER(struct tunnel, hash_find(&r->peer, peer_hash(r, peer, peer_id)), by_peer);
}

static struct tunnel *next_by_peer(const struct tunnel *t)
{
    return OWNER(struct tunnel, hash_next(&t->by_peer), by_peer);
}

struct tunnel *registry_find_peer(struct registry *r, const struct addr *peer, uint16_t peer_id,
                                  const struct tunnel *but)
{
    struct tunnel *t = first_by_peer(r, peer, peer_id);

    while (t != NULL && (t == but || t->peer_id != peer_id || !registry_is_peer(t, peer)))
        t = next_by_peer(t);
    return t;
}

static bool same_peer(const struct tunnel *o, const struct tunnel *t)
{
    return t->initiator ? addr_same(&o->peer, &t->peer) : registry_is_peer(o, &t->peer);
}

struct tunnel *registry_find_live(struct registry *r, const struct tunnel *t)
{
    struct tunnel *o = first_by_peer(r, &t->peer, t->peer_id);

    while (o != NULL && (o == t || o->state == STOPPING || o->state == STOPPED ||
                         o->state == DEAD || o->peer_id != t->peer_id || !same_peer(o, t)))
        o = next_by_peer(o);
    return o;
}

struct tunnel *registry_find_opening(struct registry *r, const struct addr *peer,
                                     const struct tunnel *after)
{
    struct tunnel *t = after != NULL ? next_by_peer(after) : first_by_peer(r, peer, 0);

    while (t != NULL &&
           (t->state != WAIT_CTL_REPLY || t->peer_id != 0 || !registry_is_peer(t, peer)))
        t = next_by_peer(t);
    return t;
}

struct tunnel *registry_find_request(struct registry *r, const struct addr *peer,
                                     const uint8_t digest[MD5_SIZE])
{
    struct hash_node *node = hash_find(&r->request, request_hash(r, peer, digest));
    struct tunnel *t = OWNER(struct tunnel, node, by_request);

    while (t != NULL && (memcmp(t->request, digest, MD5_SIZE) != 0 || !registry_is_peer(t, peer))) {
        node = hash_next(&t->by_request);
        t = OWNER(struct tunnel, node, by_request);
    }
    return t;
}

struct tunnel *registry_find_exclusive(struct registry *r, const struct addr *peer,
                                       const char *peer_name, const struct tunnel *but)
{
    for (struct hash_node *node = hash_find(&r->name, name_hash(r, peer, peer_name)); node != NULL;
         node = hash_next(node)) {
        struct tunnel *t = OWNER(struct tunnel, node, by_name);

        if (t != but && t->state == ESTABLISHED && addr_same_host(&t->peer, peer) &&
            strcmp(t->peer_name, peer_name) == 0)
            return t;
    }
    return NULL;
}

struct tunnel *registry_find_zero(struct registry *r, const struct addr *peer)
{
    struct tunnel *going = NULL;

    for (struct hash_node *node = hash_find(&r->zero, addr_hash(r, peer)); node != NULL;
         node = hash_next(node)) {
        struct tunnel *t = OWNER(struct tunnel, node, by_zero);

        if (t->state == DEAD || !registry_is_peer(t, peer))
            continue;
        if (t->state != STOPPING && t->state != STOPPED)
            return t;
        going = going != NULL ? going : t;
    }
    return going;
}

struct call *registry_find_session(struct registry *r, const struct tunnel *t, uint16_t peer_id)
{
    struct hash_node *node = hash_find(&r->session, session_hash(r, t, peer_id));
    struct call *c = OWNER(struct call, node, by_session);

    while (c != NULL && (c->state == DEAD || c->tunnel != t || c->peer_id != peer_id)) {
        node = hash_next(&c->by_session);
        c = OWNER(struct call, node, by_session);
    }
    return c;
}

unsigned registry_half_of(const struct registry *r, const struct addr *peer)
{
    struct hash_node *node = hash_find(&r->source, source_hash(r, peer));
    unsigned n = 0;

    for (; node != NULL; node = hash_next(node))
        n += same_source(&OWNER(struct tunnel, node, by_source)->peer, peer);
    return n;
}

struct tunnel *registry_oldest_half(const struct registry *r)
{
    return r->half_last;
}
