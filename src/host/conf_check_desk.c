/* Traps of lines, and of the [lac] that takes them; see conf_check_desk.h. */
#include "host/conf_check_desk.h"

#include <strings.h>

#include "host/conf_kinds.h"

static bool has_rules(const struct conf_lac *l)
{
    return l->match != NULL || l->match_called != NULL || l->match_calling != NULL ||
           l->match_line != NULL;
}

static bool takes(const struct conf_lac *l)
{
    return l->lns != NULL && has_rules(l);
}

static bool hands_on(const struct conf_lac *l)
{
    return l->lns == NULL || l->proxy != CONF_PROXY_NO;
}

/* Is there another section that does that? */
static bool another(const struct conf *c, const struct conf_lac *but, bool (*does)(const struct conf_lac *l))
{
    const struct conf_lac *l = c->lac;

    while (l != NULL && (l == but || !does(l) || strcasecmp(l->name, "default") == 0))
        l = l->next;
    return l != NULL;
}

/* Does any section ask callers who they are? */
static bool told_names(const struct conf *c)
{
    const struct conf_lac *l = c->lac;

    while (l != NULL && (l->proxy == CONF_PROXY_NO || l->proxy_ask == CONF_ASK_NO ||
                         strcasecmp(l->name, "default") == 0))
        l = l->next;
    return l != NULL;
}

/* Where it sets a rule itself; 0: nowhere. */
static unsigned rule_line(const struct conf_section *s)
{
    static const char *const keys[] = {"match", "match called", "match calling", "match line"};
    unsigned line = 0;

    for (size_t i = 0; i < sizeof keys / sizeof keys[0] && line == 0; i++)
        line = conf_section_line(s, keys[i]);
    return line;
}

/* The later one has the line. */
static const struct conf_lac *outdone_by(const struct conf_lac *l)
{
    const struct conf_lac *later = l->next;

    while (later != NULL &&
           (!takes(later) || strcasecmp(later->name, "default") == 0 ||
            !conf_match_covers(later->match, l->match) ||
            !conf_match_covers(later->match_called, l->match_called) ||
            !conf_match_covers(later->match_calling, l->match_calling) ||
            !conf_match_covers(later->match_line, l->match_line)))
        later = later->next;
    return later;
}

void conf_check_desk(const struct conf *c, const struct conf_section *s, struct conf_told *told)
{
    const struct conf_lac *l = s->object;
    unsigned line = rule_line(s);

    if (l->lns == NULL && !another(c, l, takes))
        conf_say(told, true, s->line, "%s has no 'lns', so there is nowhere to dial", s->title);
    else if (l->lns == NULL && l->autodial)
        conf_say(told, true, s->line, "'autodial' of %s has no effect: it has no 'lns', and only hands lines on",
                 s->title);
    if (line > 0 && l->lns == NULL)
        conf_say(told, true, line, "%s takes no lines by its 'match' keys: it has no 'lns'", s->title);
    else if (line > 0 && l->proxy == CONF_PROXY_NO && !another(c, l, hands_on))
        conf_say(told, true, line,
                 "the 'match' keys of %s have no effect: no [lac] hands lines on, by 'proxy = lcp' or as it "
                 "has no 'lns'",
                 s->title);
    else if (line > 0 && conf_section_line(s, "match") > 0 && !told_names(c))
        conf_say(told, true, conf_section_line(s, "match"),
                 "'match' of %s has no effect: no [lac] asks callers for their names ('proxy = lcp' with "
                 "'proxy ask')",
                 s->title);
    else if (line > 0 && outdone_by(l) != NULL)
        conf_say(told, true, line,
                 "the 'match' keys of %s have no effect: any line that fits them fits [lac %s] of line %u, and "
                 "the last one counts",
                 s->title, outdone_by(l)->name, outdone_by(l)->line);
}
