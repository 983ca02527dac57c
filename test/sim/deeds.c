/* What hosts do, or what befalls them, at random: opens, calls, hang-ups, closes, frames, news of
 * the line; a network that is cut or changes its mood; a host that loses its memory, is short of
 * it, or whose clock jumps. */
#include <stdio.h>

#include "sim.h"
#include "wire/proxy.h"

#define FAIR_LOSS 4u /* percent, at most one less */

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

static uint16_t some_call(struct host *h)
{
    return h->n_up > 0 ? h->up_calls[prng_below(&h->sim->dice, h->n_up)] : 0;
}

static struct host *some_other(struct host *h)
{
    struct sim *s = h->sim;
    int other = (int)prng_below(&s->dice, (uint32_t)s->n_hosts - 1);

    return &s->host[other < h->number ? other : other + 1];
}

static void open_to(struct host *h, struct host *other)
{
    uint16_t id = l2tp_open(h->engine, host_now(h), &h->addr, &other->addr, &h->profile, h);

    sim_say(h->sim, "host %d: open to %d: tunnel %u", h->number, other->number, (unsigned)id);
}

static void do_open(struct host *h)
{
    open_to(h, some_other(h));
}

/* Sets that a LAC may tell of (4.4.5). */
static struct call_proxy proxy_of(unsigned kind)
{
    struct span lcp = span_of("\x01\x04\x05\xdc", 4);
    struct call_proxy p = {.present = UINT64_C(0xf) << PROXY_FIRST};

    p.value[0] = p.value[1] = p.value[2] = lcp;
    if (kind == 1) {
        p.type = PROXY_NONE;
        return p;
    }
    p.type = kind == 2 ? PROXY_PAP : PROXY_CHAP;
    p.id = 7;
    p.present = UINT64_C(0xff) << PROXY_FIRST;
    p.value[AVP_PROXY_AUTHEN_NAME - PROXY_FIRST] = span_str("somebody");
    p.value[AVP_PROXY_AUTHEN_CHALLENGE - PROXY_FIRST] = span_str("a challenge of 24 octets");
    p.value[AVP_PROXY_AUTHEN_RESPONSE - PROXY_FIRST] = span_str("response of 16..");
    if (kind == 2)
        p.present &= ~(UINT64_C(1) << AVP_PROXY_AUTHEN_CHALLENGE);
    return p;
}

/* All that it says of itself follows from its number: hosts.c looks whether it arrives. */
static void do_call(struct host *h)
{
    struct prng *dice = &h->sim->dice;
    unsigned number = prng_below(dice, 1000000);
    struct call_proxy proxy = proxy_of(number % 4);
    char called[16], group[24];
    struct l2tp_call_spec spec = {.outgoing = prng_chance(dice, 40),
                                  .bearer = 1 + prng_below(dice, 2),
                                  .framing = FRAMING_ASYNC | FRAMING_SYNC,
                                  .minimum_bps = 1,
                                  .maximum_bps = 64000,
                                  .called = called,
                                  .calling = prng_chance(dice, 50) ? "5551234" : NULL,
                                  .sub_address = number % 2 == 1 ? "7" : NULL,
                                  .private_group = group,
                                  .has_channel = true,
                                  .channel = number,
                                  .proxy = number % 4 != 0 ? &proxy : NULL};
    uint16_t tunnel = some_tunnel(h);
    unsigned n = 1 + (prng_chance(dice, 10) ? prng_below(dice, 40) : 0);

    snprintf(called, sizeof called, "%u", number);
    snprintf(group, sizeof group, "group %u", number);
    while (tunnel != 0 && n-- > 0) {
        uint16_t id = l2tp_call(h->engine, host_now(h), tunnel, &spec, NULL);

        sim_say(h->sim, "host %d: call %u in tunnel %u", h->number, (unsigned)id, (unsigned)tunnel);
    }
}

static void do_hang_up(struct host *h)
{
    struct prng *dice = &h->sim->dice;
    struct call_cause cause = {.has_q931 = prng_chance(dice, 50),
                               .q931 = 16,
                               .has_ppp = prng_chance(dice, 50),
                               .ppp = 3,
                               .direction = 1,
                               .text = "user request"};
    uint16_t id = some_call(h);

    if (id == 0)
        return;
    sim_say(h->sim, "host %d: hang up call %u", h->number, (unsigned)id);
    l2tp_hang_up_cause(h->engine, host_now(h), id, CDN_ADMINISTRATIVE, ERROR_NONE, "enough",
                       prng_chance(dice, 50) ? &cause : NULL);
}

/* The way a LAC goes: the newest call, in whatever state it is. */
static void do_hang_up_young(struct host *h)
{
    const struct tunnel *t = l2tp_tunnel(h->engine, some_tunnel(h));

    if (t != NULL && t->calls != NULL)
        l2tp_hang_up(h->engine, host_now(h), t->calls->id, CDN_CARRIER_LOST, ERROR_NONE, "");
}

static void do_close(struct host *h)
{
    uint16_t id = some_tunnel(h);

    if (id == 0)
        return;
    sim_say(h->sim, "host %d: close tunnel %u", h->number, (unsigned)id);
    l2tp_close(h->engine, host_now(h), id, STOPCCN_GENERAL, ERROR_NONE, "bye");
}

void deed_answer(struct host *h)
{
    uint16_t id;

    if (h->n_to_dial == 0)
        return;
    id = h->to_dial[--h->n_to_dial];
    if (prng_chance(&h->sim->dice, 70))
        l2tp_bearer_up(h->engine, host_now(h), id);
    else
        l2tp_hang_up(h->engine, host_now(h), id, 8, ERROR_NONE, "busy");
}

/* News of the line, in either role: the engine knows who may tell them. */
static void do_line(struct host *h)
{
    uint16_t id = some_call(h);
    uint32_t errors[6];

    if (id == 0)
        return;
    for (size_t i = 0; i < 6; i++)
        errors[i] = prng_below(&h->sim->dice, 100);
    l2tp_line_info(h->engine, host_now(h), id, (uint32_t)prng_next(&h->sim->dice), 0);
    l2tp_line_errors(h->engine, host_now(h), id, errors);
}

static void do_sequence(struct host *h)
{
    l2tp_sequence(h->engine, some_call(h), prng_chance(&h->sim->dice, 50));
}

static void do_cut(struct host *h)
{
    struct sim *s = h->sim;

    if (!s->cuts)
        return;
    s->net.cut_until = s->now + 1000 + prng_below(&s->dice, 180000);
    sim_say(s, "the network is cut until %llu", (unsigned long long)(s->net.cut_until - START_MS));
}

void deed_weather(struct sim *s)
{
    s->net.loss = prng_below(&s->dice, s->fair ? FAIR_LOSS : s->most_loss + 1);
    s->net.repeat = prng_below(&s->dice, 20);
    s->net.late = s->fair ? 0 : prng_below(&s->dice, 5);
    s->net.delay_ms = prng_below(&s->dice, 100);
    s->net.jitter_ms =
        prng_chance(&s->dice, 50) ? prng_below(&s->dice, 400) : prng_below(&s->dice, 10);
    s->net.garble = s->garbles ? prng_below(&s->dice, 10) : 0;
    memory.scarce = s->starves && prng_chance(&s->dice, 60)
                        ? (prng_chance(&s->dice, 20) ? 100 : 1 + prng_below(&s->dice, 30))
                        : 0;
}

static void do_weather(struct host *h)
{
    deed_weather(h->sim);
}

static void do_frames(struct host *h)
{
    for (uint32_t n = prng_below(&h->sim->dice, 20); n > 0; n--)
        frame_send(h);
}

/* Both open at once: crossing SCCRQs. */
static void do_cross(struct host *h)
{
    struct host *other = some_other(h);

    open_to(h, other);
    host_drain(h);
    open_to(other, h);
    host_drain(other);
}

/* The host starts again without memory and without a word; sometimes with the very random octets
 * that it had the last time, so that its ids and requests come again too. */
static void do_reboot(struct host *h)
{
    if (!h->sim->reboots)
        return;
    sim_say(h->sim, "host %d: loses its memory", h->number);
    host_reboot(h);
}

/* It was suspended, and its clock went on. */
static void do_leap(struct host *h)
{
    if (!h->sim->leaps)
        return;
    h->leap += 1000 + (prng_chance(&h->sim->dice, 50) ? prng_below(&h->sim->dice, 60000)
                                                      : prng_below(&h->sim->dice, 36000000));
    sim_say(h->sim, "host %d: its clock is %llu ms ahead", h->number, (unsigned long long)h->leap);
    if (prng_chance(&h->sim->dice, 50))
        host_tick(h);
}

/* A tick that is not due must change nothing. */
static void do_tick(struct host *h)
{
    struct sim *s = h->sim;
    uint64_t due = l2tp_deadline(h->engine);
    struct l2tp_event ev;

    if (due != 0 && due <= host_now(h))
        return;
    host_drain(h);
    due = l2tp_deadline(h->engine);
    if (due != 0 && due <= host_now(h))
        return;
    l2tp_tick(h->engine, host_now(h));
    sim_hold(s, OF_TICKS,
             l2tp_deadline(h->engine) == due && !l2tp_next(h->engine, host_now(h), &ev),
             "host %d: a tick before its time has done something", h->number);
}

static const struct {
    unsigned weight;
    void (*act)(struct host *h);
} deeds[] = {
    {12, do_open},     {30, do_call}, {12, do_hang_up}, {4, do_hang_up_young}, {5, do_close},
    {10, deed_answer}, {2, do_cut},   {5, do_weather},  {25, do_frames},       {4, do_cross},
    {1, do_reboot},    {3, do_tick},  {5, do_line},     {4, do_sequence},      {3, do_leap},
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
