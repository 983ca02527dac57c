/* options: the command line, and the paths that hold where it names none.
 *
 * Started under the name of xl2tpd we use its paths and its ident: that is the whole drop-in
 * switch.  Knows what the words are called and what they ask for, and does none of it. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

enum options_task {
    TASK_RUN,
    TASK_VERSION,       /* -v, --version */
    TASK_HELP,          /* -h, --help */
    TASK_CHECK,         /* --check [FILE] */
    TASK_EXPLAIN,       /* --explain PEER [HOSTNAME] */
    TASK_PRINT_CONFIG,  /* --print-config [FILE] */
    TASK_PRINT_EXAMPLE, /* --print-example */
    TASK_PRINT_KEYS     /* --print-keys */
};

/* Texts are those of argv, or constants. */
struct options {
    enum options_task task;
    const char *ident; /* "l2tpd" or "xl2tpd" */
    const char *conf, *secrets, *pid, *fifo;
    bool conf_given, secrets_given; /* by an option */
    bool in_front;                  /* -D */
    bool to_syslog;                 /* -l */
    int tos;                        /* -q: for control messages, 0..255; 0 by default */
    const char *peer, *host_name;   /* of --explain; host_name may be NULL */
};

/* Takes the command line apart.  False if there is something wrong with it: *why then says what, in
 * "word" (one of argv's), and "why" is never NULL. */
bool options_read(struct options *o, int argc, char **argv, const char **why, const char **word);

/* For xl2tpd's users alone: where its own configuration is missing and -c named no other, the one
 * of a much older name is taken, with the secrets beside it (unless -s names others).  True if that
 * was done; the name of the missing one is then in *missing. */
bool options_fall_back(struct options *o, const char **missing);

void options_usage(FILE *to, const char *ident);

#endif
