/* Values that are words; see conf_kinds.h. */
#include "host/conf_kinds.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "host/conf_near.h"
#include "wire/quirks.h"

bool conf_bool_read(const char *text, bool *value, struct conf_why *why)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {{"yes", true}, {"no", false}, {"true", true}, {"false", false}, {"y", true},
                 {"n", false},  {"on", true},  {"off", false}, {"1", true},      {"0", false}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(text, words[i].word) == 0) {
            *value = words[i].value;
            return true;
        }
    }
    return conf_refuse(why, "must be yes or no");
}

static const struct conf_word *find_word(const struct conf_word *words, const char *text)
{
    while (words->word != NULL && strcasecmp(words->word, text) != 0)
        words++;
    return words->word != NULL ? words : NULL;
}

bool conf_word_find(const char *text, const struct conf_word *words, int *value)
{
    const struct conf_word *word = find_word(words, text);

    if (word != NULL)
        *value = word->value;
    return word != NULL;
}

/* "must be yes, no or always" */
static bool refuse_word(const struct conf_word *words, struct conf_why *why)
{
    size_t used = (size_t)snprintf(why->text, sizeof why->text, "must be ");

    for (size_t i = 0; words[i].word != NULL && used < sizeof why->text; i++)
        used += (size_t)snprintf(why->text + used, sizeof why->text - used, "%s%s",
                                 i == 0                      ? ""
                                 : words[i + 1].word == NULL ? " or "
                                                             : ", ",
                                 words[i].word);
    return false;
}

bool conf_word_read(const char *text, const struct conf_word *words, int *value,
                    struct conf_why *why)
{
    const struct conf_word *word = find_word(words, text);
    struct conf_why unsaid;
    bool on = false;

    if (word == NULL && conf_bool_read(text, &on, &unsaid))
        word = find_word(words, on ? "yes" : "no");
    if (word == NULL)
        return refuse_word(words, why);
    *value = word->value;
    return true;
}

/* For a name that is none, of fewer octets than CONF_NEAR_MAX: the one that is meant, if one is
 * near.
 */
static bool refuse_quirk(const char *name, struct conf_why *why)
{
    unsigned best = conf_near_limit((unsigned)strlen(name)) + 1;
    char safe[4 * CONF_NEAR_MAX];
    const char *meant = NULL;
    const struct quirk_row *rows;
    size_t n;

    rows = quirks_rows(&n);
    for (size_t i = 0; i < n; i++) {
        unsigned d = conf_near_distance(name, rows[i].name);

        if (d < best) {
            best = d;
            meant = rows[i].name;
        }
    }
    log_safe(span_str(name), safe, sizeof safe);
    if (meant != NULL)
        return conf_refuse(why, "has a name that is no quirk, '%s'; did you mean '%s'?", safe,
                           meant);
    return conf_refuse(why, "has a name that is no quirk, '%s': l2tpd.conf(5) lists them", safe);
}

bool conf_quirks_read(const char *text, uint32_t *on, uint32_t *off, struct conf_why *why)
{
    static const char between[] = " \t,";
    uint32_t sets[2] = {0, 0};

    for (text += strspn(text, between); *text != '\0'; text += strspn(text, between)) {
        bool forbidden = *text == '-';
        char name[CONF_NEAR_MAX];
        uint32_t bit;
        size_t n;

        text += *text == '-' || *text == '+';
        n = strcspn(text, between);
        if (n >= sizeof name)
            return conf_refuse(why, "has a name that is too long to be that of a quirk: "
                                    "l2tpd.conf(5) lists them");
        for (size_t i = 0; i < n; i++)
            name[i] = (char)tolower((unsigned char)text[i]);
        name[n] = '\0';
        bit = quirk_by_name(name, n);
        if (bit == 0)
            return refuse_quirk(name, why);
        if ((sets[!forbidden] & bit) != 0)
            return conf_refuse(why, "both forces and forbids '%s'", name);
        sets[forbidden] |= bit;
        text += n;
    }
    *on = sets[false];
    *off = sets[true];
    return true;
}
