/* Fuzz target for src/proto: exchanges that begin well.
 *
 * The input begins with eight octets of settings an engine and one that says how far the two get by
 * themselves: a tunnel asked for, answered, up; calls either way, asked for, answered, up; on their
 * way out.  Then come steps, as in steps.h: a message that is right, or nearly (forge.h); octets
 * behind a header that is right; data; what was sent before; a datagram lost, repeated, late; each
 * verb of l2tp.h; time.  The highest bit of a step says which engine it is for.
 *
 * Held to, after each step: what world.h has.  At the end all is closed and nobody answers any
 * more: then nothing may be left of tunnels, calls, held data and half-open slots. */
#include "forge.h"
#include "steps.h"

#include "base/seq.h"
#include "wire/quirks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SETTINGS 8
#define HEAD (2 * SETTINGS + 1)
#define ROUNDS_MOST 5000 /* of a silent end */

/* The two sides. */

static const char *const vendors[] = {"l2tpd",      "Microsoft",     "xelerance.com", "",
                                      "WatchGuard", "Check Point X", "MikroTik",      "Acme"};

static void set_features(struct l2tp_profile *p, unsigned a, unsigned b, unsigned c)
{
    static const enum hide_when hides[] = {HIDE_NEVER, HIDE_PROVEN, HIDE_ALWAYS, HIDE_ALWAYS};

    if (a & 0x01)
        memcpy(p->secret, WORLD_SECRET, sizeof WORLD_SECRET);
    p->challenge = (a & 0x02) != 0;
    p->hide = hides[a >> 2 & 3];
    p->tie_breaker = (a & 0x10) != 0;
    p->accept_incoming = (a & 0x20) == 0;
    p->accept_outgoing = (a & 0x40) == 0;
    p->sequence = (a & 0x80) != 0;
    p->length_bit = (b & 0x01) != 0;
    p->require_sequencing = (b & 0x02) != 0;
    p->priority_bit = (b & 0x04) != 0;
    p->ecn = (b & 0x08) != 0;
    p->disconnect_cause = (b & 0x10) != 0;
    p->reorder_ms = b & 0x20 ? 200 : 0;
    p->hello_ms = b & 0x40 ? 60000 : 0;
    p->setup_ms = b & 0x80 ? 3000 : 0;
    p->window = (uint16_t)((c & 0x0f) == 0 ? 8 : (c & 0x0f) == 0x0f ? 5000 : (c & 0x0f));
    p->max_tries = 1 + (c >> 4 & 3);
    p->cap_ms = 8000;
    p->framing = FRAMING_SYNC | FRAMING_ASYNC;
    p->bearer = BEARER_DIGITAL | BEARER_ANALOG;
    p->tx_bps = 100000000;
    p->rx_bps = c & 0x40 ? 2000000 : 0;
    p->firmware = c & 0x80 ? 0xff00 : 0;
}

static void take_side(struct side *s, struct rd *r)
{
    struct l2tp_profile p = {.host_name = "fuzz.example"};
    unsigned a = rd_u8(r), b = rd_u8(r), c = rd_u8(r), who;

    set_features(&p, a, b, c);
    p.quirks_on = rd_u16(r);
    p.quirks_off = rd_u16(r);
    who = rd_u8(r);
    memcpy(p.vendor_name, vendors[who & 7], strlen(vendors[who & 7]));
    if (who & 8)
        memcpy(p.host_name, "anonymous", sizeof "anonymous");
    if (who & 16) /* another secret than theirs */
        p.secret[0] ^= 1;
    s->profile = p;
    s->welcome = (who >> 5) == 7 ? REFUSED : (who >> 5) == 6 ? IGNORED : WELCOME;
    s->admit = (who >> 5) != 5 ? ADMITTED : NO_ROOM;
    side_begin(s, a);
}

/* How far they get: a letter a deed, of the side that begins; after '-' of the other. */
static const char *const starts[] = {
    "",            /* strangers */
    "o",           /* SCCRQ under way */
    "o-d",         /* SCCRP under way */
    "o-dd",        /* SCCCN under way */
    "o*",          /* established */
    "o-o",         /* crossing SCCRQs */
    "o-o*",        /* ... and what became of them */
    "o*i",         /* ICRQ under way */
    "o*i-d",       /* ICRP under way */
    "o*i-dd",      /* ICCN under way */
    "o*i*",        /* an incoming call up */
    "o*l",         /* OCRQ under way */
    "o*l-d",       /* OCRP under way; wait-cs-answer */
    "o*l*",        /* wait-connect */
    "o*l*-b",      /* OCCN under way */
    "o*l*-b*",     /* an outgoing call up */
    "o*iii*ll*-b", /* several, either way */
    "o*i*-i*-l*b", /* ... and either side's */
    "o*c",         /* StopCCN under way; stopping */
    "o*c-d",       /* stopped */
    "o*i*c-d",     /* the same with a call */
    "o*i*h",       /* CDN under way */
    "o*o*i*",      /* two tunnels */
    "oi*",         /* a call that waited for its tunnel */
    "o*t",         /* HELLO under way, or a setup that took too long */
    "ottt",        /* SCCRQ again and again */
    "o*-i*i*",     /* calls both ways */
};
#define STARTS (sizeof starts / sizeof starts[0])

static void deliver_all(unsigned i)
{
    for (unsigned n = 0; n < 200 && world.side[0].queued + world.side[1].queued > 0; n++, i = !i) {
        deliver_first(i);
        take_events(i);
    }
}

static void to_deadline(unsigned i)
{
    uint64_t due = l2tp_deadline(world.side[i].e);

    if (due > world.now)
        world.now = due;
    l2tp_tick(world.side[i].e, world.now);
    must(l2tp_deadline(world.side[i].e) == 0 || l2tp_deadline(world.side[i].e) > world.now);
}

static void open_tunnel(unsigned i, bool from_here)
{
    struct addr none = {0}, here = addr_of(i), peer = addr_of(!i);

    l2tp_open(world.side[i].e, world.now, from_here ? &here : &none, &peer, &world.side[i].profile,
              &world.side[i]);
}

static void place_call(unsigned i, bool outgoing)
{
    const struct tunnel *t = l2tp_first(world.side[i].e);
    struct l2tp_call_spec spec = {.outgoing = outgoing,
                                  .bearer = BEARER_DIGITAL,
                                  .framing = FRAMING_SYNC,
                                  .minimum_bps = 1,
                                  .maximum_bps = 100,
                                  .called = "5551234",
                                  .calling = "5559876"};

    l2tp_call(world.side[i].e, world.now, t != NULL ? t->id : 7, &spec, NULL);
}

static void do_deed(unsigned i, char deed)
{
    struct l2tp *e = world.side[i].e;
    const struct tunnel *t = l2tp_first(e);

    if (deed == 'o')
        open_tunnel(i, true);
    else if (deed == '*')
        deliver_all(i);
    else if (deed == 'd')
        deliver_first(i);
    else if (deed == 'i' || deed == 'l')
        place_call(i, deed == 'l');
    else if (deed == 'b')
        l2tp_bearer_up(e, world.now, world.side[i].dial);
    else if (deed == 'c')
        l2tp_close(e, world.now, t != NULL ? t->id : 7, STOPCCN_GENERAL, 0, "");
    else if (deed == 'h')
        l2tp_hang_up(e, world.now, t != NULL && t->calls != NULL ? t->calls->id : 7, 3, 0, "");
    else if (deed == 't')
        to_deadline(i);
}

static void begin(unsigned how)
{
    unsigned first = how >> 7, i = first;

    for (const char *at = starts[(how & 0x7f) % STARTS]; *at != '\0'; at++) {
        if (*at == '-') {
            i = !i;
            continue;
        }
        do_deed(i, *at);
        take_events(0);
        take_events(1);
        if (*at == 'd')
            i = !i;
        if (*at == '*')
            i = first;
    }
}

/* Steps.  r: the octets that belong to this one. */

static struct forgery forgery_read(unsigned i, struct rd *r)
{
    struct forgery f = {.pick = rd_u8(r)};

    f.t = f.pick & 0x80 ? NULL : some_tunnel(i, f.pick);
    f.c = some_call(f.t, f.pick);
    return f;
}

static void forgery_read_head(struct forgery *f, struct rd *r)
{
    f->head = rd_u8(r);
    f->options = rd_u8(r);
    f->flags = rd_u8(r);
    f->off = rd_u8(r);
}

static void step_message(unsigned i, struct rd *r)
{
    static struct body body;
    struct forgery f = forgery_read(i, r);
    unsigned which = rd_u8(r) % RFC_MESSAGES, may, n;
    struct msg m = sample_messages[which];
    uint8_t response[MD5_SIZE];

    forgery_read_head(&f, r);
    may = rd_u16(r);
    choose_avps(&m, which, may, (f.options & FORGE_WITH_ALL) == 0);
    fit(&m, f.t, f.c, f.options, response);
    n = rd_u8(r);
    for (unsigned k = 0; k < (n & 3); k++)
        set_value(&m, r);
    put_together(&body, &m, f.options, world.side[!i].profile.secret);
    for (unsigned k = 0; k < (n >> 2 & 7); k++)
        change(&body, r);
    forge_send(i, &f, span_of(body.octets, body.n),
               rfc_messages[which].of_session && m.type != ICRQ && m.type != OCRQ);
}

static void step_raw_body(unsigned i, struct rd *r)
{
    struct forgery f = forgery_read(i, r);

    forgery_read_head(&f, r);
    forge_send(i, &f, rd_rest(r), f.c != NULL);
}

static void step_raw(unsigned i, struct rd *r)
{
    unsigned who = rd_u8(r);
    struct addr from = addr_of(who % 3 == 2 ? 9 : !i);

    from.port = (uint16_t)(from.port + (who >> 6));
    arrive(i, &from, rd_rest(r));
}

/* Frames for data: with an ECN field, a negotiation, an echo. */
static const struct {
    uint8_t n, octets[26];
} frames[] = {
    {4, {0xff, 0x03, 0xc0, 0x21}},
    {12, {0xff, 0x03, 0xc0, 0x21, 9, 1, 0, 8, 1, 2, 3, 4}},
    {24,
     {0xff, 0x03, 0, 0x21, 0x45, 0x02, 0, 20, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}},
    {24,
     {0xff, 0x03, 0, 0x21, 0x45, 0x00, 0, 20, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}},
    {3, {0x57, 0x60, 0x20}},
};
#define FRAMES (sizeof frames / sizeof frames[0])

/* Data for one of our calls, with a number near to what is expected. */
static void step_data_in(unsigned i, struct rd *r)
{
    struct forgery f = forgery_read(i, r);
    unsigned flags = rd_u8(r), ns = rd_u8(r), which = rd_u8(r);
    uint8_t room[PACKET_DATA_HEADER + 255] = {0}, *frame = room + PACKET_DATA_HEADER;
    struct addr from;
    struct packet_data d;
    size_t n;

    if (f.c == NULL)
        return;
    from = f.t->peer;
    n = frames[which % FRAMES].n;
    memcpy(frame, frames[which % FRAMES].octets, n);
    d = (struct packet_data){
        f.t->id,
        f.c->id,
        (flags & 1) != 0,
        (flags & 2) == 0,
        (flags & 4) != 0,
        (uint16_t)(f.c->data_nr + (ns < 0x80 ? ns : ns - 0x100u) + (flags & 8 ? 0x7ff0u : 0))};
    if (flags & 0x10)
        from.port++;
    if (flags & 0x20)
        d.tunnel++;
    l2tp_mark(world.side[i].e, flags >> 6);
    d.with_length = d.with_length || (flags & 0xe0) == 0xe0;
    frame -= packet_data_header(&d, frame, n);
    n += (size_t)(room + PACKET_DATA_HEADER - frame);
    arrive(i, &from, span_of(frame, n));
}

static void step_network(unsigned i, struct rd *r)
{
    struct side *s = &world.side[i];
    struct datagram *first = under_way(s, 0);
    unsigned what = rd_u8(r), at = rd_u8(r), by = rd_u8(r);

    if (s->queued == 0)
        return;
    if (what % 4 == 0)
        arrive(i, &first->from, span_of(first->octets, first->n));
    else if (what % 4 == 1)
        forget_first(s);
    else if (what % 4 == 2)
        move_first_back(i);
    else if (first->n > 0)
        first->octets[at % first->n] ^= (uint8_t)by;
}

static void step_replay(unsigned i, struct rd *r)
{
    const struct side *s = &world.side[i];
    unsigned back = rd_u8(r), who = rd_u8(r);
    const struct datagram *d;
    struct addr from;

    if (s->sent == 0)
        return;
    d = &s->kept[(s->sent - 1 - back % (s->sent < KEPT ? s->sent : KEPT)) % KEPT];
    from = who & 1 ? addr_of(9) : d->from;
    from.port = (uint16_t)(from.port + (who >> 6));
    arrive(i, &from, span_of(d->octets, d->n));
}

static void step_deliver(unsigned i, struct rd *r)
{
    for (unsigned n = 1 + rd_u8(r) % 8; n > 0; n--)
        deliver_first(i);
}

static void step_deliver_all(unsigned i, struct rd *r)
{
    (void)r;
    deliver_all(i);
}

static void step_time(unsigned i, struct rd *r)
{
    unsigned n = rd_u8(r);

    if (n == 0) {
        to_deadline(i);
        return;
    }
    if (n == 1) { /* the machine slept: what waits in the socket comes before the tick */
        world.now += 700000;
        return;
    }
    world.now += n * n * 10;
    for (i = 0; i < 2; i++)
        l2tp_tick(world.side[i].e, world.now);
}

static void step_open(unsigned i, struct rd *r)
{
    open_tunnel(i, rd_u8(r) & 1);
}

/* What the LAC has negotiated, whole or with a flaw. */
static const struct call_proxy *some_proxy(unsigned how, struct rd *r)
{
    static struct call_proxy p;
    static const uint8_t octets[1200];

    p = (struct call_proxy){.type = how & 7, .id = rd_u8(r)};
    p.present =
        (uint64_t)rd_u8(r) << PROXY_FIRST ^ (how & 0x80 ? 0 : (uint64_t)0xff << PROXY_FIRST);
    for (unsigned k = 0; k < PROXY_AVPS; k++)
        p.value[k] = span_of(octets, how & 0x40 ? rd_u8(r) * 4 : how & 0x20 ? 49 : 16);
    return &p;
}

static void step_call(unsigned i, struct rd *r)
{
    unsigned pick = rd_u8(r), how = rd_u8(r), texts = rd_u8(r), proxy = rd_u8(r);
    const struct tunnel *t = some_tunnel(i, pick);
    struct l2tp_call_spec spec = {.outgoing = how & 1,
                                  .bearer = how >> 1 & 3,
                                  .framing = how & 8 ? FRAMING_ASYNC : FRAMING_SYNC,
                                  .minimum_bps = how & 16 ? 1000 : 1,
                                  .maximum_bps = 100,
                                  .called = texts & 1 ? "5551234" : NULL,
                                  .calling = texts & 2 ? "" : NULL,
                                  .sub_address = texts & 4 ? "*7" : NULL,
                                  .private_group = texts & 8 ? "red" : NULL,
                                  .has_channel = (texts & 16) != 0,
                                  .channel = texts};

    spec.proxy = proxy != 0 ? some_proxy(proxy, r) : NULL;
    l2tp_call(world.side[i].e, world.now, t != NULL ? t->id : 7, &spec, &world.side[i]);
}

static void step_hang_up(unsigned i, struct rd *r)
{
    unsigned pick = rd_u8(r), result = rd_u8(r), error = rd_u8(r), how = rd_u8(r);
    const struct call *c = some_call(some_tunnel(i, pick), pick);
    struct call_cause cause = {.has_q931 = how & 1,
                               .q931 = how,
                               .q931_message = 0x45,
                               .has_ppp = (how & 2) != 0,
                               .ppp = how >> 4,
                               .protocol = 0xc021,
                               .direction = how >> 2 & 3,
                               .text = "of the line"};

    l2tp_hang_up_cause(world.side[i].e, world.now, c != NULL ? c->id : 7, result, error,
                       how & 0x80 ? "" : "enough", how & 3 ? &cause : NULL);
}

static void step_close(unsigned i, struct rd *r)
{
    unsigned pick = rd_u8(r), result = rd_u8(r), error = rd_u8(r);
    const struct tunnel *t = some_tunnel(i, pick);

    l2tp_close(world.side[i].e, world.now, t != NULL ? t->id : 7, result, error,
               pick & 0x80 ? "" : "enough");
}

static void step_bearer_up(unsigned i, struct rd *r)
{
    unsigned pick = rd_u8(r);
    const struct call *c = some_call(some_tunnel(i, pick), pick);

    l2tp_bearer_up(world.side[i].e, world.now, pick == 0 || c == NULL ? world.side[i].dial : c->id);
}

/* As many messages as a tunnel's queue has room for, to the last. */
static void fill_queue(unsigned i, const struct call *c)
{
    for (unsigned n = 0; n < XPORT_QUEUE && c != NULL; n++)
        if (seq_gap(c->tunnel->x.una, c->tunnel->x.ns_next) < XPORT_QUEUE)
            l2tp_line_info(world.side[i].e, world.now, c->id, n, n);
}

/* The smaller verbs for one call. */
static void step_line(unsigned i, struct rd *r)
{
    unsigned pick = rd_u8(r), what = rd_u8(r);
    const struct call *c = some_call(some_tunnel(i, pick), pick);
    uint16_t id = c != NULL ? c->id : 7;
    struct l2tp *e = world.side[i].e;
    uint32_t a = rd_u8(r), b = rd_u8(r), errors[6] = {what, a, 0, b, 0, 0};

    if (what >= 0xf0)
        fill_queue(i, c);
    else if (what % 4 == 0)
        l2tp_line_info(e, world.now, id, a, b);
    else if (what % 4 == 1)
        l2tp_line_errors(e, world.now, id, errors);
    else if (what % 4 == 2)
        l2tp_sequence(e, id, what & 4);
    else
        l2tp_set_call_data(e, id, &world.side[i]);
}

static void step_data_out(unsigned i, struct rd *r)
{
    unsigned pick = rd_u8(r), which = rd_u8(r) % FRAMES;
    const struct call *c = some_call(some_tunnel(i, pick), pick);
    uint8_t room[PACKET_DATA_HEADER + 32] = {0}, *frame = room + PACKET_DATA_HEADER;
    struct addr here = addr_of(i);
    size_t header, n = frames[which].n;
    struct packet p;

    memcpy(frame, frames[which].octets, n);
    header = l2tp_data_header(world.side[i].e, world.now, c != NULL ? c->id : 7, frame, n);
    must(header <= PACKET_DATA_HEADER && (header > 0) == (c != NULL && c->state == ESTABLISHED));
    if (header == 0)
        return;
    must(packet_parse(span_of(frame - header, header + n), &p) == PACKET_GOOD && !p.control);
    must(span_eq(p.body, span_of(frame, n)));
    put_under_way(!i, &here, span_of(frame - header, header + n));
}

/* The host dies after the next step, with news untold. */
static bool dying;

/* The host thinks otherwise from now on. */
static void step_host(unsigned i, struct rd *r)
{
    unsigned what = rd_u8(r), n = rd_u8(r);
    const struct tunnel *t = some_tunnel(i, n);

    world.side[i].welcome = what & 1 ? REFUSED : what & 2 ? IGNORED : WELCOME;
    world.side[i].admit = (what & 4) == 0 ? ADMITTED : NO_ROOM;
    if (what & 8)
        l2tp_limit_half_open(world.side[i].e, n & 15, n >> 4);
    if (what & 16)
        l2tp_set_tunnel_data(world.side[i].e, t != NULL ? t->id : 7, NULL);
    dying = what & 32;
}

typedef void step_fn(unsigned i, struct rd *r);

static step_fn *const step_kinds[] = {
    step_message, step_message, step_message,     step_deliver_all, step_deliver, step_time,
    step_data_in, step_replay,  step_network,     step_raw_body,    step_raw,     step_open,
    step_call,    step_hang_up, step_close,       step_bearer_up,   step_line,    step_data_out,
    step_host,    step_data_in, step_deliver_all,
};
#define KINDS (sizeof step_kinds / sizeof step_kinds[0])

/* Everything is closed and the cable cut: time alone must bring it all to its end. */
static void end(unsigned i)
{
    struct l2tp *e = world.side[i].e;
    struct l2tp_counts counts;

    for (const struct tunnel *t = l2tp_first(e); t != NULL; t = t->next)
        l2tp_close(e, world.now, t->id, STOPCCN_SHUTTING_DOWN, 0, "");
    take_events(i);
    for (unsigned n = 0; l2tp_deadline(e) != 0; n++) {
        must(n < ROUNDS_MOST);
        to_deadline(i);
        take_events(i);
    }
    counts = l2tp_counts(e);
    must(counts.tunnels == 0 && counts.calls == 0 && counts.half_open == 0);
    must(l2tp_first(e) == NULL && e->held_octets == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rd r = rd_over(span_of(data, size));
    bool dead = false;
    struct steps s;
    size_t n = 0;

    if (size < HEAD)
        return 0;
    if (sample_messages[0].type == 0)
        forge_init();
    log_set_sink(look_at_line);
    log_set_topics(size % 4 == 0 ? UINT32_MAX : 0); /* seldom: it takes most of the time */
    world.now = 1000;
    world.seed = 1;
    dying = false;
    take_side(&world.side[0], &r);
    take_side(&world.side[1], &r);
    begin(rd_u8(&r));
    for (s = steps_of(data, size, HEAD); n < s.n && !dead; n++) {
        const uint8_t *step = data + s.at[n];
        struct rd own = rd_over(span_of(step + STEP_HEAD, s.at[n + 1] - s.at[n] - STEP_HEAD));

        dead = dying;
        step_kinds[(step[0] & 0x7f) % KINDS](step[0] >> 7, &own);
        for (unsigned i = 0; i < 2 && !dead; i++) {
            l2tp_check(world.side[i].e);
            l2tp_reap(world.side[i].e, world.now); /* too early, as a rule: then it waits */
            take_events(i);
        }
    }
    for (unsigned i = 0; i < 2; i++) {
        if (!dead)
            end(i);
        l2tp_free(world.side[i].e);
    }
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
