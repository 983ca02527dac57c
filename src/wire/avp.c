/* The table of AVPs, row by row from RFC 2661, 4.4, RFC 3145, RFC 5515 and RFC 9601, and the names of
 * codes.
 * See avp.h. */
#include "wire/avp.h"

#include <stdio.h>

#include "wire/fields.h"

#define IN(type) (1u << (type))
#define ALL                                                                                        \
    (IN(SCCRQ) | IN(SCCRP) | IN(SCCCN) | IN(STOPCCN) | IN(HELLO) | IN(OCRQ) | IN(OCRP) |           \
     IN(OCCN) | IN(ICRQ) | IN(ICRP) | IN(ICCN) | IN(CDN) | IN(WEN) | IN(SLI) | IN(CSUN) |          \
     IN(CSURQ))
#define SCC (IN(SCCRQ) | IN(SCCRP))
#define CONNECTED (IN(ICCN) | IN(OCCN))
#define CALL_IDS (IN(ICRQ) | IN(ICRP) | IN(OCRQ) | IN(OCRP) | IN(CDN))
#define VALUE (AVP_LENGTH - AVP_HEADER)
#define FIELD(field) offsetof(struct msg, field)
#define AT(field) FIELD(field), IETF
#define OF_RFC_2661 40u /* AVPs whose slot is their number */

#define IETF 0u
#define M MANDATORY
#define H HIDEABLE

/* Of RFC 5515, 5: what is known of the line, by a LAC in its ICRQ; M is not set, H may be. */
#define LINE_RATE(which, name, number)                                                             \
    [AVP_LINE_RATES + (which)] = {name, number, KIND_RATE, 8, 8, H, 0, IN(ICRQ),                   \
                                  FIELD(line_rates) + (which) * sizeof(uint64_t), VENDOR_BROADBAND}
#define LINE_DELAY(which, name, number)                                                            \
    [AVP_LINE_DELAYS + (which)] = {name, number, KIND_U32, 4, 4, H, 0, IN(ICRQ),                   \
                                   FIELD(line_delays) + (which) * sizeof(uint32_t), VENDOR_BROADBAND}

/* clang-format off */
static const struct avp_row rows[AVP_NUMBERS] = {
    /* 4.4.1, 4.4.2: all messages; results */
    [0]  = {"message_type", 0, KIND_U16, 2, 2, M, ALL, 0, AT(type)},
    [1]  = {"result_code", 1, KIND_RESULT, 2, VALUE, M, IN(STOPCCN) | IN(CDN), 0, AT(result_code)},
    /* 4.4.3: control connection */
    [2]  = {"protocol_version", 2, KIND_VERSION, 2, 2, M, SCC, 0, AT(protocol_version)},
    [3]  = {"framing_capabilities", 3, KIND_U32, 4, 4, M | H, SCC, 0, AT(framing_capabilities)},
    [4]  = {"bearer_capabilities", 4, KIND_U32, 4, 4, M | H, 0, SCC, AT(bearer_capabilities)},
    [5]  = {"tie_breaker", 5, KIND_U64, 8, 8, 0, 0, IN(SCCRQ), AT(tie_breaker)},
    [6]  = {"firmware_revision", 6, KIND_U16, 2, 2, H, 0, SCC, AT(firmware_revision)},
    [7]  = {"host_name", 7, KIND_TEXT, 1, VALUE, M, SCC, 0, AT(host_name)},
    [8]  = {"vendor_name", 8, KIND_TEXT, 0, VALUE, H | READABLE, 0, SCC, AT(vendor_name)},
    [9]  = {"assigned_tunnel_id", 9, KIND_U16, 2, 2, M | H | NONZERO, SCC | IN(STOPCCN), 0, AT(assigned_tunnel_id)},
    [10] = {"receive_window_size", 10, KIND_U16, 2, 2, M | NONZERO, 0, SCC, AT(receive_window_size)},
    [11] = {"challenge", 11, KIND_OCTETS, 1, VALUE, M | H, 0, SCC, AT(challenge)},
    [12] = {"q931_cause_code", 12, KIND_Q931, 3, VALUE, M, 0, IN(CDN), AT(q931_cause_code)},
    [13] = {"challenge_response", 13, KIND_OCTETS, 16, 16, M | H, 0, IN(SCCRP) | IN(SCCCN), AT(challenge_response)},
    /* 4.4.4: calls */
    [14] = {"assigned_session_id", 14, KIND_U16, 2, 2, M | H | NONZERO, CALL_IDS, 0, AT(assigned_session_id)},
    [15] = {"call_serial_number", 15, KIND_U32, 4, 4, M | H, IN(ICRQ) | IN(OCRQ), 0, AT(call_serial_number)},
    [16] = {"minimum_bps", 16, KIND_U32, 4, 4, M | H, IN(OCRQ), 0, AT(minimum_bps)},
    [17] = {"maximum_bps", 17, KIND_U32, 4, 4, M | H, IN(OCRQ), 0, AT(maximum_bps)},
    [18] = {"bearer_type", 18, KIND_U32, 4, 4, M | H, IN(OCRQ), IN(ICRQ), AT(bearer_type)},
    [19] = {"framing_type", 19, KIND_U32, 4, 4, M | H, CONNECTED | IN(OCRQ), 0, AT(framing_type)},
    /* 20 was Packet Processing Delay in drafts: known as such, for no message, so always skipped */
    [20] = {"packet_processing_delay", 20, KIND_U16, 2, 2, 0, 0, 0, 0, IETF},
    [21] = {"called_number", 21, KIND_TEXT, 0, VALUE, M | H, IN(OCRQ), IN(ICRQ), AT(called_number)},
    [22] = {"calling_number", 22, KIND_TEXT, 0, VALUE, M | H, 0, IN(ICRQ), AT(calling_number)},
    [23] = {"sub_address", 23, KIND_TEXT, 0, VALUE, M | H, 0, IN(ICRQ) | IN(OCRQ), AT(sub_address)},
    [24] = {"tx_connect_speed", 24, KIND_U32, 4, 4, M | H, CONNECTED, 0, AT(tx_connect_speed)},
    [25] = {"physical_channel_id", 25, KIND_U32, 4, 4, H, 0, IN(ICRQ) | IN(OCRP), AT(physical_channel_id)},
    /* 4.4.5: proxy LCP and authentication */
    [26] = {"initial_received_lcp_confreq", 26, KIND_LCP, 0, VALUE, H, 0, IN(ICCN), AT(initial_received_lcp_confreq)},
    [27] = {"last_sent_lcp_confreq", 27, KIND_LCP, 0, VALUE, H, 0, IN(ICCN), AT(last_sent_lcp_confreq)},
    [28] = {"last_received_lcp_confreq", 28, KIND_LCP, 0, VALUE, H, 0, IN(ICCN), AT(last_received_lcp_confreq)},
    [29] = {"proxy_authen_type", 29, KIND_AUTHEN, 2, 2, H, 0, IN(ICCN), AT(proxy_authen_type)},
    [30] = {"proxy_authen_name", 30, KIND_TEXT, 0, VALUE, H, 0, IN(ICCN), AT(proxy_authen_name)},
    [31] = {"proxy_authen_challenge", 31, KIND_OCTETS, 1, VALUE, H, 0, IN(ICCN), AT(proxy_authen_challenge)},
    [32] = {"proxy_authen_id", 32, KIND_U16, 2, 2, H, 0, IN(ICCN), AT(proxy_authen_id)},
    [33] = {"proxy_authen_response", 33, KIND_SECRET, 0, VALUE, H, 0, IN(ICCN), AT(proxy_authen_response)},
    /* 4.4.6: call status */
    [34] = {"call_errors", 34, KIND_WORDS, 26, 26, M | H, IN(WEN), 0, AT(call_errors)},
    [35] = {"accm", 35, KIND_WORDS, 10, 10, M | H, IN(SLI), 0, AT(accm)},
    /* 4.4.1 again: what hides the others is never hidden itself */
    [36] = {"random_vector", 36, KIND_OCTETS, 1, VALUE, M, 0, ALL, AT(random_vector)},
    [37] = {"private_group_id", 37, KIND_OCTETS, 0, VALUE, H, 0, IN(ICCN), AT(private_group_id)},
    [38] = {"rx_connect_speed", 38, KIND_U32, 4, 4, H, 0, CONNECTED, AT(rx_connect_speed)},
    [39] = {"sequencing_required", 39, KIND_EMPTY, 0, 0, M, 0, CONNECTED, 0, IETF},
    /* of later RFCs; none is ever sent with M, so that nobody ends a tunnel over them (4.2) */
    [AVP_PPP_DISCONNECT_CAUSE] = {"ppp_disconnect_cause", 46, KIND_CAUSE, 5, VALUE, H, 0, IN(CDN), AT(ppp_disconnect_cause)},
    [AVP_ECN] = {"ecn", 103, KIND_EMPTY, 0, 0, H, 0, SCC, 0, IETF},
    /* RFC 5515, 6.1, 6.2: the first need not be there to us, as one that is no good is skipped, and
     * all of the tunnel is not to end by that */
    [AVP_CONNECT_SPEED_UPDATE] = {"connect_speed_update", 97, KIND_SPEEDS, 12, 12, H | REPEATED, 0, IN(CSUN) | IN(CSURQ), AT(connect_speed_update)},
    [AVP_CONNECT_SPEED_UPDATE_ENABLE] = {"connect_speed_update_enable", 98, KIND_EMPTY, 0, 0, H, 0, IN(ICRQ), 0, IETF},
    /* 5.1, 5.2 */
    [AVP_AGENT_CIRCUIT_ID] = {"agent_circuit_id", 1, KIND_TEXT, LINE_ID_LEAST, LINE_ID_MOST, H, 0, IN(ICRQ), FIELD(agent_circuit_id), VENDOR_BROADBAND},
    [AVP_AGENT_REMOTE_ID] = {"agent_remote_id", 2, KIND_TEXT, LINE_ID_LEAST, LINE_ID_MOST, H, 0, IN(ICRQ), FIELD(agent_remote_id), VENDOR_BROADBAND},
    /* 5.3 to 5.12 */
    LINE_RATE(LINE_ACTUAL_UP, "actual_data_rate_upstream", 129),
    LINE_RATE(LINE_ACTUAL_DOWN, "actual_data_rate_downstream", 130),
    LINE_RATE(LINE_MINIMUM_UP, "minimum_data_rate_upstream", 131),
    LINE_RATE(LINE_MINIMUM_DOWN, "minimum_data_rate_downstream", 132),
    LINE_RATE(LINE_ATTAINABLE_UP, "attainable_data_rate_upstream", 133),
    LINE_RATE(LINE_ATTAINABLE_DOWN, "attainable_data_rate_downstream", 134),
    LINE_RATE(LINE_MAXIMUM_UP, "maximum_data_rate_upstream", 135),
    LINE_RATE(LINE_MAXIMUM_DOWN, "maximum_data_rate_downstream", 136),
    LINE_RATE(LINE_LOW_POWER_UP, "minimum_data_rate_upstream_low_power", 137),
    LINE_RATE(LINE_LOW_POWER_DOWN, "minimum_data_rate_downstream_low_power", 138),
    /* 5.13 to 5.16 */
    LINE_DELAY(LINE_MAXIMUM_DELAY_UP, "maximum_interleaving_delay_upstream", 139),
    LINE_DELAY(LINE_ACTUAL_DELAY_UP, "actual_interleaving_delay_upstream", 140),
    LINE_DELAY(LINE_MAXIMUM_DELAY_DOWN, "maximum_interleaving_delay_downstream", 141),
    LINE_DELAY(LINE_ACTUAL_DELAY_DOWN, "actual_interleaving_delay_downstream", 142),
    /* 5.17 to 5.19: data link and two layers of encapsulation, an octet each; type; whether the DSLAM
     * turns PPPoA into PPPoE */
    [AVP_ACCESS_LOOP_ENCAPSULATION] = {"access_loop_encapsulation", 144, KIND_OCTETS, 3, 3, H, 0, IN(ICRQ), FIELD(access_loop_encapsulation), VENDOR_BROADBAND},
    [AVP_ACCESS_LINE_TYPE] = {"ancp_access_line_type", 145, KIND_LINE_TYPE, 4, 4, H, 0, IN(ICRQ), FIELD(access_line_type), VENDOR_BROADBAND},
    [AVP_IWF_SESSION] = {"iwf_session", 254, KIND_U32, 4, 4, H, 0, IN(ICRQ), FIELD(iwf_session), VENDOR_BROADBAND},
};

static const struct {
    const char *name;
    bool of_session;
    bool optional;
} messages[MSG_TYPES] = {
    [SCCRQ] = {"SCCRQ", false, false},     [SCCRP] = {"SCCRP", false, false}, [SCCCN] = {"SCCCN", false, false},
    [STOPCCN] = {"StopCCN", false, false}, [HELLO] = {"HELLO", false, false}, [OCRQ] = {"OCRQ", true, false},
    [OCRP] = {"OCRP", true, false},        [OCCN] = {"OCCN", true, false},    [ICRQ] = {"ICRQ", true, false},
    [ICRP] = {"ICRP", true, false},        [ICCN] = {"ICCN", true, false},    [CDN] = {"CDN", true, false},
    [WEN] = {"WEN", true, false},          [SLI] = {"SLI", true, false},
    /* of many sessions, so of the tunnel: session 0 in the header (RFC 5515, 4) */
    [CSUN] = {"CSUN", false, true}, [CSURQ] = {"CSURQ", false, true},
};

static const char *const stopccn_results[] = {
    NULL, "general request to clear", "general error", "control channel already exists",
    "requester not authorised", "protocol version not supported", "requester is shutting down",
    "finite state machine error", "control connection DS mismatch",
};

static const char *const cdn_results[] = {
    NULL, "loss of carrier", "general error", "administrative reasons",
    "no facilities (temporary)", "no facilities (permanent)", "invalid destination",
    "no carrier detected", "busy", "no dial tone", "not established in the LAC's time",
    "no appropriate framing detected", "session DS mismatch", "session tie breaker lost",
    "unsupported pseudowire type", "sequencing without valid sublayer",
    "finite state machine error or timeout",
};

static const char *const errors[] = {
    "no general error", "no control connection exists yet", "length is wrong",
    "field value out of range or reserved field not zero", "insufficient resources",
    "session id is invalid in this context", "vendor-specific error", "try another",
    "unknown AVP with the M bit set", "try another, directed", "next hop unreachable",
    "next hop busy", "switching aggregator busy",
};
static const char *const ppp_causes[] = {
    "no information", "administrative disconnect", "LCP renegotiation disabled and no proxy LCP",
    "normal disconnect", "compulsory encryption refused", "LCP timed out",
    "no recognisable LCP packets", "LCP magic number error: loop", "LCP echo timed out",
    "multilink: unexpected endpoint discriminator", "multilink: unexpected MRRU",
    "multilink: unexpected short sequence option", "compulsory call-back refused",
    "authentication timed out", "unexpected authenticated name for the bundle",
    "authentication protocol unacceptable", "authentication failed", "NCP timed out",
    "no NCP available or opened", "NCP: no agreement on addresses",
    "NCP: no permitted address",
};
static const char *const line_types[] = {
    NULL, "ADSL1", "ADSL2", "ADSL2+", "VDSL1", "VDSL2", "SDSL", "unknown",
};
static const char *const authens[] = {NULL, "text", "chap", "pap", "none", "ms-chap"};
/* clang-format on */

const struct avp_row *avp_row(unsigned slot)
{
    return slot < AVP_NUMBERS && rows[slot].kind != KIND_NONE ? &rows[slot] : NULL;
}

int avp_slot(unsigned vendor, unsigned number)
{
    unsigned slot = number;

    if (vendor != 0 || slot >= OF_RFC_2661)
        for (slot = OF_RFC_2661; slot < AVP_NUMBERS && (rows[slot].number != number ||
                                                        rows[slot].vendor != vendor);)
            slot++;
    return avp_row(slot) != NULL ? (int)slot : -1;
}

bool msg_type_known(unsigned type)
{
    return type < MSG_TYPES && messages[type].name != NULL;
}

const char *msg_type_name(unsigned type)
{
    if (type == ZLB)
        return "ZLB";
    return msg_type_known(type) ? messages[type].name : "unknown message";
}

bool msg_type_of_session(unsigned type)
{
    return msg_type_known(type) && messages[type].of_session;
}

bool msg_type_optional(unsigned type)
{
    return msg_type_known(type) && messages[type].optional;
}

#define NAME_IN(table, i) ((i) < sizeof(table) / sizeof *(table) ? (table)[i] : NULL)

const char *avp_result_name(unsigned msg_type, unsigned result)
{
    return msg_type == STOPCCN ? NAME_IN(stopccn_results, result) : NAME_IN(cdn_results, result);
}

const char *avp_error_name(unsigned error)
{
    return NAME_IN(errors, error);
}

const char *avp_ppp_cause_name(unsigned code)
{
    return NAME_IN(ppp_causes, code);
}

const char *avp_authen_name(unsigned type)
{
    return NAME_IN(authens, type);
}

const char *avp_line_type_name(uint32_t type)
{
    return NAME_IN(line_types, type);
}

const char *avp_line_type_text(uint32_t type, char *dst, size_t size)
{
    const char *name = avp_line_type_name(type);

    if (name != NULL)
        snprintf(dst, size, "%s", name);
    else
        snprintf(dst, size, "%lu", (unsigned long)type);
    return dst;
}
