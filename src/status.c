/* Walks over objects; see status.h.  The rows are in status_rows.c. */
#include "status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bearer_lease.h"
#include "host/link_kernel.h"
#include "host/pppd_if.h"

#define LOOK_MS 1000

void status_begin(struct status_at *at, const struct hub *h, enum status_kind kind)
{
    *at = (struct status_at){.hub = h, .kind = kind, .newest = h->pools_ever};
}

void status_rest(struct status_at *at)
{
    at->tunnel = NULL;
    at->call = NULL;
    at->bearer = NULL;
    at->lac = NULL;
    at->pool = NULL;
}

bool status_next(struct status_at *at)
{
    return status_tables[at->kind].next(at);
}

/* -- pools ------------------------------------------------------------------------------------- */

/* The first behind the last one: they stand by number, and each keeps its own. */
static const struct lns_pool *next_pool(const struct status_at *at, const struct lns_pools *pools)
{
    size_t low = 0, high = pools->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (pools->of[middle].number <= at->n)
            low = middle + 1;
        else
            high = middle;
    }
    return &pools->of[low];
}

bool status_next_pool(struct status_at *at)
{
    const struct lns_pools *pools =
        at->kind == STATUS_GROUP ? at->hub->group_pools : at->hub->pools;
    const struct lns_pool *p = at->pool != NULL ? at->pool + 1
                               : pools != NULL  ? next_pool(at, pools)
                                                : NULL;

    if (p == NULL || p == pools->of + pools->n || p->number > at->newest)
        p = NULL;
    at->pool = p;
    at->n = p != NULL ? p->number : at->newest;
    return p != NULL;
}

/* -- interfaces -------------------------------------------------------------------------------- */

struct wanted {
    struct bearer **by_pid;
    size_t n;
};

static int compare(const void *a, const void *b)
{
    pid_t x = (*(struct bearer *const *)a)->pppd.child.pid;
    pid_t y = (*(struct bearer *const *)b)->pppd.child.pid;

    return (x > y) - (x < y);
}

static void found(void *ctx, pid_t pid, const char *name)
{
    const struct wanted *w = ctx;
    struct bearer with_pid = {.pppd.child.pid = pid}, *key = &with_pid, **b;

    b = bsearch(&key, w->by_pid, w->n, sizeof *w->by_pid, compare);
    if (b != NULL)
        snprintf((*b)->ifname, sizeof(*b)->ifname, "%s", name);
}

static bool is_wanted(const struct bearer *b)
{
    return b->ifname[0] == '\0' && b->pppd.child.pid > 0 &&
           (ppp_facts_up(&b->facts) != 0 || b->kernel != NULL);
}

/* Where the kernel carries PPP's frames nobody but the interface tells what was agreed on. */
static void find_addresses(struct hub *h)
{
    for (struct bearer *b = h->bearers; b != NULL; b = b->next)
        if (b->kernel != NULL && b->ifname[0] != '\0' && b->facts.far.ip == 0 &&
            link_kernel_addresses(b->ifname, &b->facts.pppd.ip, &b->facts.far.ip))
            bearer_agreed(b);
}

static void find_interfaces(struct hub *h)
{
    struct wanted w = {0};
    struct bearer *b;
    size_t n = 0;

    for (b = h->bearers; b != NULL; b = b->next)
        n += is_wanted(b);
    if (n == 0 || loop_now(h->loop) < h->interfaces_looked + LOOK_MS)
        return;
    h->interfaces_looked = loop_now(h->loop);
    w.by_pid = calloc(n, sizeof *w.by_pid);
    for (b = w.by_pid != NULL ? h->bearers : NULL; b != NULL; b = b->next)
        if (is_wanted(b))
            w.by_pid[w.n++] = b;
    if (w.n > 0) {
        qsort(w.by_pid, w.n, sizeof *w.by_pid, compare);
        pppd_if_each(NULL, found, &w);
    }
    free(w.by_pid);
}

void status_look(struct hub *h)
{
    kernel_look_all(h);
    find_interfaces(h);
    find_addresses(h);
}
