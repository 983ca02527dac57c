/* wire/ppp_facts: names and addresses as PPP's ends say them, whatever octets come. */
#include "wire/ppp_facts.h"

#include <stdlib.h>

#include "tap.h"

static struct ppp_facts f;

/* "far HEX" or "pppd HEX", without ff 03. */
static bool pass(bool from_pppd, const char *hex)
{
    uint8_t octets[256] = {0xff, 0x03};
    size_t n = 2;

    for (; hex[0] != '\0'; hex += 2 + (hex[2] == ' ')) {
        char two[3] = {hex[0], hex[1], '\0'};

        octets[n++] = (uint8_t)strtoul(two, NULL, 16);
    }
    return ppp_facts_frame(&f, from_pppd, span_of(octets, n));
}

static void begin(void)
{
    f = (struct ppp_facts){0};
}

int main(void)
{
    begin();
    ok(pass(false, "c023 01 01 000e 03 6a6f65 05 68656c6c6f"), "PAP: the far end asks");
    is_str(f.far.name, "joe", "its name is known, not its password");
    ok(!f.far.accepted, "and not yet believed");
    ok(!pass(false, "c023 01 02 000e 03 6a6f65 05 68656c6c6f"), "asked again, nothing is new");
    ok(!pass(true, "c023 03 01 0005 00"), "a Nak takes nothing");
    ok(!f.far.accepted && pass(true, "c023 02 01 0005 00") && f.far.accepted, "an Ack does");
    is_str(f.pppd.name, "", "pppd has not said");

    begin();
    ok(!pass(true, "c223 01 07 000a 02 aabb 6c6e73"), "CHAP: a challenge names nobody's user");
    ok(pass(false, "c223 02 07 000b 02 ccdd 6a696d6d"), "a response does");
    is_str(f.far.name, "jimm", "the name behind the value");
    ok(pass(true, "c223 03 07 0004") && f.far.accepted, "success");
    ok(pass(false, "c223 02 08 0008 02 ccdd 6a") && !f.far.accepted, "another name: not yet");
    ok(!pass(false, "c223 02 08 0008 20 ccdd 6a"), "a value that runs past the end: nothing");
    is_str(f.far.name, "j", "and what was known stays");

    begin();
    ok(pass(true, "c227 02 01 0008 01 6a6f65"), "EAP: pppd says who it is");
    is_str(f.pppd.name, "joe", "as a client's does");
    ok(!pass(true, "c227 02 01 0008 04 6a6f66"), "other types say nothing");
    ok(pass(false, "c227 03 02 0004") && f.pppd.accepted, "and is believed");

    begin();
    ok(!pass(false, "8021 01 01 000a 0306 00000000") && f.far.ip == 0, "IPCP: a request is none");
    ok(pass(true, "8021 02 02 0010 0206002d0f01 0306 0a090002"), "an Ack is");
    is_int(f.far.ip, 0x0a090002, "the far end's address, among other options");
    ok(!ppp_facts_up(&f), "one way is not up");
    ok(!pass(true, "8021 02 02 0010 0206002d0f01 0306 0a090002"), "said again, nothing is new");
    ok(pass(false, "8021 02 09 000a 0306 0a090001") && f.pppd.ip == 0x0a090001, "pppd's address");
    is_int(ppp_facts_up(&f), PPP_UP_IP, "both ways is up");
    ok(pass(true, "c023 02 01 0005 00") == false, "an Ack for nobody");
    pass(false, "c021 09 00 0008 11223344");
    ok(ppp_facts_up(&f), "an echo changes nothing");
    pass(false, "c021 05 07 0004");
    ok(!ppp_facts_up(&f) && f.far.ip == 0, "the end of LCP ends it");
    ok(pass(true, "8057 02 01 000e 010a 0000000000000001") &&
           pass(false, "8057 02 01 000e 010a 0000000000000002") && ppp_facts_up(&f),
       "IPv6 alone is up too");

    begin();
    ok(!pass(false, "0021 450000"), "data say nothing");
    ok(!pass(false, "8021 02 02 00ff 0306 0a09"), "nor does a packet cut short");
    ok(pass(false, "8021 02 02 0008 0306 0a09") && f.pppd.ip == 0, "an option cut short is none");
    ok(pass(false, "c023 01 01 0048 40"
                   "6161616161616161616161616161616161616161616161616161616161616161"
                   "6161616161616161616161616161616161616161616161616161616161616161"
                   "0268 69"),
       "a long name");
    is_int((long long)strlen(f.far.name), PPP_NAME - 1, "is cut");
    return tap_done();
}
