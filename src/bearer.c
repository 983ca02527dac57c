/* Link, pppd and leases of one call; see bearer.h. */
#include "bearer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/log.h"
#include "profiles.h"
#include "wire/fields.h"
#include "wire/hdlc.h"

#define STUCK_MS 10000 /* a pppd that reads nothing for so long, with its queue full, is stuck */
#define PPPD_HANGUP 16 /* exit code: "the modem hung up" */

static struct bearer *bearer_new(struct hub *h, const struct call *c)
{
    struct bearer *b = calloc(1, sizeof *b);

    if (b == NULL)
        return NULL;
    b->hub = h;
    b->tunnel_id = c->tunnel->id;
    b->call_id = b->number = c->id;
    b->peer = c->tunnel->peer;
    b->local = c->tunnel->local;
    snprintf(b->name, sizeof b->name, "call %u/%u", (unsigned)b->tunnel_id, (unsigned)b->call_id);
    b->next = h->bearers;
    if (b->next != NULL)
        b->next->prev = b;
    h->bearers = b;
    h->n_bearers++;
    return b;
}

static void bearer_free(struct bearer *b)
{
    struct hub *h = b->hub;

    if (b->link != NULL)
        link_close(b->link);
    pool_give(h->book, b->lease);
    pool_give(h->book, b->local_lease);
    if (b->next != NULL)
        b->next->prev = b->prev;
    if (b->prev != NULL)
        b->prev->next = b->next;
    else
        h->bearers = b->next;
    h->n_bearers--;
    free(b);
}

static struct udp *socket_for(const struct hub *h, const struct addr *peer)
{
    return peer->family == 6 ? h->udp6 : h->udp4;
}

/* A frame from pppd: the header goes in front of it, in the same buffer. */
static void heard(void *ctx, struct buf *frame)
{
    struct bearer *b = ctx;
    struct udp *udp = socket_for(b->hub, &b->peer);
    size_t n =
        b->call_id != 0 && udp != NULL
            ? l2tp_data_header(b->hub->engine, b->call_id, frame->data + frame->off, frame->len)
            : 0;

    if (n == 0) {
        buf_put(frame);
        return;
    }
    frame->off -= n;
    frame->len += n;
    udp_send_buf(udp, &b->local, &b->peer, frame);
}

/* Why pppd's end ends the call: only what it calls a hang-up is a loss of carrier (4.4.2). */
static unsigned result_of(int status)
{
    return WIFEXITED(status) && WEXITSTATUS(status) == PPPD_HANGUP ? CDN_CARRIER_LOST
                                                                   : CDN_ADMINISTRATIVE;
}

static void gone(struct pppd *p, int status)
{
    struct bearer *b = p->owner;
    struct hub *h = b->hub;
    uint16_t call = b->call_id;
    char text[64];

    pppd_end_text(status, text, sizeof text);
    log_info("child_handler : pppd exited for call %u with code %d", (unsigned)b->number,
             WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    log_info("%s: pppd ended: %s", b->name, text);
    bearer_free(b);
    if (call != 0) {
        l2tp_set_call_data(h->engine, call, NULL);
        l2tp_hang_up(h->engine, loop_now(h->loop), call, result_of(status), ERROR_NONE, text);
    }
}

static void log_arguments(const struct pppd_settings *s)
{
    struct pppd_args args;

    pppd_compose(s, -1, &args);
    log_info("start_pppd: I'm running: ");
    for (int i = 0; i < args.argc; i++)
        log_info("\"%s\" ", args.argv[i]);
}

/* The last of a start: link, then pppd.  On failure the bearer is gone. */
static struct bearer *launch(struct bearer *b, struct pppd_settings *s, const char **why)
{
    b->link = link_open_pty(b->hub->loop, heard, b);
    if (b->link == NULL) {
        log_warn("%s: cannot open a pty", b->name);
        *why = errno == EMFILE ? "too few descriptors for another pty" : "no pty is left";
        bearer_free(b);
        return NULL;
    }
    s->path = b->hub->conf->global.pppd;
    s->device = link_slave_name(b->link);
    b->pppd.gone = gone;
    b->pppd.owner = b;
    log_arguments(s);
    if (pppd_start(&b->pppd, b->hub->loop, s, link_slave_fd(b->link)) < 0) {
        log_warn("%s: cannot run %s%s", b->name, s->path != NULL ? s->path : PPPD_PATH,
                 errno == EMFILE || errno == EAGAIN || errno == ENOMEM
                     ? " (raise the limits of descriptors and processes)"
                     : " (is the package ppp installed? see key \"pppd\")");
        *why = errno == EMFILE ? "too few descriptors to run pppd" : "pppd cannot be run";
        bearer_free(b);
        return NULL;
    }
    link_release_slave(b->link);
    return b;
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
    s->ipparam = p->pass_peer ? peer_text : NULL;
}

static const char *ip_text(uint32_t ip, char *dst)
{
    struct addr a = addr_ip4(ip, 0);

    return ip != 0 ? addr_host_text(&a, dst) : NULL;
}

/* A calling number may reach pppd's environment only in this strict set of characters. */
static const char *clean_number(const char *number)
{
    static const char allowed[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "+*#-._:/@ ";

    return number[strspn(number, allowed)] == '\0' && number[0] != '\0' ? number : NULL;
}

/* An address for the caller and, if the section has a range of them, one for us. */
static bool lease(struct bearer *b, const struct conf_lns *conf, const char **why)
{
    const struct lns_pool *pool = profiles_pool(b->hub, conf->name);

    if (conf->assign_ip) {
        b->lease = pool != NULL ? pool_take(pool->remote, b->hub->book) : 0;
        if (b->lease == 0)
            *why = "no address is left";
    }
    if (conf->local_ip_range != NULL) {
        b->local_lease =
            pool != NULL && pool->local != NULL ? pool_take(pool->local, b->hub->book) : 0;
        if (b->local_lease == 0)
            *why = "no local address is left";
    }
    return *why == NULL;
}

struct bearer *bearer_start_lns(struct hub *h, const struct call *c, const struct conf_lns *conf,
                                const char **why)
{
    struct pppd_settings s = {.role = PPPD_LNS};
    char local[ADDR_TEXT], remote[ADDR_TEXT], peer[ADDR_TEXT];
    struct bearer *b = bearer_new(h, c);

    *why = b == NULL ? "no memory" : NULL;
    if (b == NULL)
        return NULL;
    if (!lease(b, conf, why)) {
        bearer_free(b);
        return NULL;
    }
    fill_peer(&s, &conf->peer, addr_host_text(&b->peer, peer));
    s.unix_authentication = conf->unix_auth;
    s.local = ip_text(b->local_lease != 0 ? b->local_lease : conf->local_ip, local);
    s.remote = conf->assign_ip ? ip_text(b->lease, remote) : "0.0.0.0";
    s.caller_id = clean_number(c->calling);
    return launch(b, &s, why);
}

struct bearer *bearer_start_lac(struct hub *h, const struct call *c, const struct conf_lac *conf,
                                const char *user, const char *password, const char **why)
{
    struct pppd_settings s = {.role = PPPD_LAC};
    char local[ADDR_TEXT], remote[ADDR_TEXT], peer[ADDR_TEXT];
    struct bearer *b = bearer_new(h, c);

    *why = b == NULL ? "no memory" : NULL;
    if (b == NULL)
        return NULL;
    fill_peer(&s, &conf->peer, addr_host_text(&b->peer, peer));
    s.default_route = conf->default_route;
    s.local = ip_text(conf->local_ip, local);
    s.remote = ip_text(conf->remote_ip, remote);
    if (user != NULL)
        s.name = user;
    s.password = password;
    return launch(b, &s, why);
}

void bearer_carry(struct bearer *b, struct span frame)
{
    struct hub *h = b->hub;
    uint64_t now = loop_now(h->loop);

    if (b->link == NULL)
        return;
    if (HDLC_MOST(frame.n) > LINK_QUEUE)
        return; /* no pppd takes such a frame: that says nothing of this one */
    if (link_send(b->link, frame))
        b->stuck_since = 0;
    else if (b->stuck_since == 0)
        b->stuck_since = now;
    else if (now - b->stuck_since >= STUCK_MS && b->call_id != 0) {
        log_warnx("%s: pppd %d has read nothing for %d s: hung up", b->name,
                  (int)b->pppd.child.pid, STUCK_MS / 1000);
        l2tp_hang_up(h->engine, now, b->call_id, CDN_ERROR, ERROR_RESOURCES, "pppd does not read");
    }
}

void bearer_call_down(struct bearer *b)
{
    b->call_id = 0;
    /* with the pty's master gone pppd sees a hang-up, and needs no answer to its farewell */
    if (b->link != NULL)
        link_close(b->link);
    b->link = NULL;
    pppd_expect_end(&b->pppd);
}

void bearer_hang_up(struct bearer *b)
{
    pppd_stop(&b->pppd);
}

void bearer_kill_all(struct hub *h)
{
    for (struct bearer *b = h->bearers; b != NULL; b = b->next) {
        log_warnx("%s: pppd %d does not end: killed", b->name, (int)b->pppd.child.pid);
        pppd_kill(&b->pppd);
    }
}

void bearer_free_all(struct hub *h)
{
    while (h->bearers != NULL) {
        pppd_forget(&h->bearers->pppd);
        bearer_free(h->bearers);
    }
}
