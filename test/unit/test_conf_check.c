/* l2tpd.conf: the grammar of its lines, and what is said of errors and of traps. */
#include <errno.h>
#include <netdb.h>

#include "host/conf.h"
#include "tap.h"

/* In place of the system's, so that nothing is asked of the network. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **res)
{
    (void)node, (void)service, (void)hints, (void)res;
    return EAI_NONAME;
}

/* All that was told, a line each, "W " or "E " before it. */
static char told[16384];

static void tell(void *ctx, bool warning, const char *line)
{
    size_t n = strlen(told);

    (void)ctx;
    snprintf(told + n, sizeof told - n, "%s%s %s", n > 0 ? "\n" : "", warning ? "W" : "E", line);
}

static struct conf *parse(const char *text)
{
    told[0] = '\0';
    return conf_parse("f", text, strlen(text), tell, NULL);
}

/* What each text makes the parser say; NULL: accepted without a word. */
static const struct {
    const char *name, *text, *say;
} messages[] = {
    {"an empty file", "", NULL},
    {"a file without a last newline", "[global]\nport = 1", NULL},
    {"CRLF", "[global]\r\nport = 1\r\n", NULL},
    {"a byte order mark", "\xef\xbb\xbf[global]\nport = 1\n", NULL},
    {"X4-02 comments by ; and #", "; a\n# b\n[global] ; c\nport = 1 # d\nmax retries = 2;e\n",
     NULL},
    {"X4-01 headers in any case and spacing",
     "  [ GLOBAL ]\n[Lns   x ]\nlac=192.0.2.1\nassign ip=no\n", NULL},
    {"a name for [global]", "[global x]\n", "W f:1: [global] has no name: 'x' is not used"},
    {"text behind a header", "[global] port = 1\n",
     "W f:1: what follows the ']' is not used: give each setting a line of its own"},
    {"an open header", "[global\n", "E f:1: the section's name has no closing ']'"},
    {"an open header, whose keys are passed over", "[lns a\nip range = 10.0.0.1\nfoo = bar\n",
     "E f:1: the section's name has no closing ']'"},
    {"also behind another section", "[global]\nport = 1\n[lac a\nlns = b\n",
     "E f:3: the section's name has no closing ']'"},
    {"an unknown section, whose keys are passed over", "[lsn x]\nfoo = bar\n",
     "E f:1: unknown section [lsn]: there are [global], [lns NAME], [lac NAME], [group NAME] and "
     "[switch NAME]"},
    {"a key before any section", "port = 1\n",
     "E f:1: 'port' stands before any section: begin with [global], [lns NAME], [lac NAME], "
     "[group NAME] or [switch NAME]"},
    {"no '='", "[global]\nport 1\n", "E f:2: there is no '=': write 'key = value'"},
    {"no key", "[global]\n = 1\n", "E f:2: there is no key before the '=': write 'key = value'"},
    {"an open quote", "[lac x]\nlns = a\nname = \"b\\\"\n", "E f:3: the value has no closing '\"'"},
    {"text behind a quote", "[lac x]\nlns = a\nname = \"b\" c\n",
     "E f:3: something follows the closing '\"': write \\\" for a quote in the value"},
    {"a control character", "[global]\nport = 1\x1b\n",
     "E f:2: there is a control character: remove it"},
    {"X4-02 a '#' inside a value", "[lac x]\nlns = a\nname = b#c\n",
     "W f:3: the value ends before the '#', which begins a comment: put the value into double "
     "quotes if the '#' belongs to it"},

    {"XD-04 a misspelt key", "[lns x]\nlac = 192.0.2.1\nassign ip = no\nip rnage = 1\n",
     "E f:4: unknown key 'ip rnage' in [lns x]; did you mean 'ip range'?"},
    {"a key without its blank", "[lns]\nlac=192.0.2.1\nassignip = no\nassign ip = no\n",
     "E f:3: unknown key 'assignip' in [lns]; did you mean 'assign ip'?"},
    {"a misspelt key of elsewhere", "[global]\nredail = yes\n",
     "E f:2: unknown key 'redail' in [global]; did you mean 'redial' of [lac NAME]?"},
    {"a key as much like one of elsewhere", "[lac x]\nlnc = a\n",
     "E f:2: unknown key 'lnc' in [lac x]; did you mean 'lns'?"},
    {"a key like no other", "[global]\nfrobnicate = yes\n",
     "E f:2: unknown key 'frobnicate' in [global]: l2tpd.conf(5) lists the keys"},
    {"a key that terminals would obey is shown escaped", "[global]\n\xc2\x9bxxxxxxxxxx = 1\n",
     "E f:2: unknown key '\\xc2\\x9bxxxxxxxxxx' in [global]: l2tpd.conf(5) lists the keys"},
    {"X4-06 a key in the wrong section", "[global]\nRedial = yes\n",
     "E f:2: 'redial' does not belong in [global]: move it to [lac NAME]"},
    {"a shared key in the wrong section", "[global]\nhostname = x\n",
     "E f:2: 'hostname' does not belong in [global]: move it to [lns NAME] or [lac NAME]"},
    {"XD-04 X4-06 X4-12 every problem is told", "[global]\nport = x\nport = 70000\nfoo\n",
     "E f:2: 'port = x' must be a whole number from 0 to 65535\n"
     "E f:3: 'port = 70000' is out of bounds: give a number from 0 to 65535\n"
     "E f:4: there is no '=': write 'key = value'"},
    {"a key set twice", "[global]\nport = 1\nport = 2\n",
     "W f:3: 'port' was set in line 2 of [global] already: this one counts"},
    {"a name that is an unnamed section's", "[lac]\nlns = a\n[LAC (Unnamed #1)]\nlns = b\n",
     "E f:3: '(Unnamed #1)' is what a section without a name goes by: give it another name"},
    {"X4-07 a section begun twice", "[lac x]\nlns = a\n[LAC X]\nredial = yes\n",
     "W f:3: [lac x] was begun in line 1 already: the two are one"},

    {"X4-27 the kernel alone, and never the kernel",
     "[global]\nforce userspace = yes\n[lac a]\nlns = b\ndata path = kernel\n",
     "W f:5: 'data path = kernel' in [lac a] beside 'force userspace = yes': it refuses every call"},
    {"what the kernel does not do",
     "[lns default]\nassign ip = no\ndata path = kernel\nlength bit = yes\npriority bit = yes\n"
     "ecn = yes\nsend sli = yes\nflow bit = auto\n",
     "W f:4: 'length bit' in [lns default] has no effect with 'data path = kernel'\n"
     "W f:5: 'priority bit' in [lns default] has no effect with 'data path = kernel'\n"
     "W f:6: 'ecn' in [lns default] has no effect with 'data path = kernel'\n"
     "W f:7: 'send sli' in [lns default] has no effect with 'data path = kernel'\n"
     "W f:8: 'flow bit = auto' in [lns default] is the same as yes with 'data path = kernel': nobody "
     "looks at what PPP negotiates"},
    {"auto is content with what there is",
     "[lns default]\nassign ip = no\ndata path = auto\nlength bit = yes\nflow bit = auto\n", ""},
    {"a bad boolean", "[global]\nforce userspace = maybe\n",
     "E f:2: 'force userspace = maybe' must be yes or no"},
    {"neither a number nor the word", "[lac x]\nlns = a\nhello interval = soon\n",
     "E f:3: 'hello interval = soon' must be a whole number from 0 to 86400, or auto"},
    {"no value", "[global]\nport =\n", "E f:2: 'port = ' must be a whole number from 0 to 65535"},
    {"a number with a tail", "[global]\nport = 17a\n",
     "E f:2: 'port = 17a' must be a whole number from 0 to 65535"},
    {"a number beyond all bounds", "[global]\nmax retries = 99999999999999999999999\n",
     "E f:2: 'max retries = 99999999999999999999999' is out of bounds: give a number from 0 to "
     "1000"},
    {"RFC 2661, 5.8: a cap below 8 s is raised", "[global]\ncap backoff = 3\n",
     "W f:2: 'cap backoff = 3' is below the 8 seconds of RFC 2661, 5.8: 8 is used"},
    {"a relative path", "[global]\nauth file = secrets\n",
     "W f:2: 'auth file = secrets' is a relative path: write it in full, beginning with '/'"},
    {"a word that a key has not", "[lac x]\nlns = a\nhidden bit = perhaps\n",
     "E f:3: 'hidden bit = perhaps' must be yes, no or always"},
    {"a host twice", "[lac x]\nlns = a.example\nlns = b\nlns = A.example\nlns = b:1702\n",
     "W f:4: 'lns' in [lac x] names what line 2 has already: it is dialled again when it has just "
     "failed"},
    {"a host twice by weight", "[lac x]\nlns policy = share\nlns = a\nlns = a weight 2\n", ""},
    {"a word, of four", "[lac x]\nlns = a\nbearer type = yes\n",
     "E f:3: 'bearer type = yes' must be none, digital, analog or any"},
    {"a misspelt quirk", "[lac x]\nlns = a\nquirks = minimal -silent-helo\n",
     "E f:3: 'quirks = minimal -silent-helo' has a name that is no quirk, 'silent-helo'; did you "
     "mean 'silent-hello'?"},
    {"a quirk like no other", "[lac x]\nlns = a\nquirks = frobnicate\n",
     "E f:3: 'quirks = frobnicate' has a name that is no quirk, 'frobnicate': l2tpd.conf(5) lists "
     "them"},
    {"a quirk that terminals would obey is shown escaped", "[lac x]\nlns=a\nquirks=\xc2\x9bm\n",
     "E f:3: 'quirks = \\xc2\\x9bm' has a name that is no quirk, '\\xc2\\x9bm': l2tpd.conf(5) "
     "lists "
     "them"},
    {"a quirk that is too long", "[lac x]\nlns=a\nquirks=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
     "E f:3: 'quirks = xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' has a name that is too long to be "
     "that of a quirk: l2tpd.conf(5) lists them"},
    {"a quirk both ways", "[lac x]\nlns = a\nquirks = minimal,-minimal\n",
     "E f:3: 'quirks = minimal,-minimal' both forces and forbids 'minimal'"},
    {"bounds of the new numbers",
     "[global]\nhalf open limit=0\nhalf open per source=65536\n[lac x]\nlns=a\n"
     "reorder timeout=1001\nsetup timeout=0\nphysical channel=-1\nminimum bps=0\n",
     "E f:2: 'half open limit = 0' is out of bounds: give a number from 1 to 65535\n"
     "E f:3: 'half open per source = 65536' is out of bounds: give a number from 1 to 65535\n"
     "E f:6: 'reorder timeout = 1001' is out of bounds: give a number from 0 to 1000\n"
     "E f:7: 'setup timeout = 0' is out of bounds: give a number from 1 to 600\n"
     "E f:8: 'physical channel = -1' is out of bounds: give a number from 0 to 4294967295\n"
     "E f:9: 'minimum bps = 0' is out of bounds: give a number from 1 to 4294967295"},
    {"a bad source", "[global]\nrand source = nuts\n",
     "E f:2: 'rand source = nuts' must be dev, sys or egd"},
    {"a bad address", "[global]\nlisten-addr = 192.0.2.256\n",
     "E f:2: 'listen-addr = 192.0.2.256' must be an address, such as 192.0.2.1 or 2001:db8::1, or "
     "the name of a host"},
    {"a bad address among others", "[global]\nlisten-addr = 192.0.2.1, 192.0.2\n",
     "E f:2: 'listen-addr = 192.0.2.1, 192.0.2' must be an address, such as 192.0.2.1 or "
     "2001:db8::1, or the name of a host"},
    {"an address that is missing", "[global]\nlisten-addr = 192.0.2.1,\n",
     "E f:2: 'listen-addr = 192.0.2.1,' must be an address, such as 192.0.2.1 or 2001:db8::1, or "
     "the name of a host"},
    {"several addresses", "[global]\nlisten-addr = 192.0.2.1, ::1\nlisten-addr = 192.0.2.2\n",
     NULL},
    {"an address twice", "[global]\nlisten-addr = 192.0.2.1\n\nlisten addr = ::1, 192.0.2.1\n",
     "W f:4: 'listen-addr = 192.0.2.1' stands in line 2 already"},
    {"an address beside all of its kind",
     "[global]\nlisten-addr = 192.0.2.1\nlisten-addr = 0.0.0.0, 2001:db8::1\n",
     "W f:2: 'listen-addr = 192.0.2.1' has no effect: 0.0.0.0 of line 3 is all of IPv4"},
    {"likewise of IPv6", "[global]\nlisten-addr = ::\nlisten-addr = 2001:db8::1\n",
     "W f:3: 'listen-addr = 2001:db8::1' has no effect: :: of line 2 is all of IPv6"},
    {"both wildcards", "[global]\nlisten-addr = ::\nlisten-addr = 0.0.0.0\n", NULL},
    {"a bad address to come from", "[lac x]\nlns = a\nbind address = 1.2\n",
     "E f:3: 'bind address = 1.2' must be an address, such as 192.0.2.1 or 2001:db8::1, or the "
     "name of a host"},
    {"an IPv6 address to come from", "[lac x]\nlns = a\nbind address = 2001:db8::1\n", NULL},
    {"a bad address of PPP", "[lac x]\nlns = a\nlocal ip = 1.2\n",
     "E f:3: 'local ip = 1.2' must be an IPv4 address, such as 192.0.2.1, or the name of a host"},
    {"an unknown host", "[lac x]\nlns = a\nlocal ip = nowhere\n",
     "E f:3: 'local ip = nowhere' names a host that cannot be resolved: write its address"},
    {"IPv6 where PPP wants IPv4", "[lac x]\nlns = a\nremote ip = ::1\n",
     "E f:3: 'remote ip = ::1' must be an IPv4 address"},
    {"a range that runs backwards", "[lns default]\nip range = 192.0.2.9-192.0.2.1\nassign ip=no\n",
     "E f:2: 'ip range = 192.0.2.9-192.0.2.1' has a range that ends before it begins: swap the two "
     "addresses"},
    {"a source port that is none", "[lac x]\nlns = a\nsource port = 65536\n",
     "E f:3: 'source port = 65536' must be a port from 1 to 65535, or random, or auto"},
    {"our own address in a pool that another one lies in",
     "[lns a]\nlac = 192.0.2.1\nip range = 10.1.0.1-10.1.0.99\n"
     "[lns b]\nlac = 192.0.2.2\nip range = 10.1.0.5-10.1.0.9\n[lac c]\nlns = d\nlocal ip = "
     "10.1.0.50\n",
     "W f:9: 'local ip' of [lac c] lies in the 'ip range' of [lns a] in line 3: it is ours, so no peer "
     "gets 10.1.0.50\n"
     "W f:6: 'ip range' of [lns b] overlaps that of [lns a] in line 3, at 10.1.0.5: each address "
     "serves one call only, whichever comes first"},
    {"our own address in two pools, one of them its own section's",
     "[lns a]\nlac = 192.0.2.1\nip range = 10.1.0.1-10.1.0.99\nlocal ip = 10.1.0.7\n"
     "[lns b]\nlac = 192.0.2.2\nip range = 10.1.0.5-10.1.0.9\n"
     "[lns e]\nlac = 192.0.2.3\nip range = 10.1.0.6\n",
     "W f:4: 'local ip' of [lns a] lies in its own 'ip range': take it out with 'no ip range'\n"
     "W f:4: 'local ip' of [lns a] lies in the 'ip range' of [lns b] in line 7: it is ours, so no peer "
     "gets 10.1.0.7\n"
     "W f:7: 'ip range' of [lns b] overlaps that of [lns a] in line 3, at 10.1.0.5: each address "
     "serves one call only, whichever comes first\n"
     "W f:10: 'ip range' of [lns e] overlaps that of [lns a] in line 3, at 10.1.0.6: each address "
     "serves one call only, whichever comes first"},
    {"our own address in another section's pool",
     "[lns a]\nlac = 192.0.2.1\nip range = 10.1.0.1-10.1.0.9\n"
     "[lns b]\nlac = 192.0.2.2\nip range = 10.2.0.1-10.2.0.9\nlocal ip = 10.1.0.9\n"
     "[lac c]\nlns = d\nlocal ip = 10.2.0.1\n[lac e]\nlns = d\nlocal ip = 10.1.0.10\n",
     "W f:7: 'local ip' of [lns b] lies in the 'ip range' of [lns a] in line 3: it is ours, so no peer "
     "gets 10.1.0.9\n"
     "W f:10: 'local ip' of [lac c] lies in the 'ip range' of [lns b] in line 6: it is ours, so no peer "
     "gets 10.2.0.1"},
    {"a LAC's peer in a LNS's pool",
     "[lns a]\nlac = 192.0.2.1\nip range = 10.1.0.1-10.1.0.9\n[lac c]\nlns = d\nremote ip = 10.1.0.9\n"
     "[lac e]\nlns = d\nremote ip = 10.1.0.10\n",
     "W f:6: 'remote ip' of [lac c] lies in the 'ip range' of [lns a] in line 3: it is that "
     "peer's, so no caller gets 10.1.0.9"},
    {"a LAC's peer in a pool for our ends",
     "[lns a]\nlac = 192.0.2.1\nip range = 10.1.0.1-10.1.0.9\nlocal ip range = 10.2.0.1-10.2.0.9\n"
     "[lac c]\nlns = d\nremote ip = 10.2.0.9\n[lac e]\nlns = d\nremote ip = 10.2.0.10\n",
     "W f:7: 'remote ip' of [lac c] lies in the 'local ip range' of [lns a] in line 4: it is that "
     "peer's, so no end of ours gets 10.2.0.9"},
    {"one address for both ends",
     "[lac default]\nremote ip = 10.2.0.9\n[lac c]\nlns = d\nlocal ip = 10.2.0.9\n"
     "[lac e]\nlns = d\nlocal ip = 10.2.0.8\n[lac f]\nlns = d\n",
     "W f:5: 'local ip' and 'remote ip' of [lac c] are the same: the two ends of a call cannot have "
     "one address"},
    {"a DSCP beyond 63", "[lac x]\nlns = a\ndata dscp = 64\n",
     "E f:3: 'data dscp = 64' must be a number from 0 to 63, a class (ef, cs0 to cs7, af11 to af43), or "
     "copy"},
    {"a class that is none", "[lac x]\nlns = a\ndata dscp = af14\n",
     "E f:3: 'data dscp = af14' must be a number from 0 to 63, a class (ef, cs0 to cs7, af11 to af43), "
     "or copy"},
    {"classes, of any case", "[lac x]\nlns = a\ndata dscp = CS7\n[lac y]\nlns = a\ndata dscp = Af43\n",
     ""},
    {"nor is 0", "[lac x]\nlns = a\nsource port = 0\n",
     "E f:3: 'source port = 0' must be a port from 1 to 65535, or random, or auto"},
    {"a weight of many", "[lac x]\nlns = a weight 1001\n",
     "E f:2: 'lns = a weight 1001' needs a number from 0 to 1000 behind 'weight'"},
    {"a weight of none", "[lac x]\nlns = a weight\n",
     "E f:2: 'lns = a weight' needs a number from 0 to 1000 behind 'weight'"},
    {"a weight that is none", "[lac x]\nlns = a weight -1\n",
     "E f:2: 'lns = a weight -1' needs a number from 0 to 1000 behind 'weight'"},
    {"a bad port of an lns", "[lac x]\nlns = a:0\nlns = b\n",
     "E f:2: 'lns = a:0' needs a port from 1 to 65535 behind the host, such as host:1701"},
    {"two hosts in a line", "[lac x]\nlns = a, b\n",
     "E f:2: 'lns = a, b' has a ',': give each host a line of its own"},
    {"so many redials that there is no end", "[lac x]\nlns=a\nredial=y\nmax redials=2147483647\n",
     NULL},
    {"a bad lns", "[lac x]\nlns = 10.0.0.300\nlns = b\n",
     "E f:2: 'lns = 10.0.0.300' must be a host: a name or an address, perhaps with :PORT"},
    {"X4-32 local ip and its range exclude each other",
     "[lns default]\nassign ip = no\nlocal ip = 192.0.2.1\nlocal ip range = 192.0.2.1-9\n",
     "E f:4: 'local ip range' cannot stand beside 'local ip' of line 3: remove one of them"},

    {"XD-04 X4-26 ipsec saref", "[global]\nipsec saref = yes\n",
     "W f:2: 'ipsec saref' in [global] has no effect: it was for IPsec by KLIPS, which kernels no "
     "longer have"},
    {"X4-26 saref refinfo", "[global]\nsaref refinfo = 22\n",
     "W f:2: 'saref refinfo' in [global] has no effect: it was for IPsec by KLIPS, which kernels "
     "no longer have"},
    {"X4-26 rand source", "[global]\nrand source = egd\n",
     "W f:2: 'rand source' in [global] has no effect: the system's own source of randomness is "
     "always used"},
    {"what happens anyway needs no warning",
     "[global]\nrand source = dev\nipsec saref = no\nsaref refinfo = 30\nforce userspace = yes\n",
     NULL},
    {"XD-04 X4-40 call rws", "[lac x]\nlns = a\ncall rws = -1\n",
     "W f:3: 'call rws' in [lac x] has no effect: calls have no receive window since RFC 2661"},
    {"XD-02 X4-39 flow bits", "[lac x]\nlns = a\nflow bits = yes\n", NULL},
    {"flow bit = auto of a LAC", "[lac x]\nlns = a\nflow bits = auto\n",
     "W f:3: 'flow bit = auto' in [lac x] is the same as no: on sequence numbers the LNS decides"},
    {"flow bit = auto of a LNS", "[lns default]\nassign ip=no\nflow bit = auto\n", NULL},
    {"exclusive", "[lns default]\nassign ip = no\nexclusive = yes\n", NULL},
    {"both speeds behind one of them", "[lac a]\nlns=a\ntx bps = 1\nbps = 2\nrx bps = 3\n",
     "W f:4: 'tx bps' was set in line 3 of [lac a] already: this one counts"},
    {"X4-41 a speed in an LNS", "[lns default]\nassign ip = no\nbps = 5\n",
     "W f:3: 'bps' in [lns default] has no effect: only a LAC tells the speed of a line (in its "
     "ICCN)"},

    {"an LNS without a pool", "[lns default]\nlocal ip = 192.0.2.1\n",
     "W f:1: [lns default] has no address to give, so it refuses every call: add an 'ip range', or "
     "set 'assign ip = no' if the address comes from elsewhere"},
    {"a pool of which nothing is left",
     "[lns default]\nip range = 192.0.2.1-9\nno ip range = 192.0.2.0-5, 192.0.2.6-9\n",
     "W f:2: [lns default] has no address to give, so it refuses every call: add an 'ip range', or "
     "set 'assign ip = no' if the address comes from elsewhere"},
    {"X4-30 a pool of which one is left",
     "[lns default]\nip range = 192.0.2.1-9\nno ip range = 192.0.2.0-5, 192.0.2.7-9\n", NULL},
    {"a pool without use", "[lns default]\nip range = 192.0.2.1-9\nassign ip = no\n",
     "W f:2: 'ip range' in [lns default] has no effect with 'assign ip = no'"},
    {"our own address in the pool", "[lns default]\nip range = 192.0.2.1-9\nlocal ip = 192.0.2.1\n",
     "W f:3: 'local ip' of [lns default] lies in its own 'ip range': take it out with 'no ip "
     "range'"},
    {"our own address taken out of the pool",
     "[lns default]\nip range = 192.0.2.1-9\nno ip range=192.0.2.1\nlocal ip = 192.0.2.1\n", NULL},
    {"pools that overlap",
     "[lns a]\nlac = 192.0.2.1\nip range = 10.0.0.1-9\n[lns b]\nlac = 192.0.2.2\nip range = "
     "10.0.0.5-20\n",
     "W f:6: 'ip range' of [lns b] overlaps that of [lns a] in line 3, at 10.0.0.5: each address "
     "serves one call only, whichever comes first"},
    {"a pool for peers that is one for us, too",
     "[lns default]\nip range = 10.0.0.1-9\nlocal ip range = 10.0.0.1-9\n",
     "W f:3: 'local ip range' of [lns default] overlaps 'ip range' of the same section in line 2, at "
     "10.0.0.1: each address serves one call only, whichever comes first"},
    {"one for us that another section has for peers",
     "[lns a]\nlac = 192.0.2.1\nip range = 10.0.0.1-9\nlocal ip range = 10.1.0.5-10.1.0.7\n"
     "[lns b]\nlac = 192.0.2.2\nip range = 10.1.0.1-10.1.0.99\nlocal ip range = 10.2.0.1\n"
     "[lac c]\nlns = d\nlocal ip = 10.1.0.50\n[lac e]\nlns = d\nlocal ip = 10.2.0.1\n",
     "W f:11: 'local ip' of [lac c] lies in the 'ip range' of [lns b] in line 7: it is ours, so no "
     "peer gets 10.1.0.50\n"
     "W f:7: 'ip range' of [lns b] overlaps 'local ip range' of [lns a] in line 4, at 10.1.0.5: each "
     "address serves one call only, whichever comes first"},
    {"pools for us that overlap",
     "[lns a]\nlac = 192.0.2.1\nip range = 10.0.0.1-9\nlocal ip range = 10.1.0.5-10.1.0.7\n"
     "[lns b]\nlac = 192.0.2.2\nip range = 10.2.0.1-9\nlocal ip range = 10.1.0.7-10.1.0.9\n",
     "W f:8: 'local ip range' of [lns b] overlaps that of [lns a] in line 4, at 10.1.0.7: each address "
     "serves one call only, whichever comes first"},
    {"pools that do not, thanks to 'no ip range'",
     "[lns a]\nlac = 192.0.2.1\nip range = 10.0.0.1-9\nno ip range = 10.0.0.5-9\n"
     "[lns b]\nlac = 192.0.2.2\nip range = 10.0.0.5-20\n",
     NULL},
    {"a pool that a section has from its template",
     "[lns default]\nip range = 10.0.0.1-9\n[lns b]\nlac = 192.0.2.2\n", NULL},
    {"sections that later ones hide",
     "[lns a]\nassign ip = no\nlac = 192.0.2.10, 192.0.2.30\n"
     "[lns b]\nassign ip = no\nlac = 192.0.2.0/24\nno lac = 192.0.2.200\n"
     "[lns c]\nassign ip = no\nlac = 192.0.2.1\n[lns d]\nassign ip = no\nlac = 192.0.2.200\n",
     "W f:3: [lns a] serves nobody: each peer in its 'lac' ranges is served by another section, the "
     "first by [lns b] of line 4, as the last that has it counts: move this one behind"},
    {"one that several hide together, and [lns default]",
     "[global]\naccess control = yes\n[lns default]\nassign ip = no\nlac = 192.0.2.7\n"
     "[lns a]\nassign ip = no\nlac = 192.0.2.1-192.0.2.9\n"
     "[lns b]\nassign ip = no\nlac = 192.0.2.0-192.0.2.4\n"
     "[lns c]\nassign ip = no\nlac = 192.0.2.5-192.0.2.10\n",
     "W f:5: [lns default] serves nobody: each peer in its 'lac' ranges is served by another section, "
     "the first by [lns c] of line 12\n"
     "W f:8: [lns a] serves nobody: each peer in its 'lac' ranges is served by another section, the "
     "first by [lns b] of line 9, as the last that has it counts: move this one behind"},
    {"one that has one address left",
     "[lns a]\nassign ip = no\nlac = 192.0.2.0-192.0.2.9\n"
     "[lns b]\nassign ip = no\nlac = 192.0.2.0-192.0.2.8\n",
     NULL},
    {"an LNS that nobody is served by", "[lns a]\nip range = 10.0.0.1-9\n",
     "W f:1: [lns a] has no 'lac' range, so no peer is ever served by it"},
    {"access control without lac", "[global]\naccess control=yes\n[lns default]\nassign ip = no\n",
     "W f:2: 'access control = yes' refuses every peer, as no [lns] section has a 'lac' range: add "
     "one for the peers to be served"},
    {"access control of a file that only dials", "[global]\naccess control=yes\n[lac x]\nlns=a\n",
     NULL},
    {"lac in [lns default]", "[lns default]\nassign ip = no\nlac = 192.0.2.1\n",
     "W f:3: 'lac' and 'no lac' in [lns default] have no effect without 'access control = yes': it "
     "serves whomever no other section serves"},
    {"X4-43 require chap alone", "[lns default]\nassign ip = no\nrequire chap = yes\n",
     "W f:3: 'require chap' in [lns default] has no effect without 'require authentication = yes'"},
    {"require chap with it", "[lns default]\nassign ip=no\nrequire chap=yes\nrequire auth=yes\n",
     NULL},
    {"unix auth alone", "[lns default]\nassign ip = no\nunix auth = yes\n",
     "W f:3: 'unix authentication' in [lns default] has no effect without 'require authentication "
     "= yes'"},
    {"require and refuse", "[lac x]\nlns=a\nrequire auth=yes\nrequire pap=yes\nrefuse pap=yes\n",
     "W f:4: 'require pap' and 'refuse pap' both stand in [lac x]: we ask of the peer what we "
     "refuse to do ourselves; set one of them to no"},
    {"hiding from one who proves nothing", "[lac x]\nlns = a\nhidden bit = yes\n",
     "W f:3: 'hidden bit' in [lac x] has no effect without 'challenge = yes'"},
    {"hiding always from such a one", "[lns default]\nassign ip = no\nhidden bit = always\n",
     "W f:3: 'hidden bit = always' in [lns default] without 'challenge = yes' sends hidden AVPs to "
     "peers that never prove the secret: they may guess at it by them"},
    {"hiding with a challenge",
     "[lns default]\nassign ip=no\nchallenge=yes\nhidden bit=always\n"
     "[lac x]\nlns=a\nchallenge=yes\nhidden bit=yes\n",
     NULL},
    {"a challenge that a section takes back",
     "[lac default]\nhidden bit=yes\nchallenge=yes\n[lac x]\nlns=a\nchallenge=no\n",
     "W f:6: 'hidden bit' in [lac x] has no effect without 'challenge = yes'"},
    {"hiding from one that cannot reveal",
     "[lac x]\nlns=a\nchallenge=yes\nhidden bit=yes\nquirks=no-hiding\n",
     "W f:4: 'hidden bit' in [lac x] has no effect with 'quirks = no-hiding'"},
    {"P where it is forbidden", "[lac x]\nlns=a\npriority bit=yes\nquirks=no-priority-bit\n",
     "W f:3: 'priority bit' in [lac x] has no effect with 'quirks = no-priority-bit'"},
    {"P towards Windows",
     "[lns default]\nassign ip=no\npriority bit=yes\nquirks=-no-priority-bit\n",
     "W f:3: 'priority bit' in [lns default] with 'quirks = -no-priority-bit': Windows drops what "
     "has that bit, and its calls end for want of echoes"},
    {"hiding from Windows",
     "[lns default]\nassign ip=no\nchallenge=yes\nhidden bit=always\nquirks=-no-hiding\n",
     "W f:4: 'hidden bit' in [lns default] with 'quirks = -no-hiding': Windows and others end "
     "tunnels and calls on hidden AVPs"},
    {"quirks by themselves",
     "[lns default]\nassign ip=no\nquirks = no-hiding -no-priority-bit no-status\n"
     "[lac x]\nlns = a\nquirks = -no-hiding no-priority-bit -no-status\n",
     NULL},
    {"P", "[lns default]\nassign ip=no\npriority bit=yes\n", NULL},
    {"WEN", "[lac x]\nlns=a\nsend wen = yes\n", NULL},
    {"WEN to xl2tpd", "[lac x]\nlns=a\nquirks = -no-status\nsend wen = yes\n",
     "W f:4: 'send wen' in [lac x] with 'quirks = -no-status': xl2tpd ends a call when it gets "
     "one"},
    {"a LAC that nobody knows is to be believed",
     "[lns default]\nassign ip=no\nproxy lcp = accept\nproxy authentication = accept\n",
     "W f:4: 'proxy authentication = accept' in [lns default] has no effect without 'challenge = yes': a "
     "LAC is believed only in a tunnel that is authenticated"},
    {"CHAP that anybody may tell of",
     "[lns default]\nassign ip=no\nproxy lcp = accept\nproxy authentication = verify\n",
     "W f:4: 'proxy authentication = verify' in [lns default] has effect for PAP only without 'challenge = "
     "yes': answers by CHAP may be overheard ones, so a LAC that tells them has to be known"},
    {"CHAP that a known LAC tells of",
     "[lns default]\nassign ip=no\nchallenge = yes\nproxy lcp = accept\nproxy authentication = verify\n", NULL},
    {"authentication that is told, beside LCP that is not",
     "[lns default]\nassign ip=no\nproxy authentication = verify\n",
     "W f:3: 'proxy authentication' in [lns default] has no effect with 'proxy lcp = renegotiate'"},
    {"a replay that the kernel would not see",
     "[lns default]\nassign ip=no\nproxy lcp = accept\ndata path = kernel\n",
     "W f:3: 'proxy lcp' in [lns default] has no effect with 'data path = kernel'"},
    {"SLI to xl2tpd", "[lns default]\nassign ip=no\nsend sli = yes\nquirks = -no-status\n",
     "W f:3: 'send sli' in [lns default] with 'quirks = -no-status': xl2tpd ends an outgoing call "
     "when it gets one"},
    {"WEN where it is forbidden", "[lac x]\nlns=a\nsend wen = yes\nquirks = no-status\n",
     "W f:3: 'send wen' in [lac x] has no effect with 'quirks = no-status'"},
    {"ECN that is not sent", "[lns default]\nassign ip=no\necn = yes\nquirks = minimal\n",
     "W f:3: 'ecn' in [lns default] has no effect with 'quirks = minimal'"},
    {"a tie breaker that is not sent", "[lac x]\nlns=a\nquirks = minimal\ntie breaker = yes\n",
     "W f:4: 'tie breaker' in [lac x] has no effect with 'quirks = minimal'"},
    {"both, where that is forbidden",
     "[lac x]\nlns=a\nquirks = -minimal\ntie breaker = yes\necn = yes\n", NULL},
    {"a least speed above the greatest", "[lac x]\nlns=a\nminimum bps = 7\nmaximum bps = 6\n",
     "E f:3: 'minimum bps' of [lac x], 7, is above its 'maximum bps', 6: change one of them"},
    {"a least speed above the template's greatest",
     "[lac default]\nmaximum bps = 20000\n[lac x]\nlns=a\nminimum bps = 20001\n",
     "E f:5: 'minimum bps' of [lac x], 20001, is above its 'maximum bps', 20000: change one of "
     "them"},
    {"equal speeds", "[lac x]\nlns=a\nminimum bps = 6\nmaximum bps = 6\n", NULL},
    {"more half-open tunnels of one source than of all", "[global]\nhalf open limit = 63\n",
     "W f:2: 'half open per source' has no effect, as it is above 'half open limit': one address "
     "can take up all of it"},
    {"as many", "[global]\nhalf open limit = 64\n", NULL},
    {"a LAC without lns", "[lac x]\n", "W f:1: [lac x] has no 'lns', so there is nowhere to dial"},
    {"who hands lines on needs none", "[lac x]\n[lac y]\nlns = a\nmatch called = 1\n", NULL},
    {"but cannot dial", "[lac x]\nautodial = yes\n[lac y]\nlns = a\nmatch called = 1\n",
     "W f:1: 'autodial' of [lac x] has no effect: it has no 'lns', and only hands lines on"},
    {"rules that nobody asks", "[lac y]\nlns = a\nmatch line = /dev/x\n",
     "W f:3: the 'match' keys of [lac y] have no effect: no [lac] hands lines on, by 'proxy = lcp' or as "
     "it has no 'lns'"},
    {"names that nobody asks for", "[lac x]\n[lac y]\nlns = a\nmatch = *\n",
     "W f:4: 'match' of [lac y] has no effect: no [lac] asks callers for their names ('proxy = lcp' with "
     "'proxy ask')"},
    {"names that are asked for", "[lac x]\nproxy = lcp\n[lac y]\nlns = a\nmatch = *\n", NULL},
    {"rules that another outdoes", "[lac x]\nproxy = lcp\n[lac y]\nlns = a\nmatch = *@a\n[lac z]\nlns = b\nmatch = *\n",
     "W f:5: the 'match' keys of [lac y] have no effect: any line that fits them fits [lac z] of line 6, and the "
     "last one counts"},
    {"and some that it does not", "[lac x]\nproxy = lcp\n[lac w]\nlns = b\nmatch = *\n[lac y]\nlns = a\nmatch = *@a\n"
     "[lac z]\nlns = c\nmatch = *@a\nmatch called = 1\n", NULL},
    {"rules without lns", "[lac x]\nproxy = lcp\n[lac y]\nmatch = *\n[lac z]\nlns = a\nmatch = b\n",
     "W f:4: [lac y] takes no lines by its 'match' keys: it has no 'lns'"},
    {"a way to ask without proxy", "[lac x]\nlns = a\nproxy ask = pap\n",
     "W f:3: 'proxy ask' in [lac x] has no effect without 'proxy = lcp'"},
    {"one AVP for the three of them", "[lac x]\nlns=a\ncell encapsulation=1",
     "W f:3: 'cell encapsulation' in [lac x] has no effect without 'data link'"},
    {"one AVP for the three of them: that of AAL5 is there", "[lac x]\nlns=a\nframe tagging=tagged\ndata link=aal5",
     ""},
    {"weights without a share", "[lac x]\nlns = a weight 2\nlns = b\n",
     "W f:2: 'weight' in [lac x] has no effect without 'lns policy = share'"},
    {"a cap without redial", "[lac x]\nlns = a\nredial timeout max = 60\n",
     "W f:3: 'redial timeout max' in [lac x] has no effect without 'redial = yes'"},
    {"a cap below the time that it is to cap",
     "[lac x]\nlns = a\nredial = yes\nredial timeout = 40\nredial timeout max = 20\n",
     "W f:5: 'redial timeout max' of [lac x] has no effect, as it is not above its "
     "'redial timeout', 40"},
    {"what follows from an error is not told: lns",
     "[lac default]\nredial = maybe\n[lac x]\nlns = a:0\nmax redials = 3\n",
     "E f:2: 'redial = maybe' must be yes or no\n"
     "E f:4: 'lns = a:0' needs a port from 1 to 65535 behind the host, such as host:1701"},
    {"what follows from an error is not told: pools",
     "[global]\naccess control = yes\n[lns x]\nlac = 9-8\nip rnage = 192.0.2.1\nrequire auth = 2\n"
     "require chap = yes\n",
     "E f:4: 'lac = 9-8' must be an IPv4 address, such as 192.0.2.1, or the name of a host\n"
     "E f:5: unknown key 'ip rnage' in [lns x]; did you mean 'ip range'?\n"
     "E f:6: 'require authentication = 2' must be yes or no"},
    {"a wrong template's lac is nobody else's",
     "[lns default]\nassign ip = no\nlac = 9-8\n[lns x]\n",
     "E f:3: 'lac = 9-8' must be an IPv4 address, such as 192.0.2.1, or the name of a host\n"
     "W f:4: [lns x] has no 'lac' range, so no peer is ever served by it"},
    {"metrics at an interval, and nowhere", "[global]\nmetrics interval = 5\n",
     "W f:2: 'metrics interval' in [global] has no effect without 'metrics file'"},
    {"and somewhere", "[global]\nmetrics interval = 5\nmetrics file = /m\n", NULL},
    {"whose address is sticky", "[lns default]\nassign ip = no\nsticky = no\n",
     "W f:3: 'sticky' in [lns default] has no effect with 'assign ip = no'"},
    {"what sticks anyway", "[lns default]\nassign ip = no\nsticky = yes\n", NULL},
    {"a return by lot", "[lac x]\nlns = a\nlns return = 9\nlns policy = share\n",
     "W f:3: 'lns return' in [lac x] has no effect with 'lns policy = share'"},
    {"an interval of no HELLO", "[lac x]\nlns = a\nhello = no\nhello interval = 9\n",
     "W f:4: 'hello interval' in [lac x] has no effect with 'hello = no'"},
    {"the template's HELLO", "[lac default]\nhello = no\n[lac x]\nlns = a\nhello interval = 9\n",
     "W f:5: 'hello interval' in [lac x] has no effect with 'hello = no'"},
    {"two parameters for one place", "[lac x]\nlns = a\npass peer = yes\nipparam = i\n",
     "W f:3: 'pass peer' in [lac x] has no effect beside 'ipparam', which says all of it"},
    {"an IPv4 address, and IPv6 to dial", "[lac x]\nlns = ::1\nbind address = 10.0.0.1\n",
     "W f:3: no 'lns' of [lac x] has an address of the kind of its 'bind address', so there is "
     "nowhere to dial: IPv4 or IPv6, they have to be alike"},
    {"one of both kinds", "[lac x]\nlns = ::1\nlns = 10.0.0.2\nbind address = 10.0.0.1\n", NULL},
    {"a pool of our own address", "[lns default]\nip range = 10.0.0.1\nlocal ip = 10.0.0.1\n",
     "W f:2: [lns default] has no address to give, so it refuses every call: add an 'ip range', or "
     "set 'assign ip = no' if the address comes from elsewhere\n"
     "W f:3: 'local ip' of [lns default] lies in its own 'ip range': take it out with 'no ip "
     "range'"},
    {"each word of ipparam", "[lac x]\nlns = a\nipparam = %p%h%n%d%g%t%c%%\n", NULL},
    {"a word of ipparam that stands for nothing", "[lac x]\nlns = a\nipparam = %h %u %v\n",
     "W f:3: 'ipparam' of [lac x] has a '%u' that stands for nothing and stays as it is: known are "
     "%p, %h, %n, %d, %g, %t, %c, %v and %s, and %% for a percent sign"},
    {"a percent sign that ends ipparam", "[lns default]\nassign ip = no\nipparam = 50%\n",
     "W f:3: 'ipparam' of [lns default] has a '%' that stands for nothing and stays as it is: "
     "known "
     "are %p, %h, %n, %d, %g, %t, %c, %v and %s, and %% for a percent sign"},
    {"redialling without redial", "[lac x]\nlns = a\nredial timeout = 5\nmax redials = 1\n",
     "W f:3: 'redial timeout' in [lac x] has no effect without 'redial = yes'\n"
     "W f:4: 'max redials' in [lac x] has no effect without 'redial = yes'"},
};

static void test_messages(void)
{
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        const char *say = messages[i].say != NULL ? messages[i].say : "";
        struct conf *c = parse(messages[i].text);

        is_str(told, say, messages[i].name);
        if ((c == NULL) != (strncmp(say, "E ", 2) == 0 || strstr(say, "\nE ") != NULL))
            ok(false, "%s: refused if and only if there is an error", messages[i].name);
        conf_free(c);
    }
    ok(conf_parse("f", "[global]\nport\0= 1\n", 18, tell, NULL) == NULL && errno == EINVAL,
       "a NUL octet is refused");
    ok(conf_parse("f", "[global]\nport", 13, NULL, NULL) == NULL, "nobody need listen");
}

int main(void)
{
    test_messages();
    return tap_done();
}
