/* A file of metrics; see metrics.h. */
#include "metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "render.h"

#define PART_MS 1 /* between two parts of a page */

struct metrics {
    struct hub *hub;
    char *path, *beside; /* the file; where a page is written */
    int interval_s;
    struct timer timer;
    uint64_t begun; /* ms: the page in hand, or the last one */
    int fd;         /* of the page in hand; -1: none */
    struct render page;
    bool told; /* of an error */
    bool is_there;
};

static void give_up(struct metrics *m, const char *what)
{
    if (!m->told)
        log_warn("metrics file %s: %s (told once)", m->path, what);
    m->told = true;
    if (m->fd >= 0) {
        close(m->fd);
        unlink(m->beside);
    }
    m->fd = -1;
}

static bool write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t put = write(fd, p, n);

        if (put < 0 && errno != EINTR)
            return false;
        if (put > 0) {
            p += put;
            n -= (size_t)put;
        }
    }
    return true;
}

static void begin_page(struct metrics *m)
{
    m->begun = loop_now(m->hub->loop);
    unlink(m->beside); /* of a daemon that was killed */
    m->fd = open(m->beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (m->fd < 0)
        give_up(m, "cannot be written");
    else
        render_begin(&m->page, m->hub, RENDER_METRICS);
}

static void end_page(struct metrics *m)
{
    int fd = m->fd;

    if (fchmod(fd, 0644) != 0 || rename(m->beside, m->path) != 0) {
        give_up(m, "cannot be put in place");
        return;
    }
    close(fd);
    m->fd = -1;
    m->is_there = true;
    if (m->told)
        log_notice("metrics file %s: written again", m->path);
    m->told = false;
}

static void next_part(struct metrics *m)
{
    struct text part = {0};
    bool more = render_more(&m->page, &part);

    if (part.failed)
        errno = ENOMEM;
    if (part.failed || !write_all(m->fd, part.p, part.n))
        give_up(m, "cannot be written");
    else if (!more)
        end_page(m);
    text_free(&part);
}

static void fire(struct timer *t)
{
    struct metrics *m = t->owner;
    uint64_t now = loop_now(m->hub->loop), due;

    if (m->fd < 0)
        begin_page(m);
    if (m->fd >= 0)
        next_part(m);
    due = m->begun + (uint64_t)m->interval_s * 1000u;
    loop_timer_set(m->hub->loop, t, m->fd >= 0 || due <= now ? now + PART_MS : due);
}

void metrics_close(struct hub *h)
{
    struct metrics *m = h->metrics;

    if (m == NULL)
        return;
    h->metrics = NULL;
    if (m->fd >= 0) {
        close(m->fd);
        unlink(m->beside);
    }
    if (m->is_there)
        unlink(m->path);
    loop_timer_done(h->loop, &m->timer);
    free(m->path);
    free(m->beside);
    free(m);
}

static struct metrics *metrics_new(struct hub *h, const char *path)
{
    static const char ending[] = ".new";
    size_t n = strlen(path) + sizeof ending;
    struct metrics *m = calloc(1, sizeof *m);

    if (m == NULL)
        return NULL;
    m->hub = h;
    m->fd = -1;
    m->path = strdup(path);
    m->beside = malloc(n);
    m->timer = (struct timer){.fire = fire, .owner = m};
    if (m->path == NULL || m->beside == NULL || loop_timer_init(h->loop, &m->timer) != 0) {
        free(m->path);
        free(m->beside);
        free(m);
        return NULL;
    }
    snprintf(m->beside, n, "%s%s", path, ending);
    return m;
}

void metrics_apply(struct hub *h)
{
    const char *path = h->conf->global.metrics_file;

    if (path != NULL && path[0] == '\0')
        path = NULL;
    if (h->metrics != NULL && (path == NULL || strcmp(path, h->metrics->path) != 0))
        metrics_close(h);
    if (path == NULL)
        return;
    if (h->metrics == NULL && (h->metrics = metrics_new(h, path)) == NULL) {
        log_errorx("metrics file %s: no memory", path);
        return;
    }
    h->metrics->interval_s = h->conf->global.metrics_interval_s;
    if (h->metrics->fd < 0) /* now; a page in hand goes on by itself */
        loop_timer_set(h->loop, &h->metrics->timer, loop_now(h->loop) + PART_MS);
}
