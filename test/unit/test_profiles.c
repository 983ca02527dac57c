/* What each key makes of the profile that a tunnel lives by, in both kinds of sections. */
#include "profiles.h"

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "short.h"
#include "tap.h"

static struct hub h;

/* The profile of a peer that comes, or of one that is dialled, with this file. */
static struct l2tp_profile profile_of(bool lac, const char *global, const char *keys)
{
    struct addr peer = addr_ip4(0xc0000207, 1701);
    struct l2tp_host host = profiles_host(&h);
    struct l2tp_profile p = {.window = 0};
    char text[512];

    snprintf(text, sizeof text, "[global]\n%s\n%s\n%s\n", global,
             lac ? "[lac x]\nlns = 192.0.2.7" : "[lns default]\nassign ip = no", keys);
    h.conf = conf_parse("f", text, strlen(text), NULL, NULL);
    if (h.conf == NULL)
        ok(false, "'%s' is right", text);
    else if (lac)
        profiles_of_lac(&h, h.conf->lac, &peer, "192.0.2.7", &p);
    else
        host.profile(host.ctx, &(struct l2tp_who){.peer = &peer, .host_name = span_str("peer")},
                     &p);
    conf_free(h.conf);
    h.conf = NULL;
    return p;
}

#define FIELD(field) offsetof(struct l2tp_profile, field), sizeof((struct l2tp_profile *)0)->field

enum { LNS = 1, LAC = 2, BOTH = 3 };

/* A key, the field, its value by default and with the key. */
static const struct {
    const char *name, *global, *keys;
    unsigned roles;
    size_t at, size;
    unsigned long before, after;
} rows[] = {
    {"X4-23 max retries = 7", "max retries = 7", "", BOTH, FIELD(max_tries), 5, 7},
    {"X4-24 cap backoff = 8", "cap backoff = 8", "", BOTH, FIELD(cap_ms), 16000, 8000},
    {"X4-24 cap backoff = 60", "cap backoff = 60", "", BOTH, FIELD(cap_ms), 16000, 60000},
    {"X4-34 exclusive", "", "exclusive = yes", LNS, FIELD(exclusive), 0, 1},
    {"X4-35 hidden bit", "", "hidden bit = yes", BOTH, FIELD(hide), HIDE_NEVER, HIDE_PROVEN},
    {"X4-35 always", "", "hidden bit = always", BOTH, FIELD(hide), HIDE_NEVER, HIDE_ALWAYS},
    {"X4-36 length bit", "", "length bit = yes", BOTH, FIELD(length_bit), 0, 1},
    {"X4-37 challenge", "", "challenge = yes", BOTH, FIELD(challenge), 0, 1},
    {"X4-38 tunnel rws", "", "tunnel rws = 9", BOTH, FIELD(window), 4, 9},
    {"X4-39 flow bit", "", "flow bit = yes", BOTH, FIELD(sequence), 0, 1},
    {"X4-39 flow bits", "", "flow bits = yes", BOTH, FIELD(sequence), 0, 1},
    {"flow bit = auto", "", "flow bit = auto", LNS, FIELD(sequence), 0, 1},
    {"which is no for a LAC", "", "flow bit = auto", LAC, FIELD(sequence), 0, 0},
    {"X4-41 tx bps", "", "tx bps = 56000", BOTH, FIELD(tx_bps), 10000000, 56000},
    {"X4-41 rx bps", "", "rx bps = 57000", BOTH, FIELD(rx_bps), 10000000, 57000},
    {"X4-41 bps", "", "bps = 58000", BOTH, FIELD(tx_bps), 10000000, 58000},
    {"X4-41 bps, both ways", "", "bps = 58000", BOTH, FIELD(rx_bps), 10000000, 58000},
    {"hello interval", "", "hello interval = 7", LNS, FIELD(hello_ms), 60000, 7000},
    {"hello interval of a LAC", "", "hello interval = 7", LAC, FIELD(hello_ms), 10000, 7000},
    {"hello interval = auto", "", "hello interval = auto", LNS, FIELD(hello_ms), 60000, 60000},
    {"of a LAC that redials", "", "redial = yes", LAC, FIELD(hello_ms), 10000, 10000},
    {"soon", "", "redial = yes\nredial timeout = 15", LAC, FIELD(hello_ms), 10000, 5000},
    {"at once", "", "redial = yes\nredial timeout = 1", LAC, FIELD(hello_ms), 10000, 1000},
    {"late", "", "redial = yes\nredial timeout = 300", LAC, FIELD(hello_ms), 10000, 10000},
    {"does not", "", "redial = no\nredial timeout = 3", LAC, FIELD(hello_ms), 10000, 10000},
    {"is told", "", "redial = yes\nredial timeout = 6\nhello interval = 9", LAC, FIELD(hello_ms),
     10000, 9000},
    {"is to be quiet", "", "redial = yes\nredial timeout = 6\nhello = no", LAC, FIELD(hello_ms),
     10000, 0},
    {"a doubt", "", "redial = yes\nredial timeout = 29", LAC, FIELD(doubt_ms), 0, 3000},
    {"with a HELLO of its own", "", "redial = yes\nredial timeout = 10\nhello interval = 60", LAC,
     FIELD(doubt_ms), 0, 2000},
    {"at once", "", "redial = yes\nredial timeout = 1", LAC, FIELD(doubt_ms), 0, 1000},
    {"no doubt with a redial that is late", "", "redial = yes\nredial timeout = 30", LAC,
     FIELD(doubt_ms), 0, 0},
    {"or none", "", "redial timeout = 5", LAC, FIELD(doubt_ms), 0, 0},
    {"hello", "", "hello = no", LNS, FIELD(hello_ms), 60000, 0},
    {"hello of a LAC", "", "hello = no", LAC, FIELD(hello_ms), 10000, 0},
    {"a HELLO in vain", "", "hello interval = 60", LAC, FIELD(hello_wait_ms), 17000, 17000},
    {"with a dead time", "", "dead time = 7", LAC, FIELD(hello_wait_ms), 17000, 0},
    {"with more tries", "max retries = 6", "", LAC, FIELD(hello_wait_ms), 17000, 0},
    {"a HELLO of a LNS", "max retries = 4", "", LNS, FIELD(hello_wait_ms), 0, 0},
    {"dead time", "", "dead time = 7", BOTH, FIELD(dead_ms), 0, 7000},
    {"setup timeout", "", "setup timeout = 7", BOTH, FIELD(setup_ms), 60000, 7000},
    {"reorder timeout", "", "reorder timeout = 7", BOTH, FIELD(reorder_ms), 0, 7},
    {"priority bit", "", "priority bit = yes", BOTH, FIELD(priority_bit), 0, 1},
    {"ecn", "", "ecn = yes", BOTH, FIELD(ecn), 0, 1},
    {"disconnect cause", "", "disconnect cause = no", BOTH, FIELD(disconnect_cause), 1, 0},
    {"outgoing calls", "", "outgoing calls = yes", BOTH, FIELD(accept_outgoing), 0, 1},
    {"tie breaker", "", "tie breaker = yes", LAC, FIELD(tie_breaker), 0, 1},
    {"require sequencing", "", "require sequencing = yes", LAC, FIELD(require_sequencing), 0, 1},
};

static unsigned long value(const struct l2tp_profile *p, size_t i)
{
    const void *field = (const char *)p + rows[i].at;

    return rows[i].size == 1   ? *(const uint8_t *)field
           : rows[i].size == 2 ? *(const uint16_t *)field
                               : *(const uint32_t *)field;
}

static void test_keys(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int lac = 0; lac < 2; lac++) {
            const char *place = lac ? "[lac]" : "[lns]";
            struct l2tp_profile p;

            if ((rows[i].roles & (lac ? LAC : LNS)) == 0)
                continue;
            p = profile_of(lac, "", "");
            is_int((long long)value(&p, i), (long long)rows[i].before, rows[i].name);
            p = profile_of(lac, rows[i].global, rows[i].keys);
            ok(value(&p, i) == rows[i].after, "%s in %s", rows[i].name, place);
        }
}

static void test_names(void)
{
    for (int lac = 0; lac < 2; lac++) {
        struct l2tp_profile p = profile_of(lac, "", "");

        is_str(p.host_name, "here", "the Host Name is that of this host");
        is_str(p.secret, "ours", "under which the secret is found");
        is_str(p.label, lac ? "x" : "default", "the section goes by its name");
        p = profile_of(lac, "", "hostname = other");
        is_str(p.host_name, "other", "X4-42 or that of the key hostname");
        is_str(p.secret, "theirs", "X4-42 and so is us in the secrets");
    }
}

static void free_pools(void)
{
    profiles_free_pools(h.pools);
    profiles_free_pools(h.group_pools);
    h.pools = h.group_pools = NULL;
}

/* Our own addresses, of whatever section, are for us alone; sections go by their names in any case.
 */
static void test_pools(void)
{
    static const char text[] = "[lns default]\nip range = 10.0.0.1 - 10.0.0.8\n"
                               "local ip range = 10.0.0.1 - 10.0.0.3\n"
                               "[lns Other]\nlac = 192.0.2.1\nip range = 10.1.0.1 - 10.1.0.9\n"
                               "local ip = 10.0.0.2\n[lac x]\nlns = 192.0.2.7\n"
                               "local ip = 10.0.0.3\nremote ip = 10.1.0.9\n"
                               "[lac y]\nlns = 192.0.2.8\nremote ip = 10.0.0.1\n";
    struct lns_pool *p;

    h.conf = conf_parse("f", text, strlen(text), NULL, NULL);
    h.book = pool_book_new();
    if (!ok(h.conf != NULL && profiles_use_pools(&h, h.conf), "pools are made"))
        return;
    p = profiles_pool(&h, "DEFAULT");
    ok(p != NULL && profiles_pool(&h, "other") != p, "found by name, in any case");
    is_int((long long)pool_size(p->remote, h.book), 5, "three of its addresses are set elsewhere");
    is_int((long long)pool_size(p->local, h.book), 2, "two as ours, which we may take ourselves");
    is_int((long long)pool_size(profiles_pool(&h, "other")->remote, h.book), 8,
           "whom a LAC dials has one of the other's");
    ok(profiles_pool(&h, "nobody") == NULL, "no section, no pool");
    free_pools();
    pool_book_free(h.book);
    conf_free(h.conf);
    h.conf = NULL;
}

/* The pools that calls of a section and a group are given addresses from, "remote/local" by their sizes;
 * '-' for none. */
static const char *pools_text(const char *section, const char *group, char *text, size_t size)
{
    const struct conf_lns *lns = conf_find_lns(h.conf, section);
    struct pool *remote, *local;
    char peers[24] = "-", ours[24] = "-";

    profiles_pools(&h, lns, group != NULL ? conf_find_group(h.conf, group) : NULL, &remote, &local);
    if (remote != NULL)
        snprintf(peers, sizeof peers, "%zu", pool_size(remote, h.book));
    if (local != NULL)
        snprintf(ours, sizeof ours, "%zu", pool_size(local, h.book));
    snprintf(text, size, "%s/%s", peers, ours);
    return text;
}

static const char with_groups[] =
    "[lns default]\nip range = 10.0.0.1 - 10.0.0.8\nlocal ip range = 10.8.0.1-10.8.0.3\n"
    "[lns bare]\nlac = 192.0.2.1\nassign ip = yes\nlocal ip = 10.8.1.1\nno ip range = 10.0.0.1-10.0.0.8\n"
    "[group none]\nsticky = no\n[group NONE]\nip range = 10.0.1.1-10.0.1.2\n"
    "[group own]\nip range = 10.0.0.7 - 10.0.0.9\nlocal ip = 10.0.0.9\n"
    "[group ends]\nlocal ip range = 10.8.2.1\n[group deny]\nno ip range = 10.0.0.2\n";

static enum l2tp_admission admission(const char *label)
{
    struct l2tp_host host = profiles_host(&h);
    struct l2tp_profile p = {.window = 0};

    snprintf(p.label, sizeof p.label, "%s", label);
    return host.admit(host.ctx, NULL, &p);
}

static void test_groups(void)
{
    struct pool *remote, *local, *before;
    uint32_t had[4];
    char text[64];

    h.conf = conf_parse("f", with_groups, strlen(with_groups), NULL, NULL);
    h.book = pool_book_new();
    if (!ok(h.conf != NULL && profiles_use_pools(&h, h.conf), "groups have pools"))
        return;
    is_str(pools_text("default", NULL, text, sizeof text), "8/3", "a section's own");
    is_str(pools_text("default", "none", text, sizeof text), "8/3", "and of a group without any");
    is_str(pools_text("default", "deny", text, sizeof text), "8/3", "'no ip range' alone is none");
    is_str(pools_text("default", "NONE", text, sizeof text), "2/3", "names count octet by octet");
    is_str(pools_text("default", "own", text, sizeof text), "2/3",
           "a group's own, without what is set as ours in a group");
    is_str(pools_text("default", "ends", text, sizeof text), "8/1", "an own one for our ends");
    is_str(pools_text("bare", "own", text, sizeof text), "2/-", "whatever section it comes to");
    is_int(admission("bare"), ADMITTED, "a section without addresses lets in whom a group may have some for");
    profiles_pools(&h, h.conf->lns, conf_find_group(h.conf, "own"), &remote, &local);
    had[0] = pool_take(remote, h.book);
    had[1] = pool_take(remote, h.book);
    ok(had[0] == 0x0a000007 && had[1] == 0x0a000008 && pool_take(remote, h.book) == 0,
       "a group's pool is used up");
    before = profiles_pool(&h, "default")->remote;
    is_int((long long)pool_used(before, h.book), 2, "and the section that overlaps has them not");
    ok(profiles_use_pools(&h, h.conf), "a reload");
    profiles_pools(&h, h.conf->lns, conf_find_group(h.conf, "own"), &remote, &local);
    is_int((long long)pool_used(remote, h.book), 2, "what is leased stays so");
    is_int(admission("bare"), ADMITTED, "another group has room");
    profiles_pools(&h, h.conf->lns, conf_find_group(h.conf, "NONE"), &remote, &local);
    had[2] = pool_take(remote, h.book);
    had[3] = pool_take(remote, h.book);
    is_int(admission("bare"), NO_ROOM, "with all of them used up a call is refused at once");
    is_int(admission("default"), ADMITTED, "where the section has addresses it is not");
    pool_give(h.book, had[3]);
    is_int(admission("bare"), ADMITTED, "nor when one has come back");
    free_pools();
    pool_book_free(h.book);
    conf_free(h.conf);
    h.conf = NULL;
}

/* Whatever of all that a configuration needs there is no memory for: what was before stays whole. */
static void test_short_of_memory(void)
{
    static const char old[] = "[lns default]\nip range = 10.0.0.1 - 10.0.0.8\n"
                              "local ip = 10.0.0.8\n";
    static const char text[] =
        "[lac far]\nlns = 192.0.2.7\nlocal ip = 10.0.2.1\nremote ip = 10.0.2.2\n[lns first]\nip range = 10.0.0.1 - 10.0.0.4\n"
        "local ip range = 10.7.0.1 - 10.7.0.4, 10.7.0.9\n"
        "[lns second]\nip range = 10.0.1.1 - 10.0.1.8\nlocal ip = 10.0.0.1\n"
        "[lns third]\nip range = 10.0.2.1 - 10.0.2.8\nlocal ip range = 10.7.1.1\n"
        "[group g]\nip range = 10.0.3.1\nlocal ip range = 10.7.2.1\n[group h]\nlocal ip = 10.7.3.1\n";
    struct conf *was = conf_parse("old", old, strlen(old), NULL, NULL);
    struct conf *is = conf_parse("f", text, strlen(text), NULL, NULL);
    unsigned n = 0;

    h.book = pool_book_new();
    if (!ok(was != NULL && is != NULL && profiles_use_pools(&h, was), "what was before"))
        return;
    for (bool good = false; !good; n++) {
        short_of = n + 1;
        good = profiles_use_pools(&h, is);
        if (good != (short_of > 0) ||
            (!good && (profiles_pool(&h, "default") == NULL ||
                       pool_size(profiles_pool(&h, "default")->remote, h.book) != 7))) {
            ok(false, "allocation %u fails, and so does the whole, changing nothing", n + 1);
            break;
        }
        short_of = 0;
    }
    short_of = 0;
    ok(n > 10, "each of %u allocations may fail", n - 1);
    for (const struct conf_lns *lns = is->lns; lns != NULL; lns = lns->next) {
        const struct lns_pool *p = profiles_pool(&h, lns->name);

        ok(p != NULL && (p->local != NULL) == (lns->local_ip_range != NULL),
           "then [lns %s] has its pools", lns->name);
    }
    free_pools();
    pool_book_free(h.book);
    conf_free(was);
    conf_free(is);
}

int main(void)
{
    char path[] = "/tmp/test_profiles.XXXXXX";
    static const char text[] = "here * ours\nother * theirs\n";
    int fd = mkstemp(path);

    if (fd < 0 || write(fd, text, sizeof text - 1) != (ssize_t)sizeof text - 1)
        return 1;
    close(fd);
    snprintf(h.host_name, sizeof h.host_name, "here");
    h.secrets = secrets_new(path);
    test_keys();
    test_names();
    test_pools();
    test_groups();
    test_short_of_memory();
    secrets_free(h.secrets);
    unlink(path);
    return tap_done();
}
