/* log_sink: where log lines go: stderr while in front, syslog when in the background. */
#ifndef HOST_LOG_SINK_H
#define HOST_LOG_SINK_H

/* Lines to stderr, each behind "IDENT[PID]: ", and those between log_hold() and log_release() by one
 * write() as far as 2.5 KiB go.  Keeps the pointer. */
void log_sink_stderr(const char *ident);

/* Lines to syslog, facility daemon, with pid.  Keeps the pointer. */
void log_sink_syslog(const char *ident);

#endif
