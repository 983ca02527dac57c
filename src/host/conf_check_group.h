/* conf_check_group: what a configuration says of private groups that is without effect, or against
 * itself.  Part of conf_check. */
#ifndef HOST_CONF_CHECK_GROUP_H
#define HOST_CONF_CHECK_GROUP_H

#include "host/conf_section.h"

/* Of one [group]. */
void conf_check_group(const struct conf *c, const struct conf_section *s, struct conf_told *told);

/* "vrf" and "netns" of a [lns] or [group]: an error if they are not fit for a script. */
void conf_check_space(const struct conf_section *s, struct conf_told *told);

#endif
