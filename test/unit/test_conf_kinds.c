/* l2tpd.conf: the kinds of value. */
#include "conf_rig.h"
#include "host/conf_kinds.h"
#include "wire/quirks.h"

/* Keys that take words: what they are in struct conf_lac; -1: refused. */
static const struct {
    const char *text;
    int hide, flow, bearer;
} words[] = {
    {"hidden bit = no", 0, 0, 0},       {"hidden bit = yes", 1, 0, 0},
    {"hidden bit = ALWAYS", 2, 0, 0},   {"hidden bit = y", 1, 0, 0},
    {"hidden bit = true", 1, 0, 0},     {"hidden bit = on", 1, 0, 0},
    {"hidden bit = 1", 1, 0, 0},        {"hidden bit = n", 0, 0, 0},
    {"hidden bit = False", 0, 0, 0},    {"hidden bit = off", 0, 0, 0},
    {"hidden bit = 0", 0, 0, 0},        {"hidden bit = auto", -1, 0, 0},
    {"hidden bit = 2", -1, 0, 0},       {"hidden bit =", -1, 0, 0},
    {"flow bit = yes", 0, 1, 0},        {"flow bits = auto", 0, 2, 0},
    {"flow bit = 1", 0, 1, 0},          {"flow bit = off", 0, 0, 0},
    {"flow bit = always", -1, 0, 0},    {"bearer type = none", 0, 0, 0},
    {"bearer type = digital", 0, 0, 1}, {"bearer type = Analog", 0, 0, 2},
    {"bearer type = any", 0, 0, 3},     {"bearer type = yes", -1, 0, 0},
    {"bearer type = 0", -1, 0, 0},
};

static void test_words(void)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char text[128];
        struct conf *c;

        snprintf(text, sizeof text, "[lac x]\nlns = a\n%s\n", words[i].text);
        c = parse(text);
        if (words[i].hide < 0)
            ok(c == NULL, "'%s' is refused", words[i].text);
        else
            ok(c != NULL && (int)c->lac->peer.hide == words[i].hide &&
                   (int)c->lac->peer.flow == words[i].flow &&
                   (int)c->lac->bearer == words[i].bearer,
               "X4-05 '%s' is understood", words[i].text);
        conf_free(c);
    }
}

/* Which names are forced, and which forbidden; "refused" if it is. */
static const struct {
    const char *text, *on, *off;
} quirk_lists[] = {
    {"", "", ""},
    {"minimal", "minimal", ""},
    {"minimal, -silent-hello", "minimal", "silent-hello"},
    {"+minimal -no-hello,+no-status", "minimal no-status", "no-hello"},
    {" ,Minimal,,\tNO-HELLO , ", "no-hello minimal", ""},
    {"-no-hiding -brief-hiding", "", "no-hiding brief-hiding"},
    {"minimal minimal", "minimal", ""},
    {"minimal -minimal", "refused", ""},
    {"-minimal +minimal", "refused", ""},
    {"minimum", "refused", ""},
    {"minimal-", "refused", ""},
    {"--minimal", "refused", ""},
    {"- minimal", "refused", ""},
    {"yes", "refused", ""},
    {"a-name-that-is-much-longer-than-any-quirk", "refused", ""},
};

static uint32_t bits_of(const char *names)
{
    uint32_t bits = 0;

    for (; *names != '\0'; names += strspn(names, " ")) {
        size_t n = strcspn(names, " ");

        bits |= quirk_by_name(names, n);
        names += n;
    }
    return bits;
}

static void test_quirks(void)
{
    const struct quirk_row *rows;
    struct conf *c;
    size_t n;

    for (size_t i = 0; i < sizeof quirk_lists / sizeof quirk_lists[0]; i++) {
        char text[128];

        snprintf(text, sizeof text, "[lac x]\nlns = a\nquirks = %s\n", quirk_lists[i].text);
        c = parse(text);
        if (strcmp(quirk_lists[i].on, "refused") == 0)
            ok(c == NULL, "quirks '%s' are refused", quirk_lists[i].text);
        else
            ok(c != NULL && c->lac->peer.quirks_on == bits_of(quirk_lists[i].on) &&
                   c->lac->peer.quirks_off == bits_of(quirk_lists[i].off),
               "quirks '%s'", quirk_lists[i].text);
        conf_free(c);
    }
    rows = quirks_rows(&n);
    for (size_t i = 0; i < n; i++) {
        char text[128];

        snprintf(text, sizeof text, "[lns x]\nlac=192.0.2.1\nassign ip=no\nquirks=-%s\n",
                 rows[i].name);
        c = parse(text);
        ok(c != NULL && c->lns->peer.quirks_off == rows[i].bit && c->lns->peer.quirks_on == 0,
           "quirk %s", rows[i].name);
        conf_free(c);
    }
}

static const struct {
    const char *text;
    uint32_t low, high;
} ranges[] = {
    {"192.0.2.1", 0xc0000201, 0xc0000201},
    {"192.0.2.1-192.0.2.9", 0xc0000201, 0xc0000209},
    {"192.0.2.1 - 192.0.2.9", 0xc0000201, 0xc0000209},
    {"192.0.2.1 \t-192.0.2.9", 0xc0000201, 0xc0000209},
    {"192.0.2.10-20", 0xc000020a, 0xc0000214},
    {"192.0.2.10 - 4.20", 0xc000020a, 0xc0000414},
    {"192.0.2.77/24", 0xc0000200, 0xc00002ff},
    {"192.0.2.77 / 32", 0xc000024d, 0xc000024d},
    {"0.0.0.0/0", 0, UINT32_MAX},
    {"lac1", 0xc0000204, 0xc0000204},
    {"lac1-lac2", 0xc0000204, 0xc0000209},
    {"lac1-9", 0xc0000204, 0xc0000209},
    {"my-host", 0xc0000263, 0xc0000263},
    {"lac1 - my-host", 0xc0000204, 0xc0000263},
};

static const char *const bad_ranges[] = {
    "",
    "-",
    "192.0.2.1-",
    "-192.0.2.1",
    "192.0.2.1-256",
    "192.0.2.1,",
    ",192.0.2.1",
    "192.0.2.1--192.0.2.9",
    "192.0.2.1/33",
    "192.0.2.1/",
    "/24",
    "192.0.2.9-1",
    "192.0.2.1 9",
    "::1",
    "nobody",
    "192.0.2.1-nobody",
    "1.2.3",
    "192.0.2.1-1.2.3.4.5",
    "10.0.0.1-10.0.0.1000",
};

static void test_ranges(void)
{
    char text[256];
    struct conf *c;

    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        const struct conf_range *r;

        snprintf(text, sizeof text, "[lns x]\nassign ip=no\nlac = %s\n", ranges[i].text);
        c = parse(text);
        r = c != NULL ? c->lns->lac : NULL;
        ok(r != NULL && r->low == ranges[i].low && r->high == ranges[i].high && !r->deny &&
               r->line == 3 && r->next == NULL,
           "X4-30 X4-33 range %s", ranges[i].text);
        conf_free(c);
    }
    for (size_t i = 0; i < sizeof bad_ranges / sizeof bad_ranges[0]; i++) {
        snprintf(text, sizeof text, "[lns x]\nassign ip=no\nlac = %s\n", bad_ranges[i]);
        c = parse(text);
        ok(c == NULL, "range '%s' is refused", bad_ranges[i]);
        conf_free(c);
    }
    c = parse("[lns x]\nlac=1.0.0.1,1.0.0.3-4 , 1.0.0.8/31\nNO  LAC = 1.0.0.4\nassign ip=no\n");
    ok(c != NULL && c->lns->lac->next->next->next->deny &&
           c->lns->lac->next->next->next->low == 0x01000004 && c->lns->lac->next->low == 0x01000003,
       "a list of ranges, then a denied one, whatever the case of its key");
    conf_free(c);
}

static const struct {
    const char *text, *host;
    unsigned port;
} hosts[] = {
    {"lns.example.com", "lns.example.com", 1701},
    {"a:51701", "a", 51701},
    {"a 1702", "a", 1702},
    {"a\t 1702", "a", 1702},
    {"192.0.2.1", "192.0.2.1", 1701},
    {"192.0.2.1:1", "192.0.2.1", 1},
    {"2001:db8::1", "2001:db8::1", 1701},
    {"[2001:db8::1]", "2001:db8::1", 1701},
    {"[2001:db8::1]:1702", "2001:db8::1", 1702},
    {"[2001:db8::1] 1702", "2001:db8::1", 1702},
    {"2001:db8::1 1702", "2001:db8::1", 1702},
    {"fe80::1%eth0", "fe80::1%eth0", 1701},
    {"\"a_b:7\"", "a_b", 7},
    {"", NULL, 0},
    {"a b", NULL, 0},
    {"a:", NULL, 0},
    {"a:65536", NULL, 0},
    {"a,b", NULL, 0},
    {"a:1:2", NULL, 0},
    {"[::1", NULL, 0},
    {"[::1]x", NULL, 0},
    {"-a", NULL, 0},
    {"fe80::1%", NULL, 0},
    {"1.2.3", NULL, 0},
    {"a/b", NULL, 0},
    {"[]:1", NULL, 0},
    {":1701", NULL, 0},
    {"a:-1", NULL, 0},
};

static void test_hosts(void)
{
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        const struct conf_lns_host *h;
        char text[256];
        struct conf *c;

        snprintf(text, sizeof text, "[lac x]\nlns = %s\n", hosts[i].text);
        c = parse(text);
        h = c != NULL ? c->lac->lns : NULL;
        if (hosts[i].host == NULL)
            ok(c == NULL, "lns '%s' is refused", hosts[i].text);
        else
            ok(h != NULL && strcmp(h->host, hosts[i].host) == 0 && h->port == hosts[i].port &&
                   h->line == 2,
               "lns %s", hosts[i].text);
        conf_free(c);
    }
}

static void note_error(void *ctx, bool warning, const char *line)
{
    if (!warning)
        snprintf(ctx, 200, "%s", line);
}

/* A reload must not wait for a name server: what a name came to at the start is what it is. */
static void test_frozen_names(void)
{
    static const char start[] = "[lns default]\nip range = 10.0.0.1\nlocal ip = lac1\n";
    static const char later[] = "[lns default]\nip range = 10.0.0.1\nlocal ip = lac9\n";
    char error[200] = "";
    struct conf *c;

    conf_free(conf_parse("f", start, sizeof start - 1, note_error, error));
    conf_freeze_names(true);
    asked = 0;
    c = conf_parse("f", start, sizeof start - 1, note_error, error);
    ok(c != NULL && c->lns->local_ip == 0xc0000204, "a name that was known at the start");
    conf_free(c);
    c = conf_parse("f", later, sizeof later - 1, note_error, error);
    ok(c == NULL && strstr(error, "not known at the start") != NULL, "a new one: %s", error);
    conf_free(c);
    is_int(asked, 0, "nobody was asked");
    conf_freeze_names(false);
}

/* How ip(8) and nft(8) write a mark; -1: refused. */
static const struct {
    const char *text;
    int64_t value;
} numbers[] = {
    {"0", 0},
    {"16", 16},
    {"010", 10},
    {"4294967295", UINT32_MAX},
    {"0x10", 16},
    {"0Xfe", 254},
    {"0xFFFFFFFF", UINT32_MAX},
    {"0x0", 0},
    {"0x100000000", -1},
    {"0xffffffffffffffffffff", -1},
    {"99999999999999999999", -1},
    {"0x", -1},
    {"x10", -1},
    {"10x", -1},
    {"0x1g", -1},
    {"0x0x1", -1},
    {"-0x1", -1},
    {"0x-1", -1},
    {"0x 1", -1},
    {"ff", -1},
    {"+1", -1},
    {"-1", -1},
    {"--1", -1},
    {"1 1", -1},
    {"", -1},
};

static void test_numbers(void)
{
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char text[128];
        struct conf *c;

        snprintf(text, sizeof text, "[lac x]\nlns = a\nfwmark = %s\n", numbers[i].text);
        c = parse(text);
        if (numbers[i].value < 0)
            ok(c == NULL, "number '%s' is refused", numbers[i].text);
        else
            ok(c != NULL && c->lac->fwmark == numbers[i].value, "number '%s' is understood",
               numbers[i].text);
        conf_free(c);
    }
}

int main(void)
{
    test_words();
    test_numbers();
    test_quirks();
    test_ranges();
    test_hosts();
    test_frozen_names();
    return tap_done();
}
