/* The end of a life: the weather clears up; when all that the RFC and the settings let run has run
 * out, the two ends of everything agree, or both are dead; then all is closed and nothing is left.
 */
#include <stdlib.h>

#include "sim.h"
#include "wire/quirks.h"

#define SLACK_MS 5000u /* for what is under way */

static uint64_t most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* A peer that is gone is found out by the next HELLO, one interval after the last word, or two, as
 * whatever is under way puts one off; then max_tries transmissions again, and the interval after
 * the last; perhaps another round for a StopCCN; what is set up may take its time before; whoever
 * got a StopCCN lingers for a cycle, that of the default at least (5.5, 5.7, 5.8, A-05, A-11). */
uint64_t rest_bound(struct sim *s)
{
    uint64_t hello = 0, silence = 0, setup = 0;

    for (int i = 0; i < s->n_hosts; i++) {
        const struct l2tp_profile *p = &s->host[i].profile;

        hello = most(hello, p->hello_ms);
        silence = most(silence, (most(p->max_tries, XPORT_TRIES) + 1) * p->cap_ms);
        setup = most(setup, p->setup_ms > 0 ? p->setup_ms : SETUP_MS);
    }
    return LATE_MS + setup + 2 * hello + 3 * silence + SLACK_MS;
}

static bool sends_hellos(const struct tunnel *t)
{
    return t->p.hello_ms > 0 && !(t->quirks & QUIRK_NO_HELLO);
}

static void compare_call(struct sim *s, struct host *h, struct host *peer, const struct call *c)
{
    const struct call *other = l2tp_call_by_id(peer->engine, c->peer_id);

    sim_hold(s, OF_AGREE, c->state == ESTABLISHED, "host %d: call %u rests in %s", h->number,
             (unsigned)c->id, state_name(c->state));
    sim_hold(s, OF_AGREE,
             other != NULL && other->state == ESTABLISHED && other->peer_id == c->id &&
                 other->tunnel->id == c->tunnel->peer_id,
             "host %d: call %u is up, its other end %u is not", h->number, (unsigned)c->id,
             (unsigned)c->peer_id);
    frame_counts(h, c);
}

static void compare_tunnel(struct sim *s, struct host *h, const struct tunnel *t)
{
    struct host *peer = host_at(s, &t->peer);
    const struct tunnel *other = peer != NULL ? l2tp_tunnel(peer->engine, t->peer_id) : NULL;
    bool mutual = other != NULL && other->state == ESTABLISHED && other->peer_id == t->id &&
                  addr_same(&other->peer, &h->addr);

    sim_hold(s, OF_AGREE, t->state == ESTABLISHED, "host %d: tunnel %u rests in %s", h->number,
             (unsigned)t->id, state_name(t->state));
    if (!mutual && !sends_hellos(t)) { /* it does not ask, so nobody can tell it */
        s->excused++;
        return;
    }
    sim_hold(s, OF_AGREE, mutual, "host %d: tunnel %u is up, its other end %u is not", h->number,
             (unsigned)t->id, (unsigned)t->peer_id);
    if (mutual)
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

void rest_leave(struct sim *s)
{
    for (int i = 0; i < s->n_hosts; i++) {
        struct host *h = &s->host[i];

        for (const struct tunnel *t = l2tp_first(h->engine); t != NULL; t = t->next)
            l2tp_close(h->engine, host_now(h), t->id, STOPCCN_SHUTTING_DOWN, ERROR_NONE, "");
        host_drain(h);
    }
    sim_until(s, s->now + rest_bound(s));
    for (int i = 0; i < s->n_hosts && !sim_failed(s); i++) {
        struct l2tp_counts n = l2tp_counts(s->host[i].engine);

        sim_hold(s, OF_LEAVE,
                 n.tunnels + n.calls + n.half_open + s->host[i].n_up == 0 &&
                     l2tp_deadline(s->host[i].engine) == 0,
                 "host %d: %u tunnels and %u calls are left", i, n.tunnels, n.calls);
    }
}

void rest_calm(struct sim *s)
{
    uint64_t bound = rest_bound(s);

    s->net.loss = s->net.repeat = s->net.late = s->net.garble = 0;
    s->net.cut_until = 0;
    memory.scarce = 0;
    for (int i = 0; i < 4; i++) {
        sim_until(s, s->now + bound / 4);
        answer_all(s);
    }
    sim_until(s, s->now + SLACK_MS);
    for (int i = 0; i < s->n_hosts && !sim_failed(s) && !s->garbles; i++)
        for (const struct tunnel *t = l2tp_first(s->host[i].engine); t != NULL; t = t->next)
            compare_tunnel(s, &s->host[i], t);
}
