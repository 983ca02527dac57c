/* front_rig: a front, a clock, and a script of what its caller does and what it has to answer.
 *
 * A script is a string of steps, each ended by ";":
 *
 *   >L 01 07 0702     the caller sends LCP: code, identifier, body (the length is filled in)
 *   >P ..., >C ...    the same of PAP, of CHAP; >N: of IPCP; >E: of EAP
 *   >X ff03c021...    the caller sends these octets
 *   <L 02 07 0702     this is the next thing that the front sends
 *   <                 it sends nothing more
 *   +3000             so many ms pass, the front being called when it wants to be
 *   =known            its state, or its fault ("=silent")
 *   !hangup !refused !end !settle
 *
 * Random octets count up from 01: our first magic number is 01020304. */
#ifndef TEST_FRONT_RIG_H
#define TEST_FRONT_RIG_H

#include "tap.h"

#include <ctype.h>
#include <stdlib.h>

#include "wire/lcp.h"
#include "wire/ppp_front.h"

struct front_rig {
    struct front f;
    uint64_t now;
    uint8_t dice;
};

__attribute__((unused)) static void front_dice(void *ctx, void *room, size_t n)
{
    struct front_rig *r = ctx;

    for (size_t i = 0; i < n; i++)
        ((uint8_t *)room)[i] = ++r->dice;
}

__attribute__((unused)) static struct front_config front_usual(struct front_rig *r)
{
    return (struct front_config){.offer = {FRONT_CHAP, FRONT_PAP},
                                 .n_offer = 2,
                                 .mru = 1500,
                                 .mru_most = 1500,
                                 .name = span_str("lac"),
                                 .restart_ms = 3000,
                                 .total_ms = 60000,
                                 .random = front_dice,
                                 .ctx = r};
}

__attribute__((unused)) static void front_pass(struct front_rig *r, uint64_t ms)
{
    uint64_t end = r->now + ms;

    while (front_deadline(&r->f) <= end) {
        if (front_deadline(&r->f) > r->now)
            r->now = front_deadline(&r->f);
        front_tick(&r->f, r->now);
    }
    r->now = end;
}

static const char *const front_names[] = {"fine",    "silent",  "garbage", "diverges",  "looped",
                                          "no-auth", "no-name", "long-name", "hung-up", "timed-out", "ended"};

__attribute__((unused)) static const char *front_is(const struct front_rig *r)
{
    if (front_state(&r->f) == FRONT_FAILED)
        return front_names[front_fault(&r->f)];
    return front_state(&r->f) == FRONT_KNOWN ? "known" : "running";
}

/* A frame out of a step's text; its length. */
__attribute__((unused)) static size_t front_frame(const char *text, uint8_t *frame)
{
    static const char letters[] = "LPCNE";
    static const uint16_t protocols[] = {0xc021, 0xc023, 0xc223, 0x8021, 0xc227};
    const char *letter = strchr(letters, *text);
    size_t n;

    if (letter == NULL || *letter == '\0')
        return unhex(text + 1, frame);
    frame[0] = 0xff;
    frame[1] = 3;
    frame[2] = (uint8_t)(protocols[letter - letters] >> 8);
    frame[3] = (uint8_t)protocols[letter - letters];
    n = unhex(text + 1, frame + 8) + 8;
    frame[4] = frame[8];
    frame[5] = frame[9];
    memmove(frame + 8, frame + 10, n - 10);
    frame[6] = (uint8_t)((n - 6) >> 8);
    frame[7] = (uint8_t)(n - 6);
    return n - 2;
}

/* The front gets a frame in a block of its very size. */
__attribute__((unused)) static void front_give(struct front_rig *r, const uint8_t *octets, size_t n)
{
    uint8_t *exact = malloc(n + (n == 0));

    if (n > 0)
        memcpy(exact, octets, n);
    front_input(&r->f, r->now, span_of(exact, n));
    free(exact);
}

static bool front_expects(struct front_rig *r, const char *text)
{
    static uint8_t frame[2048];
    size_t n = *text != '\0' ? front_frame(text, frame) : 0;
    struct span got = front_output(&r->f);

    if (got.n == n && (n == 0 || memcmp(got.p, frame, n) == 0))
        return true;
    tap_hex("sent    ", got.p, got.n);
    tap_hex("expected", frame, n);
    return false;
}

static bool front_step(struct front_rig *r, const char *step)
{
    static uint8_t frame[2048];
    static const char bye[] = "no LNS\n";

    switch (step[0]) {
    case '>':
        front_give(r, frame, front_frame(step + 1, frame));
        return true;
    case '<':
        return front_expects(r, step + 1);
    case '+':
        front_pass(r, strtoull(step + 1, NULL, 10));
        return true;
    case '=':
        if (strcmp(front_is(r), step + 1) == 0)
            return true;
        printf("# it is %s\n", front_is(r));
        return false;
    }
    if (strcmp(step, "!hangup") == 0)
        front_hangup(&r->f);
    else if (strcmp(step, "!refused") == 0)
        front_refused(&r->f);
    else if (strcmp(step, "!settle") == 0)
        front_settle(&r->f);
    else if (strcmp(step, "!end") == 0)
        front_end(&r->f, r->now, span_str(bye));
    else
        return false;
    return true;
}

/* True if each step is as the script has it; says which one is not. */
__attribute__((unused)) static bool front_run(struct front_rig *r, const char *script)
{
    char step[2048];

    while (*script != '\0') {
        size_t n = strcspn(script, ";");

        while (n > 0 && isspace((unsigned char)*script)) {
            script++;
            n--;
        }
        if (n >= sizeof step)
            return false;
        memcpy(step, script, n);
        step[n] = '\0';
        if (n > 0 && !front_step(r, step)) {
            printf("# at \"%s\"\n", step);
            return false;
        }
        script += n + (script[n] == ';');
    }
    return true;
}

#endif
