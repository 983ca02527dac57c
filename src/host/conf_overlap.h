/* conf_overlap: addresses that two sections have, in their pools or as their own; part of
 * conf_check. */
#ifndef HOST_CONF_OVERLAP_H
#define HOST_CONF_OVERLAP_H

#include "host/conf_section.h"

/* Warns at each section whose own 'ip range' or 'local ip range' shares an address with another pool,
 * once a pool, at each whose 'local ip' or 'remote ip' lies in another's 'ip range', at each whose
 * 'remote ip' lies in a 'local ip range', and at each where both are the same.  What a section has
 * from its template it shares on purpose. */
void conf_check_overlap(const struct conf *c, struct conf_told *told);

#endif
