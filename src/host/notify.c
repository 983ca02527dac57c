/* Datagrams to the service manager; see notify.h.  POSIX alone carries them. */
#include "host/notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/sys.h"

#define LONGEST 512 /* a datagram */

static int sock = -1;
static struct sockaddr_un manager;
static socklen_t manager_size;

/* A path, or the name of an abstract socket: that begins with a 0 and ends with the address. */
static int read_name(const char *name)
{
    size_t n = strlen(name);
    bool abstract = name[0] == '@';

    if ((name[0] != '/' && !abstract) || n < 2) {
        errno = EINVAL;
        return -1;
    }
    if (n + !abstract > sizeof manager.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memset(&manager, 0, sizeof manager);
    manager.sun_family = AF_UNIX;
    memcpy(manager.sun_path, name, n);
    if (abstract)
        manager.sun_path[0] = '\0';
    manager_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + !abstract);
    return 0;
}

int notify_open(void)
{
    const char *name = getenv("NOTIFY_SOCKET");
    int good = name != NULL ? read_name(name) : 0;
    int why = errno;

    if (name == NULL)
        return 0;
    unsetenv("NOTIFY_SOCKET");
    errno = why;
    if (good < 0)
        return -1;
    sock = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (sock < 0 || sys_cloexec(sock) < 0) {
        why = errno;
        notify_close();
        errno = why;
        return -1;
    }
    return 0;
}

bool notify_is_on(void)
{
    return sock >= 0;
}

static int send_text(const char *text, int flags)
{
    ssize_t n;

    if (sock < 0)
        return 0;
    do
        n = sendto(sock, text, strlen(text), flags | MSG_NOSIGNAL, (struct sockaddr *)&manager,
                   manager_size);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -1 : 0;
}

int notify_send(const char *fmt, ...)
{
    char text[LONGEST + 1];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return send_text(text, MSG_DONTWAIT);
}

int notify_send_surely(const char *text)
{
    return send_text(text, 0);
}

void notify_close(void)
{
    if (sock >= 0)
        close(sock);
    sock = -1;
}
