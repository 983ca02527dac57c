/* Private groups in l2tpd.conf: read, found, laid over a [lns], printed, and judged. */
#include "conf_rig.h"

#include <string.h>

#include "host/conf_kinds.h"

static void test_names(void)
{
    struct conf *c = parse("[lns default]\nassign ip = no\n[group Blue]\nmax calls = 2\n"
                           "[Group blue]\nmax calls = 3\n[group default]\n[group a b]\n");

    if (!ok(c != NULL && told[0] == '\0', "[group] sections are read"))
        return;
    is_int(conf_find_group(c, "Blue")->max_calls, 2, "a group's name ...");
    is_int(conf_find_group(c, "blue")->max_calls, 3, "... counts octet by octet");
    ok(conf_find_group(c, "BLUE") == NULL, "and so does case");
    ok(conf_find_group(c, "default") != NULL, "default is a name like any other ...");
    is_int(conf_find_group(c, "a b")->max_calls, 0, "... and no template");
    conf_free(c);
    c = parse("[lns default]\nassign ip = no\n[group x]\nmax calls = 2\n[group x]\nvrf = v\n");
    ok(c != NULL && strstr(told, "begun in line 3 already") != NULL, "the same name is the same");
    is_int(conf_find_group(c, "x")->max_calls, 2, "section");
    is_str(conf_find_group(c, "x")->own.vrf, "v", "with all keys");
    conf_free(c);
}

static const struct {
    const char *pattern, *user;
    bool fits;
} fits[] = {
    {"*@example.net", "ann@example.net", true},
    {"*@example.net", "ann@EXAMPLE.net", true},
    {"*@example.net", "@example.net", true},
    {"*@example.net", "ann@example.net.org", false},
    {"*@example.net", "ann@sub.example.net", false},
    {"*@*.example.net", "ann@sub.example.net", true},
    {"*@*.example.net", "ann@example.net", false},
    {"CORP\\*", "corp\\ann", true},
    {"ann", "ann", true},
    {"ann", "anna", false},
    {"ann", "an", false},
    {"*", "", true},
    {"", "", true},
    {"a*b*c", "aXbXbc", true},
    {"a*b*c", "aXcXb", false},
    {"*a", "aaaaaaaaab", false},
    {"**a**", "bab", true},
};

static void test_match(void)
{
    struct conf *c;

    for (size_t i = 0; i < sizeof fits / sizeof *fits; i++)
        is_int(conf_match_fits(fits[i].pattern, span_str(fits[i].user)), fits[i].fits,
               fits[i].pattern);
    ok(conf_match_fits("a*b", span_of("a\0xb", 4)), "a NUL is an octet like others");
    c = parse("[lns default]\nassign ip = no\n[group all]\nmatch = *\n[group net]\n"
              "match = *@example.net\nmatch = *@example.com\n");
    ok(c != NULL && told[0] == '\0', "'match', several");
    is_str(conf_match_group(c, span_str("a@example.com"))->name, "net", "the last that fits");
    is_str(conf_match_group(c, span_str("a@example.org"))->name, "all", "or an earlier one");
    conf_free(c);
    c = parse("[lns default]\nassign ip = no\n[group x]\nmatch = a\n");
    ok(conf_match_group(c, span_str("b")) == NULL, "or none");
    conf_free(c);
}

static const char lns_keys[] =
    "[lns default]\nip range = 192.0.2.10-192.0.2.19\nlocal ip = 192.0.2.1\npppoptfile = /o\n"
    "name = n\nrequire chap = yes\nrequire authentication = yes\nipparam = %h\nvrf = mine\n";

static struct conf_lns over(const char *keys, struct conf **c)
{
    char text[1024];

    snprintf(text, sizeof text, "%s[group x]\n%s", lns_keys, keys);
    *c = parse(text);
    if (!ok(*c != NULL, "'%s' is right", keys))
        exit(1);
    return conf_group_over((*c)->lns, (*c)->groups);
}

static void test_over(void)
{
    struct conf *c;
    struct conf_lns v = over("max calls = 1\n", &c);

    ok(v.ip_range == c->lns->ip_range && v.local_ip == 0xc0000201 && v.peer.require_chap &&
           v.assign_ip && v.sticky,
       "what a group leaves unset is its section's");
    is_str(v.vrf, "mine", "its texts too");
    is_str(v.name, "default", "and it goes by the section's name");
    ok(!conf_group_has_pool(c->groups), "it has no pool");
    conf_free(c);
    v = over("ip range = 198.51.100.1\nlocal ip = 198.51.100.9\npppoptfile = /p\nname = m\n"
             "require chap = no\nassign ip = no\nsticky = no\nvrf = blue\nnetns = /run/netns/x\n",
             &c);
    ok(v.ip_range == c->groups->own.ip_range && conf_group_has_pool(c->groups), "ip range");
    ok(v.local_ip == 0xc6336409 && !v.peer.require_chap && !v.assign_ip && !v.sticky &&
           v.peer.require_auth,
       "what it sets goes before, no and yes");
    is_str(v.peer.pppoptfile, "/p", "pppoptfile");
    is_str(v.peer.name, "m", "name");
    is_str(v.vrf, "blue", "vrf");
    is_str(v.netns, "/run/netns/x", "netns");
    conf_free(c);
    v = over("local ip range = 198.51.100.1-198.51.100.9\npass peer = yes\n", &c);
    ok(v.local_ip == 0 && v.local_ip_range != NULL, "a range keeps the section's address out");
    ok(v.peer.pass_peer && v.peer.ipparam == NULL, "as 'pass peer' keeps its 'ipparam'");
    conf_free(c);
    v = over("vrf =\n", &c);
    ok(v.vrf == NULL, "an empty text undoes the section's");
    conf_free(c);
    v = over("no ip range = 192.0.2.11\n", &c);
    ok(v.ip_range == c->lns->ip_range, "'no ip range' alone does nothing ...");
    is_str(told, "W f:11: 'no ip range' in [group x] has no effect without an 'ip range' there",
           "... and is told of");
    conf_free(c);
}

static void test_same(void)
{
    struct conf *a = parse("[lns default]\nassign ip=no\n[group x]\nsticky = no\n"), *b;

    b = parse("[lns default]\nassign ip=no\n[group x]\n");
    ok(!conf_same_group(a->groups, b->groups), "'no' is not the same as unset");
    ok(conf_same_group(a->groups, a->groups), "a group is itself");
    conf_free(b);
    b = parse("[lns default]\nassign ip=no\n[group x]\nsticky = no\nmatch = a\n");
    ok(!conf_same_group(a->groups, b->groups), "'match' counts");
    conf_free(a);
    conf_free(b);
}

#define LNS "[lns default]\nassign ip = no\n"

static const struct {
    const char *name, *text, *want;
} judged[] = {
    {"no name", LNS "[group]\nmax calls = 1\n",
     "E f:3: [group] has no name: write [group NAME], with the name that the LAC sends"},
    {"a name that no call keeps",
     LNS "[group 0123456789012345678901234567890123456789012345678901234567890123]\n",
     "E f:3: the section's name is too long: 63 octets at most"},
    {"its longest",
     LNS "[group 012345678901234567890123456789012345678901234567890123456789012]\n", ""},
    {"nobody takes its calls", "[lac x]\nlns = a\n[group g]\n",
     "W f:3: [group g] has no effect: there is no [lns] section that takes its calls"},
    {"a key of others", LNS "[group g]\nhostname = x\n",
     "E f:4: 'hostname' does not belong in [group g]: move it to [lns NAME] or [lac NAME]"},
    {"a key of its own elsewhere", LNS "max calls = 3\n",
     "E f:3: 'max calls' does not belong in [lns default]: move it to [group NAME] or [switch NAME]"},
    {"a pattern of nothing", LNS "[group g]\nmatch =\n",
     "E f:4: 'match = ' must be a user's name, in which '*' stands for anything"},
    {"a pattern that a later group covers",
     LNS "[group g]\nmatch = *@a.example\n[group h]\nmatch = *.example\n",
     "W f:4: 'match = *@a.example' of [group g] has no effect: all that fits it fits line 6 too, "
     "and the last group counts"},
    {"a pool without effect", LNS "[group g]\nassign ip = no\nip range = 192.0.2.1\n",
     "W f:5: 'ip range' in [group g] has no effect with 'assign ip = no'"},
    {"an empty pool", LNS "[group g]\nip range = 192.0.2.1\nno ip range = 192.0.2.1\n",
     "W f:4: [group g] has no address to give, so its calls are refused: each of its 'ip range' is "
     "taken out again"},
    {"its own address in its pool", LNS "[group g]\nip range = 192.0.2.1-9\nlocal ip = 192.0.2.1\n",
     "W f:5: 'local ip' of [group g] lies in its own 'ip range': take it out with 'no ip range'"},
    {"what no script may see", LNS "[group g]\nvrf = $(x)\n",
     "E f:4: 'vrf' of [group g] is nothing to be given to scripts: letters, digits, blanks and + * "
     "# - . _ : / @ may stand in it, and no '-' at its begin"},
    {"nor an option", LNS "netns = -x\n",
     "E f:3: 'netns' of [lns default] is nothing to be given to scripts: letters, digits, blanks "
     "and + * # - . _ : / @ may stand in it, and no '-' at its begin"},
    {"a VRF is an interface", LNS "[group g]\nvrf = 0123456789abcdef\n",
     "E f:4: 'vrf = 0123456789abcdef' is too long: 15 octets at most"},
    {"against itself", LNS "[group g]\nrequire chap = yes\nrefuse chap = yes\n",
     "W f:4: 'require chap' and 'refuse chap' both stand in [group g]: we ask of the peer what we "
     "refuse to do ourselves; set one of them to no"},
    {"what its [lns] may have is not missed", LNS "[group g]\nrequire chap = yes\n", ""},
    {"pass peer", LNS "[group g]\nipparam = x\npass peer = yes\n",
     "W f:5: 'pass peer' in [group g] has no effect beside 'ipparam', which says all of it"},
    {"a '%' that is nothing's", LNS "[group g]\nipparam = %v,%s,%x\n",
     "W f:4: 'ipparam' of [group g] has a '%x' that stands for nothing and stays as it is: known "
     "are %p, %h, %n, %d, %g, %t, %c, %v and %s, and %% for a percent sign"},
    {"unknown group", LNS "unknown group = maybe\n",
     "E f:3: 'unknown group = maybe' must be default or refuse"},
    {"pools that overlap",
     "[lns default]\nip range = 192.0.2.1-9\n[group g]\nip range = 192.0.2.9-20\n[group h]\n"
     "ip range = 192.0.2.20\nlocal ip range = 192.0.2.2\n",
     "W f:4: 'ip range' of [group g] overlaps that of [lns default] in line 2, at 192.0.2.9: each "
     "address serves one call only, whichever comes first\n"
     "W f:6: 'ip range' of [group h] overlaps that of [group g] in line 4, at 192.0.2.20: each "
     "address serves one call only, whichever comes first\n"
     "W f:7: 'local ip range' of [group h] overlaps 'ip range' of [lns default] in line 2, at "
     "192.0.2.2: each address serves one call only, whichever comes first"},
    {"an address of ours in a pool",
     "[lns default]\nip range = 192.0.2.1-9\n[group g]\nlocal ip = 192.0.2.5\n",
     "W f:4: 'local ip' of [group g] lies in the 'ip range' of [lns default] in line 2: it is ours, "
     "so no peer gets 192.0.2.5"},
};

static void test_judged(void)
{
    for (size_t i = 0; i < sizeof judged / sizeof *judged; i++) {
        conf_free(parse(judged[i].text));
        is_str(told, judged[i].want, judged[i].name);
    }
}

/* What is printed is read as the same again, and shows of a group what it sets. */
static void test_print(void)
{
    static const char text[] = LNS "[group a b]\nmatch = \"x;*\"\nmatch = *@y\nsticky = no\n"
                                   "ip range = 192.0.2.1 - 192.0.2.9\nno ip range = 192.0.2.3\n";
    struct conf *c = parse(text), *again;
    FILE *f = tmpfile();
    size_t n;
    char *printed, *at;

    conf_print_values(f, c);
    rewind(f);
    printed = slurp(f, &n);
    fclose(f);
    at = strstr(printed, "[group a b]");
    ok(at != NULL && strstr(at, "sticky = no") != NULL && strstr(at, "; ") == NULL,
       "of a group what it sets is printed, and nothing else");
    ok(strstr(printed, "match = \"x;*\"") != NULL, "patterns in quotes where they need them");
    again = conf_parse("f", printed, n, tell, NULL);
    ok(again != NULL && conf_same_group(c->groups, again->groups), "it is read as the same");
    conf_free(c);
    conf_free(again);
}

int main(void)
{
    test_names();
    test_match();
    test_over();
    test_same();
    test_judged();
    test_print();
    return tap_done();
}
