/* host/conf_put: sections by command, on top of those of a file and beside them. */
#include "conf_rig.h"

#define MANY 10000u

static struct conf *put(struct conf *c, bool is_lac, const char *name, const char *settings)
{
    struct conf *one;

    told[0] = '\0';
    one = conf_parse_settings(is_lac, name, settings, tell, NULL);
    if (one == NULL || !conf_put(c, one, tell, NULL)) {
        conf_free(one);
        return NULL;
    }
    conf_free(one);
    return c;
}

/* "host:port host:port" */
static const char *hosts(const struct conf_lac *lac)
{
    static char text[256];
    size_t n = 0;

    text[0] = '\0';
    for (const struct conf_lns_host *h = lac->lns; h != NULL; h = h->next)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s:%u", n > 0 ? " " : "", h->host,
                              (unsigned)h->port);
    return text;
}

static void test_parsing(void)
{
    static const struct {
        const char *name, *settings, *told;
    } bad[] = {
        {"an unknown key", "lns=a;redail=yes",
         "E setting 2: unknown key 'redail' in [lac x]; did you mean 'redial'?"},
        {"a bad value", "redial timeout=soon", "E setting 1: 'redial timeout = soon' "},
        {"a key of another kind of section", "ip range=10.0.0.1",
         "E setting 1: 'ip range' does not belong in [lac x]: move it to [lns NAME] or [group NAME]"},
        {"no equals sign", "lns", "E setting 1: "},
        {"a header", "[global]", "E setting 1: a section's header is no setting"},
    };
    struct conf *c;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        told[0] = '\0';
        c = conf_parse_settings(true, "x", bad[i].settings, tell, NULL);
        ok(c == NULL && strncmp(told, bad[i].told, strlen(bad[i].told)) == 0, "%s: %s", bad[i].name,
           told);
        conf_free(c);
    }
    told[0] = '\0';
    c = conf_parse_settings(true, "x", "name = \"a;b\" ; ; lns=h:17;redial = yes;", tell, NULL);
    if (!ok(c != NULL && c->lac != NULL && c->lac->next == NULL, "good ones: %s", told))
        return;
    is_str(c->lac->peer.name, "a;b", "a semicolon in quotes ends nothing");
    is_str(hosts(c->lac), "h:17", "what follows counts");
    ok(c->lac->redial, "to the end");
    conf_free(c);
    c = conf_parse_settings(true, "x", "name = a\"b;hostname = \"c\\\\\";redial = yes", tell, NULL);
    ok(c != NULL && c->lac->redial, "quotes within a value are no quotes around one");
    is_str(c != NULL ? c->lac->peer.name : "", "a\"b", "but a part of it");
    is_str(c != NULL ? c->lac->peer.hostname : "", "c\\", "nor is a quote escaped behind two backslashes");
    conf_free(c);
    c = conf_parse_settings(false, "DEFAULT", "", tell, NULL);
    ok(c != NULL && strcmp(c->lns->name, "default") == 0, "no setting; default has one spelling");
    conf_free(c);
}

static void test_lac(void)
{
    struct conf *c = parse("[lac default]\nredial = yes\nname = joe\n"
                           "[lac a]\nlns = one\nlns = two\nredial timeout = 7\nname = jim\n");
    const struct conf_lac *a = conf_find_lac(c, "a"), *b;

    ok(put(c, true, "b", "lns=three") != NULL, "a new one");
    b = conf_find_lac(c, "b");
    ok(b != NULL && b->redial && strcmp(b->peer.name, "joe") == 0, "has its template's values");
    ok(put(c, true, "A", "lns=four;redial timeout=9") != NULL && conf_find_lac(c, "a") == a,
       "one of the file, by any case");
    is_str(hosts(a), "four:1701", "a list is replaced");
    is_int(a->redial_timeout_s, 9, "a value too");
    is_str(a->peer.name, "jim", "what is not named stays");
    ok(put(c, true, "a", "max redials=-1") == NULL && a->redial_timeout_s == 9,
       "an error changes nothing");
    ok(put(c, true, "a", "maximum bps=5") == NULL &&
           strstr(told, "is above its 'maximum bps'") != NULL && a->maximum_bps != 5,
       "nor does one that comes out of both");
    ok(put(c, true, "default", "name=jack;redial=no") != NULL, "the template changes");
    is_str(b->peer.name, "jack", "so do those that have it");
    ok(!b->redial && a->redial_timeout_s == 9, "in what they leave to it");
    is_str(a->peer.name, "jim", "and in nothing else");
    ok(conf_take(c, true, "default"), "the template goes");
    ok(b->peer.name == NULL, "and its values with it");
    is_str(hosts(b), "three:1701", "but not what is theirs");
    ok(conf_take(c, true, "b") && conf_find_lac(c, "b") == NULL && !conf_take(c, true, "b"),
       "a section goes, once");
    ok(put(c, true, "default", "name=jane") != NULL && put(c, true, "z", "") != NULL &&
           strcmp(conf_find_lac(c, "z")->peer.name, "jane") == 0,
       "a new template counts");
    conf_free(c);
}

static void test_lns(void)
{
    struct conf *c = parse("[lns default]\nip range = 10.0.0.1-10.0.0.9\nlocal ip = 10.1.0.1\n"
                           "[lns a]\nlac = 192.0.2.1\nno ip range = 10.0.0.3\n"
                           "ip range = 10.0.0.2-10.0.0.4\nbps = 300\n");
    struct conf_lns *a = conf_find_lns(c, "a");

    ok(put(c, false, "a", "ip range=10.7.0.1-10.7.0.2") != NULL, "a pool by command");
    ok(conf_ranges_allow(a->ip_range, 0x0a070001) && !conf_ranges_allow(a->ip_range, 0x0a000002),
       "takes the place of the file's");
    ok(conf_ranges_allow(a->lac, 0xc0000201), "what selects the section stays");
    is_int(a->peer.tx_bps, 300, "and what 'bps' set");
    ok(put(c, false, "a", "tx bps=5") != NULL && a->peer.tx_bps == 5 && a->peer.rx_bps == 300,
       "half of that can be changed");
    ok(put(c, false, "a", "local ip=10.1.0.2") != NULL && a->local_ip == 0x0a010002, "local ip");
    ok(put(c, false, "a", "local ip range=10.1.0.5-10.1.0.6") != NULL && a->local_ip == 0 &&
           a->local_ip_range != NULL,
       "makes way for what it cannot stand beside");
    ok(put(c, false, "a", "local ip=10.1.0.2") != NULL && a->local_ip_range == NULL, "and back");
    ok(put(c, false, "a", "local ip=10.1.0.2;local ip range=10.1.0.5") == NULL,
       "both in one command clash as in a file");
    conf_free(c);
}

/* The addresses of 10.0.0.x that are in the pool of a section. */
static const char *pool_of(const struct conf *c, const char *name)
{
    static char text[256];
    const struct conf_lns *lns = conf_find_lns(c, name);
    size_t n = 0;

    text[0] = '\0';
    for (unsigned i = 0; i < 16; i++)
        if (conf_ranges_allow(lns->ip_range, 0x0a000000 + i))
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%u", n > 0 ? " " : "", i);
    return text;
}

/* "no ip range" by itself leaves out of what there is, and of what the template has. */
static void test_leave_out(void)
{
    static const char file[] = "[lns default]\nip range = 10.0.0.1-5\n"
                               "[lns a]\nlac = 192.0.2.0/24\n"
                               "[lns b]\nlac = 198.51.100.1\nno ip range = 10.0.0.2\n";
    struct conf *c = parse(file), *added = conf_empty("added");

    is_str(pool_of(c, "b"), "1 3 4 5", "in a file it leaves out of the template's");
    ok(put(c, false, "default", "no ip range=10.0.0.3") != NULL, "by command from the template: %s",
       told);
    is_str(pool_of(c, "default"), "1 2 4 5", "which keeps its others");
    is_str(pool_of(c, "a"), "1 2 4 5", "as do those that have it");
    is_str(pool_of(c, "b"), "1 4 5", "less what they leave out themselves");
    put(c, false, "b", "no ip range=10.0.0.5");
    put(c, false, "a", "no ip range=10.0.0.1;no lac=192.0.2.9");
    is_str(pool_of(c, "b"), "1 4", "by command from one that leaves some out already");
    is_str(pool_of(c, "a"), "2 4 5", "and from one that had all of the template's");
    ok(conf_ranges_allow(conf_find_lns(c, "a")->lac, 0xc0000208) &&
           !conf_ranges_allow(conf_find_lns(c, "a")->lac, 0xc0000209),
       "its peers too are the same less one");
    put(c, false, "default", "ip range=10.0.0.4-8");
    is_str(pool_of(c, "b"), "4 6 7 8", "a new template counts for them");
    put(c, false, "b", "ip range=10.0.0.2");
    is_str(pool_of(c, "b"), "2", "until they have a list of their own");
    conf_free(c);

    put(added, false, "default", "no ip range=10.0.0.3");
    put(added, false, "default", "no ip range=10.0.0.4");
    put(added, false, "b", "no ip range=10.0.0.1");
    c = parse(file);
    ok(conf_put(c, added, tell, NULL), "a reload: %s", told);
    is_str(pool_of(c, "default"), "1 2 5", "leaves out what commands have, all of them");
    is_str(pool_of(c, "b"), "5", "and for one that has both the file's, the command's and these");
    ok(conf_take(c, false, "default"), "the template goes");
    is_str(pool_of(c, "b"), "", "and leaves nothing");
    conf_free(c);
    conf_free(added);
}

/* What a reload does: the same settings again, on a new tree. */
static void test_again(void)
{
    struct conf *added = conf_empty("added"), *c = parse("[lac a]\nlns = one\nname = jim\n");

    put(added, true, "a", "lns=two;redial=yes");
    put(added, true, "a", "redial timeout=5");
    put(added, true, "b", "lns=three");
    put(added, false, "l", "lac=192.0.2.0/24");
    ok(conf_put(c, added, tell, NULL), "what was added comes on top of the file");
    is_str(hosts(conf_find_lac(c, "a")), "two:1701", "by the commands, one after the other");
    ok(conf_find_lac(c, "a")->redial && conf_find_lac(c, "a")->redial_timeout_s == 5,
       "all of them");
    is_str(conf_find_lac(c, "a")->peer.name, "jim", "over what the file says");
    ok(conf_find_lac(c, "b") != NULL && conf_find_lns(c, "l") != NULL, "and new sections");
    conf_free(c);
    conf_free(added);
}

/* What is kept for a reload is judged when it stands on the file, not by itself. */
static void test_kept(void)
{
    struct conf *added = conf_empty("added");
    struct conf *one = conf_parse_settings(true, "a", "minimum bps=20000000", tell, NULL);

    told[0] = '\0';
    ok(one != NULL && !conf_put(added, one, tell, NULL) && told[0] != '\0',
       "a minimum above the usual maximum is an error");
    told[0] = '\0';
    ok(one != NULL && conf_put(added, one, NULL, NULL) && conf_find_lac(added, "a") != NULL,
       "and is kept, where it is not to be judged");
    is_str(told, "", "without a word");
    conf_free(one);
    conf_free(added);
}

/* A command can change a section of the file; that section may leave the file. */
static void test_on_top(void)
{
    struct conf *added = conf_empty("added"), *c = parse("[lac b]\nlns = one\n");

    put(added, true, "a", "redial=yes");
    put(added, true, "b", "redial=yes");
    put(added, true, "n", "lns=three");
    conf_put_on_top(added, true, "a");
    conf_put_on_top(added, true, "b");
    told[0] = '\0';
    ok(conf_put(c, added, tell, NULL), "on a file that has one of two");
    ok(conf_find_lac(c, "a") == NULL, "what changed a section that is gone makes none");
    is_str(told, "", "and nobody is warned of it");
    ok(conf_find_lac(c, "b")->redial && conf_find_lac(c, "n") != NULL, "the others count");
    conf_drop_tops(added, c);
    ok(conf_find_lac(added, "a") == NULL && conf_find_lac(added, "b") != NULL &&
           conf_find_lac(added, "n") != NULL,
       "it is forgotten, and the others are not");
    conf_free(c);
    conf_free(added);
}

/* Many, and the ends of their lists when the last ones go. */
static void test_many(void)
{
    struct conf *added = conf_empty("added"), *c = parse("");
    unsigned good = 0;
    char name[16];

    for (unsigned i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "many%u", i);
        good += put(added, true, name, "lns=a") != NULL;
    }
    is_int(good, MANY, "many sections by command");
    ok(conf_put(c, added, tell, NULL) && conf_find_lac(c, name) != NULL, "on top of a file");
    for (unsigned i = MANY; i-- > MANY - 100;) {
        snprintf(name, sizeof name, "many%u", i);
        good -= conf_take(c, true, name);
    }
    is_int(good, MANY - 100, "the last of them can be taken away");
    put(c, true, "new", "lns=b");
    ok(conf_find_lac(c, "new") != NULL, "and others put in their place");
    conf_free(c);
    conf_free(added);
}

/* Where it is said that something was set: in the file, in this command, in one before. */
static void test_places(void)
{
    static const char no_effect[] =
        "'redial timeout' in [lac a] has no effect without 'redial = yes'";
    struct conf *c = parse("[lac a]\nlns = one\nredial timeout = 7\nredial = yes\n[lac b]\nlns=one\n");
    char want[256];

    put(c, true, "a", "hostname=h;redial=no");
    snprintf(want, sizeof want, "W f:3: %s", no_effect);
    is_str(told, want, "a line of the file is one of the file");
    put(c, true, "a", "hostname=h;redial timeout=8");
    snprintf(want, sizeof want, "W setting 2: %s", no_effect);
    is_str(told, want, "a setting of the command is one of the command");
    put(c, true, "a", "hostname=i");
    snprintf(want, sizeof want, "W by command: %s", no_effect);
    is_str(told, want, "one of a command before has no number any more");
    put(c, true, "b", "hostname=h;lns=one weight 5;hostname=i");
    is_str(told,
           "W setting 3: 'hostname' was set in setting 1 of [lac b] already: this one counts\n"
           "W setting 2: 'weight' in [lac b] has no effect without 'lns policy = share'",
           "one of several, and one before");
    put(c, true, "b", "hostname=j");
    is_str(told, "W by command: 'weight' in [lac b] has no effect without 'lns policy = share'",
           "a host of a command before");
    put(c, true, "new", "hostname=h");
    is_str(told, "W by command: [lac new] has no 'lns', so there is nowhere to dial",
           "a section of a command");
    conf_free(c);
}

int main(void)
{
    test_places();
    test_parsing();
    test_lac();
    test_lns();
    test_leave_out();
    test_again();
    test_kept();
    test_on_top();
    test_many();
    return tap_done();
}
