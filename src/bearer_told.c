/* What the peer and the LAC have said of a call, for its pppd's scripts; see bearer_parts.h. */
#include <stdio.h>

#include "bearer_parts.h"
#include "mtu.h"
#include "wire/avp.h"

_Static_assert(PPPD_LINE_RATES == LINE_RATES && PPPD_LINE_DELAYS == LINE_DELAYS, "one for each");

static bool is_said(const struct call_line *line, unsigned avp)
{
    return (line->has >> avp & 1) != 0;
}

/* Of the line (RFC 5515, 5).  Rates and delays stand in the order of enum line_rate and line_delay. */
static void tell_line(struct pppd_settings *s, const struct call_line *line)
{
    const uint8_t *layer = line->encapsulation;

    s->circuit_id = line->circuit_id;
    s->remote_id = line->remote_id;
    for (unsigned i = 0; i < LINE_RATES; i++)
        s->line_rates[i] = line->rates[i];
    for (unsigned i = 0; i < LINE_DELAYS; i++) {
        s->line_delays[i] = line->delays[i];
        s->has_line_delay |= is_said(line, AVP_LINE_DELAYS + i) ? 1u << i : 0;
    }
    if (is_said(line, AVP_ACCESS_LINE_TYPE))
        avp_line_type_text(line->type, s->line_type, sizeof s->line_type);
    if (is_said(line, AVP_ACCESS_LOOP_ENCAPSULATION))
        snprintf(s->encapsulation, sizeof s->encapsulation, "%u/%u/%u", (unsigned)layer[0],
                 (unsigned)layer[1], (unsigned)layer[2]);
    if (is_said(line, AVP_IWF_SESSION))
        snprintf(s->interworking, sizeof s->interworking, "%s", line->iwf != 0 ? "yes" : "no");
}

void bearer_tell_call(struct pppd_settings *s, const struct call *c, const struct conf_peer *p)
{
    s->caller_id = c->calling;
    s->called_number = c->called;
    s->sub_address = c->sub_address;
    s->private_group = c->group;
    s->peer_name = c->tunnel->peer_name_is_whole ? c->tunnel->peer_name : NULL;
    s->mtu = mtu_for_pppd(c, p->path_mtu);
    s->tunnel = c->tunnel->id;
    s->call = c->id;
    s->tx_bps = c->tx_bps;
    s->rx_bps = c->rx_bps;
    if (c->line != NULL)
        tell_line(s, c->line);
}
