/* control_status: the commands that show what there is: as pages (render.h), and, as xl2tpd does,
 * in the log. */
#ifndef CONTROL_STATUS_H
#define CONTROL_STATUS_H

#include "hub.h"

fifo_run_fn control_status, control_metrics, control_lac_status;

/* Writes the status to the log: tunnels, calls, LACs, LNSs, pools, counts. */
void control_log_status(struct hub *h);

#endif
