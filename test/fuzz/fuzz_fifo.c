/* One line of the control FIFO, whatever it holds, through fifo_line() with a table of commands
 * like the daemon's.  The bodies read every word and answer with it, so that a word that is not a
 * string, or stands outside its line, is found. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/fifo.h"

static void answer_words(void *ctx, struct fifo_reply *r, char *rest)
{
    char *word;

    (void)ctx;
    fifo_answer(r, (int)(strlen(rest) % 4), "rest '%s'", rest);
    while ((word = fifo_word(&rest)) != NULL)
        fifo_answer(r, word[0] == 'x', "No such tunnel '%s'", word);
}

static const struct fifo_command rows[] = {
    {'t', 1, "t HOST", answer_words},
    {'c', 1, "c LAC [user [password]]", answer_words},
    {'o', 2, "o LAC NUMBER", answer_words},
    {'h', 1, "h CALL", answer_words},
    {'d', 1, "d LAC", answer_words},
    {'a', 1, "a LAC key=value;key=value", answer_words},
    {'r', 1, "r LAC", answer_words},
    {'s', 0, "s", answer_words},
    {'z', 1, "z LNS key=value;key=value", answer_words},
    {'y', 1, "y LNS", answer_words},
    {'x', 0, "x", answer_words},
    {'w', 1, "w LNS", answer_words},
    {0, 0, NULL, NULL},
};

static bool some_lines(void *state, struct text *out)
{
    text_put_str(out, "a line\n");
    return ++*(int *)state % 3 != 0;
}

static void drop_lines(void *state)
{
    (void)state;
}

static void answer_lines(void *ctx, struct fifo_reply *r, char *rest)
{
    static int n;

    answer_words(ctx, r, rest);
    fifo_stream(r, &(struct fifo_source){some_lines, drop_lines, &n});
}

static const struct fifo_verb verbs[] = {
    {"status", 0, "status [json]", answer_lines},
    {"log", 1, "log TOPIC...", answer_words},
    {NULL, 0, NULL, NULL},
};

static struct fifo *control;
static struct loop *loop;
static char folder[] = "/tmp/l2tpd-fuzz-fifo-XXXXXX";

static void close_control(void)
{
    fifo_close(control);
    loop_free(loop);
    rmdir(folder);
}

/* The FIFO itself is not written to, but answers look for their way from its folder. */
static void open_control(void)
{
    char path[sizeof folder + 8];

    loop = loop_new();
    if (loop == NULL || mkdtemp(folder) == NULL)
        abort();
    snprintf(path, sizeof path, "%s/control", folder);
    control = fifo_open(loop, path, rows, verbs, NULL);
    if (control == NULL)
        abort();
    atexit(close_control);
}

/* An answer is two digits, a blank and a text without an end of line. */
static void look_at_answer(void *ctx, const char *answer)
{
    (void)ctx;
    if (strspn(answer, "0123456789") != 2 || answer[2] != ' ' || strchr(answer, '\n') != NULL)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *line = malloc(size + 1);

    if (control == NULL)
        open_control();
    if (line == NULL)
        return 0;
    memcpy(line, data, size);
    fifo_line(control, line, size, look_at_answer, NULL);
    free(line);
    return 0;
}
