/* LCP and the caller's name, on a line, before its call; see line_parts.h.  RFC 2661, 4.4.5.
 *
 * The negotiation itself is wire/ppp_front's: here are the line, the clock and the log.  What comes
 * from a caller who has said its name, until the call is up, is dropped: it waits for an answer that
 * is the LNS's to give, and asks again.  But for its echo, which it may take for a dead line, and its
 * good-bye. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "host/sys.h"
#include "line_parts.h"
#include "wire/ppp_front.h"

#define MRU 1500
#define MRU_LEAST 128
#define RESTART_MS 3000
#define TOTAL_MS 60000
#define NAME_SHOWN 120

struct line_front {
    struct front f;
    struct line *line;
    struct timer timer;
    bool settled; /* the name is known; unless it is turned away, it waits for its call */
};

static const struct {
    enum front_auth offer[FRONT_AUTHS];
    unsigned n;
} asks[] = {
    [CONF_ASK_NO] = {{FRONT_PAP}, 0},
    [CONF_ASK_ANY] = {{FRONT_CHAP, FRONT_MSCHAP2, FRONT_PAP}, 3},
    [CONF_ASK_CHAP] = {{FRONT_CHAP}, 1},
    [CONF_ASK_MSCHAP2] = {{FRONT_MSCHAP2}, 1},
    [CONF_ASK_PAP] = {{FRONT_PAP}, 1},
};

static void any(void *ctx, void *room, size_t n)
{
    (void)ctx;
    sys_random(room, n);
}

static void send_all(struct line_front *lf)
{
    struct span frame;

    while ((frame = front_output(&lf->f)).n > 0)
        link_send(lf->line->link, frame);
}

/* The caller is known: its line is as both have agreed from now on. */
static void known(struct line_front *lf)
{
    struct front_result r;
    char safe[NAME_SHOWN];

    if (!front_result(&lf->f, &r))
        return;
    lf->settled = true;
    front_settle(&lf->f);
    link_set_accm(lf->line->link, r.callers.accm, r.ours.accm);
    loop_timer_unset(lf->line->hub->loop, &lf->timer);
    log_info("lac %s, line %s: LCP is open%s%s%s", lf->line->desk, lf->line->device,
             r.name.n > 0 ? ", the caller is '" : "",
             r.name.n > 0 ? log_safe(r.name, safe, sizeof safe) : "", r.name.n > 0 ? "'" : "");
    line_named(lf->line, r.name);
}

static void end(struct line_front *lf)
{
    enum front_fault fault = front_fault(&lf->f);
    char why[FRONT_REASON];

    front_describe(&lf->f, why, sizeof why);
    link_flush_all(); /* or a last word goes with the link */
    if (fault == FRONT_HUNG_UP) {
        line_hang_up(lf->line, why);
        return;
    }
    line_finish(lf->line, fault == FRONT_ENDED ? LINE_REFUSED : LINE_NO_PPP, why);
}

/* After whatever has happened to the front.  May free it. */
static void go_on(struct line_front *lf)
{
    uint64_t due = front_deadline(&lf->f);

    send_all(lf);
    if (due != FRONT_NEVER)
        loop_timer_set(lf->line->hub->loop, &lf->timer, due);
    else
        loop_timer_unset(lf->line->hub->loop, &lf->timer);
    if (front_state(&lf->f) == FRONT_KNOWN && !lf->settled)
        known(lf);
    else if (front_state(&lf->f) == FRONT_FAILED && due == FRONT_NEVER)
        end(lf); /* the caller has been told */
}

static void heard(void *ctx, struct buf *frame)
{
    struct line_front *lf = ctx;

    front_input(&lf->f, loop_now(lf->line->hub->loop), buf_span(frame));
    buf_put(frame);
    go_on(lf);
}

static void refused(void *ctx)
{
    struct line_front *lf = ctx;

    front_refused(&lf->f); /* what that leads to, the next tick shows */
}

static void hung_up(void *ctx)
{
    struct line_front *lf = ctx;

    if (front_state(&lf->f) == FRONT_FAILED && lf->line->call == 0)
        end(lf);
    else
        line_hang_up(lf->line, NULL);
}

static void due(struct timer *t)
{
    struct line_front *lf = t->owner;

    front_tick(&lf->f, loop_now(lf->line->hub->loop));
    go_on(lf);
}

bool line_front_begin(struct line *ln, const struct conf_lac *conf)
{
    struct line_front *lf = calloc(1, sizeof *lf);
    const char *name = conf->peer.hostname != NULL ? conf->peer.hostname : ln->hub->host_name;
    struct front_config c = {.n_offer = asks[conf->proxy_ask].n,
                             .mru = MRU,
                             .mru_most = MRU,
                             .name = span_str(name),
                             .restart_ms = RESTART_MS,
                             .total_ms = TOTAL_MS,
                             .random = any};

    memcpy(c.offer, asks[conf->proxy_ask].offer, sizeof c.offer);
    if (lf == NULL || loop_timer_init(ln->hub->loop, &lf->timer) < 0) {
        free(lf);
        return false;
    }
    lf->timer.fire = due;
    lf->timer.owner = lf;
    lf->line = ln;
    ln->front = lf;
    link_hand_over(ln->link, heard, hung_up, lf);
    link_tell_refused(ln->link, refused);
    front_init(&lf->f, &c, loop_now(ln->hub->loop));
    send_all(lf);
    loop_timer_set(ln->hub->loop, &lf->timer, front_deadline(&lf->f));
    return true;
}

void line_front_tell(const struct line *ln, struct msg *m, struct call_proxy *proxy)
{
    msg_init(m, ICCN, 0);
    front_tell(&ln->front->f, m);
    call_proxy_of(m, proxy);
}

bool line_front_maps(const struct line *ln, uint32_t *callers, uint32_t *ours)
{
    struct front_result r;

    if (ln->front == NULL || !front_result(&ln->front->f, &r))
        return false;
    *callers = r.callers.accm;
    *ours = r.ours.accm;
    return true;
}

void line_front_decline(struct line *ln, const char *why)
{
    struct line_front *lf = ln->front;

    front_end(&lf->f, loop_now(ln->hub->loop), span_str(why));
    go_on(lf);
}

void line_front_free(struct line *ln)
{
    struct line_front *lf = ln->front;

    if (lf == NULL)
        return;
    ln->front = NULL;
    loop_timer_done(ln->hub->loop, &lf->timer);
    front_wipe(&lf->f);
    free(lf);
}
