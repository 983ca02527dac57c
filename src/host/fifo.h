/* fifo: the control FIFO: one command a line in, answers out; rows say which commands there are.
 *
 * Opened read-write and non-blocking, so there is always a writer and never an end-of-file; a line
 * buffer survives short reads, several lines in one read, and lines too long (answered, dropped to
 * their end).  A NUL octet ends a line too.  Old clients write a command without a newline: what
 * has come is taken for a whole line after 20 ms of silence, or when the next "@/folder/" begins:
 * a path in our folder, however that is spelled, begins a line wherever it stands.
 *
 * There are letters, with xl2tpd's answers ("CC text", two digits and a text, in one or more
 * lines), and verbs, words of several letters, whose answers are framed: as long as more follows a
 * line is "CC-text", the last one is "CC text", so a reader knows a whole answer from a part of
 * one.  (An answer of one line is the same in both.)
 *
 * Answers go to the path that a line began with, "@/path rest", if that path is a FIFO in the
 * control FIFO's own folder; "@./name rest" is a FIFO there, whatever the folder's name.  A blank
 * ends the path, but for those of the folder as fifo_open() was given it.  It is opened without
 * following links and without blocking, and never unlinked; who begins to read it behind the command
 * is waited for, two seconds long.  A refusal that has no such place goes to the log.  What the reader does not take at
 * once waits for it, as long as it goes on taking; a long answer is made while it is read, so that
 * none costs more than a chunk of memory or of time. */
#ifndef HOST_FIFO_H
#define HOST_FIFO_H

#include "base/text.h"
#include "host/loop.h"

struct fifo;
struct fifo_reply; /* where this line's answer goes */
struct fifo_feed;  /* an answer that has no end yet */

/* rest: what stands after the letter or verb and blanks, trimmed, NUL-ended; may be changed */
typedef void fifo_run_fn(void *ctx, struct fifo_reply *reply, char *rest);

struct fifo_command {
    char letter;
    int min_words;     /* words needed after the letter */
    const char *usage; /* "c LAC [user [password]]": shown when they are missing */
    fifo_run_fn *run;
};

struct fifo_verb {
    const char *word; /* two letters at least; it goes before a letter that it begins with */
    int min_words;
    const char *usage;
    fifo_run_fn *run;
};

/* Makes the FIFO (mode 0600, folder made if missing; a FIFO or a small plain file that is empty
 * or holds commands is replaced, anything else is an error) and watches it.  The rows end with a
 * zero letter, the verbs with a NULL word.  NULL with errno: EBUSY if somebody reads the one that
 * is there (another daemon). */
struct fifo *fifo_open(struct loop *l, const char *path, const struct fifo_command *rows,
                       const struct fifo_verb *verbs, void *ctx);
/* Makes it anew, and hears no other any more, if what is at its path is not it.  1: so it was; 0: it
 * is there; -1 with errno: there is another thing or another daemon's, and all is as it was. */
int fifo_renew(struct fifo *f);
/* Also unlinks it, if it is still ours.  Answers that have not been read are lost; whoever has a
 * feed is told that it is gone. */
void fifo_close(struct fifo *f);

/* One line of answer: "00 text" for code 0.  More lines may follow.  From within run() only, which
 * must not close the FIFO. */
void fifo_answer(struct fifo_reply *r, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The rest of an answer, of any length, made while it is read. */
struct fifo_source {
    /* Adds some lines, each with its newline, without code; false: those were the last.  Called
     * from the loop, between other things; what it looks at may have changed in between. */
    bool (*more)(void *state, struct text *out);
    void (*drop)(void *state); /* once, at the end, whichever */
    void *state;
};

/* From within run(), as the last thing: all lines of the source follow, with code 0.  Takes the
 * state. */
void fifo_stream(struct fifo_reply *r, const struct fifo_source *source);

/* From within run(), as the last thing: the answer goes on as lines are given.  gone() is told once
 * when nobody can hear them any more (the reader has left, or has left more than 256 KiB unread,
 * which is logged); from then on the feed is not to be used.  NULL if there is no reader or are too
 * many already, which has been answered.  A verb's only. */
struct fifo_feed *fifo_feed_open(struct fifo_reply *r, void (*gone)(void *owner), void *owner);
/* The same for one who holds something of ours, such as a line, for as long as he listens: whoever has
 * given it to him knows how many there may be, so he takes no room from others, nor they from him. */
struct fifo_feed *fifo_feed_hold(struct fifo_reply *r, void (*gone)(void *owner), void *owner);
void fifo_feed_line(struct fifo_feed *feed, const char *line);       /* may call gone() */
void fifo_feed_close(struct fifo_feed *feed, const char *last_line); /* without calling gone() */

/* The next blank-separated word of *rest, moving it on; NULL when there is none. */
char *fifo_word(char **rest);

/* Runs one line as if it had come through the FIFO; answers are given to "told" too, if it is not
 * NULL (tests, fuzzing). */
void fifo_line(struct fifo *f, char *line, size_t n, void (*told)(void *ctx, const char *answer),
               void *ctx);

#endif
