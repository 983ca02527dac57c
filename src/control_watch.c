/* Events and topics; see control_watch.h. */
#include "control_watch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "events.h"

/* -- events ------------------------------------------------------------------------------------ */

/* Who listens, through a feed. */
struct listener {
    struct hub *hub;
    struct event_hearer hearer;
    struct fifo_feed *feed;
    struct listener *next;
};

static void listener_free(struct listener *l)
{
    struct listener **at = &l->hub->listeners;

    events_leave(&l->hearer);
    while (*at != l)
        at = &(*at)->next;
    *at = l->next;
    free(l);
}

static void hear(struct event_hearer *hearer, const char *line)
{
    struct listener *l = hearer->owner;

    fifo_feed_line(l->feed, line);
}

static void gone(void *owner)
{
    listener_free(owner);
}

void control_events(void *ctx, struct fifo_reply *reply, char *rest)
{
    struct hub *h = ctx;
    struct listener *l = calloc(1, sizeof *l);

    (void)rest;
    if (l == NULL) {
        fifo_answer(reply, 2, "No memory");
        return;
    }
    l->feed = fifo_feed_open(reply, gone, l);
    if (l->feed == NULL) {
        free(l);
        return;
    }
    l->hub = h;
    l->hearer.hear = hear;
    l->hearer.owner = l;
    l->next = h->listeners;
    h->listeners = l;
    events_join(&l->hearer);
    events_tell(&l->hearer, "listening",
                (struct event_field[]){event_text("ident", h->ident),
                                       event_text("version", VERSION),
                                       event_number("pid", getpid()), event_end});
}

void control_end_events(struct hub *h)
{
    while (h->listeners != NULL) {
        struct fifo_feed *feed = h->listeners->feed;

        listener_free(h->listeners);
        fifo_feed_close(feed, "The daemon has stopped");
    }
}

/* -- topics ------------------------------------------------------------------------------------ */

/* The bits that a word stands for; 0: none. */
static uint32_t topics_of(const char *word)
{
    if (strcmp(word, "all") == 0)
        return (UINT32_C(1) << TOPIC_COUNT) - 1;
    for (int i = 0; i < TOPIC_COUNT; i++)
        if (strcmp(word, log_topic_name((enum log_topic)i)) == 0)
            return UINT32_C(1) << i;
    return 0;
}

static void answer_topics(struct fifo_reply *reply)
{
    struct text on = {0};

    for (int i = 0; i < TOPIC_COUNT; i++)
        if ((log_topics() >> i & 1) != 0)
            text_add(&on, "%s%s", on.n > 0 ? " " : "", log_topic_name((enum log_topic)i));
    fifo_answer(reply, 0, "%s", on.n > 0 ? on.p : "none");
    text_free(&on);
}

/* All words or none: a slip of the pen changes nothing. */
void control_log(void *ctx, struct fifo_reply *reply, char *rest)
{
    uint32_t topics = log_topics();
    char *word;

    (void)ctx;
    while ((word = fifo_word(&rest)) != NULL) {
        bool off = word[0] == '-', none = strcmp(word, "none") == 0;
        uint32_t these = topics_of(off ? word + 1 : word);

        if (these == 0 && !none) {
            fifo_answer(
                reply, 1,
                "No such topic '%s': avp, network, packet, state, tunnel, xport, pppd, all, none",
                word);
            return;
        }
        topics = none ? 0 : off ? topics & ~these : topics | these;
    }
    if (topics != log_topics()) {
        log_set_topics(topics);
        log_notice("log topics changed by command");
    }
    answer_topics(reply);
}
