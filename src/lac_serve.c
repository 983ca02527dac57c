/* A LAC's tunnel for the calls of somebody else, such as lines; see lac.h and lac_parts.h.
 *
 * It comes up by the same ways as for a call of its own, lines, look-ups and fall-backs, but is not
 * redialled: whoever wanted a call in it is told, and may want one again. */
#include "lac_parts.h"

bool lac_serve(struct lac *l, const struct lac_user *user)
{
    if (l->serves != NULL ? l->serves != user : l->state != LAC_IDLE || l->wanted)
        return false;
    l->serves = user;
    if (l->state == LAC_IDLE || !l->wanted) /* the second: as soon as the last one is down */
        lac_dial(l, NULL, NULL, NULL);
    return true;
}

uint16_t lac_serving(const struct lac *l)
{
    return l->serves != NULL && l->wanted && l->state == LAC_UP ? l->tunnel_id : 0;
}

void lac_serve_no_more(struct lac *l, const struct lac_user *user)
{
    if (l->serves == user)
        lac_hang_up(l, "no call left");
}

void lac_serve_not(struct lac *l)
{
    const struct lac_user *user = l->serves;

    l->serves = NULL;
    if (user != NULL)
        user->fallen(l);
}
