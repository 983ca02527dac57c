/* One pppd process per call: argument list, start, end; see pppd.h.
 *
 * The argument list and the environment are made by rows; spawn.h runs what they make.  Must not
 * know L2TP, nor what the tty is connected to. */
#include "host/pppd.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "host/spawn.h"
#include "host/sys.h"

static bool given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* The environment once more, as words that pppd hands on to its scripts.  Its own REMOTENUMBER and
 * the like are not among them. */
static void add_variables(const struct pppd_settings *s, struct pppd_args *args)
{
    struct pppd_env env;

    pppd_environment(s, &env);
    for (int i = 0; i < env.n; i++) {
        const char *value = env.row[i].value;
        bool always = i >= env.n - PPPD_SPACE_ENV;

        if (value == NULL || (!s->set_variables && !always) ||
            snprintf(args->variable[i], PPPD_VARIABLE, "%s=%s", env.row[i].name, value) >=
                PPPD_VARIABLE)
            continue;
        args->argv[args->argc++] = "set";
        args->argv[args->argc++] = args->variable[i];
    }
}

void pppd_compose(const struct pppd_settings *s, int password_fd, struct pppd_args *args)
{
    bool lac = s->role == PPPD_LAC, lns = s->role == PPPD_LNS;
    bool auth = s->require_authentication, mute = s->refuse_authentication;
    bool addresses = lac || given(s->local) || given(s->remote);
    bool password = lac && (password_fd >= 0 || given(s->password)), kernel = s->in_kernel;
    const char *caller = lns ? pppd_clean(s->caller_id) : NULL;
    char *number = args->number[0], *session = args->number[1], *tunnel_id = args->number[2],
         *session_id = args->number[3], *mtu = args->number[4];
    /* order and spelling are xl2tpd's: people match process lists */
    const struct {
        bool when;
        const char *word;  /* may be NULL */
        const char *value; /* behind the word; may be NULL */
    } rows[] = {
        {true, given(s->path) ? s->path : PPPD_PATH, NULL},
        {!kernel, s->device, NULL},
        {kernel, "plugin", "pppol2tp.so"},
        {kernel, "pppol2tp", session},
        {kernel && lns, "pppol2tp_lns_mode", NULL},
        {kernel && lns, "pppol2tp_tunnel_id", tunnel_id},
        {kernel && lns, "pppol2tp_session_id", session_id},
        {true, "passive", NULL},
        {true, "nodetach", NULL},
        {s->mtu > 0, "mtu", mtu},
        {s->mtu > 0, "mru", mtu},
        {given(s->number_options), "file", s->number_options},
        {lac && s->default_route, "defaultroute", NULL},
        {addresses, args->text, NULL},
        {mute || s->refuse_pap, "refuse-pap", NULL},
        {mute || s->refuse_chap, "refuse-chap", NULL},
        {auth, "auth", NULL},
        {auth && s->require_pap, "require-pap", NULL},
        {auth && s->require_chap, "require-chap", NULL},
        {auth && lns && s->unix_authentication, "login", NULL},
        {given(s->name), "name", s->name},
        {s->debug, "debug", NULL},
        {password, "plugin", "passwordfd.so"},
        {password, "passwordfd", number},
        {given(s->optfile), "file", s->optfile},
        {given(s->ipparam), "ipparam", s->ipparam},
        {caller != NULL, "remotenumber", caller},
        {given(s->accepted), "noauth", NULL},
        {given(s->accepted), "set", s->accepted},
    };

    _Static_assert(2 * (sizeof rows / sizeof rows[0] + PPPD_MAX_ENV) <= PPPD_MAX_ARGS,
                   "every row fits");
    snprintf(args->text, sizeof args->text, "%.99s:%.99s", given(s->local) ? s->local : "",
             given(s->remote) ? s->remote : "");
    if (password_fd >= 0)
        snprintf(number, sizeof args->number[0], "%d", password_fd);
    else
        snprintf(number, sizeof args->number[0], "FD");
    snprintf(session, sizeof args->number[1], "%d", s->session);
    snprintf(tunnel_id, sizeof args->number[2], "%u", s->tunnel);
    snprintf(session_id, sizeof args->number[3], "%u", s->call);
    snprintf(mtu, sizeof args->number[4], "%u", s->mtu);
    args->argc = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!rows[i].when)
            continue;
        args->argv[args->argc++] = rows[i].word;
        if (rows[i].value != NULL)
            args->argv[args->argc++] = rows[i].value;
    }
    add_variables(s, args);
    args->argv[args->argc] = NULL;
}

const char *pppd_clean(const char *text)
{
    static const char allowed[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "+*#-._:/@ ";

    return given(text) && text[0] != '-' && text[strspn(text, allowed)] == '\0' ? text : NULL;
}

const char *pppd_number_options(const char *number, char *dst, size_t size)
{
    /* a path that is cut must not be looked for */
    if (pppd_clean(number) == NULL || number[0] == '.' || strchr(number, '/') != NULL ||
        snprintf(dst, size, "/var/l2tp/%s.options", number) >= (int)size)
        return NULL;
    return access(dst, R_OK) == 0 ? dst : NULL;
}

/* A number in dst, or NULL for 0. */
static const char *number_text(uint32_t number, char *dst, size_t size)
{
    snprintf(dst, size, "%lu", (unsigned long)number);
    return number != 0 ? dst : NULL;
}

static const char *rate_text(const struct pppd_settings *s, struct pppd_env *env, unsigned i)
{
    snprintf(env->rate[i], sizeof env->rate[i], "%llu", (unsigned long long)s->line_rates[i]);
    return s->line_rates[i] != 0 ? env->rate[i] : NULL;
}

static const char *delay_text(const struct pppd_settings *s, struct pppd_env *env, unsigned i)
{
    snprintf(env->delay[i], sizeof env->delay[i], "%lu", (unsigned long)s->line_delays[i]);
    return (s->has_line_delay >> i & 1) != 0 ? env->delay[i] : NULL;
}

void pppd_environment(const struct pppd_settings *s, struct pppd_env *env)
{
    const struct {
        const char *name, *value;
    } rows[] = {
        {"CALLER_ID", pppd_clean(s->caller_id)}, /* as xl2tpd has it */
        {"CALLED_NUMBER", pppd_clean(s->called_number)},
        {"SUB_ADDRESS", pppd_clean(s->sub_address)},
        {"PRIVATE_GROUP", pppd_clean(s->private_group)},
        {"L2TP_PEER_NAME", pppd_clean(s->peer_name)},
        {"L2TP_PEER", s->peer},
        {"L2TP_TUNNEL", number_text(s->tunnel, env->text[2], sizeof env->text[2])},
        {"L2TP_CALL", number_text(s->call, env->text[3], sizeof env->text[3])},
        {"CONNECT_SPEED_TX", number_text(s->tx_bps, env->text[0], sizeof env->text[0])},
        {"CONNECT_SPEED_RX", number_text(s->rx_bps, env->text[1], sizeof env->text[1])},
        {"DIAL_NUMBER", pppd_clean(s->dial)},
        {"AGENT_CIRCUIT_ID", pppd_clean(s->circuit_id)},
        {"AGENT_REMOTE_ID", pppd_clean(s->remote_id)},
        {"ACTUAL_RATE_UP", rate_text(s, env, 0)},
        {"ACTUAL_RATE_DOWN", rate_text(s, env, 1)},
        {"MINIMUM_RATE_UP", rate_text(s, env, 2)},
        {"MINIMUM_RATE_DOWN", rate_text(s, env, 3)},
        {"ATTAINABLE_RATE_UP", rate_text(s, env, 4)},
        {"ATTAINABLE_RATE_DOWN", rate_text(s, env, 5)},
        {"MAXIMUM_RATE_UP", rate_text(s, env, 6)},
        {"MAXIMUM_RATE_DOWN", rate_text(s, env, 7)},
        {"LOW_POWER_RATE_UP", rate_text(s, env, 8)},
        {"LOW_POWER_RATE_DOWN", rate_text(s, env, 9)},
        {"MAXIMUM_DELAY_UP", delay_text(s, env, 0)},
        {"ACTUAL_DELAY_UP", delay_text(s, env, 1)},
        {"MAXIMUM_DELAY_DOWN", delay_text(s, env, 2)},
        {"ACTUAL_DELAY_DOWN", delay_text(s, env, 3)},
        {"LINE_TYPE", pppd_clean(s->line_type)},
        {"ENCAPSULATION", pppd_clean(s->encapsulation)},
        {"INTERWORKING", pppd_clean(s->interworking)},
        {"VRF", pppd_clean(s->vrf)}, /* these two always: see PPPD_SPACE_ENV */
        {"NETNS", pppd_clean(s->netns)},
    };

    _Static_assert(sizeof rows / sizeof rows[0] == PPPD_MAX_ENV, "every row fits");
    for (env->n = 0; env->n < PPPD_MAX_ENV; env->n++) {
        env->row[env->n].name = rows[env->n].name;
        env->row[env->n].value = rows[env->n].value;
    }
}

/* What a %-word stands for; room is for a number.  "" for what is unknown; NULL: it is none. */
static const char *expand_one(char letter, const struct pppd_settings *s, char room[12])
{
    unsigned number = letter == 't' ? s->tunnel : letter == 'c' ? s->call : 0;
    const struct {
        char letter;
        const char *value;
    } rows[] = {
        {'p', s->peer},
        {'h', pppd_clean(s->peer_name)},
        {'n', pppd_clean(s->caller_id)},
        {'d', pppd_clean(s->called_number)},
        {'g', pppd_clean(s->private_group)},
        {'t', number_text(number, room, 12)},
        {'c', number_text(number, room, 12)},
        {'v', pppd_clean(s->vrf)},
        {'s', pppd_clean(s->netns)},
        {'%', "%"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].letter == letter)
            return rows[i].value != NULL ? rows[i].value : "";
    return NULL;
}

const char *pppd_expand(const char *text, const struct pppd_settings *s, char *dst, size_t size)
{
    size_t n = 0;

    dst[0] = '\0';
    for (; *text != '\0' && n + 1 < size; text++) {
        char number[12];
        const char *word = *text == '%' ? expand_one(text[1], s, number) : NULL;
        size_t put = word != NULL ? strlen(word) : 1;

        if (n + put < size)
            memcpy(dst + n, word != NULL ? word : text, put);
        else
            put = 0;
        n += put;
        dst[n] = '\0';
        text += word != NULL;
    }
    return dst;
}

static void close_pipe(int fd[2])
{
    for (int i = 0; i < 2; i++) {
        if (fd[i] >= 0)
            close(fd[i]);
        fd[i] = -1;
    }
}

/* Puts the password into a pipe and keeps its read end.  It is short enough never to block. */
static int load_password(const char *password, int fd[2])
{
    size_t n;

    if (!given(password))
        return 0;
    n = strlen(password);
    if (n >= _POSIX_PIPE_BUF) {
        errno = E2BIG;
        return -1;
    }
    if (sys_pipe_above(fd) < 0 || write(fd[1], password, n) != (ssize_t)n)
        return -1;
    close(fd[1]);
    fd[1] = -1;
    return 0;
}

/* Executes it.  The environment stays ours otherwise, as it does with xl2tpd: NetworkManager tells
 * its pppd plugin by it which connection it serves.  The pid, or -1 with errno. */
static pid_t launch(struct loop *l, const struct pppd_settings *s, int line, int password,
                    int *n_args)
{
    struct pppd_args args;
    struct pppd_env env;
    struct spawn_variable variable[PPPD_MAX_ENV];
    struct spawn child = {.argv = args.argv,
                          .line = line,
                          .inherited = {password, s->in_kernel ? s->session : -1},
                          .dies_with = s->in_kernel ? getpid() : 0};
    char **environment;
    pid_t pid;
    int keep;

    pppd_compose(s, password, &args);
    *n_args = args.argc;
    pppd_environment(s, &env);
    for (int i = 0; i < env.n; i++)
        variable[i] = (struct spawn_variable){env.row[i].name, env.row[i].value};
    child.environment = environment = spawn_environment(variable, env.n);
    if (environment == NULL)
        return -1;
    pid = spawn(l, &child);
    keep = errno;
    free(environment);
    errno = keep;
    if (pid < 0)
        return -1;
    for (int i = 0; i < env.n && log_topic(TOPIC_PPPD); i++)
        if (env.row[i].value != NULL)
            log_debug(TOPIC_PPPD, "pppd %d: has %s=%s", (int)pid, env.row[i].name,
                      env.row[i].value);
    return pid;
}

static void on_gone(struct child *c, int status)
{
    struct pppd *p = c->owner;
    char text[64];

    loop_timer_done(p->loop, &p->timer);
    p->state = PPPD_IDLE;
    log_debug(TOPIC_PPPD, "pppd %d: has ended: %s", (int)c->pid,
              pppd_end_text(status, text, sizeof text));
    p->gone(p, status);
}

/* The only place where a pppd is signalled: its pid is that of a child not yet reaped. */
static void signal_pppd(struct pppd *p, int signo)
{
    if (p->child.pid > 0)
        kill(p->child.pid, signo);
}

/* A hang-up that was not noticed is followed by TERM, a TERM that was not heeded by KILL. */
static void on_patience_over(struct timer *t)
{
    struct pppd *p = t->owner;

    if (p->state == PPPD_RUNNING)
        pppd_stop(p);
    else
        pppd_kill(p);
}

int pppd_start(struct pppd *p, struct loop *l, const struct pppd_settings *s, int tty_fd)
{
    int password[2] = {-1, -1}, reason, n_args = 0;
    pid_t pid = -1;

    p->loop = l;
    p->term_ms = PPPD_TERM_MS;
    p->timer = (struct timer){.fire = on_patience_over, .owner = p};
    if (loop_timer_init(l, &p->timer) < 0) {
        errno = ENOMEM;
        return -1;
    }
    if (load_password(s->role == PPPD_LAC ? s->password : NULL, password) == 0)
        pid = launch(l, s, tty_fd, password[0], &n_args);
    reason = errno;
    close_pipe(password);
    if (pid < 0) {
        loop_timer_done(l, &p->timer);
        errno = reason;
        return -1;
    }
    p->state = PPPD_RUNNING;
    p->child = (struct child){.pid = pid, .gone = on_gone, .owner = p};
    loop_child(l, &p->child);
    log_debug(TOPIC_PPPD, "pppd %d: started, %d arguments%s", (int)pid, n_args,
              s->role == PPPD_LAC && given(s->password) ? ", its password in a pipe" : "");
    return 0;
}

void pppd_expect_end(struct pppd *p)
{
    if (p->state != PPPD_RUNNING)
        return;
    log_debug(TOPIC_PPPD, "pppd %d: its terminal is hung up: TERM in %d ms unless it ends",
              (int)p->child.pid, PPPD_HANGUP_MS);
    loop_timer_set(p->loop, &p->timer, loop_now(p->loop) + PPPD_HANGUP_MS);
}

void pppd_stop(struct pppd *p)
{
    if (p->state != PPPD_RUNNING)
        return;
    log_info("Terminating pppd: sending TERM signal to pid %d", (int)p->child.pid);
    signal_pppd(p, SIGTERM);
    p->state = PPPD_ASKED;
    loop_timer_set(p->loop, &p->timer, loop_now(p->loop) + p->term_ms);
}

void pppd_kill(struct pppd *p)
{
    if (p->state == PPPD_IDLE)
        return;
    loop_timer_unset(p->loop, &p->timer);
    log_debug(TOPIC_PPPD, "pppd %d: KILL", (int)p->child.pid);
    signal_pppd(p, SIGKILL);
    p->state = PPPD_KILLED;
}

void pppd_forget(struct pppd *p)
{
    if (p->state == PPPD_IDLE)
        return;
    loop_child_forget(p->loop, &p->child);
    loop_timer_done(p->loop, &p->timer);
    p->state = PPPD_IDLE;
}

/* Result codes of CDN (RFC 2661, 4.4.2), causes and directions (RFC 3145), as far as pppd's
 * end can mean them.  Whether the number was busy or had no dial tone pppd does not tell. */
#define CARRIER_LOST 1u
#define ADMINISTRATIVE 3u
#define NO_FACILITIES_NOW 4u
#define NO_FACILITIES 5u
#define NO_CARRIER 7u
#define TIMED_OUT 10u
#define NO_FRAMING 11u

#define NOTHING_KNOWN 0u
#define BY_ADMINISTRATOR 1u
#define PPP_TERMINATED 3u
#define LCP_LOOP 7u
#define LCP_NO_ECHO 8u
#define AUTH_FAILED 16u
#define NO_NCP 18u

enum { BOTH_SIDES, AT_PEER, AT_US };

/* pppd(8), "EXIT STATUS", in our words.  An end of pppd's clears a call that is up by
 * "administrative reasons", but for the loss of its carrier (RFC 2661, 7.4).
 *
 * 10 is what pppd says of all negotiations in which no network protocol came up, whoever failed. In
 * 12 and 13 it is we who end PPP.  16 comes from the line of a call, so from beyond it. */
static const struct pppd_end ends[] = {
    [0] = {ADMINISTRATIVE, ADMINISTRATIVE, PPP_TERMINATED, AT_PEER, "ended at the peer's request"},
    [1] = {ADMINISTRATIVE, NO_FACILITIES_NOW, NOTHING_KNOWN, BOTH_SIDES, "fatal error"},
    [2] = {ADMINISTRATIVE, NO_FACILITIES, NOTHING_KNOWN, BOTH_SIDES, "bad options"},
    [3] = {ADMINISTRATIVE, NO_FACILITIES, NOTHING_KNOWN, BOTH_SIDES, "not run by root"},
    [4] = {ADMINISTRATIVE, NO_FACILITIES, NOTHING_KNOWN, BOTH_SIDES,
           "no PPP support in the kernel"},
    [5] = {ADMINISTRATIVE, ADMINISTRATIVE, BY_ADMINISTRATOR, BOTH_SIDES, "terminated by a signal"},
    [6] = {ADMINISTRATIVE, NO_FACILITIES_NOW, NOTHING_KNOWN, BOTH_SIDES, "tty could not be locked"},
    [7] = {ADMINISTRATIVE, NO_FACILITIES_NOW, NOTHING_KNOWN, BOTH_SIDES, "tty could not be opened"},
    [8] = {ADMINISTRATIVE, NO_CARRIER, NOTHING_KNOWN, BOTH_SIDES, "connect script failed"},
    [9] = {ADMINISTRATIVE, NO_FACILITIES_NOW, NOTHING_KNOWN, BOTH_SIDES,
           "pty command could not be run"},
    [10] = {ADMINISTRATIVE, NO_FRAMING, NO_NCP, BOTH_SIDES, "negotiation failed"},
    [11] = {ADMINISTRATIVE, ADMINISTRATIVE, AUTH_FAILED, AT_PEER, "peer failed to authenticate"},
    [12] = {ADMINISTRATIVE, TIMED_OUT, PPP_TERMINATED, AT_US, "idle for too long"},
    [13] = {ADMINISTRATIVE, TIMED_OUT, PPP_TERMINATED, AT_US, "time limit reached"},
    [14] = {ADMINISTRATIVE, ADMINISTRATIVE, PPP_TERMINATED, AT_US, "will be called back"},
    [15] = {ADMINISTRATIVE, NO_FRAMING, LCP_NO_ECHO, BOTH_SIDES,
            "peer does not answer echo requests"},
    [16] = {CARRIER_LOST, NO_CARRIER, PPP_TERMINATED, AT_PEER, "hung up"},
    [17] = {ADMINISTRATIVE, NO_FRAMING, LCP_LOOP, BOTH_SIDES, "loopback detected"},
    [18] = {ADMINISTRATIVE, NO_FACILITIES_NOW, NOTHING_KNOWN, BOTH_SIDES, "init script failed"},
    [19] = {ADMINISTRATIVE, ADMINISTRATIVE, AUTH_FAILED, AT_US, "authentication failed"},
};
static const struct pppd_end killed = {ADMINISTRATIVE, ADMINISTRATIVE, NOTHING_KNOWN, BOTH_SIDES,
                                       "killed by a signal"};
static const struct pppd_end unknown = {ADMINISTRATIVE, NO_FACILITIES_NOW, NOTHING_KNOWN,
                                        BOTH_SIDES, "unknown exit code"};

const struct pppd_end *pppd_end_of(int status)
{
    size_t code = WIFEXITED(status) ? (size_t)WEXITSTATUS(status) : 0;

    if (!WIFEXITED(status))
        return &killed;
    return code < sizeof ends / sizeof ends[0] ? &ends[code] : &unknown;
}

enum pppd_blame pppd_end_blame(const struct pppd_end *end)
{
    switch (end->cause) {
    case AUTH_FAILED:
        return PPPD_BLAME_NAMES;
    case NO_NCP:
    case LCP_LOOP:
        return PPPD_BLAME_NEVER_UP;
    case LCP_NO_ECHO:
        return PPPD_BLAME_FAR;
    case PPP_TERMINATED:
        return end->direction == AT_PEER ? PPPD_BLAME_FAR : PPPD_BLAME_NOBODY;
    default:
        return PPPD_BLAME_NOBODY;
    }
}

const char *pppd_end_text(int status, char *dst, size_t size)
{
    const struct pppd_end *end = pppd_end_of(status);

    if (end == &killed)
        snprintf(dst, size, "killed by signal %d", WTERMSIG(status));
    else if (end == &unknown)
        snprintf(dst, size, "exit code %d", WEXITSTATUS(status));
    else
        snprintf(dst, size, "%s", end->text);
    return dst;
}
