/* Which [lac] takes a line, by its caller's name, its numbers and its device; see line_parts.h. */
#include "line_parts.h"

bool line_is_desk(const struct conf_lac *conf)
{
    return conf->proxy != CONF_PROXY_NO || conf->lns == NULL;
}

static bool has_rules(const struct conf_lac *c)
{
    return c->match != NULL || c->match_called != NULL || c->match_calling != NULL ||
           c->match_line != NULL;
}

/* Without a rule of a kind all fit. */
static bool fits(const struct conf_match *m, struct span what)
{
    return m == NULL || conf_match_any(m, what);
}

/* A caller without a name fits no rule about names. */
static bool takes(const struct conf_lac *c, const struct line *ln, struct span user)
{
    return (c->match == NULL || user.n > 0) && fits(c->match, user) &&
           fits(c->match_called, span_str(ln->called)) &&
           fits(c->match_calling, span_str(ln->calling)) &&
           fits(c->match_line, span_str(ln->device));
}

struct lac *line_choose(const struct line *ln, struct span user)
{
    const struct conf_lac *found = NULL;

    for (const struct conf_lac *c = ln->hub->conf->lac; c != NULL; c = c->next)
        if (c->lns != NULL && has_rules(c) && takes(c, ln, user))
            found = c;
    return found != NULL ? lac_find(ln->hub, found->name) : NULL;
}
