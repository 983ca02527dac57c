/* For systems without a set of the kind that many.h describes: there is none to open, so the loop
 * asks for nothing more and keeps its watches in select()'s sets. */
#include "host/many.h"

#include <errno.h>

int many_open(void)
{
    errno = ENOSYS;
    return -1;
}

int many_put(int set, struct watch *w)
{
    (void)set;
    (void)w;
    errno = ENOSYS;
    return -1;
}

int many_change(int set, struct watch *w)
{
    return many_put(set, w);
}

void many_take(int set, struct watch *w)
{
    (void)set;
    (void)w;
}

int many_ready(int set, struct many_ready *ready, int room)
{
    (void)set;
    (void)ready;
    (void)room;
    return 0;
}
