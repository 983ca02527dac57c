/* The keys of [lac] that tell whom to dial, when, and when again, one row a key;
 * see conf_tables.h.  A key is added here and nowhere else but in its struct, in conf.h, and in
 * l2tpd.conf(5). */
#include "host/conf_tables.h"

static const struct conf_word policy_words[] = {
    {"order", CONF_POLICY_ORDER},
    {"share", CONF_POLICY_SHARE},
    {NULL, 0},
};

static const struct conf_row rows[] = {
    {.name = "lns",
     .places = IN_LAC,
     .kind = KIND_HOSTS,
     .at = LAC(lns),
     .example = "vpn.example.com",
     .help =
         "The LNS to dial: host, host:port or [IPv6]:port, perhaps with \"weight N\" behind it.\n"
         "May stand often: the next one is tried if one fails."},
    {.name = "lns policy",
     .places = IN_LAC,
     .kind = KIND_WORD,
     .at = LAC(policy),
     .words = policy_words,
     .preset = "order",
     .help = "Which of several is dialled first.  order: the first; share: any, by their weights."},
    {.name = "lns lockout",
     .places = IN_LAC,
     .kind = KIND_INT,
     .at = LAC(lns_lockout_s),
     .min = 0,
     .max = DAY_S,
     .preset = "60",
     .help = "Seconds for which an address that has failed is tried after all others, longer each\n"
             "time it fails again; 0: it keeps its place."},
    {.name = "lns directed",
     .places = IN_LAC,
     .kind = KIND_BOOL,
     .at = LAC(lns_directed),
     .preset = "yes",
     .help = "Go where a LNS that is busy says: \"try another\", with addresses."},
    {.name = "connect timeout",
     .places = IN_LAC,
     .kind = KIND_INT,
     .at = LAC(connect_timeout_s),
     .min = 0,
     .max = 600,
     .preset = "8",
     .help =
         "Seconds that a LNS has for its first answer, if there is another to try or a redial to\n"
         "come; 0: as long as messages are sent again."},
    {.name = "autodial",
     .places = IN_LAC,
     .kind = KIND_BOOL,
     .at = LAC(autodial),
     .preset = "no",
     .help = "Dial at start."},
    {.name = "redial",
     .places = IN_LAC,
     .kind = KIND_BOOL,
     .at = LAC(redial),
     .preset = "no",
     .help = "Dial again when the call is lost."},
    {.name = "redial timeout",
     .places = IN_LAC,
     .kind = KIND_INT,
     .at = LAC(redial_timeout_s),
     .min = 1,
     .max = DAY_S,
     .preset = "30",
     .help = "Seconds to wait before that."},
    {.name = "redial timeout max",
     .places = IN_LAC,
     .kind = KIND_INT,
     .at = LAC(redial_timeout_max_s),
     .min = 0,
     .max = DAY_S,
     .preset = "0",
     .help = "Wait twice as long after each failure in a row, up to so many seconds;\n"
             "0: always as long as 'redial timeout'."},
    {.name = "max redials",
     .places = IN_LAC,
     .kind = KIND_INT,
     .at = LAC(max_redials),
     .min = 0,
     .max = 1000000,
     .preset = "0",
     .help = "Give up after so many failures in a row; 0: never."},
};

CONF_TABLE(dial);
