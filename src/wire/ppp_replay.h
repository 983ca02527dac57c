/* ppp_replay: brings a pppd that has just started to where the caller's PPP already is, out of what the
 * LAC tells of it (RFC 2661, 4.4.5, AVPs 26 to 33), without a word to the caller.
 *
 * pppd is shown the caller's Configure-Request as the LAC has acknowledged it, and its own is answered
 * as the caller has answered the LAC's, until it asks for the very same.  Then PAP's request is shown
 * to it, or CHAP's answer, made anew for pppd's own challenge by whoever knows the secret, and only if
 * the caller's answer to the LAC's was right; or pppd authenticates the caller itself.  Afterwards it
 * changes what each end must not see of the other's: magic numbers, and the Identifier of CHAP.
 *
 * Whatever does not fit ends the replay: pppd's Configure-Request goes to the caller, and both begin
 * anew (RFC 1661, 4.1), so neither has been told anything that is not so.
 *
 * Pure: frames come in, frames and verdicts come out; nothing is allocated.  Frames are bare, as of
 * wire/ppp.h.  After each call: take what the two outputs have, look whether a secret is asked for, and
 * at the state. */
#ifndef WIRE_PPP_REPLAY_H
#define WIRE_PPP_REPLAY_H

#include "wire/fields.h"
#include "wire/proxy.h"

#define REPLAY_OPTIONS 256 /* octets of a Configure-Request; a longer one is not replayed */
#define REPLAY_VALUE 255   /* of a name, a challenge, a response or a password */
#define REPLAY_FRAME 576   /* the longest frame of ours: two values and what is around them */
#define REPLAY_QUEUE 4     /* frames of ours that wait to be taken, at most */
#define REPLAY_WHY 192     /* room for ppp_replay_describe() */

/* What may be done with what the LAC tells of authentication. */
enum replay_trust {
    REPLAY_IGNORE, /* nothing: the caller is authenticated anew */
    REPLAY_VERIFY, /* the password, or the answer to the challenge, is verified here */
    REPLAY_ACCEPT  /* the LAC's word is taken for who the caller is */
};

enum replay_state {
    REPLAY_RUNNING,
    REPLAY_DONE, /* the ends are together; frames pass, and see ppp_replay_translate() */
    REPLAY_ANEW  /* it was given up, or never begun; frames pass as they are */
};

/* What is to become of a frame. */
enum replay_fate {
    REPLAY_PASS,  /* on to the other end, through ppp_replay_translate() */
    REPLAY_TAKEN, /* it ends here */
    REPLAY_HOLD   /* pppd is not there yet: it may be shown again once the state has changed */
};

/* What follows once LCP is open. */
enum replay_way {
    REPLAY_NOBODY, /* nobody authenticates */
    REPLAY_OVER,   /* pppd asks the caller, over the air */
    REPLAY_PAP,    /* pppd gets the caller's request */
    REPLAY_CHAP,   /* pppd gets an answer to its challenge, if the caller's was right */
    REPLAY_TOLD    /* the caller is told that it is accepted, and pppd asks for nothing */
};

/* One end's options as agreed on. */
struct replay_terms {
    bool has_accm, pfc, acfc;
    uint16_t mru;
    uint32_t accm, magic; /* magic 0: none */
    struct span auth;     /* the whole option; empty: none */
};

struct replay_out {
    unsigned first, n;
    uint16_t length[REPLAY_QUEUE];
    uint8_t frame[REPLAY_QUEUE][REPLAY_FRAME];
};

/* Its fields are its own. */
struct ppp_replay {
    enum replay_state state;
    enum replay_way way;
    char why[REPLAY_WHY]; /* of REPLAY_ANEW */
    bool has_lcp;         /* the LAC has told of any */
    bool fed, agreed;     /* pppd has been shown the caller's request; has acknowledged it */
    bool open;            /* pppd's LCP is */
    bool unverified;      /* the caller's answer was not right, or nobody knows the secret */
    bool wants_secret;
    bool maps_magic, maps_id, answers;
    uint16_t given_mru; /* that pppd has not from its files, but from us; 0: none */
    unsigned rounds;
    unsigned due; /* answers of pppd's to what it was shown */
    struct replay_terms ours, caller;
    uint32_t pppd_magic;
    uint8_t request_id; /* of pppd's Configure-Request */
    bool has_request;
    uint16_t n_sent, n_received, n_request;
    uint8_t sent[REPLAY_OPTIONS], received[REPLAY_OPTIONS], request[REPLAY_OPTIONS];

    uint16_t type;
    uint8_t id, pppd_id;  /* of the LAC's challenge or the caller's request; of pppd's challenge */
    uint8_t n_name, n_challenge, n_response, n_pppd_challenge, n_pppd_name;
    uint8_t name[REPLAY_VALUE], challenge[REPLAY_VALUE], response[REPLAY_VALUE];
    uint8_t pppd_challenge[REPLAY_VALUE], pppd_name[REPLAY_VALUE];

    struct replay_out to_pppd, to_caller;
};

/* What is wrong with what an ICCN tells (m: its AVPs 26 to 33) in itself, be it used or not: truncated,
 * incomplete or at odds with itself.  NULL: nothing, as far as we know its options. */
const char *ppp_replay_flaw(const struct msg *m);

/* Takes what an ICCN tells (m: its AVPs 26 to 33; copied) and judges whether it can be used:
 * REPLAY_RUNNING if so.  From then on *r stays where it is.  given_mru: the MRU that pppd will ask for
 * on our account and not its own, so that the LAC's may take its place; 0: none. */
void ppp_replay_init(struct ppp_replay *r, const struct msg *m, enum replay_trust trust,
                     uint16_t given_mru);

/* Overwrites it: a password may be in it. */
void ppp_replay_wipe(struct ppp_replay *r);

/* The protocol by which pppd has to ask the caller to authenticate itself; 0: by none. */
uint16_t ppp_replay_protocol(const struct ppp_replay *r);

/* A frame has come.  A frame that a fate lets pass may have been preceded by outputs. */
enum replay_fate ppp_replay_from_pppd(struct ppp_replay *r, struct span frame);
enum replay_fate ppp_replay_from_caller(struct ppp_replay *r, struct span frame);

/* Changes a frame that passes, in place, and only in what its ends have to see. */
void ppp_replay_translate(struct ppp_replay *r, bool from_pppd, uint8_t *frame, size_t n);

/* True while there is anything that it may yet change or answer. */
bool ppp_replay_is_needed(const struct ppp_replay *r);

/* pppd has not said anything for a while: it may wait for the caller to begin. */
void ppp_replay_begin(struct ppp_replay *r);

/* No more of it: for a reason of the host's, or as it has taken too long (why NULL). */
void ppp_replay_give_up(struct ppp_replay *r, const char *why);

/* True if a secret is wanted: that of client for server, as pppd's own files have it.  Then it is to
 * be told; secret.p NULL: there is none. */
bool ppp_replay_asks(const struct ppp_replay *r, struct span *client, struct span *server);
void ppp_replay_secret(struct ppp_replay *r, struct span secret);

/* Takes the next frame of ours; empty: there is none.  Good until the next call. */
struct span ppp_replay_to_pppd(struct ppp_replay *r);
struct span ppp_replay_to_caller(struct ppp_replay *r);

/* What has become of it, in words, for the log; printable ASCII, cut to size - 1 octets; size is at
 * least 1.  Returns dst. */
char *ppp_replay_describe(const struct ppp_replay *r, char *dst, size_t size);

#endif
