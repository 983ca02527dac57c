/* proto (post, tunnel, input): which messages have something hidden in them, with which secret, and
 * passwords: RFC 2661, 4.3, 4.4.1, 4.4.5. */
#include <stdlib.h>

#include "rig.h"
#include "tap.h"
#include "wire/proxy.h"
#include "wire/quirks.h"

static struct rig rig;

static void set_secret(const char *secret)
{
    snprintf(rig.profile.secret, sizeof rig.profile.secret, "%s", secret);
}

/* clang-format off */

static const struct {
    const char *name;
    enum hide_when hide;
    bool challenge;
    uint32_t quirks;
    const char *script, *expected;
} lives[] = {
    {"never", HIDE_NEVER, true, 0, "open SCCRP,resp,chal call ICRP errors ZLB hangup ZLB OCRQ,asid=8 answer ZLB idle,ms=60000 ZLB close",
     "SCCRQ SCCCN up ICRQ ICCN call-up WEN CDN:3 call-down OCRP dial OCCN call-up 60000:HELLO StopCCN:6 call-down down"},
    {"S4.3-02 as soon as the peer has proven itself", HIDE_PROVEN, true, 0, "open SCCRP,resp,chal call ICRP errors ZLB hangup ZLB OCRQ,asid=8 answer ZLB idle,ms=60000 ZLB close",
     "SCCRQ SCCCN* up ICRQ* ICCN* call-up WEN* CDN*:3 call-down OCRP* dial OCCN* call-up 60000:HELLO StopCCN*:6 call-down down"},
    {"not proven: nothing", HIDE_PROVEN, false, 0, "open SCCRP call ICRP errors ZLB hangup ZLB OCRQ,asid=8 answer ZLB idle,ms=60000 ZLB close",
     "SCCRQ SCCCN up ICRQ ICCN call-up WEN CDN:3 call-down OCRP dial OCCN call-up 60000:HELLO StopCCN:6 call-down down"},
    {"always: from the first message on", HIDE_ALWAYS, false, 0, "open SCCRP call ICRP errors ZLB hangup ZLB OCRQ,asid=8 answer ZLB idle,ms=60000 ZLB close",
     "SCCRQ* SCCCN up ICRQ* ICCN* call-up WEN* CDN*:3 call-down OCRP* dial OCCN* call-up 60000:HELLO StopCCN*:6 call-down down"},
    {"Q-08 always, but this peer cannot bear it", HIDE_ALWAYS, false, QUIRK_NO_HIDING, "open SCCRP call ICRP hangup ZLB close",
     "SCCRQ SCCCN up ICRQ ICCN call-up CDN:3 call-down StopCCN:6 down"},
    {"never, as LNS", HIDE_NEVER, true, 0, "SCCRQ,chal SCCCN,resp ICRQ ICCN ZLB map ZLB dial OCRP,asid=5 ZLB hangup ZLB idle,ms=60000 ZLB close",
     "SCCRP up ICRP call-up SLI OCRQ CDN:3 call-down 60000:HELLO StopCCN:6 call-down down"},
    {"S4.3-02 proven, as LNS: from the SCCCN on", HIDE_PROVEN, true, 0, "SCCRQ,chal SCCCN,resp ICRQ ICCN ZLB map ZLB dial OCRP,asid=5 ZLB hangup ZLB idle,ms=60000 ZLB close",
     "SCCRP up ICRP* call-up SLI* OCRQ* CDN*:3 call-down 60000:HELLO StopCCN*:6 call-down down"},
    {"proven by what the peer hides itself", HIDE_PROVEN, false, 0, "SCCRQ,hide SCCCN ICRQ ICCN ZLB map ZLB close",
     "SCCRP* up ICRP* call-up SLI* StopCCN*:6 call-down down"},
    {"also in a later message", HIDE_PROVEN, false, 0, "open SCCRP,hide ZLB call", "SCCRQ SCCCN up ICRQ*"},
    {"always, as LNS", HIDE_ALWAYS, false, 0, "SCCRQ SCCCN ICRQ ICCN ZLB map ZLB dial OCRP,asid=5 ZLB hangup ZLB idle,ms=60000 ZLB close",
     "SCCRP* up ICRP* call-up SLI* OCRQ* CDN*:3 call-down 60000:HELLO StopCCN*:6 call-down down"},
};
/* clang-format on */

static void test_lives(void)
{
    rig.veiled = rig.quiet = true;
    for (size_t i = 0; i < sizeof lives / sizeof *lives; i++) {
        set_secret(RIG_SECRET);
        rig.profile.hide = lives[i].hide;
        rig.profile.challenge = lives[i].challenge;
        rig.profile.quirks_on = lives[i].quirks;
        rig_again(&rig);
        is_str(rig_run(&rig, lives[i].script), lives[i].expected, lives[i].name);
    }
    rig.profile.quirks_on = 0;
    rig.profile.challenge = false;
    rig.veiled = rig.quiet = false;
}

/* Each message of a life, one word at a time: no two have the same vector. */
static void test_vectors(void)
{
    static const char *const words[] = {"open",        "SCCRP",  "call",   "ICRP",
                                        "errors",      "ZLB",    "hangup", "ZLB",
                                        "OCRQ,asid=8", "answer", "ZLB",    "close"};
    uint8_t vectors[16][16];
    unsigned n = 0, same = 0, brief = 0;

    rig.profile.hide = HIDE_ALWAYS;
    rig_again(&rig);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        rig.heard.random_vector = span_of(NULL, 0);
        rig_run(&rig, words[i]);
        if (rig.heard.random_vector.n == 0)
            continue;
        brief += rig.heard.random_vector.n < 16;
        memcpy(vectors[n], rig.heard.random_vector.p, 16);
        for (unsigned k = 0; k < n; k++)
            same += memcmp(vectors[k], vectors[n], 16) == 0;
        n++;
    }
    ok(n >= 7 && same == 0, "each of %u messages has a vector of its own", n);
    ok(brief == 0, "S4.4.1-07 of 16 octets");
}

/* The length of an AVP in the last datagram, with its header; 0: not there. */
static unsigned avp_length(unsigned number)
{
    struct span body = rig.packet.body;

    for (size_t at = 0; at + 6 <= body.n;) {
        unsigned n = (body.p[at] << 8u | body.p[at + 1]) & 0x3ffu;

        if ((unsigned)(body.p[at + 4] << 8u | body.p[at + 5]) == number)
            return n;
        at += n;
    }
    return 0;
}

static void test_padding(void)
{
    uint64_t lengths = 0;

    rig.profile.hide = HIDE_ALWAYS;
    rig.profile.challenge = true;
    for (uint32_t seed = 1; seed <= 50; seed++) {
        rig_again(&rig);
        rig.seed = seed;
        rig_run(&rig, "SCCRQ");
        lengths |= UINT64_C(1) << avp_length(11);
    }
    ok((lengths & (lengths - 1)) != 0 && lengths >> (6 + 2 + 16 + 15 + 1) == 0,
       "S4.3-06, S4.3-07 what is hidden is padded, now more, now less");
    rig.profile.quirks_on = QUIRK_BRIEF_HIDING;
    rig.profile.challenge = true;
    rig_again(&rig);
    rig_run(&rig, "SCCRQ");
    ok(avp_length(9) == 10 && (rig.heard.hidden >> AVP_ASSIGNED_TUNNEL_ID & 1),
       "Q-10 to a peer that takes one block alone the short ones are");
    ok((rig.heard.hidden >> AVP_CHALLENGE & 1) == 0 && msg_has(&rig.heard, AVP_CHALLENGE),
       "Q-10 and what is longer than a block stays clear");
    rig.profile.quirks_on = 0;
    rig.profile.challenge = false;
}

/* The secret goes by the peer's name, which an SCCRQ or SCCRP tells. */
static void test_names(void)
{
    rig.profile.hide = HIDE_PROVEN;
    set_secret("");
    rig.by_name = RIG_SECRET;
    rig_again(&rig);
    is_str(rig_run(&rig, "SCCRQ,hide SCCCN"), "SCCRP ZLB up",
           "A-30 as responder: by the name in the SCCRQ");
    rig_again(&rig);
    set_secret("some other");
    rig_again(&rig);
    is_str(rig_run(&rig, "open | SCCRP,hide"), "SCCCN up",
           "A-30 as initiator: by the name in the SCCRP");
    rig.by_name = "another secret";
    rig_again(&rig);
    is_str(rig_run(&rig, "SCCRQ,hide"), "StopCCN:2/2", "with another secret it cannot be read");
    set_secret(RIG_SECRET);
    rig_again(&rig);
    rig_run(&rig, "open SCCRP,hide");
    ok(rig.heard.type == STOPCCN && rig.heard.result_code.result != 1,
       "A-30 even if the one we began with would have done");
    rig.by_name = NULL;
}

static struct call_proxy *proxy_of(uint16_t type)
{
    struct call_proxy *p = calloc(1, sizeof *p);

    p->present = UINT64_C(1) << AVP_PROXY_AUTHEN_TYPE | UINT64_C(1) << AVP_PROXY_AUTHEN_NAME |
                 UINT64_C(1) << AVP_PROXY_AUTHEN_RESPONSE;
    p->type = type;
    p->value[AVP_PROXY_AUTHEN_NAME - PROXY_FIRST] = span_str("smith");
    p->value[AVP_PROXY_AUTHEN_RESPONSE - PROXY_FIRST] = span_str("sixteen octets!!");
    if (type != PROXY_TEXT)
        p->present |= UINT64_C(1) << AVP_PROXY_AUTHEN_ID;
    if (type == PROXY_CHAP) {
        p->present |= UINT64_C(1) << AVP_PROXY_AUTHEN_CHALLENGE;
        p->value[AVP_PROXY_AUTHEN_CHALLENGE - PROXY_FIRST] = span_str("what is it?");
    }
    return p;
}

/* The ICCN of a call with such proxy authentication, our secret as given. */
static void connect_with(uint16_t type, const char *secret)
{
    struct call_proxy *proxy = proxy_of(type);
    struct l2tp_call_spec spec = {.bearer = 1, .framing = 1, .proxy = proxy};

    set_secret(secret);
    rig_again(&rig);
    rig_run(&rig, "open SCCRP ZLB");
    rig.called = l2tp_call(rig.e, rig.now, rig.opened, &spec, &rig.host);
    memset(proxy, 0, sizeof *proxy); /* the engine has a copy */
    free(proxy);
    rig_run(&rig, "tick ICRP");
}

static void test_passwords(void)
{
    static const struct {
        const char *name;
        uint16_t type;
        enum hide_when hide;
        uint32_t quirks;
        const char *secret;
        bool hidden;
    } rows[] = {
        {"S4.4.5-13 a text login's password is hidden whenever there is a secret", PROXY_TEXT,
         HIDE_NEVER, 0, RIG_SECRET, true},
        {"S4.4.5-13 so is PAP's", PROXY_PAP, HIDE_NEVER, 0, RIG_SECRET, true},
        {"S4.4.5-13 also if nothing has been proven", PROXY_PAP, HIDE_PROVEN, 0, RIG_SECRET, true},
        {"S4.4.5-13 also from a peer that is told nothing else so", PROXY_PAP, HIDE_ALWAYS,
         QUIRK_NO_HIDING, RIG_SECRET, true},
        {"without a secret it cannot be", PROXY_PAP, HIDE_ALWAYS, 0, "", false},
        {"a response to CHAP is no password", PROXY_CHAP, HIDE_NEVER, 0, RIG_SECRET, false},
        {"but is hidden with the rest", PROXY_CHAP, HIDE_ALWAYS, 0, RIG_SECRET, true},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct msg *m = &rig.heard;
        bool all = rows[i].hide == HIDE_ALWAYS && rows[i].quirks == 0 && rows[i].secret[0] != '\0';

        rig.profile.hide = rows[i].hide;
        rig.profile.quirks_on = rows[i].quirks;
        connect_with(rows[i].type, rows[i].secret);
        ok(m->type == ICCN && span_eq(m->proxy_authen_response, span_str("sixteen octets!!")) &&
               (m->hidden >> AVP_PROXY_AUTHEN_RESPONSE & 1) == rows[i].hidden,
           "%s", rows[i].name);
        ok((m->hidden >> AVP_PROXY_AUTHEN_NAME & 1) == all, "  the name %s",
           all ? "too" : "is not");
    }
    rig.profile.quirks_on = 0;
}

/* What has no room in an ICCN is left out, all of it: the LNS begins anew, which is always right.
 */
static void test_too_long(void)
{
    static uint8_t octets[1100];
    static const struct {
        const char *name;
        size_t each;
        unsigned values;
        bool said;
    } sizes[] = {
        {"1,000 octets of one Configure-Request", 1000, 1, true},
        {"three of them", 1000, 3, true},
        {"one more octet than an AVP of ours has", 1001, 1, false},
        {"more than any AVP has", 1100, 1, false},
        {"more than a message has", 900, 4, false},
    };

    rig.profile.hide = HIDE_ALWAYS;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct call_proxy *proxy = proxy_of(PROXY_CHAP);
        struct l2tp_call_spec spec = {.bearer = 1, .framing = 1, .proxy = proxy};

        for (unsigned k = 0; k < sizes[i].values && k < 3; k++) {
            proxy->present |= UINT64_C(1) << (PROXY_FIRST + k);
            proxy->value[k] = span_of(octets, sizes[i].each);
        }
        if (sizes[i].values > 3)
            proxy->value[AVP_PROXY_AUTHEN_CHALLENGE - PROXY_FIRST] = span_of(octets, sizes[i].each);
        rig_again(&rig);
        rig_run(&rig, "open SCCRP ZLB");
        rig.called = l2tp_call(rig.e, rig.now, rig.opened, &spec, &rig.host);
        free(proxy);
        is_str(rig_run(&rig, "tick ICRP"), "ICRQ ICCN call-up", sizes[i].name);
        ok(msg_has(&rig.heard, AVP_INITIAL_RECEIVED_LCP_CONFREQ) == sizes[i].said &&
               msg_has(&rig.heard, AVP_PROXY_AUTHEN_TYPE) == sizes[i].said,
           "  is %s", sizes[i].said ? "told" : "left out, and all the rest with it");
    }
}

int main(void)
{
    rig_init(&rig);
    test_lives();
    test_vectors();
    test_padding();
    test_names();
    test_passwords();
    set_secret(RIG_SECRET);
    test_too_long();
    rig_free(&rig);
    return tap_done();
}
