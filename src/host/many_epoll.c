/* The many watches in one epoll set (Linux); see many.h. */
#include "host/many.h"

#include <errno.h>
#include <sys/epoll.h>

#include "host/loop.h"

#define AT_A_TIME 256

int many_open(void)
{
    return epoll_create1(EPOLL_CLOEXEC);
}

static int control(int set, int what, struct watch *w)
{
    struct epoll_event e = {.data.ptr = w};

    e.events = (w->want & LOOP_READ ? EPOLLIN : 0u) | (w->want & LOOP_WRITE ? EPOLLOUT : 0u);
    if (w->reads_all && w->want == LOOP_READ)
        e.events |= EPOLLET;
    return epoll_ctl(set, what, w->fd, &e);
}

int many_put(int set, struct watch *w)
{
    return control(set, EPOLL_CTL_ADD, w);
}

int many_change(int set, struct watch *w)
{
    if (control(set, EPOLL_CTL_MOD, w) == 0)
        return 0;
    return errno == ENOENT ? many_put(set, w) : -1;
}

void many_take(int set, struct watch *w)
{
    struct epoll_event unused = {.events = 0};

    epoll_ctl(set, EPOLL_CTL_DEL, w->fd, &unused);
}

int many_ready(int set, struct many_ready *ready, int room)
{
    struct epoll_event e[AT_A_TIME];
    int n = epoll_wait(set, e, room < AT_A_TIME ? room : AT_A_TIME, 0);

    for (int i = 0; i < n; i++) {
        ready[i].watch = e[i].data.ptr;
        ready[i].what = (e[i].events & EPOLLIN ? LOOP_READ : 0) |
                        (e[i].events & EPOLLOUT ? LOOP_WRITE : 0) |
                        (e[i].events & (EPOLLHUP | EPOLLERR) ? LOOP_HANGUP : 0);
    }
    return n > 0 ? n : 0;
}
