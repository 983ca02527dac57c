/* conf_check_switch: what a configuration says of switches that cannot be, or is without effect.  Part
 * of conf_check. */
#ifndef HOST_CONF_CHECK_SWITCH_H
#define HOST_CONF_CHECK_SWITCH_H

#include "host/conf_section.h"

/* Of one [switch]. */
void conf_check_switch(const struct conf *c, const struct conf_section *s, struct conf_told *told);

#endif
