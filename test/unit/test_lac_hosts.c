/* lac_hosts: the order of addresses by script and by weight, lock-outs and probes, look-ups that
 * fail or change, directions, redial times, and a simulated week. */
#include "lac_hosts.h"

#include <stdlib.h>

#include "tap.h"

static uint32_t seed = 1;

static uint32_t lot(void *ctx)
{
    (void)ctx;
    seed = seed * 1664525u + 1013904223u;
    return seed ^ seed >> 16;
}

static void set(struct hosts *h, const char *lines, bool share, uint64_t lock_ms, bool *changed)
{
    char text[256], *save, *word;
    struct hosts_given given[8];
    size_t n = 0;

    snprintf(text, sizeof text, "%s", lines);
    for (word = strtok_r(text, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save)) {
        char *weight = strchr(word, '*');

        if (weight != NULL)
            *weight++ = '\0';
        given[n++] = (struct hosts_given){word, 1701, weight != NULL ? (unsigned)atoi(weight) : 1};
    }
    hosts_set(h, given, n, share, lock_ms, changed);
}

/* "b=192.0.2.2,192.0.2.3": what names come to; a name that is not there fails. */
static void look_up(struct hosts *h, const struct hosts_next *next, const char *names)
{
    char key[64];
    struct addr found[HOSTS_ADDRS];
    size_t n = 0;
    const char *at;

    snprintf(key, sizeof key, "%s=", next->host);
    at = strstr(names, key);
    for (at = at != NULL ? at + strlen(key) : ""; *at != '\0' && *at != ' ';) {
        char word[64];
        size_t len = strcspn(at, ", ");

        snprintf(word, sizeof word, "%.*s", (int)len, at);
        n += addr_parse(word, next->port, &found[n]);
        at += len + (at[len] == ',');
    }
    hosts_found(h, next->host, next->port, found, n);
}

/* One round: "1.2 !3" are the last parts of the addresses tried, '!' before a probe, '?' a look-up,
 * '.' after the last that the round knows of.  Those in "up" answer. */
static void round_of(struct hosts *h, uint64_t now, const char *names, const char *up, char *told)
{
    struct hosts_next next;
    enum hosts_step step;
    bool done = false;

    told[0] = '\0';
    hosts_begin(h, 0, lot, NULL);
    while (!done && (step = hosts_step(h, now, &next)) != HOSTS_NONE) {
        char digit = (char)('0' + next.addr.ip[next.addr.family == 4 ? 3 : 15]);
        size_t n = strlen(told);

        if (step == HOSTS_LOOK_UP) {
            snprintf(told + n, 64 - n, "?");
            look_up(h, &next, names);
            continue;
        }
        snprintf(told + n, 64 - n, "%s%c%s", next.probe ? "!" : "", digit, next.last ? "." : "");
        done = strchr(up, digit) != NULL;
        if (done)
            hosts_worked(h);
        else
            hosts_failed(h, now);
    }
}

/* Rounds in a row: at which second, what names come to, who answers; what is tried.  Lock-outs are
 * of 60 s. */
static const struct {
    const char *name, *lines;
    struct {
        unsigned at_s;
        const char *names, *up, *tried;
    } rounds[8];
} rows[] = {
    {"one address is tried each time",
     "192.0.2.1",
     {{0, "", "", "1."}, {1, "", "", "!1."}, {9999, "", "1", "!1."}, {10000, "", "1", "1."}}},
    {"the second is tried if the first fails",
     "192.0.2.1 192.0.2.2",
     {{0, "", "2", "12."}, {30, "", "2", "2"}}},
    {"the first is probed when its time is over, and preferred when it is well",
     "192.0.2.1 192.0.2.2",
     {{0, "", "2", "12."},
      {59, "", "2", "2"},
      {60, "", "2", "!12."},
      {179, "", "2", "2"},
      {180, "", "1", "!1"},
      {181, "", "1", "1"}}},
    {"a lock-out grows up to eightfold",
     "192.0.2.1 192.0.2.2",
     {{0, "", "2", "12."},
      {60, "", "2", "!12."},
      {180, "", "2", "!12."},
      {420, "", "2", "!12."},
      {900, "", "2", "!12."},
      {1379, "", "2", "2"},
      {1380, "", "2", "!12."}}},
    {"when all are locked all are tried, in order",
     "192.0.2.1 192.0.2.2 192.0.2.3",
     {{0, "", "", "123."}, {1, "", "", "!1!2!3."}, {2, "", "2", "!1!2"}, {3, "", "2", "2"}}},
    {"one that is locked comes after those that are not",
     "192.0.2.1 192.0.2.2 192.0.2.3",
     {{0, "", "2", "12"}, {1, "", "", "23!1."}}},
    {"all addresses of a name, then the next line",
     "a 192.0.2.9",
     {{0, "a=192.0.2.1,2001:db8::2", "9", "?129."}}},
    {"a name that fails is passed over, and asked for again",
     "a 192.0.2.9",
     {{0, "", "9", "?9."}, {1, "a=192.0.2.1", "1", "?1"}}},
    {"a name that fails leaves what it came to before",
     "a",
     {{0, "a=192.0.2.1,192.0.2.2", "1", "?1"}, {1, "", "2", "?12."}, {2, "", "2", "?2"}}},
    {"a name that changes: the new address, what is known of the others stays",
     "a",
     {{0, "a=192.0.2.1,192.0.2.2", "2", "?12."},
      {1, "a=192.0.2.3,192.0.2.1", "", "?3!1."},
      {2, "a=192.0.2.4", "4", "?4."}}},
    {"an address that a name has twice is tried once",
     "a",
     {{0, "a=192.0.2.1,192.0.2.1", "", "?1."}}},
    {"what one name's address has come to holds for another's",
     "a b 192.0.2.3",
     {{0, "a=192.0.2.1", "3", "?1?3."},
      {1, "a=192.0.2.1 b=192.0.2.1", "3", "??3"},
      {60, "a=192.0.2.1 b=192.0.2.1", "1", "?!1"},
      {61, "a=192.0.2.4 b=192.0.2.1", "1", "?4?1"}}},
    {"a name that stands in two lines is asked for once",
     "a A",
     {{0, "", "", "?"}, {1, "a=192.0.2.1", "", "?1!1."}, {2, "a=192.0.2.1", "1", "?!1"}}},
    {"nothing anywhere", "a b", {{0, "", "", "??"}}},
    {"no line", "", {{0, "", "", ""}}},
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct hosts h = {0};
        bool changed;

        set(&h, rows[i].lines, false, 60000, &changed);
        for (size_t r = 0; r < 8 && rows[i].rounds[r].tried != NULL; r++) {
            char told[64], name[160];

            snprintf(name, sizeof name, "%s: at %u s", rows[i].name, rows[i].rounds[r].at_s);
            round_of(&h, 1000 + rows[i].rounds[r].at_s * 1000ull, rows[i].rounds[r].names,
                     rows[i].rounds[r].up, told);
            is_str(told, rows[i].rounds[r].tried, name);
        }
        hosts_free(&h);
    }
}

/* Which line is first, of 10,000 rounds. */
static void test_share(void)
{
    static const struct {
        const char *name, *lines;
        unsigned percent[3];
    } shares[] = {
        {"the same for each", "192.0.2.1 192.0.2.2", {50, 50, 0}},
        {"by weight", "192.0.2.1*7 192.0.2.2*2 192.0.2.3*1", {70, 20, 10}},
        {"weight 0 is never first", "192.0.2.1*0 192.0.2.2*3", {0, 100, 0}},
        {"unless all are", "192.0.2.1*0 192.0.2.2*0", {100, 0, 0}},
    };

    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        struct hosts h = {0};
        unsigned first[3] = {0}, off = 0;
        bool changed, all = true;

        set(&h, shares[i].lines, true, 0, &changed);
        for (int r = 0; r < 10000; r++) {
            char told[64];

            round_of(&h, 1, "", "1", told);
            first[told[0] - '1']++;
            all = all && strchr(told, '1') != NULL;
        }
        for (int k = 0; k < 3; k++)
            off += (unsigned)abs((int)first[k] - (int)(shares[i].percent[k] * 100));
        ok(off < 300 && all, "share: %s: %u %u %u", shares[i].name, first[0], first[1], first[2]);
        hosts_free(&h);
    }
}

static void test_set(void)
{
    struct hosts h = {0};
    char told[64];
    bool changed;

    set(&h, "192.0.2.1 192.0.2.2", false, 60000, &changed);
    ok(changed, "lines where there were none are a change");
    round_of(&h, 1, "", "2", told);
    set(&h, "192.0.2.1 192.0.2.2", false, 60000, &changed);
    ok(!changed, "the same lines are none");
    set(&h, "192.0.2.3 192.0.2.1", false, 60000, &changed);
    ok(changed, "others are");
    round_of(&h, 2, "", "", told);
    is_str(told, "3!1.", "what is known of those that stay is kept");
    set(&h, "192.0.2.3 192.0.2.1", true, 60000, &changed);
    ok(changed, "another policy is a change");
    set(&h, "192.0.2.3*5 192.0.2.1", true, 60000, &changed);
    ok(changed, "another weight is a change");
    set(&h, "192.0.2.1", false, 0, &changed);
    round_of(&h, 2, "", "", told);
    round_of(&h, 2, "", "", told);
    is_str(told, "1.", "without a lock-out nothing is ever locked");
    set(&h, "", false, 0, &changed);
    ok(changed && h.n == 0, "no line any more");
    hosts_free(&h);
}

/* A call is up by an address while the lines change. */
static void test_set_in_hand(void)
{
    struct hosts h = {0};
    struct hosts_next next;
    char told[64];
    bool changed;

    set(&h, "192.0.2.1 192.0.2.2", false, 60000, &changed);
    round_of(&h, 1, "", "2", told);
    ok(h.begun && h.at_line == &h.lines[1], "a round has begun, the second is in hand");
    set(&h, "192.0.2.2 192.0.2.3", false, 60000, &changed);
    ok(!h.begun, "with other lines none has");
    ok(h.at_line == &h.lines[0] && h.at_addr == &h.lines[0].addrs[0],
       "the one in hand stays so, if it still has a line");
    hosts_hollow(&h, 2);
    ok(h.lines[0].addrs[0].locked_until == 60002, "and its outcome is noted");
    hosts_begin(&h, 0, lot, NULL);
    ok(hosts_step(&h, 3, &next) == HOSTS_TRY && next.addr.ip[3] == 3, "for the round that begins");
    set(&h, "192.0.2.2", false, 60000, &changed);
    ok(h.at_line == NULL && h.at_addr == NULL, "else nothing is in hand");
    hosts_free(&h);
}

/* A look-up that comes late, when its line is dialled already. */
static void test_late(void)
{
    struct hosts h = {0};
    struct hosts_next next;
    struct addr one = addr_ip4(0xc0000201, 1701), two = addr_ip4(0xc0000202, 1701);
    bool changed;

    set(&h, "a 192.0.2.9", false, 60000, &changed);
    hosts_begin(&h, 0, lot, NULL);
    ok(hosts_step(&h, 1, &next) == HOSTS_LOOK_UP && hosts_can_go_on(&h),
       "there is another line besides the name");
    hosts_found(&h, "a", 1701, &one, 1);
    ok(hosts_step(&h, 1, &next) == HOSTS_TRY && addr_same(&next.addr, &one), "it is dialled");
    hosts_found(&h, "A", 1701, (struct addr[]){two, one}, 2);
    hosts_failed(&h, 1);
    ok(hosts_step(&h, 1, &next) == HOSTS_TRY && addr_same(&next.addr, &two),
       "its failure is its own, though the name has more addresses now");
    hosts_found(&h, "a", 1701, &one, 1);
    hosts_failed(&h, 1);
    ok(hosts_step(&h, 1, &next) == HOSTS_TRY && next.addr.ip[3] == 9 && next.last,
       "an address that the name has no more fails without a trace");
    hosts_found(&h, "b", 1701, &one, 1);
    hosts_found(&h, "192.0.2.9", 1701, &one, 1);
    is_int(h.lines[1].addrs[0].addr.ip[3], 9, "what nobody asked for changes nothing");
    hosts_free(&h);

    set(&h, "a", false, 60000, &changed);
    hosts_begin(&h, 0, lot, NULL);
    ok(hosts_step(&h, 1, &next) == HOSTS_LOOK_UP && !hosts_can_go_on(&h), "a name that is alone");
    hosts_found(&h, "a", 1701, &one, 1);
    hosts_begin(&h, 0, lot, NULL);
    ok(hosts_step(&h, 1, &next) == HOSTS_LOOK_UP && hosts_can_go_on(&h),
       "whose old address could be tried, the next time");
    hosts_free(&h);
}

/* A server that is missed, and comes back elsewhere under its name, while another line is dead. */
static void test_moved(void)
{
    struct hosts h = {0};
    struct hosts_next next;
    struct addr old, moved;
    bool changed;

    addr_parse("192.0.2.1", 1701, &old);
    addr_parse("192.0.2.7", 1701, &moved);
    set(&h, "192.0.2.9 a", false, 60000, &changed);
    hosts_begin(&h, 2750, lot, NULL);
    hosts_step(&h, 1000, &next);
    hosts_mute(&h, 1500);
    ok(hosts_step(&h, 1500, &next) == HOSTS_LOOK_UP, "a name");
    hosts_found(&h, "a", 1701, &old, 1);
    hosts_step(&h, 1500, &next);
    hosts_answered(&h, 20);
    hosts_mute(&h, 1600);
    hosts_begin(&h, 2750, lot, NULL);
    ok(hosts_step(&h, 3000, &next) == HOSTS_LOOK_UP && strcmp(next.host, "a") == 0,
       "is asked for again before who is missed there is dialled");
    hosts_found(&h, "a", 1701, &old, 1);
    ok(hosts_step(&h, 3000, &next) == HOSTS_TRY && addr_same(&next.addr, &old), "then he is");
    hosts_mute(&h, 5000);
    ok(hosts_step(&h, 5000, &next) == HOSTS_TRY && next.addr.ip[3] == 9, "and another, ...");
    hosts_mute(&h, 7000);
    ok(hosts_step(&h, 7000, &next) == HOSTS_LOOK_UP, "... and in the same round the name is asked for once more");
    hosts_found(&h, "a", 1701, &moved, 1);
    ok(hosts_step(&h, 7000, &next) == HOSTS_TRY && addr_same(&next.addr, &moved),
       "who has moved is tried there, in his time");
    hosts_mute(&h, 9000);
    hosts_step(&h, 9000, &next);
    ok(hosts_wants(&h), "and missed there");
    hosts_free(&h);
}

/* A name that leads to four others each time, all of which refuse; one of them had answered. */
static void test_always_moves(void)
{
    struct hosts h = {0};
    struct hosts_next next;
    struct addr to[4];
    bool changed;
    unsigned steps = 0, asked = 0;
    uint64_t now = 1000000;

    for (unsigned i = 0; i < 4; i++)
        addr_parse("192.0.2.1", (uint16_t)(1000 + i), &to[i]);
    set(&h, "a", false, 60000, &changed);
    hosts_begin(&h, 2750, lot, NULL);
    hosts_step(&h, now, &next);
    hosts_found(&h, "a", 1701, to, 4);
    hosts_step(&h, now, &next);
    hosts_answered(&h, 20);
    hosts_failed(&h, now);
    hosts_begin(&h, 2750, lot, NULL);
    for (enum hosts_step s; steps < 1000 && (s = hosts_step(&h, now, &next)) != HOSTS_NONE; steps++) {
        now += 10;
        if (s == HOSTS_TRY) {
            hosts_answered(&h, 5);
            hosts_failed(&h, now);
            continue;
        }
        asked++;
        for (unsigned i = 0; i < 4; i++)
            to[i].port = (uint16_t)(to[i].port + 4);
        hosts_found(&h, "a", 1701, to, 4);
    }
    ok(steps < 40, "a round with a name that always leads elsewhere has an end");
    ok(asked <= 1 + HOSTS_ASKED_AGAIN, "and asks for it a few times at most");
    hosts_free(&h);
}

/* Whoever refuses for good is locked out beside another that is well, though he once answered. */
static void test_refuses_for_good(void)
{
    struct hosts h = {0};
    struct hosts_next next;
    bool changed;
    uint64_t now = 1000000;
    unsigned refused = 0;

    set(&h, "192.0.2.1 192.0.2.2", false, 60000, &changed);
    for (unsigned round = 0; round < 12; round++, now += 1000) {
        hosts_begin(&h, 2750, lot, NULL);
        while (hosts_step(&h, now, &next) == HOSTS_TRY && next.addr.ip[3] == 1) {
            hosts_answered(&h, 5);
            hosts_failed(&h, now);
            refused++;
        }
        hosts_answered(&h, 5);
        hosts_worked(&h);
    }
    is_int((int)refused, 1, "who refuses is locked out where another is well");
    hosts_begin(&h, 2750, lot, NULL);
    now += 600000;
    hosts_step(&h, now, &next);
    is_int(next.addr.ip[3], 1, "later it is tried again");
    hosts_answered(&h, 5);
    hosts_failed(&h, now += 5000);
    hosts_step(&h, now, &next);
    is_int(next.addr.ip[3], 2, "and once only, though it took long to fail");
    hosts_free(&h);
}

static void test_directions(void)
{
    static const struct {
        const char *name, *text, *found;
    } texts[] = {
        {"one", "192.0.2.7", "192.0.2.7:1705 "},
        {"several, however parted", "192.0.2.7,192.0.2.8; 2001:db8::1\t192.0.2.9",
         "192.0.2.7:1705 192.0.2.8:1705 [2001:db8::1]:1705 192.0.2.9:1705 "},
        {"with ports", "192.0.2.7:1 [2001:db8::1]:65535 [2001:db8::2]",
         "192.0.2.7:1 [2001:db8::1]:65535 [2001:db8::2]:1705 "},
        {"among words", "please try 192.0.2.7 instead", "192.0.2.7:1705 "},
        {"nothing", "", ""},
        {"a name is none", "lns.example.com", ""},
        {"ports that are none", "192.0.2.7:0 192.0.2.7:65536 192.0.2.7:x 192.0.2.7: [2001:db8::1]x",
         ""},
        {"brackets that are none", "[192.0.2.7] [2001:db8::1 []", ""},
        {"what cannot be a host",
         "0.0.0.0 224.0.0.1 255.255.255.255 :: ff02::1 127.0.0.1 ::1 127.9.9.9:5", ""},
        {"a word without end",
         "1111111111111111111111111111111111111111111111111111111111111111111111111111 192.0.2.7",
         "192.0.2.7:1705 "},
    };
    struct addr from = addr_ip4(0xc0000201, 1705), local = addr_ip4(0x7f000001, 9), found[4];

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t n = hosts_read_directions(texts[i].text, &from, found, 4);
        char told[256] = "", text[ADDR_TEXT];

        for (size_t a = 0; a < n; a++)
            snprintf(told + strlen(told), sizeof told - strlen(told), "%s ",
                     addr_text(&found[a], text));
        is_str(told, texts[i].found, texts[i].name);
    }
    is_int(hosts_read_directions("1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5", &from, found, 4), 4,
           "no more than there is room for");
    is_int(hosts_read_directions("127.0.0.1:5", &local, found, 4), 1,
           "who is on this host may direct to it");
}

/* How long those are waited for that have not answered, in rounds of which all fail; '-': as long
 * as ever. */
static const char *waits(struct hosts *h, unsigned rounds, bool mute)
{
    static char text[200];
    struct hosts_next next;

    text[0] = '\0';
    while (rounds-- > 0) {
        hosts_begin(h, 0, lot, NULL);
        while (hosts_step(h, 1, &next) == HOSTS_TRY) {
            size_t n = strlen(text);

            if (next.first_ms == 0)
                snprintf(text + n, sizeof text - n, "-");
            else
                snprintf(text + n, sizeof text - n, "%u", (unsigned)next.first_ms / 1000);
            if (mute)
                hosts_mute(h, 1);
            else
                hosts_failed(h, 1);
        }
        strcat(text, rounds > 0 ? " " : "");
    }
    return text;
}

static void test_mute(void)
{
    struct hosts h = {0};
    struct hosts_next next;
    bool changed;

    set(&h, "192.0.2.1 192.0.2.2 192.0.2.3", false, 0, &changed);
    is_str(waits(&h, 6, true), "--- 22- 2-2 -22 222 22-",
           "who was mute is waited for shortly, but one at a time, once in a while");
    is_str(waits(&h, 2, false), "2-2 ---", "who has refused was not mute");
    hosts_begin(&h, 0, lot, NULL);
    hosts_step(&h, 1, &next);
    hosts_answered(&h, 3000);
    hosts_silent(&h, 1);
    is_str(waits(&h, 3, true), "4-- 42- 4-2", "who has been heard to be slow has more, and always");
    set(&h, "192.0.2.1", false, 0, &changed);
    is_str(waits(&h, 2, true), "8 8", "and who is alone has so much time, ...");
    h.lines[0].addrs[0].answer_ms = 9000;
    is_str(waits(&h, 2, true), "13 13", "... or half as much again as it took, ...");
    set(&h, "192.0.2.2", false, 0, &changed);
    is_str(waits(&h, 2, true), "- -", "... or, if it never answered, all there is");
    hosts_free(&h);
}

/* What lac_dial.c and lac.c make of a redial timeout: so long until one that may be back is tried again,
 * and so long a rest at most between two rounds. */
static uint64_t within(uint64_t timeout)
{
    return timeout - timeout / 4 + 2000;
}

static uint64_t rest(uint64_t timeout, uint64_t took)
{
    uint64_t least = timeout / 4;

    return timeout > took + least ? timeout - took : least;
}

/* Of a try that lasts so long, from its beginning to its last SCCRQ: 0, 1, 3, 7, 15 s. */
static uint64_t last_sent(uint64_t lasts)
{
    uint64_t at = 0;

    for (uint64_t next = 1000; next < lasts; next = 2 * next + 1000)
        at = next;
    return at;
}

/* How one that is missed fails until it is back. */
enum failing { IS_MUTE, REFUSES, IS_SLOW, HOW_FAILING };

/* As lac_dial.c has it of a try of one among n. */
static uint64_t connect_among(size_t n, uint64_t timeout, uint64_t connect)
{
    uint64_t soon = timeout * 3 / 4 + (n > 1 ? 2500 : 4000);

    return connect <= 8000 && soon < connect ? soon : connect;
}

/* A try, from now on; *sent: when what it was sent last might have been answered by a server that is
 * back. */
static uint64_t one_try(struct hosts *h, uint64_t now, uint64_t lasts, enum failing how, uint64_t *sent)
{
    *sent = how == IS_MUTE ? now + last_sent(lasts) : now;
    now += how == REFUSES ? 30 : lasts;
    if (how == IS_MUTE)
        hosts_mute(h, now);
    else
        hosts_failed(h, now);
    return now;
}

/* Ten minutes of a LAC, all of whose other hosts are silent; the one at "at" has answered before.  The
 * longest time in which that is sent nothing; *others: how many tries the others had at least. */
static uint64_t longest_gap(struct hosts *h, size_t at, uint64_t timeout, uint64_t connect, enum failing how,
                            unsigned *others)
{
    uint64_t now = 1000000, sent = now, gap = 0, end = now + 600000, last;
    unsigned tries[8] = {0};
    struct hosts_next next;

    connect = connect_among(h->n, timeout, connect);
    h->lines[at].addrs[0] = (struct hosts_addr){
        .addr = h->lines[at].addrs[0].addr, .mute = true, .answer_ms = 20, .missed = now};
    while (now < end) {
        uint64_t begun = now;

        hosts_begin(h, within(timeout), lot, NULL);
        while (hosts_step(h, now, &next) == HOSTS_TRY) {
            size_t i = next.addr.ip[3] - 1u;
            uint64_t lasts = next.first_ms != 0 && next.first_ms < connect ? next.first_ms : connect;

            tries[i]++;
            if (i == at && now - sent > gap)
                gap = now - sent;
            now = one_try(h, now, i == at && how == IS_SLOW ? connect : lasts, i == at ? how : IS_MUTE,
                          i == at ? &sent : &last);
        }
        now += rest(timeout, now - begun);
    }
    *others = ~0u;
    for (size_t i = 0; i < h->n; i++)
        if (i != at && tries[i] < *others)
            *others = tries[i];
    return gap;
}

/* A server that was away is found in time, whatever it did before, whatever else is dead, and that is tried
 * as well. */
static void test_missed(enum failing how)
{
    static const char *const lines[] = {"192.0.2.1", "192.0.2.1 192.0.2.2", "192.0.2.1 192.0.2.2 192.0.2.3",
                                        "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5"};
    static const uint64_t timeouts[] = {1000, 2000, 3000, 5000, 8000, 10000, 15000, 20000, 30000};
    static const char *const words[] = {"is mute", "refuses", "says nothing more"};
    unsigned late = 0, starved = 0;

    for (size_t i = 0; i < 4 * 9 * 4; i++) {
        const char *line = lines[i % 4];
        uint64_t timeout = timeouts[i / 4 % 9], connect = i / 36 % 2 ? 60000 : 8000, gap;
        bool share = i / 72 % 2, changed;

        for (size_t at = 0; at <= strlen(line) / 10 && (how != IS_SLOW || connect == 8000); at++) {
            struct hosts h = {0};
            unsigned others;

            set(&h, line, share, 60000, &changed);
            gap = longest_gap(&h, at, timeout, connect, how, &others);
            late += gap > timeout + 5000 - 200;
            starved += others < 5;
            if (gap > timeout + 5000 - 200 || others < 5)
                printf("# %s, the %zu. %s, redial timeout %llu, connect %llu%s: %llu ms, others %u\n", line,
                       at + 1, words[how], (unsigned long long)timeout, (unsigned long long)connect,
                       share ? ", shared" : "", (unsigned long long)gap, others);
            hosts_free(&h);
        }
    }
    printf("# one that %s\n", words[how]);
    is_int(late, 0, "one that is missed is tried within a redial timeout and 5 s of the time before");
    is_int(starved, 0, "and so are all others, now and then");
}

/* When the call of the one at "at" has ended and the redial comes as late as it may: how long after the end
 * it is dialled, if all others are silent. */
static uint64_t tried_after(struct hosts *h, size_t at, uint64_t timeout, uint64_t connect)
{
    uint64_t now = 1000000 + hosts_redial_ms(timeout, 0, 1, UINT32_MAX);
    struct hosts_next next;

    h->at_line = &h->lines[at];
    h->at_addr = &h->lines[at].addrs[0];
    hosts_answered(h, 20);
    hosts_left(h, 1000000);
    hosts_begin(h, within(timeout), lot, NULL);
    while (hosts_step(h, now, &next) == HOSTS_TRY && next.addr.ip[3] != at + 1) {
        now += next.first_ms != 0 && next.first_ms < connect ? next.first_ms : connect;
        hosts_mute(h, now);
    }
    return now - 1000000;
}

/* A call that has ended in words, for whatever reason: as soon, but by order. */
static void test_left(void)
{
    static const uint64_t timeouts[] = {1000, 2000, 3000, 5000, 8000, 15000, 30000};
    struct hosts h = {0};
    struct hosts_next next;
    unsigned late = 0;
    bool changed;

    for (size_t i = 0; i < 7 * 2 * 2; i++)
        for (size_t at = 0; at < 4; at++) {
            uint64_t timeout = timeouts[i % 7], after;

            set(&h, "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4", i / 7 % 2, 60000, &changed);
            after = tried_after(&h, at, timeout, i / 14 ? 60000 : 8000);
            late += after > timeout + 4500;
            hosts_free(&h);
        }
    is_int(late, 0, "one whose call has ended is dialled within a redial timeout and 5 s");
    set(&h, "192.0.2.1 192.0.2.2", false, 60000, &changed);
    tried_after(&h, 1, 1000, 8000);
    h.lines[0].addrs[0].locked_until = 0;
    hosts_begin(&h, within(1000), lot, NULL);
    ok(hosts_step(&h, 1002000, &next) == HOSTS_TRY && next.addr.ip[3] == 1, "the first is first all the same");
    hosts_worked(&h);
    tried_after(&h, 1, 1000, 8000);
    ok(h.at_addr == &h.lines[1].addrs[0], "then that");
    hosts_hollow(&h, 1003000);
    ok(h.lines[1].addrs[0].left, "who hangs up before PPP is up is expected, ...");
    tried_after(&h, 1, 1000, 8000);
    hosts_hollow(&h, 1003000);
    tried_after(&h, 1, 1000, 8000);
    hosts_hollow(&h, 1003000);
    ok(!h.lines[1].addrs[0].left, "... but not the third time in a row");
    hosts_free(&h);
    set(&h, "192.0.2.1", false, 60000, &changed);
    tried_after(&h, 0, 1000, 60000);
    hosts_begin(&h, within(1000), lot, NULL);
    hosts_step(&h, 1002000, &next);
    is_int((int)next.first_ms, HOSTS_ALONE_MS, "and one that is alone is asked anew before its SCCRQs are rare");
    hosts_free(&h);
    set(&h, "slow.test 192.0.2.2", false, 60000, &changed);
    tried_after(&h, 1, 30000, 8000);
    ok(h.at_addr == NULL, "a look-up has its turn, too");
    hosts_late(&h);
    ok(hosts_step(&h, 1033000, &next) == HOSTS_TRY && next.addr.ip[3] == 2, "but is not waited for twice");
    hosts_free(&h);
}

/* One that falls silent again and again before PPP is up has its turn after the others, but in time. */
static void test_missed_hollow(void)
{
    struct hosts h = {0};
    struct hosts_next next;
    bool changed;

    set(&h, "192.0.2.1 192.0.2.2 192.0.2.3", false, 60000, &changed);
    hosts_begin(&h, 6000, lot, NULL);
    hosts_step(&h, 1000, &next);
    hosts_answered(&h, 20);
    hosts_silent(&h, 1000);
    hosts_hollow(&h, 3000);
    ok(hosts_step(&h, 3000, &next) == HOSTS_TRY && next.addr.ip[3] == 2 && next.first_ms == 4000,
       "the second has so much time as is left");
    hosts_mute(&h, 7000);
    ok(hosts_step(&h, 7000, &next) == HOSTS_TRY && next.addr.ip[3] == 1, "then the first is tried again");
    hosts_mute(&h, 9000);
    ok(hosts_step(&h, 9000, &next) == HOSTS_TRY && next.addr.ip[3] == 3, "and then the third");
    hosts_free(&h);
}

/* The first has answered a question on the way back: it is as one that was dialled. */
static void test_first_answered(void)
{
    struct addr first = addr_ip4(0xc0000201, 1701), other = addr_ip4(0xc0000209, 1701);
    struct hosts h = {0};
    bool changed;

    set(&h, "192.0.2.1 192.0.2.2", false, 0, &changed);
    waits(&h, 1, true);
    hosts_first_answered(&h, &other, 2500);
    is_str(waits(&h, 1, true), "22", "both were mute");
    hosts_first_answered(&h, &first, 2500);
    is_str(waits(&h, 3, true), "-- 32 32",
           "the first is mute no more, and when it is again it has half as much again as it took");
    hosts_free(&h);
}

/* A look-up that is not waited for. */
static void test_slow_names(void)
{
    struct hosts h = {0};
    struct hosts_next next;
    struct addr a = addr_ip4(0xc0000207, 1701);
    bool changed;

    set(&h, "slow.test 192.0.2.2", false, 60000, &changed);
    hosts_begin(&h, 0, lot, NULL);
    ok(hosts_step(&h, 1, &next) == HOSTS_LOOK_UP && !next.slow, "a name is looked up");
    hosts_late(&h);
    ok(hosts_step(&h, 1, &next) == HOSTS_TRY && next.addr.ip[3] == 2, "not waited for");
    hosts_found(&h, "slow.test", 1701, NULL, 0);
    hosts_begin(&h, 0, lot, NULL);
    ok(hosts_step(&h, 1, &next) == HOSTS_LOOK_UP && next.slow,
       "it is known for that the next time");
    hosts_late(&h);
    hosts_found(&h, "slow.test", 1701, &a, 1);
    ok(hosts_step(&h, 1, &next) == HOSTS_TRY && next.addr.ip[3] == 7,
       "what it brings late is tried in its place");
    hosts_begin(&h, 0, lot, NULL);
    ok(hosts_step(&h, 1, &next) == HOSTS_LOOK_UP && !next.slow, "and then it is as good as any");
    hosts_free(&h);
}

/* To one that has a line of its own. */
static void test_sent_along(void)
{
    struct hosts h = {0};
    struct hosts_next next;
    struct addr there = addr_ip4(0xc0000202, 1701);
    bool changed;

    set(&h, "192.0.2.1 192.0.2.2 192.0.2.3", false, 60000, &changed);
    hosts_begin(&h, 0, lot, NULL);
    hosts_step(&h, 1, &next);
    hosts_failed(&h, 1);
    hosts_directed(&h, next.host, &there, 1);
    hosts_step(&h, 1, &next);
    hosts_mute(&h, 1);
    ok(hosts_step(&h, 1, &next) == HOSTS_TRY && next.addr.ip[3] == 3,
       "who was sent to the next line's, which failed, does not dial it once more");
    hosts_worked(&h);
    hosts_begin(&h, 0, lot, NULL);
    ok(hosts_step(&h, 1, &next) == HOSTS_TRY && next.addr.ip[3] == 3,
       "and that is locked out, as if it had been its turn");
    hosts_failed(&h, 1);
    hosts_directed(&h, next.host, &there, 1);
    hosts_step(&h, 2, &next);
    hosts_worked(&h);
    hosts_begin(&h, 0, lot, NULL);
    ok(hosts_step(&h, 2, &next) == HOSTS_TRY && next.addr.ip[3] == 2 && !next.probe,
       "until it works, by whichever way it was reached");
    hosts_free(&h);
}

static void test_sent_elsewhere(void)
{
    struct hosts h = {0};
    struct hosts_next next;
    uint64_t later;
    struct addr there[2] = {addr_ip4(0xc0000207, 1701), addr_ip4(0xc0000208, 1701)};
    bool changed;
    int sent = 0;

    set(&h, "192.0.2.1 192.0.2.2", false, 60000, &changed);
    hosts_begin(&h, 0, lot, NULL);
    hosts_step(&h, 1, &next);
    hosts_failed(&h, 1);
    ok(hosts_directed(&h, next.host, there, 2), "sent elsewhere");
    ok(hosts_step(&h, 1, &next) == HOSTS_TRY && next.addr.ip[3] == 7 && !next.last, "there first");
    is_str(next.host, "192.0.2.1", "under the name of who sent us");
    hosts_failed(&h, 1);
    ok(hosts_step(&h, 1, &next) == HOSTS_TRY && next.addr.ip[3] == 8, "then the second of these");
    while (hosts_failed(&h, 1), hosts_directed(&h, next.host, there, 1)) {
        hosts_step(&h, 1, &next);
        sent++;
    }
    is_int(sent, HOSTS_DIRECTIONS - 1, "not for ever");
    ok(hosts_step(&h, 1, &next) == HOSTS_TRY && next.addr.ip[3] == 2 && next.last,
       "then what was configured goes on");
    ok(!hosts_directed(&h, "x", there, 0), "a direction to nowhere is none");
    hosts_begin(&h, 0, lot, NULL);
    ok(hosts_step(&h, 1, &next) == HOSTS_TRY && next.addr.ip[3] == 2,
       "the next round knows nothing of it");
    ok(hosts_is_fallback(&h, &there[0]) && hosts_is_fallback(&h, &h.lines[1].addrs[0].addr) &&
           !hosts_is_fallback(&h, &h.lines[0].addrs[0].addr),
       "what is a fall-back");
    ok(!hosts_first(&h, 60000, &next, &later) && later == 60001,
       "the first is locked out for a while");
    ok(hosts_first(&h, later, &next, &later) && next.addr.ip[3] == 1 &&
           hosts_is_first(&h, "192.0.2.1", 1701),
       "and then it is there again");
    hosts_first_failed(&h, &next.addr, 60001);
    ok(!hosts_first(&h, 180000, &next, &later) && later == 180001,
       "unless it has failed once more");
    hosts_free(&h);
    ok(!hosts_is_fallback(&h, &there[0]) && !hosts_first(&h, 1, &next, &later) && later == 0,
       "without lines nothing is");
}

static void test_redial(void)
{
    static const struct {
        const char *name;
        uint64_t base, cap;
        unsigned n;
        uint32_t lot;
        uint64_t ms;
    } times[] = {
        {"the first takes the base", 30000, 300000, 1, 0, 30000},
        {"and 2 s at most", 30000, 300000, 1, UINT32_MAX, 31999},
        {"an eighth of a short one", 1000, 1000, 1, UINT32_MAX, 1124},
        {"without a cap above it all take the base", 30000, 0, 50, 0, 30000},
        {"a cap below it is none", 30000, 10, 9, 0, 30000},
        {"the second takes twice that", 30000, 300000, 2, 0, 60000},
        {"or down to the base", 30000, 300000, 2, UINT32_MAX, 30001},
        {"the third again", 30000, 300000, 3, 0, 120000},
        {"down to the half", 30000, 300000, 3, UINT32_MAX, 60001},
        {"up to the cap", 30000, 300000, 5, 0, 300000},
        {"for ever", 30000, 300000, 4000000000u, 0, 300000},
        {"none is none", 30000, 300000, 0, 0, 30000},
    };

    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        is_int((long long)hosts_redial_ms(times[i].base, times[i].cap, times[i].n, times[i].lot),
               (long long)times[i].ms, times[i].name);
}

/* Calls that come up and come to nothing: locked out as long as it takes, since an answer to a
 * question tells nothing. */
static void test_hollow(void)
{
    struct hosts h = {0};
    struct hosts_next next;
    uint64_t later, now = 1, most = 0;
    bool changed;

    set(&h, "192.0.2.1 192.0.2.2", false, 1000, &changed);
    for (int i = 0; i < 9; i++, now = later) {
        hosts_begin(&h, 0, lot, NULL);
        ok(hosts_step(&h, now, &next) == HOSTS_TRY && next.addr.ip[3] == 1,
           "when its time is over the first is tried");
        hosts_hollow(&h, now);
        ok(!hosts_first(&h, now, &next, &later), "hollow: locked out for %llu ms",
           (unsigned long long)(later - now));
        most = later - now > most ? later - now : most;
        ok(i > 5 || later - now == 1000ull << i, "for twice the time of before");
    }
    is_int((long long)most, 1000 * HOSTS_HOLLOW_MOST, "up to so many times the first");
    hosts_begin(&h, 0, lot, NULL);
    hosts_step(&h, now, &next);
    hosts_worked(&h);
    ok(hosts_first(&h, now, &next, &later), "one that works is forgiven");
    hosts_begin(&h, 0, lot, NULL);
    hosts_step(&h, now, &next);
    hosts_hollow(&h, now);
    ok(!hosts_first(&h, now, &next, &later) && later == now + 1000, "and begins from the first time");
    hosts_free(&h);
}

/* All are locked out: the hollow ones, which take long, come last; but one that is not locked any more
 * has its old place. */
static void test_hollow_last(void)
{
    struct hosts h = {0};
    struct hosts_next next;
    char told[64];
    bool changed;

    set(&h, "192.0.2.1 192.0.2.2 192.0.2.3", false, 60000, &changed);
    hosts_begin(&h, 0, lot, NULL);
    hosts_step(&h, 1, &next);
    hosts_hollow(&h, 1);
    hosts_step(&h, 2, &next);
    hosts_failed(&h, 2);
    hosts_step(&h, 3, &next);
    hosts_failed(&h, 3);
    round_of(&h, 10, "", "1", told);
    is_str(told, "!2!3!1.", "a hollow one after those that have failed at once");
    hosts_hollow(&h, 11);
    round_of(&h, 60012, "", "1", told);
    is_str(told, "!1", "in its old place when its time is over");
    hosts_failed(&h, 60013);
    round_of(&h, 60014, "", "", told);
    is_str(told, "!1!2!3.", "one that fails at once by now is hollow no more");
    hosts_free(&h);
}

/* A week of a LAC with three lines, each of which fails and mends at random.  An address takes 8 s
 * to find silent; a redial comes after 30 s; a call lasts until its LNS fails. */
static void test_week(void)
{
    struct hosts h = {0};
    uint64_t now = 1000, end = 7 * 86400000ull, until[3] = {0}, down = 0, all_down = 0, first = 0;
    unsigned up = 7, rounds = 0, worst = 0, wrong = 0;
    bool changed;

    set(&h, "192.0.2.1 192.0.2.2 192.0.2.3", false, 60000, &changed);
    while (now < end) {
        struct hosts_next next;
        uint64_t fell = now, mend = 0;
        int at = -1;

        for (int i = 0; i < 3; i++)
            if (now >= until[i]) {
                up = lot(NULL) % 4 != 0 ? up | 1u << i : up & ~(1u << i);
                until[i] = now + 600000 + lot(NULL) % 7200000;
            }
        hosts_begin(&h, 0, lot, NULL);
        rounds++;
        while (at < 0 && hosts_step(&h, now, &next) == HOSTS_TRY) {
            int i = next.addr.ip[3] - 1;

            now += up >> i & 1 ? 50 : 8000;
            if (up >> i & 1) {
                hosts_worked(&h);
                at = i;
            } else
                hosts_failed(&h, now);
        }
        if (at < 0) {
            wrong += up != 0; /* something was well, and a round has not found it */
            all_down += now - fell;
            now += hosts_redial_ms(30000, 0, 1, lot(NULL));
            continue;
        }
        down += now - fell;
        worst = now - fell > worst ? (unsigned)(now - fell) : worst;
        mend = until[at] < end ? until[at] : end;
        first += at == 0 ? mend - now : 0;
        now = mend > now ? mend : now;
        now += hosts_redial_ms(30000, 0, 1, lot(NULL)); /* its LNS was looked at anew: redial */
    }
    ok(rounds > 100 && wrong == 0, "a week: %u rounds, each of which finds what is well", rounds);
    ok(worst <= 2 * 8000 + 50, "the slowest in %u ms", worst);
    ok(down / rounds < 8000, "%llu ms each", (unsigned long long)(down / rounds));
    ok(first > end / 2, "most of it by the first (%llu %% of the time)",
       (unsigned long long)(first * 100 / end));
    ok(all_down < end, "without any for %llu s", (unsigned long long)(all_down / 1000));
    hosts_free(&h);
}

/* Two that have answered and are missed: who is dialled first has no more than is left for the other. */
static void test_two_missed(void)
{
    struct hosts h = {0};
    struct hosts_next next;
    bool changed;

    set(&h, "192.0.2.1 192.0.2.2", false, 60000, &changed);
    for (uint64_t now = 1000; now < 40000; now += 31000) {
        hosts_begin(&h, 24500, lot, NULL);
        ok(hosts_step(&h, now, &next) == HOSTS_TRY && next.addr.ip[3] == 1, "the first is dialled");
        if (now > 1000)
            is_int(next.first_ms, HOSTS_MUTE_MS, "with little time, as the second has to be tried again");
        hosts_answered(&h, 20);
        hosts_failed(&h, now);
        ok(hosts_step(&h, now, &next) == HOSTS_TRY && next.addr.ip[3] == 2, "it refuses: the second");
        hosts_answered(&h, 20);
        hosts_failed(&h, now);
    }
    hosts_free(&h);
}

/* The way back to a first line of several addresses, asked one after the other; without a lock-out, too. */
static void test_first_of_several(void)
{
    static const uint64_t locks[] = {0, 1000};
    struct hosts h = {0};
    struct hosts_next next;
    uint64_t later;
    bool changed;

    for (size_t i = 0; i < sizeof locks / sizeof *locks; i++) {
        set(&h, "a 192.0.2.9", false, locks[i], &changed);
        hosts_begin(&h, 0, lot, NULL);
        ok(hosts_step(&h, 1, &next) == HOSTS_LOOK_UP, "the first is a name");
        look_up(&h, &next, "a=192.0.2.1,192.0.2.2");
        for (uint64_t now = 100000; now < 300000; now += 100000) {
            hosts_first_begin(&h);
            ok(hosts_first(&h, now, &next, &later) && next.addr.ip[3] == 1, "its first address is asked");
            hosts_first_failed(&h, &next.addr, now);
            ok(hosts_first(&h, now + 90000, &next, &later) && next.addr.ip[3] == 2,
               "in vain: its second one, even if the first is not locked out any more");
            hosts_first_failed(&h, &next.addr, now);
            ok(!hosts_first(&h, now + 1, &next, &later) && (later > now) == (locks[i] > 0), "then none");
        }
        hosts_free(&h);
    }
}

int main(void)
{
    test_rows();
    test_share();
    test_set();
    test_set_in_hand();
    test_late();
    test_moved();
    test_always_moves();
    test_refuses_for_good();
    test_directions();
    test_mute();
    test_first_answered();
    test_slow_names();
    test_sent_along();
    test_sent_elsewhere();
    test_redial();
    test_hollow();
    test_hollow_last();
    for (enum failing how = IS_MUTE; how < HOW_FAILING; how++)
        test_missed(how);
    test_left();
    test_two_missed();
    test_first_of_several();
    test_missed_hollow();
    test_week();
    return tap_done();
}
