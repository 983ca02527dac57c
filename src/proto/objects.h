/* objects: the two objects of the protocol, tunnel and call, and what they may ask of their host.
 *
 * tunnel.c and call.c act on them, l2tp.c owns them and is the only one to free them.  News for the
 * host is left in them as flags; nothing here calls upwards. */
#ifndef PROTO_OBJECTS_H
#define PROTO_OBJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/hash.h"
#include "base/heap.h"
#include "base/md5.h"
#include "proto/profile.h"
#include "proto/states.h"
#include "proto/xport.h"
#include "wire/msg.h"

#define CHALLENGE_SIZE 16
#define PEER_NAME 64
#define HOST_NAME 256   /* of a peer's Host Name that is kept whole */
#define CALLER 256      /* of Calling Numbers that are kept; a LAC may put much into one */
#define NUMBER 64       /* of other numbers; none that is longer is kept */
#define SETUP_MS 60000u /* for a tunnel or call to come up, unless the profile has it */

/* Why a profile is asked for. */
struct l2tp_who {
    const struct addr *peer, *local;
    struct span host_name; /* the peer's Host Name */
    void *tunnel_host; /* a tunnel of ours: only its secret may be refined; NULL: a new peer's */
};

enum l2tp_welcome {
    WELCOME,
    REFUSED, /* told so */
    SHUTS_DOWN, /* the host shuts down: told so */
    IGNORED  /* not answered */
};

/* May a call come, or why not. */
enum l2tp_admission {
    ADMITTED,
    NO_ROOM,      /* no address or other resource is left */
    NO_LOCAL_ROOM, /* none for our end of a call */
    LOCAL_LEASED, /* the one of our end is somebody else's */
    SECTION_GONE, /* what the tunnel came to is not in the configuration any more */
    STOPS         /* the host takes no calls, as it is about to end */
};

struct tunnel;

/* The host's questions; each answers at once. */
struct l2tp_host {
    void *ctx;
    void (*random)(void *ctx, void *room, size_t n);
    /* Fills in *profile (zeroed, or for a tunnel of ours: as it is). */
    enum l2tp_welcome (*profile)(void *ctx, const struct l2tp_who *who,
                                 struct l2tp_profile *profile);
    /* May this tunnel have one more call from its peer? */
    enum l2tp_admission (*admit)(void *ctx, void *tunnel_host, const struct l2tp_profile *profile);
    /* A tunnel with this path is no more; NULL: nobody wants to know. */
    void (*path_left)(void *ctx, void *path);
    /* The tunnel's silence is about to be judged: whoever carries data past the engine tells of them
     * now, by l2tp_carried(); NULL: nobody does. */
    void (*freshen)(void *ctx, const struct tunnel *t);
};

/* News that the host has not been told of yet. */
#define NEWS_UP 0x01u
#define NEWS_DOWN 0x02u
#define NEWS_DIAL 0x04u /* a LAC is asked to place a call */
#define NEWS_LINE_INFO 0x08u
#define NEWS_LINE_ERRORS 0x10u
#define NEWS_COMING 0x40u /* a call has been accepted; the peer has our id of it by now, or soon */
#define NEWS_SILENT 0x80u /* nothing is heard of the peer, though it was asked */
#define NEWS_SPEED 0x100u /* the LAC tells another speed */
#define NEWS_FRAMES 0x20u /* data that had to wait for its turn can go on now */

struct tunnel {
    uint16_t id, peer_id; /* ours; the peer's, 0 until known */
    struct addr local;    /* unset until known */
    struct addr peer;
    bool port_open; /* the peer may yet answer from another port (8.1) */
    bool initiator; /* we sent the SCCRQ */
    enum state state;
    struct xport x;
    struct l2tp_profile p;
    const struct l2tp_host *host;

    /* what the peer said of itself */
    char peer_name[HOST_NAME], peer_vendor[PEER_NAME]; /* fit to be logged */
    bool peer_name_is_whole; /* as it came: nothing is cut off or put otherwise */
    uint32_t peer_framing, peer_bearer;
    bool peer_has_bearer;
    uint16_t peer_firmware;
    const char *peer_kind; /* "Windows"; NULL: nobody that we know */
    uint32_t quirks;       /* QUIRK_* that hold for it */
    uint32_t quirks_told;  /* those that show only later and have been logged */
    bool ecn;              /* both sides take part in ECN (RFC 9601) */

    bool challenged;                   /* we sent a challenge ... */
    uint8_t challenge[CHALLENGE_SIZE]; /* ... this one */
    bool owe_response;                 /* the peer challenged us ... */
    uint8_t response[MD5_SIZE];        /* ... and this is the answer */
    bool proven;                       /* the peer has shown that it holds the secret */
    uint64_t tie_breaker;              /* ours, if p.tie_breaker */
    uint8_t request[MD5_SIZE]; /* digest of the SCCRQ that made it (a repeat has the same) */

    uint64_t born, heard; /* ms */
    uint64_t data_heard;  /* ms: of data alone; 0: never any */
    uint64_t moved;       /* ms: what was heard that brings a set-up on: no HELLO, nor what answers one */
    uint64_t unanswered;  /* ms: data of ours left then, and if "heard" is no later, nothing came */
    uint64_t disowned;    /* ms: likewise its peer's address says that it has no such tunnel */
    uint64_t due_setup, due_hello, due_linger;
    uint64_t due_dead;  /* if nothing is heard until then; looked at only then */
    uint64_t due_probe; /* the same, since it was asked for a sign of life out of turn, ... */
    uint64_t probed_at; /* ... then */
    uint64_t due_connect; /* the same, while a tunnel of ours and its first call come up */
    bool hello_out;       /* a HELLO is on its way, ... */
    uint16_t hello_ns;    /* ... with this number, ... */
    uint64_t hello_at;    /* ... since then */
    size_t *held_octets;  /* the engine's: of data that waits for its turn */
    struct heap_node due; /* the earliest, in the engine's heap */

    struct verdict why; /* of its end */
    bool why_ours;      /* we ended it, not the peer or silence */
    uint16_t unacked;   /* if silence did: the message that was not acknowledged (its type) ... */
    uint16_t unacked_sent;  /* ... how often it was sent ... */
    uint64_t unacked_since; /* ms: ... since when ... */
    uint64_t unacked_last;  /* ms: ... and when it was sent last */
    unsigned news;
    void *host_data; /* the host's */
    void *path;      /* the host's, to the very end: by which way its datagrams go; NULL: the usual */

    struct call *calls;                  /* all of them, newest first */
    unsigned n_calls, n_coming;          /* how many; how many of them are neither up nor dead */
    struct call *newsy, **newsy_end;     /* those with news, oldest first */
    struct call *waiting, **waiting_end; /* those to be announced, oldest first */

    struct tunnel *next, *prev;                               /* among all */
    struct hash_node by_peer, by_request, by_source, by_zero, by_name; /* in registry */
    struct tunnel *half_next, *half_prev; /* in registry: half-open ones that others began */
    struct tunnel *touched_next;          /* among those that may have something to say */
    struct tunnel *dead_next;             /* among those to be reaped */
    uint16_t hashed_id, hashed_port;      /* peer_id and port as the registry knows them */
    bool was_up;                          /* it has been established */
    bool spoken;                          /* a control message of the peer's has come, be it in the ms of its birth */
    bool lost_word; /* something that had to be said found no room: to be closed */
    bool is_touched, is_half, is_dead;
};

/* What more than a result code is said of a call's end: by us, or by the peer. */
struct call_cause {
    bool has_q931;
    uint16_t q931; /* cause, as ITU has it (4.4.4) */
    uint8_t q931_message;
    bool has_ppp;
    uint16_t ppp;      /* RFC 3145's code */
    uint16_t protocol; /* of PPP, that it happened in; 0: none in particular */
    uint8_t direction; /* 0: none; 1: at the peer; 2: at the local end */
    char text[48];     /* ASCII */
};

/* What a LAC tells of the PPP that it has done itself: AVPs 26 to 33 (4.4.5). */
#define PROXY_FIRST AVP_INITIAL_RECEIVED_LCP_CONFREQ
#define PROXY_AVPS 8u
struct call_proxy {
    uint64_t present; /* a bit an AVP number */
    uint16_t type, id;
    struct span value[PROXY_AVPS]; /* by AVP number less PROXY_FIRST; empty for type and id */
    uint8_t octets[];              /* what the values of an owned one point to */
};

/* What a message tells in these; the spans are those of m. */
void call_proxy_of(const struct msg *m, struct call_proxy *p);

/* What a LAC tells of the line that its caller comes by (RFC 5515, 5).  Of fields whose slot (enum
 * avp_number) is not in "has" nothing is known. */
struct call_line {
    uint64_t has;                         /* a bit a slot */
    char circuit_id[LINE_ID_MOST + 1];    /* of the access node: as they came, ... */
    char remote_id[LINE_ID_MOST + 1];     /* ... of whatever characters */
    uint64_t rates[LINE_RATES];           /* bit/s */
    uint32_t delays[LINE_DELAYS];         /* ms */
    uint8_t encapsulation[3];             /* data link, and two layers */
    uint32_t type;                        /* avp_line_type_name() */
    uint32_t iwf;                         /* 1: the access node turns PPPoA into PPPoE */
};

/* A data message that waits for those before it, or for its turn to be handed on. */
struct held {
    struct held *next;
    uint64_t at; /* ms: when it came */
    uint16_t ns;
    bool priority;
    size_t n;
    uint8_t octets[];
};

struct call {
    /* all that a frame touches, either way, stands together, for the sake of the cache */
    struct tunnel *tunnel;
    enum state state;
    uint16_t peer_id;
    bool must_sequence; /* Sequencing Required was sent or received (39) */
    bool send_sequence; /* our present habit */
    uint64_t frames_in, octets_in, frames_out, octets_out;
    struct held *ready; /* data whose turn has come */
    void *host_data;

    /* and one with a sequence number a second one */
    struct held **ready_end;
    struct held *held;    /* early data, in order of its numbers */
    uint64_t due_reorder; /* when those before it are given up; 0: nothing held */
    unsigned n_held;
    uint16_t data_ns;  /* next to send */
    uint16_t data_nr;  /* next expected */
    unsigned old_run;  /* "old" frames in order among themselves: a peer that began again */
    uint16_t old_next; /* the number that would continue them */

    uint16_t id;
    enum table table;
    uint32_t serial;
    uint32_t bearer, framing, minimum_bps, maximum_bps, tx_bps, rx_bps, channel;
    bool has_channel;
    /* As they came; empty: not sent, or not fit to be kept whole. */
    char called[NUMBER], calling[CALLER], sub_address[NUMBER];
    char group[NUMBER];       /* Private Group ID */
    bool group_is_unfit;      /* one came, and is not kept */
    struct call_proxy *proxy; /* heard, or to be sent; owned; NULL: none */
    struct call_line *line;   /* the same */
    bool tells_speed; /* the LAC has said, or is to say, that it may tell new speeds (RFC 5515, 6.2) */

    uint32_t accm_send, accm_receive; /* of the last SLI, heard or sent */
    uint32_t errors[6];               /* of the last WEN, heard or sent */
    uint64_t due_wen;                 /* when errors that have waited may be told */
    uint64_t wen_after;               /* before then no WEN is sent (6.13) */
    uint64_t due_line;                /* when it is tried again to tell ... */
    bool owes_map, owes_speed;        /* ... what there was no room for: the latest SLI, CSUN */

    uint64_t gaps, old_dropped, early_dropped; /* sequence gaps; stale ones; before it was up */
    uint64_t reordered;                        /* came early, and in their turn after all */

    uint64_t born, due_setup;
    struct heap_node due;
    struct verdict why;
    struct call_cause cause; /* of its end: ours to be told, or as told */
    bool why_ours;
    bool was_up; /* the host has been told "up" or will be */
    bool was_carried; /* and has borne it since then */
    unsigned news;
    bool is_newsy;
    struct call *next, *prev; /* in its tunnel */
    struct call *newsy_next;
    struct call *waiting_next;
    struct hash_node by_session; /* in registry */
    struct call *dead_next;
    bool is_waiting, is_coming;
};

#endif
