/* The bad line between a caller and a front; see front_sim.h. */
#include <string.h>

#include "front_sim.h"

struct flight *line_next(struct life *l)
{
    struct flight *first = NULL;

    for (unsigned i = 0; i < FLIGHTS; i++) {
        struct flight *f = &l->line.flights[i];

        if (f->n == 0)
            continue;
        if (first == NULL || f->due < first->due ||
            (f->due == first->due && f->number < first->number))
            first = f;
    }
    return first;
}

static struct flight *room(struct line *line)
{
    for (unsigned i = 0; i < FLIGHTS; i++)
        if (line->flights[i].n == 0)
            return &line->flights[i];
    return NULL;
}

/* Some octets become others, or the end is missing. */
static void damage(struct life *l, struct flight *f)
{
    f->refused = !prng_chance(&l->dice, l->line.unseen);
    for (uint32_t times = 1 + prng_below(&l->dice, 3); times > 0; times--)
        f->octets[prng_below(&l->dice, (uint32_t)f->n)] = (uint8_t)prng_next(&l->dice);
    if (prng_chance(&l->dice, 25))
        f->n = 1 + prng_below(&l->dice, (uint32_t)f->n);
}

static void launch(struct life *l, bool to_front, struct span frame)
{
    struct line *line = &l->line;
    struct flight *f = room(line);
    uint32_t jitter = line->jitter_ms > 0 ? prng_below(&l->dice, line->jitter_ms) : 0;

    if (f == NULL)
        return;
    f->due = l->now + line->delay_ms + jitter;
    if (!line->overtakes && f->due < line->last[to_front])
        f->due = line->last[to_front];
    line->last[to_front] = f->due;
    f->number = line->numbers++;
    f->to_front = to_front;
    f->refused = false;
    f->view = l->player.view;
    f->n = frame.n < FRAME_MOST ? frame.n : FRAME_MOST;
    memcpy(f->octets, frame.p, f->n);
    if (prng_chance(&l->dice, line->damage))
        damage(l, f);
}

void line_send(struct life *l, bool to_front, struct span frame)
{
    const struct line *line = &l->line;
    int copies = prng_chance(&l->dice, line->doubles) ? 2 : 1;

    if (frame.n == 0 || (l->now >= line->cut_from && l->now < line->cut_until))
        return;
    while (copies-- > 0) {
        if (!prng_chance(&l->dice, line->loss))
            launch(l, to_front, frame);
    }
}
