/* ppp_facts: what can be known of a call's PPP by looking at the frames that pass: by what name
 * each end has authenticated itself to the other, with what success, and the addresses they have
 * agreed on.
 *
 * pppd tells its scripts the same; here it is known without them, whatever plugin authenticates and
 * assigns.  A name is what was said (PAP, RFC 1334; CHAP, RFC 1994; EAP, RFC 3748); only with
 * "accepted" was it believed.  Texts are the peers', of any octets but NUL. */
#ifndef WIRE_PPP_FACTS_H
#define WIRE_PPP_FACTS_H

#include "wire/ppp.h"

#define PPP_NAME 64 /* a longer one is cut */

struct ppp_end {
    char name[PPP_NAME];  /* empty: it has not said */
    bool accepted;        /* the other end has taken it */
    uint32_t ip;          /* IPCP's, host order; 0: none, or not agreed on yet */
    bool has_ip, has_ip6; /* IPCP or IPv6CP has been acknowledged to it */
};

struct ppp_facts {
    struct ppp_end far, pppd;
};

/* Takes note of a frame; true if something is known that was not. */
bool ppp_facts_frame(struct ppp_facts *f, bool from_pppd, struct span frame);

/* The network layers that are open: their requests have been acknowledged both ways. */
#define PPP_UP_IP 1u
#define PPP_UP_IP6 2u
unsigned ppp_facts_up(const struct ppp_facts *f);

#endif
