/* Formatting and filtering of log lines; see log.h. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static log_sink_fn *sink;
static log_gather_fn *gather;
static uint32_t topics_on;

void log_set_sink(log_sink_fn *new_sink)
{
    sink = new_sink;
}

void log_set_gather(log_gather_fn *new_gather)
{
    gather = new_gather;
}

void log_hold(void)
{
    if (gather != NULL)
        gather(true);
}

void log_release(void)
{
    int keep = errno;

    if (gather != NULL)
        gather(false);
    errno = keep;
}

void log_set_topics(uint32_t topics)
{
    topics_on = topics;
}

uint32_t log_topics(void)
{
    return topics_on;
}

const char *log_topic_name(enum log_topic topic)
{
    static const char *const names[TOPIC_COUNT] = {
        [TOPIC_AVP] = "avp",     [TOPIC_NETWORK] = "network", [TOPIC_PACKET] = "packet",
        [TOPIC_STATE] = "state", [TOPIC_TUNNEL] = "tunnel",   [TOPIC_XPORT] = "xport",
        [TOPIC_PPPD] = "pppd",
    };

    return names[topic];
}

bool log_topic(enum log_topic topic)
{
    return sink != NULL && (topics_on >> topic & 1) != 0;
}

static void say(enum log_level level, int error, const char *fmt, va_list ap)
{
    char line[1024];
    size_t n;

    if (sink == NULL)
        return;
    vsnprintf(line, sizeof line, fmt, ap);
    n = strlen(line);
    if (error != 0)
        snprintf(line + n, sizeof line - n, ": %s", strerror(error));
    /* who speaks has escaped what strangers say; what was forgotten still begins no line of its own */
    for (char *c = line; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
    sink(level, line);
}

/* The seven functions differ in level and in whether errno speaks. */
#define SAYER(name, level, error)                                                                  \
    void name(const char *fmt, ...)                                                                \
    {                                                                                              \
        int keep = errno;                                                                          \
        va_list ap;                                                                                \
                                                                                                   \
        va_start(ap, fmt);                                                                         \
        say(level, error, fmt, ap);                                                                \
        va_end(ap);                                                                                \
        errno = keep;                                                                              \
    }

SAYER(log_error, LEVEL_ERROR, errno)
SAYER(log_errorx, LEVEL_ERROR, 0)
SAYER(log_warn, LEVEL_WARNING, errno)
SAYER(log_warnx, LEVEL_WARNING, 0)
SAYER(log_notice, LEVEL_NOTICE, 0)
SAYER(log_info, LEVEL_INFO, 0)

void log_debug(enum log_topic topic, const char *fmt, ...)
{
    int keep = errno;
    va_list ap;

    if (!log_topic(topic))
        return;
    va_start(ap, fmt);
    say(LEVEL_DEBUG, 0, fmt, ap);
    va_end(ap);
    errno = keep;
}

/* One octet as it may stand in a log, into five octets of room. */
static void escape(uint8_t c, char *dst)
{
    if (c == '"' || c == '\\')
        snprintf(dst, 5, "\\%c", c);
    else if (c >= 0x20 && c < 0x7f)
        snprintf(dst, 5, "%c", c);
    else
        snprintf(dst, 5, "\\x%02x", c);
}

/* Whether the escaped text and its NUL fit whole into size octets. */
static bool fits_whole(struct span text, size_t size)
{
    size_t n = 0;
    char one[5];

    for (size_t i = 0; i < text.n && n < size; i++) {
        escape(text.p[i], one);
        n += strlen(one);
    }
    return n < size;
}

const char *log_safe(struct span text, char *dst, size_t size)
{
    static const char cut[] = "...";
    size_t used = 0, spare = fits_whole(text, size) ? 1 : sizeof cut;

    dst[0] = '\0';
    for (size_t i = 0; i < text.n; i++) {
        char one[5];
        size_t n;

        escape(text.p[i], one);
        n = strlen(one);
        if (used + n + spare > size) {
            if (used + sizeof cut <= size)
                memcpy(dst + used, cut, sizeof cut);
            break;
        }
        memcpy(dst + used, one, n + 1);
        used += n;
    }
    return dst;
}

const char *log_apart(const char *safe, const char *marks, char *dst, size_t size)
{
    const char *at = safe, *quote;

    while (*at != '\0' && strchr(marks, *at) == NULL)
        at++;
    quote = *at != '\0' ? "\"" : "";
    snprintf(dst, size, "%s%s%s", quote, safe, quote);
    return dst;
}
