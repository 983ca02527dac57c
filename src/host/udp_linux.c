/* Datagrams in batches, with PKTINFO, ECN fields and packet marks, as Linux has them; see udp_os.h.
 *
 * Datagrams of one size for one place, as a call's frames are, go down to the driver as one (UDP
 * segmentation offload, Linux 4.18), which spares each but the first its way through the kernel.
 * Where the path cannot have that (an xfrm policy, an MTU below their size) they go one by one.
 *
 * A reply's source address goes into the packet info, its interface never does: an index from a
 * received datagram names the interface it came by, and with IPsec or asymmetric routes the answer
 * must leave by another ("No such device").  Only a link-local address means nothing without it. */
#include "host/udp_os.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "host/sys.h"

#define OUT_MOST 64
#define LARGEST 65535 /* octets of a datagram, as far as the call for sending goes */
#define RECEIVE_ROOM (1 << 20) /* octets that the kernel may hold for us */

/* One slot holds any datagram.  The odd cache line keeps the beginnings of all slots from falling
 * on the same lines of the cache.  Pages that no datagram has reached cost nothing. */
#define SLOT (65536 + 64)

/* udp(7); not each C library has them. */
#define LEVEL_UDP 17
#define OPTION_SEGMENT 103

#define RUN_MOST 64             /* datagrams that go as one */
#define RUN_OCTETS 65000        /* in all of them */
#define SLOW_PLACES 256         /* a power of two */
#define SLOW_CALLS (1ULL << 16) /* then such places are tried again */

/* Linux 5.19; headers may be older than the kernel.  On sparc and hppa it has another number, and
 * takes a header that knows it. */
#ifndef SO_RCVMARK
#if defined __sparc__ || defined __hppa__
#define SO_RCVMARK (-1)
#else
#define SO_RCVMARK 75
#endif
#endif

/* The larger packet info, an ECN field, a mark and a size of segments. */
union control {
    struct cmsghdr align;
    uint8_t room[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int)) +
                 CMSG_SPACE(sizeof(uint32_t)) + CMSG_SPACE(sizeof(uint16_t))];
};

enum may { MAY_ASK, MAY, MAY_NOT };

struct udp_os {
    int fd;
    uint8_t family;
    enum may may_mark; /* whether marks may be set: asked when the first is to be */
    uint64_t calls;
    unsigned too_large;     /* than which a datagram was: the MTU that the kernel told; 0: none */
    bool joins;             /* the system has segmentation */
    uint64_t forget;        /* at which count of calls slow places are tried again */
    bool slow[SLOW_PLACES]; /* by the hash of their addresses: where it has not gone */
};

/* What one call to the system is told and tells, to send and to receive: of all sockets together,
 * as nothing in it outlives the call but the octets received, and these not the next one. */
static struct {
    unsigned sockets;             /* that use it */
    struct mmsghdr msg[OUT_MOST]; /* to send, and their parts */
    struct iovec iov[OUT_MOST];
    struct sockaddr_storage name[OUT_MOST];
    union control control[OUT_MOST];
    uint8_t *arena; /* UDP_IN_MOST slots */
    int used;       /* so many of these have been received into since their lengths were set */
    struct mmsghdr in[UDP_IN_MOST];
    struct iovec in_iov[UDP_IN_MOST];
    struct sockaddr_storage in_name[UDP_IN_MOST];
    union control in_control[UDP_IN_MOST];
} batch;

const int udp_os_batch = UDP_IN_MOST;

int udp_os_device(int fd, const char *name)
{
    return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name));
}

int udp_os_share(int fd, bool on)
{
    int value = on;

    return setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &value, sizeof value);
}

int udp_os_mark(int fd, uint32_t mark)
{
    return setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof mark);
}

int udp_os_early(int fd, uint8_t family)
{
    int on = 1;

    if (family == 6)
        return setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof on);
    return setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof on);
}

unsigned udp_os_path_mtu(int fd, uint8_t family)
{
    int octets = 0;
    socklen_t n = sizeof octets;
    int got = family == 6 ? getsockopt(fd, IPPROTO_IPV6, IPV6_MTU, &octets, &n)
                          : getsockopt(fd, IPPROTO_IP, IP_MTU, &octets, &n);

    return got == 0 && octets > 0 ? (unsigned)octets : 0;
}

/* Without local addresses there is no answering; without ECN fields and errors there is. */
static void ask_for_errors(int fd, uint8_t family)
{
    int on = 1;

    if (family == 6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
    else
        setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
}

static int ask_for_addresses(int fd, uint8_t family)
{
    int on = 1;

    return family == 6 ? setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on)
                       : setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
}

static bool has_segments(int fd)
{
    int size;
    socklen_t n = sizeof size;

    return getsockopt(fd, LEVEL_UDP, OPTION_SEGMENT, &size, &n) == 0;
}

/* Room to receive into, each slot with its parts; these stay as they are but for the lengths. */
static int lay_out(void)
{
    if (batch.sockets == 0)
        batch.arena = calloc(UDP_IN_MOST, SLOT);
    if (batch.arena == NULL)
        return -1;
    for (int i = 0; i < UDP_IN_MOST && batch.sockets == 0; i++) {
        batch.in_iov[i] = (struct iovec){batch.arena + (size_t)i * SLOT, SLOT};
        batch.in[i].msg_hdr = (struct msghdr){.msg_name = &batch.in_name[i],
                                              .msg_iov = &batch.in_iov[i],
                                              .msg_iovlen = 1,
                                              .msg_control = batch.in_control[i].room};
        batch.used = UDP_IN_MOST;
    }
    batch.sockets++;
    return 0;
}

struct udp_os *udp_os_new(int fd, uint8_t family, bool tell_to)
{
    struct udp_os *os = calloc(1, sizeof *os);
    int room = RECEIVE_ROOM;

    if (os == NULL)
        return NULL;
    os->fd = fd;
    os->joins = has_segments(fd);
    os->family = family;
    ask_for_errors(fd, family);
    if ((tell_to && ask_for_addresses(fd, family) != 0) || lay_out() != 0) {
        free(os);
        return NULL;
    }
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    return os;
}

void udp_os_free(struct udp_os *os)
{
    if (--batch.sockets == 0) {
        free(batch.arena);
        batch.arena = NULL;
    }
    free(os);
}

void udp_os_tell_ecn(struct udp_os *os)
{
    int on = 1;

    if (os->family == 6)
        setsockopt(os->fd, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof on);
    else
        setsockopt(os->fd, IPPROTO_IP, IP_RECVTOS, &on, sizeof on);
}

int udp_os_tell_marks(struct udp_os *os)
{
    int on = 1;

    return setsockopt(os->fd, SOL_SOCKET, SO_RCVMARK, &on, sizeof on);
}

/* A mark takes a right (CAP_NET_ADMIN), and setting none is refused like any other. */
static bool may_mark(struct udp_os *os)
{
    uint32_t none = 0;

    if (os->may_mark == MAY_ASK) {
        os->may_mark =
            setsockopt(os->fd, SOL_SOCKET, SO_MARK, &none, sizeof none) == 0 ? MAY : MAY_NOT;
        if (os->may_mark == MAY_NOT)
            log_warn("packets go without the marks that they should have (it takes CAP_NET_ADMIN)");
    }
    return os->may_mark == MAY;
}

static bool is_link_local(const struct addr *a)
{
    return a->family == 6 && a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0x80;
}

static void take4(const struct cmsghdr *c, struct udp_in *in)
{
    struct in_pktinfo info;
    uint8_t tos;

    if (c->cmsg_type == IP_TOS) {
        memcpy(&tos, CMSG_DATA(c), sizeof tos);
        in->ecn = tos & 3;
    }
    if (c->cmsg_type != IP_PKTINFO)
        return;
    /* spec_dst is an address of ours even if the datagram was sent to a broadcast one */
    memcpy(&info, CMSG_DATA(c), sizeof info);
    in->to.family = 4;
    memcpy(in->to.ip, &info.ipi_spec_dst, sizeof info.ipi_spec_dst);
}

static void take6(const struct cmsghdr *c, struct udp_in *in)
{
    struct in6_pktinfo info;
    int class;

    if (c->cmsg_type == IPV6_TCLASS) {
        memcpy(&class, CMSG_DATA(c), sizeof class);
        in->ecn = class & 3;
    }
    if (c->cmsg_type != IPV6_PKTINFO)
        return;
    memcpy(&info, CMSG_DATA(c), sizeof info);
    in->to.family = 6;
    memcpy(in->to.ip, &info.ipi6_addr, sizeof info.ipi6_addr);
    in->to.scope = is_link_local(&in->to) ? info.ipi6_ifindex : 0;
}

static void take_mark(const struct cmsghdr *c, struct udp_in *in)
{
    if (c->cmsg_type == SO_MARK)
        memcpy(&in->from.mark, CMSG_DATA(c), sizeof in->from.mark);
}

/* What the control data says: the address that the datagram was sent to, the ECN field, a mark. */
static void take(struct msghdr *m, struct udp_in *in)
{
    in->to = (struct addr){.family = 0};
    in->ecn = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c))
        if (c->cmsg_level == IPPROTO_IP)
            take4(c, in);
        else if (c->cmsg_level == IPPROTO_IPV6)
            take6(c, in);
        else if (c->cmsg_level == SOL_SOCKET)
            take_mark(c, in);
}

/* The kernel has written over the lengths of those slots alone that it has used. */
int udp_os_receive(struct udp_os *os, struct udp_in in[UDP_IN_MOST])
{
    int n;

    for (int i = 0; i < batch.used; i++) {
        batch.in[i].msg_hdr.msg_namelen = sizeof batch.in_name[i];
        batch.in[i].msg_hdr.msg_controllen = sizeof batch.in_control[i].room;
    }
    os->calls++;
    n = recvmmsg(os->fd, batch.in, UDP_IN_MOST, MSG_DONTWAIT, NULL);
    batch.used = n > 0 ? n : 0;
    for (int i = 0; i < n; i++) {
        in[i].from = sys_addr_from(&batch.in_name[i]);
        take(&batch.in[i].msg_hdr, &in[i]);
        in[i].octets = span_of(batch.in_iov[i].iov_base, batch.in[i].msg_len);
    }
    return n;
}

/* Writes the source address into control data; how many octets that took. */
static size_t put_source(struct cmsghdr *c, const struct addr *from)
{
    struct in_pktinfo info = {.ipi_ifindex = 0};
    struct in6_pktinfo info6 = {.ipi6_ifindex = is_link_local(from) ? from->scope : 0};

    if (from->family == 4) {
        memcpy(&info.ipi_spec_dst, from->ip, sizeof info.ipi_spec_dst);
        c->cmsg_level = IPPROTO_IP;
        c->cmsg_type = IP_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(c), &info, sizeof info);
        return CMSG_SPACE(sizeof info);
    }
    memcpy(&info6.ipi6_addr, from->ip, sizeof info6.ipi6_addr);
    c->cmsg_level = IPPROTO_IPV6;
    c->cmsg_type = IPV6_PKTINFO;
    c->cmsg_len = CMSG_LEN(sizeof info6);
    memcpy(CMSG_DATA(c), &info6, sizeof info6);
    return CMSG_SPACE(sizeof info6);
}

/* Likewise the octet that was Type of Service: DSCP and ECN field. */
static size_t put_tos(struct cmsghdr *c, uint8_t family, int tos)
{
    c->cmsg_level = family == 4 ? IPPROTO_IP : IPPROTO_IPV6;
    c->cmsg_type = family == 4 ? IP_TOS : IPV6_TCLASS;
    c->cmsg_len = CMSG_LEN(sizeof tos);
    memcpy(CMSG_DATA(c), &tos, sizeof tos);
    return CMSG_SPACE(sizeof tos);
}

static size_t put_mark(struct cmsghdr *c, uint32_t mark)
{
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SO_MARK;
    c->cmsg_len = CMSG_LEN(sizeof mark);
    memcpy(CMSG_DATA(c), &mark, sizeof mark);
    return CMSG_SPACE(sizeof mark);
}

static size_t put_segment(struct cmsghdr *c, size_t size)
{
    uint16_t octets = (uint16_t)size;

    c->cmsg_level = LEVEL_UDP;
    c->cmsg_type = OPTION_SEGMENT;
    c->cmsg_len = CMSG_LEN(sizeof octets);
    memcpy(CMSG_DATA(c), &octets, sizeof octets);
    return CMSG_SPACE(sizeof octets);
}

static bool *slow_place(struct udp_os *os, const struct addr *to)
{
    uint32_t hash = to->port;

    for (size_t i = 0; i < sizeof to->ip; i++)
        hash = hash * 31 + to->ip[i];
    return &os->slow[(hash ^ hash >> 8 ^ hash >> 16) % SLOW_PLACES];
}

/* How many from the first on may go as one: all of a size but for the last, which may be shorter.
 */
static int run_length(struct udp_os *os, const struct udp_out *out, int n)
{
    size_t size = out->octets.n, all = size;
    int k = 1;

    if (!os->joins || size == 0 || *slow_place(os, &out->to))
        return 1;
    for (; k < n && k < RUN_MOST; k++) {
        const struct udp_out *o = &out[k];

        all += o->octets.n;
        if (o[-1].octets.n != size || o->octets.n > size || o->octets.n == 0 || all > RUN_OCTETS ||
            o->tos != out->tos || !addr_same(&o->to, &out->to) || o->to.mark != out->to.mark ||
            !addr_same(&o->from, &out->from))
            break;
    }
    return k;
}

/* Message m of k datagrams, the first of which is datagram i of the batch. */
static void fill_in(struct udp_os *os, int at, int i, const struct udp_out *out, int k)
{
    struct msghdr *m = &batch.msg[at].msg_hdr;
    bool has_from = addr_is_set(&out->from) && out->from.family == out->to.family;
    uint8_t *control = batch.control[at].room;
    size_t n = 0;

    for (int j = 0; j < k; j++) /* only read from: POSIX lacks a const */
        batch.iov[i + j] = (struct iovec){(void *)(uintptr_t)out[j].octets.p, out[j].octets.n};
    *m = (struct msghdr){
        .msg_name = &batch.name[at], .msg_iov = &batch.iov[i], .msg_iovlen = (size_t)k};
    m->msg_namelen = sys_addr_to(&out->to, &batch.name[at]);
    if (!has_from && out->tos == 0 && out->to.mark == 0 && k == 1)
        return;
    memset(&batch.control[at], 0, sizeof batch.control[at]);
    if (has_from)
        n = put_source(&batch.control[at].align, &out->from);
    if (out->tos != 0)
        n += put_tos((struct cmsghdr *)(void *)(control + n), out->to.family, out->tos);
    if (out->to.mark != 0 && may_mark(os))
        n += put_mark((struct cmsghdr *)(void *)(control + n), out->to.mark);
    if (k > 1)
        n += put_segment((struct cmsghdr *)(void *)(control + n), out->octets.n);
    if (n == 0)
        return;
    m->msg_control = control;
    m->msg_controllen = n;
}

/* What the kernel says to a run that it would have sent datagram by datagram. */
static bool is_about_run(int reason)
{
    return reason == EINVAL || reason == EIO || reason == EMSGSIZE || reason == EOPNOTSUPP;
}

static void forget_slow(struct udp_os *os)
{
    if (os->calls < os->forget)
        return;
    memset(os->slow, 0, sizeof os->slow);
    os->forget = os->calls + SLOW_CALLS;
}

int udp_os_send(struct udp_os *os, const struct udp_out *out, int n)
{
    int run[OUT_MOST], runs, sent, gone = 0;

    if (n > OUT_MOST)
        n = OUT_MOST;
    forget_slow(os);
    for (;;) {
        runs = 0;
        for (int i = 0; i < n; i += run[runs++]) {
            run[runs] = run_length(os, out + i, n - i);
            fill_in(os, runs, i, out + i, run[runs]);
        }
        os->calls++;
        sent = sendmmsg(os->fd, batch.msg, (unsigned)runs, MSG_DONTWAIT);
        if (sent >= 0 || run[0] == 1 || !is_about_run(errno))
            break;
        *slow_place(os, &out->to) = true;
    }
    for (int i = 0; i < sent; i++)
        gone += run[i];
    return sent < 0 ? -1 : gone;
}

/* Larger than any path takes, so the kernel refuses it before it looks at the octets, and says in
 * the socket's errors what would fit (ip(7), IP_MTU_DISCOVER). */
void udp_os_probe(struct udp_os *os, const struct addr *from, const struct addr *to)
{
    struct udp_out out = {.from = *from, .to = *to, .octets = span_of(batch.arena, LARGEST)};
    int whole = IP_PMTUDISC_DO, was = IP_PMTUDISC_WANT;
    socklen_t n = sizeof was;

    os->too_large = 0;
    if (os->family != 4 || getsockopt(os->fd, IPPROTO_IP, IP_MTU_DISCOVER, &was, &n) != 0 ||
        setsockopt(os->fd, IPPROTO_IP, IP_MTU_DISCOVER, &whole, sizeof whole) != 0)
        return;
    fill_in(os, 0, 0, &out, 1);
    os->calls++;
    (void)!sendmsg(os->fd, &batch.msg[0].msg_hdr, MSG_DONTWAIT);
    setsockopt(os->fd, IPPROTO_IP, IP_MTU_DISCOVER, &was, sizeof was);
}

unsigned udp_os_probed(const struct udp_os *os)
{
    return os->too_large;
}

/* ip(7), IP_RECVERR: the kernel's sock_extended_err, whose header not each C library comes with. */
struct error {
    uint32_t reason; /* errno */
    uint8_t origin, type, code, pad;
    uint32_t info, data;
};
#define ORIGIN_LOCAL 1
#define ORIGIN_ICMP 2
#define ORIGIN_ICMP6 3

/* The offender's address stands behind the error; its family is 0 if nobody is named. */
static bool take_error(struct udp_os *os, const struct cmsghdr *c, struct udp_bounce *b)
{
    struct error error;
    struct sockaddr_storage name = {0};
    size_t head = CMSG_LEN(sizeof error), left = c->cmsg_len > head ? c->cmsg_len - head : 0;

    if (!(c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) &&
        !(c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
        return false;
    memcpy(&error, CMSG_DATA(c), sizeof error);
    memcpy(&name, CMSG_DATA(c) + sizeof error, left < sizeof name ? left : sizeof name);
    b->reason = (int)error.reason;
    b->via = sys_addr_from(&name);
    b->via.port = 0;
    if (error.origin == ORIGIN_LOCAL && error.reason == EMSGSIZE)
        os->too_large = error.info;
    return error.origin == ORIGIN_ICMP || error.origin == ORIGIN_ICMP6;
}

bool udp_os_bounced(struct udp_os *os, struct udp_bounce *b)
{
    struct sockaddr_storage name;
    union {
        struct cmsghdr align;
        uint8_t room[512];
    } control;
    uint8_t octets[64]; /* the beginning of the datagram: of no use to us */

    for (;;) {
        struct iovec iov = {octets, sizeof octets};
        struct msghdr m = {.msg_name = &name,
                           .msg_namelen = sizeof name,
                           .msg_iov = &iov,
                           .msg_iovlen = 1,
                           .msg_control = control.room,
                           .msg_controllen = sizeof control.room};

        os->calls++;
        if (recvmsg(os->fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
            return false;
        b->to = sys_addr_from(&name);
        for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c != NULL; c = CMSG_NXTHDR(&m, c))
            if (take_error(os, c, b))
                return true;
    }
}

uint64_t udp_os_calls(const struct udp_os *os)
{
    return os->calls;
}
