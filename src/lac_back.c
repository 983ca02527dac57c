/* A LAC's way back from a fall-back to its first LNS ("lns return"); see lac_parts.h.
 *
 * A call that works is left only for a LNS that has just been shown to answer: by a tunnel, which
 * is opened beside the call and closed as soon as it is up.  (Whether it takes calls, only a call
 * shows.)  Whatever comes between, a name that does not resolve for instance, is a reason to stay.
 */
#include "base/log.h"
#include "lac_parts.h"

/* Later; not before the first of its addresses is not locked out any more. */
static void wait_again(struct lac *l, uint64_t not_before)
{
    const struct conf_lac *conf = lac_section(l);
    uint64_t at = loop_now(l->hub->loop);

    if (conf == NULL || conf->lns_return_s == 0)
        return;
    at += (uint64_t)conf->lns_return_s * 1000u;
    loop_timer_set(l->hub->loop, &l->back, at > not_before ? at : not_before);
}

/* May it go?  A reload may have made another line the first, or have it stay. */
static bool may_go(struct lac *l)
{
    const struct conf_lac *conf = lac_section(l);
    const struct call *c = l2tp_call_by_id(l->hub->engine, l->call_id);

    if (l->state != LAC_UP || !l->wanted || l->hub->stopping != STOP_NOT || c == NULL ||
        conf == NULL || conf->lns_return_s == 0)
        return false;
    lac_dial_lines(l);
    return hosts_is_fallback(&l->hosts, &c->tunnel->peer);
}

/* By the port that the fall-back has answered to, or by the other: between us and the first things
 * may be otherwise. */
static bool ask(struct lac *l, const struct hosts_next *next, bool second)
{
    l->back_to = next->addr;
    l->back_both_ports = second;
    return lac_dial_ask(l, &l->back_asks, next, 0, l->other_port != second);
}

/* The next of its addresses; when all have been asked it is over for this time. */
static void try_next(struct lac *l)
{
    uint64_t now = loop_now(l->hub->loop), later = 0;
    struct hosts_next next;

    while (hosts_first(&l->hosts, now, &next, &later)) {
        log_info("lac %s: on a fall-back: its first lns is asked whether it is there", l->name);
        if (ask(l, &next, false))
            return;
        hosts_first_failed(&l->hosts, &next.addr, now);
    }
    wait_again(l, later);
}

static void try_first(struct lac *l)
{
    hosts_first_begin(&l->hosts);
    try_next(l);
}

static void back_due(struct timer *t)
{
    struct lac *l = t->owner;
    const struct hosts_line *first;

    if (!may_go(l))
        return;
    first = hosts_first_line(&l->hosts);
    if (first == NULL || first->numeric)
        try_first(l);
    else if (lac_names_ask(l, first->host, first->port))
        l->back_looks = true;
    else
        wait_again(l, 0);
}

bool lac_back_init(struct lac *l)
{
    l->back.fire = back_due;
    l->back.owner = l;
    return loop_timer_init(l->hub->loop, &l->back) == 0;
}

void lac_back_begin(struct lac *l, const struct addr *peer)
{
    if (hosts_is_fallback(&l->hosts, peer))
        wait_again(l, 0);
}

void lac_back_heed(struct lac *l)
{
    const struct call *c = l2tp_call_by_id(l->hub->engine, l->call_id);

    if (c == NULL || l->back_looks || l->back_asks.tunnel != 0)
        return; /* what is being asked is looked at when it answers */
    loop_timer_unset(l->hub->loop, &l->back);
    lac_dial_lines(l);
    lac_back_begin(l, &c->tunnel->peer);
}

void lac_back_found(struct lac *l, const char *host, uint16_t port)
{
    if (!l->back_looks || !hosts_is_first(&l->hosts, host, port))
        return;
    l->back_looks = false;
    if (may_go(l))
        try_first(l);
}

void lac_back_stop(struct lac *l)
{
    loop_timer_unset(l->hub->loop, &l->back);
    l->back_looks = false;
    lac_dial_unask(l, &l->back_asks, "not wanted any more");
}

/* Another line is the first by now, by a reload: what was asked tells nothing of it. */
static bool asks_other_first(struct lac *l)
{
    if (!may_go(l) || hosts_first_has(&l->hosts, &l->back_to))
        return false;
    loop_timer_set(l->hub->loop, &l->back, loop_now(l->hub->loop));
    return true;
}

static void is_there(struct lac *l, const struct tunnel *t)
{
    hosts_first_answered(&l->hosts, &l->back_to, t->heard - t->born);
    if (asks_other_first(l) || !may_go(l))
        return;
    l->other_port_works = l->other_port != l->back_both_ports; /* there */
    log_notice("lac %s: leaves its fall-back to dial its first lns, which has answered", l->name);
    lac_leave(l, "back to the first LNS");
}

void lac_back_answered(struct lac *l, const struct tunnel *t)
{
    lac_dial_unask(l, &l->back_asks, LAC_ONLY_ASKED);
    is_there(l, t);
}

static bool ask_by_other_port(struct lac *l)
{
    const struct hosts_line *first = hosts_first_line(&l->hosts);
    struct hosts_next again = {.addr = l->back_to};

    if (first == NULL || !may_go(l))
        return false;
    again.host = first->host;
    again.port = first->port;
    log_info("lac %s: its first lns does not answer: asked from %s port", l->name,
             l->other_port ? "the daemon's" : "another");
    return ask(l, &again, true);
}

void lac_back_failed(struct lac *l, const struct tunnel *t)
{
    lac_dial_asked(l, &l->back_asks);
    if (t->why.fault == FAULT_GIVES_WAY) { /* to its own SCCRQ, so it is there */
        is_there(l, t);
        return;
    }
    if (asks_other_first(l))
        return;
    if (!t->spoken && lac_dial_by_any_port(l) && !l->back_both_ports &&
        ask_by_other_port(l))
        return;
    hosts_first_failed(&l->hosts, &l->back_to, loop_now(l->hub->loop));
    log_info("lac %s: its first lns is not there, it stays with its fall-back: %s", l->name,
             t->why.text);
    if (may_go(l))
        try_next(l);
}
