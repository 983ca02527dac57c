/* l2tpd.conf printed: what is in force, read again, is the same configuration.  Run from the root
 * of the source tree, where test/golden is. */
#include "conf_rig.h"
#include "host/conf_show.h"

static char *print_values(const struct conf *c)
{
    FILE *f = tmpfile();
    char *text;
    size_t n;

    conf_print_values(f, c);
    rewind(f);
    text = strdup(slurp(f, &n));
    fclose(f);
    return text;
}

static bool same_conf(const struct conf *a, const struct conf *b)
{
    const struct conf_section *x = a->sections, *y = b->sections;

    for (; x != NULL && y != NULL; x = x->next, y = y->next)
        if (x->place != y->place || strcmp(x->name, y->name) != 0 ||
            !conf_object_same(x->place, x->object, y->object))
            return false;
    return x == NULL && y == NULL;
}

/* Line numbers are those of another file the second time. */
static void cut_comments(char *text)
{
    char *to = text;

    for (const char *p = text; *p != '\0'; p++) {
        if (strncmp(p, " # line", 7) == 0 || strncmp(p, " # default", 10) == 0)
            p += strcspn(p, "\n") - 1;
        else
            *to++ = *p;
    }
    *to = '\0';
}

/* Printed, read, and printed again. */
static void there_and_back(const char *name, struct conf *c)
{
    char *once = print_values(c), *twice = NULL;
    struct conf *again = parse(once);
    bool same = again != NULL && same_conf(c, again);

    if (!ok(same, "%s: printed and read again it is the same", name))
        printf("# %s\n%s\n", told, once);
    if (again != NULL)
        twice = print_values(again);
    cut_comments(once);
    cut_comments(twice != NULL ? twice : once);
    /* the first line names the file */
    is_str(twice != NULL ? strchr(twice, '\n') : NULL, strchr(once, '\n'), name);
    conf_free(again);
    free(once);
    free(twice);
}

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
        if (ok(c != NULL, "%s is read", names[i]))
            there_and_back(names[i], c);
        conf_free(c);
    }
}

/* A value for a row that is not its default, as it would be written. */
static const char *some_value(const struct conf_row *row, char *room, size_t size)
{
    const struct conf_word *w;

    switch (row->kind) {
    case KIND_BOOL:
    case KIND_TOPIC:
        return row->preset != NULL && strcmp(row->preset, "yes") == 0 ? "no" : "yes";
    case KIND_INT:
    case KIND_U32:
    case KIND_PORT:
    case KIND_CAP:
    case KIND_RATES:
    case KIND_CHANNEL:
        snprintf(room, size, "%ld", row->preset != NULL ? atol(row->preset) + 1 : 7);
        return room;
    case KIND_TEXT:
        if (strcmp(row->name, "vrf") == 0 || strcmp(row->name, "netns") == 0)
            return "\" a # \""; /* shell scripts see it */
        return "\" a \\\"b\\\\ # ; \"";
    case KIND_PATH:
        return "\"/a b;c#d\\\\e\"";
    case KIND_WORD:
        for (w = row->words; w[1].word != NULL; w++)
            continue;
        return w->word;
    case KIND_SOURCE:
        return "system";
    case KIND_ADDR:
        return "2001:db8::7";
    case KIND_IP4:
        return "203.0.113.255";
    case KIND_RANGES:
    case KIND_DENY:
        return "203.0.113.1, 203.0.113.0/25, 10.0.0.1 - 10.0.0.1, 255.255.255.255";
    case KIND_QUIRKS:
        return "minimal -no-hello";
    default:
        return row->example != NULL ? row->example : row->preset;
    }
}

static const char *header_of(enum conf_place place)
{
    static const char *const headers[PLACE_COUNT] = {"[global]", "[lns x y]", "[lac x#y]",
                                                     "[group x\"y]", "[lac x]\nlns = h\n[switch x]\nthrough = x"};

    return headers[place];
}

/* Each key in each place, alone. */
static void test_rows(void)
{
    for (const struct conf_row *row = NULL; (row = conf_row_next(row)) != NULL;)
        for (enum conf_place place = 0; place < PLACE_COUNT; place++) {
            char text[512], room[64], line[600], *printed;
            const char *value = some_value(row, room, sizeof room);
            struct conf *c;

            if ((row->places & 1u << place) == 0)
                continue;
            if (strcmp(row->name, "through") == 0)
                value = "x"; /* the other texts are anybody's */
            snprintf(text, sizeof text, "%s\n%s = %s\n", header_of(place), row->name, value);
            c = parse(text);
            if (!ok(c != NULL, "%s takes '%s = %s'", header_of(place), row->name, value))
                continue;
            printed = print_values(c);
            snprintf(line, sizeof line, "\n%s%s =", "",
                     row->kind == KIND_RATES ? "tx bps" : row->name);
            ok(strstr(printed, line) != NULL, "and it is printed as one that is set");
            free(printed);
            there_and_back(row->name, c);
            conf_free(c);
        }
}

static const char with_templates[] =
    "[lns a]\nlac = 192.0.2.1\nhostname = a\nlocal ip = 10.0.0.2\n"
    "[lns Default]\nip range = 10.0.0.10-20\nlac = 192.0.2.0/24\nhostname = d\nname = n\n"
    "local ip range = 10.0.0.3-5\nchallenge = yes\nlength bit = yes\n"
    "[lns b]\nlac = 192.0.2.2\nno ip range = 10.0.0.10\nip range = 10.1.0.1-9\nlength bit = no\n"
    "hostname =\n[lns c]\nno ip range = 1.2.3.4\n[lns]\nname = 1\n[lns]\nname = 2\n"
    "[lac default]\nlns = far\nbps = 5\nredial = yes\nquirks = minimal -no-hello\n"
    "physical channel = 3\nlocal ip = 9.9.9.9\n"
    "[lac a]\nlns = near:7\nlns=[::1]:8\ntx bps = 7\nquirks =\nphysical channel =\nlocal ip = "
    "0.0.0.0\n"
    "[lac b]\nbps = 9\nhidden bit = no\n";

/* A template that has nothing but what it leaves out. */
static void test_denying_template(void)
{
    struct conf *c = parse("[lns default]\nno ip range = 10.0.0.1\n[lns a]\nlac = 192.0.2.1\n"
                           "no ip range = 10.0.0.2\n[lns b]\nlac = 192.0.2.2\n");

    if (ok(c != NULL, "a template with 'no ip range' alone is read"))
        there_and_back("a template with 'no ip range' alone", c);
    conf_free(c);
}

/* The line that a value is from, and not one that it has taken the place of. */
static void test_speeds(void)
{
    struct conf *c = parse("[lac a]\nlns = a\ntx bps = 1\nbps = 2\nrx bps = 3\n");
    char *text = c != NULL ? print_values(c) : NULL;

    if (ok(text != NULL, "speeds that take each other's place are read")) {
        ok(strstr(text, "\ntx bps = 2                               # line 4\n") != NULL,
           "both in one behind one of them");
        ok(strstr(text, "\nrx bps = 3                               # line 5\n") != NULL,
           "and one of them behind that");
        there_and_back("speeds", c);
    }
    free(text);
    conf_free(c);
}

static void test_templates(void)
{
    struct conf *c = parse(with_templates);
    char *text;

    if (!ok(c != NULL, "templates are read"))
        return;
    there_and_back("templates", c);
    text = print_values(c);
    ok(strstr(text, "\nlac = 192.0.2.1                          # line 2\n") != NULL,
       "its own line");
    ok(strstr(text, "\nchallenge = yes                          # line 11, [lns default]\n") !=
           NULL,
       "the template's line");
    ok(strstr(text, "\n; hidden bit = no                        # default\n") != NULL,
       "the default sets nothing");
    ok(strstr(text, "\nhidden bit = no ") != NULL, "unless it was set");
    ok(strstr(text, "\nip range = 10.0.0.10 - 10.0.0.20         # line 6, [lns default]\n") != NULL,
       "an item's own line");
    ok(strstr(text, "\nip range = 10.0.0.10 - 10.0.0.20         # line 6, [lns default]\n"
                    "no ip range = 1.2.3.4                    # line 20\n") != NULL,
       "what a section leaves out of its template's");
    ok(strstr(text, "\nrx bps = 5                               # line 27, [lac default]\n") !=
           NULL,
       "what 'bps' has set, by its line");
    ok(strstr(text, "\ntx bps = 9                               # line 40\n") != NULL, "also here");
    ok(strstr(text, "\nlns = [::1]:8                            # line 34\n") != NULL, "a host");
    ok(strstr(text, "\nhostname =                               # line 18\n") != NULL,
       "what a section takes away from its template stays away");
    ok(strstr(text, "\nlocal ip = 0.0.0.0                       # line 38\n") != NULL,
       "an address too");
    free(text);
    conf_free(c);
}

/* However many stand on a line, each is printed on one of its own. */
static void test_listen(void)
{
    struct conf *c = parse("[global]\nlisten-addr = 192.0.2.1, 2001:db8::1\n"
                           "listen addr = 0.0.0.0\nlisten-addr = fe80::1%1\n");
    char *text;

    if (!ok(c != NULL, "several addresses are read"))
        return;
    there_and_back("several addresses", c);
    text = print_values(c);
    ok(strstr(text, "\nlisten-addr = 192.0.2.1                  # line 2\n"
                    "listen-addr = 2001:db8::1                # line 2\n"
                    "listen-addr = 0.0.0.0                    # line 3\n"
                    "listen-addr = fe80::1%1                  # line 4\n") != NULL,
       "addresses to listen on, each by its line");
    free(text);
    conf_free(c);
    c = parse("[global]\nport = 1\n");
    text = print_values(c);
    ok(strstr(text, "\n; listen-addr =                          # default\n") != NULL,
       "without any, one that sets nothing");
    free(text);
    conf_free(c);
}

static void test_keys(void)
{
    FILE *f = tmpfile();
    unsigned n = 0, lines = 0;
    char *text;
    size_t size;

    conf_print_keys(f);
    rewind(f);
    text = slurp(f, &size);
    fclose(f);
    for (const char *p = text; *p != '\0'; p++)
        lines += *p == '\n';
    for (const struct conf_row *row = NULL; (row = conf_row_next(row)) != NULL;)
        n++;
    is_int(lines, n, "--print-keys has a line for each row");
    ok(strstr(text, "global\tlisten-addr\tlisten addr\tADDRESS\t\t\n") != NULL, "both spellings");
    ok(strstr(text, "lns,lac\thidden bit\t\tyes|no|always\tno\t\n") != NULL, "words");
    ok(strstr(text, "lns,lac\thello interval\t\t0 to 86400|auto\t60, [lac] auto\t\n") != NULL,
       "two defaults");
    ok(strstr(text, "lns,lac\ttx bps\t\t1 to 4294967295\t10000000\tlns\n") != NULL,
       "bounds, default, and where it has no effect");
    ok(strstr(text, "lns,group\tassign ip\t\tyes|no\tyes\t\n") != NULL, "two sorts of sections");
    ok(strstr(text, "group,switch\tmatch\t\tPATTERN\t\t\n") != NULL, "two others");
}

int main(void)
{
    test_golden();
    test_rows();
    test_denying_template();
    test_speeds();
    test_templates();
    test_listen();
    test_keys();
    return tap_done();
}
