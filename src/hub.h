/* hub: what the files of the top floor share: the loop, the engine, the configuration in force.
 *
 * One hub a daemon, made and freed by daemon.c.  Only reload.c replaces conf and pools; sections
 * by command (control_sections.c) change them in place. */
#ifndef HUB_H
#define HUB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sparing.h"
#include "base/version.h"
#include "host/conf.h"
#include "host/fifo.h"
#include "host/loop.h"
#include "host/pool.h"
#include "host/secrets.h"
#include "host/udp.h"
#include "proto/l2tp.h"

/* Addresses that a LNS section hands out, or a group. */
struct lns_pool {
    char *name;          /* of the section or group */
    uint64_t number;     /* kept as long as the section is there, whatever happens to the others */
    struct pool *remote; /* "ip range"; of a group NULL: that of the call's section */
    struct pool *local;  /* "local ip range"; NULL: "local ip", or of a group as its section has it */
    struct hash_node by_name;
};

struct lns_pools {
    struct hash by_name;
    size_t n;
    struct lns_pool of[]; /* by number, the lowest first */
};

/* Counted since the start, for the status; of calls, those that have ended. */
struct totals {
    uint64_t tunnels_up, tunnels_down, calls_up, calls_down;
    uint64_t rx_bytes, tx_bytes, rx_frames, tx_frames;
    uint64_t reloads, reloads_failed;
};

/* A main socket: where it is to be, and is, if the address need not be awaited (udp NULL). */
struct listening {
    struct addr at; /* its port does not count */
    struct udp *udp;
};

enum stop_phase {
    STOP_NOT,
    STOP_CALLS,   /* CDNs are on their way */
    STOP_TUNNELS, /* StopCCNs are */
    STOP_KILL     /* what is left of pppds is killed */
};

struct hub {
    struct loop *loop;
    struct l2tp *engine;
    struct conf *conf;
    struct conf *added; /* sections by command, which a reload puts on top of the file's */
    struct secrets *secrets;
    struct listening listening[CONF_LISTEN_MOST]; /* the main sockets; see sockets.h */
    unsigned n_listening;
    struct socket_own *own_sockets; /* those of LACs; see sockets.h */
    struct udp_counts closed_counts; /* of sockets that are no more */
    udp_heard_fn *heard;            /* what all sockets tell */
    void (*closed)(struct hub *h, const struct addr *peer); /* nobody listens there, says ICMP */
    struct change *change;          /* NULL: the system tells of none */
    struct timer settle;            /* of a new address */
    struct timer bind_timer;        /* until each "listen-addr" is there, where it takes that */
    struct fifo *fifo;
    struct metrics *metrics;    /* a file of them; NULL: none */
    struct listener *listeners; /* to events, by command */
    struct pool_book *book;     /* leases */
    struct lns_pools *pools;    /* NULL: not made yet */
    struct lns_pools *group_pools; /* likewise; by names that are compared octet by octet */
    struct hash groups;         /* that calls are in; see groups.h */
    uint64_t pools_ever;        /* the last one's number */
    struct line *lines;         /* that LACs have been handed; see line.h */
    struct switch_way *switch_ways; /* LACs that calls go on through, ... */
    struct switch_use *switch_uses; /* ... how many each rule has, ... */
    struct hash switch_facts;       /* ... those that may go round in a circle; see switch.h */
    struct lac *lacs;
    struct hash lacs_by_name;
    uint64_t lacs_ever;
    struct kernel *kernel;         /* calls whose data it carries; see kernel.h */
    struct ipsec *ipsec;           /* rules that require it; NULL: none so far; see ipsec.h */
    struct trouble_book *troubles; /* what has failed, and why */
    struct bearer *bearers;
    unsigned n_bearers;
    char host_name[64];       /* this machine's */
    const char *ident;        /* "l2tpd", or the name that we were started under */
    const char *conf_file;    /* as found at start */
    const char *secrets_file; /* by option, or NULL: the key decides */
    const char *secrets_default;
    struct conf_listen listen; /* as configured at start: only a restart changes these three */
    uint16_t port;
    bool packet_marks;
    uint8_t tos; /* of control messages */
    struct timer stop_timer;
    struct sparing strange_tunnels, strange_calls; /* lines about those that never came up */
    enum stop_phase stopping;
    struct timer status_timer;         /* service.c: a status for the service manager is due */
    unsigned told_tunnels, told_calls; /* what the last one said */
    bool reload_failed;
    void (*drain)(struct hub *h); /* news become actions now, not only at the turn's end */
    void (*start_again)(struct hub *h, uint16_t call); /* one that has lost its bearer gets another */
    const char *(*lac_of_call)(const struct call *c); /* the [lac] that it is for; NULL: none */
    uint64_t started;             /* ms */
    struct totals totals;
    uint64_t interfaces_looked; /* ms: when pppds' interfaces were last looked for, ... */
    uint64_t interface_sought;  /* ... and that of one whose call has ended */
    bool is_done;               /* the only thing it was for has ended: so does it, ... */
    int exit_status;            /* ... with this */
};

#endif
