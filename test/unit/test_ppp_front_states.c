/* The automaton of RFC 1661, 4.1, as the RFC prints it, against the front's: each event in each of
 * the states that the front knows; what is sent, what it comes to, and what is left of
 * Max-Configure. */
#include "front_rig.h"

#define MAGIC "0506 01020304"
#define OURS "0305c22305 " MAGIC
#define ASKED ">L 01 07 0702;<L 02 07 0702;"
#define ACKED ">L 02 01 " OURS ";"
#define ASK "<L 01 01 " OURS ";"
#define ASK_TWICE_MORE ASK "+6000;" ASK ASK /* seven are left */

static const struct {
    const char *name, *script;
    unsigned left; /* of ten Requests */
} states[] = {
    {"Req-Sent", ASK_TWICE_MORE, 7},
    {"Ack-Rcvd", ASK_TWICE_MORE ACKED, 10},
    {"Ack-Sent", ASK_TWICE_MORE ASKED, 7},
    {"Opened",
     ASK_TWICE_MORE ASKED ACKED "<C 01 02 10 05060708090a0b0c0d0e0f1011121314 6c6163;"
                                ">C 02 02 10 00112233445566778899aabbccddeeff 626f62;",
     0},
};
#define STATES (sizeof states / sizeof states[0])

/* Each row as in the RFC.  "f": it fails, as the front wants no second chance. */
static const struct {
    const char *name, *script;
    const char *does[STATES];
} events[] = {
    {"RFC 1661, 4.1: RCR+", ">L 01 17 0802;", {"sca/8", "sca,tlu/9", "sca/8", "tld,scr,sca/8"}},
    {"RFC 1661, 4.1: RCR-", ">L 01 17 6302;", {"scn/6", "scn/7", "scn/6", "tld,scr,scn/6"}},
    /* in Ack-Rcvd and Opened the second answer to a Request is thrown away (4.3: RCA) */
    {"RFC 1661, 4.1: RCA", ACKED, {"irc/7", "/7", "irc,tlu/9", "/9"}},
    {"RFC 1661, 4.1: RCN, a Nak",
     ">L 03 01 0206 00000000;",
     {"irc,scr/6", "/7", "irc,scr/8", "/9"}},
    {"RFC 1661, 4.1: RCN, a Reject", ">L 04 01 " MAGIC ";", {"irc,scr/6", "/7", "irc,scr/8", "/9"}},
    {"RFC 1661, 4.1: RTR", ">L 05 17;", {"sta/6", "sta/6", "sta/f", "sta/f"}},
    {"RFC 1661, 4.1: RTA", ">L 06 17;", {"/6", "/6", "/8", "tld,scr/6"}},
    {"RFC 1661, 4.1: RUC", ">L 0c 17;", {"scj/6", "scj/7", "scj/8", "scj/9"}},
    {"RFC 1661, 4.1: RXJ+, a Code-Reject", ">L 07 17 0c 17 0004;", {"/6", "/6", "/8", "/9"}},
    {"RFC 1661, 4.1: RXJ-, a Code-Reject",
     ">L 07 17 01 17 0004;",
     {"str/f", "str/f", "str/f", "str/f"}},
    /* before Opened it is thrown away (5.7) */
    {"RFC 1661, 4.1: RXJ+, a Protocol-Reject", ">L 08 17 c025;", {"/6", "/7", "/8", "/9"}},
    {"RFC 1661, 4.1: RXJ-, a Protocol-Reject", ">L 08 17 c021;", {"/6", "/7", "/8", "str/f"}},
    {"RFC 1661, 4.1: RXR, an Echo-Request", ">L 09 17 00000000;", {"/6", "/7", "/8", "ser/9"}},
    {"RFC 1661, 4.1: RXR, an Echo-Reply", ">L 0a 17 00000000;", {"/6", "/7", "/8", "/9"}},
    {"RFC 1661, 4.1: RXR, a Discard-Request", ">L 0b 17 00000000;", {"/6", "/7", "/8", "/9"}},
    {"RFC 1661, 4.1: TO+", "+3000;", {"scr/6", "scr/6", "scr/8", "/9"}},
};

/* What a frame of ours is in the RFC's words; "tlu" is what is seen of it. */
static const char *word_of(struct span frame)
{
    static const char *const words[] = {NULL,  "scr", "sca", "scn", "scn", "str",
                                        "sta", "scj", NULL,  NULL,  "ser"};

    if (frame.p[2] == 0xc2)
        return "tlu";
    return frame.p[4] < sizeof words / sizeof words[0] ? words[frame.p[4]] : "?";
}

/* Gives a copy of the front something, and says whether it sends what begins with these codes. */
static bool answers(const struct front_rig *from, const char *step, const char *codes)
{
    struct front_rig r = *from;
    char got[16] = "";
    struct span frame;

    front_run(&r, step);
    while ((frame = front_output(&r.f)).n > 0)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%u",
                 frame.p[2] == 0xc2 ? "C" : "L", (unsigned)frame.p[4]);
    return strcmp(got, codes) == 0;
}

/* Is LCP open once a Request that nobody has answered yet is acknowledged? */
static bool opens_with_ack(const struct front_rig *from)
{
    struct front_rig r = *from;
    uint8_t frame[8 + FRONT_SENT] = {0xff, 3, 0xc0, 0x21, 2};
    struct span out;
    bool opens = false;

    front_run(&r, "+3000;");
    while (front_output(&r.f).n > 0)
        continue;
    frame[5] = r.f.sent_id;
    frame[7] = (uint8_t)(4 + r.f.n_sent);
    memcpy(frame + 8, r.f.sent, r.f.n_sent);
    front_give(&r, frame, 8u + r.f.n_sent);
    while ((out = front_output(&r.f)).n > 0)
        opens |= out.p[2] == 0xc2;
    return opens;
}

/* The state's number, found by what the front does with what can come next. */
static char number_of(const struct front_rig *r)
{
    if (front_state(&r->f) == FRONT_FAILED)
        return 'f';
    if (answers(r, ">L 01 27;", "L1L2"))
        return '9';
    if (answers(r, ">L 01 27;", "L2C1"))
        return '7';
    return opens_with_ack(r) ? '8' : '6';
}

/* How many Requests it yet sends if nobody says anything. */
static unsigned left_of(const struct front_rig *from)
{
    struct front_rig r = *from;
    unsigned n = 0;

    while (front_state(&r.f) == FRONT_RUNNING) {
        struct span frame;

        front_pass(&r, 1000);
        while ((frame = front_output(&r.f)).n > 0)
            n += frame.p[2] == 0xc0 && frame.p[4] == 1;
    }
    return n;
}

static void try(size_t e, size_t s)
{
    const char *does = events[e].does[s];
    bool anew = strstr(does, "irc") != NULL || strstr(does, "tld") != NULL;
    char got[64] = "";
    struct front_rig r;
    struct front_config c = front_usual(&r);
    struct span frame;
    char number;

    memset(&r, 0, sizeof r);
    c.accm = 0xffffffff;
    c.n_offer = 1;
    c.total_ms = 1000000;
    front_init(&r.f, &c, 0);
    if (!front_run(&r, states[s].script) || !front_run(&r, events[e].script)) {
        ok(false, "%s in %s", events[e].name, states[s].name);
        return;
    }
    if (strstr(does, "irc") != NULL)
        strcat(got, "irc,");
    if (strstr(does, "tld") != NULL && front_state(&r.f) == FRONT_RUNNING)
        strcat(got, "tld,");
    while ((frame = front_output(&r.f)).n > 0)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s,", word_of(frame));
    if (got[0] != '\0')
        got[strlen(got) - 1] = '\0';
    number = number_of(&r);
    snprintf(got + strlen(got), sizeof got - strlen(got), "/%c", number);
    if (!ok(strcmp(got, does) == 0, "%s in %s", events[e].name, states[s].name))
        printf("# got %s, expected %s\n", got, does);
    if (number == '9' || number == 'f')
        return;
    is_int(left_of(&r), (anew ? 10 : states[s].left) - (strstr(does, "scr") != NULL),
           "RFC 1661, 4.6: and so many Requests are left");
}

int main(void)
{
    for (size_t s = 0; s < STATES; s++)
        for (size_t e = 0; e < sizeof events / sizeof events[0]; e++)
            try(e, s);
    return tap_done();
}
