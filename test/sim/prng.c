/* splitmix64: small, and every seed is as good as another. */
#include "prng.h"

uint64_t prng_next(struct prng *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

uint32_t prng_below(struct prng *r, uint32_t n)
{
    return (uint32_t)(prng_next(r) >> 11) % n;
}

bool prng_chance(struct prng *r, unsigned percent)
{
    return percent > 0 && prng_below(r, 100) < percent;
}
