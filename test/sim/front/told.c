/* What a front tells of a caller (RFC 2661, 4.4.5), held against what both ends have said, and what
 * the caller itself takes for agreed on; see front_sim.h. */
#include <string.h>

#include "base/md5.h"
#include "front_sim.h"

#define BIT(avp) (UINT64_C(1) << (avp))
#define OPTIONS_TOLD                                                                               \
    (BIT(AVP_INITIAL_RECEIVED_LCP_CONFREQ) | BIT(AVP_LAST_SENT_LCP_CONFREQ) |                      \
     BIT(AVP_LAST_RECEIVED_LCP_CONFREQ))

/* Options as values: what was not asked for has its default. */
static struct front_terms terms_of(struct span options)
{
    struct front_terms t = {1500, 0xffffffff, 0, false, false};
    struct rd r = rd_over(options), value;
    uint8_t type;

    while (ppp_next_option(&r, &type, &value)) {
        if (type == 1)
            t.mru = rd_u16(&value);
        else if (type == 2)
            t.accm = rd_u32(&value);
        else if (type == 5)
            t.magic = rd_u32(&value);
        t.pfc |= type == 7;
        t.acfc |= type == 8;
    }
    return t;
}

static bool terms_are(const struct front_terms *a, struct span options)
{
    struct front_terms b = terms_of(options);

    return a->mru == b.mru && a->accm == b.accm && a->magic == b.magic && a->pfc == b.pfc &&
           a->acfc == b.acfc;
}

static void look_at_options(struct life *l, const struct flight *f, const struct front_result *r)
{
    const struct watch *w = &l->watch;
    bool in_order = f != NULL && l->weather < TANGLED;

    hold(l, OF_INITIAL, span_eq(r->initial_received, span_of(w->initial, w->n_initial)),
         "other options than those that came first");
    hold(l, OF_SENT, terms_are(&r->ours, r->last_sent), "our terms are not those of our options");
    hold(l, OF_RECEIVED, terms_are(&r->callers, r->last_received),
         "the caller's terms are not those of its options");
    if (!w->blind) {
        hold(l, OF_SENT, w->ours_acked && span_eq(r->last_sent, span_of(w->ours, w->n_ours)),
             "options of ours that nobody has acknowledged");
        hold(l, OF_RECEIVED, span_eq(r->last_received, span_of(w->acked, w->n_acked)),
             "options of the caller's that we have not acknowledged");
    }
    if (!in_order || (l->player.make->does & LOOP))
        return;
    hold(l, OF_SENT, f->view.acked == digest_of(r->last_sent),
         "our options are others at the caller's end");
    hold(l, OF_RECEIVED, !f->view.open || f->view.mine == digest_of(r->last_received),
         "the caller's options are others at its own end");
}

static struct span secret_of(const struct life *l)
{
    return span_str(l->player.make->does & WRONG ? "a guess" : SECRET);
}

/* Who has the secret can verify the response. */
static bool is_proof(const struct life *l, const struct front_result *r)
{
    uint8_t digest[MD5_SIZE];
    struct md5 m;

    md5_init(&m);
    md5_add(&m, span_of(&r->id, 1));
    md5_add(&m, secret_of(l));
    md5_add(&m, r->challenge);
    md5_end(&m, digest);
    return span_eq(r->response, span_of(digest, sizeof digest));
}

static void look_at_name(struct life *l, const struct front_result *r)
{
    const struct watch *w = &l->watch;

    if (l->c.n_offer == 0) {
        hold(l, OF_WHO, r->type == PROXY_NONE && r->name.n == 0,
             "a name that nobody has asked for");
        return;
    }
    if (l->weather == DIRTY)
        return;
    hold(l, OF_WHO, span_eq(r->name, span_str(NAME)), "another name");
    if (r->type == PROXY_PAP) {
        hold(l, OF_PROOF, span_eq(r->response, secret_of(l)) && r->challenge.n == 0,
             "another password");
    } else if (r->type == PROXY_CHAP) {
        hold(l, OF_PROOF, is_proof(l, r), "a response that is none to this challenge");
        hold(l, OF_PROOF,
             w->blind ||
                 (r->id == w->challenge_id && span_eq(r->challenge, span_of(w->challenge, 16))),
             "another challenge");
    } else {
        hold(l, OF_WHO, r->type == 0, "type %u", r->type);
    }
    if (r->type == PROXY_PAP && w->cause == BY_INPUT && w->protocol == PAP && w->packet.code == 1)
        hold(l, OF_PROOF, r->id == w->packet.id, "another request than the last");
}

/* The AVPs say what the result says, and a LNS can use them. */
static void look_at_avps(struct life *l, const struct front_result *r)
{
    static const uint64_t type = BIT(AVP_PROXY_AUTHEN_TYPE);
    static const uint64_t name =
        BIT(AVP_PROXY_AUTHEN_NAME) | BIT(AVP_PROXY_AUTHEN_ID) | BIT(AVP_PROXY_AUTHEN_RESPONSE);
    struct msg m = {0};
    uint64_t want = OPTIONS_TOLD | (r->type != 0 ? type : 0) |
                    (r->type != 0 && r->type != PROXY_NONE ? name : 0) |
                    (r->type == PROXY_CHAP ? BIT(AVP_PROXY_AUTHEN_CHALLENGE) : 0);

    hold(l, OF_WHO, front_tell(&l->f, &m) && proxy_flaw(&m) == NULL, "AVPs that are of no use");
    hold(l, OF_WHO, m.present == want, "AVPs %llx", (unsigned long long)m.present);
    hold(l, OF_INITIAL, span_eq(m.initial_received_lcp_confreq, r->initial_received), "AVP 26");
    hold(l, OF_SENT, span_eq(m.last_sent_lcp_confreq, r->last_sent), "AVP 27");
    hold(l, OF_RECEIVED, span_eq(m.last_received_lcp_confreq, r->last_received), "AVP 28");
    if (r->type == 0 || r->type == PROXY_NONE)
        return;
    hold(l, OF_WHO, m.proxy_authen_type == r->type && span_eq(m.proxy_authen_name, r->name),
         "AVP 30");
    hold(l, OF_PROOF,
         span_eq(m.proxy_authen_response, r->response) && m.proxy_authen_id == r->id &&
             span_eq(m.proxy_authen_challenge, r->challenge),
         "AVPs 31 to 33");
}

void told_look(struct life *l, const struct flight *f)
{
    bool known = front_state(&l->f) == FRONT_KNOWN;
    struct front_result r;
    struct msg m = {0};

    hold(l, OF_WHO, front_result(&l->f, &r) == known, "a result that is none");
    if (!known) {
        hold(l, OF_WHO, !front_tell(&l->f, &m) && m.present == 0, "AVPs of nothing");
        return;
    }
    look_at_options(l, f, &r);
    look_at_name(l, &r);
    look_at_avps(l, &r);
}
