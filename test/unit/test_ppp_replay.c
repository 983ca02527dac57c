/* The replay of what a LAC tells of PPP (RFC 2661, 4.4.5): what pppd is shown, what its ends see of
 * each other afterwards, and what ends it. */
#include "tap.h"

#include "base/md5.h"
#include "wire/ppp_replay.h"

#define PAP_OPTION "0304c023"
#define CHAP_OPTION "0305c22305"
#define CALLER "0506deadbeef"                       /* the caller's options: its magic number */
#define LAC CHAP_OPTION "05060badcafe"              /* what Cisco's LAC asks for */
#define PPPD CHAP_OPTION "050611112222"             /* a pppd that asks for just that */
#define PPPD_USUAL "020600000000" CHAP_OPTION "05061111222207020802"

#define OCTETS_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OCTETS_256 OCTETS_64 OCTETS_64 OCTETS_64 OCTETS_64

static struct ppp_replay r;
static uint8_t store[8][512];
static unsigned stored;

static struct span hex(const char *text)
{
    uint8_t *room = store[stored++ % 8];

    return span_of(room, unhex(text, room));
}

/* An ICCN's AVPs; NULL: not there. */
struct told {
    const char *initial, *sent, *received;
    int type; /* -1: not there */
    const char *name, *challenge, *response;
    unsigned id;
};

#define NONE_TOLD -1, NULL, NULL, NULL, 0 /* nothing of authentication */

static void put(struct msg *m, enum avp_number number, struct span *field, const char *text, bool is_hex)
{
    static uint8_t room[8][512];
    uint8_t *at = room[number % 8];

    if (text == NULL)
        return;
    m->present |= UINT64_C(1) << number;
    if (is_hex)
        *field = span_of(at, unhex(text, at));
    else
        *field = span_str(text);
}

static struct msg msg_of(const struct told *t)
{
    struct msg m = {0};

    put(&m, AVP_INITIAL_RECEIVED_LCP_CONFREQ, &m.initial_received_lcp_confreq, t->initial, true);
    put(&m, AVP_LAST_SENT_LCP_CONFREQ, &m.last_sent_lcp_confreq, t->sent, true);
    put(&m, AVP_LAST_RECEIVED_LCP_CONFREQ, &m.last_received_lcp_confreq, t->received, true);
    put(&m, AVP_PROXY_AUTHEN_NAME, &m.proxy_authen_name, t->name, false);
    put(&m, AVP_PROXY_AUTHEN_CHALLENGE, &m.proxy_authen_challenge, t->challenge, false);
    put(&m, AVP_PROXY_AUTHEN_RESPONSE, &m.proxy_authen_response, t->response, false);
    if (t->type >= 0)
        m.present |= UINT64_C(1) << AVP_PROXY_AUTHEN_TYPE;
    m.proxy_authen_type = (uint16_t)t->type;
    if (t->type == 2 || t->type == 3 || t->type == 5)
        m.present |= UINT64_C(1) << AVP_PROXY_AUTHEN_ID;
    m.proxy_authen_id = (uint16_t)t->id;
    return m;
}

static void begin(const struct told *t, enum replay_trust trust)
{
    struct msg m = msg_of(t);

    ppp_replay_init(&r, &m, trust, 1460);
}

static struct span packet(unsigned protocol, unsigned code, unsigned id, struct span body)
{
    uint8_t *room = store[stored++ % 8];
    struct wr w = wr_over(room, 512);

    wr_u16(&w, 0xff03);
    wr_u16(&w, (uint16_t)protocol);
    wr_u8(&w, (uint8_t)code);
    wr_u8(&w, (uint8_t)id);
    wr_u16(&w, (uint16_t)(body.n + 4));
    wr_put(&w, body);
    return span_of(room, wr_len(&w));
}

static struct span lcp(unsigned code, unsigned id, const char *options)
{
    return packet(0xc021, code, id, hex(options));
}

/* The next frame to an end is that one, whatever its place in the store. */
static void out(bool to_pppd, struct span want, const char *name)
{
    struct span got = to_pppd ? ppp_replay_to_pppd(&r) : ppp_replay_to_caller(&r);

    is_mem(got.p, got.n, want.p, want.n, name);
}

static void nothing(const char *name)
{
    ok(ppp_replay_to_pppd(&r).n == 0 && ppp_replay_to_caller(&r).n == 0, "%s: no other frame", name);
}

/* pppd asks, and is shown what the caller has asked for. */
static void meet(const char *options, const char *received)
{
    is_int(ppp_replay_from_pppd(&r, lcp(1, 7, options)), REPLAY_TAKEN, "pppd's request ends here");
    out(true, lcp(1, 1, received), "S4.4.5-05: pppd is shown the caller's request");
    ppp_replay_from_pppd(&r, lcp(2, 1, received));
}

static const char *words(void)
{
    static char text[REPLAY_WHY];

    return ppp_replay_describe(&r, text, sizeof text);
}

/* -- sets that are not used -----------------------------------------------------------------------
 */

static const struct told chap = {CALLER, LAC, CALLER, 2, "alice", "challenge", "response-octets!", 9};

static const struct {
    const char *name;
    struct told t;
    enum replay_trust trust;
    const char *why; /* NULL: used */
    bool sound;      /* not used, but sound in itself */
} sets[] = {
    {"all of it", {CALLER, LAC, CALLER, 2, "alice", "c", "response-octets!", 9}, REPLAY_VERIFY, NULL, false},
    {"no first request", {NULL, LAC, CALLER, 2, "alice", "c", "response-octets!", 9}, REPLAY_VERIFY, NULL, false},
    {"S4.4.5-08: no authentication told: pppd asks", {NULL, LAC, CALLER, NONE_TOLD}, REPLAY_VERIFY, NULL, false},
    {"none of LCP", {NULL, NULL, NULL, 4, NULL, NULL, NULL, 0}, REPLAY_VERIFY, "does not tell of LCP", true},
    {"S4.4.5-04: no last sent", {CALLER, NULL, CALLER, NONE_TOLD}, REPLAY_VERIFY, "does not tell of LCP", false},
    {"S4.4.5-05: no last received", {CALLER, LAC, NULL, NONE_TOLD}, REPLAY_VERIFY, "does not tell of LCP", false},
    {"truncated last sent", {CALLER, "0305c2", CALLER, NONE_TOLD}, REPLAY_VERIFY, "malformed", false},
    {"truncated last received", {CALLER, LAC, "0506dead", NONE_TOLD}, REPLAY_VERIFY, "malformed", false},
    {"truncated first", {"05", LAC, CALLER, NONE_TOLD}, REPLAY_VERIFY, "malformed", false},
    {"an MRU of five octets", {NULL, LAC, "010505dc00", NONE_TOLD}, REPLAY_VERIFY, "malformed", false},
    {"an MRU of 100", {NULL, LAC, "01040064", NONE_TOLD}, REPLAY_VERIFY, "too small", true},
    {"an option twice", {NULL, LAC "05060badcafe", CALLER, NONE_TOLD}, REPLAY_VERIFY, "twice", true},
    {"a bundle", {NULL, LAC, "110405dc", NONE_TOLD}, REPLAY_VERIFY, "beyond RFC 1661", true},
    {"callback", {NULL, LAC, "0d0306", NONE_TOLD}, REPLAY_VERIFY, "beyond RFC 1661", true},
    {"quality reports", {NULL, LAC "0408c02500000064", CALLER, NONE_TOLD}, REPLAY_VERIFY, "beyond RFC 1661", true},
    {"the LNS is to authenticate itself", {NULL, LAC, PAP_OPTION, NONE_TOLD}, REPLAY_VERIFY, "to the caller", true},
    {"one magic number for both", {NULL, CALLER, CALLER, NONE_TOLD}, REPLAY_VERIFY, "magic number", false},
    {"PAP, but CHAP was agreed on", {NULL, LAC, CALLER, 3, "a", NULL, "b", 1}, REPLAY_VERIFY, "another", false},
    {"CHAP, but PAP was agreed on",
     {NULL, PAP_OPTION, CALLER, 2, "a", "c", "response-octets!", 1}, REPLAY_VERIFY, "another", false},
    {"CHAP with MD5, but MS-CHAP was agreed on",
     {NULL, "0305c22380", CALLER, 2, "a", "c", "response-octets!", 1}, REPLAY_VERIFY, "another", false},
    {"PAP, and nothing was agreed on", {NULL, "", CALLER, 3, "a", NULL, "b", 1}, REPLAY_VERIFY, "another", false},
    {"S4.4.5-09: no name", {NULL, LAC, CALLER, 2, NULL, "c", "response-octets!", 1}, REPLAY_VERIFY, "name", false},
    {"S4.4.5-10: no challenge", {NULL, LAC, CALLER, 2, "a", NULL, "response-octets!", 1}, REPLAY_VERIFY, "challenge", false},
    {"S4.4.5-11: a high octet", {NULL, LAC, CALLER, 2, "a", "c", "response-octets!", 257}, REPLAY_VERIFY, "high octet", false},
    {"S4.4.5-12: a short response", {NULL, LAC, CALLER, 2, "a", "c", "response", 1}, REPLAY_VERIFY, "wrong length", false},
    {"S4.4.5-06: an unknown type", {NULL, LAC, CALLER, 7, NULL, NULL, NULL, 0}, REPLAY_VERIFY, "type", false},
    {"PAP that nobody is to verify", {NULL, PAP_OPTION, CALLER, 3, "a", NULL, "b", 1}, REPLAY_IGNORE, "PAP", true},
    {"PAP of which nothing is told", {NULL, PAP_OPTION, CALLER, NONE_TOLD}, REPLAY_VERIFY, "PAP", true},
    {"a name of 256 octets", {NULL, LAC, CALLER, 2, OCTETS_256, "c", "response-octets!", 1}, REPLAY_VERIFY, "too long", true},
    {"a challenge of 256 octets", {NULL, LAC, CALLER, 2, "a", OCTETS_256, "response-octets!", 1}, REPLAY_VERIFY, "too long", true},
    {"a password of 256 octets", {NULL, PAP_OPTION, CALLER, 3, "a", NULL, OCTETS_256, 1}, REPLAY_VERIFY, "too long", true},
    {"the LAC's word, for an empty name", {NULL, PAP_OPTION, CALLER, 3, "", NULL, "b", 1}, REPLAY_ACCEPT, "no name", true},
};

static void test_sets(void)
{
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        struct msg m = msg_of(&sets[i].t);
        const char *flaw = ppp_replay_flaw(&m);

        begin(&sets[i].t, sets[i].trust);
        ok((flaw == NULL) == (sets[i].why == NULL || sets[i].sound), "%s: in itself it has %s", sets[i].name,
           flaw != NULL ? flaw : "no flaw");
        if (sets[i].why == NULL)
            is_int(r.state, REPLAY_RUNNING, sets[i].name);
        else
            ok(r.state == REPLAY_ANEW && strstr(words(), sets[i].why) != NULL, "%s: %s",
               sets[i].name, words());
        if (sets[i].why != NULL)
            ok(ppp_replay_from_pppd(&r, lcp(1, 7, PPPD)) == REPLAY_PASS && !ppp_replay_is_needed(&r),
               "%s: pppd's request passes", sets[i].name);
    }
}

/* Text is no way of PPP's: whoever is to be asked by one besides, waits for that. */
static void test_text(void)
{
    struct told alone = {NULL, "", CALLER, 1, "alice", NULL, "secret", 0},
                besides = {NULL, LAC, CALLER, 1, "alice", NULL, "secret", 0},
                pap = {NULL, PAP_OPTION, CALLER, 1, "alice", NULL, "secret", 0};

    begin(&alone, REPLAY_ACCEPT);
    is_int(r.way, REPLAY_TOLD, "a login by text, taken at the LAC's word");
    meet("", CALLER);
    ppp_replay_to_pppd(&r);
    nothing("it waits for no answer");
    begin(&besides, REPLAY_ACCEPT);
    is_int(r.way, REPLAY_OVER, "S4.4.5-06: one that is to be asked by CHAP besides is asked");
    is_int(ppp_replay_protocol(&r), 0xc223, "by CHAP");
    begin(&pap, REPLAY_ACCEPT);
    ok(r.state == REPLAY_ANEW && strstr(words(), "does not tell of any") != NULL,
       "one that is to be asked by PAP besides begins anew");
}

/* -- pppd's requests ------------------------------------------------------------------------------
 */

static const struct {
    const char *name, *sent, *asked;
    unsigned code;        /* of the answer; 0: given up */
    const char *answer;   /* its options, or words of why */
} requests[] = {
    {"as the LAC", LAC, PPPD, 2, PPPD},
    {"more than the LAC", LAC, PPPD_USUAL, 4, "02060000000007020802"},
    {"no magic number was agreed on", CHAP_OPTION, PPPD, 4, "050611112222"},
    {"all of it was agreed on", "0206000a0000" LAC "07020802", "0206000a0000" PPPD "07020802", 2,
     "0206000a0000" PPPD "07020802"},
    {"S4.4.5-04: a larger MRU", "010405aa" LAC, PPPD, 3, "010405aa"},
    {"S4.4.5-04: the MRU that was given", "010405dc" LAC, "010405b4" PPPD, 3, "010405dc"},
    {"S4.4.5-04: an MRU of its own", LAC, "01040578" PPPD, 0, "MRU of 1400, the LAC has told the caller 1500"},
    {"S4.4.5-04: a map with less in it", "0206000a0000" LAC, "020600000000" PPPD, 3, "0206000a0000"},
    {"S4.4.5-04: a map with more in it", "020600000000" LAC, "0206000a0000" PPPD, 0, "ACCM of 000a0000"},
    {"S4.4.5-04: no map where there was one", "020600000000" LAC, PPPD, 0, "ACCM of ffffffff"},
    {"no protocol compression", LAC "0702", PPPD, 0, "protocol fields"},
    {"no address compression", LAC "0802", PPPD, 0, "address fields"},
    {"S4.4.5-04: another authentication", LAC, PAP_OPTION, 0, "asks for auth=pap, the caller has agreed on auth=chap-md5"},
    {"S4.4.5-04: another algorithm", LAC, "0305c22381050611112222", 0,
     "asks for auth=chap-ms-v2, the caller has agreed on auth=chap-md5"},
    {"no authentication", LAC, "050611112222", 0, "no authentication, the caller has agreed on auth=chap-md5"},
    {"S4.4.5-04: authentication, where there was none", "05060badcafe", PPPD, 0, "has agreed on no authentication"},
    {"the caller's magic number", LAC, CHAP_OPTION CALLER, 0, "magic number"},
    {"a bundle", LAC, PPPD "110405dc", 4, "110405dc"},
    {"malformed", LAC, "0505", 0, "malformed"},
};

static void test_requests(void)
{
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        struct told t = {NULL, requests[i].sent, CALLER, NONE_TOLD};

        begin(&t, REPLAY_VERIFY);
        if (requests[i].code != 0) {
            meet(requests[i].asked, CALLER);
            out(true, lcp(requests[i].code, 7, requests[i].answer), requests[i].name);
            is_int(r.open, requests[i].code == 2, requests[i].name);
        } else {
            is_int(ppp_replay_from_pppd(&r, lcp(1, 7, requests[i].asked)), REPLAY_TAKEN, "taken");
            out(false, lcp(1, 7, requests[i].asked), "pppd's request goes to the caller after all");
            ok(r.state == REPLAY_ANEW && strstr(words(), requests[i].answer) != NULL, "%s: %s",
               requests[i].name, words());
        }
        nothing(requests[i].name);
    }
}

/* Rejected, then named, then acknowledged. */
static void test_rounds(void)
{
    struct told t = {NULL, "010405aa" LAC, CALLER, NONE_TOLD};

    begin(&t, REPLAY_IGNORE);
    meet(PPPD_USUAL, CALLER);
    out(true, lcp(4, 7, "02060000000007020802"), "what the LAC has not is rejected");
    ppp_replay_from_pppd(&r, lcp(1, 8, PPPD));
    out(true, lcp(3, 8, "010405aa"), "then the MRU is named");
    ppp_replay_from_pppd(&r, lcp(1, 9, "010405aa" PPPD));
    out(true, lcp(2, 9, "010405aa" PPPD), "then pppd asks for what the caller has agreed on");
    is_int(r.state, REPLAY_DONE, "and the caller has heard nothing");
    nothing("at the end");

    begin(&t, REPLAY_IGNORE);
    meet(PPPD, CALLER);
    for (unsigned i = 0; i < 5; i++)
        ppp_replay_to_pppd(&r), ppp_replay_from_pppd(&r, lcp(1, 8 + i, PPPD));
    is_int(r.state, REPLAY_RUNNING, "a pppd that will not hear is told six times");
    ppp_replay_from_pppd(&r, lcp(1, 20, PPPD));
    is_int(r.state, REPLAY_ANEW, "S4.4.5-02: and not once more");
    out(false, lcp(1, 20, PPPD), "then the caller hears it");
}

static void test_pppd_declines(void)
{
    begin(&chap, REPLAY_VERIFY);
    ppp_replay_from_pppd(&r, lcp(1, 7, PPPD));
    ppp_replay_to_pppd(&r);
    is_int(ppp_replay_from_pppd(&r, lcp(3, 1, CALLER)), REPLAY_TAKEN, "a Nak ends here");
    out(false, lcp(1, 7, PPPD), "pppd's request goes to the caller");
    is_int(r.state, REPLAY_ANEW, "and both begin anew");

    begin(&chap, REPLAY_VERIFY);
    ppp_replay_from_pppd(&r, lcp(1, 7, PPPD));
    ppp_replay_from_pppd(&r, lcp(2, 1, "0506deadbeee"));
    is_int(r.state, REPLAY_ANEW, "an Ack of other options is none");

    begin(&chap, REPLAY_VERIFY);
    ppp_replay_from_pppd(&r, lcp(1, 7, PPPD));
    ppp_replay_from_pppd(&r, lcp(2, 2, CALLER));
    is_int(r.agreed, false, "nor one of another request");
}

/* -- authentication -------------------------------------------------------------------------------
 */

static void test_pap(void)
{
    struct told t = {CALLER, PAP_OPTION "05060badcafe", CALLER, 3, "bob", NULL, "pass word", 0x42};
    uint8_t body[] = "\3bob\11pass word";

    begin(&t, REPLAY_VERIFY);
    is_int(ppp_replay_protocol(&r), 0xc023, "pppd is to ask for PAP");
    is_int(ppp_replay_from_caller(&r, packet(0xc023, 1, 0x43, span_of(body, 14))), REPLAY_HOLD,
           "the caller, who asks again, waits");
    meet(PAP_OPTION "050611112222", CALLER);
    out(true, lcp(2, 7, PAP_OPTION "050611112222"), "LCP is open");
    out(true, packet(0xc023, 1, 0x42, span_of(body, 14)), "R1334: the caller's request, with its Identifier");
    is_int(r.state, REPLAY_DONE, "the rest is pppd's");
    nothing("PAP");
    is_int(ppp_replay_from_pppd(&r, packet(0xc023, 2, 0x42, hex("00"))), REPLAY_PASS, "its Ack passes");
}

static void respond(unsigned id, const char *secret, struct span challenge, uint8_t digest[MD5_SIZE])
{
    uint8_t octet = (uint8_t)id;
    struct md5 m;

    md5_init(&m);
    md5_add(&m, span_of(&octet, 1));
    md5_add(&m, span_str(secret));
    md5_add(&m, challenge);
    md5_end(&m, digest);
}

static const char *with_response(char text[MD5_SIZE + 1], const char *secret)
{
    uint8_t digest[MD5_SIZE];

    respond(9, secret, span_str("challenge"), digest);
    memcpy(text, digest, MD5_SIZE);
    text[MD5_SIZE] = '\0';
    return text;
}

/* As far as pppd's challenge. */
static struct span challenge(const char *secret)
{
    static uint8_t response[MD5_SIZE];
    struct told t = chap;
    struct msg m;
    char text[MD5_SIZE + 1];

    with_response(text, secret);
    memcpy(response, text, MD5_SIZE);
    m = msg_of(&t);
    m.proxy_authen_response = span_of(response, MD5_SIZE);
    ppp_replay_init(&r, &m, REPLAY_VERIFY, 0);
    meet(PPPD, CALLER);
    ppp_replay_to_pppd(&r);
    is_int(r.state, REPLAY_RUNNING, "LCP is open, pppd's challenge is waited for");
    return packet(0xc223, 1, 0x77, span_of("\4wxyzlns", 8));
}

static void test_chap(void)
{
    uint8_t body[1 + MD5_SIZE + 5] = {MD5_SIZE}, frame[512];
    struct span asked = challenge("the secret"), client, server, success;

    is_int(ppp_replay_from_pppd(&r, asked), REPLAY_TAKEN, "the challenge ends here");
    ok(ppp_replay_asks(&r, &client, &server) && span_eq(client, span_str("alice")) &&
           span_eq(server, span_str("lns")),
       "a secret is asked for, of alice for lns");
    ppp_replay_secret(&r, span_str("the secret"));
    respond(0x77, "the secret", span_str("wxyz"), body + 1);
    memcpy(body + 1 + MD5_SIZE, "alice", 5);
    out(true, packet(0xc223, 2, 0x77, span_of(body, sizeof body)), "R1994: pppd gets an answer to its own");
    nothing("CHAP");
    is_str(words(), "the caller's CHAP was right", "in words");
    success = packet(0xc223, 3, 0x77, span_str("welcome"));
    memcpy(frame, success.p, success.n);
    is_int(ppp_replay_from_pppd(&r, success), REPLAY_PASS, "its verdict passes");
    ppp_replay_translate(&r, true, frame, success.n);
    is_mem(frame, success.n, packet(0xc223, 3, 9, span_str("welcome")).p, success.n,
           "R1994: with the Identifier that the caller knows");
    memcpy(frame, packet(0xc223, 2, 9, span_of(body, sizeof body)).p, 4 + 4 + sizeof body);
    ppp_replay_translate(&r, false, frame, 8 + sizeof body);
    is_int(frame[5], 0x77, "a Response said again has pppd's");
    memcpy(frame, packet(0xc223, 1, 0x78, span_of("\4abcdlns", 8)).p, 16);
    ppp_replay_translate(&r, true, frame, 16);
    ok(frame[5] == 0x78 && !r.maps_id, "a new challenge is the caller's to answer");
}

static void test_chap_unverified(void)
{
    static const struct {
        const char *name, *secret;
        const char *used;
    } rows[] = {{"R1994: another secret", "another", "the secret"},
                {"R1994: no secret", NULL, "the secret"},
                {"R1994: no secret is not an empty one", NULL, ""}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct span asked = challenge(rows[i].used);
        struct span secret = {NULL, 0};

        if (rows[i].secret != NULL)
            secret = span_str(rows[i].secret);
        ppp_replay_from_pppd(&r, asked);
        ppp_replay_secret(&r, secret);
        out(false, packet(0xc223, 1, 0x77, span_of("\4wxyzlns", 8)), rows[i].name);
        nothing(rows[i].name);
        is_str(words(), "the caller's CHAP fits no secret here, so pppd asks it anew", rows[i].name);
        ok(!r.maps_id, "%s: Identifiers stay", rows[i].name);
    }
}

static void test_accept(void)
{
    struct told t = {CALLER, PAP_OPTION "05060badcafe", CALLER, 3, "bob", NULL, "secret", 0x42};
    uint8_t body[] = "\3bob\6secret", other[] = "\3bob\6secreT";

    begin(&t, REPLAY_ACCEPT);
    is_int(ppp_replay_protocol(&r), 0, "pppd is to ask for nothing");
    meet("050611112222", CALLER);
    out(true, lcp(2, 7, "050611112222"), "LCP is open");
    out(false, packet(0xc023, 2, 0x42, hex("00")), "the caller is accepted");
    nothing("accept");
    is_int(ppp_replay_from_caller(&r, packet(0xc023, 1, 0x44, span_of(body, 11))), REPLAY_TAKEN,
           "asked again, ...");
    out(false, packet(0xc023, 2, 0x44, hex("00")), "... it is told again");
    is_int(ppp_replay_from_caller(&r, packet(0xc023, 1, 0x45, span_of(other, 11))), REPLAY_PASS,
           "R1334: but not of another password");
    ppp_replay_from_caller(&r, packet(0x8021, 1, 1, hex("")));
    is_int(ppp_replay_from_caller(&r, packet(0xc023, 1, 0x44, span_of(body, 11))), REPLAY_PASS,
           "and no more once it has gone on");

    begin(&chap, REPLAY_ACCEPT);
    meet("050611112222", CALLER);
    ppp_replay_to_pppd(&r);
    out(false, packet(0xc223, 3, 9, hex("")), "CHAP's Success, with the LAC's Identifier");
    begin(&chap, REPLAY_ACCEPT);
    ppp_replay_from_pppd(&r, lcp(1, 7, PPPD));
    ok(r.state == REPLAY_ANEW && strstr(words(), "LAC's word") != NULL,
       "a pppd that asks all the same has its way");
}

/* -- afterwards -----------------------------------------------------------------------------------
 */

static const struct {
    const char *name;
    bool from_pppd;
    unsigned code;
    const char *body, *becomes;
} echoes[] = {
    {"R1661: pppd's Echo-Request", true, 9, "11112222aabb", "0badcafeaabb"},
    {"R1661: pppd's Echo-Reply", true, 10, "11112222", "0badcafe"},
    {"R1661: pppd's Discard-Request", true, 11, "11112222", "0badcafe"},
    {"one that has another number", true, 9, "11112223", "11112223"},
    {"a Protocol-Reject has none", true, 8, "11112222", "11112222"},
    {"one that is cut", true, 9, "1111", "1111"},
    {"the caller's keeps its own", false, 9, "deadbeef", "deadbeef"},
    {"R1661: what comes back by a loop is pppd's again", false, 9, "0badcafe", "11112222"},
};

static void test_magic(void)
{
    struct told t = {NULL, LAC, CALLER, NONE_TOLD};
    uint8_t frame[64];
    struct span s;

    begin(&t, REPLAY_IGNORE);
    meet(PPPD, CALLER);
    for (size_t i = 0; i < sizeof echoes / sizeof echoes[0]; i++) {
        s = lcp(echoes[i].code, 3, echoes[i].body);
        memcpy(frame, s.p, s.n);
        ppp_replay_translate(&r, echoes[i].from_pppd, frame, s.n);
        s = lcp(echoes[i].code, 3, echoes[i].becomes);
        is_mem(frame, s.n, s.p, s.n, echoes[i].name);
    }
    ppp_replay_to_pppd(&r);
    ok(ppp_replay_is_needed(&r), "it is needed as long as that goes on");
    s = lcp(1, 3, PPPD);
    memcpy(frame, s.p, s.n);
    is_int(ppp_replay_from_pppd(&r, s), REPLAY_PASS, "a Configure-Request passes, ...");
    ppp_replay_translate(&r, true, frame, s.n);
    is_mem(frame, s.n, s.p, s.n, "... as it is, ...");
    ok(!ppp_replay_is_needed(&r), "... and then the ends know each other");
}

static void test_caller_begins(void)
{
    begin(&chap, REPLAY_VERIFY);
    ppp_replay_from_pppd(&r, lcp(1, 7, PPPD));
    ppp_replay_to_pppd(&r);
    is_int(ppp_replay_from_caller(&r, lcp(9, 1, "deadbeef")), REPLAY_HOLD, "its Echo-Request waits");
    is_int(ppp_replay_from_caller(&r, packet(0xc223, 2, 9, span_str("\1xalice"))), REPLAY_TAKEN,
           "R1994: its answer to the LAC's challenge, said again, is none to pppd's");
    is_int(ppp_replay_from_caller(&r, lcp(1, 1, CALLER)), REPLAY_PASS, "R1661: a caller that begins anew ...");
    out(false, lcp(1, 7, PPPD), "... hears pppd");
    ok(r.state == REPLAY_ANEW && strstr(words(), "begins anew") != NULL, "and that is said");
    begin(&chap, REPLAY_VERIFY);
    is_int(ppp_replay_from_caller(&r, lcp(5, 1, "")), REPLAY_PASS, "one that ends does so");
    begin(&chap, REPLAY_VERIFY);
    ppp_replay_from_pppd(&r, lcp(1, 7, PPPD));
    is_int(ppp_replay_from_pppd(&r, lcp(5, 8, "")), REPLAY_PASS, "and so does pppd, ...");
    is_int(ppp_replay_to_caller(&r).n, 0, "... without having asked for anything");
}

static void test_time(void)
{
    begin(&chap, REPLAY_VERIFY);
    ppp_replay_begin(&r);
    out(true, lcp(1, 1, CALLER), "a silent pppd is spoken to");
    ppp_replay_from_pppd(&r, lcp(2, 1, CALLER));
    ppp_replay_from_pppd(&r, lcp(1, 7, PPPD));
    out(true, lcp(2, 7, PPPD), "and its own request is answered");
    is_int(ppp_replay_from_pppd(&r, lcp(2, 1, CALLER)), REPLAY_PASS, "an Ack more is not ours, ...");
    ppp_replay_give_up(&r, NULL);
    is_int(r.state, REPLAY_DONE, "no challenge: the ends are together all the same");
    begin(&chap, REPLAY_IGNORE);
    meet(PPPD, CALLER);
    begin(&chap, REPLAY_IGNORE);
    ppp_replay_from_pppd(&r, lcp(1, 7, PPPD));
    ppp_replay_from_pppd(&r, lcp(1, 7, PPPD));
    ppp_replay_from_pppd(&r, lcp(2, 1, CALLER));
    is_int(r.state, REPLAY_DONE, "... of a pppd that has asked twice, and was shown it twice, ...");
    is_int(ppp_replay_from_pppd(&r, lcp(2, 1, CALLER)), REPLAY_TAKEN, "... the other one is");
    begin(&chap, REPLAY_VERIFY);
    ppp_replay_give_up(&r, NULL);
    is_str(words(), "pppd does not say anything", "a mute pppd");
    ppp_replay_wipe(&r);
    for (size_t i = 0; i < sizeof r; i++)
        if (((uint8_t *)&r)[i] != 0)
            ok(false, "it is wiped");
}

/* -- bounds ---------------------------------------------------------------------------------------
 */

static void test_bounds(void)
{
    static const struct told eap = {NULL, "0304c227", CALLER, 4, NULL, NULL, NULL, 0};
    uint8_t options[300];

    for (size_t i = 0; i + 2 <= sizeof options; i += 2)
        memcpy(options + i, "\x40\2", 2);
    begin(&chap, REPLAY_VERIFY);
    ppp_replay_from_pppd(&r, packet(0xc021, 1, 7, span_of(options, sizeof options)));
    ok(r.state == REPLAY_ANEW && strstr(words(), "request is too long") != NULL,
       "a request of pppd's of 300 octets is not answered");
    nothing("nor handed on cut");
    begin(&chap, REPLAY_VERIFY);
    ppp_replay_from_pppd(&r, lcp(1, 7, PPPD));
    is_int(ppp_replay_from_pppd(&r, packet(0x8021, 1, 1, hex(""))), REPLAY_TAKEN, "no IPCP before LCP");
    for (unsigned i = 0; i < 2; i++) {
        begin(&chap, REPLAY_VERIFY);
        ppp_replay_from_pppd(&r, lcp(1, 7, i == 0 ? PPPD : PPPD_USUAL));
        ppp_replay_from_pppd(&r, lcp(1, 7, i == 0 ? PPPD : PPPD_USUAL));
        ppp_replay_from_pppd(&r, lcp(2, 1, CALLER));
        ok(r.due == 1 && r.open == (i == 0), "pppd was shown it twice, and has answered once");
        is_int(ppp_replay_from_pppd(&r, lcp(2, 1, CALLER)), REPLAY_TAKEN, "the other answer is ours, ...");
        ok(r.due == 0 && r.state == REPLAY_RUNNING, "... and changes nothing");
    }
    begin(&eap, REPLAY_VERIFY);
    is_int(r.way, REPLAY_OVER, "a LAC that has left EAP to the LNS: pppd asks");
    begin(&chap, REPLAY_VERIFY);
    for (unsigned i = 0; i < 9; i++) /* it is shown the caller's each time, and nobody takes that away */
        ppp_replay_from_pppd(&r, lcp(1, 7, PPPD));
    for (unsigned i = 0; i < REPLAY_QUEUE; i++)
        out(true, lcp(1, 1, CALLER), "as many frames wait as there is room for");
    nothing("and those beyond are as lost");
}

int main(void)
{
    test_sets();
    test_text();
    test_requests();
    test_rounds();
    test_pppd_declines();
    test_pap();
    test_chap();
    test_chap_unverified();
    test_accept();
    test_magic();
    test_caller_begins();
    test_time();
    test_bounds();
    return tap_done();
}
