/* Comparing two configurations and acting on the difference; see reload.h. */
#include "reload.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "bearer_lease.h"
#include "events.h"
#include "ipsec.h"
#include "kernel.h"
#include "lac.h"
#include "metrics.h"
#include "profiles.h"
#include "sockets.h"
#include "trouble.h"

void reload_tell(void *ctx, bool warning, const char *line)
{
    (void)ctx;
    if (warning)
        log_warnx("%s", line);
    else
        log_errorx("%s", line);
}

static const char *secrets_of(const struct hub *h, const struct conf *c)
{
    if (h->secrets_file != NULL)
        return h->secrets_file;
    return c->global.auth_file != NULL ? c->global.auth_file : h->secrets_default;
}

/* The secrets in force are older than the file. */
static void tell_old_secrets(void *ctx, unsigned line, const char *why)
{
    struct trouble_place daemon = {.name = NULL};
    struct facts f = {.used = 0};

    (void)line;
    facts_put(&f, FACT_TEXT, "%s", why);
    trouble_tell(ctx, TROUBLE_OLD_SECRETS, &daemon, &f);
}

void reload_apply_globals(struct hub *h)
{
    const struct conf_global *g = &h->conf->global;
    const char *secrets = secrets_of(h, h->conf), *others;

    metrics_apply(h);
    kernel_probe(h);
    log_set_topics(g->debug_topics);
    l2tp_limit_half_open(h->engine, (unsigned)g->half_open_limit,
                         (unsigned)g->half_open_per_source);
    secrets_tell_old_to(h->secrets, tell_old_secrets, h);
    secrets_set_path(h->secrets, secrets);
    others = secrets_open_to_others(h->secrets);
    if (others != NULL)
        log_warnx("%s can be %s by others: chmod 600 it", secrets, others);
    secrets_look(h->secrets);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* What only a restart can change is named, so that nobody waits for it, at each reload until then.
 */
static void name_what_needs_restart(const struct hub *h, const struct conf_global *is)
{
    if (h->port != is->port)
        log_warnx("reload: 'port' has changed: needs a restart");
    if (!conf_same_listen(&h->listen, &is->listen))
        log_warnx("reload: 'listen-addr' has changed: needs a restart");
    if (h->packet_marks != is->packet_marks)
        log_warnx("reload: 'packet marks' has changed: needs a restart");
}

static void compare_global(const struct conf_global *was, const struct conf_global *is)
{
    if (was->debug_topics != is->debug_topics)
        log_notice("reload: debug topics changed, from now");
    if (!same_text(was->pppd, is->pppd))
        log_notice("reload: 'pppd' changed, from the next call");
    if (was->max_retries != is->max_retries || was->cap_backoff_s != is->cap_backoff_s)
        log_notice("reload: 'max retries' or 'cap backoff' changed, from the next tunnel");
    if (was->half_open_limit != is->half_open_limit ||
        was->half_open_per_source != is->half_open_per_source)
        log_notice("reload: 'half open limit' or 'half open per source' changed, from now");
    if (was->force_userspace != is->force_userspace)
        log_notice("reload: 'force userspace' changed, from the next call");
    if (was->access_control != is->access_control)
        log_notice("reload: 'access control' changed, from the next tunnel");
    if (!same_text(was->metrics_file, is->metrics_file) ||
        was->metrics_interval_s != is->metrics_interval_s)
        log_notice("reload: 'metrics file' or 'metrics interval' changed, from now");
    if (!same_text(was->auth_file, is->auth_file))
        log_notice("reload: 'auth file' changed, from the next tunnel");
    if (was->exit_with_lac != is->exit_with_lac)
        log_notice("reload: 'exit with lac' changed, from now");
}

static void compare_lns(const struct conf *was, const struct conf *is)
{
    for (const struct conf_lns *a = was->lns; a != NULL; a = a->next) {
        const struct conf_lns *b = conf_find_lns(is, a->name);

        if (b == NULL)
            log_notice("reload: lns %s is gone: no new tunnels, running ones go on", a->name);
        else if (!conf_same_pool(a, b))
            log_notice("reload: lns %s has another pool: leases still held stay with their calls; "
                       "what else has changed counts from the next tunnel",
                       a->name);
        else if (!conf_same_lns(a, b))
            log_notice("reload: lns %s has changed, from the next tunnel (what is for pppd: from "
                       "the next call)",
                       a->name);
    }
    for (const struct conf_lns *b = is->lns; b != NULL; b = b->next)
        if (conf_find_lns(was, b->name) == NULL)
            log_notice("reload: lns %s is new", b->name);
}

/* Running calls keep what they have. */
static void compare_groups(const struct conf *was, const struct conf *is)
{
    char safe[160];

    for (const struct conf_group *a = was->groups; a != NULL; a = a->next) {
        const struct conf_group *b = conf_find_group(is, a->name);
        const char *name = log_safe(span_str(a->name), safe, sizeof safe);

        if (b == NULL)
            log_notice("reload: group %s is gone: running calls go on", name);
        else if (!conf_same_pool(&a->own, &b->own))
            log_notice("reload: group %s has another pool: leases still held stay with their calls; "
                       "what else has changed counts from the next call",
                       name);
        else if (!conf_same_group(a, b))
            log_notice("reload: group %s has changed, from the next call", name);
    }
    for (const struct conf_group *b = is->groups; b != NULL; b = b->next)
        if (conf_find_group(was, b->name) == NULL)
            log_notice("reload: group %s is new", log_safe(span_str(b->name), safe, sizeof safe));
}

/* The same. */
static void compare_switches(const struct conf *was, const struct conf *is)
{
    for (const struct conf_switch *a = was->switches; a != NULL; a = a->next) {
        const struct conf_switch *b = conf_find_switch(is, a->name);

        if (b == NULL)
            log_notice("reload: switch %s is gone: running calls go on", a->name);
        else if (!conf_same_switch(a, b))
            log_notice("reload: switch %s has changed, from the next call", a->name);
    }
    for (const struct conf_switch *b = is->switches; b != NULL; b = b->next)
        if (conf_find_switch(was, b->name) == NULL)
            log_notice("reload: switch %s is new", b->name);
}

static const struct conf_lns *next_common(const struct conf_lns *lns, const struct conf *other)
{
    while (lns != NULL &&
           (strcasecmp(lns->name, "default") == 0 || conf_find_lns(other, lns->name) == NULL))
        lns = lns->next;
    return lns;
}

/* Of those that a peer may find itself in, the last one serves it: see conf_match_lns(). */
static void compare_order(const struct conf *was, const struct conf *is)
{
    const struct conf_lns *a = next_common(was->lns, is), *b = next_common(is->lns, was);

    while (a != NULL && b != NULL && strcasecmp(a->name, b->name) == 0) {
        a = next_common(a->next, is);
        b = next_common(b->next, was);
    }
    if (a != NULL && b != NULL)
        log_notice(
            "reload: lns %s stands elsewhere among the others: whom the 'lac' ranges of several "
            "name, the last of these serves, from the next tunnel",
            b->name);
}

static bool is_template(const struct conf_lac *lac)
{
    return strcasecmp(lac->name, "default") == 0;
}

/* [lac default] is neither dialled nor hung up. */
static void compare_lac(const struct hub *h, const struct conf *was, const struct conf *is)
{
    for (const struct conf_lac *a = was->lac; a != NULL; a = a->next) {
        const struct conf_lac *b = conf_find_lac(is, a->name);

        if (b == NULL)
            log_notice("reload: lac %s is gone%s", a->name,
                       is_template(a) ? "" : ": hung up and forgotten");
        else if (!conf_same_lac(a, b)) {
            log_notice("reload: lac %s has changed, from the next dial", a->name);
            lac_note_change(lac_find(h, a->name), a, b);
        }
    }
    for (const struct conf_lac *b = is->lac; b != NULL; b = b->next)
        if (conf_find_lac(was, b->name) == NULL)
            log_notice("reload: lac %s is new%s", b->name,
                       b->autodial && !is_template(b) ? ": dialled" : "");
}

/* A tunnel of a LAC's, and what the LAC holds for it. */
static void guard_tunnel(struct lac *l, uint16_t id, struct ipsec_hold *hold)
{
    struct hub *h = l->hub;
    const struct tunnel *t = id != 0 ? l2tp_tunnel(h->engine, id) : NULL;
    const struct conf_lac *conf = conf_find_lac(h->conf, l->name);
    bool require = conf != NULL && conf->peer.require_ipsec;

    ipsec_heed(h, hold);
    if (conf == NULL && !l->bare)
        return; /* it goes, and is held to what it was to the end */
    if (t == NULL || (!require && t->path != NULL) ||
        ipsec_dials(h, hold, require, &t->peer, sockets_port(h, t->path)) == 0)
        return;
    log_warn("lac %s: IPsec is required from now on, which its tunnel cannot be held to", l->name);
    l2tp_close(h->engine, loop_now(h->loop), t->id, STOPCCN_GENERAL, ERROR_NONE,
               "IPsec is required, and cannot be enforced");
}

/* Our own LACs' tunnels: those for which IPsec is required from now on must not wait for the next dial,
 * and those by the daemon's port may be what its [lns] sections now require it of.  What cannot be held to
 * it ends, of LACs and of peers. */
static void guard_tunnels(struct hub *h)
{
    for (struct lac *l = h->lacs; l != NULL; l = l->next) {
        guard_tunnel(l, l->tunnel_id, &l->ipsec);
        guard_tunnel(l, l->back_asks.tunnel, &l->back_asks.ipsec);
        guard_tunnel(l, l->doubt_asks.tunnel, &l->doubt_asks.ipsec);
    }
    ipsec_end_unguarded(h);
}

static void forget_gone_lacs(struct hub *h)
{
    struct lac *l = h->lacs;

    while (l != NULL) {
        struct lac *next = l->next;

        if (!l->bare && !l->doomed && conf_find_lac(h->conf, l->name) == NULL)
            lac_forget(l);
        l = next;
    }
}

static void tell_reload(struct hub *h, bool good)
{
    h->totals.reloads += good;
    h->totals.reloads_failed += !good;
    events_emit("reload", (struct event_field[]){event_bool("in_force", good), event_end});
}

/* The first error is kept for who has asked. */
struct first {
    char *why;
    size_t size;
};

static void tell_first(void *ctx, bool warning, const char *line)
{
    struct first *f = ctx;

    reload_tell(NULL, warning, line);
    if (!warning && f->why[0] == '\0')
        snprintf(f->why, f->size, "%s", line);
}

/* The file as it is now, and on top of it what has been added by command. */
static struct conf *load_all(struct hub *h, struct first *first)
{
    struct conf *is = conf_load(h->conf_file, tell_first, first);

    if (is != NULL)
        conf_keep_numbers(is, h->conf);
    if (is != NULL && !conf_put(is, h->added, reload_tell, NULL))
        log_warnx("reload: a section that was added by command does not fit and is left out");
    return is;
}

bool reload_pools(struct hub *h)
{
    return profiles_use_pools(h, h->conf);
}

void reload_ipsec(struct hub *h)
{
    ipsec_apply(h, h->conf);
    guard_tunnels(h);
}

bool reload(struct hub *h, char *why, size_t size)
{
    char room[512] = "";
    struct first first = {why != NULL ? why : room, why != NULL ? size : sizeof room};
    struct conf *is;
    bool bad_secrets;

    first.why[0] = '\0';
    is = load_all(h, &first);
    bad_secrets = is != NULL && !secrets_replace(h->secrets, secrets_of(h, is), first.why,
                                                 first.size);
    if (is == NULL || bad_secrets || !profiles_use_pools(h, is)) {
        log_errorx("reload: %s: the old configuration stays in force",
                   is == NULL    ? "errors in the file"
                   : bad_secrets ? "errors in the file of secrets"
                                 : "no memory");
        conf_free(is);
        tell_reload(h, false);
        return false;
    }
    name_what_needs_restart(h, &is->global);
    compare_global(&h->conf->global, &is->global);
    compare_lns(h->conf, is);
    compare_order(h->conf, is);
    compare_groups(h->conf, is);
    compare_switches(h->conf, is);
    compare_lac(h, h->conf, is);
    conf_drop_tops(h->added, is);
    ipsec_apply(h, is);
    conf_free(h->conf);
    h->conf = is;
    trouble_forget_gone(h);
    reload_apply_globals(h);
    bearer_tell_sections(h);
    guard_tunnels(h);
    forget_gone_lacs(h);
    lac_adopt_sections(h);
    lac_heed_sections(h);
    log_notice("reload: %s is in force", h->conf_file);
    tell_reload(h, true);
    return true;
}
