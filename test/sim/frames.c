/* Frames with a number, their sender's name and what was done to them: so each that arrives says
 * whether it came the right way, in its turn, and not too often. */
#include <stdlib.h>
#include <string.h>

#include "base/seq.h"
#include "sim.h"
#include "wire/packet.h"
#include "wire/ppp.h"
#include "wire/quirks.h"

#define PPP_OCTETS 4    /* address, control, protocol */
#define INNER_OCTETS 20 /* an IPv4 header, or an LCP echo */
#define NOTE_OCTETS 14
#define FRAME_OCTETS (PPP_OCTETS + INNER_OCTETS + NOTE_OCTETS)
#define OLD_RUN 5 /* old frames in order among themselves: the peer has begun anew */

/* What a frame says of itself. */
struct note {
    uint16_t host, boot, call;
    uint32_t number;
    bool numbered, first; /* has Ns, has P */
    uint8_t ecn, tunnel_ecn;
};

static void write_inner(struct wr *w, bool echo, uint8_t ecn)
{
    static const uint8_t ip[INNER_OCTETS] = {0x45, 0, 0,  34, 0, 0, 0,  0, 64, 17,
                                             0,    0, 10, 0,  0, 1, 10, 0, 0,  2};
    static const uint8_t lcp[INNER_OCTETS] = {9, 1, 0, 34};
    uint8_t *inner;

    wr_u16(w, 0xff03);
    wr_u16(w, echo ? 0xc021 : 0x0021);
    inner = wr_skip(w, INNER_OCTETS);
    memcpy(inner, echo ? lcp : ip, INNER_OCTETS);
    if (!echo)
        inner[1] = ecn;
}

static void write_note(struct wr *w, const struct note *n)
{
    wr_u16(w, n->host);
    wr_u16(w, n->boot);
    wr_u16(w, n->call);
    wr_u32(w, n->number);
    wr_u8(w, n->numbered);
    wr_u8(w, n->first);
    wr_u8(w, n->ecn);
    wr_u8(w, n->tunnel_ecn);
}

static bool read_note(struct span frame, struct note *n)
{
    struct rd r = rd_over(frame);

    rd_take(&r, PPP_OCTETS + INNER_OCTETS);
    n->host = rd_u16(&r);
    n->boot = rd_u16(&r);
    n->call = rd_u16(&r);
    n->number = rd_u32(&r);
    n->numbered = rd_u8(&r) != 0;
    n->first = rd_u8(&r) != 0;
    n->ecn = rd_u8(&r);
    n->tunnel_ecn = rd_u8(&r);
    return !r.failed && rd_left(&r) == 0;
}

static void check_header(struct host *h, const struct call *c, const struct note *n,
                         struct span datagram)
{
    struct packet p;

    sim_hold(h->sim, OF_WAY,
             packet_parse(datagram, &p) == PACKET_GOOD && !p.control &&
                 p.tunnel == c->tunnel->peer_id && p.session == c->peer_id &&
                 p.body.n == FRAME_OCTETS && p.has_length == c->tunnel->p.length_bit,
             "host %d: a data header of call %u is wrong", h->number, (unsigned)c->id);
    sim_hold(h->sim, OF_MARKS, p.priority == n->first, "host %d: call %u: P is %d", h->number,
             (unsigned)c->id, p.priority);
    sim_hold(h->sim, OF_HABIT, p.has_sequence == n->numbered && (n->numbered || !c->must_sequence),
             "host %d: call %u requires sequence numbers and sends none", h->number,
             (unsigned)c->id);
}

static void launch(struct host *h, const struct call *c, struct ear *ear, bool echo)
{
    struct sim *s = h->sim;
    const struct tunnel *t = c->tunnel;
    uint8_t room[PACKET_DATA_HEADER + FRAME_OCTETS], *frame = room + PACKET_DATA_HEADER;
    uint8_t ecn = (uint8_t)prng_below(&s->dice, 4);
    struct note n = {(uint16_t)h->number,
                     (uint16_t)h->boots,
                     c->id,
                     ++s->frame_number,
                     c->send_sequence,
                     echo && t->p.priority_bit && !(t->quirks & QUIRK_NO_PRIORITY),
                     echo ? 0 : ecn,
                     t->ecn};
    struct wr w = wr_over(frame, FRAME_OCTETS);
    struct ledger *entry = &s->ledger[n.number % LEDGER];
    size_t header;

    write_inner(&w, echo, ecn);
    write_note(&w, &n);
    header = l2tp_data_header(h->engine, host_now(h), c->id, frame, FRAME_OCTETS);
    sim_hold(s, OF_WAY, header > 0, "host %d: no header for call %u, which is up", h->number,
             (unsigned)c->id);
    if (header == 0)
        return;
    ear->said++;
    sim_hold(s, OF_COUNTS, c->frames_out == ear->said, "host %d: call %u has sent %llu frames",
             h->number, (unsigned)c->id, (unsigned long long)c->frames_out);
    check_header(h, c, &n, span_of(frame - header, header + FRAME_OCTETS));
    *entry = (struct ledger){.number = n.number};
    entry->copies = (uint8_t)net_send(&s->net, s->now, &h->addr, &t->peer, t->ecn ? n.ecn : 0,
                                      span_of(frame - header, header + FRAME_OCTETS));
}

void frame_send(struct host *h)
{
    const struct call *c;
    unsigned i;

    if (h->n_up == 0)
        return;
    i = prng_below(&h->sim->dice, h->n_up);
    c = l2tp_call_by_id(h->engine, h->up_calls[i]);
    if (c != NULL && c->state == DEAD)
        return; /* it ended in this turn */
    sim_hold(h->sim, OF_WAY, c != NULL, "host %d: call %u is gone without a word", h->number,
             (unsigned)h->up_calls[i]);
    if (c != NULL)
        launch(h, c, &h->ear[i], prng_chance(&h->sim->dice, 20));
}

/* A run of old numbers that is in order among itself lets the engine begin anew; whether there has
 * been one is found out here, beside it. */
void frame_comes(struct host *h, const struct flight *f)
{
    const struct call *c;
    struct packet p;
    struct ear *ear;

    if (packet_parse(span_of(f->octets, f->n), &p) != PACKET_GOOD || p.control || !p.has_sequence)
        return;
    c = l2tp_call_by_id(h->engine, p.session);
    ear = host_ear(h, p.session);
    if (c == NULL || ear == NULL || c->tunnel->id != p.tunnel || !seq_before(p.ns, c->data_nr))
        return;
    ear->old_run = p.ns == ear->old_next ? ear->old_run + 1 : 1;
    ear->old_next = (uint16_t)(p.ns + 1);
    ear->begun = ear->begun || ear->old_run >= OLD_RUN;
}

static void check_turn(struct host *h, const struct call *c, struct ear *ear, const struct note *n,
                       bool waited)
{
    bool later = n->number > ear->last || n->boot != ear->last_boot;

    if (!n->numbered)
        return;
    if (!later && ear->begun) {
        h->sim->begun++;
        ear->begun = false;
        later = ear->anew = true;
    }
    sim_hold(h->sim, OF_ORDER, later, "host %d: call %u: frame %lu came after %lu", h->number,
             (unsigned)c->id, (unsigned long)n->number, (unsigned long)ear->last);
    ear->last = n->number;
    ear->last_boot = n->boot;
    if (!waited)
        ear->old_run = 0;
}

/* Congestion on the way is told on inside if both ends take part, and nothing else is touched. */
static void check_marks(struct host *h, const struct l2tp_frame *frame, const struct note *n,
                        bool waited)
{
    uint8_t ecn = ppp_ecn(frame->octets);
    bool takes_part = n->tunnel_ecn && n->ecn != 0;

    sim_hold(h->sim, OF_MARKS, frame->priority == n->first, "host %d: call %u: P is %d", h->number,
             (unsigned)frame->call->id, frame->priority);
    sim_hold(h->sim, OF_MARKS,
             (ecn == n->ecn && (waited || h->mark != 3 || !takes_part || n->ecn == 3)) ||
                 (ecn == 3 && takes_part),
             "host %d: call %u: ECN was %u and is %u", h->number, (unsigned)frame->call->id,
             (unsigned)n->ecn, (unsigned)ecn);
}

/* It names its sender's call, which must be the other end of the call that it comes out of. */
void frame_heard(struct host *h, const struct l2tp_frame *frame, bool waited)
{
    struct sim *s = h->sim;
    const struct call *c = frame->call;
    struct host *peer = host_at(s, &c->tunnel->peer);
    struct ear *ear = host_ear(h, c->id);
    struct note n;

    s->frames++;
    if (ear != NULL)
        ear->heard++;
    /* it may be up in the engine, and the news still to be taken in this turn */
    sim_hold(s, OF_WAY, h->call[c->id] == IS_UP || (c->news & NEWS_UP),
             "host %d: a frame for call %u, which is not up", h->number, (unsigned)c->id);
    if (s->garbles || peer == NULL)
        return;
    if (!read_note(frame->octets, &n) || n.host != peer->number || n.call != c->peer_id) {
        sim_fail(s, OF_WAY, "host %d: a frame came out of the wrong call %u", h->number,
                 (unsigned)c->id);
        return;
    }
    if (s->ledger[n.number % LEDGER].number == n.number) {
        struct ledger *entry = &s->ledger[n.number % LEDGER];

        entry->heard++;
        sim_hold(s, OF_COPIES,
                 entry->heard <= 1 || (entry->heard <= entry->copies &&
                                       (!n.numbered || ear == NULL || ear->begun || ear->anew)),
                 "host %d: frame %lu came %u times", h->number, (unsigned long)n.number,
                 (unsigned)entry->heard);
    }
    if (ear != NULL)
        check_turn(h, c, ear, &n, waited);
    check_marks(h, frame, &n, waited);
}

void frame_counts(struct host *h, const struct call *c)
{
    const struct ear *ear = host_ear(h, c->id);

    if (ear == NULL)
        return;
    sim_hold(h->sim, OF_COUNTS,
             c->frames_in == ear->heard && c->held == NULL && c->ready == NULL && c->n_held == 0,
             "host %d: call %u counts %llu frames, %llu were carried on, %u wait", h->number,
             (unsigned)c->id, (unsigned long long)c->frames_in, (unsigned long long)ear->heard,
             c->n_held);
}
