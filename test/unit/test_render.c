/* render and status: pages of many objects, in parts, while objects come and go. */
#include "render.h"

#include <stdlib.h>

#include "host/sys.h"
#include "profiles.h"
#include "tap.h"
#include "trouble.h"

#define MANY 10000
#define NEW 30 /* sections that come while a page is made */

static struct hub h;
static struct text page;
static size_t longest; /* part */

static void drain(struct hub *hub)
{
    struct l2tp_event ev;

    while (l2tp_next(hub->engine, 1000, &ev))
        continue;
    l2tp_reap(hub->engine, 1000);
}

/* With a call, whose id is returned. */
static uint16_t open_tunnel(unsigned i)
{
    static const struct l2tp_profile p = {.label = "far", .host_name = "us", .window = 4};
    struct addr to = addr_ip4(0x0a000000u + i, 1701), anywhere = {0};
    uint16_t id = l2tp_open(h.engine, 1000, &anywhere, &to, &p, NULL);

    return l2tp_call(h.engine, 1000, id, &(struct l2tp_call_spec){.called = "12\"3"}, NULL);
}

static const char *make_page(enum render_format format)
{
    struct render r;
    bool more = true;

    text_cut(&page, page.n);
    longest = 0;
    for (render_begin(&r, &h, format); more;) {
        size_t before = page.n;

        more = render_more(&r, &page);
        if (page.n - before > longest)
            longest = page.n - before;
    }
    return page.p;
}

static int count(const char *text, const char *what)
{
    int n = 0;

    for (; (text = strstr(text, what)) != NULL; text++)
        n++;
    return n;
}

/* Every line of Prometheus' format: "# HELP NAME ...", "# TYPE NAME counter|gauge", or a sample of
 * the NAME that was introduced last, each name once. */
static bool is_exposition(const char *text, const char **bad)
{
    char name[128] = "", seen[32768] = "\n", word[160];

    for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
        size_t n = strcspn(line, " {");

        *bad = line;
        if (strncmp(line, "# HELP ", 7) == 0) {
            n = strcspn(line + 7, " ");
            snprintf(name, sizeof name, "%.*s", (int)n, line + 7);
            snprintf(word, sizeof word, "\n%s\n", name);
            if (strstr(seen, word) != NULL)
                return false;
            strcat(seen, word + 1);
        } else if (strncmp(line, "# TYPE ", 7) == 0) {
            if (strncmp(line + 7, name, strlen(name)) != 0)
                return false;
        } else if (strncmp(line, name, n) != 0 || name[n] != '\0') {
            return false;
        }
    }
    return true;
}

static void test_many(void)
{
    static uint16_t id[MANY];
    struct render r;
    const char *bad;
    bool more = true;
    int parts = 0;

    for (unsigned i = 0; i < MANY; i++)
        id[i] = open_tunnel(i);
    drain(&h);
    is_int(count(make_page(RENDER_TABLE), "10.0."), 2 * MANY, "10,000 tunnels and calls in tables");
    ok(longest < 32768, "none of the parts is long: %zu octets", longest);
    is_int(count(make_page(RENDER_JSON), "{\"tunnel\":"), 2 * MANY, "in JSON");
    ok(longest < 32768, "none of the parts is long: %zu octets", longest);
    make_page(RENDER_METRICS);
    is_int(count(page.p, "l2tpd_call_rx_bytes_total{"), MANY, "as metrics");
    if (!ok(is_exposition(page.p, &bad), "in Prometheus' format"))
        printf("# %.100s\n", bad);
    ok(longest < 32768, "none of the parts is long: %zu octets", longest);
    is_int(count(page.p, "# HELP l2tpd_call_info "), 1, "what they are stands once");

    /* every second one ends while the page is made */
    text_cut(&page, page.n);
    for (render_begin(&r, &h, RENDER_JSON); more; parts++) {
        more = render_more(&r, &page);
        for (unsigned i = (unsigned)parts % 2; i < MANY && parts < 100; i += 97) {
            l2tp_hang_up(h.engine, 1000, id[i], CDN_ADMINISTRATIVE, ERROR_NONE, "");
        }
        drain(&h);
    }
    ok(parts > 50, "while others end: %d parts", parts);
    ok(count(page.p, ",\"call\":") < MANY - 20, "which are not in it");
    is_str(page.p + page.n - 4, "]\n}\n", "the page is whole");
}

/* Names that differ in such octets alone are two series. */
static void test_no_utf8(void)
{
    static char latin1[] = "b\xfcro";
    char *name = h.pools->of[0].name;

    h.pools->of[0].name = latin1;
    ok(strstr(make_page(RENDER_METRICS), "l2tpd_pool_free{lns=\"b\\\\xfcro\"} ") != NULL,
       "metrics: an octet that is no UTF-8");
    ok(strstr(make_page(RENDER_JSON), "{\"lns\":\"b\\\\xfcro\",") != NULL, "JSON: likewise");
    h.pools->of[0].name = name;
}

static void test_few(void)
{
    const char *json = make_page(RENDER_JSON);

    ok(strncmp(json, "{\"format\":1\n,\"daemon\":{\"version\":\"", 33) == 0, "JSON: how it begins");
    ok(strstr(json, ",\"lacs\":[\n]\n,\"tunnels\":[\n]\n,\"calls\":[\n]\n}\n") != NULL,
       "empty lists are lists");
    ok(strstr(json, "{\"lns\":\"a\\\"b\",\"addresses\":8,\"used\":1,\"free\":7,\"local_addresses\":null,"
                    "\"local_used\":null,\"local_free\":null,\"trouble\":null,"
                    "\"trouble_text\":null,\"trouble_seconds\":null}\n,{\"lns\":\"default\","
                    "\"addresses\":0,\"used\":0,\"free\":0,\"local_addresses\":null,"
                    "\"local_used\":null,\"local_free\":null,\"trouble\":null,\"trouble_text\":null,"
                    "\"trouble_seconds\":null}\n") != NULL,
       "pools");
    ok(strstr(make_page(RENDER_TABLE),
              "\nLNS                   addresses  used    free    local free  trouble\n"
              "a\"b                   8          1       7       -           -\n") != NULL,
       "tables: a header, and columns");
    ok(strstr(page.p, "refused because") == NULL && strstr(page.p, "tunnel  role") == NULL,
       "what is not there has no table");
    ok(strstr(make_page(RENDER_METRICS), "l2tpd_pool_used{lns=\"a\\\"b\"} 1\n") != NULL,
       "metrics: labels are escaped");
    ok(strstr(page.p, "# TYPE l2tpd_calls gauge\nl2tpd_calls 0\n") != NULL, "a gauge");
    ok(strstr(page.p, "# TYPE l2tpd_rx_bytes_total counter\nl2tpd_rx_bytes_total 5000000000\n") !=
           NULL,
       "a counter of more than 32 bits");
    ok(strstr(page.p, "\nl2tpd_pool_info{lns=\"default\"} 1\n") != NULL,
       "info has no label for what is not there");
}

/* Sections of the kind: so many, and before them some more. */
static struct conf *sections(const char *kind, int n, int more)
{
    struct text t = {0};
    struct conf *c;

    for (int i = 0; i < more; i++)
        text_add(&t, "[%s new%d]\n", kind, i);
    for (int i = 0; i < n; i++)
        text_add(&t, "[%s x%d]\n", kind, i);
    c = conf_parse("f", t.p, t.n, NULL, NULL);
    text_free(&t);
    return c;
}

static void use_lacs(const char *file)
{
    conf_free(h.conf);
    h.conf = conf_parse("f", file, strlen(file), NULL, NULL);
    lac_adopt_sections(&h);
}

/* Whether the table has its columns below each other: "idle" where its header has "state". */
static bool is_aligned(const char *table)
{
    const char *line = strstr(table, "\nLAC "), *at;
    ptrdiff_t column;

    if (line == NULL || (at = strstr(line, "  state ")) == NULL)
        return false;
    column = at - line;
    while ((line = strchr(line + 1, '\n')) != NULL && line[1] != '\n' && line[1] != '\0')
        if (strncmp(line + column, "  idle  ", 8) != 0)
            return false;
    return true;
}

static void test_columns(void)
{
    static const char name[] = "more signs than the column has, \xc3\xbc";
    struct conf *was = h.conf;
    char file[512];
    size_t most = 0;

    h.conf = NULL;
    use_lacs("[lac a]\n[lac b]\n");
    ok(strstr(make_page(RENDER_TABLE), "\nLAC                   state  ") != NULL,
       "short names: a column's own width");
    snprintf(file, sizeof file, "[lac a]\n[lac %s]\n[lac b]\n", name);
    use_lacs(file);
    ok(is_aligned(make_page(RENDER_TABLE)), "a long name: the columns stand below each other");
    ok(strstr(page.p, ", \\xc3\\xbc  idle  ") != NULL, "it is there whole");
    snprintf(file, sizeof file, "[lac a]\n[lac %0126d]\n[lac b]\n", 0);
    use_lacs(file);
    ok(is_aligned(make_page(RENDER_TABLE)), "a very long one: likewise");
    ok(strstr(page.p, "000...  idle  ") != NULL, "it is cut, and shows it");
    for (const char *line = page.p; *line != '\0'; line += strcspn(line, "\n") + 1)
        if (strcspn(line, "\n") > most)
            most = strcspn(line, "\n");
    ok(most < 160, "so that no line is long: %zu signs", most);
    lac_free_all(&h);
    conf_free(h.conf);
    h.conf = was;
}

/* What went as it was meant to is no last trouble of a section. */
static void test_no_trouble(void)
{
    static const struct trouble_place place = {.lac = true, .name = "a"};
    struct conf *was = h.conf;

    h.conf = NULL;
    use_lacs("[lac a]\n");
    trouble_tell(&h, TROUBLE_NONE, &place, &(struct facts){0});
    ok(trouble_last(&h, true, "a") == NULL, "no trouble leaves no note");
    ok(strstr(make_page(RENDER_JSON),
              "\"trouble\":null,\"trouble_text\":null,\"trouble_seconds\":null}\n]\n,\"tunnels") != NULL,
       "and nothing in the status");
    lac_free_all(&h);
    conf_free(h.conf);
    h.conf = was;
}

/* Each table has room for its columns in what measures them. */
static void test_few_columns(void)
{
    for (size_t kind = STATUS_DAEMON + 1; kind < STATUS_KINDS; kind++) {
        int n = 0;

        for (const struct status_row *row = status_tables[kind].rows; row->name != NULL; row++)
            n += row->title != NULL;
        ok(n <= RENDER_COLUMNS, "%s: %d columns", status_tables[kind].plural, n);
    }
}

/* Sections come while a page is made: each is on it once, or not yet. */
static void test_more_sections(bool is_lac)
{
    const char *kind = is_lac ? "lac" : "lns", *row = is_lac ? "lac_up{lac" : "pool_free{lns";
    struct conf *was = h.conf;
    int often = 0, missing = 0, parts = 0;
    struct render r;
    bool more = true;

    h.conf = sections(kind, 100, 0);
    profiles_use_pools(&h, h.conf);
    if (is_lac)
        lac_adopt_sections(&h);
    text_cut(&page, page.n);
    for (render_begin(&r, &h, RENDER_METRICS); more; parts++) {
        more = render_more(&r, &page);
        if (parts >= NEW)
            continue;
        conf_free(h.conf);
        h.conf = sections(kind, 100, parts + 1);
        if (is_lac)
            lac_adopt_sections(&h);
        profiles_use_pools(&h, h.conf);
    }
    for (int i = -NEW; i < 100; i++) {
        char what[64];
        int n;

        snprintf(what, sizeof what, "l2tpd_%s=\"%s%d\"}", row, i < 0 ? "new" : "x", i < 0 ? -i - 1 : i);
        n = count(page.p, what);
        often += n > 1;
        missing += n == 0 && i >= 0;
    }
    ok(parts > 3, "a page of %d parts, most with a new [%s]", parts, kind);
    is_int(often, 0, "nothing is on it twice");
    is_int(missing, 0, "what was there all the while is on it");
    lac_free_all(&h);
    conf_free(h.conf);
    h.conf = was;
    profiles_use_pools(&h, h.conf);
}

#define LISTED 400 /* sections, enough for several parts */

/* How the sections are others than [lns x0] to [lns x399]: before these some more, some of them gone,
 * all the other way round. */
struct change {
    const char *name;
    int more, gone, gone_to;
    bool backwards, again; /* again: and at once all of them are as they were */
};

static void use_sections(const struct change *c)
{
    struct text t = {0};

    for (int i = 0; i < c->more; i++)
        text_add(&t, "[lns new%d]\n", i);
    for (int i = 0; i < LISTED; i++) {
        int n = c->backwards ? LISTED - 1 - i : i;

        if (n < c->gone || n >= c->gone_to)
            text_add(&t, "[lns x%d]\n", n);
    }
    conf_free(h.conf);
    h.conf = conf_parse("f", t.p, t.n, NULL, NULL);
    text_free(&t);
    profiles_use_pools(&h, h.conf);
}

/* What has become of them when the first part of a page, which has some ninety, has been made. */
static const struct change changes[] = {
    {"those listed last go, and some behind them", 0, 50, 150, false, false},
    {"all that have been listed go", 0, 0, 150, false, false},
    {"nearly all go", 0, 0, LISTED - 20, false, false},
    {"those listed last go, and others come", 50, 50, 150, false, false},
    {"and more than have gone", 90, 80, 100, false, false},
    {"they stand the other way round", 0, 0, 0, true, false},
    {"and some have gone, and others have come", 20, 50, 99, true, false},
    {"some go and come back", 0, 0, 300, false, true},
    {"others come and go again", 40, 0, 0, false, true},
};

static void test_other_sections(const struct change *c)
{
    static const struct change none = {.name = ""};
    int often = 0, missing = 0, parts = 0;
    struct conf *was = h.conf;
    struct render r;
    bool more = true;

    h.conf = NULL;
    use_sections(&none);
    text_cut(&page, page.n);
    for (render_begin(&r, &h, RENDER_JSON); more; parts++) {
        more = render_more(&r, &page);
        if (parts == 0)
            use_sections(c);
        if (parts == 0 && c->again)
            use_sections(&none);
    }
    for (int i = 0; i < LISTED; i++) {
        char what[64];
        int n;

        snprintf(what, sizeof what, "{\"lns\":\"x%d\"", i);
        n = count(page.p, what);
        often += n > 1;
        missing += n == 0 && (i < c->gone || i >= c->gone_to);
    }
    ok(parts > 3 && often == 0 && missing == 0, "%s: %d parts, %d pools twice, %d missing", c->name,
       parts, often, missing);
    conf_free(h.conf);
    h.conf = was;
    profiles_use_pools(&h, h.conf);
}

static void answer_random(void *ctx, void *room, size_t n)
{
    (void)ctx;
    sys_random(room, n);
}

int main(void)
{
    static const char file[] = "[lns \"a\\\"b\"]\nip range = 10.0.0.1-10.0.0.8\n[lns default]\n";
    struct l2tp_host host = {.ctx = &h, .random = answer_random};

    h.loop = loop_new();
    hash_init(&h.lacs_by_name);
    h.engine = l2tp_new(&host, 1);
    h.troubles = trouble_book_new();
    h.book = pool_book_new();
    h.conf = conf_parse("f", file, sizeof file - 1, NULL, NULL);
    h.conf_file = "/etc/l2tpd.conf";
    h.totals.rx_bytes = 5000000000u;
    if (h.conf == NULL || h.conf->lns == NULL)
        return 1;
    free(h.conf->lns->name);
    h.conf->lns->name = strdup("a\"b");
    profiles_use_pools(&h, h.conf);
    pool_take(h.pools->of[0].remote, h.book);
    test_few();
    test_no_utf8();
    test_columns();
    test_few_columns();
    test_no_trouble();
    test_many();
    test_more_sections(true);
    test_more_sections(false);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        test_other_sections(&changes[i]);
    text_free(&page);
    l2tp_free(h.engine);
    trouble_book_free(h.troubles);
    profiles_free_pools(h.pools);
    pool_book_free(h.book);
    conf_free(h.conf);
    loop_free(h.loop);
    return tap_done();
}
