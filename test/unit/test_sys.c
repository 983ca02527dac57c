/* host/sys: what cannot be seen from inside (detaching, a second holder of the pid file) is watched
 * from a parent process. */
#include "host/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

static char dir[] = "/tmp/l2tpd-sys-XXXXXX";

static const char *in_dir(const char *name, char *dst, size_t size)
{
    snprintf(dst, size, "%s/%s", dir, name);
    return dst;
}

static int exit_status(pid_t pid)
{
    int status;

    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

static void test_time(void)
{
    uint64_t a = sys_now_ms(), b;
    struct timespec t = {0, 20000000};

    nanosleep(&t, NULL);
    b = sys_now_ms();
    ok(a > 0 && b - a >= 19 && b - a < 1000, "the clock counts milliseconds");
}

static void test_random(void)
{
    uint8_t one[1000] = {0}, two[1000] = {0};
    unsigned count[256] = {0}, most = 0;

    for (int i = 0; i < 1000; i++)
        sys_random(&one[i], 1);
    sys_random(two, sizeof two);
    for (int i = 0; i < 1000; i++) {
        unsigned n = ++count[two[i]];

        most = n > most ? n : most;
    }
    ok(memcmp(one, two, sizeof one) != 0, "RFC 2661, 9.1: random octets do not repeat");
    ok(most < 40, "and none of them is much more frequent than others");
    memset(two, 0, sizeof two);
    sys_random(two, 500);
    ok(two[500] == 0 && two[999] == 0, "no more than asked for");
}

static void test_descriptors(void)
{
    struct rlimit r;
    int fd[2];

    if (!ok(sys_pipe(fd) == 0, "a pipe"))
        return;
    ok((fcntl(fd[0], F_GETFD) & FD_CLOEXEC) && (fcntl(fd[1], F_GETFD) & FD_CLOEXEC),
       "both ends are close-on-exec");
    ok(sys_nonblock(fd[0]) == 0 && (fcntl(fd[0], F_GETFL) & O_NONBLOCK), "made non-blocking");
    close(fd[0]);
    close(fd[1]);
    ok(sys_cloexec(fd[0]) == -1 && errno == EBADF, "a closed one is refused");
    getrlimit(RLIMIT_NOFILE, &r);
    r.rlim_cur = r.rlim_max < 100 ? r.rlim_max : 100;
    setrlimit(RLIMIT_NOFILE, &r);
    is_int((long long)sys_raise_descriptors(),
           r.rlim_max > 1048576 ? 1048576 : (long long)r.rlim_max, "the soft limit goes up");
}

static const struct {
    const char *name;
    const char *path;
    bool works;
} folders[] = {
    {"a missing folder is made", "run/l2tp-control", true},
    {"one that stands there is fine", "run/pid", true},
    {"not two levels", "no/such/pid", false},
    {"not below a file", "file/sub/pid", false},
};

static void test_folders(void)
{
    char path[128];
    struct stat st;
    int fd = open(in_dir("file", path, sizeof path), O_CREAT | O_WRONLY, 0600);

    close(fd);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        in_dir(folders[i].path, path, sizeof path);
        is_int(sys_make_dir_of(path) == 0, folders[i].works, folders[i].name);
    }
    ok(stat(in_dir("run", path, sizeof path), &st) == 0 && S_ISDIR(st.st_mode), "it is there");
    ok(sys_make_dir_of("name") == 0 && sys_make_dir_of("/name") == 0, "no folder, nothing to make");
}

static const char *program;

/* Another run of this program takes the pid file; its exit status: 0 taken, else errno. */
static int other_takes(const char *path)
{
    pid_t pid = fork();

    if (pid == 0) {
        execl(program, program, path, (char *)NULL);
        _exit(255);
    }
    return exit_status(pid);
}

static void test_pidfile(void)
{
    char path[128], moved[128], text[64] = "", want[64];
    FILE *f;

    in_dir("l2tpd.pid", path, sizeof path);
    in_dir("moved.pid", moved, sizeof moved);
    f = fopen(path, "w");
    fputs("123456789012345\n", f);
    fclose(f);
    ok(sys_pidfile_write(path) == 0, "a stale pid file is taken over");
    f = fopen(path, "r");
    ok(fgets(text, sizeof text, f) != NULL && fgetc(f) == EOF, "it holds one line");
    fclose(f);
    snprintf(want, sizeof want, "%ld\n", (long)getpid());
    is_str(text, want, "which is our pid");
    sys_pidfile_remove();
    ok(access(path, F_OK) != 0, "removed at the end");
    sys_pidfile_remove();
    ok(sys_pidfile_write(path) == 0, "taken anew");
    is_int(other_takes(path), EEXIST, "another process is refused while we live");
    is_int(access(path, F_OK), 0, "and does not remove it");
    rename(path, moved);
    f = fopen(path, "w");
    fclose(f);
    sys_pidfile_remove();
    is_int(access(path, F_OK), 0, "somebody else's file in its place is left alone");
    is_int(other_takes(path), 0, "the dead hold nothing");
    ok(sys_pidfile_write("/dev/null") == -1 && errno == EINVAL && access("/dev/null", F_OK) == 0,
       "a device is no pid file, and is not removed");
    f = fopen(path, "w");
    fputs("123\nport = 1701\n", f);
    fclose(f);
    ok(sys_pidfile_write(path) == -1 && errno == EINVAL, "nor is what holds more than a number");
    f = fopen(path, "r");
    ok(f != NULL && fgets(text, sizeof text, f) != NULL && strcmp(text, "123\n") == 0,
       "which is left as it is");
    fclose(f);
    ok(sys_pidfile_write(in_dir("no/such/pid", path, sizeof path)) == -1 && errno == ENOENT,
       "no folder, no pid file");
}

static void detach_and(const char *how)
{
    int fd = sys_detach();
    char path[128], cwd[128];
    FILE *f;

    if (fd < 0)
        _exit(9);
    if (strcmp(how, "die") == 0)
        _exit(0);
    f = fopen(in_dir("child", path, sizeof path), "w");
    fprintf(f, "%d %s", getsid(0) == getpid(), getcwd(cwd, sizeof cwd));
    fclose(f);
    sys_detach_ready(fd);
    _exit(0);
}

static void test_detach(void)
{
    char path[128], text[64] = "";
    pid_t pid;
    FILE *f;

    fflush(stdout);
    pid = fork();
    if (pid == 0)
        detach_and("live");
    is_int(exit_status(pid), 0, "the parent exits 0 once the child is ready");
    f = fopen(in_dir("child", path, sizeof path), "r");
    ok(f != NULL && fgets(text, sizeof text, f) != NULL, "the child has run by then");
    is_str(text, "1 /", "in its own session and in /");
    if (f != NULL)
        fclose(f);
    pid = fork();
    if (pid == 0)
        detach_and("die");
    is_int(exit_status(pid), 1, "the parent exits 1 when the child ends before it is ready");
}

static void test_standard(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        close(0);
        close(2);
        sys_open_standard();
        _exit(fcntl(0, F_GETFD) >= 0 && fcntl(2, F_GETFD) >= 0 && open("/dev/null", O_RDONLY) > 2
                  ? 0
                  : 1);
    }
    is_int(exit_status(pid), 0, "descriptors 0 to 2 are never free for others");
}

static void test_addresses(void)
{
    static const struct addr rows[] = {
        {.family = 4, .ip = {192, 0, 2, 1}, .port = 1701},
        {.family = 6, .ip = {0xfe, 0x80, [15] = 9}, .port = 0xff01, .scope = 3},
    };
    struct sockaddr_storage s = {.ss_family = AF_UNIX};
    struct addr a = sys_addr_from(&s);

    ok(!addr_is_set(&a), "another family's address is unset");
    is_int(sys_addr_to(&a, &s), 0, "and an unset one has no length");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ok(sys_addr_to(&rows[i], &s) > 0, "IPv%d becomes a socket's address", rows[i].family);
        a = sys_addr_from(&s);
        ok(addr_same(&a, &rows[i]), "and comes back");
    }
}

static void test_hostname(void)
{
    char name[256], four[4];

    sys_hostname(name, sizeof name);
    ok(name[0] != '\0', "this host has a name");
    sys_hostname(four, sizeof four);
    ok(strncmp(name, four, 3) == 0 && strlen(four) <= 3, "cut to fit");
}

int main(int argc, char **argv)
{
    char command[64];

    if (argc > 1)
        return sys_pidfile_write(argv[1]) == 0 ? 0 : errno;
    program = argv[0];
    if (mkdtemp(dir) == NULL)
        return 1;
    test_time();
    test_random();
    test_descriptors();
    test_folders();
    test_pidfile();
    test_detach();
    test_standard();
    test_addresses();
    test_hostname();
    snprintf(command, sizeof command, "rm -r %s", dir);
    ok(system(command) == 0, "tidied up");
    return tap_done();
}
