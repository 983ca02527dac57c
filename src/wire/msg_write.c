/* Putting a control message together, and showing one: by the same rows that take it apart.
 * What we send is exact (RFC 2661, 4.4): M as the row has it, lengths within the row's bounds. */
#include "wire/msg.h"

#include "base/log.h"
#include "wire/hide.h"
#include "wire/lcp.h"
#include "wire/line.h"
#include "wire/proxy.h"
#include "wire/utf8.h"

#define BIT(slot) (UINT64_C(1) << (slot))

static const void *field_of(const struct msg *m, const struct avp_row *row)
{
    return (const uint8_t *)m + row->field;
}

static size_t words_in(const struct avp_row *row)
{
    return (row->least - 2u) / 4u;
}

static void put_result(struct wr *w, const struct msg_result *r)
{
    wr_u16(w, r->result);
    if (r->has_error || r->text.n > 0)
        wr_u16(w, r->error);
    utf8_put(w, r->text);
}

static void put_cause(struct wr *w, const struct msg_ppp_cause *c)
{
    wr_u16(w, c->code);
    wr_u16(w, c->protocol);
    wr_u8(w, c->direction);
    utf8_put(w, c->text);
}

/* RFC 5515, 5.18: an octet, and three of 0. */
static uint32_t line_type(uint32_t type)
{
    return type <= 0xffu ? type << 24 : type;
}

static void put_speed(struct wr *w, const struct msg_speed *s)
{
    wr_u16(w, 0);
    wr_u16(w, s->session);
    wr_u32(w, s->tx);
    wr_u32(w, s->rx);
}

/* How many AVPs of a row m has. */
static unsigned how_many(const struct msg *m, const struct avp_row *row)
{
    return row->kind == KIND_SPEEDS ? m->connect_speed_update.n : 1;
}

/* nth: which one of them, from 0. */
static void put_value(struct wr *w, const struct msg *m, const struct avp_row *row, unsigned nth)
{
    const void *field = field_of(m, row);

    switch (row->kind) {
    case KIND_U16:
    case KIND_VERSION:
    case KIND_AUTHEN:
        wr_u16(w, *(const uint16_t *)field);
        break;
    case KIND_U32:
        wr_u32(w, *(const uint32_t *)field);
        break;
    case KIND_U64:
    case KIND_RATE:
        wr_u64(w, *(const uint64_t *)field);
        break;
    case KIND_LINE_TYPE:
        wr_u32(w, line_type(*(const uint32_t *)field));
        break;
    case KIND_SPEEDS:
        put_speed(w, &((const struct msg_speeds *)field)->at[nth]);
        break;
    case KIND_TEXT:
    case KIND_OCTETS:
    case KIND_SECRET:
    case KIND_LCP:
        (row->flags & READABLE ? utf8_put : wr_put)(w, *(const struct span *)field);
        break;
    case KIND_RESULT:
        put_result(w, field);
        break;
    case KIND_Q931: {
        const struct msg_q931 *q = field;

        wr_u16(w, q->cause);
        wr_u8(w, q->message);
        wr_put(w, q->advice);
        break;
    }
    case KIND_WORDS:
        wr_u16(w, 0);
        for (size_t i = 0; i < words_in(row); i++)
            wr_u32(w, ((const uint32_t *)field)[i]);
        break;
    case KIND_CAUSE:
        put_cause(w, field);
        break;
    case KIND_NONE:
    case KIND_EMPTY:
    case KIND_COUNT:
        break;
    }
}

/* Some of the padding, how much being as random as the padding itself; only where the length of the
 * value would tell something (4.3), and as much as an AVP has room for. */
static struct span some_padding(const struct avp_row *row, size_t value, struct span padding)
{
    size_t most = AVP_LENGTH - AVP_HEADER - HIDE_LENGTH;
    size_t room = value < most ? most - value : 0, n;

    if (row->least == row->most || padding.n < 2)
        return span_of(NULL, 0);
    n = padding.p[0] % padding.n % 16;
    return span_of(padding.p + 1, n < room ? n : room);
}

/* Is an AVP with a value of n octets to be sent hidden? */
static bool is_hidden(const struct msg *m, unsigned slot, size_t n, const struct msg_hiding *h)
{
    const struct avp_row *row = avp_row(slot);

    return h != NULL && (m->hidden & m->present & BIT(slot)) && row != NULL &&
           (row->flags & HIDEABLE) && (!h->brief || n <= MD5_SIZE - HIDE_LENGTH);
}

static bool hides_something(const struct msg *m, const struct msg_hiding *h)
{
    for (unsigned n = 0; n < AVP_NUMBERS; n++) {
        uint8_t room[AVP_LENGTH];
        struct wr value = wr_over(room, sizeof room);

        if (!is_hidden(m, n, 0, h) || how_many(m, avp_row(n)) == 0)
            continue;
        put_value(&value, m, avp_row(n), 0);
        if (!value.failed && is_hidden(m, n, wr_len(&value), h))
            return true;
    }
    return false;
}

static bool put_one(struct wr *w, const struct msg *m, unsigned slot, unsigned nth,
                    const struct msg_hiding *h)
{
    const struct avp_row *row = avp_row(slot);
    size_t start = wr_len(w), length;
    uint8_t room[AVP_LENGTH];
    struct wr value = wr_over(room, sizeof room);
    bool hide, must = (row->flags & MANDATORY) && (slot != 0 || !msg_type_optional(m->type));

    put_value(&value, m, row, nth);
    if (value.failed || wr_len(&value) < row->least || wr_len(&value) > row->most)
        return false;
    if ((row->flags & NONZERO) && room[0] == 0 && room[1] == 0)
        return false; /* such values are of two octets */
    hide = is_hidden(m, slot, wr_len(&value), h);
    wr_u16(w, 0);
    wr_u16(w, row->vendor);
    wr_u16(w, row->number);
    if (hide)
        hide_value(w, row->number, h->secret, h->vector, span_of(room, wr_len(&value)),
                   h->brief ? span_of(NULL, 0) : some_padding(row, wr_len(&value), h->padding));
    else
        wr_put(w, span_of(room, wr_len(&value)));
    length = wr_len(w) - start;
    if (length > AVP_LENGTH)
        return false;
    wr_set16(w, start,
             (uint16_t)((must ? 0x8000u : 0) | (hide ? 0x4000u : 0) | length));
    return !w->failed;
}

static bool put_avp(struct wr *w, const struct msg *m, unsigned slot, const struct msg_hiding *h)
{
    unsigned n = how_many(m, avp_row(slot));
    bool fine = n > 0;

    for (unsigned i = 0; i < n && fine; i++)
        fine = put_one(w, m, slot, i, h);
    return fine;
}

static bool put_vector(struct wr *w, struct span vector)
{
    if (vector.n > avp_row(AVP_RANDOM_VECTOR)->most)
        return false;
    wr_u16(w, (uint16_t)(0x8000u | (AVP_HEADER + vector.n)));
    wr_u16(w, 0);
    wr_u16(w, AVP_RANDOM_VECTOR);
    wr_put(w, vector);
    return !w->failed;
}

/* Our own mistakes are caught by the same rows as the peer's. */
static bool is_complete(const struct msg *m)
{
    for (unsigned n = 0; n < AVP_NUMBERS; n++) {
        const struct avp_row *row = avp_row(n);
        bool must = row != NULL && (row->must >> m->type & 1);
        bool may = row != NULL && ((row->must | row->may) >> m->type & 1);

        if ((must && !msg_has(m, n)) || (msg_has(m, n) && !may))
            return false;
    }
    return true;
}

/* What several AVPs, or parts of one, say together. */
static bool is_sound(const struct msg *m)
{
    const struct msg_result *r = &m->result_code;

    if (msg_has(m, AVP_RESULT_CODE) &&
        (r->result == 0 || (r->has_error && r->error == ERROR_VENDOR && r->text.n == 0)))
        return false; /* 4.4.2: 0 is reserved, and 6 says nothing without a text */
    return m->type != ICCN || proxy_flaw(m) == NULL;
}

bool msg_encode(struct wr *w, const struct msg *m, const struct msg_hiding *hiding)
{
    bool fine;

    if (!msg_type_known(m->type) || !is_complete(m) || !is_sound(m))
        return false;
    if (hiding != NULL && (hiding->secret.n == 0 || hiding->vector.n == 0))
        hiding = NULL; /* S4.3-01: nothing is hidden without a shared secret */
    fine = put_avp(w, m, AVP_MESSAGE_TYPE, NULL);
    if (fine && hides_something(m, hiding))
        fine = put_vector(w, hiding->vector);
    else if (fine && msg_has(m, AVP_RANDOM_VECTOR))
        fine = put_vector(w, m->random_vector);
    for (unsigned n = 1; n < AVP_NUMBERS && fine; n++)
        if (msg_has(m, n) && n != AVP_RANDOM_VECTOR)
            fine = put_avp(w, m, n, hiding);
    return fine && !w->failed;
}

static void add_text(struct line *l, struct span text)
{
    char safe[160];

    line_add(l, "\"%s\"", log_safe(text, safe, sizeof safe));
}

static void add_result(struct line *l, const struct msg *m, const struct msg_result *r)
{
    const char *result = avp_result_name(m->type, r->result);
    const char *error = avp_error_name(r->error);

    line_add(l, "%u", (unsigned)r->result);
    if (r->has_error || r->text.n > 0)
        line_add(l, "/%u", (unsigned)r->error);
    line_add(l, "(%s", result != NULL ? result : "?");
    if (r->error != 0)
        line_add(l, ": %s", error != NULL ? error : "?");
    line_add(l, ")");
    if (r->text.n > 0)
        add_text(l, r->text);
}

static void add_cause(struct line *l, const struct msg_ppp_cause *c)
{
    const char *name = avp_ppp_cause_name(c->code);

    line_add(l, "%u(%s)/%04x/%u", (unsigned)c->code, name != NULL ? name : "?",
             (unsigned)c->protocol, (unsigned)c->direction);
    if (c->text.n > 0)
        add_text(l, c->text);
}

static void add_speeds(struct line *l, const struct msg_speeds *s)
{
    for (unsigned i = 0; i < s->n; i++)
        line_add(l, "%s%u:%lu/%lu", i > 0 ? "," : "", (unsigned)s->at[i].session,
                 (unsigned long)s->at[i].tx, (unsigned long)s->at[i].rx);
}

static void add_value(struct line *l, const struct msg *m, const struct avp_row *row)
{
    const void *field = field_of(m, row);
    char options[256];
    const char *name;

    switch (row->kind) {
    case KIND_U16:
        line_add(l, "%u", (unsigned)*(const uint16_t *)field);
        break;
    case KIND_VERSION:
        line_add(l, "%u.%u", *(const uint16_t *)field >> 8u, *(const uint16_t *)field & 0xffu);
        break;
    case KIND_U32:
        line_add(l, "%lu", (unsigned long)*(const uint32_t *)field);
        break;
    case KIND_U64:
        line_add(l, "%016llx", (unsigned long long)*(const uint64_t *)field);
        break;
    case KIND_RATE:
        line_add(l, "%llu", (unsigned long long)*(const uint64_t *)field);
        break;
    case KIND_LINE_TYPE:
        name = avp_line_type_name(*(const uint32_t *)field);
        line_add(l, "%lu(%s)", (unsigned long)*(const uint32_t *)field, name != NULL ? name : "?");
        break;
    case KIND_SPEEDS:
        add_speeds(l, field);
        break;
    case KIND_TEXT:
        add_text(l, *(const struct span *)field);
        break;
    case KIND_OCTETS:
        line_hex(l, *(const struct span *)field, 32);
        break;
    case KIND_LCP:
        line_add(l, "[%s]", lcp_describe(*(const struct span *)field, options, sizeof options));
        break;
    case KIND_AUTHEN:
        name = avp_authen_name(*(const uint16_t *)field);
        line_add(l, "%u(%s)", (unsigned)*(const uint16_t *)field, name != NULL ? name : "?");
        break;
    case KIND_SECRET:
        line_add(l, "(%zu octets)", ((const struct span *)field)->n);
        break;
    case KIND_RESULT:
        add_result(l, m, field);
        break;
    case KIND_Q931: {
        const struct msg_q931 *q = field;

        line_add(l, "%u/%u", (unsigned)q->cause, (unsigned)q->message);
        add_text(l, q->advice);
        break;
    }
    case KIND_WORDS:
        for (size_t i = 0; i < words_in(row); i++)
            line_add(l, "%s%08lx", i > 0 ? "," : "", (unsigned long)((const uint32_t *)field)[i]);
        break;
    case KIND_CAUSE:
        add_cause(l, field);
        break;
    case KIND_NONE:
    case KIND_EMPTY:
    case KIND_COUNT:
        line_add(l, "yes");
        break;
    }
}

const char *msg_describe(const struct msg *m, char *dst, size_t size)
{
    struct line l = line_over(dst, size);

    line_add(&l, "%s", msg_type_name(m->type));
    if (!msg_type_known(m->type))
        line_add(&l, " %u", (unsigned)m->type);
    for (unsigned n = 1; n < AVP_NUMBERS; n++) {
        const struct avp_row *row = avp_row(n);

        if (row == NULL || !msg_has(m, n))
            continue;
        line_add(&l, " %s%s=", (m->hidden & BIT(n)) && (row->flags & HIDEABLE) ? "*" : "",
                 row->name);
        add_value(&l, m, row);
    }
    return dst;
}
