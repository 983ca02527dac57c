/* The bad network; see sim.h. */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

static void enter(struct net *n, struct flight *f)
{
    struct flight **at = &n->flights;

    while (*at != NULL && (*at)->due <= f->due)
        at = &(*at)->next;
    f->next = *at;
    *at = f;
    n->n_flights++;
}

/* A control message of somebody else's, or one whose numbers are somewhat higher: an Nr for what
 * was never sent, an Ns beyond a window. */
static void lie(struct net *n, struct flight *f)
{
    uint32_t what = prng_below(&n->dice, 3);

    if (f->n < 12 || !(f->octets[0] & 0x80))
        return;
    if (what == 2)
        f->from.port++;
    else
        f->octets[what == 0 ? 9 : 11] += (uint8_t)(1 + prng_below(&n->dice, 8)); /* Ns, Nr */
}

/* Some octets become others. */
static void garble(struct net *n, struct flight *f)
{
    if (prng_chance(&n->dice, 30)) {
        lie(n, f);
        return;
    }
    for (uint32_t times = 1 + prng_below(&n->dice, 3); times > 0 && f->n > 0; times--)
        f->octets[prng_below(&n->dice, (uint32_t)f->n)] = (uint8_t)prng_next(&n->dice);
    if (prng_chance(&n->dice, 20))
        f->n = prng_below(&n->dice, (uint32_t)f->n + 1);
}

static void launch(struct net *n, uint64_t now, const struct addr *from, const struct addr *to,
                   uint8_t ecn, struct span octets)
{
    struct flight *f = memory_sure(sizeof *f + octets.n);

    f->due = now + n->delay_ms + (n->jitter_ms > 0 ? prng_below(&n->dice, n->jitter_ms) : 0);
    f->from = *from;
    f->to = *to;
    /* a router that is congested says so, rarely even to those who do not take part */
    f->ecn = prng_chance(&n->dice, ecn != 0 ? 20 : 3) ? 3 : ecn;
    f->n = octets.n;
    memcpy(f->octets, octets.p, octets.n);
    if (prng_chance(&n->dice, n->garble))
        garble(n, f);
    enter(n, f);
}

unsigned net_send(struct net *n, uint64_t now, const struct addr *from, const struct addr *to,
                  uint8_t ecn, struct span octets)
{
    int copies = prng_chance(&n->dice, n->repeat) ? 2 : 1;
    unsigned launched = 0;

    n->sent++;
    while (copies-- > 0) {
        if (now < n->cut_until || prng_chance(&n->dice, n->loss)) {
            n->lost++;
        } else {
            launch(n, now, from, to, ecn, octets);
            launched++;
        }
    }
    if (now >= n->cut_until && prng_chance(&n->dice, n->late)) {
        launch(n, now + prng_below(&n->dice, LATE_MS), from, to, ecn, octets);
        launched++;
    }
    return launched;
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
    n->n_flights = 0;
}
