/* Finding a row in the tables of keys; see conf_rows.h. */
#include "host/conf_rows.h"

#include <string.h>
#include <strings.h>

#include "host/conf_near.h"
#include "host/conf_tables.h"

/* Row i of table t has the index t * CONF_TABLE_ROWS + i: a word of bits for each table. */
static const struct conf_table *const tables[CONF_TABLES] = {
    [TABLE_GLOBAL] = &conf_table_global,
    [TABLE_OWN] = &conf_table_own,
    [TABLE_GROUP] = &conf_table_group,
    [TABLE_SWITCH] = &conf_table_switch,
    [TABLE_DIAL] = &conf_table_dial,
    [TABLE_PEER] = &conf_table_peer,
    [TABLE_PPP] = &conf_table_ppp,
};

static size_t table_of(const struct conf_row *row)
{
    size_t t = 0;

    while ((uintptr_t)row < (uintptr_t)tables[t]->rows ||
           (uintptr_t)row >= (uintptr_t)(tables[t]->rows + tables[t]->n))
        t++;
    return t;
}

size_t conf_row_index(const struct conf_row *row)
{
    size_t t = table_of(row);

    return t * CONF_TABLE_ROWS + (size_t)(row - tables[t]->rows);
}

const struct conf_row *conf_row_next(const struct conf_row *row)
{
    size_t t = row != NULL ? table_of(row) : 0;

    if (row == NULL)
        return tables[0]->rows;
    if (row + 1 < tables[t]->rows + tables[t]->n)
        return row + 1;
    return t + 1 < CONF_TABLES ? tables[t + 1]->rows : NULL;
}

const struct conf_row *conf_row_find(const char *key)
{
    const struct conf_row *row = NULL;

    while ((row = conf_row_next(row)) != NULL) {
        if (strcasecmp(key, row->name) == 0 ||
            (row->alias != NULL && strcasecmp(key, row->alias) == 0))
            break;
    }
    return row;
}

const struct conf_row *conf_row_nearest(const char *key, enum conf_place place,
                                        const char **spelling)
{
    size_t n = strlen(key);
    unsigned best = 2 * conf_near_limit((unsigned)n) + 2;
    const struct conf_row *found = NULL;

    for (const struct conf_row *row = NULL; (row = conf_row_next(row)) != NULL;) {
        const char *const names[] = {row->name, row->alias};

        for (size_t i = 0; n < CONF_NEAR_MAX && i < 2 && names[i] != NULL; i++) {
            /* a foreign row is half a letter further away */
            unsigned d = 2 * conf_near_distance(key, names[i]) + ((row->places & 1u << place) == 0);

            if (d < best) {
                best = d;
                found = row;
                *spelling = names[i];
            }
        }
    }
    return found;
}

const char *conf_row_preset(const struct conf_row *row, enum conf_place place)
{
    if (place == PLACE_GROUP && (row->places & IN_LNS) != 0)
        return NULL;
    return place == PLACE_LAC && row->preset_lac != NULL ? row->preset_lac : row->preset;
}

const char *conf_row_places(const struct conf_row *row)
{
    static const char *const words[] = {
        [IN_GLOBAL] = "[global]",
        [IN_LNS] = "[lns NAME]",
        [IN_LAC] = "[lac NAME]",
        [IN_GROUP] = "[group NAME]",
        [IN_SWITCH] = "[switch NAME]",
        [IN_GROUP | IN_SWITCH] = "[group NAME] or [switch NAME]",
        [IN_LNS | IN_LAC] = "[lns NAME] or [lac NAME]",
        [IN_LNS | IN_GROUP] = "[lns NAME] or [group NAME]",
        [IN_LAC | IN_GROUP | IN_SWITCH] = "[lac NAME], [group NAME] or [switch NAME]",
        [IN_LNS | IN_LAC | IN_GROUP] = "[lns NAME], [lac NAME] or [group NAME]",
    };

    return words[row->places];
}
