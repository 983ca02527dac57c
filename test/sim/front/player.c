/* A caller's LCP (RFC 1661, 4), by the RFC and without a look at the front's; what it does
 * otherwise is a bit each, see front_sim.h. */
#include <string.h>

#include "front_sim.h"

#define TRIES 10
#define BIT(type) ((type) < 32 ? 1u << (type) : 0)
#define NEVER UINT64_MAX

enum { MRU = 1, ACCM = 2, AUTHENTICATION = 3, MAGIC = 5, PFC = 7, ACFC = 8 };

static bool does(const struct life *l, unsigned what)
{
    return (l->player.make->does & what) != 0;
}

void player_say(struct life *l, uint16_t protocol, uint8_t code, uint8_t id, struct span body)
{
    uint8_t frame[FRAME_MOST];
    struct wr w = wr_over(frame, sizeof frame);

    wr_u16(&w, 0xff03);
    wr_u16(&w, protocol);
    wr_u8(&w, code);
    wr_u8(&w, id);
    wr_u16(&w, (uint16_t)(body.n + 4));
    wr_put(&w, body);
    line_send(l, true, span_of(frame, wr_len(&w)));
}

static void answer(struct life *l, uint8_t code, uint8_t id, struct span body)
{
    player_say(l, LCP, code, id, body);
    if (does(l, TWICE))
        player_say(l, LCP, code, id, body);
}

/* The first ones of some callers are none: an option past the end, and more than anybody reads. */
static bool say_malformed(struct life *l)
{
    static const uint8_t past_end[] = {2, 6, 0, 0};
    uint8_t endless[OPTIONS_MOST];

    if (l->player.malformed_left == 0)
        return false;
    memset(endless, 4, sizeof endless);
    l->player.malformed_left--;
    player_say(l, LCP, 1, l->player.sent_id,
               l->player.malformed_left & 1 ? span_of(past_end, sizeof past_end)
                                            : span_of(endless, sizeof endless));
    return true;
}

/* Our options as they are now, in a Request; with another Identifier if the last was answered. */
void player_request(struct life *l)
{
    struct player *p = &l->player;

    p->due = l->now + p->restart_ms;
    if (p->answered)
        p->sent_id = p->next_id++;
    p->answered = false;
    p->tries -= p->tries > 0;
    if (!say_malformed(l))
        player_say(l, LCP, 1, p->sent_id, span_of(p->asks, p->n_asks));
}

static void down(struct life *l)
{
    l->player.tries = TRIES;
    l->player.view.open = false;
    l->player.challenged = false;
}

static void up(struct life *l)
{
    struct player *p = &l->player;

    p->state = CALLER_OPENED;
    p->view.open = true;
    p->tries = TRIES;
    p->due = NEVER;
    if (does(l, ECHOES | BABBLES))
        p->due_talk = l->now + 100;
    talk_authenticate(l);
}

/* -- the front's options --------------------------------------------------------------------------
 */

static uint8_t way_of(struct rd value)
{
    uint16_t protocol = rd_u16(&value);
    uint8_t algorithm = rd_left(&value) > 0 ? rd_u8(&value) : 0;

    if (protocol == PAP)
        return 'p';
    return protocol != CHAP ? 0 : algorithm == 5 ? 'c' : algorithm == 0x81 ? 'm' : 0;
}

static void put(struct wr *w, uint8_t type, struct rd value)
{
    wr_u8(w, type);
    wr_u8(w, (uint8_t)(rd_left(&value) + 2));
    wr_put(w, rd_rest(&value));
}

/* The way that it would have instead. */
static void put_way(const struct life *l, struct wr *w)
{
    const char *best = l->player.make->ways;

    wr_u8(w, AUTHENTICATION);
    wr_u8(w, !does(l, WANTS_EAP) && *best != 'p' ? 5 : 4);
    wr_u16(w, does(l, WANTS_EAP) ? 0xc227 : *best == 'p' ? PAP : CHAP);
    if (!does(l, WANTS_EAP) && *best != 'p')
        wr_u8(w, *best == 'c' ? 5 : 0x81);
}

static bool likes_way(const struct life *l, struct rd value)
{
    uint8_t way = way_of(value);

    return !does(l, WANTS_EAP) && way != 0 && strchr(l->player.make->ways, way) != NULL;
}

static void put_lower_mru(struct wr *w, uint16_t mru)
{
    wr_u8(w, MRU);
    wr_u8(w, 4);
    wr_u16(w, mru);
}

/* What it finds fault with in ours, once. */
static bool put_fault(struct life *l, uint8_t type, struct rd value, struct wr *w)
{
    if (type == MRU)
        put_lower_mru(w, 1300);
    else if (type == ACCM || type == MAGIC) {
        uint32_t was = rd_u32(&value);

        wr_u8(w, type);
        wr_u8(w, 6);
        wr_u32(w, type == ACCM ? was | 0x000a0000 : (uint32_t)prng_next(&l->dice));
    } else {
        return false;
    }
    return true;
}

/* The code of the answer; its options in w, for an Ack none. */
static uint8_t judge(struct life *l, struct span options, struct wr *w)
{
    struct player *p = &l->player;
    uint8_t room[OPTIONS_MOST], type;
    struct wr naks = wr_over(room, sizeof room);
    struct rd r = rd_over(options), value;

    while (ppp_next_option(&r, &type, &value)) {
        if ((p->make->rejects & BIT(type)) || (type == AUTHENTICATION && does(l, DECLINES)))
            put(w, type, value);
        else if (type == AUTHENTICATION && !likes_way(l, value))
            put_way(l, &naks);
        else if (p->naks_left > 0)
            put_fault(l, type, value, &naks);
    }
    if (does(l, GRUMBLES))
        put_lower_mru(&naks, 16);
    if (wr_len(w) > 0)
        return 4;
    p->naks_left -= p->naks_left > 0;
    wr_put(w, span_of(room, wr_len(&naks)));
    return wr_len(&naks) > 0 ? 3 : 2;
}

static uint8_t way_in(struct span options)
{
    struct rd r = rd_over(options), value;
    uint8_t type, way = 0;

    while (ppp_next_option(&r, &type, &value))
        if (type == AUTHENTICATION)
            way = way_of(value);
    return way;
}

/* An Ack of something else; true if this was one. */
static bool misread(struct life *l, uint8_t id, struct span options)
{
    uint8_t other[OPTIONS_MOST];
    bool by_id = prng_chance(&l->dice, 50) || options.n == 0;

    if (l->player.misreads_left == 0)
        return false;
    l->player.misreads_left--;
    if (options.n > 0)
        memcpy(other, options.p, options.n);
    if (!by_id)
        other[options.n - 1]++;
    player_say(l, LCP, 2, (uint8_t)(id + by_id), span_of(other, options.n));
    return true;
}

static void on_request(struct life *l, const struct ppp_packet *packet)
{
    struct player *p = &l->player;
    uint8_t room[OPTIONS_MOST], code;
    struct wr w = wr_over(room, sizeof room);
    bool was_open = p->state == CALLER_OPENED;

    if (does(l, NO_CODES)) {
        player_say(l, LCP, 7, p->next_id++, span_of("\1\1\0\4", 4));
        return;
    }
    code = judge(l, packet->options, &w);
    if (code == 2 && misread(l, packet->id, packet->options))
        return;
    if (was_open) {
        down(l);
        player_request(l);
    } else if (does(l, PASSIVE) && p->due == NEVER) {
        player_request(l);
    }
    if (code == 2) {
        p->view.acked = digest_of(packet->options);
        p->way = way_in(packet->options);
        answer(l, 2, packet->id, packet->options);
        if (p->state == CALLER_ACK_RCVD)
            up(l);
        else
            p->state = CALLER_ACK_SENT;
        return;
    }
    answer(l, code, packet->id, span_of(room, wr_len(&w)));
    if (p->state != CALLER_ACK_RCVD)
        p->state = CALLER_REQ_SENT;
}

/* -- the front's answers --------------------------------------------------------------------------
 */

static bool is_answer(const struct player *p, const struct ppp_packet *packet)
{
    return packet->id == p->sent_id && !p->answered;
}

static void on_ack(struct life *l, const struct ppp_packet *packet)
{
    struct player *p = &l->player;

    if (!is_answer(p, packet) || !span_eq(packet->options, span_of(p->asks, p->n_asks)))
        return;
    p->answered = true;
    p->tries = TRIES;
    p->view.mine = digest_of(packet->options);
    if (p->state == CALLER_ACK_SENT)
        up(l);
    else if (p->state == CALLER_REQ_SENT)
        p->state = CALLER_ACK_RCVD;
}

/* Does an answer name this one of ours?  A Reject repeats it as it was.  Then what stands there. */
static bool is_named(uint8_t code, struct span options, uint8_t type, struct rd value,
                     struct rd *theirs)
{
    struct rd r = rd_over(options);
    uint8_t other;

    while (ppp_next_option(&r, &other, theirs))
        if (other == type && (code == 3 || span_eq(span_of(value.p, rd_left(&value)),
                                                   span_of(theirs->p, rd_left(theirs)))))
            return true;
    return false;
}

/* As pppd: who is told of an MRU without having asked for one asks for it. */
static void add_mru(uint8_t code, struct span options, struct span mine, struct wr *w)
{
    struct rd r = rd_over(mine), value;
    uint8_t type;
    bool asked = mine.n == 0; /* and who has no options has none for that either */

    while (ppp_next_option(&r, &type, &value))
        asked |= type == MRU;
    for (r = rd_over(options); code == 3 && !asked && ppp_next_option(&r, &type, &value);)
        if (type == MRU)
            put(w, type, value);
}

/* Without these; or with their values. */
static void heed(struct player *p, uint8_t code, struct span options)
{
    uint8_t was[OPTIONS_MOST], type;
    struct rd mine, value, theirs;
    struct wr w = wr_over(p->asks, sizeof p->asks);

    memcpy(was, p->asks, p->n_asks);
    mine = rd_over(span_of(was, p->n_asks));
    while (ppp_next_option(&mine, &type, &value)) {
        if (!is_named(code, options, type, value, &theirs))
            put(&w, type, value);
        else if (code == 3)
            put(&w, type, theirs);
    }
    add_mru(code, options, span_of(was, p->n_asks), &w);
    p->n_asks = wr_len(&w);
}

static void on_refusal(struct life *l, const struct ppp_packet *packet)
{
    struct player *p = &l->player;

    if (!is_answer(p, packet))
        return;
    p->answered = true;
    p->tries = TRIES;
    if (!does(l, INSISTS))
        heed(p, packet->code, packet->options);
    if (p->state == CALLER_ACK_RCVD)
        p->state = CALLER_REQ_SENT;
    player_request(l);
}

static void on_lcp(struct life *l, const struct ppp_packet *packet)
{
    struct player *p = &l->player;

    if (packet->code == 5) {
        answer(l, 6, packet->id, (struct span){0});
        p->state = CALLER_GONE;
        p->due = p->due_talk = NEVER;
        return;
    }
    if (packet->code == 1)
        on_request(l, packet);
    else if (packet->code == 2)
        on_ack(l, packet);
    else if (packet->code == 3 || packet->code == 4)
        on_refusal(l, packet);
    else if (packet->code == 6 && p->due_hangup == 0)
        p->state = CALLER_GONE;
}

/* What is no LCP means something when LCP is open only. */
void player_hear(struct life *l, struct span frame)
{
    struct player *p = &l->player;
    struct ppp_packet packet;
    size_t info;
    uint16_t protocol = ppp_protocol(frame, &info);

    if (does(l, LOOP)) {
        line_send(l, true, frame);
        return;
    }
    if (does(l, SILENT | GARBAGE) || p->state == CALLER_GONE || p->due_hangup == 0 ||
        p->texts_left > 0 || protocol == 0 || !ppp_read_packet(frame, info, &packet))
        return;
    if (protocol == LCP)
        on_lcp(l, &packet);
    else if (protocol == CHAP && packet.code == 1 && p->state == CALLER_OPENED)
        talk_challenge(l, &packet);
}

/* -- its clock ------------------------------------------------------------------------------------
 */

static void begin_lcp(struct life *l)
{
    struct player *p = &l->player;

    p->state = CALLER_REQ_SENT;
    p->tries = TRIES;
    p->answered = true;
    p->due = NEVER;
    if (does(l, FAREWELL))
        player_say(l, LCP, 5, 0x99, span_str("bye"));
    if (!does(l, PASSIVE | SILENT | GARBAGE | LOOP | NO_CODES))
        player_request(l);
}

void player_begin(struct life *l)
{
    struct player *p = &l->player;
    const struct make *make = p->make;

    memset(p, 0, sizeof *p);
    p->make = make;
    p->due = p->due_talk = p->due_hangup = NEVER;
    p->restart_ms = 3000;
    p->talks_left = 20;
    p->next_id = (uint8_t)prng_next(&l->dice);
    if (make->asks.n > 0)
        memcpy(p->asks, make->asks.p, make->asks.n);
    p->n_asks = make->asks.n;
    p->naks_left = make->naks;
    p->misreads_left = does(l, MISREADS) ? 2 : 0;
    p->malformed_left = does(l, MALFORMED) ? 2 : 0;
    p->anew_left = does(l, ANEW) ? 1 + prng_below(&l->dice, 2) : 0;
    p->texts_left = does(l, TEXT) ? 3 : 0;
    if (does(l, SLOW))
        p->restart_ms = 500 + prng_below(&l->dice, 12000);
    if (does(l, HANGS_UP))
        p->due_hangup = l->now + prng_below(&l->dice, 1 + 12 * l->line.delay_ms);
    if (does(l, GARBAGE | TEXT))
        p->due_talk = l->now + 10;
    if (p->texts_left == 0)
        begin_lcp(l);
}

uint64_t player_due(const struct life *l)
{
    const struct player *p = &l->player;
    uint64_t due = p->due < p->due_talk ? p->due : p->due_talk;

    if (p->state == CALLER_GONE)
        return NEVER;
    return p->due_hangup != 0 && p->due_hangup < due ? p->due_hangup : due;
}

static void hang_up(struct life *l)
{
    struct player *p = &l->player;

    p->due_hangup = 0;
    p->due_talk = NEVER;
    p->tries = 3;
    p->due = l->now;
}

static void on_restart(struct life *l)
{
    struct player *p = &l->player;

    if (p->tries == 0) {
        p->state = CALLER_GONE;
    } else if (p->due_hangup == 0) {
        p->tries--;
        p->due = l->now + p->restart_ms;
        player_say(l, LCP, 5, 0x77, span_str("Bye"));
    } else if (p->state == CALLER_OPENED) {
        talk_authenticate(l);
    } else {
        if (p->state == CALLER_ACK_RCVD)
            p->state = CALLER_REQ_SENT;
        player_request(l);
    }
}

static void on_talk(struct life *l)
{
    struct player *p = &l->player;

    p->due_talk = p->talks_left-- > 0 ? l->now + 400 : NEVER;
    if (does(l, GARBAGE | TEXT)) {
        talk_garbage(l);
        if (p->texts_left > 0 && --p->texts_left == 0) {
            p->due_talk = NEVER;
            begin_lcp(l);
        }
    } else if (p->anew_left > 0 && p->state == CALLER_OPENED) {
        p->anew_left--;
        p->due_talk = NEVER;
        p->state = CALLER_REQ_SENT;
        down(l);
        p->answered = true;
        player_request(l);
    } else {
        talk_babble(l);
    }
}

void player_tick(struct life *l)
{
    struct player *p = &l->player;

    if (p->due_hangup != 0 && l->now >= p->due_hangup)
        hang_up(l);
    if (p->state == CALLER_GONE)
        return;
    if (l->now >= p->due_talk)
        on_talk(l);
    if (l->now >= p->due)
        on_restart(l);
}
