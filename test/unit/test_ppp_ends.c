/* What is seen of how PPP begins and ends, and which frames may overtake others. */
#include "tap.h"

#include "wire/ppp.h"

static uint8_t room[8][256];

static struct span frame(const char *hex)
{
    static unsigned n;
    uint8_t *at = room[n++ % 8];

    return span_of(at, unhex(hex, at));
}

static const struct {
    const char *name, *frame, *why; /* NULL: no farewell */
} farewells[] = {
    {"a Terminate-Request", "ff03c021 0501 0004", ""},
    {"and what it says of why", "ff03c021 0501 0008 62757379", "busy"},
    {"padding behind it is none of that", "c021 0501 0006 6869 0000", "hi"},
    {"a Terminate-Ack is none", "ff03c021 0601 0004", NULL},
    {"nor IPCP's own", "ff038021 0501 0004", NULL},
    {"nor one that is cut", "ff03c021 0501 0008 62", NULL},
};

static void test_farewells(void)
{
    for (size_t i = 0; i < sizeof farewells / sizeof farewells[0]; i++) {
        struct span why = span_str("as it was");
        bool is = ppp_is_farewell(frame(farewells[i].frame), &why);

        is_int(is, farewells[i].why != NULL, farewells[i].name);
        if (is && farewells[i].why != NULL)
            is_mem(why.p, why.n, farewells[i].why, strlen(farewells[i].why), farewells[i].name);
    }
}

static const struct {
    const char *name, *frame;
    bool from_pppd, before, after;
} answers[] = {
    {"pppd rejects the option", "ff03c021 0401 0009 0305c22305", true, false, true},
    {"or would have another way", "ff03c021 0301 0008 0304c023", true, false, true},
    {"it has come to agree to one", "ff03c021 0202 0008 0304c023", true, true, false},
    {"other options do not matter", "ff03c021 0401 000a 050611112222", true, false, false},
    {"nor what it asks for itself", "ff03c021 0101 0008 0304c023", true, true, true},
    {"nor what the far end declines", "ff03c021 0401 0008 0304c023", false, false, false},
    {"the far end goes on without", "ff038021 0101 0004", false, true, false},
    {"pppd alone does not", "ff038021 0101 0004", true, true, true},
};

static void test_willing(void)
{
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        bool declines = answers[i].before;

        ppp_note_willing(&declines, answers[i].from_pppd, frame(answers[i].frame));
        is_int(declines, answers[i].after, answers[i].name);
    }
}

static const struct {
    const char *name, *frame;
    bool may;
} overtaking[] = {
    {"IPv4 as it is may overtake", "ff030021 45", true},
    {"so may IPv6", "ff030057 60", true},
    {"LCP", "ff03c021 0901 0008 11112222", true},
    {"and IPCP", "ff038021 0101 0004", true},
    {"CCP may not: its Reset-Ack says from where on all is new", "ff0380fd 0f01 0004", false},
    {"nor a link's own", "ff0380fb 0f01 0004", false},
    {"nor ECP", "ff038053 0f01 0004", false},
    {"nor a link's own ECP", "ff038055 0f01 0004", false},
    {"nor what is compressed", "ff0300fd 90", false},
    {"nor compressed headers", "ff03002d 00", false},
    {"nor nothing", "", false},
};

static void test_overtaking(void)
{
    for (size_t i = 0; i < sizeof overtaking / sizeof overtaking[0]; i++)
        is_int(ppp_may_overtake(frame(overtaking[i].frame)), overtaking[i].may, overtaking[i].name);
}

/* Both have asked, for a bundle or not, and both have agreed. */
static bool bundles(const char *far, const char *pppd)
{
    struct ppp_watch w;
    char text[64];

    ppp_watch_init(&w);
    for (unsigned code = 1; code <= 2; code++) {
        snprintf(text, sizeof text, "ff03c021 %02x01 %04x %s", code, 4 + (unsigned)strlen(far) / 2, far);
        ppp_watch_frame(&w, code == 2, frame(text));
        ok(!ppp_watch_bundles(&w), "not before both have agreed");
        snprintf(text, sizeof text, "ff03c021 %02x02 %04x %s", code, 4 + (unsigned)strlen(pppd) / 2, pppd);
        ppp_watch_frame(&w, code == 1, frame(text));
    }
    return ppp_watch_bundles(&w);
}

static void test_bundles(void)
{
    ok(bundles("110405dc", "110405dc"), "a bundle that both ask for");
    ok(!bundles("110405dc", "0702"), "one that the far end alone asks for is none");
    ok(!bundles("", "110405dc"), "nor one that pppd does");
}

/* LCP that somebody else has negotiated before. */
static void test_agreed(void)
{
    struct ppp_watch w;
    uint32_t send, receive;

    ppp_watch_init(&w);
    ppp_watch_agreed(&w, 1, 0xa0000);
    is_int(ppp_watch_to_pppd(&w), 0xa0000, "its maps hold from the start");
    ok(ppp_watch_accm(&w, &send, &receive) && send == 1 && receive == 0xa0000, "both");
    ppp_watch_frame(&w, false, frame("ff03c223 0301 0004"));
    is_int(ppp_watch_to_pppd(&w), 0xa0000, "what is no LCP leaves them");
    ppp_watch_frame(&w, false, frame("ff030021 45"));
    ok(ppp_watch_is_up(&w), "a packet tells that PPP is up");
    ppp_watch_frame(&w, false, frame("ff03c021 0101 0004"));
    is_int(ppp_watch_to_pppd(&w), 0xffffffff, "until the other end begins anew");
    ppp_watch_frame(&w, true, frame("ff03c021 0201 0004"));
    is_int(ppp_watch_to_pppd(&w), 0xffffffff, "then both have to be agreed on");
}

int main(void)
{
    test_farewells();
    test_willing();
    test_overtaking();
    test_bundles();
    test_agreed();
    return tap_done();
}
