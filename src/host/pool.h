/* pool: IPv4 addresses that a LNS hands out, and who has one.
 *
 * A pool is made of ranges, allowed and denied, the later entry overriding the earlier for the same
 * address.  A lease is taken for a call and given back only when its pppd has been reaped.  The
 * same address is never leased twice, also across pools that overlap and across a reload: leases
 * live in one book, pools only say what may be taken.  The book knows of addresses that are set, too,
 * and not leased: those that the configuration names, and those that calls still have from one
 * before.  What is set as ours no pool for peers gives away, what is set as a peer's no pool at all.
 * Taking is O(1) amortised: the search goes on where the last one ended (so a freed address rests
 * before it is used again).  Does not know who leases. */
#ifndef HOST_POOL_H
#define HOST_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pool;
struct pool_book; /* what is leased, in the whole daemon */

struct pool_book *pool_book_new(void); /* NULL without memory */
void pool_book_free(struct pool_book *b);
size_t pool_book_count(const struct pool_book *b); /* leases out */

/* Which end of a call has an address. */
enum pool_end {
    POOL_OURS,
    POOL_PEERS,
    POOL_ENDS
};

struct pool_set {
    enum pool_end end;
    uint32_t ip; /* host order; 0 is nothing */
};

/* The addresses that the configuration sets, in place of those before.  A lease that is out stays
 * out, and what a call holds stays held.  Pools that are there already must not be used any more, but
 * a new one be made.  False without memory, and nothing has changed. */
bool pool_book_set(struct pool_book *b, const struct pool_set *set, size_t n);

/* A call has this address at that end, where it is not leased but set: no pool's as long as one call
 * has it, whatever the configuration says by then.  Any number may have the same.  To be let go as
 * often as it was held; 0 is nothing to hold or let go.  False without memory, and it is not held. */
bool pool_book_hold(struct pool_book *b, enum pool_end end, uint32_t ip);
void pool_book_let_go(struct pool_book *b, enum pool_end end, uint32_t ip);

/* Is it leased, so that a call which had it set at that end would take it from the one who has it?
 * Ours can be leased for several of our ends, a peer's for none. */
bool pool_book_clashes(const struct pool_book *b, enum pool_end end, uint32_t ip);

struct pool *pool_new(void);      /* NULL without memory */
void pool_for_us(struct pool *p); /* for our ends: what is ours is taken from it like any other */
void pool_free(struct pool *p);   /* leases stay in the book */

/* Adds a range, ends included, host order, low <= high.  False without memory. */
bool pool_add(struct pool *p, uint32_t low, uint32_t high, bool deny);

/* The pool takes the place of another, whose ranges may have been others: the next search begins where
 * that one's would have, so what has been given back lately rests here, too. */
void pool_go_on(struct pool *p, const struct pool *was);

/* A free address of the pool, now in the book; 0: none left, or without memory. */
uint32_t pool_take(struct pool *p, struct pool_book *b);

/* The same for one who may have come before: the address of the pool that the book remembers for
 * "who" (a digest; 0 is nobody) is taken again, if it is free.  Of more than 65,536 the one who has
 * not come for longest is forgotten. */
uint32_t pool_take_again(struct pool *p, struct pool_book *b, uint64_t who);

/* Would pool_take() find one?  Costs no more than taking. */
bool pool_has_room(struct pool *p, const struct pool_book *b);

void pool_give(struct pool_book *b, uint32_t ip); /* 0 is nothing to give back */

/* Who has a lease has that address in its place, be it a pool's or not.  False if that one is leased
 * already, or without memory, and all is as it was. */
bool pool_book_swap(struct pool_book *b, uint32_t lease, uint32_t ip);

bool pool_book_has(const struct pool_book *b, uint32_t ip);

/* Addresses that may be given in all, and those that are leased: never more.  What has been set since
 * it was leased counts in both. */
size_t pool_size(const struct pool *p, const struct pool_book *b);
size_t pool_used(const struct pool *p, const struct pool_book *b);

#endif
