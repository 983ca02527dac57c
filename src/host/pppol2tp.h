/* pppol2tp: the names and numbers by which Linux knows PPPoL2TP sockets and PPP channels, as far as
 * link_kernel_linux needs them: they are the kernel's interface and do not change, and not every C
 * library's compiler finds the kernel's own headers. */
#ifndef HOST_PPPOL2TP_H
#define HOST_PPPOL2TP_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/ioctl.h>

#define PPPOX_OL2TP 1     /* protocol of AF_PPPOX */
#define LEVEL_PPPOL2TP 273 /* of socket options */

enum { OPTION_RECVSEQ = 2, OPTION_SENDSEQ = 3, OPTION_LNSMODE = 4, OPTION_REORDERTO = 5 };

struct pppox_name4 {
    uint16_t family;
    uint32_t protocol;
    int32_t pid, udp; /* pid 0: ours */
    struct sockaddr_in peer;
    uint16_t tunnel, session, peer_tunnel, peer_session;
} __attribute__((packed));

struct pppox_name6 {
    uint16_t family;
    uint32_t protocol;
    int32_t pid, udp;
    uint16_t tunnel, session, peer_tunnel, peer_session;
    struct sockaddr_in6 peer;
} __attribute__((packed));

struct pppol2tp_counts {
    uint16_t tunnel, session; /* session 0: of the tunnel */
    uint32_t by_ipsec;
    uint64_t tx_packets, tx_octets, tx_errors;
    uint64_t rx_packets, rx_octets, rx_late, rx_out_of_order, rx_errors;
};

/* On a session's socket: its counts, and the number of its channel.  On /dev/ppp: takes hold of that
 * channel, and parts it from its interface. */
#define ASK_COUNTS _IOR('t', 54, struct pppol2tp_counts)
#define ASK_CHANNEL _IOR('t', 55, int)
#define TAKE_CHANNEL _IOW('t', 56, int)
#define PART_CHANNEL _IO('t', 57)

#endif
