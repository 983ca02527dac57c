/* Under pressure; see press.h. */
#include "press.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "far.h"

#define SOL_UDP_LEVEL 17
#define UDP_SEGMENT_OPTION 103
#define RUN_OCTETS 60000
#define BURST 64
#define STUCK_FRAMES 400 /* more than any pty and queue take */
#define LATENCY_MOST 20000
#define ANSWER_MS 1000
#define PEAK_MS 2000
#define PEAK_AHEAD 16 /* frames of a call that are on their way; no more than BURST of all */
#define ECHO_MS 1000
#define SETTLE_MS 2000

/* n datagrams of one size, which the kernel cuts apart (udp(7), UDP_SEGMENT): the flood is to cost
 * us less than the daemon. */
static void send_run(struct iovec *iov, unsigned n)
{
    union {
        struct cmsghdr c;
        uint8_t room[CMSG_SPACE(sizeof(uint16_t))];
    } control = {.room = {0}};
    struct msghdr m = {.msg_iov = iov, .msg_iovlen = n};
    uint16_t size = (uint16_t)iov->iov_len;

    if (n > 1) {
        control.c = (struct cmsghdr){.cmsg_level = SOL_UDP_LEVEL,
                                     .cmsg_type = UDP_SEGMENT_OPTION,
                                     .cmsg_len = CMSG_LEN(sizeof size)};
        memcpy(CMSG_DATA(&control.c), &size, sizeof size);
        m.msg_control = &control;
        m.msg_controllen = sizeof control.room;
    }
    while (sendmsg(far.fd, &m, 0) < 0)
        if (errno != EINTR && errno != ECONNREFUSED && errno != ENOBUFS)
            far_die("cannot send");
}

/* Makes and sends n frames to calls by turns, "turn" being the first's. */
static void send_frames(const struct press *p, unsigned turn, unsigned n)
{
    static uint8_t octets[BURST][12 + FRAME_MOST];
    static struct iovec iov[BURST];
    unsigned most;

    for (unsigned i = 0; i < n; i++) {
        unsigned call = (turn + i) % far.n_calls;
        struct far_call *c = &far.call[call];
        size_t size = far_header(c, octets[i]);

        size += frame_make(octets[i] + size, call, c->sent++, p->kind, p->size);
        iov[i] = (struct iovec){octets[i], size};
    }
    most = (unsigned)(RUN_OCTETS / iov[0].iov_len);
    for (unsigned i = 0; i < n; i += most)
        send_run(iov + i, n - i < most ? n - i : most);
}

/* -- one that reads nothing -------------------------------------------------------------------- */

void press_stick(const struct press *p, bool on)
{
    unsigned last = far.n_calls - 1;

    if (kill(far.share->slot[last].pid, on ? SIGSTOP : SIGCONT) != 0)
        far_die("the stand-in has gone");
    for (unsigned i = 0; on && i < STUCK_FRAMES; i++) {
        send_frames(p, last, 1);
        far_hear(0);
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

void press_latency(const struct press *p, unsigned frames, unsigned beside)
{
    static double us[LATENCY_MOST];
    unsigned n = 0, lost = 0;
    double ns;

    far.share->echo = 1;
    frames = frames < LATENCY_MOST ? frames : LATENCY_MOST;
    ns = far_cpu_ns();
    for (unsigned i = 0; i < frames; i++) {
        double begin = far_now_ms();
        bool back = false;

        for (unsigned k = 0; k < beside; k++)
            send_frames(p, far.n_calls - 1, 1);
        send_frames(p, 0, 1);
        while (!back && far_now_ms() - begin < ANSWER_MS)
            back = far_hear(1) > 0;
        if (back)
            us[n++] = (far_now_ms() - begin) * 1e3;
        lost += !back;
    }
    ns = far_cpu_ns() - ns;
    far.share->echo = 0;
    qsort(us, n, sizeof *us, by_value);
    printf("latency\t%u\t%u\t%.1f\t%.1f\t%.1f\t%.1f\n", frames, lost, n > 0 ? us[n / 2] : 0,
           n > 0 ? us[(size_t)n * 99 / 100] : 0, n > 0 ? us[n - 1] : 0, ns / frames);
}

/* -- more than can be carried ------------------------------------------------------------------ */

static struct {
    struct {
        uint32_t answered; /* echoes, when the last one was sent */
        unsigned missed;   /* of them, since the last that was answered */
    } of[FRAME_CALLS];
    unsigned turn; /* whose echo is next */
    double begin;  /* ms */
    unsigned asked, unanswered, worst;
} echo;

/* Each call's in its turn, all of them within ECHO_MS. */
static void send_echoes(void)
{
    double rounds = (far_now_ms() - echo.begin) / ECHO_MS;

    while (echo.asked < rounds * far.n_calls) {
        unsigned i = echo.turn++ % far.n_calls;
        struct far_call *c = &far.call[i];

        if (echo.asked >= far.n_calls && c->echoes == echo.of[i].answered) {
            echo.unanswered++;
            if (++echo.of[i].missed > echo.worst)
                echo.worst = echo.of[i].missed;
        } else {
            echo.of[i].missed = 0;
        }
        echo.of[i].answered = c->echoes;
        echo.asked++;
        far_ask_echo(i);
    }
}

/* Frames a second that are carried while there are never more on their way than there is room for.
 */
static double find_peak(const struct press *p)
{
    unsigned ahead = far.n_calls * PEAK_AHEAD, burst = ahead < BURST ? ahead : BURST, sent = 0;
    uint32_t before = far.share->arrived;
    double begin = far_now_ms(), end = begin + PEAK_MS;

    while (far_now_ms() < end) {
        unsigned flying = sent - (far.share->arrived - before);

        if (flying + burst <= ahead) {
            send_frames(p, sent, burst);
            sent += burst;
        } else {
            far_hear(0);
        }
    }
    return (far.share->arrived - before) / (far_now_ms() - begin) * 1e3;
}

static unsigned count_wrong(void)
{
    unsigned wrong = 0;

    for (unsigned i = 0; i < far.n_calls; i++)
        wrong += far.share->slot[i].down.damaged + far.share->slot[i].down.misordered;
    return wrong;
}

void press_flood(const struct press *p, unsigned times, unsigned ms)
{
    double peak = find_peak(p), begin, end;
    unsigned sent = 0, tunnels, calls;
    uint32_t before;

    far_hear(SETTLE_MS);
    echo.begin = begin = far_now_ms();
    before = far.share->arrived;
    while ((end = far_now_ms()) < begin + ms) {
        if (sent < (end - begin) / 1e3 * peak * times) {
            send_frames(p, sent, BURST);
            sent += BURST;
        }
        far_hear(0);
        send_echoes();
    }
    before = far.share->arrived - before;
    for (int i = 0; i < SETTLE_MS; i++)
        far_hear(1);
    far_count_lost(&tunnels, &calls);
    printf("flood\t%.0f\t%.0f\t%.0f\t%u\t%u\t%u\t%u\t%u\t%u\n", peak, sent / (end - begin) * 1e3,
           before / (end - begin) * 1e3, echo.asked, echo.unanswered, echo.worst, tunnels, calls,
           count_wrong());
}
