/* host/conf_unnamed: by which number a section without a name goes when the file is read again. */
#include <stdio.h>
#include <string.h>

#include "host/conf.h"
#include "tap.h"

/* Letters stand for sections: a capital for a [lac] with a host of its own, a digit behind it for
 * another setting; a small one for a [lns] with a range of its own. */
static struct conf *conf_of(const char *letters)
{
    static char text[4096];
    size_t n = 0;

    for (const char *p = letters; *p != '\0'; p++) {
        if (*p >= 'A' && *p <= 'Z')
            n += (size_t)snprintf(text + n, sizeof text - n, "[lac]\nlns = 192.0.2.%d\n",
                                  *p - 'A' + 1);
        else if (*p >= 'a' && *p <= 'z')
            n += (size_t)snprintf(text + n, sizeof text - n,
                                  "[lns]\nip range = 10.0.%d.1-10.0.%d.9\n", *p, *p);
        else
            n += (size_t)snprintf(text + n, sizeof text - n, "hostname = host%c.test\n", *p);
    }
    return conf_parse("test", text, n, NULL, NULL);
}

/* The numbers, in order of the file; each must be found by its name. */
static const char *numbers(const struct conf *c)
{
    static char text[256];
    size_t n = 0;

    text[0] = '\0';
    for (const struct conf_lac *l = c->lac; l != NULL; l = l->next)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", l->name + strlen(CONF_UNNAMED),
                              conf_find_lac(c, l->name) == l ? "" : "lost");
    for (const struct conf_lns *l = c->lns; l != NULL; l = l->next)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", l->name + strlen(CONF_UNNAMED),
                              conf_find_lns(c, l->name) == l ? "" : "lost");
    return text;
}

static const struct {
    const char *name, *was, *is, *numbers;
} rows[] = {
    {"nothing has changed", "ABC", "ABC", "1)2)3)"},
    {"the first is gone", "ABC", "BC", "2)3)"},
    {"one in the middle is gone", "ABC", "AC", "1)3)"},
    {"all in another order", "ABC", "CAB", "3)1)2)"},
    {"a new one ahead", "AB", "CAB", "3)1)2)"},
    {"a new one in the place of one that is gone", "AB", "CB", "1)2)"},
    {"one has changed, and stands elsewhere", "ABC", "CB1A", "3)2)1)"},
    {"two are the same", "AA", "AA", "1)2)"},
    {"of two that are the same one is gone", "AAB", "AB", "1)3)"},
    {"none was there", "", "AB", "1)2)"},
    {"none is left", "AB", "", ""},
    {"sections of LNSs likewise", "abc", "cb", "3)2)"},
    {"both sorts", "AaBb", "bBA", "2)1)2)"},
    {"a LNS that has changed is known by its range", "ab", "b1a", "2)1)"},
};

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct conf *was = conf_of(rows[i].was), *is = conf_of(rows[i].is);

        conf_keep_numbers(is, was);
        is_str(numbers(is), rows[i].numbers, rows[i].name);
        conf_free(was);
        was = conf_of(rows[i].is);
        conf_keep_numbers(was, is);
        is_str(numbers(was), rows[i].numbers, "and keep them when it is read once more");
        conf_free(was);
        conf_free(is);
    }
    return tap_done();
}
