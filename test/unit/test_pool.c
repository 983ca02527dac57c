/* Address pools: what allow and deny lines come to, and that no address is ever leased twice. */
#include "tap.h"

#include <stdlib.h>

#include "host/pool.h"

#define IP(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))

struct line {
    uint32_t low, high;
    bool deny;
};

/* Expected: the addresses in the order in which they are taken, as last octets of 10.0.0.x. */
static const struct {
    const char *name;
    struct line line[6];
    int n;
    size_t size;
    const char *taken;
} rows[] = {
    {"one address", {{5, 5, false}}, 1, 1, "5 "},
    {"a range, ends included", {{5, 8, false}}, 1, 4, "5 6 7 8 "},
    {"nothing at all", {{0, 0, false}}, 0, 0, ""},
    {"a later deny cuts a hole", {{1, 9, false}, {4, 6, true}}, 2, 6, "1 2 3 7 8 9 "},
    {"a later allow fills a hole",
     {{1, 9, false}, {4, 6, true}, {5, 5, false}},
     3,
     7,
     "1 2 3 5 7 8 9 "},
    {"an earlier deny has no say", {{4, 6, true}, {1, 9, false}}, 2, 9, "1 2 3 4 5 6 7 8 9 "},
    {"overlapping ranges count once", {{1, 6, false}, {4, 9, false}}, 2, 9, "1 2 3 4 5 6 7 8 9 "},
    {"a range within a range counts once",
     {{1, 9, false}, {4, 5, false}},
     2,
     9,
     "1 2 3 4 5 6 7 8 9 "},
    {"a range around ranges counts once",
     {{3, 4, false}, {7, 8, false}, {1, 9, false}},
     3,
     9,
     "1 2 3 4 5 6 7 8 9 "},
    {"ranges that touch",
     {{4, 6, false}, {1, 3, false}, {7, 9, false}},
     3,
     9,
     "1 2 3 4 5 6 7 8 9 "},
    {"order of lines is not order of addresses", {{8, 9, false}, {1, 2, false}}, 2, 4, "1 2 8 9 "},
    {"a deny over several ranges",
     {{1, 3, false}, {5, 7, false}, {9, 11, false}, {3, 9, true}},
     4,
     4,
     "1 2 10 11 "},
    {"a deny of the first and the last",
     {{1, 5, false}, {1, 1, true}, {5, 5, true}},
     3,
     3,
     "2 3 4 "},
    {"a deny of all", {{2, 5, false}, {1, 9, true}}, 2, 0, ""},
    {"a deny of what is not there", {{2, 3, false}, {7, 9, true}}, 2, 2, "2 3 "},
    {"the same line twice", {{2, 3, false}, {2, 3, false}}, 2, 2, "2 3 "},
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pool_book *b = pool_book_new();
        struct pool *p = pool_new();
        char taken[256] = "";
        uint32_t ip;

        for (int k = 0; k < rows[i].n; k++)
            pool_add(p, IP(10, 0, 0, rows[i].line[k].low), IP(10, 0, 0, rows[i].line[k].high),
                     rows[i].line[k].deny);
        is_int((long long)pool_size(p, b), (long long)rows[i].size, rows[i].name);
        while ((ip = pool_take(p, b)) != 0 && strlen(taken) < 200)
            sprintf(taken + strlen(taken), "%u ", (unsigned)(ip - IP(10, 0, 0, 0)));
        is_str(taken, rows[i].taken, rows[i].name);
        is_int((long long)pool_used(p, b), (long long)rows[i].size, "all of it is used then");
        pool_free(p);
        pool_book_free(b);
    }
}

/* Lines drawn by lot over 64 addresses, against a plain array. */
static void test_lots(void)
{
    bool size = true, same = true;
    uint32_t seed = 7;

    for (int round = 0; round < 500; round++) {
        struct pool_book *b = pool_book_new();
        struct pool *p = pool_new();
        bool in[64] = {false};
        size_t n = 0;
        uint32_t ip;

        for (int k = 0; k < 12; k++) {
            uint32_t low, high;
            bool deny;

            seed = seed * 1664525u + 1013904223u;
            low = seed >> 26;
            high = low + (seed >> 8) % (64 - low);
            deny = (seed >> 20 & 3) == 0;
            pool_add(p, IP(10, 0, 0, low), IP(10, 0, 0, high), deny);
            for (uint32_t a = low; a <= high; a++)
                in[a] = !deny;
        }
        for (int a = 0; a < 64; a++)
            n += in[a];
        size &= pool_size(p, b) == n;
        for (; n > 0; n--) {
            ip = pool_take(p, b) - IP(10, 0, 0, 0);
            same &= ip < 64 && in[ip];
            in[ip % 64] = false;
        }
        same &= pool_take(p, b) == 0;
        pool_free(p);
        pool_book_free(b);
    }
    ok(size, "the size is right for 500 lots of lines");
    ok(same, "and just these addresses are taken, each once");
}

static struct pool *range(uint32_t low, uint32_t high)
{
    struct pool *p = pool_new();

    pool_add(p, low, high, false);
    return p;
}

static void test_leases(void)
{
    struct pool_book *b = pool_book_new();
    struct pool *p = range(IP(10, 0, 0, 1), IP(10, 0, 0, 4));
    struct pool *q = range(IP(10, 0, 0, 3), IP(10, 0, 0, 6)), *r;

    is_int(pool_take(p, b), IP(10, 0, 0, 1), "the first");
    is_int(pool_take(p, b), IP(10, 0, 0, 2), "the second");
    pool_give(b, IP(10, 0, 0, 1));
    is_int(pool_take(p, b), IP(10, 0, 0, 3), "a freed address rests: the search goes on");
    is_int(pool_take(q, b), IP(10, 0, 0, 4), "a pool that overlaps does not lease it again");
    is_int((long long)pool_used(p, b), 3, "used is by the book, not by the pool that leased");
    is_int((long long)pool_used(q, b), 2, "and so in the other pool");
    is_int(pool_take(p, b), IP(10, 0, 0, 1), "round to the one that was freed");
    is_int(pool_take(p, b), 0, "full");
    is_int(pool_take(p, b), 0, "still full");
    pool_give(b, IP(10, 0, 0, 4));
    is_int(pool_take(p, b), IP(10, 0, 0, 4), "full no more once something came back");
    pool_give(b, IP(10, 0, 0, 200));
    pool_give(b, 0);
    is_int((long long)pool_book_count(b), 4, "giving what is not out does nothing");
    ok(!pool_book_has(b, 0), "0.0.0.0 is never out");
    is_int(pool_take(q, b), IP(10, 0, 0, 5), "the other pool has more");
    is_int(pool_take(q, b), IP(10, 0, 0, 6), "to its last");
    r = range(IP(10, 0, 0, 1), IP(10, 0, 0, 7));
    is_int(pool_take(r, b), IP(10, 0, 0, 7), "a pool made by a reload sees the leases");
    is_int(pool_take(q, b), 0, "full");
    pool_add(q, IP(10, 0, 0, 9), IP(10, 0, 0, 9), false);
    is_int(pool_take(q, b), IP(10, 0, 0, 9), "full no more once it has grown");
    pool_free(p);
    pool_free(q);
    pool_free(r);
    pool_book_free(b);
}

/* A reload makes another pool: what is remembered is of use only if that still has it. */
static void test_moved(void)
{
    struct pool_book *b = pool_book_new();
    struct pool *p = range(IP(10, 0, 0, 1), IP(10, 0, 0, 4)), *moved, *back;

    is_int(pool_take_again(p, b, 7), IP(10, 0, 0, 1), "who comes has the first");
    pool_give(b, IP(10, 0, 0, 1));
    moved = range(IP(10, 0, 0, 3), IP(10, 0, 0, 6));
    is_int(pool_take_again(moved, b, 7), IP(10, 0, 0, 3),
           "and, when that is the pool's no more, another");
    pool_give(b, IP(10, 0, 0, 3));
    back = range(IP(10, 0, 0, 1), IP(10, 0, 0, 4));
    is_int(pool_take_again(back, b, 7), IP(10, 0, 0, 3), "which it keeps as long as it is there");
    pool_free(p);
    pool_free(moved);
    pool_free(back);
    pool_book_free(b);
}

/* The pool that takes another's place goes on where that one has come to: what has been given back
 * last is given last. */
static void test_goes_on(void)
{
    static const struct {
        const char *name;
        uint32_t low, high, taken;
    } then[] = {
        {"the same range", 1, 4, 3},
        {"one that has grown", 1, 9, 3},
        {"one that begins later", 4, 9, 4},
        {"one that ends before, from its first", 1, 2, 1},
        {"one that lies elsewhere", 20, 29, 20},
    };

    for (size_t i = 0; i < sizeof then / sizeof *then; i++) {
        struct pool_book *b = pool_book_new();
        struct pool *was = range(IP(10, 0, 0, 1), IP(10, 0, 0, 4));
        struct pool *is = range(IP(10, 0, 0, 0) + then[i].low, IP(10, 0, 0, 0) + then[i].high);

        pool_give(b, pool_take(was, b));
        pool_give(b, pool_take(was, b));
        pool_go_on(is, was);
        pool_free(was);
        is_int(pool_take(is, b), IP(10, 0, 0, 0) + then[i].taken, then[i].name);
        pool_free(is);
        pool_book_free(b);
    }
}

/* What is ours no peer is given. */
static void test_ours(void)
{
    static const struct pool_set ours[] = {{POOL_OURS, 0},
                                           {POOL_OURS, IP(10, 0, 0, 1)},
                                           {POOL_OURS, IP(10, 0, 0, 3)},
                                           {POOL_OURS, IP(10, 0, 0, 1)}};
    struct pool_book *b = pool_book_new();
    struct pool *p = range(IP(10, 0, 0, 1), IP(10, 0, 0, 4)), *local;

    is_int(pool_take_again(p, b, 7), IP(10, 0, 0, 1), "nothing is ours yet");
    ok(pool_book_set(b, ours, 4), "two addresses are ours");
    pool_free(p);
    p = range(IP(10, 0, 0, 1), IP(10, 0, 0, 4));
    ok(pool_book_has(b, IP(10, 0, 0, 1)), "a lease that was out stays out");
    is_int((long long)pool_size(p, b), 3, "beside two for peers it still counts");
    is_int((long long)pool_used(p, b), 1,
           "as one in use: what is used is never more than there is");
    pool_give(b, IP(10, 0, 0, 1));
    is_int((long long)pool_size(p, b), 2, "until it is back: two are left for peers");
    is_int(pool_take_again(p, b, 7), IP(10, 0, 0, 2), "who had what is ours now gets another");
    is_int(pool_take(p, b), IP(10, 0, 0, 4), "and so does everybody");
    ok(pool_take(p, b) == 0 && !pool_has_room(p, b), "until no more are left");
    local = range(IP(10, 0, 0, 1), IP(10, 0, 0, 1));
    pool_for_us(local);
    is_int((long long)pool_size(local, b), 1, "a pool for us has them");
    is_int(pool_take(local, b), IP(10, 0, 0, 1), "and gives them");
    ok(pool_book_set(b, NULL, 0), "nothing is ours any more");
    pool_free(p);
    p = range(IP(10, 0, 0, 1), IP(10, 0, 0, 4));
    is_int(pool_take(p, b), IP(10, 0, 0, 3), "so it is given");
    pool_free(p);
    pool_free(local);
    pool_book_free(b);
}

/* What calls have as ours, whatever a reload says: no peer's until the last of them has let go. */
static void test_held(void)
{
    static const struct pool_set first[] = {{POOL_OURS, IP(10, 0, 0, 1)}};
    static const struct pool_set second[] = {{POOL_OURS, IP(10, 0, 0, 9)}};
    struct pool_book *b = pool_book_new();
    struct pool *p;

    ok(pool_book_hold(b, POOL_OURS, IP(10, 0, 0, 3)), "a call holds one that nobody has named");
    ok(pool_book_set(b, first, 1), "a file names one");
    ok(pool_book_hold(b, POOL_OURS, first[0].ip) && pool_book_hold(b, POOL_OURS, first[0].ip), "which two calls hold");
    ok(pool_book_set(b, second, 1), "another file names another");
    p = range(IP(10, 0, 0, 1), IP(10, 0, 0, 3));
    is_int((long long)pool_size(p, b), 1, "of three in the pool two are held");
    is_int(pool_take_again(p, b, 7), IP(10, 0, 0, 2), "so the third is given");
    ok(pool_take(p, b) == 0 && !pool_has_room(p, b), "and no more");
    pool_book_let_go(b, POOL_OURS, first[0].ip);
    is_int(pool_take(p, b), 0, "one of the two calls has ended");
    pool_book_let_go(b, POOL_OURS, first[0].ip);
    is_int((long long)pool_size(p, b), 2, "the other too: there are two for peers");
    is_int(pool_take_again(p, b, 8), IP(10, 0, 0, 1), "and the pool is full no more");
    pool_book_let_go(b, POOL_OURS, first[0].ip);
    pool_book_let_go(b, POOL_OURS, IP(10, 0, 0, 77));
    is_int((long long)pool_used(p, b), 2, "letting go of what is not held does nothing");
    pool_free(p);

    ok(pool_book_set(b, first, 1) && pool_book_hold(b, POOL_OURS, first[0].ip), "named again, and held");
    pool_give(b, first[0].ip);
    pool_book_let_go(b, POOL_OURS, first[0].ip);
    p = range(IP(10, 0, 0, 1), IP(10, 0, 0, 1));
    is_int(pool_take(p, b), 0, "what the file names stays ours when calls have let go");
    ok(pool_book_hold(b, POOL_OURS, 0), "no address can be held");
    pool_book_let_go(b, POOL_OURS, 0);
    pool_free(p);
    pool_book_free(b);
}

/* What is set as a peer's no pool gives, be it for peers or for us, and what clashes with what. */
static void test_peers(void)
{
    static const struct pool_set set[] = {
        {POOL_PEERS, IP(10, 0, 0, 1)}, {POOL_OURS, IP(10, 0, 0, 2)}, {POOL_PEERS, IP(10, 0, 0, 2)}};
    struct pool_book *b = pool_book_new();
    struct pool *p, *local;

    ok(pool_book_set(b, set, 3), "a peer's is set, and one for both ends");
    p = range(IP(10, 0, 0, 1), IP(10, 0, 0, 3));
    local = range(IP(10, 0, 0, 1), IP(10, 0, 0, 4));
    pool_for_us(local);
    ok(pool_size(p, b) == 1 && pool_size(local, b) == 2, "neither counts in a pool");
    is_int(pool_take(p, b), IP(10, 0, 0, 3), "a peer is given neither");
    is_int(pool_take(local, b), IP(10, 0, 0, 4), "nor are we");
    ok(pool_take(p, b) == 0 && pool_take(local, b) == 0, "and no more is left");
    ok(pool_book_clashes(b, POOL_OURS, IP(10, 0, 0, 3)) &&
           pool_book_clashes(b, POOL_PEERS, IP(10, 0, 0, 3)),
       "what a peer has as a lease is nobody else's");
    ok(!pool_book_clashes(b, POOL_OURS, IP(10, 0, 0, 4)) &&
           pool_book_clashes(b, POOL_PEERS, IP(10, 0, 0, 4)),
       "what we have is no peer's");
    ok(!pool_book_clashes(b, POOL_OURS, IP(10, 0, 0, 1)) && !pool_book_clashes(b, POOL_PEERS, 0),
       "what is not leased clashes with nothing");
    ok(pool_book_hold(b, POOL_PEERS, IP(10, 0, 0, 2)) &&
           pool_book_hold(b, POOL_OURS, IP(10, 0, 0, 2)),
       "a call at either end holds the one for both");
    ok(pool_book_set(b, NULL, 0), "nothing is set any more");
    is_int((long long)pool_size(p, b), 2, "one is held yet");
    pool_book_let_go(b, POOL_PEERS, IP(10, 0, 0, 2));
    pool_book_let_go(b, POOL_PEERS, IP(10, 0, 0, 2));
    ok(pool_size(p, b) == 2 && pool_size(local, b) == 4, "by us alone, and so may be for us");
    pool_book_let_go(b, POOL_OURS, IP(10, 0, 0, 2));
    is_int((long long)pool_size(p, b), 3, "and then by nobody");
    pool_free(p);
    p = range(IP(10, 0, 0, 3), IP(10, 0, 0, 3));
    is_int(pool_take(p, b), 0, "the lease has been out all the while");
    ok(!pool_book_swap(b, IP(10, 0, 0, 3), IP(10, 0, 0, 4)) &&
           !pool_book_swap(b, IP(10, 0, 0, 9), IP(10, 0, 0, 8)) && !pool_book_swap(b, 0, 0),
       "nor is it swapped for another's, nor what is none for anything");
    ok(pool_book_swap(b, IP(10, 0, 0, 3), IP(10, 0, 0, 7)) &&
           pool_book_clashes(b, POOL_OURS, IP(10, 0, 0, 7)),
       "but for one that nobody has: that is the peer's");
    is_int(pool_take(p, b), IP(10, 0, 0, 3), "and the other anybody's");
    pool_give(b, IP(10, 0, 0, 7));
    ok(pool_book_hold(b, POOL_OURS, IP(10, 0, 0, 3)), "and it is held besides");
    pool_give(b, IP(10, 0, 0, 3));
    ok(pool_take(p, b) == 0 && !pool_book_clashes(b, POOL_OURS, IP(10, 0, 0, 3)),
       "and is given to nobody when it is back");
    pool_free(p);
    pool_free(local);
    pool_book_free(b);
}

/* Many are held, and let go in another order: each is ours as long as it is held. */
static void test_held_many(void)
{
    enum { MOST = 1000 };
    struct pool_book *b = pool_book_new();
    struct pool *p = range(IP(10, 0, 0, 0), IP(10, 0, 0, 0) + MOST - 1);
    bool good = true;

    for (uint32_t i = 0; i < MOST; i++)
        good &= pool_book_hold(b, POOL_OURS, IP(10, 0, 0, 0) + i);
    ok(good && pool_size(p, b) == 0, "all are held");
    ok(pool_book_set(b, NULL, 0) && pool_size(p, b) == 0, "across a reload");
    for (uint32_t i = 0; i < MOST; i++) {
        pool_book_let_go(b, POOL_OURS, IP(10, 0, 0, 0) + i * 7 % MOST);
        good &= pool_size(p, b) == i + 1;
    }
    ok(good, "each that is let go may be given");
    pool_free(p);
    pool_book_free(b);
}

static void test_ends(void)
{
    struct pool_book *b = pool_book_new();
    struct pool *all = range(0, UINT32_MAX), *top = range(UINT32_MAX - 1, UINT32_MAX);
    struct pool *zero = range(0, 0);

    ok(pool_size(all, b) == UINT32_MAX,
       "all of IPv4 but 0.0.0.0, without a word of memory an address");
    is_int(pool_take(all, b), 1, "0.0.0.0 is nobody's");
    is_int(pool_take(zero, b), 0, "not even alone");
    is_int(pool_take(top, b), UINT32_MAX - 1, "the last but one");
    is_int(pool_take(top, b), UINT32_MAX, "the last of all");
    is_int(pool_take(top, b), 0, "and no overflow behind it");
    pool_add(all, 2, UINT32_MAX, true);
    is_int((long long)pool_size(all, b), 1, "a deny up to the last address");
    pool_free(all);
    pool_free(top);
    pool_free(zero);
    pool_book_free(b);
}

/* 60,000 leases of a /8 that come and go by lot, against an array of flags. */
static void test_many(void)
{
    enum { MOST = 60000, SPREAD = 1 << 18 };
    struct pool_book *b = pool_book_new();
    struct pool *p = range(IP(10, 0, 0, 0), IP(10, 255, 255, 255));
    bool *out = calloc(SPREAD, sizeof *out), unique = true, book = true;
    uint32_t *held = calloc(MOST, sizeof *held), seed = 3;
    size_t n = 0;

    for (int i = 0; i < 200000; i++) {
        seed = seed * 1664525u + 1013904223u;
        if (n < MOST && (n == 0 || seed >> 30 != 0)) {
            uint32_t ip = pool_take(p, b);

            unique &= ip != 0 && !out[ip % SPREAD];
            out[ip % SPREAD] = true;
            held[n++] = ip;
        } else {
            size_t at = (seed >> 4) % n;

            pool_give(b, held[at]);
            out[held[at] % SPREAD] = false;
            held[at] = held[--n];
        }
    }
    for (uint32_t i = 0; i < SPREAD; i++)
        book &= pool_book_has(b, IP(10, 0, 0, 0) + i) == out[i];
    ok(unique, "no address was out twice");
    ok(book, "the book has what is out and nothing else");
    is_int((long long)pool_book_count(b), (long long)n, "and as many");
    while (n > 0)
        pool_give(b, held[--n]);
    is_int((long long)pool_book_count(b), 0, "all came back");
    free(out);
    free(held);
    pool_free(p);
    pool_book_free(b);
}

/* Steps in order: who takes ("a5": who a gets 5; 0 means none), "-5" gives 5 back. */
static void test_again(void)
{
    static const struct {
        const char *name;
        uint64_t who; /* 0 with give: back */
        uint32_t give, want;
    } step[] = {
        {"the first has the first", 1, 0, 1},
        {"the second the next", 2, 0, 2},
        {"who comes a second time while its address is out gets another", 1, 0, 3},
        {NULL, 0, 1, 0},
        {NULL, 0, 3, 0},
        {"and that one again afterwards", 1, 0, 3},
        {NULL, 0, 3, 0},
        {NULL, 0, 2, 0},
        {"the others too, in whatever order they come", 2, 0, 2},
        {"somebody new gets one that has rested for longest", 3, 0, 4},
        {"nobody in particular likewise", 0, 0, 1},
        {"what is remembered and free goes to another rather than none", 4, 0, 3},
        {"none is left, for who is remembered neither", 1, 0, 0},
        {NULL, 0, 4, 0},
        {"who finds its own taken gets what there is", 1, 0, 4},
    };
    struct pool_book *b = pool_book_new();
    struct pool *p = pool_new(), *other = pool_new();

    pool_add(p, IP(10, 0, 0, 1), IP(10, 0, 0, 4), false);
    pool_add(other, IP(10, 0, 1, 1), IP(10, 0, 1, 1), false);
    for (size_t i = 0; i < sizeof step / sizeof step[0]; i++) {
        uint32_t ip;

        if (step[i].give != 0) {
            pool_give(b, IP(10, 0, 0, step[i].give));
            continue;
        }
        ip = pool_take_again(p, b, step[i].who);
        is_int(ip != 0 ? (long long)(ip - IP(10, 0, 0, 0)) : 0, step[i].want, step[i].name);
    }
    is_int((long long)(pool_take_again(other, b, 2) - IP(10, 0, 1, 0)), 1,
           "an address of another pool is no address of this one");
    pool_free(p);
    pool_free(other);
    pool_book_free(b);
}

/* A digest of a number, spread like one. */
static uint64_t digest(uint64_t n)
{
    n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9u;
    n = (n ^ n >> 27) * 0x94d049bb133111ebu;
    return n ^ n >> 31;
}

/* How many of the callers "first" and on come and get the address that is first in the pool and on. */
static uint32_t come(struct pool *p, struct pool_book *b, uint32_t first, uint32_t n)
{
    uint32_t same = 0;

    for (uint32_t i = 0; i < n; i++) {
        uint32_t ip = pool_take_again(p, b, digest(first + i));

        same += ip == IP(10, 0, 0, 1) + i;
        pool_give(b, ip);
    }
    return same;
}

/* All are remembered up to the bound; anybody may come under any name, so there is one. */
static void test_memory(void)
{
    enum { MOST = 65536 };
    struct pool_book *b = pool_book_new();
    struct pool *p = range(IP(10, 0, 0, 1), IP(10, 255, 0, 0));

    come(p, b, 1, 2000);
    is_int(come(p, b, 1, 2000), 2000, "each of 2,000 callers has its address again");
    come(p, b, 1, 4000);
    is_int(come(p, b, 1, 4000), 4000, "and each of 4,000");
    come(p, b, 1, MOST);
    is_int(come(p, b, 1, MOST), MOST, "and as many as there may be calls");
    is_int(come(p, b, 1, 100), 100, "a hundred of these come again");
    pool_give(b, pool_take_again(p, b, 7));
    is_int(come(p, b, 1, 100), 100, "one more, and it is not they who are forgotten");
    is_int(pool_take_again(p, b, digest(102)), IP(10, 0, 0, 102), "nor another");
    ok(pool_take_again(p, b, digest(101)) != IP(10, 0, 0, 101),
       "but the one who has not come for longest");
    come(p, b, MOST + 1000, MOST);
    is_int(come(p, b, 1, 100), 0, "as many others later nobody knows them");
    pool_free(p);
    pool_book_free(b);
}

int main(void)
{
    test_again();
    test_memory();
    test_rows();
    test_lots();
    test_leases();
    test_moved();
    test_goes_on();
    test_ours();
    test_held();
    test_peers();
    test_held_many();
    test_ends();
    test_many();
    return tap_done();
}
