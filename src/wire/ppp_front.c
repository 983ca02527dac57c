/* The front of a LAC that answers calls itself: what comes in and goes out, its end, and what there
 * is to be told.  See ppp_front.h.  What LCP and authentication are stands in the files beside it.
 */
#include "wire/ppp_front.h"

#include <string.h>

#include "base/log.h"
#include "wire/lcp.h"
#include "wire/line.h"
#include "wire/ppp_front_parts.h"

/* What a fault is in words, and whether the caller is told that it is over (RFC 1661, 5.5). */
static const struct {
    const char *text;
    bool says_farewell;
} faults[FRONT_FAULTS] = {
    [FRONT_FINE] = {"", false},
    [FRONT_SILENT] = {"the caller has never said a word of LCP", false},
    [FRONT_GARBAGE] = {"what the caller sends is not LCP", false},
    [FRONT_DIVERGES] = {"the caller's LCP options and ours never come together", true},
    [FRONT_LOOPED] = {"the line is looped back: our own LCP comes back on it", false},
    [FRONT_NO_AUTH] = {"the caller declines to authenticate itself", true},
    [FRONT_NO_NAME] = {"the caller has authenticated itself without a name", true},
    [FRONT_LONG_NAME] = {"the caller's name is longer than 255 octets", true},
    [FRONT_HUNG_UP] = {"the caller has hung up", false},
    [FRONT_TIMED_OUT] = {"the caller has not said in time who it is", true},
    [FRONT_ENDED] = {"the caller has been turned away", true},
};

/* -- what goes out --------------------------------------------------------------------------------
 */

void front_send(struct front *f, uint16_t protocol, uint8_t code, uint8_t id, struct span body)
{
    unsigned slot = (f->out_first + f->out_n) % FRONT_QUEUE;
    struct wr w = wr_over(f->out[slot], FRONT_FRAME);

    if (f->out_n == FRONT_QUEUE)
        return;
    wr_u16(&w, 0xff03); /* Address, Control */
    wr_u16(&w, protocol);
    wr_u8(&w, code);
    wr_u8(&w, id);
    wr_u16(&w, (uint16_t)(body.n + 4));
    wr_put(&w, body);
    f->out_length[slot] = (uint16_t)wr_len(&w);
    f->out_n++;
}

struct span front_output(struct front *f)
{
    unsigned slot = f->out_first;

    if (f->out_n == 0)
        return (struct span){0};
    f->out_first = (slot + 1) % FRONT_QUEUE;
    f->out_n--;
    return span_of(f->out[slot], f->out_length[slot]);
}

uint32_t front_random32(const struct front *f)
{
    uint8_t octets[4] = {0};
    struct rd r = rd_over(span_of(octets, sizeof octets));

    f->c.random(f->c.ctx, octets, sizeof octets);
    return rd_u32(&r);
}

/* -- beginning and end ----------------------------------------------------------------------------
 */

void front_init(struct front *f, const struct front_config *c, uint64_t now)
{
    size_t n = c->name.n < FRONT_OURS ? c->name.n : FRONT_OURS;

    memset(f, 0, sizeof *f);
    f->c = *c;
    if (n > 0)
        memcpy(f->our_name, c->name.p, n);
    f->c.name = span_of(f->our_name, n);
    f->next_id = 1;
    f->due_end = now + c->total_ms;
    front_options_init(f);
    front_lcp_begin(f, now);
}

void front_wipe(struct front *f)
{
    bytes_wipe(f, sizeof *f);
}

static void say_farewell(struct front *f, uint64_t now)
{
    f->restarts--;
    f->due_restart = now + f->c.restart_ms;
    front_send(f, PPP_LCP, TERMINATE_REQUEST, f->sent_id, span_of(f->farewell, f->n_farewell));
}

void front_fail(struct front *f, uint64_t now, enum front_fault fault)
{
    f->state = FRONT_FAILED;
    f->fault = fault;
    f->due_end = f->due_restart = FRONT_NEVER;
    if (!faults[fault].says_farewell)
        return;
    f->restarts = MAX_TERMINATE;
    f->sent_id = f->next_id++;
    say_farewell(f, now);
}

static void keep_farewell(struct front *f, struct span why)
{
    f->n_farewell = (uint8_t)(why.n < FRONT_OURS ? why.n : FRONT_OURS);
    if (f->n_farewell > 0)
        memcpy(f->farewell, why.p, f->n_farewell);
}

void front_hangup(struct front *f)
{
    if (f->state != FRONT_FAILED)
        front_fail(f, 0, FRONT_HUNG_UP);
    f->due_restart = FRONT_NEVER;
    f->out_n = 0;
}

void front_end(struct front *f, uint64_t now, struct span why)
{
    if (f->state == FRONT_FAILED)
        return;
    keep_farewell(f, why);
    front_fail(f, now, FRONT_ENDED);
}

/* -- what comes in --------------------------------------------------------------------------------
 */

/* The caller ends it.  Before it has asked for anything that is the end of what was on the line
 * before us (RFC 1661, 4.1: RTR in Req-Sent). */
static void on_terminate(struct front *f, uint64_t now, const struct ppp_packet *p)
{
    front_send(f, PPP_LCP, TERMINATE_ACK, p->id, (struct span){0});
    if (f->state == FRONT_FAILED)
        return;
    if (!f->heard_request) {
        front_lcp_terminated(f, now);
        return;
    }
    keep_farewell(f, p->options);
    front_fail(f, now, FRONT_HUNG_UP);
}

/* Only good-byes mean anything now. */
static void input_at_end(struct front *f, uint64_t now, const struct ppp_packet *p)
{
    if (p->code == TERMINATE_REQUEST)
        on_terminate(f, now, p);
    else if (p->code == TERMINATE_ACK && p->id == f->sent_id)
        f->due_restart = FRONT_NEVER;
}

/* What keeps the line, and no more. */
static void input_settled(struct front *f, uint64_t now, const struct ppp_packet *p)
{
    if (p->code == TERMINATE_REQUEST)
        on_terminate(f, now, p);
    else if (p->code == ECHO_REQUEST)
        front_lcp_input(f, now, p);
}

/* RFC 1661, 5.7: of the link's own protocols only, and once LCP is open.  What the network layers
 * say is not for us to judge: until the caller is authenticated it means nothing (3.5), and then
 * there is a LNS to answer it. */
static void on_protocol(struct front *f, uint16_t protocol, struct span information)
{
    uint8_t body[FRONT_BODY];
    struct wr w = wr_over(body, sizeof body);

    if (!front_lcp_is_open(f) || protocol < PPP_LINK_FIRST)
        return;
    if (information.n > sizeof body - 2)
        information.n = sizeof body - 2;
    wr_u16(&w, protocol);
    wr_put(&w, information);
    front_send(f, PPP_LCP, PROTOCOL_REJECT, f->next_id++, span_of(body, wr_len(&w)));
}

void front_input(struct front *f, uint64_t now, struct span frame)
{
    size_t info;
    uint16_t protocol = ppp_protocol(frame, &info);
    struct ppp_packet p;
    bool is_packet = protocol != 0 && ppp_read_packet(frame, info, &p);

    if (f->state == FRONT_FAILED) {
        if (protocol == PPP_LCP && is_packet)
            input_at_end(f, now, &p);
        return;
    }
    if (f->settled) {
        if (protocol == PPP_LCP && is_packet)
            input_settled(f, now, &p);
        return;
    }
    if (protocol != PPP_LCP || !is_packet)
        f->strange++;
    if (protocol == PPP_LCP) {
        f->heard_lcp |= is_packet;
        if (is_packet && p.code == TERMINATE_REQUEST)
            on_terminate(f, now, &p);
        else if (is_packet)
            front_lcp_input(f, now, &p);
    } else if (protocol == PPP_PAP || protocol == PPP_CHAP) {
        if (is_packet && front_lcp_is_open(f))
            front_auth_input(f, now, protocol, &p);
    } else if (protocol != 0) {
        on_protocol(f, protocol, span_of(frame.p + info, frame.n - info));
    }
}

void front_settle(struct front *f)
{
    f->settled = f->state == FRONT_KNOWN;
}

void front_refused(struct front *f)
{
    f->strange++;
}

/* -- time -----------------------------------------------------------------------------------------
 */

uint64_t front_deadline(const struct front *f)
{
    return f->due_restart < f->due_end ? f->due_restart : f->due_end;
}

static void too_late(struct front *f, uint64_t now)
{
    if (f->heard_lcp)
        front_fail(f, now, FRONT_TIMED_OUT);
    else
        front_fail(f, now, f->strange > 0 ? FRONT_GARBAGE : FRONT_SILENT);
}

static void on_timeout(struct front *f, uint64_t now)
{
    if (f->state == FRONT_FAILED) {
        if (f->restarts > 0)
            say_farewell(f, now);
        else
            f->due_restart = FRONT_NEVER;
    } else if (f->restarts == 0) {
        too_late(f, now);
    } else if (front_lcp_is_open(f)) {
        front_auth_timeout(f, now);
    } else {
        front_lcp_timeout(f, now);
    }
}

void front_tick(struct front *f, uint64_t now)
{
    if (now >= f->due_end)
        too_late(f, now);
    else if (now >= f->due_restart)
        on_timeout(f, now);
}

/* -- what there is to be told ---------------------------------------------------------------------
 */

enum front_state front_state(const struct front *f)
{
    return f->state;
}

enum front_fault front_fault(const struct front *f)
{
    return f->fault;
}

static void add_offer(const struct front *f, struct line *l)
{
    for (unsigned i = 0; i < f->c.n_offer; i++)
        line_add(l, "%s%s", i == 0 ? " (offered: " : ", ", front_ways[f->c.offer[i]].name);
    line_add(l, ")");
}

static void add_options(const struct front *f, struct line *l)
{
    char ours[FRONT_REASON / 2], callers[FRONT_REASON / 2];

    lcp_describe(span_of(f->sent, f->n_sent), ours, sizeof ours);
    lcp_describe(span_of(f->received, f->n_received), callers, sizeof callers);
    line_add(l, " (the caller's: %s; ours: %s)", callers, ours);
}

/* How far it had come when it hung up or was too late. */
static void add_stage(const struct front *f, struct line *l)
{
    const struct front_way *way = front_auth_way(f);

    if (!f->heard_lcp)
        line_add(l, " (it has not begun with LCP)");
    else if (!front_lcp_is_open(f))
        line_add(l, " (in the middle of LCP)");
    else if (f->n_name > 0)
        line_add(l, " (LCP was open; it had said who it is)");
    else if (way != NULL)
        line_add(l, " (LCP was open; it was to authenticate itself by %s)", way->name);
}

char *front_describe(const struct front *f, char *dst, size_t size)
{
    struct line l = line_over(dst, size);
    char why[4 * FRONT_OURS + 1];

    line_add(&l, "%s", faults[f->fault].text);
    if (f->fault == FRONT_NO_AUTH)
        add_offer(f, &l);
    if (f->fault == FRONT_GARBAGE)
        line_add(&l, " (%u frames)", f->strange);
    if (f->fault == FRONT_DIVERGES)
        add_options(f, &l);
    if (f->fault == FRONT_HUNG_UP || f->fault == FRONT_TIMED_OUT)
        add_stage(f, &l);
    if (f->n_farewell > 0) {
        log_safe(span_of(f->farewell, f->n_farewell), why, sizeof why);
        line_add(&l, ": %s", why);
    }
    return dst;
}

bool front_result(const struct front *f, struct front_result *r)
{
    const struct front_way *way = front_auth_way(f);

    if (f->state != FRONT_KNOWN)
        return false;
    *r = (struct front_result){
        .initial_received = span_of(f->initial, f->n_initial),
        .last_sent = span_of(f->sent, f->n_sent),
        .last_received = span_of(f->received, f->n_received),
        .ours = f->we,
        .callers = f->caller,
        .type = (uint16_t)(way != NULL ? way->type : PROXY_NONE),
        .name = span_of(f->name, f->n_name),
        .challenge = span_of(f->challenge, f->n_challenge),
        .response = span_of(f->response, f->n_response),
        .id = f->id,
    };
    return true;
}

/* What each type has beside it stands in proxy.c; a challenge is there if it is not empty. */
bool front_tell(const struct front *f, struct msg *m)
{
    static const uint64_t bit = 1;
    struct front_result r;

    if (!front_result(f, &r))
        return false;
    m->initial_received_lcp_confreq = r.initial_received;
    m->last_sent_lcp_confreq = r.last_sent;
    m->last_received_lcp_confreq = r.last_received;
    m->present |= bit << AVP_INITIAL_RECEIVED_LCP_CONFREQ | bit << AVP_LAST_SENT_LCP_CONFREQ |
                  bit << AVP_LAST_RECEIVED_LCP_CONFREQ;
    if (r.type == 0)
        return true;
    m->proxy_authen_type = r.type;
    m->present |= bit << AVP_PROXY_AUTHEN_TYPE;
    if (r.type == PROXY_NONE)
        return true;
    m->proxy_authen_name = r.name;
    m->proxy_authen_id = r.id;
    m->proxy_authen_response = r.response;
    m->present |= bit << AVP_PROXY_AUTHEN_NAME | bit << AVP_PROXY_AUTHEN_ID |
                  bit << AVP_PROXY_AUTHEN_RESPONSE;
    if (r.type == PROXY_PAP)
        return true;
    m->proxy_authen_challenge = r.challenge;
    m->present |= bit << AVP_PROXY_AUTHEN_CHALLENGE;
    return true;
}
