/* The two places where log lines go; see log_sink.h.  Knows nothing of what is said. */
#include "host/log_sink.h"

#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include "base/log.h"

#define LINE_MOST 1280

static const char *line_ident;
static char kept[2 * LINE_MOST]; /* lines to be written, ... */
static size_t n_kept;            /* ... so many octets */
static bool gathers;             /* more of them are to come at once */

static const int priorities[] = {
    [LEVEL_ERROR] = LOG_ERR, [LEVEL_WARNING] = LOG_WARNING, [LEVEL_NOTICE] = LOG_NOTICE,
    [LEVEL_INFO] = LOG_INFO, [LEVEL_DEBUG] = LOG_DEBUG,
};

static void write_kept(void)
{
    /* there is nobody to tell that telling failed */
    if (n_kept > 0)
        (void)!write(STDERR_FILENO, kept, n_kept);
    n_kept = 0;
}

/* One write() a line, or for several that belong together: those of several processes do not mix. */
static void to_stderr(enum log_level level, const char *line)
{
    char *text;
    int n;

    (void)level;
    if (n_kept > sizeof kept - LINE_MOST)
        write_kept();
    text = kept + n_kept;
    n = snprintf(text, LINE_MOST, "%s[%ld]: %s\n", line_ident, (long)getpid(), line);
    if (n < 0)
        return;
    if (n >= LINE_MOST) {
        n = LINE_MOST - 1;
        text[n - 1] = '\n';
    }
    n_kept += (size_t)n;
    if (!gathers)
        write_kept();
}

static void gather_for_stderr(bool more)
{
    gathers = more;
    if (!more)
        write_kept();
}

static void to_syslog(enum log_level level, const char *line)
{
    syslog(priorities[level], "%s", line);
}

void log_sink_stderr(const char *ident)
{
    line_ident = ident;
    log_set_sink(to_stderr);
    log_set_gather(gather_for_stderr);
}

void log_sink_syslog(const char *ident)
{
    openlog(ident, LOG_PID | LOG_NDELAY, LOG_DAEMON);
    log_set_gather(NULL);
    log_set_sink(to_syslog);
}
