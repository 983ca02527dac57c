/* prng: chance out of a seed, for the simulators; the same seed gives the same. */
#ifndef TEST_PRNG_H
#define TEST_PRNG_H

#include <stdbool.h>
#include <stdint.h>

struct prng {
    uint64_t state;
};
uint64_t prng_next(struct prng *r);
uint32_t prng_below(struct prng *r, uint32_t n); /* 0 .. n-1 */
bool prng_chance(struct prng *r, unsigned percent);

#endif
