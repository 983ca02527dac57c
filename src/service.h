/* service: what the service manager that started us, if it wants to know, is told of the daemon:
 * that it is ready, reloads, stops, and how much there is to do. */
#ifndef SERVICE_H
#define SERVICE_H

#include <stdbool.h>

#include "hub.h"

/* Asks the environment whether a manager listens.  Warns if it does and cannot be told; the daemon
 * goes on without. */
void service_open(void);

/* Does one?  Then we are a service, though in front: it is not for us to end when a connection has. */
bool service_is_managed(void);

/* We listen: what was started may be relied on from now. */
void service_ready(struct hub *h);

/* A reload begins; it has ended, the new configuration being in force or not. */
void service_reloading(struct hub *h);
void service_reloaded(struct hub *h, bool in_force);

void service_stopping(void);

/* At each turn's end: numbers that have changed are told, at most once a second. */
void service_watch(struct hub *h);

/* Before the loop goes. */
void service_close(struct hub *h);

#endif
