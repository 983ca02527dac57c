/* forge: control messages as fuzz_exchange's peers send them: whole ones, put together by
 * msg_encode() from the RFC's sample values and what the tunnel at hand would have in them; then,
 * as the input wants it, AVPs dropped, repeated, exchanged, their bits, lengths and values changed.
 *
 * Reads from a cursor in which a zero always stands for "as it should be". */
#ifndef FUZZ_FORGE_H
#define FUZZ_FORGE_H

#include "world.h"

#include "../unit/messages.h"
#include "wire/hide.h"

#define BODY_MOST 3000
#define PIECES 48

struct body {
    uint8_t octets[BODY_MOST];
    size_t n;
};

/* Bits of the octet of options. */
#define FORGE_HIDE 0x01u
#define FORGE_BRIEF 0x02u
#define FORGE_UNADDRESSED 0x04u /* tunnel id 0 */
#define FORGE_NO_RESPONSE 0x08u /* the sample in place of the response that is due */
#define FORGE_SAMPLE_IDS 0x10u  /* ids out of the sample */
#define FORGE_WITH_ALL 0x20u    /* all AVPs that may be there, less those chosen */

/* A message of each type with all that it may carry. */
static struct msg sample_messages[RFC_MESSAGES];

static inline void forge_init(void)
{
    static uint8_t octets[RFC_MESSAGES][2048];
    uint8_t value[64];

    for (unsigned i = 0; i < RFC_MESSAGES; i++) {
        struct wr w = wr_over(octets[i], sizeof octets[i]);

        for (size_t k = 0; k < RFC_AVPS; k++)
            if (may_carry(i, &rfc_avps[k]) && rfc_avps[k].number != AVP_RANDOM_VECTOR)
                raw_avp(&w, rfc_avps[k].m ? RAW_M : 0, rfc_avps[k].number,
                        sample(&rfc_avps[k], rfc_messages[i].type, value));
        must(msg_scan(&sample_messages[i], span_of(octets[i], wr_len(&w)), 0).damage ==
             DAMAGE_NONE);
    }
}

/* Which of the AVPs that may be there are: a bit each, in the table's order, over and over. */
static inline void choose_avps(struct msg *m, unsigned which, unsigned bits, bool none)
{
    for (unsigned k = 0, n = 0; k < RFC_AVPS; k++) {
        const struct rfc_avp *a = &rfc_avps[k];
        bool chosen;

        if (!(m->present & BIT(slot_of(a))) || is_in(rfc_messages[which].name, a->must))
            continue;
        chosen = bits >> (n++ % 16) & 1;
        if (chosen != none)
            m->present &= ~BIT(slot_of(a));
    }
}

/* Ids, and the response to a challenge, as the peer of this tunnel would give them. */
static inline void fit(struct msg *m, const struct tunnel *t, const struct call *c,
                       unsigned options, uint8_t response[MD5_SIZE])
{
    static const struct tunnel nobody;
    bool asks = m->type == ICRQ || m->type == OCRQ;

    if (t == NULL)
        t = &nobody;
    if (!(options & FORGE_SAMPLE_IDS)) {
        m->assigned_tunnel_id = t->peer_id != 0 ? t->peer_id : 0x1111;
        m->assigned_session_id =
            !asks && c != NULL && c->peer_id != 0 ? c->peer_id : (uint16_t)(0x5000 + t->x.nr);
    }
    if (options & FORGE_NO_RESPONSE)
        return;
    m->present &= ~BIT(AVP_CHALLENGE_RESPONSE);
    if (t->challenged && (m->type == SCCRP || m->type == SCCCN)) {
        hide_challenge_response((uint8_t)m->type, span_str(t->p.secret),
                                span_of(t->challenge, CHALLENGE_SIZE), response);
        msg_set_span(m, AVP_CHALLENGE_RESPONSE, span_of(response, MD5_SIZE));
    }
}

/* One AVP's value out of the input. */
static inline void set_value(struct msg *m, struct rd *r)
{
    const struct rfc_avp *a = &rfc_avps[rd_u8(r) % RFC_AVPS];
    uint8_t *field = (uint8_t *)m + a->field;
    uint32_t value;

    if (a->shape == SPAN) {
        size_t n = rd_u8(r), left = rd_left(r);
        struct span octets = rd_take(r, n < left ? n : left);

        memcpy(field, &octets, sizeof octets);
        return;
    }
    value = rd_u8(r);
    value = value < 0xf0 ? value : rd_u32(r);
    if (a->shape == SIXTEEN || a->shape == RESULT || a->shape == CAUSE || a->shape == PPP_CAUSE)
        memcpy(field, &(uint16_t){(uint16_t)value}, 2);
    else if (a->shape != NO_FIELD)
        memcpy(field, &value, 4);
}

/* A set that we would not send ourselves: the samples, in the clear. */
static inline void put_samples(struct wr *w, const struct msg *m)
{
    uint8_t value[64];

    *w = wr_over(w->start, (size_t)(w->end - w->start));
    for (size_t k = 0; k < RFC_AVPS; k++)
        if (rfc_avps[k].number == 0 || (m->present & BIT(slot_of(&rfc_avps[k]))))
            raw_avp(w, rfc_avps[k].m ? RAW_M : 0, rfc_avps[k].number,
                    sample(&rfc_avps[k], m->type, value));
}

static inline void put_together(struct body *b, struct msg *m, unsigned options, const char *secret)
{
    struct msg_hiding hiding = {span_str(secret), span_of(TEST_VECTOR, 16),
                                span_of("?some more octets", 17), (options & FORGE_BRIEF) != 0};
    struct wr w = wr_over(b->octets, sizeof b->octets);

    m->hidden = options & FORGE_HIDE ? UINT64_MAX : 0;
    if (!msg_encode(&w, m, options & FORGE_HIDE ? &hiding : NULL))
        put_samples(&w, m);
    b->n = wr_len(&w);
}

/* Changes to what has been put together. */

static inline void splice(struct body *b, size_t at, size_t out, struct span in)
{
    uint8_t room[BODY_MOST];

    if (b->n - out + in.n > BODY_MOST)
        return;
    if (in.n > 0)
        memcpy(room, in.p, in.n); /* it may be a part of the body */
    memmove(b->octets + at + in.n, b->octets + at + out, b->n - at - out);
    if (in.n > 0)
        memcpy(b->octets + at, room, in.n);
    b->n = b->n - out + in.n;
}

struct piece {
    size_t at, n;
};

static inline size_t pieces_of(const struct body *b, struct piece *pieces)
{
    size_t n = 0;

    for (size_t at = 0; n < PIECES && at + AVP_HEADER <= b->n;) {
        size_t length = (size_t)(b->octets[at] << 8 | b->octets[at + 1]) & 0x3ff;

        if (length < AVP_HEADER || length > b->n - at)
            break;
        pieces[n++] = (struct piece){at, length};
        at += length;
    }
    return n;
}

static inline void set16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline unsigned get16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static inline void replace_value(struct body *b, const struct piece *k, struct rd *r)
{
    size_t n = rd_u8(r), left = rd_left(r);
    struct span value = rd_take(r, n < left ? n : left);

    set16(b->octets + k->at,
          (get16(b->octets + k->at) & 0xfc00) | (unsigned)(AVP_HEADER + value.n));
    splice(b, k->at + AVP_HEADER, k->n - AVP_HEADER, value);
}

/* A Random Vector of some octets before it, and it hidden, or said to be. */
static inline void add_vector(struct body *b, const struct piece *k, struct rd *r)
{
    uint8_t avp[AVP_HEADER + 16] = {0x80, 0, 0, 0, 0, AVP_RANDOM_VECTOR};
    uint8_t n = rd_u8(r) % 17;

    avp[1] = (uint8_t)(AVP_HEADER + n);
    b->octets[k->at] |= 0x40;
    splice(b, k->at, 0, span_of(avp, AVP_HEADER + n));
}

static inline void flip(uint8_t *value, size_t n, struct rd *r)
{
    size_t at = rd_u8(r);

    if (n > 0)
        value[at % n] ^= rd_u8(r);
}

static inline void change(struct body *b, struct rd *r)
{
    struct piece pieces[PIECES], *k;
    unsigned what = rd_u8(r) % 12, which = rd_u8(r);
    size_t n = pieces_of(b, pieces);
    uint8_t *p;

    if (n == 0)
        return;
    k = &pieces[which % n];
    p = b->octets + k->at;
    if (what == 0)
        splice(b, k->at, k->n, span_of(NULL, 0));
    else if (what == 1)
        splice(b, k->at, 0, span_of(p, k->n));
    else if (what == 2) { /* it goes to the end */
        splice(b, b->n, 0, span_of(p, k->n));
        splice(b, k->at, k->n, span_of(NULL, 0));
    } else if (what == 3)
        p[0] ^= rd_u8(r) & 0xfc;
    else if (what == 4)
        set16(p, get16(p) + rd_u8(r) - 128u);
    else if (what == 5)
        replace_value(b, k, r);
    else if (what == 6)
        set16(p + 2, rd_u16(r));
    else if (what == 7)
        set16(p + 4, rd_u8(r));
    else if (what == 8)
        b->n = k->at;
    else if (what == 9)
        add_vector(b, k, r);
    else if (what == 10)
        flip(p + AVP_HEADER, k->n - AVP_HEADER, r);
    else
        splice(b, b->n, 0, rd_take(r, rd_left(r) < 40 ? rd_left(r) : 40));
}

/* Header and sending. */

struct forgery {
    unsigned pick, head, options, flags, off; /* see forge_read() */
    const struct tunnel *t;
    const struct call *c;
};

static inline uint16_t forged_number(unsigned choice, uint16_t right, uint16_t old, unsigned off)
{
    const uint16_t numbers[] = {right, old, (uint16_t)(right + off), (uint16_t)(off * 257)};

    return numbers[choice & 3];
}

static inline uint16_t forged_session(const struct forgery *f)
{
    const uint16_t own = f->c != NULL ? f->c->id : 0;
    const uint16_t ids[] = {own, 0, f->c != NULL ? f->c->peer_id : 7, (uint16_t)(f->off * 257)};

    return ids[f->head >> 4 & 3];
}

/* The body, behind the header that would be right for it, or one that is not. */
static inline void forge_send(unsigned i, const struct forgery *f, struct span body, bool of_call)
{
    uint8_t room[PACKET_CONTROL_HEADER + BODY_MOST];
    struct wr w = wr_over(room, sizeof room);
    const struct tunnel *t = f->t;
    struct addr from = t != NULL ? t->peer : addr_of(!i);
    bool right = (f->head >> 4 & 3) == 0;
    uint16_t id = t != NULL && !(f->options & FORGE_UNADDRESSED) ? t->id : 0;
    uint16_t ns = t != NULL ? t->x.nr : 0, nr = t != NULL ? t->x.ns_high : 0;

    packet_control_header(
        &w, id, right && !of_call ? 0 : forged_session(f),
        forged_number(f->head, ns, (uint16_t)(ns - 1), f->off),
        forged_number(f->head >> 2, nr, t != NULL ? t->x.una : 0, f->off),
        (uint16_t)(PACKET_CONTROL_HEADER + body.n + (f->flags & 3) * (f->flags >> 7)));
    wr_put(&w, body);
    room[f->flags & 1] ^= (uint8_t)(f->flags & 0x7c); /* zero leaves the header as it is */
    if (f->head >> 6 == 1)
        from.port++;
    else if (f->head >> 6 == 2)
        from = addr_of(9);
    arrive(i, &from, span_of(room, wr_len(&w)));
}

#endif
