/* Fuzz target for wire/ppp_front: a caller that says anything, and a clock.
 *
 * The first four octets are the settings, the rest steps as steps.h has them: what is done, how
 * many octets of its own it has, and these.  Frames can be made whole of them, or with what only
 * somebody who listens knows: the Identifier of our last Request, its options, the challenge's.
 *
 * Held to: nothing is read beyond a frame; each frame that is sent is a whole one, of LCP or a
 * Challenge, and what it is at the time; what is acknowledged is what a LNS can live with; nobody
 * waits without a deadline; a state of the end stays, with words for it; what is told is a set that
 * can be used; and left alone it comes to an end in the time that it was given. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "steps.h"
#include "wire/lcp.h"
#include "wire/ppp.h"
#include "wire/ppp_front.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEAD 4
#define LCP 0xc021
#define PAP 0xc023
#define CHAP 0xc223
#define TOTAL_MS 60000
#define SETTLE 240 /* and what is above it, of what an owner does */
#define FRAMES_LEFT 16 /* that it sends when nobody says anything more: 10, and 2 of good-bye */

static struct {
    struct front f;
    uint64_t now;
    uint8_t dice;
    uint8_t id;           /* of our last Configure-Request */
    uint8_t challenge_id; /* of our last Challenge */
    size_t n_ours, n_last;
    uint8_t ours[FRONT_FRAME], last[FRONT_FRAME]; /* its options; the last frame of all */
    unsigned frames;                              /* sent in this step */
    enum front_state state;                       /* before it */
    enum front_fault fault;
} w;

static void must(bool held)
{
    if (!held)
        abort();
}

static void dice(void *ctx, void *room, size_t n)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++)
        ((uint8_t *)room)[i] = ++w.dice;
}

/* -- what is held to ------------------------------------------------------------------------------
 */

/* Nothing in it that only we could honour. */
static void look_at_ack(struct span options)
{
    struct rd r = rd_over(options), value;
    unsigned seen = 0;
    uint8_t type;

    must(lcp_well_formed(options));
    while (ppp_next_option(&r, &type, &value)) {
        must(type == 1 || type == 2 || type == 5 || type == 7 || type == 8);
        must(!(seen >> type & 1));
        seen |= 1u << type;
        if (type == 1)
            must((value.p[0] << 8 | value.p[1]) <= w.f.c.mru_most);
    }
}

static void look_at_frame(struct span frame)
{
    struct ppp_packet p;
    size_t info;
    uint16_t protocol = ppp_protocol(frame, &info);

    must(frame.n >= 8 && frame.n <= FRONT_FRAME && info == 4 &&
         (protocol == LCP || protocol == CHAP));
    must(ppp_read_packet(frame, info, &p) && p.options.n + 8 == frame.n);
    must(w.f.state != FRONT_FAILED || w.state != FRONT_FAILED ||
         (protocol == LCP && (p.code == 5 || p.code == 6)));
    if (protocol == CHAP) {
        must(p.code == 1 && w.f.c.n_offer > 0 && p.options.n > 17);
        w.challenge_id = p.id;
        return;
    }
    must((p.code >= 1 && p.code <= 8) || p.code == 10);
    if (p.code == 2)
        look_at_ack(p.options);
    if (p.code != 1)
        return;
    must(lcp_well_formed(p.options));
    w.id = p.id;
    w.n_ours = p.options.n;
    memcpy(w.ours, p.options.p, p.options.n);
}

static void look_at_words(void)
{
    char text[FRONT_REASON + 1];
    size_t room = 1 + w.dice % FRONT_REASON;

    memset(text, '#', sizeof text);
    must(front_describe(&w.f, text, room) == text);
    must(memchr(text, '\0', room) != NULL && text[room] == '#');
    must(room == 1 || (text[0] != '\0') == (front_state(&w.f) == FRONT_FAILED));
    for (const char *p = text; *p != '\0'; p++)
        must(*p >= ' ' && *p <= '~');
}

static void look_at_result(void)
{
    struct front_result r;
    struct msg m = {0};
    bool known = front_state(&w.f) == FRONT_KNOWN;

    must(front_tell(&w.f, &m) == known && front_result(&w.f, &r) == known);
    if (!known)
        return;
    must(proxy_flaw(&m) == NULL && (m.present & ~(UINT64_C(0xff) << 26)) == 0);
    must((m.present >> 26 & 7) == 7 && lcp_well_formed(r.last_sent));
    look_at_ack(r.last_received);
    must((r.type == PROXY_NONE) == (w.f.c.n_offer == 0) &&
         (r.type == PROXY_NONE) == (r.name.n == 0));
    must((r.type == 0) == !(m.present >> AVP_PROXY_AUTHEN_TYPE & 1));
    must(r.initial_received.n <= FRONT_OPTIONS && r.name.n <= FRONT_NAME);
    must(r.ours.mru <= 1500 && r.callers.mru >= 128);
}

static void look(void)
{
    struct span frame;

    for (w.frames = 0; (frame = front_output(&w.f)).n > 0; w.frames++) {
        look_at_frame(frame);
        memcpy(w.last, frame.p, frame.n);
        w.n_last = frame.n;
    }
    must(w.frames <= 2);
    if (w.state == FRONT_FAILED)
        must(front_state(&w.f) == FRONT_FAILED && front_fault(&w.f) == w.fault);
    if (w.f.settled && w.state == FRONT_KNOWN)
        must(front_state(&w.f) != FRONT_RUNNING);
    w.state = front_state(&w.f);
    w.fault = front_fault(&w.f);
    must((w.fault == FRONT_FINE) == (w.state != FRONT_FAILED));
    if (w.state == FRONT_RUNNING)
        must(front_deadline(&w.f) <= w.now + TOTAL_MS);
    if (w.state == FRONT_KNOWN)
        must(front_deadline(&w.f) == FRONT_NEVER);
    look_at_result();
    look_at_words();
}

/* -- steps ----------------------------------------------------------------------------------------
 */

static void give(const uint8_t *octets, size_t n)
{
    uint8_t *block = malloc(n > 0 ? n : 1);

    must(block != NULL);
    if (n > 0)
        memcpy(block, octets, n);
    front_input(&w.f, w.now, span_of(block, n));
    free(block);
}

static void give_packet(uint16_t protocol, uint8_t code, uint8_t id, struct span body)
{
    uint8_t frame[8 + 512] = {0xff, 3};
    struct wr out = wr_over(frame + 2, sizeof frame - 2);

    wr_u16(&out, protocol);
    wr_u8(&out, code);
    wr_u8(&out, id);
    wr_u16(&out, (uint16_t)(body.n + 4));
    wr_put(&out, body);
    must(!out.failed);
    give(frame, 2 + wr_len(&out));
}

static void step_frame(struct rd *own)
{
    give(own->p, rd_left(own));
}

static void step_lcp(struct rd *own)
{
    uint8_t code = rd_u8(own), id = rd_u8(own);

    give_packet(LCP, code, id, rd_rest(own));
}

/* Our Request as it was, but for what the octets change. */
static void step_ack(struct rd *own)
{
    uint8_t at = rd_u8(own), change = rd_u8(own);

    if (w.n_ours > 0)
        w.ours[at % w.n_ours] ^= change;
    give_packet(LCP, 2, w.id, span_of(w.ours, w.n_ours));
    if (w.n_ours > 0)
        w.ours[at % w.n_ours] ^= change;
}

static void step_nak(struct rd *own)
{
    give_packet(LCP, 3, w.id, rd_rest(own));
}

/* Options of ours, by a bit each. */
static void step_reject(struct rd *own)
{
    struct rd r = rd_over(span_of(w.ours, w.n_ours)), value;
    uint8_t which = rd_u8(own), type, body[FRONT_FRAME];
    struct wr out = wr_over(body, sizeof body);

    while (ppp_next_option(&r, &type, &value)) {
        if (which & 1) {
            wr_u8(&out, type);
            wr_u8(&out, (uint8_t)(rd_left(&value) + 2));
            wr_put(&out, span_of(value.p, rd_left(&value)));
        }
        which >>= 1;
    }
    give_packet(LCP, 4, w.id, span_of(body, wr_len(&out)));
}

static void step_pap(struct rd *own)
{
    uint8_t id = rd_u8(own), body[512], half = (uint8_t)(rd_left(own) / 2);
    struct wr out = wr_over(body, sizeof body);

    wr_u8(&out, half);
    wr_put(&out, rd_take(own, half));
    wr_u8(&out, (uint8_t)rd_left(own));
    wr_put(&out, rd_rest(own));
    give_packet(PAP, 1, id, span_of(body, wr_len(&out)));
}

static void step_chap(struct rd *own)
{
    uint8_t how = rd_u8(own), body[512] = {0};
    uint8_t n = how & 1 ? 49 : 16;
    struct wr out = wr_over(body, sizeof body);

    wr_u8(&out, n);
    wr_skip(&out, n);
    wr_put(&out, rd_rest(own));
    give_packet(CHAP, 2, (uint8_t)(w.challenge_id + (how >> 1)), span_of(body, wr_len(&out)));
}

static void step_time(struct rd *own)
{
    uint64_t end = w.now + rd_u16(own);

    while (front_deadline(&w.f) <= end) {
        if (front_deadline(&w.f) > w.now)
            w.now = front_deadline(&w.f);
        front_tick(&w.f, w.now);
        look();
    }
    w.now = end;
    front_tick(&w.f, w.now);
}

static void step_owner(struct rd *own)
{
    uint8_t what = rd_u8(own);

    if (what >= SETTLE)
        front_settle(&w.f);
    else if (what % 3 == 0)
        front_refused(&w.f);
    else if (what % 3 == 1)
        front_end(&w.f, w.now, rd_rest(own));
    else
        front_hangup(&w.f);
}

/* The line is looped back. */
static void step_loop(struct rd *own)
{
    (void)own;
    give(w.last, w.n_last);
}

typedef void step_fn(struct rd *own);

static step_fn *const kinds[] = {step_frame, step_lcp,  step_ack,  step_nak,   step_reject,
                                 step_pap,   step_chap, step_time, step_owner, step_loop};
#define KINDS (sizeof kinds / sizeof kinds[0])

static void begin(const uint8_t *head)
{
    struct front_config c = {.n_offer = head[0] & 3,
                             .mru = (uint16_t)(head[1] & 1 ? 1400 : 1500),
                             .mru_most = (uint16_t)(head[1] & 2 ? 1400 : 1500),
                             .accm = head[1] & 4 ? 0xffffffff : head[2],
                             .pfc = head[1] & 8,
                             .acfc = head[1] & 16,
                             .name = span_str("lac"),
                             .restart_ms = 3000,
                             .total_ms = TOTAL_MS,
                             .random = dice};

    for (unsigned i = 0; i < FRONT_AUTHS; i++)
        c.offer[i] = (enum front_auth)(((head[0] >> 2) + i) % FRONT_AUTHS);
    memset(&w, 0, sizeof w);
    w.now = 1000;
    w.dice = head[3];
    front_init(&w.f, &c, w.now);
    look();
}

/* Nobody says anything more. */
static void end(void)
{
    unsigned frames = 0;

    while (front_deadline(&w.f) != FRONT_NEVER) {
        must(front_deadline(&w.f) <= w.now + TOTAL_MS);
        if (front_deadline(&w.f) > w.now)
            w.now = front_deadline(&w.f);
        front_tick(&w.f, w.now);
        look();
        frames += w.frames;
        must(frames <= FRAMES_LEFT);
    }
    must(front_state(&w.f) != FRONT_RUNNING);
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
    end();
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
