/* Where RFC 2661 can be read in more than one way: the reading that we hold to.  The
 * others have their tests where what they speak of has its own: test_msg, test_packet, test_xport,
 * test_engine_*, test_peers_*. */
#include "proto/xport.h"
#include "rig_talk.h"

/* clang-format off */
#define SCCRQ_                                                                                     \
    "c802 0049 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "                       \
    "800a 0000 0003 00000003 800a 0000 0004 00000003 8009 0000 0007 6c6163 8008 0000 0009 1111 "   \
    "8008 0000 000a 0004"
#define SCCRP_                                                                                     \
    "c802 0049 TTTT 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "                       \
    "800a 0000 0003 00000003 800a 0000 0004 00000003 8009 0000 0007 6c6e73 8008 0000 0009 1111 "   \
    "8008 0000 000a 0004"
#define SCCCN_                                                                                     \
    "c802 0014 TTTT 0000 0001 0001 8008 0000 0000 0003"
#define ICRQ_                                                                                      \
    "c802 0026 TTTT 0000 0002 0001 8008 0000 0000 000a 8008 0000 000e 3333 "                       \
    "800a 0000 000f 00000001"
#define ICCN_                                                                                      \
    "c802 0028 TTTT SSSS 0003 0002 8008 0000 0000 000c 800a 0000 0018 00989680 "                   \
    "800a 0000 0013 00000001"
#define STOPCCN_                                                                                   \
    "c802 0024 TTTT 0000 0002 0001 8008 0000 0000 0004 8008 0000 0009 1111 8008 0000 0001 0006"
#define OUR_ICRQ                                                                                   \
    "c802 0030 1111 0000 0002 0001 8008 0000 0000 000a 8008 0000 000e SSSS "                       \
    "800a 0000 000f 00000064 800a 0000 0012 00000000"
#define UP                                                                                         \
    {'<', SCCRQ_}, {'>', OUR_SCCRP("1111")}, {'<', SCCCN_},                                        \
    {'>', OUR_ZLB("1111", "0001", "0002")}, {'=', "up"}
#define CALL                                                                                       \
    {'<', ICRQ_}, {'>', OUR_ICRP("1111", "3333", "0001", "0003")}, {'<', ICCN_},                   \
    {'>', OUR_ZLB("1111", "0002", "0004")}, {'=', "call-up"}
#define DIALLED                                                                                    \
    {'!', "open"}, {'>', OUR_SCCRQ}, {'<', SCCRP_}, {'>', OUR_SCCCN("1111")}, {'=', "up"},         \
    {'<', "c802 000c TTTT 0000 0001 0002"}
#define AFTER(ms) {'!', "idle " ms}, {'>', OUR_SCCRQ}

static const struct talk_scene scenes[] = {
    {"A-03 a ZLB has the next unused number, and session 0", "", {UP}},
    {"A-05 five copies, at 1, 3, 7, 15 and 31 s; given up when the next interval has passed", "",
     {{'!', "open"}, {'>', OUR_SCCRQ},
      {'!', "idle 999"}, AFTER("1"), {'!', "idle 1999"}, AFTER("1"),
      {'!', "idle 3999"}, AFTER("1"), {'!', "idle 7999"}, AFTER("1"),
      {'!', "idle 15999"}, AFTER("1"), {'!', "idle 15999"}, {'!', "tunnels 1"}, {'!', "idle 1"},
      {'=', "down 1/0"}, {'!', "tunnels 0"}}},
    {"X4-24 A-05 with a cap of 8 s: at 1, 3, 7, 15 and 23 s", "cap8",
     {{'!', "open"},
      {'>', OUR_SCCRQ}, AFTER("1000"), AFTER("2000"), AFTER("4000"), AFTER("8000"),
      {'!', "idle 7999"}, AFTER("1"), {'!', "idle 7999"}, {'!', "tunnels 1"},
      {'!', "idle 1"}, {'=', "down 1/0"}}},
    {"A-05 a closed tunnel stays for the sum of five intervals, 31 s", "",
     {UP, {'<', STOPCCN_}, {'>', OUR_ZLB("1111", "0001", "0003")}, {'=', "down 6/0"},
     {'!', "idle 30999"}, {'<', STOPCCN_}, {'>', OUR_ZLB("1111", "0001", "0003")},
      {'!', "idle 1"}, {'<', STOPCCN_}, {'!', "tunnels 0"}}},
    {"A-05 of capped ones, 23 s", "cap8",
     {UP, {'<', STOPCCN_}, {'>', OUR_ZLB("1111", "0001", "0003")}, {'=', "down 6/0"},
     {'!', "idle 22999"}, {'!', "tunnels 1"}, {'!', "idle 1"}, {'!', "tunnels 0"}}},
    {"A-13 a CDN ends its session: neither another nor the tunnel", "",
     {UP, CALL, {'<', "c802 0026 TTTT 0000 0004 0002 8008 0000 0000 000a 8008 0000 000e 3334 "
                      "800a 0000 000f 00000002"},
      {'>', "c802 001c 1111 3334 0002 0005 8008 0000 0000 000b 8008 0000 000e VVVV"},
      {'<', "c802 0024 TTTT SSSS 0005 0003 8008 0000 0000 000e 8008 0000 0001 0003 "
            "8008 0000 000e 3333"},
      {'>', OUR_ZLB("1111", "0003", "0006")}, {'=', "call-down 3/0"},
      {'<', "c802 0028 TTTT VVVV 0006 0003 8008 0000 0000 000c 800a 0000 0018 00989680 "
            "800a 0000 0013 00000001"},
      {'>', OUR_ZLB("1111", "0003", "0007")}, {'=', "call-up"}}},
    {"A-14 StopCCN 5 carries the version in the error code, as AVP 2 has it", "",
     {{'<', "c802 0037 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0200 "
            "800a 0000 0003 00000003 8009 0000 0007 6c6163 8008 0000 0009 1111"},
      {'>', "c802 0037 1111 0000 0000 0001 8008 0000 0000 0004 "
            "801b 0000 0001 0005010070726f746f636f6c2076657273696f6e20 8008 0000 0009 ZZZZ"}}},
    {"A-14 1 is understood as well", "",
     {{'!', "open"}, {'>', OUR_SCCRQ},
      {'<', "c802 0026 TTTT 0000 0000 0001 8008 0000 0000 0004 8008 0000 0009 1111 "
            "800a 0000 0001 00050001"},
      {'>', OUR_ZLB("1111", "0001", "0001")}, {'=', "down 5/1"}}},
    {"A-16 Sequencing Required binds the LNS that got it", "",
     {UP, {'<', ICRQ_}, {'>', OUR_ICRP("1111", "3333", "0001", "0003")},
      {'<', "c802 002e TTTT SSSS 0003 0002 8008 0000 0000 000c 800a 0000 0018 00989680 "
            "800a 0000 0013 00000001 8006 0000 0027"},
      {'>', OUR_ZLB("1111", "0002", "0004")}, {'=', "call-up"}, {'!', "frame c0210101"},
      {'>', "0802 1111 3333 0000 0000 c0210101"}}},
    {"A-16 and the LAC that sent it, whatever the LNS does", "require",
     {DIALLED, {'!', "call"}, {'>', OUR_ICRQ},
      {'<', "c802 001c TTTT SSSS 0001 0003 8008 0000 0000 000b 8008 0000 000e 3333"},
      {'>', "c802 002e 1111 3333 0003 0002 8008 0000 0000 000c 800a 0000 0013 00000001 "
            "800a 0000 0018 05f5e100 8006 0000 0027"},
      {'=', "call-up"}, {'<', "0002 TTTT SSSS c0210101"}, {'=', "frame c0210101"},
      {'!', "frame c0210201"}, {'>', "0802 1111 3333 0000 0000 c0210201"}}},
    {"A-25 a LAC in wait-reply that gets an ICCN cleans up, and says nothing", "",
     {DIALLED, {'!', "call"}, {'>', OUR_ICRQ},
      {'<', "c802 0028 TTTT SSSS 0001 0003 8008 0000 0000 000c 800a 0000 0018 00989680 "
            "800a 0000 0013 00000001"},
      {'>', OUR_ZLB("1111", "0003", "0002")}, {'=', "call-down 0/0"}, {'!', "tunnels 1"}}},
    {"A-27 a message from another port is not followed, right as its ids and numbers are", "",
     {UP, CALL, {'!', "port 4500"},
      {'<', "c802 0014 TTTT 0000 0004 0002 8008 0000 0000 0006"},
      {'<', "0002 TTTT SSSS c0210101"}, {'#', "dropped"}, {'!', "port 1701"},
      {'<', "c802 0014 TTTT 0000 0004 0002 8008 0000 0000 0006"},
      {'>', OUR_ZLB("1111", "0002", "0005")}, {'!', "frame c0210201"},
      {'>', "0002 1111 3333 c0210201"}}},
    {"A-30 the secret is that of the address dialled; the name in SCCRP may refine it",
     "othersecret challenge",
     {{'!', "open"},
      {'>', "c802 0072 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000003 "
            "8011 0000 0007 7269672e6578616d706c65 000b 0000 0008 6c32747064 8008 0000 0009 TTTT "
            "8008 0000 000a 0004 8016 0000 000b XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"},
      {'!', "secret"},
      {'<', "c802 006d TTTT 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000003 8009 0000 0007 6c6e73 "
            "8008 0000 0009 1111 8016 0000 000b 0102030405060708090a0b0c0d0e0f10 "
            "8016 0000 000d RRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRR"},
      {'>', "c802 002a 1111 0000 0001 0001 8008 0000 0000 0003 "
            "8016 0000 000d 2db71f1aacf730e35e5d8e45db41b91c"},
      {'=', "up"}}},
    {"A-32 Bearer Capabilities speak of outgoing calls alone: an ICRQ with what was not advertised is taken", "nodial",
     {{'<', SCCRQ_},
      {'>', "c802 005c 1111 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000000 "
            "8011 0000 0007 7269672e6578616d706c65 000b 0000 0008 6c32747064 8008 0000 0009 TTTT "
            "8008 0000 000a 0004"},
      {'<', SCCCN_}, {'>', OUR_ZLB("1111", "0001", "0002")}, {'=', "up"},
      {'<', "c802 0030 TTTT 0000 0002 0001 8008 0000 0000 000a 8008 0000 000e 3333 "
            "800a 0000 000f 00000001 800a 0000 0012 00000002"},
      {'>', OUR_ICRP("1111", "3333", "0001", "0003")}}},
    {"A-33 a Host Name is octets: compared exactly, and logged escaped", "",
     {{'<', "c802 0051 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "
            "800a 0000 0003 00000001 800c 0000 0007 41c3a90a0022 "
            "000f 0000 0008 4d6963726f736f6674 8008 0000 0009 1111 8008 0000 000a 0004"},
      {'>', OUR_SCCRP("1111")},
      {'#', "(A\\xc3\\xa9\\x0a\\x00\\\"): peer is Windows"}}},
    {"A-33 nor is its case another's", "",
     {{'<', "c802 0045 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "
            "800f 0000 0007 416e6f6e796d6f7573 800a 0000 0003 00000003 8008 0000 0009 1111 "
            "8008 0000 000a 0001"},
      {'>', OUR_SCCRP("1111")}, {'~', "peer is"}}},
};
/* clang-format on */

/* The windows after one and two retransmissions of the same message (Appendix A). */
static void test_cuts(void)
{
    struct xport x;
    uint8_t room[64];
    bool acked;

    xport_init(&x, 4, XPORT_TRIES, XPORT_CAP_MS);
    xport_set_peer_window(&x, 8);
    for (uint16_t i = 0; i < 8; i++) {
        struct wr w = wr_over(room, sizeof room);

        xport_send(&x, 0, span_str("body"));
        xport_poll(&x, 1000, 1, &w);
        xport_input(&x, 1000, 0, (uint16_t)(i + 1), 0, span_of(NULL, 0), &acked);
    }
    xport_send(&x, 0, span_str("body"));
    for (uint64_t now = 1000; now <= 4000; now += 1000) {
        struct wr w = wr_over(room, sizeof room);

        xport_tick(&x, now);
        xport_poll(&x, now, 1, &w);
        if (now == 1000)
            ok(x.cwnd == 8 && x.ssthresh == 8, "A-29 all was acknowledged: 8 and 8");
        if (now == 2000)
            ok(x.cwnd == 1 && x.ssthresh == 4, "A-29 sent again: 1 and 4");
        if (now == 4000)
            ok(x.cwnd == 1 && x.ssthresh == 1, "A-28, A-29 and once more, cut again: 1 and 1");
    }
    xport_free(&x);
}

int main(void)
{
    TALK(scenes);
    test_cuts();
    return tap_done();
}
