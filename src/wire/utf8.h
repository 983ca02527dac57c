/* utf8: texts that we send are UTF-8 (RFC 2661, 4.4.2 and 4.4.3; RFC 3145), whatever the text that
 * an operator or another peer gave us. */
#ifndef WIRE_UTF8_H
#define WIRE_UTF8_H

#include "base/bytes.h"

/* Octets of the character at the beginning of s; 0 if there is none in UTF-8 (RFC 3629). */
size_t utf8_length(struct span s);

/* Nothing but such characters? */
bool utf8_is(struct span text);

/* Writes the text, with a question mark for each octet that belongs to no character: as long as it
 * was. */
void utf8_put(struct wr *w, struct span text);

#endif
