/* md5: RFC 1321, as RFC 2661 uses it for tunnel authentication (5.1.1) and hiding (4.3). */
#ifndef BASE_MD5_H
#define BASE_MD5_H

#include <stdint.h>

#include "base/bytes.h"

#define MD5_SIZE 16

struct md5 {
    uint32_t state[4];
    uint64_t octets;   /* taken in so far */
    uint8_t block[64]; /* what waits for a whole block */
};

void md5_init(struct md5 *m);
void md5_add(struct md5 *m, struct span s);
void md5_end(struct md5 *m, uint8_t digest[MD5_SIZE]); /* also wipes m */

#endif
