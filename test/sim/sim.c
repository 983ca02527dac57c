/* The simulator: random opens, calls, hang-ups, closes and frames for a simulated hour, then rest,
 * after which both sides of everything agree, or both are dead.
 *
 *   sim                 seeds 1 .. $SEEDS (5,000), as TAP
 *   sim FROM TO         these seeds, as TAP
 *   sim --seed N        one seed, told step by step
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "sim.h"

#define BATCH 200        /* seeds in one line of TAP */
#define REST_MS 400000u  /* longer than any timer that could still be running */
#define DEEDS_MOST 120u

static uint64_t seed_in_hand; /* for the signal handler: an assert in the engine aborts */

/* Seeds that once failed, and why: run first, always. */
static const uint64_t kept[] = {
    1, /* the first, so that the list is never empty */
};

void sim_fail(struct sim *s, const char *fmt, ...)
{
    va_list ap;
    size_t n;

    if (s->failure[0] != '\0')
        return;
    snprintf(s->failure, sizeof s->failure, "seed %llu at %llu ms: ", (unsigned long long)s->seed,
             (unsigned long long)(s->now - START_MS));
    n = strlen(s->failure);
    va_start(ap, fmt);
    vsnprintf(s->failure + n, sizeof s->failure - n, fmt, ap);
    va_end(ap);
    if (s->verbose)
        printf("# FAILED: %s\n", s->failure);
}

void sim_say(struct sim *s, const char *fmt, ...)
{
    va_list ap;

    if (!s->verbose)
        return;
    printf("# %8.3f ", (double)(s->now - START_MS) / 1000.0);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
}

/* Time. */

static uint64_t sooner(uint64_t a, uint64_t b)
{
    if (a == 0 || b == 0)
        return a + b;
    return a < b ? a : b;
}

static void arrive(struct sim *s)
{
    struct flight *f;

    while ((f = net_take(&s->net, s->now)) != NULL) {
        for (int i = 0; i < s->n_hosts; i++)
            if (addr_same(&s->host[i].addr, &f->to)) {
                host_hear(&s->host[i], f);
                if (prng_chance(&s->dice, 70)) /* else more may come in the same turn */
                    host_drain(&s->host[i]);
            }
        free(f);
    }
    for (int i = 0; i < s->n_hosts; i++)
        host_drain(&s->host[i]);
}

/* Lets everything happen that is due until then. */
static void run_until(struct sim *s, uint64_t then)
{
    while (s->failure[0] == '\0') {
        uint64_t due = net_due(&s->net);

        for (int i = 0; i < s->n_hosts; i++)
            due = sooner(due, l2tp_deadline(s->host[i].engine));
        if (due == 0 || due > then)
            break;
        if (due > s->now)
            s->now = due;
        arrive(s);
        for (int i = 0; i < s->n_hosts; i++)
            host_tick(&s->host[i]);
    }
    if (then > s->now)
        s->now = then;
}

/* At rest. */

static struct host *peer_of(struct sim *s, const struct tunnel *t)
{
    for (int i = 0; i < s->n_hosts; i++)
        if (addr_same(&s->host[i].addr, &t->peer))
            return &s->host[i];
    return NULL;
}

static void compare_call(struct sim *s, struct host *h, struct host *peer, const struct call *c)
{
    const struct call *other = l2tp_call_by_id(peer->engine, c->peer_id);

    if (c->state != ESTABLISHED)
        sim_fail(s, "host %d: call %u rests in %s", h->number, (unsigned)c->id,
                 state_name(c->state));
    else if (other == NULL || other->state != ESTABLISHED || other->peer_id != c->id ||
             other->tunnel->id != c->tunnel->peer_id)
        sim_fail(s, "host %d: call %u is up, its other end %u is not", h->number, (unsigned)c->id,
                 (unsigned)c->peer_id);
}

static void compare_tunnel(struct sim *s, struct host *h, const struct tunnel *t)
{
    struct host *peer = peer_of(s, t);
    const struct tunnel *other = l2tp_tunnel(peer->engine, t->peer_id);

    if (t->state != ESTABLISHED) {
        sim_fail(s, "host %d: tunnel %u rests in %s", h->number, (unsigned)t->id,
                 state_name(t->state));
        return;
    }
    if (other == NULL || other->state != ESTABLISHED || other->peer_id != t->id)
        sim_fail(s, "host %d: tunnel %u is up, its other end %u is not", h->number,
                 (unsigned)t->id, (unsigned)t->peer_id);
    for (const struct call *c = t->calls; c != NULL; c = c->next)
        compare_call(s, h, peer, c);
}

static void answer_all(struct sim *s)
{
    for (int i = 0; i < s->n_hosts; i++)
        while (s->host[i].n_to_dial > 0) {
            deed_answer(&s->host[i]);
            host_drain(&s->host[i]);
        }
}

/* Everything is closed: after the last linger nothing is left, and nothing is waited for. */
static void leave(struct sim *s)
{
    for (int i = 0; i < s->n_hosts; i++) {
        const struct tunnel *t = l2tp_first(s->host[i].engine);

        for (; t != NULL; t = t->next)
            l2tp_close(s->host[i].engine, s->now, t->id, STOPCCN_SHUTTING_DOWN, ERROR_NONE, "");
        host_drain(&s->host[i]);
    }
    run_until(s, s->now + REST_MS / 2);
    for (int i = 0; i < s->n_hosts && s->failure[0] == '\0'; i++) {
        struct l2tp_counts n = l2tp_counts(s->host[i].engine);

        if (n.tunnels + n.calls + n.half_open + s->host[i].n_up > 0 ||
            l2tp_deadline(s->host[i].engine) != 0)
            sim_fail(s, "host %d: %u tunnels and %u calls are left", i, n.tunnels, n.calls);
    }
}

static void rest(struct sim *s)
{
    s->net.loss = s->net.repeat = s->net.late = 0;
    s->net.cut_until = 0;
    for (int i = 0; i < 4; i++) {
        run_until(s, s->now + REST_MS / 4);
        answer_all(s);
    }
    run_until(s, s->now + 2000);
    for (int i = 0; i < s->n_hosts && s->failure[0] == '\0'; i++)
        for (const struct tunnel *t = l2tp_first(s->host[i].engine); t != NULL; t = t->next)
            compare_tunnel(s, &s->host[i], t);
    if (s->failure[0] == '\0')
        leave(s);
}

/* One seed. */

static void live(struct sim *s, uint64_t seed)
{
    uint32_t deeds_to_do;

    memset(&s->net, 0, sizeof s->net);
    s->seed = seed_in_hand = seed;
    s->now = START_MS;
    s->dice.state = seed;
    s->net.dice.state = prng_next(&s->dice);
    s->digest = 0xcbf29ce484222325u;
    s->failure[0] = '\0';
    s->n_hosts = 2 + prng_chance(&s->dice, 40);
    s->fair = prng_chance(&s->dice, 40);
    for (int i = 0; i < s->n_hosts; i++)
        if (!host_init(s, i))
            abort();
    deed_weather(&s->host[0]);
    deeds_to_do = 20 + prng_below(&s->dice, DEEDS_MOST);
    while (deeds_to_do-- > 0 && s->failure[0] == '\0') {
        deed_any(s);
        run_until(s, s->now + (prng_chance(&s->dice, 60) ? prng_below(&s->dice, 2000)
                                                         : prng_below(&s->dice, 60000)));
    }
    rest(s);
    for (int i = 0; i < s->n_hosts; i++)
        host_free(&s->host[i]);
    net_clear(&s->net);
}

static void aborted(int signo)
{
    char line[80];
    int n = snprintf(line, sizeof line, "not ok - seed %llu: an assertion failed\n",
                     (unsigned long long)seed_in_hand);

    (void)signo;
    (void)!write(STDOUT_FILENO, line, (size_t)n);
    _exit(1);
}

static void show_log(enum log_level level, const char *line)
{
    (void)level;
    printf("#          %s\n", line);
}

static int one_seed(struct sim *s, uint64_t seed)
{
    s->verbose = true;
    log_set_sink(show_log);
    log_set_topics(1u << TOPIC_STATE | 1u << TOPIC_PACKET);
    live(s, seed);
    printf("# %u tunnels and %u calls came up, %u frames arrived, %llu datagrams, digest %016llx\n",
           s->tunnels_up, s->calls_up, s->frames, (unsigned long long)s->net.sent,
           (unsigned long long)s->digest);
    printf("%sok 1 - seed %llu\n1..1\n", s->failure[0] != '\0' ? "not " : "",
           (unsigned long long)seed);
    return s->failure[0] != '\0';
}

/* The seeds from..to in batches; returns how many failed. */
static int batches(struct sim *s, uint64_t from, uint64_t to, int *line)
{
    int failed = 0;

    while (from <= to) {
        uint64_t last = from + BATCH - 1 < to ? from + BATCH - 1 : to, first = from;
        int bad = 0;

        for (; from <= last; from++) {
            live(s, from);
            if (s->failure[0] == '\0')
                continue;
            bad++;
            printf("# %s (tell it: sim --seed %llu)\n", s->failure, (unsigned long long)from);
        }
        printf("%sok %d - seeds %llu..%llu\n", bad > 0 ? "not " : "", ++*line,
               (unsigned long long)first, (unsigned long long)last);
        fflush(stdout);
        failed += bad;
    }
    return failed;
}

/* The same seed lives the same hour. */
static int same_twice(struct sim *s, int *line)
{
    uint64_t first;
    bool same;

    live(s, 42);
    first = s->digest;
    live(s, 42);
    same = s->digest == first;
    live(s, 43);
    same = same && s->digest != first;
    printf("%sok %d - the same seed gives the same events, another seed others\n",
           same ? "" : "not ", ++*line);
    return !same;
}

int main(int argc, char **argv)
{
    struct sim *s = calloc(1, sizeof *s);
    const char *seeds = getenv("SEEDS");
    uint64_t from = 1, to = seeds != NULL ? strtoull(seeds, NULL, 10) : 5000;
    int line = 0, failed = 0;

    if (s == NULL)
        return 1;
    signal(SIGABRT, aborted);
    if (argc == 3 && strcmp(argv[1], "--seed") == 0) {
        failed = one_seed(s, strtoull(argv[2], NULL, 10));
        free(s);
        return failed;
    }
    if (argc == 3) {
        from = strtoull(argv[1], NULL, 10);
        to = strtoull(argv[2], NULL, 10);
    }
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        failed += batches(s, kept[i], kept[i], &line);
    failed += batches(s, from, to, &line);
    failed += same_twice(s, &line);
    printf("# %u tunnels and %u calls came up, %u frames arrived, %u messages\n", s->tunnels_up,
           s->calls_up, s->frames, s->messages);
    printf("%sok %d - the hours were busy\n",
           s->calls_up > 0 && s->frames > 0 && s->tunnels_up > 0 ? "" : "not ", line + 1);
    printf("1..%d\n", line + 1);
    free(s);
    return failed > 0;
}
