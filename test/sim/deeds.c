/* What hosts do, or what befalls them, at random: opens, calls, hang-ups, closes, frames; a network
 * that is cut or changes its mood; a host that loses its memory. */
#include "sim.h"

#define FOUL_LOSS 36u /* percent, at most one less */
#define FAIR_LOSS 4u

/* Any tunnel of a host; 0 if it has none. */
static uint16_t some_tunnel(struct host *h)
{
    const struct tunnel *t = l2tp_first(h->engine);
    struct l2tp_counts n = l2tp_counts(h->engine);
    uint32_t skip = n.tunnels > 0 ? prng_below(&h->sim->dice, n.tunnels) : 0;

    while (t != NULL && skip-- > 0)
        t = t->next;
    return t != NULL ? t->id : 0;
}

static void do_open(struct host *h)
{
    struct sim *s = h->sim;
    int other = h->number == 0 ? 1 + (int)prng_below(&s->dice, (uint32_t)s->n_hosts - 1) : 0;
    uint16_t id = l2tp_open(h->engine, s->now, &h->addr, &s->host[other].addr, &h->profile, h);

    sim_say(s, "host %d: open to %d: tunnel %u", h->number, other, (unsigned)id);
}

static void do_call(struct host *h)
{
    struct l2tp_call_spec spec = {.outgoing = h->number == 0,
                                  .bearer = 1,
                                  .framing = FRAMING_ASYNC,
                                  .minimum_bps = 1,
                                  .maximum_bps = 64000,
                                  .called = "5551234"};
    uint16_t tunnel = some_tunnel(h);
    unsigned n = 1 + (prng_chance(&h->sim->dice, 10) ? prng_below(&h->sim->dice, 40) : 0);

    while (tunnel != 0 && n-- > 0) {
        uint16_t id = l2tp_call(h->engine, h->sim->now, tunnel, &spec, NULL);

        sim_say(h->sim, "host %d: call %u in tunnel %u", h->number, (unsigned)id, (unsigned)tunnel);
    }
}

static void do_hang_up(struct host *h)
{
    uint16_t id = h->n_up > 0 ? h->up_calls[prng_below(&h->sim->dice, h->n_up)] : 0;

    if (id == 0)
        return;
    sim_say(h->sim, "host %d: hang up call %u", h->number, (unsigned)id);
    l2tp_hang_up(h->engine, h->sim->now, id, CDN_ADMINISTRATIVE, ERROR_NONE, "enough");
}

/* The way a LAC goes: the newest call, in whatever state it is. */
static void do_hang_up_young(struct host *h)
{
    const struct tunnel *t = l2tp_tunnel(h->engine, some_tunnel(h));

    if (t != NULL && t->calls != NULL)
        l2tp_hang_up(h->engine, h->sim->now, t->calls->id, CDN_CARRIER_LOST, ERROR_NONE, "");
}

static void do_close(struct host *h)
{
    uint16_t id = some_tunnel(h);

    if (id == 0)
        return;
    sim_say(h->sim, "host %d: close tunnel %u", h->number, (unsigned)id);
    l2tp_close(h->engine, h->sim->now, id, STOPCCN_GENERAL, ERROR_NONE, "bye");
}

void deed_answer(struct host *h)
{
    uint16_t id;

    if (h->n_to_dial == 0)
        return;
    id = h->to_dial[--h->n_to_dial];
    if (prng_chance(&h->sim->dice, 70))
        l2tp_bearer_up(h->engine, h->sim->now, id);
    else
        l2tp_hang_up(h->engine, h->sim->now, id, 8, ERROR_NONE, "busy");
}

static void do_cut(struct host *h)
{
    struct sim *s = h->sim;

    if (s->fair)
        return;
    s->net.cut_until = s->now + 1000 + prng_below(&s->dice, 180000);
    sim_say(s, "the network is cut until %llu", (unsigned long long)(s->net.cut_until - START_MS));
}

void deed_weather(struct host *h)
{
    struct sim *s = h->sim;

    s->net.loss = prng_below(&s->dice, s->fair ? FAIR_LOSS : FOUL_LOSS);
    s->net.repeat = prng_below(&s->dice, 20);
    s->net.late = s->fair ? 0 : prng_below(&s->dice, 5);
    s->net.delay_ms = prng_below(&s->dice, 100);
    s->net.jitter_ms = prng_below(&s->dice, 400);
}

static void do_frames(struct host *h)
{
    for (uint32_t n = prng_below(&h->sim->dice, 20); n > 0; n--)
        host_send_frame(h);
}

/* Both open at once: crossing SCCRQs. */
static void do_cross(struct host *h)
{
    do_open(h);
    host_drain(h);
    do_open(&h->sim->host[h->number == 0 ? 1 : 0]);
    host_drain(&h->sim->host[h->number == 0 ? 1 : 0]);
}

/* The host starts again without memory and without a word; sometimes with the very random octets
 * that it had the last time, so that its ids and requests come again too. */
static void do_reboot(struct host *h)
{
    if (h->sim->fair)
        return;
    sim_say(h->sim, "host %d: loses its memory", h->number);
    host_reboot(h);
}

/* A tick that is not due must change nothing. */
static void do_tick(struct host *h)
{
    struct sim *s = h->sim;
    uint64_t due = l2tp_deadline(h->engine);
    struct l2tp_event ev;

    if (due != 0 && due <= s->now)
        return;
    host_drain(h);
    due = l2tp_deadline(h->engine);
    l2tp_tick(h->engine, s->now);
    if (l2tp_deadline(h->engine) != due || l2tp_next(h->engine, s->now, &ev))
        sim_fail(s, "host %d: a tick before its time has done something", h->number);
}

static const struct {
    unsigned weight;
    void (*act)(struct host *h);
} deeds[] = {
    {12, do_open},          {30, do_call},   {12, do_hang_up}, {4, do_hang_up_young},
    {5, do_close},          {10, deed_answer}, {2, do_cut},      {5, deed_weather},
    {25, do_frames},        {4, do_cross},  {1, do_reboot},    {3, do_tick},
};

void deed_any(struct sim *s)
{
    struct host *h = &s->host[prng_below(&s->dice, (uint32_t)s->n_hosts)];
    unsigned total = 0, pick;
    size_t i = 0;

    for (size_t k = 0; k < sizeof deeds / sizeof *deeds; k++)
        total += deeds[k].weight;
    for (pick = prng_below(&s->dice, total); pick >= deeds[i].weight; i++)
        pick -= deeds[i].weight;
    deeds[i].act(h);
    if (prng_chance(&s->dice, 60)) /* else it is one turn with what comes next */
        host_drain(h);
}
