/* msg: a control message as a struct, by table to and from octets.
 *
 * Receiving goes in two steps, because hiding bites its tail: the secret depends on who the peer
 * is, and that is in the Host Name, which is never hidden.  msg_scan() takes everything in the
 * clear and keeps hidden values with the random vector then in force; the caller finds the secret;
 * msg_reveal() does the rest and looks for what must be there.  Which offence costs what is decided
 * by the M bit as received (RFC 2661, 4.1, 4.2, 7.1): see msg.c's table.
 *
 * Spans in a message point into the packet, or into the arena that the caller gave to reveal; both
 * must outlive it.  Knows neither states nor time. */
#ifndef WIRE_MSG_H
#define WIRE_MSG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "wire/avp.h"
#include "wire/fields.h"

/* How far the damage of an offence goes. */
enum damage {
    DAMAGE_NONE,    /* go on */
    DAMAGE_IGNORE,  /* acknowledge the message, do nothing else */
    DAMAGE_SESSION, /* end the call */
    DAMAGE_TUNNEL   /* end the tunnel */
};

/* What is wrong, where the codes below do not tell it to those who want to know (never sent). */
enum fault {
    FAULT_NONE,        /* nothing, or the codes tell it: the host's wish, the peer's word */
    FAULT_MESSAGE,     /* a message that is not as it should be, or comes out of turn */
    FAULT_VERSION,     /* another version of the protocol */
    FAULT_HIDDEN,      /* a hidden AVP that our secret does not reveal */
    FAULT_NO_SECRET,   /* a secret is needed, and we have none for this peer */
    FAULT_NO_RESPONSE, /* our challenge was not answered */
    FAULT_RESPONSE,    /* our challenge was answered with another secret */
    FAULT_NOT_ALLOWED, /* the host does not let this peer in */
    FAULT_NO_ROOM,     /* no address, memory, id or other resource */
    FAULT_NO_LOCAL_ROOM, /* no address for our end of a call */
    FAULT_LOCAL_LEASED,  /* that address is somebody else's */
    FAULT_NOT_TAKEN,   /* as the RFC has it, but the host does not have it so */
    FAULT_NO_SECTION,  /* what the host had for this peer has left the configuration */
    FAULT_SLOW,        /* not set up in time */
    FAULT_SILENCE,     /* the peer acknowledges nothing */
    FAULT_WITH_TUNNEL, /* a call that has ended with its tunnel */
    FAULT_GIVES_WAY    /* nothing is wrong with it: another takes its place, or the host leaves */
};

/* A judgement, returned by scan, reveal and the judges of the state machines; it goes unaltered
 * into the StopCCN or CDN and into the one log line about it. */
struct verdict {
    enum damage damage;
    uint16_t result; /* StopCCN's or CDN's */
    uint16_t error;
    char text[80]; /* for people; ASCII, never a peer's octets unescaped */
    enum fault fault;
};

struct verdict verdict_ok(void);
struct verdict verdict_make(enum damage damage, unsigned result, unsigned error, const char *fmt,
                            ...) __attribute__((format(printf, 4, 5)));
/* The same verdict, with what is wrong. */
struct verdict verdict_for(enum fault fault, struct verdict v);

/* True if the AVP of this slot (enum avp_number) is present. */
bool msg_has(const struct msg *m, unsigned slot);
/* Marks it present (for sending; the field is set by the caller). */
void msg_set(struct msg *m, unsigned slot);

/* The octets of an AVP whose field is a span; empty if it is not there, or its field is another. */
struct span msg_span(const struct msg *m, unsigned number);
/* Marks it present; octets are put into the field if that is a span. */
void msg_set_span(struct msg *m, unsigned number, struct span octets);

/* A message to be sent: all zero but the type. */
void msg_init(struct msg *m, enum msg_type type, uint16_t session);

/* Takes the body of a control packet (not empty) apart.  Notes of what was skipped go to the log's
 * topic avp. */
struct verdict msg_scan(struct msg *m, struct span body, uint16_t session);

/* Reveals what is pending and checks that nothing is missing.  secret may be empty: then whatever
 * came hidden cannot be revealed.  arena: room for as many octets as the packet has.
 *
 * Unless m->strict was set in between, some that real peers leave out are excused: speed (then 0)
 * and framing (then synchronous) of ICCN and OCCN, the Host Name of SCCRQ and SCCRP (then empty),
 * and the counters of WEN.  Such an AVP is not "present". */
struct verdict msg_reveal(struct msg *m, struct span secret, uint8_t *arena, size_t size);

/* A result code that a peer sent in its host's order, as Apple's clients do: if its low octet is 0
 * and its high one is not, they are exchanged, and what stands behind it, stale octets, is dropped.
 * True if that was done. */
bool msg_unswap_result(struct msg *m);

/* What is needed to hide: the AVPs in m->hidden are hidden if their row allows it and secret is not
 * empty.  vector: 16 fresh random octets or more; padding: random octets, of which each value takes
 * some. NULL hides nothing.  brief is for peers whose decoder errs behind the first block. */
struct msg_hiding {
    struct span secret;
    struct span vector;
    struct span padding;
    bool brief; /* hide values of one block alone, unpadded; longer ones go in the clear */
};

/* Writes the body (AVPs) of m: Message Type, then a Random Vector if something is hidden, then the
 * rest in row order.  False (our own mistake) if an AVP that must be there is not, one is there
 * that may not be, or a value is longer than its row allows, or room is short; if a result code is
 * 0 or an error 6 goes unexplained (4.4.2); if an ICCN's proxy authentication has a flaw (proxy.h).
 * Texts that must be UTF-8 are: an octet that is not goes out as a question mark. */
bool msg_encode(struct wr *w, const struct msg *m, const struct msg_hiding *hiding);

/* One line for the log: "SCCRQ host_name=\"lac\" assigned_tunnel_id=4369 ...", cut to fit. Secrets
 * are not shown.  Returns dst. */
const char *msg_describe(const struct msg *m, char *dst, size_t size);

#endif
