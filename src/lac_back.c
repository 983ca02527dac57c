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

/* May it go?  A reload may have made another line the first. */
static bool may_go(struct lac *l)
{
    const struct call *c = l2tp_call_by_id(l->hub->engine, l->call_id);

    if (l->state != LAC_UP || !l->wanted || l->hub->stopping != STOP_NOT || c == NULL)
        return false;
    lac_dial_lines(l);
    return hosts_is_fallback(&l->hosts, &c->tunnel->peer);
}

static void try_first(struct lac *l)
{
    uint64_t now = loop_now(l->hub->loop), later = 0;
    struct hosts_next next;

    if (hosts_first(&l->hosts, now, &next, &later)) {
        log_info("lac %s: on a fall-back: its first lns is asked whether it is there", l->name);
        l->back_to = next.addr;
        l->back_tunnel = lac_dial_ask(l, &next);
    }
    if (l->back_tunnel == 0)
        wait_again(l, later);
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

void lac_back_found(struct lac *l, const char *host, uint16_t port)
{
    if (!l->back_looks || !hosts_is_first(&l->hosts, host, port))
        return;
    l->back_looks = false;
    if (may_go(l))
        try_first(l);
}

static void end_asking(struct lac *l)
{
    l->back_tunnel = 0;
    ipsec_forget(l->hub, &l->back_ipsec);
}

void lac_back_stop(struct lac *l)
{
    uint16_t tunnel = l->back_tunnel;

    loop_timer_unset(l->hub->loop, &l->back);
    l->back_looks = false;
    end_asking(l);
    if (tunnel == 0)
        return;
    l2tp_set_tunnel_data(l->hub->engine, tunnel, NULL);
    l2tp_close(l->hub->engine, loop_now(l->hub->loop), tunnel, STOPCCN_GENERAL, ERROR_NONE,
               "not wanted any more");
}

bool lac_back_asks(const struct lac *l, const struct tunnel *t)
{
    return l->back_tunnel != 0 && t->id == l->back_tunnel;
}

void lac_back_answered(struct lac *l, const struct tunnel *t)
{
    uint64_t now = loop_now(l->hub->loop);

    hosts_first_answered(&l->hosts, &l->back_to, t->heard - t->born);
    l2tp_set_tunnel_data(l->hub->engine, l->back_tunnel, NULL);
    l2tp_close(l->hub->engine, now, l->back_tunnel, STOPCCN_GENERAL, ERROR_NONE,
               "only asked whether you are there");
    end_asking(l);
    if (!may_go(l))
        return;
    log_notice("lac %s: leaves its fall-back to dial its first lns, which has answered", l->name);
    lac_leave(l, "back to the first LNS");
}

void lac_back_failed(struct lac *l, const struct tunnel *t)
{
    end_asking(l);
    hosts_first_failed(&l->hosts, &l->back_to, loop_now(l->hub->loop));
    log_info("lac %s: its first lns is not there, it stays with its fall-back: %s", l->name,
             t->why.text);
    if (may_go(l))
        wait_again(l, 0);
}
