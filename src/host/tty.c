/* Terminals; see tty.h. */
#include "host/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "host/sys.h"

int tty_make_raw(int fd, bool modem)
{
    struct termios t;

    if (tcgetattr(fd, &t) < 0)
        return -1;
    t.c_iflag = IGNBRK;
    t.c_oflag = 0;
    t.c_lflag = 0;
    t.c_cflag &= ~(tcflag_t)(CSIZE | PARENB | CSTOPB | CLOCAL);
    t.c_cflag |= CS8 | CREAD | (modem ? HUPCL : CLOCAL);
    t.c_cc[VMIN] = 1;
    t.c_cc[VTIME] = 0;
    return tcsetattr(fd, TCSANOW, &t);
}

/* The flags beyond POSIX's two spare four calls where the system takes them. */
static int open_master(void)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

    if (fd >= 0 || errno != EINVAL)
        return fd;
    fd = posix_openpt(O_RDWR | O_NOCTTY);
    if (fd < 0 || (sys_cloexec(fd) == 0 && sys_nonblock(fd) == 0))
        return fd;
    close(fd);
    return -1;
}

int tty_open_pair(int *master, int *slave, char name[TTY_NAME])
{
    const char *path;

    *master = open_master();
    if (*master < 0)
        return -1;
    if (grantpt(*master) < 0 || unlockpt(*master) < 0)
        return -1;
    path = ptsname(*master);
    if (path == NULL)
        return -1;
    if (strlen(path) >= TTY_NAME) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(name, path, strlen(path) + 1);
    *slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*slave < 0)
        return -1;
    return tty_make_raw(*slave, false);
}
