/* Answers of the control FIFO; see fifo.h.  Knows where they may go, how they are framed and how
 * they wait for their readers; must not know what a command does.
 *
 * An outbox is one reader that has not taken all yet: of an answer that is whole, of one that is
 * made as it is read (a source), or of one that goes on for as long as it listens (a feed). */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "host/fifo_parts.h"

#define ANSWER_MOST 1024        /* octets of one line of answer */
#define ANSWERS_MOST (4u << 20) /* octets of what is gathered of an answer */
#define CHUNK 32768             /* octets of an answer that are made at a time */
#define FEED_MOST (256u << 10)  /* octets that a feed's reader may leave unread */
#define OUTBOXES_MOST 64        /* readers waited for, feeds among them ... */
#define FEEDS_MOST 32           /* ... and of these so many; but see fifo_feed_hold() */
#define OUTBOX_MS 5000          /* how long a reader may take nothing */
#define LATE_MS 20              /* so often is looked whether somebody reads by now, ... */
#define LATE_TRIES 100          /* ... and so many times ... */
#define LATES_MOST 16           /* ... for so many answers at once */

struct outbox {
    struct fifo *fifo;
    struct watch watch;
    struct timer timer;
    struct text text; /* not taken yet */
    bool framed;
    struct fifo_source source; /* what is to follow; more == NULL: nothing */
    bool is_feed;
    bool counts; /* among those that are bounded in number */
    void (*gone)(void *owner);
    void *owner;
    char *late;     /* its FIFO, as long as nobody reads it */
    unsigned tries; /* so often that has been looked at */
    struct outbox *next;
};

/* -- where they may go ------------------------------------------------------------------------- */

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

/* Opens our folder, if the path's is the same one, and points *name at the path's last part. */
static int open_shared_folder(const struct fifo *f, const char *path, const char **name)
{
    const char *our_name;
    int theirs = path[0] == '/' ? open_folder(path, name) : -1, ours = open_folder(f->path, &our_name);

    if (ours >= 0 && (theirs < 0 || !same_file(theirs, ours))) {
        close(ours);
        ours = -1;
    }
    if (theirs >= 0)
        close(theirs);
    return ours;
}

bool fifo_shares_folder(const struct fifo *f, const char *path)
{
    const char *name;
    int folder = open_shared_folder(f, path, &name);

    if (folder >= 0)
        close(folder);
    return folder >= 0;
}

/* Opens the result FIFO: only in the control FIFO's own folder, compared as the folders they are
 * and not as texts, so that no ".." and no link leads elsewhere; "./name" is there by definition.
 * -1: no, with errno ENXIO if nobody reads it. */
static int open_result(const struct fifo *f, const char *path)
{
    const char *name = path + 2, *our_name;
    bool here = strncmp(path, "./", 2) == 0 && strchr(name, '/') == NULL;
    int folder = here ? open_folder(f->path, &our_name) : open_shared_folder(f, path, &name);
    int fd = -1;

    errno = EINVAL;
    if (folder >= 0) {
        fd = openat(folder, name, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
        close(folder);
    }
    if (fd >= 0 && !is_foreign_fifo(f, fd)) {
        close(fd);
        errno = EINVAL;
        fd = -1;
    }
    return fd;
}

static void log_unheard(const char *path)
{
    char safe[256];

    log_notice("control: no answer to \"%s\": not a FIFO in our folder, or nobody reads it",
               log_safe(span_str(path), safe, sizeof safe));
}

/* -- lines ------------------------------------------------------------------------------------- */

static void put_line(struct text *t, bool framed, int code, const char *line, size_t n)
{
    text_add(t, "%02d%c", code, framed ? '-' : ' ');
    text_put(t, line, n);
    text_put(t, "\n", 1);
}

/* Each line of the source's, with its code before it. */
static void put_lines(struct text *t, bool framed, const struct text *made)
{
    const char *at = made->p, *end = made->p + made->n, *newline;

    for (; at < end && (newline = memchr(at, '\n', (size_t)(end - at))) != NULL; at = newline + 1)
        put_line(t, framed, 0, at, (size_t)(newline - at));
}

/* Makes the next part of an answer.  When the source has no more it is dropped, and a framed answer
 * gets its last line. */
static void make_more(struct fifo_source *source, bool framed, struct text *t)
{
    struct text made = {0};
    bool more = true;

    while (more && !made.failed && made.n < CHUNK)
        more = source->more(source->state, &made);
    put_lines(t, framed, &made);
    if (more && !made.failed && !t->failed)
        goto out;
    source->drop(source->state);
    source->more = NULL;
    if (framed)
        text_put_str(t, made.failed || t->failed ? "02 No memory for the rest\n" : "00 OK\n");
out:
    text_free(&made);
}

/* -- readers that wait ------------------------------------------------------------------------- */

static void outbox_close(struct outbox *o)
{
    struct outbox **at = &o->fifo->outboxes;

    while (*at != o)
        at = &(*at)->next;
    *at = o->next;
    loop_unwatch(o->fifo->loop, &o->watch);
    loop_timer_done(o->fifo->loop, &o->timer);
    if (o->watch.fd >= 0)
        close(o->watch.fd);
    free(o->late);
    if (o->source.more != NULL)
        o->source.drop(o->source.state);
    if (o->gone != NULL)
        o->gone(o->owner);
    text_free(&o->text);
    free(o);
}

void fifo_outboxes_close(struct fifo *f)
{
    while (f->outboxes != NULL)
        outbox_close(f->outboxes);
}

/* Writes what there is, and takes it off; false if nobody reads any more. */
static bool write_on(int fd, struct text *t)
{
    size_t done = 0;
    bool good = true;

    while (done < t->n) {
        ssize_t put = write(fd, t->p + done, t->n - done);

        if (put < 0) {
            good = errno == EAGAIN || errno == EINTR;
            break;
        }
        done += (size_t)put;
    }
    text_cut(t, done);
    return good;
}

/* One part more to its reader; false when there is nothing more to be done. */
static bool outbox_go_on(struct outbox *o)
{
    size_t before;

    if (o->text.n == 0 && o->source.more != NULL)
        make_more(&o->source, o->framed, &o->text);
    before = o->text.n;
    if (!write_on(o->watch.fd, &o->text))
        return false;
    if (!o->is_feed && o->text.n < before)
        loop_timer_set(o->fifo->loop, &o->timer, loop_now(o->fifo->loop) + OUTBOX_MS);
    return o->text.n > 0 || o->source.more != NULL || o->is_feed;
}

static bool is_deserted(const struct outbox *o)
{
    struct pollfd p = {.fd = o->watch.fd, .events = POLLOUT};

    return poll(&p, 1, 0) > 0 && (p.revents & (POLLERR | POLLHUP)) != 0;
}

/* There is nothing to read from it: only a reader's leave shows as that (loop.h), or it comes of a
 * system that holds what gives an error for ready, which is not asked again. */
static void on_outbox(struct watch *w, unsigned what)
{
    struct outbox *o = w->owner;

    if ((what & LOOP_WRITE) != 0 ? !outbox_go_on(o) : is_deserted(o))
        outbox_close(o);
    else if ((what & LOOP_WRITE) == 0)
        loop_want(o->fifo->loop, w, w->want & LOOP_WRITE);
    else if (o->text.n == 0 && o->source.more == NULL)
        loop_want(o->fifo->loop, w, LOOP_READ);
}

/* Whoever writes the command first and opens the answer's FIFO then, as a script does line by line,
 * is waited for, as by xl2tpd, but not for ever. */
static void look_for_reader(struct outbox *o)
{
    struct loop *l = o->fifo->loop;

    o->watch.fd = open_result(o->fifo, o->late);
    if (o->watch.fd < 0 && errno == ENXIO && ++o->tries < LATE_TRIES) {
        loop_timer_set(l, &o->timer, loop_now(l) + LATE_MS);
        return;
    }
    if (o->watch.fd < 0 || loop_watch(l, &o->watch) != 0) {
        log_unheard(o->late);
        outbox_close(o);
        return;
    }
    free(o->late);
    o->late = NULL;
    loop_timer_set(l, &o->timer, loop_now(l) + OUTBOX_MS);
}

static void on_outbox_time(struct timer *t)
{
    struct outbox *o = t->owner;

    if (o->late != NULL) {
        look_for_reader(o);
        return;
    }
    log_notice("control: %zu octets%s of an answer were not read", o->text.n,
               o->source.more != NULL ? " and more" : "");
    outbox_close(o);
}

static bool has_room(const struct fifo *f, bool for_feed)
{
    unsigned all = 0, feeds = 0;

    for (const struct outbox *o = f->outboxes; o != NULL; o = o->next) {
        all += o->late == NULL && o->counts;
        feeds += o->is_feed && o->counts;
    }
    return all < OUTBOXES_MOST && (!for_feed || feeds < FEEDS_MOST);
}

/* Takes the descriptor; NULL if it cannot, and has not.  -1: nobody reads yet. */
static struct outbox *outbox_new(struct fifo_reply *r, int fd, bool is_feed, bool counts)
{
    struct fifo *f = r->fifo;
    struct outbox *o = !counts || has_room(f, is_feed) ? calloc(1, sizeof *o) : NULL;

    if (o == NULL)
        return NULL;
    o->fifo = f;
    o->framed = r->framed;
    o->is_feed = is_feed;
    o->counts = counts;
    /* among the many, where a reader's leave is told even while there is nothing to write */
    o->watch =
        (struct watch){.fd = fd, .want = LOOP_WRITE, .many = true, .ready = on_outbox, .owner = o};
    o->timer = (struct timer){.fire = on_outbox_time, .owner = o};
    if (loop_timer_init(f->loop, &o->timer) != 0)
        goto no_timer;
    if (fd >= 0 && loop_watch(f->loop, &o->watch) != 0)
        goto no_watch;
    if (!is_feed)
        loop_timer_set(f->loop, &o->timer, loop_now(f->loop) + (fd >= 0 ? OUTBOX_MS : LATE_MS));
    o->next = f->outboxes;
    f->outboxes = o;
    return o;
no_watch:
    loop_timer_done(f->loop, &o->timer);
no_timer:
    free(o);
    return NULL;
}

/* -- answers ----------------------------------------------------------------------------------- */

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
    if (r->path == NULL || r->text.n > ANSWERS_MOST)
        return;
    r->last = r->text.n;
    put_line(&r->text, r->framed, code, answer + used, strlen(answer + used));
}

void fifo_stream(struct fifo_reply *r, const struct fifo_source *source)
{
    r->source = *source;
}

/* The last line of an answer that is whole has a blank where the others have "-". */
static void close_frame(struct fifo_reply *r)
{
    if (r->framed && r->source.more == NULL && r->text.n > 0 && !r->text.failed)
        r->text.p[r->last + 2] = ' ';
}

/* An answer that nobody is to read, but a test perhaps. */
static void tell_source(struct fifo_reply *r)
{
    struct text made = {0};
    char *line, *end;

    while (r->told != NULL && r->source.more(r->source.state, &made))
        continue;
    for (line = made.p; line != NULL && (end = strchr(line, '\n')) != NULL; line = end + 1) {
        struct text answer = {0};

        put_line(&answer, false, 0, line, (size_t)(end - line));
        text_cut(&answer, 0);
        if (!answer.failed) {
            answer.p[answer.n - 1] = '\0';
            r->told(r->told_ctx, answer.p);
        }
        text_free(&answer);
    }
    text_free(&made);
    r->source.drop(r->source.state);
    r->source.more = NULL;
}

static unsigned count_late(const struct fifo *f)
{
    unsigned n = 0;

    for (const struct outbox *o = f->outboxes; o != NULL; o = o->next)
        n += o->late != NULL;
    return n;
}

/* What has not been read yet is the outbox's from now on. */
static void leave_to(struct outbox *o, struct fifo_reply *r)
{
    o->text = r->text;
    o->source = r->source;
    r->text = (struct text){0};
    r->source.more = NULL;
}

/* All of it to the reader, or as much as it takes now; the rest waits for it, if it may. */
static void deliver(struct fifo_reply *r, int fd)
{
    struct outbox *o;

    if (r->source.more != NULL && !has_room(r->fifo, false)) {
        fifo_answer(r, 1, "Too many readers wait for answers");
        r->source.drop(r->source.state);
        r->source.more = NULL;
        close_frame(r);
    }
    if (r->source.more != NULL)
        make_more(&r->source, r->framed, &r->text);
    if (!write_on(fd, &r->text) || (r->text.n == 0 && r->source.more == NULL) ||
        (o = outbox_new(r, fd, false, true)) == NULL) {
        close(fd);
        return;
    }
    leave_to(o, r);
}

/* The answer stays until somebody reads; false if it cannot. */
static bool keep_for_reader(struct fifo_reply *r)
{
    char *path = count_late(r->fifo) < LATES_MOST ? strdup(r->path) : NULL;
    struct outbox *o = path != NULL ? outbox_new(r, -1, false, true) : NULL;

    if (o == NULL) {
        free(path);
        return false;
    }
    o->late = path;
    leave_to(o, r);
    return true;
}

void fifo_reply_finish(struct fifo_reply *r)
{
    close_frame(r);
    if (r->path != NULL && r->box == NULL && (r->text.n > 0 || r->source.more != NULL)) {
        int fd = open_result(r->fifo, r->path);

        if (fd >= 0)
            deliver(r, fd);
        else if (errno != ENXIO || !keep_for_reader(r))
            log_unheard(r->path);
    }
    if (r->source.more != NULL)
        tell_source(r);
    text_free(&r->text);
}

/* -- feeds ------------------------------------------------------------------------------------- */

/* Where the loop is not told of a reader's leave, it is seen when the next one comes. */
static void drop_deserted(struct fifo *f)
{
    for (struct outbox *o = f->outboxes, *next; o != NULL; o = next) {
        next = o->next;
        if (o->is_feed && is_deserted(o))
            outbox_close(o);
    }
}

static struct fifo_feed *feed_open(struct fifo_reply *r, void (*gone)(void *owner), void *owner, bool counts)
{
    struct outbox *o;
    int fd;

    if (r->path == NULL) {
        fifo_answer(r, 1, "There is nobody to tell: begin with @/path/of/a/fifo");
        return NULL;
    }
    drop_deserted(r->fifo);
    if (counts && !has_room(r->fifo, true)) {
        fifo_answer(r, 1, "Too many listen already");
        return NULL;
    }
    fd = open_result(r->fifo, r->path);
    if (fd < 0)
        log_unheard(r->path);
    o = fd >= 0 ? outbox_new(r, fd, true, counts) : NULL;
    if (o == NULL) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    o->gone = gone;
    o->owner = owner;
    r->box = o;
    return (struct fifo_feed *)o;
}

struct fifo_feed *fifo_feed_open(struct fifo_reply *r, void (*gone)(void *owner), void *owner)
{
    return feed_open(r, gone, owner, true);
}

struct fifo_feed *fifo_feed_hold(struct fifo_reply *r, void (*gone)(void *owner), void *owner)
{
    return feed_open(r, gone, owner, false);
}

void fifo_feed_line(struct fifo_feed *feed, const char *line)
{
    struct outbox *o = (struct outbox *)feed;

    put_line(&o->text, true, 0, line, strlen(line));
    if (o->text.failed || o->text.n > FEED_MOST) {
        log_notice("control: a reader of events has left %zu octets unread: it is told no more",
                   o->text.n);
        outbox_close(o);
    } else if (!write_on(o->watch.fd, &o->text)) {
        outbox_close(o);
    } else {
        loop_want(o->fifo->loop, &o->watch, o->text.n > 0 ? LOOP_WRITE : LOOP_READ);
    }
}

void fifo_feed_close(struct fifo_feed *feed, const char *last_line)
{
    struct outbox *o = (struct outbox *)feed;

    text_add(&o->text, "00 %s\n", last_line);
    write_on(o->watch.fd, &o->text);
    o->gone = NULL;
    outbox_close(o);
}
