/* CSUN and CSURQ; see speeds.h. */
#include "proto/speeds.h"

#include "base/log.h"
#include "proto/call_parts.h"
#include "proto/post.h"

/* The call that our id names, if it is one of those. */
static struct call *find(struct l2tp *e, const struct tunnel *t, uint16_t id, bool as_lac)
{
    struct call *c = e->reg.call[id];
    bool is = c != NULL && c->tunnel == t && c->state == ESTABLISHED && c->tells_speed &&
              call_is_lac(c) == as_lac;

    if (!is)
        log_debug(TOPIC_TUNNEL, "tunnel %u: speed of call %u, which is %s: passed over",
                  (unsigned)t->id, (unsigned)id,
                  c != NULL && c->tunnel == t ? "none to tell it of" : "unknown");
    return is ? c : NULL;
}

static void take(struct l2tp *e, struct tunnel *t, uint64_t now, const struct msg_speeds *told)
{
    for (unsigned i = 0; i < told->n; i++) {
        const struct msg_speed *s = &told->at[i];
        struct call *c = find(e, t, s->session, false);

        if (c == NULL || (c->tx_bps == s->tx && c->rx_bps == s->rx))
            continue;
        c->tx_bps = s->tx;
        c->rx_bps = s->rx;
        call_tell(c, NEWS_SPEED);
        engine_settle_call(e, c, now);
    }
}

/* All that is asked for in one message; nothing to tell is not told. */
static void answer(struct l2tp *e, struct tunnel *t, const struct msg_speeds *asked)
{
    struct msg m;
    struct msg_speeds *told = &m.connect_speed_update;

    msg_init(&m, CSUN, 0);
    for (unsigned i = 0; i < asked->n; i++) {
        const struct call *c = find(e, t, asked->at[i].session, true);

        if (c != NULL)
            told->at[told->n++] = (struct msg_speed){c->peer_id, c->tx_bps, c->rx_bps};
    }
    msg_set(&m, AVP_CONNECT_SPEED_UPDATE);
    if (told->n > 0 && !post_send(t, &m))
        t->lost_word = true;
}

void speeds_heard(struct l2tp *e, struct tunnel *t, uint64_t now, struct msg *m, struct verdict v)
{
    char name[TUNNEL_NAME], line[512];

    if (v.damage == DAMAGE_NONE)
        v = post_open(t, m, e->arena, sizeof e->arena);
    if (log_topic(TOPIC_PACKET))
        log_debug(TOPIC_PACKET, "%s: heard %s", tunnel_name(t, name, sizeof name),
                  msg_describe(m, line, sizeof line));
    if (v.damage == DAMAGE_TUNNEL) {
        if (v.fault == FAULT_NONE)
            v.fault = FAULT_MESSAGE;
        tunnel_event(t, now, EVENT_CLOSE, v);
    } else if (v.damage == DAMAGE_NONE && t->state == ESTABLISHED && m->type == CSUN) {
        take(e, t, now, &m->connect_speed_update);
    } else if (v.damage == DAMAGE_NONE && t->state == ESTABLISHED) {
        answer(e, t, &m->connect_speed_update);
    }
}

void l2tp_line_speed(struct l2tp *e, uint64_t now, uint16_t call, uint32_t tx, uint32_t rx)
{
    struct call *c = e->reg.call[call];

    if (c == NULL)
        return;
    call_line_speed(c, now, tx, rx);
    engine_settle_call(e, c, now);
}
