/* pppd: one pppd process per call: its argument list, start, end, and what its exit code means.
 *
 * Arguments are composed by rows, in xl2tpd's order and spelling, since people match process lists.
 * No secret ever stands on the command line: a password goes through a pipe (passwordfd.so).
 * Stopping is TERM, then KILL after 8 s; after a hang-up nothing at first, then the same.  Does not
 * know L2TP. */
#ifndef HOST_PPPD_H
#define HOST_PPPD_H

#include <stdbool.h>

#include "base/addr.h"
#include "host/loop.h"

#define PPPD_PATH "/usr/sbin/pppd"
#define PPPD_TERM_MS 8000   /* from TERM to KILL */
#define PPPD_HANGUP_MS 1000 /* from a hang-up of its tty to TERM */

enum pppd_role { PPPD_LNS, PPPD_LAC };

/* What the arguments are made of.  Texts may be NULL or empty: absent. */
struct pppd_settings {
    const char *path; /* of the program; NULL: PPPD_PATH */
    enum pppd_role role;
    const char *device;         /* slave tty */
    bool default_route;         /* LAC */
    const char *local, *remote; /* address texts; both absent: ":" for a LAC; see compose */
    bool refuse_pap, refuse_chap, refuse_authentication;
    bool require_authentication, require_pap, require_chap, unix_authentication;
    const char *name;
    bool debug;
    const char *password; /* through a pipe, with plugin passwordfd.so */
    const char *optfile;
    const char *ipparam;
    const char *caller_id; /* environment CALLER_ID, in its strict set of characters, or absent */
};

#define PPPD_MAX_ARGS 64

/* An argument vector; texts point into the settings or into text[]. */
struct pppd_args {
    const char *argv[PPPD_MAX_ARGS + 1]; /* NULL-ended */
    int argc;
    char text[256];
};

/* Composes the vector.  password_fd is the descriptor named to passwordfd.so (-1: none).  Of the
 * two addresses either may be absent; with both absent a LAC passes ":" and a LNS nothing. */
void pppd_compose(const struct pppd_settings *s, int password_fd, struct pppd_args *args);

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

/* Starts a pppd with tty_fd as its descriptors 0 and 1; everything else but 2 is closed in it.
 * gone and owner are set by the caller.  0, or -1 with errno when it cannot fork or the program
 * cannot be executed (ENOENT and the like: reported truthfully, the child's exec failure comes back
 * through a pipe, and the caller waits for that no longer than an exec takes). */
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

#endif
