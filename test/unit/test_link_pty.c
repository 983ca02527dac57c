/* A link on a pty, seen from both ends: we are pppd on the slave.
 *
 * The source is taken in whole, so that what an idle link holds can be looked at. */
#include "tap.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

#include "host/link_pty.c"
#include "host/sys.h"

#define MOST_TURNS 4000
#define ROOM (1 << 18)

static struct loop *loop;

/* -- one end that plays pppd, and one that plays the protocol -----------------------------------
 */

struct end {
    struct link *link;
    int tty; /* the slave, non-blocking */
    bool reads;
    struct hdlc_rx rx;
    struct buf in;
    uint8_t seen[ROOM]; /* frames as pppd got them: two octets of length, then the frame */
    size_t n_seen;
    unsigned frames, refused;
    uint8_t heard[ROOM]; /* and as the protocol got them */
    size_t n_heard;
    unsigned n_frames;
    unsigned told;   /* of frames refused */
    bool bad_room;   /* a frame came without its headroom */
    bool close_self; /* the hearer closes the link */
    int refills;     /* times that pppd writes the line again when a frame is heard */
    uint8_t line[500];
};

static void keep(uint8_t *dst, size_t *n, struct span s)
{
    struct wr w = wr_over(dst + *n, ROOM - *n);

    wr_u16(&w, (uint16_t)s.n);
    wr_put(&w, s);
    *n += wr_len(&w);
}

static void write_all(struct end *e, const void *p, size_t n)
{
    struct pollfd f = {.fd = e->tty, .events = POLLOUT};

    while (n > 0 && poll(&f, 1, 1000) == 1) {
        ssize_t wrote = write(e->tty, p, n);

        if (wrote <= 0)
            break;
        p = (const uint8_t *)p + wrote;
        n -= (size_t)wrote;
    }
}

static void on_heard(void *ctx, struct buf *frame)
{
    struct end *e = ctx;

    e->bad_room |= frame->off != BUF_HEADROOM;
    keep(e->heard, &e->n_heard, buf_span(frame));
    e->n_frames++;
    buf_put(frame);
    if (e->refills > 0) {
        e->refills--;
        write_all(e, e->line, sizeof e->line);
    }
    if (e->close_self) {
        link_close(e->link);
        e->link = NULL;
    }
}

static void on_refused(void *ctx)
{
    struct end *e = ctx;

    e->told++;
}

static void end_open(struct end *e)
{
    memset(e, 0, sizeof *e);
    e->link = link_open_pty(loop, on_heard, e);
    link_tell_refused(e->link, on_refused);
    e->tty = open(link_slave_name(e->link), O_RDWR | O_NOCTTY | O_NONBLOCK);
    link_release_slave(e->link);
    e->reads = true;
    e->in.off = BUF_HEADROOM;
    hdlc_rx_init(&e->rx);
}

static void end_close(struct end *e)
{
    if (e->tty >= 0)
        close(e->tty);
    link_close(e->link);
}

/* pppd's side of a turn. */
static void pump(struct end *e)
{
    uint8_t room[4096];
    ssize_t n = e->reads && e->tty >= 0 ? read(e->tty, room, sizeof room) : 0;
    struct span in = span_of(room, n > 0 ? (size_t)n : 0);

    while (in.n > 0) {
        enum hdlc_got got = hdlc_feed(&e->rx, &in, &e->in, 0);

        if (got == HDLC_FRAME) {
            keep(e->seen, &e->n_seen, buf_span(&e->in));
            e->frames++;
        } else if (got != HDLC_MORE) {
            e->refused++;
        }
        if (got != HDLC_MORE)
            e->in.len = 0;
    }
}

/* -- turns of the loop ------------------------------------------------------------------------- */

static struct {
    struct end *end[2];
    const unsigned *counter; /* until this has reached want */
    unsigned want;
    int turns, most;
    uint64_t until_ms; /* or, without a counter, until then */
    bool napping;      /* sleeps until there is something, else a ms at the most */
} run;

static uint64_t each_turn(void *ctx)
{
    (void)ctx;
    link_flush_all();
    for (int i = 0; i < 2; i++) {
        if (run.end[i] != NULL)
            pump(run.end[i]);
    }
    run.turns++;
    if (run.turns >= run.most || (run.counter != NULL && *run.counter >= run.want) ||
        (run.until_ms > 0 && sys_now_ms() >= run.until_ms))
        loop_stop(loop);
    return run.napping ? run.until_ms : sys_now_ms() + 1;
}

static bool run_until(struct end *a, struct end *b, const unsigned *counter, unsigned want)
{
    memset(&run, 0, sizeof run);
    run.end[0] = a;
    run.end[1] = b;
    run.counter = counter;
    run.want = want;
    run.most = MOST_TURNS;
    loop_run(loop);
    return *counter >= want;
}

/* Turns that the loop makes in 60 ms in which nothing should wake it. */
static int idle_turns(void)
{
    memset(&run, 0, sizeof run);
    run.most = MOST_TURNS;
    run.until_ms = sys_now_ms() + 60;
    run.napping = true;
    loop_run(loop);
    return run.turns;
}

static void few_turns(struct end *a, int n)
{
    memset(&run, 0, sizeof run);
    run.end[0] = a;
    run.most = n;
    loop_run(loop);
}

static int open_descriptors(void)
{
    struct stat st;
    int n = 0;

    for (int fd = 0; fd < 256; fd++)
        n += fstat(fd, &st) == 0;
    return n;
}

/* -- the tests --------------------------------------------------------------------------------- */

static struct end one, two;

static void test_open(void)
{
    struct link *k = link_open_pty(loop, on_heard, &one);
    struct termios t;

    ok(k != NULL, "a pty pair opens");
    ok((fcntl(link_slave_fd(k), F_GETFD) & FD_CLOEXEC) != 0, "the slave is close-on-exec");
    ok((fcntl(k->master, F_GETFD) & FD_CLOEXEC) != 0, "and the master");
    ok((fcntl(k->master, F_GETFL) & O_NONBLOCK) != 0, "which does not block");
    tcgetattr(link_slave_fd(k), &t);
    ok((t.c_lflag & (ECHO | ICANON | ISIG)) == 0 && (t.c_oflag & OPOST) == 0, "raw");
    ok((t.c_iflag & (ICRNL | IXON | ISTRIP)) == 0 && (t.c_cflag & CSIZE) == CS8, "eight bits");
    ok(strcmp(ttyname(link_slave_fd(k)), link_slave_name(k)) == 0, "the name is the slave's");
    link_release_slave(k);
    link_release_slave(k);
    is_int(link_slave_fd(k), -1, "released once, and again without harm");
    link_close(k);
}

static void test_to_pppd(void)
{
    static uint8_t frame[1500], want[ROOM];
    size_t n_want = 0;
    uint32_t seed = 9;

    end_open(&one);
    for (unsigned i = 0; i < 40; i++) {
        struct span s = span_of(frame, 2 + i * 37);

        for (size_t k = 0; k < s.n; k++)
            frame[k] = (uint8_t)((seed = seed * 1664525u + 1013904223u) >> 24);
        if (i == 20)
            link_set_accm(one.link, 0, 0);
        keep(want, &n_want, s);
        link_send(one.link, s);
        if (i % 7 == 6)
            few_turns(&one, 2);
    }
    ok(run_until(&one, NULL, &one.frames, 40), "40 frames arrive at pppd");
    is_mem(one.seen, one.n_seen, want, n_want, "as they were and in their order");
    is_int(one.refused, 0, "and nothing else");
    is_int((long long)link_counts(one.link)->frames_out, 40, "counted");
    few_turns(&one, 2);
    ok(one.link->queue == NULL && !one.link->blocked, "a drained link holds no queue");
    end_close(&one);
}

/* "3.1" and "4.2" of RFC 1662: what pppd may write, at every cut. */
static void test_cuts(void)
{
    static const uint8_t frame[] = {0xff, 0x03, 0xc0, 0x21, 0x7e, 0x7d, 0x00, 0x11, 0x80};
    static uint8_t line[HDLC_MOST(sizeof frame)], want[ROOM];
    size_t n = hdlc_encode(line, span_of(frame, sizeof frame), 0xffffffff), n_want = 0;

    end_open(&one);
    for (size_t cut = 0; cut <= n; cut++) {
        write_all(&one, line, cut);
        few_turns(&one, 3);
        write_all(&one, line + cut, n - cut);
        run_until(&one, NULL, &one.n_frames, (unsigned)cut + 1);
        keep(want, &n_want, span_of(frame, sizeof frame));
    }
    is_mem(one.heard, one.n_heard, want, n_want, "a frame is heard whole wherever a read ends");
    ok(!one.bad_room, "with headroom before it");
    is_int((long long)link_counts(one.link)->octets_in, (long long)(sizeof frame * (n + 1)),
           "its octets are counted");
    ok(one.link->partial == NULL, "an idle link holds no buffer");
    write_all(&one, line, 5);
    few_turns(&one, 4);
    ok(one.link->partial != NULL, "a link in the middle of a frame does");
    end_close(&one);
}

static void test_refused(void)
{
    static uint8_t line[BUF_ROOM + 64];
    size_t n = unhex("7e 010203 7e 01020304057e 010203047d7e 7e", line);
    const struct link_counts *c;

    end_open(&one);
    memset(line + n, 'x', BUF_ROOM + 1);
    n += BUF_ROOM + 1;
    n += unhex("7e 313233343536373839 6e90 7e", line + n);
    write_all(&one, line, n);
    ok(run_until(&one, NULL, &one.n_frames, 1), "a good frame behind four bad ones is heard");
    c = link_counts(one.link);
    is_int((long long)c->too_short, 1, "one was too short");
    is_int((long long)c->bad_fcs, 1, "one had a wrong FCS");
    is_int((long long)c->aborted, 1, "one was aborted");
    is_int((long long)c->too_long, 1, "one was too long");
    is_int(one.told, 4, "the owner was told of each");
    end_close(&one);
}

/* A pppd that has stopped reading: frames are dropped whole, the daemon sleeps, the other call goes
 * on, and what was queued arrives when it reads again. */
static void test_stuck(void)
{
    static uint8_t frame[1000];
    unsigned sent = 400;

    end_open(&one);
    end_open(&two);
    one.reads = false;
    for (int i = 0; i < 400; i++) {
        link_send(one.link, span_of(frame, sizeof frame));
        link_flush_all();
    }
    sent -= (unsigned)link_counts(one.link)->dropped;
    is_int(one.told, 400 - (long long)sent, "the owner is told of each frame that makes way");
    ok(sent > 20 && sent < 400, "after a bounded queue (%u frames)", sent);
    ok(one.link->waiting <= LINK_QUEUE && one.link->room <= LINK_ROOM_LARGE && one.link->blocked,
       "of LINK_QUEUE at the most");
    ok(idle_turns() < 10, "a stuck pppd does not keep the loop awake");
    for (int i = 0; i < 10; i++)
        link_send(two.link, span_of("other call", 10));
    ok(run_until(&one, &two, &two.frames, 10), "another call's frames go on");
    one.reads = true;
    ok(run_until(&one, &two, &one.frames, sent), "all that was queued arrives in the end");
    is_int(one.refused, 0, "and no frame was cut");
    few_turns(&one, 2);
    ok(one.link->queue == NULL && !one.link->blocked, "the queue is given back");
    ok(link_send(one.link, span_of("again", 5)), "and there is room again");
    ok(run_until(&one, NULL, &one.frames, sent + 1), "for what comes after");
    ok(!link_send(one.link, span_of(frame, 70000)), "a frame beyond the queue is dropped");
    ok(one.link->queue == NULL, "and takes no memory");
    end_close(&one);
    end_close(&two);
}

/* Are there n frames of this size, each of one octet throughout, which is more than the last one's? */
static bool are_rising(const struct end *e, unsigned n, size_t size)
{
    int last = -1;

    for (unsigned i = 0; i < n; i++) {
        const uint8_t *frame = e->seen + i * (2 + size) + 2;

        for (size_t k = 1; k < size; k++)
            if (frame[k] != frame[0])
                return false;
        if (frame[0] <= last)
            return false;
        last = frame[0];
    }
    return e->n_seen == n * (2 + size);
}

/* A pppd that reads in fits and starts: frames are lost whole or not at all, keep their order, and
 * the newest arrive. */
static void test_slow(void)
{
    static uint8_t frame[700];
    unsigned fitted = 0, sent;

    end_open(&one);
    for (unsigned i = 0; i < 180; i++) {
        memset(frame, (int)i, sizeof frame);
        fitted += link_send(one.link, span_of(frame, sizeof frame));
        one.reads = i % 16 == 15;
        few_turns(&one, 1);
    }
    sent = 180 - (unsigned)link_counts(one.link)->dropped;
    one.reads = true;
    ok(fitted > 60 && fitted < 180, "some frames found no room (%u of 180 did)", fitted);
    ok(run_until(&one, NULL, &one.frames, sent), "as many as did not make way arrive (%u)", sent);
    ok(one.refused == 0 && are_rising(&one, sent, sizeof frame),
       "as they were and in their order");
    is_int(one.seen[one.n_seen - 1], 179, "and with them the last one");
    end_close(&one);
}

static void test_hangup(void)
{
    uint8_t line[64];
    size_t n = hdlc_encode(line, span_of("farewell", 8), 0);

    end_open(&one);
    write_all(&one, line, n);
    write_all(&one, line, n);
    close(one.tty);
    one.tty = -1;
    ok(run_until(NULL, NULL, &one.n_frames, 2), "what pppd wrote before it closed is heard");
    few_turns(NULL, 4);
    ok(idle_turns() < 10, "a hang-up does not keep the loop awake");
    is_int(one.link->watch.fd, -1, "it is no longer watched");
    ok(!link_send(one.link, span_of("hello", 5)), "frames are dropped now");
    is_int((long long)link_counts(one.link)->dropped, 1, "and counted");
    end_close(&one);

    end_open(&one);
    one.reads = false;
    for (int i = 0; i < 100; i++)
        link_send(one.link, span_of(one.seen, 1000));
    link_flush_all();
    close(one.tty);
    one.tty = -1;
    few_turns(NULL, 4);
    ok(one.link->queue == NULL && to_flush == NULL, "a hang-up gives the queue back");
    ok(idle_turns() < 10, "also of a blocked link");
    end_close(&one);
}

static void test_close_inside(void)
{
    uint8_t line[256];
    size_t n = 0;

    for (int i = 0; i < 3; i++)
        n += hdlc_encode(line + n, span_of("close me", 8), 0);
    end_open(&one);
    one.close_self = true;
    write_all(&one, line, n + 0);
    run_until(&one, NULL, &one.n_frames, 1);
    few_turns(&one, 3);
    is_int(one.n_frames, 1, "a hearer may close the link: nothing more is heard");
    ok(one.link == NULL, "it is gone");
    end_close(&one);
}

/* Links leave the list of those with something to write in any order. */
static void test_close_listed(void)
{
    struct link *k[3];

    for (int gone = 0; gone < 3; gone++) {
        for (int i = 0; i < 3; i++) {
            k[i] = link_open_pty(loop, on_heard, &one);
            link_send(k[i], span_of("queued", 6));
        }
        link_close(k[gone]);
        link_flush_all();
        ok(to_flush == NULL, "closing listed link %d leaves the others to be flushed", gone);
        for (int i = 0; i < 3; i++) {
            if (i == gone)
                continue;
            ok(k[i]->queue == NULL, "link %d was", i);
            link_close(k[i]);
        }
    }
}

/* A pppd that writes all it can does not keep the turn: the others have theirs.  "first": the link is
 * one of the first few, which the loop may hold otherwise. */
static void test_fair(bool first)
{
    struct link *others[LOOP_FIRST];
    unsigned most = 0, before, quiet = 0;

    for (int i = 0; i < LOOP_FIRST; i++)
        others[i] = first ? NULL : link_open_pty(loop, on_heard, &one);
    end_open(&one);
    one.refills = 400;
    memset(one.line, 0x7e, sizeof one.line);
    hdlc_encode(one.line, span_of("frame", 5), 0);
    for (int i = 0; i < 20; i++)
        write_all(&one, one.line, sizeof one.line);
    while (one.n_frames < 420) {
        before = one.n_frames;
        few_turns(NULL, 2);
        quiet = one.n_frames == before ? quiet + 1 : 0;
        if (quiet == 100) /* on a busy machine the pty is late at times */
            break;
        if (one.n_frames - before > most)
            most = one.n_frames - before;
    }
    is_int(one.n_frames, 420, "a pppd that writes whenever something was read is heard");
    ok(most <= 2 * READS_A_TURN * READ_SIZE / sizeof one.line + 2, "but not for a whole turn (%u)",
       most);
    end_close(&one);
    for (int i = 0; i < LOOP_FIRST; i++)
        link_close(others[i]);
}

/* More than is read in one turn: the rest is not forgotten, though nothing comes behind it.  No pty holds
 * so much at a time; a pair of sockets does. */
static void test_more_than_a_turn(void)
{
    enum { LINES = 3 * READS_A_TURN * READ_SIZE / 500 };
    struct link *others[LOOP_FIRST];
    int pair[2];

    for (int i = 0; i < LOOP_FIRST; i++)
        others[i] = link_open_pty(loop, on_heard, &one);
    end_open(&one);
    memset(one.line, 0x7e, sizeof one.line);
    hdlc_encode(one.line, span_of("frame", 5), 0);
    loop_unwatch(loop, &one.link->watch);
    ok(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && dup2(pair[0], one.link->master) >= 0 &&
           sys_nonblock(one.link->master) == 0 && loop_watch(loop, &one.link->watch) == 0,
       "a line that holds much");
    for (int i = 0; i < LINES; i++)
        if (write(pair[1], one.line, sizeof one.line) != (ssize_t)sizeof one.line)
            abort();
    few_turns(NULL, 20);
    is_int(one.n_frames, LINES, "is read to its end, which takes more than a turn");
    close(pair[0]);
    close(pair[1]);
    end_close(&one);
    for (int i = 0; i < LOOP_FIRST; i++)
        link_close(others[i]);
}

int main(void)
{
    int before;

    loop = loop_new();
    loop_before_sleep(loop, each_turn, NULL);
    before = open_descriptors();
    test_open();
    test_to_pppd();
    test_cuts();
    test_refused();
    test_stuck();
    test_slow();
    test_hangup();
    test_close_inside();
    test_close_listed();
    test_fair(true);
    test_fair(false);
    test_more_than_a_turn();
    is_int(open_descriptors(), before, "no descriptor is left open");
    loop_free(loop);
    buf_drain();
    return tap_done();
}
