/* events: what happens in the life of tunnels, calls and sections, told as it happens, to whoever
 * listens: one line of JSON an event (see "EVENTS" in l2tpd-control(8)).
 *
 * An event has a name and rows of key and value; the time and the name come first in its line.
 * Names and keys are lower case with "_" between words, and once given they stay.  Values may be of
 * any octets.  With nobody listening an event costs nothing. */
#ifndef EVENTS_H
#define EVENTS_H

#include <stdbool.h>
#include <stdint.h>

struct event_hearer {
    /* The line is without newline and good for the length of the call; it may leave the list. */
    void (*hear)(struct event_hearer *hearer, const char *line);
    void *owner;
    struct event_hearer *next;
};

enum event_kind { EVENT_END, EVENT_OMITTED, EVENT_TEXT, EVENT_NUMBER, EVENT_BOOL };

/* One row: its key and its value. */
struct event_field {
    enum event_kind kind;
    const char *key;
    const char *text;
    uint64_t number;
};

#define event_text(key, value) event_text_field(key, value)
#define event_number(key, value) ((struct event_field){EVENT_NUMBER, (key), 0, (uint64_t)(value)})
#define event_bool(key, value) ((struct event_field){EVENT_BOOL, (key), 0, (value)})
#define event_end ((struct event_field){EVENT_END, 0, 0, 0})

/* A row with a text; NULL or empty: the row is left out. */
struct event_field event_text_field(const char *key, const char *text);

/* Tells all hearers:
 *
 *     events_emit("call_down", (struct event_field[]){event_number("call", c->id),
 *                                                      event_text("cause", why), event_end}); */
void events_emit(const char *name, const struct event_field *fields);

/* Tells this one alone, whether it has joined or not. */
void events_tell(struct event_hearer *hearer, const char *name, const struct event_field *fields);

bool events_are_heard(void); /* by anybody: for whom an event would be dear to compose */

/* A hearer hears from now on; it stays its owner's.  Leaving twice is fine. */
void events_join(struct event_hearer *hearer);
void events_leave(struct event_hearer *hearer);

#endif
