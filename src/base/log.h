/* log: what the daemon has to say, formatted here and handed to a sink that main sets.
 *
 * Levels say how much it matters; topics are streams of detail that are switched on at run time
 * (keys debug avp, network, packet, state, tunnel and the rest).  log_warn adds the reason that
 * errno holds, log_warnx has none to add.  Lines are lower case, without a full stop, and can be
 * understood without their neighbours.  Knows neither syslog nor the time. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum log_level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_NOTICE, LEVEL_INFO, LEVEL_DEBUG };

enum log_topic {
    TOPIC_AVP,     /* each AVP as received and judged */
    TOPIC_NETWORK, /* datagrams refused, sockets */
    TOPIC_PACKET,  /* each control message in one line */
    TOPIC_STATE,   /* each step of a state machine */
    TOPIC_TUNNEL,  /* tunnels and calls coming and going, in detail */
    TOPIC_XPORT,   /* windows, acknowledgements, retransmission */
    TOPIC_PPPD,    /* pppd's arguments, life and end */
    TOPIC_COUNT
};

/* The line is without newline and good for the length of the call. */
typedef void log_sink_fn(enum log_level level, const char *line);

/* Lines follow that belong together, or no more do: a sink that is told may keep them meanwhile, to
 * have done with all at once. */
typedef void log_gather_fn(bool more);

void log_set_sink(log_sink_fn *sink); /* NULL: be silent (the default) */
void log_set_gather(log_gather_fn *gather); /* NULL: the sink does not want to know (the default) */

/* Around lines that belong together, with nothing between but what makes them. */
void log_hold(void);
void log_release(void);

void log_set_topics(uint32_t topics); /* a bit per topic */
uint32_t log_topics(void);
bool log_topic(enum log_topic topic);             /* is it on? */
const char *log_topic_name(enum log_topic topic); /* "packet" */

#define LOG_FORMAT(f, a) __attribute__((format(printf, f, a)))

void log_error(const char *fmt, ...) LOG_FORMAT(1, 2); /* with errno's reason */
void log_errorx(const char *fmt, ...) LOG_FORMAT(1, 2);
void log_warn(const char *fmt, ...) LOG_FORMAT(1, 2); /* with errno's reason */
void log_warnx(const char *fmt, ...) LOG_FORMAT(1, 2);
void log_notice(const char *fmt, ...) LOG_FORMAT(1, 2);
void log_info(const char *fmt, ...) LOG_FORMAT(1, 2);
void log_debug(enum log_topic topic, const char *fmt, ...) LOG_FORMAT(2, 3);

/* A text of the peer's, made fit to be logged: printable ASCII as it is (but '"' and '\\' behind a
 * backslash), everything else as \xNN, cut to fit size octets with "..." at the cut.  The only way
 * by which such a text may reach a log.  Returns dst. */
const char *log_safe(struct span text, char *dst, size_t size);

/* Such a safe text, where its line goes on behind it: as it is, or in double quotes if it has one of
 * the marks in it by which the line is read, so that it cannot pass for what follows.  Returns dst. */
const char *log_apart(const char *safe, const char *marks, char *dst, size_t size);

#endif
