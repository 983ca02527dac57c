/* Asynchronous framing, RFC 1662: known vectors, refused frames, and any cut of the input. */
#include "tap.h"

#include "wire/hdlc.h"

#define ALL 0xffffffffu

static uint32_t seed = 1;

static uint32_t roll(void)
{
    seed = seed * 1664525u + 1013904223u;
    return seed >> 8;
}

static const struct {
    const char *name;
    const char *frame; /* hex */
    uint16_t fcs;
    uint32_t accm;
    const char *line; /* hex; NULL: not compared */
} vectors[] = {
    {"FC-1: \"123456789\"", "313233343536373839", 0x906e, ALL, "7e 313233343536373839 6e90 7e"},
    {"FC-2: nothing", "", 0x0000, 0, "7e 0000 7e"},
    {"FC-3: LCP request, every control escaped", "ff03c02101010004", 0xb5d1, ALL,
     "7e ff7d23c0217d217d217d207d24 d1b5 7e"},
    {"FC-3: LCP request, no map", "ff03c02101010004", 0xb5d1, 0, "7e ff03c02101010004 d1b5 7e"},
    {"FC-4: echo request", "ff03c0210900000800000000", 0x6ebb, 0, NULL},
    {"FC-5: LCP request with options", "ff03c0210101001402060000000005061234567807020802", 0xef4c,
     0, NULL},
    {"4.2: the specification's own escapes, XON and XOFF in the map", "7e7d0311139193", 0xe573,
     1u << 3 | 1u << 17 | 1u << 19, "7e 7d5e7d5d7d237d317d339193 73e5 7e"},
    {"4.2: 0x1f and 0x20 stand at the map's edge", "1f20ffdfa0bf7f5e5d", 0xab7d, 1u << 31, NULL},
};

static void test_vectors(void)
{
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        uint8_t frame[64], line[256], want[256], fed[256];
        struct span s = span_of(frame, unhex(vectors[i].frame, frame));
        uint16_t fcs = (uint16_t)~hdlc_fcs(0xffff, s);
        size_t n = hdlc_encode(line, s, vectors[i].accm);

        is_int(fcs, vectors[i].fcs, vectors[i].name);
        if (vectors[i].line != NULL)
            is_mem(line, n, want, unhex(vectors[i].line, want), vectors[i].name);
        memcpy(fed, frame, s.n);
        fed[s.n] = (uint8_t)fcs;
        fed[s.n + 1] = (uint8_t)(fcs >> 8);
        is_int(hdlc_fcs(0xffff, span_of(fed, s.n + 2)), HDLC_FCS_GOOD,
               "C.2: frame and FCS together give the good value");
    }
}

/* FCS bit by bit, as RFC 1662, C.1 defines it, against the one by tables at every length. */
static void test_fcs(void)
{
    uint8_t octets[100];
    uint16_t slow = 0xffff;
    bool good = true, split = true;

    for (size_t n = 0; n < sizeof octets; n++) {
        struct span s = span_of(octets, n), a = span_of(octets, n / 3);
        struct span b = span_of(octets + n / 3, n - n / 3);

        good &= hdlc_fcs(0xffff, s) == slow;
        split &= hdlc_fcs(hdlc_fcs(0xffff, a), b) == slow;
        octets[n] = (uint8_t)roll();
        slow ^= octets[n];
        for (int bit = 0; bit < 8; bit++)
            slow = slow & 1 ? slow >> 1 ^ 0x8408 : slow >> 1;
    }
    ok(good, "C.1: tables agree with the polynomial at every length");
    ok(split, "C.1: the FCS goes on from where it was");
}

/* What a stream gives, as a text: a letter an outcome, and the frames' octets in hex. */
static void outcome(const uint8_t *line, size_t n, size_t step, uint32_t accm, char *dst)
{
    static const char letter[] = "-FBAOS";
    struct hdlc_rx rx;
    struct buf b = {.off = BUF_HEADROOM};

    hdlc_rx_init(&rx);
    *dst = '\0';
    for (size_t at = 0; at < n; at += step) {
        struct span in = span_of(line + at, n - at < step ? n - at : step);

        while (in.n > 0) {
            enum hdlc_got got = hdlc_feed(&rx, &in, &b, accm);

            if (got == HDLC_MORE)
                continue;
            dst += sprintf(dst, "%c", letter[got]);
            for (size_t i = 0; i < b.len; i++)
                dst += sprintf(dst, "%02x", b.data[b.off + i]);
            b.len = 0;
        }
    }
}

static const struct {
    const char *name;
    const char *line; /* hex */
    uint32_t accm;
    const char *want;
} streams[] = {
    {"3.1: one frame", "7e 3132 3334 3536 3738 39 6e90 7e", 0, "F313233343536373839"},
    {"4.4.2: one flag between two frames",
     "7e 313233343536373839 6e90 7e 313233343536373839 6e90 7e", 0,
     "F313233343536373839F313233343536373839"},
    {"3.1: flags between frames are no frames", "7e7e7e 313233343536373839 6e90 7e7e7e", 0,
     "F313233343536373839"},
    {"4.4.2: a receiver begins in the state of frame begin", "313233343536373839 6e90 7e", 0,
     "F313233343536373839"},
    {"4.2: everything may come escaped", "7e 7d117d127d137d147d157d167d177d187d19 7d4e7db0 7e", 0,
     "F313233343536373839"},
    {"4.3: one, two and three octets are too short", "7e 01 7e 0102 7e 010203 7e", 0, "SSS"},
    {"4.3: four octets can be a frame", "7e 7e ff03 d1 b5 7e", 0, "B"},
    {"4.3: escape, flag aborts; the next frame is whole",
     "7e 3132337d7e 313233343536373839 6e90 7e", 0, "AF313233343536373839"},
    {"4.3: escape, flag on an empty frame aborts", "7e 7d7e 313233343536373839 6e90 7e", 0,
     "AF313233343536373839"},
    {"3.1: a wrong FCS is told, and nothing else is lost",
     "7e 313233343536373838 6e90 7e 313233343536373839 6e90 7e", 0, "BF313233343536373839"},
    {"4.2: controls in the map are dropped", "7e 3111323313343536373839 6e90 7e",
     1u << 17 | 1u << 19, "F313233343536373839"},
    {"4.2: also between an escape and its octet", "7e 7d111111323334353637383913 6e90 7e",
     1u << 17 | 1u << 19, "B"},
    {"4.2: the escaped octet follows the dropped one", "7e 7d13 5e 00 13 13 7d 11 5d 7e",
     1u << 17 | 1u << 19, "S"},
    {"4.2: controls not in the map are data", "7e ff03c02101010004 d1b5 7e", 0,
     "Fff03c02101010004"},
    {"4.2: an escaped octet is not looked up in the map", "7e ff7d23c0217d217d217d207d24 d1b5 7e",
     ALL, "Fff03c02101010004"},
};

static void test_streams(void)
{
    for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++) {
        uint8_t line[128];
        char got[512];
        size_t n = unhex(streams[i].line, line);

        for (size_t step = 1; step <= n; step++) {
            outcome(line, n, step, streams[i].accm, got);
            if (strcmp(got, streams[i].want) != 0)
                break;
        }
        is_str(got, streams[i].want, streams[i].name);
    }
}

/* Feeds the line cut in two at "cut"; true if that gives exactly the frame, n times. */
static bool gives(const uint8_t *line, size_t len, size_t cut, struct span frame)
{
    struct hdlc_rx rx;
    struct buf b = {.off = BUF_HEADROOM};
    struct span in[2] = {span_of(line, cut), span_of(line + cut, len - cut)};
    int frames = 0;

    hdlc_rx_init(&rx);
    for (int i = 0; i < 2; i++) {
        while (in[i].n > 0) {
            enum hdlc_got got = hdlc_feed(&rx, &in[i], &b, 0);

            if (got == HDLC_MORE)
                continue;
            if (got != HDLC_FRAME || !span_eq(buf_span(&b), frame))
                return false;
            frames++;
            b.len = 0;
        }
    }
    return frames == 1;
}

/* S5.3-01: of what a line carries, the frame itself is all that goes into a tunnel. */
static void test_stripped(void)
{
    uint8_t line[64], want[64];
    size_t n = unhex("7e7e ff7d23c0217d217d217d207d24 d1b5 7e7e", line);
    struct span in = span_of(line, n);
    struct hdlc_rx rx;
    struct buf b = {.off = BUF_HEADROOM};

    hdlc_rx_init(&rx);
    is_int(hdlc_feed(&rx, &in, &b, 0), HDLC_FRAME, "S5.3-01 a frame in full transparency");
    is_mem(b.data + b.off, b.len, want, unhex("ff03c02101010004", want),
           "S5.3-01 is stripped of flags, escapes and FCS");
}

static const struct {
    const char *name;
    const char *line; /* hex: frames of ours, perhaps without their beginning */
    size_t cut;
} cut_rows[] = {
    {"nothing", "", 0},
    {"a whole frame", "7e 313233343536373839 6e90 7e", 0},
    {"one that lacks its flag", "313233343536373839 6e90 7e", 12},
    {"one that has left but for its flag", "7e", 1},
    {"and one behind that", "7e 7e 0000 7e", 1},
    {"two whole ones", "7e 0000 7e 7e 313233343536373839 6e90 7e", 0},
    {"the end of one and a whole one", "00 7e 7e 313233343536373839 6e90 7e", 2},
    {"one without the first half of an escape", "5e 1122 7e 7e 0000 7e", 4},
};

/* Where frames end that wait to be written, the first of them perhaps in part. */
static void test_ends(void)
{
    static const char *const frames[] = {"", "31", "7e7d7e", "ff03c0210101000a"};
    uint8_t line[256];
    size_t begins[4], n = 0;

    for (size_t i = 0; i < sizeof cut_rows / sizeof cut_rows[0]; i++) {
        size_t size = unhex(cut_rows[i].line, line);

        is_int((long long)hdlc_cut(span_of(line, size)), (long long)cut_rows[i].cut,
               cut_rows[i].name);
    }
    for (size_t i = 0; i < 4; i++) {
        uint8_t frame[32];
        size_t size = unhex(frames[i], frame);

        begins[i] = n;
        n += hdlc_encode(line + n, span_of(frame, size), ALL);
    }
    for (size_t i = 0; i < 4; i++)
        is_int((long long)hdlc_first(span_of(line + begins[i], n - begins[i])),
               (long long)((i < 3 ? begins[i + 1] : n) - begins[i]),
               "the first of several frames ends where the next one begins");
    for (size_t i = 0; i < 3; i++) {
        bool good = true;

        for (size_t at = begins[i] + 1; at < begins[i + 1]; at++)
            good &= hdlc_cut(span_of(line + at, n - at)) == begins[i + 1] - at;
        ok(good, "frame %zu ends where the next begins, whatever of it has left", i);
    }
}

/* Frames of every kind of octet, at every cut: an escape as the last octet of a read included. */
static void test_cuts(void)
{
    static const char *const kinds[] = {"random", "all flags", "all escapes", "all controls"};
    static const uint8_t fill[] = {0, 0x7e, 0x7d, 0x11};
    static uint8_t frame[300], line[HDLC_MOST(sizeof frame)];

    for (size_t kind = 0; kind < 4; kind++) {
        bool good = true, fits = true;

        for (size_t size = 2; size < sizeof frame; size += 59) {
            struct span s = span_of(frame, size);
            size_t n;

            for (size_t i = 0; i < size; i++)
                frame[i] = kind > 0 ? fill[kind] : (uint8_t)roll();
            n = hdlc_encode(line, s, kind % 2 == 0 ? 0 : ALL);
            fits &= n <= HDLC_MOST(size);
            for (size_t cut = 0; cut <= n; cut++)
                good &= gives(line, n, cut, s);
        }
        ok(good, "a frame of %s octets comes back whole at every cut", kinds[kind]);
        ok(fits, "%s octets stay within HDLC_MOST", kinds[kind]);
    }
}

/* The longest frame there is room for, one more, and what comes after. */
static void test_length(void)
{
    static uint8_t frame[BUF_ROOM + 4], line[HDLC_MOST(sizeof frame)];
    static const struct {
        const char *name;
        size_t size;
        enum hdlc_got want;
    } rows[] = {
        {"a frame that fills the buffer with its FCS", BUF_ROOM - 2, HDLC_FRAME},
        {"one octet more", BUF_ROOM - 1, HDLC_TOO_LONG},
        {"and two", BUF_ROOM, HDLC_TOO_LONG},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct hdlc_rx rx;
        static struct buf b;
        size_t n = hdlc_encode(line, span_of(frame, rows[i].size), 0);
        struct span in = span_of(line, n);

        b.off = BUF_HEADROOM;
        b.len = 0;
        hdlc_rx_init(&rx);
        is_int(hdlc_feed(&rx, &in, &b, 0), rows[i].want, rows[i].name);
        is_int((long long)in.n, 0, "up to its closing flag");
        is_int((long long)b.len, rows[i].want == HDLC_FRAME ? (long long)rows[i].size : 0,
               "and the buffer says so");
        b.len = 0;
        in = span_of(line, hdlc_encode(line, span_of("after", 5), 0));
        is_int(hdlc_feed(&rx, &in, &b, 0), HDLC_FRAME, "the next one is taken");
    }
}

/* A caller that had no buffer loses the frame in which it says so, and no more. */
static void test_skipping(void)
{
    struct hdlc_rx rx;
    struct buf b = {.off = BUF_HEADROOM};
    uint8_t line[64];
    struct span in = span_of(line, unhex("333435 7e 313233343536373839 6e90 7e", line));

    hdlc_rx_init(&rx);
    rx.skipping = true;
    is_int(hdlc_feed(&rx, &in, &b, 0), HDLC_FRAME, "what is skipped is not told");
    is_int((long long)b.len, 9, "and the next frame is whole");
}

int main(void)
{
    test_vectors();
    test_fcs();
    test_streams();
    test_stripped();
    test_ends();
    test_cuts();
    test_length();
    test_skipping();
    return tap_done();
}
