/* One pppd per call: xl2tpd's argument lists, and start and end of a process.
 *
 * This program is its own stand-in for pppd: run with a device first, it does what "name" says and
 * writes what it was given into the file named behind "file". */
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/conf.h"
#include "host/pppd.h"
#include "host/sys.h"

static struct loop *loop;

/* -- argument lists ---------------------------------------------------------------------------- */

/* Expected words are separated by blanks; they follow "PATH TTY passive nodetach". */
static const struct {
    const char *name;
    struct pppd_settings s;
    int password_fd;
    const char *want;
} rows[] = {
    {"A.7: a LNS with everything, as xl2tpd 1.3.18 runs it",
     {.role = PPPD_LNS,
      .local = "10.0.0.1",
      .remote = "10.0.0.10",
      .refuse_pap = true,
      .refuse_chap = true,
      .require_authentication = true,
      .require_pap = true,
      .require_chap = true,
      .unix_authentication = true,
      .name = "lnsname",
      .debug = true,
      .optfile = "/etc/opt.lns",
      .ipparam = "127.0.0.1"},
     -1,
     "10.0.0.1:10.0.0.10 refuse-pap refuse-chap auth require-pap require-chap login name lnsname "
     "debug file /etc/opt.lns ipparam 127.0.0.1"},
    {"A.7: a LAC with everything, as xl2tpd 1.3.18 runs it",
     {.role = PPPD_LAC,
      .default_route = true,
      .local = "10.9.9.1",
      .remote = "10.9.9.2",
      .refuse_pap = true,
      .refuse_chap = true,
      .require_authentication = true,
      .require_pap = true,
      .require_chap = true,
      .name = "user",
      .debug = true,
      .optfile = "/etc/opt.lac",
      .ipparam = "127.0.0.1"},
     5,
     "defaultroute 10.9.9.1:10.9.9.2 refuse-pap refuse-chap auth require-pap require-chap "
     "name user debug plugin passwordfd.so passwordfd 5 file /etc/opt.lac ipparam 127.0.0.1"},
    {"A.7: a LAC with nothing set passes a colon", {.role = PPPD_LAC}, -1, ":"},
    {"A.7: a LAC that refuses authentication; a requirement without \"require auth\" has no say",
     {.role = PPPD_LAC, .refuse_authentication = true, .require_chap = true, .require_pap = true},
     -1,
     ": refuse-pap refuse-chap"},
    {"A.7: a LAC with its own address alone",
     {.role = PPPD_LAC, .local = "10.9.9.1"},
     -1,
     "10.9.9.1:"},
    {"A.4: a LNS without local ip",
     {.role = PPPD_LNS, .local = "", .remote = "10.0.0.10"},
     -1,
     ":10.0.0.10"},
    {"a LNS without any address leaves it to the option file", {.role = PPPD_LNS}, -1, ""},
    {"A.4: the guides' server: require chap, refuse pap, require authentication",
     {.role = PPPD_LNS,
      .local = "192.168.42.1",
      .remote = "192.168.42.10",
      .refuse_pap = true,
      .require_authentication = true,
      .require_chap = true,
      .name = "l2tpd",
      .optfile = "/etc/ppp/options.xl2tpd"},
     -1,
     "192.168.42.1:192.168.42.10 refuse-pap auth require-chap name l2tpd "
     "file /etc/ppp/options.xl2tpd"},
    {"A.4: require authentication alone",
     {.role = PPPD_LNS, .remote = "10.0.0.10", .require_authentication = true},
     -1,
     ":10.0.0.10 auth"},
    {"A.4: unix authentication without require authentication has no say",
     {.role = PPPD_LNS, .remote = "10.0.0.10", .unix_authentication = true},
     -1,
     ":10.0.0.10"},
    {"A.4: a LNS refuses authentication",
     {.role = PPPD_LNS, .remote = "10.0.0.10", .refuse_authentication = true},
     -1,
     ":10.0.0.10 refuse-pap refuse-chap"},
    {"what belongs to the other role is left out, LNS",
     {.role = PPPD_LNS, .remote = "10.0.0.10", .default_route = true},
     7,
     ":10.0.0.10"},
    {"what belongs to the other role is left out, LAC",
     {.role = PPPD_LAC, .unix_authentication = true, .require_authentication = true},
     -1,
     ": auth"},
    {"empty texts are absent",
     {.role = PPPD_LAC, .name = "", .optfile = "", .ipparam = "", .path = ""},
     -1,
     ":"},
    {"a LNS tells the caller's number, after all that xl2tpd tells",
     {.role = PPPD_LNS, .remote = "10.0.0.10", .ipparam = "192.0.2.7", .caller_id = "+49 5551"},
     -1,
     ":10.0.0.10 ipparam 192.0.2.7 remotenumber +49 5551"},
    {"but none that a shell would obey",
     {.role = PPPD_LNS, .remote = "10.0.0.10", .caller_id = "$(reboot)"},
     -1,
     ":10.0.0.10"},
    {"nor one that pppd would take for an option",
     {.role = PPPD_LNS, .remote = "10.0.0.10", .caller_id = "-detach"},
     -1,
     ":10.0.0.10"},
    {"a LAC's call has no caller but itself", {.role = PPPD_LAC, .caller_id = "5551"}, -1, ":"},
    {"variables for the scripts, the last of all",
     {.role = PPPD_LNS,
      .remote = "10.0.0.10",
      .caller_id = "5551",
      .called_number = "5552",
      .peer_name = "a;b",
      .peer = "192.0.2.7",
      .tunnel = 7,
      .call = 65535,
      .set_variables = true},
     -1,
     ":10.0.0.10 remotenumber 5551 set CALLER_ID=5551 set CALLED_NUMBER=5552 set "
     "L2TP_PEER=192.0.2.7 set L2TP_TUNNEL=7 set L2TP_CALL=65535"},
    {"nothing is known: no variables", {.role = PPPD_LAC, .set_variables = true}, -1, ":"},
};

static void test_compose(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pppd_settings s = rows[i].s;
        struct pppd_args args;
        char got[1024] = "", want[1024];

        s.device = "/dev/pts/1";
        pppd_compose(&s, rows[i].password_fd, &args);
        for (int k = 0; k < args.argc; k++)
            snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", k > 0 ? " " : "",
                     args.argv[k]);
        snprintf(want, sizeof want, "/usr/sbin/pppd /dev/pts/1 passive nodetach%s%s",
                 rows[i].want[0] != '\0' ? " " : "", rows[i].want);
        is_str(got, want, rows[i].name);
        if (args.argv[args.argc] != NULL)
            ok(false, "the vector ends with NULL");
    }
}
/* X7-09: where the kernel has the data, what stands for the terminal is xl2tpd's, too. */
static const struct {
    const char *name;
    struct pppd_settings s;
    const char *want;
} of_kernel[] = {
    {"X7-09 A.7: a LNS whose data are the kernel's",
     {.role = PPPD_LNS, .in_kernel = true, .session = 17, .tunnel = 65535, .call = 4711,
      .remote = "10.0.0.10"},
     "/usr/sbin/pppd plugin pppol2tp.so pppol2tp 17 pppol2tp_lns_mode pppol2tp_tunnel_id 65535 "
     "pppol2tp_session_id 4711 passive nodetach :10.0.0.10"},
    {"X7-09 A.7: a LAC likewise",
     {.role = PPPD_LAC, .in_kernel = true, .session = 9, .tunnel = 1, .call = 2},
     "/usr/sbin/pppd plugin pppol2tp.so pppol2tp 9 passive nodetach :"},
};

static void test_of_kernel(void)
{
    for (size_t i = 0; i < sizeof of_kernel / sizeof of_kernel[0]; i++) {
        struct pppd_args args;
        char got[1024] = "";

        pppd_compose(&of_kernel[i].s, -1, &args);
        for (int k = 0; k < args.argc; k++)
            snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", k > 0 ? " " : "",
                     args.argv[k]);
        is_str(got, of_kernel[i].want, of_kernel[i].name);
    }
}

/* A variable that would not fit is left out, whole; and all of them at once have room. */
static void test_long_variables(void)
{
    char just[PPPD_VARIABLE], over[PPPD_VARIABLE];
    struct pppd_settings s = {.role = PPPD_LNS,
                              .device = "/dev/pts/1",
                              .set_variables = true,
                              .caller_id = "1",
                              .called_number = just,
                              .sub_address = over,
                              .private_group = "4",
                              .peer_name = "5",
                              .peer = "6",
                              .tunnel = 7,
                              .call = 8,
                              .dial = "9",
                              .tx_bps = 10,
                              .rx_bps = 11,
                              .circuit_id = "12",
                              .remote_id = "13",
                              .line_rates = {14, 15, 16, 17, 18, 19, 20, 21, 22, 23},
                              .line_delays = {24, 25, 26, 27},
                              .has_line_delay = 15,
                              .line_type = "28",
                              .encapsulation = "29",
                              .interworking = "30",
                              .vrf = "31",
                              .netns = "32",
                              .require_authentication = true};
    struct pppd_args args;
    int sets = 0;

    memset(just, 'j', sizeof just);
    just[PPPD_VARIABLE - strlen("CALLED_NUMBER=") - 1] = '\0';
    memset(over, 'o', sizeof over);
    over[PPPD_VARIABLE - strlen("SUB_ADDRESS=")] = '\0';
    pppd_compose(&s, -1, &args);
    for (int i = 0; i < args.argc; i++)
        sets += strcmp(args.argv[i], "set") == 0;
    is_int(sets, PPPD_MAX_ENV - 1, "each variable but the one that does not fit");
    for (int i = 0; i < args.argc; i++)
        if (strncmp(args.argv[i], "CALLED_NUMBER=", 14) == 0)
            is_int((long long)strlen(args.argv[i]), PPPD_VARIABLE - 1, "the longest is whole");
}

/* Where an interface is to be its script has to know, whatever "pass call" says. */
static void test_space(void)
{
    struct pppd_settings s = {.role = PPPD_LNS, .device = "/dev/pts/1", .vrf = "blue",
                              .netns = "ns-blue", .private_group = "g"};
    struct pppd_args args;
    char all[256] = "";

    pppd_compose(&s, -1, &args);
    for (int i = 0; i + 1 < args.argc; i++)
        if (strcmp(args.argv[i], "set") == 0)
            strcat(strcat(all, args.argv[i + 1]), " ");
    is_str(all, "VRF=blue NETNS=ns-blue ", "vrf and netns are set for scripts, and nothing else");
    s.vrf = "`x`";
    s.netns = NULL;
    pppd_compose(&s, -1, &args);
    for (int i = 0; i < args.argc; i++)
        ok(strcmp(args.argv[i], "set") != 0, "but not if they are not clean, or not there");
}

/* -- ipparam ----------------------------------------------------------------------------------- */

static const struct {
    const char *name, *text, *want;
    size_t size;
} expansions[] = {
    {"no %-word", "office", "office", 64},
    {"all of them", "%p %h %n %d %g %t %c %v %s", "192.0.2.7 lac_5 +49 5551 5552 blue 7 8 vb nb", 64},
    {"side by side", "%t%c%%%t", "78%7", 64},
    {"an unknown one stays", "%x%", "%x%", 64},
    {"cut at the end of the room", "office", "offic", 6},
    {"a word that has no room is not cut, but left out", "%t,%p,%c", "7,,8", 9},
    {"one that just has", "%p", "192.0.2.7", 10},
    {"not a digit more", "%t%t%t%t", "77", 3},
    {"nothing", "", "", 64},
};

static void test_expand(void)
{
    struct pppd_settings s = {.peer = "192.0.2.7",
                              .peer_name = "lac_5",
                              .caller_id = "+49 5551",
                              .called_number = "5552",
                              .private_group = "blue",
                              .tunnel = 7,
                              .call = 8,
                              .vrf = "vb",
                              .netns = "nb"};
    char got[64];

    for (size_t i = 0; i < sizeof expansions / sizeof expansions[0]; i++)
        is_str(pppd_expand(expansions[i].text, &s, got, expansions[i].size), expansions[i].want,
               expansions[i].name);
    for (char word[3] = "%!"; word[1] <= '~'; word[1]++)
        if ((strcmp(pppd_expand(word, &s, got, sizeof got), word) == 0) !=
            (strchr(CONF_IPPARAM_WORDS, word[1]) == NULL))
            ok(false, "'%s' is warned of, if and only if it stands for nothing", word);
    s = (struct pppd_settings){.peer_name = "a;b", .caller_id = "`c`"};
    is_str(pppd_expand("<%p%h%n%d%g%t%c%v%s>", &s, got, sizeof got), "<>",
           "what is unknown, or not clean, is nothing");
}

/* In place of the system's: one file can be read. */
int access(const char *path, int how)
{
    errno = how == R_OK ? ENOENT : EACCES;
    return strcmp(path, "/var/l2tp/5550100.options") == 0 ? 0 : -1;
}

static void test_number_options(void)
{
    static const char *const none[] = {
        "5550101", "", "../5550100", "5550100/", ".5550100", "5550100.options", "a;b", NULL};
    struct pppd_settings s = {.role = PPPD_LAC, .default_route = true, .optfile = "/etc/opt"};
    struct pppd_args args;
    char path[64], tiny[24];

    is_str(pppd_number_options("5550100", path, sizeof path), "/var/l2tp/5550100.options",
           "X7-06 the options of a number that is dialled");
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        ok(pppd_number_options(none[i], path, sizeof path) == NULL, "none for '%s'",
           none[i] != NULL ? none[i] : "nothing");
    ok(pppd_number_options("5550100", tiny, sizeof tiny) == NULL, "nor where the path is cut");
    s.number_options = "/var/l2tp/5550100.options";
    s.device = "/dev/pts/1";
    pppd_compose(&s, -1, &args);
    ok(args.argc > 9 && strcmp(args.argv[4], "file") == 0 &&
           strcmp(args.argv[5], s.number_options) == 0 &&
           strcmp(args.argv[6], "defaultroute") == 0 && strcmp(args.argv[9], "/etc/opt") == 0,
       "X7-06 they come first, those of the section later");
}

/* -- the environment --------------------------------------------------------------------------- */

static const char *const variables[] = {"CALLER_ID",        "CALLED_NUMBER",  "SUB_ADDRESS",
                                        "PRIVATE_GROUP",    "L2TP_PEER_NAME", "L2TP_PEER",
                                        "L2TP_TUNNEL",      "L2TP_CALL",      "CONNECT_SPEED_TX",
                                        "CONNECT_SPEED_RX", "DIAL_NUMBER",
                                        "AGENT_CIRCUIT_ID", "AGENT_REMOTE_ID",
                                        "ACTUAL_RATE_UP", "ACTUAL_RATE_DOWN", "MINIMUM_RATE_UP",
                                        "MINIMUM_RATE_DOWN", "ATTAINABLE_RATE_UP",
                                        "ATTAINABLE_RATE_DOWN", "MAXIMUM_RATE_UP",
                                        "MAXIMUM_RATE_DOWN", "LOW_POWER_RATE_UP", "LOW_POWER_RATE_DOWN",
                                        "MAXIMUM_DELAY_UP", "ACTUAL_DELAY_UP", "MAXIMUM_DELAY_DOWN",
                                        "ACTUAL_DELAY_DOWN", "LINE_TYPE", "ENCAPSULATION",
                                        "INTERWORKING", "VRF", "NETNS"};

/* Expected are "NAME=VALUE" between bars, in the order above; the others are to be unset. */
static const struct {
    const char *name;
    struct pppd_settings s;
    const char *want;
} environments[] = {
    {"nothing is known of the call", {.role = PPPD_LNS}, ""},
    {"all is known",
     {.caller_id = "+49 5551",
      .called_number = "5552",
      .sub_address = "#3",
      .private_group = "group/4",
      .peer_name = "lac_5.example",
      .peer = "192.0.2.7",
      .tunnel = 1,
      .call = 65535,
      .tx_bps = 64000,
      .rx_bps = UINT32_MAX,
      .dial = "0*5@6",
      .circuit_id = "a1 atm 3/0:100.33",
      .remote_id = "c_7",
      .line_rates = {1, 2, 3, 4, 5, 6, 7, UINT64_MAX, 9, 10},
      .line_delays = {11, 0, 13, UINT32_MAX},
      .has_line_delay = 15,
      .line_type = "ADSL2+",
      .encapsulation = "0/255/255",
      .interworking = "no",
      .vrf = "vrf-blue",
      .netns = "/run/netns/b"},
     "CALLER_ID=+49 5551|CALLED_NUMBER=5552|SUB_ADDRESS=#3|PRIVATE_GROUP=group/4|"
     "L2TP_PEER_NAME=lac_5.example|L2TP_PEER=192.0.2.7|L2TP_TUNNEL=1|L2TP_CALL=65535|CONNECT_SPEED_"
     "TX=64000|CONNECT_SPEED_RX=4294967295|"
     "DIAL_NUMBER=0*5@6|AGENT_CIRCUIT_ID=a1 atm 3/0:100.33|AGENT_REMOTE_ID=c_7|ACTUAL_RATE_UP=1|"
     "ACTUAL_RATE_DOWN=2|MINIMUM_RATE_UP=3|MINIMUM_RATE_DOWN=4|ATTAINABLE_RATE_UP=5|"
     "ATTAINABLE_RATE_DOWN=6|MAXIMUM_RATE_UP=7|MAXIMUM_RATE_DOWN=18446744073709551615|"
     "LOW_POWER_RATE_UP=9|LOW_POWER_RATE_DOWN=10|MAXIMUM_DELAY_UP=11|ACTUAL_DELAY_UP=0|"
     "MAXIMUM_DELAY_DOWN=13|ACTUAL_DELAY_DOWN=4294967295|LINE_TYPE=ADSL2+|ENCAPSULATION=0/255/255|"
     "INTERWORKING=no|"
     "VRF=vrf-blue|NETNS=/run/netns/b|"},
    {"ids that a shell would obey are left out",
     {.circuit_id = "a;b", .remote_id = "`c`", .line_rates = {[1] = 9}},
     "ACTUAL_RATE_DOWN=9|"},
    {"a delay that is not said is none, if it has a number too",
     {.line_delays = {1, 2, 3, 4}, .has_line_delay = 2},
     "ACTUAL_DELAY_UP=2|"},
    {"one speed is known", {.rx_bps = 1}, "CONNECT_SPEED_RX=1|"},
    {"empty texts are absent",
     {.caller_id = "", .called_number = "", .peer_name = "", .dial = ""},
     ""},
    {"texts that a shell would obey are left out, each by itself",
     {.caller_id = "$(reboot)",
      .called_number = "5552;reboot",
      .sub_address = "3",
      .private_group = "`reboot`",
      .peer_name = "lac\nreboot",
      .vrf = "$X",
      .netns = "-x",
      .dial = "5&"},
     "SUB_ADDRESS=3|"},
    {"so are quotes, escapes, redirections and what is not ASCII",
     {.caller_id = "5'",
      .called_number = "\"5",
      .sub_address = "\\5",
      .private_group = "a>b",
      .peer_name = "l\xc3\xa4\x63",
      .dial = "5\t6"},
     ""},
};

static void test_environment(void)
{
    for (size_t i = 0; i < sizeof environments / sizeof environments[0]; i++) {
        struct pppd_env env;
        char got[2048] = "";

        pppd_environment(&environments[i].s, &env);
        for (int k = 0; k < env.n; k++)
            if (env.row[k].value != NULL)
                snprintf(got + strlen(got), sizeof got - strlen(got), "%s=%s|", env.row[k].name,
                         env.row[k].value);
        is_str(got, environments[i].want, environments[i].name);
        if (env.n != sizeof variables / sizeof variables[0])
            ok(false, "what is unset is named");
    }
    for (int c = 1; c < 256; c++) {
        char text[] = {'5', (char)c, '\0'};
        bool fine = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                    strchr("+*#-._:/@ ", c) != NULL;

        if ((pppd_clean(text) != NULL) != fine)
            ok(false, "octet 0x%02x is judged", (unsigned)c);
    }
    ok(pppd_clean(NULL) == NULL && pppd_clean("") == NULL, "no text is not a clean one");
}

/* -- the stand-in ------------------------------------------------------------------------------ */

static void note_descriptors(FILE *f)
{
    struct stat st;

    fprintf(f, "open");
    for (int fd = 0; fd < 512; fd++)
        if (fd != fileno(f) && fstat(fd, &st) == 0)
            fprintf(f, " %d", fd);
    fprintf(f, "\n");
}

static const char *behind(int argc, char **argv, const char *word)
{
    for (int i = 1; i + 1 < argc; i++)
        if (strcmp(argv[i], word) == 0)
            return argv[i + 1];
    return NULL;
}

static int stand_in(int argc, char **argv)
{
    const char *what = behind(argc, argv, "name"), *fd = behind(argc, argv, "passwordfd");
    const char *kept = getenv("L2TPD_TEST_KEPT");
    struct sigaction act;
    struct stat in, out;
    sigset_t mask;
    char password[64] = "";
    FILE *f;

    alarm(10); /* whatever this test does wrong, nothing of it stays */
    if (strcmp(what, "stubborn") == 0)
        signal(SIGTERM, SIG_IGN);
    f = fopen(behind(argc, argv, "file"), "w");
    if (f == NULL)
        return 99;
    note_descriptors(f);
    if (fd != NULL)
        (void)!read(atoi(fd), password, sizeof password - 1);
    fprintf(f, "password %s\nkept %s\n", password, kept != NULL ? kept : "none");
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
        fprintf(f, "%s=%s\n", variables[i],
                getenv(variables[i]) != NULL ? getenv(variables[i]) : "none");
    sigprocmask(SIG_BLOCK, NULL, &mask);
    sigaction(SIGCHLD, NULL, &act);
    fstat(0, &in);
    fstat(1, &out);
    fprintf(f, "session %d\nmask %d\nhandler %d\nsame %d\n", getsid(0) == getpid(),
            sigismember(&mask, SIGTERM), act.sa_handler != SIG_DFL,
            in.st_ino == out.st_ino && in.st_dev == out.st_dev);
    fclose(f);
    if (strncmp(what, "exit", 4) == 0)
        return atoi(what + 4);
    for (;;)
        pause();
}

/* -- start and end ----------------------------------------------------------------------------- */

static char self[PATH_MAX], folder[] = "/tmp/test_pppd.XXXXXX", notes[64];

static struct {
    int times, status;
    uint64_t deadline;
    bool written; /* waiting for the stand-in's notes, not for its end */
} seen;

static void on_end(struct pppd *p, int status)
{
    (void)p;
    seen.times++;
    seen.status = status;
}

static uint64_t each_turn(void *ctx)
{
    FILE *f = seen.written ? fopen(notes, "r") : NULL;
    char text[1024] = "";

    (void)ctx;
    if (f != NULL) {
        text[fread(text, 1, sizeof text - 1, f)] = '\0';
        fclose(f);
    }
    if (sys_now_ms() >= seen.deadline || strstr(text, "same") != NULL ||
        (!seen.written && seen.times > 0))
        loop_stop(loop);
    return sys_now_ms() + 2;
}

static void run_until_end(void)
{
    seen.deadline = sys_now_ms() + 5000;
    loop_run(loop);
}

static void run_until_written(void)
{
    seen.written = true;
    run_until_end();
    seen.written = false;
}

static int start(struct pppd *p, const char *what, struct pppd_settings s, int tty)
{
    memset(&seen, 0, sizeof seen);
    memset(p, 0, sizeof *p);
    unlink(notes);
    p->gone = on_end;
    s.path = s.path != NULL ? s.path : self;
    s.device = "/dev/pts/none";
    s.name = what;
    s.optfile = notes;
    return pppd_start(p, loop, &s, tty);
}

static void test_start(void)
{
    struct pppd p;
    int tty = open("/dev/null", O_RDWR | O_CLOEXEC), leak = open("/dev/null", O_RDONLY);
    int high = fcntl(leak, F_DUPFD, 200);
    char text[1024] = "", word[32], got[32];
    FILE *f;

    sys_keep_inherited();
    is_int(start(&p, "exit 19",
                 (struct pppd_settings){.role = PPPD_LAC,
                                        .password = "secret word",
                                        .caller_id = "5551234",
                                        .called_number = "5559876",
                                        .sub_address = "x;y",
                                        .rx_bps = 9600,
                                        .dial = "110"},
                 tty),
           0, "a program starts");
    is_int(p.state, PPPD_RUNNING, "it runs");
    run_until_end();
    is_int(seen.times, 1, "its end is told once");
    is_int(WEXITSTATUS(seen.status), 19, "with its status");
    is_int(p.state, PPPD_IDLE, "and the object is idle again");
    f = fopen(notes, "r");
    text[f != NULL ? fread(text, 1, sizeof text - 1, f) : 0] = '\0';
    if (f != NULL)
        fclose(f);
    ok(strstr(text, "password secret word\n") != NULL, "the password came through its pipe");
    ok(strstr(text, "\nCALLER_ID=5551234\nCALLED_NUMBER=5559876\nSUB_ADDRESS=none\n"
                    "PRIVATE_GROUP=none\nL2TP_PEER_NAME=none\nL2TP_PEER=none\n"
                    "L2TP_TUNNEL=none\nL2TP_CALL=none\nCONNECT_SPEED_TX=none\n"
                    "CONNECT_SPEED_RX=9600\nDIAL_NUMBER=110\n") != NULL,
       "what is known of the call through the environment, and nothing old");
    ok(strstr(text, "kept yes\n") != NULL, "X1-12 which is ours otherwise");
    ok(strstr(text, "session 1\n") != NULL, "a session of its own");
    ok(strstr(text, "mask 0\nhandler 0\n") != NULL, "no signal is blocked or handled");
    ok(strstr(text, "same 1\n") != NULL, "descriptors 0 and 1 are the tty");
    ok(sscanf(text, "open 0 1 2 %31[0-9]%31[^\n]", word, got) == 1,
       "nothing is open but 0 to 2 and the password, also of what our parent left open");
    printf("# %.*s\n", (int)strcspn(text, "\n"), text);
    close(high);
    close(leak);
    close(tty);
}

/* The tty may be 0 itself: then dup2() would leave its flag. */
static void test_low_tty(void)
{
    struct pppd p;
    char text[1024] = "";
    int keep = fcntl(0, F_DUPFD_CLOEXEC, 10);
    FILE *f;

    close(0);
    is_int(open("/dev/null", O_RDWR | O_CLOEXEC), 0, "descriptor 0 is free");
    start(&p, "exit 0", (struct pppd_settings){.role = PPPD_LNS}, 0);
    run_until_end();
    f = fopen(notes, "r");
    text[f != NULL ? fread(text, 1, sizeof text - 1, f) : 0] = '\0';
    if (f != NULL)
        fclose(f);
    ok(strncmp(text, "open 0 1 2\n", 11) == 0, "a tty on descriptor 0 is handed on");
    ok(strstr(text, "\nCALLER_ID=none\nCALLED_NUMBER=none\n") != NULL,
       "no caller, no CALLER_ID, not even an old one");
    dup2(keep, 0);
    close(keep);
}

static void test_failures(void)
{
    static const struct {
        const char *name, *path;
        int want;
    } failures[] = {
        {"a missing program is told as such", "/nonexistent/pppd", ENOENT},
        {"one without the right to execute", "/dev/null", EACCES},
    };
    static char endless[70000];
    struct pppd p;
    struct stat st;
    int lowest = fcntl(0, F_DUPFD, 3);

    close(lowest);
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        errno = 0;
        is_int(start(&p, "x", (struct pppd_settings){.path = failures[i].path}, 0), -1,
               failures[i].name);
        is_int(errno, failures[i].want, "by errno");
        is_int(p.state, PPPD_IDLE, "and nothing runs");
    }
    memset(endless, 'x', sizeof endless - 1);
    is_int(start(&p, "x", (struct pppd_settings){.role = PPPD_LAC, .password = endless}, 0), -1,
           "a password that a pipe cannot hold is refused");
    is_int(errno, E2BIG, "by errno");
    ok(fstat(lowest, &st) < 0, "no descriptor is left open");
    lowest = fcntl(0, F_DUPFD_CLOEXEC, 3);
    close(0);
    start(&p, "x", (struct pppd_settings){.path = failures[0].path}, lowest);
    ok(fstat(0, &st) < 0, "not even where descriptor 0 was free");
    dup2(lowest, 0);
    close(lowest);
    ok(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "nor a child");
}

static void test_stop(void)
{
    struct pppd p;
    char text[64];
    uint64_t begun;

    start(&p, "patient", (struct pppd_settings){.role = PPPD_LNS}, 0);
    run_until_written();
    is_int(p.term_ms, PPPD_TERM_MS, "8 s from TERM to KILL");
    pppd_stop(&p);
    pppd_stop(&p);
    is_int(p.state, PPPD_ASKED, "asked to end");
    run_until_end();
    is_str(pppd_end_text(seen.status, text, sizeof text), "killed by signal 15", "TERM ends it");

    start(&p, "stubborn", (struct pppd_settings){.role = PPPD_LNS}, 0);
    run_until_written();
    p.term_ms = 60;
    begun = sys_now_ms();
    pppd_stop(&p);
    run_until_end();
    is_str(pppd_end_text(seen.status, text, sizeof text), "killed by signal 9",
           "X7-07 one that ignores TERM is killed");
    ok(sys_now_ms() - begun >= 55, "but not at once");
    is_int(seen.times, 1, "its end is told once");

    start(&p, "stubborn", (struct pppd_settings){.role = PPPD_LNS}, 0);
    pppd_kill(&p);
    is_int(p.state, PPPD_KILLED, "killed at once");
    pppd_stop(&p);
    is_int(p.state, PPPD_KILLED, "and not asked then");
    run_until_end();
    is_str(pppd_end_text(seen.status, text, sizeof text), "killed by signal 9", "so it was");
    pppd_stop(&p);
    pppd_kill(&p);
    pppd_forget(&p);
    is_int(p.state, PPPD_IDLE, "an idle one is left in peace, and nobody is signalled");
}

static void test_forget(void)
{
    struct pppd p;
    pid_t pid;

    start(&p, "patient", (struct pppd_settings){.role = PPPD_LNS}, 0);
    pid = p.child.pid;
    pppd_forget(&p);
    is_int(p.state, PPPD_IDLE, "a running one is forgotten");
    kill(pid, SIGKILL);
    seen.deadline = sys_now_ms() + 100;
    loop_run(loop);
    is_int(seen.times, 0, "its end is not told");
    ok(waitpid(pid, NULL, WNOHANG) < 0, "but it is reaped");
}

static void test_end_text(void)
{
    static const struct {
        int code;
        const char *want;
    } texts[] = {
        {0, "ended at the peer's request"},
        {2, "bad options"},
        {11, "peer failed to authenticate"},
        {16, "hung up"},
        {17, "loopback detected"},
        {19, "authentication failed"},
        {20, "exit code 20"},
        {127, "exit code 127"},
    };
    char text[64], tiny[6];

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        is_str(pppd_end_text(texts[i].code << 8, text, sizeof text), texts[i].want,
               "an exit code in words");
    is_str(pppd_end_text(9, text, sizeof text), "killed by signal 9", "a signal");
    is_str(pppd_end_text(16 << 8, tiny, sizeof tiny), "hung ", "cut to fit");
}

/* Of each exit code: result of a call that was up, of one that was being dialled, cause and
 * direction.  Codes of results: RFC 2661, 4.4.2; of causes: RFC 3145. */
static const struct {
    const char *name;
    int status;
    struct pppd_end want;
} ends[] = {
    {"the peer ends PPP", 0 << 8, {3, 3, 3, 1, "ended at the peer's request"}},
    {"a fatal error", 1 << 8, {3, 4, 0, 0, "fatal error"}},
    {"wrong options", 2 << 8, {3, 5, 0, 0, "bad options"}},
    {"not root", 3 << 8, {3, 5, 0, 0, "not run by root"}},
    {"no PPP in the kernel", 4 << 8, {3, 5, 0, 0, "no PPP support in the kernel"}},
    {"TERM: an administrator's wish", 5 << 8, {3, 3, 1, 0, "terminated by a signal"}},
    {"a tty that is locked", 6 << 8, {3, 4, 0, 0, "tty could not be locked"}},
    {"a tty that does not open", 7 << 8, {3, 4, 0, 0, "tty could not be opened"}},
    {"S7.5-02 a dial that fails: no carrier", 8 << 8, {3, 7, 0, 0, "connect script failed"}},
    {"a pty that does not run", 9 << 8, {3, 4, 0, 0, "pty command could not be run"}},
    {"S7.5-02 a dial that is answered without PPP: no framing",
     10 << 8,
     {3, 11, 18, 0, "negotiation failed"}},
    {"the peer's authentication by us", 11 << 8, {3, 3, 16, 1, "peer failed to authenticate"}},
    {"idle", 12 << 8, {3, 10, 3, 2, "idle for too long"}},
    {"S7.5-02 a dial until time is over: time-out", 13 << 8, {3, 10, 3, 2, "time limit reached"}},
    {"call-back", 14 << 8, {3, 3, 3, 2, "will be called back"}},
    {"echoes of LCP", 15 << 8, {3, 11, 8, 0, "peer does not answer echo requests"}},
    {"S4.4.2-06 S7.4-06 a hang-up is a loss of carrier", 16 << 8, {1, 7, 3, 1, "hung up"}},
    {"a loop", 17 << 8, {3, 11, 7, 0, "loopback detected"}},
    {"a modem that does not begin", 18 << 8, {3, 4, 0, 0, "init script failed"}},
    {"our authentication by the peer", 19 << 8, {3, 3, 16, 2, "authentication failed"}},
    {"a code that pppd has not", 20 << 8, {3, 4, 0, 0, "unknown exit code"}},
    {"the last code", 255 << 8, {3, 4, 0, 0, "unknown exit code"}},
    {"KILL", 9, {3, 3, 0, 0, "killed by a signal"}},
    {"a core dump", 11 | 128, {3, 3, 0, 0, "killed by a signal"}},
};

static void test_end(void)
{
    unsigned others = 0;

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        const struct pppd_end *got = pppd_end_of(ends[i].status), *want = &ends[i].want;

        if (!ok(got->result == want->result && got->dial_result == want->dial_result &&
                    got->cause == want->cause && got->direction == want->direction &&
                    strcmp(got->text, want->text) == 0,
                "%s", ends[i].name))
            printf("# CDN %u, %u if dialling, cause %u/%u, \"%s\"\n", got->result, got->dial_result,
                   got->cause, got->direction, got->text);
    }
    for (int code = 0; code < 256; code++)
        others += code != 16 && pppd_end_of(code << 8)->result != 3;
    is_int(others, 0, "S7.4-07 any other end of pppd clears the call for administrative reasons");
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return stand_in(argc, argv);
    if (realpath(argv[0], self) == NULL || mkdtemp(folder) == NULL)
        return 1;
    snprintf(notes, sizeof notes, "%s/notes", folder);
    setenv("L2TPD_TEST_KEPT", "yes", 1);
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
        setenv(variables[i], "an old one", 1);
    loop = loop_new();
    loop_before_sleep(loop, each_turn, NULL);
    test_compose();
    test_number_options();
    test_of_kernel();
    test_long_variables();
    test_space();
    test_expand();
    test_environment();
    test_start();
    test_low_tty();
    test_failures();
    test_stop();
    test_forget();
    test_end_text();
    test_end();
    unlink(notes);
    rmdir(folder);
    loop_free(loop);
    return tap_done();
}
