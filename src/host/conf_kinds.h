/* conf_kinds: the kinds of value that a key can have: how each is read, compared, copied, freed.
 *
 * A field is the place in a section's struct that a row names.  Host names are looked up here where
 * a kind needs an address at once; that may sleep, which only a start or a check can afford. */
#ifndef HOST_CONF_KINDS_H
#define HOST_CONF_KINDS_H

#include <stdbool.h>

#include "host/conf_rows.h"

/* Why a value was refused, or (when it was taken) what to warn of; empty: nothing to say. */
struct conf_why {
    char text[256];
};

struct conf_kind_face {
    const char *word; /* stands for a value in help texts */
    bool (*set)(void *field, const struct conf_row *row, const char *text, unsigned line,
                struct conf_why *why);
    bool (*same)(const void *a, const void *b, const struct conf_row *row);
    /* Over a field that holds the default; of a list, behind what is in it, and without what is
     * inherited.  False without memory. */
    bool (*copy)(void *to, const void *from, const struct conf_row *row);
    void (*drop)(void *field);
};

extern const struct conf_kind_face conf_kinds[KIND_COUNT];

/* What one item of a range says: "a", "a-b", "a - b", "192.0.2.10-20", "a/24"; also host names. */
bool conf_range_read(const char *text, uint32_t *low, uint32_t *high, struct conf_why *why);

/* "host", "host:port", "host port", "[IPv6]:port", an IPv6 address; host is malloced. */
bool conf_host_read(const char *text, char **host, uint16_t *port, struct conf_why *why);

/* The same, perhaps with "weight N" behind it (1 unless given). */
bool conf_lns_read(const char *text, char **host, uint16_t *port, unsigned *weight,
                   struct conf_why *why);

/* Puts what a section does not have of a template's list in front of its own; false without memory,
 * and it is as it was. */
bool conf_ranges_inherit(struct conf_range **list, const struct conf_range *from);

/* An address of ours: "192.0.2.1", "2001:db8::1", "fe80::1%eth0", or the name of a host. */
bool conf_addr_read(const char *text, struct addr *a, struct conf_why *why);

/* Such an address to come from; 0.0.0.0 is as none at all. */
bool conf_bind_read(const char *text, struct conf_bind *bind, struct conf_why *why);

/* Addresses between commas, put behind what is in the list. */
bool conf_listen_read(const char *text, struct conf_listen *list, unsigned line,
                      struct conf_why *why);

/* A path, malloced; a relative one behind the folder of conf_paths_from(), if there is any. */
char *conf_path_whole(const char *path);

/* A boolean in any of its spellings. */
bool conf_bool_read(const char *text, bool *value, struct conf_why *why);

/* Is it one of the words?  Then *value is what it stands for. */
bool conf_word_find(const char *text, const struct conf_word *words, int *value);

/* One of the words, or a spelling of a boolean that means "yes" or "no" if that is one of them. */
bool conf_word_read(const char *text, const struct conf_word *words, int *value,
                    struct conf_why *why);

/* Names of quirks (wire/quirks.h) between blanks or commas; "-" before one forbids it, "+" or
 * nothing forces it.  An empty text gives none. */
bool conf_quirks_read(const char *text, uint32_t *on, uint32_t *off, struct conf_why *why);

/* A pattern of users' names, '*' for anything and letters in any case, added to a list of struct
 * conf_match; in conf_match.c, as are the other three of that kind. */
bool conf_match_set(void *field, const struct conf_row *row, const char *text, unsigned line,
                    struct conf_why *why);
bool conf_match_same(const void *a, const void *b, const struct conf_row *row);
bool conf_match_copy(void *to, const void *from, const struct conf_row *row);
void conf_match_drop(void *field);
bool conf_match_fits(const char *pattern, struct span user);
/* Does what fits one of the narrow ones always fit one of the wide ones too?  NULL: all fits. */
bool conf_match_covers(const struct conf_match *wide, const struct conf_match *narrow);

/* Sets why; returns false, so that a refusal is one line. */
bool conf_refuse(struct conf_why *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The IPv4 address of a host by its name, host order; what is no name is refused as "must be
 * OR_ELSE, or the name of a host". */
bool conf_name_read(const char *text, const char *or_else, uint32_t *ip, struct conf_why *why);

/* An IPv4 address or the name of a host that has one, host order. */
bool conf_ip4_read(const char *text, uint32_t *ip, struct conf_why *why);

#endif
