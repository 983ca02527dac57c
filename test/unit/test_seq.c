/* base/seq: 16-bit sequence numbers, RFC 2661, 5.8. */
#include "base/seq.h"

#include "tap.h"

static const struct {
    uint16_t a, b;
    uint16_t gap;
    bool before; /* a before b */
} rows[] = {
    {0, 0, 0, false},           {0, 1, 1, true},          {1, 0, 65535, false},
    {65535, 0, 1, true},        {0, 65535, 65535, false}, {0, 32767, 32767, true},
    {0, 32768, 32768, true}, /* 5.8: the 32,767 before the last number received are old as well */
    {0, 32769, 32769, false},   {32769, 0, 32767, true},  {32768, 0, 32768, true},
    {40000, 7000, 32536, true},
};

static const struct {
    const char *name;
    uint16_t lo, x, hi;
    bool within;
} ranges[] = {
    {"low end", 10, 10, 20, true},
    {"high end", 10, 20, 20, true},
    {"below", 10, 9, 20, false},
    {"above", 10, 21, 20, false},
    {"across the wrap", 65530, 3, 5, true},
    {"beyond the wrap", 65530, 6, 5, false},
    {"one number", 7, 7, 7, true},
    {"beside one number", 7, 8, 7, false},
};

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ok(seq_gap(rows[i].a, rows[i].b) == rows[i].gap &&
               seq_before(rows[i].a, rows[i].b) == rows[i].before,
           "RFC 2661, 5.8: %u is %sbefore %u", (unsigned)rows[i].a, rows[i].before ? "" : "not ",
           (unsigned)rows[i].b);
    }
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        is_int(seq_within(ranges[i].lo, ranges[i].x, ranges[i].hi), ranges[i].within,
               ranges[i].name);
    return tap_done();
}
