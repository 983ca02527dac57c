/* The control FIFO; see fifo.h.  Knows lines, words and answers; must not know what a command does.
 *
 * Whoever may write to the FIFO may already command the daemon; still no line can make it wait,
 * open a file elsewhere, or log what a terminal would obey.  Commands are never logged: they may
 * hold a password. */
#include "host/fifo.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "host/sys.h"

#define SMALL_FILE 200 /* octets: what a command or two come to */
#define LINE_MOST 4096          /* octets of one command */
#define SILENCE_MS 20           /* then a line without an end has ended */
#define ANSWER_MOST 1024        /* octets of one line of answer */
#define ANSWERS_MOST (4u << 20) /* octets of all the answers to one command */
#define OUTBOXES_MOST 8         /* readers waited for */
#define OUTBOX_MS 5000          /* and how long */

/* Answers that a slow reader has not taken yet. */
struct outbox {
    struct fifo *fifo;
    struct watch watch;
    struct timer timer;
    char *text;
    size_t n, done;
    struct outbox *next;
};

struct fifo {
    struct loop *loop;
    struct watch watch;
    struct timer silence;
    char *path;
    dev_t dev; /* of the FIFO that we made */
    ino_t ino;
    const struct fifo_command *rows;
    void *ctx;
    char line[LINE_MOST]; /* what has come of a line without its end */
    size_t n;
    bool skipping; /* the line is too long, and has been answered */
    struct outbox *outboxes;
};

struct fifo_reply {
    struct fifo *fifo;
    const char *path; /* where the answers shall go; NULL: nowhere */
    void (*told)(void *ctx, const char *answer);
    void *told_ctx;
    char *text; /* gathered */
    size_t n, room;
};

/* -- answers that wait ------------------------------------------------------------------------- */

static void outbox_close(struct outbox *o)
{
    struct outbox **at = &o->fifo->outboxes;

    while (*at != o)
        at = &(*at)->next;
    *at = o->next;
    loop_unwatch(o->fifo->loop, &o->watch);
    loop_timer_done(o->fifo->loop, &o->timer);
    close(o->watch.fd);
    free(o->text);
    free(o);
}

/* Writes on; false when there is nothing more to be done. */
static bool write_on(int fd, const char *text, size_t n, size_t *done)
{
    while (*done < n) {
        ssize_t put = write(fd, text + *done, n - *done);

        if (put < 0)
            return errno == EAGAIN || errno == EINTR;
        *done += (size_t)put;
    }
    return false;
}

static void on_outbox(struct watch *w, unsigned what)
{
    struct outbox *o = w->owner;

    (void)what;
    if (!write_on(w->fd, o->text, o->n, &o->done))
        outbox_close(o);
}

static void on_outbox_time(struct timer *t)
{
    struct outbox *o = t->owner;

    log_notice("control: %zu octets of an answer were not read", o->n - o->done);
    outbox_close(o);
}

static unsigned outbox_count(const struct fifo *f)
{
    unsigned n = 0;

    for (const struct outbox *o = f->outboxes; o != NULL; o = o->next)
        n++;
    return n;
}

/* Takes the descriptor and the reply's text; false if it cannot, and has taken neither. */
static bool outbox_open(struct fifo_reply *r, int fd, size_t done)
{
    struct fifo *f = r->fifo;
    struct outbox *o = outbox_count(f) < OUTBOXES_MOST ? calloc(1, sizeof *o) : NULL;

    if (o == NULL)
        return false;
    o->fifo = f;
    o->watch = (struct watch){.fd = fd, .want = LOOP_WRITE, .ready = on_outbox, .owner = o};
    o->timer = (struct timer){.fire = on_outbox_time, .owner = o};
    if (loop_timer_init(f->loop, &o->timer) != 0)
        goto no_timer;
    if (loop_watch(f->loop, &o->watch) != 0)
        goto no_watch;
    loop_timer_set(f->loop, &o->timer, loop_now(f->loop) + OUTBOX_MS);
    o->text = r->text;
    o->n = r->n;
    o->done = done;
    o->next = f->outboxes;
    f->outboxes = o;
    r->text = NULL;
    return true;
no_watch:
    loop_timer_done(f->loop, &o->timer);
no_timer:
    free(o);
    return false;
}

/* -- answers ----------------------------------------------------------------------------------- */

/* Opens the folder of a path; the path's last part is at *name.  -1 with errno. */
static int open_folder(const char *path, const char **name)
{
    const char *slash = strrchr(path, '/');
    char *folder;
    int fd;

    *name = slash != NULL ? slash + 1 : path;
    folder = slash == NULL ? strdup(".") : strndup(path, slash > path ? (size_t)(slash - path) : 1);
    if (folder == NULL)
        return -1;
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    return fd;
}

static bool same_file(int a, int b)
{
    struct stat x, y;

    return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* True if fd is open on a FIFO that is not our own: an answer that came back would be a command. */
static bool is_foreign_fifo(const struct fifo *f, int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) && !same_file(fd, f->watch.fd);
}

/* Opens the result FIFO: only in the control FIFO's own folder, compared as the folders they are
 * and not as texts, so that no ".." and no link leads elsewhere.  -1: no. */
static int open_result(const struct fifo *f, const char *path)
{
    const char *name, *our_name;
    int theirs = open_folder(path, &name), ours = open_folder(f->path, &our_name);
    int fd = -1;

    if (path[0] == '/' && theirs >= 0 && ours >= 0 && same_file(theirs, ours))
        fd = openat(ours, name, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && !is_foreign_fifo(f, fd)) {
        close(fd);
        fd = -1;
    }
    if (theirs >= 0)
        close(theirs);
    if (ours >= 0)
        close(ours);
    return fd;
}

/* Sends what was gathered, and forgets it. */
static void reply_finish(struct fifo_reply *r)
{
    size_t done = 0;
    char safe[256];
    int fd;

    if (r->n == 0 || r->path == NULL)
        goto out;
    fd = open_result(r->fifo, r->path);
    if (fd < 0) {
        log_notice("control: no answer to \"%s\": not a FIFO in our folder, or nobody reads it",
                   log_safe(span_str(r->path), safe, sizeof safe));
        goto out;
    }
    if (!write_on(fd, r->text, r->n, &done) || !outbox_open(r, fd, done))
        close(fd);
out:
    free(r->text);
}

/* Adds a line to what is gathered; one that does not fit is lost. */
static void gather(struct fifo_reply *r, const char *answer, size_t n)
{
    if (r->n + n + 1 > r->room) {
        size_t room = 2 * (r->room + n + 1);
        char *bigger = room <= ANSWERS_MOST ? realloc(r->text, room) : NULL;

        if (bigger == NULL)
            return;
        r->text = bigger;
        r->room = room;
    }
    memcpy(r->text + r->n, answer, n);
    r->text[r->n + n] = '\n';
    r->n += n + 1;
}

void fifo_answer(struct fifo_reply *r, int code, const char *fmt, ...)
{
    char answer[ANSWER_MOST], safe[ANSWER_MOST];
    int used = snprintf(answer, sizeof answer, "%02d ", code);
    bool unheard = code != 0 && r->path == NULL;
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(answer + used, sizeof answer - (size_t)used, fmt, ap);
    va_end(ap);
    if (unheard || log_topic(TOPIC_STATE))
        log_safe(span_str(answer), safe, sizeof safe);
    if (unheard)
        log_notice("control: %s", safe);
    else if (log_topic(TOPIC_STATE))
        log_debug(TOPIC_STATE, "control: %s", safe);
    if (r->told != NULL)
        r->told(r->told_ctx, answer);
    if (r->path != NULL)
        gather(r, answer, strlen(answer));
}

/* -- lines ------------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

char *fifo_word(char **rest)
{
    char *word = *rest;

    while (is_blank(*word))
        word++;
    *rest = word;
    if (*word == '\0')
        return NULL;
    while (**rest != '\0' && !is_blank(**rest))
        (*rest)++;
    if (**rest != '\0')
        *(*rest)++ = '\0';
    return word;
}

static int count_words(const char *text)
{
    int n = 0;

    for (const char *p = text; *p != '\0'; p++)
        n += !is_blank(*p) && (p == text || is_blank(p[-1]));
    return n;
}

static char *trim(char *text)
{
    size_t n;

    while (is_blank(*text))
        text++;
    n = strlen(text);
    while (n > 0 && (is_blank(text[n - 1]) || text[n - 1] == '\r'))
        n--;
    text[n] = '\0';
    return text;
}

static bool has_control_characters(const char *text)
{
    for (; *text != '\0'; text++)
        if (iscntrl((unsigned char)*text) && *text != '\t')
            return true;
    return false;
}

/* Cuts "@path " off the line's front; returns what follows. */
static char *cut_path(char *text, const char **path)
{
    if (text[0] != '@')
        return text;
    text++;
    *path = fifo_word(&text);
    return trim(text);
}

static void run_command(struct fifo_reply *r, char *text)
{
    const struct fifo_command *row = r->fifo->rows;
    char *rest = text + 1;

    while (row->letter != '\0' && row->letter != text[0])
        row++;
    while (is_blank(*rest))
        rest++;
    if (row->letter == '\0')
        fifo_answer(r, 1, "Unknown command %c", text[0]);
    else if (count_words(rest) < row->min_words)
        fifo_answer(r, 1, "%s", row->usage);
    else
        row->run(r->fifo->ctx, r, rest);
}

/* One line, in room that may be changed. */
static void run_line(struct fifo_reply *r, char *line, bool whole)
{
    char *text = cut_path(trim(line), &r->path);

    if (r->path != NULL && has_control_characters(r->path))
        r->path = NULL;
    if (!whole)
        fifo_answer(r, 1, "Line too long");
    else if (has_control_characters(text))
        fifo_answer(r, 1, "Control character in command");
    else if (text[0] != '\0')
        run_command(r, text);
    else if (r->path != NULL)
        fifo_answer(r, 1, "Command expected");
    reply_finish(r);
}

void fifo_line(struct fifo *f, char *line, size_t n, void (*told)(void *ctx, const char *answer),
               void *ctx)
{
    struct fifo_reply r = {.fifo = f, .told = told, .told_ctx = ctx};
    char text[LINE_MOST + 1];
    bool whole = n <= LINE_MOST;

    while (whole && n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\0'))
        n--;
    span_to_str(span_of(line, n), text, sizeof text);
    run_line(&r, text, whole);
}

/* -- the descriptor ---------------------------------------------------------------------------- */

/* The line so far is a whole one. */
static void end_line(struct fifo *f)
{
    size_t n = f->n;
    bool skipped = f->skipping;

    f->n = 0;
    f->skipping = false;
    if (!skipped && n > 0)
        fifo_line(f, f->line, n, NULL, NULL);
}

static void take_octet(struct fifo *f, char c)
{
    struct fifo_reply r = {.fifo = f};
    char text[LINE_MOST + 1];

    if (c == '\n' || c == '\0') {
        end_line(f);
    } else if (f->n < LINE_MOST) {
        f->line[f->n++] = c;
    } else if (!f->skipping) {
        f->skipping = true;
        span_to_str(span_of(f->line, f->n), text, sizeof text);
        run_line(&r, text, false);
    }
}

static void on_silence(struct timer *t)
{
    end_line(t->owner);
}

static void on_ready(struct watch *w, unsigned what)
{
    struct fifo *f = w->owner;
    char octets[LINE_MOST];
    ssize_t n = read(w->fd, octets, sizeof octets);

    (void)what;
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        log_warn("control: cannot read %s, commands are not heard any more", f->path);
        loop_unwatch(f->loop, &f->watch);
    }
    if (n <= 0)
        return;
    /* a new message with an answer path: the one before it had no newline and no patience */
    if (n > 1 && octets[0] == '@' && octets[1] == '/' && !f->skipping)
        end_line(f);
    for (ssize_t i = 0; i < n; i++)
        take_octet(f, octets[i]);
    if (f->n > 0)
        loop_timer_set(f->loop, &f->silence, loop_now(f->loop) + SILENCE_MS);
    else
        loop_timer_unset(f->loop, &f->silence);
}

/* Does somebody read this FIFO?  Then another daemon is alive behind it. */
static bool is_read(const char *path)
{
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return false;
    close(fd);
    return true;
}

/* Is it empty, or does it begin as commands do ("c office", "@/path c office")? */
static bool holds_commands(const char *path)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    char begin[2];
    ssize_t n = fd >= 0 ? read(fd, begin, sizeof begin) : -1;

    if (fd >= 0)
        close(fd);
    if (n < (ssize_t)sizeof begin)
        return n == 0;
    if (begin[0] == '@')
        return begin[1] == '/';
    return begin[0] >= 'a' && begin[0] <= 'z' && (begin[1] == ' ' || begin[1] == '\n');
}

/* Clears the place: a FIFO that nobody reads may go, and a small plain file, as many people "touch"
 * it first or write a command before there is a daemon; but not a file of somebody's making, which
 * a slip of the pen (-C for -c) would cost him. */
static int clear_place(const char *path)
{
    struct stat st;

    if (sys_make_dir_of(path) != 0)
        return -1;
    if (lstat(path, &st) != 0)
        return errno == ENOENT ? 0 : -1;
    if (!S_ISFIFO(st.st_mode) && !(S_ISREG(st.st_mode) && st.st_size < SMALL_FILE && holds_commands(path))) {
        errno = EEXIST;
        return -1;
    }
    if (S_ISFIFO(st.st_mode) && is_read(path)) {
        errno = EBUSY;
        return -1;
    }
    return unlink(path);
}

static int make_and_open(struct fifo *f)
{
    struct stat st;

    if (clear_place(f->path) != 0 || mkfifo(f->path, 0600) != 0)
        return -1;
    /* reading and writing: there always is a writer, so there never is an end of file */
    f->watch.fd = open(f->path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    if (f->watch.fd < 0 || fstat(f->watch.fd, &st) != 0)
        return -1;
    f->dev = st.st_dev;
    f->ino = st.st_ino;
    return 0;
}

struct fifo *fifo_open(struct loop *l, const char *path, const struct fifo_command *rows, void *ctx)
{
    struct fifo *f = calloc(1, sizeof *f);

    if (f == NULL)
        return NULL;
    *f = (struct fifo){.loop = l, .rows = rows, .ctx = ctx};
    f->watch = (struct watch){.fd = -1, .want = LOOP_READ, .ready = on_ready, .owner = f};
    f->silence = (struct timer){.fire = on_silence, .owner = f};
    if (loop_timer_init(l, &f->silence) != 0) {
        free(f);
        errno = ENOMEM;
        return NULL;
    }
    f->path = strdup(path);
    if (f->path != NULL && make_and_open(f) == 0 && loop_watch(l, &f->watch) == 0)
        return f;
    fifo_close(f);
    return NULL;
}

void fifo_close(struct fifo *f)
{
    int keep = errno;
    struct stat st;

    while (f->outboxes != NULL)
        outbox_close(f->outboxes);
    loop_timer_done(f->loop, &f->silence);
    loop_unwatch(f->loop, &f->watch);
    if (f->watch.fd >= 0) {
        if (lstat(f->path, &st) == 0 && st.st_dev == f->dev && st.st_ino == f->ino)
            unlink(f->path);
        close(f->watch.fd);
    }
    free(f->path);
    free(f);
    errno = keep;
}
