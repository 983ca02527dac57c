/* Whether what a LAC tells of its caller's PPP is sound in itself; see ppp_replay.h. */
#include "wire/lcp.h"
#include "wire/ppp_replay_parts.h"
#include "wire/proxy.h"

uint16_t replay_protocol_of(struct span auth)
{
    return auth.n >= 4 ? (uint16_t)(auth.p[2] << 8 | auth.p[3]) : 0;
}

static bool is_chap(struct span auth, uint8_t algorithm)
{
    return auth.n == 5 && replay_protocol_of(auth) == PPP_CHAP && auth.p[4] == algorithm;
}

bool replay_is_of_type(struct span auth, uint16_t type)
{
    switch (type) {
    case PROXY_PAP:
        return auth.n == 4 && replay_protocol_of(auth) == PPP_PAP;
    case PROXY_CHAP:
        return is_chap(auth, 5);
    case PROXY_MSCHAP:
        return is_chap(auth, 0x80);
    default:
        return true;
    }
}

static bool has(const struct msg *m, unsigned number)
{
    return (m->present >> number & 1) != 0;
}

const char *ppp_replay_flaw(const struct msg *m)
{
    const struct span lcp[] = {m->initial_received_lcp_confreq, m->last_sent_lcp_confreq,
                               m->last_received_lcp_confreq};
    bool sent = has(m, AVP_LAST_SENT_LCP_CONFREQ), received = has(m, AVP_LAST_RECEIVED_LCP_CONFREQ);
    struct replay_terms ours = {0}, caller = {0};
    const char *flaw = proxy_flaw(m);

    if (flaw != NULL)
        return flaw;
    for (unsigned i = 0; i < sizeof lcp / sizeof lcp[0]; i++)
        if (has(m, AVP_INITIAL_RECEIVED_LCP_CONFREQ + i) && !lcp_well_formed(lcp[i]))
            return "its LCP options are malformed";
    if (sent != received)
        return "it tells one side of LCP and not the other";
    if (!sent || replay_read_terms(m->last_sent_lcp_confreq, true, &ours) != NULL ||
        replay_read_terms(m->last_received_lcp_confreq, false, &caller) != NULL)
        return NULL; /* it may be sound, for all that we know of its options */
    if (ours.magic != 0 && ours.magic == caller.magic)
        return "it has the caller's magic number";
    return has(m, AVP_PROXY_AUTHEN_TYPE) && !replay_is_of_type(ours.auth, m->proxy_authen_type)
               ? "it tells of another authentication than it has agreed on with the caller"
               : NULL;
}
