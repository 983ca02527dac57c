/* control_sections: the commands that add, change, remove and list sections: xl2tpd's a, r, z, w, y
 * and x, with its answers.
 *
 * A section that is added, or changed, by command stays so across reloads, on top of what the file
 * has under that name, until it is removed by command.  One that is removed by command is gone; if
 * the file has it, the next reload brings it back as it is there. */
#ifndef CONTROL_SECTIONS_H
#define CONTROL_SECTIONS_H

#include "hub.h"

fifo_run_fn control_add_lac, control_add_lns, control_remove_lac, control_remove_lns;
fifo_run_fn control_list, control_lns_status;

#endif
