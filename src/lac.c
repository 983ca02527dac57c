/* One LAC's way from idle to up and back; see lac.h. */
#include "lac.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "diagnose.h"
#include "events.h"
#include "host/sys.h"
#include "lac_parts.h"
#include "profiles.h"

#define MINIMUM_BPS 10000u /* of a call that the peer is to place, without a section */
#define MAXIMUM_BPS 10000000u
#define PROBE_MS 5000   /* for a sign of life after sleep, or without our address */
#define CROWD_MS 1000   /* over which a crowd that comes back at once is spread */
#define EXISTS_MS 2000  /* after which who has a tunnel already may know that we have it no more */
#define LASTED_MS 30000 /* a call that was up for so long has not failed */

const char *lac_state_name(enum lac_state state)
{
    static const char *const names[] = {"idle", "resolving", "dialling",
                                        "up",   "closing",   "waiting to redial"};

    return names[state];
}

void lac_set_state(struct lac *l, enum lac_state state)
{
    if (state != l->state)
        events_emit("lac_state",
                    (struct event_field[]){event_text(l->bare ? "host" : "lac", l->name),
                                           event_text("was", lac_state_name(l->state)),
                                           event_text("is", lac_state_name(state)), event_end});
    l->state = state;
}

/* Its section, or the one that a bare tunnel's call borrows. */
const struct conf_lac *lac_section(const struct lac *l)
{
    return conf_find_lac(l->hub->conf, l->bare ? "default" : l->name);
}

static void forget_credentials(struct lac *l)
{
    if (l->password != NULL)
        bytes_wipe(l->password, strlen(l->password));
    free(l->password);
    free(l->user);
    l->user = l->password = NULL;
}

static void start(struct lac *l);
static void redial_due(struct timer *t);

static struct lac *lac_new(struct hub *h, const char *name)
{
    struct lac *l = calloc(1, sizeof *l);

    if (l == NULL)
        return NULL;
    l->hub = h;
    l->name = strdup(name);
    if (l->name == NULL || loop_timer_init(h->loop, &l->redial) < 0)
        goto fail;
    if (!lac_back_init(l))
        goto no_back;
    if (!lac_dial_init(l))
        goto no_dial;
    l->redial.fire = redial_due;
    l->redial.owner = l;
    l->serial = ++h->lacs_ever;
    l->next = h->lacs;
    h->lacs = l;
    hash_join(&h->lacs_by_name, &l->by_name, hash_of_word(name));
    return l;
no_dial:
    loop_timer_done(h->loop, &l->back);
no_back:
    loop_timer_done(h->loop, &l->redial);
fail:
    free(l->name);
    free(l);
    return NULL;
}

static void lac_free(struct lac *l)
{
    struct lac **at = &l->hub->lacs;

    while (*at != l)
        at = &(*at)->next;
    *at = l->next;
    hash_leave(&l->hub->lacs_by_name, &l->by_name);
    lac_dial_free(l);
    ipsec_forget(l->hub, &l->ipsec);
    ipsec_forget(l->hub, &l->back_asks.ipsec);
    ipsec_forget(l->hub, &l->doubt_asks.ipsec);
    loop_timer_done(l->hub->loop, &l->redial);
    loop_timer_done(l->hub->loop, &l->back);
    forget_credentials(l);
    free(l->name);
    free(l);
}

void lac_free_all(struct hub *h)
{
    while (h->lacs != NULL)
        lac_free(h->lacs);
}

struct lac *lac_find(const struct hub *h, const char *name)
{
    struct hash_node *n = hash_find(&h->lacs_by_name, hash_of_word(name));

    for (; n != NULL; n = hash_next(n)) {
        struct lac *l = (struct lac *)(void *)((char *)n - offsetof(struct lac, by_name));

        if (!l->bare && !l->doomed && strcasecmp(l->name, name) == 0)
            return l;
    }
    return NULL;
}

/* Falling and rising. */

bool lac_calls(const struct lac *l)
{
    return !l->bare && !l->serves;
}

bool lac_will_redial(const struct lac *l)
{
    const struct conf_lac *conf = lac_section(l);

    return l->wanted && lac_calls(l) && conf != NULL && conf->redial && l->hub->stopping == STOP_NOT &&
           (conf->max_redials == 0 || l->redials < conf->max_redials);
}

bool lac_may_hurry(const struct lac *l, uint64_t now)
{
    return l->hurried == 0 || now >= l->hurried + LASTED_MS;
}

/* The n-th redial in a row.  The time that an attempt took in vain counts, and that in which a LNS was
 * silent, but for a rest: one that is back when it has just been tried is not to wait for all the others
 * too, nor one that was away for a moment for as long again as it took to be missed. */
static void wait_to_redial(struct lac *l, const struct conf_lac *conf)
{
    uint64_t now = loop_now(l->hub->loop), took = l->dialled != 0 ? now - l->dialled : 0;
    uint64_t timeout_ms = (uint64_t)conf->redial_timeout_s * 1000u, rest, ms;
    uint32_t lot;

    sys_random(&lot, sizeof lot);
    rest = timeout_ms / 5 + (timeout_ms / 20 * lot >> 32); /* by lot too, for a crowd */
    lac_set_state(l, LAC_WAITING);
    l->redials++;
    if (now < l->hurry_until && lac_may_hurry(l, now)) {
        l->hurry_until = 0;
        l->hurried = now;
        log_info("lac %s: redials at once", l->name);
        loop_timer_set(l->hub->loop, &l->redial, now + lot % CROWD_MS);
        return;
    }
    ms = hosts_redial_ms(timeout_ms, (uint64_t)conf->redial_timeout_max_s * 1000u,
                         (unsigned)l->redials, lot);
    ms = ms > took + rest ? ms - took : rest;
    if (l->exists && ms > EXISTS_MS && (l->existed == 0 || now >= l->existed + LASTED_MS)) {
        l->existed = now;
        ms = EXISTS_MS + lot % (CROWD_MS / 2);
    }
    log_info("Will redial in %u seconds", (unsigned)((ms + 500) / 1000));
    loop_timer_set(l->hub->loop, &l->redial, now + ms);
}

/* An attempt is over: wait and try again, or rest. */
void lac_fallen(struct lac *l)
{
    const struct conf_lac *conf = lac_section(l);

    l->tunnel_id = l->call_id = 0;
    lac_back_stop(l);
    lac_doubt_stop(l);
    if (l->dial_anew && !l->doomed && l->hub->stopping == STOP_NOT) {
        start(l);
        return;
    }
    if (lac_will_redial(l)) {
        wait_to_redial(l, conf);
        return;
    }
    if (l->wanted && conf != NULL && conf->redial && lac_calls(l) && l->hub->stopping == STOP_NOT)
        log_warnx("lac %s: gave up after %d redials", l->name, l->redials);
    if (l->wanted && lac_calls(l) && l->hub->stopping == STOP_NOT)
        trouble_gave_up(l->hub, l->name);
    lac_set_state(l, LAC_IDLE);
    l->wanted = false;
    forget_credentials(l);
    lac_serve_not(l);
    if (l->bare || l->doomed)
        lac_free(l);
}

struct l2tp_call_spec lac_call_spec(const struct conf_lac *conf, const char *number)
{
    struct l2tp_call_spec spec = {.framing = FRAMING_SYNC | FRAMING_ASYNC,
                                  .minimum_bps = MINIMUM_BPS,
                                  .maximum_bps = MAXIMUM_BPS};

    if (conf != NULL) {
        spec.bearer = (uint32_t)conf->bearer;
        spec.called = conf->called_number;
        spec.calling = conf->calling_number;
        spec.sub_address = conf->sub_address;
        spec.private_group = conf->private_group;
        spec.has_channel = conf->has_channel;
        spec.channel = conf->physical_channel;
        spec.minimum_bps = conf->minimum_bps;
        spec.maximum_bps = conf->maximum_bps;
        spec.tells_speed = conf->peer.speed_updates;
        profiles_line(conf, &spec.line);
    }
    if (number != NULL && number[0] != '\0') {
        spec.outgoing = true;
        spec.called = number;
        if (spec.bearer == 0)
            spec.bearer = BEARER_DIGITAL | BEARER_ANALOG;
    }
    return spec;
}

static void redial_due(struct timer *t)
{
    lac_dial_begin(t->owner);
}

static void start(struct lac *l)
{
    l->wanted = true;
    l->dial_anew = false;
    l->redials = 0;
    l->n_sent = 0;
    loop_timer_unset(l->hub->loop, &l->redial);
    lac_dial_stop(l);
    lac_dial_begin(l);
}

/* Commands. */

bool lac_dial(struct lac *l, const char *number, const char *user, const char *password)
{
    bool hanging_up = !l->wanted && l->state != LAC_IDLE;
    bool busy = l->state != LAC_IDLE && l->state != LAC_WAITING && l->state != LAC_RESOLVING;

    if (busy && !hanging_up)
        return false;
    if (user != NULL || l->state == LAC_IDLE || hanging_up) {
        forget_credentials(l);
        l->user = user != NULL ? strdup(user) : NULL;
        l->password = password != NULL ? strdup(password) : NULL;
    }
    snprintf(l->number, sizeof l->number, "%s", number != NULL ? number : "");
    if (hanging_up)
        l->dial_anew = true; /* as soon as its tunnel is down */
    else
        start(l);
    return true;
}

bool lac_dial_bare(struct hub *h, const char *host, uint16_t port)
{
    struct lac *l = lac_new(h, host);

    if (l == NULL)
        return false;
    l->bare = true;
    l->bare_port = port;
    start(l);
    return true;
}

bool lac_call_in(struct hub *h, uint16_t tunnel, const char *number)
{
    const struct tunnel *t = l2tp_tunnel(h->engine, tunnel);
    struct lac *l = t != NULL && t->initiator ? t->host_data : NULL;
    struct l2tp_call_spec spec = lac_call_spec(l != NULL ? lac_section(l) : NULL, number);
    bool ours = l != NULL && !l->serves && l->call_id == 0 && lac_section(l) != NULL;
    uint16_t id;

    if (t == NULL || (!ours && (number == NULL || t->initiator)))
        return false;
    id = l2tp_call(h->engine, loop_now(h->loop), tunnel, &spec, NULL);
    if (ours)
        l->call_id = id;
    return id != 0;
}

/* The tunnel that its call is in: a lost tie may have put it into one that the peer has begun. */
static uint16_t tunnel_of(const struct lac *l)
{
    const struct call *c = l->call_id != 0 ? l2tp_call_by_id(l->hub->engine, l->call_id) : NULL;

    return c != NULL ? c->tunnel->id : l->tunnel_id;
}

bool lac_hang_up(struct lac *l, const char *text)
{
    if (l->state == LAC_IDLE)
        return false;
    l->wanted = l->dial_anew = false;
    loop_timer_unset(l->hub->loop, &l->redial);
    lac_dial_stop(l);
    if (l->tunnel_id != 0)
        l2tp_close(l->hub->engine, loop_now(l->hub->loop), tunnel_of(l), STOPCCN_GENERAL,
                   ERROR_NONE, text);
    else
        lac_fallen(l);
    return true;
}

const struct tunnel *lac_tunnel(const struct lac *l)
{
    return l->state == LAC_UP ? l2tp_tunnel(l->hub->engine, tunnel_of(l)) : NULL;
}

void lac_ask(struct lac *l, const struct tunnel *t, uint32_t within_ms, const char *why)
{
    uint64_t now = loop_now(l->hub->loop);

    l->hurry_until = now + within_ms + PROBE_MS / 2;
    if (l2tp_probe(l->hub->engine, now, t->id, within_ms))
        log_info("lac %s: its peer is asked for a sign of life%s", l->name, why);
}

void lac_probe(struct lac *l, const struct addr *from)
{
    const struct tunnel *t = lac_tunnel(l);

    if (t != NULL && (from == NULL || addr_same_host(&t->local, from)))
        lac_ask(l, t, PROBE_MS, from != NULL ? ", as our address has gone" : "");
}

/* What it looks up may hang, and the answer be another by now. */
static void begin_anew(struct lac *l)
{
    lac_dial_stop(l);
    lac_dial_begin(l);
}

void lac_hurry(struct lac *l)
{
    if (l->state == LAC_WAITING)
        loop_timer_set(l->hub->loop, &l->redial, loop_now(l->hub->loop));
    if (l->state == LAC_RESOLVING)
        begin_anew(l);
}

void lac_leave(struct lac *l, const char *text)
{
    l->dial_anew = true;
    l2tp_close(l->hub->engine, loop_now(l->hub->loop), tunnel_of(l), STOPCCN_GENERAL, ERROR_NONE,
               text);
}

void lac_forget(struct lac *l)
{
    l->doomed = true;
    if (!lac_hang_up(l, "section has left the configuration"))
        lac_free(l);
}

void lac_adopt_section(struct hub *h, const struct conf_lac *c)
{
    struct lac *l = lac_find(h, c->name);

    if (l != NULL || strcasecmp(c->name, "default") == 0)
        return;
    l = lac_new(h, c->name);
    if (l == NULL)
        log_errorx("lac %s: no memory", c->name);
    else if (c->autodial)
        lac_dial(l, NULL, NULL, NULL);
}

void lac_adopt_sections(struct hub *h)
{
    for (const struct conf_lac *c = h->conf->lac; c != NULL; c = c->next)
        lac_adopt_section(h, c);
}

/* One that waits has been told a time by the old section, and where to dial. */
static void heed_while_waiting(struct lac *l, const struct conf_lac *conf)
{
    uint64_t now = loop_now(l->hub->loop), at = now + (uint64_t)conf->redial_timeout_s * 1000u;

    if (!conf->redial || (conf->max_redials > 0 && l->redials > conf->max_redials)) {
        log_notice("lac %s: is not dialled again: its section has changed", l->name);
        trouble_gave_up(l->hub, l->name);
        l->wanted = false;
        loop_timer_unset(l->hub->loop, &l->redial);
        lac_fallen(l);
        return;
    }
    if (l->elsewhere)
        at = now;
    if (at < l->redial.node.due)
        loop_timer_set(l->hub->loop, &l->redial, at);
}

void lac_note_change(struct lac *l, const struct conf_lac *was, const struct conf_lac *is)
{
    if (l == NULL)
        return;
    l->changed = true;
    l->elsewhere = !conf_same_hosts(was, is);
    l->autodials = is->autodial && !was->autodial;
}

static void heed_section(struct lac *l)
{
    const struct conf_lac *conf = lac_section(l);
    bool changed = l->changed && conf != NULL && !l->doomed && l->hub->stopping == STOP_NOT;

    l->changed = false;
    if (changed && l->autodials && l->state == LAC_WAITING)
        start(l); /* by the number and the credentials that it has */
    else if (changed && l->autodials && l->state == LAC_IDLE)
        lac_dial(l, NULL, NULL, NULL);
    else if (changed && l->state == LAC_WAITING)
        heed_while_waiting(l, conf);
    else if (changed && l->state == LAC_RESOLVING && l->elsewhere)
        begin_anew(l);
    else if (changed && l->state == LAC_UP)
        lac_back_heed(l);
}

void lac_heed_sections(struct hub *h)
{
    for (struct lac *l = h->lacs, *next; l != NULL; l = next) {
        next = l->next;
        heed_section(l);
    }
}

/* News. */

bool lac_only_asks(const struct lac *l, const struct tunnel *t)
{
    return lac_dial_is_of(&l->back_asks, t) || lac_dial_is_of(&l->doubt_asks, t);
}

void lac_tunnel_up(struct lac *l, const struct tunnel *t)
{
    if (lac_dial_is_of(&l->back_asks, t)) {
        lac_back_answered(l, t);
        return;
    }
    if (lac_dial_is_of(&l->doubt_asks, t)) {
        lac_doubt_answered(l, t);
        return;
    }
    hosts_answered(&l->hosts, t->heard - t->born);
    l->tunnel_id = t->id; /* a lost tie has put us into the peer's tunnel */
    if (!lac_calls(l)) {
        lac_set_state(l, LAC_UP);
        l->ppp = BEARER_PPP_UNSEEN; /* it has none */
        lac_dial_worked(l);
        lac_serve_up(l);
    } else
        log_info("Calling on tunnel %u", (unsigned)t->id);
}

/* A call has been up, if only as far as L2TP goes: what it says of its host (who fell silent early, for
 * once, was started anew), and what is next.  May free it. */
static void judge(struct lac *l, const struct tunnel *t)
{
    uint64_t now = loop_now(l->hub->loop);
    bool silent = t->why.fault == FAULT_SILENCE;
    bool in_vain = l->ppp == BEARER_PPP_FAILED || l->ppp == BEARER_PPP_REFUSED;
    bool broken_off = l->theirs && l->ppp == BEARER_PPP_NEW && (!silent || l->redials > 0);

    l->dialled = silent ? t->heard : now;
    if (l->ppp == BEARER_PPP_OPEN || l->ppp == BEARER_PPP_UNSEEN)
        hosts_worked(&l->hosts);
    if (silent)
        hosts_silent(&l->hosts, t->heard);
    if (!l->wanted || l->dial_anew || l->hub->stopping != STOP_NOT) {
        lac_fallen(l);
        return;
    }
    if (!silent && !in_vain)
        hosts_left(&l->hosts, now);
    /* by another host it may come to more; who was refused waits, as the next may ask the same book */
    if (in_vain || broken_off)
        hosts_hollow(&l->hosts, now);
    if (l->ppp == BEARER_PPP_FAILED || broken_off) {
        log_info("lac %s: PPP did not come up with %s", l->name, lac_host_name(l));
        lac_dial_failed(l);
    } else
        lac_fallen(l);
}

void lac_tunnel_down(struct lac *l, const struct tunnel *t)
{
    uint64_t now = loop_now(l->hub->loop);
    /* a call of which the peer has never been heard to know was none: the next host is dialled */
    bool unheard = t->why.fault == FAULT_SILENCE && t->unacked == ICCN && t->data_heard == 0;
    bool was_up = (l->state == LAC_UP || l->state == LAC_CLOSING) && !unheard;
    bool lasted = was_up && now - l->up_since >= LASTED_MS;

    if (lac_dial_is_of(&l->back_asks, t)) {
        lac_back_failed(l, t);
        return;
    }
    if (lac_dial_is_of(&l->doubt_asks, t)) {
        lac_doubt_failed(l, t);
        return;
    }
    /* a call without PPP (a wrong password, say) is a failure too, however long it took */
    if (lasted && (l->ppp == BEARER_PPP_OPEN || l->ppp == BEARER_PPP_UNSEEN))
        l->redials = 0;
    /* its successor may be there already (one that dies again and again is given its time below) */
    if (was_up && (lasted || l->ppp == BEARER_PPP_OPEN) && t->why.fault == FAULT_SILENCE)
        l->hurry_until = now + 1;
    if (t->id != l->tunnel_id && t->initiator)
        return; /* not the peer's tunnel that a lost tie has put us into */
    l->unheard = !t->spoken;
    l->exists = !was_up && t->why.fault == FAULT_NONE && t->why.damage == DAMAGE_TUNNEL &&
                t->why.result == STOPCCN_EXISTS;
    if (t->state != ESTABLISHED && !t->why_ours) { /* else it goes on, with the peer's calls */
        lac_dial_note(l, &t->peer, &t->why);
        l->theirs = true;
    }
    lac_back_stop(l); /* its call is up no longer, or was unheard */
    lac_doubt_stop(l);
    if (was_up)
        judge(l, t);
    else
        lac_dial_failed(l);
}

struct bearer *lac_call_up(struct lac *l, const struct call *c, const char **why)
{
    const struct conf_lac *conf = lac_section(l);

    *why = "its section has left the configuration";
    if (conf == NULL)
        return NULL;
    lac_set_state(l, LAC_UP);
    lac_dial_worked(l);
    lac_back_begin(l, &c->tunnel->peer);
    l->up_since = loop_now(l->hub->loop);
    l->theirs = false;
    return bearer_start_lac(l->hub, c, conf, l->number, l->user, l->password, &l->ppp, why);
}

static bool has_other_calls(const struct call *c)
{
    for (const struct call *other = c->tunnel->calls; other != NULL; other = other->next)
        if (other != c && other->state != DEAD)
            return true;
    return false;
}

/* The call was all that the tunnel was for, unless the peer has calls in it; then it goes on
 * without us.  A daemon that stops closes its tunnels itself. */
void lac_call_down(struct lac *l, const struct call *c)
{
    if (c->id != l->call_id)
        return;
    l->call_id = 0;
    if (l->bare || l->tunnel_id == 0 || l->hub->stopping != STOP_NOT)
        return;
    l->theirs = !c->why_ours;
    if (!c->why_ours && c->tunnel->why.damage == DAMAGE_NONE)
        lac_dial_note(l, &c->tunnel->peer, &c->why);
    if (l->state == LAC_UP)
        lac_set_state(l, LAC_CLOSING);
    if (c->tunnel->state == ESTABLISHED && has_other_calls(c)) {
        l2tp_set_tunnel_data(l->hub->engine, c->tunnel->id, NULL);
        lac_tunnel_down(l, c->tunnel);
        return;
    }
    l2tp_close(l->hub->engine, loop_now(l->hub->loop), c->tunnel->id, STOPCCN_GENERAL, ERROR_NONE,
               "no call left");
}
