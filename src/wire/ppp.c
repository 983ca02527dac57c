/* What can be seen in passing PPP frames; see ppp.h.
 *
 *    | ff 03 | protocol, 1 or 2 octets | information
 *
 * and in the information of LCP and its like (RFC 1661, 5 and 6)
 *
 *    | Code | Identifier | Length (2) | option: Type, Length, data | option ...
 *
 * Must not know calls or tunnels, nor judge what the ends agree on. */
#include "wire/ppp.h"

#include "wire/hdlc.h"

#define ADDRESS 0xff
#define CONTROL 0x03

enum protocol {
    PADDING = 0x0001,
    IPV4 = 0x0021,
    IPV6 = 0x0057,
    FIRST_WITHOUT_NCP = 0x4000, /* below: network layers, their compressed and encrypted forms */
    IPCP = 0x8021,
    ECP = 0x8053,
    ECP_OF_LINK = 0x8055,
    IPV6CP = 0x8057,
    CCP_OF_LINK = 0x80fb,
    CCP = 0x80fd,
    LCP = 0xc021,
    PAP = 0xc023,
    CHAP = 0xc223,
    EAP = 0xc227,
};

enum code {
    CONFIGURE_REQUEST = 1,
    CONFIGURE_ACK = 2,
    CONFIGURE_NAK = 3,
    CONFIGURE_REJECT = 4,
    TERMINATE_REQUEST = 5,
    TERMINATE_ACK = 6,
    CODE_REJECT = 7,
    ECHO_REQUEST = 9,
    ECHO_REPLY = 10,
};

#define PAP_NAK 3 /* RFC 1334, 2.2.2 */
#define FAILURE 4 /* of CHAP (RFC 1994, 4.2) and EAP (RFC 3748, 4.2) */

#define OPTION_ACCM 2 /* of LCP */
#define OPTION_AUTHENTICATION 3
#define OPTION_MRRU 17
#define NCP_FIRST 0x8000u /* RFC 1661, 2: protocols of network control */
#define NCP_LAST 0xbfffu
#define OPTION_HEADERS 2 /* of IPCP (RFC 1332, 3.2) and IPv6CP (RFC 2023): compression protocol */
#define ANY_OPTION 0
#define ALL_CONTROLS 0xffffffffu

uint16_t ppp_protocol(struct span frame, size_t *info)
{
    const uint8_t *p = frame.p;
    struct rd r = rd_over(frame);
    uint16_t protocol;

    /* nearly all are of this kind */
    if (frame.n >= 4 && p[0] == ADDRESS && p[1] == CONTROL && (p[2] & 1) == 0 && (p[3] & 1) != 0) {
        *info = 4;
        return (uint16_t)(p[2] << 8 | p[3]);
    }
    *info = 0;
    protocol = rd_u8(&r);
    if (protocol == ADDRESS) {
        /* never a protocol: RFC 1661, 6.5 keeps 00ff out of use for this */
        if (rd_u8(&r) != CONTROL)
            return 0;
        protocol = rd_u8(&r);
    }
    if ((protocol & 1) == 0)
        protocol = (uint16_t)(protocol << 8 | rd_u8(&r));
    if (r.failed || (protocol & 1) == 0)
        return 0;
    *info = frame.n - rd_left(&r);
    return protocol;
}

/* Octets beyond Length are padding (RFC 1661, 5). */
bool ppp_read_packet(struct span frame, size_t info, struct ppp_packet *p)
{
    struct rd r = rd_over(frame);
    uint16_t length;

    rd_take(&r, info);
    p->code = rd_u8(&r);
    p->id = rd_u8(&r);
    length = rd_u16(&r);
    if (r.failed || length < 4)
        return false;
    p->options = rd_take(&r, length - 4u);
    return !r.failed;
}

bool ppp_is_echo(struct span frame)
{
    struct ppp_packet p;
    size_t info;

    return ppp_protocol(frame, &info) == LCP && ppp_read_packet(frame, info, &p) &&
           (p.code == ECHO_REQUEST || p.code == ECHO_REPLY);
}

bool ppp_is_rejection(struct span frame)
{
    size_t info;
    uint16_t protocol = ppp_protocol(frame, &info);
    struct ppp_packet p;

    if (protocol != PAP && protocol != CHAP && protocol != EAP)
        return false;
    return ppp_read_packet(frame, info, &p) && p.code == (protocol == PAP ? PAP_NAK : FAILURE);
}

bool ppp_is_farewell(struct span frame, struct span *why)
{
    struct ppp_packet p;
    size_t info;

    if (ppp_protocol(frame, &info) != LCP || !ppp_read_packet(frame, info, &p) ||
        p.code != TERMINATE_REQUEST)
        return false;
    *why = p.options;
    return true;
}

static bool has_option(struct span options, uint8_t wanted)
{
    struct rd r = rd_over(options), value;
    uint8_t type;

    while (ppp_next_option(&r, &type, &value)) {
        if (wanted == ANY_OPTION || type == wanted)
            return true;
    }
    return false;
}

void ppp_note_willing(bool *declines, bool from_pppd, struct span frame)
{
    size_t info;
    uint16_t protocol = ppp_protocol(frame, &info);
    struct ppp_packet p;

    if (!from_pppd && protocol >= NCP_FIRST && protocol <= NCP_LAST)
        *declines = false;
    if (!from_pppd || protocol != LCP || !ppp_read_packet(frame, info, &p) ||
        p.code < CONFIGURE_ACK || p.code > CONFIGURE_REJECT ||
        !has_option(p.options, OPTION_AUTHENTICATION))
        return;
    *declines = p.code != CONFIGURE_ACK;
}

bool ppp_is_negotiation(struct span frame)
{
    struct ppp_packet p;
    size_t info;

    return ppp_protocol(frame, &info) == LCP && ppp_read_packet(frame, info, &p) &&
           p.code >= CONFIGURE_REQUEST && p.code <= CODE_REJECT;
}

bool ppp_next_option(struct rd *r, uint8_t *type, struct rd *value)
{
    uint8_t length;

    *type = rd_u8(r);
    length = rd_u8(r);
    if (r->failed || length < 2)
        return false;
    *value = rd_sub(r, length - 2u);
    return !r->failed;
}

static uint32_t accm_of(struct span options)
{
    struct rd r = rd_over(options), value;
    uint32_t accm = ALL_CONTROLS;
    uint8_t type;

    while (ppp_next_option(&r, &type, &value)) {
        if (type == OPTION_ACCM && rd_left(&value) == 4)
            accm = rd_u32(&value);
    }
    return accm;
}

static uint16_t sum_of(struct span options)
{
    return hdlc_fcs(0xffff, options);
}

static bool both_acked(const struct ppp_watch *w)
{
    return w->far.acked && w->pppd.acked;
}

/* Between the first Configure-Request and the second Ack nothing but LCP means anything: whoever
 * gets it throws it away (RFC 1661, 3.4). */
static bool negotiates(const struct ppp_watch *w)
{
    return (w->far.seen || w->pppd.seen) && !both_acked(w);
}

void ppp_watch_init(struct ppp_watch *w)
{
    *w = (struct ppp_watch){0};
}

/* The layers above LCP are down now. */
static void on_down(struct ppp_watch *w)
{
    w->up = false;
    w->history = 0;
}

static void on_end(struct ppp_watch *w)
{
    w->far.acked = w->pppd.acked = false;
    on_down(w);
}

/* A Request costs its own Ack at any time.  When both had been acked it also costs the other end's,
 * which then has to ask anew (RFC 1661, 4.1: RCR in Opened), unless it is but said again, because
 * the Ack was lost: not everybody begins anew at that. */
static void on_request(struct ppp_watch *w, struct ppp_asked *asked, struct ppp_asked *other,
                       const struct ppp_packet *p)
{
    uint16_t sum = sum_of(p->options);
    bool again = asked->seen && asked->id == p->id && asked->sum == sum;

    if (both_acked(w) && !again)
        other->acked = false;
    *asked = (struct ppp_asked){.seen = true,
                                .id = p->id,
                                .sum = sum,
                                .accm = accm_of(p->options),
                                .mrru = has_option(p->options, OPTION_MRRU)};
    w->bundles = false;
    on_down(w);
}

static void watch_lcp(struct ppp_watch *w, bool from_pppd, const struct ppp_packet *p)
{
    struct ppp_asked *speaker = from_pppd ? &w->pppd : &w->far;
    struct ppp_asked *other = from_pppd ? &w->far : &w->pppd;

    switch (p->code) {
    case CONFIGURE_REQUEST:
        on_request(w, speaker, other, p);
        break;
    case CONFIGURE_ACK:
        /* RFC 1661, 5.2: any other Ack is thrown away by whoever gets it */
        if (other->seen && other->id == p->id && other->sum == sum_of(p->options))
            other->acked = true;
        w->bundles = both_acked(w) && w->far.mrru && w->pppd.mrru;
        break;
    case TERMINATE_REQUEST:
        on_end(w);
        break;
    case TERMINATE_ACK:
        /* while Requests are under way it costs nothing that they do not bring again */
        if (both_acked(w))
            on_end(w);
        break;
    }
}

/* Options that mean history once they are acked.  An Ack of none means that there is none to be
 * kept (RFC 1962 and 1968). */
static const struct {
    uint16_t protocol;
    uint8_t option;
} keeps_history[] = {
    {CCP, ANY_OPTION},         {CCP_OF_LINK, ANY_OPTION}, {ECP, ANY_OPTION},
    {ECP_OF_LINK, ANY_OPTION}, {IPCP, OPTION_HEADERS},    {IPV6CP, OPTION_HEADERS},
};

/* The Ack alone is looked at, not what was asked: at worst an Ack that nobody asked for keeps
 * sequence numbers on. */
static void watch_history(struct ppp_watch *w, bool from_pppd, unsigned row,
                          const struct ppp_packet *p)
{
    uint16_t both = (uint16_t)(3u << 2 * row), bit = (uint16_t)(1u << (2 * row + from_pppd));

    switch (p->code) {
    case CONFIGURE_ACK:
        w->history = (uint16_t)(w->history & ~bit);
        if (has_option(p->options, keeps_history[row].option))
            w->history = (uint16_t)(w->history | bit);
        break;
    case TERMINATE_REQUEST:
    case TERMINATE_ACK:
        w->history = (uint16_t)(w->history & ~both);
        break;
    }
}

void ppp_watch_frame(struct ppp_watch *w, bool from_pppd, struct span frame)
{
    struct ppp_packet p;
    size_t info;
    uint16_t protocol = ppp_protocol(frame, &info);

    if (protocol < FIRST_WITHOUT_NCP) {
        w->up |= protocol > PADDING && !negotiates(w);
        return;
    }
    if (!ppp_read_packet(frame, info, &p))
        return;
    if (protocol == LCP)
        watch_lcp(w, from_pppd, &p);
    for (unsigned row = 0; row < sizeof keeps_history / sizeof keeps_history[0]; row++) {
        if (protocol == keeps_history[row].protocol && !negotiates(w))
            watch_history(w, from_pppd, row, &p);
    }
}

void ppp_watch_agreed(struct ppp_watch *w, uint32_t send, uint32_t receive)
{
    w->far = (struct ppp_asked){.acked = true, .accm = send};
    w->pppd = (struct ppp_asked){.acked = true, .accm = receive};
}

bool ppp_watch_accm(const struct ppp_watch *w, uint32_t *send, uint32_t *receive)
{
    if (!both_acked(w))
        return false;
    *send = w->far.accm;
    *receive = w->pppd.accm;
    return true;
}

uint32_t ppp_watch_to_pppd(const struct ppp_watch *w)
{
    return both_acked(w) ? w->pppd.accm : ALL_CONTROLS;
}

bool ppp_watch_needs_order(const struct ppp_watch *w)
{
    return w->history != 0;
}

bool ppp_watch_is_up(const struct ppp_watch *w)
{
    return w->up;
}

bool ppp_watch_bundles(const struct ppp_watch *w)
{
    return w->bundles;
}

bool ppp_is_data(struct span frame)
{
    size_t info;
    uint16_t protocol = ppp_protocol(frame, &info);

    return protocol > PADDING && protocol < FIRST_WITHOUT_NCP;
}

/* -- ECN --------------------------------------------------------------------------------------- */

enum { NOT_ECT, ECT_1, ECT_0, CE, ECN_VALUES, DROP = ECN_VALUES };

/* RFC 6040, figure 4: what leaves, by what the inner and the outer header said. */
static const uint8_t merged[ECN_VALUES][ECN_VALUES] = {
    [NOT_ECT] = {[NOT_ECT] = NOT_ECT, [ECT_0] = NOT_ECT, [ECT_1] = NOT_ECT, [CE] = DROP},
    [ECT_0] = {[NOT_ECT] = ECT_0, [ECT_0] = ECT_0, [ECT_1] = ECT_1, [CE] = CE},
    [ECT_1] = {[NOT_ECT] = ECT_1, [ECT_0] = ECT_1, [ECT_1] = ECT_1, [CE] = CE},
    [CE] = {[NOT_ECT] = CE, [ECT_0] = CE, [ECT_1] = CE, [CE] = CE},
};

/* Where the field stands: in an octet of the frame, shift bits up. */
struct ecn_at {
    size_t octet;
    unsigned shift;
    size_t checksum; /* of IPv4's header; 0: IPv6 has none */
};

#define IPV4_SHORTEST 20
#define IPV4_CHECKSUM 10
#define IPV6_HEADER 40

/* Only in whole headers: what is cut short reaches nobody who would read its ECN field. */
static bool find_ecn(struct span frame, struct ecn_at *at)
{
    size_t info, header;
    uint16_t protocol = ppp_protocol(frame, &info);
    struct rd r = rd_over(frame);
    uint8_t first;

    rd_take(&r, info);
    header = rd_left(&r);
    first = rd_u8(&r);
    if (r.failed)
        return false;
    if (protocol == IPV6) {
        *at = (struct ecn_at){info + 1, 4, 0};
        return first >> 4 == 6 && header >= IPV6_HEADER;
    }
    *at = (struct ecn_at){info + 1, 0, info + IPV4_CHECKSUM};
    return protocol == IPV4 && first >> 4 == 4 && (first & 0xfu) * 4 >= IPV4_SHORTEST &&
           (first & 0xfu) * 4 <= header;
}

uint8_t ppp_ecn(struct span frame)
{
    struct ecn_at at;

    return find_ecn(frame, &at) ? frame.p[at.octet] >> at.shift & 3 : NOT_ECT;
}

/* IPv6 has it across two octets, IPv4 in one. */
uint8_t ppp_traffic_class(struct span frame)
{
    struct ecn_at at;

    if (!find_ecn(frame, &at))
        return 0;
    if (at.shift == 0)
        return frame.p[at.octet];
    return (uint8_t)(frame.p[at.octet - 1] << 4 | frame.p[at.octet] >> 4);
}

/* RFC 1624, equation 3, for one octet in the lower half of its word. */
static void mend_checksum(uint8_t *checksum, uint8_t before, uint8_t after)
{
    unsigned old = (unsigned)checksum[0] << 8 | checksum[1];
    unsigned sum = (~old & 0xffffu) + (0xffffu - before) + after;

    sum = (sum & 0xffff) + (sum >> 16);
    sum = ~((sum & 0xffff) + (sum >> 16));
    checksum[0] = (uint8_t)(sum >> 8);
    checksum[1] = (uint8_t)sum;
}

enum ppp_ecn_fate ppp_ecn_merge(uint8_t outer, uint8_t *frame, size_t n)
{
    struct ecn_at at;
    uint8_t before, inner, left;

    if (!find_ecn(span_of(frame, n), &at))
        return PPP_ECN_KEEP;
    before = frame[at.octet];
    inner = before >> at.shift & 3;
    left = merged[inner][outer & 3];
    if (left == DROP)
        return PPP_ECN_DROP;
    if (left != inner) {
        frame[at.octet] = (uint8_t)((before & ~(3u << at.shift)) | (unsigned)left << at.shift);
        if (at.checksum != 0)
            mend_checksum(frame + at.checksum, before, frame[at.octet]);
    }
    return PPP_ECN_KEEP;
}

/* CCP and ECP, of the bundle or of a link: their Reset-Ack says from which frame on all is new. */
static bool resets_history(uint16_t protocol)
{
    return protocol == 0x80fd || protocol == 0x80fb || protocol == 0x8053 || protocol == 0x8055;
}

bool ppp_may_overtake(struct span frame)
{
    size_t info;
    uint16_t protocol = ppp_protocol(frame, &info);

    return (protocol >= 0x8000u && !resets_history(protocol)) || protocol == 0x0021u ||
           protocol == 0x0057u;
}
