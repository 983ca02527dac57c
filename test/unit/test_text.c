/* base/text: octets that grow. */
#include "base/text.h"

#include "tap.h"

int main(void)
{
    struct text t = {0};
    bool same = true;

    text_put(&t, "", 0);
    is_str(t.p, "", "nothing is an empty string");
    text_add(&t, "%s-%d", "one", 2);
    text_put_str(&t, "!");
    is_str(t.p, "one-2!", "what is added stands behind what was there");
    is_int((long long)t.n, 6, "and is counted");
    text_cut(&t, 4);
    is_str(t.p, "2!", "the first can be cut");
    text_cut(&t, 0);
    is_str(t.p, "2!", "none as well");
    text_pad(&t, 1, 3);
    text_put_str(&t, "|");
    is_str(t.p, "2!  |", "blanks up to a width");
    text_pad(&t, 0, 3);
    is_str(t.p, "2!  |", "none where it is wide enough");
    text_cut(&t, 99);
    is_str(t.p, "", "cutting all and more leaves nothing");
    for (int i = 0; i < 10000; i++)
        text_add(&t, "%05d ", i);
    is_int((long long)t.n, 60000, "it grows");
    for (int i = 0; i < 10000; i++) {
        char want[8];

        snprintf(want, sizeof want, "%05d ", i);
        same = same && memcmp(t.p + 6 * i, want, 6) == 0;
    }
    ok(same, "and nothing in it is lost");
    text_free(&t);
    ok(t.p == NULL && t.n == 0 && !t.failed, "freed, it is empty again");
    t.failed = true;
    text_put_str(&t, "lost");
    ok(t.n == 0, "one that has failed takes no more");
    return tap_done();
}
