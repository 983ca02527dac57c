/* Linux has a line discipline for it, of the module n_hdlc; see sync.h. */
#include "host/sync.h"

#include <errno.h>
#include <sys/ioctl.h>

int sync_begin(int fd, int *before)
{
    int discipline = N_HDLC;

    if (ioctl(fd, TIOCGETD, before) == 0 && ioctl(fd, TIOCSETD, &discipline) == 0)
        return 0;
    if (errno == EINVAL)
        errno = ENOTSUP;
    return -1;
}

void sync_end(int fd, int before)
{
    ioctl(fd, TIOCSETD, &before);
}
