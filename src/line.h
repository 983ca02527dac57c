/* line: somebody's line that a [lac] was handed, by command (control_line.h), on its way into a call of
 * that LAC's tunnel, and in it.
 *
 * Whoever hands it over holds a feed, by which he hears what becomes of it; if he lets go of that, the
 * line is hung up.  The tunnel is opened for the first line of a LAC and closed after the last. */
#ifndef LINE_H
#define LINE_H

#include "bearer.h"
#include "hub.h"
#include "lac.h"

/* How it ended; as told to whoever has handed it over, with a number that is l2tpd-attach's exit
 * status. */
enum line_end {
    LINE_HUNG_UP,   /* by whoever calls */
    LINE_REFUSED,   /* the line or the section: nothing was tried */
    LINE_UNREACHED, /* no LNS answers, or none lets us in */
    LINE_BUSY,      /* the LNS does not take the call */
    LINE_ENDED,     /* the LNS has ended the call, or is lost */
    LINE_STOPPED,   /* the operator has, or the daemon stops */
    LINE_NO_PPP     /* what we negotiate with the caller ourselves has come to nothing */
};

struct line_wish {
    const char *device;                        /* the terminal's path */
    const char *called, *calling, *sub_address; /* less than NUMBER octets; NULL: the section's */
    const char *circuit_id, *remote_id;        /* 2 to 63 octets (RFC 5515); NULL: the section's */
    uint32_t bearer;                           /* BEARER_*; 0: the section's */
    uint32_t tx_bps, rx_bps;                   /* 0: the section's; tx_bps from the line to the caller */
    bool has_channel;
    uint32_t channel; /* Physical Channel ID */
    bool modem;       /* its carrier counts */
    bool sync;        /* synchronous, as its call will be */
};

/* Takes it over for the section of that name; the reply becomes its feed.  A line that is refused has been
 * answered so. */
void line_attach(struct hub *h, struct fifo_reply *reply, const char *lac,
                 const struct line_wish *wish);

/* The one that this call is for, or NULL. */
struct line *line_of_call(const struct hub *h, uint16_t call);

/* For the status: the terminal of that call's line, or NULL; how many lines a LAC has or was handed, as
 * "max lines" counts them. */
const char *line_device(const struct hub *h, const struct call *c);
unsigned line_count(const struct lac *l);

/* News of that call. */
struct bearer *line_call_up(struct line *ln, const struct call *c, const char **why);
void line_call_down(struct hub *h, const struct call *c); /* of any call */

/* The operator is about to hang that LAC up: so those of its lines hear that have no call yet. */
void line_note_stop(const struct lac *l);

void line_free_all(struct hub *h);

#endif
