/* The grammar of a line; see conf_line.h:
 *
 *     [word name]             blanks around each are free
 *     key = value             ends at '#' or ';'
 *     key = "value"           \" and \\ stand for '"' and '\'; '#' and ';' for themselves
 *     # comment               also after each of these, and with ';'
 */
#include "host/conf_line.h"

#include <string.h>

#define BLANKS " \t\v\f"
#define COMMENT "#;"

static bool is_blank(char c)
{
    return c != '\0' && strchr(BLANKS, c) != NULL;
}

static struct conf_line bad(const char *problem)
{
    return (struct conf_line){.kind = LINE_BAD, .problem = problem};
}

/* Nothing but blanks and a comment? */
static bool is_over(const char *text)
{
    text += strspn(text, BLANKS);
    return *text == '\0' || strchr(COMMENT, *text) != NULL;
}

/* Runs of blanks become one, those at the ends none. */
static char *single_blanks(char *text)
{
    char *to, *from;

    text += strspn(text, BLANKS);
    to = text;
    for (from = text; *from != '\0'; from++) {
        if (!is_blank(*from))
            *to++ = *from;
        else if (from[1] != '\0' && !is_blank(from[1]))
            *to++ = ' ';
    }
    *to = '\0';
    return text;
}

static void trim_end(char *text)
{
    size_t n = strlen(text);

    while (n > 0 && is_blank(text[n - 1]))
        n--;
    text[n] = '\0';
}

static struct conf_line read_section(char *text)
{
    struct conf_line got = {.kind = LINE_SECTION};
    char *end = text + strcspn(text, "];");

    if (*end != ']')
        return bad("the section's name has no closing ']'");
    if (!is_over(end + 1))
        got.problem = "what follows the ']' is not used: give each setting a line of its own";
    *end = '\0';
    got.word = text + 1 + strspn(text + 1, BLANKS);
    trim_end(got.word);
    got.rest = got.word + strcspn(got.word, BLANKS);
    if (*got.rest != '\0')
        *got.rest++ = '\0';
    got.rest += strspn(got.rest, BLANKS);
    return got;
}

/* A value in quotes, behind the first of them; what follows the second goes to *after. */
static bool unquote(char *text, char **after)
{
    char *to = text, *from = text;

    while (*from != '"') {
        if (from[0] == '\\' && (from[1] == '"' || from[1] == '\\'))
            from++;
        if (*from == '\0')
            return false;
        *to++ = *from++;
    }
    *after = from + 1;
    *to = '\0';
    return true;
}

static struct conf_line read_setting(char *text)
{
    struct conf_line got = {.kind = LINE_SETTING, .word = text};
    char *equals = text + strcspn(text, "=" COMMENT), *end;

    if (*equals != '=')
        return bad("there is no '=': write 'key = value'");
    *equals = '\0';
    got.word = single_blanks(text);
    if (got.word[0] == '\0')
        return bad("there is no key before the '=': write 'key = value'");
    got.rest = equals + 1 + strspn(equals + 1, BLANKS);
    if (got.rest[0] == '"') {
        got.rest++;
        if (!unquote(got.rest, &end))
            return bad("the value has no closing '\"'");
        if (!is_over(end))
            return bad("something follows the closing '\"': write \\\" for a quote in the value");
        return got;
    }
    end = got.rest + strcspn(got.rest, COMMENT);
    /* xl2tpd took '#' for a part of the value, so whoever wrote "a#b" may have meant it */
    if (*end == '#' && end > got.rest && !is_blank(end[-1]))
        got.problem = "the value ends before the '#', which begins a comment: put the value into "
                      "double quotes if the '#' belongs to it";
    *end = '\0';
    trim_end(got.rest);
    return got;
}

struct conf_line conf_line_read(char *text, size_t n)
{
    if (n > 0 && text[n - 1] == '\r')
        n--;
    text[n] = '\0';
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\0')
            return bad("there is a NUL octet: is this a text file?");
        if (((unsigned char)text[i] < ' ' && !is_blank(text[i])) || text[i] == 0x7f)
            return bad("there is a control character: remove it");
    }
    if (is_over(text))
        return (struct conf_line){.kind = LINE_NOTHING};
    text += strspn(text, BLANKS);
    return text[0] == '[' ? read_section(text) : read_setting(text);
}
