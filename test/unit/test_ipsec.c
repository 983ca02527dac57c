/* ipsec: what [lns] sections require of their peers, from one configuration to another: at no moment is a
 * peer judged otherwise than before or after.  What the kernel does is played; host/guard has a test of its
 * own. */
#include "tap.h"

#include <errno.h>
#include <stdlib.h>

#include "ipsec.c"

#define MOST 64

/* -- the kernel that is played ------------------------------------------------------------------- */

struct entry {
    struct guard_rule rule; /* its rank and peers */
    unsigned drops, passes; /* how often it is held */
    unsigned age;           /* of two of the same rank the elder goes first */
};

struct guard {
    struct entry entry[MOST];
    unsigned n, age;
    void (*changed)(void);
};

static struct guard played;
static struct loop *loop;
static struct l2tp *engine;

static struct entry *find(const struct guard_rule *r)
{
    for (unsigned i = 0; i < played.n; i++)
        if (played.entry[i].rule.bits == r->bits && addr_same(&played.entry[i].rule.peer, &r->peer))
            return &played.entry[i];
    return NULL;
}

struct guard *guard_open(void)
{
    return &played;
}

int guard_hold(struct guard *g, const struct guard_rule *r)
{
    struct entry *e = find(r);

    if (e == NULL && g->n == MOST) {
        errno = ENOSPC;
        return -1;
    }
    if (e == NULL) {
        e = &g->entry[g->n++];
        *e = (struct entry){.rule = *r, .age = ++g->age};
    }
    if (e->rule.rank != r->rank)
        e->age = ++g->age;
    e->rule.rank = r->rank;
    *(r->drop ? &e->drops : &e->passes) += 1;
    if (g->changed != NULL)
        g->changed();
    return 0;
}

void guard_release(struct guard *g, const struct guard_rule *r)
{
    struct entry *e = find(r);

    *(r->drop ? &e->drops : &e->passes) -= 1;
    if (e->drops + e->passes == 0)
        *e = g->entry[--g->n];
    if (g->changed != NULL)
        g->changed();
}

bool guard_lets_pass(const struct guard *g, const struct guard_rule *r)
{
    const struct entry *e = find(r);

    (void)g;
    return e != NULL && e->drops == 0;
}

int guard_renew(struct guard *g)
{
    (void)g;
    return 0;
}

void guard_close(struct guard *g)
{
    (void)g;
    played = (struct guard){.n = 0};
}

static bool selects(const struct guard_rule *r, uint32_t ip)
{
    const uint8_t *at = r->peer.ip;
    uint32_t net = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];

    return r->peer.family == 4 && (r->bits == 0 || (net ^ ip) >> (32 - r->bits) == 0);
}

static bool is_dropped(uint32_t ip)
{
    const struct entry *first = NULL;

    for (unsigned i = 0; i < played.n; i++) {
        const struct entry *e = &played.entry[i];

        if (selects(&e->rule, ip) && (first == NULL || e->rule.rank < first->rule.rank ||
                                      (e->rule.rank == first->rule.rank && e->age < first->age)))
            first = e;
    }
    return first != NULL && first->drops > 0;
}

/* -- configurations ------------------------------------------------------------------------------ */

#define PEERS 4
#define PEER(i) (0xc0000201u + (uint32_t)(i)) /* 192.0.2.1 and so on */

static bool before[PEERS], after[PEERS];
static unsigned wrong;

static void compare(void)
{
    for (unsigned i = 0; i < PEERS; i++)
        wrong += before[i] == after[i] && is_dropped(PEER(i)) != before[i];
}

static void look(bool of[PEERS])
{
    for (unsigned i = 0; i < PEERS; i++)
        of[i] = is_dropped(PEER(i));
}

static void on_problem(void *ctx, bool warning, const char *line)
{
    (void)ctx;
    if (!warning)
        printf("# %s\n", line);
}

/* Sections in the order of the file, each a name and what is required ('+') or not ('-') of which peers: "1"
 * is 192.0.2.1, "*" is 192.0.2.0 to 192.0.2.255.  "D" is that for all others. */
static struct conf *conf_of(const char *sections)
{
    char text[4096] = "";
    size_t n = 0;

    for (const char *s = sections; *s != '\0'; s += s[3] == ' ' ? 4 : 3)
        n += (size_t)snprintf(text + n, sizeof text - n, "[lns %.*s]\nassign ip = no\nrequire ipsec = %s\n%s%.1s%s\n",
                              s[0] == 'D' ? 7 : 1, s[0] == 'D' ? "default" : s, s[1] == '+' ? "yes" : "no",
                              s[0] == 'D' ? "#" : "lac = 192.0.2.", s[2] == '*' ? "0" : s + 2,
                              s[2] == '*' ? " - 192.0.2.255" : "");
    return conf_parse("test", text, n, on_problem, NULL);
}

static void test_moves(void)
{
    static const struct {
        const char *name, *old, *new;
    } rows[] = {
        {"one more section behind all others", "a-* b+1", "a-* b+1 c-2"},
        {"two more", "a-* b+1", "a-* b+1 c-2 d+3"},
        {"one more in front", "b-* c+1", "a-2 b-* c+1"},
        {"one more between", "a-* c+1", "a-* b+2 c+1"},
        {"one less in front", "a-2 b-* c+1", "b-* c+1"},
        {"one less behind", "a-* b+1 c-2", "a-* b+1"},
        {"two less, and another", "a+* b-1", "c+2"},
        {"two less", "a-* b+1 c-2 d+3", "a-* b+1"},
        {"one that lets pass what another requires", "a+* b-1", "a+* b-1 c-3"},
        {"and less", "a+* b-1 c-3 d-4", "a+* b-1"},
        {"one goes in front and one comes behind", "a-3 b-* c+1", "b-* c+1 d-4"},
        {"one goes behind and one comes in front", "b-* c+1 d-4", "a-3 b-* c+1"},
        {"all change places", "a+* b-1 c+2", "c+2 b-1 a+*"},
        {"all change places, and one goes", "a-* b+1 c+2 d+3", "d+3 c+2 a-*"},
        {"of all others, and then of some", "D+* b-1 c-2", "a+* b-1"},
        {"of some, and then of all others", "a+* b-1", "D+* b-1 c-2"},
        {"what is required changes", "a-* b+1", "a-* b-1"},
        {"nothing changes", "a-* b+1 c-2", "a-* b+1 c-2"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct conf *old = conf_of(rows[i].old), *new = conf_of(rows[i].new);
        struct hub hub = {.port = 1701, .loop = loop, .engine = engine, .conf = old};

        if (!ok(old != NULL && new != NULL, "%s: configurations", rows[i].name))
            continue;
        wrong = 0;
        ipsec_apply(&hub, new);
        look(after);
        ipsec_end(&hub);
        ipsec_apply(&hub, old);
        look(before);
        played.changed = compare;
        ipsec_apply(&hub, new);
        played.changed = NULL;
        is_int(wrong, 0, rows[i].name);
        look(before);
        ok(memcmp(before, after, sizeof after) == 0, "and in the end it is as the new one says");
        ipsec_end(&hub);
        conf_free(old);
        conf_free(new);
    }
}

static void any_octets(void *ctx, void *room, size_t n)
{
    (void)ctx;
    memset(room, 1, n);
}

int main(void)
{
    const struct l2tp_host nobody = {.random = any_octets};

    loop = loop_new();
    engine = l2tp_new(&nobody, 1);
    if (!ok(loop != NULL && engine != NULL, "a daemon without a tunnel"))
        return 1;
    test_moves();
    l2tp_free(engine);
    loop_free(loop);
    return tap_done();
}
