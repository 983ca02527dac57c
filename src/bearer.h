/* bearer: what stands behind one call on this machine: its link, its pppd and its leases.
 *
 * It owns them, is the host pointer of its call, and outlives it: the call may end at once, the
 * lease goes back, and our address is let go, only when pppd has been reaped.  Knows no LAC's plans. */
#ifndef BEARER_H
#define BEARER_H

#include "diagnose.h"
#include "groups.h"
#include "host/link.h"
#include "host/pppd.h"
#include "hub.h"
#include "kernel.h"
#include "wire/ppp.h"
#include "wire/ppp_facts.h"

/* How far a call's PPP has got, as far as can be seen. */
enum bearer_ppp {
    BEARER_PPP_NEW,     /* no network layer has opened yet */
    BEARER_PPP_UNSEEN,  /* its frames go past us (the kernel has them) */
    BEARER_PPP_OPEN,    /* one has; it stays at that */
    BEARER_PPP_FAILED,  /* pppd has given it up before one had, ... */
    BEARER_PPP_REFUSED, /* ... or one end did not believe who the other is */
};

struct bearer {
    /* what a frame touches stands together, for the sake of the cache */
    struct hub *hub;
    struct link *link;           /* NULL: closed, or the data are the kernel's */
    struct udp *udp;             /* to the peer; its call's tunnel keeps it open; or NULL */
    uint16_t tunnel_id, call_id; /* call_id 0: the call has ended */
    bool dialling;               /* for the peer: pppd has said nothing yet */
    bool ecn;                    /* congestion marks go from the inside to the outside (RFC 9601) */
    bool auto_sequence;          /* sequence numbers as long as PPP needs order */
    bool is_leg;                 /* of a switch: what comes goes on in another call, ... */
    bool is_open;                /* ... and what is to go on in this one can, ... */
    struct bearer *far;          /* ... which is that one's; NULL: there is none yet, or any more */
    int dscp;                    /* of data, or CONF_DSCP_COPY */
    struct ppp_watch watch;      /* what PPP has negotiated */

    struct addr peer, local; /* of the tunnel: where frames go */
    uint64_t stuck_since;    /* ms: since then, at the latest, frames are dropped, and pppd ... */
    uint64_t stuck_at;       /* ... has taken no octet more than so many */

    struct kernel_session *kernel; /* NULL: closed, or the data are ours, ... */
    bool may_be_ours;              /* ... as they may be, if the kernel fails us */
    struct pppd pppd;
    uint16_t number;             /* what call_id was, for the log */
    uint32_t lease, local_lease; /* addresses, host order; 0: none */
    uint32_t held[POOL_ENDS];    /* at each end, when they are set and not leased; likewise */
    uint32_t agreed[POOL_ENDS];  /* that PPP has agreed on, when it is none of these; likewise */
    bool asked;                  /* we have asked pppd to end */
    bool refused[2];             /* a password: by the far end; by pppd */
    bool declines;               /* pppd would not authenticate itself as it was asked to */
    struct timer no_ppp;         /* then not a frame has come yet */
    bool opened;                 /* PPP has carried data, or could have */
    bool far_ends;               /* the far end was the first to ask for the end of PPP */
    bool pppd_ends;              /* pppd was, ... */
    bool far_is_mute;            /* ... as it had no answer to its echoes */
    char user[64];               /* whom pppd was told to be; may be cut, or empty */
    char optfile[256];           /* of pppd's; empty: none */
    bool has_password;           /* it has that by a pipe */
    bool tell_errors;            /* the LNS wants to know of the line's errors */
    bool tell_accm, told_accm;   /* the LAC wants to know the ACCMs; has been told these: */
    uint32_t accm[2];
    struct group_use *group; /* its call's, as long as that is up; NULL: none */
    bool told_twice;        /* that PPP has agreed on an address which is somebody's lease */
    bool has_line_map;      /* the LNS has told the maps of the line */
    uint64_t line_said;     /* ms: when the log was last told of line news */
    bool is_lac;            /* our pppd, or our line, is the one that logs in */
    bool is_bare;           /* there is no pppd: a line, or a leg */
    bool line_hung_up;
    struct ppp_facts facts; /* who the user is, which addresses are agreed on */
    unsigned ppp_up;        /* network layers that are open, as last told */
    enum bearer_ppp *told;  /* where somebody wants to know how far PPP has got; or NULL */
    char ifname[16];        /* of PPP's interface; empty: not known yet (see status.c) */
    struct replay *replay;     /* see replay.h; or NULL */
    struct switched *switched; /* of a leg: see switch.h */
    struct buf *kept;       /* of a leg: frames that wait until the other one is open, ... */
    unsigned n_kept;        /* ... so many, the first come first */
    uint64_t leg_dropped;   /* of a leg: frames that could not go on */
    char name[32];          /* "call 1/2" */
    struct bearer *next, *prev;
};

/* Opens the link and starts pppd for a call that is up.  As LNS with its section's and group's settings,
 * as LAC with its section's; user and password, if not NULL, override the name and go to pppd by pipe;
 * number: that which the peer has dialled for us, or empty: xl2tpd's options for it go before ours.
 * How far PPP has got is kept in *ppp, which is the caller's, until the call is down.
 * NULL if that failed: *why says so, for the CDN and the log. */
struct bearer *bearer_start_lns(struct hub *h, const struct call *c,
                                const struct group_terms *terms, const char **why);
struct bearer *bearer_start_lac(struct hub *h, const struct call *c, const struct conf_lac *conf,
                                const char *number, const char *user, const char *password,
                                enum bearer_ppp *ppp, const char **why);

/* A line, and what has come to pass on it before its call. */
struct bearer_line {
    struct link *link;
    struct buf *early;      /* what was heard last; or NULL */
    bool has_lcp;           /* LCP has been agreed on, with these maps: */
    uint32_t callers, ours; /* what the caller asks for, and the other end */
};

/* For a call of ours whose caller is at the other end of a line, whose link and buffer become the
 * bearer's, also if this fails.  There is no pppd; that the line has hung up ends the call.  NULL as
 * above. */
struct bearer *bearer_start_line(struct hub *h, const struct call *c, const struct conf_lac *conf,
                                 const struct bearer_line *line, const char **why);

/* One of the two calls that a switch has joined: there is no pppd, its frames go on in the other one, once
 * the two have been joined and that one is open, with a header of its own.  The first few that come
 * before are kept.  peer: the settings of its section.  NULL as above. */
struct bearer *bearer_start_leg(struct hub *h, const struct call *c, const struct conf_peer *peer,
                                bool is_lac, const char **why);
void bearer_join(struct bearer *in, struct bearer *out);
void bearer_leg_open(struct bearer *b); /* its call is up: what was kept for it leaves */

/* For a call that the peer has asked for: a pppd is the line, with the section's options; its first
 * frame answers the call, its end before that refuses it.  tell_errors: by WEN.  NULL as above. */
struct bearer *bearer_dial(struct hub *h, const struct call *c, const struct conf_peer *conf,
                           bool tell_errors, const char **why);

/* The end of PPP that logs in to the other, as far as is known; never NULL. */
const struct ppp_end *bearer_user(const struct bearer *b);

/* A frame for pppd; one with priority overtakes those that wait. */
void bearer_carry(struct bearer *b, struct span frame, bool priority);

/* Takes note of a frame that pppd has written, or that is on its way to it; true if it is data. */
bool bearer_look(struct bearer *b, bool from_pppd, struct span frame);

/* A frame for the peer, of a call that is up; takes it. */
void bearer_send(struct bearer *b, struct buf *frame);

/* Control characters that the LNS wants escaped, and dropped when they come unescaped (6.14). */
void bearer_line_info(struct bearer *b, uint32_t send, uint32_t receive);

/* The call is down: pppd is told, and the bearer goes when it has. */
void bearer_call_down(struct bearer *b);

/* Asks pppd to end the PPP session; its end ends the call. */
void bearer_hang_up(struct bearer *b);

/* What it knows of its PPP; good as long as the bearer. */
struct diagnose_ppp bearer_ppp(const struct bearer *b);

/* All that are left, when the daemon goes: kill, or forget. */
void bearer_kill_all(struct hub *h);
void bearer_free_all(struct hub *h);

#endif
