/* The header of RFC 2661, 3.1: every form it may take, every way it may be wrong, and what we
 * write.  Each datagram is parsed from a block of exactly its size, so that a sanitizer sees the
 * first octet read beyond it. */
#include "tap.h"

#include <stdlib.h>

#include "wire/packet.h"

#define PPP "ff03c0210101000a050612345678"
#define CONTROL 1
#define LENGTH 2
#define SEQUENCE 4
#define PRIORITY 8

static uint8_t *exact; /* the datagram in hand */

static enum packet_fault parse(struct span datagram, struct packet *p)
{
    free(exact);
    exact = malloc(datagram.n > 0 ? datagram.n : 1);
    if (datagram.n > 0)
        memcpy(exact, datagram.p, datagram.n);
    memset(p, 0xa5, sizeof *p);
    return packet_parse(span_of(exact, datagram.n), p);
}

static const struct {
    const char *name;
    const char *datagram;
    unsigned flags;
    uint16_t tunnel, session, ns, nr;
    const char *body;
} good[] = {
    {"S3.1-01: 6 octets (E-09)", "0002 2222 4444" PPP, 0, 0x2222, 0x4444, 0, 0, PPP},
    {"S3.1-01: 8 octets, L (E-10)", "4002 0016 2222 4444" PPP, LENGTH, 0x2222, 0x4444, 0, 0, PPP},
    {"S3.1-01: 12 octets, L and S (E-11)", "4802 001a 2222 4444 0000 0000" PPP, LENGTH | SEQUENCE,
     0x2222, 0x4444, 0, 0, PPP},
    {"S3.1-01: 10 octets, S (E-12)", "0802 2222 4444 0001 0000" PPP, SEQUENCE, 0x2222, 0x4444, 1, 0,
     PPP},
    {"S3.1-21: L and O, 2 octets of pad (E-13)", "4202 001a 2222 4444 0002 0000" PPP, LENGTH,
     0x2222, 0x4444, 0, 0, PPP},
    {"S3.1-09: L and P (E-14)", "4102 0016 2222 4444" PPP, LENGTH | PRIORITY, 0x2222, 0x4444, 0, 0,
     PPP},
    {"S3.1-01: 14 octets, L, S and O", "4a02 001c 2222 4444 fffe 1234 0000" PPP, LENGTH | SEQUENCE,
     0x2222, 0x4444, 0xfffe, 0x1234, PPP},
    {"S3.1-01: 14 octets and 5 of pad", "4a02 0021 2222 4444 0001 0000 0005 0102030405" PPP,
     LENGTH | SEQUENCE, 0x2222, 0x4444, 1, 0, PPP},
    {"S3.1-01: everything at once", "4b02 001d 2222 4444 0001 0000 0001 ee" PPP,
     LENGTH | SEQUENCE | PRIORITY, 0x2222, 0x4444, 1, 0, PPP},
    {"S3.1-21: offset 0", "0202 2222 4444 0000" PPP, 0, 0x2222, 0x4444, 0, 0, PPP},
    {"S3.1-21: offset 5, no L", "0202 2222 4444 0005 deadbeef99" PPP, 0, 0x2222, 0x4444, 0, 0, PPP},
    {"S3.1-01: one octet of payload", "0002 0001 ffff 21", 0, 1, 0xffff, 0, 0, "21"},
    {"A-02: data with octets beyond Length", "4002 0016 2222 4444" PPP "aabbcc", LENGTH, 0x2222,
     0x4444, 0, 0, PPP},
    {"S3.1-20: Nr of data is only read", "0802 2222 4444 0001 beef" PPP, SEQUENCE, 0x2222, 0x4444,
     1, 0xbeef, PPP},
    {"S3.0-03: a ZLB (E-04)", "c802 000c 1111 0000 0001 0002", CONTROL | LENGTH | SEQUENCE, 0x1111,
     0, 1, 2, ""},
    {"S3.1-02: HELLO (E-17)", "c802 0014 1111 0000 0003 0005 8008000000000006",
     CONTROL | LENGTH | SEQUENCE, 0x1111, 0, 3, 5, "8008000000000006"},
    {"A-02: control with octets beyond Length", "c802 0014 1111 5555 0003 0005 8008000000000006 ff",
     CONTROL | LENGTH | SEQUENCE, 0x1111, 0x5555, 3, 5, "8008000000000006"},
    {"A-02: a ZLB with an AVP beyond Length", "c802 000c 1111 0000 0001 0002 8008000000000006",
     CONTROL | LENGTH | SEQUENCE, 0x1111, 0, 1, 2, ""},
    {"S3.1-03: T set is control", "c802 000c 1111 2222 0001 0002", CONTROL | LENGTH | SEQUENCE,
     0x1111, 0x2222, 1, 2, ""},
    {"S3.1-03: the same without T is data", "4802 001a 1111 2222 0001 0002" PPP, LENGTH | SEQUENCE,
     0x1111, 0x2222, 1, 2, PPP},
    {"S3.1-03: T alone tells, not a session id of 0", "0002 1111 0000" PPP, 0, 0x1111, 0, 0, 0,
     PPP},
    {"S3.1-06: data, every reserved bit", "34f2 1111 2222" PPP, 0, 0x1111, 0x2222, 0, 0, PPP},
    {"S3.1-15: Length counts from the flag word on", "4002 0009 2222 4444 21", LENGTH, 0x2222,
     0x4444, 0, 0, "21"},
    {"S3.1-15: Length counts the pad too", "4202 000d 2222 4444 0002 aabb 21", LENGTH, 0x2222,
     0x4444, 0, 0, "21"},
    {"Q-02: data with the drafts' R bit", "2002 2222 4444" PPP, 0, 0x2222, 0x4444, 0, 0, PPP},
    {"Q-02: R beside L and S", "6802 001a 2222 4444 0007 0003" PPP, LENGTH | SEQUENCE, 0x2222,
     0x4444, 7, 3, PPP},
    {"Q-02: R in a control message", "e802 000c 1111 0000 0001 0002", CONTROL | LENGTH | SEQUENCE,
     0x1111, 0, 1, 2, ""},
    {"Q-14: the drafts' F bit is our S", "0802 2222 4444 0102 0304" PPP, SEQUENCE, 0x2222, 0x4444,
     0x0102, 0x0304, PPP},
    {"Q-14: the drafts' S bit is our O", "0202 2222 4444 0003 aabbcc" PPP, 0, 0x2222, 0x4444, 0, 0,
     PPP},
    {"Q-14: R, F and S at once, as a draft has them", "2a02 2222 4444 0102 0304 0001 aa" PPP,
     SEQUENCE, 0x2222, 0x4444, 0x0102, 0x0304, PPP},
    {"S3.0-01: highest numbers, in network order", "c802 000d ffff fffe fffd fffc 00",
     CONTROL | LENGTH | SEQUENCE, 0xffff, 0xfffe, 0xfffd, 0xfffc, "00"},
};

static bool same_header(const struct packet *p, unsigned flags, uint16_t tunnel, uint16_t session,
                        uint16_t ns, uint16_t nr)
{
    unsigned got = (p->control ? CONTROL : 0u) | (p->has_length ? LENGTH : 0u) |
                   (p->has_sequence ? SEQUENCE : 0u) | (p->priority ? PRIORITY : 0u);

    return got == flags && p->tunnel == tunnel && p->session == session && p->ns == ns &&
           p->nr == nr;
}

static void test_good(void)
{
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        uint8_t datagram[128], body[128];
        size_t n = unhex(good[i].datagram, datagram);
        struct packet p = {0};

        if (!is_int(parse(span_of(datagram, n), &p), PACKET_GOOD, good[i].name))
            continue; /* then there is no body to look at */
        ok(same_header(&p, good[i].flags, good[i].tunnel, good[i].session, good[i].ns, good[i].nr),
           "%s: every field of the header", good[i].name);
        is_mem(p.body.p, p.body.n, body, unhex(good[i].body, body), good[i].name);
    }
}

static const struct {
    const char *name;
    const char *datagram;
    enum packet_fault fault;
} bad[] = {
    {"3.1: nothing at all", "", PACKET_SHORT},
    {"3.1: one octet", "c8", PACKET_SHORT},
    {"3.1: a flag word alone", "0002", PACKET_SHORT},
    {"3.1: data without a session id", "0002 2222", PACKET_SHORT},
    {"3.1: half a session id", "0002 2222 44", PACKET_SHORT},
    {"3.1: S without room for Nr", "0802 2222 4444 0001 00", PACKET_SHORT},
    {"3.1: O without room for Offset Size", "0202 2222 4444 00", PACKET_SHORT},
    {"3.1: control of 11 octets", "c802 000c 1111 0000 0001 00", PACKET_SHORT},
    {"S3.1-13: version 1 is L2F", "c801 000c 1111 0000 0001 0002", PACKET_L2F},
    {"S3.1-13: version 1, two octets", "0001", PACKET_L2F},
    {"S3.1-14: version 0", "0000 2222 4444 ff03", PACKET_VERSION},
    {"S3.1-14: version 3", "c803 000c 1111 0000 0001 0002", PACKET_VERSION},
    {"S3.1-04: control without L", "8802 1111 0000 0001 0002", PACKET_FLAGS},
    {"S3.1-07: control without S", "c002 0008 1111 0000", PACKET_FLAGS},
    {"S3.1-02: control without either", "8002 1111 0000", PACKET_FLAGS},
    {"S3.1-08: control with O", "ca02 000e 1111 0000 0001 0002 0000", PACKET_FLAGS},
    {"S3.1-11: control with P", "c902 000c 1111 0000 0001 0002", PACKET_FLAGS},
    {"A-02: Length one beyond the datagram", "c802 000d 1111 0000 0001 0002", PACKET_LENGTH},
    {"A-02: Length shorter than its header", "c802 000b 1111 0000 0001 0002", PACKET_LENGTH},
    {"A-02: Length 0", "c802 0000 1111 0000 0001 0002", PACKET_LENGTH},
    {"A-02: Length 65535", "c802 ffff 1111 0000 0001 0002", PACKET_LENGTH},
    {"A-02: data, Length beyond the datagram", "4002 0017 2222 4444" PPP, PACKET_LENGTH},
    {"A-02: data, Length shorter than its header", "4802 000b 2222 4444 0001 0000" PPP,
     PACKET_LENGTH},
    {"A-02: data, Length cuts Offset Size", "4202 0009 2222 4444 0000" PPP, PACKET_LENGTH},
    {"S3.1-21: offset one past the end", "0202 2222 4444 0003 0102", PACKET_OFFSET},
    {"S3.1-21: offset 65535", "0202 2222 4444 ffff" PPP, PACKET_OFFSET},
    {"S3.1-21: offset past Length, not past the datagram", "4202 000c 2222 4444 0003 01020304",
     PACKET_OFFSET},
    {"Q-14: data without a payload", "0002 2222 4444", PACKET_EMPTY},
    {"Q-14: data that ends with its pad", "0202 2222 4444 0002 0102", PACKET_EMPTY},
    {"Q-14: a draft's acknowledgement of data, Ns and Nr alone", "4802 000c 2222 4444 0005 0007",
     PACKET_EMPTY},
    {"Q-14: and one with R", "6802 000c 2222 4444 0005 0007", PACKET_EMPTY},
    {"Q-14: data emptied by Length", "4002 0008 2222 4444" PPP, PACKET_EMPTY},
};

static void test_bad(void)
{
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint8_t datagram[128];
        struct packet p;

        is_int(parse(span_of(datagram, unhex(bad[i].datagram, datagram)), &p), bad[i].fault,
               bad[i].name);
    }
}

/* Any end that is cut off costs the packet, and nothing is read beyond it. */
static void test_truncation(void)
{
    bool refused = true;

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        uint8_t datagram[128];
        size_t n = unhex(good[i].datagram, datagram);
        size_t whole = good[i].flags & LENGTH ? (size_t)(datagram[2] << 8 | datagram[3]) : n;
        size_t header = whole - strlen(good[i].body) / 2;

        for (size_t cut = 0; cut < n; cut++) {
            struct packet p;
            enum packet_fault got = parse(span_of(datagram, cut), &p);

            /* without Length a shorter payload is a payload */
            if (good[i].flags & LENGTH)
                refused &= (got == PACKET_GOOD) == (cut >= whole);
            else
                refused &= (got == PACKET_GOOD) == (cut > header);
        }
    }
    ok(refused, "A-02: of every packet, every shorter one is refused that lacks what it announces");
}

static void test_flag_words(void)
{
    static const char *const words[] = {"c802 000c 1111 2222 0001 0002", "0002 1111 2222 ff",
                                        "4802 000d 1111 2222 0001 0002 ff"};
    bool same = true, thrown = true;

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        uint8_t d[32];
        size_t n = unhex(words[i], d);
        uint16_t word = (uint16_t)(d[0] << 8 | d[1]);
        struct packet p;

        for (unsigned x = 0; x <= 0xffff; x++) {
            unsigned flags = word | (x & 0x34f0u);

            d[0] = (uint8_t)(flags >> 8);
            d[1] = (uint8_t)flags;
            same &= parse(span_of(d, n), &p) == PACKET_GOOD && p.tunnel == 0x1111 &&
                    p.session == 0x2222 && p.control == (i == 0) && p.has_sequence == (i != 1);
            x |= 0xcb0fu; /* on to the next choice of reserved bits */
        }
        for (unsigned version = 0; version < 16; version++) {
            d[0] = (uint8_t)(word >> 8);
            d[1] = (uint8_t)version;
            thrown &= version == 2 ||
                      parse(span_of(d, n), &p) == (version == 1 ? PACKET_L2F : PACKET_VERSION);
        }
    }
    ok(same, "S3.1-06: no choice of reserved bits makes a difference, 0xFCF2 included");
    ok(thrown, "S3.1-14: every version but 2 is thrown away, and 1 is told apart");
}

/* The flag word of all that we can be made to write, with every field at its fullest. */
static const struct {
    const char *name;
    bool control;
    uint16_t mask, want;
} word_rows[] = {
    {"S3.1-02: the flag word of a control message is C802", true, 0xffff, 0xc802},
    {"S3.1-03: T is set in a control message", true, 0x8000, 0x8000},
    {"S3.1-04: L is", true, 0x4000, 0x4000},
    {"S3.1-07: S is", true, 0x0800, 0x0800},
    {"S3.1-08: O is not", true, 0x0200, 0},
    {"S3.1-11: P is not", true, 0x0100, 0},
    {"S3.1-05, S6.0-01: no reserved bit is set in a control message", true, 0x34f0, 0},
    {"S3.1-12: its version is 2", true, 0x000f, 2},
    {"S3.1-03: T is not set in data", false, 0x8000, 0},
    {"S3.1-05, S6.0-01: no reserved bit is set in data", false, 0x34f0, 0},
    {"S3.1-12: the version of data is 2", false, 0x000f, 2},
    {"Q-02: O is never set in data", false, 0x0200, 0},
};

static uint16_t first_word(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static void test_written_words(void)
{
    static const uint16_t fields[] = {0, 1, 0x00ff, 0xff00, 0xffff};

    for (size_t i = 0; i < sizeof word_rows / sizeof word_rows[0]; i++) {
        bool held = true;

        for (unsigned n = 0; n < 40; n++) {
            uint16_t field = fields[n / 8];
            uint8_t room[PACKET_DATA_HEADER];
            struct wr w = wr_over(room, sizeof room);
            struct packet_data d = {field, field, (n & 1) != 0, (n & 2) != 0, (n & 4) != 0, field};
            size_t size = PACKET_CONTROL_HEADER;

            if (word_rows[i].control)
                packet_control_header(&w, field, field, field, field, field);
            else
                size = packet_data_header(&d, room + sizeof room, 1000);
            held &=
                (first_word(room + sizeof room - size) & word_rows[i].mask) == word_rows[i].want;
        }
        ok(held, "%s", word_rows[i].name);
    }
}

/* Length as we write it is that of the datagram, and Nr of data, reserved, is zero. */
static void test_written_length(void)
{
    bool length = true, nr = true;

    for (unsigned n = 1; n <= 4096; n++) {
        uint8_t room[PACKET_DATA_HEADER];
        struct packet_data d = {1, 2, true, n % 2 != 0, n % 3 != 0, 0xffff};
        size_t size = packet_data_header(&d, room + sizeof room, n);
        const uint8_t *at = room + sizeof room - size;

        length &= first_word(at + 2) == size + n;
        nr &= n % 2 == 0 || first_word(at + size - 2) == 0;
    }
    ok(length, "S3.1-15: the Length of data is that of header and payload together");
    ok(nr, "S6.0-01: Nr of data, which is reserved, is sent as zero");
}

static void test_write_control(void)
{
    uint8_t room[PACKET_CONTROL_HEADER], want[16];
    struct wr w = wr_over(room, sizeof room);

    packet_control_header(&w, 0x1111, 0x3333, 1, 3, 28);
    is_mem(room, wr_len(&w), want, unhex("c802 001c 1111 3333 0001 0003", want),
           "S3.1-02: header of ICRP (E-06)");
    ok(!w.failed, "3.1: a control header fits twelve octets");
    w = wr_over(room, sizeof room - 1);
    packet_control_header(&w, 1, 1, 1, 1, 12);
    ok(w.failed, "3.1: a control header does not fit eleven");
    w = wr_over(room, sizeof room);
    packet_control_header(&w, 0xffff, 0xfffe, 0xfffd, 0xfffc, 0xfffb);
    is_mem(room, wr_len(&w), want, unhex("c802 fffb ffff fffe fffd fffc", want),
           "S3.1-05, S3.0-01: full fields leave the flag word as it is");
    w = wr_over(room, sizeof room);
    packet_control_header(&w, 0x0102, 0x0304, 0x0506, 0x0708, 0x090a);
    is_mem(room, wr_len(&w), want, unhex("c802 090a 0102 0304 0506 0708", want),
           "S3.0-01: a control header is written in network order");
    ok(wr_len(&w) == 12, "S3.0-03: with Ns and Nr, always");
}

static const struct {
    const char *name;
    bool with_length, with_sequence, priority;
    const char *want;
} written[] = {
    {"S3.1-01: data, minimal (E-09)", false, false, false, "0002 2222 4444" PPP},
    {"S3.1-15: data, L (E-10)", true, false, false, "4002 0016 2222 4444" PPP},
    {"S3.1-15: data, L and S (E-11's form)", true, true, false,
     "4802 001a 2222 4444 0001 0000" PPP},
    {"S3.1-01: data, S (E-12)", false, true, false, "0802 2222 4444 0001 0000" PPP},
    {"S3.1-10: data, P", false, false, true, "0102 2222 4444" PPP},
    {"S3.1-10: data, L and P (E-14)", true, false, true, "4102 0016 2222 4444" PPP},
    {"S3.1-10: data, S and P", false, true, true, "0902 2222 4444 0001 0000" PPP},
    {"S3.1-10: data, L, S and P", true, true, true, "4902 001a 2222 4444 0001 0000" PPP},
};

static void test_write_data(void)
{
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) {
        struct packet_data d = {
            0x2222, 0x4444, written[i].with_length, written[i].with_sequence, written[i].priority,
            1};
        uint8_t room[PACKET_DATA_HEADER + 32], want[64], *payload = room + PACKET_DATA_HEADER;
        size_t n = unhex(PPP, payload), size, want_n = unhex(written[i].want, want);
        struct packet p;

        memset(room, 0x5a, PACKET_DATA_HEADER);
        size = packet_data_header(&d, payload, n);
        is_mem(payload - size, size + n, want, want_n, written[i].name);
        ok(size == PACKET_DATA_HEADER || room[PACKET_DATA_HEADER - size - 1] == 0x5a,
           "%s: nothing before it is touched", written[i].name);
        ok(parse(span_of(payload - size, size + n), &p) == PACKET_GOOD && !p.control &&
               span_eq(p.body, span_of(payload, n)),
           "%s: and back", written[i].name);
    }
}

static void test_names(void)
{
    bool apart = true;

    for (unsigned i = 0; i < PACKET_FAULTS; i++)
        for (unsigned j = 0; j < i; j++)
            apart &= strcmp(packet_fault_name(i), packet_fault_name(j)) != 0;
    ok(apart, "each fault has a name of its own");
    ok(packet_fault_name(PACKET_FAULTS) != NULL, "and so has one that is none");
}

int main(void)
{
    test_good();
    test_bad();
    test_truncation();
    test_flag_words();
    test_written_words();
    test_written_length();
    test_write_control();
    test_write_data();
    test_names();
    free(exact);
    return tap_done();
}
