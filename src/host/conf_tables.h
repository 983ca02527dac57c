/* conf_tables: the tables of keys that conf_rows looks through, and the words in which their rows
 * are written.  For the files that hold them; everybody else sees conf_rows.h. */
#ifndef HOST_CONF_TABLES_H
#define HOST_CONF_TABLES_H

#include "host/conf_rows.h"

/* Where a value goes, for .at of a row. */
#define GLOBAL(field)                                                                              \
    {                                                                                              \
        offsetof(struct conf_global, field), 0, 0, 0                                               \
    }
#define LNS(field)                                                                                 \
    {                                                                                              \
        0, offsetof(struct conf_lns, field), 0, 0                                                  \
    }
#define LAC(field)                                                                                 \
    {                                                                                              \
        0, 0, offsetof(struct conf_lac, field), 0                                                  \
    }
#define GROUP(field)                                                                               \
    {                                                                                              \
        0, 0, 0, offsetof(struct conf_group, field)                                                \
    }
#define BOTH(field)                                                                                \
    {                                                                                              \
        0, offsetof(struct conf_lns, field), offsetof(struct conf_lac, field), 0                   \
    }
#define SWITCH(field)                                                                              \
    {                                                                                              \
        [PLACE_SWITCH] = offsetof(struct conf_switch, field)                                       \
    }
#define GROUP_AND_SWITCH(field)                                                                    \
    {                                                                                              \
        [PLACE_GROUP] = offsetof(struct conf_group, field),                                        \
        [PLACE_SWITCH] = offsetof(struct conf_switch, field)                                       \
    }
#define LNS_AND_GROUP(field)                                                                       \
    {                                                                                              \
        0, offsetof(struct conf_lns, field), 0, offsetof(struct conf_group, own.field)             \
    }
#define LAC_GROUP_AND_SWITCH(field)                                                                \
    {                                                                                              \
        [PLACE_LAC] = offsetof(struct conf_lac, field),                                            \
        [PLACE_GROUP] = offsetof(struct conf_group, field),                                        \
        [PLACE_SWITCH] = offsetof(struct conf_switch, field)                                       \
    }
#define ALL_THREE(field)                                                                           \
    {                                                                                              \
        0, offsetof(struct conf_lns, field), offsetof(struct conf_lac, field),                     \
            offsetof(struct conf_group, own.field)                                                 \
    }
#define PEER(field) BOTH(peer.field)
#define LAC_ITSELF                                                                                 \
    {                                                                                              \
        0, 0, 0, 0                                                                                 \
    }

#define TEXT_MAX 255 /* a Host Name AVP carries more, pppd's "name" does not */
#define PATH_MAX_OCTETS 4095
#define DAY_S 86400

/* In the order of the example file. */
enum { TABLE_GLOBAL, TABLE_OWN, TABLE_GROUP, TABLE_SWITCH, TABLE_DIAL, TABLE_PEER, TABLE_PPP };

struct conf_table {
    const struct conf_row *rows;
    size_t n;
};

extern const struct conf_table conf_table_global; /* [global] */
extern const struct conf_table conf_table_own;    /* [lns] or [lac], but not both */
extern const struct conf_table conf_table_group;  /* private groups */
extern const struct conf_table conf_table_switch; /* [switch] */
extern const struct conf_table conf_table_dial;   /* [lac]: whom to dial, when, and from where */
extern const struct conf_table conf_table_peer;   /* [lns] and [lac]: what concerns L2TP */
extern const struct conf_table conf_table_ppp;    /* [lns], [lac], [group]: pppd's arguments */

/* The last line of a table's file: its face, and that there is a bit for each of its rows. */
#define CONF_TABLE(name)                                                                           \
    const struct conf_table conf_table_##name = {rows, sizeof rows / sizeof rows[0]};              \
    _Static_assert(sizeof rows / sizeof rows[0] <= CONF_TABLE_ROWS, "a bit for each row")

#endif
