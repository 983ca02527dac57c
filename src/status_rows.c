/* The rows; see status.h.  Each getter answers for the object that the walk stands at. */
#include "status.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "groups.h"
#include "kernel.h"
#include "line.h"
#include "mtu.h"
#include "say.h"
#include "sockets.h"
#include "status_line.h"
#include "switch.h"
#include "trouble.h"
#include "wire/line.h"

/* A getter for what is one expression. */
#define HEADERS4 40u /* of IPv4 and TCP */

#define NUMBER_OF(name, expression)                                                                \
    static bool name(const struct status_at *at, struct status_value *v)                           \
    {                                                                                              \
        (void)at;                                                                                  \
        v->number = (uint64_t)(expression);                                                        \
        return true;                                                                               \
    }
#define TEXT_OF(name, expression)                                                                  \
    static bool name(const struct status_at *at, struct status_value *v)                           \
    {                                                                                              \
        (void)at;                                                                                  \
        return put_text(v, expression);                                                            \
    }

static bool put_text(struct status_value *v, const char *text)
{
    snprintf(v->text, sizeof v->text, "%s", text != NULL ? text : "");
    return v->text[0] != '\0';
}

static bool put_ip(struct status_value *v, uint32_t ip)
{
    struct addr a = addr_ip4(ip, 0);
    char text[ADDR_TEXT];

    return ip != 0 && put_text(v, addr_host_text(&a, text));
}

static bool put_addr(struct status_value *v, const struct addr *a)
{
    char text[ADDR_TEXT];

    return addr_is_set(a) && put_text(v, addr_text(a, text));
}

static uint64_t seconds_since(const struct status_at *at, uint64_t ms)
{
    return (loop_now(at->hub->loop) - ms) / 1000;
}

/* -- the daemon -------------------------------------------------------------------------------- */

static bool daemon_next(struct status_at *at)
{
    return at->n++ == 0;
}

/* Of all calls since the start: those that have ended and been counted, and those that have not. */
static uint64_t sum(const struct status_at *at, uint64_t ended, size_t offset)
{
    for (const struct tunnel *t = l2tp_first(at->hub->engine); t != NULL; t = t->next)
        for (const struct call *c = t->calls; c != NULL; c = c->next)
            if (c->host_data != NULL || (c->news & NEWS_DOWN) != 0)
                ended += *(const uint64_t *)(const void *)((const char *)c + offset);
    return ended;
}

static struct udp_counts sockets(const struct status_at *at)
{
    struct udp_counts n = sockets_counts(at->hub);

    kernel_add_counts(at->hub, &n);
    return n;
}

TEXT_OF(daemon_version, VERSION)
NUMBER_OF(daemon_pid, getpid())
TEXT_OF(daemon_conf, at->hub->conf_file)
NUMBER_OF(daemon_uptime, seconds_since(at, at->hub->started))
NUMBER_OF(daemon_tunnels, l2tp_counts(at->hub->engine).tunnels)
NUMBER_OF(daemon_half_open, l2tp_counts(at->hub->engine).half_open)
NUMBER_OF(daemon_calls, l2tp_counts(at->hub->engine).calls)
NUMBER_OF(daemon_pppds, at->hub->n_bearers)
NUMBER_OF(daemon_leases, pool_book_count(at->hub->book))
NUMBER_OF(daemon_tunnels_up, at->hub->totals.tunnels_up)
NUMBER_OF(daemon_tunnels_down, at->hub->totals.tunnels_down)
NUMBER_OF(daemon_calls_up, at->hub->totals.calls_up)
NUMBER_OF(daemon_calls_down, at->hub->totals.calls_down)
NUMBER_OF(daemon_reloads, at->hub->totals.reloads)
NUMBER_OF(daemon_reloads_failed, at->hub->totals.reloads_failed)
NUMBER_OF(daemon_rx_bytes, sum(at, at->hub->totals.rx_bytes, offsetof(struct call, octets_in)))
NUMBER_OF(daemon_tx_bytes, sum(at, at->hub->totals.tx_bytes, offsetof(struct call, octets_out)))
NUMBER_OF(daemon_rx_frames, sum(at, at->hub->totals.rx_frames, offsetof(struct call, frames_in)))
NUMBER_OF(daemon_tx_frames, sum(at, at->hub->totals.tx_frames, offsetof(struct call, frames_out)))
NUMBER_OF(daemon_rx_datagrams, sockets(at).received)
NUMBER_OF(daemon_tx_datagrams, sockets(at).sent)
NUMBER_OF(daemon_unsent, sockets(at).dropped)
NUMBER_OF(daemon_errors, sockets(at).errors)
TEXT_OF(daemon_trouble, secrets_are_old(at->hub->secrets)
                            ? trouble_row(TROUBLE_OLD_SECRETS)->code : NULL)

static bool daemon_port(const struct status_at *at, struct status_value *v)
{
    v->number = sockets_port(at->hub, NULL);
    return v->number != 0;
}

static bool daemon_listens(const struct status_at *at, struct status_value *v)
{
    struct line line = line_over(v->text, sizeof v->text);
    char text[ADDR_TEXT];

    for (unsigned i = 0; i < at->hub->n_listening; i++)
        if (at->hub->listening[i].udp != NULL)
            line_add(&line, "%s%s", line.used > 0 ? ", " : "",
                     addr_host_text(&at->hub->listening[i].at, text));
    return line.used > 0;
}

static const struct status_row daemon_rows[] = {
    {"version", TYPE_TEXT, false, "version", 0, "Version of the program.", daemon_version},
    {"pid", TYPE_ID, false, "process", 0, "Process id.", daemon_pid},
    {"config", TYPE_TEXT, false, "configuration", 0, "The configuration's file.", daemon_conf},
    {"port", TYPE_ID, false, "UDP port", 0, "UDP port that is listened on.", daemon_port},
    {"listens", TYPE_TEXT, false, "listens on", 0, "Local addresses that are listened on.",
     daemon_listens},
    {"trouble", TYPE_TEXT, false, "trouble", 0,
     "What is wrong with all of it, by its code: see l2tpd(8).", daemon_trouble},
    {"up_seconds", TYPE_SECONDS, false, "up", 0, "Time since the start.", daemon_uptime},
    {"tunnels", TYPE_GAUGE, false, "tunnels", 0, "Tunnels there are.", daemon_tunnels},
    {"half_open", TYPE_GAUGE, false, "half-open", 0, "Of these, begun by others and not up.",
     daemon_half_open},
    {"calls", TYPE_GAUGE, false, "calls", 0, "Calls there are.", daemon_calls},
    {"pppds", TYPE_GAUGE, false, "pppds", 0, "Running pppds.", daemon_pppds},
    {"leases", TYPE_GAUGE, false, "leases", 0, "Addresses that are leased.", daemon_leases},
    {"rx_bytes", TYPE_OCTETS, false, "received", 0, "Octets of PPP from peers.", daemon_rx_bytes},
    {"tx_bytes", TYPE_OCTETS, false, "sent", 0, "Octets of PPP to peers.", daemon_tx_bytes},
    {"rx_frames", TYPE_COUNTER, false, NULL, 0, "PPP frames from peers.", daemon_rx_frames},
    {"tx_frames", TYPE_COUNTER, false, NULL, 0, "PPP frames to peers.", daemon_tx_frames},
    {"tunnels_up", TYPE_COUNTER, false, NULL, 0, "Tunnels that came up.", daemon_tunnels_up},
    {"tunnels_down", TYPE_COUNTER, false, NULL, 0, "Tunnels that ended, up or not.",
     daemon_tunnels_down},
    {"calls_up", TYPE_COUNTER, false, NULL, 0, "Calls that came up.", daemon_calls_up},
    {"calls_down", TYPE_COUNTER, false, NULL, 0, "Calls that ended, up or not.", daemon_calls_down},
    {"reloads", TYPE_COUNTER, false, NULL, 0, "Configurations put in force by a reload.",
     daemon_reloads},
    {"reloads_failed", TYPE_COUNTER, false, NULL, 0, "Reloads that left the old one in force.",
     daemon_reloads_failed},
    {"rx_datagrams", TYPE_COUNTER, false, NULL, 0, "Datagrams received.", daemon_rx_datagrams},
    {"tx_datagrams", TYPE_COUNTER, false, NULL, 0, "Datagrams sent.", daemon_tx_datagrams},
    {"unsent_datagrams", TYPE_COUNTER, false, NULL, 0, "Datagrams that could not be sent.",
     daemon_unsent},
    {"socket_errors", TYPE_COUNTER, false, NULL, 0, "Errors of the sockets.", daemon_errors},
    {0},
};

/* -- datagrams refused ------------------------------------------------------------------------- */

static bool drop_next(struct status_at *at)
{
    return at->n++ < CAUSES;
}

TEXT_OF(drop_cause, l2tp_cause_name((enum l2tp_cause)(at->n - 1)))
NUMBER_OF(drop_datagrams, l2tp_counts(at->hub->engine).dropped[at->n - 1])

static const struct status_row drop_rows[] = {
    {"cause", TYPE_TEXT, true, "refused because", 32, "Why a datagram was refused.", drop_cause},
    {"datagrams", TYPE_COUNTER, false, "datagrams", 10, "Datagrams refused, by cause.",
     drop_datagrams},
    {0},
};

/* -- pools ------------------------------------------------------------------------------------- */

static size_t pool_left(const struct pool *p, const struct pool_book *book)
{
    return pool_size(p, book) - pool_used(p, book);
}

/* Of a pool that need not be there: many sections have one address of ours for all their calls. */
#define POOL_OF(name, end, figure)                                                                 \
    static bool name(const struct status_at *at, struct status_value *v)                           \
    {                                                                                              \
        v->number = at->pool->end != NULL ? figure(at->pool->end, at->hub->book) : 0;              \
        return at->pool->end != NULL;                                                              \
    }

TEXT_OF(pool_lns, at->pool->name)
POOL_OF(pool_total, remote, pool_size)
POOL_OF(pool_leased, remote, pool_used)
POOL_OF(pool_free_now, remote, pool_left)
POOL_OF(local_total, local, pool_size)
POOL_OF(local_leased, local, pool_used)
POOL_OF(local_free, local, pool_left)

/* The last word on a section, of whichever kind. */
static const struct trouble_note *last_of(const struct status_at *at)
{
    if (at->kind == STATUS_POOL)
        return trouble_last(at->hub, false, at->pool->name);
    return at->lac->bare ? NULL : trouble_last(at->hub, true, at->lac->name);
}

static bool trouble_code(const struct status_at *at, struct status_value *v)
{
    const struct trouble_note *n = last_of(at);

    return n != NULL && put_text(v, trouble_row(n->what)->code);
}

static bool trouble_words(const struct status_at *at, struct status_value *v)
{
    const struct trouble_note *n = last_of(at);

    if (n != NULL)
        span_to_str(span_str(n->text), v->text, sizeof v->text);
    return n != NULL;
}

static bool trouble_age(const struct status_at *at, struct status_value *v)
{
    const struct trouble_note *n = last_of(at);

    v->number = n != NULL ? seconds_since(at, n->at) : 0;
    return n != NULL;
}

static const struct status_row pool_rows[] = {
    {"lns", TYPE_TEXT, true, "LNS", 20, "The [lns] section.", pool_lns},
    {"addresses", TYPE_GAUGE, false, "addresses", 9, "Addresses of its 'ip range'.", pool_total},
    {"used", TYPE_GAUGE, false, "used", 6, "Of these, leased now.", pool_leased},
    {"free", TYPE_GAUGE, false, "free", 6, "Of these, free.", pool_free_now},
    {"local_addresses", TYPE_GAUGE, false, NULL, 0, "Addresses of its 'local ip range'.",
     local_total},
    {"local_used", TYPE_GAUGE, false, NULL, 0, "Of these, leased now.", local_leased},
    {"local_free", TYPE_GAUGE, false, "local free", 10, "Of these, free.", local_free},
    {"trouble", TYPE_TEXT, false, "trouble", 16, "What failed last, by its code: see l2tpd(8).",
     trouble_code},
    {"trouble_text", TYPE_TEXT, false, NULL, 0, "The same in a sentence.", trouble_words},
    {"trouble_seconds", TYPE_SECONDS, false, NULL, 0, "Time since then.", trouble_age},
    {0},
};

static bool group_most(const struct status_at *at, struct status_value *v)
{
    const struct conf_group *g = conf_find_group(at->hub->conf, at->pool->name);

    v->number = g != NULL ? (uint64_t)g->max_calls : 0;
    return v->number != 0;
}

NUMBER_OF(group_calls, groups_calls(at->hub, at->pool->name))

static const struct status_row group_rows[] = {
    {"group", TYPE_TEXT, true, "group", 20, "The [group] section.", pool_lns},
    {"calls", TYPE_GAUGE, false, "calls", 6, "Calls of it that are up.", group_calls},
    {"max_calls", TYPE_GAUGE, false, "at most", 7, "Calls that may be, if there is a limit.",
     group_most},
    {"addresses", TYPE_GAUGE, false, "addresses", 9, "Addresses of its own 'ip range'.",
     pool_total},
    {"used", TYPE_GAUGE, false, "used", 6, "Of these, leased now.", pool_leased},
    {"free", TYPE_GAUGE, false, "free", 6, "Of these, free.", pool_free_now},
    {"local_addresses", TYPE_GAUGE, false, NULL, 0, "Addresses of its own 'local ip range'.",
     local_total},
    {"local_used", TYPE_GAUGE, false, NULL, 0, "Of these, leased now.", local_leased},
    {"local_free", TYPE_GAUGE, false, "local free", 10, "Of these, free.", local_free},
    {0},
};

/* -- LACs -------------------------------------------------------------------------------------- */

/* The newest stands first, so others that have come meanwhile are before the last one. */
static bool lac_next(struct status_at *at)
{
    const struct lac *l = at->lac != NULL ? at->lac->next : at->hub->lacs;

    while (l != NULL && at->n != 0 && l->serial >= at->n)
        l = l->next;
    at->lac = l;
    at->n = l != NULL ? l->serial : 1;
    return l != NULL;
}

TEXT_OF(lac_name, at->lac->name)
TEXT_OF(lac_kind, at->lac->bare ? "host" : "section")
TEXT_OF(lac_state, lac_state_name(at->lac->state))
NUMBER_OF(lac_is_up, at->lac->state == LAC_UP)
NUMBER_OF(lac_redials, at->lac->redials)
NUMBER_OF(lac_lines, line_count(at->lac))

/* The one that is being tried, or that was last looked up; else the one that its tunnel leads to.
 */
static bool lac_host(const struct status_at *at, struct status_value *v)
{
    const struct lac *l = at->lac;
    const struct tunnel *t = l->tunnel_id != 0 ? l2tp_tunnel(at->hub->engine, l->tunnel_id) : NULL;

    if (l->hosts.at_line != NULL)
        return put_text(v, l->hosts.at_line->host);
    return put_text(v, l->asked) || (t != NULL && put_addr(v, &t->peer));
}

static bool lac_tunnel(const struct status_at *at, struct status_value *v)
{
    v->number = at->lac->tunnel_id;
    return v->number != 0;
}

static bool lac_call(const struct status_at *at, struct status_value *v)
{
    v->number = at->lac->call_id;
    return v->number != 0;
}

static bool lac_up_seconds(const struct status_at *at, struct status_value *v)
{
    v->number = at->lac->state == LAC_UP ? seconds_since(at, at->lac->up_since) : 0;
    return at->lac->state == LAC_UP && at->lac->up_since != 0;
}

static const struct status_row lac_rows[] = {
    {"lac", TYPE_TEXT, true, "LAC", 20, "The [lac] section, or the host of a bare tunnel.",
     lac_name},
    {"kind", TYPE_TEXT, false, NULL, 0, "section, or host: a tunnel that a command opened.",
     lac_kind},
    {"state", TYPE_TEXT, false, "state", 18, "How far it is.", lac_state},
    {"up", TYPE_BOOL, false, NULL, 0, "Whether its call (of a bare one: its tunnel) is up.",
     lac_is_up},
    {"host", TYPE_TEXT, false, "host", 24, "The host that is dialled, or was.", lac_host},
    {"tunnel", TYPE_ID, false, "tunnel", 6, "Its tunnel, by our id.", lac_tunnel},
    {"call", TYPE_ID, false, "call", 5, "Its call, by our id.", lac_call},
    {"up_seconds", TYPE_SECONDS, false, "up", 8, "Time since it came up.", lac_up_seconds},
    {"redials", TYPE_GAUGE, false, "redials", 7, "Tries since a call was last up for a while.",
     lac_redials},
    {"lines", TYPE_GAUGE, false, NULL, 0, "Lines that it has, or was handed.", lac_lines},
    {"trouble", TYPE_TEXT, false, "trouble", 16, "What failed last, by its code: see l2tpd(8).",
     trouble_code},
    {"trouble_text", TYPE_TEXT, false, NULL, 0, "The same in a sentence.", trouble_words},
    {"trouble_seconds", TYPE_SECONDS, false, NULL, 0, "Time since then.", trouble_age},
    {0},
};

/* -- tunnels ----------------------------------------------------------------------------------- */

static bool tunnel_next(struct status_at *at)
{
    for (at->tunnel = NULL; at->tunnel == NULL && at->n < UINT16_MAX;)
        at->tunnel = l2tp_tunnel(at->hub->engine, (uint16_t)++at->n);
    return at->tunnel != NULL;
}

NUMBER_OF(tunnel_id, at->tunnel->id)
TEXT_OF(tunnel_role, at->tunnel->initiator ? "lac" : "lns")
TEXT_OF(tunnel_section, at->tunnel->p.label)
TEXT_OF(tunnel_state, state_name(at->tunnel->state))
TEXT_OF(tunnel_peer_name, at->tunnel->peer_name)
TEXT_OF(tunnel_vendor, at->tunnel->peer_vendor)
TEXT_OF(tunnel_make, at->tunnel->peer_kind)
NUMBER_OF(tunnel_calls, at->tunnel->n_calls)
NUMBER_OF(tunnel_age, seconds_since(at, at->tunnel->born))
NUMBER_OF(tunnel_silent, seconds_since(at, at->tunnel->heard))
NUMBER_OF(tunnel_sent, at->tunnel->x.sent)
NUMBER_OF(tunnel_resent, at->tunnel->x.retransmitted)
NUMBER_OF(tunnel_duplicates, at->tunnel->x.duplicates)
NUMBER_OF(tunnel_window, at->tunnel->x.peer_window)

static bool tunnel_peer(const struct status_at *at, struct status_value *v)
{
    return put_addr(v, &at->tunnel->peer);
}

static bool tunnel_local(const struct status_at *at, struct status_value *v)
{
    return put_addr(v, &at->tunnel->local);
}

static bool tunnel_peer_id(const struct status_at *at, struct status_value *v)
{
    v->number = at->tunnel->peer_id;
    return v->number != 0;
}

static bool tunnel_rtt(const struct status_at *at, struct status_value *v)
{
    v->number = xport_rtt_ms(&at->tunnel->x);
    return v->number != 0;
}

/* Of what left, the part that had to leave again: what was lost, or its acknowledgement, or late.
 */
static bool tunnel_loss(const struct status_at *at, struct status_value *v)
{
    const struct xport *x = &at->tunnel->x;

    v->number = x->sent > 0 ? (uint64_t)x->retransmitted * 1000u / x->sent : 0;
    return x->sent > 0;
}

static const struct status_row tunnel_rows[] = {
    {"tunnel", TYPE_ID, true, "tunnel", 6, "Our id of the tunnel.", tunnel_id},
    {"peer_tunnel", TYPE_ID, false, NULL, 0, "The peer's id of it.", tunnel_peer_id},
    {"role", TYPE_TEXT, false, "role", 4, "lac: we opened it; lns: the peer did.", tunnel_role},
    {"section", TYPE_TEXT, false, "section", 14, "The section that it lives by.", tunnel_section},
    {"state", TYPE_TEXT, false, "state", 12, "State of RFC 2661, 7.2.", tunnel_state},
    {"peer", TYPE_TEXT, false, "peer", 21, "The peer's address and port.", tunnel_peer},
    {"local", TYPE_TEXT, false, NULL, 0, "Our address and port.", tunnel_local},
    {"peer_name", TYPE_TEXT, false, "host name", 16, "The peer's Host Name.", tunnel_peer_name},
    {"peer_vendor", TYPE_TEXT, false, NULL, 0, "The peer's Vendor Name.", tunnel_vendor},
    {"peer_make", TYPE_TEXT, false, NULL, 0, "The make of peers that it is known for.",
     tunnel_make},
    {"calls", TYPE_GAUGE, false, "calls", 5, "Calls in it.", tunnel_calls},
    {"age_seconds", TYPE_SECONDS, false, "age", 8, "Time since it was begun.", tunnel_age},
    {"silent_seconds", TYPE_SECONDS, false, "silent", 7, "Time since the peer was last heard.",
     tunnel_silent},
    {"rtt_ms", TYPE_MS, false, "rtt", 7, "Round-trip time of control messages, smoothed.",
     tunnel_rtt},
    {"sent", TYPE_COUNTER, false, NULL, 0, "Control messages sent, again ones too.", tunnel_sent},
    {"resent", TYPE_COUNTER, false, "resent", 6, "Control messages sent again.", tunnel_resent},
    {"loss_ratio", TYPE_PERMILLE, false, "loss", 6, "Those sent again, of all that were sent.",
     tunnel_loss},
    {"duplicates", TYPE_COUNTER, false, NULL, 0, "Control messages that came again.",
     tunnel_duplicates},
    {"window", TYPE_GAUGE, false, NULL, 0, "The peer's receive window.", tunnel_window},
    {0},
};

/* -- calls ------------------------------------------------------------------------------------- */

static bool call_next(struct status_at *at)
{
    for (at->call = NULL; at->call == NULL && at->n < UINT16_MAX;)
        at->call = l2tp_call_by_id(at->hub->engine, (uint16_t)++at->n);
    if (at->call == NULL)
        return false;
    at->tunnel = at->call->tunnel;
    at->bearer = at->call->host_data;
    return true;
}

NUMBER_OF(call_id, at->call->id)
TEXT_OF(call_role, say_role(at->call))
TEXT_OF(call_state, state_name(at->call->state))
NUMBER_OF(call_serial, at->call->serial)
TEXT_OF(call_calling, at->call->calling)
TEXT_OF(call_called, at->call->called)
TEXT_OF(call_user, at->bearer != NULL ? bearer_user(at->bearer)->name : NULL)
NUMBER_OF(call_accepted, at->bearer != NULL && bearer_user(at->bearer)->accepted)
NUMBER_OF(call_ppp_up, at->bearer != NULL && (ppp_facts_up(&at->bearer->facts) != 0 ||
                                              (at->bearer->kernel != NULL &&
                                               at->bearer->facts.far.ip != 0)))
TEXT_OF(call_group, at->bearer != NULL && at->bearer->group != NULL ? at->bearer->group->name : NULL)
TEXT_OF(call_switch, at->bearer != NULL ? switch_rule(at->bearer) : NULL)
TEXT_OF(call_terminal, line_device(at->hub, at->call))
TEXT_OF(call_data_path, at->bearer == NULL           ? NULL
                        : at->bearer->kernel != NULL ? "kernel"
                                                     : "userspace")
NUMBER_OF(call_mtu, mtu_of_call(at->call))
NUMBER_OF(call_mss, mtu_of_call(at->call) > HEADERS4 ? mtu_of_call(at->call) - HEADERS4 : 0)
TEXT_OF(call_interface, at->bearer != NULL ? at->bearer->ifname : NULL)
NUMBER_OF(call_age, seconds_since(at, at->call->born))
NUMBER_OF(call_rx_bytes, at->call->octets_in)
NUMBER_OF(call_tx_bytes, at->call->octets_out)
NUMBER_OF(call_rx_frames, at->call->frames_in)
NUMBER_OF(call_tx_frames, at->call->frames_out)
NUMBER_OF(call_reordered, at->call->reordered)
NUMBER_OF(call_late, at->call->old_dropped)

static bool call_peer_id(const struct status_at *at, struct status_value *v)
{
    v->number = at->call->peer_id;
    return v->number != 0;
}

/* What PPP has agreed on; until then, or where it cannot be seen, what was leased. */
static bool call_address(const struct status_at *at, struct status_value *v)
{
    const struct bearer *b = at->bearer;

    return b != NULL && put_ip(v, b->facts.far.ip != 0 ? b->facts.far.ip : b->lease);
}

static bool call_local_address(const struct status_at *at, struct status_value *v)
{
    const struct bearer *b = at->bearer;

    return b != NULL && put_ip(v, b->facts.pppd.ip != 0 ? b->facts.pppd.ip : b->local_lease);
}

static bool call_other(const struct status_at *at, struct status_value *v)
{
    v->number = at->bearer != NULL ? switch_other(at->bearer) : 0;
    return v->number != 0;
}

static bool call_pid(const struct status_at *at, struct status_value *v)
{
    v->number = at->bearer != NULL ? (uint64_t)at->bearer->pppd.child.pid : 0;
    return v->number != 0;
}

/* Without sequence numbers nobody knows. */
static bool call_lost(const struct status_at *at, struct status_value *v)
{
    v->number = at->call->gaps;
    return at->call->send_sequence || at->call->must_sequence || v->number > 0;
}

static const struct link_counts *counts_of(const struct status_at *at)
{
    return at->bearer != NULL && at->bearer->link != NULL ? link_counts(at->bearer->link) : NULL;
}

static bool call_dropped(const struct status_at *at, struct status_value *v)
{
    const struct bearer *b = at->bearer;

    v->number = counts_of(at) != NULL ? counts_of(at)->dropped
                : b != NULL           ? b->leg_dropped
                                      : 0;
    return counts_of(at) != NULL || (b != NULL && b->is_leg);
}

static bool call_refused(const struct status_at *at, struct status_value *v)
{
    const struct link_counts *n = counts_of(at);

    v->number = n != NULL ? n->bad_fcs + n->aborted + n->too_long + n->too_short : 0;
    return n != NULL;
}

static const struct status_row call_rows[] = {
    {"tunnel", TYPE_ID, true, "tunnel", 6, "Our id of its tunnel.", tunnel_id},
    {"call", TYPE_ID, true, "call", 5, "Our id of the call.", call_id},
    {"peer_call", TYPE_ID, false, NULL, 0, "The peer's id of it.", call_peer_id},
    {"serial", TYPE_ID, false, NULL, 0, "Call Serial Number.", call_serial},
    {"role", TYPE_TEXT, false, NULL, 0, "What we are to it.", call_role},
    {"section", TYPE_TEXT, false, "section", 14, "The section that its tunnel lives by.",
     tunnel_section},
    {"group", TYPE_TEXT, false, NULL, 0, "The [group] section whose settings it has.", call_group},
    {"switch", TYPE_TEXT, false, NULL, 0, "The [switch] section by which it goes on.", call_switch},
    {"line", TYPE_TEXT, false, NULL, 0, "The terminal that its caller's line is.", call_terminal},
    {"state", TYPE_TEXT, false, NULL, 0, "State of RFC 2661, 7.4 and 7.5.", call_state},
    {"peer", TYPE_TEXT, false, "peer", 21, "The peer's address and port.", tunnel_peer},
    {"peer_name", TYPE_TEXT, false, NULL, 0, "The peer's Host Name.", tunnel_peer_name},
    {"user", TYPE_TEXT, false, "user", 12, "The name that was given to log in by PPP.", call_user},
    {"user_accepted", TYPE_BOOL, false, NULL, 0, "Whether it was accepted.", call_accepted},
    {"calling", TYPE_TEXT, false, NULL, 0, "The caller's number.", call_calling},
    {"called", TYPE_TEXT, false, NULL, 0, "The number that was called.", call_called},
    STATUS_LINE_ROWS
    {"ppp_up", TYPE_BOOL, false, NULL, 0, "Whether PPP has a network layer open.", call_ppp_up},
    {"address", TYPE_TEXT, false, "address", 15, "The far end's IPv4 address.", call_address},
    {"local_address", TYPE_TEXT, false, NULL, 0, "Ours.", call_local_address},
    {"interface", TYPE_TEXT, false, "if", 6, "PPP's interface.", call_interface},
    {"data_path", TYPE_TEXT, false, NULL, 0, "Who carries its data: kernel or userspace.",
     call_data_path},
    {"mtu", TYPE_GAUGE, false, NULL, 0, "The largest packet in it that is not cut on its way; 0: not known.",
     call_mtu},
    {"mss", TYPE_GAUGE, false, NULL, 0, "What to clamp TCP's MSS to in it, for IPv4; for IPv6 20 less.",
     call_mss},
    {"pppd_pid", TYPE_ID, false, "pppd", 7, "Process id of its pppd.", call_pid},
    {"age_seconds", TYPE_SECONDS, false, "age", 8, "Time since it was begun.", call_age},
    {"rx_bytes", TYPE_OCTETS, false, "received", 8, "Octets of PPP from the peer.", call_rx_bytes},
    {"tx_bytes", TYPE_OCTETS, false, "sent", 8, "Octets of PPP to the peer.", call_tx_bytes},
    {"rx_frames", TYPE_COUNTER, false, NULL, 0, "PPP frames from the peer.", call_rx_frames},
    {"tx_frames", TYPE_COUNTER, false, NULL, 0, "PPP frames to the peer.", call_tx_frames},
    {"rtt_ms", TYPE_MS, false, "rtt", 6, "Round-trip time of its tunnel, smoothed.", tunnel_rtt},
    {"lost_frames", TYPE_COUNTER, false, "lost", 5,
     "Frames from the peer that never came; known where they are numbered.", call_lost},
    {"reordered_frames", TYPE_COUNTER, false, NULL, 0, "Frames that came early and were put back.",
     call_reordered},
    {"late_frames", TYPE_COUNTER, false, NULL, 0, "Frames that came too late.", call_late},
    {"dropped_frames", TYPE_COUNTER, false, NULL, 0, "Frames that pppd did not take, or that could not go on.",
     call_dropped},
    {"refused_frames", TYPE_COUNTER, false, NULL, 0, "Frames from pppd that were damaged.",
     call_refused},
    {"other_call", TYPE_ID, false, "other", 5, "The call that it goes on in, by our id.", call_other},
    {0},
};

const struct status_table status_tables[STATUS_KINDS] = {
    [STATUS_DAEMON] = {"daemon", "daemon", daemon_rows, daemon_next},
    [STATUS_DROP] = {"drop", "drops", drop_rows, drop_next},
    [STATUS_POOL] = {"pool", "pools", pool_rows, status_next_pool},
    [STATUS_GROUP] = {"group", "groups", group_rows, status_next_pool},
    [STATUS_LAC] = {"lac", "lacs", lac_rows, lac_next},
    [STATUS_TUNNEL] = {"tunnel", "tunnels", tunnel_rows, tunnel_next},
    [STATUS_CALL] = {"call", "calls", call_rows, call_next},
};
