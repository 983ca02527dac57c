/* proto (call_say, call_facts, post): what a LAC has negotiated with the caller by itself, in its
 * ICCN (RFC 2661, 4.4.5): whole or not at all, and a password never in the clear. */
#include "rig.h"
#include "tap.h"

#include "wire/proxy.h"

#define ALL 0xffu     /* 26 to 33 */
#define LCP 0x07u     /* 26 to 28 */
#define TOO_LONG 1001 /* hidden and padded it might be more than an AVP holds */

/* given: a bit an AVP from 26 on; lengths of values; what the ICCN is to have of it. */
static const struct {
    const char *name;
    unsigned given, type, id;
    size_t lcp, texts, challenge, response;
    bool secret;
    unsigned sent, hidden;
} sets[] = {
    {"S4.4.5-01 LCP and CHAP", ALL, PROXY_CHAP, 7, 10, 4, 16, 16, false, ALL, 0},
    {"S4.4.5-01 LCP alone", LCP, 0, 0, 10, 0, 0, 0, false, LCP, 0},
    {"S4.4.5-01 no authentication", LCP | 0x08, PROXY_NONE, 0, 10, 0, 0, 0, false, LCP | 0x08, 0},
    {"S4.4.5-07 a name and a response without a type", ALL & ~0x08u, 0, 7, 10, 4, 16, 16, false, 0,
     0},
    {"S4.4.5-10 CHAP without a challenge", ALL & ~0x20u, PROXY_CHAP, 7, 10, 4, 0, 16, false, 0, 0},
    {"S4.4.5-10 a challenge without an octet", ALL, PROXY_CHAP, 7, 10, 4, 0, 16, false, 0, 0},
    {"S4.4.5-10 nor is it sent where nobody needs one", ALL, PROXY_NONE, 7, 10, 4, 0, 16, false, 0,
     0},
    {"S4.4.5-12 a CHAP response of 15 octets", ALL, PROXY_CHAP, 7, 10, 4, 16, 15, false, 0, 0},
    {"S4.4.5-13 a password is hidden", ALL, PROXY_PAP, 7, 10, 4, 16, 9, true, ALL, 0x80},
    {"S4.4.5-13 that of a text login too", ALL, PROXY_TEXT, 7, 10, 4, 16, 9, true, ALL, 0x80},
    {"S4.4.5-13 a CHAP response need not be", ALL, PROXY_CHAP, 7, 10, 4, 16, 16, true, ALL, 0},
    {"as long as may be", 0x01, 0, 0, TOO_LONG - 1, 0, 0, 0, false, 0x01, 0},
    {"three of them, in one message", LCP, 0, 0, 1000, 0, 0, 0, false, LCP, 0},
    {"options longer than may be", LCP, 0, 0, TOO_LONG, 0, 0, 0, false, 0, 0},
    {"a name longer than may be", ALL, PROXY_CHAP, 7, 10, TOO_LONG, 16, 16, false, 0, 0},
    {"a password longer than may be", ALL, PROXY_PAP, 7, 10, 4, 16, TOO_LONG, true, 0, 0},
    {"all of them longer than a message holds", ALL, PROXY_PAP, 7, 800, 800, 16, 800, true, 0, 0},
};

static const struct call_proxy *proxy_of(size_t i)
{
    static const uint8_t octets[2000];
    static struct call_proxy p;
    const size_t lengths[PROXY_AVPS] = {sets[i].lcp, sets[i].lcp,     sets[i].lcp,
                                        0,           sets[i].texts,   sets[i].challenge,
                                        0,           sets[i].response};

    p = (struct call_proxy){.present = (uint64_t)sets[i].given << PROXY_FIRST,
                            .type = (uint16_t)sets[i].type,
                            .id = (uint16_t)sets[i].id};
    for (unsigned k = 0; k < PROXY_AVPS; k++)
        p.value[k] = span_of(octets, sets[i].given >> k & 1 ? lengths[k] : 0);
    return &p;
}

int main(void)
{
    static struct rig r;

    rig_init(&r);
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        struct l2tp_call_spec spec = {.framing = FRAMING_SYNC, .proxy = proxy_of(i)};

        memset(r.profile.secret, 0, sizeof r.profile.secret);
        if (sets[i].secret)
            memcpy(r.profile.secret, RIG_SECRET, sizeof RIG_SECRET);
        rig_again(&r);
        rig_run(&r, "open SCCRP ZLB");
        l2tp_call(r.e, r.now, r.opened, &spec, NULL);
        rig_run(&r, "ZLB");
        is_str(rig_run(&r, "ICRP"), "ICCN call-up", sets[i].name);
        is_int((long long)(r.heard.present >> PROXY_FIRST & ALL), sets[i].sent, sets[i].name);
        is_int((long long)(r.heard.hidden >> PROXY_FIRST & ALL), sets[i].hidden, sets[i].name);
    }
    rig_free(&r);
    return tap_done();
}
