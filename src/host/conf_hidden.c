/* Sections that serve nobody; see conf_hidden.h.  There may be thousands of sections, so they are not
 * compared pair by pair: what each has of peers is put into one list, in the order in which they are
 * asked, and of that it is seen which entry decides where. */
#include "host/conf_hidden.h"

#include <stdlib.h>
#include <string.h>

struct asked {
    const struct conf_section *section;
    size_t first, end; /* its entries in the list */
    bool serves;       /* it decides on one address at least */
};

struct work {
    struct asked *asked;
    struct conf_range *list;
    size_t n_asked, n, room;
};

/* The last one that has an address serves it; [lns default] is asked behind all, if at all. */
static bool is_asked(const struct conf *c, const struct conf_section *s, bool is_default)
{
    return s->place == PLACE_LNS && (strcmp(s->name, "default") == 0) == is_default &&
           ((const struct conf_lns *)s->object)->lac != NULL &&
           (!is_default || c->global.access_control);
}

static bool add_range(struct work *w, struct conf_span span)
{
    struct conf_range *bigger = w->list;

    if (w->n == w->room) {
        w->room = w->room * 2 + 64;
        bigger = realloc(w->list, w->room * sizeof *bigger);
        if (bigger == NULL)
            return false;
        w->list = bigger;
    }
    w->list[w->n++] = (struct conf_range){.low = span.low, .high = span.high,
                                          .line = (unsigned)w->n_asked};
    return true;
}

static bool add_section(struct work *w, const struct conf_section *s)
{
    size_t n;
    struct conf_span *flat = conf_ranges_flat(((const struct conf_lns *)s->object)->lac, &n);
    struct asked *a = &w->asked[w->n_asked];
    bool good = flat != NULL;

    a->section = s;
    a->first = w->n;
    for (size_t i = 0; i < n && good; i++)
        good = add_range(w, flat[i]);
    a->end = w->n;
    w->n_asked++;
    free(flat);
    return good;
}

static bool gather(struct work *w, const struct conf *c)
{
    size_t most = 1;

    for (const struct conf_section *s = c->sections; s != NULL; s = s->next)
        most++;
    w->asked = calloc(most, sizeof *w->asked);
    if (w->asked == NULL)
        return false;
    for (int is_default = 1; is_default >= 0; is_default--)
        for (const struct conf_section *s = c->sections; s != NULL; s = s->next)
            if (is_asked(c, s, is_default) && !add_section(w, s))
                return false;
    for (size_t i = 0; i + 1 < w->n; i++)
        w->list[i].next = &w->list[i + 1];
    return true;
}

/* The section that serves an address, which one of the list holds. */
static const struct conf_section *server_of(const struct work *w, const struct conf_decided *decided,
                                            size_t n, uint32_t ip)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (decided[middle].high < ip)
            low = middle + 1;
        else
            high = middle;
    }
    return w->asked[decided[low].by->line].section;
}

static void tell(const struct asked *a, const struct conf_section *by, struct conf_told *told)
{
    bool is_default = strcmp(a->section->name, "default") == 0;

    conf_say(told, true, conf_section_line(a->section, "lac"),
             "%s serves nobody: each peer in its 'lac' ranges is served by another section, the first "
             "by %s of line %u%s",
             a->section->title, by->title, by->line,
             is_default ? "" : ", as the last that has it counts: move this one behind");
}

static void look(struct work *w, struct conf_told *told)
{
    size_t n = 0;
    struct conf_decided *decided = conf_ranges_decided(w->list, &n);

    for (size_t i = 0; decided != NULL && i < n; i++)
        if (decided[i].by != NULL)
            w->asked[decided[i].by->line].serves = true;
    for (size_t i = 0; decided != NULL && i < w->n_asked; i++) {
        const struct asked *a = &w->asked[i];

        if (!a->serves && a->end > a->first)
            tell(a, server_of(w, decided, n, w->list[a->first].low), told);
    }
    free(decided);
}

void conf_check_hidden(const struct conf *c, struct conf_told *told)
{
    struct work w = {.n = 0};

    for (const struct conf_section *s = c->sections; s != NULL; s = s->next)
        if (s->place == PLACE_LNS &&
            (conf_section_wrong(s, "lac") || conf_section_wrong(s, "no lac")))
            return; /* nobody knows who is meant to be served */
    if (gather(&w, c) && w.n > 0)
        look(&w, told);
    free(w.list);
    free(w.asked);
}
