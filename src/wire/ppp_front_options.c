/* LCP's options (RFC 1661, 6), ours and the caller's: what we ask for, what we take, and what we do
 * when either is refused.  A row an option.  See ppp_front.h. */
#include <string.h>

#include "wire/ppp_front_parts.h"

#define MRU_DEFAULT 1500
#define MRU_LEAST 128 /* below that nothing sensible passes */
#define ACCM_DEFAULT 0xffffffffu

enum { MRU = 1, ACCM = 2, AUTHENTICATION = 3, MAGIC = 5, PFC = 7, ACFC = 8, OPTION_TYPES };

#define BIT(type) (1u << (type))

static const struct front_terms defaults = {MRU_DEFAULT, ACCM_DEFAULT, 0, false, false};

/* A new one of ours; zero is none (RFC 1661, 6.4). */
static uint32_t new_magic(const struct front *f)
{
    uint32_t magic = front_random32(f);

    return magic != 0 ? magic : 1;
}

/* -- ours -----------------------------------------------------------------------------------------
 */

void front_options_init(struct front *f)
{
    f->caller = f->we = defaults;
    f->we.magic = new_magic(f);
    f->we.mru = f->c.mru;
    f->we.accm = f->c.accm;
    f->asks = BIT(MAGIC) | (f->c.mru != MRU_DEFAULT ? BIT(MRU) : 0) |
              (f->c.accm != ACCM_DEFAULT ? BIT(ACCM) : 0) |
              (f->c.n_offer > 0 ? BIT(AUTHENTICATION) : 0) | (f->c.pfc ? BIT(PFC) : 0) |
              (f->c.acfc ? BIT(ACFC) : 0);
    f->we.pfc = f->c.pfc;
    f->we.acfc = f->c.acfc;
}

bool front_options_may_ask(const struct front *f)
{
    return f->c.n_offer == 0 || (f->asks & BIT(AUTHENTICATION));
}

const struct front_way *front_auth_way(const struct front *f)
{
    return f->c.n_offer > 0 ? &front_ways[f->c.offer[f->auth]] : NULL;
}

static void put_mru(const struct front_terms *t, struct wr *w)
{
    wr_u8(w, MRU);
    wr_u8(w, 4);
    wr_u16(w, t->mru);
}

static void put_long(unsigned type, uint32_t value, struct wr *w)
{
    wr_u8(w, (uint8_t)type);
    wr_u8(w, 6);
    wr_u32(w, value);
}

static void put_flag(unsigned type, struct wr *w)
{
    wr_u8(w, (uint8_t)type);
    wr_u8(w, 2);
}

static void put_auth(const struct front_way *way, struct wr *w)
{
    wr_u8(w, AUTHENTICATION);
    wr_u8(w, way->algorithm != 0 ? 5 : 4);
    wr_u16(w, way->protocol);
    if (way->algorithm != 0)
        wr_u8(w, way->algorithm);
}

void front_options_write(struct front *f)
{
    struct wr w = wr_over(f->sent, sizeof f->sent);

    if (f->asks & BIT(MRU))
        put_mru(&f->we, &w);
    if (f->asks & BIT(ACCM))
        put_long(ACCM, f->we.accm, &w);
    if (f->asks & BIT(AUTHENTICATION))
        put_auth(front_auth_way(f), &w);
    if (f->asks & BIT(MAGIC))
        put_long(MAGIC, f->we.magic, &w);
    if (f->asks & BIT(PFC))
        put_flag(PFC, &w);
    if (f->asks & BIT(ACFC))
        put_flag(ACFC, &w);
    f->n_sent = (uint16_t)wr_len(&w);
}

/* -- the caller's ---------------------------------------------------------------------------------
 */

/* An option that we know: the octets of its value, is that a value to take (and then it is kept),
 * and the one that we would take, written as an option. */
struct rule {
    uint8_t size;
    bool (*take)(struct front *f, struct rd *value);
    void (*suggest)(const struct front *f, struct rd *value, struct wr *w);
};

static bool take_mru(struct front *f, struct rd *value)
{
    f->caller.mru = rd_u16(value);
    return f->caller.mru >= MRU_LEAST && f->caller.mru <= f->c.mru_most;
}

static void suggest_mru(const struct front *f, struct rd *value, struct wr *w)
{
    struct front_terms t = defaults;
    bool whole = rd_left(value) == 2;
    uint16_t asked = rd_u16(value);

    if (whole && asked < MRU_LEAST)
        t.mru = MRU_LEAST;
    else if (f->c.mru_most < t.mru || whole)
        t.mru = f->c.mru_most;
    put_mru(&t, w);
}

static bool take_accm(struct front *f, struct rd *value)
{
    f->caller.accm = rd_u32(value);
    return true;
}

static void suggest_accm(const struct front *f, struct rd *value, struct wr *w)
{
    (void)f;
    (void)value;
    put_long(ACCM, 0, w);
}

static bool take_magic(struct front *f, struct rd *value)
{
    f->caller.magic = rd_u32(value);
    return f->caller.magic != 0;
}

static void suggest_magic(const struct front *f, struct rd *value, struct wr *w)
{
    (void)value;
    put_long(MAGIC, new_magic(f), w);
}

static bool take_pfc(struct front *f, struct rd *value)
{
    (void)value;
    return f->caller.pfc = true;
}

static void suggest_pfc(const struct front *f, struct rd *value, struct wr *w)
{
    (void)f;
    (void)value;
    put_flag(PFC, w);
}

static bool take_acfc(struct front *f, struct rd *value)
{
    (void)value;
    return f->caller.acfc = true;
}

static void suggest_acfc(const struct front *f, struct rd *value, struct wr *w)
{
    (void)f;
    (void)value;
    put_flag(ACFC, w);
}

/* All others are declined: that we authenticate ourselves, reports of quality, callback (RFC 1570),
 * bundles (RFC 1990): nothing that a LNS would have to live with unasked. */
static const struct rule rules[OPTION_TYPES] = {
    [MRU] = {2, take_mru, suggest_mru},       [ACCM] = {4, take_accm, suggest_accm},
    [MAGIC] = {4, take_magic, suggest_magic}, [PFC] = {0, take_pfc, suggest_pfc},
    [ACFC] = {0, take_acfc, suggest_acfc},
};

static const struct rule *rule_of(uint8_t type)
{
    return type < OPTION_TYPES && rules[type].take != NULL ? &rules[type] : NULL;
}

bool front_options_are(struct span options)
{
    struct rd r = rd_over(options), value;
    uint8_t type;

    while (rd_left(&r) > 0)
        if (!ppp_next_option(&r, &type, &value))
            return false;
    return true;
}

static void put_option(struct wr *w, uint8_t type, const struct rd *value)
{
    wr_u8(w, type);
    wr_u8(w, (uint8_t)(rd_left(value) + 2));
    wr_put(w, span_of(value->p, rd_left(value)));
}

/* Is our own magic number in it?  Then we most likely hear ourselves (RFC 1661, 6.4). */
static bool is_our_own(const struct front *f, struct span options)
{
    struct rd r = rd_over(options), value;
    uint8_t type;

    if (!(f->asks & BIT(MAGIC)))
        return false;
    while (ppp_next_option(&r, &type, &value))
        if (type == MAGIC && rd_left(&value) == 4 && rd_u32(&value) == f->we.magic)
            return true;
    return false;
}

/* Rejected is what is unknown or stands there twice; else what has a wrong value or size is named
 * with a better one, and so is an MRU where the default would be too much (RFC 1661, 5.3, 5.4 and
 * 6).  After Max-Failure of that, what is wrong is rejected, and what is missing let be (4.6). */
enum front_code front_options_judge(struct front *f, struct span options, struct wr *answer)
{
    struct rd r = rd_over(options), value;
    uint8_t room[FRONT_OPTIONS], type;
    struct wr naks = wr_over(room, sizeof room);
    bool patient = f->naks < MAX_FAILURE;
    unsigned seen = 0;

    f->loops = is_our_own(f, options) ? f->loops + 1 : 0;
    if (f->loops > 0) {
        put_long(MAGIC, new_magic(f), answer);
        return CONFIGURE_NAK;
    }
    f->caller = defaults;
    while (ppp_next_option(&r, &type, &value)) {
        const struct rule *rule = rule_of(type);
        struct rd taken = value;

        if (rule == NULL || (seen & BIT(type))) {
            put_option(answer, type, &value);
            continue;
        }
        seen |= BIT(type);
        if (rd_left(&value) == rule->size && rule->take(f, &taken))
            continue;
        if (patient)
            rule->suggest(f, &value, &naks);
        else
            put_option(answer, type, &value);
    }
    if (wr_len(answer) > 0)
        return CONFIGURE_REJECT;
    if (patient && !(seen & BIT(MRU)) && f->c.mru_most < MRU_DEFAULT)
        put_mru(&(struct front_terms){.mru = f->c.mru_most}, &naks);
    wr_put(answer, span_of(room, wr_len(&naks)));
    return wr_len(&naks) > 0 ? CONFIGURE_NAK : CONFIGURE_ACK;
}

/* -- the caller's answers -------------------------------------------------------------------------
 */

static void drop(struct front *f, uint8_t type)
{
    f->asks &= ~BIT(type);
    if (type == MRU)
        f->we.mru = MRU_DEFAULT;
    else if (type == ACCM)
        f->we.accm = ACCM_DEFAULT;
    else if (type == MAGIC)
        f->we.magic = 0;
    else if (type == PFC)
        f->we.pfc = false;
    else if (type == ACFC)
        f->we.acfc = false;
}

/* Less than we asked for is always possible; more would be more than there is room for. */
static void naked_mru(struct front *f, struct rd *value)
{
    uint16_t mru = rd_u16(value);

    if (value->failed || mru < MRU_LEAST || mru > f->c.mru)
        return;
    f->we.mru = mru;
    f->asks |= BIT(MRU);
}

static void naked_accm(struct front *f, struct rd *value)
{
    f->we.accm |= rd_u32(value); /* without the option it is all of them already */
}

static bool is_way(const struct front_way *way, uint16_t protocol, uint8_t algorithm)
{
    return way->protocol == protocol && way->algorithm == algorithm;
}

/* The way that the caller names, if we offer it and it has not declined it, else the next best. */
static void naked_auth(struct front *f, struct rd *value)
{
    uint16_t protocol = rd_u16(value);
    uint8_t algorithm = rd_left(value) > 0 ? rd_u8(value) : 0;
    unsigned next = f->c.n_offer;

    if (!(f->asks & BIT(AUTHENTICATION)) || f->auth_moved)
        return;
    f->auth_moved = true;
    f->refused |= 1u << f->auth;
    for (unsigned i = f->c.n_offer; i-- > 0;) {
        if (f->refused >> i & 1)
            continue;
        next = i;
        if (is_way(&front_ways[f->c.offer[i]], protocol, algorithm))
            break;
    }
    if (next == f->c.n_offer)
        drop(f, AUTHENTICATION);
    else
        f->auth = next;
}

static void naked_magic(struct front *f, struct rd *value)
{
    (void)value;
    if (f->asks & BIT(MAGIC))
        f->we.magic = new_magic(f);
}

/* There is no other value that it could have. */
static void naked_pfc(struct front *f, struct rd *value)
{
    (void)value;
    drop(f, PFC);
}

static void naked_acfc(struct front *f, struct rd *value)
{
    (void)value;
    drop(f, ACFC);
}

typedef void naked_fn(struct front *f, struct rd *value);

static naked_fn *const naked[OPTION_TYPES] = {
    [MRU] = naked_mru,     [ACCM] = naked_accm, [AUTHENTICATION] = naked_auth,
    [MAGIC] = naked_magic, [PFC] = naked_pfc,   [ACFC] = naked_acfc,
};

/* Options that we have not asked for may be among them; those that we do not know are passed over.
 */
bool front_options_naked(struct front *f, struct span options)
{
    struct rd r = rd_over(options), value;
    uint8_t type;

    if (!front_options_are(options))
        return false;
    f->auth_moved = false;
    while (ppp_next_option(&r, &type, &value))
        if (type < OPTION_TYPES && naked[type] != NULL)
            naked[type](f, &value);
    return true;
}

/* They have to be ours as we sent them, in our order (RFC 1661, 5.4). */
static bool are_of_ours(const struct front *f, struct span options)
{
    struct rd r = rd_over(options), ours = rd_over(span_of(f->sent, f->n_sent));
    struct rd value, our_value;
    uint8_t type, our_type;

    while (ppp_next_option(&r, &type, &value)) {
        do {
            if (!ppp_next_option(&ours, &our_type, &our_value))
                return false;
        } while (our_type != type);
        if (!span_eq(span_of(value.p, rd_left(&value)), span_of(our_value.p, rd_left(&our_value))))
            return false;
    }
    return true;
}

bool front_options_rejected(struct front *f, struct span options)
{
    struct rd r = rd_over(options), value;
    uint8_t type;

    if (!front_options_are(options) || !are_of_ours(f, options))
        return false;
    while (ppp_next_option(&r, &type, &value))
        drop(f, type);
    return true;
}
