/* The turn, the events, and the order of start and stop; see daemon.h. */
#include "daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "bearer.h"
#include "control.h"
#include "control_status.h"
#include "control_watch.h"
#include "early.h"
#include "events.h"
#include "host/link.h"
#include "host/spawn.h"
#include "host/sys.h"
#include "ipsec.h"
#include "kernel.h"
#include "mtu.h"
#include "lac.h"
#include "line.h"
#include "metrics.h"
#include "news.h"
#include "profiles.h"
#include "reload.h"
#include "trouble.h"
#include "service.h"
#include "switch.h"
#include "sockets.h"
#include "wake.h"

/* A stop is complete within 2 s: so long for CDNs, so long (with one retransmission) for StopCCNs
 * and pppds, so long for killed ones to be reaped; all from the signal on. */
#define STOP_CALLS_MS 300
#define STOP_TUNNELS_MS 1500
#define STOP_KILL_MS 1800

/* Calls of one tunnel that are told one by one; StopCCN alone ends as many as there are (5.7). */
#define STOP_CDNS 256

#define LEAST_DESCRIPTORS 32

/* What arrives. */

static void drain_events(struct hub *h);

static void heard(void *ctx, const struct addr *from, const struct addr *to, uint8_t ecn,
                  struct span octets)
{
    struct hub *h = ctx;
    struct l2tp_frame frame;
    enum l2tp_got got;

    l2tp_mark(h->engine, ecn);
    got = l2tp_input(h->engine, loop_now(h->loop), from, to, octets, &frame);
    if (got == L2TP_EARLY)
        early_keep(h, from, to, ecn, octets);
    if (got == L2TP_ANSWERED)
        drain_events(h);
    if (got != L2TP_FRAME)
        return;
    if (frame.call->host_data == NULL)
        drain_events(h); /* it came up in this very batch; nothing is freed before the reaper */
    if (frame.call->host_data != NULL)
        bearer_carry(frame.call->host_data, frame.octets, frame.priority);
}

/* Stopping. */

static bool tunnels_are_closed(const struct hub *h)
{
    for (const struct tunnel *t = l2tp_first(h->engine); t != NULL; t = t->next)
        if (t->state != STOPPED && t->state != DEAD)
            return false;
    return true;
}

static bool calls_are_told(const struct hub *h)
{
    for (const struct tunnel *t = l2tp_first(h->engine); t != NULL; t = t->next)
        if (!xport_all_acked(&t->x))
            return false;
    return true;
}

static void stop_at(struct hub *h, uint64_t ms_from_now)
{
    loop_timer_set(h->loop, &h->stop_timer, loop_now(h->loop) + ms_from_now);
}

static void close_tunnels(struct hub *h)
{
    for (const struct tunnel *t = l2tp_first(h->engine); t != NULL; t = t->next)
        l2tp_close(h->engine, loop_now(h->loop), t->id, STOPCCN_SHUTTING_DOWN, ERROR_NONE,
                   "shutting down");
    h->stopping = STOP_TUNNELS;
    stop_at(h, STOP_TUNNELS_MS - STOP_CALLS_MS);
}

static void hang_up_calls(struct hub *h)
{
    for (const struct tunnel *t = l2tp_first(h->engine); t != NULL; t = t->next)
        for (const struct call *c = t->n_calls <= STOP_CDNS ? t->calls : NULL; c != NULL;
             c = c->next)
            l2tp_hang_up(h->engine, loop_now(h->loop), c->id, CDN_ADMINISTRATIVE, ERROR_NONE,
                         "shutting down");
    h->stopping = STOP_CALLS;
    stop_at(h, STOP_CALLS_MS);
}

static void stop_timer_fired(struct timer *t)
{
    struct hub *h = t->owner;

    switch (h->stopping) {
    case STOP_CALLS:
        close_tunnels(h);
        break;
    case STOP_TUNNELS:
        h->stopping = STOP_KILL;
        bearer_kill_all(h);
        stop_at(h, STOP_KILL_MS - STOP_TUNNELS_MS);
        break;
    case STOP_KILL:
    case STOP_NOT:
        loop_stop(h->loop);
        break;
    }
}

/* Asked before every sleep while stopping: is this phase done before its time?  The last one is for
 * pppds alone: a peer that has not answered until then will not. */
static void stop_proceed(struct hub *h)
{
    if (h->stopping == STOP_CALLS && calls_are_told(h))
        close_tunnels(h);
    if (h->stopping != STOP_CALLS && h->bearers == NULL &&
        (h->stopping == STOP_KILL || tunnels_are_closed(h)))
        loop_stop(h->loop);
}

static void caught_stop(void *ctx, int signo)
{
    struct hub *h = ctx;

    log_notice("death_handler: Fatal signal %d received", signo);
    events_emit("stop", (struct event_field[]){event_number("signal", signo), event_end});
    if (h->stopping != STOP_NOT) {
        bearer_kill_all(h);
        loop_stop(h->loop); /* asked twice: no more waiting */
        return;
    }
    service_stopping();
    hang_up_calls(h);
}

/* Somebody may have removed them, or the folder, and by nothing else could we be told so. */
static void renew_files(struct hub *h)
{
    int made = sys_pidfile_renew();

    if (made > 0)
        log_notice("reload: the pid file was gone and is there again");
    else if (made < 0)
        log_error("reload: the pid file is gone and cannot be made again");
    made = h->fifo != NULL ? fifo_renew(h->fifo) : 0;
    if (made > 0)
        log_notice("reload: the control FIFO was gone and is there again");
    else if (made < 0)
        log_error("reload: the control FIFO is gone and cannot be made again");
}

static void caught_reload(void *ctx, int signo)
{
    (void)signo;
    renew_files(ctx);
    service_reloading(ctx);
    service_reloaded(ctx, reload(ctx, NULL, 0));
}

static void caught_status(void *ctx, int signo)
{
    (void)signo;
    control_log_status(ctx);
}

/* One turn's end: the only place where events become actions. */

static void drain_events(struct hub *h)
{
    struct l2tp_event ev;

    while (l2tp_next(h->engine, loop_now(h->loop), &ev)) {
        if (ev.kind == L2TP_CALL_UP)
            sockets_flush(h); /* the peer need not wait for a fork */
        news_act(h, &ev);
    }
}

static void act(struct hub *h)
{
    do
        drain_events(h);
    while (kernel_sweep(h) || mtu_sweep(h));
}

static uint64_t turn(void *ctx)
{
    struct hub *h = ctx;
    uint64_t deadline = l2tp_deadline(h->engine);

    wake_look(h);
    early_again(h);
    if (deadline != 0 && deadline <= loop_now(h->loop))
        l2tp_tick(h->engine, loop_now(h->loop));
    act(h);
    if (h->is_done && h->stopping == STOP_NOT)
        hang_up_calls(h);
    if (h->stopping != STOP_NOT) {
        stop_proceed(h);
        act(h);
    }
    l2tp_reap(h->engine, loop_now(h->loop));
    service_watch(h);
    link_flush_all();
    sockets_flush(h);
    return l2tp_deadline(h->engine);
}

/* Starting. */

static bool open_fifo(struct hub *h, const char *path)
{
    h->fifo = fifo_open(h->loop, path, control_commands, control_verbs, h);
    if (h->fifo == NULL && errno == EEXIST)
        log_errorx("cannot make the control FIFO %s: what stands there is none, and is left as it "
                   "is: remove it, or choose another place with -C",
                   path);
    else if (h->fifo == NULL)
        log_error("cannot make the control FIFO %s (does another daemon use it? choose another "
                  "place with -C)",
                  path);
    return h->fifo != NULL;
}

static bool make_parts(struct hub *h)
{
    struct l2tp_host host = profiles_host(h);

    spawn_begin();
    h->loop = loop_new();
    h->secrets = secrets_new("");
    h->book = pool_book_new();
    h->troubles = trouble_book_new();
    h->engine = l2tp_new(&host, (uint32_t)time(NULL));
    h->added = conf_empty("added by command");
    if (h->loop == NULL || h->secrets == NULL || h->book == NULL || h->engine == NULL ||
        h->added == NULL || h->troubles == NULL || !kernel_begin(h) ||
        loop_timer_init(h->loop, &h->stop_timer) < 0) {
        log_error("cannot start");
        return false;
    }
    if (!profiles_use_pools(h, h->conf)) {
        log_errorx("cannot start: no memory for the addresses that are to be given out");
        return false;
    }
    h->started = sys_now_ms();
    h->drain = drain_events;
    h->lac_of_call = news_lac_of_call;
    h->start_again = news_start_again;
    h->stop_timer.fire = stop_timer_fired;
    h->stop_timer.owner = h;
    reload_apply_globals(h);
    loop_before_sleep(h->loop, turn, h);
    return true;
}

static bool enough_descriptors(void)
{
    size_t limit = sys_raise_descriptors();

    if (limit >= LEAST_DESCRIPTORS)
        return true;
    log_errorx("only %zu descriptors are allowed: raise the limit (ulimit -n, LimitNOFILE=)",
               limit);
    return false;
}

static const struct {
    int signo;
    void (*caught)(void *ctx, int signo);
} signals[] = {
    {SIGTERM, caught_stop},
    {SIGINT, caught_stop},
    {SIGHUP, caught_reload},
    {SIGUSR1, caught_status},
};

/* Before the FIFO is there, so that whoever sees it may already signal us. */
static void catch_signals(struct hub *h)
{
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (loop_signal(h->loop, signals[i].signo, signals[i].caught, h) < 0)
            log_warn("cannot catch signal %d", signals[i].signo);
}

/* No impatient signal shall cut short what is left to do once the loop has ended. */
static void hold_signals(void)
{
    sigset_t ours;

    sigemptyset(&ours);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaddset(&ours, signals[i].signo);
    sigprocmask(SIG_BLOCK, &ours, NULL);
}

struct hub *daemon_new(const struct daemon_options *o, struct conf *conf)
{
    struct hub *h = calloc(1, sizeof *h);

    if (h == NULL) {
        log_error("cannot start");
        conf_free(conf);
        return NULL;
    }
    hash_init(&h->lacs_by_name);
    hash_init(&h->groups);
    hash_init(&h->switch_facts);
    h->conf = conf;
    h->listen = conf->global.listen;
    h->port = conf->global.port;
    h->packet_marks = conf->global.packet_marks;
    h->ident = o->ident;
    h->conf_file = o->conf_file;
    h->secrets_file = o->secrets_file;
    h->secrets_default = o->secrets_default;
    h->tos = o->tos;
    sys_hostname(h->host_name, sizeof h->host_name);
    if (!enough_descriptors() || !make_parts(h))
        goto fail;
    catch_signals(h);
    /* before anybody is listened to; the port must be known, though */
    if (conf->global.port != 0)
        ipsec_apply(h, conf);
    if (sockets_bind(h, heard)) {
        if (conf->global.port == 0)
            ipsec_apply(h, conf);
        if (open_fifo(h, o->fifo))
            return h;
    }
fail:
    daemon_free(h);
    return NULL;
}

void daemon_start(struct hub *h, bool in_front)
{
    conf_freeze_names(true);
    trouble_watch_only_lac(h, in_front);
    lac_adopt_sections(h);
    wake_start(h);
    early_begin(h);
}

void daemon_run(struct hub *h)
{
    loop_run(h->loop);
}

int daemon_status(const struct hub *h)
{
    return h->exit_status;
}

void daemon_free(struct hub *h)
{
    hold_signals();
    if (h->engine != NULL && h->loop != NULL) {
        line_free_all(h);
        switch_free_all(h);
        bearer_free_all(h);
    }
    wake_stop(h);
    early_end(h);
    if (h->loop != NULL)
        lac_free_all(h);
    hash_free(&h->lacs_by_name);
    hash_free(&h->groups);
    control_end_events(h);
    metrics_close(h);
    if (h->fifo != NULL)
        fifo_close(h->fifo);
    if (h->engine != NULL)
        l2tp_free(h->engine);
    kernel_end(h);
    sockets_close(h);
    ipsec_end(h);
    if (h->loop != NULL) {
        service_close(h);
        loop_free(h->loop);
    }
    profiles_free_pools(h->pools);
    profiles_free_pools(h->group_pools);
    trouble_book_free(h->troubles);
    if (h->book != NULL)
        pool_book_free(h->book);
    if (h->secrets != NULL)
        secrets_free(h->secrets);
    conf_free(h->conf);
    conf_free(h->added);
    buf_drain();
    link_drain();
    free(h);
}
