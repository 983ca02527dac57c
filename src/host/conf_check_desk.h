/* conf_check_desk: what a configuration says of lines, and of who takes them, that is without effect.
 * Part of conf_check. */
#ifndef HOST_CONF_CHECK_DESK_H
#define HOST_CONF_CHECK_DESK_H

#include "host/conf_section.h"

/* Of one [lac], but not [lac default]. */
void conf_check_desk(const struct conf *c, const struct conf_section *s, struct conf_told *told);

#endif
