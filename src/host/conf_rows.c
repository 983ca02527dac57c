/* The table of keys, and finding a row in it; see conf_rows.h.  A key is added here and nowhere
 * else but in its struct, in conf.h, and in l2tpd.conf(5). */
#include "host/conf_rows.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"

#define GLOBAL(field)                                                                              \
    {                                                                                              \
        offsetof(struct conf_global, field), 0, 0                                                  \
    }
#define LNS(field)                                                                                 \
    {                                                                                              \
        0, offsetof(struct conf_lns, field), 0                                                     \
    }
#define LAC(field)                                                                                 \
    {                                                                                              \
        0, 0, offsetof(struct conf_lac, field)                                                     \
    }
#define BOTH(field)                                                                                \
    {                                                                                              \
        0, offsetof(struct conf_lns, field), offsetof(struct conf_lac, field)                      \
    }
#define PEER(field) BOTH(peer.field)

#define TEXT_MAX 255 /* a Host Name AVP carries more, pppd's "name" does not */
#define PATH_MAX_OCTETS 4095
#define DAY_S 86400

#define NO_KLIPS "it was for IPsec by KLIPS, which kernels no longer have"
#define ONLY_LAC_TELLS "only a LAC tells the speed of a line (in its ICCN)"

const struct conf_row conf_rows[] = {
    {.name = "listen-addr",
     .alias = "listen addr",
     .places = IN_GLOBAL,
     .kind = KIND_ADDR,
     .at = GLOBAL(listen_addr),
     .example = "192.0.2.1",
     .help = "The one local address to listen on; unset or 0.0.0.0: all of them."},
    {.name = "port",
     .places = IN_GLOBAL,
     .kind = KIND_PORT,
     .at = GLOBAL(port),
     .min = 0,
     .max = 65535,
     .preset = "1701",
     .help = "The UDP port to listen on; 0: any free one.  The port that a LAC dials is in 'lns'."},
    {.name = "auth file",
     .places = IN_GLOBAL,
     .kind = KIND_PATH,
     .at = GLOBAL(auth_file),
     .max = PATH_MAX_OCTETS,
     .example = "/etc/l2tpd/l2tp-secrets",
     .help = "The file of secrets for tunnel authentication: see l2tp-secrets(5)."},
    {.name = "pppd",
     .places = IN_GLOBAL,
     .kind = KIND_PATH,
     .at = GLOBAL(pppd),
     .max = PATH_MAX_OCTETS,
     .preset = "/usr/sbin/pppd",
     .help = "The pppd to run for each call."},
    {.name = "access control",
     .places = IN_GLOBAL,
     .kind = KIND_BOOL,
     .at = GLOBAL(access_control),
     .preset = "no",
     .help = "Refuse every peer that no 'lac' range of an [lns] section names."},
    {.name = "force userspace",
     .places = IN_GLOBAL,
     .kind = KIND_BOOL,
     .at = GLOBAL(force_userspace),
     .preset = "no",
     .help = "Carry data through pppd's terminal, which is what this version always does."},
    {.name = "max retries",
     .places = IN_GLOBAL,
     .kind = KIND_INT,
     .at = GLOBAL(max_retries),
     .min = 0,
     .max = 1000,
     .preset = "5",
     .help = "How often a control message is sent again before its tunnel is given up."},
    {.name = "cap backoff",
     .places = IN_GLOBAL,
     .kind = KIND_CAP,
     .at = GLOBAL(cap_backoff_s),
     .min = 0,
     .max = 3600,
     .preset = "0",
     .help = "The longest wait between two of those, in seconds, 8 at least; 0: 16 seconds."},
    {.name = "debug avp",
     .places = IN_GLOBAL,
     .kind = KIND_TOPIC,
     .at = GLOBAL(debug_topics),
     .min = TOPIC_AVP,
     .preset = "no",
     .help = "Log each AVP as received and judged."},
    {.name = "debug network",
     .places = IN_GLOBAL,
     .kind = KIND_TOPIC,
     .at = GLOBAL(debug_topics),
     .min = TOPIC_NETWORK,
     .preset = "no",
     .help = "Log datagrams refused, and sockets."},
    {.name = "debug packet",
     .places = IN_GLOBAL,
     .kind = KIND_TOPIC,
     .at = GLOBAL(debug_topics),
     .min = TOPIC_PACKET,
     .preset = "no",
     .help = "Log each control message in a line."},
    {.name = "debug state",
     .places = IN_GLOBAL,
     .kind = KIND_TOPIC,
     .at = GLOBAL(debug_topics),
     .min = TOPIC_STATE,
     .preset = "no",
     .help = "Log each step of a state machine."},
    {.name = "debug tunnel",
     .places = IN_GLOBAL,
     .kind = KIND_TOPIC,
     .at = GLOBAL(debug_topics),
     .min = TOPIC_TUNNEL,
     .preset = "no",
     .help = "Log tunnels and calls in detail."},
    {.name = "debug xport",
     .places = IN_GLOBAL,
     .kind = KIND_TOPIC,
     .at = GLOBAL(debug_topics),
     .min = TOPIC_XPORT,
     .preset = "no",
     .help = "Log windows, acknowledgements and what is sent again."},
    {.name = "debug pppd",
     .places = IN_GLOBAL,
     .kind = KIND_TOPIC,
     .at = GLOBAL(debug_topics),
     .min = TOPIC_PPPD,
     .preset = "no",
     .help = "Log the arguments, life and end of each pppd."},
    {.name = "rand source",
     .places = IN_GLOBAL,
     .kind = KIND_SOURCE,
     .at = GLOBAL(rand_source),
     .max = TEXT_MAX,
     .preset = "dev",
     .help = "No effect: the system's random source is used.",
     .note = "the system's own source of randomness is always used",
     .note_places = IN_GLOBAL},
    {.name = "ipsec saref",
     .places = IN_GLOBAL,
     .kind = KIND_BOOL,
     .at = GLOBAL(ipsec_saref),
     .preset = "no",
     .help = "No effect: KLIPS is gone.",
     .note = NO_KLIPS,
     .note_places = IN_GLOBAL},
    {.name = "saref refinfo",
     .places = IN_GLOBAL,
     .kind = KIND_INT,
     .at = GLOBAL(saref_refinfo),
     .min = 0,
     .max = 65535,
     .preset = "30",
     .help = "No effect: KLIPS is gone.",
     .note = NO_KLIPS,
     .note_places = IN_GLOBAL},

    {.name = "ip range",
     .places = IN_LNS,
     .kind = KIND_RANGES,
     .at = LNS(ip_range),
     .example = "192.0.2.10 - 192.0.2.99",
     .rival = "no ip range",
     .help = "Addresses to give to peers.  May stand often; a later one overrides an earlier one."},
    {.name = "no ip range",
     .places = IN_LNS,
     .kind = KIND_DENY,
     .at = LNS(ip_range),
     .example = "192.0.2.50",
     .help = "Addresses to leave out of those."},
    {.name = "assign ip",
     .places = IN_LNS,
     .kind = KIND_BOOL,
     .at = LNS(assign_ip),
     .preset = "yes",
     .help = "no: the address comes from elsewhere, such as pppd's RADIUS plugin."},
    {.name = "local ip",
     .places = IN_LNS | IN_LAC,
     .kind = KIND_IP4,
     .at = BOTH(local_ip),
     .example = "192.0.2.1",
     .rival = "local ip range",
     .clash = true,
     .help = "Our own PPP address; unset: pppd and its peer agree on one."},
    {.name = "local ip range",
     .places = IN_LNS,
     .kind = KIND_RANGES,
     .at = LNS(local_ip_range),
     .rival = "local ip",
     .clash = true,
     .help = "Instead of 'local ip': an own PPP address for each call."},
    {.name = "remote ip",
     .places = IN_LAC,
     .kind = KIND_IP4,
     .at = LAC(remote_ip),
     .example = "192.0.2.2",
     .help = "The peer's PPP address; unset: the peer's own choice."},
    {.name = "lac",
     .places = IN_LNS,
     .kind = KIND_RANGES,
     .at = LNS(lac),
     .own = true,
     .example = "198.51.100.0 - 198.51.100.255",
     .help = "Peers that are served by this section.  May stand often; a later one overrides."},
    {.name = "no lac",
     .places = IN_LNS,
     .kind = KIND_DENY,
     .at = LNS(lac),
     .own = true,
     .example = "198.51.100.66",
     .help = "Peers to leave out of those."},
    {.name = "exclusive",
     .places = IN_LNS,
     .kind = KIND_BOOL,
     .at = LNS(exclusive),
     .preset = "no",
     .help = "One tunnel for a peer at most: not in this version.",
     .note = "this version accepts a second tunnel of the same peer",
     .note_places = IN_LNS},

    {.name = "lns",
     .places = IN_LAC,
     .kind = KIND_HOSTS,
     .at = LAC(lns),
     .example = "vpn.example.com",
     .help = "The LNS to dial: host, host:port or [IPv6]:port.\n"
             "May stand often: the next one is tried if one fails."},
    {.name = "autodial",
     .places = IN_LAC,
     .kind = KIND_BOOL,
     .at = LAC(autodial),
     .preset = "no",
     .help = "Dial at start."},
    {.name = "redial",
     .places = IN_LAC,
     .kind = KIND_BOOL,
     .at = LAC(redial),
     .preset = "no",
     .help = "Dial again when the call is lost."},
    {.name = "redial timeout",
     .places = IN_LAC,
     .kind = KIND_INT,
     .at = LAC(redial_timeout_s),
     .min = 1,
     .max = DAY_S,
     .preset = "30",
     .help = "Seconds to wait before that."},
    {.name = "max redials",
     .places = IN_LAC,
     .kind = KIND_INT,
     .at = LAC(max_redials),
     .min = 0,
     .max = 1000000,
     .preset = "0",
     .help = "Give up after so many failures in a row; 0: never."},
    {.name = "defaultroute",
     .places = IN_LAC,
     .kind = KIND_BOOL,
     .at = LAC(default_route),
     .preset = "no",
     .help = "Give pppd 'defaultroute': all traffic goes through the call."},

    {.name = "hostname",
     .places = IN_LNS | IN_LAC,
     .kind = KIND_TEXT,
     .at = PEER(hostname),
     .max = TEXT_MAX,
     .example = "gateway.example.com",
     .help = "Our Host Name towards the peer, and 'us' in l2tp-secrets; unset: this host's name."},
    {.name = "challenge",
     .places = IN_LNS | IN_LAC,
     .kind = KIND_BOOL,
     .at = PEER(challenge),
     .preset = "no",
     .help = "Have the peer prove that it knows the tunnel's secret."},
    {.name = "hidden bit",
     .places = IN_LNS | IN_LAC,
     .kind = KIND_BOOL,
     .at = PEER(hidden_bit),
     .preset = "no",
     .help = "Hide the AVPs that may be hidden; needs a secret."},
    {.name = "length bit",
     .places = IN_LNS | IN_LAC,
     .kind = KIND_BOOL,
     .at = PEER(length_bit),
     .preset = "no",
     .help = "Put a length into each data message."},
    {.name = "flow bit",
     .alias = "flow bits",
     .places = IN_LNS | IN_LAC,
     .kind = KIND_BOOL,
     .at = PEER(flow_bit),
     .preset = "no",
     .help = "Sequence numbers in data messages: not in this version.",
     .note = "this version puts no sequence numbers into data messages",
     .note_places = IN_LNS | IN_LAC},
    {.name = "tunnel rws",
     .places = IN_LNS | IN_LAC,
     .kind = KIND_INT,
     .at = PEER(tunnel_rws),
     .min = 1,
     .max = 65535,
     .preset = "4",
     .help = "Control messages that the peer may send ahead (Receive Window Size)."},
    {.name = "call rws",
     .places = IN_LNS | IN_LAC,
     .kind = KIND_INT,
     .at = PEER(call_rws),
     .min = -1,
     .max = 65535,
     .preset = "0",
     .help = "No effect: RFC 2661 has no such window.",
     .note = "calls have no receive window since RFC 2661",
     .note_places = IN_LNS | IN_LAC},
    {.name = "tx bps",
     .places = IN_LNS | IN_LAC,
     .kind = KIND_U32,
     .at = PEER(tx_bps),
     .min = 1,
     .max = UINT32_MAX,
     .preset = "10000000",
     .rival = "bps",
     .help = "A LAC's line speed as told to the LNS, bits per second.",
     .note = ONLY_LAC_TELLS,
     .note_places = IN_LNS},
    {.name = "rx bps",
     .places = IN_LNS | IN_LAC,
     .kind = KIND_U32,
     .at = PEER(rx_bps),
     .min = 1,
     .max = UINT32_MAX,
     .preset = "10000000",
     .rival = "bps",
     .help = "The same in the other direction.",
     .note = ONLY_LAC_TELLS,
     .note_places = IN_LNS},
    {.name = "bps",
     .places = IN_LNS | IN_LAC,
     .kind = KIND_RATES,
     .at = BOTH(peer),
     .min = 1,
     .max = UINT32_MAX,
     .help = "Both in one.",
     .note = ONLY_LAC_TELLS,
     .note_places = IN_LNS},
    {.name = "hello interval",
     .places = IN_LNS | IN_LAC,
     .kind = KIND_INT,
     .at = PEER(hello_interval_s),
     .min = 0,
     .max = DAY_S,
     .preset = "60",
     .help = "Seconds of silence after which the peer is asked for a sign of life; 0: never."},

    {.name = "require authentication",
     .alias = "require auth",
     .places = IN_LNS | IN_LAC,
     .kind = KIND_BOOL,
     .at = PEER(require_auth),
     .preset = "no",
     .help = "pppd 'auth': the peer has to authenticate itself."},
    {.name = "require chap",
     .places = IN_LNS | IN_LAC,
     .kind = KIND_BOOL,
     .at = PEER(require_chap),
     .preset = "no",
     .help = "pppd 'require-chap'; counts with 'require authentication' only."},
    {.name = "require pap",
     .places = IN_LNS | IN_LAC,
     .kind = KIND_BOOL,
     .at = PEER(require_pap),
     .preset = "no",
     .help = "pppd 'require-pap'; counts with 'require authentication' only."},
    {.name = "refuse authentication",
     .alias = "refuse auth",
     .places = IN_LNS | IN_LAC,
     .kind = KIND_BOOL,
     .at = PEER(refuse_auth),
     .preset = "no",
     .help = "pppd 'refuse-pap refuse-chap': we authenticate ourselves by neither."},
    {.name = "refuse chap",
     .places = IN_LNS | IN_LAC,
     .kind = KIND_BOOL,
     .at = PEER(refuse_chap),
     .preset = "no",
     .help = "pppd 'refuse-chap'."},
    {.name = "refuse pap",
     .places = IN_LNS | IN_LAC,
     .kind = KIND_BOOL,
     .at = PEER(refuse_pap),
     .preset = "no",
     .help = "pppd 'refuse-pap'."},
    {.name = "unix authentication",
     .alias = "unix auth",
     .places = IN_LNS,
     .kind = KIND_BOOL,
     .at = LNS(unix_auth),
     .preset = "no",
     .help = "pppd 'login': the system's users; counts with 'require authentication' only."},
    {.name = "name",
     .places = IN_LNS | IN_LAC,
     .kind = KIND_TEXT,
     .at = PEER(name),
     .max = TEXT_MAX,
     .example = "gateway",
     .help = "pppd 'name': who we are in PPP's secrets."},
    {.name = "ppp debug",
     .places = IN_LNS | IN_LAC,
     .kind = KIND_BOOL,
     .at = PEER(ppp_debug),
     .preset = "no",
     .help = "pppd 'debug'."},
    {.name = "pppoptfile",
     .places = IN_LNS | IN_LAC,
     .kind = KIND_PATH,
     .at = PEER(pppoptfile),
     .max = PATH_MAX_OCTETS,
     .example = "/etc/ppp/options.l2tpd",
     .help = "pppd 'file': a file of further options for pppd."},
    {.name = "pass peer",
     .places = IN_LNS | IN_LAC,
     .kind = KIND_BOOL,
     .at = PEER(pass_peer),
     .preset = "no",
     .help = "pppd 'ipparam' with the peer's address, for ip-up and RADIUS."},
};

const size_t conf_rows_n = sizeof conf_rows / sizeof conf_rows[0];

_Static_assert(sizeof conf_rows / sizeof conf_rows[0] <= CONF_ROWS_MAX, "a bit for each row");

size_t conf_row_index(const struct conf_row *row)
{
    return (size_t)(row - conf_rows);
}

const struct conf_row *conf_row_find(const char *key)
{
    for (size_t i = 0; i < conf_rows_n; i++) {
        const struct conf_row *row = &conf_rows[i];

        if (strcasecmp(key, row->name) == 0 ||
            (row->alias != NULL && strcasecmp(key, row->alias) == 0))
            return row;
    }
    return NULL;
}

#define KEY_MAX 32 /* longer than any key */

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* How many letters to add, drop, change or swap with their neighbour make one key of the other;
 * both are shorter than KEY_MAX. */
static unsigned distance(const char *a, const char *b)
{
    unsigned d[KEY_MAX + 1][KEY_MAX + 1];
    size_t na = strlen(a), nb = strlen(b);

    for (size_t i = 0; i <= na; i++) {
        for (size_t j = 0; j <= nb; j++) {
            unsigned differ;

            if (i == 0 || j == 0) {
                d[i][j] = (unsigned)(i + j);
                continue;
            }
            differ = tolower((unsigned char)a[i - 1]) != tolower((unsigned char)b[j - 1]);
            d[i][j] = least(d[i - 1][j - 1] + differ, least(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 &&
                tolower((unsigned char)a[i - 2]) == tolower((unsigned char)b[j - 1]) &&
                tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[j - 2]))
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[na][nb];
}

const struct conf_row *conf_row_nearest(const char *key, enum conf_place place,
                                        const char **spelling)
{
    size_t n = strlen(key);
    unsigned best = 2 * (1 + (unsigned)(n / 4)) + 2; /* beyond this nobody would see the likeness */
    const struct conf_row *found = NULL;

    for (size_t i = 0; n < KEY_MAX && i < 2 * conf_rows_n; i++) {
        const struct conf_row *row = &conf_rows[i / 2];
        const char *name = i % 2 == 0 ? row->name : row->alias;
        unsigned d;

        if (name == NULL)
            continue;
        /* a foreign row is half a letter further away */
        d = 2 * distance(key, name) + ((row->places & 1u << place) == 0);
        if (d < best) {
            best = d;
            found = row;
            *spelling = name;
        }
    }
    return found;
}

const char *conf_row_places(const struct conf_row *row)
{
    static const char *const words[] = {
        [IN_GLOBAL] = "[global]",
        [IN_LNS] = "[lns NAME]",
        [IN_LAC] = "[lac NAME]",
        [IN_LNS | IN_LAC] = "[lns NAME] or [lac NAME]",
    };

    return words[row->places];
}
