/* notify: what a service manager wants to hear: short texts, each one datagram to the socket that
 * it named in NOTIFY_SOCKET when it started us: a path, or "@NAME" in Linux's abstract space.
 *
 * systemd reads lines such as READY=1 and STATUS=...; see its sd_notify(3).  Without that variable
 * every function does nothing.  Does not know what the daemon is about: see service.h. */
#ifndef HOST_NOTIFY_H
#define HOST_NOTIFY_H

#include <stdbool.h>

/* Takes the variable out of the environment, so that no pppd and no script of its may speak for us,
 * and opens a socket.  0, also where there is no such variable; -1 with errno if it names no socket
 * that can be (EINVAL, ENAMETOOLONG) or none can be had: the manager will not hear of us then. */
int notify_open(void);

/* Does anybody listen? */
bool notify_is_on(void);

/* One datagram, cut at 512 octets.  It is not waited for: if the manager is behind it is lost.  0,
 * or -1 with errno; 0 if nobody listens. */
int notify_send(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same, but waits until the manager has room for it: for the one that must not be lost, while
 * no tunnel can suffer. */
int notify_send_surely(const char *text);

void notify_close(void);

#endif
