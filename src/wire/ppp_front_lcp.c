/* LCP's automaton (RFC 1661, 4) for one end that is up and open from the start: the states from
 * Req-Sent on, those of the end being the front's own.  See ppp_front.h.  Which options are good
 * is known to ppp_front_options.c. */
#include <string.h>

#include "wire/ppp_front_parts.h"

enum event {
    RCR_GOOD, /* Configure-Request */
    RCR_BAD,
    RCA, /* Configure-Ack */
    RCN, /* Configure-Nak or -Reject */
    RTR, /* Terminate-Request, before the caller has asked for anything */
    RTA, /* Terminate-Ack */
    RXJ, /* Code-Reject or Protocol-Reject of what is not needed */
    TO,  /* Restart timer, with counter > 0 */
    EVENTS
};

/* Actions, in the order in which they are done. */
#define TLD 0x01u /* This-Layer-Down */
#define IRC 0x02u /* Initialize-Restart-Count */
#define SCR 0x04u /* Send-Configure-Request */
#define SCA 0x08u /* Send-Configure-Ack, -Nak or -Reject: the answer that has been made */
#define TLU 0x10u /* This-Layer-Up */

/* RFC 1661, 4.1.  Of these some never come to pass: in Opened there is no timer, and a Terminate-Request
 * ends it; RCA and RCN in Ack-Rcvd and Opened are answers to a Request that has been answered, and
 * such are thrown away before. */
static const struct step {
    uint8_t actions, next;
} steps[EVENTS][LCP_STATES] = {
    /*            Req-Sent               Ack-Rcvd               Ack-Sent               Opened */
    [RCR_GOOD] = {{SCA, ACK_SENT},
                  {SCA | TLU, OPENED},
                  {SCA, ACK_SENT},
                  {TLD | SCR | SCA, ACK_SENT}},
    [RCR_BAD] = {{SCA, REQ_SENT}, {SCA, ACK_RCVD}, {SCA, REQ_SENT}, {TLD | SCR | SCA, REQ_SENT}},
    [RCA] = {{IRC, ACK_RCVD}, {SCR, REQ_SENT}, {IRC | TLU, OPENED}, {TLD | SCR, REQ_SENT}},
    [RCN] = {{IRC | SCR, REQ_SENT}, {SCR, REQ_SENT}, {IRC | SCR, ACK_SENT}, {TLD | SCR, REQ_SENT}},
    [RTR] = {{0, REQ_SENT}, {0, REQ_SENT}, {0, REQ_SENT}, {0, OPENED}},
    [RTA] = {{0, REQ_SENT}, {0, REQ_SENT}, {0, ACK_SENT}, {TLD | SCR, REQ_SENT}},
    [RXJ] = {{0, REQ_SENT}, {0, REQ_SENT}, {0, ACK_SENT}, {0, OPENED}},
    [TO] = {{SCR, REQ_SENT}, {SCR, REQ_SENT}, {SCR, ACK_SENT}, {0, OPENED}},
};

/* What is sent in answer to a Configure-Request. */
struct answer {
    uint8_t code, id;
    struct span options;
};

bool front_lcp_is_open(const struct front *f)
{
    return f->lcp == OPENED;
}

/* A Request that has been answered is followed by one with another Identifier; one that is sent
 * again keeps its own (RFC 1661, 5.1), as its options are the same. */
static void send_request(struct front *f, uint64_t now)
{
    front_options_write(f);
    if (f->answered)
        f->sent_id = f->next_id++;
    f->answered = false;
    f->restarts -= f->restarts > 0;
    f->due_restart = now + f->c.restart_ms;
    front_send(f, PPP_LCP, CONFIGURE_REQUEST, f->sent_id, span_of(f->sent, f->n_sent));
}

static void layer_up(struct front *f, uint64_t now)
{
    f->naks = f->rounds = f->refusals = f->loops = 0;
    f->due_restart = FRONT_NEVER;
    front_auth_begin(f, now);
}

static void layer_down(struct front *f, uint64_t now)
{
    f->restarts = MAX_CONFIGURE;
    front_auth_down(f, now);
}

static void step(struct front *f, uint64_t now, enum event event, const struct answer *answer)
{
    const struct step *s = &steps[event][f->lcp];

    f->lcp = s->next;
    if (s->actions & TLD)
        layer_down(f, now);
    if (s->actions & IRC)
        f->restarts = MAX_CONFIGURE;
    if (s->actions & SCR)
        send_request(f, now);
    if (s->actions & SCA)
        front_send(f, PPP_LCP, answer->code, answer->id, answer->options);
    if (s->actions & TLU)
        layer_up(f, now);
}

void front_lcp_begin(struct front *f, uint64_t now)
{
    f->restarts = MAX_CONFIGURE;
    f->lcp = REQ_SENT;
    f->answered = true; /* so that it has an Identifier of its own */
    send_request(f, now);
}

void front_lcp_terminated(struct front *f, uint64_t now)
{
    step(f, now, RTR, NULL);
}

void front_lcp_timeout(struct front *f, uint64_t now)
{
    step(f, now, TO, NULL);
}

/* -- what comes -----------------------------------------------------------------------------------
 */

/* What we have acknowledged is good when it comes again, as our Ack was lost: even if all patience for
 * a caller that does not heed a Nak was spent before that one. */
static bool is_acknowledged(const struct front *f, struct span options)
{
    return (f->lcp == ACK_SENT || f->lcp == OPENED) &&
           span_eq(options, span_of(f->received, f->n_received));
}

static void keep_request(struct front *f, struct span options)
{
    if (!f->heard_request && options.n > 0)
        memcpy(f->initial, options.p, options.n);
    if (!f->heard_request)
        f->n_initial = (uint16_t)options.n;
    f->heard_request = true;
    if (options.n > 0)
        memcpy(f->received, options.p, options.n);
    f->n_received = (uint16_t)options.n;
}

static void on_request(struct front *f, uint64_t now, const struct ppp_packet *p)
{
    uint8_t room[FRONT_OPTIONS];
    struct wr w = wr_over(room, sizeof room);
    enum front_code code;

    if (p->options.n > FRONT_OPTIONS || !front_options_are(p->options)) {
        f->strange++;
        return;
    }
    if (is_acknowledged(f, p->options))
        f->naks = MAX_FAILURE;
    keep_request(f, p->options);
    code = front_options_judge(f, p->options, &w);
    if (f->loops >= MAX_LOOPS) {
        front_fail(f, now, FRONT_LOOPED);
        return;
    }
    if (code == CONFIGURE_ACK) {
        f->naks = 0;
        step(f, now, RCR_GOOD, &(struct answer){code, p->id, p->options});
        return;
    }
    f->naks += code == CONFIGURE_NAK;
    if (++f->rounds > MAX_ROUNDS)
        front_fail(f, now, FRONT_DIVERGES);
    else
        step(f, now, RCR_BAD, &(struct answer){(uint8_t)code, p->id, span_of(room, wr_len(&w))});
}

/* Answers to anything but our last Request, and second ones, mean nothing (RFC 1661, 4.3: RCA). */
static bool is_answer(const struct front *f, const struct ppp_packet *p)
{
    return !f->answered && p->id == f->sent_id;
}

static void on_ack(struct front *f, uint64_t now, const struct ppp_packet *p)
{
    if (!is_answer(f, p) || !span_eq(p->options, span_of(f->sent, f->n_sent)))
        return;
    f->answered = true;
    f->refusals = 0;
    step(f, now, RCA, NULL);
}

static void on_refusal(struct front *f, uint64_t now, const struct ppp_packet *p)
{
    if (!is_answer(f, p) || !(p->code == CONFIGURE_NAK ? front_options_naked(f, p->options)
                                                       : front_options_rejected(f, p->options)))
        return;
    f->answered = true;
    if (!front_options_may_ask(f))
        front_fail(f, now, FRONT_NO_AUTH);
    else if (++f->refusals > MAX_ROUNDS)
        front_fail(f, now, FRONT_DIVERGES);
    else
        step(f, now, RCN, NULL);
}

static void on_terminate_ack(struct front *f, uint64_t now, const struct ppp_packet *p)
{
    (void)p;
    step(f, now, RTA, NULL);
}

/* Without the codes of the negotiation there is none (RFC 1661, 4.3: RXJ-). */
static void on_code_reject(struct front *f, uint64_t now, const struct ppp_packet *p)
{
    if (p->options.n > 0 && p->options.p[0] >= CONFIGURE_REQUEST && p->options.p[0] <= CODE_REJECT)
        front_fail(f, now, FRONT_DIVERGES);
    else
        step(f, now, RXJ, NULL);
}

/* Means something in Opened only (RFC 1661, 5.7). */
static void on_protocol_reject(struct front *f, uint64_t now, const struct ppp_packet *p)
{
    const struct front_way *way = front_auth_way(f);
    struct rd r = rd_over(p->options);
    uint16_t protocol = rd_u16(&r);

    if (f->lcp != OPENED)
        return;
    if (protocol == PPP_LCP)
        front_fail(f, now, FRONT_DIVERGES);
    else if (way != NULL && protocol == way->protocol && f->state == FRONT_RUNNING)
        front_fail(f, now, FRONT_NO_AUTH);
    else
        step(f, now, RXJ, NULL);
}

/* RFC 1661, 5.8: with our magic number in the place of the caller's. */
static void on_echo(struct front *f, uint64_t now, const struct ppp_packet *p)
{
    uint8_t body[FRONT_BODY];
    struct wr w = wr_over(body, sizeof body);
    struct rd r = rd_over(p->options);

    (void)now;
    rd_u32(&r);
    if (f->lcp != OPENED || r.failed)
        return;
    wr_u32(&w, f->we.magic);
    wr_put(&w, rd_take(&r, rd_left(&r) < sizeof body - 4 ? rd_left(&r) : sizeof body - 4));
    front_send(f, PPP_LCP, ECHO_REPLY, p->id, span_of(body, wr_len(&w)));
}

static void on_nothing(struct front *f, uint64_t now, const struct ppp_packet *p)
{
    (void)f;
    (void)now;
    (void)p;
}

typedef void on_packet_fn(struct front *f, uint64_t now, const struct ppp_packet *p);

/* Terminate-Request does not come here. */
static on_packet_fn *const on_packet[CODES] = {
    [CONFIGURE_REQUEST] = on_request,
    [CONFIGURE_ACK] = on_ack,
    [CONFIGURE_NAK] = on_refusal,
    [CONFIGURE_REJECT] = on_refusal,
    [TERMINATE_ACK] = on_terminate_ack,
    [CODE_REJECT] = on_code_reject,
    [PROTOCOL_REJECT] = on_protocol_reject,
    [ECHO_REQUEST] = on_echo,
    [ECHO_REPLY] = on_nothing,
    [DISCARD_REQUEST] = on_nothing,
};

/* RFC 1661, 5.6. */
static void reject_code(struct front *f, const struct ppp_packet *p)
{
    uint8_t body[FRONT_BODY];
    struct wr w = wr_over(body, sizeof body);
    struct rd r = rd_over(p->options);

    wr_u8(&w, p->code);
    wr_u8(&w, p->id);
    wr_u16(&w, (uint16_t)(p->options.n + 4));
    wr_put(&w, rd_take(&r, rd_left(&r) < sizeof body - 4 ? rd_left(&r) : sizeof body - 4));
    front_send(f, PPP_LCP, CODE_REJECT, f->next_id++, span_of(body, wr_len(&w)));
}

void front_lcp_input(struct front *f, uint64_t now, const struct ppp_packet *p)
{
    if (p->code < CODES && on_packet[p->code] != NULL)
        on_packet[p->code](f, now, p);
    else
        reject_code(f, p);
}
