/* proto (tunnel, xport): keeping a tunnel awake, peers that do not answer HELLO, and peers that are
 * far away: RFC 2661, 5.5, 5.8. */
#include "rig.h"
#include "tap.h"
#include "wire/quirks.h"

static struct rig rig;

#define LNS "SCCRQ SCCCN ICRQ ICCN ZLB "

static const struct tunnel *tunnel(void)
{
    return l2tp_tunnel(rig.e, rig.opened != 0 ? rig.opened : rig.tunnel);
}

/* Time passes, and once in every step a frame comes. */
static char *with_data(char *all, size_t size, unsigned seconds, unsigned step)
{
    size_t n = 0;

    all[0] = '\0';
    for (unsigned s = 0; s < seconds; s += step) {
        char word[64];
        const char *got;

        snprintf(word, sizeof word, "data | idle,ms=%u", step * 1000);
        got = rig_run(&rig, word);
        if (got[0] != '\0' && n + strlen(got) + 2 < size)
            n += (size_t)snprintf(all + n, size - n, "%s%s", n > 0 ? " " : "", got);
    }
    return all;
}

/* 5.5: any packet counts, data too. */
static void test_data_alone(void)
{
    char all[4096];

    rig_again(&rig);
    rig_run(&rig, LNS);
    is_str(with_data(all, sizeof all, 3600, 50), "",
           "S5.5-01 data every 50 s: an hour without HELLO");
    is_str(rig_run(&rig, "| idle,ms=10000"), "10000:HELLO",
           "S5.5-01 60 s after the last of it there is one");
    rig_again(&rig);
    rig_run(&rig, LNS);
    rig_run(&rig, "idle,ms=59000 data,sid=1 idle,ms=999");
    is_str(rig_run(&rig, "idle,ms=1"), "1:HELLO",
           "S5.5-01 data of no call of the tunnel's does not count");
    rig_again(&rig);
    rig_run(&rig, LNS "idle,ms=59000 data,host=9 idle,ms=999");
    is_str(rig_run(&rig, "idle,ms=1"), "1:HELLO", "S5.5-01 nor does what comes from elsewhere");
    rig_again(&rig);
    rig_run(&rig, LNS "idle,ms=59000 frame idle,ms=999");
    is_str(rig_run(&rig, "idle,ms=1"), "1:HELLO", "S5.5-01 nor what we send");
    rig_again(&rig);
    rig_run(&rig, LNS "idle,ms=59000 ZLB idle,ms=1000");
    is_str(rig_run(&rig, "idle,ms=59000"), "59000:HELLO", "S5.5-01 a ZLB does");
}

/* Some phones never acknowledge a HELLO, yet their call is alive. */
static void test_silent_peer(void)
{
    char all[4096];
    uint64_t stop;

    rig_again(&rig);
    rig_run(&rig, LNS "idle,ms=60000"); /* a HELLO is out */
    with_data(all, sizeof all, 600, 5);
    ok(strstr(all, "down") == NULL && strstr(all, "HELLO") != NULL,
       "Q-08 as long as data come the tunnel stays, HELLO unanswered");
    is_str(rig_tunnel_state(&rig), "established", "ten minutes later too");
    is_str(rig_run(&rig, "map"), "SLI", "Q-08 what else is to be said is said");
    rig_run(&rig, "ZLB,nr=3");
    is_str(rig_tunnel_state(&rig), "established", "and an answer to that is taken");
    rig_again(&rig);
    rig_run(&rig, LNS "idle,ms=60000");
    with_data(all, sizeof all, 300, 5);
    rig_run(&rig, "idle,ms=600000");
    ok(strstr(rig.trace, "call-down") != NULL && l2tp_counts(rig.e).tunnels == 0,
       "Q-08 when data stop coming it ends");
    rig_again(&rig);
    rig_run(&rig, LNS "idle,ms=60000");
    with_data(all, sizeof all, 300, 5);
    stop = rig.now;
    while (l2tp_counts(rig.e).tunnels > 0 && rig.now < stop + 1000000)
        rig_run(&rig, "idle,ms=1000");
    ok(rig.now - stop <= 60000 + 6 * 16000 + 1000, "Q-08 within a bound: %llu ms",
       (unsigned long long)(rig.now - stop));
    rig.profile.quirks_off = QUIRK_SILENT_HELLO;
    rig_again(&rig);
    rig_run(&rig, LNS "idle,ms=60000");
    with_data(all, sizeof all, 60, 5);
    ok(strstr(all, "call-down") != NULL,
       "S5.5-04 unless that is forbidden: then data do not help it");
    rig.profile.quirks_off = 0;
    rig_again(&rig);
    rig_run(&rig, LNS "map idle,ms=1");
    with_data(all, sizeof all, 60, 5);
    ok(strstr(all, "call-down") != NULL,
       "S5.8-15 any other message that is not acknowledged ends it");
    rig_again(&rig);
    rig_run(&rig, LNS "idle,ms=60000 ZLB idle,ms=1000 map idle,ms=1");
    with_data(all, sizeof all, 60, 5);
    ok(strstr(all, "call-down") != NULL, "S5.8-15 also if a HELLO was acknowledged before it");
    rig.profile.quirks_on = QUIRK_NO_HELLO;
    rig_again(&rig);
    rig_run(&rig, LNS);
    is_str(rig_run(&rig, "idle,ms=3600000"), "",
           "Q-08 to a peer that is known for it none is sent");
    rig.profile.quirks_on = 0;
}

/* The peer acknowledges each message "away" ms after it has left; returns how many left in all
 * until "count" HELLOs had, and how many of these were HELLOs. */
static unsigned hellos_from_afar(unsigned away, unsigned count, unsigned *again)
{
    unsigned all = 0, n;
    char word[64];

    for (n = 0; n < count; n++) {
        const char *at;

        rig_run(&rig, "idle,ms=60000"); /* silence: one leaves at the end of it, or before */
        for (at = rig.trace; (at = strstr(at, "HELLO")) != NULL; at++)
            all++;
        snprintf(word, sizeof word, "idle,ms=%u", away - (unsigned)(rig.now - tunnel()->hello_at));
        rig_run(&rig, word);
        for (at = rig.trace; (at = strstr(at, "HELLO")) != NULL; at++)
            all++;
        rig_run(&rig, "ZLB");
        if (strcmp(rig_tunnel_state(&rig), "established") != 0)
            break;
    }
    *again = all - n;
    return n;
}

static void test_far(void)
{
    unsigned again;

    rig_again(&rig);
    rig_run(&rig, "open | idle,ms=3000");
    is_str(rig.trace, "1000:SCCRQ 3000:SCCRQ",
           "S5.8-10 a peer 3 s away is not known to be so at first");
    rig_run(&rig, "SCCRP");
    is_int(xport_rtt_ms(&tunnel()->x), 0, "what left twice tells nothing of the way (Karn)");
    rig_run(&rig, "| idle,ms=3000");
    is_str(rig.trace, "", "S5.8-12 the interval stays as far backed off as it was (Karn)");
    rig_run(&rig, "ZLB");
    is_int(xport_rtt_ms(&tunnel()->x), 3000, "what left once and is acknowledged is measured");
    is_int(hellos_from_afar(3000, 5, &again), 5, "and from then on");
    is_int(again, 0, "  no message is sent again without need");
    rig_again(&rig);
    rig_run(&rig, "open idle,ms=900 SCCRP idle,ms=900 ZLB");
    is_int(hellos_from_afar(900, 5, &again), 5, "S5.8-10 a peer 0.9 s away");
    is_int(again, 0, "  needs no message twice");
    is_int(hellos_from_afar(3000, 12, &again), 12, "then it moves to 3 s");
    is_int(hellos_from_afar(3000, 5, &again), 5, "once that has been measured");
    is_int(again, 0, "  no message is sent again without need");
    rig_run(&rig, "idle,ms=60000");
    rig_run(&rig, "| idle,ms=3000");
    is_str(rig.trace, "", "  the first interval is longer than the way");
    rig_run(&rig, "idle,ms=400000");
    is_int(l2tp_counts(rig.e).tunnels, 0, "S5.8-15 and yet its silence is found out");
}

/* Data that the host carries past the engine. */

static struct l2tp_carried carried;

static void tell_carried(void *ctx, const struct tunnel *t)
{
    const struct rig *r = ctx;

    if (t->calls != NULL)
        l2tp_carried(r->e, r->now, t->calls->id, &carried);
}

static void test_carried(void)
{
    const struct call *c;

    carried = (struct l2tp_carried){0};
    rig.freshen = tell_carried;
    rig_again(&rig);
    rig_run(&rig, LNS);
    rig_run(&rig, "| idle,ms=59999");
    carried = (struct l2tp_carried){.frames_in = 7, .octets_in = 700, .frames_out = 5,
                                    .octets_out = 500, .gaps = 2, .late = 1};
    is_str(rig_run(&rig, "| idle,ms=1"), "", "S5.5-01 frames have come past us: no HELLO");
    c = tunnel()->calls;
    ok(c->frames_in == 7 && c->octets_in == 700 && c->frames_out == 5 && c->octets_out == 500 &&
           c->gaps == 2 && c->old_dropped == 1,
       "and the call has their counts");
    is_str(rig_run(&rig, "| idle,ms=60000"), "60000:HELLO",
           "S5.5-01 no more of them for an interval: there is one");
    carried.frames_out = 9;
    rig_run(&rig, "ZLB");
    is_str(rig_run(&rig, "| idle,ms=60000"), "60000:HELLO", "S5.5-01 what leaves does not count");
    l2tp_carried(rig.e, rig.now, (uint16_t)(c->id + 1), &carried);
    rig.freshen = NULL;
}

int main(void)
{
    rig_init(&rig);
    test_data_alone();
    test_silent_peer();
    test_far();
    test_carried();
    rig_free(&rig);
    return tap_done();
}
