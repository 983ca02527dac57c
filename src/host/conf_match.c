/* Patterns of users' names; see conf_kinds.h and conf.h. */
#include <stdlib.h>
#include <string.h>

#include "host/conf_kinds.h"

/* Realms are names of domains, and Windows minds no case in users' names. */
static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* '*' stands for any octets, none too.  Only the last one that was met can have taken too few, so that
 * is all there is to go back to. */
bool conf_match_fits(const char *pattern, struct span user)
{
    const char *star = NULL;
    size_t i = 0, from = 0;

    while (i < user.n) {
        if (*pattern == '*') {
            star = ++pattern;
            from = i;
        } else if (*pattern != '\0' && lower((uint8_t)*pattern) == lower(user.p[i])) {
            pattern++;
            i++;
        } else if (star != NULL) {
            pattern = star;
            i = ++from;
        } else {
            return false;
        }
    }
    return pattern[strspn(pattern, "*")] == '\0';
}

bool conf_match_any(const struct conf_match *m, struct span what)
{
    while (m != NULL && !conf_match_fits(m->pattern, what))
        m = m->next;
    return m != NULL;
}

/* What fits a pattern itself, '*' being a sign like any other, fits all that it stands for. */
bool conf_match_covers(const struct conf_match *wide, const struct conf_match *narrow)
{
    if (wide == NULL || narrow == NULL)
        return wide == NULL;
    while (narrow != NULL && conf_match_any(wide, span_str(narrow->pattern)))
        narrow = narrow->next;
    return narrow == NULL;
}

/* Takes the pattern. */
static bool add(struct conf_match **list, char *pattern, unsigned line)
{
    struct conf_match *m = malloc(sizeof *m);

    if (m == NULL || pattern == NULL) {
        free(m);
        free(pattern);
        return false;
    }
    *m = (struct conf_match){.pattern = pattern, .line = line};
    while (*list != NULL)
        list = &(*list)->next;
    *list = m;
    return true;
}

bool conf_match_set(void *field, const struct conf_row *row, const char *text, unsigned line,
                    struct conf_why *why)
{
    (void)row;
    if (text[0] == '\0')
        return conf_refuse(why, "must be a user's name, in which '*' stands for anything");
    if (!add(field, strdup(text), line))
        return conf_refuse(why, "cannot be kept: out of memory");
    return true;
}

bool conf_match_same(const void *a, const void *b, const struct conf_row *row)
{
    const struct conf_match *x = *(struct conf_match *const *)a;
    const struct conf_match *y = *(struct conf_match *const *)b;

    (void)row;
    for (; x != NULL && y != NULL; x = x->next, y = y->next) {
        if (strcmp(x->pattern, y->pattern) != 0)
            return false;
    }
    return x == NULL && y == NULL;
}

bool conf_match_copy(void *to, const void *from, const struct conf_row *row)
{
    const struct conf_match *m = *(struct conf_match *const *)from;

    (void)row;
    for (; m != NULL; m = m->next) {
        if (!add(to, strdup(m->pattern), m->line))
            return false;
    }
    return true;
}

void conf_match_drop(void *field)
{
    struct conf_match *m, *next;

    for (m = *(struct conf_match **)field; m != NULL; m = next) {
        next = m->next;
        free(m->pattern);
        free(m);
    }
}
