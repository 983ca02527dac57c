/* A replay between a link and a peer; see replay.h. */
#include "replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "host/ppp_secrets.h"
#include "mtu.h"
#include "wire/msg.h"
#include "wire/ppp_replay.h"

#define SILENT_MS 2000  /* a pppd that has not said anything by then waits for the caller */
#define PATIENCE_MS 8000 /* and after so much more there will be nothing */
#define HELD_MOST 8      /* of the caller's frames, that wait until pppd is there */

struct replay {
    struct ppp_replay r;
    struct timer timer;
    bool known;   /* who the LAC is */
    bool waited;  /* SILENT_MS */
    bool settled; /* the ends are together, or have been left to themselves, ... */
    bool calm;    /* ... and pppd has what was held for it */
    struct buf *held, **held_end;
    unsigned n_held;
    char variable[PPPD_VARIABLE]; /* for pppd's scripts, where the LAC's word is taken */
};
_Static_assert(sizeof(struct replay) <= 8192, "a call has it for as long as magic numbers are translated");

static uint8_t room[BUF_ROOM]; /* a frame for pppd that was changed, on its way */

bool replay_runs(const struct replay *r)
{
    return r != NULL && !r->calm;
}

/* -- beginning and end ----------------------------------------------------------------------------
 */

static struct msg told(const struct call_proxy *p)
{
    struct msg m = {.type = ICCN};

    for (unsigned i = 0; i < PROXY_AVPS; i++)
        if (p->present >> (PROXY_FIRST + i) & 1)
            msg_set_span(&m, PROXY_FIRST + i, p->value[i]);
    m.present = p->present;
    m.proxy_authen_type = p->type;
    m.proxy_authen_id = p->id;
    return m;
}

void replay_free(struct bearer *b)
{
    struct replay *r = b->replay;

    b->replay = NULL;
    if (r == NULL)
        return;
    if (r->timer.fire != NULL)
        loop_timer_done(b->hub->loop, &r->timer);
    while (r->held != NULL) {
        struct buf *frame = r->held;

        r->held = frame->next;
        buf_put(frame);
    }
    ppp_replay_wipe(&r->r);
    bytes_wipe(r, sizeof *r);
    bytes_wipe(room, sizeof room);
    free(r);
}

/* Of a LAC that has told nothing of LCP there is nothing to be said: it has not taken part. */
static void tell(const struct bearer *b, const struct ppp_replay *r)
{
    char text[REPLAY_WHY];

    ppp_replay_describe(r, text, sizeof text);
    if (r->state == REPLAY_DONE)
        log_info("%s: PPP goes on where its LAC has it: %s", b->name, text);
    else if (r->has_lcp)
        log_notice("%s: PPP begins anew, for all that its LAC tells: %s", b->name, text);
}

/* PPP begins anew in any case; but a LAC that tells nonsense is to be heard of. */
static void tell_flaw(const struct bearer *b, const struct msg *m)
{
    const char *flaw = ppp_replay_flaw(m);

    if (flaw != NULL)
        log_notice("%s: PPP begins anew, and what its LAC tells of it would be of no use: %s", b->name, flaw);
}

void replay_refuse(struct bearer *b, const char *why)
{
    if (b->replay == NULL)
        return;
    ppp_replay_give_up(&b->replay->r, why);
    tell(b, &b->replay->r);
    replay_free(b);
}

/* Has the LAC answered a challenge of ours?  A tunnel whose peer has not does not come up.  A hidden AVP
 * proves less: anybody can say one again, and octets by chance may look like one. */
static bool is_known(const struct call *c)
{
    return c->tunnel->challenged;
}

/* The LAC's word counts for as much as who says it is known, and pppd's scripts have to hear it. */
static const char *doubt(const struct ppp_replay *r, struct replay *into)
{
    char name[REPLAY_VALUE + 1];

    if (r->way != REPLAY_TOLD)
        return NULL;
    if (!into->known)
        return "its word is not taken, as its tunnel is not authenticated";
    span_to_str(span_of(r->name, r->n_name), name, sizeof name);
    if (strlen(name) != r->n_name || pppd_clean(name) == NULL)
        return "its word is not taken, as the user's name is not fit for pppd's scripts";
    snprintf(into->variable, sizeof into->variable, "PEERNAME=%s", name);
    return NULL;
}

void replay_new(struct bearer *b, const struct call *c, const struct conf_lns *conf)
{
    static const enum replay_trust trusts[] = {[CONF_PROXY_AUTH_IGNORE] = REPLAY_IGNORE,
                                               [CONF_PROXY_AUTH_VERIFY] = REPLAY_VERIFY,
                                               [CONF_PROXY_AUTH_ACCEPT] = REPLAY_ACCEPT};
    struct replay *r;
    const char *why;
    struct msg m;

    if (c->proxy == NULL || conf->proxy_lcp == CONF_PROXY_LCP_IGNORE)
        return;
    m = told(c->proxy);
    if (conf->proxy_lcp == CONF_PROXY_LCP_RENEGOTIATE) {
        tell_flaw(b, &m);
        return;
    }
    r = b->replay = calloc(1, sizeof *r);
    if (r == NULL)
        return; /* PPP begins anew, which is always right (4.4.5) */
    r->held_end = &r->held;
    r->known = is_known(c);
    ppp_replay_init(&r->r, &m, trusts[conf->proxy_auth],
                    (uint16_t)mtu_for_pppd(c, conf->peer.path_mtu));
    if (!r->r.has_lcp)
        tell_flaw(b, &m);
    why = doubt(&r->r, r);
    if (why != NULL || r->r.state != REPLAY_RUNNING)
        replay_refuse(b, why);
}

/* Only ever less than the section asks for, or the LAC's word in its stead. */
void replay_settings(const struct bearer *b, struct pppd_settings *s)
{
    uint16_t protocol;

    if (b->replay == NULL)
        return;
    protocol = ppp_replay_protocol(&b->replay->r);
    if (b->replay->r.way == REPLAY_TOLD) {
        s->require_authentication = false;
        s->accepted = b->replay->variable;
    } else if (s->require_pap && protocol == 0xc023) {
        s->require_chap = false;
    } /* else pppd asks for CHAP first, and for PAP where that is declined */
}

/* -- frames ---------------------------------------------------------------------------------------
 */

static void to_pppd(struct bearer *b, struct span frame)
{
    if (b->link == NULL)
        return;
    bearer_look(b, false, frame);
    link_send(b->link, frame);
}

static void to_caller(struct bearer *b, struct span frame)
{
    struct buf *buf = buf_get();

    if (buf == NULL || frame.n > BUF_ROOM) {
        buf_put(buf);
        return;
    }
    memcpy(buf->data + buf->off, frame.p, frame.n);
    buf->len = frame.n;
    bearer_send(b, buf);
}

/* The only place where a secret of pppd's is looked at, and only if the section has us verify.  The
 * challenge is the LAC's own: who has once overheard one and its answer could tell both again, so it has
 * to be known who tells. */
static void tell_secret(struct bearer *b, struct span client, struct span server)
{
    struct ppp_replay *r = &b->replay->r;
    const char *why = "its tunnel is not authenticated";
    uint8_t secret[PPP_SECRET];
    size_t n;

    if (b->replay->known &&
        ppp_secrets_find(b->hub->conf->global.chap_secrets, client, server, secret, &n, &why)) {
        ppp_replay_secret(r, span_of(secret, n));
    } else {
        log_notice("%s: the caller's CHAP is not verified: %s", b->name, why);
        ppp_replay_secret(r, span_of(NULL, 0));
    }
    bytes_wipe(secret, sizeof secret);
}

/* What the LAC says of who it is stands in no frame that passes. */
static void note_user(struct bearer *b, const struct ppp_replay *r)
{
    if (r->state != REPLAY_DONE || r->way != REPLAY_TOLD)
        return;
    span_to_str(span_of(r->name, r->n_name), b->facts.far.name, sizeof b->facts.far.name);
    b->facts.far.accepted = true;
}

static void drop_if_idle(struct bearer *b)
{
    if (b->replay != NULL && b->replay->calm && !ppp_replay_is_needed(&b->replay->r))
        replay_free(b);
}

/* What was held goes on, in its order. */
static void settle(struct bearer *b)
{
    struct replay *r = b->replay;
    struct buf *held = r->held;

    r->settled = true;
    tell(b, &r->r);
    note_user(b, &r->r);
    r->held = NULL;
    r->held_end = &r->held;
    while (held != NULL) {
        struct buf *frame = held;
        struct span s = buf_span(frame);

        held = frame->next;
        if (replay_carries(b, &s))
            to_pppd(b, s);
        buf_put(frame);
    }
    r->calm = true;
    if (r->timer.fire != NULL)
        loop_timer_unset(b->hub->loop, &r->timer);
}

/* Whatever the replay has for either end, until it has nothing more. */
static void pump(struct bearer *b)
{
    struct ppp_replay *r = &b->replay->r;
    struct span client, server, frame;
    bool more = true;

    while (more) {
        more = ppp_replay_asks(r, &client, &server);
        if (more)
            tell_secret(b, client, server);
        while ((frame = ppp_replay_to_pppd(r)).n > 0) {
            to_pppd(b, frame);
            more = true;
        }
        while ((frame = ppp_replay_to_caller(r)).n > 0) {
            to_caller(b, frame);
            more = true;
        }
    }
    if (!b->replay->settled && r->state != REPLAY_RUNNING)
        settle(b);
}

bool replay_heard(struct bearer *b, struct buf *frame)
{
    struct ppp_replay *r = &b->replay->r;
    enum replay_fate fate = ppp_replay_from_pppd(r, buf_span(frame));

    pump(b);
    if (fate == REPLAY_PASS)
        ppp_replay_translate(r, true, frame->data + frame->off, frame->len);
    else
        buf_put(frame);
    drop_if_idle(b);
    return fate == REPLAY_PASS;
}

static void hold(struct replay *r, struct span frame)
{
    struct buf *buf = r->n_held < HELD_MOST && frame.n <= BUF_ROOM ? buf_get() : NULL;

    if (buf == NULL)
        return; /* as lost on the line: PPP says it again */
    memcpy(buf->data + buf->off, frame.p, frame.n);
    buf->len = frame.n;
    buf->next = NULL;
    *r->held_end = buf;
    r->held_end = &buf->next;
    r->n_held++;
}

bool replay_carries(struct bearer *b, struct span *frame)
{
    struct replay *r = b->replay;
    enum replay_fate fate = ppp_replay_from_caller(&r->r, *frame);

    if (fate == REPLAY_HOLD)
        hold(r, *frame);
    pump(b);
    if (fate != REPLAY_PASS || frame->n > sizeof room)
        return fate == REPLAY_PASS;
    memcpy(room, frame->p, frame->n);
    ppp_replay_translate(&r->r, false, room, frame->n);
    *frame = span_of(room, frame->n);
    return true;
}

/* -- time -----------------------------------------------------------------------------------------
 */

static void waited(struct timer *t)
{
    struct bearer *b = t->owner;
    struct replay *r = b->replay;

    if (r->waited)
        ppp_replay_give_up(&r->r, NULL);
    else
        ppp_replay_begin(&r->r);
    r->waited = true;
    loop_timer_set(b->hub->loop, &r->timer, loop_now(b->hub->loop) + PATIENCE_MS);
    pump(b);
    drop_if_idle(b);
}

void replay_start(struct bearer *b)
{
    struct replay *r = b->replay;

    if (r == NULL)
        return;
    if (loop_timer_init(b->hub->loop, &r->timer) < 0) {
        r->timer.fire = NULL;
        replay_refuse(b, "no memory");
        return;
    }
    r->timer.fire = waited;
    r->timer.owner = b;
    loop_timer_set(b->hub->loop, &r->timer, loop_now(b->hub->loop) + SILENT_MS);
}
