/* lcp: the options of an LCP Configure-Request (RFC 1661, 6, and others), as the AVPs 26 to 28
 * carry them: from the first option on, without code, identifier and length. */
#ifndef WIRE_LCP_H
#define WIRE_LCP_H

#include <stdbool.h>

#include "base/bytes.h"

/* Are these options from beginning to end, and those of a fixed size of that size? */
bool lcp_well_formed(struct span options);

/* "mru=1500 accm=00000000 auth=chap-md5 magic=1a2b3c4d pfc acfc": what an option is not known by
 * stands as "option-9=01", in hex.  Ends with "malformed" behind what could be read, if it is not
 * well formed.  Cut to size - 1 octets; size is at least 1.  Returns dst. */
char *lcp_describe(struct span options, char *dst, size_t size);

#endif
