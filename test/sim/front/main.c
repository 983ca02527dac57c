/* The simulator of callers: see front_sim.h.
 *
 *   sim_front             the lives that are kept, and seeds 1 .. ten times $SEEDS (5,000)
 *   sim_front FROM TO     these seeds, as TAP
 *   sim_front --seed N    one seed, told frame by frame
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "front_sim.h"

#define BATCH 5000         /* seeds in one line of TAP */
#define LIVES_FOR_ALL 1000 /* in so many everything has been looked at */

/* Seeds that once failed, and why: run first, always. */
static const uint64_t kept[] = {
    224,   /* a farewell was all that came, and the front said that it had heard no LCP */
    43805, /* an Ack was lost that had come after five Naks: five again, and then it was too often
            */
};

/* What is looked at; with the clause or RFC that would be seen to be broken. */
static const char *const oracles[ORACLES] = {
    [OF_SHAPE] = "R1661 what a front sends is a whole frame of LCP, or a Challenge",
    [OF_ANSWERS] = "R1661 it answers what was asked, once, and no answer",
    [OF_ACKS] = "R1661 it acknowledges all that was asked or nothing, and only what a LNS can do",
    [OF_NAKS] = "R1661 it refuses what was asked, and by Nak five times at most",
    [OF_TIMES] = "R1661 R1994 it says again what was lost, in time, ten times, as it has to",
    [OF_QUEUE] = "what it sends waits in a queue of four, in order",
    [OF_END] = "R1661 it comes to an end in time, and stays there",
    [OF_GOODBYE] = "R1661 after its end it says good-bye twice, and nothing else",
    [OF_REASON] = "R1661 what it says of its end is so",
    [OF_INITIAL] = "S4.4.5-03 it tells the options that came first",
    [OF_SENT] = "S4.4.5-04 it tells those of ours that the caller has acknowledged",
    [OF_RECEIVED] = "S4.4.5-05 it tells those of the caller's that we have acknowledged",
    [OF_WHO] = "S4.4.5-06 S4.4.5-09 it tells the caller's name, and how it was asked",
    [OF_PROOF] = "S4.4.5-10 S4.4.5-11 S4.4.5-12 who has the secret can verify what it tells",
    [OF_NO_JUDGE] = "it judges no password",
    [OF_MAKES] = "R1661 each make of caller comes to what it must, on a good line",
};

static int one_seed(struct life *l, uint64_t seed)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    l->verbose = true;
    life_live(l, seed);
    printf("%sok 1 - seed %llu\n1..1\n", l->failure[0] != '\0' ? "not " : "",
           (unsigned long long)seed);
    return l->failure[0] != '\0';
}

/* The seeds from..to in batches; returns how many failed. */
static int batches(struct life *l, uint64_t from, uint64_t to, int *line)
{
    int failed = 0;

    while (from <= to) {
        uint64_t last = from + BATCH - 1 < to ? from + BATCH - 1 : to, first = from;
        int bad = 0;

        for (; from <= last; from++) {
            life_live(l, from);
            if (l->failure[0] == '\0')
                continue;
            if (++bad <= 10)
                printf("# %s (tell it: sim_front --seed %llu)\n", l->failure,
                       (unsigned long long)from);
        }
        printf("%sok %d - seeds %llu..%llu\n", bad > 0 ? "not " : "", ++*line,
               (unsigned long long)first, (unsigned long long)last);
        fflush(stdout);
        failed += bad;
    }
    return failed;
}

/* The same seed lives the same life. */
static int same_twice(struct life *l, int *line)
{
    uint64_t first;
    bool same;

    life_live(l, 42);
    first = l->digest;
    life_live(l, 43);
    same = l->digest != first;
    life_live(l, 42);
    same = same && l->digest == first;
    printf("%sok %d - the same seed gives the same life, another seed another\n",
           same ? "" : "not ", ++*line);
    return !same;
}

/* A line for each thing that was looked at, however many lives that took. */
static int tell_oracles(const struct life *l, uint64_t lives, int *line)
{
    int failed = 0;

    for (int i = 0; i < ORACLES; i++) {
        bool good = l->bad[i] == 0 && (l->looked[i] > 0 || lives < LIVES_FOR_ALL);

        failed += !good;
        printf("%sok %d - %s\n", good ? "" : "not ", ++*line, oracles[i]);
        printf("# looked at %llu times\n", (unsigned long long)l->looked[i]);
    }
    return failed;
}

/* What callers came to, in all weathers, and how many. */
static void tell_outcomes(const struct life *l)
{
    static const char *const words[FRONT_FAULTS] = {"known",     "silent",  "garbage", "diverges",
                                                    "looped",    "no-auth", "no-name", "long-name",
                                                    "hung-up",   "timed-out", "ended"};

    for (unsigned m = 0; m < n_makes; m++) {
        printf("# %s:", makes[m].name);
        for (int i = 0; i < FRONT_FAULTS; i++)
            if (l->outcomes[m][i] > 0)
                printf(" %s %u", words[i], l->outcomes[m][i]);
        printf("\n");
    }
    printf("# %llu frames of the front's\n", (unsigned long long)l->frames);
}

int main(int argc, char **argv)
{
    struct life *l = calloc(1, sizeof *l);
    const char *seeds = getenv("SEEDS");
    uint64_t from = 1, to = 10 * (seeds != NULL ? strtoull(seeds, NULL, 10) : 5000);
    int line = 0, failed = 0;

    if (l == NULL)
        return 1;
    if (argc == 3 && strcmp(argv[1], "--seed") == 0) {
        failed = one_seed(l, strtoull(argv[2], NULL, 10));
        free(l);
        return failed;
    }
    if (argc == 3) {
        from = strtoull(argv[1], NULL, 10);
        to = strtoull(argv[2], NULL, 10);
    }
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        failed += batches(l, kept[i], kept[i], &line);
    failed += batches(l, from, to, &line);
    failed += same_twice(l, &line);
    failed += tell_oracles(l, to + 1 - from, &line);
    tell_outcomes(l);
    printf("1..%d\n", line);
    free(l);
    return failed > 0;
}
