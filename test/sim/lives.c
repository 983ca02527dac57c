/* One seed, from birth to death: what this life is like, time, deeds, and the end. */
#include <stdlib.h>
#include <string.h>

#include "player.h"

#define DEEDS_MOST 120u
#define PLAYED 25u /* percent of lives with scripted peers */

static uint64_t sooner(uint64_t a, uint64_t b)
{
    if (a == 0 || b == 0)
        return a + b;
    return a < b ? a : b;
}

bool sim_failed(const struct sim *s)
{
    return s->failure[0] != '\0';
}

static void arrive_at_player(struct sim *s, const struct flight *f)
{
    for (int i = 0; i < s->n_players; i++)
        if (addr_same(&s->player[i]->addr, &f->to))
            player_hear(s->player[i], s->now, f);
}

static void arrive(struct sim *s)
{
    struct flight *f;

    while ((f = net_take(&s->net, s->now)) != NULL) {
        struct host *h = host_at(s, &f->to);

        if (h != NULL) {
            host_hear(h, f);
            if (prng_chance(&s->dice, 70)) /* else more may come in the same turn */
                host_drain(h);
        } else {
            arrive_at_player(s, f);
        }
        free(f);
    }
    for (int i = 0; i < s->n_hosts; i++)
        host_drain(&s->host[i]);
}

void sim_until(struct sim *s, uint64_t then)
{
    for (int i = 0; i < s->n_hosts && !sim_failed(s); i++)
        host_drain(&s->host[i]);
    while (!sim_failed(s)) {
        uint64_t due = net_due(&s->net);

        for (int i = 0; i < s->n_hosts; i++)
            due = sooner(due, host_due(&s->host[i]));
        for (int i = 0; i < s->n_players; i++)
            due = sooner(due, player_due(s->player[i]));
        if (due == 0 || due > then)
            break;
        if (due > s->now)
            s->now = due;
        arrive(s);
        for (int i = 0; i < s->n_hosts; i++)
            host_tick(&s->host[i]);
        for (int i = 0; i < s->n_players; i++)
            player_tick(s->player[i], s->now);
    }
    if (then > s->now)
        s->now = then;
}

static void begin(struct sim *s, uint64_t seed)
{
    memset(&s->net, 0, sizeof s->net);
    memset(&memory, 0, sizeof memory);
    memset(s->ledger, 0, sizeof s->ledger);
    s->seed = seed;
    s->now = START_MS;
    s->dice.state = seed;
    s->net.dice.state = prng_next(&s->dice);
    memory.dice.state = prng_next(&s->dice);
    s->digest = 0xcbf29ce484222325u;
    s->failure[0] = '\0';
    s->fair = s->garbles = s->starves = s->leaps = s->reboots = s->cuts = s->is_calm = false;
    s->n_players = 0;
}

/* What befalls this life beside the weather. */
enum kind { FAIR, FOUL, WILD, GARBLED, STARVED, FEW_IDS, HALF_OPEN };
static const struct {
    unsigned weight, most_loss;
} kinds[] = {
    [FAIR] = {30, 3},     [FOUL] = {30, 35},  [WILD] = {10, 50},     [GARBLED] = {5, 20},
    [STARVED] = {10, 20}, [FEW_IDS] = {8, 8}, [HALF_OPEN] = {7, 35},
};

static enum kind draw_kind(struct sim *s)
{
    uint32_t roll = prng_below(&s->dice, 100);
    enum kind kind = FAIR;

    while (roll >= kinds[kind].weight)
        roll -= kinds[kind++].weight;
    s->fair = kind == FAIR;
    s->garbles = kind == GARBLED;
    s->starves = kind == STARVED;
    /* an id that has not rested long enough may meet a late word of its last owner's */
    s->cuts = s->reboots = kind != FAIR && kind != FEW_IDS;
    s->leaps = s->cuts && prng_chance(&s->dice, 30);
    s->most_loss = kinds[kind].most_loss;
    return kind;
}

static void begin_host(struct sim *s, int number, enum kind kind)
{
    struct host *h = &s->host[number];

    host_init(s, number);
    h->equal_ties = !s->fair && prng_chance(&s->dice, 10);
    if (kind == FEW_IDS)
        h->id_mask = (uint16_t)((1u << (1 + prng_below(&s->dice, 4))) - 1);
    if (kind == HALF_OPEN) {
        h->half_total = 1 + prng_below(&s->dice, 5);
        h->half_per_source = 1 + prng_below(&s->dice, 4);
    }
    host_begin(h);
}

static void live_at_random(struct sim *s)
{
    enum kind kind = draw_kind(s);
    uint32_t deeds_to_do = 10 + prng_below(&s->dice, prng_chance(&s->dice, 50) ? 30 : DEEDS_MOST);

    s->n_hosts = 2 + prng_chance(&s->dice, 40);
    for (int i = 0; i < s->n_hosts; i++)
        begin_host(s, i, kind);
    deed_weather(s);
    while (deeds_to_do-- > 0 && !sim_failed(s)) {
        deed_any(s);
        sim_until(s, s->now + (prng_chance(&s->dice, 60) ? prng_below(&s->dice, 2000)
                                                         : prng_below(&s->dice, 60000)));
    }
    rest_calm(s);
    if (!sim_failed(s))
        rest_leave(s);
}

void sim_calm(struct sim *s, uint64_t seed, int n_hosts)
{
    begin(s, seed);
    s->is_calm = true;
    s->n_hosts = n_hosts;
    for (int i = 0; i < n_hosts; i++) {
        struct l2tp_profile *p = &s->host[i].profile;

        host_init(s, i);
        *p = (struct l2tp_profile){.accept_incoming = true,
                                   .accept_outgoing = true,
                                   .window = 8,
                                   .framing = FRAMING_SYNC | FRAMING_ASYNC,
                                   .bearer = 3,
                                   .tx_bps = 1000000,
                                   .max_tries = XPORT_TRIES,
                                   .cap_ms = XPORT_CAP_MS,
                                   .hello_ms = 60000};
        p->host_name[0] = (char)('a' + i);
        host_begin(&s->host[i]);
    }
}

void sim_end(struct sim *s)
{
    memory.scarce = 0;
    for (int i = 0; i < s->n_hosts; i++)
        host_free(&s->host[i]);
    net_clear(&s->net);
    sim_hold(s, OF_MEMORY, memory.held == 0, "%ld blocks of memory are left", memory.held);
}

void sim_live(struct sim *s, uint64_t seed)
{
    begin(s, seed);
    if (prng_chance(&s->dice, PLAYED))
        makes_live(s);
    else
        live_at_random(s);
    sim_end(s);
}
