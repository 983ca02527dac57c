/* Commands that come by the FIFO; see control.h. */
#include "control.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "bearer.h"
#include "control_line.h"
#include "control_sections.h"
#include "control_status.h"
#include "control_watch.h"
#include "lac.h"
#include "line.h"
#include "reload.h"

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
    const char *name = rest; /* all of it, blanks too, as in xl2tpd */
    struct lac *l = lac_find(h, name);
    const struct tunnel *t = l == NULL ? live_tunnel(h, name) : NULL;

    if (l == NULL && t != NULL && t->initiator)
        l = t->host_data;
    if (l != NULL && t != NULL && lac_only_asks(l, t))
        l = NULL; /* its call is in another */
    if (l == NULL && t == NULL) {
        fifo_answer(reply, 1, "No such tunnel '%s'", name);
    } else if (l == NULL) {
        l2tp_close(h->engine, loop_now(h->loop), t->id, STOPCCN_GENERAL, ERROR_NONE, GOODBYE);
        fifo_answer(reply, 0, "OK");
    } else {
        line_note_stop(l);
        if (lac_hang_up(l, GOODBYE))
            fifo_answer(reply, 0, "OK");
        else
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
    char safe[64];

    if (c == NULL)
        log_warnx("command h: no such call '%s'", log_safe(span_str(name), safe, sizeof safe));
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

/* What no host can be is refused, as who looks it up would only find out later. */
static void open_tunnel(void *ctx, struct fifo_reply *reply, char *rest)
{
    const char *word = fifo_word(&rest);
    char *host, why[200];
    uint16_t port;

    if (!conf_read_host(word, &host, &port, why, sizeof why))
        fifo_answer(reply, 1, "HOST %s", why);
    else if (!lac_dial_bare(ctx, host, port))
        fifo_answer(reply, 2, "No memory");
    else
        fifo_answer(reply, 0, "OK");
    free(host);
}

static void status(void *ctx, struct fifo_reply *reply, char *rest)
{
    (void)reply;
    (void)rest;
    control_log_status(ctx);
}

static void tell_version(void *ctx, struct fifo_reply *reply, char *rest)
{
    (void)ctx;
    (void)rest;
    fifo_answer(reply, 0, "l2tpd %s", VERSION);
}

static void reload_now(void *ctx, struct fifo_reply *reply, char *rest)
{
    char why[512];

    (void)rest;
    if (reload(ctx, why, sizeof why))
        fifo_answer(reply, 0, "OK");
    else
        fifo_answer(reply, 1, "The old configuration stays in force: %s",
                    why[0] != '\0' ? why : "the log tells why");
}

const struct fifo_command control_commands[] = {
    {'c', 1, "c LAC|TUNNEL [user [password]]", connect_lac},
    {'o', 2, "o LAC|TUNNEL NUMBER", dial_out},
    {'d', 1, "d LAC|TUNNEL", disconnect},
    {'h', 1, "h CALL", hang_up},
    {'t', 1, "t HOST[:PORT]", open_tunnel},
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
    {"attach", 2, "attach LAC DEVICE [key=value]...", control_attach},
    {"hangup", 1, "hangup CALL", hang_up_call},
    {"open", 1, "open HOST[:PORT]", open_tunnel},
    {"add-lac", 1, "add-lac LAC key=value;key=value...", control_add_lac},
    {"remove-lac", 1, "remove-lac LAC", control_remove_lac},
    {"add-lns", 1, "add-lns LNS key=value;key=value...", control_add_lns},
    {"remove-lns", 1, "remove-lns LNS", control_remove_lns},
    {"status-lac", 1, "status-lac LAC", control_lac_status},
    {"status-lns", 1, "status-lns LNS", control_lns_status},
    {"available", 0, "available", control_list},
    {"reload", 0, "reload", reload_now},
    {"status", 0, "status [json]", control_status},
    {"metrics", 0, "metrics", control_metrics},
    {"events", 0, "events", control_events},
    {"version", 0, "version", tell_version},
    {"log", 0, "log [TOPIC|-TOPIC|all|none]...", control_log},
    {NULL, 0, NULL, NULL},
};
