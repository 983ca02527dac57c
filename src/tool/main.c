/* l2tpd-control: options and the verb; the rest is verbs.c's and ask.c's. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/version.h"
#include "tool/verbs.h"

#define OUR_FIFO "/var/run/l2tpd/l2tp-control"
#define XL2TPDS_FIFO "/var/run/xl2tpd/l2tp-control"
#define TIMEOUT_S 10

static void usage(FILE *to, const char *program)
{
    fprintf(to,
            "Usage: %s [-c FIFO] [-t SECONDS] [-d] VERB [WORD...]\n"
            "  -c FIFO     the daemon's control FIFO\n"
            "  -t SECONDS  how long to wait for an answer; 10\n"
            "  -d          tell on stderr what is sent and what comes\n"
            "  --json      with status: for programs\n"
            "  --help      this help\n"
            "  --version   version\n"
            "Verbs:\n",
            program);
    for (const struct verb *v = verbs; v->name != NULL; v++)
        fprintf(to, "  %-14s %-28s %s\n", v->name, v->words, v->help);
    fprintf(to,
            "Exit status: the code of the answer, 0 for a success; 251 the answer was cut short,\n"
            "252 no daemon, 253 no answer in time, 254 trouble here, 255 usage.\n");
}

static int bad(const char *program, const char *what, const char *word)
{
    fprintf(stderr, "%s: %s%s%s\n", program, what, word != NULL ? " " : "",
            word != NULL ? word : "");
    fprintf(stderr, "Try '%s --help'.\n", program);
    return ASK_USAGE;
}

static void only_prints(const char *word, const char *program)
{
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        usage(stdout, program);
    else if (strcmp(word, "--version") == 0)
        printf("%s version %s\n", program, VERSION);
    else
        return;
    exit(fflush(stdout) == 0 ? 0 : ASK_TROUBLE);
}

/* Takes one option with its value; how many words that were, 0: it is none. */
static int take_option(struct order *o, char **argv)
{
    const char *word = argv[0], *value = argv[1];
    char *end;

    if (strcmp(word, "-d") == 0) {
        o->asker.debug = true;
        return 1;
    }
    if (strcmp(word, "--json") == 0) {
        o->json = true;
        return 1;
    }
    if (value == NULL)
        return 0;
    if (strcmp(word, "-c") == 0) {
        o->asker.fifo = value;
        return 2;
    }
    if (strcmp(word, "-t") == 0) {
        unsigned long seconds = strtoul(value, &end, 10);

        o->asker.timeout_s = (int)seconds;
        return *end == '\0' && seconds > 0 && seconds < 1000000 ? 2 : 0;
    }
    return 0;
}

/* The verb and its words; --json may stand among them. */
static int take_verb(struct order *o, char **argv)
{
    const char *program = o->asker.program;

    if (argv[0] == NULL)
        return bad(program, "what shall the daemon do?", NULL);
    o->verb = verb_find(argv[0]);
    if (o->verb == NULL)
        return bad(program, "no such verb:", argv[0]);
    o->words = argv + 1;
    for (argv++; *argv != NULL; argv++) {
        if (o->verb->letter == 0 && strcmp(*argv, "--json") == 0)
            o->json = true;
        else
            o->words[o->n++] = *argv;
    }
    if (o->n < o->verb->least || (o->verb->most >= 0 && o->n > o->verb->most)) {
        fprintf(stderr, "%s: usage: %s %s%s%s\n", program, program, o->verb->name,
                o->verb->words[0] != '\0' ? " " : "", o->verb->words);
        return ASK_USAGE;
    }
    if (o->json && !verb_has_json(o))
        return bad(program, "--json goes with status of everything, not with", o->verb->name);
    return 0;
}

/* Where ours does not run, the one in xl2tpd's place may. */
static void look_elsewhere(const struct asker *a)
{
    struct stat st;

    if (strcmp(a->fifo, OUR_FIFO) == 0 && stat(XL2TPDS_FIFO, &st) == 0 && S_ISFIFO(st.st_mode))
        fprintf(stderr, "%s: there is %s: use -c with that, or the name xl2tpd-control\n",
                a->program, XL2TPDS_FIFO);
}

/* What has not reached its reader is no success: an error of a flush before the last one is kept in
 * the stream alone. */
static int ended(const struct order *o, int code)
{
    if ((fflush(stdout) == 0 && !ferror(stdout)) || code != 0)
        return code;
    fprintf(stderr, "%s: not all could be written to standard output\n", o->asker.program);
    return ASK_TROUBLE;
}

int main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    const char *program = slash != NULL ? slash + 1 : argv[0];
    bool as_xl2tpds = strcmp(program, "xl2tpd-control") == 0;
    struct order o = {.asker = {.program = as_xl2tpds ? program : "l2tpd-control",
                                .fifo = as_xl2tpds ? XL2TPDS_FIFO : OUR_FIFO,
                                .timeout_s = TIMEOUT_S}};
    int at = 1, taken, code;

    (void)argc;
    ask_open_standard();
    while (argv[at] != NULL && argv[at][0] == '-') {
        only_prints(argv[at], o.asker.program);
        taken = take_option(&o, argv + at);
        if (taken == 0)
            return bad(o.asker.program, "no such option, or not with that value:", argv[at]);
        at += taken;
    }
    code = take_verb(&o, argv + at);
    if (code == 0)
        code = verb_run(&o);
    if (code == ASK_NO_DAEMON)
        look_elsewhere(&o.asker);
    return ended(&o, code);
}
