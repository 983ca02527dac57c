/* ppp_front_parts: what the files of wire/ppp_front share, and nobody else has. */
#ifndef WIRE_PPP_FRONT_PARTS_H
#define WIRE_PPP_FRONT_PARTS_H

#include "wire/ppp.h"
#include "wire/ppp_front.h"

/* RFC 1661, 4.6 */
#define MAX_CONFIGURE 10u
#define MAX_FAILURE 5u
#define MAX_TERMINATE 2u
#define MAX_ROUNDS 10u /* refusals in a negotiation, either way, after which it does not converge  \
                        */
#define MAX_LOOPS 5u   /* of our own magic number in a row */

#define PPP_LCP 0xc021u
#define PPP_PAP 0xc023u
#define PPP_CHAP 0xc223u
#define PPP_LINK_FIRST 0xc000u /* RFC 1661, 2: protocols of the link itself, from here on */

/* Codes of LCP (RFC 1661, 5). */
enum front_code {
    CONFIGURE_REQUEST = 1,
    CONFIGURE_ACK,
    CONFIGURE_NAK,
    CONFIGURE_REJECT,
    TERMINATE_REQUEST,
    TERMINATE_ACK,
    CODE_REJECT,
    PROTOCOL_REJECT,
    ECHO_REQUEST,
    ECHO_REPLY,
    DISCARD_REQUEST,
    CODES
};

/* States of the automaton (RFC 1661, 4.2), by the RFC's numbers less 6.  Those before are the
 * line's, those of the end are FRONT_FAILED. */
enum front_lcp { REQ_SENT, ACK_RCVD, ACK_SENT, OPENED, LCP_STATES };

/* ppp_front.c */

#define FRONT_BODY (FRONT_FRAME - 8) /* octets behind a packet's header */

/* Queues a packet of ours; its body has at most FRONT_BODY octets. */
void front_send(struct front *f, uint16_t protocol, uint8_t code, uint8_t id, struct span body);
void front_fail(struct front *f, uint64_t now, enum front_fault fault);
uint32_t front_random32(const struct front *f);

/* ppp_front_lcp.c */
void front_lcp_begin(struct front *f, uint64_t now);
void front_lcp_input(struct front *f, uint64_t now, const struct ppp_packet *p);
bool front_lcp_is_open(const struct front *f);
void front_lcp_terminated(struct front *f, uint64_t now);
void front_lcp_timeout(struct front *f, uint64_t now);

/* ppp_front_options.c */

/* Our options into f->sent. */
void front_options_write(struct front *f);
void front_options_init(struct front *f);

/* Are they a list of options, whatever these may be? */
bool front_options_are(struct span options);

/* Judges the caller's; the answer's code, its options in answer (of FRONT_OPTIONS octets), or for
 * an Ack none. */
enum front_code front_options_judge(struct front *f, struct span options, struct wr *answer);

/* Takes to heart what the caller says of ours; false if it is no answer to them. */
bool front_options_naked(struct front *f, struct span options);
bool front_options_rejected(struct front *f, struct span options);

/* Is there a way of authentication that the caller has not refused? */
bool front_options_may_ask(const struct front *f);

/* ppp_front_auth.c */
struct front_way {
    const char *name;
    uint16_t protocol;
    uint8_t algorithm;    /* of CHAP; 0: none */
    uint8_t response;     /* octets of a response */
    enum proxy_type type; /* or 0 */
};
extern const struct front_way front_ways[FRONT_AUTHS];

/* The way that is asked for; NULL if none is. */
const struct front_way *front_auth_way(const struct front *f);
void front_auth_begin(struct front *f, uint64_t now);
void front_auth_input(struct front *f, uint64_t now, uint16_t protocol, const struct ppp_packet *p);
void front_auth_timeout(struct front *f, uint64_t now);

/* LCP is not open any more. */
void front_auth_down(struct front *f, uint64_t now);

#endif
