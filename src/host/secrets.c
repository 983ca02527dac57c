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
#include "host/sys.h"

#define FILE_MAX_OCTETS ((size_t)4 << 20)
#define FRESH_S 2 /* a file changed as lately as this may change again within its clock's grain */

struct secrets {
    char *path;
    char *text; /* the file as it was read; NULL: there is none */
    size_t n;
    struct stat seen;      /* of the file when it was read */
    bool known;            /* seen and text stand for what was found */
    bool fresh;            /* it had just been written: seen cannot tell the next change */
    int missing_errno;     /* why it could not be read, which has been told; 0: it could */
    secrets_tell_fn *tell; /* NULL: the log */
    void *ctx;
};

struct entry {
    struct span us, them, secret; /* the secret perhaps with escapes in it */
    bool quoted;
    const char *problem; /* why the line is not used; NULL: it is, if us.n > 0 */
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

static void forget(struct secrets *s)
{
    wipe_text(s->text, s->n);
    s->text = NULL;
    s->n = 0;
}

void secrets_free(struct secrets *s)
{
    if (s == NULL)
        return;
    forget(s);
    free(s->path);
    free(s);
}

void secrets_set_path(struct secrets *s, const char *path)
{
    char *copy = strdup(path);

    if (copy == NULL) {
        log_warn("secrets: %s is still used in place of %s", s->path, path);
        return;
    }
    free(s->path);
    s->path = copy;
    s->known = false;
    s->missing_errno = 0;
    forget(s);
}

void secrets_tell_to(struct secrets *s, secrets_tell_fn *tell, void *ctx)
{
    s->tell = tell;
    s->ctx = ctx;
}

const char *secrets_path(const struct secrets *s)
{
    return s->path;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r';
}

static bool is_end(struct span s, size_t at)
{
    return at == s.n || s.p[at] == '#' || s.p[at] == ';';
}

static size_t skip_blanks(struct span s, size_t at)
{
    while (at < s.n && is_blank(s.p[at]))
        at++;
    return at;
}

static struct span take_word(struct span s, size_t *at)
{
    size_t start = *at;

    while (!is_end(s, *at) && !is_blank(s.p[*at]))
        ++*at;
    return span_of(s.p + start, *at - start);
}

/* A secret in double quotes, from behind the first of them. */
static void take_quoted(struct span s, size_t at, struct entry *e)
{
    size_t start = at;

    while (at < s.n && s.p[at] != '"')
        at += s.p[at] == '\\' && at + 1 < s.n ? 2 : 1;
    e->quoted = true;
    if (at >= s.n)
        e->problem = "the secret has no closing '\"'";
    else if (!is_end(s, skip_blanks(s, at + 1)))
        e->problem = "something follows the closing '\"': write \\\" for a quote in the secret";
    else if (at == start)
        e->problem = "the secret is empty";
    else
        e->secret = span_of(s.p + start, at - start);
}

/* The rest of the line up to a comment, inner blanks kept. */
static void take_plain(struct span s, size_t at, struct entry *e)
{
    size_t start = at;

    while (!is_end(s, at))
        at++;
    while (at > start && is_blank(s.p[at - 1]))
        at--;
    e->secret = span_of(s.p + start, at - start);
    if (e->secret.n == 0)
        e->problem = "there is no secret: a line is 'us them secret'";
}

static struct entry read_line(struct span s)
{
    struct entry e = {.problem = NULL};
    size_t at = skip_blanks(s, 0);

    if (is_end(s, at))
        return e;
    if (memchr(s.p, '\0', s.n) != NULL) {
        e.problem = "there is a NUL octet: is this a text file?";
        return e;
    }
    e.us = take_word(s, &at);
    at = skip_blanks(s, at);
    e.them = take_word(s, &at);
    at = skip_blanks(s, at);
    if (at < s.n && s.p[at] == '"')
        take_quoted(s, at + 1, &e);
    else
        take_plain(s, at, &e);
    return e;
}

/* The next line of the file, from *at; false at its end. */
static bool next_line(const struct secrets *s, size_t *at, struct span *line)
{
    const char *start, *newline;

    if (s->text == NULL || *at >= s->n)
        return false;
    start = s->text + *at;
    if (*at == 0 && s->n >= 3 && memcmp(start, "\xef\xbb\xbf", 3) == 0)
        start += 3; /* the byte order mark, as some editors write it */
    newline = memchr(start, '\n', s->n - (size_t)(start - s->text));
    *line = span_of(start,
                    newline != NULL ? (size_t)(newline - start) : s->n - (size_t)(start - s->text));
    *at = (size_t)(start - s->text) + line->n + 1;
    return true;
}

/* Lines that are not used are told of once, when the file has been read. */
static void tell_problems(const struct secrets *s)
{
    struct span line;
    unsigned number = 0;
    char text[128];

    for (size_t at = 0; next_line(s, &at, &line);) {
        struct entry e = read_line(line);

        number++;
        if (e.problem == NULL)
            continue;
        snprintf(text, sizeof text, "line not used: %s", e.problem);
        if (s->tell != NULL)
            s->tell(s->ctx, number, text);
        else
            log_warnx("%s:%u: %s", s->path, number, text);
    }
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

/* what: what is there in place of a plain file, or NULL. */
static void tell_missing(struct secrets *s, int reason, const char *what)
{
    char text[256];

    forget(s);
    s->known = false;
    snprintf(text, sizeof text, "cannot be read, so no tunnel has a secret: %s%s%s",
             what != NULL ? "it is " : "", what != NULL ? what : strerror(reason),
             what != NULL ? ", and secrets are in a plain file" : "");
    if (s->missing_errno != reason && s->tell != NULL)
        s->tell(s->ctx, 0, text);
    else if (s->missing_errno != reason)
        log_warnx("secrets: %s %s", s->path, text);
    s->missing_errno = reason;
}

static void keep(struct secrets *s, char *text, size_t n)
{
    bool changed = !s->known || s->n != n || memcmp(s->text, text, n) != 0;

    forget(s);
    s->text = text;
    s->n = n;
    s->known = true;
    s->missing_errno = 0;
    if (changed)
        tell_problems(s);
}

/* Reads the file unless it is known to be as it was. */
static void refresh(struct secrets *s)
{
    const char *what = NULL;
    struct stat now;
    char *text;
    size_t n;
    int fd, reason;

    if (s->known && !s->fresh && stat(s->path, &now) == 0 && same_file(&now, &s->seen))
        return;
    fd = open(s->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &now) < 0 || (what = sys_odd_kind(now.st_mode)) != NULL ||
        (text = read_all(fd, &n)) == NULL) {
        reason = what == NULL ? errno : S_ISDIR(now.st_mode) ? EISDIR : EINVAL;
        if (fd >= 0)
            close(fd);
        tell_missing(s, reason, what);
        return;
    }
    close(fd);
    s->seen = now;
    s->fresh = time(NULL) - now.st_mtim.tv_sec <= FRESH_S;
    keep(s, text, n);
}

void secrets_look(struct secrets *s)
{
    if (access(s->path, F_OK) == 0)
        refresh(s);
}

static bool name_fits(struct span pattern, const char *name)
{
    if (pattern.n == 1 && pattern.p[0] == '*')
        return true;
    return strlen(name) == pattern.n && strncasecmp(name, (const char *)pattern.p, pattern.n) == 0;
}

/* Into dst as a C string, without escapes; false if it does not fit. */
static bool copy_secret(const struct entry *e, char *dst, size_t size)
{
    size_t used = 0;

    for (size_t i = 0; i < e->secret.n; i++) {
        const uint8_t *p = e->secret.p + i;

        if (e->quoted && p[0] == '\\' && i + 1 < e->secret.n && (p[1] == '"' || p[1] == '\\'))
            p++, i++;
        if (used + 1 >= size)
            return false;
        dst[used++] = (char)*p;
    }
    dst[used] = '\0';
    return true;
}

bool secrets_find(struct secrets *s, const char *us, const char *them, char *dst, size_t size,
                  unsigned *line)
{
    struct span text;
    unsigned number = 0;

    dst[0] = '\0';
    refresh(s);
    for (size_t at = 0; next_line(s, &at, &text);) {
        struct entry e = read_line(text);

        number++;
        if (e.problem != NULL || e.us.n == 0 || !name_fits(e.us, us) || !name_fits(e.them, them))
            continue;
        if (line != NULL)
            *line = number;
        if (copy_secret(&e, dst, size))
            return true;
        bytes_wipe(dst, size);
        log_warnx("%s:%u: the secret is too long to be used: %zu octets at most", s->path, number,
                  size - 1);
        return false;
    }
    return false;
}

bool secrets_next(struct secrets *s, const char *us, unsigned *line, char *dst, size_t size)
{
    struct span text;
    unsigned number = 0;

    refresh(s);
    for (size_t at = 0; next_line(s, &at, &text);) {
        struct entry e = read_line(text);

        if (++number <= *line || e.problem != NULL || e.us.n == 0 || !name_fits(e.us, us))
            continue;
        *line = number;
        span_to_str(e.them, dst, size);
        return true;
    }
    return false;
}

bool secrets_readable_by_others(const struct secrets *s)
{
    struct stat now;

    return stat(s->path, &now) == 0 && S_ISREG(now.st_mode) &&
           (now.st_mode & (S_IRGRP | S_IROTH)) != 0;
}
