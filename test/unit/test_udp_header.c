/* host/udp and the headers around a datagram: the ECN field of the IP header there and back, UDP
 * checksums, one message a datagram.  As root a raw socket looks at the headers themselves. */
#include "host/udp.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/sys.h"
#include "tap.h"

#define MOST 130 /* of datagrams in a row: more than two batches */

/* One end that sends, one that hears, and what was heard. */
static struct {
    struct loop *l;
    struct udp *sender, *hearer;
    int raw; /* sees all UDP of the host; -1 without the right to */
    unsigned n, wait_for;
    uint8_t ecn[MOST];
    size_t size[MOST];
} me;

static const struct addr unset;

static void on_datagram(void *ctx, const struct addr *from, const struct addr *to, uint8_t ecn,
                        struct span octets)
{
    (void)ctx;
    (void)from;
    (void)to;
    if (me.n < MOST) {
        me.ecn[me.n] = ecn;
        me.size[me.n] = octets.n;
    }
    if (++me.n == me.wait_for)
        loop_stop(me.l);
}

static void stop_now(struct timer *t)
{
    (void)t;
    loop_stop(me.l);
}

/* Sends what is queued; runs until so many were heard, or for a second. */
static void hear(unsigned n)
{
    struct timer end = {.fire = stop_now};

    me.n = 0;
    me.wait_for = n;
    udp_flush(me.sender);
    loop_timer_init(me.l, &end);
    loop_timer_set(me.l, &end, sys_now_ms() + 1000);
    loop_run(me.l);
    loop_timer_done(me.l, &end);
}

static bool open_both(const char *ip)
{
    struct addr a = unset;

    addr_parse(ip, 0, &a);
    me.sender = udp_open(me.l, &a, on_datagram, NULL);
    me.hearer = me.sender != NULL ? udp_open(me.l, &a, on_datagram, NULL) : NULL;
    if (me.hearer != NULL)
        udp_tell_ecn(me.hearer);
    me.raw = socket(a.family == 6 ? AF_INET6 : AF_INET, SOCK_RAW, IPPROTO_UDP);
    if (me.raw >= 0)
        sys_nonblock(me.raw);
    return me.hearer != NULL;
}

static void close_both(void)
{
    if (me.hearer != NULL)
        udp_close(me.hearer);
    if (me.sender != NULL)
        udp_close(me.sender);
    if (me.raw >= 0)
        close(me.raw);
    me.sender = me.hearer = NULL;
}

static void send_one(size_t n, uint8_t ecn, bool has_from)
{
    struct addr from = has_from ? udp_local(me.sender) : unset, to = udp_local(me.hearer);
    struct buf *b = buf_get();

    memset(b->data + b->off, 0xc8, n);
    b->len = n;
    udp_send_buf(me.sender, &from, &to, ecn, b);
}

/* Where a captured packet's UDP header begins; NULL for those of others. */
static const uint8_t *udp_header(const uint8_t *packet, ssize_t n)
{
    unsigned port = udp_local(me.hearer).port;
    ssize_t at = udp_local(me.hearer).family == 4 ? (packet[0] & 15) * 4 : 0;

    return n >= at + 8 && (unsigned)(packet[at + 2] << 8 | packet[at + 3]) == port ? packet + at
                                                                                   : NULL;
}

/* What the raw socket has seen of the last datagrams to the hearer. */
struct seen {
    unsigned n;
    unsigned without_sum; /* with a UDP checksum of 0, which is: none */
    uint8_t tos[MOST];    /* IPv4 only: the octet of DSCP and ECN */
};

static struct seen look(void)
{
    struct seen seen = {.n = 0};
    uint8_t packet[2048];
    ssize_t n;

    while (me.raw >= 0 && (n = recv(me.raw, packet, sizeof packet, 0)) >= 0) {
        const uint8_t *udp = udp_header(packet, n);

        if (udp == NULL || seen.n >= MOST)
            continue;
        seen.without_sum += udp[6] == 0 && udp[7] == 0;
        seen.tos[seen.n++] = packet[1];
    }
    return seen;
}

/* -- ECN --------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    bool has_from;
    uint8_t n, given[8], expected[8];
} ecns[] = {
    {"R9601-01 unless asked for, the ECN field is 00", false, 2, {0, 0}, {0, 0}},
    {"R9601-01 so it is with a source address", true, 2, {0, 0}, {0, 0}},
    {"each value there is", false, 4, {0, 1, 2, 3}, {0, 1, 2, 3}},
    {"each with a source address", true, 4, {0, 1, 2, 3}, {0, 1, 2, 3}},
    {"R9601-01 in a mixed batch 00 stays 00",
     true,
     8,
     {3, 0, 2, 0, 0, 1, 3, 0},
     {3, 0, 2, 0, 0, 1, 3, 0}},
    {"R9601-01 and in the batch after it", true, 4, {0, 0, 0, 0}, {0, 0, 0, 0}},
    {"DSCP goes with it", false, 2, {0xff, 0xfc}, {0xff, 0xfc}},
};

static bool same_ecn(const uint8_t *told, const uint8_t *tos, unsigned n)
{
    for (unsigned k = 0; k < n; k++)
        if (told[k] != (tos[k] & 3))
            return false;
    return true;
}

static void test_ecn(const char *ip, size_t i)
{
    unsigned n = ecns[i].n;
    struct seen seen;
    bool asked = false;

    look();
    for (unsigned k = 0; k < n; k++) {
        send_one(20 + k, ecns[i].given[k], ecns[i].has_from); /* none alike: each by itself */
        asked = asked || ecns[i].given[k] != 0;
    }
    hear(n);
    seen = look();
    if (me.raw >= 0 && udp_local(me.hearer).family == 4)
        is_mem(seen.tos, seen.n, ecns[i].expected, n, ecns[i].name);
    if (me.n == n && asked && memcmp(me.ecn, "\0\0\0\0\0\0\0\0", n) == 0)
        ok(true, "%s: %s # skip ECN fields are not told here", ip, ecns[i].name);
    else
        ok(me.n == n && same_ecn(me.ecn, ecns[i].expected, n), "%s: %s, the hearer is told", ip,
           ecns[i].name);
}

/* Datagrams of one size, which may leave as one, but only those with the same field. */
static void test_alike(const char *ip)
{
    static const uint8_t given[] = {2, 2, 0, 0, 0, 1, 2, 3};
    bool asked = false;

    for (unsigned k = 0; k < sizeof given; k++)
        send_one(20, given[k], true);
    hear(sizeof given);
    for (unsigned k = 0; k < sizeof given; k++)
        asked = asked || me.ecn[k] != 0;
    if (me.n == sizeof given && !asked)
        ok(true, "R9601-01 %s: all of a size # skip ECN fields are not told here", ip);
    else
        ok(me.n == sizeof given && memcmp(me.ecn, given, sizeof given) == 0,
           "R9601-01 %s: all of a size, each has its own field", ip);
}

/* udp_send() has no way to ask, whatever left before it. */
static void test_plain(const char *ip)
{
    struct addr to = udp_local(me.hearer);
    struct seen seen;

    look();
    send_one(20, 3, true);
    udp_send(me.sender, &unset, &to, span_str("a control message"));
    hear(2);
    seen = look();
    ok(me.n == 2 && me.ecn[1] == 0, "R9601-01 %s: a control message has 00", ip);
    if (me.raw >= 0 && to.family == 4)
        ok(seen.n == 2 && seen.tos[1] == 0, "also as the wire has it");
}

/* -q: control messages have it, but for its ECN field, and data do not. */
static void test_tos(const char *ip)
{
    static const uint8_t wanted[] = {0x02, 0xb8, 0x00, 0xb8};
    struct addr to = udp_local(me.hearer);
    struct seen seen;

    look();
    udp_set_tos(me.sender, 0xbb);
    send_one(20, 2, true);
    udp_send(me.sender, &unset, &to, span_str("a control message"));
    send_one(20, 0, true);
    udp_send(me.sender, &to, &to, span_str("another"));
    udp_set_tos(me.sender, 0);
    hear(4);
    seen = look();
    if (me.raw >= 0 && to.family == 4)
        is_mem(seen.tos, seen.n, wanted, sizeof wanted,
               "X2-03 control messages have their Type of Service, data have not");
    ok(me.n == 4 && me.ecn[1] == 0 && me.ecn[3] == 0, "%s: without an ECN field", ip);
}

/* -- UDP --------------------------------------------------------------------------------------- */

/* Two batches and some more, data (even) and control in turns, of sizes 12 to 12 + MOST - 1. */
static void test_datagrams(const char *ip)
{
    struct addr to = udp_local(me.hearer);
    uint8_t octets[12 + MOST] = {0xc8, 0x02};
    struct seen seen;
    bool alone = true;

    look();
    for (unsigned i = 0; i < MOST; i++)
        if (i % 2 == 0)
            send_one(12 + i, (uint8_t)(i / 2 % 4), i % 4 == 0);
        else
            udp_send(me.sender, &unset, &to, span_of(octets, 12 + i));
    hear(MOST);
    for (unsigned i = 0; i < MOST; i++)
        alone = alone && me.size[i] == 12 + i;
    ok(me.n == MOST && alone, "S8.1-01 %s: each message is a datagram of its own", ip);
    seen = look();
    if (me.raw < 0)
        ok(true, "S8.1-07 S8.1-09 %s: checksums # skip only root sees them", ip);
    else
        ok(seen.n == MOST && seen.without_sum == 0,
           "S8.1-07 S8.1-09 %s: all of them, data and control, have a UDP checksum", ip);
}

#if defined(SO_NO_CHECK)

/* No right is needed for this one, but it believes the kernel.  Finds the socket by its name. */
static void test_no_check(const char *ip)
{
    struct addr want = udp_local(me.sender);
    int off = -1;

    for (int fd = 0; fd < 100; fd++) {
        struct sockaddr_storage name;
        socklen_t n = sizeof name;
        struct addr got = unset;

        if (getsockname(fd, (struct sockaddr *)&name, &n) == 0)
            got = sys_addr_from(&name);
        n = sizeof off;
        if (addr_same(&got, &want))
            getsockopt(fd, SOL_SOCKET, SO_NO_CHECK, &off, &n);
    }
    ok(off == 0, "S8.1-07 %s: the socket has its checksums on", ip);
}

#else

static void test_no_check(const char *ip)
{
    (void)ip;
}

#endif

int main(void)
{
    static const char *const ips[] = {"127.0.0.1", "::1"};

    me.l = loop_new();
    if (!ok(me.l != NULL, "a loop"))
        return 1;
    for (size_t k = 0; k < 2; k++) {
        if (!open_both(ips[k])) {
            ok(errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT, "%s # skip not on this system",
               ips[k]);
            close_both();
            continue;
        }
        for (size_t i = 0; i < sizeof ecns / sizeof *ecns; i++)
            test_ecn(ips[k], i);
        test_alike(ips[k]);
        test_plain(ips[k]);
        test_tos(ips[k]);
        test_datagrams(ips[k]);
        test_no_check(ips[k]);
        close_both();
    }
    loop_free(me.l);
    buf_drain();
    return tap_done();
}
