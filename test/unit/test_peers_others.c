/* Peers of other makes, octet by octet: Cisco, Juniper and carriers' LACs, MikroTik, Check Point,
 * WatchGuard, D-Link, MSL2TP, Yamaha, accel-ppp, kl2tpd, OpenL2TP, and drafts of the RFC (Q-05 and
 * ); and what data messages look like. */
#include "rig_talk.h"

/* clang-format off */
#define SCCRQ_CISCO                                                                                \
    "c802 006e 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "                       \
    "800a 0000 0003 00000003 800a 0000 0004 00000003 0008 0000 0006 1130 "                         \
    "800d 0000 0007 6973702d6c6163 0019 0000 0008 436973636f2053797374656d732c20496e632e "         \
    "8008 0000 0009 4a01 8008 0000 000a 0200"
#define SCCRQ_PLAIN                                                                                \
    "c802 0037 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "                       \
    "800a 0000 0003 00000003 8009 0000 0007 6c6163 8008 0000 0009 4a01"
#define SCCRQ_DLINK                                                                                \
    "c802 0059 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "                       \
    "800a 0000 0003 00000003 800a 0000 0004 00000000 800d 0000 0007 4449522d333030 "               \
    "000c 0000 0008 442d4c696e6b 8008 0000 0009 4a01 8008 0000 000a 0004"
#define SCCRQ_MSL2TP                                                                               \
    "c802 0072 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "                       \
    "800a 0000 0003 00000001 800a 0000 0004 00000000 0008 0000 0006 ff00 8009 0000 0007 773938 "   \
    "0021 0000 0008 44657465726d696e6973746963204e6574776f726b7320496e632e 8008 0000 0009 4a01 "   \
    "8008 0000 000a 0008"
#define SCCRQ_YAMAHA                                                                               \
    "c802 0057 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "                       \
    "800a 0000 0003 00000003 8009 0000 0007 727478 "                                               \
    "0018 0000 0008 59414d41484120436f72706f726174696f6e 8008 0000 0009 4a01 "                     \
    "8008 0000 000a 0004"
#define SCCCN_                                                                                     \
    "c802 0014 TTTT 0000 0001 0001 8008 0000 0000 0003"
#define SCCCN_ZERO                                                                                 \
    "c802 0014 0000 0000 0001 0001 8008 0000 0000 0003"
#define ICRQ_                                                                                      \
    "c802 0026 TTTT 0000 0002 0001 8008 0000 0000 000a 8008 0000 000e 3344 "                       \
    "800a 0000 000f 00000001"
#define ICCN_                                                                                      \
    "c802 0028 TTTT SSSS 0003 0002 8008 0000 0000 000c 800a 0000 0018 00989680 "                   \
    "800a 0000 0013 00000001"
#define ICCN_EMPTY                                                                                 \
    "c802 0014 TTTT SSSS 0003 0002 8008 0000 0000 000c"
#define ICRP_                                                                                      \
    "c802 001c TTTT SSSS 0001 0003 8008 0000 0000 000b 8008 0000 000e 3344"
#define OUR_ICRQ                                                                                   \
    "c802 0030 4a01 0000 0002 0001 8008 0000 0000 000a 8008 0000 000e SSSS "                       \
    "800a 0000 000f 00000064 800a 0000 0012 00000000"
#define SCCRP_ACME                                                                                 \
    "c802 0053 TTTT 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "                       \
    "800a 0000 0003 00000003 800a 0000 0004 00000003 8009 0000 0007 6c6e73 "                       \
    "000a 0000 0008 41636d65 8008 0000 0009 4a01 8008 0000 000a 0004"
#define SCCRP_WATCHGUARD                                                                           \
    "c802 0078 TTTT 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "                       \
    "800a 0000 0003 00000003 800a 0000 0004 00000000 0008 0000 0006 0001 "                         \
    "800d 0000 0007 66697265626f78 "                                                               \
    "0023 0000 0008 5761746368477561726420546563686e6f6c6f676965732c20496e632e "                   \
    "8008 0000 0009 4a01 8008 0000 000a 0004"
#define SCCRP_MIKROTIK                                                                             \
    "c802 0064 TTTT 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "                       \
    "800a 0000 0003 00000001 800a 0000 0004 00000000 0008 0000 0006 0001 "                         \
    "800e 0000 0007 4d696b726f54696b 000e 0000 0008 4d696b726f54696b 8008 0000 0009 4a01 "         \
    "8008 0000 000a 0004"
#define SCCRP_CHECK_POINT                                                                          \
    "c802 0048 TTTT 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "                       \
    "800a 0000 0003 00000003 8009 0000 0007 667731 0011 0000 0008 436865636b20506f696e74 "         \
    "8008 0000 0009 4a01"
/* the challenge has three octets of padding, as the rig draws them */
#define SCCRP_ALL_HIDDEN                                                                           \
    "c802 0088 4a01 0000 0000 0001 8008 0000 0000 0002 "                                           \
    "8016 0000 0024 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA 8008 0000 0002 0100 "                         \
    "c00c 0000 0003 HHHHHHHHHHHH c00c 0000 0004 IIIIIIIIIIII "                                     \
    "8011 0000 0007 7269672e6578616d706c65 c00a 0000 0009 JJJJJJJJ 8008 0000 000a 0004 "           \
    "c01b 0000 000b WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW"
#define ITS_ZLB(ns, nr) "c802 000c TTTT 0000 " ns " " nr

#define UP_BY(sccrq)                                                                               \
    {'<', sccrq}, {'>', OUR_SCCRP("4a01")}, {'<', SCCCN_},                                         \
    {'>', OUR_ZLB("4a01", "0001", "0002")}, {'=', "up"}
#define RINGS {'<', ICRQ_}, {'>', OUR_ICRP("4a01", "3344", "0001", "0003")}
#define CALL                                                                                       \
    RINGS, {'<', ICCN_}, {'>', OUR_ZLB("4a01", "0002", "0004")}, {'=', "call-up"}
#define DIALLED(sccrp)                                                                             \
    {'!', "open"}, {'>', OUR_SCCRQ}, {'<', sccrp}, {'>', OUR_SCCCN("4a01")}, {'=', "up"},          \
    {'<', ITS_ZLB("0001", "0002")}

static const struct talk_scene carriers[] = {
    {"Q-05 Cisco: ICCN without speed and framing is excused", "",
     {UP_BY(SCCRQ_CISCO), RINGS, {'<', ICCN_EMPTY}, {'>', OUR_ZLB("4a01", "0002", "0004")},
     {'=', "call-up"}, {'~', "peer is"}}},
    {"Q-05 forced: the same", "on=missing-avps",
     {UP_BY(SCCRQ_CISCO), RINGS, {'<', ICCN_EMPTY}, {'>', OUR_ZLB("4a01", "0002", "0004")},
     {'=', "call-up"}}},
    {"Q-05 forbidden: CDN 2/3, naming what is missing", "off=missing-avps",
     {UP_BY(SCCRQ_CISCO), RINGS, {'<', ICCN_EMPTY},
      {'>', "c802 0048 4a01 3344 0002 0004 8008 0000 0000 000e "
            "802c 0000 0001 000200034943434e3a206672616d696e675f747970652028313929206973206d6973"
            "73696e67 "
            "8008 0000 000e SSSS"},
      {'=', "call-down 2/3"}}},
    {"Q-15 Cisco's own AVPs without M, in SCCRQ and ICRQ: skipped", "",
     {{'<', "c802 008a 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000003 0008 0000 0006 1130 "
            "800d 0000 0007 6973702d6c6163 0019 0000 0008 436973636f2053797374656d732c20496e632e "
            "8008 0000 0009 4a01 8008 0000 000a 0200 000a 0009 0001 00001234 "
            "000a 0009 0002 00040005 0008 0009 000a 0001"},
      {'>', OUR_SCCRP("4a01")}, {'<', SCCCN_}, {'>', OUR_ZLB("4a01", "0001", "0002")}, {'=', "up"},
      {'<', "c802 0048 TTTT 0000 0002 0001 8008 0000 0000 000a 8008 0000 000e 3344 "
            "800a 0000 000f 00000001 800a 0000 0012 00000002 000a 0000 0019 00000007 "
            "000e 0009 0064 0102030405060708"},
      {'>', OUR_ICRP("4a01", "3344", "0001", "0003")}, {'~', "vendor 9"}}},
    {"Q-20 a carrier's LAC: numbers, the line's AVPs, all of proxy LCP and PAP", "",
     {UP_BY(SCCRQ_CISCO),
      {'<', "c802 0092 TTTT 0000 0002 0001 8008 0000 0000 000a 8008 0000 000e 3344 "
            "800a 0000 000f 00000001 800a 0000 0012 00000001 000a 0000 0019 00000007 "
            "8016 0000 0016 4445552e5153432e4350323530353732 800d 0000 0015 30313931303131 "
            "0011 0de9 0001 736c6f74312f706f727433 "
            "0016 0de9 0002 4445552e5153432e4350323530353732 000e 0de9 0081 0000000000fa0000"},
      {'>', OUR_ICRP("4a01", "3344", "0001", "0003")},
      {'<', "c802 0090 TTTT SSSS 0003 0002 8008 0000 0000 000c 800a 0000 0018 00fa0000 "
            "800a 0000 0013 00000001 000a 0000 0026 003d0900 0010 0000 001a 0104059205062a5b1c7d "
            "0014 0000 001b 010405d40304c02305060b0c0d0e 0010 0000 001c 0104059205062a5b1c7d "
            "0008 0000 001d 0003 000e 0000 001e 7573657240697370 0008 0000 0020 0001 "
            "000c 0000 0021 736563726574"},
      {'>', OUR_ZLB("4a01", "0002", "0004")}, {'=', "call-up"}}},
    {"Q-20 one call is refused, with the reason, and never the tunnel", "",
     {UP_BY(SCCRQ_CISCO), {'!', "full"}, {'<', ICRQ_},
      {'>', "c802 004a 4a01 3344 0001 0003 8008 0000 0000 000e "
            "802e 0000 0001 000200046e6f2061646472657373206f72206f74686572207265736f757263652069"
            "73206c656674 "
            "8008 0000 000e SSSS"},
      {'=', "call-down 2/4"},
      {'<', "c802 0014 TTTT 0000 0003 0002 8008 0000 0000 0006"},
      {'>', OUR_ZLB("4a01", "0002", "0004")}, {'!', "tunnels 1"}}},
    {"Q-20 its HELLO is acknowledged at once, in every state", "",
     {{'<', SCCRQ_CISCO}, {'>', OUR_SCCRP("4a01")},
      {'<', "c802 0014 TTTT 0000 0001 0001 8008 0000 0000 0006"},
      {'>', OUR_ZLB("4a01", "0001", "0002")},
      {'<', "c802 0014 TTTT 0000 0002 0001 8008 0000 0000 0003"},
      {'>', OUR_ZLB("4a01", "0001", "0003")}, {'=', "up"},
      {'<', "c802 0014 TTTT 0000 0003 0001 8008 0000 0000 0006"},
      {'>', OUR_ZLB("4a01", "0001", "0004")}}},
    {"RFC 5515, RFC 4951: their AVPs in SCCRQ and ICRQ, and CSUN, are no reason to end anything", "",
     {{'<', "c802 0069 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000003 8009 0000 0007 657278 "
            "0018 0000 0008 556e69737068657265204e6574776f726b73 8008 0000 0009 4a01 "
            "0010 0000 004c 0003000003e8000003e8"},
      {'>', OUR_SCCRP("4a01")}, {'<', SCCCN_}, {'>', OUR_ZLB("4a01", "0001", "0002")}, {'=', "up"},
      {'<', "c802 002c TTTT 0000 0002 0001 8008 0000 0000 000a 8008 0000 000e 3344 "
            "800a 0000 000f 00000001 0006 0000 0062"},
      {'>', OUR_ICRP("4a01", "3344", "0001", "0003")},
      {'<', ICCN_}, {'>', OUR_ZLB("4a01", "0002", "0004")}, {'=', "call-up"},
      {'<', "c802 0026 TTTT 0000 0004 0002 0008 0000 0000 001c "
            "0012 0000 0061 0000SSSS 003d0900 0000fa00"},
      {'>', OUR_ZLB("4a01", "0002", "0005")}, {'=', "line-speed"}, {'!', "tunnels 1"}}},
    {"Q-19 Junos: no window said is one of 4, and copies at 1, 2, 4, 8, 16 s are one message", "",
     {UP_BY(SCCRQ_PLAIN), RINGS, {'!', "idle 900"}, {'<', ICRQ_},
     {'>', OUR_ZLB("4a01", "0002", "0003")},
      {'<', ICCN_}, {'>', OUR_ZLB("4a01", "0002", "0004")}, {'=', "call-up"},
      {'!', "accm"},
      {'>', "c802 0024 4a01 3344 0002 0004 8008 0000 0000 0010 "
            "8010 0000 0023 00000000000000000000"},
      {'!', "accm"},
      {'>', "c802 0024 4a01 3344 0003 0004 8008 0000 0000 0010 "
            "8010 0000 0023 00000000000000000000"},
      {'<', ITS_ZLB("0004", "0004")}, {'!', "accm"},
      {'>', "c802 0024 4a01 3344 0004 0004 8008 0000 0000 0010 "
            "8010 0000 0023 00000000000000000000"},
      {'!', "accm"},
      {'>', "c802 0024 4a01 3344 0005 0004 8008 0000 0000 0010 "
            "8010 0000 0023 00000000000000000000"},
      {'!', "accm"},
      {'>', "c802 0024 4a01 3344 0006 0004 8008 0000 0000 0010 "
            "8010 0000 0023 00000000000000000000"},
      {'<', ITS_ZLB("0004", "0007")}, {'!', "accm"},
      {'>', "c802 0024 4a01 3344 0007 0004 8008 0000 0000 0010 "
            "8010 0000 0023 00000000000000000000"},
      {'!', "accm"},
      {'>', "c802 0024 4a01 3344 0008 0004 8008 0000 0000 0010 "
            "8010 0000 0023 00000000000000000000"},
      {'!', "accm"},
      {'>', "c802 0024 4a01 3344 0009 0004 8008 0000 0000 0010 "
            "8010 0000 0023 00000000000000000000"},
      {'!', "accm"},
      {'>', "c802 0024 4a01 3344 000a 0004 8008 0000 0000 0010 "
            "8010 0000 0023 00000000000000000000"},
      {'!', "accm"}}},
};

static const struct talk_scene boxes[] = {
    {"MikroTik as LNS: its SCCRP, and StopCCN whose Result Code has no error code", "",
     {DIALLED(SCCRP_MIKROTIK), {'!', "call"}, {'>', OUR_ICRQ}, {'<', ICRP_},
      {'>', "c802 0028 4a01 3344 0003 0002 8008 0000 0000 000c 800a 0000 0013 00000001 "
            "800a 0000 0018 05f5e100"},
      {'=', "call-up"},
      {'<', "c802 0024 TTTT 0000 0002 0004 8008 0000 0000 0004 8008 0000 0009 4a01 "
            "8008 0000 0001 0006"},
      {'>', OUR_ZLB("4a01", "0004", "0003")}, {'=', "call-down 3/0"}, {'=', "down 6/0"},
      {'~', "peer is"}}},
    {"Check Point as LNS: SCCRP without bearers, firmware and window", "",
     {DIALLED(SCCRP_CHECK_POINT), {'!', "call"}, {'>', OUR_ICRQ}, {'~', "peer is"}}},
    {"Q-21 WatchGuard as LNS: no Rx Connect Speed in ICCN, though both speeds are known", "rx",
     {DIALLED(SCCRP_WATCHGUARD), {'#', ": peer is WatchGuard: no-rx-speed"}, {'!', "call"},
     {'>', OUR_ICRQ}, {'<', ICRP_},
      {'>', "c802 0028 4a01 3344 0003 0002 8008 0000 0000 000c 800a 0000 0013 00000001 "
            "800a 0000 0018 05f5e100"},
      {'=', "call-up"}}},
    {"Q-21 forbidden: there it is", "rx off=no-rx-speed",
     {DIALLED(SCCRP_WATCHGUARD), {'~', "peer is"}, {'!', "call"}, {'>', OUR_ICRQ}, {'<', ICRP_},
      {'>', "c802 0032 4a01 3344 0003 0002 8008 0000 0000 000c 800a 0000 0013 00000001 "
            "800a 0000 0018 05f5e100 000a 0000 0026 02faf080"},
      {'=', "call-up"}}},
    {"Q-21 another peer is told both", "rx",
     {DIALLED(SCCRP_ACME), {'!', "call"}, {'>', OUR_ICRQ}, {'<', ICRP_},
      {'>', "c802 0032 4a01 3344 0003 0002 8008 0000 0000 000c 800a 0000 0013 00000001 "
            "800a 0000 0018 05f5e100 000a 0000 0026 02faf080"},
      {'=', "call-up"}}},
    {"Q-21 forced for another: left out", "rx on=no-rx-speed",
     {DIALLED(SCCRP_ACME), {'~', "peer is"}, {'!', "call"}, {'>', OUR_ICRQ}, {'<', ICRP_},
      {'>', "c802 0028 4a01 3344 0003 0002 8008 0000 0000 000c 800a 0000 0013 00000001 "
            "800a 0000 0018 05f5e100"},
      {'=', "call-up"}}},
    {"Q-21 and in OCCN", "rx on=no-rx-speed",
     {DIALLED(SCCRP_ACME), {'<', "c802 0055 TTTT 0000 0001 0002 8008 0000 0000 0007 "
                                 "8008 0000 000e 3344 800a 0000 000f 00000001 "
                                 "800a 0000 0010 00002710 800a 0000 0011 0bebc200 "
                                 "800a 0000 0012 00000001 800a 0000 0013 00000001 "
                                 "8007 0000 0015 31"},
      {'>', "c802 001c 4a01 3344 0002 0002 8008 0000 0000 0008 8008 0000 000e SSSS"},
      {'=', "dial"}, {'<', ITS_ZLB("0002", "0003")},
      {'!', "answer"},
      {'>', "c802 0028 4a01 3344 0003 0002 8008 0000 0000 0009 800a 0000 0013 00000001 "
            "800a 0000 0018 05f5e100"},
      {'=', "call-up"}}},
    {"Q-10 D-Link: tunnel id 0 from SCCCN on, forced: found by address and port, to the very end",
     "on=zero-tunnel-id",
     {{'<', SCCRQ_DLINK}, {'>', OUR_SCCRP("4a01")}, {'<', SCCCN_ZERO},
      {'>', OUR_ZLB("4a01", "0001", "0002")}, {'=', "up"},
      {'<', "c802 0026 0000 0000 0002 0001 8008 0000 0000 000a 8008 0000 000e 3344 "
            "800a 0000 000f 00000001"},
      {'>', OUR_ICRP("4a01", "3344", "0001", "0003")},
      {'<', "c802 0028 0000 SSSS 0003 0002 8008 0000 0000 000c 800a 0000 0018 00989680 "
            "800a 0000 0013 00000001"},
      {'>', OUR_ZLB("4a01", "0002", "0004")}, {'=', "call-up"},
      {'!', "hangup 3"},
      {'>', "c802 0024 4a01 3344 0002 0004 8008 0000 0000 000e 8008 0000 0001 0003 "
            "8008 0000 000e SSSS"},
      {'=', "call-down 3/0"},
      {'<', "c802 000c 0000 0000 0004 0003"}, {'!', "idle 40000"},
      {'<', "c802 0024 0000 0000 0004 0003 8008 0000 0000 0004 8008 0000 0009 4a01 "
            "8008 0000 0001 0006"},
      {'>', OUR_ZLB("4a01", "0003", "0005")}, {'=', "down 6/0"},
      {'<', "c802 0024 0000 0000 0004 0003 8008 0000 0000 0004 8008 0000 0009 4a01 "
            "8008 0000 0001 0006"},
      {'>', OUR_ZLB("4a01", "0003", "0005")}}},
    {"Q-10 what comes so is a sign of life: HELLO waits", "on=zero-tunnel-id",
     {UP_BY(SCCRQ_DLINK), {'!', "idle 59000"},
      {'<', "c802 0014 0000 0000 0002 0001 8008 0000 0000 0006"},
      {'>', OUR_ZLB("4a01", "0001", "0003")}, {'!', "idle 59999"}}},
    {"Q-10 it comes back after its StopCCN: the new tunnel is meant, not the one that is going",
     "on=zero-tunnel-id",
     {UP_BY(SCCRQ_DLINK), {'<', "c802 0024 0000 0000 0002 0001 8008 0000 0000 0004 "
                                "8008 0000 0009 4a01 8008 0000 0001 0006"},
      {'>', OUR_ZLB("4a01", "0001", "0003")}, {'=', "down 6/0"},
      {'<', "c802 0059 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000000 800d 0000 0007 4449522d333030 "
            "000c 0000 0008 442d4c696e6b 8008 0000 0009 4a02 8008 0000 000a 0004"},
      {'>', "c802 005c 4a02 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000003 "
            "8011 0000 0007 7269672e6578616d706c65 000b 0000 0008 6c32747064 8008 0000 0009 UUUU "
            "8008 0000 000a 0004"},
      {'<', SCCCN_ZERO}, {'>', OUR_ZLB("4a02", "0001", "0002")}, {'=', "up"}}},
    {"Q-10 of two tunnels the one that lives is meant, though the other that is going is newer",
     "on=zero-tunnel-id",
     {UP_BY(SCCRQ_DLINK),
      {'<', "c802 0059 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000000 800d 0000 0007 4449522d333030 "
            "000c 0000 0008 442d4c696e6b 8008 0000 0009 4a02 8008 0000 000a 0004"},
      {'>', "c802 005c 4a02 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000003 "
            "8011 0000 0007 7269672e6578616d706c65 000b 0000 0008 6c32747064 8008 0000 0009 UUUU "
            "8008 0000 000a 0004"},
      {'<', "c802 0014 UUUU 0000 0001 0001 8008 0000 0000 0003"},
      {'>', OUR_ZLB("4a02", "0001", "0002")}, {'=', "up"},
      {'<', "c802 0024 0000 0000 0002 0001 8008 0000 0000 0004 8008 0000 0009 4a02 "
            "8008 0000 0001 0006"},
      {'>', OUR_ZLB("4a02", "0001", "0003")}, {'=', "down 6/0"},
      {'<', "c802 0014 0000 0000 0002 0001 8008 0000 0000 0006"},
      {'>', OUR_ZLB("4a01", "0001", "0003")}}},
    {"Q-10 not from another port", "on=zero-tunnel-id",
     {UP_BY(SCCRQ_DLINK), {'!', "port 1702"},
      {'<', "c802 0014 0000 0000 0002 0001 8008 0000 0000 0006"},
      {'<', "c802 0024 0000 0000 0002 0001 8008 0000 0000 0004 8008 0000 0009 4a01 "
            "8008 0000 0001 0006"},
      {'!', "tunnels 1"}}},
    {"Q-10 unless it is forced nobody is found without an id, nor ended", "",
     {UP_BY(SCCRQ_DLINK), {'<', "c802 0014 0000 0000 0002 0001 8008 0000 0000 0006"},
      {'<', "c802 0024 0000 0000 0002 0001 8008 0000 0000 0004 8008 0000 0009 4a01 "
            "8008 0000 0001 0006"},
      {'>', "c802 0014 4a01 0000 0001 0002 8008 0000 0000 0006"}, /* is it alive? */
      {'<', "c802 0014 TTTT 0000 0002 0002 8008 0000 0000 0006"},
      {'>', OUR_ZLB("4a01", "0002", "0003")}}},
    {"Q-10 forbidden beats forced", "on=zero-tunnel-id off=zero-tunnel-id",
     {UP_BY(SCCRQ_DLINK), {'<', "c802 0014 0000 0000 0002 0001 8008 0000 0000 0006"}}},
    {"Q-11, A-15 MSL2TP: StopCCN with our id where its own should be", "",
     {UP_BY(SCCRQ_MSL2TP), CALL, {'<', "c802 0024 TTTT 0000 0004 0002 8008 0000 0000 0004 "
                                       "8008 0000 0009 TTTT 8008 0000 0001 0006"},
      {'>', OUR_ZLB("4a01", "0002", "0005")},
      {'=', "call-down 3/0"}, {'=', "down 6/0"}, {'~', "peer is"}}},
    {"Q-11, A-15 and CDN likewise", "",
     {UP_BY(SCCRQ_MSL2TP), CALL, {'<', "c802 0024 TTTT SSSS 0004 0002 8008 0000 0000 000e "
                                       "8008 0000 0001 0001 8008 0000 000e SSSS"},
      {'>', OUR_ZLB("4a01", "0002", "0005")}, {'=', "call-down 1/0"}}},
    {"Q-16 Yamaha: forced, SCCRQ has what is required, and the window",
     "on=minimal nodial firmware tie",
     {{'!', "open"},
      {'>', "c802 0047 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 8011 0000 0007 7269672e6578616d706c65 8008 0000 0009 TTTT "
            "8008 0000 000a 0004"}}},
    {"Q-16 and so has SCCRP", "on=minimal nodial firmware",
     {{'<', SCCRQ_YAMAHA},
      {'>', "c802 0047 4a01 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 8011 0000 0007 7269672e6578616d706c65 8008 0000 0009 TTTT "
            "8008 0000 000a 0004"}}},
    {"Q-16 one that is to be asked to dial has to say so", "on=minimal firmware",
     {{'!', "open"},
      {'>', "c802 0051 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000003 "
            "8011 0000 0007 7269672e6578616d706c65 8008 0000 0009 TTTT 8008 0000 000a 0004"}}},
    {"Q-16, Q-17 forbidden: all there is, each M as the RFC has it",
     "on=minimal off=minimal nodial firmware tie",
     {{'!', "open"},
      {'>', "c802 0072 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000000 000e 0000 0005 YYYYYYYYYYYYYYYY "
            "0008 0000 0006 0100 8011 0000 0007 7269672e6578616d706c65 000b 0000 0008 6c32747064 "
            "8008 0000 0009 TTTT 8008 0000 000a 0004"}}},
    {"Q-16 it refuses us with 2/8: that is told", "",
     {{'!', "open"}, {'>', OUR_SCCRQ},
      {'<', "c802 0026 TTTT 0000 0000 0001 8008 0000 0000 0004 8008 0000 0009 4a01 "
            "800a 0000 0001 00020008"},
      {'>', OUR_ZLB("4a01", "0001", "0001")}, {'=', "down 2/8"}}},
    {"Q-18 forced: what is longer than 14 octets goes in the clear, the rest hidden without padding", "secret hide challenge on=brief-hiding",
     {{'<', SCCRQ_YAMAHA},
      {'>', "c802 0090 4a01 0000 0000 0001 8008 0000 0000 0002 "
            "8016 0000 0024 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA 8008 0000 0002 0100 "
            "c00c 0000 0003 HHHHHHHHHHHH c00c 0000 0004 IIIIIIIIIIII "
            "8011 0000 0007 7269672e6578616d706c65 400d 0000 0008 KKKKKKKKKKKKKK "
            "c00a 0000 0009 JJJJJJJJ 8008 0000 000a 0004 "
            "8016 0000 000b XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"}}},
    {"Q-18 forbidden: hidden, whatever its length",
     "secret hide challenge novendor on=brief-hiding off=brief-hiding",
     {{'<', SCCRQ_YAMAHA}, {'>', SCCRP_ALL_HIDDEN}}},
    {"Q-18 by default", "secret hide challenge novendor",
     {{'<', SCCRQ_YAMAHA}, {'>', SCCRP_ALL_HIDDEN}}},
};

static const struct talk_scene daemons[] = {
    {"accel-ppp as LAC: a challenge of 143 octets, no bearers, framing 3, speed 1000, serial number 0", "secret",
     {{'<', "c802 00e1 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "
            "800f 0000 0007 616363656c2d707070 800a 0000 0003 00000003 8008 0000 0009 4a01 "
            "000f 0000 0008 616363656c2d707070 "
            "8095 0000 000b 030a11181f262d343b424950575e656c737a81888f969da4abb2b9c0c7ced5dce3ea"
            "f1f8ff060d141b222930373e454c535a61686f767d848b9299a0a7aeb5bcc3cad1d8dfe6edf4fb02091"
            "0171e252c333a41484f565d646b727980878e959ca3aab1b8bfc6cdd4dbe2e9f0f7fe050c131a21282f"
            "363d444b525960676e757c838a91989fa6adb4bbc2c9d0d7dee5"},
      {'>', "c802 0072 4a01 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000003 "
            "8011 0000 0007 7269672e6578616d706c65 000b 0000 0008 6c32747064 8008 0000 0009 TTTT "
            "8008 0000 000a 0004 8016 0000 000d 5b21bd18ec63739d0a076583611543bd"},
      {'<', SCCCN_}, {'>', OUR_ZLB("4a01", "0001", "0002")}, {'=', "up"},
      {'<', "c802 0026 TTTT 0000 0002 0001 8008 0000 0000 000a 8008 0000 000e 3344 "
            "800a 0000 000f 00000000"},
      {'>', OUR_ICRP("4a01", "3344", "0001", "0003")},
      {'<', "c802 0028 TTTT SSSS 0003 0002 8008 0000 0000 000c 800a 0000 0018 000003e8 "
            "800a 0000 0013 00000003"},
      {'>', OUR_ZLB("4a01", "0002", "0004")}, {'=', "call-up"}}},
    {"kl2tpd as LAC: speed 0, framing 3, no window", "",
     {{'<', "c802 0036 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "
            "8008 0000 0007 676f 800a 0000 0003 00000003 8008 0000 0009 4a01"},
      {'>', OUR_SCCRP("4a01")},
      {'<', SCCCN_}, {'>', OUR_ZLB("4a01", "0001", "0002")}, {'=', "up"}, RINGS,
      {'<', "c802 0028 TTTT SSSS 0003 0002 8008 0000 0000 000c 800a 0000 0018 00000000 "
            "800a 0000 0013 00000003"},
      {'>', OUR_ZLB("4a01", "0002", "0004")}, {'=', "call-up"}}},
    {"OpenL2TP and rp-l2tp: a tie breaker without M, where nobody crosses", "",
     {{'<', "c802 007a 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800e 0000 0007 6f70656e6c327470 "
            "0028 0000 0008 4b6174616c69782053797374656d73204c74642e204c696e75782d342e342e313737 "
            "8008 0000 0009 4a01 000e 0000 0005 0102030405060708 8008 0000 000a 000a"},
      {'>', OUR_SCCRP("4a01")}}},
    {"a NAT's port: who asks from it is answered there, to the end", "",
     {{'!', "port 40321"}, UP_BY(SCCRQ_PLAIN), CALL, {'!', "close 6"},
      {'>', "c802 0024 4a01 0000 0002 0004 8008 0000 0000 0004 8008 0000 0001 0006 "
            "8008 0000 0009 TTTT"},
      {'=', "call-down 3/0"}, {'=', "down 6/0"}}},
    {"a server that answers from another port: followed there, once", "",
     {{'!', "open"}, {'>', OUR_SCCRQ}, {'!', "port 5555"}, {'<', SCCRP_ACME},
      {'>', OUR_SCCCN("4a01")}, {'=', "up"},
      {'!', "port 5556"}, {'<', ITS_ZLB("0001", "0002")}, {'#', "dropped"}, {'!', "port 5555"},
      {'<', ITS_ZLB("0001", "0002")}, {'!', "call"}, {'>', OUR_ICRQ}}},
    {"Q-14 a draft's peer: windows and delays with M in all messages of a call, and R in its data",
     "",
     {UP_BY(SCCRQ_CISCO), {'<', "c802 0040 TTTT 0000 0002 0001 8008 0000 0000 000a "
                                "8008 0000 000e 3344 800a 0000 000f 00000001 "
                                "800a 0000 0012 00000001 8008 0000 000a 0010 8008 0000 0014 0005"},
      {'>', OUR_ICRP("4a01", "3344", "0001", "0003")},
      {'<', "c802 0038 TTTT SSSS 0003 0002 8008 0000 0000 000c 800a 0000 0018 0000fa00 "
            "800a 0000 0013 00000002 8008 0000 000a 0010 8008 0000 0014 0005"},
      {'>', OUR_ZLB("4a01", "0002", "0004")}, {'=', "call-up"},
      {'<', "2802 TTTT SSSS 0000 0000 ff03 c021 01 01 0004"}, {'=', "frame ff03 c021 01 01 0004"}}},
    {"Q-14 as LNS: window and delay in ICRP", "",
     {DIALLED(SCCRP_ACME), {'!', "call"}, {'>', OUR_ICRQ},
      {'<', "c802 002c TTTT SSSS 0001 0003 8008 0000 0000 000b 8008 0000 000e 3344 "
            "8008 0000 000a 0010 8008 0000 0014 0005"},
      {'>', "c802 0028 4a01 3344 0003 0002 8008 0000 0000 000c 800a 0000 0013 00000001 "
            "800a 0000 0018 05f5e100"},
      {'=', "call-up"}}},
    {"Q-14 its empty data, which acknowledge: no frame, no answer, no word, and no number used", "",
     {UP_BY(SCCRQ_CISCO), CALL, {'<', "0802 TTTT SSSS 0000 0000 ff03 0021 45"},
     {'=', "frame ff03 0021 45"},
      {'<', "0802 TTTT SSSS 0001 0001"}, {'<', "4802 000c TTTT SSSS 0001 0001"},
      {'<', "0002 TTTT SSSS"}, {'~', "dropped"},
      {'<', "0802 TTTT SSSS 0001 7fff ff03 0021 46"}, {'=', "frame ff03 0021 46"}}},
};

static const struct talk_scene data[] = {
    {"data with FF 03 pass as they are", "",
     {UP_BY(SCCRQ_PLAIN), CALL, {'<', "0002 TTTT SSSS ff03 0021 4500"},
      {'=', "frame ff03 0021 4500"}, {'!', "frame ff0300214500"},
      {'>', "0002 4a01 3344 ff03 0021 4500"}}},
    {"and without", "", {UP_BY(SCCRQ_PLAIN), CALL, {'<', "0002 TTTT SSSS 0021 4500"},
     {'=', "frame 0021 4500"}, {'!', "frame 00214500"}, {'>', "0002 4a01 3344 0021 4500"}}},
    {"Q-12 with the protocol in one octet, and either", "",
     {UP_BY(SCCRQ_PLAIN), CALL, {'<', "0002 TTTT SSSS 21 4500"}, {'=', "frame 21 4500"},
     {'<', "0002 TTTT SSSS ff03 21 4500"}, {'=', "frame ff03 21 4500"},
      {'!', "frame 214500"}, {'>', "0002 4a01 3344 21 4500"}}},
    {"L, S, O and P in every mix are nothing to the frame", "",
     {UP_BY(SCCRQ_PLAIN), CALL, {'<', "4002 000e TTTT SSSS ff03 c021 0901"},
     {'=', "frame ff03c0210901"},
      {'<', "0102 TTTT SSSS ff03 c021 0902"}, {'=', "frame ff03c0210902"},
      {'<', "0202 TTTT SSSS 0003 eeeeee ff03 c021 0903"}, {'=', "frame ff03c0210903"},
      {'<', "4b02 0016 TTTT SSSS 0000 0000 0002 eeee ff03 c021 0904"},
      {'=', "frame ff03c0210904"}, {'<', "f5f2 0000"},
      {'<', "45f2 000e TTTT SSSS ff03 c021 0905"}, {'=', "frame ff03c0210905"}}},
    {"A-12 an early LCP frame, before the ICCN: dropped, and the next is carried", "",
     {UP_BY(SCCRQ_PLAIN), RINGS, {'<', "0002 TTTT SSSS ff03 c021 01 01 0004"},
     {'#', "data for a call that is not up"},
      {'<', "0002 TTTT SSSS ff03 c021 01 01 0004"}, {'#', "data for a call that is not up"},
      {'<', ICCN_}, {'>', OUR_ZLB("4a01", "0002", "0004")}, {'=', "call-up"},
      {'<', "0002 TTTT SSSS ff03 c021 01 01 0004"}, {'=', "frame ff03 c021 01 01 0004"}}},
    {"A-12 a LNS's first frame before it has acknowledged our ICCN, or after its ICRP was late", "",
     {DIALLED(SCCRP_ACME), {'!', "call"}, {'>', OUR_ICRQ},
     {'<', "0002 TTTT SSSS ff03 c021 01 01 0004"}, {'<', ICRP_},
      {'>', "c802 0028 4a01 3344 0003 0002 8008 0000 0000 000c 800a 0000 0013 00000001 "
            "800a 0000 0018 05f5e100"},
      {'=', "call-up"}, {'<', "0002 TTTT SSSS ff03 c021 01 01 0004"},
      {'=', "frame ff03 c021 01 01 0004"}}},
};
/* clang-format on */

/* A MikroTik crowd after an outage: thirty SCCRQs in one breath, from as many ports of one address;
 * each gets its tunnel, none waits for another. */
static void test_crowd(void)
{
    uint8_t sccrq[128];
    size_t n = unhex(SCCRQ_PLAIN, sccrq);
    struct rig rig;
    unsigned up = 0;

    rig_init(&rig);
    for (unsigned i = 0; i < 30; i++) {
        struct addr from = addr_ip4(0xc0000207u, (uint16_t)(40000 + i));

        rig_input(&rig, &from, span_of(sccrq, n));
        up += rig.sent_to.port == from.port && rig.heard.type == SCCRP;
    }
    is_int(up, 30, "thirty MikroTiks at once: each has its SCCRP");
    is_int(l2tp_counts(rig.e).half_open, 30, "and its tunnel");
    rig_free(&rig);
}

int main(void)
{
    TALK(carriers);
    TALK(boxes);
    TALK(daemons);
    TALK(data);
    test_crowd();
    return tap_done();
}
