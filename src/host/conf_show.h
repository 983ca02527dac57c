/* conf_show: values of a configuration, printed as it could be written: what is printed is read
 * back as the same.  conf_kinds is the reading half of it. */
#ifndef HOST_CONF_SHOW_H
#define HOST_CONF_SHOW_H

#include <stdio.h>

#include "host/conf_section.h"

/* Room for the value of any key but a text's, and for the address of an item. */
#define CONF_VALUE 512

/* Prints the settings of one key of a section, a line each, as they are in force: one line, or as
 * many as a list has items, or none.  Each begins with "before", and ends with a comment that says
 * where it was set.  A key that was not set is printed only if "all", and then behind "; ", so that
 * it sets nothing. */
void conf_show_row(FILE *out, const struct conf_section *s, const struct conf_row *row, bool all,
                   const char *before);

/* One range, as "192.0.2.1", "192.0.2.1 - 192.0.2.9"; returns dst, of CONF_VALUE octets. */
const char *conf_show_range(const struct conf_range *r, char *dst);

#endif
