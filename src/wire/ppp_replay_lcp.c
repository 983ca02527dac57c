/* The options of LCP: what can be replayed of the LAC's, and how pppd is brought to ask for the same.
 * See ppp_replay.h. */
#include "wire/lcp.h"
#include "wire/line.h"
#include "wire/ppp_replay_parts.h"

#define MRU_DEFAULT 1500
#define MRU_LEAST 128
#define ACCM_DEFAULT 0xffffffffu
#define AUTH_SHOWN 48

enum { MRU = 1, ACCM = 2, AUTHENTICATION = 3, MAGIC = 5, PFC = 7, ACFC = 8, OPTION_TYPES };

#define BIT(type) (1u << (type))
#define KNOWN (BIT(MRU) | BIT(ACCM) | BIT(AUTHENTICATION) | BIT(MAGIC) | BIT(PFC) | BIT(ACFC))

/* Takes one option; sizes have been looked at. */
static void take(struct replay_terms *t, uint8_t type, struct rd value)
{
    if (type == MRU)
        t->mru = rd_u16(&value);
    else if (type == ACCM) {
        t->has_accm = true;
        t->accm = rd_u32(&value);
    } else if (type == AUTHENTICATION)
        t->auth = span_of(value.p - 2, rd_left(&value) + 2);
    else if (type == MAGIC)
        t->magic = rd_u32(&value);
    else if (type == PFC)
        t->pfc = true;
    else if (type == ACFC)
        t->acfc = true;
}

const char *replay_read_terms(struct span options, bool may_ask, struct replay_terms *t)
{
    struct rd r = rd_over(options), value;
    unsigned seen = 0;
    uint8_t type;

    *t = (struct replay_terms){.mru = MRU_DEFAULT, .accm = ACCM_DEFAULT};
    if (options.n > REPLAY_OPTIONS || !lcp_well_formed(options))
        return "its LCP options are malformed";
    while (ppp_next_option(&r, &type, &value)) {
        if (type >= OPTION_TYPES || !(KNOWN & BIT(type)))
            return "it has agreed on options of LCP beyond RFC 1661's";
        if (type == AUTHENTICATION && !may_ask)
            return "it has agreed on authenticating the LNS to the caller";
        if (seen & BIT(type))
            return "an option of LCP is there twice";
        seen |= BIT(type);
        take(t, type, value);
    }
    return t->mru < MRU_LEAST ? "it has agreed on an MRU that is too small" : NULL;
}

static void put(struct wr *w, uint8_t type, struct rd value)
{
    wr_u8(w, type);
    wr_u8(w, (uint8_t)(rd_left(&value) + 2));
    wr_put(w, rd_rest(&value));
}

static void put_mru(struct wr *w, uint16_t mru)
{
    wr_u8(w, MRU);
    wr_u8(w, 4);
    wr_u16(w, mru);
}

static void put_accm(struct wr *w, uint32_t accm)
{
    wr_u8(w, ACCM);
    wr_u8(w, 6);
    wr_u32(w, accm);
}

/* For the return of replay_judge(). */
static struct line because(struct ppp_replay *r)
{
    return line_over(r->why, sizeof r->why);
}

/* What the LAC's terms have not, pppd is to do without: those options of its own are rejected. */
static void reject(const struct ppp_replay *r, struct span options, struct wr *w)
{
    const struct replay_terms *us = &r->ours;
    unsigned have = BIT(MRU) | BIT(AUTHENTICATION) | (us->has_accm ? BIT(ACCM) : 0) |
                    (us->magic != 0 ? BIT(MAGIC) : 0) | (us->pfc ? BIT(PFC) : 0) |
                    (us->acfc ? BIT(ACFC) : 0);
    struct rd rest = rd_over(options), value;
    uint8_t type;

    while (ppp_next_option(&rest, &type, &value))
        if (type >= OPTION_TYPES || !(have & BIT(type)))
            put(w, type, value);
}

/* pppd's options without those. */
static struct span without(const struct ppp_replay *r, struct wr *w)
{
    struct rd rest = rd_over(span_of(r->request, r->n_request)), value;
    uint8_t type;

    while (ppp_next_option(&rest, &type, &value))
        if (type < OPTION_TYPES && (KNOWN & BIT(type)))
            put(w, type, value);
    return span_of(w->start, wr_len(w));
}

static const char *auth_text(struct span option, char *dst, size_t size)
{
    return option.n > 0 ? lcp_describe(option, dst, size) : "no authentication";
}

/* Is there a way from what pppd asks for to what the caller has agreed on?  Else why says so. */
static bool can_be_had(struct ppp_replay *r, const struct replay_terms *pppd)
{
    const struct replay_terms *us = &r->ours;
    struct span auth = r->way == REPLAY_TOLD ? span_of(NULL, 0) : us->auth;
    char is[AUTH_SHOWN], was[AUTH_SHOWN];
    struct line l = because(r);

    if (!span_eq(pppd->auth, auth))
        line_add(&l, "pppd asks for %s, %s %s", auth_text(pppd->auth, is, sizeof is),
                 r->way == REPLAY_TOLD ? "though the LAC's word was to do for"
                                       : "the caller has agreed on",
                 auth_text(us->auth, was, sizeof was));
    else if (pppd->mru < us->mru && (pppd->mru != r->given_mru || us->mru > MRU_DEFAULT))
        line_add(&l, "pppd asks for an MRU of %u, the LAC has told the caller %u", pppd->mru, us->mru);
    else if (us->has_accm && (pppd->accm & ~us->accm) != 0)
        line_add(&l, "pppd asks for an ACCM of %08lx, the LAC has told the caller %08lx",
                 (unsigned long)pppd->accm, (unsigned long)us->accm);
    else if (us->pfc && !pppd->pfc)
        line_add(&l, "pppd takes no compressed protocol fields, the LAC has told the caller it may");
    else if (us->acfc && !pppd->acfc)
        line_add(&l, "pppd takes no compressed address fields, the LAC has told the caller it may");
    else if (pppd->magic != 0 && pppd->magic == r->caller.magic)
        line_add(&l, "pppd has the caller's magic number");
    return l.used == 0;
}

enum replay_code replay_judge(struct ppp_replay *r, struct wr *answer)
{
    const struct replay_terms *us = &r->ours;
    uint8_t room[REPLAY_OPTIONS];
    struct wr known = wr_over(room, sizeof room);
    struct replay_terms pppd;
    struct line l = because(r);

    if (!lcp_well_formed(span_of(r->request, r->n_request)) ||
        replay_read_terms(without(r, &known), true, &pppd) != NULL) {
        line_add(&l, "pppd's own request is malformed");
        return 0;
    }
    if (!can_be_had(r, &pppd))
        return 0;
    r->pppd_magic = pppd.magic;
    reject(r, span_of(r->request, r->n_request), answer);
    if (wr_len(answer) > 0)
        return CONFIGURE_REJECT;
    if (pppd.mru != us->mru)
        put_mru(answer, us->mru);
    if (us->has_accm && pppd.accm != us->accm)
        put_accm(answer, us->accm);
    if (wr_len(answer) > 0)
        return CONFIGURE_NAK;
    wr_put(answer, span_of(r->request, r->n_request));
    return CONFIGURE_ACK;
}
