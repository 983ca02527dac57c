/* The verbs; see verbs.h. */
#include "tool/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tool/screen.h"
#include "tool/settings.h"

#define REFRESH_S 2
#define PASSWORD_MOST 255 /* pppd takes no more */

/* -- lines of answers -------------------------------------------------------------------------- */

/* What is data goes to standard output, and so does the verdict if there is nothing but that. */
struct printing {
    FILE *out;
    unsigned lines;
    bool quiet;         /* no verdict */
    bool skip_ok;       /* "00 OK" before plain lines of data */
    const char *ending; /* with what the last of plain lines begins, so that it is known as such */
    bool ended;
    bool framed;
    bool holds; /* until the answer is there: who reads it may take longer than the daemon waits */
    struct text held;
};

/* Gives what was held; false: some of it is missing. */
static bool let_go(struct printing *p)
{
    bool good = !p->held.failed;

    if (p->held.n > 0)
        fwrite(p->held.p, 1, p->held.n, p->out);
    fflush(p->out);
    text_free(&p->held);
    return good;
}

static void print_line(void *ctx, int code, const char *text, bool last)
{
    struct printing *p = ctx;

    p->lines++;
    if (p->ending != NULL)
        p->ended = strncmp(text, p->ending, strlen(p->ending)) == 0;
    if (p->framed && last && (p->lines > 1 || p->quiet) && code == 0)
        return;
    if (p->skip_ok && p->lines == 1 && code == 0)
        return;
    if (p->holds && code == 0) {
        text_add(&p->held, "%s\n", text);
        return;
    }
    fprintf(code == 0 ? p->out : stderr, "%s\n", text);
    fflush(p->out);
}

/* Asks with an answer that is printed. */
static int ask_and_print(struct asker a, const char *command, enum ask_form form,
                         struct printing *p)
{
    int code;

    p->holds = !a.forever;
    a.line = print_line;
    a.ctx = p;
    code = ask(&a, command, form);
    if (let_go(p) || code != 0)
        return code;
    fprintf(stderr, "%s: no memory for the answer\n", a.program);
    return ASK_TROUBLE;
}

/* -- what is sent ------------------------------------------------------------------------------ */

static bool is_usual(const char *word)
{
    if (word[0] == '\0')
        return false;
    for (; *word != '\0'; word++)
        if ((unsigned char)*word <= ' ' || *word == 0x7f)
            return false;
    return true;
}

/* A section's name; it may have blanks in its middle, where what is sent ends with it. */
static bool is_name(const char *word)
{
    size_t n = strlen(word);

    for (size_t i = 0; i < n; i++)
        if (((unsigned char)word[i] < ' ' && word[i] != '\t') || word[i] == 0x7f)
            return false;
    return n > 0 && strchr(" \t", word[0]) == NULL && strchr(" \t", word[n - 1]) == NULL;
}

/* Commands that take all the rest for a name, xl2tpd's too. */
static bool ends_with_name(const struct order *o)
{
    return o->n == 1 && o->verb->letter != 0 && strchr("drw", o->verb->letter) != NULL;
}

static int refuse(const struct order *o, const char *word)
{
    fprintf(stderr, "%s: '%s' cannot be a name: it is empty, or has blanks or controls in it\n",
            o->asker.program, word);
    return ASK_USAGE;
}

/* Is it our daemon?  xl2tpd has neither this verb nor one with that letter, and does no more than
 * say so; others of its commands it would not survive without a name. */
static int ask_kind(const struct order *o, bool *ours)
{
    struct asker a = o->asker;
    int code;

    a.line = NULL;
    code = ask(&a, "version", ASK_FRAMED);
    *ours = code == 0;
    return code > 99 ? code : 0;
}

static int ask_framed(const struct order *o, const char *command, struct printing *p)
{
    p->framed = true;
    return ask_and_print(o->asker, command, ASK_FRAMED, p);
}

/* A verb of our daemon's, its answer in a frame. */
static int ask_ours(const struct order *o, const char *command, struct printing *p)
{
    bool ours;
    int code = ask_kind(o, &ours);

    if (code != 0)
        return code;
    if (ours)
        return ask_framed(o, command, p);
    fprintf(stderr, "%s: the daemon at %s is xl2tpd, which has no '%s'\n", o->asker.program,
            o->asker.fifo, o->verb->name);
    return ASK_USAGE;
}

/* Into command: a letter or a verb, and the words.  0, or a code after saying why. */
static int compose(const struct order *o, struct text *command, const char *begin)
{
    text_put_str(command, begin);
    for (int i = 0; i < o->n; i++) {
        if (!(ends_with_name(o) ? is_name(o->words[i]) : is_usual(o->words[i])))
            return refuse(o, o->words[i]);
        text_add(command, " %s", o->words[i]);
    }
    return 0;
}

/* The verb's letter or its name, and the words: one line of answer. */
static int send_words(const struct order *o)
{
    char letter[2] = {o->verb->letter, '\0'};
    struct printing p = {.out = stdout};
    struct text command = {0};
    int code = compose(o, &command, letter[0] != '\0' ? letter : o->verb->name);

    if (code == 0 && letter[0] != '\0')
        code = ask_and_print(o->asker, command.p, ASK_PLAIN, &p);
    else if (code == 0)
        code = ask_ours(o, command.p, &p);
    text_free(&command);
    return code;
}

/* The letter's answer is always the same; our daemon's verb tells if there is no such call. */
static int hang_up(const struct order *o)
{
    static const struct verb by_letter = {.name = "hangup", .letter = 'h'};
    struct order with = *o;
    bool ours;
    int code = ask_kind(o, &ours);

    if (!ours)
        with.verb = &by_letter;
    return code != 0 ? code : send_words(&with);
}

/* -- connect ----------------------------------------------------------------------------------- */

/* A password "-" is read from standard input, as command lines are no secret. */
static int connect_lac(const struct order *o)
{
    struct order with = *o;
    char *words[3] = {NULL}, password[PASSWORD_MOST + 2];

    for (int i = 0; i < o->n; i++)
        words[i] = o->words[i];
    if (o->n == 3 && strcmp(words[2], "-") == 0) {
        if (fgets(password, sizeof password, stdin) == NULL) {
            fprintf(stderr, "%s: no password on standard input\n", o->asker.program);
            return ASK_USAGE;
        }
        password[strcspn(password, "\n")] = '\0';
        if (strlen(password) > PASSWORD_MOST) {
            fprintf(stderr, "%s: a password has %d octets at most\n", o->asker.program,
                    PASSWORD_MOST);
            return ASK_USAGE;
        }
        words[2] = password;
    }
    if (o->n == 3 && !is_usual(words[2])) {
        fprintf(stderr,
                "%s: a password that is empty, or has blanks or controls in it, cannot be "
                "sent: put it into pppd's files\n",
                o->asker.program);
        return ASK_USAGE;
    }
    with.words = words;
    return send_words(&with);
}

/* -- sections ---------------------------------------------------------------------------------- */

/* How this daemon wants values with its own signs in them; a code of ask.h's if it cannot be asked.
 * By the name of xl2tpd-control it is as there. */
static int choose_form(const struct order *o, enum settings_form *form)
{
    bool ours = true;
    int code = 0;

    *form = SETTINGS_QUOTED;
    if (strcmp(o->asker.program, "xl2tpd-control") == 0)
        ours = false;
    else if (settings_need_quotes(o->words + 1, o->n - 1))
        code = ask_kind(o, &ours);
    if (!ours)
        *form = SETTINGS_RAW;
    return code;
}

static int compose_section(const struct order *o, struct text *command, enum settings_form form)
{
    const char *word = "", *why;

    text_add(command, "%c %s ", o->verb->letter, o->words[0]);
    why = settings_put(command, o->words + 1, o->n - 1, form, &word);
    if (why != NULL)
        fprintf(stderr, "%s: '%s': %s\n", o->asker.program, word, why);
    else if (command->failed)
        fprintf(stderr, "%s: no memory for the command\n", o->asker.program);
    return why != NULL ? ASK_USAGE : command->failed ? ASK_TROUBLE : 0;
}

static int add_section(const struct order *o)
{
    struct printing p = {.out = stdout};
    struct text command = {0};
    enum settings_form form;
    int code;

    if (!is_usual(o->words[0]))
        return refuse(o, o->words[0]);
    for (int i = 1; i < o->n; i++)
        if (strpbrk(o->words[i], "\r\n") != NULL) {
            fprintf(stderr, "%s: a setting is one line: nothing was sent\n", o->asker.program);
            return ASK_USAGE;
        }
    code = choose_form(o, &form);
    if (code == 0)
        code = compose_section(o, &command, form);
    if (code == 0)
        code = ask_and_print(o->asker, command.p, ASK_PLAIN, &p);
    text_free(&command);
    return code;
}

/* Lists are plain lines; that they are whole is known by how they end. */
static int ask_list(const struct order *o, FILE *out, const char *command, const char *ending)
{
    struct printing p = {.out = out, .skip_ok = true, .ending = ending};
    int code = ask_and_print(o->asker, command, ASK_PLAIN, &p);

    if (code == 0 && !p.ended) {
        fprintf(stderr, "%s: the answer ends in its middle: %s\n", o->asker.program,
                o->asker.fifo);
        return ASK_CUT;
    }
    return code;
}

static int list_all(const struct order *o, FILE *out)
{
    return ask_list(o, out, "x", "AVAILABLE calls count=");
}

static int available(const struct order *o)
{
    return list_all(o, stdout);
}

static int status_of_lns(const struct order *o)
{
    char command[512];

    if (!is_name(o->words[0]))
        return refuse(o, o->words[0]);
    snprintf(command, sizeof command, "y %s", o->words[0]);
    return ask_list(o, stdout, command, "STATUS tunnels.count=");
}

/* xl2tpd has no answer to this, but a dump in its log. */
static int status_of_lac(const struct order *o)
{
    struct printing p = {.out = stdout};
    char command[512];
    bool ours;
    int code;

    if (!is_name(o->words[0]))
        return refuse(o, o->words[0]);
    snprintf(command, sizeof command, "status-lac %s", o->words[0]);
    code = ask_kind(o, &ours);
    if (code == 0)
        code = ours ? ask_framed(o, command, &p) : ask(&o->asker, "s", ASK_MUTE);
    return code;
}

/* -- what is going on -------------------------------------------------------------------------- */

static int status_of_all(const struct order *o, FILE *out)
{
    struct printing p = {.out = out};
    bool ours;
    int code;

    if (o->json)
        return ask_ours(o, "status json", &p);
    code = ask_kind(o, &ours);
    if (code != 0)
        return code;
    return ours ? ask_framed(o, "status", &p) : list_all(o, out);
}

static int status(const struct order *o)
{
    return o->n == 1 ? status_of_lac(o) : status_of_all(o, stdout);
}

/* One page, shown when all of it is there. */
static int show_page(const struct order *o)
{
    struct order once = {.asker = o->asker, .verb = verb_find("status")};
    char *text = NULL;
    size_t n;
    FILE *page = open_memstream(&text, &n);
    int code = ASK_TROUBLE;

    if (page != NULL)
        code = status_of_all(&once, page);
    if (page == NULL || fclose(page) != 0) {
        fprintf(stderr, "%s: no memory for a page\n", o->asker.program);
        code = ASK_TROUBLE;
    }
    if (code == 0)
        screen_show(stdout, text);
    free(text);
    return code;
}

/* Again and again, until the daemon goes or somebody has seen enough. */
static int watch(const struct order *o)
{
    static char none[] = "";
    char *end = none;
    unsigned long seconds = o->n > 0 ? strtoul(o->words[0], &end, 10) : REFRESH_S;
    int code = 0;

    if (seconds == 0 || seconds > 86400 || *end != '\0') {
        fprintf(stderr, "%s: watch takes a number of seconds, from 1 to 86400\n", o->asker.program);
        return ASK_USAGE;
    }
    while (code == 0) {
        code = show_page(o);
        if (code == 0 && !screen_wait(stdout, (unsigned)seconds)) {
            fprintf(stderr, "%s: nobody reads standard output any more\n", o->asker.program);
            code = ASK_TROUBLE;
        }
    }
    return code;
}

static int events(const struct order *o)
{
    struct order forever = *o;
    struct printing p = {.out = stdout, .quiet = true};

    forever.asker.forever = true;
    return ask_ours(&forever, "events", &p);
}

static int metrics(const struct order *o)
{
    struct printing p = {.out = stdout};

    return ask_ours(o, "metrics", &p);
}

const struct verb verbs[] = {
    {"status", NULL, "[--json]", "what is going on", 0, 1, 0, status},
    {"watch", NULL, "[SECONDS]", "the same again and again, every 2 seconds", 0, 1, 0, watch},
    {"connect", "connect-lac", "LAC [USER [PASSWORD]]", "dial; a PASSWORD of - is read from stdin",
     1, 3, 'c', connect_lac},
    {"dial", NULL, "LAC|TUNNEL NUMBER", "have the peer place a call", 2, 2, 'o', NULL},
    {"disconnect", "disconnect-lac", "LAC|TUNNEL", "take it down, and do not redial", 1, 1, 'd',
     NULL},
    {"hangup", NULL, "CALL", "end one call, by our id", 1, 1, 0, hang_up},
    {"open", NULL, "HOST", "a tunnel without a call", 1, 1, 't', NULL},
    {"add-lac", "add", "LAC KEY=VALUE...", "add a [lac] section, or change it", 1, -1, 'a',
     add_section},
    {"add-lns", NULL, "LNS KEY=VALUE...", "add a [lns] section, or change it", 1, -1, 'z',
     add_section},
    {"remove-lac", "remove", "LAC", "take a [lac] section down, and remove it", 1, 1, 'r', NULL},
    {"remove-lns", NULL, "LNS", "remove a [lns] section, end its calls", 1, 1, 'w', NULL},
    {"status-lac", NULL, "LAC", "of one [lac] section", 1, 1, 0, status_of_lac},
    {"status-lns", NULL, "LNS", "of one [lns] section: tunnels, calls, counts", 1, 1, 0,
     status_of_lns},
    {"available", NULL, "", "names of all sections", 0, 0, 0, available},
    {"reload", NULL, "", "read the configuration again", 0, 0, 0, NULL},
    {"log", NULL, "[TOPIC|-TOPIC|all|none]...", "switch topics of the log on and off", 0, -1, 0,
     NULL},
    {"events", NULL, "", "what happens, as it happens: a line of JSON each", 0, 0, 0, events},
    {"metrics", NULL, "", "numbers, in Prometheus' text format", 0, 0, 0, metrics},
    {0},
};

const struct verb *verb_find(const char *name)
{
    const struct verb *v = verbs;

    while (v->name != NULL && strcmp(v->name, name) != 0 &&
           (v->alias == NULL || strcmp(v->alias, name) != 0))
        v++;
    return v->name != NULL ? v : NULL;
}

bool verb_has_json(const struct order *o)
{
    return (o->verb->run == status && o->n == 0) || o->verb->run == events;
}

int verb_run(const struct order *o)
{
    return o->verb->run != NULL ? o->verb->run(o) : send_words(o);
}
