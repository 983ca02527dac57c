/* What each of the framing's kernels takes for a frame: CPU time in ns, the fastest of many rounds
 * in turns, one line "KERNEL PAYLOAD OCTETS ENCODE DECODE" each. usage: kernels [MS]   how long for
 * each figure (20) */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "wire/hdlc.h"

#define ROUNDS 9

static uint8_t frame[1400], line[HDLC_MOST(sizeof frame)];
static size_t line_n;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void fill(const char *payload, size_t n)
{
    for (size_t i = 0; i < n; i++)
        switch (*payload) {
        case 'p':
            frame[i] = (uint8_t)('0' + i % 64);
            break;
        case 'r':
            frame[i] = (uint8_t)(rand() >> 7);
            break;
        default:
            frame[i] = 0x7e;
        }
}

static void encode(size_t n)
{
    line_n = hdlc_encode(line, span_of(frame, n), 0);
}

static void decode(size_t n)
{
    static struct buf b;
    struct hdlc_rx rx;
    struct span in = span_of(line, line_n);

    hdlc_rx_init(&rx);
    b.off = BUF_HEADROOM;
    b.len = 0;
    if (hdlc_feed(&rx, &in, &b, 0) != HDLC_FRAME || b.len != n)
        abort();
}

static double cost(void (*work)(size_t), size_t n, double ms)
{
    double best = 1e18;

    for (int round = 0; round < ROUNDS; round++) {
        double begin = now(), took;
        long times = 0;

        do {
            for (int i = 0; i < 100; i++)
                work(n);
            times += 100;
            took = now() - begin;
        } while (took < ms * 1e6 / ROUNDS);
        if (took / (double)times < best)
            best = took / (double)times;
    }
    return best;
}

int main(int argc, char **argv)
{
    static const char *const payloads[] = {"plain", "random", "flags"};
    static const size_t sizes[] = {64, 512, 1400};
    double ms = argc > 1 ? atof(argv[1]) : 20;
    const char *name;

    for (size_t i = 0; (name = hdlc_kernel_name(i)) != NULL; i++)
        for (int p = 0; p < 3 && hdlc_choose(name) != NULL; p++)
            for (int s = 0; s < 3; s++) {
                double there, back;

                fill(payloads[p], sizes[s]);
                there = cost(encode, sizes[s], ms);
                back = cost(decode, sizes[s], ms);
                printf("%s %s %zu %.0f %.0f\n", name, payloads[p], sizes[s], there, back);
            }
    return 0;
}
