/* host/notify: a socket of ours in the manager's place. */
#include "host/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tap.h"

#define LINUX_ABSTRACT "@l2tpd-test-notify"

static char dir[] = "/tmp/l2tpd-notify-XXXXXX";

/* A manager's socket; -1 if it cannot be (an abstract one elsewhere than on Linux). */
static int listen_at(const char *name)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    size_t n = strlen(name);
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    memcpy(a.sun_path, name, n);
    if (name[0] == '@')
        a.sun_path[0] = '\0';
    fcntl(fd, F_SETFL, O_NONBLOCK);
    if (bind(fd, (struct sockaddr *)&a,
             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + (name[0] != '@'))) == 0)
        return fd;
    close(fd);
    return -1;
}

static const char *heard(int fd, char *dst, size_t size)
{
    ssize_t n = recv(fd, dst, size - 1, 0);

    dst[n > 0 ? n : 0] = '\0';
    return n < 0 ? NULL : dst;
}

static void test_nobody(void)
{
    unsetenv("NOTIFY_SOCKET");
    is_int(notify_open(), 0, "without NOTIFY_SOCKET nothing is opened, which is fine");
    ok(!notify_is_on(), "nobody listens");
    is_int(notify_send("READY=%d", 1), 0, "what is sent then is no failure");
    is_int(notify_send_surely("READY=1"), 0, "nor what must not be lost");
}

static void test_at(const char *name, const char *kind)
{
    char text[1024], longer[1024];
    int fd = listen_at(name);

    if (fd < 0) {
        ok(true, "%s # skip not on this system", kind);
        return;
    }
    setenv("NOTIFY_SOCKET", name, 1);
    ok(notify_open() == 0 && notify_is_on(), "%s is found", kind);
    ok(getenv("NOTIFY_SOCKET") == NULL, "%s: no child of ours has the variable", kind);
    is_int(notify_send("STATUS=%d calls", 7), 0, "it takes a text");
    is_str(heard(fd, text, sizeof text), "STATUS=7 calls", "which arrives as it is");
    is_int(notify_send_surely("READY=1\nMAINPID=7"), 0, "and one that must not be lost");
    is_str(heard(fd, text, sizeof text), "READY=1\nMAINPID=7", "that arrives too");
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    notify_send("%s", longer);
    ok(heard(fd, text, sizeof text) != NULL && strlen(text) == 512, "a long one is cut");
    notify_close();
    ok(!notify_is_on() && notify_send("X=1") == 0 && heard(fd, text, sizeof text) == NULL,
       "after the close nothing is sent");
    close(fd);
}

/* A manager that is behind: the daemon does not wait for it. */
static void test_full(const char *path)
{
    int fd = listen_at(path), sent = 0;
    char text[64];

    setenv("NOTIFY_SOCKET", path, 1);
    notify_open();
    alarm(10);
    while (sent < 100000 && notify_send("STATUS=%d", sent) == 0)
        sent++;
    alarm(0);
    ok(sent > 0 && sent < 100000 && (errno == EAGAIN || errno == ENOBUFS),
       "where there is no room the text is lost, and nobody waits");
    is_str(heard(fd, text, sizeof text), "STATUS=0", "those before are not");
    notify_close();
    close(fd);
    unlink(path);
}

static const struct {
    const char *name, *value;
    int why;
} refused[] = {
    {"an empty name", "", EINVAL},
    {"a relative path", "run/notify", EINVAL},
    {"a name without letters", "@", EINVAL},
    {"another kind of socket", "vsock:2:1", EINVAL},
};

static void test_refused(void)
{
    char path[256] = "/";

    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        setenv("NOTIFY_SOCKET", refused[i].value, 1);
        ok(notify_open() == -1 && errno == refused[i].why && !notify_is_on(), "%s is refused",
           refused[i].name);
    }
    memset(path + 1, 'p', sizeof path - 2);
    setenv("NOTIFY_SOCKET", path, 1);
    ok(notify_open() == -1 && errno == ENAMETOOLONG, "a path that no socket can have is refused");
    ok(getenv("NOTIFY_SOCKET") == NULL, "and is not passed on either");
    setenv("NOTIFY_SOCKET", "/nowhere/notify", 1);
    ok(notify_open() == 0 && notify_send("READY=1") == -1 && errno == ENOENT,
       "that nobody listens there shows when something is sent");
    notify_close();
}

int main(void)
{
    char path[128];

    if (mkdtemp(dir) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/socket", dir);
    test_nobody();
    test_at(path, "a path");
    unlink(path);
    test_at(LINUX_ABSTRACT, "an abstract name");
    test_full(path);
    test_refused();
    rmdir(dir);
    return tap_done();
}
