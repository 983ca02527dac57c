/* status: what can be told of the daemon and of what it has: one table of rows for each kind of
 * object, a row for each fact: its name, what kind of number or text it is, a line of help, and
 * where it comes from.
 *
 * Whoever shows them (a table for people, JSON, Prometheus' text format: render.c) reads the rows,
 * so a fact stands once.  Names are lower case with "_"; once given they stay.  A row is added
 * here, in status_rows.c, and in l2tpd-control(8). */
#ifndef STATUS_H
#define STATUS_H

#include "bearer.h"
#include "lac.h"

enum status_kind {
    STATUS_DAEMON,
    STATUS_DROP, /* datagrams refused, by cause */
    STATUS_POOL, /* of an [lns] section */
    STATUS_GROUP,
    STATUS_LAC,
    STATUS_TUNNEL,
    STATUS_CALL,
    STATUS_KINDS
};

enum status_type {
    TYPE_TEXT,
    TYPE_ID, /* a number that is a name */
    TYPE_BOOL,
    TYPE_GAUGE,   /* a number that rises and falls */
    TYPE_COUNTER, /* one that only rises, while its object lives */
    TYPE_OCTETS,  /* a counter of octets; its name ends in "_bytes" */
    TYPE_SECONDS, /* a gauge; its name ends in "_seconds" */
    TYPE_MS,      /* a gauge; its name ends in "_ms" */
    TYPE_PERMILLE /* a gauge, of 1000; its name ends in "_ratio" */
};

struct status_value {
    uint64_t number;
    char text[256]; /* of TYPE_TEXT; any octets */
};

/* Where a walk has come to.  Objects may come and go between steps: it never holds one over a turn
 * of the loop (status_rest()). */
struct status_at {
    const struct hub *hub;
    enum status_kind kind;
    uint64_t n;      /* how many have been seen, or the id or serial number of the last */
    uint64_t newest; /* the last pool's number when it began: who comes later is not on it yet */
    const struct tunnel *tunnel;
    const struct call *call;
    const struct bearer *bearer; /* of the call; NULL: it has none (yet) */
    const struct lac *lac;
    const struct lns_pool *pool; /* of a group, too */
};

struct status_row {
    const char *name;
    enum status_type type;
    bool is_label;     /* it names the object, alone or with others */
    const char *title; /* over its column; NULL: it is not in the table for people */
    unsigned width;    /* of the column */
    const char *help;
    bool (*get)(const struct status_at *at, struct status_value *v); /* false: not known */
};

struct status_table {
    const char *name, *plural;
    const struct status_row *rows; /* to a row without name */
    bool (*next)(struct status_at *at);
};

extern const struct status_table status_tables[STATUS_KINDS];

/* The next object of the kind, beginning after status_begin(); false: there is none. */
void status_begin(struct status_at *at, const struct hub *h, enum status_kind kind);
bool status_next(struct status_at *at);
/* The walk over pools, of sections or of groups. */
bool status_next_pool(struct status_at *at);
/* Before the loop takes over: no object is held any more, and the next one is found all the same.
 */
void status_rest(struct status_at *at);

/* What only the system knows: what the kernel has carried, by now; interfaces that are not known yet,
 * at most once a second. */
void status_look(struct hub *h);

#endif
