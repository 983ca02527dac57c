/* A LAC's front and callers of several minds on a line that loses and repeats frames, each life
 * from a seed: in its time each ends as it has to, and what is told is what the caller has said. */
#include "front_rig.h"

#include "wire/ppp.h"

#define LIVES 400
#define LINE 64 /* frames on their way */
#define DELAY_MS 40
#define RESEND_MS 3000
#define TOTAL_MS 60000

enum { LCP = 0xc021, PAP = 0xc023, CHAP = 0xc223 };
enum mind {
    ORDINARY,
    PATIENT,   /* waits to be asked */
    HAUGHTY,   /* will have PAP alone */
    SECRETIVE, /* will not say who it is */
    STUBBORN,  /* insists on an option that nobody grants */
    FUSSY,     /* is never content with what it is asked */
    BRIEF,     /* hangs up when LCP is open */
    MUTE,
    NOISE,
    MIRROR,
    MINDS
};

/* What comes of it on a line that loses nothing, and what may come of it on any. */
#define MAY(fault) (1u << (fault))
#define KNOWN MAY(FRONT_FINE)
static const struct {
    const char *name;
    unsigned ends, losing;
} minds[MINDS] = {
    [ORDINARY] = {"an ordinary caller", KNOWN, KNOWN | MAY(FRONT_TIMED_OUT)},
    [PATIENT] = {"one that waits to be asked", KNOWN, KNOWN | MAY(FRONT_TIMED_OUT)},
    [HAUGHTY] = {"one that will have PAP alone", KNOWN, KNOWN | MAY(FRONT_TIMED_OUT)},
    [SECRETIVE] = {"one that will not say who it is", MAY(FRONT_NO_AUTH),
                   MAY(FRONT_NO_AUTH) | MAY(FRONT_TIMED_OUT)},
    [STUBBORN] = {"one that insists on an option", MAY(FRONT_DIVERGES),
                  MAY(FRONT_DIVERGES) | MAY(FRONT_TIMED_OUT)},
    [FUSSY] = {"one that is never content", MAY(FRONT_DIVERGES),
               MAY(FRONT_DIVERGES) | MAY(FRONT_TIMED_OUT)},
    [BRIEF] = {"one that hangs up", MAY(FRONT_HUNG_UP), MAY(FRONT_HUNG_UP) | MAY(FRONT_TIMED_OUT)},
    [MUTE] = {"nobody", MAY(FRONT_SILENT), MAY(FRONT_SILENT)},
    [NOISE] = {"noise", MAY(FRONT_GARBAGE), MAY(FRONT_GARBAGE) | MAY(FRONT_SILENT)},
    [MIRROR] = {"a line that is looped back", MAY(FRONT_LOOPED),
                MAY(FRONT_LOOPED) | MAY(FRONT_TIMED_OUT) | MAY(FRONT_SILENT)},
};

struct flying {
    uint64_t at;
    bool to_front;
    size_t n;
    uint8_t octets[FRONT_FRAME];
};

static struct {
    struct front_rig r;
    uint32_t seed;
    unsigned loss; /* percent */
    struct flying line[LINE];

    /* the caller */
    enum mind mind;
    bool began, acked, has_acked; /* its Request is acknowledged; it has acknowledged ours */
    bool opened, pap;             /* it has to ask by PAP */
    uint8_t id, first[16], options[16];
    size_t n_first, n_options;
    uint64_t due;
    struct front_result said; /* what it has said last, in the room below */
    uint8_t response[16], challenge[16], asked[32];
} w;

static uint32_t roll(uint32_t sides)
{
    w.seed ^= w.seed << 13;
    w.seed ^= w.seed >> 17;
    w.seed ^= w.seed << 5;
    return w.seed % sides;
}

static void fly(bool to_front, const uint8_t *octets, size_t n)
{
    unsigned copies = roll(100) < w.loss ? 0 : 1 + (roll(400) < w.loss);

    for (size_t i = 0; i < LINE && copies > 0; i++) {
        struct flying *f = &w.line[i];

        if (f->n > 0)
            continue;
        *f = (struct flying){
            .at = w.r.now + DELAY_MS + roll(2) * copies, .to_front = to_front, .n = n};
        memcpy(f->octets, octets, n);
        copies--;
    }
}

static void say(uint16_t protocol, uint8_t code, uint8_t id, struct span body)
{
    uint8_t frame[FRONT_FRAME];
    struct wr out = wr_over(frame, sizeof frame);

    wr_u16(&out, 0xff03);
    wr_u16(&out, protocol);
    wr_u8(&out, code);
    wr_u8(&out, id);
    wr_u16(&out, (uint16_t)(body.n + 4));
    wr_put(&out, body);
    fly(true, frame, wr_len(&out));
}

static void ask(void)
{
    w.began = true;
    w.due = w.r.now + RESEND_MS;
    say(LCP, 1, w.id, span_of(w.options, w.n_options));
}

static void ask_by_pap(void)
{
    static const char request[] = "\003bob\006secret";

    w.due = w.r.now + RESEND_MS;
    w.said.id = ++w.id;
    say(PAP, 1, w.id, span_str(request));
}

static void perhaps_open(void)
{
    if (!w.acked || !w.has_acked || w.opened)
        return;
    w.opened = true;
    w.due = FRONT_NEVER;
    if (w.mind == BRIEF)
        w.due = w.r.now;
    else if (w.pap)
        ask_by_pap();
}

static bool has_auth(struct span options, uint16_t protocol)
{
    struct rd r = rd_over(options), value;
    uint8_t type;

    while (ppp_next_option(&r, &type, &value))
        if (type == 3 && rd_u16(&value) == protocol)
            return true;
    return false;
}

static void on_asked(const struct ppp_packet *p)
{
    static const uint8_t pap[] = {3, 4, 0xc0, 0x23}, chap[] = {3, 5, 0xc2, 0x23, 5};
    static const uint8_t mru[] = {1, 4, 0, 16};
    bool wants_pap = has_auth(p->options, PAP), wants_chap = has_auth(p->options, CHAP);

    if (w.opened) { /* RFC 1661, 4.1: it begins anew */
        w.opened = w.acked = false;
        w.id++;
        ask();
    }
    w.has_acked = false;
    if (w.mind == HAUGHTY && !wants_pap)
        say(LCP, 3, p->id, span_of(pap, sizeof pap));
    else if (w.mind == SECRETIVE && wants_pap)
        say(LCP, 4, p->id, span_of(pap, sizeof pap));
    else if (w.mind == SECRETIVE && wants_chap)
        say(LCP, 4, p->id, span_of(chap, sizeof chap));
    else if (w.mind == FUSSY)
        say(LCP, 3, p->id, span_of(mru, sizeof mru));
    else
        w.has_acked = true;
    if (!w.began)
        ask();
    if (!w.has_acked)
        return;
    w.pap = wants_pap;
    w.said.last_sent = span_of(w.asked, p->options.n);
    memcpy(w.asked, p->options.p, p->options.n);
    say(LCP, 2, p->id, p->options);
    perhaps_open();
}

/* It has an option that is rejected; then it does without, unless it is stubborn. */
static void on_answered(const struct ppp_packet *p)
{
    if (p->id != w.id || w.acked)
        return;
    w.id++;
    if (p->code == 2) {
        w.acked = true;
        perhaps_open();
        return;
    }
    if (w.mind != STUBBORN)
        w.n_options = w.n_first - 2;
    ask();
}

static void on_challenge(const struct ppp_packet *p)
{
    uint8_t body[1 + 16 + 3] = {16};

    if (!w.opened || p->code != 1 || w.mind == BRIEF)
        return;
    memcpy(w.challenge, p->options.p + 1, 16);
    for (unsigned i = 0; i < 16; i++)
        w.response[i] = (uint8_t)(w.challenge[i] ^ p->id);
    memcpy(body + 1, w.response, 16);
    memcpy(body + 17, "bob", 3);
    w.said.id = p->id;
    say(CHAP, 2, p->id, span_of(body, sizeof body));
}

static void caller_hears(const struct flying *f)
{
    struct ppp_packet p;
    size_t info;
    uint16_t protocol = ppp_protocol(span_of(f->octets, f->n), &info);

    if (w.mind == MIRROR)
        fly(true, f->octets, f->n);
    if (w.mind >= MUTE || !ppp_read_packet(span_of(f->octets, f->n), info, &p))
        return;
    if (protocol == CHAP)
        on_challenge(&p);
    else if (p.code == 1)
        on_asked(&p);
    else if (p.code >= 2 && p.code <= 4)
        on_answered(&p);
    else if (p.code == 5)
        say(LCP, 6, p.id, (struct span){0});
}

static void caller_tick(void)
{
    static const uint8_t noise[] = {0x7d, 0x5e, 0x41, 0x54};

    w.due = w.r.now + RESEND_MS;
    if (w.mind == NOISE)
        fly(true, noise, sizeof noise);
    else if (w.mind == BRIEF && w.opened)
        say(LCP, 5, 0x99, (struct span){0});
    else if (w.opened && w.pap)
        ask_by_pap();
    else if (!w.opened && w.mind < MUTE)
        ask();
}

static uint64_t next_due(void)
{
    uint64_t due = front_deadline(&w.r.f) < w.due ? front_deadline(&w.r.f) : w.due;

    for (size_t i = 0; i < LINE; i++)
        if (w.line[i].n > 0 && w.line[i].at < due)
            due = w.line[i].at;
    return due;
}

static void turn(void)
{
    struct span frame;
    uint64_t due = next_due();

    if (due > w.r.now)
        w.r.now = due;
    front_tick(&w.r.f, w.r.now);
    for (size_t i = 0; i < LINE; i++) {
        struct flying f = w.line[i];

        if (f.n == 0 || f.at > w.r.now)
            continue;
        w.line[i].n = 0;
        if (f.to_front)
            front_give(&w.r, f.octets, f.n);
        else
            caller_hears(&f);
    }
    if (w.r.now >= w.due)
        caller_tick();
    while ((frame = front_output(&w.r.f)).n > 0)
        fly(false, frame.p, frame.n);
}

static void begin(enum mind mind, unsigned loss, uint32_t seed)
{
    struct front_config c = front_usual(&w.r);

    memset(&w, 0, sizeof w);
    w.seed = seed * 2654435761u | 1;
    w.loss = loss;
    w.mind = mind;
    w.id = (uint8_t)roll(256);
    w.n_first = w.n_options =
        unhex(roll(2) ? "010405d4 0506aabbccdd 0702 6302" : "0506aabbccdd 6302", w.options);
    memcpy(w.first, w.options, w.n_first);
    w.due = mind == PATIENT || mind == MUTE ? FRONT_NEVER : roll(2500);
    if (roll(2))
        c.offer[0] = FRONT_PAP, c.offer[1] = FRONT_CHAP;
    c.total_ms = TOTAL_MS;
    front_init(&w.r.f, &c, w.r.now);
}

/* What the front tells is what the caller has said: of PAP that may be said again, the last that
 * arrived; none is older than the last but those that were lost. */
static bool is_what_it_said(void)
{
    struct front_result r;

    if (!front_result(&w.r.f, &r))
        return false;
    return span_eq(r.name, span_str("bob")) && span_eq(r.last_sent, w.said.last_sent) &&
           span_eq(r.last_received, span_of(w.options, w.n_options)) &&
           (span_eq(r.initial_received, span_of(w.first, w.n_first)) ||
            (w.loss > 0 && span_eq(r.initial_received, r.last_received))) &&
           (r.type == PROXY_PAP
                ? span_eq(r.response, span_str("secret")) && (w.loss > 0 || r.id == w.said.id)
                : span_eq(r.response, span_of(w.response, 16)) &&
                      span_eq(r.challenge, span_of(w.challenge, 16)) && r.id == w.said.id);
}

/* One life; the fault that it ends with. */
static enum front_fault live(enum mind mind, unsigned loss, uint32_t seed)
{
    begin(mind, loss, seed);
    while (front_state(&w.r.f) == FRONT_RUNNING && w.r.now <= TOTAL_MS)
        turn();
    return front_fault(&w.r.f);
}

int main(void)
{
    for (unsigned mind = 0; mind < MINDS; mind++)
        for (unsigned loss = 0; loss <= 40; loss += 20) {
            unsigned bad = 0, untold = 0, late = 0, known = 0;
            uint32_t first = 0;

            for (uint32_t seed = 1; seed <= LIVES; seed++) {
                enum front_fault fault = live((enum mind)mind, loss, seed);

                known += front_state(&w.r.f) == FRONT_KNOWN;
                late += front_state(&w.r.f) == FRONT_RUNNING;
                untold += front_state(&w.r.f) == FRONT_KNOWN && !is_what_it_said();
                bad += !((loss == 0 ? minds[mind].ends : minds[mind].losing) & MAY(fault));
                if (bad + untold > 0 && first == 0)
                    first = seed;
            }
            is_int(first, 0, "no seed that ends otherwise than it has to");
            is_int(bad, 0, minds[mind].name);
            is_int(late, 0, "in its time");
            is_int(untold, 0, "and what is told is what it said");
            if (minds[mind].ends == KNOWN)
                ok(known >= LIVES * (loss == 40 ? 8 : 10) / 10u - (loss > 0 ? LIVES / 20 : 0),
                   "with %u %% lost its name is known as a rule (%u of %d)", loss, known, LIVES);
        }
    return tap_done();
}
