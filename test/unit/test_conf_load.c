/* l2tpd.conf as a file: what xl2tpd's users have, what is no configuration, and the example.  Run
 * from the root of the source tree, where test/golden is. */
#include <ctype.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf_rig.h"
#include "host/conf_section.h"

/* Files as they stand on machines today: accepted without a word. */
static void test_golden(void)
{
    static const char *const names[] = {
        "hwdsl2-server", "hwdsl2-client",       "networkmanager", "openwrt-lac",
        "macos-lns",     "distribution-server", "macos-lac",      "distribution-sample",
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[128];
        struct conf *c;

        snprintf(path, sizeof path, "test/golden/conf/%s.conf", names[i]);
        told[0] = '\0';
        c = conf_load(path, tell, NULL);
        if (!ok(c != NULL && told[0] == '\0', "X4-11 %s is accepted unchanged", names[i]))
            printf("# %s\n", told);
        if (c != NULL && strcmp(names[i], "hwdsl2-server") == 0)
            ok(c->lns->peer.require_chap && c->lns->peer.refuse_pap && c->lns->peer.require_auth &&
                   c->lns->local_ip == 0xc0a82a01 && c->lns->ip_range->high == 0xc0a82afa &&
                   c->lns->peer.length_bit && strcmp(c->lns->peer.name, "l2tpd") == 0,
               "%s means what it says", names[i]);
        if (c != NULL && strcmp(names[i], "networkmanager") == 0)
            ok(c->global.port == 0 && c->lac->autodial && c->lac->peer.tunnel_rws == 8 &&
                   c->lac->peer.tx_bps == 100000000 && c->lac->lns->port == 1701 &&
                   c->global.access_control && c->global.max_retries == 8,
               "%s means what it says", names[i]);
        if (c != NULL && strcmp(names[i], "macos-lac") == 0)
            is_int(c->lac->lns->port, 51701, "macos-lac dials its port");
        conf_free(c);
    }
}

static char folder[] = "/tmp/test_conf_load.XXXXXX", path[64];

static void put(const char *text, size_t n)
{
    FILE *f = fopen(path, "w");

    fwrite(text, 1, n, f);
    fclose(f);
}

static struct conf *load(const char *name)
{
    told[0] = '\0';
    errno = 0;
    return conf_load(name, tell, NULL);
}

static void test_no_file(void)
{
    static const struct {
        const char *name, *path;
        int reason;
        const char *says;
    } rows[] = {
        {"a missing file", "test/golden/conf/nowhere", ENOENT, "No such file or directory"},
        {"a file for a folder", "test/golden/conf/hwdsl2-client.conf/x", ENOTDIR,
         "Not a directory"},
        {"a folder", "test/golden", EISDIR, "it is a folder, and a configuration is a plain file"},
        {"a device without an end", "/dev/zero", EINVAL,
         "it is a device, and a configuration is a plain file"},
        {"one that is empty", "/dev/null", EINVAL,
         "it is a device, and a configuration is a plain file"},
    };
    char want[256];
    uid_t us = geteuid();

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ok(load(rows[i].path) == NULL && errno == rows[i].reason, "X9-01 %s is refused",
           rows[i].name);
        snprintf(want, sizeof want, "E %s: cannot be read: %s", rows[i].path, rows[i].says);
        is_str(told, want, "in words");
    }
    mkfifo(path, 0600);
    ok(load(path) == NULL && errno == EINVAL && strstr(told, "it is a FIFO") != NULL,
       "X9-01 a FIFO is refused, and does not hold us up");
    unlink(path);
    put("[global]\n", 9);
    chmod(path, 0);
    if (us == 0 && seteuid(65534) != 0)
        ok(true, "an unreadable file # skip cannot become nobody");
    else
        ok(load(path) == NULL && errno == EACCES &&
               strstr(told, ": cannot be read: Permission denied") != NULL,
           "X9-01 an unreadable file is refused: %s", told);
    if (us == 0)
        (void)!seteuid(us);
    unlink(path);
}

/* What editors and accidents leave in a file. */
static void test_octets(void)
{
    static const char windows[] = "\xef\xbb\xbf[lac x]\r\nlns = a\r\nname = \"b c\"\r\n; d\r\n"
                                  "hostname = e",
                      nuls[] = "[global]\nport = 1\0\n\0\n[lac x\0]\n\0\0\0";
    struct conf *c;

    put(windows, sizeof windows - 1);
    c = load(path);
    ok(c != NULL && told[0] == '\0' && strcmp(c->lac->name, "x") == 0 &&
           strcmp(c->lac->lns->host, "a") == 0 && strcmp(c->lac->peer.name, "b c") == 0 &&
           strcmp(c->lac->peer.hostname, "e") == 0,
       "X9-02 a byte order mark, CRLF and no last newline");
    conf_free(c);
    put(nuls, sizeof nuls - 1);
    ok(load(path) == NULL && errno == EINVAL, "X9-02 NUL octets are refused");
    is_int(strlen(told) > 0 && strstr(told, ":2: there is a NUL octet") != NULL &&
               strstr(told, ":3: ") != NULL && strstr(told, ":4: ") != NULL &&
               strstr(told, ":5: ") != NULL,
           true, "line by line");
    put("", 0);
    c = load(path);
    ok(c != NULL && told[0] == '\0' && c->lns == NULL && c->lac == NULL, "an empty file");
    conf_free(c);
    unlink(path);
}

/* Names are compared so often that a search through all of them would show. */
static unsigned long compared;

int strcasecmp(const char *a, const char *b)
{
    compared++;
    while (*a != '\0' && tolower((unsigned char)*a) == tolower((unsigned char)*b))
        a++, b++;
    return tolower((unsigned char)*a) - tolower((unsigned char)*b);
}

static unsigned long compared_for(unsigned sections)
{
    char *text = malloc(sections * 128ul);
    struct conf *c;
    size_t n = 0;

    for (unsigned i = 0; i < sections / 2; i++)
        n += (size_t)sprintf(
            text + n, "[lns s%u]\nlac=10.%u.%u.1\nip range=11.%u.%u.0/24\n[lac l%u]\nlns=h%u\n", i,
            i / 250, i % 250, i / 250, i % 250, i, i);
    put(text, n);
    free(text);
    compared = 0;
    c = load(path);
    ok(c != NULL && told[0] == '\0', "%u sections are read", sections);
    n = 0;
    for (const struct conf_section *s = c != NULL ? c->sections : NULL; s != NULL; s = s->next)
        n++;
    is_int(n, sections, "all of them");
    n = 0;
    for (const struct conf_lns *l = c != NULL ? c->lns : NULL; l != NULL; l = l->next)
        n += conf_find_lns(c, l->name) == l;
    for (const struct conf_lac *l = c != NULL ? c->lac : NULL; l != NULL; l = l->next)
        n += conf_find_lac(c, l->name) == l;
    is_int(n, sections, "and each is found by its name");
    conf_free(c);
    unlink(path);
    return compared;
}

static void test_many_sections(void)
{
    unsigned long few = compared_for(1000), many = compared_for(10000);

    ok(few > 1000 && many < 15 * few,
       "X9-03 ten times the sections take ten times the work: %lu comparisons, %lu", few, many);
}

/* 10,000 pools of which two overlap are told of by name; so are all, if all are the same. */
static void test_many_pools(void)
{
    struct conf *c;
    unsigned lines = 0;
    char *text = malloc(1000 * 64);
    size_t n = 0;

    for (unsigned i = 0; i < 100; i++)
        n += (size_t)sprintf(text + n, "[lns s%u]\nlac=10.0.0.%u\nip range=%u.0.0.0/8\n", i, i,
                             i == 77 ? 12 + 22 : 12 + i);
    put(text, n);
    c = load(path);
    ok(c != NULL &&
           strstr(told, ":234: 'ip range' of [lns s77] overlaps that of [lns s22] in line "
                        "69, at 34.0.0.0:") != NULL &&
           strchr(told, '\n') == NULL,
       "two of a hundred pools overlap: %s", told);
    conf_free(c);
    n = 0;
    for (unsigned i = 0; i < 100; i++)
        n += (size_t)sprintf(
            text + n, "[lns s%u]\nlac=10.0.0.%u\nip range=11.0.0.0/8\nno ip range=11.0.0.%u\n", i,
            i, i);
    put(text, n);
    c = load(path);
    for (const char *p = told; (p = strstr(p, "overlaps that of")) != NULL; p++)
        lines++;
    is_int(lines, 99, "one line for each section that comes behind another one");
    conf_free(c);
    free(text);
    unlink(path);
}

/* The printed example sets nothing, and what it has of sections and keys sets everything, without its
 * "; ", without a complaint.  (Its scenarios, in front of that, are one by one for a guard.) */
static void test_example(void)
{
    FILE *f = tmpfile();
    size_t n, to = 0;
    char *text, *tables;
    struct conf *c;

    conf_print_example(f);
    rewind(f);
    text = slurp(f, &n);
    fclose(f);
    c = parse(text);
    ok(c != NULL && c->lns == NULL && c->lac == NULL && told[0] == '\0', "the example is accepted");
    conf_free(c);
    tables = strstr(text, "# Every key of");
    if (!ok(tables != NULL, "it has tables of keys"))
        return;
    for (size_t i = (size_t)(tables - text); i < n; i++) {
        if ((i == 0 || text[i - 1] == '\n') && strncmp(text + i, "; ", 2) == 0)
            i += 2;
        text[to++] = text[i];
    }
    text[to] = '\0';
    c = parse(text);
    ok(c != NULL && conf_find_lns(c, "branch") != NULL && conf_find_lac(c, "home") != NULL,
       "the example with its '; ' taken away is accepted");
    is_str(told, "", "and nothing is said of it");
    conf_free(c);
}

static void test_long_lines(void)
{
    size_t n = 1 << 20;
    char *text = malloc(n + 64);
    struct conf *c;

    strcpy(text, "[lac x]\nlns = a ; ");
    memset(text + strlen(text), 'x', n);
    strcpy(text + n, "\nlns = b\n");
    c = parse(text);
    ok(c != NULL && c->lac->lns->next != NULL, "X4-10 X9-03 a comment of a megabyte");
    conf_free(c);
    memset(text, 'x', n);
    memcpy(text, "[lac x]\n", 8);
    text[n] = '\0';
    ok(parse(text) == NULL && strstr(told, "f:2: there is no '='") != NULL, "a word of a megabyte");
    text[n / 2] = '=';
    ok(parse(text) == NULL && strstr(told, "f:2: unknown key 'xxxxx") != NULL && strlen(told) < 400,
       "a key of half a megabyte, with such a value, is told of in brief");
    memcpy(text, "[lac x]\nlns = a\nname =", 22);
    ok(parse(text) == NULL && strstr(told, "f:3: 'name = xxxxx") != NULL &&
           strstr(told, "is too long: 255 octets at most") != NULL && strlen(told) < 400,
       "so is a value of a megabyte");
    memcpy(text, "[lac xxxxxxxxxxxxxxxx", 21);
    ok(parse(text) == NULL && strstr(told, "has no closing ']'") != NULL, "and a header");
    strcpy(text, "[lac x]\nlns = a\npppoptfile = /");
    memset(text + strlen(text), 'x', 4093);
    strcpy(text + 30 + 4093, "\n");
    c = parse(text);
    ok(c != NULL && strlen(c->lac->peer.pppoptfile) == 4094, "X4-10 a path of 4094 octets");
    conf_free(c);
    memset(text + 30, 'x', 5000);
    strcpy(text + 5030, "\n");
    ok(parse(text) == NULL && strstr(told, "is too long: 4095 octets at most") != NULL,
       "no longer one");
    strcpy(text, "[lac x]\nlns = a\ncalled number = ");
    memset(text + strlen(text), '5', 64);
    strcpy(text + 32 + 64, "\n");
    ok(parse(text) == NULL && strstr(told, "is too long: 63 octets at most") != NULL,
       "a number of 64 octets is too long");
    strcpy(text + 32 + 63, "\n");
    c = parse(text);
    ok(c != NULL && strlen(c->lac->called_number) == 63, "one of 63 is not");
    conf_free(c);
    strcpy(text, "[lac x]\nlns = a\nprivate group = ");
    memset(text + strlen(text), 'g', 64);
    strcpy(text + 32 + 64, "\n");
    ok(parse(text) == NULL, "nor is a longer group taken, and then sent cut");
    free(text);
}

int main(void)
{
    if (mkdtemp(folder) == NULL)
        return 1;
    chmod(folder, 0755);
    snprintf(path, sizeof path, "%s/conf", folder);
    test_golden();
    test_no_file();
    test_octets();
    test_many_sections();
    test_many_pools();
    test_example();
    test_long_lines();
    rmdir(folder);
    return tap_done();
}
