/* sockets: the daemon's UDP sockets: the main ones, that listen, and those that tunnels of a LAC
 * have for themselves (keys "source port", "bind address", "bind device").
 *
 * The main ones stand in one array of the hub's, in the order of "listen-addr", all with the same
 * port: one for all of a family, or one for each address.  What a peer is told leaves from the one
 * that it called; what has no address of ours yet from the first that fits its own.
 *
 * A socket of its own is the path of its tunnels (l2tp_set_tunnel_path) and is closed when the last
 * of them has been freed.  It hears its tunnels' peers alone: nobody can begin a tunnel there. */
#ifndef SOCKETS_H
#define SOCKETS_H

#include "hub.h"

/* Opens the main ones, as configured; what is heard goes to "heard" with h.  An address that is not
 * there yet is listened on as soon as it is.  False after saying why. */
bool sockets_bind(struct hub *h, udp_heard_fn *heard);

/* The socket for a tunnel's datagrams; NULL: there is none. */
struct udp *sockets_of(const struct hub *h, const struct tunnel *t);

/* The main socket for a datagram from our address (unset: any) to a peer's; NULL: there is none. */
struct udp *sockets_from(const struct hub *h, const struct addr *from, const struct addr *to);

/* Hears control messages that have come: one of them may tell of what data are for.  True if there
 * were any. */
bool sockets_hear_first(struct hub *h);

void sockets_flush(struct hub *h); /* what has gathered in all of them leaves */
void sockets_close(struct hub *h);

/* What all of them, and those that are no more, have counted since the start; but not those of the
 * kernel's tunnels, as long as they are there. */
struct udp_counts sockets_counts(const struct hub *h);

struct socket_own;

/* What a LAC wants of the socket that it dials from. */
struct socket_wish {
    const struct addr *to;
    struct addr address; /* our own; unset: any */
    const char *device;  /* NULL: any */
    int port;            /* CONF_PORT_MAIN, CONF_PORT_RANDOM, or a port */
};

/* Can the main sockets do it?  Then *local is what l2tp_open() is to be given (unset: any). */
bool sockets_main_does(const struct hub *h, const struct socket_wish *wish, struct addr *local);

/* Else one of its own: one that is there, if it wants a certain port and has the same wishes, or a
 * new one.  NULL with errno.  It has to become a tunnel's path at once. */
struct socket_own *sockets_open(struct hub *h, const struct socket_wish *wish);

/* The port that such a socket has; without one, that of the main ones. */
uint16_t sockets_port(const struct hub *h, const struct socket_own *own);

void sockets_use(struct hub *h, struct socket_own *own, uint16_t tunnel);
void sockets_drop_unused(struct hub *h); /* where no tunnel has come of it */

/* The engine's word that a tunnel with this path is no more. */
void sockets_left(void *ctx, void *path);

#endif
