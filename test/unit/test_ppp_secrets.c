/* pppd's file of CHAP secrets, read as pppd reads it. */
#include "tap.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/ppp_secrets.h"

static char file[64], other[80];

static void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *f = fopen(path, "w");

    if (f == NULL || fputs(text, f) == EOF || fclose(f) != 0 || chmod(path, mode) != 0)
        exit(1);
}

/* The secret of alice for lns; in *why else. */
static const struct {
    const char *name, *text, *secret, *why;
} rows[] = {
    {"a plain line", "alice lns secret *\n", "secret", NULL},
    {"a last line without an end", "alice lns secret", "secret", NULL},
    {"comments, blanks, empty lines", "# x\n\n \talice\tlns   secret# *\n", "secret", NULL},
    {"in quotes", "\"alice\" 'lns' \"a \\\"secret\\\"  #1\"\n", "a \"secret\"  #1", NULL},
    {"a quote within a word is an octet", "alice lns it's\n", "it's", NULL},
    {"escapes", "alice lns a\\sb\\tc\\101\\x42\\q\\#\n", "a b\tcABq#", NULL},
    {"a line that goes on", "alice lns \\\n secret\n", "secret", NULL},
    {"an empty secret", "alice lns \"\"\n", "", NULL},
    {"wildcards", "* * secret\n", "secret", NULL},
    {"the client's own goes before", "* * one\nalice * two\n* lns three\n", "two", NULL},
    {"both before one", "alice * one\nalice lns two\n", "two", NULL},
    {"the server's before none", "* * one\n* lns two\n", "two", NULL},
    {"the first of equals", "alice lns one\nalice lns two\n", "one", NULL},
    {"names by case", "Alice lns one\n", NULL, "none for"},
    {"another server", "alice other one\n", NULL, "none for"},
    {"too few words", "alice lns\nsecret\n", NULL, "none for"},
    {"words of the next line", "alice\nlns secret\n", NULL, "none for"},
    {"nothing", "", NULL, "none for"},
    {"no quote at the end", "alice lns \"secret\n", "secret\n", NULL},
    {"addresses behind", "bob lns x 10.0.0.1 alice lns y\nalice lns secret 10.0.0.2 -\n", "secret", NULL},
};

static void test_rows(void)
{
    uint8_t secret[PPP_SECRET];
    const char *why;
    size_t n;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool found;

        write_file(file, rows[i].text, 0600);
        found = ppp_secrets_find(file, span_str("alice"), span_str("lns"), secret, &n, &why);
        if (rows[i].secret != NULL)
            is_mem(secret, found ? n : 999, rows[i].secret, strlen(rows[i].secret), rows[i].name);
        else
            ok(!found && strstr(why, rows[i].why) != NULL, "%s", rows[i].name);
    }
}

static bool finds(const char **why)
{
    uint8_t secret[PPP_SECRET];
    size_t n;

    return ppp_secrets_find(file, span_str("alice"), span_str("lns"), secret, &n, why);
}

static void test_files(void)
{
    char text[128], long_one[400];
    const char *why;

    write_file(file, "alice lns secret\n", 0620);
    ok(!finds(&why) && strstr(why, "others can write") != NULL, "one that its group can write");
    write_file(file, "alice lns secret\n", 0644);
    ok(finds(&why), "that others read it pppd warns of");
    snprintf(text, sizeof text, "alice lns @%s\n", other);
    write_file(file, text, 0600);
    write_file(other, "# x\n within more\n", 0600);
    ok(finds(&why), "a secret in a file of its own");
    write_file(other, "within\n", 0602);
    ok(!finds(&why), "which others can write");
    write_file(other, "", 0600);
    ok(!finds(&why), "which is empty");
    snprintf(long_one, sizeof long_one, "alice lns %0300d\n", 1);
    write_file(file, long_one, 0600);
    ok(!finds(&why), "one that is too long counts for nothing");
    unlink(file);
    unlink(other);
    ok(!finds(&why) && strstr(why, "cannot be read") != NULL, "none");
    mkdir(file, 0700);
    ok(!finds(&why) && strstr(why, "plain file") != NULL, "a folder");
    rmdir(file);
}

int main(void)
{
    snprintf(file, sizeof file, "/tmp/test_ppp_secrets.%d", (int)getpid());
    snprintf(other, sizeof other, "%s.other", file);
    test_rows();
    test_files();
    return tap_done();
}
