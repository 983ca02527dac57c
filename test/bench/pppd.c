/* pppd: stands in pppd's place in `make bench`: as fast as the tty lets it, it reads frames, checks
 * and counts them (sink); sends such frames, when it is told to (source); or gives back what it
 * reads (echo).
 *
 *   pppd [TTY] ... file OPTIONS ...      the file: "ipparam PATH-OF-THE-SHARE"
 *
 * See share.h for how it is told.  The tty is its first argument if that can be opened, else its
 * standard input. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "share.h"
#include "wire/hdlc.h"

#define LINE_ROOM 65536 /* octets of a write at the most */

static struct {
    int tty;
    struct share *share;
    struct slot *slot; /* NULL: we do not know whose we are */
    unsigned call;
} me = {.tty = STDIN_FILENO};

static void write_all(const uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t put = write(me.tty, p, n);

        if (put < 0 && errno != EINTR)
            exit(0);
        p += put > 0 ? put : 0;
        n -= put > 0 ? (size_t)put : 0;
    }
}

/* Sends whatever has been granted, as much of it at a time as there is. */
static _Noreturn void *be_source(void *unused)
{
    static uint8_t line[LINE_ROOM];
    uint8_t frame[FRAME_MOST];
    uint32_t made = 0;

    (void)unused;
    for (;;) {
        uint32_t grant = me.slot->grant, before = made;
        size_t n = 0;

        if (grant == made) {
            futex_wait(&me.slot->grant, made, NULL);
            continue;
        }
        for (; made != grant && n + HDLC_MOST(FRAME_MOST) <= sizeof line; made++) {
            size_t octets = frame_make(frame, me.call, made, me.share->kind, me.share->size);

            n += hdlc_encode(line + n, span_of(frame, octets), 0);
        }
        write_all(line, n);
        me.share->written += made - before;
    }
}

static void send_lcp(uint8_t code, uint32_t magic)
{
    uint8_t frame[FRAME_MOST], line[HDLC_MOST(FRAME_MOST)];
    size_t n = lcp_make(frame, code, magic);

    write_all(line, hdlc_encode(line, span_of(frame, n), 0xffffffffu));
}

/* The first request says whose we are; it is answered, and so it is when it comes again. */
static void hear_lcp(struct span frame)
{
    uint32_t magic;
    pthread_t thread;
    uint8_t code = lcp_read(frame, &magic);

    if (code == LCP_ECHO_REQUEST)
        send_lcp(LCP_ECHO_REPLY, magic);
    if (code != 1 || (magic & 0xffff0000u) != SHARE_MAGIC)
        return;
    if (me.slot == NULL) {
        me.call = magic & (FRAME_CALLS - 1);
        me.slot = &me.share->slot[me.call];
        me.slot->pid = getpid();
        if (pthread_create(&thread, NULL, be_source, NULL) != 0)
            exit(1);
    }
    send_lcp(2, magic);
    send_lcp(1, ~magic);
}

/* Tells the generator of frames, if they are as many as it waits for. */
static void tell_arrived(uint32_t n)
{
    uint32_t before = atomic_fetch_add(&me.share->arrived, n), wanted = me.share->wanted;

    if ((int32_t)(wanted - before) > 0 && (int32_t)(wanted - before - n) <= 0)
        futex_wake(&me.share->arrived);
}

/* One that is slow: notes how long the frame was on its way, and takes its time. */
static void be_slow(uint32_t pace_us)
{
    static uint32_t due;
    uint32_t now = share_now_us(), number = me.slot->down.next - 1;
    uint32_t i = me.share->n_took++;

    if (i < SHARE_TIMES)
        me.share->took_us[i] = now - me.share->sent_us[number % SHARE_TIMES];
    if ((int32_t)(due - now) < -1000000 || (int32_t)(due - now) > 1000000)
        due = now;
    due += pace_us;
    if ((int32_t)(due - now) > 0)
        usleep(due - now);
}

static void be_sink(void)
{
    static struct buf b = {.off = BUF_HEADROOM};
    uint8_t room[4096];
    struct hdlc_rx rx;
    ssize_t got;

    hdlc_rx_init(&rx);
    while ((got = read(me.tty, room, sizeof room)) > 0 || (got < 0 && errno == EINTR)) {
        struct span in = span_of(room, got > 0 ? (size_t)got : 0);
        uint32_t n = 0;

        if (me.share->echo != 0)
            write_all(in.p, in.n);
        while (in.n > 0) {
            enum hdlc_got what = hdlc_feed(&rx, &in, &b, 0);

            if (what == HDLC_FRAME) {
                if (me.slot == NULL || !flow_take(&me.slot->down, me.call, buf_span(&b)))
                    hear_lcp(buf_span(&b));
                else if (n++, me.share->pace_us != 0)
                    be_slow(me.share->pace_us);
                b.len = 0;
            } else if (what != HDLC_MORE && me.slot != NULL) {
                me.slot->refused++;
            }
        }
        if (n > 0)
            tell_arrived(n);
    }
}

static void open_tty(const char *path)
{
    int fd = path != NULL ? open(path, O_RDWR) : -1;
    struct termios t;

    if (fd >= 0)
        me.tty = fd;
    if (tcgetattr(me.tty, &t) != 0)
        exit(1);
    cfmakeraw(&t);
    tcsetattr(me.tty, TCSANOW, &t);
    fcntl(me.tty, F_SETFL, fcntl(me.tty, F_GETFL) & ~O_NONBLOCK);
}

static void open_share(const char *options)
{
    char path[4096];
    FILE *f = fopen(options, "r");
    int fd = f != NULL && fscanf(f, "ipparam %4095s", path) == 1 ? open(path, O_RDWR) : -1;

    if (fd < 0)
        exit(1);
    me.share = mmap(NULL, sizeof *me.share, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (me.share == MAP_FAILED)
        exit(1);
    close(fd);
    fclose(f);
}

int main(int argc, char **argv)
{
    cpu_set_t cpus;

    frames_begin();
    hdlc_choose(NULL);
    for (int i = 1; i + 1 < argc; i++)
        if (strcmp(argv[i], "file") == 0)
            open_share(argv[i + 1]);
    if (me.share == NULL)
        return 1;
    if (me.share->cpu >= 0) {
        CPU_ZERO(&cpus);
        CPU_SET(me.share->cpu, &cpus);
        sched_setaffinity(0, sizeof cpus, &cpus);
    }
    open_tty(argc > 1 ? argv[1] : NULL);
    be_sink();
    return 0;
}
