/* Taking a control message apart: scan, reveal, validate.
 *
 * What is found, and what it costs with the M bit clear / set (RFC 2661, 4.1, 4.2, 7.1):
 *
 *   unknown number or vendor, reserved bits set        skip / end, 2/8, naming it
 *   length out of bounds, or cannot be revealed        skip / end, 2/2
 *   zero where zero is not allowed, H where it may not be  skip / end, 2/3
 *   known, but not for this message                    skip
 *   a second time (but Random Vector and REPEATED ones) skip: the first one counts
 *   missing after all                                  end, 2/3, naming it, unless excused
 *   AVP header past the message, or length under 6     end, 2/2
 *   first AVP is not Message Type, or unknown type     skip the message / end, 2/8
 *
 * "End" is the call for messages of a session, else the tunnel.  StopCCN and CDN are carried out
 * whatever is wrong with them: the peer wants an end and gets it. */
#include "wire/msg.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "wire/hide.h"

#define AVP_M 0x8000u
#define AVP_H 0x4000u
#define AVP_RESERVED 0x3c00u
#define AVP_LENGTH_MASK 0x03ffu

#define BIT(slot) (UINT64_C(1) << (slot))

#define FRAMING_SYNC 1u

/* Must-haves whose absence real peers make us bear, unless the message is to be judged strictly:
 * old IOS leaves speed and framing out of ICCN, and Windows looks for none of these itself. */
static const uint64_t excused[MSG_TYPES] = {
    [SCCRQ] = BIT(AVP_HOST_NAME),
    [SCCRP] = BIT(AVP_HOST_NAME),
    [ICCN] = BIT(AVP_TX_CONNECT_SPEED) | BIT(AVP_FRAMING_TYPE),
    [OCCN] = BIT(AVP_TX_CONNECT_SPEED) | BIT(AVP_FRAMING_TYPE),
    [WEN] = BIT(AVP_CALL_ERRORS),
};

/* One AVP as it stands on the wire. */
struct avp {
    uint16_t vendor, number;
    bool m, h, reserved;
    struct span value;
};

struct verdict verdict_ok(void)
{
    return (struct verdict){.damage = DAMAGE_NONE};
}

struct verdict verdict_make(enum damage damage, unsigned result, unsigned error, const char *fmt,
                            ...)
{
    struct verdict v = {damage, (uint16_t)result, (uint16_t)error, "", FAULT_NONE};
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(v.text, sizeof v.text, fmt, ap);
    va_end(ap);
    return v;
}

struct verdict verdict_for(enum fault fault, struct verdict v)
{
    v.fault = fault;
    return v;
}

bool msg_has(const struct msg *m, unsigned slot)
{
    return (m->present & BIT(slot)) != 0;
}

void msg_set(struct msg *m, unsigned slot)
{
    m->present |= BIT(slot);
}

static bool is_span(const struct avp_row *row)
{
    return row != NULL && (row->kind == KIND_TEXT || row->kind == KIND_OCTETS ||
                           row->kind == KIND_SECRET || row->kind == KIND_LCP);
}

struct span msg_span(const struct msg *m, unsigned number)
{
    const struct avp_row *row = avp_row(number);

    if (!msg_has(m, number) || !is_span(row))
        return span_of(NULL, 0);
    return *(const struct span *)(const void *)((const uint8_t *)m + row->field);
}

void msg_set_span(struct msg *m, unsigned number, struct span octets)
{
    const struct avp_row *row = avp_row(number);

    msg_set(m, number);
    if (is_span(row))
        *(struct span *)(void *)((uint8_t *)m + row->field) = octets;
}

void msg_init(struct msg *m, enum msg_type type, uint16_t session)
{
    memset(m, 0, offsetof(struct msg, cipher));
    m->type = type;
    m->session = session;
    msg_set(m, AVP_MESSAGE_TYPE);
}

static bool is_last_word(const struct msg *m)
{
    return m->type == STOPCCN || m->type == CDN;
}

/* What an offence costs in this message; a "skip" is only told to the log.  number is the one on
 * the wire. */
static struct verdict offence_of(const struct msg *m, bool mandatory, unsigned error,
                                 const char *name, unsigned number, const char *what)
{
    enum damage damage = msg_type_of_session(m->type) ? DAMAGE_SESSION : DAMAGE_TUNNEL;

    if (!mandatory || is_last_word(m)) {
        log_debug(TOPIC_AVP, "%s: %s (%u) %s: skipped", msg_type_name(m->type), name, number, what);
        return verdict_ok();
    }
    log_debug(TOPIC_AVP, "%s: %s (%u) %s: refused", msg_type_name(m->type), name, number, what);
    return verdict_make(damage, STOPCCN_ERROR, error, "%s: %s (%u) %s", msg_type_name(m->type),
                        name, number, what);
}

static struct verdict offence(const struct msg *m, bool mandatory, unsigned error,
                              const struct avp_row *row, const char *what)
{
    return offence_of(m, mandatory, error, row->name, row->number, what);
}

/* The fields, by kind. */

static void store_result(struct rd *r, struct msg_result *to)
{
    to->result = rd_u16(r);
    to->has_error = rd_left(r) >= 2;
    to->error = to->has_error ? rd_u16(r) : 0;
    to->text = to->has_error ? rd_rest(r) : span_of(NULL, 0); /* 4.4.2: text only behind an error */
}

static void store_cause(struct rd *r, struct msg_ppp_cause *to)
{
    to->code = rd_u16(r);
    to->protocol = rd_u16(r);
    to->direction = rd_u8(r);
    to->text = rd_rest(r);
}

/* RFC 5515, 6.1: two reserved octets, a session, both speeds. */
static void store_speed(struct rd *r, struct msg_speeds *to)
{
    struct msg_speed one;

    rd_u16(r);
    one.session = rd_u16(r);
    one.tx = rd_u32(r);
    one.rx = rd_u32(r);
    if (to->n < SPEEDS_MOST)
        to->at[to->n++] = one;
}

/* RFC 5515, 5.18: the type is the first of four octets.  Some take all of them for a number. */
static uint32_t line_type(uint32_t value)
{
    return value >> 24 != 0 ? value >> 24 : value;
}

static void store_words(struct rd *r, uint32_t *to)
{
    rd_u16(r);
    while (rd_left(r) >= 4)
        *to++ = rd_u32(r);
}

/* Puts a value, whose length is right, into its field. */
static void store(struct msg *m, const struct avp_row *row, struct span value)
{
    void *field = (uint8_t *)m + row->field;
    struct rd r = rd_over(value);

    switch (row->kind) {
    case KIND_U16:
    case KIND_VERSION:
    case KIND_AUTHEN:
        *(uint16_t *)field = rd_u16(&r);
        break;
    case KIND_U32:
        *(uint32_t *)field = rd_u32(&r);
        break;
    case KIND_U64:
    case KIND_RATE:
        *(uint64_t *)field = rd_u64(&r);
        break;
    case KIND_LINE_TYPE:
        *(uint32_t *)field = line_type(rd_u32(&r));
        break;
    case KIND_SPEEDS:
        store_speed(&r, field);
        break;
    case KIND_TEXT:
    case KIND_OCTETS:
    case KIND_SECRET:
    case KIND_LCP:
        *(struct span *)field = value;
        break;
    case KIND_RESULT:
        store_result(&r, field);
        break;
    case KIND_Q931: {
        struct msg_q931 *q = field;

        q->cause = rd_u16(&r);
        q->message = rd_u8(&r);
        q->advice = rd_rest(&r);
        break;
    }
    case KIND_WORDS:
        store_words(&r, field);
        break;
    case KIND_CAUSE:
        store_cause(&r, field);
        break;
    case KIND_NONE:
    case KIND_EMPTY:
    case KIND_COUNT:
        break;
    }
}

static bool all_zero(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != 0)
            return false;
    return true;
}

/* A value in the clear, revealed or born so: checked by its row and stored. */
static struct verdict take_value(struct msg *m, unsigned slot, bool mandatory, struct span value)
{
    const struct avp_row *row = avp_row(slot);

    if (value.n < row->least || value.n > row->most)
        return offence(m, mandatory, ERROR_LENGTH, row, "has a wrong length");
    if ((row->flags & NONZERO) && all_zero(value))
        return offence(m, mandatory, ERROR_VALUE, row, "is zero");
    store(m, row, value);
    msg_set(m, slot);
    log_debug(TOPIC_AVP, "%s: %s (%u)%s%s, %zu octets: taken", msg_type_name(m->type), row->name,
              row->number, mandatory ? ", mandatory" : "",
              (m->hidden & BIT(slot)) != 0 ? ", hidden" : "", value.n);
    return verdict_ok();
}

/* May this AVP not be taken, as the message has it already? */
static bool is_second(const struct msg *m, unsigned slot)
{
    return ((m->present | m->pending) & BIT(slot)) != 0 && slot != AVP_RANDOM_VECTOR &&
           !(avp_row(slot)->flags & REPEATED);
}

/* Is this AVP one that this message may carry? */
static bool has_place(const struct msg *m, const struct avp_row *row)
{
    return ((row->must | row->may) >> m->type & 1) != 0;
}

static struct verdict take_avp(struct msg *m, const struct avp *a)
{
    int slot = avp_slot(a->vendor, a->number);
    const struct avp_row *row = slot >= 0 ? avp_row((unsigned)slot) : NULL;
    char what[64];

    if (row == NULL || a->reserved) {
        snprintf(what, sizeof what, "of vendor %u is %s", (unsigned)a->vendor,
                 a->reserved ? "marked by reserved bits" : "unknown");
        return offence_of(m, a->m, ERROR_UNKNOWN_AVP, row != NULL ? row->name : "AVP", a->number,
                          what);
    }
    if (!has_place(m, row))
        return offence(m, false, 0, row, "is not for this message");
    if (a->h && !(row->flags & HIDEABLE))
        return offence(m, a->m, ERROR_VALUE, row, "may not be hidden");
    if (is_second(m, (unsigned)slot))
        return offence(m, false, 0, row, "is there twice");
    if (a->m)
        m->mandatory |= BIT(slot);
    if (!a->h)
        return take_value(m, (unsigned)slot, a->m, a->value);
    m->hidden |= BIT(slot);
    m->pending |= BIT(slot);
    m->cipher[slot] = (struct msg_hidden){
        a->value, msg_has(m, AVP_RANDOM_VECTOR) ? m->random_vector : span_of(NULL, 0)};
    return verdict_ok();
}

/* The next AVP; false if it runs past the message or its length is under 6.  Only the Result Code
 * of a last word may run past it, and is cut: Apple's client makes it six octets longer than it is.
 */
static bool next_avp(const struct msg *m, struct rd *r, struct avp *a)
{
    uint16_t first = rd_u16(r);
    size_t length = first & AVP_LENGTH_MASK;

    a->m = (first & AVP_M) != 0;
    a->h = (first & AVP_H) != 0;
    a->reserved = (first & AVP_RESERVED) != 0;
    a->vendor = rd_u16(r);
    a->number = rd_u16(r);
    if (length < AVP_HEADER || r->failed)
        return false;
    length -= AVP_HEADER;
    if (length > rd_left(r) && is_last_word(m) && a->vendor == 0 && a->number == AVP_RESULT_CODE)
        length = rd_left(r);
    a->value = rd_take(r, length);
    return !r->failed;
}

/* The first AVP must be Message Type, and its value a type that we know. */
static struct verdict take_type(struct msg *m, struct rd *r)
{
    struct avp a;
    enum damage damage;

    if (!next_avp(m, r, &a))
        return verdict_make(DAMAGE_TUNNEL, STOPCCN_ERROR, ERROR_LENGTH, "broken first AVP");
    damage = a.m ? DAMAGE_TUNNEL : DAMAGE_IGNORE;
    if (a.vendor != 0 || a.number != AVP_MESSAGE_TYPE)
        return verdict_make(damage, STOPCCN_ERROR, ERROR_UNKNOWN_AVP,
                            "first AVP is %u of vendor %u, not the message type",
                            (unsigned)a.number, (unsigned)a.vendor);
    if (a.reserved)
        return verdict_make(damage, STOPCCN_ERROR, ERROR_UNKNOWN_AVP,
                            "message type is marked by reserved bits");
    if (a.h)
        return verdict_make(damage, STOPCCN_ERROR, ERROR_VALUE, "message type may not be hidden");
    if (a.value.n != 2)
        return verdict_make(damage, STOPCCN_ERROR, ERROR_LENGTH, "message type has a wrong length");
    m->type = (uint16_t)(a.value.p[0] << 8 | a.value.p[1]);
    if (!msg_type_known(m->type))
        return verdict_make(damage, STOPCCN_ERROR, ERROR_UNKNOWN_AVP, "unknown message type %u",
                            (unsigned)m->type);
    msg_set(m, AVP_MESSAGE_TYPE);
    return verdict_ok();
}

/* What ends the walk through a message: nothing behind it can be told apart any more. */
static struct verdict broken_avp(const struct msg *m)
{
    if (is_last_word(m))
        return verdict_ok();
    return verdict_make(msg_type_of_session(m->type) ? DAMAGE_SESSION : DAMAGE_TUNNEL,
                        STOPCCN_ERROR, ERROR_LENGTH, "%s: AVP does not fit the message",
                        msg_type_name(m->type));
}

struct verdict msg_scan(struct msg *m, struct span body, uint16_t session)
{
    struct rd r = rd_over(body);
    struct verdict v;
    bool whole = true;

    msg_init(m, ZLB, session);
    m->present = 0;
    m->body = body;
    v = take_type(m, &r);
    if (v.damage != DAMAGE_NONE)
        return v;
    /* the first offence counts; what stands behind it is still taken: the answer needs the id */
    while (whole && rd_left(&r) > 0) {
        struct verdict one;
        struct avp a;

        whole = next_avp(m, &r, &a);
        one = whole ? take_avp(m, &a) : broken_avp(m);
        if (v.damage == DAMAGE_NONE)
            v = one;
    }
    return v;
}

static struct verdict check_presence(struct msg *m)
{
    for (unsigned n = 0; n < AVP_NUMBERS; n++) {
        const struct avp_row *row = avp_row(n);

        if (row == NULL || !(row->must >> m->type & 1) || msg_has(m, n))
            continue;
        if (m->strict || (excused[m->type] & BIT(n)) == 0)
            return offence(m, true, ERROR_VALUE, row, "is missing");
        log_debug(TOPIC_AVP, "%s: %s is missing: excused", msg_type_name(m->type), row->name);
        if (n == AVP_FRAMING_TYPE)
            m->framing_type = FRAMING_SYNC; /* what a peer that says nothing means */
    }
    return verdict_ok();
}

/* One that a message may have many of: those of them that are hidden, each by the vector before it.
 * They hold nothing that points into its octets. */
static struct verdict reveal_each(struct msg *m, unsigned slot, struct span secret)
{
    const struct avp_row *row = avp_row(slot);
    struct span vector = span_of(NULL, 0), value;
    struct rd r = rd_over(m->body);
    struct verdict v = verdict_ok();
    uint8_t room[AVP_LENGTH];
    struct avp a;

    while (v.damage == DAMAGE_NONE && rd_left(&r) > 0 && next_avp(m, &r, &a)) {
        int is = a.reserved ? -1 : avp_slot(a.vendor, a.number);

        if (is == AVP_RANDOM_VECTOR && !a.h && a.value.n > 0)
            vector = a.value;
        if (is != (int)slot || !a.h)
            continue;
        if (hide_reveal(row->number, secret, vector, a.value, room, &value))
            v = take_value(m, slot, a.m, value);
        else
            v = offence(m, a.m, ERROR_LENGTH, row, "is hidden and cannot be revealed");
    }
    return v;
}

struct verdict msg_reveal(struct msg *m, struct span secret, uint8_t *arena, size_t size)
{
    struct verdict v = verdict_ok();

    for (unsigned n = 0; m->pending != 0 && n < AVP_NUMBERS && v.damage == DAMAGE_NONE; n++) {
        const struct msg_hidden *c = &m->cipher[n];
        const struct avp_row *row = avp_row(n);
        bool mandatory = (m->mandatory & BIT(n)) != 0;
        struct span value;

        if (!(m->pending & BIT(n)))
            continue;
        m->pending &= ~BIT(n);
        if (row->flags & REPEATED) {
            v = reveal_each(m, n, secret);
            continue;
        }
        if (c->value.n > size ||
            !hide_reveal(row->number, secret, c->vector, c->value, arena, &value)) {
            v = offence(m, mandatory, ERROR_LENGTH, row, "is hidden and cannot be revealed");
            continue;
        }
        arena += c->value.n;
        size -= c->value.n;
        v = take_value(m, n, mandatory, value); /* nonsense: another secret has revealed it */
    }
    return v.damage == DAMAGE_NONE ? check_presence(m) : verdict_for(FAULT_HIDDEN, v);
}

bool msg_unswap_result(struct msg *m)
{
    struct msg_result *r = &m->result_code;

    if (!msg_has(m, AVP_RESULT_CODE) || r->result == 0 || (r->result & 0xff) != 0)
        return false;
    *r = (struct msg_result){.result = r->result >> 8};
    return true;
}
