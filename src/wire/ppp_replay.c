/* The course of a replay: what pppd is shown and when, and what the ends see of each other
 * afterwards.  See ppp_replay.h. */
#include <string.h>

#include "base/md5.h"
#include "wire/lcp.h"
#include "wire/line.h"
#include "wire/ppp_replay_parts.h"

#define ROUNDS 6 /* Configure-Requests of pppd's that are answered */
#define FEED_ID 1
#define NCP_FIRST 0x8000u /* RFC 1661, 2: protocols of network control */
#define NCP_LAST 0xbfffu

static const char no_end[] = "pppd and the LAC's options do not come together";

/* -- frames of ours -------------------------------------------------------------------------------
 */

static void queue(struct replay_out *o, uint16_t protocol, uint8_t code, uint8_t id, struct span body)
{
    unsigned at = (o->first + o->n) % REPLAY_QUEUE;
    struct wr w = wr_over(o->frame[at], REPLAY_FRAME);

    if (o->n == REPLAY_QUEUE)
        return; /* as lost on the line */
    wr_u16(&w, 0xff03);
    wr_u16(&w, protocol);
    wr_u8(&w, code);
    wr_u8(&w, id);
    wr_u16(&w, (uint16_t)(body.n + 4));
    wr_put(&w, body);
    if (w.failed)
        return;
    o->length[at] = (uint16_t)wr_len(&w);
    o->n++;
}

static struct span dequeue(struct replay_out *o)
{
    struct span frame = {NULL, 0};

    if (o->n == 0) {
        bytes_wipe(o->frame, sizeof o->frame);
        return frame;
    }
    frame = span_of(o->frame[o->first], o->length[o->first]);
    o->first = (o->first + 1) % REPLAY_QUEUE;
    o->n--;
    return frame;
}

struct span ppp_replay_to_pppd(struct ppp_replay *r)
{
    return dequeue(&r->to_pppd);
}

struct span ppp_replay_to_caller(struct ppp_replay *r)
{
    return dequeue(&r->to_caller);
}

/* -- the beginning --------------------------------------------------------------------------------
 */

static void keep(uint8_t *room, uint8_t *n, struct span s)
{
    *n = (uint8_t)s.n;
    if (s.n > 0)
        memcpy(room, s.p, s.n);
}

/* Copies the AVPs, lengths having been looked at; NULL, or why they cannot be used. */
static const char *read_authentication(struct ppp_replay *r, const struct msg *m)
{
    uint64_t present = m->present >> AVP_PROXY_AUTHEN_TYPE;
    const char *flaw = proxy_flaw(m);

    if (flaw != NULL)
        return flaw;
    r->type = present & 1 ? m->proxy_authen_type : 0;
    if (r->type == 0 || r->type == PROXY_NONE)
        return NULL;
    if (m->proxy_authen_name.n > REPLAY_VALUE || m->proxy_authen_response.n > REPLAY_VALUE ||
        ((present & 4) && m->proxy_authen_challenge.n > REPLAY_VALUE))
        return "proxy authentication has a value that is too long";
    if (!replay_is_of_type(r->ours.auth, r->type))
        return "it tells of another authentication than it has agreed on with the caller";
    keep(r->name, &r->n_name, m->proxy_authen_name);
    keep(r->response, &r->n_response, m->proxy_authen_response);
    if (r->type == PROXY_CHAP || r->type == PROXY_MSCHAP)
        keep(r->challenge, &r->n_challenge, m->proxy_authen_challenge);
    r->id = r->type != PROXY_TEXT ? (uint8_t)m->proxy_authen_id : 0;
    return NULL;
}

/* Is there somebody to be taken at the LAC's word?  A caller that has logged in by text, and has agreed
 * to be asked by PPP besides, waits to be asked. */
static bool is_named(const struct ppp_replay *r)
{
    return r->type != 0 && r->type != PROXY_NONE &&
           (r->type != PROXY_TEXT || r->ours.auth.n == 0);
}

/* PAP's caller says its password once more until it has an answer, or says it no more as it has had
 * one: only LCP makes it begin anew for certain.  All others can be asked at any time. */
static const char *choose_way(struct ppp_replay *r, enum replay_trust trust)
{

    if (is_named(r) && trust == REPLAY_ACCEPT) {
        r->way = REPLAY_TOLD;
        return r->n_name == 0 ? "it tells no name" : NULL;
    }
    if (r->ours.auth.n == 0)
        r->way = REPLAY_NOBODY;
    else if (replay_protocol_of(r->ours.auth) != PPP_PAP)
        r->way = r->type == PROXY_CHAP && trust == REPLAY_VERIFY ? REPLAY_CHAP : REPLAY_OVER;
    else if (r->type == PROXY_PAP && trust == REPLAY_VERIFY)
        r->way = REPLAY_PAP;
    else
        return r->type == PROXY_PAP ? "its caller's PAP is not to be verified, and has to begin anew"
                                    : "it has agreed on PAP, and does not tell of any";
    return NULL;
}

static bool has(const struct msg *m, enum avp_number number)
{
    return (m->present >> number & 1) != 0;
}

static const char *read_all(struct ppp_replay *r, const struct msg *m, enum replay_trust trust)
{
    const char *flaw;

    if (!has(m, AVP_LAST_SENT_LCP_CONFREQ) || !has(m, AVP_LAST_RECEIVED_LCP_CONFREQ))
        return "it does not tell of LCP";
    if (has(m, AVP_INITIAL_RECEIVED_LCP_CONFREQ) &&
        !lcp_well_formed(m->initial_received_lcp_confreq))
        return "its LCP options are malformed";
    if ((flaw = replay_read_terms(m->last_sent_lcp_confreq, true, &r->ours)) != NULL ||
        (flaw = replay_read_terms(m->last_received_lcp_confreq, false, &r->caller)) != NULL)
        return flaw;
    if (r->ours.magic != 0 && r->ours.magic == r->caller.magic)
        return "it has the caller's magic number";
    r->n_sent = (uint16_t)m->last_sent_lcp_confreq.n;
    r->n_received = (uint16_t)m->last_received_lcp_confreq.n;
    if (r->n_sent > 0)
        memcpy(r->sent, m->last_sent_lcp_confreq.p, r->n_sent);
    if (r->n_received > 0)
        memcpy(r->received, m->last_received_lcp_confreq.p, r->n_received);
    (void)replay_read_terms(span_of(r->sent, r->n_sent), true, &r->ours);
    flaw = read_authentication(r, m);
    return flaw != NULL ? flaw : choose_way(r, trust);
}

void ppp_replay_init(struct ppp_replay *r, const struct msg *m, enum replay_trust trust,
                     uint16_t given_mru)
{
    const char *flaw;

    memset(r, 0, sizeof *r);
    r->given_mru = given_mru;
    r->has_lcp = (m->present >> AVP_INITIAL_RECEIVED_LCP_CONFREQ & 7) != 0;
    flaw = read_all(r, m, trust);
    if (flaw != NULL)
        ppp_replay_give_up(r, flaw);
}

void ppp_replay_wipe(struct ppp_replay *r)
{
    bytes_wipe(r, sizeof *r);
}

uint16_t ppp_replay_protocol(const struct ppp_replay *r)
{
    return r->way == REPLAY_TOLD ? 0 : replay_protocol_of(r->ours.auth);
}

/* -- the end --------------------------------------------------------------------------------------
 */

/* Nothing has been said to the caller: pppd's request is the first that it hears. */
static void begin_anew(struct ppp_replay *r)
{
    r->state = REPLAY_ANEW;
    r->wants_secret = false;
    if (r->has_request && !r->open)
        queue(&r->to_caller, PPP_LCP, CONFIGURE_REQUEST, r->request_id,
              span_of(r->request, r->n_request));
}

void ppp_replay_give_up(struct ppp_replay *r, const char *why)
{
    struct line l;

    if (r->state != REPLAY_RUNNING)
        return;
    l = line_over(r->why, sizeof r->why);
    line_add(&l, "%s", why != NULL ? why : r->fed ? no_end : "pppd does not say anything");
    if (r->open) /* what pppd and the caller have to say to each other now, they can */
        r->state = REPLAY_DONE, r->way = REPLAY_OVER, r->wants_secret = false;
    else
        begin_anew(r);
}

/* -- pppd's LCP -----------------------------------------------------------------------------------
 */

static void feed(struct ppp_replay *r)
{
    r->fed = true;
    r->due++;
    queue(&r->to_pppd, PPP_LCP, CONFIGURE_REQUEST, FEED_ID, span_of(r->received, r->n_received));
}

static void feed_pap(struct ppp_replay *r)
{
    uint8_t room[2 + 2 * REPLAY_VALUE];
    struct wr w = wr_over(room, sizeof room);

    wr_u8(&w, r->n_name);
    wr_put(&w, span_of(r->name, r->n_name));
    wr_u8(&w, r->n_response);
    wr_put(&w, span_of(r->response, r->n_response));
    queue(&r->to_pppd, PPP_PAP, PAP_REQUEST, r->id, span_of(room, wr_len(&w)));
    bytes_wipe(room, sizeof room);
}

/* The caller waits for an answer; one that has logged in by text waits for none. */
static void tell_accepted(struct ppp_replay *r, uint8_t id)
{
    static const uint8_t no_message[1] = {0};

    if (r->type == PROXY_PAP)
        queue(&r->to_caller, PPP_PAP, PAP_ACK, id, span_of(no_message, 1));
    else if (r->type != PROXY_TEXT)
        queue(&r->to_caller, PPP_CHAP, CHAP_SUCCESS, id, span_of(no_message, 0));
    r->answers = r->type != PROXY_TEXT;
}

static void lcp_opened(struct ppp_replay *r)
{
    r->open = true;
    r->maps_magic = r->ours.magic != r->pppd_magic;
    if (r->way == REPLAY_CHAP)
        return; /* pppd's challenge is next */
    r->state = REPLAY_DONE;
    if (r->way == REPLAY_PAP)
        feed_pap(r);
    else if (r->way == REPLAY_TOLD)
        tell_accepted(r, r->id);
}

/* Answers pppd's request once it has acknowledged the caller's: until then nothing is lost if it
 * does not.  repeated: pppd has asked that before. */
static void proceed(struct ppp_replay *r, bool repeated)
{
    uint8_t room[REPLAY_OPTIONS + 16];
    struct wr answer = wr_over(room, sizeof room);
    enum replay_code code = replay_judge(r, &answer);

    if (code == 0)
        begin_anew(r);
    else if (!r->agreed) {
        if (!r->fed || repeated)
            feed(r);
    }
    else if (++r->rounds > ROUNDS || answer.failed)
        ppp_replay_give_up(r, no_end);
    else {
        queue(&r->to_pppd, PPP_LCP, (uint8_t)code, r->request_id, span_of(room, wr_len(&answer)));
        if (code == CONFIGURE_ACK)
            lcp_opened(r);
    }
}

static void take_request(struct ppp_replay *r, const struct ppp_packet *p)
{
    bool repeated = r->has_request && p->id == r->request_id;

    r->has_request = p->options.n <= REPLAY_OPTIONS;
    if (!r->has_request) {
        ppp_replay_give_up(r, "pppd's own request is too long");
        return;
    }
    r->request_id = p->id;
    r->n_request = (uint16_t)p->options.n;
    if (r->n_request > 0)
        memcpy(r->request, p->options.p, r->n_request);
    proceed(r, repeated);
}

static void take_answer(struct ppp_replay *r, const struct ppp_packet *p)
{
    if (r->due == 0 || p->id != FEED_ID)
        return;
    r->due--;
    if (r->agreed)
        return;
    if (p->code != CONFIGURE_ACK ||
        !span_eq(p->options, span_of(r->received, r->n_received))) {
        ppp_replay_give_up(r, "pppd does not agree to all that the LAC has agreed to");
        return;
    }
    r->agreed = true;
    if (r->has_request)
        proceed(r, false);
}

/* Another answer to what pppd has been shown more than once: nobody but us has asked for it. */
static bool is_late(struct ppp_replay *r, uint16_t protocol, const struct ppp_packet *p)
{
    if (!r->open || r->due == 0 || protocol != PPP_LCP || p->id != FEED_ID ||
        p->code != CONFIGURE_ACK)
        return false;
    r->due--;
    return true;
}

static enum replay_fate take_lcp(struct ppp_replay *r, const struct ppp_packet *p)
{
    if (is_late(r, PPP_LCP, p))
        return REPLAY_TAKEN;
    if (r->open) { /* it is pppd's challenge that is waited for */
        if (p->code == CONFIGURE_REQUEST || p->code == TERMINATE_REQUEST)
            ppp_replay_give_up(r, no_end);
        return REPLAY_PASS;
    }
    if (p->code == CONFIGURE_REQUEST)
        take_request(r, p);
    else if (p->code >= CONFIGURE_ACK && p->code <= CONFIGURE_REJECT)
        take_answer(r, p);
    else if (p->code == TERMINATE_REQUEST) {
        r->has_request = false;
        ppp_replay_give_up(r, "pppd ends");
        return REPLAY_PASS;
    }
    return REPLAY_TAKEN;
}

/* -- CHAP -----------------------------------------------------------------------------------------
 */

static bool take_challenge(struct ppp_replay *r, const struct ppp_packet *p)
{
    struct rd rest = rd_over(p->options);
    struct span value = rd_take(&rest, rd_u8(&rest)), name = rd_rest(&rest);

    if (rest.failed || value.n == 0 || name.n > REPLAY_VALUE)
        return false;
    r->pppd_id = p->id;
    keep(r->pppd_challenge, &r->n_pppd_challenge, value);
    keep(r->pppd_name, &r->n_pppd_name, name);
    r->wants_secret = true;
    return true;
}

bool ppp_replay_asks(const struct ppp_replay *r, struct span *client, struct span *server)
{
    *client = span_of(r->name, r->n_name);
    *server = span_of(r->pppd_name, r->n_pppd_name);
    return r->wants_secret;
}

/* RFC 1994, 4.1 */
static void respond(uint8_t id, struct span secret, struct span challenge, uint8_t digest[MD5_SIZE])
{
    struct md5 m;

    md5_init(&m);
    md5_add(&m, span_of(&id, 1));
    md5_add(&m, secret);
    md5_add(&m, challenge);
    md5_end(&m, digest);
}

static void feed_response(struct ppp_replay *r, struct span secret)
{
    uint8_t room[1 + MD5_SIZE + REPLAY_VALUE], digest[MD5_SIZE];
    struct wr w = wr_over(room, sizeof room);

    respond(r->pppd_id, secret, span_of(r->pppd_challenge, r->n_pppd_challenge), digest);
    wr_u8(&w, MD5_SIZE);
    wr_put(&w, span_of(digest, sizeof digest));
    wr_put(&w, span_of(r->name, r->n_name));
    queue(&r->to_pppd, PPP_CHAP, CHAP_RESPONSE, r->pppd_id, span_of(room, wr_len(&w)));
    r->maps_id = r->pppd_id != r->id;
}

/* pppd's challenge goes to the caller after all. */
static void pass_challenge(struct ppp_replay *r)
{
    uint8_t room[1 + 2 * REPLAY_VALUE];
    struct wr w = wr_over(room, sizeof room);

    wr_u8(&w, r->n_pppd_challenge);
    wr_put(&w, span_of(r->pppd_challenge, r->n_pppd_challenge));
    wr_put(&w, span_of(r->pppd_name, r->n_pppd_name));
    queue(&r->to_caller, PPP_CHAP, CHAP_CHALLENGE, r->pppd_id, span_of(room, wr_len(&w)));
    r->unverified = true;
}

void ppp_replay_secret(struct ppp_replay *r, struct span secret)
{
    uint8_t digest[MD5_SIZE];
    bool right;

    if (!r->wants_secret)
        return;
    r->wants_secret = false;
    r->state = REPLAY_DONE;
    respond(r->id, secret, span_of(r->challenge, r->n_challenge), digest);
    right = secret.p != NULL && r->n_response == MD5_SIZE &&
            bytes_eq_secret(digest, r->response, MD5_SIZE);
    if (right)
        feed_response(r, secret);
    else
        pass_challenge(r);
    bytes_wipe(digest, sizeof digest);
}

/* -- frames ---------------------------------------------------------------------------------------
 */

enum replay_fate ppp_replay_from_pppd(struct ppp_replay *r, struct span frame)
{
    struct ppp_packet p;
    size_t info;
    uint16_t protocol = ppp_protocol(frame, &info);
    bool is_packet = ppp_read_packet(frame, info, &p);

    if (r->state != REPLAY_RUNNING)
        return is_packet && is_late(r, protocol, &p) ? REPLAY_TAKEN : REPLAY_PASS;
    if (!is_packet)
        return REPLAY_TAKEN;
    if (protocol == PPP_LCP)
        return take_lcp(r, &p);
    if (!r->open)
        return REPLAY_TAKEN;
    if (protocol == PPP_CHAP && p.code == CHAP_CHALLENGE && take_challenge(r, &p))
        return REPLAY_TAKEN;
    ppp_replay_give_up(r, no_end);
    return REPLAY_PASS;
}

/* Has the caller not heard our answer to what the LAC has told of?  A password that is another one is
 * not what its word was for. */
static bool is_repeated(const struct ppp_replay *r, uint16_t protocol, const struct ppp_packet *p)
{
    struct rd rest = rd_over(p->options);
    struct span name, password;

    if (r->type != PROXY_PAP)
        return protocol == PPP_CHAP && p->code == CHAP_RESPONSE && p->id == r->id;
    if (protocol != PPP_PAP || p->code != PAP_REQUEST)
        return false;
    name = rd_take(&rest, rd_u8(&rest));
    password = rd_take(&rest, rd_u8(&rest));
    return !rest.failed && span_eq(name, span_of(r->name, r->n_name)) &&
           password.n == r->n_response && bytes_eq_secret(password.p, r->response, password.n);
}

static enum replay_fate answer_again(struct ppp_replay *r, uint16_t protocol,
                                     const struct ppp_packet *p)
{
    if (protocol >= NCP_FIRST && protocol <= NCP_LAST)
        r->answers = false; /* it has heard */
    if (!r->answers || !is_repeated(r, protocol, p))
        return REPLAY_PASS;
    tell_accepted(r, p->id);
    return REPLAY_TAKEN;
}

enum replay_fate ppp_replay_from_caller(struct ppp_replay *r, struct span frame)
{
    struct ppp_packet p;
    size_t info;
    uint16_t protocol = ppp_protocol(frame, &info);
    bool is_packet = ppp_read_packet(frame, info, &p);

    if (r->state == REPLAY_DONE && r->answers && is_packet)
        return answer_again(r, protocol, &p);
    if (r->state != REPLAY_RUNNING)
        return REPLAY_PASS;
    /* pppd has not asked it yet: that answers the LAC's challenge, and would be wrong for pppd's */
    if (protocol == PPP_CHAP && is_packet && p.code == CHAP_RESPONSE)
        return REPLAY_TAKEN;
    if (protocol != PPP_LCP || !is_packet ||
        (p.code != CONFIGURE_REQUEST && p.code != TERMINATE_REQUEST))
        return REPLAY_HOLD;
    ppp_replay_give_up(r, p.code == CONFIGURE_REQUEST ? "the caller begins anew" : "the caller ends");
    return REPLAY_PASS;
}

static void swap_magic(uint8_t *at, uint32_t from, uint32_t to)
{
    struct rd r = rd_over(span_of(at, 4));
    struct wr w = wr_over(at, 4);

    if (rd_u32(&r) == from)
        wr_u32(&w, to);
}

static void translate_lcp(struct ppp_replay *r, bool from_pppd, const struct ppp_packet *p,
                          uint8_t *value)
{
    if (p->code == CONFIGURE_REQUEST) /* both begin anew, and know each other from then on */
        r->maps_magic = r->maps_id = r->answers = false, r->due = 0;
    if (!r->maps_magic || p->code < ECHO_REQUEST || p->code > TIME_REMAINING || p->options.n < 4)
        return;
    if (from_pppd)
        swap_magic(value, r->pppd_magic, r->ours.magic);
    else
        swap_magic(value, r->ours.magic, r->pppd_magic);
}

static void translate_chap(struct ppp_replay *r, bool from_pppd, const struct ppp_packet *p,
                           uint8_t *id)
{
    if (from_pppd && p->code == CHAP_CHALLENGE)
        r->maps_id = false; /* a new one, which the caller hears itself */
    if (!r->maps_id)
        return;
    if (from_pppd && p->id == r->pppd_id && (p->code == CHAP_SUCCESS || p->code == CHAP_FAILURE))
        *id = r->id;
    else if (!from_pppd && p->id == r->id && p->code == CHAP_RESPONSE)
        *id = r->pppd_id;
}

void ppp_replay_translate(struct ppp_replay *r, bool from_pppd, uint8_t *frame, size_t n)
{
    struct ppp_packet p;
    size_t info;
    uint16_t protocol = ppp_protocol(span_of(frame, n), &info);

    if (r->state != REPLAY_DONE || !ppp_read_packet(span_of(frame, n), info, &p))
        return;
    if (protocol == PPP_LCP)
        translate_lcp(r, from_pppd, &p, frame + info + 4);
    else if (protocol == PPP_CHAP)
        translate_chap(r, from_pppd, &p, frame + info + 1);
}

bool ppp_replay_is_needed(const struct ppp_replay *r)
{
    return r->state == REPLAY_RUNNING || r->maps_magic || r->maps_id || r->answers ||
           (r->open && r->due > 0) ||
           r->to_pppd.n > 0 || r->to_caller.n > 0;
}

void ppp_replay_begin(struct ppp_replay *r)
{
    if (r->state == REPLAY_RUNNING && !r->fed)
        feed(r);
}

char *ppp_replay_describe(const struct ppp_replay *r, char *dst, size_t size)
{
    static const char *const ways[] = {
        [REPLAY_NOBODY] = "nobody authenticates",
        [REPLAY_OVER] = "pppd authenticates the caller",
        [REPLAY_PAP] = "pppd has its PAP to verify",
        [REPLAY_CHAP] = "the caller's CHAP was right",
        [REPLAY_TOLD] = "the LAC's word is taken for who it is",
    };
    struct line l = line_over(dst, size);

    if (r->state == REPLAY_ANEW)
        line_add(&l, "%s", r->why);
    else if (r->unverified)
        line_add(&l, "the caller's CHAP fits no secret here, so pppd asks it anew");
    else
        line_add(&l, "%s", ways[r->way]);
    return dst;
}
