/* Tunnel switching; see switch.h. */
#include "switch.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/md5.h"
#include "lac.h"
#include "wire/fields.h"

/* Of calls that tell the same of themselves so many may be on their way at once without that anything has
 * come back from their LNS.  A call that goes round in a circle, through whatever LNSs, comes again
 * and again as it was, and nothing ever comes back.  The first number is for calls that tell who
 * calls; others may well be alike. */
#define ALIKE_MOST 64
#define UNNAMED_MOST 512

struct switched {
    struct hub *hub;
    struct switch_way *way;
    struct switch_use *use;
    struct bearer *in, *out; /* NULL: that call has ended, or is not there yet */
    uint16_t in_call;
    bool waits; /* for the tunnel */
    bool names; /* it tells who calls */
    uint8_t facts[MD5_SIZE];
    struct hash_node by_facts; /* of hub.switch_facts, until something has come back */
    struct switched *next, *prev; /* in its way */
};

/* A LAC that calls go through. */
struct switch_way {
    struct hub *hub;
    struct lac *lac; /* NULL: its tunnel has gone, and those that are left go too */
    struct switched *calls;
    struct switch_way *next;
};

static const char no_way[] = "the [lac] of its switch is not there, or has no lns";
static const char other_calls[] = "the [lac] of its switch has calls of another sort";
static const char full[] = "its switch has no room for another call";
static const char circle[] = "it goes round in a circle of switches";
static const char unreached[] = "no LNS of its switch can be reached";
static const char out_of_memory[] = "memory or ids have run out";

/* -- rules ------------------------------------------------------------------------------------- */

static struct span user_of(const struct call *c)
{
    return c->proxy != NULL ? c->proxy->value[AVP_PROXY_AUTHEN_NAME - PROXY_FIRST]
                            : (struct span){NULL, 0};
}

const struct conf_switch *switch_for(const struct hub *h, const struct call *c)
{
    char peer[ADDR_TEXT];
    const struct conf_facts facts = {.user = user_of(c),
                                     .called = c->called,
                                     .calling = c->calling,
                                     .group = c->group,
                                     .peer = addr_host_text(&c->tunnel->peer, peer),
                                     .peer_name = c->tunnel->peer_name};

    return c->table == TABLE_LNS_IN ? conf_match_switch(h->conf, &facts) : NULL;
}

static struct switch_use *use_of(struct hub *h, const char *name)
{
    struct switch_use *use = h->switch_uses;

    while (use != NULL && strcasecmp(use->name, name) != 0)
        use = use->next;
    if (use != NULL || (use = calloc(1, sizeof *use)) == NULL)
        return use;
    snprintf(use->name, sizeof use->name, "%s", name);
    use->next = h->switch_uses;
    h->switch_uses = use;
    return use;
}

/* -- circles ----------------------------------------------------------------------------------- */

/* The tunnel that it comes by is one of our own, told by both its ids and our name. */
static bool is_our_own(const struct hub *h, const struct tunnel *t)
{
    const struct tunnel *o = l2tp_tunnel(h->engine, t->peer_id);

    return o != NULL && o != t && o->initiator && o->peer_id == t->id &&
           strcmp(o->p.host_name, t->peer_name) == 0;
}

static void add(struct md5 *m, struct span s)
{
    uint8_t n[2] = {(uint8_t)(s.n >> 8), (uint8_t)s.n};

    md5_add(m, span_of(n, sizeof n));
    md5_add(m, s);
}

/* All that whoever passes it on has to pass on too. */
static void sum_up(struct switched *s, const struct call *c)
{
    const struct call_proxy *p = c->proxy;
    struct md5 m;

    md5_init(&m);
    add(&m, span_str(c->called));
    add(&m, span_str(c->calling));
    add(&m, span_str(c->sub_address));
    add(&m, span_str(c->group));
    for (unsigned i = 0; i < PROXY_AVPS; i++)
        add(&m, p != NULL ? p->value[i] : span_of(NULL, 0));
    if (c->line != NULL) {
        add(&m, span_str(c->line->circuit_id));
        add(&m, span_str(c->line->remote_id));
    }
    md5_end(&m, s->facts);
    s->names = c->calling[0] != '\0' || p != NULL || c->line != NULL;
}

static uint32_t facts_hash(const struct switched *s)
{
    return hash_of(0, s->facts, sizeof s->facts);
}

static bool has_answer(const struct switched *s)
{
    const struct call *c =
        s->out != NULL ? l2tp_call_by_id(s->hub->engine, s->out->call_id) : NULL;

    return c != NULL && c->frames_in > 0;
}

/* Are there too many like it?  Those that have an answer are not looked at again. */
static bool is_crowd(struct hub *h, const struct switched *like)
{
    unsigned n = 0, most = like->names ? ALIKE_MOST : UNNAMED_MOST;

    for (struct hash_node *node = hash_find(&h->switch_facts, facts_hash(like)), *next;
         node != NULL; node = next) {
        struct switched *s =
            (struct switched *)(void *)((char *)node - offsetof(struct switched, by_facts));

        next = hash_next(node);
        if (memcmp(s->facts, like->facts, sizeof s->facts) != 0)
            continue;
        if (has_answer(s))
            hash_leave(&h->switch_facts, node);
        else
            n++;
    }
    return n >= most;
}

/* -- ways -------------------------------------------------------------------------------------- */

static struct switch_way *way_of(struct hub *h, const struct lac *l)
{
    struct switch_way *w = h->switch_ways;

    while (w != NULL && w->lac != l)
        w = w->next;
    return w;
}

static struct switch_way *way_by(struct hub *h, struct lac *l)
{
    struct switch_way *w = way_of(h, l);

    if (w != NULL || (w = calloc(1, sizeof *w)) == NULL)
        return w;
    w->hub = h;
    w->lac = l;
    w->next = h->switch_ways;
    h->switch_ways = w;
    return w;
}

static void way_free(struct switch_way *w)
{
    struct switch_way **at = &w->hub->switch_ways;

    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    free(w);
}

static const struct lac_user switch_user;

/* Both calls have ended; the last one of a way lets its tunnel go. */
static void finish(struct switched *s)
{
    struct switch_way *w = s->way;
    struct lac *l = w->lac;

    hash_leave(&s->hub->switch_facts, &s->by_facts);
    s->use->calls--;
    if (s->next != NULL)
        s->next->prev = s->prev;
    if (s->prev != NULL)
        s->prev->next = s->next;
    else
        w->calls = s->next;
    free(s);
    if (w->calls != NULL)
        return;
    way_free(w);
    if (l != NULL)
        lac_serve_no_more(l, &switch_user);
}

/* -- the second leg ---------------------------------------------------------------------------- */

static void hang_up(const struct switched *s, uint16_t call, unsigned result, const char *why)
{
    l2tp_hang_up(s->hub->engine, loop_now(s->hub->loop), call, result, ERROR_NONE, why);
}

/* What its call is like: as the first leg's was announced, and where that says nothing as the [lac] has
 * it. */
static struct l2tp_call_spec spec_of(const struct conf_lac *conf, const struct call *c)
{
    struct l2tp_call_spec spec = lac_call_spec(conf, NULL);

    if (c->called[0] != '\0')
        spec.called = c->called;
    if (c->calling[0] != '\0')
        spec.calling = c->calling;
    if (c->sub_address[0] != '\0')
        spec.sub_address = c->sub_address;
    if (c->group[0] != '\0')
        spec.private_group = c->group;
    if (c->bearer != 0)
        spec.bearer = c->bearer;
    if (c->has_channel) {
        spec.has_channel = true;
        spec.channel = c->channel;
    }
    spec.framing = c->framing;
    spec.tx_bps = c->tx_bps;
    spec.rx_bps = c->rx_bps;
    spec.proxy = c->proxy;
    if (c->line != NULL)
        spec.line = *c->line;
    spec.tells_speed = c->tells_speed;
    spec.must_sequence = c->must_sequence;
    return spec;
}

static void place(struct switched *s)
{
    struct hub *h = s->hub;
    const struct call *c = l2tp_call_by_id(h->engine, s->in_call), *out;
    const struct conf_lac *conf = conf_find_lac(h->conf, s->way->lac->name);
    struct l2tp_call_spec spec;
    const char *why;
    uint16_t id;

    s->waits = false;
    if (c == NULL || c->state != ESTABLISHED)
        return; /* it has ended in this very turn, which is still to be told */
    if (conf == NULL) {
        hang_up(s, s->in_call, CDN_NO_FACILITIES, no_way);
        return;
    }
    spec = spec_of(conf, c);
    id = l2tp_call(h->engine, loop_now(h->loop), lac_serving(s->way->lac), &spec, NULL);
    out = id != 0 ? l2tp_call_by_id(h->engine, id) : NULL;
    s->out = out != NULL ? bearer_start_leg(h, out, &conf->peer, true, &why) : NULL;
    if (s->out == NULL) {
        if (id != 0)
            l2tp_hang_up(h->engine, loop_now(h->loop), id, CDN_NO_FACILITIES, ERROR_NONE, out_of_memory);
        hang_up(s, s->in_call, CDN_NO_FACILITIES, out_of_memory);
        return;
    }
    s->out->switched = s;
    bearer_join(s->in, s->out);
    l2tp_set_call_data(h->engine, id, s->out);
    log_info("call %u/%u: goes on as call %u/%u, by switch %s through lac %s", (unsigned)c->tunnel->id,
             (unsigned)c->id, (unsigned)out->tunnel->id, (unsigned)id, s->use->name,
             s->way->lac->name);
}

static void tunnel_up(struct lac *l)
{
    struct switch_way *w = way_of(l->hub, l);

    for (struct switched *s = w != NULL ? w->calls : NULL, *next; s != NULL; s = next) {
        next = s->next;
        if (s->waits)
            place(s);
    }
}

/* Those whose second leg was in it have heard of its end, or are about to. */
static void fallen(struct lac *l)
{
    struct switch_way *w = way_of(l->hub, l);

    if (w == NULL)
        return;
    w->lac = NULL;
    for (struct switched *s = w->calls; s != NULL; s = s->next) {
        if (!s->waits)
            continue;
        s->waits = false;
        hang_up(s, s->in_call, CDN_NO_FACILITIES, unreached);
    }
}

static const struct lac_user switch_user = {tunnel_up, fallen};

/* -- the first leg ----------------------------------------------------------------------------- */

/* Why it cannot go on now; NULL: it can. */
static const char *why_not(struct hub *h, const struct conf_switch *rule, const struct call *c,
                           const struct switched *s, const struct lac *l, unsigned *result)
{
    const struct conf_lac *conf = conf_find_lac(h->conf, rule->through);

    *result = CDN_NO_FACILITIES;
    if (l == NULL || conf == NULL || conf->lns == NULL)
        return no_way;
    if (rule->max_calls > 0 && s->use->calls > (unsigned)rule->max_calls)
        return full;
    *result = CDN_DESTINATION;
    if (is_our_own(h, c->tunnel) || is_crowd(h, s))
        return circle;
    return NULL;
}

static struct switched *switched_new(struct hub *h, const struct conf_switch *rule, struct lac *l,
                                     const struct call *c)
{
    struct switched *s = calloc(1, sizeof *s);

    if (s == NULL)
        return NULL;
    s->hub = h;
    s->use = use_of(h, rule->name);
    s->way = s->use != NULL ? way_by(h, l) : NULL;
    if (s->way == NULL) {
        free(s);
        return NULL;
    }
    s->in_call = c->id;
    s->next = s->way->calls;
    if (s->next != NULL)
        s->next->prev = s;
    s->way->calls = s;
    s->use->calls++;
    sum_up(s, c);
    return s;
}

struct bearer *switch_call_up(struct hub *h, const struct conf_switch *rule, const struct call *c,
                              const char **why, unsigned *result)
{
    const struct conf_lns *lns = conf_find_lns(h->conf, c->tunnel->p.label);
    struct lac *l = lac_find(h, rule->through);
    struct switched *s = l != NULL ? switched_new(h, rule, l, c) : NULL;
    struct bearer *b = NULL;

    *result = CDN_NO_FACILITIES;
    *why = l == NULL ? no_way : out_of_memory;
    if (s == NULL)
        return NULL;
    *why = why_not(h, rule, c, s, l, result);
    if (*why == NULL && lns != NULL)
        b = bearer_start_leg(h, c, &lns->peer, false, why);
    if (b == NULL) {
        finish(s);
        return NULL;
    }
    s->in = b;
    s->waits = true;
    b->switched = s;
    hash_join(&h->switch_facts, &s->by_facts, facts_hash(s));
    if (!lac_serve(l, &switch_user)) {
        s->waits = false;
        s->way->lac = NULL; /* it has no other calls, and the LAC is another's */
        hang_up(s, s->in_call, CDN_NO_FACILITIES, other_calls);
    } else if (s->waits && lac_serving(l) != 0)
        place(s);
    return b;
}

/* The first leg's line may have another speed by now than the second's ICCN was made with. */
void switch_leg_up(struct bearer *b)
{
    const struct call *in;

    if (!b->is_leg || b->is_open)
        return;
    bearer_leg_open(b);
    in = b->far != NULL ? l2tp_call_by_id(b->hub->engine, b->far->call_id) : NULL;
    if (in != NULL && in->tx_bps != 0)
        l2tp_line_speed(b->hub->engine, loop_now(b->hub->loop), b->call_id, in->tx_bps, in->rx_bps);
}

/* -- the end ----------------------------------------------------------------------------------- */

/* What the other leg is told of the end of a tunnel: an error's code as it is, as it is the same in a CDN
 * (RFC 2661, 4.4.2); a LAC that is lost is a caller who is; a LNS that is lost is nothing that lasts. */
static struct verdict end_of(const struct call *c, bool was_in)
{
    const struct verdict *t = &c->tunnel->why;
    bool silent = t->fault == FAULT_SILENCE;

    if (c->why.fault != FAULT_WITH_TUNNEL)
        return c->why;
    if (!silent && t->result == STOPCCN_ERROR)
        return verdict_make(DAMAGE_SESSION, CDN_ERROR, t->error, "%s", t->text);
    if (!silent)
        return verdict_make(DAMAGE_SESSION, CDN_ADMINISTRATIVE, ERROR_NONE, "%s", t->text);
    return verdict_make(DAMAGE_SESSION, was_in ? CDN_CARRIER_LOST : CDN_NO_FACILITIES, ERROR_NONE,
                        "%s", was_in ? "the LAC is silent" : "the LNS is silent");
}

void switch_call_down(struct hub *h, const struct call *c)
{
    struct bearer *b = c->host_data;
    struct switched *s = b != NULL && b->is_leg ? b->switched : NULL;
    const struct bearer *other;
    struct verdict end;
    bool was_in;

    if (s == NULL)
        return;
    was_in = b == s->in;
    other = was_in ? s->out : s->in;
    if (was_in) {
        s->in = NULL;
        s->waits = false;
    } else
        s->out = NULL;
    if (other == NULL) {
        finish(s);
        return;
    }
    end = end_of(c, was_in);
    l2tp_hang_up_cause(h->engine, loop_now(h->loop), other->call_id, end.result, end.error, end.text,
                       &c->cause);
}

/* -- what is told while both are up ------------------------------------------------------------ */

static uint16_t far_call(const struct call *c)
{
    const struct bearer *b = c->host_data;

    return b != NULL && b->is_leg && b->far != NULL ? b->far->call_id : 0;
}

void switch_line_errors(const struct call *c)
{
    const struct bearer *b = c->host_data;

    if (far_call(c) != 0)
        l2tp_line_errors(b->hub->engine, loop_now(b->hub->loop), far_call(c), c->errors);
}

void switch_line_speed(const struct call *c)
{
    const struct bearer *b = c->host_data;

    if (far_call(c) != 0)
        l2tp_line_speed(b->hub->engine, loop_now(b->hub->loop), far_call(c), c->tx_bps, c->rx_bps);
}

const char *switch_rule(const struct bearer *b)
{
    return b->switched != NULL ? b->switched->use->name : NULL;
}

uint16_t switch_other(const struct bearer *b)
{
    return b->far != NULL ? b->far->call_id : 0;
}

void switch_free_all(struct hub *h)
{
    while (h->switch_ways != NULL) {
        struct switch_way *w = h->switch_ways;

        w->lac = NULL;
        while (w->calls->next != NULL)
            finish(w->calls->next);
        finish(w->calls);
    }
    while (h->switch_uses != NULL) {
        struct switch_use *use = h->switch_uses;

        h->switch_uses = use->next;
        free(use);
    }
    hash_free(&h->switch_facts);
}
