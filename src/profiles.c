/* Configuration to profile; see profiles.h. */
#include "profiles.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "host/sys.h"
#include "ipsec.h"
#include "kernel.h"
#include "sockets.h"
#include "wire/quirks.h"

#define FIRMWARE 0x0100u
#define VENDOR "l2tpd"
#define CAP_DEFAULT_MS 16000u
#define HELLO_WAIT_MS 17000u /* its fifth transmission, after 15 s, can be answered */
#define HELLO_MS 60000u      /* where "hello interval" is left to us; ... */
#define HELLO_LEAST_MS 1000u /* ... a LAC's is between these */
#define HELLO_MOST_MS 10000u
#define DOUBT_LEAST_MS 1000u /* a HELLO that has been sent twice ... */
#define DOUBT_MOST_MS 3000u  /* ... or thrice in vain */
#define SOON_MS 30000u       /* who redials sooner cannot wait until a tunnel is given up, and a fifth more */
#define NAME_MOST 256 /* of a peer's Host Name, when a secret is looked for */

static const char *our_name(const struct hub *h, const struct conf_peer *peer)
{
    return peer->hostname != NULL && peer->hostname[0] != '\0' ? peer->hostname : h->host_name;
}

/* What LNS and LAC sections have in common. */
static void fill(const struct hub *h, const char *section, const struct conf_peer *peer,
                 struct l2tp_profile *p)
{
    const struct conf_global *g = &h->conf->global;

    memset(p, 0, sizeof *p);
    snprintf(p->label, sizeof p->label, "%s", section);
    snprintf(p->host_name, sizeof p->host_name, "%s", our_name(h, peer));
    snprintf(p->vendor_name, sizeof p->vendor_name, "%s", VENDOR);
    p->firmware = FIRMWARE;
    p->challenge = peer->challenge;
    p->hide = peer->hide == CONF_HIDE_ALWAYS ? HIDE_ALWAYS
              : peer->hide == CONF_HIDE_YES  ? HIDE_PROVEN
                                             : HIDE_NEVER;
    p->window = (uint16_t)peer->tunnel_rws;
    p->framing = FRAMING_SYNC | FRAMING_ASYNC;
    p->tx_bps = peer->tx_bps;
    p->rx_bps = peer->rx_bps;
    p->length_bit = peer->length_bit;
    p->sequence = peer->flow != CONF_FLOW_NO; /* "auto": as long as PPP negotiates, at least */
    p->priority_bit = peer->priority_bit;
    p->ecn = peer->ecn;
    p->disconnect_cause = peer->disconnect_cause;
    p->ask_speed = peer->speed_updates;
    p->reorder_ms = (uint32_t)peer->reorder_timeout_ms;
    p->quirks_on = peer->quirks_on;
    p->quirks_off = peer->quirks_off;
    p->accept_outgoing = peer->outgoing_calls;
    p->bearer = BEARER_DIGITAL | BEARER_ANALOG; /* pppd does not mind which */
    p->setup_ms = (uint32_t)peer->setup_timeout_s * 1000u;
    p->max_tries = (unsigned)g->max_retries;
    p->cap_ms = g->cap_backoff_s > 0 ? (uint32_t)g->cap_backoff_s * 1000u : CAP_DEFAULT_MS;
    p->hello_ms = peer->hello_interval_s == CONF_HELLO_AUTO ? HELLO_MS
                                                            : (uint32_t)peer->hello_interval_s * 1000u;
    if (!peer->hello)
        p->hello_ms = 0;
    p->dead_ms = (uint32_t)peer->dead_time_s * 1000u;
}

static bool find_secret(const struct hub *h, struct l2tp_profile *p, const char *them)
{
    char secret[PROFILE_SECRET];
    unsigned line = 0;
    bool found = secrets_find(h->secrets, p->host_name, them, secret, sizeof secret, &line);
    char safe[80];

    if (found) {
        memcpy(p->secret, secret, sizeof p->secret);
        p->secret_line = line;
        log_debug(TOPIC_TUNNEL, "secret for \"%s\" and \"%s\": line %u of the secrets file",
                  p->host_name, log_safe(span_str(them), safe, sizeof safe), line);
    }
    bytes_wipe(secret, sizeof secret);
    return found;
}

static uint32_t between(uint32_t least, uint32_t ms, uint32_t most)
{
    return ms < least ? least : ms < most ? ms : most;
}

/* Who redials is to be back in time even if its peer was away for a moment only: then it has to find
 * out sooner. */
static void listen_closely(const struct conf_lac *conf, struct l2tp_profile *p)
{
    uint32_t redial_ms = (uint32_t)conf->redial_timeout_s * 1000u;

    if (conf->peer.hello && conf->peer.hello_interval_s == CONF_HELLO_AUTO)
        p->hello_ms = conf->redial ? between(HELLO_LEAST_MS, redial_ms / 3, HELLO_MOST_MS) : HELLO_MOST_MS;
    if (conf->redial && redial_ms < SOON_MS)
        p->doubt_ms = between(DOUBT_LEAST_MS, redial_ms / 5, DOUBT_MOST_MS);
    if (conf->peer.quirks_on & QUIRK_SILENT_HELLO) /* it may be silent for ever */
        p->doubt_ms = 0;
}

void profiles_of_lac(struct hub *h, const struct conf_lac *conf, const struct addr *peer,
                     const char *lns_host, struct l2tp_profile *p)
{
    fill(h, conf->name, &conf->peer, p);
    if (conf->peer.dead_time_s == 0 && p->max_tries <= XPORT_TRIES)
        p->hello_wait_ms = HELLO_WAIT_MS;
    listen_closely(conf, p);
    p->tie_breaker = conf->tie_breaker;
    p->require_sequencing = conf->require_sequencing;
    p->sequence = conf->peer.flow == CONF_FLOW_YES; /* "auto" is a LNS's to decide */
    /* one tunnel for both directions: then this one may be it (4.4.3) */
    p->accept_incoming = conf->tie_breaker && conf_match_lns(h->conf, peer) != NULL;
    /* the peer's own name is known only when it answers; until then, that of the host dialled */
    find_secret(h, p, lns_host);
}

static void tell_id(struct call_line *line, unsigned avp, const char *from, char to[LINE_ID_MOST + 1])
{
    if (from == NULL)
        return;
    span_to_str(span_str(from), to, LINE_ID_MOST + 1);
    line->has |= UINT64_C(1) << avp;
}

/* One AVP for all three layers (RFC 5515, 5.17): of no use without the first of them. */
static void tell_layers(struct call_line *line, const int layers[CONF_LINE_LAYERS])
{
    if (layers[0] == 0)
        return;
    for (unsigned i = 0; i < CONF_LINE_LAYERS; i++)
        line->encapsulation[i] = (uint8_t)(layers[i] - (i == 0 ? 1 : 0));
    line->has |= UINT64_C(1) << AVP_ACCESS_LOOP_ENCAPSULATION;
}

_Static_assert(CONF_LINE_RATES == LINE_RATES && CONF_LINE_DELAYS == LINE_DELAYS, "a key for each");

/* The keys' rates and delays stand in the order of enum line_rate and line_delay. */
void profiles_line(const struct conf_lac *conf, struct call_line *line)
{
    tell_id(line, AVP_AGENT_CIRCUIT_ID, conf->circuit_id, line->circuit_id);
    tell_id(line, AVP_AGENT_REMOTE_ID, conf->remote_id, line->remote_id);
    for (unsigned i = 0; i < CONF_LINE_RATES; i++) {
        line->rates[i] = conf->line_rates[i];
        if (conf->line_rates[i] != 0)
            line->has |= UINT64_C(1) << (AVP_LINE_RATES + i);
    }
    for (unsigned i = 0; i < CONF_LINE_DELAYS; i++) {
        line->delays[i] = conf->line_delays[i];
        if (conf->line_delays[i] != 0)
            line->has |= UINT64_C(1) << (AVP_LINE_DELAYS + i);
    }
    tell_layers(line, conf->line_layers);
    line->iwf = conf->interworking == CONF_INTERWORKING_YES;
    if (conf->interworking != CONF_INTERWORKING_UNKNOWN)
        line->has |= UINT64_C(1) << AVP_IWF_SESSION;
    line->type = (uint32_t)conf->line_type;
    if (conf->line_type != 0)
        line->has |= UINT64_C(1) << AVP_ACCESS_LINE_TYPE;
}

static enum l2tp_welcome answer_profile(void *ctx, const struct l2tp_who *who,
                                        struct l2tp_profile *p)
{
    struct hub *h = ctx;
    const struct conf_lns *lns;
    char them[NAME_MOST], peer[ADDR_TEXT], safe[80];

    span_to_str(who->host_name, them, sizeof them);
    if (who->tunnel_host != NULL) {
        find_secret(h, p, them);
        return WELCOME;
    }
    if (h->stopping != STOP_NOT)
        return SHUTS_DOWN;
    lns = conf_match_lns(h->conf, who->peer);
    if (log_topic(TOPIC_TUNNEL))
        log_debug(TOPIC_TUNNEL, "peer %s (%s) %s%s", addr_text(who->peer, peer),
                  log_safe(span_str(them), safe, sizeof safe),
                  lns != NULL ? "is served by lns " : "is served by no section",
                  lns != NULL ? lns->name : "");
    if (lns == NULL)
        return REFUSED;
    if (!ipsec_serves(h, lns, who->peer))
        return IGNORED;
    fill(h, lns->name, &lns->peer, p);
    p->accept_incoming = true;
    p->exclusive = lns->exclusive;
    find_secret(h, p, them);
    return WELCOME;
}

/* Is there room for a call of that section, with those settings?  group: that it is of, or NULL. */
static enum l2tp_admission admit(struct hub *h, const struct conf_lns *lns,
                                 const struct conf_group *group)
{
    struct pool *remote, *local;

    profiles_pools(h, lns, group, &remote, &local);
    if (lns->local_ip_range == NULL && pool_book_clashes(h->book, POOL_OURS, lns->local_ip))
        return LOCAL_LEASED;
    if (lns->local_ip_range != NULL && (local == NULL || !pool_has_room(local, h->book)))
        return NO_LOCAL_ROOM;
    if (lns->assign_ip && (remote == NULL || !pool_has_room(remote, h->book)))
        return NO_ROOM;
    return ADMITTED;
}

/* Which group it is of a call says only when it comes up. */
static bool a_group_has_room(struct hub *h, const struct conf_lns *lns)
{
    const struct conf_group *g = h->conf->groups;

    for (; g != NULL; g = g->next) {
        const struct conf_lns over = conf_group_over(lns, g);

        if (admit(h, &over, g) == ADMITTED)
            return true;
    }
    return false;
}

static enum l2tp_admission answer_admit(void *ctx, void *tunnel_host, const struct l2tp_profile *p)
{
    struct hub *h = ctx;
    const struct conf_lns *lns = conf_find_lns(h->conf, p->label);
    enum l2tp_admission alone;

    if (h->stopping != STOP_NOT)
        return STOPS;
    if (tunnel_host != NULL)
        return ADMITTED; /* a LAC's: which section it comes to is found when it is up */
    if (lns == NULL)
        return SECTION_GONE;
    if (h->conf->switches != NULL)
        return ADMITTED; /* it may go on, and needs nothing then: that its ICCN tells */
    alone = admit(h, lns, NULL);
    return alone == ADMITTED || !a_group_has_room(h, lns) ? alone : ADMITTED;
}

static void answer_random(void *ctx, void *room, size_t n)
{
    (void)ctx;
    sys_random(room, n);
}

struct l2tp_host profiles_host(struct hub *h)
{
    return (struct l2tp_host){
        h, answer_random, answer_profile, answer_admit, sockets_left, kernel_freshen};
}

/* Pools. */

/* What a pool belongs to, a section or a group. */
struct giver {
    const char *name;
    const struct conf_range *remote, *local; /* NULL: it has none, of a section's remote an empty one */
    bool is_group;
};

static struct lns_pool *find(const struct lns_pools *pools, const char *name,
                             int (*compare)(const char *a, const char *b))
{
    struct hash_node *n = pools != NULL ? hash_find(&pools->by_name, hash_of_word(name)) : NULL;

    for (; n != NULL; n = hash_next(n)) {
        struct lns_pool *p =
            (struct lns_pool *)(void *)((char *)n - offsetof(struct lns_pool, by_name));

        if (compare(p->name, name) == 0)
            return p;
    }
    return NULL;
}

struct lns_pool *profiles_pool(const struct hub *h, const char *section)
{
    return find(h->pools, section, strcasecmp);
}

void profiles_pools(const struct hub *h, const struct conf_lns *lns,
                    const struct conf_group *group, struct pool **remote, struct pool **local)
{
    const struct lns_pool *of_lns = profiles_pool(h, lns->name);
    const struct lns_pool *own = group != NULL ? find(h->group_pools, group->name, strcmp) : NULL;

    *remote = own != NULL && own->remote != NULL ? own->remote
              : of_lns != NULL                   ? of_lns->remote
                                                 : NULL;
    *local = own != NULL && own->local != NULL ? own->local
             : of_lns != NULL                  ? of_lns->local
                                               : NULL;
}

static struct pool *make_pool(const struct conf_range *ranges, bool for_us)
{
    size_t n;
    struct conf_span *flat = conf_ranges_flat(ranges, &n);
    struct pool *pool = pool_new();
    bool good = flat != NULL && pool != NULL;

    for (size_t i = 0; i < n && good; i++)
        good = pool_add(pool, flat[i].low, flat[i].high, false);
    free(flat);
    if (!good) {
        pool_free(pool);
        return NULL;
    }
    if (for_us)
        pool_for_us(pool);
    return pool;
}

/* Goes on where the section's one before, if any, has come to, under its number. */
static void go_on(struct hub *h, struct lns_pool *p, bool is_group)
{
    const struct lns_pool *was = is_group ? find(h->group_pools, p->name, strcmp)
                                          : find(h->pools, p->name, strcasecmp);

    p->number = was != NULL ? was->number : ++h->pools_ever;
    if (was == NULL)
        return;
    if (p->remote != NULL && was->remote != NULL)
        pool_go_on(p->remote, was->remote);
    if (p->local != NULL && was->local != NULL)
        pool_go_on(p->local, was->local);
}

/* Those of one section; false without memory, and what there is is to be freed. */
static bool make_lns_pool(struct lns_pool *p, const struct giver *g)
{
    bool has_remote = !g->is_group || g->remote != NULL;

    p->name = strdup(g->name);
    if (has_remote)
        p->remote = make_pool(g->remote, false);
    if (g->local != NULL)
        p->local = make_pool(g->local, true);
    return p->name != NULL && (!has_remote || p->remote != NULL) &&
           (g->local == NULL || p->local != NULL);
}

static int by_number(const void *a, const void *b)
{
    const struct lns_pool *x = a, *y = b;

    return (x->number > y->number) - (x->number < y->number);
}

/* Those of n givers; NULL without memory for every one. */
static struct lns_pools *make_pools(struct hub *h, const struct giver *givers, size_t n)
{
    struct lns_pools *pools = calloc(1, sizeof *pools + n * sizeof pools->of[0]);

    if (pools == NULL)
        return NULL;
    hash_init(&pools->by_name);
    for (size_t i = 0; i < n; i++) {
        struct lns_pool *p = &pools->of[pools->n++];

        if (!make_lns_pool(p, &givers[i])) {
            profiles_free_pools(pools);
            return NULL;
        }
        go_on(h, p, givers[i].is_group);
    }
    qsort(pools->of, pools->n, sizeof pools->of[0], by_number);
    for (size_t i = 0; i < pools->n; i++)
        hash_join(&pools->by_name, &pools->of[i].by_name, hash_of_word(pools->of[i].name));
    return pools;
}

static struct lns_pools *pools_of_sections(struct hub *h, const struct conf *conf)
{
    struct lns_pools *pools;
    struct giver *givers;
    size_t n = 0;

    for (const struct conf_lns *lns = conf->lns; lns != NULL; lns = lns->next)
        n++;
    givers = calloc(n + 1, sizeof *givers);
    if (givers == NULL)
        return NULL;
    n = 0;
    for (const struct conf_lns *lns = conf->lns; lns != NULL; lns = lns->next)
        givers[n++] = (struct giver){lns->name, lns->ip_range, lns->local_ip_range, false};
    pools = make_pools(h, givers, n);
    free(givers);
    return pools;
}

static struct lns_pools *pools_of_groups(struct hub *h, const struct conf *conf)
{
    struct lns_pools *pools;
    struct giver *givers;
    size_t n = 0;

    for (const struct conf_group *g = conf->groups; g != NULL; g = g->next)
        n++;
    givers = calloc(n + 1, sizeof *givers);
    if (givers == NULL)
        return NULL;
    n = 0;
    for (const struct conf_group *g = conf->groups; g != NULL; g = g->next)
        givers[n++] = (struct giver){g->name, conf_group_has_pool(g) ? g->own.ip_range : NULL,
                                     g->own.local_ip_range, true};
    pools = make_pools(h, givers, n);
    free(givers);
    return pools;
}

/* Each "local ip" and "remote ip" of a configuration. */
static bool name_set(struct pool_book *book, const struct conf *conf)
{
    size_t n = 0, most = 1;
    struct pool_set *set;
    bool good;

    for (const struct conf_lns *lns = conf->lns; lns != NULL; lns = lns->next)
        most++;
    for (const struct conf_group *g = conf->groups; g != NULL; g = g->next)
        most++;
    for (const struct conf_lac *lac = conf->lac; lac != NULL; lac = lac->next)
        most += 2;
    set = calloc(most, sizeof *set);
    if (set == NULL)
        return false;
    for (const struct conf_lns *lns = conf->lns; lns != NULL; lns = lns->next)
        set[n++] = (struct pool_set){POOL_OURS, lns->local_ip};
    for (const struct conf_group *g = conf->groups; g != NULL; g = g->next)
        set[n++] = (struct pool_set){POOL_OURS, g->own.local_ip};
    for (const struct conf_lac *lac = conf->lac; lac != NULL; lac = lac->next) {
        set[n++] = (struct pool_set){POOL_OURS, lac->local_ip};
        set[n++] = (struct pool_set){POOL_PEERS, lac->remote_ip};
    }
    good = pool_book_set(book, set, n);
    free(set);
    return good;
}

bool profiles_use_pools(struct hub *h, const struct conf *conf)
{
    struct lns_pools *pools = pools_of_sections(h, conf), *groups = pools_of_groups(h, conf);

    if (pools == NULL || groups == NULL || !name_set(h->book, conf)) {
        profiles_free_pools(pools);
        profiles_free_pools(groups);
        return false;
    }
    profiles_free_pools(h->pools);
    profiles_free_pools(h->group_pools);
    h->pools = pools;
    h->group_pools = groups;
    return true;
}

void profiles_free_pools(struct lns_pools *pools)
{
    for (size_t i = 0; pools != NULL && i < pools->n; i++) {
        struct lns_pool *p = &pools->of[i];

        free(p->name);
        pool_free(p->remote);
        pool_free(p->local);
    }
    if (pools != NULL)
        hash_free(&pools->by_name);
    free(pools);
}
