/* No way to require IPsec; see guard.h. */
#include <errno.h>
#include <stddef.h>

#include "host/guard.h"

struct guard *guard_open(void)
{
    errno = ENOTSUP;
    return NULL;
}

int guard_hold(struct guard *g, const struct guard_rule *r)
{
    (void)g;
    (void)r;
    errno = ENOTSUP;
    return -1;
}

void guard_release(struct guard *g, const struct guard_rule *r)
{
    (void)g;
    (void)r;
}

bool guard_lets_pass(const struct guard *g, const struct guard_rule *r)
{
    (void)g;
    (void)r;
    return false;
}

int guard_renew(struct guard *g)
{
    (void)g;
    errno = ENOTSUP;
    return -1;
}

void guard_close(struct guard *g)
{
    (void)g;
}
