/* many: a set of watches whose own single descriptor tells that some are ready, so that a wake-up
 * costs what is ready and not what is open.
 *
 * many_epoll.c is the body where the system has such sets; many_select.c, the other, has none to
 * give, and the loop then keeps the watches in select()'s own sets.  Level-triggered, but for what
 * is to be read by a watch with reads_all.  Knows the
 * watch's descriptor and what it wants; whom to tell is the loop's business. */
#ifndef HOST_MANY_H
#define HOST_MANY_H

struct watch;

struct many_ready {
    struct watch *watch;
    unsigned what; /* LOOP_READ | LOOP_WRITE | LOOP_HANGUP */
};

/* The set's descriptor, close-on-exec; -1 with errno, ENOSYS where there are no such sets. */
int many_open(void);

/* Puts w->fd into the set for w->want.  0, or -1 with errno. */
int many_put(int set, struct watch *w);

/* Changes what is wanted of one that has been put in; if something is ready, that is told once more. */
int many_change(int set, struct watch *w);

/* Takes w->fd out; does nothing to one that is not in. */
void many_take(int set, struct watch *w);

/* What is ready now, up to room of them, without waiting; how many. */
int many_ready(int set, struct many_ready *ready, int room);

#endif
