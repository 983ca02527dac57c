/* ipsec: "require ipsec", turned into rules of host/guard.
 *
 * A LNS's rules say of the daemon's own port what each [lns] says of the peers that it serves.  A
 * LAC's says of its own port and the address that it dials what the [lac] says; it goes before
 * those.  What cannot be enforced is not served and not dialled: who requires IPsec is never left
 * without. */
#ifndef IPSEC_H
#define IPSEC_H

#include "host/guard.h"
#include "hub.h"

/* Has the kernel hold to what a configuration says, in place of what was in force (h->conf); before the
 * daemon listens, and at each reload.  Tunnels whose LNS section is in it no more are held to what that
 * required, until they have gone.  What fails is told. */
void ipsec_apply(struct hub *h, const struct conf *conf);

/* Behind that, once the configuration is in force: tunnels of sections that require IPsec, which cannot be
 * enforced, are closed.  They would go on in the clear. */
void ipsec_end_unguarded(struct hub *h);

/* May this section serve that peer?  None that requires IPsec may, if that cannot be enforced, or if the
 * kernel lets all through that comes from there, as a LAC without IPsec has dialled it by the daemon's
 * port: that is told. */
bool ipsec_serves(struct hub *h, const struct conf_lns *lns, const struct addr *peer);

/* What one LAC holds of it. */
#define IPSEC_HELD 4
struct ipsec_hold {
    struct guard_rule rule[IPSEC_HELD];
    unsigned n;
};

/* A LAC is about to dial that address from that port of ours, or has, and does or does not require IPsec:
 * the rule for it stands from now on; but none that would let through what a LNS requires IPsec for whose
 * tunnel comes from there.  0; -1 with errno if it is required and cannot be enforced. */
int ipsec_dials(struct hub *h, struct ipsec_hold *hold, bool require, const struct addr *peer,
                uint16_t port);

/* The LAC goes: its rules, too; but those by which IPsec is required stand until the tunnels that they are
 * for have gone, as these have a last word to say. */
void ipsec_forget(struct hub *h, struct ipsec_hold *hold);

/* Another configuration is in force: what was let through for the LAC is not any more, where by now a LNS
 * requires IPsec for a tunnel from there. */
void ipsec_heed(struct hub *h, struct ipsec_hold *hold);

/* Why it cannot be enforced, in words. */
const char *ipsec_reason(int reason);

/* All IPsec policies have been removed by somebody (ip xfrm policy flush; some IPsec daemons do that when
 * they start): ours are put back, if there were any. */
void ipsec_renew(struct hub *h);

/* Must what goes through this tunnel go through IPsec? */
bool ipsec_is_required(const struct hub *h, const struct tunnel *t);

/* All goes. */
void ipsec_end(struct hub *h);

#endif
