/* --explain: which section would serve a peer, why, with which values, under which secret. */
#include <unistd.h>

#include "conf_rig.h"
#include "explain.h"

/* This host's name, as the secrets know it. */
int gethostname(char *name, size_t n)
{
    snprintf(name, n, "here");
    return 0;
}

static const char conf[] = "[global]\n"                 /* 1 */
                           "access control = no\n"      /* 2 */
                           "[lns default]\n"            /* 3 */
                           "ip range = 10.0.0.1\n"      /* 4 */
                           "challenge = yes\n"          /* 5 */
                           "lac = 203.0.113.0/24\n"     /* 6 */
                           "[lns north]\n"              /* 7 */
                           "lac = 192.0.2.0/24\n"       /* 8 */
                           "no lac = 192.0.2.9\n"       /* 9 */
                           "[lns south]\n"              /* 10 */
                           "lac = 192.0.2.7\n"          /* 11 */
                           "hostname = south\n"         /* 12 */
                           "challenge = no\n"           /* 13 */
                           "[lac default]\n"            /* 14 */
                           "lns = vpn.example\n"        /* 15 */
                           "[lac a]\n"                  /* 16 */
                           "redial = yes\n"             /* 17 */
                           "[lac b]\n"                  /* 18 */
                           "lns = 198.51.100.1\n"       /* 19 */
                           "lns = [2001:db8::1]:1702\n" /* 20 */
                           "hostname = b\n";            /* 21 */

static const char secrets[] = "here  lac-1  S3CRET-1\n" /* 1 */
                              "south *      S3CRET-2\n" /* 2 */
                              "here  lac-2  S3CRET-3\n" /* 3 */
                              "*     *\n"               /* 4: no secret */
                              "here  vpn.example S3CRET-5\n";

/* What must stand in the answer, between bars, and what may not. */
static const struct {
    const char *name, *peer, *host_name;
    bool access_control;
    bool served;
    const char *says, *never;
} rows[] = {
    {"a section by its range", "192.0.2.1", "lac-1", false, true,
     "peer 192.0.2.1, which calls itself lac-1, by f\n|"
     "as LAC it is served by [lns north] of line 7\n|"
     "  [lns north] of line 7: 'lac = 192.0.2.0 - 192.0.2.255' of line 8 holds it\n|"
     "  line 1, them lac-1\n|"
     "  ip range = 10.0.0.1                    # line 4, [lns default]\n|"
     "  challenge = yes                        # line 5, [lns default]\n|"
     "  ; length bit = no                      # default\n",
     "south"},
    {"with its port, as the log tells it", "192.0.2.1:1701", "lac-1", false, true,
     "as LAC it is served by [lns north] of line 7\n|  line 1, them lac-1\n", "south"},
    {"a LNS with a port, in IPv6", "[2001:db8::1]:1701", "far", true, true,
     "as LNS it is dialled by [lac b] of line 18, for the 'lns' of line 20\n|them far", "[lac a]"},
    {"IPv4 within IPv6, as other programs tell it", "::ffff:192.0.2.1", "lac-1", false, true,
     "as LAC it is served by [lns north] of line 7\n|  line 1, them lac-1\n", "south"},
    {"IPv6 of a link", "fe80::7%eth0", NULL, false, true,
     "served by [lns default] of line 3, as by no other section\n", "give that"},
    {"a LNS by name, with a port", "vpn.example:1701", NULL, false, true,
     "as LNS it is dialled by [lac a] of line 16|  line 5, them vpn.example\n", NULL},
    {"the last of two that hold it", "192.0.2.7", "anybody", false, true,
     "as LAC it is served by [lns south] of line 10\n|"
     "  [lns north] of line 7: 'lac = 192.0.2.0 - 192.0.2.255' of line 8 holds it too, but a later "
     "section does\n|"
     "  [lns south] of line 10: 'lac = 192.0.2.7' of line 11 holds it\n|us south:\n|"
     "  line 2, them anybody\n|  challenge = no                         # line 13\n",
     NULL},
    {"one that is left out", "192.0.2.9", "lac-2", false, true,
     "as LAC it is served by [lns default] of line 3, as by no other section\n|"
     "  [lns north] of line 7: 'no lac = 192.0.2.9' of line 9 leaves it out\n|"
     "  line 3, them lac-2\n|  challenge = yes                        # line 5\n",
     "south"},
    {"one that nobody speaks of", "198.51.100.9", NULL, false, true,
     "served by [lns default] of line 3, as by no other section\n|"
     "  no 'lac' or 'no lac' of any section speaks of it\n|"
     "  line 1, if the peer calls itself lac-1\n|  line 3, if the peer calls itself lac-2\n|"
     "  (the first of these that fits; --explain 198.51.100.9 HOSTNAME tells which)\n",
     "line 2,"},
    {"a secret that there is not", "198.51.100.9", "nobody", false, true,
     "  no line fits them nobody, so no tunnel comes up, as 'challenge' is on\n", NULL},
    {"IPv6", "2001:db8::7", NULL, false, true,
     "served by [lns default] of line 3, as by no other section\n|"
     "  'lac' ranges hold IPv4 addresses only\n",
     NULL},
    {"the default's own range, which does not matter", "203.0.113.1", NULL, false, true,
     "  [lns default] of line 3: 'lac = 203.0.113.0 - 203.0.113.255' of line 6 holds it, which "
     "does "
     "not matter here\n",
     NULL},
    {"the same where access is controlled", "203.0.113.1", NULL, true, true,
     "served by [lns default] of line 3\n|  [lns default] of line 3: 'lac = 203.0.113.0 - "
     "203.0.113.255' of line 6 holds it\n",
     "no other section"},
    {"refused", "198.51.100.9", NULL, true, false,
     "as LAC it is refused: 'access control' is on, and no section has it in a 'lac' range\n|"
     "  no 'lac' or 'no lac' of any section speaks of it\n",
     "values:"},
    {"refused, as it is left out", "192.0.2.9", NULL, true, false,
     "as LAC it is refused|'no lac = 192.0.2.9' of line 9 leaves it out\n", "values:"},
    {"a LNS by its address", "198.51.100.1", NULL, true, true,
     "as LAC it is refused|"
     "as LNS it is dialled by [lac b] of line 18, for the 'lns' of line 19\n|us b:\n|"
     "  no line fits them 198.51.100.1\n|  lns = 198.51.100.1:1701                # line 19\n|"
     "  hostname = b                           # line 21\n",
     "[lac a]"},
    {"a LNS by its IPv6 address, written otherwise", "2001:DB8:0::1", "far", true, true,
     "as LNS it is dialled by [lac b] of line 18, for the 'lns' of line 20\n|them far", "[lac a]"},
    {"a LNS by name, which a template has", "VPN.example", NULL, false, true,
     "which [lns] section serves it depends on its address: give that\n|"
     "as LNS it is dialled by [lac a] of line 16, for the 'lns' of line 15\n|"
     "  lns = vpn.example:1701                 # line 15, [lac default]\n|"
     "  redial = yes                           # line 17\n|  line 5, them VPN.example\n",
     "by [lac default]"},
    {"a name that nobody dials", "elsewhere.example", NULL, false, false,
     "which [lns] section serves it depends on its address: give that\n", "values:"},
};

static char path[] = "/tmp/test_explain.XXXXXX";

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[2048], says[2048], *part;
        bool good = true, served;
        FILE *f = tmpfile();
        struct conf *c;
        size_t n;

        snprintf(text, sizeof text, "%s", conf);
        if (rows[i].access_control)
            memcpy(strstr(text, "= no") + 2, "on", 2);
        c = parse(text);
        served = explain_peer(f, c, path, rows[i].peer, rows[i].host_name);
        rewind(f);
        slurp(f, &n);
        rewind(f);
        snprintf(says, sizeof says, "%s", rows[i].says);
        for (part = strtok(says, "|"); part != NULL; part = strtok(NULL, "|")) {
            bool has = strstr(slurp(f, &n), part) != NULL;

            rewind(f);
            if (!has)
                printf("# no \"%s\"\n", part);
            good = good && has;
        }
        good = good && served == rows[i].served &&
               (rows[i].never == NULL || strstr(slurp(f, &n), rows[i].never) == NULL);
        rewind(f);
        if (!ok(good && strstr(slurp(f, &n), "S3CRET") == NULL, "%s", rows[i].name)) {
            rewind(f);
            printf("# %s\n", slurp(f, &n));
        }
        fclose(f);
        conf_free(c);
    }
}

static void test_nothing(void)
{
    struct conf *c = parse("");
    FILE *f = tmpfile();
    size_t n;

    ok(!explain_peer(f, c, path, "192.0.2.1", NULL), "a file with nothing in it serves nobody");
    rewind(f);
    is_str(slurp(f, &n),
           "peer 192.0.2.1, by f\nas LAC it is refused: there is no [lns] section\n"
           "  no 'lac' or 'no lac' of any section speaks of it\n",
           "and says so");
    fclose(f);
    conf_free(c);
    c = parse("[lns x]\nlac=192.0.2.2\nassign ip=no\n");
    f = tmpfile();
    ok(!explain_peer(f, c, path, "192.0.2.1", NULL), "nor does one without a default");
    rewind(f);
    ok(strstr(slurp(f, &n),
              "no section has it in a 'lac' range, and there is no [lns default]\n") != NULL,
       "which is why");
    fclose(f);
    conf_free(c);
}

/* Which group it is nobody knows before the call: all are told, with what they set. */
static void test_groups(void)
{
    struct conf *c = parse("[lns default]\nassign ip=no\nunknown group = refuse\n"
                           "[group blue]\nvrf = b\nmatch = *@blue\n[group red]\n");
    FILE *f = tmpfile();
    size_t n;

    explain_peer(f, c, path, "192.0.2.1", NULL);
    rewind(f);
    ok(strstr(slurp(f, &n),
              "(one whose group has no section is refused):\n  [group blue] of line 4\n"
              "    match = *@blue                       # line 6\n"
              "    vrf = b                              # line 5\n  [group red] of line 7\n") !=
           NULL,
       "private groups, with what they set");
    fclose(f);
    conf_free(c);
}

int main(void)
{
    int fd = mkstemp(path);

    if (fd < 0 || write(fd, secrets, sizeof secrets - 1) != (ssize_t)sizeof secrets - 1)
        return 1;
    close(fd);
    test_rows();
    test_nothing();
    test_groups();
    unlink(path);
    return tap_done();
}
