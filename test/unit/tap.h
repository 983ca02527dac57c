/* tap: the few words a unit test needs, speaking TAP for prove.  One test program a source file,
 * a table of {name, given, expected} and one loop below it. */
#ifndef TEST_TAP_H
#define TEST_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_bad;

__attribute__((format(printf, 2, 3), unused)) static bool ok(bool good, const char *fmt, ...)
{
    va_list ap;

    printf("%sok %d - ", good ? "" : "not ", ++tap_count);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
    fflush(stdout);
    tap_bad += !good;
    return good;
}

__attribute__((unused)) static bool is_int(long long got, long long want, const char *name)
{
    bool good = ok(got == want, "%s", name);

    if (!good)
        printf("# got %lld (0x%llx), expected %lld (0x%llx)\n", got, got, want, want);
    return good;
}

__attribute__((unused)) static bool is_str(const char *got, const char *want, const char *name)
{
    bool good = ok(got != NULL && strcmp(got, want) == 0, "%s", name);

    if (!good)
        printf("# got      \"%s\"\n# expected \"%s\"\n", got != NULL ? got : "(null)", want);
    return good;
}

__attribute__((unused)) static void tap_hex(const char *what, const void *p, size_t n)
{
    printf("# %s", what);
    for (size_t i = 0; i < n; i++)
        printf(" %02x", ((const uint8_t *)p)[i]);
    putchar('\n');
}

__attribute__((unused)) static bool is_mem(const void *got, size_t got_n, const void *want,
                                           size_t want_n, const char *name)
{
    bool good = ok(got_n == want_n && (want_n == 0 || memcmp(got, want, want_n) == 0), "%s", name);

    if (!good) {
        tap_hex("got     ", got, got_n);
        tap_hex("expected", want, want_n);
    }
    return good;
}

/* Octets from "c802 0070" into dst; returns how many.  Blanks are skipped. */
__attribute__((unused)) static size_t unhex(const char *text, uint8_t *dst)
{
    size_t n = 0;
    unsigned byte;

    while (*text != '\0') {
        if (*text == ' ') {
            text++;
        } else if (sscanf(text, "%2x", &byte) == 1) {
            dst[n++] = (uint8_t)byte;
            text += 2;
        } else {
            break;
        }
    }
    return n;
}

__attribute__((unused)) static int tap_done(void)
{
    printf("1..%d\n", tap_count);
    return tap_bad != 0;
}

#endif
