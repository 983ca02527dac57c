/* control_line: the command that hands a line to a [lac]. */
#ifndef CONTROL_LINE_H
#define CONTROL_LINE_H

#include "hub.h"

/* A fifo_run_fn: "attach LAC DEVICE [key=value]...". */
void control_attach(void *ctx, struct fifo_reply *reply, char *rest);

#endif
