/* One control connection: judges, actions, hello, challenge, end.  RFC 2661, 5.1, 5.5, 5.7, 7.2. */
#include "proto/tunnel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "proto/post.h"
#include "proto/silence.h"
#include "wire/hide.h"
#include "wire/quirks.h"

#define VERSION 0x0100u  /* 1.0: the one there is (4.4.3) */
#define AGAIN_MS 2000    /* for an answer to what is sent again */
#define DISOWNED_MS 5000 /* has a peer, of which its address says that it has no such tunnel */

/* Those of QUIRK_* that hold for a peer: what it is known for, less what the profile forbids. */
static uint32_t quirks_that_hold(const struct l2tp_profile *p, uint32_t known)
{
    return (QUIRKS_DEFAULT | known | p->quirks_on) & ~p->quirks_off;
}

struct tunnel *tunnel_new(const struct l2tp_host *host, const struct l2tp_profile *p, uint16_t id,
                          const struct addr *peer, uint64_t now)
{
    struct tunnel *t = calloc(1, sizeof *t);

    if (t == NULL)
        return NULL;
    t->host = host;
    t->p = *p;
    t->id = id;
    t->peer = *peer;
    t->born = t->heard = t->moved = now;
    t->quirks = quirks_that_hold(p, 0);
    if (t->quirks & QUIRK_MINIMAL) /* what is not said does not hold: see introduce() */
        t->p.tie_breaker = t->p.ecn = false;
    t->newsy_end = &t->newsy;
    t->waiting_end = &t->waiting;
    /* nothing that comes early is kept for a peer that is not in yet */
    xport_init(&t->x, 1, p->max_tries, p->cap_ms);
    return t;
}

void tunnel_free(struct tunnel *t)
{
    xport_free(&t->x);
    bytes_wipe(t, sizeof *t);
    free(t);
}

bool tunnel_is_live(const struct tunnel *t)
{
    return t->state != STOPPING && t->state != STOPPED && t->state != DEAD;
}

static uint32_t setup_ms(const struct tunnel *t)
{
    return t->p.setup_ms > 0 ? t->p.setup_ms : SETUP_MS;
}

uint64_t tunnel_due(const struct tunnel *t)
{
    return heap_earlier(heap_earlier(heap_earlier(t->x.due_resend, t->due_setup),
                                     heap_earlier(t->due_hello, t->due_linger)),
                        heap_earlier(heap_earlier(t->due_dead, t->due_probe), t->due_connect));
}

/* What nobody needs to know, and strict peers will not hear of. */
static void introduce_more(const struct tunnel *t, struct msg *m)
{
    if (t->p.firmware != 0) {
        m->firmware_revision = t->p.firmware;
        msg_set(m, AVP_FIRMWARE_REVISION);
    }
    if (t->p.vendor_name[0] != '\0') {
        m->vendor_name = span_str(t->p.vendor_name);
        msg_set(m, AVP_VENDOR_NAME);
    }
    /* asked for in SCCRQ, granted in SCCRP only if it was asked for (RFC 9601) */
    if (m->type == SCCRQ ? t->p.ecn : t->ecn)
        msg_set(m, AVP_ECN);
    if (m->type == SCCRQ && t->p.tie_breaker) {
        m->tie_breaker = t->tie_breaker;
        msg_set(m, AVP_TIE_BREAKER);
    }
}

/* What both SCCRQ and SCCRP say of us (6.1, 6.2). */
static void introduce(const struct tunnel *t, struct msg *m)
{
    m->protocol_version = VERSION;
    msg_set(m, AVP_PROTOCOL_VERSION);
    m->framing_capabilities = t->p.framing;
    msg_set(m, AVP_FRAMING_CAPABILITIES);
    /* without the means to dial out both bits are 0, or it is left out (4.4.3) */
    if (t->p.accept_outgoing || !(t->quirks & QUIRK_MINIMAL)) {
        m->bearer_capabilities = t->p.accept_outgoing ? t->p.bearer : 0;
        msg_set(m, AVP_BEARER_CAPABILITIES);
    }
    m->host_name = span_str(t->p.host_name);
    msg_set(m, AVP_HOST_NAME);
    m->assigned_tunnel_id = t->id;
    msg_set(m, AVP_ASSIGNED_TUNNEL_ID);
    m->receive_window_size = t->p.window;
    msg_set(m, AVP_RECEIVE_WINDOW_SIZE);
    if (!(t->quirks & QUIRK_MINIMAL))
        introduce_more(t, m);
}

static void challenge(struct tunnel *t, struct msg *m)
{
    if (!t->p.challenge)
        return;
    t->host->random(t->host->ctx, t->challenge, sizeof t->challenge);
    t->challenged = true;
    m->challenge = span_of(t->challenge, sizeof t->challenge);
    msg_set(m, AVP_CHALLENGE);
}

/* What was hidden and could be revealed, or a good response to our challenge, proves the secret. */
static void note_proof(struct tunnel *t, const struct msg *m)
{
    if ((m->hidden & m->present) != 0 || (t->challenged && msg_has(m, AVP_CHALLENGE_RESPONSE)))
        t->proven = true;
}

/* Works out the answer to the peer's challenge; it goes into the message of type "in". */
static void take_challenge(struct tunnel *t, const struct msg *m, enum msg_type in)
{
    if (!msg_has(m, AVP_CHALLENGE))
        return;
    hide_challenge_response((uint8_t)in, span_str(t->p.secret), m->challenge, t->response);
    t->owe_response = true;
}

static void respond(const struct tunnel *t, struct msg *m)
{
    if (!t->owe_response)
        return;
    m->challenge_response = span_of(t->response, sizeof t->response);
    msg_set(m, AVP_CHALLENGE_RESPONSE);
}

/* What the peer is known for, told once. */
static void take_quirks(struct tunnel *t, const struct msg *m)
{
    char name[TUNNEL_NAME], text[160];
    uint32_t known = quirks_of(m, &t->peer_kind);

    t->quirks = quirks_that_hold(&t->p, known);
    if (t->peer_kind != NULL && (t->quirks & known) != 0)
        log_info("%s: peer is %s: %s", tunnel_name(t, name, sizeof name), t->peer_kind,
                 quirks_text(t->quirks & known, text, sizeof text));
}

static void keep_name(struct tunnel *t, const struct msg *m)
{
    log_safe(m->host_name, t->peer_name, sizeof t->peer_name);
    t->peer_name_is_whole = strlen(t->peer_name) == m->host_name.n; /* an escape is longer */
}

/* Keeps what the peer says of itself, fit to be logged. */
static void acquaint(struct tunnel *t, const struct msg *m)
{
    keep_name(t, m);
    if (msg_has(m, AVP_VENDOR_NAME))
        log_safe(m->vendor_name, t->peer_vendor, sizeof t->peer_vendor);
    t->peer_id = m->assigned_tunnel_id;
    t->peer_framing = m->framing_capabilities;
    t->peer_has_bearer = msg_has(m, AVP_BEARER_CAPABILITIES);
    t->peer_bearer = t->peer_has_bearer ? m->bearer_capabilities : 0;
    t->peer_firmware = msg_has(m, AVP_FIRMWARE_REVISION) ? m->firmware_revision : 0;
    if (msg_has(m, AVP_RECEIVE_WINDOW_SIZE))
        xport_set_peer_window(&t->x, m->receive_window_size);
    take_quirks(t, m);
    /* only if the peer hears of it too: one that is told what is required alone does not */
    t->ecn = t->p.ecn && msg_has(m, AVP_ECN) && !(t->quirks & QUIRK_MINIMAL);
}

/* Judges: they look and answer, and change nothing. */

static struct verdict judge_version(const struct msg *m)
{
    if (m->protocol_version >> 8 == VERSION >> 8)
        return verdict_ok();
    return verdict_for(FAULT_VERSION,
                       verdict_make(DAMAGE_TUNNEL, STOPCCN_VERSION, VERSION,
                                    "protocol version %u.%u is not supported",
                                    m->protocol_version >> 8u, m->protocol_version & 0xffu));
}

static struct verdict not_authorised(enum fault fault, const char *text)
{
    return verdict_for(fault,
                       verdict_make(DAMAGE_TUNNEL, STOPCCN_NOT_AUTHORISED, ERROR_NONE, "%s", text));
}

static struct verdict judge_challenge(const struct msg *m, const struct l2tp_profile *p)
{
    if (p->secret[0] != '\0' || (!msg_has(m, AVP_CHALLENGE) && !p->challenge))
        return verdict_ok();
    return not_authorised(FAULT_NO_SECRET,
                          "authentication is wanted, but there is no secret for this peer");
}

static struct verdict judge_response(const struct tunnel *t, const struct msg *m)
{
    uint8_t expected[MD5_SIZE];

    if (!t->challenged)
        return verdict_ok();
    if (!msg_has(m, AVP_CHALLENGE_RESPONSE))
        return not_authorised(FAULT_NO_RESPONSE, "no response to our challenge");
    /* an echo of our own challenge would have us answer it for the peer */
    if (msg_has(m, AVP_CHALLENGE) && span_eq(m->challenge, span_of(t->challenge, CHALLENGE_SIZE)))
        return not_authorised(FAULT_NO_RESPONSE, "our own challenge came back");
    hide_challenge_response((uint8_t)m->type, span_str(t->p.secret),
                            span_of(t->challenge, CHALLENGE_SIZE), expected);
    if (!bytes_eq_secret(expected, m->challenge_response.p, MD5_SIZE))
        return not_authorised(FAULT_RESPONSE,
                              "wrong response to our challenge: do the secrets agree?");
    return verdict_ok();
}

struct verdict tunnel_judge_request(const struct msg *m, const struct l2tp_profile *p)
{
    struct verdict v = judge_version(m);

    return v.damage == DAMAGE_NONE ? judge_challenge(m, p) : v;
}

static struct verdict judge_reply(const struct tunnel *t, const struct msg *m)
{
    struct verdict v = tunnel_judge_request(m, &t->p);

    return v.damage == DAMAGE_NONE ? judge_response(t, m) : v;
}

static struct verdict judge(const struct tunnel *t, const struct msg *m)
{
    if (m->type == SCCRP && t->state == WAIT_CTL_REPLY)
        return judge_reply(t, m);
    if (m->type == SCCCN && t->state == WAIT_CTL_CONN)
        return judge_response(t, m);
    return verdict_ok();
}

/* Actions.  The state is already the new one; "was" tells from where. */

struct step {
    enum state was;
    enum event event;
    const struct msg *m; /* or NULL */
    struct verdict why;
};

/* The end begins: the host is told once, whatever lingers after. */
static void begin_end(struct tunnel *t, const struct step *s, bool ours)
{
    t->due_setup = t->due_hello = t->due_dead = t->due_probe = t->due_connect = 0;
    if (s->was == STOPPING || s->was == STOPPED || s->was == DEAD)
        return;
    t->why = s->why;
    t->why_ours = ours;
    t->news = (t->news & ~(NEWS_UP | NEWS_SILENT)) | NEWS_DOWN;
}

static void act_send_sccrq(struct tunnel *t, uint64_t now, const struct step *s)
{
    struct msg m;

    (void)s;
    msg_init(&m, SCCRQ, 0);
    if (t->p.tie_breaker)
        t->host->random(t->host->ctx, &t->tie_breaker, sizeof t->tie_breaker);
    introduce(t, &m);
    challenge(t, &m);
    t->due_setup = now + setup_ms(t);
    t->due_connect = silence_setup_begins(t, now);
    t->lost_word = !post_send(t, &m);
}

static void act_send_sccrp(struct tunnel *t, uint64_t now, const struct step *s)
{
    struct msg m;

    acquaint(t, s->m);
    note_proof(t, s->m);
    take_challenge(t, s->m, SCCRP);
    msg_init(&m, SCCRP, 0);
    introduce(t, &m);
    challenge(t, &m);
    respond(t, &m);
    t->due_setup = now + setup_ms(t);
    t->lost_word = !post_send(t, &m);
}

static void act_tunnel_up(struct tunnel *t, uint64_t now, const struct step *s)
{
    if (s->was == ESTABLISHED)
        return;
    note_proof(t, s->m);
    t->was_up = true;
    t->x.window = t->p.window > 0 ? t->p.window : 1;
    t->due_setup = 0;
    if (t->p.hello_ms > 0)
        t->due_hello = now + silence_hello_ms(t);
    if (t->p.dead_ms > 0)
        t->due_dead = now + t->p.dead_ms;
    t->news |= NEWS_UP;
}

static void act_send_scccn(struct tunnel *t, uint64_t now, const struct step *s)
{
    struct msg m;

    acquaint(t, s->m);
    note_proof(t, s->m);
    take_challenge(t, s->m, SCCCN);
    msg_init(&m, SCCCN, 0);
    respond(t, &m);
    t->lost_word = !post_send(t, &m);
    act_tunnel_up(t, now, s);
}

static void act_send_stopccn(struct tunnel *t, uint64_t now, const struct step *s)
{
    struct msg m;
    char event[32];
    struct step told = *s;

    if (told.why.damage == DAMAGE_NONE) {
        told.why = verdict_make(DAMAGE_TUNNEL, STOPCCN_FSM, ERROR_NONE, "%s in state %s",
                                event_name(s->event, event, sizeof event), state_name(s->was));
        told.why.fault = FAULT_MESSAGE;
    }
    begin_end(t, &told, true);
    xport_drop_unsent(&t->x);
    msg_init(&m, STOPCCN, 0);
    m.assigned_tunnel_id = t->id;
    msg_set(&m, AVP_ASSIGNED_TUNNEL_ID);
    m.result_code = post_result(&told.why, STOPCCN_GENERAL);
    msg_set(&m, AVP_RESULT_CODE);
    post_send(t, &m);
    /* should the acknowledgement never come, nor the transport find it out */
    t->due_linger = now + xport_patience_ms(&t->x);
}

/* The repeats are the peer's, who knows nothing of our "max retries": fewer make it no shorter. */
static void act_linger(struct tunnel *t, uint64_t now, const struct step *s)
{
    unsigned tries = t->p.max_tries > XPORT_TRIES ? t->p.max_tries : XPORT_TRIES;

    begin_end(t, s, false);
    xport_stop(&t->x);
    t->due_linger = now + xport_cycle_ms(tries, t->p.cap_ms);
}

static void act_send_hello(struct tunnel *t, uint64_t now, const struct step *s)
{
    uint8_t vector[SILENCE_VECTOR];
    char name[TUNNEL_NAME];
    struct msg m;

    (void)s;
    msg_init(&m, HELLO, 0);
    silence_make_answerable(t, &m, vector);
    t->due_hello = t->p.hello_ms > 0 ? now + silence_look_ms(t) : 0;
    t->hello_ns = t->x.ns_next;
    t->hello_at = now;
    if (log_topic(TOPIC_TUNNEL))
        log_debug(TOPIC_TUNNEL, "%s: nothing heard for %llu ms: HELLO",
                  tunnel_name(t, name, sizeof name), (unsigned long long)(now - t->heard));
    silence_hello_sent(t, now);
    t->hello_out = post_send(t, &m);
}

static void act_clean_up(struct tunnel *t, uint64_t now, const struct step *s)
{
    (void)now;
    begin_end(t, s, false);
    xport_stop(&t->x);
    t->due_linger = 0;
}

static void act_none(struct tunnel *t, uint64_t now, const struct step *s)
{
    (void)t;
    (void)now;
    (void)s;
}

typedef void act_fn(struct tunnel *t, uint64_t now, const struct step *s);

/* REFUSE is the engine's: it keeps no tunnel for it. */
static act_fn *const acts[ACTIONS] = {
    [ACT_NONE] = act_none,
    [ACT_SEND_SCCRQ] = act_send_sccrq,
    [ACT_SEND_SCCRP] = act_send_sccrp,
    [ACT_SEND_SCCCN] = act_send_scccn,
    [ACT_TUNNEL_UP] = act_tunnel_up,
    [ACT_SEND_STOPCCN] = act_send_stopccn,
    [ACT_REFUSE] = act_clean_up,
    [ACT_LINGER] = act_linger,
    [ACT_SEND_HELLO] = act_send_hello,
    [ACT_CLEAN_UP] = act_clean_up,
};

/* The only writer of t->state. */
static void step(struct tunnel *t, uint64_t now, enum event event, const struct msg *m,
                 struct verdict why)
{
    const struct transition *row = states_find(TABLE_TUNNEL, t->state, event);
    struct step s = {t->state, event, m, why};
    char name[TUNNEL_NAME], what[32];

    if (row->next != STATES)
        t->state = row->next;
    if (log_topic(TOPIC_STATE))
        log_debug(TOPIC_STATE, "%s: %s, %s: %s, %s", tunnel_name(t, name, sizeof name),
                  state_name(s.was), event_name(event, what, sizeof what), action_name(row->action),
                  state_name(t->state));
    acts[row->action](t, now, &s);
}

void tunnel_open(struct tunnel *t, uint64_t now)
{
    t->initiator = true;
    t->port_open = true;
    step(t, now, EVENT_OPEN, NULL, verdict_ok());
}

void tunnel_answer(struct tunnel *t, uint64_t now, const struct msg *m)
{
    step(t, now, EVENT_OK(SCCRQ), m, verdict_ok());
}

void tunnel_close(struct tunnel *t, uint64_t now, struct verdict why)
{
    why.damage = DAMAGE_TUNNEL;
    step(t, now, EVENT_CLOSE, NULL, why);
}

void tunnel_event(struct tunnel *t, uint64_t now, enum event event, struct verdict why)
{
    step(t, now, event, NULL, why);
}

/* What a received StopCCN says, as the verdict of the tunnel's end. */
static struct verdict told_why(const struct msg *m)
{
    char safe[64];

    if (!msg_has(m, AVP_RESULT_CODE))
        return verdict_make(DAMAGE_TUNNEL, 0, 0, "no result code");
    return verdict_make(DAMAGE_TUNNEL, m->result_code.result, m->result_code.error, "%s",
                        log_safe(m->result_code.text, safe, sizeof safe));
}

/* The secret may depend on the peer's name, which only its reply tells. */
static void refine_secret(struct tunnel *t, const struct msg *m)
{
    struct l2tp_who who = {&t->peer, &t->local, m->host_name, t->host_data};

    if (m->type == SCCRP && t->state == WAIT_CTL_REPLY) /* whatever becomes of it: for the log */
        keep_name(t, m);
    if (m->type == SCCRP && t->state == WAIT_CTL_REPLY && msg_has(m, AVP_HOST_NAME) &&
        t->host_data != NULL)
        t->host->profile(t->host->ctx, &who, &t->p);
}

void tunnel_message(struct tunnel *t, uint64_t now, struct msg *m, struct verdict v, uint8_t *arena,
                    size_t size)
{
    char name[TUNNEL_NAME], line[512];

    if (v.damage == DAMAGE_NONE) {
        refine_secret(t, m);
        v = post_open(t, m, arena, size);
    }
    /* known from now on, whatever else is wrong or late: our StopCCN, or our acknowledgement of the
     * peer's, is to find its way (4.4.3) */
    if ((m->type == SCCRP || m->type == STOPCCN) && t->peer_id == 0 &&
        msg_has(m, AVP_ASSIGNED_TUNNEL_ID))
        t->peer_id = m->assigned_tunnel_id;
    if (log_topic(TOPIC_PACKET))
        log_debug(TOPIC_PACKET, "%s: heard %s", tunnel_name(t, name, sizeof name),
                  msg_describe(m, line, sizeof line));
    if (v.damage == DAMAGE_NONE)
        v = judge(t, m);
    if (m->type == STOPCCN) {
        step(t, now, EVENT_OK(STOPCCN), m, told_why(m));
        return;
    }
    if (v.damage == DAMAGE_IGNORE)
        return;
    if (v.damage == DAMAGE_NONE) {
        step(t, now, EVENT_OK(m->type), m, v);
        return;
    }
    if (v.fault == FAULT_NONE)
        v.fault = FAULT_MESSAGE;
    step(t, now, msg_type_known(m->type) ? EVENT_BAD(m->type) : EVENT_BAD(ZLB), m, v);
}

/* Silence is measured when the time has come, not at every packet (5.5). */
static void tick_hello(struct tunnel *t, uint64_t now)
{
    /* whoever bears no HELLO is known to be gone by its PPP; without a call there is none */
    bool spared = (t->quirks & QUIRK_NO_HELLO) && t->n_calls > 0;

    if (now < silence_hello_at(t))
        t->due_hello = silence_hello_at(t);
    else if (spared || !xport_all_acked(&t->x)) {
        t->due_hello = now + silence_look_ms(t); /* what is under way is test enough */
        if (!spared && silence_is_doubtful(t, now))
            t->news |= NEWS_SILENT;
    } else
        step(t, now, EVENT_EXPIRY, NULL, verdict_ok());
}

static void fall_silent(struct tunnel *t, uint64_t now, const char *text)
{
    silence_note(t, now);
    step(t, now, EVENT_SILENCE, NULL,
         verdict_for(FAULT_SILENCE,
                     verdict_make(DAMAGE_TUNNEL, STOPCCN_GENERAL, ERROR_NONE, "%s", text)));
}

bool tunnel_probe(struct tunnel *t, uint64_t now, uint32_t within_ms)
{
    if (t->quirks & QUIRK_NO_HELLO)
        return false;
    t->probed_at = now;
    t->due_probe = now + within_ms;
    if (xport_all_acked(&t->x))
        step(t, now, EVENT_EXPIRY, NULL, verdict_ok());
    else
        xport_hurry(&t->x, now);
    return true;
}

void tunnel_disowned(struct tunnel *t, uint64_t now, uint16_t nr)
{
    uint64_t until = now + DISOWNED_MS;
    bool answers = silence_is_answered_by(t, nr);
    char name[TUNNEL_NAME];

    if (t->p.hello_ms == 0 || (t->quirks & QUIRK_NO_HELLO))
        return;
    if (answers && !silence_is_disowned(t))
        t->disowned = now;
    if (answers ? t->due_probe != 0 && t->due_probe <= until
                : !xport_all_acked(&t->x) || (t->hello_out && now < t->hello_at + DISOWNED_MS))
        return;
    log_info("%s: its peer's address says that it has no such tunnel: the peer is asked for a sign "
             "of life",
             tunnel_name(t, name, sizeof name));
    if (!answers) {
        step(t, now, EVENT_EXPIRY, NULL, verdict_ok());
        return;
    }
    /* the HELLO that is under way asks, as often as it is sent anyway: once more at least */
    t->probed_at = now;
    t->due_probe = until > t->x.due_resend + AGAIN_MS ? until : t->x.due_resend + AGAIN_MS;
}

void tunnel_tick(struct tunnel *t, uint64_t now)
{
    struct verdict why;

    if (t->host->freshen != NULL)
        t->host->freshen(t->host->ctx, t);
    if (silence_is_final(t, now)) {
        fall_silent(t, now,
                    silence_is_disowned(t) ? "the peer has no such tunnel any more"
                                           : "nothing is heard of the peer");
        return;
    }
    if (xport_tick(&t->x, now) && !silence_is_borne(t, now)) {
        fall_silent(t, now, "the peer acknowledges nothing");
        return;
    }
    /* not a word from it: nor does it need one from us, which would be sent as long as this one */
    if (silence_ends_setup(t, now, &why)) {
        step(t, now, silence_is_unheard(t) ? EVENT_SILENCE : EVENT_CLOSE, NULL, why);
        return;
    }
    if (t->due_setup != 0 && now >= t->due_setup)
        step(t, now, EVENT_EXPIRY, NULL,
             verdict_for(FAULT_SLOW, verdict_make(DAMAGE_TUNNEL, STOPCCN_GENERAL, ERROR_NONE,
                                                  "not set up in time")));
    else if (t->due_hello != 0 && now >= t->due_hello)
        tick_hello(t, now);
    else if (t->due_linger != 0 && now >= t->due_linger)
        step(t, now, EVENT_EXPIRY, NULL, verdict_ok());
}
