/* fifo_parts: what fifo.c (lines in) and fifo_out.c (answers out) share; see fifo.h. */
#ifndef HOST_FIFO_PARTS_H
#define HOST_FIFO_PARTS_H

#include <sys/stat.h>

#include "host/fifo.h"

#define FIFO_LINE_MOST 4096 /* octets of one command */
#define FIFO_PATH_MOST 1024 /* of an answer's path that begins a line within another one */

struct fifo {
    struct loop *loop;
    struct watch watch;
    struct timer silence;
    char *path;
    char *mark; /* "@/folder/": how an answer's path in our folder begins; empty: none */
    char path_in[FIFO_PATH_MOST]; /* "@/...": what has come of what may be an answer's path */
    size_t n_path;
    bool is_cut; /* the last piece was all that is read at a time: the next may be its rest */
    dev_t dev; /* of the FIFO that we made */
    ino_t ino;
    const struct fifo_command *rows;
    const struct fifo_verb *verbs;
    void *ctx;
    char line[FIFO_LINE_MOST]; /* what has come of a line without its end */
    size_t n;
    bool skipping; /* the line is too long, and has been answered */
    struct outbox *outboxes;
};

struct fifo_reply {
    struct fifo *fifo;
    const char *path; /* where the answers shall go; NULL: nowhere */
    bool framed;
    void (*told)(void *ctx, const char *answer);
    void *told_ctx;
    struct text text;          /* gathered */
    size_t last;               /* where its last line begins */
    struct outbox *box;        /* if it has been opened while the command ran */
    struct fifo_source source; /* more == NULL: none */
};

/* The command has run: what it has answered leaves. */
void fifo_reply_finish(struct fifo_reply *r);

/* Is the absolute path's folder the control FIFO's own?  Compared as the folders they are. */
bool fifo_shares_folder(const struct fifo *f, const char *path);

void fifo_outboxes_close(struct fifo *f);

#endif
