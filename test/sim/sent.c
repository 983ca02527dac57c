/* What a host says in a tunnel, seen from outside: how far ahead of the peer, how often and when
 * again, and that one request has one answer.  RFC 2661, 4.4.3 (Receive Window Size), 5.8. */
#include <string.h>

#include "base/seq.h"
#include "sim.h"
#include "wire/packet.h"

/* The oldest message that is not acknowledged, as often as it has left.  Here alone the schedule
 * shows: those behind it also go again as the window lets them. */
static struct sent *oldest_sent(struct host *h, const struct tunnel *t, uint16_t ns)
{
    struct sent *e = &h->sent[t->id % SENT];

    if (e->born != t->born || e->tunnel != t->id || e->ns != ns || e->times == 0)
        *e = (struct sent){.tunnel = t->id, .ns = ns, .born = t->born};
    return e;
}

static void check_schedule(struct host *h, const struct tunnel *t, const struct packet *p)
{
    struct sim *s = h->sim;
    struct sent *e = oldest_sent(h, t, p->ns);
    uint64_t now = host_now(h), gap = now - e->last;
    uint64_t least = e->gap == 0                ? XPORT_RTO_MS
                     : e->gap * 2 < t->x.cap_ms ? e->gap * 2
                                                : t->x.cap_ms;

    if (e->times == 0) {
        e->whole = !t->x.queue->again; /* it may have left when others were older */
        e->times = 1;
    } else {
        e->times++;
        sim_hold(s, OF_SCHEDULE, gap >= least && gap <= t->x.cap_ms,
                 "host %d: tunnel %u: message %u again after %llu ms, not %llu", h->number,
                 (unsigned)t->id, (unsigned)p->ns, (unsigned long long)gap,
                 (unsigned long long)least);
        e->gap = (uint32_t)gap;
    }
    e->last = now;
}

/* The other end, if this life has an engine there that means the same tunnel. */
static const struct tunnel *other_end(struct host *h, const struct tunnel *t)
{
    struct host *peer = host_at(h->sim, &t->peer);
    const struct tunnel *o = peer != NULL ? l2tp_tunnel(peer->engine, t->peer_id) : NULL;

    return o != NULL && o->peer_id == t->id && addr_same(&o->peer, &h->addr) ? o : NULL;
}

bool sent_too_far(uint16_t expected, uint16_t ns, unsigned window)
{
    return !seq_before(ns, expected) && seq_gap(expected, ns) >= window;
}

static void check_window(struct host *h, const struct tunnel *t, const struct packet *p)
{
    const struct tunnel *o = other_end(h, t);

    if (o != NULL) /* one that is borne does not count */
        sim_hold(h->sim, OF_WINDOW, !sent_too_far(o->x.nr, p->ns, o->p.window + t->x.is_borne),
                 "host %d: tunnel %u: sends %u to who expects %u with a window of %u", h->number,
                 (unsigned)t->id, (unsigned)p->ns, (unsigned)o->x.nr, (unsigned)o->p.window);
}

/* A repeat of a request whose answer is under way is no other request. */
static void check_once(struct host *h, const struct tunnel *t)
{
    for (const struct tunnel *o = l2tp_first(h->engine); o != NULL; o = o->next)
        sim_hold(h->sim, OF_ONCE,
                 o == t || o->initiator || o->state != WAIT_CTL_CONN ||
                     memcmp(o->request, t->request, sizeof o->request) != 0 ||
                     !addr_same(&o->peer, &t->peer),
                 "host %d: tunnels %u and %u are for the same SCCRQ", h->number, (unsigned)t->id,
                 (unsigned)o->id);
}

/* In fair weather a StopCCN is acknowledged, as whoever got it lingers for that (5.7). */
static void check_stop(struct host *h, const struct tunnel *t)
{
    const struct sent *e = &h->sent[t->id % SENT];

    if (h->sim->fair && h->sim->n_players == 0 && t->state == STOPPING && t->was_up)
        sim_hold(h->sim, OF_FAIR, e->times <= t->p.max_tries,
                 "host %d: tunnel %u: nobody acknowledges its StopCCN", h->number, (unsigned)t->id);
}

void sent_look(struct host *h, const struct tunnel *t, struct span datagram)
{
    struct packet p;

    if (t == NULL || packet_parse(datagram, &p) != PACKET_GOOD)
        return;
    flow_say(h, t, &p);
    if (h->sim->garbles)
        return;
    sim_hold(h->sim, OF_SCHEDULE, p.nr == t->x.nr, "host %d: tunnel %u: says Nr %u, and expects %u",
             h->number, (unsigned)t->id, (unsigned)p.nr, (unsigned)t->x.nr);
    if (p.body.n == 0)
        return;
    check_window(h, t, &p);
    if (t->state == WAIT_CTL_CONN)
        check_once(h, t);
    if (t->x.is_borne || p.ns != t->x.una || t->x.queue == NULL)
        return;
    if (!h->sim->leaps)
        check_schedule(h, t, &p);
    check_stop(h, t);
}

/* It was said once, and again as often as the profile lets it be, before nobody was thought there.
 */
void sent_in_vain(struct host *h, const struct tunnel *t)
{
    const struct sent *e = &h->sent[t->id % SENT];

    if (h->sim->garbles || h->sim->leaps || e->tunnel != t->id || e->born != t->born || !e->whole)
        return;
    sim_hold(h->sim, OF_SCHEDULE, e->times >= t->p.max_tries + 1,
             "host %d: tunnel %u: given up after %u transmissions of %u", h->number,
             (unsigned)t->id, e->times, t->p.max_tries + 1);
}
