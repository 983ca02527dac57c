/* conf: l2tpd.conf as a tree of typed settings, out of one table of rows.
 *
 * One row a key: its spellings, the sections it may stand in, its kind, bounds, default, where it
 * goes in the structs below, a line of help, and (where that is so) why it has no effect.  Parsing,
 * checking, defaults, help, the printed example and the reference table of l2tpd.conf(5) read the
 * rows.
 *
 * A tree is parsed whole and never changed after (but by conf_put() and
 * conf_take(), for sections by command);
 * texts in it live as long as it does.  "[lns default]" and "[lac default]" are templates for keys
 * that a later or earlier section of that kind leaves unset, and the LNS of last resort.  Knows
 * nothing of what runs. */
#ifndef HOST_CONF_H
#define HOST_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "base/hash.h"

/* An item of a list key, in the order of the file; deny for "no ..." */
struct conf_range {
    uint32_t low, high; /* IPv4, host order, ends included */
    bool deny;
    bool inherited; /* from the template, before the section's own, which only deny */
    unsigned line;
    struct conf_range *next;
    struct conf_range *last; /* of a list's first entry: its last one, so that a line costs the same
                              * after fifty thousand others */
};

struct conf_span {
    uint32_t low, high; /* IPv4, host order, ends included */
};

/* One "lns = host[:port] [weight N]" (also "host port", "[v6]:port"); names are resolved when
 * dialled. */
struct conf_lns_host {
    char *host;
    uint16_t port;   /* 1701 unless given */
    unsigned weight; /* for "lns policy = share"; 1 unless given */
    unsigned line;
    struct conf_lns_host *next;
};

/* "bind address".  The number of an interface is good for as long as that is there: one that comes
 * back, as a modem does, has another. */
struct conf_bind {
    struct addr addr;
    char interface[16]; /* of a link-local one, as it is written; else empty */
};

/* "listen-addr", in the order of the file: an address, or 0.0.0.0 or :: for all of its family. */
#define CONF_LISTEN_MOST 64
struct conf_listen {
    unsigned n; /* 0: all addresses */
    struct conf_listen_at {
        struct addr addr;
        unsigned line;
    } at[CONF_LISTEN_MOST];
};

struct conf_global {
    struct conf_listen listen;
    uint16_t port;           /* 1701; 0: any free one */
    char *auth_file;         /* NULL: not set */
    char *pppd;              /* path; default /usr/sbin/pppd */
    char *chap_secrets;      /* pppd's, for "proxy authentication"; default /etc/ppp/chap-secrets */
    bool access_control;
    bool exit_with_lac; /* the only one there is, if we are in front; yes */
    bool force_userspace, ipsec_saref;
    int saref_refinfo;
    char *rand_source;
    uint32_t debug_topics;    /* bits of enum log_topic */
    int max_retries;          /* transmissions again of a control message: 5 */
    int cap_backoff_s;        /* cap of the retransmission interval in s; 0: the default of 16 */
    int half_open_limit;      /* tunnels that others have begun and that are not up, in all: 256 */
    int half_open_per_source; /* and from one address: 64 */
    char *metrics_file;       /* NULL: none */
    int metrics_interval_s;   /* 15 */
    bool packet_marks;        /* peers behind one NAT are told apart by their packets' marks */
};

/* "hidden bit": whether what may be hidden is, and from when on. */
enum conf_hide {
    CONF_HIDE_NO,
    CONF_HIDE_YES,    /* once the peer has proven that it holds the secret */
    CONF_HIDE_ALWAYS, /* from the first message on, as RFC 2661, 4.3 has it */
};

/* "flow bit": sequence numbers in data messages.  As LNS we decide, as LAC we begin so. */
enum conf_flow {
    CONF_FLOW_NO,
    CONF_FLOW_YES,
    CONF_FLOW_AUTO, /* LNS: while PPP negotiates, and on if what was agreed on keeps a history */
};

/* "proxy lcp", "proxy authentication": what counts of what a LAC tells of its caller's PPP. */
enum conf_proxy_lcp { CONF_PROXY_LCP_RENEGOTIATE, CONF_PROXY_LCP_ACCEPT, CONF_PROXY_LCP_IGNORE };
enum conf_proxy_auth { CONF_PROXY_AUTH_IGNORE, CONF_PROXY_AUTH_VERIFY, CONF_PROXY_AUTH_ACCEPT };

/* "bearer type"; values as on the wire (RFC 2661, 4.4.4), none: not sent. */
enum conf_bearer { CONF_BEARER_NONE, CONF_BEARER_DIGITAL, CONF_BEARER_ANALOG, CONF_BEARER_ANY };

/* Of "actual", "minimum", "attainable", "maximum" and "low power rate", up and down each; of "maximum"
 * and "actual delay", both up, then both down; "data link", "frame tagging" and "cell encapsulation". */
#define CONF_LINE_RATES 10
#define CONF_LINE_DELAYS 4
#define CONF_LINE_LAYERS 3

/* "interworking" */
enum conf_interworking { CONF_INTERWORKING_UNKNOWN, CONF_INTERWORKING_NO, CONF_INTERWORKING_YES };

/* "source port": a port; or one of these. */
#define CONF_PORT_MAIN 0 /* the daemon's own */
#define CONF_PORT_RANDOM (-1)
#define CONF_PORT_AUTO (-2) /* the daemon's own, then any */

/* "hello interval": seconds, or this: as often as the section needs to ask. */
#define CONF_HELLO_AUTO (-1)

/* "lns policy": which of several lines is dialled first. */
enum conf_policy { CONF_POLICY_ORDER, CONF_POLICY_SHARE };

/* The letters that stand for something behind a '%' of "ipparam", as pppd_expand() has it. */
#define CONF_IPPARAM_WORDS "phndgtcvs%"

/* Keys that [lns] and [lac] share. */
enum conf_data_path {
    CONF_PATH_AUTO,      /* the kernel's, where that can be */
    CONF_PATH_USERSPACE, /* through pppd's terminal and us */
    CONF_PATH_KERNEL     /* or none */
};

struct conf_peer {
    char *hostname; /* our Host Name; NULL: this host's name */
    char *name;     /* pppd's "name" */
    bool challenge, length_bit;
    enum conf_hide hide;
    enum conf_flow flow;
    bool priority_bit;      /* echoes of LCP leave with P */
    int reorder_timeout_ms; /* early data wait so long for those before them; 0: they do not */
    bool ecn;               /* RFC 9601 */
    enum conf_data_path data_path;
    bool require_ipsec;
    bool path_mtu; /* pppd is told what fits; yes */
    int dscp; /* of data, 0 to 63, or: */
#define CONF_DSCP_COPY (-1) /* that of the packet inside */
    uint32_t quirks_on, quirks_off; /* forced, forbidden; bits of wire/quirks.h, none in both */
    bool outgoing_calls;            /* as LAC: take OCRQs */
    bool disconnect_cause;          /* AVP 46 in CDN (RFC 3145); yes */
    bool speed_updates;             /* RFC 5515: a LAC tells new speeds of a line, a LNS asks for them */
    int setup_timeout_s;            /* for a tunnel or call to come up: 60 */
    int tunnel_rws;                 /* 4 */
    int call_rws;
    uint32_t tx_bps, rx_bps; /* 10000000 */
    bool require_chap, refuse_chap, require_pap, refuse_pap;
    bool require_auth, refuse_auth;
    bool ppp_debug, pass_peer;
    bool pass_call; /* the facts of a call as variables of pppd's scripts */
    char *ipparam;  /* with %-words for what is known of the call; or NULL */
    char *pppoptfile;
    bool hello;           /* yes */
    int hello_interval_s; /* 60; 0: off; or CONF_HELLO_AUTO */
    int dead_time_s;      /* of complete silence; 0: as long as messages are sent again */
};

/* "unknown group": what becomes of a call whose private group has no section. */
enum conf_unknown { CONF_UNKNOWN_DEFAULT, CONF_UNKNOWN_REFUSE };

struct conf_lns {
    char *name; /* "default": that of last resort; "(unnamed #1)" and so on for those without */
    unsigned line;
    uint64_t set[7]; /* a bit per row, a word per table of rows: set in this section itself */
    struct conf_peer peer;
    struct conf_range *ip_range; /* "ip range", "no ip range" */
    struct conf_range *lac;      /* "lac", "no lac": peers that select this section */
    struct conf_range *local_ip_range;
    uint32_t local_ip; /* 0: none */
    bool assign_ip, exclusive, unix_auth;
    bool sticky;           /* who comes again gets the address that it had */
    bool send_sli;         /* tell the LAC the ACCM that PPP has negotiated */
    enum conf_proxy_lcp proxy_lcp;
    enum conf_proxy_auth proxy_auth;
    enum conf_unknown unknown_group;
    char *vrf, *netns;     /* for pppd's scripts; or NULL */
    struct conf_lns *next; /* in the order of the file */
    struct hash_node by_name;
};

/* "match = PATTERN": users whose calls belong to a group, or that a switch is for; and the like. */
struct conf_match {
    char *pattern;
    unsigned line;
    struct conf_match *next;
};

/* A private group (AVP 37): what it sets goes before what the [lns] has that took the call. */
#define CONF_GROUP_NAME 63 /* octets: a call keeps no more */
struct conf_group {
    char *name; /* compared octet by octet, unlike those of other sections */
    unsigned line;
    struct conf_lns own; /* its keys that a [lns] has too, and which of all it sets */
    int max_calls;       /* 0: no limit */
    struct conf_match *match;
    struct conf_group *next; /* in the order of the file */
    struct hash_node by_name;
};

enum conf_proxy { CONF_PROXY_NO, CONF_PROXY_LCP };

/* How a caller is asked who it is, where that is ours to do. */
enum conf_ask { CONF_ASK_NO, CONF_ASK_ANY, CONF_ASK_CHAP, CONF_ASK_MSCHAP2, CONF_ASK_PAP };

struct conf_lac {
    char *name;
    unsigned line;
    uint64_t set[7];
    struct conf_peer peer;
    struct conf_lns_host *lns;
    uint32_t local_ip, remote_ip; /* 0: none */
    bool autodial, redial, default_route;
    int redial_timeout_s;     /* 30 */
    int redial_timeout_max_s; /* 0: as redial_timeout_s */
    int max_redials;          /* 0: no limit */
    enum conf_policy policy;
    int source_port;                                    /* CONF_PORT_..., or a port */
    struct conf_bind bind_address;                      /* unset: the system's choice */
    char *bind_device;                                  /* NULL: any */
    int lns_lockout_s;                                  /* 60; 0: none */
    int lns_return_s;                                   /* 0: not before it ends by itself */
    bool lns_directed;                                  /* "try another" with addresses: yes */
    int connect_timeout_s;                              /* for an answer to SCCRQ: 8; 0: none */
    char *called_number, *calling_number, *sub_address; /* in ICRQ; at most 63 octets; or NULL */
    char *private_group;                                /* Private Group ID in ICCN, or NULL */
    char *circuit_id, *remote_id; /* RFC 5515, in ICRQ: the line; 2 to 63 octets; or NULL */
    uint32_t line_rates[CONF_LINE_RATES]; /* the same: bit/s; 0: not sent */
    uint32_t line_delays[CONF_LINE_DELAYS]; /* the same: ms; 0: not sent */
    int line_layers[CONF_LINE_LAYERS];    /* the same: as on the wire, but the data link plus 1; of that 0:
                                           * none of them is sent */
    enum conf_interworking interworking;  /* the same */
    int line_type;                        /* the same, as on the wire; 0: not sent */
    enum conf_bearer bearer;                            /* in ICRQ */
    uint32_t physical_channel;                          /* in ICRQ, if has_channel */
    bool has_channel;
    bool require_sequencing; /* AVP 39 in ICCN */
    bool obey_sli;           /* yes */
    bool send_wen;
    uint32_t minimum_bps, maximum_bps; /* of calls that we, as LNS, ask the peer to place */
    int max_lines;                     /* that others hand it; 0: no limit */
    enum conf_proxy proxy;             /* of a line's caller: what we negotiate ourselves */
    enum conf_ask proxy_ask;
    struct conf_match *match, *match_called, *match_calling, *match_line; /* calls that it takes */
    bool tie_breaker;                  /* in SCCRQ */
    uint32_t fwmark;                   /* on each packet to the LNS; 0: none */
    struct conf_lac *next;
    struct hash_node by_name;
};

/* A rule by which calls that come in go on through one of our LACs.  What it leaves unset any call fits. */
struct conf_switch {
    char *name;
    unsigned line;
    char *through; /* the [lac]'s name */
    struct conf_match *match;            /* the user's name, */
    struct conf_match *called, *calling; /* the call's numbers, */
    struct conf_match *peer, *peer_name; /* the LAC's address and its Host Name: one of each fits */
    char *group;                         /* the private group, octet by octet; or NULL */
    int max_calls;                       /* 0: no limit */
    struct conf_switch *next;            /* in the order of the file */
};

/* What of a call a rule looks at; what is not known is empty. */
struct conf_facts {
    struct span user;
    const char *called, *calling, *group, *peer, *peer_name;
};

/* Where each key was set; see conf_section.h. */
struct conf_section;

struct conf {
    char *file;
    struct conf_section *sections; /* in the order of the file */
    struct conf_global global;
    struct conf_lns *lns;
    struct conf_lac *lac;
    struct conf_group *groups;
    struct conf_switch *switches;
    struct hash lns_by_name, lac_by_name, group_by_name; /* there may be very many */
    struct hash section_by_name;
    struct conf_section **last; /* where the next one goes, of all sections ... */
    struct conf_lns **last_lns; /* ... and of each sort */
    struct conf_lac **last_lac;
    struct conf_group **last_group;
    struct conf_switch **last_switch;
};

/* What a problem is told through: one line without newline, "file:line: text".  warning: the file
 * can be used all the same. */
typedef void conf_tell_fn(void *ctx, bool warning, const char *line);

/* From which folder relative paths in a configuration are meant, by all that is read from now on: the
 * one where the program was started, as a daemon leaves it; keeps it.  NULL: they stay relative. */
void conf_paths_from(const char *folder);

/* Parses a file.  Every problem is told, not only the first.  NULL if there was an error (errno
 * EINVAL) or the file cannot be read (errno says why; told too). */
struct conf *conf_load(const char *path, conf_tell_fn *tell, void *ctx);

/* The same for text in memory; "file" names it in messages. */
struct conf *conf_parse(const char *file, const char *text, size_t n, conf_tell_fn *tell,
                        void *ctx);

/* The same two for a check: they give what could be read although there were errors, whose number
 * they give too; what is in error is as if it did not stand there. */
struct conf *conf_load_all(const char *path, conf_tell_fn *tell, void *ctx, unsigned *errors);
struct conf *conf_parse_all(const char *file, const char *text, size_t n, conf_tell_fn *tell,
                            void *ctx, unsigned *errors);

void conf_free(struct conf *c); /* NULL is fine */

/* From now on (true) host names in "ip range", "local ip", "lac" and "listen-addr" are answered
 * with what they came to before, and a new one is an error: a look-up can take a minute, and a
 * daemon that reloads has tunnels to serve.  ("lns" names are looked up elsewhere, at each dial.)
 */
void conf_freeze_names(bool freeze);

/* A host and its port, as an lns line has them (without a weight), that somebody names otherwise: host
 * is malloced.  False: it is none, or there is no memory, and why says so, as of the word. */
bool conf_read_host(const char *text, char **host, uint16_t *port, char *why, size_t size);

/* An empty one, without defaults; NULL without memory. */
struct conf *conf_new(void);

/* A section that has its name and stands in its list is found by it from now on, until it leaves.
 */
void conf_join_lns(struct conf *c, struct conf_lns *lns);
void conf_join_lac(struct conf *c, struct conf_lac *lac);
void conf_join_group(struct conf *c, struct conf_group *g);

/* A section by name, as xl2tpd without regard to case; NULL if there is none. */
struct conf_lns *conf_find_lns(const struct conf *c, const char *name);
struct conf_lac *conf_find_lac(const struct conf *c, const char *name);

/* A group by its name, octet by octet; NULL if there is none. */
const struct conf_group *conf_find_group(const struct conf *c, const char *name);

/* Does one of the patterns fit that? */
bool conf_match_any(const struct conf_match *m, struct span what);

/* The last group of the file one of whose "match" fits a user's name; NULL: none does. */
const struct conf_group *conf_match_group(const struct conf *c, struct span user);

/* The last rule of the file that all of these fit; NULL: none does. */
const struct conf_switch *conf_match_switch(const struct conf *c, const struct conf_facts *facts);

/* One by its name, without regard to case; NULL if there is none. */
const struct conf_switch *conf_find_switch(const struct conf *c, const char *name);

/* What calls of a group live by that have come to that section: the settings of the section with those
 * of the group in their place.  Nothing is copied that they point to: good as long as both. */
struct conf_lns conf_group_over(const struct conf_lns *lns, const struct conf_group *g);

/* Does it have an "ip range" of its own? */
bool conf_group_has_pool(const struct conf_group *g);

/* The last entry of a list that holds an address decides; none: not allowed. */
bool conf_ranges_allow(const struct conf_range *list, uint32_t ip);

/* What a list allows, as ranges in ascending order that neither overlap nor touch, in an array of
 * *n that the caller frees; NULL without memory.  n log n, whatever the list holds. */
struct conf_span *conf_ranges_flat(const struct conf_range *list, size_t *n);

/* Which entry of a list decides on which addresses, in ascending order, in an array of *n that the
 * caller frees; NULL without memory.  The same n log n. */
struct conf_decided {
    uint32_t low, high;
    const struct conf_range *by; /* NULL: none does */
};
struct conf_decided *conf_ranges_decided(const struct conf_range *list, size_t *n);

/* What the file's "listen-addr" come to: each address once, and none beside the wildcard of its
 * family.  Nothing set is 0.0.0.0; and beside 0.0.0.0 all of IPv6 goes without saying (line 0: as far
 * as there is any) if no address of IPv6 is named. */
struct conf_listen conf_listen_resolved(const struct conf_listen *given);

/* Do both come to the same? */
bool conf_same_listen(const struct conf_listen *a, const struct conf_listen *b);

/* Why an address of the list counts for nothing: the other one, that is the same or the wildcard of
 * its family; NULL: it counts. */
const struct conf_listen_at *conf_listen_covers(const struct conf_listen *list,
                                                const struct conf_listen_at *at);

/* The LNS for a peer's address: as xl2tpd looks from the end of the file, the last section whose
 * "lac" ranges allow it; without any, [lns default], which with "access control" on needs a range
 * of its own that allows it.  NULL: refuse. */
const struct conf_lns *conf_match_lns(const struct conf *c, const struct addr *peer);

/* What a section without a name goes by begins so; its number stands behind it, and a parenthesis. */
#define CONF_UNNAMED "(unnamed #"
#define CONF_UNNAMED_ROOM 32

/* c is to take the place of a former one: each of its sections without a name goes by the number of the
 * former one that has the same settings, wherever the two stand; else of one with the same hosts, or
 * pool; else of any that is left, in order; else by the lowest number that is free.  Without memory
 * all keep theirs. */
void conf_keep_numbers(struct conf *c, const struct conf *former);

/* True if two sections hold the same settings: a reload names what has changed. */
bool conf_same_lns(const struct conf_lns *a, const struct conf_lns *b);
bool conf_same_lac(const struct conf_lac *a, const struct conf_lac *b);
bool conf_same_pool(const struct conf_lns *a, const struct conf_lns *b);
bool conf_same_group(const struct conf_group *a, const struct conf_group *b);
bool conf_same_switch(const struct conf_switch *a, const struct conf_switch *b);
bool conf_same_hosts(const struct conf_lac *a, const struct conf_lac *b); /* "lns" lines */

/* The settings of a section as they are now, without its name, for a comparison later on; NULL
 * without memory. */
struct conf_lac *conf_copy_lac(const struct conf_lac *lac);
void conf_free_copy(struct conf_lac *copy); /* NULL is fine */

/* Sections by command: key=value;key=value... for one section, as a tree that holds nothing but it
 * and what it sets; ';' in quotes ends no setting.  Problems are told as of a file named "setting",
 * the line being the how manieth.  NULL if there was an error (told), or without memory. */
struct conf *conf_parse_settings(bool is_lac, const char *name, const char *settings,
                                 conf_tell_fn *tell, void *ctx);

/* Puts all sections of "from" on top of those of c: what a section of from sets itself replaces
 * what c's of that name has (a list as a whole, but "no ..." alone is put behind what is there), a
 * new one is added behind the others; templates count as ever.  Structs of c stay where they are, their texts do not.  from stays as it is.
 * Errors that come out of both together are told and the section left as it was.  False if there
 * was one, or without memory.  Without tell nothing is judged: c is kept for a later conf_put(), and
 * what its sections lack may stand in the tree below them. */
bool conf_put(struct conf *c, const struct conf *from, conf_tell_fn *tell, void *ctx);

/* Of sections by command: this one changes a section of the file, and is nothing without it: conf_put()
 * passes it over where there is none.  drop_tops() removes those whose section "of" does not have. */
void conf_put_on_top(struct conf *c, bool is_lac, const char *name);
void conf_drop_tops(struct conf *c, const struct conf *of);

/* An empty tree, for conf_put(); NULL without memory. */
struct conf *conf_empty(const char *file);

/* Removes a section; false if there is none of that name. */
bool conf_take(struct conf *c, bool is_lac, const char *name);

/* The example file, every key with its default and help, out of the rows. */
void conf_print_example(FILE *out);

/* Every section with the values that are in force, templates applied, and where each was set.  Read
 * again it is the same configuration. */
void conf_print_values(FILE *out, const struct conf *c);

/* The rows, a line each, in columns between tabs: the sections that a key may stand in ("global",
 * "lns", "lac", "group", with commas between several), its name, its second spelling, the values that it takes, its default,
 * and the sections in which it has no effect. */
void conf_print_keys(FILE *out);

#endif
