/* control: the rows of commands of the control FIFO, with xl2tpd's answers, and the status. */
#ifndef CONTROL_H
#define CONTROL_H

#include "hub.h"

/* The tables for fifo_open(); the hub is their ctx. */
extern const struct fifo_command control_commands[];
extern const struct fifo_verb control_verbs[];

/* Writes the status to the log: tunnels, calls, LACs, LNSs, pools, counts. */
void control_log_status(struct hub *h);

#endif
