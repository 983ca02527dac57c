/* control_watch: the commands by which somebody watches the daemon at its work: events as they
 * come, and the log's topics. */
#ifndef CONTROL_WATCH_H
#define CONTROL_WATCH_H

#include "hub.h"

fifo_run_fn control_events, control_log;

/* The daemon goes: who listens is told so. */
void control_end_events(struct hub *h);

#endif
