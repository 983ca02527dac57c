/* --check: what stands around a configuration: secrets, pppd, its option files, names, routes. */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "conf_rig.h"

static char folder[] = "/tmp/test_check.XXXXXX", secrets[64], options[64], included[64], routes[64];

/* This host's name, as the secrets know it. */
int gethostname(char *name, size_t n)
{
    snprintf(name, n, "here");
    return 0;
}

static void put(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    fputs(text, f);
    fclose(f);
    chmod(path, 0600);
}

/* In texts and in what is wanted, $O is the option file, $I the included one, $S the secrets. */
static char *fill(const char *text, char *room)
{
    char *to = room;

    for (; *text != '\0'; text++) {
        const char *path = strncmp(text, "$O", 2) == 0   ? options
                           : strncmp(text, "$I", 2) == 0 ? included
                           : strncmp(text, "$S", 2) == 0 ? secrets
                                                         : NULL;

        if (path == NULL) {
            *to++ = *text;
            continue;
        }
        to += sprintf(to, "%s", path);
        text++;
    }
    *to = '\0';
    return room;
}

#define LNS "[global]\npppd=/bin/sh\n[lns default]\nassign ip=no\npppoptfile=$O\n"
#define LAC "[global]\npppd=/bin/sh\n[lac x]\nlns=192.0.2.1\npppoptfile=$O\n"
#define OF_LNS " ('pppoptfile' of [lns default], line 5)"
#define SERIAL " is for serial lines, and pppd has the daemon's terminal: remove it" OF_LNS

#define REPLAY "proxy lcp=accept\n"
#define SPOILT \
    " leads to nothing: pppd asks peers for EAP first, which no LAC has agreed on, so PPP begins anew; say " \
    "'require chap = yes' or 'require pap = yes', or both"

#define SWITCH                                                                                      \
    "[global]\npppd=/bin/sh\n[lns default]\nassign ip=no\n[switch x]\nthrough=a\n[lac a]\nredial=yes\n"
#define OWN(host)                                                                                   \
    " sends calls through [lac a], whose 'lns = " host "' is an address of this machine, where this daemon " \
    "listens: they would go round in a circle"

static const struct {
    const char *name, *conf, *options, *secrets; /* NULL: no such file */
    const char *say;                             /* NULL: nothing */
} rows[] = {
    {"nothing to say", LNS, "auth\nname lock\nmtu 1400\nproxyarp\nms-dns 192.0.2.3\n", "", NULL},
    {"as the guides have it", LNS,
     "+mschap-v2\nipcp-accept-local\nipcp-accept-remote\nnoccp\nauth\nmtu 1280\nmru 1280\n"
     "proxyarp\nlcp-echo-failure 4\nlcp-echo-interval 30\nconnect-delay 5000\nms-dns 8.8.8.8\n",
     "", NULL},
    {"crtscts", LNS, "auth\ncrtscts\n", "", "W $O:2: 'crtscts'" SERIAL},
    {"lock", LNS, "lock", "", "W $O:1: 'lock'" SERIAL},
    {"xonxoff", LNS, "xonxoff", "", "W $O:1: 'xonxoff'" SERIAL},
    {"sync", LNS, "sync", "",
     "W $O:1: 'sync' has pppd speak synchronous framing, which the daemon's terminal does not: no "
     "call comes up; remove it" OF_LNS},
    {"persist", LNS, "persist", "",
     "W $O:1: 'persist' has pppd wait for the line to come back when a call has ended, which it "
     "never does: remove it; 'redial' of a [lac] section dials again" OF_LNS},
    {"updetach", LNS, "updetach", "",
     "W $O:1: 'updetach' has pppd leave its process, which the daemon takes for its end: remove "
     "it" OF_LNS},
    {"demand", LNS, "demand", "",
     "W $O:1: 'demand' has pppd wait for traffic, while the peer waits for pppd: remove it" OF_LNS},
    {"another line", LNS, "/dev/ttyS0", "",
     "W $O:1: '/dev/ttyS0' has pppd use another line than the one that the daemon gives it: remove "
     "it" OF_LNS},
    {"a pty", LNS, "pty 'nc x 1'", "",
     "W $O:1: 'pty' has pppd use another line than the one that the daemon gives it: remove "
     "it" OF_LNS},
    {"MTU", LNS, "mtu 1460 mru 1500", "",
     "W $O:1: 'mru 1500' leaves no room for the tunnel's own headers, so that packets are cut in "
     "two: 1460 at most, 1400 or less with IPsec" OF_LNS},
    {"a plugin that is nowhere", LNS, "plugin no-such-plugin.so\n", "",
     "W $O:1: plugin 'no-such-plugin.so' is in none of the folders for them: pppd stops at that, and "
     "no call comes up" OF_LNS},
    {"a plugin that is not at its path", LNS, "auth\nplugin /no/such/plugin.so\n", "",
     "W $O:2: plugin '/no/such/plugin.so' is not there: pppd stops at that, and no call comes up" OF_LNS},
    {"a plugin that is there", LNS, "plugin $O\n", "", NULL},
    {"in an included file", LNS, "auth\nfile $I\n", "", "W $I:1: 'lock'" SERIAL},
    {"no such file", LNS, NULL, "",
     "W $O: cannot be read: No such file or directory: pppd stops at that, and no call comes "
     "up" OF_LNS},
    {"a quote without an end", LNS, "auth\nname 'x\n", "",
     "W $O:2: a quote has no end: pppd stops at that, and no call comes up" OF_LNS},
    {"noauth against require authentication", LNS "require authentication=yes\n", "noauth", "",
     "W f:6: 'require authentication' of [lns default] is taken back by 'noauth' ($O:1): peers "
     "come in without a password; remove one of the two"},
    {"noauth without it", LNS, "noauth", "", NULL},
    {"noauth before auth", LNS "require authentication=yes\n", "noauth auth", "", NULL},
    {"two sections with one file are told of it once",
     LNS
     "require authentication=yes\n[lns b]\nlac=192.0.2.1\n[lns c]\nlac=192.0.2.2\npppoptfile=$O\n",
     "noauth lock", "",
     "W $O:1: 'lock'" SERIAL "\n"
     "W f:6: 'require authentication' of [lns default] is taken back by 'noauth' ($O:1): peers "
     "come in without a password; remove one of the two\n"
     "W f:6: 'require authentication' of [lns c] is taken back by 'noauth' ($O:1): peers "
     "come in without a password; remove one of the two"},
    {"a replay that pppd spoils by asking for EAP", LNS REPLAY "require authentication=yes\n", "", "",
     "W f:6: 'proxy lcp = accept' of [lns default]" SPOILT},
    {"and without an option file",
     "[global]\npppd=/bin/sh\n[lns default]\nassign ip=no\n" REPLAY "require authentication=yes\n", "", "",
     "W f:5: 'proxy lcp = accept' of [lns default]" SPOILT},
    {"told once, and of who differs", LNS REPLAY "require authentication=yes\n[lns b]\nlac=192.0.2.1\n"
     "[lns c]\nlac=192.0.2.2\nproxy authentication=verify\n", "", "",
     "W f:6: 'proxy lcp = accept' of [lns default]" SPOILT "\n"
     "W f:6: 'proxy lcp = accept' of [lns c]" SPOILT},
    {"not where it asks for CHAP", LNS REPLAY "require authentication=yes\nrequire chap=yes\n", "", "", NULL},
    {"nor by its file", LNS REPLAY "require authentication=yes\n", "require-mschap-v2", "", NULL},
    {"nor by an old word", LNS REPLAY "require authentication=yes\n", "+mschap-v2", "", NULL},
    {"nor where the LAC's word counts",
     LNS REPLAY "require authentication=yes\nproxy authentication=accept\nchallenge=yes\n", "",
     "* * secret\n", NULL},
    {"nor where nobody is asked", LNS REPLAY, "", "", NULL},
    {"the default route", LAC, "defaultroute", "", NULL},
    {"replaced, with the LNS behind it", LAC, "defaultroute replacedefaultroute", "",
     "W f:4: 'replacedefaultroute' ($O:1) leads all traffic into the call, the tunnel's own "
     "packets to 192.0.2.1 too: that needs a route of its own (ip route add)"},

    {"replaced, with a route to the LNS", LAC "lns=10.1.2.3\n", "replacedefaultroute", "",
     "W f:4: 'replacedefaultroute' ($O:1) leads all traffic into the call, the tunnel's own "
     "packets to 192.0.2.1 too: that needs a route of its own (ip route add)"},
    {"replaced, with an LNS of which only the name is known",
     "[global]\npppd=/bin/sh\n[lac x]\n"
     "lns=vpn.example\npppoptfile=$O\n",
     "replacedefaultroute", "",
     "W f:4: 'replacedefaultroute' ($O:1) leads all traffic into the call, the tunnel's own "
     "packets to vpn.example too: that needs a route of its own, if it has none (ip route add)"},
    {"replaced by one that is never dialled",
     "[global]\npppd=/bin/sh\n[lac default]\n"
     "lns=vpn.example\npppoptfile=$O\n",
     "replacedefaultroute", "", NULL},

    {"no secret is needed", LNS, "", NULL, NULL},
    {"challenge without a secret", LNS "challenge=yes\n", "", "there * x\n",
     "W f:6: 'challenge' is on in [lns default], but $S has no line for 'us' = here: no tunnel "
     "comes up; add 'us them secret'"},
    {"challenge without secrets", LNS "challenge=yes\n", "", NULL,
     "W $S: cannot be read, so no tunnel has a secret: No such file or directory\n"
     "W f:6: 'challenge' is on in [lns default], but $S has no line for 'us' = here: no tunnel "
     "comes up; add 'us them secret'"},
    {"challenge with one", LNS "challenge=yes\n", "", "HERE x y\n", NULL},
    {"challenge with one for all", LNS "challenge=yes\n", "", "* x y\n", NULL},
    {"challenge with one for the section's name", LNS "challenge=yes\nhostname=h\n", "",
     "# h x y\nh x y\n", NULL},
    {"challenge with a line that is none", LNS "challenge=yes\nhostname=h\n", "", "h x\n",
     "E $S:1: line not used: there is no secret: a line is 'us them secret'\n"
     "W f:6: 'challenge' is on in [lns default], but $S has no line for 'us' = h: no tunnel comes "
     "up; add 'us them secret'"},
    {"a line that is none, and nobody who needs one", LNS, "", "a b c\nh x\n",
     "E $S:2: line not used: there is no secret: a line is 'us them secret'"},
    {"hidden AVPs without a secret", LAC "hidden bit=always\n", "", "",
     "W f:6: 'hidden bit' is on in [lac x], but $S has no line for 'us' = here: nothing is hidden; "
     "add 'us them secret'"},
    {"challenge in a template is told of there",
     LNS "challenge=yes\n[lns b]\nlac=192.0.2.1\n[lns c]\nlac=192.0.2.2\nhostname=h\n", "",
     "x y z\n",
     "W f:6: 'challenge' is on in [lns default], but $S has no line for 'us' = here: no tunnel "
     "comes up; add 'us them secret'\n"
     "W f:6: 'challenge' is on in [lns c], but $S has no line for 'us' = h: no tunnel "
     "comes up; add 'us them secret'"},

    {"a switch to an address of this machine's own", SWITCH "lns=192.0.2.77\n", NULL, "",
     "E f:9: [switch x]" OWN("192.0.2.77")},
    {"by IPv6, and a second one", SWITCH "lns=192.0.2.78\nlns=2001:db8::77\n", NULL, "",
     "E f:10: [switch x]" OWN("2001:db8::77")},
    {"at another port", SWITCH "lns=192.0.2.77:1702\n", NULL, "", NULL},
    {"at the port that is ours", "[global]\nport=1702\n" SWITCH "lns=192.0.2.77:1702\n", NULL, "",
     "E f:11: [switch x]" OWN("192.0.2.77")},
    {"where we do not listen", "[global]\nlisten-addr=192.0.2.78\n" SWITCH "lns=192.0.2.77\n", NULL, "", NULL},
    {"nor by that protocol", "[global]\nlisten-addr=::\n" SWITCH "lns=192.0.2.77\n", NULL, "", NULL},
    {"an own address without a switch", "[global]\npppd=/bin/sh\n[lac a]\nlns=192.0.2.77\n", NULL, "", NULL},
    {"no pppd", "[global]\npppd=/nowhere/pppd\n[lac x]\nlns=a\n", NULL, "",
     "W f: /nowhere/pppd cannot be run, so no call comes up: install the package ppp, or say where "
     "it is by 'pppd' in [global]"},
    {"a folder for pppd", "[global]\npppd=/\n[lac x]\nlns=a\n", NULL, "",
     "W f: / cannot be run, so no call comes up: install the package ppp, or say where it is by "
     "'pppd' in [global]"},
    {"a name in Latin-1", "[global]\npppd=/bin/sh\n[lac b\xfcro]\nlns=a\n", NULL, "",
     "W f:3: the name of [lac b\\xfcro] is no UTF-8: the status, events and metrics show its octets "
     "as \\xNN"},
    {"no section", "; nothing\n[global]\nport=1\n", NULL, "",
     "W f: there is no [lns] and no [lac] section: no call is taken or placed until the control "
     "FIFO is told of one"},
    {"names that the FIFO cannot say",
     "[global]\npppd=/bin/sh\n[lac 7]\nlns=a\n[lac a b]\nlns=a\n[lac]\nlns=a\n[lns "
     "8]\nlac=1.2.3.4\n"
     "assign ip=no\n[lac a=b]\nlns=a\n",
     NULL, "",
     "W f:3: the name of [lac 7] is a number: commands of the control FIFO that take the id of a "
     "tunnel, too, mean the section by it\n"
     "W f:5: the name of [lac a b] is not one word, so commands of the control FIFO can take it down "
     "and show it, but not dial or change it\n"
     "W f:7: [lac] has no name, so no command of the control FIFO can mean it"},
};

/* In place of the system's: it has 192.0.2.77 and 2001:db8::77. */
int getifaddrs(struct ifaddrs **all)
{
    static struct sockaddr_in four = {.sin_family = AF_INET};
    static struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    static struct ifaddrs of_six = {.ifa_name = (char *)"eth7", .ifa_addr = (struct sockaddr *)&six};
    static struct ifaddrs of_four = {
        .ifa_next = &of_six, .ifa_name = (char *)"eth7", .ifa_addr = (struct sockaddr *)&four};

    inet_pton(AF_INET, "192.0.2.77", &four.sin_addr);
    inet_pton(AF_INET6, "2001:db8::77", &six.sin6_addr);
    *all = &of_four;
    return 0;
}

void freeifaddrs(struct ifaddrs *all)
{
    (void)all;
}

/* As Linux has it: 10.1.0.0/16, the default route, 192.0.2.7/32. */
static void put_routes(void)
{
    char text[512];

    snprintf(text, sizeof text,
             "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
             "eth0\t%08X\t00000000\t0001\t0\t0\t0\t%08X\t0\t0\t0\n"
             "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
             "eth0\t%08X\t010200C0\t0007\t0\t0\t0\tFFFFFFFF\t0\t0\t0\n",
             (unsigned)htonl(0x0a010000), (unsigned)htonl(0xffff0000), (unsigned)htonl(0xc0000207));
    put(routes, text);
}

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[2048], want[2048];
        struct conf *c;

        unlink(options);
        unlink(secrets);
        put(included, "lock\n");
        if (rows[i].options != NULL)
            put(options, fill(rows[i].options, text));
        if (rows[i].secrets != NULL)
            put(secrets, rows[i].secrets);
        c = parse(fill(rows[i].conf, text));
        if (c == NULL) {
            ok(false, "%s: the file itself is right: %s", rows[i].name, told);
            continue;
        }
        told[0] = '\0';
        check_surroundings(c, secrets, routes, tell, NULL);
        is_str(told, fill(rows[i].say != NULL ? rows[i].say : "", want), rows[i].name);
        conf_free(c);
    }
}

static void test_modes(void)
{
    struct conf *c = parse("[global]\npppd=/bin/sh\n[lac x]\nlns=a\n");
    char want[256];

    put(secrets, "* * x\n");
    check_surroundings(c, secrets, routes, tell, NULL);
    is_str(told, "", "secrets that only their owner can read");
    for (unsigned i = 0; i < 2; i++) {
        chmod(secrets, i == 0 ? 0640 : 0604);
        told[0] = '\0';
        check_surroundings(c, secrets, routes, tell, NULL);
        snprintf(want, sizeof want, "W %s: can be read by others: chmod 600 it", secrets);
        is_str(told, want, "X6-08 secrets that others can read");
    }
    unlink(secrets);
    mkfifo(secrets, 0644);
    told[0] = '\0';
    check_surroundings(c, secrets, routes, tell, NULL);
    snprintf(want, sizeof want,
             "E %s: cannot be read, so no tunnel has a secret: it is a FIFO, and secrets are in a "
             "plain file",
             secrets);
    is_str(told, want, "secrets that are a FIFO");
    conf_free(c);
}

/* As whoever starts the test, or nobody if that is root. */
static void test_pppd_of_others(void)
{
    char text[256];
    struct conf *c;
    int status = -1;
    pid_t pid;

    put(options, "");
    chmod(options, 0750);
    chmod(folder, 0711);
    snprintf(text, sizeof text, "[global]\npppd=%s\n[lac x]\nlns=a\n", options);
    c = parse(text);
    told[0] = '\0';
    pid = fork();
    if (pid == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(2);
        check_surroundings(c, secrets, routes, tell, NULL);
        _exit(strstr(told, "pppd") == NULL && strstr(told, options) == NULL ? 0 : 1);
    }
    ok(waitpid(pid, &status, 0) == pid && status == 0,
       "a pppd that is not for who asks is not missing");
    chmod(folder, 0700);
    conf_free(c);
}

static void test_routes(void)
{
    static const struct {
        uint32_t ip;
        bool has;
    } ways[] = {{0x0a010203, true}, {0x0a020304, false}, {0xc0000207, true}, {0xc0000208, false}};
    bool known;

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        ok(check_has_route(routes, ways[i].ip, &known) == ways[i].has && known, "route %s to %08x",
           ways[i].has ? "of its own" : "by default", ways[i].ip);
    unlink(routes);
    ok(!check_has_route(routes, 1, &known) && !known, "without a table nothing is known");
}

int main(void)
{
    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(secrets, sizeof secrets, "%s/secrets", folder);
    snprintf(options, sizeof options, "%s/options", folder);
    snprintf(included, sizeof included, "%s/included", folder);
    snprintf(routes, sizeof routes, "%s/routes", folder);
    put_routes();
    test_rows();
    test_modes();
    test_pppd_of_others();
    test_routes();
    unlink(secrets);
    unlink(options);
    unlink(included);
    rmdir(folder);
    return tap_done();
}
