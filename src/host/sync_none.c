/* Systems that have no synchronous terminals; see sync.h. */
#include "host/sync.h"

#include <errno.h>

int sync_begin(int fd, int *before)
{
    (void)fd;
    (void)before;
    errno = ENOTSUP;
    return -1;
}

void sync_end(int fd, int before)
{
    (void)fd;
    (void)before;
}
