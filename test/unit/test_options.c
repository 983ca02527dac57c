/* The command line: xl2tpd's options and ours, default paths under both names, and xl2tpd's older
 * places for a configuration. */
#include <errno.h>
#include <unistd.h>

#include "options.h"
#include "tap.h"

/* In place of the system's: which files there are; one behind a '!' cannot be read. */
static const char *there[4];

int access(const char *path, int how)
{
    for (size_t i = 0; i < sizeof there / sizeof *there && there[i] != NULL; i++) {
        const char *name = there[i] + (there[i][0] == '!');

        if (strcmp(name, path) != 0)
            continue;
        errno = EACCES;
        return there[i][0] == '!' && how == R_OK ? -1 : 0;
    }
    errno = ENOENT;
    return -1;
}

static char line[256];

static struct options o;
static const char *why, *bad;

/* Words between blanks; the first is the program's name. */
static bool read_words(const char *words)
{
    char *argv[24];
    int argc = 0;

    snprintf(line, sizeof line, "%s", words);
    for (char *p = strtok(line, " "); p != NULL; p = strtok(NULL, " "))
        argv[argc++] = p;
    argv[argc] = NULL;
    return options_read(&o, argc, argv, &why, &bad);
}

static const struct {
    const char *name, *words;
    const char *want; /* ident conf secrets pid fifo */
} paths[] = {
    {"XD-01 our own paths", "l2tpd",
     "l2tpd /etc/l2tpd/l2tpd.conf /etc/l2tpd/l2tp-secrets /var/run/l2tpd/l2tpd.pid "
     "/var/run/l2tpd/l2tp-control"},
    {"by any other name too", "/opt/x/xl2tpd.real",
     "l2tpd /etc/l2tpd/l2tpd.conf /etc/l2tpd/l2tp-secrets /var/run/l2tpd/l2tpd.pid "
     "/var/run/l2tpd/l2tp-control"},
    {"XD-01 X1-01 under the name xl2tpd, its paths", "xl2tpd",
     "xl2tpd /etc/xl2tpd/xl2tpd.conf /etc/xl2tpd/l2tp-secrets /var/run/xl2tpd.pid "
     "/var/run/xl2tpd/l2tp-control"},
    {"wherever it lies", "/usr/sbin/xl2tpd",
     "xl2tpd /etc/xl2tpd/xl2tpd.conf /etc/xl2tpd/l2tp-secrets /var/run/xl2tpd.pid "
     "/var/run/xl2tpd/l2tp-control"},
    {"X2-01 -c FILE, -s FILE, -p FILE, -C FILE", "xl2tpd -c 1 -s 2 -p 3 -C 4", "xl2tpd 1 2 3 4"},
    {"X2-06 without a blank", "l2tpd -c1 -s2 -p3 -C4", "l2tpd 1 2 3 4"},
    {"behind others in one word", "l2tpd -Dlc 1 -s2 -p 3 -C4", "l2tpd 1 2 3 4"},
    {"the last of several counts", "l2tpd -c 0 -c 1 -s 2 -p 3 -C 4", "l2tpd 1 2 3 4"},
    {"a path that looks like an option", "l2tpd -c -s -s 2 -p 3 -C 4", "l2tpd -s 2 3 4"},
};

static void test_paths(void)
{
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char got[256];

        read_words(paths[i].words);
        snprintf(got, sizeof got, "%s %s %s %s %s", o.ident, o.conf, o.secrets, o.pid, o.fifo);
        is_str(got, paths[i].want, paths[i].name);
    }
    read_words("l2tpd -c x");
    ok(o.conf_given && !o.secrets_given, "that a configuration was named is known");
    read_words("l2tpd -s x");
    ok(!o.conf_given && o.secrets_given, "and that secrets were");
}

static const struct {
    const char *words;
    enum options_task task;
    bool in_front, to_syslog;
    int tos;
    const char *conf; /* if it is not the default */
} asked[] = {
    {"l2tpd", TASK_RUN, false, false, 0, NULL},
    {"xl2tpd -D", TASK_RUN, true, false, 0, NULL},
    {"xl2tpd -D -l", TASK_RUN, true, true, 0, NULL},
    {"xl2tpd -l -D", TASK_RUN, true, true, 0, NULL},
    {"xl2tpd -Dl", TASK_RUN, true, true, 0, NULL},
    {"xl2tpd -q 0", TASK_RUN, false, false, 0, NULL},
    {"xl2tpd -q 184 -D", TASK_RUN, true, false, 184, NULL},
    {"xl2tpd -q255", TASK_RUN, false, false, 255, NULL},
    {"xl2tpd -v", TASK_VERSION, false, false, 0, NULL},
    {"xl2tpd --version", TASK_VERSION, false, false, 0, NULL},
    {"xl2tpd -version", TASK_VERSION, false, false, 0, NULL},
    {"l2tpd -h", TASK_HELP, false, false, 0, NULL},
    {"l2tpd --help", TASK_HELP, false, false, 0, NULL},
    {"l2tpd --check --help", TASK_HELP, false, false, 0, NULL},
    {"l2tpd -h --check", TASK_HELP, false, false, 0, NULL},
    {"l2tpd --check", TASK_CHECK, false, false, 0, NULL},
    {"l2tpd --check x", TASK_CHECK, false, false, 0, "x"},
    {"l2tpd -c x --check", TASK_CHECK, false, false, 0, "x"},
    {"l2tpd --check -c x", TASK_CHECK, false, false, 0, "x"},
    {"l2tpd --check x -s y", TASK_CHECK, false, false, 0, "x"},
    {"l2tpd --print-keys", TASK_PRINT_KEYS, false, false, 0, NULL},
    {"l2tpd --print-config", TASK_PRINT_CONFIG, false, false, 0, NULL},
    {"l2tpd --print-config x", TASK_PRINT_CONFIG, false, false, 0, "x"},
    {"l2tpd -c x --print-config", TASK_PRINT_CONFIG, false, false, 0, "x"},
    {"l2tpd --explain 192.0.2.1 name -c x", TASK_EXPLAIN, false, false, 0, "x"},
    {"l2tpd --print-example", TASK_PRINT_EXAMPLE, false, false, 0, NULL},
};

static void test_asked(void)
{
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        const char *conf = asked[i].conf;
        bool read = read_words(asked[i].words);

        ok(read && o.task == asked[i].task && o.in_front == asked[i].in_front &&
               o.to_syslog == asked[i].to_syslog && o.tos == asked[i].tos &&
               (conf != NULL ? o.conf_given && strcmp(o.conf, conf) == 0 : !o.conf_given),
           "X2-02 %s", asked[i].words);
    }
}

static void test_explained(void)
{
    ok(read_words("l2tpd --explain 192.0.2.1") && strcmp(o.peer, "192.0.2.1") == 0 &&
           o.host_name == NULL,
       "--explain PEER");
    ok(read_words("l2tpd --explain 192.0.2.1 lac7 -s y") && strcmp(o.peer, "192.0.2.1") == 0 &&
           strcmp(o.host_name, "lac7") == 0 && strcmp(o.secrets, "y") == 0,
       "--explain PEER HOSTNAME");
}

static const struct {
    const char *words, *bad, *why;
} refused[] = {
    {"l2tpd -Z", "-Z", "is no option of ours"},
    {"xl2tpd -Dx", "-Dx", "is no option of ours"},
    {"l2tpd -c", "-c", "needs a value behind it"},
    {"l2tpd -Dp", "-Dp", "needs a value behind it"},
    {"l2tpd -q 256", "-q", "needs a number from 0 to 255"},
    {"l2tpd -q -1", "-q", "needs a number from 0 to 255"},
    {"l2tpd -q x", "-q", "needs a number from 0 to 255"},
    {"l2tpd -q 1x", "-q", "needs a number from 0 to 255"},
    {"l2tpd -", "-", "is no option of ours"},
    {"l2tpd --", "--", "is no option of ours"},
    {"l2tpd --chekc", "--chekc", "is no option of ours"},
    {"l2tpd junk", "junk", "is no option of ours"},
    {"l2tpd -D junk -l", "junk", "is no option of ours"},
    {"l2tpd --check x y", "y", "is no option of ours"},
    {"l2tpd --explain", "--explain", "needs the address of a peer behind it"},
    {"l2tpd --explain -D", "--explain", "needs the address of a peer behind it"},
    {"l2tpd --explain a b c", "c", "is no option of ours"},
    {"l2tpd --print-keys x", "x", "is no option of ours"},
};

static void test_refused(void)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        bool read = read_words(refused[i].words);

        ok(!read && strcmp(bad, refused[i].bad) == 0 && strcmp(why, refused[i].why) == 0,
           "X2-06 %s: '%s' %s", refused[i].words, refused[i].bad, refused[i].why);
    }
}

#define OLD "/etc/l2tp/l2tpd.conf"
#define SECRETS "/etc/xl2tpd/l2tp-secrets"
#define OLD_SECRETS "/etc/l2tpd/l2tp-secrets"

static const struct {
    const char *name, *words, *there[3];
    bool fell;
    const char *conf, *secrets;
} falls[] = {
    {"what is there is taken",
     "xl2tpd",
     {"/etc/xl2tpd/xl2tpd.conf", OLD},
     false,
     "/etc/xl2tpd/xl2tpd.conf",
     SECRETS},
    {"X1-02 without it, the place in xl2tpd's code, and its secrets",
     "xl2tpd",
     {OLD, "/etc/l2tpd/l2tpd.conf"},
     true,
     OLD,
     OLD_SECRETS},
    {"X1-02 or that of xl2tpd's manual",
     "xl2tpd",
     {"/etc/l2tpd/l2tpd.conf"},
     true,
     "/etc/l2tpd/l2tpd.conf",
     OLD_SECRETS},
    {"X1-02 -s is not overridden by that", "xl2tpd -s mine", {OLD}, true, OLD, "mine"},
    {"X1-02 nor is -c", "xl2tpd -c mine", {OLD}, false, "mine", SECRETS},
    {"one that cannot be read is an error, and no reason to take another",
     "xl2tpd",
     {"!/etc/xl2tpd/xl2tpd.conf", OLD},
     false,
     "/etc/xl2tpd/xl2tpd.conf",
     SECRETS},
    {"an older one that cannot be read is passed over",
     "xl2tpd",
     {"!" OLD, "/etc/l2tpd/l2tpd.conf"},
     true,
     "/etc/l2tpd/l2tpd.conf",
     OLD_SECRETS},
    {"where there is none at all the message names the first",
     "xl2tpd",
     {NULL},
     false,
     "/etc/xl2tpd/xl2tpd.conf",
     SECRETS},
    {"under our own name there is one place only",
     "l2tpd",
     {OLD},
     false,
     "/etc/l2tpd/l2tpd.conf",
     OLD_SECRETS},
};

static void test_fall_back(void)
{
    for (size_t i = 0; i < sizeof falls / sizeof *falls; i++) {
        const char *missing = NULL;
        bool fell;

        memcpy(there, falls[i].there, sizeof falls[i].there);
        read_words(falls[i].words);
        fell = options_fall_back(&o, &missing);
        ok(fell == falls[i].fell && strcmp(o.conf, falls[i].conf) == 0 &&
               strcmp(o.secrets, falls[i].secrets) == 0,
           "%s: %s and %s", falls[i].name, o.conf, o.secrets);
        if (fell && (missing == NULL || strcmp(missing, "/etc/xl2tpd/xl2tpd.conf") != 0))
            ok(false, "%s: what is missing is told", falls[i].name);
    }
}

int main(void)
{
    test_paths();
    test_asked();
    test_explained();
    test_refused();
    test_fall_back();
    return tap_done();
}
