/* A configuration's file and its octets; see conf.h.  Does not know what stands in it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/conf_section.h"
#include "host/sys.h"

#define FILE_MAX_OCTETS ((size_t)16 << 20) /* nobody writes so much */

/* Opens a plain file, and nothing else: a FIFO has us wait for its writer, a device has no end.
 * What is wrong is told.  A descriptor, or -1 with errno. */
static int open_plain(const char *path, size_t *size, struct conf_told *told)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), reason = EINVAL;
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0) {
        reason = errno;
        conf_say(told, false, 0, "cannot be read: %s", strerror(reason));
    } else if (!S_ISREG(st.st_mode)) {
        reason = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
        conf_say(told, false, 0, "cannot be read: it is %s, and a configuration is a plain file",
                 sys_odd_kind(st.st_mode));
    } else {
        *size = st.st_size > 0 ? (size_t)st.st_size : 0;
        return fd;
    }
    if (fd >= 0)
        close(fd);
    errno = reason;
    return -1;
}

/* All octets of an open file, malloced, or NULL with errno.  expected: how many there should be; a
 * file of /proc says 0. */
static char *read_all(int fd, size_t expected, size_t *n)
{
    size_t room = expected + 4096;
    char *text = room <= FILE_MAX_OCTETS ? malloc(room) : NULL;
    ssize_t got = 1;

    errno = room <= FILE_MAX_OCTETS ? ENOMEM : EFBIG;
    for (*n = 0; text != NULL && got > 0; *n += got > 0 ? (size_t)got : 0) {
        char *bigger = text;

        if (*n == room) {
            room *= 2;
            bigger = room <= FILE_MAX_OCTETS ? realloc(text, room) : NULL;
            if (bigger == NULL) {
                free(text);
                errno = room <= FILE_MAX_OCTETS ? ENOMEM : EFBIG;
                return NULL;
            }
        }
        text = bigger;
        got = read(fd, text + *n, room - *n);
    }
    if (got < 0) {
        int reason = errno;

        free(text);
        errno = reason;
        return NULL;
    }
    return text;
}

struct conf *conf_load_all(const char *path, conf_tell_fn *tell, void *ctx, unsigned *errors)
{
    struct conf_told told = {.file = path, .tell = tell, .ctx = ctx};
    size_t n = 0;
    int fd = open_plain(path, &n, &told), reason;
    struct conf *c = NULL;
    char *text;

    *errors = 1;
    if (fd < 0)
        return NULL;
    text = read_all(fd, n, &n);
    if (text == NULL) {
        reason = errno;
        conf_say(&told, false, 0, "cannot be read: %s", strerror(reason));
    } else {
        c = conf_parse_all(path, text, n, tell, ctx, errors);
        reason = errno;
    }
    close(fd);
    free(text);
    errno = reason;
    return c;
}

struct conf *conf_load(const char *path, conf_tell_fn *tell, void *ctx)
{
    unsigned errors;
    struct conf *c = conf_load_all(path, tell, ctx, &errors);

    if (c != NULL && errors > 0) {
        conf_free(c);
        c = NULL;
        errno = EINVAL;
    }
    return c;
}

/* -- relative paths ---------------------------------------------------------------------------- */

static const char *paths_from;

void conf_paths_from(const char *folder)
{
    paths_from = folder;
}

char *conf_path_whole(const char *path)
{
    size_t n = strlen(path) + 1, m = paths_from != NULL ? strlen(paths_from) : 0;
    bool relative = path[0] != '\0' && path[0] != '/' && m > 0;
    char *whole = malloc(n + m + 1);

    if (whole == NULL)
        return NULL;
    if (relative) {
        memcpy(whole, paths_from, m);
        whole[m++] = '/';
    }
    memcpy(whole + (relative ? m : 0), path, n);
    return whole;
}
