/* The engine's events: one by one, out of what tunnels and calls have left to be told; and the end
 * of those that have nothing more to tell.  See l2tp.h. */
#include <assert.h>

#include "base/log.h"
#include "proto/engine.h"
#include "proto/post.h"

/* In this order: a call comes, is to be dialled, is up, has data and line news, is down. */
static const struct {
    unsigned news;
    enum l2tp_event_kind kind;
} call_news[] = {
    {NEWS_COMING, L2TP_CALL_COMING},
    {NEWS_DIAL, L2TP_CALL_DIAL},
    {NEWS_UP, L2TP_CALL_UP},
    {NEWS_FRAMES, L2TP_CARRY},
    {NEWS_LINE_INFO, L2TP_LINE_INFO},
    {NEWS_LINE_ERRORS, L2TP_LINE_ERRORS},
    {NEWS_SPEED, L2TP_LINE_SPEED},
    {NEWS_DOWN, L2TP_CALL_DOWN},
};

/* What the host was given has been carried on: it would take others' room. */
static void take_back(struct l2tp *e)
{
    call_frame_free(&e->held_octets, e->given);
    e->given = NULL;
}

static void give_frame(struct l2tp *e, struct call *c, struct l2tp_frame *frame)
{
    const struct held *h = e->given = call_next_frame(c);

    *frame = (struct l2tp_frame){.call = c};
    if (h != NULL) {
        frame->octets = span_of(h->octets, h->n);
        frame->priority = h->priority;
    }
    if (c->ready != NULL)
        c->news |= NEWS_FRAMES;
}

static bool next_of_call(struct l2tp *e, struct tunnel *t, struct l2tp_event *event)
{
    struct call *c;

    while ((c = t->newsy) != NULL) {
        for (size_t i = 0; i < sizeof call_news / sizeof *call_news; i++) {
            if (!(c->news & call_news[i].news))
                continue;
            c->news &= ~call_news[i].news;
            event->kind = call_news[i].kind;
            event->call = c;
            if (event->kind == L2TP_CARRY)
                give_frame(e, c, &event->frame);
            return true;
        }
        t->newsy = c->newsy_next;
        if (t->newsy == NULL)
            t->newsy_end = &t->newsy;
        c->is_newsy = false;
        if (c->state == DEAD) {
            c->dead_next = e->dead_calls;
            e->dead_calls = c;
        }
    }
    return false;
}

static bool next_datagram(struct l2tp *e, struct tunnel *t, uint64_t now, struct l2tp_event *event)
{
    struct wr w = wr_over(e->out, sizeof e->out);
    uint32_t sent = t->x.sent, again = t->x.retransmitted;

    if (!xport_poll(&t->x, now, t->peer_id, &w))
        return false;
    if (log_topic(TOPIC_XPORT))
        post_say_sent(t, now, t->x.sent != sent, t->x.retransmitted != again);
    assert(!w.failed);
    engine_touch(e, t); /* its resend time may be set now */
    event->kind = L2TP_SEND;
    event->datagram = span_of(e->out, wr_len(&w));
    event->from = t->local;
    event->to = t->peer;
    return true;
}

/* Datagrams first: the peer is told before the host's slow work begins (7.6). */
static bool next_of_tunnel(struct l2tp *e, struct tunnel *t, uint64_t now, struct l2tp_event *event)
{
    event->tunnel = t;
    event->call = NULL;
    event->refused = NULL;
    if (next_datagram(e, t, now, event))
        return true;
    if (t->news & NEWS_UP) {
        t->news &= ~NEWS_UP;
        event->kind = L2TP_TUNNEL_UP;
        return true;
    }
    if (next_of_call(e, t, event))
        return true;
    if (t->news & NEWS_SILENT) {
        t->news &= ~NEWS_SILENT;
        event->kind = L2TP_TUNNEL_SILENT;
        return true;
    }
    if (t->news & NEWS_DOWN) {
        t->news &= ~NEWS_DOWN;
        event->kind = L2TP_TUNNEL_DOWN;
        return true;
    }
    return false;
}

static bool next_refusal(struct l2tp *e, struct l2tp_event *event)
{
    struct refusal *r = &e->refusal;

    if (!r->pending)
        return false;
    r->pending = false;
    *event = (struct l2tp_event){
        .kind = L2TP_SEND, .from = r->from, .to = r->to, .datagram = span_of(r->datagram, r->n)};
    event->refused = r->is_told ? &r->about : NULL;
    return true;
}

bool l2tp_next(struct l2tp *e, uint64_t now, struct l2tp_event *event)
{
    struct tunnel *t;

    take_back(e);
    if (next_refusal(e, event))
        return true;
    while ((t = e->touched) != NULL) {
        if (next_of_tunnel(e, t, now, event))
            return true;
        e->touched = t->touched_next;
        if (e->touched == NULL)
            e->touched_end = &e->touched;
        t->is_touched = false;
        if (t->state == DEAD && !t->is_dead) {
            t->is_dead = true;
            t->dead_next = e->dead;
            e->dead = t;
        }
    }
    return false;
}

void l2tp_reap(struct l2tp *e, uint64_t now)
{
    if (e->touched != NULL)
        return; /* somebody has news still: not yet */
    while (e->dead_calls != NULL) {
        struct call *c = e->dead_calls;

        e->dead_calls = c->dead_next;
        engine_free_call(e, c, now);
    }
    while (e->dead != NULL) {
        struct tunnel *t = e->dead;

        assert(t->calls == NULL);
        e->dead = t->dead_next;
        engine_free_tunnel(e, t, now);
    }
}
