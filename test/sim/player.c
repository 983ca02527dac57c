/* A scripted peer's octets and manners; see player.h.  Numbers stand here as they are in RFC 2661,
 * on purpose beside those of the wire floor. */
#include "player.h"

#include <string.h>

#include "base/md5.h"
#include "base/seq.h"

#define HEADER 12
#define FLAGS 0xc802u
#define TRIES 12
#define PAUSE_MS 70000u /* longer than any interval of HELLOs */

enum {
    T_SCCRQ = 1,
    T_SCCRP,
    T_SCCCN,
    T_STOPCCN,
    T_HELLO = 6,
    T_OCRQ,
    T_ICRQ = 10,
    T_ICRP,
    T_ICCN,
    T_CDN = 14,
    T_WEN,
    T_SLI
};

/* Writing. */

static void put_head(struct wr *w, unsigned length, uint16_t vendor, uint16_t number, bool m)
{
    wr_u16(w, (uint16_t)((m ? 0x8000u : 0) | (length & 0x3ffu)));
    wr_u16(w, vendor);
    wr_u16(w, number);
}

static void put16(struct wr *w, uint16_t number, uint16_t value)
{
    put_head(w, 8, 0, number, true);
    wr_u16(w, value);
}

static void put32(struct wr *w, uint16_t number, uint32_t value)
{
    put_head(w, 10, 0, number, true);
    wr_u32(w, value);
}

static void put_octets(struct wr *w, uint16_t number, struct span octets, bool m)
{
    put_head(w, (unsigned)octets.n + 6, 0, number, m);
    wr_put(w, octets);
}

static void put_result(const struct player *p, struct wr *w, uint16_t result)
{
    if (p->make->swaps) { /* the value of a little-endian host, and six octets of something else */
        put_head(w, 14, 0, 1, true);
        wr_u16(w, (uint16_t)(result << 8 | result >> 8));
        wr_put(w, span_of("\x5a\x5a\x00\x07\x5a\x5a", 6));
        return;
    }
    put_head(w, 10, 0, 1, true);
    wr_u16(w, result);
    wr_u16(w, 0);
}

static void respond(const struct player *p, struct wr *w, uint8_t type)
{
    uint8_t digest[MD5_SIZE];
    struct md5 md5;

    md5_init(&md5);
    md5_add(&md5, span_of(&type, 1));
    md5_add(&md5, span_str(p->secret));
    md5_add(&md5, span_of(p->challenge, 16));
    md5_end(&md5, digest);
    put_octets(w, 13, span_of(digest, sizeof digest), true);
}

static void fly(struct player *p, uint64_t now, const uint8_t *octets, size_t n)
{
    net_send(&p->sim->net, now, &p->addr, &p->server, 0, span_of(octets, n));
}

static void write_header(const struct player *p, struct wr *w, uint16_t session, uint16_t ns,
                         size_t length)
{
    wr_u16(w, FLAGS);
    wr_u16(w, (uint16_t)length);
    wr_u16(w, p->peer_id);
    wr_u16(w, session);
    wr_u16(w, ns);
    wr_u16(w, p->nr);
}

static void acknowledge(struct player *p, uint64_t now)
{
    uint8_t room[HEADER];
    struct wr w = wr_over(room, sizeof room);

    p->owes_ack = false;
    write_header(p, &w, 0, p->ns, HEADER);
    fly(p, now, room, sizeof room);
}

/* Queues a message and sends it; whoever is careful has one at a time under way. */
static void say(struct player *p, uint64_t now, uint16_t session, const struct wr *body)
{
    struct said *m = &p->queue[p->n_queue];
    struct wr w = wr_over(m->octets, sizeof m->octets);

    if (p->n_queue == PLAYER_QUEUE)
        return;
    p->n_queue++;
    m->ns = p->ns++;
    m->nr = p->nr;
    m->n = HEADER + wr_len(body);
    write_header(p, &w, session, m->ns, m->n);
    wr_put(&w, span_of(body->start, wr_len(body)));
    p->owes_ack = false;
    fly(p, now, m->octets, m->n);
    if (p->n_queue == 1) {
        p->tries = 0;
        p->due_resend = now + (p->make->resend_ms > 0 ? p->make->resend_ms : 1000);
    }
}

static void introduce(const struct player *p, struct wr *w)
{
    const struct make *k = p->make;

    put_octets(w, 2, span_of("\1", 2), true);
    put32(w, 3, k->framing);
    if (k->bearer)
        put32(w, 4, 0);
    if (k->firmware != 0)
        put16(w, 6, k->firmware);
    put_octets(w, 7, span_str(k->host_name), true);
    if (k->vendor != NULL)
        put_octets(w, 8, span_str(k->vendor), false);
    put16(w, 9, p->id);
    if (k->window != 0)
        put16(w, 10, k->window);
}

static void say_sccrq(struct player *p, uint64_t now)
{
    uint8_t room[PLAYER_OCTETS - HEADER], challenge[32];
    struct wr w = wr_over(room, sizeof room);

    put16(&w, 0, T_SCCRQ);
    introduce(p, &w);
    if (p->make->challenges) {
        memset(challenge, 'c', sizeof challenge);
        put_octets(&w, 11, span_of(challenge, sizeof challenge), true);
    }
    p->stage = ASKED;
    say(p, now, 0, &w);
}

static void say_icrq(struct player *p, uint64_t now)
{
    uint8_t room[PLAYER_OCTETS - HEADER];
    struct wr w = wr_over(room, sizeof room);

    put16(&w, 0, T_ICRQ);
    put16(&w, 14, p->session);
    put32(&w, 15, 0);
    if (p->make->vendor_avp) {
        put32(&w, 18, 2);
        put_head(&w, 22, 311, 1, false);
        wr_put(&w, span_str("0123456789abcdef"));
    }
    p->stage = CALLING;
    say(p, now, 0, &w);
}

static void say_scccn(struct player *p, uint64_t now, bool challenged)
{
    uint8_t room[PLAYER_OCTETS - HEADER];
    struct wr w = wr_over(room, sizeof room);

    put16(&w, 0, T_SCCCN);
    if (challenged)
        respond(p, &w, T_SCCCN);
    p->stage = ANSWERED;
    say(p, now, 0, &w);
    if (p->make->hasty)
        say_icrq(p, now);
}

static void say_iccn(struct player *p, uint64_t now)
{
    uint8_t room[PLAYER_OCTETS - HEADER];
    struct wr w = wr_over(room, sizeof room);

    put16(&w, 0, T_ICCN);
    if (!p->make->bare_iccn) {
        put32(&w, 24, 100000000);
        put32(&w, 19, p->make->framing == 3 ? 3 : 1);
    }
    p->stage = CONNECTED;
    say(p, now, p->peer_session, &w);
}

static void say_hello(struct player *p, uint64_t now)
{
    uint8_t room[8];
    struct wr w = wr_over(room, sizeof room);

    put16(&w, 0, T_HELLO);
    say(p, now, 0, &w);
}

static void say_cdn(struct player *p, uint64_t now, uint16_t result)
{
    uint8_t room[64];
    struct wr w = wr_over(room, sizeof room);

    p->result = result;
    put16(&w, 0, T_CDN);
    if (!p->make->swaps) /* else the overlong one stands last, or what follows would be eaten */
        put_result(p, &w, result);
    put16(&w, 14, p->session);
    if (p->make->swaps)
        put_result(p, &w, result);
    say(p, now, p->peer_session, &w);
}

static void say_stopccn(struct player *p, uint64_t now, uint16_t result)
{
    uint8_t room[64];
    struct wr w = wr_over(room, sizeof room);

    put16(&w, 0, T_STOPCCN);
    put16(&w, 9, p->id);
    put_result(p, &w, result);
    p->stage = LEAVING;
    say(p, now, 0, &w);
}

/* Reading. */

struct heard {
    uint16_t type, session, ns, nr;
    uint16_t tunnel_id, session_id, result;
    bool has_challenge, whole; /* whole: 2, 3, 7 and 9 are there */
    bool hidden;
};

/* Some look closely at what comes, so what is sent to them must be as they want it: flags, length
 * and first AVP to the octet. */
static bool is_proper(const struct flight *f)
{
    static const uint8_t first[6] = {0x80, 8, 0, 0, 0, 0};
    struct rd r = rd_over(span_of(f->octets, f->n));

    if (rd_u16(&r) != FLAGS || rd_u16(&r) != f->n)
        return false;
    return f->n == HEADER || (f->n >= HEADER + 8 && memcmp(f->octets + HEADER, first, 6) == 0);
}

static void take_avp(struct player *p, struct heard *h, uint16_t number, struct rd *value,
                     unsigned *seen)
{
    if (number < 16)
        *seen |= 1u << number;
    if (number == 0)
        h->type = rd_u16(value);
    else if (number == 1)
        h->result = rd_u16(value);
    else if (number == 9)
        h->tunnel_id = rd_u16(value);
    else if (number == 14)
        h->session_id = rd_u16(value);
    else if (number == 11 && rd_left(value) >= 16) {
        h->has_challenge = true;
        memcpy(p->challenge, rd_take(value, 16).p, 16);
    }
}

static struct heard read_message(struct player *p, const struct flight *f)
{
    struct rd r = rd_over(span_of(f->octets, f->n));
    struct heard h = {0};
    unsigned seen = 0;

    rd_take(&r, 6);
    h.session = rd_u16(&r);
    h.ns = rd_u16(&r);
    h.nr = rd_u16(&r);
    while (!r.failed && rd_left(&r) >= 6) {
        uint16_t first = rd_u16(&r), vendor = rd_u16(&r), number = rd_u16(&r);
        struct rd value = rd_sub(&r, (first & 0x3ffu) - 6);

        h.hidden = h.hidden || (first & 0x4000u) != 0;
        if (vendor == 0)
            take_avp(p, &h, number, &value, &seen);
    }
    h.whole = (seen & 0x28cu) == 0x28cu && (seen & 0x200u);
    return h;
}

static void end_call(struct player *p, uint64_t now, const char *why)
{
    if (!p->sim->garbles)
        sim_fail(p->sim, OF_PLAYER, "%s %d: is sent %s", p->make->name, p->number, why);
    p->due_end = now;
}

static void on_sccrp(struct player *p, uint64_t now, const struct heard *h)
{
    if (p->stage != ASKED)
        return;
    p->peer_id = h->tunnel_id;
    sim_hold(p->sim, OF_PLAYER, p->sim->garbles || h->whole, "%s %d: SCCRP lacks something",
             p->make->name, p->number);
    say_scccn(p, now, h->has_challenge && p->make->may_be_challenged);
}

static void act(struct player *p, uint64_t now, const struct heard *h)
{
    if (h->hidden && p->make->hates_hiding)
        end_call(p, now, "something hidden");
    switch (h->type) {
    case T_SCCRP:
        on_sccrp(p, now, h);
        break;
    case T_ICRP:
        if (p->stage != CALLING)
            break;
        p->peer_session = h->session_id;
        say_iccn(p, now);
        break;
    case T_CDN:
        if (p->stage < LEAVING)
            p->stage = CALL_ENDED;
        p->ended_by_peer = true;
        break;
    case T_STOPCCN:
        acknowledge(p, now);
        p->ended_by_peer = p->ended_by_peer || p->stage != LEAVING;
        p->stage = GONE;
        p->n_queue = 0;
        break;
    case T_OCRQ:
        if (p->make->hates_ocrq)
            end_call(p, now, "an OCRQ");
        break;
    case T_WEN:
    case T_SLI:
        if (p->make->hates_status)
            end_call(p, now, "news of the line");
        break;
    default:
        break;
    }
}

static void take_nr(struct player *p, uint64_t now, uint16_t nr)
{
    unsigned n = 0;

    if (seq_before(p->ns, nr))
        return; /* for what it was before it lost its memory */
    while (n < p->n_queue && seq_before(p->queue[n].ns, nr))
        n++;
    if (n == 0)
        return;
    p->n_queue -= n;
    memmove(p->queue, p->queue + n, p->n_queue * sizeof *p->queue);
    p->tries = 0;
    p->due_resend = p->n_queue > 0 ? now + (p->make->resend_ms > 0 ? p->make->resend_ms : 1000) : 0;
}

/* All is acknowledged: what waited for that goes on. */
static void go_on(struct player *p, uint64_t now)
{
    if (p->n_queue > 0)
        return;
    if (p->stage == ANSWERED)
        say_icrq(p, now);
    if (p->stage == CONNECTED) {
        p->stage = CALL_UP;
        p->was_up = true;
        p->sim->players_up++;
        p->due_frame = now;
        p->due_hello = p->make->hello_ms > 0 ? now + p->make->hello_ms : 0;
    }
    if (p->stage == LEAVING)
        p->stage = GONE;
}

static void hear_data(struct player *p, const struct flight *f)
{
    if (p->make->hates_priority && (f->octets[0] & 0x03u) && !p->sim->garbles) /* O or P */
        sim_fail(p->sim, OF_PLAYER, "%s %d: data with O or P are lost on it", p->make->name,
                 p->number);
    p->heard_frames++;
}

void player_hear(struct player *p, uint64_t now, const struct flight *f)
{
    struct heard h;
    bool is_next;

    if (f->n < 6 || p->stage == BORN || p->stage == GONE)
        return;
    if (!(f->octets[0] & 0x80)) {
        hear_data(p, f);
        return;
    }
    sim_hold(p->sim, OF_PLAYER, p->sim->garbles || is_proper(f), "%s %d: cannot read this",
             p->make->name, p->number);
    if ((f->octets[4] << 8 | f->octets[5]) != p->id)
        return; /* for somebody that it was before */
    h = read_message(p, f);
    is_next = h.ns == p->nr;
    if (p->make->careful && seq_before(h.ns, p->nr) && f->n == HEADER)
        return;
    if (f->n > HEADER && p->sim->fair && !p->reborn) /* else it may be meant for its former self */
        sim_hold(p->sim, OF_WINDOW,
                 !sent_too_far(p->nr, h.ns,
                               (p->make->window > 0 ? p->make->window : 4u) + p->make->deaf),
                 "%s %d: expects %u with a window of %u, and hears %u", p->make->name, p->number,
                 (unsigned)p->nr, (unsigned)p->make->window, (unsigned)h.ns);
    take_nr(p, now, h.nr);
    if (h.type == T_HELLO && p->stage == CALL_UP && !p->heard_hello) {
        p->heard_hello = true;
        p->due_frame = now;
    }
    if (f->n > HEADER && is_next && !(p->make->deaf && h.type == T_HELLO) &&
        (!p->make->careful || p->n_queue == 0)) {
        p->nr++;
        p->owes_ack = true;
        act(p, now, &h);
    } else if (f->n > HEADER && !is_next) {
        p->owes_ack = true;
    }
    go_on(p, now);
    if (p->owes_ack && p->stage != GONE)
        acknowledge(p, now);
}

/* Time. */

static void resend(struct player *p, uint64_t now)
{
    const struct make *k = p->make;

    if (++p->tries > TRIES) {
        p->gave_up = true;
        p->stage = GONE;
        p->n_queue = 0;
        return;
    }
    for (unsigned i = 0; i < (k->careful ? 1 : p->n_queue); i++) {
        struct said *m = &p->queue[i];

        if (!k->stale_nr) {
            m->octets[10] = (uint8_t)(p->nr >> 8);
            m->octets[11] = (uint8_t)p->nr;
        }
        fly(p, now, m->octets, m->n);
    }
    p->due_resend =
        now + (k->resend_ms > 0 ? k->resend_ms : 1000u << (p->tries < 3 ? p->tries : 3));
}

/* A PPP frame without anything that matters; LCP echoes among them. */
static void send_frame(struct player *p, uint64_t now)
{
    static const uint8_t ppp[] = {0xff, 0x03, 0xc0, 0x21, 9, 1, 0, 8, 0, 0, 0, 0};
    uint8_t room[6 + sizeof ppp];
    struct wr w = wr_over(room, sizeof room);

    wr_u16(&w, 0x0002);
    wr_u16(&w, p->peer_id);
    wr_u16(&w, p->peer_session);
    wr_put(&w, span_of(ppp, sizeof ppp));
    p->sent_frames++;
    fly(p, now, room, sizeof room);
}

void player_tick(struct player *p, uint64_t now)
{
    if (p->stage == GONE || p->stage == BORN)
        return;
    if (p->n_queue > 0 && now >= p->due_resend)
        resend(p, now);
    if (p->stage == CALL_UP && p->due_frame != 0 && now >= p->due_frame) {
        send_frame(p, now);
        /* a HELLO comes only if it has said nothing for a while */
        p->due_frame = now + (p->make->deaf && !p->heard_hello ? PAUSE_MS : 2000);
    }
    if (p->stage == CALL_UP && p->due_hello != 0 && now >= p->due_hello) {
        if (p->n_queue == 0)
            say_hello(p, now);
        p->due_hello = now + p->make->hello_ms;
    }
    if (p->due_end != 0 && now >= p->due_end)
        player_end(p, now);
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
    if (a == 0 || b == 0)
        return a + b;
    return a < b ? a : b;
}

uint64_t player_due(const struct player *p)
{
    uint64_t due = p->n_queue > 0 ? p->due_resend : 0;

    if (p->stage == GONE || p->stage == BORN)
        return 0;
    if (p->stage == CALL_UP)
        due = sooner(due, sooner(p->due_frame, p->due_hello));
    return sooner(due, p->due_end);
}

void player_begin(struct player *p, uint64_t now)
{
    say_sccrq(p, now);
}

void player_end(struct player *p, uint64_t now)
{
    p->due_end = 0;
    if (p->stage >= LEAVING)
        return;
    if (p->peer_id == 0) { /* nobody to tell */
        p->stage = GONE;
        p->n_queue = 0;
        return;
    }
    if (p->stage == CALL_UP && p->make->cdn_first)
        say_cdn(p, now, 3);
    say_stopccn(p, now, 1);
}

void player_forget(struct player *p)
{
    p->stage = BORN;
    p->reborn = true;
    p->n_queue = 0;
    p->ns = p->nr = p->peer_id = p->peer_session = 0;
    p->due_resend = p->due_hello = p->due_frame = p->due_end = 0;
    p->was_up = p->ended_by_peer = p->owes_ack = p->heard_hello = false;
}
