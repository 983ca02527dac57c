/* states: the five state tables of RFC 2661, section 7, as rows, and the names in them.
 *
 * An event is what happened, already judged: for each message M there is "M ok" and "M bad".  An
 * action is a name; tunnel.c and call.c know what it does.  The first row that fits counts; rows
 * stand in the RFC's order, and those that the RFC does not have stand after them, marked. */
#ifndef PROTO_STATES_H
#define PROTO_STATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum state {
    /* control connections */
    IDLE,
    WAIT_CTL_REPLY,
    WAIT_CTL_CONN,
    ESTABLISHED,
    STOPPING, /* we sent StopCCN: until it is acknowledged (5.7, 5.8) */
    STOPPED,  /* we received it: acknowledges repeats for a full cycle (5.7) */
    DEAD,     /* to be reaped */
    /* calls, beside IDLE, ESTABLISHED and DEAD */
    WAIT_TUNNEL,
    WAIT_REPLY,
    WAIT_CONNECT,
    WAIT_CS_ANSWER,
    STATES
};

/* Messages take two events each: ok at 2 * type, bad at 2 * type + 1. */
#define EVENT_OK(type) (2u * (type))
#define EVENT_BAD(type) (2u * (type) + 1u)
enum event {
    EVENT_OPEN = 34,   /* local request: open the tunnel, place the call */
    EVENT_CLOSE,       /* local request: end it */
    EVENT_TUNNEL_OPEN, /* for a call: its tunnel is established */
    EVENT_TUNNEL_GONE, /* for a call: its tunnel ends, and it without a word */
    EVENT_BEARER_UP,   /* the telephone call is answered */
    EVENT_BEARER_DOWN, /* line drop, or it could not be placed */
    EVENT_TIE_LOST,    /* the peer's SCCRQ wins over ours (4.4.3) */
    EVENT_ACKED,       /* all that was sent is acknowledged */
    EVENT_SILENCE,     /* the peer acknowledges nothing any more (5.8) */
    EVENT_EXPIRY,      /* a due time of this object has come */
    EVENTS
};

enum action {
    ACT_NONE,
    ACT_SEND_SCCRQ,
    ACT_SEND_SCCRP,
    ACT_SEND_SCCCN, /* and tell waiting calls: the tunnel is open */
    ACT_TUNNEL_UP,  /* tell waiting calls: the tunnel is open */
    ACT_SEND_STOPCCN,
    ACT_REFUSE, /* the engine answers without keeping anything */
    ACT_LINGER,
    ACT_SEND_HELLO,
    ACT_CLEAN_UP, /* nothing is sent */
    ACT_SEND_ICRQ,
    ACT_SEND_ICRP,
    ACT_SEND_ICCN, /* and carry frames from now */
    ACT_SEND_OCRQ,
    ACT_SEND_OCRP, /* and open the bearer */
    ACT_SEND_OCCN, /* and carry frames from now */
    ACT_CALL_UP,   /* carry frames from now */
    ACT_SEND_CDN,
    ACTIONS
};

struct transition {
    uint32_t states; /* a bit a state */
    uint64_t events; /* a bit an event */
    enum action action;
    enum state next;     /* STATES: the same */
    const char *section; /* of the RFC; NULL: not in the RFC's table */
};

enum table {
    TABLE_TUNNEL,  /* 7.2.1 */
    TABLE_LAC_IN,  /* 7.4.1 */
    TABLE_LNS_IN,  /* 7.4.2 */
    TABLE_LAC_OUT, /* 7.5.1 */
    TABLE_LNS_OUT, /* 7.5.2 */
    TABLES
};

/* The row for an event in a state; never NULL: the last row of each table takes what is left. */
const struct transition *states_find(enum table table, enum state state, enum event event);

/* The rows themselves, to print and test; *n gets their number. */
const struct transition *states_rows(enum table table, size_t *n);

const char *table_name(enum table table);
const char *state_name(enum state state);
const char *action_name(enum action action);
/* "SCCRP ok" and the like, into dst (at least 24 octets); returns dst. */
const char *event_name(enum event event, char *dst, size_t size);

#endif
