/* Datagrams one by one, with what POSIX has; see udp_os.h.
 *
 * The local address of a datagram is beyond POSIX: the BSDs tell it by IP_RECVDSTADDR and take the
 * source of an answer by IP_SENDSRCADDR; IPv6 has RFC 3542's IPV6_PKTINFO, but Linux's headers keep
 * its struct from a program that asks for POSIX alone.  Where there is no such way the address
 * stays unset, and the system picks the source.  The ECN field is told in ways as various; to send
 * it, the socket's own option does everywhere, as datagrams go one by one. */
#include "host/udp_os.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "host/sys.h"

#define DATAGRAM_MOST 65536
#define RECEIVE_ROOM (1 << 20) /* octets that the kernel may hold for us */

union control {
    struct cmsghdr align;
    uint8_t room[256]; /* more than any system's packet info */
};

struct udp_os {
    int fd;
    uint8_t family;
    uint8_t tos;   /* the socket's, as we have set it */
    uint8_t *room; /* one datagram */
    uint64_t calls;
};

const int udp_os_batch = 1;

/* Three steps for each IP version: ask the socket to tell local addresses, read one, write one.
 * take_ and put_ answer false where there is nothing to be had. */
#if defined(IP_RECVDSTADDR)

static int ask4(int fd)
{
    int on = 1;

    return setsockopt(fd, IPPROTO_IP, IP_RECVDSTADDR, &on, sizeof on);
}

static bool take4(const struct cmsghdr *c, struct addr *a)
{
    if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_RECVDSTADDR)
        return false;
    a->family = 4;
    memcpy(a->ip, CMSG_DATA(c), sizeof(struct in_addr));
    return true;
}

#else

static int ask4(int fd)
{
    (void)fd;
    return 0;
}

static bool take4(const struct cmsghdr *c, struct addr *a)
{
    (void)c;
    (void)a;
    return false;
}

#endif

#if defined(IP_SENDSRCADDR)

static size_t put4(struct cmsghdr *c, const struct addr *from)
{
    c->cmsg_level = IPPROTO_IP;
    c->cmsg_type = IP_SENDSRCADDR;
    c->cmsg_len = CMSG_LEN(sizeof(struct in_addr));
    memcpy(CMSG_DATA(c), from->ip, sizeof(struct in_addr));
    return CMSG_SPACE(sizeof(struct in_addr));
}

#else

static size_t put4(struct cmsghdr *c, const struct addr *from)
{
    (void)c;
    (void)from;
    return 0;
}

#endif

#if defined(IPV6_RECVPKTINFO) && !defined(__linux__)

static bool is_link_local(const struct addr *a)
{
    return a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0x80;
}

static int ask6(int fd)
{
    int on = 1;

    return setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
}

static bool take6(const struct cmsghdr *c, struct addr *a)
{
    struct in6_pktinfo info;

    if (c->cmsg_level != IPPROTO_IPV6 || c->cmsg_type != IPV6_PKTINFO)
        return false;
    memcpy(&info, CMSG_DATA(c), sizeof info);
    a->family = 6;
    memcpy(a->ip, &info.ipi6_addr, sizeof info.ipi6_addr);
    a->scope = is_link_local(a) ? info.ipi6_ifindex : 0;
    return true;
}

/* The interface only with a link-local address: see udp_linux.c. */
static size_t put6(struct cmsghdr *c, const struct addr *from)
{
    struct in6_pktinfo info;

    memset(&info, 0, sizeof info);
    memcpy(&info.ipi6_addr, from->ip, sizeof info.ipi6_addr);
    info.ipi6_ifindex = is_link_local(from) ? from->scope : 0;
    c->cmsg_level = IPPROTO_IPV6;
    c->cmsg_type = IPV6_PKTINFO;
    c->cmsg_len = CMSG_LEN(sizeof info);
    memcpy(CMSG_DATA(c), &info, sizeof info);
    return CMSG_SPACE(sizeof info);
}

#else

static int ask6(int fd)
{
    (void)fd;
    return 0;
}

static bool take6(const struct cmsghdr *c, struct addr *a)
{
    (void)c;
    (void)a;
    return false;
}

static size_t put6(struct cmsghdr *c, const struct addr *from)
{
    (void)c;
    (void)from;
    return 0;
}

#endif

/* The ECN field, likewise.  Some systems name the control data as the option that asks for it,
 * others as the one that sets it. */
#if defined(IP_RECVTOS)

static void ask_ecn4(int fd)
{
    int on = 1;

    setsockopt(fd, IPPROTO_IP, IP_RECVTOS, &on, sizeof on);
}

static bool is_ecn4(const struct cmsghdr *c)
{
    return c->cmsg_level == IPPROTO_IP && (c->cmsg_type == IP_RECVTOS || c->cmsg_type == IP_TOS);
}

#else

static void ask_ecn4(int fd)
{
    (void)fd;
}

static bool is_ecn4(const struct cmsghdr *c)
{
    (void)c;
    return false;
}

#endif

#if defined(IPV6_TCLASS) && defined(IPV6_RECVTCLASS)

static void ask_ecn6(int fd)
{
    int on = 1;

    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof on);
}

static bool is_ecn6(const struct cmsghdr *c)
{
    return c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_TCLASS;
}

static int set_tos6(int fd, int tos)
{
    return setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof tos);
}

#else

static void ask_ecn6(int fd)
{
    (void)fd;
}

static bool is_ecn6(const struct cmsghdr *c)
{
    (void)c;
    return false;
}

static int set_tos6(int fd, int tos)
{
    (void)fd;
    (void)tos;
    return 0;
}

#endif

/* An octet with IPv4, an int with IPv6. */
static uint8_t take_ecn(const struct cmsghdr *c)
{
    uint8_t octet = 0;
    int class = 0;

    if (is_ecn4(c))
        memcpy(&octet, CMSG_DATA(c), sizeof octet);
    if (is_ecn6(c))
        memcpy(&class, CMSG_DATA(c), sizeof class);
    return (octet | class) & 3;
}

/* If the system will not have it, the datagram goes with what is there. */
static void set_tos(struct udp_os *os, int tos)
{
    int failed;

    if (os->tos == tos)
        return;
    failed = os->family == 6 ? set_tos6(os->fd, tos)
                             : setsockopt(os->fd, IPPROTO_IP, IP_TOS, &tos, sizeof tos);
    if (failed == 0)
        os->tos = (uint8_t)tos;
}

int udp_os_device(int fd, const char *name)
{
    (void)fd;
    (void)name;
    errno = ENOTSUP;
    return -1;
}

int udp_os_share(int fd, bool on)
{
    (void)fd;
    (void)on;
    errno = ENOTSUP;
    return -1;
}

int udp_os_mark(int fd, uint32_t mark)
{
    (void)fd;
    (void)mark;
    errno = ENOTSUP;
    return -1;
}

int udp_os_early(int fd, uint8_t family)
{
    (void)fd;
    (void)family;
    errno = ENOTSUP;
    return -1;
}

unsigned udp_os_path_mtu(int fd, uint8_t family)
{
    (void)fd;
    (void)family;
    return 0;
}

void udp_os_probe(struct udp_os *os, const struct addr *from, const struct addr *to)
{
    (void)os;
    (void)from;
    (void)to;
}

unsigned udp_os_probed(const struct udp_os *os)
{
    (void)os;
    return 0;
}

struct udp_os *udp_os_new(int fd, uint8_t family, bool tell_to)
{
    struct udp_os *os = calloc(1, sizeof *os);
    int room = RECEIVE_ROOM;

    if (os == NULL)
        return NULL;
    os->fd = fd;
    os->family = family;
    os->room = malloc(DATAGRAM_MOST);
    if (os->room == NULL || (tell_to && (family == 6 ? ask6(fd) : ask4(fd)) != 0)) {
        udp_os_free(os);
        return NULL;
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    return os;
}

void udp_os_tell_ecn(struct udp_os *os)
{
    if (os->family == 6)
        ask_ecn6(os->fd);
    else
        ask_ecn4(os->fd);
}

void udp_os_free(struct udp_os *os)
{
    free(os->room);
    free(os);
}

static void take(struct msghdr *m, struct udp_in *in)
{
    in->to = (struct addr){.family = 0};
    in->ecn = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c))
        if (!take4(c, &in->to) && !take6(c, &in->to))
            in->ecn |= take_ecn(c);
}

int udp_os_tell_marks(struct udp_os *os)
{
    (void)os;
    errno = ENOTSUP;
    return -1;
}

int udp_os_receive(struct udp_os *os, struct udp_in in[UDP_IN_MOST])
{
    struct sockaddr_storage name;
    union control control;
    struct iovec iov = {os->room, DATAGRAM_MOST};
    struct msghdr m;
    ssize_t n;

    memset(&m, 0, sizeof m);
    m.msg_name = &name;
    m.msg_namelen = sizeof name;
    m.msg_iov = &iov;
    m.msg_iovlen = 1;
    m.msg_control = control.room;
    m.msg_controllen = sizeof control.room;
    os->calls++;
    n = recvmsg(os->fd, &m, 0);
    if (n < 0)
        return -1;
    in[0].from = sys_addr_from(&name);
    take(&m, &in[0]);
    in[0].octets = span_of(os->room, (size_t)n);
    return 1;
}

static int send_one(struct udp_os *os, const struct udp_out *out)
{
    struct sockaddr_storage name;
    union control control;
    struct iovec iov;
    struct msghdr m;

    memset(&m, 0, sizeof m);
    memset(&control, 0, sizeof control);
    iov.iov_base = (void *)(uintptr_t)out->octets.p; /* only read from: POSIX lacks a const */
    iov.iov_len = out->octets.n;
    m.msg_name = &name;
    m.msg_namelen = sys_addr_to(&out->to, &name);
    m.msg_iov = &iov;
    m.msg_iovlen = 1;
    if (out->from.family == out->to.family) {
        m.msg_controllen = out->from.family == 6 ? put6(&control.align, &out->from)
                                                 : put4(&control.align, &out->from);
        m.msg_control = m.msg_controllen > 0 ? control.room : NULL;
    }
    set_tos(os, out->tos);
    os->calls++;
    return sendmsg(os->fd, &m, 0) < 0 ? -1 : 0;
}

int udp_os_send(struct udp_os *os, const struct udp_out *out, int n)
{
    for (int i = 0; i < n; i++)
        if (send_one(os, &out[i]) != 0)
            return i > 0 ? i : -1;
    return n;
}

/* POSIX has no word for it. */
bool udp_os_bounced(struct udp_os *os, struct udp_bounce *b)
{
    (void)os;
    (void)b;
    return false;
}

uint64_t udp_os_calls(const struct udp_os *os)
{
    return os->calls;
}
