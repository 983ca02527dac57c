/* quirks: what peers of certain makes cannot bear, or do in their own way: a bit each, its name for
 * the configuration, and which makes are known by what they say of themselves in SCCRQ or SCCRP.
 *
 * Only names and recognition: what a bit does stands where it is done. */
#ifndef WIRE_QUIRKS_H
#define WIRE_QUIRKS_H

#include <stddef.h>
#include <stdint.h>

#include "wire/fields.h"

enum quirk {
    QUIRK_NO_RX_SPEED = 1 << 0,     /* leave Rx Connect Speed out of ICCN and OCCN */
    QUIRK_SWAPPED_RESULTS = 1 << 1, /* take result codes in the peer's host order */
    QUIRK_NO_HELLO = 1 << 2,        /* send none in a call: they are not answered */
    QUIRK_SILENT_HELLO = 1 << 3,    /* an unanswered HELLO does not end a tunnel whose data flow */
    QUIRK_ZERO_TUNNEL = 1 << 4,     /* find messages with tunnel id 0 by address and port */
    QUIRK_MINIMAL = 1 << 5,         /* SCCRQ, SCCRP: what is required, and the window */
    QUIRK_NO_HIDING = 1 << 6,       /* hide nothing but a password */
    QUIRK_BRIEF_HIDING = 1 << 7,    /* hide values of one block alone, unpadded */
    QUIRK_MISSING_AVPS = 1 << 8,    /* excuse what msg_reveal() can excuse */
    QUIRK_NO_PRIORITY = 1 << 9,     /* never set the P bit */
    QUIRK_NO_STATUS = 1 << 10       /* send neither WEN nor SLI */
};

/* Those that can do no harm to a peer that does not need them. */
#define QUIRKS_DEFAULT (QUIRK_SWAPPED_RESULTS | QUIRK_SILENT_HELLO | QUIRK_MISSING_AVPS)

#define QUIRKS_TEXT 192 /* room for the names of all */

struct quirk_row {
    uint32_t bit;
    const char *name, *help;
};

/* All rows, in the order of their bits. */
const struct quirk_row *quirks_rows(size_t *n);

/* The bit of a name of n octets, in whatever case; 0 if there is none of that name. */
uint32_t quirk_by_name(const char *name, size_t n);

/* "no-hello, no-hiding": the names of bits, in their order; "" for none.  Cut to size - 1 octets.
 * Returns dst. */
const char *quirks_text(uint32_t bits, char *dst, size_t size);

/* What the maker of an SCCRQ or SCCRP is known to need: bits beside QUIRKS_DEFAULT.  *who gets what
 * it is called ("Windows"), or NULL if it is not recognised; then the result is 0.  Looks at AVPs
 * that are "present" alone: hidden ones must have been revealed. */
uint32_t quirks_of(const struct msg *m, const char **who);

#endif
