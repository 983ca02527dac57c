/* Events; see events.h.  Knows neither what they mean nor how their hearers are reached. */
#include "events.h"

#include <stddef.h>

#include "host/sys.h"
#include "wire/json.h"

/* There is one daemon in a process, and what happens to it happens to all of it. */
static struct event_hearer *hearers;

struct event_field event_text_field(const char *key, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return (struct event_field){.kind = EVENT_OMITTED, .key = key};
    return (struct event_field){.kind = EVENT_TEXT, .key = key, .text = text};
}

bool events_are_heard(void)
{
    return hearers != NULL;
}

void events_join(struct event_hearer *hearer)
{
    hearer->next = hearers;
    hearers = hearer;
}

void events_leave(struct event_hearer *hearer)
{
    struct event_hearer **at = &hearers;

    while (*at != NULL && *at != hearer)
        at = &(*at)->next;
    if (*at != NULL)
        *at = hearer->next;
}

static void put_field(struct text *line, const struct event_field *f)
{
    if (f->kind == EVENT_OMITTED)
        return;
    json_key(line, f->key);
    if (f->kind == EVENT_TEXT)
        json_text(line, f->text);
    else if (f->kind == EVENT_NUMBER)
        text_add(line, "%llu", (unsigned long long)f->number);
    else
        text_put_str(line, f->number != 0 ? "true" : "false");
}

/* The line of an event; it may have failed. */
static struct text compose(const char *name, const struct event_field *fields)
{
    struct text line = {0};
    char time[SYS_TIME_TEXT];

    text_put_str(&line, "{");
    json_key(&line, "time");
    json_text(&line, sys_time_text(time));
    json_key(&line, "event");
    json_text(&line, name);
    for (; fields->kind != EVENT_END; fields++)
        put_field(&line, fields);
    text_put_str(&line, "}");
    return line;
}

void events_tell(struct event_hearer *hearer, const char *name, const struct event_field *fields)
{
    struct text line = compose(name, fields);

    if (!line.failed)
        hearer->hear(hearer, line.p);
    text_free(&line);
}

void events_emit(const char *name, const struct event_field *fields)
{
    struct text line;
    struct event_hearer *next;

    if (hearers == NULL)
        return;
    line = compose(name, fields);
    for (struct event_hearer *one = line.failed ? NULL : hearers; one != NULL; one = next) {
        next = one->next;
        one->hear(one, line.p);
    }
    text_free(&line);
}
