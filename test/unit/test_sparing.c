/* base/sparing: a few in a while, and how many it would have been. */
#include "base/sparing.h"

#include "tap.h"

static unsigned said_of(struct sparing *s, unsigned n, uint64_t now, unsigned *rest)
{
    unsigned said = 0, each;

    *rest = 0;
    for (unsigned i = 0; i < n; i++) {
        said += sparing_says(s, now, &each);
        *rest += each;
    }
    return said;
}

int main(void)
{
    struct sparing s = {.since = 0};
    unsigned rest;

    is_int(said_of(&s, SPARING_LINES, 5000, &rest), SPARING_LINES, "the first are said");
    is_int((long long)sparing_due(&s), 0, "and nothing is left to say");
    is_int(said_of(&s, 25, 6000, &rest), 0, "the next are not");
    is_int((long long)sparing_due(&s), 5000 + SPARING_MS, "but how many, when the while is over");
    is_int(sparing_rest(&s, 5000 + SPARING_MS - 1), 0, "not before");
    is_int(sparing_rest(&s, 5000 + SPARING_MS), 25, "then");
    is_int(sparing_rest(&s, 5000 + 3 * SPARING_MS), 0, "once");
    is_int(said_of(&s, 12, 100000, &rest), SPARING_LINES, "a while begins with its first");
    is_int(said_of(&s, 1, 200000, &rest), 1, "one that comes much later");
    is_int((long long)rest, 2, "brings what was not said before it");
    return tap_done();
}
