/* flood: datagrams by lot at a daemon's port: noise, broken headers, real messages with wounds.
 *
 *   flood PORT COUNT SEED SOURCES ADDRESS [TUNNEL SESSION]
 *
 * They come from SOURCES ports of ADDRESS in turn, in bursts that a receive buffer holds.  With
 * TUNNEL and SESSION many are aimed at these.  The same seed makes the same octets.  What is
 * answered is not read. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST 2000 /* octets of a datagram */
#define BURST 40  /* datagrams between two pauses */
#define SOURCES_MOST 64

static struct {
    uint32_t lot;
    uint16_t tunnel, session;
} me;

static uint32_t roll(uint32_t below)
{
    me.lot ^= me.lot << 13;
    me.lot ^= me.lot >> 17;
    me.lot ^= me.lot << 5;
    return me.lot % below;
}

/* clang-format off */
/* Messages as they should be: header, then AVPs (RFC 2661, 6).  Ids and length are filled in. */
static const struct {
    size_t n;
    const char *octets;
} good[] = {
#define HEADER "\xc8\x02\0\0\0\0\0\0\0\0\0\0"
#define TYPE(t) "\x80\x08\0\0\0\0\0" t
#define MESSAGE(t, avps) {sizeof(HEADER TYPE(t) avps) - 1, HEADER TYPE(t) avps}
    MESSAGE("\1", "\x80\x08\0\0\0\2\1\0" "\x80\x0a\0\0\0\3\0\0\0\3" "\x80\x0b\0\0\0\7" "flood"
                  "\x80\x08\0\0\0\x09\1\2" "\x80\x08\0\0\0\x0a\0\4"),
    MESSAGE("\2", "\x80\x08\0\0\0\2\1\0" "\x80\x0a\0\0\0\3\0\0\0\3" "\x80\x0b\0\0\0\7" "flood"
                  "\x80\x08\0\0\0\x09\1\2" "\x80\x0a\0\0\0\x0b\1\2\3\4"),
    MESSAGE("\3", "\x80\x16\0\0\0\x0d" "0123456789abcdef"),
    MESSAGE("\4", "\x80\x08\0\0\0\x09\1\2" "\x80\x0a\0\0\0\1\0\1\0\0"),
    MESSAGE("\6", ""),
    MESSAGE("\x0a", "\x80\x08\0\0\0\x0e\1\2" "\x80\x0a\0\0\0\x0f\0\0\0\1" "\x80\x0a\0\0\0\x16" "1234"),
    MESSAGE("\x0c", "\x80\x0a\0\0\0\x18\0\0\1\0" "\x80\x0a\0\0\0\x13\0\0\0\1" "\0\x08\0\0\0\x1d\0\3"),
    MESSAGE("\x0e", "\x80\x08\0\0\0\x0e\1\2" "\x80\x0e\0\0\0\1\0\3\0\0" "text"),
    /* hidden, behind a random vector */
    MESSAGE("\x0a", "\x80\x0a\0\0\0\x24" "rand" "\xc0\x0a\0\0\0\x0e" "hidn" "\xc0\x0c\0\0\0\x0f" "hidden"),
};
/* clang-format on */

static size_t noise(uint8_t *at, size_t most)
{
    size_t n = roll(8) > 0 ? roll(100) : roll((uint32_t)most);

    for (size_t i = 0; i < n; i++)
        at[i] = (uint8_t)roll(256);
    return n;
}

static void put16(uint8_t *at, unsigned v)
{
    at[0] = (uint8_t)(v >> 8);
    at[1] = (uint8_t)v;
}

static void wound(uint8_t *at, size_t n)
{
    for (uint32_t wounds = 1 + roll(6); wounds > 0 && n > 0; wounds--)
        at[roll((uint32_t)n)] = (uint8_t)(roll(2) ? roll(256) : (0xffu << roll(9)));
}

static size_t message(uint8_t *at)
{
    size_t i = roll(sizeof good / sizeof *good), n = good[i].n;

    memcpy(at, good[i].octets, n);
    put16(at + 2, (unsigned)n);
    if (i > 0) {
        put16(at + 4, me.tunnel);
        put16(at + 6, roll(2) ? me.session : 0);
        put16(at + 8, roll(8));
        put16(at + 10, roll(8));
    }
    if (roll(8) > 0)
        wound(at, n);
    if (roll(4) == 0)
        n = 1 + roll((uint32_t)n); /* cut off */
    else if (roll(4) == 0)
        n += noise(at + n, 200); /* and something behind it */
    return n;
}

static size_t data(uint8_t *at)
{
    static const uint16_t flags[] = {0x0002, 0x4002, 0x4802, 0x0202, 0x4b02, 0x0802, 0x4f02};

    put16(at, flags[roll(sizeof flags / sizeof *flags)]);
    put16(at + 2, roll(2) ? me.tunnel : roll(65536));
    put16(at + 4, roll(2) ? me.session : roll(65536));
    return 6 + noise(at + 6, MOST - 200);
}

static size_t make(uint8_t *at)
{
    switch (roll(4)) {
    case 0:
        return noise(at, MOST - 200);
    case 1:
        return data(at);
    default:
        return message(at);
    }
}

static int open_source(const char *ip)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    if (fd < 0 || inet_pton(AF_INET, ip, &a.sin_addr) != 1 ||
        bind(fd, (struct sockaddr *)&a, sizeof a) != 0) {
        perror("flood");
        exit(1);
    }
    return fd;
}

int main(int argc, char **argv)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timespec pause = {0, 500000};
    int source[SOURCES_MOST], sources = argc > 5 ? atoi(argv[4]) : 0;
    long count = argc > 5 ? atol(argv[2]) : 0;
    uint8_t datagram[MOST];

    if (sources < 1 || sources > SOURCES_MOST) {
        fprintf(stderr, "usage: flood PORT COUNT SEED SOURCES ADDRESS [TUNNEL SESSION]\n");
        return 1;
    }
    to.sin_port = htons((uint16_t)atoi(argv[1]));
    me.lot = (uint32_t)atol(argv[3]) | 1;
    me.tunnel = argc > 7 ? (uint16_t)atoi(argv[6]) : 0;
    me.session = argc > 7 ? (uint16_t)atoi(argv[7]) : 0;
    for (int i = 0; i < sources; i++)
        source[i] = open_source(argv[5]);
    for (long i = 0; i < count; i++) {
        size_t n = make(datagram);

        (void)!sendto(source[i % sources], datagram, n, 0, (struct sockaddr *)&to, sizeof to);
        if (i % BURST == BURST - 1)
            nanosleep(&pause, NULL);
    }
    return 0;
}
