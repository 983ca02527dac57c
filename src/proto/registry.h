/* registry: who is who: tunnels and calls by our ids (array reads), by the peer's (hashed with a
 * secret seed), the half-open ones, and ids that are random, free, and rested.  No question costs
 * more with many tunnels and calls than with few; only an id, when most of them are taken.
 *
 * Owns no tunnel and no call.  Does not know what they do. */
#ifndef PROTO_REGISTRY_H
#define PROTO_REGISTRY_H

#include "proto/objects.h"

#define REGISTRY_REST_MS 31000 /* an id rests at least so long before it is given again */

struct rest {
    uint8_t now[65536 / 8],
        before[65536 / 8];    /* a bit an id: freed in this span, in the last one */
    unsigned n_now, n_before; /* how many bits were set */
    uint64_t turned;          /* when the present span began */
};

struct registry {
    struct tunnel *tunnel[65536];    /* by our id */
    struct call *call[65536];        /* by our id; unique in the daemon */
    struct hash peer;                /* by peer's address, port and id */
    struct hash request;             /* by peer's address, port and SCCRQ */
    struct hash source;              /* half-open ones, by peer's host */
    struct hash session;             /* by tunnel and peer's session id */
    struct hash name;                /* up and exclusive, by peer's host and name */
    struct hash zero;                /* up, and never told our id (QUIRK_ZERO_TUNNEL), by peer */
    struct tunnel *half, *half_last; /* half-open ones that others began, newest first */
    unsigned n_half;
    unsigned n_tunnels, n_calls;
    struct rest tunnel_rest, call_rest;
    uint32_t seed;
    uint16_t refusal_id; /* never given: the id that refusals name */
    const struct l2tp_host *host;
};

void registry_init(struct registry *r, const struct l2tp_host *host);
void registry_free(struct registry *r); /* the tables; tunnels and calls are the engine's */

/* A free id, not 0 and not guessable (9.1); 0 if all are taken. */
uint16_t registry_tunnel_id(struct registry *r, uint64_t now);
uint16_t registry_call_id(struct registry *r, uint64_t now);

void registry_add_tunnel(struct registry *r, struct tunnel *t);
/* Brings the entries up to what the tunnel is now: its peer's id and port, half-open or not.
 * Half-open is what others began and what never came up, until it is dead: closing it before it is
 * up does not make room for the next. */
void registry_update_tunnel(struct registry *r, struct tunnel *t);
void registry_remove_tunnel(struct registry *r, struct tunnel *t, uint64_t now);

void registry_add_call(struct registry *r, struct call *c);
void registry_update_call(struct registry *r, struct call *c);
void registry_remove_call(struct registry *r, struct call *c, uint64_t now);

/* Is this where t's peer is: its address and port; and, if the peer has begun the tunnel, its packet
 * mark, by which peers behind one NAT are told apart.  What marks the answers to us bear is not
 * known before they come. */
bool registry_is_peer(const struct tunnel *t, const struct addr *from);

/* The tunnel of a peer (see above) with this id of the peer's, other than "but"; NULL if there is
 * none. */
struct tunnel *registry_find_peer(struct registry *r, const struct addr *peer, uint16_t peer_id,
                                  const struct tunnel *but);

/* Another live tunnel with t's peer and its id; NULL if there is none. */
struct tunnel *registry_find_live(struct registry *r, const struct tunnel *t);

/* A tunnel that we are opening to a peer (our SCCRQ is out, no answer is in): the first one, or the
 * next after one of them; NULL: no more. */
struct tunnel *registry_find_opening(struct registry *r, const struct addr *peer,
                                     const struct tunnel *after);

/* A live tunnel that the peer of this host and name has begun, that is up, and beside which it may
 * have no other (exclusive), other than "but"; NULL if there is none. */
struct tunnel *registry_find_exclusive(struct registry *r, const struct addr *peer,
                                       const char *peer_name, const struct tunnel *but);

/* The tunnel of a peer that writes tunnel id 0 for ever, if its profile says so: the newest one;
 * one that is going only if there is no other. */
struct tunnel *registry_find_zero(struct registry *r, const struct addr *peer);

/* The tunnel that this very SCCRQ has made. */
struct tunnel *registry_find_request(struct registry *r, const struct addr *peer,
                                     const uint8_t digest[MD5_SIZE]);

/* The call of a tunnel by the peer's id, if it is not dead: the peer may use the id anew at once.
 */
struct call *registry_find_session(struct registry *r, const struct tunnel *t, uint16_t peer_id);

/* How many half-open tunnels this source (for IPv6: its /64) has begun; the oldest of all of them.
 */
unsigned registry_half_of(const struct registry *r, const struct addr *peer);
struct tunnel *registry_oldest_half(const struct registry *r);

#endif
