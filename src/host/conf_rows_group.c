/* The keys of private groups, one row a key: those of [group] alone, and those that only groups are
 * likely to need; see conf_tables.h.  A key is added here and nowhere else but in its struct, in
 * conf.h, and in l2tpd.conf(5). */
#include "host/conf_tables.h"

#define INTERFACE_MAX 15 /* octets of an interface's name */
#define CALLS_MAX 65535

static const struct conf_word unknown_words[] = {
    {"default", CONF_UNKNOWN_DEFAULT},
    {"refuse", CONF_UNKNOWN_REFUSE},
    {NULL, 0},
};

static const struct conf_row rows[] = {
    {.name = "unknown group",
     .places = IN_LNS,
     .kind = KIND_WORD,
     .at = LNS(unknown_group),
     .words = unknown_words,
     .preset = "default",
     .help = "A call whose private group has no [group] section.  default: this section serves it as\n"
             "one without a group; refuse: it is not taken."},
    {.name = "match",
     .places = IN_LAC | IN_GROUP | IN_SWITCH,
     .kind = KIND_MATCH,
     .at = LAC_GROUP_AND_SWITCH(match),
     .example = "*@example.net",
     .help = "Users whose calls it is for (of a group: if the LAC names none; of a [lac]: whose lines it\n"
             "takes); '*' stands for anything.  [group] and [switch] need a LAC that tells the user's name\n"
             "(Proxy Authen Name).  May stand often."},
    {.name = "max calls",
     .places = IN_GROUP | IN_SWITCH,
     .kind = KIND_INT,
     .at = GROUP_AND_SWITCH(max_calls),
     .min = 0,
     .max = CALLS_MAX,
     .preset = "0",
     .help = "Calls of it that may be up at one time; 0: any number."},
    {.name = "vrf",
     .places = IN_LNS | IN_GROUP,
     .kind = KIND_TEXT,
     .at = LNS_AND_GROUP(vrf),
     .max = INTERFACE_MAX,
     .example = "vrf-blue",
     .help = "VRF of pppd's scripts, as %v of 'ipparam': ip-up moves PPP's interface there."},
    {.name = "netns",
     .places = IN_LNS | IN_GROUP,
     .kind = KIND_TEXT,
     .at = LNS_AND_GROUP(netns),
     .max = TEXT_MAX,
     .example = "blue",
     .help = "NETNS of pppd and its scripts, as %s of 'ipparam': a network namespace."},
};

CONF_TABLE(group);
