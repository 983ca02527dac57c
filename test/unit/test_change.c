/* host/change: it opens and closes, and tells nothing while nothing happens.  (What it tells when
 * something does is in test/e2e/wake.t and address.t, which can make it happen.) */
#include "host/change.h"

#include <errno.h>
#include <unistd.h>

#include "host/sys.h"
#include "tap.h"

static unsigned told;

static void on_change(void *ctx, enum change_kind kind, const struct addr *addr, uint64_t ms)
{
    (void)ctx;
    (void)kind;
    (void)addr;
    (void)ms;
    told++;
}

static void stop_now(struct timer *t)
{
    loop_stop(t->owner);
}

int main(void)
{
    struct loop *l = loop_new();
    struct timer end = {.fire = stop_now, .owner = l};
    int before = dup(0), after;
    struct change *c;

    close(before);
    c = change_open(l, on_change, NULL);
    ok(c != NULL || errno == ENOTSUP, "it opens, or the system has no such thing");
    loop_timer_init(l, &end);
    loop_timer_set(l, &end, sys_now_ms() + 50);
    loop_run(l);
    if (c != NULL) {
        change_look(c);
        change_close(c);
    }
    is_int(told, 0, "nothing has happened, and nothing is told");
    after = dup(0);
    is_int(after, before, "no descriptor is left");
    loop_timer_done(l, &end);
    loop_free(l);
    return tap_done();
}
