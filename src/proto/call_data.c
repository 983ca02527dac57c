/* Data of one session: sequence numbers, both ways, and frames that wait for their turn.
 *
 * Frames in order go on at once.  One that comes early waits, if the profile lets it, until those
 * before it have come or their time is over; then it stands in "ready", from where the host takes
 * it by its events.  As long as something stands there, whatever comes joins its end: the order is
 * kept.  RFC 2661, 5.4. */
#include <stdlib.h>
#include <string.h>

#include "base/seq.h"
#include "proto/call_parts.h"
#include "wire/ppp.h"
#include "wire/quirks.h"

#define OLD_RUN 5               /* "old" frames in order among themselves: counted from 0 again */
#define HELD_MOST 64            /* frames of a call that wait */
#define HELD_OCTETS (16u << 20) /* of all calls */

/* A LAC does as its LNS does, unless it has demanded sequencing itself. */
static void follow_habit(struct call *c, bool sequenced)
{
    if (c->send_sequence != sequenced && call_is_lac(c) && !c->must_sequence)
        c->send_sequence = sequenced;
}

static size_t held_size(size_t n)
{
    return sizeof(struct held) + n;
}

void call_frame_free(size_t *held_octets, struct held *h)
{
    if (h == NULL)
        return;
    *held_octets -= held_size(h->n);
    free(h);
}

static struct held *held_copy(struct call *c, uint64_t now, const struct packet *p)
{
    size_t size = held_size(p->body.n);
    struct held *h = *c->tunnel->held_octets + size <= HELD_OCTETS ? malloc(size) : NULL;

    if (h == NULL)
        return NULL;
    *c->tunnel->held_octets += size;
    *h = (struct held){.ns = p->ns, .at = now, .priority = p->priority, .n = p->body.n};
    memcpy(h->octets, p->body.p, p->body.n);
    return h;
}

static void make_ready(struct call *c, struct held *h)
{
    h->next = NULL;
    if (c->ready == NULL)
        c->ready_end = &c->ready;
    *c->ready_end = h;
    c->ready_end = &h->next;
    call_tell(c, NEWS_FRAMES);
}

/* None waits longer than the profile says, in whatever order they have come. */
static void set_due(struct call *c)
{
    uint64_t oldest = UINT64_MAX;

    for (const struct held *h = c->held; h != NULL; h = h->next)
        oldest = h->at < oldest ? h->at : oldest;
    c->due_reorder = c->held != NULL ? oldest + c->tunnel->p.reorder_ms : 0;
}

/* Those that are in order now. */
static void release_run(struct call *c)
{
    struct held *h;

    while ((h = c->held) != NULL && h->ns == c->data_nr) {
        c->held = h->next;
        c->n_held--;
        c->data_nr++;
        c->reordered++;
        make_ready(c, h);
    }
    set_due(c);
}

/* What should have come before the first that waits is given up. */
static void skip_gap(struct call *c)
{
    c->gaps++;
    c->data_nr = c->held->ns;
    release_run(c);
}

/* Its place among those that wait; false: it is there already, or there is no memory. */
static bool hold(struct call *c, uint64_t now, const struct packet *p)
{
    struct held **at = &c->held, *h;

    while (*at != NULL && seq_before((*at)->ns, p->ns))
        at = &(*at)->next;
    if (*at != NULL && (*at)->ns == p->ns)
        return false;
    h = held_copy(c, now, p);
    if (h == NULL)
        return false;
    h->next = *at;
    *at = h;
    c->n_held++;
    set_due(c);
    return true;
}

/* An "old" number: dropped, but after a run of them that are in order we go on from there: the peer
 * has begun to count anew. */
static bool is_begun_again(struct call *c, uint16_t ns)
{
    c->old_run = ns == c->old_next ? c->old_run + 1 : 1;
    c->old_next = (uint16_t)(ns + 1);
    return c->old_run >= OLD_RUN;
}

/* Goes on now, or at the end of those that wait to be taken. */
static enum call_frame go_on(struct call *c, uint64_t now, const struct packet *p)
{
    struct held *h;

    if (c->ready == NULL)
        return FRAME_CARRY;
    h = held_copy(c, now, p);
    if (h == NULL)
        return FRAME_DROPPED;
    make_ready(c, h);
    return FRAME_WAITS;
}

static bool is_early(const struct call *c, uint16_t ns)
{
    return ns != c->data_nr && !seq_before(ns, c->data_nr);
}

static enum call_frame take_numbered(struct call *c, uint64_t now, const struct packet *p)
{
    enum call_frame fate;

    /* first of all, as whoever would fill a part of a gap is late once that has been given up */
    while (c->n_held >= HELD_MOST && is_early(c, p->ns))
        skip_gap(c);
    if (seq_before(p->ns, c->data_nr)) {
        if (!is_begun_again(c, p->ns)) {
            c->old_dropped++;
            return FRAME_DROPPED;
        }
        while (c->held != NULL)
            skip_gap(c);
    } else if (is_early(c, p->ns) && c->tunnel->p.reorder_ms > 0) {
        return hold(c, now, p) ? FRAME_WAITS : FRAME_DROPPED;
    }
    c->gaps += p->ns != c->data_nr;
    c->old_run = 0;
    c->data_nr = (uint16_t)(p->ns + 1);
    fate = go_on(c, now, p);
    release_run(c);
    return fate;
}

enum call_frame call_frame_in(struct call *c, uint64_t now, const struct packet *p)
{
    enum call_frame fate;

    if (c->state != ESTABLISHED) {
        c->early_dropped++;
        return FRAME_DROPPED;
    }
    fate = p->has_sequence ? take_numbered(c, now, p) : go_on(c, now, p);
    if (fate == FRAME_DROPPED)
        return fate;
    follow_habit(c, p->has_sequence);
    c->frames_in++;
    c->octets_in += p->body.n;
    return fate;
}

struct held *call_next_frame(struct call *c)
{
    struct held *h = c->ready;

    if (h != NULL)
        c->ready = h->next;
    return h;
}

void call_data_tick(struct call *c, uint64_t now)
{
    while (c->due_reorder != 0 && now >= c->due_reorder)
        skip_gap(c);
}

static void free_all(struct call *c, struct held **list)
{
    while (*list != NULL) {
        struct held *h = *list;

        *list = h->next;
        call_frame_free(c->tunnel->held_octets, h);
    }
}

void call_data_free(struct call *c)
{
    free_all(c, &c->held);
    free_all(c, &c->ready);
    c->n_held = 0;
    c->due_reorder = 0;
}

void call_sequence(struct call *c, bool on)
{
    if (!call_is_lac(c) && !c->must_sequence)
        c->send_sequence = on;
}

size_t call_frame_out(struct call *c, uint8_t *frame, size_t n, bool priority)
{
    const struct tunnel *t = c->tunnel;
    bool first = t->p.priority_bit && !(t->quirks & QUIRK_NO_PRIORITY) &&
                 (priority || ppp_is_echo(span_of(frame, n)));
    struct packet_data d = {t->peer_id,       c->peer_id, t->p.length_bit,
                            c->send_sequence, first,      0};

    if (c->state != ESTABLISHED)
        return 0;
    if (c->send_sequence)
        d.ns = c->data_ns++;
    c->frames_out++;
    c->octets_out += n;
    return packet_data_header(&d, frame, n);
}
