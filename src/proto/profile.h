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
#define BEARER_DIGITAL 1u
#define BEARER_ANALOG 2u

/* Hiding takes a secret that both hold; real peers look for theirs only once they were challenged,
 * and till then what was hidden would be lost on them. */
enum hide_when {
    HIDE_NEVER,
    HIDE_PROVEN, /* once the peer has shown the secret, by a response or a hidden AVP of its own */
    HIDE_ALWAYS  /* from the first message on */
};

struct l2tp_profile {
    char label[PROFILE_NAME];     /* the host's: which section this is; shown, not interpreted */
    char host_name[256];          /* our Host Name; not empty */
    char vendor_name[32];         /* empty: not sent */
    uint16_t firmware;            /* 0: not sent */
    char secret[PROFILE_SECRET];  /* empty: none */
    unsigned secret_line;         /* the host's: where it has it from; shown, not interpreted */
    bool challenge;               /* we want the peer to prove the secret */
    enum hide_when hide;          /* what may be hidden (4.3) */
    bool tie_breaker;             /* send one in SCCRQ (4.4.3) */
    bool exclusive;               /* a peer has one tunnel of its own making at most */
    bool accept_incoming;         /* take ICRQs: be a LNS */
    bool accept_outgoing;         /* take OCRQs: be a LAC that dials */
    uint16_t window;              /* Receive Window Size, 1 or more */
    uint32_t framing;             /* capabilities, FRAMING_* */
    uint32_t bearer;              /* capabilities; sent if accept_outgoing, else 0 is sent */
    uint32_t tx_bps, rx_bps;      /* reported in ICCN */
    bool length_bit;              /* L in data messages */
    bool sequence;                /* number data messages (LNS decides; a LAC begins so) */
    bool require_sequencing;      /* as LAC: Sequencing Required (39) in ICCN and OCCN */
    bool priority_bit;            /* LCP echoes leave with P (3.1) */
    bool ecn;                     /* ECN Capability (RFC 9601): sent, or echoed */
    bool disconnect_cause; /* PPP Disconnect Cause (RFC 3145) in CDN, if the host gives one */
    bool ask_speed;        /* as LNS: ask for the speed of a call that is up (CSURQ, RFC 5515) */
    uint32_t reorder_ms;   /* how long early data waits for what is before it; 0: it does not */
    uint32_t quirks_on, quirks_off; /* QUIRK_* of wire/quirks.h, forced and forbidden */
    unsigned max_tries;             /* transmissions again of a control message */
    uint32_t cap_ms;                /* of the retransmission interval */
    uint32_t hello_ms;              /* silence before a HELLO; 0: never */
    uint32_t hello_wait_ms;         /* for any sign of life after a HELLO, until a tunnel is given
                                     * up; 0: until its messages have been sent often enough */
    uint32_t doubt_ms;              /* a HELLO may go unanswered until the host is told of the
                                     * silence; 0: it is not told */
    uint32_t dead_ms;               /* of complete silence, until a tunnel that was up is given up;
                                     * 0: when its messages have been sent often enough */
    uint32_t connect_ms;            /* of silence, until a tunnel of ours is given up that has no
                                     * call yet; 0: as setup_ms */
    uint32_t first_ms;              /* the same, as long as not a word came; 0: connect_ms */
    uint32_t quiet_ms;              /* the same, once one came, with what is sent since unacknowledged;
                                     * 0: connect_ms */
    bool only_asks; /* a tunnel of ours whose host does not go on in the peer's if it loses a tie */
    uint32_t setup_ms;              /* for a tunnel or call to come up; 0: 60 s */
};

#endif
