/* Traps of switches; see conf_check_switch.h. */
#include "host/conf_check_switch.h"

#include <string.h>
#include <strings.h>

static bool is_address(const char *text, const struct addr *a)
{
    struct addr it;

    return addr_parse(text, 0, &it) && addr_same_host(&it, a);
}

static bool is_wildcard(const struct addr *a)
{
    return is_address("0.0.0.0", a) || is_address("::", a);
}

static bool is_loopback(const struct addr *a)
{
    return a->family == 4 ? addr_get_ip4(a) >> 24 == 127 : is_address("::1", a);
}

/* Is this daemon itself there?  Of a wildcard, as far as is_own knows which addresses this machine has. */
static bool is_ours(const struct conf *c, const struct conf_lns_host *h, conf_is_own_fn *is_own)
{
    struct conf_listen list = conf_listen_resolved(&c->global.listen);
    const char *host = strcasecmp(h->host, "localhost") == 0 ? "127.0.0.1" : h->host;
    struct addr a;

    if (h->port != c->global.port || !addr_parse(host, 0, &a))
        return false;
    for (const struct conf_listen_at *at = list.at; at < list.at + list.n; at++)
        if (is_wildcard(&at->addr) ? at->addr.family == a.family && is_own(&a)
                                   : addr_same_host(&a, &at->addr))
            return true;
    return false;
}

/* The [lac] that it goes through. */
static void check_way(const struct conf *c, const struct conf_section *s, struct conf_told *told)
{
    const struct conf_switch *w = s->object;
    const struct conf_lac *lac = conf_find_lac(c, w->through);
    unsigned line = conf_section_line(s, "through");

    if (lac == NULL || strcasecmp(lac->name, "default") == 0) {
        conf_say(told, false, line, "'through = %s' of %s names no [lac] section%s", w->through, s->title,
                 lac != NULL ? " but the template of all: name one that has an 'lns'" : "");
        return;
    }
    if (lac->autodial)
        conf_say(told, false, line,
                 "'through = %s' of %s: that [lac] dials a call of its own ('autodial'): have another "
                 "section for calls that come in",
                 w->through, s->title);
    for (const struct conf_lns_host *h = lac->lns; h != NULL; h = h->next)
        if (is_ours(c, h, is_loopback))
            conf_say(told, false, h->line,
                     "%s sends calls through [lac %s], whose 'lns = %s' is this daemon itself: they "
                     "would go round in a circle",
                     s->title, lac->name, h->host);
}

/* Does whatever fits the earlier one fit the later one too? */
static bool takes_all(const struct conf_switch *later, const struct conf_switch *w)
{
    bool groups = later->group == NULL || (w->group != NULL && strcmp(w->group, later->group) == 0);

    return groups && conf_match_covers(later->match, w->match) &&
           conf_match_covers(later->called, w->called) && conf_match_covers(later->calling, w->calling) &&
           conf_match_covers(later->peer, w->peer) && conf_match_covers(later->peer_name, w->peer_name);
}

void conf_check_switch(const struct conf *c, const struct conf_section *s, struct conf_told *told)
{
    const struct conf_switch *w = s->object, *later = w->next;

    if (conf_section_wrong(s, "through"))
        return;
    if (w->through != NULL)
        check_way(c, s, told);
    else
        conf_say(told, false, s->line,
                 "%s has no 'through': name the [lac] section through which its calls go on", s->title);
    while (later != NULL && !takes_all(later, w))
        later = later->next;
    if (later != NULL)
        conf_say(told, true, s->line,
                 "%s has no effect: any call that fits it fits [switch %s] of line %u, and the last one counts",
                 s->title, later->name, later->line);
    if (c->lns == NULL)
        conf_say(told, true, s->line,
                 "%s has no effect: there is no [lns] section that takes its calls", s->title);
}

void conf_check_switch_own(const struct conf *c, const struct conf_section *s, conf_is_own_fn *is_own,
                           struct conf_told *told)
{
    const struct conf_switch *w = s->object;
    const struct conf_lac *lac = w->through != NULL ? conf_find_lac(c, w->through) : NULL;

    for (const struct conf_lns_host *h = lac != NULL ? lac->lns : NULL; h != NULL; h = h->next)
        if (is_ours(c, h, is_own))
            conf_say(told, false, h->line,
                     "%s sends calls through [lac %s], whose 'lns = %s' is an address of this machine, where "
                     "this daemon listens: they would go round in a circle",
                     s->title, lac->name, h->host);
}
