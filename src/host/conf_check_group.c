/* Traps of private groups; see conf_check_group.h.  What a group leaves to its [lns] may be anything:
 * only what it sets itself is judged. */
#include "host/conf_check_group.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* What shell scripts may see: as pppd_clean() has it. */
#define CLEAN "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+*#-._:/@ "

void conf_check_space(const struct conf_section *s, struct conf_told *told)
{
    static const char *const keys[] = {"vrf", "netns"};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        unsigned line = conf_section_line(s, keys[i]);
        const char *text =
            *(char *const *)conf_field_const(conf_row_find(keys[i]), s->place, s->object);

        if (line > 0 && text != NULL && (text[0] == '-' || text[strspn(text, CLEAN)] != '\0'))
            conf_say(told, false, line,
                     "'%s' of %s is nothing to be given to scripts: letters, digits, blanks and + * "
                     "# - . _ : / @ may stand in it, and no '-' at its begin",
                     keys[i], s->title);
    }
}

static void check_pool(const struct conf_section *s, struct conf_told *told)
{
    const struct conf_group *g = s->object;
    unsigned line = conf_section_line(s, "ip range"), deny = conf_section_line(s, "no ip range"),
             local = conf_section_line(s, "local ip");
    size_t n = 1;
    struct conf_span *flat = line > 0 ? conf_ranges_flat(g->own.ip_range, &n) : NULL;

    free(flat);
    if (conf_section_wrong(s, "ip range") || conf_section_wrong(s, "assign ip"))
        return;
    if (line == 0 && deny > 0)
        conf_say(told, true, deny, "'no ip range' in %s has no effect without an 'ip range' there",
                 s->title);
    if (line > 0 && n == 0)
        conf_say(told, true, line,
                 "%s has no address to give, so its calls are refused: each of its 'ip range' is "
                 "taken out again",
                 s->title);
    if (line > 0 && conf_section_line(s, "assign ip") > 0 && !g->own.assign_ip)
        conf_say(told, true, line, "'ip range' in %s has no effect with 'assign ip = no'", s->title);
    if (local > 0 && g->own.local_ip != 0 && conf_ranges_allow(g->own.ip_range, g->own.local_ip))
        conf_say(told, true, local,
                 "'local ip' of %s lies in its own 'ip range': take it out with 'no ip range'",
                 s->title);
}

/* What fits the pattern itself, '*' being a sign like any other, fits all that it stands for. */
static const struct conf_match *covered_by(const struct conf_group *later, const char *pattern)
{
    const struct conf_match *m = NULL;

    for (; later != NULL && m == NULL; later = later->next)
        for (m = later->match; m != NULL && !conf_match_fits(m->pattern, span_str(pattern));)
            m = m->next;
    return m;
}

/* The last group that fits has the call. */
static void check_match(const struct conf_section *s, struct conf_told *told)
{
    const struct conf_group *g = s->object;

    for (const struct conf_match *m = g->match; m != NULL; m = m->next) {
        const struct conf_match *by = covered_by(g->next, m->pattern);
        char safe[80];

        if (by != NULL)
            conf_say(told, true, m->line,
                     "'match = %s' of %s has no effect: all that fits it fits line %u too, and the "
                     "last group counts",
                     log_safe(span_str(m->pattern), safe, sizeof safe), s->title, by->line);
    }
}

void conf_check_group(const struct conf *c, const struct conf_section *s, struct conf_told *told)
{
    check_pool(s, told);
    check_match(s, told);
    if (c->lns == NULL)
        conf_say(told, true, s->line,
                 "%s has no effect: there is no [lns] section that takes its calls", s->title);
}
