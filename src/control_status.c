/* The status, as pages and in the log; see control_status.h. */
#include "control_status.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "bearer.h"
#include "lac.h"
#include "profiles.h"
#include "render.h"
#include "wire/quirks.h"

/* -- pages ------------------------------------------------------------------------------------- */

static bool more(void *state, struct text *out)
{
    return render_more(state, out);
}

static void show(struct hub *h, struct fifo_reply *reply, enum render_format format)
{
    struct render *r = malloc(sizeof *r);

    if (r == NULL) {
        fifo_answer(reply, 2, "No memory");
        return;
    }
    render_begin(r, h, format);
    fifo_stream(reply, &(struct fifo_source){more, free, r});
}

void control_status(void *ctx, struct fifo_reply *reply, char *rest)
{
    if (rest[0] == '\0')
        show(ctx, reply, RENDER_TABLE);
    else if (strcmp(rest, "json") == 0)
        show(ctx, reply, RENDER_JSON);
    else
        fifo_answer(reply, 1, "status [json]");
}

void control_metrics(void *ctx, struct fifo_reply *reply, char *rest)
{
    (void)rest;
    show(ctx, reply, RENDER_METRICS);
}

/* "STATUS state=up" and so on: the rows of one LAC. */
void control_lac_status(void *ctx, struct fifo_reply *reply, char *rest)
{
    const char *name = rest; /* all of it: it may have blanks */
    struct status_value v;
    struct text text = {0};
    struct status_at at;

    status_begin(&at, ctx, STATUS_LAC);
    while (status_next(&at) && (at.lac->bare || strcasecmp(at.lac->name, name) != 0))
        continue;
    if (at.lac == NULL) {
        fifo_answer(reply, 1, "Error: Could not find lac");
        return;
    }
    for (const struct status_row *row = status_tables[STATUS_LAC].rows; row->name != NULL; row++) {
        text_cut(&text, text.n);
        render_value(&text, row, &v, row->get(&at, &v));
        fifo_answer(reply, 0, "STATUS %s=%s", row->name, text.p != NULL ? text.p : "");
    }
    fifo_answer(reply, 0, "OK");
    text_free(&text);
}

/* -- in the log -------------------------------------------------------------------------------- */

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
    char peer[ADDR_TEXT], quirks[QUIRKS_TEXT], section[160];

    log_notice("  tunnel %u: %s, %s %s (%s), peer's id %u, section '%s', %u calls, %llu s old, "
               "round trip %lu ms, %lu retransmissions",
               (unsigned)t->id, state_name(t->state), t->initiator ? "to" : "from",
               addr_text(&t->peer, peer), t->peer_name, (unsigned)t->peer_id,
               log_safe(span_str(t->p.label), section, sizeof section), t->n_calls,
               (unsigned long long)((loop_now(h->loop) - t->born) / 1000),
               (unsigned long)xport_rtt_ms(&t->x), (unsigned long)t->x.retransmitted);
    if (t->peer_kind != NULL || t->quirks != QUIRKS_DEFAULT)
        log_notice("    peer is %s; quirks: %s", t->peer_kind != NULL ? t->peer_kind : "unknown",
                   quirks_text(t->quirks, quirks, sizeof quirks));
    for (const struct call *c = t->calls; c != NULL; c = c->next)
        log_call(c);
}

static void log_sections(const struct hub *h)
{
    char safe[160];

    for (const struct conf_lns *lns = h->conf->lns; lns != NULL; lns = lns->next) {
        const struct lns_pool *p = profiles_pool(h, lns->name);

        if (p != NULL)
            log_notice("  lns %s: %zu of %zu addresses leased",
                       log_safe(span_str(lns->name), safe, sizeof safe),
                       pool_used(p->remote, h->book), pool_size(p->remote, h->book));
    }
    for (const struct lac *l = h->lacs; l != NULL; l = l->next)
        log_notice("  %s %s: %s", l->bare ? "host" : "lac",
                   log_safe(span_str(l->name), safe, sizeof safe), lac_state_name(l->state));
}

static void log_socket(const struct listening *l)
{
    const struct udp_counts *n = l->udp != NULL ? udp_counts(l->udp) : NULL;
    char text[ADDR_TEXT];

    if (n != NULL)
        log_notice("  %s: %llu datagrams received, %llu sent, %llu not sent, %llu errors",
                   addr_host_text(&l->at, text), (unsigned long long)n->received,
                   (unsigned long long)n->sent, (unsigned long long)n->dropped,
                   (unsigned long long)n->errors);
}

void control_log_status(struct hub *h)
{
    struct l2tp_counts n = l2tp_counts(h->engine);

    log_notice("====== %s statistics ========", h->ident);
    log_notice("  up %llu s; %u tunnels (%u half-open), %u calls, %u pppds, %zu leases",
               (unsigned long long)((loop_now(h->loop) - h->started) / 1000), n.tunnels,
               n.half_open, n.calls, h->n_bearers, pool_book_count(h->book));
    for (unsigned i = 0; i < h->n_listening; i++)
        log_socket(&h->listening[i]);
    for (int i = 0; i < CAUSES; i++)
        if (n.dropped[i] > 0)
            log_notice("  dropped: %llu (%s)", (unsigned long long)n.dropped[i],
                       l2tp_cause_name((enum l2tp_cause)i));
    log_sections(h);
    for (const struct tunnel *t = l2tp_first(h->engine); t != NULL; t = t->next)
        log_tunnel(h, t);
    log_notice("====== end of statistics ========");
}
