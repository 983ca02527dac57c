/* Proxy authentication (RFC 2661, 4.4.5): which sets of AVPs can be used, and that we send no
 * others. */
#include "tap.h"

#include "wire/msg.h"
#include "wire/proxy.h"

/* A set: type, then which of name, challenge, id and response are there ("ncir"), the id, and the
 * octets of the response. */
static const struct {
    const char *name;
    int type; /* -1: not there */
    const char *there;
    unsigned id;
    size_t response;
    const char *flaw; /* a word of it; NULL: usable */
} sets[] = {
    {"S4.4.5-07: none at all", -1, "", 0, 0, NULL},
    {"S4.4.5-07: a name without a type", -1, "n", 0, 0, "lacks the type"},
    {"S4.4.5-07: a challenge without a type", -1, "c", 0, 0, "lacks the type"},
    {"S4.4.5-07: an id without a type", -1, "i", 0, 0, "lacks the type"},
    {"S4.4.5-07: a response without a type", -1, "r", 0, 16, "lacks the type"},
    {"S4.4.5-06: type 0", 0, "ncir", 1, 16, "of a type"},
    {"S4.4.5-06: type 6", 6, "ncir", 1, 16, "of a type"},
    {"S4.4.5-06: type 7", 7, "ncir", 1, 16, "of a type"},
    {"S4.4.5-06: type 65535", 65535, "ncir", 1, 16, "of a type"},
    {"S4.4.5-06: type 258 is not type 2", 258, "ncir", 1, 16, "of a type"},
    {"S4.4.5-06: no authentication", 4, "", 0, 0, NULL},
    {"S4.4.5-06: no authentication, but a name", 4, "n", 0, 0, NULL},
    {"S4.4.5-06: text", 1, "nr", 0, 6, NULL},
    {"S4.4.5-06: CHAP", 2, "ncir", 0x17, 16, NULL},
    {"S4.4.5-06: PAP", 3, "nir", 0x17, 6, NULL},
    {"S4.4.5-06: MS-CHAP", 5, "ncir", 0x17, 49, NULL},
    {"S4.4.5-09: text without a name", 1, "r", 0, 6, "lacks the name"},
    {"S4.4.5-09: CHAP without a name", 2, "cir", 1, 16, "lacks the name"},
    {"S4.4.5-09: PAP without a name", 3, "ir", 1, 6, "lacks the name"},
    {"S4.4.5-09: MS-CHAP without a name", 5, "cir", 1, 49, "lacks the name"},
    {"S4.4.5-10: CHAP without a challenge", 2, "nir", 1, 16, "lacks the challenge"},
    {"S4.4.5-10: MS-CHAP without a challenge", 5, "nir", 1, 49, "lacks the challenge"},
    {"S4.4.5-11: CHAP without an id", 2, "ncr", 1, 16, "lacks the id"},
    {"S4.4.5-11: PAP without an id", 3, "nr", 1, 6, "lacks the id"},
    {"S4.4.5-11: MS-CHAP without an id", 5, "ncr", 1, 49, "lacks the id"},
    {"S4.4.5-11: an id of 255", 2, "ncir", 0xff, 16, NULL},
    {"S4.4.5-11, S6.0-01: CHAP, an id with a high octet", 2, "ncir", 0x0101, 16, "high octet"},
    {"S4.4.5-11, S6.0-01: PAP, an id with a high octet", 3, "nir", 0x100, 6, "high octet"},
    {"S4.4.5-11: text needs no id, whatever it is", 1, "nir", 0x100, 6, NULL},
    {"S4.4.5-12: text without a password", 1, "n", 0, 0, "lacks the response"},
    {"S4.4.5-12: CHAP without a response", 2, "nci", 1, 0, "lacks the response"},
    {"S4.4.5-12: PAP without a password", 3, "ni", 1, 0, "lacks the response"},
    {"S4.4.5-12: MS-CHAP without a response", 5, "nci", 1, 0, "lacks the response"},
    {"S4.4.5-12: PAP with an empty password", 3, "nir", 1, 0, NULL},
    {"S4.4.5-12: a CHAP response of 15 octets", 2, "ncir", 1, 15, "wrong length"},
    {"S4.4.5-12: a CHAP response of 17 octets", 2, "ncir", 1, 17, "wrong length"},
    {"S4.4.5-12: an MS-CHAP response of 16 octets", 5, "ncir", 1, 16, "wrong length"},
    {"S4.4.5-12: an MS-CHAP response of 50 octets", 5, "ncir", 1, 50, "wrong length"},
};

static void fill(struct msg *m, size_t i)
{
    static const uint8_t response[64] = {1, 2, 3};

    msg_init(m, ICCN, 0x4444);
    msg_set(m, AVP_TX_CONNECT_SPEED);
    msg_set(m, AVP_FRAMING_TYPE);
    m->proxy_authen_type = (uint16_t)sets[i].type;
    m->proxy_authen_name = span_str("user");
    m->proxy_authen_challenge = span_of(response, 8);
    m->proxy_authen_id = (uint16_t)sets[i].id;
    m->proxy_authen_response = span_of(response, sets[i].response);
    if (sets[i].type >= 0)
        msg_set(m, AVP_PROXY_AUTHEN_TYPE);
    if (strchr(sets[i].there, 'n') != NULL)
        msg_set(m, AVP_PROXY_AUTHEN_NAME);
    if (strchr(sets[i].there, 'c') != NULL)
        msg_set(m, AVP_PROXY_AUTHEN_CHALLENGE);
    if (strchr(sets[i].there, 'i') != NULL)
        msg_set(m, AVP_PROXY_AUTHEN_ID);
    if (strchr(sets[i].there, 'r') != NULL)
        msg_set(m, AVP_PROXY_AUTHEN_RESPONSE);
}

int main(void)
{
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        uint8_t made[256];
        struct wr w = wr_over(made, sizeof made);
        const char *flaw;
        struct msg m;

        fill(&m, i);
        flaw = proxy_flaw(&m);
        ok((flaw == NULL) == (sets[i].flaw == NULL) &&
               (flaw == NULL || strstr(flaw, sets[i].flaw) != NULL),
           "%s: %s", sets[i].name, flaw != NULL ? flaw : "usable");
        ok(msg_encode(&w, &m, NULL) == (sets[i].flaw == NULL), "%s: is it sent", sets[i].name);
    }
    return tap_done();
}
