/* Likeness of words; see conf_near.h. */
#include "host/conf_near.h"

#include <assert.h>
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static bool alike(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

unsigned conf_near_distance(const char *a, const char *b)
{
    unsigned d[CONF_NEAR_MAX + 1][CONF_NEAR_MAX + 1];
    size_t na = strlen(a), nb = strlen(b);

    assert(na < CONF_NEAR_MAX && nb < CONF_NEAR_MAX);
    for (size_t i = 0; i <= na; i++) {
        for (size_t j = 0; j <= nb; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = (unsigned)(i + j);
                continue;
            }
            d[i][j] = least(d[i - 1][j - 1] + !alike(a[i - 1], b[j - 1]),
                            least(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && alike(a[i - 2], b[j - 1]) && alike(a[i - 1], b[j - 2]))
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[na][nb];
}

unsigned conf_near_limit(unsigned n)
{
    return 1 + n / 4;
}
