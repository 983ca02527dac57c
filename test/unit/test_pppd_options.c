/* pppd's option files: words, comments, quotes, values, includes, and files that are none. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/pppd_options.h"
#include "tap.h"

static char folder[] = "/tmp/test_pppd_options.XXXXXX", path[64], other[64];

/* All that was told: "LINE:WORD" or "LINE:WORD=VALUE" of the first file, with a name before it of
 * another one; a problem as "LINE!TEXT". */
static char told[4096];

static void add(const char *file, unsigned line, char mark, const char *text, const char *value)
{
    size_t n = strlen(told);
    const char *name = strrchr(file, '/');

    snprintf(told + n, sizeof told - n, "%s%s%s%u%c%s%s%s", n > 0 ? " " : "",
             strcmp(file, path) != 0 ? name + 1 : "", strcmp(file, path) != 0 ? ":" : "", line,
             mark, text, value[0] != '\0' ? "=" : "", value);
}

static void on_option(void *ctx, const struct pppd_option *o)
{
    (void)ctx;
    add(o->file, o->line, ':', o->word, o->value);
}

static void on_problem(void *ctx, const char *file, unsigned line, const char *text)
{
    (void)ctx;
    add(file, line, '!', text, "");
}

static unsigned counted;

static void count_option(void *ctx, const struct pppd_option *o)
{
    (void)ctx;
    (void)o;
    counted++;
}

static void put(const char *where, const char *text, size_t n)
{
    FILE *f = fopen(where, "w");

    fwrite(text, 1, n, f);
    fclose(f);
}

static void read_it(void)
{
    told[0] = '\0';
    pppd_options_read(path, &(struct pppd_reader){on_option, on_problem, NULL});
}

static const struct {
    const char *name, *text, *want;
} rows[] = {
    {"an empty file", "", ""},
    {"blanks and comments", " \n\t# lock\n#sync\n  \r\n", ""},
    {"words, in a line and in several", "lock crtscts\nsync", "1:lock 1:crtscts 2:sync"},
    {"a comment behind a word", "lock # sync\nauth", "1:lock 2:auth"},
    {"a '#' within a word is a part of it", "lock#sync", "1:lock#sync"},
    {"options with a value", "name lock\nmtu 1400 sync", "1:name=lock 2:mtu=1400 2:sync"},
    {"options that look as if they had one", "need-peer-eap tls-verify-key-usage lock",
     "1:need-peer-eap 1:tls-verify-key-usage 1:lock"},
    {"and some that have one", "privgroup sync auth-up-script auth vrf persist",
     "1:privgroup=sync 1:auth-up-script=auth 1:vrf=persist"},
    {"a value in the next line", "name\n\nlock auth", "1:name=lock 3:auth"},
    {"quotes of both kinds", "name \"a b\" user 'c \"d'\nlock", "1:name=a b 1:user=c \"d 2:lock"},
    {"quotes in the middle of a word", "na\"me\" x'y z'", "1:name=xy z"},
    {"an empty value", "name \"\" lock", "1:name 1:lock"},
    {"escapes", "name a\\ b\\#c\nuser \"\\\"\"", "1:name=a b#c 2:user=\""},
    {"a line that is continued", "name a\\\nb\nlock", "1:name=ab 3:lock"},
    {"a newline in quotes", "connect 'a\nb' lock", "1:connect=a\nb 2:lock"},
    {"addresses and the like are words too", "10.0.0.1:10.0.0.2 115200",
     "1:10.0.0.1:10.0.0.2 "
     "1:115200"},
    {"a value that is not there", "lock\nname", "1:lock 2!the last option needs a value behind it"},
    {"a quote without an end", "lock\nname \"x\n\n", "1:lock 2!a quote has no end 2:name=x\n\n"},
    {"a peer's name that leaves the folder", "call ../x call /x",
     "1:call=../x 1!'call' takes the name of a file in /etc/ppp/peers/ 1:call=/x "
     "1!'call' takes the name of a file in /etc/ppp/peers/"},
};

static void test_words(void)
{
    static char long_word[3000];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        put(path, rows[i].text, strlen(rows[i].text));
        read_it();
        is_str(told, rows[i].want, rows[i].name);
    }
    memset(long_word, 'x', sizeof long_word);
    put(path, long_word, sizeof long_word);
    read_it();
    is_int(strlen(told), 2 + 1023, "a word that is too long for pppd is cut");
    put(path, "a\0b c", 5);
    read_it();
    is_str(told, "1:a 1:c", "a NUL octet ends its word, and nothing else");
}

static void test_files(void)
{
    char text[256], want[512];

    snprintf(text, sizeof text, "auth\nfile %s lock\n", other);
    put(path, text, strlen(text));
    put(other, "# nothing\nsync\n", 15);
    read_it();
    snprintf(want, sizeof want, "1:auth 2:file=%s other:2:sync 2:lock", other);
    is_str(told, want, "an included file comes where it is included");
    snprintf(text, sizeof text, "sync file %s lock", path);
    put(other, text, strlen(text));
    read_it();
    snprintf(want, sizeof want,
             "1:auth 2:file=%s other:1:sync other:1:file=%s other:1!the file includes itself "
             "other:1:lock 2:lock",
             other, path);
    is_str(told, want, "a circle is found");
    unlink(other);
    read_it();
    snprintf(want, sizeof want,
             "1:auth 2:file=%s 2!%s cannot be read: No such file or directory "
             "2:lock",
             other, other);
    is_str(told, want, "an included file that is missing is told of where it is included");
    mkfifo(other, 0600);
    read_it();
    ok(strstr(told, "cannot be read: it is no plain file") != NULL, "a FIFO does not hold us up");
    unlink(other);
    unlink(path);
    read_it();
    is_str(told, "0!cannot be read: No such file or directory", "a file that is missing");
    mkdir(path, 0700);
    read_it();
    is_str(told, "0!cannot be read: Is a directory", "a folder");
    rmdir(path);
}

/* Each file includes the next one. */
static void test_depth(void)
{
    char name[80], text[128];

    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, i == 0 ? "%s" : "%s%d", path, i);
        snprintf(text, sizeof text, "file %s%d", path, i + 1);
        put(name, text, strlen(text));
    }
    read_it();
    ok(strstr(told, "options10:1!too many files include each other") != NULL &&
           strstr(told, "options11") == strstr(told, "options11 options10:1!") &&
           strstr(told, "options12") == NULL,
       "a chain of files comes to an end");
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, i == 0 ? "%s" : "%s%d", path, i);
        unlink(name);
    }
}

/* Depth is bounded by itself; this is breadth. */
static void test_breadth(void)
{
    char text[64 * 1000];
    size_t n = 0, files = 0;

    for (int i = 0; i < 1000; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "file %s\n", other);
    put(path, text, n);
    put(other, "sync\n", 5);
    counted = 0;
    pppd_options_read(path, &(struct pppd_reader){count_option, on_problem, NULL});
    files = counted;
    told[0] = '\0';
    pppd_options_read(path, &(struct pppd_reader){count_option, on_problem, NULL});
    is_int(files, 1000 + 199, "1,000 includes: 200 files are read, the first one too");
    is_str(told, "200!too many files are included: what else there is, is not looked at",
           "and that is told of, once");
    unlink(other);
    unlink(path);
}

int main(void)
{
    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/options", folder);
    snprintf(other, sizeof other, "%s/other", folder);
    test_words();
    test_files();
    test_depth();
    test_breadth();
    rmdir(folder);
    return tap_done();
}
