/* Systems whose kernel does not look into datagrams: nothing goes first; see lane.h. */
#include "host/lane.h"

#include <errno.h>

int lane_steer(int fd)
{
    (void)fd;
    errno = ENOTSUP;
    return -1;
}
