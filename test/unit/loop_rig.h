/* What the tests of host/loop share: one loop, what has happened in it, a run that ends. */
#ifndef LOOP_RIG_H
#define LOOP_RIG_H

#include "host/loop.h"
#include "host/sys.h"
#include "tap.h"

static struct loop *l;
static char trace[256]; /* what happened, a word each */
static int turns;       /* times before sleep */

static inline void note(const char *word)
{
    size_t n = strlen(trace);

    snprintf(trace + n, sizeof trace - n, "%s%s", n > 0 ? " " : "", word);
}

static inline uint64_t count_turns(void *ctx)
{
    (void)ctx;
    turns++;
    return 0;
}

static inline void begin(void)
{
    trace[0] = '\0';
    turns = 0;
}

static inline void stop_now(struct timer *t)
{
    (void)t;
    loop_stop(l);
}

/* Runs for ms at the most. */
static inline void run_for(unsigned ms)
{
    struct timer end = {.fire = stop_now};

    loop_timer_init(l, &end);
    loop_timer_set(l, &end, sys_now_ms() + ms);
    loop_run(l);
    loop_timer_done(l, &end);
}

#endif
