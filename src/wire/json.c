/* JSON; see json.h. */
#include "wire/json.h"

#include <string.h>

#include "wire/utf8.h"

static void put_octet(struct text *t, uint8_t c)
{
    static const char named[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";
    const char *at = c != 0 ? strchr(named, c) : NULL;

    if (at != NULL)
        text_add(t, "\\%c", names[at - named]);
    else if (c < 0x20 || c == 0x7f)
        text_add(t, "\\u%04x", (unsigned)c);
    else
        text_put(t, (const char *)&c, 1);
}

void json_text(struct text *t, const char *s)
{
    struct span left = span_str(s);

    text_put(t, "\"", 1);
    while (left.n > 0) {
        size_t n = utf8_length(left);

        if (n == 0)
            text_add(t, "\\\\x%02x", (unsigned)left.p[0]); /* a backslash of the text's */
        else if (n == 1)
            put_octet(t, left.p[0]);
        else
            text_put(t, (const char *)left.p, n);
        n += n == 0;
        left = span_of(left.p + n, left.n - n);
    }
    text_put(t, "\"", 1);
}

void json_key(struct text *t, const char *key)
{
    if (t->n > 0 && t->p[t->n - 1] != '{')
        text_put(t, ",", 1);
    json_text(t, key);
    text_put(t, ":", 1);
}
