/* The words for the service manager; see service.h.  host/notify carries them. */
#include "service.h"

#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "host/notify.h"
#include "host/sys.h"

#define STATUS_MS 1000 /* at most one status in so long */

void service_open(void)
{
    if (notify_open() < 0)
        log_warn("the service manager cannot be told how we are (NOTIFY_SOCKET)");
}

bool service_is_managed(void)
{
    return notify_is_on();
}

static void say_status(struct hub *h)
{
    struct l2tp_counts n = l2tp_counts(h->engine);

    h->told_tunnels = n.tunnels;
    h->told_calls = n.calls;
    notify_send("STATUS=%s%u tunnel%s, %u call%s",
                h->reload_failed ? "the configuration has errors, the old one stays in force; "
                                 : "",
                n.tunnels, n.tunnels == 1 ? "" : "s", n.calls, n.calls == 1 ? "" : "s");
}

static void status_is_due(struct timer *t)
{
    say_status(t->owner);
}

void service_ready(struct hub *h)
{
    char text[64];

    if (!notify_is_on())
        return;
    h->status_timer = (struct timer){.fire = status_is_due, .owner = h};
    if (loop_timer_init(h->loop, &h->status_timer) < 0) {
        log_warnx("no memory: the service manager is not told how we are");
        notify_close();
        return;
    }
    /* the pid is news if we have detached */
    snprintf(text, sizeof text, "READY=1\nMAINPID=%ld", (long)getpid());
    if (notify_send_surely(text) < 0)
        log_warn("the service manager cannot be told that we are ready (NOTIFY_SOCKET)");
    say_status(h);
}

void service_reloading(struct hub *h)
{
    /* a manager that asked for this one takes no notice of a time before it did: so rounded up */
    notify_send("RELOADING=1\nMONOTONIC_USEC=%llu\nSTATUS=reads %s again",
                ((unsigned long long)sys_now_ms() + 1) * 1000, h->conf_file);
}

void service_reloaded(struct hub *h, bool in_force)
{
    if (!notify_is_on())
        return;
    h->reload_failed = !in_force;
    notify_send("READY=1");
    say_status(h);
}

void service_stopping(void)
{
    notify_send("STOPPING=1\nSTATUS=closes its tunnels");
}

void service_watch(struct hub *h)
{
    struct l2tp_counts n;

    if (!notify_is_on() || h->stopping != STOP_NOT || loop_timer_is_set(&h->status_timer))
        return;
    n = l2tp_counts(h->engine);
    if (n.tunnels != h->told_tunnels || n.calls != h->told_calls)
        loop_timer_set(h->loop, &h->status_timer, loop_now(h->loop) + STATUS_MS);
}

void service_close(struct hub *h)
{
    if (h->status_timer.owner != NULL)
        loop_timer_done(h->loop, &h->status_timer);
    notify_close();
}
