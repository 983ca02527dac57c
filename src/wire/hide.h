/* hide: hiding and revealing one AVP's value (RFC 2661, 4.3) and the response to a tunnel challenge
 * (5.1.1).  Does not know which AVPs exist. */
#ifndef WIRE_HIDE_H
#define WIRE_HIDE_H

#include "base/bytes.h"
#include "base/md5.h"

#define HIDE_LENGTH 2 /* the original length, before the value */

/* Writes the hidden form of value to w: length, value and padding, all under the key stream.
 * random_vector and secret are not empty. */
void hide_value(struct wr *w, uint16_t attribute, struct span secret, struct span random_vector,
                struct span value, struct span padding);

/* Reveals a hidden value into room, which holds at least hidden.n octets.  *value gets the original
 * value, lying in room.  False if it cannot be: no secret, no vector, or an inner length that does
 * not fit, as with a wrong secret. */
bool hide_reveal(uint16_t attribute, struct span secret, struct span random_vector,
                 struct span hidden, uint8_t *room, struct span *value);

/* The response to a challenge; id is the type of the message that carries the response (2 or 3). */
void hide_challenge_response(uint8_t id, struct span secret, struct span challenge,
                             uint8_t response[MD5_SIZE]);

#endif
