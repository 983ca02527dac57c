/* speeds: the speed of calls' lines after they are up (RFC 5515, 4): a LAC tells it by CSUN, unasked
 * or because the LNS asks for it by CSURQ.  Both are messages of the tunnel, and name calls in AVPs, by
 * the ids that their receiver has assigned to them.  They are about calls alone that the ICRQ said it of
 * (6.2), while these are up; all others are passed over, be they unknown or of the other role. */
#ifndef PROTO_SPEEDS_H
#define PROTO_SPEEDS_H

#include "proto/engine.h"

/* A CSUN or CSURQ, scanned, with the verdict so far. */
void speeds_heard(struct l2tp *e, struct tunnel *t, uint64_t now, struct msg *m, struct verdict v);

#endif
