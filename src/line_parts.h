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
    int fd;                 /* -1: a link, the front's or the bearer's, has it */
    bool modem, sync;
    struct line_front *front; /* NULL: PPP is the LNS's affair alone, or that is over */
    uint16_t call;            /* 0: it waits for the tunnel */
    bool was_up;
    bool hung_up; /* by the caller, before it was up */
    bool stopped; /* by the operator, likewise */
    char device[64], called[NUMBER], calling[NUMBER], sub_address[NUMBER];
    uint32_t bearer, tx_bps, rx_bps, channel;
    bool has_channel;
    struct line *next;
};

/* line.c */

/* For link_open_line(). */
unsigned line_how(const struct line *ln);

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

/* Opens the line and begins LCP with the caller, as the section has it; line_named() or line_finish()
 * follows, not before this has returned.  False with errno. */
bool line_front_begin(struct line *ln, const struct conf_lac *conf);

/* What is to be told to the LNS of all that, in AVPs that point into the front; m holds them. */
void line_front_tell(const struct line *ln, struct msg *m, struct call_proxy *proxy);

/* No LAC takes this caller, who is told so; then line_finish() follows.  May free the line. */
void line_front_decline(struct line *ln, const char *why);

/* The line's link, which is the caller's of this from now on; the front is over. */
struct link *line_front_release(struct line *ln);

void line_front_free(struct line *ln); /* with the link, if it has it yet */

#endif
