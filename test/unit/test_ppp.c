/* What is seen in passing PPP frames: protocol numbers, keepalives, what both ends have agreed on,
 * and the ECN field of the packet within.  Each frame lies in a block of exactly its size, so that
 * a sanitizer sees the first octet read beyond it. */
#include "tap.h"

#include <stdlib.h>

#include "wire/ppp.h"

#define ALL 0xffffffffu

static uint8_t *exact; /* the frame in hand */

static struct span frame_of(const char *hex, size_t digits)
{
    char text[512];
    uint8_t room[256];
    size_t n;

    memcpy(text, hex, digits);
    text[digits] = '\0';
    n = unhex(text, room);
    free(exact);
    exact = malloc(n > 0 ? n : 1);
    memcpy(exact, room, n);
    return span_of(exact, n);
}

static struct span frame(const char *hex)
{
    return frame_of(hex, strlen(hex));
}

/* -- protocol numbers -------------------------------------------------------------------------- */

static const struct {
    const char *name, *frame;
    uint16_t protocol;
    size_t info;
} protocols[] = {
    {"RFC 1661, 2: in full", "ff030021 45", 0x0021, 4},
    {"without address and control", "0021 45", 0x0021, 2},
    {"compressed", "ff0321 45", 0x0021, 3},
    {"both compressed", "21 45", 0x0021, 1},
    {"LCP", "ff03c021 01", 0xc021, 4},
    {"LCP without address and control", "c021", 0xc021, 2},
    {"compressed datagram, one octet", "fd 90", 0x00fd, 1},
    {"0003 compressed is no control field", "0345", 0x0003, 1},
    {"nothing in it", "ff030021", 0x0021, 4},
    {"an empty frame", "", 0, 0},
    {"address alone", "ff", 0, 0},
    {"address and control alone", "ff03", 0, 0},
    {"half a protocol number", "ff03c0", 0, 0},
    {"and without address", "c0", 0, 0},
    {"another control field", "ff13c021", 0, 0},
    {"a number that is even", "ff03c020", 0, 0},
    {"zeros", "00000000", 0, 0},
};

static void test_protocols(void)
{
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++) {
        size_t info = 99;

        is_int(ppp_protocol(frame(protocols[i].frame), &info), protocols[i].protocol,
               protocols[i].name);
        is_int((long long)info, (long long)protocols[i].info, "where its information begins");
    }
}

static const struct {
    const char *name, *frame;
    bool want;
} echoes[] = {
    {"S3.1-10 an Echo-Request is a keepalive (FC-4)", "ff03c0210900000800000000", true},
    {"S3.1-10 so is the Reply", "ff03c0210a01000812345678", true},
    {"S3.1-10 without address and control", "c0210900000800000000", true},
    {"S3.1-10 with a text in it", "ff03c0210900000c0000000061626364", true},
    {"S3.1-10 with padding behind", "ff03c02109000008000000000000", true},
    {"a Configure-Request is none", "ff03c0210101000a050612345678", false},
    {"nor a Discard-Request", "ff03c0210b00000812345678", false},
    {"nor the same code of another protocol", "ff0380210900000800000000", false},
    {"nor data", "ff0300210900000800000000", false},
    {"nor one cut short", "ff03c02109000008000000", false},
    {"nor a code alone", "ff03c02109", false},
    {"nor one with a length below its header", "ff03c021090000030000", false},
    {"nor an empty frame", "", false},
};

static const struct {
    const char *name, *frame;
    bool want;
} rejections[] = {
    {"CHAP's Failure says that a password is no good", "ff03c223 0401 0008 6e6f7065", true},
    {"CHAP's Success does not", "ff03c223 0301 0008 6e6f7065", false},
    {"PAP's Authenticate-Nak does", "c023 0301 0005 00", true},
    {"PAP's Authenticate-Ack does not", "c023 0201 0005 00", false},
    {"PAP's code 4 is nothing", "c023 0401 0005 00", false},
    {"EAP's Failure does", "ff03c227 0401 0004", true},
    {"EAP's Success does not", "ff03c227 0301 0004", false},
    {"LCP's code 4 is a Reject", "ff03c021 0401 0004", false},
    {"one cut short does not", "ff03c223 0401 0008 6e", false},
    {"nor an empty frame", "", false},
};

static void test_rejections(void)
{
    for (size_t i = 0; i < sizeof rejections / sizeof rejections[0]; i++)
        is_int(ppp_is_rejection(frame(rejections[i].frame)), rejections[i].want,
               rejections[i].name);
}

static const struct {
    const char *name, *frame;
    bool want;
} data[] = {
    {"a packet of IPv4 is data", "ff030021 45", true},
    {"with its protocol in one octet", "21 45", true},
    {"a compressed one", "ff0300fd 90", true},
    {"the last below those without an NCP", "ff033fff 00", true},
    {"the first of those is none", "ff034001 00", false},
    {"LCP is not", "ff03c021 0101 0004", false},
    {"nor IPCP", "ff038021 0101 0004", false},
    {"nor padding", "ff030001 00", false},
    {"nor half a protocol", "ff0300", false},
    {"nor an empty frame", "", false},
};

static void test_data(void)
{
    for (size_t i = 0; i < sizeof data / sizeof data[0]; i++)
        is_int(ppp_is_data(frame(data[i].frame)), data[i].want, data[i].name);
}

/* What is plainly data is data, and whatever is said of it can be left unasked. */
static void test_plainly_data(void)
{
    unsigned plain = 0, wrong = 0;

    for (unsigned protocol = 0; protocol <= 0xffff; protocol++)
        for (size_t n = 0; n <= 8; n++) {
            uint8_t octets[8] = {0xff, 3, (uint8_t)(protocol >> 8), (uint8_t)protocol, 1, 1, 0, 4};
            struct span f = span_of(octets, n);

            if (!ppp_is_plainly_data(f))
                continue;
            plain++;
            wrong += !ppp_is_data(f) || ppp_is_negotiation(f) || ppp_is_echo(f);
        }
    is_int(wrong, 0, "nothing that is plainly data is anything else");
    is_int(plain, 127 * 5, "and that are the odd protocols from 0003 to 00ff");
    ok(!ppp_is_plainly_data(frame("ff04 0021 45")), "with Address and Control");
    ok(!ppp_is_plainly_data(frame("0021 45")), "not without");
}

static const struct {
    const char *name, *frame;
    int want;
} classes[] = {
    {"IPv4's Type of Service", "ff030021 45b8001400010000401100000a0900010a090002", 0xb8},
    {"IPv6's Traffic Class", "ff030057 6b8000000000 3b40 00000000000000000000000000000001"
                             "00000000000000000000000000000002", 0xb8},
    {"with its ECN field", "ff030057 60300000 00003b40 00000000000000000000000000000001"
                           "00000000000000000000000000000002", 0x03},
    {"half a header has none", "ff030021 45b80014", 0},
    {"nor has a compressed packet", "ff0300fd 45b8001400010000401100000a0900010a090002", 0},
};

static void test_classes(void)
{
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        is_int(ppp_traffic_class(frame(classes[i].frame)), classes[i].want, classes[i].name);
}

static void test_echoes(void)
{
    for (size_t i = 0; i < sizeof echoes / sizeof echoes[0]; i++)
        is_int(ppp_is_echo(frame(echoes[i].frame)), echoes[i].want, echoes[i].name);
}

/* -- negotiation ------------------------------------------------------------------------------- */

/* Frames of a script: "F" comes from the far end, "P" from pppd. */
#define LCP "ff03c021"
#define MAP_X "0206000a0000"
#define MAP_0 "020600000000"
#define MAP_1 "020600000001"
#define MAGIC "050612345678"
/* the far end asks for X, pppd for 0 */
#define ASK " F" LCP "0107000a" MAP_X " P" LCP "0101000a" MAP_0
#define ACK " P" LCP "0207000a" MAP_X " F" LCP "0201000a" MAP_0
#define OPENED ASK ACK
/* and anew, for 1 and for nothing */
#define ASK_AGAIN " F" LCP "0108000a" MAP_1 " P" LCP "01020004"
#define ACK_AGAIN " P" LCP "0208000a" MAP_1 " F" LCP "02020004"
#define IP " Fff03002145"
#define CCP_ON " Pff0380fd0101000a120601000040 Fff0380fd0201000a120601000040"
#define VJ_ON " Pff0380210101000a0206002d0f01 Fff0380210201000a0206002d0f01"

static const struct {
    const char *name, *script;
    bool settled;
    uint32_t send, receive;
    bool order, up;
} watched[] = {
    {"nothing has been seen", "", false, 0, 0, false, false},
    {"S6.14-01 both maps: to send what the far end asked for, to receive what pppd did", OPENED,
     true, 0x000a0000, 0, false, false},
    {"S6.14-01 whoever asks first",
     " P" LCP "0101000a" MAP_1 " F" LCP "0201000a" MAP_1 " F" LCP "0101000a" MAP_X " P" LCP
     "0201000a" MAP_X,
     true, 0x000a0000, 1, false, false},
    {"S6.14-01 nobody asked for a map: all",
     " F" LCP "0107000a" MAGIC " P" LCP "01010004"
     " P" LCP "0207000a" MAGIC " F" LCP "02010004",
     true, ALL, ALL, false, false},
    {"S6.14-01 among other options (FC-5)",
     " F" LCP "010100140206000000000506123456780702"
     "0802"
     " P" LCP "0101000e01040578" MAP_X " P" LCP "020100140206000000000506123456780702"
     "0802"
     " F" LCP "0201000e01040578" MAP_X,
     true, 0, 0x000a0000, false, false},
    {"S6.14-01 without address and control, with padding",
     " Fc0210107000a" MAP_X "0000 Pc0210101000a" MAP_0 " Pc0210207000a" MAP_X
     "00 Fc0210201000a" MAP_0,
     true, 0x000a0000, 0, false, false},
    {"S6.14-01 not before either has been acked", ASK, false, 0, 0, false, false},
    {"S6.14-01 nor by one Ack", ASK " P" LCP "0207000a" MAP_X, false, 0, 0, false, false},
    {"S6.14-01 nor by the other", ASK " F" LCP "0201000a" MAP_0, false, 0, 0, false, false},
    {"S6.14-01 one's own Ack does not do", ASK " F" LCP "0207000a" MAP_X " P" LCP "0201000a" MAP_0,
     false, 0, 0, false, false},
    {"S6.14-01 nor one of another Identifier",
     ASK " P" LCP "0206000a" MAP_X " F" LCP "0201000a" MAP_0, false, 0, 0, false, false},
    {"S6.14-01 nor of other options", ASK " P" LCP "0207000a" MAP_1 " F" LCP "0201000a" MAP_0,
     false, 0, 0, false, false},
    {"S6.14-01 nor one cut short",
     ASK " P" LCP "0207000a"
         "0206000a00 F" LCP "0201000a" MAP_0,
     false, 0, 0, false, false},
    {"S6.14-01 nor a Nak", ASK " P" LCP "0307000a" MAP_X " F" LCP "0201000a" MAP_0, false, 0, 0,
     false, false},
    {"S6.14-01 the last Request counts",
     ASK " P" LCP "0307000a" MAP_1 " F" LCP "0108000a" MAP_1 " F" LCP "0201000a" MAP_0 " P" LCP
         "0208000a" MAP_1,
     true, 1, 0, false, false},
    {"S6.14-01 asking anew leaves the other's Ack while nothing was settled",
     ASK " F" LCP "0201000a" MAP_0 " F" LCP "0108000a" MAP_1 " P" LCP "0208000a" MAP_1, true, 1, 0,
     false, false},
    {"S6.14-01 a Request sent again is acked again",
     OPENED " F" LCP "0107000a" MAP_X " P" LCP "0207000a" MAP_X, true, 0x000a0000, 0, false, false},
    {"S6.14-01 and is not acked before that", OPENED " F" LCP "0107000a" MAP_X, false, 0, 0, false,
     false},
    {"S6.14-01 another begins a new round", OPENED " F" LCP "0108000a" MAP_1, false, 0, 0, false,
     false},
    {"S6.14-01 in which one Ack is not enough",
     OPENED " F" LCP "0108000a" MAP_1 " P" LCP "0208000a" MAP_1, false, 0, 0, false, false},
    {"S6.14-01 the same Identifier with another map is another",
     OPENED " F" LCP "0107000a" MAP_1 " P" LCP "0207000a" MAP_1, false, 0, 0, false, false},
    {"S6.14-01 so is the same map under another Identifier",
     OPENED " F" LCP "0108000a" MAP_X " P" LCP "0208000a" MAP_X, false, 0, 0, false, false},
    {"S6.14-01 Acks of what nobody asked for", " F" LCP "02000006ffff P" LCP "02000006ffff", false,
     0, 0, false, false},
    {"S6.14-01 and pppd may begin it too",
     OPENED " P" LCP "0102000a" MAP_1 " F" LCP "0202000a" MAP_1, false, 0, 0, false, false},
    {"S6.14-01 a new round has new maps", OPENED ASK_AGAIN ACK_AGAIN, true, 1, ALL, false, false},
    {"S6.14-01 a Terminate-Request ends it", OPENED " F" LCP "05090004", false, 0, 0, false, false},
    {"S6.14-01 a Terminate-Ack does", OPENED " P" LCP "06090004", false, 0, 0, false, false},
    {"S6.14-01 but not while Requests are under way",
     ASK " F" LCP "0201000a" MAP_0 " P" LCP "06090004 P" LCP "0207000a" MAP_X, true, 0x000a0000, 0,
     false, false},
    {"S6.14-01 an Echo-Request is none of these", OPENED " Fff03c0210900000800000000", true,
     0x000a0000, 0, false, false},
    {"S6.14-01 a map of another length is none",
     " F" LCP "01070009"
     "02050000aa P" LCP "01010004"
     " P" LCP "02070009"
     "02050000aa F" LCP "02010004",
     true, ALL, ALL, false, false},
    {"S6.14-01 behind an option that does not fit nothing is read",
     " F" LCP "0107000c0109" MAP_X " P" LCP "01010004 P" LCP "0207000c0109" MAP_X " F" LCP
     "02010004",
     true, ALL, ALL, false, false},
    {"S6.14-01 nor behind one of length 0",
     " F" LCP "0107000c0100" MAP_X " P" LCP "01010004 P" LCP "0207000c0100" MAP_X " F" LCP
     "02010004",
     true, ALL, ALL, false, false},

    {"S8.1-14 CCP agreed on: order is needed", OPENED CCP_ON, true, 0x000a0000, 0, true, false},
    {"S8.1-14 the far end's alone", OPENED " Pff0380fd02010007110301", true, 0x000a0000, 0, true,
     false},
    {"S8.1-14 asked for is not agreed on", OPENED " Pff0380fd0101000a120601000040", true,
     0x000a0000, 0, false, false},
    {"S8.1-14 nor rejected", OPENED " Pff0380fd0401000a120601000040", true, 0x000a0000, 0, false,
     false},
    {"S8.1-14 CCP without any option compresses nothing", OPENED " Pff0380fd02010004", true,
     0x000a0000, 0, false, false},
    {"S8.1-14 CCP of a link", OPENED " Pff0380fb02010007110301", true, 0x000a0000, 0, true, false},
    {"S8.1-14 ECP", OPENED " Fff0380530201000603020000", true, 0x000a0000, 0, true, false},
    {"S8.1-14 ECP of a link", OPENED " Fff0380550201000603020000", true, 0x000a0000, 0, true,
     false},
    {"S8.1-14 CCP that ends", OPENED CCP_ON " Fff0380fd05020004", true, 0x000a0000, 0, false,
     false},
    {"S8.1-14 the end of another does not matter", OPENED CCP_ON " Fff03802105020004", true,
     0x000a0000, 0, true, false},
    {"S8.1-14 CCP settled anew, without anything", OPENED CCP_ON " Fff0380fd02020004", true,
     0x000a0000, 0, false, false},
    {"S8.1-14 the other direction's stays", OPENED CCP_ON " Pff0380fd02020004", true, 0x000a0000, 0,
     true, false},
    {"S8.1-13 Van Jacobson's compression of headers", OPENED VJ_ON, true, 0x000a0000, 0, true,
     false},
    {"S8.1-13 IPCP without it", OPENED " Pff0380210201000a03060a000001", true, 0x000a0000, 0, false,
     false},
    {"S8.1-13 IPCP with it, behind the address",
     OPENED " Pff0380210201001003060a0000010206002d0f01", true, 0x000a0000, 0, true, false},
    {"S8.1-13 IPCP's own option 2 only", OPENED " Pff0380230201000a0206002d0f01", true, 0x000a0000,
     0, false, false},
    {"S8.1-13 compression of IPv6 headers", OPENED " Pff038057020100080204004f", true, 0x000a0000,
     0, true, false},
    {"S5.4-10 a new round of LCP: nothing is agreed on", OPENED CCP_ON VJ_ON IP ASK_AGAIN ACK_AGAIN,
     true, 1, ALL, false, false},
    {"S8.1-14 what comes while LCP negotiates does not count", ASK CCP_ON ACK, true, 0x000a0000, 0,
     false, false},

    {"S5.4-10 up: a packet of IPv4 has passed", OPENED IP, true, 0x000a0000, 0, false, true},
    {"S5.4-10 from pppd", OPENED " P2145", true, 0x000a0000, 0, false, true},
    {"S5.4-10 IPv6", OPENED " Fff03005760", true, 0x000a0000, 0, false, true},
    {"S5.4-10 a compressed one", OPENED " Fff0300fd90", true, 0x000a0000, 0, false, true},
    {"S5.4-10 one with its headers compressed", OPENED " F2f90", true, 0x000a0000, 0, false, true},
    {"S5.4-10 not by IPCP", OPENED " Fff0380210101000a03060a000001", true, 0x000a0000, 0, false,
     false},
    {"S5.4-10 nor CHAP", OPENED " Fff03c22303010004", true, 0x000a0000, 0, false, false},
    {"S5.4-10 nor LCP", OPENED " Fff03c0210900000800000000", true, 0x000a0000, 0, false, false},
    {"S5.4-10 nor a protocol without an NCP", OPENED " Fff03402145", true, 0x000a0000, 0, false,
     false},
    {"S5.4-10 nor padding, nor rubbish", OPENED " Fff03000100 F00 Fff03 Fff030020", true,
     0x000a0000, 0, false, false},
    {"S5.4-10 nor what comes while LCP negotiates", ASK IP, false, 0, 0, false, false},
    {"S5.4-10 nor after a Terminate-Request", OPENED IP " F" LCP "05090004" IP, false, 0, 0, false,
     false},
    {"S5.4-10 not in a new round, either", OPENED IP " F" LCP "0108000a" MAP_1 IP, false, 0, 0,
     false, false},
    {"S5.4-10 until a packet passes in it", OPENED IP ASK_AGAIN ACK_AGAIN IP, true, 1, ALL, false,
     true},
    {"S5.4-10 where LCP was not seen at all a packet tells", IP, false, 0, 0, false, true},
};

static void play(struct ppp_watch *w, const char *script)
{
    while (*script != '\0') {
        bool from_pppd = script[1] == 'P';
        size_t digits = strcspn(script + 2, " ");

        ppp_watch_frame(w, from_pppd, frame_of(script + 2, digits));
        script += 2 + digits;
    }
}

static void test_watched(void)
{
    for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++) {
        const char *name = watched[i].name;
        struct ppp_watch w;
        uint32_t send = 0, receive = 0;
        bool settled;

        memset(&w, 0xa5, sizeof w);
        ppp_watch_init(&w);
        play(&w, watched[i].script);
        settled = ppp_watch_accm(&w, &send, &receive);
        ok(settled == watched[i].settled && send == watched[i].send &&
               receive == watched[i].receive,
           "%s (send %08x, receive %08x)", name, (unsigned)send, (unsigned)receive);
        is_int(ppp_watch_to_pppd(&w), watched[i].settled ? watched[i].receive : ALL, name);
        is_int(ppp_watch_needs_order(&w), watched[i].order, name);
        is_int(ppp_watch_is_up(&w), watched[i].up, name);
    }
}

/* -- ECN --------------------------------------------------------------------------------------- */

/* RFC 1071, the slow way. */
static unsigned sum16(const uint8_t *p, size_t n)
{
    unsigned sum = 0;

    for (size_t i = 0; i + 1 < n; i += 2)
        sum += (unsigned)p[i] << 8 | p[i + 1];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

/* A frame with an IPv4 packet, its header of "words" words. */
static size_t make_v4(uint8_t *d, const char *before, uint8_t tos, unsigned words, unsigned id)
{
    size_t info = unhex(before, d), header = 4 * words;
    uint8_t *p = d + info;
    unsigned sum;

    memset(p, 1, header + 8);
    p[0] = (uint8_t)(0x40 | words);
    p[1] = tos;
    p[4] = (uint8_t)(id >> 8);
    p[5] = (uint8_t)id;
    p[10] = p[11] = 0;
    sum = sum16(p, header);
    p[10] = (uint8_t)(sum >> 8);
    p[11] = (uint8_t)sum;
    return info + header + 8;
}

static size_t make_v6(uint8_t *d, const char *before, uint8_t tos)
{
    size_t info = unhex(before, d);
    uint8_t *p = d + info;

    memset(p, 0xff, 48);
    p[0] = (uint8_t)(0x60 | tos >> 4);
    p[1] = (uint8_t)(tos << 4 | 0xf);
    return info + 48;
}

static uint8_t *in_block(const uint8_t *d, size_t n)
{
    free(exact);
    exact = malloc(n);
    memcpy(exact, d, n);
    return exact;
}

/* RFC 6040, figure 4, by inner and outer, written as there; 'd' is drop. */
static const char *const figure_4[4] = {
    /*          outer:  not  ect1 ect0 ce */
    /* not  */ "000d",
    /* ect1 */ "1113",
    /* ect0 */ "2123",
    /* ce   */ "3333",
};

static void test_merge(void)
{
    static const char *const names[] = {"Not-ECT", "ECT(1)", "ECT(0)", "CE"};
    static const char *const before[] = {"ff030021", "0021", "ff0321", "21",
                                         "ff030057", "0057", "ff0357", "57"};

    for (unsigned inner = 0; inner < 4; inner++) {
        for (unsigned outer = 0; outer < 4; outer++) {
            char want = figure_4[inner][outer];
            bool good = true, rest = true, sums = true;

            for (unsigned i = 0; i < 8 * 64; i++) {
                uint8_t made[128], *f;
                bool v4 = i % 8 < 4;
                uint8_t dscp = (uint8_t)(i / 8 << 2);
                size_t n, info = strlen(before[i % 8]) / 2;
                enum ppp_ecn_fate fate;

                n = v4 ? make_v4(made, before[i % 8], (uint8_t)(dscp | inner), 5 + i % 11, i * 997)
                       : make_v6(made, before[i % 8], (uint8_t)(dscp | inner));
                f = in_block(made, n);
                good &= ppp_ecn(span_of(f, n)) == inner;
                fate = ppp_ecn_merge((uint8_t)outer, f, n);
                good &= fate == (want == 'd' ? PPP_ECN_DROP : PPP_ECN_KEEP) &&
                        ppp_ecn(span_of(f, n)) == (want == 'd' ? inner : (unsigned)want - '0');
                if (v4)
                    sums &= sum16(f + info, 4 * (f[info] & 0xf)) == 0;
                /* made as it should be, octet for octet but for the sum */
                if (want != 'd') {
                    uint8_t again[128];
                    uint8_t tos = (uint8_t)(dscp | (want - '0'));

                    if (v4)
                        make_v4(again, before[i % 8], tos, 5 + i % 11, i * 997);
                    else
                        make_v6(again, before[i % 8], tos);
                    rest &= memcmp(again, f, n) == 0;
                } else {
                    rest &= memcmp(made, f, n) == 0;
                }
            }
            ok(good, "R9601-02 inner %s, outer %s: '%c'", names[inner], names[outer], want);
            ok(rest, "R9601-02 and no other octet is touched");
            ok(sums, "R9601-02 RFC 1624: the header's checksum is right");
        }
    }
}

/* All checksums there are, so that both forms of zero and every carry occur. */
static void test_checksums(void)
{
    bool good = true;

    for (unsigned id = 0; id < 0x10000; id++) {
        uint8_t f[64];
        size_t n = make_v4(f, "21", 0xfe, 5, id);

        good &= ppp_ecn_merge(3, f, n) == PPP_ECN_KEEP && f[2] == 0xff && sum16(f + 1, 20) == 0;
    }
    ok(good, "R9601-02 RFC 1624: after a mark every header's checksum is right, whatever it was");
}

static const struct {
    const char *name, *frame;
} not_packets[] = {
    {"an empty frame", ""},
    {"LCP", "ff03c0210900000800000000"},
    {"a compressed datagram", "ff0300fd900145020000450200004502000045020000450200004502"},
    {"Van Jacobson's compressed TCP", "002d45020000450200004502000045020000450200004502"},
    {"and his uncompressed TCP", "002f45020000450200004502000045020000450200004502"},
    {"a protocol number alone", "ff030021"},
    {"IPv4 of another version", "0021550200004502000045020000450200004502000045020000"},
    {"IPv4 with a header of 16 octets", "0021440200004502000045020000450200004502000045020000"},
    {"IPv4 one octet short", "002145020000450200004502000045020000450200"},
    {"IPv4 without all its options", "0021460200004502000045020000450200004502000045"},
    {"IPv6 of another version",
     "00574520000000000000000000000000000000000000000000000000000000000000000000000000000000"},
    {"IPv6 one octet short",
     "0057602000000000000000000000000000000000000000000000000000000000000000000000000000"},
};

static void test_not_packets(void)
{
    for (size_t i = 0; i < sizeof not_packets / sizeof not_packets[0]; i++) {
        uint8_t as_it_was[128];
        struct span s = frame(not_packets[i].frame);

        memcpy(as_it_was, s.p, s.n);
        is_int(ppp_ecn(s), 0, not_packets[i].name);
        ok(ppp_ecn_merge(3, exact, s.n) == PPP_ECN_KEEP && memcmp(exact, as_it_was, s.n) == 0,
           "R9601-02 is not ECN-capable, and is left alone");
    }
}

int main(void)
{
    test_protocols();
    test_echoes();
    test_rejections();
    test_data();
    test_plainly_data();
    test_classes();
    test_watched();
    test_merge();
    test_checksums();
    test_not_packets();
    free(exact);
    return tap_done();
}
