/* conf_line: one line of a configuration file taken apart: a section's header, a setting, or
 * nothing.  Knows the grammar of a line and no key. */
#ifndef HOST_CONF_LINE_H
#define HOST_CONF_LINE_H

#include <stdbool.h>
#include <stddef.h>

enum conf_line_kind { LINE_NOTHING, LINE_SECTION, LINE_SETTING, LINE_BAD };

struct conf_line {
    enum conf_line_kind kind;
    char *word;          /* of a header "lns"; of a setting the key, with single blanks */
    char *rest;          /* of a header the name, "" if none; of a setting the value, unquoted */
    const char *problem; /* what is bad, or what to warn of; NULL: nothing */
};

/* Takes n octets apart in place; text[n] may be written too.  Texts point into them. */
struct conf_line conf_line_read(char *text, size_t n);

#endif
