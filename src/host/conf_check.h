/* conf_check: the traps of a configuration that is right by its grammar: settings that contradict
 * each other or have no effect where they stand.  Each is told as a warning. */
#ifndef HOST_CONF_CHECK_H
#define HOST_CONF_CHECK_H

#include "host/conf_section.h"

/* Templates have been applied. */
void conf_check(const struct conf *c, struct conf_told *told);

/* The same for one section by itself. */
void conf_check_section(const struct conf *c, const struct conf_section *s, struct conf_told *told);

#endif
