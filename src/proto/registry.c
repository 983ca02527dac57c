/* Ids and look-ups; see registry.h.  RFC 2661, 9.1 for the ids. */
#include "proto/registry.h"

#include <string.h>

#define ID_TRIES 64 /* random ones, before looking one by one */

void registry_init(struct registry *r, const struct l2tp_host *host)
{
    r->host = host;
    host->random(host->ctx, &r->seed, sizeof r->seed);
    do {
        host->random(host->ctx, &r->refusal_id, sizeof r->refusal_id);
    } while (r->refusal_id == 0);
}

/* A small multiplicative hash; the seed keeps peers from choosing where they land. */
static uint32_t mix(uint32_t h, const void *p, size_t n)
{
    const uint8_t *octets = p;

    for (size_t i = 0; i < n; i++)
        h = (h ^ octets[i]) * 0x01000193u;
    return h ^ h >> 15;
}

static uint32_t hash_addr(const struct registry *r, const struct addr *a)
{
    uint32_t h = mix(r->seed ^ 0x811c9dc5u, a->ip, sizeof a->ip);

    return mix(h, &a->port, sizeof a->port);
}

static struct tunnel **peer_slot(struct registry *r, const struct addr *peer, uint16_t peer_id)
{
    return &r->peer[mix(hash_addr(r, peer), &peer_id, sizeof peer_id) % REGISTRY_HASH];
}

static struct tunnel **request_slot(struct registry *r, const struct addr *peer,
                                    const uint8_t digest[MD5_SIZE])
{
    return &r->request[mix(hash_addr(r, peer), digest, MD5_SIZE) % REGISTRY_HASH];
}

static struct call **session_slot(struct registry *r, const struct tunnel *t, uint16_t peer_id)
{
    uint32_t h = mix(r->seed, &t->id, sizeof t->id);

    return &r->session[mix(h, &peer_id, sizeof peer_id) % REGISTRY_HASH];
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

/* Chains with a way back, so that leaving is O(1) however many share a slot. */
#define JOIN(head, object, link, at)                                                               \
    do {                                                                                           \
        (object)->link = *(head);                                                                  \
        (object)->at = (head);                                                                     \
        if ((object)->link != NULL)                                                                \
            (object)->link->at = &(object)->link;                                                  \
        *(head) = (object);                                                                        \
    } while (0)
#define PART(object, link, at)                                                                     \
    do {                                                                                           \
        *(object)->at = (object)->link;                                                            \
        if ((object)->link != NULL)                                                                \
            (object)->link->at = (object)->at;                                                     \
    } while (0)

/* The same for the short ones, found by walking. */
#define LEAVE(type, head, object, link)                                                            \
    do {                                                                                           \
        type **at = (head);                                                                        \
                                                                                                   \
        while (*at != (object))                                                                    \
            at = &(*at)->link;                                                                     \
        *at = (object)->link;                                                                      \
    } while (0)

static void join_peer(struct registry *r, struct tunnel *t)
{
    struct tunnel **slot = peer_slot(r, &t->peer, t->peer_id);

    t->hashed_id = t->peer_id;
    t->hashed_port = t->peer.port;
    JOIN(slot, t, peer_next, peer_at);
    t->is_hashed = true;
}

static void leave_peer(struct tunnel *t)
{
    PART(t, peer_next, peer_at);
    t->is_hashed = false;
}

static void set_half(struct registry *r, struct tunnel *t, bool half)
{
    if (half == t->is_half)
        return;
    t->is_half = half;
    if (half) {
        t->half_next = r->half;
        r->half = t;
        r->n_half++;
    } else {
        LEAVE(struct tunnel, &r->half, t, half_next);
        r->n_half--;
    }
}

void registry_add_tunnel(struct registry *r, struct tunnel *t)
{
    r->tunnel[t->id] = t;
    r->n_tunnels++;
    join_peer(r, t);
    if (!t->initiator) {
        struct tunnel **slot = request_slot(r, &t->peer, t->request);

        JOIN(slot, t, request_next, request_at);
        t->is_request = true;
    }
}

void registry_update_tunnel(struct registry *r, struct tunnel *t)
{
    if (t->is_hashed && (t->hashed_id != t->peer_id || t->hashed_port != t->peer.port)) {
        leave_peer(t);
        join_peer(r, t);
    }
    set_half(r, t, !t->initiator && !t->was_up && t->state != DEAD);
}

void registry_remove_tunnel(struct registry *r, struct tunnel *t, uint64_t now)
{
    set_half(r, t, false);
    if (t->is_request)
        PART(t, request_next, request_at);
    t->is_request = false;
    if (t->is_hashed)
        leave_peer(t);
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
    struct call **slot;

    if (c->is_hashed || c->peer_id == 0)
        return;
    slot = session_slot(r, c->tunnel, c->peer_id);
    c->session_next = *slot;
    *slot = c;
    c->is_hashed = true;
}

void registry_remove_call(struct registry *r, struct call *c, uint64_t now)
{
    if (c->is_hashed)
        LEAVE(struct call, session_slot(r, c->tunnel, c->peer_id), c, session_next);
    c->is_hashed = false;
    r->call[c->id] = NULL;
    r->n_calls--;
    lay_to_rest(&r->call_rest, c->id, now);
}

struct tunnel *registry_find_peer(struct registry *r, const struct addr *peer, uint16_t peer_id,
                                  const struct tunnel *but)
{
    struct tunnel *t = *peer_slot(r, peer, peer_id);

    while (t != NULL && (t == but || t->peer_id != peer_id || !addr_same(&t->peer, peer)))
        t = t->peer_next;
    return t;
}

struct tunnel *registry_find_live(struct registry *r, const struct tunnel *t)
{
    struct tunnel *o = *peer_slot(r, &t->peer, t->peer_id);

    while (o != NULL && (o == t || o->state == STOPPING || o->state == STOPPED || o->state == DEAD ||
                         o->peer_id != t->peer_id || !addr_same(&o->peer, &t->peer)))
        o = o->peer_next;
    return o;
}

struct tunnel *registry_find_opening(struct registry *r, const struct addr *peer)
{
    struct tunnel *t = *peer_slot(r, peer, 0);

    while (t != NULL &&
           (t->state != WAIT_CTL_REPLY || t->peer_id != 0 || !addr_same(&t->peer, peer)))
        t = t->peer_next;
    return t;
}

struct tunnel *registry_find_request(struct registry *r, const struct addr *peer,
                                     const uint8_t digest[MD5_SIZE])
{
    struct tunnel *t = *request_slot(r, peer, digest);

    while (t != NULL && (memcmp(t->request, digest, MD5_SIZE) != 0 || !addr_same(&t->peer, peer)))
        t = t->request_next;
    return t;
}

struct call *registry_find_session(struct registry *r, const struct tunnel *t, uint16_t peer_id)
{
    struct call *c = *session_slot(r, t, peer_id);

    while (c != NULL && (c->state == DEAD || c->tunnel != t || c->peer_id != peer_id))
        c = c->session_next;
    return c;
}

/* An IPv6 source is its /64: whoever has one has all of it. */
static bool same_source(const struct addr *a, const struct addr *b)
{
    if (a->family == 6 && b->family == 6)
        return memcmp(a->ip, b->ip, 8) == 0;
    return addr_same_host(a, b);
}

unsigned registry_half_of(const struct registry *r, const struct addr *peer)
{
    unsigned n = 0;

    for (const struct tunnel *t = r->half; t != NULL; t = t->half_next)
        n += same_source(&t->peer, peer);
    return n;
}

struct tunnel *registry_oldest_half(const struct registry *r)
{
    struct tunnel *t = r->half;

    while (t != NULL && t->half_next != NULL)
        t = t->half_next;
    return t;
}
