/* Android's client, octet by octet: a window of 1, exact ideas of what comes next, and
 * silence where a HELLO is to be answered. */
#include "rig_talk.h"

/* clang-format off */
#define SCCRQ_                                                                                     \
    "c802 0045 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "                       \
    "800f 0000 0007 616e6f6e796d6f7573 800a 0000 0003 00000003 8008 0000 0009 b1c2 "               \
    "8008 0000 000a 0001"
#define SCCRQ_SECRET                                                                               \
    "c802 006b 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "                       \
    "800f 0000 0007 616e6f6e796d6f7573 800a 0000 0003 00000003 8008 0000 0009 b1c2 "               \
    "8008 0000 000a 0001 "                                                                         \
    "8026 0000 000b 202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
/* one that an operator has given another window: not to be told from anybody */
#define SCCRQ_OTHER                                                                                \
    "c802 0045 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "                       \
    "800f 0000 0007 616e6f6e796d6f7573 800a 0000 0003 00000003 8008 0000 0009 b1c2 "               \
    "8008 0000 000a 0004"
#define SCCCN_                                                                                     \
    "c802 0014 TTTT 0000 0001 0001 8008 0000 0000 0003"
#define ICRQ_                                                                                      \
    "c802 0026 TTTT 0000 0002 0001 8008 0000 0000 000a 8008 0000 000e 5d6e "                       \
    "800a 0000 000f 9e3779b9"
#define ICCN_                                                                                      \
    "c802 0028 TTTT SSSS 0003 0002 8008 0000 0000 000c 800a 0000 0018 05f5e100 "                   \
    "800a 0000 0013 00000003"
#define HELLO_AT(ns) OUR_HELLO("b1c2", ns, "0004")
#define SAYS_ANDROID ": peer is Android: no-hello, no-hiding"
#define SAYS_SILENT "peer does not acknowledge HELLO, but its data flow: it stays (quirk silent-hello)"
#define DATA {'<', "0002 TTTT SSSS ff030021 45"}, {'=', "frame ff03002145"}

#define UP_BY(sccrq)                                                                               \
    {'<', sccrq}, {'>', OUR_SCCRP("b1c2")}, {'<', SCCCN_},                                         \
    {'>', OUR_ZLB("b1c2", "0001", "0002")}, {'=', "up"}
#define CALL                                                                                       \
    {'<', ICRQ_}, {'>', OUR_ICRP("b1c2", "5d6e", "0001", "0003")}, {'<', ICCN_},                   \
    {'>', OUR_ZLB("b1c2", "0002", "0004")}, {'=', "call-up"}
/* six HELLOs, nothing in return */
#define SIX_HELLOS                                                                                 \
    {'!', "idle 60000"}, {'>', HELLO_AT("0002")}, {'!', "idle 1000"}, {'>', HELLO_AT("0002")},     \
    {'!', "idle 2000"}, {'>', HELLO_AT("0002")}, {'!', "idle 4000"}, {'>', HELLO_AT("0002")},      \
    {'!', "idle 8000"}, {'>', HELLO_AT("0002")}, {'!', "idle 16000"}, {'>', HELLO_AT("0002")}

static const struct talk_scene scenes[] = {
    {"Q-08, Q-05 Android: each message acknowledged at once, serial number and framing of 3 taken",
     "",
     {UP_BY(SCCRQ_), {'#', SAYS_ANDROID}, CALL,
      {'<', "c802 0024 TTTT 0000 0004 0002 8008 0000 0000 0004 8008 0000 0009 b1c2 "
            "8008 0000 0001 0006"},
      {'>', OUR_ZLB("b1c2", "0002", "0005")},
      {'=', "call-down 3/0"}, {'=', "down 6/0"}, {'#', SAYS_ANDROID}}},
    {"Q-08 its challenge of 32 octets is answered, and ours by it", "secret challenge",
     {{'<', SCCRQ_SECRET},
      {'>', "c802 0088 b1c2 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000003 "
            "8011 0000 0007 7269672e6578616d706c65 000b 0000 0008 6c32747064 8008 0000 0009 TTTT "
            "8008 0000 000a 0004 8016 0000 000b XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX "
            "8016 0000 000d a96945f6a0d877206220f23d7ec4e2b3"},
      {'<', "c802 002a TTTT 0000 0001 0001 8008 0000 0000 0003 "
            "8016 0000 000d QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ"},
      {'>', OUR_ZLB("b1c2", "0001", "0002")}, {'=', "up"}, CALL}},
    {"Q-08 copies every 2 s with the old Nr: acknowledged anew, and no second call", "",
     {UP_BY(SCCRQ_), {'<', ICRQ_}, {'>', OUR_ICRP("b1c2", "5d6e", "0001", "0003")},
      {'<', ICRQ_}, {'>', OUR_ZLB("b1c2", "0002", "0003")}, {'<', ICRQ_},
      {'>', OUR_ZLB("b1c2", "0002", "0003")},
      {'<', ICCN_}, {'>', OUR_ZLB("b1c2", "0002", "0004")}, {'=', "call-up"},
      {'<', ICCN_}, {'>', OUR_ZLB("b1c2", "0002", "0004")}}},
    {"Q-08 its window of 1 is kept: the second waits for the first's acknowledgement", "",
     {UP_BY(SCCRQ_), CALL, {'!', "accm"},
      {'>', "c802 0024 b1c2 5d6e 0002 0004 8008 0000 0000 0010 "
            "8010 0000 0023 00000000000000000000"},
      {'!', "hangup 3"}, {'=', "call-down 3/0"}, {'!', "idle 999"},
      {'<', "c802 000c TTTT 0000 0004 0003"},
      {'>', "c802 0024 b1c2 5d6e 0003 0004 8008 0000 0000 000e 8008 0000 0001 0003 "
            "8008 0000 000e SSSS"}}},
    {"Q-08, A-26 it refuses a call with CDN 2/6 and session id 0 within: the header's counts", "",
     {UP_BY(SCCRQ_), {'!', "call"},
      {'>', "c802 0030 b1c2 0000 0001 0002 8008 0000 0000 000a 8008 0000 000e SSSS "
            "800a 0000 000f 00000064 800a 0000 0012 00000000"},
      {'<', "c802 0026 TTTT SSSS 0002 0002 8008 0000 0000 000e 800a 0000 0001 00020006 "
            "8008 0000 000e 0000"},
      {'>', OUR_ZLB("b1c2", "0002", "0003")}, {'=', "call-down 2/6"}}},
    {"Q-08 nothing is hidden from it", "secret hide", {UP_BY(SCCRQ_)}},
    {"Q-08 forbidden: what may be is hidden", "secret hide novendor off=no-hiding",
     {{'<', SCCRQ_},
      {'>', "c802 006d b1c2 0000 0000 0001 8008 0000 0000 0002 "
            "8016 0000 0024 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA 8008 0000 0002 0100 "
            "c00c 0000 0003 HHHHHHHHHHHH c00c 0000 0004 IIIIIIIIIIII "
            "8011 0000 0007 7269672e6578616d706c65 c00a 0000 0009 JJJJJJJJ 8008 0000 000a 0004"},
      {'#', ": peer is Android: no-hello\n"}}},
    {"Q-13 no HELLO while its call is up, for hours", "",
     {UP_BY(SCCRQ_), CALL, {'!', "idle 36000000"}, DATA, {'!', "idle 36000000"},
     {'!', "tunnels 1"}}},
    {"Q-13 but one that has no call and is gone is found out", "",
     {UP_BY(SCCRQ_), CALL, {'<', "c802 0024 TTTT SSSS 0004 0002 8008 0000 0000 000e "
                                 "8008 0000 0001 0001 8008 0000 000e 5d6e"},
      {'>', OUR_ZLB("b1c2", "0002", "0005")}, {'=', "call-down 1/0"},
      {'!', "idle 60000"}, {'>', OUR_HELLO("b1c2", "0002", "0005")},
      {'!', "idle 1000"}, {'>', OUR_HELLO("b1c2", "0002", "0005")}, {'!', "idle 2000"},
      {'>', OUR_HELLO("b1c2", "0002", "0005")},
      {'!', "idle 4000"}, {'>', OUR_HELLO("b1c2", "0002", "0005")}, {'!', "idle 8000"},
      {'>', OUR_HELLO("b1c2", "0002", "0005")},
      {'!', "idle 16000"}, {'>', OUR_HELLO("b1c2", "0002", "0005")}, {'!', "idle 16000"},
      {'=', "down 1/0"}, {'!', "tunnels 0"}}},
    {"Q-13 forbidden: HELLO after 60 s, and its end without an answer", "off=no-hello",
     {UP_BY(SCCRQ_),
      {'#', ": peer is Android: no-hiding\n"}, CALL, SIX_HELLOS, {'!', "idle 16000"},
      {'=', "call-down 3/0"}, {'=', "down 1/0"}, {'~', SAYS_SILENT}}},
    {"Q-13 forced: no HELLO in a call of one that nobody knows", "on=no-hello",
     {UP_BY(SCCRQ_OTHER), CALL, {'~', "peer is"}, {'!', "idle 3600000"}, {'!', "tunnels 1"}}},
    {"Q-13 silent to HELLO, but its data flow: it stays, and that is logged once", "",
     {UP_BY(SCCRQ_OTHER), CALL, SIX_HELLOS, DATA, {'!', "idle 16000"}, {'>', HELLO_AT("0002")},
     {'#', SAYS_SILENT},
      {'!', "idle 16000"}, {'>', HELLO_AT("0002")}, {'!', "idle 16000"}, {'>', HELLO_AT("0002")},
      {'!', "idle 16000"}, {'>', HELLO_AT("0002")},
      {'!', "idle 16000"}, {'>', HELLO_AT("0002")}, {'!', "idle 16000"},
      {'>', HELLO_AT("0002")}, DATA, {'!', "idle 16000"}, {'>', HELLO_AT("0002")},
      {'#', SAYS_SILENT}, {'!', "tunnels 1"}}},
    {"Q-13 and beside the HELLO that it passes over, what it does answer goes out and is answered",
     "",
     {UP_BY(SCCRQ_OTHER), CALL, SIX_HELLOS, DATA, {'!', "idle 16000"}, {'>', HELLO_AT("0002")},
      {'!', "hangup 3"},
      {'>', "c802 0024 b1c2 5d6e 0003 0004 8008 0000 0000 000e 8008 0000 0001 0003 "
            "8008 0000 000e SSSS"},
      {'=', "call-down 3/0"},
      {'<', "c802 000c TTTT 0000 0004 0004"},
      {'!', "idle 59999"}, {'!', "tunnels 1"}}},
    {"Q-13 its data stop too: it ends, a while after", "",
     {UP_BY(SCCRQ_OTHER), CALL, SIX_HELLOS, DATA, {'!', "idle 16000"}, {'>', HELLO_AT("0002")},
      {'!', "idle 16000"}, {'>', HELLO_AT("0002")}, {'!', "idle 16000"}, {'>', HELLO_AT("0002")},
      {'!', "idle 16000"}, {'>', HELLO_AT("0002")},
      {'!', "idle 16000"}, {'>', HELLO_AT("0002")}, {'!', "idle 16000"}, {'>', HELLO_AT("0002")},
      {'!', "idle 16000"}, {'=', "call-down 3/0"}, {'=', "down 1/0"}, {'!', "tunnels 0"}}},
    {"Q-13 forbidden: unanswered is unanswered, whatever flows", "off=silent-hello",
     {UP_BY(SCCRQ_OTHER), CALL, SIX_HELLOS, DATA, {'!', "idle 16000"}, {'=', "call-down 3/0"},
     {'=', "down 1/0"}, {'~', SAYS_SILENT}}},
    {"Q-13 data from before the HELLO prove nothing", "",
     {UP_BY(SCCRQ_OTHER), CALL, {'!', "idle 1000"}, DATA, SIX_HELLOS, {'!', "idle 16000"},
     {'=', "call-down 3/0"}, {'=', "down 1/0"}}},
};
/* clang-format on */

int main(void)
{
    TALK(scenes);
    return tap_done();
}
