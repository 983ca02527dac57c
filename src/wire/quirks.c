/* Quirks: their names, and the makes of peers that are known to need them.  See quirks.h. */
#include "wire/quirks.h"

#include <stdbool.h>
#include <string.h>

#include "wire/line.h"

#define HAS(m, slot) ((m)->present >> (slot)&1)

/* clang-format off */
static const struct quirk_row rows[] = {
    {QUIRK_NO_RX_SPEED, "no-rx-speed", "leave the receive speed out of ICCN and OCCN"},
    {QUIRK_SWAPPED_RESULTS, "swapped-results", "take result codes in the peer's host order (Apple)"},
    {QUIRK_NO_HELLO, "no-hello", "send no HELLO while a call is up: some Android phones do not answer"},
    {QUIRK_SILENT_HELLO, "silent-hello", "an unanswered HELLO does not end a tunnel whose data flow"},
    {QUIRK_ZERO_TUNNEL, "zero-tunnel-id", "control messages with tunnel id 0 are found by address (D-Link)"},
    {QUIRK_MINIMAL, "minimal", "send what is required alone when a tunnel is set up, and the window"},
    {QUIRK_NO_HIDING, "no-hiding", "hide no AVP"},
    {QUIRK_BRIEF_HIDING, "brief-hiding", "hide AVPs of up to 14 octets alone, without padding"},
    {QUIRK_MISSING_AVPS, "missing-avps", "excuse AVPs that must be there and that others leave out"},
    {QUIRK_NO_PRIORITY, "no-priority-bit", "never set the priority bit of data (Windows drops them)"},
    {QUIRK_NO_STATUS, "no-status", "send neither WEN nor SLI (xl2tpd ends the call)"},
};
/* clang-format on */

/* What a peer says of itself; a condition that is NULL, 0 or -1 is none. */
struct make {
    const char *who;
    const char *vendor;   /* its Vendor Name, to the letter */
    const char *contains; /* words in its Vendor Name, in whatever case */
    const char *host;     /* its Host Name, to the letter */
    unsigned window;      /* its Receive Window Size */
    long firmware;        /* its Firmware Revision */
    uint32_t quirks;
};

/* xl2tpd calls itself by its maker's domain, and so did the l2tpd it comes from; "l2tpd" alone is
 * us, and no make. */
static const struct make makes[] = {
    {"Windows", "Microsoft", NULL, NULL, 0, -1, QUIRK_NO_HIDING | QUIRK_NO_PRIORITY},
    {"Android", NULL, NULL, "anonymous", 1, -1, QUIRK_NO_HELLO | QUIRK_NO_HIDING},
    {"WatchGuard", NULL, "watchguard", NULL, 0, -1, QUIRK_NO_RX_SPEED},
    {"xl2tpd", "xelerance.com", NULL, NULL, 0, -1, QUIRK_NO_STATUS},
    {"old l2tpd", "l2tpd.org", NULL, NULL, 0, -1, QUIRK_NO_STATUS},
    {"MSL2TP", "Deterministic Networks Inc.", NULL, NULL, 0, 0xff00, 0},
    {"MikroTik", "MikroTik", NULL, NULL, 0, -1, 0},
    {"Check Point", NULL, "check point", NULL, 0, -1, 0},
};

const struct quirk_row *quirks_rows(size_t *n)
{
    *n = sizeof rows / sizeof rows[0];
    return rows;
}

static int lower(int c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* The same n octets but for the case of letters? */
static bool same_words(const void *a, const void *b, size_t n)
{
    const uint8_t *x = a, *y = b;

    for (size_t i = 0; i < n; i++)
        if (lower(x[i]) != lower(y[i]))
            return false;
    return true;
}

uint32_t quirk_by_name(const char *name, size_t n)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strlen(rows[i].name) == n && same_words(rows[i].name, name, n))
            return rows[i].bit;
    return 0;
}

const char *quirks_text(uint32_t bits, char *dst, size_t size)
{
    struct line l = line_over(dst, size);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (bits & rows[i].bit)
            line_add(&l, "%s%s", l.used > 0 ? ", " : "", rows[i].name);
    return dst;
}

static bool contains(struct span text, const char *words)
{
    size_t n = strlen(words);

    for (size_t at = 0; at + n <= text.n; at++)
        if (same_words(text.p + at, words, n))
            return true;
    return false;
}

static bool is_made_by(const struct msg *m, const struct make *k)
{
    bool vendor = HAS(m, AVP_VENDOR_NAME);

    if (k->vendor != NULL && !(vendor && span_eq(m->vendor_name, span_str(k->vendor))))
        return false;
    if (k->contains != NULL && !(vendor && contains(m->vendor_name, k->contains)))
        return false;
    if (k->host != NULL && !(HAS(m, AVP_HOST_NAME) && span_eq(m->host_name, span_str(k->host))))
        return false;
    if (k->window != 0 && !(HAS(m, AVP_RECEIVE_WINDOW_SIZE) && m->receive_window_size == k->window))
        return false;
    return k->firmware < 0 ||
           (HAS(m, AVP_FIRMWARE_REVISION) && m->firmware_revision == k->firmware);
}

uint32_t quirks_of(const struct msg *m, const char **who)
{
    for (size_t i = 0; i < sizeof makes / sizeof makes[0]; i++)
        if (is_made_by(m, &makes[i])) {
            *who = makes[i].who;
            return makes[i].quirks;
        }
    *who = NULL;
    return 0;
}
