/* Words into settings; see settings.h.  The grammar of one is host/conf_line's. */
#include "tool/settings.h"

#include <string.h>

#define BLANKS " \t\v\f"
#define SPLITS ";#" /* what ends a value that is not in quotes */

/* How far a setting has come, word by word. */
enum stage {
    STAGE_NONE,  /* nothing yet */
    STAGE_KEY,   /* words without an equals sign */
    STAGE_OPEN,  /* "key=": a word without one would be its value */
    STAGE_VALUE, /* "=" alone: the next word is the value */
    STAGE_DONE
};

static enum stage stage_after(enum stage before, const char *word)
{
    const char *equals = strchr(word, '=');

    if (before == STAGE_OPEN || before == STAGE_VALUE)
        return STAGE_DONE;
    if (equals == NULL)
        return STAGE_KEY;
    if (equals[1 + strspn(equals + 1, BLANKS)] != '\0')
        return STAGE_DONE;
    return equals == word ? STAGE_VALUE : STAGE_OPEN;
}

/* Does this word begin another setting? */
static bool is_another(enum stage now, const char *word)
{
    const char *equals = strchr(word, '=');

    return now == STAGE_DONE || (now == STAGE_OPEN && equals != NULL);
}

/* The words of the next setting, from *at, put together. */
static void take_one(struct text *one, char *const *words, int n, int *at)
{
    enum stage stage = STAGE_NONE;

    for (; *at < n && !is_another(stage, words[*at]); ++*at) {
        text_add(one, "%s%s", stage == STAGE_NONE ? "" : " ", words[*at]);
        stage = stage_after(stage, words[*at]);
    }
}

/* A value that begins with a quote: has it its other one, and nothing behind? */
static bool is_quoted_well(const char *value)
{
    const char *p = value + 1;

    while (*p != '\0' && *p != '"')
        p += *p == '\\' && p[1] != '\0' ? 2 : 1;
    return *p == '"' && p[1 + strspn(p + 1, BLANKS)] == '\0';
}

static void put_quoted(struct text *command, const char *value)
{
    size_t n = strlen(value);

    while (n > 0 && strchr(BLANKS, value[n - 1]) != NULL)
        n--;
    text_put(command, "\"", 1);
    for (size_t i = 0; i < n; i++) {
        if (value[i] == '"' || value[i] == '\\')
            text_put(command, "\\", 1);
        text_put(command, value + i, 1);
    }
    text_put(command, "\"", 1);
}

static const char *put_one(struct text *command, const char *setting, enum settings_form form)
{
    const char *equals = strchr(setting, '='), *value;

    if (equals == NULL)
        equals = setting + strlen(setting);
    value = equals + (*equals == '=');
    value += strspn(value, BLANKS);
    if (form == SETTINGS_QUOTED && strcspn(setting, SPLITS) < (size_t)(equals - setting))
        return "no key has a ';' or '#' in it";
    if (form == SETTINGS_QUOTED && value[0] == '"' && !is_quoted_well(value))
        return "a value that begins with '\"' ends with another one";
    if (form == SETTINGS_QUOTED && value[0] != '"' && strpbrk(value, SPLITS) != NULL) {
        text_put(command, setting, (size_t)(value - setting));
        put_quoted(command, value);
    } else {
        text_put_str(command, setting);
    }
    text_put(command, ";", 1);
    return NULL;
}

const char *settings_put(struct text *command, char *const *words, int n, enum settings_form form,
                         const char **word)
{
    const char *why = NULL;

    for (int at = 0; at < n && why == NULL;) {
        struct text one = {0};

        *word = words[at];
        take_one(&one, words, n, &at);
        if (one.failed)
            command->failed = true;
        else
            why = put_one(command, one.p, form);
        text_free(&one);
    }
    return why;
}

bool settings_need_quotes(char *const *words, int n)
{
    for (int i = 0; i < n; i++)
        if (strpbrk(words[i], SPLITS "\"") != NULL)
            return true;
    return false;
}
