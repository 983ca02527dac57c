/* packet: the L2TP header (RFC 2661, 3.1), control and data alike: parsed to a struct, written from
 * one.  Does not look into the body. */
#ifndef WIRE_PACKET_H
#define WIRE_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define PACKET_CONTROL_HEADER 12 /* octets of a control message's header */
#define PACKET_DATA_HEADER 12    /* the most that packet_data_header() writes */

struct packet {
    bool control;      /* T */
    bool has_length;   /* L */
    bool has_sequence; /* S */
    bool priority;     /* P */
    uint16_t tunnel;   /* the recipient's ids */
    uint16_t session;
    uint16_t ns, nr;  /* 0 without S */
    struct span body; /* cut to Length, behind the offset pad */
};

/* Why a datagram is no L2TP packet.  Each is counted by its own name. */
enum packet_fault {
    PACKET_GOOD,
    PACKET_SHORT,   /* ends within its header */
    PACKET_L2F,     /* version 1: another protocol on this port (8.1) */
    PACKET_VERSION, /* any version but 2 (3.1: thrown away) */
    PACKET_FLAGS,   /* control message without L or S, or with O or P */
    PACKET_LENGTH,  /* Length beyond the datagram or shorter than the header */
    PACKET_OFFSET,  /* offset pad beyond the end */
    PACKET_EMPTY,   /* data message without a payload */
    PACKET_FAULTS
};

enum packet_fault packet_parse(struct span datagram, struct packet *p);
const char *packet_fault_name(enum packet_fault fault);

/* Writes the 12 octets of a control header.  length counts header and body. */
void packet_control_header(struct wr *w, uint16_t tunnel, uint16_t session, uint16_t ns,
                           uint16_t nr, uint16_t length);

struct packet_data {
    uint16_t tunnel, session;
    bool with_length, with_sequence, priority;
    uint16_t ns;
};

/* Writes a data header so that it ends right before payload, whose length is n; there must be
 * PACKET_DATA_HEADER octets of room.  Returns the octets written.  Nr is 0 (5.4), offset never used
 * (Windows drops it). */
size_t packet_data_header(const struct packet_data *d, uint8_t *payload, size_t n);

#endif
