/* A LAC's tunnel for the calls of others, such as lines; see lac.h and lac_parts.h.
 *
 * It comes up by the same ways as for a call of its own, lines, look-ups and fall-backs, but is not
 * redialled: whoever wanted a call in it is told, and may want one again.  Its users share it, and it
 * is closed after the last. */
#include "lac_parts.h"

/* Where the user is among them, or NULL. */
static const struct lac_user **slot_of(struct lac *l, const struct lac_user *user)
{
    for (unsigned i = 0; i < LAC_USERS; i++)
        if (l->users[i] == user)
            return &l->users[i];
    return NULL;
}

bool lac_serve(struct lac *l, const struct lac_user *user)
{
    const struct lac_user **slot = slot_of(l, user);

    slot = slot != NULL ? slot : slot_of(l, NULL);
    if (slot == NULL || (!l->serves && (l->state != LAC_IDLE || l->wanted)))
        return false;
    l->serves = true;
    *slot = user;
    if (l->state == LAC_IDLE || !l->wanted) /* the second: as soon as the last one is down */
        lac_dial(l, NULL, NULL, NULL);
    return true;
}

uint16_t lac_serving(const struct lac *l)
{
    return l->serves && l->wanted && l->state == LAC_UP ? l->tunnel_id : 0;
}

static bool has_users(const struct lac *l)
{
    for (unsigned i = 0; i < LAC_USERS; i++)
        if (l->users[i] != NULL)
            return true;
    return false;
}

void lac_serve_no_more(struct lac *l, const struct lac_user *user)
{
    const struct lac_user **slot = slot_of(l, user);

    if (slot == NULL)
        return;
    *slot = NULL;
    if (!has_users(l))
        lac_hang_up(l, "no call left");
}

void lac_serve_up(struct lac *l)
{
    for (unsigned i = 0; i < LAC_USERS; i++)
        if (l->users[i] != NULL && lac_serving(l) != 0)
            l->users[i]->up(l);
}

void lac_serve_not(struct lac *l)
{
    const struct lac_user *users[LAC_USERS];

    l->serves = false;
    for (unsigned i = 0; i < LAC_USERS; i++) {
        users[i] = l->users[i];
        l->users[i] = NULL;
    }
    for (unsigned i = 0; i < LAC_USERS; i++)
        if (users[i] != NULL)
            users[i]->fallen(l);
}
