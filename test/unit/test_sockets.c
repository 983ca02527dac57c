/* sockets: what is listened on, and which of the sockets is for what. */
#include "conf_rig.h"

#include <string.h>

#include "base/buf.h"
#include "sockets.h"
#include "trouble.h"

static struct hub hub;
static struct addr heard_at; /* where the last datagram came to */

static void on_heard(void *ctx, const struct addr *from, const struct addr *to, uint8_t ecn,
                     struct span octets)
{
    (void)ctx, (void)from, (void)ecn, (void)octets;
    heard_at = *to;
    loop_stop(hub.loop);
}

static void no_octets(void *ctx, void *room, size_t n)
{
    (void)ctx;
    memset(room, 1, n);
}

/* Listens as a text says; false if it cannot. */
static bool begin(const char *text)
{
    const struct l2tp_host nobody = {.random = no_octets};

    memset(&hub, 0, sizeof hub);
    hub.conf = parse(text);
    hub.conf_file = "f";
    hub.listen = hub.conf->global.listen;
    hub.port = hub.conf->global.port;
    hub.loop = loop_new();
    hub.engine = l2tp_new(&nobody, 1);
    hub.troubles = trouble_book_new();
    return sockets_bind(&hub, on_heard);
}

static void end(void)
{
    sockets_close(&hub);
    loop_timer_done(hub.loop, &hub.bind_timer);
    l2tp_free(hub.engine);
    trouble_book_free(hub.troubles);
    loop_free(hub.loop);
    conf_free(hub.conf);
}

static struct addr address(const char *text, uint16_t port)
{
    struct addr a = {0};

    if (text != NULL)
        addr_parse(text, port, &a);
    return a;
}

static const char *text_of(const struct udp *udp, char *dst)
{
    struct addr a = {0};

    if (udp != NULL)
        a = udp_local(udp);
    return addr_host_text(&a, dst);
}

#define SEVERAL                                                                                    \
    "[global]\nport = 0\nlisten-addr = 127.0.0.2, 127.0.0.3\nlisten-addr = ::1\n"                  \
    "listen-addr = 192.0.2.1, 127.0.0.2\n"

/* Where a datagram leaves from, by the address of ours that it is from and the one that it is to. */
static const struct {
    const char *text, *from, *to, *want;
} ways[] = {
    {SEVERAL, "127.0.0.2", "127.0.0.9", "127.0.0.2"},
    {SEVERAL, "127.0.0.3", "127.0.0.9", "127.0.0.3"},
    {SEVERAL, "127.0.0.3", "192.0.2.9", "127.0.0.3"},
    {SEVERAL, "192.0.2.1", "127.0.0.9", "192.0.2.1"},
    {SEVERAL, "::1", "::1", "::1"},
    {SEVERAL, NULL, "127.0.0.9", "127.0.0.2"},
    {SEVERAL, NULL, "192.0.2.9", "192.0.2.1"},
    {SEVERAL, NULL, "2001:db8::9", "::1"}, /* there is none better */
    {"[global]\nport = 0\nlisten-addr = 127.0.0.2, 127.0.0.3\n", NULL, "::1", "none"},
    {"[global]\nport = 0\nlisten-addr = 127.0.0.2, 127.0.0.3\n", NULL, "192.0.2.9", "127.0.0.2"},
    {"[global]\nport = 0\nlisten-addr = 127.0.0.2, 0.0.0.0, ::1\n", "127.0.0.2", "127.0.0.9",
     "0.0.0.0"},
    {"[global]\nport = 0\nlisten-addr = 127.0.0.2, 0.0.0.0, ::1\n", NULL, "2001:db8::9", "::1"},
    {"[global]\nport = 0\n", "127.0.0.3", "127.0.0.9", "0.0.0.0"},
    {"[global]\nport = 0\n", NULL, "::1", "::"},
};

/* Where the system listens on no address that is not there. */
static bool is_awaited(const char *text)
{
    struct addr a = address(text, 0);
    bool awaited = false;

    for (unsigned i = 0; i < hub.n_listening; i++)
        awaited =
            awaited || (addr_same_host(&hub.listening[i].at, &a) && hub.listening[i].udp == NULL);
    return awaited;
}

static void test_ways(void)
{
    char text[ADDR_TEXT];

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct addr from = address(ways[i].from, 1701), to = address(ways[i].to, 1701);

        if (ok(begin(ways[i].text), "way %zu: it listens", i) && !is_awaited(ways[i].want))
            is_str(text_of(sockets_from(&hub, &from, &to), text), ways[i].want,
                   "what leaves, leaves from there");
        end();
    }
}

/* One that is not there yet, as where the system does not let it be listened on before, is not dialled
 * from; but what was called there is not answered from another one. */
static void test_awaited(void)
{
    struct addr any = {0}, to = address("127.0.0.9", 1701), from = address("127.0.0.2", 1701);
    char text[ADDR_TEXT];

    if (!ok(begin("[global]\nport = 0\nlisten-addr = 127.0.0.2, 127.0.0.3\n"), "two addresses"))
        return;
    udp_close(hub.listening[0].udp);
    hub.listening[0].udp = NULL;
    is_str(text_of(sockets_from(&hub, &any, &to), text), "127.0.0.3", "the other one is dialled from");
    is_str(text_of(sockets_from(&hub, &from, &to), text), "none", "and does not answer for it");
    end();
}

/* All have one port, and each hears what comes to it. */
static void test_hearing(void)
{
    static const char *const at[] = {"127.0.0.2", "127.0.0.3", "::1"};
    char text[ADDR_TEXT];

    if (!ok(begin(SEVERAL), "several addresses are listened on"))
        return;
    is_int(hub.n_listening, 4, "each by a socket of its own, and once");
    for (unsigned i = 0; i < hub.n_listening; i++)
        if (hub.listening[i].udp != NULL)
            is_int(udp_local(hub.listening[i].udp).port, sockets_port(&hub, NULL),
                   "by the same port");
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        struct addr to = address(at[i], sockets_port(&hub, NULL)), any = {0};
        struct addr out_at = {.family = to.family};
        struct udp *out = udp_open(hub.loop, &out_at, on_heard, NULL);

        heard_at = any;
        udp_send(out, &any, &to, span_str("x"));
        udp_flush(out);
        loop_run(hub.loop);
        is_str(addr_host_text(&heard_at, text), at[i], "what comes to one is heard there");
        udp_close(out);
    }
    is_int(sockets_counts(&hub).received, 3, "the datagrams of all are counted");
    end();
}

/* What a LAC wishes for, and where its tunnels come from. */
static const struct {
    const char *name, *text, *to, *address;
    int port;
    const char *want; /* of a socket of its own; NULL: a main one does it */
    bool main_port;
    const char *device;
} wishes[] = {
    {"nothing", SEVERAL, "127.0.0.9", NULL, CONF_PORT_MAIN, NULL, true, NULL},
    {"an address that is listened on", SEVERAL, "127.0.0.9", "127.0.0.3", CONF_PORT_MAIN, NULL,
     true, NULL},
    {"another address", SEVERAL, "127.0.0.9", "127.0.0.4", CONF_PORT_MAIN, "127.0.0.4", true, NULL},
    {"another port", SEVERAL, "127.0.0.9", NULL, CONF_PORT_RANDOM, "127.0.0.2", false, NULL},
    {"an address that is listened on, and a device", SEVERAL, "127.0.0.9", "127.0.0.3",
     CONF_PORT_MAIN, "127.0.0.3", false, "lo"},
    {"both", SEVERAL, "127.0.0.9", "127.0.0.3", CONF_PORT_RANDOM, "127.0.0.3", false, NULL},
    {"one of the wildcard's", "[global]\nport = 0\n", "127.0.0.9", "127.0.0.4", CONF_PORT_MAIN, NULL,
     true, NULL},
    {"IPv6 of nobody's", "[global]\nport = 0\nlisten-addr = 127.0.0.2, 127.0.0.3\n", "::1", "::1",
     CONF_PORT_MAIN, "::1", true, NULL},
};

static bool may_not(int reason)
{
    return reason == EPERM || reason == ENOTSUP || reason == ENODEV;
}

static void test_wishes(void)
{
    char text[ADDR_TEXT];

    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++) {
        struct addr to = address(wishes[i].to, 1701), local = {0};
        struct socket_wish wish = {.to = &to,
                                   .address = address(wishes[i].address, 0),
                                   .device = wishes[i].device,
                                   .port = wishes[i].port};
        struct socket_own *own = NULL;

        if (!ok(begin(wishes[i].text), "a LAC wishes for %s", wishes[i].name))
            continue;
        is_int(sockets_main_does(&hub, &wish, &local), wishes[i].want == NULL,
               wishes[i].want == NULL ? "a main socket does" : "no main socket does");
        if (wishes[i].want == NULL)
            is_str(addr_host_text(&local, text),
                   wishes[i].address != NULL ? wishes[i].address : "none", "from that address");
        else if ((own = sockets_open(&hub, &wish)) == NULL && wish.device != NULL && may_not(errno))
            ok(true, "# SKIP no binding to devices here");
        else if (ok(own != NULL, "one of its own does")) {
            struct tunnel t = {.path = own, .peer = to};

            is_str(text_of(sockets_of(&hub, &t), text), wishes[i].want, "from that address");
            is_int(sockets_port(&hub, own) == sockets_port(&hub, NULL), wishes[i].main_port,
                   wishes[i].main_port ? "by the daemon's port" : "by another port");
        }
        end();
    }
}

static void test_refusal(void)
{
    struct addr taken = address("127.0.0.3", 0);
    struct loop *l = loop_new();
    struct udp *other = udp_open(l, &taken, on_heard, NULL);
    char text[200];

    snprintf(text, sizeof text, "[global]\nport = %u\nlisten-addr = 127.0.0.2, 127.0.0.3\n",
             (unsigned)udp_local(other).port);
    udp_close(other);
    ok(begin(text), "both are free");
    end();
    other = udp_open(l, &taken, on_heard, NULL);
    snprintf(text, sizeof text, "[global]\nport = %u\nlisten-addr = 127.0.0.2, 127.0.0.3\n",
             (unsigned)udp_local(other).port);
    ok(!begin(text), "one of several that cannot be had is one too many");
    end();
    udp_close(other);
    loop_free(l);
}

int main(void)
{
    test_ways();
    test_awaited();
    test_hearing();
    test_wishes();
    test_refusal();
    buf_drain();
    return tap_done();
}
