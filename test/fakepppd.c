/* fakepppd: what the daemon under test starts in pppd's place (key "pppd = PATH").
 *
 * It takes pppd's arguments, opens the tty named first (else uses descriptor 0), speaks RFC 1662
 * there, and does in order what the script named behind "file" (the daemon's key "pppoptfile")
 * says, a step a line, '#' for a comment; meanwhile it goes on hearing frames:
 *
 *   sink, echo             swallow what is heard (so it does at first), send it back
 *   lcp                    send one Configure-Request, and from now on answer LCP
 *   stop-reading           read the tty no more
 *   read-again             and again
 *   ignore-term            count a TERM, and nothing else
 *   ignore-hup             live on when the tty hangs up, too
 *   report PATH            keep a report there; "reports PATH": in PATH.PID
 *   send HEX               one frame, no blanks in it
 *   source N SIZE [SEED]   N stamped frames of SIZE octets, 16 at least
 *   garbage N              N octets by lot, in no frame
 *   bad-fcs N              N frames whose FCS is wrong
 *   delay MS               a pause
 *   await N                a pause until N frames have been heard
 *   exit STATUS            end as soon as all is written; what stands below is not done
 *   exit STATUS after MS   end in MS from now, and go on
 *   claim DIR              hold a lock of each address that it is given, there, as long as it
 *                          lives; what another holds is told by a file "doubled.ADDRESS"
 *   share DIR              the same, but others may have its own address as theirs, too
 *   perish MS              end at some time within MS in one of many ways, by lot
 *
 * A stamped frame is ff030057 "stmp" SEED NUMBER and filler that follows from these two, so that
 * its hearer can tell by itself whether it is damaged or out of order.
 *
 * It ends with 5 on TERM, 16 when the tty hangs up, 2 on a bad script, as pppd would.  The report
 * has "key value" lines and is replaced as a whole when it begins, at the end, and a moment after a
 * change.  Keys: pid, born (ns of the monotonic clock), sid, arg, caller-id, env (what the daemon
 * tells of the call, NAME=VALUE), password, fd (number and what it is, at the start), the counters
 * named below, lcp, exit; arg, env and fd once for each. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "wire/hdlc.h"

#define STEPS 32
#define OUT_ROOM (1 << 18)
#define STAMP 16       /* octets of a stamped frame before the filler */
#define REPORT_MS 50   /* how long a change may go unreported */
#define EXIT_OPTIONS 2 /* pppd(8), "EXIT STATUS" */
#define EXIT_SIGNAL 5
#define EXIT_HANGUP 16

/* SUM is over the frames heard, their order left out; LOST are echoes for which there was no room;
 * ESCAPES and CONTROLS are octets as they stand on the tty: 7d, and those below 20. */
enum {
    IN,
    OCTETS_IN,
    SUM,
    BAD,
    ESCAPES,
    CONTROLS,
    STAMPED,
    DAMAGED,
    MISORDERED,
    OUT,
    OCTETS_OUT,
    LOST,
    TERM,
    COUNTS
};

static const char *const names[COUNTS] = {
    "frames-in", "octets-in",  "checksum",   "refused",    "escapes", "controls",     "stamped",
    "damaged",   "misordered", "frames-out", "octets-out", "lost",    "term-signals",
};

/* What of the environment goes into the report. */
static const char *const variables[] = {
    "CALLED_NUMBER",    "SUB_ADDRESS",      "PRIVATE_GROUP", "L2TP_PEER_NAME", "DIAL_NUMBER",
    "CONNECT_SPEED_TX", "CONNECT_SPEED_RX", "L2TP_PEER",     "L2TP_TUNNEL",    "L2TP_CALL",
    "AGENT_CIRCUIT_ID", "AGENT_REMOTE_ID",  "ACTUAL_RATE_UP",     "ACTUAL_RATE_DOWN",
    "MINIMUM_RATE_UP",  "MINIMUM_RATE_DOWN", "ATTAINABLE_RATE_UP", "ATTAINABLE_RATE_DOWN",
    "MAXIMUM_RATE_UP",  "MAXIMUM_RATE_DOWN",
    "LOW_POWER_RATE_UP", "LOW_POWER_RATE_DOWN", "MAXIMUM_DELAY_UP",  "ACTUAL_DELAY_UP",
    "MAXIMUM_DELAY_DOWN", "ACTUAL_DELAY_DOWN", "LINE_TYPE",          "ENCAPSULATION",
    "INTERWORKING",
    "VRF",              "NETNS",
};

struct step {
    bool (*go)(struct step *s); /* a part of it; true when it is done */
    bool *flag;                 /* or what it sets */
    unsigned long n, size, seed;
    char *rest; /* of the line */
};

static struct {
    int tty, argc;
    char **argv;
    bool sink, echo, lcp, deaf, ignore_term, ignore_hup;
    char report[512], fds[4096], password[256];
    int exit_status;
    uint64_t exit_due, delay_due; /* 0: not set */
    uint64_t kill_due;
    uint64_t report_due; /* no report before */
    uint64_t born_ns;
    struct step step[STEPS];
    int n_steps, at;
    uint8_t out[OUT_ROOM];
    size_t out_at, out_n;
    struct hdlc_rx rx;
    struct buf *in;
    bool changed; /* since the last report */
    uint64_t count[COUNTS];
    uint32_t next_stamp;
    bool acked, has_acked; /* LCP: they us, we them */
} me;

static volatile sig_atomic_t caught[32];

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t now_ms(void)
{
    return now_ns() / 1000000;
}

static uint32_t roll(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

/* What our descriptors are, before we open any. */
static void note_fds(void)
{
    DIR *d = opendir("/proc/self/fd");
    struct dirent *e;

    while (d != NULL && (e = readdir(d)) != NULL) {
        char target[200];
        size_t used = strlen(me.fds);
        ssize_t n = readlinkat(dirfd(d), e->d_name, target, sizeof target);

        if (n >= 0 && atoi(e->d_name) != dirfd(d))
            snprintf(me.fds + used, sizeof me.fds - used, "fd %s %.*s\n", e->d_name, (int)n,
                     target);
    }
    if (d != NULL)
        closedir(d);
}

static void write_report(int status)
{
    char draft[sizeof me.report + 8];
    FILE *f;

    me.changed = false;
    me.report_due = now_ms() + REPORT_MS;
    snprintf(draft, sizeof draft, "%s.new", me.report);
    if (me.report[0] == '\0' || (f = fopen(draft, "w")) == NULL)
        return;
    fprintf(f, "pid %ld\nborn %llu\nsid %ld\n", (long)getpid(), (unsigned long long)me.born_ns,
            (long)getsid(0));
    for (int i = 0; i < me.argc; i++)
        fprintf(f, "arg %s\n", me.argv[i]);
    if (getenv("CALLER_ID") != NULL)
        fprintf(f, "caller-id %s\n", getenv("CALLER_ID"));
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
        if (getenv(variables[i]) != NULL)
            fprintf(f, "env %s=%s\n", variables[i], getenv(variables[i]));
    if (me.password[0] != '\0')
        fprintf(f, "password %s\n", me.password);
    fputs(me.fds, f);
    for (int i = 0; i < COUNTS; i++)
        fprintf(f, "%s %llu\n", names[i], (unsigned long long)me.count[i]);
    if (me.lcp)
        fprintf(f, "lcp %s\n", me.acked && me.has_acked ? "opened" : "starting");
    if (status >= 0)
        fprintf(f, "exit %d\n", status);
    if (fclose(f) == 0)
        rename(draft, me.report);
}

static void finish(int status)
{
    write_report(status);
    exit(status);
}

/* Queues one frame; false if there is no room for it now. */
static bool put_frame(struct span frame)
{
    if (HDLC_MOST(frame.n) > OUT_ROOM - me.out_n)
        return false;
    me.out_n += hdlc_encode(me.out + me.out_n, frame, 0);
    me.count[OUT]++;
    me.count[OCTETS_OUT] += frame.n;
    me.changed = true;
    return true;
}

static struct span make_stamped(uint8_t *frame, size_t size, uint32_t seed, uint32_t number)
{
    struct wr w = wr_over(frame, STAMP);
    uint32_t lot = seed ^ number * 2654435761u;

    wr_u32(&w, 0xff030057);
    wr_put(&w, span_str("stmp"));
    wr_u32(&w, seed);
    wr_u32(&w, number);
    for (size_t i = STAMP; i < size; i++)
        frame[i] = (uint8_t)roll(&lot);
    return span_of(frame, size);
}

static void check_stamp(struct span frame)
{
    struct rd r = rd_over(frame);
    struct span head = rd_take(&r, 8);
    uint32_t seed = rd_u32(&r), number = rd_u32(&r);
    uint8_t want[BUF_ROOM];

    if (r.failed || memcmp(head.p, "\xff\x03\x00\x57stmp", 8) != 0)
        return;
    me.count[STAMPED]++;
    me.count[DAMAGED] += !span_eq(make_stamped(want, frame.n, seed, number), frame);
    me.count[MISORDERED] += number < me.next_stamp;
    me.next_stamp = number + 1;
}

/* LCP as far as two ends agree on what the first proposes (RFC 1661, 5). */
static void hear_lcp(struct span s)
{
    uint8_t answer[BUF_ROOM], code = s.n >= 8 ? s.p[4] : 0;

    if (s.n < 8 || memcmp(s.p, "\xff\x03\xc0\x21", 4) != 0)
        return;
    me.has_acked |= code == 1;
    me.acked |= code == 2;
    if (code != 1 && code != 5 && code != 9) /* requests: configure, terminate, echo */
        return;
    memcpy(answer, s.p, s.n);
    answer[4] = code + 1;
    put_frame(span_of(answer, s.n));
}

static void hear(struct span frame)
{
    uint64_t sum = 0xcbf29ce484222325u;

    for (size_t i = 0; i < frame.n; i++)
        sum = (sum ^ frame.p[i]) * 0x100000001b3u;
    me.count[SUM] += sum;
    me.count[IN]++;
    me.count[OCTETS_IN] += frame.n;
    check_stamp(frame);
    if (me.lcp)
        hear_lcp(frame);
    if (me.echo)
        me.count[LOST] += !put_frame(frame);
}

/* The tty is gone: so are we, unless told to be stubborn. */
static void hung_up(void)
{
    if (!me.ignore_hup)
        finish(EXIT_HANGUP);
    me.deaf = true;
    me.out_at = me.out_n = 0;
}

static void read_tty(void)
{
    uint8_t room[4096];
    ssize_t n = read(me.tty, room, sizeof room);
    struct span in = span_of(room, n > 0 ? (size_t)n : 0);

    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        hung_up();
    for (size_t i = 0; i < in.n; i++) {
        me.count[ESCAPES] += in.p[i] == 0x7d;
        me.count[CONTROLS] += in.p[i] < 0x20;
    }
    while (in.n > 0) {
        enum hdlc_got got = hdlc_feed(&me.rx, &in, me.in, 0);

        if (got == HDLC_MORE)
            continue;
        me.changed = true;
        if (got == HDLC_FRAME)
            hear(buf_span(me.in));
        else
            me.count[BAD]++;
        me.in->len = 0;
    }
}

static void write_tty(void)
{
    ssize_t n = write(me.tty, me.out + me.out_at, me.out_n - me.out_at);

    if (n < 0 && errno != EAGAIN && errno != EINTR)
        hung_up();
    me.out_at += n > 0 ? (size_t)n : 0;
    if (me.out_at == me.out_n)
        me.out_at = me.out_n = 0;
}

static bool go_report(struct step *s)
{
    snprintf(me.report, sizeof me.report, "%s", s->rest);
    return me.changed = true;
}

static bool go_reports(struct step *s)
{
    snprintf(me.report, sizeof me.report, "%s.%ld", s->rest, (long)getpid());
    return me.changed = true;
}

static bool send_hex(const char *hex)
{
    uint8_t frame[BUF_ROOM];
    struct wr w = wr_over(frame, sizeof frame);
    unsigned octet;

    for (; sscanf(hex, "%2x", &octet) == 1; hex += 2)
        wr_u8(&w, (uint8_t)octet);
    return put_frame(span_of(frame, wr_len(&w)));
}

static bool go_send(struct step *s)
{
    return send_hex(s->rest);
}

static bool go_lcp(struct step *s)
{
    (void)s;
    return me.lcp = send_hex("ff03c0210101001402060000000005061234567807020802");
}

static bool go_source(struct step *s)
{
    uint8_t frame[BUF_ROOM];
    static uint32_t number;

    for (; s->n > 0; s->n--) {
        if (!put_frame(make_stamped(frame, s->size, (uint32_t)s->seed, number)))
            return false;
        number++;
    }
    return true;
}

static bool go_garbage(struct step *s)
{
    uint32_t lot = (uint32_t)s->n;

    for (; s->n > 0 && me.out_n < OUT_ROOM; s->n--)
        me.out[me.out_n++] = (uint8_t)roll(&lot);
    return s->n == 0;
}

/* LCP's Echo-Request, with an FCS that is none. */
static bool go_bad_fcs(struct step *s)
{
    static const uint8_t frame[] = {0x7e, 0xff, 0x03, 0xc0, 0x21, 0x09, 0x01, 0x00,
                                    0x08, 0x00, 0x00, 0x00, 0x00, 0x12, 0x34, 0x7e};

    for (; s->n > 0 && OUT_ROOM - me.out_n >= sizeof frame; s->n--) {
        memcpy(me.out + me.out_n, frame, sizeof frame);
        me.out_n += sizeof frame;
    }
    return s->n == 0;
}

static bool go_read_again(struct step *s)
{
    (void)s;
    me.deaf = false;
    return true;
}

static bool go_delay(struct step *s)
{
    if (me.delay_due == 0)
        me.delay_due = now_ms() + s->n;
    if (now_ms() < me.delay_due)
        return false;
    me.delay_due = 0;
    return true;
}

static bool go_await(struct step *s)
{
    return me.count[IN] >= s->n;
}

static bool go_exit(struct step *s)
{
    unsigned long ms;

    if (sscanf(s->rest, "%d after %lu", &me.exit_status, &ms) == 2) {
        me.exit_due = now_ms() + ms;
        return true;
    }
    if (me.out_n == 0)
        finish(me.exit_status);
    return false;
}

static void claim(const char *dir, const char *address, int how)
{
    char path[512];
    int fd;

    snprintf(path, sizeof path, "%s/%s", dir, address);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0 && flock(fd, how | LOCK_NB) == 0)
        return; /* until the kernel takes it from the dead, before anybody can hear of the death */
    snprintf(path, sizeof path, "%s/doubled.%s", dir, address);
    close(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
}

static bool claim_both(const struct step *s, int how_local)
{
    for (int i = 1; i < me.argc; i++) {
        char local[64], remote[64];

        if (sscanf(me.argv[i], "%63[0-9.]:%63[0-9.]", local, remote) == 2) {
            claim(s->rest, local, how_local);
            claim(s->rest, remote, LOCK_EX);
        }
    }
    return true;
}

static bool go_claim(struct step *s)
{
    return claim_both(s, LOCK_EX);
}

static bool go_share(struct step *s)
{
    return claim_both(s, LOCK_SH);
}

static bool go_perish(struct step *s)
{
    uint32_t lot = (uint32_t)(me.born_ns ^ me.born_ns >> 32) + (uint32_t)getpid();
    uint64_t when = now_ms() + roll(&lot) % s->n;

    me.exit_status = (int)(roll(&lot) % 20);
    switch (roll(&lot) % 5) {
    case 0:
        finish(me.exit_status);
        break;
    case 1:
        me.kill_due = when;
        break;
    case 2:
        me.ignore_term = me.ignore_hup = true;
        break;
    case 3:
        when = now_ms() + 3 * s->n; /* most are hung up before */
        break;
    }
    me.exit_due = when;
    return true;
}

static const struct {
    const char *word;
    struct step step;
} words[] = {
    {"sink", {.flag = &me.sink}},
    {"echo", {.flag = &me.echo}},
    {"stop-reading", {.flag = &me.deaf}},
    {"ignore-term", {.flag = &me.ignore_term}},
    {"ignore-hup", {.flag = &me.ignore_hup}},
    {"lcp", {.go = go_lcp}},
    {"report", {.go = go_report}},
    {"reports", {.go = go_reports}},
    {"send", {.go = go_send}},
    {"source", {.go = go_source}},
    {"garbage", {.go = go_garbage}},
    {"bad-fcs", {.go = go_bad_fcs}},
    {"read-again", {.go = go_read_again}},
    {"delay", {.go = go_delay}},
    {"await", {.go = go_await}},
    {"exit", {.go = go_exit}},
    {"claim", {.go = go_claim}},
    {"share", {.go = go_share}},
    {"perish", {.go = go_perish}},
};

static void read_script(const char *path)
{
    char line[8192], word[32];
    FILE *f = fopen(path, "r");

    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        struct step *s = &me.step[me.n_steps];
        int at = 0;

        if (line[0] == '#' || sscanf(line, "%31s %n", word, &at) < 1)
            continue;
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
            if (strcmp(words[i].word, word) == 0)
                *s = words[i].step;
        }
        s->rest = strdup(line + at);
        s->rest[strcspn(s->rest, "\r\n")] = '\0';
        sscanf(s->rest, "%lu %lu %lu", &s->n, &s->size, &s->seed);
        if ((s->go == NULL && s->flag == NULL) || ++me.n_steps == STEPS ||
            (s->go == go_source && (s->size < STAMP || s->size > BUF_ROOM - 2))) {
            fprintf(stderr, "fakepppd: bad script line: %s", line);
            finish(EXIT_OPTIONS);
        }
    }
    if (f == NULL || fclose(f) != 0)
        finish(EXIT_OPTIONS);
}

static void follow_script(void)
{
    for (; me.at < me.n_steps; me.at++) {
        struct step *s = &me.step[me.at];

        if (s->flag != NULL)
            *s->flag = true;
        else if (!s->go(s))
            return;
    }
}

static void on_signal(int signo)
{
    caught[signo] = 1;
}

/* Signals are let in only while waiting, so none comes between the question and the wait. */
static void wait_for_something(void)
{
    struct timespec moment = {0, REPORT_MS * 1000000L};
    fd_set in, out;
    sigset_t none;

    FD_ZERO(&in);
    FD_ZERO(&out);
    if (!me.deaf)
        FD_SET(me.tty, &in);
    if (me.out_n > me.out_at)
        FD_SET(me.tty, &out);
    sigemptyset(&none);
    if (pselect(me.tty + 1, &in, &out, NULL, &moment, &none) <= 0)
        return;
    if (FD_ISSET(me.tty, &out))
        write_tty();
    if (FD_ISSET(me.tty, &in))
        read_tty();
}

static void heed_signals(void)
{
    if (caught[SIGHUP] && !me.ignore_hup)
        finish(EXIT_HANGUP);
    if (!caught[SIGTERM])
        return;
    caught[SIGTERM] = 0;
    me.count[TERM]++;
    me.changed = true;
    if (!me.ignore_term)
        finish(EXIT_SIGNAL);
}

int main(int argc, char **argv)
{
    struct sigaction act = {.sa_handler = on_signal};
    sigset_t block;

    me.born_ns = now_ns();
    sigemptyset(&block);
    sigaddset(&block, SIGTERM);
    sigaddset(&block, SIGHUP);
    sigprocmask(SIG_BLOCK, &block, NULL);
    sigaction(SIGTERM, &act, NULL);
    sigaction(SIGHUP, &act, NULL);
    me.in = buf_get();
    hdlc_rx_init(&me.rx);
    me.argc = argc;
    me.argv = argv;
    note_fds();
    for (int i = 2; i + 1 < argc; i++) {
        if (strcmp(argv[i], "passwordfd") == 0)
            (void)!read(atoi(argv[i + 1]), me.password, sizeof me.password - 1);
        if (strcmp(argv[i], "file") == 0)
            read_script(argv[i + 1]);
    }
    me.tty = argc > 1 ? open(argv[1], O_RDWR | O_NONBLOCK) : -1;
    if (me.tty < 0) {
        me.tty = STDIN_FILENO;
        fcntl(me.tty, F_SETFL, fcntl(me.tty, F_GETFL) | O_NONBLOCK);
    }
    for (;;) {
        heed_signals();
        follow_script();
        if (me.kill_due > 0 && now_ms() >= me.kill_due)
            raise(SIGKILL);
        if (me.exit_due > 0 && now_ms() >= me.exit_due)
            finish(me.exit_status);
        if (me.changed && now_ms() >= me.report_due)
            write_report(-1);
        wait_for_something();
    }
}
