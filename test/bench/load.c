/* load: a L2TP peer that loads a daemon with frames and says what that has cost the daemon, by
 * commands on its standard input.
 *
 *   load [-b] [-c|-a] [-l LOG] SHARE PORT -- DAEMON [ARGUMENT...]
 *
 *   -b   it is a bare relay without a protocol: limit.c
 *   -c   on two processors: the daemon and this on the one, the daemon in batches (SCHED_BATCH), so
 *        that it finds all that was sent at a time; the stand-ins on the other
 *   -a   on two processors: the daemon and the stand-ins on the one, this on the other
 *   -l   where what the daemon says goes; else to standard error
 *
 *   open TUNNELS CALLS           until there are so many; the calls by turns in the tunnels
 *   busy CALLS                   so many of them have frames from now on
 *   burst N                      at most so many frames are on their way at a time (64)
 *   down|up|echo KIND SIZE FRAMES   frames for the stand-ins, from them, and there and back
 *   patience MS                  nothing arriving for so long, the rest of a burst is lost (1000)
 *   stick KIND SIZE, go          the last call's stand-in is stopped, its call swamped; goes on
 *   latency KIND SIZE FRAMES BESIDE, flood KIND SIZE TIMES MS     see press.h
 *   slow KIND SIZE RATE TIMES MS    see slow.h
 *   run COMMAND                  by the shell, with the daemon's pid as $DAEMON
 *
 * Answers each with a line of fields between tabs:
 *
 *   open TUNNELS CALLS NS               of CPU time for each call that was opened
 *   down|up|echo CALLS BUSY KIND SIZE BURST SENT ARRIVED DAMAGED MISORDERED MISSING REFUSED NS
 *                                       NS: CPU time for each that arrived well
 *   stick, go
 *   latency ..., flood ..., slow ...    see press.h, slow.h
 *   end STATUS                          of the daemon, in the end
 *
 * A burst is sent with one system call, and the next one when all of it has arrived; nothing
 * arriving for a second, the rest of it counts as lost.  What is sent to one call at a time fits
 * into a pty. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "far.h"
#include "press.h"
#include "slow.h"
#include "wire/hdlc.h"

#define BURST 64
#define PTY_ROOM 7800 /* octets that a pty takes, unread: Linux has 8 KiB, in pieces */
#define PATIENCE_MS 1000
#define SPIN_MS 3 /* the longest that stand-ins are waited for without sleeping */

static struct {
    unsigned busy, burst, patience_ms;
    unsigned turn; /* whose frame is next, of the busy ones */
} me = {.burst = BURST, .patience_ms = PATIENCE_MS};

struct cell {
    char word[8];
    enum frame_kind kind;
    unsigned size, frames;
};

/* Sums over all calls. */
struct sums {
    uint32_t frames, damaged, misordered, missing, refused;
};

static void add_flow(struct sums *s, const struct flow *f)
{
    s->frames += f->frames;
    s->damaged += f->damaged;
    s->misordered += f->misordered;
    s->missing += f->missing;
}

static struct sums sum_up(const struct cell *c)
{
    struct sums s = {0};

    for (unsigned i = 0; i < far.n_calls; i++) {
        const struct slot *slot = &far.share->slot[i];

        if (c->word[0] != 'd')
            add_flow(&s, &far.call[i].up);
        if (c->word[0] == 'd')
            add_flow(&s, &slot->down);
        s.refused += slot->refused;
        if (c->word[0] == 'e')
            s.damaged += slot->down.damaged;
    }
    return s;
}

/* The busy ones lie far apart among all. */
static unsigned next_call(void)
{
    unsigned turn = me.turn++ % me.busy;
    unsigned i = (unsigned)(((uint64_t)turn * far.n_calls + far.n_calls / 2) / me.busy);

    while (far.call[i].mute)
        i = (i + 1) % far.n_calls;
    return i;
}

/* How many go at a time. */
static unsigned burst_for(const struct cell *c)
{
    uint8_t frame[FRAME_MOST], line[HDLC_MOST(FRAME_MOST)];
    size_t octets = HDLC_MOST(FRAME_MOST);
    unsigned most;

    if (c->kind != MIXED)
        octets = hdlc_encode(line, span_of(frame, frame_make(frame, 0, 0, c->kind, c->size)), 0);
    if (c->kind == RANDOM)
        octets = octets * 33 / 32;
    most = (unsigned)(PTY_ROOM / octets) * me.busy;
    return most < me.burst ? most : me.burst;
}

/* -- down -------------------------------------------------------------------------------------- */

/* Makes and sends a burst. */
static void send_burst(const struct cell *c, unsigned n)
{
    static uint8_t octets[BURST][12 + FRAME_MOST];
    static struct iovec iov[BURST];
    static struct mmsghdr msg[BURST];
    unsigned gone = 0;

    for (unsigned i = 0; i < n; i++) {
        unsigned call = next_call();
        struct far_call *fc = &far.call[call];
        size_t size = far_header(fc, octets[i]);

        size += frame_make(octets[i] + size, call, fc->sent++, c->kind, c->size);
        iov[i] = (struct iovec){octets[i], size};
        msg[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i], .msg_iovlen = 1};
    }
    while (gone < n) {
        int sent = sendmmsg(far.fd, msg + gone, n - gone, 0);

        if (sent < 0 && errno != EINTR && errno != ECONNREFUSED)
            far_die("cannot send");
        gone += sent > 0 ? (unsigned)sent : 0;
    }
}

/* Waits until the stand-ins have seen so many, or none comes any more. */
static void wait_arrived(uint32_t wanted)
{
    struct timespec most = {me.patience_ms / 1000, me.patience_ms % 1000 * 1000000L};
    uint32_t seen;

    while ((int32_t)(wanted - (seen = far.share->arrived)) > 0)
        if (futex_wait(&far.share->arrived, seen, &most) != 0 && errno == ETIMEDOUT &&
            far.share->arrived == seen)
            return;
}

static void burst_down(const struct cell *c, unsigned n)
{
    uint32_t wanted = far.share->arrived + n;

    far.share->wanted = wanted;
    send_burst(c, n);
    wait_arrived(wanted);
}

/* -- up, and there and back -------------------------------------------------------------------- */

static void take_burst(unsigned n)
{
    unsigned taken = 0, now;

    while (taken < n && (now = far_hear((int)me.patience_ms)) > 0)
        taken += now;
}

static void burst_echo(const struct cell *c, unsigned n)
{
    send_burst(c, n);
    take_burst(n);
}

/* The daemon gets its turn when all stand-ins have written. */
static void burst_up(const struct cell *c, unsigned n)
{
    uint32_t wanted = far.share->written + n;
    double end = far_now_ms() + SPIN_MS;
    unsigned call[BURST];

    (void)c;
    for (unsigned i = 0; i < n; i++) {
        call[i] = next_call();
        far.share->slot[call[i]].grant++;
        far.call[call[i]].asked = true;
    }
    for (unsigned i = 0; i < n; i++) {
        if (far.call[call[i]].asked)
            futex_wake(&far.share->slot[call[i]].grant);
        far.call[call[i]].asked = false;
    }
    while ((int32_t)(wanted - far.share->written) > 0 && far_now_ms() < end)
        continue;
    take_burst(n);
}

/* -- commands ---------------------------------------------------------------------------------- */

static void measure(const struct cell *c)
{
    static const struct {
        const char *word;
        void (*burst)(const struct cell *c, unsigned n);
    } ways[] = {{"down", burst_down}, {"up", burst_up}, {"echo", burst_echo}};
    unsigned way = 0, burst = burst_for(c), sent = 0;
    struct sums before, after;
    double ns;

    while (strcmp(ways[way].word, c->word) != 0)
        way++;
    far.share->echo = ways[way].burst == burst_echo;
    far.share->kind = c->kind;
    far.share->size = c->size;
    ways[way].burst(c, burst); /* so that no memory is new to the daemon */
    before = sum_up(c);
    ns = far_cpu_ns();
    while (sent < c->frames) {
        ways[way].burst(c, burst);
        sent += burst;
    }
    ns = far_cpu_ns() - ns;
    after = sum_up(c);
    printf("%s\t%u\t%u\t%s\t%u\t%u\t%u\t%u\t%u\t%u\t%u\t%u\t%.1f\n", c->word, far.n_calls, me.busy,
           frame_kind_name(c->kind), c->size, burst, sent, after.frames - before.frames,
           after.damaged - before.damaged, after.misordered - before.misordered,
           after.missing - before.missing, after.refused - before.refused,
           ns / (after.frames - before.frames - (after.damaged - before.damaged)));
}

static void open_calls(unsigned tunnels, unsigned calls)
{
    unsigned before = far.n_calls;
    double ns = far_cpu_ns();

    far_open(tunnels, calls);
    far_hear(50);
    ns = far_cpu_ns() - ns;
    far_agree();
    me.busy = far.n_calls;
    printf("open\t%u\t%u\t%.1f\n", tunnels, calls, ns / (calls - before));
}

static void run(const char *command)
{
    char pid[16];

    snprintf(pid, sizeof pid, "%d", (int)far.daemon);
    setenv("DAEMON", pid, 1);
    printf("run\t%d\n", system(command));
}

static bool slow(const char *line, const struct press *p)
{
    struct slow s = {.kind = p->kind, .size = p->size};

    if (sscanf(line, "slow %*s %*u %u %u %u", &s.rate, &s.times, &s.ms) != 3 || s.rate == 0 || s.ms == 0)
        return false;
    slow_measure(&s);
    return true;
}

/* Commands of press.h and slow.h; false if it is none. */
static bool press(const char *line)
{
    struct press p;
    char kind[8] = "";
    unsigned a, b;

    if (far.n_calls == 0)
        return false;
    if (strcmp(line, "go") == 0) {
        press_stick(NULL, false);
        puts("go");
        return true;
    }
    if (sscanf(line, "%*s %7s %u", kind, &p.size) != 2 || (p.kind = frame_kind_of(kind)) >= KINDS ||
        p.size < FRAME_STAMP || p.size > FRAME_PAYLOAD)
        return false;
    if (strncmp(line, "stick ", 6) == 0) {
        press_stick(&p, true);
        puts("stick");
    } else if (sscanf(line, "latency %*s %*u %u %u", &a, &b) == 2) {
        press_latency(&p, a, b);
    } else if (sscanf(line, "flood %*s %*u %u %u", &a, &b) == 2) {
        press_flood(&p, a, b);
    } else {
        return slow(line, &p);
    }
    return true;
}

static void obey(char *line)
{
    struct cell c;
    char kind[8], command[16] = "";
    unsigned a, b;

    line[strcspn(line, "\n")] = '\0';
    if (sscanf(line, "open %u %u", &a, &b) == 2)
        open_calls(a, b);
    else if (sscanf(line, "busy %u", &a) == 1 && a > 0 && a <= far.n_calls)
        printf("busy\t%u\n", me.busy = a);
    else if (sscanf(line, "burst %u", &a) == 1 && a > 0 && a <= BURST)
        printf("burst\t%u\n", me.burst = a);
    else if (sscanf(line, "patience %u", &a) == 1)
        printf("patience\t%u\n", me.patience_ms = a);
    else if (sscanf(line, "%7s %7s %u %u", c.word, kind, &c.size, &c.frames) == 4 &&
             (c.kind = frame_kind_of(kind)) <= MIXED && c.size >= FRAME_STAMP &&
             c.size <= FRAME_PAYLOAD && me.busy > 0 && strstr("down up echo", c.word) != NULL)
        measure(&c);
    else if (sscanf(line, "%15s", command) == 1 && strcmp(command, "run") == 0)
        run(line + 3);
    else if (!press(line))
        far_die(line);
    fflush(stdout);
}

/* Commands, and between them what the daemon has to say. */
static void obey_all(void)
{
    struct pollfd p[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = far.fd, .events = POLLIN}};
    char line[1024];

    setvbuf(stdin, NULL, _IONBF, 0);
    for (;;) {
        if (poll(p, 2, 1000) < 0 && errno != EINTR)
            far_die("cannot wait");
        far_hear(0);
        if ((p[0].revents & (POLLIN | POLLHUP)) == 0)
            continue;
        if (fgets(line, sizeof line, stdin) == NULL)
            return;
        obey(line);
    }
}

int main(int argc, char **argv)
{
    struct far_plan plan = {.bare = false};
    int option;

    while ((option = getopt(argc, argv, "+abcl:")) != -1) {
        plan.bare |= option == 'b';
        plan.cpus |= option == 'c';
        plan.apart |= option == 'a';
        if (option == 'l')
            plan.log = optarg;
    }
    if (argc - optind < 4 || strcmp(argv[optind + 2], "--") != 0) {
        fprintf(stderr, "usage: load [-b] [-c|-a] [-l LOG] SHARE PORT -- DAEMON [ARGUMENT...]\n");
        return 2;
    }
    plan.share = argv[optind];
    plan.port = (unsigned)atoi(argv[optind + 1]);
    plan.command = argv + optind + 3;
    frames_begin();
    hdlc_choose(NULL);
    signal(SIGPIPE, SIG_IGN);
    far_begin(&plan);
    obey_all();
    printf("end\t%d\n", far_end());
    return 0;
}
