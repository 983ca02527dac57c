/* Fuzz target for wire/ppp_replay: a LAC that tells anything, a pppd and a caller that say anything.
 *
 * The first four octets choose what is told, of a few that can be used, and an octet of it that is
 * changed, and what may be done with it; the rest are steps as steps.h has them.
 *
 * Held to: nothing is read beyond a frame; each frame that is sent is a whole one, of LCP, PAP or CHAP;
 * the caller hears nothing as long as a replay goes on, and then pppd's words alone; what pppd is told
 * that the caller has agreed on is what it has agreed on with the LAC; a state of the end stays, and
 * with nothing more to do no frame is changed. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "steps.h"
#include "wire/lcp.h"
#include "wire/ppp.h"
#include "wire/ppp_replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEAD 4
#define LCP 0xc021
#define PAP 0xc023
#define CHAP 0xc223
#define PASSWORD "correct horse 16"

static const struct {
    const char *sent, *received;
    size_t n_sent, n_received;
    uint16_t type;
} sets[] = {
    {"\3\5\302\43\5\5\6\1\2\3\4", "\5\6\11\12\13\14", 11, 6, PROXY_CHAP},
    {"\1\4\5\252\3\4\300\43\5\6\1\2\3\4\7\2\10\2", "\1\4\5\324\5\6\11\12\13\14", 18, 10, PROXY_PAP},
    {"\2\6\0\12\0\0\3\4\300\43", "", 10, 0, PROXY_PAP},
    {"\5\6\1\2\3\4", "\5\6\11\12\13\14", 6, 6, PROXY_NONE},
    {"\3\5\302\43\200", "\7\2\10\2", 5, 4, PROXY_MSCHAP},
    {"\3\5\302\43\201\5\6\1\2\3\4", "\5\6\11\12\13\14", 11, 6, 0},
};

static struct {
    struct ppp_replay r;
    enum replay_state state; /* before the step */
    size_t n_sent;
    uint8_t sent[32]; /* what the LAC has agreed on with the caller */
} w;

static void must(bool held)
{
    if (!held)
        abort();
}

/* -- what is held to ------------------------------------------------------------------------------
 */

/* The whole of an option among options; empty: it is not there. */
static struct span option(struct span options, uint8_t wanted)
{
    struct rd r = rd_over(options), value;
    const uint8_t *at = r.p;
    uint8_t type;

    for (; ppp_next_option(&r, &type, &value); at = r.p)
        if (type == wanted)
            return span_of(at, (size_t)(r.p - at));
    return span_of(NULL, 0);
}

/* pppd is told that the caller has agreed: it has. */
static void look_at_ack(struct span options)
{
    struct span told = span_of(w.sent, w.n_sent);

    must(lcp_well_formed(options));
    for (uint8_t type = 0; type < 32; type++) {
        struct span is = option(options, type), was = option(told, type);

        if (type == 5)
            must(is.n == 0 || was.n > 0);
        else if (type == 3 && w.r.way == REPLAY_TOLD)
            must(is.n == 0);
        else if (is.n != was.n) /* the default, said or not */
            must((type == 1 && (is.n == 0 || is.p[2] << 8 == 0x500) && (was.n == 0 || was.p[3] == 0xdc)) ||
                 (type == 2 && is.n == 0 && was.p[2] == 0xff));
        else
            must(span_eq(is, was));
    }
}

static void look_at_frame(bool to_pppd, struct span frame)
{
    struct ppp_packet p;
    size_t info;
    uint16_t protocol = ppp_protocol(frame, &info);

    must(info == 4 && (protocol == LCP || protocol == PAP || protocol == CHAP));
    must(ppp_read_packet(frame, info, &p) && p.options.n + 8 == frame.n);
    if (to_pppd && protocol == LCP && p.code == 2)
        look_at_ack(p.options);
    if (!to_pppd) /* pppd's own words, or two that say nothing */
        must((protocol == LCP && p.code == 1) || (protocol == CHAP && p.code == 1) ||
             (protocol == CHAP && p.code == 3 && p.options.n == 0) ||
             (protocol == PAP && p.code == 2 && span_eq(p.options, span_of("", 1))));
}

static void look(void)
{
    char text[REPLAY_WHY + 1];
    struct span frame;

    while ((frame = ppp_replay_to_pppd(&w.r)).n > 0)
        look_at_frame(true, frame);
    while ((frame = ppp_replay_to_caller(&w.r)).n > 0) {
        must(w.r.state != REPLAY_RUNNING);
        look_at_frame(false, frame);
    }
    must(w.state == REPLAY_RUNNING || w.r.state == w.state);
    w.state = w.r.state;
    must(w.state != REPLAY_ANEW || !ppp_replay_is_needed(&w.r));
    memset(text, '#', sizeof text);
    ppp_replay_describe(&w.r, text, REPLAY_WHY);
    must(memchr(text, '\0', REPLAY_WHY) != NULL && text[0] != '\0' && text[REPLAY_WHY] == '#');
    for (const char *p = text; *p != '\0'; p++)
        must(*p >= ' ' && *p <= '~');
}

/* -- steps ----------------------------------------------------------------------------------------
 */

/* A frame of an end's, in a block of its own, through all that one passes. */
static void give(bool from_pppd, struct span frame)
{
    uint8_t *block = malloc(frame.n > 0 ? frame.n : 1);
    enum replay_fate fate;
    bool needed;

    must(block != NULL);
    if (frame.n > 0)
        memcpy(block, frame.p, frame.n);
    fate = from_pppd ? ppp_replay_from_pppd(&w.r, span_of(block, frame.n))
                     : ppp_replay_from_caller(&w.r, span_of(block, frame.n));
    must(fate != REPLAY_HOLD || (!from_pppd && w.r.state == REPLAY_RUNNING));
    if (fate == REPLAY_PASS) {
        look();
        needed = ppp_replay_is_needed(&w.r);
        ppp_replay_translate(&w.r, from_pppd, block, frame.n);
        must(needed || span_eq(span_of(block, frame.n), frame));
    }
    free(block);
}

static void give_packet(bool from_pppd, uint16_t protocol, uint8_t code, uint8_t id, struct span body)
{
    uint8_t frame[8 + 512];
    struct wr out = wr_over(frame, sizeof frame);

    wr_u16(&out, 0xff03);
    wr_u16(&out, protocol);
    wr_u8(&out, code);
    wr_u8(&out, id);
    wr_u16(&out, (uint16_t)(body.n + 4));
    wr_put(&out, body);
    if (!out.failed)
        give(from_pppd, span_of(frame, wr_len(&out)));
}

static void step_frame(struct rd *own)
{
    uint8_t who = rd_u8(own);

    give(who & 1, rd_rest(own));
}

static void step_packet(struct rd *own)
{
    static const uint16_t protocols[] = {LCP, PAP, CHAP, 0x8021};
    uint8_t what = rd_u8(own), code = rd_u8(own), id = rd_u8(own);

    give_packet(what & 1, protocols[what >> 1 & 3], code, id, rd_rest(own));
}

/* pppd acknowledges what it has been shown. */
static void step_ack(struct rd *own)
{
    uint8_t id = rd_u8(own);

    give_packet(true, LCP, 2, (uint8_t)(id + 1), span_of(w.r.received, w.r.n_received));
}

/* It asks for what the LAC has agreed on, with one octet of its own. */
static void step_ask(struct rd *own)
{
    uint8_t id = rd_u8(own), at = rd_u8(own), change = rd_u8(own), options[sizeof w.sent];

    memcpy(options, w.sent, w.n_sent);
    if (w.n_sent > 0)
        options[at % w.n_sent] ^= change;
    give_packet(true, LCP, 1, id, span_of(options, w.n_sent));
}

/* And it asks the caller to authenticate itself. */
static void step_challenge(struct rd *own)
{
    uint8_t id = rd_u8(own);

    give_packet(true, CHAP, 1, id, span_str("\4wxyzlns"));
}

static void step_host(struct rd *own)
{
    uint8_t what = rd_u8(own);
    struct span client, server;
    bool asks = ppp_replay_asks(&w.r, &client, &server);

    if (what % 4 == 0)
        ppp_replay_begin(&w.r);
    else if (what % 4 == 1)
        ppp_replay_give_up(&w.r, what & 4 ? "a reason" : NULL);
    else
        ppp_replay_secret(&w.r, rd_rest(own));
    must(!asks || client.n <= REPLAY_VALUE);
}

typedef void step_fn(struct rd *own);

static step_fn *const kinds[] = {step_frame, step_packet, step_ack, step_ask, step_challenge, step_host};
#define KINDS (sizeof kinds / sizeof kinds[0])

static void begin(const uint8_t *head)
{
    unsigned set = head[0] % (sizeof sets / sizeof sets[0]);
    uint8_t received[32];
    size_t n = sets[set].n_received;
    struct msg m = {.present = UINT64_C(6) << 26};

    memset(&w, 0, sizeof w);
    w.n_sent = sets[set].n_sent;
    memcpy(w.sent, sets[set].sent, w.n_sent);
    memcpy(received, sets[set].received, n);
    if (head[2] < 32 && w.n_sent > 0)
        w.sent[head[2] % w.n_sent] ^= head[3];
    else if (n > 0)
        received[head[2] % n] ^= head[3];
    m.last_sent_lcp_confreq = span_of(w.sent, w.n_sent);
    m.last_received_lcp_confreq = span_of(received, n);
    if (sets[set].type != 0)
        m.present |= UINT64_C(0xf8) << 26;
    m.proxy_authen_type = sets[set].type;
    m.proxy_authen_name = span_str("alice");
    m.proxy_authen_challenge = span_str("challenge");
    m.proxy_authen_id = head[1] >> 2;
    m.proxy_authen_response = span_str(sets[set].type == PROXY_MSCHAP
                                           ? "0123456789012345678901234567890123456789012345678"
                                           : PASSWORD);
    ppp_replay_init(&w.r, &m, (enum replay_trust)(head[1] % 3), head[1] & 64 ? 1460 : 0);
    w.state = w.r.state;
    must(w.state != REPLAY_RUNNING || ppp_replay_flaw(&m) == NULL); /* what is used is sound */
    look();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct steps s;

    if (size < HEAD)
        return 0;
    begin(data);
    s = steps_of(data, size, HEAD);
    for (size_t n = 0; n < s.n; n++) {
        const uint8_t *step = data + s.at[n];
        struct rd own = rd_over(span_of(step + STEP_HEAD, s.at[n + 1] - s.at[n] - STEP_HEAD));

        kinds[(step[0] & 0x7f) % KINDS](&own);
        look();
    }
    ppp_replay_give_up(&w.r, NULL);
    look();
    must(w.r.state != REPLAY_RUNNING);
    ppp_replay_wipe(&w.r);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    return steps_mutate_some(data, size, most, seed, HEAD, KINDS);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                 uint8_t *out, size_t most, unsigned seed)
{
    return steps_cross(a, a_size, b, b_size, out, most, seed, HEAD);
}
