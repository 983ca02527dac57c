/* What PPP's ends say of themselves; see ppp_facts.h.  Must not know calls or tunnels. */
#include "wire/ppp_facts.h"

#include <string.h>

enum protocol {
    IPCP = 0x8021,
    IPV6CP = 0x8057,
    FIRST_OF_CONTROL = 0x8000, /* below: data */
    LCP = 0xc021,
    PAP = 0xc023,
    CHAP = 0xc223,
    EAP = 0xc227,
};

enum { CONFIGURE_REQUEST = 1, CONFIGURE_ACK = 2, TERMINATE_REQUEST = 5 }; /* RFC 1661, 5 */
enum { PAP_REQUEST = 1, PAP_ACK = 2 };                                    /* RFC 1334, 2.2 */
enum { CHAP_RESPONSE = 2, CHAP_SUCCESS = 3 };                             /* RFC 1994, 4 */
enum { EAP_RESPONSE = 2, EAP_SUCCESS = 3, EAP_IDENTITY = 1 };             /* RFC 3748, 4 and 5.1 */

#define OPTION_ADDRESS 3 /* of IPCP (RFC 1332, 3.3) */

/* The name in a packet that says one; empty if it says none. */
static struct span name_in(uint16_t protocol, const struct ppp_packet *p)
{
    struct rd r = rd_over(p->options);
    uint8_t first = rd_u8(&r);
    struct span name = {0};

    if (protocol == PAP && p->code == PAP_REQUEST) {
        name = rd_take(&r, first);
    } else if (protocol == CHAP && p->code == CHAP_RESPONSE) {
        rd_take(&r, first); /* the response itself */
        name = rd_take(&r, rd_left(&r));
    } else if (protocol == EAP && p->code == EAP_RESPONSE && first == EAP_IDENTITY) {
        name = rd_take(&r, rd_left(&r));
    }
    return r.failed ? (struct span){0} : name;
}

static bool accepts(uint16_t protocol, const struct ppp_packet *p)
{
    return (protocol == PAP && p->code == PAP_ACK) ||
           (protocol == CHAP && p->code == CHAP_SUCCESS) ||
           (protocol == EAP && p->code == EAP_SUCCESS);
}

static bool watch_names(uint16_t protocol, const struct ppp_packet *p, struct ppp_end *speaker,
                        struct ppp_end *other)
{
    struct span name = name_in(protocol, p);
    char text[PPP_NAME];

    if (name.n > 0) {
        span_to_str(name, text, sizeof text);
        if (strcmp(text, speaker->name) == 0)
            return false;
        memcpy(speaker->name, text, sizeof text);
        speaker->accepted = false;
        return true;
    }
    if (!accepts(protocol, p) || other->accepted || other->name[0] == '\0')
        return false;
    other->accepted = true;
    return true;
}

/* An Ack says what the other end has asked for, and now has. */
static bool watch_network(uint16_t protocol, const struct ppp_packet *p, struct ppp_end *other)
{
    struct rd r = rd_over(p->options), value;
    struct ppp_end was = *other;
    uint8_t type;

    if (p->code != CONFIGURE_ACK)
        return false;
    if (protocol == IPV6CP)
        other->has_ip6 = true;
    else
        other->has_ip = true;
    while (protocol == IPCP && ppp_next_option(&r, &type, &value))
        if (type == OPTION_ADDRESS && rd_left(&value) == 4)
            other->ip = rd_u32(&value);
    return was.has_ip != other->has_ip || was.has_ip6 != other->has_ip6 || was.ip != other->ip;
}

/* LCP begins anew, or ends: what was agreed on above it counts no more (RFC 1661, 3.4). */
static void forget(struct ppp_end *end)
{
    end->accepted = end->has_ip = end->has_ip6 = false;
    end->ip = 0;
}

bool ppp_facts_frame(struct ppp_facts *f, bool from_pppd, struct span frame)
{
    struct ppp_end *speaker = from_pppd ? &f->pppd : &f->far;
    struct ppp_end *other = from_pppd ? &f->far : &f->pppd;
    struct ppp_packet p;
    size_t info;
    uint16_t protocol = ppp_protocol(frame, &info);

    if (protocol < FIRST_OF_CONTROL || !ppp_read_packet(frame, info, &p))
        return false;
    switch (protocol) {
    case LCP:
        if (p.code == CONFIGURE_REQUEST || p.code == TERMINATE_REQUEST) {
            forget(speaker);
            forget(other);
        }
        return false;
    case PAP:
    case CHAP:
    case EAP:
        return watch_names(protocol, &p, speaker, other);
    case IPCP:
    case IPV6CP:
        return watch_network(protocol, &p, other);
    }
    return false;
}

unsigned ppp_facts_up(const struct ppp_facts *f)
{
    return (f->far.has_ip && f->pppd.has_ip ? PPP_UP_IP : 0) |
           (f->far.has_ip6 && f->pppd.has_ip6 ? PPP_UP_IP6 : 0);
}
