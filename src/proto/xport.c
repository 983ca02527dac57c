/* Reliable delivery; see xport.h for the invariants.  RFC 2661, 5.8 and Appendix A. */
#include "proto/xport.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/seq.h"
#include "wire/packet.h"

#define BODY_MOST (UINT16_MAX - PACKET_CONTROL_HEADER)
#define RTT_MOST_MS 600000 /* a longer one is not believed; it keeps the sums within 32 bits */

/* An Nr tells which of two is older only within half the numbers (5.8). */
_Static_assert(XPORT_QUEUE < 32768, "more in flight than an Nr can tell apart");

void xport_init(struct xport *x, uint16_t window, unsigned max_tries, uint32_t cap_ms)
{
    memset(x, 0, sizeof *x);
    x->window = window > 0 ? window : 1;
    x->peer_window = XPORT_WINDOW;
    x->cwnd = 1;
    x->ssthresh = x->peer_window;
    x->max_tries = max_tries;
    x->rto_ms = XPORT_RTO_MS;
    x->cap_ms = cap_ms > XPORT_CAP_LEAST ? cap_ms : XPORT_CAP_LEAST;
    x->queue_end = &x->queue;
}

void xport_msg_free(struct xport_msg *m)
{
    free(m);
}

void xport_stop(struct xport *x)
{
    while (x->queue != NULL) {
        struct xport_msg *m = x->queue;

        x->queue = m->next;
        xport_msg_free(m);
    }
    x->queue_end = &x->queue;
    x->to_send = NULL;
    x->una = x->ns_send = x->ns_next = x->ns_high;
    x->due_resend = 0;
    x->tries = 0;
    x->is_borne = false;
}

void xport_free(struct xport *x)
{
    xport_stop(x);
    for (size_t i = 0; x->early != NULL && i < XPORT_EARLY; i++)
        xport_msg_free(x->early[i]);
    free(x->early);
}

void xport_set_peer_window(struct xport *x, uint16_t window)
{
    x->peer_window = window;
    x->ssthresh = window;
    if (x->cwnd > window)
        x->cwnd = window;
}

static struct xport_msg *msg_copy(uint16_t session, struct span body)
{
    struct xport_msg *m = malloc(sizeof *m + body.n);

    if (m == NULL)
        return NULL;
    *m = (struct xport_msg){.session = session, .n = (uint16_t)body.n};
    memcpy(m->body, body.p, body.n);
    return m;
}

bool xport_send(struct xport *x, uint16_t session, struct span body)
{
    struct xport_msg *m;

    if (seq_gap(x->una, x->ns_next) >= XPORT_QUEUE || body.n == 0 || body.n > BODY_MOST)
        return false;
    m = msg_copy(session, body);
    if (m == NULL)
        return false;
    *x->queue_end = m;
    x->queue_end = &m->next;
    if (x->to_send == NULL)
        x->to_send = m;
    x->ns_next++;
    return true;
}

void xport_drop_unsent(struct xport *x)
{
    struct xport_msg **link = &x->queue;

    for (uint16_t ns = x->una; ns != x->ns_high; ns++)
        link = &(*link)->next;
    x->queue_end = link;
    while (*link != NULL) {
        struct xport_msg *m = *link;

        if (m == x->to_send)
            x->to_send = NULL;
        *link = m->next;
        xport_msg_free(m);
    }
    x->ns_next = x->ns_high;
}

/* Appendix A: slow start below ssthresh, then one more for every cwnd acknowledgements. */
static void grow_window(struct xport *x)
{
    if (x->cwnd < x->ssthresh) {
        x->cwnd++;
    } else if (++x->cwnd_acks >= x->cwnd) {
        x->cwnd++;
        x->cwnd_acks = 0;
    }
    if (x->cwnd > x->peer_window)
        x->cwnd = x->peer_window;
}

/* What the interval begins with: the RFC's second, or more if the peer is far away. */
static uint32_t rto_start(const struct xport *x)
{
    uint32_t rto = x->srtt8 / 8 + x->var4;

    if (rto < XPORT_RTO_MS)
        return XPORT_RTO_MS;
    return rto < x->cap_ms ? rto : x->cap_ms;
}

/* Jacobson's mean and mean deviation, gains 1/8 and 1/4.  What is quicker than the clock's grain
 * counts as 1 ms: 0 says that there was no sample. */
static void take_sample(struct xport *x, uint32_t rtt)
{
    int32_t off;

    if (rtt < 1)
        rtt = 1;
    if (rtt > RTT_MOST_MS)
        rtt = RTT_MOST_MS;
    if (x->srtt8 == 0) {
        x->srtt8 = rtt * 8;
        x->var4 = rtt * 2;
    } else {
        off = (int32_t)rtt - (int32_t)(x->srtt8 / 8);
        x->srtt8 = (uint32_t)((int32_t)x->srtt8 + off);
        x->var4 = x->var4 - x->var4 / 4 + (uint32_t)(off < 0 ? -off : off);
    }
    x->rto_ms = rto_start(x);
}

/* Frees what nr covers.  True if that was anything.  The newest of these is what the peer answered,
 * so it gives the sample; but none of them may have been sent twice, for then nobody knows which
 * copy was meant (Karn), and the interval stays as far backed off as it is. */
static bool take_ack(struct xport *x, uint64_t now, uint16_t nr)
{
    bool once = true;
    uint32_t sent_ms = 0;

    if (!seq_within(x->una, nr, x->ns_high)) {
        if (!seq_before(nr, x->una)) /* one from the past is what a late datagram has */
            x->bad_nr++;
        return false;
    }
    if (nr == x->una)
        return false;
    while (x->una != nr) {
        struct xport_msg *m = x->queue;

        if (x->to_send == m) {
            x->to_send = m->next;
            x->ns_send++;
        }
        once = once && !m->again;
        sent_ms = m->sent_ms;
        x->queue = m->next;
        if (x->queue == NULL)
            x->queue_end = &x->queue;
        xport_msg_free(m);
        x->una++;
        grow_window(x);
    }
    if (once)
        take_sample(x, (uint32_t)now - sent_ms);
    x->tries = 0;
    x->is_borne = false; /* that was the oldest */
    x->due_resend = x->una == x->ns_high ? 0 : now + x->rto_ms;
    return true;
}

static size_t early_slot(uint16_t ns)
{
    return ns % XPORT_EARLY;
}

/* Keeps a message that is ahead of its turn, if our window reaches that far. */
static enum xport_got keep_early(struct xport *x, uint16_t ns, uint16_t session, struct span body)
{
    uint16_t ahead = seq_gap(x->nr, ns);
    struct xport_msg **slot;

    x->ack_owed = true;
    if (ahead >= x->window || ahead >= XPORT_EARLY || body.n > XPORT_EARLY_MOST) {
        x->beyond++;
        return XPORT_BEYOND;
    }
    if (x->early == NULL)
        x->early = calloc(XPORT_EARLY, sizeof *x->early);
    if (x->early == NULL)
        return XPORT_BEYOND;
    slot = &x->early[early_slot(ns)];
    if (*slot == NULL)
        *slot = msg_copy(session, body);
    return *slot != NULL ? XPORT_EARLY_ONE : XPORT_BEYOND;
}

enum xport_got xport_input(struct xport *x, uint64_t now, uint16_t ns, uint16_t nr,
                           uint16_t session, struct span body, bool *acked)
{
    *acked = take_ack(x, now, nr);
    if (body.n == 0)
        return XPORT_ZLB;
    if (ns == x->nr) {
        x->nr++;
        x->ack_owed = true;
        return XPORT_DELIVER;
    }
    if (seq_before(ns, x->nr)) {
        /* 5.8: a duplicate is acknowledged nevertheless: our acknowledgement may have been lost */
        x->duplicates++;
        x->ack_owed = true;
        return XPORT_DUPLICATE;
    }
    return keep_early(x, ns, session, body);
}

struct xport_msg *xport_next_early(struct xport *x)
{
    struct xport_msg **slot, *m;

    if (x->early == NULL)
        return NULL;
    slot = &x->early[early_slot(x->nr)];
    m = *slot;
    if (m != NULL) {
        *slot = NULL;
        x->nr++;
        x->ack_owed = true;
    }
    return m;
}

static unsigned window_now(const struct xport *x)
{
    return x->cwnd < x->peer_window ? x->cwnd : x->peer_window;
}

/* How many count against the window; the borne one, sent or about to be, does not. */
static unsigned outstanding(const struct xport *x)
{
    unsigned n = seq_gap(x->una, x->ns_send);

    return x->is_borne && n > 0 ? n - 1 : n;
}

static bool may_send(const struct xport *x)
{
    return x->to_send != NULL && outstanding(x) < window_now(x);
}

bool xport_has_news(const struct xport *x)
{
    return x->ack_owed || may_send(x);
}

/* ns_send has left.  The first to leave behind a borne one alone has a schedule of its own: that
 * the peer passes over one message says nothing of the way to it. */
static void note_sent(struct xport *x, struct xport_msg *m, uint64_t now)
{
    x->sent++;
    if (x->ns_send != x->ns_high) {
        x->retransmitted++;
        m->again = true;
    } else {
        m->sent_ms = (uint32_t)now;
        x->ns_high++;
        if (x->is_borne && x->ns_send == (uint16_t)(x->una + 1)) {
            x->tries = 0;
            x->rto_ms = rto_start(x);
            x->due_resend = 0;
        }
    }
    if (x->due_resend == 0)
        x->due_resend = now + x->rto_ms;
    x->ns_send++;
    x->to_send = m->next;
}

bool xport_poll(struct xport *x, uint64_t now, uint16_t peer_tunnel, struct wr *w)
{
    struct xport_msg *m = x->to_send;

    if (!xport_has_news(x))
        return false;
    x->ack_owed = false;
    if (!may_send(x)) {
        /* a ZLB: the next unused number, which it does not use (5.8; A-03) */
        packet_control_header(w, peer_tunnel, 0, x->ns_high, x->nr, PACKET_CONTROL_HEADER);
        return true;
    }
    packet_control_header(w, peer_tunnel, m->session, x->ns_send, x->nr,
                          (uint16_t)(PACKET_CONTROL_HEADER + m->n));
    wr_put(w, span_of(m->body, m->n));
    note_sent(x, m, now);
    return true;
}

static uint32_t backed_off(uint32_t rto_ms, uint32_t cap_ms)
{
    return rto_ms < cap_ms - rto_ms ? rto_ms * 2 : cap_ms;
}

/* To the oldest; the next poll sends it again with today's Nr (5.8, Appendix A). */
static void go_back(struct xport *x, uint64_t now, uint32_t rto_ms)
{
    x->ssthresh = x->cwnd / 2 > 0 ? x->cwnd / 2 : 1;
    x->cwnd = 1;
    x->cwnd_acks = 0;
    x->to_send = x->queue;
    x->ns_send = x->una;
    x->rto_ms = rto_ms;
    x->due_resend = now + rto_ms;
}

bool xport_tick(struct xport *x, uint64_t now)
{
    if (x->due_resend == 0 || now < x->due_resend)
        return false;
    if (x->tries >= x->max_tries)
        return true;
    x->tries++;
    go_back(x, now, backed_off(x->rto_ms, x->cap_ms));
    return false;
}

void xport_bear(struct xport *x, uint64_t now)
{
    if (x->una == x->ns_high)
        return;
    x->is_borne = true;
    x->tries = 0;
    go_back(x, now, x->cap_ms);
}

void xport_hurry(struct xport *x, uint64_t now)
{
    if (x->una == x->ns_high)
        return;
    x->tries = 0;
    go_back(x, now, x->is_borne ? x->cap_ms : rto_start(x));
}

bool xport_all_acked(const struct xport *x)
{
    return x->queue == NULL;
}

bool xport_is_busy(const struct xport *x)
{
    return seq_gap(x->una, x->ns_next) >= XPORT_BUSY;
}

uint32_t xport_rtt_ms(const struct xport *x)
{
    return x->srtt8 / 8;
}

static uint64_t sum_of(unsigned intervals, uint32_t rto_ms, uint32_t cap_ms)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < intervals; i++) {
        sum += rto_ms;
        rto_ms = backed_off(rto_ms, cap_ms);
    }
    return sum;
}

uint64_t xport_cycle_ms(unsigned max_tries, uint32_t cap_ms)
{
    return sum_of(max_tries, XPORT_RTO_MS, cap_ms > XPORT_CAP_LEAST ? cap_ms : XPORT_CAP_LEAST);
}

uint64_t xport_patience_ms(const struct xport *x)
{
    bool alone = seq_gap(x->una, x->ns_next) <= 1;
    /* what leaves behind a borne one begins the tries anew */
    unsigned tries = x->is_borne && !alone ? 0 : x->tries;
    uint64_t sum = sum_of(x->max_tries - tries + 1, x->rto_ms, x->cap_ms);

    return alone ? sum : sum + ((uint64_t)x->max_tries + 1) * x->cap_ms;
}

void xport_check(const struct xport *x)
{
    const struct xport_msg *m = x->queue;

    assert(seq_within(x->una, x->ns_send, x->ns_high));
    assert(seq_within(x->una, x->ns_high, x->ns_next));
    assert((x->due_resend != 0) == (x->una != x->ns_high));
    assert(x->una != x->ns_high || (x->tries == 0 && !x->is_borne));
    assert(outstanding(x) <= window_now(x) && x->tries <= x->max_tries);
    assert(x->cap_ms >= XPORT_CAP_LEAST);
    assert(x->rto_ms >= XPORT_RTO_MS && x->rto_ms <= x->cap_ms);
    assert(x->cwnd >= 1 && x->ssthresh >= 1 && x->cwnd <= x->peer_window);
    for (uint16_t ns = x->una; ns != x->ns_next; ns++) {
        assert(m != NULL);
        assert((ns == x->ns_send) == (m == x->to_send));
        assert(!m->again || seq_gap(x->una, ns) < seq_gap(x->una, x->ns_high));
        m = m->next;
    }
    assert(m == NULL);
    if (x->early == NULL)
        return;
    assert(x->early[early_slot(x->nr)] == NULL);
    for (unsigned ahead = x->window; ahead < XPORT_EARLY; ahead++)
        assert(x->early[early_slot((uint16_t)(x->nr + ahead))] == NULL);
}
