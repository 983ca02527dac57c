/* host/link: a synchronous line.  Its driver is a pair of sockets that keep frames apart, as the kernel's
 * discipline for such lines does, which has to be asked for and given back. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "host/link.h"
#include "host/sync.h"
#include "loop_rig.h"

#define HOW_MANY 40
#define OF_SIZE 3000

static struct link *line;
static int adapter = -1; /* the other end */
static uint8_t heard[2000];
static size_t n_heard;
static unsigned frames, hung_up, refused;
static int discipline; /* of the line now */
static bool has_none;  /* the kernel lacks it */

#if !defined N_HDLC
#define N_HDLC 13
#endif

/* Stand in front of the C library's. */
int ioctl(int fd, unsigned long what, ...)
{
    va_list ap;
    int *value;

    (void)fd;
    va_start(ap, what);
    value = va_arg(ap, int *);
    va_end(ap);
    if (what == TIOCGETD)
        *value = discipline;
    if (what == TIOCSETD && has_none && *value == N_HDLC) {
        errno = EINVAL;
        return -1;
    }
    if (what == TIOCSETD)
        discipline = *value;
    return 0;
}

int tcgetattr(int fd, struct termios *t)
{
    (void)fd;
    memset(t, 0, sizeof *t);
    return 0;
}

int tcsetattr(int fd, int when, const struct termios *t)
{
    (void)fd;
    (void)when;
    (void)t;
    return 0;
}

/* A frame that is longer than the room for it is lost, and that is told. */
ssize_t read(int fd, void *room, size_t n)
{
    ssize_t long_as = recv(fd, NULL, 0, MSG_PEEK | MSG_TRUNC);

    if (long_as > (ssize_t)n) {
        recv(fd, room, n, 0);
        errno = EOVERFLOW;
        return -1;
    }
    return recv(fd, room, n, 0);
}

static void on_heard(void *ctx, struct buf *frame)
{
    struct span s = buf_span(frame);

    (void)ctx;
    frames++;
    if (n_heard + s.n <= sizeof heard) {
        memcpy(heard + n_heard, s.p, s.n);
        n_heard += s.n;
    }
    buf_put(frame);
}

static void on_hung_up(void *ctx)
{
    (void)ctx;
    hung_up++;
}

static void on_refused(void *ctx)
{
    (void)ctx;
    refused++;
}

static void begin_line(void)
{
    int pair[2], small = 4 * OF_SIZE;

    n_heard = frames = hung_up = refused = 0;
    discipline = 0;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0)
        abort();
    sys_nonblock(pair[0]);
    sys_nonblock(pair[1]);
    setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    adapter = pair[1];
    line = link_open_line(l, pair[0], LINK_SYNC, on_heard, on_hung_up, NULL);
    if (line != NULL)
        link_tell_refused(line, on_refused);
}

static void end_line(void)
{
    link_close(line);
    close(adapter);
}

/* The next frame that the adapter has got. */
static struct span got(void)
{
    static uint8_t room[2 * OF_SIZE];
    ssize_t n = recv(adapter, room, sizeof room, 0);

    return span_of(room, n > 0 ? (size_t)n : 0);
}

static bool is(struct span s, const char *text, size_t n)
{
    return s.n == n && memcmp(s.p, text, n) == 0;
}

static void test_carries(void)
{
    static const char all[] = "\xff\x03\x00\x21\x7e\x7d\x11\x00\x7e", lcp[] = "\xff\x03\xc0\x21\x01\x01\x00\x04";

    begin_line();
    is_int(discipline, N_HDLC, "a synchronous line is told to keep frames apart");
    ok(send(adapter, "one~}\x11", 6, 0) == 6 && send(adapter, "two", 3, 0) == 3, "two frames come");
    run_for(20);
    ok(frames == 2 && is(span_of(heard, n_heard), "one~}\x11two", 9), "both are heard, each as it is");
    ok(link_send(line, span_of(all, sizeof all - 1)) && link_send(line, span_of(lcp, sizeof lcp - 1)),
       "two go");
    link_flush_all();
    ok(is(got(), all, sizeof all - 1), "the first by itself, with nothing escaped");
    ok(is(got(), lcp, sizeof lcp - 1), "the second likewise, of LCP");
    is_int((int)got().n, 0, "and no more");
    end_line();
    is_int(discipline, 0, "at the end the terminal is as it was");
}

static void test_many(void)
{
    unsigned in_order = 0, before = 0, first_at = 0, n = 0;
    static uint8_t frame[OF_SIZE];

    begin_line();
    for (unsigned i = 1; i <= HOW_MANY; i++) {
        memset(frame, (int)i, sizeof frame);
        link_send(line, span_of(frame, sizeof frame));
        link_flush_all();
    }
    link_send_first(line, span_of("first", 5));
    for (int idle = 0; idle < 20;) {
        struct span s = got();

        idle = s.n > 0 ? 0 : idle + 1;
        if (s.n == 0)
            run_for(2);
        if (s.n == OF_SIZE && s.p[0] == s.p[OF_SIZE - 1]) {
            in_order += s.p[0] > before;
            before = s.p[0];
            n++;
        }
        if (is(s, "first", 5))
            first_at = n;
    }
    ok(n > 5 && n < HOW_MANY, "what is too much for the line and its queue is dropped");
    is_int((int)in_order, (int)n, "the others come whole, in their order");
    is_int((int)before, HOW_MANY, "up to the last");
    ok(first_at > 0 && first_at < n, "one with priority overtakes those that wait");
    is_int((int)(n + link_counts(line)->dropped), HOW_MANY, "and each that was dropped is counted");
    end_line();
}

static void test_refused(void)
{
    static uint8_t lots[2 * OF_SIZE];

    begin_line();
    ok(send(adapter, "x", 1, 0) == 1 && send(adapter, lots, sizeof lots, 0) == sizeof lots &&
           send(adapter, "good", 4, 0) == 4,
       "one octet, 6,000 and a good frame");
    run_for(20);
    ok(frames == 1 && is(span_of(heard, n_heard), "good", 4), "the last is heard");
    is_int((int)link_counts(line)->too_short, 1, "the first counted as too short");
    is_int((int)link_counts(line)->too_long, 1, "the second as too long");
    is_int((int)refused, 2, "which is told");
    link_send(line, span_of(lots, sizeof lots));
    link_send(line, span_of("next", 4));
    link_flush_all();
    ok(is(got(), "next", 4), "a frame that no line can carry does not hold up the next");
    is_int((int)link_counts(line)->dropped, 1, "and is counted");
    end_line();
}

static void test_hang_up(void)
{
    begin_line();
    send(adapter, "last words", 10, 0);
    close(adapter);
    run_for(20);
    ok(is(span_of(heard, n_heard), "last words", 10), "what was sent before a hang-up is heard");
    is_int((int)hung_up, 1, "then the hang-up, once");
    ok(!link_send(line, span_of("x", 1)), "and nothing is taken any more");
    link_close(line);
}

static void test_none(void)
{
    has_none = true;
    begin_line();
    ok(line == NULL && errno == ENOTSUP, "a kernel without them refuses synchronous lines");
    has_none = false;
    close(adapter);
}

/* Not in the portable build. */
static bool can_be_sync(void)
{
    int before;

    return sync_begin(-1, &before) == 0;
}

int main(void)
{
    l = loop_new();
    if (can_be_sync()) {
        test_carries();
        test_many();
        test_refused();
        test_hang_up();
    }
    test_none();
    link_drain();
    loop_free(l);
    buf_drain();
    return tap_done();
}
