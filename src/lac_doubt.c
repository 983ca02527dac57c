/* A LAC that is to be back soon ("redial timeout") doubts a peer that is silent; see lac_parts.h.
 *
 * A peer that was started anew knows nothing of our tunnel, and most makes do not say so: from the
 * tunnel it looks like a way that is broken for a while, which is to be borne.  A tunnel that is
 * opened anew tells the two apart: who answers that, and is then asked in the old one, knows the old
 * one or does not. */
#include "base/log.h"
#include "lac_parts.h"
#include "proto/silence.h"

#define LONG_MS 7000  /* for the answer: its SCCRQ goes at 0, 1 and 3 s, ... */
#define SHORT_MS 2500 /* ... or at 0 and 1 s only; then another tunnel asks */
#define LAST_MS 1000  /* and so long, beside a round trip, for the old tunnel's peer to speak */
#define FAR_MS 2000   /* of a round trip that is allowed for, at most */
#define SOON_S 10     /* who redials as soon as that asks the short way */
#define CLOSED_MS 10000 /* for a sign of life when its port is closed: a firewall may say so for a moment */

/* Where its call goes, as it was dialled. */
static void where(const struct lac *l, const struct tunnel *t, struct hosts_next *next)
{
    const struct hosts_addr *at = l->hosts.at_addr;

    *next = (struct hosts_next){.host = lac_host_name(l), .addr = t->peer, .last = true};
    if (at != NULL && addr_same_host(&at->addr, &t->peer))
        next->addr = at->addr;
    next->port = next->addr.port;
}

void lac_doubt(struct lac *l, const struct tunnel *t)
{
    const struct conf_lac *conf = lac_section(l);
    struct hosts_next next;

    if (t != lac_tunnel(l) || l->doubt_asks.tunnel != 0 || conf == NULL || !lac_will_redial(l) ||
        silence_is_asked(t, loop_now(l->hub->loop), LAST_MS + FAR_MS))
        return;
    where(l, t, &next);
    log_info("lac %s: its peer is silent: asked by another tunnel whether it is there", l->name);
    lac_dial_ask(l, &l->doubt_asks, &next, conf->redial_timeout_s > SOON_S ? LONG_MS : SHORT_MS,
                 l->other_port);
}

void lac_doubt_stop(struct lac *l)
{
    lac_dial_unask(l, &l->doubt_asks, "not wanted any more");
}

/* The peer is there: now it knows the tunnel of the call, and says so, or the call is lost. */
static void decide(struct lac *l, uint64_t took_ms)
{
    const struct tunnel *t = lac_tunnel(l);

    if (t != NULL)
        lac_ask(l, t, LAST_MS + (uint32_t)(took_ms < FAR_MS ? took_ms : FAR_MS),
                ", as it has answered another tunnel");
}

void lac_doubt_answered(struct lac *l, const struct tunnel *t)
{
    lac_dial_unask(l, &l->doubt_asks, LAC_ONLY_ASKED);
    decide(l, t->heard - t->born);
}

/* It may have been refused, or a tie lost: that is an answer, too. */
void lac_doubt_failed(struct lac *l, const struct tunnel *t)
{
    bool is_there = t->spoken || !t->why_ours || t->why.fault == FAULT_GIVES_WAY;

    lac_dial_asked(l, &l->doubt_asks);
    if (is_there && t->why.fault != FAULT_SILENCE)
        decide(l, t->heard - t->born);
}

/* Each datagram may bring that word: while the peer is being asked it is no news. */
void lac_closed(struct lac *l, const struct addr *peer)
{
    const struct tunnel *t = lac_tunnel(l);

    if (t != NULL && !silence_is_asked(t, loop_now(l->hub->loop), CLOSED_MS) &&
        t->p.hello_ms > 0 && t->peer.port == peer->port && addr_same_host(&t->peer, peer))
        lac_ask(l, t, CLOSED_MS, ", as ICMP says that its port is closed");
}
