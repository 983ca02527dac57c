/* From an end to a trouble; see diagnose.h. */
#include "diagnose.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/log.h"
#include "host/pppd.h"
#include "host/pppd_culprit.h"
#include "host/pppd_options.h"
#include "host/sys.h"
#include "ipsec.h"
#include "proto/silence.h"
#include "say.h"
#include "sockets.h"

#define LATELY_MS 20000              /* somewhat longer than from one transmission to the next */
#define PPP_CAUSE_AUTHENTICATION 16u /* RFC 3145: authentication failed */
#define PPP_CAUSE_NO_NCP 18u         /* likewise: no network protocol came up */

/* Facts that every tunnel has. */

static void put_secret(const struct hub *h, struct facts *f, unsigned line)
{
    facts_put(f, FACT_FILE, "%s", secrets_path(h->secrets));
    if (line != 0)
        facts_put(f, FACT_SECRET, "%s:%u", secrets_path(h->secrets), line);
}

static void put_peer(struct facts *f, const struct addr *peer)
{
    char text[ADDR_TEXT];

    facts_put(f, FACT_PEER, "%s", addr_text(peer, text));
    facts_put(f, FACT_PORT, "%u", (unsigned)peer->port);
}

/* Where our datagrams leave from: as the peer has shown, or as the system would choose now. -1 with
 * errno if they cannot leave at all. */
static int local_of(const struct hub *h, const struct tunnel *t, struct addr *local)
{
    const struct udp *udp = sockets_of(h, t);

    *local = t->local;
    if (!addr_is_set(local) && sys_source_for(&t->peer, local) < 0)
        return -1;
    if (local->port == 0 && udp != NULL)
        local->port = udp_local(udp).port;
    return 0;
}

static void put_local(const struct hub *h, const struct tunnel *t, struct facts *f)
{
    char text[ADDR_TEXT];
    struct addr local;

    if (local_of(h, t, &local) == 0)
        facts_put(f, FACT_LOCAL, "%s", addr_text(&local, text));
}

static void put_tunnel(const struct hub *h, const struct tunnel *t, const char *host,
                       struct facts *f)
{
    char cause[SAY_REASON];

    put_peer(f, &t->peer);
    put_local(h, t, f);
    put_secret(h, f, t->p.secret_line);
    facts_put(f, FACT_US, "%s", t->p.host_name);
    facts_put(f, FACT_THEM, "%s",
              t->peer_name[0] != '\0' ? t->peer_name
              : host != NULL          ? host
                                      : "");
    facts_put(f, FACT_CAUSE, "%s", say_tunnel_reason(t, cause));
    facts_put(f, FACT_TEXT, "%s", t->why.text);
    facts_put(f, FACT_SECS, "%llu", (unsigned long long)((loop_now(h->loop) - t->heard) / 1000));
    facts_put(f, FACT_MESSAGE, "%s", t->unacked != ZLB ? msg_type_name(t->unacked) : "message");
    facts_put(f, FACT_COUNT, "%u", t->unacked != ZLB ? (unsigned)t->unacked_sent : 0);
    if (host != NULL)
        facts_put(f, FACT_HOST, "%s", host);
}

/* A LAC's call may be in a tunnel that the peer has begun: its own has lost a tie to it.  And what the
 * peer asks for in a LAC's tunnel is not the LAC's. */
static struct trouble_place place_of(const struct hub *h, const struct tunnel *t,
                                     const struct call *c)
{
    const char *lac = c != NULL && !t->initiator ? h->lac_of_call(c) : NULL;
    bool theirs = c != NULL && (c->table == TABLE_LNS_IN || c->table == TABLE_LAC_OUT);
    bool ours = t->initiator || lac != NULL;

    return (struct trouble_place){.lac = ours,
                                  .name = lac != NULL              ? lac
                                          : t->p.label[0] != '\0' ? t->p.label
                                                                  : NULL,
                                  .tunnel = t->id,
                                  .call = c != NULL ? c->id : 0,
                                  .stranger = !ours || theirs,
                                  .aside = ours && theirs};
}

/* Silence. */

/* What came back of what was sent since then, or NULL.  The system says at once that it cannot send:
 * what it has said of earlier ones was over when the last could leave. */
static const struct bounce *bounce_since(const struct hub *h, const struct tunnel *t, uint64_t since)
{
    const struct bounce *b = trouble_bounce(h, &t->peer, since);

    return b == NULL || b->icmp || b->at >= t->unacked_last ? b : NULL;
}

/* An SCCRQ, or an SCCRP, was answered by nobody: has anybody said why? */
static enum trouble of_no_answer(const struct hub *h, const struct tunnel *t, struct facts *f)
{
    const struct bounce *b = bounce_since(h, t, t->born);
    struct addr local;
    char via[ADDR_TEXT];

    if (b == NULL && local_of(h, t, &local) == 0)
        return TROUBLE_NO_ANSWER;
    facts_put(f, FACT_TEXT, "%s", strerror(b != NULL ? b->reason : errno));
    if (b != NULL && !b->icmp && b->reason == EPERM && ipsec_is_required(h, t))
        return TROUBLE_NO_IPSEC;
    if (b == NULL || !b->icmp)
        return TROUBLE_NO_ROUTE;
    facts_put(f, FACT_VIA, "%s", addr_host_text(&b->via, via));
    return b->reason == ECONNREFUSED ? TROUBLE_PORT_CLOSED : TROUBLE_UNREACHABLE;
}

/* Does the peer's address lie behind a ppp interface by now?  (The default route has gone into the
 * tunnel, and the tunnel's own packets with it.) */
static bool goes_into_tunnel(const struct tunnel *t, struct facts *f)
{
    char name[32];
    struct addr now;

    if (sys_source_for(&t->peer, &now) < 0 || !sys_interface_of(&now, name, sizeof name) ||
        strncmp(name, "ppp", 3) != 0)
        return false;
    facts_put(f, FACT_VIA, "%s", name);
    return true;
}

/* Has the system, or somebody on the way, said why, as late as the last things were sent?  What was
 * said earlier may be over. */
static enum trouble of_bounce(const struct hub *h, const struct tunnel *t, struct facts *f)
{
    uint64_t now = loop_now(h->loop), lately = now > LATELY_MS ? now - LATELY_MS : 0;
    const struct bounce *b = bounce_since(h, t, t->heard > lately ? t->heard : lately);
    char via[ADDR_TEXT];

    if (b == NULL)
        return TROUBLE_NONE;
    if (b->icmp && b->reason == ECONNREFUSED) {
        facts_put(f, FACT_TEXT, "ICMP says 'port unreachable'");
        return TROUBLE_PEER_GONE;
    }
    if (!b->icmp && b->reason == EPERM && ipsec_is_required(h, t))
        return TROUBLE_NO_IPSEC;
    facts_put(f, FACT_TEXT, "%s", strerror(b->reason));
    facts_put(f, FACT_VIA, "%s", addr_host_text(&b->via, via));
    return b->icmp ? TROUBLE_UNREACHABLE : TROUBLE_NO_ROUTE;
}

static enum trouble of_silence(const struct hub *h, const struct tunnel *t, struct facts *f)
{
    uint64_t now = loop_now(h->loop);
    enum trouble bounced;

    if (!t->was_up || (silence_is_of_setup(t->unacked) && t->data_heard == 0))
        return of_no_answer(h, t, f);
    if (t->data_heard != 0 && t->data_heard >= t->unacked_since) {
        facts_put(f, FACT_SECS, "%llu", (unsigned long long)((now - t->data_heard) / 1000));
        return TROUBLE_NO_ACK;
    }
    if (t->initiator && goes_into_tunnel(t, f))
        return TROUBLE_ROUTE_LOOP;
    if (silence_is_disowned(t)) {
        facts_put(f, FACT_TEXT, "what answers at its address knows no such tunnel");
        return TROUBLE_PEER_GONE;
    }
    if ((bounced = of_bounce(h, t, f)) != TROUBLE_NONE)
        return bounced;
    /* the last that came was data: something flowed, and stopped */
    return t->data_heard != 0 && t->data_heard == t->heard ? TROUBLE_TRAFFIC_STOPPED
                                                           : TROUBLE_PEER_SILENT;
}

/* What we find wrong ourselves. */
static enum trouble of_fault(const struct hub *h, const struct tunnel *t, struct facts *f)
{
    static const enum trouble troubles[] = {
        [FAULT_NONE] = TROUBLE_NONE,
        [FAULT_MESSAGE] = TROUBLE_BAD_MESSAGE,
        [FAULT_VERSION] = TROUBLE_VERSION,
        [FAULT_HIDDEN] = TROUBLE_HIDDEN_SECRET,
        [FAULT_NO_SECRET] = TROUBLE_NO_SECRET,
        [FAULT_NO_RESPONSE] = TROUBLE_PEER_MUTE,
        [FAULT_RESPONSE] = TROUBLE_PEER_SECRET,
        [FAULT_NOT_ALLOWED] = TROUBLE_NOT_ALLOWED,
        [FAULT_NO_ROOM] = TROUBLE_NO_MEMORY,
        [FAULT_NO_LOCAL_ROOM] = TROUBLE_NO_MEMORY,
        [FAULT_LOCAL_LEASED] = TROUBLE_NO_MEMORY,
        [FAULT_NOT_TAKEN] = TROUBLE_NOT_TAKEN,
        [FAULT_NO_SECTION] = TROUBLE_SECTION_GONE,
        [FAULT_SLOW] = TROUBLE_TOO_SLOW,
        [FAULT_SILENCE] = TROUBLE_NONE,
        [FAULT_GIVES_WAY] = TROUBLE_NONE,
    };

    if (t->why.fault == FAULT_SILENCE)
        return of_silence(h, t, f);
    if (t->why.fault == FAULT_HIDDEN && t->p.secret[0] == '\0')
        return TROUBLE_HIDDEN_NO_SECRET;
    if (t->why.fault == FAULT_SLOW)
        facts_put(f, FACT_SECS, "%llu", (unsigned long long)((loop_now(h->loop) - t->born) / 1000));
    return troubles[t->why.fault];
}

/* What the peer says. */

/* xl2tpd says nearly everything with 2/6, and what it means in words; and we say more than 4/0. */
static const struct {
    const char *text;
    enum trouble what;
} phrases[] = {
    {"No Authorization", TROUBLE_NOT_AUTHORISED},
    {"Invalid challenge authentication", TROUBLE_SECRET_REFUSED},
    {"No secret key on our", TROUBLE_PEER_NO_SECRET},
    {"No secret on our side", TROUBLE_PEER_NO_SECRET},
    {"there is no secret for this peer", TROUBLE_PEER_NO_SECRET}, /* our own words */
    {"No available IP address", TROUBLE_PEER_NO_ADDRESS},
};

static enum trouble of_phrase(const char *text)
{
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        if (strstr(text, phrases[i].text) != NULL)
            return phrases[i].what;
    return TROUBLE_NONE;
}

/* Has a call been up in it? */
static bool has_lived(const struct tunnel *t)
{
    for (const struct call *c = t->calls; c != NULL; c = c->next)
        if (c->was_up)
            return true;
    return t->data_heard != 0;
}

/* It says that another one should be tried, and perhaps which. */
static bool is_sent_away(const struct verdict *v)
{
    return v->error == ERROR_TRY_ANOTHER || v->error == ERROR_TRY_DIRECTED;
}

/* Its StopCCN (4.4.2). */
static enum trouble of_stopccn(const struct tunnel *t)
{
    const struct verdict *v = &t->why;
    enum trouble phrase = of_phrase(v->text);
    bool in_order = v->result == STOPCCN_GENERAL || v->result == STOPCCN_SHUTTING_DOWN;

    if (!t->initiator && (in_order || v->result == STOPCCN_EXISTS))
        return TROUBLE_NONE;
    if (v->result == STOPCCN_SHUTTING_DOWN)
        return TROUBLE_PEER_LEAVES;
    if (v->result == STOPCCN_VERSION)
        return TROUBLE_VERSION;
    if (has_lived(t))
        return TROUBLE_CLOSED;
    if (phrase == TROUBLE_PEER_NO_SECRET)
        return phrase;
    if (v->result == STOPCCN_NOT_AUTHORISED || phrase == TROUBLE_NOT_AUTHORISED)
        return t->owe_response ? TROUBLE_SECRET_REFUSED : TROUBLE_NOT_AUTHORISED;
    if (v->result == STOPCCN_ERROR && (v->error == ERROR_RESOURCES || is_sent_away(v)))
        return TROUBLE_PEER_BUSY;
    return phrase != TROUBLE_NONE ? phrase : TROUBLE_REFUSED;
}

void diagnose_tunnel(struct hub *h, const struct tunnel *t, const char *host)
{
    struct trouble_place place = place_of(h, t, NULL);
    struct facts f = {.used = 0};
    enum trouble what = TROUBLE_NONE;

    put_tunnel(h, t, host, &f);
    if (t->why.fault != FAULT_NONE)
        what = of_fault(h, t, &f);
    else if (!t->why_ours)
        what = of_stopccn(t);
    trouble_tell(h, what, &place, &f);
}

void diagnose_refusal(struct hub *h, const struct l2tp_refused *r)
{
    struct trouble_place place = {.name = r->label[0] != '\0' ? r->label : NULL, .stranger = true};
    struct facts f = {.used = 0};
    enum trouble what = TROUBLE_BAD_MESSAGE;

    put_peer(&f, &r->peer);
    put_secret(h, &f, r->secret_line);
    facts_put(&f, FACT_US, "%s", r->host_name);
    facts_put(&f, FACT_THEM, "%s", r->peer_name);
    facts_put(&f, FACT_TEXT, "%s", r->why.text);
    facts_put(&f, FACT_CAUSE, "%s", r->why.text);
    switch (r->why.fault) {
    case FAULT_VERSION:
        what = TROUBLE_VERSION;
        break;
    case FAULT_HIDDEN:
        what = r->secret_line != 0 ? TROUBLE_HIDDEN_SECRET : TROUBLE_HIDDEN_NO_SECRET;
        break;
    case FAULT_NO_SECRET:
        what = TROUBLE_NO_SECRET;
        break;
    case FAULT_NOT_ALLOWED:
        what = TROUBLE_NOT_ALLOWED;
        break;
    case FAULT_NO_ROOM:
        what = TROUBLE_NO_MEMORY;
        break;
    case FAULT_NOT_TAKEN:
        what = TROUBLE_NOT_TAKEN;
        break;
    case FAULT_GIVES_WAY:
        what = TROUBLE_NONE;
        break;
    default:
        break;
    }
    trouble_tell(h, what, &place, &f);
}

/* Calls. */

/* Who was not let in: as PPP was seen to say, or as the CDN does, whose sender calls us its peer.
 */
static enum trouble of_password(const struct call *c, const struct diagnose_ppp *ppp)
{
    const struct call_cause *cause = &c->cause;
    bool told = cause->has_ppp && cause->ppp == PPP_CAUSE_AUTHENTICATION;

    if (ppp != NULL && (ppp->refused_us || ppp->refused_peer))
        return ppp->refused_us ? TROUBLE_PASSWORD_REFUSED : TROUBLE_PEER_PASSWORD;
    if (ppp != NULL && ppp->declined)
        return TROUBLE_NO_PASSWORD;
    if (!told)
        return TROUBLE_NONE;
    if (cause->direction != 0)
        return cause->direction == 1 ? TROUBLE_PASSWORD_REFUSED : TROUBLE_PEER_PASSWORD;
    return c->tunnel->initiator ? TROUBLE_PASSWORD_REFUSED : TROUBLE_PEER_PASSWORD;
}

static enum trouble of_cdn(const struct call *c, const struct diagnose_ppp *ppp)
{
    const struct verdict *v = &c->why;
    bool lac = c->tunnel->initiator;
    enum trouble password = of_password(c, ppp);
    bool in_order = v->result == CDN_CARRIER_LOST || v->result == CDN_ADMINISTRATIVE ||
                    v->result == CDN_TIMEOUT;

    if (password != TROUBLE_NONE)
        return password;
    if (c->cause.has_ppp && c->cause.ppp == PPP_CAUSE_NO_NCP && c->frames_in > 0)
        return TROUBLE_PPP_NEGOTIATION;
    if (!lac && in_order)
        return TROUBLE_NONE;
    if (c->was_up)
        return TROUBLE_CLOSED;
    if (v->result == CDN_ERROR && v->error == ERROR_RESOURCES &&
        (v->text[0] == '\0' || strstr(v->text, "address") != NULL))
        return TROUBLE_PEER_NO_ADDRESS;
    if (of_phrase(v->text) != TROUBLE_NONE)
        return of_phrase(v->text);
    if ((v->result == CDN_ERROR && (is_sent_away(v) || v->error == ERROR_RESOURCES)) ||
        v->result == CDN_NO_FACILITIES)
        return TROUBLE_PEER_BUSY;
    return TROUBLE_CALL_REFUSED;
}

static void put_call(const struct hub *h, const struct call *c, struct facts *f)
{
    char cause[SAY_REASON];

    put_tunnel(h, c->tunnel, NULL, f);
    facts_put(f, FACT_CAUSE, "%s", say_call_reason(c, cause));
    facts_put(f, FACT_TEXT, "%s", c->why.text);
    facts_put(f, FACT_SECS, "%llu", (unsigned long long)((loop_now(h->loop) - c->born) / 1000));
}

/* Who it is that was not let in; ppp may be NULL. */
static void put_user(const struct diagnose_ppp *ppp, enum trouble what, struct facts *f)
{
    const char *name = ppp == NULL ? NULL : what == TROUBLE_PEER_PASSWORD ? ppp->peer : ppp->user;
    char user[256];

    if (name != NULL)
        facts_put(f, FACT_USER, "%s", log_safe(span_str(name), user, sizeof user));
}

void diagnose_call(struct hub *h, const struct call *c, const struct diagnose_ppp *ppp)
{
    struct trouble_place place = place_of(h, c->tunnel, c);
    struct facts f = {.used = 0};
    enum trouble what = TROUBLE_NONE;

    if (c->why.fault == FAULT_WITH_TUNNEL)
        return; /* whose end tells more */
    if (c->why.fault == FAULT_MESSAGE)
        what = TROUBLE_BAD_MESSAGE;
    else if (c->why.fault == FAULT_NOT_TAKEN)
        what = TROUBLE_NOT_TAKEN;
    else if (c->why.fault == FAULT_SLOW)
        what = TROUBLE_TOO_SLOW;
    else if (c->why.fault == FAULT_NO_ROOM)
        what = TROUBLE_NO_ADDRESS;
    else if (c->why.fault == FAULT_NO_LOCAL_ROOM)
        what = TROUBLE_NO_LOCAL_ADDRESS;
    else if (c->why.fault == FAULT_NO_SECTION)
        what = TROUBLE_SECTION_GONE;
    else if (c->why.fault == FAULT_HIDDEN)
        what = c->tunnel->p.secret[0] != '\0' ? TROUBLE_HIDDEN_SECRET : TROUBLE_HIDDEN_NO_SECRET;
    else if (!c->why_ours)
        what = of_cdn(c, ppp);
    put_call(h, c, &f);
    put_user(ppp, what, &f);
    trouble_tell(h, what, &place, &f);
}

void diagnose_bearer(struct hub *h, const struct call *c, enum trouble what, const char *text,
                     const char *file)
{
    struct trouble_place place = place_of(h, c->tunnel, c);
    struct facts f = {.used = 0};

    /* the call goes on */
    place.aside = place.aside || what == TROUBLE_ADDRESS_TWICE || what == TROUBLE_NO_PPP_ANSWER;
    put_call(h, c, &f);
    facts_put(&f, FACT_TEXT, "%s", text);
    if (file != NULL)
        facts_put(&f, FACT_FILE, "%s", file);
    trouble_tell(h, what, &place, &f);
}

/* pppd(8), "EXIT STATUS". */
static const enum trouble exits[] = {
    [0] = TROUBLE_PPP_ENDED,         [1] = TROUBLE_PPPD_FAILED,   [2] = TROUBLE_PPPD_OPTIONS,
    [3] = TROUBLE_PPPD_NOT_ROOT,     [4] = TROUBLE_NO_KERNEL_PPP, [5] = TROUBLE_PPPD_KILLED,
    [6] = TROUBLE_PPPD_DEVICE,       [7] = TROUBLE_PPPD_DEVICE,   [8] = TROUBLE_PPPD_DEVICE,
    [9] = TROUBLE_PPPD_DEVICE,       [10] = TROUBLE_PPP_NEGOTIATION,
    [11] = TROUBLE_PEER_PASSWORD,    [12] = TROUBLE_PPP_IDLE,     [13] = TROUBLE_PPP_TIME,
    [14] = TROUBLE_PPP_ENDED,        [15] = TROUBLE_NO_ECHO,      [16] = TROUBLE_HUNG_UP,
    [17] = TROUBLE_PPP_LOOP,         [18] = TROUBLE_PPPD_DEVICE,  [19] = TROUBLE_PASSWORD_REFUSED,
};

/* A [lns] is not told. */
static bool in_order(enum trouble what)
{
    return what == TROUBLE_PPP_ENDED || what == TROUBLE_PPP_IDLE || what == TROUBLE_PPP_TIME ||
           what == TROUBLE_HUNG_UP;
}

/* pppd does not like its options: is it a plugin that it does not find, or a file? */
static enum trouble of_options(const struct diagnose_ppp *ppp, struct facts *f)
{
    const struct pppd_wants wants = {!ppp->seen, ppp->has_password, ppp->optfile};
    struct pppd_culprit c;

    pppd_culprit_seek(&wants, &c);
    if (c.place[0] != '\0') {
        facts_put(f, FACT_FILE, "%s", c.place);
        facts_put(f, FACT_TEXT, "%s", c.plugin[0] != '\0' ? c.plugin : c.text);
    } else {
        facts_put(f, FACT_FILE, "%s%s%s or its command line",
                  ppp->optfile != NULL ? ppp->optfile : "", ppp->optfile != NULL ? ", " : "",
                  PPPD_SYSTEM_OPTIONS);
        facts_put(f, FACT_TEXT, "its own words name the option");
    }
    return c.plugin[0] != '\0' ? TROUBLE_PPPD_PLUGIN : TROUBLE_PPPD_OPTIONS;
}

/* pppd says "hung up" (16) of whatever ends on a timer of its own, too: when it has asked in vain, for a
 * link (10 by its manual) or for echoes (15), or has waited behind the peer's farewell (0).  What has
 * passed tells which. */
static enum trouble of_hang_up(const struct call *c, const struct diagnose_ppp *ppp)
{
    if (!c->was_up) /* the line of a call that we were to place */
        return TROUBLE_HUNG_UP;
    if (c->frames_in == 0)
        return TROUBLE_NO_PPP_ANSWER;
    if (!ppp->seen)
        return TROUBLE_HUNG_UP;
    if (ppp->peer_is_mute)
        return TROUBLE_NO_ECHO;
    if (ppp->peer_ended)
        return TROUBLE_PPP_ENDED;
    return ppp->opened ? TROUBLE_HUNG_UP : TROUBLE_PPP_NEGOTIATION;
}

/* By a signal that nobody else has sent. */
static bool has_crashed(int status)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE, SIGSYS, SIGTRAP};

    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (WIFSIGNALED(status) && WTERMSIG(status) == signals[i])
            return true;
    return false;
}

static enum trouble of_exit(const struct call *c, int status, const struct diagnose_ppp *ppp,
                            struct facts *f)
{
    size_t code = WIFEXITED(status) ? (size_t)WEXITSTATUS(status) : has_crashed(status) ? 1 : 5;
    bool lac = c->tunnel->initiator;
    enum trouble what, password = code != 11 ? of_password(c, ppp) : TROUBLE_NONE;

    if (ppp->asked)
        return TROUBLE_NONE;
    if (password != TROUBLE_NONE && WIFEXITED(status) && (code == 0 || code >= 10))
        return password;
    if (code == 2)
        return of_options(ppp, f);
    if (code >= sizeof exits / sizeof *exits)
        return TROUBLE_PPPD_FAILED;
    if (code == 10 && c->frames_in == 0) /* one that is to be placed has only its line yet */
        return c->was_up ? TROUBLE_NO_PPP_ANSWER : TROUBLE_PPPD_DEVICE;
    what = code == 16 ? of_hang_up(c, ppp) : exits[code];
    return !lac && in_order(what) ? TROUBLE_NONE : what;
}

void diagnose_pppd(struct hub *h, const struct call *c, int status, const struct diagnose_ppp *ppp)
{
    struct trouble_place place = place_of(h, c->tunnel, c);
    struct facts f = {.used = 0};
    enum trouble what;
    char text[64];

    put_call(h, c, &f);
    facts_put(&f, FACT_FILE, "%s", ppp->optfile != NULL ? ppp->optfile : "none");
    facts_put(&f, FACT_TEXT, "%s", pppd_end_text(status, text, sizeof text));
    what = of_exit(c, status, ppp, &f);
    put_user(ppp, what, &f);
    trouble_tell(h, what, &place, &f);
}

void diagnose_attempt(struct hub *h, const char *lac, enum trouble what, const char *host,
                      const char *text)
{
    struct trouble_place place = {.lac = true, .name = lac};
    struct facts f = {.used = 0};

    facts_put(&f, FACT_HOST, "%s", host);
    facts_put(&f, FACT_TEXT, "%s", text);
    trouble_tell(h, what, &place, &f);
}
