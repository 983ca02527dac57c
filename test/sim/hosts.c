/* What stands around an engine: answers its questions, carries its datagrams, and watches that its
 * news come in an order that a host can live with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"
#include "wire/packet.h"

#define SERIAL_FIRST 1u
#define SERIAL_STEP 1000u /* more calls than a host places before it loses its memory */
#define BOOTS_MOST 15u

static void answer_random(void *ctx, void *room, size_t n)
{
    struct host *h = ctx;
    uint8_t *octets = room;

    for (size_t i = 0; i < n; i++)
        octets[i] = (uint8_t)prng_next(&h->dice);
    if (n == 2 && h->id_mask != 0) {
        uint16_t id;

        memcpy(&id, room, sizeof id);
        id &= h->id_mask;
        memcpy(room, &id, sizeof id);
    }
    if (n == 8 && h->equal_ties)
        memset(room, 0, n);
}

static enum l2tp_welcome answer_profile(void *ctx, const struct l2tp_who *who,
                                        struct l2tp_profile *profile)
{
    struct host *h = ctx;

    if (who->tunnel_host == NULL)
        *profile = h->profile;
    return WELCOME;
}

static enum l2tp_admission answer_admit(void *ctx, void *tunnel_host,
                                        const struct l2tp_profile *profile)
{
    struct host *h = ctx;

    (void)tunnel_host;
    (void)profile;
    if (h->n_up < 500 &&
        (h->sim->is_calm || h->sim->n_players > 0 || !prng_chance(&h->sim->dice, 3)))
        return ADMITTED;
    return NO_ROOM;
}

uint64_t host_now(const struct host *h)
{
    return h->sim->now + h->leap;
}

uint64_t host_due(const struct host *h)
{
    uint64_t due = l2tp_deadline(h->engine);

    if (due == 0)
        return 0;
    return due > host_now(h) ? due - h->leap : h->sim->now;
}

void host_init(struct sim *s, int number)
{
    struct host *h = &s->host[number];

    memset(h, 0, sizeof *h);
    h->sim = s;
    h->number = number;
    h->addr = addr_ip4(0x0a000001u + (uint32_t)number, 1701);
    h->dice.state = h->dice_first = prng_next(&s->dice);
    settings_draw(h);
}

void host_begin(struct host *h)
{
    struct l2tp_host face = {h, answer_random, answer_profile, answer_admit, NULL, NULL};
    unsigned scarce = memory.scarce;

    memory.scarce = 0;
    h->engine = l2tp_new(&face, SERIAL_FIRST + h->boots * SERIAL_STEP);
    memory.scarce = scarce;
    if (h->engine == NULL)
        abort();
    if (h->half_total > 0)
        l2tp_limit_half_open(h->engine, h->half_total, h->half_per_source);
}

void host_reboot(struct host *h)
{
    if (h->boots >= BOOTS_MOST)
        return;
    host_free(h);
    memset(h->tunnel, 0, sizeof h->tunnel);
    memset(h->call, 0, sizeof h->call);
    memset(h->gone_tunnel, 0, sizeof h->gone_tunnel);
    memset(h->gone_call, 0, sizeof h->gone_call);
    h->n_up = h->n_to_dial = h->n_ended = 0;
    if (prng_chance(&h->sim->dice, 50))
        h->dice.state = h->dice_first;
    h->boots++;
    host_begin(h);
}

void host_free(struct host *h)
{
    if (h->engine != NULL)
        l2tp_free(h->engine);
    h->engine = NULL;
}

struct host *host_at(struct sim *s, const struct addr *a)
{
    for (int i = 0; i < s->n_hosts; i++)
        if (addr_same(&s->host[i].addr, a))
            return &s->host[i];
    return NULL;
}

struct ear *host_ear(struct host *h, uint16_t call)
{
    for (unsigned i = 0; i < h->n_up; i++)
        if (h->up_calls[i] == call)
            return &h->ear[i];
    return NULL;
}

static void note_up(struct host *h, const struct call *c)
{
    uint64_t heard = c->frames_in - c->n_held; /* some may have come in this very turn */

    if (h->n_up == sizeof h->up_calls / sizeof *h->up_calls)
        return;
    for (const struct held *f = c->ready; f != NULL; f = f->next)
        heard--;
    h->up_calls[h->n_up] = c->id;
    h->ear[h->n_up++] = (struct ear){.heard = heard};
}

static void note_down(struct host *h, uint16_t id)
{
    for (unsigned i = 0; i < h->n_up; i++)
        if (h->up_calls[i] == id) {
            h->up_calls[i] = h->up_calls[--h->n_up];
            h->ear[i] = h->ear[h->n_up];
            return;
        }
}

/* One of them hides all from the first message on, and the other cannot read it: then a refusal
 * finds no way, and the peer rightly seems silent. */
static bool is_unreadable(const struct host *h, const struct host *peer)
{
    return peer != NULL && strcmp(h->profile.secret, peer->profile.secret) != 0 &&
           (h->profile.hide != HIDE_NEVER || peer->profile.hide != HIDE_NEVER);
}

/* Whoever lives answers.  One that never came up may be the answer to an SCCRQ that came late,
 * after its sender had lost the tie and forgotten it: that one rightly finds nobody. */
static void check_silence(struct host *h, const struct tunnel *t)
{
    bool was_up = h->tunnel[t->id] == IS_UP;

    if (!h->sim->fair || h->sim->n_players > 0 || t->state != DEAD ||
        (!was_up && (!t->initiator || is_unreadable(h, host_at(h->sim, &t->peer)))))
        return;
    sim_hold(h->sim, OF_FAIR, strstr(t->why.text, "acknowledges nothing") == NULL,
             "host %d: tunnel %u died of silence in fair weather", h->number, (unsigned)t->id);
}

/* Two engines say nothing out of turn: if a state has no place for what arrived, it arrived twice,
 * or was overtaken. */
static void check_turn(struct host *h, const struct verdict *why, const char *what, unsigned id)
{
    if (h->sim->fair && h->sim->n_players == 0)
        sim_hold(h->sim, OF_ONCE, strstr(why->text, " in state ") == NULL, "host %d: %s %u: %s",
                 h->number, what, id, why->text);
}

/* A late word for an id's last owner must not meet the next one. */
static void check_rest(struct host *h, uint32_t gone, uint64_t born, const char *what, unsigned id)
{
    if (gone != 0)
        sim_hold(h->sim, OF_IDS, (uint32_t)born - gone >= IDS_REST_MS,
                 "host %d: the id of %s %u has rested %lu ms only", h->number, what, id,
                 (unsigned long)((uint32_t)born - gone));
}

static void on_tunnel(struct host *h, const struct l2tp_event *ev)
{
    uint8_t *known = &h->tunnel[ev->tunnel->id];
    unsigned id = ev->tunnel->id;

    if (ev->kind == L2TP_TUNNEL_UP) {
        sim_hold(h->sim, OF_NEWS, *known == UNKNOWN, "host %d: tunnel %u came up twice", h->number,
                 id);
        *known = IS_UP;
        check_rest(h, h->gone_tunnel[id], ev->tunnel->born, "tunnel", id);
        h->sim->tunnels_up++;
        return;
    }
    check_silence(h, ev->tunnel);
    if (strstr(ev->tunnel->why.text, "acknowledges nothing") != NULL)
        sent_in_vain(h, ev->tunnel);
    check_turn(h, &ev->tunnel->why, "tunnel", id);
    sim_hold(h->sim, OF_NEWS, *known != ENDED, "host %d: tunnel %u ended twice", h->number, id);
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
            h->gone_tunnel[h->ended[i]] = (uint32_t)host_now(h);
            h->ended[i] = h->ended[--h->n_ended];
        } else {
            i++;
        }
}

static bool is_asked(const struct call *c)
{
    return c->table == TABLE_LNS_IN || c->table == TABLE_LAC_OUT;
}

/* A peer's request may make one call, however often it was repeated under way. */
static void check_serial(struct host *h, const struct call *c)
{
    struct host *peer = host_at(h->sim, &c->tunnel->peer);
    uint8_t *seen;

    if (peer == NULL || h->sim->garbles || !is_asked(c) || c->serial >= sizeof h->serial_up[0])
        return;
    seen = &h->serial_up[peer->number][c->serial];
    sim_hold(h->sim, OF_ONCE, !*seen, "host %d: serial %lu of host %d made two calls", h->number,
             (unsigned long)c->serial, peer->number);
    *seen = 1;
}

/* Its other end, if that lives and knows of us by now, is this call's other end. */
static void check_other_end(struct host *h, const struct call *c)
{
    struct host *peer = host_at(h->sim, &c->tunnel->peer);
    const struct call *other = peer != NULL ? l2tp_call_by_id(peer->engine, c->peer_id) : NULL;

    if (other != NULL && !h->sim->garbles && other->tunnel->id == c->tunnel->peer_id &&
        other->peer_id != 0)
        sim_hold(h->sim, OF_ONCE, other->peer_id == c->id,
                 "host %d: call %u has come up with a call of another's", h->number,
                 (unsigned)c->id);
}

/* deeds.c makes all that a call says of itself out of its Called Number. */
static void check_facts(struct host *h, const struct call *c)
{
    char group[NUMBER];
    unsigned long number = strtoul(c->called, NULL, 10);

    if (!is_asked(c) || h->sim->garbles || host_at(h->sim, &c->tunnel->peer) == NULL)
        return;
    snprintf(group, sizeof group, "group %lu", number);
    if (c->table == TABLE_LNS_IN)
        sim_hold(h->sim, OF_FACTS,
                 c->has_channel && c->channel == number && strcmp(c->group, group) == 0 &&
                     (h->sim->starves || (c->proxy != NULL) == (number % 4 != 0)),
                 "host %d: call %u to %s has channel %lu and group %s", h->number, (unsigned)c->id,
                 c->called, (unsigned long)c->channel, c->group);
    sim_hold(h->sim, OF_FACTS, (c->sub_address[0] != '\0') == (number % 2 == 1),
             "host %d: call %u to %s has sub-address \"%s\"", h->number, (unsigned)c->id, c->called,
             c->sub_address);
}

static void on_call_up(struct host *h, const struct call *c)
{
    sim_hold(h->sim, OF_NEWS, h->call[c->id] != IS_UP, "host %d: call %u came up twice", h->number,
             (unsigned)c->id);
    sim_hold(h->sim, OF_NEWS, h->tunnel[c->tunnel->id] == IS_UP,
             "host %d: call %u up in a tunnel that is not", h->number, (unsigned)c->id);
    check_serial(h, c);
    check_other_end(h, c);
    check_facts(h, c);
    h->call[c->id] = IS_UP;
    note_up(h, c);
    h->sim->calls_up++;
}

static void on_call(struct host *h, const struct l2tp_event *ev)
{
    const struct call *c = ev->call;
    bool is_lac = c->table == TABLE_LAC_IN || c->table == TABLE_LAC_OUT;

    switch (ev->kind) {
    case L2TP_CALL_UP:
        check_rest(h, h->gone_call[c->id], c->born, "call", c->id);
        on_call_up(h, c);
        break;
    case L2TP_CALL_COMING:
        sim_hold(h->sim, OF_NEWS, c->table == TABLE_LNS_IN && c->peer_id != 0 &&
                                      h->call[c->id] == UNKNOWN,
                 "host %d: call %u comes", h->number, (unsigned)c->id);
        break;
    case L2TP_CALL_DIAL:
        sim_hold(h->sim, OF_NEWS, c->table == TABLE_LAC_OUT && h->call[c->id] == UNKNOWN,
                 "host %d: asked to dial call %u", h->number, (unsigned)c->id);
        if (h->n_to_dial < sizeof h->to_dial / sizeof *h->to_dial)
            h->to_dial[h->n_to_dial++] = c->id;
        break;
    case L2TP_CALL_DOWN:
        h->call[c->id] = UNKNOWN;
        h->gone_call[c->id] = (uint32_t)host_now(h);
        h->last_result = c->why.result;
        check_turn(h, &c->why, "call", c->id);
        note_down(h, c->id);
        break;
    case L2TP_CARRY:
        h->sim->held++;
        frame_heard(h, &ev->frame, true);
        break;
    case L2TP_LINE_INFO:
    case L2TP_LINE_ERRORS:
        sim_hold(h->sim, OF_NEWS, h->call[c->id] == IS_UP && is_lac == (ev->kind == L2TP_LINE_INFO),
                 "host %d: call %u: event %d", h->number, (unsigned)c->id, (int)ev->kind);
        break;
    case L2TP_LINE_SPEED:
        sim_hold(h->sim, OF_NEWS, h->call[c->id] == IS_UP && !is_lac, "host %d: call %u: a speed",
                 h->number, (unsigned)c->id);
        break;
    default:
        break;
    }
}

/* What leaves is a control message that the peer can parse, and no monster. */
static void check_datagram(struct host *h, struct span datagram)
{
    struct packet p;

    sim_hold(h->sim, OF_WORDS,
             packet_parse(datagram, &p) == PACKET_GOOD && p.control && datagram.n <= 1400 &&
                 datagram.n == p.body.n + PACKET_CONTROL_HEADER,
             "host %d: sends no control message (%zu octets)", h->number, datagram.n);
}

/* Nothing grows without end, and whoever lives waits for something or is up. */
static void check_bounds(struct host *h)
{
    struct l2tp_counts n = l2tp_counts(h->engine);
    unsigned half = h->half_total > 0 ? h->half_total : 256;

    sim_hold(h->sim, OF_BOUNDS, n.tunnels <= 400 && n.calls <= 3000 && n.half_open <= half,
             "host %d: %u tunnels, %u of them half open, %u calls", h->number, n.tunnels,
             n.half_open, n.calls);
    if (n.tunnels > n.half_open && l2tp_deadline(h->engine) == 0)
        for (const struct tunnel *t = l2tp_first(h->engine); t != NULL; t = t->next)
            sim_hold(h->sim, OF_BOUNDS, t->state == ESTABLISHED,
                     "host %d: tunnel %u waits for nothing", h->number, (unsigned)t->id);
}

static void on_event(struct host *h, const struct l2tp_event *ev)
{
    struct sim *s = h->sim;

    s->digest = (s->digest ^ ((uint64_t)ev->kind << 32 | (unsigned)h->number)) * 0x100000001b3u;
    s->digest = (s->digest ^ s->now) * 0x100000001b3u;
    if (ev->kind == L2TP_SEND) {
        s->messages++;
        check_datagram(h, ev->datagram);
        sent_look(h, ev->tunnel, ev->datagram);
        net_send(&s->net, s->now, &h->addr, &ev->to, 0, ev->datagram);
    } else if (ev->call == NULL) {
        sim_say(s, "host %d: tunnel %u %s", h->number, (unsigned)ev->tunnel->id,
                ev->kind == L2TP_TUNNEL_UP ? "up" : ev->tunnel->why.text);
        on_tunnel(h, ev);
    } else {
        sim_say(s, "host %d: call %u/%u event %d", h->number, (unsigned)ev->tunnel->id,
                (unsigned)ev->call->id, (int)ev->kind);
        on_call(h, ev);
    }
}

void host_drain(struct host *h)
{
    struct l2tp_event ev;
    unsigned n = 0;

    while (l2tp_next(h->engine, host_now(h), &ev)) {
        on_event(h, &ev);
        if (++n > 20000) {
            sim_fail(h->sim, OF_NEWS, "host %d: news without end", h->number);
            break;
        }
    }
    l2tp_reap(h->engine, host_now(h));
    l2tp_check(h->engine);
    forget_ended(h);
    flow_rest(h);
    check_bounds(h);
}

void host_tick(struct host *h)
{
    uint64_t due = l2tp_deadline(h->engine);

    if (due == 0 || due > host_now(h))
        return;
    l2tp_tick(h->engine, host_now(h));
    host_drain(h);
    due = l2tp_deadline(h->engine);
    sim_hold(h->sim, OF_TICKS, due == 0 || due > host_now(h),
             "host %d: a tick leaves a deadline that has passed", h->number);
}

void host_hear(struct host *h, const struct flight *f)
{
    struct l2tp_frame frame;

    frame_comes(h, f);
    flow_hear(h, f);
    h->mark = f->ecn;
    l2tp_mark(h->engine, f->ecn);
    if (l2tp_input(h->engine, host_now(h), &f->from, &f->to, span_of(f->octets, f->n), &frame) ==
        L2TP_FRAME)
        frame_heard(h, &frame, false);
    flow_heard(h, f);
}
