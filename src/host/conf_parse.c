/* Reading a configuration into its tree; see conf.h.  Lines are taken apart by conf_line, values
 * read by the kind of their row; here sections are opened, found again and finished. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "base/log.h"
#include "host/conf_check.h"
#include "host/conf_line.h"

#define NAME_MOST 127 /* octets of a section's name: a tunnel keeps a copy of it */
#define SHOWN 80      /* octets of a text shown in a message, escaped */

static const char *const place_words[PLACE_COUNT] = {"global", "lns", "lac", "group",
                                                    "switch"};

struct parser {
    struct conf *conf;
    struct conf_told told;
    struct conf_section *now; /* NULL: none yet, or an unknown one */
    bool seen_header;
    bool no_memory;
    unsigned line;
    unsigned unnamed[PLACE_COUNT]; /* how many of each kind */
    struct conf fresh;             /* with nothing but defaults */
    struct conf_lns fresh_lns;
    struct conf_lac fresh_lac;
    struct conf_group fresh_group;
    struct conf_switch fresh_switch;
};

static const char *shown(const char *text, char *room)
{
    return log_safe(span_str(text), room, SHOWN);
}

static char *make_title(enum conf_place place, const char *name)
{
    char room[SHOWN], title[SHOWN + 16];

    snprintf(title, sizeof title, name[0] != '\0' ? "[%s %s]" : "[%s]", place_words[place],
             shown(name, room));
    return strdup(title);
}

/* What a section goes by.  For one without a name: its place among its like, in a form that no header may have, and that is no word of a command. */
static char *name_of(struct parser *p, enum conf_place place, const char *name)
{
    char *text;

    if (name[0] != '\0')
        return strdup(name);
    text = malloc(CONF_UNNAMED_ROOM);
    if (text != NULL)
        snprintf(text, CONF_UNNAMED_ROOM, CONF_UNNAMED "%u)", ++p->unnamed[place]);
    return text;
}

/* Puts a new object with defaults behind the others of its kind. */
static void *new_lns(struct parser *p, const char *name)
{
    struct conf_lns *lns = calloc(1, sizeof *lns);

    if (lns == NULL)
        return NULL;
    *p->conf->last_lns = lns;
    p->conf->last_lns = &lns->next;
    lns->line = p->line;
    lns->name = name_of(p, PLACE_LNS, name);
    if (lns->name == NULL || !conf_object_defaults(PLACE_LNS, lns))
        return NULL;
    conf_join_lns(p->conf, lns);
    return lns;
}

static void *new_lac(struct parser *p, const char *name)
{
    struct conf_lac *lac = calloc(1, sizeof *lac);

    if (lac == NULL)
        return NULL;
    *p->conf->last_lac = lac;
    p->conf->last_lac = &lac->next;
    lac->line = p->line;
    lac->name = name_of(p, PLACE_LAC, name);
    if (lac->name == NULL || !conf_object_defaults(PLACE_LAC, lac))
        return NULL;
    conf_join_lac(p->conf, lac);
    return lac;
}

static void *new_group(struct parser *p, const char *name)
{
    struct conf_group *g = calloc(1, sizeof *g);

    if (g == NULL)
        return NULL;
    *p->conf->last_group = g;
    p->conf->last_group = &g->next;
    g->line = p->line;
    g->name = strdup(name);
    if (g->name == NULL || !conf_object_defaults(PLACE_GROUP, g))
        return NULL;
    conf_join_group(p->conf, g);
    return g;
}

static void *new_switch(struct parser *p, const char *name)
{
    struct conf_switch *w = calloc(1, sizeof *w);

    if (w == NULL)
        return NULL;
    *p->conf->last_switch = w;
    p->conf->last_switch = &w->next;
    w->line = p->line;
    w->name = strdup(name);
    return w->name != NULL && conf_object_defaults(PLACE_SWITCH, w) ? w : NULL;
}

static void *new_object(struct parser *p, enum conf_place place, const char *name)
{
    switch (place) {
    case PLACE_LNS:
        return new_lns(p, name);
    case PLACE_LAC:
        return new_lac(p, name);
    case PLACE_GROUP:
        return new_group(p, name);
    case PLACE_SWITCH:
        return new_switch(p, name);
    default:
        return &p->conf->global;
    }
}

static const char *name_in(enum conf_place place, const void *object)
{
    return place == PLACE_LNS      ? ((const struct conf_lns *)object)->name
           : place == PLACE_LAC    ? ((const struct conf_lac *)object)->name
           : place == PLACE_GROUP  ? ((const struct conf_group *)object)->name
           : place == PLACE_SWITCH ? ((const struct conf_switch *)object)->name
                                   : "";
}

static struct conf_section *new_section(struct parser *p, enum conf_place place, const char *name)
{
    struct conf_section *s = calloc(1, sizeof *s);

    if (s == NULL)
        return NULL;
    *p->conf->last = s;
    p->conf->last = &s->next;
    s->place = place;
    s->line = p->line;
    s->title = make_title(place, name);
    s->object = new_object(p, place, name);
    hash_join(&p->conf->section_by_name, &s->by_name, conf_section_hash(place, name));
    if (s->title == NULL || s->object == NULL)
        return NULL;
    s->name = name[0] == '\0' ? "" : name_in(place, s->object);
    return s;
}

/* A named section is opened again by its name; there is one [global]; an unnamed one is always new. */
static struct conf_section *find_section(struct parser *p, enum conf_place place, const char *name)
{
    struct hash_node *node = hash_find(&p->conf->section_by_name, conf_section_hash(place, name));

    if (name[0] == '\0' && place != PLACE_GLOBAL)
        return NULL;
    for (; node != NULL; node = hash_next(node)) {
        struct conf_section *s =
            (struct conf_section *)(void *)((char *)node - offsetof(struct conf_section, by_name));

        if (conf_section_is(s, place, name))
            return s;
    }
    return NULL;
}

/* Is the name one that a section of that place can have?  If not, it has been told. */
static bool is_name(struct parser *p, enum conf_place place, const char *name)
{
    size_t most = place == PLACE_GROUP ? CONF_GROUP_NAME : NAME_MOST;
    char room[SHOWN];

    if (strncasecmp(name, CONF_UNNAMED, strlen(CONF_UNNAMED)) == 0)
        conf_say(&p->told, false, p->line,
                 "'%s' is what a section without a name goes by: give it another name",
                 shown(name, room));
    else if (strlen(name) > most)
        conf_say(&p->told, false, p->line, "the section's name is too long: %zu octets at most",
                 most);
    else if (place == PLACE_GROUP && name[0] == '\0')
        conf_say(&p->told, false, p->line,
                 "[group] has no name: write [group NAME], with the name that the LAC sends");
    else if (place == PLACE_SWITCH && name[0] == '\0')
        conf_say(&p->told, false, p->line, "[switch] has no name: write [switch NAME]");
    else
        return true;
    return false;
}

static void open_section(struct parser *p, const struct conf_line *l)
{
    enum conf_place place = PLACE_GLOBAL;
    const char *name = l->rest;
    char room[SHOWN];

    p->now = NULL;
    p->seen_header = true;
    while (place < PLACE_COUNT && strcasecmp(l->word, place_words[place]) != 0)
        place++;
    if (place == PLACE_COUNT) {
        conf_say(&p->told, false, p->line,
                 "unknown section [%s]: there are [global], [lns NAME], [lac NAME], [group NAME] and "
                 "[switch NAME]",
                 shown(l->word, room));
        return;
    }
    if (!is_name(p, place, name))
        return;
    if (l->problem != NULL)
        conf_say(&p->told, true, p->line, "%s", l->problem);
    if (place == PLACE_GLOBAL && name[0] != '\0') {
        conf_say(&p->told, true, p->line, "[global] has no name: '%s' is not used",
                 shown(name, room));
        name = "";
    }
    if ((place == PLACE_LNS || place == PLACE_LAC) && strcasecmp(name, "default") == 0)
        name = "default";
    p->now = find_section(p, place, name);
    if (p->now != NULL && name[0] != '\0')
        conf_say(&p->told, true, p->line, "%s was begun in line %u already: the two are one",
                 p->now->title, p->now->line);
    if (p->now == NULL && (p->now = new_section(p, place, name)) == NULL)
        p->no_memory = true;
}

static void tell_unknown(struct parser *p, const char *key)
{
    const struct conf_row *near;
    const char *spelling;
    char room[SHOWN];

    near = conf_row_nearest(key, p->now->place, &spelling);
    if (near != NULL)
        p->now->wrong[conf_row_index(near)] = true;
    if (near == NULL)
        conf_say(&p->told, false, p->line, "unknown key '%s' in %s: l2tpd.conf(5) lists the keys",
                 shown(key, room), p->now->title);
    else if ((near->places & 1u << p->now->place) != 0)
        conf_say(&p->told, false, p->line, "unknown key '%s' in %s; did you mean '%s'?",
                 shown(key, room), p->now->title, spelling);
    else
        conf_say(&p->told, false, p->line, "unknown key '%s' in %s; did you mean '%s' of %s?",
                 shown(key, room), p->now->title, spelling, conf_row_places(near));
}

static void *fresh_object(struct parser *p, enum conf_place place)
{
    void *const fresh[PLACE_COUNT] = {&p->fresh.global, &p->fresh_lns, &p->fresh_lac,
                                      &p->fresh_group, &p->fresh_switch};

    return fresh[place];
}

/* A key without effect is told of, unless what it asks for is what happens anyway. */
static void tell_note(struct parser *p, const struct conf_row *row)
{
    enum conf_place place = p->now->place;

    if ((row->note_places & 1u << place) == 0)
        return;
    if (row->preset != NULL &&
        conf_kinds[row->kind].same(conf_field(row, place, p->now->object),
                                   conf_field(row, place, fresh_object(p, place)), row))
        return;
    conf_say(&p->told, true, p->line, "'%s' in %s has no effect: %s", row->name, p->now->title,
             row->note);
}

static bool is_list(const struct conf_row *row)
{
    return row->kind == KIND_RANGES || row->kind == KIND_DENY || row->kind == KIND_HOSTS ||
           row->kind == KIND_LISTEN || row->kind == KIND_MATCH;
}

static const char *line_word(unsigned line)
{
    return line >= CONF_SETTING ? "setting" : "line";
}

static void tell_again(struct parser *p, const struct conf_row *row)
{
    unsigned seen = p->now->key_line[conf_row_index(row)];

    if (seen != 0 && !is_list(row))
        conf_say(&p->told, true, p->line, "'%s' was set in %s %u of %s already: this one counts",
                 row->name, line_word(seen), seen & ~CONF_SETTING, p->now->title);
}

/* "bps" sets the values of other rows, which are its own then, whatever line had set them. */
static void take_over(struct parser *p, const struct conf_row *row)
{
    for (const struct conf_row *other = NULL;
         row->kind == KIND_RATES && (other = conf_row_in(other, p->now->place)) != NULL;) {
        if (other->rival == NULL || strcmp(other->rival, row->name) != 0)
            continue;
        tell_again(p, other);
        p->now->key_line[conf_row_index(other)] = 0;
    }
}

static void set_key(struct parser *p, const struct conf_row *row, const char *value)
{
    struct conf_section *s = p->now;
    struct conf_why why = {""};
    char room[SHOWN];

    tell_again(p, row);
    if (!conf_kinds[row->kind].set(conf_field(row, s->place, s->object), row, value, p->line,
                                   &why)) {
        s->wrong[conf_row_index(row)] = true;
        conf_say(&p->told, false, p->line, "'%s = %s' %s", row->name, shown(value, room), why.text);
        return;
    }
    s->key_line[conf_row_index(row)] = p->line;
    take_over(p, row);
    if (why.text[0] != '\0')
        conf_say(&p->told, true, p->line, "'%s = %s' %s", row->name, shown(value, room), why.text);
    tell_note(p, row);
}

/* "local ip" and "local ip range" exclude each other, in one section; in xl2tpd too. */
static bool clashes(struct parser *p, const struct conf_row *row)
{
    unsigned line = row->clash ? conf_section_line(p->now, row->rival) : 0;

    if (line > 0)
        conf_say(&p->told, false, p->line,
                 "'%s' cannot stand beside '%s' of %s %u: remove one "
                 "of them",
                 row->name, row->rival, line_word(line), line & ~CONF_SETTING);
    return line > 0;
}

static void take_setting(struct parser *p, const struct conf_line *l)
{
    const struct conf_row *row = conf_row_find(l->word);
    char room[SHOWN];

    if (!p->seen_header) {
        conf_say(&p->told, false, p->line,
                 "'%s' stands before any section: begin with [global], "
                 "[lns NAME], [lac NAME], [group NAME] or [switch NAME]",
                 shown(l->word, room));
        return;
    }
    if (p->now == NULL)
        return; /* its section is unknown, which has been told */
    if (l->problem != NULL)
        conf_say(&p->told, true, p->line, "%s", l->problem);
    if (row == NULL)
        tell_unknown(p, l->word);
    else if ((row->places & 1u << p->now->place) == 0)
        conf_say(&p->told, false, p->line, "'%s' does not belong in %s: move it to %s", row->name,
                 p->now->title, conf_row_places(row));
    else if (!clashes(p, row))
        set_key(p, row, l->rest);
}

static void take_line(struct parser *p, char *text, size_t n)
{
    struct conf_line l;
    bool is_header;

    text[n] = '\0';
    is_header = text[strspn(text, " \t\v\f")] == '[';
    l = conf_line_read(text, n);
    if (l.kind == LINE_BAD) {
        conf_say(&p->told, false, p->line, "%s", l.problem);
        p->seen_header |= is_header;
        if (is_header)
            p->now = NULL; /* what follows belongs to no section that is known */
    } else if (l.kind == LINE_SECTION) {
        open_section(p, &l);
    } else if (l.kind == LINE_SETTING) {
        take_setting(p, &l);
    }
}

/* text[n] may be written. */
static void take_lines(struct parser *p, char *text, size_t n)
{
    static const char mark[] = "\xef\xbb\xbf"; /* the byte order mark, as some editors write it */
    char *end = text + n;

    if (n >= 3 && memcmp(text, mark, 3) == 0)
        text += 3;
    while (text < end && !p->no_memory) {
        char *newline = memchr(text, '\n', (size_t)(end - text));
        char *stop = newline != NULL ? newline : end;

        p->line++;
        take_line(p, text, (size_t)(stop - text));
        text = stop + 1;
    }
}

static void note_set(struct conf_section *s)
{
    struct conf_lns *lns = s->object;
    struct conf_lac *lac = s->object;
    struct conf_group *g = s->object;
    uint64_t *set = s->place == PLACE_LNS   ? lns->set
                    : s->place == PLACE_LAC ? lac->set
                                            : g->own.set;

    if (s->place == PLACE_GLOBAL || s->place == PLACE_SWITCH)
        return;
    for (size_t i = 0; i < CONF_ROWS_MAX; i++)
        set[i / 64] |= (uint64_t)(s->key_line[i] != 0) << i % 64;
}

static void finish_sections(struct parser *p)
{
    const struct conf_section *template[PLACE_COUNT] = {NULL, find_section(p, PLACE_LNS, "default"),
                                                        find_section(p, PLACE_LAC, "default"), NULL, NULL};

    for (struct conf_section *s = p->conf->sections; s != NULL && !p->no_memory; s = s->next) {
        note_set(s);
        if (s != template[s->place])
            s->from = template[s->place];
        if (s->from != NULL && !conf_section_inherit(s))
            p->no_memory = true;
    }
}

static void parser_free(struct parser *p)
{
    conf_object_drop(PLACE_GLOBAL, &p->fresh.global);
    conf_object_drop(PLACE_LNS, &p->fresh_lns);
    conf_object_drop(PLACE_LAC, &p->fresh_lac);
    conf_object_drop(PLACE_GROUP, &p->fresh_group);
    conf_object_drop(PLACE_SWITCH, &p->fresh_switch);
}

static bool parser_start(struct parser *p)
{
    p->conf = conf_new();
    if (p->conf == NULL)
        return false;
    return (p->conf->file = strdup(p->told.file)) != NULL &&
           conf_object_defaults(PLACE_GLOBAL, &p->conf->global) &&
           conf_object_defaults(PLACE_GLOBAL, &p->fresh.global) &&
           conf_object_defaults(PLACE_LNS, &p->fresh_lns) &&
           conf_object_defaults(PLACE_LAC, &p->fresh_lac) &&
           conf_object_defaults(PLACE_GROUP, &p->fresh_group) &&
           conf_object_defaults(PLACE_SWITCH, &p->fresh_switch);
}

/* The end of the setting at the begin of a text: a ';' that is not within a value in quotes, or the
 * text's own.  Quotes are what conf_line takes for some: a value that begins with one. */
static char *end_of_setting(char *text)
{
    char *p = text + strcspn(text, "=;");

    if (*p == '=')
        p += 1 + strspn(p + 1, " \t\v\f");
    if (*p == '"')
        for (p++; *p != '\0' && *p != '"'; p++)
            p += p[0] == '\\' && (p[1] == '"' || p[1] == '\\');
    return p + strcspn(p, ";");
}

/* Takes that setting.  What follows it, or NULL. */
static char *take_first(struct parser *p, char *text)
{
    char *end = end_of_setting(text);
    bool last;
    struct conf_line l;

    last = *end == '\0';
    *end = '\0';
    p->line++;
    l = conf_line_read(text, (size_t)(end - text));
    if (l.kind == LINE_SETTING)
        take_setting(p, &l);
    else if (l.kind != LINE_NOTHING)
        conf_say(&p->told, false, p->line, "%s",
                 l.kind == LINE_BAD ? l.problem : "a section's header is no setting");
    return last ? NULL : end + 1;
}

static void take_settings(struct parser *p, enum conf_place place, const char *name, char *settings)
{
    p->seen_header = true;
    p->now = new_section(p, place, strcasecmp(name, "default") == 0 ? "default" : name);
    p->no_memory = p->now == NULL;
    while (settings != NULL && !p->no_memory)
        settings = take_first(p, settings);
}

struct conf *conf_parse_settings(bool is_lac, const char *name, const char *settings,
                                 conf_tell_fn *tell, void *ctx)
{
    struct parser p = {.told = {.file = "command", .tell = tell, .ctx = ctx}, .line = CONF_SETTING};
    char *copy = strdup(settings);

    p.no_memory = copy == NULL || !parser_start(&p);
    if (strlen(name) > NAME_MOST)
        conf_say(&p.told, false, 0, "the section's name is too long: %d octets at most", NAME_MOST);
    else if (!p.no_memory)
        take_settings(&p, is_lac ? PLACE_LAC : PLACE_LNS, name, copy);
    if (p.no_memory)
        conf_say(&p.told, false, 0, "out of memory");
    if (p.told.errors > 0) {
        conf_free(p.conf);
        p.conf = NULL;
    }
    parser_free(&p);
    free(copy);
    return p.conf;
}

struct conf *conf_parse_all(const char *file, const char *text, size_t n, conf_tell_fn *tell,
                            void *ctx, unsigned *errors)
{
    struct parser p = {.told = {.file = file, .tell = tell, .ctx = ctx}};
    char *copy = malloc(n + 1);

    if (copy == NULL || !parser_start(&p))
        p.no_memory = true;
    if (!p.no_memory) {
        if (n > 0)
            memcpy(copy, text, n);
        take_lines(&p, copy, n);
    }
    if (!p.no_memory) /* else the last section may be half made */
        finish_sections(&p);
    if (p.no_memory)
        conf_say(&p.told, false, 0, "out of memory");
    else
        conf_check(p.conf, &p.told);
    if (p.no_memory) {
        conf_free(p.conf);
        p.conf = NULL;
        errno = ENOMEM;
    }
    parser_free(&p);
    free(copy);
    *errors = p.told.errors;
    return p.conf;
}

struct conf *conf_parse(const char *file, const char *text, size_t n, conf_tell_fn *tell, void *ctx)
{
    unsigned errors;
    struct conf *c = conf_parse_all(file, text, n, tell, ctx, &errors);

    if (c != NULL && errors > 0) {
        conf_free(c);
        c = NULL;
        errno = EINVAL;
    }
    return c;
}
