/* proto (input, tunnel, call, post): why we end or refuse something, in numbers and in words, for
 * each cause that there is: RFC 2661, 4.4.2. */
#include <stdlib.h>

#include "rig.h"
#include "tap.h"

static struct rig rig;

#define LNS "SCCRQ SCCCN ICRQ ICCN "
#define UP "SCCRQ SCCCN "
#define OUR_UP "open SCCRP ZLB "

/* what: the profile: S a secret, C a challenge, I no incoming calls, O no outgoing ones, F one kind
 * of framing and bearer, R nobody is welcome. */
/* clang-format off */
static const struct {
    const char *name, *what, *script, *expected, *word;
} rows[] = {
    /* of tunnels */
    {"an unwelcome peer", "R", "SCCRQ", "StopCCN:4", "not allowed"},
    {"another version in an SCCRQ", "", "SCCRQ,ver=0x200", "StopCCN:5/256", "2.0"},
    {"another version in an SCCRP", "", "open SCCRP,ver=0x300", "StopCCN:5/256", "3.0"},
    {"no tunnel id in an SCCRP", "", "open SCCRP,no=9", "StopCCN:2/3", "assigned_tunnel_id (9)"},
    {"no Framing Capabilities in an SCCRQ", "", "SCCRQ,no=3", "StopCCN:2/3", "framing_cap"},
    {"S4.4.2-10 an unknown mandatory AVP in an SCCRQ", "", "SCCRQ,alien=1", "StopCCN:2/8", "77"},
    {"S4.4.2-10 in a HELLO", "", UP "HELLO,alien=1", "StopCCN:2/8", "77"},
    {"S4.4.1-03 an unknown type", "", UP "HELLO,type=99", "StopCCN:2/8", "99"},
    {"hidden AVPs and no secret", "", "SCCRQ,hide", "StopCCN:2/2", "is hidden"},
    {"a challenge and no secret", "", "SCCRQ,chal", "StopCCN:4", "secret"},
    {"a challenge in the SCCRP and no secret", "", "open SCCRP,chal", "StopCCN:4", "secret"},
    {"a challenge wanted and no secret", "C", "SCCRQ", "StopCCN:4", "authentication"},
    {"no response in the SCCRP", "SC", "open SCCRP", "StopCCN:4", "response"},
    {"a wrong one", "SC", "open SCCRP,resp=9", "StopCCN:4", "secrets agree"},
    {"no response in the SCCCN", "SC", "SCCRQ SCCCN", "StopCCN:4", "response"},
    {"S7.2-05 a wrong one", "SC", "SCCRQ SCCCN,resp=9", "StopCCN:4", "secrets agree"},
    {"our own challenge", "SC", "open SCCRP,resp,mirror", "StopCCN:4", "challenge came back"},
    {"a message out of its place", "", UP "SCCRP", "StopCCN:7", "SCCRP"},
    {"one of a call before the tunnel is up", "", "SCCRQ ICRQ", "StopCCN:7", "ICRQ"},
    {"no SCCRP in time", "", "open ZLB,nr=1 idle,ms=60000", "StopCCN:1", "in time"},
    {"no SCCCN in time", "", "SCCRQ ZLB,nr=1 idle,ms=60000", "StopCCN:1", "in time"},
    /* of calls */
    {"no incoming calls here", "I", UP "ICRQ", "CDN:3", "no incoming"},
    {"no outgoing calls here", "O", UP "OCRQ", "CDN:3", "no outgoing"},
    {"S7.4-04 no address left", "", UP "full ICRQ", "CDN:2/4", "address"},
    {"no address left for our end", "L", UP "ICRQ", "CDN:2/4", "no local address"},
    {"the address of our end is another's", "A", UP "ICRQ", "CDN:2/4", "in use"},
    {"its section has gone", "G", UP "ICRQ", "CDN:3", "its section has left the configuration"},
    {"the host is about to end", "E", UP "ICRQ", "CDN:3", "shutting down"},
    {"S4.4.4-08 minimum above maximum", "", UP "OCRQ,min=300", "CDN:2/3", "minimum"},
    {"S4.4.3-04 framing not advertised", "F", UP "OCRQ,framing=2", "CDN:2/3", "framing"},
    {"S4.4.3-07 bearer not advertised", "F", UP "OCRQ,bearer=2", "CDN:4", "bearer"},
    {"no serial number", "", UP "ICRQ,no=15", "CDN:2/3", "call_serial_number (15)"},
    {"no Called Number", "", UP "OCRQ,no=21", "CDN:2/3", "called_number (21)"},
    {"no session id in the ICRP", "", OUR_UP "call ICRP,no=14", "CDN:2/3", "assigned_session_id (14)"},
    {"S4.4.2-10 an unknown mandatory AVP in an ICRQ", "", UP "ICRQ,alien=1", "CDN:2/8", "77"},
    {"hidden AVPs of a call and no secret", "", LNS "WEN,hide", "CDN:2/2", "is hidden"},
    {"S4.4.2-11 a message out of its place", "", LNS "ICCN", "CDN:2/6", "ICCN"},
    {"no ICRP in time", "", OUR_UP "call ZLB idle,ms=60000", "CDN:10", "in time"},
    {"no ICCN in time", "", UP "ICRQ ZLB idle,ms=60000", "CDN:3", "in time"},
    {"no answer in time", "", UP "OCRQ ZLB idle,ms=60000", "CDN:10", "in time"},
};
/* clang-format on */

static void set_profile(const char *what)
{
    bool f = strchr(what, 'F') != NULL;

    snprintf(rig.profile.secret, sizeof rig.profile.secret, "%s",
             strchr(what, 'S') != NULL ? RIG_SECRET : "");
    rig.profile.challenge = strchr(what, 'C') != NULL;
    rig.profile.accept_incoming = strchr(what, 'I') == NULL;
    rig.profile.accept_outgoing = strchr(what, 'O') == NULL;
    rig.profile.framing = f ? FRAMING_SYNC : FRAMING_SYNC | FRAMING_ASYNC;
    rig.profile.bearer = f ? BEARER_DIGITAL : 3;
    rig.welcome = strchr(what, 'R') != NULL ? REFUSED : WELCOME;
    rig.admit = strchr(what, 'G') != NULL   ? SECTION_GONE
                : strchr(what, 'L') != NULL ? NO_LOCAL_ROOM
                : strchr(what, 'A') != NULL ? LOCAL_LEASED
                : strchr(what, 'E') != NULL ? STOPS
                                            : ADMITTED;
}

/* Does a text have these words in it? */
static bool has_words(struct span text, const char *words)
{
    size_t n = strlen(words);

    if (n == 0)
        return true;
    for (size_t i = 0; i + n <= text.n; i++)
        if (memcmp(text.p + i, words, n) == 0)
            return true;
    return false;
}

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct msg_result *r = &rig.heard.result_code;
        char got[32];

        set_profile(rows[i].what);
        rig_again(&rig);
        rig_run(&rig, rows[i].script);
        if (r->error != 0)
            snprintf(got, sizeof got, "%s:%u/%u", msg_type_name(rig.heard.type), r->result,
                     r->error);
        else
            snprintf(got, sizeof got, "%s:%u", msg_type_name(rig.heard.type), r->result);
        if (!ok((rig.heard.type == STOPCCN || rig.heard.type == CDN) &&
                    strcmp(got, rows[i].expected) == 0 && has_words(r->text, rows[i].word),
                "%s: %s, and it says why", rows[i].name, rows[i].expected))
            printf("# got %s, \"%.*s\"\n", got, (int)r->text.n, (const char *)r->text.p);
    }
    set_profile("");
}

/* What the host says goes out as it is; what it leaves open is made fit to be said. */
static void test_hosts_words(void)
{
    static const struct {
        const char *name;
        unsigned result, error;
        const char *text, *stopccn, *cdn, *said;
    } given[] = {
        {"a result and a text", 4, 0, "enough", "StopCCN:4", "CDN:4", "enough"},
        {"an error too", 2, 7, "try 192.0.2.9", "StopCCN:2/7", "CDN:2/7", "try 192.0.2.9"},
        {"without a text", 6, 0, "", "StopCCN:6", "CDN:6", ""},
        {"0 is reserved: the usual result", 0, 0, "so", "StopCCN:1", "CDN:3", "so"},
        {"S4.4.2-11 error 6 does not go unexplained", 2, 6, "", "StopCCN:2/6", "CDN:2/6",
         "no reason"},
    };

    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        char expected[64];

        rig_again(&rig);
        rig_run(&rig, LNS "ZLB");
        l2tp_hang_up(rig.e, rig.now, rig.session, given[i].result, given[i].error, given[i].text);
        snprintf(expected, sizeof expected, "%s call-down", given[i].cdn);
        is_str(rig_run(&rig, "tick"), expected, given[i].name);
        ok(has_words(rig.heard.result_code.text, given[i].said), "  and what it says");
        rig_run(&rig, "ZLB");
        l2tp_close(rig.e, rig.now, rig.tunnel, given[i].result, given[i].error, given[i].text);
        snprintf(expected, sizeof expected, "%s down", given[i].stopccn);
        is_str(rig_run(&rig, "tick"), expected, "  the same for a tunnel");
        ok(has_words(rig.heard.result_code.text, given[i].said), "  and what it says");
    }
}

/* Without room for what has to be said there is no going on: the tunnel ends, and says so. */
static void test_no_room(void)
{
    unsigned n = 0;
    char word[32];

    rig_again(&rig);
    rig_run(&rig, "open SCCRP call,speedy ICRP ZLB");
    snprintf(word, sizeof word, "CSURQ,nr=%u", (unsigned)rig.nr); /* nothing that is answered is acknowledged */
    while (n < 2000 && strcmp(rig_tunnel_state(&rig), "established") == 0) {
        rig_run(&rig, word);
        n++;
    }
    ok(n >= 1000 && n <= XPORT_QUEUE + 1, "so many messages may wait: %u", n);
    is_str(rig_tunnel_state(&rig), "stopping", "one more ends the tunnel");
    ok(rig.why.damage == DAMAGE_TUNNEL && rig.why.result == 2 && rig.why.error == ERROR_RESOURCES,
       "with general error, no resources");
    is_str(rig_run(&rig, "ZLB"), "StopCCN:2/4", "which the peer is told next");
    is_int(l2tp_counts(rig.e).calls, 0, "and the call goes with it");
}

/* What is told of a line is told once the peer has heard what was told before: only the latest counts. */
static void test_news_of_a_line(void)
{
    unsigned n = 0;

    rig_again(&rig);
    rig_run(&rig, LNS "ZLB");
    while (n < 2000) {
        l2tp_line_info(rig.e, rig.now, rig.session, ++n, 0);
        rig_run(&rig, "tick");
    }
    is_str(rig_tunnel_state(&rig), "established", "a tunnel bears any number of maps at once");
    for (n = 0; n < 200 && rig.heard.accm[0] != 2000; n++)
        rig_run(&rig, "ZLB tick,ms=500");
    is_int(rig.heard.accm[0], 2000, "the last is told");
    ok(n < 100, "and not each before it");
    rig_again(&rig);
    rig_run(&rig, "open SCCRP call,speedy ICRP ZLB");
    for (n = 1; n <= 2000; n++) {
        l2tp_line_speed(rig.e, rig.now, rig.called, 100000 + n, 7);
        rig_run(&rig, "tick");
    }
    is_str(rig_tunnel_state(&rig), "established", "and any number of speeds");
    for (n = 0; n < 200 && rig.heard.connect_speed_update.at[0].tx != 102000; n++)
        rig_run(&rig, "ZLB tick,ms=500");
    is_int(rig.heard.connect_speed_update.at[0].tx, 102000, "the last is told");
    ok(n < 100, "and not each before it");
}

/* One tunnel has so many calls coming up at most. */
static void test_too_many(void)
{
    char word[64];
    unsigned taken = 0;

    rig_again(&rig);
    rig_run(&rig, UP);
    for (unsigned i = 1; i <= 600; i++) {
        snprintf(word, sizeof word, "ICRQ,asid=%u", i);
        rig_run(&rig, word);
        taken += rig.heard.type == ICRP;
    }
    is_int(taken, 512, "512 calls may be coming up at once");
    ok(rig.heard.type == CDN && rig.heard.result_code.result == 2 &&
           rig.heard.result_code.error == ERROR_RESOURCES &&
           has_words(rig.heard.result_code.text, "too many"),
       "one more is refused: 2/4, and it says why");
    rig_run(&rig, "CDN,sid=0,asid=1 ICRQ,asid=1000");
    is_int(rig.heard.type, ICRP, "one that goes makes room");
}

/* What is not answered at all. */
static void test_silent(void)
{
    static const struct {
        const char *name, *script;
    } silent[] = {
        {"a peer that is to be ignored", "SCCRQ"},
        {"A-07 messages of no tunnel",
         "SCCRP,tid=9 SCCCN,tid=9 HELLO,tid=9 StopCCN,tid=9 ICRQ,tid=9"},
    };

    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
        rig_again(&rig);
        rig.welcome = IGNORED;
        is_str(rig_run(&rig, silent[i].script), "", silent[i].name);
    }
    rig.welcome = WELCOME;
}

int main(void)
{
    rig_init(&rig);
    test_rows();
    test_hosts_words();
    test_no_room();
    test_news_of_a_line();
    test_too_many();
    test_silent();
    rig_free(&rig);
    return tap_done();
}
