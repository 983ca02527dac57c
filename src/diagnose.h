/* diagnose: which trouble a failure is: from a tunnel's or call's end, a pppd's exit, a refused
 * SCCRQ to the row of trouble.h, with its facts.  It looks and tells, and changes nothing.
 *
 * Each failure is judged where its consequence is known, so that it is told once: what we end
 * because something else has failed is no trouble of its own.  Of what ends in good order a [lac]
 * is told, whose line it was, and a [lns] is not. */
#ifndef DIAGNOSE_H
#define DIAGNOSE_H

#include "hub.h"
#include "trouble.h"

/* A tunnel is down.  host: as its LAC's configuration has it, or NULL. */
void diagnose_tunnel(struct hub *h, const struct tunnel *t, const char *host);

/* What bearers know of the PPP of a call. */
struct diagnose_ppp {
    bool asked;          /* we have asked pppd to end */
    bool refused_us;     /* the peer was seen to refuse pppd's password, ... */
    bool refused_peer;   /* ... or pppd the peer's, ... */
    bool declined;       /* ... or pppd to give any, and nothing came up after that */
    bool seen;           /* its frames pass us, so the following are known: */
    bool opened;         /* PPP was up, ... */
    bool peer_ended;     /* ... the peer has asked for its end, ... */
    bool peer_is_mute;   /* ... pppd has, without an answer to its echoes */
    bool has_password;   /* by a pipe, with the plugin for that */
    const char *user;    /* whom pppd was told to be, or has said to be; may be empty */
    const char *peer;    /* whom the peer has said to be; may be empty */
    const char *optfile; /* or NULL */
};

/* A call is down; ppp may be NULL. */
void diagnose_call(struct hub *h, const struct call *c, const struct diagnose_ppp *ppp);

/* The pppd of a call that is up has ended, with that status of waitpid(). */
void diagnose_pppd(struct hub *h, const struct call *c, int status, const struct diagnose_ppp *ppp);

/* A call cannot be carried: what, and in which words; file: FACT_FILE, or NULL. */
void diagnose_bearer(struct hub *h, const struct call *c, enum trouble what, const char *text,
                     const char *file);

/* An SCCRQ was turned down. */
void diagnose_refusal(struct hub *h, const struct l2tp_refused *r);

/* An attempt of a LAC's that has come to no tunnel; NULL: a bare one, which borrows no section. */
void diagnose_attempt(struct hub *h, const char *lac, enum trouble what, const char *host,
                      const char *text);

#endif
