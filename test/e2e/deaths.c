/* deaths: a LAC that opens many calls at a daemon's port, over and over, and ends them in all ways.
 *
 *   deaths PORT CALLS AT_ONCE TUNNELS SEED
 *
 * CALLS in all, at most AT_ONCE of them at a time in TUNNELS tunnels.  Some are hung up before they
 * are up, some later, some end with their tunnel; the rest are left to the daemon, whose pppds may
 * die.  Prints "KEY NUMBER" lines: placed, up, refused (CDN
 * before they were up), and late (calls that were still there 30 s after the last was placed: none
 * should be).  Its protocol is our own engine. */
#include <stdio.h>
#include <stdlib.h>

#include "../caller.h"
#include "host/sys.h"

#define MOST 256
#define LATE_MS 30000
#define TUNNEL_CALLS 150 /* a tunnel is closed, with whatever is in it, after about so many */

static struct {
    struct caller lac;
    struct l2tp_profile profile;
    uint32_t lot;
    unsigned placed, up, refused, late;
    uint16_t tunnels[MOST];
    unsigned n_tunnels;
} me;

/* One call, and when we end it. */
static struct life {
    uint16_t id;  /* 0: none */
    uint64_t due; /* ms; 0: we leave it */
    bool was_up;
} lives[MOST];

static uint32_t roll(uint32_t below)
{
    me.lot ^= me.lot << 13;
    me.lot ^= me.lot >> 17;
    me.lot ^= me.lot << 5;
    return me.lot % below;
}

static void call_down(struct life *l)
{
    me.refused += !l->was_up;
    *l = (struct life){0};
}

static void told(const struct l2tp_event *ev)
{
    struct life *l = ev->call != NULL ? ev->call->host_data : NULL;

    if (ev->kind == L2TP_CALL_UP && l != NULL) {
        l->was_up = true;
        me.up++;
    }
    if (ev->kind == L2TP_CALL_DOWN && l != NULL) {
        l2tp_set_call_data(me.lac.engine, ev->call->id, NULL);
        call_down(l);
    }
}

static bool is_usable(uint16_t id)
{
    const struct tunnel *t = l2tp_tunnel(me.lac.engine, id);

    return t != NULL && t->state != STOPPING && t->state != STOPPED && t->state != DEAD;
}

/* A tunnel by lot, opened anew if that one has ended; 0 if there can be none now. */
static uint16_t some_tunnel(void)
{
    uint16_t *t = &me.tunnels[roll(me.n_tunnels)];

    if (!is_usable(*t))
        *t = caller_tunnel(&me.lac, &me.profile, &me);
    return *t;
}

static void place(struct life *l)
{
    uint16_t tunnel = some_tunnel();

    l->id = tunnel != 0 ? caller_call(&me.lac, tunnel, l) : 0;
    if (l->id == 0)
        return;
    l->was_up = false;
    l->due = roll(3) == 0 ? sys_now_ms() + roll(60) : 0;
    me.placed++;
    if (roll(TUNNEL_CALLS) == 0)
        caller_close(&me.lac, tunnel, "by lot");
}

/* Ends what is due; the number of calls that are left. */
static unsigned end_some(void)
{
    unsigned left = 0;

    for (struct life *l = lives; l < lives + MOST; l++) {
        left += l->id != 0;
        if (l->id == 0 || l->due == 0 || l->due > sys_now_ms())
            continue;
        l->due = 0;
        l2tp_hang_up(me.lac.engine, sys_now_ms(), l->id, 1 + roll(3), ERROR_NONE, "by lot");
    }
    return left;
}

static void live(unsigned calls, unsigned at_once)
{
    uint64_t last = 0;
    unsigned left = 0;

    while (me.placed < calls || (left > 0 && sys_now_ms() < last + LATE_MS)) {
        for (struct life *l = lives; l < lives + at_once && me.placed < calls; l++)
            if (l->id == 0)
                place(l);
        if (me.placed >= calls && last == 0)
            last = sys_now_ms();
        caller_pump(&me.lac, 1);
        left = end_some();
    }
    me.late = left;
}

/* Every tunnel is closed, and that acknowledged. */
static void leave(void)
{
    uint64_t end = sys_now_ms() + 5000;
    unsigned left = 1;

    for (unsigned i = 0; i < me.n_tunnels; i++)
        caller_close(&me.lac, me.tunnels[i], "the end");
    while (left > 0 && sys_now_ms() < end) {
        caller_pump(&me.lac, 1);
        left = 0;
        for (const struct tunnel *t = l2tp_first(me.lac.engine); t != NULL; t = t->next)
            left += t->state != STOPPED;
    }
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    me.n_tunnels = (unsigned)atoi(argv[4]);
    me.lot = (uint32_t)atoi(argv[5]) * 2u + 1u;
    me.profile = caller_profile("deaths");
    me.profile.window = 64;
    me.lac.told = told;
    if (!caller_begin(&me.lac, (unsigned)atoi(argv[1])) || atoi(argv[3]) > MOST ||
        me.n_tunnels == 0 || me.n_tunnels > MOST)
        return 2;
    live((unsigned)atoi(argv[2]), (unsigned)atoi(argv[3]));
    leave();
    printf("placed %u\nup %u\nrefused %u\nlate %u\n", me.placed, me.up, me.refused, me.late);
    caller_end(&me.lac);
    return 0;
}
