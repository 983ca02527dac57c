/* sparing: a few lines of a kind in a while, and how many it would have been: for what anybody can cause
 * as often as they like. */
#ifndef BASE_SPARING_H
#define BASE_SPARING_H

#include <stdbool.h>
#include <stdint.h>

#define SPARING_MS 10000u /* in so long ... */
#define SPARING_LINES 10u /* ... so many */

struct sparing { /* all zero: nothing yet */
    uint64_t since; /* ms: the while began */
    unsigned said, unsaid;
};

/* One more: true if it is to be said.  *rest: how many were not in a while that is over, which is to be
 * said first; else 0. */
bool sparing_says(struct sparing *s, uint64_t now, unsigned *rest);

/* Is anything unsaid?  Then this is when its while is over; else 0. */
uint64_t sparing_due(const struct sparing *s);

/* How many were not said, if their while is over; they count as told from now on.  Else 0. */
unsigned sparing_rest(struct sparing *s, uint64_t now);

#endif
