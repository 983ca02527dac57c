/* The LCP of a LAC that answers calls itself (RFC 1661): the automaton, each option either way,
 * what is lost and said again, and each way in which it comes to nothing. */
#include "front_rig.h"

/* Our Request as it begins: ACCM 0, CHAP with MD5, a magic number. */
#define OURS "0206 00000000 0305c22305 0506 01020304"
#define ASK "<L 01 01 " OURS ";"
#define ACKED ">L 02 01 " OURS ";"
#define CALLER "0206 00000000 0506 aabbccdd 0702 0802"
#define ASKED ">L 01 07 " CALLER ";"
#define ACK "<L 02 07 " CALLER ";"
#define CHALLENGE(id, octets) "<C 01 " id " 10 " octets " 6c6163;"
#define FIRST CHALLENGE("02", "05060708090a0b0c0d0e0f1011121314")
#define SECOND CHALLENGE("04", "15161718191a1b1c1d1e1f2021222324")
#define OPEN ASK ASKED ACK ACKED FIRST "<;=running;"
#define NO_MORE "<;"

static const struct {
    const char *name;
    const char *script;
} scripts[] = {
    {"RFC 1661, 4.1: Up: a Configure-Request", ASK NO_MORE "=running;"},
    {"RFC 1661, 4.1: Ack sent, Ack received", ASK ASKED ACK NO_MORE ACKED FIRST NO_MORE},
    {"RFC 1661, 4.1: Ack received, Ack sent", ASK ACKED NO_MORE ASKED ACK FIRST NO_MORE},
    {"RFC 1661, 5: padding behind the packet means nothing",
     ASK ">X ff03c0210107000a 0506aabbccdd 0000000000;<L 02 07 0506aabbccdd;"},
    {"RFC 1661, 6.6: without Address and Control", ASK ">X c0210107000a 0506aabbccdd;"
                                                       "<L 02 07 0506aabbccdd;"},

    /* what is lost */
    {"RFC 1661, 4.6: our Request is lost: again after 3 s, the same",
     ASK "+2999;" NO_MORE "+1;" ASK NO_MORE "+3000;" ASK},
    {"RFC 1661, 4.6: the caller's Ack is lost", ASK ASKED ACK "+3000;" ASK ACKED FIRST},
    {"RFC 1661, 4.1: our Ack is lost: it asks again, and so do we",
     OPEN ASKED "<L 01 03 " OURS ";" ACK NO_MORE ">L 02 03 " OURS ";" SECOND NO_MORE},
    {"RFC 1661, 4.1: our Ack is lost before its Ack has come", ASK ASKED ACK ASKED ACK ACKED FIRST},
    {"RFC 1661, 4.1: its Ack came first and our Request times out: both begin again",
     ASK ACKED "+3000;<L 01 02 " OURS ";" ASKED ACK ">L 02 02 " OURS ";"},
    {"RFC 1661, 4.6: ten Requests, and an end 3 s after the last",
     ASK "+3000;" ASK "+3000;" ASK "+3000;" ASK "+3000;" ASK "+3000;" ASK "+3000;" ASK "+3000;" ASK
         "+3000;" ASK "+3000;" ASK "+2999;" NO_MORE "=running;+1;" NO_MORE "=silent;"},
    {"RFC 1661, 4.1: a Nak begins the count of ten anew",
     ASK "+29999;" ASK ASK ASK ASK ">L 03 01 0506 99999999;+29999;=running;+1;=timed-out;"},

    /* identifiers and answers that are none */
    {"RFC 1661, 5.2: an Ack of another Identifier",
     ASK ASKED ACK ">L 02 02 " OURS ";" NO_MORE "+3000;" ASK},
    {"RFC 1661, 5.2: an Ack of other options", ASK ASKED ACK ">L 02 01 0206 00000000;" NO_MORE},
    {"RFC 1661, 5.2: an Ack of options in another order",
     ASK ASKED ACK ">L 02 01 0305c22305 0206 00000000 0506 01020304;" NO_MORE "=running;"},
    {"RFC 1661, 4.3: a second Ack means nothing", OPEN ACKED NO_MORE},
    {"RFC 1661, 5.3: a Nak of another Identifier", ASK ">L 03 02 0304c023;" NO_MORE},
    {"RFC 1661, 5.3: a Nak that is no list of options", ASK ">L 03 01 0304c0;" NO_MORE},
    {"RFC 1661, 5.4: a Reject of another Identifier", ASK ">L 04 02 0506 01020304;" NO_MORE},
    {"RFC 1661, 5.4: a Reject of what was not asked", ASK ">L 04 01 0702;" NO_MORE},
    {"RFC 1661, 5.4: a Reject of another value", ASK ">L 04 01 0506 01020305;" NO_MORE},
    {"RFC 1661, 5.4: a Reject in another order",
     ASK ">L 04 01 0506 01020304 0206 00000000;" NO_MORE},

    /* the caller's options */
    {"RFC 1661, 5.1: a Request without options is good", ASK ">L 01 09;<L 02 09;" NO_MORE},
    {"RFC 1661, 6.1: an MRU", ASK ">L 01 09 010405d4;<L 02 09 010405d4;"},
    {"RFC 1661, 6.1: the highest MRU", ASK ">L 01 09 010405dc;<L 02 09 010405dc;"},
    {"RFC 1661, 6.1: an MRU that is too much", ASK ">L 01 09 010405dd;<L 03 09 010405dc;"},
    {"RFC 1661, 6.1: the lowest MRU", ASK ">L 01 09 01040080;<L 02 09 01040080;"},
    {"RFC 1661, 6.1: an MRU that is too little", ASK ">L 01 09 0104007f;<L 03 09 01040080;"},
    {"RFC 1661, 5.3: an MRU of a wrong size", ASK ">L 01 09 010305;<L 03 09 010405dc;"},
    {"RFC 1662, 7.1: any ACCM", ASK ">L 01 09 0206 000a0000;<L 02 09 0206 000a0000;"},
    {"RFC 1661, 5.3: an ACCM of a wrong size", ASK ">L 01 09 0204 000a;<L 03 09 0206 00000000;"},
    {"RFC 1661, 6.2: we do not authenticate ourselves",
     ASK ">L 01 09 0304c023 0702;<L 04 09 0304c023;"},
    {"RFC 1661, 6.3: we report no quality",
     ASK ">L 01 09 0408c025000003e8;<L 04 09 0408c025000003e8;"},
    {"RFC 1661, 6.4: a magic number of zero", ASK ">L 01 09 0506 00000000;<L 03 09 0506 05060708;"},
    {"RFC 1661, 5.3: a magic number of a wrong size",
     ASK ">L 01 09 0504 aabb;<L 03 09 0506 05060708;"},
    {"RFC 1661, 6.5: PFC of a wrong size", ASK ">L 01 09 070301;<L 03 09 0702;"},
    {"RFC 1661, 6.6: ACFC of a wrong size", ASK ">L 01 09 080301;<L 03 09 0802;"},
    {"RFC 1570, 2.3: no callback", ASK ">L 01 09 0d0306;<L 04 09 0d0306;"},
    {"RFC 1990: no bundle", ASK ">L 01 09 110405dc 1202 1309 03001122334455 0702;"
                                "<L 04 09 110405dc 1202 1309 03001122334455;"},
    {"RFC 1661, 5.4: an unknown option", ASK ">L 01 09 0702 ff04abcd 0002;<L 04 09 ff04abcd 0002;"},
    {"RFC 1661, 6: an option that stands there twice",
     ASK ">L 01 09 010405d4 010405d5;<L 04 09 010405d5;"},
    {"RFC 1661, 5.4: Reject comes before Nak", ASK ">L 01 09 0104ffff 6302;<L 04 09 6302;"},
    {"RFC 1661, 5.3: Nak names each that is wrong",
     ASK ">L 01 09 0104ffff 0702 0506 00000000;<L 03 09 010405dc 0506 05060708;"},
    {"RFC 1661, 6: an option past the end is no Request", ASK ">L 01 09 0702 0506aabb;" NO_MORE},
    {"RFC 1661, 6: an option of length 1 is no Request", ASK ">L 01 09 0701;" NO_MORE},
    {"RFC 1661, 4.1: a bad Request, a good one",
     ASK ">L 01 06 6302;<L 04 06 6302;" ASKED ACK ACKED FIRST},
    {"RFC 1661, 4.1: a bad Request behind its Ack",
     ASK ACKED ">L 01 06 6302;<L 04 06 6302;" ASKED ACK FIRST},
    {"RFC 1661, 4.1: a bad Request behind our Ack",
     ASK ASKED ACK ">L 01 08 6302;<L 04 08 6302;" ACKED NO_MORE ASKED ACK FIRST},
    {"RFC 1661, 4.1: a bad Request when LCP is open",
     OPEN ">L 01 08 6302;<L 01 03 " OURS ";<L 04 08 6302;" NO_MORE "=running;"},
    {"RFC 1661, 4.6: after five Naks it is rejected",
     ASK ">L 01 09 0104ffff;<L 03 09 010405dc;>L 01 0a 0104ffff;<L 03 0a 010405dc;"
         ">L 01 0b 0104ffff;<L 03 0b 010405dc;>L 01 0c 0104ffff;<L 03 0c 010405dc;"
         ">L 01 0d 0104ffff;<L 03 0d 010405dc;>L 01 0e 0104ffff;<L 04 0e 0104ffff;"},

    /* ours */
    {"RFC 1661, 5.3: another way of authentication",
     ASK ">L 03 01 0304c023;<L 01 02 0206 00000000 0304c023 0506 01020304;" NO_MORE},
    {"RFC 1661, 5.3: one that we do not offer: our next best",
     ASK ">L 03 01 0304c227;<L 01 02 0206 00000000 0304c023 0506 01020304;"},
    {"RFC 1661, 5.3: the same that we asked for: our next best",
     ASK ">L 03 01 0305c22305;<L 01 02 0206 00000000 0304c023 0506 01020304;"},
    {"RFC 1661, 5.3: two ways in one Nak: the first counts",
     ASK ">L 03 01 0304c227 0304c227;<L 01 02 0206 00000000 0304c023 0506 01020304;"},
    {"RFC 1661, 6.2: each way is declined",
     ASK ">L 03 01 0304c227;<L 01 02 0206 00000000 0304c023 0506 01020304;"
         ">L 03 02 0305c22305;<L 05 03;" NO_MORE "=no-auth;"},
    {"RFC 1661, 6.2: authentication is rejected", ASK ">L 04 01 0305c22305;<L 05 02;=no-auth;"},
    {"RFC 1662, 7.1: an ACCM with more in it",
     ASK ">L 03 01 0206 000a0000;<L 01 02 0206 000a0000 0305c22305 0506 01020304;"
         ">L 03 02 0206 00000001;<L 01 03 0206 000a0001 0305c22305 0506 01020304;"},
    {"RFC 1661, 5.4: no ACCM", ASK ">L 04 01 0206 00000000;<L 01 02 0305c22305 0506 01020304;"},
    {"RFC 1661, 6.1: an MRU that we did not ask for",
     ASK ">L 03 01 01040578;<L 01 02 01040578 0206 00000000 0305c22305 0506 01020304;"},
    {"RFC 1661, 6.1: one that is more than ours is none",
     ASK ">L 03 01 01040640;<L 01 02 " OURS ";"},
    {"RFC 1661, 6.1: one that is too little is none", ASK ">L 03 01 01040010;<L 01 02 " OURS ";"},
    {"RFC 1661, 5.3: an option of a wrong size in a Nak says nothing",
     ASK ">L 03 01 010305 0203ff;<L 01 02 " OURS ";"},
    {"RFC 1661, 5.3: an option that we do not know in a Nak",
     ASK ">L 03 01 6302;<L 01 02 " OURS ";"},
    {"RFC 1661, 6.4: another magic number",
     ASK ">L 03 01 0506 99999999;<L 01 02 0206 00000000 0305c22305 0506 05060708;"},
    {"RFC 1661, 6.4: no magic number",
     ASK ">L 04 01 0506 01020304;<L 01 02 0206 00000000 0305c22305;"
         ">L 03 02 0506 99999999;<L 01 03 0206 00000000 0305c22305;"},
    {"RFC 1661, 5.4: all but authentication at once",
     ASK ">L 04 01 0206 00000000 0506 01020304;<L 01 02 0305c22305;" ASKED ACK
         ">L 02 02 0305c22305;" CHALLENGE("03", "05060708090a0b0c0d0e0f1011121314")},
    {"RFC 1661, 4.1: Ack-Sent stays when ours is refused", ASK ASKED ACK
     ">L 04 01 0206 00000000;<L 01 02 0305c22305 0506 01020304;"
     ">L 02 02 0305c22305 0506 01020304;" CHALLENGE("03", "05060708090a0b0c0d0e0f1011121314")},

    /* what never converges */
    {"RFC 1661, 4.5: a caller that never takes no for an answer",
     ASK ">L 01 01 6302;<L 04 01 6302;>L 01 02 6302;<L 04 02 6302;>L 01 03 6302;<L 04 03 6302;"
         ">L 01 04 6302;<L 04 04 6302;>L 01 05 6302;<L 04 05 6302;>L 01 06 6302;<L 04 06 6302;"
         ">L 01 07 6302;<L 04 07 6302;>L 01 08 6302;<L 04 08 6302;>L 01 09 6302;<L 04 09 6302;"
         ">L 01 0a 6302;<L 04 0a 6302;=running;>L 01 0b 6302;<L 05 02;=diverges;"},
    {"RFC 1661, 4.5: a caller that always finds fault with ours",
     ASK ">L 03 01 01040010;<L 01 02 " OURS ";>L 03 02 01040010;<L 01 03 " OURS ";"
         ">L 03 03 01040010;<L 01 04 " OURS ";>L 03 04 01040010;<L 01 05 " OURS ";"
         ">L 03 05 01040010;<L 01 06 " OURS ";>L 03 06 01040010;<L 01 07 " OURS ";"
         ">L 03 07 01040010;<L 01 08 " OURS ";>L 03 08 01040010;<L 01 09 " OURS ";"
         ">L 03 09 01040010;<L 01 0a " OURS ";>L 03 0a 01040010;<L 01 0b " OURS ";"
         "=running;>L 03 0b 01040010;<L 05 0c;=diverges;"},
    {"RFC 1661, 6.4: a line that is looped back",
     ASK ">L 01 01 " OURS ";<L 03 01 0506 05060708;"
         ">L 03 01 0506 05060708;<L 01 02 0206 00000000 0305c22305 0506 090a0b0c;" NO_MORE
         ">L 01 02 0206 00000000 0305c22305 0506 090a0b0c;<L 03 02 0506 0d0e0f10;"
         ">L 01 02 0206 00000000 0305c22305 0506 090a0b0c;<L 03 02 0506 11121314;"
         ">L 01 02 0206 00000000 0305c22305 0506 090a0b0c;<L 03 02 0506 15161718;"
         ">L 01 02 0206 00000000 0305c22305 0506 090a0b0c;" NO_MORE "=looped;"},
    {"RFC 1661, 6.4: the same magic number by chance",
     ASK ">L 01 07 0506 01020304;<L 03 07 0506 05060708;>L 01 08 0506 05060708;"
         "<L 02 08 0506 05060708;" ACKED "<C 01 02 10 090a0b0c0d0e0f101112131415161718 6c6163;"},

    /* the other codes */
    {"RFC 1661, 5.5: Terminate-Request",
     ASK ASKED ACK ">L 05 44 62796521;<L 06 44;" NO_MORE "=hung-up;"},
    {"RFC 1661, 5.5: Terminate-Request when LCP is open", OPEN ">L 05 44;<L 06 44;=hung-up;"},
    {"RFC 1661, 5.5: and once more, as our Ack was lost",
     OPEN ">L 05 44;<L 06 44;>L 05 44;<L 06 44;" NO_MORE "=hung-up;"},
    {"RFC 1661, 4.1: one from before we were there ends nothing",
     ASK ">L 05 44;<L 06 44;=running;" ASKED ACK ACKED FIRST},
    {"RFC 1661, 4.1: Terminate-Ack when LCP is open: it is at its beginning",
     OPEN ">L 06 01;<L 01 03 " OURS ";" NO_MORE},
    {"RFC 1661, 4.1: Terminate-Ack before that", ASK ASKED ACK ">L 06 01;" NO_MORE ACKED FIRST},
    {"RFC 1661, 4.1: Terminate-Ack behind its Ack",
     ASK ACKED ">L 06 01;" NO_MORE ASKED ACK NO_MORE},
    {"RFC 1661, 5.6: an unknown code", ASK ">L 0c 33 aabbccdd 4d535241;"
                                           "<L 07 02 0c33000c aabbccdd 4d535241;" NO_MORE},
    {"RFC 1661, 5.6: code 0", ASK ">L 00 33;<L 07 02 00330004;"},
    {"RFC 1661, 5.6: when LCP is open too", OPEN ">L 0d 33;<L 07 03 0d330004;" NO_MORE},
    {"RFC 1661, 5.6: the caller does not know our Code-Reject of something",
     OPEN ">L 07 01 0c330004;" NO_MORE "=running;"},
    {"RFC 1661, 4.3: the caller does not know Configure-Request",
     ASK ">L 07 01 01010004;<L 05 02;=diverges;"},
    {"RFC 1661, 5.7: Protocol-Reject before LCP is open", ASK ">L 08 01 c223;" NO_MORE "=running;"},
    {"RFC 1661, 5.7: Protocol-Reject of how to authenticate", OPEN ">L 08 01 c223 0102;<L 05 03;"
                                                                   "=no-auth;"},
    {"RFC 1661, 5.7: Protocol-Reject of LCP", OPEN ">L 08 01 c021;<L 05 03;=diverges;"},
    {"RFC 1661, 5.7: Protocol-Reject of another", OPEN ">L 08 01 c025;" NO_MORE "=running;"},
    {"RFC 1661, 5.8: Echo-Request when LCP is open",
     OPEN ">L 09 22 aabbccdd 0102;<L 0a 22 01020304 0102;" NO_MORE},
    {"RFC 1661, 5.8: Echo-Request before that", ASK ASKED ACK ">L 09 22 aabbccdd;" NO_MORE},
    {"RFC 1661, 5.8: Echo-Request without a magic number in it", OPEN ">L 09 22 aabbcc;" NO_MORE},
    {"RFC 1661, 5.8: Echo-Reply", OPEN ">L 0a 22 aabbccdd;" NO_MORE},
    {"RFC 1661, 5.9: Discard-Request", OPEN ">L 0b 22 aabbccdd;" NO_MORE},

    /* other protocols */
    {"RFC 1661, 5.7: a protocol of the link before LCP is open", ASK ">E 01 22;" NO_MORE},
    {"RFC 1661, 5.7: a protocol of the link when LCP is open",
     OPEN ">E 01 22;<L 08 03 c227 01220004;" NO_MORE "=running;"},
    {"RFC 1661, 3.5: a network layer when LCP is open",
     OPEN ">N 01 22;>X 2145000014;" NO_MORE "=running;"},
    {"RFC 1661, 3.4: authentication before LCP is open",
     ASK ASKED ACK ">P 01 01 03626f62 0178;>C 02 02 1000;" NO_MORE "=running;"},

    /* ends */
    {"a line on which nothing comes", ASK "+60000;=silent;"},
    {"a line on which garbage comes", ASK ">X 7eaabb;>X;>X ff;>X ff03c021;>X ff03c02101;"
                                          ">X ff03c021010700ff;+60000;=garbage;"},
    {"a line of which the framing refuses all", ASK "!refused;!refused;+60000;=garbage;"},
    {"a line on which other protocols come", ASK ">N 01 22;+60000;=garbage;"},
    {"a caller that never acknowledges", ASK ASKED ACK "+60000;=timed-out;"},
    {"a caller that never asks", ASK ACKED "+60000;=timed-out;"},
    {"RFC 1661, 4.6: two Terminate-Requests, and then no more",
     OPEN "!end;=ended;<L 05 03 6e6f204c4e530a;" NO_MORE "+3000;<L 05 03 6e6f204c4e530a;" NO_MORE
          "+100000;" NO_MORE},
    {"RFC 1661, 5.5: the Terminate-Ack ends it",
     OPEN "!end;<L 05 03 6e6f204c4e530a;>L 06 03;+100000;" NO_MORE "=ended;"},
    {"RFC 1661, 5.5: one of another Identifier does not",
     OPEN "!end;<L 05 03 6e6f204c4e530a;>L 06 02;+3000;<L 05 03 6e6f204c4e530a;"},
    {"RFC 1661, 4.1: Closing: nothing else is answered", OPEN
     "!end;<L 05 03 6e6f204c4e530a;" ASKED ACKED ">L 0c 33;>E 01 22;>L 09 22 aabbccdd;" NO_MORE},
    {"the first end stands", OPEN ">L 05 44;<L 06 44;!end;!hangup;" NO_MORE "=hung-up;"},
    {"the line is gone: nothing is left to be sent",
     "!hangup;" NO_MORE "=hung-up;+100000;" NO_MORE},
    {"the line is gone while good-bye is said",
     OPEN "!end;!hangup;" NO_MORE "=ended;+100000;" NO_MORE},
};

/* Each end in its words. */
static const struct {
    const char *script;
    const char *text;
} ends[] = {
    {"", ""},
    {"+60000;=silent;", "the caller has never said a word of LCP"},
    {">X 7e;!refused;+60000;", "what the caller sends is not LCP (2 frames)"},
    {ASK ">L 01 07 6302;>L 07 01 01010004;",
     "the caller's LCP options and ours never come together (the caller's: option-99; ours: "
     "accm=00000000 auth=chap-md5 magic=01020304)"},
    {ASK ">L 01 01 " OURS ";>L 01 01 " OURS ";>L 01 01 " OURS ";>L 01 01 " OURS ";>L 01 01 " OURS,
     "the line is looped back: our own LCP comes back on it"},
    {ASK ">L 04 01 0305c22305;", "the caller declines to authenticate itself (offered: chap, pap)"},
    {OPEN ">C 02 02 10 00112233445566778899aabbccddeeff;",
     "the caller has authenticated itself without a name"},
    {"!hangup;", "the caller has hung up (it has not begun with LCP)"},
    {ASK ASKED ">L 05 44 5573657220726571756573740a;",
     "the caller has hung up (in the middle of LCP): User request\\x0a"},
    {OPEN ">L 05 44;",
     "the caller has hung up (LCP was open; it was to authenticate itself by chap)"},
    {ASK ">L 05 44;<L 06 44;+60000;",
     "the caller has not said in time who it is (in the middle of LCP)"},
    {ASK ASKED "+60000;", "the caller has not said in time who it is (in the middle of LCP)"},
    {OPEN "+60000;",
     "the caller has not said in time who it is (LCP was open; it was to authenticate "
     "itself by chap)"},
    {"!end;", "the caller has been turned away: no LNS\\x0a"},
};

/* Each of these, beside the usual settings. */
static const struct {
    const char *name;
    struct front_config c;
    const char *script;
} settings[] = {
    {"RFC 1661, 6: all that can be asked for",
     {.offer = {FRONT_MSCHAP2},
      .n_offer = 1,
      .mru = 1400,
      .mru_most = 1500,
      .accm = 0xa0000,
      .pfc = true,
      .acfc = true},
     "<L 01 01 01040578 0206 000a0000 0305c22381 0506 01020304 0702 0802;"
     ">L 03 01 0704aabb;<L 01 02 01040578 0206 000a0000 0305c22381 0506 01020304 0802;"
     ">L 03 02 0803aa;<L 01 03 01040578 0206 000a0000 0305c22381 0506 01020304;"
     ">L 03 03 01040514;<L 01 04 01040514 0206 000a0000 0305c22381 0506 01020304;"
     ">L 04 04 01040514;<L 01 05 0206 000a0000 0305c22381 0506 01020304;"},
    {"RFC 1661, 5.4: flags are rejected",
     {.mru = 1500, .mru_most = 1500, .accm = 0xffffffff, .pfc = true, .acfc = true},
     "<L 01 01 0506 01020304 0702 0802;>L 04 01 0702 0802;<L 01 02 0506 01020304;"},
    {"RFC 1662, 7.1: all control characters is the default: nothing is asked for",
     {.mru = 1500, .mru_most = 1500, .accm = 0xffffffff},
     "<L 01 01 0506 01020304;>L 03 01 0206 00000001;<L 01 02 0506 01020304;"},
    {"RFC 1661, 5.3: an MRU where the default is too much, five times",
     {.mru = 1500, .mru_most = 1400, .accm = 0xffffffff},
     "<L 01 01 0506 01020304;>L 01 01;<L 03 01 01040578;>L 01 02 01040578;<L 02 02 01040578;"
     ">L 01 03;<L 03 03 01040578;>L 01 04;<L 03 04 01040578;>L 01 05;<L 03 05 01040578;"
     ">L 01 06;<L 03 06 01040578;>L 01 07;<L 03 07 01040578;>L 01 08;<L 02 08;"},
    {"RFC 1661, 4.6: what was acknowledged then is when it comes again, and nothing else is",
     {.mru = 1500, .mru_most = 1400, .accm = 0xffffffff},
     "<L 01 01 0506 01020304;>L 01 03;<L 03 03 01040578;>L 01 04;<L 03 04 01040578;"
     ">L 01 05;<L 03 05 01040578;>L 01 06;<L 03 06 01040578;>L 01 07;<L 03 07 01040578;"
     ">L 01 08;<L 02 08;>L 01 08;<L 02 08;>L 01 09;<L 02 09;>L 02 01 0506 01020304;<;=known;"
     ">L 01 0a;<L 01 02 0506 01020304;<L 02 0a;>L 01 0b 0702;<L 03 0b 01040578;"},
    {"RFC 1661, 6.1: an MRU of a wrong size, where the default is too much",
     {.mru = 1500, .mru_most = 1400, .accm = 0xffffffff},
     "<L 01 01 0506 01020304;>L 01 01 0102;<L 03 01 01040578;"},
    {"RFC 1661, 6.1: an MRU of a wrong size, where more than the default is fine",
     {.mru = 1500, .mru_most = 9000, .accm = 0xffffffff},
     "<L 01 01 0506 01020304;>L 01 01 0102;<L 03 01 010405dc;>L 01 02 01042328;<L 02 02 01042328;"
     ">L 01 03 01042329;<L 03 03 01042328;"},
    {"S4.4.5-06: nobody's name matters: known when LCP is open",
     {.mru = 1500, .mru_most = 1500, .accm = 0xffffffff},
     "<L 01 01 0506 01020304;>L 01 01;<L 02 01;>L 02 01 0506 01020304;<;=known;"
     ">L 08 01 c223;<;=known;+100000;=known;"},
};

static void begin(struct front_rig *r, const struct front_config *c)
{
    memset(r, 0, sizeof *r);
    r->now = 1000;
    front_init(&r->f, c, r->now);
}

static void look_at_settings(void)
{
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        struct front_rig r;
        struct front_config c = settings[i].c;

        c.random = front_dice;
        c.ctx = &r;
        c.restart_ms = 3000;
        c.total_ms = 60000;
        begin(&r, &c);
        ok(front_run(&r, settings[i].script), "%s", settings[i].name);
    }
}

static void look_at_ends(void)
{
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char text[FRONT_REASON], cut[FRONT_REASON];
        struct front_rig r;
        struct front_config c = front_usual(&r);
        bool fits = true;

        begin(&r, &c);
        ok(front_run(&r, ends[i].script), "%s: so it ends", ends[i].text);
        is_str(front_describe(&r.f, text, sizeof text), ends[i].text, "in these words");
        for (size_t size = 1; size < sizeof cut; size++) {
            memset(cut, '#', sizeof cut);
            front_describe(&r.f, cut, size);
            fits &= strlen(cut) < size && strncmp(cut, text, strlen(cut)) == 0 && cut[size] == '#';
        }
        ok(fits, "cut to whatever room there is");
    }
}

/* Options up to the limit are kept whole, and those beyond it are none. */
static void look_at_limits(void)
{
    uint8_t frame[2000] = {0xff, 3, 0xc0, 0x21, 1, 9};
    struct front_rig r;
    struct front_config c = front_usual(&r);
    struct span got;

    begin(&r, &c);
    front_output(&r.f);
    memset(frame + 8, 0x63, sizeof frame - 8);
    frame[6] = 0x01, frame[7] = 0x04; /* 256 octets: */
    frame[9] = 0xff;                  /* one of 255 ... */
    front_give(&r, frame, 8 + 256);   /* ... and the type of another */
    is_int((long long)front_output(&r.f).n, 0, "half an option at the end is no Request");
    frame[9] = 0x80, frame[8 + 0x80] = 0x62, frame[9 + 0x80] = 0x80;
    front_give(&r, frame, 8 + 256);
    got = front_output(&r.f);
    frame[4] = 4;
    is_mem(got.p, got.n, frame, 8 + 256, "256 octets of options are rejected whole");
    frame[4] = 1, frame[7] = 0x06, frame[9 + 0x80] = 0x82;
    front_give(&r, frame, 8 + 258);
    is_int((long long)front_output(&r.f).n, 0, "258 are not looked at");
    frame[4] = 0x0c, frame[6] = 0x05, frame[7] = 0xd0;
    front_give(&r, frame, 4 + 0x5d0);
    got = front_output(&r.f);
    is_int((long long)got.n, FRONT_FRAME, "RFC 1661, 5.6: what is rejected is cut");
    is_int(got.p[6] << 8 | got.p[7], FRONT_FRAME - 4, "and the length is that");
    is_mem(got.p + 8, got.n - 8, frame + 4, got.n - 8, "of its beginning");
}

/* What nobody takes away. */
static void look_at_queue(void)
{
    struct front_rig r;
    struct front_config c = front_usual(&r);
    unsigned n = 0;

    begin(&r, &c);
    for (int i = 0; i < 20; i++)
        front_run(&r, ">L 00 33;");
    while (front_output(&r.f).n > 0)
        n++;
    is_int(n, FRONT_QUEUE, "what nobody takes is kept, to a limit");
    ok(front_run(&r, ">L 00 33;<L 07 16 00330004;<;"), "and then it goes on");
}

static void look_at_opened(void)
{
    static const char long_echo[] = ">L 09 22 aabbccdd";
    char script[2 * FRONT_FRAME + sizeof long_echo + 16];
    struct front_rig r;
    struct front_config c = front_usual(&r);
    struct span got;
    size_t n = sizeof long_echo - 1;

    begin(&r, &c);
    front_run(&r, OPEN);
    memcpy(script, long_echo, n);
    for (int i = 0; i < FRONT_FRAME; i++, n += 2)
        memcpy(script + n, "5a", 2);
    memcpy(script + n, ";", 2);
    front_run(&r, script);
    got = front_output(&r.f);
    ok(got.n == FRONT_FRAME && got.p[6] << 8 == 0x100 && got.p[8] == 1 &&
           got.p[FRONT_FRAME - 1] == 'Z',
       "RFC 1661, 5.8: a long Echo-Request is answered as far as there is room");
    memcpy(script, ">E 01 22 aabbccdd", sizeof long_echo - 1);
    front_run(&r, script);
    got = front_output(&r.f);
    ok(got.n == FRONT_FRAME && got.p[4] == 8 && got.p[8] == 0xc2,
       "RFC 1661, 5.7: a long frame of another protocol likewise");
    is_int((long long)front_deadline(&r.f), 1000 + 3000, "the challenge has the deadline");
}

int main(void)
{
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        struct front_rig r;
        struct front_config c = front_usual(&r);

        begin(&r, &c);
        ok(front_run(&r, scripts[i].script), "%s", scripts[i].name);
    }
    look_at_settings();
    look_at_ends();
    look_at_limits();
    look_at_queue();
    look_at_opened();
    return tap_done();
}
