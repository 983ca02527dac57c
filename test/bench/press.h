/* press: how a daemon fares when one call's pppd reads nothing, and when more comes than it can
 * carry on: what `load` does of that, on the calls of far.h. */
#ifndef BENCH_PRESS_H
#define BENCH_PRESS_H

#include <stdbool.h>

#include "frames.h"

/* Frames to be sent. */
struct press {
    enum frame_kind kind;
    unsigned size; /* octets of payload */
};

/* The stand-in of the last call is stopped by a signal, and its call is sent far more frames than
 * there is room for; or it goes on. */
void press_stick(const struct press *p, bool on);

/* So many frames one after the other, there and back, through the first call; each behind so many
 * frames for the last call, which are not waited for.  Prints
 *
 *   latency FRAMES LOST P50 P99 MOST NS        in us; NS: of the daemon's CPU time for each */
void press_latency(const struct press *p, unsigned frames, unsigned beside);

/* Frames for all calls by turns: for a moment as many as are carried on, then so many times that,
 * for ms, with an LCP Echo-Request to each call every second, and Hellos.  Prints
 *
 *   flood PEAK OFFERED CARRIED ASKED UNANSWERED WORST TUNNELS CALLS WRONG
 *
 * frames a second; echoes, those that nobody answered, and the most of one call's in succession;
 * tunnels and calls that are lost; frames damaged or out of order. */
void press_flood(const struct press *p, unsigned times, unsigned ms);

#endif
