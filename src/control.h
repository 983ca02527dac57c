/* control: the rows of commands of the control FIFO: letters with xl2tpd's answers, and verbs. */
#ifndef CONTROL_H
#define CONTROL_H

#include "hub.h"

/* The tables for fifo_open(); the hub is their ctx. */
extern const struct fifo_command control_commands[];
extern const struct fifo_verb control_verbs[];

#endif
