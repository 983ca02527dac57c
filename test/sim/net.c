/* The bad network; see sim.h. */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

/* splitmix64: small, and every seed is as good as another. */
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
    return prng_below(r, 100) < percent;
}

#define LATE_MS 20000 /* well within the 31 s for which ids rest (5.7) */

static void launch(struct net *n, uint64_t now, const struct addr *from, const struct addr *to,
                   struct span octets)
{
    struct flight *f = malloc(sizeof *f + octets.n), **at = &n->flights;

    if (f == NULL)
        abort();
    f->due = now + n->delay_ms + (n->jitter_ms > 0 ? prng_below(&n->dice, n->jitter_ms) : 0);
    f->from = *from;
    f->to = *to;
    f->n = octets.n;
    memcpy(f->octets, octets.p, octets.n);
    while (*at != NULL && (*at)->due <= f->due)
        at = &(*at)->next;
    f->next = *at;
    *at = f;
    n->n_flights++;
}

void net_send(struct net *n, uint64_t now, const struct addr *from, const struct addr *to,
              struct span octets)
{
    int copies = prng_chance(&n->dice, n->repeat) ? 2 : 1;

    n->sent++;
    while (copies-- > 0) {
        if (now < n->cut_until || prng_chance(&n->dice, n->loss))
            n->lost++;
        else
            launch(n, now, from, to, octets);
    }
    if (now >= n->cut_until && prng_chance(&n->dice, n->late))
        launch(n, now + prng_below(&n->dice, LATE_MS), from, to, octets);
}

struct flight *net_take(struct net *n, uint64_t now)
{
    struct flight *f = n->flights;

    if (f == NULL || f->due > now)
        return NULL;
    n->flights = f->next;
    n->n_flights--;
    return f;
}

uint64_t net_due(const struct net *n)
{
    return n->flights != NULL ? n->flights->due : 0;
}

void net_clear(struct net *n)
{
    while (n->flights != NULL) {
        struct flight *f = n->flights;

        n->flights = f->next;
        free(f);
    }
}
