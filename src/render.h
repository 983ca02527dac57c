/* render: the status (status.h) as somebody wants to see it: tables for people, JSON, or
 * Prometheus' text format; all three out of the same rows.
 *
 * A page is made in parts, between which the daemon goes on with its work: so ten thousand calls
 * hold up nobody, and each object is shown as it is at its turn.  What comes and goes meanwhile is
 * in the page or is not. */
#ifndef RENDER_H
#define RENDER_H

#include "status.h"

#define RENDER_COLUMNS 16 /* that a table has at most */

enum render_format { RENDER_TABLE, RENDER_JSON, RENDER_METRICS };

struct render {
    enum render_format format;
    struct status_at at;
    const struct status_row *row; /* of a metric: whose samples are being shown; NULL: "info" */
    bool begun;                   /* the header of this kind, or metric, has been shown */
    size_t widths[RENDER_COLUMNS]; /* of the table that is being shown, in signs */
};

void render_begin(struct render *r, struct hub *h, enum render_format format);

/* One value as tables have it, without its column; not known: "-". */
void render_value(struct text *out, const struct status_row *row, const struct status_value *v,
                  bool known);

/* Adds the next part, whole lines; false: that was the last. */
bool render_more(struct render *r, struct text *out);

#endif
