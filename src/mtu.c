/* The MTU of a path; see mtu.h. */
#include "mtu.h"

#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "host/pppd_options.h"
#include "sockets.h"

#define WAITING_MOST 256 /* tunnels that have come up in a turn; of more nothing is known */
#define USUAL 1500       /* what pppd takes without being told */
#define LEAST 576        /* less is no PPP's: there is something wrong with the path */
#define HEADER4 20u
#define HEADER6 40u
#define HEADER_UDP 8u
#define HEADER_L2TP 6u
#define LENGTH 2u
#define NUMBERS 4u
#define PPP 4u /* ff 03 and the protocol */

static uint16_t path_of[UINT16_MAX + 1]; /* by tunnel id */

static struct {
    uint16_t tunnel[WAITING_MOST];
    unsigned n;
} waiting;

void mtu_tunnel_up(struct hub *h, const struct tunnel *t)
{
    (void)h;
    path_of[t->id] = 0;
    if (waiting.n < WAITING_MOST)
        waiting.tunnel[waiting.n++] = t->id;
}

static void look(struct hub *h, const struct tunnel *t)
{
    struct udp *udp = sockets_of(h, t);
    unsigned octets = udp != NULL ? udp_path_mtu(udp, &t->local, &t->peer) : 0;

    path_of[t->id] = octets < UINT16_MAX ? (uint16_t)octets : UINT16_MAX;
    if (octets > 0)
        log_debug(TOPIC_TUNNEL, "tunnel %u: packets to its peer may have %u octets",
                  (unsigned)t->id, octets);
}

/* Datagrams that come meanwhile may bring more of them up: they have their turn, too. */
bool mtu_sweep(struct hub *h)
{
    bool any = waiting.n > 0;

    while (waiting.n > 0) {
        const struct tunnel *t = l2tp_tunnel(h->engine, waiting.tunnel[--waiting.n]);

        if (t != NULL && t->state == ESTABLISHED)
            look(h, t);
    }
    return any;
}

unsigned mtu_of_path(const struct tunnel *t)
{
    return path_of[t->id];
}

unsigned mtu_of_call(const struct call *c)
{
    const struct tunnel *t = c->tunnel;
    unsigned path = mtu_of_path(t);
    unsigned headers = (t->peer.family == 6 ? HEADER6 : HEADER4) + HEADER_UDP + HEADER_L2TP + PPP;

    headers += t->p.length_bit ? LENGTH : 0;
    headers += c->send_sequence || c->must_sequence || t->p.sequence ? NUMBERS : 0;
    return path >= headers + LEAST ? path - headers : 0;
}

/* -- pppd's own word on it --------------------------------------------------------------------- */

static void note_option(void *ctx, const struct pppd_option *o)
{
    bool *has = ctx;

    *has = *has || strcmp(o->word, "mtu") == 0 || strcmp(o->word, "mru") == 0 ||
           strcmp(o->word, "default-mru") == 0;
}

static void ignore_problem(void *ctx, const char *file, unsigned line, const char *text)
{
    (void)ctx;
    (void)file;
    (void)line;
    (void)text;
}

/* pppd reads that file before its arguments, which then would have the last word.  It is read again
 * when it is another one. */
static bool system_options_have_it(void)
{
    static struct stat was;
    static bool has;
    struct stat is = {.st_size = 0};

    if (stat(PPPD_SYSTEM_OPTIONS, &is) != 0)
        return false;
    if (is.st_ino == was.st_ino && is.st_size == was.st_size &&
        is.st_mtim.tv_sec == was.st_mtim.tv_sec && is.st_mtim.tv_nsec == was.st_mtim.tv_nsec)
        return has;
    was = is;
    has = false;
    pppd_options_read(PPPD_SYSTEM_OPTIONS, &(struct pppd_reader){note_option, ignore_problem, &has});
    return has;
}

unsigned mtu_for_pppd(const struct call *c, bool wanted)
{
    unsigned mtu = wanted ? mtu_of_call(c) : 0;

    return mtu >= USUAL || mtu == 0 || system_options_have_it() ? 0 : mtu;
}
