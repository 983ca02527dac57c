/* The two calls that a switch has joined: what comes by one goes on in the other; see bearer.h.
 *
 * Frames are passed on as they are; each leg has its own header, with its own sequence numbers, length
 * and priority bit (RFC 2661, 3.1).  What comes before the other leg is open is kept, a few frames of
 * each call: the caller's first Configure-Request would otherwise come again after its restart timer
 * only, which is 3 s as a rule (RFC 1661, 4.6), and the second leg is up in a fraction of that.  More
 * than its negotiation nobody says by then, so what is beyond the bound is dropped, and counted. */
#include <string.h>

#include "bearer_parts.h"

#define KEPT_MOST 8        /* frames of a leg */
#define KEPT_IN_ALL 1024u  /* and of all of them: some 4 MiB */

static unsigned kept_in_all;

struct bearer *bearer_start_leg(struct hub *h, const struct call *c, const struct conf_peer *peer,
                                bool is_lac, const char **why)
{
    struct bearer *b = bearer_new(h, c, why);

    if (b == NULL)
        return NULL;
    b->is_bare = b->is_leg = true;
    b->is_lac = is_lac;
    b->is_open = !is_lac; /* the first one is up before there is a second */
    b->dscp = peer->dscp;
    b->auto_sequence = !is_lac && peer->flow == CONF_FLOW_AUTO;
    return b;
}

void bearer_join(struct bearer *in, struct bearer *out)
{
    in->far = out;
    out->far = in;
}

/* As the peer's LNS we decide whether data are numbered: as long as PPP needs them in order (5.4). */
static void look(struct bearer *b, bool from_user, struct span frame)
{
    if (ppp_watch_is_up(&b->watch) && (ppp_is_plainly_data(frame) || ppp_is_data(frame)))
        return;
    ppp_watch_frame(&b->watch, !from_user, frame);
    l2tp_sequence(b->hub->engine, b->call_id,
                  !ppp_watch_is_up(&b->watch) || ppp_watch_needs_order(&b->watch));
}

/* Takes the buffer. */
static void send(struct bearer *b, struct buf *frame, bool priority)
{
    uint8_t tos = bearer_tos(b, buf_span(frame));
    size_t n = b->udp == NULL ? 0
                              : l2tp_relay_header(b->hub->engine, loop_now(b->hub->loop), b->call_id,
                                                  frame->data + frame->off, frame->len, priority);

    if (n == 0) {
        b->leg_dropped++;
        buf_put(frame);
        return;
    }
    frame->off -= n;
    frame->len += n;
    udp_send_buf(b->udp, &b->local, &b->peer, tos, frame);
}

static struct buf *copy_of(struct span frame)
{
    struct buf *copy = frame.n <= BUF_ROOM ? buf_get() : NULL;

    if (copy != NULL) {
        memcpy(copy->data + copy->off, frame.p, frame.n);
        copy->len = frame.n;
    }
    return copy;
}

static void keep(struct bearer *b, struct span frame)
{
    struct buf *copy = b->n_kept < KEPT_MOST && kept_in_all < KEPT_IN_ALL ? copy_of(frame) : NULL;
    struct buf **end = &b->kept;

    if (copy == NULL) {
        b->leg_dropped++;
        return;
    }
    while (*end != NULL)
        end = &(*end)->next;
    copy->next = NULL;
    *end = copy;
    b->n_kept++;
    kept_in_all++;
}

static struct buf *take_kept(struct bearer *b)
{
    struct buf *first = b->kept;

    if (first == NULL)
        return NULL;
    b->kept = first->next;
    b->n_kept--;
    kept_in_all--;
    return first;
}

void bearer_leg_carry(struct bearer *b, struct span frame, bool priority)
{
    struct bearer *to = b->far;
    struct buf *copy;

    if (b->auto_sequence)
        look(b, true, frame);
    if (to == NULL || !to->is_open) {
        keep(b, frame);
        return;
    }
    if (to->auto_sequence)
        look(to, false, frame);
    copy = copy_of(frame);
    if (copy != NULL)
        send(to, copy, priority);
    else
        to->leg_dropped++;
}

void bearer_leg_open(struct bearer *b)
{
    struct buf *frame;

    b->is_open = true;
    while (b->far != NULL && (frame = take_kept(b->far)) != NULL)
        send(b, frame, false);
}

void bearer_leg_line_info(struct bearer *b, uint32_t send_map, uint32_t receive_map)
{
    if (b->far != NULL)
        l2tp_line_info(b->hub->engine, loop_now(b->hub->loop), b->far->call_id, send_map, receive_map);
}

void bearer_leg_part(struct bearer *b)
{
    struct buf *frame;

    while ((frame = take_kept(b)) != NULL)
        buf_put(frame);
    if (b->far != NULL)
        b->far->far = NULL;
    b->far = NULL;
}
