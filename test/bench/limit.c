/* limit: the least that a daemon in user space can do which fronts pppd by ptys: a relay between
 * datagrams and ptys without protocol, checks or counts.
 *
 *   limit PORT PPPD OPTIONS      on 127.0.0.1; starts PPPD TTY file OPTIONS for each call
 *
 * A datagram that begins with 80 opens one more call, and is sent back when it is there.  All
 * others are data: six octets (00 02, tunnel, session) and a frame; the session is the call's
 * number, from 1.
 *
 * Down: recvmmsg() of 64 datagrams, each of a size of its own (UDP_GRO is off: it joins nothing
 * that did not come as one), HDLC by the best kernel there is into the call's line, one write() for
 * each call and batch.  Up: read() of as much as a pty gives at a time, HDLC, sendmmsg() of what a
 * turn has brought, frames of one size as one datagram in segments (UDP_SEGMENT).  epoll
 * for readiness.  Of the daemon it has wire/hdlc and nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "wire/hdlc.h"

#define BATCH 64
#define READY 256
#define ROOM 2048 /* of a datagram */
#define HEADER 6
#define LINE 65536 /* octets that may wait for a pty */
#define CALLS 4096
#define RUN_OCTETS 65000

extern char **environ;

/* Octets line[begin .. end) wait for the pty; a call with such is either on the list of those to be
 * written this turn, or blocked. */
struct call {
    int master;
    uint32_t header[2]; /* its six octets */
    bool listed, blocked;
    size_t begin, end;
    uint8_t *line;
    struct hdlc_rx rx;
    struct buf *partial;
};

static struct {
    int udp, set;
    char *pppd, *options;
    struct call call[CALLS];
    unsigned n_calls;
    struct call *list[BATCH];
    unsigned n_list;
    struct sockaddr_in peer;
    uint8_t in[BATCH][ROOM];
    struct iovec in_iov[BATCH];
    struct mmsghdr in_msg[BATCH];
    struct buf *out[BATCH]; /* frames on their way up ... */
    unsigned n_out;
    struct iovec out_iov[BATCH];
    struct mmsghdr out_msg[BATCH]; /* ... and as they leave */
    union {
        struct cmsghdr align;
        uint8_t room[CMSG_SPACE(sizeof(uint16_t))];
    } control[BATCH];
} me;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* -- calls ------------------------------------------------------------------------------------- */

static int open_pair(struct call *c)
{
    struct termios t;
    int slave;

    c->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (c->master < 0 || unlockpt(c->master) < 0 || fcntl(c->master, F_SETFL, O_NONBLOCK) < 0)
        die("pty");
    slave = ioctl(c->master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0 || tcgetattr(slave, &t) < 0)
        die("slave");
    cfmakeraw(&t);
    tcsetattr(slave, TCSANOW, &t);
    return slave;
}

static void start_pppd(int slave)
{
    char *argv[] = {me.pppd, (char[]){"-"}, (char[]){"file"}, me.options, NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, slave, STDIN_FILENO);
    if (posix_spawn(&pid, me.pppd, &actions, NULL, argv, environ) != 0)
        die("spawn");
    posix_spawn_file_actions_destroy(&actions);
}

static void open_call(void)
{
    struct call *c = &me.call[me.n_calls];
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
    uint8_t header[HEADER] = {0, 2};
    int slave = open_pair(c);

    header[4] = (uint8_t)((me.n_calls + 1) >> 8);
    header[5] = (uint8_t)(me.n_calls + 1);
    memcpy(c->header, header, sizeof header);
    start_pppd(slave);
    close(slave);
    hdlc_rx_init(&c->rx);
    if (epoll_ctl(me.set, EPOLL_CTL_ADD, c->master, &e) != 0)
        die("epoll");
    me.n_calls++;
    sendto(me.udp, "\x80", 1, 0, (struct sockaddr *)&me.peer, sizeof me.peer);
}

/* -- down -------------------------------------------------------------------------------------- */

static void watch(struct call *c, bool blocked)
{
    struct epoll_event e = {.events = blocked ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = c};

    if (c->blocked != blocked)
        epoll_ctl(me.set, EPOLL_CTL_MOD, c->master, &e);
    c->blocked = blocked;
}

static void flush(struct call *c)
{
    ssize_t n = write(c->master, c->line + c->begin, c->end - c->begin);

    c->begin += n > 0 ? (size_t)n : 0;
    if (c->begin == c->end)
        c->begin = c->end = 0;
    watch(c, c->end > 0);
}

static void take(const uint8_t *p, size_t n)
{
    unsigned number = n > HEADER ? (unsigned)p[4] << 8 | p[5] : 0;
    struct call *c = &me.call[number > 0 ? number - 1 : 0];

    if (n > 0 && (p[0] & 0x80) != 0)
        open_call();
    if (number == 0 || number > me.n_calls)
        return;
    if (c->line == NULL)
        c->line = malloc(LINE);
    if (c->line == NULL || c->end + HDLC_MOST(ROOM) > LINE)
        return;
    c->end += hdlc_encode(c->line + c->end, span_of(p + HEADER, n - HEADER), 0);
    if (!c->listed && !c->blocked) {
        c->listed = true;
        me.list[me.n_list++] = c;
    }
}

static void go_down(void)
{
    int n = recvmmsg(me.udp, me.in_msg, BATCH, MSG_DONTWAIT, NULL);

    for (int i = 0; i < n; i++)
        take(me.in[i], me.in_msg[i].msg_len);
    for (; me.n_list > 0; me.n_list--) {
        me.list[me.n_list - 1]->listed = false;
        flush(me.list[me.n_list - 1]);
    }
}

/* -- up ---------------------------------------------------------------------------------------- */

/* Those that can leave as one, from the first on: all of a size but for a shorter last one. */
static unsigned run_from(unsigned first)
{
    size_t all = me.out[first]->len;
    unsigned k = first + 1;

    for (; k < me.n_out; k++) {
        all += me.out[k]->len;
        if (me.out[k]->len > me.out[first]->len || all > RUN_OCTETS)
            break;
        if (me.out[k]->len < me.out[first]->len)
            return k + 1 - first;
    }
    return k - first;
}

static void put_segment(struct msghdr *m, unsigned at, uint16_t size)
{
    struct cmsghdr *c = &me.control[at].align;

    c->cmsg_level = IPPROTO_UDP;
    c->cmsg_type = 103; /* UDP_SEGMENT */
    c->cmsg_len = CMSG_LEN(sizeof size);
    memcpy(CMSG_DATA(c), &size, sizeof size);
    m->msg_control = c;
    m->msg_controllen = CMSG_SPACE(sizeof size);
}

static void send_up(void)
{
    unsigned runs = 0, gone = 0;

    for (unsigned i = 0, k; i < me.n_out; i += k) {
        struct msghdr *m = &me.out_msg[runs].msg_hdr;

        k = run_from(i);
        for (unsigned j = i; j < i + k; j++)
            me.out_iov[j] = (struct iovec){me.out[j]->data + me.out[j]->off, me.out[j]->len};
        *m = (struct msghdr){&me.peer, sizeof me.peer, &me.out_iov[i], k, NULL, 0, 0};
        if (k > 1)
            put_segment(m, runs, (uint16_t)me.out[i]->len);
        runs++;
    }
    while (gone < runs) {
        int n = sendmmsg(me.udp, me.out_msg + gone, runs - gone, MSG_DONTWAIT);

        gone += n > 0 ? (unsigned)n : 1;
    }
    for (unsigned i = 0; i < me.n_out; i++)
        buf_put(me.out[i]);
    me.n_out = 0;
}

static void hand_up(struct call *c)
{
    struct buf *b = c->partial;

    b->off -= HEADER;
    b->len += HEADER;
    memcpy(b->data + b->off, c->header, HEADER);
    me.out[me.n_out++] = b;
    c->partial = NULL;
    if (me.n_out == BATCH)
        send_up();
}

static void go_up(struct call *c)
{
    uint8_t room[4096];
    ssize_t n = read(c->master, room, sizeof room);
    struct span in = span_of(room, n > 0 ? (size_t)n : 0);

    if (n <= 0 && errno != EAGAIN && errno != EINTR) {
        epoll_ctl(me.set, EPOLL_CTL_DEL, c->master, NULL);
        return;
    }
    while (in.n > 0) {
        enum hdlc_got got;

        if (c->partial == NULL)
            c->partial = buf_get();
        got = hdlc_feed(&c->rx, &in, c->partial, 0);
        if (got == HDLC_FRAME)
            hand_up(c);
    }
    if (c->partial != NULL && c->partial->len == 0) {
        buf_put(c->partial);
        c->partial = NULL;
    }
}

/* -- the loop ---------------------------------------------------------------------------------- */

static void begin(const char *port)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    struct epoll_event e = {.events = EPOLLIN};
    struct rlimit files;
    int room = 1 << 20;

    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    me.udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    me.set = epoll_create1(EPOLL_CLOEXEC);
    if (bind(me.udp, (struct sockaddr *)&here, sizeof here) != 0 ||
        epoll_ctl(me.set, EPOLL_CTL_ADD, me.udp, &e) != 0)
        die("socket");
    setsockopt(me.udp, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    for (int i = 0; i < BATCH; i++) {
        me.in_iov[i] = (struct iovec){me.in[i], ROOM};
        me.in_msg[i].msg_hdr = (struct msghdr){.msg_iov = &me.in_iov[i], .msg_iovlen = 1};
    }
    /* the peer is who sends the first datagram */
    me.in_msg[0].msg_hdr.msg_name = &me.peer;
    me.in_msg[0].msg_hdr.msg_namelen = sizeof me.peer;
    while (recvmmsg(me.udp, me.in_msg, 1, MSG_PEEK, NULL) != 1)
        continue;
    me.in_msg[0].msg_hdr.msg_name = NULL;
    me.in_msg[0].msg_hdr.msg_namelen = 0;
}

int main(int argc, char **argv)
{
    struct epoll_event e[READY];

    if (argc != 4)
        return 2;
    me.pppd = argv[2];
    me.options = argv[3];
    hdlc_choose(NULL);
    begin(argv[1]);
    for (;;) {
        int n = epoll_wait(me.set, e, READY, -1);

        for (int i = 0; i < n; i++) {
            struct call *c = e[i].data.ptr;

            if (c == NULL) {
                go_down();
                continue;
            }
            if ((e[i].events & EPOLLOUT) != 0 && c->blocked)
                flush(c);
            if ((e[i].events & (EPOLLIN | EPOLLHUP)) != 0)
                go_up(c);
        }
        if (me.n_out > 0)
            send_up();
    }
}
