/* What each Proxy Authen Type needs beside it (RFC 2661, 4.4.5).  See proxy.h. */
#include "wire/proxy.h"

#define BIT(slot) (UINT64_C(1) << (slot))
#define NAME BIT(AVP_PROXY_AUTHEN_NAME)
#define CHALLENGE BIT(AVP_PROXY_AUTHEN_CHALLENGE)
#define ID BIT(AVP_PROXY_AUTHEN_ID)
#define RESPONSE BIT(AVP_PROXY_AUTHEN_RESPONSE)

static const struct need {
    uint64_t avps;
    size_t response; /* its octets; 0: as many as the password has */
} needs[] = {
    [PROXY_TEXT] = {NAME | RESPONSE, 0},
    [PROXY_CHAP] = {NAME | CHALLENGE | ID | RESPONSE, PROXY_CHAP_RESPONSE},
    [PROXY_PAP] = {NAME | ID | RESPONSE, 0},
    [PROXY_NONE] = {0, 0},
    [PROXY_MSCHAP] = {NAME | CHALLENGE | ID | RESPONSE, PROXY_MSCHAP_RESPONSE},
};

static const struct {
    uint64_t avp;
    const char *flaw;
} missing[] = {
    {NAME, "proxy authentication lacks the name"},
    {CHALLENGE, "proxy authentication lacks the challenge"},
    {ID, "proxy authentication lacks the id"},
    {RESPONSE, "proxy authentication lacks the response"},
};

const char *proxy_flaw(const struct msg *m)
{
    const struct need *need;

    if (!(m->present & BIT(AVP_PROXY_AUTHEN_TYPE)))
        return m->present & (NAME | CHALLENGE | ID | RESPONSE)
                   ? "proxy authentication lacks the type"
                   : NULL;
    if (m->proxy_authen_type < PROXY_TEXT || m->proxy_authen_type > PROXY_MSCHAP)
        return "proxy authentication is of a type that nobody knows";
    need = &needs[m->proxy_authen_type];
    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++)
        if ((need->avps & ~m->present) & missing[i].avp)
            return missing[i].flaw;
    if ((need->avps & ID) && m->proxy_authen_id > 0xff)
        return "proxy authentication id has a high octet";
    if (need->response != 0 && m->proxy_authen_response.n != need->response)
        return "proxy authentication response has a wrong length";
    return NULL;
}
