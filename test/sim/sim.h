/* sim: two or three engines on a bad network, living a simulated hour from one seed.
 *
 * net.c loses, repeats, delays (and so reorders) and cuts; hosts.c is what stands around each
 * engine and watches that its news make sense; deeds.c is what they do at random; sim.c lets time
 * pass and compares the two sides when all has come to rest.  The same seed gives the same hour. */
#ifndef TEST_SIM_H
#define TEST_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/l2tp.h"

#define HOSTS 3
#define FRAME_ROOM 64
#define START_MS 1000000u

struct prng {
    uint64_t state;
};
uint64_t prng_next(struct prng *r);
uint32_t prng_below(struct prng *r, uint32_t n); /* 0 .. n-1 */
bool prng_chance(struct prng *r, unsigned percent);

/* A datagram under way. */
struct flight {
    struct flight *next;
    uint64_t due;
    struct addr from, to;
    size_t n;
    uint8_t octets[];
};

struct net {
    struct prng dice;
    struct flight *flights; /* soonest first */
    unsigned n_flights;
    unsigned loss, repeat;          /* percent */
    unsigned late;                  /* percent that come once more, seconds later */
    uint32_t delay_ms, jitter_ms;
    uint64_t cut_until;             /* nothing passes before */
    uint64_t sent, lost;
};

void net_send(struct net *n, uint64_t now, const struct addr *from, const struct addr *to,
              struct span octets);
struct flight *net_take(struct net *n, uint64_t now); /* one that has arrived, or NULL */
uint64_t net_due(const struct net *n);                /* 0: nothing under way */
void net_clear(struct net *n);

/* What a host knows of a tunnel or call of its own, by id. */
enum known { UNKNOWN, IS_UP, ENDED };

struct host {
    struct sim *sim;
    int number;
    struct addr addr;
    struct prng dice; /* for the engine's random octets */
    uint64_t dice_first;
    unsigned boots;
    struct l2tp_profile profile;
    struct l2tp *engine;
    uint8_t tunnel[65536], call[65536]; /* enum known */
    uint16_t up_calls[4096];            /* ids of calls that are up */
    unsigned n_up;
    uint16_t ended[4096]; /* ids of tunnels whose end has been told */
    unsigned n_ended;
    uint16_t to_dial[64]; /* calls that we were asked to place */
    unsigned n_to_dial;
    uint8_t serial_up[HOSTS][8192]; /* serial numbers of a peer's calls that came up here */
};

struct sim {
    uint64_t seed, now;
    struct prng dice;
    struct net net;
    struct host host[HOSTS];
    int n_hosts;
    bool verbose;
    bool fair; /* this seed's network loses little and is never cut: then nobody falls silent */
    uint64_t digest; /* over all that happened */
    unsigned calls_up, tunnels_up, frames, messages;
    char failure[200]; /* empty: none yet */
};

/* Notes the first thing that went wrong in this seed. */
void sim_fail(struct sim *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sim_say(struct sim *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

bool host_init(struct sim *s, int number);
void host_reboot(struct host *h); /* without memory, same address and settings */
void host_free(struct host *h);
/* Takes all news of the engine and acts on them; checks what must hold. */
void host_drain(struct host *h);
void host_hear(struct host *h, const struct flight *f); /* news are left for host_drain() */
void host_tick(struct host *h);
/* Sends a frame through one of the calls that are up. */
void host_send_frame(struct host *h);

/* One random thing is done; answers to calls that are to be dialled; how the network behaves. */
void deed_any(struct sim *s);
void deed_answer(struct host *h);
void deed_weather(struct host *h);

#endif
