/* One attempt of a LAC: which host, its addresses, a tunnel with a call in it; see lac_parts.h.
 * What is next is for lac_hosts to say, what becomes of the LAC for lac.c. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "diagnose.h"
#include "host/resolve.h"
#include "host/sys.h"
#include "lac_parts.h"
#include "profiles.h"
#include "sockets.h"
#include "wire/line.h"

#define WHOLE_TEXT 60        /* a peer's text of fewer octets has not been cut */
#define USUAL_MS 8000        /* a "connect timeout" of no more makes way for a short redial timeout: */
#define SOON_MS 4000         /* so much, the rest until the redial (a quarter) and a second are left of it, ... */
#define SOON_AMONG_MS 2500   /* ... or so much, if another has its turn between */
#define QUIET_MS 3000        /* three transmissions, beside a redial timeout */
#define PATIENCE_MS 2000     /* for a look-up, while there is something else to try, ... */
#define PATIENCE_SLOW_MS 500 /* ... and if it took longer the last time */

static uint32_t lot(void *ctx)
{
    uint32_t any;

    (void)ctx;
    sys_random(&any, sizeof any);
    return any;
}

/* A bare tunnel has the name of its host, which a section may have, too: its troubles are those of the
 * section that it borrows, if any. */
static void tell(const struct lac *l, enum trouble what, const char *host, const char *text)
{
    const struct conf_lac *conf = lac_section(l);

    diagnose_attempt(l->hub, !l->bare ? l->name : conf != NULL ? conf->name : NULL, what, host,
                     text);
}

/* -- lines ------------------------------------------------------------------------------------- */

static size_t count_lines(const struct conf_lns_host *line)
{
    size_t n = 0;

    for (; line != NULL; line = line->next)
        n++;
    return n;
}

void lac_dial_lines(struct lac *l)
{
    const struct conf_lac *conf = l->bare ? NULL : lac_section(l);
    const struct hosts_given bare = {l->name, l->bare_port, 1};
    size_t n = conf != NULL ? count_lines(conf->lns) : 0, i = 0;
    struct hosts_given *given = n > 0 ? calloc(n, sizeof *given) : NULL;
    bool changed = false, good;

    for (const struct conf_lns_host *h = given != NULL ? conf->lns : NULL; h != NULL; h = h->next)
        given[i++] = (struct hosts_given){h->host, h->port, h->weight};
    if (l->bare)
        good = hosts_set(&l->hosts, &bare, 1, false, 0, &changed);
    else
        good = hosts_set(&l->hosts, given, i, conf != NULL && conf->policy == CONF_POLICY_SHARE,
                         conf != NULL ? (uint64_t)conf->lns_lockout_s * 1000u : 0, &changed);
    free(given);
    if (!good || i < n)
        log_errorx("lac %s: no memory for its hosts", l->name);
}

/* In ms, after which who redials tries one again that may be back: it and the rest between two rounds
 * are to fit into its redial timeout, and 2 of the 5 s that its way to a call may take. */
static uint64_t again_ms(const struct lac *l)
{
    const struct conf_lac *conf = lac_section(l);
    uint64_t ms = conf != NULL ? (uint64_t)conf->redial_timeout_s * 1000u : 0;

    return lac_will_redial(l) ? ms - ms / 4 + 2000 : 0;
}

static void begin_round(struct lac *l)
{
    hosts_begin(&l->hosts, again_ms(l), lot, NULL);
    if (l->n_sent > 0)
        hosts_directed(&l->hosts, l->name, l->sent, l->n_sent);
    l->n_sent = 0;
}

/* -- dialling ---------------------------------------------------------------------------------- */

/* How a tunnel is opened. */
struct way {
    struct ipsec_hold *hold; /* its rules of IPsec */
    uint32_t within_ms;      /* it has come to something, or has not; 0: as long as messages are sent */
    bool other_port;         /* "source port = auto": not the daemon's */
    bool only_asks;          /* whether somebody is there */
};

/* The interface may be another of the same name by now. */
static struct addr bound_to(const struct conf_bind *bind)
{
    struct addr a = bind->addr;
    uint32_t number = bind->interface[0] != '\0' ? sys_interface_number(bind->interface) : 0;

    if (number != 0)
        a.scope = number;
    return a;
}

/* Where the section wants its tunnels to come from. */
static struct socket_wish wish_of(const struct lac *l, const struct conf_lac *conf,
                                  const struct addr *to, bool other_port)
{
    struct socket_wish wish = {.to = to, .port = CONF_PORT_MAIN};

    if (conf == NULL || l->bare)
        return wish;
    wish.address = bound_to(&conf->bind_address);
    wish.device = conf->bind_device;
    wish.port = conf->source_port;
    if (wish.port == CONF_PORT_AUTO)
        wish.port = other_port ? CONF_PORT_RANDOM : CONF_PORT_MAIN;
    return wish;
}

/* Is there, or can there be, a socket for this kind of address? */
static bool can_reach(const struct lac *l, const struct addr *a)
{
    struct socket_wish wish = wish_of(l, lac_section(l), a, l->other_port);
    struct addr local;

    if (addr_is_set(&wish.address) && wish.address.family != a->family)
        return false;
    if (!sockets_main_does(l->hub, &wish, &local))
        return true;
    return sockets_from(l->hub, &local, a) != NULL;
}

static bool has_second_way(const struct lac *l)
{
    return lac_dial_by_any_port(l) && !l->both_ports;
}

/* Another try will follow if this one fails, or somebody waits on a line: then nobody is waited for as
 * long as messages are sent again. */
static uint32_t connect_ms(const struct lac *l, const struct hosts_next *next)
{
    const struct conf_lac *conf = lac_section(l);

    bool is_last = next->last && !has_second_way(l) && !lac_will_redial(l);
    uint64_t soon_ms;
    uint32_t ms;

    if (conf == NULL || l->bare || (is_last && !l->serves))
        return 0;
    ms = (uint32_t)conf->connect_timeout_s * 1000u;
    soon_ms = (uint64_t)conf->redial_timeout_s * 750u + (next->alone ? SOON_MS : SOON_AMONG_MS);
    return lac_will_redial(l) && ms <= USUAL_MS && soon_ms < ms ? (uint32_t)soon_ms : ms;
}

/* The same, of one that has answered and does not acknowledge what it is sent: it was started anew. */
static uint32_t quiet_ms(const struct lac *l, uint32_t within_ms)
{
    const struct conf_lac *conf = lac_section(l);
    uint64_t ms = conf != NULL ? (uint64_t)conf->redial_timeout_s * 1000u + QUIET_MS : 0;

    return lac_will_redial(l) && ms < within_ms ? (uint32_t)ms : 0;
}

static bool open_socket(const struct lac *l, const struct socket_wish *wish,
                        struct socket_own **own)
{
    char address[ADDR_TEXT], text[200];
    struct line line = line_over(text, sizeof text);
    int reason;

    *own = sockets_open(l->hub, wish);
    if (*own != NULL)
        return true;
    reason = errno;
    if (wish->device != NULL)
        line_add(&line, "bind device %s: ", wish->device);
    if (addr_is_set(&wish->address))
        line_add(&line, "bind address %s: ", addr_host_text(&wish->address, address));
    if (wish->port > 0)
        line_add(&line, "source port %d: ", wish->port);
    line_add(&line, "%s", strerror(reason));
    tell(l, TROUBLE_NO_SOURCE, lac_host_name(l), text);
    return false;
}

/* A tunnel to that address: its id; 0: no memory, or no socket. */
static uint16_t open_to(struct lac *l, const struct hosts_next *next, const struct way *way)
{
    static const struct conf_lac no_section = {
        .name = (char *)"", .peer = {.tunnel_rws = 4, .hello = true, .hello_interval_s = CONF_HELLO_AUTO}};
    const struct conf_lac *conf = lac_section(l);
    struct socket_wish wish = wish_of(l, conf, &next->addr, way->other_port);
    struct addr to = next->addr;
    struct socket_own *own = NULL;
    struct addr local = {0};
    struct l2tp_profile p;
    uint16_t tunnel;

    to.mark = conf != NULL ? conf->fwmark : 0;
    if (!sockets_main_does(l->hub, &wish, &local) && !open_socket(l, &wish, &own))
        return 0;
    if (ipsec_dials(l->hub, way->hold, conf != NULL && conf->peer.require_ipsec, &to,
                    sockets_port(l->hub, own)) != 0) {
        tell(l, TROUBLE_IPSEC_NOT_ENFORCED, next->host, ipsec_reason(errno));
        sockets_drop_unused(l->hub);
        return 0;
    }
    profiles_of_lac(l->hub, conf != NULL ? conf : &no_section, &next->addr, next->host, &p);
    p.connect_ms = way->within_ms;
    p.quiet_ms = quiet_ms(l, way->within_ms);
    p.first_ms = next->first_ms < way->within_ms ? next->first_ms : 0;
    p.only_asks = way->only_asks;
    log_notice("Connecting to host %s, port %u", next->host, (unsigned)next->addr.port);
    tunnel = l2tp_open(l->hub->engine, loop_now(l->hub->loop), &local, &to, &p, l);
    bytes_wipe(&p, sizeof p); /* it holds a secret */
    if (own != NULL && tunnel != 0)
        sockets_use(l->hub, own, tunnel);
    if (tunnel == 0) {
        sockets_drop_unused(l->hub);
        tell(l, TROUBLE_NO_MEMORY, next->host, "no tunnel can be opened");
    }
    return tunnel;
}

/* False: no memory, or no socket. */
static bool open_tunnel(struct lac *l, const struct hosts_next *next)
{
    struct l2tp_call_spec spec = lac_call_spec(lac_section(l), l->number);
    const struct way way = {.hold = &l->ipsec,
                            .within_ms = connect_ms(l, next),
                            .other_port = l->other_port};

    lac_set_state(l, LAC_DIALLING);
    l->tunnel_id = open_to(l, next, &way);
    if (l->tunnel_id != 0 && lac_calls(l))
        l->call_id = l2tp_call(l->hub->engine, loop_now(l->hub->loop), l->tunnel_id, &spec, NULL);
    return l->tunnel_id != 0;
}

/* True: it is under way, and not waited for longer than need be.  An earlier question for the same
 * name may still be. */
static bool look_up(struct lac *l, const struct hosts_next *next)
{
    uint64_t now = loop_now(l->hub->loop);

    lac_set_state(l, LAC_RESOLVING);
    snprintf(l->asked, sizeof l->asked, "%s", next->host);
    if (!lac_names_ask(l, next->host, next->port)) {
        tell(l, TROUBLE_NAME_LOOKUP, next->host, strerror(errno));
        return false;
    }
    if (hosts_can_go_on(&l->hosts) || hosts_wants(&l->hosts))
        loop_timer_set(l->hub->loop, &l->patience,
                       now + (next->slow ? PATIENCE_SLOW_MS : PATIENCE_MS));
    return true;
}

/* On to what can be waited for: a look-up or a tunnel; or the attempt has failed.  A daemon that is
 * hanging everything up dials nobody. */
static void go_on(struct lac *l)
{
    struct hosts_next next;

    loop_timer_unset(l->hub->loop, &l->patience);
    if (l->hub->stopping != STOP_NOT)
        return;
    lac_dial_lines(l);
    if (!l->hosts.begun)
        begin_round(l); /* a reload, under the attempt's feet, or under those of a call */
    if (l->hosts.n == 0) {
        tell(l, TROUBLE_NO_LNS, "", "");
        trouble_gave_up(l->hub, l->name);
        l->wanted = false;
        lac_fallen(l);
        return;
    }
    for (;;)
        switch (hosts_step(&l->hosts, loop_now(l->hub->loop), &next)) {
        case HOSTS_LOOK_UP:
            if (look_up(l, &next))
                return;
            hosts_found(&l->hosts, next.host, next.port, NULL, 0);
            break;
        case HOSTS_TRY:
            l->both_ports = false;
            l->other_port = l->other_port_works;
            if (!can_reach(l, &next.addr))
                tell(l, TROUBLE_NO_SOCKET, next.host,
                     "no socket for this kind of address");
            else if (open_tunnel(l, &next))
                return;
            hosts_failed(&l->hosts, loop_now(l->hub->loop));
            break;
        case HOSTS_NONE:
            lac_fallen(l);
            return;
        }
}

/* It may come when nobody waits for it any more, and serves what is tried next then. */
void lac_dial_found(struct lac *l, const char *host, uint16_t port, const struct addr *got,
                    size_t n, const char *why)
{
    struct addr good[RESOLVE_MAX];
    size_t n_good = 0;
    bool waits = l->state == LAC_RESOLVING && l->hosts.at_line != NULL &&
                 l->hosts.at_line->port == port && strcasecmp(l->hosts.at_line->host, host) == 0;

    for (size_t i = 0; i < n; i++)
        if (can_reach(l, &got[i]))
            good[n_good++] = got[i];
    if (n_good == 0 && l->state == LAC_UP) {
        log_info("lac %s: %s cannot be looked up: %s", l->name, host,
                 n > 0 ? "no socket for this kind of address" : why);
    } else if (n_good == 0) {
        log_warnx("Host name lookup failed for %s.", host);
        tell(l, n > 0 ? TROUBLE_NO_SOCKET : TROUBLE_NAME_LOOKUP, host,
             n > 0 ? "no socket for this kind of address" : why);
    }
    hosts_found(&l->hosts, host, port, good, n_good);
    if (waits || (l->state == LAC_RESOLVING && n_good > 0))
        go_on(l);
    else
        lac_back_found(l, host, port);
}

static void out_of_patience(struct timer *t)
{
    struct lac *l = t->owner;

    log_info("lac %s: the look-up of %s takes long: it goes on with what is known", l->name,
             lac_host_name(l));
    hosts_late(&l->hosts);
    go_on(l);
}

/* -- for lac.c --------------------------------------------------------------------------------- */

bool lac_dial_init(struct lac *l)
{
    l->patience.fire = out_of_patience;
    l->patience.owner = l;
    return loop_timer_init(l->hub->loop, &l->patience) == 0;
}

void lac_dial_free(struct lac *l)
{
    lac_names_stop(l);
    loop_timer_done(l->hub->loop, &l->patience);
    hosts_free(&l->hosts);
}

bool lac_dial_ask(struct lac *l, struct lac_question *q, const struct hosts_next *next,
                  uint32_t within_ms, bool other_port)
{
    const struct way way = {.hold = &q->ipsec,
                            .within_ms = within_ms > 0 ? within_ms : connect_ms(l, next),
                            .other_port = other_port,
                            .only_asks = true};

    q->tunnel = can_reach(l, &next->addr) ? open_to(l, next, &way) : 0;
    return q->tunnel != 0;
}

bool lac_dial_is_of(const struct lac_question *q, const struct tunnel *t)
{
    return q->tunnel != 0 && q->tunnel == t->id;
}

void lac_dial_asked(struct lac *l, struct lac_question *q)
{
    q->tunnel = 0;
    ipsec_forget(l->hub, &q->ipsec);
}

void lac_dial_unask(struct lac *l, struct lac_question *q, const char *text)
{
    uint16_t tunnel = q->tunnel;

    lac_dial_asked(l, q);
    if (tunnel == 0)
        return;
    l2tp_set_tunnel_data(l->hub->engine, tunnel, NULL);
    l2tp_close(l->hub->engine, loop_now(l->hub->loop), tunnel, STOPCCN_GENERAL, ERROR_NONE, text);
}

bool lac_dial_by_any_port(const struct lac *l)
{
    const struct conf_lac *conf = lac_section(l);

    return conf != NULL && !l->bare && conf->source_port == CONF_PORT_AUTO;
}

void lac_dial_begin(struct lac *l)
{
    if (l->hub->stopping != STOP_NOT)
        return;
    l->dialled = loop_now(l->hub->loop);
    lac_dial_lines(l);
    begin_round(l);
    go_on(l);
}

void lac_dial_stop(struct lac *l)
{
    lac_names_stop(l);
    loop_timer_unset(l->hub->loop, &l->patience);
}

/* "source port = auto": not a word from the address in hand, so it is tried from the other port,
 * unless it was. */
static bool try_second_way(struct lac *l)
{
    struct hosts_next again = {.last = !hosts_can_go_on(&l->hosts)};

    if (!l->unheard || !has_second_way(l) || l->hosts.at_addr == NULL)
        return false;
    l->both_ports = true;
    l->other_port = !l->other_port;
    again.host = l->hosts.at_line->host;
    again.port = l->hosts.at_line->port;
    again.addr = l->hosts.at_addr->addr;
    again.first_ms = hosts_second_ms(&l->hosts, loop_now(l->hub->loop));
    log_info("lac %s: no answer: tried from %s port", l->name,
             l->other_port ? "another" : "the daemon's");
    return open_tunnel(l, &again);
}

const char *lac_host_name(const struct lac *l)
{
    return l->hosts.at_line != NULL ? l->hosts.at_line->host : l->name;
}

void lac_dial_worked(struct lac *l)
{
    l->other_port_works = l->other_port;
}

void lac_dial_failed(struct lac *l)
{
    const char *host = l->hosts.at_line != NULL ? l->hosts.at_line->host : l->name;

    l->tunnel_id = l->call_id = 0;
    if (l->wanted && l->hub->stopping == STOP_NOT && try_second_way(l))
        return;
    if (l->unheard)
        hosts_mute(&l->hosts, loop_now(l->hub->loop));
    else
        hosts_failed(&l->hosts, loop_now(l->hub->loop));
    if (!l->wanted || l->hub->stopping != STOP_NOT) {
        lac_fallen(l);
        return;
    }
    if (l->n_sent > 0)
        hosts_directed(&l->hosts, host, l->sent, l->n_sent);
    l->n_sent = 0;
    go_on(l);
}

/* A verdict's text may have been cut in the middle of an address: the last word of a long one is
 * not to be trusted. */
static size_t read_directions(const struct verdict *why, const struct addr *peer,
                              struct addr *addrs)
{
    char text[sizeof why->text];
    size_t n = strlen(why->text);

    snprintf(text, sizeof text, "%s", why->text);
    while (n >= WHOLE_TEXT || (n > 0 && n < strlen(text) && strchr(" ,;", text[n - 1]) == NULL))
        n--;
    text[n] = '\0';
    return hosts_read_directions(text, peer, addrs, LAC_SENT);
}

void lac_dial_note(struct lac *l, const struct addr *peer, const struct verdict *why)
{
    const struct conf_lac *conf = lac_section(l);
    char text[ADDR_TEXT];

    if (why->error != ERROR_TRY_ANOTHER && why->error != ERROR_TRY_DIRECTED)
        return;
    hosts_failed(&l->hosts, loop_now(l->hub->loop));
    if (conf == NULL || !conf->lns_directed)
        return;
    l->n_sent = read_directions(why, peer, l->sent);
    if (l->n_sent > 0)
        log_info("lac %s: sent on to %s%s", l->name, addr_text(&l->sent[0], text),
                 l->n_sent > 1 ? " and others" : "");
}
