/* messages: for tests of src/wire: the AVPs of RFC 2661 and some later ones with a sample value
 * each, written out here from the RFC's text and not from avp.c; octets of an AVP put together by
 * hand; and comparison of two struct msg field by field. */
#ifndef TEST_MESSAGES_H
#define TEST_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "wire/msg.h"

#define BIT(number) (UINT64_C(1) << (number))
#define TEST_SECRET "l2tp-test-secret"
#define TEST_VECTOR "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"
#define LONGEST 1017 /* octets of a value: Length is 10 bits and counts 6 of header (4.1) */

/* Sizes of C types that a field may have in struct msg. */
enum shape {
    NO_FIELD,
    SIXTEEN,
    THIRTY_TWO,
    SIXTY_FOUR,
    SPAN,
    RESULT,
    CAUSE,
    PPP_CAUSE,
    TWO_WORDS,
    SIX_WORDS,
    SPEEDS
};

/* One AVP as sections 4.4 and 6 have it. */
struct rfc_avp {
    unsigned number;        /* on the wire; above its 16 bits the vendor's */
    const char *clause;     /* that says what follows */
    const char *title;      /* our name for it: the RFC's words */
    bool m, h;              /* M as sent; may it be hidden */
    bool not_zero;          /* 0 is said to be invalid */
    unsigned least, most;   /* octets of its value, before hiding */
    const char *must, *may; /* messages (section 6) */
    enum shape shape;
    size_t field;
    const char *sample; /* a value, in hex */
};

#define AT(name) offsetof(struct msg, name)
#define BROADBAND(number) (3561u << 16 | (number)) /* RFC 5515, 5 */
#define EVERY "SCCRQ SCCRP SCCCN StopCCN HELLO OCRQ OCRP OCCN ICRQ ICRP ICCN CDN WEN SLI CSUN CSURQ"

/* clang-format off */
static const struct rfc_avp rfc_avps[] = {
    /* 4.4.1 */
    {0, "S4.4.1-01, S4.4.1-05, S4.4.1-06", "message_type", 1, 0, 0, 2, 2, EVERY, "", SIXTEEN, AT(type), NULL},
    {36, "S4.4.1-09", "random_vector", 1, 0, 0, 1, LONGEST, "", EVERY, SPAN, AT(random_vector), "00112233445566778899aabbccddeeff"},
    /* 4.4.2 */
    {1, "S4.4.2-01, S4.4.2-02", "result_code", 1, 0, 0, 2, LONGEST, "StopCCN CDN", "", RESULT, AT(result_code), "0002 0006 7768793f"},
    /* 4.4.3 */
    {2, "S4.4.3-01", "protocol_version", 1, 0, 0, 2, 2, "SCCRQ SCCRP", "", SIXTEEN, AT(protocol_version), "0100"},
    {3, "S4.4.3-02", "framing_capabilities", 1, 1, 0, 4, 4, "SCCRQ SCCRP", "", THIRTY_TWO, AT(framing_capabilities), "00000003"},
    {4, "S4.4.3-05", "bearer_capabilities", 1, 1, 0, 4, 4, "", "SCCRQ SCCRP", THIRTY_TWO, AT(bearer_capabilities), "00000002"},
    {5, "S4.4.3-12", "tie_breaker", 0, 0, 0, 8, 8, "", "SCCRQ", SIXTY_FOUR, AT(tie_breaker), "0123456789abcdef"},
    {6, "S4.4.3-17", "firmware_revision", 0, 1, 0, 2, 2, "", "SCCRQ SCCRP", SIXTEEN, AT(firmware_revision), "0690"},
    {7, "S4.4.3-18", "host_name", 1, 0, 0, 1, LONGEST, "SCCRQ SCCRP", "", SPAN, AT(host_name), "6c61632e6578616d706c65"},
    {8, "S4.4.3-20", "vendor_name", 0, 1, 0, 0, LONGEST, "", "SCCRQ SCCRP", SPAN, AT(vendor_name), "4163 6d65"},
    {9, "S4.4.3-21", "assigned_tunnel_id", 1, 1, 1, 2, 2, "SCCRQ SCCRP StopCCN", "", SIXTEEN, AT(assigned_tunnel_id), "1111"},
    {10, "S4.4.3-25", "receive_window_size", 1, 0, 1, 2, 2, "", "SCCRQ SCCRP", SIXTEEN, AT(receive_window_size), "0008"},
    {11, "S4.4.3-28", "challenge", 1, 1, 0, 1, LONGEST, "", "SCCRQ SCCRP", SPAN, AT(challenge), "0102030405060708090a0b0c0d0e0f10"},
    {13, "S4.4.3-30", "challenge_response", 1, 1, 0, 16, 16, "", "SCCRP SCCCN", SPAN, AT(challenge_response), "89221c72eba5e8295dfb16c2936412f8"},
    /* 4.4.4 */
    {12, "S4.4.4-01", "q931_cause_code", 1, 0, 0, 3, LONGEST, "", "CDN", CAUSE, AT(q931_cause_code), "0010 45 62796521"},
    {14, "S4.4.4-02", "assigned_session_id", 1, 1, 1, 2, 2, "ICRQ ICRP OCRQ OCRP CDN", "", SIXTEEN, AT(assigned_session_id), "3333"},
    {15, "S4.4.4-06", "call_serial_number", 1, 1, 0, 4, 4, "ICRQ OCRQ", "", THIRTY_TWO, AT(call_serial_number), "00010203"},
    {16, "S4.4.4-07", "minimum_bps", 1, 1, 0, 4, 4, "OCRQ", "", THIRTY_TWO, AT(minimum_bps), "00002580"},
    {17, "S4.4.4-08", "maximum_bps", 1, 1, 0, 4, 4, "OCRQ", "", THIRTY_TWO, AT(maximum_bps), "05f5e100"},
    {18, "S4.4.4-09", "bearer_type", 1, 1, 0, 4, 4, "OCRQ", "ICRQ", THIRTY_TWO, AT(bearer_type), "00000001"},
    {19, "S4.4.4-12", "framing_type", 1, 1, 0, 4, 4, "ICCN OCCN OCRQ", "", THIRTY_TWO, AT(framing_type), "00000002"},
    {21, "S4.4.4-15", "called_number", 1, 1, 0, 0, LONGEST, "OCRQ", "ICRQ", SPAN, AT(called_number), "35353531323334"},
    {22, "S4.4.4-16", "calling_number", 1, 1, 0, 0, LONGEST, "", "ICRQ", SPAN, AT(calling_number), "35353539383736"},
    {23, "S4.4.4-17", "sub_address", 1, 1, 0, 0, LONGEST, "", "ICRQ OCRQ", SPAN, AT(sub_address), "2a37"},
    {24, "S4.4.4-18", "tx_connect_speed", 1, 1, 0, 4, 4, "ICCN OCCN", "", THIRTY_TWO, AT(tx_connect_speed), "05f5e100"},
    {38, "S4.4.4-19", "rx_connect_speed", 0, 1, 0, 4, 4, "", "ICCN OCCN", THIRTY_TWO, AT(rx_connect_speed), "01312d00"},
    {25, "S4.4.4-20", "physical_channel_id", 0, 1, 0, 4, 4, "", "ICRQ OCRP", THIRTY_TWO, AT(physical_channel_id), "80000007"},
    {37, "S4.4.4-21", "private_group_id", 0, 1, 0, 0, LONGEST, "", "ICCN", SPAN, AT(private_group_id), "7265642d31"},
    {39, "S4.4.4-23", "sequencing_required", 1, 0, 0, 0, 0, "", "ICCN OCCN", NO_FIELD, 0, ""},
    /* 4.4.5 */
    {26, "S4.4.5-03", "initial_received_lcp_confreq", 0, 1, 0, 0, LONGEST, "", "ICCN", SPAN, AT(initial_received_lcp_confreq), "010405dc"},
    {27, "S4.4.5-04", "last_sent_lcp_confreq", 0, 1, 0, 0, LONGEST, "", "ICCN", SPAN, AT(last_sent_lcp_confreq), "0305c22305"},
    {28, "S4.4.5-05", "last_received_lcp_confreq", 0, 1, 0, 0, LONGEST, "", "ICCN", SPAN, AT(last_received_lcp_confreq), "0206000a0000"},
    {29, "S4.4.5-06", "proxy_authen_type", 0, 1, 0, 2, 2, "", "ICCN", SIXTEEN, AT(proxy_authen_type), "0002"},
    {30, "S4.4.5-09", "proxy_authen_name", 0, 1, 0, 0, LONGEST, "", "ICCN", SPAN, AT(proxy_authen_name), "75736572407265616c6d2e6e6574"},
    {31, "S4.4.5-10", "proxy_authen_challenge", 0, 1, 0, 1, LONGEST, "", "ICCN", SPAN, AT(proxy_authen_challenge), "f0e0d0c0"},
    {32, "S4.4.5-11", "proxy_authen_id", 0, 1, 0, 2, 2, "", "ICCN", SIXTEEN, AT(proxy_authen_id), "0017"},
    {33, "S4.4.5-12", "proxy_authen_response", 0, 1, 0, 0, LONGEST, "", "ICCN", SPAN, AT(proxy_authen_response), "0f1e2d3c4b5a69788796a5b4c3d2e1f0"},
    /* 4.4.6 */
    {34, "S4.4.6-01", "call_errors", 1, 1, 0, 26, 26, "WEN", "", SIX_WORDS, AT(call_errors), "0000 00000001 00000002 00000003 00000004 00000005 00000006"},
    {35, "S4.4.6-02", "accm", 1, 1, 0, 10, 10, "SLI", "", TWO_WORDS, AT(accm), "0000 000a0000 ffffffff"},
    /* RFC 3145, 2; RFC 9601, 6.1.1.2 */
    {46, "R3145", "ppp_disconnect_cause", 0, 1, 0, 5, LONGEST, "", "CDN", PPP_CAUSE, AT(ppp_disconnect_cause), "0010 c223 01 6e6f70c3a9"},
    {103, "R9601-02", "ecn", 0, 1, 0, 0, 0, "", "SCCRQ SCCRP", NO_FIELD, 0, ""},
    /* RFC 5515, 5 and 6; in the order of their slots */
    {97, "R5515-02, 6.1", "connect_speed_update", 0, 1, 0, 12, 12, "", "CSUN CSURQ", SPEEDS, AT(connect_speed_update), "0000 4444 003d0900 0000fa00"},
    {98, "R5515-02, 6.2", "connect_speed_update_enable", 0, 1, 0, 0, 0, "", "ICRQ", NO_FIELD, 0, ""},
    {BROADBAND(1), "R5515-01, 5.1", "agent_circuit_id", 0, 1, 0, 2, 63, "", "ICRQ", SPAN, AT(agent_circuit_id), "41312061746d20332f303a3130302e3333"},
    {BROADBAND(2), "R5515-01, 5.2", "agent_remote_id", 0, 1, 0, 2, 63, "", "ICRQ", SPAN, AT(agent_remote_id), "c3a93432"},
    {BROADBAND(129), "R5515-01, 5.3", "actual_data_rate_upstream", 0, 1, 0, 8, 8, "", "ICRQ", SIXTY_FOUR, AT(line_rates[0]), "00000002540be400"},
    {BROADBAND(130), "R5515-01, 5.4", "actual_data_rate_downstream", 0, 1, 0, 8, 8, "", "ICRQ", SIXTY_FOUR, AT(line_rates[1]), "00000002540be401"},
    {BROADBAND(131), "R5515-01, 5.5", "minimum_data_rate_upstream", 0, 1, 0, 8, 8, "", "ICRQ", SIXTY_FOUR, AT(line_rates[2]), "00000002540be402"},
    {BROADBAND(132), "R5515-01, 5.6", "minimum_data_rate_downstream", 0, 1, 0, 8, 8, "", "ICRQ", SIXTY_FOUR, AT(line_rates[3]), "00000002540be403"},
    {BROADBAND(133), "R5515-01, 5.7", "attainable_data_rate_upstream", 0, 1, 0, 8, 8, "", "ICRQ", SIXTY_FOUR, AT(line_rates[4]), "00000002540be404"},
    {BROADBAND(134), "R5515-01, 5.8", "attainable_data_rate_downstream", 0, 1, 0, 8, 8, "", "ICRQ", SIXTY_FOUR, AT(line_rates[5]), "00000002540be405"},
    {BROADBAND(135), "R5515-01, 5.9", "maximum_data_rate_upstream", 0, 1, 0, 8, 8, "", "ICRQ", SIXTY_FOUR, AT(line_rates[6]), "00000002540be406"},
    {BROADBAND(136), "R5515-01, 5.10", "maximum_data_rate_downstream", 0, 1, 0, 8, 8, "", "ICRQ", SIXTY_FOUR, AT(line_rates[7]), "00000002540be407"},
    {BROADBAND(137), "R5515-01, 5.11", "minimum_data_rate_upstream_low_power", 0, 1, 0, 8, 8, "", "ICRQ", SIXTY_FOUR, AT(line_rates[8]), "00000002540be408"},
    {BROADBAND(138), "R5515-01, 5.12", "minimum_data_rate_downstream_low_power", 0, 1, 0, 8, 8, "", "ICRQ", SIXTY_FOUR, AT(line_rates[9]), "00000002540be409"},
    {BROADBAND(139), "R5515-01, 5.13", "maximum_interleaving_delay_upstream", 0, 1, 0, 4, 4, "", "ICRQ", THIRTY_TWO, AT(line_delays[0]), "00000001"},
    {BROADBAND(140), "R5515-01, 5.14", "actual_interleaving_delay_upstream", 0, 1, 0, 4, 4, "", "ICRQ", THIRTY_TWO, AT(line_delays[1]), "00000002"},
    {BROADBAND(141), "R5515-01, 5.15", "maximum_interleaving_delay_downstream", 0, 1, 0, 4, 4, "", "ICRQ", THIRTY_TWO, AT(line_delays[2]), "00000003"},
    {BROADBAND(142), "R5515-01, 5.16", "actual_interleaving_delay_downstream", 0, 1, 0, 4, 4, "", "ICRQ", THIRTY_TWO, AT(line_delays[3]), "00000004"},
    {BROADBAND(144), "R5515-01, 5.17", "access_loop_encapsulation", 0, 1, 0, 3, 3, "", "ICRQ", SPAN, AT(access_loop_encapsulation), "000106"},
    {BROADBAND(145), "R5515-01, 5.18", "ancp_access_line_type", 0, 1, 0, 4, 4, "", "ICRQ", THIRTY_TWO, AT(access_line_type), "05000000"},
    {BROADBAND(254), "R5515-01, 5.19", "iwf_session", 0, 1, 0, 4, 4, "", "ICRQ", THIRTY_TWO, AT(iwf_session), "00000001"},
};

static const struct {
    const char *name;
    unsigned type; /* 3.2 */
    bool of_session;
} rfc_messages[] = {
    {"SCCRQ", 1, false}, {"SCCRP", 2, false}, {"SCCCN", 3, false}, {"StopCCN", 4, false},
    {"HELLO", 6, false}, {"OCRQ", 7, true},   {"OCRP", 8, true},   {"OCCN", 9, true},
    {"ICRQ", 10, true},  {"ICRP", 11, true},  {"ICCN", 12, true},  {"CDN", 14, true},
    {"WEN", 15, true},   {"SLI", 16, true},   {"CSUN", 28, false}, {"CSURQ", 29, false},
};
/* clang-format on */

#define RFC_AVPS (sizeof rfc_avps / sizeof rfc_avps[0])
#define RFC_MESSAGES (sizeof rfc_messages / sizeof rfc_messages[0])

/* Its bit in the sets of struct msg: the number, or what fields.h promises for the later ones, which
 * stand above in that order. */
static inline unsigned slot_of(const struct rfc_avp *a)
{
    unsigned first = 0;

    while (rfc_avps[first].number != 46)
        first++;
    return a < &rfc_avps[first] ? a->number : 40 + (unsigned)(a - &rfc_avps[first]);
}

/* Is the message's name a word of the list? */
static inline bool is_in(const char *name, const char *list)
{
    size_t n = strlen(name);

    for (const char *at = list; (at = strstr(at, name)) != NULL; at += n)
        if ((at == list || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
            return true;
    return false;
}

/* May it be missing though it must be there, in the eyes of one who is not strict? */
static inline bool is_excused(const char *message, const struct rfc_avp *a)
{
    return (is_in(message, "ICCN OCCN") && (a->number == 24 || a->number == 19)) ||
           (is_in(message, "SCCRQ SCCRP") && a->number == 7) ||
           (is_in(message, "WEN") && a->number == 34);
}

static inline bool may_carry(size_t message, const struct rfc_avp *a)
{
    return is_in(rfc_messages[message].name, a->must) || is_in(rfc_messages[message].name, a->may);
}

/* One AVP's octets. */
static inline void raw_avp(struct wr *w, unsigned bits, unsigned number, struct span value)
{
    wr_u16(w, (uint16_t)(bits | (6 + value.n)));
    wr_u16(w, (uint16_t)(number >> 16));
    wr_u16(w, (uint16_t)number);
    wr_put(w, value);
}

#define RAW_M 0x8000u
#define RAW_H 0x4000u

/* The sample value of an AVP; of Message Type, which has none, that of the message. */
static inline struct span sample(const struct rfc_avp *a, unsigned type, uint8_t *room)
{
    unsigned byte;
    size_t n = 0;

    if (a->number == 0) {
        room[0] = 0;
        room[1] = (uint8_t)type;
        return span_of(room, 2);
    }
    for (const char *at = a->sample; *at != '\0'; at += *at == ' ' ? 1 : 2)
        if (*at != ' ' && sscanf(at, "%2x", &byte) == 1)
            room[n++] = (uint8_t)byte;
    return span_of(room, n);
}

static inline bool same_result(const struct msg_result *a, const struct msg_result *b)
{
    return a->result == b->result && a->error == b->error && a->has_error == b->has_error &&
           span_eq(a->text, b->text);
}

static inline bool same_cause(const struct msg_q931 *a, const struct msg_q931 *b)
{
    return a->cause == b->cause && a->message == b->message && span_eq(a->advice, b->advice);
}

static inline bool same_ppp_cause(const struct msg_ppp_cause *a, const struct msg_ppp_cause *b)
{
    return a->code == b->code && a->protocol == b->protocol && a->direction == b->direction &&
           span_eq(a->text, b->text);
}

static inline bool same_speeds(const struct msg_speeds *a, const struct msg_speeds *b)
{
    bool same = a->n == b->n;

    for (unsigned i = 0; i < a->n && same; i++)
        same = a->at[i].session == b->at[i].session && a->at[i].tx == b->at[i].tx &&
               a->at[i].rx == b->at[i].rx;
    return same;
}

static inline bool same_field(const struct msg *a, const struct msg *b, const struct rfc_avp *of)
{
    static const size_t sizes[] = {
        [NO_FIELD] = 0,   [SIXTEEN] = 2,   [THIRTY_TWO] = 4,
        [SIXTY_FOUR] = 8, [TWO_WORDS] = 8, [SIX_WORDS] = 24,
    };
    const void *x = (const uint8_t *)a + of->field, *y = (const uint8_t *)b + of->field;

    if (of->shape == SPAN)
        return span_eq(*(const struct span *)x, *(const struct span *)y);
    if (of->shape == RESULT)
        return same_result(x, y);
    if (of->shape == CAUSE)
        return same_cause(x, y);
    if (of->shape == PPP_CAUSE)
        return same_ppp_cause(x, y);
    if (of->shape == SPEEDS)
        return same_speeds(x, y);
    return memcmp(x, y, sizes[of->shape]) == 0;
}

/* Same type and same AVPs with the same values; vectors of one message need not be another's. */
static inline bool same_message(const struct msg *a, const struct msg *b)
{
    bool same = a->type == b->type && ((a->present ^ b->present) & ~BIT(AVP_RANDOM_VECTOR)) == 0;

    for (size_t i = 0; i < RFC_AVPS && same; i++)
        if (rfc_avps[i].number != AVP_RANDOM_VECTOR && (a->present & BIT(slot_of(&rfc_avps[i]))))
            same = same_field(a, b, &rfc_avps[i]);
    return same;
}

/* Beginnings of messages in hex, and what they must have beside their type. */
#define SCCRQ_TYPE "8008000000000001"
#define SCCRQ_REST                                                                                 \
    "8008000000020100 800a0000000300000003 8011000000076c61632e6578616d706c65 8008000000091111"
#define ICRQ_TYPE "800800000000000a"
#define ICRQ_REST "80080000000e3333 800a0000000f00000001"
#define ICCN_TYPE "800800000000000c"
#define ICCN_REST "800a0000001805f5e100 800a0000001300000001"
#define STOPCCN_TYPE "8008000000000004"
#define CDN_TYPE "800800000000000e"
#define CDN_REST "8008000000010003 80080000000e3333"
#define WEN_TYPE "800800000000000f"
#define VECTOR "8016000000240011 2233445566778899aabbccddeeff"
#define NONE 99 /* no AVP to look at */

#endif
