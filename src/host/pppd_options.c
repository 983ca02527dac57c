/* pppd's option files, word by word; see pppd_options.h. */
#include "host/pppd_options.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MOST ((size_t)1 << 20)
#define WORD_MOST 1024 /* pppd's own words are as long */
#define DEPTH_MOST 10
#define FILES_MOST 200 /* in all: a few lines of each could ask for no end of them */
#define PEERS "/etc/ppp/peers/"

/* A file that is being read, and in which one it was included. */
struct source {
    const struct source *within;
    const struct pppd_reader *reader;
    const char *path;
    unsigned depth;
    unsigned *files;     /* read so far, whoever included them */
    const char *p, *end; /* what is left of it */
    unsigned line;
};

/* Options of pppd 2.4.9 to 2.5, and of its plugins, that take one word behind them.  An installed
 * one is asked for its own by test/guards/pppd.t. */
static const char *const with_value[] = {
    "+ua",
    "-as",
    "active-filter",
    "allow-ip",
    "allow-number",
    "asyncmap",
    "auth-down-script",
    "auth-up-script",
    "avpair",
    "bsdcomp",
    "bundle",
    "ca",
    "call",
    "callback",
    "capath",
    "cert",
    "chap-interval",
    "chap-max-challenge",
    "chap-restart",
    "chap-secrets",
    "chap-timeout",
    "child-timeout",
    "connect",
    "connect-delay",
    "crl",
    "crl-dir",
    "datarate",
    "defaultroute-metric",
    "defaultroute6-metric",
    "deflate",
    "dhcpv6-metric",
    "dhcpv6-ra-intvl",
    "dhcpv6-server",
    "disconnect",
    "domain",
    "eap-interval",
    "eap-max-rreq",
    "eap-max-sreq",
    "eap-restart",
    "eap-timeout",
    "endpoint",
    "escape",
    "file",
    "holdoff",
    "host-uniq",
    "idle",
    "ifname",
    "init",
    "ip-down-script",
    "ip-pre-up-script",
    "ip-up-script",
    "ipcp-max-configure",
    "ipcp-max-failure",
    "ipcp-max-terminate",
    "ipcp-restart",
    "ipparam",
    "ipv6",
    "ipv6-down-script",
    "ipv6-up-script",
    "ipv6cp-max-configure",
    "ipv6cp-max-failure",
    "ipv6cp-max-terminate",
    "ipv6cp-restart",
    "ipx-network",
    "ipx-node",
    "ipx-router-name",
    "ipx-routing",
    "ipxcp-max-configure",
    "ipxcp-max-failure",
    "ipxcp-max-terminate",
    "ipxcp-restart",
    "kdebug",
    "key",
    "lcp-echo-failure",
    "lcp-echo-interval",
    "lcp-max-configure",
    "lcp-max-failure",
    "lcp-max-terminate",
    "lcp-restart",
    "lcp-rtt-file",
    "linkname",
    "logfd",
    "logfile",
    "max-tls-version",
    "maxconnect",
    "maxfail",
    "maxoctets",
    "minconnect",
    "mo",
    "mo-direction",
    "mo-timeout",
    "mrru",
    "mru",
    "ms-dns",
    "ms-wins",
    "mschap-challenge",
    "mschap2-peer-challenge",
    "mtu",
    "name",
    "net-down-script",
    "net-init-script",
    "net-pre-up-script",
    "netmask",
    "ntlm_auth-helper",
    "pap-max-authreq",
    "pap-restart",
    "pap-secrets",
    "pap-timeout",
    "pass-filter",
    "password",
    "passwordfd",
    "pkcs12",
    "plugin",
    "pppoe-ac",
    "pppoe-host-uniq",
    "pppoe-mac",
    "pppoe-padi-attempts",
    "pppoe-padi-timeout",
    "pppoe-service",
    "pppoe-sess",
    "pppoe-verbose",
    "pppol2tp",
    "pppol2tp_debug_mask",
    "pppol2tp_ifname",
    "pppol2tp_reorderto",
    "pppol2tp_session_id",
    "pppol2tp_tunnel_id",
    "privgroup",
    "promptprog",
    "pty",
    "qos",
    "radius-config-file",
    "realms-config-file",
    "record",
    "remotename",
    "remotenumber",
    "rp_pppoe_ac",
    "rp_pppoe_service",
    "rp_pppoe_sess",
    "rp_pppoe_verbose",
    "set",
    "socket",
    "srp-interval",
    "srp-pn-secret",
    "stop-bits",
    "tls-verify-method",
    "unit",
    "unset",
    "user",
    "vj-max-slots",
    "vrf",
    "welcome",
};

static bool takes_value(const char *word)
{
    for (size_t i = 0; i < sizeof with_value / sizeof *with_value; i++)
        if (strcmp(with_value[i], word) == 0)
            return true;
    return false;
}

static void tell(const struct source *s, unsigned line, const char *text)
{
    s->reader->problem(s->reader->ctx, s->path, line, text);
}

static bool at_end(const struct source *s)
{
    return s->p >= s->end;
}

/* Blanks and comments; '#' begins one where a word could begin. */
static void skip(struct source *s)
{
    bool comment = false;

    for (; !at_end(s); s->p++) {
        if (*s->p == '\n')
            s->line++, comment = false;
        else if (*s->p == '#')
            comment = true;
        else if (!comment && !isspace((unsigned char)*s->p))
            return;
    }
}

/* The next word, cut where it is too long; false at the end.  *line: where it begins.  A backslash
 * takes the next character for a plain one, and a newline behind it away. */
static bool take_word(struct source *s, char word[WORD_MOST], unsigned *line)
{
    char quote = '\0';
    size_t n = 0;

    skip(s);
    *line = s->line;
    if (at_end(s))
        return false;
    for (; !at_end(s); s->p++) {
        char c = *s->p;

        s->line += c == '\n';
        if (c == '\\' && s->p + 1 < s->end) {
            c = *++s->p;
            s->line += c == '\n';
            if (c == '\n')
                continue;
        } else if (quote != '\0' && c == quote) {
            quote = '\0';
            continue;
        } else if (quote == '\0' && (c == '"' || c == '\'')) {
            quote = c;
            continue;
        } else if (quote == '\0' && isspace((unsigned char)c)) {
            s->line -= c == '\n'; /* for skip() to see */
            break;
        }
        if (n + 1 < WORD_MOST)
            word[n++] = c;
    }
    word[n] = '\0';
    if (quote != '\0')
        tell(s, *line, "a quote has no end");
    return true;
}

static void read_file(const char *path, const struct source *within, unsigned line,
                      const struct pppd_reader *reader);

static void include(const struct source *s, unsigned line, const char *word, const char *value)
{
    char path[sizeof PEERS + WORD_MOST];
    bool by_name = strcmp(word, "call") == 0;

    if (by_name && (value[0] == '/' || strstr(value, "..") != NULL)) {
        tell(s, line, "'call' takes the name of a file in " PEERS);
        return;
    }
    snprintf(path, sizeof path, "%s%s", by_name ? PEERS : "", value);
    for (const struct source *o = s; o != NULL; o = o->within)
        if (strcmp(o->path, path) == 0) {
            tell(s, line, "the file includes itself");
            return;
        }
    if (*s->files > FILES_MOST)
        return; /* told of already */
    if (s->depth >= DEPTH_MOST)
        tell(s, line, "too many files include each other");
    else if (++*s->files > FILES_MOST)
        tell(s, line, "too many files are included: what else there is, is not looked at");
    else
        read_file(path, s, line, s->reader);
}

static void read_options(struct source *s)
{
    char word[WORD_MOST], value[WORD_MOST] = "";
    unsigned line, value_line;

    while (take_word(s, word, &line)) {
        bool takes = takes_value(word);

        value[0] = '\0';
        if (takes && !take_word(s, value, &value_line)) {
            tell(s, line, "the last option needs a value behind it");
            return;
        }
        s->reader->option(s->reader->ctx,
                          &(struct pppd_option){s->path, line, word, takes ? value : ""});
        if (strcmp(word, "file") == 0 || strcmp(word, "call") == 0)
            include(s, line, word, value);
    }
}

/* All of a plain file, malloced; NULL with errno. */
static char *slurp(const char *path, size_t *n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), reason = 0;
    char *text = NULL;
    struct stat st;
    ssize_t got;

    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) < 0)
        reason = errno;
    else if (!S_ISREG(st.st_mode))
        reason = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
    else if ((text = malloc(FILE_MOST)) == NULL)
        reason = ENOMEM;
    for (*n = 0; text != NULL && *n < FILE_MOST; *n += (size_t)got) {
        got = read(fd, text + *n, FILE_MOST - *n);
        if (got <= 0)
            break;
    }
    close(fd);
    errno = reason;
    return text;
}

/* within: the file that includes this one, in that line; NULL: it is the first. */
static void read_file(const char *path, const struct source *within, unsigned line,
                      const struct pppd_reader *reader)
{
    unsigned files = 1;
    struct source s = {.within = within, .reader = reader, .path = path, .line = 1};
    char text[WORD_MOST + 128];
    size_t n;
    char *all = slurp(path, &n);

    if (all == NULL) {
        snprintf(text, sizeof text, "%.*s%scannot be read: %s", within != NULL ? WORD_MOST : 0,
                 path, within != NULL ? " " : "",
                 errno == EINVAL ? "it is no plain file" : strerror(errno));
        reader->problem(reader->ctx, within != NULL ? within->path : path, line, text);
        return;
    }
    s.depth = within != NULL ? within->depth + 1 : 0;
    s.files = within != NULL ? within->files : &files;
    s.p = all;
    s.end = all + n;
    read_options(&s);
    free(all);
}

void pppd_options_read(const char *path, const struct pppd_reader *reader)
{
    read_file(path, NULL, 0, reader);
}

/* -- plugins ----------------------------------------------------------------------------------- */

/* Where pppds look for plugins that are named without a folder, by version. */
static const char *const plugin_folders[] = {
    "/usr/lib/pppd/*/",
    "/usr/lib64/pppd/*/",
    "/usr/lib/*/pppd/*/",
    "/usr/local/lib/pppd/*/",
};

bool pppd_has_plugin(const char *name)
{
    char pattern[400];
    bool found = false;

    if (strchr(name, '/') != NULL)
        return access(name, F_OK) == 0;
    for (size_t i = 0; !found && i < sizeof plugin_folders / sizeof *plugin_folders; i++) {
        glob_t got;

        snprintf(pattern, sizeof pattern, "%s%.300s", plugin_folders[i], name);
        found = glob(pattern, GLOB_NOSORT, NULL, &got) == 0;
        if (found)
            globfree(&got);
    }
    return found;
}
