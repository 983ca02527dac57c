/* The choice of the next address; see lac_hosts.h.  Must not know what dialling is. */
#include "lac_hosts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void hosts_free(struct hosts *h)
{
    free(h->lines);
    memset(h, 0, sizeof *h);
}

/* -- lines ------------------------------------------------------------------------------------- */

static bool is_line(const struct hosts_line *l, const char *host, uint16_t port)
{
    return l->port == port && strcasecmp(l->host, host) == 0;
}

static bool is_changed(const struct hosts *h, const struct hosts_given *given, size_t n, bool share)
{
    if (h->n != n || h->share != share)
        return true;
    for (size_t i = 0; i < n; i++)
        if (!is_line(&h->lines[i], given[i].host, given[i].port) ||
            h->lines[i].weight != given[i].weight)
            return true;
    return false;
}

static struct hosts_line *find_line(const struct hosts *h, const char *host, uint16_t port)
{
    for (size_t i = 0; i < h->n; i++)
        if (is_line(&h->lines[i], host, port))
            return &h->lines[i];
    return NULL;
}

static void line_make(struct hosts_line *l, const struct hosts_given *given)
{
    snprintf(l->host, sizeof l->host, "%s", given->host);
    l->port = given->port;
    l->weight = given->weight;
    l->numeric = addr_parse(l->host, l->port, &l->addrs[0].addr);
    l->n = l->numeric ? 1 : 0;
}

/* What is in hand stays so if its line does: a call may be up by it. */
static void keep_in_hand(struct hosts *fresh, const struct hosts *h, struct hosts_line *line)
{
    fresh->at_line = line;
    fresh->at_addr = h->at_addr != NULL ? &line->addrs[h->at_addr - h->at_line->addrs] : NULL;
}

bool hosts_set(struct hosts *h, const struct hosts_given *given, size_t n, bool share,
               uint64_t lock_ms, bool *changed)
{
    struct hosts fresh = {.n = n, .share = share, .lock_ms = lock_ms};

    h->lock_ms = lock_ms;
    *changed = is_changed(h, given, n, share);
    if (!*changed)
        return true;
    fresh.lines = n > 0 ? calloc(n, sizeof *fresh.lines) : NULL;
    if (fresh.lines == NULL && n > 0) {
        hosts_free(h);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const struct hosts_line *known = find_line(h, given[i].host, given[i].port);

        if (known != NULL)
            fresh.lines[i] = *known;
        else
            line_make(&fresh.lines[i], &given[i]);
        fresh.lines[i].weight = given[i].weight;
        if (known != NULL && known == h->at_line)
            keep_in_hand(&fresh, h, &fresh.lines[i]);
    }
    hosts_free(h);
    *h = fresh;
    return true;
}

/* -- a round ----------------------------------------------------------------------------------- */

/* One of those that have no place yet: by weight if any of them has one, else by their order. */
static struct hosts_line *draw(struct hosts *h, uint32_t lot)
{
    struct hosts_line *first = NULL;
    uint64_t total = 0, at;

    for (size_t i = 0; i < h->n; i++)
        if (h->lines[i].place == 0) {
            total += h->lines[i].weight;
            first = first != NULL ? first : &h->lines[i];
        }
    if (total == 0)
        return first;
    at = (total * lot) >> 32;
    for (size_t i = 0; i < h->n; i++) {
        if (h->lines[i].place != 0)
            continue;
        if (at < h->lines[i].weight)
            return &h->lines[i];
        at -= h->lines[i].weight;
    }
    return first;
}

void hosts_begin(struct hosts *h, uint64_t within_ms, uint32_t (*random)(void *ctx), void *ctx)
{
    h->begun = true;
    h->stepped = false;
    h->within_ms = within_ms;
    h->at_line = NULL;
    h->at_addr = NULL;
    h->directions = h->asked_again = 0;
    h->sent.n = 0;
    for (size_t i = 0; i < h->n; i++) {
        h->lines[i].place = h->share ? 0 : i + 1;
        h->lines[i].asked = h->lines[i].numeric;
        for (size_t a = 0; a < h->lines[i].n; a++)
            h->lines[i].addrs[a].tried = false;
    }
    for (size_t place = 1; h->share && place <= h->n; place++)
        draw(h, random(ctx))->place = place;
}

static struct hosts_line *line_at(struct hosts *h, size_t place)
{
    for (size_t i = 0; i < h->n; i++)
        if (h->lines[i].place == place)
            return &h->lines[i];
    return NULL;
}

/* What a step takes up, in this order.  A hollow one costs half a minute to find out, and those that
 * are only silent, 2 s each, may be back. */
enum turn { TURN_OPEN, TURN_LOCKED, TURN_HOLLOW, TURNS };

static enum turn turn_of(const struct hosts_addr *a, uint64_t now)
{
    return a->locked_until <= now ? TURN_OPEN : a->hollow ? TURN_HOLLOW : TURN_LOCKED;
}

static struct hosts_addr *untried(struct hosts_line *l, uint64_t now, enum turn turn)
{
    for (size_t a = 0; a < l->n; a++)
        if (!l->addrs[a].tried && turn_of(&l->addrs[a], now) <= turn)
            return &l->addrs[a];
    return NULL;
}

static bool is_open(const struct hosts_line *l)
{
    for (size_t a = 0; a < l->n; a++)
        if (!l->addrs[a].tried)
            return true;
    return !l->asked;
}

/* Is there more to do in this round than what is in hand? */
bool hosts_can_go_on(const struct hosts *h)
{
    for (size_t i = 0; i < h->n; i++)
        for (size_t a = 0; a < h->lines[i].n; a++)
            if (!h->lines[i].addrs[a].tried)
                return true;
    for (size_t i = 0; i < h->n; i++)
        if (&h->lines[i] != h->at_line && is_open(&h->lines[i]))
            return true;
    return false;
}

/* How many addresses there are, up to that one if it is among them. */
static size_t count_to(const struct hosts *h, const struct hosts_addr *to)
{
    size_t n = 0;

    for (size_t i = 0; i < h->n; i++)
        for (size_t a = 0; a < h->lines[i].n; a++, n++)
            if (&h->lines[i].addrs[a] == to)
                return n;
    return n;
}

static uint32_t at_least(const struct hosts_addr *a, uint32_t ms)
{
    uint32_t usual = a->answer_ms + a->answer_ms / 2;

    return usual > ms ? usual : ms;
}

/* One that has answered before is given half as much again as then, be it alone or not; of the others one at a
 * time is given all the time that there is, as it may be slow. */
static uint32_t first_ms(const struct hosts *h, const struct hosts_addr *a)
{
    bool alone = count_to(h, NULL) < 2;

    if (a->left)
        return at_least(a, HOSTS_ALONE_MS);
    if (!a->mute || (alone && a->answer_ms == 0))
        return 0;
    if (alone)
        return at_least(a, HOSTS_ALONE_MS);
    if (a->answer_ms == 0 &&
        (a->failures + count_to(h, a)) % HOSTS_MUTE_TIMES == HOSTS_MUTE_TIMES - 1)
        return 0;
    return at_least(a, HOSTS_MUTE_MS);
}

/* -- one that may be back ---------------------------------------------------------------------- */

/* Until when one that has answered before and is not up may be left untried.  Of those whose PPP comes to
 * nothing only one that falls silent or hangs up is expected to mend by itself. */
static uint64_t wanted_at(const struct hosts *h, const struct hosts_addr *a)
{
    bool expected = !a->hollow || a->mute || a->left;

    return a->answer_ms != 0 && a->missed != 0 && expected ? a->missed + h->within_ms : UINT64_MAX;
}

/* Of these, but one, that which has been left untried for longest, if any; *line: that it is of. */
static struct hosts_addr *most_wanted(const struct hosts *h, const struct hosts_addr *but,
                                      struct hosts_line **line)
{
    struct hosts_addr *most = NULL;

    *line = NULL;

    for (size_t i = 0; h->within_ms > 0 && i < h->n; i++)
        for (size_t a = 0; a < h->lines[i].n; a++) {
            struct hosts_addr *one = &h->lines[i].addrs[a];

            if (one == but || wanted_at(h, one) == UINT64_MAX || (most != NULL && one->missed >= most->missed))
                continue;
            most = one;
            *line = &h->lines[i];
        }
    return most;
}

bool hosts_wants(const struct hosts *h)
{
    struct hosts_line *line;

    return most_wanted(h, NULL, &line) != NULL;
}

/* That one, if it cannot wait until another has been tried.  Others have their turn between, and the
 * first of a round is by order, where there is time, or it is not known to be silent. */
static struct hosts_addr *overdue(struct hosts *h, uint64_t now, struct hosts_line **line)
{
    struct hosts_addr *a = most_wanted(h, NULL, line);
    bool by_order = a != NULL && !h->stepped && (!a->mute || h->within_ms >= HOSTS_ORDERLY_MS);

    if (a != NULL && h->stepped && !a->mute && a->missed == h->tried_at)
        return NULL; /* it was tried just now, and in vain for as long as that took */
    return a != NULL && !h->again && !by_order && now + HOSTS_MUTE_MS > wanted_at(h, a) ? a : NULL;
}

/* So much time as is left until that one has to be tried again; 0: as long as ever. */
static uint32_t until_wanted(const struct hosts *h, const struct hosts_addr *but, uint64_t now)
{
    struct hosts_line *line;
    const struct hosts_addr *a = most_wanted(h, but, &line);
    uint64_t at = a != NULL ? wanted_at(h, a) : UINT64_MAX;

    if (at == UINT64_MAX)
        return 0;
    return at_least(but, at > now + HOSTS_MUTE_MS ? (uint32_t)(at - now) : HOSTS_MUTE_MS);
}

static enum hosts_step try_it(struct hosts *h, struct hosts_line *l, struct hosts_addr *a,
                              uint64_t now, struct hosts_next *next)
{
    uint32_t left_ms = until_wanted(h, a, now);

    h->stepped = true;
    h->tried_at = now;
    h->at_line = l;
    h->at_addr = a;
    a->tried = true;
    l->fresh = false;
    next->addr = a->addr;
    next->alone = count_to(h, NULL) < 2 && l != &h->sent;
    next->first_ms = first_ms(h, a);
    if (left_ms != 0 && (next->first_ms == 0 || left_ms < next->first_ms))
        next->first_ms = left_ms;
    next->probe = a->locked_until != 0;
    next->last = !hosts_can_go_on(h) && untried(&h->sent, 0, TURN_HOLLOW) == NULL;
    next->host = l->host;
    next->port = l->port;
    return HOSTS_TRY;
}

uint32_t hosts_second_ms(const struct hosts *h, uint64_t now)
{
    const struct hosts_addr *a = h->at_addr;
    uint32_t left_ms = until_wanted(h, a, now), ms = first_ms(h, a);

    if (a->mute && count_to(h, NULL) > 1)
        return at_least(a, HOSTS_MUTE_MS / 2);
    return left_ms != 0 && (ms == 0 || left_ms < ms) ? left_ms : ms;
}

static enum hosts_step ask_for(struct hosts *h, struct hosts_line *l, struct hosts_next *next)
{
    h->at_line = l;
    h->at_addr = NULL;
    next->host = l->host;
    next->port = l->port;
    next->slow = l->slow;
    return HOSTS_LOOK_UP;
}

/* Its name is asked for once more before one that is missed is dialled again, unless that takes long or has
 * been done often in this round. */
static bool may_have_moved(struct hosts *h, const struct hosts_line *l)
{
    if (l->numeric || (l->asked && (l->fresh || l->slow)))
        return false;
    return !l->asked || h->asked_again++ < HOSTS_ASKED_AGAIN;
}

enum hosts_step hosts_step(struct hosts *h, uint64_t now, struct hosts_next *next)
{
    struct hosts_addr *a = untried(&h->sent, now, TURN_HOLLOW);
    struct hosts_line *line = &h->sent;

    *next = (struct hosts_next){.host = ""};
    if (a == NULL)
        a = overdue(h, now, &line);
    if (a != NULL && line != &h->sent && may_have_moved(h, line))
        return ask_for(h, line, next);
    h->again = a != NULL && line != &h->sent;
    if (a != NULL)
        return try_it(h, line, a, now, next);
    for (enum turn turn = TURN_OPEN; turn < TURNS; turn++)
        for (size_t place = 1; place <= h->n; place++) {
            struct hosts_line *l = line_at(h, place);

            if (l != NULL && !l->asked)
                return ask_for(h, l, next);
            a = l != NULL ? untried(l, now, turn) : NULL;
            if (a != NULL)
                return try_it(h, l, a, now, next);
        }
    h->at_line = NULL;
    h->at_addr = NULL;
    return HOSTS_NONE;
}

static struct hosts_addr *find_addr(struct hosts_line *l, const struct addr *addr)
{
    for (size_t a = 0; a < l->n; a++)
        if (addr_same(&l->addrs[a].addr, addr))
            return &l->addrs[a];
    return NULL;
}

static bool is_among(const struct hosts_addr *a, const struct addr *addrs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (addr_same(&a->addr, &addrs[i]))
            return true;
    return false;
}

/* A name that leads elsewhere now: who was missed there is expected here. */
static void expect(const struct hosts_line *l, const struct addr *addrs, size_t n, struct hosts_addr *fresh)
{
    for (size_t a = 0; a < l->n; a++) {
        const struct hosts_addr *old = &l->addrs[a];

        if (old->answer_ms == 0 || old->missed <= fresh->missed || is_among(old, addrs, n))
            continue;
        fresh->answer_ms = old->answer_ms;
        fresh->missed = old->missed; /* the last one: else a name that always leads elsewhere never rests */
    }
}

/* What is known of an address, by this line or else by another, in whose turn it may have been tried. */
static struct hosts_addr what_is_known(const struct hosts *h, struct hosts_line *l,
                                       const struct addr *addr)
{
    const struct hosts_addr *own = find_addr(l, addr), *known = own;
    struct hosts_addr a = {.addr = *addr};

    for (size_t i = 0; i < h->n && known == NULL; i++)
        known = find_addr(&h->lines[i], addr);
    if (known != NULL)
        a = *known;
    a.tried = own != NULL && own->tried;
    return a;
}

static void line_found(struct hosts *h, struct hosts_line *l, const struct addr *addrs, size_t n)
{
    struct hosts_line fresh;

    l->asked = l->fresh = true;
    if (n == 0)
        return;
    fresh = *l;
    fresh.slow = false;
    fresh.n = 0;
    for (size_t i = 0; i < n && fresh.n < HOSTS_ADDRS; i++)
        if (find_addr(&fresh, &addrs[i]) == NULL) {
            struct hosts_addr a = what_is_known(h, l, &addrs[i]);

            if (a.answer_ms == 0)
                expect(l, addrs, n, &a);
            fresh.addrs[fresh.n++] = a;
        }
    /* an address in hand that is no longer among them has no place left for its outcome */
    if (h->at_line == l && h->at_addr != NULL)
        h->at_addr = find_addr(&fresh, &h->at_addr->addr);
    if (h->at_line == l && h->at_addr != NULL)
        h->at_addr = &l->addrs[h->at_addr - fresh.addrs];
    *l = fresh;
}

/* Of a host that stands in several lines: what was asked for one was asked for all. */
void hosts_found(struct hosts *h, const char *host, uint16_t port, const struct addr *addrs,
                 size_t n)
{
    for (size_t i = 0; i < h->n; i++)
        if (is_line(&h->lines[i], host, port) && !h->lines[i].numeric)
            line_found(h, &h->lines[i], addrs, n);
}

void hosts_late(struct hosts *h)
{
    struct hosts_line *at = h->at_line;

    h->stepped = true;
    for (size_t i = 0; at != NULL && i < h->n; i++)
        if (is_line(&h->lines[i], at->host, at->port))
            h->lines[i].asked = h->lines[i].slow = true;
}

/* -- outcomes ---------------------------------------------------------------------------------- */

static void lock_out(const struct hosts *h, struct hosts_addr *a, uint64_t now, uint64_t most)
{
    uint64_t times = 1;

    for (unsigned i = 0; i < a->failures && times < most; i++)
        times *= 2;
    a->failures++;
    a->mute = a->left = a->hollow = false;
    a->locked_until = h->lock_ms > 0 ? now + h->lock_ms * times : 0;
}

/* What it has come to holds for all lines that have that address: two names may lead there, or a peer
 * have sent us, which then was its turn. */
static void spread(struct hosts *h, const struct hosts_addr *a)
{
    for (size_t i = 0; i < h->n; i++) {
        struct hosts_addr *same = find_addr(&h->lines[i], &a->addr);
        bool tried = same != NULL && (same->tried || h->at_line == &h->sent);

        if (same == NULL || same == a)
            continue;
        *same = *a;
        same->tried = tried;
    }
}

void hosts_failed(struct hosts *h, uint64_t now)
{
    if (h->at_addr != NULL) {
        lock_out(h, h->at_addr, now, HOSTS_LOCK_MOST);
        h->at_addr->missed = h->tried_at;
        spread(h, h->at_addr);
    }
    h->at_addr = NULL;
}

void hosts_hollow(struct hosts *h, uint64_t now)
{
    if (h->at_addr != NULL) {
        bool mute = h->at_addr->mute; /* it fell silent, too, ... */
        bool left = h->at_addr->left && h->at_addr->failures < HOSTS_LEFT_MOST; /* ... or hung up */

        lock_out(h, h->at_addr, now, HOSTS_HOLLOW_MOST);
        h->at_addr->mute = mute;
        h->at_addr->left = left;
        h->at_addr->hollow = true;
        spread(h, h->at_addr);
    }
    h->at_addr = NULL;
}

void hosts_mute(struct hosts *h, uint64_t now)
{
    struct hosts_addr *a = h->at_addr;

    hosts_failed(h, now);
    if (a == NULL)
        return;
    a->mute = true;
    a->missed = now;
    spread(h, a);
}

void hosts_silent(struct hosts *h, uint64_t since)
{
    if (h->at_addr == NULL)
        return;
    h->at_addr->mute = true;
    h->at_addr->missed = since;
    spread(h, h->at_addr);
}

void hosts_left(struct hosts *h, uint64_t now)
{
    if (h->at_addr == NULL)
        return;
    h->at_addr->left = true;
    h->at_addr->missed = now;
    spread(h, h->at_addr);
}

static void note_answer(struct hosts_addr *a, uint64_t ms)
{
    a->mute = a->left = false;
    a->missed = 0;
    a->answer_ms = ms == 0 ? 1 : ms < UINT16_MAX ? (uint32_t)ms : UINT16_MAX;
}

void hosts_answered(struct hosts *h, uint64_t ms)
{
    if (h->at_addr == NULL)
        return;
    note_answer(h->at_addr, ms);
    spread(h, h->at_addr);
}

void hosts_worked(struct hosts *h)
{
    if (h->at_addr == NULL)
        return;
    h->at_addr->failures = 0;
    h->at_addr->locked_until = 0;
    spread(h, h->at_addr);
    for (size_t i = 0; i < h->n; i++) /* while this one was up nobody else was missed */
        for (size_t a = 0; a < h->lines[i].n; a++)
            h->lines[i].addrs[a].missed = 0;
}

bool hosts_directed(struct hosts *h, const char *host, const struct addr *addrs, size_t n)
{
    char keep[HOSTS_NAME]; /* host may be that of the line which is about to be filled */

    if (n == 0 || h->directions >= HOSTS_DIRECTIONS)
        return false;
    h->directions++;
    snprintf(keep, sizeof keep, "%s", host);
    memset(&h->sent, 0, sizeof h->sent);
    snprintf(h->sent.host, sizeof h->sent.host, "%s", keep);
    h->sent.port = addrs[0].port;
    h->sent.asked = true;
    for (size_t i = 0; i < n && i < HOSTS_ADDRS; i++)
        h->sent.addrs[h->sent.n++].addr = addrs[i];
    return true;
}

/* -- coming back ------------------------------------------------------------------------------- */

bool hosts_is_first(const struct hosts *h, const char *host, uint16_t port)
{
    return h->n > 0 && is_line(&h->lines[0], host, port);
}

bool hosts_first_has(const struct hosts *h, const struct addr *addr)
{
    return h->n > 0 && find_addr(&h->lines[0], addr) != NULL;
}

void hosts_first_answered(struct hosts *h, const struct addr *addr, uint64_t ms)
{
    for (size_t a = 0; h->n > 0 && a < h->lines[0].n; a++)
        if (addr_same(&h->lines[0].addrs[a].addr, addr))
            note_answer(&h->lines[0].addrs[a], ms);
}

void hosts_first_failed(struct hosts *h, const struct addr *addr, uint64_t now)
{
    for (size_t a = 0; h->n > 0 && a < h->lines[0].n; a++)
        if (addr_same(&h->lines[0].addrs[a].addr, addr)) {
            lock_out(h, &h->lines[0].addrs[a], now, HOSTS_LOCK_MOST);
            h->lines[0].addrs[a].asked = true;
        }
}
