/* conf_check_switch: what a configuration says of switches that cannot be, or is without effect.  Part
 * of conf_check. */
#ifndef HOST_CONF_CHECK_SWITCH_H
#define HOST_CONF_CHECK_SWITCH_H

#include "host/conf_section.h"

/* Of one [switch], by the file alone: of this machine's addresses the loopback is known. */
void conf_check_switch(const struct conf *c, const struct conf_section *s, struct conf_told *told);

/* What else is wrong with it on a machine that has the addresses that is_own says: as they come and go, and
 * one may be another machine's tomorrow, a daemon is started for all that. */
typedef bool conf_is_own_fn(const struct addr *a);
void conf_check_switch_own(const struct conf *c, const struct conf_section *s, conf_is_own_fn *is_own,
                           struct conf_told *told);

#endif
