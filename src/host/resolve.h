/* resolve: host names to addresses without blocking the loop.
 *
 * getaddrinfo() may sleep for a minute, so a short-lived child asks and writes the addresses to a
 * pipe.  A numeric address needs no child and is answered from the next turn of the loop. */
#ifndef HOST_RESOLVE_H
#define HOST_RESOLVE_H

#include "base/addr.h"
#include "host/loop.h"

#define RESOLVE_MAX 16           /* addresses told of one name */
#define RESOLVE_TIMEOUT_MS 30000 /* then the child is killed */
#define RESOLVE_CHILDREN 256     /* at once; who asks beyond that waits for one of them to end */

struct resolve {
    struct loop *loop;
    struct child child;
    struct watch pipe;
    struct timer timer;
    struct addr got[RESOLVE_MAX];
    size_t n;
    uint8_t partial[64]; /* of a record that the pipe has given only in part */
    size_t n_partial;
    uint16_t port;
    bool busy;
    bool has_child;
    char *host;                  /* while it waits for its turn; else NULL */
    struct resolve *next, *prev; /* of those that do */
    /* Once: n addresses in the order of preference, or 0 and why not.  Good for the call. */
    void (*done)(struct resolve *r, const struct addr *got, size_t n, const char *why);
    void *owner;
};

/* Starts; done and owner are set by the caller.  Until its turn has come no time counts.  0, or -1
 * with errno (then done is not called). */
int resolve_start(struct resolve *r, struct loop *l, const char *host, uint16_t port);
void resolve_cancel(struct resolve *r); /* done will not be called; idle ones too */

#endif
