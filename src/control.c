/* Commands that come by the FIFO, and the status; see control.h. */
#include "control.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "bearer.h"
#include "control_sections.h"
#include "lac.h"
#include "profiles.h"
#include "reload.h"
#include "wire/quirks.h"

#define GOODBYE "Goodbye!"

/* A number from 1 to 65535 and nothing else; 0 if it is none. */
static uint16_t id_of(const char *text)
{
    char *end;
    long v = text[0] >= '0' && text[0] <= '9' ? strtol(text, &end, 10) : 0;

    return v > 0 && v < 65536 && *end == '\0' ? (uint16_t)v : 0;
}

static const struct tunnel *live_tunnel(const struct hub *h, const char *text)
{
    uint16_t id = id_of(text);
    const struct tunnel *t = id != 0 ? l2tp_tunnel(h->engine, id) : NULL;

    return t != NULL && t->state != STOPPING && t->state != STOPPED && t->state != DEAD ? t : NULL;
}

/* A call by a LAC's section, or in a tunnel that is up; number: one that the peer is to dial. */
static void place(struct hub *h, struct fifo_reply *reply, const char *name, const char *number,
                  const char *user, const char *password)
{
    struct lac *l = lac_find(h, name);
    const struct tunnel *t = l == NULL ? live_tunnel(h, name) : NULL;

    if (l == NULL && t == NULL)
        fifo_answer(reply, 1, "No such tunnel '%s'", name);
    else if (number != NULL && strlen(number) >= NUMBER)
        fifo_answer(reply, 1, "Number is longer than %d digits", NUMBER - 1);
    else if (l != NULL && !lac_dial(l, number, user, password))
        fifo_answer(reply, 1, "Session '%s' already active!", name);
    else if (l == NULL && !lac_call_in(h, t->id, number))
        fifo_answer(reply, 1, "Error");
    else
        fifo_answer(reply, 0, "OK");
}

static void connect_lac(void *ctx, struct fifo_reply *reply, char *rest)
{
    char *name = fifo_word(&rest), *user = fifo_word(&rest), *password = fifo_word(&rest);

    place(ctx, reply, name, NULL, user, password);
    if (password != NULL)
        bytes_wipe(password, strlen(password));
}

static void dial_out(void *ctx, struct fifo_reply *reply, char *rest)
{
    char *name = fifo_word(&rest), *number = fifo_word(&rest);

    place(ctx, reply, name, number, NULL, NULL);
}

static void disconnect(void *ctx, struct fifo_reply *reply, char *rest)
{
    struct hub *h = ctx;
    char *name = fifo_word(&rest);
    struct lac *l = lac_find(h, name);
    const struct tunnel *t = l == NULL ? live_tunnel(h, name) : NULL;

    if (l == NULL && t != NULL && t->initiator)
        l = t->host_data;
    if (l == NULL && t == NULL) {
        fifo_answer(reply, 1, "No such tunnel '%s'", name);
    } else if (l == NULL) {
        l2tp_close(h->engine, loop_now(h->loop), t->id, STOPCCN_GENERAL, ERROR_NONE, GOODBYE);
        fifo_answer(reply, 0, "OK");
    } else if (lac_hang_up(l, GOODBYE)) {
        fifo_answer(reply, 0, "OK");
    } else {
        fifo_answer(reply, 1, "Session '%s' not up", name);
    }
}

/* The answer is always the same, as xl2tpd's is; a call that is not there is told to the log. */
static void hang_up(void *ctx, struct fifo_reply *reply, char *rest)
{
    struct hub *h = ctx;
    char *name = fifo_word(&rest);
    uint16_t id = id_of(name);
    const struct call *c = id != 0 ? l2tp_call_by_id(h->engine, id) : NULL;

    if (c == NULL)
        log_warnx("command h: no such call '%s'", name);
    else if (c->state == ESTABLISHED && c->host_data != NULL)
        bearer_hang_up(c->host_data);
    else
        l2tp_hang_up(h->engine, loop_now(h->loop), id, CDN_ADMINISTRATIVE, ERROR_NONE, GOODBYE);
    fifo_answer(reply, 0, "OK");
}

/* As a verb it says so. */
static void hang_up_call(void *ctx, struct fifo_reply *reply, char *rest)
{
    struct hub *h = ctx;
    uint16_t id = id_of(rest);

    if (id == 0 || l2tp_call_by_id(h->engine, id) == NULL)
        fifo_answer(reply, 1, "No such call '%s'", rest);
    else
        hang_up(ctx, reply, rest);
}

static void open_tunnel(void *ctx, struct fifo_reply *reply, char *rest)
{
    if (lac_dial_bare(ctx, fifo_word(&rest)))
        fifo_answer(reply, 0, "OK");
    else
        fifo_answer(reply, 1, "Error");
}

static void status(void *ctx, struct fifo_reply *reply, char *rest)
{
    (void)reply;
    (void)rest;
    control_log_status(ctx);
}

static void reload_now(void *ctx, struct fifo_reply *reply, char *rest)
{
    (void)rest;
    if (reload(ctx))
        fifo_answer(reply, 0, "OK");
    else
        fifo_answer(reply, 1, "The old configuration stays in force: the log tells why");
}

const struct fifo_command control_commands[] = {
    {'c', 1, "c LAC|TUNNEL [user [password]]", connect_lac},
    {'o', 2, "o LAC|TUNNEL NUMBER", dial_out},
    {'d', 1, "d LAC|TUNNEL", disconnect},
    {'h', 1, "h CALL", hang_up},
    {'t', 1, "t HOST", open_tunnel},
    {'s', 0, "s", status},
    {'a', 0, "a LAC key=value;key=value...", control_add_lac},
    {'r', 1, "r LAC", control_remove_lac},
    {'z', 1, "z LNS key=value;key=value...", control_add_lns},
    {'w', 1, "w LNS", control_remove_lns},
    {'y', 1, "y LNS", control_lns_status},
    {'x', 0, "x", control_list},
    {0, 0, NULL, NULL},
};

const struct fifo_verb control_verbs[] = {
    {"connect", 1, "connect LAC|TUNNEL [user [password]]", connect_lac},
    {"dial", 2, "dial LAC|TUNNEL NUMBER", dial_out},
    {"disconnect", 1, "disconnect LAC|TUNNEL", disconnect},
    {"hangup", 1, "hangup CALL", hang_up_call},
    {"open", 1, "open HOST", open_tunnel},
    {"add-lac", 1, "add-lac LAC key=value;key=value...", control_add_lac},
    {"remove-lac", 1, "remove-lac LAC", control_remove_lac},
    {"add-lns", 1, "add-lns LNS key=value;key=value...", control_add_lns},
    {"remove-lns", 1, "remove-lns LNS", control_remove_lns},
    {"status-lns", 1, "status-lns LNS", control_lns_status},
    {"available", 0, "available", control_list},
    {"reload", 0, "reload", reload_now},
    {NULL, 0, NULL, NULL},
};

/* Status. */

/* What has gone wrong between us and pppd, if anything has. */
static void log_link(const struct link *link)
{
    const struct link_counts *n = link_counts(link);
    uint64_t refused = n->bad_fcs + n->aborted + n->too_long + n->too_short;

    if (n->dropped > 0)
        log_notice("      %llu frames dropped, as pppd did not take them",
                   (unsigned long long)n->dropped);
    if (refused > 0)
        log_notice(
            "      %llu frames refused from pppd: %llu bad FCS, %llu aborted, %llu too long, "
            "%llu too short",
            (unsigned long long)refused, (unsigned long long)n->bad_fcs,
            (unsigned long long)n->aborted, (unsigned long long)n->too_long,
            (unsigned long long)n->too_short);
}

static void log_call(const struct call *c)
{
    const struct bearer *b = c->host_data;

    log_notice("    call %u/%u: %s, peer's id %u, serial %lu, in %llu frames %llu octets, "
               "out %llu frames %llu octets; %llu gaps, %llu put in order, %llu late",
               (unsigned)c->tunnel->id, (unsigned)c->id, state_name(c->state), (unsigned)c->peer_id,
               (unsigned long)c->serial, (unsigned long long)c->frames_in,
               (unsigned long long)c->octets_in, (unsigned long long)c->frames_out,
               (unsigned long long)c->octets_out, (unsigned long long)c->gaps,
               (unsigned long long)c->reordered, (unsigned long long)c->old_dropped);
    if (b != NULL && b->link != NULL)
        log_link(b->link);
}

static void log_tunnel(const struct hub *h, const struct tunnel *t)
{
    char peer[ADDR_TEXT], quirks[QUIRKS_TEXT];

    log_notice("  tunnel %u: %s, %s %s (%s), peer's id %u, section '%s', %u calls, %llu s old, "
               "round trip %lu ms, %lu retransmissions",
               (unsigned)t->id, state_name(t->state), t->initiator ? "to" : "from",
               addr_text(&t->peer, peer), t->peer_name, (unsigned)t->peer_id, t->p.label,
               t->n_calls, (unsigned long long)((loop_now(h->loop) - t->born) / 1000),
               (unsigned long)xport_rtt_ms(&t->x), (unsigned long)t->x.retransmitted);
    if (t->peer_kind != NULL || t->quirks != QUIRKS_DEFAULT)
        log_notice("    peer is %s; quirks: %s", t->peer_kind != NULL ? t->peer_kind : "unknown",
                   quirks_text(t->quirks, quirks, sizeof quirks));
    for (const struct call *c = t->calls; c != NULL; c = c->next)
        log_call(c);
}

static void log_sections(const struct hub *h)
{
    for (const struct conf_lns *lns = h->conf->lns; lns != NULL; lns = lns->next) {
        const struct lns_pool *p = profiles_pool(h, lns->name);

        if (p != NULL)
            log_notice("  lns %s: %zu of %zu addresses leased", lns->name,
                       pool_used(p->remote, h->book), pool_size(p->remote));
    }
    for (const struct lac *l = h->lacs; l != NULL; l = l->next)
        log_notice("  %s %s: %s", l->bare ? "host" : "lac", l->name, lac_state_name(l->state));
}

static void log_socket(const char *kind, const struct udp *udp)
{
    const struct udp_counts *n = udp != NULL ? udp_counts(udp) : NULL;

    if (n != NULL)
        log_notice("  %s: %llu datagrams received, %llu sent, %llu not sent, %llu errors", kind,
                   (unsigned long long)n->received, (unsigned long long)n->sent,
                   (unsigned long long)n->dropped, (unsigned long long)n->errors);
}

void control_log_status(struct hub *h)
{
    struct l2tp_counts n = l2tp_counts(h->engine);

    log_notice("====== %s statistics ========", h->ident);
    log_notice("  up %llu s; %u tunnels (%u half-open), %u calls, %u pppds, %zu leases",
               (unsigned long long)((loop_now(h->loop) - h->started) / 1000), n.tunnels,
               n.half_open, n.calls, h->n_bearers, pool_book_count(h->book));
    log_socket("IPv4", h->udp4);
    log_socket("IPv6", h->udp6);
    for (int i = 0; i < CAUSES; i++)
        if (n.dropped[i] > 0)
            log_notice("  dropped: %llu (%s)", (unsigned long long)n.dropped[i],
                       l2tp_cause_name((enum l2tp_cause)i));
    log_sections(h);
    for (const struct tunnel *t = l2tp_first(h->engine); t != NULL; t = t->next)
        log_tunnel(h, t);
    log_notice("====== end of statistics ========");
}
