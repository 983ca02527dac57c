/* xl2tpd 1.3 and the l2tpd 0.69 it comes from, as LAC and as LNS, octet by octet: what it sends, in
 * its order, and what comes back. */
#include "rig_talk.h"

/* clang-format off */
#define SAYS_XL2TPD ": peer is xl2tpd: no-status"
#define SCCRQ_                                                                                     \
    "c802 0063 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "                       \
    "800a 0000 0003 00000003 800a 0000 0004 00000000 0008 0000 0006 0690 8008 0000 0007 6777 "     \
    "0013 0000 0008 78656c6572616e63652e636f6d 8008 0000 0009 8a8b 8008 0000 000a 0004"
#define SCCRQ_CHALLENGE                                                                            \
    "c802 0079 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "                       \
    "800a 0000 0003 00000003 800a 0000 0004 00000000 0008 0000 0006 0690 8008 0000 0007 6777 "     \
    "0013 0000 0008 78656c6572616e63652e636f6d 8008 0000 0009 8a8b 8008 0000 000a 0004 "           \
    "8016 0000 000b 0102030405060708090a0b0c0d0e0f10"
#define SCCRQ_OLD                                                                                  \
    "c802 005f 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "                       \
    "800a 0000 0003 00000003 800a 0000 0004 00000000 0008 0000 0006 0690 8008 0000 0007 6777 "     \
    "000f 0000 0008 6c327470642e6f7267 8008 0000 0009 8a8b 8008 0000 000a 0004"
#define SCCRQ_OTHER                                                                                \
    "c802 005a 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "                       \
    "800a 0000 0003 00000003 800a 0000 0004 00000000 0008 0000 0006 0690 8008 0000 0007 6777 "     \
    "000a 0000 0008 41636d65 8008 0000 0009 8a8b 8008 0000 000a 0004"
#define SCCRQ_OTHER_ID                                                                             \
    "c802 0063 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "                       \
    "800a 0000 0003 00000003 800a 0000 0004 00000000 0008 0000 0006 0690 8008 0000 0007 6777 "     \
    "0013 0000 0008 78656c6572616e63652e636f6d 8008 0000 0009 8a8c 8008 0000 000a 0004"
#define SCCRP_                                                                                     \
    "c802 0063 TTTT 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "                       \
    "800a 0000 0003 00000003 800a 0000 0004 00000000 0008 0000 0006 0690 8008 0000 0007 6777 "     \
    "0013 0000 0008 78656c6572616e63652e636f6d 8008 0000 0009 8a8b 8008 0000 000a 0004"
#define SCCRP_OTHER                                                                                \
    "c802 005a TTTT 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "                       \
    "800a 0000 0003 00000003 800a 0000 0004 00000000 0008 0000 0006 0690 8008 0000 0007 6777 "     \
    "000a 0000 0008 41636d65 8008 0000 0009 8a8b 8008 0000 000a 0004"
#define SCCCN_                                                                                     \
    "c802 0014 TTTT 0000 0001 0001 8008 0000 0000 0003"
#define ICRQ_                                                                                      \
    "c802 0030 TTTT 0000 0002 0001 8008 0000 0000 000a 8008 0000 000e 3344 "                       \
    "800a 0000 000f 00000001 800a 0000 0012 00000000"
#define ICCN_                                                                                      \
    "c802 0032 TTTT SSSS 0003 0002 8008 0000 0000 000c 800a 0000 0018 00989680 "                   \
    "800a 0000 0013 00000001 000a 0000 0026 00989680"
#define RANDOM "0123456789abcdeffedcba9876543210"
/* its ZLBs have the call's id in them */
#define ITS_ZLB(session, ns, nr) "c802 000c TTTT " session " " ns " " nr
#define OUR_ICRQ(ns, nr)                                                                           \
    "c802 0030 8a8b 0000 " ns " " nr " 8008 0000 0000 000a 8008 0000 000e SSSS "                   \
    "800a 0000 000f 00000064 800a 0000 0012 00000000"
#define OUR_ICCN(ns, nr)                                                                           \
    "c802 0028 8a8b 3344 " ns " " nr " 8008 0000 0000 000c 800a 0000 0013 00000001 "               \
    "800a 0000 0018 05f5e100"
#define OUR_WEN(ns, nr)                                                                            \
    "c802 0034 8a8b 3344 " ns " " nr " 8008 0000 0000 000f "                                       \
    "8020 0000 0022 0000000000010000000200000003000000040000000500000006"

#define UP_BY(sccrq)                                                                               \
    {'<', sccrq}, {'>', OUR_SCCRP("8a8b")}, {'<', SCCCN_},                                         \
    {'>', OUR_ZLB("8a8b", "0001", "0002")}, {'=', "up"}
#define CALL                                                                                       \
    {'<', ICRQ_}, {'>', OUR_ICRP("8a8b", "3344", "0001", "0003")}, {'<', ICCN_},                   \
    {'>', OUR_ZLB("8a8b", "0002", "0004")}, {'=', "call-up"}
#define OUR_UP(sccrp)                                                                              \
    {'!', "open"}, {'>', OUR_SCCRQ}, {'<', sccrp}, {'>', OUR_SCCCN("8a8b")}, {'=', "up"},          \
    {'<', ITS_ZLB("0000", "0001", "0002")}
#define OUR_CALL                                                                                   \
    {'!', "call"}, {'>', OUR_ICRQ("0002", "0001")}, {'<', ITS_ICRP},                               \
    {'>', OUR_ICCN("0003", "0002")}, {'=', "call-up"}, {'<', ITS_ZLB("SSSS", "0002", "0004")}
#define ITS_ICRP                                                                                   \
    "c802 001c TTTT SSSS 0001 0003 8008 0000 0000 000b 8008 0000 000e 3344"

static const struct talk_scene lac[] = {
    {"xl2tpd as LAC: set up, call, data, CDN 1/0 and StopCCN 1/0 with a text", "",
     {UP_BY(SCCRQ_), {'#', SAYS_XL2TPD}, CALL,
      {'<', "0002 TTTT SSSS ff03 c021 01 01 0004"}, {'=', "frame ff03 c021 01 01 0004"},
      {'!', "frame ff03c02102010004"}, {'>', "0002 8a8b 3344 ff03c02102010004"},
      {'<', "c802 0026 TTTT SSSS 0004 0002 8008 0000 0000 000e 800a 0000 0001 00010000 "
            "8008 0000 000e 3344"},
      {'>', OUR_ZLB("8a8b", "0002", "0005")}, {'=', "call-down 1/0"},
      {'<', "c802 002e TTTT 0000 0005 0002 8008 0000 0000 0004 8008 0000 0009 8a8b "
            "8012 0000 0001 00010000476f6f6462796521"},
      {'>', OUR_ZLB("8a8b", "0002", "0006")}, {'=', "down 1/0"},
      {'#', SAYS_XL2TPD}}},
    {"xl2tpd with 'length bit': the same frames with Length", "",
     {UP_BY(SCCRQ_), CALL, {'<', "4002 0010 TTTT SSSS ff03 c021 01 01 0004"},
     {'=', "frame ff03 c021 01 01 0004"}}},
    {"xl2tpd with 'hidden bit': a Random Vector in each message, and nothing hidden", "",
     {{'<', "c802 0079 0000 0000 0000 0000 8008 0000 0000 0001 "
            "8016 0000 0024 0123456789abcdeffedcba9876543210 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000000 0008 0000 0006 0690 "
            "8008 0000 0007 6777 0013 0000 0008 78656c6572616e63652e636f6d 8008 0000 0009 8a8b "
            "8008 0000 000a 0004"},
      {'>', OUR_SCCRP("8a8b")},
      {'<', "c802 002a TTTT 0000 0001 0001 8008 0000 0000 0003 "
            "8016 0000 0024 0123456789abcdeffedcba9876543210"},
      {'>', OUR_ZLB("8a8b", "0001", "0002")}, {'=', "up"},
      {'<', "c802 0046 TTTT 0000 0002 0001 8008 0000 0000 000a "
            "8016 0000 0024 0123456789abcdeffedcba9876543210 8008 0000 000e 3344 "
            "800a 0000 000f 00000001 800a 0000 0012 00000000"},
      {'>', OUR_ICRP("8a8b", "3344", "0001", "0003")},
      {'<', "c802 0048 TTTT SSSS 0003 0002 8008 0000 0000 000c "
            "8016 0000 0024 0123456789abcdeffedcba9876543210 800a 0000 0018 00989680 "
            "800a 0000 0013 00000001 000a 0000 0026 00989680"},
      {'>', OUR_ZLB("8a8b", "0002", "0004")}, {'=', "call-up"},
      {'<', "c802 003c TTTT SSSS 0004 0002 8008 0000 0000 000e "
            "8016 0000 0024 0123456789abcdeffedcba9876543210 800a 0000 0001 00010000 "
            "8008 0000 000e 3344"},
      {'>', OUR_ZLB("8a8b", "0002", "0005")}, {'=', "call-down 1/0"}}},
    {"xl2tpd with 'challenge', as we have: each answers the other", "secret challenge",
     {{'<', SCCRQ_CHALLENGE},
      {'>', "c802 0088 8a8b 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000003 "
            "8011 0000 0007 7269672e6578616d706c65 000b 0000 0008 6c32747064 8008 0000 0009 TTTT "
            "8008 0000 000a 0004 8016 0000 000b XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX "
            "8016 0000 000d 89221c72eba5e8295dfb16c2936412f8"},
      {'<', "c802 002a TTTT 0000 0001 0001 8008 0000 0000 0003 "
            "8016 0000 000d QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ"},
      {'>', OUR_ZLB("8a8b", "0001", "0002")}, {'=', "up"}}},
    {"xl2tpd with another secret: StopCCN 4", "secret challenge",
     {{'<', SCCRQ_CHALLENGE},
      {'>', "c802 0088 8a8b 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000003 "
            "8011 0000 0007 7269672e6578616d706c65 000b 0000 0008 6c32747064 8008 0000 0009 TTTT "
            "8008 0000 000a 0004 8016 0000 000b XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX "
            "8016 0000 000d 89221c72eba5e8295dfb16c2936412f8"},
      {'<', "c802 002a TTTT 0000 0001 0001 8008 0000 0000 0003 "
            "8016 0000 000d 00112233445566778899aabbccddeeff"},
      {'>', "c802 005c 8a8b 0000 0001 0002 8008 0000 0000 0004 "
            "8040 0000 0001 0004000077726f6e6720726573706f6e736520746f206f7572206368616c6c656e67"
            "653a20646f2074686520736563726574732061677265653f "
            "8008 0000 0009 TTTT"},
      {'=', "down 4/0"}}},
    {"xl2tpd has a secret and asks for ours, and we have none: StopCCN 4, nothing is kept", "",
     {{'<', SCCRQ_CHALLENGE},
      {'>', "c802 0064 8a8b 0000 0000 0001 8008 0000 0000 0004 "
            "8048 0000 0001 0004000061757468656e7469636174696f6e2069732077616e7465642c2062757420"
            "7468657265206973206e6f2073656372657420666f7220746869732070656572 "
            "8008 0000 0009 ZZZZ"},
      {'!', "tunnels 0"}}},
    {"xl2tpd says Hello each 60 s, whatever flows: a ZLB, and none of ours", "",
     {UP_BY(SCCRQ_), CALL, {'!', "idle 59000"},
      {'<', "c802 0014 TTTT 0000 0004 0002 8008 0000 0000 0006"},
      {'>', OUR_ZLB("8a8b", "0002", "0005")},
      {'!', "idle 59999"},
      {'<', "c802 0014 TTTT 0000 0005 0002 8008 0000 0000 0006"},
      {'>', OUR_ZLB("8a8b", "0002", "0006")}}},
    {"xl2tpd hears our HELLO after a silence, and its ZLB is its answer", "",
     {UP_BY(SCCRQ_), {'<', ITS_ZLB("0000", "0002", "0001")}, {'!', "idle 60000"},
     {'>', OUR_HELLO("8a8b", "0001", "0002")},
      {'<', ITS_ZLB("0000", "0002", "0002")}, {'!', "idle 59999"}, {'!', "tunnels 1"}}},
    {"xl2tpd gave up: StopCCN 1/0 Timeout", "",
     {UP_BY(SCCRQ_), CALL, {'<', "c802 002d TTTT 0000 0004 0001 8008 0000 0000 0004 "
                                 "8008 0000 0009 8a8b 8011 0000 0001 0001000054696d656f7574"},
      {'>', OUR_ZLB("8a8b", "0002", "0005")},
      {'=', "call-down 3/0"}, {'=', "down 1/0"},
      {'<', "c802 002d TTTT 0000 0004 0001 8008 0000 0000 0004 8008 0000 0009 8a8b "
            "8011 0000 0001 0001000054696d656f7574"},
      {'>', OUR_ZLB("8a8b", "0002", "0005")}}},
    {"xl2tpd's general error: StopCCN 2/6 and its text", "",
     {{'<', SCCRQ_}, {'>', OUR_SCCRP("8a8b")},
      {'<', "c802 0046 TTTT 0000 0001 0001 8008 0000 0000 0004 8008 0000 0009 8a8b "
            "802a 0000 0001 00020006496e76616c6964206368616c6c656e67652061757468656e746963617469"
            "6f6e"},
      {'>', OUR_ZLB("8a8b", "0001", "0002")}, {'=', "down 2/6"}}},
    {"we end its call and its tunnel: with the ids that it looks for, and results it knows", "",
     {UP_BY(SCCRQ_), CALL, {'!', "hangup 3"},
      {'>', "c802 0024 8a8b 3344 0002 0004 8008 0000 0000 000e 8008 0000 0001 0003 "
            "8008 0000 000e SSSS"},
      {'=', "call-down 3/0"},
      {'<', ITS_ZLB("SSSS", "0004", "0003")}, {'!', "close 6"},
      {'>', "c802 0024 8a8b 0000 0003 0004 8008 0000 0000 0004 8008 0000 0001 0006 "
            "8008 0000 0009 TTTT"},
      {'=', "down 6/0"},
      {'<', ITS_ZLB("0000", "0004", "0004")}, {'!', "tunnels 0"}}},
    {"no resources: CDN 2/4, and its tunnel stays", "",
     {UP_BY(SCCRQ_), {'!', "full"}, {'<', ICRQ_},
      {'>', "c802 004a 8a8b 3344 0001 0003 8008 0000 0000 000e "
            "802e 0000 0001 000200046e6f2061646472657373206f72206f74686572207265736f757263652069"
            "73206c656674 "
            "8008 0000 000e SSSS"},
      {'=', "call-down 2/4"},
      {'<', ITS_ZLB("3344", "0003", "0002")}, {'!', "tunnels 1"}}},
    {"no SLI to xl2tpd, which ends calls over it", "",
     {UP_BY(SCCRQ_), CALL, {'!', "accm"}}},
    {"forbidden: SLI", "off=no-status",
     {UP_BY(SCCRQ_), {'~', "peer is"}, CALL, {'!', "accm"},
      {'>', "c802 0024 8a8b 3344 0002 0004 8008 0000 0000 0010 "
            "8010 0000 0023 00000000000000000000"}}},
    {"forced for another: no SLI", "on=no-status",
     {UP_BY(SCCRQ_OTHER), {'~', "peer is"}, CALL, {'!', "accm"}}},
    {"the l2tpd of old is known by its vendor name", "",
     {UP_BY(SCCRQ_OLD), {'#', ": peer is old l2tpd: no-status"}, CALL, {'!', "accm"}}},
    {"xl2tpd began anew with the same tunnel id: let in at once, the stale one goes", "",
     {UP_BY(SCCRQ_), CALL, {'!', "idle 17000"}, {'<', SCCRQ_},
      {'>', "c802 005c 8a8b 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000003 "
            "8011 0000 0007 7269672e6578616d706c65 000b 0000 0008 6c32747064 8008 0000 0009 UUUU "
            "8008 0000 000a 0004"},
      {'<', "c802 0014 UUUU 0000 0001 0001 8008 0000 0000 0003"},
      {'=', "call-down 3/0"}, {'=', "down 3/0"}, {'>', OUR_ZLB("8a8b", "0001", "0002")},
      {'=', "up"}, {'!', "tunnels 1"}}},
};

static const struct talk_scene lns[] = {
    {"xl2tpd as LNS: dialled, call, data, CDN 1/0, StopCCN 1/0 of its closing", "",
     {OUR_UP(SCCRP_), {'#', SAYS_XL2TPD}, OUR_CALL,
      {'<', "0002 TTTT SSSS ff03 c021 01 01 0004"}, {'=', "frame ff03 c021 01 01 0004"},
      {'<', "c802 0026 TTTT SSSS 0002 0004 8008 0000 0000 000e 800a 0000 0001 00010000 "
            "8008 0000 000e 3344"},
      {'>', OUR_ZLB("8a8b", "0004", "0003")}, {'=', "call-down 1/0"},
      {'<', "c802 0034 TTTT 0000 0003 0004 8008 0000 0000 0004 8008 0000 0009 8a8b "
            "8018 0000 0001 0001000053657276657220636c6f73696e67"},
      {'>', OUR_ZLB("8a8b", "0004", "0004")}, {'=', "down 1/0"}}},
    {"xl2tpd as LNS, its first frame before it has acknowledged our ICCN: carried", "",
     {OUR_UP(SCCRP_), {'!', "call"}, {'>', OUR_ICRQ("0002", "0001")}, {'<', ITS_ICRP},
     {'>', OUR_ICCN("0003", "0002")}, {'=', "call-up"},
      {'<', "0002 TTTT SSSS ff03 c021 01 01 0004"}, {'=', "frame ff03 c021 01 01 0004"},
      {'<', ITS_ZLB("SSSS", "0002", "0004")}}},
    {"xl2tpd as LNS with challenges both ways", "secret challenge",
     {{'!', "open"},
      {'>', "c802 0072 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000003 "
            "8011 0000 0007 7269672e6578616d706c65 000b 0000 0008 6c32747064 8008 0000 0009 TTTT "
            "8008 0000 000a 0004 8016 0000 000b XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"},
      {'<', "c802 008f TTTT 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000000 0008 0000 0006 0690 "
            "8008 0000 0007 6777 0013 0000 0008 78656c6572616e63652e636f6d 8008 0000 0009 8a8b "
            "8008 0000 000a 0004 8016 0000 000d RRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRR "
            "8016 0000 000b 0102030405060708090a0b0c0d0e0f10"},
      {'>', "c802 002a 8a8b 0000 0001 0001 8008 0000 0000 0003 "
            "8016 0000 000d 2db71f1aacf730e35e5d8e45db41b91c"},
      {'=', "up"}}},
    {"our SCCCN was lost: its SCCRP comes again, and so does the SCCCN", "",
     {{'!', "open"}, {'>', OUR_SCCRQ}, {'<', SCCRP_}, {'>', OUR_SCCCN("8a8b")}, {'=', "up"},
      {'!', "idle 999"},
      {'<', SCCRP_}, {'>', OUR_ZLB("8a8b", "0002", "0001")}, {'!', "idle 1"},
      {'>', OUR_SCCCN("8a8b")}, {'<', ITS_ZLB("0000", "0001", "0002")}, {'!', "tunnels 1"}}},
    {"crossing SCCRQs: it breaks no ties, and there are two tunnels", "",
     {{'!', "open"}, {'>', OUR_SCCRQ}, {'<', SCCRQ_OTHER_ID},
      {'>', "c802 005c 8a8c 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000003 "
            "8011 0000 0007 7269672e6578616d706c65 000b 0000 0008 6c32747064 8008 0000 0009 UUUU "
            "8008 0000 000a 0004"},
      {'<', SCCRP_}, {'>', OUR_SCCCN("8a8b")}, {'=', "up"},
      {'<', "c802 0014 UUUU 0000 0001 0001 8008 0000 0000 0003"},
      {'>', OUR_ZLB("8a8c", "0001", "0002")}, {'=', "up"}, {'!', "tunnels 2"}}},
    {"it refuses us: StopCCN 2/6 No Authorization", "",
     {{'!', "open"}, {'>', OUR_SCCRQ},
      {'<', "c802 0036 TTTT 0000 0000 0001 8008 0000 0000 0004 8008 0000 0009 8a8b "
            "801a 0000 0001 000200064e6f20417574686f72697a6174696f6e"},
      {'>', OUR_ZLB("8a8b", "0001", "0001")}, {'=', "down 2/6"}}},
    {"it takes no calls in a tunnel that it opened: CDN 2/6, and the tunnel stays", "",
     {UP_BY(SCCRQ_), {'!', "call"}, {'>', OUR_ICRQ("0001", "0002")},
      {'<', "c802 0045 TTTT SSSS 0002 0002 8008 0000 0000 000e "
            "8029 0000 0001 00020006546869732074756e6e656c2063616e6e6f74206163636570742063616c6c"
            "73 "
            "8008 0000 000e 3344"},
      {'>', OUR_ZLB("8a8b", "0002", "0003")}, {'=', "call-down 2/6"}, {'!', "tunnels 1"}}},
    {"it has no address left: CDN 2/4", "",
     {OUR_UP(SCCRP_), {'!', "call"}, {'>', OUR_ICRQ("0002", "0001")},
      {'<', "c802 003d TTTT SSSS 0001 0003 8008 0000 0000 000e "
            "8021 0000 0001 000200044e6f20617661696c61626c652049502061646472657373 "
            "8008 0000 000e 3344"},
      {'>', OUR_ZLB("8a8b", "0003", "0002")}, {'=', "call-down 2/4"}, {'!', "tunnels 1"}}},
    {"an OCRQ would cost the tunnel: it says that it bears nothing, and none is sent", "",
     {OUR_UP(SCCRP_), {'!', "dial"}, {'=', "call-down 4/0"}, {'!', "tunnels 1"}}},
    {"an OCRQ out of its [lac], in the order it has: placed", "",
     {OUR_UP(SCCRP_),
      {'<', "c802 005b TTTT 0000 0001 0002 8008 0000 0000 0007 8008 0000 000e 3344 "
            "800a 0000 000f 00000001 800a 0000 0010 00002710 800a 0000 0011 00989680 "
            "800a 0000 0012 00000000 800a 0000 0013 00000001 800d 0000 0015 35353531323334"},
      {'>', "c802 001c 8a8b 3344 0002 0002 8008 0000 0000 0008 8008 0000 000e SSSS"},
      {'=', "dial"},
      {'<', ITS_ZLB("SSSS", "0002", "0003")}, {'!', "answer"},
      {'>', "c802 0028 8a8b 3344 0003 0002 8008 0000 0000 0009 800a 0000 0013 00000001 "
            "800a 0000 0018 00989680"},
      {'=', "call-up"}}},
    {"no WEN to xl2tpd", "", {OUR_UP(SCCRP_), OUR_CALL, {'!', "errors"}}},
    {"forbidden: WEN", "off=no-status", {OUR_UP(SCCRP_), OUR_CALL, {'!', "errors"},
     {'>', OUR_WEN("0004", "0002")}}},
    {"another peer gets one", "", {OUR_UP(SCCRP_OTHER), OUR_CALL, {'!', "errors"},
     {'>', OUR_WEN("0004", "0002")}}},
    {"forced for another: no WEN", "on=no-status",
     {OUR_UP(SCCRP_OTHER), OUR_CALL, {'!', "errors"}}},
    {"it did not know our call any more: our CDN gets a ZLB, and all is well", "",
     {OUR_UP(SCCRP_), OUR_CALL, {'!', "hangup 3"},
      {'>', "c802 0024 8a8b 3344 0004 0002 8008 0000 0000 000e 8008 0000 0001 0003 "
            "8008 0000 000e SSSS"},
      {'=', "call-down 3/0"},
      {'<', ITS_ZLB("0000", "0002", "0005")}, {'!', "idle 59000"}, {'!', "tunnels 1"}}},
    {"it drops what is for tunnels it has forgotten: HELLO finds out, and the end is ours alone",
     "",
     {OUR_UP(SCCRP_), {'!', "idle 60000"}, {'>', OUR_HELLO("8a8b", "0002", "0001")},
     {'!', "idle 1000"}, {'>', OUR_HELLO("8a8b", "0002", "0001")},
      {'!', "idle 2000"}, {'>', OUR_HELLO("8a8b", "0002", "0001")}, {'!', "idle 4000"},
      {'>', OUR_HELLO("8a8b", "0002", "0001")},
      {'!', "idle 8000"}, {'>', OUR_HELLO("8a8b", "0002", "0001")}, {'!', "idle 16000"},
      {'>', OUR_HELLO("8a8b", "0002", "0001")},
      {'!', "idle 16000"}, {'=', "down 1/0"}}},
};
/* clang-format on */

int main(void)
{
    TALK(lac);
    TALK(lns);
    return tap_done();
}
