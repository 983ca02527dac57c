/* proxy: whether what a LAC says of its authentication of the client (RFC 2661, 4.4.5, AVPs 29 to
 * 33) is a set that can be used.  Does not judge whether the client is who it says. */
#ifndef WIRE_PROXY_H
#define WIRE_PROXY_H

#include "wire/fields.h"

/* Values of Proxy Authen Type. */
enum proxy_type {
    PROXY_TEXT = 1, /* name and password in the clear, by some exchange in text */
    PROXY_CHAP = 2,
    PROXY_PAP = 3,
    PROXY_NONE = 4, /* the client was not authenticated */
    PROXY_MSCHAP = 5
};

#define PROXY_CHAP_RESPONSE 16   /* octets of a response: MD5 */
#define PROXY_MSCHAP_RESPONSE 49 /* of MS-CHAP version 1 (RFC 2433, 5) */

/* NULL if the AVPs of an ICCN are usable or wholly absent, else why not, in words; then the client
 * is to be authenticated afresh, and the call goes on.  (We do not send such a set.) */
const char *proxy_flaw(const struct msg *m);

#endif
