/* trouble: the table itself, and sentences filled with facts. */
#include <stdio.h>
#include <string.h>

#include "tap.h"
#include "trouble.h"

static bool is_code(const char *code)
{
    return code[0] != '\0' && code[strspn(code, "abcdefghijklmnopqrstuvwxyz-")] == '\0';
}

static unsigned count(const char *text, char c)
{
    unsigned n = 0;

    for (; *text != '\0'; text++)
        n += *text == c;
    return n;
}

/* Each {name} in it is one of a fact: no question mark takes its place. */
static bool names_facts(const char *text)
{
    struct facts f = {.used = 0};
    char got[600];

    for (int i = 0; i < FACTS; i++)
        facts_put(&f, (enum fact)i, "x");
    trouble_fill(text, &f, got, sizeof got);
    return count(got, '?') == count(text, '?') && count(got, '{') == 0 && count(got, '}') == 0;
}

static void test_table(void)
{
    for (int i = TROUBLE_NONE + 1; i < TROUBLES; i++) {
        const struct trouble_row *row = trouble_row((enum trouble)i);
        bool unique = row->code != NULL;

        for (int j = TROUBLE_NONE; unique && j < i; j++)
            unique = strcmp(trouble_row((enum trouble)j)->code, row->code) != 0;
        if (!ok(unique && is_code(row->code), "row %d has a code of its own: %s", i,
                row->code != NULL ? row->code : "none") ||
            row->code == NULL)
            continue;
        ok(row->sentence[0] != '\0' && row->sentence[strlen(row->sentence) - 1] != '.' &&
               names_facts(row->sentence) && (row->advice == NULL || names_facts(row->advice)),
           "%s: a sentence without a full stop, that names facts", row->code);
        ok(row->exit_status == 0 || row->exit_status == 1 || row->exit_status == 2 ||
               row->exit_status == 16,
           "%s: exit status %d is one that front ends know", row->code, row->exit_status);
    }
}

static const struct {
    const char *name, *text, *expected;
} fills[] = {
    {"nothing to fill", "as it is", "as it is"},
    {"facts", "{peer} and {local}", "192.0.2.1:1701 and ?"},
    {"at both ends", "{peer}", "192.0.2.1:1701"},
    {"an empty fact", "'{user}'", "'?'"},
    {"a name that is none", "{nobody}!", "?!"},
    {"a brace that is left open", "{peer", "192.0.2.1:1701"},
    {"percent signs are nothing", "%s {text}", "%s %n"},
};

static void test_fill(void)
{
    struct facts f = {.used = 0};
    char got[64], small[8];

    facts_put(&f, FACT_PEER, "%s:%u", "192.0.2.1", 1701u);
    facts_put(&f, FACT_USER, "%s", "");
    facts_put(&f, FACT_TEXT, "%s", "%n");
    for (size_t i = 0; i < sizeof fills / sizeof *fills; i++)
        is_str(trouble_fill(fills[i].text, &f, got, sizeof got), fills[i].expected, fills[i].name);
    is_str(trouble_fill("{peer}", &f, small, sizeof small), "192.0.2", "cut to fit");
}

static void test_room(void)
{
    struct facts f = {.used = 0};

    for (int i = 0; i < FACTS; i++)
        facts_put(&f, (enum fact)i, "%0200d", i);
    ok(f.used <= sizeof f.room && strlen(f.value[FACT_PEER]) == 200, "facts end with their room");
    facts_put(&f, FACT_PEER, "more");
    ok(strlen(f.value[FACT_PEER]) == 200, "what does not fit is left out");
}

int main(void)
{
    test_table();
    test_fill();
    test_room();
    return tap_done();
}
