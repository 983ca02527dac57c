/* PPPoL2TP sockets (Linux); see link_kernel.h.
 *
 * A socket of the family AF_PPPOX that is "connected" to a UDP socket and two pairs of ids: with
 * session ids of 0 it stands for the tunnel, else for a session.  Must not know why. */
#include "host/link_kernel.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/pppol2tp.h"
#include "host/sys.h"

#define PLUGIN "pppol2tp.so"

/* pppd looks in one of these, by how it was built; each has a folder a version. */
static const char *const plugin_folders[] = {"/usr/lib/pppd", "/usr/lib64/pppd",
                                             "/usr/local/lib/pppd"};

static int open_socket(void)
{
    return socket(AF_PPPOX, SOCK_DGRAM | SOCK_CLOEXEC, PPPOX_OL2TP);
}

static bool folder_has_plugin(const char *folder)
{
    DIR *d = opendir(folder);
    char path[512];
    struct dirent *e;
    bool has = false;

    while (d != NULL && !has && (e = readdir(d)) != NULL)
        has = e->d_name[0] != '.' &&
              snprintf(path, sizeof path, "%s/%s/" PLUGIN, folder, e->d_name) < (int)sizeof path &&
              access(path, R_OK) == 0;
    if (d != NULL)
        closedir(d);
    return has;
}

static bool has_plugin(void)
{
    for (size_t i = 0; i < sizeof plugin_folders / sizeof plugin_folders[0]; i++)
        if (folder_has_plugin(plugin_folders[i]))
            return true;
    return false;
}

const char *link_kernel_lacks(void)
{
    int fd = open_socket();
    int reason = errno;

    if (fd >= 0)
        close(fd);
    if (fd < 0 && (reason == EPERM || reason == EACCES))
        return "we may not open its sockets (EPERM)";
    if (fd < 0)
        return "the kernel has no PPPoL2TP (modprobe l2tp_ppp)";
    return has_plugin() ? NULL : "pppd has no plugin " PLUGIN;
}

/* The name of a tunnel or session, in the form that goes with the peer's family. */
union name {
    struct sockaddr any;
    struct pppox_name4 four;
    struct pppox_name6 six;
};

static socklen_t name_it(union name *n, int udp, const struct addr *peer,
                         const struct link_kernel_ids *ids)
{
    struct sockaddr_storage at;

    memset(n, 0, sizeof *n);
    sys_addr_to(peer, &at);
    if (peer->family == 6) {
        n->six = (struct pppox_name6){.family = AF_PPPOX,
                                      .protocol = PPPOX_OL2TP,
                                      .udp = udp,
                                      .tunnel = ids->tunnel,
                                      .session = ids->session,
                                      .peer_tunnel = ids->peer_tunnel,
                                      .peer_session = ids->peer_session};
        memcpy(&n->six.peer, &at, sizeof n->six.peer);
        return sizeof n->six;
    }
    n->four = (struct pppox_name4){.family = AF_PPPOX,
                                   .protocol = PPPOX_OL2TP,
                                   .udp = udp,
                                   .tunnel = ids->tunnel,
                                   .session = ids->session,
                                   .peer_tunnel = ids->peer_tunnel,
                                   .peer_session = ids->peer_session};
    memcpy(&n->four.peer, &at, sizeof n->four.peer);
    return sizeof n->four;
}

static int connect_socket(int udp, const struct addr *peer, const struct link_kernel_ids *ids)
{
    union name name;
    socklen_t size = name_it(&name, udp, peer, ids);
    int fd = open_socket(), reason;

    if (fd < 0 || connect(fd, &name.any, size) == 0)
        return fd;
    reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

int link_kernel_tunnel(int udp, const struct addr *peer, const struct link_kernel_ids *ids)
{
    struct link_kernel_ids tunnel = {.tunnel = ids->tunnel, .peer_tunnel = ids->peer_tunnel};

    return connect_socket(udp, peer, &tunnel);
}

int link_kernel_become(int session, const struct link_kernel_habits *habits)
{
    const struct {
        int option, value;
    } rows[] = {
        {OPTION_LNSMODE, habits->is_lns},
        {OPTION_SENDSEQ, habits->send_numbers},
        {OPTION_RECVSEQ, habits->want_numbers},
        {OPTION_REORDERTO, habits->reorder_ms},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].value != 0 &&
            setsockopt(session, LEVEL_PPPOL2TP, rows[i].option, &rows[i].value, sizeof(int)) != 0)
            return -1;
    return 0;
}

int link_kernel_session(int udp, const struct addr *peer, const struct link_kernel_ids *ids,
                        const struct link_kernel_habits *habits)
{
    int fd = connect_socket(udp, peer, ids), reason, channel;

    /* who has asked for the channel has it: what arrives waits there for pppd from now on, and no
     * longer in the socket, which pppd does not read */
    if (fd < 0 || (link_kernel_become(fd, habits) == 0 && ioctl(fd, ASK_CHANNEL, &channel) == 0))
        return fd;
    reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

/* A channel of PPP's is found by a number of its own, whoever has opened it. */
void link_kernel_hang_up(int session)
{
    int channel, fd;

    if (ioctl(session, ASK_CHANNEL, &channel) != 0)
        return;
    fd = open("/dev/ppp", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return;
    if (ioctl(fd, TAKE_CHANNEL, &channel) == 0)
        ioctl(fd, PART_CHANNEL);
    close(fd);
}

/* In this order: of a parent that dies in between, too, one of both is heard. */
bool link_kernel_die_with(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    return getppid() == parent;
}

bool link_kernel_counts(int tunnel, const struct link_kernel_ids *ids,
                        struct link_kernel_counts *counts)
{
    struct pppol2tp_counts s = {.session = ids->session};

    if (ioctl(tunnel, ASK_COUNTS, &s) != 0)
        return false;
    *counts = (struct link_kernel_counts){.frames_in = s.rx_packets,
                                          .octets_in = s.rx_octets,
                                          .frames_out = s.tx_packets,
                                          .octets_out = s.tx_octets,
                                          .gaps = s.rx_out_of_order,
                                          .old = s.rx_late,
                                          .errors = s.rx_errors + s.tx_errors};
    return true;
}

static bool ask_interface(int fd, const char *interface, unsigned long what, uint32_t *ip)
{
    struct ifreq r = {.ifr_addr = {.sa_family = AF_INET}};
    struct sockaddr_in in;

    snprintf(r.ifr_name, sizeof r.ifr_name, "%s", interface);
    if (ioctl(fd, what, &r) != 0)
        return false;
    memcpy(&in, &r.ifr_addr, sizeof in);
    *ip = ntohl(in.sin_addr.s_addr);
    return *ip != 0;
}

bool link_kernel_addresses(const char *interface, uint32_t *local, uint32_t *remote)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool has = fd >= 0 && ask_interface(fd, interface, SIOCGIFADDR, local) &&
               ask_interface(fd, interface, SIOCGIFDSTADDR, remote);

    if (fd >= 0)
        close(fd);
    return has;
}

bool link_kernel_is_up(const char *interface)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq r = {.ifr_flags = 0};
    bool up;

    snprintf(r.ifr_name, sizeof r.ifr_name, "%s", interface);
    up = fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &r) == 0 && (r.ifr_flags & IFF_UP) != 0;
    if (fd >= 0)
        close(fd);
    return up;
}
