/* proto/registry: ids that are random, free and rested; who is found by what. */
#include "proto/registry.h"

#include <stdlib.h>

#include "tap.h"

static struct registry reg;
static uint32_t state = 2661;
static int fixed = -1; /* what "random" gives, if not negative */

static void answer_random(void *ctx, void *room, size_t n)
{
    uint8_t *p = room;

    (void)ctx;
    while (n-- > 0) {
        state = state * 1664525u + 1013904223u;
        *p++ = (uint8_t)(fixed >= 0 ? fixed : (int)(state >> 24));
    }
}

static const struct l2tp_host host = {NULL, answer_random, NULL, NULL, NULL, NULL};

static uint32_t mark; /* of the next peer */

static struct tunnel *add(unsigned host_octet, uint16_t port, uint16_t peer_id, bool initiator,
                          enum state in, uint64_t now)
{
    struct tunnel *t = calloc(1, sizeof *t);

    t->id = registry_tunnel_id(&reg, now);
    t->peer = addr_ip4(0xc0000200u + host_octet, port);
    t->peer.mark = mark;
    t->peer_id = peer_id;
    t->initiator = initiator;
    t->state = in;
    t->request[0] = (uint8_t)peer_id;
    registry_add_tunnel(&reg, t);
    registry_update_tunnel(&reg, t);
    return t;
}

static void drop(struct tunnel *t, uint64_t now)
{
    registry_remove_tunnel(&reg, t, now);
    free(t);
}

static struct call *add_call(struct tunnel *t, uint16_t peer_id, uint64_t now)
{
    struct call *c = calloc(1, sizeof *c);

    c->tunnel = t;
    c->id = registry_call_id(&reg, now);
    c->peer_id = peer_id;
    c->state = ESTABLISHED;
    registry_add_call(&reg, c);
    return c;
}

static void drop_call(struct call *c, uint64_t now)
{
    registry_remove_call(&reg, c, now);
    free(c);
}

static void test_finding(void)
{
    struct tunnel *a = add(1, 1701, 5, false, WAIT_CTL_CONN, 0);
    struct tunnel *b = add(1, 1701, 6, false, ESTABLISHED, 0);
    struct tunnel *c = add(1, 1702, 5, false, WAIT_CTL_CONN, 0);
    struct tunnel *d = add(2, 1701, 0, true, WAIT_CTL_REPLY, 0);
    struct tunnel *e = add(2, 1701, 0, true, STOPPING, 0);
    struct addr one = addr_ip4(0xc0000201u, 1701), two = addr_ip4(0xc0000202u, 1701);
    uint8_t digest[MD5_SIZE] = {6};
    bool others = true;

    ok(registry_find_peer(&reg, &one, 5, NULL) == a, "by the peer's address, port and id");
    ok(registry_find_peer(&reg, &one, 6, NULL) == b &&
           registry_find_peer(&reg, &c->peer, 5, NULL) == c,
       "each of them counts");
    ok(registry_find_peer(&reg, &one, 5, a) == NULL, "other than a given one");
    ok(registry_find_peer(&reg, &two, 5, NULL) == NULL, "or none");
    ok(registry_find_opening(&reg, &two, NULL) == d,
       "S4.4.3-13 one that we are opening, not one that is closing");
    d->state = STOPPING;
    ok(registry_find_opening(&reg, &two, NULL) == NULL &&
           registry_find_opening(&reg, &one, NULL) == NULL,
       "or none");
    ok(registry_find_request(&reg, &one, digest) == b, "by its request");
    for (size_t i = 0; i < MD5_SIZE; i++) {
        digest[i] ^= 1;
        others = others && registry_find_request(&reg, &one, digest) == NULL;
        digest[i] ^= 1;
    }
    ok(others, "A-09 of which each octet counts");
    b->was_up = true;
    registry_update_tunnel(&reg, b);
    is_int(registry_half_of(&reg, &one), 2, "half-open ones of a host, any port");
    is_int(reg.n_half, 2, "and in all");
    a->state = STOPPED;
    registry_update_tunnel(&reg, a);
    is_int(reg.n_half, 2, "one that was closed before it was up still counts");
    ok(registry_oldest_half(&reg) == a, "the oldest is known");
    a->state = ESTABLISHED;
    a->was_up = true;
    registry_update_tunnel(&reg, a);
    is_int(reg.n_half, 1, "one less when it is up");
    e->peer_id = 77;
    e->peer.port = 4000;
    registry_update_tunnel(&reg, e);
    two.port = 4000;
    ok(registry_find_peer(&reg, &two, 77, NULL) == e, "a new id and port are followed");
    drop(c, 0);
    drop(a, 0);
    drop(e, 0);
    drop(b, 0);
    drop(d, 0);
    ok(reg.n_tunnels == 0 && reg.n_half == 0, "all are gone");
    ok(registry_find_peer(&reg, &one, 5, NULL) == NULL, "and not found");
}

/* Peers behind one NAT: the same address, port and id, and other marks. */
static void test_marks(void)
{
    struct tunnel *plain = add(1, 1701, 5, false, ESTABLISHED, 0);
    struct addr one = addr_ip4(0xc0000201u, 1701), two = addr_ip4(0xc0000202u, 1701);
    struct tunnel *seven, *ours;
    uint8_t digest[MD5_SIZE] = {5};

    mark = 7;
    seven = add(1, 1701, 5, false, ESTABLISHED, 0);
    ours = add(2, 1701, 0, true, WAIT_CTL_REPLY, 0);
    mark = 0;
    ok(registry_find_peer(&reg, &one, 5, NULL) == plain &&
           registry_find_peer(&reg, &one, 5, plain) == NULL &&
           registry_find_request(&reg, &one, digest) == plain &&
           registry_find_live(&reg, plain) == NULL,
       "a peer without a mark is not one with");
    one.mark = 7;
    ok(registry_find_peer(&reg, &one, 5, NULL) == seven &&
           registry_find_request(&reg, &one, digest) == seven &&
           registry_find_live(&reg, seven) == NULL,
       "a mark is part of who a peer is");
    one.mark = 8;
    ok(registry_find_peer(&reg, &one, 5, NULL) == NULL &&
           registry_find_request(&reg, &one, digest) == NULL && !registry_is_peer(seven, &one),
       "another mark is another peer");
    ok(registry_find_opening(&reg, &two, NULL) == ours && registry_is_peer(ours, &two),
       "whom we have dialled may answer with any");
    two.mark = 8;
    ok(registry_find_opening(&reg, &two, NULL) == ours && registry_is_peer(ours, &two),
       "with another one too");
    drop(plain, 0);
    drop(seven, 0);
    drop(ours, 0);
}

static void test_sessions(void)
{
    struct tunnel *s = add(1, 1701, 5, false, ESTABLISHED, 0);
    struct tunnel *t = add(2, 1701, 5, false, ESTABLISHED, 0);
    struct call *a = add_call(s, 9, 0), *b = add_call(t, 9, 0), *c = add_call(t, 0, 0);

    ok(registry_find_session(&reg, s, 9) == a && registry_find_session(&reg, t, 9) == b,
       "S3.1-17 a session by tunnel and the peer's id");
    c->peer_id = 10;
    registry_update_call(&reg, c);
    ok(registry_find_session(&reg, t, 10) == c, "an id learned later");
    b->state = DEAD;
    ok(registry_find_session(&reg, t, 9) == NULL, "S3.1-17 a dead one is not found");
    drop_call(b, 0);
    drop_call(a, 0);
    drop_call(c, 0);
    is_int(reg.n_calls, 0, "all are gone");
    drop(s, 0);
    drop(t, 0);
}

static void become(struct tunnel *t, enum state in)
{
    t->state = in;
    registry_update_tunnel(&reg, t);
}

/* The half-open ones: in the order of their coming, whoever leaves; by source. */
static void test_half_open(void)
{
    struct tunnel *t[4];
    struct addr one = addr_ip4(0xc0000201u, 9), net, other;

    for (unsigned i = 0; i < 4; i++)
        t[i] = add(1 + i / 2, (uint16_t)(1701 + i), 5, false, WAIT_CTL_CONN, 0);
    ok(registry_oldest_half(&reg) == t[0] && registry_half_of(&reg, &one) == 2,
       "four half-open ones, two of a host");
    become(t[1], DEAD);
    ok(registry_oldest_half(&reg) == t[0] && registry_half_of(&reg, &one) == 1,
       "one in the middle leaves");
    become(t[0], DEAD);
    ok(registry_oldest_half(&reg) == t[2] && registry_half_of(&reg, &one) == 0, "the oldest");
    become(t[3], DEAD);
    ok(registry_oldest_half(&reg) == t[2] && reg.n_half == 1, "the newest");
    become(t[2], DEAD);
    ok(registry_oldest_half(&reg) == NULL && reg.half == NULL, "the last");
    for (unsigned i = 0; i < 4; i++)
        drop(t[i], 0);
    addr_parse("2001:db8::1", 1701, &net);
    addr_parse("2001:db8:0:0:ffff::9", 1702, &one);
    addr_parse("2001:db8:0:1::1", 1701, &other);
    t[0] = calloc(1, sizeof *t[0]);
    t[0]->id = 1;
    t[0]->peer = net;
    registry_add_tunnel(&reg, t[0]);
    become(t[0], WAIT_CTL_CONN);
    ok(registry_half_of(&reg, &one) == 1 && registry_half_of(&reg, &other) == 0,
       "an IPv6 source is its /64");
    drop(t[0], 0);
}

static unsigned longest(const struct hash *h)
{
    unsigned most = 0;

    for (uint32_t i = 0; i < h->size; i++) {
        unsigned n = 0;

        for (const struct hash_node *node = h->slot[i]; node != NULL; node = node->next)
            n++;
        most = n > most ? n : most;
    }
    return most;
}

/* 10,000 tunnels from an access network, and in one of them all the calls there can be. */
static void test_crowd(void)
{
    static struct tunnel *t[10000];
    static struct call *c[65535];
    struct addr a;
    bool found = true;

    for (unsigned i = 0; i < 10000; i++)
        t[i] = add(i, 1701, 5, false, WAIT_CTL_CONN, 0);
    for (unsigned i = 0; i < 65535; i++)
        c[i] = add_call(t[77], (uint16_t)(i + 1), 0);
    for (unsigned i = 0; i < 10000; i++)
        found = found && registry_find_peer(&reg, &t[i]->peer, 5, NULL) == t[i] &&
                registry_half_of(&reg, &t[i]->peer) == 1;
    for (unsigned i = 0; i < 65535; i++)
        found = found && registry_find_session(&reg, t[77], (uint16_t)(i + 1)) == c[i];
    ok(found, "S3.1-16, S3.1-17 each of 10,000 tunnels is found, and each of 65,535 calls");
    ok(longest(&reg.peer) <= 12 && longest(&reg.request) <= 12 && longest(&reg.source) <= 12 &&
           longest(&reg.session) <= 12,
       "on short chains: %u %u %u %u", longest(&reg.peer), longest(&reg.request),
       longest(&reg.source), longest(&reg.session));
    a = t[0]->peer;
    for (unsigned i = 0; i < 65535; i++)
        drop_call(c[i], 0);
    for (unsigned i = 0; i < 10000; i++)
        drop(t[i], 0);
    ok(registry_find_peer(&reg, &a, 5, NULL) == NULL && reg.session.n + reg.source.n == 0,
       "and none afterwards");
}

static void test_rest(void)
{
    struct tunnel *t;
    uint16_t id;

    fixed = 0x41;
    t = add(1, 1701, 5, false, ESTABLISHED, 1000000);
    id = t->id;
    is_int(id, 0x4141, "the id that chance gives");
    ok(registry_tunnel_id(&reg, 1000000) == 0x4142, "if it is taken, the next free one");
    drop(t, 1000000);
    ok(registry_tunnel_id(&reg, 1000001) != id, "it rests");
    ok(registry_tunnel_id(&reg, 1000000 + REGISTRY_REST_MS - 1) != id, "5.7 for a cycle at least");
    ok(registry_tunnel_id(&reg, 1000000 + 2 * REGISTRY_REST_MS) == id, "and not for ever");
    fixed = 0;
    ok(registry_tunnel_id(&reg, 2000000) == 1, "S5.3-04 never 0");
    reg.refusal_id = 1;
    ok(registry_tunnel_id(&reg, 2000000) == 2, "nor the id that refusals name");
    fixed = -1;
}

/* All 65,535 session ids given out: the last ones are found, then there is none. */
static void test_full(void)
{
    struct tunnel *t = add(1, 1701, 5, false, ESTABLISHED, 0);
    static struct call *calls[65536];
    unsigned n = 0, twice = 0;
    static bool seen[65536];

    for (uint16_t id; n < 65535 && (id = registry_call_id(&reg, 0)) != 0; n++) {
        twice += seen[id];
        seen[id] = true;
        calls[n] = calloc(1, sizeof **calls);
        calls[n]->tunnel = t;
        calls[n]->id = id;
        registry_add_call(&reg, calls[n]);
    }
    ok(n == 65535 && twice == 0, "65,535 ids, each once");
    is_int(registry_call_id(&reg, 0), 0, "then there is none");
    drop_call(calls[7], 0);
    ok(registry_call_id(&reg, 0) != 0, "a rested one is better than none");
    for (unsigned i = 0; i < n; i++)
        if (i != 7)
            drop_call(calls[i], 0);
    drop(t, 0);
}

int main(void)
{
    registry_init(&reg, &host);
    test_finding();
    test_marks();
    test_sessions();
    test_rest();
    test_half_open();
    test_full();
    registry_free(&reg);
    registry_init(&reg, &host); /* ids and all */
    memset(&reg.call_rest, 0, sizeof reg.call_rest);
    test_crowd();
    registry_free(&reg);
    return tap_done();
}
