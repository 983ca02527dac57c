/* A LAC of which the kernel says that there is new IPsec to its peer; see lac_parts.h.
 *
 * Keys are renewed, or what was lost is back.  Then the peer may have ended or forgotten the tunnel, or
 * take us for another by the mark of the new one, and says nothing; or it can be reached again. */
#include "base/log.h"
#include "lac_parts.h"
#include "proto/silence.h"

#define MOST_S 5      /* for a sign of life: "redial timeout", but no longer than this, ... */
#define LEAST_S 2     /* ... and no less */
#define READY_MS 5000 /* what was sent may have come before the other end was ready */

/* Who is to be back soon is to be missed as soon. */
static uint32_t patience_ms(const struct lac *l)
{
    const struct conf_lac *conf = lac_section(l);
    int s = conf != NULL && conf->redial_timeout_s < MOST_S ? conf->redial_timeout_s : MOST_S;

    return (uint32_t)(s > LEAST_S ? s : LEAST_S) * 1000u;
}

static void ask(struct lac *l, const struct tunnel *t, uint64_t now)
{
    uint32_t within_ms = patience_ms(l);

    if (t->p.hello_ms > 0 && !silence_is_asked(t, now, within_ms))
        lac_ask(l, t, within_ms, ", as there is new IPsec to it");
}

void lac_secured(struct lac *l, const struct addr *peer)
{
    const struct tunnel *up = lac_tunnel(l);
    const struct tunnel *dialled =
        l->state == LAC_DIALLING ? l2tp_tunnel(l->hub->engine, l->tunnel_id) : NULL;
    uint64_t now = loop_now(l->hub->loop);

    if (up != NULL && addr_same_host(&up->peer, peer))
        ask(l, up, now);
    if (dialled != NULL && addr_same_host(&dialled->peer, peer)) {
        l->hurry_until = now + READY_MS;
        l2tp_hurry(l->hub->engine, now, dialled->id);
    }
    if (l->state == LAC_WAITING && hosts_has(&l->hosts, peer) && lac_may_hurry(l, now)) {
        log_info("lac %s: redials at once, as there is new IPsec", l->name);
        l->hurried = now;
        loop_timer_set(l->hub->loop, &l->redial, now);
    }
}
