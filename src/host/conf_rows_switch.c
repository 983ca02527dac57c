/* The keys of [switch] alone, one row a key; those that it shares with [group] are in conf_rows_group.c;
 * see conf_tables.h.  A key is added here and nowhere else but in its struct, in conf.h, in what a rule
 * looks at, in conf_switch.c, and in l2tpd.conf(5). */
#include "host/conf_tables.h"

#define NAME_MAX_OCTETS 127 /* of a section's name */
#define NUMBER_MAX 63       /* octets of a group: a call keeps no more */

static const struct conf_row rows[] = {
    {.name = "through",
     .places = IN_SWITCH,
     .kind = KIND_TEXT,
     .at = SWITCH(through),
     .max = NAME_MAX_OCTETS,
     .example = "home",
     .help = "The [lac] section through whose tunnel the call goes on."},
    {.name = "called",
     .places = IN_SWITCH,
     .kind = KIND_MATCH,
     .at = SWITCH(called),
     .example = "0800*",
     .help = "Calls to such a number (Called Number); '*' stands for anything.  May stand often."},
    {.name = "calling",
     .places = IN_SWITCH,
     .kind = KIND_MATCH,
     .at = SWITCH(calling),
     .example = "+4930*",
     .help = "Calls from such a number (Calling Number); '*' stands for anything.  May stand often."},
    {.name = "peer",
     .places = IN_SWITCH,
     .kind = KIND_MATCH,
     .at = SWITCH(peer),
     .example = "192.0.2.*",
     .help = "Calls of a LAC at such an address, as the log writes it; '*' stands for anything.\n"
             "May stand often."},
    {.name = "peer name",
     .places = IN_SWITCH,
     .kind = KIND_MATCH,
     .at = SWITCH(peer_name),
     .example = "bras-*",
     .help = "Calls of a LAC with such a Host Name; '*' stands for anything.  Without 'challenge' in\n"
             "its [lns] a LAC may call itself whatever it likes.  May stand often."},
    {.name = "group",
     .places = IN_SWITCH,
     .kind = KIND_TEXT,
     .at = SWITCH(group),
     .max = NUMBER_MAX,
     .example = "isp-7",
     .help = "Calls of that private group (Private Group ID)."},
};

CONF_TABLE(switch);
