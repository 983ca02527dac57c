/* front_sim: callers of many makes, and a front (wire/ppp_front.h) that finds out who they are,
 * over a bad line, each life from a seed.
 *
 * line.c loses, doubles, delays, reorders and damages frames; player.c is a caller's own LCP, PAP
 * and CHAP, written down a second time; makes.c has a row for each make of caller, and what it has
 * to come to; watch.c looks at each frame of the front's; told.c compares what the front tells with
 * what the caller knows of it; life.c is a seed from beginning to end, and the front's owner.  The
 * clock is a number, and the same seed gives the same life. */
#ifndef TEST_FRONT_SIM_H
#define TEST_FRONT_SIM_H

#include "../prng.h"
#include "wire/ppp.h"
#include "wire/ppp_front.h"

#define LCP 0xc021
#define PAP 0xc023
#define CHAP 0xc223
#define FRAME_MOST 640 /* octets of a caller's frame */
#define OPTIONS_MOST 300
#define NAME "bob"
#define SECRET "a secret"
#define OUR_NAME "lac"

/* What is looked at, a line of TAP each. */
enum oracle {
    OF_SHAPE,
    OF_ANSWERS,
    OF_ACKS,
    OF_NAKS,
    OF_TIMES,
    OF_QUEUE,
    OF_END,
    OF_GOODBYE,
    OF_REASON,
    OF_INITIAL,
    OF_SENT,
    OF_RECEIVED,
    OF_WHO,
    OF_PROOF,
    OF_NO_JUDGE,
    OF_MAKES,
    ORACLES
};

/* -- the caller -----------------------------------------------------------------------------------
 */

/* What it does, a bit each. */
#define SILENT 0x0001u      /* says nothing */
#define GARBAGE 0x0002u     /* says what is no PPP */
#define LOOP 0x0004u        /* the line is looped back */
#define PASSIVE 0x0008u     /* begins when it is asked */
#define INSISTS 0x0010u     /* asks for the same, whatever is said of it */
#define GRUMBLES 0x0020u    /* finds fault with ours for ever */
#define TWICE 0x0040u       /* answers twice */
#define SLOW 0x0080u        /* answers late, at times later than the front waits */
#define DECLINES 0x0100u    /* rejects authentication */
#define WANTS_EAP 0x0200u   /* names EAP instead of each way */
#define PROTOCOL 0x0400u    /* agrees on authentication, and then does not know the protocol */
#define NAMELESS 0x0800u    /* has no name */
#define WRONG 0x1000u       /* has a wrong password */
#define ANEW 0x2000u        /* begins anew when it has said who it is */
#define BABBLES 0x4000u     /* says things between that nobody has asked for */
#define MISREADS 0x8000u    /* acknowledges other than was asked, twice */
#define HANGS_UP 0x10000u   /* at some time */
#define FAREWELL 0x20000u   /* of somebody who had the line before comes first */
#define NO_CODES 0x40000u   /* does not know Configure-Request */
#define OLD_ANSWER 0x80000u /* answers the challenge before the last one, too */
#define MALFORMED 0x100000u /* its first Requests are none */
#define TEXT 0x200000u      /* is a terminal at first */
#define ECHOES 0x400000u    /* asks whether we live, once LCP is open */

struct make {
    const char *name;
    struct span asks; /* its options */
    const char *ways; /* of authentication: c, m, p; the best first */
    unsigned rejects; /* of our options, a bit each by type */
    bool naks;        /* once: a lower MRU, more in the ACCM, another magic number */
    unsigned does;
    unsigned comes_to; /* a bit each enum front_fault, FRONT_FINE if its name gets known, ... */
    bool for_its_name; /* ... and known all the same if nobody asks for a name */
};
#define MAKES 32
extern const struct make makes[];
extern const unsigned n_makes;

enum caller_state { CALLER_REQ_SENT, CALLER_ACK_RCVD, CALLER_ACK_SENT, CALLER_OPENED, CALLER_GONE };

/* What it takes for agreed on, when it sends a frame. */
struct view {
    uint64_t acked; /* digest of the options of the front's that it has acknowledged last */
    uint64_t mine;  /* of its own that have been */
    bool open;
};

struct player {
    const struct make *make;
    enum caller_state state;
    uint64_t due, due_talk, due_hangup; /* UINT64_MAX: not */
    uint32_t restart_ms;                /* by its own clock */
    unsigned tries, naks_left, misreads_left, anew_left, malformed_left, texts_left, talks_left;
    uint8_t next_id, sent_id;
    bool answered;
    uint8_t asks[OPTIONS_MOST];
    size_t n_asks;
    uint8_t way; /* c, m, p that it has agreed to; 0: none */
    uint8_t challenge[64], challenge_id, last_challenge[64], last_id;
    size_t n_challenge, n_last;
    bool challenged;
    struct view view;
};

/* -- the line -------------------------------------------------------------------------------------
 */

struct flight {
    uint64_t due;
    uint32_t number; /* those that are due together arrive in order */
    bool to_front;
    bool refused;     /* damaged, as the framing has seen */
    struct view view; /* the caller's, as it left */
    size_t n;         /* 0: none here */
    uint8_t octets[FRAME_MOST];
};
#define FLIGHTS 96

struct line {
    unsigned loss, doubles, damage; /* percent */
    unsigned unseen;                /* percent of the damaged of which the framing sees nothing */
    uint32_t delay_ms, jitter_ms;
    bool overtakes; /* else they arrive in order */
    uint64_t cut_from, cut_until;
    uint64_t last[2]; /* when the last one is due, each way */
    uint32_t numbers;
    struct flight flights[FLIGHTS];
};

/* -- the watch ------------------------------------------------------------------------------------
 */

enum cause { BY_BEGIN, BY_INPUT, BY_TICK, BY_END, BY_HANGUP, BY_REFUSED };

/* What has been seen of the front, from outside. */
struct watch {
    enum cause cause;  /* of the call in hand */
    struct span frame; /* that came by it */
    uint16_t protocol; /* in that; 0: none */
    bool is_packet;
    struct ppp_packet packet;
    enum front_state state; /* before it */
    enum front_fault fault;
    unsigned answers; /* to it */
    uint64_t base;    /* since when it may take total_ms */
    uint64_t timed;   /* when Request, Challenge or Terminate-Request last left */
    unsigned tries;   /* of these, since something came */
    unsigned naks;    /* of the front's, since its last Ack */
    unsigned farewells;
    bool blind;              /* the queue was full: something may have been lost unseen */
    bool strange, heard_lcp; /* ever came */
    bool heard_request, heard_no;
    uint8_t ours_id, farewell_id, challenge_id;
    bool has_challenge, ours_acked; /* an Ack of the last Request has come */
    uint16_t n_initial, n_ours, n_acked;
    uint8_t initial[FRAME_MOST], ours[FRONT_FRAME], acked[FRONT_FRAME]; /* acked: by the front */
    uint8_t challenge[64];
    uint64_t queue[FRONT_QUEUE]; /* digests of what waits to be taken */
    unsigned queued;
};

enum weather { CLEAR, MILD, ROUGH, TANGLED, DIRTY, WEATHERS };

struct life {
    uint64_t seed, now;
    struct prng dice, front_dice;
    bool verbose;
    enum weather weather;
    struct front f;
    struct front_config c;
    struct line line;
    struct player player;
    struct watch watch;
    uint32_t late_ms;           /* how late the owner's ticks are at most */
    unsigned lazy;              /* percent of calls after which it takes nothing */
    uint64_t end_at, hangup_at; /* UINT64_MAX: not */
    bool line_gone;
    uint64_t digest;
    char failure[240]; /* of this life; empty: none yet */
    /* over all lives */
    uint64_t looked[ORACLES];
    unsigned bad[ORACLES];
    unsigned outcomes[MAKES][FRONT_FAULTS];
    uint64_t frames;
};

/* Notes the first thing that went wrong in this life. */
void life_fail(struct life *l, enum oracle what, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
#define hold(l, what, good, ...)                                                                   \
    do {                                                                                           \
        (l)->looked[what]++;                                                                       \
        if (!(good))                                                                               \
            life_fail(l, what, __VA_ARGS__);                                                       \
    } while (0)
void life_say(struct life *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
uint64_t digest_of(struct span s);

/* life.c */
void life_live(struct life *l, uint64_t seed);

/* line.c */
void line_send(struct life *l, bool to_front, struct span frame);
struct flight *line_next(struct life *l); /* the one that is due first, or NULL */

/* player.c */
void player_begin(struct life *l);
void player_hear(struct life *l, struct span frame);
void player_tick(struct life *l);
uint64_t player_due(const struct life *l);
/* Sends a packet of its own. */
void player_say(struct life *l, uint16_t protocol, uint8_t code, uint8_t id, struct span body);
void player_request(struct life *l);

/* talk.c: what a caller says that has nothing to do with LCP's automaton. */
void talk_authenticate(struct life *l);
void talk_challenge(struct life *l, const struct ppp_packet *p);
void talk_garbage(struct life *l);
void talk_babble(struct life *l);

/* watch.c: around each call of the front's. */
void watch_before(struct life *l, enum cause cause, struct span frame);
void watch_after(struct life *l);
void watch_taken(struct life *l, struct span frame);
bool watch_options(struct span options); /* a list of options? */

/* told.c: in FRONT_KNOWN; f: the frame that has led to it, or NULL. */
void told_look(struct life *l, const struct flight *f);

/* makes.c: what it may come to in this life; 0: anything. */
unsigned make_outcomes(const struct life *l);

#endif
