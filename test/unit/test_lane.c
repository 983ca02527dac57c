/* host/lane and udp_split(): of two sockets with one port the second hears what goes first,
 * whatever floods the first.  Where the system cannot have that, all is as it was. */
#include "host/lane.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/sys.h"
#include "host/udp.h"
#include "tap.h"

#define FLOOD 6000
#define FLOOD_OCTETS 1000

static struct loop *l;
static unsigned heard;
static char last; /* octet of what was heard last */

static void on_datagram(void *ctx, const struct addr *from, const struct addr *to, uint8_t ecn,
                        struct span octets)
{
    (void)ctx;
    (void)from;
    (void)to;
    (void)ecn;
    heard++;
    last = octets.n > 0 ? (char)octets.p[octets.n - 1] : 0;
}

static const struct {
    const char *name;
    const char *octets;
    size_t n;
    bool first;
} rows[] = {
    {"a control message", "\xc8\x02\x00\x0c\x00\x01\x00\x00\x00\x00\x00\x00", 12, true},
    {"one of an octet pair", "\xc8\x02", 2, true},
    {"an LCP Echo-Request", "\x00\x02\x00\x01\x00\x02\xff\x03\xc0\x21\x09\x01\x00\x04", 14, true},
    {"an LCP Echo-Reply", "\x00\x02\x00\x01\x00\x02\xff\x03\xc0\x21\x0a\x01\x00\x04", 14, true},
    {"without ff03", "\x00\x02\x00\x01\x00\x02\xc0\x21\x09\x01\x00\x04", 12, true},
    {"with Length", "\x40\x02\x00\x10\x00\x01\x00\x02\xff\x03\xc0\x21\x09\x01\x00\x04", 16, true},
    {"with Length and P, without ff03", "\x41\x02\x00\x0e\x00\x01\x00\x02\xc0\x21\x0a\x01\x00\x04",
     14, true},
    {"a Configure-Request", "\x00\x02\x00\x01\x00\x02\xff\x03\xc0\x21\x01\x01\x00\x04", 14, false},
    {"IPCP's code 9", "\x00\x02\x00\x01\x00\x02\xff\x03\x80\x21\x09\x01\x00\x04", 14, false},
    {"IP", "\x00\x02\x00\x01\x00\x02\xff\x03\x00\x21\x45\x00\x00\x04", 14, false},
    {"an echo with sequence numbers",
     "\x08\x02\x00\x01\x00\x02\x00\x00\x00\x00\xff\x03\xc0\x21\x09\x01\x00\x04", 18, false},
    {"one with an offset", "\x02\x02\x00\x01\x00\x02\x00\x00\xff\x03\xc0\x21\x09\x01\x00\x04", 16,
     false},
    {"nothing", "", 0, false},
    {"an octet", "\xc8", 1, false},
    {"half a header", "\x00\x02\x00", 3, false},
    {"a header alone", "\x00\x02\x00\x01\x00\x02", 6, false},
    {"an echo without its code", "\x00\x02\x00\x01\x00\x02\xff\x03\xc0\x21", 10, false},
};

static int sender(const struct addr *to)
{
    struct sockaddr_storage name;
    socklen_t n = sys_addr_to(to, &name);
    int fd = socket(to->family == 6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);

    return connect(fd, (struct sockaddr *)&name, n) == 0 ? fd : -1;
}

static void test_shapes(struct udp *u, int fd, const char *family)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool first;

        heard = 0;
        (void)!send(fd, rows[i].octets, rows[i].n, 0);
        first = udp_hear_first(u);
        udp_hear_rest(u);
        ok(first == rows[i].first && heard == 1, "%s, %s: %s", family, rows[i].name,
           rows[i].first ? "goes first" : "keeps its place");
    }
}

/* The first socket has no room left. */
static void test_flood(struct udp *u, int fd)
{
    static const char echo[] = "\x00\x02\x00\x01\x00\x02\xff\x03\xc0\x21\x09\x01\x00\x04";
    static char data[FLOOD_OCTETS] = "\x00\x02\x00\x01\x00\x02\xff\x03\x00\x21";
    struct udp_counts n = {0};

    for (int i = 0; i < FLOOD; i++) {
        (void)!send(fd, data, sizeof data, 0);
        if (i % 100 == 99)
            (void)!send(fd, echo, sizeof echo - 1, 0);
    }
    heard = 0;
    ok(udp_hear_first(u) && heard == FLOOD / 100, "%u echoes of %d under a flood of data", heard,
       FLOOD / 100);
    for (int i = 0; i < FLOOD; i++)
        udp_hear_rest(u);
    ok(heard > FLOOD / 100 && heard < FLOOD, "of which there was not room for all");
    udp_counts_add(&n, u);
    ok(n.received > heard, "both sockets are counted");
}

static void test_port(struct udp *u, const struct addr *own, int fd)
{
    struct addr unset = {.family = 0}, peer;
    struct sockaddr_storage name;
    socklen_t n = sizeof name;
    struct udp *again = udp_open(l, own, on_datagram, NULL), *beside;

    ok(again == NULL && errno == EADDRINUSE, "nobody else gets the port");
    (void)!getsockname(fd, (struct sockaddr *)&name, &n);
    peer = sys_addr_from(&name);
    beside = udp_open_beside(u, &unset, &peer);
    if (!ok(beside != NULL, "but a socket beside the two does"))
        return;
    heard = 0;
    (void)!send(fd, rows[0].octets, rows[0].n, 0);
    (void)!send(fd, "\0\2data", 6, 0);
    udp_hear_rest(beside);
    ok(heard == 2 && last == 'a', "and hears all of its peer");
    udp_close(beside);
    again = udp_open(l, own, on_datagram, NULL);
    ok(again == NULL && errno == EADDRINUSE, "and then nobody gets it still");
}

static void test_family(const char *address, uint8_t family)
{
    struct addr any = {.family = family}, own;
    struct udp *u;
    int fd;

    if (family == 4)
        any = addr_ip4(0x7f000001, 0);
    else
        any.ip[15] = 1;
    u = udp_open(l, &any, on_datagram, NULL);
    if (u == NULL) {
        ok(family == 6, "no socket of %s here", address);
        return;
    }
    own = udp_local(u);
    fd = sender(&own);
    if (udp_split(u, lane_steer) != 0) {
        ok(errno == ENOTSUP, "the system has no such thing");
        (void)!send(fd, rows[0].octets, rows[0].n, 0);
        heard = 0;
        udp_hear_rest(u);
        is_int(heard, 1, "and all is heard as it was");
    } else {
        test_shapes(u, fd, address);
        if (family == 4)
            test_flood(u, fd);
        test_port(u, &own, fd);
    }
    close(fd);
    udp_close(u);
    u = udp_open(l, &own, on_datagram, NULL);
    ok(u != NULL, "%s: closed, its port is free", address);
    if (u != NULL)
        udp_close(u);
}

int main(void)
{
    l = loop_new();
    test_family("127.0.0.1", 4);
    test_family("::1", 6);
    loop_free(l);
    return tap_done();
}
