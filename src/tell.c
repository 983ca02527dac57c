/* Events of tunnels and calls; see tell.h. */
#include "tell.h"

#include "events.h"
#include "say.h"

/* A LAC's section and a LNS's may have the same name: which kind it is stands beside it. */
static const char *role_of(const struct tunnel *t)
{
    return t->initiator ? "lac" : "lns";
}

void tell_tunnel_up(const struct tunnel *t)
{
    char peer[ADDR_TEXT];

    if (!events_are_heard())
        return;
    events_emit("tunnel_up",
                (struct event_field[]){
                    event_number("tunnel", t->id), event_number("peer_tunnel", t->peer_id),
                    event_text("peer", addr_host_text(&t->peer, peer)),
                    event_number("peer_port", t->peer.port), event_text("peer_name", t->peer_name),
                    event_text("peer_vendor", t->peer_vendor), event_text("role", role_of(t)),
                    event_text("section", t->p.label), event_end});
}

void tell_tunnel_down(const struct tunnel *t, uint64_t now)
{
    char peer[ADDR_TEXT], cause[SAY_REASON];

    if (!events_are_heard())
        return;
    events_emit("tunnel_down",
                (struct event_field[]){
                    event_number("tunnel", t->id),
                    event_text("peer", addr_host_text(&t->peer, peer)),
                    event_number("peer_port", t->peer.port), event_text("peer_name", t->peer_name),
                    event_text("role", role_of(t)), event_text("section", t->p.label),
                    event_bool("was_up", t->was_up), event_text("by", say_ended_by(t)),
                    event_number("result", t->why.result), event_number("error", t->why.error),
                    event_text("cause", say_tunnel_reason(t, cause)),
                    event_number("seconds", (now - t->born) / 1000), event_end});
}

void tell_call_up(const struct call *c, const struct bearer *b)
{
    const struct tunnel *t = c->tunnel;
    struct addr lease = addr_ip4(b->lease, 0);
    char peer[ADDR_TEXT], address[ADDR_TEXT];

    if (!events_are_heard())
        return;
    events_emit("call_up",
                (struct event_field[]){
                    event_number("tunnel", t->id), event_number("call", c->id),
                    event_number("peer_call", c->peer_id), event_number("serial", c->serial),
                    event_text("peer", addr_host_text(&t->peer, peer)),
                    event_text("peer_name", t->peer_name), event_text("role", say_role(c)),
                    event_text("section", t->p.label),
                    event_text("group", b->group != NULL ? b->group->name : NULL),
                    event_text("calling", c->calling),
                    event_text("called", c->called),
                    event_text("circuit_id", c->line != NULL ? c->line->circuit_id : NULL),
                    event_text("remote_id", c->line != NULL ? c->line->remote_id : NULL),
                    event_number("tx_bps", c->tx_bps), event_number("rx_bps", c->rx_bps),
                    event_text("address", b->lease != 0 ? addr_host_text(&lease, address) : NULL),
                    event_number("pppd_pid", b->pppd.child.pid), event_end});
}

void tell_call_speed(const struct call *c)
{
    char peer[ADDR_TEXT];

    if (!events_are_heard())
        return;
    events_emit("call_speed",
                (struct event_field[]){
                    event_number("tunnel", c->tunnel->id), event_number("call", c->id),
                    event_text("peer", addr_host_text(&c->tunnel->peer, peer)),
                    event_text("peer_name", c->tunnel->peer_name),
                    event_text("role", say_role(c)), event_text("section", c->tunnel->p.label),
                    event_number("tx_bps", c->tx_bps), event_number("rx_bps", c->rx_bps),
                    event_end});
}

void tell_call_down(const struct call *c, uint64_t now)
{
    const struct tunnel *t = c->tunnel;
    char peer[ADDR_TEXT], cause[SAY_REASON];

    if (!events_are_heard())
        return;
    events_emit(
        "call_down",
        (struct event_field[]){
            event_number("tunnel", t->id), event_number("call", c->id),
            event_text("peer", addr_host_text(&t->peer, peer)),
            event_text("peer_name", t->peer_name), event_text("role", say_role(c)),
            event_text("section", t->p.label), event_bool("was_up", c->was_carried),
            event_text("by", say_call_ended_by(c)), event_number("result", c->why.result),
            event_number("error", c->why.error), event_text("cause", say_call_reason(c, cause)),
            event_number("seconds", (now - c->born) / 1000),
            event_number("rx_frames", c->frames_in), event_number("rx_bytes", c->octets_in),
            event_number("tx_frames", c->frames_out), event_number("tx_bytes", c->octets_out),
            event_number("lost", c->gaps), event_end});
}
