/* host/fifo: lines however they are cut, the answers of xl2tpd's form, and that no input makes the
 * daemon wait, write elsewhere, or fall. */
#include "host/fifo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "host/sys.h"
#include "tap.h"

static char dir[] = "/tmp/l2tpd-fifo-XXXXXX";
static char control[128], result[128];
static struct loop *l;
static struct fifo *f;
static char ran[4096]; /* commands as they ran: "c[rest]" */
static char answers[4096];
static char logged[4096];

static void sink(enum log_level level, const char *line)
{
    size_t n = strlen(logged);

    if (level < LEVEL_DEBUG)
        snprintf(logged + n, sizeof logged - n, "%s\n", line);
}

static void remember(char letter, const char *rest)
{
    size_t n = strlen(ran);

    snprintf(ran + n, sizeof ran - n, "%c[%s]", letter, rest);
}

static void run_c(void *ctx, struct fifo_reply *r, char *rest)
{
    const char *lac;

    (void)ctx;
    remember('c', rest);
    lac = fifo_word(&rest);
    if (strcmp(lac, "missing") == 0)
        fifo_answer(r, 1, "No such tunnel '%s'", lac);
    else
        fifo_answer(r, 0, "OK");
}

static void run_s(void *ctx, struct fifo_reply *r, char *rest)
{
    (void)ctx;
    (void)r;
    remember('s', rest);
}

static void run_x(void *ctx, struct fifo_reply *r, char *rest)
{
    int n = atoi(rest);

    (void)ctx;
    fifo_answer(r, 0, "OK");
    for (int i = 0; i < n; i++)
        fifo_answer(r, 0, "AVAILABLE lns.%04d.name=%0100d", i, i);
}

/* A source of n lines, each with its number. */
static int left, dropped;

static bool more_lines(void *state, struct text *out)
{
    int *n = state;

    if (left > 0)
        text_add(out, "line %d\n", *n - left--);
    return left > 0;
}

static void drop_lines(void *state)
{
    (void)state;
    dropped++;
}

static void run_lines(void *ctx, struct fifo_reply *r, char *rest)
{
    static int n;

    (void)ctx;
    left = n = atoi(rest);
    fifo_stream(r, &(struct fifo_source){more_lines, drop_lines, &n});
}

static void run_l(void *ctx, struct fifo_reply *r, char *rest)
{
    fifo_answer(r, 0, "OK");
    run_lines(ctx, r, rest);
}

static struct fifo_feed *feed;

static void feed_gone(void *owner)
{
    (void)owner;
    feed = NULL;
}

static void run_feed(void *ctx, struct fifo_reply *r, char *rest)
{
    (void)ctx;
    if (strcmp(rest, "hold") == 0)
        feed = fifo_feed_hold(r, feed_gone, NULL);
    else
        feed = fifo_feed_open(r, feed_gone, NULL);
}

static void run_answer(void *ctx, struct fifo_reply *r, char *rest)
{
    (void)ctx;
    for (int i = atoi(rest); i > 1; i--)
        fifo_answer(r, 0, "%d to come", i - 1);
    fifo_answer(r, atoi(rest) == 7 ? 7 : 0, "last");
}

static const struct fifo_command rows[] = {
    {'l', 1, "l N", run_l}, {'c', 1, "c LAC [user [password]]", run_c},
    {'s', 0, "s", run_s},   {'x', 0, "x", run_x},
    {0, 0, NULL, NULL},
};

static const struct fifo_verb verbs[] = {
    {"lines", 1, "lines N", run_lines},
    {"feed", 0, "feed", run_feed},
    {"answer", 1, "answer N", run_answer},
    {NULL, 0, NULL, NULL},
};

static void on_told(void *ctx, const char *answer)
{
    size_t n = strlen(answers);

    (void)ctx;
    snprintf(answers + n, sizeof answers - n, "%s\n", answer);
}

static void begin(void)
{
    ran[0] = answers[0] = logged[0] = '\0';
}

static void stop_now(struct timer *t)
{
    (void)t;
    loop_stop(l);
}

static void run(unsigned ms)
{
    struct timer end = {.fire = stop_now};

    loop_timer_init(l, &end);
    loop_timer_set(l, &end, sys_now_ms() + ms);
    loop_run(l);
    loop_timer_done(l, &end);
}

static int turns_left;

static uint64_t count_turns(void *ctx)
{
    (void)ctx;
    if (turns_left > 0 && --turns_left == 0)
        loop_stop(l);
    return 0;
}

/* Runs until what was written has been read, however long that takes. */
static void run_one_turn(void)
{
    turns_left = 2;
    loop_run(l);
}

/* -- one line ---------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    const char *line;
    size_t n; /* 0: strlen */
    const char *ran;
    const char *answers;
} lines[] = {
    {"a command and its words", "c home user secret", 0, "c[home user secret]", "00 OK\n"},
    {"newline and blanks are trimmed", "  c \t home  \r\n", 0, "c[home]", "00 OK\n"},
    {"the blank may be missing", "chome", 0, "c[home]", "00 OK\n"},
    {"a refusal", "c missing", 0, "c[missing]", "01 No such tunnel 'missing'\n"},
    {"too few words: usage", "c", 0, "", "01 c LAC [user [password]]\n"},
    {"blanks are no words", "c  \t ", 0, "", "01 c LAC [user [password]]\n"},
    {"no words needed", "s", 0, "s[]", ""},
    {"a verb goes before a letter", "lines 2", 0, "", "00 line 0\n00 line 1\n"},
    {"a letter and what is no verb", "linesx 2", 0, "", "00 OK\n"},
    {"a verb that begins like another is none", "line 2", 0, "", "00 OK\n"},
    {"a verb's missing words: usage", "answer", 0, "", "01 answer N\n"},
    {"unknown letter", "q home", 0, "", "01 Unknown command q\n"},
    {"an empty line is ignored", "", 0, "", ""},
    {"so are blanks", " \t \n", 0, "", ""},
    {"a lone NUL", "\0", 1, "", ""},
    {"a NUL at the end", "s\0", 2, "s[]", ""},
    {"a NUL in the middle ends it", "c home\0evil", 11, "c[home]", "00 OK\n"},
    {"control characters are refused", "c ho\x1b[2Jme", 0, "", "01 Control character in command\n"},
    {"so is a newline in the middle", "c home\nc evil", 0, "", "01 Control character in command\n"},
    {"UTF-8 is not", "c h\xc3\xb6me", 0, "c[h\xc3\xb6me]", "00 OK\n"},
    {"a path without a command", "@/nowhere", 0, "", "01 Command expected\n"},
    {"a path and a command", "@/nowhere c home", 0, "c[home]", "00 OK\n"},
    {"an at sign alone", "@", 0, "", ""},
};

static void test_lines(void)
{
    char *huge = malloc(5000);

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        size_t n = lines[i].n > 0 ? lines[i].n : strlen(lines[i].line);
        char *line = malloc(n + 1);

        begin();
        memcpy(line, lines[i].line, n);
        fifo_line(f, line, n, on_told, NULL);
        free(line);
        is_str(ran, lines[i].ran, lines[i].name);
        is_str(answers, lines[i].answers, "its answer");
    }
    begin();
    memset(huge, 'x', 5000);
    fifo_line(f, huge, 5000, on_told, NULL);
    is_str(answers, "01 Line too long\n", "a line too long is answered");
    memcpy(huge, "c ", 2);
    begin();
    fifo_line(f, huge, 4096, on_told, NULL);
    is_str(answers, "00 OK\n", "one that just fits runs");
    free(huge);
    begin();
    fifo_line(f, (char[]){"c missing"}, 9, NULL, NULL);
    is_str(logged, "control: 01 No such tunnel 'missing'\n",
           "a refusal with no other place is logged");
}

static void test_words(void)
{
    char text[] = "  one\ttwo   three ";
    char *rest = text;

    is_str(fifo_word(&rest), "one", "the first word");
    is_str(fifo_word(&rest), "two", "the second");
    is_str(rest, "  three ", "what is left");
    is_str(fifo_word(&rest), "three", "the third");
    ok(fifo_word(&rest) == NULL && fifo_word(&rest) == NULL, "no more");
}

/* -- through the FIFO -------------------------------------------------------------------------- */

static const struct {
    const char *name;
    struct {
        const char *text;
        size_t n; /* 0: strlen */
        unsigned pause_ms;
    } write[4];
    const char *ran;
} streams[] = {
    {"one line", {{"c home\n", 0, 0}}, "c[home]"},
    {"two lines in one write", {{"c home\ns\n", 0, 0}}, "c[home]s[]"},
    {"one line in two writes", {{"c ho", 0, 0}, {"me\n", 0, 0}}, "c[home]"},
    {"in octets", {{"c", 0, 0}, {" ", 0, 0}, {"h", 0, 0}, {"ome\n", 0, 0}}, "c[home]"},
    {"without a newline, as xl2tpd-control writes",
     {{"c home", 0, 60}, {"s", 0, 60}},
     "c[home]s[]"},
    {"a newline after it adds nothing", {{"s", 0, 60}, {"\n", 0, 60}}, "s[]"},
    {"with a NUL", {{"c home\0s\0", 9, 0}}, "c[home]s[]"},
    {"two old messages with answer paths, quickly",
     {{"@/x c home", 0, 0}, {"@/x c away", 0, 60}},
     "c[home]c[away]"},
    {"three old messages in one write",
     {{"@/a/x c one@/a/y c two@/a/z s", 0, 60}},
     "c[one]c[two]s[]"},
    {"cut anywhere",
     {{"@/a/x c one@", 0, 0}, {"/a/y c two@/", 0, 0}, {"a/z s", 0, 60}},
     "c[one]c[two]s[]"},
    {"another folder is part of a command", {{"@/a/x c one@/b/y", 0, 60}}, "c[one@/b/y]"},
    {"a name in our folder begins a message, too",
     {{"c ho", 0, 0}, {"@./x c away", 0, 60}},
     "c[ho]c[away]"},
    {"lines of nothing", {{"\n\n\0\0\ns\n", 8, 0}}, "s[]"},
};

static void put(const char *text, size_t n)
{
    int fd = open(control, O_WRONLY | O_NONBLOCK);

    if (fd < 0 || write(fd, text, n) != (ssize_t)n)
        abort();
    close(fd);
}

static void test_streams(void)
{
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        begin();
        for (int k = 0; k < 4 && streams[i].write[k].text != NULL; k++) {
            size_t n = streams[i].write[k].n;

            put(streams[i].write[k].text, n > 0 ? n : strlen(streams[i].write[k].text));
            run_one_turn();
            if (streams[i].write[k].pause_ms > 0)
                run(streams[i].write[k].pause_ms);
        }
        is_str(ran, streams[i].ran, streams[i].name);
    }
}

static void test_too_long(void)
{
    char huge[4096];

    begin();
    memset(huge, 'x', sizeof huge);
    for (int i = 0; i < 5; i++) {
        put(huge, sizeof huge);
        run_one_turn();
    }
    put("s\nc home\n", 9);
    run_one_turn();
    is_str(ran, "c[home]", "a line of 20 KiB is dropped to its end, and the next is heard");
    is_str(logged, "control: 01 Line too long\n", "it is answered once");
}

/* Octets that look like a message are none where one piece that is read goes on in the next. */
static void test_pieces(void)
{
    char huge[4096];

    begin();
    memset(huge, '\n', sizeof huge);
    memcpy(huge + sizeof huge - 7, "c home ", 7);
    put(huge, sizeof huge);
    put("@/word\n", 7);
    run(20);
    is_str(ran, "c[home @/word]", "a word that begins with \"@/\", in the next piece");
}

/* Others write into a line that has no end: a whole command in our folder's name, or in another
 * name of that, is heard. */
static void test_in_between(void)
{
    char huge[4096], line[256], link[160];

    snprintf(link, sizeof link, "%s.link", dir);
    if (symlink(dir, link) != 0)
        abort();
    for (int parts = 0; parts < 8; parts++) {
        begin();
        memset(huge, 'x', sizeof huge);
        for (int i = 0; i < parts / 2; i++) {
            put(huge, sizeof huge);
            run_one_turn();
        }
        put("@", 1);
        put(dir, 7);
        snprintf(line, sizeof line, "zz@@%s/nobody c home\n", parts % 2 != 0 ? link : dir);
        put(line, strlen(line));
        run_one_turn();
        put("xyz\n", 4);
        run(5);
        is_str(ran, "c[home]", "a whole command behind a line of no end");
    }
    unlink(link);
}

static void test_held_open(void)
{
    int fd = open(control, O_WRONLY | O_NONBLOCK);
    uint64_t start = sys_now_ms();

    begin();
    run(20);
    ok(fd >= 0 && sys_now_ms() - start < 500, "a writer that stays stops nobody");
    put("s\n", 2);
    run(5);
    is_str(ran, "s[]", "and others are heard beside it");
    close(fd);
}

/* -- answers ----------------------------------------------------------------------------------- */

/* Asks by the FIFO; what can be read at the path's open descriptor goes to text. */
static const char *ask(const char *path, const char *command, int fd, char *text, size_t size)
{
    char line[512];
    ssize_t n;

    begin();
    snprintf(line, sizeof line, "@%s %s\n", path, command);
    put(line, strlen(line));
    run(5);
    n = fd >= 0 ? read(fd, text, size - 1) : 0;
    text[n > 0 ? n : 0] = '\0';
    return text;
}

static size_t read_text(int fd, char *text, size_t size)
{
    ssize_t n = read(fd, text, size - 1);

    return n > 0 ? (size_t)n : 0;
}

static void test_answers(void)
{
    char text[256];
    struct stat st;
    int fd;

    mkfifo(result, 0600);
    ask(result, "c home", -1, text, sizeof text);
    fd = open(result, O_RDONLY | O_NONBLOCK);
    run(100);
    text[read_text(fd, text, sizeof text)] = '\0';
    is_str(text, "00 OK\n", "an answer waits for who opens its FIFO behind the command");
    close(fd);
    ask(result, "c home", -1, text, sizeof text);
    unlink(result);
    run(100);
    ok(strstr(logged, "nobody reads it") != NULL, "an answer that nobody reads is no harm");
    mkfifo(result, 0600);
    fd = open(result, O_RDONLY | O_NONBLOCK);
    is_str(ask(result, "c home", fd, text, sizeof text), "00 OK\n", "an answer");
    is_str(ask(result, "x 1", fd, text, 18), "00 OK\n00 AVAILABL", "several lines leave together");
    (void)!read(fd, text, sizeof text);
    is_str(ask(result, "c", fd, text, sizeof text), "01 c LAC [user [password]]\n", "a refusal");
    ok(logged[0] == '\0', "is not logged as well");
    ok(lstat(result, &st) == 0, "the result FIFO is never unlinked");
    is_str(ask("./result", "c home", fd, text, sizeof text), "00 OK\n", "one named in our folder");
    is_str(ask("./x/../result", "c home", fd, text, sizeof text), "", "and in no other");
    close(fd);
    unlink(result);
}

/* A folder whose name has blanks: our spelling of it is known, and "./" is any. */
static void test_blanks(void)
{
    char folder[160], line[512], text[64];
    char *paths[2];
    struct fifo *other;
    int fd;

    snprintf(folder, sizeof folder, "%s/d one  c two", dir);
    snprintf(text, sizeof text, "%s", "./result");
    mkdir(folder, 0700);
    snprintf(line, sizeof line, "%s/control", folder);
    other = fifo_open(l, line, rows, verbs, NULL);
    snprintf(line, sizeof line, "%s/result", folder);
    mkfifo(line, 0600);
    fd = open(line, O_RDONLY | O_NONBLOCK);
    paths[0] = strdup(line);
    paths[1] = strdup(text);
    for (int i = 0; i < 2; i++) {
        ssize_t n;

        begin();
        snprintf(line, sizeof line, "@%s c missing", paths[i]);
        fifo_line(other, line, strlen(line), NULL, NULL);
        n = read(fd, text, sizeof text - 1);
        text[n > 0 ? n : 0] = '\0';
        is_str(ran, "c[missing]", "a folder with blanks: the command");
        is_str(text, "01 No such tunnel 'missing'\n", "and its answer");
        free(paths[i]);
    }
    close(fd);
    fifo_close(other);
    snprintf(line, sizeof line, "%s/result", folder);
    unlink(line);
    rmdir(folder);
}

/* What stands at the path that a line names, and must get no answer. */
enum trap { AS_IT_IS, PLAIN_FILE, LINK_TO_FIFO };

static const struct {
    const char *name;
    const char *path; /* %s: our folder */
    enum trap trap;
} traps[] = {
    {"nothing there", "%s/result", AS_IT_IS},
    {"a plain file", "%s/result", PLAIN_FILE},
    {"a link to a FIFO", "%s/result", LINK_TO_FIFO},
    {"a FIFO in a folder below", "%s/below/victim", AS_IT_IS},
    {"a FIFO elsewhere by way of \"..\"", "%s/below/../below/victim", AS_IT_IS},
    {"the control FIFO itself", "%s/control", AS_IT_IS},
    {"the folder", "%s/.", AS_IT_IS},
    {"a path with no name", "%s/", AS_IT_IS},
};

static void test_traps(void)
{
    char below[192], victim[192], path[256], text[64];
    int reader;

    snprintf(below, sizeof below, "%s/below", dir);
    snprintf(victim, sizeof victim, "%s/below/victim", dir);
    mkdir(below, 0700);
    mkfifo(victim, 0600);
    reader = open(victim, O_RDONLY | O_NONBLOCK);
    for (size_t i = 0; i < sizeof traps / sizeof *traps; i++) {
        struct stat st;
        int fd;

        snprintf(path, sizeof path, "%s/result", dir);
        unlink(path);
        if (traps[i].trap == PLAIN_FILE && (fd = open(path, O_CREAT | O_WRONLY, 0600)) >= 0)
            close(fd);
        if (traps[i].trap == LINK_TO_FIFO && symlink("below/victim", path) != 0)
            abort();
        snprintf(path, sizeof path, traps[i].path, dir);
        ask(path, "c home", reader, text, sizeof text);
        ok(text[0] == '\0' && strcmp(ran, "c[home]") == 0 &&
               strncmp(logged, "control: no answer to ", 22) == 0,
           "no answer to %s, one log line", traps[i].name);
        if (traps[i].trap == PLAIN_FILE)
            ok(stat(path, &st) == 0 && st.st_size == 0, "which stays as it was");
    }
    snprintf(path, sizeof path, "%s/below/../result", dir);
    unlink(result);
    mkfifo(result, 0600);
    close(reader);
    reader = open(result, O_RDONLY | O_NONBLOCK);
    is_str(ask(path, "c home", reader, text, sizeof text), "00 OK\n",
           "another way to name our own folder is no trap");
    snprintf(path, sizeof path, "%s/below/result", dir);
    is_str(ask(path, "c home", reader, text, sizeof text), "",
           "a name of ours in another folder is one");
    close(reader);
    unlink(result);
    unlink(victim);
    rmdir(below);
}

static void test_slow_reader(void)
{
    static char text[65536];
    size_t all = 0;
    ssize_t n;
    int fd;

    mkfifo(result, 0600);
    fd = open(result, O_RDONLY | O_NONBLOCK);
    ask(result, "x 5000", -1, text, sizeof text);
    put("s\n", 2);
    run(5);
    is_str(ran, "s[]", "a reader that does not read stops nobody");
    while ((n = read(fd, text, sizeof text)) > 0) {
        all += (size_t)n;
        run(3);
    }
    is_int((long long)all, 6 + 5000 * 128, "600 KB of answers come whole when they are read");
    ask(result, "x 5000", -1, text, sizeof text);
    close(fd);
    run(5);
    put("s\n", 2);
    run(5);
    is_str(ran, "s[]", "nor does one that goes away in the middle");
    fd = open(result, O_RDONLY | O_NONBLOCK);
    for (int i = 0; i < 12; i++)
        ask(result, "x 5000", -1, text, sizeof text);
    put("s\n", 2);
    run(5);
    is_str(ran, "s[]", "nor do many");
    close(fd);
    unlink(result);
}

/* -- frames ------------------------------------------------------------------------------------ */

static const struct {
    const char *name, *command, *expected;
} frames[] = {
    {"an answer of one line", "answer 1", "00 last\n"},
    {"of three", "answer 3", "00-2 to come\n00-1 to come\n00 last\n"},
    {"a refusal at its end", "answer 7",
     "00-6 to come\n00-5 to come\n00-4 to come\n00-3 to come\n00-2 to come\n00-1 to come\n"
     "07 last\n"},
    {"a usage", "lines", "01 lines N\n"},
    {"a source", "lines 2", "00-line 0\n00-line 1\n00 OK\n"},
    {"an empty source", "lines 0", "00 OK\n"},
    {"a letter's source has no frame", "l 2", "00 OK\n00 line 0\n00 line 1\n"},
};

static void test_frames(void)
{
    char text[256];
    int fd;

    mkfifo(result, 0600);
    fd = open(result, O_RDONLY | O_NONBLOCK);
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
        is_str(ask(result, frames[i].command, fd, text, sizeof text), frames[i].expected,
               frames[i].name);
    close(fd);
    unlink(result);
}

/* Reads to the end of what comes; how many lines are in order, and whether the last one is there.
 */
static int read_lines(int fd, bool *whole)
{
    static char text[65536];
    char want[32], line[64];
    size_t used = 0;
    int n = 0, idle = 0;

    *whole = false;
    while (idle < 200 && !*whole) {
        ssize_t got = read(fd, text, sizeof text);

        idle = got > 0 ? 0 : idle + 1;
        for (ssize_t i = 0; i < got; i++) {
            line[used++] = text[i];
            if (text[i] != '\n')
                continue;
            line[used - 1] = '\0';
            used = 0;
            snprintf(want, sizeof want, "00-line %d", n);
            n += strcmp(line, want) == 0;
            *whole |= strcmp(line, "00 OK") == 0;
        }
        run(2);
    }
    return n;
}

static void test_long_source(void)
{
    char text[64];
    bool whole;
    int fd;

    mkfifo(result, 0600);
    fd = open(result, O_RDONLY | O_NONBLOCK);
    dropped = 0;
    ask(result, "lines 200000", -1, text, sizeof text);
    ok(left > 100000, "a long answer is made as it is read: %d lines are not yet", left);
    is_int(read_lines(fd, &whole), 200000, "and comes whole");
    ok(whole, "to its last line");
    is_int(dropped, 1, "its source is dropped");
    ask(result, "lines 200000", -1, text, sizeof text);
    close(fd);
    run(20);
    ok(dropped == 2 && left > 0, "a reader that goes away ends it");
    left = 200000;
    ask(result, "lines 200000", -1, text, sizeof text);
    unlink(result);
    run(100);
    ok(dropped == 3 && left == 200000, "where nobody reads, nothing is made");
}

static void test_feed(void)
{
    char text[256], line[1024];
    int fd, n = 0;

    mkfifo(result, 0600);
    ask(result, "feed", -1, text, sizeof text);
    ok(feed == NULL, "nobody reads: no feed");
    fifo_line(f, (char[]){"feed"}, 4, NULL, NULL);
    ok(feed == NULL && strstr(logged, "01 There is nobody to tell") != NULL, "nor without a path");
    fd = open(result, O_RDONLY | O_NONBLOCK);
    is_str(ask(result, "feed", fd, text, sizeof text), "", "a feed has no answer at first");
    if (!ok(feed != NULL, "but it is there"))
        return;
    fifo_feed_line(feed, "one");
    fifo_feed_line(feed, "two");
    n = (int)read(fd, text, sizeof text - 1);
    text[n > 0 ? n : 0] = '\0';
    is_str(text, "00-one\n00-two\n", "lines come as they are given");
    run(20);
    ok(feed != NULL, "and it waits for more");
    fifo_feed_close(feed, "end");
    n = (int)read(fd, text, sizeof text - 1);
    text[n > 0 ? n : 0] = '\0';
    is_str(text, "00 end\n", "its end is told");
    ask(result, "feed", fd, text, sizeof text);
    begin();
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    for (n = 0; n < 1000 && feed != NULL; n++)
        fifo_feed_line(feed, line);
    ok(feed == NULL && n > 256 && n < 500, "who reads nothing is dropped, after %d KiB", n);
    ok(strstr(logged, "it is told no more") != NULL, "and the log tells");
    while (read(fd, line, sizeof line) > 0)
        continue;
    ask(result, "feed", fd, text, sizeof text);
    ok(feed != NULL, "it may come again");
    close(fd);
    for (int i = 0; i < 200 && feed != NULL; i++)
        run(5);
    ok(feed == NULL, "who leaves is noticed, with nothing to tell");
    fd = open(result, O_RDONLY | O_NONBLOCK);
    for (n = 0; n < 100; n++) {
        feed = NULL;
        ask(result, "feed", -1, text, sizeof text);
        if (feed == NULL)
            break;
    }
    is_int(n, 32, "only so many may listen");
    n = (int)read(fd, text, sizeof text - 1);
    text[n > 0 ? n : 0] = '\0';
    is_str(text, "01 Too many listen already\n", "and the next one is told so");
    for (n = 0; n < 100; n++) {
        feed = NULL;
        ask(result, "feed hold", -1, text, sizeof text);
        if (feed == NULL)
            break;
    }
    is_int(n, 100, "whoever holds something of ours is not one of them");
    close(fd);
    run(20);
    unlink(result);
}

/* -- opening ----------------------------------------------------------------------------------- */

static void test_open(void)
{
    struct stat before, after;
    char path[192];
    struct stat st;
    struct fifo *one;
    int fd;

    snprintf(path, sizeof path, "%s/run/l2tp-control", dir);
    one = fifo_open(l, path, rows, verbs, NULL);
    ok(one != NULL && stat(path, &st) == 0 && S_ISFIFO(st.st_mode) && (st.st_mode & 0777) == 0600,
       "the folder and the FIFO are made, for us alone");
    fifo_close(one);
    ok(lstat(path, &st) != 0, "and the FIFO is removed");
    fd = open(path, O_CREAT | O_WRONLY, 0644);
    close(fd);
    one = fifo_open(l, path, rows, verbs, NULL);
    ok(one != NULL && lstat(path, &st) == 0 && S_ISFIFO(st.st_mode), "a plain file is replaced");
    unlink(path);
    mkfifo(path, 0600);
    fifo_close(one);
    ok(lstat(path, &st) == 0, "somebody else's in its place is left alone");
    one = fifo_open(l, path, rows, verbs, NULL);
    ok(one != NULL, "an old FIFO is replaced");
    fifo_close(one);
    ok(symlink("/dev/null", path) == 0 && fifo_open(l, path, rows, verbs, NULL) == NULL &&
           errno == EEXIST,
       "a link is not");
    unlink(path);
    mkdir(path, 0700);
    ok(fifo_open(l, path, rows, verbs, NULL) == NULL && errno == EEXIST, "nor is a folder");
    rmdir(path);
    snprintf(path, sizeof path, "%s/run", dir);
    rmdir(path);
    ok(stat(control, &before) == 0 && fifo_open(l, control, rows, verbs, NULL) == NULL &&
           errno == EBUSY && stat(control, &after) == 0 && before.st_ino == after.st_ino,
       "a FIFO that somebody reads is left to him");
}

int main(void)
{
    if (mkdtemp(dir) == NULL)
        return 1;
    snprintf(control, sizeof control, "%s/control", dir);
    snprintf(result, sizeof result, "%s/result", dir);
    log_set_sink(sink);
    l = loop_new();
    if (l != NULL)
        loop_before_sleep(l, count_turns, NULL);
    f = l != NULL ? fifo_open(l, control, rows, verbs, NULL) : NULL;
    if (!ok(f != NULL, "a control FIFO"))
        return 1;
    test_lines();
    test_words();
    test_streams();
    test_too_long();
    test_in_between();
    test_pieces();
    test_held_open();
    test_answers();
    test_blanks();
    test_traps();
    test_slow_reader();
    test_frames();
    test_long_source();
    test_feed();
    test_open();
    fifo_close(f);
    loop_free(l);
    ok(rmdir(dir) == 0, "nothing stays behind");
    return tap_done();
}
