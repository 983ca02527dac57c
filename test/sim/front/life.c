/* One caller's life with a front, from a seed, and the front's owner; see front_sim.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "front_sim.h"

#define NEVER UINT64_MAX
#define START_MS 1000u
#define REST_MS 16000u   /* it stays as it is for so long: that was it */
#define MOST_MS 2000000u /* no life takes longer */
#define MOST_EVENTS 20000u
#define MOST_RENEWALS                                                                              \
    8u /* then a LNS has the caller; on a long line each may begin anew for ever, as               \
          what it says again comes when all is open (RFC 1661, 4.6) */

void life_fail(struct life *l, enum oracle what, const char *fmt, ...)
{
    va_list ap;
    size_t n;

    if (l->failure[0] != '\0')
        return;
    l->bad[what]++;
    snprintf(l->failure, sizeof l->failure,
             "seed %llu (%s) at %llu ms: ", (unsigned long long)l->seed, l->player.make->name,
             (unsigned long long)(l->now - START_MS));
    n = strlen(l->failure);
    va_start(ap, fmt);
    vsnprintf(l->failure + n, sizeof l->failure - n, fmt, ap);
    va_end(ap);
    if (l->verbose)
        printf("# FAILED: %s\n", l->failure);
}

void life_say(struct life *l, const char *fmt, ...)
{
    va_list ap;

    if (!l->verbose)
        return;
    printf("# %8.3f ", (double)(l->now - START_MS) / 1000.0);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
}

/* FNV-1a. */
uint64_t digest_of(struct span s)
{
    uint64_t d = 0xcbf29ce484222325u;

    for (size_t i = 0; i < s.n; i++)
        d = (d ^ s.p[i]) * 0x100000001b3u;
    return d;
}

static void say_frame(struct life *l, const char *who, struct span frame)
{
    char hex[2 * 48 + 1] = "";

    if (!l->verbose)
        return;
    for (size_t i = 0; i < frame.n && i < 48; i++)
        snprintf(hex + 2 * i, 3, "%02x", frame.p[i]);
    life_say(l, "%s %s%s", who, hex, frame.n > 48 ? "..." : "");
}

static void roll(void *ctx, void *room, size_t n)
{
    struct life *l = ctx;

    for (size_t i = 0; i < n; i++)
        ((uint8_t *)room)[i] = (uint8_t)(prng_next(&l->front_dice) >> 32);
}

/* -- the owner ------------------------------------------------------------------------------------
 */

static void take_all(struct life *l)
{
    struct span frame;

    do {
        frame = front_output(&l->f);
        watch_taken(l, frame);
        if (frame.n > 0)
            say_frame(l, l->line_gone ? "front (to nobody)" : "front ->", frame);
        l->digest = (l->digest ^ digest_of(frame) ^ l->now) * 0x100000001b3u;
        if (!l->line_gone)
            line_send(l, false, frame);
    } while (frame.n > 0);
}

/* A call of the front's, and all that is to be looked at around it. */
static void call(struct life *l, enum cause cause, const struct flight *f)
{
    static const char why[] = "no LNS can be reached\n";
    struct span frame = f != NULL ? span_of(f->octets, f->n) : (struct span){0};

    watch_before(l, cause, frame);
    if (cause == BY_BEGIN)
        front_init(&l->f, &l->c, l->now);
    else if (cause == BY_INPUT)
        front_input(&l->f, l->now, frame);
    else if (cause == BY_TICK)
        front_tick(&l->f, l->now);
    else if (cause == BY_END)
        front_end(&l->f, l->now, span_str(why));
    else if (cause == BY_HANGUP)
        front_hangup(&l->f);
    else
        front_refused(&l->f);
    watch_after(l);
    told_look(l, f);
    if (front_state(&l->f) != l->watch.state || cause == BY_BEGIN)
        life_say(l, "it is %s",
                 front_state(&l->f) == FRONT_KNOWN    ? "known"
                 : front_state(&l->f) == FRONT_FAILED ? "failed"
                                                      : "running");
    if (!prng_chance(&l->dice, l->lazy))
        take_all(l);
}

/* -- settings -------------------------------------------------------------------------------------
 */

static uint32_t between(struct life *l, uint32_t least, uint32_t most)
{
    return least + prng_below(&l->dice, most - least + 1);
}

static void draw_front(struct life *l)
{
    static const uint16_t mrus[] = {1500, 1400, 1492, 576, 1500, 1500};
    struct front_config *c = &l->c;
    uint32_t first = prng_below(&l->dice, FRONT_AUTHS);
    bool fine = l->weather <= MILD;

    *c = (struct front_config){.mru = mrus[prng_below(&l->dice, 6)],
                               .mru_most = prng_chance(&l->dice, 70) ? 1500 : 1400,
                               .accm = prng_chance(&l->dice, 70) ? 0 : 0xffffffff,
                               .pfc = prng_chance(&l->dice, 30),
                               .acfc = prng_chance(&l->dice, 30),
                               .name = span_str(OUR_NAME),
                               .restart_ms = between(l, fine ? 1000 : 200, 3000),
                               .total_ms = fine ? 60000 : between(l, 1000, 60000),
                               .random = roll,
                               .ctx = l};
    c->n_offer = prng_chance(&l->dice, 8) ? 0 : between(l, 1, FRONT_AUTHS);
    for (unsigned i = 0; i < FRONT_AUTHS; i++)
        c->offer[i] = (enum front_auth)((first + i) % FRONT_AUTHS);
    if (prng_chance(&l->dice, 50)) { /* the other way round */
        enum front_auth last = c->offer[2];

        c->offer[2] = c->offer[0];
        c->offer[0] = last;
    }
}

static void draw_line(struct life *l)
{
    static const struct {
        unsigned loss, doubles, damage, unseen, jitter_ms, cuts;
    } most[WEATHERS] = {
        [CLEAR] = {0, 0, 0, 0, 0, 0},         [MILD] = {8, 8, 4, 0, 50, 0},
        [ROUGH] = {40, 30, 30, 0, 300, 30},   [TANGLED] = {30, 30, 20, 0, 4000, 20},
        [DIRTY] = {20, 20, 40, 60, 2000, 20},
    };
    struct line *line = &l->line;

    memset(line, 0, sizeof *line);
    line->loss = between(l, 0, most[l->weather].loss);
    line->doubles = between(l, 0, most[l->weather].doubles);
    line->damage = between(l, 0, most[l->weather].damage);
    line->unseen = most[l->weather].unseen;
    line->jitter_ms = between(l, 0, most[l->weather].jitter_ms);
    line->delay_ms = between(l, 1, l->player.make->does & SLOW ? 4000 : 150);
    line->overtakes = l->weather >= TANGLED;
    line->cut_from = line->cut_until = 0;
    if (!prng_chance(&l->dice, most[l->weather].cuts))
        return;
    line->cut_from = l->now + between(l, 0, 8000);
    line->cut_until = line->cut_from + between(l, 1000, 12000);
}

static void begin(struct life *l, uint64_t seed)
{
    l->seed = seed;
    l->dice = (struct prng){seed * 0x9e3779b97f4a7c15u};
    l->front_dice = (struct prng){~seed};
    l->now = START_MS;
    l->digest = seed;
    l->failure[0] = '\0';
    l->line_gone = false;
    memset(&l->watch, 0, sizeof l->watch);
    l->watch.base = l->now;
    l->player.make = &makes[prng_below(&l->dice, n_makes)];
    l->weather = (enum weather)prng_below(&l->dice, WEATHERS);
    draw_front(l);
    draw_line(l);
    l->late_ms = prng_chance(&l->dice, 30) ? between(l, 1, 500) : 0;
    l->lazy = l->weather > MILD && prng_chance(&l->dice, 15) ? between(l, 20, 90) : 0;
    l->end_at = prng_chance(&l->dice, 8) ? l->now + between(l, 0, 20000) : NEVER;
    l->hangup_at = prng_chance(&l->dice, 8) ? l->now + between(l, 0, 20000) : NEVER;
    life_say(
        l, "%s, weather %d, loss %u, doubles %u, damage %u, delay %u + %u ms, restart %u, total %u",
        l->player.make->name, l->weather, l->line.loss, l->line.doubles, l->line.damage,
        (unsigned)l->line.delay_ms, (unsigned)l->line.jitter_ms, (unsigned)l->c.restart_ms,
        (unsigned)l->c.total_ms);
}

/* -- what happens ---------------------------------------------------------------------------------
 */

static void arrive(struct life *l, struct flight *f)
{
    static struct flight here;

    here = *f;
    f->n = 0;
    if (!here.to_front && here.refused)
        return;
    if (!here.to_front) {
        player_hear(l, span_of(here.octets, here.n));
        return;
    }
    if (l->line_gone)
        return;
    say_frame(l, here.refused ? "caller -> (damaged)" : "caller ->", span_of(here.octets, here.n));
    call(l, here.refused ? BY_REFUSED : BY_INPUT, here.refused ? NULL : &here);
}

/* An owner has other work at times. */
static uint64_t tick_due(struct life *l)
{
    uint64_t due = front_deadline(&l->f);

    return due == NEVER ? NEVER : due + (l->late_ms > 0 ? (due * 7919) % (l->late_ms + 1) : 0);
}

static void deed(struct life *l)
{
    if (l->now >= l->end_at) {
        l->end_at = NEVER - 1;
        call(l, BY_END, NULL);
    }
    if (l->now >= l->hangup_at) {
        l->hangup_at = NEVER - 1;
        l->line_gone = true;
        call(l, BY_HANGUP, NULL);
    }
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The next thing that is due; false if nothing is before the end. */
static bool step(struct life *l, uint64_t end)
{
    struct flight *f = line_next(l);
    uint64_t due = sooner(tick_due(l), player_due(l));

    due = sooner(sooner(due, sooner(l->end_at, l->hangup_at)), f != NULL ? f->due : NEVER);
    if (due >= end)
        return false;
    if (due > l->now)
        l->now = due;
    if (f != NULL && f->due <= l->now)
        arrive(l, f);
    else if (player_due(l) <= l->now)
        player_tick(l);
    else if (tick_due(l) <= l->now)
        call(l, BY_TICK, NULL);
    else
        deed(l);
    return true;
}

static void look_at_outcome(struct life *l)
{
    unsigned may = make_outcomes(l);
    enum front_fault fault = front_fault(&l->f);
    char text[FRONT_REASON];

    hold(l, OF_END, front_state(&l->f) != FRONT_RUNNING && front_deadline(&l->f) == NEVER,
         "it does not come to an end");
    l->outcomes[l->player.make - makes][fault]++;
    if (may != 0)
        hold(l, OF_MAKES, may >> fault & 1, "it comes to \"%s\"",
             fault == FRONT_FINE ? "known" : front_describe(&l->f, text, sizeof text));
}

void life_live(struct life *l, uint64_t seed)
{
    enum front_state state = FRONT_RUNNING;
    uint64_t end = START_MS + MOST_MS;
    unsigned events = 0, renewals = 0;

    begin(l, seed);
    call(l, BY_BEGIN, NULL);
    player_begin(l);
    while (l->failure[0] == '\0' && renewals <= MOST_RENEWALS && step(l, end)) {
        renewals += state == FRONT_KNOWN && front_state(&l->f) == FRONT_RUNNING;
        if (front_state(&l->f) != state ||
            (state != FRONT_RUNNING && front_deadline(&l->f) != NEVER))
            end = l->now + (front_state(&l->f) == FRONT_RUNNING ? MOST_MS : REST_MS);
        state = front_state(&l->f);
        hold(l, OF_END, ++events < MOST_EVENTS, "no end in sight");
    }
    if (l->failure[0] == '\0' && renewals <= MOST_RENEWALS)
        look_at_outcome(l);
    else if (l->weather <= MILD && !(l->player.make->does & SLOW))
        hold(l, OF_END, renewals <= MOST_RENEWALS, "both begin anew for ever");
    front_wipe(&l->f);
}
