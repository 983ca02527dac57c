/* udp_path_mtu(): what it says of the loopback, and that no datagram comes to nothing while it
 * asks: a peer that sends all the time from another process has each one heard. */
#include "host/udp.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/sys.h"
#include "tap.h"

#define DATAGRAMS 20000
#define AHEAD 16 /* datagrams that the sender is ahead of the hearer at the most */
#define PATIENCE_MS 500

static struct loop *l;
static unsigned heard;
static int credit[2]; /* an octet for each datagram heard */

static void on_datagram(void *ctx, const struct addr *from, const struct addr *to, uint8_t ecn,
                        struct span octets)
{
    (void)ctx;
    (void)from;
    (void)to;
    (void)ecn;
    heard += octets.n == 4;
    (void)!write(credit[1], "", 1);
}

static struct addr loopback(uint16_t port)
{
    return addr_ip4(0x7f000001, port);
}

/* Another process: its own socket, connected, so that an address and port of ours stand there. */
static _Noreturn void be_peer(int fd)
{
    struct pollfd p = {.fd = credit[0], .events = POLLIN};
    int ahead = 0;
    char room[AHEAD];

    for (int i = 0; i < DATAGRAMS; i++) {
        if (send(fd, "data", 4, 0) == 4)
            ahead++;
        while (ahead >= AHEAD && poll(&p, 1, PATIENCE_MS) == 1)
            ahead -= (int)read(credit[0], room, sizeof room);
        ahead = ahead >= AHEAD ? 0 : ahead; /* some were lost: the test will say so */
    }
    _exit(0);
}

static int peer_socket(const struct addr *to, struct addr *own)
{
    struct sockaddr_storage name;
    struct addr any = loopback(0);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    socklen_t n = sys_addr_to(&any, &name);

    if (bind(fd, (struct sockaddr *)&name, n) != 0)
        return -1;
    n = sizeof name;
    if (getsockname(fd, (struct sockaddr *)&name, &n) != 0)
        return -1;
    *own = sys_addr_from(&name);
    n = sys_addr_to(to, &name);
    return connect(fd, (struct sockaddr *)&name, n) == 0 ? fd : -1;
}

int main(void)
{
    struct addr any = loopback(0), unset = {.family = 0}, own, peer;
    struct udp *u;
    unsigned octets = 0;
    pid_t child;
    int fd, status;

    l = loop_new();
    u = udp_open(l, &any, on_datagram, NULL);
    if (!ok(l != NULL && u != NULL && pipe(credit) == 0, "a socket"))
        return tap_done();
    own = udp_local(u);
    fd = peer_socket(&own, &peer);
    if (!ok(fd >= 0, "and a peer's"))
        return tap_done();
    child = fork();
    if (child == 0)
        be_peer(fd);
    do {
        octets = udp_path_mtu(u, &unset, &peer);
        udp_hear_rest(u);
    } while (waitpid(child, &status, WNOHANG) == 0);
    udp_hear_rest(u);
    is_int(heard, DATAGRAMS, "all that a peer sends meanwhile is heard");
    ok(octets == 0 || octets > 1500, "the loopback takes much, where the system knows: %u", octets);
    is_int((long long)udp_counts(u)->errors, 0, "and asking is no error of the network's");
    udp_close(u);
    loop_free(l);
    return tap_done();
}
