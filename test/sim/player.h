/* player: a peer as it is in the field, scripted by a row of behaviours, that shares no code with
 * the engine: it writes and reads octets itself.  It opens a tunnel and one call to a LNS, sends
 * frames, and ends in its own manner.  See makes.c for the rows. */
#ifndef TEST_PLAYER_H
#define TEST_PLAYER_H

#include "sim.h"

#define PLAYER_QUEUE 16
#define PLAYER_OCTETS 400

struct make {
    const char *name;
    const char *host_name, *vendor; /* NULL: no vendor name */
    uint16_t firmware;              /* 0: not sent */
    uint16_t window;                /* 0: not sent */
    uint8_t framing;                /* capabilities */
    bool bearer;                    /* Bearer Capabilities 0 is sent */
    bool challenges;                /* it wants the secret proved, and knows it */
    bool may_be_challenged;         /* else it has no secret */
    uint32_t resend_ms;             /* fixed; 0: 1, 2, 4, 8 s */
    bool stale_nr;                  /* what is sent again has the old Nr */
    bool careful;      /* acts only if it is next and all that was sent is acknowledged */
    bool hasty;        /* SCCCN and ICRQ back to back */
    bool deaf;         /* HELLO is never acknowledged */
    uint32_t hello_ms; /* its own HELLO; 0: none */
    bool vendor_avp;   /* 311/1 in ICRQ */
    bool bare_iccn;    /* without speed and framing */
    bool swaps;        /* result codes in host order, length six too large */
    bool cdn_first;    /* CDN before StopCCN */
    bool hates_status, hates_ocrq; /* ends the call, the tunnel */
    bool hates_priority;           /* a data header with O or P is lost on it */
    bool hates_hiding;
};

enum stage { BORN, ASKED, ANSWERED, CALLING, CONNECTED, CALL_UP, CALL_ENDED, LEAVING, GONE };

struct said {
    uint16_t ns, nr;
    size_t n;
    uint8_t octets[PLAYER_OCTETS];
};

struct player {
    struct sim *sim;
    int number;
    const struct make *make;
    struct addr addr, server;
    const char *secret;
    uint16_t id, session;           /* its own */
    uint16_t peer_id, peer_session; /* ours */
    uint16_t ns, nr;
    uint8_t challenge[32];
    enum stage stage;
    struct said queue[PLAYER_QUEUE]; /* not acknowledged yet, oldest first */
    unsigned n_queue, tries;
    uint64_t due_resend, due_hello, due_frame, due_end;
    bool owes_ack;
    uint16_t result; /* that it has ended its call with */
    unsigned heard_frames, sent_frames;
    bool was_up, reborn, ended_by_peer, gave_up, heard_hello;
};

void player_begin(struct player *p, uint64_t now); /* sends its SCCRQ */
void player_hear(struct player *p, uint64_t now, const struct flight *f);
void player_tick(struct player *p, uint64_t now);
uint64_t player_due(const struct player *p);     /* 0: never */
void player_end(struct player *p, uint64_t now); /* in its own manner */
void player_forget(struct player *p);            /* it has lost its memory, and may begin again */

#endif
