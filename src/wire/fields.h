/* fields: the numbers of messages, AVPs and codes (RFC 2661, 3.2 and 4.4), and struct msg, in which
 * every AVP has its typed field.  Names and shapes only: the rows of avp.c say where each stands.
 *
 * An AVP has a slot here: its bit in the sets of struct msg, its row in avp.c.  The slots of RFC
 * 2661's AVPs, 0 to 39, are their numbers on the wire; those of later RFCs follow without a gap, so
 * that 64 bits hold them all. */
#ifndef WIRE_FIELDS_H
#define WIRE_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

enum msg_type {
    ZLB = 0, /* no message at all: only sequence numbers (never on the wire as a type) */
    SCCRQ = 1,
    SCCRP = 2,
    SCCCN = 3,
    STOPCCN = 4,
    HELLO = 6,
    OCRQ = 7,
    OCRP = 8,
    OCCN = 9,
    ICRQ = 10,
    ICRP = 11,
    ICCN = 12,
    CDN = 14,
    WEN = 15,
    SLI = 16,
    CSUN = 28,  /* RFC 5515, 4.1: a LAC tells the speed of calls */
    CSURQ = 29, /* and 4.2: a LNS asks for it */
    MSG_TYPES = 30
};

enum avp_number {
    AVP_MESSAGE_TYPE = 0,
    AVP_RESULT_CODE = 1,
    AVP_PROTOCOL_VERSION = 2,
    AVP_FRAMING_CAPABILITIES = 3,
    AVP_BEARER_CAPABILITIES = 4,
    AVP_TIE_BREAKER = 5,
    AVP_FIRMWARE_REVISION = 6,
    AVP_HOST_NAME = 7,
    AVP_VENDOR_NAME = 8,
    AVP_ASSIGNED_TUNNEL_ID = 9,
    AVP_RECEIVE_WINDOW_SIZE = 10,
    AVP_CHALLENGE = 11,
    AVP_Q931_CAUSE_CODE = 12,
    AVP_CHALLENGE_RESPONSE = 13,
    AVP_ASSIGNED_SESSION_ID = 14,
    AVP_CALL_SERIAL_NUMBER = 15,
    AVP_MINIMUM_BPS = 16,
    AVP_MAXIMUM_BPS = 17,
    AVP_BEARER_TYPE = 18,
    AVP_FRAMING_TYPE = 19,
    AVP_CALLED_NUMBER = 21,
    AVP_CALLING_NUMBER = 22,
    AVP_SUB_ADDRESS = 23,
    AVP_TX_CONNECT_SPEED = 24,
    AVP_PHYSICAL_CHANNEL_ID = 25,
    AVP_INITIAL_RECEIVED_LCP_CONFREQ = 26,
    AVP_LAST_SENT_LCP_CONFREQ = 27,
    AVP_LAST_RECEIVED_LCP_CONFREQ = 28,
    AVP_PROXY_AUTHEN_TYPE = 29,
    AVP_PROXY_AUTHEN_NAME = 30,
    AVP_PROXY_AUTHEN_CHALLENGE = 31,
    AVP_PROXY_AUTHEN_ID = 32,
    AVP_PROXY_AUTHEN_RESPONSE = 33,
    AVP_CALL_ERRORS = 34,
    AVP_ACCM = 35,
    AVP_RANDOM_VECTOR = 36,
    AVP_PRIVATE_GROUP_ID = 37,
    AVP_RX_CONNECT_SPEED = 38,
    AVP_SEQUENCING_REQUIRED = 39,
    AVP_PPP_DISCONNECT_CAUSE = 40, /* on the wire 46 (RFC 3145) */
    AVP_ECN = 41,                  /* on the wire 103 (RFC 9601) */
    /* RFC 5515: on the wire 97, 98; then, of vendor 3561, 1, 2, 129 to 142, 144, 145, 254 */
    AVP_CONNECT_SPEED_UPDATE = 42,
    AVP_CONNECT_SPEED_UPDATE_ENABLE = 43,
    AVP_AGENT_CIRCUIT_ID = 44,
    AVP_AGENT_REMOTE_ID = 45,
    AVP_LINE_RATES = 46, /* LINE_RATES of them, in the order of enum line_rate */
    AVP_LINE_DELAYS = 56, /* LINE_DELAYS of them, of enum line_delay */
    AVP_ACCESS_LOOP_ENCAPSULATION = 60,
    AVP_ACCESS_LINE_TYPE = 61,
    AVP_IWF_SESSION = 62,
    AVP_NUMBERS = 63 /* 64 at most: see above */
};

#define VENDOR_BROADBAND 3561u /* the Broadband Forum's; it was the DSL Forum's (RFC 5515, 5) */

/* Data rates of a subscriber's line, bit/s, up being from the subscriber (RFC 5515, 5.3 to 5.12). */
enum line_rate {
    LINE_ACTUAL_UP,
    LINE_ACTUAL_DOWN,
    LINE_MINIMUM_UP,
    LINE_MINIMUM_DOWN,
    LINE_ATTAINABLE_UP,
    LINE_ATTAINABLE_DOWN,
    LINE_MAXIMUM_UP,
    LINE_MAXIMUM_DOWN,
    LINE_LOW_POWER_UP, /* the minimum in low power state */
    LINE_LOW_POWER_DOWN,
    LINE_RATES
};

/* Its one-way interleaving delays, ms (5.13 to 5.16). */
enum line_delay {
    LINE_MAXIMUM_DELAY_UP,
    LINE_ACTUAL_DELAY_UP,
    LINE_MAXIMUM_DELAY_DOWN,
    LINE_ACTUAL_DELAY_DOWN,
    LINE_DELAYS
};

#define LINE_ID_LEAST 2 /* octets of a circuit's or subscriber's id (5.1, 5.2) */
#define LINE_ID_MOST 63

#define AVP_HEADER 6    /* octets before the value */
#define AVP_LENGTH 1023 /* the most that header and value may be */

/* Result codes of StopCCN and CDN, and general error codes (4.4.2). */
#define STOPCCN_GENERAL 1u
#define STOPCCN_ERROR 2u
#define STOPCCN_EXISTS 3u
#define STOPCCN_NOT_AUTHORISED 4u
#define STOPCCN_VERSION 5u
#define STOPCCN_SHUTTING_DOWN 6u
#define STOPCCN_FSM 7u
#define CDN_CARRIER_LOST 1u
#define CDN_ERROR 2u
#define CDN_ADMINISTRATIVE 3u
#define CDN_NO_FACILITIES 4u
#define CDN_NEVER_FACILITIES 5u
#define CDN_DESTINATION 6u
#define CDN_TIMEOUT 10u
#define ERROR_NONE 0u
#define ERROR_NO_CONNECTION 1u
#define ERROR_LENGTH 2u
#define ERROR_VALUE 3u
#define ERROR_RESOURCES 4u
#define ERROR_SESSION_ID 5u
#define ERROR_VENDOR 6u
#define ERROR_TRY_ANOTHER 7u
#define ERROR_UNKNOWN_AVP 8u
#define ERROR_TRY_DIRECTED 9u /* the text says where */

struct msg_result {
    uint16_t result;
    uint16_t error;
    bool has_error;
    struct span text;
};

struct msg_q931 {
    uint16_t cause;
    uint8_t message;
    struct span advice;
};

/* Why PPP ended (RFC 3145): for people, and never a reason to act. */
struct msg_ppp_cause {
    uint16_t code;
    uint16_t protocol; /* of the control protocol that it was about; 0: none */
    uint8_t direction; /* 0 global, 1 at the peer, 2 at the sender */
    struct span text;
};

/* Connect Speed Updates, of which a message may have many (RFC 5515, 6.1). */
#define SPEEDS_MOST 128 /* that are kept, or sent, of one message: more than a frame of Ethernet has */
struct msg_speeds {
    unsigned n;
    struct msg_speed {
        uint16_t session; /* the id that the receiver of the message has assigned to the call */
        uint32_t tx, rx;  /* bit/s, as the LAC sees it; of a CSURQ nothing */
    } at[SPEEDS_MOST];
};

struct msg_hidden {
    struct span value;  /* cipher text */
    struct span vector; /* the Random Vector then in force */
};

struct msg {
    uint16_t type;      /* enum msg_type, or unknown */
    uint16_t session;   /* of the packet's header */
    uint64_t present;   /* a bit an AVP's slot */
    uint64_t hidden;    /* came hidden, or is to be sent hidden */
    uint64_t mandatory; /* came with M */
    uint64_t pending;   /* hidden ones not yet revealed */
    struct span body;   /* that it was scanned from */
    bool strict;        /* nothing missing is excused: set between msg_scan and msg_reveal */

    /* a field an AVP, named by enum avp_number; only those in "present" mean anything */
    struct msg_result result_code;
    uint16_t protocol_version;
    uint32_t framing_capabilities;
    uint32_t bearer_capabilities;
    uint64_t tie_breaker;
    uint16_t firmware_revision;
    struct span host_name;
    struct span vendor_name;
    uint16_t assigned_tunnel_id;
    uint16_t receive_window_size;
    struct span challenge;
    struct msg_q931 q931_cause_code;
    struct span challenge_response;
    uint16_t assigned_session_id;
    uint32_t call_serial_number;
    uint32_t minimum_bps;
    uint32_t maximum_bps;
    uint32_t bearer_type;
    uint32_t framing_type;
    struct span called_number;
    struct span calling_number;
    struct span sub_address;
    uint32_t tx_connect_speed;
    uint32_t physical_channel_id;
    struct span initial_received_lcp_confreq;
    struct span last_sent_lcp_confreq;
    struct span last_received_lcp_confreq;
    uint16_t proxy_authen_type;
    struct span proxy_authen_name;
    struct span proxy_authen_challenge;
    uint16_t proxy_authen_id;
    struct span proxy_authen_response;
    uint32_t call_errors[6];
    uint32_t accm[2];
    struct span random_vector; /* the latest, on receipt */
    struct span private_group_id;
    uint32_t rx_connect_speed;
    struct msg_ppp_cause ppp_disconnect_cause;
    struct msg_speeds connect_speed_update;
    struct span agent_circuit_id;
    struct span agent_remote_id;
    uint64_t line_rates[LINE_RATES];
    uint32_t line_delays[LINE_DELAYS];
    struct span access_loop_encapsulation;
    uint32_t access_line_type;
    uint32_t iwf_session;

    struct msg_hidden cipher[AVP_NUMBERS]; /* of the pending ones */
};

#endif
