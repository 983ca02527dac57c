/* Which addresses a bearer's call gets; see bearer_lease.h. */
#include "bearer_lease.h"

#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/md5.h"
#include "diagnose.h"
#include "profiles.h"
#include "wire/line.h"

#define SHOWN 120 /* octets of a user's name, escaped */

/* Who it is that calls, as far as that is known before PPP: the user that the LAC names, else the
 * number that calls, else the peer's host at its address.  An empty name names nobody.  Never 0. */
static uint64_t caller(const struct call *c, const struct conf_lns *conf,
                       const struct conf_group *group)
{
    static const char kinds[] = {'u', 'n', 'h'};
    const struct call_proxy *p = c->proxy;
    bool has_name = p != NULL && conf->proxy_lcp != CONF_PROXY_LCP_IGNORE &&
                    p->value[AVP_PROXY_AUTHEN_NAME - PROXY_FIRST].n > 0;
    int kind = has_name ? 0 : c->calling[0] != '\0' ? 1 : 2;
    struct span who = has_name    ? p->value[AVP_PROXY_AUTHEN_NAME - PROXY_FIRST]
                      : kind == 1 ? span_str(c->calling)
                                  : span_str(c->tunnel->peer_name);
    uint8_t digest[MD5_SIZE];
    uint64_t number;
    struct md5 m;

    md5_init(&m);
    md5_add(&m, (struct span){(const uint8_t *)conf->name, strlen(conf->name) + 1});
    if (group != NULL)
        md5_add(&m, (struct span){(const uint8_t *)group->name, strlen(group->name) + 1});
    md5_add(&m, (struct span){(const uint8_t *)&kinds[kind], 1});
    md5_add(&m, who);
    if (kind == 2)
        md5_add(&m, (struct span){c->tunnel->peer.ip, sizeof c->tunnel->peer.ip});
    md5_end(&m, digest);
    memcpy(&number, digest, sizeof number);
    return number != 0 ? number : 1;
}

static const char *lease_text(uint32_t ip, char dst[ADDR_TEXT])
{
    struct addr a = addr_ip4(ip, 0);

    return ip != 0 ? addr_host_text(&a, dst) : "nothing";
}

static const char *const keys[POOL_ENDS] = {"'local ip'", "'remote ip'"};

/* "'local ip' 10.0.0.2 is leased to 192.0.2.7 in call 1/2": who has it. */
static void leased_text(const struct hub *h, const char *what, uint32_t ip, struct line *l)
{
    const struct bearer *b = h->bearers;
    char address[ADDR_TEXT], peer[ADDR_TEXT];

    while (b != NULL && b->lease != ip && b->local_lease != ip)
        b = b->next;
    line_add(l, "%s %s is leased", what, lease_text(ip, address));
    if (b != NULL && b->lease == ip)
        line_add(l, " to %s in %s", addr_host_text(&b->peer, peer), b->name);
    else if (b != NULL)
        line_add(l, " for our end of %s", b->name);
}

/* The call is refused: told once. */
static bool lacks(const struct bearer *b, const struct call *c, enum trouble what, const char *text,
                  const char **why)
{
    diagnose_bearer(b->hub, c, what, text, NULL);
    *why = text;
    return false;
}

bool bearer_hold(struct bearer *b, const struct call *c, enum pool_end end, uint32_t ip,
                 const char **why)
{
    char text[160];
    struct line l = line_over(text, sizeof text);

    if (pool_book_clashes(b->hub->book, end, ip)) {
        leased_text(b->hub, keys[end], ip, &l);
        diagnose_bearer(b->hub, c, TROUBLE_ADDRESS_LEASED, text, NULL);
        *why = "its address is in use";
        return false;
    }
    if (!pool_book_hold(b->hub->book, end, ip))
        return lacks(b, c, TROUBLE_NO_MEMORY, "no memory", why);
    b->held[end] = ip;
    return true;
}

/* One that PPP has agreed on is somebody's lease: too late to refuse it. */
static void tell_twice(struct bearer *b, enum pool_end end, uint32_t ip)
{
    const struct call *c =
        b->call_id != 0 ? l2tp_call_by_id(b->hub->engine, b->call_id) : NULL;
    char text[160];
    struct line l = line_over(text, sizeof text);

    leased_text(b->hub, end == POOL_OURS ? "our address" : "the peer's address", ip, &l);
    if (c != NULL && !b->told_twice)
        diagnose_bearer(b->hub, c, TROUBLE_ADDRESS_TWICE, text, NULL);
    b->told_twice = true;
}

/* Besides what it has. */
static void hold_agreed(struct bearer *b, enum pool_end end, uint32_t ip)
{
    struct pool_book *book = b->hub->book;

    if (ip == b->agreed[end])
        return;
    pool_book_let_go(book, end, b->agreed[end]);
    b->agreed[end] = pool_book_hold(book, end, ip) ? ip : 0;
    if (pool_book_clashes(book, end, ip))
        tell_twice(b, end, ip);
}

/* What the far end does not use is free for others; that of ours is not given back on the far end's
 * word, which an Ack of its is. */
void bearer_agreed(struct bearer *b)
{
    uint32_t far = b->facts.far.ip, pppd = b->facts.pppd.ip;

    if (far != 0 && b->lease != 0 && pool_book_swap(b->hub->book, b->lease, far))
        b->lease = far;
    hold_agreed(b, POOL_PEERS, far == b->lease || far == b->held[POOL_PEERS] ? 0 : far);
    hold_agreed(b, POOL_OURS, pppd == b->local_lease || pppd == b->held[POOL_OURS] ? 0 : pppd);
}

void bearer_tell_leased(struct hub *h, const struct call *c)
{
    const struct conf_lns *lns = conf_find_lns(h->conf, c->tunnel->p.label);
    char text[160];
    struct line l = line_over(text, sizeof text);

    if (lns != NULL && pool_book_clashes(h->book, POOL_OURS, lns->local_ip))
        leased_text(h, keys[POOL_OURS], lns->local_ip, &l);
    else
        line_add(&l, "the section's address was leased"); /* and is not any more */
    diagnose_bearer(h, c, TROUBLE_ADDRESS_LEASED, text, NULL);
}

/* What a section has from its template is told of the template. */
static void tell_section(struct hub *h, bool lac, const char *name, enum pool_end end, uint32_t ip,
                         uint32_t template_ip)
{
    struct trouble_place place = {.lac = lac, .name = name, .aside = true};
    struct facts f = {.used = 0};
    char text[160];
    struct line l = line_over(text, sizeof text);

    if (!pool_book_clashes(h->book, end, ip) ||
        (ip == template_ip && strcasecmp(name, "default") != 0))
        return;
    leased_text(h, keys[end], ip, &l);
    facts_put(&f, FACT_TEXT, "%s", text);
    trouble_tell(h, TROUBLE_ADDRESS_LEASED, &place, &f);
}

void bearer_tell_sections(struct hub *h)
{
    const struct conf_lns *all = conf_find_lns(h->conf, "default");
    const struct conf_lac *each = conf_find_lac(h->conf, "default");

    for (const struct conf_lns *lns = h->conf->lns; lns != NULL; lns = lns->next)
        tell_section(h, false, lns->name, POOL_OURS, lns->local_ip,
                     all != NULL ? all->local_ip : 0);
    for (const struct conf_lac *lac = h->conf->lac; lac != NULL; lac = lac->next) {
        tell_section(h, true, lac->name, POOL_OURS, lac->local_ip,
                     each != NULL ? each->local_ip : 0);
        tell_section(h, true, lac->name, POOL_PEERS, lac->remote_ip,
                     each != NULL ? each->remote_ip : 0);
    }
}

/* A section without addresses, where there are switches, is for calls that go on: this one does not. */
static bool stays(const struct bearer *b, const struct call *c, const char **why)
{
    struct span user = c->proxy != NULL ? c->proxy->value[AVP_PROXY_AUTHEN_NAME - PROXY_FIRST]
                                        : (struct span){NULL, 0};
    char text[SHOWN + 64], safe[SHOWN];
    struct line l = line_over(text, sizeof text);

    if (user.n > 0)
        line_add(&l, "no [switch] takes the call of its user '%s'", log_safe(user, safe, sizeof safe));
    else
        line_add(&l, "no [switch] takes its call, which tells no user's name");
    diagnose_bearer(b->hub, c, TROUBLE_NO_ADDRESS, text, NULL);
    *why = "no switch takes it, and there is no address for it";
    return false;
}

bool bearer_lease(struct bearer *b, const struct call *c, const struct conf_lns *conf,
                  const struct conf_group *group, const char **why)
{
    uint64_t who = conf->sticky ? caller(c, conf, group) : 0;
    struct pool *for_peer, *for_us;
    char remote[ADDR_TEXT], local[ADDR_TEXT];

    profiles_pools(b->hub, conf, group, &for_peer, &for_us);
    if (conf->assign_ip) {
        b->lease = for_peer != NULL ? pool_take_again(for_peer, b->hub->book, who) : 0;
        if (b->lease == 0 && group == NULL && conf->ip_range == NULL && b->hub->conf->switches != NULL)
            return stays(b, c, why);
        if (b->lease == 0)
            return lacks(b, c, TROUBLE_NO_ADDRESS,
                         group != NULL ? "no address is left for its private group"
                                       : "no address is left",
                         why);
    }
    if (conf->local_ip_range != NULL) {
        b->local_lease = for_us != NULL ? pool_take(for_us, b->hub->book) : 0;
        if (b->local_lease == 0)
            return lacks(b, c, TROUBLE_NO_LOCAL_ADDRESS, "no local address is left", why);
    } else if (!bearer_hold(b, c, POOL_OURS, conf->local_ip, why))
        return false;
    if (log_topic(TOPIC_TUNNEL))
        log_debug(TOPIC_TUNNEL, "%s: leased %s for the peer, %s for us", b->name,
                  lease_text(b->lease, remote), lease_text(b->local_lease, local));
    return true;
}

void bearer_release(struct bearer *b)
{
    struct pool_book *book = b->hub->book;

    pool_give(book, b->lease);
    pool_give(book, b->local_lease);
    b->lease = b->local_lease = 0;
    for (int end = 0; end < POOL_ENDS; end++) {
        pool_book_let_go(book, (enum pool_end)end, b->held[end]);
        pool_book_let_go(book, (enum pool_end)end, b->agreed[end]);
        b->held[end] = b->agreed[end] = 0;
    }
}
