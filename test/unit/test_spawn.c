/* A child by either way: with few descriptors open, and with many. */
#include "host/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#endif

#include "host/sys.h"
#include "host/tty.h"
#include "tap.h"

#define FILLED 200 /* descriptors beside the usual ones */
#define MOUTH 9

extern char **environ;
static struct loop *loop;
static int ear; /* of a pipe; its other end is MOUTH */

static int n_open(int end)
{
    int n = 0;

    for (int fd = 0; fd < end; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

/* A descriptor that stands at "at" or behind it. */
static int moved(int fd, int at)
{
    int high = fcntl(fd, F_DUPFD_CLOEXEC, at);

    close(fd);
    return high;
}

static pid_t run(const char *script, int line, int inherited)
{
    const char *argv[] = {"/bin/sh", "-c", script, NULL};
    struct spawn s = {.argv = argv, .environment = environ, .line = line, .inherited = {inherited, -1}};

    return spawn(loop, &s);
}

/* What the child writes to its line, until all have closed that; "" if it does not run. */
static const char *said(const char *script, int at, int inherited, int *status)
{
    static char text[4096];
    int pair[2];
    size_t n = 0;
    ssize_t got;
    pid_t pid;

    text[0] = '\0';
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        return "no socket";
    fcntl(pair[0], F_SETFD, FD_CLOEXEC);
    pair[1] = moved(pair[1], at);
    pid = run(script, pair[1], inherited);
    close(pair[1]);
    while (pid > 0 && (got = read(pair[0], text + n, sizeof text - 1 - n)) > 0)
        n += (size_t)got;
    text[n] = '\0';
    close(pair[0]);
    if (pid < 0 || waitpid(pid, status, 0) != pid)
        return "did not run";
    return text;
}

static void test_child(int at, const char *way)
{
    static const char numbers[] = "for f in /proc/self/fd/*; do f=${f##*/}; [ $f -gt 2 ] && [ -e /proc/$$/fd/$f ] && "
                                  "echo $f; done; echo end";
    int before = n_open(1000), status = -1;
    char octets[16];

    is_str(said("echo out; exit 3", at, -1, &status), "out\n", way);
    is_int(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 3, "its end is told");
    said("kill -TERM 0; sleep 60", at, -1, &status);
    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "it leads a group of its own");
    if (access("/proc/self/fd", R_OK) == 0)
        is_str(said(numbers, at, -1, &status), "end\n", "nothing else is open in it");
    is_str(said("kill -USR1 $$; echo alive", at, -1, &status), "", "no signal is ignored");
    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1, "nor blocked");
    is_int(n_open(1000), before, "all of ours is open as before");
    said("exec 2>/dev/null; echo there >&9", at, -1, &status);
    ok(read(ear, octets, sizeof octets) < 0, "nor has it what it is not to inherit");
    said("echo there >&9", at, MOUTH, &status);
    is_int(read(ear, octets, sizeof octets), 6, "what it is to inherit it has under its number");
}

static void test_absent(int at, const char *way)
{
    const char *argv[] = {"/nowhere/pppd", NULL};
    int before = n_open(1000), line = moved(open("/dev/null", O_RDWR), at);
    struct spawn s = {.argv = argv, .environment = environ, .line = line, .inherited = {-1, -1}};

    errno = 0;
    is_int(spawn(loop, &s), -1, way);
    is_int(errno, ENOENT, "and why is told");
    ok(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "no child is left");
    close(line);
    is_int(n_open(1000), before, "nor a descriptor");
}

/* Nothing of ours may hold the line open. */
static void test_hang_up(int at, const char *way)
{
    char name[TTY_NAME], octet;
    int master, slave, status;
    pid_t pid;

    if (!ok(tty_open_pair(&master, &slave, name) == 0, "a pty"))
        return;
    slave = moved(slave, at);
    pid = run("read x", slave, -1);
    close(slave);
    fcntl(master, F_SETFL, 0);
    ok(write(master, "go\n", 3) == 3 && waitpid(pid, &status, 0) == pid && status == 0, "%s: a child on a pty", way);
    alarm(10);
    ok(read(master, &octet, 1) < 0 && errno == EIO, "its end hangs up");
    alarm(0);
    close(master);
}

#ifdef __linux__
/* Makes a child that makes another, and is killed as soon as that runs; or, late, that has gone
 * before the other comes to say that it wants to die with it. */
static pid_t make_parent(struct spawn *s, bool late)
{
    pid_t parent = fork();

    if (parent != 0)
        return parent;
    s->dies_with = getpid();
    if (!late) {
        spawn(loop, s);
        pause();
    }
    if (fork() != 0)
        _exit(0);
    while (getppid() == s->dies_with)
        usleep(1000);
    spawn_become(loop, s);
    _exit(0);
}

/* What a child of it says to its line, until it is no more. */
static void test_parent_dies(bool late, const char *says, const char *what)
{
    const char *argv[] = {"/bin/sh", "-c", "echo runs; exec sleep 60", NULL};
    struct spawn s = {.argv = argv, .environment = environ, .inherited = {-1, -1}};
    char text[16] = "";
    pid_t parent;
    int pair[2];

    if (!ok(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0, "a line"))
        return;
    s.line = pair[1];
    parent = make_parent(&s, late);
    close(pair[1]);
    alarm(20);
    ok(read(pair[0], text, sizeof text - 1) >= 0 && kill(parent, SIGKILL) == 0 && waitpid(parent, NULL, 0) == parent,
       "a parent that dies");
    is_str(text, says, what);
    is_int(read(pair[0], text, sizeof text), 0, "and is no more then");
    alarm(0);
    close(pair[0]);
}

static void test_dies_with(void)
{
    test_parent_dies(false, "runs\n", "a child runs as long as its parent");
    test_parent_dies(true, "", "a child whose parent has died before does not begin");
}

/* From now on the system has no close_range(), as before Linux 5.9. */
static bool is_older(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 436, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
#else
static void test_dies_with(void)
{
}

static bool is_older(void)
{
    return true;
}
#endif

int main(void)
{
    static const struct {
        int at;
        const char *way;
    } rows[] = {{3, "few descriptors"}, {FILLED, "many descriptors"}};

    int pair[2];

    sys_keep_inherited();
    loop = loop_new();
    if (!ok(loop != NULL && pipe(pair) == 0 && dup2(pair[1], MOUTH) == MOUTH, "a loop and a pipe"))
        return tap_done();
    ear = pair[0];
    fcntl(ear, F_SETFD, FD_CLOEXEC);
    fcntl(ear, F_SETFL, O_NONBLOCK);
    fcntl(MOUTH, F_SETFD, FD_CLOEXEC);
    close(pair[1]);
    spawn_begin();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        while (rows[i].at > 3 && n_open(FILLED) < FILLED && open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0)
            continue;
        test_child(rows[i].at, rows[i].way);
        test_absent(rows[i].at, rows[i].way);
        test_hang_up(rows[i].at, rows[i].way);
    }
    test_dies_with();
    ok(is_older(), "a system without close_range()");
    test_child(FILLED, "many descriptors there");
    test_absent(FILLED, "many descriptors there");
    test_hang_up(FILLED, "many descriptors there");
    loop_free(loop);
    return tap_done();
}
