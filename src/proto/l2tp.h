/* l2tp: the protocol engine: bytes and time in, bytes and events out.
 *
 * The host hands in datagrams and the time; it takes out events, one by one, until there are none:
 * a datagram to send, a tunnel or call that came up or ended.  No socket, clock or random source is
 * touched here.  Times are monotonic ms; ids are ours, in host order.  Objects seen through events
 * and walks are to be read, never written, and live until l2tp_reap().
 *
 * One turn of a host: l2tp_input() for what came, l2tp_tick() if the deadline has passed,
 * l2tp_next() until it says no (acting on each event, which may make more), l2tp_reap(), sleep
 * until l2tp_deadline(). */
#ifndef PROTO_L2TP_H
#define PROTO_L2TP_H

#include "proto/objects.h"

struct l2tp;

/* serial: where Call Serial Numbers begin (4.4.4: not to repeat for long).  Keeps host.  NULL
 * without memory. */
struct l2tp *l2tp_new(const struct l2tp_host *host, uint32_t serial);
void l2tp_free(struct l2tp *e); /* all objects too, without a word to anybody */

/* How many half-open tunnels may others have begun, in all and from one address (256, 64). */
void l2tp_limit_half_open(struct l2tp *e, unsigned total, unsigned per_source);

enum l2tp_got {
    L2TP_TAKEN,   /* a control message, dealt with; or data that waits for its turn */
    L2TP_FRAME,   /* a PPP frame: carry it on */
    L2TP_EARLY,   /* data of a call that may be up soon: see l2tp_leave_early() */
    L2TP_DROPPED, /* refused; counted by cause */
    L2TP_ANSWERED /* refused, and l2tp_next() has an answer that the next such one would replace */
};

/* Data of a call that is coming up is dropped, unless it is left to the caller, who gives it again
 * when it has given what came before. */
void l2tp_leave_early(struct l2tp *e, bool on);

/* A PPP frame out of a data message; good as long as the datagram. */
struct l2tp_frame {
    const struct call *call;
    struct span octets;
    bool priority;
};

/* Everything that arrives.  frame is filled in for L2TP_FRAME. */
enum l2tp_got l2tp_input(struct l2tp *e, uint64_t now, const struct addr *from,
                         const struct addr *to, struct span datagram, struct l2tp_frame *frame);

void l2tp_tick(struct l2tp *e, uint64_t now);
uint64_t l2tp_deadline(const struct l2tp *e); /* when to tick next; 0: never */

/* Opens a tunnel to a peer.  local may be unset.  The profile is copied; with host_data its secret
 * may be refined by the host's "profile" when the peer's name is known.  Returns its id; 0 without
 * memory or ids. */
uint16_t l2tp_open(struct l2tp *e, uint64_t now, const struct addr *local, const struct addr *peer,
                   const struct l2tp_profile *profile, void *host_data);

/* What a call is to be. */
struct l2tp_call_spec {
    bool outgoing; /* ask the peer to dial (OCRQ), as its LNS; else announce one (ICRQ), as its LAC
                    */
    uint32_t bearer, framing, minimum_bps, maximum_bps;
    const char *called, *calling, *sub_address; /* NULL: none */
    const char *private_group;                  /* ICCN; NULL: none */
    uint32_t tx_bps, rx_bps; /* of its line, in ICCN; 0: the profile's */
    bool has_channel;
    uint32_t channel;               /* Physical Channel ID, for logs */
    const struct call_proxy *proxy; /* what we have negotiated with the caller ourselves; copied */
    struct call_line line;          /* of an incoming call: what ICRQ says of the line */
    bool tells_speed;               /* and that CSUN may tell other speeds later (RFC 5515, 6.2) */
    bool must_sequence;             /* Sequencing Required in ICCN, whatever the profile says */
};

/* Places a call in a tunnel, which may still be coming up.  Returns its id, or 0. */
uint16_t l2tp_call(struct l2tp *e, uint64_t now, uint16_t tunnel, const struct l2tp_call_spec *spec,
                   void *host_data);

/* The call that we were asked to dial is answered. */
void l2tp_bearer_up(struct l2tp *e, uint64_t now, uint16_t call);

/* Ends a call (CDN) or a tunnel with all its calls (StopCCN); text may be empty.  An id that is
 * not there is no error: it has ended meanwhile. */
void l2tp_hang_up(struct l2tp *e, uint64_t now, uint16_t call, unsigned result, unsigned error,
                  const char *text);
void l2tp_close(struct l2tp *e, uint64_t now, uint16_t tunnel, unsigned result, unsigned error,
                const char *text);

/* Ends a call like l2tp_hang_up(), saying more: a Q.931 cause, or why PPP ended (RFC 3145; left out
 * where the profile says so). */
void l2tp_hang_up_cause(struct l2tp *e, uint64_t now, uint16_t call, unsigned result,
                        unsigned error, const char *text, const struct call_cause *cause);

/* As LNS: tells the LAC the ACCMs that PPP has negotiated (SLI, 6.14).  As LAC: tells the LNS the
 * line's errors, cumulative (WEN, 6.13): at once or when 60 s have passed since the last, and only
 * if a count has grown.  Neither does anything before the call is up, in the other role, or to a
 * peer that ends calls over it. */
void l2tp_line_info(struct l2tp *e, uint64_t now, uint16_t call, uint32_t send, uint32_t receive);
void l2tp_line_errors(struct l2tp *e, uint64_t now, uint16_t call, const uint32_t errors[6]);

/* As LAC of a call that is up and was announced so: the line has another speed, bit/s; the LNS is told
 * (CSUN, RFC 5515, 4.1).  Nothing happens otherwise, or if it has that speed.  Of ACCMs and of speeds only
 * the latest is told as long as the peer has not heard many messages yet. */
void l2tp_line_speed(struct l2tp *e, uint64_t now, uint16_t call, uint32_t tx, uint32_t rx);

/* As LNS: sequence numbers in data from now on, or none (5.4); counting goes on where it stopped.
 * Nothing changes for a call that requires them, or for a LAC's. */
void l2tp_sequence(struct l2tp *e, uint16_t call, bool on);

/* What the host has carried of a call past the engine, in all since the call began.  Frames that have
 * come are a sign of life, like data that pass here. */
struct l2tp_carried {
    uint64_t frames_in, octets_in, frames_out, octets_out, gaps, late;
};
void l2tp_carried(struct l2tp *e, uint64_t now, uint16_t call, const struct l2tp_carried *carried);

/* The ECN field of the IP packet that the next l2tp_input() comes out of (RFC 9601). */
void l2tp_mark(struct l2tp *e, uint8_t ecn);

/* Something has happened by which the peer may be gone: it is asked for a sign of life at once, and
 * if there is none within so many ms the tunnel is given up.  False: nothing happens, as it is not up, or
 * as its peer bears no HELLO. */
bool l2tp_probe(struct l2tp *e, uint64_t now, uint16_t tunnel, uint32_t within_ms);

/* The way to the peer may be free again: what it has not acknowledged goes again at once. */
void l2tp_hurry(struct l2tp *e, uint64_t now, uint16_t tunnel);

/* The host's own pointer, told with every event about the object.  A call that is up and has one is
 * carried. */
void l2tp_set_call_data(struct l2tp *e, uint16_t call, void *host_data);
/* Once: by which way (socket) the tunnel's datagrams go; told with them, and when it is freed. */
void l2tp_set_tunnel_path(struct l2tp *e, uint16_t tunnel, void *path);

void l2tp_set_tunnel_data(struct l2tp *e, uint16_t tunnel, void *host_data);

enum l2tp_event_kind {
    L2TP_SEND,        /* datagram, from, to */
    L2TP_TUNNEL_UP,   /* tunnel */
    L2TP_TUNNEL_DOWN, /* tunnel, why; once, at the start of the end */
    L2TP_TUNNEL_SILENT, /* tunnel: it is up, and asked for a sign of life in vain, by now for the
                         * profile's doubt_ms; told again each time as long is over */
    L2TP_CALL_COMING, /* call: the peer's, accepted but not up: its ids are known, data may follow.
                       * Not told if it is over before that */
    L2TP_CALL_DIAL,   /* call: the peer asks for it to be placed; answer by bearer up or hang up */
    L2TP_CALL_UP,     /* call: carry frames now */
    L2TP_CALL_DOWN,   /* call, why */
    L2TP_LINE_INFO,   /* call: ACCM from the LNS */
    L2TP_LINE_ERRORS, /* call: counts from the LAC */
    L2TP_LINE_SPEED,  /* call: another speed, from the LAC */
    L2TP_CARRY        /* call, frame: data that had to wait for its turn */
};

/* An SCCRQ that was turned down; what is not known is empty, or 0. */
struct l2tp_refused {
    struct addr peer;
    char peer_name[PEER_NAME]; /* fit to be logged */
    char label[PROFILE_NAME];  /* of the profile that it would have had, ... */
    char host_name[PEER_NAME]; /* ... our name in it (cut), ... */
    unsigned secret_line;      /* ... and where its secret came from */
    struct verdict why;
};

struct l2tp_event {
    enum l2tp_event_kind kind;
    const struct tunnel *tunnel;
    const struct call *call; /* NULL for events of a tunnel */
    struct addr from, to;    /* of a datagram; from may be unset */
    struct span datagram;
    struct l2tp_frame frame;            /* of L2TP_CARRY */
    const struct l2tp_refused *refused; /* with a datagram that refuses an SCCRQ; else NULL */
};

/* The next event, or false.  What it points to is good until the next verb. */
bool l2tp_next(struct l2tp *e, uint64_t now, struct l2tp_event *event);

/* Writes a data header right before a frame of n octets, where PACKET_DATA_HEADER octets must be
 * free; returns its size, 0 if the call is not up.  The datagram goes from c->tunnel->local to
 * c->tunnel->peer. */
size_t l2tp_data_header(struct l2tp *e, uint64_t now, uint16_t call, uint8_t *frame, size_t n);

/* The same for a frame that has come by another call; priority: it had the P bit there, which it keeps
 * where the profile uses that bit (3.1). */
size_t l2tp_relay_header(struct l2tp *e, uint64_t now, uint16_t call, uint8_t *frame, size_t n,
                         bool priority);

/* Frees what has ended and been told; does nothing while l2tp_next() has more to say. */
void l2tp_reap(struct l2tp *e, uint64_t now);

/* By id; NULL if there is none (any more). */
const struct tunnel *l2tp_tunnel(const struct l2tp *e, uint16_t id);
const struct call *l2tp_call_by_id(const struct l2tp *e, uint16_t id);

/* All tunnels, oldest last; their calls hang on tunnel->calls. */
const struct tunnel *l2tp_first(const struct l2tp *e);

/* Datagrams refused, by cause. */
enum l2tp_cause {
    CAUSE_MALFORMED, /* no L2TP packet: see packet.h */
    CAUSE_L2F,
    CAUSE_UNKNOWN_TUNNEL,
    CAUSE_WRONG_ADDRESS, /* a tunnel's id from somebody else's address */
    CAUSE_UNKNOWN_CALL,
    CAUSE_NOT_UP,     /* data before the call is up, or out of sequence */
    CAUSE_NO_REQUEST, /* tunnel id 0, and neither SCCRQ nor StopCCN */
    CAUSE_REFUSED,    /* SCCRQs turned down */
    CAUSE_HALF_OPEN,  /* SCCRQs beyond the limits */
    CAUSE_CONGESTION, /* CE outside, no ECN inside (RFC 6040) */
    CAUSES
};
const char *l2tp_cause_name(enum l2tp_cause cause);

struct l2tp_counts {
    uint64_t dropped[CAUSES];
    unsigned tunnels, calls, half_open;
};
struct l2tp_counts l2tp_counts(const struct l2tp *e);

/* Asserts what must hold between turns (tests). */
void l2tp_check(const struct l2tp *e);

#endif
