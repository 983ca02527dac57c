/* conf_section: one section of a configuration while the file is read: where each of its keys was
 * set, its defaults, what it takes from its template; and how problems are told.
 *
 * A section's values live in a struct of conf.h, the object; this knows how to walk them by rows.
 */
#ifndef HOST_CONF_SECTION_H
#define HOST_CONF_SECTION_H

#include "base/hash.h"
#include "host/conf_kinds.h"

/* Whom to tell problems of a file, and how many were errors. */
struct conf_told {
    const char *file;
    conf_tell_fn *tell; /* may be NULL */
    void *ctx;
    unsigned errors;
};

/* What stands for a line where a command has set something: the number of the setting in the command
 * in hand is added to the first; of commands before that nobody knows it any more. */
#define CONF_SETTING 0x80000000u
#define CONF_BY_COMMAND 0x40000000u

/* line 0: of the file as a whole. */
void conf_say(struct conf_told *told, bool warning, unsigned line, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

struct conf_section {
    enum conf_place place;
    void *object;                     /* struct conf_global, conf_lns, conf_lac, conf_group or conf_switch */
    const char *name;                 /* of the object's; "" if it has none */
    char *title;                      /* "[lns default]", fit to be logged */
    unsigned line;                    /* where it begins */
    unsigned key_line[CONF_ROWS_MAX]; /* where each row was set last; 0: was not */
    bool wrong[CONF_ROWS_MAX];        /* of each row: a line was meant to set it, but is an error */
    const struct conf_section *from;  /* its template, or NULL */
    bool on_top;                      /* of sections by command: it changes one of the file's */
    struct conf_section *next;        /* in the order of the file */
    struct hash_node by_name;
};

/* There may be very many sections, so each is found by a hash (conf.section_by_name). */
uint32_t conf_section_hash(enum conf_place place, const char *name);

/* Is that its name?  Without regard to case, as with xl2tpd; but of a group, whose name peers tell, octet
 * by octet. */
bool conf_section_is(const struct conf_section *s, enum conf_place place, const char *name);

/* The line at which a key, by its first spelling, was set in this section; 0: was not. */
unsigned conf_section_line(const struct conf_section *s, const char *key);

/* True if a line of the section, or of its template, was meant to set the key but is an error, so
 * that nothing can be said of its value. */
bool conf_section_wrong(const struct conf_section *s, const char *key);

/* The field of a row in an object of that place. */
void *conf_field(const struct conf_row *row, enum conf_place place, void *object);
const void *conf_field_const(const struct conf_row *row, enum conf_place place, const void *object);

/* The next row that may stand in the place, after this one; begins with NULL, ends with NULL. */
const struct conf_row *conf_row_in(const struct conf_row *row, enum conf_place place);

/* Gives every key of an object of zeros its default; false without memory. */
bool conf_object_defaults(enum conf_place place, void *object);
/* Frees what the keys of an object hold, not the object. */
void conf_object_drop(enum conf_place place, void *object);
/* True if all keys have the same value. */
bool conf_object_same(enum conf_place place, const void *a, const void *b);

/* True if of a list the section sets nothing but what is to be left out ("no ip range" alone): then
 * that is left out of what it would have otherwise. */
bool conf_section_only_denies(const struct conf_section *s, const struct conf_row *row);

/* Fills what the section leaves unset from its template, which it has; false without memory. */
bool conf_section_inherit(struct conf_section *s);

/* Where the value of a key comes from: the line at which it was set, in this section or, as *from
 * then tells, in its template; 0: it is the default. */
unsigned conf_section_origin(const struct conf_section *s, const struct conf_row *row,
                             const struct conf_section **from);

#endif
