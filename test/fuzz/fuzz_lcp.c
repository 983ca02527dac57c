/* Fuzz target for the small texts of src/wire: LCP options, a Proxy Authen set, names of quirks,
 * UTF-8, and what is made fit to be logged.
 *
 * The first octet of the input is the room for what is shown.  Held to: nothing is read beyond the
 * octets or written beyond the room; the answers of second ones, written with offsets instead of
 * cursors; a text made UTF-8 is UTF-8, is as long as it was, and stays so. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "wire/lcp.h"
#include "wire/proxy.h"
#include "wire/quirks.h"
#include "wire/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROOM 300

static void must(bool held)
{
    if (!held)
        abort();
}

/* The text is a C string within its room, and can be printed; nothing behind it was touched. */
static void look_at_text(const char *text, size_t room)
{
    must(memchr(text, '\0', room) != NULL && text[room] == '#');
    for (; *text != '\0'; text++)
        must(*text >= ' ' && *text <= '~');
}

/* RFC 1661, 6, RFC 1570 and RFC 1990: sizes of values. */
static bool is_size(unsigned type, unsigned n)
{
    static const struct {
        unsigned type, least, most;
    } sizes[] = {
        {1, 2, 2}, {2, 4, 4},    {3, 2, 255}, {4, 2, 255}, {5, 4, 4},    {7, 0, 0},
        {8, 0, 0}, {13, 1, 255}, {17, 2, 2},  {18, 0, 0},  {19, 1, 255},
    };

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        if (sizes[i].type == type)
            return n >= sizes[i].least && n <= sizes[i].most;
    return true;
}

static bool judge(const uint8_t *p, size_t n)
{
    size_t at = 0;

    while (at < n) {
        if (n - at < 2 || p[at + 1] < 2 || p[at + 1] > n - at || !is_size(p[at], p[at + 1] - 2u))
            return false;
        at += p[at + 1];
    }
    return true;
}

static void look_at_options(struct span s, size_t room)
{
    char text[ROOM];
    bool well = lcp_well_formed(s);

    memset(text, '#', sizeof text);
    must(well == judge(s.p, s.n));
    must(lcp_describe(s, text, room) == text);
    look_at_text(text, room);
    must(!well || strstr(text, "malformed") == NULL);
}

static void look_at_utf8(struct span s)
{
    uint8_t once[ROOM], twice[ROOM];
    struct wr w = wr_over(once, sizeof once), again = wr_over(twice, sizeof twice);

    s.n = s.n < sizeof once ? s.n : sizeof once;
    utf8_put(&w, s);
    must(!w.failed && wr_len(&w) == s.n);
    utf8_put(&again, span_of(once, s.n));
    must(memcmp(once, twice, s.n) == 0);
    for (size_t at = 0, n; at < s.n; at += n) {
        n = utf8_length(span_of(once + at, s.n - at));
        must(n >= 1 && n <= 4 && n <= s.n - at);
    }
}

static void look_at_names(struct span s, size_t room)
{
    char text[ROOM];
    uint32_t bit = quirk_by_name((const char *)s.p, s.n);

    memset(text, '#', sizeof text);
    log_safe(s, text, room);
    look_at_text(text, room);
    memset(text, '#', sizeof text);
    quirks_text(bit, text, QUIRKS_TEXT);
    look_at_text(text, QUIRKS_TEXT);
    must(bit == 0 ? text[0] == '\0' : strlen(text) == s.n && (bit & (bit - 1)) == 0);
}

/* Octets as a set: what is there, a type, an id, lengths.  The rules of 4.4.5, once more. */
static void look_at_proxy(const uint8_t *p)
{
    static const size_t lengths[] = {0, 16, 49, 17};
    bool name = p[0] & 1, challenge = p[0] & 2, id = p[0] & 4, response = p[0] & 8;
    bool typed = p[0] & 16, fine;
    size_t n = lengths[p[0] >> 6];
    struct msg m = {.present = (uint64_t)typed << AVP_PROXY_AUTHEN_TYPE |
                               (uint64_t)name << AVP_PROXY_AUTHEN_NAME |
                               (uint64_t)challenge << AVP_PROXY_AUTHEN_CHALLENGE |
                               (uint64_t)id << AVP_PROXY_AUTHEN_ID |
                               (uint64_t)response << AVP_PROXY_AUTHEN_RESPONSE,
                    .proxy_authen_type = p[1] & 7,
                    .proxy_authen_id = (uint16_t)(p[2] << 1),
                    .proxy_authen_response = {p, n}};

    if (!typed)
        fine = !name && !challenge && !id && !response;
    else if (m.proxy_authen_type == PROXY_CHAP || m.proxy_authen_type == PROXY_MSCHAP)
        fine = name && challenge && id && response && m.proxy_authen_id < 256 &&
               n == (m.proxy_authen_type == PROXY_CHAP ? 16 : 49);
    else if (m.proxy_authen_type == PROXY_PAP)
        fine = name && id && response && m.proxy_authen_id < 256;
    else if (m.proxy_authen_type == PROXY_TEXT)
        fine = name && response;
    else
        fine = m.proxy_authen_type == PROXY_NONE;
    must((proxy_flaw(&m) == NULL) == fine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t room;

    if (size < 4)
        return 0;
    room = 1 + data[0];
    look_at_proxy(data + 1);
    look_at_options(span_of(data + 1, size - 1), room);
    look_at_utf8(span_of(data + 1, size - 1));
    look_at_names(span_of(data + 1, size - 1), room);
    return 0;
}
