/* fifo: the control FIFO: one command a line in, answers out; rows say which commands there are.
 *
 * Opened read-write and non-blocking, so there is always a writer and never an end-of-file; a line
 * buffer survives short reads, several lines in one read, and lines too long (answered, dropped to
 * their end).  A NUL octet ends a line too.  Old clients write a command without a newline: what
 * has come is taken for a whole line after 20 ms of silence.
 *
 * Answers have xl2tpd's form, "CC text": two digits and a text.  They go to the log (debug; a
 * refusal that has no other place to go: notice), and to the path that a line began with, "@/path
 * rest", if that path is a FIFO in the control FIFO's own folder; it is opened without following
 * links and without blocking, and never unlinked.  All answers to one command leave together; what
 * the reader does not take at once waits for it a while. */
#ifndef HOST_FIFO_H
#define HOST_FIFO_H

#include "host/loop.h"

struct fifo;
struct fifo_reply; /* where this line's answer goes */

struct fifo_command {
    char letter;
    int min_words;     /* words needed after the letter */
    const char *usage; /* "c LAC [user [password]]": shown when they are missing */
    /* rest: what stands after the letter and blanks, trimmed, NUL-ended; may be changed */
    void (*run)(void *ctx, struct fifo_reply *reply, char *rest);
};

/* Makes the FIFO (mode 0600, folder made if missing; a FIFO or a small plain file that is empty
 * or holds commands is replaced, anything else is an error) and watches it.  The rows end with a zero letter.
 * NULL with errno: EBUSY if somebody reads the one that is there (another daemon). */
struct fifo *fifo_open(struct loop *l, const char *path, const struct fifo_command *rows,
                       void *ctx);
void fifo_close(struct fifo *f); /* also unlinks it, if it is still ours */

/* One line of answer: "00 text" for code 0.  More lines may follow.  From within run() only, which
 * must not close the FIFO. */
void fifo_answer(struct fifo_reply *r, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The next blank-separated word of *rest, moving it on; NULL when there is none. */
char *fifo_word(char **rest);

/* Runs one line as if it had come through the FIFO; answers are given to "told" too, if it is not
 * NULL (tests, fuzzing). */
void fifo_line(struct fifo *f, char *line, size_t n, void (*told)(void *ctx, const char *answer),
               void *ctx);

#endif
