/* tos: the ECN field on the outside of the next data message that a socket receives.
 *
 *   tos MILLISECONDS <&SOCKET
 *
 * The socket is standard input, and its owner has asked for IP_RECVTOS.  Control messages are
 * passed by.  Prints "ecn N", or "ecn none" if none has come in that time.  Perl has no recvmsg().
 */
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The ECN field of a datagram, if it is data (T is not set); -1 else. */
static int ecn_of_next(void)
{
    uint8_t octets[2048], room[256];
    struct iovec part = {octets, sizeof octets};
    struct msghdr m = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    int ecn = -1;

    if (recvmsg(0, &m, 0) < 1 || (octets[0] & 0x80))
        return -1;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c != NULL; c = CMSG_NXTHDR(&m, c))
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS)
            ecn = *CMSG_DATA(c) & 3;
    return ecn;
}

int main(int argc, char **argv)
{
    struct pollfd ready = {.fd = 0, .events = POLLIN};
    int wait = argc > 1 ? atoi(argv[1]) : 1000, ecn = -1;

    while (ecn < 0 && poll(&ready, 1, wait) > 0)
        ecn = ecn_of_next();
    if (ecn < 0)
        puts("ecn none");
    else
        printf("ecn %d\n", ecn);
    return 0;
}
