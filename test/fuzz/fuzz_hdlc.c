/* Fuzz target for wire/hdlc: octets from a pppd, in arbitrary cuts.
 *
 * The first octet of the input chooses, the next eight are sizes by which the rest is cut in turn.
 * Held to: the decoder stays within its buffer; cuts make no difference to what comes out; what is
 * encoded comes back as it was. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/hdlc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CUTS 8

/* What a decoder has said so far: everything goes into one running sum. */
struct heard {
    uint64_t sum;
    unsigned told;
    struct buf *last; /* the last good frame */
};

static void hear(struct heard *h, enum hdlc_got got, const struct buf *b)
{
    h->told++;
    h->sum = (h->sum ^ got) * 0x100000001b3u;
    for (size_t i = 0; i < b->len; i++)
        h->sum = (h->sum ^ b->data[b->off + i]) * 0x100000001b3u;
    if (got == HDLC_FRAME)
        *h->last = *b;
    else if (b->len != 0)
        abort();
}

static void decode(struct heard *h, struct span s, const uint8_t *cuts, uint32_t accm)
{
    struct buf *b = buf_get();
    struct hdlc_rx rx;

    hdlc_rx_init(&rx);
    for (size_t turn = 0; s.n > 0; turn++) {
        size_t n = cuts != NULL ? (size_t)cuts[turn % CUTS] + 1 : s.n;
        struct span in = span_of(s.p, n < s.n ? n : s.n);

        s = span_of(s.p + in.n, s.n - in.n);
        while (in.n > 0) {
            size_t before = in.n;
            enum hdlc_got got = hdlc_feed(&rx, &in, b, accm);

            if (b->len > BUF_ROOM || in.n >= before || (got == HDLC_MORE && in.n > 0))
                abort();
            if (got != HDLC_MORE) {
                hear(h, got, b);
                b->len = 0;
            }
        }
    }
    buf_put(b);
}

static void any_octets(struct span s, const uint8_t *cuts, uint32_t accm)
{
    struct heard whole = {.last = buf_get()}, cut = {.last = buf_get()};

    decode(&whole, s, NULL, accm);
    decode(&cut, s, cuts, accm);
    if (whole.sum != cut.sum || whole.told != cut.told)
        abort();
    buf_put(whole.last);
    buf_put(cut.last);
}

static void there_and_back(struct span s, const uint8_t *cuts, uint32_t accm)
{
    struct heard h = {.last = buf_get()};
    uint8_t *line = malloc(HDLC_MOST(s.n));
    size_t n = hdlc_encode(line, s, accm);

    if (n > HDLC_MOST(s.n))
        abort();
    /* a receiving map that the sender knows takes nothing away */
    decode(&h, span_of(line, n), cuts, accm);
    if (s.n >= 2 && s.n <= BUF_ROOM - 2 && (h.told != 1 || !span_eq(buf_span(h.last), s)))
        abort();
    buf_put(h.last);
    free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t maps[] = {0, 0xffffffff, 0x000a0000, 0x80000001};
    uint32_t accm;

    if (size < 1 + CUTS)
        return 0;
    accm = maps[data[0] % 4];
    if (data[0] & 4)
        there_and_back(span_of(data + 1 + CUTS, size - 1 - CUTS), data + 1, accm);
    else
        any_octets(span_of(data + 1 + CUTS, size - 1 - CUTS), data + 1, accm);
    return 0;
}
