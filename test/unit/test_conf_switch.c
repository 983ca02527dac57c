/* l2tpd.conf: rules of switches: which one a call fits, and what is said of those that cannot be. */
#include "conf_rig.h"

#include <stdio.h>
#include <string.h>

#define HEAD "[lns default]\nip range = 10.0.0.1-9\n[lac a]\nlns = 192.0.2.1\n" /* four lines */

static const struct {
    const char *name, *rules;
    const char *user, *called, *calling, *group, *peer, *peer_name;
    const char *fits; /* "": none */
} calls[] = {
    {"no demand", "[switch x]\nthrough = a\n", "", "", "", "", "192.0.2.9", "lac", "x"},
    {"a realm", "[switch x]\nthrough = a\nmatch = *@r\n", "u@R", "", "", "", "", "", "x"},
    {"another", "[switch x]\nthrough = a\nmatch = *@r\n", "u@r2", "", "", "", "", "", ""},
    {"no name fits no pattern", "[switch x]\nthrough = a\nmatch = *\n", "", "", "", "", "", "", ""},
    {"one of two", "[switch x]\nthrough = a\ncalled = 1*\ncalled = 2*\n", "", "23", "", "", "", "", "x"},
    {"none of two", "[switch x]\nthrough = a\ncalled = 1*\ncalled = 2*\n", "", "3", "", "", "", "", ""},
    {"no number fits '*'", "[switch x]\nthrough = a\ncalled = *\n", "", "", "", "", "", "", "x"},
    {"all must fit", "[switch x]\nthrough = a\ncalled = 1\ncalling = 2\n", "", "1", "3", "", "", "", ""},
    {"all fit", "[switch x]\nthrough = a\ncalled = 1\ncalling = 2\n", "", "1", "2", "", "", "", "x"},
    {"a group", "[switch x]\nthrough = a\ngroup = g\n", "", "", "", "g", "", "", "x"},
    {"its case counts", "[switch x]\nthrough = a\ngroup = g\n", "", "", "", "G", "", "", ""},
    {"an address", "[switch x]\nthrough = a\npeer = 2001:db8:*\n", "", "", "", "", "2001:db8::1", "", "x"},
    {"a host name", "[switch x]\nthrough = a\npeer name = bras*\n", "", "", "", "", "", "BRAS1", "x"},
    {"the last one counts", "[switch x]\nthrough = a\n[switch y]\nthrough = a\ncalled = 1\n", "", "1", "",
     "", "", "", "y"},
    {"of those that fit", "[switch x]\nthrough = a\n[switch y]\nthrough = a\ncalled = 1\n", "", "2", "",
     "", "", "", "x"},
};

static void test_calls(void)
{
    char text[1024];

    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        const struct conf_facts facts = {span_str(calls[i].user), calls[i].called, calls[i].calling,
                                         calls[i].group,          calls[i].peer,   calls[i].peer_name};
        const struct conf_switch *w;
        struct conf *c;

        snprintf(text, sizeof text, HEAD "%s", calls[i].rules);
        c = parse(text);
        w = conf_match_switch(c, &facts);
        is_str(w != NULL ? w->name : "", calls[i].fits, calls[i].name);
        conf_free(c);
    }
}

static const struct {
    const char *name, *text, *said;
} traps[] = {
    {"one that is right", HEAD "[switch x]\nthrough = A\n", ""},
    {"no name", HEAD "[switch]\n", "E f:5: [switch] has no name: write [switch NAME]"},
    {"no way", HEAD "[switch x]\n",
     "E f:5: [switch x] has no 'through': name the [lac] section through which its calls go on"},
    {"an unknown way", HEAD "[switch x]\nthrough = b\n",
     "E f:6: 'through = b' of [switch x] names no [lac] section"},
    {"the template", HEAD "[lac default]\n[switch x]\nthrough = default\n",
     "E f:7: 'through = default' of [switch x] names no [lac] section but the template of all: name one "
     "that has an 'lns'"},
    {"a way with a call of its own", HEAD "autodial = yes\n[switch x]\nthrough = a\n",
     "E f:7: 'through = a' of [switch x]: that [lac] dials a call of its own ('autodial'): have another "
     "section for calls that come in"},
    {"to ourselves", "[global]\nlisten-addr = 192.0.2.1\n" HEAD "[switch x]\nthrough = a\n",
     "E f:6: [switch x] sends calls through [lac a], whose 'lns = 192.0.2.1' is this daemon itself: they "
     "would go round in a circle"},
    {"by the loopback", HEAD "lns = localhost\n[switch x]\nthrough = a\n",
     "E f:5: [switch x] sends calls through [lac a], whose 'lns = localhost' is this daemon itself: they "
     "would go round in a circle"},
    {"by IPv6's", HEAD "lns = ::1\n[switch x]\nthrough = a\n",
     "E f:5: [switch x] sends calls through [lac a], whose 'lns = ::1' is this daemon itself: they "
     "would go round in a circle"},
    {"another port is another daemon", HEAD "lns = localhost:1702\n[switch x]\nthrough = a\n", ""},
    {"another address too", "[global]\nlisten-addr = 192.0.2.2\n" HEAD "[switch x]\nthrough = a\n", ""},
    {"one that takes all behind it", HEAD "[switch x]\nthrough = a\ncalled = 1\n[switch y]\nthrough = a\n",
     "W f:5: [switch x] has no effect: any call that fits it fits [switch y] of line 8, and the last one "
     "counts"},
    {"one that takes the same and more", HEAD "[switch x]\nthrough = a\nmatch = *@a.b\ncalled = 1\n[switch y]\n"
     "through = a\nmatch = *@c\nmatch = *@*.b\n",
     "W f:5: [switch x] has no effect: any call that fits it fits [switch y] of line 9, and the last one "
     "counts"},
    {"one that takes some of it", HEAD "[switch x]\nthrough = a\nmatch = *@a.b\n[switch y]\nthrough = a\n"
     "match = *@*.b\ngroup = g\n[switch z]\nthrough = a\nmatch = *@a.b\ncalled = 1\n", ""},
    {"one for calls without a name", HEAD "[switch x]\nthrough = a\ncalled = 1\n[switch y]\nthrough = a\n"
     "match = *\n", ""},
    {"nobody takes calls", "[lac a]\nlns = 192.0.2.1\n[switch x]\nthrough = a\n",
     "W f:3: [switch x] has no effect: there is no [lns] section that takes its calls"},
    {"without addresses", "[lns default]\n[lac a]\nlns = 192.0.2.1\n[switch x]\nthrough = a\n", ""},
};

static void test_traps(void)
{
    for (size_t i = 0; i < sizeof traps / sizeof traps[0]; i++) {
        struct conf *c = parse(traps[i].text);

        is_str(told, traps[i].said, traps[i].name);
        conf_free(c);
    }
}

int main(void)
{
    test_calls();
    test_traps();
    return tap_done();
}
