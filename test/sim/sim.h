/* sim: engines, and scripted peers that are none, on a bad network, living whole lives from a seed.
 *
 * net.c loses, repeats, delays (and so reorders), cuts and garbles; memory.c lets malloc fail;
 * settings.c draws each host's settings; hosts.c is what stands around each engine and watches that
 * its news make sense; frames.c sends numbered frames and looks at those that arrive; deeds.c is
 * what hosts do at random; sent.c and flow.c look at when and how far ahead they speak; player.c
 * and makes.c are peers as they are in the field; rest.c compares the two ends when all has come to
 * rest; lives.c is one seed from birth to death; fixed.c has the few lives that are the same each
 * time. The same seed gives the same life. */
#ifndef TEST_SIM_H
#define TEST_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "prng.h"
#include "proto/l2tp.h"

#define HOSTS 3
#define PLAYERS 3
#define START_MS 1000000u
#define LATE_MS                                                                                    \
    20000u /* a late copy comes by then: well within the 31 s for which ids rest (5.7) */

#define IDS_REST_MS 31000u /* a full cycle of retransmissions (5.7) */

/* What is looked at, a line of TAP each. */
enum oracle {
    OF_NEWS,     /* the order of events */
    OF_ONCE,     /* a request makes one call */
    OF_FACTS,    /* what a call says of itself arrives whole */
    OF_WAY,      /* a frame comes out of its own call */
    OF_ORDER,    /* numbered frames in order */
    OF_COPIES,   /* no frame more often than the network has carried it */
    OF_COUNTS,   /* counters */
    OF_HABIT,    /* sequence numbers where they are required */
    OF_MARKS,    /* ECN, priority */
    OF_WORDS,    /* what leaves can be parsed */
    OF_BOUNDS,   /* nothing grows without end */
    OF_TICKS,    /* ticks and deadlines */
    OF_IDS,      /* ids rest before they are given again */
    OF_WINDOW,   /* no more is sent ahead than the peer's window lets */
    OF_SCHEDULE, /* when what is not acknowledged is sent again, and how often */
    OF_FLOW,     /* the same, and how much, by a second reckoning */
    OF_FAIR,     /* nobody falls silent in fair weather */
    OF_AGREE,    /* both ends agree at rest */
    OF_LEAVE,    /* all closed, all gone */
    OF_PLAYER,   /* what scripted peers need */
    OF_MEMORY,   /* what was allocated is freed */
    ORACLES
};

/* The network. */

/* A datagram under way. */
struct flight {
    struct flight *next;
    uint64_t due;
    struct addr from, to;
    uint8_t ecn; /* of its IP header, as it arrives */
    size_t n;
    uint8_t octets[];
};

struct net {
    struct prng dice;
    struct flight *flights; /* soonest first */
    unsigned n_flights;
    unsigned loss, repeat; /* percent */
    unsigned late;         /* percent that come once more, seconds later */
    unsigned garble;       /* percent with octets changed */
    uint32_t delay_ms, jitter_ms;
    uint64_t cut_until; /* nothing passes before */
    uint64_t sent, lost;
};

/* Returns how many copies are under way. */
unsigned net_send(struct net *n, uint64_t now, const struct addr *from, const struct addr *to,
                  uint8_t ecn, struct span octets);
struct flight *net_take(struct net *n, uint64_t now); /* one that has arrived, or NULL */
uint64_t net_due(const struct net *n);                /* 0: nothing under way */
void net_clear(struct net *n);

/* Memory: malloc and calloc of all that is linked in fail as this says. */
struct memory {
    struct prng dice;
    unsigned scarce; /* percent that fail; 0: none */
    unsigned left;   /* this one fails, counted from 1; 0: none */
    uint64_t failed;
    long held; /* blocks that are not freed yet */
};
extern struct memory memory;
void *memory_sure(size_t n); /* never fails; free() it */

/* How often the oldest message of a tunnel's that is not acknowledged has left, and when. */
struct sent {
    uint16_t tunnel, ns;
    unsigned times;
    bool whole;   /* counted from the first on */
    uint32_t gap; /* between the last two; 0: there were none */
    uint64_t last, born;
};
#define SENT 512u

/* A tunnel's transport by a second reckoning; see flow.c. */
#define FLOWS 64u
#define IN_FLIGHT 64u /* with more the reckoning ends */
struct flow {
    bool is_known, has_met; /* has_met: as initiator, the peer has told its window */
    uint16_t tunnel;
    uint64_t born;
    uint16_t una, next, high; /* oldest not acknowledged; next to leave; next that never left */
    unsigned cwnd, ssthresh, part, window; /* part: acknowledgements towards the next step */
    uint32_t mean8, off4, interval, due;
    uint32_t left[IN_FLIGHT]; /* when, by number */
    bool again[IN_FLIGHT];
};

/* What a host knows of a tunnel or call of its own, by id. */
enum known { UNKNOWN, IS_UP, ENDED };

/* What a host has heard and said in a call: its own count, beside the engine's. */
struct ear {
    uint32_t last;        /* number of the last numbered frame that was carried on */
    uint16_t last_boot;   /* of its sender */
    uint16_t old_next;    /* Ns that would go on a run of old frames ... */
    unsigned old_run;     /* ... so long */
    bool begun;           /* the engine may begin anew: such a run has come */
    bool anew;            /* it has done so: what it had before may come again */
    uint64_t heard, said; /* frames */
};

struct host {
    struct sim *sim;
    int number;
    struct addr addr;
    uint64_t leap;    /* how far its clock is ahead */
    struct prng dice; /* for the engine's random octets */
    uint64_t dice_first;
    uint16_t id_mask; /* few ids: these bits alone are random */
    bool equal_ties;
    unsigned boots;
    unsigned half_total, half_per_source; /* 0: as the engine has them */
    struct l2tp_profile profile;
    struct l2tp *engine;
    uint8_t tunnel[65536], call[65536];            /* enum known */
    uint32_t gone_tunnel[65536], gone_call[65536]; /* when one of this id was no more; 0: never */
    uint16_t up_calls[4096];                       /* ids of calls that are up */
    struct ear ear[4096];                          /* beside them */
    struct sent sent[SENT];                        /* by the tunnel's id */
    struct flow flow[FLOWS];                       /* likewise */
    unsigned n_up;
    uint16_t ended[4096]; /* ids of tunnels whose end has been told */
    unsigned n_ended;
    uint16_t to_dial[64]; /* calls that we were asked to place */
    unsigned n_to_dial;
    uint8_t serial_up[HOSTS][16384]; /* serial numbers of a peer's calls that came up here */
    uint8_t mark;                    /* ECN of the datagram in hand */
    uint16_t last_result;            /* of the last call that ended */
};

/* A numbered frame under way: how often the network carries it, how often it was carried on. */
struct ledger {
    uint32_t number;
    uint8_t copies, heard;
};
#define LEDGER 8192u

struct player;

struct sim {
    uint64_t seed, now;
    struct prng dice;
    struct net net;
    struct host host[HOSTS];
    int n_hosts;
    struct player *player[PLAYERS];
    int n_players;
    bool verbose;
    /* what this life is like */
    bool fair;    /* the network loses little and is never cut: then nobody falls silent */
    bool garbles; /* octets are changed under way: then nothing is demanded but sanity */
    bool starves; /* memory is short at times */
    bool leaps;   /* clocks jump */
    bool reboots, cuts;
    bool is_calm; /* nothing is random but the network */
    unsigned most_loss;
    uint32_t frame_number;
    struct ledger ledger[LEDGER];
    uint64_t digest; /* over all that happened */
    /* over all lives */
    unsigned calls_up, tunnels_up, frames, messages, held, begun, excused, players_up, quirky;
    uint64_t looked[ORACLES];
    unsigned bad[ORACLES];
    char failure[240]; /* of this life; empty: none yet */
};

/* Notes the first thing that went wrong in this life. */
void sim_fail(struct sim *s, enum oracle what, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The same unless it is good, which is counted. */
#define sim_hold(s, what, good, ...)                                                               \
    do {                                                                                           \
        (s)->looked[what]++;                                                                       \
        if (!(good))                                                                               \
            sim_fail(s, what, __VA_ARGS__);                                                        \
    } while (0)
void sim_say(struct sim *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool sim_failed(const struct sim *s);

/* settings.c */
void settings_draw(struct host *h);

/* hosts.c */
void host_init(struct sim *s, int number);
void host_begin(struct host *h);  /* its engine, from nothing, with the settings that it has */
void host_reboot(struct host *h); /* without memory, same address and settings */
void host_free(struct host *h);
uint64_t host_now(const struct host *h);
uint64_t host_due(const struct host *h); /* by the simulator's clock; 0: never */
/* Takes all news of the engine and acts on them; checks what must hold. */
void host_drain(struct host *h);
void host_hear(struct host *h, const struct flight *f); /* news are left for host_drain() */
void host_tick(struct host *h);
struct host *host_at(struct sim *s, const struct addr *a); /* or NULL */
struct ear *host_ear(struct host *h, uint16_t call);       /* of a call that is up, or NULL */

/* frames.c */
void frame_send(struct host *h); /* through one of the calls that are up */
void frame_heard(struct host *h, const struct l2tp_frame *frame, bool waited);
/* Looks at a datagram before the engine has it. */
void frame_comes(struct host *h, const struct flight *f);
void frame_counts(struct host *h, const struct call *c); /* at rest */

/* sent.c: a message leaves; a tunnel has died of silence.  And is ns beyond the window of who
 * expects that one? */
void sent_look(struct host *h, const struct tunnel *t, struct span datagram);
void sent_in_vain(struct host *h, const struct tunnel *t);
bool sent_too_far(uint16_t expected, uint16_t ns, unsigned window);

/* flow.c: a datagram is about to be given to the engine, and has been; one has left. */
void flow_hear(struct host *h, const struct flight *datagram);
void flow_heard(struct host *h, const struct flight *datagram);
struct packet;
void flow_say(struct host *h, const struct tunnel *t, const struct packet *p);
void flow_rest(struct host *h); /* all has left that may */

/* deeds.c */
void deed_any(struct sim *s);
void deed_answer(struct host *h);
void deed_weather(struct sim *s);

/* lives.c: lets everything happen that is due until then. */
void sim_until(struct sim *s, uint64_t then);
/* A life without deeds, for lives that are the same each time: hosts with calm settings on a good
 * network; and its end. */
void sim_calm(struct sim *s, uint64_t seed, int n_hosts);
void sim_end(struct sim *s);
void sim_live(struct sim *s, uint64_t seed);

/* rest.c */
void rest_calm(struct sim *s);      /* the weather clears up, and everything comes to its end */
uint64_t rest_bound(struct sim *s); /* how long that may take by the RFC and the settings, ms */
void rest_leave(struct sim *s);     /* all is closed, and nothing is left */

/* makes.c: a life of scripted peers against host 0 as their LNS. */
void makes_live(struct sim *s);

/* fixed.c: TAP lines from *line on; returns how many failed. */
int fixed_lives(struct sim *s, int *line);

#endif
