/* Lines and their calls; see line.h. */
#include "line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "host/sync.h"
#include "host/sys.h"
#include "line_parts.h"
#include "wire/msg.h"

static const struct {
    unsigned status;
    const char *words;
} ends[] = {
    [LINE_HUNG_UP] = {0, "the line has hung up"},
    [LINE_REFUSED] = {1, "not taken"},
    [LINE_UNREACHED] = {3, "no LNS can be reached"},
    [LINE_BUSY] = {4, "the LNS does not take the call"},
    [LINE_ENDED] = {5, "the LNS has ended the call"},
    [LINE_STOPPED] = {6, "hung up here"},
    [LINE_NO_PPP] = {8, "PPP with the caller has come to nothing"},
};

static void tell(struct line *ln, const char *text)
{
    if (ln->feed != NULL)
        fifo_feed_line(ln->feed, text);
}

static const struct lac_user line_user;

static void line_free(struct line *ln)
{
    line_front_free(ln);
    link_close(ln->link);
    buf_put(ln->early);
    free(ln->desk);
    free(ln);
}

/* The last of a LAC lets its tunnel go. */
void line_finish(struct line *ln, enum line_end end, const char *why)
{
    struct lac *l = ln->lac;
    struct line **at = &ln->hub->lines;
    struct fifo_feed *feed = ln->feed;
    char text[300], safe[200];
    bool others = false;

    while (*at != ln)
        at = &(*at)->next;
    *at = ln->next;
    log_notice("lac %s, line %s: %s%s%s", l != NULL ? l->name : ln->desk, ln->device, ends[end].words,
               why != NULL ? ": " : "", why != NULL ? log_safe(span_str(why), safe, sizeof safe) : "");
    snprintf(text, sizeof text, "end %u %s%s%s", ends[end].status, ends[end].words,
             why != NULL ? ": " : "", why != NULL ? log_safe(span_str(why), safe, sizeof safe) : "");
    for (const struct line *o = ln->hub->lines; o != NULL; o = o->next)
        others = others || o->lac == l;
    line_free(ln);
    if (feed != NULL)
        fifo_feed_close(feed, text);
    if (l != NULL && !others)
        lac_serve_no_more(l, &line_user);
}

static void tell_id(struct call_line *line, unsigned avp, char to[LINE_ID_MOST + 1], const char *id)
{
    if (id[0] == '\0')
        return;
    snprintf(to, LINE_ID_MOST + 1, "%s", id);
    line->has |= UINT64_C(1) << avp;
}

/* What its call is like: the section's, but for what the line is known to be. */
static void place(struct line *ln)
{
    struct hub *h = ln->hub;
    struct l2tp_call_spec spec = lac_call_spec(conf_find_lac(h->conf, ln->lac->name), NULL);
    struct call_proxy proxy;
    struct msg told;

    if (ln->called[0] != '\0')
        spec.called = ln->called;
    if (ln->calling[0] != '\0')
        spec.calling = ln->calling;
    if (ln->sub_address[0] != '\0')
        spec.sub_address = ln->sub_address;
    tell_id(&spec.line, AVP_AGENT_CIRCUIT_ID, spec.line.circuit_id, ln->circuit_id);
    tell_id(&spec.line, AVP_AGENT_REMOTE_ID, spec.line.remote_id, ln->remote_id);
    if (ln->bearer != 0)
        spec.bearer = ln->bearer;
    if (ln->has_channel) {
        spec.has_channel = true;
        spec.channel = ln->channel;
    }
    spec.framing = ln->sync ? FRAMING_SYNC : FRAMING_ASYNC;
    spec.tx_bps = ln->tx_bps;
    spec.rx_bps = ln->rx_bps;
    if (ln->front != NULL) {
        line_front_tell(ln, &told, &proxy);
        spec.proxy = &proxy;
    }
    ln->call = l2tp_call(h->engine, loop_now(h->loop), lac_serving(ln->lac), &spec, NULL);
    if (ln->call == 0)
        line_finish(ln, LINE_UNREACHED, "memory or ids have run out");
    else
        tell(ln, "calling");
}

static void tunnel_up(struct lac *l)
{
    for (struct line *ln = l->hub->lines, *next; ln != NULL; ln = next) {
        next = ln->next;
        if (ln->lac == l && ln->call == 0)
            place(ln);
    }
}

/* Those with a call have heard of its end. */
static void fallen(struct lac *l)
{
    for (struct line *ln = l->hub->lines, *next; ln != NULL; ln = next) {
        next = ln->next;
        if (ln->lac != l || ln->call != 0)
            continue;
        if (l->doomed)
            line_finish(ln, LINE_STOPPED, "its section has left the configuration");
        else
            line_finish(ln, ln->stopped || l->hub->stopping != STOP_NOT ? LINE_STOPPED : LINE_UNREACHED, NULL);
    }
}

static const struct lac_user line_user = {tunnel_up, fallen};

void line_hang_up(struct line *ln, const char *why)
{
    ln->hung_up = true;
    if (ln->call == 0)
        line_finish(ln, LINE_HUNG_UP, why);
    else
        l2tp_hang_up(ln->hub->engine, loop_now(ln->hub->loop), ln->call, CDN_CARRIER_LOST,
                     ERROR_NONE, "the line has hung up");
}

/* Whoever has handed it over is gone: that is a hang-up. */
static void let_go(void *owner)
{
    struct line *ln = owner;

    ln->feed = NULL;
    line_hang_up(ln, "by whoever has attached it");
}

/* -- before its call is up ------------------------------------------------------------------------ */

/* The line is raw from the start, or its terminal's echo would tell the caller that it is looped back.
 * What the caller says so early is its Configure-Request, time and again: the last one goes on when
 * there is somebody to hear it, or it would come again after the caller's Restart timer only (3 s as a
 * rule: RFC 1661, 4.6). */
static void heard_early(void *ctx, struct buf *frame)
{
    struct line *ln = ctx;

    buf_put(ln->early);
    ln->early = frame;
}

static void hung_up_early(void *ctx)
{
    line_hang_up(ctx, NULL);
}

static bool can_be_sync(int fd)
{
    int before;

    if (sync_begin(fd, &before) < 0)
        return false;
    sync_end(fd, before);
    return true;
}

/* Does another line have that terminal?  Each would read the other's frames. */
static bool is_somebodys(const struct hub *h, dev_t terminal)
{
    const struct line *ln = h->lines;

    while (ln != NULL && ln->terminal != terminal)
        ln = ln->next;
    return ln != NULL;
}

/* A terminal and nothing else, without becoming anybody's, that can be what it has to; which, in
 * *terminal. */
static int open_device(const struct hub *h, const struct line_wish *wish, dev_t *terminal)
{
    int fd = open(wish->device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC), reason;
    struct stat st;

    if (fd < 0)
        return -1;
    if (sys_is_among_last(fd))
        reason = EMFILE;
    else if (!isatty(fd))
        reason = ENOTTY;
    else if (fstat(fd, &st) < 0)
        reason = errno;
    else if (is_somebodys(h, st.st_rdev))
        reason = EBUSY;
    else if (wish->sync && !can_be_sync(fd))
        reason = errno;
    else {
        *terminal = st.st_rdev;
        return fd;
    }
    close(fd);
    errno = reason;
    return -1;
}

static unsigned lines_of(const struct hub *h, const struct lac *l)
{
    unsigned n = 0;

    for (const struct line *ln = h->lines; ln != NULL; ln = ln->next)
        n += ln->lac == l || strcasecmp(ln->desk, l->name) == 0;
    return n;
}

static bool is_full(const struct hub *h, const struct lac *l)
{
    const struct conf_lac *conf = conf_find_lac(h->conf, l->name);

    return conf != NULL && conf->max_lines > 0 && lines_of(h, l) >= (unsigned)conf->max_lines;
}

/* Why that section can take no line now; NULL: it can. */
static const char *why_not(const struct hub *h, const struct conf_lac *desk)
{
    const struct lac *l = desk != NULL ? lac_find(h, desk->name) : NULL;

    if (h->stopping != STOP_NOT)
        return "the daemon stops";
    if (l == NULL)
        return "no such [lac]";
    return is_full(h, l) ? "all its lines are busy (max lines)" : NULL;
}

/* What is not known of the line is as the section has it that it was handed to. */
static void keep(char *to, size_t room, const char *known, const char *else_this)
{
    snprintf(to, room, "%s", known != NULL ? known : else_this != NULL ? else_this : "");
}

/* With its link; false with errno. */
static bool open_line(struct line *ln, const struct line_wish *wish)
{
    unsigned how = (wish->modem ? LINK_MODEM : 0) | (wish->sync ? LINK_SYNC : 0);
    int fd = open_device(ln->hub, wish, &ln->terminal);

    if (fd >= 0)
        ln->link = link_open_line(ln->hub->loop, fd, how, heard_early, hung_up_early, ln);
    return ln->link != NULL;
}

/* NULL with errno. */
static struct line *line_new(struct hub *h, const struct conf_lac *desk, const struct line_wish *wish)
{
    struct line *ln = calloc(1, sizeof *ln);
    int reason;

    if (ln == NULL)
        return NULL;
    ln->hub = h;
    ln->desk = strdup(desk->name);
    if (ln->desk == NULL || !open_line(ln, wish)) {
        reason = errno;
        line_free(ln);
        errno = reason;
        return NULL;
    }
    ln->sync = wish->sync;
    keep(ln->device, sizeof ln->device, wish->device, NULL);
    keep(ln->called, sizeof ln->called, wish->called, desk->called_number);
    keep(ln->calling, sizeof ln->calling, wish->calling, desk->calling_number);
    keep(ln->sub_address, sizeof ln->sub_address, wish->sub_address, desk->sub_address);
    keep(ln->circuit_id, sizeof ln->circuit_id, wish->circuit_id, desk->circuit_id);
    keep(ln->remote_id, sizeof ln->remote_id, wish->remote_id, desk->remote_id);
    ln->bearer = wish->bearer;
    ln->tx_bps = wish->tx_bps;
    ln->rx_bps = wish->rx_bps;
    ln->has_channel = wish->has_channel;
    ln->channel = wish->channel;
    return ln;
}

static void decline(struct line *ln, const char *why)
{
    if (ln->front != NULL)
        line_front_decline(ln, why);
    else
        line_finish(ln, LINE_REFUSED, why);
}

/* It is that LAC's from now on. */
static void take(struct line *ln, struct lac *l)
{
    ln->lac = l;
    if (!lac_serve(l, &line_user)) {
        ln->lac = NULL;
        decline(ln, "its [lac] has calls of another sort");
    } else if (lac_serving(l) != 0) /* it was up before; else the line may have fallen by now */
        place(ln);
}

void line_named(struct line *ln, struct span user)
{
    const struct conf_lac *desk = conf_find_lac(ln->hub->conf, ln->desk);
    struct lac *l = line_choose(ln, user);

    if (l == NULL && desk != NULL && desk->lns != NULL)
        l = lac_find(ln->hub, ln->desk);
    if (ln->hub->stopping != STOP_NOT)
        decline(ln, "the daemon stops");
    else if (l == NULL)
        decline(ln, "no [lac] takes this caller");
    else if (strcasecmp(l->name, ln->desk) != 0 && is_full(ln->hub, l))
        decline(ln, "all lines of its [lac] are busy");
    else {
        log_info("lac %s, line %s: is taken by lac %s", ln->desk, ln->device, l->name);
        take(ln, l);
    }
}

/* Whose it is, at once or when the caller has said its name. */
static void begin(struct line *ln, const struct conf_lac *desk)
{
    if (desk->proxy != CONF_PROXY_NO) {
        if (!line_front_begin(ln, desk))
            line_finish(ln, LINE_REFUSED, "no memory");
    } else if (line_is_desk(desk)) {
        line_named(ln, (struct span){NULL, 0});
    } else {
        take(ln, lac_find(ln->hub, desk->name));
    }
}

static const char *reason_of(int error)
{
    if (error == ENOTSUP)
        return "no synchronous lines here (on Linux they take the module n_hdlc)";
    return error == EBUSY ? "that terminal is a line already" : strerror(error);
}

void line_attach(struct hub *h, struct fifo_reply *reply, const char *lac,
                 const struct line_wish *wish)
{
    const struct conf_lac *desk = conf_find_lac(h->conf, lac);
    const char *why = why_not(h, desk);
    struct line *ln = why == NULL ? line_new(h, desk, wish) : NULL;

    if (ln == NULL) {
        why = why != NULL ? why : reason_of(errno);
        log_notice("lac %s: line %s is not taken: %s", lac, wish->device, why);
        fifo_answer(reply, 1, "%s", why);
        return;
    }
    ln->feed = fifo_feed_hold(reply, let_go, ln); /* else it has been answered */
    if (ln->feed == NULL) {
        line_free(ln);
        return;
    }
    ln->next = h->lines;
    h->lines = ln;
    tell(ln, "taken");
    if (h->lines != ln)
        return; /* nobody has heard it */
    log_notice("lac %s: line %s, calling from '%s'", desk->name, ln->device, ln->calling);
    begin(ln, desk);
}

struct line *line_of_call(const struct hub *h, uint16_t call)
{
    struct line *ln = h->lines;

    while (ln != NULL && (ln->call != call || call == 0))
        ln = ln->next;
    return ln;
}

const char *line_device(const struct hub *h, const struct call *c)
{
    const struct line *ln = line_of_call(h, c->id);

    return ln != NULL ? ln->device : NULL;
}

unsigned line_count(const struct lac *l)
{
    return l->bare ? 0 : lines_of(l->hub, l);
}

/* The bearer's from now on. */
static struct link *release_link(struct line *ln)
{
    struct link *k = ln->link;

    ln->link = NULL;
    link_tell_refused(k, NULL);
    line_front_free(ln);
    return k;
}

/* Its call's data, with what the caller has said already. */
static struct bearer *carry(struct line *ln, const struct call *c, const struct conf_lac *conf,
                            const char **why)
{
    struct bearer_line as = {.early = ln->early};
    struct bearer *b;
    char text[32];

    as.has_lcp = line_front_maps(ln, &as.callers, &as.ours);
    as.link = release_link(ln);
    ln->early = NULL;
    b = bearer_start_line(ln->hub, c, conf, &as, why);
    if (b == NULL)
        return NULL;
    ln->was_up = true;
    snprintf(text, sizeof text, "up %u", (unsigned)c->id);
    tell(ln, text);
    return b;
}

struct bearer *line_call_up(struct line *ln, const struct call *c, const char **why)
{
    const struct conf_lac *conf = conf_find_lac(ln->hub->conf, ln->lac->name);

    *why = "its section has left the configuration";
    return conf != NULL ? carry(ln, c, conf, why) : NULL;
}

/* Who has ended it, and how far it had come. */
static enum line_end end_of(const struct line *ln, const struct call *c)
{
    const struct bearer *b = c->host_data;
    const struct tunnel *t = c->tunnel;
    bool with_tunnel = t->why.damage != DAMAGE_NONE;
    bool ours = (c->why_ours && c->why.result == CDN_ADMINISTRATIVE) ||
                (with_tunnel && t->why_ours && t->why.fault == FAULT_NONE);

    if (ln->hung_up || (b != NULL && b->line_hung_up))
        return LINE_HUNG_UP;
    if (ln->hub->stopping != STOP_NOT || ours)
        return LINE_STOPPED;
    if (ln->was_up)
        return LINE_ENDED;
    return with_tunnel ? LINE_UNREACHED : LINE_BUSY;
}

/* Of a call that has ended with its tunnel the tunnel's end says why. */
static const char *words_of(const struct call *c)
{
    const struct tunnel *t = c->tunnel;
    const char *text = c->why.fault == FAULT_WITH_TUNNEL && t->why.text[0] != '\0' ? t->why.text : c->why.text;

    return text[0] != '\0' ? text : NULL;
}

void line_call_down(struct hub *h, const struct call *c)
{
    struct line *ln = line_of_call(h, c->id);

    if (ln != NULL)
        line_finish(ln, end_of(ln, c), words_of(c));
}

void line_note_stop(const struct lac *l)
{
    for (struct line *ln = l->hub->lines; ln != NULL; ln = ln->next)
        ln->stopped = ln->stopped || ln->lac == l;
}

void line_free_all(struct hub *h)
{
    while (h->lines != NULL)
        line_finish(h->lines, LINE_STOPPED, NULL);
}
