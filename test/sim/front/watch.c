/* What a front sends, looked at from outside: what it answers and what not, when it says something
 * again, how it ends; see front_sim.h. */
#include <string.h>

#include "front_sim.h"
#include "wire/lcp.h"

#define NEVER UINT64_MAX
#define TRIES 10 /* RFC 1661, 4.6: Max-Configure; and Max-Failure, Max-Terminate */
#define FAILURES 5
#define FAREWELLS 2

/* -- before ---------------------------------------------------------------------------------------
 */

bool watch_options(struct span options)
{
    while (options.n > 0) {
        size_t n = options.n < 2 ? 0 : options.p[1];

        if (n < 2 || n > options.n)
            return false;
        options.p += n;
        options.n -= n;
    }
    return true;
}

static bool is_lcp(const struct watch *w, uint8_t code)
{
    return w->protocol == LCP && w->is_packet && w->packet.code == code;
}

static void note_request(struct watch *w)
{
    struct span options = w->packet.options;

    if (options.n > FRONT_OPTIONS || !watch_options(options))
        return;
    if (!w->heard_request) {
        w->n_initial = (uint16_t)options.n;
        if (options.n > 0)
            memcpy(w->initial, options.p, options.n);
    }
    w->heard_request = true;
}

/* Of what comes, what the front's end may be explained by. */
static void note_input(struct watch *w)
{
    w->tries = 0;
    w->heard_lcp |= w->protocol == LCP && w->is_packet;
    w->strange |= w->protocol != LCP || !w->is_packet;
    if (is_lcp(w, 1))
        note_request(w);
    if (is_lcp(w, 2) && w->packet.id == w->ours_id &&
        span_eq(w->packet.options, span_of(w->ours, w->n_ours)))
        w->ours_acked = true;
    w->heard_no |= is_lcp(w, 3) || is_lcp(w, 4) || is_lcp(w, 8);
}

void watch_before(struct life *l, enum cause cause, struct span frame)
{
    struct watch *w = &l->watch;
    size_t info;

    w->cause = cause;
    w->frame = frame;
    w->state = cause == BY_BEGIN ? FRONT_RUNNING : front_state(&l->f);
    w->fault = cause == BY_BEGIN ? FRONT_FINE : front_fault(&l->f);
    w->answers = 0;
    w->protocol = 0;
    w->is_packet = false;
    w->strange |= cause == BY_REFUSED;
    if (cause != BY_INPUT)
        return;
    w->protocol = ppp_protocol(frame, &info);
    w->is_packet = w->protocol != 0 && ppp_read_packet(frame, info, &w->packet);
    note_input(w);
}

/* -- a frame --------------------------------------------------------------------------------------
 */

/* Said again it is the same, at its time, and not for ever. */
static void look_at_time(struct life *l, bool same)
{
    struct watch *w = &l->watch;

    if (w->cause == BY_TICK && !w->blind)
        hold(l, OF_TIMES,
             l->now >= w->timed + l->c.restart_ms && same &&
                 l->now <= w->timed + l->c.restart_ms + l->late_ms,
             "said again after %llu ms%s", (unsigned long long)(l->now - w->timed),
             same ? "" : ", and something else");
    w->timed = l->now;
    w->tries++;
    hold(l, OF_TIMES, w->tries <= TRIES || w->state == FRONT_FAILED, "said %u times in vain",
         w->tries);
}

static void look_at_request(struct life *l, const struct ppp_packet *p)
{
    struct watch *w = &l->watch;
    struct span before = span_of(w->ours, w->n_ours);
    bool same = w->ours_acked || (p->id == w->ours_id && span_eq(p->options, before));

    hold(l, OF_SHAPE, lcp_well_formed(p->options) && p->options.n <= FRONT_SENT,
         "a Request of what is no options");
    hold(l, OF_GOODBYE, w->state != FRONT_FAILED, "a Request after the end");
    hold(l, OF_ANSWERS, w->cause == BY_BEGIN || w->cause == BY_INPUT || w->cause == BY_TICK,
         "a Request that nobody has called for");
    look_at_time(l, same);
    if (p->id != w->ours_id || !span_eq(p->options, before))
        w->ours_acked = false;
    w->ours_id = p->id;
    w->n_ours = (uint16_t)p->options.n;
    if (p->options.n > 0)
        memcpy(w->ours, p->options.p, p->options.n);
}

/* Is this an answer to what has just come, and the only one? */
static bool answers(struct life *l, bool is_asked, uint8_t id)
{
    struct watch *w = &l->watch;
    bool good = w->cause == BY_INPUT && is_asked && w->packet.id == id && ++w->answers == 1;

    hold(l, OF_ANSWERS, good, "an answer that nobody has asked for");
    return good;
}

static bool is_wrong(const struct front_config *c, uint8_t type, struct span value)
{
    return type == 1 ? value.n != 2 || (value.p[0] << 8 | value.p[1]) > c->mru_most ||
                           (value.p[0] == 0 && value.p[1] < 128)
           : type == 2 ? value.n != 4
           : type == 5 ? value.n != 4 || memcmp(value.p, "\0\0\0\0", 4) == 0
                       : (type != 7 && type != 8) || value.n != 0;
}

/* All that was asked for, and nothing that only we could live with. */
static void look_at_ack(struct life *l, const struct ppp_packet *p)
{
    struct watch *w = &l->watch;
    unsigned seen = 0;

    if (!answers(l, is_lcp(w, 1), p->id))
        return;
    hold(l, OF_ACKS, span_eq(p->options, w->packet.options), "an Ack of other options");
    for (struct span o = p->options; watch_options(o) && o.n > 0;) {
        hold(l, OF_ACKS,
             !is_wrong(&l->c, o.p[0], span_of(o.p + 2, o.p[1] - 2u)) && !(seen >> o.p[0] & 1),
             "option %u should not have been acknowledged", o.p[0]);
        seen |= 1u << (o.p[0] & 31);
        o = span_of(o.p + o.p[1], o.n - o.p[1]);
    }
    w->naks = 0;
    w->n_acked = (uint16_t)p->options.n;
    if (p->options.n > 0)
        memcpy(w->acked, p->options.p, p->options.n);
}

/* Does our own magic number stand in it?  Then it says nothing of who is there. */
static bool is_echo_of_ours(const struct watch *w)
{
    struct rd r = rd_over(w->packet.options), value, mine;
    struct rd ours = rd_over(span_of(w->ours, w->n_ours));
    uint8_t type;
    bool has = false;

    while (ppp_next_option(&ours, &type, &mine))
        if (type == 5 && (has = true))
            break;
    while (has && ppp_next_option(&r, &type, &value))
        if (type == 5 && span_eq(span_of(value.p, rd_left(&value)), span_of(mine.p, 4)))
            return true;
    return false;
}

static void look_at_nak(struct life *l, const struct ppp_packet *p)
{
    struct watch *w = &l->watch;

    if (!answers(l, is_lcp(w, 1), p->id))
        return;
    hold(l, OF_NAKS, p->options.n > 0 && lcp_well_formed(p->options), "a Nak of nothing");
    if (is_echo_of_ours(w))
        return;
    w->naks++;
    hold(l, OF_NAKS, w->naks <= FAILURES || w->blind, "%u Naks without an Ack", w->naks);
}

/* What is rejected stands in the Request, in that order, as it was. */
static void look_at_reject(struct life *l, const struct ppp_packet *p)
{
    struct watch *w = &l->watch;
    struct span theirs, o = p->options;

    if (!answers(l, is_lcp(w, 1), p->id))
        return;
    hold(l, OF_NAKS, o.n > 0 && watch_options(o), "a Reject of nothing");
    theirs = w->packet.options;
    while (o.n > 0 && watch_options(o) && theirs.n > 0 && watch_options(theirs)) {
        struct span one = span_of(theirs.p, theirs.p[1]);

        if (span_eq(one, span_of(o.p, o.p[1])))
            o = span_of(o.p + o.p[1], o.n - o.p[1]);
        theirs = span_of(theirs.p + one.n, theirs.n - one.n);
    }
    hold(l, OF_NAKS, o.n == 0, "a Reject of what was not asked for");
}

static void look_at_terminate(struct life *l, const struct ppp_packet *p)
{
    struct watch *w = &l->watch;

    hold(l, OF_GOODBYE, front_state(&l->f) == FRONT_FAILED && ++w->farewells <= FAREWELLS,
         "%u Terminate-Requests", w->farewells);
    hold(l, OF_GOODBYE, w->farewells == 1 || (p->id == w->farewell_id && w->cause == BY_TICK),
         "another Terminate-Request");
    hold(l, OF_GOODBYE,
         front_fault(&l->f) != FRONT_HUNG_UP && front_fault(&l->f) != FRONT_SILENT &&
             front_fault(&l->f) != FRONT_GARBAGE && front_fault(&l->f) != FRONT_LOOPED,
         "a farewell to nobody");
    w->farewell_id = p->id;
    if (w->farewells > 1)
        look_at_time(l, true);
    w->timed = l->now;
}

static void look_at_terminate_ack(struct life *l, const struct ppp_packet *p)
{
    answers(l, is_lcp(&l->watch, 5), p->id);
}

static void look_at_code_reject(struct life *l, const struct ppp_packet *p)
{
    struct watch *w = &l->watch;
    bool unknown =
        w->protocol == LCP && w->is_packet && (w->packet.code < 1 || w->packet.code > 11);

    if (answers(l, unknown, w->packet.id))
        hold(l, OF_ANSWERS,
             p->options.n >= 4 && p->options.p[0] == w->packet.code &&
                 p->options.p[1] == w->packet.id,
             "a Code-Reject of something else");
}

static void look_at_protocol_reject(struct life *l, const struct ppp_packet *p)
{
    struct watch *w = &l->watch;
    bool unknown =
        w->protocol >= 0xc000 && w->protocol != LCP && w->protocol != PAP && w->protocol != CHAP;

    if (answers(l, unknown, w->packet.id))
        hold(l, OF_ANSWERS,
             p->options.n >= 2 && (p->options.p[0] << 8 | p->options.p[1]) == w->protocol,
             "a Protocol-Reject of something else");
}

static void look_at_echo_reply(struct life *l, const struct ppp_packet *p)
{
    struct watch *w = &l->watch;

    if (answers(l, is_lcp(w, 9) && w->ours_acked, p->id))
        hold(l, OF_ANSWERS,
             p->options.n >= 4 && w->packet.options.n == p->options.n &&
                 memcmp(p->options.p + 4, w->packet.options.p + 4, p->options.n - 4) == 0,
             "an Echo-Reply of something else");
}

typedef void look_fn(struct life *l, const struct ppp_packet *p);

static look_fn *const looks[] = {
    [1] = look_at_request,     [2] = look_at_ack,
    [3] = look_at_nak,         [4] = look_at_reject,
    [5] = look_at_terminate,   [6] = look_at_terminate_ack,
    [7] = look_at_code_reject, [8] = look_at_protocol_reject,
    [10] = look_at_echo_reply,
};
#define LOOKS (sizeof looks / sizeof looks[0])

/* RFC 1994, 4.1: each with an Identifier and a value of its own. */
static void look_at_challenge(struct life *l, const struct ppp_packet *p)
{
    struct watch *w = &l->watch;
    bool whole = p->options.n == 17 + strlen(OUR_NAME) && p->options.p[0] == 16;

    hold(l, OF_NO_JUDGE, p->code == 1, "code %u of CHAP: that is for the LNS to say", p->code);
    hold(l, OF_GOODBYE, w->state != FRONT_FAILED, "a Challenge after the end");
    hold(l, OF_ANSWERS, w->cause == BY_INPUT || w->cause == BY_TICK, "a Challenge out of the blue");
    hold(l, OF_SHAPE, whole, "a Challenge of %zu octets", p->options.n);
    if (!whole)
        return;
    hold(l, OF_TIMES,
         !w->has_challenge ||
             (p->id != w->challenge_id && memcmp(w->challenge, p->options.p + 1, 16) != 0),
         "the same Challenge again");
    look_at_time(l, true);
    w->has_challenge = true;
    w->challenge_id = p->id;
    memcpy(w->challenge, p->options.p + 1, 16);
}

static void look_at_frame(struct life *l, struct span frame)
{
    size_t info;
    uint16_t protocol = ppp_protocol(frame, &info);
    struct ppp_packet p;
    bool whole = frame.n >= 8 && frame.n <= FRONT_FRAME && info == 4 &&
                 ppp_read_packet(frame, info, &p) && p.options.n + 8 == frame.n;
    bool is_ours = protocol == LCP || protocol == CHAP;

    l->frames++;
    hold(l, OF_SHAPE, whole, "a frame that is none");
    hold(l, OF_NO_JUDGE, is_ours, "a frame of protocol %04x: that is for the LNS to say", protocol);
    if (!whole || !is_ours)
        return;
    hold(l, OF_GOODBYE,
         l->watch.state != FRONT_FAILED || (protocol == LCP && (p.code == 5 || p.code == 6)),
         "something else than a farewell after the end");
    if (protocol == CHAP)
        look_at_challenge(l, &p);
    else if (p.code < LOOKS && looks[p.code] != NULL)
        looks[p.code](l, &p);
    else
        hold(l, OF_SHAPE, false, "code %u of LCP", p.code);
}

/* -- after ----------------------------------------------------------------------------------------
 */

/* What has led to an end must explain it. */
static void look_at_fault(struct life *l)
{
    const struct watch *w = &l->watch;
    bool in = w->cause == BY_INPUT, tick = w->cause == BY_TICK, lcp = w->heard_lcp;
    const bool may[FRONT_FAULTS] = {
        [FRONT_SILENT] = tick && !lcp && !w->strange,
        [FRONT_GARBAGE] = tick && !lcp && w->strange,
        [FRONT_DIVERGES] = in && w->protocol == LCP,
        [FRONT_LOOPED] = in && is_lcp(w, 1),
        [FRONT_NO_AUTH] = in && w->heard_no,
        [FRONT_NO_NAME] = in && (w->protocol == PAP || w->protocol == CHAP),
        [FRONT_LONG_NAME] = in && w->protocol == CHAP,
        [FRONT_HUNG_UP] = w->cause == BY_HANGUP || (in && is_lcp(w, 5)),
        [FRONT_TIMED_OUT] = tick && lcp,
        [FRONT_ENDED] = w->cause == BY_END,
    };
    char text[FRONT_REASON];

    hold(l, OF_REASON, may[front_fault(&l->f)], "it ends as \"%s\"",
         front_describe(&l->f, text, sizeof text));
}

static void look_at_state(struct life *l)
{
    struct watch *w = &l->watch;
    enum front_state state = front_state(&l->f);
    uint64_t due = front_deadline(&l->f);

    if (w->state == FRONT_FAILED)
        hold(l, OF_END, state == FRONT_FAILED && front_fault(&l->f) == w->fault,
             "it goes on after its end");
    else if (state == FRONT_FAILED)
        look_at_fault(l);
    hold(l, OF_END, (state == FRONT_FAILED) == (front_fault(&l->f) != FRONT_FINE),
         "a fault without an end");
    if (w->state == FRONT_KNOWN && state == FRONT_RUNNING) {
        hold(l, OF_END, is_lcp(w, 1) || is_lcp(w, 6), "what was known is gone for nothing");
        w->base = l->now;
    }
    if (state == FRONT_RUNNING)
        hold(l, OF_END,
             due <= w->base + l->c.total_ms && l->now <= w->base + l->c.total_ms + l->late_ms,
             "it takes more than %u ms", (unsigned)l->c.total_ms);
    else if (state == FRONT_KNOWN)
        hold(l, OF_END, due == NEVER, "known, and in haste");
    else
        hold(l, OF_END,
             due == NEVER || (w->farewells > 0 && due <= w->timed + l->c.restart_ms) || w->blind,
             "it has an end without an end");
}

void watch_after(struct life *l)
{
    struct watch *w = &l->watch;
    unsigned added, before = w->queued;

    hold(l, OF_QUEUE, l->f.out_n <= FRONT_QUEUE, "%u frames wait", l->f.out_n);
    if (l->failure[0] != '\0')
        return;
    if (w->cause == BY_HANGUP)
        before = w->queued = 0;
    added = l->f.out_n - before;
    hold(l, OF_QUEUE, l->f.out_n >= before && added <= 2 && (w->cause != BY_HANGUP || added == 0),
         "%u frames at once", added);
    if (l->failure[0] != '\0')
        return;
    w->blind |= l->f.out_n == FRONT_QUEUE;
    for (unsigned i = before; i < l->f.out_n; i++) {
        unsigned slot = (l->f.out_first + i) % FRONT_QUEUE;
        struct span frame = span_of(l->f.out[slot], l->f.out_length[slot]);

        w->queue[w->queued++] = digest_of(frame);
        look_at_frame(l, frame);
    }
    look_at_state(l);
}

void watch_taken(struct life *l, struct span frame)
{
    struct watch *w = &l->watch;

    hold(l, OF_QUEUE,
         frame.n == 0 ? w->queued == 0 : w->queued > 0 && digest_of(frame) == w->queue[0],
         "something else than was said");
    if (w->queued == 0 || frame.n == 0)
        return;
    w->queued--;
    memmove(w->queue, w->queue + 1, w->queued * sizeof w->queue[0]);
}
