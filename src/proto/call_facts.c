/* What a good message says of its call is kept here, fit to be logged and to be told on. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "proto/call_parts.h"
#include "proto/post.h"

bool call_can_keep(struct span text, size_t room)
{
    return text.n < room && (text.n == 0 || memchr(text.p, '\0', text.n) == NULL);
}

/* One that cannot be kept whole is as good as none. */
static void keep_text(const struct call *c, const struct msg *m, unsigned avp, struct span text,
                      char *to, size_t room)
{
    char name[64];

    if (!msg_has(m, avp))
        return;
    if (call_can_keep(text, room))
        span_to_str(text, to, room);
    else
        log_info("%s: AVP %u is not kept: it has %zu octets, of %zu at most, or a NUL among them",
                 call_name(c, name, sizeof name), avp, text.n, room - 1);
}

#define LINE_SLOTS                                                                                 \
    (((UINT64_C(1) << (AVP_IWF_SESSION + 1)) - 1) & ~((UINT64_C(1) << AVP_AGENT_CIRCUIT_ID) - 1))

struct call_line *call_line_copy(const struct call_line *from)
{
    struct call_line *line = malloc(sizeof *line);

    if (line != NULL)
        *line = *from;
    return line;
}

static void keep_id(const struct call *c, const struct msg *m, struct call_line *line, unsigned avp,
                    char to[LINE_ID_MOST + 1])
{
    keep_text(c, m, avp, msg_span(m, avp), to, LINE_ID_MOST + 1);
    if (to[0] == '\0')
        line->has &= ~(UINT64_C(1) << avp);
}

/* RFC 5515, 5: of the line, if anything is said of it.  Without memory there is none: that is for
 * people and scripts. */
static void keep_line(struct call *c, const struct msg *m)
{
    struct call_line line = {.has = m->present & LINE_SLOTS};

    if (line.has == 0 || c->line != NULL)
        return;
    keep_id(c, m, &line, AVP_AGENT_CIRCUIT_ID, line.circuit_id);
    keep_id(c, m, &line, AVP_AGENT_REMOTE_ID, line.remote_id);
    memcpy(line.rates, m->line_rates, sizeof line.rates);
    memcpy(line.delays, m->line_delays, sizeof line.delays);
    if (msg_has(m, AVP_ACCESS_LOOP_ENCAPSULATION))
        memcpy(line.encapsulation, m->access_loop_encapsulation.p, sizeof line.encapsulation);
    line.type = m->access_line_type;
    line.iwf = m->iwf_session;
    c->line = call_line_copy(&line);
}

#define KEEP(c_field, avp, m_field)                                                                \
    do {                                                                                           \
        if (msg_has(m, avp))                                                                       \
            c->c_field = m->m_field;                                                               \
    } while (0)

size_t call_proxy_size(const struct call_proxy *p)
{
    size_t n = 0;

    for (unsigned i = 0; i < PROXY_AVPS; i++)
        n += p->value[i].n;
    return n;
}

struct call_proxy *call_proxy_copy(const struct call_proxy *from)
{
    struct call_proxy *p = malloc(sizeof *p + call_proxy_size(from));
    size_t n = 0;

    if (p == NULL)
        return NULL;
    memcpy(p, from, sizeof *p);
    for (unsigned i = 0; i < PROXY_AVPS; i++) {
        struct span v = from->value[i];

        if (v.n > 0)
            memcpy(p->octets + n, v.p, v.n);
        p->value[i] = span_of(p->octets + n, v.n);
        n += v.n;
    }
    return p;
}

void call_proxy_forget(struct call *c)
{
    if (c->proxy != NULL) /* it may hold a password */
        bytes_wipe(c->proxy->octets, call_proxy_size(c->proxy));
    free(c->proxy);
    c->proxy = NULL;
}

void call_proxy_of(const struct msg *m, struct call_proxy *p)
{
    *p = (struct call_proxy){.present = m->present & UINT64_C(0xff) << PROXY_FIRST};
    for (unsigned i = 0; i < PROXY_AVPS; i++)
        p->value[i] = msg_span(m, PROXY_FIRST + i);
    p->type = msg_has(m, AVP_PROXY_AUTHEN_TYPE) ? m->proxy_authen_type : 0;
    p->id = msg_has(m, AVP_PROXY_AUTHEN_ID) ? m->proxy_authen_id : 0;
}

/* Without memory there is none: then PPP is negotiated anew, which is always right (4.4.5). */
static void keep_proxy(struct call *c, const struct msg *m)
{
    struct call_proxy p;

    call_proxy_of(m, &p);
    if (p.present != 0 && c->proxy == NULL)
        c->proxy = call_proxy_copy(&p);
}

/* ICCN and OCCN: the line.  Without Rx Connect Speed it is as fast both ways; without Framing Type
 * it is synchronous (a LAC that leaves it out is an old IOS with no modem behind). */
static void keep_connection(struct call *c, const struct msg *m)
{
    if (m->type != ICCN && m->type != OCCN)
        return;
    c->framing = msg_has(m, AVP_FRAMING_TYPE) ? m->framing_type : FRAMING_SYNC;
    c->tx_bps = c->rx_bps = msg_has(m, AVP_TX_CONNECT_SPEED) ? m->tx_connect_speed : 0;
    KEEP(rx_bps, AVP_RX_CONNECT_SPEED, rx_connect_speed);
    if (msg_has(m, AVP_SEQUENCING_REQUIRED))
        c->must_sequence = c->send_sequence = true;
    keep_text(c, m, AVP_PRIVATE_GROUP_ID, m->private_group_id, c->group, sizeof c->group);
    c->group_is_unfit = msg_has(m, AVP_PRIVATE_GROUP_ID) &&
                        !call_can_keep(m->private_group_id, sizeof c->group);
    keep_proxy(c, m);
}

void call_keep_facts(struct call *c, const struct msg *m)
{
    KEEP(serial, AVP_CALL_SERIAL_NUMBER, call_serial_number);
    KEEP(minimum_bps, AVP_MINIMUM_BPS, minimum_bps);
    KEEP(maximum_bps, AVP_MAXIMUM_BPS, maximum_bps);
    KEEP(bearer, AVP_BEARER_TYPE, bearer_type);
    KEEP(framing, AVP_FRAMING_TYPE, framing_type);
    if (msg_has(m, AVP_PHYSICAL_CHANNEL_ID)) {
        c->has_channel = true;
        c->channel = m->physical_channel_id;
    }
    keep_text(c, m, AVP_CALLED_NUMBER, m->called_number, c->called, sizeof c->called);
    keep_text(c, m, AVP_CALLING_NUMBER, m->calling_number, c->calling, sizeof c->calling);
    keep_text(c, m, AVP_SUB_ADDRESS, m->sub_address, c->sub_address, sizeof c->sub_address);
    keep_connection(c, m);
    keep_line(c, m);
    c->tells_speed = c->tells_speed || msg_has(m, AVP_CONNECT_SPEED_UPDATE_ENABLE);
}

/* WEN and SLI have no rows in the RFC's tables: they count while the call is up. */
void call_keep_status(struct call *c, const struct msg *m)
{
    if (c->state != ESTABLISHED)
        return;
    if (m->type == SLI && call_is_lac(c)) {
        c->accm_send = m->accm[0];
        c->accm_receive = m->accm[1];
        call_tell(c, NEWS_LINE_INFO);
    } else if (m->type == WEN && !call_is_lac(c) && msg_has(m, AVP_CALL_ERRORS)) {
        memcpy(c->errors, m->call_errors, sizeof c->errors);
        call_tell(c, NEWS_LINE_ERRORS);
    }
}

void call_keep_cause(struct call *c, const struct msg *m)
{
    c->cause = (struct call_cause){.has_q931 = msg_has(m, AVP_Q931_CAUSE_CODE),
                                   .has_ppp = msg_has(m, AVP_PPP_DISCONNECT_CAUSE)};
    if (c->cause.has_q931) {
        c->cause.q931 = m->q931_cause_code.cause;
        c->cause.q931_message = m->q931_cause_code.message;
        log_safe(m->q931_cause_code.advice, c->cause.text, sizeof c->cause.text);
    }
    if (c->cause.has_ppp) {
        c->cause.ppp = m->ppp_disconnect_cause.code;
        c->cause.protocol = m->ppp_disconnect_cause.protocol;
        c->cause.direction = m->ppp_disconnect_cause.direction;
        log_safe(m->ppp_disconnect_cause.text, c->cause.text, sizeof c->cause.text);
    }
}
