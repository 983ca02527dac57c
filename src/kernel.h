/* kernel: calls whose data the system's kernel carries, past us (key "data path").
 *
 * Each of their tunnels has a UDP socket for its peer alone, beside the one that it came in by: the
 * kernel takes the data of its sessions there and leaves us the rest.  It is there from the first of
 * these calls to the tunnel's end.  A session is made as soon as a call is accepted, so that nothing that
 * its peer sends is lost; its bearer takes it over when the call is up.  What the kernel has carried
 * is told to the engine whenever somebody wants to know. */
#ifndef KERNEL_H
#define KERNEL_H

#include "hub.h"

struct kernel_session;

/* False without memory. */
bool kernel_begin(struct hub *h);

/* What a section says of its calls' data. */
struct kernel_wish {
    const struct conf_peer *peer;
    const char *kind, *section; /* "lns" or "lac", and its name: good as long as the configuration */
    bool needs_frames; /* something of the section's has to see them: "send sli", ... */
    bool replays;      /* ... or "proxy lcp" */
};
struct kernel_wish kernel_wish_of(const struct conf_lns *lns);
struct kernel_wish kernel_wish_of_lac(const struct conf_lac *lac);

/* Asks the system whether it can at all, unless the configuration forbids it; says so in the log, in
 * xl2tpd's words, if that is news. */
void kernel_probe(struct hub *h);

/* Could it carry the data of such a call, for all that is known? */
bool kernel_might(const struct hub *h, const struct conf_peer *p);

/* A call that is accepted and not up yet: its session is made, if its data are for the kernel. */
void kernel_coming(struct hub *h, const struct call *c, const struct kernel_wish *wish);

#define KERNEL_WHY 160
/* The session of a call that is up.  NULL: its data are for us, for the reason in why; *usual: for
 * one that holds for all calls of its kind, and has been told: of a section's the first call tells it. */
struct kernel_session *kernel_open(struct hub *h, const struct call *c,
                                   const struct kernel_wish *wish, char why[KERNEL_WHY],
                                   bool *usual);

/* Its descriptor, for pppd; it stays ours. */
int kernel_descriptor(const struct kernel_session *s);

/* A pppd has ended, by whose data the kernel carried or we.  One that takes no options with those of
 * the kernel's path among them may lack its plugin, for all that we have found one: from then on data
 * are for us, until a pppd of ours does not take its options either, or a reload.  True: it was one of
 * those, which can be run again without them. */
bool kernel_judge_pppd(struct hub *h, bool in_kernel, int status);

/* Ours goes, and its pppd is hung up.  NULL is nothing to close. */
void kernel_close(struct kernel_session *s);

/* The call has ended: a session that no bearer has taken over goes. */
void kernel_call_down(struct hub *h, const struct call *c);

/* The engine is told what has been carried: of one session, of a tunnel's, of all. */
void kernel_look(struct kernel_session *s);
void kernel_freshen(void *ctx, const struct tunnel *t); /* ctx: the hub */
void kernel_look_all(struct hub *h);

/* What the sockets of its tunnels have counted. */
void kernel_add_counts(const struct hub *h, struct udp_counts *to);

/* The protocol's tunnel has gone, or goes, and its calls have. */
void kernel_tunnel_down(struct hub *h, uint16_t tunnel);

/* Tunnels that have ended go, when all events have been acted on and before anything is freed: their
 * sockets are heard for the last time.  True if there were any: that may have brought new events. */
bool kernel_sweep(struct hub *h);
void kernel_end(struct hub *h); /* before sockets_close(); also after a begin that failed */

#endif
