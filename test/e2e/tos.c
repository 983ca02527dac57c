/* tos: the ECN field on the outside of the next data message that a socket receives, or the Type of
 * Service of the next control or data message.
 *
 *   tos MILLISECONDS [control|data] <&SOCKET
 *
 * The socket is standard input, and its owner has asked for IP_RECVTOS.  Messages of the other kind
 * are passed by.  Prints "ecn N" or "tos N", with "none" if none has come in that time.  Perl has
 * no recvmsg(). */
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The Type of Service of the next datagram, if it is data (T is not set) or control, as asked for;
 * -1 else. */
static int tos_of_next(int control)
{
    uint8_t octets[2048], room[256];
    struct iovec part = {octets, sizeof octets};
    struct msghdr m = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    int tos = -1;

    if (recvmsg(0, &m, 0) < 1 || ((octets[0] & 0x80) != 0) != (control != 0))
        return -1;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c != NULL; c = CMSG_NXTHDR(&m, c))
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS)
            tos = *CMSG_DATA(c);
    return tos;
}

int main(int argc, char **argv)
{
    struct pollfd ready = {.fd = 0, .events = POLLIN};
    int wait = argc > 1 ? atoi(argv[1]) : 1000, tos = -1;
    int control = argc > 2 && strcmp(argv[2], "control") == 0;
    const char *what = argc > 2 ? "tos" : "ecn";

    while (tos < 0 && poll(&ready, 1, wait) > 0)
        tos = tos_of_next(control);
    if (tos < 0)
        printf("%s none\n", what);
    else
        printf("%s %d\n", what, argc > 2 ? tos : tos & 3);
    return 0;
}
