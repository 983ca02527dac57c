/* What the frames of one call tell of its PPP; see bearer_ppp.h. */
#include "bearer_ppp.h"

#include <stdio.h>

#include "bearer_lease.h"
#include "events.h"
#include "host/link_kernel.h"
#include "host/pppd_if.h"

#define LOOK_MS 200 /* between two looks at all pppds' files */

/* pppd asks ten times, three seconds apart, and then waits without a word ("passive"). */
#define NO_PPP_MS 40000

static void nothing_came(struct timer *t)
{
    struct bearer *b = t->owner;
    const struct call *c = b->call_id != 0 ? l2tp_call_by_id(b->hub->engine, b->call_id) : NULL;

    if (b->kernel != NULL)
        kernel_look(b->kernel);
    if (c != NULL && c->frames_in == 0)
        diagnose_bearer(b->hub, c, TROUBLE_NO_PPP_ANSWER, "", NULL);
}

void bearer_ppp_start(struct bearer *b)
{
    struct hub *h = b->hub;

    if (b->dialling || loop_timer_init(h->loop, &b->no_ppp) < 0)
        return; /* without memory nothing is told */
    b->no_ppp.fire = nothing_came;
    b->no_ppp.owner = b;
    loop_timer_set(h->loop, &b->no_ppp, loop_now(h->loop) + NO_PPP_MS);
}

void bearer_ppp_stop(struct bearer *b)
{
    if (b->no_ppp.fire != NULL)
        loop_timer_done(b->hub->loop, &b->no_ppp);
}

const char *bearer_ip_text(uint32_t ip, char *dst)
{
    struct addr a = addr_ip4(ip, 0);

    return ip != 0 ? addr_host_text(&a, dst) : NULL;
}

const struct ppp_end *bearer_user(const struct bearer *b)
{
    const struct ppp_end *user = b->is_lac ? &b->facts.pppd : &b->facts.far;
    const struct ppp_end *other = b->is_lac ? &b->facts.far : &b->facts.pppd;

    return user->name[0] == '\0' && other->name[0] != '\0' ? other : user;
}

static void tell_up(const struct bearer *b, const char *layer)
{
    char remote[ADDR_TEXT], local[ADDR_TEXT];

    events_emit("ppp_up", (struct event_field[]){
                              event_number("tunnel", b->tunnel_id), event_number("call", b->number),
                              event_text("layer", layer), event_text("user", bearer_user(b)->name),
                              event_bool("user_accepted", bearer_user(b)->accepted),
                              event_text("address", bearer_ip_text(b->facts.far.ip, remote)),
                              event_text("local_address", bearer_ip_text(b->facts.pppd.ip, local)),
                              event_end});
}

/* Frames tell who the user is and which addresses were agreed on; that a network layer is open, and
 * is again after it was not, is an event. */
static void note_facts(struct bearer *b, bool from_pppd, struct span frame)
{
    unsigned was = b->ppp_up;

    if (!ppp_facts_frame(&b->facts, from_pppd, frame))
        return;
    b->ppp_up = ppp_facts_up(&b->facts);
    if ((b->ppp_up & PPP_UP_IP) != 0)
        bearer_agreed(b);
    if ((b->ppp_up & ~was & PPP_UP_IP) != 0)
        tell_up(b, "ipv4");
    if ((b->ppp_up & ~was & PPP_UP_IP6) != 0)
        tell_up(b, "ipv6");
}

static bool is_up(const struct bearer *b)
{
    return b->ppp_up != 0 || ppp_watch_is_up(&b->watch);
}

/* A further link of a bundle to that host: what has opened its network layers has passed on another. */
static bool joins_bundle(const struct bearer *b)
{
    const struct bearer *other = ppp_watch_bundles(&b->watch) ? b->hub->bearers : NULL;

    while (other != NULL && (other == b || !other->is_lac || other->call_id == 0 ||
                             !ppp_watch_bundles(&other->watch) || !is_up(other) ||
                             !addr_same_host(&other->peer, &b->peer)))
        other = other->next;
    return other != NULL && !b->refused[false] && !b->refused[true];
}

/* Now that it ends.  (It may have been idle, so no frame has told.) */
static void tell_bundle(struct bearer *b)
{
    if (b->told != NULL && *b->told == BEARER_PPP_NEW && joins_bundle(b))
        *b->told = BEARER_PPP_OPEN;
}

/* end: how pppd has ended; NULL: it goes on. */
static void tell_how_far(struct bearer *b, const struct pppd_end *end)
{
    enum pppd_blame blame = end != NULL ? pppd_end_blame(end) : PPPD_BLAME_NOBODY;

    if (b->told == NULL || *b->told == BEARER_PPP_OPEN)
        return;
    if (is_up(b))
        *b->told = BEARER_PPP_OPEN;
    else if (blame == PPPD_BLAME_NAMES || b->refused[false] || b->refused[true])
        *b->told = BEARER_PPP_REFUSED;
    else if (blame == PPPD_BLAME_NEVER_UP ||
             (blame == PPPD_BLAME_FAR && *b->told == BEARER_PPP_NEW))
        *b->told = BEARER_PPP_FAILED;
}

/* Who ends PPP first, and why: pppd's exit status does not always tell. */
static void note_farewell(struct bearer *b, bool from_pppd, struct span frame)
{
    static const char mute[] = "Peer not responding"; /* pppd's words, of LCP's echoes */
    struct span why;

    if (b->far_ends || b->pppd_ends || !ppp_is_farewell(frame, &why))
        return;
    b->far_ends = !from_pppd;
    b->pppd_ends = from_pppd;
    b->far_is_mute = from_pppd && span_eq(why, span_str(mute));
}

void bearer_ppp_frame(struct bearer *b, bool from_pppd, struct span frame)
{
    note_facts(b, from_pppd, frame);
    note_farewell(b, from_pppd, frame);
    if (!b->refused[from_pppd] && ppp_is_rejection(frame))
        b->refused[from_pppd] = true;
    if (b->ppp_up == 0)
        ppp_note_willing(&b->declines, from_pppd, frame);
    ppp_watch_frame(&b->watch, from_pppd, frame);
    b->opened = b->opened || b->ppp_up != 0 || ppp_watch_is_up(&b->watch);
    tell_how_far(b, NULL);
}

static void note_interface(void *ctx, pid_t pid, const char *name)
{
    struct bearer *b = ctx;

    if (pid == b->pppd.child.pid)
        snprintf(b->ifname, sizeof b->ifname, "%s", name);
}

/* Of a thousand calls that end at once not each looks at a thousand files. */
static void find_interface(struct bearer *b)
{
    uint64_t now = loop_now(b->hub->loop);

    if (b->ifname[0] != '\0' || now < b->hub->interface_sought + LOOK_MS)
        return;
    b->hub->interface_sought = now;
    pppd_if_each(NULL, note_interface, b);
}

void bearer_ppp_call_down(struct bearer *b)
{
    if (b->told != NULL && *b->told == BEARER_PPP_UNSEEN && b->pppd.child.pid > 0) {
        find_interface(b);
        if (b->ifname[0] != '\0')
            *b->told = link_kernel_is_up(b->ifname) ? BEARER_PPP_OPEN : BEARER_PPP_NEW;
    }
    tell_bundle(b);
    b->told = NULL;
}

void bearer_ppp_end(struct bearer *b, const struct pppd_end *end)
{
    if (pppd_end_blame(end) == PPPD_BLAME_FAR)
        tell_bundle(b);
    tell_how_far(b, end);
}
