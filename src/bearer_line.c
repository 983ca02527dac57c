/* A bearer whose link is somebody's line: there is no pppd; see bearer.h. */
#include "bearer_parts.h"

/* Nobody is at the other end of the line any more (4.4.2: loss of carrier). */
static void line_hung_up(void *ctx)
{
    struct bearer *b = ctx;

    b->line_hung_up = true;
    if (b->call_id != 0)
        l2tp_hang_up(b->hub->engine, loop_now(b->hub->loop), b->call_id, CDN_CARRIER_LOST, ERROR_NONE,
                     "the line has hung up");
}

struct bearer *bearer_start_line(struct hub *h, const struct call *c, const struct conf_lac *conf,
                                 const struct bearer_line *line, const char **why)
{
    struct bearer *b = bearer_new(h, c, why);

    if (b == NULL) {
        link_close(line->link);
        buf_put(line->early);
        return NULL;
    }
    b->is_lac = b->is_bare = true;
    b->dscp = conf->peer.dscp;
    b->tell_errors = conf->send_wen;
    b->link = line->link;
    if (line->has_lcp)
        ppp_watch_agreed(&b->watch, line->ours, line->callers);
    link_hand_over(b->link, bearer_heard, line_hung_up, b);
    if (b->tell_errors)
        link_tell_refused(b->link, bearer_tell_errors);
    if (line->early != NULL)
        bearer_heard(b, line->early);
    return b;
}
