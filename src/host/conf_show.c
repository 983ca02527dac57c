/* Values by their kinds, as text; see conf_show.h. */
#include "host/conf_show.h"

#include <string.h>

#include "wire/quirks.h"

/* A value's text into dst, of CONF_VALUE octets, which is empty before; false if it is unset: then
 * dst gets what unsets it. */
typedef bool show_fn(const void *field, const struct conf_row *row, char *dst);

static bool show_bool(const void *field, const struct conf_row *row, char *dst)
{
    (void)row;
    strcpy(dst, *(const bool *)field ? "yes" : "no");
    return true;
}

static bool show_word(const void *field, const struct conf_row *row, char *dst)
{
    const struct conf_word *w = row->words;

    while (w->word != NULL && w->value != *(const int *)field)
        w++;
    snprintf(dst, CONF_VALUE, "%s", w->word != NULL ? w->word : "");
    return w->word != NULL;
}

static bool show_int(const void *field, const struct conf_row *row, char *dst)
{
    if (row->words == NULL || !show_word(field, row, dst))
        snprintf(dst, CONF_VALUE, "%d", *(const int *)field);
    return true;
}

static bool show_u32(const void *field, const struct conf_row *row, char *dst)
{
    (void)row;
    snprintf(dst, CONF_VALUE, "%lu", (unsigned long)*(const uint32_t *)field);
    return true;
}

static bool show_port(const void *field, const struct conf_row *row, char *dst)
{
    (void)row;
    snprintf(dst, CONF_VALUE, "%u", (unsigned)*(const uint16_t *)field);
    return true;
}

static bool show_addr(const void *field, const struct conf_row *row, char *dst)
{
    const struct conf_bind *bind = field;

    (void)row;
    strcpy(dst, "0.0.0.0");
    if (addr_is_set(&bind->addr))
        addr_host_text(&bind->addr, dst);
    if (bind->interface[0] != '\0')
        strcpy(dst + strcspn(dst, "%") + 1, bind->interface); /* instead of its number */
    return addr_is_set(&bind->addr);
}

static void ip_text(uint32_t ip, char *dst)
{
    struct addr a = addr_ip4(ip, 0);

    addr_host_text(&a, dst);
}

static bool show_ip4(const void *field, const struct conf_row *row, char *dst)
{
    (void)row;
    ip_text(*(const uint32_t *)field, dst);
    return *(const uint32_t *)field != 0;
}

static bool show_topic(const void *field, const struct conf_row *row, char *dst)
{
    strcpy(dst, (*(const uint32_t *)field >> row->min & 1) != 0 ? "yes" : "no");
    return true;
}

static bool show_quirks(const void *field, const struct conf_row *row, char *dst)
{
    const struct conf_peer *peer = field;
    const struct quirk_row *rows;
    size_t n, used = 0;

    (void)row;
    rows = quirks_rows(&n);
    for (size_t i = 0; i < n; i++) {
        if (((peer->quirks_on | peer->quirks_off) & rows[i].bit) != 0 && used < CONF_VALUE)
            used +=
                (size_t)snprintf(dst + used, CONF_VALUE - used, "%s%s%s", used > 0 ? ", " : "",
                                 (peer->quirks_off & rows[i].bit) != 0 ? "-" : "", rows[i].name);
    }
    return used > 0;
}

static bool show_channel(const void *field, const struct conf_row *row, char *dst)
{
    const struct conf_lac *lac = field;

    (void)row;
    if (lac->has_channel)
        snprintf(dst, CONF_VALUE, "%lu", (unsigned long)lac->physical_channel);
    return lac->has_channel;
}

/* Texts are of any length, lists of many lines, and rates stand in the rows of both speeds: these
 * have no show_fn. */
static bool show_from(const void *field, const struct conf_row *row, char *dst)
{
    int v = *(const int *)field;

    (void)row;
    if (v > 0)
        snprintf(dst, CONF_VALUE, "%d", v);
    else
        strcpy(dst, v == CONF_PORT_RANDOM ? "random" : v == CONF_PORT_AUTO ? "auto" : "");
    return v != CONF_PORT_MAIN;
}

static bool show_dscp(const void *field, const struct conf_row *row, char *dst)
{
    if (*(const int *)field != CONF_DSCP_COPY)
        return show_int(field, row, dst);
    strcpy(dst, "copy");
    return true;
}

static show_fn *const shows[KIND_COUNT] = {
    [KIND_BOOL] = show_bool,     [KIND_INT] = show_int,         [KIND_U32] = show_u32,
    [KIND_PORT] = show_port,     [KIND_ADDR] = show_addr,       [KIND_IP4] = show_ip4,
    [KIND_TOPIC] = show_topic,   [KIND_CAP] = show_int,         [KIND_WORD] = show_word,
    [KIND_QUIRKS] = show_quirks, [KIND_CHANNEL] = show_channel, [KIND_FROM] = show_from,
    [KIND_DSCP] = show_dscp,
};

const char *conf_show_range(const struct conf_range *r, char *dst)
{
    ip_text(r->low, dst);
    if (r->high > r->low) {
        strcat(dst, " - ");
        ip_text(r->high, dst + strlen(dst));
    }
    return dst;
}

/* What stands behind a "no" in another row's name is denied in this row's list. */
static const struct conf_row *deny_row(const struct conf_row *row)
{
    char name[64];

    snprintf(name, sizeof name, "no %s", row->name);
    return row->kind == KIND_RANGES ? conf_row_find(name) : NULL;
}

/* Where the value was set; "bps" sets other rows' values, and "no ..." another row's list. */
static unsigned origin(const struct conf_section *s, const struct conf_row *row,
                       const struct conf_section **from)
{
    const struct conf_row *rival = row->rival != NULL ? conf_row_find(row->rival) : NULL;
    const struct conf_row *deny = deny_row(row);
    unsigned line = conf_section_origin(s, row, from);

    if (line == 0 && rival != NULL && rival->kind == KIND_RATES)
        line = (*from)->key_line[conf_row_index(rival)];
    if (line == 0 && deny != NULL)
        line = conf_section_origin(s, deny, from);
    return line;
}

/* What a line of output consists of. */
struct line {
    FILE *out;
    const char *before, *mark; /* "; " for a default */
    const char *from;          /* the template's title, or "" */
};

#define NOTES_BEGIN 40 /* column */

/* line: where it was set; 0: it was not. */
static void print_value(const struct line *l, const char *key, const char *value, bool quoted,
                        unsigned line)
{
    int n = fprintf(l->out, "%s%s%s =%s", l->before, l->mark, key, value[0] != '\0' ? " " : "");

    if (quoted)
        n += fprintf(l->out, "\"");
    for (const char *p = value; *p != '\0'; p++, n++) {
        if (quoted && (*p == '"' || *p == '\\'))
            n += fprintf(l->out, "\\");
        fputc(*p, l->out);
    }
    if (quoted)
        n += fprintf(l->out, "\"");
    fprintf(l->out, "%*s # ", n < NOTES_BEGIN ? NOTES_BEGIN - n : 0, "");
    if (line == 0)
        fprintf(l->out, "default\n");
    else
        fprintf(l->out, "line %u%s%s\n", line, l->from[0] != '\0' ? ", " : "", l->from);
}

/* A text keeps its comment signs, its outer blanks and its first quote in quotes only. */
static bool needs_quotes(const char *text)
{
    size_t n = strlen(text);

    return n > 0 && (strpbrk(text, "#;\"") != NULL || strchr(" \t\v\f", text[0]) != NULL ||
                     strchr(" \t\v\f", text[n - 1]) != NULL);
}

static void print_text(const struct line *l, const struct conf_row *row, const char *text,
                       unsigned line)
{
    print_value(l, row->name, text != NULL ? text : "", text != NULL && needs_quotes(text), line);
}

/* above: the title of the template. */
static void print_ranges(const struct line *l, const struct conf_row *row,
                         const struct conf_range *r, const char *above)
{
    const struct conf_row *deny = deny_row(row);
    char text[CONF_VALUE];
    struct line of = *l;

    for (; r != NULL; r = r->next) {
        of.from = r->inherited ? above : l->from;
        print_value(&of, r->deny && deny != NULL ? deny->name : row->name, conf_show_range(r, text),
                    false, r->line);
    }
}

static void print_hosts(const struct line *l, const struct conf_row *row,
                        const struct conf_lns_host *h)
{
    char text[CONF_VALUE];

    for (; h != NULL; h = h->next) {
        bool six = strchr(h->host, ':') != NULL;
        char weight[24] = "";

        if (h->weight != 1)
            snprintf(weight, sizeof weight, " weight %u", h->weight);
        snprintf(text, sizeof text, "%s%s%s:%u%s", six ? "[" : "", h->host, six ? "]" : "",
                 (unsigned)h->port, weight);
        print_value(l, row->name, text, false, h->line);
    }
}

static void print_matches(const struct line *l, const struct conf_row *row,
                          const struct conf_match *m)
{
    for (; m != NULL; m = m->next)
        print_text(l, row, m->pattern, m->line);
}

static void print_listen(const struct line *l, const struct conf_row *row,
                         const struct conf_listen *list)
{
    char text[ADDR_TEXT];

    for (unsigned i = 0; i < list->n; i++)
        print_value(l, row->name, addr_host_text(&list->at[i].addr, text), false, list->at[i].line);
    if (list->n == 0)
        print_value(l, row->name, "", false, 0);
}

void conf_show_row(FILE *out, const struct conf_section *s, const struct conf_row *row, bool all,
                   const char *before)
{
    const void *field = conf_field_const(row, s->place, s->object);
    struct line l = {.out = out, .before = before, .mark = ""};
    const struct conf_section *from;
    unsigned line = origin(s, row, &from);
    char text[CONF_VALUE] = "";

    if (line == 0 && !all)
        return;
    l.mark = line > 0 ? "" : "; ";
    l.from = from != s ? from->title : "";
    if (row->kind == KIND_TEXT || row->kind == KIND_PATH || row->kind == KIND_SOURCE)
        print_text(&l, row, *(char *const *)field, line);
    else if (row->kind == KIND_RANGES)
        print_ranges(&l, row, *(struct conf_range *const *)field,
                     s->from != NULL ? s->from->title : "");
    else if (row->kind == KIND_HOSTS)
        print_hosts(&l, row, *(struct conf_lns_host *const *)field);
    else if (row->kind == KIND_MATCH)
        print_matches(&l, row, *(struct conf_match *const *)field);
    else if (row->kind == KIND_LISTEN)
        print_listen(&l, row, field);
    else if (shows[row->kind] != NULL)
        print_value(&l, row->name, shows[row->kind](field, row, text) || line > 0 ? text : "",
                    false, line);
}
