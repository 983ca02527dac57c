/* The two places where log lines go; see log_sink.h.  Knows nothing of what is said. */
#include "host/log_sink.h"

#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include "base/log.h"

static const char *line_ident;

static const int priorities[] = {
    [LEVEL_ERROR] = LOG_ERR, [LEVEL_WARNING] = LOG_WARNING, [LEVEL_NOTICE] = LOG_NOTICE,
    [LEVEL_INFO] = LOG_INFO, [LEVEL_DEBUG] = LOG_DEBUG,
};

/* One write() a line, so that lines of several processes do not mix. */
static void to_stderr(enum log_level level, const char *line)
{
    char text[1280];
    int n = snprintf(text, sizeof text, "%s[%ld]: %s\n", line_ident, (long)getpid(), line);

    (void)level;
    if (n < 0)
        return;
    if ((size_t)n >= sizeof text) {
        n = (int)sizeof text - 1;
        text[n - 1] = '\n';
    }
    /* there is nobody to tell that telling failed */
    (void)!write(STDERR_FILENO, text, (size_t)n);
}

static void to_syslog(enum log_level level, const char *line)
{
    syslog(priorities[level], "%s", line);
}

void log_sink_stderr(const char *ident)
{
    line_ident = ident;
    log_set_sink(to_stderr);
}

void log_sink_syslog(const char *ident)
{
    openlog(ident, LOG_PID | LOG_NDELAY, LOG_DAEMON);
    log_set_sink(to_syslog);
}
