/* l2tpd-attach: hands a line to a [lac] of the daemon, in pppd's stead, and stays as long as its call
 * does; see l2tpd-attach(8). */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <termios.h>
#include <unistd.h>

#include "base/version.h"
#include "tool/ask.h"

#define OUR_FIFO "/var/run/l2tpd/l2tp-control"
#define TIMEOUT_S 10
#define STATUS_USAGE 2
#define NUMBER_MOST 63 /* octets of a number that the daemon takes */
#define ID_LEAST 2     /* octets of an id of a line, of as many as of a number */
#define STATUS_NO_DAEMON 7

struct wish {
    struct asker asker;
    const char *lac, *device, *pty;
    char settings[1024];
    bool quiet, sync;
    int status;  /* as the daemon has told; -1: not yet */
    char name[256];
    pid_t child; /* that has the other end of our pty; 0: none */
    int slave;
};

typedef bool set_fn(struct wish *w, const char *key, const char *value);

static set_fn set, set_id;

static const struct {
    const char *word, *key;
    set_fn *set;
    const char *help;
} options[] = {
    {"--calling", "calling", set, "NUMBER of whoever calls; else $CALLER_ID"},
    {"--called", "called", set, "NUMBER that was called; else $CALLED_ID"},
    {"--sub-address", "sub-address", set, "TEXT"},
    {"--circuit-id", "circuit-id", set_id, "TEXT: where the line is at its access node"},
    {"--remote-id", "remote-id", set_id, "TEXT: whose line it is there"},
    {"--bearer", "bearer", set, "analog or digital"},
    {"--tx", "tx", set, "BPS towards the caller; else a number in $CONNECT"},
    {"--rx", "rx", set, "BPS from there; else the same"},
    {"--channel", "channel", set, "NUMBER: the physical channel"},
};
#define N_OPTIONS (sizeof options / sizeof options[0])

static void usage(FILE *to)
{
    fputs("Usage: l2tpd-attach [OPTION VALUE]... LAC\n"
          "       l2tpd-attach [OPTION VALUE]... LAC --pppd [ARGUMENT OF pppd]...\n"
          "Hands the terminal on standard input to the daemon, which places a call through that\n"
          "section's LNS, and ends with the call.\n"
          "  -c FIFO        the daemon's control FIFO\n"
          "  --device PATH  another terminal\n"
          "  --pty COMMAND  the line is what this command has as its standard input and output\n"
          "  --modem        the terminal's carrier counts\n"
          "  --sync         it is synchronous, below it frames are told apart\n"
          "  --quiet        say nothing\n",
          to);
    for (size_t i = 0; i < N_OPTIONS; i++)
        fprintf(to, "  %-14s %s\n", options[i].word, options[i].help);
    fputs("  --pppd         what follows is for pppd: 'pty', 'sync' and 'remotenumber' are taken\n"
          "Exit status: 0 the line has hung up, 1 not taken, 2 usage, 3 no LNS can be reached,\n"
          "4 the LNS does not take the call, 5 the LNS has ended it, 6 hung up by the operator,\n"
          "7 no daemon, 8 no PPP comes about with the caller.\n",
          to);
}

static int bad(const char *what, const char *word)
{
    fprintf(stderr, "l2tpd-attach: %s %s\nTry 'l2tpd-attach --help'.\n", what, word);
    return STATUS_USAGE;
}

/* False: it would not come as it is. */
static bool set(struct wish *w, const char *key, const char *value)
{
    size_t n = strlen(w->settings);

    if (value[0] == '\0' || strpbrk(value, " \t\r\n") != NULL)
        return false;
    if (n + 2 + strlen(key) + strlen(value) >= sizeof w->settings)
        return false;
    sprintf(w->settings + n, " %s=%s", key, value);
    return true;
}

/* An id of a line may have blanks: an octet that would not come as it is goes as %XX. */
static bool set_id(struct wish *w, const char *key, const char *value)
{
    char text[3 * NUMBER_MOST + 1];
    size_t n = 0;

    if (strlen(value) < ID_LEAST || strlen(value) > NUMBER_MOST)
        return false;
    for (; *value != '\0'; value++)
        n += (size_t)sprintf(text + n, *value > ' ' && *value < 0x7f && *value != '%' ? "%c" : "%%%02X",
                             (unsigned char)*value);
    return set(w, key, text);
}

static bool is_set(const struct wish *w, const char *key)
{
    char what[40];

    snprintf(what, sizeof what, " %s=", key);
    return strstr(w->settings, what) != NULL;
}

/* What a getty for modems tells (mgetty: CALLER_ID, CALLED_ID, CONNECT); "none": nothing.  It is the network's
 * word, and the caller's perhaps: what will not do is not told, and the line is taken all the same. */
static void set_by_environment(struct wish *w)
{
    static const struct {
        const char *variable, *key;
    } told[] = {{"CALLER_ID", "calling"}, {"CALLED_ID", "called"}};
    const char *connect = getenv("CONNECT");
    char speed[12];
    size_t n;

    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        const char *value = getenv(told[i].variable);

        if (value != NULL && strcmp(value, "none") != 0 && strlen(value) <= NUMBER_MOST &&
            !is_set(w, told[i].key))
            set(w, told[i].key, value);
    }
    n = connect != NULL ? strspn(connect, "0123456789") : 0;
    if (n > 0 && n < 10 && !is_set(w, "tx")) { /* ten digits are beyond any modem, and any 32 bits */
        snprintf(speed, sizeof speed, "%.*s", (int)n, connect);
        set(w, "tx", speed);
    }
}

static bool set_sync(struct wish *w)
{
    if (!w->sync)
        w->sync = set(w, "sync", "yes");
    return w->sync;
}

/* pppd's arguments: those that matter to a line. */
static int take_pppds(struct wish *w, char **argv)
{
    for (; *argv != NULL; argv++) {
        if (strcmp(*argv, "sync") == 0 && !set_sync(w))
            return bad("no room for", *argv);
        if (argv[1] == NULL)
            break;
        if (strcmp(*argv, "pty") == 0)
            w->pty = *++argv;
        else if (strcmp(*argv, "remotenumber") == 0 && !is_set(w, "calling") &&
                 !set(w, "calling", argv[1]))
            return bad("no such number can be told:", argv[1]);
    }
    return 0;
}

/* How many words that were; 0: that was none; -1: the value is missing or will not do. */
static int take_option(struct wish *w, char **argv)
{
    const struct {
        const char *word;
        const char **to;
    } texts[] = {{"-c", &w->asker.fifo}, {"--device", &w->device}, {"--pty", &w->pty}};

    if (strcmp(argv[0], "--modem") == 0)
        return set(w, "modem", "yes") ? 1 : -1;
    if (strcmp(argv[0], "--sync") == 0)
        return set_sync(w) ? 1 : -1;
    if (strcmp(argv[0], "--quiet") == 0) {
        w->quiet = true;
        return 1;
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(argv[0], texts[i].word) == 0) {
            *texts[i].to = argv[1];
            return argv[1] != NULL ? 2 : -1;
        }
    for (size_t i = 0; i < N_OPTIONS; i++)
        if (strcmp(argv[0], options[i].word) == 0)
            return argv[1] != NULL && options[i].set(w, options[i].key, argv[1]) ? 2 : -1;
    return 0;
}

static int take_words(struct wish *w, char **argv)
{
    while (*argv != NULL) {
        int n = take_option(w, argv);

        if (n < 0)
            return bad("no value, or not one that can be told, for", *argv);
        if (n > 0) {
            argv += n;
        } else if (strcmp(*argv, "--pppd") == 0 && w->lac != NULL) {
            return take_pppds(w, argv + 1);
        } else if (**argv == '-' || w->lac != NULL) {
            return bad("unknown:", *argv);
        } else {
            w->lac = *argv++;
        }
    }
    return w->lac != NULL ? 0 : bad("which", "[lac]?");
}

/* What the command says before the daemon has the line is not to come back to it. */
static void make_raw(int fd)
{
    struct termios t;

    if (tcgetattr(fd, &t) < 0)
        return;
    t.c_iflag = IGNBRK;
    t.c_oflag = t.c_lflag = 0;
    t.c_cflag = (t.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
    tcsetattr(fd, TCSANOW, &t);
}

/* A pty of ours, whose master the command gets.  0, or -1. */
static int begin_pty(struct wish *w)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    const char *name;

    if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0 || (name = ptsname(master)) == NULL)
        return -1;
    snprintf(w->name, sizeof w->name, "%s", name);
    w->slave = open(w->name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (w->slave >= 0)
        make_raw(w->slave);
    w->child = w->slave >= 0 ? fork() : -1;
    if (w->child < 0)
        return -1;
    ask_ends_with_us(w->child);
    if (w->child == 0) {
        dup2(master, STDIN_FILENO);
        dup2(master, STDOUT_FILENO);
        close(master);
        execl("/bin/sh", "sh", "-c", w->pty, (char *)NULL);
        _exit(127);
    }
    close(master);
    w->device = w->name;
    return 0;
}

/* A getty leaves it the line as standard error too: what is written there goes to the caller. */
static bool would_tell_the_line(const char *device)
{
    struct stat told, line;

    return fstat(STDERR_FILENO, &told) == 0 && S_ISCHR(told.st_mode) && stat(device, &line) == 0 &&
           S_ISCHR(line.st_mode) && told.st_rdev == line.st_rdev;
}

static void tell_syslog(const char *text)
{
    openlog("l2tpd-attach", LOG_PID, LOG_DAEMON);
    syslog(LOG_ERR, "%s", text);
}

/* Another terminal is kept open here, too: the last to close a serial line waits for what is to leave by it,
 * half a minute where nobody takes that, and then it is not the daemon. */
static void keep_open(const char *device)
{
    (void)!open(device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
}

static void line_of_answer(void *ctx, int code, const char *text, bool last)
{
    struct wish *w = ctx;
    unsigned status;

    if (sscanf(text, "end %u", &status) == 1)
        w->status = (int)status;
    else if (last && code != 0)
        w->status = 1;
    if (!w->quiet)
        fprintf(stderr, "l2tpd-attach: %s: %s\n", w->lac, strncmp(text, "end ", 4) == 0 ? text + 6 : text);
}

/* Asks, and stays. */
static int attach(struct wish *w)
{
    char command[1500];
    int code;

    snprintf(command, sizeof command, "attach %s %s%s", w->lac, w->device, w->settings);
    w->asker.line = line_of_answer;
    w->asker.ctx = w;
    code = ask(&w->asker, command, ASK_FRAMED);
    if (w->status >= 0)
        return w->status;
    return code == ASK_NO_DAEMON || code == ASK_CUT || code == ASK_NO_ANSWER ? STATUS_NO_DAEMON : 1;
}

int main(int argc, char **argv)
{
    struct wish w = {.asker = {.program = "l2tpd-attach",
                               .fifo = OUR_FIFO,
                               .timeout_s = TIMEOUT_S,
                               .forever = true,
                               .for_a_line = true},
                     .status = -1};
    int code;

    ask_open_standard();
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        usage(stdout);
        return 0;
    }
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        printf("l2tpd-attach version %s\n", VERSION);
        return 0;
    }
    code = take_words(&w, argv + 1);
    if (code != 0)
        return code;
    set_by_environment(&w);
    if (w.pty != NULL && begin_pty(&w) < 0) {
        perror("l2tpd-attach: no pty");
        return 1;
    }
    if (w.device == NULL)
        w.device = ttyname(STDIN_FILENO);
    else if (w.pty == NULL)
        keep_open(w.device);
    if (w.device == NULL)
        return bad("standard input is", "no terminal");
    if (would_tell_the_line(w.device)) {
        w.quiet = true;
        w.asker.tell = tell_syslog;
    }
    code = attach(&w);
    if (w.child > 0) {
        signal(SIGCHLD, SIG_DFL);
        kill(w.child, SIGTERM);
    }
    return code;
}
