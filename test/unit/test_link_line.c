/* host/link: a line that somebody else has opened; we are the modem at its other end. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "host/link.h"
#include "loop_rig.h"
#include "wire/hdlc.h"

static struct link *line;
static int modem = -1; /* the other end */
static char heard[200];
static int hung_up;
static bool closes; /* who hears of the hang-up */

static void on_heard(void *ctx, struct buf *frame)
{
    (void)ctx;
    snprintf(heard + strlen(heard), sizeof heard - strlen(heard), "%.*s.", (int)frame->len,
             (const char *)frame->data + frame->off);
    buf_put(frame);
}

static void on_hung_up(void *ctx)
{
    (void)ctx;
    hung_up++;
    if (closes) {
        link_close(line);
        line = NULL;
    }
}

/* A terminal at 1,200 baud, as its owner has left it; the descriptor that the link is to have. */
static int dial_in(struct termios *as_was)
{
    int fd;

    heard[0] = '\0';
    hung_up = 0;
    modem = posix_openpt(O_RDWR | O_NOCTTY);
    if (modem < 0 || grantpt(modem) < 0 || unlockpt(modem) < 0)
        abort();
    sys_nonblock(modem);
    fd = open(ptsname(modem), O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 || tcgetattr(fd, as_was) < 0)
        abort();
    cfsetispeed(as_was, B1200);
    cfsetospeed(as_was, B1200);
    tcsetattr(fd, TCSANOW, as_was);
    tcgetattr(fd, as_was);
    return fd;
}

static void say(const char *text)
{
    uint8_t room[200];
    size_t n = hdlc_encode(room, span_str(text), 0);

    if (write(modem, room, n) != (ssize_t)n)
        abort();
}

/* What the modem has got, decoded. */
static const char *got(void)
{
    static char text[200];
    uint8_t room[400];
    struct hdlc_rx rx;
    struct buf *b = buf_get();
    ssize_t n = read(modem, room, sizeof room);
    struct span in = span_of(room, n > 0 ? (size_t)n : 0);

    text[0] = '\0';
    hdlc_rx_init(&rx);
    while (in.n > 0)
        if (hdlc_feed(&rx, &in, b, 0) == HDLC_FRAME) {
            snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s.", (int)b->len,
                     (const char *)b->data + b->off);
            b->len = 0;
        }
    buf_put(b);
    return text;
}

static bool same_settings(const struct termios *a, const struct termios *b)
{
    return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_cflag == b->c_cflag &&
           a->c_lflag == b->c_lflag && cfgetospeed(a) == cfgetospeed(b);
}

static void test_carries(bool is_modem)
{
    struct termios was, during, after;
    int fd = dial_in(&was), look = dup(fd);

    line = link_open_line(l, fd, is_modem, on_heard, on_hung_up, NULL);
    ok(line != NULL && tcgetattr(look, &during) == 0, "a line");
    ok((during.c_lflag & (ECHO | ICANON | ISIG)) == 0 && (during.c_oflag & OPOST) == 0 &&
           (during.c_iflag & (IXON | ICRNL | ISTRIP)) == 0,
       "is made raw");
    is_int(during.c_cflag & CLOCAL, is_modem ? 0 : CLOCAL,
           is_modem ? "its carrier counts" : "it has no carrier");
    is_int(cfgetospeed(&during), B1200, "its speed stays");
    say("one");
    say("\x11\x13\r\n\x03\x04");
    run_for(20);
    is_str(heard, "one.\x11\x13\r\n\x03\x04.", "what comes is heard, control characters too");
    ok(link_send(line, span_of("two", 3)) && link_send(line, span_of("\x0a\x0d\x11", 3)),
       "frames go");
    link_flush_all();
    run_for(20);
    is_str(got(), "two.\x0a\x0d\x11.", "and come to the other end");
    link_close(line);
    ok(tcgetattr(look, &after) == 0 && same_settings(&was, &after),
       "at the end it is as it was before");
    is_int(hung_up, 0, "which is no hang-up");
    close(look);
    close(modem);
}

static void test_hang_up(bool by_hearer)
{
    struct termios was;

    closes = by_hearer;
    line = link_open_line(l, dial_in(&was), true, on_heard, on_hung_up, NULL);
    say("last words");
    run_for(20);
    close(modem);
    run_for(50);
    is_str(heard, "last words.", "a line that hangs up");
    is_int(hung_up, 1, by_hearer ? "it is told once, and who is told may close the line"
                                 : "it is told once");
    if (line != NULL)
        ok(!link_send(line, span_of("x", 1)), "then nothing is taken any more");
    link_close(line);
    closes = false;
}

static void test_refused(void)
{
    int fd = open("/dev/null", O_RDWR);

    ok(link_open_line(l, fd, false, on_heard, on_hung_up, NULL) == NULL && errno == ENOTTY,
       "what is no terminal is refused");
    ok(fcntl(fd, F_GETFD) < 0, "and closed");
}

int main(void)
{
    l = loop_new();
    test_carries(true);
    test_carries(false);
    test_hang_up(false);
    test_hang_up(true);
    test_refused();
    link_drain();
    loop_free(l);
    buf_drain();
    return tap_done();
}
