/* The file of secrets, kept as its octets and searched line by line; see secrets.h.  Every room
 * that held a secret is wiped before it is given back. */
#include "host/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/log.h"
#include "host/secrets_line.h"
#include "host/sys.h"

#define FILE_MAX_OCTETS ((size_t)4 << 20)
#define WHY 640   /* octets of a message */
#define FRESH_S 2 /* a file changed as lately as this may change again within its clock's grain */

/* A file's octets, as they were read. */
struct image {
    char *text; /* NULL: there is none */
    size_t n;
};

/* What is in force is good.  The file as it is now is latest, where that is not in force: because
 * it is refused, or because it has been written this very moment, and there may be more to come. */
struct secrets {
    char *path;
    struct image good, latest;
    struct stat seen;    /* of the file when it was read */
    bool known;          /* seen stands for what was found */
    bool fresh;          /* it had just been written: seen cannot tell the next change */
    bool refused;        /* latest is, which has been told */
    int missing_errno;   /* why it could not be read, which has been told; 0: it could */
    secrets_tell_fn *tell, *old; /* NULL: the log */
    void *ctx, *old_ctx;
};

struct secrets *secrets_new(const char *path)
{
    struct secrets *s = calloc(1, sizeof *s);

    if (s == NULL)
        return NULL;
    s->path = strdup(path);
    if (s->path == NULL) {
        free(s);
        return NULL;
    }
    return s;
}

static void wipe_text(char *text, size_t n)
{
    if (text != NULL)
        bytes_wipe(text, n);
    free(text);
}

static void drop(struct image *i)
{
    wipe_text(i->text, i->n);
    *i = (struct image){.text = NULL};
}

static bool same_image(const struct image *a, const struct image *b)
{
    return a->text != NULL && b->text != NULL && a->n == b->n &&
           memcmp(a->text, b->text, a->n) == 0;
}

void secrets_free(struct secrets *s)
{
    if (s == NULL)
        return;
    drop(&s->good);
    drop(&s->latest);
    free(s->path);
    free(s);
}

static bool change_path(struct secrets *s, const char *path)
{
    char *copy = strdup(path);

    if (copy == NULL) {
        log_warn("secrets: %s is still used in place of %s", s->path, path);
        return false;
    }
    free(s->path);
    s->path = copy;
    s->known = false;
    s->missing_errno = 0;
    return true;
}

void secrets_set_path(struct secrets *s, const char *path)
{
    if (strcmp(path, s->path) == 0 || !change_path(s, path))
        return;
    drop(&s->good);
    drop(&s->latest);
    s->refused = false;
}

void secrets_tell_to(struct secrets *s, secrets_tell_fn *tell, void *ctx)
{
    s->tell = tell;
    s->ctx = ctx;
}

void secrets_tell_old_to(struct secrets *s, secrets_tell_fn *old, void *ctx)
{
    s->old = old;
    s->old_ctx = ctx;
}

const char *secrets_path(const struct secrets *s)
{
    return s->path;
}

/* The next line of a file, from *at; false at its end. */
static bool next_line(const struct image *i, size_t *at, struct span *line)
{
    const char *start, *newline;
    size_t left;

    if (i->text == NULL || *at >= i->n)
        return false;
    start = i->text + *at;
    if (*at == 0 && i->n >= 3 && memcmp(start, "\xef\xbb\xbf", 3) == 0)
        start += 3; /* the byte order mark, as some editors write it */
    left = i->n - (size_t)(start - i->text);
    newline = memchr(start, '\n', left);
    *line = span_of(start, newline != NULL ? (size_t)(newline - start) : left);
    *at = (size_t)(start - i->text) + line->n + 1;
    return true;
}

/* How many lines can be used; *bad, if not NULL, becomes the number of the first that cannot. */
static size_t count(const struct image *i, unsigned *bad)
{
    unsigned number = 0, first = 0;
    struct span line;
    size_t n = 0;

    for (size_t at = 0; next_line(i, &at, &line);) {
        struct secrets_line e = secrets_line_read(line);

        number++;
        n += e.problem == NULL && e.us.n > 0;
        if (e.problem != NULL && first == 0)
            first = number;
    }
    if (bad != NULL)
        *bad = first;
    return n;
}

static void say(const struct secrets *s, const char *path, unsigned line, const char *text)
{
    if (s->tell != NULL)
        s->tell(s->ctx, line, text);
    else if (line > 0)
        log_warnx("%s:%u: %s", path, line, text);
    else
        log_warnx("secrets: %s %s", path, text);
}

/* What is wrong with the lines of the file; the first of it also into why. */
static void tell_problems(const struct secrets *s, const char *path, const struct image *i,
                          bool refused, char *why, size_t size)
{
    struct span line;
    unsigned number = 0;
    char text[128];

    why[0] = '\0';
    for (size_t at = 0; next_line(i, &at, &line);) {
        struct secrets_line e = secrets_line_read(line);

        number++;
        if (e.problem == NULL)
            continue;
        snprintf(text, sizeof text, "%s%s", refused ? "" : "line not used: ", e.problem);
        if (why[0] == '\0')
            snprintf(why, size, "%s:%u: %s", path, number, e.problem);
        say(s, path, number, text);
    }
}

/* The secrets in force are older than the file. */
static void tell_old(const struct secrets *s, const char *why)
{
    if (s->old != NULL)
        s->old(s->old_ctx, 0, why);
    else
        log_errorx("the old secrets stay in force: %s", why);
}

/* All of an open file; NULL with errno.  One octet more than the file should have is asked for, to
 * see that it ends. */
static char *read_all(int fd, size_t *n)
{
    size_t room = 0;
    char *text = NULL;

    *n = 0;
    for (;;) {
        size_t bigger = room > 0 ? room * 2 : 4096;
        char *more = bigger <= FILE_MAX_OCTETS ? malloc(bigger) : NULL;
        ssize_t got = 1;

        if (more == NULL)
            errno = bigger <= FILE_MAX_OCTETS ? ENOMEM : EFBIG;
        if (more != NULL && *n > 0)
            memcpy(more, text, *n);
        wipe_text(text, *n); /* not realloc: it would leave a copy behind */
        text = more;
        if (text == NULL)
            return NULL;
        room = bigger;
        while (*n < room && (got = read(fd, text + *n, room - *n)) > 0)
            *n += (size_t)got;
        if (got == 0)
            return text;
        if (got < 0) {
            int reason = errno;

            wipe_text(text, *n);
            errno = reason;
            return NULL;
        }
    }
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* The file, its data into *now; 0, or the reason as an errno, with words for it in why. */
static int read_file(const char *path, struct image *i, struct stat *now, char *why, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), reason = 0;
    const char *what = NULL;

    *i = (struct image){.text = NULL};
    if (fd < 0 || fstat(fd, now) < 0) {
        reason = errno;
    } else if ((what = sys_odd_kind(now->st_mode)) != NULL) {
        reason = S_ISDIR(now->st_mode) ? EISDIR : EINVAL;
    } else if ((i->text = read_all(fd, &i->n)) == NULL) {
        reason = errno;
        i->n = 0;
    }
    if (fd >= 0)
        close(fd);
    if (what != NULL)
        snprintf(why, size, "it is %s, and secrets are in a plain file", what);
    else if (reason != 0)
        snprintf(why, size, "%s", strerror(reason));
    return reason;
}

/* It cannot be read: what is in force stays. */
static void lose(struct secrets *s, int reason, const char *words)
{
    char text[WHY];

    s->known = false;
    if (s->missing_errno == reason)
        return;
    s->missing_errno = reason;
    if (count(&s->good, NULL) > 0) {
        snprintf(text, sizeof text, "%.300s: cannot be read: %.200s", s->path, words);
        tell_old(s, text);
    } else {
        snprintf(text, sizeof text, "cannot be read, so no tunnel has a secret: %.200s", words);
        say(s, s->path, 0, text);
    }
}

/* From now on it is in force. */
static void adopt(struct secrets *s, struct image *i)
{
    size_t had = count(&s->good, NULL);
    char text[WHY];

    if (same_image(&s->good, i)) {
        drop(i);
    } else {
        tell_problems(s, s->path, i, false, text, sizeof text);
        if (had > 0 && count(i, NULL) == 0) {
            snprintf(text, sizeof text, "has no secret any more: %zu that %s in force %s gone", had,
                     had > 1 ? "were" : "was", had > 1 ? "are" : "is");
            say(s, s->path, 0, text);
        }
        drop(&s->good);
        s->good = *i;
    }
    drop(&s->latest);
    s->refused = false;
}

/* It has errors; the first of them is left in why. */
static void refuse(struct secrets *s, const char *path, const struct image *i, char *why,
                   size_t size)
{
    tell_problems(s, path, i, true, why, size);
    tell_old(s, why);
}

/* What the file is now: in force, waiting, or refused. */
static void take(struct secrets *s, struct image *i)
{
    bool is_known = same_image(&s->latest, i);
    unsigned bad;
    char why[WHY];

    count(i, &bad);
    if (s->good.text == NULL || same_image(&s->good, i) || (bad == 0 && !s->fresh)) {
        adopt(s, i);
        return;
    }
    if (!is_known)
        s->refused = false;
    if (bad > 0 && !s->fresh && !s->refused) {
        refuse(s, s->path, i, why, sizeof why);
        s->refused = true;
    }
    drop(&s->latest);
    s->latest = *i;
}

static void note_seen(struct secrets *s, const struct stat *now)
{
    time_t age = time(NULL) - now->st_mtim.tv_sec;

    s->seen = *now;
    s->known = true;
    s->missing_errno = 0;
    s->fresh = age >= 0 && age <= FRESH_S;
}

/* Reads the file unless it is known to be as it was. */
static void refresh(struct secrets *s)
{
    struct image i;
    struct stat now;
    char why[WHY];
    int reason;

    if (s->known && !s->fresh && stat(s->path, &now) == 0 && same_file(&now, &s->seen))
        return;
    reason = read_file(s->path, &i, &now, why, sizeof why);
    if (reason != 0) {
        lose(s, reason, why);
        return;
    }
    note_seen(s, &now);
    take(s, &i);
}

void secrets_look(struct secrets *s)
{
    if (access(s->path, F_OK) == 0)
        refresh(s);
}

/* The file of that path could not be read (for this reason), or (0) has an error in a line. */
static bool keep_old(struct secrets *s, const char *path, struct image *i, int reason, char *why,
                     size_t size)
{
    bool same_path = strcmp(path, s->path) == 0;

    if (reason == 0)
        refuse(s, path, i, why, size);
    else
        tell_old(s, why);
    if (same_path && reason != 0) {
        s->missing_errno = reason;
        s->known = false;
    }
    if (same_path && reason == 0 && !same_image(i, &s->good)) {
        drop(&s->latest);
        s->latest = *i;
        s->refused = true;
    } else {
        drop(i);
    }
    return false;
}

bool secrets_replace(struct secrets *s, const char *path, char *why, size_t size)
{
    struct image i;
    struct stat now;
    char words[WHY] = "";
    unsigned bad;
    int reason = read_file(path, &i, &now, words, sizeof words);

    count(&i, &bad);
    snprintf(why, size, "%.300s: cannot be read: %.200s", path, words);
    if (bad > 0 || (reason != 0 && count(&s->good, NULL) > 0))
        return keep_old(s, path, &i, reason, why, size);
    if (strcmp(path, s->path) != 0 && !change_path(s, path)) {
        snprintf(why, size, "no memory for the path of the secrets");
        drop(&i);
        return false;
    }
    if (reason == 0) {
        note_seen(s, &now);
        adopt(s, &i);
    }
    return true;
}

bool secrets_are_old(const struct secrets *s)
{
    return s != NULL &&
           (s->refused || (s->missing_errno != 0 && count(&s->good, NULL) > 0));
}

/* In one of the images; of one that is being written, perhaps, a last line without its end may be
 * half a line. */
static bool find_in(const struct secrets *s, const struct image *i, const char *us,
                    const char *them, struct secrets_line *e, unsigned *line)
{
    unsigned number = 0;
    struct span text;

    for (size_t at = 0; next_line(i, &at, &text);) {
        *e = secrets_line_read(text);
        number++;
        if (i == &s->latest && at > i->n)
            return false;
        if (e->problem != NULL || e->us.n == 0 || !secrets_line_is_for(e->us, us) ||
            !secrets_line_is_for(e->them, them))
            continue;
        *line = number;
        return true;
    }
    return false;
}

bool secrets_find(struct secrets *s, const char *us, const char *them, char *dst, size_t size,
                  unsigned *line)
{
    struct secrets_line e;
    unsigned number;
    bool found;

    dst[0] = '\0';
    refresh(s);
    found = s->fresh && find_in(s, &s->latest, us, them, &e, &number);
    if (!found && !find_in(s, &s->good, us, them, &e, &number))
        return false;
    if (line != NULL)
        *line = number;
    if (secrets_line_copy(&e, dst, size))
        return true;
    bytes_wipe(dst, size);
    log_warnx("%s:%u: the secret is too long to be used: %zu octets at most", s->path, number,
              size - 1);
    return false;
}

bool secrets_next(struct secrets *s, const char *us, unsigned *line, char *dst, size_t size)
{
    struct span text;
    unsigned number = 0;

    refresh(s);
    for (size_t at = 0; next_line(&s->good, &at, &text);) {
        struct secrets_line e = secrets_line_read(text);

        if (++number <= *line || e.problem != NULL || e.us.n == 0 || !secrets_line_is_for(e.us, us))
            continue;
        *line = number;
        span_to_str(e.them, dst, size);
        return true;
    }
    return false;
}

const char *secrets_open_to_others(const struct secrets *s)
{
    struct stat now;

    if (stat(s->path, &now) != 0 || !S_ISREG(now.st_mode))
        return NULL;
    if ((now.st_mode & (S_IRGRP | S_IROTH)) != 0)
        return "read";
    return (now.st_mode & (S_IWGRP | S_IWOTH)) != 0 ? "written" : NULL;
}
