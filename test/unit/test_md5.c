/* base/md5 against the test suite of RFC 1321, A.5, and lengths around the padding's edges. */
#include "base/md5.h"

#include "tap.h"

static const struct {
    const char *text;
    const char *digest;
} suite[] = {
    {"", "d41d8cd98f00b204e9800998ecf8427e"},
    {"a", "0cc175b9c0f1b6a831c399e269772661"},
    {"abc", "900150983cd24fb0d6963f7d28e17f72"},
    {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
    {"abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
    {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
     "d174ab98d277d9f5a5611c2c9f419d9f"},
    {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
     "57edf4a22be3c955ac49da2e2107b67a"},
};

/* Of so many octets "x". */
static const struct {
    size_t n;
    const char *digest;
} lengths[] = {
    {55, "04364420e25c512fd958a70738aa8f72"},  {56, "668a72d5ba17f08e62dabcafad6db14b"},
    {57, "693037871c4a9d3d8685018905cb530a"},  {63, "7dc2ca208106a2f703567bdff99d8981"},
    {64, "c1bb4f81d892b2d57947682aeb252456"},  {65, "1bc932052302d074bdec39795fe00cf6"},
    {119, "ab347a5f68c8a443cfcddc633f12c24f"}, {120, "fb98667f98096de92620b64f46e1c5b5"},
    {121, "e8bb0ccd83750100b37f4831cd5d7ee2"}, {128, "d69cb61a6ee87200676eb0d4b90edbcb"},
    {256, "c7a139a2b8e92164276f778917ba10b9"},
};

static void digest_of(struct span s, size_t piece, uint8_t digest[MD5_SIZE])
{
    struct md5 m;

    md5_init(&m);
    while (s.n > 0) {
        size_t n = s.n < piece ? s.n : piece;

        md5_add(&m, span_of(s.p, n));
        s.p += n;
        s.n -= n;
    }
    md5_end(&m, digest);
}

int main(void)
{
    uint8_t got[MD5_SIZE], want[MD5_SIZE], octets[256];
    static const struct md5 wiped;
    struct md5 m;

    for (size_t i = 0; i < sizeof suite / sizeof *suite; i++) {
        unhex(suite[i].digest, want);
        digest_of(span_str(suite[i].text), 1000, got);
        is_mem(got, sizeof got, want, sizeof want, "RFC 1321, A.5");
    }
    memset(octets, 'x', sizeof octets);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        unhex(lengths[i].digest, want);
        digest_of(span_of(octets, lengths[i].n), 1000, got);
        ok(memcmp(got, want, sizeof got) == 0, "%zu octets at once", lengths[i].n);
        digest_of(span_of(octets, lengths[i].n), 7, got);
        ok(memcmp(got, want, sizeof got) == 0, "%zu octets by sevens", lengths[i].n);
    }
    md5_init(&m);
    md5_end(&m, got);
    ok(memcmp(&m, &wiped, sizeof m) == 0, "nothing stays behind");
    return tap_done();
}
