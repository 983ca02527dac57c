/* caller: our own engine as the LAC of a test or a measurement: over one socket that is connected to
 * a daemon's port of 127.0.0.1.
 *
 * It serves nobody, and takes no calls.  Which tunnels and calls there are is its user's business,
 * who may use the engine as it likes, by caller_now(). */
#ifndef TEST_CALLER_H
#define TEST_CALLER_H

#include "proto/l2tp.h"

struct caller {
    struct l2tp *engine;
    int fd;
    struct addr daemon;
    uint64_t ahead; /* ms that the engine's clock is ahead of time */
    void (*told)(const struct l2tp_event *ev); /* of all but datagrams; may be NULL */
};

/* Socket and engine; all else of c stays as it is.  False with errno. */
bool caller_begin(struct caller *c, unsigned port);
void caller_end(struct caller *c);

uint64_t caller_now(const struct caller *c);

/* What its tunnels live by, unless the user changes it; the name is label and Host Name. */
struct l2tp_profile caller_profile(const char *name);

/* Opens a tunnel, or places a call in one: its id, or 0.  Of that the daemon hears by the drain. */
uint16_t caller_tunnel(struct caller *c, const struct l2tp_profile *profile, void *host_data);
uint16_t caller_call(struct caller *c, uint16_t tunnel, void *host_data);

/* The end of a tunnel: the StopCCN has that text. */
void caller_close(struct caller *c, uint16_t tunnel, const char *text);

/* A datagram of the daemon's, for the engine; frames of PPP come to nothing. */
void caller_hear(struct caller *c, struct span datagram);

/* Takes all events; datagrams leave at once. */
void caller_drain(struct caller *c);

/* What is due, and a drain. */
void caller_turn(struct caller *c);

/* What has arrived, and a turn; waits for that no longer than so many ms. */
void caller_pump(struct caller *c, int ms);

#endif
