/* Sections by command; see control_sections.h. */
#include "control_sections.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "bearer_lease.h"
#include "events.h"
#include "kernel.h"
#include "lac.h"
#include "reload.h"
#include "trouble.h"
#include "wire/utf8.h"

/* -- adding and changing ----------------------------------------------------------------------- */

/* The first error of a command's settings is its answer; the warnings are for the log. */
static void note_problem(void *ctx, bool warning, const char *line)
{
    char *first = ctx, safe[512];

    if (warning)
        log_warnx("control: %s", log_safe(span_str(line), safe, sizeof safe));
    else if (first[0] == '\0')
        snprintf(first, 512, "%s", line);
}

static void tell_change(const char *kind, const char *name, const char *change)
{
    char safe[160];

    log_notice("%s %s: %s by command", kind, log_safe(span_str(name), safe, sizeof safe), change);
    events_emit("section",
                (struct event_field[]){event_text("kind", kind), event_text("name", name),
                                       event_text("change", change), event_end});
}

/* Into the configuration in force, and among those that a reload will put there again.  False: it
 * has been answered why. */
static bool put(struct hub *h, struct fifo_reply *reply, bool is_lac, const char *name,
                const char *settings)
{
    char why[512] = "";
    struct conf *one = NULL;
    bool of_file = is_lac ? conf_find_lac(h->conf, name) != NULL &&
                                conf_find_lac(h->added, name) == NULL
                          : conf_find_lns(h->conf, name) != NULL &&
                                conf_find_lns(h->added, name) == NULL;
    bool good;

    if (utf8_is(span_str(name))) /* else it is a slip: nobody could write it again */
        one = conf_parse_settings(is_lac, name, settings, note_problem, why);
    else
        snprintf(why, sizeof why, "the section's name is no UTF-8");
    good = one != NULL && conf_put(h->conf, one, note_problem, why) &&
           conf_put(h->added, one, NULL, NULL);
    if (good && of_file)
        conf_put_on_top(h->added, is_lac, name);
    conf_free(one);
    if (!good && why[0] != '\0')
        fifo_answer(reply, 3, "Configuration parse error: %s", why);
    else if (!good && is_lac)
        fifo_answer(reply, 2, "Could't create new lac: no memory"); /* xl2tpd's spelling */
    else if (!good)
        fifo_answer(reply, 1, "Error: Could not find lns and could not create it");
    return good;
}

/* What others take from it has changed, too. */
static bool is_default(const char *name)
{
    return strcasecmp(name, "default") == 0;
}

/* What those sections are like that a command may change: the one of that name, or all of its
 * template's. */
static void keep_sections(struct hub *h, const char *name)
{
    for (struct lac *l = h->lacs; l != NULL; l = l->next) {
        bool is_meant = !l->bare && !l->doomed &&
                        (is_default(name) || strcasecmp(l->name, name) == 0);
        const struct conf_lac *conf = is_meant ? conf_find_lac(h->conf, l->name) : NULL;

        l->was = conf != NULL ? conf_copy_lac(conf) : NULL;
    }
}

/* The command has done it, or not. */
static void note_changes(struct hub *h)
{
    for (struct lac *l = h->lacs; l != NULL; l = l->next) {
        const struct conf_lac *is = l->was != NULL ? conf_find_lac(h->conf, l->name) : NULL;

        if (is != NULL && !conf_same_lac(l->was, is))
            lac_note_change(l, l->was, is);
        conf_free_copy(l->was);
        l->was = NULL;
    }
}

void control_add_lac(void *ctx, struct fifo_reply *reply, char *rest)
{
    struct hub *h = ctx;
    const char *name = fifo_word(&rest);
    const struct conf_lac *conf = name != NULL ? conf_find_lac(h->conf, name) : NULL;
    bool is_new = conf == NULL;
    uint32_t local_ip = is_new ? 0 : conf->local_ip, remote_ip = is_new ? 0 : conf->remote_ip;
    struct lac *l;
    bool good;

    if (name == NULL) {
        fifo_answer(reply, 1, "Configuration parse error: lac-name expected");
        return;
    }
    keep_sections(h, name);
    good = put(h, reply, true, name, rest);
    note_changes(h);
    if (!good)
        return;
    tell_change("lac", name, is_new ? "added" : "changed");
    conf = conf_find_lac(h->conf, name);
    if (local_ip != conf->local_ip || remote_ip != conf->remote_ip || is_default(name)) {
        reload_pools(h); /* no pool gives them now; without memory all stays what it was */
        bearer_tell_sections(h);
    }
    l = lac_find(h, name);
    if (l != NULL && conf->autodial)
        l->changed = l->autodials = true; /* whether that is new or not */
    lac_adopt_section(h, conf); /* a new one with autodial is dialled here, a known one below */
    lac_heed_sections(h);
    fifo_answer(reply, 0, "OK");
}

void control_add_lns(void *ctx, struct fifo_reply *reply, char *rest)
{
    struct hub *h = ctx;
    const char *name = fifo_word(&rest);
    bool is_new = conf_find_lns(h->conf, name) == NULL;

    if (!put(h, reply, false, name, rest))
        return;
    tell_change("lns", name, is_new ? "added" : "changed");
    reload_ipsec(h);
    if (reload_pools(h))
        fifo_answer(reply, 0, "OK: Saved value");
    else
        fifo_answer(reply, 2, "No memory for its addresses");
    bearer_tell_sections(h);
}

/* -- removing ---------------------------------------------------------------------------------- */

static bool take(struct hub *h, struct fifo_reply *reply, bool is_lac, const char *name)
{
    if (!conf_take(h->conf, is_lac, name)) {
        fifo_answer(reply, 1, "No such tunnel '%s'", name);
        return false;
    }
    conf_take(h->added, is_lac, name);
    trouble_forget_gone(h);
    tell_change(is_lac ? "lac" : "lns", name, "removed");
    return true;
}

void control_remove_lac(void *ctx, struct fifo_reply *reply, char *rest)
{
    struct hub *h = ctx;
    const char *name = rest; /* all of it, blanks too, as in xl2tpd */
    const struct conf_lac *conf = conf_find_lac(h->conf, name);
    bool pools =
        conf != NULL && (conf->local_ip != 0 || conf->remote_ip != 0 || is_default(name));
    struct lac *l = lac_find(h, name);
    bool good;

    keep_sections(h, name);
    good = take(h, reply, true, name);
    note_changes(h);
    if (!good)
        return;
    if (pools)
        reload_pools(h);
    if (l != NULL)
        lac_forget(l);
    lac_heed_sections(h); /* the template was theirs */
    fifo_answer(reply, 0, "OK");
}

static bool serves(const struct tunnel *t, const char *lns)
{
    return !t->initiator && strcasecmp(t->p.label, lns) == 0;
}

static bool is_open(const struct tunnel *t)
{
    return t->state != STOPPING && t->state != STOPPED && t->state != DEAD;
}

/* Its calls get their CDN, and then their tunnels, which could take no other, a StopCCN. */
static void end_tunnels(struct hub *h, const char *lns)
{
    static const char why[] = "section has been removed";
    uint64_t now = loop_now(h->loop);

    for (const struct tunnel *t = l2tp_first(h->engine); t != NULL; t = t->next)
        for (const struct call *c = serves(t, lns) ? t->calls : NULL; c != NULL; c = c->next)
            l2tp_hang_up(h->engine, now, c->id, CDN_ADMINISTRATIVE, ERROR_NONE, why);
    h->drain(h);
    for (const struct tunnel *t = l2tp_first(h->engine); t != NULL; t = t->next)
        if (serves(t, lns) && is_open(t))
            l2tp_close(h->engine, now, t->id, STOPCCN_GENERAL, ERROR_NONE, why);
}

void control_remove_lns(void *ctx, struct fifo_reply *reply, char *rest)
{
    struct hub *h = ctx;
    const char *name = rest; /* likewise */

    if (!take(h, reply, false, name))
        return;
    reload_pools(h); /* without memory the old ones stay: no section leads to them any more */
    reload_ipsec(h);
    end_tunnels(h, name);
    fifo_answer(reply, 0, "OK");
}

/* -- listing ----------------------------------------------------------------------------------- */

/* Where a list has come to: tunnels by id, as those that end in between leave no trace. */
struct list {
    struct hub *hub;
    char *name; /* of the LNS; NULL: of everything */
    unsigned id, tunnels, calls;
};

static void list_drop(void *state)
{
    struct list *l = state;

    free(l->name);
    free(l);
}

static struct list *list_new(struct hub *h, struct fifo_reply *reply, const char *name)
{
    struct list *l = calloc(1, sizeof *l);

    if (l != NULL)
        l->hub = h;
    if (l != NULL && name != NULL && (l->name = strdup(name)) == NULL) {
        list_drop(l);
        l = NULL;
    }
    if (l == NULL)
        fifo_answer(reply, 2, "No memory");
    return l;
}

/* The next open tunnel of the LNS, or of anybody. */
static const struct tunnel *list_next(struct list *l)
{
    while (++l->id <= UINT16_MAX) {
        const struct tunnel *t = l2tp_tunnel(l->hub->engine, (uint16_t)l->id);

        if (t != NULL && is_open(t) && (l->name == NULL || serves(t, l->name)))
            return t;
    }
    return NULL;
}

static void put_call(struct text *out, unsigned tunnel, unsigned n, const struct call *c)
{
    static const struct {
        const char *key;
        size_t at;
    } counts[] = {
        {"tx_bytes", offsetof(struct call, octets_out)},
        {"rx_bytes", offsetof(struct call, octets_in)},
        {"tx_pkts", offsetof(struct call, frames_out)},
        {"rx_pkts", offsetof(struct call, frames_in)},
    };

    text_add(out, "STATUS tunnels.%u.calls.%u.id=%u\n", tunnel, n, (unsigned)c->id);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        text_add(
            out, "STATUS tunnels.%u.calls.%u.%s=%llu\n", tunnel, n, counts[i].key,
            (unsigned long long)*(const uint64_t *)(const void *)((const char *)c + counts[i].at));
}

static bool more_status(void *state, struct text *out)
{
    struct list *l = state;
    const struct tunnel *t = list_next(l);
    char peer[ADDR_TEXT];
    unsigned n = 0;

    if (t == NULL) {
        text_add(out, "STATUS tunnels.count=%u\n", l->tunnels);
        return false;
    }
    text_add(out, "STATUS tunnels.%u.id=%u\n", l->tunnels, (unsigned)t->id);
    text_add(out, "STATUS tunnels.%u.peer=%s\n", l->tunnels, addr_text(&t->peer, peer));
    for (const struct call *c = t->calls; c != NULL; c = c->next)
        if (c->state != DEAD)
            put_call(out, l->tunnels, n++, c);
    text_add(out, "STATUS tunnels.%u.calls.count=%u\n", l->tunnels++, n);
    return true;
}

void control_lns_status(void *ctx, struct fifo_reply *reply, char *rest)
{
    struct hub *h = ctx;
    const char *name = rest; /* likewise */
    struct list *l;

    if (conf_find_lns(h->conf, name) == NULL) {
        fifo_answer(reply, 1, "Error: Could not find lns");
        return;
    }
    l = list_new(h, reply, name);
    if (l == NULL)
        return;
    kernel_look_all(h);
    fifo_answer(reply, 0, "OK");
    fifo_stream(reply, &(struct fifo_source){more_status, list_drop, l});
}

static bool more_of_all(void *state, struct text *out)
{
    struct list *l = state;
    const struct tunnel *t = list_next(l);
    char peer[ADDR_TEXT];

    if (t == NULL) {
        text_add(out, "AVAILABLE tunnels count=%u\n", l->tunnels);
        text_add(out, "AVAILABLE calls count=%u\n", l->calls);
        return false;
    }
    text_add(out, "AVAILABLE tunnels.%u.id=%u\n", l->tunnels, (unsigned)t->id);
    text_add(out, "AVAILABLE tunnels.%u.peer=%s\n", l->tunnels++, addr_text(&t->peer, peer));
    l->calls += t->n_calls;
    return true;
}

/* A name as the file has it; [lac default] is nothing that could be dialled. */
static void answer_names(const struct conf *c, struct fifo_reply *reply)
{
    unsigned n = 0;

    for (const struct conf_lns *lns = c->lns; lns != NULL; lns = lns->next)
        fifo_answer(reply, 0, "AVAILABLE lns.%u.name=%s", n++, lns->name);
    fifo_answer(reply, 0, "AVAILABLE lns.count=%u", n);
    n = 0;
    for (const struct conf_lac *lac = c->lac; lac != NULL; lac = lac->next)
        if (strcasecmp(lac->name, "default") != 0)
            fifo_answer(reply, 0, "AVAILABLE lac.%u.name=%s", n++, lac->name);
    fifo_answer(reply, 0, "AVAILABLE lac.count=%u", n);
}

void control_list(void *ctx, struct fifo_reply *reply, char *rest)
{
    struct hub *h = ctx;
    struct list *l = list_new(h, reply, NULL);

    (void)rest;
    if (l == NULL)
        return;
    fifo_answer(reply, 0, "OK");
    answer_names(h->conf, reply);
    fifo_stream(reply, &(struct fifo_source){more_of_all, list_drop, l});
}
