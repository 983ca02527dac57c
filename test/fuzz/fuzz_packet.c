/* Fuzz target for wire/packet: any datagram.  Held to: the answer of a second parser, written out
 * below with offsets instead of cursors; a body inside the datagram; a header of ours that says the
 * same as the one that came. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned at16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

/* RFC 2661, 3.1, once more. */
static enum packet_fault judge(const uint8_t *d, size_t size, size_t *begin, size_t *end)
{
    unsigned flags, version;
    size_t header;

    if (size < 2)
        return PACKET_SHORT;
    flags = at16(d);
    version = flags & 0xf;
    if (version != 2)
        return version == 1 ? PACKET_L2F : PACKET_VERSION;
    if (flags >> 15 && (flags & 0x4b00) != 0x4800)
        return PACKET_FLAGS;
    header = 6u + (flags & 0x4000 ? 2u : 0) + (flags & 0x0800 ? 4u : 0) + (flags & 0x0200 ? 2u : 0);
    if (size < header)
        return PACKET_SHORT;
    *end = flags & 0x4000 ? at16(d + 2) : size;
    if (*end > size || *end < header)
        return PACKET_LENGTH;
    *begin = header + (flags & 0x0200 ? at16(d + header - 2) : 0);
    if (*begin > *end)
        return PACKET_OFFSET;
    return flags >> 15 || *begin < *end ? PACKET_GOOD : PACKET_EMPTY;
}

static void must(bool held)
{
    if (!held)
        abort();
}

/* Written by us, the fields come back. */
static void write_again(const struct packet *p)
{
    uint8_t room[PACKET_DATA_HEADER + 1];
    struct wr w = wr_over(room, sizeof room);
    struct packet_data d = {p->tunnel,       p->session,  p->has_length,
                            p->has_sequence, p->priority, p->ns};
    struct packet again;
    size_t n = PACKET_CONTROL_HEADER;

    if (p->control)
        packet_control_header(&w, p->tunnel, p->session, p->ns, p->nr, (uint16_t)n);
    else
        n = 1 + packet_data_header(&d, room + PACKET_DATA_HEADER, 1);
    room[PACKET_DATA_HEADER] = 0;
    must(packet_parse(span_of(p->control ? room : room + sizeof room - n, n), &again) ==
         PACKET_GOOD);
    must(again.control == p->control && again.has_length == p->has_length &&
         again.has_sequence == p->has_sequence && again.priority == p->priority &&
         again.tunnel == p->tunnel && again.session == p->session && again.ns == p->ns &&
         again.nr == (p->control ? p->nr : 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t begin = 0, end = 0;
    struct packet p;
    enum packet_fault got = packet_parse(span_of(data, size), &p);

    must(got == judge(data, size, &begin, &end));
    must(packet_fault_name(got)[0] != '\0');
    if (got != PACKET_GOOD)
        return 0;
    must(p.body.n == end - begin && (p.body.n == 0 || p.body.p == data + begin));
    write_again(&p);
    return 0;
}
