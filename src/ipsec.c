/* "require ipsec" and the rules that come of it; see ipsec.h. */
#include "ipsec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/sparing.h"
#include "sockets.h"
#include "trouble.h"

#define RANK_LAC 0u
#define RANK_LNS 1u
#define RANK_DEFAULT (GUARD_RANKS - 1)

#define PARTING_MS 1000 /* between looks at which tunnels have gone */

/* A list that grows. */
struct rules {
    struct guard_rule *rule;
    size_t n, room;
    bool failed; /* no memory, or too many */
};

/* The rules of all LNS sections that are in force; and those that no section wants any more, but for tunnels
 * that go on, or are being closed: their last messages are sent again for a while. */
struct ipsec {
    struct guard *guard;
    struct guard_rule *rules;
    size_t n;
    bool failed; /* some rule is missing: no section that requires IPsec serves anybody */
    struct sparing refused;
    struct rules parting;
    struct timer look;
};

static uint16_t main_port(const struct hub *h)
{
    return sockets_port(h, NULL);
}

/* -- what the sections say --------------------------------------------------------------------- */

static bool selects_same(const struct guard_rule *a, const struct guard_rule *b)
{
    return a->bits == b->bits && addr_same_host(&a->peer, &b->peer);
}

static void append_rule(struct rules *list, const struct guard_rule *r)
{
    if (list->n == list->room) {
        size_t room = list->room > 0 ? 2 * list->room : 64;
        struct guard_rule *bigger =
            room <= GUARD_MOST ? realloc(list->rule, room * sizeof *bigger) : NULL;

        if (bigger == NULL) {
            list->failed = true;
            return;
        }
        list->rule = bigger;
        list->room = room;
    }
    list->rule[list->n++] = *r;
}

/* Joins the list unless one of a higher section selects the same. */
static void add_rule(struct rules *list, const struct guard_rule *r)
{
    for (size_t i = 0; i < list->n; i++)
        if (selects_same(&list->rule[i], r))
            return;
    append_rule(list, r);
}

/* A span as prefixes: each the largest that begins where the last has ended. */
static void add_span(struct rules *list, struct guard_rule r, struct conf_span span)
{
    uint64_t low = span.low, high = span.high;

    while (low <= high && !list->failed) {
        unsigned bits = 32;

        while (bits > 0 && (low & ((uint64_t)1 << (32 - bits))) == 0 &&
               low + ((uint64_t)2 << (32 - bits)) - 1 <= high)
            bits--;
        r.peer = addr_ip4((uint32_t)low, 0);
        r.bits = bits;
        add_rule(list, &r);
        low += (uint64_t)1 << (32 - bits);
    }
}

static void add_section(struct rules *list, const struct conf_lns *lns, unsigned rank)
{
    struct guard_rule r = {.drop = lns->peer.require_ipsec, .rank = rank};
    size_t n;
    struct conf_span *flat = conf_ranges_flat(lns->lac, &n);

    list->failed = list->failed || (flat == NULL && n > 0);
    for (size_t i = 0; flat != NULL && i < n; i++)
        add_span(list, r, flat[i]);
    free(flat);
}

static bool is_default(const struct conf_lns *lns)
{
    return strcmp(lns->name, "default") == 0;
}

/* Of the sections that allow a peer the last one serves it (conf_match_lns()): so its rules go
 * first, and into the list. */
static void add_sections(struct rules *list, const struct conf_lns *lns, unsigned *rank)
{
    if (lns == NULL)
        return;
    add_sections(list, lns->next, rank);
    if (!is_default(lns) && *rank < RANK_DEFAULT)
        add_section(list, lns, (*rank)++);
}

static void add_default(struct rules *list, const struct conf *conf)
{
    for (const struct conf_lns *lns = conf->lns; lns != NULL; lns = lns->next) {
        if (!is_default(lns) || !lns->peer.require_ipsec)
            continue;
        add_rule(list, &(struct guard_rule){.drop = true, .peer.family = 4, .rank = RANK_DEFAULT});
        add_rule(list, &(struct guard_rule){.drop = true, .peer.family = 6, .rank = RANK_DEFAULT});
    }
}

static bool any_requires(const struct conf *conf)
{
    for (const struct conf_lns *lns = conf->lns; lns != NULL; lns = lns->next)
        if (lns->peer.require_ipsec)
            return true;
    return false;
}

/* -- having the kernel hold to it -------------------------------------------------------------- */

static void look_again(struct timer *t);

static struct ipsec *make(struct hub *h)
{
    struct ipsec *i = calloc(1, sizeof *i);

    if (i == NULL)
        return NULL;
    if (loop_timer_init(h->loop, &i->look) != 0) {
        free(i);
        return NULL;
    }
    i->look.fire = look_again;
    i->look.owner = h;
    return i;
}

static bool open_guard(struct hub *h)
{
    if (h->ipsec == NULL)
        h->ipsec = make(h);
    if (h->ipsec == NULL)
        return false;
    if (h->ipsec->guard == NULL)
        h->ipsec->guard = guard_open();
    return h->ipsec->guard != NULL;
}

const char *ipsec_reason(int reason)
{
    return reason == EPERM     ? "it takes the right CAP_NET_ADMIN"
           : reason == ENOTSUP ? "this system has no way to"
           : reason == EEXIST  ? "the kernel has another policy for just the same"
           : reason == ENOSPC  ? "it takes too many policies"
                               : strerror(reason);
}

static void tell_failure(struct hub *h, int reason)
{
    const struct trouble_place place = {.name = NULL};
    struct facts f = {.used = 0};

    facts_put(&f, FACT_HOST, "the peers of [lns] sections");
    facts_put(&f, FACT_TEXT, "%s", ipsec_reason(reason));
    trouble_tell(h, TROUBLE_IPSEC_NOT_ENFORCED, &place, &f);
}

/* From the last on: where one has gone, none comes to decide that was behind it and is to go, too. */
static void release_all(struct ipsec *i)
{
    for (size_t k = i->n; k > 0; k--)
        guard_release(i->guard, &i->rules[k - 1]);
    free(i->rules);
    i->rules = NULL;
    i->n = 0;
}

/* What is held goes behind all that may come, in the order that it has: the last one first, so that none
 * overtakes another. */
static void step_back(struct ipsec *i)
{
    for (size_t k = i->n; k > 0; k--) {
        struct guard_rule r = i->rules[k - 1];

        if (r.rank == RANK_DEFAULT)
            continue;
        r.rank = RANK_DEFAULT - (unsigned)(i->n - (k - 1));
        if (guard_hold(i->guard, &r) == 0)
            guard_release(i->guard, &r);
    }
}

static bool holds_these(const struct ipsec *i, const struct rules *list)
{
    for (size_t k = 0; k < list->n && list->n == i->n; k++)
        if (!selects_same(&i->rules[k], &list->rule[k]) || i->rules[k].drop != list->rule[k].drop ||
            i->rules[k].rank != list->rule[k].rank)
            return false;
    return list->n == i->n;
}

/* Holds the list and lets go of what was held; 0, or the errno of the first that failed.  Both are by rank.
 * The new ones come in front of all old ones, the first one first: so what decides of a peer is at any
 * moment what did before, or what is to from now on, and nothing else. */
static int replace(struct ipsec *i, struct rules *list)
{
    int reason = 0;
    size_t held = 0;

    if (!holds_these(i, list))
        step_back(i);
    for (size_t k = 0; k < list->n; k++) {
        if (guard_hold(i->guard, &list->rule[k]) == 0) {
            list->rule[held++] = list->rule[k];
            continue;
        }
        if (reason == 0)
            reason = errno;
    }
    release_all(i);
    i->rules = list->rule;
    i->n = held;
    return reason;
}

/* -- what parts --------------------------------------------------------------------------------- */

/* What is between that peer, whatever its port, and that port of ours. */
static struct guard_rule rule_for(const struct addr *peer, uint16_t port, bool drop)
{
    return (struct guard_rule){.drop = drop,
                               .peer = *peer,
                               .bits = peer->family == 6 ? 128 : 32,
                               .port = port,
                               .rank = RANK_LAC};
}

/* Is there a tunnel that it is for, even one that is being closed: one of ours, or of a LNS section that
 * has gone? */
static bool has_tunnel(const struct hub *h, const struct guard_rule *r)
{
    const struct tunnel *t = l2tp_first(h->engine);

    while (t != NULL && !((t->initiator || conf_find_lns(h->conf, t->p.label) == NULL) &&
                          addr_same_host(&t->peer, &r->peer) && sockets_port(h, t->path) == r->port))
        t = t->next;
    return t != NULL;
}

static void look_again(struct timer *t)
{
    struct hub *h = t->owner;
    struct rules *list = &h->ipsec->parting;

    for (size_t k = 0; k < list->n;) {
        if (has_tunnel(h, &list->rule[k])) {
            k++;
            continue;
        }
        guard_release(h->ipsec->guard, &list->rule[k]);
        list->rule[k] = list->rule[--list->n];
    }
    if (list->n > 0)
        loop_timer_set(h->loop, t, loop_now(h->loop) + PARTING_MS);
}

static bool is_parting(const struct ipsec *i, const struct guard_rule *r)
{
    for (size_t k = 0; k < i->parting.n; k++)
        if (i->parting.rule[k].port == r->port && selects_same(&i->parting.rule[k], r))
            return true;
    return false;
}

/* Stands until its tunnels have gone; without memory to the end. */
static void keep_parting(struct hub *h, const struct guard_rule *r)
{
    append_rule(&h->ipsec->parting, r);
    loop_timer_set(h->loop, &h->ipsec->look, loop_now(h->loop) + PARTING_MS);
}

/* Tunnels go on whose LNS section leaves the configuration: with IPsec, if they have had to. */
static void hold_gone(struct hub *h, const struct conf *is)
{
    for (const struct tunnel *t = l2tp_first(h->engine); t != NULL; t = t->next) {
        struct guard_rule r = rule_for(&t->peer, sockets_port(h, t->path), true);

        if (t->initiator || !ipsec_is_required(h, t) || conf_find_lns(is, t->p.label) != NULL ||
            h->ipsec == NULL || h->ipsec->guard == NULL || is_parting(h->ipsec, &r))
            continue;
        if (guard_hold(h->ipsec->guard, &r) == 0)
            keep_parting(h, &r);
        else
            l2tp_close(h->engine, loop_now(h->loop), t->id, STOPCCN_GENERAL, ERROR_NONE,
                       "IPsec is required, and cannot be enforced");
    }
}

/* -- a configuration ---------------------------------------------------------------------------- */

void ipsec_apply(struct hub *h, const struct conf *conf)
{
    struct rules list = {.rule = NULL};
    unsigned rank = RANK_LNS;
    int reason = ENOMEM;

    hold_gone(h, conf);
    if (!any_requires(conf)) {
        if (h->ipsec != NULL)
            release_all(h->ipsec);
        else /* what one that was killed has left would shut everybody out */
            guard_close(guard_open());
        return;
    }
    add_sections(&list, conf->lns, &rank);
    add_default(&list, conf);
    for (size_t i = 0; i < list.n; i++)
        list.rule[i].port = main_port(h);
    if (list.failed)
        reason = list.room >= GUARD_MOST ? ENOSPC : ENOMEM;
    else if (open_guard(h))
        reason = replace(h->ipsec, &list);
    else
        reason = errno;
    if (h->ipsec == NULL || h->ipsec->rules != list.rule)
        free(list.rule);
    if (h->ipsec != NULL)
        h->ipsec->failed = reason != 0;
    if (reason != 0)
        tell_failure(h, reason);
}

bool ipsec_serves(struct hub *h, const struct conf_lns *lns, const struct addr *peer)
{
    struct guard_rule r = rule_for(peer, main_port(h), false);
    char text[ADDR_TEXT];
    unsigned rest = 0;

    if (!lns->peer.require_ipsec)
        return true;
    if (h->ipsec == NULL || h->ipsec->failed || h->ipsec->n == 0)
        return false;
    if (!guard_lets_pass(h->ipsec->guard, &r))
        return true;
    if (sparing_says(&h->ipsec->refused, loop_now(h->loop), &rest))
        log_warnx("lns %s: %s is not answered: a [lac] dials it without IPsec by the same port; that "
                  "one needs 'require ipsec = yes' or 'source port = random'",
                  lns->name, addr_host_text(peer, text));
    return false;
}

/* -- LACs -------------------------------------------------------------------------------------- */

static void let_go(struct hub *h, struct ipsec_hold *hold, unsigned k)
{
    guard_release(h->ipsec->guard, &hold->rule[k]);
    hold->rule[k] = hold->rule[--hold->n];
}

/* The same, of one whose tunnel may have something to say still. */
static void part_with(struct hub *h, struct ipsec_hold *hold, unsigned k)
{
    const struct guard_rule r = hold->rule[k];

    if (!r.drop || !has_tunnel(h, &r) || is_parting(h->ipsec, &r)) {
        let_go(h, hold, k);
        return;
    }
    keep_parting(h, &r);
    hold->rule[k] = hold->rule[--hold->n];
}

/* What it held for another answer to the same question, or too long ago. */
static void make_room(struct hub *h, struct ipsec_hold *hold, bool drop)
{
    for (unsigned k = 0; k < hold->n;)
        if (hold->rule[k].drop != drop)
            let_go(h, hold, k);
        else
            k++;
    if (hold->n == IPSEC_HELD)
        part_with(h, hold, 0);
}

static bool holds(const struct ipsec_hold *hold, const struct guard_rule *r)
{
    for (unsigned k = 0; k < hold->n; k++)
        if (hold->rule[k].drop == r->drop && hold->rule[k].port == r->port &&
            selects_same(&hold->rule[k], r))
            return true;
    return false;
}

/* Has a tunnel come from there, through IPsec that must be? */
static bool guards_one_of(const struct hub *h, const struct addr *peer)
{
    const struct tunnel *t = l2tp_first(h->engine);

    while (t != NULL && (t->initiator || !addr_same_host(&t->peer, peer) || !ipsec_is_required(h, t)))
        t = t->next;
    return t != NULL;
}

/* A rule that lets through matters only where those of LNS sections would not. */
static bool matters(const struct hub *h, bool require, const struct addr *peer, uint16_t port)
{
    return require || (h->ipsec != NULL && h->ipsec->n > 0 && port == main_port(h) &&
                       !guards_one_of(h, peer));
}

int ipsec_dials(struct hub *h, struct ipsec_hold *hold, bool require, const struct addr *peer,
                uint16_t port)
{
    struct guard_rule r = rule_for(peer, port, require);
    bool is_needed = matters(h, require, peer, port);

    if ((!is_needed && hold->n == 0) || holds(hold, &r))
        return 0;
    make_room(h, hold, require);
    if (!is_needed)
        return 0;
    if (open_guard(h) && guard_hold(h->ipsec->guard, &r) == 0) {
        hold->rule[hold->n++] = r;
        return 0;
    }
    return require ? -1 : 0;
}

void ipsec_forget(struct hub *h, struct ipsec_hold *hold)
{
    while (hold->n > 0)
        part_with(h, hold, 0);
}

void ipsec_heed(struct hub *h, struct ipsec_hold *hold)
{
    for (unsigned k = 0; k < hold->n;)
        if (!hold->rule[k].drop && guards_one_of(h, &hold->rule[k].peer))
            let_go(h, hold, k);
        else
            k++;
}

void ipsec_end_unguarded(struct hub *h)
{
    if (h->ipsec != NULL && !h->ipsec->failed && h->ipsec->n > 0)
        return;
    for (const struct tunnel *t = l2tp_first(h->engine); t != NULL; t = t->next)
        if (!t->initiator && (t->state == ESTABLISHED || t->state == WAIT_CTL_CONN) && ipsec_is_required(h, t))
            l2tp_close(h->engine, loop_now(h->loop), t->id, STOPCCN_GENERAL, ERROR_NONE,
                       "IPsec is required, and cannot be enforced");
}

void ipsec_renew(struct hub *h)
{
    int n;

    if (h->ipsec == NULL || h->ipsec->guard == NULL)
        return;
    n = guard_renew(h->ipsec->guard);
    if (n > 0)
        log_notice("somebody has removed IPsec policies: those of 'require ipsec' are back");
    if (n >= 0)
        return;
    h->ipsec->failed = h->ipsec->n > 0;
    tell_failure(h, errno);
    ipsec_end_unguarded(h);
}

void ipsec_end(struct hub *h)
{
    if (h->ipsec == NULL)
        return;
    guard_close(h->ipsec->guard);
    loop_timer_done(h->loop, &h->ipsec->look);
    free(h->ipsec->parting.rule);
    free(h->ipsec->rules);
    free(h->ipsec);
    h->ipsec = NULL;
}

bool ipsec_is_required(const struct hub *h, const struct tunnel *t)
{
    const struct conf_lac *lac = t->initiator ? conf_find_lac(h->conf, t->p.label) : NULL;
    const struct conf_lns *lns = t->initiator ? NULL : conf_find_lns(h->conf, t->p.label);

    return lac != NULL ? lac->peer.require_ipsec : lns != NULL && lns->peer.require_ipsec;
}
