/* LCP options (RFC 1661, 6) as the AVPs 26 to 28 carry them: in words, and whether they are well
 * formed. */
#include "tap.h"

#include <stdlib.h>

#include "wire/lcp.h"

static const struct {
    const char *name;
    const char *options;
    bool fine;
    const char *shown;
} lists[] = {
    {"S4.4.5-03: an MRU", "010405dc", true, "mru=1500"},
    {"S4.4.5-04: what a LAC asks for", "0206000a0000 0305c22305 05061a2b3c4d 0702 0802", true,
     "accm=000a0000 auth=chap-md5 magic=1a2b3c4d pfc acfc"},
    {"S4.4.5-05: what a client asks for", "010405d4 050612345678 0702 0802", true,
     "mru=1492 magic=12345678 pfc acfc"},
    {"S4.4.5-03: no options at all", "", true, ""},
    {"RFC 1661, 6.2: PAP", "0304c023", true, "auth=pap"},
    {"RFC 2433: MS-CHAP", "0305c22380", true, "auth=chap-ms"},
    {"RFC 2759: MS-CHAPv2", "0305c22381", true, "auth=chap-ms-v2"},
    {"RFC 1994: another algorithm", "0305c22307", true, "auth=chap-07"},
    {"RFC 1994: an algorithm of two octets", "0306c2230506", true, "auth=chap-0506"},
    {"RFC 1994: no algorithm", "0304c223", true, "auth=chap"},
    {"RFC 3748: EAP", "0304c227", true, "auth=eap"},
    {"RFC 1661, 6.2: another protocol, with data", "0305c12305", true, "auth=c123-05"},
    {"RFC 1661, 6.3: link quality", "0408c025000003e8", true, "quality=lqr-000003e8"},
    {"RFC 1570, 2.3: callback", "0d0306", true, "callback=6"},
    {"RFC 1570, 2.3: callback to a number, and an octet too many", "0d060435353531", false,
     "callback=4:353535 malformed"},
    {"RFC 1570, 2.3: callback to a place", "0d0702 35353531", true, "callback=2:35353531"},
    {"RFC 1990: multilink", "110405dc 1202 1309 03001122334455", true,
     "mrru=1500 short-seq endpoint=3:001122334455"},
    {"RFC 1990: an endpoint of no address", "130300", true, "endpoint=0"},
    {"S4.4.5-03: unknown ones are shown in hex", "090301 ff04abcd 6302", true,
     "option-9=01 option-255=abcd option-99"},
    {"S4.4.5-03: malformed: Length 0", "010405dc 0500", false, "mru=1500 malformed"},
    {"S4.4.5-03: malformed: Length 1", "0702 0801 0802", false, "pfc malformed"},
    {"S4.4.5-03: malformed: a type alone", "0702 05", false, "pfc malformed"},
    {"S4.4.5-03: malformed: past the end", "0702 0506123456", false, "pfc malformed"},
    {"S4.4.5-03: malformed: an unknown one past the end", "63ff00", false, "malformed"},
    {"S4.4.5-03: malformed: an MRU of three octets", "0105000005 0702", false, "malformed"},
    {"S4.4.5-03: malformed: a magic number of two octets", "05041a2b", false, "malformed"},
    {"S4.4.5-03: malformed: an authentication of one octet", "0303c2", false, "malformed"},
    {"S4.4.5-03: malformed: a flag with a value", "070301", false, "malformed"},
    {"S4.4.5-03: malformed: an endpoint of no class", "1302", false, "malformed"},
    {"RFC 1661: long values are cut",
     "6324"
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021",
     true, "option-99=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f...(34)"},
};

int main(void)
{
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        uint8_t octets[64];
        size_t n = unhex(lists[i].options, octets);
        uint8_t *exact = malloc(n + (n == 0)); /* its very size: nothing is read beyond it */
        char line[256], cut[64];
        bool fits = true;

        memcpy(exact, octets, n);
        is_str(lcp_describe(span_of(exact, n), line, sizeof line), lists[i].shown, lists[i].name);
        ok(lcp_well_formed(span_of(exact, n)) == lists[i].fine, "%s: well formed or not",
           lists[i].name);
        for (size_t size = 1; size < sizeof cut; size++) {
            memset(cut, '#', sizeof cut);
            lcp_describe(span_of(exact, n), cut, size);
            fits &= strlen(cut) < size && strncmp(cut, line, strlen(cut)) == 0 && cut[size] == '#';
        }
        ok(fits, "%s: cut to whatever room there is", lists[i].name);
        free(exact);
    }
    return tap_done();
}
