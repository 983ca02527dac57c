/* rig: one protocol engine driven by hand, by a script of words; what it does comes out as words.
 *
 * The rig is host and peer at once.  A script is words with options: "SCCRQ,win=8,chal" is a
 * control message put together with sensible contents, "open" a verb of the host's, "idle,ms=5000"
 * time that passes; what stands before a "|" does not show in the trace.  The trace has a word for each datagram and event that came out: "SCCRP", "CDN:2/8",
 * "up".  Whatever the engine sends is looked at closely; what is wrong with it stands in the trace
 * as "WRONG(...)", so that no expected trace can fit. */
#ifndef TEST_RIG_H
#define TEST_RIG_H

#include "proto/l2tp.h"
#include "wire/packet.h"

#define RIG_SECRET "l2tp-test-secret"
#define RIG_TUNNEL 0x1111u  /* the hand-made peer's tunnel id */
#define RIG_SESSION 0x3333u /* and its session id */
#define RIG_DATAGRAM 4200

struct rig {
    struct l2tp *e;
    uint64_t now;
    struct addr here, peer;
    struct l2tp_profile profile; /* what the host answers */
    enum l2tp_welcome welcome;
    enum l2tp_admission admit;
    uint32_t seed;
    int host; /* &host is our host pointer */
    void (*freshen)(void *ctx, const struct tunnel *t); /* its last question; NULL: none */

    uint16_t ns, nr;            /* the peer's: next to send, next expected */
    uint16_t tunnel, session;   /* the engine's, as the peer has heard them */
    uint16_t opened, called;    /* the engine's, as its verbs have said */
    uint8_t challenge[64];      /* the engine's last */
    size_t challenge_n;
    uint64_t tie_breaker;       /* the engine's last */
    uint32_t serial;
    bool numbers; /* the trace gives each message's Ns and Nr */
    bool quiet;   /* without ZLBs in the trace */
    bool named;   /* frames in the trace say which they are: "frame#7", "carry#7P" with P */
    bool foresees; /* the trace has "coming", too */
    bool veiled;  /* messages with something hidden in them have a '*' behind their name */
    const char *by_name; /* the secret of a peer that calls itself "hand"; NULL: the profile's */

    struct msg heard; /* the last message, its spans good until the next */
    struct packet packet;
    uint8_t datagram[RIG_DATAGRAM], arena[RIG_DATAGRAM];
    size_t datagram_n;
    struct addr sent_to;
    uint8_t given[RIG_DATAGRAM]; /* the last datagram that the peer sent */
    size_t given_n;
    struct verdict why; /* of the last "down" */
    unsigned unacked, unacked_sent; /* likewise */
    enum l2tp_got got;
    unsigned frames;
    bool came_late; /* a tick changed nothing though its time had come */
    struct call_cause cause; /* of the last call that ended */
    uint8_t inner; /* the ECN field of the IP packet in the last frame */

    char trace[8192];
    size_t trace_n;
};

void rig_init(struct rig *r);
void rig_free(struct rig *r);

/* A new engine and peer, same settings. */
void rig_again(struct rig *r);

/* Does what the words say.  Returns the trace of it; what was there before is forgotten. */
const char *rig_run(struct rig *r, const char *script);

/* Hands a datagram in as it is, from an address of the caller's, and takes what comes out. */
void rig_input(struct rig *r, const struct addr *from, struct span datagram);

/* The state of the engine's tunnel or call as the peer knows them: its name, or "gone". */
const char *rig_tunnel_state(const struct rig *r);
const char *rig_call_state(const struct rig *r);

/* One scene of a table: script from a fresh engine, then what must come of the last part of it,
 * which stands behind a '|'.  NULL states are not looked at. */
struct scene {
    const char *name, *script, *expected, *tunnel, *call;
};
void rig_scenes(struct rig *r, const struct scene *scenes, size_t n,
                void (*report)(bool good, const struct scene *s, const char *got));

#endif
