/* Which addresses a bearer's call gets; see bearer_lease.h. */
#include "bearer_lease.h"

#include <string.h>

#include "base/log.h"
#include "base/md5.h"
#include "diagnose.h"
#include "profiles.h"

/* Who it is that calls, as far as that is known before PPP: the user that the LAC names, else the
 * number that calls, else the peer's host at its address.  An empty name names nobody.  Never 0. */
static uint64_t caller(const struct call *c, const struct conf_lns *conf)
{
    static const char kinds[] = {'u', 'n', 'h'};
    const struct call_proxy *p = c->proxy;
    bool has_name = p != NULL && p->value[AVP_PROXY_AUTHEN_NAME - PROXY_FIRST].n > 0;
    int kind = has_name ? 0 : c->calling[0] != '\0' ? 1 : 2;
    struct span who = has_name    ? p->value[AVP_PROXY_AUTHEN_NAME - PROXY_FIRST]
                      : kind == 1 ? span_str(c->calling)
                                  : span_str(c->tunnel->peer_name);
    uint8_t digest[MD5_SIZE];
    uint64_t number;
    struct md5 m;

    md5_init(&m);
    md5_add(&m, (struct span){(const uint8_t *)conf->name, strlen(conf->name) + 1});
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

bool bearer_hold(struct bearer *b, uint32_t ip, const char **why)
{
    if (!pool_book_hold(b->hub->book, ip)) {
        *why = "no memory";
        return false;
    }
    b->held = ip;
    return true;
}

/* The call is refused: told once. */
static bool lacks(const struct bearer *b, const struct call *c, enum trouble what, const char *text,
                  const char **why)
{
    diagnose_bearer(b->hub, c, what, text, NULL);
    *why = text;
    return false;
}

bool bearer_lease(struct bearer *b, const struct call *c, const struct conf_lns *conf,
                  const char **why)
{
    uint64_t who = conf->sticky ? caller(c, conf) : 0;
    const struct lns_pool *pool = profiles_pool(b->hub, conf->name);
    char remote[ADDR_TEXT], local[ADDR_TEXT];

    if (conf->assign_ip) {
        b->lease = pool != NULL ? pool_take_again(pool->remote, b->hub->book, who) : 0;
        if (b->lease == 0)
            return lacks(b, c, TROUBLE_NO_ADDRESS, "no address is left", why);
    }
    if (conf->local_ip_range != NULL) {
        b->local_lease =
            pool != NULL && pool->local != NULL ? pool_take(pool->local, b->hub->book) : 0;
        if (b->local_lease == 0)
            return lacks(b, c, TROUBLE_NO_LOCAL_ADDRESS, "no local address is left", why);
    } else if (!bearer_hold(b, conf->local_ip, why))
        return lacks(b, c, TROUBLE_NO_MEMORY, *why, why);
    if (log_topic(TOPIC_TUNNEL))
        log_debug(TOPIC_TUNNEL, "%s: leased %s for the peer, %s for us", b->name,
                  lease_text(b->lease, remote), lease_text(b->local_lease, local));
    return true;
}
