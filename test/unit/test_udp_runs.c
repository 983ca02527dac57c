/* host/udp_os: datagrams alike leave as one where the system can, and arrive as what they were. */
#include "host/udp_os.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/sys.h"
#include "tap.h"

#define MOST 64

static struct {
    int from, to[2]; /* sockets: ours, and two who hear */
    struct udp_os *os;
    struct addr at[2];
    struct udp_out out[MOST];
    uint8_t octets[MOST][1500];
} me;

static int open_one(struct addr *at)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_storage name = {0};
    socklen_t n = sizeof name;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || sys_nonblock(fd) != 0 ||
        getsockname(fd, (struct sockaddr *)&name, &n) != 0)
        exit(1);
    *at = sys_addr_from(&name);
    return fd;
}

static void open_all(void)
{
    struct addr own;

    me.from = open_one(&own);
    me.to[0] = open_one(&me.at[0]);
    me.to[1] = open_one(&me.at[1]);
    me.os = udp_os_new(me.from, 4, false);
    if (me.os == NULL)
        exit(1);
}

static void close_all(void)
{
    udp_os_free(me.os);
    close(me.from);
    close(me.to[0]);
    close(me.to[1]);
}

/* A batch: for each datagram whom it is for ('a', 'b'), and its size in the letters' order. */
struct batch {
    const char *name;
    const char *to;
    unsigned size[12];
    unsigned alike; /* so many more of the last one's size, for its place */
    unsigned least; /* system calls and messages cannot be told apart: the calls for one batch */
};

static const struct batch batches[] = {
    {"one", "a", {100}, 0, 1},
    {"two of a size", "aa", {100, 100}, 0, 1},
    {"the last one shorter", "aaa", {100, 100, 40}, 0, 1},
    {"the last one longer", "aaa", {100, 100, 140}, 0, 1},
    {"shorter in the middle", "aaaa", {100, 40, 100, 100}, 0, 1},
    {"places in turn", "ababab", {100, 100, 100, 100, 100, 100}, 0, 1},
    {"one place after another", "aaabbb", {90, 90, 90, 90, 90, 80}, 0, 1},
    {"an empty one between", "aaa", {100, 0, 100}, 0, 1},
    {"an empty one first", "aaa", {0, 100, 100}, 0, 1},
    {"as many as there can be", "a", {64}, 63, 1},
    {"more octets than a datagram holds", "a", {1400}, 60, 1},
    {"of one octet", "a", {1}, 20, 1},
};

static unsigned fill(const struct batch *b)
{
    unsigned n = (unsigned)strlen(b->to), all = n + b->alike;

    for (unsigned i = 0; i < all; i++) {
        unsigned k = i < n ? i : n - 1;

        for (unsigned j = 0; j < b->size[k]; j++)
            me.octets[i][j] = (uint8_t)(i * 7 + j);
        me.out[i] = (struct udp_out){.to = me.at[b->to[k] - 'a'],
                                     .octets = span_of(me.octets[i], b->size[k])};
    }
    return all;
}

/* Sends all of a batch as udp.c does; how many calls that took, 0: it failed. */
static unsigned send_all(unsigned n)
{
    uint64_t before = udp_os_calls(me.os);
    unsigned done = 0;

    while (done < n) {
        int sent = udp_os_send(me.os, me.out + done, (int)(n - done));

        if (sent <= 0)
            return 0;
        done += (unsigned)sent;
    }
    return (unsigned)(udp_os_calls(me.os) - before);
}

/* Each datagram at its place, in its order, as it was. */
static bool arrived(unsigned n)
{
    uint8_t got[2000];

    for (unsigned i = 0; i < n; i++) {
        const struct udp_out *o = &me.out[i];
        int fd = addr_same(&o->to, &me.at[0]) ? me.to[0] : me.to[1];
        ssize_t size = recv(fd, got, sizeof got, 0);

        if (size != (ssize_t)o->octets.n || memcmp(got, o->octets.p, o->octets.n) != 0)
            return false;
    }
    return recv(me.to[0], got, sizeof got, 0) < 0 && recv(me.to[1], got, sizeof got, 0) < 0;
}

static void test_batches(const char *how, unsigned extra)
{
    for (size_t i = 0; i < sizeof batches / sizeof batches[0]; i++) {
        unsigned n = fill(&batches[i]), calls = send_all(n);

        ok(calls > 0 && arrived(n), "%s, %s: each arrives as it was", how, batches[i].name);
        if (udp_os_batch > 1)
            ok(calls <= batches[i].least + extra, "%s, %s: by %u calls", how, batches[i].name,
               calls);
    }
}

#if defined(SO_NO_CHECK)
/* Without checksums Linux joins nothing, as on a path with an xfrm policy. */
static void forbid(void)
{
    int on = 1;

    setsockopt(me.from, SOL_SOCKET, SO_NO_CHECK, &on, sizeof on);
}
#else
static void forbid(void)
{
}
#endif

int main(void)
{
    open_all();
    test_batches("as one", 0);
    close_all();
    open_all();
    forbid();
    test_batches("where they cannot be joined", 2);
    fill(&batches[1]);
    if (udp_os_batch > 1)
        ok(send_all(2) == 1 && arrived(2), "a place that was refused once is not tried again");
    close_all();
    return tap_done();
}
