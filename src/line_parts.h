/* line_parts: what the parts of a line, its life (line.c), what we negotiate with its caller ourselves
 * (line_front.c) and whose it is (line_choose.c), need of each other.  Nobody else includes this. */
#ifndef LINE_PARTS_H
#define LINE_PARTS_H

#include <sys/types.h>

#include "line.h"

struct line_front;

struct line {
    struct hub *hub;
    char *desk;             /* the section that it was handed to; owned */
    struct lac *lac;        /* that takes it; NULL: not yet known */
    struct fifo_feed *feed; /* NULL: nobody hears any more */
    dev_t terminal;         /* what it is, by whatever path */
    struct link *link;      /* open from the start; NULL: the bearer's */
    struct buf *early;      /* the last frame that came before the call was up, of a line without a front */
    bool sync;
    struct line_front *front; /* NULL: PPP is the LNS's affair alone, or that is over */
    uint16_t call;            /* 0: it waits for the tunnel */
    bool was_up;
    bool hung_up; /* before it was up, or by whoever has attached it */
    bool stopped; /* by the operator, likewise */
    char device[64], called[NUMBER], calling[NUMBER], sub_address[NUMBER];
    char circuit_id[NUMBER], remote_id[NUMBER]; /* empty: as the LAC's section has it */
    uint32_t bearer, tx_bps, rx_bps, channel;
    bool has_channel;
    struct line *next;
};

/* line.c */

/* Nobody is there any more: at once, or with the end of its call, it is finished.  why is for the former,
 * and may be NULL. */
void line_hang_up(struct line *ln, const char *why);

/* Ends its part in all this, and frees it; why may be NULL. */
void line_finish(struct line *ln, enum line_end end, const char *why);

/* Who the caller says it is (n 0: it was not asked): now it is known which LAC takes it.  May free it. */
void line_named(struct line *ln, struct span user);

/* line_choose.c */

/* Is this the section of a desk: one that lines are handed to so that another takes them? */
bool line_is_desk(const struct conf_lac *conf);

/* The last LAC of the file with rules all of whose kinds the line and the user fit; NULL: none does. */
struct lac *line_choose(const struct line *ln, struct span user);

/* line_front.c */

/* Takes the line's link and begins LCP with the caller, as the section has it; line_named() or
 * line_finish() follows, not before this has returned.  False: no memory. */
bool line_front_begin(struct line *ln, const struct conf_lac *conf);

/* What is to be told to the LNS of all that, in AVPs that point into the front; m holds them. */
void line_front_tell(const struct line *ln, struct msg *m, struct call_proxy *proxy);

/* The maps of control characters that LCP has agreed on with the caller: what each asks for.  False: none,
 * as LCP is the LNS's affair. */
bool line_front_maps(const struct line *ln, uint32_t *callers, uint32_t *ours);

/* No LAC takes this caller, who is told so; then line_finish() follows.  May free the line. */
void line_front_decline(struct line *ln, const char *why);

void line_front_free(struct line *ln);

#endif
