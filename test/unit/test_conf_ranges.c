/* Lists of ranges: what they come to in ascending order is what they allow address by address. */
#include "tap.h"

#include <stdlib.h>
#include <string.h>

#include "host/conf.h"

#define MOST 12

static uint32_t seed = 20261126;

static uint32_t drawn(uint32_t below)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % below;
}

/* What a list comes to, as text. */
static const char *flat_text(const struct conf_range *list)
{
    static char text[256];
    size_t n, used = 0;
    struct conf_span *flat = conf_ranges_flat(list, &n);

    text[0] = '\0';
    for (size_t i = 0; i < n && used < sizeof text; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%lx-%lx ",
                                 (unsigned long)flat[i].low, (unsigned long)flat[i].high);
    free(flat);
    return text;
}

static const struct {
    const char *name;
    struct conf_range r[3];
    int n;
    const char *flat;
} rows[] = {
    {"nothing", {{.low = 0}}, 0, ""},
    {"all there is", {{.low = 0, .high = UINT32_MAX}}, 1, "0-ffffffff "},
    {"only what is denied", {{.low = 1, .high = 9, .deny = true}}, 1, ""},
    {"the last entry decides",
     {{.low = 1, .high = 9}, {.low = 3, .high = 5, .deny = true}, {.low = 4, .high = 4}},
     3,
     "1-2 4-4 6-9 "},
    {"what touches is one", {{.low = 5, .high = 9}, {.low = 1, .high = 4}}, 2, "1-9 "},
    {"the highest address taken out",
     {{.low = 0xfffffff0, .high = UINT32_MAX},
      {.low = UINT32_MAX, .high = UINT32_MAX, .deny = true}},
     2,
     "fffffff0-fffffffe "},
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct conf_range r[3];

        memcpy(r, rows[i].r, sizeof r);
        for (int k = 0; k + 1 < rows[i].n; k++)
            r[k].next = &r[k + 1];
        is_str(flat_text(rows[i].n > 0 ? r : NULL), rows[i].flat, rows[i].name);
    }
}

/* Addresses 0 to 39 of a list drawn by lot; NULL if the two ways agree. */
static const char *differs(const struct conf_range *list)
{
    size_t n, k = 0;
    struct conf_span *flat = conf_ranges_flat(list, &n);
    const char *why = flat == NULL ? "no memory" : NULL;

    for (size_t i = 0; i + 1 < n; i++)
        if (flat[i].high + 1 >= flat[i + 1].low)
            why = "not in order, or not apart";
    for (uint32_t ip = 0; ip < 40 && why == NULL; ip++) {
        while (k < n && flat[k].high < ip)
            k++;
        if (conf_ranges_allow(list, ip) != (k < n && flat[k].low <= ip))
            why = "another answer";
    }
    free(flat);
    return why;
}

static void test_lots(void)
{
    unsigned bad = 0;

    for (int round = 0; round < 20000; round++) {
        struct conf_range r[MOST];
        uint32_t n = 1 + drawn(MOST);

        memset(r, 0, sizeof r);
        for (uint32_t i = 0; i < n; i++) {
            r[i].low = drawn(38);
            r[i].high = r[i].low + drawn(38 - r[i].low);
            r[i].deny = drawn(3) == 0;
            r[i].next = i + 1 < n ? &r[i + 1] : NULL;
        }
        bad += differs(r) != NULL;
    }
    is_int(bad, 0, "20,000 lists drawn by lot come to what they allow address by address");
}

int main(void)
{
    test_rows();
    test_lots();
    return tap_done();
}
