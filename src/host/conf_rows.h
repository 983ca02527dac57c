/* conf_rows: every key that a configuration file can hold, one row a key, in a few tables.
 *
 * A row says how a key is spelled, where it may stand, what kind of value it takes within which
 * bounds, where that value goes, and what a person is told of it.  The kinds themselves (how a
 * value is read, compared, copied, freed) are in conf_kinds.  Knows no file and no grammar. */
#ifndef HOST_CONF_ROWS_H
#define HOST_CONF_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/conf.h"

enum conf_place { PLACE_GLOBAL, PLACE_LNS, PLACE_LAC, PLACE_GROUP, PLACE_SWITCH, PLACE_COUNT };

#define IN_GLOBAL (1u << PLACE_GLOBAL)
#define IN_LNS (1u << PLACE_LNS)
#define IN_LAC (1u << PLACE_LAC)
#define IN_GROUP (1u << PLACE_GROUP)
#define IN_SWITCH (1u << PLACE_SWITCH)

enum conf_kind {
    KIND_BOOL,
    KIND_INT,
    KIND_U32,
    KIND_PORT,
    KIND_TEXT,
    KIND_PATH,
    KIND_ADDR,
    KIND_LISTEN, /* adds addresses to a list */
    KIND_IP4,
    KIND_RANGES, /* adds what is allowed to a list */
    KIND_DENY,   /* adds what is denied to the list of another row */
    KIND_HOSTS,
    KIND_TOPIC,   /* a bit of a set of log topics; min is the topic */
    KIND_RATES,   /* both line speeds of a struct conf_peer */
    KIND_CAP,     /* seconds, raised to what RFC 2661 demands */
    KIND_FROM,    /* a port, or how to choose one */
    KIND_DSCP,    /* a code point of RFC 2474, or that of the packet inside */
    KIND_SOURCE,  /* of randomness */
    KIND_WORD,    /* one of the row's words, into an enum; of a boolean's spellings those that mean
                     one of its words */
    KIND_QUIRKS,  /* names of peers' quirks, into both sets of a struct conf_peer */
    KIND_CHANNEL, /* number and flag of a struct conf_lac */
    KIND_MATCH,   /* adds patterns of users' names to a list */
    KIND_COUNT
};

#define CONF_TABLES (sizeof((struct conf_lns *)0)->set / sizeof(uint64_t))
#define CONF_TABLE_ROWS 64 /* of one table, at most: a bit for each in a word of "set" */
#define CONF_ROWS_MAX (CONF_TABLES * CONF_TABLE_ROWS)

/* A word that a key takes and what it stands for; a list of them ends with NULL. */
struct conf_word {
    const char *word;
    int value;
};

struct conf_row {
    const char *name;
    const char *alias; /* a second spelling, or NULL */
    unsigned places;   /* IN_...: where it may stand */
    enum conf_kind kind;
    size_t at[PLACE_COUNT];        /* where the value goes, in the struct of each place */
    int64_t min, max;              /* of a number; of a text, its octets */
    const struct conf_word *words; /* of KIND_WORD; of KIND_INT, instead of a number */
    const char *preset;            /* the default, as it would be written; NULL: unset */
    const char *preset_lac;        /* that of a [lac] section, if it is another; else NULL */
    const char *example;           /* for keys without a default: what the example file shows */
    const char *help;              /* a line or two; "\n" between them */
    const char *note;              /* why it has no effect, or NULL */
    unsigned note_places;          /* where the note is true */
    const char *rival; /* a row that, set in the same section, keeps a template's value out */
    bool clash;        /* and may not stand beside it at all */
    bool own;          /* never taken from a template */
};

/* The row after this one, in the order of the example file; begins with NULL, ends with NULL. */
const struct conf_row *conf_row_next(const struct conf_row *row);

/* A number of its own for each row, below CONF_ROWS_MAX. */
size_t conf_row_index(const struct conf_row *row);

/* A row by either spelling, without regard to case; blanks are single ones.  NULL if there is none.
 */
const struct conf_row *conf_row_find(const char *key);

/* The row spelled most like key, one of the given place if two are alike; *spelling gets the
 * spelling that is.  NULL if none is near enough to be meant. */
const struct conf_row *conf_row_nearest(const char *key, enum conf_place place,
                                        const char **spelling);

/* The default in a section of that kind, or NULL: also of what a [group] has from its [lns]. */
const char *conf_row_preset(const struct conf_row *row, enum conf_place place);

/* "[global]", "[lns NAME]", "[lns NAME] or [lac NAME]": where a row may stand, in words. */
const char *conf_row_places(const struct conf_row *row);

#endif
