/* host/guard against this machine's kernel, in a network namespace of its own, in which the
 * loopback interface minds IPsec's policies: what is dropped cannot be sent (EPERM), and does not
 * arrive. Without the right to that, or without such policies in the kernel, there is nothing to
 * see. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/guard.h"
#include "tap.h"

static int ours, theirs; /* sockets on 127.0.0.1 */
static uint16_t our_port, their_port;

/* A network namespace with a loopback interface that is up and heeds policies. */
static bool net_of_our_own(void)
{
    static const char *const heeds[] = {"disable_xfrm", "disable_policy"};
    struct ifreq lo = {.ifr_name = "lo"};
    bool good = unshare(CLONE_NEWNET) == 0;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    good = good && ioctl(fd, SIOCGIFFLAGS, &lo) == 0;
    lo.ifr_flags |= IFF_UP;
    good = good && ioctl(fd, SIOCSIFFLAGS, &lo) == 0;
    close(fd);
    for (int i = 0; i < 2 && good; i++) {
        char path[64];

        snprintf(path, sizeof path, "/proc/sys/net/ipv4/conf/lo/%s", heeds[i]);
        fd = open(path, O_WRONLY | O_CLOEXEC);
        good = fd >= 0 && write(fd, "0", 1) == 1;
        if (fd >= 0)
            close(fd);
    }
    return good;
}

static struct guard_rule rule(const char *host, unsigned bits, bool drop, unsigned rank)
{
    struct guard_rule r = {.drop = drop, .bits = bits, .port = our_port, .rank = rank};

    addr_parse(host, 0, &r.peer);
    return r;
}

static int bound(uint16_t *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (bind(fd, (struct sockaddr *)&a, n) != 0 || getsockname(fd, (struct sockaddr *)&a, &n) != 0)
        return -1;
    *port = ntohs(a.sin_port);
    return fd;
}

/* 0: it has arrived; -1: it has not; else why it was not sent. */
static int passes(int from, int to, uint16_t port)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char octet;

    if (sendto(from, "x", 1, 0, (struct sockaddr *)&a, sizeof a) != 1)
        return errno;
    return recv(to, &octet, 1, 0) == 1 ? 0 : -1;
}

static int out(void)
{
    return passes(ours, theirs, their_port);
}

static int in(void)
{
    return passes(theirs, ours, our_port);
}

static void test_drop(struct guard *g)
{
    struct guard_rule net = rule("127.0.0.0", 8, true, 9), host = rule("127.0.0.1", 32, false, 1),
                      six = rule("::", 0, true, 9);
    int third;
    uint16_t port;

    is_int(out(), 0, "without a rule a datagram goes");
    is_int(in(), 0, "and comes");
    is_int(guard_hold(g, &net), 0, "a net of peers is dropped");
    is_int(out(), EPERM, "then nothing goes from our port");
    is_int(in(), -1, "nor comes to it");
    third = bound(&port);
    is_int(passes(third, theirs, their_port), 0, "another port is not concerned");
    close(third);
    is_int(guard_hold(g, &host), 0, "one host of it may pass, by a lower rank");
    is_int(out(), 0, "then it goes");
    is_int(in(), 0, "and comes");
    guard_release(g, &host);
    is_int(out(), EPERM, "let go of, it is as before");
    is_int(guard_hold(g, &six), 0, "all of IPv6 is dropped, too");
    guard_release(g, &six);
    guard_release(g, &net);
    is_int(out(), 0, "with no rule left all is as at first");
}

static void test_same(struct guard *g)
{
    struct guard_rule drop = rule("127.0.0.1", 32, true, 1), pass = rule("127.0.0.1", 32, false, 1);

    guard_hold(g, &pass);
    guard_hold(g, &drop);
    is_int(out(), EPERM, "of two alike that say otherwise, dropping wins");
    guard_hold(g, &drop);
    guard_release(g, &drop);
    is_int(out(), EPERM, "as long as one holds it");
    guard_release(g, &drop);
    is_int(out(), 0, "but no longer");
    guard_release(g, &pass);
    guard_release(g, &pass);
    is_int(out(), 0, "one release too many is none");
}

static void test_rank(struct guard *g)
{
    struct guard_rule net = rule("127.0.0.0", 8, true, 5), wide = rule("126.0.0.0", 7, false, 7);

    guard_hold(g, &net);
    guard_hold(g, &wide);
    is_int(out(), EPERM, "the lower rank goes first");
    wide.rank = 3;
    guard_hold(g, &wide);
    is_int(out(), 0, "a rule that is held again has its new rank");
    guard_release(g, &wide);
    is_int(out(), 0, "also when it is let go of once");
    guard_release(g, &wide);
    guard_release(g, &net);
}

/* Nothing passes in any moment of a change: a child sends all the while. */
static void test_gapless(struct guard *g)
{
    struct guard_rule net = rule("127.0.0.0", 8, true, 5);
    int status = -1;
    pid_t child;

    guard_hold(g, &net);
    child = fork();
    if (child == 0) {
        for (;;)
            if (out() != EPERM)
                _exit(1);
    }
    for (unsigned i = 0; i < 3000; i++) {
        net.rank = 5 + i % 2;
        guard_hold(g, &net);
    }
    is_int(waitpid(child, &status, WNOHANG), 0, "no datagram passes while ranks change");
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    for (unsigned i = 0; i <= 3000; i++)
        guard_release(g, &net);
    is_int(out(), 0, "and then it goes again");
}

static void test_renew(struct guard *g)
{
    struct guard_rule net = rule("127.0.0.0", 8, true, 5);

    is_int(guard_renew(g), 0, "nothing is held, and nothing is put back");
    guard_hold(g, &net);
    is_int(guard_renew(g), 0, "what stands is left alone");
    if (system("ip xfrm policy flush 2>/dev/null") != 0) {
        ok(true, "policies that were removed # skip no ip(8)");
        guard_release(g, &net);
        return;
    }
    is_int(out(), 0, "removed by somebody: a datagram goes");
    is_int(guard_renew(g), 4, "it is put back");
    is_int(out(), EPERM, "then nothing goes from our port");
    is_int(in(), -1, "nor comes to it");
    guard_release(g, &net);
    is_int(out(), 0, "and it goes as ever");
}

/* A daemon of its own that holds a rule, until it is killed. */
static pid_t another(const struct guard_rule *r)
{
    int held[2];
    pid_t child = -1;
    char octet;

    if (pipe(held) == 0)
        child = fork();
    if (child == 0) {
        struct guard *g = guard_open();

        (void)!write(held[1], "", g != NULL && guard_hold(g, r) == 0);
        close(held[1]);
        pause();
    }
    close(held[1]);
    ok(read(held[0], &octet, 1) == 1, "another daemon holds a rule");
    close(held[0]);
    return child;
}

static void kill_now(pid_t child)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static void test_left_behind(void)
{
    struct guard_rule net = rule("127.0.0.0", 8, true, 0), other = rule("127.0.0.1", 32, true, 0);
    pid_t child = another(&net), second;
    struct guard *g = guard_open();

    is_int(out(), EPERM, "the rules of one that is alive are left alone");
    is_int(guard_hold(g, &net), -1, "and cannot be had twice");
    is_int(errno, EEXIST, "by errno");
    is_int(out(), EPERM, "which changes nothing");
    kill_now(child);
    is_int(out(), EPERM, "rules outlive a daemon that is killed");
    guard_close(g);
    is_int(out(), EPERM, "and another's end");
    g = guard_open();
    is_int(out(), 0, "the next one removes them, whatever it has for rules of its own");
    guard_hold(g, &net);
    is_int(out(), EPERM, "and sets its own");
    guard_close(g);
    is_int(out(), 0, "which are gone when it ends");
    child = another(&net);
    second = another(&other);
    kill_now(child);
    guard_close(guard_open());
    is_int(out(), EPERM, "of two those of one that is alive stay");
    kill_now(second);
    guard_close(guard_open());
    is_int(out(), 0, "until it is not");
}

/* What the kernel has of others looks otherwise. */
static void test_others(void)
{
    struct guard *g;

    if (system("ip xfrm policy add dir out src 127.0.0.1 dst 127.0.0.1 action block 2>/dev/null") !=
        0) {
        ok(true, "policies of others # skip no ip(8)");
        return;
    }
    g = guard_open();
    is_int(out(), EPERM, "a policy that is not ours is left alone");
    guard_close(g);
    is_int(system("ip xfrm policy flush"), 0, "until somebody removes it");
    is_int(out(), 0, "and all is as at first");
}

static void test_most(struct guard *g)
{
    struct guard_rule r = rule("10.0.0.0", 32, true, 0);
    int got = 0;

    for (unsigned i = 0; i <= GUARD_MOST && got == 0; i++) {
        r.peer = addr_ip4(0x0a000000u + i, 0);
        got = guard_hold(g, &r);
    }
    is_int(got, -1, "one rule too many");
    is_int(errno, ENOSPC, "by errno");
    is_int(addr_get_ip4(&r.peer) - 0x0a000000u, GUARD_MOST, "is the one behind so many");
}

int main(void)
{
    struct guard_rule any;
    struct guard *g;

    if (!net_of_our_own() || (ours = bound(&our_port)) < 0 || (theirs = bound(&their_port)) < 0) {
        ok(true, "IPsec policies # skip no network of our own here");
        return tap_done();
    }
    g = guard_open();
    any = rule("10.0.0.1", 32, true, 0);
    if (g == NULL || guard_hold(g, &any) != 0) {
        ok(errno == ENOTSUP || errno == EPERM, "what cannot be is told # %s", strerror(errno));
        guard_close(g);
        return tap_done();
    }
    guard_release(g, &any);
    test_drop(g);
    test_same(g);
    test_rank(g);
    test_gapless(g);
    test_renew(g);
    guard_close(g);
    test_left_behind();
    test_others();
    g = guard_open();
    test_most(g);
    guard_close(g);
    is_int(out(), 0, "nothing is left");
    return tap_done();
}
