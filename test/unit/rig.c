/* The rig's words; see rig.h. */
#include "rig.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig_message.h"
#include "wire/ppp.h"

#define FRAME "\xff\x03\xc0!frame" /* the payload of all data that it sends */

/* The trace. */

__attribute__((format(printf, 2, 3))) static void trace(struct rig *r, const char *fmt, ...)
{
    size_t room = sizeof r->trace - r->trace_n;
    va_list ap;
    int n;

    if (r->trace_n > 0 && room > 1) {
        r->trace[r->trace_n++] = ' ';
        room--;
    }
    va_start(ap, fmt);
    n = vsnprintf(r->trace + r->trace_n, room, fmt, ap);
    va_end(ap);
    r->trace_n += n > 0 && (size_t)n < room ? (size_t)n : room - 1;
}

/* The host. */

static void answer_random(void *ctx, void *room, size_t n)
{
    struct rig *r = ctx;
    uint8_t *p = room;

    while (n-- > 0) {
        r->seed = r->seed * 1664525u + 1013904223u;
        *p++ = (uint8_t)(r->seed >> 24);
    }
}

static enum l2tp_welcome answer_profile(void *ctx, const struct l2tp_who *who,
                                        struct l2tp_profile *profile)
{
    struct rig *r = ctx;

    if (who->tunnel_host == NULL && r->welcome == WELCOME)
        *profile = r->profile;
    if (who->tunnel_host != NULL) /* its secret alone may be refined */
        memcpy(profile->secret, r->profile.secret, sizeof profile->secret);
    if (r->by_name != NULL) /* of a tunnel of ours only the secret changes */
        snprintf(profile->secret, sizeof profile->secret, "%s",
                 span_eq(who->host_name, span_str("hand")) ? r->by_name : "of somebody else");
    return r->welcome;
}

static enum l2tp_admission answer_admit(void *ctx, void *tunnel_host, const struct l2tp_profile *profile)
{
    struct rig *r = ctx;

    (void)tunnel_host;
    return profile->window > 0 ? r->admit : NO_ROOM;
}

void rig_init(struct rig *r)
{
    memset(r, 0, sizeof *r);
    r->here = addr_ip4(0xc0000201u, 1701);
    r->peer = addr_ip4(0xc0000207u, 1701);
    r->profile = (struct l2tp_profile){.host_name = "rig.example",
                                       .vendor_name = "l2tpd",
                                       .accept_incoming = true,
                                       .accept_outgoing = true,
                                       .window = 4,
                                       .framing = FRAMING_SYNC | FRAMING_ASYNC,
                                       .bearer = 3,
                                       .tx_bps = 100000000,
                                       .max_tries = XPORT_TRIES,
                                       .cap_ms = XPORT_CAP_MS,
                                       .hello_ms = 60000};
    r->welcome = WELCOME;
    r->admit = ADMITTED;
    rig_again(r);
}

void rig_free(struct rig *r)
{
    if (r->e != NULL)
        l2tp_free(r->e);
    r->e = NULL;
}

void rig_again(struct rig *r)
{
    struct l2tp_host host = {r, answer_random, answer_profile, answer_admit, NULL, r->freshen};

    rig_free(r);
    r->seed = 2661;
    r->e = l2tp_new(&host, 100);
    r->now = 1000000;
    r->ns = r->nr = r->tunnel = r->session = r->opened = r->called = 0;
    r->challenge_n = 0;
    r->frames = 0;
    r->trace_n = 0;
    r->trace[0] = '\0';
}

/* What comes out. */

static void learn(struct rig *r)
{
    const struct msg *m = &r->heard;

    if (msg_has(m, AVP_ASSIGNED_TUNNEL_ID) && m->type != STOPCCN)
        r->tunnel = m->assigned_tunnel_id;
    if (msg_has(m, AVP_ASSIGNED_SESSION_ID) && m->type != CDN)
        r->session = m->assigned_session_id;
    if (m->type == ICRP || m->type == OCRP) /* the peer's call is the one that verbs mean now */
        r->called = 0;
    if (msg_has(m, AVP_CALL_SERIAL_NUMBER))
        r->serial = m->call_serial_number;
    r->tie_breaker = msg_has(m, AVP_TIE_BREAKER) ? m->tie_breaker : r->tie_breaker;
    if (msg_has(m, AVP_CHALLENGE) && m->challenge.n <= sizeof r->challenge) {
        memcpy(r->challenge, m->challenge.p, m->challenge.n);
        r->challenge_n = m->challenge.n;
    }
}

/* Everything that clauses S3.1, S4.1 and S7.1-08 ask of what we send. */
static const char *fault_of(struct rig *r)
{
    unsigned flags = r->datagram[0] << 8u | r->datagram[1];
    struct verdict v;

    if (packet_parse(span_of(r->datagram, r->datagram_n), &r->packet) != PACKET_GOOD)
        return "packet";
    if (flags != 0xc802 || r->datagram_n != r->packet.body.n + PACKET_CONTROL_HEADER)
        return "header";
    if (r->packet.body.n == 0)
        return r->packet.session == 0 ? NULL : "session of a ZLB";
    v = msg_scan(&r->heard, r->packet.body, r->packet.session);
    if (v.damage == DAMAGE_NONE)
        v = msg_reveal(&r->heard, span_str(RIG_SECRET), r->arena, sizeof r->arena);
    return v.damage == DAMAGE_NONE ? NULL : "message";
}

static void trace_datagram(struct rig *r, const char *when)
{
    const struct msg *m = &r->heard;
    char numbers[32] = "";
    const char *fault = fault_of(r);
    const char *star = r->veiled && (m->hidden & m->present) != 0 ? "*" : "";

    if (fault != NULL) {
        trace(r, "WRONG(%s)", fault);
        return;
    }
    if (r->numbers)
        snprintf(numbers, sizeof numbers, "(%u,%u)", r->packet.ns, r->packet.nr);
    if (r->packet.body.n == 0) {
        if (!r->quiet)
            trace(r, "%sZLB%s", when, numbers);
        return;
    }
    if (r->packet.ns == r->nr)
        r->nr++;
    learn(r);
    if (m->type != STOPCCN && m->type != CDN)
        trace(r, "%s%s%s%s", when, msg_type_name(m->type), star, numbers);
    else if (m->result_code.error != 0)
        trace(r, "%s%s%s:%u/%u%s", when, msg_type_name(m->type), star, m->result_code.result,
              m->result_code.error, numbers);
    else
        trace(r, "%s%s%s:%u%s", when, msg_type_name(m->type), star, m->result_code.result, numbers);
}

/* A frame that is to be carried on, at once ("frame") or after it has waited ("carry").  Its last
 * two octets say which it is. */
static void trace_frame(struct rig *r, const char *word, const char *when,
                        const struct l2tp_frame *f)
{
    size_t n = f->octets.n;

    r->frames++;
    r->inner = ppp_ecn(f->octets);
    /* from the first octet on it is what do_data() has made: FRAME, or a packet of IPv4 */
    if (word[0] == 'f' && (n != sizeof FRAME + 1 || memcmp(f->octets.p, FRAME, n - 2) != 0) &&
        (n != 4 + 20 + 2 || memcmp(f->octets.p, "\xff\x03\0!E", 5) != 0))
        trace(r, "WRONG");
    if (r->named && n >= 2)
        trace(r, "%s%s#%u%s", when, word, f->octets.p[n - 2] << 8u | f->octets.p[n - 1],
              f->priority ? "P" : "");
    else
        trace(r, "%s%s", when, word);
}

static void take_events(struct rig *r, uint64_t since)
{
    static const char *const words[] = {
        [L2TP_TUNNEL_UP] = "up",
        [L2TP_TUNNEL_DOWN] = "down",
        [L2TP_TUNNEL_SILENT] = "silent",
        [L2TP_CALL_COMING] = "coming",
        [L2TP_CALL_DIAL] = "dial",
        [L2TP_CALL_UP] = "call-up",
        [L2TP_CALL_DOWN] = "call-down",
        [L2TP_LINE_INFO] = "line-info",
        [L2TP_LINE_ERRORS] = "line-errors",
        [L2TP_LINE_SPEED] = "line-speed",
        [L2TP_CARRY] = "carry",
    };
    struct l2tp_event ev;
    char when[32] = "";

    if (since != 0)
        snprintf(when, sizeof when, "%llu:", (unsigned long long)(r->now - since));
    while (l2tp_next(r->e, r->now, &ev)) {
        if (ev.kind == L2TP_SEND) {
            r->datagram_n = ev.datagram.n;
            memcpy(r->datagram, ev.datagram.p, ev.datagram.n);
            r->sent_to = ev.to;
            trace_datagram(r, when);
            continue;
        }
        if (ev.kind == L2TP_CALL_COMING && !r->foresees)
            continue;
        if (ev.kind == L2TP_TUNNEL_DOWN) {
            r->why = ev.tunnel->why;
            r->unacked = ev.tunnel->unacked;
            r->unacked_sent = ev.tunnel->unacked_sent;
        }
        if (ev.kind == L2TP_CALL_DOWN) {
            r->why = ev.call->why;
            r->cause = ev.call->cause;
        }
        if (ev.kind == L2TP_CARRY) {
            trace_frame(r, "carry", when, &ev.frame);
            continue;
        }
        trace(r, "%s%s", when, words[ev.kind]);
    }
    l2tp_reap(r->e, r->now);
    l2tp_check(r->e);
}

/* What goes in. */

void rig_input(struct rig *r, const struct addr *from, struct span datagram)
{
    uint8_t *exact = malloc(datagram.n + 1); /* so that a sanitizer sees the end */
    struct l2tp_frame frame = {0};

    memcpy(exact, datagram.p, datagram.n);
    r->got = l2tp_input(r->e, r->now, from, &r->here, span_of(exact, datagram.n), &frame);
    if (r->got == L2TP_FRAME)
        trace_frame(r, "frame", "", &frame);
    free(exact);
    take_events(r, 0);
}

static struct addr sender(const struct rig *r, const struct options *o)
{
    struct addr from = r->peer;

    from.port = (uint16_t)or_else(o->port, from.port);
    if (o->host >= 0)
        from.ip[3] = (uint8_t)o->host;
    return from;
}

static void say(struct rig *r, enum msg_type type, const struct options *o)
{
    uint8_t body[RIG_DATAGRAM], edited[RIG_DATAGRAM];
    struct wr b = wr_over(body, sizeof body), d = wr_over(edited, sizeof edited);
    struct wr w = wr_over(r->given, sizeof r->given);
    bool asks = !msg_type_of_session(type) || (o->in < 0 && (type == ICRQ || type == OCRQ));
    struct addr from = sender(r, o);
    struct msg m;
    struct msg_hiding hiding = {span_str(RIG_SECRET), span_str("a random vector!"), span_str(""),
                                false};
    uint16_t ns = (uint16_t)or_else(o->ns, r->ns);

    if (type != ZLB) {
        msg_init(&m, type, 0);
        fill(r, &m, o);
        m.hidden = o->hide >= 0 ? m.present : 0;
        if (!msg_encode(&b, &m, m.hidden != 0 ? &hiding : NULL))
            trace(r, "WRONG(rig cannot encode)");
        edit(&d, span_of(body, wr_len(&b)), o);
        set_alien_bit(edited, wr_len(&d), o);
        if (o->ns < 0)
            r->ns++;
    }
    packet_control_header(&w, (uint16_t)or_else(o->tid, type == SCCRQ && o->in < 0 ? 0 : r->tunnel),
                          (uint16_t)or_else(o->sid, asks ? 0 : r->session), ns,
                          (uint16_t)or_else(o->nr, r->nr),
                          (uint16_t)(PACKET_CONTROL_HEADER + wr_len(&d)));
    wr_put(&w, span_of(edited, wr_len(&d)));
    r->given_n = wr_len(&w);
    rig_input(r, &from, span_of(r->given, r->given_n));
}

/* Verbs. */

static void do_open(struct rig *r, const struct options *o)
{
    struct addr to = sender(r, o), unset = {0};

    r->opened = l2tp_open(r->e, r->now, &unset, &to, &r->profile, &r->host);
    take_events(r, 0);
}

static void place(struct rig *r, const struct options *o, bool outgoing)
{
    struct l2tp_call_spec spec = {.outgoing = outgoing,
                                  .bearer = (uint32_t)or_else(o->bearer, 1),
                                  .framing = (uint32_t)or_else(o->framing, 1),
                                  .minimum_bps = 1,
                                  .maximum_bps = 2,
                                  .called = outgoing ? "5551234" : NULL,
                                  .tells_speed = o->speedy > 0};

    if (o->line > 0)
        spec.line = (struct call_line){.has = UINT64_C(1) << AVP_AGENT_REMOTE_ID |
                                              UINT64_C(1) << (AVP_LINE_RATES + LINE_MAXIMUM_UP),
                                       .remote_id = "customer 7",
                                       .rates = {[LINE_MAXIMUM_UP] = UINT64_C(1) << 40}};
    r->called = l2tp_call(r->e, r->now, r->opened != 0 ? r->opened : r->tunnel, &spec, &r->host);
    if (r->called == 0)
        trace(r, "no-call");
    take_events(r, 0);
}

static void do_call(struct rig *r, const struct options *o)
{
    place(r, o, false);
}

static void do_dial(struct rig *r, const struct options *o)
{
    place(r, o, true);
}

static uint16_t our_tunnel(const struct rig *r)
{
    return r->opened != 0 ? r->opened : r->tunnel;
}

static uint16_t our_call(const struct rig *r)
{
    return r->called != 0 ? r->called : r->session;
}

static void do_close(struct rig *r, const struct options *o)
{
    l2tp_close(r->e, r->now, our_tunnel(r), (unsigned)or_else(o->res, 6), 0, "");
    take_events(r, 0);
}

static void do_hangup(struct rig *r, const struct options *o)
{
    l2tp_hang_up(r->e, r->now, our_call(r), (unsigned)or_else(o->res, 3), 0, "");
    take_events(r, 0);
}

static void do_answer(struct rig *r, const struct options *o)
{
    (void)o;
    l2tp_bearer_up(r->e, r->now, our_call(r));
    take_events(r, 0);
}

/* Time passes, and ticks come when they are asked for: each one must move the deadline on. */
static void do_idle(struct rig *r, const struct options *o)
{
    uint64_t since = r->now, until = r->now + (uint64_t)or_else(o->ms, 0), due;

    while ((due = l2tp_deadline(r->e)) != 0 && due <= until) {
        r->now = due > r->now ? due : r->now;
        l2tp_tick(r->e, r->now);
        take_events(r, since);
        due = l2tp_deadline(r->e);
        if (due != 0 && due <= r->now) {
            trace(r, "WRONG(deadline stands still)");
            return;
        }
    }
    r->now = until;
}

/* A tick that nobody asked for. */
static void do_tick(struct rig *r, const struct options *o)
{
    r->now += (uint64_t)or_else(o->ms, 0);
    l2tp_tick(r->e, r->now);
    take_events(r, 0);
}

/* An IPv4 packet with an ECN field, as PPP carries it; its checksum is good. */
static void put_packet(struct wr *w, unsigned ecn)
{
    uint8_t ip[20] = {0x45, (uint8_t)ecn, 0, 22, 0, 0,  0, 0, 64, 17, 0,
                      0,    10,           0, 0,  1, 10, 0, 0, 2};
    uint32_t sum = 0;

    for (size_t i = 0; i < sizeof ip; i += 2)
        sum += ip[i] << 8u | ip[i + 1];
    sum = ~(sum % 0xffff);
    ip[10] = (uint8_t)(sum >> 8);
    ip[11] = (uint8_t)sum;
    wr_put(w, span_of((const uint8_t *)"\xff\x03\0!", 4));
    wr_put(w, span_of(ip, sizeof ip));
}

static void do_data(struct rig *r, const struct options *o)
{
    struct addr from = sender(r, o);
    struct wr w = wr_over(r->given, sizeof r->given);
    unsigned flags = 2;

    flags |= o->len >= 0 ? 0x4000u : 0;
    flags |= o->seq >= 0 ? 0x0800u : 0;
    flags |= o->offset >= 0 ? 0x0200u : 0;
    flags |= o->prio >= 0 ? 0x0100u : 0;
    wr_u16(&w, (uint16_t)flags);
    if (o->len >= 0)
        wr_u16(&w, 0);
    wr_u16(&w, (uint16_t)or_else(o->tid, our_tunnel(r)));
    wr_u16(&w, (uint16_t)or_else(o->sid, our_call(r)));
    if (o->seq >= 0) {
        wr_u16(&w, (uint16_t)o->seq);
        wr_u16(&w, 0x5a5a); /* Nr of data means nothing (3.1) */
    }
    if (o->offset >= 0) {
        wr_u16(&w, (uint16_t)o->offset);
        for (long i = 0; i < o->offset; i++)
            wr_u8(&w, 0xee);
    }
    if (o->ip >= 0)
        put_packet(&w, (unsigned)o->ip);
    else
        wr_put(&w, span_str(FRAME));
    wr_u16(&w, (uint16_t)or_else(o->n, or_else(o->seq, 0)));
    if (o->len >= 0)
        wr_set16(&w, 2, (uint16_t)wr_len(&w));
    rig_input(r, &from, span_of(r->given, wr_len(&w)));
}

/* The last datagram once more. */
static void do_again(struct rig *r, const struct options *o)
{
    struct addr from = sender(r, o);
    uint8_t copy[RIG_DATAGRAM];

    memcpy(copy, r->given, r->given_n);
    rig_input(r, &from, span_of(copy, o->cut >= 0 ? (size_t)o->cut : r->given_n));
}

/* A frame of ours goes out: its header.  prio: it is an LCP message with that code. */
static void do_frame(struct rig *r, const struct options *o)
{
    uint8_t room[PACKET_DATA_HEADER + 8] = {0};
    size_t n;
    const uint8_t *h;
    unsigned flags;
    size_t at;

    if (o->prio >= 0)
        memcpy(room + PACKET_DATA_HEADER,
               (const uint8_t[]){0xff, 3, 0xc0, 0x21, (uint8_t)o->prio, 1, 0, 4}, 8);
    n = l2tp_data_header(r->e, r->now, our_call(r), room + PACKET_DATA_HEADER, 8);
    h = room + PACKET_DATA_HEADER - n;
    flags = n > 0 ? h[0] << 8u | h[1] : 0;
    at = 6 + (flags & 0x4000u ? 2 : 0);
    if (flags & 0x0800u)
        trace(r, "%04x/%zu#%u", flags, n, h[at] << 8u | h[at + 1]);
    else
        trace(r, "%04x/%zu", flags, n);
}

/* Numbers in what we send from now on, or none. */
static void do_number(struct rig *r, const struct options *o)
{
    l2tp_sequence(r->e, our_call(r), o->n != 0);
    take_events(r, 0);
}

static void do_mark(struct rig *r, const struct options *o)
{
    l2tp_mark(r->e, (uint8_t)or_else(o->ecn, 0));
}

/* What the host tells of its line. */
static void do_map(struct rig *r, const struct options *o)
{
    l2tp_line_info(r->e, r->now, our_call(r), (uint32_t)or_else(o->n, 0xa0000), 0xffffffff);
    take_events(r, 0);
}

static void do_errors(struct rig *r, const struct options *o)
{
    uint32_t errors[6] = {(uint32_t)or_else(o->n, 1), 0, 0, 0, 0, 0};

    l2tp_line_errors(r->e, r->now, our_call(r), errors);
    take_events(r, 0);
}

static void do_refuse(struct rig *r, const struct options *o)
{
    (void)o;
    r->admit = NO_ROOM;
}

static const struct {
    const char *name;
    void (*act)(struct rig *r, const struct options *o);
} verbs[] = {
    {"open", do_open},     {"call", do_call},     {"dial", do_dial},   {"close", do_close},
    {"hangup", do_hangup}, {"answer", do_answer}, {"idle", do_idle},   {"tick", do_tick},
    {"data", do_data},     {"again", do_again},   {"frame", do_frame}, {"full", do_refuse},
    {"number", do_number}, {"mark", do_mark},     {"map", do_map},     {"errors", do_errors},
};

static void do_word(struct rig *r, char *word)
{
    struct options o;
    char *option = strchr(word, ',');

    memset(&o, 0xff, sizeof o);
    while (option != NULL) {
        char *next = strchr(option + 1, ',');

        *option = '\0';
        if (next != NULL)
            *next = '\0';
        option_set(&o, option + 1);
        if (next != NULL)
            *next = ',';
        option = next;
    }
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i].name, word) == 0) {
            verbs[i].act(r, &o);
            return;
        }
    for (unsigned t = 0; t < MSG_TYPES; t++)
        if (strcmp(t == ZLB ? "ZLB" : msg_type_name(t), word) == 0) {
            say(r, (enum msg_type)t, &o);
            return;
        }
    printf("Bail out! no such word: %s\n", word);
    exit(1);
}

const char *rig_run(struct rig *r, const char *script)
{
    char word[128];

    r->trace_n = 0;
    r->trace[0] = '\0';
    while (*(script += strspn(script, " ")) != '\0') {
        size_t n = strcspn(script, " ");

        snprintf(word, sizeof word, "%.*s", (int)n, script);
        script += n;
        if (strcmp(word, "|") == 0) {
            r->trace_n = 0;
            r->trace[0] = '\0';
        } else {
            do_word(r, word);
        }
    }
    return r->trace;
}

const char *rig_tunnel_state(const struct rig *r)
{
    const struct tunnel *t = l2tp_tunnel(r->e, our_tunnel(r));

    return t != NULL ? state_name(t->state) : "gone";
}

const char *rig_call_state(const struct rig *r)
{
    const struct call *c = l2tp_call_by_id(r->e, our_call(r));

    return c != NULL ? state_name(c->state) : "gone";
}

void rig_scenes(struct rig *r, const struct scene *scenes, size_t n,
                void (*report)(bool good, const struct scene *s, const char *got))
{
    for (const struct scene *s = scenes; s < scenes + n; s++) {
        char got[8400];
        bool good;

        rig_again(r);
        r->admit = ADMITTED;
        rig_run(r, s->script);
        good = strcmp(r->trace, s->expected) == 0 &&
               (s->tunnel == NULL || strcmp(rig_tunnel_state(r), s->tunnel) == 0) &&
               (s->call == NULL || strcmp(rig_call_state(r), s->call) == 0);
        snprintf(got, sizeof got, "%s [tunnel %s, call %s]", r->trace, rig_tunnel_state(r),
                 rig_call_state(r));
        report(good, s, got);
    }
}
