/* Windows 2000 to 11 and Server, octet by octet: as clients and as servers.  What
 * they send stands in the order and with the M bits that they are known for. */
#include "rig_talk.h"

/* clang-format off */

/* Windows 10: computer name, maker, version of the system, framing that is synchronous alone, no
 * bearer, a window of 8, small tunnel ids in sequence. */
#define SCCRQ_(id)                                                                                 \
    "c802 0066 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "                       \
    "800a 0000 0003 00000001 800a 0000 0004 00000000 0008 0000 0006 0a00 "                         \
    "800f 0000 0007 4445534b544f502d31 000f 0000 0008 4d6963726f736f6674 8008 0000 0009 " id " "   \
    "8008 0000 000a 0008"
#define SCCCN_                                                                                     \
    "c802 0014 TTTT 0000 0001 0001 8008 0000 0000 0003"
#define ICRQ_                                                                                      \
    "c802 0046 TTTT 0000 0002 0001 8008 0000 0000 000a 8008 0000 000e 0001 "                       \
    "800a 0000 000f 00000000 000a 0000 0012 00000002 "                                             \
    "0016 0137 0001 8f3ac2d4e51f4b6a9c07112233445566"
#define ICCN_                                                                                      \
    "c802 0030 TTTT SSSS 0003 0002 8008 0000 0000 000c 800a 0000 0018 05f5e100 "                   \
    "800a 0000 0013 00000001 0008 0000 001d 0004"
#define SCCRP_                                                                                     \
    "c802 0069 TTTT 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "                       \
    "800a 0000 0003 00000001 800a 0000 0004 00000000 0008 0000 0006 0601 "                         \
    "8012 0000 0007 57533230303852322d574831 000f 0000 0008 4d6963726f736f6674 "                   \
    "8008 0000 0009 012a 8008 0000 000a 0008"
#define SAYS_WINDOWS ": peer is Windows: no-hiding, no-priority-bit"
#define ECHO "ff03 c021 09 01 0008 12345678"

#define TUNNEL_UP                                                                                  \
    {'<', SCCRQ_("0006")}, {'>', OUR_SCCRP("0006")}, {'<', SCCCN_},                                \
    {'>', OUR_ZLB("0006", "0001", "0002")}, {'=', "up"}
#define CALL_UP                                                                                    \
    TUNNEL_UP, {'<', ICRQ_}, {'>', OUR_ICRP("0006", "0001", "0001", "0003")}, {'<', ICCN_},        \
    {'>', OUR_ZLB("0006", "0002", "0004")}, {'=', "call-up"}
#define SERVER_UP                                                                                  \
    {'!', "open"}, {'>', OUR_SCCRQ}, {'<', SCCRP_}

static const struct talk_scene client[] = {
    {"Q-01, Q-06 Windows: set up, framing and proxy type 4, CDN 3/0 and StopCCN 1/0 at the end", "",
     {CALL_UP, {'#', SAYS_WINDOWS},
      {'<', "c802 0026 TTTT SSSS 0004 0002 8008 0000 0000 000e 800a 0000 0001 00030000 "
            "8008 0000 000e 0001"},
      {'>', OUR_ZLB("0006", "0002", "0005")}, {'=', "call-down 3/0"},
      {'<', "c802 0026 TTTT 0000 0005 0002 8008 0000 0000 0004 8008 0000 0009 0006 "
            "800a 0000 0001 00010000"},
      {'>', OUR_ZLB("0006", "0002", "0006")}, {'=', "down 1/0"}, {'#', SAYS_WINDOWS}}},
    {"Q-01 the vendor's AVP 311/1 of 22 octets in every ICRQ costs nothing", "",
     {TUNNEL_UP, {'<', ICRQ_}, {'>', OUR_ICRP("0006", "0001", "0001", "0003")},
     {'~', "vendor 311"}}},
    {"Q-03 but with M set it ends that call, and no more", "",
     {TUNNEL_UP,
      {'<', "c802 0046 TTTT 0000 0002 0001 8008 0000 0000 000a 8008 0000 000e 0001 "
            "800a 0000 000f 00000000 000a 0000 0012 00000002 "
            "8016 0137 0001 8f3ac2d4e51f4b6a9c07112233445566"},
      {'>', "c802 004c 0006 0001 0001 0003 8008 0000 0000 000e "
            "8030 0000 0001 00020008494352513a2041565020283129206f662076656e646f7220333131206973"
            "20756e6b6e6f776e "
            "8008 0000 000e SSSS"},
      {'=', "call-down 2/8"},
      {'<', "c802 0014 TTTT 0000 0003 0002 8008 0000 0000 0006"},
      {'>', OUR_ZLB("0006", "0002", "0004")}}},
    {"Q-01 two clients behind one NAT, each with port and tunnel id of its own", "",
     {{'<', SCCRQ_("0006")}, {'>', OUR_SCCRP("0006")}, {'<', SCCCN_},
      {'>', OUR_ZLB("0006", "0001", "0002")}, {'=', "up"},
      {'!', "port 61001"}, {'<', SCCRQ_("0007")},
      {'>', "c802 005c 0007 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000003 "
            "8011 0000 0007 7269672e6578616d706c65 000b 0000 0008 6c32747064 8008 0000 0009 UUUU "
            "8008 0000 000a 0004"},
      {'<', "c802 0014 UUUU 0000 0001 0001 8008 0000 0000 0003"},
      {'>', OUR_ZLB("0007", "0001", "0002")}, {'=', "up"}, {'!', "tunnels 2"}}},
    {"Q-01 two clients behind one NAT with the same tunnel id, from two ports", "",
     {{'<', SCCRQ_("0006")}, {'>', OUR_SCCRP("0006")}, {'<', SCCCN_},
      {'>', OUR_ZLB("0006", "0001", "0002")}, {'=', "up"},
      {'!', "port 61001"}, {'<', SCCRQ_("0006")},
      {'>', "c802 005c 0006 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000003 "
            "8011 0000 0007 7269672e6578616d706c65 000b 0000 0008 6c32747064 8008 0000 0009 UUUU "
            "8008 0000 000a 0004"},
      {'<', "c802 0014 UUUU 0000 0001 0001 8008 0000 0000 0003"},
      {'>', OUR_ZLB("0006", "0001", "0002")}, {'=', "up"}, {'!', "tunnels 2"},
      {'!', "port 1701"},
      {'<', "c802 0014 TTTT 0000 0002 0001 8008 0000 0000 0006"},
      {'>', OUR_ZLB("0006", "0001", "0003")}}},
    {"Q-01 same port and same id as well: nothing tells them apart, and who is up first stays", "",
     {{'<', SCCRQ_("0006")}, {'>', OUR_SCCRP("0006")},
      {'<', "c802 0066 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "
            "800a 0000 0003 00000001 800a 0000 0004 00000000 0008 0000 0006 0a00 "
            "800f 0000 0007 4445534b544f502d32 000f 0000 0008 4d6963726f736f6674 "
            "8008 0000 0009 0006 8008 0000 000a 0008"},
      {'>', "c802 005c 0006 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000003 "
            "8011 0000 0007 7269672e6578616d706c65 000b 0000 0008 6c32747064 8008 0000 0009 UUUU "
            "8008 0000 000a 0004"},
      {'!', "tunnels 2"},
      {'<', "c802 0014 TTTT 0000 0001 0001 8008 0000 0000 0003"},
      {'=', "down 3/0"},
      {'>', OUR_ZLB("0006", "0001", "0002")}, {'=', "up"}, {'!', "tunnels 1"}}},
    {"Q-01, A-09 a rebooted client comes back with the same port and id: the ghost goes without a word", "",
     {CALL_UP, {'!', "idle 20000"}, {'<', SCCRQ_("0006")},
      {'>', "c802 005c 0006 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000003 "
            "8011 0000 0007 7269672e6578616d706c65 000b 0000 0008 6c32747064 8008 0000 0009 UUUU "
            "8008 0000 000a 0004"},
      {'!', "tunnels 2"},
      {'<', "c802 0014 UUUU 0000 0001 0001 8008 0000 0000 0003"},
      {'=', "call-down 3/0"}, {'=', "down 3/0"},
      {'>', OUR_ZLB("0006", "0001", "0002")}, {'=', "up"}, {'!', "tunnels 1"}}},
    {"Q-01 a repeat of the SCCRQ is the same tunnel", "",
     {{'<', SCCRQ_("0006")}, {'>', OUR_SCCRP("0006")}, {'<', SCCRQ_("0006")},
      {'>', OUR_ZLB("0006", "0001", "0001")},
      {'!', "tunnels 1"}, {'#', SAYS_WINDOWS}}},
    {"Q-04 Windows leaves out the Host Name: excused", "",
     {{'<', "c802 0057 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "
            "800a 0000 0003 00000001 800a 0000 0004 00000000 0008 0000 0006 0500 "
            "000f 0000 0008 4d6963726f736f6674 8008 0000 0009 0016 8008 0000 000a 0008"},
      {'>', OUR_SCCRP("0016")}, {'#', SAYS_WINDOWS}}},
    {"Q-04 forbidden: then it is refused, as 6.1 has it", "off=missing-avps",
     {{'<', "c802 0057 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "
            "800a 0000 0003 00000001 800a 0000 0004 00000000 0008 0000 0006 0500 "
            "000f 0000 0008 4d6963726f736f6674 8008 0000 0009 0016 8008 0000 000a 0008"},
      {'>', "c802 0045 0016 0000 0000 0001 8008 0000 0000 0004 "
            "8029 0000 0001 0002000353434352513a20686f73745f6e616d6520283729206973206d697373696e"
            "67 "
            "8008 0000 0009 ZZZZ"},
      {'~', "peer is Windows"}, {'!', "tunnels 0"}}},
    {"Q-05 ICCN with framing that nobody advertised: taken", "",
     {TUNNEL_UP, {'<', ICRQ_}, {'>', OUR_ICRP("0006", "0001", "0001", "0003")},
      {'<', "c802 0028 TTTT SSSS 0003 0002 8008 0000 0000 000c 800a 0000 0018 05f5e100 "
            "800a 0000 0013 00000002"},
      {'>', OUR_ZLB("0006", "0002", "0004")}, {'=', "call-up"}}},
    {"Q-05 ICCN without speed and framing: excused", "",
     {TUNNEL_UP, {'<', ICRQ_}, {'>', OUR_ICRP("0006", "0001", "0001", "0003")},
      {'<', "c802 001c TTTT SSSS 0003 0002 8008 0000 0000 000c 0008 0000 001d 0004"},
      {'>', OUR_ZLB("0006", "0002", "0004")}, {'=', "call-up"}}},
    {"Q-06, A-16 ICCN with Sequencing Required: our data are numbered", "",
     {TUNNEL_UP, {'<', ICRQ_}, {'>', OUR_ICRP("0006", "0001", "0001", "0003")},
      {'<', "c802 002e TTTT SSSS 0003 0002 8008 0000 0000 000c 800a 0000 0018 05f5e100 "
            "800a 0000 0013 00000001 8006 0000 0027"},
      {'>', OUR_ZLB("0006", "0002", "0004")}, {'=', "call-up"}, {'!', "frame c0210101"},
      {'>', "0802 0006 0001 0000 0000 c0210101"}}},
    {"Q-06 M bits the other way round on what is known: nothing is said of it", "",
     {{'<', "c802 0066 0000 0000 0000 0000 8008 0000 0000 0001 0008 0000 0002 0100 "
            "000a 0000 0003 00000001 000a 0000 0004 00000000 8008 0000 0006 0a00 "
            "000f 0000 0007 4445534b544f502d31 800f 0000 0008 4d6963726f736f6674 "
            "0008 0000 0009 0006 0008 0000 000a 0008"},
      {'>', OUR_SCCRP("0006")}, {'#', SAYS_WINDOWS}}},
    {"Q-06 HELLO after 40 s, acknowledged, while ours never comes", "",
     {CALL_UP, {'!', "idle 40000"},
      {'<', "c802 0014 TTTT 0000 0004 0002 8008 0000 0000 0006"},
      {'>', OUR_ZLB("0006", "0002", "0005")},
      {'!', "idle 40000"},
      {'<', "c802 0014 TTTT 0000 0005 0002 8008 0000 0000 0006"},
      {'>', OUR_ZLB("0006", "0002", "0006")}}},
    {"Q-02 draft's flow control: window and delay with M set in ICCN count for nothing", "",
     {TUNNEL_UP, {'<', "c802 0040 TTTT 0000 0002 0001 8008 0000 0000 000a 8008 0000 000e 0001 "
                       "800a 0000 000f 00000000 800a 0000 0012 00000002 8008 0000 0014 000a "
                       "8008 0000 000a 0004"},
      {'>', OUR_ICRP("0006", "0001", "0001", "0003")},
      {'<', "c802 0038 TTTT SSSS 0003 0002 8008 0000 0000 000c 800a 0000 0018 05f5e100 "
            "800a 0000 0013 00000001 8008 0000 000a 0040 8008 0000 0014 000a"},
      {'>', OUR_ZLB("0006", "0002", "0004")}, {'=', "call-up"}}},
    {"Q-02 draft's bit R (0x2000) in data: passed on, as if it were not there", "",
     {CALL_UP, {'<', "2802 TTTT SSSS 0000 0000 ff03 c021 01 01 0004"},
     {'=', "frame ff03c02101010004"},
      {'<', "2002 TTTT SSSS ff03 c021 01 02 0004"}, {'=', "frame ff03c02101020004"}}},
    {"Q-02 P is never set to Windows, though LCP echoes have it", "priority",
     {CALL_UP, {'!', "frame " ECHO}, {'>', "0002 0006 0001 " ECHO}}},
    {"Q-02 forbidden: P is set", "priority off=no-priority-bit",
     {CALL_UP, {'!', "frame " ECHO}, {'>', "0102 0006 0001 " ECHO},
     {'#', ": peer is Windows: no-hiding\n"}}},
    {"Q-02 forced for a peer that nobody knows: never set", "priority on=no-priority-bit",
     {{'<', "c802 0037 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "
            "800a 0000 0003 00000001 8009 0000 0007 6c6163 8008 0000 0009 0006"},
      {'>', OUR_SCCRP("0006")},
      {'<', SCCCN_}, {'>', OUR_ZLB("0006", "0001", "0002")}, {'=', "up"}, {'<', ICRQ_},
      {'>', OUR_ICRP("0006", "0001", "0001", "0003")}, {'<', ICCN_},
      {'>', OUR_ZLB("0006", "0002", "0004")},
      {'=', "call-up"}, {'!', "frame " ECHO}, {'>', "0002 0006 0001 " ECHO}, {'~', "peer is"}}},
    {"Q-03 nothing is hidden from Windows, from the SCCRP on", "secret hide",
     {{'<', SCCRQ_("0006")}, {'>', OUR_SCCRP("0006")}, {'#', SAYS_WINDOWS}}},
    {"Q-03 forbidden: the SCCRP is hidden, behind a Random Vector",
     "secret hide novendor off=no-hiding",
     {{'<', SCCRQ_("0006")},
      {'>', "c802 006d 0006 0000 0000 0001 8008 0000 0000 0002 "
            "8016 0000 0024 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA 8008 0000 0002 0100 "
            "c00c 0000 0003 HHHHHHHHHHHH c00c 0000 0004 IIIIIIIIIIII "
            "8011 0000 0007 7269672e6578616d706c65 c00a 0000 0009 JJJJJJJJ 8008 0000 000a 0004"},
      {'#', ": peer is Windows: no-priority-bit\n"}}},
    {"Q-03 forced for a peer that nobody knows: nothing is hidden", "secret hide on=no-hiding",
     {{'<', "c802 0037 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "
            "800a 0000 0003 00000001 8009 0000 0007 6c6163 8008 0000 0009 0006"},
      {'>', OUR_SCCRP("0006")}, {'~', "peer is"}}},
};

/* Windows as server: as Windows Server 2008 R2 answers. */
static const struct talk_scene server[] = {
    {"Q-01 a Windows server: recognised by its SCCRP, and called", "",
     {SERVER_UP, {'>', OUR_SCCCN("012a")}, {'=', "up"}, {'#', SAYS_WINDOWS},
      {'<', "c802 000c TTTT 0000 0001 0002"},
      {'!', "call"},
      {'>', "c802 0030 012a 0000 0002 0001 8008 0000 0000 000a 8008 0000 000e SSSS "
            "800a 0000 000f 00000064 800a 0000 0012 00000000"},
      {'<', "c802 001c TTTT SSSS 0001 0003 8008 0000 0000 000b 8008 0000 000e 0001"},
      {'>', "c802 0028 012a 0001 0003 0002 8008 0000 0000 000c 800a 0000 0013 00000001 "
            "800a 0000 0018 05f5e100"},
      {'=', "call-up"},
      {'<', "c802 000c TTTT 0000 0002 0004"}}},
    {"Q-06 it sends SLI: taken, with the maps", "",
     {SERVER_UP, {'>', OUR_SCCCN("012a")}, {'=', "up"},
      {'<', "c802 000c TTTT 0000 0001 0002"},
      {'!', "call"},
      {'>', "c802 0030 012a 0000 0002 0001 8008 0000 0000 000a 8008 0000 000e SSSS "
            "800a 0000 000f 00000064 800a 0000 0012 00000000"},
      {'<', "c802 001c TTTT SSSS 0001 0003 8008 0000 0000 000b 8008 0000 000e 0001"},
      {'>', "c802 0028 012a 0001 0003 0002 8008 0000 0000 000c 800a 0000 0013 00000001 "
            "800a 0000 0018 05f5e100"},
      {'=', "call-up"},
      {'<', "c802 0024 TTTT SSSS 0002 0004 8008 0000 0000 0010 "
            "8010 0000 0023 0000ffffffffffffffff"},
      {'>', OUR_ZLB("012a", "0004", "0003")}, {'=', "line-info"}}},
    {"Q-06 its OCRQ has no Called Number: no call without one, but the tunnel stays", "",
     {SERVER_UP, {'>', OUR_SCCCN("012a")}, {'=', "up"},
      {'<', "c802 004e TTTT 0000 0001 0002 8008 0000 0000 0007 8008 0000 000e 0001 "
            "800a 0000 000f 00000001 800a 0000 0010 00002580 800a 0000 0011 05f5e100 "
            "800a 0000 0012 00000001 800a 0000 0013 00000001"},
      {'>', "c802 0049 012a 0001 0002 0002 8008 0000 0000 000e "
            "802d 0000 0001 000200034f4352513a2063616c6c65645f6e756d6265722028323129206973206d69"
            "7373696e67 "
            "8008 0000 000e SSSS"},
      {'=', "call-down 2/3"},
      {'<', "c802 0014 TTTT 0000 0002 0003 8008 0000 0000 0006"},
      {'>', OUR_ZLB("012a", "0003", "0003")}}},
    {"Q-01 crossing SCCRQs: Windows knows no tie breaker, so each side opens one, and ours wins",
     "tie",
     {{'!', "open"},
      {'>', "c802 006a 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000003 000e 0000 0005 YYYYYYYYYYYYYYYY "
            "8011 0000 0007 7269672e6578616d706c65 000b 0000 0008 6c32747064 8008 0000 0009 TTTT "
            "8008 0000 000a 0004"},
      {'<', SCCRQ_("0006")}, {'!', "tunnels 1"}}},
    {"Q-01 crossing SCCRQs without a tie breaker of ours: two tunnels", "",
     {{'!', "open"}, {'>', OUR_SCCRQ}, {'<', SCCRQ_("0006")},
      {'>', "c802 005c 0006 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000003 "
            "8011 0000 0007 7269672e6578616d706c65 000b 0000 0008 6c32747064 8008 0000 0009 UUUU "
            "8008 0000 000a 0004"},
      {'!', "tunnels 2"}, {'<', SCCRP_}, {'>', OUR_SCCCN("012a")}, {'=', "up"},
      {'<', "c802 0014 UUUU 0000 0001 0001 8008 0000 0000 0003"},
      {'>', OUR_ZLB("0006", "0001", "0002")}, {'=', "up"}}},
};
/* clang-format on */

int main(void)
{
    TALK(client);
    TALK(server);
    return tap_done();
}
