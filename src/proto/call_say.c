/* The messages of a session, put together: RFC 2661, 6.6 to 6.14; RFC 5515, 4. */
#include <string.h>

#include "base/log.h"
#include "proto/call_parts.h"
#include "proto/post.h"
#include "wire/proxy.h"
#include "wire/quirks.h"

#define PROXY_VALUE_MOST 1000 /* of 1,015 octets that an AVP has room for when hidden */
#define PROXY_MOST 3500       /* of POST_MOST */

/* Sets a field of m and marks it as present. */
#define PUT(avp, field, value)                                                                     \
    do {                                                                                           \
        m.field = (value);                                                                         \
        msg_set(&m, (avp));                                                                        \
    } while (0)

/* What is not known is left out, not sent empty (7.4). */
#define PUT_TEXT(avp, field, text)                                                                 \
    do {                                                                                           \
        if ((text)[0] != '\0')                                                                     \
            PUT(avp, field, span_str(text));                                                       \
    } while (0)

/* RFC 5515, 5.  A rate or a delay has the place in its row that its slot has behind the first one's. */
static void put_line(struct msg *m, const struct call_line *line)
{
    m->present |= line->has;
    m->agent_circuit_id = span_str(line->circuit_id);
    m->agent_remote_id = span_str(line->remote_id);
    memcpy(m->line_rates, line->rates, sizeof m->line_rates);
    memcpy(m->line_delays, line->delays, sizeof m->line_delays);
    m->access_loop_encapsulation = span_of(line->encapsulation, sizeof line->encapsulation);
    m->access_line_type = line->type;
    m->iwf_session = line->iwf;
}

bool call_say_icrq(struct call *c)
{
    struct msg m;

    msg_init(&m, ICRQ, 0);
    PUT(AVP_ASSIGNED_SESSION_ID, assigned_session_id, c->id);
    PUT(AVP_CALL_SERIAL_NUMBER, call_serial_number, c->serial);
    PUT(AVP_BEARER_TYPE, bearer_type, c->bearer);
    if (c->has_channel)
        PUT(AVP_PHYSICAL_CHANNEL_ID, physical_channel_id, c->channel);
    PUT_TEXT(AVP_CALLED_NUMBER, called_number, c->called);
    PUT_TEXT(AVP_CALLING_NUMBER, calling_number, c->calling);
    PUT_TEXT(AVP_SUB_ADDRESS, sub_address, c->sub_address);
    if (c->line != NULL)
        put_line(&m, c->line);
    if (c->tells_speed)
        msg_set(&m, AVP_CONNECT_SPEED_UPDATE_ENABLE);
    return post_send(c->tunnel, &m);
}

bool call_say_ocrq(struct call *c)
{
    const struct tunnel *t = c->tunnel;
    struct msg m;

    msg_init(&m, OCRQ, 0);
    PUT(AVP_ASSIGNED_SESSION_ID, assigned_session_id, c->id);
    PUT(AVP_CALL_SERIAL_NUMBER, call_serial_number, c->serial);
    PUT(AVP_MINIMUM_BPS, minimum_bps, c->minimum_bps);
    PUT(AVP_MAXIMUM_BPS, maximum_bps, c->maximum_bps);
    /* only what the LAC has advertised may be asked for (4.4.3, 4.4.4) */
    PUT(AVP_BEARER_TYPE, bearer_type, c->bearer & t->peer_bearer);
    PUT(AVP_FRAMING_TYPE, framing_type, c->framing & t->peer_framing);
    PUT(AVP_CALLED_NUMBER, called_number, span_str(c->called));
    PUT_TEXT(AVP_SUB_ADDRESS, sub_address, c->sub_address);
    return post_send(c->tunnel, &m);
}

bool call_say_id(struct call *c, enum msg_type type)
{
    struct msg m;

    msg_init(&m, type, c->peer_id);
    PUT(AVP_ASSIGNED_SESSION_ID, assigned_session_id, c->id);
    if (type == OCRP && c->has_channel)
        PUT(AVP_PHYSICAL_CHANNEL_ID, physical_channel_id, c->channel);
    return post_send(c->tunnel, &m);
}

/* NULL: it goes into an AVP each, hidden and padded too, and all of it into one message; and the challenge
 * has an octet, the least that there must be of it (4.4.5).  Else why not. */
static const char *misfit(const struct call_proxy *p)
{
    if ((p->present >> AVP_PROXY_AUTHEN_CHALLENGE & 1) &&
        p->value[AVP_PROXY_AUTHEN_CHALLENGE - PROXY_FIRST].n == 0)
        return "proxy authentication has an empty challenge";
    for (unsigned i = 0; i < PROXY_AVPS; i++)
        if (p->value[i].n > PROXY_VALUE_MOST)
            return "a value of it is too long to be told";
    return call_proxy_size(p) <= PROXY_MOST ? NULL : "all of it is too long for a message";
}

/* Better none than half of it: the LNS begins anew (4.4.5). */
static void drop_proxy(struct call *c, struct msg *m, const char *why)
{
    char name[64];

    m->present &= ~(UINT64_C(0xff) << PROXY_FIRST);
    log_notice("%s: the LNS is told nothing of the caller's PPP, and begins it anew: %s",
               call_name(c, name, sizeof name), why);
    call_proxy_forget(c); /* nor does anybody say that it has been told */
}

static void put_proxy(struct msg *m, const struct call_proxy *p)
{
    for (unsigned i = 0; i < PROXY_AVPS; i++)
        if (p->present >> (PROXY_FIRST + i) & 1)
            msg_set_span(m, PROXY_FIRST + i, p->value[i]);
    m->proxy_authen_type = p->type;
    m->proxy_authen_id = p->id;
}

/* What both sides have, synchronous if there is a choice; but an OCRQ may leave none (4.4.4), and a line
 * has none. */
static uint32_t framing_of(const struct call *c, enum msg_type type)
{
    const struct tunnel *t = c->tunnel;
    uint32_t asked = c->framing & t->p.framing;

    bool no_choice = asked == FRAMING_SYNC || asked == FRAMING_ASYNC;

    if (type == OCCN ? asked != (FRAMING_SYNC | FRAMING_ASYNC)
                     : no_choice && (asked & t->peer_framing) != 0)
        return asked;
    return t->peer_framing & t->p.framing & FRAMING_SYNC ? FRAMING_SYNC : FRAMING_ASYNC;
}

/* Of a line that the LNS has asked for none is faster than it wants (4.4.4, Maximum BPS). */
static uint32_t speed_of(const struct call *c, enum msg_type type, uint32_t bps)
{
    return type == OCCN && bps > c->maximum_bps ? c->maximum_bps : bps;
}

bool call_say_connected(struct call *c, enum msg_type type)
{
    const struct tunnel *t = c->tunnel;
    const char *why = NULL;
    struct msg m;

    msg_init(&m, type, c->peer_id);
    if (type == OCCN || (c->tx_bps == 0 && c->rx_bps == 0)) /* else a line of its own, whose ... */
        c->rx_bps = speed_of(c, type, t->p.rx_bps);
    if (type == OCCN || c->tx_bps == 0) /* ... speed may be known one way only */
        c->tx_bps = speed_of(c, type, t->p.tx_bps);
    c->framing = framing_of(c, type);
    PUT(AVP_TX_CONNECT_SPEED, tx_connect_speed, c->tx_bps);
    PUT(AVP_FRAMING_TYPE, framing_type, c->framing);
    if (c->rx_bps != 0 && c->rx_bps != c->tx_bps && !(t->quirks & QUIRK_NO_RX_SPEED))
        PUT(AVP_RX_CONNECT_SPEED, rx_connect_speed, c->rx_bps);
    if (t->p.require_sequencing || c->must_sequence) {
        c->must_sequence = c->send_sequence = true;
        msg_set(&m, AVP_SEQUENCING_REQUIRED);
    }
    if (type == ICCN)
        PUT_TEXT(AVP_PRIVATE_GROUP_ID, private_group_id, c->group);
    if (type == ICCN && c->proxy != NULL && (why = misfit(c->proxy)) == NULL) {
        put_proxy(&m, c->proxy);
        why = proxy_flaw(&m);
    }
    if (why != NULL)
        drop_proxy(c, &m, why);
    return post_send(c->tunnel, &m);
}

bool call_say_cdn(struct call *c, const struct verdict *why)
{
    const struct call_cause *cause = &c->cause;
    struct msg m;

    msg_init(&m, CDN, c->peer_id);
    PUT(AVP_RESULT_CODE, result_code, post_result(why, CDN_ADMINISTRATIVE));
    PUT(AVP_ASSIGNED_SESSION_ID, assigned_session_id, c->id);
    if (cause->has_q931)
        PUT(AVP_Q931_CAUSE_CODE, q931_cause_code,
            ((struct msg_q931){cause->q931, cause->q931_message, span_of(NULL, 0)}));
    if (cause->has_ppp && c->tunnel->p.disconnect_cause)
        PUT(AVP_PPP_DISCONNECT_CAUSE, ppp_disconnect_cause,
            ((struct msg_ppp_cause){cause->ppp, cause->protocol, cause->direction,
                                    span_str(cause->text)}));
    return post_send(c->tunnel, &m);
}

bool call_say_line_info(struct call *c)
{
    struct msg m;

    msg_init(&m, SLI, c->peer_id);
    m.accm[0] = c->accm_send;
    m.accm[1] = c->accm_receive;
    msg_set(&m, AVP_ACCM);
    return post_send(c->tunnel, &m);
}

bool call_say_line_errors(struct call *c)
{
    struct msg m;

    msg_init(&m, WEN, c->peer_id);
    memcpy(m.call_errors, c->errors, sizeof m.call_errors);
    msg_set(&m, AVP_CALL_ERRORS);
    return post_send(c->tunnel, &m);
}

bool call_say_speed(struct call *c, enum msg_type type)
{
    bool tells = type == CSUN;
    struct msg m;

    msg_init(&m, type, 0); /* of the tunnel: its AVP names the call */
    m.connect_speed_update.n = 1;
    m.connect_speed_update.at[0] =
        (struct msg_speed){c->peer_id, tells ? c->tx_bps : 0, tells ? c->rx_bps : 0};
    msg_set(&m, AVP_CONNECT_SPEED_UPDATE);
    return post_send(c->tunnel, &m);
}
