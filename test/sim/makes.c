/* Peers as they are in the field, a row each, and what they go through with our engine as their
 * LNS: on a fair network their calls come up and stay until one side hangs up; on a bad one nothing
 * is left behind at least. */
#include <stdlib.h>
#include <string.h>

#include "player.h"
#include "wire/quirks.h"

#define SECRET "the secret"
#define UP_BY_MS 100000u /* a call is up by then, 16 s of them for a repeat of an old SCCRQ */
#define STEP_MS 4000u

/* clang-format off */
static const struct make makes[] = {
    {.name = "Windows", .host_name = "PC-17", .vendor = "Microsoft", .firmware = 0x0a00,
     .window = 8, .framing = 1, .bearer = true, .hello_ms = 40000, .vendor_avp = true,
     .cdn_first = true, .hates_priority = true, .hates_hiding = true},
    {.name = "Android", .host_name = "anonymous", .window = 1, .framing = 3, .challenges = true,
     .may_be_challenged = true, .resend_ms = 2000, .stale_nr = true, .careful = true,
     .deaf = true, .hates_hiding = true},
    {.name = "silent phone", .host_name = "phone", .window = 4, .framing = 3, .resend_ms = 2000,
     .stale_nr = true, .deaf = true},
    {.name = "Apple", .host_name = "iPhone", .window = 4, .framing = 3, .hasty = true,
     .swaps = true, .cdn_first = true, .hates_hiding = true},
    {.name = "xl2tpd", .host_name = "box", .vendor = "xelerance.com", .firmware = 0x0690,
     .window = 4, .framing = 3, .bearer = true, .challenges = true, .may_be_challenged = true,
     .hello_ms = 60000, .hates_status = true, .hates_ocrq = true},
    {.name = "old router", .host_name = "router", .vendor = "Cisco Systems, Inc.",
     .firmware = 0x1120, .framing = 1, .bearer = true, .may_be_challenged = true,
     .bare_iccn = true, .cdn_first = true, .hello_ms = 60000},
};
/* clang-format on */

/* How its life with us goes on once it is up. */
enum plan { ENDS, IS_HUNG_UP, BEGINS_ANEW, VANISHES };

struct role {
    struct player player;
    enum plan plan;
    uint64_t begins, up_by, turns; /* turns: when the plan is carried out */
    bool hung_up;                  /* by us */
    bool is_over;                  /* whatever comes now is an end */
    bool has_begun;
};

static struct role roles[PLAYERS];

static void begin_server(struct sim *s)
{
    struct host *h = &s->host[0];
    struct l2tp_profile *p = &h->profile;

    s->n_hosts = 1;
    host_init(s, 0);
    strcpy(p->secret, SECRET);
    p->accept_incoming = true;
    p->challenge = true;
    for (int i = 0; i < s->n_players; i++)
        p->challenge = p->challenge && roles[i].player.make->may_be_challenged;
    if (p->hide == HIDE_ALWAYS)
        p->hide = HIDE_PROVEN;             /* the others would be lost on them */
    for (int i = 0; i < s->n_players; i++) /* no player knows how to reveal */
        if (roles[i].player.make->may_be_challenged && !roles[i].player.make->hates_hiding)
            p->hide = HIDE_NEVER;
    p->quirks_off = 0;
    p->setup_ms = 0;
    host_begin(h);
}

/* Often they stand behind one address, with the same tunnel id. */
static void cast(struct sim *s)
{
    bool together = prng_chance(&s->dice, 50), same_id = prng_chance(&s->dice, 50);

    memset(roles, 0, sizeof roles);
    s->n_players = 1 + (int)prng_below(&s->dice, PLAYERS);
    for (int i = 0; i < s->n_players; i++) {
        struct role *r = &roles[i];
        struct player *p = &r->player;

        p->sim = s;
        p->number = i;
        p->make = &makes[prng_below(&s->dice, sizeof makes / sizeof *makes)];
        p->secret = SECRET;
        p->addr = addr_ip4(0x0a010001u + (together ? 0 : (uint32_t)i),
                           (uint16_t)(together && i > 0 ? 40000 + i : 1701));
        p->server = addr_ip4(0x0a000001u, 1701);
        p->id = (uint16_t)(same_id ? 6 : 6 + 8 * i);
        p->session = (uint16_t)(1 + prng_below(&s->dice, 3));
        r->plan = (enum plan)prng_below(&s->dice, 4);
        r->begins = s->now + prng_below(&s->dice, 5000);
        r->turns = r->begins + 10000 + prng_below(&s->dice, 600000);
        r->up_by = r->begins + UP_BY_MS;
        s->player[i] = p;
    }
}

static const struct call *call_of(struct host *h, const struct player *p)
{
    const struct call *c = l2tp_call_by_id(h->engine, p->peer_session);

    if (c == NULL || c->state != ESTABLISHED || c->peer_id != p->session ||
        !addr_same(&c->tunnel->peer, &p->addr))
        return NULL;
    return c;
}

/* What we do meanwhile: frames, news of the line, a call the other way that it cannot place. */
static void trouble(struct host *h, const struct player *p)
{
    struct l2tp_call_spec spec = {
        .outgoing = true, .bearer = 1, .framing = 3, .maximum_bps = 1, .called = "1"};
    const struct call *c = call_of(h, p);

    if (c == NULL)
        return;
    frame_send(h);
    if (prng_chance(&h->sim->dice, 10))
        l2tp_line_info(h->engine, host_now(h), c->id, 0, 0);
    if (prng_chance(&h->sim->dice, 10))
        l2tp_call(h->engine, host_now(h), c->tunnel->id, &spec, NULL);
    host_drain(h);
}

static void turn(struct sim *s, struct role *r)
{
    struct player *p = &r->player;
    const struct call *c = call_of(&s->host[0], p);

    r->turns = 0;
    switch (r->plan) {
    case ENDS:
        player_end(p, s->now);
        break;
    case IS_HUNG_UP:
        r->hung_up = true;
        if (c != NULL)
            l2tp_hang_up(s->host[0].engine, s->now, c->id, CDN_ADMINISTRATIVE, ERROR_NONE, "");
        host_drain(&s->host[0]);
        break;
    case BEGINS_ANEW:
        player_forget(p);
        r->has_begun = false;
        r->begins = s->now + prng_below(&s->dice, 30000);
        r->up_by = r->begins + UP_BY_MS;
        r->plan = (enum plan)prng_below(&s->dice, 4);
        r->turns = r->begins + 10000 + prng_below(&s->dice, 300000);
        break;
    case VANISHES:
        p->stage = GONE;
        p->n_queue = 0;
        break;
    }
}

static void check_role(struct sim *s, struct role *r)
{
    struct player *p = &r->player;

    if (!s->fair || r->hung_up || r->is_over || !r->has_begun)
        return;
    sim_hold(s, OF_PLAYER, p->was_up || s->now < r->up_by || p->stage >= LEAVING,
             "%s %d: is not up after %u ms", p->make->name, p->number, UP_BY_MS);
    sim_hold(s, OF_PLAYER, !p->ended_by_peer || p->stage >= LEAVING, "%s %d: was thrown out",
             p->make->name, p->number);
    if (p->stage == CALL_UP)
        sim_hold(s, OF_PLAYER, call_of(&s->host[0], p) != NULL,
                 "%s %d: its call is up, ours is not", p->make->name, p->number);
}

static void play(struct sim *s, uint64_t until)
{
    while (s->now < until && !sim_failed(s)) {
        for (int i = 0; i < s->n_players; i++) {
            struct role *r = &roles[i];

            if (!r->has_begun && s->now >= r->begins) {
                r->has_begun = true;
                player_begin(&r->player, s->now);
            }
            if (r->turns != 0 && s->now >= r->turns)
                turn(s, r);
            trouble(&s->host[0], &r->player);
        }
        sim_until(s, s->now + 1 + prng_below(&s->dice, STEP_MS));
        for (int i = 0; i < s->n_players && !sim_failed(s); i++)
            check_role(s, &roles[i]);
        if (!s->fair && prng_chance(&s->dice, 5))
            deed_weather(s);
    }
}

/* The reason arrives as it was meant, in whatever octets it came. */
static void check_reason(struct sim *s)
{
    const struct player *p = &roles[0].player;

    if (s->fair && s->n_players == 1 && p->result != 0 && !roles[0].hung_up && p->stage == GONE)
        sim_hold(s, OF_PLAYER, s->host[0].last_result == p->result, "%s: said %u, we heard %u",
                 p->make->name, (unsigned)p->result, (unsigned)s->host[0].last_result);
}

static bool asks(const struct tunnel *t)
{
    return t->p.hello_ms > 0 && !(t->quirks & QUIRK_NO_HELLO);
}

/* All have gone, one way or another: so has whatever we had of them, if we could know. */
static void check_end(struct sim *s)
{
    struct host *h = &s->host[0];

    for (const struct tunnel *t = l2tp_first(h->engine); t != NULL; t = t->next)
        if (t->state == ESTABLISHED && !asks(t))
            l2tp_close(h->engine, host_now(h), t->id, STOPCCN_GENERAL, ERROR_NONE, "");
        else
            sim_hold(s, OF_PLAYER, false, "tunnel %u with %s is left in %s", (unsigned)t->id,
                     t->peer_name, state_name(t->state));
    host_drain(h);
}

void makes_live(struct sim *s)
{
    s->fair = prng_chance(&s->dice, 60);
    s->most_loss = prng_chance(&s->dice, 70) ? 30 : 50;
    s->garbles = !s->fair && prng_chance(&s->dice, 10);
    s->starves = !s->fair && prng_chance(&s->dice, 10);
    cast(s);
    begin_server(s);
    deed_weather(s);
    play(s, s->now + 100000 + prng_below(&s->dice, 900000));
    for (int i = 0; i < s->n_players; i++) {
        if (roles[i].has_begun)
            player_end(&roles[i].player, s->now);
        roles[i].has_begun = true;
        roles[i].begins = roles[i].turns = 0;
        roles[i].is_over = true;
    }
    s->net.loss = s->net.repeat = s->net.late = s->net.garble = 0;
    memory.scarce = 0;
    sim_until(s, s->now + rest_bound(s));
    check_reason(s);
    if (!sim_failed(s) && !s->garbles)
        check_end(s);
    if (!sim_failed(s))
        rest_leave(s);
    s->n_players = 0;
}
