/* Apple's client, in macOS and iOS, octet by octet: the least that a message may have,
 * and result codes in the order of the machine. */
#include "rig_talk.h"

/* clang-format off */
#define SCCRQ_                                                                                     \
    "c802 0045 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "                       \
    "800a 0000 0003 00000003 800f 0000 0007 4d61632e6c6f63616c 8008 0000 0009 0e2d "               \
    "8008 0000 000a 0004"
#define SCCCN_                                                                                     \
    "c802 0014 TTTT 0000 0001 0001 8008 0000 0000 0003"
#define ICRQ_                                                                                      \
    "c802 0026 TTTT 0000 0002 0001 8008 0000 0000 000a 8008 0000 000e 2f41 "                       \
    "800a 0000 000f 00000001"
#define ICCN_                                                                                      \
    "c802 0028 TTTT SSSS 0003 0002 8008 0000 0000 000c 800a 0000 0018 000f4240 "                   \
    "800a 0000 0013 00000001"
#define STOPCCN_                                                                                   \
    "c802 002a TTTT 0000 0004 0002 8008 0000 0000 0004 8008 0000 0009 0e2d "                       \
    "800e 0000 0001 0600c0a80001c0a8"
#define SAYS_SWAPPED ": peer's result code is in its own byte order (quirk swapped-results): it means "

#define TUNNEL_UP                                                                                  \
    {'<', SCCRQ_}, {'>', OUR_SCCRP("0e2d")}, {'<', SCCCN_},                                        \
    {'>', OUR_ZLB("0e2d", "0001", "0002")}, {'=', "up"}
#define CALL_UP                                                                                    \
    TUNNEL_UP, {'<', ICRQ_}, {'>', OUR_ICRP("0e2d", "2f41", "0001", "0003")}, {'<', ICCN_},        \
    {'>', OUR_ZLB("0e2d", "0002", "0004")}, {'=', "call-up"}

static const struct talk_scene scenes[] = {
    {"Q-07 macOS: SCCCN and ICRQ back to back, both minimal, and the call is up", "",
     {CALL_UP, {'~', "peer is"}}},
    {"Q-07 ICRQ overtakes SCCCN: not kept for one who is not in, and taken when it is repeated", "",
     {{'<', SCCRQ_}, {'>', OUR_SCCRP("0e2d")}, {'<', ICRQ_}, {'>', OUR_ZLB("0e2d", "0001", "0001")},
      {'<', SCCCN_}, {'>', OUR_ZLB("0e2d", "0001", "0002")}, {'=', "up"},
      {'<', ICRQ_}, {'>', OUR_ICRP("0e2d", "2f41", "0001", "0003")}}},
    {"Q-07 it ignores a challenge: with 'challenge' it does not come in", "secret challenge",
     {{'<', SCCRQ_},
      {'>', "c802 0072 0e2d 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000003 "
            "8011 0000 0007 7269672e6578616d706c65 000b 0000 0008 6c32747064 8008 0000 0009 TTTT "
            "8008 0000 000a 0004 8016 0000 000b XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"},
      {'<', SCCCN_},
      {'>', "c802 0042 0e2d 0000 0001 0002 8008 0000 0000 0004 "
            "8026 0000 0001 000400006e6f20726573706f6e736520746f206f7572206368616c6c656e6765 "
            "8008 0000 0009 TTTT"},
      {'=', "down 4/0"}}},
    {"Q-07 without 'challenge' it does, though there is a secret for others", "secret", {CALL_UP}},
    {"Q-07 nothing is hidden from one who has not shown the secret", "secret proven",
     {CALL_UP, {'!', "hangup 3"},
      {'>', "c802 0024 0e2d 2f41 0002 0004 8008 0000 0000 000e 8008 0000 0001 0003 "
            "8008 0000 000e SSSS"},
      {'=', "call-down 3/0"}}},
    {"Q-07 what we send has the sizes it insists on, and Result Code no more than it needs", "",
     {CALL_UP, {'!', "close 6"},
      {'>', "c802 0024 0e2d 0000 0002 0004 8008 0000 0000 0004 8008 0000 0001 0006 "
            "8008 0000 0009 TTTT"},
      {'=', "call-down 3/0"}, {'=', "down 6/0"}}},
    {"Q-09 StopCCN with 06 00 and six stale octets behind it: 6", "",
     {CALL_UP, {'<', STOPCCN_}, {'>', OUR_ZLB("0e2d", "0002", "0005")}, {'=', "call-down 3/0"},
     {'=', "down 6/0"},
      {'#', SAYS_SWAPPED "6\n"}}},
    {"Q-09 the same where the datagram ends before the Length says: nothing is read beyond it", "",
     {CALL_UP, {'<', "c802 0024 TTTT 0000 0004 0002 8008 0000 0000 0004 8008 0000 0009 0e2d "
                     "800e 0000 0001 0600"},
      {'>', OUR_ZLB("0e2d", "0002", "0005")},
      {'=', "call-down 3/0"}, {'=', "down 6/0"}, {'#', SAYS_SWAPPED "6\n"}}},
    {"Q-09 CDN: the Length swallows the head of what follows, and the header's session is enough",
     "",
     {CALL_UP, {'<', "c802 0024 TTTT SSSS 0004 0002 8008 0000 0000 000e 800e 0000 0001 0300 "
                     "8008 0000 000e 2f41"},
      {'>', OUR_ZLB("0e2d", "0002", "0005")},
      {'=', "call-down 3/0"}, {'#', SAYS_SWAPPED "3\n"}}},
    {"Q-09 it is logged once, however many calls end so", "",
     {CALL_UP, {'<', "c802 002a TTTT SSSS 0004 0002 8008 0000 0000 000e "
                     "800e 0000 0001 0300c0a80001c0a8 8008 0000 000e 2f41"},
      {'>', OUR_ZLB("0e2d", "0002", "0005")}, {'=', "call-down 3/0"},
      {'<', "c802 0026 TTTT 0000 0005 0002 8008 0000 0000 000a 8008 0000 000e 2f42 "
            "800a 0000 000f 00000002"},
      {'>', "c802 001c 0e2d 2f42 0002 0006 8008 0000 0000 000b 8008 0000 000e VVVV"},
      {'<', "c802 002a TTTT VVVV 0006 0003 8008 0000 0000 000e 800e 0000 0001 0300c0a80001c0a8 "
            "8008 0000 000e 2f42"},
      {'>', OUR_ZLB("0e2d", "0003", "0007")}, {'=', "call-down 3/0"},
      {'#', SAYS_SWAPPED "3\n"}}},
    {"Q-09 forbidden: it is the number that it is, and what follows its error code",
     "off=swapped-results",
     {CALL_UP, {'<', STOPCCN_}, {'>', OUR_ZLB("0e2d", "0002", "0005")}, {'=', "call-down 3/0"},
     {'=', "down 1536/49320"},
      {'~', SAYS_SWAPPED}}},
    {"Q-09 forced, for a peer of another make", "on=swapped-results",
     {{'<', "c802 004c 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 8008 0000 0007 6777 000e 0000 0008 4d696b726f54696b "
            "8008 0000 0009 0e2d 8008 0000 000a 0004"},
      {'>', OUR_SCCRP("0e2d")}, {'<', SCCCN_}, {'>', OUR_ZLB("0e2d", "0001", "0002")}, {'=', "up"},
      {'<', "c802 0024 TTTT 0000 0002 0001 8008 0000 0000 0004 8008 0000 0009 0e2d "
            "8008 0000 0001 0600"},
      {'>', OUR_ZLB("0e2d", "0001", "0003")}, {'=', "down 6/0"}, {'#', SAYS_SWAPPED "6\n"}}},
    {"Q-09 a result in the network's order is not turned", "",
     {CALL_UP, {'<', "c802 0024 TTTT 0000 0004 0002 8008 0000 0000 0004 8008 0000 0009 0e2d "
                     "8008 0000 0001 0006"},
      {'>', OUR_ZLB("0e2d", "0002", "0005")},
      {'=', "call-down 3/0"}, {'=', "down 6/0"}, {'~', SAYS_SWAPPED}}},
    {"an iPhone asleep goes without a word: HELLO finds it out, and it comes in again", "",
     {CALL_UP, {'!', "idle 59999"}, {'!', "idle 1"}, {'>', OUR_HELLO("0e2d", "0002", "0004")},
      {'!', "idle 1000"}, {'>', OUR_HELLO("0e2d", "0002", "0004")}, {'!', "idle 2000"},
      {'>', OUR_HELLO("0e2d", "0002", "0004")},
      {'!', "idle 4000"}, {'>', OUR_HELLO("0e2d", "0002", "0004")}, {'!', "idle 8000"},
      {'>', OUR_HELLO("0e2d", "0002", "0004")},
      {'!', "idle 16000"}, {'>', OUR_HELLO("0e2d", "0002", "0004")}, {'!', "idle 15999"},
      {'!', "idle 1"},
      {'=', "call-down 3/0"}, {'=', "down 1/0"}, {'!', "tunnels 0"},
      /* awake, it goes on as if nothing had been: nobody is told where there is no tunnel (9.1) */
      {'<', "c802 0014 TTTT 0000 0004 0002 8008 0000 0000 0006"},
      {'<', SCCRQ_},
      {'>', "c802 005c 0e2d 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100 "
            "800a 0000 0003 00000003 800a 0000 0004 00000003 "
            "8011 0000 0007 7269672e6578616d706c65 000b 0000 0008 6c32747064 8008 0000 0009 UUUU "
            "8008 0000 000a 0004"}}},
    {"a Mac's LCP echoes, with its auxiliary ping, pass as they are", "",
     {CALL_UP, {'<', "0002 TTTT SSSS ff03 c021 09 03 0008 5a5a1234"},
     {'=', "frame ff03c021090300085a5a1234"},
      {'!', "frame ff03c0210a0300081234abcd"}, {'>', "0002 0e2d 2f41 ff03c0210a0300081234abcd"}}},
};
/* clang-format on */

int main(void)
{
    TALK(scenes);
    return tap_done();
}
