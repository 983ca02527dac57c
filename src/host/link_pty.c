/* A link on a terminal, a pseudo-terminal of ours or a line: frames above, RFC 1662's octet stream
 * below; see link.h.
 *
 * An idle link holds neither a buffer nor a queue: a frame buffer is borrowed while a frame has
 * come in part, output has room only from link_send() until it is written.  Links with something
 * to write stand in one list until the end of the turn, so that all their frames leave by one
 * write; what the pty does not take then waits for it to become writable.  Must not know who is at
 * the slave's end, nor tunnels. */
#include "host/link.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "host/link_room.h"
#include "host/sync.h"
#include "host/tty.h"
#include "wire/hdlc.h"
#include "wire/ppp.h"

#define READ_SIZE 4096 /* of a frame that is read whole: as much as a buffer has room for */
#define FRAME_LEAST 2 /* octets; PPP's protocol number takes as many */
#define READS_A_TURN 4   /* then the others have theirs */
#define ALL_CONTROLS 0xffffffffu

/* Octets queue[begin .. begin + waiting) are encoded and not yet written.  queue is NULL exactly
 * when nothing waits.  A link with something that waits is either listed or blocked, never both.
 * The first "ahead" octets of what waits end with a whole frame, and no priority frame may come
 * before them: they are priority frames themselves, perhaps behind the rest of a frame that had
 * begun to leave.  Ordinary frames are not marked off: their flags tell where they end, and only a
 * priority frame has to know. */
struct link {
    /* what a frame from pppd touches stands together, for the sake of the cache */
    struct watch watch; /* of the master */
    struct loop *loop;

    link_heard_fn *heard;
    void *ctx;
    bool *closed; /* set while a frame is handed up: tells the reader that the link has gone */
    struct buf *partial; /* a frame that has come in part */
    struct hdlc_rx rx;
    uint32_t receive_map;      /* for the frame that is coming */
    uint32_t next_receive_map; /* for the frames behind it */
    struct link_counts counts; /* of what comes; a line further on, of what goes */
    size_t ahead;

    /* and one to pppd the counts and this line */
    uint8_t *queue;
    size_t room, begin, waiting;
    struct link **list_at; /* what points to us in the list; NULL: not in it */
    struct link *list_next;
    uint32_t send_map; /* for frames queued from now on */
    int master;
    bool blocked; /* the pty takes no more: waiting for it */
    bool deaf;    /* nobody is at the other end: output is dropped */

    int slave; /* -1 once released, or of a line */
    link_refused_fn *refused; /* or NULL */
    link_hung_up_fn *hung_up; /* of a line; or NULL */
    char name[TTY_NAME];
    bool was_other; /* a line, which then is as before: */
    struct termios before;
    bool is_sync; /* a line, with bare frames; in the queue they are as elsewhere */
    int discipline; /* it had */
};

static struct link *to_flush; /* links with something to write this turn */

static void list_enter(struct link *k)
{
    if (k->list_at != NULL)
        return;
    k->list_next = to_flush;
    k->list_at = &to_flush;
    if (to_flush != NULL)
        to_flush->list_at = &k->list_next;
    to_flush = k;
}

static void list_leave(struct link *k)
{
    if (k->list_at == NULL)
        return;
    *k->list_at = k->list_next;
    if (k->list_next != NULL)
        k->list_next->list_at = k->list_at;
    k->list_at = NULL;
}

static void queue_drop(struct link *k)
{
    list_leave(k);
    link_room_put(k->queue, k->room);
    k->queue = NULL;
    k->room = k->begin = k->waiting = k->ahead = 0;
}

static void count_dropped(struct link *k)
{
    k->counts.dropped++;
    if (k->refused != NULL)
        k->refused(k->ctx);
}

/* Makes n octets of room behind what waits; false if that would be beyond the bound. */
static bool queue_make_room(struct link *k, size_t n)
{
    size_t room = k->waiting + n <= LINK_ROOM_SMALL ? LINK_ROOM_SMALL : LINK_ROOM_LARGE;
    uint8_t *queue;

    if (k->waiting + n > LINK_QUEUE)
        return false;
    if (k->begin + k->waiting + n <= k->room)
        return true;
    if (room <= k->room) {
        memmove(k->queue, k->queue + k->begin, k->waiting);
        k->begin = 0;
        return true;
    }
    queue = link_room_get(room);
    if (queue == NULL)
        return false;
    if (k->waiting > 0)
        memcpy(queue, k->queue + k->begin, k->waiting);
    link_room_put(k->queue, k->room);
    k->queue = queue;
    k->room = room;
    k->begin = 0;
    return true;
}

static void want(struct link *k, unsigned what)
{
    if (k->watch.fd >= 0)
        loop_want(k->loop, &k->watch, what);
}

/* The other end has closed; what that means is told by SIGCHLD.  Output is dropped from now on. */
static void go_deaf(struct link *k)
{
    k->deaf = true;
    k->blocked = false;
    queue_drop(k);
}

/* The first frame of such octets, bare, to a line that takes frames; one that is too long for any is
 * dropped.  How many octets of the queue that was; -1: it takes none now, or no more, by errno. */
static ssize_t write_frame(struct link *k, struct span queue)
{
    struct span in = {queue.p, hdlc_first(queue)};
    struct buf *frame = buf_get();
    struct hdlc_rx rx;
    ssize_t n = (ssize_t)in.n;

    if (frame == NULL) {
        errno = EAGAIN;
        return -1;
    }
    hdlc_rx_init(&rx);
    if (hdlc_feed(&rx, &in, frame, 0) != HDLC_FRAME)
        count_dropped(k);
    else if (write(k->master, frame->data + frame->off, frame->len) < 0)
        n = -1;
    buf_put(frame);
    return n;
}

/* As write(), of what waits. */
static ssize_t write_out(struct link *k)
{
    struct span queue = {k->queue + k->begin, k->waiting};
    size_t done = 0;

    if (!k->is_sync)
        return write(k->master, queue.p, queue.n);
    while (done < queue.n) {
        ssize_t n = write_frame(k, span_of(queue.p + done, queue.n - done));

        if (n < 0)
            return done > 0 ? (ssize_t)done : -1;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

/* Writes what waits, as far as the pty takes it. */
static void flush(struct link *k)
{
    ssize_t n = write_out(k);

    if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        go_deaf(k);
        want(k, LOOP_READ);
        return;
    }
    list_leave(k);
    if (n > 0) {
        k->counts.octets_written += (uint64_t)n;
        k->begin += (size_t)n;
        k->waiting -= (size_t)n;
        k->ahead -= k->ahead < (size_t)n ? k->ahead : (size_t)n;
    }
    if (k->waiting == 0)
        queue_drop(k);
    if (k->blocked != (k->waiting > 0)) {
        k->blocked = k->waiting > 0;
        want(k, k->blocked ? LOOP_READ | LOOP_WRITE : LOOP_READ);
    }
}

void link_flush_all(void)
{
    while (to_flush != NULL)
        flush(to_flush);
}

/* Which control characters to escape: the map that was told is what LCP has agreed on, and once LCP
 * begins anew pppd drops those of its packets that trust in that. */
static uint32_t map_for(const struct link *k, struct span frame)
{
    return !ppp_is_plainly_data(frame) && ppp_is_negotiation(frame) ? ALL_CONTROLS : k->send_map;
}

/* Accounts for a frame that has become n octets of the queue. */
static void queued(struct link *k, struct span frame, size_t n)
{
    k->waiting += n;
    k->counts.frames_out++;
    k->counts.octets_out += frame.n;
    if (!k->blocked)
        list_enter(k);
}

/* Where a frame that has begun to leave ends, unless that is known, which stays where it is. */
static void mind_begun(struct link *k)
{
    if (k->ahead == 0 && k->waiting > 0)
        k->ahead = hdlc_cut(span_of(k->queue + k->begin, k->waiting));
}

/* Throws the oldest ordinary frames away until n octets more are within the bound; none if that
 * would not do.  The oldest: what arrives has waited less, and he who sends hears of it sooner. */
static bool displace(struct link *k, size_t n)
{
    uint8_t *front = k->queue + k->begin;
    size_t cut = 0;

    if (k->waiting + n <= LINK_QUEUE)
        return true;
    mind_begun(k);
    if (k->ahead + n > LINK_QUEUE)
        return false;
    while (k->waiting - cut + n > LINK_QUEUE) {
        size_t at = k->ahead + cut;

        cut += hdlc_first(span_of(front + at, k->waiting - at));
        count_dropped(k);
    }
    memmove(front + cut, front, k->ahead);
    k->begin += cut;
    k->waiting -= cut;
    return true;
}

bool link_send(struct link *k, struct span frame)
{
    size_t most = HDLC_MOST(frame.n);
    bool fits = k->waiting + most <= LINK_QUEUE;

    if (k->deaf || frame.n > LINK_QUEUE || !displace(k, most) || !queue_make_room(k, most)) {
        count_dropped(k);
        return false;
    }
    queued(k, frame, hdlc_encode(k->queue + k->begin + k->waiting, frame, map_for(k, frame)));
    return fits;
}

/* Ordinary frames make way twice: as far as need be, then back to where the frame has ended. */
bool link_send_first(struct link *k, struct span frame)
{
    size_t most = HDLC_MOST(frame.n), behind, n;
    uint8_t *at;

    mind_begun(k);
    if (k->deaf || frame.n > LINK_QUEUE || !displace(k, most) || !queue_make_room(k, most)) {
        count_dropped(k);
        return false;
    }
    at = k->queue + k->begin + k->ahead;
    behind = k->waiting - k->ahead;
    memmove(at + most, at, behind);
    n = hdlc_encode(at, frame, map_for(k, frame));
    memmove(at + n, at + most, behind);
    k->ahead += n;
    queued(k, frame, n);
    return true;
}

static void count_refused(struct link *k, enum hdlc_got why)
{
    struct link_counts *c = &k->counts;
    uint64_t *const counter[] = {
        [HDLC_BAD_FCS] = &c->bad_fcs,
        [HDLC_ABORTED] = &c->aborted,
        [HDLC_TOO_LONG] = &c->too_long,
        [HDLC_TOO_SHORT] = &c->too_short,
    };

    ++*counter[why];
    if (k->refused != NULL)
        k->refused(k->ctx);
}

/* Hands a whole frame up.  False if the link has been closed by that. */
static bool hand_up(struct link *k)
{
    struct buf *frame = k->partial;
    bool closed = false;

    k->partial = NULL;
    k->counts.frames_in++;
    k->counts.octets_in += frame->len;
    k->closed = &closed;
    k->heard(k->ctx, frame);
    if (closed)
        return false;
    k->closed = NULL;
    return true;
}

/* True if octets of a frame have come whose end has not. */
static bool within_frame(const struct link *k)
{
    return k->rx.escaped || (k->partial != NULL && k->partial->len > 0);
}

/* Decodes what was read.  False if the link has been closed by a hearer. */
static bool decode(struct link *k, struct span in)
{
    while (in.n > 0) {
        enum hdlc_got got;

        if (k->partial == NULL)
            k->partial = buf_get();
        if (k->partial == NULL) {
            /* no memory: what was read is lost, and with it the frame it ends in */
            hdlc_rx_init(&k->rx);
            k->rx.skipping = true;
            return true;
        }
        if (!within_frame(k))
            k->receive_map = k->next_receive_map;
        got = hdlc_feed(&k->rx, &in, k->partial, k->receive_map);
        if (got == HDLC_FRAME) {
            if (!hand_up(k))
                return false;
        } else if (got != HDLC_MORE) {
            count_refused(k, got);
        }
    }
    if (k->partial != NULL && k->partial->len == 0) {
        buf_put(k->partial);
        k->partial = NULL;
    }
    return true;
}

/* Takes what was read for a frame, as a line has it that tells frames apart itself.  False if the link
 * has been closed by a hearer. */
static bool take_frame(struct link *k, struct span in)
{
    if (in.n < FRAME_LEAST) {
        count_refused(k, HDLC_TOO_SHORT);
        return true;
    }
    k->partial = buf_get();
    if (k->partial == NULL)
        return true; /* no memory: it is lost */
    memcpy(k->partial->data + k->partial->off, in.p, in.n);
    k->partial->len = in.n;
    return hand_up(k);
}

/* No more watching: a hang-up would be told for ever.  A hearer may close it. */
static void stop_reading(struct link *k)
{
    loop_unwatch(k->loop, &k->watch);
    k->watch.fd = -1;
    go_deaf(k);
    if (k->hung_up != NULL)
        k->hung_up(k->ctx);
}

/* Reads for one turn.  What pppd wrote before it closed its end is still read. */
static void on_readable(struct link *k, bool hangup)
{
    uint8_t room[READ_SIZE];

    for (int i = 0; i < READS_A_TURN; i++) {
        ssize_t n = read(k->watch.fd, room, sizeof room);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && k->is_sync && errno == EOVERFLOW) {
            count_refused(k, HDLC_TOO_LONG);
            continue;
        }
        if (n <= 0) {
            if (hangup || n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
                stop_reading(k);
            return;
        }
        if (k->is_sync ? !take_frame(k, span_of(room, (size_t)n)) : !decode(k, span_of(room, (size_t)n)))
            return;
        if ((size_t)n < sizeof room && !hangup && !k->is_sync)
            return; /* that was all */
    }
    loop_again(k->loop, &k->watch);
}

static void on_ready(struct watch *w, unsigned what)
{
    struct link *k = w->owner;

    if ((what & LOOP_WRITE) != 0 && k->blocked)
        flush(k);
    if ((what & (LOOP_READ | LOOP_HANGUP)) != 0)
        on_readable(k, (what & LOOP_HANGUP) != 0);
}

static struct link *link_new(struct loop *l, link_heard_fn *heard, void *ctx)
{
    struct link *k = calloc(1, sizeof *k);

    if (k == NULL)
        return NULL;
    k->loop = l;
    k->heard = heard;
    k->ctx = ctx;
    k->master = k->slave = k->watch.fd = -1;
    k->send_map = ALL_CONTROLS; /* until LCP has agreed on less (RFC 1662, 7.1) */
    hdlc_rx_init(&k->rx);
    return k;
}

/* The last of an opening, which has gone well so far or not: the link, or NULL with errno. */
static struct link *opened(struct link *k, bool well)
{
    int reason;

    if (well) {
        k->watch = (struct watch){.fd = k->master,
                                  .want = LOOP_READ,
                                  .many = true,
                                  .reads_all = true,
                                  .or_few = true,
                                  .ready = on_ready,
                                  .owner = k};
        if (loop_watch(k->loop, &k->watch) == 0)
            return k;
        k->watch.fd = -1;
    }
    reason = errno;
    link_close(k);
    errno = reason;
    return NULL;
}

struct link *link_open_pty(struct loop *l, link_heard_fn *heard, void *ctx)
{
    struct link *k = link_new(l, heard, ctx);

    return k != NULL ? opened(k, tty_open_pair(&k->master, &k->slave, k->name) == 0) : NULL;
}

/* A line is as its caller needs it. */
static bool prepare(struct link *k, unsigned how)
{
    k->was_other = tcgetattr(k->master, &k->before) == 0;
    if (!k->was_other || tty_make_raw(k->master, (how & LINK_MODEM) != 0) < 0)
        return false;
    if ((how & LINK_SYNC) == 0)
        return true;
    k->is_sync = sync_begin(k->master, &k->discipline) == 0;
    return k->is_sync;
}

struct link *link_open_line(struct loop *l, int fd, unsigned how, link_heard_fn *heard,
                            link_hung_up_fn *hung_up, void *ctx)
{
    struct link *k = link_new(l, heard, ctx);

    if (k == NULL) {
        close(fd);
        errno = ENOMEM;
        return NULL;
    }
    k->master = fd;
    k->hung_up = hung_up;
    return opened(k, prepare(k, how));
}

void link_close(struct link *k)
{
    if (k == NULL)
        return;
    if (k->closed != NULL)
        *k->closed = true;
    if (k->watch.fd >= 0)
        loop_unwatch(k->loop, &k->watch);
    queue_drop(k);
    buf_put(k->partial);
    link_release_slave(k);
    if (k->is_sync)
        sync_end(k->master, k->discipline);
    if (k->was_other)
        tcsetattr(k->master, TCSANOW, &k->before);
    if (k->master >= 0)
        close(k->master);
    free(k);
}

void link_hand_over(struct link *k, link_heard_fn *heard, link_hung_up_fn *hung_up, void *ctx)
{
    k->heard = heard;
    k->hung_up = hung_up;
    k->ctx = ctx;
}

void link_tell_refused(struct link *k, link_refused_fn *refused)
{
    k->refused = refused;
}

const char *link_slave_name(const struct link *k)
{
    return k->name;
}

int link_slave_fd(const struct link *k)
{
    return k->slave;
}

void link_release_slave(struct link *k)
{
    if (k->slave >= 0)
        close(k->slave);
    k->slave = -1;
}

void link_set_accm(struct link *k, uint32_t send, uint32_t receive)
{
    k->send_map = send;
    k->next_receive_map = receive;
}

const struct link_counts *link_counts(const struct link *k)
{
    return &k->counts;
}

static uint32_t up_to_32_bits(uint64_t n)
{
    return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

void link_errors(const struct link *k, uint32_t errors[LINK_ERRORS])
{
    const struct link_counts *c = &k->counts;

    memset(errors, 0, LINK_ERRORS * sizeof *errors);
    errors[LINK_ERROR_CRC] = up_to_32_bits(c->bad_fcs);
    errors[LINK_ERROR_FRAMING] = up_to_32_bits(c->aborted + c->too_short);
    errors[LINK_ERROR_BUFFER] = up_to_32_bits(c->too_long + c->dropped);
}
