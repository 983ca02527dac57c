/* ask: one command to a daemon by its control FIFO, and the answer by a FIFO of our own.
 *
 * Our daemon's verbs are answered in frames ("NN-text" lines, the last one "NN text"), its letters
 * and all of xl2tpd's as plain lines ("NN text") up to the end of file.  xl2tpd takes one write for
 * one command, so a command is written at once or not at all.  Does not know what commands mean. */
#ifndef TOOL_ASK_H
#define TOOL_ASK_H

#include <stdbool.h>
#include <sys/types.h>

/* How an exchange ended, beside the codes 0 to 99 of answers; as exit codes. */
enum {
    ASK_CUT = 251,       /* the answer ended in its middle */
    ASK_NO_DAEMON = 252, /* nobody reads the control FIFO, or there is none */
    ASK_NO_ANSWER = 253, /* not in time; xl2tpd-control's code for that */
    ASK_TROUBLE = 254,   /* here, with a FIFO or memory; likewise */
    ASK_USAGE = 255      /* likewise */
};

enum ask_form {
    ASK_FRAMED, /* until the last line of the frame */
    ASK_PLAIN,  /* until the end of file; the first line has the code */
    ASK_MUTE    /* there is no answer to this one */
};

struct asker {
    const char *program; /* our name, for messages and for the answer's FIFO */
    const char *fifo;    /* the daemon's */
    int timeout_s;       /* how long to wait for the next piece of an answer */
    bool forever;        /* wait for further pieces without end, once there was one */
    bool for_a_line;     /* that the line hangs up (HUP), or who has it ends (CHLD), is a success, if the
                          * daemon has nothing else to say of it within 2 s */
    bool debug;          /* tell on stderr what is sent and what comes */
    void (*tell)(const char *text); /* what failed; NULL: on stderr */
    /* A line of the answer, without its code and newline; last: the one that ends a frame, or the
     * only one of a plain answer.  May be NULL. */
    void (*line)(void *ctx, int code, const char *text, bool last);
    void *ctx;
};

/* Before anything else is opened: where one of the three standard descriptors is closed, the daemon's FIFO
 * or a pty would be opened in its place. */
void ask_open_standard(void);

/* A child of ours that a signal that ends the program ends too. */
void ask_ends_with_us(pid_t child);

/* Sends it and hears the answer.  The answer's code, or one of the above after saying why (to
 * tell(), or on stderr).  The FIFO that it makes is gone afterwards, also when a signal ends the program. */
int ask(const struct asker *a, const char *command, enum ask_form form);

#endif
