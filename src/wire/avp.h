/* avp: THE table of AVPs and the names of messages, result codes and error codes.
 *
 * One row an AVP: what it is called, what its value looks like, how long that may be, the M bit it
 * is sent with, whether it may be hidden, which messages must and may carry it, and where it stands
 * in struct msg.  Encoding, validation and description read the row; nobody writes the same fact
 * twice.  Source: RFC 2661, 4.4 and 6; RFC 3145; RFC 5515; RFC 9601.  Knows nothing of tunnels. */
#ifndef WIRE_AVP_H
#define WIRE_AVP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/fields.h"

/* What a value looks like, and so which C type its field in struct msg has. */
enum avp_kind {
    KIND_NONE,    /* no such AVP */
    KIND_EMPTY,   /* present or not */
    KIND_U16,     /* uint16_t */
    KIND_U32,     /* uint32_t */
    KIND_U64,     /* uint64_t */
    KIND_TEXT,    /* struct span, shown as text */
    KIND_OCTETS,  /* struct span, shown in hex */
    KIND_SECRET,  /* struct span, never shown */
    KIND_RESULT,  /* struct msg_result */
    KIND_VERSION, /* uint16_t, shown as "1.0" */
    KIND_Q931,    /* struct msg_q931 */
    KIND_WORDS,   /* 2 reserved octets, then 32-bit words: uint32_t[] */
    KIND_CAUSE,   /* struct msg_ppp_cause */
    KIND_LCP,     /* struct span, shown as LCP options */
    KIND_AUTHEN,  /* uint16_t, a Proxy Authen Type */
    KIND_RATE,    /* uint64_t, bit/s */
    KIND_SPEEDS,  /* struct msg_speeds: as many AVPs as there are */
    KIND_LINE_TYPE, /* uint32_t, a type of DSL */
    KIND_COUNT
};

#define NONZERO 0x01u   /* a value of 0 is out of range; of 16-bit values alone */
#define HIDEABLE 0x02u  /* H may be set */
#define MANDATORY 0x04u /* M is set when we send it */
#define READABLE 0x08u  /* sent as UTF-8 and nothing else */
#define REPEATED 0x10u  /* a message may have many of it; of KIND_SPEEDS alone */

struct avp_row {
    const char *name;
    uint16_t number; /* on the wire */
    enum avp_kind kind;
    uint16_t least, most; /* octets of the value in the clear */
    unsigned flags;
    uint32_t must, may; /* messages that carry it: a bit a type */
    size_t field;       /* offset in struct msg */
    uint16_t vendor;    /* whose number it is; 0: the IETF's */
};

/* The row of a slot (enum avp_number); NULL if there is none. */
const struct avp_row *avp_row(unsigned slot);

/* The slot of a vendor's number on the wire; -1 if we know no such AVP. */
int avp_slot(unsigned vendor, unsigned number);

/* Messages: their names; whether they concern one session or the whole tunnel. */
const char *msg_type_name(unsigned type); /* "type 99"-like ones are "unknown" */
bool msg_type_known(unsigned type);
bool msg_type_of_session(unsigned type);
/* Whether its Message Type goes out without M, so that a peer that does not know it ignores it. */
bool msg_type_optional(unsigned type);

/* Codes (4.4.2 and the registry) in words; NULL for one without a name. */
const char *avp_result_name(unsigned msg_type, unsigned result);
const char *avp_error_name(unsigned error);
const char *avp_ppp_cause_name(unsigned code); /* RFC 3145 */
const char *avp_authen_name(unsigned type);    /* 4.4.5 */
const char *avp_line_type_name(uint32_t type); /* RFC 5515, 5.18 */

/* The same into dst, which is returned; of one without a name its number. */
const char *avp_line_type_text(uint32_t type, char *dst, size_t size);

#endif
