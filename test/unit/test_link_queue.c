/* What a link does with frames before they are octets on the pty, and when they have been: maps of
 * control characters, frames with priority, the errors that a WEN tells.  We are pppd on the slave.
 *
 * The source is taken in whole: no loop runs here, each step is called by hand. */
#include "tap.h"

#include <fcntl.h>
#include <poll.h>

#include "host/link_pty.c"
#include "host/sys.h"

#define ALL 0xffffffffu
#define MOST_FRAMES 4000

static struct loop *loop;
static struct link *k;
static int tty;

/* What has been heard from pppd: frames as hex, a blank behind each. */
static char heard[4096];
static bool hearer_sets_maps;

static void on_heard(void *ctx, struct buf *frame)
{
    char *end = heard + strlen(heard);

    (void)ctx;
    for (size_t i = 0; i < frame->len; i++)
        end += sprintf(end, "%02x", frame->data[frame->off + i]);
    memcpy(end, " ", 2);
    buf_put(frame);
    if (hearer_sets_maps)
        link_set_accm(k, ALL, ALL);
}

static void begin(void)
{
    heard[0] = '\0';
    hearer_sets_maps = false;
    k = link_open_pty(loop, on_heard, NULL);
    tty = open(link_slave_name(k), O_RDWR | O_NOCTTY | O_NONBLOCK);
    link_release_slave(k);
}

static void end(void)
{
    close(tty);
    link_close(k);
}

static bool comes(int fd, int ms)
{
    struct pollfd f = {.fd = fd, .events = POLLIN};

    return poll(&f, 1, ms) == 1;
}

/* What pppd finds on its tty, n octets at the most. */
static size_t taken(uint8_t *dst, size_t n)
{
    size_t have = 0;

    while (have < n && comes(tty, 300)) {
        ssize_t got = read(tty, dst + have, n - have);

        if (got <= 0)
            break;
        have += (size_t)got;
    }
    return have;
}

/* pppd writes, and the link hears it. */
static void from_pppd(const char *hex)
{
    uint8_t line[256];
    size_t n = unhex(hex, line);

    if (write(tty, line, n) == (ssize_t)n && comes(k->master, 1000))
        on_readable(k, false);
}

/* -- maps -------------------------------------------------------------------------------------- */

#define CONTROLS "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static const struct {
    const char *name;
    bool told;
    uint32_t send, receive;
    uint32_t want; /* the characters that pppd finds escaped */
} send_rows[] = {
    {"S4.4.6-04 before any SLI all control characters are escaped", false, 0, 0, ALL},
    {"S4.4.6-03 a send map of none: none is", true, 0, ALL, 0},
    {"S4.4.6-03 a send map of XON and XOFF: these two", true, 0x000a0000, 0, 0x000a0000},
    {"S4.4.6-03 the edges of the map", true, 0x80000001, 0x7ffffffe, 0x80000001},
    {"S4.4.6-03 all again", true, ALL, 0, ALL},
};

/* As RFC 1662 has it, octet by octet: hdlc_encode() is not asked what it would do. */
static size_t on_the_line(uint8_t *frame, size_t n, uint32_t map, uint8_t *line)
{
    uint16_t fcs = (uint16_t)~hdlc_fcs(0xffff, span_of(frame, n));
    size_t at = 0;

    frame[n++] = (uint8_t)fcs;
    frame[n++] = (uint8_t)(fcs >> 8);
    line[at++] = 0x7e;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = frame[i];
        bool care = c == 0x7e || c == 0x7d || (c < 32 && (map >> c & 1) != 0);

        if (care)
            line[at++] = 0x7d;
        line[at++] = care ? c ^ 0x20 : c;
    }
    line[at++] = 0x7e;
    return at;
}

static void test_send_map(void)
{
    for (size_t i = 0; i < sizeof send_rows / sizeof send_rows[0]; i++) {
        uint8_t frame[64], line[256], want[256];
        struct span s = span_of(frame, unhex(CONTROLS, frame));
        size_t n;

        begin();
        if (send_rows[i].told)
            link_set_accm(k, send_rows[i].send, send_rows[i].receive);
        link_send(k, s);
        link_flush_all();
        n = on_the_line(frame, s.n, send_rows[i].want, want);
        is_mem(line, taken(line, n), want, n, send_rows[i].name);
        end();
    }
}

/* RFC 1661, 5: LCP's own negotiation goes as if none had been, whatever map is in force: pppd, once
 * it negotiates anew, drops control characters that are not escaped. */
static const struct {
    const char *name, *frame;
    uint32_t want;
} lcp_rows[] = {
    {"a Configure-Request", "ff03c021010100080206000a", ALL},
    {"a Code-Reject, without Address and Control", "c0210702000405", ALL},
    {"an Echo-Request goes by the map", "ff03c02109010008000000000a", 0},
    {"and so does IPCP", "ff03802101010004", 0},
    {"and an IP packet", "210102030405060708090a0b0c0d", 0},
};

static void test_negotiation(void)
{
    for (size_t i = 0; i < 2 * sizeof lcp_rows / sizeof lcp_rows[0]; i++) {
        uint8_t frame[64], line[256], want[256];
        struct span s = span_of(frame, unhex(lcp_rows[i / 2].frame, frame));
        size_t n;

        begin();
        link_set_accm(k, 0, 0);
        (i % 2 ? link_send_first : link_send)(k, s);
        link_flush_all();
        n = hdlc_encode(want, s, lcp_rows[i / 2].want);
        is_mem(line, taken(line, n), want, n, lcp_rows[i / 2].name);
        end();
    }
}

/* Maps that change while frames wait: each is escaped as was right when it came. */
static void test_send_map_in_flight(void)
{
    uint8_t frame[64], line[512], want[512];
    struct span s = span_of(frame, unhex(CONTROLS, frame));
    size_t n;

    begin();
    link_send(k, s);
    link_set_accm(k, 0, 0);
    link_send(k, s);
    link_set_accm(k, 0x000a0000, 0);
    link_send_first(k, s);
    link_flush_all();
    n = hdlc_encode(want, s, 0x000a0000);
    n += hdlc_encode(want + n, s, ALL);
    n += hdlc_encode(want + n, s, 0);
    is_mem(line, taken(line, n), want, n,
           "S6.14-02 a new send map begins with the next frame, those queued keep theirs");
    end();
}

#define NINE "313233343536373839"
#define NINE_FCS "6e90"
#define LCP "ff03c02101010004"
#define LCP_FCS "d1b5"

static const struct {
    const char *name;
    uint32_t send, receive; /* set at the start */
    const char *first;      /* written to the tty */
    bool change;            /* then the receive map becomes "all" */
    const char *second;
    const char *want; /* heard */
    unsigned bad_fcs;
} receive_rows[] = {
    {"S4.4.6-03 at first nothing is thrown away that pppd writes", ALL, 0, "7e" LCP LCP_FCS "7e",
     false, "", LCP " ", 0},
    {"S4.4.6-03 and noise is part of its frame", ALL, 0, "7e3132113334353637383913" NINE_FCS "7e",
     false, "", "", 1},
    {"S4.4.6-03 control characters in the receive map are thrown away", 0, 0x000a0000,
     "7e313211333435133637383911" NINE_FCS "137e", false, "", NINE " ", 0},
    {"S4.4.6-03 those not in it are kept", ALL, 0x000a0000, "7e" LCP LCP_FCS "7e", false, "",
     LCP " ", 0},
    {"S4.4.6-03 escaped ones are data under any map", 0, ALL,
     "7eff7d23c0217d217d217d207d24" LCP_FCS "7e", false, "", LCP " ", 0},
    {"S6.14-02 a frame that has come in part keeps the map it began with", ALL, 0, "7e ff03c021",
     true, "01010004" LCP_FCS "7e", LCP " ", 0},
    {"S6.14-02 also if it broke off behind an escape", ALL, 0, "7e ff7d", true,
     "23c02101010004" LCP_FCS "7e", LCP " ", 0},
    {"S6.14-02 even one of which there is nothing else", ALL, 0, "7e 7d", true,
     "df03c02101010004" LCP_FCS "7e", LCP " ", 0},
    {"S6.14-02 the next one has the new map", ALL, 0, "7e ff03c021", true,
     "01010004" LCP_FCS "7e 3132113334353637383911" NINE_FCS "7e", LCP " " NINE " ", 0},
    {"S6.14-02 between frames it holds at once", ALL, 0, "7e" LCP LCP_FCS "7e", true,
     "7e 3132113334353637383911" NINE_FCS "7e", LCP " " NINE " ", 0},
    {"S6.14-02 also behind a frame that was refused", ALL, 0, "7e" LCP "00007e", true,
     "3132113334353637383911" NINE_FCS "7e", NINE " ", 1},
};

static void test_receive_map(void)
{
    for (size_t i = 0; i < sizeof receive_rows / sizeof receive_rows[0]; i++) {
        begin();
        if (receive_rows[i].send != ALL || receive_rows[i].receive != 0)
            link_set_accm(k, receive_rows[i].send, receive_rows[i].receive);
        from_pppd(receive_rows[i].first);
        if (receive_rows[i].change) {
            link_set_accm(k, ALL, ALL);
            from_pppd(receive_rows[i].second);
        }
        is_str(heard, receive_rows[i].want, receive_rows[i].name);
        is_int((long long)link_counts(k)->bad_fcs, receive_rows[i].bad_fcs, "its wrong FCSs");
        end();
    }
    begin();
    hearer_sets_maps = true;
    from_pppd("7e" LCP LCP_FCS "7e 3132113334353637383911" NINE_FCS "7e");
    is_str(heard, LCP " " NINE " ", "S6.14-02 a map set while a frame is heard holds for the next");
    end();
}

/* -- priority ---------------------------------------------------------------------------------- */

/* Frames are told apart by their first octet, 'o' or 'p', and a number; what has come to pppd. */
static struct {
    struct hdlc_rx rx;
    struct buf in;
    unsigned n, refused;
    struct {
        char kind;
        unsigned number;
    } got[MOST_FRAMES];
} pppd;

static void pppd_begin(void)
{
    memset(&pppd, 0, sizeof pppd);
    pppd.in.off = BUF_HEADROOM;
    hdlc_rx_init(&pppd.rx);
}

static void pppd_takes(const uint8_t *line, size_t n)
{
    struct span in = span_of(line, n);

    while (in.n > 0) {
        enum hdlc_got got = hdlc_feed(&pppd.rx, &in, &pppd.in, 0);
        const uint8_t *frame = pppd.in.data + pppd.in.off;

        if (got == HDLC_FRAME && pppd.n < MOST_FRAMES) {
            pppd.got[pppd.n].kind = (char)frame[0];
            pppd.got[pppd.n++].number = (unsigned)frame[1] << 8 | frame[2];
        }
        pppd.refused += got != HDLC_MORE && got != HDLC_FRAME;
        if (got != HDLC_MORE)
            pppd.in.len = 0;
    }
}

static struct span numbered(char kind, unsigned number, size_t n)
{
    static uint8_t frame[LINK_QUEUE];

    memset(frame, 'x', n);
    frame[0] = (uint8_t)kind;
    frame[1] = (uint8_t)(number >> 8);
    frame[2] = (uint8_t)number;
    return span_of(frame, n);
}

/* The daemon writes and pppd reads, up to a last frame that is sent when all have left. */
static void drain(void)
{
    uint8_t room[4096];
    bool last = false;

    while (pppd.n == 0 || pppd.got[pppd.n - 1].kind != 'z') {
        ssize_t n;

        if (k->waiting == 0 && !last)
            last = link_send(k, numbered('z', 0, 3));
        link_flush_all();
        if (k->blocked)
            flush(k);
        if (!comes(tty, 2000))
            return;
        while ((n = read(tty, room, sizeof room)) > 0)
            pppd_takes(room, (size_t)n);
    }
    pppd.n--;
}

/* "p7 o0 o1": what came, from the first to the last of n. */
static const char *came(unsigned from, unsigned n)
{
    static char text[256];
    char *at = text;

    *at = '\0';
    for (unsigned i = from; i < pppd.n && i < from + n; i++)
        at += sprintf(at, "%s%c%u", i > from ? " " : "", pppd.got[i].kind, pppd.got[i].number);
    return text;
}

/* Fills the pty, then the queue, with ordinary frames; returns how many were taken in. */
static unsigned fill(size_t size)
{
    unsigned n = 0;

    while (n < 1000 && k->waiting + HDLC_MOST(size) <= LINK_QUEUE) {
        link_send(k, numbered('o', n++, size));
        link_flush_all();
    }
    return n;
}

static void test_overtaking(void)
{
    static const struct {
        const char *name, *sent, *want;
    } rows[] = {
        {"S3.1-09 a frame with priority leaves before those that wait", "ooop", "p3 o0 o1 o2"},
        {"S3.1-09 several keep their own order", "opoppo", "p1 p3 p4 o0 o2 o5"},
        {"S3.1-09 one to an idle link", "p", "p0"},
        {"S3.1-09 ordinary ones keep theirs", "pooo", "p0 o1 o2 o3"},
        {"S3.1-09 what has left is not overtaken", "oo.p", "o0 o1 p3"},
        {"S3.1-09 nor do they wait for the next turn's", "o.op.o", "o0 p3 o2 o5"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin();
        pppd_begin();
        for (unsigned n = 0; rows[i].sent[n] != '\0'; n++) {
            if (rows[i].sent[n] == '.')
                link_flush_all();
            else if (rows[i].sent[n] == 'p')
                link_send_first(k, numbered('p', n, 40 + n));
            else
                link_send(k, numbered('o', n, 60 + n));
        }
        drain();
        is_str(came(0, 20), rows[i].want, rows[i].name);
        ok(k->queue == NULL && k->ahead == 0, "and nothing is left behind");
        end();
    }
}

/* The pty has taken a frame in part: it is finished first, and no other is. */
static void test_not_into_a_frame(void)
{
    unsigned cut, n;
    size_t left, rest;

    for (size_t size = 1001;; size += 10) {
        begin();
        n = fill(size);
        left = hdlc_cut(span_of(k->queue + k->begin, k->waiting));
        if (left > 0 || size > 1100)
            break;
        end();
    }
    pppd_begin();
    ok(k->blocked && left > 0, "the pty has taken a frame in part (%zu octets are left)", left);
    for (cut = 0, rest = k->waiting - left; rest > 0; cut++)
        rest -= hdlc_first(span_of(k->queue + k->begin + k->waiting - rest, rest));
    cut = n - cut - 1; /* the frame that is cut */
    link_send_first(k, numbered('p', 7, 50));
    link_send_first(k, numbered('p', 8, 60));
    drain();
    is_int(pppd.refused, 0, "S3.1-09 a frame with priority never cuts into another");
    ok(pppd.got[cut].kind == 'o' && pppd.got[cut].number == cut &&
           strncmp(came(cut + 1, 2), "p7 p8", 5) == 0,
       "S3.1-09 it comes right behind the one that had begun (\"%s\")", came(cut, 4));
    ok(pppd.got[cut + 3].kind == 'o' && pppd.got[cut + 3].number == cut + 1,
       "and then the next ordinary one");
    end();
}

static void test_displacing(void)
{
    unsigned n, first = 0, before, behind;
    uint64_t dropped;

    begin();
    pppd_begin();
    n = fill(1001);
    is_int((long long)link_counts(k)->dropped, 0, "nothing is dropped as long as there is room");
    ok(!link_send(k, numbered('o', n++, 1001)), "a full queue has no room for an ordinary frame");
    is_int((long long)link_counts(k)->dropped, 1, "but in another's place, counted");
    ok(link_send_first(k, numbered('p', 0, 1001)), "S3.1-09 and one with priority");
    is_int((long long)link_counts(k)->dropped, 2, "for an ordinary one, counted");
    ok(link_send_first(k, numbered('p', 1, 3500)) && k->waiting <= LINK_QUEUE,
       "a long one takes the room of several");
    dropped = link_counts(k)->dropped;
    ok(dropped >= 5, "which are gone (%u in all)", (unsigned)dropped);
    ok(!link_send_first(k, numbered('p', 9, 40000)) && !link_send_first(k, numbered('p', 9, 65536)) &&
           !link_send(k, numbered('o', 9, 40000)),
       "one that never fits is dropped");
    is_int((long long)(link_counts(k)->dropped - dropped), 3, "and displaces nothing");
    drain();
    is_int(pppd.refused, 0, "no frame was cut");
    is_int(pppd.n, n - (long long)dropped + 2, "all others arrive");
    while (first < pppd.n && pppd.got[first].kind == 'o')
        first++;
    before = first > 0 ? pppd.got[first - 1].number : 0;
    behind = pppd.got[first + 2].number;
    is_int((long long)behind - before - 1, (long long)dropped,
           "S3.1-09 it was the oldest ordinary ones that made room");
    is_int(pppd.got[pppd.n - 1].number, n - 1, "and the newest are there");
    end();

    begin();
    pppd_begin();
    fill(1001);
    for (n = 0; n < 1000 && link_send_first(k, numbered('p', n, 1001)); n++)
        link_flush_all();
    ok(k->ahead == k->waiting && k->waiting <= LINK_QUEUE,
       "S3.1-09 priority is within the same bound (%u frames)", n);
    ok(!link_send(k, numbered('o', 0, 1001)), "when all have priority, an ordinary one is dropped");
    drain();
    ok(pppd.refused == 0 && pppd.n > n && pppd.got[pppd.n - 1].kind == 'p' &&
           pppd.got[pppd.n - 1].number == n - 1,
       "and every one of them arrives");
    end();
}

/* Any mixture, read in fits and starts: whole frames, each kind in its order, none lost unseen. */
static void test_mixture(void)
{
    uint32_t seed = 5;
    unsigned next[2] = {0, 0}, sent = 0;
    bool ordered = true;
    uint8_t room[700];

    begin();
    pppd_begin();
    for (unsigned i = 0; i < 3000; i++) {
        bool first;
        size_t n;

        seed = seed * 1664525u + 1013904223u;
        first = (seed >> 28) < 5;
        n = 3 + (seed >> 16) % 900;
        if (first)
            sent += link_send_first(k, numbered('p', i, n));
        else
            sent += link_send(k, numbered('o', i, n));
        if ((seed >> 10) % 3 == 0) {
            link_flush_all();
            if (k->blocked)
                flush(k);
        }
        if ((seed >> 5) % 4 == 0) {
            ssize_t got = read(tty, room, sizeof room);

            pppd_takes(room, got > 0 ? (size_t)got : 0);
        }
    }
    drain();
    for (unsigned i = 0; i < pppd.n; i++) {
        unsigned *least = &next[pppd.got[i].kind == 'p'];

        ordered &= pppd.got[i].number >= *least;
        *least = pppd.got[i].number + 1;
    }
    ok(pppd.refused == 0 && ordered, "S3.1-09 3,000 of both kinds: whole, each kind in its order");
    ok(sent > 500 && sent < 3000, "some found no room (%u did, %u arrive)", sent, pppd.n);
    is_int((long long)(pppd.n + link_counts(k)->dropped), 3000, "and are counted");
    end();
}

static void test_hung_up(void)
{
    begin();
    close(tty);
    tty = -1;
    on_readable(k, true);
    ok(!link_send_first(k, numbered('p', 0, 10)) && k->queue == NULL,
       "when pppd has gone, priority does not help");
    is_int((long long)link_counts(k)->dropped, 1, "and that is counted");
    end();
}

/* -- errors ------------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    struct link_counts counts;
    uint32_t want[6]; /* CRC, framing, hardware, buffer, time-out, alignment */
} errors_rows[] = {
    {"S4.4.6-01 no errors", {0}, {0}},
    {"S4.4.6-01 CRC errors", {.bad_fcs = 3}, {3}},
    {"S4.4.6-01 framing errors", {.aborted = 4, .too_short = 50}, {0, 54}},
    {"S4.4.6-01 buffer overruns", {.too_long = 6, .dropped = 700}, {0, 0, 0, 706}},
    {"S4.4.6-01 good frames are no errors", {.frames_in = 1, .octets_out = 9}, {0}},
    {"S6.13-02 32 bits are not exceeded",
     {.bad_fcs = 0x100000001, .aborted = UINT32_MAX, .too_short = 2, .dropped = UINT32_MAX - 1},
     {UINT32_MAX, UINT32_MAX, 0, UINT32_MAX - 1}},
};

static void test_errors(void)
{
    for (size_t i = 0; i < sizeof errors_rows / sizeof errors_rows[0]; i++) {
        struct link counted = {.counts = errors_rows[i].counts};
        uint32_t got[LINK_ERRORS];

        memset(got, 0x5a, sizeof got);
        link_errors(&counted, got);
        is_mem(got, sizeof got, errors_rows[i].want, sizeof errors_rows[i].want,
               errors_rows[i].name);
    }
}

int main(void)
{
    loop = loop_new();
    test_send_map();
    test_negotiation();
    test_send_map_in_flight();
    test_receive_map();
    test_overtaking();
    test_not_into_a_frame();
    test_displacing();
    test_mixture();
    test_hung_up();
    test_errors();
    loop_free(loop);
    buf_drain();
    return tap_done();
}
