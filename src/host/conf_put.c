/* Sections that come and go by command; see conf.h.  A changed section is composed anew, from its
 * own keys, those put on top, and its template, and takes the old one's place. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host/conf_check.h"
#include "host/conf_section.h"

/* What a section sets itself; few do many. */
struct keys {
    const struct conf_section *section; /* NULL: there is none */
    const struct conf_row *row[CONF_ROWS_MAX];
    size_t n;
};

static void gather(struct keys *k, const struct conf_section *s)
{
    k->section = s;
    k->n = 0;
    for (const struct conf_row *row = NULL;
         s != NULL && (row = conf_row_in(row, s->place)) != NULL;)
        if (s->key_line[conf_row_index(row)] != 0)
            k->row[k->n++] = row;
}

/* Whether a section itself decides over the value of a row: by this row, by one whose value lies in
 * the same field ("no ip range"), or by a rival that is another way to set it ("bps"). */
static bool decides(const struct keys *k, const struct conf_row *row)
{
    for (size_t i = 0; i < k->n; i++) {
        const struct conf_row *other = k->row[i];
        bool rival = row->rival != NULL && !row->clash && strcmp(row->rival, other->name) == 0;

        if (other == row || rival ||
            other->at[k->section->place] == row->at[k->section->place])
            return true;
    }
    return false;
}

/* Where the value of a row comes from, of the section as it is and what is put on top: NULL if from
 * neither. */
static const struct conf_section *decider(const struct keys *is, const struct keys *top,
                                          const struct conf_row *row)
{
    if (decides(top, row))
        return top->section;
    if (top->section != NULL && row->clash && conf_section_line(top->section, row->rival) != 0)
        return NULL; /* it makes way for what it cannot stand beside */
    return decides(is, row) ? is->section : NULL;
}

static size_t size_of(enum conf_place place)
{
    return place == PLACE_LNS ? sizeof(struct conf_lns) : sizeof(struct conf_lac);
}

/* Of a list, what is put on top may be left out of the section's as it is. */
static bool copy_below(struct conf_section *made, const struct keys *is, const struct keys *top,
                       const struct conf_row *row)
{
    size_t i = conf_row_index(row);

    if (top->section == NULL || !conf_section_only_denies(top->section, row) || !decides(is, row))
        return true;
    made->key_line[i] = is->section->key_line[i];
    return conf_kinds[row->kind].copy(conf_field(row, made->place, made->object),
                                      conf_field_const(row, made->place, is->section->object),
                                      row);
}

/* Composes the values into an object of zeros; what is set, and where, into key_line. */
static bool compose(struct conf_section *made, const struct conf_section *is,
                    const struct conf_section *top)
{
    struct keys below, above;

    if (!conf_object_defaults(made->place, made->object))
        return false;
    gather(&below, is);
    gather(&above, top);
    for (const struct conf_row *row = NULL; (row = conf_row_in(row, made->place)) != NULL;) {
        const struct conf_section *from = decider(&below, &above, row);
        size_t i = conf_row_index(row);

        made->key_line[i] = from != NULL ? from->key_line[i] : 0;
        if (!copy_below(made, &below, &above, row))
            return false;
        if (from != NULL &&
            !conf_kinds[row->kind].copy(conf_field(row, made->place, made->object),
                                        conf_field_const(row, made->place, from->object), row))
            return false;
    }
    return made->from == NULL || conf_section_inherit(made);
}

/* What is no row's: the values alone are new. */
static void keep_identity(enum conf_place place, void *made, const void *is)
{
    struct conf_lns *lns = made;
    struct conf_lac *lac = made;
    const struct conf_lns *old_lns = is;
    const struct conf_lac *old_lac = is;

    if (place == PLACE_LNS) {
        lns->name = old_lns->name;
        lns->line = old_lns->line;
        lns->next = old_lns->next;
        lns->by_name = old_lns->by_name;
    } else {
        lac->name = old_lac->name;
        lac->line = old_lac->line;
        lac->next = old_lac->next;
        lac->by_name = old_lac->by_name;
    }
}

/* From now on nobody counts the command's settings any more. */
static void settle(struct conf_section *s)
{
    struct conf_lac *lac = s->place == PLACE_LAC ? s->object : NULL;

    for (size_t i = 0; i < CONF_ROWS_MAX; i++)
        if (s->key_line[i] >= CONF_SETTING)
            s->key_line[i] = CONF_BY_COMMAND;
    for (struct conf_lns_host *h = lac != NULL ? lac->lns : NULL; h != NULL; h = h->next)
        if (h->line >= CONF_SETTING)
            h->line = CONF_BY_COMMAND;
}

static bool recompose(struct conf *c, struct conf_section *is, const struct conf_section *top,
                      struct conf_told *told)
{
    struct conf_section *made = calloc(1, sizeof *made);
    unsigned errors = told->errors;
    bool good = false;

    if (made == NULL || (made->object = calloc(1, size_of(is->place))) == NULL)
        goto out;
    made->place = is->place;
    made->name = is->name;
    made->title = is->title;
    made->line = is->line;
    made->from = is->from;
    good = compose(made, is, top);
    if (good && top != NULL && told->tell != NULL)
        conf_check_section(c, made, told);
    good = good && told->errors == errors;
    if (!good) {
        conf_object_drop(made->place, made->object);
        goto out;
    }
    keep_identity(is->place, made->object, is->object);
    conf_object_drop(is->place, is->object);
    memcpy(is->object, made->object, size_of(is->place));
    memcpy(is->key_line, made->key_line, sizeof is->key_line);
    settle(is);
out:
    if (made != NULL)
        free(made->object);
    free(made);
    return good;
}

/* -- the list of sections ---------------------------------------------------------------------- */

static struct conf_section *find(const struct conf *c, enum conf_place place, const char *name)
{
    struct hash_node *n = hash_find(&c->section_by_name, conf_section_hash(place, name));

    for (; n != NULL; n = hash_next(n)) {
        struct conf_section *s =
            (struct conf_section *)(void *)((char *)n - offsetof(struct conf_section, by_name));

        if (conf_section_is(s, place, name))
            return s;
    }
    return NULL;
}

/* All that have this template take its values as they are now. */
static bool inherit_anew(struct conf *c, const struct conf_section *template)
{
    struct conf_told nobody = {.file = ""};
    bool good = true;

    for (struct conf_section *s = c->sections; s != NULL; s = s->next)
        if (s->from == template)
            good = recompose(c, s, NULL, &nobody) && good;
    return good;
}

static void *new_object(struct conf *c, enum conf_place place, const char *name)
{
    void *object = calloc(1, size_of(place));
    char *copy = strdup(name);

    if (object == NULL || copy == NULL || !conf_object_defaults(place, object)) {
        free(object);
        free(copy);
        return NULL;
    }
    if (place == PLACE_LNS) {
        struct conf_lns *lns = object;

        *c->last_lns = lns;
        c->last_lns = &lns->next;
        lns->name = copy;
        conf_join_lns(c, lns);
    } else {
        struct conf_lac *lac = object;

        *c->last_lac = lac;
        c->last_lac = &lac->next;
        lac->name = copy;
        conf_join_lac(c, lac);
    }
    return object;
}

/* A new section behind all others, with nothing set. */
static struct conf_section *add(struct conf *c, enum conf_place place, const char *name,
                                const char *title)
{
    struct conf_section *s = calloc(1, sizeof *s);

    if (s == NULL || (s->title = strdup(title)) == NULL ||
        (s->object = new_object(c, place, name)) == NULL) {
        if (s != NULL)
            free(s->title);
        free(s);
        return NULL;
    }
    s->place = place;
    s->line = CONF_BY_COMMAND;
    s->name = place == PLACE_LNS ? ((struct conf_lns *)s->object)->name
                                 : ((struct conf_lac *)s->object)->name;
    *c->last = s;
    c->last = &s->next;
    hash_join(&c->section_by_name, &s->by_name, conf_section_hash(place, s->name));
    if (strcmp(s->name, "default") != 0)
        s->from = find(c, place, "default");
    return s;
}

/* A template that has just come: those that were there before it have it too. */
static void become_template(struct conf *c, struct conf_section *template)
{
    for (struct conf_section *s = c->sections; s != NULL; s = s->next)
        if (s != template && s->place == template->place)
            s->from = template;
}

static bool put_section(struct conf *c, const struct conf_section *top, struct conf_told *told)
{
    struct conf_section *is = find(c, top->place, top->name);
    bool is_new = is == NULL;

    if (is_new && top->on_top)
        return true; /* what it changed is no more */
    if (is_new)
        is = add(c, top->place, top->name, top->title);
    if (is == NULL)
        return false;
    if (!recompose(c, is, top, told)) {
        if (is_new)
            conf_take(c, is->place == PLACE_LAC, is->name);
        return false;
    }
    if (strcmp(is->name, "default") != 0)
        return true;
    if (is_new)
        become_template(c, is);
    return inherit_anew(c, is);
}

bool conf_put(struct conf *c, const struct conf *from, conf_tell_fn *tell, void *ctx)
{
    struct conf_told told = {.file = c->file, .tell = tell, .ctx = ctx};
    bool good = true;

    for (const struct conf_section *top = from->sections; top != NULL; top = top->next)
        if (top->place != PLACE_GLOBAL)
            good = put_section(c, top, &told) && good;
    return good;
}

void conf_put_on_top(struct conf *c, bool is_lac, const char *name)
{
    struct conf_section *s = find(c, is_lac ? PLACE_LAC : PLACE_LNS, name);

    if (s != NULL)
        s->on_top = true;
}

void conf_drop_tops(struct conf *c, const struct conf *of)
{
    for (struct conf_section *s = c->sections, *next; s != NULL; s = next) {
        next = s->next;
        if (s->on_top && find(of, s->place, s->name) == NULL)
            conf_take(c, s->place == PLACE_LAC, s->name);
    }
}

struct conf *conf_empty(const char *file)
{
    struct conf *c = conf_new();

    if (c != NULL && (c->file = strdup(file)) != NULL &&
        conf_object_defaults(PLACE_GLOBAL, &c->global))
        return c;
    conf_free(c);
    return NULL;
}

static void free_object(struct conf *c, enum conf_place place, void *object)
{
    if (place == PLACE_LNS) {
        struct conf_lns **at = &c->lns;

        while (*at != object)
            at = &(*at)->next;
        *at = (*at)->next;
        if (*at == NULL)
            c->last_lns = at;
        hash_leave(&c->lns_by_name, &((struct conf_lns *)object)->by_name);
        free(((struct conf_lns *)object)->name);
    } else {
        struct conf_lac **at = &c->lac;

        while (*at != object)
            at = &(*at)->next;
        *at = (*at)->next;
        if (*at == NULL)
            c->last_lac = at;
        hash_leave(&c->lac_by_name, &((struct conf_lac *)object)->by_name);
        free(((struct conf_lac *)object)->name);
    }
    conf_object_drop(place, object);
    free(object);
}

bool conf_take(struct conf *c, bool is_lac, const char *name)
{
    enum conf_place place = is_lac ? PLACE_LAC : PLACE_LNS;
    struct conf_section *s = find(c, place, name), **at = &c->sections;
    struct conf_told nobody = {.file = ""};

    if (s == NULL)
        return false;
    for (struct conf_section *o = c->sections; o != NULL; o = o->next)
        if (o->from == s) {
            o->from = NULL;
            recompose(c, o, NULL, &nobody);
        }
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    if (*at == NULL)
        c->last = at;
    hash_leave(&c->section_by_name, &s->by_name);
    free_object(c, place, s->object);
    free(s->title);
    free(s);
    return true;
}
