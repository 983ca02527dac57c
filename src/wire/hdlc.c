/* PPP in asynchronous HDLC-like framing, RFC 1662; see hdlc.h.
 *
 * On the line:   7e | frame, FCS-16 low octet first, both escaped | 7e
 *
 * What costs by the octet is done by a kernel (hdlc_kernel.h), the best that this CPU has.
 * Must not know descriptors, nor what a frame means. */
#include <string.h>

#include "wire/hdlc_kernel.h"

#define FCS_START 0xffffu
#define SHORTEST 4 /* octets between flags, FCS included (RFC 1662, 4.3) */

/* Best first. */
static const struct hdlc_kernel *const kernels[] = {
#ifdef HDLC_X86
    &hdlc_avx512,
    &hdlc_ssse3,
#endif
#ifdef HDLC_NEON
    &hdlc_neon,
#endif
    &hdlc_plain,
};
#define KERNELS (sizeof kernels / sizeof kernels[0])

static const struct hdlc_kernel *kernel = &hdlc_plain;

const char *hdlc_kernel_name(size_t i)
{
    return i < KERNELS ? kernels[i]->name : NULL;
}

const char *hdlc_choose(const char *name)
{
    for (size_t i = 0; i < KERNELS; i++)
        if ((name == NULL || strcmp(name, kernels[i]->name) == 0) && kernels[i]->there()) {
            kernel = kernels[i];
            return kernel->name;
        }
    return NULL;
}

uint16_t hdlc_fcs(uint16_t fcs, struct span s)
{
    return kernel->fcs(fcs, s.p, s.n);
}

size_t hdlc_encode(uint8_t *dst, struct span frame, uint32_t accm)
{
    uint16_t fcs = (uint16_t)~kernel->fcs(FCS_START, frame.p, frame.n);
    uint8_t *d = dst;

    *d++ = HDLC_FLAG;
    if (frame.n > 0)
        d = kernel->put(d, frame.p, frame.n, accm);
    d = hdlc_put_octet(d, (uint8_t)fcs, accm);
    d = hdlc_put_octet(d, (uint8_t)(fcs >> 8), accm);
    *d++ = HDLC_FLAG;
    return (size_t)(d - dst);
}

size_t hdlc_cut(struct span line)
{
    const uint8_t *flag = line.n > 0 ? memchr(line.p, HDLC_FLAG, line.n) : NULL;

    /* a flag that opens a frame is followed by its octets, one that closes it by a flag or nothing
     */
    if (flag == NULL || (flag == line.p && line.n > 1 && line.p[1] != HDLC_FLAG))
        return 0;
    return (size_t)(flag - line.p) + 1;
}

size_t hdlc_first(struct span line)
{
    const uint8_t *close = line.n > 1 ? memchr(line.p + 1, HDLC_FLAG, line.n - 1) : NULL;

    return close != NULL ? (size_t)(close - line.p) + 1 : line.n;
}

void hdlc_rx_init(struct hdlc_rx *rx)
{
    *rx = (struct hdlc_rx){.fcs = FCS_START};
}

/* Moves octets into the buffer up to a flag, the end of the input, or until the buffer is full and
 * something other than a flag follows. */
static void take_octets(struct hdlc_rx *rx, struct span *in, struct buf *b, uint32_t accm)
{
    uint8_t *begin = b->data + b->off + b->len;
    struct hdlc_take t = {.p = in->p,
                          .end = in->p + in->n,
                          .d = begin,
                          .full = b->data + sizeof b->data,
                          .escaped = rx->escaped,
                          .accm = accm};

    size_t n;

    kernel->take(&t);
    n = (size_t)(t.d - begin);
    rx->escaped = t.escaped;
    rx->fcs = kernel->fcs(rx->fcs, begin, n);
    b->len += n;
    *in = span_of(t.p, (size_t)(t.end - t.p));
}

/* Drops octets up to a flag or the end of the input. */
static void skip_octets(struct span *in)
{
    const uint8_t *flag = memchr(in->p, HDLC_FLAG, in->n), *end = in->p + in->n;

    *in = flag != NULL ? span_of(flag, (size_t)(end - flag)) : span_of(end, 0);
}

/* What a flag means now; HDLC_MORE if it only stands between frames. */
static enum hdlc_got end_frame(const struct hdlc_rx *rx, const struct buf *b)
{
    if (rx->skipping)
        return rx->too_long ? HDLC_TOO_LONG : HDLC_MORE;
    if (rx->escaped)
        return HDLC_ABORTED;
    if (b->len == 0)
        return HDLC_MORE;
    if (b->len < SHORTEST)
        return HDLC_TOO_SHORT;
    return rx->fcs == HDLC_FCS_GOOD ? HDLC_FRAME : HDLC_BAD_FCS;
}

enum hdlc_got hdlc_feed(struct hdlc_rx *rx, struct span *in, struct buf *b, uint32_t accm)
{
    while (in->n > 0) {
        enum hdlc_got got;

        if (rx->skipping)
            skip_octets(in);
        else if (*in->p != HDLC_FLAG) /* a frame begins with one as a rule */
            take_octets(rx, in, b, accm);
        if (in->n == 0)
            break;
        if (*in->p != HDLC_FLAG) {
            rx->skipping = rx->too_long = true;
            b->len = 0;
            continue;
        }
        in->p++;
        in->n--;
        got = end_frame(rx, b);
        b->len = got == HDLC_FRAME ? b->len - 2 : 0;
        hdlc_rx_init(rx);
        if (got != HDLC_MORE)
            return got;
    }
    return HDLC_MORE;
}
