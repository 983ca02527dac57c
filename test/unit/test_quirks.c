/* Quirks: names both ways, and which peers are known by what they say of themselves (Q-01 to
 * */
#include "tap.h"

#include <ctype.h>

#include "wire/msg.h"
#include "wire/quirks.h"

/* Written down a second time: what a configuration may say. */
static const struct {
    uint32_t bit;
    const char *name;
} names[] = {
    {QUIRK_NO_RX_SPEED, "no-rx-speed"},    {QUIRK_SWAPPED_RESULTS, "swapped-results"},
    {QUIRK_NO_HELLO, "no-hello"},          {QUIRK_SILENT_HELLO, "silent-hello"},
    {QUIRK_ZERO_TUNNEL, "zero-tunnel-id"}, {QUIRK_MINIMAL, "minimal"},
    {QUIRK_NO_HIDING, "no-hiding"},        {QUIRK_BRIEF_HIDING, "brief-hiding"},
    {QUIRK_MISSING_AVPS, "missing-avps"},  {QUIRK_NO_PRIORITY, "no-priority-bit"},
    {QUIRK_NO_STATUS, "no-status"},
};

#define NAMES (sizeof names / sizeof names[0])

static void test_names(void)
{
    size_t n;
    const struct quirk_row *rows = quirks_rows(&n);
    uint32_t all = 0;

    is_int((long long)n, (long long)NAMES, "a row each");
    for (size_t i = 0; i < NAMES && i < n; i++) {
        char upper[32] = "", text[QUIRKS_TEXT];

        for (size_t k = 0; names[i].name[k] != '\0'; k++)
            upper[k] = (char)toupper((unsigned char)names[i].name[k]);
        is_str(rows[i].name, names[i].name, "its name");
        ok(rows[i].bit == names[i].bit && rows[i].help[0] != '\0', "%s: its bit, and help",
           names[i].name);
        is_int(quirk_by_name(names[i].name, strlen(names[i].name)), names[i].bit, "found by name");
        is_int(quirk_by_name(upper, strlen(upper)), names[i].bit, "in capitals too");
        is_int(quirk_by_name(names[i].name, strlen(names[i].name) - 1), 0, "but not cut short");
        is_str(quirks_text(names[i].bit, text, sizeof text), names[i].name, "and shown by it");
        ok((all & names[i].bit) == 0, "%s: a bit of its own", names[i].name);
        all |= names[i].bit;
    }
    is_int(quirk_by_name("no-hello, no-hiding", 8), QUIRK_NO_HELLO, "a name out of a list");
    is_int(quirk_by_name("", 0), 0, "no name is none");
    is_int(quirk_by_name("no hello", 8), 0, "nor is another");
    is_int(QUIRKS_DEFAULT, QUIRK_SWAPPED_RESULTS | QUIRK_SILENT_HELLO | QUIRK_MISSING_AVPS,
           "what does no harm is on from the start");
}

static void test_text(void)
{
    char text[QUIRKS_TEXT], whole[QUIRKS_TEXT], cut[QUIRKS_TEXT];
    bool fits = true;

    is_str(quirks_text(0, text, sizeof text), "", "none: nothing");
    is_str(quirks_text(QUIRK_NO_HIDING | QUIRK_NO_HELLO, text, sizeof text), "no-hello, no-hiding",
           "two, in the order of the rows");
    quirks_text(UINT32_MAX, whole, sizeof whole);
    ok(strstr(whole, ", no-status") != NULL && strlen(whole) < sizeof whole - 1,
       "there is room for all");
    for (size_t size = 1; size < sizeof cut - 1; size++) {
        memset(cut, '#', sizeof cut);
        quirks_text(UINT32_MAX, cut, size);
        fits &= strlen(cut) < size && strncmp(cut, whole, strlen(cut)) == 0 && cut[size] == '#';
    }
    ok(fits, "cut to whatever room there is");
}

/* What a peer says: NULL and 0 are not said. */
static const struct {
    const char *name;
    const char *vendor, *host;
    uint16_t window, firmware;
    const char *who;
    uint32_t quirks;
} peers[] = {
    {"Q-02, Q-03: Windows 10", "Microsoft", "DESKTOP-1", 8, 0x0a00, "Windows",
     QUIRK_NO_HIDING | QUIRK_NO_PRIORITY},
    {"Q-03: a vendor that only begins so", "Microsofty", "pc", 8, 0x0a00, NULL, 0},
    {"Q-08, Q-13: Android", NULL, "anonymous", 1, 0, "Android", QUIRK_NO_HELLO | QUIRK_NO_HIDING},
    {"Q-08: anonymous, but with a window of 4", NULL, "anonymous", 4, 0, NULL, 0},
    {"Q-08: anonymous, without a window", NULL, "anonymous", 0, 0, NULL, 0},
    {"Q-08: a window of 1, but with a name", NULL, "router", 1, 0, NULL, 0},
    {"Q-21: WatchGuard", "WatchGuard Technologies, Inc.", "fw", 8, 1, "WatchGuard",
     QUIRK_NO_RX_SPEED},
    {"Q-21: in other letters", "The WATCHGUARD", "fw", 0, 0, "WatchGuard", QUIRK_NO_RX_SPEED},
    {"xl2tpd", "xelerance.com", "gw", 4, 0x0690, "xl2tpd", QUIRK_NO_STATUS},
    {"the l2tpd of old", "l2tpd.org", "gw", 4, 0x0690, "old l2tpd", QUIRK_NO_STATUS},
    {"ourselves", "l2tpd", "gw", 8, 0x0100, NULL, 0},
    {"ourselves, with the old firmware", "l2tpd", "gw", 4, 0x0690, NULL, 0},
    {"Q-11: MSL2TP", "Deterministic Networks Inc.", "w98", 4, 0xff00, "MSL2TP", 0},
    {"Q-11: of another revision", "Deterministic Networks Inc.", "w98", 4, 0x0100, NULL, 0},
    {"MikroTik", "MikroTik", "router", 4, 1, "MikroTik", 0},
    {"Check Point", "Check Point", "gw", 4, 0, "Check Point", 0},
    {"nobody we know", "Acme", "lac", 8, 1, NULL, 0},
    {"a peer that says nothing", NULL, NULL, 0, 0, NULL, 0},
    {"a vendor of no letters", "", "lac", 8, 1, NULL, 0},
};

static void test_peers(void)
{
    for (size_t i = 0; i < sizeof peers / sizeof peers[0]; i++)
        for (int type = SCCRQ; type <= SCCRP; type++) {
            const char *who = "nobody yet";
            struct msg m;
            uint32_t quirks;

            msg_init(&m, (enum msg_type)type, 0);
            m.vendor_name = span_str(peers[i].vendor != NULL ? peers[i].vendor : "Microsoft");
            m.host_name = span_str(peers[i].host != NULL ? peers[i].host : "anonymous");
            m.receive_window_size = peers[i].window != 0 ? peers[i].window : 1;
            m.firmware_revision = peers[i].firmware;
            if (peers[i].vendor != NULL)
                msg_set(&m, AVP_VENDOR_NAME);
            if (peers[i].host != NULL)
                msg_set(&m, AVP_HOST_NAME);
            if (peers[i].window != 0)
                msg_set(&m, AVP_RECEIVE_WINDOW_SIZE);
            if (peers[i].firmware != 0)
                msg_set(&m, AVP_FIRMWARE_REVISION);
            quirks = quirks_of(&m, &who);
            if (peers[i].who != NULL)
                is_str(who, peers[i].who, peers[i].name);
            else
                ok(who == NULL, "%s: not recognised", peers[i].name);
            is_int(quirks, peers[i].quirks, peers[i].name);
        }
}

int main(void)
{
    test_names();
    test_text();
    test_peers();
    return tap_done();
}
