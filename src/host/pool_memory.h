/* pool_memory: who had which address last; part of pool.
 *
 * Anybody can come under any name, so there is a bound: as many are remembered as there can be calls
 * at once, and beyond that the one who has not come for longest is forgotten.  Memory is taken as they
 * come, some 70 octets each.  Finding and keeping are O(1). */
#ifndef HOST_POOL_MEMORY_H
#define HOST_POOL_MEMORY_H

#include <stdint.h>

#define POOL_MEMORY_MOST 65536

struct pool_memory;

struct pool_memory *pool_memory_new(void); /* NULL without memory */
void pool_memory_free(struct pool_memory *m);

/* The address of "who" (a digest); 0: not known. */
uint32_t pool_memory_of(const struct pool_memory *m, uint64_t who);

/* Who has come now, and has this one.  Without memory for one more nothing is kept. */
void pool_memory_keep(struct pool_memory *m, uint64_t who, uint32_t ip);

#endif
