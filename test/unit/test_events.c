/* events: a line of JSON an event, to each that hears. */
#include "events.h"

#include <stdlib.h>

#include "tap.h"

static char heard[2][1024];

static void hear(struct event_hearer *h, const char *line)
{
    snprintf(h->owner, sizeof heard[0], "%s", line);
}

static void hear_once(struct event_hearer *h, const char *line)
{
    hear(h, line);
    events_leave(h);
}

/* {"time":"2026-11-25T21:04:09.123Z", of any day. */
static bool has_time(const char *line)
{
    static const char form[] = "{\"time\":\"dddd-dd-ddTdd:dd:dd.dddZ\",";

    for (size_t i = 0; form[i] != '\0'; i++)
        if (form[i] == 'd' ? line[i] < '0' || line[i] > '9' : line[i] != form[i])
            return false;
    return true;
}

int main(void)
{
    struct event_hearer one = {.hear = hear, .owner = heard[0]};
    struct event_hearer two = {.hear = hear_once, .owner = heard[1]};

    ok(!events_are_heard(), "nobody listens");
    events_emit("early", (struct event_field[]){event_end});
    events_join(&one);
    events_join(&two);
    ok(events_are_heard(), "somebody does");
    events_tell(&one, "hello", (struct event_field[]){event_number("pid", 7), event_end});
    is_str(strchr(heard[0], ','), ",\"event\":\"hello\",\"pid\":7}", "one alone is told");
    is_str(heard[1], "", "the other is not");
    events_emit("call_down", (struct event_field[]){
                                 event_number("octets", 5000000000u), event_text("peer", "a\"b"),
                                 event_text("empty", ""), event_text("none", NULL),
                                 event_bool("ours", true), event_bool("up", false), event_end});
    ok(has_time(heard[0]), "the time comes first");
    is_str(strchr(heard[0], ','),
           ",\"event\":\"call_down\",\"octets\":5000000000,\"peer\":\"a\\\"b\",\"ours\":true,"
           "\"up\":false}",
           "then the name and the rows; empty texts are left out");
    is_str(heard[1], heard[0], "each hears the same");
    heard[0][0] = heard[1][0] = '\0';
    events_emit("start", (struct event_field[]){event_end});
    is_str(strchr(heard[0], ','), ",\"event\":\"start\"}", "an event without rows");
    is_str(heard[1], "", "who has left hears no more");
    events_leave(&two);
    events_leave(&one);
    events_leave(&one);
    ok(!events_are_heard(), "all have left");
    return tap_done();
}
