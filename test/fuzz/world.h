/* world: for fuzz targets of src/proto: two engines, the network between them, and hosts that look
 * at everything they are told.
 *
 * Held to: lines of log that can be printed; datagrams that can be parsed, and whose messages are
 * whole in the eyes of one who holds the secret and excuses nothing; events that name living
 * objects; l2tp_check() after whatever was done. */
#ifndef FUZZ_WORLD_H
#define FUZZ_WORLD_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "proto/engine.h"
#include "wire/packet.h"

#define FLIGHT 32 /* datagrams under way to one engine; more are lost */
#define EVENTS_MOST 20000
#define DATAGRAM 4200
#define KEPT 16 /* of the latest datagrams to one engine, to come again */
#define WORLD_SECRET "l2tp-test-secret"

struct datagram {
    size_t n;
    struct addr from, to;
    uint8_t octets[DATAGRAM];
};

struct side {
    struct l2tp *e;
    struct l2tp_profile profile;
    enum l2tp_welcome welcome;
    enum l2tp_admission admit;
    uint16_t dial;                 /* the call that the peer last asked us to place */
    struct datagram queue[FLIGHT]; /* a ring of what is under way to this engine */
    size_t oldest, queued;
    struct datagram kept[KEPT]; /* a ring of what was sent to this engine */
    unsigned sent;
};

struct world {
    struct side side[2];
    uint64_t now;
    struct rd script;
    uint32_t seed;
};

static struct world world;

static inline void must(bool held)
{
    if (!held)
        abort();
}

/* Nothing that a peer or a host does is an error of ours, such as a message that we cannot encode.
 */
static inline void look_at_line(enum log_level level, const char *line)
{
    must(level != LEVEL_ERROR);
    for (; *line != '\0'; line++)
        must(*line >= ' ' && *line <= '~');
}

static inline struct addr addr_of(unsigned i)
{
    return addr_ip4(0xc0000201u + i, 1701);
}

/* The host's answers. */

static inline void answer_random(void *ctx, void *room, size_t n)
{
    uint8_t *p = room;

    (void)ctx;
    while (n-- > 0) {
        world.seed = world.seed * 1664525u + 1013904223u;
        *p++ = (uint8_t)(world.seed >> 24);
    }
}

static inline enum l2tp_welcome answer_profile(void *ctx, const struct l2tp_who *who,
                                               struct l2tp_profile *profile)
{
    const struct side *s = ctx;

    must(who->peer != NULL && (who->host_name.p != NULL || who->host_name.n == 0));
    if (who->tunnel_host == NULL && s->welcome == WELCOME)
        *profile = s->profile;
    return s->welcome;
}

static inline enum l2tp_admission answer_admit(void *ctx, void *tunnel_host,
                                              const struct l2tp_profile *profile)
{
    const struct side *s = ctx;

    (void)tunnel_host;
    must(profile->window > 0);
    return s->admit;
}

/* The network. */

/* The one that is to arrive after n others; the one behind them all if there are n. */
static inline struct datagram *under_way(struct side *s, size_t n)
{
    return &s->queue[(s->oldest + n) % FLIGHT];
}

static inline void put_under_way(unsigned to, const struct addr *from, struct span octets)
{
    struct side *s = &world.side[to];
    struct datagram *d = &s->kept[s->sent % KEPT], *last;

    if (octets.n > DATAGRAM)
        return;
    s->sent++;
    d->n = octets.n;
    d->from = *from;
    d->to = addr_of(to);
    memcpy(d->octets, octets.p, octets.n);
    if (s->queued == FLIGHT)
        return;
    last = under_way(s, s->queued++);
    last->n = d->n;
    last->from = d->from;
    last->to = d->to;
    memcpy(last->octets, octets.p, octets.n);
}

static inline void arrive(unsigned to, const struct addr *from, struct span octets)
{
    struct addr here = addr_of(to);
    uint8_t *exact = malloc(octets.n + (octets.n == 0));
    struct l2tp_frame frame = {0};
    enum l2tp_got got;

    must(exact != NULL);
    if (octets.n > 0)
        memcpy(exact, octets.p, octets.n);
    got = l2tp_input(world.side[to].e, world.now, from, &here, span_of(exact, octets.n), &frame);
    must((got == L2TP_FRAME) == (frame.call != NULL));
    must(got != L2TP_FRAME || (frame.octets.n > 0 && frame.octets.p > exact &&
                               frame.octets.p + frame.octets.n <= exact + octets.n));
    free(exact);
}

static inline void forget_first(struct side *s)
{
    s->oldest = (s->oldest + 1) % FLIGHT;
    s->queued--;
}

static inline void deliver_first(unsigned i)
{
    static struct datagram d;
    struct side *s = &world.side[i];

    if (s->queued == 0)
        return;
    d.n = under_way(s, 0)->n;
    d.from = under_way(s, 0)->from;
    memcpy(d.octets, under_way(s, 0)->octets, d.n);
    forget_first(s);
    arrive(i, &d.from, span_of(d.octets, d.n));
}

static inline void move_first_back(unsigned i)
{
    struct side *s = &world.side[i];
    size_t n = s->queued;

    if (n < 2)
        return;
    if (n < FLIGHT) /* else its own slot is the one behind the last */
        *under_way(s, n) = *under_way(s, 0);
    forget_first(s);
    s->queued = n;
}

/* Events. */

/* What an engine sends is whole: for whoever has its secret, and without an excuse. */
static inline void look_at_message(const struct side *s, const struct packet *p)
{
    static uint8_t arena[DATAGRAM];
    struct msg m;
    struct verdict v;

    if (p->body.n == 0) {
        must(p->session == 0);
        return;
    }
    v = msg_scan(&m, p->body, p->session);
    m.strict = true;
    must(v.damage == DAMAGE_NONE);
    v = msg_reveal(&m, span_str(s->profile.secret), arena, sizeof arena);
    must(v.damage == DAMAGE_NONE);
}

static inline void take_datagram(unsigned i, const struct l2tp_event *ev)
{
    struct addr other = addr_of(!i), here = addr_of(i);
    struct packet p;

    must(packet_parse(ev->datagram, &p) == PACKET_GOOD && p.control);
    must(ev->datagram.n == p.body.n + PACKET_CONTROL_HEADER);
    look_at_message(&world.side[i], &p);
    if (addr_same(&ev->to, &other))
        put_under_way(!i, addr_is_set(&ev->from) ? &ev->from : &here, ev->datagram);
}

static inline void take_events(unsigned i)
{
    struct side *s = &world.side[i];
    struct l2tp_event ev;
    unsigned n = 0;

    while (l2tp_next(s->e, world.now, &ev)) {
        must(n++ < EVENTS_MOST);
        if (ev.kind == L2TP_SEND) {
            take_datagram(i, &ev);
            continue;
        }
        must(ev.tunnel != NULL && l2tp_tunnel(s->e, ev.tunnel->id) == ev.tunnel);
        must(ev.kind == L2TP_TUNNEL_UP || ev.kind == L2TP_TUNNEL_DOWN ||
             ev.kind == L2TP_TUNNEL_SILENT || ev.call != NULL);
        must(ev.call == NULL ||
             (ev.call->tunnel == ev.tunnel && l2tp_call_by_id(s->e, ev.call->id) == ev.call));
        must((ev.kind == L2TP_CALL_DOWN) == (ev.call != NULL && ev.call->state == DEAD));
        must((ev.kind != L2TP_TUNNEL_UP && ev.kind != L2TP_TUNNEL_SILENT) ||
             ev.tunnel->state == ESTABLISHED);
        must(ev.kind != L2TP_CARRY || ev.frame.call == ev.call);
        if (ev.kind == L2TP_CARRY)
            l2tp_check(s->e); /* the frame is out of its queue, and still there */
        if (ev.kind == L2TP_CALL_DIAL)
            s->dial = ev.call->id;
    }
    l2tp_reap(s->e, world.now);
    l2tp_check(s->e);
}

/* Objects by number, as a script can name them. */

static const struct tunnel *some_tunnel(unsigned i, unsigned k)
{
    const struct tunnel *t = l2tp_first(world.side[i].e);

    for (k %= 8; t != NULL && t->next != NULL && k > 0; k--)
        t = t->next;
    return t;
}

static const struct call *some_call(const struct tunnel *t, unsigned k)
{
    const struct call *c = t != NULL ? t->calls : NULL;

    for (k = k >> 3 & 7; c != NULL && c->next != NULL && k > 0; k--)
        c = c->next;
    return c;
}

/* Sides. */

/* A new engine for a side whose profile, welcome and admit are set. */
static inline void side_begin(struct side *s, uint32_t serial)
{
    struct l2tp_host host = {s, answer_random, answer_profile, answer_admit, NULL, NULL};

    s->oldest = s->queued = s->sent = 0;
    s->dial = 0;
    s->e = l2tp_new(&host, serial);
    must(s->e != NULL);
}

#endif
