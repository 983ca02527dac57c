/* far: the far end of a daemon under load: starts it, opens tunnels and calls to it as a LAC, and
 * has PPP on each call agree on escaping nothing.  Frames of data it leaves to its user, but for
 * the ways in and out of a datagram.
 *
 * The protocol is our own engine, or, of a bare relay that has none (limit.c), a word for each
 * call. What goes wrong ends the program, and the daemon with it. */
#ifndef BENCH_FAR_H
#define BENCH_FAR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "share.h"

#define FAR_BATCH 64 /* datagrams that come at a time */

/* The daemon, its share with the stand-ins, and the calls. */
struct far {
    pid_t daemon;
    int fd; /* the socket, connected to it */
    bool bare;
    struct share *share;
    unsigned n_tunnels, n_calls;
    struct far_call {
        uint16_t id;              /* ours, by which its datagrams come */
        uint16_t tunnel, session; /* the daemon's, by which they go */
        bool asked, agreed;       /* LCP */
        bool mute;                /* the daemon has given its id to another call too: not used */
        uint32_t sent;            /* frames */
        uint32_t echoes;          /* of LCP that were answered */
        struct flow up;
    } call[FRAME_CALLS];
};
extern struct far far;

_Noreturn void far_die(const char *what);
double far_now_ms(void);

/* What far_begin() is to do: the daemon is to listen on this port of 127.0.0.1. */
struct far_plan {
    bool bare;       /* a relay without a protocol */
    bool cpus;       /* it on the first of two processors, in batches, its stand-ins on the other */
    bool apart;      /* it and its stand-ins on the second of two, we on the first */
    const char *log; /* where what it says goes; NULL: to our standard error */
    const char *share; /* path of the share, which is made anew */
    unsigned port;
    char **command;
};
void far_begin(const struct far_plan *plan);

/* Opens calls until there are so many, in so many tunnels by turns, and waits until they are up. */
void far_open(unsigned tunnels, unsigned calls);

/* Waits until PPP is agreed on in all of them that are not mute. */
void far_agree(void);

/* Sends an LCP Echo-Request by the call. */
void far_ask_echo(unsigned call);

/* How many tunnels and calls are not up any more. */
void far_count_lost(unsigned *tunnels, unsigned *calls);

/* Writes a header for the call's next datagram; returns its octets, 12 at the most. */
size_t far_header(const struct far_call *c, uint8_t *dst);

/* Takes what has come: what is not a frame of data is dealt with.  Waits for something no longer
 * than so many ms.  Returns how many frames of data there were. */
unsigned far_hear(int ms);

/* CPU time of the daemon's own, in ns, by the kernel's account; it waits for a moment in which the
 * daemon does nothing. */
double far_cpu_ns(void);

/* Ends the daemon, as its operator would; its status, as wait() has it. */
int far_end(void);

#endif
