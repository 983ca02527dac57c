/* host/udp and packet marks: what a datagram bears is told if it is asked for, and what the address
 * to send to has is set.  Takes root, and Linux 5.19. */
#include "host/udp.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "host/sys.h"
#include "tap.h"

#define MOST 80 /* more than one batch of either kind */

static struct {
    struct loop *l;
    struct udp *sender, *hearer;
    unsigned n, wait_for;
    uint32_t mark[MOST];
    size_t size[MOST];
} me;

static const struct addr unset;

static void on_datagram(void *ctx, const struct addr *from, const struct addr *to, uint8_t ecn,
                        struct span octets)
{
    (void)ctx;
    (void)to;
    (void)ecn;
    if (me.n < MOST) {
        me.mark[me.n] = from->mark;
        me.size[me.n] = octets.n;
    }
    if (++me.n == me.wait_for)
        loop_stop(me.l);
}

static void stop_now(struct timer *t)
{
    (void)t;
    loop_stop(me.l);
}

static void hear(unsigned n)
{
    struct timer end = {.fire = stop_now};

    me.n = 0;
    me.wait_for = n;
    udp_flush(me.sender);
    loop_timer_init(me.l, &end);
    loop_timer_set(me.l, &end, sys_now_ms() + 10000);
    loop_run(me.l);
    loop_timer_done(me.l, &end);
}

/* Sends n datagrams, the one at i with marks[i % m] and i + 1 octets; some have a source address,
 * and some an ECN field, as what is put beside the mark may not get in its way. */
static void send_marked(unsigned n, const uint32_t *marks, unsigned m)
{
    struct addr from = udp_local(me.sender), to = udp_local(me.hearer);

    for (unsigned i = 0; i < n; i++) {
        struct buf *b = buf_get();

        memset(b->data + b->off, 0xc8, i + 1);
        b->len = i + 1;
        to.mark = marks[i % m];
        udp_send_buf(me.sender, i % 3 != 0 ? &from : &unset, &to, i % 4 == 0 ? 2 : 0, b);
    }
    hear(n);
}

static bool heard(unsigned n, const uint32_t *marks, unsigned m)
{
    for (unsigned i = 0; i < n && i < me.n; i++)
        if (me.mark[i] != marks[i % m] || me.size[i] != i + 1) {
            printf("# datagram %u: mark %lu, %zu octets\n", i, (unsigned long)me.mark[i],
                   me.size[i]);
            return false;
        }
    return me.n == n;
}

static void test_marks(const char *ip)
{
    static const uint32_t marks[] = {7, 0, 0xffffffffu, 1, 0}, none = 0;
    struct addr a = unset;

    addr_parse(ip, 0, &a);
    me.sender = udp_open(me.l, &a, on_datagram, NULL);
    if (me.sender == NULL) {
        ok(true, "%s # skip there is none here: %s", ip, strerror(errno));
        return;
    }
    me.hearer = udp_open(me.l, &a, on_datagram, NULL);
    send_marked(MOST, marks, 5);
    ok(heard(MOST, &none, 1), "%s: none is told unless asked for; marked datagrams arrive", ip);
    if (udp_tell_marks(me.hearer) != 0) {
        ok(true, "%s # skip marks are not told here: %s", ip, strerror(errno));
    } else if (geteuid() != 0) {
        ok(true, "%s # skip setting marks takes root", ip);
    } else {
        send_marked(MOST, marks, 5);
        ok(heard(MOST, marks, 5), "%s: each has its own mark", ip);
        send_marked(MOST, &none, 1);
        ok(heard(MOST, &none, 1), "%s: and none of those before", ip);
    }
    udp_close(me.hearer);
    udp_close(me.sender);
}

int main(void)
{
    me.l = loop_new();
    test_marks("127.0.0.1");
    test_marks("::1");
    loop_free(me.l);
    return tap_done();
}
