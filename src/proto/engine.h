/* engine: the inside of struct l2tp, shared by l2tp.c (verbs, events) and input.c (what arrives).
 */
#ifndef PROTO_ENGINE_H
#define PROTO_ENGINE_H

#include "proto/call.h"
#include "proto/l2tp.h"
#include "proto/registry.h"
#include "proto/tunnel.h"

#define DATAGRAM_MOST 65535
#define OUT_MOST (PACKET_CONTROL_HEADER + 4096)
#define BURST_MS 10000 /* of one cause: the first is logged, the rest counted */

#define ANSWERS 1000u    /* to what leaves nothing behind ... */
#define ANSWERS_MS 1000u /* ... in so long, to whomever */

/* The answer to an SCCRQ that was turned down, or to a stray (stray.h): one slot, for the host to take
 * it from before the next such datagram. */
struct refusal {
    bool pending;
    struct addr from, to;
    bool is_told;              /* to the host, ... */
    struct l2tp_refused about; /* ... with this */
    size_t n;
    uint8_t datagram[256];
};

struct l2tp {
    struct l2tp_host host;
    struct registry reg;
    struct tunnel *tunnels;                /* all */
    struct tunnel *touched, **touched_end; /* those that may have something to say */
    struct tunnel *dead;                   /* to be reaped */
    struct call *dead_calls;
    struct heap due_tunnels, due_calls;
    struct refusal refusal;
    uint64_t answers_since; /* ms: in the second since then ... */
    unsigned answers;       /* ... so many were answered so */
    unsigned half_total, half_per_source;
    uint32_t serial;
    uint8_t ecn;        /* of the datagram to come: l2tp_mark() */
    bool leaves_early;  /* data of calls that are not up, to the caller */
    size_t held_octets; /* of data that waits for its turn, in all calls, and of ... */
    struct held *given; /* ... the frame that the host was given last, until the next event */
    uint64_t dropped[CAUSES], logged[CAUSES], logged_at[CAUSES];
    uint8_t out[OUT_MOST];        /* the datagram of the last L2TP_SEND */
    uint8_t arena[DATAGRAM_MOST]; /* revealed values of the message in hand */
};

/* After anything that was done to a tunnel whose state had been "was": its calls follow, registry
 * and due times are brought up to date, and it is looked at by l2tp_next(). */
void engine_settle(struct l2tp *e, struct tunnel *t, enum state was, uint64_t now);

/* The same for a call. */
void engine_settle_call(struct l2tp *e, struct call *c, uint64_t now);

/* It may have something to say: l2tp_next() will look; and its due time is brought up to date. */
void engine_touch(struct l2tp *e, struct tunnel *t);

/* May one more be answered of whom nothing is kept?  It is counted. */
bool engine_may_answer(struct l2tp *e, uint64_t now);

/* A new tunnel or call, entered everywhere; NULL without memory or ids. */
struct tunnel *engine_add_tunnel(struct l2tp *e, uint64_t now, const struct l2tp_profile *p,
                                 const struct addr *local, const struct addr *peer, bool initiator,
                                 const uint8_t *request);
struct call *engine_add_call(struct l2tp *e, uint64_t now, struct tunnel *t, enum table table);

/* The reaper's. */
void engine_free_tunnel(struct l2tp *e, struct tunnel *t, uint64_t now);
void engine_free_call(struct l2tp *e, struct call *c, uint64_t now);

#endif
