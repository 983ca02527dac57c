/* Link, pppd and leases of one call; see bearer.h. */
#include "bearer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "bearer_lease.h"
#include "bearer_parts.h"
#include "bearer_ppp.h"
#include "host/sys.h"
#include "mtu.h"
#include "replay.h"
#include "sockets.h"
#include "wire/fields.h"
#include "wire/hdlc.h"

#define STUCK_MS 10000 /* a pppd that reads nothing for so long, with its queue full, is stuck */

struct bearer *bearer_new(struct hub *h, const struct call *c, const char **why)
{
    struct bearer *b = calloc(1, sizeof *b);

    *why = b == NULL ? "no memory" : NULL;
    if (b == NULL) {
        diagnose_bearer(h, c, TROUBLE_NO_MEMORY, *why, NULL);
        return NULL;
    }
    b->hub = h;
    b->tunnel_id = c->tunnel->id;
    b->call_id = b->number = c->id;
    b->peer = c->tunnel->peer;
    b->local = c->tunnel->local;
    b->udp = sockets_of(h, c->tunnel);
    b->ecn = c->tunnel->ecn;
    if (b->ecn && b->udp != NULL)
        udp_tell_ecn(b->udp);
    ppp_watch_init(&b->watch);
    snprintf(b->name, sizeof b->name, "call %u/%u", (unsigned)b->tunnel_id, (unsigned)b->call_id);
    b->next = h->bearers;
    if (b->next != NULL)
        b->next->prev = b;
    h->bearers = b;
    h->n_bearers++;
    return b;
}

void bearer_free(struct bearer *b)
{
    struct hub *h = b->hub;

    bearer_ppp_stop(b);
    replay_free(b);
    bearer_leg_part(b);
    if (b->link != NULL)
        link_close(b->link);
    kernel_close(b->kernel);
    groups_leave(h, b->group);
    bearer_release(b);
    if (b->next != NULL)
        b->next->prev = b->prev;
    if (b->prev != NULL)
        b->prev->next = b->next;
    else
        h->bearers = b->next;
    h->n_bearers--;
    free(b);
}

/* What PPP is up to: pppd gets its control characters as it has asked for, unless the LNS has said
 * how; the LAC hears of the ACCMs, and data are numbered as long as something needs them in order
 * (5.4). */
static void look_closely(struct bearer *b, bool from_pppd, struct span frame)
{
    struct l2tp *e = b->hub->engine;
    uint32_t send, receive;

    bearer_ppp_frame(b, from_pppd, frame);
    if (!b->has_line_map && !replay_runs(b->replay))
        link_set_accm(b->link, ppp_watch_to_pppd(&b->watch), 0);
    if (b->tell_accm && ppp_watch_accm(&b->watch, &send, &receive) &&
        !(b->told_accm && b->accm[0] == send && b->accm[1] == receive)) {
        b->told_accm = true;
        b->accm[0] = send;
        b->accm[1] = receive;
        l2tp_line_info(e, loop_now(b->hub->loop), b->call_id, send, receive);
    }
    if (b->auto_sequence)
        l2tp_sequence(e, b->call_id,
                      !ppp_watch_is_up(&b->watch) || ppp_watch_needs_order(&b->watch));
}

bool bearer_look(struct bearer *b, bool from_pppd, struct span frame)
{
    bool is_data = ppp_is_plainly_data(frame) || ppp_is_data(frame);

    /* nearly all are data of PPP that is up, and none of these changes anything */
    if (!ppp_watch_is_up(&b->watch) || !is_data)
        look_closely(b, from_pppd, frame);
    return is_data;
}

/* How often that is said is the engine's business (6.13). */
void bearer_tell_errors(void *ctx)
{
    struct bearer *b = ctx;
    uint32_t errors[LINK_ERRORS];

    if (b->call_id == 0)
        return;
    link_errors(b->link, errors);
    l2tp_line_errors(b->hub->engine, loop_now(b->hub->loop), b->call_id, errors);
}

/* pppd has a line and speaks: the peer hears so before it hears what. */
static void answered(struct bearer *b)
{
    b->dialling = false;
    l2tp_bearer_up(b->hub->engine, loop_now(b->hub->loop), b->call_id);
    b->hub->drain(b->hub);
}

uint8_t bearer_tos(const struct bearer *b, struct span frame)
{
    bool copies = b->dscp == CONF_DSCP_COPY;
    uint8_t inner = b->ecn || copies ? ppp_traffic_class(frame) : 0;
    unsigned dscp = copies ? inner & ~3u : (unsigned)b->dscp << 2;

    return (uint8_t)(dscp | (b->ecn ? inner & 3u : 0));
}

/* The header goes in front of it, in the same buffer. */
void bearer_send(struct bearer *b, struct buf *frame)
{
    uint8_t tos = bearer_tos(b, buf_span(frame));
    size_t n;

    n = l2tp_data_header(b->hub->engine, loop_now(b->hub->loop), b->call_id,
                         frame->data + frame->off, frame->len);
    if (n == 0) {
        buf_put(frame);
        return;
    }
    frame->off -= n;
    frame->len += n;
    udp_send_buf(b->udp, &b->local, &b->peer, tos, frame);
}

void bearer_heard(void *ctx, struct buf *frame)
{
    struct bearer *b = ctx;

    if (b->dialling)
        answered(b);
    if (b->call_id == 0 || b->udp == NULL) {
        buf_put(frame);
        return;
    }
    bearer_look(b, true, buf_span(frame));
    if (b->replay == NULL || ppp_is_plainly_data(buf_span(frame)) || replay_heard(b, frame))
        bearer_send(b, frame);
}

struct diagnose_ppp bearer_ppp(const struct bearer *b)
{
    return (struct diagnose_ppp){.asked = b->asked,
                                 .refused_us = b->refused[false],
                                 .refused_peer = b->refused[true],
                                 .declined = b->declines && b->ppp_up == 0,
                                 .seen = b->kernel == NULL,
                                 .opened = b->opened,
                                 .peer_ended = b->far_ends,
                                 .peer_is_mute = b->far_is_mute,
                                 .has_password = b->has_password,
                                 .user = b->user[0] != '\0' ? b->user : b->facts.pppd.name,
                                 .peer = b->facts.far.name,
                                 .optfile = b->optfile[0] != '\0' ? b->optfile : NULL};
}

/* The end of a pppd whose call is still up: that is what ends it. */
static void explain(const struct bearer *b, int status)
{
    const struct call *c = b->call_id != 0 ? l2tp_call_by_id(b->hub->engine, b->call_id) : NULL;
    struct diagnose_ppp ppp = bearer_ppp(b);

    if (c != NULL && b->hub->stopping == STOP_NOT)
        diagnose_pppd(b->hub, c, status, &ppp);
}

/* In xl2tpd's words. */
static void log_end(unsigned call, int status)
{
    if (WIFSIGNALED(status))
        log_info("child_handler : pppd terminated for call %u by signal %d", call,
                 WTERMSIG(status));
    else
        log_info("child_handler : pppd exited for call %u with code %d", call, WEXITSTATUS(status));
}

static void gone(struct pppd *p, int status)
{
    struct bearer *b = p->owner;
    struct hub *h = b->hub;
    uint16_t call = b->call_id;
    const struct pppd_end *end = pppd_end_of(status);
    bool again;
    struct call_cause cause = {.has_ppp = end->cause != 0 && !b->dialling,
                               .ppp = (uint16_t)end->cause,
                               .direction = (uint8_t)end->direction};
    unsigned result = b->dialling ? end->dial_result : end->result;
    char text[64];

    if (b->kernel != NULL)
        kernel_look(b->kernel);
    pppd_end_text(status, text, sizeof text);
    log_end(b->number, status);
    log_info("%s: pppd ended: %s", b->name, text);
    again = kernel_judge_pppd(h, b->kernel != NULL, status) && b->may_be_ours && call != 0 &&
            h->stopping == STOP_NOT;
    if (!again) {
        explain(b, status);
        bearer_ppp_end(b, end);
    }
    bearer_free(b);
    if (call != 0)
        l2tp_set_call_data(h->engine, call, NULL);
    if (again)
        h->start_again(h, call);
    else if (call != 0)
        l2tp_hang_up_cause(h->engine, loop_now(h->loop), call, result, ERROR_NONE, text, &cause);
}

static void log_arguments(const struct pppd_settings *s)
{
    struct pppd_args args;

    pppd_compose(s, -1, &args);
    log_hold();
    log_info("start_pppd: I'm running: ");
    for (int i = 0; i < args.argc; i++)
        log_info("\"%s\" ", args.argv[i]);
    log_release();
}

/* Something is missing that a call needs: it is told, and the bearer is gone.  For the return. */
static struct bearer *fail(struct bearer *b, enum trouble what, const char *text, const char *file,
                           const char **why)
{
    const struct call *c = l2tp_call_by_id(b->hub->engine, b->call_id);
    int reason = errno;

    if (reason == EMFILE || reason == ENFILE || reason == EAGAIN)
        what = TROUBLE_NO_DESCRIPTORS;
    else if (reason == ENOMEM)
        what = TROUBLE_NO_MEMORY;
    if (c != NULL)
        diagnose_bearer(b->hub, c, what, strerror(reason), file);
    *why = text;
    bearer_free(b);
    return NULL;
}

/* Who carries the data: false if nobody can, and then *why says so. */
static bool choose_path(struct bearer *b, const struct call *c, const struct kernel_wish *wish,
                        const char **why)
{
    const struct conf_peer *conf = wish->peer;
    char reason[KERNEL_WHY];
    bool usual;

    b->dscp = conf->dscp;
    b->may_be_ours = conf->data_path != CONF_PATH_KERNEL;
    b->kernel = kernel_open(b->hub, c, wish, reason, &usual);
    if (b->kernel != NULL)
        log_info("%s: the kernel carries its data", b->name);
    else if (conf->data_path == CONF_PATH_KERNEL) {
        diagnose_bearer(b->hub, c, TROUBLE_NO_KERNEL_PATH, reason, NULL);
        *why = "the kernel cannot carry its data";
        return false;
    } else if (!usual)
        log_info("%s: we carry its data ourselves: %s", b->name, reason);
    else
        log_debug(TOPIC_TUNNEL, "%s: we carry its data ourselves: %s", b->name, reason);
    return true;
}

/* What pppd's standard input is: the pty's slave; nothing, where the kernel has the data.  -1 with
 * errno. */
static int open_line(struct bearer *b, struct pppd_settings *s)
{
    if (b->kernel != NULL) {
        s->in_kernel = true;
        s->session = kernel_descriptor(b->kernel);
        return open("/dev/null", O_RDWR | O_CLOEXEC);
    }
    b->link = link_open_pty(b->hub->loop, bearer_heard, b);
    if (b->link == NULL)
        return -1;
    if (b->tell_errors)
        link_tell_refused(b->link, bearer_tell_errors);
    s->device = link_slave_name(b->link);
    return link_slave_fd(b->link);
}

static void release_line(struct bearer *b, int line)
{
    if (b->link != NULL)
        link_release_slave(b->link);
    else
        close(line);
}

/* The last of a start: line, then pppd.  On failure the bearer is gone. */
static struct bearer *launch(struct bearer *b, struct pppd_settings *s, const char **why)
{
    char ipparam[4096];
    int line = open_line(b, s), reason;

    if (line >= 0 && sys_is_among_last(line)) {
        release_line(b, line);
        line = -1;
        errno = EMFILE;
    }
    snprintf(b->user, sizeof b->user, "%s", s->name != NULL ? s->name : "");
    b->has_password = s->password != NULL;
    snprintf(b->optfile, sizeof b->optfile, "%s", s->optfile != NULL ? s->optfile : "");
    if (line < 0)
        return fail(b, TROUBLE_NO_PTY,
                    errno == EMFILE ? "too few descriptors for another pty" : "no pty is left",
                    NULL, why);
    s->path = b->hub->conf->global.pppd;
    if (s->ipparam != NULL)
        s->ipparam = pppd_expand(s->ipparam, s, ipparam, sizeof ipparam);
    b->pppd.gone = gone;
    b->pppd.owner = b;
    log_arguments(s);
    if (pppd_start(&b->pppd, b->hub->loop, s, line) == 0) {
        release_line(b, line);
        bearer_ppp_start(b);
        replay_start(b);
        return b;
    }
    reason = errno;
    if (b->link == NULL)
        close(line);
    errno = reason;
    return fail(b, TROUBLE_PPPD_NOT_RUN,
                errno == EMFILE ? "too few descriptors to run pppd" : "pppd cannot be run",
                s->path != NULL ? s->path : PPPD_PATH, why);
}

static void fill_peer(struct pppd_settings *s, const struct conf_peer *p, const char *peer_text)
{
    s->refuse_pap = p->refuse_pap;
    s->refuse_chap = p->refuse_chap;
    s->refuse_authentication = p->refuse_auth;
    s->require_authentication = p->require_auth;
    s->require_pap = p->require_pap;
    s->require_chap = p->require_chap;
    s->name = p->name;
    s->debug = p->ppp_debug;
    s->optfile = p->pppoptfile;
    s->peer = peer_text;
    s->ipparam = p->ipparam != NULL ? p->ipparam : p->pass_peer ? "%p" : NULL;
    s->set_variables = p->pass_call;
}

/* Without memory nobody could count it. */
static bool enter_group(struct bearer *b, const struct call *c, const struct conf_group *group,
                        const char **why)
{
    if (group == NULL || (b->group = groups_enter(b->hub, group->name)) != NULL)
        return true;
    *why = "no memory";
    diagnose_bearer(b->hub, c, TROUBLE_NO_MEMORY, *why, NULL);
    return false;
}

struct bearer *bearer_start_lns(struct hub *h, const struct call *c,
                                const struct group_terms *terms, const char **why)
{
    const struct conf_lns *conf = &terms->lns;
    struct pppd_settings s = {.role = PPPD_LNS, .vrf = conf->vrf, .netns = conf->netns};
    const struct kernel_wish wish = kernel_wish_of(conf);
    char local[ADDR_TEXT], remote[ADDR_TEXT], peer[ADDR_TEXT];
    struct bearer *b = bearer_new(h, c, why);

    if (b == NULL)
        return NULL;
    replay_new(b, c, conf);
    if (!enter_group(b, c, terms->group, why) || !bearer_lease(b, c, conf, terms->group, why) ||
        !choose_path(b, c, &wish, why)) {
        bearer_free(b);
        return NULL;
    }
    if (b->kernel != NULL)
        replay_refuse(b, "the kernel carries its data");
    fill_peer(&s, &conf->peer, addr_host_text(&b->peer, peer));
    s.unix_authentication = conf->unix_auth;
    s.local = bearer_ip_text(b->local_lease != 0 ? b->local_lease : b->held[POOL_OURS], local);
    s.remote = conf->assign_ip ? bearer_ip_text(b->lease, remote) : "0.0.0.0";
    bearer_tell_call(&s, c, &conf->peer);
    replay_settings(b, &s);
    b->tell_accm = conf->send_sli;
    b->auto_sequence = conf->peer.flow == CONF_FLOW_AUTO;
    return launch(b, &s, why);
}

struct bearer *bearer_start_lac(struct hub *h, const struct call *c, const struct conf_lac *conf,
                                const char *number, const char *user, const char *password,
                                enum bearer_ppp *ppp, const char **why)
{
    char options[NUMBER + 32];
    struct pppd_settings s = {.role = PPPD_LAC};
    char local[ADDR_TEXT], remote[ADDR_TEXT], peer[ADDR_TEXT];
    const struct kernel_wish wish = kernel_wish_of_lac(conf);
    struct bearer *b = bearer_new(h, c, why);

    *ppp = BEARER_PPP_NEW;
    if (b == NULL)
        return NULL;
    if (!bearer_hold(b, c, POOL_OURS, conf->local_ip, why) ||
        !bearer_hold(b, c, POOL_PEERS, conf->remote_ip, why) ||
        !choose_path(b, c, &wish, why)) {
        bearer_free(b);
        return NULL;
    }
    b->is_lac = true;
    b->told = ppp;
    *ppp = b->kernel != NULL ? BEARER_PPP_UNSEEN : BEARER_PPP_NEW;
    fill_peer(&s, &conf->peer, addr_host_text(&b->peer, peer));
    s.default_route = conf->default_route;
    s.local = bearer_ip_text(b->held[POOL_OURS], local);
    s.remote = bearer_ip_text(b->held[POOL_PEERS], remote);
    if (user != NULL)
        s.name = user;
    s.password = password;
    s.number_options = pppd_number_options(number, options, sizeof options);
    bearer_tell_call(&s, c, &conf->peer);
    b->tell_errors = conf->send_wen;
    b->auto_sequence = conf->peer.flow == CONF_FLOW_AUTO; /* counts if we are the call's LNS */
    return launch(b, &s, why);
}

struct bearer *bearer_dial(struct hub *h, const struct call *c, const struct conf_peer *conf,
                           bool tell_errors, const char **why)
{
    struct pppd_settings s = {.role = PPPD_LAC};
    struct bearer *b = bearer_new(h, c, why);
    char peer[ADDR_TEXT];

    if (b == NULL)
        return NULL;
    b->is_lac = true;
    fill_peer(&s, conf, addr_host_text(&b->peer, peer));
    bearer_tell_call(&s, c, conf);
    s.dial = c->called;
    b->dialling = true;
    b->dscp = conf->dscp;
    b->tell_errors = tell_errors;
    if (kernel_might(h, conf))
        log_info("%s: we carry its data ourselves: its peer has us dial", b->name);
    return launch(b, &s, why);
}

/* It has read nothing for too long. */
static void stuck(const struct bearer *b)
{
    const struct call *c = l2tp_call_by_id(b->hub->engine, b->call_id);
    char pid[32];

    if (b->is_bare)
        return; /* the call's end says it */
    snprintf(pid, sizeof pid, "%d", (int)b->pppd.child.pid);
    if (c != NULL)
        diagnose_bearer(b->hub, c, TROUBLE_PPPD_STUCK, pid, NULL);
}

void bearer_carry(struct bearer *b, struct span frame, bool priority)
{
    struct hub *h = b->hub;
    uint64_t now = loop_now(h->loop), octets;
    bool is_data, first, taken;

    if (b->is_leg)
        bearer_leg_carry(b, frame, priority);
    if (b->link == NULL)
        return;
    if (HDLC_MOST(frame.n) > LINK_QUEUE)
        return; /* no pppd takes such a frame: that says nothing of this one */
    if (b->replay != NULL && !ppp_is_plainly_data(frame) && !replay_carries(b, &frame))
        return;
    is_data = bearer_look(b, false, frame);
    /* a line is not to be called dead because it is busy */
    first = (priority && ppp_may_overtake(frame)) || (!is_data && ppp_is_echo(frame));
    taken = first ? link_send_first(b->link, frame) : link_send(b->link, frame);
    if (taken)
        return; /* in room that others have left, perhaps: that says nothing of pppd */
    octets = link_counts(b->link)->octets_written;
    if (b->stuck_since == 0 || b->stuck_at != octets) {
        b->stuck_since = now;
        b->stuck_at = octets;
    } else if (now - b->stuck_since >= STUCK_MS && b->call_id != 0) {
        stuck(b);
        b->line_hung_up = b->is_bare; /* it comes to that */
        l2tp_hang_up(h->engine, now, b->call_id, CDN_ERROR, ERROR_RESOURCES,
                     b->is_bare ? "the line takes nothing" : "pppd does not read");
    }
}

void bearer_line_info(struct bearer *b, uint32_t send, uint32_t receive)
{
    if (b->is_leg)
        bearer_leg_line_info(b, send, receive);
    b->has_line_map = true;
    if (b->link != NULL)
        link_set_accm(b->link, send, receive);
}

void bearer_call_down(struct bearer *b)
{
    b->call_id = 0;
    groups_leave(b->hub, b->group);
    b->group = NULL;
    bearer_ppp_call_down(b);
    replay_free(b);
    /* with the pty's master gone, or the kernel's session, pppd sees a hang-up, and needs no answer
     * to its farewell */
    if (b->link != NULL)
        link_close(b->link);
    b->link = NULL;
    kernel_close(b->kernel);
    b->kernel = NULL;
    if (b->is_bare)
        bearer_free(b);
    else
        pppd_expect_end(&b->pppd);
}

void bearer_hang_up(struct bearer *b)
{
    b->asked = true;
    if (b->is_bare)
        l2tp_hang_up(b->hub->engine, loop_now(b->hub->loop), b->call_id, CDN_ADMINISTRATIVE,
                     ERROR_NONE, "hung up by the operator");
    else
        pppd_stop(&b->pppd);
}

void bearer_kill_all(struct hub *h)
{
    for (struct bearer *b = h->bearers; b != NULL; b = b->next) {
        if (b->is_bare)
            continue;
        log_warnx("%s: pppd %d does not end: killed", b->name, (int)b->pppd.child.pid);
        pppd_kill(&b->pppd);
    }
}

void bearer_free_all(struct hub *h)
{
    while (h->bearers != NULL) {
        if (!h->bearers->is_bare)
            pppd_forget(&h->bearers->pppd);
        bearer_free(h->bearers);
    }
}
