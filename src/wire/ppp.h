/* ppp: looks at PPP frames as they pass between pppd and the far end (RFC 1661), and changes
 * nothing but an ECN field.
 *
 * Frames are bare: no flag, no escape, no FCS; with or without Address and Control (ff 03), with
 * the protocol number in one octet or two.  Whatever octets are in them, nothing is read beyond
 * their end.  Takes no part in the negotiation it watches. */
#ifndef WIRE_PPP_H
#define WIRE_PPP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* The protocol number, and in *info where its information begins.  0 if the frame ends before that
 * or has no protocol number there (RFC 1661, 2: they are odd, their upper octet is even). */
uint16_t ppp_protocol(struct span frame, size_t *info);

/* A packet of LCP or of a protocol like it (RFC 1661, 5), in a frame whose information begins at
 * info.  False if there is none. */
struct ppp_packet {
    uint8_t code, id;
    struct span options; /* or what else its code has there */
};
bool ppp_read_packet(struct span frame, size_t info, struct ppp_packet *p);

/* Takes the next option; false if there is none, or nothing that is one. */
bool ppp_next_option(struct rd *r, uint8_t *type, struct rd *value);

/* A frame that others before it are needed to understand keeps its place, whatever its priority: only
 * control protocols (RFC 1661, 2: from 8000 on) and packets as they are may overtake. */
bool ppp_may_overtake(struct span frame);

/* True for LCP's Echo-Request and Echo-Reply, the keepalive of a link (RFC 2661, 3.1: P bit). */
bool ppp_is_echo(struct span frame);

/* True for the packet that tells a user that its name or password is no good: Authenticate-Nak of
 * PAP (RFC 1334), Failure of CHAP (RFC 1994) and of EAP (RFC 3748). */
bool ppp_is_rejection(struct span frame);

/* True for LCP's Terminate-Request (RFC 1661, 5.5); *why is what it says of why, or empty. */
bool ppp_is_farewell(struct span frame, struct span *why);

/* Takes note of whether pppd will authenticate itself: it has declined the way that it was asked to
 * (LCP's Configure-Nak or -Reject of that option; RFC 1661, 6.2), and not agreed to another one
 * since, nor has the far end gone on without. */
void ppp_note_willing(bool *declines, bool from_pppd, struct span frame);

/* True for the packets of LCP that negotiate a link or end it, codes 1 to 7: they are sent as if
 * nothing had been agreed on, so with all control characters escaped (RFC 1661, 5). */
bool ppp_is_negotiation(struct span frame);

/* One end's LCP Configure-Request, as last seen. */
struct ppp_asked {
    bool seen, acked; /* acked: by the other end */
    uint8_t id;
    uint16_t sum;  /* over its options, so that an Ack can be held against them */
    uint32_t accm; /* the map it asks for; all if it asks for none (RFC 1662, 7.1) */
    bool mrru;     /* it would have the link in a bundle (RFC 1990, 5.1.1) */
};

/* One call's negotiation, as seen beside pppd: all that comes to pppd and all that it says, from
 * the call's first frame on, in that order.  Plain data, no reference to anything. */
struct ppp_watch {
    struct ppp_asked far, pppd;
    uint16_t history; /* protocols agreed on that keep history: two bits each, one a direction */
    bool up;
    bool bundles; /* both ends have agreed on a bundle, in the last round of LCP that came so far */
};

void ppp_watch_init(struct ppp_watch *w);

/* LCP was agreed on before there was anything to be seen of it, with these maps, as ppp_watch_accm() has
 * them. */
void ppp_watch_agreed(struct ppp_watch *w, uint32_t send, uint32_t receive);

/* Takes note of a frame that pppd has written, or that is on its way to it. */
void ppp_watch_frame(struct ppp_watch *w, bool from_pppd, struct span frame);

/* True if both Configure-Requests of this round of LCP have been acknowledged; a new one begins a
 * new round.  Then the maps as a LNS has to tell them to its LAC (RFC 2661, 4.4.6), pppd being the
 * LNS's: *send is for what the LAC sends to the far end, so what the far end has asked for;
 * *receive for what the LAC takes in, so what pppd has asked for. */
bool ppp_watch_accm(const struct ppp_watch *w, uint32_t *send, uint32_t *receive);

/* Which control characters have to be escaped on the line to pppd: those that it has asked for once
 * both Configure-Requests have been acknowledged, all of them else (RFC 1662, 7.1).  Good for the
 * frames behind the last one that was watched. */
uint32_t ppp_watch_to_pppd(const struct ppp_watch *w);

/* True while a protocol has been agreed on, in some direction, that a lost or late frame confuses:
 * compression (CCP), encryption (ECP), compression of headers (IPCP, IPv6CP).  RFC 2661, 5.4, 8.1:
 * sequence numbers then stay. */
bool ppp_watch_needs_order(const struct ppp_watch *w);

/* True once a frame of a network layer has passed, either way, in this round of LCP. */
bool ppp_watch_is_up(const struct ppp_watch *w);

/* True if both ends would have the link in a bundle with others (RFC 1990): then what opens the network
 * layers may pass on another one. */
bool ppp_watch_bundles(const struct ppp_watch *w);

/* True for a frame of a network layer, as it is, compressed or encrypted: one in which nothing is
 * negotiated, so that it tells nothing to a watch that is up already. */
bool ppp_is_data(struct span frame);

/* True for nearly all such frames, and for no other, at hardly any cost: with Address and Control,
 * a protocol of two octets below 0100, and not padding (0001). */
static inline bool ppp_is_plainly_data(struct span frame)
{
    const uint8_t *p = frame.p;

    return frame.n >= 4 && p[0] == 0xff && p[1] == 3 && p[2] == 0 && p[3] > 1 && (p[3] & 1) != 0;
}

/* The ECN field (0 to 3) of the IPv4 or IPv6 packet in the frame; 0 (not capable) if there is none
 * to be seen: compressed and encrypted frames are not looked into. */
uint8_t ppp_ecn(struct span frame);

/* The octet that DSCP and ECN field share (RFC 2474, RFC 3168) of the IPv4 or IPv6 packet in the
 * frame; 0 likewise. */
uint8_t ppp_traffic_class(struct span frame);

enum ppp_ecn_fate { PPP_ECN_KEEP, PPP_ECN_DROP };

/* Merges the ECN field of the IP packet that the frame came in (outer, 0 to 3) into the frame's own
 * packet, by the table of RFC 6040, 4.2, and mends IPv4's header checksum.  PPP_ECN_DROP: there was
 * congestion and the packet cannot say so; the frame is as it was, and to be dropped.  A frame in
 * which there is no packet to be seen is kept as it is: it left as not capable (see ppp_ecn), so no
 * router had a reason to mark it. */
enum ppp_ecn_fate ppp_ecn_merge(uint8_t outer, uint8_t *frame, size_t n);

#endif
