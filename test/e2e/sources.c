/* sources: a flood of good SCCRQs, each from an address of its own, at a steady rate.
 *
 *   sources PORT COUNT PER_SECOND
 *
 * The addresses are 127.64.0.0 and up, all of the loopback's, which takes no right to bind.  Answers
 * are counted as far as they come while a source's socket is open, which is for the time of some
 * hundred others; nothing is ever acknowledged.  Prints "sent DATAGRAMS OCTETS" and "heard DATAGRAMS
 * OCTETS", payload of UDP. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define OPEN 400 /* sockets at a time */
#define BURST 20 /* datagrams between two looks at the clock */

/* clang-format off */
/* Header, SCCRQ, version 1.0, framing, host name, tunnel id, window (RFC 2661, 6.1). */
static const uint8_t sccrq[] =
    "\xc8\x02\0\x45\0\0\0\0\0\0\0\0" "\x80\x08\0\0\0\0\0\1" "\x80\x08\0\0\0\2\1\0"
    "\x80\x0a\0\0\0\3\0\0\0\3" "\x80\x0f\0\0\0\7" "forged.by" "\x80\x08\0\0\0\x09\1\2"
    "\x80\x08\0\0\0\x0a\0\4";
/* clang-format on */
#define SCCRQ_SIZE (sizeof sccrq - 1)
#define ID_AT (12 + 8 + 8 + 10 + 15 + 6)

static long sent, heard, heard_octets;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static int open_source(uint32_t ip)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(ip)};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    if (fd < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0 ||
        bind(fd, (struct sockaddr *)&a, sizeof a) != 0)
        die("sources");
    return fd;
}

static void close_source(int fd)
{
    uint8_t octets[2048];
    ssize_t n;

    while ((n = recv(fd, octets, sizeof octets, 0)) >= 0) {
        heard++;
        heard_octets += (long)n;
    }
    close(fd);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* So that the i-th leaves at its time, or as soon as it can. */
static void pace(double begin, long i, long per_second)
{
    double wait = begin + (double)i / (double)per_second - now();
    struct timespec t = {(time_t)wait, (long)((wait - (double)(time_t)wait) * 1e9)};

    if (wait > 0)
        nanosleep(&t, NULL);
}

int main(int argc, char **argv)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    long count = argc == 4 ? atol(argv[2]) : 0, per_second = argc == 4 ? atol(argv[3]) : 0;
    int source[OPEN];
    uint8_t datagram[SCCRQ_SIZE];
    double begin = now();

    if (count < 1 || count > 1000000 || per_second < 1) {
        fprintf(stderr, "usage: sources PORT COUNT PER_SECOND\n");
        return 1;
    }
    to.sin_port = htons((uint16_t)atoi(argv[1]));
    memcpy(datagram, sccrq, SCCRQ_SIZE);
    for (long i = 0; i < count; i++) {
        if (i >= OPEN)
            close_source(source[i % OPEN]);
        source[i % OPEN] = open_source(0x7f400000u + (uint32_t)i);
        datagram[ID_AT] = (uint8_t)(i >> 8 | 1); /* never 0 */
        datagram[ID_AT + 1] = (uint8_t)i;
        if (sendto(source[i % OPEN], datagram, SCCRQ_SIZE, 0, (struct sockaddr *)&to, sizeof to) > 0)
            sent++;
        if (i % BURST == 0)
            pace(begin, i, per_second);
    }
    pace(now(), 1, 20);
    for (long i = count < OPEN ? 0 : count - OPEN; i < count; i++)
        close_source(source[i % OPEN]);
    printf("sent %ld %ld\nheard %ld %ld\n", sent, sent * (long)SCCRQ_SIZE, heard, heard_octets);
    return 0;
}
