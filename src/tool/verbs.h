/* verbs: what the tool understands: a row a verb: how it is spelled, what it needs, what it sends.
 */
#ifndef TOOL_VERBS_H
#define TOOL_VERBS_H

#include <stdbool.h>

#include "tool/ask.h"

struct verb;

/* What the command line has asked for. */
struct order {
    struct asker asker;
    bool json;
    const struct verb *verb;
    char **words; /* behind the verb */
    int n;
};

struct verb {
    const char *name;
    const char *alias; /* xl2tpd-control's older or other spelling, or NULL */
    const char *words; /* "LAC [USER [PASSWORD]]": for the help */
    const char *help;
    int least, most; /* words; most < 0: any number */
    char letter;     /* sent before the words; 0: the verb itself is, to our daemon only */
    int (*run)(const struct order *o); /* NULL: the words are sent as they are */
};

extern const struct verb verbs[]; /* to one without a name */

const struct verb *verb_find(const char *name); /* NULL: there is none */

/* Whether what was asked can be answered in JSON. */
bool verb_has_json(const struct order *o);

/* Does what was asked; an exit code. */
int verb_run(const struct order *o);

#endif
