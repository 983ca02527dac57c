/* Rules of switches in a parsed configuration: which one fits a call; see conf.h. */
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "host/conf_section.h"

/* No list is no demand. */
static bool fits_one(const struct conf_match *list, struct span text)
{
    return list == NULL || conf_match_any(list, text);
}

static bool fits(const struct conf_switch *w, const struct conf_facts *f)
{
    /* a rule for users is not for a call that tells none: "*" is for any name, not for none */
    return (w->match == NULL || (f->user.n > 0 && fits_one(w->match, f->user))) &&
           fits_one(w->called, span_str(f->called)) && fits_one(w->calling, span_str(f->calling)) &&
           fits_one(w->peer, span_str(f->peer)) && fits_one(w->peer_name, span_str(f->peer_name)) &&
           (w->group == NULL || strcmp(w->group, f->group) == 0);
}

const struct conf_switch *conf_match_switch(const struct conf *c, const struct conf_facts *facts)
{
    const struct conf_switch *found = NULL;

    for (const struct conf_switch *w = c->switches; w != NULL; w = w->next)
        if (w->through != NULL && fits(w, facts))
            found = w;
    return found;
}

const struct conf_switch *conf_find_switch(const struct conf *c, const char *name)
{
    const struct conf_switch *w = c->switches;

    while (w != NULL && strcasecmp(w->name, name) != 0)
        w = w->next;
    return w;
}

bool conf_same_switch(const struct conf_switch *a, const struct conf_switch *b)
{
    return conf_object_same(PLACE_SWITCH, a, b);
}
