/* The L2TP header:
 *
 *    0                   1                   2                   3
 *    |T|L|x|x|S|x|O|P|x|x|x|x|  Ver  |          Length (opt)         |
 *    |           Tunnel ID           |           Session ID          |
 *    |             Ns (opt)          |             Nr (opt)          |
 *    |      Offset Size (opt)        |    Offset pad... (opt)
 *
 * RFC 2661, 3.1.  Reserved bits (x) are sent as zero and not looked at. */
#include "wire/packet.h"

#define BIT_T 0x8000u
#define BIT_L 0x4000u
#define BIT_S 0x0800u
#define BIT_O 0x0200u
#define BIT_P 0x0100u
#define VERSION_MASK 0x000fu
#define VERSION 2u
#define VERSION_L2F 1u

#define CONTROL_MUST (BIT_T | BIT_L | BIT_S)
#define CONTROL_MUST_NOT (BIT_O | BIT_P)

static enum packet_fault check_flags(uint16_t flags)
{
    unsigned version = flags & VERSION_MASK;

    if (version == VERSION_L2F)
        return PACKET_L2F;
    if (version != VERSION)
        return PACKET_VERSION;
    if ((flags & BIT_T) &&
        ((flags & CONTROL_MUST) != CONTROL_MUST || (flags & CONTROL_MUST_NOT) != 0))
        return PACKET_FLAGS;
    return PACKET_GOOD;
}

enum packet_fault packet_parse(struct span datagram, struct packet *p)
{
    struct rd r = rd_over(datagram);
    uint16_t flags = rd_u16(&r), offset;
    size_t length = datagram.n;
    enum packet_fault fault = r.failed ? PACKET_SHORT : check_flags(flags);

    if (fault != PACKET_GOOD)
        return fault;
    p->control = (flags & BIT_T) != 0;
    p->has_length = (flags & BIT_L) != 0;
    p->has_sequence = (flags & BIT_S) != 0;
    p->priority = (flags & BIT_P) != 0;
    if (p->has_length)
        length = rd_u16(&r);
    p->tunnel = rd_u16(&r);
    p->session = rd_u16(&r);
    p->ns = p->has_sequence ? rd_u16(&r) : 0;
    p->nr = p->has_sequence ? rd_u16(&r) : 0;
    offset = (flags & BIT_O) ? rd_u16(&r) : 0;
    if (r.failed)
        return PACKET_SHORT;
    /* Length is used once, to cut what follows; octets beyond it are not ours to read */
    if (length > datagram.n || length < datagram.n - rd_left(&r))
        return PACKET_LENGTH;
    r.end = datagram.p + length;
    rd_take(&r, offset);
    p->body = rd_rest(&r);
    if (r.failed)
        return PACKET_OFFSET;
    return p->control || p->body.n > 0 ? PACKET_GOOD : PACKET_EMPTY;
}

const char *packet_fault_name(enum packet_fault fault)
{
    static const char *const names[PACKET_FAULTS] = {
        [PACKET_GOOD] = "good",
        [PACKET_SHORT] = "shorter than its header",
        [PACKET_L2F] = "an L2F packet (version 1)",
        [PACKET_VERSION] = "unknown version",
        [PACKET_FLAGS] = "control message with wrong flags",
        [PACKET_LENGTH] = "length field does not fit the datagram",
        [PACKET_OFFSET] = "offset beyond the end",
        [PACKET_EMPTY] = "data message without payload",
    };

    return fault < PACKET_FAULTS ? names[fault] : "unknown fault";
}

void packet_control_header(struct wr *w, uint16_t tunnel, uint16_t session, uint16_t ns,
                           uint16_t nr, uint16_t length)
{
    wr_u16(w, CONTROL_MUST | VERSION);
    wr_u16(w, length);
    wr_u16(w, tunnel);
    wr_u16(w, session);
    wr_u16(w, ns);
    wr_u16(w, nr);
}

static uint8_t *put16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
    return p + 2;
}

size_t packet_data_header(const struct packet_data *d, uint8_t *payload, size_t n)
{
    size_t size = 6u + (d->with_length ? 2u : 0u) + (d->with_sequence ? 4u : 0u);
    uint8_t *p = payload - size;
    unsigned flags = d->priority ? VERSION | BIT_P : VERSION;

    if (size == 6) { /* nearly all */
        put16(put16(put16(p, flags), d->tunnel), d->session);
        return size;
    }
    flags |= d->with_length ? BIT_L : 0;
    flags |= d->with_sequence ? BIT_S : 0;
    p = put16(p, flags);
    if (d->with_length)
        p = put16(p, (unsigned)(size + n));
    p = put16(p, d->tunnel);
    p = put16(p, d->session);
    if (d->with_sequence) {
        p = put16(p, d->ns);
        put16(p, 0);
    }
    return size;
}
