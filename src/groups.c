/* Which private group a call belongs to, and how many calls each has; see groups.h. */
#include "groups.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "diagnose.h"
#include "wire/line.h"

#define SHOWN 160 /* octets of a group's or user's name, escaped */

const char groups_unknown[] = "its private group is not known here";

static struct group_use *find(const struct hub *h, const char *name)
{
    struct hash_node *n = hash_find(&h->groups, hash_of_word(name));

    for (; n != NULL; n = hash_next(n)) {
        struct group_use *use =
            (struct group_use *)(void *)((char *)n - offsetof(struct group_use, by_name));

        if (strcmp(use->name, name) == 0)
            return use;
    }
    return NULL;
}

struct group_use *groups_enter(struct hub *h, const char *name)
{
    struct group_use *use = find(h, name);

    if (use == NULL) {
        use = calloc(1, sizeof *use);
        if (use == NULL)
            return NULL;
        snprintf(use->name, sizeof use->name, "%s", name);
        hash_join(&h->groups, &use->by_name, hash_of_word(name));
    }
    use->calls++;
    return use;
}

void groups_leave(struct hub *h, struct group_use *use)
{
    if (use == NULL || --use->calls > 0)
        return;
    hash_leave(&h->groups, &use->by_name);
    free(use);
}

unsigned groups_calls(const struct hub *h, const char *name)
{
    const struct group_use *use = find(h, name);

    return use != NULL ? use->calls : 0;
}

/* The user's name as the LAC tells it (RFC 2661, 4.4.5); empty: it does not, or that does not count. */
static struct span user_of(const struct call *c, const struct conf_lns *lns)
{
    return c->proxy != NULL && lns->proxy_lcp != CONF_PROXY_LCP_IGNORE ? c->proxy->value[AVP_PROXY_AUTHEN_NAME - PROXY_FIRST]
                            : (struct span){NULL, 0};
}

/* The call names a group that has no section, or one that could not be kept. */
static bool is_borne(struct hub *h, const struct call *c, const struct conf_lns *lns,
                     const char **why)
{
    char safe[SHOWN], text[SHOWN + 64];
    struct line l = line_over(text, sizeof text);

    if (c->group[0] != '\0')
        line_add(&l, "its private group '%s' has no section",
                 log_safe(span_str(c->group), safe, sizeof safe));
    else
        line_add(&l, "the name of its private group is none that a section can have");
    if (lns->unknown_group == CONF_UNKNOWN_DEFAULT) {
        log_notice("call %u/%u: %s: lns %s serves it as one without", (unsigned)c->tunnel->id,
                   (unsigned)c->id, text, lns->name);
        return true;
    }
    diagnose_bearer(h, c, TROUBLE_UNKNOWN_GROUP, text, NULL);
    *why = groups_unknown;
    return false;
}

static bool has_room(struct hub *h, const struct call *c, const struct conf_group *g,
                     const char **why)
{
    unsigned calls = g->max_calls > 0 ? groups_calls(h, g->name) : 0;
    char safe[SHOWN], text[SHOWN + 64];
    struct line l = line_over(text, sizeof text);

    if (g->max_calls == 0 || calls < (unsigned)g->max_calls)
        return true;
    line_add(&l, "group '%s' has %u calls, of %d at most",
             log_safe(span_str(g->name), safe, sizeof safe), calls, g->max_calls);
    diagnose_bearer(h, c, TROUBLE_GROUP_FULL, text, NULL);
    *why = "its private group has no room for another call";
    return false;
}

static void tell_choice(const struct call *c, const struct conf_group *g, bool named,
                        struct span user)
{
    char group[SHOWN], safe[SHOWN];

    if (!log_topic(TOPIC_TUNNEL) || g == NULL)
        return;
    log_safe(span_str(g->name), group, sizeof group);
    if (named)
        log_debug(TOPIC_TUNNEL, "call %u/%u: is of group %s, as its LAC says",
                  (unsigned)c->tunnel->id, (unsigned)c->id, group);
    else
        log_debug(TOPIC_TUNNEL, "call %u/%u: is of group %s, as the user's name, %s, fits",
                  (unsigned)c->tunnel->id, (unsigned)c->id, group,
                  log_safe(user, safe, sizeof safe));
}

bool groups_choose(struct hub *h, const struct call *c, const struct conf_lns *lns,
                   struct group_terms *terms, const char **why)
{
    bool named = c->group[0] != '\0' || c->group_is_unfit;
    struct span user = user_of(c, lns);
    const struct conf_group *g = NULL;

    if (c->group[0] != '\0')
        g = conf_find_group(h->conf, c->group);
    else if (!named && user.n > 0)
        g = conf_match_group(h->conf, user);
    if (named && g == NULL && !is_borne(h, c, lns, why))
        return false;
    if (g != NULL && !has_room(h, c, g, why))
        return false;
    tell_choice(c, g, named, user);
    terms->group = g;
    terms->lns = g != NULL ? conf_group_over(lns, g) : *lns;
    return true;
}
