/* cost: what one control message costs the protocol engine alone, with many tunnels and with few.
 *
 *   cost hello|calls TUNNELS MESSAGES
 *   cost crowded TUNNELS MESSAGES          (as "calls", with 65,000 calls up already)
 *
 * Two engines in one process, a LAC with so many tunnels and a LNS, whose CPU time is taken; each
 * tunnel is from an address of its own.  hello: HELLOs on all tunnels in turn.  calls: ICRQ, ICCN and
 * CDN of one call in each tunnel in turn.  What counts is a message received that is more than an
 * acknowledgement; in its cost is all that follows from it: acknowledgements, the answer as a
 * datagram, events, the reaper.  They arrive in batches, as from the daemon's socket.
 *
 * Prints "KEY_TUNNELS NANOSECONDS", the mean. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/l2tp.h"
#include "wire/packet.h"

#define BATCH 32        /* datagrams of one turn */
#define HELLO_MS 60000
#define SECOND 1000
#define MOST 20000      /* tunnels */
#define CROWD 65000

/* Datagrams on their way. */
struct letter {
    struct addr from, to;
    size_t n;
    uint8_t octets[400];
};

struct post {
    struct letter *letter;
    size_t n, room;
};

static struct {
    struct l2tp *lac, *lns;
    struct post to_lac, to_lns;
    uint64_t now;
    uint64_t ns, messages; /* of the LNS: CPU time, messages with a body received */
    uint16_t tunnels[MOST], calls[MOST];
    size_t n;
    unsigned ups; /* calls that the LNS has said are up */
} me;

static void die(const char *what)
{
    fprintf(stderr, "cost: %s\n", what);
    exit(1);
}

static void answer_random(void *ctx, void *room, size_t n)
{
    static uint64_t state = 2661;
    uint8_t *p = room;

    (void)ctx;
    while (n-- > 0) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        *p++ = (uint8_t)(state >> 56);
    }
}

static const struct l2tp_profile profile = {
    .label = "cost",
    .host_name = "cost",
    .window = 8,
    .framing = FRAMING_SYNC | FRAMING_ASYNC,
    .accept_incoming = true,
    .tx_bps = 10000000,
    .rx_bps = 10000000,
    .max_tries = 5,
    .cap_ms = 8000,
};

static enum l2tp_welcome answer_profile(void *ctx, const struct l2tp_who *who,
                                        struct l2tp_profile *p)
{
    (void)ctx;
    if (who->tunnel_host == NULL)
        *p = profile;
    return WELCOME;
}

static enum l2tp_admission answer_admit(void *ctx, void *tunnel_host, const struct l2tp_profile *p)
{
    (void)ctx;
    (void)tunnel_host;
    (void)p;
    return ADMITTED;
}

static const struct l2tp_host host = {NULL, answer_random, answer_profile, answer_admit, NULL, NULL};

/* -- the post ---------------------------------------------------------------------------------- */

static void post(struct post *p, const struct l2tp_event *ev)
{
    struct letter *l;

    if (p->n == p->room) {
        p->room = p->room > 0 ? 2 * p->room : 1024;
        p->letter = realloc(p->letter, p->room * sizeof *p->letter);
    }
    if (p->letter == NULL || ev->datagram.n > sizeof l->octets)
        die("no memory, or a long datagram");
    l = &p->letter[p->n++];
    l->from = ev->from;
    l->to = ev->to;
    l->n = ev->datagram.n;
    memcpy(l->octets, ev->datagram.p, ev->datagram.n);
}

static void hear(struct l2tp *e, struct letter *l)
{
    struct l2tp_frame frame;

    l2tp_input(e, me.now, &l->from, &l->to, span_of(l->octets, l->n), &frame);
}

/* Takes events until there are so many letters, or no events. */
static void drain(struct l2tp *e, struct post *out, size_t most)
{
    struct l2tp_event ev;

    while (out->n < most && l2tp_next(e, me.now, &ev)) {
        if (ev.kind == L2TP_SEND)
            post(out, &ev);
        me.ups += ev.kind == L2TP_CALL_UP && e == me.lns;
    }
    l2tp_reap(e, me.now);
}

static uint64_t cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* One turn of the LNS, on the clock. */
static void turn_of_lns(void)
{
    uint64_t began;

    for (size_t i = 0; i < me.to_lns.n; i++)
        me.messages += me.to_lns.letter[i].n > PACKET_CONTROL_HEADER;
    began = cpu_ns();
    for (size_t i = 0; i < me.to_lns.n; i++)
        hear(me.lns, &me.to_lns.letter[i]);
    drain(me.lns, &me.to_lac, SIZE_MAX);
    me.ns += cpu_ns() - began;
    me.to_lns.n = 0;
}

/* Until neither has anything to say any more. */
static void settle(void)
{
    for (drain(me.lac, &me.to_lns, BATCH); me.to_lns.n > 0; drain(me.lac, &me.to_lns, BATCH)) {
        turn_of_lns();
        for (size_t i = 0; i < me.to_lac.n; i++)
            hear(me.lac, &me.to_lac.letter[i]);
        me.to_lac.n = 0;
    }
}

/* -- what is measured -------------------------------------------------------------------------- */

static void open_tunnels(void)
{
    struct addr lns = addr_ip4(0xc0000201u, 1701);

    for (size_t i = 0; i < me.n; i++) {
        struct addr lac = addr_ip4(0x0a000000u + (uint32_t)i, 1701);
        struct l2tp_profile p = profile;

        p.hello_ms = HELLO_MS;
        me.tunnels[i] = l2tp_open(me.lac, me.now, &lac, &lns, &p, &me);
        if (me.tunnels[i] == 0)
            die("no tunnel");
        settle();
        if (l2tp_tunnel(me.lac, me.tunnels[i])->state != ESTABLISHED)
            die("a tunnel does not come up");
    }
}

static uint16_t place_call(size_t i)
{
    struct l2tp_call_spec spec = {.framing = FRAMING_SYNC};
    uint16_t id = l2tp_call(me.lac, me.now, me.tunnels[i % me.n], &spec, &me);

    if (id == 0)
        die("no call");
    return id;
}

static void hellos(void)
{
    me.now += HELLO_MS;
    l2tp_tick(me.lac, me.now);
    settle();
}

/* One call in each tunnel, in groups so that ids do not run out. */
static void call_and_hang_up(size_t at_once)
{
    for (size_t i = 0; i < me.n; i += at_once) {
        size_t n = me.n - i < at_once ? me.n - i : at_once;

        me.now += SECOND;
        for (size_t k = i; k < i + n; k++)
            me.calls[k] = place_call(k);
        settle();
        for (size_t k = i; k < i + n; k++)
            l2tp_hang_up(me.lac, me.now, me.calls[k], CDN_ADMINISTRATIVE, ERROR_NONE, "");
        settle();
    }
}

static void crowd(void)
{
    for (size_t i = 0; i < CROWD; i++) {
        place_call(i);
        if (i % BATCH == BATCH - 1)
            settle();
    }
    settle();
    if (me.ups != CROWD)
        die("the crowd does not come up");
}

int main(int argc, char **argv)
{
    const char *what = argc == 4 ? argv[1] : "";
    bool hello = strcmp(what, "hello") == 0, crowded = strcmp(what, "crowded") == 0;
    uint64_t messages = argc == 4 ? strtoull(argv[3], NULL, 10) : 0;

    me.n = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
    if (me.n < 1 || me.n > MOST || messages < 1 ||
        (!hello && !crowded && strcmp(what, "calls") != 0))
        die("usage: cost hello|calls|crowded TUNNELS MESSAGES");
    me.now = 1000000;
    me.lac = l2tp_new(&host, 1);
    me.lns = l2tp_new(&host, 1);
    if (me.lac == NULL || me.lns == NULL)
        die("no memory");
    open_tunnels();
    if (crowded)
        crowd();
    me.ns = me.messages = me.ups = 0;
    while (me.messages < messages && hello)
        hellos();
    while (me.messages < messages && !hello)
        call_and_hang_up(crowded ? 100 : BATCH);
    if (!hello && me.ups < me.messages / 3)
        die("not all calls came up");
    printf("%s_%zu %.1f\n", what, me.n, (double)me.ns / (double)me.messages);
    l2tp_free(me.lac);
    l2tp_free(me.lns);
    free(me.to_lac.letter);
    free(me.to_lns.letter);
    return 0;
}
