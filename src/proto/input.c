/* What arrives: from a datagram to the tunnel and the call that it concerns.
 *
 * Nothing is allocated for a stranger before its SCCRQ has been parsed, found valid, welcomed by
 * the host and admitted by the limits.  RFC 2661, 3.1, 4.4.3, 5.8, 8.1; look-ups as in 9.1. */
#include "proto/engine.h"

#include <string.h>

#include "base/log.h"
#include "proto/post.h"
#include "proto/silence.h"
#include "proto/speeds.h"
#include "proto/stray.h"
#include "wire/packet.h"
#include "wire/ppp.h"
#include "wire/quirks.h"

/* The same SCCRQ again is a repeat while its tunnel is half-open, and for as long after its birth
 * as a datagram may have been under way; later the same octets are a peer that has started anew. */
#define REPEAT_MS 16000

/* Of whom its address says that it has no such tunnel: in that time it may say otherwise. */
#define FORGOTTEN_MS 1000

const char *l2tp_cause_name(enum l2tp_cause cause)
{
    static const char *const names[CAUSES] = {
        [CAUSE_MALFORMED] = "no L2TP packet",
        [CAUSE_L2F] = "L2F packet",
        [CAUSE_UNKNOWN_TUNNEL] = "unknown tunnel",
        [CAUSE_WRONG_ADDRESS] = "not from the tunnel's peer",
        [CAUSE_UNKNOWN_CALL] = "unknown call",
        [CAUSE_NOT_UP] = "data for a call that is not up, or out of sequence",
        [CAUSE_NO_REQUEST] = "tunnel id 0 and no SCCRQ",
        [CAUSE_REFUSED] = "SCCRQ refused",
        [CAUSE_HALF_OPEN] = "too many half-open tunnels",
        [CAUSE_CONGESTION] = "marked as congested on the way, and its sender cannot be told (ECN)",
    };

    return cause < CAUSES ? names[cause] : "unknown cause";
}

/* Counts; the first of a burst is logged, with how many went unsaid since. */
static enum l2tp_got drop(struct l2tp *e, uint64_t now, enum l2tp_cause cause,
                          const struct addr *from, const char *detail)
{
    char peer[ADDR_TEXT];
    uint64_t unsaid = e->dropped[cause] - e->logged[cause];
    enum l2tp_got got = e->refusal.pending ? L2TP_ANSWERED : L2TP_DROPPED;

    e->dropped[cause]++;
    if (e->logged_at[cause] != 0 && now < e->logged_at[cause] + BURST_MS) {
        if (log_topic(TOPIC_NETWORK))
            log_debug(TOPIC_NETWORK, "dropped a datagram from %s: %s%s%s", addr_text(from, peer),
                      l2tp_cause_name(cause), detail[0] != '\0' ? ": " : "", detail);
        return got;
    }
    e->logged_at[cause] = now;
    e->logged[cause] = e->dropped[cause];
    log_info("dropped a datagram from %s: %s%s%s (%llu more like it since the last such line)",
             addr_text(from, peer), l2tp_cause_name(cause), detail[0] != '\0' ? ": " : "", detail,
             (unsigned long long)unsaid);
    return got;
}

/* Is this the tunnel's peer?  It may answer our SCCRQ from another port, which is learned when the
 * answer has been found good (8.1). */
static bool is_peer(const struct tunnel *t, const struct addr *from)
{
    if (registry_is_peer(t, from))
        return true;
    return t->port_open && t->state == WAIT_CTL_REPLY && addr_same_host(&t->peer, from);
}

static bool is_repeat(const struct tunnel *t, uint64_t now)
{
    return t->state == WAIT_CTL_CONN || (t->state == ESTABLISHED && now < t->born + REPEAT_MS);
}

/* Messages of calls. */

static enum table table_of_request(enum msg_type type)
{
    return type == ICRQ ? TABLE_LNS_IN : TABLE_LAC_OUT;
}

static void request_call(struct l2tp *e, struct tunnel *t, uint64_t now, const struct msg *m,
                         struct verdict v)
{
    struct call *c;

    if (!msg_has(m, AVP_ASSIGNED_SESSION_ID)) {
        log_debug(TOPIC_TUNNEL,
                  "tunnel %u: %s without a usable session id: there is nobody to answer",
                  (unsigned)t->id, msg_type_name(m->type));
        return;
    }
    if (registry_find_session(&e->reg, t, m->assigned_session_id) != NULL) {
        log_debug(TOPIC_TUNNEL, "tunnel %u: %s with session id %u, which is in use: ignored",
                  (unsigned)t->id, msg_type_name(m->type), (unsigned)m->assigned_session_id);
        return;
    }
    c = engine_add_call(e, now, t, table_of_request((enum msg_type)m->type));
    if (c == NULL) {
        log_warnx("tunnel %u: no memory or session id for another call", (unsigned)t->id);
        return;
    }
    call_message(c, now, m, v);
    engine_settle_call(e, c, now);
}

static struct call *find_call(struct l2tp *e, struct tunnel *t, const struct msg *m)
{
    struct call *c = m->session != 0 ? e->reg.call[m->session] : NULL;

    /* the sender of a CDN may not know our id yet, and names its own (4.4.4) */
    if (m->session == 0 && m->type == CDN && msg_has(m, AVP_ASSIGNED_SESSION_ID))
        c = registry_find_session(&e->reg, t, m->assigned_session_id);
    return c != NULL && c->tunnel == t && c->state != DEAD ? c : NULL;
}

static void deliver_to_call(struct l2tp *e, struct tunnel *t, uint64_t now, struct msg *m,
                            struct verdict v)
{
    char line[512];
    struct call *c;

    if (v.damage == DAMAGE_NONE)
        v = post_open(t, m, e->arena, sizeof e->arena);
    if (log_topic(TOPIC_PACKET))
        log_debug(TOPIC_PACKET, "tunnel %u: heard session=%u %s", (unsigned)t->id,
                  (unsigned)m->session, msg_describe(m, line, sizeof line));
    c = find_call(e, t, m);
    if (c != NULL) {
        call_message(c, now, m, v);
        engine_settle_call(e, c, now);
    } else if (m->session == 0 && (m->type == ICRQ || m->type == OCRQ)) {
        request_call(e, t, now, m, v);
    } else {
        log_debug(TOPIC_TUNNEL, "tunnel %u: %s for unknown call %u: acknowledged only",
                  (unsigned)t->id, msg_type_name(m->type), (unsigned)m->session);
    }
}

/* One message, in its turn. */
static void deliver(struct l2tp *e, struct tunnel *t, uint64_t now, uint16_t session,
                    struct span body)
{
    struct msg m;
    struct verdict v = msg_scan(&m, body, session);

    /* before it is up, and when it is going, a tunnel has no calls: its own table judges */
    if (v.damage != DAMAGE_TUNNEL && msg_type_of_session(m.type) && t->state == ESTABLISHED)
        deliver_to_call(e, t, now, &m, v);
    else if (m.type == CSUN || m.type == CSURQ)
        speeds_heard(e, t, now, &m, v);
    else
        tunnel_message(t, now, &m, v, e->arena, sizeof e->arena);
}

/* Numbers first, then what is in order, then what had come early. */
static enum l2tp_got take_control(struct l2tp *e, struct tunnel *t, uint64_t now,
                                  const struct addr *from, const struct packet *p)
{
    enum state was = t->state;
    bool awaits = silence_awaits_setup(t);
    bool acked;
    enum xport_got got = xport_input(&t->x, now, p->ns, p->nr, p->session, p->body, &acked);

    if (log_topic(TOPIC_XPORT))
        post_say_heard(t, p->ns, p->nr, got);
    silence_control_heard(t, now, acked && awaits, got == XPORT_DELIVER ? p->body : (struct span){0});
    if (got == XPORT_DELIVER) {
        struct xport_msg *early;

        deliver(e, t, now, p->session, p->body);
        while ((early = xport_next_early(&t->x)) != NULL) {
            deliver(e, t, now, early->session, span_of(early->body, early->n));
            xport_msg_free(early);
        }
    }
    if (acked && xport_all_acked(&t->x))
        tunnel_event(t, now, EVENT_ACKED, verdict_ok());
    if (was == WAIT_CTL_REPLY && t->state != was && t->port_open) {
        t->peer.port = from->port;
        t->port_open = false;
    }
    engine_settle(e, t, was, now);
    return L2TP_TAKEN;
}

/* SCCRQs. */

static void describe_refusal(struct l2tp_refused *r, const struct addr *from, const struct msg *m,
                             const struct l2tp_profile *profile, const struct verdict *v)
{
    r->peer = *from;
    log_safe(m->host_name, r->peer_name, sizeof r->peer_name);
    span_to_str(span_str(profile->label), r->label, sizeof r->label);
    span_to_str(span_str(profile->host_name), r->host_name, sizeof r->host_name);
    r->secret_line = profile->secret_line;
    r->why = *v;
}

/* One StopCCN that leaves nothing behind, the same for each repeat, and not longer than what asked
 * for it: nobody can make us shout at a third party. */
static enum l2tp_got refuse(struct l2tp *e, uint64_t now, const struct addr *from,
                            const struct addr *to, const struct packet *p, const struct msg *m,
                            const struct l2tp_profile *profile, const struct verdict *v,
                            enum l2tp_cause cause)
{
    struct refusal *r = &e->refusal;
    struct wr w = wr_over(r->datagram, sizeof r->datagram);
    size_t room = p->body.n + PACKET_CONTROL_HEADER, least = 38; /* with result and error code */
    struct span text = span_str(v->text);
    struct msg answer;

    if (room >= least) {
        text.n = text.n < room - least ? text.n : room - least;
        msg_init(&answer, STOPCCN, 0);
        answer.assigned_tunnel_id = e->reg.refusal_id;
        msg_set(&answer, AVP_ASSIGNED_TUNNEL_ID);
        answer.result_code = (struct msg_result){v->result, v->error, true, text};
        msg_set(&answer, AVP_RESULT_CODE);
        packet_control_header(&w, msg_has(m, AVP_ASSIGNED_TUNNEL_ID) ? m->assigned_tunnel_id : 0, 0,
                              0, (uint16_t)(p->ns + 1), 0);
        r->pending = msg_encode(&w, &answer, NULL) && engine_may_answer(e, now);
        wr_set16(&w, 2, (uint16_t)wr_len(&w));
        r->n = wr_len(&w);
        r->from = *to;
        r->to = *from;
        r->is_told = true;
        describe_refusal(&r->about, from, m, profile, v);
    }
    return drop(e, now, cause, from, v->text);
}

enum tie { TIE_NONE, TIE_WON, TIE_LOST, TIE_EQUAL };

/* Crossing SCCRQs: the lower value wins, any value wins over none (4.4.3). */
static enum tie break_tie(const struct tunnel *ours, const struct msg *m)
{
    if (!ours->p.tie_breaker && !msg_has(m, AVP_TIE_BREAKER))
        return TIE_NONE;
    if (!msg_has(m, AVP_TIE_BREAKER))
        return TIE_WON;
    if (!ours->p.tie_breaker)
        return TIE_LOST;
    if (ours->tie_breaker == m->tie_breaker)
        return TIE_EQUAL;
    return ours->tie_breaker < m->tie_breaker ? TIE_WON : TIE_LOST;
}

/* The peer's SCCRQ against all that we have out to it: it wins only against every one. */
static enum tie break_ties(struct l2tp *e, const struct addr *peer, const struct msg *m)
{
    enum tie worst = TIE_NONE;

    for (const struct tunnel *t = registry_find_opening(&e->reg, peer, NULL); t != NULL;
         t = registry_find_opening(&e->reg, peer, t)) {
        enum tie tie = break_tie(t, m);

        if (tie == TIE_WON)
            return TIE_WON;
        if (tie == TIE_EQUAL || worst == TIE_NONE)
            worst = tie;
    }
    return worst;
}

/* Ours goes; its waiting calls and its host go on in the peer's, if there is one.  Of several of
 * ours the first goes on there: a tunnel has one host, and another's calls would become its own. */
static void lose_tie(struct l2tp *e, struct tunnel *ours, struct tunnel *theirs, uint64_t now)
{
    bool goes_on = theirs != NULL && tunnel_is_live(theirs) && !ours->p.only_asks &&
                   (theirs->host_data == NULL || theirs->host_data == ours->host_data);
    enum state was = ours->state;
    struct call *c;

    while (goes_on && (c = call_next_waiting(ours)) != NULL)
        if (c->state != DEAD) /* hung up in this very turn: stays to be told of */
            call_move(c, theirs);
    if (goes_on && theirs->host_data == NULL) {
        silence_inherit(theirs, ours);
        theirs->host_data = ours->host_data;
        ours->host_data = NULL;
    }
    tunnel_event(
        ours, now, EVENT_TIE_LOST,
        verdict_for(FAULT_GIVES_WAY, verdict_make(DAMAGE_TUNNEL, STOPCCN_EXISTS, ERROR_NONE,
                                                  "the peer's own SCCRQ has won the tie")));
    engine_settle(e, ours, was, now);
}

static void lose_ties(struct l2tp *e, const struct addr *peer, struct tunnel *theirs, uint64_t now)
{
    struct tunnel *ours;

    while ((ours = registry_find_opening(&e->reg, peer, NULL)) != NULL)
        lose_tie(e, ours, theirs, now);
}

static struct tunnel *answer(struct l2tp *e, uint64_t now, const struct addr *from,
                             const struct addr *to, const struct packet *p, const struct msg *m,
                             const struct l2tp_profile *profile, const uint8_t digest[MD5_SIZE])
{
    struct tunnel *t = engine_add_tunnel(e, now, profile, to, from, false, digest);
    bool acked;

    if (t == NULL)
        return NULL;
    xport_input(&t->x, now, p->ns, p->nr, 0, p->body, &acked);
    tunnel_answer(t, now, m);
    engine_settle(e, t, IDLE, now);
    return t;
}

/* Its address says that it has no such tunnel, and it was given the time to say otherwise there. */
static bool is_forgotten(struct l2tp *e, uint64_t now, struct tunnel *t)
{
    if (e->host.freshen != NULL)
        e->host.freshen(e->host.ctx, t);
    if (!silence_is_disowned(t) || now < t->disowned + FORGOTTEN_MS)
        return false;
    tunnel_event(t, now, EVENT_SILENCE,
                 verdict_for(FAULT_SILENCE,
                             verdict_make(DAMAGE_TUNNEL, STOPCCN_GENERAL, ERROR_NONE,
                                          "the peer has no such tunnel any more")));
    engine_settle(e, t, ESTABLISHED, now);
    return true;
}

/* A peer that may have one tunnel only and has one that is up.  Perhaps it has forgotten that one,
 * so it is asked for a sign of life there: if it gives none the tunnel ends, and its next try is
 * welcome.  One with the same id is the old one begun anew, and takes its place. */
static bool has_another(struct l2tp *e, uint64_t now, const struct addr *from, const struct msg *m,
                        const struct l2tp_profile *profile)
{
    char name[HOST_NAME];
    struct tunnel *t;

    if (!profile->exclusive)
        return false;
    t = registry_find_exclusive(&e->reg, from, log_safe(m->host_name, name, sizeof name), NULL);
    if (t == NULL || (t->peer_id == m->assigned_tunnel_id && t->peer.port == from->port))
        return false;
    if (is_forgotten(e, now, t))
        return false;
    if (t->p.hello_ms > 0 && xport_all_acked(&t->x)) {
        tunnel_event(t, now, EVENT_EXPIRY, verdict_ok());
        engine_settle(e, t, ESTABLISHED, now);
    }
    return true;
}

/* Everything that could speak against it, short of memory. */
static struct verdict judge_request(struct l2tp *e, const struct addr *from, const struct addr *to,
                                    struct msg *m, struct verdict v, struct l2tp_profile *profile,
                                    enum l2tp_welcome *welcome)
{
    struct l2tp_who who = {from, to, m->host_name, NULL};

    *welcome = REFUSED;
    if (v.damage != DAMAGE_NONE)
        return v;
    *welcome = e->host.profile(e->host.ctx, &who, profile);
    if (*welcome == SHUTS_DOWN)
        return verdict_for(FAULT_GIVES_WAY, verdict_make(DAMAGE_TUNNEL, STOPCCN_SHUTTING_DOWN,
                                                         ERROR_NONE, "shutting down"));
    if (*welcome != WELCOME)
        return verdict_for(FAULT_NOT_ALLOWED, verdict_make(DAMAGE_TUNNEL, STOPCCN_NOT_AUTHORISED,
                                                           ERROR_NONE, "peer is not allowed"));
    m->strict = (profile->quirks_off & QUIRK_MISSING_AVPS) != 0;
    v = msg_reveal(m, span_str(profile->secret), e->arena, sizeof e->arena);
    return v.damage == DAMAGE_NONE ? tunnel_judge_request(m, profile) : v;
}

/* All slots are taken: the oldest has had its time, as in a SYN cache.  So a flood from forged
 * addresses costs a slow client a try, and shuts nobody out. */
static void forget_oldest_half(struct l2tp *e, uint64_t now)
{
    struct tunnel *t = registry_oldest_half(&e->reg);
    enum state was;

    if (t == NULL)
        return;
    was = t->state;
    t->due_linger = 0;
    tunnel_event(
        t, now, was == WAIT_CTL_CONN || was == STOPPING ? EVENT_SILENCE : EVENT_EXPIRY,
        verdict_for(FAULT_GIVES_WAY, verdict_make(DAMAGE_TUNNEL, STOPCCN_ERROR, ERROR_RESOURCES,
                                                  "too many half-open tunnels")));
    engine_settle(e, t, was, now);
}

static enum l2tp_got consider(struct l2tp *e, uint64_t now, const struct addr *from,
                              const struct addr *to, const struct packet *p, struct msg *m,
                              struct verdict v, const uint8_t digest[MD5_SIZE],
                              struct l2tp_profile *profile)
{
    struct tunnel *theirs = NULL;
    enum l2tp_welcome welcome;
    enum tie tie;

    v = judge_request(e, from, to, m, v, profile, &welcome);
    if (v.damage == DAMAGE_NONE && welcome == WELCOME && has_another(e, now, from, m, profile))
        v = verdict_for(FAULT_NOT_TAKEN,
                        verdict_make(DAMAGE_TUNNEL, STOPCCN_EXISTS, ERROR_NONE,
                                     "the peer has a tunnel already, and may have one only"));
    if (welcome == IGNORED)
        return drop(e, now, CAUSE_REFUSED, from, "ignored, as configured");
    if (v.damage != DAMAGE_NONE)
        return refuse(e, now, from, to, p, m, profile, &v, CAUSE_REFUSED);
    /* not answered: a crowd behind one address comes in as its peers try again */
    if (registry_half_of(&e->reg, from) >= e->half_per_source)
        return drop(e, now, CAUSE_HALF_OPEN, from, "from this address");
    tie = break_ties(e, from, m);
    if (tie == TIE_WON)
        return L2TP_TAKEN; /* the loser forgets its own without a word */
    if (e->reg.n_half >= e->half_total)
        forget_oldest_half(e, now);
    if (tie != TIE_EQUAL)
        theirs = answer(e, now, from, to, p, m, profile, digest);
    /* theirs may have ended at its birth, without memory for a word: then it takes over nothing */
    if (tie == TIE_LOST || tie == TIE_EQUAL)
        lose_ties(e, from, theirs, now);
    if (theirs != NULL || tie == TIE_EQUAL)
        return L2TP_TAKEN;
    v = verdict_make(DAMAGE_TUNNEL, STOPCCN_ERROR, ERROR_RESOURCES, "no memory or id");
    v.fault = FAULT_NO_ROOM;
    return refuse(e, now, from, to, p, m, profile, &v, CAUSE_HALF_OPEN);
}

static enum l2tp_got new_request(struct l2tp *e, uint64_t now, const struct addr *from,
                                 const struct addr *to, const struct packet *p, struct msg *m,
                                 struct verdict v, const uint8_t digest[MD5_SIZE])
{
    struct l2tp_profile profile = {0};
    enum l2tp_got got = consider(e, now, from, to, p, m, v, digest, &profile);

    bytes_wipe(&profile, sizeof profile); /* it holds a secret */
    return got;
}

/* A StopCCN with tunnel id 0 answers the only SCCRQ that we have out to its sender, if our id in
 * that is hidden: who lacks the secret cannot read it, and refuses us as "nobody" (4.3). */
static struct tunnel *find_unread(struct l2tp *e, const struct addr *from, const struct packet *p)
{
    struct tunnel *t = registry_find_opening(&e->reg, from, NULL);

    if (t == NULL || t->p.hide != HIDE_ALWAYS || p->nr != 1 ||
        registry_find_opening(&e->reg, from, t) != NULL)
        return NULL;
    return t;
}

/* Tunnel id 0: an SCCRQ, or the StopCCN of a peer that has never learned our id. */
static enum l2tp_got take_unaddressed(struct l2tp *e, uint64_t now, const struct addr *from,
                                      const struct addr *to, const struct packet *p)
{
    struct msg m;
    struct verdict v = msg_scan(&m, p->body, p->session);
    uint8_t digest[MD5_SIZE];
    struct tunnel *t = NULL;
    struct md5 md5;

    if (m.type == STOPCCN && msg_has(&m, AVP_ASSIGNED_TUNNEL_ID)) {
        t = registry_find_peer(&e->reg, from, m.assigned_tunnel_id, NULL);
        if (t == NULL)
            t = find_unread(e, from, p);
        /* one that is up is not ended by that: its peer knows our id, though some never write it;
         * one that is going acknowledges repeats (5.7) */
        if (t == NULL || t->state == DEAD)
            return drop(e, now, CAUSE_UNKNOWN_TUNNEL, from, "StopCCN");
        if (t->state == ESTABLISHED && !(t->quirks & QUIRK_ZERO_TUNNEL)) {
            tunnel_disowned(t, now, p->nr);
            engine_settle(e, t, ESTABLISHED, now);
            return L2TP_TAKEN;
        }
        return take_control(e, t, now, from, p);
    }
    if (m.type != SCCRQ && (t = registry_find_zero(&e->reg, from)) != NULL) {
        t->heard = now;
        return take_control(e, t, now, from, p);
    }
    if (m.type != SCCRQ || p->ns != 0)
        return drop(e, now, CAUSE_NO_REQUEST, from, msg_type_name(m.type));
    md5_init(&md5);
    md5_add(&md5, p->body);
    md5_end(&md5, digest);
    t = registry_find_request(&e->reg, from, digest);
    if (t != NULL && is_repeat(t, now))
        return take_control(e, t, now, from, p);
    return new_request(e, now, from, to, p, &m, v, digest);
}

/* Data. */

/* Congestion that the network has marked on the outside goes on inside (RFC 6040).  The octets are
 * the caller's buffer, which may be written to. */
static bool merge_ecn(const struct call *c, uint8_t ecn, const struct packet *p)
{
    return !c->tunnel->ecn ||
           ppp_ecn_merge(ecn, (uint8_t *)(uintptr_t)p->body.p, p->body.n) == PPP_ECN_KEEP;
}

static enum l2tp_got take_data(struct l2tp *e, uint64_t now, const struct addr *from,
                               const struct packet *p, uint8_t ecn, struct l2tp_frame *frame)
{
    struct call *c = e->reg.call[p->session];
    enum call_frame fate;
    unsigned had;

    if (c == NULL || c->tunnel->id != p->tunnel)
        return drop(e, now, CAUSE_UNKNOWN_CALL, from, "");
    if (!registry_is_peer(c->tunnel, from))
        return drop(e, now, CAUSE_WRONG_ADDRESS, from, "");
    if (e->leaves_early && c->state == WAIT_CONNECT)
        return L2TP_EARLY;
    c->tunnel->data_heard = now;
    c->tunnel->heard = now;
    if (!merge_ecn(c, ecn, p))
        return drop(e, now, CAUSE_CONGESTION, from, "");
    had = p->has_sequence ? c->n_held : 0;
    fate = call_frame_in(c, now, p);
    if (fate == FRAME_WAITS || (p->has_sequence && (c->is_newsy || c->n_held != had)))
        engine_settle_call(e, c, now);
    if (fate == FRAME_DROPPED)
        return drop(e, now, CAUSE_NOT_UP, from, "");
    if (fate == FRAME_WAITS)
        return L2TP_TAKEN;
    frame->call = c;
    frame->octets = p->body;
    frame->priority = p->priority;
    return L2TP_FRAME;
}

enum l2tp_got l2tp_input(struct l2tp *e, uint64_t now, const struct addr *from,
                         const struct addr *to, struct span datagram, struct l2tp_frame *frame)
{
    struct packet p;
    enum packet_fault fault = packet_parse(datagram, &p);
    uint8_t ecn = e->ecn;
    struct tunnel *t;

    e->ecn = 0;
    if (fault == PACKET_EMPTY)
        return L2TP_TAKEN; /* drafts acknowledge data so: nothing is amiss, and nothing to do */
    if (fault != PACKET_GOOD)
        return drop(e, now, fault == PACKET_L2F ? CAUSE_L2F : CAUSE_MALFORMED, from,
                    packet_fault_name(fault));
    if (!p.control)
        return take_data(e, now, from, &p, ecn, frame);
    if (p.tunnel == 0)
        return take_unaddressed(e, now, from, to, &p);
    t = e->reg.tunnel[p.tunnel];
    if (t == NULL || t->state == DEAD || !is_peer(t, from)) {
        stray_heard(e, now, from, to, &p);
        return drop(e, now,
                    t == NULL || t->state == DEAD ? CAUSE_UNKNOWN_TUNNEL : CAUSE_WRONG_ADDRESS,
                    from, "");
    }
    t->heard = now;
    if (!addr_is_set(&t->local))
        t->local = *to;
    return take_control(e, t, now, from, &p);
}
