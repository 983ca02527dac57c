/* Lines for the log; see say.h.  Whatever a peer has said passes log_safe() first. */
#include "say.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "wire/lcp.h"
#include "wire/line.h"

#define GENERAL_ERROR STOPCCN_ERROR /* of a CDN as well */
#define NAME_ROOM (HOST_NAME + 2)
#define TEXT_ROOM (sizeof((struct verdict *)0)->text + 2)

static const char *peer_name(const struct tunnel *t, char *dst)
{
    return log_apart(t->peer_name[0] != '\0' ? t->peer_name : "?", "() ", dst, NAME_ROOM);
}

/* A verdict's text between parentheses. */
static const char *why_text(const struct verdict *v, char *dst)
{
    return log_apart(v->text, "()", dst, TEXT_ROOM);
}

/* Not by its state: with little patience that has moved on before it is asked for. */
static bool is_silent(const struct tunnel *t)
{
    return t->why.fault == FAULT_SILENCE;
}

static bool ended_by_us(const struct tunnel *t)
{
    return t->why_ours || t->why.fault == FAULT_GIVES_WAY;
}

const char *say_ended_by(const struct tunnel *t)
{
    return ended_by_us(t) ? "us" : is_silent(t) ? "silence" : "peer";
}

/* A call that ends with its tunnel is ended by whoever ended that. */
const char *say_call_ended_by(const struct call *c)
{
    bool with_tunnel = c->why.fault == FAULT_WITH_TUNNEL;

    return with_tunnel ? say_ended_by(c->tunnel) : c->why_ours ? "us" : "peer";
}

static void add_code(struct line *l, const char *name, unsigned code)
{
    if (name != NULL)
        line_add(l, "%s", name);
    else
        line_add(l, "unknown code %u", code);
}

/* "2/6 (general error: vendor-specific error) text": a verdict in words.  What stands in an error
 * code's place behind another result than 2 may be something else, a version for instance (4.4.2).
 */
static const char *reason(unsigned msg_type, const struct verdict *v, const char *text, char *dst,
                          size_t size)
{
    const char *error = v->error != 0 ? avp_error_name(v->error) : NULL;
    struct line l = line_over(dst, size);

    line_add(&l, "%u/%u (", (unsigned)v->result, (unsigned)v->error);
    add_code(&l, v->result == 0 ? "no reason" : avp_result_name(msg_type, v->result), v->result);
    if (error != NULL || (v->error != 0 && v->result == GENERAL_ERROR)) {
        line_add(&l, ": ");
        add_code(&l, error, v->error);
    }
    line_add(&l, ")%s%s", text[0] != '\0' ? " " : "", text);
    return dst;
}

/* A tunnel that is dead at once has had no StopCCN, so no code. */
const char *say_tunnel_reason(const struct tunnel *t, char *dst)
{
    if (!is_silent(t))
        return reason(STOPCCN, &t->why, t->why.text, dst, SAY_REASON);
    snprintf(dst, SAY_REASON, "%s", t->why.text);
    return dst;
}

const char *say_call_reason(const struct call *c, char *dst)
{
    return reason(CDN, &c->why, c->why.text, dst, SAY_REASON);
}

void say_tunnel_up(const struct tunnel *t)
{
    char peer[ADDR_TEXT], mark[24] = "", name[NAME_ROOM];

    if (t->peer.mark != 0)
        snprintf(mark, sizeof mark, " mark=%lu", (unsigned long)t->peer.mark);
    log_notice("Connection established to %s, %u.  Local: %u, Remote: %u (ref=0/0).%s%s%s",
               addr_host_text(&t->peer, peer), (unsigned)t->peer.port, (unsigned)t->id,
               (unsigned)t->peer_id, t->initiator ? "" : "  LNS session is '",
               t->initiator ? "" : t->p.label, t->initiator ? "" : "'");
    log_info("tunnel %u (%s): up role=%s peer=%s vendor=\"%s\" window=%u framing=%lu%s%s",
             (unsigned)t->id, peer_name(t, name), t->initiator ? "lac" : "lns", peer, t->peer_vendor,
             (unsigned)t->x.peer_window, (unsigned long)t->peer_framing, t->ecn ? " ecn" : "",
             mark);
}

void say_tunnel_down(const struct tunnel *t)
{
    char peer[ADDR_TEXT], why[SAY_REASON], name[NAME_ROOM], text[TEXT_ROOM];

    addr_host_text(&t->peer, peer);
    if (is_silent(t))
        log_notice("Maximum retries exceeded for tunnel %u.  Closing.", (unsigned)t->id);
    else if (ended_by_us(t))
        log_notice("Connection %u closed to %s, port %u (%s)", (unsigned)t->peer_id, peer,
                   (unsigned)t->peer.port, why_text(&t->why, text));
    else
        log_notice("control_finish: Connection closed to %s, port %u (%s), Local: %u, Remote: %u",
                   peer, (unsigned)t->peer.port, why_text(&t->why, text), (unsigned)t->id,
                   (unsigned)t->peer_id);
    log_info("tunnel %u (%s): down by=%s cause=%s", (unsigned)t->id, peer_name(t, name), say_ended_by(t),
             say_tunnel_reason(t, why));
}

static void add_text(struct line *l, const char *key, const char *text)
{
    char safe[4 * NUMBER];

    if (text[0] != '\0')
        line_add(l, " %s=\"%s\"", key, log_safe(span_str(text), safe, sizeof safe));
}

/* What the LAC has negotiated with the caller by itself; a password is not told. */
static void add_proxy(struct line *l, const struct call_proxy *p)
{
    static const struct {
        unsigned avp;
        const char *key;
    } options[] = {
        {AVP_INITIAL_RECEIVED_LCP_CONFREQ, "first-received"},
        {AVP_LAST_SENT_LCP_CONFREQ, "last-sent"},
        {AVP_LAST_RECEIVED_LCP_CONFREQ, "last-received"},
    };
    const char *authen = p != NULL ? avp_authen_name(p->type) : NULL;
    char text[160];

    if (p == NULL)
        return;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (p->present >> options[i].avp & 1)
            line_add(l, " proxy-%s=\"%s\"", options[i].key,
                     lcp_describe(p->value[options[i].avp - PROXY_FIRST], text, sizeof text));
    if (p->present >> AVP_PROXY_AUTHEN_TYPE & 1)
        line_add(l, " proxy-auth=%s", authen != NULL ? authen : "?");
    if (p->present >> AVP_PROXY_AUTHEN_NAME & 1)
        line_add(l, " proxy-name=\"%s\"",
                 log_safe(p->value[AVP_PROXY_AUTHEN_NAME - PROXY_FIRST], text, sizeof text));
}

static const char *const roles[TABLES] = {
    [TABLE_LAC_IN] = "lac",
    [TABLE_LNS_IN] = "lns",
    [TABLE_LAC_OUT] = "lac, dialled for the peer",
    [TABLE_LNS_OUT] = "lns, dialled by the peer",
};

const char *say_role(const struct call *c)
{
    return roles[c->table];
}

void say_call_up(const struct call *c, int pid)
{
    char facts[600];
    struct line l = line_over(facts, sizeof facts);
    char peer[ADDR_TEXT];

    log_notice("Call established with %s, PID: %d, Local: %u, Remote: %u, Serial: %lu",
               addr_host_text(&c->tunnel->peer, peer), pid, (unsigned)c->id, (unsigned)c->peer_id,
               (unsigned long)c->serial);
    add_text(&l, "calling", c->calling);
    add_text(&l, "called", c->called);
    add_text(&l, "sub-address", c->sub_address);
    add_text(&l, "group", c->group);
    if (c->has_channel)
        line_add(&l, " channel=%lu", (unsigned long)c->channel);
    add_proxy(&l, c->proxy);
    log_info("call %u/%u: up role=\"%s\" tx=%lu rx=%lu framing=%lu bearer=%lu%s%s",
             (unsigned)c->tunnel->id, (unsigned)c->id, roles[c->table], (unsigned long)c->tx_bps,
             (unsigned long)c->rx_bps, (unsigned long)c->framing, (unsigned long)c->bearer,
             c->must_sequence ? " sequenced" : "", facts);
}

/* What was said of the end beyond its code, by either side. */
static void add_cause(struct line *l, const struct call_cause *cause)
{
    const char *name = avp_ppp_cause_name(cause->ppp);

    if (cause->has_q931)
        line_add(l, " q931=%u/%u", (unsigned)cause->q931, (unsigned)cause->q931_message);
    if (cause->has_ppp)
        line_add(l, " ppp=%u/%u (%s)", (unsigned)cause->ppp, (unsigned)cause->direction,
                 name != NULL ? name : "?");
    if (cause->has_ppp && cause->protocol != 0)
        line_add(l, " protocol=%04x", (unsigned)cause->protocol);
    if (cause->text[0] != '\0')
        line_add(l, " \"%s\"", cause->text);
}

void say_call_down(const struct call *c, uint64_t now)
{
    char facts[600];
    struct line l = line_over(facts, sizeof facts);
    char peer[ADDR_TEXT], why[SAY_REASON], text[TEXT_ROOM];

    log_apart(c->why.text, "=", text, sizeof text);
    add_cause(&l, &c->cause);
    log_info("call_close: Call %u to %s disconnected", (unsigned)c->id,
             addr_host_text(&c->tunnel->peer, peer));
    log_info("call %u/%u: down by=%s cause=%s%s in=%llu out=%llu secs=%llu",
             (unsigned)c->tunnel->id, (unsigned)c->id, say_call_ended_by(c),
             reason(CDN, &c->why, text, why, sizeof why), facts, (unsigned long long)c->octets_in,
             (unsigned long long)c->octets_out, (unsigned long long)((now - c->born) / 1000));
}

void say_line_info(const struct call *c, bool obeyed)
{
    log_info("call %u/%u: ACCM from the LNS: send %08lx receive %08lx%s", (unsigned)c->tunnel->id,
             (unsigned)c->id, (unsigned long)c->accm_send, (unsigned long)c->accm_receive,
             obeyed ? "" : " (not obeyed, as configured)");
}

void say_line_errors(const struct call *c)
{
    log_info("call %u/%u: line errors at the LAC: crc %lu framing %lu hardware %lu buffer %lu "
             "timeout %lu alignment %lu",
             (unsigned)c->tunnel->id, (unsigned)c->id, (unsigned long)c->errors[0],
             (unsigned long)c->errors[1], (unsigned long)c->errors[2], (unsigned long)c->errors[3],
             (unsigned long)c->errors[4], (unsigned long)c->errors[5]);
}

void say_line_speed(const struct call *c)
{
    log_info("call %u/%u: the LAC tells another speed of the line: tx=%lu rx=%lu",
             (unsigned)c->tunnel->id, (unsigned)c->id, (unsigned long)c->tx_bps,
             (unsigned long)c->rx_bps);
}
