/* UTF-8 (RFC 3629): which octets are a character, and what goes out for those that are none. */
#include "tap.h"

#include <stdlib.h>

#include "wire/utf8.h"

static const struct {
    const char *name;
    const char *octets;
    size_t length; /* of the first character; 0: none */
    const char *sent;
} texts[] = {
    {"nothing", "", 0, ""},
    {"a letter", "61", 1, "61"},
    {"a NUL", "00", 1, "00"},
    {"two octets", "c3a9", 2, "c3a9"},
    {"three octets", "e282ac", 3, "e282ac"},
    {"four octets", "f09f9880", 4, "f09f9880"},
    {"the last of all", "f48fbfbf", 4, "f48fbfbf"},
    {"one behind the last", "f4908080", 0, "3f3f3f3f"},
    {"a first octet of later plans", "f5808080", 0, "3f3f3f3f"},
    {"ff", "ff61", 0, "3f61"},
    {"an octet that only follows", "8061", 0, "3f61"},
    {"Latin 1", "6df6676c696368", 1, "6d3f676c696368"},
    {"two octets where one would do", "c0af", 0, "3f3f"},
    {"c1 too", "c181", 0, "3f3f"},
    {"three where two would do", "e09fbf", 0, "3f3f3f"},
    {"the first that needs three", "e0a080", 3, "e0a080"},
    {"four where three would do", "f08fbfbf", 0, "3f3f3f3f"},
    {"the first that needs four", "f0908080", 4, "f0908080"},
    {"a surrogate", "eda080", 0, "3f3f3f"},
    {"the last before the surrogates", "ed9fbf", 3, "ed9fbf"},
    {"the first behind them", "ee8080", 3, "ee8080"},
    {"cut short: two", "c3", 0, "3f"},
    {"cut short: three", "e282", 0, "3f3f"},
    {"cut short: four", "f09f98", 0, "3f3f3f"},
    {"a third octet that does not follow", "e28241", 0, "3f3f41"},
    {"a fourth octet that does not follow", "f09f9841", 0, "3f3f3f41"},
    {"a second first octet", "c3c3a9", 0, "3fc3a9"},
};

int main(void)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint8_t octets[16], want[16], made[16];
        size_t n = unhex(texts[i].octets, octets), want_n = unhex(texts[i].sent, want);
        uint8_t *exact = malloc(n + (n == 0)); /* its very size: nothing is read beyond it */
        struct wr w = wr_over(made, sizeof made);

        memcpy(exact, octets, n);
        ok(utf8_length(span_of(exact, n)) == texts[i].length,
           "S4.4.2-03: %s: a character of %zu octets", texts[i].name, texts[i].length);
        utf8_put(&w, span_of(exact, n));
        is_mem(made, wr_len(&w), want, want_n, texts[i].name);
        free(exact);
    }
    return tap_done();
}
