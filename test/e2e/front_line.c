/* front_line: a LAC's line with a real caller on it: the front (wire/ppp_front) on one end of a
 * pty, and on the other the program that is named, a pppd.
 *
 *   front_line WAYS SECRET PROGRAM [ARGUMENT...]
 *
 * WAYS are "chap,pap,mschap-v2", the best first, or "none".  Says in a line each what the front has
 * found out; whether the caller's response is that of SECRET; and, once it has been told as a LNS
 * would tell it that it is welcome, whether the caller goes on from there, to the network layer. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/md5.h"
#include "wire/hdlc.h"
#include "wire/lcp.h"
#include "wire/ppp.h"
#include "wire/ppp_front.h"

#define LIMIT_MS 30000
#define RESTART_MS 1000
#define LINGER_MS 4000 /* for what the caller does when it is known */
#define ALL_CONTROLS 0xffffffffu
#define IPCP 0x8021

struct line {
    int fd;
    pid_t caller;
    struct hdlc_rx rx;
    struct buf *b;
    struct front front;
    bool welcomed, goes_on;
    unsigned repeats; /* frames of ours since it is known */
};

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static uint64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void random_octets(void *ctx, void *room, size_t n)
{
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

    (void)ctx;
    if (fd < 0 || read(fd, room, n) != (ssize_t)n)
        die("/dev/urandom");
    close(fd);
}

static void send_frame(struct line *l, struct span frame)
{
    uint8_t octets[HDLC_MOST(BUF_ROOM)];
    size_t n = hdlc_encode(octets, frame, ALL_CONTROLS);

    if (write(l->fd, octets, n) != (ssize_t)n)
        fprintf(stderr, "front_line: a frame found no room\n");
}

/* CHAP's Success, or PAP's Ack, of the exchange that the caller waits on. */
static void welcome(struct line *l, const struct front_result *r)
{
    const uint8_t chap[] = {0xff, 3, 0xc2, 0x23, 3, r->id, 0, 4};
    const uint8_t pap[] = {0xff, 3, 0xc0, 0x23, 2, r->id, 0, 5, 0};

    if (r->type == PROXY_CHAP)
        send_frame(l, span_of(chap, sizeof chap));
    if (r->type == PROXY_PAP)
        send_frame(l, span_of(pap, sizeof pap));
    l->welcomed = r->type != 0;
}

static bool is_right(const struct front_result *r, struct span secret)
{
    uint8_t digest[MD5_SIZE];
    struct md5 m;

    if (r->type != PROXY_CHAP)
        return span_eq(r->response, secret);
    md5_init(&m);
    md5_add(&m, span_of(&r->id, 1));
    md5_add(&m, secret);
    md5_add(&m, r->challenge);
    md5_end(&m, digest);
    return span_eq(r->response, span_of(digest, sizeof digest));
}

static void tell_options(const char *what, struct span options)
{
    char text[256];

    printf("%s: %s\n", what, lcp_describe(options, text, sizeof text));
}

static void tell(struct line *l, const char *secret)
{
    char why[FRONT_REASON];
    struct front_result r;

    if (!front_result(&l->front, &r)) {
        printf("failed: %s\n", front_describe(&l->front, why, sizeof why));
        return;
    }
    tell_options("initial", r.initial_received);
    tell_options("sent", r.last_sent);
    tell_options("received", r.last_received);
    printf("type: %u\nname: %.*s\nresponse: %zu octets, %s\n", r.type, (int)r.name.n,
           (const char *)r.name.p, r.response.n,
           is_right(&r, span_str(secret)) ? "right" : "wrong");
    printf("mru: %u %u\n", r.ours.mru, r.callers.mru);
    fflush(stdout);
    welcome(l, &r);
}

static void drain(struct line *l)
{
    struct span frame;

    while ((frame = front_output(&l->front)).n > 0) {
        send_frame(l, frame);
        l->repeats += l->welcomed;
    }
}

static void hear(struct line *l, struct span octets)
{
    size_t info;

    while (octets.n > 0) {
        enum hdlc_got got = hdlc_feed(&l->rx, &octets, l->b, 0);

        if (got == HDLC_MORE)
            continue;
        if (got != HDLC_FRAME) {
            front_refused(&l->front);
            continue;
        }
        l->goes_on |= l->welcomed && ppp_protocol(buf_span(l->b), &info) == IPCP;
        front_input(&l->front, now_ms(), buf_span(l->b));
        l->b->len = 0;
        drain(l);
    }
}

static int turn(struct line *l)
{
    struct pollfd p = {l->fd, POLLIN, 0};
    uint8_t octets[4096];
    uint64_t due = front_deadline(&l->front), now = now_ms();
    ssize_t n;

    if (poll(&p, 1, due > now && due - now > 100 ? 100 : (int)(due > now ? due - now : 0)) < 0)
        return -1;
    if (p.revents != 0) {
        n = read(l->fd, octets, sizeof octets);
        if (n <= 0)
            return -1;
        hear(l, span_of(octets, (size_t)n));
    }
    front_tick(&l->front, now_ms());
    drain(l);
    return 0;
}

static void spawn(struct line *l, char **argv)
{
    struct termios t;
    int slave;

    l->fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (l->fd < 0 || grantpt(l->fd) < 0 || unlockpt(l->fd) < 0)
        die("pty");
    slave = open(ptsname(l->fd), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0 || tcgetattr(slave, &t) < 0)
        die("pty");
    t.c_lflag = t.c_oflag = t.c_iflag = 0;
    t.c_cc[VMIN] = 1;
    tcsetattr(slave, TCSANOW, &t);
    l->caller = fork();
    if (l->caller == 0) {
        dup2(slave, 0);
        dup2(slave, 1);
        execv(argv[0], argv);
        _exit(127);
    }
    close(slave);
}

static struct front_config config_of(const char *ways)
{
    static const char *const names[FRONT_AUTHS] = {"pap", "chap", "mschap-v2"};
    struct front_config c = {.mru = 1400,
                             .mru_most = 1500,
                             .name = span_str("lac"),
                             .restart_ms = RESTART_MS,
                             .total_ms = LIMIT_MS,
                             .random = random_octets};

    for (; *ways != '\0'; ways += strcspn(ways, ","), ways += *ways == ',')
        for (unsigned i = 0; i < FRONT_AUTHS && c.n_offer < FRONT_AUTHS; i++)
            if (strlen(names[i]) == strcspn(ways, ",") &&
                strncmp(ways, names[i], strlen(names[i])) == 0)
                c.offer[c.n_offer++] = (enum front_auth)i;
    return c;
}

int main(int argc, char **argv)
{
    struct front_config c = config_of(argc > 1 ? argv[1] : "");
    struct line l = {.b = buf_get()};
    uint64_t end;

    if (argc < 4 || l.b == NULL)
        return 2;
    hdlc_rx_init(&l.rx);
    spawn(&l, argv + 3);
    front_init(&l.front, &c, now_ms());
    drain(&l);
    while (front_state(&l.front) == FRONT_RUNNING)
        if (turn(&l) < 0)
            front_hangup(&l.front);
    tell(&l, argv[2]);
    for (end = now_ms() + LINGER_MS; now_ms() < end && !l.goes_on && turn(&l) == 0;)
        continue;
    printf("goes on: %s\nanswered: %u\n", l.goes_on ? "yes" : "no", l.repeats);
    kill(l.caller, SIGKILL);
    close(l.fd);
    waitpid(l.caller, NULL, 0);
    return 0;
}
