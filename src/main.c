/* Options, the order of start, the order of stop. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon.h"
#include "host/conf.h"
#include "host/log_sink.h"
#include "host/sys.h"

/* Started under the name of xl2tpd we use its paths: that is the whole drop-in switch. */
struct paths {
    const char *ident;
    const char *conf, *secrets, *pid, *fifo;
};

static const struct paths ours = {
    "l2tpd",
    "/etc/l2tpd/l2tpd.conf",
    "/etc/l2tpd/l2tp-secrets",
    "/var/run/l2tpd/l2tpd.pid",
    "/var/run/l2tpd/l2tp-control",
};

static const struct paths xl2tpds = {
    "xl2tpd",
    "/etc/xl2tpd/xl2tpd.conf",
    "/etc/xl2tpd/l2tp-secrets",
    "/var/run/xl2tpd.pid",
    "/var/run/xl2tpd/l2tp-control",
};

struct options {
    struct paths paths;
    bool secrets_given;
    bool check;     /* --check: read the configuration, and that is all */
    bool in_front;  /* -D */
    bool to_syslog; /* -l, with -D */
};

static void usage(FILE *to, const char *ident)
{
    fprintf(to,
            "Usage: %s [-c FILE] [-s FILE] [-p FILE] [-C FIFO] [-D [-l]] [-q TOS]\n"
            "  -c FILE   configuration\n"
            "  -s FILE   secrets of tunnels\n"
            "  -p FILE   pid file\n"
            "  -C FIFO   control FIFO\n"
            "  -D        stay in front, log to stderr\n"
            "  -l        with -D: log to syslog all the same\n"
            "  -q TOS    accepted for xl2tpd's sake, no effect\n"
            "  -v        version\n"
            "  -h        this help\n"
            "  --check [FILE]    tell what is wrong or doubtful in a configuration, and exit\n"
            "  --print-example   a configuration file with every key, to standard output\n",
            ident);
}

/* Ends the program for the options that only print. */
static void only_prints(const char *word, const char *ident)
{
    if (strcmp(word, "--version") == 0 || strcmp(word, "-v") == 0)
        printf("%s version %s-%s\n", ident, ident, VERSION);
    else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        usage(stdout, ident);
    else if (strcmp(word, "--print-example") == 0)
        conf_print_example(stdout);
    else
        return;
    exit(fflush(stdout) == 0 ? 0 : 1);
}

static bool is_tos(const char *text)
{
    char *end;
    long v = strtol(text, &end, 10);

    return end != text && *end == '\0' && v >= 0 && v <= 255;
}

static void parse_options(int argc, char **argv, struct options *o)
{
    int c;

    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], "--", 2) == 0)
            only_prints(argv[i], o->paths.ident);
    if (argc > 1 && argc < 4 && strcmp(argv[1], "--check") == 0) {
        o->check = true;
        if (argc == 3)
            o->paths.conf = argv[2];
        return;
    }
    while ((c = getopt(argc, argv, "c:s:p:C:Dlq:vh")) != -1) {
        const char **where = c == 'c'   ? &o->paths.conf
                             : c == 's' ? &o->paths.secrets
                             : c == 'p' ? &o->paths.pid
                             : c == 'C' ? &o->paths.fifo
                                        : NULL;

        if (where != NULL)
            *where = optarg;
        else if (c == 'D')
            o->in_front = true;
        else if (c == 'l')
            o->to_syslog = true;
        else if (c == 'v' || c == 'h')
            only_prints(c == 'v' ? "-v" : "-h", o->paths.ident);
        if (c == '?' || (c == 'q' && !is_tos(optarg))) {
            usage(stderr, o->paths.ident);
            exit(1);
        }
        o->secrets_given |= c == 's';
    }
    if (optind < argc) {
        fprintf(stderr, "%s: what is '%s' to mean?\n", o->paths.ident, argv[optind]);
        usage(stderr, o->paths.ident);
        exit(1);
    }
}

static const struct paths *paths_by_name(const char *argv0)
{
    const char *slash = strrchr(argv0, '/');
    const char *name = slash != NULL ? slash + 1 : argv0;

    return strcmp(name, xl2tpds.ident) == 0 ? &xl2tpds : &ours;
}

/* A path that stays true when the daemon has gone to "/". */
static const char *absolute(const char *path)
{
    char here[2048], *whole;
    size_t n;

    if (path[0] == '/' || getcwd(here, sizeof here) == NULL)
        return path;
    n = strlen(here) + strlen(path) + 2;
    whole = malloc(n);
    if (whole == NULL)
        return path;
    snprintf(whole, n, "%s/%s", here, path);
    return whole;
}

static void tell(void *ctx, bool warning, const char *line)
{
    (void)ctx;
    if (warning)
        log_warnx("%s", line);
    else
        log_errorx("%s", line);
}

static bool take_pidfile(const char *path)
{
    if (sys_make_dir_of(path) == 0 && sys_pidfile_write(path) == 0)
        return true;
    if (errno == EEXIST)
        log_errorx("another daemon holds the pid file %s: stop it, or choose another with -p",
                   path);
    else
        log_error("cannot write the pid file %s (choose another place with -p)", path);
    return false;
}

/* Everything between a good configuration and the loop; "told" is where the parent waits, or -1. */
static struct hub *start(const struct options *o, struct conf *conf, int told)
{
    struct daemon_options d = {o->paths.ident, o->paths.conf,
                               o->secrets_given ? o->paths.secrets : NULL, o->paths.secrets,
                               o->paths.fifo};
    struct hub *h = NULL;

    /* first, so that a second daemon does not clear the first one's FIFO away */
    if (take_pidfile(o->paths.pid))
        h = daemon_new(&d, conf);
    else
        conf_free(conf);
    if (h == NULL) {
        sys_pidfile_remove();
        return NULL;
    }
    if (!o->in_front || o->to_syslog)
        log_sink_syslog(o->paths.ident);
    log_notice("%s version %s-%s started on %s PID:%d", o->paths.ident, o->paths.ident, VERSION,
               h->host_name, (int)getpid());
    daemon_start(h);
    if (told >= 0)
        sys_detach_ready(told);
    return h;
}

int main(int argc, char **argv)
{
    static struct options o; /* its paths live as long as the program */
    struct conf *conf;
    struct hub *h;
    int told = -1;

    o.paths = *paths_by_name(argv[0]);
    sys_open_standard();
    parse_options(argc, argv, &o);
    log_sink_stderr(o.paths.ident);
    o.paths.conf = absolute(o.paths.conf);
    o.paths.secrets = absolute(o.paths.secrets);
    o.paths.pid = absolute(o.paths.pid);
    o.paths.fifo = absolute(o.paths.fifo);
    conf = conf_load(o.paths.conf, tell, NULL);
    if (conf == NULL) {
        log_errorx("unable to use the configuration %s: nothing was started", o.paths.conf);
        return 1;
    }
    if (o.check) {
        conf_free(conf);
        return 0;
    }
    if (!o.in_front && (told = sys_detach()) < 0) {
        log_error("cannot detach (stay in front with -D)");
        return 1;
    }
    h = start(&o, conf, told);
    if (h == NULL)
        return 1;
    daemon_run(h);
    daemon_free(h);
    sys_pidfile_remove();
    log_notice("stopped");
    return 0;
}
