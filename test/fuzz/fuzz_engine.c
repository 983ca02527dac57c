/* Fuzz target for src/proto: two engines, a network between them, and a script.
 *
 * The input begins with two octets of settings an engine; then come steps, an octet each for what
 * is done (the highest bit: by which engine) and as many more as the step takes: a datagram
 * arrives, is lost, repeated, damaged, forged; time passes; the host opens, calls, hangs up,
 * closes.  After each step all events are taken and l2tp_check() is asked.  Held to: its
 * assertions; datagrams that another engine can parse; events that name living objects; no leak at
 * the end. */
#include "world.h"

#include "../unit/messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STEPS 400

static void side_init(struct side *s, unsigned a, unsigned b)
{
    struct l2tp_profile p = {.host_name = "fuzz.example", .vendor_name = "l2tpd"};

    if (a & 0x01)
        memcpy(p.secret, TEST_SECRET, sizeof TEST_SECRET);
    p.challenge = (a & 0x02) != 0;
    p.hide = (a & 0x04) != 0;
    p.tie_breaker = (a & 0x08) != 0;
    p.accept_incoming = (a & 0x10) == 0;
    p.accept_outgoing = (a & 0x20) == 0;
    p.sequence = (a & 0x40) != 0;
    p.length_bit = (a & 0x80) != 0;
    p.window = (uint16_t)(1 + (b >> 3 & 7));
    p.max_tries = 1 + (b >> 6);
    p.framing = FRAMING_SYNC | FRAMING_ASYNC;
    p.bearer = 3;
    p.cap_ms = 8000;
    p.hello_ms = b & 0x04 ? 60000 : 0;
    s->profile = p;
    s->welcome = (b & 3) == 3 ? IGNORED : (b & 3) == 2 ? REFUSED : WELCOME;
    s->admit = (b & 7) != 5 ? ADMITTED : NO_ROOM;
    side_begin(s, a);
}

/* Steps. */

static unsigned next_octet(void)
{
    return rd_u8(&world.script);
}

static void step_deliver_all(unsigned i)
{
    for (unsigned n = 0; n < 100 && world.side[0].queued + world.side[1].queued > 0; n++, i = !i) {
        deliver_first(i);
        take_events(i);
    }
}

static void step_lose(unsigned i)
{
    if (world.side[i].queued > 0)
        forget_first(&world.side[i]);
}

static void step_repeat(unsigned i)
{
    struct side *s = &world.side[i];
    struct datagram *first = under_way(s, 0);

    if (s->queued > 0)
        arrive(i, &first->from, span_of(first->octets, first->n));
}

static void step_damage(unsigned i)
{
    struct side *s = &world.side[i];
    struct datagram *first = under_way(s, 0);
    unsigned at = next_octet(), by = next_octet();

    if (s->queued > 0 && first->n > 0)
        first->octets[at % first->n] ^= (uint8_t)by;
    deliver_first(i);
}

static struct span some_octets(void)
{
    size_t n = next_octet(), left = rd_left(&world.script);

    return rd_take(&world.script, n < left ? n : left);
}

static void step_raw(unsigned i)
{
    unsigned who = next_octet();
    struct addr from = addr_of(who % 3 == 2 ? 9 : !i);

    from.port = (uint16_t)(from.port + (who >> 6));
    arrive(i, &from, some_octets());
}

/* A control message with the right ids and nearly the right numbers. */
static void forge(unsigned i, struct span body)
{
    unsigned k = next_octet(), off = next_octet();
    const struct tunnel *t = some_tunnel(i, k);
    const struct call *c = some_call(t, k);
    uint8_t room[PACKET_CONTROL_HEADER + 2048];
    struct wr w = wr_over(room, sizeof room);
    struct addr peer = addr_of(!i);
    uint16_t ns = (uint16_t)((off & 15) == 15 ? 0x8000 : off & 15);

    if (t != NULL && (k & 0x80) == 0) {
        peer = t->peer;
        packet_control_header(&w, t->id, c != NULL && (k & 0x40) ? c->id : 0,
                              (uint16_t)(t->x.nr + ns), (uint16_t)(t->x.una + (off >> 4)),
                              (uint16_t)(PACKET_CONTROL_HEADER + body.n));
    } else {
        packet_control_header(&w, 0, 0, ns, 0, (uint16_t)(PACKET_CONTROL_HEADER + body.n));
    }
    wr_put(&w, body);
    arrive(i, &peer, span_of(room, wr_len(&w)));
}

static void step_forge_raw(unsigned i)
{
    forge(i, some_octets());
}

/* A good message of some type, with what it must have and, bit by bit, what it may; then an octet
 * of it is changed. */
static void step_forge_message(unsigned i)
{
    unsigned which = next_octet() % RFC_MESSAGES, take = next_octet(), at = next_octet();
    uint8_t room[1024], octets[64];
    struct wr w = wr_over(room, sizeof room);

    for (size_t k = 0; k < RFC_AVPS; k++) {
        const struct rfc_avp *a = &rfc_avps[k];

        if (!may_carry(which, a))
            continue;
        if (is_in(rfc_messages[which].name, a->must) || (take >> (k & 7) & 1))
            raw_avp(&w, a->m ? RAW_M : 0, a->number, sample(a, rfc_messages[which].type, octets));
    }
    if (at != 0 && at < wr_len(&w))
        room[at] = (uint8_t)next_octet();
    forge(i, span_of(room, wr_len(&w)));
}

static void step_time(unsigned i)
{
    unsigned n = next_octet();

    (void)i;
    world.now += n * n * 10;
    for (i = 0; i < 2; i++)
        l2tp_tick(world.side[i].e, world.now);
}

static void step_deadline(unsigned i)
{
    uint64_t due = l2tp_deadline(world.side[i].e);

    if (due > world.now)
        world.now = due;
    l2tp_tick(world.side[i].e, world.now);
    must(l2tp_deadline(world.side[i].e) == 0 || l2tp_deadline(world.side[i].e) > world.now);
}

static void step_open(unsigned i)
{
    struct addr none = {0}, here = addr_of(i), peer = addr_of(!i);

    l2tp_open(world.side[i].e, world.now, next_octet() & 1 ? &here : &none, &peer,
              &world.side[i].profile, &world.side[i]);
}

static void step_call(unsigned i)
{
    unsigned how = next_octet();
    const struct tunnel *t = some_tunnel(i, how);
    struct l2tp_call_spec spec = {.outgoing = (how & 0x10) != 0,
                                  .bearer = how >> 5 & 3,
                                  .framing = 1 + (how >> 3 & 1),
                                  .minimum_bps = 1,
                                  .maximum_bps = 100,
                                  .called = how & 0x80 ? "5551234" : NULL,
                                  .calling = how & 0x40 ? "5559876" : NULL};

    l2tp_call(world.side[i].e, world.now, t != NULL ? t->id : 7, &spec, &world.side[i]);
}

static void step_hang_up(unsigned i)
{
    unsigned k = next_octet();
    const struct call *c = some_call(some_tunnel(i, k), k);

    l2tp_hang_up(world.side[i].e, world.now, c != NULL ? c->id : 7, 3, k >> 6, "enough");
}

static void step_close(unsigned i)
{
    const struct tunnel *t = some_tunnel(i, next_octet());

    l2tp_close(world.side[i].e, world.now, t != NULL ? t->id : 7, STOPCCN_GENERAL, 0, "");
}

static void step_bearer_up(unsigned i)
{
    l2tp_bearer_up(world.side[i].e, world.now, world.side[i].dial);
}

static void step_data(unsigned i)
{
    unsigned k = next_octet();
    const struct call *c = some_call(some_tunnel(i, k), k);
    uint8_t room[PACKET_DATA_HEADER + 4] = {0}, *frame = room + PACKET_DATA_HEADER;
    struct addr here = addr_of(i);
    size_t header;
    struct packet p;

    header = l2tp_data_header(world.side[i].e, world.now, c != NULL ? c->id : 7, frame, 4);
    must(header <= PACKET_DATA_HEADER && (header > 0) == (c != NULL && c->state == ESTABLISHED));
    if (header == 0)
        return;
    must(packet_parse(span_of(frame - header, header + 4), &p) == PACKET_GOOD && !p.control);
    put_under_way(!i, &here, span_of(frame - header, header + 4));
}

/* Data that says it belongs to one of our calls, with a sequence number near what is expected. */
static void step_forge_data(unsigned i)
{
    unsigned k = next_octet(), ns = next_octet();
    const struct call *c = some_call(some_tunnel(i, k), k);
    uint8_t room[PACKET_DATA_HEADER + 1] = {0};
    struct packet_data d = {0};
    size_t n;

    if (c == NULL)
        return;
    d = (struct packet_data){c->tunnel->id,   c->id, (k & 0x40) != 0,
                             (k & 0x80) != 0, false, (uint16_t)(c->data_nr + ns - 128)};
    n = packet_data_header(&d, room + PACKET_DATA_HEADER, 1);
    arrive(i, &c->tunnel->peer, span_of(room + PACKET_DATA_HEADER - n, n + 1));
}

static void step_limits(unsigned i)
{
    unsigned n = next_octet();

    l2tp_limit_half_open(world.side[i].e, n & 15, n >> 4);
}

typedef void step_fn(unsigned i);

static step_fn *const steps[] = {
    deliver_first,  step_deliver_all, step_lose,       step_repeat,  move_first_back,
    step_damage,    step_raw,         step_forge_raw,  step_time,    step_forge_message,
    step_deadline,  step_open,        step_call,       step_hang_up, step_close,
    step_bearer_up, step_data,        step_forge_data, step_limits,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 5)
        return 0;
    log_set_sink(look_at_line);
    log_set_topics(UINT32_MAX);
    world.now = 1000;
    world.seed = 1;
    world.script = rd_over(span_of(data, size));
    for (unsigned i = 0; i < 2; i++) {
        unsigned a = next_octet();

        side_init(&world.side[i], a, next_octet());
    }
    for (unsigned n = 0; n < STEPS && rd_left(&world.script) > 0; n++) {
        unsigned what = next_octet(), i = what >> 7;

        steps[(what & 0x7f) % (sizeof steps / sizeof steps[0])](i);
        take_events(0);
        take_events(1);
    }
    for (unsigned i = 0; i < 2; i++)
        l2tp_free(world.side[i].e);
    return 0;
}
