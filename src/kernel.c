/* Tunnels and sessions of the kernel's; see kernel.h. */
#include "kernel.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "host/link_kernel.h"
#include "sockets.h"

struct kernel_tunnel {
    uint16_t id;
    struct addr peer;
    struct udp *udp;
    int fd;
    struct kernel_session *sessions;
    struct addr local; /* of ours, that its peer sends to */
    struct hash_node by_id, by_peer;
    bool is_ending; /* the protocol's tunnel has gone: it takes no more */
    bool is_idle;   /* so it has none, and stands in this list: */
    struct kernel_tunnel *next_idle;
};

struct kernel_session {
    struct hub *hub;
    struct kernel_tunnel *tunnel;
    struct link_kernel_ids ids;
    int fd;
    bool numbers; /* it sends them */
    bool taken;   /* by a bearer */
    struct hash_node by_id;
    struct kernel_session *next, *prev; /* in its tunnel */
};

#define TOLD 1024

struct kernel {
    const char *lacks;            /* what the system has not, that it takes; NULL: nothing */
    uint32_t told[TOLD];          /* hashes of what has been told of sections, each at its place */
    struct hash tunnels, places;  /* by id; by the peer's address */
    struct hash sessions;         /* by our id */
    struct kernel_tunnel *idle;   /* to be swept */
};

#define OWNER(node, type, member) ((type *)(void *)((char *)(node) - offsetof(type, member)))

#define EXIT_OPTIONS 2 /* pppd(8), "EXIT STATUS" */

static const char forced[] = "'force userspace = yes'";
static const char not_taken[] = "a pppd has not taken the options for it: has it a plugin pppol2tp.so?";

bool kernel_begin(struct hub *h)
{
    struct kernel *k = calloc(1, sizeof *k);

    if (k == NULL)
        return false;
    hash_init(&k->tunnels);
    hash_init(&k->places);
    hash_init(&k->sessions);
    h->kernel = k;
    k->lacks = "nobody has looked";
    return true;
}

void kernel_probe(struct hub *h)
{
    const char *lacks = h->conf->global.force_userspace ? forced : link_kernel_lacks();

    memset(h->kernel->told, 0, sizeof h->kernel->told);
    if (lacks == h->kernel->lacks)
        return;
    if (lacks == NULL)
        log_info("Using l2tp kernel support.");
    else if (lacks == forced)
        log_info("Not looking for kernel support: %s", forced);
    else
        log_info("L2TP kernel support not detected (try modprobing l2tp_ppp and pppol2tp): %s",
                 lacks);
    h->kernel->lacks = lacks;
}

bool kernel_judge_pppd(struct hub *h, bool in_kernel, int status)
{
    struct kernel *k = h->kernel;

    if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_OPTIONS)
        return false;
    if (in_kernel && k->lacks == NULL) {
        k->lacks = not_taken;
        log_notice("we carry all data ourselves from now on, until a reload: %s", not_taken);
    } else if (!in_kernel && k->lacks == not_taken) {
        kernel_probe(h); /* so it was something else */
    }
    return in_kernel;
}

/* -- what is for the kernel -------------------------------------------------------------------- */

struct kernel_wish kernel_wish_of(const struct conf_lns *lns)
{
    return (struct kernel_wish){.peer = &lns->peer,
                                .kind = "lns",
                                .section = lns->name,
                                .needs_frames = lns->send_sli,
                                .replays = lns->proxy_lcp == CONF_PROXY_LCP_ACCEPT};
}

struct kernel_wish kernel_wish_of_lac(const struct conf_lac *lac)
{
    return (struct kernel_wish){.peer = &lac->peer, .kind = "lac", .section = lac->name};
}

bool kernel_might(const struct hub *h, const struct conf_peer *p)
{
    return p->data_path != CONF_PATH_USERSPACE && h->kernel->lacks == NULL;
}

/* Why the data of all calls of this kind are ours; NULL: they are for the kernel. */
static const char *usual_reason(const struct hub *h, const struct call *c,
                                const struct kernel_wish *wish)
{
    const struct conf_peer *p = wish->peer;
    bool must = p->data_path == CONF_PATH_KERNEL;
    const struct {
        bool holds;
        const char *text;
    } rows[] = {
        {p->data_path == CONF_PATH_USERSPACE, "'data path = userspace'"},
        {h->kernel->lacks != NULL, h->kernel->lacks},
        {!must && p->length_bit, "'length bit = yes'"},
        {!must && p->priority_bit, "'priority bit = yes'"},
        {!must && c->tunnel->ecn, "'ecn = yes', as the peer has"},
        {!must && p->flow == CONF_FLOW_AUTO && !c->tunnel->initiator, "'flow bit = auto'"},
        {!must && p->dscp != 0, "'data dscp'"},
        {!must && wish->needs_frames, "'send sli = yes'"},
        {!must && wish->replays, "'proxy lcp = accept'"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].holds)
            return rows[i].text;
    return NULL;
}

/* That of a section's calls, once until a reload, unless a thousand others have been told since.  What the
 * whole system lacks has been told when that was found. */
static void tell_section(struct hub *h, const struct kernel_wish *wish, const char *reason)
{
    uint32_t it = hash_of(hash_of(1, wish->section, strlen(wish->section)), reason, strlen(reason));
    uint32_t *told;

    it = hash_of(it, wish->kind, strlen(wish->kind));
    told = &h->kernel->told[it % TOLD];
    if (reason == h->kernel->lacks || *told == it)
        return;
    *told = it;
    log_info("[%s %s]: we carry the data of its calls ourselves: %s", wish->kind, wish->section, reason);
}

/* -- tunnels ----------------------------------------------------------------------------------- */

static uint32_t hash_id(uint16_t id)
{
    return hash_of(0, &id, sizeof id);
}

/* Whatever stands behind the address in a peer's choice, there is no more than one node each. */
static uint32_t hash_place(const struct addr *a)
{
    return hash_of(hash_of(a->port, a->ip, sizeof a->ip), &a->scope, sizeof a->scope);
}

static struct kernel_tunnel *find_tunnel(const struct hub *h, uint16_t id)
{
    struct hash_node *n = h->kernel != NULL ? hash_find(&h->kernel->tunnels, hash_id(id)) : NULL;

    while (n != NULL && OWNER(n, struct kernel_tunnel, by_id)->id != id)
        n = hash_next(n);
    return n != NULL ? OWNER(n, struct kernel_tunnel, by_id) : NULL;
}

/* One socket hears what one peer sends to one address: a second tunnel from the very same place
 * would find its data where it does not look. */
static bool place_is_taken(const struct hub *h, const struct addr *peer, const struct addr *local)
{
    struct hash_node *n = hash_find(&h->kernel->places, hash_place(peer));

    for (; n != NULL; n = hash_next(n)) {
        const struct kernel_tunnel *k = OWNER(n, struct kernel_tunnel, by_peer);

        if (addr_same(&k->local, local) && addr_same(&k->peer, peer))
            return true;
    }
    return false;
}

static void set_idle(struct hub *h, struct kernel_tunnel *k)
{
    if (k->is_idle || !k->is_ending || k->sessions != NULL)
        return;
    k->is_idle = true;
    k->next_idle = h->kernel->idle;
    h->kernel->idle = k;
}

static void free_tunnel(struct hub *h, struct kernel_tunnel *k)
{
    hash_leave(&h->kernel->tunnels, &k->by_id);
    hash_leave(&h->kernel->places, &k->by_peer);
    if (k->fd >= 0)
        close(k->fd);
    if (k->udp != NULL) {
        udp_counts_add(&h->closed_counts, k->udp);
        udp_close(k->udp);
    }
    free(k);
}

/* Where its peer sends to, by the port of that socket. */
static struct addr place_of(const struct tunnel *t, const struct udp *udp)
{
    struct addr a = udp != NULL ? udp_local(udp) : t->local;
    uint16_t port = a.port;

    if (addr_is_set(&t->local))
        a = t->local;
    a.port = port;
    return a;
}

/* NULL with the reason. */
static struct kernel_tunnel *make_tunnel(struct hub *h, const struct tunnel *t,
                                         char why[KERNEL_WHY])
{
    const struct link_kernel_ids ids = {.tunnel = t->id, .peer_tunnel = t->peer_id};
    struct udp *beside = sockets_of(h, t);
    struct addr local = place_of(t, beside);
    struct kernel_tunnel *k;

    if (beside == NULL || place_is_taken(h, &t->peer, &local)) {
        snprintf(why, KERNEL_WHY, "%s",
                 beside == NULL ? "no socket"
                                : "another tunnel comes from the same address and port");
        return NULL;
    }
    k = calloc(1, sizeof *k);
    if (k == NULL) {
        snprintf(why, KERNEL_WHY, "%s", strerror(ENOMEM));
        return NULL;
    }
    k->local = local;
    k->id = t->id;
    k->peer = t->peer;
    k->fd = -1;
    k->udp = udp_open_beside(beside, &t->local, &t->peer);
    if (k->udp != NULL)
        k->fd = link_kernel_tunnel(udp_descriptor(k->udp), &t->peer, &ids);
    if (k->fd < 0) {
        snprintf(why, KERNEL_WHY, "the kernel took no %s: %s", k->udp == NULL ? "socket" : "tunnel",
                 strerror(errno));
        free_tunnel(h, k);
        return NULL;
    }
    hash_join(&h->kernel->tunnels, &k->by_id, hash_id(k->id));
    hash_join(&h->kernel->places, &k->by_peer, hash_place(&k->peer));
    return k;
}

/* What has come by its socket is heard before that goes. */
bool kernel_sweep(struct hub *h)
{
    struct kernel_tunnel *k;
    bool any = false;

    while ((k = h->kernel->idle) != NULL) {
        h->kernel->idle = k->next_idle;
        close(k->fd);
        k->fd = -1;
        udp_yield(k->udp);
        udp_hear_rest(k->udp);
        free_tunnel(h, k);
        any = true;
    }
    return any;
}

/* -- sessions ---------------------------------------------------------------------------------- */

void kernel_tunnel_down(struct hub *h, uint16_t tunnel)
{
    struct kernel_tunnel *k = find_tunnel(h, tunnel);

    if (k == NULL)
        return;
    k->is_ending = true;
    set_idle(h, k);
}

static struct kernel_session *find_session(const struct hub *h, uint16_t call)
{
    struct hash_node *n = hash_find(&h->kernel->sessions, hash_id(call));

    while (n != NULL && OWNER(n, struct kernel_session, by_id)->ids.session != call)
        n = hash_next(n);
    return n != NULL ? OWNER(n, struct kernel_session, by_id) : NULL;
}

static struct kernel_session *make_session(struct hub *h, const struct call *c,
                                           const struct kernel_wish *wish, char why[KERNEL_WHY])
{
    const struct tunnel *t = c->tunnel;
    const struct link_kernel_habits habits = {.is_lns = c->table == TABLE_LNS_IN ||
                                                        c->table == TABLE_LNS_OUT,
                                              .send_numbers = c->send_sequence,
                                              .reorder_ms = wish->peer->reorder_timeout_ms};
    struct kernel_tunnel *k = find_tunnel(h, t->id);
    struct kernel_session *s;

    if (k != NULL && k->is_ending) {
        snprintf(why, KERNEL_WHY, "its tunnel ends");
        return NULL;
    }
    if (k == NULL)
        k = make_tunnel(h, t, why);
    s = k != NULL ? calloc(1, sizeof *s) : NULL;
    if (s == NULL)
        return NULL;
    s->hub = h;
    s->tunnel = k;
    s->ids = (struct link_kernel_ids){t->id, t->peer_id, c->id, c->peer_id};
    s->fd = link_kernel_session(udp_descriptor(k->udp), &t->peer, &s->ids, &habits);
    if (s->fd < 0) {
        snprintf(why, KERNEL_WHY, "the kernel took no session: %s", strerror(errno));
        free(s);
        return NULL; /* the tunnel stays for the next one */
    }
    s->numbers = habits.send_numbers;
    s->next = k->sessions;
    if (s->next != NULL)
        s->next->prev = s;
    k->sessions = s;
    hash_join(&h->kernel->sessions, &s->by_id, hash_id(c->id));
    return s;
}

void kernel_coming(struct hub *h, const struct call *c, const struct kernel_wish *wish)
{
    char unsaid[KERNEL_WHY];

    if (usual_reason(h, c, wish) == NULL)
        make_session(h, c, wish, unsaid);
}

/* By the message that the call is up with its LAC may have demanded sequence numbers (5.4), when its session
 * is there already. */
static bool agrees(struct kernel_session *s, const struct call *c, char why[KERNEL_WHY])
{
    const struct link_kernel_habits more = {.send_numbers = true};

    if (s->numbers || !c->send_sequence)
        return true;
    s->numbers = link_kernel_become(s->fd, &more) == 0;
    if (!s->numbers)
        snprintf(why, KERNEL_WHY, "the kernel took no sequence numbers: %s", strerror(errno));
    return s->numbers;
}

struct kernel_session *kernel_open(struct hub *h, const struct call *c,
                                   const struct kernel_wish *wish, char why[KERNEL_WHY],
                                   bool *usual)
{
    const char *reason = usual_reason(h, c, wish);
    struct kernel_session *s = find_session(h, c->id);

    *usual = reason != NULL;
    snprintf(why, KERNEL_WHY, "%s", reason != NULL ? reason : strerror(ENOMEM));
    if (reason != NULL) {
        tell_section(h, wish, reason);
        kernel_close(s); /* the configuration has changed meanwhile */
    }
    if (reason == NULL && s == NULL)
        s = make_session(h, c, wish, why);
    if (reason != NULL || s == NULL)
        return NULL;
    if (!agrees(s, c, why)) {
        kernel_close(s);
        return NULL;
    }
    s->taken = true;
    return s;
}

int kernel_descriptor(const struct kernel_session *s)
{
    return s->fd;
}

void kernel_close(struct kernel_session *s)
{
    struct kernel_tunnel *k;

    if (s == NULL)
        return;
    k = s->tunnel;
    if (s->next != NULL)
        s->next->prev = s->prev;
    if (s->prev != NULL)
        s->prev->next = s->next;
    else
        k->sessions = s->next;
    set_idle(s->hub, k);
    hash_leave(&s->hub->kernel->sessions, &s->by_id);
    link_kernel_hang_up(s->fd);
    close(s->fd);
    free(s);
}

void kernel_call_down(struct hub *h, const struct call *c)
{
    struct kernel_session *s = find_session(h, c->id);

    if (s != NULL && !s->taken)
        kernel_close(s);
}

void kernel_look(struct kernel_session *s)
{
    struct hub *h = s->hub;
    struct link_kernel_counts n;

    if (!link_kernel_counts(s->fd, &s->ids, &n))
        return;
    l2tp_carried(h->engine, loop_now(h->loop), s->ids.session,
                 &(struct l2tp_carried){.frames_in = n.frames_in,
                                        .octets_in = n.octets_in,
                                        .frames_out = n.frames_out,
                                        .octets_out = n.octets_out,
                                        .gaps = n.gaps,
                                        .late = n.old});
}

static void look_at_tunnel(struct kernel_tunnel *k)
{
    for (struct kernel_session *s = k != NULL ? k->sessions : NULL; s != NULL; s = s->next)
        kernel_look(s);
}

void kernel_freshen(void *ctx, const struct tunnel *t)
{
    look_at_tunnel(find_tunnel(ctx, t->id));
}

void kernel_look_all(struct hub *h)
{
    for (const struct tunnel *t = l2tp_first(h->engine); t != NULL; t = t->next)
        look_at_tunnel(find_tunnel(h, t->id));
}

void kernel_add_counts(const struct hub *h, struct udp_counts *to)
{
    const struct hash *tunnels = h->kernel != NULL ? &h->kernel->tunnels : NULL;

    for (uint32_t i = 0; tunnels != NULL && i < tunnels->size; i++)
        for (const struct hash_node *n = tunnels->slot[i]; n != NULL; n = n->next)
            udp_counts_add(to, OWNER(n, struct kernel_tunnel, by_id)->udp);
}

/* With the tunnels of the protocol their sessions have gone, or go. */
void kernel_end(struct hub *h)
{
    struct kernel *k = h->kernel;

    if (k == NULL)
        return;
    for (uint32_t i = 0; i < k->sessions.size; i++)
        while (k->sessions.slot[i] != NULL)
            kernel_close(OWNER(k->sessions.slot[i], struct kernel_session, by_id));
    for (uint32_t i = 0; i < k->tunnels.size; i++)
        while (k->tunnels.slot[i] != NULL)
            free_tunnel(h, OWNER(k->tunnels.slot[i], struct kernel_tunnel, by_id));
    hash_free(&k->tunnels);
    hash_free(&k->places);
    hash_free(&k->sessions);
    free(k);
    h->kernel = NULL;
}
