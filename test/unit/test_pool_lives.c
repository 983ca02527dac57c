/* All of a pool's life drawn by lot over 32 addresses, against plain arrays: two pools for peers and one
 * for us that reloads make anew, what they set, what calls hold, leases that come and go. */
#include "tap.h"

#include "host/pool.h"

#define IP(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))

enum { WIDE = 32, POOLS = 3, FOR_US = 2 }; /* addresses; pools, and which is for us */

struct plain {
    bool in[POOLS][WIDE], set[POOL_ENDS][WIDE], leased[POOL_ENDS][WIDE];
    unsigned held[POOL_ENDS][WIDE];
    struct pool *pool[POOLS];
    struct pool *all; /* a large one that has all of them, and is only asked */
    struct pool_book *book;
    uint32_t seed;
};

static uint32_t draw(struct plain *m, uint32_t below)
{
    m->seed = m->seed * 1664525u + 1013904223u;
    return (m->seed >> 8) % below;
}

static bool plain_is_leased(const struct plain *m, int i)
{
    return m->leased[POOL_OURS][i] || m->leased[POOL_PEERS][i];
}

static bool plain_may(const struct plain *m, int p, int i)
{
    bool ours = m->set[POOL_OURS][i] || m->held[POOL_OURS][i] > 0;
    bool peers = m->set[POOL_PEERS][i] || m->held[POOL_PEERS][i] > 0;

    return m->in[p][i] && !plain_is_leased(m, i) && !peers && (p == FOR_US || !ours);
}

/* As a reload has it: other ranges, other addresses that are set. */
static void plain_reload(struct plain *m)
{
    struct pool_set set[4];

    memset(m->set, 0, sizeof m->set);
    for (size_t i = 0; i < 4; i++) {
        set[i] = (struct pool_set){(enum pool_end)draw(m, POOL_ENDS), IP(10, 0, 0, draw(m, WIDE))};
        m->set[set[i].end][set[i].ip & 0xff] = true;
    }
    pool_book_set(m->book, set, 4);
    for (int p = 0; p < POOLS; p++) {
        struct pool *is = pool_new();

        memset(m->in[p], 0, sizeof m->in[p]);
        for (int k = 0; k < 3; k++) {
            uint32_t low = draw(m, WIDE), high = low + draw(m, 8);

            high = high < WIDE ? high : WIDE - 1;
            pool_add(is, IP(10, 0, 0, low), IP(10, 0, 0, high), k == 1);
            for (uint32_t i = low; i <= high; i++)
                m->in[p][i] = k != 1;
        }
        if (p == FOR_US)
            pool_for_us(is);
        if (m->pool[p] != NULL)
            pool_go_on(is, m->pool[p]);
        pool_free(m->pool[p]);
        m->pool[p] = is;
    }
}

/* One taken, for one who may be known; false if it is wrong. */
static bool plain_take(struct plain *m)
{
    int p = (int)draw(m, POOLS), most = 0;
    uint32_t ip = draw(m, 2) != 0 ? pool_take(m->pool[p], m->book)
                                  : pool_take_again(m->pool[p], m->book, 1 + draw(m, 20));

    for (int i = 0; i < WIDE; i++)
        most += plain_may(m, p, i);
    if (ip == 0)
        return most == 0;
    if (ip < IP(10, 0, 0, 0) || ip >= IP(10, 0, 0, WIDE) || !plain_may(m, p, (int)(ip & 0xff)))
        return false;
    m->leased[p == FOR_US ? POOL_OURS : POOL_PEERS][ip & 0xff] = true;
    return true;
}

static void plain_step(struct plain *m)
{
    uint32_t i = draw(m, WIDE), ip = IP(10, 0, 0, i), what = draw(m, 40);
    enum pool_end end = (enum pool_end)draw(m, POOL_ENDS);

    if (what == 0)
        plain_reload(m);
    else if (what < 25) {
        pool_give(m->book, ip);
        m->leased[POOL_OURS][i] = m->leased[POOL_PEERS][i] = false;
    } else if (what < 31) {
        m->held[end][i] += pool_book_hold(m->book, end, ip);
    } else {
        pool_book_let_go(m->book, end, ip);
        m->held[end][i] -= m->held[end][i] > 0;
    }
}

static bool plain_agrees(const struct plain *m)
{
    bool good = true;
    size_t out = 0, kept = 0;

    for (int p = 0; p < POOLS; p++) {
        size_t used = 0, may = 0;

        for (int i = 0; i < WIDE; i++) {
            used += m->in[p][i] && plain_is_leased(m, i);
            may += plain_may(m, p, i);
        }
        good &= pool_used(m->pool[p], m->book) == used &&
                pool_size(m->pool[p], m->book) == used + may &&
                pool_has_room(m->pool[p], m->book) == (may > 0);
    }
    for (int i = 0; i < WIDE; i++) {
        uint32_t ip = IP(10, 0, 0, i);
        bool is_set = m->set[POOL_OURS][i] || m->set[POOL_PEERS][i] || m->held[POOL_OURS][i] > 0 ||
                      m->held[POOL_PEERS][i] > 0;

        out += plain_is_leased(m, i);
        kept += is_set && !plain_is_leased(m, i);
        good &= pool_book_has(m->book, ip) == plain_is_leased(m, i) &&
                pool_book_clashes(m->book, POOL_OURS, ip) == m->leased[POOL_PEERS][i] &&
                pool_book_clashes(m->book, POOL_PEERS, ip) == plain_is_leased(m, i);
    }
    return good && pool_book_count(m->book) == out && pool_used(m->all, m->book) == out &&
           pool_size(m->all, m->book) == 0x10000 - kept;
}

static void test_lives(void)
{
    bool taken = true, agrees = true;

    for (uint32_t life = 1; life <= 200; life++) {
        struct plain m = {.book = pool_book_new(), .all = pool_new(), .seed = life};

        pool_add(m.all, IP(10, 0, 0, 0), IP(10, 0, 255, 255), false);
        plain_reload(&m);
        for (int step = 0; step < 400; step++) {
            taken &= draw(&m, 2) != 0 || plain_take(&m);
            plain_step(&m);
            agrees &= plain_agrees(&m);
        }
        for (int p = 0; p < POOLS; p++)
            pool_free(m.pool[p]);
        pool_free(m.all);
        pool_book_free(m.book);
    }
    ok(taken, "in 200 lives by lot just what may be given is, and always something if there is");
    ok(agrees, "and the book is right about all that is leased, free, held and set");
}

int main(void)
{
    test_lives();
    return tap_done();
}
