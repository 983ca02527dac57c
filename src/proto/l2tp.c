/* The engine's verbs; see l2tp.h.  What arrives is dealt with in input.c, what is to be told in
 * events.c. */
#include "proto/l2tp.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/call_parts.h"
#include "proto/engine.h"
#include "proto/silence.h"

#define HALF_TOTAL 256
#define HALF_PER_SOURCE 64

/* The owner of an embedded heap node. */
#define OWNER(type, node_) ((type *)(void *)((char *)(node_)-offsetof(type, due)))

struct l2tp *l2tp_new(const struct l2tp_host *host, uint32_t serial)
{
    struct l2tp *e = calloc(1, sizeof *e);

    if (e == NULL)
        return NULL;
    e->host = *host;
    e->serial = serial;
    e->touched_end = &e->touched;
    l2tp_limit_half_open(e, HALF_TOTAL, HALF_PER_SOURCE);
    registry_init(&e->reg, &e->host);
    return e;
}

void l2tp_limit_half_open(struct l2tp *e, unsigned total, unsigned per_source)
{
    e->half_total = total;
    e->half_per_source = per_source;
}

bool engine_may_answer(struct l2tp *e, uint64_t now)
{
    if (now >= e->answers_since + ANSWERS_MS) {
        e->answers_since = now;
        e->answers = 0;
    }
    return e->answers++ < ANSWERS;
}

/* Adding and freeing. */

struct tunnel *engine_add_tunnel(struct l2tp *e, uint64_t now, const struct l2tp_profile *p,
                                 const struct addr *local, const struct addr *peer, bool initiator,
                                 const uint8_t *request)
{
    uint16_t id = registry_tunnel_id(&e->reg, now);
    struct tunnel *t;

    if (id == 0 || !heap_reserve(&e->due_tunnels))
        return NULL;
    t = tunnel_new(&e->host, p, id, peer, now);
    if (t == NULL) {
        heap_release(&e->due_tunnels);
        return NULL;
    }
    t->held_octets = &e->held_octets;
    t->local = *local;
    t->initiator = initiator;
    if (request != NULL)
        memcpy(t->request, request, MD5_SIZE);
    t->next = e->tunnels;
    if (t->next != NULL)
        t->next->prev = t;
    e->tunnels = t;
    registry_add_tunnel(&e->reg, t);
    return t;
}

void engine_free_tunnel(struct l2tp *e, struct tunnel *t, uint64_t now)
{
    heap_take(&e->due_tunnels, &t->due);
    heap_release(&e->due_tunnels);
    registry_remove_tunnel(&e->reg, t, now);
    if (t->path != NULL && e->host.path_left != NULL)
        e->host.path_left(e->host.ctx, t->path);
    if (t->next != NULL)
        t->next->prev = t->prev;
    if (t->prev != NULL)
        t->prev->next = t->next;
    else
        e->tunnels = t->next;
    tunnel_free(t);
}

struct call *engine_add_call(struct l2tp *e, uint64_t now, struct tunnel *t, enum table table)
{
    uint16_t id = registry_call_id(&e->reg, now);
    struct call *c;

    if (id == 0 || !heap_reserve(&e->due_calls))
        return NULL;
    c = call_new(t, table, id, now);
    if (c == NULL) {
        heap_release(&e->due_calls);
        return NULL;
    }
    registry_add_call(&e->reg, c);
    return c;
}

void engine_free_call(struct l2tp *e, struct call *c, uint64_t now)
{
    heap_take(&e->due_calls, &c->due);
    heap_release(&e->due_calls);
    registry_remove_call(&e->reg, c, now);
    call_free(c);
}

void l2tp_free(struct l2tp *e)
{
    call_frame_free(&e->held_octets, e->given);
    while (e->tunnels != NULL) {
        while (e->tunnels->calls != NULL)
            engine_free_call(e, e->tunnels->calls, 0);
        engine_free_tunnel(e, e->tunnels, 0);
    }
    heap_free(&e->due_tunnels);
    heap_free(&e->due_calls);
    registry_free(&e->reg);
    bytes_wipe(e->arena, sizeof e->arena);
    free(e);
}

/* Settling. */

void engine_touch(struct l2tp *e, struct tunnel *t)
{
    uint64_t due = tunnel_due(t);

    if (due != 0)
        heap_put(&e->due_tunnels, &t->due, due);
    else
        heap_take(&e->due_tunnels, &t->due);
    if (t->is_touched)
        return;
    t->is_touched = true;
    t->touched_next = NULL;
    *e->touched_end = t;
    e->touched_end = &t->touched_next;
}

void engine_settle_call(struct l2tp *e, struct call *c, uint64_t now)
{
    if (c->tunnel->lost_word)
        engine_settle(e, c->tunnel, c->tunnel->state, now);
    registry_update_call(&e->reg, c);
    if (call_due(c) != 0)
        heap_put(&e->due_calls, &c->due, call_due(c));
    else
        heap_take(&e->due_calls, &c->due);
    engine_touch(e, c->tunnel);
}

/* An OCRQ goes only to a LAC that has said what it can dial with (6.9, 4.4.3). */
static struct verdict may_ask(const struct call *c)
{
    const struct tunnel *t = c->tunnel;

    if (c->table != TABLE_LNS_OUT)
        return verdict_ok();
    if (!t->peer_has_bearer || (c->bearer != 0 && (c->bearer & t->peer_bearer) == 0))
        return verdict_make(DAMAGE_SESSION, CDN_NO_FACILITIES, ERROR_NONE,
                            "the peer places no such calls (bearer capabilities)");
    if ((c->framing & t->peer_framing) == 0)
        return verdict_make(DAMAGE_SESSION, CDN_NO_FACILITIES, ERROR_NONE,
                            "the peer has no such framing");
    return verdict_ok();
}

/* Announces the calls that wait, as long as the tunnel's queue is short. */
static void open_waiting(struct l2tp *e, struct tunnel *t, uint64_t now)
{
    while (t->waiting != NULL && !xport_is_busy(&t->x)) {
        struct call *c = call_next_waiting(t);
        struct verdict v = may_ask(c);

        call_event(c, now, v.damage == DAMAGE_NONE ? EVENT_TUNNEL_OPEN : EVENT_CLOSE, v);
        engine_settle_call(e, c, now);
    }
}

/* A tunnel of the same peer with the same id has come up: the older one is a ghost, for an id
 * cannot stand for two.  It dies without a word, which would hit the new one. */
static void bury_ghosts(struct l2tp *e, struct tunnel *t, uint64_t now)
{
    struct tunnel *ghost;

    while ((ghost = registry_find_live(&e->reg, t)) != NULL) {
        enum state was = ghost->state;

        tunnel_event(
            ghost, now, EVENT_SILENCE,
            verdict_for(FAULT_GIVES_WAY,
                        verdict_make(DAMAGE_TUNNEL, STOPCCN_EXISTS, ERROR_NONE,
                                     "the peer has begun anew as tunnel %u", (unsigned)t->id)));
        engine_settle(e, ghost, was, now);
    }
}

/* Two that were begun at once, where there may be one: that which comes up later ends. */
static void keep_exclusive(struct l2tp *e, struct tunnel *t, uint64_t now)
{
    if (t->p.exclusive && !t->initiator &&
        registry_find_exclusive(&e->reg, &t->peer, t->peer_name, t) != NULL)
        tunnel_close(t, now,
                     verdict_make(DAMAGE_TUNNEL, STOPCCN_EXISTS, ERROR_NONE,
                                  "the peer has a tunnel already, and may have one only"));
}

void engine_settle(struct l2tp *e, struct tunnel *t, enum state was, uint64_t now)
{
    bool was_live = was != STOPPING && was != STOPPED && was != DEAD;

    if (t->lost_word && tunnel_is_live(t))
        tunnel_close(
            t, now,
            verdict_for(FAULT_NO_ROOM, verdict_make(DAMAGE_TUNNEL, STOPCCN_ERROR, ERROR_RESOURCES,
                                                    "no room for a message")));
    t->lost_word = false;
    registry_update_tunnel(&e->reg, t);
    if (was != ESTABLISHED && t->state == ESTABLISHED) {
        bury_ghosts(e, t, now);
        keep_exclusive(e, t, now);
    }
    if (t->state == ESTABLISHED)
        open_waiting(e, t, now);
    if (was_live && !tunnel_is_live(t))
        for (struct call *c = t->calls; c != NULL; c = c->next) {
            call_event(c, now, EVENT_TUNNEL_GONE,
                       verdict_for(FAULT_WITH_TUNNEL,
                                   verdict_make(DAMAGE_SESSION, CDN_ADMINISTRATIVE, ERROR_NONE,
                                                "its tunnel has ended")));
            engine_settle_call(e, c, now);
        }
    engine_touch(e, t);
}

/* Verbs. */

uint16_t l2tp_open(struct l2tp *e, uint64_t now, const struct addr *local, const struct addr *peer,
                   const struct l2tp_profile *profile, void *host_data)
{
    struct tunnel *t = engine_add_tunnel(e, now, profile, local, peer, true, NULL);

    if (t == NULL)
        return 0;
    t->host_data = host_data;
    tunnel_open(t, now);
    engine_settle(e, t, IDLE, now);
    return t->id;
}

static void keep_text(const char *from, char *to, size_t room)
{
    if (from != NULL)
        span_to_str(span_str(from), to, room);
}

uint16_t l2tp_call(struct l2tp *e, uint64_t now, uint16_t tunnel, const struct l2tp_call_spec *spec,
                   void *host_data)
{
    struct tunnel *t = e->reg.tunnel[tunnel];
    struct call *c;

    if (t == NULL || !tunnel_is_live(t))
        return 0;
    c = engine_add_call(e, now, t, spec->outgoing ? TABLE_LNS_OUT : TABLE_LAC_IN);
    if (c == NULL)
        return 0;
    c->host_data = host_data;
    c->serial = e->serial++;
    c->bearer = spec->bearer;
    c->framing = spec->framing;
    c->minimum_bps = spec->minimum_bps;
    c->maximum_bps = spec->maximum_bps;
    c->tx_bps = spec->tx_bps;
    c->rx_bps = spec->rx_bps;
    c->has_channel = spec->has_channel;
    c->channel = spec->channel;
    keep_text(spec->called, c->called, sizeof c->called);
    keep_text(spec->calling, c->calling, sizeof c->calling);
    keep_text(spec->sub_address, c->sub_address, sizeof c->sub_address);
    keep_text(spec->private_group, c->group, sizeof c->group);
    c->proxy = spec->proxy != NULL ? call_proxy_copy(spec->proxy) : NULL;
    if (!spec->outgoing) {
        c->line = spec->line.has != 0 ? call_line_copy(&spec->line) : NULL;
        c->tells_speed = spec->tells_speed;
        c->must_sequence = spec->must_sequence;
    }
    call_event(c, now, EVENT_OPEN, verdict_ok());
    tunnel_event(t, now, EVENT_OPEN, verdict_ok()); /* it is there: nothing but the call changes */
    call_wait(c);
    engine_settle_call(e, c, now);
    engine_settle(e, t, t->state, now);
    return c->id;
}

void l2tp_bearer_up(struct l2tp *e, uint64_t now, uint16_t call)
{
    struct call *c = e->reg.call[call];

    if (c == NULL)
        return;
    call_event(c, now, EVENT_BEARER_UP, verdict_ok());
    engine_settle_call(e, c, now);
}

void l2tp_hang_up(struct l2tp *e, uint64_t now, uint16_t call, unsigned result, unsigned error,
                  const char *text)
{
    l2tp_hang_up_cause(e, now, call, result, error, text, NULL);
}

void l2tp_hang_up_cause(struct l2tp *e, uint64_t now, uint16_t call, unsigned result,
                        unsigned error, const char *text, const struct call_cause *cause)
{
    struct call *c = e->reg.call[call];

    if (c == NULL || c->state == DEAD)
        return;
    call_end(c, now,
             call_is_lac(c) && result != CDN_ADMINISTRATIVE ? EVENT_BEARER_DOWN : EVENT_CLOSE,
             verdict_make(DAMAGE_SESSION, result, error, "%s", text), cause);
    engine_settle_call(e, c, now);
}

void l2tp_line_info(struct l2tp *e, uint64_t now, uint16_t call, uint32_t send, uint32_t receive)
{
    struct call *c = e->reg.call[call];

    if (c == NULL)
        return;
    call_line_info(c, now, send, receive);
    engine_settle_call(e, c, now);
}

void l2tp_line_errors(struct l2tp *e, uint64_t now, uint16_t call, const uint32_t errors[6])
{
    struct call *c = e->reg.call[call];

    if (c == NULL)
        return;
    call_line_errors(c, now, errors);
    engine_settle_call(e, c, now);
}

void l2tp_sequence(struct l2tp *e, uint16_t call, bool on)
{
    if (e->reg.call[call] != NULL)
        call_sequence(e->reg.call[call], on);
}

void l2tp_carried(struct l2tp *e, uint64_t now, uint16_t call, const struct l2tp_carried *carried)
{
    struct call *c = e->reg.call[call];

    if (c == NULL)
        return;
    if (carried->frames_in > c->frames_in)
        c->tunnel->heard = c->tunnel->data_heard = now;
    c->frames_in = carried->frames_in;
    c->octets_in = carried->octets_in;
    c->frames_out = carried->frames_out;
    c->octets_out = carried->octets_out;
    c->gaps = carried->gaps;
    c->old_dropped = carried->late;
}

void l2tp_mark(struct l2tp *e, uint8_t ecn)
{
    e->ecn = ecn;
}

void l2tp_leave_early(struct l2tp *e, bool on)
{
    e->leaves_early = on;
}

void l2tp_close(struct l2tp *e, uint64_t now, uint16_t tunnel, unsigned result, unsigned error,
                const char *text)
{
    struct tunnel *t = e->reg.tunnel[tunnel];
    enum state was;

    if (t == NULL)
        return;
    was = t->state;
    tunnel_close(t, now, verdict_make(DAMAGE_TUNNEL, result, error, "%s", text));
    engine_settle(e, t, was, now);
}

bool l2tp_probe(struct l2tp *e, uint64_t now, uint16_t tunnel, uint32_t within_ms)
{
    struct tunnel *t = e->reg.tunnel[tunnel];

    if (t == NULL || t->state != ESTABLISHED || !tunnel_probe(t, now, within_ms))
        return false;
    engine_settle(e, t, t->state, now);
    return true;
}

void l2tp_hurry(struct l2tp *e, uint64_t now, uint16_t tunnel)
{
    struct tunnel *t = e->reg.tunnel[tunnel];

    if (t == NULL)
        return;
    xport_hurry(&t->x, now);
    engine_settle(e, t, t->state, now);
}

void l2tp_set_call_data(struct l2tp *e, uint16_t call, void *host_data)
{
    struct call *c = e->reg.call[call];

    if (c == NULL)
        return;
    c->host_data = host_data;
    c->was_carried = c->was_carried || (c->was_up && host_data != NULL);
}

void l2tp_set_tunnel_path(struct l2tp *e, uint16_t tunnel, void *path)
{
    if (e->reg.tunnel[tunnel] != NULL)
        e->reg.tunnel[tunnel]->path = path;
}

void l2tp_set_tunnel_data(struct l2tp *e, uint16_t tunnel, void *host_data)
{
    if (e->reg.tunnel[tunnel] != NULL)
        e->reg.tunnel[tunnel]->host_data = host_data;
}

size_t l2tp_data_header(struct l2tp *e, uint64_t now, uint16_t call, uint8_t *frame, size_t n)
{
    return l2tp_relay_header(e, now, call, frame, n, false);
}

size_t l2tp_relay_header(struct l2tp *e, uint64_t now, uint16_t call, uint8_t *frame, size_t n,
                         bool priority)
{
    struct call *c = e->reg.call[call];
    size_t header = c != NULL ? call_frame_out(c, frame, n, priority) : 0;

    if (header > 0 && silence_data_sent(c->tunnel, now))
        engine_touch(e, c->tunnel);
    return header;
}

/* Time. */

static struct heap_node *due_by(const struct heap *h, uint64_t now)
{
    struct heap_node *top = heap_top(h);

    return top != NULL && top->due <= now ? top : NULL;
}

void l2tp_tick(struct l2tp *e, uint64_t now)
{
    struct heap_node *node;

    while ((node = due_by(&e->due_calls, now)) != NULL) {
        struct call *c = OWNER(struct call, node);

        call_tick(c, now);
        engine_settle_call(e, c, now);
    }
    while ((node = due_by(&e->due_tunnels, now)) != NULL) {
        struct tunnel *t = OWNER(struct tunnel, node);
        enum state was = t->state;

        tunnel_tick(t, now);
        engine_settle(e, t, was, now);
    }
}

uint64_t l2tp_deadline(const struct l2tp *e)
{
    const struct heap_node *t = heap_top(&e->due_tunnels), *c = heap_top(&e->due_calls);

    if (t == NULL || c == NULL)
        return t != NULL ? t->due : c != NULL ? c->due : 0;
    return t->due < c->due ? t->due : c->due;
}

/* Looking. */

const struct tunnel *l2tp_tunnel(const struct l2tp *e, uint16_t id)
{
    return e->reg.tunnel[id];
}

const struct call *l2tp_call_by_id(const struct l2tp *e, uint16_t id)
{
    return e->reg.call[id];
}

const struct tunnel *l2tp_first(const struct l2tp *e)
{
    return e->tunnels;
}

struct l2tp_counts l2tp_counts(const struct l2tp *e)
{
    struct l2tp_counts counts = {
        .tunnels = e->reg.n_tunnels, .calls = e->reg.n_calls, .half_open = e->reg.n_half};

    memcpy(counts.dropped, e->dropped, sizeof counts.dropped);
    return counts;
}

/* Asserts what must hold of a call; adds up the octets of its data that wait. */
static void check_call(const struct l2tp *e, const struct tunnel *t, const struct call *c,
                       size_t *octets)
{
    unsigned held = 0;

    assert(c->tunnel == t && e->reg.call[c->id] == c);
    assert(c->state == DEAD || tunnel_is_live(t));
    assert((call_due(c) != 0) == (c->due.place != 0));
    assert(c->due.place == 0 || c->due.due == call_due(c));
    assert(c->is_coming == (c->state != ESTABLISHED && c->state != DEAD));
    assert(c->news == 0 || c->is_newsy);
    assert(!c->is_newsy || t->is_touched);
    for (const struct held *h = c->held; h != NULL; h = h->next, held++)
        *octets += sizeof *h + h->n;
    for (const struct held *h = c->ready; h != NULL; h = h->next)
        *octets += sizeof *h + h->n;
    assert(held == c->n_held && (c->held != NULL) >= (c->due_reorder != 0));
    assert(c->ready == NULL || c->state == DEAD || (c->news & NEWS_FRAMES));
}

/* The same of a tunnel and its calls; returns how many these are. */
static unsigned check_tunnel(const struct l2tp *e, const struct tunnel *t, size_t *octets)
{
    unsigned calls = 0, coming = 0, newsy = 0, waiting = 0;

    xport_check(&t->x);
    assert(e->reg.tunnel[t->id] == t);
    assert(t->is_half == (!t->initiator && !t->was_up && t->state != DEAD));
    assert((tunnel_due(t) != 0) == (t->due.place != 0) || t->is_touched);
    assert(t->due.place == 0 || t->due.due == tunnel_due(t) || t->is_touched);
    for (const struct call *c = t->calls; c != NULL; c = c->next, calls++) {
        check_call(e, t, c, octets);
        coming += c->is_coming;
        newsy += c->is_newsy;
        waiting += c->is_waiting;
    }
    assert(calls == t->n_calls && coming == t->n_coming);
    for (const struct call *c = t->newsy; c != NULL; c = c->newsy_next, newsy--)
        assert(c->is_newsy && c->tunnel == t);
    for (const struct call *c = t->waiting; c != NULL; c = c->waiting_next, waiting--)
        assert(c->is_waiting && c->tunnel == t && (c->state == WAIT_TUNNEL || c->state == DEAD));
    assert(newsy == 0 && waiting == 0);
    return calls;
}

void l2tp_check(const struct l2tp *e)
{
    unsigned tunnels = 0, calls = 0, half = 0;
    size_t octets = 0;

    for (const struct tunnel *t = e->tunnels; t != NULL; t = t->next, tunnels++) {
        calls += check_tunnel(e, t, &octets);
        half += t->is_half;
    }
    assert(tunnels == e->reg.n_tunnels && calls == e->reg.n_calls && half == e->reg.n_half);
    if (e->given != NULL)
        octets += sizeof *e->given + e->given->n;
    assert(octets == e->held_octets);
}
