/* base/addr: addresses as values. */
#include "base/addr.h"

#include "tap.h"

static const struct {
    const char *text;
    uint16_t port;
    int family;       /* 0: is none */
    const char *host; /* as written by us */
    const char *whole;
} rows[] = {
    {"192.0.2.1", 1701, 4, "192.0.2.1", "192.0.2.1:1701"},
    {"255.255.255.255", 65535, 4, "255.255.255.255", "255.255.255.255:65535"},
    {"0.0.0.0", 0, 4, "0.0.0.0", "0.0.0.0:0"},
    {"2001:db8::1", 1701, 6, "2001:db8::1", "[2001:db8::1]:1701"},
    {"2001:0DB8:0:0:0:0:0:1", 1, 6, "2001:db8::1", "[2001:db8::1]:1"},
    {"::", 9, 6, "::", "[::]:9"},
    {"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", 65535, 6,
     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535"},
    {"", 1, 0, NULL, NULL},
    {"lns.example", 1, 0, NULL, NULL},
    {"192.0.2", 1, 0, NULL, NULL},
    {"192.0.2.256", 1, 0, NULL, NULL},
    {"192.0.2.1:1701", 1, 0, NULL, NULL},
    {"fe80::1%lo", 1, 0, NULL, NULL},
    {"[2001:db8::1]", 1, 0, NULL, NULL},
    {" 192.0.2.1", 1, 0, NULL, NULL},
};

static void test_texts(void)
{
    char dst[ADDR_TEXT];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct addr a = {.port = 7}, before = a;

        if (rows[i].family == 0) {
            ok(!addr_parse(rows[i].text, rows[i].port, &a) && memcmp(&a, &before, sizeof a) == 0,
               "\"%s\" is none, and nothing is touched", rows[i].text);
            continue;
        }
        ok(addr_parse(rows[i].text, rows[i].port, &a) && a.family == rows[i].family &&
               a.port == rows[i].port && addr_is_set(&a),
           "\"%s\" is an IPv%d address", rows[i].text, rows[i].family);
        is_str(addr_host_text(&a, dst), rows[i].host, "its host as text");
        is_str(addr_text(&a, dst), rows[i].whole, "its whole as text");
    }
}

static void test_compare(void)
{
    struct addr a, b, c, d;
    char dst[ADDR_TEXT];

    addr_parse("192.0.2.1", 1701, &a);
    addr_parse("192.0.2.1", 1702, &b);
    addr_parse("192.0.2.2", 1701, &c);
    addr_parse("c000:201::", 1701, &d);
    ok(addr_same(&a, &a) && addr_same_host(&a, &a), "the same is the same");
    ok(!addr_same(&a, &b) && addr_same_host(&a, &b), "same but for the port");
    ok(!addr_same(&a, &c) && !addr_same_host(&a, &c), "another host");
    ok(!addr_same(&a, &d) && !addr_same_host(&a, &d), "same octets, another IP version");
    b = d;
    b.scope = 2;
    ok(!addr_same_host(&b, &d), "same link-local text on another link is another host");
    b.scope = UINT32_MAX;
    addr_text(&b, dst);
    is_str(dst, "[c000:201::%4294967295]:1701", "a link by its number");
    c = addr_ip4(0xc0000201, 1701);
    ok(addr_same(&a, &c) && addr_get_ip4(&a) == 0xc0000201, "IPv4 from and to a number");
    is_int(addr_get_ip4(&d), 0, "IPv6 has no IPv4 number");
    a = (struct addr){0};
    ok(!addr_is_set(&a), "a zeroed one is not set");
    is_str(addr_host_text(&a, dst), "none", "and has no text");
}

int main(void)
{
    test_texts();
    test_compare();
    return tap_done();
}
