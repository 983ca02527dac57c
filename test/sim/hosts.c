/* What stands around an engine: answers its questions, carries its datagrams, and watches that its
 * news come in an order that a host can live with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"
#include "wire/packet.h"

#define SERIAL_FIRST 1u
#define SERIAL_STEP 1000u /* more calls than a host places before it loses its memory */

static void answer_random(void *ctx, void *room, size_t n)
{
    struct host *h = ctx;
    uint8_t *octets = room;

    for (size_t i = 0; i < n; i++)
        octets[i] = (uint8_t)prng_next(&h->dice);
}

static enum l2tp_welcome answer_profile(void *ctx, const struct l2tp_who *who,
                                        struct l2tp_profile *profile)
{
    struct host *h = ctx;

    if (who->tunnel_host == NULL)
        *profile = h->profile;
    return WELCOME;
}

static bool answer_admit(void *ctx, void *tunnel_host, const struct l2tp_profile *profile)
{
    struct host *h = ctx;

    (void)tunnel_host;
    (void)profile;
    return h->n_up < 500 && !prng_chance(&h->sim->dice, 3);
}

/* Host 0 is a LNS, the others are LACs that also place calls when asked. */
static void make_profile(struct host *h)
{
    struct l2tp_profile *p = &h->profile;
    struct prng *dice = &h->sim->dice;

    snprintf(p->label, sizeof p->label, "host %d", h->number);
    snprintf(p->host_name, sizeof p->host_name, "host%d.example", h->number);
    snprintf(p->vendor_name, sizeof p->vendor_name, "sim");
    snprintf(p->secret, sizeof p->secret, "%s", prng_chance(dice, 4) ? "another" : "the secret");
    p->challenge = prng_chance(dice, 50);
    p->hide = prng_chance(dice, 50);
    p->tie_breaker = prng_chance(dice, 40);
    p->accept_incoming = h->number == 0;
    p->accept_outgoing = h->number != 0;
    p->window = (uint16_t)(1 + prng_below(dice, 16));
    p->framing = FRAMING_SYNC | FRAMING_ASYNC;
    p->bearer = 3;
    p->tx_bps = 1000000;
    p->rx_bps = prng_chance(dice, 50) ? 64000 : 1000000;
    p->length_bit = prng_chance(dice, 50);
    p->sequence = prng_chance(dice, 50);
    p->max_tries = 5;
    p->cap_ms = prng_chance(dice, 50) ? 8000 : 16000;
    p->hello_ms = 10000 + prng_below(dice, 50000);
}

bool host_init(struct sim *s, int number)
{
    struct host *h = &s->host[number];
    struct l2tp_host face = {h, answer_random, answer_profile, answer_admit};

    memset(h, 0, sizeof *h);
    h->sim = s;
    h->number = number;
    h->addr = addr_ip4(0x0a000001u + (uint32_t)number, 1701);
    h->dice.state = h->dice_first = prng_next(&s->dice);
    make_profile(h);
    h->engine = l2tp_new(&face, SERIAL_FIRST);
    return h->engine != NULL;
}

void host_reboot(struct host *h)
{
    struct l2tp_host face = {h, answer_random, answer_profile, answer_admit};
    struct sim *s = h->sim;

    host_free(h);
    memset(h->tunnel, 0, sizeof h->tunnel);
    memset(h->call, 0, sizeof h->call);
    h->n_up = h->n_to_dial = h->n_ended = 0;
    if (prng_chance(&s->dice, 50))
        h->dice.state = h->dice_first;
    h->engine = l2tp_new(&face, SERIAL_FIRST + ++h->boots * SERIAL_STEP);
    if (h->engine == NULL)
        abort();
}

void host_free(struct host *h)
{
    if (h->engine != NULL)
        l2tp_free(h->engine);
    h->engine = NULL;
}

static struct host *host_at(struct sim *s, const struct addr *a)
{
    for (int i = 0; i < s->n_hosts; i++)
        if (addr_same(&s->host[i].addr, a))
            return &s->host[i];
    return NULL;
}

static void note_up(struct host *h, uint16_t id)
{
    if (h->n_up < sizeof h->up_calls / sizeof *h->up_calls)
        h->up_calls[h->n_up++] = id;
}

static void note_down(struct host *h, uint16_t id)
{
    for (unsigned i = 0; i < h->n_up; i++)
        if (h->up_calls[i] == id) {
            h->up_calls[i] = h->up_calls[--h->n_up];
            return;
        }
}

static void on_tunnel(struct host *h, const struct l2tp_event *ev)
{
    uint8_t *known = &h->tunnel[ev->tunnel->id];

    if (ev->kind == L2TP_TUNNEL_UP) {
        if (*known != UNKNOWN)
            sim_fail(h->sim, "host %d: tunnel %u came up twice", h->number,
                     (unsigned)ev->tunnel->id);
        *known = IS_UP;
        h->sim->tunnels_up++;
        return;
    }
    /* one that never came up may be the answer to an SCCRQ that came late, after its sender had
     * lost the tie and forgotten it: that one rightly finds nobody */
    if (h->sim->fair && ev->tunnel->state == DEAD && (*known == IS_UP || ev->tunnel->initiator) &&
        strstr(ev->tunnel->why.text, "acknowledges nothing") != NULL)
        sim_fail(h->sim, "host %d: tunnel %u died of silence in fair weather", h->number,
                 (unsigned)ev->tunnel->id);
    if (*known == ENDED)
        sim_fail(h->sim, "host %d: tunnel %u ended twice", h->number, (unsigned)ev->tunnel->id);
    *known = ENDED;
    if (h->n_ended < sizeof h->ended / sizeof *h->ended)
        h->ended[h->n_ended++] = ev->tunnel->id;
}

/* The ids of tunnels that are gone may come again. */
static void forget_ended(struct host *h)
{
    for (unsigned i = 0; i < h->n_ended;)
        if (l2tp_tunnel(h->engine, h->ended[i]) == NULL) {
            h->tunnel[h->ended[i]] = UNKNOWN;
            h->ended[i] = h->ended[--h->n_ended];
        } else {
            i++;
        }
}

/* A peer's request may make one call, however often it was repeated under way. */
static void check_serial(struct host *h, const struct call *c)
{
    struct host *peer = host_at(h->sim, &c->tunnel->peer);
    uint8_t *seen;

    if (peer == NULL || (c->table != TABLE_LNS_IN && c->table != TABLE_LAC_OUT) ||
        c->serial >= sizeof h->serial_up[0])
        return;
    seen = &h->serial_up[peer->number][c->serial];
    if (*seen)
        sim_fail(h->sim, "host %d: serial %lu of host %d made two calls", h->number,
                 (unsigned long)c->serial, peer->number);
    *seen = 1;
}

/* If its other end lives and knows of us by now, it is this call's other end. */
static void check_other_end(struct host *h, const struct call *c)
{
    struct host *peer = host_at(h->sim, &c->tunnel->peer);
    const struct call *other = peer != NULL ? l2tp_call_by_id(peer->engine, c->peer_id) : NULL;

    if (other != NULL && other->tunnel->id == c->tunnel->peer_id && other->peer_id != 0 &&
        other->peer_id != c->id)
        sim_fail(h->sim, "host %d: call %u has come up with a call of another's", h->number,
                 (unsigned)c->id);
}

static void on_call(struct host *h, const struct l2tp_event *ev)
{
    const struct call *c = ev->call;
    uint8_t *known = &h->call[c->id];

    switch (ev->kind) {
    case L2TP_CALL_UP:
        if (*known == IS_UP)
            sim_fail(h->sim, "host %d: call %u came up twice", h->number, (unsigned)c->id);
        if (h->tunnel[c->tunnel->id] != IS_UP)
            sim_fail(h->sim, "host %d: call %u up in a tunnel that is not", h->number,
                     (unsigned)c->id);
        check_serial(h, c);
        check_other_end(h, c);
        *known = IS_UP;
        note_up(h, c->id);
        h->sim->calls_up++;
        break;
    case L2TP_CALL_DIAL:
        if (h->n_to_dial < sizeof h->to_dial / sizeof *h->to_dial)
            h->to_dial[h->n_to_dial++] = c->id;
        break;
    case L2TP_CALL_DOWN:
        *known = UNKNOWN;
        note_down(h, c->id);
        break;
    default:
        break;
    }
}

/* What leaves is a control message that the peer can parse, and no monster. */
static void check_datagram(struct host *h, struct span datagram)
{
    struct packet p;

    if (packet_parse(datagram, &p) != PACKET_GOOD || !p.control || datagram.n > 1400 ||
        datagram.n != p.body.n + PACKET_CONTROL_HEADER)
        sim_fail(h->sim, "host %d: sends no control message (%zu octets)", h->number, datagram.n);
}

/* Nothing grows without end, and whoever lives waits for something or is up. */
static void check_bounds(struct host *h)
{
    struct l2tp_counts n = l2tp_counts(h->engine);

    if (n.tunnels > 400 || n.calls > 3000 || n.half_open > n.tunnels)
        sim_fail(h->sim, "host %d: %u tunnels, %u calls", h->number, n.tunnels, n.calls);
    if (n.tunnels > 0 && l2tp_deadline(h->engine) == 0)
        sim_fail(h->sim, "host %d: tunnels that wait for nothing", h->number);
}

void host_drain(struct host *h)
{
    struct sim *s = h->sim;
    struct l2tp_event ev;
    unsigned n = 0;

    while (l2tp_next(h->engine, s->now, &ev)) {
        s->digest = (s->digest ^ ((uint64_t)ev.kind << 32 | (unsigned)h->number)) * 0x100000001b3u;
        s->digest = (s->digest ^ s->now) * 0x100000001b3u;
        if (++n > 20000) {
            sim_fail(s, "host %d: news without end", h->number);
            break;
        }
        if (ev.kind == L2TP_SEND) {
            s->messages++;
            check_datagram(h, ev.datagram);
            net_send(&s->net, s->now, &h->addr, &ev.to, ev.datagram);
        } else if (ev.call == NULL) {
            sim_say(s, "host %d: tunnel %u %s", h->number, (unsigned)ev.tunnel->id,
                    ev.kind == L2TP_TUNNEL_UP ? "up" : ev.tunnel->why.text);
            on_tunnel(h, &ev);
        } else {
            sim_say(s, "host %d: call %u/%u event %d", h->number, (unsigned)ev.tunnel->id,
                    (unsigned)ev.call->id, (int)ev.kind);
            on_call(h, &ev);
        }
    }
    l2tp_reap(h->engine, s->now);
    l2tp_check(h->engine);
    forget_ended(h);
    check_bounds(h);
}

void host_tick(struct host *h)
{
    uint64_t due = l2tp_deadline(h->engine);

    if (due == 0 || due > h->sim->now)
        return;
    l2tp_tick(h->engine, h->sim->now);
    host_drain(h);
    due = l2tp_deadline(h->engine);
    if (due != 0 && due <= h->sim->now)
        sim_fail(h->sim, "host %d: a tick leaves a deadline that has passed", h->number);
}

/* A frame names its sender's call, which must be the other end of the call that it comes out of. */
static void check_frame(struct host *h, const struct flight *f, const struct l2tp_frame *frame)
{
    struct host *peer = host_at(h->sim, &f->from);
    struct rd r = rd_over(frame->octets);
    uint16_t number = rd_u16(&r), call = rd_u16(&r);

    h->sim->frames++;
    if (r.failed || peer == NULL || number != peer->number || call != frame->call->peer_id)
        sim_fail(h->sim, "host %d: a frame came out of the wrong call %u", h->number,
                 (unsigned)frame->call->id);
    /* it may be up in the engine, and the news still to be taken in this turn */
    if (h->call[frame->call->id] != IS_UP && !(frame->call->news & NEWS_UP))
        sim_fail(h->sim, "host %d: a frame for call %u, which is not up", h->number,
                 (unsigned)frame->call->id);
}

void host_hear(struct host *h, const struct flight *f)
{
    struct l2tp_frame frame;
    enum l2tp_got got = l2tp_input(h->engine, h->sim->now, &f->from, &f->to,
                                   span_of(f->octets, f->n), &frame);

    if (got == L2TP_FRAME)
        check_frame(h, f, &frame);
}

void host_send_frame(struct host *h)
{
    uint8_t room[PACKET_DATA_HEADER + FRAME_ROOM], *frame = room + PACKET_DATA_HEADER;
    struct wr w = wr_over(frame, FRAME_ROOM);
    const struct call *c;
    uint16_t id;
    size_t n;

    if (h->n_up == 0)
        return;
    id = h->up_calls[prng_below(&h->sim->dice, h->n_up)];
    wr_u16(&w, (uint16_t)h->number);
    wr_u16(&w, id);
    n = l2tp_data_header(h->engine, id, frame, wr_len(&w));
    c = l2tp_call_by_id(h->engine, id);
    if (n == 0 && c != NULL && c->state == DEAD)
        return; /* it ended in this turn */
    if (n == 0 || c == NULL) {
        sim_fail(h->sim, "host %d: no header for call %u, which is up", h->number, (unsigned)id);
        return;
    }
    net_send(&h->sim->net, h->sim->now, &h->addr, &c->tunnel->peer,
             span_of(frame - n, n + wr_len(&w)));
}
