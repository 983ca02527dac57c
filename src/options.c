/* The command line by rows; see options.h. */
#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct options ours = {
    .ident = "l2tpd",
    .conf = "/etc/l2tpd/l2tpd.conf",
    .secrets = "/etc/l2tpd/l2tp-secrets",
    .pid = "/var/run/l2tpd/l2tpd.pid",
    .fifo = "/var/run/l2tpd/l2tp-control",
};

static const struct options xl2tpds = {
    .ident = "xl2tpd",
    .conf = "/etc/xl2tpd/xl2tpd.conf",
    .secrets = "/etc/xl2tpd/l2tp-secrets",
    .pid = "/var/run/xl2tpd.pid",
    .fifo = "/var/run/xl2tpd/l2tp-control",
};

/* Where xl2tpd looks next: its code names the first, its manual the second. */
static const char *const older[] = {"/etc/l2tp/l2tpd.conf", "/etc/l2tpd/l2tpd.conf"};
static const char older_secrets[] = "/etc/l2tpd/l2tp-secrets";

void options_usage(FILE *to, const char *ident)
{
    fprintf(to,
            "Usage: %s [-c FILE] [-s FILE] [-p FILE] [-C FIFO] [-D [-l]] [-q TOS]\n"
            "  -c FILE   configuration\n"
            "  -s FILE   secrets of tunnels\n"
            "  -p FILE   pid file\n"
            "  -C FIFO   control FIFO\n"
            "  -D        stay in front, log to stderr\n"
            "  -l        with -D: log to syslog all the same\n"
            "  -q TOS    Type of Service of control messages, 0 to 255\n"
            "  -v        version\n"
            "  -h        this help\n"
            "  --check [FILE]    tell what is wrong or doubtful in a configuration, and exit\n"
            "  --explain PEER [HOSTNAME]  which section serves a peer, why, with which values\n"
            "  --print-config [FILE]      every section with the values in force\n"
            "  --print-example   a configuration file with every key, to standard output\n"
            "  --print-keys      the keys, for programs\n",
            ident);
}

/* Words that begin with "--". */
static const struct task {
    const char *word;
    enum options_task task;
    int least, most; /* words that follow */
} tasks[] = {
    {"--version", TASK_VERSION, 0, 0},
    {"--help", TASK_HELP, 0, 0},
    {"--check", TASK_CHECK, 0, 1},
    {"--explain", TASK_EXPLAIN, 1, 2},
    {"--print-config", TASK_PRINT_CONFIG, 0, 1},
    {"--print-keys", TASK_PRINT_KEYS, 0, 0},
    {"--print-example", TASK_PRINT_EXAMPLE, 0, 0},
};

/* Version and help win over whatever else is asked for. */
static void ask_for(struct options *o, enum options_task task)
{
    if (o->task != TASK_VERSION && o->task != TASK_HELP)
        o->task = task;
}

/* A task with the words behind it: how many of argv, or 0 if it is none. */
static int take_task(struct options *o, int argc, char **argv)
{
    const struct task *t = tasks, *end = tasks + sizeof tasks / sizeof tasks[0];
    int n = 0;

    while (t < end && strcmp(t->word, argv[0]) != 0)
        t++;
    if (t == end)
        return 0;
    while (n < t->most && n + 1 < argc && argv[n + 1][0] != '-')
        n++;
    if (n < t->least)
        return 0;
    ask_for(o, t->task);
    if (t->task == TASK_EXPLAIN) {
        o->peer = argv[1];
        o->host_name = n > 1 ? argv[2] : NULL;
    } else if (n > 0) {
        o->conf = argv[1];
        o->conf_given = true;
    }
    return n + 1;
}

static bool read_tos(const char *text, int *tos)
{
    char *end;
    long v = strtol(text, &end, 10);

    *tos = (int)v;
    return end != text && *end == '\0' && v >= 0 && v <= 255;
}

static bool take_value(struct options *o, char letter, const char *value)
{
    const char **path = letter == 'c'   ? &o->conf
                        : letter == 's' ? &o->secrets
                        : letter == 'p' ? &o->pid
                        : letter == 'C' ? &o->fifo
                                        : NULL;

    if (path == NULL)
        return read_tos(value, &o->tos);
    *path = value;
    o->conf_given |= letter == 'c';
    o->secrets_given |= letter == 's';
    return true;
}

/* A word of letters behind one '-', as getopt(3) has it: the value of the last of them may stand in
 * the word or be the next one.  How many of argv; 0: there is something wrong. */
static int take_letters(struct options *o, int argc, char **argv, const char **why)
{
    for (const char *p = argv[0] + 1; *p != '\0'; p++) {
        if (strchr("cspCq", *p) != NULL) {
            bool here = p[1] != '\0';

            *why = "needs a value behind it";
            if (!here && argc < 2)
                return 0;
            *why = "needs a number from 0 to 255";
            return !take_value(o, *p, here ? p + 1 : argv[1]) ? 0 : here ? 1 : 2;
        }
        if (*p == 'D')
            o->in_front = true;
        else if (*p == 'l')
            o->to_syslog = true;
        else if (*p != 'v' && *p != 'h')
            return 0;
        else {
            ask_for(o, *p == 'v' ? TASK_VERSION : TASK_HELP);
            break; /* "-version" and "-help" are as good */
        }
    }
    return 1;
}

static const struct options *by_name(const char *argv0)
{
    const char *slash = strrchr(argv0, '/');

    return strcmp(slash != NULL ? slash + 1 : argv0, xl2tpds.ident) == 0 ? &xl2tpds : &ours;
}

bool options_read(struct options *o, int argc, char **argv, const char **why, const char **word)
{
    *o = *by_name(argc > 0 ? argv[0] : "");
    for (int i = 1, n; i < argc; i += n) {
        *word = argv[i];
        *why = "is no option of ours";
        n = strncmp(argv[i], "--", 2) == 0            ? take_task(o, argc - i, argv + i)
            : argv[i][0] == '-' && argv[i][1] != '\0' ? take_letters(o, argc - i, argv + i, why)
                                                      : 0;
        if (n == 0 && strcmp(argv[i], "--explain") == 0)
            *why = "needs the address of a peer behind it";
        if (n == 0)
            return false;
    }
    return true;
}

bool options_fall_back(struct options *o, const char **missing)
{
    if (strcmp(o->ident, xl2tpds.ident) != 0 || o->conf_given || access(o->conf, F_OK) == 0 ||
        errno != ENOENT)
        return false;
    for (size_t i = 0; i < sizeof older / sizeof older[0]; i++) {
        if (access(older[i], R_OK) != 0)
            continue;
        *missing = o->conf;
        o->conf = older[i];
        if (!o->secrets_given)
            o->secrets = older_secrets;
        return true;
    }
    return false;
}
