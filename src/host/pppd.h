/* pppd: one pppd process per call: its argument list and environment, start, end, and what its exit
 * code means.
 *
 * Arguments are composed by rows, in xl2tpd's order and spelling, since people match process lists.
 * No secret ever stands on the command line: a password goes through a pipe (passwordfd.so).
 * Stopping is TERM, then KILL after 8 s; after a hang-up nothing at first, then the same.  Does not
 * know L2TP. */
#ifndef HOST_PPPD_H
#define HOST_PPPD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "host/loop.h"

#define PPPD_PATH "/usr/sbin/pppd"
#define PPPD_TERM_MS 8000   /* from TERM to KILL */
#define PPPD_HANGUP_MS 1000 /* from a hang-up of its tty to TERM */

enum pppd_role { PPPD_LNS, PPPD_LAC };

#define PPPD_LINE_RATES 10
#define PPPD_LINE_DELAYS 4

/* What the arguments are made of.  Texts may be NULL or empty: absent. */
struct pppd_settings {
    const char *path; /* of the program; NULL: PPPD_PATH */
    enum pppd_role role;
    const char *device;         /* slave tty */
    bool in_kernel;             /* the kernel carries its data: session instead of a device */
    int session;                /* the descriptor of its session (link_kernel.h) */
    bool default_route;         /* LAC */
    const char *local, *remote; /* address texts; both absent: ":" for a LAC; see compose */
    bool refuse_pap, refuse_chap, refuse_authentication;
    bool require_authentication, require_pap, require_chap, unix_authentication;
    const char *name;
    bool debug;
    unsigned mtu;         /* also the MRU, if its files say nothing else; 0: absent */
    const char *password; /* through a pipe, with plugin passwordfd.so */
    const char *optfile;
    const char *ipparam;
    /* For the environment.  Words of the peer's: as they came, of whatever characters. */
    const char *caller_id, *called_number, *sub_address, *private_group;
    const char *peer_name;      /* its Host Name */
    const char *peer;           /* its address */
    unsigned tunnel, call;      /* our ids; 0: absent */
    const char *vrf, *netns;    /* where the interface is to be: pppd's scripts always see these */
    bool set_variables;         /* the scripts of pppd are to see all this, too */
    uint32_t tx_bps, rx_bps;    /* of the line, as the LAC tells; 0: absent */
    const char *circuit_id, *remote_id;   /* where the line is, and whose */
    uint64_t line_rates[PPPD_LINE_RATES]; /* bit/s: actual, minimum, attainable, maximum, least in low
                                           * power, each up and down; 0: absent */
    uint32_t line_delays[PPPD_LINE_DELAYS]; /* ms: maximum and actual up, then both down */
    unsigned has_line_delay;                /* a bit for each of these: of others nothing is known */
    char line_type[16], encapsulation[16], interworking[4]; /* of the line, in words; empty: absent */
    const char *accepted; /* "PEERNAME=" and who it is: the caller is not to be authenticated */
    const char *dial;           /* the number of an outgoing call that we are to place */
    const char *number_options; /* options for the number that we have had dialled; see below */
};

#define PPPD_MAX_ARGS 132
#define PPPD_MAX_ENV 32
#define PPPD_SPACE_ENV 2 /* of these, the last: they say where its interface is to be */
#define PPPD_VARIABLE 288 /* octets of a variable for pppd's scripts, NAME=VALUE */

/* An argument vector; texts point into the settings, or into what is below. */
struct pppd_args {
    const char *argv[PPPD_MAX_ARGS + 1]; /* NULL-ended */
    int argc;
    char text[256];
    char number[5][16]; /* of descriptors, ids, the MTU */
    char variable[PPPD_MAX_ENV][PPPD_VARIABLE];
};

/* Composes the vector.  password_fd is the descriptor named to passwordfd.so; -1, as for the log
 * before there is one: "FD" stands for it, if there is a password.  Of the two addresses either may
 * be absent; with both absent a LAC passes ":" and a LNS nothing.  What xl2tpd does not have comes
 * last: "remotenumber" for a LNS's caller whose number is clean (see below), and with set_variables
 * a "set NAME=VALUE" for each variable of the environment, without it for VRF and NETNS alone: pppd's
 * scripts do not inherit that. */
void pppd_compose(const struct pppd_settings *s, int password_fd, struct pppd_args *args);

/* A text with %-words replaced by what is known of a call: %p its peer's address, %h and the name,
 * %n the calling number, %d the called one, %g the private group, %t and %c our ids of tunnel and
 * call, %v and %s the VRF and the network namespace, %% a percent sign.  What is unknown or not clean
 * is replaced by nothing, any other %-word stays.  Cut where dst ends, but of what a %-word stands for there is all or nothing, as a part of it
 * may be somebody else's; returns dst. */
const char *pppd_expand(const char *text, const struct pppd_settings *s, char *dst, size_t size);

/* xl2tpd's file of options for a number that the peer is asked to dial, /var/l2tp/NUMBER.options,
 * into dst, which is returned; NULL if there is none that can be read. */
const char *pppd_number_options(const char *number, char *dst, size_t size);

/* What pppd's environment has of its call.  A variable without a value is to be unset, as our own
 * environment may have one of that name that is about something else. */
struct pppd_env {
    struct {
        const char *name;
        const char *value; /* NULL: unset */
    } row[PPPD_MAX_ENV];
    int n;
    char text[4][12]; /* values that are numbers */
    char rate[PPPD_LINE_RATES][21];
    char delay[PPPD_LINE_DELAYS][12];
};

/* The text, if it may stand in an environment that shell scripts read: if it is not empty and has
 * nothing but letters, digits, blanks and + * # - . _ : / @ in it, and is no option.  Else NULL. */
const char *pppd_clean(const char *text);

/* Composes it; values point into the settings or into text[].  What is not clean is left out. */
void pppd_environment(const struct pppd_settings *s, struct pppd_env *env);

enum pppd_state { PPPD_IDLE, PPPD_RUNNING, PPPD_ASKED, PPPD_KILLED };

struct pppd {
    enum pppd_state state;
    struct child child;
    struct timer timer; /* from TERM to KILL */
    unsigned term_ms;   /* how long that is; start() sets PPPD_TERM_MS */
    struct loop *loop;
    void (*gone)(struct pppd *p, int status); /* once, from the loop; the object is idle again */
    void *owner;
};

/* Starts a pppd with tty_fd as its descriptors 0 and 1; everything else but 2, and but its session
 * if the kernel is to carry its data (tty_fd is then anything, such as /dev/null), is closed in it.
 * gone and owner are set by the caller.  0, or -1 with errno when there can be no child or the program
 * cannot be executed (ENOENT and the like: reported truthfully; the caller waits for that no longer
 * than an exec takes). */
int pppd_start(struct pppd *p, struct loop *l, const struct pppd_settings *s, int tty_fd);

/* Its tty has just been hung up, which ends it by itself: TERM follows only if it has not.  One
 * sent at once would reach pppd when it waits for its scripts, and be passed on to them: ip-down
 * would be cut short. */
void pppd_expect_end(struct pppd *p);

/* TERM now, KILL in 8 s; a second call does nothing.  kill(): KILL now.  Neither does anything to
 * an idle one, and never is a pid signalled that is not a living child of ours. */
void pppd_stop(struct pppd *p);
void pppd_kill(struct pppd *p);

/* Forgets a running child (the daemon is going away and has waited long enough). */
void pppd_forget(struct pppd *p);

/* What a wait status means, in words: "authentication failed", "killed by signal 9".  Into dst;
 * returns dst. */
const char *pppd_end_text(int status, char *dst, size_t size);

/* What a CDN says of pppd's end. */
struct pppd_end {
    unsigned result;      /* result code of CDN for a call that was up (RFC 2661, 4.4.2) */
    unsigned dial_result; /* the same if it has ended an outgoing call before that was up */
    unsigned cause;       /* PPP Disconnect Cause Code (RFC 3145); 0: no information */
    unsigned direction;   /* of that cause: 0 of both, 1 at the peer, 2 at our side */
    const char *text;
};

/* What an end says of the PPP before it, and of the far end. */
enum pppd_blame {
    PPPD_BLAME_NOBODY,   /* our side failed, or somebody wanted it */
    PPPD_BLAME_NEVER_UP, /* nothing has come of the negotiation */
    PPPD_BLAME_FAR,      /* the far end broke off, or fell silent: if it was not up, likewise */
    PPPD_BLAME_NAMES     /* one end did not believe who the other is */
};

enum pppd_blame pppd_end_blame(const struct pppd_end *end);

/* That of a wait status; also of one that pppd(8) does not know.  Never NULL. */
const struct pppd_end *pppd_end_of(int status);

#endif
