/* Pages of the status; see render.h.  Knows how things are shown, and no fact. */
#include "render.h"

#include <stdint.h>
#include <string.h>

#include "wire/json.h"
#include "wire/utf8.h"

#define PART 16384    /* octets of a page that are made without looking up */
#define CELL_MOST 48  /* signs of a value in a table: an IPv6 address and its port have 47 */
#define MEASURED 1000 /* objects that a column's width is found by: more are not read by people */

/* -- values ------------------------------------------------------------------------------------ */

static bool is_text(const struct status_row *row)
{
    return row->type == TYPE_TEXT;
}

/* 59s, 59m59s, 23h59m, 12d23h */
static void put_span(struct text *out, unsigned long long s)
{
    if (s < 60)
        text_add(out, "%llus", s);
    else if (s < 3600)
        text_add(out, "%llum%02llus", s / 60, s % 60);
    else if (s < 86400)
        text_add(out, "%lluh%02llum", s / 3600, s / 60 % 60);
    else
        text_add(out, "%llud%02lluh", s / 86400, s / 3600 % 24);
}

/* 999, 1.0K, 12.3M */
static void put_octets(struct text *out, unsigned long long n)
{
    static const char units[] = "KMGTPE";
    unsigned long long tenths = n * 10;
    size_t unit = 0;

    if (n < 1000) {
        text_add(out, "%llu", n);
        return;
    }
    for (tenths = n / 1024 * 10 + n % 1024 * 10 / 1024; tenths >= 10000; unit++)
        tenths /= 1024;
    text_add(out, "%llu.%llu%c", tenths / 10, tenths % 10, units[unit]);
}

static size_t sign_width(char c)
{
    return (uint8_t)c >= 0x20 && (uint8_t)c < 0x7f ? 1 : strlen("\\xNN");
}

static size_t visible_width(const char *s)
{
    size_t n = 0;

    for (; *s != '\0'; s++)
        n += sign_width(*s);
    return n;
}

/* No more than so many signs.  What a peer has said has been made safe once, with its backslashes;
 * what is left to escape here is what pppd's wire or a file has brought. */
static void put_visible(struct text *out, const char *s, size_t most)
{
    size_t n = 0;

    for (; *s != '\0' && (n += sign_width(*s)) <= most; s++)
        text_add(out, sign_width(*s) == 1 ? "%c" : "\\x%02x", (uint8_t)*s);
}

static void put_for_people(struct text *out, const struct status_row *row,
                           const struct status_value *v)
{
    unsigned long long n = v->number;

    switch (row->type) {
    case TYPE_TEXT:
        put_visible(out, v->text, SIZE_MAX);
        break;
    case TYPE_BOOL:
        text_put_str(out, n != 0 ? "yes" : "no");
        break;
    case TYPE_SECONDS:
        put_span(out, n);
        break;
    case TYPE_OCTETS:
        put_octets(out, n);
        break;
    case TYPE_MS:
        text_add(out, "%llums", n);
        break;
    case TYPE_PERMILLE:
        text_add(out, "%llu.%llu%%", n / 10, n % 10);
        break;
    case TYPE_ID:
    case TYPE_GAUGE:
    case TYPE_COUNTER:
        text_add(out, "%llu", n);
        break;
    }
}

static void put_thousandths(struct text *out, unsigned long long n)
{
    text_add(out, "%llu.%03llu", n / 1000, n % 1000);
}

/* As JSON has it; a time in ms is a number of ms. */
static void put_for_programs(struct text *out, const struct status_row *row,
                             const struct status_value *v)
{
    if (is_text(row))
        json_text(out, v->text);
    else if (row->type == TYPE_BOOL)
        text_put_str(out, v->number != 0 ? "true" : "false");
    else if (row->type == TYPE_PERMILLE)
        put_thousandths(out, v->number);
    else
        text_add(out, "%llu", (unsigned long long)v->number);
}

void render_value(struct text *out, const struct status_row *row, const struct status_value *v,
                  bool known)
{
    if (known)
        put_for_people(out, row, v);
    else
        text_put(out, "-", 1);
}

/* -- tables ------------------------------------------------------------------------------------ */

static bool is_nothing(const struct status_at *at)
{
    struct status_value v;

    /* nobody wants to read of what never happened */
    return at->kind == STATUS_DROP && status_tables[at->kind].rows[1].get(at, &v) && v.number == 0;
}

static void put_facts(struct text *out, const struct status_at *at)
{
    struct status_value v;

    for (const struct status_row *row = status_tables[at->kind].rows; row->name != NULL; row++) {
        size_t from = out->n;

        if (row->title == NULL || !row->get(at, &v))
            continue;
        text_put_str(out, row->title);
        text_pad(out, from, 15);
        put_for_people(out, row, &v);
        text_put(out, "\n", 1);
    }
}

static const struct status_row *column_from(const struct status_row *row)
{
    while (row->name != NULL && row->title == NULL)
        row++;
    return row->name != NULL ? row : NULL;
}

static const struct status_row *first_column(const struct render *r)
{
    return column_from(status_tables[r->at.kind].rows);
}

static const struct status_row *next_column(const struct status_row *row)
{
    return column_from(row + 1);
}

/* A value in its column.  A peer may call itself what it likes, so what is very long is cut here;
 * the JSON has all of it. */
static void put_cell(struct text *out, const struct status_row *row, const struct status_at *at)
{
    static const char more[] = "...";
    struct status_value v;
    bool known = row->get(at, &v);

    if (known && is_text(row) && visible_width(v.text) > CELL_MOST) {
        put_visible(out, v.text, CELL_MOST - strlen(more));
        text_put_str(out, more);
    } else {
        render_value(out, row, &v, known);
    }
}

/* One line of a table; at NULL: its header.  A value that is wider than its column pushes the rest:
 * one that was not there when the columns were measured. */
static void put_columns(struct render *r, struct text *out, const struct status_at *at)
{
    size_t column = 0;

    for (const struct status_row *row = first_column(r); row != NULL; row = next_column(row)) {
        size_t from;

        text_put_str(out, column == 0 ? "" : "  ");
        from = out->n;
        if (at == NULL)
            text_put_str(out, row->title);
        else
            put_cell(out, row, at);
        text_pad(out, from, r->widths[column++]);
    }
    while (out->n > 0 && !out->failed && out->p[out->n - 1] == ' ')
        out->p[--out->n] = '\0';
    text_put(out, "\n", 1);
}

/* Column by column: the widest of this object's and what has been there before. */
static void widen(struct render *r, const struct status_at *at)
{
    size_t column = 0;

    for (const struct status_row *row = first_column(r); row != NULL; row = next_column(row)) {
        struct status_value v;
        size_t n = is_text(row) && row->get(at, &v) ? visible_width(v.text) : 0;

        n = n > CELL_MOST ? CELL_MOST : n;
        if (n > r->widths[column])
            r->widths[column] = n;
        column++;
    }
}

/* How wide its columns are to be: as the rows say, or as the first objects need it. */
static void measure(struct render *r)
{
    struct status_at at;
    size_t column = 0;

    for (const struct status_row *row = first_column(r); row != NULL; row = next_column(row))
        r->widths[column++] = row->width;
    status_begin(&at, r->at.hub, r->at.kind);
    for (unsigned i = 0; i < MEASURED && status_next(&at); i++)
        if (!is_nothing(&at))
            widen(r, &at);
}

static void show_in_table(struct render *r, struct text *out)
{
    if (r->at.kind == STATUS_DAEMON) {
        put_facts(out, &r->at);
        return;
    }
    if (is_nothing(&r->at))
        return;
    if (!r->begun) {
        measure(r);
        text_put(out, "\n", 1);
        put_columns(r, out, NULL);
    }
    r->begun = true;
    put_columns(r, out, &r->at);
}

/* -- JSON -------------------------------------------------------------------------------------- */

static void put_object(struct text *out, const struct status_at *at)
{
    struct status_value v;

    text_put(out, "{", 1);
    for (const struct status_row *row = status_tables[at->kind].rows; row->name != NULL; row++) {
        json_key(out, row->name);
        if (row->get(at, &v))
            put_for_programs(out, row, &v);
        else
            text_put_str(out, "null");
    }
    text_put_str(out, "}\n");
}

static void show_in_json(struct render *r, struct text *out)
{
    const struct status_table *table = &status_tables[r->at.kind];

    if (r->at.kind == STATUS_DAEMON)
        text_add(out, "{\"format\":1\n,\"%s\":", table->plural);
    else if (r->begun)
        text_put(out, ",", 1);
    r->begun = true;
    put_object(out, &r->at);
}

/* Between two kinds: the end of one list and the beginning of the next. */
static void end_list(struct render *r, struct text *out)
{
    if (r->format != RENDER_JSON)
        return;
    if (r->at.kind != STATUS_DAEMON)
        text_put_str(out, "]\n");
    if (r->at.kind + 1 < STATUS_KINDS)
        text_add(out, ",\"%s\":[\n", status_tables[r->at.kind + 1].plural);
    else
        text_put_str(out, "}\n");
}

/* -- Prometheus -------------------------------------------------------------------------------- */

/* Between quotes: backslash and quote are escaped, an octet that is no UTF-8 is written as \xNN, as
 * in JSON, and a control character is not let in. */
static void put_label(struct text *out, bool first, const char *name, const char *value)
{
    struct span left = span_str(value);

    text_add(out, "%s%s=\"", first ? "" : ",", name);
    while (left.n > 0) {
        size_t n = utf8_length(left);
        uint8_t c = left.p[0];

        if (c == '"' || c == '\\')
            text_add(out, "\\%c", c);
        else if (n == 0)
            text_add(out, "\\\\x%02x", (unsigned)c);
        else if (c < 0x20 || c == 0x7f)
            text_put(out, "?", 1);
        else
            text_put(out, (const char *)left.p, n);
        n += n == 0;
        left = span_of(left.p + n, left.n - n);
    }
    text_put(out, "\"", 1);
}

/* {tunnel="1",call="2"}; with all, whatever is a text or an id. */
static void put_labels(struct text *out, const struct status_at *at, bool all)
{
    struct status_value v;
    struct text number = {0};
    bool first = true;

    for (const struct status_row *row = status_tables[at->kind].rows; row->name != NULL; row++) {
        bool wanted = row->is_label || (all && (is_text(row) || row->type == TYPE_ID));

        if (!wanted || !row->get(at, &v))
            continue;
        text_cut(&number, number.n);
        text_add(&number, "%llu", (unsigned long long)v.number);
        if (first)
            text_put(out, "{", 1);
        if (!number.failed)
            put_label(out, first, row->name, is_text(row) ? v.text : number.p);
        first = false;
    }
    if (!first)
        text_put(out, "}", 1);
    text_free(&number);
}

static bool is_counter(const struct status_row *row)
{
    return row->type == TYPE_COUNTER || row->type == TYPE_OCTETS;
}

static void put_metric_name(struct text *out, const struct render *r)
{
    const char *name = r->row != NULL ? r->row->name : "info";
    size_t n = strlen(name);
    bool ms = r->row != NULL && r->row->type == TYPE_MS;

    text_put_str(out, "l2tpd_");
    if (r->at.kind != STATUS_DAEMON)
        text_add(out, "%s_", status_tables[r->at.kind].name);
    text_put(out, name, ms ? n - 3 : n);
    text_put_str(out, ms ? "_seconds" : r->row != NULL && is_counter(r->row) ? "_total" : "");
}

static void put_metric_header(struct text *out, const struct render *r)
{
    text_put_str(out, "# HELP ");
    put_metric_name(out, r);
    text_add(out, " %s\n# TYPE ", r->row != NULL ? r->row->help : "What it is; always 1.");
    put_metric_name(out, r);
    text_put_str(out, r->row != NULL && is_counter(r->row) ? " counter\n" : " gauge\n");
}

/* What "info" would say beyond the labels that every sample has. */
static bool has_info(const struct status_at *at)
{
    for (const struct status_row *row = status_tables[at->kind].rows; row->name != NULL; row++)
        if (!row->is_label && (is_text(row) || row->type == TYPE_ID))
            return true;
    return false;
}

/* Series go by the section: a host that a command has opened a tunnel to may have the name of one,
 * or of another such host, and a page in which two samples are the same is refused as a whole. */
static bool has_series(const struct status_at *at)
{
    return at->kind != STATUS_LAC || !at->lac->bare;
}

static void show_in_metrics(struct render *r, struct text *out)
{
    struct status_value v = {.number = 1};

    if (!has_series(&r->at) || (r->row != NULL ? !r->row->get(&r->at, &v) : !has_info(&r->at)))
        return;
    if (!r->begun)
        put_metric_header(out, r);
    r->begun = true;
    put_metric_name(out, r);
    put_labels(out, &r->at, r->row == NULL);
    text_put(out, " ", 1);
    if (r->row != NULL && (r->row->type == TYPE_MS || r->row->type == TYPE_PERMILLE))
        put_thousandths(out, v.number);
    else
        text_add(out, "%llu", (unsigned long long)v.number);
    text_put(out, "\n", 1);
}

/* The next row of this kind whose value is a number; false: there is none. */
static bool next_metric(struct render *r)
{
    const struct status_row *row = r->row != NULL ? r->row + 1 : status_tables[r->at.kind].rows;

    while (row->name != NULL && (is_text(row) || row->type == TYPE_ID))
        row++;
    if (row->name == NULL)
        return false;
    r->row = row;
    r->begun = false;
    status_begin(&r->at, r->at.hub, r->at.kind);
    return true;
}

/* -- pages ------------------------------------------------------------------------------------- */

void render_begin(struct render *r, struct hub *h, enum render_format format)
{
    *r = (struct render){.format = format};
    status_look(h);
    status_begin(&r->at, h, STATUS_DAEMON);
}

static bool next_kind(struct render *r, struct text *out)
{
    end_list(r, out);
    if (r->at.kind + 1 == STATUS_KINDS)
        return false;
    status_begin(&r->at, r->at.hub, r->at.kind + 1);
    r->row = NULL;
    r->begun = false;
    return true;
}

bool render_more(struct render *r, struct text *out)
{
    static void (*const show[])(struct render * r, struct text * out) = {
        [RENDER_TABLE] = show_in_table,
        [RENDER_JSON] = show_in_json,
        [RENDER_METRICS] = show_in_metrics,
    };
    size_t before = out->n;
    bool more = true;

    while (more && out->n - before < PART && !out->failed) {
        if (status_next(&r->at))
            show[r->format](r, out);
        else if (r->format != RENDER_METRICS || !next_metric(r))
            more = next_kind(r, out);
    }
    status_rest(&r->at);
    return more;
}
