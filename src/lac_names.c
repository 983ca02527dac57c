/* What a LAC looks up: each name by itself, so that one that hangs holds up no other; see
 * lac_parts.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host/resolve.h"
#include "lac_parts.h"

#define NAMES_MOST 8 /* at once; then the one that has been asked for longest ends */

struct lac_name {
    struct resolve resolve;
    struct lac *lac;
    char host[HOSTS_NAME];
    uint16_t port;
    struct lac_name *next;
};

static void take_out(struct lac_name *n)
{
    struct lac_name **at = &n->lac->names;

    while (*at != n)
        at = &(*at)->next;
    *at = n->next;
}

static void end(struct lac_name *n)
{
    take_out(n);
    resolve_cancel(&n->resolve);
    free(n);
}

static void answered(struct resolve *r, const struct addr *got, size_t n, const char *why)
{
    struct lac_name name = *(struct lac_name *)r->owner;

    end(r->owner);
    lac_dial_found(name.lac, name.host, name.port, got, n, why);
}

bool lac_names_asks(const struct lac *l, const char *host, uint16_t port)
{
    for (const struct lac_name *n = l->names; n != NULL; n = n->next)
        if (n->port == port && strcasecmp(n->host, host) == 0)
            return true;
    return false;
}

bool lac_names_ask(struct lac *l, const char *host, uint16_t port)
{
    struct lac_name *name, **last = &l->names;
    unsigned n = 1;
    int reason;

    if (lac_names_asks(l, host, port))
        return true;
    for (; *last != NULL; last = &(*last)->next)
        n++;
    name = calloc(1, sizeof *name);
    if (name == NULL)
        return false;
    name->lac = l;
    span_to_str(span_str(host), name->host, sizeof name->host);
    name->port = port;
    name->resolve.done = answered;
    name->resolve.owner = name;
    *last = name;
    if (resolve_start(&name->resolve, l->hub->loop, host, port) != 0) {
        reason = errno;
        end(name);
        errno = reason;
        return false;
    }
    if (n > NAMES_MOST)
        end(l->names);
    return true;
}

void lac_names_stop(struct lac *l)
{
    while (l->names != NULL)
        end(l->names);
}
