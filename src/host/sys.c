/* The operating system's small services; see sys.h.  POSIX alone carries them.  Knows nothing of
 * L2TP, nor of the loop. */
#include "host/sys.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/log.h"

#define MOST_DESCRIPTORS 1048576 /* some hard limits are a thousand times that, to nobody's use */
#define INHERITED_END 256        /* whoever started us may have left descriptors open below this */
#define PIDFILE_MODE 0644

uint64_t sys_now_ms(void)
{
    struct timespec t;
    uint64_t ms;

    clock_gettime(CLOCK_MONOTONIC, &t);
    ms = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
    return ms > 0 ? ms : 1;
}

const char *sys_time_text(char *dst)
{
    struct timespec t;
    struct tm day;
    size_t n;

    clock_gettime(CLOCK_REALTIME, &t);
    gmtime_r(&t.tv_sec, &day);
    n = strftime(dst, SYS_TIME_TEXT, "%Y-%m-%dT%H:%M:%S", &day);
    snprintf(dst + n, SYS_TIME_TEXT - n, ".%03uZ", (unsigned)(t.tv_nsec / 1000000) % 1000u);
    return dst;
}

/* Fills the store that sys_random() draws from; the descriptor stays open. */
static void random_refill(uint8_t *store, size_t n)
{
    static int fd = -1;
    size_t have = 0;

    if (fd < 0)
        fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && have < n) {
        ssize_t got = read(fd, store + have, n - have);

        if (got > 0)
            have += (size_t)got;
        else if (got == 0 || errno != EINTR)
            break;
    }
    if (have < n) {
        log_error("no random octets from /dev/urandom, cannot go on");
        abort();
    }
}

void sys_random(void *room, size_t n)
{
    static uint8_t store[256];
    static size_t left;
    uint8_t *dst = room;

    while (n > 0) {
        size_t part;

        if (left == 0) {
            random_refill(store, sizeof store);
            left = sizeof store;
        }
        part = n < left ? n : left;
        memcpy(dst, store + sizeof store - left, part);
        bytes_wipe(store + sizeof store - left, part);
        left -= part;
        dst += part;
        n -= part;
    }
}

int sys_cloexec(int fd)
{
    int flags = fcntl(fd, F_GETFD);

    return flags < 0 ? -1 : fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
}

int sys_nonblock(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

int sys_pipe(int fd[2])
{
    int keep;

    if (pipe(fd) != 0)
        return -1;
    if (sys_cloexec(fd[0]) == 0 && sys_cloexec(fd[1]) == 0)
        return 0;
    keep = errno;
    close(fd[0]);
    close(fd[1]);
    errno = keep;
    return -1;
}

int sys_pipe_above(int fd[2])
{
    int low[2];

    if (sys_pipe(low) < 0)
        return -1;
    for (int i = 0; i < 2; i++) {
        fd[i] = low[i];
        if (low[i] > STDERR_FILENO)
            continue;
        fd[i] = fcntl(low[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        close(low[i]);
    }
    if (fd[0] >= 0 && fd[1] >= 0)
        return 0;
    for (int i = 0; i < 2; i++)
        if (fd[i] >= 0)
            close(fd[i]);
    errno = EMFILE;
    return -1;
}

void sys_open_standard(void)
{
    int fd;

    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= 2);
    if (fd > 2)
        close(fd);
}

void sys_keep_inherited(void)
{
    for (int fd = STDERR_FILENO + 1; fd < INHERITED_END; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
}

size_t sys_raise_descriptors(void)
{
    struct rlimit now, wanted;

    if (getrlimit(RLIMIT_NOFILE, &now) != 0)
        return _POSIX_OPEN_MAX;
    wanted = now;
    wanted.rlim_cur = now.rlim_max;
    if (now.rlim_max == RLIM_INFINITY || now.rlim_max > MOST_DESCRIPTORS)
        wanted.rlim_cur = MOST_DESCRIPTORS;
    if (now.rlim_cur != RLIM_INFINITY && wanted.rlim_cur > now.rlim_cur &&
        setrlimit(RLIMIT_NOFILE, &wanted) == 0)
        now = wanted;
    return now.rlim_cur < MOST_DESCRIPTORS ? (size_t)now.rlim_cur : MOST_DESCRIPTORS;
}

bool sys_is_among_last(int fd)
{
    struct rlimit now;

    /* the lowest free number is taken: so all below are in use */
    return getrlimit(RLIMIT_NOFILE, &now) == 0 && now.rlim_cur != RLIM_INFINITY &&
           (rlim_t)fd + SYS_DESCRIPTORS_KEPT >= now.rlim_cur;
}

const char *sys_odd_kind(mode_t mode)
{
    static const struct {
        mode_t type;
        const char *what;
    } kinds[] = {
        {S_IFREG, NULL},       {S_IFDIR, "a folder"}, {S_IFIFO, "a FIFO"},
        {S_IFCHR, "a device"}, {S_IFBLK, "a device"}, {S_IFSOCK, "a socket"},
    };

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i].type == (mode & S_IFMT))
            return kinds[i].what;
    return "something else";
}

int sys_make_dir_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char dir[PATH_MAX];
    struct stat st;

    if (slash == NULL || slash == path)
        return 0;
    if ((size_t)(slash - path) >= sizeof dir) {
        errno = ENAMETOOLONG;
        return -1;
    }
    span_to_str(span_of(path, (size_t)(slash - path)), dir, sizeof dir);
    if (stat(dir, &st) == 0)
        return 0;
    return mkdir(dir, 0755);
}

/* The parent's part in detaching: its exit status is what the child made of its start. */
static void wait_for_ready(int fd)
{
    char ready;
    ssize_t n;

    do {
        n = read(fd, &ready, 1);
    } while (n < 0 && errno == EINTR);
    _exit(n == 1 ? 0 : 1);
}

int sys_detach(void)
{
    int fd[2];
    pid_t pid;

    if (sys_pipe(fd) != 0)
        return -1;
    fflush(NULL); /* or what waits in stdio would be written twice */
    pid = fork();
    if (pid < 0) {
        int keep = errno;

        close(fd[0]);
        close(fd[1]);
        errno = keep;
        return -1;
    }
    if (pid > 0) {
        close(fd[1]);
        wait_for_ready(fd[0]);
    }
    close(fd[0]);
    setsid();
    if (chdir("/") != 0)
        log_warn("cannot change to folder /");
    return fd[1];
}

void sys_detach_ready(int fd)
{
    int null = open("/dev/null", O_RDWR);

    for (int i = 0; null >= 0 && i <= 2; i++)
        dup2(null, i);
    if (null > 2)
        close(null);
    /* the parent may have been interrupted away: that is no reason to end */
    if (write(fd, "", 1) != 1)
        log_warn("cannot tell the starting process that we are ready");
    close(fd);
}

/* The pid file that we hold: one a process. */
static struct {
    int fd;
    char *path; /* NULL: none */
} pidfile = {.fd = -1};

/* True if the descriptor's file is still what stands at the path. */
static bool stands_at(int fd, const char *path)
{
    struct stat ours, there;

    return fstat(fd, &ours) == 0 && lstat(path, &there) == 0 && ours.st_dev == there.st_dev &&
           ours.st_ino == there.st_ino;
}

/* A file that is empty, or holds a number and nothing else; a slip of the pen (-p for -c) must cost
 * nobody his file, nor his /dev/null. */
static bool is_pidfile(int fd)
{
    char text[32];
    struct stat st;
    ssize_t n;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    n = pread(fd, text, sizeof text - 1, 0);
    if (n < 0 || n == (ssize_t)sizeof text - 1)
        return false;
    text[n] = '\0';
    return strspn(text, "0123456789 \t\r\n") == (size_t)n;
}

/* Opens and locks the pid file.  A holder that ends may unlink it between our open() and our lock,
 * and then the lock would be on a file that nobody finds: so look again. */
static int pidfile_lock(const char *path)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    for (;;) {
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, PIDFILE_MODE);

        if (fd < 0)
            return -1;
        if (!is_pidfile(fd)) {
            close(fd);
            errno = EINVAL;
            return -1;
        }
        if (fcntl(fd, F_SETLK, &lock) != 0) {
            int why = errno == EACCES || errno == EAGAIN ? EEXIST : errno;

            close(fd);
            errno = why;
            return -1;
        }
        if (stands_at(fd, path))
            return fd;
        close(fd);
    }
}

static bool write_pid(int fd)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());

    return ftruncate(fd, 0) == 0 && write(fd, text, (size_t)n) == n;
}

int sys_pidfile_write(const char *path)
{
    int keep;

    assert(pidfile.path == NULL);
    pidfile.fd = pidfile_lock(path);
    if (pidfile.fd < 0)
        return -1;
    pidfile.path = strdup(path);
    if (pidfile.path != NULL && write_pid(pidfile.fd))
        return 0;
    keep = errno;
    sys_pidfile_remove();
    errno = keep;
    return -1;
}

int sys_pidfile_renew(void)
{
    int fd, keep;

    if (pidfile.path == NULL || stands_at(pidfile.fd, pidfile.path))
        return 0;
    fd = sys_make_dir_of(pidfile.path) == 0 ? pidfile_lock(pidfile.path) : -1;
    if (fd < 0)
        return -1;
    if (!write_pid(fd)) {
        keep = errno;
        close(fd);
        errno = keep;
        return -1;
    }
    close(pidfile.fd);
    pidfile.fd = fd;
    return 1;
}

void sys_pidfile_remove(void)
{
    if (pidfile.path != NULL && stands_at(pidfile.fd, pidfile.path))
        unlink(pidfile.path);
    if (pidfile.fd >= 0)
        close(pidfile.fd);
    free(pidfile.path);
    pidfile.path = NULL;
    pidfile.fd = -1;
}

struct addr sys_addr_from(const struct sockaddr_storage *given)
{
    struct addr a = {.family = 0};
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    if (given->ss_family == AF_INET) {
        memcpy(&in, given, sizeof in);
        a.family = 4;
        memcpy(a.ip, &in.sin_addr, sizeof in.sin_addr);
        a.port = ntohs(in.sin_port);
    } else if (given->ss_family == AF_INET6) {
        memcpy(&in6, given, sizeof in6);
        a.family = 6;
        memcpy(a.ip, &in6.sin6_addr, sizeof in6.sin6_addr);
        a.port = ntohs(in6.sin6_port);
        a.scope = in6.sin6_scope_id;
    }
    return a;
}

socklen_t sys_addr_to(const struct addr *a, struct sockaddr_storage *dst)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(a->port)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(a->port)};

    memset(dst, 0, sizeof *dst);
    if (a->family == 4) {
        memcpy(&in.sin_addr, a->ip, sizeof in.sin_addr);
        memcpy(dst, &in, sizeof in);
        return sizeof in;
    }
    if (a->family == 6) {
        memcpy(&in6.sin6_addr, a->ip, sizeof in6.sin6_addr);
        in6.sin6_scope_id = a->scope;
        memcpy(dst, &in6, sizeof in6);
        return sizeof in6;
    }
    return 0;
}

int sys_source_for(const struct addr *peer, struct addr *source)
{
    struct sockaddr_storage name;
    socklen_t n = sys_addr_to(peer, &name);
    int fd = socket(peer->family == 6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
    int keep, got = -1;

    if (fd < 0)
        return -1;
    if (connect(fd, (struct sockaddr *)&name, n) == 0) {
        n = sizeof name;
        got = getsockname(fd, (struct sockaddr *)&name, &n);
    }
    keep = errno;
    close(fd);
    errno = keep;
    if (got != 0)
        return -1;
    *source = sys_addr_from(&name);
    source->port = 0;
    return 0;
}

uint32_t sys_interface_number(const char *name)
{
    char own[IF_NAMESIZE], *end;
    unsigned long number = strtoul(name, &end, 10);

    if (*name >= '0' && *name <= '9' && *end == '\0')
        return number <= UINT32_MAX && if_indextoname((unsigned)number, own) != NULL
                   ? (uint32_t)number
                   : 0;
    return if_nametoindex(name);
}

bool sys_interface_of(const struct addr *a, char *dst, size_t size)
{
    struct ifaddrs *all;
    bool found = false;

    if (getifaddrs(&all) != 0)
        return false;
    for (const struct ifaddrs *i = all; i != NULL && !found; i = i->ifa_next) {
        struct sockaddr_storage name = {0};
        struct addr one;

        if (i->ifa_addr == NULL ||
            (i->ifa_addr->sa_family != AF_INET && i->ifa_addr->sa_family != AF_INET6))
            continue;
        memcpy(&name, i->ifa_addr,
               i->ifa_addr->sa_family == AF_INET ? sizeof(struct sockaddr_in)
                                                 : sizeof(struct sockaddr_in6));
        one = sys_addr_from(&name);
        found = one.family == a->family && memcmp(one.ip, a->ip, sizeof one.ip) == 0;
        if (found)
            snprintf(dst, size, "%s", i->ifa_name);
    }
    freeifaddrs(all);
    return found;
}

void sys_hostname(char *dst, size_t size)
{
    char name[256];

    if (gethostname(name, sizeof name - 1) != 0)
        name[0] = '\0';
    name[sizeof name - 1] = '\0';
    span_to_str(span_str(name[0] != '\0' ? name : "localhost"), dst, size);
}
