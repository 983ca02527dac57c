/* A line of secrets; see secrets_line.h. */
#include "host/secrets_line.h"

#include <string.h>
#include <strings.h>

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r';
}

static bool is_end(struct span s, size_t at)
{
    return at == s.n || s.p[at] == '#' || s.p[at] == ';';
}

static size_t skip_blanks(struct span s, size_t at)
{
    while (at < s.n && is_blank(s.p[at]))
        at++;
    return at;
}

static struct span take_word(struct span s, size_t *at)
{
    size_t start = *at;

    while (!is_end(s, *at) && !is_blank(s.p[*at]))
        ++*at;
    return span_of(s.p + start, *at - start);
}

/* A secret in double quotes, from behind the first of them. */
static void take_quoted(struct span s, size_t at, struct secrets_line *e)
{
    size_t start = at;

    while (at < s.n && s.p[at] != '"')
        at += s.p[at] == '\\' && at + 1 < s.n ? 2 : 1;
    e->quoted = true;
    if (at >= s.n)
        e->problem = "the secret has no closing '\"'";
    else if (!is_end(s, skip_blanks(s, at + 1)))
        e->problem = "something follows the closing '\"': write \\\" for a quote in the secret";
    else if (at == start)
        e->problem = "the secret is empty";
    else
        e->secret = span_of(s.p + start, at - start);
}

/* The rest of the line up to a comment, inner blanks kept. */
static void take_plain(struct span s, size_t at, struct secrets_line *e)
{
    size_t start = at;

    while (!is_end(s, at))
        at++;
    while (at > start && is_blank(s.p[at - 1]))
        at--;
    e->secret = span_of(s.p + start, at - start);
    if (e->secret.n == 0)
        e->problem = "there is no secret: a line is 'us them secret'";
}

struct secrets_line secrets_line_read(struct span s)
{
    struct secrets_line e = {.problem = NULL};
    size_t at = skip_blanks(s, 0);

    if (is_end(s, at))
        return e;
    if (memchr(s.p, '\0', s.n) != NULL) {
        e.problem = "there is a NUL octet: is this a text file?";
        return e;
    }
    e.us = take_word(s, &at);
    at = skip_blanks(s, at);
    e.them = take_word(s, &at);
    at = skip_blanks(s, at);
    if (at < s.n && s.p[at] == '"')
        take_quoted(s, at + 1, &e);
    else
        take_plain(s, at, &e);
    return e;
}

bool secrets_line_is_for(struct span pattern, const char *name)
{
    if (pattern.n == 1 && pattern.p[0] == '*')
        return true;
    return strlen(name) == pattern.n && strncasecmp(name, (const char *)pattern.p, pattern.n) == 0;
}

bool secrets_line_copy(const struct secrets_line *e, char *dst, size_t size)
{
    size_t used = 0;

    for (size_t i = 0; i < e->secret.n; i++) {
        const uint8_t *p = e->secret.p + i;

        if (e->quoted && p[0] == '\\' && i + 1 < e->secret.n && (p[1] == '"' || p[1] == '\\'))
            p++, i++;
        if (used + 1 >= size)
            return false;
        dst[used++] = (char)*p;
    }
    dst[used] = '\0';
    return true;
}
