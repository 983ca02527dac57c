/* lac_hosts: which address a LAC dials next: all lines, all their addresses, by order or by weight;
 * bad ones locked out for a while and probed again; how long to wait before a redial.
 *
 * Time, answers of look-ups and outcomes of attempts go in, the next step comes out: no clock, no
 * socket, no name server and no random source is asked here, so a week passes in a millisecond of a
 * test.  Times are monotonic ms.
 *
 * A round is one attempt to get a call up by any of the addresses.  It goes through the lines, in
 * the order of the file or in one drawn by weight, and through each line's addresses in the
 * resolver's order.  An address that has failed is locked out, the longer the more often it did in
 * a row: a locked one is tried too, but after all that are not, and a hollow one after those that
 * failed at once.  So a lock-out never costs a round, and an address that is alone is never waited
 * for.  When its time is over, the next round tries it
 * in its old place: that is the probe; if that fails it is locked for twice as long.  Success
 * forgives everything.
 *
 * One that has answered and is missed, as a server that is started anew is, may be back at any moment:
 * whoever is to be up again soon after that does not go through all the others first.  One whose call has
 * ended in words may be there still, or be back as soon: no more than one other is tried before it.
 *
 * What an address has come to holds for each line that has it, and where a peer has sent us to one
 * that has a line of its own.
 *
 * What a name last came to is kept: if a look-up fails, the old addresses are tried. */
#ifndef LAC_HOSTS_H
#define LAC_HOSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

#define HOSTS_ADDRS 16     /* of one line */
#define HOSTS_NAME 256     /* octets of a host's name, with the NUL */
#define HOSTS_DIRECTIONS 4 /* how often a round lets itself be sent elsewhere */
#define HOSTS_ASKED_AGAIN 4 /* how often a round asks for names once more */
#define HOSTS_LOCK_MOST 8  /* a lock-out is at most so many times the first one, ... */
#define HOSTS_HOLLOW_MOST 64 /* ... and so many if its calls came up and nothing came of them */
#define HOSTS_JITTER_MS 2000
#define HOSTS_MUTE_MS 2000 /* for a first word of one that had none the last time, or more */
#define HOSTS_ALONE_MS 8000 /* the same, where there is no other to go on to */
#define HOSTS_LEFT_MOST 2  /* failures in a row: who hangs up on us so often is not expected any more */
#define HOSTS_ORDERLY_MS 8000 /* who has so long begins each round by the order of the lines */
#define HOSTS_MUTE_TIMES 4 /* but one that never had gets all the time once in so many times */

struct hosts_addr {
    struct addr addr;
    uint64_t locked_until; /* 0: not locked */
    unsigned failures;     /* in a row */
    uint32_t answer_ms;    /* how long it took to answer, when it last did; 0: it never did */
    bool mute;             /* the last time it did not, or it fell silent, ... */
    bool left;             /* its last call has ended otherwise, as when a server is shut down */
    uint64_t missed;       /* ms: since when one that had answered is not up, for whatever reason; 0: it was */
    bool hollow;           /* its last call came to nothing: of those that are locked it is the last */
    bool tried;            /* in this round */
    bool asked;            /* in vain, whether it is there, since hosts_first_begin() */
};

/* One "lns" line. */
struct hosts_line {
    char host[HOSTS_NAME];
    uint16_t port;
    unsigned weight;
    bool numeric; /* nothing to look up */
    bool asked;   /* a look-up was made, or not waited for, in this round */
    bool fresh;   /* none of its addresses has been tried since */
    bool slow;    /* the last one was not waited for, and has not come to anything since */
    size_t place; /* in this round's order */
    struct hosts_addr addrs[HOSTS_ADDRS];
    size_t n;
};

struct hosts {
    struct hosts_line *lines;
    size_t n;
    bool share;                 /* by weight, not in order */
    uint64_t lock_ms;           /* the first lock-out */
    bool begun;                 /* a round has, with these lines */
    bool stepped;               /* an address has been tried in it, or a look-up not waited for */
    bool again;                 /* the last step was for one that may be back */
    uint64_t within_ms;         /* so long that one is left untried; 0: until its turn */
    uint64_t tried_at;          /* the step in hand began then */
    struct hosts_line sent;     /* where the last peer has sent us, for the rest of the round */
    unsigned directions, asked_again; /* in this round */
    struct hosts_line *at_line; /* the step in hand; NULL: none */
    struct hosts_addr *at_addr; /* NULL: it is a look-up */
};

/* A line as it is configured. */
struct hosts_given {
    const char *host;
    uint16_t port;
    unsigned weight; /* for "share"; 0: only when all others have failed */
};

enum hosts_step {
    HOSTS_TRY,     /* dial the address; then hosts_failed() or hosts_worked() */
    HOSTS_LOOK_UP, /* look the host up; then hosts_found() */
    HOSTS_NONE     /* the round is over */
};

struct hosts_next {
    const char *host; /* good until hosts_set() */
    uint16_t port;
    struct addr addr;  /* of HOSTS_TRY */
    bool slow;         /* of HOSTS_LOOK_UP: it took too long the last time */
    uint32_t first_ms; /* of HOSTS_TRY: for a first word of an answer, as it is known to be mute and
                        * others are to be tried; 0: as long as ever */
    bool probe;        /* it was locked out until a while ago */
    bool last;         /* nothing else would be left to try in this round */
    bool alone;        /* there is no other address at all */
};

/* All zeroes is a valid, empty one. */
void hosts_free(struct hosts *h);

/* The lines there are.  What is known of those that were there before is kept, and what is in hand,
 * if it is of one of those.  False without memory: then it has none.  *changed: other lines, or
 * another policy, than before; then no round has begun (begun), and one has to before the next
 * step. */
bool hosts_set(struct hosts *h, const struct hosts_given *given, size_t n, bool share,
               uint64_t lock_ms, bool *changed);

/* A round begins.  An address that has answered before, but fell silent, did not answer the last time,
 * refused, or has ended its call, is tried again, between any others, after within_ms; these are given so
 * much less time that it can be (but HOSTS_MUTE_MS each).  Not one whose calls come to nothing for PPP.
 * 0: each has its turn only.  random gives any 32 bits (for "share"). */
void hosts_begin(struct hosts *h, uint64_t within_ms, uint32_t (*random)(void *ctx), void *ctx);

/* The next step of the round; it stays in hand until its outcome is told. */
enum hosts_step hosts_step(struct hosts *h, uint64_t now, struct hosts_next *next);

/* The outcome of a look-up of the line that was in hand, or (host and port tell which) of an
 * earlier one that comes late.  n 0: it failed: what is known stays.  Addresses beyond HOSTS_ADDRS
 * are left out. */
void hosts_found(struct hosts *h, const char *host, uint16_t port, const struct addr *addrs,
                 size_t n);

/* The look-up in hand is not waited for any longer. */
void hosts_late(struct hosts *h);

/* Are there addresses to try in this round besides those that the look-up in hand may bring? */
bool hosts_can_go_on(const struct hosts *h);

/* Is there one that has to be tried again soon, in this round or the next? */
bool hosts_wants(const struct hosts *h);

/* For a first word of an answer of the address in hand, asked by another way: as first_ms of its step, but
 * half of it where it is known to be mute. */
uint32_t hosts_second_ms(const struct hosts *h, uint64_t now);

/* The outcome of the address in hand.  A call that came up is none yet: hosts_worked() is for one in
 * which PPP has opened, hosts_hollow() for one in which it never did.  (The second is worse than one
 * that fails at once: it answers whoever asks whether it is there, and costs time to find out.) */
void hosts_failed(struct hosts *h, uint64_t now);
void hosts_hollow(struct hosts *h, uint64_t now);
void hosts_mute(struct hosts *h, uint64_t now); /* it has failed, as not a word came from it */
void hosts_silent(struct hosts *h, uint64_t since); /* after it has worked: it fell silent then, which
                                                     * is no failure */
void hosts_left(struct hosts *h, uint64_t now);   /* after it has worked, its call has ended; no failure
                                                   * either, but hosts_hollow() may follow */
void hosts_answered(struct hosts *h, uint64_t ms); /* it has answered after so long */
void hosts_worked(struct hosts *h);

/* After hosts_failed(): the peer says where else to go ("try another, directed").  These are tried
 * next, before all others.  False: not in this round any more, as it was sent about too often. */
bool hosts_directed(struct hosts *h, const char *host, const struct addr *addrs, size_t n);

/* The addresses in the text of a peer ("from"): "192.0.2.7", "192.0.2.7:1702", "2001:db8::1",
 * "[2001:db8::1]:1701", between blanks, commas and semicolons; without a port, with from's.  Other
 * words are passed over, and so is what cannot be a host's address.  How many there are, at most
 * "most". */
size_t hosts_read_directions(const char *text, const struct addr *from, struct addr *addrs,
                             size_t most);

/* Is that host an address of any line, as far as they are known? */
bool hosts_has(const struct hosts *h, const struct addr *host);

/* Is this an address of another line than the first, or of none any more?  Not with "share". */
bool hosts_is_fallback(const struct hosts *h, const struct addr *addr);

/* The way back to the first line.  hosts_first_begin(): its addresses are asked from now on.  hosts_first():
 * one of them that is known, not locked out, and has not been asked in vain since; else false, and *later:
 * when one is not locked out any more, 0: none is known or locked out. */
void hosts_first_begin(struct hosts *h);
const struct hosts_line *hosts_first_line(const struct hosts *h); /* NULL: there is none */
bool hosts_is_first(const struct hosts *h, const char *host, uint16_t port);
bool hosts_first_has(const struct hosts *h, const struct addr *addr); /* that address */
bool hosts_first(const struct hosts *h, uint64_t now, struct hosts_next *next, uint64_t *later);
void hosts_first_answered(struct hosts *h, const struct addr *addr,
                          uint64_t ms); /* it took so long */
void hosts_first_failed(struct hosts *h, const struct addr *addr, uint64_t now);

/* How long to wait before the n-th redial in a row (from 1), in ms: the first takes the base, each
 * further one twice the time of the one before, up to the cap (not above the base: then always the
 * base).  A part is by lot, so that a crowd does not return at once: up to an eighth, 2 s at most,
 * is added to the base; of longer times up to half is left out, but never below the base. */
uint64_t hosts_redial_ms(uint64_t base_ms, uint64_t cap_ms, unsigned n, uint32_t lot);

#endif
