/* rig_message: the rig's hand-made messages: what options a word of its script may have, and what
 * message comes of them.  Part of rig.c alone. */
#ifndef TEST_RIG_MESSAGE_H
#define TEST_RIG_MESSAGE_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"
#include "wire/hide.h"

/* Options of a message; -1: as usual. */
struct options {
    long ns, nr, tid, sid, asid, atid, port, host, win, ver, tie, res, err, no, type, seq, order;
    long min, max, framing, bearer, serial, nobearer, soft, chal, resp, mirror, hide, alien, first;
    long need, ms, len, offset, prio, cut, rx, in, beside, ecn, ip, n, cause, ppp, other;
    long speedy, tx, line;
};

static const struct {
    const char *name;
    size_t field;
} option_names[] = {
#define OPTION(field) {#field, offsetof(struct options, field)}
    OPTION(ns), OPTION(nr), OPTION(tid), OPTION(sid), OPTION(asid), OPTION(atid), OPTION(port),
    OPTION(host), OPTION(win), OPTION(ver), OPTION(tie), OPTION(res), OPTION(err), OPTION(no),
    OPTION(type), OPTION(seq), OPTION(order), OPTION(min), OPTION(max), OPTION(framing),
    OPTION(bearer), OPTION(serial), OPTION(nobearer), OPTION(soft), OPTION(chal), OPTION(resp),
    OPTION(mirror), OPTION(hide), OPTION(alien), OPTION(first), OPTION(need), OPTION(ms),
    OPTION(len), OPTION(offset), OPTION(prio), OPTION(cut), OPTION(rx), OPTION(in),
    OPTION(beside), OPTION(ecn), OPTION(ip), OPTION(n),
    OPTION(cause), OPTION(ppp), OPTION(other),
    OPTION(speedy), OPTION(tx), OPTION(line),
};

static void option_set(struct options *o, const char *word)
{
    size_t n = strcspn(word, "=");
    long value = word[n] == '=' ? strtol(word + n + 1, NULL, 0) : 1;

    for (size_t i = 0; i < sizeof option_names / sizeof *option_names; i++)
        if (strlen(option_names[i].name) == n && strncmp(option_names[i].name, word, n) == 0) {
            memcpy((char *)o + option_names[i].field, &value, sizeof value);
            return;
        }
    printf("Bail out! no such option: %s\n", word);
    exit(1);
}

static long or_else(long given, long usual)
{
    return given >= 0 ? given : usual;
}

#define PUT(field, avp, value) (m->field = (value), msg_set(m, avp))

static void introduce(struct rig *r, struct msg *m, const struct options *o)
{
    static uint8_t challenge[16] = "sixteen octets!", response[MD5_SIZE];
    long id = or_else(o->resp, 0); /* 1: the right one; else the id it is made with */

    if (m->type != SCCCN) {
        PUT(protocol_version, AVP_PROTOCOL_VERSION, (uint16_t)or_else(o->ver, 0x100));
        PUT(framing_capabilities, AVP_FRAMING_CAPABILITIES, (uint32_t)or_else(o->framing, 3));
        if (o->nobearer < 0)
            PUT(bearer_capabilities, AVP_BEARER_CAPABILITIES, (uint32_t)or_else(o->bearer, 3));
        PUT(host_name, AVP_HOST_NAME, span_str(o->other > 0 ? "other" : "hand"));
        PUT(assigned_tunnel_id, AVP_ASSIGNED_TUNNEL_ID, (uint16_t)or_else(o->atid, RIG_TUNNEL));
        if (o->win >= 0)
            PUT(receive_window_size, AVP_RECEIVE_WINDOW_SIZE, (uint16_t)o->win);
        if (o->chal >= 0)
            PUT(challenge, AVP_CHALLENGE, span_of(challenge, sizeof challenge));
        if (o->ecn >= 0)
            msg_set(m, AVP_ECN);
        if (o->mirror >= 0)
            PUT(challenge, AVP_CHALLENGE, span_of(r->challenge, r->challenge_n));
    }
    if (m->type == SCCRQ && o->tie >= 0)
        PUT(tie_breaker, AVP_TIE_BREAKER, (uint64_t)o->tie);
    if (m->type == SCCRQ && o->beside >= 0) /* 10: equal to the engine's */
        PUT(tie_breaker, AVP_TIE_BREAKER, r->tie_breaker + (uint64_t)o->beside - 10);
    if (m->type == SCCRQ || id == 0)
        return;
    hide_challenge_response((uint8_t)(id == 1 ? m->type : id), span_str(RIG_SECRET),
                            span_of(r->challenge, r->challenge_n), response);
    PUT(challenge_response, AVP_CHALLENGE_RESPONSE, span_of(response, sizeof response));
}

static void fill_call(struct rig *r, struct msg *m, const struct options *o)
{
    enum msg_type t = (enum msg_type)m->type;

    if (t == ICRQ || t == ICRP || t == OCRQ || t == OCRP || t == CDN)
        PUT(assigned_session_id, AVP_ASSIGNED_SESSION_ID, (uint16_t)or_else(o->asid, RIG_SESSION));
    if (t == ICRQ || t == OCRQ)
        PUT(call_serial_number, AVP_CALL_SERIAL_NUMBER, (uint32_t)or_else(o->serial, 1));
    if (t == OCRQ) {
        PUT(minimum_bps, AVP_MINIMUM_BPS, (uint32_t)or_else(o->min, 100));
        PUT(maximum_bps, AVP_MAXIMUM_BPS, (uint32_t)or_else(o->max, 200));
        PUT(bearer_type, AVP_BEARER_TYPE, (uint32_t)or_else(o->bearer, 1));
        PUT(called_number, AVP_CALLED_NUMBER, span_str("5551234"));
    }
    if (t == OCRQ || t == ICCN || t == OCCN)
        PUT(framing_type, AVP_FRAMING_TYPE, (uint32_t)or_else(o->framing, 1));
    if (t == ICCN || t == OCCN) {
        PUT(tx_connect_speed, AVP_TX_CONNECT_SPEED, 56000);
        if (o->need >= 0)
            msg_set(m, AVP_SEQUENCING_REQUIRED);
    }
    if (t == ICRQ && o->speedy > 0)
        msg_set(m, AVP_CONNECT_SPEED_UPDATE_ENABLE);
    if (t == ICRQ && o->line > 0) {
        PUT(agent_circuit_id, AVP_AGENT_CIRCUIT_ID, span_str("access-1 3/0:1"));
        PUT(line_rates[LINE_ACTUAL_DOWN], AVP_LINE_RATES + LINE_ACTUAL_DOWN, 50000000000u);
        PUT(line_delays[LINE_ACTUAL_DELAY_UP], AVP_LINE_DELAYS + LINE_ACTUAL_DELAY_UP, 8);
        PUT(access_loop_encapsulation, AVP_ACCESS_LOOP_ENCAPSULATION, span_of("\1\2\0", 3));
        PUT(access_line_type, AVP_ACCESS_LINE_TYPE, 5);
        PUT(iwf_session, AVP_IWF_SESSION, 1);
    }
    if (t == CSUN || t == CSURQ) {
        m->connect_speed_update.n = (unsigned)or_else(o->n, 1);
        for (unsigned i = 0; i < m->connect_speed_update.n; i++)
            m->connect_speed_update.at[i] = (struct msg_speed){
                (uint16_t)or_else(o->asid, r->session), (uint32_t)or_else(o->tx, 4000000), 64000};
        msg_set(m, AVP_CONNECT_SPEED_UPDATE);
    }
    if (t == SLI)
        m->accm[0] = 0x000a0000, msg_set(m, AVP_ACCM);
    if (t == WEN)
        m->call_errors[0] = 17, msg_set(m, AVP_CALL_ERRORS);
    (void)r;
}

static void fill(struct rig *r, struct msg *m, const struct options *o)
{
    if (m->type == SCCRQ || m->type == SCCRP || m->type == SCCCN)
        introduce(r, m, o);
    else
        fill_call(r, m, o);
    if (m->type != STOPCCN && m->type != CDN)
        return;
    if (m->type == STOPCCN)
        PUT(assigned_tunnel_id, AVP_ASSIGNED_TUNNEL_ID, (uint16_t)or_else(o->atid, RIG_TUNNEL));
    if (m->type == CDN && o->cause >= 0)
        PUT(q931_cause_code, AVP_Q931_CAUSE_CODE,
            ((struct msg_q931){(uint16_t)o->cause, 0x45, span_str("advice")}));
    if (m->type == CDN && o->ppp >= 0)
        PUT(ppp_disconnect_cause, AVP_PPP_DISCONNECT_CAUSE,
            ((struct msg_ppp_cause){(uint16_t)o->ppp, 0xc023, 2, span_str("no such\1user")}));
    m->result_code.result = (uint16_t)or_else(o->res, 1);
    m->result_code.error = (uint16_t)or_else(o->err, 0);
    m->result_code.has_error = o->err >= 0;
    msg_set(m, AVP_RESULT_CODE);
}

/* Copies a body without one AVP, with an unknown one where it is asked for: alien=0 without M, 1
 * with; first: ahead of all but the message type. */
static void edit(struct wr *w, struct span body, const struct options *o)
{
    static const uint8_t alien[8] = {0, 8, 0, 9, 0, 77, 1, 2};
    struct span put = o->alien >= 0 ? span_of(alien, sizeof alien) : span_of(NULL, 0);
    size_t at = 0;

    while (at < body.n) {
        size_t n = (body.p[at] << 8u | body.p[at + 1]) & 0x3ffu;
        unsigned number = body.p[at + 4] << 8u | body.p[at + 5];

        if ((long)number != o->no)
            wr_put(w, span_of(body.p + at, n));
        if (at == 0 && o->first >= 0)
            wr_put(w, put);
        at += n;
    }
    if (o->first < 0)
        wr_put(w, put);
    if (o->rx >= 0) { /* Rx Connect Speed with 2 octets (7.1's own example) */
        wr_u16(w, 0x0008);
        wr_u32(w, 38);
        wr_u16(w, 9600);
    }
}

static void set_alien_bit(uint8_t *body, size_t n, const struct options *o)
{
    if (o->type >= 0)
        body[7] = (uint8_t)o->type;
    if (o->soft >= 0)
        body[0] &= 0x7f;
    for (size_t i = 0; o->alien > 0 && i + 8 <= n; i++)
        if (memcmp(body + i, "\0\10\0\11\0\115", 6) == 0)
            body[i] = 0x80;
}

#undef OPTION
#undef PUT

#endif
