/* UTF-8, by the table of RFC 3629, 4: what the first octet may be, how many follow, and between
 * which bounds the second one lies; all others are 80 to bf. */
#include "wire/utf8.h"

static const struct {
    uint8_t first, last; /* the first octet: from, to */
    uint8_t more;        /* octets that follow */
    uint8_t low, high;   /* the second octet: from, to */
} rows[] = {
    {0x00, 0x7f, 0, 0, 0},       {0xc2, 0xdf, 1, 0x80, 0xbf}, {0xe0, 0xe0, 2, 0xa0, 0xbf},
    {0xe1, 0xec, 2, 0x80, 0xbf}, {0xed, 0xed, 2, 0x80, 0x9f}, {0xee, 0xef, 2, 0x80, 0xbf},
    {0xf0, 0xf0, 3, 0x90, 0xbf}, {0xf1, 0xf3, 3, 0x80, 0xbf}, {0xf4, 0xf4, 3, 0x80, 0x8f},
};

size_t utf8_length(struct span s)
{
    size_t row = 0;

    if (s.n == 0)
        return 0;
    while (row < sizeof rows / sizeof rows[0] && s.p[0] > rows[row].last)
        row++;
    if (row == sizeof rows / sizeof rows[0] || s.p[0] < rows[row].first || s.n <= rows[row].more)
        return 0;
    if (rows[row].more > 0 && (s.p[1] < rows[row].low || s.p[1] > rows[row].high))
        return 0;
    for (size_t i = 2; i <= rows[row].more; i++)
        if ((s.p[i] & 0xc0) != 0x80)
            return 0;
    return rows[row].more + 1u;
}

bool utf8_is(struct span text)
{
    while (text.n > 0) {
        size_t n = utf8_length(text);

        if (n == 0)
            return false;
        text = span_of(text.p + n, text.n - n);
    }
    return true;
}

void utf8_put(struct wr *w, struct span text)
{
    while (text.n > 0) {
        size_t n = utf8_length(text);

        if (n > 0)
            wr_put(w, span_of(text.p, n));
        else
            wr_u8(w, '?');
        n = n > 0 ? n : 1;
        text = span_of(text.p + n, text.n - n);
    }
}
