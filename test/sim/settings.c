/* What a host is set to: every setting of a profile is drawn, so that all meet all in the end. */
#include <stdio.h>
#include <string.h>

#include "sim.h"
#include "wire/quirks.h"

/* A peer's secret may be another, or none, or only one of the two has any. */
static void draw_secret(struct l2tp_profile *p, struct prng *dice)
{
    unsigned roll = prng_below(dice, 100);

    snprintf(p->secret, sizeof p->secret, "%s",
             roll < 4    ? "another"
             : roll < 10 ? ""
                         : "the secret");
    p->challenge = prng_chance(dice, 45);
    p->hide = prng_chance(dice, 50)   ? HIDE_NEVER
              : prng_chance(dice, 70) ? HIDE_PROVEN
                                      : HIDE_ALWAYS;
}

static void draw_quirks(struct l2tp_profile *p, struct prng *dice)
{
    size_t n;

    quirks_rows(&n);
    if (prng_chance(dice, 25))
        p->quirks_on = (uint32_t)prng_next(dice) & (uint32_t)prng_next(dice) & ((1u << n) - 1);
    if (prng_chance(dice, 25))
        p->quirks_off = (uint32_t)prng_next(dice) & ((1u << n) - 1);
    /* whoever knows a peer by tunnel id 0 alone takes anybody's words for it */
    p->quirks_on &= ~(uint32_t)QUIRK_ZERO_TUNNEL;
}

static void draw_data(struct l2tp_profile *p, struct prng *dice)
{
    p->length_bit = prng_chance(dice, 50);
    p->sequence = prng_chance(dice, 50);
    p->require_sequencing = prng_chance(dice, 20);
    p->priority_bit = prng_chance(dice, 50);
    p->ecn = prng_chance(dice, 50);
    p->reorder_ms = prng_chance(dice, 60) ? 1 + prng_below(dice, 1000) : 0;
    p->disconnect_cause = prng_chance(dice, 50);
}

static void draw_times(struct l2tp_profile *p, struct prng *dice, bool fair)
{
    p->max_tries = fair ? 5 + prng_below(dice, 6) : 1 + prng_below(dice, 10);
    p->cap_ms = 8000 + prng_below(dice, 4) * 4000;
    p->hello_ms = prng_chance(dice, 12) ? 0 : 5000 + prng_below(dice, 55000);
    p->setup_ms = prng_chance(dice, 50) ? 0 : 20000 + prng_below(dice, 100000);
}

void settings_draw(struct host *h)
{
    struct l2tp_profile *p = &h->profile;
    struct prng *dice = &h->sim->dice;

    memset(p, 0, sizeof *p);
    snprintf(p->label, sizeof p->label, "host %d", h->number);
    snprintf(p->host_name, sizeof p->host_name, "host%d.example", h->number);
    if (prng_chance(dice, 80))
        snprintf(p->vendor_name, sizeof p->vendor_name, "sim");
    p->firmware = (uint16_t)(prng_chance(dice, 50) ? 1 + prng_below(dice, 1000) : 0);
    draw_secret(p, dice);
    p->tie_breaker = prng_chance(dice, 40);
    p->accept_incoming = prng_chance(dice, 85);
    p->accept_outgoing = prng_chance(dice, 70);
    p->window =
        (uint16_t)(1 + (prng_chance(dice, 90) ? prng_below(dice, 16) : prng_below(dice, 1000)));
    p->framing = prng_chance(dice, 80) ? FRAMING_SYNC | FRAMING_ASYNC : 1 + prng_below(dice, 2);
    p->bearer = prng_chance(dice, 80) ? 3 : 1 + prng_below(dice, 2);
    p->tx_bps = 1000000;
    p->rx_bps = prng_chance(dice, 50) ? 64000 : 1000000;
    draw_data(p, dice);
    draw_quirks(p, dice);
    draw_times(p, dice, h->sim->fair);
}
