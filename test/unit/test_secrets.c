/* l2tp-secrets: lines, matching, changes of the file, and what is said of it. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "host/secrets.h"
#include "tap.h"

static char said[4096];

static void hear(enum log_level level, const char *line)
{
    size_t n = strlen(said);

    (void)level;
    snprintf(said + n, sizeof said - n, "%s\n", line);
}

static char folder[] = "/tmp/test_secrets.XXXXXX";
static char path[64], other[64];

static void put(const char *where, const char *text, size_t n)
{
    FILE *f = fopen(where, "w");

    fwrite(text, 1, n, f);
    fclose(f);
}

static const struct {
    const char *name, *text, *us, *them, *secret; /* secret NULL: none */
    unsigned line;
} rows[] = {
    {"X6-01 three fields", "us them secret\n", "us", "them", "secret", 1},
    {"no last newline", "us them secret", "us", "them", "secret", 1},
    {"CRLF", "us them secret\r\n", "us", "them", "secret", 1},
    {"a byte order mark", "\xef\xbb\xbfus them secret", "us", "them", "secret", 1},
    {"tabs, and blanks at both ends", " \tus\t\tthem \t secret \t\n", "us", "them", "secret", 1},
    {"X6-01 inner blanks are kept", "us them my  old\tsecret \n", "us", "them", "my  old\tsecret",
     1},
    {"X6-11 letters beyond ASCII at both ends are kept", "us them \xc3\xbcx\xc3\xb6\n", "us",
     "them", "\xc3\xbcx\xc3\xb6", 1},
    {"a name is not a part of one", "us them secret\n", "us", "the", NULL, 0},
    {"nor the other way round", "us them secret\n", "us", "themes", NULL, 0},
    {"us counts too", "us them secret\n", "them", "them", NULL, 0},
    {"X6-02 case does not", "US Them Secret\n", "us", "tHEM", "Secret", 1},
    {"X6-02 * is everybody", "* * secret\n", "a", "b", "secret", 1},
    {"* for us", "* b secret\n", "a", "b", "secret", 1},
    {"* for us, not them", "* b secret\n", "a", "c", NULL, 0},
    {"** is a name", "** b secret\n", "a", "b", NULL, 0},
    {"X6-02 the first match wins", "a c 1\na * 2\na b 3\n", "a", "b", "2", 2},
    {"X6-03 comments", "# a b 1\n; a b 2\n  # a b 3\na b 4 # 5\n", "a", "b", "4", 4},
    {"a comment within a word", "a b sec#ret\n", "a", "b", "sec", 1},
    {"a comment by ;", "a b sec;ret\n", "a", "b", "sec", 1},
    {"X6-03 X6-04 quotes hold comment signs and blanks", "a b \" s#e;c \" # x\n", "a", "b",
     " s#e;c ", 1},
    {"escapes in quotes", "a b \"s\\\"e\\\\c\\r\"\n", "a", "b", "s\"e\\c\\r", 1},
    {"no escapes elsewhere", "a b s\\\\e\"c\"\n", "a", "b", "s\\\\e\"c\"", 1},
    {"two fields are passed over", "a b\na b 2\n", "a", "b", "2", 2},
    {"an empty secret is passed over", "a b \"\"\na b 2\n", "a", "b", "2", 2},
    {"a comment for a secret", "a b # c\na b 2\n", "a", "b", "2", 2},
    {"an open quote is passed over", "a b \"c\\\"\na b 2\n", "a", "b", "2", 2},
    {"text behind a quote is passed over", "a b \"c\" d\na b 2\n", "a", "b", "2", 2},
    {"empty lines count", "\n\n \t\na b c\n", "a", "b", "c", 4},
    {"an empty file", "", "a", "b", NULL, 0},
};

/* Also where there are none so far. */
static void test_rows(void)
{
    struct secrets *s = NULL;
    char got[32];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned line = 0;
        bool found;

        secrets_free(s);
        s = secrets_new(path);
        put(path, rows[i].text, strlen(rows[i].text));
        found = secrets_find(s, rows[i].us, rows[i].them, got, sizeof got, &line);
        is_str(got, rows[i].secret != NULL ? rows[i].secret : "", rows[i].name);
        if (found != (rows[i].secret != NULL) || line != rows[i].line)
            ok(false, "%s: found %d in line %u", rows[i].name, found, line);
    }
    secrets_free(s);
    s = secrets_new(path);
    put(path, "a b c\0d\na b 2", 13);
    ok(secrets_find(s, "a", "b", got, sizeof got, NULL) && strcmp(got, "2") == 0,
       "a NUL octet spoils its line");
    secrets_free(s);
}

static void test_change(void)
{
    struct secrets *s = secrets_new(path);
    char got[32];

    put(path, "a b 1\n", 6);
    ok(secrets_find(s, "a", "b", got, sizeof got, NULL) && strcmp(got, "1") == 0, "before");
    put(path, "a b 2\n", 6);
    ok(secrets_find(s, "a", "b", got, sizeof got, NULL) && strcmp(got, "2") == 0,
       "X6-06 a change of the same size, at once");
    put(other, "a b 3\n", 6);
    rename(other, path);
    ok(secrets_find(s, "a", "b", got, sizeof got, NULL) && strcmp(got, "3") == 0,
       "another file in its place");
    put(other, "a b 4\n", 6);
    secrets_set_path(s, other);
    ok(secrets_find(s, "a", "b", got, sizeof got, NULL) && strcmp(got, "4") == 0, "another path");
    secrets_free(s);
    secrets_free(NULL);
}

/* A file may change twice within one tick of its clock. */
static void test_tick(void)
{
    struct timespec now[2] = {{.tv_sec = time(NULL)}, {.tv_sec = time(NULL)}};
    struct secrets *s = secrets_new(path);
    char got[32];

    put(path, "a b 1\n", 6);
    utimensat(AT_FDCWD, path, now, 0);
    secrets_find(s, "a", "b", got, sizeof got, NULL);
    put(path, "a b 2\n", 6);
    utimensat(AT_FDCWD, path, now, 0);
    ok(secrets_find(s, "a", "b", got, sizeof got, NULL) && strcmp(got, "2") == 0,
       "a change of a file just written is seen whatever its time");
    secrets_free(s);
}

/* A file that has rested is not read again, until its time or size or number says so. */
static void test_rest(void)
{
    struct timespec long_ago[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
    struct secrets *s = secrets_new(path);
    char got[32];

    put(path, "a b 1\n", 6);
    utimensat(AT_FDCWD, path, long_ago, 0);
    secrets_find(s, "a", "b", got, sizeof got, NULL);
    put(path, "a b 2\n", 6);
    utimensat(AT_FDCWD, path, long_ago, 0);
    ok(secrets_find(s, "a", "b", got, sizeof got, NULL) && strcmp(got, "1") == 0,
       "a file of the same time, size and number is not read");
    put(path, "a b 22\n", 7);
    utimensat(AT_FDCWD, path, long_ago, 0);
    ok(secrets_find(s, "a", "b", got, sizeof got, NULL) && strcmp(got, "22") == 0, "another size");
    put(path, "a b 33\n", 7);
    ok(secrets_find(s, "a", "b", got, sizeof got, NULL) && strcmp(got, "33") == 0, "another time");
    secrets_free(s);
}

static void test_said(void)
{
    struct secrets *s = secrets_new(path);
    char got[8], want[256];

    put(path, "a b\na b 1234567\na c 12345678\n", 29);
    said[0] = '\0';
    ok(secrets_find(s, "a", "b", got, sizeof got, NULL), "a secret that just fits");
    ok(secrets_find(s, "a", "b", got, sizeof got, NULL), "and again");
    snprintf(want, sizeof want,
             "%s:1: line not used: there is no secret: a line is 'us them secret'\n", path);
    is_str(said, want, "a bad line is told of once");
    said[0] = '\0';
    ok(!secrets_find(s, "a", "c", got, sizeof got, NULL) && got[0] == '\0', "one that does not");
    snprintf(want, sizeof want, "%s:3: the secret is too long to be used: 7 octets at most\n",
             path);
    is_str(said, want, "is told of");
    ok(strstr(said, "1234") == NULL, "but not the secret");

    secrets_free(s);
    s = secrets_new(path);
    unlink(path);
    said[0] = '\0';
    ok(!secrets_find(s, "a", "b", got, sizeof got, NULL),
       "a file that is not there has no secrets");
    ok(!secrets_find(s, "a", "b", got, sizeof got, NULL), "still");
    snprintf(want, sizeof want,
             "secrets: %s cannot be read, so no tunnel has a secret: No such file or directory\n",
             path);
    is_str(said, want, "X6-07 which is told once");
    put(path, "a b 1\n", 6);
    ok(secrets_find(s, "a", "b", got, sizeof got, NULL), "when it comes, it counts");
    secrets_free(s);
    s = secrets_new(path);
    unlink(path);
    mkfifo(path, 0600);
    said[0] = '\0';
    ok(!secrets_find(s, "a", "b", got, sizeof got, NULL), "a FIFO does not hold us up");
    secrets_find(s, "a", "b", got, sizeof got, NULL);
    snprintf(want, sizeof want,
             "secrets: %s cannot be read, so no tunnel has a secret: it is a FIFO, and secrets are "
             "in a plain file\n",
             path);
    is_str(said, want, "and is told of, once");
    unlink(path);
    said[0] = '\0';
    secrets_set_path(s, "/dev/null");
    ok(!secrets_find(s, "a", "b", got, sizeof got, NULL), "nor does a device");
    ok(strstr(said, "no tunnel has a secret: it is a device") != NULL, "which is told of, too");
    said[0] = '\0';
    secrets_set_path(s, folder);
    ok(!secrets_find(s, "a", "b", got, sizeof got, NULL), "a folder has no secrets");
    ok(strstr(said, "no tunnel has a secret: it is a folder") != NULL, "but a sentence");
    secrets_free(s);
}

/* As if it had been written long ago. */
static void rest(const char *where)
{
    static time_t second = 1000000;
    struct timespec times[2] = {{.tv_sec = ++second}, {.tv_sec = second}};

    utimensat(AT_FDCWD, where, times, 0);
}

static bool is_secret(struct secrets *s, const char *them, const char *want)
{
    char got[32];
    bool found = secrets_find(s, "a", them, got, sizeof got, NULL);

    return want != NULL ? found && strcmp(got, want) == 0 : !found;
}

static struct secrets *with_two(void)
{
    struct secrets *s = secrets_new(path);

    put(path, "a b 1\na c 2\n", 12);
    rest(path);
    is_secret(s, "b", "1");
    said[0] = '\0';
    return s;
}

/* What is wrong takes no secret away, and is told of once. */
static void test_bad_files(void)
{
    static const struct {
        const char *name, *text, *told; /* behind the path */
    } bad[] = {
        {"a line without a secret", "a b 3\na c\n",
         ":2: there is no secret: a line is "
         "'us them secret'\n"},
        {"an open quote", "a b \"3\n", ":1: the secret has no closing '\"'\n"},
        {"rubbish", "\001\002rubbish\n", ":1: there is no secret: a line is 'us them secret'\n"},
    };
    char want[512], why[512];

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct secrets *s = with_two();

        put(path, bad[i].text, strlen(bad[i].text));
        rest(path);
        ok(is_secret(s, "b", "1") && is_secret(s, "c", "2"), "%s: the old secrets stay",
           bad[i].name);
        snprintf(want, sizeof want, "%s%sthe old secrets stay in force: %s%s", path, bad[i].told,
                 path, bad[i].told);
        is_str(said, want, "which is told once, with the line");
        ok(secrets_are_old(s), "they are old");
        said[0] = '\0';
        ok(!secrets_replace(s, path, why, sizeof why), "not by a reload either");
        is_str(said, want, "which tells it again");
        ok(strncmp(want, why, strlen(why)) == 0, "and answers: %s", why);
        put(path, "a b 4\n", 6);
        rest(path);
        ok(is_secret(s, "b", "4") && is_secret(s, "c", NULL) && !secrets_are_old(s),
           "mended, it is in force");
        secrets_free(s);
    }
}

static void test_gone(void)
{
    struct secrets *s = with_two();
    char want[512], why[512];

    unlink(path);
    unlink(other);
    ok(is_secret(s, "b", "1") && is_secret(s, "c", "2"),
       "X6-10 a file that has gone: the secrets stay");
    snprintf(want, sizeof want,
             "the old secrets stay in force: %s: cannot be read: No such file or directory\n",
             path);
    is_str(said, want, "which is told once");
    ok(secrets_are_old(s), "they are old");
    ok(!secrets_replace(s, path, why, sizeof why), "a reload does not take them away");
    mkdir(path, 0700);
    ok(is_secret(s, "b", "1"), "nor does a folder in its place");
    ok(strstr(said, ": cannot be read: it is a folder, and ") != NULL, "which is told, too");
    rmdir(path);
    ok(!secrets_replace(s, other, why, sizeof why) && is_secret(s, "b", "1"),
       "nor the path of another file that is not there");
    is_str(secrets_path(s), path, "which is not taken");
    put(path, "a b 1\na c 2\n", 12);
    ok(is_secret(s, "b", "1") && !secrets_are_old(s), "when it is back all is well");
    unlink(path);
    ok(!secrets_replace(s, path, why, sizeof why) && secrets_are_old(s),
       "a reload without it: they are old, though nobody has asked for one");
    said[0] = '\0';
    ok(is_secret(s, "b", "1") && said[0] == '\0', "and who asks is not told again");
    put(other, "a b 7\n", 6);
    ok(secrets_replace(s, other, why, sizeof why) && is_secret(s, "b", "7") &&
           is_secret(s, "c", NULL),
       "another good file is put in force");
    unlink(other);
    secrets_free(s);
    s = secrets_new(path);
    unlink(path);
    ok(secrets_replace(s, path, why, sizeof why), "no file where there are no secrets is no error");
    secrets_free(s);
}

/* Somebody has meant it. */
static void test_emptied(void)
{
    struct secrets *s = with_two();
    char want[256], why[512];

    put(path, "# a b 1\n", 8);
    rest(path);
    ok(is_secret(s, "b", NULL) && is_secret(s, "c", NULL), "an emptied file is in force");
    snprintf(want, sizeof want,
             "secrets: %s has no secret any more: 2 that were in force are gone\n", path);
    is_str(said, want, "which is told with their number");
    ok(!secrets_are_old(s), "they are not old");
    secrets_free(s);
    s = with_two();
    put(path, "", 0);
    ok(secrets_replace(s, path, why, sizeof why) && is_secret(s, "b", NULL), "by a reload at once");
    secrets_free(s);
}

static const char whole[] = "a b 11\na d 3\na c 22\n";

/* Piece by piece; false if a piece was not what was to be found.  On a disk that stalled for a
 * second a file may have come to rest between its writing and the look at it: *stalled. */
static bool write_slowly(struct secrets *s, bool *stalled)
{
    bool good = true;
    time_t began;

    *stalled = false;
    for (size_t n = 0; n < sizeof whole - 1; n++) {
        began = time(NULL);
        put(path, whole, n);
        good &= is_secret(s, "b", n < 7 ? "1" : "11") && is_secret(s, "c", "2");
        *stalled |= time(NULL) - began > 1;
    }
    return good;
}

/* An editor writes it: each moment of that has all secrets. */
static void test_half(void)
{
    struct secrets *s = with_two();
    bool stalled, good = write_slowly(s, &stalled);

    for (int tries = 0; stalled && tries < 10; tries++) {
        secrets_free(s);
        s = with_two();
        good = write_slowly(s, &stalled);
    }
    ok(good, "a file that is being written: what is not there yet is what it was");
    put(path, whole, sizeof whole - 1);
    ok(is_secret(s, "b", "11") && is_secret(s, "c", "22") && is_secret(s, "d", "3"), "then is new");
    is_str(said, "", "nothing is said of all that");
    put(path, "a b 11\n", 7);
    ok(is_secret(s, "c", "2"), "what is taken away goes later");
    rest(path);
    ok(is_secret(s, "c", NULL) && is_secret(s, "b", "11"), "when the file has rested");
    secrets_free(s);
}

static void test_long(void)
{
    size_t n = 100000;
    char *text = malloc(n + 64), *got = malloc(n);
    struct secrets *s = secrets_new(path);

    memset(text, 'x', n);
    strcpy(text + n, " b c\nd e ");
    memset(text + n + 9, 'y', 40);
    put(path, text, n + 49);
    ok(secrets_find(s, "d", "e", got, n, NULL) && strlen(got) == 40, "X6-05 lines of any length");
    secrets_free(s);
    free(text);
    free(got);
}

static void test_others(void)
{
    struct secrets *s = secrets_new(path);

    put(path, "", 0);
    chmod(path, 0600);
    ok(secrets_open_to_others(s) == NULL, "mode 0600 is private");
    chmod(path, 0640);
    is_str(secrets_open_to_others(s), "read", "X6-08 mode 0640 is not");
    chmod(path, 0604);
    is_str(secrets_open_to_others(s), "read", "nor is mode 0604");
    chmod(path, 0620);
    is_str(secrets_open_to_others(s), "written", "nor mode 0620");
    chmod(path, 0602);
    is_str(secrets_open_to_others(s), "written", "nor mode 0602");
    unlink(path);
    ok(secrets_open_to_others(s) == NULL, "no file cannot be read");
    secrets_set_path(s, "/dev/null");
    ok(secrets_open_to_others(s) == NULL, "nobody is told to chmod a device");
    secrets_free(s);
}

int main(void)
{
    if (mkdtemp(folder) == NULL) {
        ok(false, "a folder for the files of this test");
        return tap_done();
    }
    snprintf(path, sizeof path, "%s/secrets", folder);
    snprintf(other, sizeof other, "%s/other", folder);
    log_set_sink(hear);
    test_rows();
    test_change();
    test_tick();
    test_rest();
    test_said();
    test_bad_files();
    test_gone();
    test_emptied();
    test_half();
    test_long();
    test_others();
    unlink(path);
    unlink(other);
    rmdir(folder);
    return tap_done();
}
