/* Options, the order of start, the order of stop. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "check.h"
#include "daemon.h"
#include "explain.h"
#include "host/conf.h"
#include "host/log_sink.h"
#include "host/sys.h"
#include "options.h"
#include "service.h"
#include "wire/hdlc.h"

/* Ends the program if the command line is wrong, or asks for no more than to be printed to. */
static void read_options(int argc, char **argv, struct options *o)
{
    const char *why, *word;

    if (!options_read(o, argc, argv, &why, &word)) {
        fprintf(stderr, "%s: '%s' %s\n", o->ident, word, why);
        options_usage(stderr, o->ident);
        exit(1);
    }
    if (o->task == TASK_VERSION)
        printf("%s version %s-%s\n", o->ident, o->ident, VERSION);
    else if (o->task == TASK_HELP)
        options_usage(stdout, o->ident);
    else if (o->task == TASK_PRINT_EXAMPLE)
        conf_print_example(stdout);
    else if (o->task == TASK_PRINT_KEYS)
        conf_print_keys(stdout);
    else
        return;
    exit(fflush(stdout) == 0 ? 0 : 1);
}

/* Where we were started, kept for as long as the program runs; NULL if that cannot be told. */
static const char *folder(void)
{
    static char here[2048];

    return getcwd(here, sizeof here);
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

/* "FILE:LINE: warning: TEXT", as compilers and editors have it; counted by kind. */
static void tell_checked(void *ctx, bool warning, const char *line)
{
    unsigned *count = ctx;
    const char *text = strstr(line, ": ");
    int n = text != NULL ? (int)(text - line) : 0;

    count[warning]++;
    fprintf(stderr, "%.*s%s%s%s\n", n, line, n > 0 ? ": " : "",
            warning ? "warning: " : "error: ", n > 0 ? text + 2 : line);
}

static void tell_errors(void *ctx, bool warning, const char *line)
{
    if (!warning)
        tell(ctx, warning, line);
}

/* The secrets that the daemon would use: -s, "auth file", or the default. */
static const char *secrets_of(const struct options *o, const struct conf *c)
{
    return !o->secrets_given && c->global.auth_file != NULL ? c->global.auth_file : o->secrets;
}

static int check(const struct options *o)
{
    unsigned count[2] = {0, 0}, errors;
    struct conf *c = conf_load_all(o->conf, tell_checked, count, &errors);

    if (c != NULL)
        check_surroundings(c, secrets_of(o, c), CHECK_ROUTES, tell_checked, count);
    printf("%s: %u error%s, %u warning%s\n", o->conf, count[0], count[0] == 1 ? "" : "s", count[1],
           count[1] == 1 ? "" : "s");
    conf_free(c);
    return fflush(stdout) == 0 && errors == 0 && count[0] == 0 ? 0 : 1;
}

/* What only looks at a configuration that is right.  The exit status. */
static int look(const struct options *o)
{
    struct conf *c = conf_load(o->conf, tell_errors, NULL);
    bool good = c != NULL;

    if (c == NULL)
        log_errorx("unable to use the configuration %s (--check tells more)", o->conf);
    else if (o->task == TASK_PRINT_CONFIG)
        conf_print_values(stdout, c);
    else
        good = explain_peer(stdout, c, secrets_of(o, c), o->peer, o->host_name);
    conf_free(c);
    return fflush(stdout) == 0 && good ? 0 : 1;
}

static bool take_pidfile(const char *path)
{
    if (sys_make_dir_of(path) == 0 && sys_pidfile_write(path) == 0)
        return true;
    if (errno == EEXIST)
        log_errorx("another daemon holds the pid file %s: stop it, or choose another with -p",
                   path);
    else if (errno == EINVAL)
        log_errorx("%s is no pid file, and is left as it is: remove it, or choose another place "
                   "with -p",
                   path);
    else
        log_error("cannot write the pid file %s (choose another place with -p)", path);
    return false;
}

/* Everything between a good configuration and the loop; "told" is where the parent waits, or -1. */
static struct hub *start(const struct options *o, struct conf *conf, int told)
{
    struct daemon_options d = {o->ident,   o->conf, o->secrets_given ? o->secrets : NULL,
                               o->secrets, o->fifo, (uint8_t)o->tos};
    struct hub *h = NULL;

    /* first, so that a second daemon does not clear the first one's FIFO away */
    if (take_pidfile(o->pid))
        h = daemon_new(&d, conf);
    else
        conf_free(conf);
    if (h == NULL) {
        sys_pidfile_remove();
        return NULL;
    }
    if (!o->in_front || o->to_syslog)
        log_sink_syslog(o->ident);
    log_notice("%s version %s-%s started on %s PID:%d", o->ident, o->ident, VERSION, h->host_name,
               (int)getpid());
    daemon_start(h, o->in_front && !service_is_managed());
    if (told >= 0)
        sys_detach_ready(told);
    service_ready(h);
    return h;
}

int main(int argc, char **argv)
{
    static struct options o; /* its paths live as long as the program */
    const char *missing;
    struct conf *conf;
    struct hub *h;
    int told = -1, status;

    sys_open_standard();
    sys_keep_inherited();
    read_options(argc, argv, &o);
    log_sink_stderr(o.ident);
    service_open();
    if (options_fall_back(&o, &missing))
        log_warnx("there is no %s: %s is used in its place, with the secrets of %s", missing,
                  o.conf, o.secrets);
    conf_paths_from(folder());
    o.conf = absolute(o.conf);
    o.secrets = absolute(o.secrets);
    o.pid = absolute(o.pid);
    o.fifo = absolute(o.fifo);
    if (o.task != TASK_RUN)
        return o.task == TASK_CHECK ? check(&o) : look(&o);
    conf = conf_load(o.conf, tell, NULL);
    if (conf == NULL) {
        log_errorx("unable to use the configuration %s: nothing was started", o.conf);
        return 1;
    }
    if (!o.in_front && (told = sys_detach()) < 0) {
        log_error("cannot detach (stay in front with -D)");
        return 1;
    }
    log_debug(TOPIC_PPPD, "frames are made by the routines for %s", hdlc_choose(NULL));
    h = start(&o, conf, told);
    if (h == NULL)
        return 1;
    daemon_run(h);
    status = daemon_status(h);
    daemon_free(h);
    sys_pidfile_remove();
    log_notice("stopped");
    return status;
}
