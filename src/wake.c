/* After sleep, with other addresses or new IPsec, and when a port is closed; see wake.h. */
#include "wake.h"

#include <errno.h>

#include "base/log.h"
#include "events.h"
#include "host/change.h"
#include "ipsec.h"
#include "lac.h"

#define SETTLE_MS 1000 /* after a new address, until its route is likely to be there too */

/* All LACs, or those whose tunnel comes from a certain address. */
static void probe(struct hub *h, const struct addr *from)
{
    struct lac *l = h->lacs, *next;

    for (; l != NULL; l = next) {
        next = l->next;
        lac_probe(l, from);
    }
}

static void redial(struct hub *h)
{
    struct lac *l = h->lacs, *next;

    for (; l != NULL; l = next) {
        next = l->next;
        lac_hurry(l);
    }
}

/* Those whose peer new IPsec leads to. */
static void secured(struct hub *h, const struct addr *peer)
{
    struct lac *l = h->lacs, *next;

    for (; l != NULL; l = next) {
        next = l->next;
        lac_secured(l, peer);
    }
}

static void settled(struct timer *t)
{
    redial(t->owner);
}

static void told(void *ctx, enum change_kind kind, const struct addr *addr, uint64_t ms)
{
    struct hub *h = ctx;
    char text[ADDR_TEXT];

    if (kind == CHANGE_IPSEC_FLUSHED)
        ipsec_renew(h);
    if (h->stopping != STOP_NOT || h->lacs == NULL)
        return;
    switch (kind) {
    case CHANGE_WOKE:
        log_notice("this machine has slept for %llu s: peers are asked for a sign of life",
                   (unsigned long long)(ms / 1000));
        events_emit("woke", (struct event_field[]){event_number("seconds", ms / 1000), event_end});
        probe(h, NULL);
        redial(h);
        break;
    case CHANGE_ADDRESS_GONE:
        log_debug(TOPIC_NETWORK, "address %s has gone", addr_host_text(addr, text));
        probe(h, addr);
        break;
    case CHANGE_ADDRESS_NEW:
        log_debug(TOPIC_NETWORK, "address %s has come", addr_host_text(addr, text));
        loop_timer_set(h->loop, &h->settle, loop_now(h->loop) + SETTLE_MS);
        break;
    case CHANGE_IPSEC_NEW:
        log_debug(TOPIC_NETWORK, "there is new IPsec to %s", addr_host_text(addr, text));
        secured(h, addr);
        break;
    case CHANGE_IPSEC_FLUSHED:
        break;
    }
}

/* A peer whose port is closed has forgotten its tunnels, even if it is back in a moment. */
static void closed(struct hub *h, const struct addr *peer)
{
    struct lac *l = h->stopping == STOP_NOT ? h->lacs : NULL, *next;

    for (; l != NULL; l = next) {
        next = l->next;
        lac_closed(l, peer);
    }
}

void wake_start(struct hub *h)
{
    h->closed = closed;
    if (loop_timer_init(h->loop, &h->settle) < 0)
        return;
    h->settle.fire = settled;
    h->settle.owner = h;
    h->change = change_open(h->loop, told, h);
    if (h->change == NULL && errno != ENOTSUP)
        log_warn("nothing will be known of sleep and of new addresses");
    ipsec_renew(h); /* somebody may have removed policies before we began to listen */
}

void wake_look(struct hub *h)
{
    if (h->change != NULL)
        change_look(h->change);
}

void wake_stop(struct hub *h)
{
    if (h->change != NULL)
        change_close(h->change);
    h->change = NULL;
}
