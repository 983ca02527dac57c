/* Sections by rows; see conf_section.h. */
#include "host/conf_section.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void conf_say(struct conf_told *told, bool warning, unsigned line, const char *fmt, ...)
{
    char text[1024];
    size_t n;
    va_list ap;

    told->errors += !warning;
    if (told->tell == NULL)
        return;
    if (line > 0)
        snprintf(text, sizeof text / 2, "%s:%u: ", told->file, line);
    else
        snprintf(text, sizeof text / 2, "%s: ", told->file);
    n = strlen(text);
    va_start(ap, fmt);
    vsnprintf(text + n, sizeof text - n, fmt, ap);
    va_end(ap);
    told->tell(told->ctx, warning, text);
}

unsigned conf_section_line(const struct conf_section *s, const char *key)
{
    const struct conf_row *row = conf_row_find(key);

    return row != NULL ? s->key_line[conf_row_index(row)] : 0;
}

void *conf_field(const struct conf_row *row, enum conf_place place, void *object)
{
    return (char *)object + row->at[place];
}

static const void *field_of(const struct conf_row *row, enum conf_place place, const void *object)
{
    return (const char *)object + row->at[place];
}

/* The next row that may stand in the place, after this one; begins with NULL. */
static const struct conf_row *next_row(const struct conf_row *row, enum conf_place place)
{
    do
        row = conf_row_next(row);
    while (row != NULL && (row->places & 1u << place) == 0);
    return row;
}

bool conf_object_defaults(enum conf_place place, void *object)
{
    struct conf_why why;

    for (const struct conf_row *row = NULL; (row = next_row(row, place)) != NULL;) {
        void *field = conf_field(row, place, object);

        if (row->preset != NULL && !conf_kinds[row->kind].set(field, row, row->preset, 0, &why))
            return false;
    }
    return true;
}

void conf_object_drop(enum conf_place place, void *object)
{
    for (const struct conf_row *row = NULL; (row = next_row(row, place)) != NULL;)
        conf_kinds[row->kind].drop(conf_field(row, place, object));
}

bool conf_object_same(enum conf_place place, const void *a, const void *b)
{
    for (const struct conf_row *row = NULL; (row = next_row(row, place)) != NULL;) {
        if (!conf_kinds[row->kind].same(field_of(row, place, a), field_of(row, place, b), row))
            return false;
    }
    return true;
}

bool conf_section_inherit(struct conf_section *s, const void *template)
{
    for (const struct conf_row *row = NULL; (row = next_row(row, s->place)) != NULL;) {
        if (row->own || s->key_line[conf_row_index(row)] != 0)
            continue;
        if (row->rival != NULL && conf_section_line(s, row->rival) != 0)
            continue;
        if (!conf_kinds[row->kind].copy(conf_field(row, s->place, s->object),
                                        field_of(row, s->place, template), row))
            return false;
    }
    return true;
}
