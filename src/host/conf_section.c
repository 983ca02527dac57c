/* Sections by rows; see conf_section.h. */
#include "host/conf_section.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void conf_say(struct conf_told *told, bool warning, unsigned line, const char *fmt, ...)
{
    char text[1024];
    size_t n;
    va_list ap;

    told->errors += !warning;
    if (told->tell == NULL)
        return;
    if (line >= CONF_SETTING)
        snprintf(text, sizeof text, "setting %u: ", line - CONF_SETTING);
    else if (line == CONF_BY_COMMAND)
        snprintf(text, sizeof text, "by command: ");
    else if (line > 0)
        snprintf(text, sizeof text / 2, "%s:%u: ", told->file, line);
    else
        snprintf(text, sizeof text / 2, "%s: ", told->file);
    n = strlen(text);
    va_start(ap, fmt);
    vsnprintf(text + n, sizeof text - n, fmt, ap);
    va_end(ap);
    told->tell(told->ctx, warning, text);
}

uint32_t conf_section_hash(enum conf_place place, const char *name)
{
    return hash_of_word(name) ^ place;
}

bool conf_section_is(const struct conf_section *s, enum conf_place place, const char *name)
{
    return s->place == place &&
           (place == PLACE_GROUP ? strcmp(s->name, name) : strcasecmp(s->name, name)) == 0;
}

unsigned conf_section_line(const struct conf_section *s, const char *key)
{
    const struct conf_row *row = conf_row_find(key);

    return row != NULL ? s->key_line[conf_row_index(row)] : 0;
}

bool conf_section_wrong(const struct conf_section *s, const char *key)
{
    const struct conf_row *row = conf_row_find(key);
    size_t i = conf_row_index(row);

    return s->wrong[i] || (s->from != NULL && !row->own && s->from->wrong[i]);
}

void *conf_field(const struct conf_row *row, enum conf_place place, void *object)
{
    return (char *)object + row->at[place];
}

const void *conf_field_const(const struct conf_row *row, enum conf_place place, const void *object)
{
    return (const char *)object + row->at[place];
}

const struct conf_row *conf_row_in(const struct conf_row *row, enum conf_place place)
{
    do
        row = conf_row_next(row);
    while (row != NULL && (row->places & 1u << place) == 0);
    return row;
}

bool conf_object_defaults(enum conf_place place, void *object)
{
    struct conf_why why;

    for (const struct conf_row *row = NULL; (row = conf_row_in(row, place)) != NULL;) {
        void *field = conf_field(row, place, object);
        const char *preset = conf_row_preset(row, place);

        if (preset != NULL && !conf_kinds[row->kind].set(field, row, preset, 0, &why))
            return false;
    }
    return true;
}

void conf_object_drop(enum conf_place place, void *object)
{
    for (const struct conf_row *row = NULL; (row = conf_row_in(row, place)) != NULL;)
        conf_kinds[row->kind].drop(conf_field(row, place, object));
}

bool conf_object_same(enum conf_place place, const void *a, const void *b)
{
    for (const struct conf_row *row = NULL; (row = conf_row_in(row, place)) != NULL;) {
        if (!conf_kinds[row->kind].same(conf_field_const(row, place, a),
                                        conf_field_const(row, place, b), row))
            return false;
    }
    return true;
}

/* Whether the value of a key is the template's. */
static bool inherits(const struct conf_section *s, const struct conf_row *row)
{
    return s->from != NULL && !row->own && s->key_line[conf_row_index(row)] == 0 &&
           (row->rival == NULL || conf_section_line(s, row->rival) == 0);
}

bool conf_section_only_denies(const struct conf_section *s, const struct conf_row *row)
{
    return row->kind == KIND_RANGES && !row->clash && row->rival != NULL &&
           s->key_line[conf_row_index(row)] == 0 && conf_section_line(s, row->rival) > 0;
}

bool conf_section_inherit(struct conf_section *s)
{
    for (const struct conf_row *row = NULL; (row = conf_row_in(row, s->place)) != NULL;) {
        void *to = conf_field(row, s->place, s->object);
        const void *from = conf_field_const(row, s->place, s->from->object);

        if (inherits(s, row) && !conf_kinds[row->kind].copy(to, from, row))
            return false;
        if (!row->own && conf_section_only_denies(s, row) &&
            !conf_ranges_inherit(to, *(struct conf_range *const *)from))
            return false;
    }
    return true;
}

unsigned conf_section_origin(const struct conf_section *s, const struct conf_row *row,
                             const struct conf_section **from)
{
    size_t i = conf_row_index(row);

    *from = inherits(s, row) ? s->from : s;
    return (*from)->key_line[i];
}

void conf_free(struct conf *c)
{
    if (c == NULL)
        return;
    for (struct conf_lns *lns = c->lns, *next; lns != NULL; lns = next) {
        next = lns->next;
        conf_object_drop(PLACE_LNS, lns);
        free(lns->name);
        free(lns);
    }
    for (struct conf_lac *lac = c->lac, *next; lac != NULL; lac = next) {
        next = lac->next;
        conf_object_drop(PLACE_LAC, lac);
        free(lac->name);
        free(lac);
    }
    for (struct conf_group *g = c->groups, *next; g != NULL; g = next) {
        next = g->next;
        conf_object_drop(PLACE_GROUP, g);
        free(g->name);
        free(g);
    }
    for (struct conf_switch *w = c->switches, *next; w != NULL; w = next) {
        next = w->next;
        conf_object_drop(PLACE_SWITCH, w);
        free(w->name);
        free(w);
    }
    for (struct conf_section *s = c->sections, *next; s != NULL; s = next) {
        next = s->next;
        free(s->title);
        free(s);
    }
    hash_free(&c->lns_by_name);
    hash_free(&c->lac_by_name);
    hash_free(&c->group_by_name);
    hash_free(&c->section_by_name);
    conf_object_drop(PLACE_GLOBAL, &c->global);
    free(c->file);
    free(c);
}

bool conf_same_lns(const struct conf_lns *a, const struct conf_lns *b)
{
    return conf_object_same(PLACE_LNS, a, b);
}

bool conf_same_lac(const struct conf_lac *a, const struct conf_lac *b)
{
    return conf_object_same(PLACE_LAC, a, b);
}

bool conf_same_hosts(const struct conf_lac *a, const struct conf_lac *b)
{
    return conf_kinds[KIND_HOSTS].same(&a->lns, &b->lns, conf_row_find("lns"));
}

struct conf_lac *conf_copy_lac(const struct conf_lac *lac)
{
    struct conf_lac *copy = calloc(1, sizeof *copy);
    const struct conf_row *row = NULL;
    bool good = copy != NULL;

    while (good && (row = conf_row_in(row, PLACE_LAC)) != NULL)
        good = conf_kinds[row->kind].copy(conf_field(row, PLACE_LAC, copy),
                                          conf_field_const(row, PLACE_LAC, lac), row);
    if (good)
        return copy;
    conf_free_copy(copy);
    return NULL;
}

void conf_free_copy(struct conf_lac *copy)
{
    if (copy == NULL)
        return;
    conf_object_drop(PLACE_LAC, copy);
    free(copy);
}
