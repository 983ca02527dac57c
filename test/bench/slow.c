/* Frames for one whose pppd is slow; see slow.h. */
#include "slow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "far.h"

#define BURST 32       /* frames at a time, at the most */
#define NEWS_MS 20    /* how late a sender hears of what has arrived */
#define SILENCE_MS 300 /* without news for so long, all that is on its way is lost */
#define SETTLE_MS 1500

/* What has become of frames, as a moment has it. */
struct news {
    uint32_t passed;  /* numbers that have arrived, or have been left out */
    uint32_t missing; /* of them */
};

static struct {
    struct news at[NEWS_MS]; /* by the millisecond: the oldest is what the sender knows */
    unsigned ms;
    uint32_t first, given_up; /* numbers */
    uint32_t missing;         /* that have been answered by a smaller window */
    uint32_t calm_from;       /* a loss before this number is of the same window */
    double window, threshold; /* frames */
    double heard;             /* ms: when there was news */
} w;

static struct news now_of(const struct slot *slot)
{
    return (struct news){.passed = slot->down.frames + slot->down.missing - w.first,
                         .missing = slot->down.missing};
}

static void send_some(const struct slow *s, unsigned n)
{
    struct far_call *c = &far.call[0];
    uint8_t octets[12 + FRAME_MOST];

    for (unsigned i = 0; i < n; i++) {
        size_t size = far_header(c, octets);

        size += frame_make(octets + size, 0, c->sent, s->kind, s->size);
        far.share->sent_us[c->sent++ % SHARE_TIMES] = share_now_us();
        (void)!send(far.fd, octets, size, 0);
    }
}

static void smaller(double window, double threshold)
{
    w.threshold = threshold > 2 ? threshold : 2;
    w.window = window > 1 ? window : 1;
    w.calm_from = far.call[0].sent - w.first;
}

/* How many may go now (RFC 5681, roughly: what is lost is not sent again, but the next one in its
 * place). */
static unsigned window_lets(double now)
{
    static struct news known;
    struct news news = w.at[w.ms % NEWS_MS];
    uint32_t sent = far.call[0].sent - w.first, came = news.passed - known.passed, flying;

    if (w.ms < NEWS_MS)
        known = news = (struct news){.passed = 0, .missing = w.missing};
    if (came > 0 && w.ms >= NEWS_MS)
        w.heard = now;
    if (news.missing != w.missing && news.passed >= w.calm_from)
        smaller(w.window / 2, w.window / 2);
    else if (w.ms >= NEWS_MS && news.missing == w.missing)
        w.window += w.window < w.threshold ? came : came / w.window;
    w.missing = news.missing;
    known = news;
    if ((int32_t)(news.passed - w.given_up) > 0)
        w.given_up = news.passed;
    flying = sent - w.given_up;
    if (flying > 0 && now - w.heard > SILENCE_MS) {
        smaller(1, w.window / 2);
        w.given_up = sent;
        w.heard = now;
        flying = 0;
    }
    return w.window > flying ? (unsigned)(w.window - flying) : 0;
}

/* A step each millisecond. */
static void send_for(const struct slow *s)
{
    const struct slot *slot = &far.share->slot[0];
    double begin = far_now_ms(), now;
    unsigned sent = 0;

    while ((now = far_now_ms()) < begin + s->ms) {
        unsigned n;

        if (s->times > 0)
            n = (unsigned)((now - begin) / 1e3 * s->rate * s->times) - sent;
        else
            n = window_lets(now);
        for (unsigned k; n > 0; n -= k, sent += k)
            send_some(s, k = n < BURST ? n : BURST);
        w.at[w.ms++ % NEWS_MS] = now_of(slot);
        while (far_now_ms() < begin + w.ms)
            far_hear(1);
    }
}

static int by_time(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

void slow_measure(const struct slow *s)
{
    static uint32_t us[SHARE_TIMES];
    const struct flow *flow = &far.share->slot[0].down;
    uint32_t took, sent = far.call[0].sent, wrong = flow->damaged + flow->misordered;
    uint32_t frames = flow->frames, arrived;
    double ns = far_cpu_ns();

    memset(&w, 0, sizeof w);
    w.first = flow->frames + flow->missing;
    w.missing = flow->missing;
    w.window = 2;
    w.threshold = 1e9;
    w.heard = far_now_ms();
    far.share->n_took = 0;
    far.share->pace_us = 1000000 / s->rate;
    send_for(s);
    arrived = flow->frames - frames;
    took = far.share->n_took < SHARE_TIMES ? far.share->n_took : SHARE_TIMES;
    memcpy(us, far.share->took_us, took * sizeof *us);
    qsort(us, took, sizeof *us, by_time);
    sent = far.call[0].sent - sent;
    for (int i = 0; i < SETTLE_MS; i++)
        far_hear(1);
    far.share->pace_us = 0;
    ns = far_cpu_ns() - ns;
    printf("slow\t%.0f\t%.0f\t%u\t%u\t%.1f\t%u\t%.1f\n", sent * 1e3 / s->ms, arrived * 1e3 / s->ms,
           took > 0 ? us[took / 2] : 0, took > 0 ? us[(size_t)took * 99 / 100] : 0,
           sent > 0 ? 100.0 * (sent - (flow->frames - frames)) / sent : 0,
           flow->damaged + flow->misordered - wrong, sent > 0 ? ns / sent : 0);
}
