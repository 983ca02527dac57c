/* ppp_replay_parts: what the files of wire/ppp_replay share, and nobody else has. */
#ifndef WIRE_PPP_REPLAY_PARTS_H
#define WIRE_PPP_REPLAY_PARTS_H

#include "wire/ppp.h"
#include "wire/ppp_replay.h"

#define PPP_LCP 0xc021u
#define PPP_PAP 0xc023u
#define PPP_CHAP 0xc223u

enum replay_code {
    CONFIGURE_REQUEST = 1, /* of LCP (RFC 1661, 5) */
    CONFIGURE_ACK = 2,
    CONFIGURE_NAK = 3,
    CONFIGURE_REJECT = 4,
    TERMINATE_REQUEST = 5,
    ECHO_REQUEST = 9, /* from here on a magic number comes first ... */
    TIME_REMAINING = 13, /* ... up to here (RFC 1570) */
    PAP_REQUEST = 1,  /* RFC 1334, 2.2 */
    PAP_ACK = 2,
    CHAP_CHALLENGE = 1, /* RFC 1994, 4 */
    CHAP_RESPONSE = 2,
    CHAP_SUCCESS = 3,
    CHAP_FAILURE = 4
};

/* ppp_replay_lcp.c */

/* A Configure-Request's options into *t; NULL, or why they cannot be replayed.  may_ask: for the other
 * end to authenticate itself.  auth points into options. */
const char *replay_read_terms(struct span options, bool may_ask, struct replay_terms *t);

/* Judges pppd's last request: the code of the answer, whose options go into *answer; 0: it cannot be
 * answered as the caller has, and r->why says so. */
enum replay_code replay_judge(struct ppp_replay *r, struct wr *answer);

/* ppp_replay_flaw.c */

/* The protocol of an authentication option; 0: none. */
uint16_t replay_protocol_of(struct span auth);

/* Does the LAC tell of the authentication that it has agreed on with the caller? */
bool replay_is_of_type(struct span auth, uint16_t type);

#endif
