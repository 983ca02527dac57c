/* share: the memory that the load generator has in common with all its stand-ins for pppd (a mapped
 * file): what they are to do, and what they have seen.  A stand-in learns from the generator's LCP
 * request which call's it is. */
#ifndef BENCH_SHARE_H
#define BENCH_SHARE_H

#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "frames.h"

#define SHARE_MAGIC 0x4c320000u /* of LCP, with the call's number below */

#define SHARE_TIMES 65536

/* Of one call. */
struct slot {
    _Alignas(64) struct flow down; /* written by the stand-in */
    _Atomic uint32_t refused;      /* frames with a bad FCS and the like */
    _Atomic int pid;               /* the stand-in's */
    _Atomic uint32_t grant;        /* a futex: how many frames the stand-in may have sent in all */
};

struct share {
    _Atomic int cpu;          /* that the stand-ins are to run on; -1: any */
    _Atomic uint32_t echo;    /* whatever comes goes back as it is */
    _Atomic uint32_t kind;    /* of the frames that stand-ins send, and their ... */
    _Atomic uint32_t size;    /* ... payload */
    _Atomic uint32_t arrived; /* a futex: frames that have come to any of them */
    _Atomic uint32_t wanted;  /* whoever makes that so many wakes who waits there */
    _Atomic uint32_t written; /* frames that they have written */
    _Atomic uint32_t pace_us; /* the least that each frame takes a stand-in; 0: no time */
    _Atomic uint32_t n_took;  /* with a pace: frames of the first call that have arrived, ... */
    uint32_t took_us[SHARE_TIMES]; /* how long each was on its way, ... */
    uint32_t sent_us[SHARE_TIMES]; /* and, by number, when each was sent */
    struct slot slot[FRAME_CALLS];
};

static inline long futex_wait(_Atomic uint32_t *word, uint32_t seen, const struct timespec *most)
{
    return syscall(SYS_futex, word, FUTEX_WAIT, seen, most, NULL, 0);
}

static inline long futex_wake(_Atomic uint32_t *word)
{
    return syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

/* Microseconds of a clock that all have. */
static inline uint32_t share_now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint32_t)((uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u);
}

#endif
