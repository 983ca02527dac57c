/* The control FIFO; see fifo.h.  Knows lines and words; must not know what a command does.  Answers
 * are fifo_out's.
 *
 * Whoever may write to the FIFO may already command the daemon; still no line can make it wait,
 * open a file elsewhere, or log what a terminal would obey.  Commands are never logged: they may
 * hold a password. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "host/fifo_parts.h"
#include "host/sys.h"

#define SMALL_FILE 200 /* octets: what a command or two come to */
#define SILENCE_MS 20  /* then a line without an end has ended */

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

/* Is this blank, behind so much of "@/folder/name", one in our folder's own name? */
static bool is_in_our_name(const struct fifo *f, const char *text, size_t n)
{
    return strncmp(f->mark, text, n) == 0 && is_blank(f->mark[n]);
}

/* Cuts "@path " off the line's front; returns what follows. */
static char *cut_path(const struct fifo *f, char *text, const char **path)
{
    size_t n = 0;

    if (text[0] != '@')
        return text;
    while (text[n] != '\0' && (!is_blank(text[n]) || is_in_our_name(f, text, n)))
        n++;
    *path = n > 1 ? text + 1 : NULL;
    if (text[n] != '\0')
        text[n++] = '\0';
    return trim(text + n);
}

/* A verb is a word of its own; else the first letter counts, whatever follows it. */
static const struct fifo_verb *find_verb(const struct fifo *f, const char *text, size_t n)
{
    const struct fifo_verb *verb = f->verbs;

    while (verb != NULL && verb->word != NULL &&
           (strncmp(verb->word, text, n) != 0 || verb->word[n] != '\0'))
        verb++;
    return verb != NULL && verb->word != NULL ? verb : NULL;
}

static const struct fifo_command *find_letter(const struct fifo *f, char letter)
{
    const struct fifo_command *row = f->rows;

    while (row->letter != '\0' && row->letter != letter)
        row++;
    return row->letter != '\0' ? row : NULL;
}

static void run_command(struct fifo_reply *r, char *text)
{
    size_t n = strcspn(text, " \t");
    const struct fifo_verb *verb = find_verb(r->fifo, text, n);
    const struct fifo_command *row = verb == NULL ? find_letter(r->fifo, text[0]) : NULL;
    char *rest = text + (verb != NULL ? n : 1);

    while (is_blank(*rest))
        rest++;
    r->framed = verb != NULL;
    if (verb == NULL && row == NULL)
        fifo_answer(r, 1, "Unknown command %c", text[0]);
    else if (count_words(rest) < (verb != NULL ? verb->min_words : row->min_words))
        fifo_answer(r, 1, "%s", verb != NULL ? verb->usage : row->usage);
    else
        (verb != NULL ? verb->run : row->run)(r->fifo->ctx, r, rest);
}

/* One line, in room that may be changed. */
static void run_line(struct fifo_reply *r, char *line, bool whole)
{
    char *text = cut_path(r->fifo, trim(line), &r->path);

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
    fifo_reply_finish(r);
}

void fifo_line(struct fifo *f, char *line, size_t n, void (*told)(void *ctx, const char *answer),
               void *ctx)
{
    struct fifo_reply r = {.fifo = f, .told = told, .told_ctx = ctx};
    char text[FIFO_LINE_MOST + 1];
    bool whole = n <= FIFO_LINE_MOST;

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

    f->n = f->n_path = 0;
    f->skipping = false;
    if (!skipped && n > 0)
        fifo_line(f, f->line, n, NULL, NULL);
}

/* Octets of "@/folder/" at a line's begin; 0 if there is no whole "@/folder/name ". */
static size_t folder_octets(const char *line, size_t n)
{
    size_t folder = 0;

    if (n < 2 || line[0] != '@' || line[1] != '/')
        return 0;
    for (size_t i = 1; i < n; i++) {
        if (is_blank(line[i]))
            return folder;
        if (line[i] == '/')
            folder = i + 1;
    }
    return 0;
}

/* Old clients write no newline, and several at once "@/folder/a c one" "@/folder/b c two": if what
 * has just come in is the second one's folder, the first one has ended before it. */
static void end_message(struct fifo *f)
{
    size_t folder = folder_octets(f->line, f->n), before = f->n - folder;

    if (folder == 0 || before < folder || memcmp(f->line + before, f->line, folder) != 0)
        return;
    fifo_line(f, f->line, before, NULL, NULL);
    memmove(f->line, f->line + before, folder);
    f->n = folder;
}

/* Whatever has come since the last "@/" may be an answer's path, up to a blank.  The path's octets,
 * "@" and all, if c is that blank, else 0. */
static size_t ended_path(struct fifo *f, char c)
{
    size_t n = f->n_path;
    bool begins = n > 0 && f->path_in[n - 1] == '@' && c == '/';

    if (n > 1 && is_blank(c) && !is_in_our_name(f, f->path_in, n)) {
        f->n_path = 0;
        return n;
    }
    if (begins)
        n = 1;
    else if (n < 2 && c == '@')
        n = 0;
    else if (n < 2 || n == sizeof f->path_in || c == '\n' || c == '\0')
        n = sizeof f->path_in; /* none */
    f->n_path = n < sizeof f->path_in ? n + 1 : 0;
    if (f->n_path > 0)
        f->path_in[n] = c;
    return 0;
}

/* The path of an answer in our folder, however that is spelled, begins a message wherever it
 * stands: in half a command that nobody has ended, in a line that is too long and that others write
 * into.  c comes behind it. */
static void begin_anew(struct fifo *f, char c)
{
    size_t n = ended_path(f, c);
    char path[sizeof f->path_in];

    if (n == 0 || (!f->skipping && f->n <= n))
        return; /* it stands at the line's begin anyway */
    snprintf(path, sizeof path, "%.*s", (int)n - 1, f->path_in + 1);
    if (path[n - 2] == '/' || !fifo_shares_folder(f, path))
        return;
    if (!f->skipping)
        fifo_line(f, f->line, f->n - n, NULL, NULL);
    f->skipping = false;
    memcpy(f->line, f->path_in, n);
    f->n = n;
}

static void take_octet(struct fifo *f, char c)
{
    struct fifo_reply r = {.fifo = f};
    char text[FIFO_LINE_MOST + 1];

    begin_anew(f, c);
    if (c == '\n' || c == '\0') {
        end_line(f);
    } else if (f->n < FIFO_LINE_MOST) {
        f->line[f->n++] = c;
        if (c == '/')
            end_message(f);
    } else if (!f->skipping) {
        f->skipping = true;
        span_to_str(span_of(f->line, f->n), text, sizeof text);
        run_line(&r, text, false);
    }
}

/* "@/path " or "@./name ", at the least begun. */
static bool begins_message(const char *octets, size_t n)
{
    return n > 2 && octets[0] == '@' &&
           (octets[1] == '/' || (octets[1] == '.' && octets[2] == '/'));
}

static void on_silence(struct timer *t)
{
    end_line(t->owner);
}

static void on_ready(struct watch *w, unsigned what)
{
    struct fifo *f = w->owner;
    char octets[FIFO_LINE_MOST];
    ssize_t n = read(w->fd, octets, sizeof octets);

    (void)what;
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        log_warn("control: cannot read %s, commands are not heard any more", f->path);
        loop_unwatch(f->loop, &f->watch);
    }
    if (n <= 0)
        return;
    /* a new message with an answer path: the one before it had no newline and no patience */
    if (begins_message(octets, (size_t)n) && !f->skipping && !f->is_cut)
        end_line(f);
    f->is_cut = n == (ssize_t)sizeof octets;
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
        return begin[1] == '/' || begin[1] == '.';
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
    if (!S_ISFIFO(st.st_mode) &&
        !(S_ISREG(st.st_mode) && st.st_size < SMALL_FILE && holds_commands(path))) {
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

/* "@/folder/" of an absolute path; else empty.  NULL without memory. */
static char *make_mark(const char *path)
{
    const char *slash = path[0] == '/' ? strrchr(path, '/') : NULL;
    size_t n = slash != NULL ? (size_t)(slash - path) + 1 : 0;
    char *mark = malloc(n + 2);

    if (mark != NULL)
        snprintf(mark, n + 2, "%s%.*s", n > 0 ? "@" : "", (int)n, path);
    return mark;
}

struct fifo *fifo_open(struct loop *l, const char *path, const struct fifo_command *rows,
                       const struct fifo_verb *verbs, void *ctx)
{
    struct fifo *f = calloc(1, sizeof *f);

    if (f == NULL)
        return NULL;
    *f = (struct fifo){.loop = l, .rows = rows, .verbs = verbs, .ctx = ctx};
    f->watch = (struct watch){.fd = -1, .want = LOOP_READ, .many = true, .ready = on_ready, .owner = f};
    f->silence = (struct timer){.fire = on_silence, .owner = f};
    if (loop_timer_init(l, &f->silence) != 0) {
        free(f);
        errno = ENOMEM;
        return NULL;
    }
    f->path = strdup(path);
    f->mark = make_mark(path);
    if (f->path != NULL && f->mark != NULL && make_and_open(f) == 0 &&
        loop_watch(l, &f->watch) == 0)
        return f;
    fifo_close(f);
    return NULL;
}

static bool is_ours(const struct fifo *f)
{
    struct stat st;

    return lstat(f->path, &st) == 0 && st.st_dev == f->dev && st.st_ino == f->ino;
}

int fifo_renew(struct fifo *f)
{
    int old = f->watch.fd, fd;

    if (is_ours(f))
        return 0;
    f->watch.fd = -1;
    if (make_and_open(f) != 0) {
        if (f->watch.fd >= 0)
            close(f->watch.fd);
        f->watch.fd = old;
        return -1;
    }
    fd = f->watch.fd;
    f->watch.fd = old;
    loop_unwatch(f->loop, &f->watch);
    close(old);
    f->watch.fd = fd;
    return loop_watch(f->loop, &f->watch) == 0 ? 1 : -1;
}

void fifo_close(struct fifo *f)
{
    int keep = errno;

    fifo_outboxes_close(f);
    loop_timer_done(f->loop, &f->silence);
    loop_unwatch(f->loop, &f->watch);
    if (f->watch.fd >= 0) {
        if (is_ours(f))
            unlink(f->path);
        close(f->watch.fd);
    }
    free(f->path);
    free(f->mark);
    free(f);
    errno = keep;
}
