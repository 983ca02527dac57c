/* json: values as JSON has them (RFC 8259), written behind one another by whoever knows their
 * order.
 *
 * Whatever octets a text holds, a peer's too, what is written is valid: UTF-8 passes as it is, all
 * control characters are escaped, and an octet that belongs to no character of UTF-8 becomes
 * \xNN, four characters of the text, so that what differs stays different. */
#ifndef WIRE_JSON_H
#define WIRE_JSON_H

#include "base/text.h"

/* A text with its quotes. */
void json_text(struct text *t, const char *s);

/* "key": with a comma before it unless the object has just been opened. */
void json_key(struct text *t, const char *key);

#endif
