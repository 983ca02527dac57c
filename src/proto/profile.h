/* profile: the settings that a tunnel lives by, copied into it at its birth, without a pointer into
 * anybody's configuration: so a reload can throw the old one away, and running tunnels keep theirs.
 */
#ifndef PROTO_PROFILE_H
#define PROTO_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#define PROFILE_NAME 128
#define PROFILE_SECRET 128

#define FRAMING_SYNC 1u
#define FRAMING_ASYNC 2u

struct l2tp_profile {
    char label[PROFILE_NAME];     /* the host's: which section this is; shown, not interpreted */
    char host_name[PROFILE_NAME]; /* our Host Name; not empty */
    char vendor_name[32];         /* empty: not sent */
    uint16_t firmware;            /* 0: not sent */
    char secret[PROFILE_SECRET];  /* empty: none */
    bool challenge;               /* we want the peer to prove the secret */
    bool hide;                    /* hide what may be hidden (4.3), once the peer has shown by a
                                     response or a hidden AVP of its own that it holds the secret:
                                     real peers look for theirs only then, and till then what was
                                     hidden would be lost on them */
    bool tie_breaker;             /* send one in SCCRQ (4.4.3) */
    bool accept_incoming;         /* take ICRQs: be a LNS */
    bool accept_outgoing;         /* take OCRQs: be a LAC that dials */
    uint16_t window;              /* Receive Window Size, 1 or more */
    uint32_t framing;             /* capabilities, FRAMING_* */
    uint32_t bearer;              /* capabilities; sent if accept_outgoing, else 0 is sent */
    uint32_t tx_bps, rx_bps;      /* reported in ICCN */
    bool length_bit;              /* L in data messages */
    bool sequence;                /* number data messages (LNS decides; a LAC begins so) */
    unsigned max_tries;           /* transmissions again of a control message */
    uint32_t cap_ms;              /* of the retransmission interval */
    uint32_t hello_ms;            /* silence before a HELLO; 0: never */
    uint32_t setup_ms;            /* for a tunnel or call to come up; 0: 60 s */
};

#endif
