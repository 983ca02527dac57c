/* One command and its answer; see ask.h. */
#include "tool/ask.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

#define GAPS 20   /* so often is a FIFO that nobody reads tried again, ... */
#define GAP_MS 20 /* ... after so long */
#define PARTING_S 2 /* for the last word about a line that has hung up */
#define ORPHAN_S 60 /* an answer that takes longer is no answer */

/* The one answer's FIFO there is; for the end by a signal too. */
static char answer_path[PATH_MAX];

static void remove_answer(void)
{
    if (answer_path[0] != '\0')
        unlink(answer_path);
    answer_path[0] = '\0';
}

static bool for_a_line;
static pid_t with_us; /* 0: none */

void ask_ends_with_us(pid_t child)
{
    with_us = child;
}

static void parting_is_over(int signo)
{
    (void)signo;
    if (with_us > 0)
        kill(with_us, SIGTERM);
    unlink(answer_path);
    _exit(0);
}

/* A line that has hung up: the daemon may yet say how it has ended. */
static void caught(int signo)
{
    if (for_a_line && (signo == SIGHUP || signo == SIGCHLD)) {
        signal(SIGALRM, parting_is_over);
        alarm(PARTING_S);
        return;
    }
    if (with_us > 0)
        kill(with_us, SIGTERM);
    unlink(answer_path);
    signal(signo, SIG_DFL);
    raise(signo);
}

static void catch_ends(void)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGTERM, SIGPIPE};
    static bool done;

    for (size_t i = 0; !done && i < sizeof signals / sizeof *signals; i++)
        if (signal(signals[i], caught) == SIG_IGN)
            signal(signals[i], SIG_IGN);
    if (for_a_line)
        signal(SIGCHLD, caught);
    done = true;
}

static long long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int trouble(const struct asker *a, int code, const char *what, const char *path)
{
    char text[PATH_MAX + 256];

    if (errno != 0)
        snprintf(text, sizeof text, "%s %s: %s", what, path, strerror(errno));
    else
        snprintf(text, sizeof text, "%s %s", what, path);
    if (a->tell != NULL)
        a->tell(text);
    else
        fprintf(stderr, "%s: %s\n", a->program, text);
    return code;
}

/* -- sending ----------------------------------------------------------------------------------- */

/* Opens the control FIFO: somebody has to read it.  A descriptor, or -1 with *code. */
static int open_control(const struct asker *a, int *code)
{
    int fd = open(a->fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat st;

    /* xl2tpd closes its FIFO after each command, and opens it again */
    for (int i = 0; i < GAPS && fd < 0 && errno == ENXIO; i++) {
        poll(NULL, 0, GAP_MS);
        fd = open(a->fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    }
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode))
        return fd;
    if (fd >= 0) {
        close(fd);
        errno = 0;
        *code = trouble(a, ASK_NO_DAEMON, "no daemon: not a FIFO:", a->fifo);
    } else if (errno == ENXIO || errno == ENOENT || errno == ENOTDIR) {
        *code =
            trouble(a, ASK_NO_DAEMON,
                    errno == ENXIO ? "no daemon reads" : "no daemon is running: no FIFO", a->fifo);
    } else {
        *code = trouble(a, ASK_TROUBLE, "cannot open", a->fifo);
    }
    return -1;
}

/* At once or not at all, as others write too; false: not in time. */
static bool write_whole(int fd, const char *text, size_t n, int timeout_s)
{
    long long end = now_ms() + timeout_s * 1000LL;
    struct pollfd p = {.fd = fd, .events = POLLOUT};

    while (write(fd, text, n) != (ssize_t)n) {
        long long left = end - now_ms();

        if ((errno != EAGAIN && errno != EINTR) || left <= 0)
            return false;
        poll(&p, 1, left < 100 ? (int)left : 100);
    }
    return true;
}

/* The folder of a path of n octets: which one it is; false: none. */
static bool look_at_folder(const char *path, size_t n, struct stat *s)
{
    char folder[PATH_MAX];

    while (n > 0 && path[n - 1] != '/')
        n--;
    if (n == 0 || n >= sizeof folder)
        return false;
    memcpy(folder, path, n);
    folder[n] = '\0';
    return stat(folder, s) == 0;
}

/* Is there what the daemon must take for the path of an answer, and so for another command's begin?
 */
static bool holds_path(const char *command)
{
    struct stat ours, s;

    if (!look_at_folder(answer_path, strlen(answer_path), &ours))
        return false;
    for (const char *at = strstr(command, "@/"); at != NULL; at = strstr(at + 1, "@/"))
        if (look_at_folder(at + 1, strcspn(at + 1, " \t"), &s) && s.st_dev == ours.st_dev &&
            s.st_ino == ours.st_ino)
            return true;
    return false;
}

/* "@path ": whole, as xl2tpd needs it.  A blank ends that, so in a folder with one in its name it is
 * our daemon's "./name", which is in the control FIFO's folder. */
static void put_answer_path(struct text *line)
{
    const char *slash = strrchr(answer_path, '/');
    bool plain = true;

    if (slash == NULL)
        return;
    for (const char *p = answer_path; *p != '\0'; p++)
        plain &= (unsigned char)*p > ' ' && *p != 0x7f;
    if (plain)
        text_add(line, "@%s ", answer_path);
    else
        text_add(line, "@.%s ", slash);
}

static int send_command(const struct asker *a, int control, const char *command)
{
    struct text line = {0};
    int code = 0;

    put_answer_path(&line);
    text_add(&line, "%s\n", command);
    errno = 0;
    if (line.failed)
        code = trouble(a, ASK_TROUBLE, "no memory for", "the command");
    else if (holds_path(command))
        code = trouble(a, ASK_USAGE, "a path behind \"@\" would begin another command in", a->fifo);
    else if (line.n > PIPE_BUF)
        code = trouble(a, ASK_USAGE, "the command is longer than a FIFO takes at once:", a->fifo);
    else if (!write_whole(control, line.p, line.n, a->timeout_s))
        code = trouble(a, ASK_NO_ANSWER, "the daemon does not read", a->fifo);
    if (a->debug && !line.failed)
        fprintf(stderr, "%s: command: %s", a->program, line.p);
    text_free(&line);
    return code;
}

/* -- hearing ----------------------------------------------------------------------------------- */

/* Answers' FIFOs of askers that were killed: nobody else would remove them. */
static void remove_orphans(const char *folder, const char *program)
{
    DIR *d = opendir(folder);
    size_t n = strlen(program);
    struct dirent *e;

    while (d != NULL && (e = readdir(d)) != NULL) {
        char path[PATH_MAX], end;
        struct stat s;
        long pid;

        if (strncmp(e->d_name, program, n) != 0 ||
            sscanf(e->d_name + n, "-%ld.%*u.ou%c", &pid, &end) != 2 || end != 't' || pid <= 0 ||
            kill((pid_t)pid, 0) == 0 || errno != ESRCH ||
            (size_t)snprintf(path, sizeof path, "%s/%s", folder, e->d_name) >= sizeof path)
            continue;
        /* one of a moment ago may be somebody's whose process ids are not ours: a container's */
        if (lstat(path, &s) == 0 && S_ISFIFO(s.st_mode) && s.st_uid == geteuid() &&
            s.st_mtime < time(NULL) - ORPHAN_S)
            unlink(path);
    }
    if (d != NULL)
        closedir(d);
}

/* Makes the FIFO for the answer in the control FIFO's folder, the only one where our daemon writes
 * to, and opens it; -1. */
static int open_answer(const struct asker *a)
{
    const char *slash = strrchr(a->fifo, '/');
    size_t n = slash != NULL ? (size_t)(slash - a->fifo) : 0;
    char folder[PATH_MAX], whole[PATH_MAX];
    static unsigned asked;
    int fd = -1;

    /* as it was spelled, if that is a whole path: so the daemon knows it best */
    snprintf(folder, sizeof folder, "%.*s", (int)n, a->fifo);
    if (a->fifo[0] == '/')
        snprintf(whole, sizeof whole, "%s", folder);
    else if (realpath(n > 0 ? folder : ".", whole) == NULL)
        return -1;
    /* another one each time: xl2tpd removes it, and may do so only when the next is there */
    if ((size_t)snprintf(answer_path, sizeof answer_path, "%s/%s-%ld.%u.out", whole, a->program,
                         (long)getpid(), ++asked) >= sizeof answer_path) {
        answer_path[0] = '\0';
        return -1;
    }
    catch_ends();
    remove_orphans(whole, a->program);
    unlink(answer_path); /* of one that bore our id before */
    if (mkfifo(answer_path, 0600) == 0)
        fd = open(answer_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    return fd;
}

struct hearing {
    const struct asker *a;
    bool framed;
    int code;     /* of the answer; -1: nothing yet */
    bool is_over; /* its last line has come */
    bool deserted;
    bool heard;   /* something has come at all ... */
    long long at; /* ... last at this time */
    struct text text;
};

static void take_line(struct hearing *h, char *line)
{
    bool has_code = line[0] >= '0' && line[0] <= '9' && line[1] >= '0' && line[1] <= '9' &&
                    (line[2] == ' ' || line[2] == '-');
    int code = has_code ? (line[0] - '0') * 10 + (line[1] - '0') : 0;
    bool last = !h->framed || (has_code && line[2] == ' ');

    if (h->a->debug)
        fprintf(stderr, "%s: answer: %s\n", h->a->program, line);
    if (h->framed ? last : h->code < 0)
        h->code = code;
    h->is_over = h->framed && last;
    if (h->a->line != NULL)
        h->a->line(h->a->ctx, code, has_code ? line + 3 : line, last);
}

static void take_lines(struct hearing *h)
{
    size_t from = 0;
    char *newline;

    while (!h->is_over && !h->text.failed && from < h->text.n &&
           (newline = memchr(h->text.p + from, '\n', h->text.n - from)) != NULL) {
        *newline = '\0';
        take_line(h, h->text.p + from);
        from = (size_t)(newline - h->text.p) + 1;
    }
    text_cut(&h->text, from);
}

/* Nobody takes any more what is heard: the pipe's reader has gone, or the disk is full. */
static bool is_deserted(const struct pollfd *out)
{
    return (out->revents & (POLLERR | POLLHUP)) != 0 || ferror(stdout);
}

/* What is there to be read now; false at the end of file, or when that took too long. */
static bool hear_piece(struct hearing *h, int fd)
{
    struct pollfd p[] = {{.fd = fd, .events = POLLIN}, {.fd = STDOUT_FILENO}};
    bool patient = h->a->forever && h->heard;
    bool looks = patient && !h->a->for_a_line; /* whose output may be the line, and hang up with it */
    long long left = h->at + h->a->timeout_s * 1000LL - now_ms();
    static char octets[65536];
    ssize_t n;

    if (left <= 0 && !patient)
        return false;
    poll(p, looks ? 2 : 1,
         patient ? (looks && ferror(stdout) ? 0 : -1) : left < 100 ? (int)left : 100);
    if (looks && is_deserted(&p[1])) {
        h->deserted = true;
        return false;
    }
    n = read(fd, octets, sizeof octets);
    if (n > 0) {
        text_put(&h->text, octets, (size_t)n);
        h->heard = true;
        h->at = now_ms();
        take_lines(h);
        return !h->text.failed;
    }
    if (n == 0 && !h->heard) /* nobody has opened it yet */
        poll(NULL, 0, 10);
    return n == 0 ? !h->heard : errno == EAGAIN || errno == EINTR;
}

static int hear(const struct asker *a, int fd, bool framed)
{
    struct hearing h = {.a = a, .framed = framed, .code = -1, .at = now_ms()};
    int code;

    while (!h.is_over && hear_piece(&h, fd))
        continue;
    errno = 0;
    if (h.deserted)
        code = trouble(a, ASK_TROUBLE, "nobody reads", "standard output any more");
    else if (!h.heard)
        code = trouble(a, ASK_NO_ANSWER, "no answer in time by", a->fifo);
    else if (h.code < 0 || (framed && !h.is_over) || h.text.n > 0)
        code = trouble(a, ASK_CUT, "the answer ends in its middle:", a->fifo);
    else
        code = h.code;
    text_free(&h.text);
    return code;
}

void ask_open_standard(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

int ask(const struct asker *a, const char *command, enum ask_form form)
{
    int code = ASK_TROUBLE, answer = -1;
    int control = open_control(a, &code);

    for_a_line = a->for_a_line;
    if (control < 0)
        return code;
    if (form != ASK_MUTE && (answer = open_answer(a)) < 0)
        code = trouble(a, ASK_TROUBLE, "cannot make a FIFO for the answer beside", a->fifo);
    else
        code = send_command(a, control, command);
    if (code == 0 && form != ASK_MUTE)
        code = hear(a, answer, form == ASK_FRAMED);
    if (answer >= 0)
        close(answer);
    close(control);
    remove_answer();
    return code;
}
