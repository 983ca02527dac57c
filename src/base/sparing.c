/* See sparing.h.  Knows no clock and no log. */
#include "base/sparing.h"

uint64_t sparing_due(const struct sparing *s)
{
    return s->unsaid > 0 ? s->since + SPARING_MS : 0;
}

unsigned sparing_rest(struct sparing *s, uint64_t now)
{
    unsigned rest = s->unsaid;

    if (now < s->since + SPARING_MS)
        return 0;
    s->since = now;
    s->said = s->unsaid = 0;
    return rest;
}

bool sparing_says(struct sparing *s, uint64_t now, unsigned *rest)
{
    *rest = sparing_rest(s, now);
    if (s->said == 0)
        s->since = now;
    if (s->said < SPARING_LINES) {
        s->said++;
        return true;
    }
    s->unsaid++;
    return false;
}
