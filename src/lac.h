/* lac: the life of one [lac] section: resolve, dial, be up, fall, redial.
 *
 * A run-time object, apart from its configuration, which it finds by name whenever it needs it (a
 * reload replaces that).  It is the host pointer of its tunnel.
 * An attempt goes through all addresses of all its hosts until a call is up, each with a fresh
 * tunnel: lac_hosts.h says which is next, lac_dial.c asks and dials.  A bare tunnel ("t HOST") is
 * one without a section. */
#ifndef LAC_H
#define LAC_H

#include "bearer.h"
#include "hub.h"
#include "ipsec.h"
#include "lac_hosts.h"

#define LAC_SENT 8 /* addresses that a peer can send us to */

enum lac_state {
    LAC_IDLE,
    LAC_RESOLVING,
    LAC_DIALLING, /* tunnel and call are coming up */
    LAC_UP,       /* the call (for a bare one: the tunnel) is up */
    LAC_CLOSING,  /* the call has ended, the tunnel is going */
    LAC_WAITING   /* for redial_timeout */
};

struct lac_name;

/* Somebody is asked whether he is there, by a tunnel without a call. */
struct lac_question {
    uint16_t tunnel; /* 0: nobody is */
    struct ipsec_hold ipsec;
};

#define LAC_USERS 2 /* so many sorts there are */

/* Who puts calls of his own into a LAC's tunnel. */
struct lac_user {
    void (*up)(struct lac *l);     /* its tunnel is */
    void (*fallen)(struct lac *l); /* it is not, or no longer, and will not be by itself */
};

struct lac {
    struct hub *hub;
    char *name; /* of the section; of the host for a bare one */
    uint64_t serial; /* from 1; hub.lacs has the highest first */
    bool bare;
    uint16_t bare_port;
    bool serves;    /* it has no call of its own, but those of: */
    const struct lac_user *users[LAC_USERS];
    enum lac_state state;
    bool wanted;    /* should be up: redial if the section says so */
    bool dial_anew; /* asked for while its last tunnel was going down */
    bool doomed;    /* free it when its tunnel has gone */
    uint16_t tunnel_id, call_id;
    char *user, *password; /* by command "c LAC user password" */
    char number[NUMBER]; /* by command "o LAC number": the peer dials it; empty: we have a caller */
    struct hosts hosts;
    struct lac_name *names; /* what it looks up, oldest first */
    char asked[HOSTS_NAME]; /* what it looked up last */
    struct timer patience;  /* with a look-up, while there is something else to try */
    struct timer redial;
    struct timer back;     /* to the first LNS, off a fall-back */
    bool back_looks;       /* that LNS is being looked up for it, or ... */
    struct lac_question back_asks; /* ... asked whether it is there, ... */
    struct addr back_to;   /* ... at this address, ... */
    bool back_both_ports;  /* ... the second time, from the other port */
    struct lac_question doubt_asks; /* its peer, which is silent in the tunnel of its call */
    bool unheard;          /* the peer of the last tunnel has not said a word */
    bool other_port;       /* "source port = auto": from any port, not from the daemon's, ... */
    bool other_port_works; /* ... as it was with the last call, ... */
    bool both_ports;       /* ... and this is the second way that the address in hand is tried */
    struct addr sent[LAC_SENT]; /* where the peer that ended the last tunnel or call sends us */
    size_t n_sent;
    uint64_t hurry_until; /* ms: who falls before then redials at once */
    uint64_t hurried;     /* ms: when one last did; 0: never */
    bool exists;          /* the last tunnel was refused: the peer has one already, and asks there, ... */
    uint64_t existed;     /* ... ms: when such a one was last dialled again soon; 0: never */
    uint64_t dialled;     /* ms: when the attempt began, or since when the peer of a call has been silent;
                           * 0: that has ended otherwise */
    enum bearer_ppp ppp;  /* of its last call: how far that has come, ... */
    bool theirs;          /* ... and the peer, not we, has ended it */
    int redials;          /* since a call was last up for a while */
    uint64_t up_since; /* ms */
    bool changed;      /* it has another section, by a reload or a command, which is to be heeded, ... */
    bool elsewhere;    /* ... with other "lns" lines, ... */
    bool autodials;    /* ... or with "autodial" that it had not */
    struct ipsec_hold ipsec;
    struct conf_lac *was; /* while a command changes its section: what that was like */
    struct lac *next;
    struct hash_node by_name; /* of hub.lacs_by_name */
};

/* Run-time objects for the sections of the configuration; those with autodial are dialled.  Called
 * at start and after a reload: known ones stay as they are. */
void lac_adopt_sections(struct hub *h);
void lac_adopt_section(struct hub *h, const struct conf_lac *c); /* one of them */

/* Its section is about to be, or has been, changed from one to the other (l may be NULL). */
void lac_note_change(struct lac *l, const struct conf_lac *was, const struct conf_lac *is);

/* The sections in force are others: those that have noted a change (changed, elsewhere, autodials)
 * heed it now.  If "autodial" is new, one that waits to redial or is idle is dialled; else one that
 * waits does not any more, or sooner, or, if the "lns" lines are others, dials now; so does one that
 * looks a name up.  One that is up may be on a fall-back by now. */
void lac_heed_sections(struct hub *h);

struct lac *lac_find(const struct hub *h, const char *name);

/* Dials; while it looks a name up, anew.  With a number we are the peer's LNS and it places the call (OCRQ); number, user and
 * password may be NULL; copies are kept as long as it is wanted.  False: it is already active. */
bool lac_dial(struct lac *l, const char *number, const char *user, const char *password);

/* Opens a tunnel to a port of a host, whose name has less than HOSTS_NAME octets, without a call.
 * False without memory. */
bool lac_dial_bare(struct hub *h, const char *host, uint16_t port);

/* What its calls are like; number: one that the peer is to dial, or NULL.  conf may be NULL. */
struct l2tp_call_spec lac_call_spec(const struct conf_lac *conf, const char *number);

/* Its tunnel is for the calls of users from now on, of this one too, and comes up, or is up.  False: it
 * has a call of its own, or is on its way to one. */
bool lac_serve(struct lac *l, const struct lac_user *user);
uint16_t lac_serving(const struct lac *l); /* that tunnel, if it is up; else 0 */
void lac_serve_no_more(struct lac *l,
                       const struct lac_user *user);     /* the user has no call in it any more, nor wants one */

/* Places a call in a tunnel that we opened and that has none, with the settings of [lac default];
 * with a number, in any tunnel: its peer dials it.  False if it cannot be. */
bool lac_call_in(struct hub *h, uint16_t tunnel, const char *number);

/* Takes it down and keeps it down.  False if it was not active. */
bool lac_hang_up(struct lac *l, const char *text);

/* The same, and it is gone as soon as its tunnel is (its section has left the configuration). */
void lac_forget(struct lac *l);

/* Is that a tunnel by which somebody is only asked whether it is there, beside the call: a first LNS,
 * or the LAC's own that is silent?  What becomes of it is no trouble of a call that works. */
bool lac_only_asks(const struct lac *l, const struct tunnel *t);

/* The peer of its tunnel was asked for a sign of life in vain: if that is what its call is in, the
 * peer is asked anew, by a tunnel of its own. */
void lac_doubt(struct lac *l, const struct tunnel *t);

/* News of its tunnel and call. */
void lac_tunnel_up(struct lac *l, const struct tunnel *t);
void lac_tunnel_down(struct lac *l, const struct tunnel *t);
struct bearer *lac_call_up(struct lac *l, const struct call *c, const char **why);
void lac_call_down(struct lac *l, const struct call *c);

/* Its peer may be out of reach (from NULL), or its tunnel comes from an address that has gone: if
 * it is up the peer is asked for a sign of life, and if there is none it is dialled again at once.
 */
void lac_probe(struct lac *l, const struct addr *from);

/* Somebody says that nobody listens at that address: if it is up with it, the same.  Anybody may have
 * said so, so it is not believed without asking. */
void lac_closed(struct lac *l, const struct addr *peer);

/* There is new IPsec to that address: renewed keys, or what was lost is back, which may have cost its
 * peer the tunnel, or the peer has told it by its mark.  If it is up with it, the same; if it dials it,
 * what was sent goes again; if it waits for its redial it need not any more, once in 30 seconds. */
void lac_secured(struct lac *l, const struct addr *peer);

/* What kept it from coming up may be over: if it waits for its redial it need not any more, and what
 * it looks up is asked anew. */
void lac_hurry(struct lac *l);

/* The host that its tunnel goes to, as its section has it. */
const char *lac_host_name(const struct lac *l);

const char *lac_state_name(enum lac_state state);

void lac_free_all(struct hub *h);

#endif
