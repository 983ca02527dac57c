/* slow: how frames fare on a call whose pppd takes fewer than come: what `load` does of that, on the
 * first call of far.h. */
#ifndef BENCH_SLOW_H
#define BENCH_SLOW_H

#include "frames.h"

struct slow {
    enum frame_kind kind;
    unsigned size;  /* octets of payload */
    unsigned rate;  /* frames a second that the stand-in takes */
    unsigned times; /* so many times that are sent; 0: as many as a window lets, as TCP has it */
    unsigned ms;
};

/* The window grows by a frame for each that has arrived, later by one a round trip, and is halved
 * when a frame is missing; the news of both come 20 ms late.  Prints
 *
 *   slow OFFERED TAKEN P50 P99 MISSING WRONG NS
 *
 * frames a second that were sent and that arrived; how long these were on their way, in us; of 100
 * sent those that did not arrive; frames damaged or out of order; the daemon's CPU time for each that
 * was sent. */
void slow_measure(const struct slow *s);

#endif
