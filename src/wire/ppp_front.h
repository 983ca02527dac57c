/* ppp_front: a LAC's own end of a caller's PPP, as far as the caller's name (RFC 2661, 4.4.5).
 *
 * It negotiates LCP with the caller (RFC 1661), begins PAP (RFC 1334), CHAP with MD5 (RFC 1994) or
 * MS-CHAPv2 (RFC 2759), and stops when the caller has said who it is: the caller then waits for an
 * answer, and the LNS gives it, out of what AVPs 26 to 33 tell of all this.  Whether a name or a
 * password is any good is not judged here, and nothing but LCP is answered.
 *
 * Pure: frames and times come in, frames and a deadline come out; nothing is allocated.  Times are
 * ms of a clock that never goes back.  Frames are bare, as of wire/ppp.h; those that it sends have
 * Address, Control and the whole protocol number, which each peer has to take whatever was agreed
 * on.  After each call that is given the time: take what front_output() has, look at front_state(),
 * and call front_tick() when front_deadline() has come. */
#ifndef WIRE_PPP_FRONT_H
#define WIRE_PPP_FRONT_H

#include "wire/fields.h"
#include "wire/proxy.h"

#define FRONT_OPTIONS                                                                              \
    256                  /* octets of a Configure-Request that is looked at; a longer one is not   \
                          */
#define FRONT_NAME 255   /* octets of a caller's name, likewise: all that PAP can tell */
#define FRONT_VALUE 255  /* of a challenge, a response or a password */
#define FRONT_OURS 64    /* octets of our name; a longer one is cut */
#define FRONT_REASON 192 /* room for front_describe() */
#define FRONT_NEVER UINT64_MAX

/* How a caller can be asked for its name. */
enum front_auth {
    FRONT_PAP,
    FRONT_CHAP,
    FRONT_MSCHAP2, /* for its name alone: no AVP can tell of it, so the LNS has to begin anew */
    FRONT_AUTHS
};

struct front_config {
    enum front_auth offer[FRONT_AUTHS]; /* the best first, none twice */
    unsigned n_offer;                   /* 0: the name does not matter; known when LCP is open */
    uint16_t mru;                       /* asked for, and less if the caller wants less; >= 128 */
    uint16_t mru_most;                  /* the highest that the caller may ask for; >= 128 */
    uint32_t accm;                      /* asked for, and more if the caller wants more */
    bool pfc, acfc;                     /* asked for */
    struct span name;                   /* ours, in a challenge; copied */
    uint32_t restart_ms;                /* Restart timer (RFC 1661, 4.6: 3000) */
    uint32_t total_ms;                  /* until the name is known */
    void (*random)(void *ctx, void *room, size_t n);
    void *ctx;
};

enum front_state {
    FRONT_RUNNING,
    FRONT_KNOWN, /* the caller waits for an answer; it may yet begin anew, and then this is RUNNING
                  */
    FRONT_FAILED /* for good.  Until front_deadline() is FRONT_NEVER it yet says good-bye */
};

enum front_fault {
    FRONT_FINE,
    FRONT_SILENT,    /* nothing came */
    FRONT_GARBAGE,   /* something came, but no LCP */
    FRONT_DIVERGES,  /* the options are such that no agreement is in sight */
    FRONT_LOOPED,    /* what we send comes back */
    FRONT_NO_AUTH,   /* the caller declines each way of authentication that is offered */
    FRONT_NO_NAME,   /* the caller has authenticated itself, but without a name */
    FRONT_LONG_NAME, /* likewise, but by a name of more than FRONT_NAME octets, which nobody can be told whole */
    FRONT_HUNG_UP,   /* the caller has ended LCP, or the line is gone */
    FRONT_TIMED_OUT, /* LCP came, but too late or too little of it */
    FRONT_ENDED,     /* by front_end() */
    FRONT_FAULTS
};

/* One end's options as agreed on: what it is ready to receive.  Defaults where it asked for none.
 */
struct front_terms {
    uint16_t mru;
    uint32_t accm;
    uint32_t magic; /* 0: none */
    bool pfc, acfc;
};

/* What there is to be told, in FRONT_KNOWN.  Spans point into the front, and are good until it is
 * called again with a time. */
struct front_result {
    struct span initial_received; /* options of the caller's first Configure-Request */
    struct span last_sent;        /* of our last, which the caller has acknowledged */
    struct span last_received;    /* of the caller's last, which we have acknowledged */
    struct front_terms ours, callers;
    uint16_t type;         /* enum proxy_type; 0: MS-CHAPv2, of which nothing can be told */
    struct span name;      /* empty: PROXY_NONE */
    struct span challenge; /* empty: PROXY_NONE, PROXY_PAP */
    struct span response;  /* or the password */
    uint8_t id;            /* of the challenge, or of PAP's request */
};

/* A frame of ours that waits to be taken: the most that there can be of them, and of one. */
#define FRONT_QUEUE 4
#define FRONT_FRAME 272
#define FRONT_SENT 32 /* octets of our options */

/* Its fields are its own. */
struct front {
    struct front_config c;
    uint8_t our_name[FRONT_OURS];
    enum front_state state;
    enum front_fault fault;
    bool settled;
    uint64_t due_end, due_restart;
    unsigned restarts; /* how often the timer may yet lead to sending again */

    /* LCP */
    unsigned lcp;          /* state of RFC 1661, 4.2 */
    uint8_t next_id;       /* of whatever we send next */
    uint8_t sent_id;       /* of our last Configure-Request */
    bool answered;         /* something valid came as an answer to it */
    unsigned asks;         /* a bit each of our options in it, ... */
    struct front_terms we; /* ... with these values, ... */
    unsigned auth;         /* ... and with this row of c.offer */
    unsigned refused;      /* a bit each row of c.offer that the caller declines */
    bool auth_moved;       /* the present Nak has led to another row already */
    struct front_terms caller;
    unsigned naks;     /* sent by us since our last Ack (Max-Failure) */
    unsigned rounds;   /* refusals by us since LCP was last open, ... */
    unsigned refusals; /* ... and by the caller */
    unsigned loops;    /* Configure-Requests in a row that have our magic number */
    unsigned strange;  /* frames that were no LCP, or not well formed */
    bool heard_lcp, heard_request;
    uint16_t n_initial, n_received, n_sent;
    uint8_t initial[FRONT_OPTIONS], received[FRONT_OPTIONS], sent[FRONT_SENT];

    /* authentication */
    uint8_t id; /* of the challenge or of the request */
    uint8_t n_name, n_challenge, n_response;
    uint8_t name[FRONT_NAME], challenge[FRONT_VALUE], response[FRONT_VALUE];
    uint8_t n_farewell; /* what the caller's Terminate-Request, or front_end(), says of why */
    uint8_t farewell[FRONT_OURS];

    unsigned out_first, out_n;
    uint16_t out_length[FRONT_QUEUE];
    uint8_t out[FRONT_QUEUE][FRONT_FRAME];
};

/* Begins: the first Configure-Request waits to be taken.  *c is copied; what its ctx is has to
 * outlive the front. */
void front_init(struct front *f, const struct front_config *c, uint64_t now);

/* Overwrites it: a password may be in it. */
void front_wipe(struct front *f);

/* A frame has come from the caller: whatever octets there are in it. */
void front_input(struct front *f, uint64_t now, struct span frame);

/* Something has come that the line's framing refused, or can make no frame of: it counts as
 * garbage. */
void front_refused(struct front *f);

/* What there is to be told has been: in FRONT_KNOWN that stays so, and another has the caller's next
 * Configure-Request to answer.  Until it does the caller's line is kept: its echo is answered (RFC 1661,
 * 5.8), and its good-bye is heard. */
void front_settle(struct front *f);

/* The line is gone, so there is nobody to say anything to; or the owner has no use for the caller,
 * who is told so, with why (of which FRONT_OURS octets count), by a Terminate-Request. */
void front_hangup(struct front *f);
void front_end(struct front *f, uint64_t now, struct span why);

/* When front_tick() has to be called; FRONT_NEVER: only an input or the owner can change anything.
 */
uint64_t front_deadline(const struct front *f);
void front_tick(struct front *f, uint64_t now);

/* Takes the next frame to be sent; empty if there is none.  Good until the front is called again
 * with a time.  Of frames that nobody takes the first FRONT_QUEUE are kept, the others are as lost
 * on the line. */
struct span front_output(struct front *f);

enum front_state front_state(const struct front *f);
enum front_fault front_fault(const struct front *f);

/* The fault in one sentence, such as "the caller declines to authenticate itself (offered: chap)";
 * empty if there is none.  Printable ASCII, cut to size - 1 octets; size is at least 1.  Returns
 * dst. */
char *front_describe(const struct front *f, char *dst, size_t size);

/* False unless it is FRONT_KNOWN. */
bool front_result(const struct front *f, struct front_result *r);

/* Puts the AVPs 26 to 33 that tell of it into m, a set that proxy_flaw() finds no fault with (with
 * MS-CHAPv2: 26 to 28 alone, so that the LNS authenticates the caller anew; RFC 2661, 4.4.5). Spans
 * as in front_result().  False, and m as it was, unless it is FRONT_KNOWN. */
bool front_tell(const struct front *f, struct msg *m);

#endif
