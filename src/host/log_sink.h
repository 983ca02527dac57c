/* log_sink: where log lines go: stderr while in front, syslog when in the background. */
#ifndef HOST_LOG_SINK_H
#define HOST_LOG_SINK_H

/* Lines to stderr, each behind "IDENT[PID]: ".  Keeps the pointer. */
void log_sink_stderr(const char *ident);

/* Lines to syslog, facility daemon, with pid.  Keeps the pointer. */
void log_sink_syslog(const char *ident);

#endif
