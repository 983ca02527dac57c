/* settings: the words of a command line as the settings of a command: "key=value;key=value;".
 *
 * Each word is a setting.  Key, equals sign and value may also be words of their own: a word without
 * an equals sign belongs to the key behind it, or is the value of a "key=" before it; behind a word
 * that is nothing but "=" the next one is the value, whatever is in it.  A word with a key and an
 * equals sign is always a setting of its own, so an empty value stays empty.  Does not know which
 * keys there are. */
#ifndef TOOL_SETTINGS_H
#define TOOL_SETTINGS_H

#include <stdbool.h>

#include "base/text.h"

/* How values are written down. */
enum settings_form {
    SETTINGS_RAW,   /* as they are: xl2tpd knows no quotes, and a ';' begins another setting */
    SETTINGS_QUOTED /* what the daemon would cut at a ';' or '#' stands in double quotes */
};

/* Writes them behind what is in command.  NULL, or what is wrong with which word (*word). */
const char *settings_put(struct text *command, char *const *words, int n, enum settings_form form,
                         const char **word);

/* Whether SETTINGS_RAW and SETTINGS_QUOTED differ for these words. */
bool settings_need_quotes(char *const *words, int n);

#endif
