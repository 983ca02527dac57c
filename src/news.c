/* Events to actions; see news.h.  What the log says of them is say.c's. */
#include "news.h"

#include "base/log.h"
#include "bearer.h"
#include "bearer_lease.h"
#include "diagnose.h"
#include "kernel.h"
#include "lac.h"
#include "line.h"
#include "mtu.h"
#include "say.h"
#include "sockets.h"
#include "switch.h"
#include "tell.h"

#define LINE_NEWS_MS 10000

static void on_send(struct hub *h, const struct l2tp_event *ev)
{
    struct udp *udp = ev->tunnel != NULL ? sockets_of(h, ev->tunnel)
                                         : sockets_from(h, &ev->from, &ev->to);

    if (ev->refused != NULL)
        diagnose_refusal(h, ev->refused);
    if (udp != NULL)
        udp_send(udp, &ev->from, &ev->to, ev->datagram);
}

static void on_tunnel_up(struct hub *h, const struct l2tp_event *ev)
{
    h->totals.tunnels_up++;
    mtu_tunnel_up(h, ev->tunnel);
    say_tunnel_up(ev->tunnel);
    tell_tunnel_up(ev->tunnel);
    if (ev->tunnel->host_data != NULL)
        lac_tunnel_up(ev->tunnel->host_data, ev->tunnel);
}

static void on_tunnel_silent(struct hub *h, const struct l2tp_event *ev)
{
    (void)h;
    if (ev->tunnel->host_data != NULL)
        lac_doubt(ev->tunnel->host_data, ev->tunnel);
}

/* Of tunnels and calls that others began and that never came up only some are told of: anybody can make
 * them. */
static bool is_worth_a_line(struct hub *h, bool ours, struct sparing *strangers, const char *what)
{
    unsigned rest;
    bool worth = ours || sparing_says(strangers, loop_now(h->loop), &rest);

    if (!ours && rest > 0)
        log_notice("%u more %s ended before they were up", rest, what);
    return worth;
}

static void on_tunnel_down(struct hub *h, const struct l2tp_event *ev)
{
    const struct tunnel *t = ev->tunnel;
    struct lac *l = t->host_data;

    h->totals.tunnels_down++;
    kernel_tunnel_down(h, t->id);
    if (is_worth_a_line(h, t->initiator || t->was_up, &h->strange_tunnels, "tunnels")) {
        say_tunnel_down(t);
        tell_tunnel_down(t, loop_now(h->loop));
    }
    if (l == NULL || !lac_only_asks(l, t))
        diagnose_tunnel(h, t, l != NULL ? lac_host_name(l) : NULL);
    if (l != NULL)
        lac_tunnel_down(l, t);
    l2tp_set_tunnel_data(h->engine, t->id, NULL);
}

/* Did we ask for it? */
static bool is_ours(const struct call *c)
{
    return c->table == TABLE_LAC_IN || c->table == TABLE_LNS_OUT;
}

/* The LAC that a call of ours is for; NULL for one that the peer has asked for, or that we had it
 * place by the way, in a tunnel that a tie has made the LAC's too. */
static struct lac *lac_of(const struct call *c)
{
    struct lac *l = c->tunnel->host_data;

    return is_ours(c) && l != NULL && l->call_id == c->id ? l : NULL;
}

const char *news_lac_of_call(const struct call *c)
{
    const struct lac *l = lac_of(c);

    return l != NULL && !l->bare ? l->name : NULL;
}

/* Why a peer's call is not carried; known by its address. */
static const char section_gone[] = "its section has left the configuration";

/* Whose caller it is that has come: the section that its tunnel came to, and its group there; in a tunnel of our own,
 * which a tie has made the only one, the section that the peer's would have come to. */
static struct bearer *start_bearer(struct hub *h, const struct call *c, const char **why,
                                   unsigned *result)
{
    const struct tunnel *t = c->tunnel;
    const struct conf_lns *lns =
        t->initiator ? conf_match_lns(h->conf, &t->peer) : conf_find_lns(h->conf, t->p.label);

    const struct conf_switch *rule = lns != NULL ? switch_for(h, c) : NULL;
    struct group_terms terms;

    if (lac_of(c) != NULL)
        return lac_call_up(lac_of(c), c, why);
    if (line_of_call(h, c->id) != NULL)
        return line_call_up(line_of_call(h, c->id), c, why);
    if (rule != NULL)
        return switch_call_up(h, rule, c, why, result);
    *why = section_gone;
    if (lns == NULL || !groups_choose(h, c, lns, &terms, why))
        return NULL;
    return bearer_start_lns(h, c, &terms, why);
}

/* That a peer's call has lost its section is nothing that the codes would blame it, or our
 * resources, for. */
static void hang_up(struct hub *h, const struct call *c, unsigned result, unsigned error,
                    const char *why)
{
    if (why == section_gone) {
        diagnose_bearer(h, c, TROUBLE_SECTION_GONE, why, NULL);
        result = CDN_ADMINISTRATIVE;
        error = ERROR_NONE;
    } else if (why == groups_unknown) {
        error = ERROR_VALUE;
    }
    log_warnx("call %u/%u: not carried: %s", (unsigned)c->tunnel->id, (unsigned)c->id, why);
    l2tp_hang_up(h->engine, loop_now(h->loop), c->id, result, error, why);
}

void news_start_again(struct hub *h, uint16_t call)
{
    const struct call *c = l2tp_call_by_id(h->engine, call);
    unsigned result = CDN_ERROR;
    const char *why = "";
    struct bearer *b;

    if (c == NULL)
        return;
    b = start_bearer(h, c, &why, &result);
    l2tp_set_call_data(h->engine, c->id, b);
    if (b == NULL)
        hang_up(h, c, result, result == CDN_ERROR ? ERROR_RESOURCES : ERROR_NONE, why);
    else
        log_info("%s: another pppd is started for it, PID: %d", b->name, (int)b->pppd.child.pid);
}

static void on_call_up(struct hub *h, const struct l2tp_event *ev)
{
    const struct call *c = ev->call;
    struct bearer *b = c->host_data; /* a call that we have dialled for the peer has one */
    unsigned result = CDN_ERROR;
    const char *why = "";

    if (b == NULL)
        b = start_bearer(h, c, &why, &result);
    l2tp_set_call_data(h->engine, c->id, b);
    if (b == NULL)
        hang_up(h, c, result, result == CDN_ERROR ? ERROR_RESOURCES : ERROR_NONE, why);
    else {
        h->totals.calls_up++;
        if (lac_of(c) != NULL || (b->is_leg && b->is_lac))
            trouble_over(h, c->tunnel->p.label);
        say_call_up(c, (int)b->pppd.child.pid);
        tell_call_up(c, b);
        switch_leg_up(b);
    }
}

static void count_call(struct totals *n, const struct call *c)
{
    n->calls_down++;
    n->rx_bytes += c->octets_in;
    n->tx_bytes += c->octets_out;
    n->rx_frames += c->frames_in;
    n->tx_frames += c->frames_out;
}

static void explain(struct hub *h, const struct call *c)
{
    struct diagnose_ppp ppp;

    if (c->why.fault == FAULT_LOCAL_LEASED) {
        bearer_tell_leased(h, c);
        return;
    }
    if (c->host_data == NULL) {
        diagnose_call(h, c, NULL);
        return;
    }
    if (c->was_up && ((const struct bearer *)c->host_data)->is_leg)
        return; /* the other leg's peer hears why */
    ppp = bearer_ppp(c->host_data);
    diagnose_call(h, c, &ppp);
}

static void on_call_down(struct hub *h, const struct l2tp_event *ev)
{
    const struct call *c = ev->call;
    const struct bearer *b = c->host_data;

    if (b != NULL && b->kernel != NULL)
        kernel_look(b->kernel);
    kernel_call_down(h, c);
    count_call(&h->totals, c);
    if (is_worth_a_line(h, c->was_up || is_ours(c), &h->strange_calls, "calls"))
        say_call_down(c, loop_now(h->loop));
    tell_call_down(c, loop_now(h->loop));
    explain(h, c);
    line_call_down(h, c);
    switch_call_down(h, c);
    if (c->host_data != NULL)
        bearer_call_down(c->host_data);
    l2tp_set_call_data(h->engine, c->id, NULL);
    if (lac_of(c) != NULL)
        lac_call_down(lac_of(c), c);
}

/* pppd is told nothing rather than a number that is not one: it would then dial any or none. */
static bool is_dialable(const char *number)
{
    return number[0] == '\0' || pppd_clean(number) != NULL;
}

/* The peer asks for a call to be placed: a pppd is the line; its first frame says that there is
 * somebody (7.5.1). */
static void on_dial(struct hub *h, const struct l2tp_event *ev)
{
    const struct call *c = ev->call;
    const struct tunnel *t = c->tunnel; /* it lives by the section that opened it, or it came to */
    const struct conf_lac *lac = t->initiator ? conf_find_lac(h->conf, t->p.label) : NULL;
    const struct conf_lns *lns = t->initiator ? NULL : conf_find_lns(h->conf, t->p.label);
    const struct conf_peer *conf = lac != NULL ? &lac->peer : lns != NULL ? &lns->peer : NULL;
    const char *why = section_gone;
    struct bearer *b = NULL;

    if (!is_dialable(c->called) || !is_dialable(c->sub_address)) {
        hang_up(h, c, CDN_DESTINATION, ERROR_NONE, "no such number can be dialled");
        return;
    }
    if (conf != NULL)
        b = bearer_dial(h, c, conf, lac != NULL && lac->send_wen, &why);
    l2tp_set_call_data(h->engine, c->id, b);
    if (b == NULL)
        hang_up(h, c, CDN_NO_FACILITIES, ERROR_NONE, why);
}

/* The section that a call is to have, the peer's or ours. */
static bool wish_of(struct hub *h, const struct call *c, struct kernel_wish *wish)
{
    const struct tunnel *t = c->tunnel;
    const struct conf_lns *lns =
        t->initiator ? conf_match_lns(h->conf, &t->peer) : conf_find_lns(h->conf, t->p.label);

    if (lns != NULL)
        *wish = kernel_wish_of(lns);
    return lns != NULL;
}

static void on_coming(struct hub *h, const struct l2tp_event *ev)
{
    struct kernel_wish wish;

    /* whether it ends here its ICCN tells, if it may go on: no data must be the kernel's before */
    if (h->conf->switches == NULL && wish_of(h, ev->call, &wish))
        kernel_coming(h, ev->call, &wish);
}

static void on_carry(struct hub *h, const struct l2tp_event *ev)
{
    (void)h;
    if (ev->call->host_data != NULL)
        bearer_carry(ev->call->host_data, ev->frame.octets, ev->frame.priority);
}

/* The section of a call whose LAC we are: its own, or the one that opened the tunnel; or NULL. */
static const struct conf_lac *section_of(struct hub *h, const struct call *c)
{
    const struct lac *l = lac_of(c);

    if (l == NULL && !c->tunnel->initiator)
        return NULL;
    return conf_find_lac(h->conf, l == NULL || l->bare ? c->tunnel->p.label : l->name);
}

/* A peer can send news of the line as often as it likes: the log hears of the first in a while. */
static bool is_worth_telling(struct hub *h, struct bearer *b)
{
    uint64_t now = loop_now(h->loop);

    if (b == NULL || (b->line_said != 0 && now < b->line_said + LINE_NEWS_MS))
        return false;
    b->line_said = now;
    return true;
}

static void on_line_info(struct hub *h, const struct l2tp_event *ev)
{
    const struct call *c = ev->call;
    const struct conf_lac *lac = section_of(h, c);
    bool obeyed = c->host_data != NULL && (lac == NULL || lac->obey_sli);

    if (is_worth_telling(h, c->host_data))
        say_line_info(c, obeyed);
    if (obeyed)
        bearer_line_info(c->host_data, c->accm_send, c->accm_receive);
}

static void on_line_errors(struct hub *h, const struct l2tp_event *ev)
{
    if (is_worth_telling(h, ev->call->host_data))
        say_line_errors(ev->call);
    switch_line_errors(ev->call);
}

static void on_line_speed(struct hub *h, const struct l2tp_event *ev)
{
    if (is_worth_telling(h, ev->call->host_data))
        say_line_speed(ev->call);
    tell_call_speed(ev->call);
    switch_line_speed(ev->call);
}

typedef void on_event_fn(struct hub *h, const struct l2tp_event *ev);

static on_event_fn *const on_event[] = {
    [L2TP_SEND] = on_send,
    [L2TP_TUNNEL_UP] = on_tunnel_up,
    [L2TP_TUNNEL_DOWN] = on_tunnel_down,
    [L2TP_TUNNEL_SILENT] = on_tunnel_silent,
    [L2TP_CALL_COMING] = on_coming,
    [L2TP_CALL_DIAL] = on_dial,
    [L2TP_CALL_UP] = on_call_up,
    [L2TP_CALL_DOWN] = on_call_down,
    [L2TP_LINE_INFO] = on_line_info,
    [L2TP_LINE_ERRORS] = on_line_errors,
    [L2TP_LINE_SPEED] = on_line_speed,
    [L2TP_CARRY] = on_carry,
};

void news_act(struct hub *h, const struct l2tp_event *ev)
{
    on_event[ev->kind](h, ev);
}
