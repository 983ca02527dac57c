/* How a host speaks in a tunnel, told from its datagrams and the time alone: a second reckoning of
 * windows, round trips and intervals, to which each datagram is held.  RFC 2661, 5.8 and Appendix
 * A; Jacobson's mean and deviation, Karn's rule.
 *
 * Of the engine's transport it takes the peer's window, the cap, how much is queued, and, to
 * compare, una. */
#include <string.h>

#include "base/seq.h"
#include "sim.h"
#include "wire/packet.h"

#define SECOND_MS 1000u /* S5.8-10; the least interval */

static struct flow *flow_of(struct host *h, const struct tunnel *t)
{
    struct flow *f = &h->flow[t->id % FLOWS];

    return f->is_known && f->tunnel == t->id && f->born == t->born ? f : NULL;
}

/* From its first message on, or not at all. */
static struct flow *flow_begin(struct host *h, const struct tunnel *t)
{
    struct flow *f = &h->flow[t->id % FLOWS];

    *f = (struct flow){.is_known = true,
                       .tunnel = t->id,
                       .born = t->born,
                       .cwnd = 1,
                       .ssthresh = t->x.peer_window,
                       .window = t->x.peer_window,
                       .interval = SECOND_MS};
    return f;
}

/* SA-03, SA-04: by one for each, or for a window full of them; never beyond the peer's (SA-02). */
static void grow(struct flow *f)
{
    if (f->cwnd < f->ssthresh) {
        f->cwnd++;
    } else if (++f->part >= f->cwnd) {
        f->cwnd++;
        f->part = 0;
    }
    if (f->cwnd > f->window)
        f->cwnd = f->window;
}

/* Mean and mean deviation, both eight times and four times what they are. */
static void measure(struct flow *f, uint32_t trip, uint32_t cap)
{
    if (trip == 0)
        trip = 1;
    if (f->mean8 == 0) {
        f->mean8 = 8 * trip;
        f->off4 = 2 * trip;
    } else {
        uint32_t mean = f->mean8 / 8, off = trip > mean ? trip - mean : mean - trip;

        f->mean8 = f->mean8 + trip - mean;
        f->off4 = f->off4 - f->off4 / 4 + off;
    }
    f->interval = f->mean8 / 8 + f->off4;
    if (f->interval > cap)
        f->interval = cap;
    if (f->interval < SECOND_MS)
        f->interval = SECOND_MS;
}

/* What has left once is measured by its acknowledgement; of what has left twice nobody knows which
 * one was meant, and then the interval stays as long as it is (Karn). */
static void acknowledge(struct flow *f, uint32_t now, uint16_t nr, uint32_t cap)
{
    bool once = true;
    uint32_t left = 0;

    if (nr == f->una || !seq_within(f->una, nr, f->high))
        return;
    for (; f->una != nr; f->una++) {
        once = once && !f->again[f->una % IN_FLIGHT];
        left = f->left[f->una % IN_FLIGHT];
        if (f->next == f->una)
            f->next++;
        grow(f);
    }
    if (once)
        measure(f, now - left, cap);
    f->due = now + f->interval;
}

/* An SCCRQ may be answered from another port (8.1). */
static bool is_from_peer(const struct tunnel *t, const struct addr *from)
{
    return addr_same(&t->peer, from) ||
           (t->state == WAIT_CTL_REPLY && t->port_open && addr_same_host(&t->peer, from));
}

void flow_hear(struct host *h, const struct flight *datagram)
{
    struct packet p;
    const struct tunnel *t;
    struct flow *f;

    if (packet_parse(span_of(datagram->octets, datagram->n), &p) != PACKET_GOOD || !p.control)
        return;
    t = l2tp_tunnel(h->engine, p.tunnel);
    f = t != NULL ? flow_of(h, t) : NULL;
    if (f != NULL && t->state != DEAD && is_from_peer(t, &datagram->from))
        acknowledge(f, (uint32_t)host_now(h), p.nr, t->x.cap_ms);
}

void flow_heard(struct host *h, const struct flight *datagram)
{
    struct packet p;
    const struct tunnel *t;
    struct flow *f;

    if (packet_parse(span_of(datagram->octets, datagram->n), &p) != PACKET_GOOD || !p.control)
        return;
    t = l2tp_tunnel(h->engine, p.tunnel);
    f = t != NULL ? flow_of(h, t) : NULL;
    if (f == NULL || t->state == STOPPED || t->state == DEAD)
        return; /* it says nothing any more */
    if (t->initiator && !f->has_met && (t->was_up || t->state == ESTABLISHED)) {
        f->has_met = true; /* SCCRP has told the window; it need not have acknowledged SCCRQ */
        f->ssthresh = f->window = t->x.peer_window;
        f->cwnd = f->cwnd < f->window ? f->cwnd : f->window;
    }
    sim_hold(h->sim, OF_FLOW, t->x.una == f->una,
             "host %d: tunnel %u: takes %u as acknowledged, and it is %u", h->number,
             (unsigned)t->id, (unsigned)t->x.una, (unsigned)f->una);
}

/* SA-05, and the interval is doubled. */
static void again(struct flow *f, uint32_t now, uint32_t cap)
{
    f->ssthresh = f->cwnd > 1 ? f->cwnd / 2 : 1;
    f->cwnd = 1;
    f->part = 0;
    f->next = f->una;
    f->interval = 2 * f->interval < cap ? 2 * f->interval : cap;
    f->due = now + f->interval;
}

static void speak(struct host *h, const struct tunnel *t, struct flow *f, uint16_t ns, uint32_t now)
{
    struct sim *s = h->sim;
    bool is_new = ns == f->high;

    if (!is_new && ns == f->una && now >= f->due) {
        sim_hold(s, OF_FLOW, now == f->due || s->leaps,
                 "host %d: tunnel %u: message %u is late by %lu ms", h->number, (unsigned)t->id,
                 (unsigned)ns, (unsigned long)(now - f->due));
        again(f, now, t->x.cap_ms);
    }
    sim_hold(s, OF_FLOW, ns == f->next,
             "host %d: tunnel %u: says %u where %u is next, and %lu ms after it is due", h->number,
             (unsigned)t->id, (unsigned)ns, (unsigned)f->next, (unsigned long)(now - f->due));
    sim_hold(s, OF_FLOW, seq_gap(f->una, ns) < f->cwnd,
             "host %d: tunnel %u: says %u, of %u on nothing is acknowledged, and cwnd is %u",
             h->number, (unsigned)t->id, (unsigned)ns, (unsigned)f->una, f->cwnd);
    if (is_new && f->una == f->high)
        f->due = now + f->interval;
    if (is_new)
        f->left[ns % IN_FLIGHT] = now;
    f->again[ns % IN_FLIGHT] = !is_new;
    f->high += is_new;
    f->next = (uint16_t)(ns + 1);
}

void flow_say(struct host *h, const struct tunnel *t, const struct packet *p)
{
    struct flow *f = flow_of(h, t);

    if (f == NULL && p->body.n > 0 && p->ns == 0 && t->x.una == 0 && t->x.queue != NULL &&
        !t->x.queue->again)
        f = flow_begin(h, t);
    if (f == NULL)
        return;
    /* one that is borne is beside all this; tunnel id 0 may acknowledge, too; room for times */
    if (t->x.is_borne || t->x.una != f->una || seq_gap(f->una, f->high) >= IN_FLIGHT) {
        f->is_known = false;
        return;
    }
    if (p->body.n > 0)
        speak(h, t, f, p->ns, (uint32_t)host_now(h));
    else if (t->state != STOPPED)
        sim_hold(h->sim, OF_FLOW, p->ns == f->high,
                 "host %d: tunnel %u: a ZLB with %u, where %u is not used yet", h->number,
                 (unsigned)t->id, (unsigned)p->ns, (unsigned)f->high);
}

/* Nobody is kept waiting for what may leave. */
void flow_rest(struct host *h)
{
    for (struct flow *f = h->flow; f < h->flow + FLOWS; f++) {
        const struct tunnel *t = f->is_known ? l2tp_tunnel(h->engine, f->tunnel) : NULL;

        if (t == NULL || t->born != f->born || t->state == STOPPED || t->state == DEAD ||
            t->x.is_borne || t->x.una != f->una || t->x.peer_window != f->window)
            continue;
        sim_hold(h->sim, OF_FLOW,
                 f->next == t->x.ns_next || seq_gap(f->una, f->next) >= f->cwnd ||
                     seq_gap(f->una, f->high) >= IN_FLIGHT,
                 "host %d: tunnel %u: does not say %u, of %u on nothing is acknowledged, and cwnd "
                 "is %u",
                 h->number, (unsigned)t->id, (unsigned)f->next, (unsigned)f->una, f->cwnd);
    }
}
