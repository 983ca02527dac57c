/* What a LAC that answers calls itself hears of its callers' names, and what it tells the LNS of
 * it: PAP (RFC 1334), CHAP (RFC 1994), MS-CHAPv2 (RFC 2759), and AVPs 26 to 33 (RFC 2661, 4.4.5).
 */
#include "front_rig.h"

#include "wire/msg.h"

#define MAGIC "0506 01020304"
#define CALLER "010405d4 0506 aabbccdd 0702 0802"
#define LCP(auth)                                                                                  \
    "<L 01 01 " auth MAGIC ";>L 01 07 6302;<L 04 07 6302;>L 01 08 " CALLER ";<L 02 08 " CALLER     \
    ";>L 02 01 " auth MAGIC ";"
#define VALUE "05060708090a0b0c0d0e0f1011121314"
#define NEXT "15161718191a1b1c1d1e1f2021222324"
#define MD5 "00112233445566778899aabbccddeeff"
#define NT MD5 "0000000000000000" MD5 MD5 /* of which an octet is put in front: 49 in all */
#define PAP "0304c023"
#define CHAP "0305c22305"
#define MSCHAP2 "0305c22381"
#define BOB "626f62406578616d706c65" /* bob@example */
#define PAPPED ">P 01 05 0b" BOB "06736563726574;<;=known;"
#define CHAPPED "<C 01 02 10" VALUE "6c6163;>C 02 02 10" MD5 BOB ";<;=known;"

static const struct {
    const char *name;
    enum front_auth way;
    const char *script;
} scripts[] = {
    {"RFC 1334, 2.2.1: a name and a password", FRONT_PAP, LCP(PAP) "<;=running;" PAPPED},
    {"RFC 1334, 2.2.1: asked again, it is not answered", FRONT_PAP, LCP(PAP) PAPPED PAPPED},
    {"RFC 1334, 2.2.1: no password", FRONT_PAP, LCP(PAP) ">P 01 05 0b" BOB "00;<;=known;"},
    {"RFC 1334, 2.2.1: no name", FRONT_PAP, LCP(PAP) ">P 01 05 000178;<L 05 02;=no-name;"},
    {"RFC 1334, 2.2: neither", FRONT_PAP, LCP(PAP) ">P 01 05;<;=running;"},
    {"RFC 1334, 2.2.1: a name past the end", FRONT_PAP, LCP(PAP) ">P 01 05 0c" BOB ";<;=running;"},
    {"RFC 1334, 2.2.1: a password past the end", FRONT_PAP,
     LCP(PAP) ">P 01 05 0b" BOB "020a;<;=running;" PAPPED},
    {"RFC 1334, 2.2: an Ack and a Nak are not for us", FRONT_PAP,
     LCP(PAP) ">P 02 05 00;>P 03 05 00;<;=running;"},
    {"RFC 1334, 2.2: CHAP where PAP was agreed on", FRONT_PAP,
     LCP(PAP) ">C 02 00 10" MD5 BOB ";>C 02 02 10" MD5 BOB ";<;=running;"},
    {"RFC 1334: nobody asks a second time, nor waits for ever", FRONT_PAP,
     LCP(PAP) "+59999;<;=running;+1;<L 05 02;=timed-out;"},

    {"RFC 1661, 5.8: settled: the caller's echo is answered", FRONT_PAP,
     LCP(PAP) PAPPED "!settle;>L 09 31 aabbccdd 00;<L 0a 31 01020304 00;<;=known;"},
    {"RFC 1661, 4.3: but it may not begin anew with us", FRONT_PAP,
     LCP(PAP) PAPPED "!settle;>L 01 09 " CALLER ";>L 02 01 " PAP MAGIC ";>L 07 01;>L 00 01;"
                     ">N 01 01 0306 00000000;<;=known;"},
    {"RFC 1661, 5.5: its good-bye is heard, and answered", FRONT_PAP,
     LCP(PAP) PAPPED "!settle;>L 05 0a 627965;<L 06 0a;<;=hung-up;>L 05 0a;<L 06 0a;"},
    {"RFC 1661, 5.5: it may be sent away after all", FRONT_PAP,
     LCP(PAP) PAPPED "!settle;!end;<L 05 02 6e6f204c4e530a;>L 06 02;=ended;<;"},
    {"nothing is settled before that", FRONT_PAP, LCP(PAP) "!settle;" PAPPED},

    {"RFC 1994, 4.1: a response", FRONT_CHAP, LCP(CHAP) CHAPPED},
    {"RFC 1994, 4.1: said again, it is not answered", FRONT_CHAP,
     LCP(CHAP) CHAPPED ">C 02 02 10" MD5 BOB ";<;=known;"},
    {"RFC 1994, 4.1: a lost one: another challenge, with another Identifier", FRONT_CHAP,
     LCP(CHAP) "<C 01 02 10" VALUE "6c6163;+2999;<;+1;<C 01 03 10" NEXT "6c6163;"
               ">C 02 02 10" MD5 BOB ";<;=running;>C 02 03 10" MD5 BOB ";<;=known;"},
    {"RFC 1994, 4.1: ten challenges are enough", FRONT_CHAP,
     LCP(CHAP) "<C 01 02 10" VALUE "6c6163;+29999;=running;<C 01 03 10" NEXT
               "6c6163;+1;=timed-out;"},
    {"RFC 1994, 4.1: a response of another Identifier", FRONT_CHAP,
     LCP(CHAP) "<C 01 02 10" VALUE "6c6163;>C 02 01 10" MD5 BOB ";<;=running;"},
    {"RFC 1994, 4.1: one of 15 octets", FRONT_CHAP,
     LCP(CHAP) "<C 01 02 10" VALUE "6c6163;>C 02 02 0f 112233445566778899aabbccddeeff" BOB
               ";<;=running;"},
    {"RFC 1994, 4.1: one past the end", FRONT_CHAP,
     LCP(CHAP) "<C 01 02 10" VALUE "6c6163;>C 02 02 10 00;>C 02 02;<;=running;"},
    {"RFC 1994, 4.1: one without a name", FRONT_CHAP,
     LCP(CHAP) "<C 01 02 10" VALUE "6c6163;>C 02 02 10" MD5 ";<L 05 03;=no-name;"},
    {"RFC 1994, 4: other codes are not for us", FRONT_CHAP,
     LCP(CHAP) "<C 01 02 10" VALUE "6c6163;>C 01 02 10" MD5 BOB ";>C 03 02;>C 04 02;<;=running;"},
    {"RFC 1994: PAP where CHAP was agreed on", FRONT_CHAP,
     LCP(CHAP) "<C 01 02 10" VALUE "6c6163;>P 01 02 0b" BOB "0178;<;=running;"},

    {"RFC 2759, 4: a response of 49 octets", FRONT_MSCHAP2,
     LCP(MSCHAP2) "<C 01 02 10" VALUE "6c6163;>C 02 02 31" NT "00" BOB ";<;=known;"},
    {"RFC 2759, 4: one of MD5's size", FRONT_MSCHAP2,
     LCP(MSCHAP2) "<C 01 02 10" VALUE "6c6163;>C 02 02 10" MD5 BOB ";<;=running;"},

    {"RFC 1661, 3.4: a caller that is known begins anew", FRONT_CHAP,
     LCP(CHAP) CHAPPED ">L 01 09 0702;<L 01 03 " CHAP MAGIC ";<L 02 09 0702;<;=running;"
                       ">L 02 03 " CHAP MAGIC ";<C 01 04 10" NEXT "6c6163;"
                       ">C 02 04 10" MD5 "616c;<;=known;"},
    {"RFC 1661, 3.4: and has its time anew", FRONT_PAP,
     LCP(PAP) "+59000;" PAPPED "+59000;=known;>L 01 09 0702;+29000;=running;+1000;=timed-out;"},
    {"RFC 1661, 5.5: a caller that is known hangs up", FRONT_CHAP,
     LCP(CHAP) CHAPPED ">L 05 44;<L 06 44;=hung-up;"},
    {"RFC 1661, 5.8: a caller that is known asks for an echo", FRONT_CHAP,
     LCP(CHAP) CHAPPED ">L 09 44 aabbccdd;<L 0a 44 01020304;=known;"},
    {"RFC 1661, 5.7: a caller that is known knows nothing of CHAP after all", FRONT_CHAP,
     LCP(CHAP) CHAPPED ">L 08 44 c223;<;=known;"},
    {"a caller that is known is turned away", FRONT_CHAP,
     LCP(CHAP) CHAPPED "!end;<L 05 03 6e6f204c4e530a;=ended;"},
};

static void begin(struct front_rig *r, enum front_auth way)
{
    struct front_config c = front_usual(r);

    memset(r, 0, sizeof *r);
    r->now = 1000;
    c.accm = 0xffffffff;
    c.offer[0] = way;
    c.n_offer = way == FRONT_AUTHS ? 0 : 1;
    front_init(&r->f, &c, r->now);
}

/* What an AVP has to hold; NULL: it is not there. */
static const struct {
    const char *name;
    enum front_auth way;
    const char *script;
    uint16_t type, id;
    const char *values[8]; /* of AVPs 26 to 33; for type and id: "" if they are there */
} told[] = {
    {"S4.4.5-12: PAP",
     FRONT_PAP,
     LCP(PAP) PAPPED,
     PROXY_PAP,
     5,
     {"6302", PAP MAGIC, CALLER, "", BOB, NULL, "", "736563726574"}},
    {"S4.4.5-11: PAP that asks again with another Identifier waits for that",
     FRONT_PAP,
     LCP(PAP) PAPPED ">P 01 06 0b" BOB "06736563726574;>P 01 07 0b" BOB "06736563726575;"
                     ">P 01 08 03626f62 06736563726574;",
     PROXY_PAP,
     6,
     {"6302", PAP MAGIC, CALLER, "", BOB, NULL, "", "736563726574"}},
    {"S4.4.5-10: CHAP",
     FRONT_CHAP,
     LCP(CHAP) CHAPPED,
     PROXY_CHAP,
     2,
     {"6302", CHAP MAGIC, CALLER, "", BOB, VALUE, "", MD5}},
    {"S4.4.5-10: CHAP, said again with another response: the first counts",
     FRONT_CHAP,
     LCP(CHAP) CHAPPED ">C 02 02 10" NEXT "616c;",
     PROXY_CHAP,
     2,
     {"6302", CHAP MAGIC, CALLER, "", BOB, VALUE, "", MD5}},
    {"S4.4.5-10: CHAP, the second challenge",
     FRONT_CHAP,
     LCP(CHAP) "+3000;>C 02 03 10" MD5 BOB ";",
     PROXY_CHAP,
     3,
     {"6302", CHAP MAGIC, CALLER, "", BOB, NEXT, "", MD5}},
    {"S4.4.5-05: the last Configure-Request is that of the last round",
     FRONT_CHAP,
     LCP(CHAP) CHAPPED ">L 01 09 0702;>L 02 03 " CHAP MAGIC ";>C 02 04 10" MD5 "616c;",
     PROXY_CHAP,
     4,
     {"6302", CHAP MAGIC, "0702", "", "616c", NEXT, "", MD5}},
    {"S4.4.5-08: MS-CHAPv2: the LNS has to begin anew",
     FRONT_MSCHAP2,
     LCP(MSCHAP2) ">C 02 02 31" NT "00" BOB ";",
     0,
     0,
     {"6302", MSCHAP2 MAGIC, CALLER, NULL, NULL, NULL, NULL, NULL}},
    {"S4.4.5-06: no authentication",
     FRONT_AUTHS,
     LCP(""),
     PROXY_NONE,
     0,
     {"6302", MAGIC, CALLER, "", NULL, NULL, NULL, NULL}},
};

static const char *const avps[8] = {
    "S4.4.5-03: the caller's first Configure-Request",
    "S4.4.5-04: our last Configure-Request",
    "S4.4.5-05: the caller's last Configure-Request",
    "S4.4.5-06: the type",
    "S4.4.5-09: the name",
    "S4.4.5-10: the challenge",
    "S4.4.5-11: the id",
    "S4.4.5-12: the response or the password",
};

static struct span value_of(const struct msg *m, unsigned avp)
{
    const struct span values[8] = {m->initial_received_lcp_confreq,
                                   m->last_sent_lcp_confreq,
                                   m->last_received_lcp_confreq,
                                   {0},
                                   m->proxy_authen_name,
                                   m->proxy_authen_challenge,
                                   {0},
                                   m->proxy_authen_response};

    return values[avp - AVP_INITIAL_RECEIVED_LCP_CONFREQ];
}

static void look_at_message(size_t i, const struct msg *m)
{
    for (unsigned k = 0; k < 8; k++) {
        unsigned avp = AVP_INITIAL_RECEIVED_LCP_CONFREQ + k;
        uint8_t octets[64];
        size_t n = told[i].values[k] != NULL ? unhex(told[i].values[k], octets) : 0;
        struct span value = value_of(m, avp);

        is_int(m->present >> avp & 1, told[i].values[k] != NULL, avps[k]);
        is_mem(value.p, value.n, octets, n, avps[k]);
    }
    is_int(m->proxy_authen_type, told[i].type, avps[3]);
    is_int(m->proxy_authen_id, told[i].id, avps[6]);
    ok(proxy_flaw(m) == NULL, "S4.4.5-07: a set that can be used, or none");
    for (unsigned avp = 26; avp <= 28; avp++)
        ok(lcp_well_formed(value_of(m, avp)), "S4.4.5-03: options, well formed");
}

static void look_at_told(void)
{
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        struct front_rig r;
        struct msg m = {0};

        begin(&r, told[i].way);
        ok(!front_tell(&r.f, &m) && m.present == 0, "before it is known nothing is told");
        while (front_output(&r.f).n > 0)
            continue;
        for (const char *step = told[i].script;
             *step != '\0';) { /* what it answers was seen above */
            char one[512];
            size_t n = strcspn(step, ";");

            memcpy(one, step, n);
            one[n] = '\0';
            if (*one != '<')
                front_run(&r, one);
            while (front_output(&r.f).n > 0)
                continue;
            step += n + 1;
        }
        ok(front_tell(&r.f, &m), "%s: it is told", told[i].name);
        look_at_message(i, &m);
        front_run(&r, "!hangup");
        m.present = 0;
        ok(!front_tell(&r.f, &m) && m.present == 0, "nor at its end");
    }
}

static void look_at_result(void)
{
    struct front_rig r;
    struct front_result res;

    begin(&r, FRONT_PAP);
    ok(!front_result(&r.f, &res), "no result yet");
    front_run(&r, LCP(PAP) PAPPED);
    ok(front_result(&r.f, &res), "a result");
    is_int(res.ours.mru, 1500, "our MRU: the default");
    is_int(res.callers.mru, 1492, "the caller's MRU");
    is_int(res.ours.accm, 0xffffffff, "our ACCM: the default");
    is_int(res.callers.accm, 0xffffffff, "the caller's ACCM: the default");
    is_int(res.ours.magic, 0x01020304, "our magic number");
    is_int(res.callers.magic, 0xaabbccdd, "the caller's");
    ok(!res.ours.pfc && !res.ours.acfc && res.callers.pfc && res.callers.acfc,
       "what each compresses");
    ok(front_state(&r.f) == FRONT_KNOWN && front_fault(&r.f) == FRONT_FINE, "no fault");
    is_int((long long)front_deadline(&r.f), -1, "nothing to wait for");
    front_wipe(&r.f);
    for (size_t i = 0; i < sizeof r.f; i++)
        if (((const uint8_t *)&r.f)[i] != 0)
            res.id = 0xff;
    is_int(res.id, 5, "wiped, nothing is left");
}

/* The longest name, password and name of ours, and one octet more. */
static void look_at_limits(void)
{
    uint8_t frame[600] = {0xff, 3, 0xc0, 0x23, 1, 9, 0x02, 0x01};
    struct front_rig r;
    struct front_result res;

    for (unsigned n = 254; n <= 255; n++) { /* which is all that its length can say */
        begin(&r, FRONT_PAP);
        front_run(&r, LCP(PAP));
        memset(frame + 9, 'n', n);
        memset(frame + 10 + n, 'p', 255);
        frame[8] = (uint8_t)n;
        frame[9 + n] = 255;
        frame[7] = (uint8_t)(4 + 1 + n + 1 + 255 - 512);
        front_give(&r, frame, 4 + 4 + 1 + n + 1 + 255);
        is_str(front_is(&r), "known", "RFC 1334: a name of 254 octets, and of 255");
        if (front_result(&r.f, &res))
            ok(res.name.n == n && res.name.p[n - 1] == 'n' && res.response.n == 255 &&
                   res.response.p[0] == 'p' && res.response.p[254] == 'p',
               "RFC 1334: the longest are kept whole");
    }
    frame[3] = 0x23, frame[2] = 0xc2, frame[4] = 2, frame[5] = 2;
    for (unsigned n = 255; n <= 256; n++) {
        begin(&r, FRONT_CHAP);
        front_run(&r, LCP(CHAP));
        frame[6] = 1, frame[7] = (uint8_t)(4 + 1 + 16 + n);
        frame[8] = 16;
        memset(frame + 9, 'v', 16);
        memset(frame + 25, 'n', n);
        front_give(&r, frame, 25 + n);
        is_str(front_is(&r), n == 255 ? "known" : "long-name",
               "RFC 1994: a name of 255 octets, and of 256");
    }
    {
        struct front_config c = front_usual(&r);
        char name[100];
        struct span got;

        memset(name, 'x', sizeof name);
        c.name = span_of(name, sizeof name);
        c.n_offer = 1;
        c.accm = 0xffffffff;
        memset(&r, 0, sizeof r);
        front_init(&r.f, &c, 0);
        memset(name, 'y', sizeof name);
        front_run(&r, LCP(CHAP));
        got = front_output(&r.f);
        ok(got.n == 8 + 17 + FRONT_OURS && got.p[got.n - 1] == 'x',
           "a long name of ours is cut, and a copy of it kept");
    }
}

int main(void)
{
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        struct front_rig r;

        begin(&r, scripts[i].way);
        ok(front_run(&r, scripts[i].script), "%s", scripts[i].name);
    }
    look_at_told();
    look_at_result();
    look_at_limits();
    return tap_done();
}
