/* transport: for the tests of proto/xport: one struct xport, x, driven by hand, and words for what
 * leaves it.  Every call goes through a wrapper here that asks xport_check() afterwards. */
#ifndef TEST_TRANSPORT_H
#define TEST_TRANSPORT_H

#include "proto/xport.h"

#include <stdlib.h>

#include "tap.h"
#include "wire/packet.h"

#define BODY_MOST 64
#define MAYBE __attribute__((unused)) static /* not every test needs every word */

/* What left: its numbers, and the text that stands in its body. */
struct out {
    bool any;
    uint16_t ns, nr, session;
    char text[BODY_MOST];
};

MAYBE struct xport x;

MAYBE void begin(uint16_t window)
{
    xport_init(&x, window, XPORT_TRIES, XPORT_CAP_MS);
    xport_check(&x);
}

MAYBE void end(void)
{
    xport_free(&x);
}

MAYBE bool put(struct xport *of, const char *text)
{
    bool done = xport_send(of, 7, span_str(text));

    xport_check(of);
    return done;
}

MAYBE struct out poll_of(struct xport *of, uint64_t now)
{
    uint8_t room[256];
    struct wr w = wr_over(room, sizeof room);
    bool news = xport_has_news(of);
    struct out out = {.any = xport_poll(of, now, 99, &w)};
    struct packet p;

    xport_check(of);
    if (out.any != news || w.failed) {
        ok(false, "has_news and poll agree");
        exit(1);
    }
    if (!out.any)
        return out;
    if (packet_parse(span_of(room, wr_len(&w)), &p) != PACKET_GOOD || p.tunnel != 99) {
        ok(false, "what leaves is a control packet to the peer's tunnel");
        exit(1);
    }
    out.ns = p.ns;
    out.nr = p.nr;
    out.session = p.session;
    span_to_str(p.body, out.text, sizeof out.text);
    return out;
}

MAYBE enum xport_got take(struct xport *of, uint64_t now, uint16_t ns, uint16_t nr,
                          const char *text)
{
    bool acked;
    enum xport_got got = xport_input(of, now, ns, nr, 7, span_str(text), &acked);

    if (got != XPORT_DELIVER) /* in between, the early ones are still to be taken */
        xport_check(of);
    return got;
}

MAYBE bool ack(uint64_t now, uint16_t nr)
{
    bool acked;

    xport_input(&x, now, 0, nr, 0, span_of(NULL, 0), &acked);
    xport_check(&x);
    return acked;
}

MAYBE bool tick(uint64_t now)
{
    bool silent = xport_tick(&x, now);

    xport_check(&x);
    return silent;
}

MAYBE void bear(uint64_t now)
{
    xport_bear(&x, now);
    xport_check(&x);
}

/* Takes all that may leave now; how many messages, ZLBs left out. */
MAYBE unsigned burst(uint64_t now)
{
    unsigned n = 0;
    struct out out;

    while ((out = poll_of(&x, now)).any)
        n += out.text[0] != '\0';
    return n;
}

/* Takes all that may leave now: "HELLO(0) CDN(1)", its texts and numbers. */
MAYBE const char *leaves(uint64_t now)
{
    static char line[256];
    size_t n = 0;
    struct out out;

    line[0] = '\0';
    while ((out = poll_of(&x, now)).any && n < sizeof line)
        n += (size_t)snprintf(line + n, sizeof line - n, "%s%s(%u)", n > 0 ? " " : "",
                              out.text[0] != '\0' ? out.text : "ZLB", out.ns);
    return line;
}

/* Waits until the peer is silent, and no longer than 40 tries: "1 3 7 silent 15", the seconds since
 * t0 at which exactly one message has left again ("3x2": two of them).  *now is then the last. */
MAYBE const char *silence(uint64_t t0, uint64_t *now)
{
    static char line[256];
    size_t n = 0;

    line[0] = '\0';
    for (int i = 0; i < 40 && x.due_resend != 0; i++) {
        const char *gap = n > 0 ? " " : "";
        unsigned left;

        if (tick(x.due_resend - 1) || burst(x.due_resend - 1) > 0)
            n += (size_t)snprintf(line + n, sizeof line - n, "%stoo soon", gap);
        *now = x.due_resend;
        if (tick(*now)) {
            snprintf(line + n, sizeof line - n, "%ssilent %g", gap, (double)(*now - t0) / 1000);
            break;
        }
        left = burst(*now);
        n += (size_t)snprintf(line + n, sizeof line - n, "%s%g", gap, (double)(*now - t0) / 1000);
        if (left != 1)
            n += (size_t)snprintf(line + n, sizeof line - n, "x%u", left);
    }
    return line;
}

#endif
