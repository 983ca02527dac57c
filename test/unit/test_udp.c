/* host/udp between sockets of our own on the loopback: local addresses, order, batches, sizes, and
 * that errors of the network harm nobody.  Runs over whichever body of host/udp_os is linked. */
#include "host/udp.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/sys.h"
#include "host/udp_os.h"
#include "tap.h"

#define MANY 1500

static struct loop *l;

/* What a socket's hearer has heard. */
struct heard {
    struct udp *udp;
    struct addr from, to; /* of the last */
    unsigned n;           /* datagrams */
    unsigned wait_for;    /* then the loop stops */
    bool in_order;        /* each began with its number */
    bool echo;            /* send it back, from where it was sent to */
    size_t octets;        /* of the last */
    uint8_t first, last;  /* octets of the last */
    uint32_t turn, most_in_turn, in_turn;
};

static uint32_t turn;

static uint64_t flush_all(void *ctx)
{
    struct heard *h = ctx;

    turn++;
    for (int i = 0; i < 2; i++)
        if (h[i].udp != NULL)
            udp_flush(h[i].udp);
    return 0;
}

static void on_datagram(void *ctx, const struct addr *from, const struct addr *to, uint8_t ecn,
                        struct span octets)
{
    struct heard *h = ctx;
    struct rd r = rd_over(octets);

    (void)ecn;
    h->in_turn = h->turn == turn ? h->in_turn + 1 : 1;
    h->turn = turn;
    h->most_in_turn = h->in_turn > h->most_in_turn ? h->in_turn : h->most_in_turn;
    h->in_order = h->in_order && rd_u32(&r) == h->n;
    h->from = *from;
    h->to = *to;
    h->octets = octets.n;
    h->first = octets.n > 0 ? octets.p[0] : 0;
    h->last = octets.n > 0 ? octets.p[octets.n - 1] : 0;
    if (h->echo)
        udp_send(h->udp, to, from, octets);
    if (++h->n == h->wait_for)
        loop_stop(l);
}

static void stop_now(struct timer *t)
{
    (void)t;
    loop_stop(l);
}

/* Runs until a hearer has what it waits for, or for a second at the most. */
static void run(unsigned most_ms)
{
    struct timer end = {.fire = stop_now};

    loop_timer_init(l, &end);
    loop_timer_set(l, &end, sys_now_ms() + most_ms);
    loop_run(l);
    loop_timer_done(l, &end);
}

static void expect(struct heard *h, unsigned n)
{
    h->n = 0;
    h->wait_for = n;
    h->in_order = true;
    h->most_in_turn = 0;
}

static struct addr address(const char *text, uint16_t port)
{
    struct addr a = {.family = 0};

    addr_parse(text, port, &a);
    return a;
}

static const struct addr unset;

/* -- addresses --------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    const char *server, *client; /* bound to */
    const char *sent_to;
    bool needs_info; /* only with a system that tells local addresses */
} replies[] = {
    {"IPv4: the reply leaves from the address asked", "0.0.0.0", "127.0.0.1", "127.0.0.2", true},
    {"IPv4: likewise from another", "0.0.0.0", "0.0.0.0", "127.9.9.9", true},
    {"IPv4: bound to one address", "127.0.0.3", "127.0.0.1", "127.0.0.3", false},
    {"IPv6: the reply leaves from the address asked", "::", "::1", "::1", true},
    {"IPv6: bound to one address", "::1", "::", "::1", false},
};

static void test_reply(size_t i, struct heard h[2])
{
    struct addr server = address(replies[i].server, 0), client = address(replies[i].client, 0);
    struct addr to;

    memset(h, 0, 2 * sizeof *h);
    h[0].udp = udp_open(l, &server, on_datagram, &h[0]);
    h[1].udp = udp_open(l, &client, on_datagram, &h[1]);
    if (h[0].udp == NULL || h[1].udp == NULL) {
        ok(errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT, "%s # skip not on this system",
           replies[i].name);
        goto out;
    }
    h[0].echo = true;
    expect(&h[1], 1);
    to = address(replies[i].sent_to, udp_local(h[0].udp).port);
    udp_send(h[1].udp, &unset, &to, span_str("question"));
    run(1000);
    if (h[1].n == 1 && !addr_is_set(&h[0].to) && replies[i].needs_info) {
        ok(true, "%s # skip local addresses are not told here", replies[i].name);
    } else {
        ok(h[1].n == 1 && addr_same(&h[1].from, &to), "%s", replies[i].name);
        ok(addr_same(&h[0].to, &to), "and the address asked is told, with our port");
    }
    ok(h[1].n == 1 && h[0].from.port == udp_local(h[1].udp).port && h[0].octets == 8,
       "as is who asked");
out:
    for (int k = 0; k < 2; k++)
        if (h[k].udp != NULL)
            udp_close(h[k].udp);
    memset(h, 0, 2 * sizeof *h);
}

static void test_open(void)
{
    struct addr any = address("127.0.0.1", 0), same;
    struct udp *one = udp_open(l, &any, on_datagram, NULL), *two;

    if (!ok(one != NULL, "a free port"))
        return;
    same = udp_local(one);
    ok(same.port != 0, "whose number is told");
    two = udp_open(l, &same, on_datagram, NULL);
    ok(two == NULL && errno == EADDRINUSE, "is nobody else's: no second daemon steals datagrams");
    same = address("::", same.port);
    two = udp_open(l, &same, on_datagram, NULL);
    if (two == NULL && errno != EADDRINUSE)
        ok(true, "IPv6 # skip none on this system");
    else
        ok(two != NULL, "the same port of IPv6 is another");
    if (two != NULL)
        udp_close(two);
    udp_close(one);
    ok(udp_open(l, &unset, on_datagram, NULL) == NULL && errno == EAFNOSUPPORT,
       "an unset address cannot be bound to");
}

/* -- traffic ----------------------------------------------------------------------------------- */

static void number(uint8_t *octets, size_t size, uint32_t n)
{
    struct wr w = wr_over(octets, size);

    wr_u32(&w, n);
}

/* In portions that no receive buffer overflows at. */
static void send_many(struct heard h[2], int from, bool as_buf)
{
    struct addr local = udp_local(h[from].udp), to = udp_local(h[1 - from].udp);
    uint8_t octets[1400] = {0};

    expect(&h[1 - from], 0);
    for (uint32_t i = 0; i < MANY; i++) {
        struct buf *b = as_buf ? buf_get() : NULL;

        number(octets, sizeof octets, i);
        if (b != NULL) {
            memcpy(b->data + b->off, octets, sizeof octets);
            b->len = sizeof octets;
            udp_send_buf(h[from].udp, &local, &to, 0, b);
        } else {
            udp_send(h[from].udp, &unset, &to, span_of(octets, sizeof octets));
        }
        if (i % 50 == 49) {
            h[1 - from].wait_for = i + 1;
            run(1000);
        }
    }
}

static void test_traffic(struct heard h[2])
{
    const struct udp_counts *counts = udp_counts(h[0].udp);

    send_many(h, 0, true);
    ok(h[1].n == MANY && h[1].in_order, "%d datagrams there, in order", MANY);
    is_int((long long)counts->sent, MANY, "counted as sent");
    is_int((long long)counts->dropped, 0, "none dropped");
    if (udp_os_batch > 1)
        ok(counts->system_calls <= MANY / 20, "in batches (%llu system calls)",
           (unsigned long long)counts->system_calls);
    send_many(h, 1, false);
    ok(h[0].n == MANY && h[0].in_order, "and %d back", MANY);
    is_int((long long)counts->received, MANY, "counted as received");
}

/* Control messages are copied and frames are not: they keep their order all the same. */
static void test_order(struct heard h[2])
{
    struct addr to = udp_local(h[1].udp);
    uint8_t octets[4];

    expect(&h[1], 100);
    for (uint32_t i = 0; i < 100; i++) {
        struct buf *b = i % 3 == 0 ? buf_get() : NULL;

        number(octets, sizeof octets, i);
        if (b == NULL) {
            udp_send(h[0].udp, &unset, &to, span_of(octets, sizeof octets));
            continue;
        }
        b->off -= 6;
        b->len = sizeof octets;
        memcpy(b->data + b->off, octets, sizeof octets);
        udp_send_buf(h[0].udp, &unset, &to, 0, b);
    }
    run(1000);
    ok(h[1].n == 100 && h[1].in_order, "copied and given datagrams keep their order");
    ok(h[1].most_in_turn <= 64, "and leave others their turn (%u at once)",
       (unsigned)h[1].most_in_turn);
}

static const size_t sizes[] = {0, 1, 12, 1500, 4096, 4097, 4128, 4129, 60000, 65507};

static void test_sizes(struct heard h[2])
{
    struct addr to = udp_local(h[1].udp);
    uint8_t *octets = calloc(1, 65536);

    for (size_t i = 0; octets != NULL && i < sizeof sizes / sizeof *sizes; i++) {
        size_t n = sizes[i];

        octets[0] = 0xc8;
        if (n > 1)
            octets[n - 1] = 0x5a;
        expect(&h[1], 1);
        udp_send(h[0].udp, &unset, &to, span_of(octets, n));
        octets[0] = 0; /* a copy was taken */
        run(1000);
        ok(h[1].n == 1 && h[1].octets == n && (n == 0 || h[1].first == 0xc8) &&
               (n < 2 || h[1].last == 0x5a),
           "%zu octets arrive whole", n);
        octets[n > 1 ? n - 1 : 0] = 0;
    }
    free(octets);
}

/* -- trouble ----------------------------------------------------------------------------------- */

static void test_trouble(struct heard h[2])
{
    const struct udp_counts *counts = udp_counts(h[0].udp);
    struct addr nobody = address("127.0.0.1", 9), to = udp_local(h[1].udp);
    struct addr not_ours = address("192.0.2.77", 0), other_family = address("::1", 9);
    uint64_t dropped = counts->dropped;
    uint32_t before;
    uint8_t *huge = calloc(1, 65536);

    expect(&h[1], 0);
    udp_send(h[0].udp, &unset, &to, span_str("good"));
    udp_send(h[0].udp, &unset, &nobody, span_str("refused"));
    udp_send(h[0].udp, &not_ours, &nobody, span_str("from elsewhere"));
    udp_send(h[0].udp, &unset, &other_family, span_str("to another world"));
    udp_send(h[0].udp, &unset, &unset, span_str("to nowhere"));
    udp_send(h[0].udp, &unset, &to, span_of(huge, 65508));
    udp_send(h[0].udp, &other_family, &to, span_str("good"));
    run(50);
    ok(h[1].n == 2 && h[1].octets == 4, "good ones leave before and behind bad ones, once");
    ok(counts->dropped - dropped >= 3 && counts->dropped - dropped <= 4, "which are counted");
    before = turn;
    run(50);
    ok(turn - before <= 4, "an ICMP refusal is no cause to spin");
    expect(&h[0], 1);
    to = udp_local(h[0].udp);
    udp_send(h[1].udp, &unset, &to, span_str("still there"));
    run(1000);
    is_int(h[0].n, 1, "and the socket lives");
    udp_send(h[0].udp, &unset, &to, span_str("never flushed"));
    free(huge);
}

/* Only a connected socket is told of every ICMP error: so connect one behind udp's back. */
static bool connect_to(struct udp *u, const struct addr *a)
{
    struct addr want = udp_local(u);
    struct sockaddr_storage name;

    for (int fd = 0; fd < 100; fd++) {
        socklen_t n = sizeof name;
        struct addr got = unset;

        if (getsockname(fd, (struct sockaddr *)&name, &n) == 0)
            got = sys_addr_from(&name);
        if (!addr_same(&got, &want))
            continue;
        n = sys_addr_to(a, &name);
        return connect(fd, (struct sockaddr *)&name, n) == 0;
    }
    return false;
}

/* What the other ear is told. */
static struct {
    struct addr to;
    int reason;
    unsigned icmp, unsent;
} failed;

static void on_failed(void *ctx, const struct addr *to, int reason, bool icmp,
                      const struct addr *via)
{
    (void)ctx;
    (void)via;
    failed.to = *to;
    failed.reason = reason;
    failed.icmp += icmp;
    failed.unsent += !icmp;
}

/* ICMP is about datagrams of the past, and must not cost those that are just leaving. */
static void test_bounces(struct heard h[2])
{
    struct addr nobody = address("127.0.0.1", 9), to = udp_local(h[1].udp);
    struct addr nowhere = address("255.255.255.255", 9);
    const struct udp_counts *counts = udp_counts(h[0].udp);
    uint64_t dropped = counts->dropped;

    udp_tell_failed(h[0].udp, on_failed);
    expect(&h[1], 20);
    for (int i = 0; i < 20; i++) {
        udp_send(h[0].udp, &unset, &nobody, span_str("refused"));
        udp_send(h[0].udp, &unset, &to, span_str("good"));
        udp_flush(h[0].udp);
    }
    run(1000);
    is_int(h[1].n, 20, "datagrams between refused ones arrive");
    run(50);
    if (udp_os_batch > 1) { /* the body that hears ICMP */
        ok(failed.icmp > 0 && addr_same(&failed.to, &nobody) && failed.reason == ECONNREFUSED,
           "refusals are told, with whom they are about");
        is_int((long long)(counts->dropped - dropped), 0, "and nothing was dropped for them");
    }
    udp_send(h[0].udp, &unset, &nowhere, span_str("not sent"));
    run(50);
    ok(failed.unsent == 1 && addr_same(&failed.to, &nowhere) && failed.reason != 0,
       "what cannot be sent is told");
    udp_tell_failed(h[0].udp, NULL);
}

static void test_refused(struct heard h[2])
{
    const struct udp_counts *counts = udp_counts(h[0].udp);
    struct addr nobody = address("127.0.0.1", 9);
    uint32_t before = turn;

    ok(connect_to(h[0].udp, &nobody), "a connected socket");
    udp_send(h[0].udp, &unset, &nobody, span_str("refused"));
    run(50);
    ok(counts->errors >= 1, "hears an ICMP refusal, which is counted");
    ok(turn - before <= 5, "and gone (%u turns)", (unsigned)(turn - before));
}

/* -- a socket for one peer alone ------------------------------------------------------------------ */

static void wait_for_both(struct heard *h, unsigned n)
{
    expect(h, n);
    run(1000);
}

/* h[0] is asked by h[1] and by a stranger; for h[1] it has a socket beside its own. */
static void test_beside(void)
{
    struct addr any = address("127.0.0.1", 0), here, peer;
    struct heard h[2] = {{.n = 0}}, stranger = {.n = 0};
    struct udp *beside, *again;

    for (int i = 0; i < 2; i++)
        h[i].udp = udp_open(l, &any, on_datagram, &h[i]);
    here = udp_local(h[0].udp);
    peer = udp_local(h[1].udp);
    stranger.udp = udp_open(l, &any, on_datagram, &stranger);
    udp_send(h[1].udp, &unset, &here, span_str("before"));
    udp_flush(h[1].udp);
    beside = udp_open_beside(h[0].udp, &unset, &peer);
    if (!ok(beside != NULL && stranger.udp != NULL, "a socket beside another one, for its peer"))
        return;
    ok(udp_local(beside).port == here.port, "it has the same port");
    udp_send(h[1].udp, &unset, &here, span_str("behind it"));
    udp_flush(h[1].udp);
    udp_send(stranger.udp, &unset, &here, span_str("from somebody else"));
    udp_flush(stranger.udp);
    wait_for_both(&h[0], 3);
    is_int(h[0].n, 3, "what came before, what comes now, and what others say: all is heard");
    is_int((long long)udp_counts(beside)->received, 1, "the peer by the new one");
    again = udp_open(l, &here, on_datagram, &stranger);
    ok(again == NULL && errno == EADDRINUSE, "nobody else gets that port");
    udp_send(beside, &unset, &peer, span_str("answer"));
    udp_flush(beside);
    wait_for_both(&h[1], 1);
    ok(h[1].n == 1 && h[1].from.port == here.port, "it can answer");
    udp_send(h[1].udp, &unset, &here, span_str("last"));
    udp_flush(h[1].udp);
    expect(&h[0], 0);
    udp_hear_rest(beside);
    is_int(h[0].n, 1, "what is left is heard before it goes");
    udp_close(beside);
    udp_send(h[1].udp, &unset, &here, span_str("after"));
    udp_flush(h[1].udp);
    wait_for_both(&h[0], 1);
    is_int(h[0].n, 1, "then the old one hears the peer again");
    udp_close(stranger.udp);
    udp_close(h[0].udp);
    udp_close(h[1].udp);
}

int main(void)
{
    static struct heard h[2];
    struct addr any = address("127.0.0.1", 0);

    l = loop_new();
    if (!ok(l != NULL, "a loop"))
        return 1;
    loop_before_sleep(l, flush_all, h);
    test_open();
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++)
        test_reply(i, h);
    for (int i = 0; i < 2; i++)
        h[i].udp = udp_open(l, &any, on_datagram, &h[i]);
    if (ok(h[0].udp != NULL && h[1].udp != NULL, "two sockets")) {
        test_traffic(h);
        test_order(h);
        test_sizes(h);
        test_trouble(h);
        test_bounces(h);
        test_refused(h);
        udp_close(h[0].udp);
        udp_close(h[1].udp);
        h[0].udp = h[1].udp = NULL;
    }
    test_beside();
    loop_free(l);
    buf_drain();
    return tap_done();
}
