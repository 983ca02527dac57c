/* The answer to a HELLO that has gone astray; see stray.h. */
#include "proto/stray.h"

void stray_heard(struct l2tp *e, uint64_t now, const struct addr *from, const struct addr *to,
                 const struct packet *p)
{
    struct refusal *r = &e->refusal;
    struct wr w = wr_over(r->datagram, sizeof r->datagram);
    struct msg m, answer;

    if (r->pending || msg_scan(&m, p->body, p->session).damage != DAMAGE_NONE || m.type != HELLO)
        return;
    msg_init(&answer, STOPCCN, 0);
    answer.assigned_tunnel_id = p->tunnel;
    msg_set(&answer, AVP_ASSIGNED_TUNNEL_ID);
    answer.result_code = (struct msg_result){.result = STOPCCN_GENERAL};
    msg_set(&answer, AVP_RESULT_CODE);
    packet_control_header(&w, 0, 0, 0, (uint16_t)(p->ns + 1), 0);
    if (!msg_encode(&w, &answer, NULL) || wr_len(&w) > p->body.n + PACKET_CONTROL_HEADER ||
        !engine_may_answer(e, now))
        return;
    wr_set16(&w, 2, (uint16_t)wr_len(&w));
    r->pending = true;
    r->is_told = false;
    r->n = wr_len(&w);
    r->from = *to;
    r->to = *from;
}
