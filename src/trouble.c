/* The table of troubles, and where they are told; see trouble.h.  Knows no LAC's plans. */
#include "trouble.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/heap.h"
#include "base/log.h"
#include "base/sparing.h"
#include "events.h"
#include "wire/line.h"

#define BOUNCES 64

static const struct trouble_row rows[TROUBLES] = {
    [TROUBLE_NONE] = {"", LEVEL_INFO, 0, "", NULL},
    [TROUBLE_NAME_LOOKUP] = {"name-lookup", LEVEL_WARNING, 1,
                             "the name {host} cannot be looked up: {text}",
                             "look at this machine's DNS, or write an address behind 'lns'"},
    [TROUBLE_NO_LNS] = {"no-lns", LEVEL_WARNING, 1, "the section has no 'lns' to dial",
                        "add a line 'lns = HOST'"},
    [TROUBLE_NO_SOCKET] = {"no-socket", LEVEL_WARNING, 1,
                           "{host} has only addresses of a kind that we do not listen on: {text}",
                           "leave 'listen-addr' unset to have IPv4 and IPv6, or add an address of the other "
                           "kind, or name a host that has one of ours; 'bind address' has one kind, too"},
    [TROUBLE_NO_SOURCE] = {"no-source", LEVEL_WARNING, 1,
                           "no socket can be had to dial {host} from: {text}",
                           "see 'bind address', 'bind device' and 'source port'"},
    [TROUBLE_CANNOT_LISTEN] = {"cannot-listen", LEVEL_ERROR, 1, "cannot listen on {local}: {text}",
                               "see 'listen-addr' and 'port' in {file}"},
    [TROUBLE_IPSEC_NOT_ENFORCED] = {"ipsec-not-enforced", LEVEL_ERROR, 1,
                                    "'require ipsec = yes' cannot be enforced for {host}: {text}",
                                    "it takes Linux (modprobe xfrm_user) and CAP_NET_ADMIN; until "
                                    "then nobody is served or dialled there"},
    [TROUBLE_NO_ANSWER] = {"no-answer", LEVEL_WARNING, 1,
                           "{peer} has answered none of {count} {message}s from {local}",
                           "is its IPsec policy up, does each firewall let UDP port {port} "
                           "through, does the peer run? else try another source port: 'port = 0'"},
    [TROUBLE_PORT_CLOSED] = {"port-closed", LEVEL_WARNING, 1,
                             "nobody listens on {peer}: {count} {message}s, and ICMP says 'port "
                             "unreachable'",
                             "start the L2TP server there, or mend host and port of 'lns'"},
    [TROUBLE_UNREACHABLE] = {"unreachable", LEVEL_WARNING, 1,
                             "{peer} cannot be reached from {local}: {text}, says {via}",
                             "look at the routes and firewalls on the way"},
    [TROUBLE_NO_ROUTE] = {"no-route", LEVEL_WARNING, 1,
                          "nothing can be sent to {peer} from here: {text}",
                          "look at this machine's links, routes and firewall"},
    [TROUBLE_NO_IPSEC] = {"no-ipsec", LEVEL_WARNING, 1,
                          "nothing can be sent to {peer}: 'require ipsec = yes', and no IPsec is up "
                          "for it (or the firewall forbids it)",
                          "see what the IPsec daemon says of that peer"},
    [TROUBLE_TOO_SLOW] = {"too-slow", LEVEL_WARNING, 1,
                          "{peer} acknowledges, but nothing came of it in {secs} s: {text}",
                          "look at the peer's log; 'connect timeout' and 'setup timeout' give it "
                          "longer"},
    [TROUBLE_REFUSED] = {"refused", LEVEL_WARNING, 1, "{peer} refuses the tunnel: {cause}",
                         "the peer's log should say why"},
    [TROUBLE_NOT_AUTHORISED] = {"not-authorised", LEVEL_WARNING, 1,
                                "{peer} does not let in '{us}': {cause}",
                                "does it allow our address and 'hostname', and does it want a "
                                "secret that only 'challenge' and l2tp-secrets would show?"},
    [TROUBLE_NOT_ALLOWED] = {"not-allowed", LEVEL_NOTICE, 1,
                             "{peer} ('{them}') is refused: no [lns] section is for its address",
                             "if it is to come in, add its address to a 'lac' line, or turn "
                             "'access control' off"},
    [TROUBLE_NOT_TAKEN] = {"not-taken", LEVEL_NOTICE, 1,
                           "{peer} ('{them}') asks for what it does not get here: {text}",
                           "if it is to get it, see the sections that are for it: 'exclusive', "
                           "'outgoing calls', 'tx bps'"},
    [TROUBLE_VERSION] = {"version", LEVEL_WARNING, 1,
                         "{peer} speaks another version of L2TP: {cause}",
                         "have it speak version 2 (RFC 2661)"},
    [TROUBLE_PEER_BUSY] = {"peer-busy", LEVEL_WARNING, 1, "{peer} has no room for us: {cause}",
                           "try again later, or another 'lns'"},
    [TROUBLE_BAD_MESSAGE] = {"bad-message", LEVEL_WARNING, 1,
                             "{peer} has sent what it should not: {text}",
                             "see key 'quirks' for what can be overlooked"},
    [TROUBLE_NO_SECRET] = {"no-secret", LEVEL_WARNING, 1,
                           "{peer} and we need a secret, and no line of {file} is for '{us}' and "
                           "'{them}'",
                           "add such a line"},
    [TROUBLE_PEER_SECRET] = {"peer-secret", LEVEL_WARNING, 1,
                             "{peer} ('{them}') has not proven the secret of {secret}: it has "
                             "another, or none",
                             "make the secrets of both sides the same"},
    [TROUBLE_PEER_MUTE] = {"peer-mute", LEVEL_WARNING, 1,
                           "{peer} ('{them}') has not answered our challenge: {text}",
                           "have it authenticate tunnels, or set 'challenge = no' here"},
    [TROUBLE_PEER_NO_SECRET] = {"peer-no-secret", LEVEL_WARNING, 1,
                                "{peer} ('{them}') has no secret for '{us}': {cause}",
                                "have a line for these two names added to its file of secrets; it "
                                "looks ours up by our 'hostname'"},
    [TROUBLE_SECRET_REFUSED] = {"secret-refused", LEVEL_WARNING, 1,
                                "{peer} ('{them}') refuses the secret of {secret} from '{us}': "
                                "{cause}",
                                "make the secrets of both sides the same; it looks ours up by our "
                                "'hostname'"},
    [TROUBLE_HIDDEN_NO_SECRET] = {"hidden-no-secret", LEVEL_WARNING, 1,
                                  "{peer} hides what it says, and no line of {file} is for '{us}' "
                                  "and '{them}': {text}",
                                  "add such a line, or have it hide nothing"},
    [TROUBLE_HIDDEN_SECRET] = {"hidden-secret", LEVEL_WARNING, 1,
                               "the secret of {secret} does not reveal what {peer} ('{them}') "
                               "hides: {text}",
                               "make the secrets of both sides the same"},
    [TROUBLE_OLD_SECRETS] = {"old-secrets", LEVEL_ERROR, 1,
                             "the secrets in force are older than their file: {text}",
                             "mend the file; it is read again when it has changed"},
    [TROUBLE_CALL_REFUSED] = {"call-refused", LEVEL_WARNING, 1, "{peer} refuses the call: {cause}",
                              "the peer's log should say why"},
    [TROUBLE_PEER_NO_ADDRESS] = {"peer-no-address", LEVEL_WARNING, 1,
                                 "{peer} lacks what a call needs, as a rule an address: {cause}",
                                 "is its pool used up? try again later, or another 'lns'"},
    [TROUBLE_NO_ADDRESS] = {"no-address", LEVEL_WARNING, 1,
                            "there is no address for the caller {peer} ('{them}'): {text}",
                            "make 'ip range' larger, see who holds addresses, or why no [switch] takes it"},
    [TROUBLE_NO_LOCAL_ADDRESS] = {"no-local-address", LEVEL_WARNING, 1,
                                  "there is no address for our end of a call of {peer} ('{them}'): "
                                  "{text}",
                                  "make 'local ip range' larger, or have one 'local ip' for all"},
    [TROUBLE_ADDRESS_LEASED] = {"address-leased", LEVEL_WARNING, 1,
                                "{text}, so no call comes up that has it set",
                                "write another address, or have that call end (l2tpd-control "
                                "hangup): then no pool gives it away any more"},
    [TROUBLE_ADDRESS_TWICE] = {"address-twice", LEVEL_WARNING, 1,
                               "PPP has agreed on an address that another call has: {text}",
                               "has one user come twice? else take what the peer, chap-secrets or "
                               "RADIUS assigns out of the pool with 'no ip range'"},
    [TROUBLE_SECTION_GONE] = {"section-gone", LEVEL_NOTICE, 1,
                              "{peer} ('{them}') is refused a call: the section of its tunnel has "
                              "left the configuration",
                              "end the tunnel (l2tpd-control disconnect): its next one comes to "
                              "the section that is for it by now"},
    [TROUBLE_UNKNOWN_GROUP] = {"unknown-group", LEVEL_NOTICE, 1,
                               "{peer} ('{them}') is refused a call: {text}",
                               "add a [group] of that name, or set 'unknown group = default'"},
    [TROUBLE_GROUP_FULL] = {"group-full", LEVEL_WARNING, 1,
                            "{peer} ('{them}') is refused a call: {text}",
                            "raise 'max calls' of the group, or see in the status who is in it"},
    [TROUBLE_NO_DESCRIPTORS] = {"no-descriptors", LEVEL_ERROR, 1,
                                "no descriptor or process is left for a pppd: {text}",
                                "raise the limits (ulimit -n -u, LimitNOFILE=, TasksMax=)"},
    [TROUBLE_NO_PTY] = {"no-pty", LEVEL_ERROR, 1, "no pty can be opened for a pppd: {text}",
                        "raise the limit (sysctl kernel.pty.max), or is /dev/pts not mounted?"},
    [TROUBLE_NO_MEMORY] = {"no-memory", LEVEL_ERROR, 1, "memory or ids have run out: {text}",
                           "give the daemon more, or fewer peers"},
    [TROUBLE_NO_KERNEL_PATH] = {"no-kernel-path", LEVEL_ERROR, 1,
                                "the kernel cannot carry the data of a call with {peer}: {text}",
                                "'data path = auto' does without where that is so"},
    [TROUBLE_PPPD_NOT_RUN] = {"pppd-not-run", LEVEL_ERROR, 1, "{file} cannot be run: {text}",
                              "is the package ppp installed? see key 'pppd'"},
    [TROUBLE_PPPD_FAILED] = {"pppd-failed", LEVEL_ERROR, 1, "pppd met a fatal error of its own ({text})",
                             "its own words, in its log or on its standard error, tell which"},
    [TROUBLE_PPPD_OPTIONS] = {"pppd-options", LEVEL_ERROR, 1,
                              "pppd does not take its options ({file}): {text}",
                              "l2tpd --check reads the section's file too"},
    [TROUBLE_PPPD_PLUGIN] = {"pppd-plugin", LEVEL_ERROR, 1,
                             "pppd finds no plugin {text} ({file})",
                             "install the package that has it, or do without it"},
    [TROUBLE_PPPD_NOT_ROOT] = {"pppd-not-root", LEVEL_ERROR, 1, "pppd does not run as root",
                               "start the daemon as root"},
    [TROUBLE_NO_KERNEL_PPP] = {"no-kernel-ppp", LEVEL_ERROR, 1, "pppd finds no PPP in the kernel",
                               "modprobe -a ppp_generic ppp_async; in a container let /dev/ppp in"},
    [TROUBLE_PPPD_DEVICE] = {"pppd-device", LEVEL_ERROR, 1,
                             "pppd could not make its device ready: {text}",
                             "look for 'lock', 'connect', 'init' and 'pty' in {file}"},
    [TROUBLE_PPPD_KILLED] = {"pppd-killed", LEVEL_WARNING, 1,
                             "somebody else has ended pppd: {text}",
                             "look for the one who did: the out-of-memory killer, a script"},
    [TROUBLE_PPPD_STUCK] = {"pppd-stuck", LEVEL_WARNING, 1,
                            "pppd {text} has read nothing for 10 s, and was hung up",
                            "look at its log"},
    [TROUBLE_NO_PPP_ANSWER] = {"no-ppp-answer", LEVEL_WARNING, 1,
                               "the call is up, but no PPP has come from {peer}",
                               "does a pppd run there? look at the peer's log"},
    [TROUBLE_PPP_NEGOTIATION] = {"ppp-negotiation", LEVEL_WARNING, 1,
                                 "PPP with {peer} came to no agreement",
                                 "set 'ppp debug = yes' and see what is rejected; addresses: "
                                 "noipdefault, ipcp-accept-local; compression: noccp"},
    [TROUBLE_PASSWORD_REFUSED] = {"password-refused", LEVEL_WARNING, 2,
                                  "{peer} refuses the name or password of user '{user}'",
                                  "see 'name', and /etc/ppp/chap-secrets and pap-secrets"},
    [TROUBLE_NO_PASSWORD] = {"no-password", LEVEL_WARNING, 2,
                             "pppd does not authenticate itself as {peer} asks it to: it has no "
                             "password for user '{user}', or may not give one in that way",
                             "see /etc/ppp/chap-secrets and pap-secrets, and 'name', 'refuse chap' "
                             "and 'refuse pap'"},
    [TROUBLE_PEER_PASSWORD] = {"peer-password", LEVEL_WARNING, 2,
                               "{peer} ('{them}') has not shown a good name and password to pppd "
                               "(it is user '{user}')",
                               "see /etc/ppp/chap-secrets and pap-secrets; a client that asks "
                               "nothing of its server has 'require authentication = no', and "
                               "noauth among pppd's options"},
    [TROUBLE_PPP_LOOP] = {"ppp-loop", LEVEL_WARNING, 1,
                          "pppd hears its own words come back from {peer}",
                          "does the tunnel lead to this machine itself?"},
    [TROUBLE_NO_ECHO] = {"no-echo", LEVEL_WARNING, 16, "{peer} answers no LCP echo any more",
                         "see whether the way there is lost, and 'lcp-echo-failure' in {file}"},
    [TROUBLE_PPP_IDLE] = {"ppp-idle", LEVEL_NOTICE, 0, "pppd has ended an idle call", NULL},
    [TROUBLE_PPP_TIME] = {"ppp-time", LEVEL_NOTICE, 0, "the call has had its time", NULL},
    [TROUBLE_PPP_ENDED] = {"ppp-ended", LEVEL_NOTICE, 16, "{peer} has ended PPP",
                           "the peer's log should say why"},
    [TROUBLE_HUNG_UP] = {"hung-up", LEVEL_NOTICE, 16, "pppd says that its line was hung up",
                         "its own log should say why, or the peer's"},
    [TROUBLE_CLOSED] = {"closed", LEVEL_NOTICE, 16, "{peer} has ended the connection: {cause}",
                        "the peer's log should say why"},
    [TROUBLE_PEER_LEAVES] = {"peer-leaves", LEVEL_NOTICE, 16, "{peer} is shutting down: {cause}",
                             "'redial = yes' comes back when it does"},
    [TROUBLE_NO_ACK] = {"no-ack", LEVEL_WARNING, 16,
                        "{peer} has acknowledged none of {count} {message}s, though its data "
                        "still came {secs} s ago",
                        "its control connection has died, or cannot bear this message: see "
                        "'quirks'"},
    [TROUBLE_TRAFFIC_STOPPED] = {"traffic-stopped", LEVEL_WARNING, 16,
                                 "all traffic from {peer} stopped at once {secs} s ago, in the "
                                 "middle of data",
                                 "an IPsec rekey is suspected: compare with the lifetimes of its "
                                 "SAs; else the way there is lost"},
    [TROUBLE_PEER_SILENT] = {"peer-silent", LEVEL_WARNING, 16,
                             "{peer} has been silent for {secs} s: {count} {message}s "
                             "unanswered",
                             "it is gone, or the way there is lost (IPsec SA, NAT binding, "
                             "link)"},
    [TROUBLE_PEER_GONE] = {"peer-gone", LEVEL_WARNING, 16,
                           "{peer} has ended without a word: {text}",
                           "it was killed, or its machine was started anew: its log, and its "
                           "system's, should say why"},
    [TROUBLE_ROUTE_LOOP] = {"route-loop", LEVEL_WARNING, 16,
                            "the route to {peer} leads through {via}, that is into the tunnel "
                            "itself",
                            "give the peer a route of its own before the default route changes"},
};

const struct trouble_row *trouble_row(enum trouble what)
{
    return &rows[what < TROUBLES ? what : TROUBLE_NONE];
}

/* Facts. */

const char *fact_name(enum fact fact)
{
    static const char *const names[FACTS] = {
        [FACT_PEER] = "peer",     [FACT_LOCAL] = "local", [FACT_PORT] = "port",
        [FACT_HOST] = "host",     [FACT_US] = "us",       [FACT_THEM] = "them",
        [FACT_SECRET] = "secret", [FACT_FILE] = "file",   [FACT_MESSAGE] = "message",
        [FACT_COUNT] = "count",   [FACT_SECS] = "secs",   [FACT_CAUSE] = "cause",
        [FACT_TEXT] = "text",     [FACT_USER] = "user",   [FACT_VIA] = "via",
    };

    return names[fact];
}

void facts_put(struct facts *f, enum fact fact, const char *fmt, ...)
{
    size_t left = sizeof f->room - f->used;
    va_list ap;
    int n;

    if (left == 0)
        return;
    va_start(ap, fmt);
    n = vsnprintf(f->room + f->used, left, fmt, ap);
    va_end(ap);
    f->value[fact] = f->room + f->used;
    f->used += n < 0 ? 0 : (size_t)n < left ? (size_t)n + 1 : left;
}

/* The fact that is named from here up to a '}', or "?"; *end is put behind that. */
static const char *named_fact(const char *name, const struct facts *f, const char **end)
{
    size_t n = strcspn(name, "}");

    *end = name + n + (name[n] == '}');
    for (int i = 0; i < FACTS; i++)
        if (strlen(fact_name((enum fact)i)) == n && strncmp(fact_name((enum fact)i), name, n) == 0)
            return f->value[i] != NULL && f->value[i][0] != '\0' ? f->value[i] : "?";
    return "?";
}

const char *trouble_fill(const char *template_, const struct facts *f, char *dst, size_t size)
{
    struct line l = line_over(dst, size);

    while (*template_ != '\0') {
        size_t n = strcspn(template_, "{");

        line_add(&l, "%.*s", (int)n, template_);
        template_ += n;
        if (*template_ == '{')
            line_add(&l, "%s", named_fact(template_ + 1, f, &template_));
    }
    return dst;
}

/* The book. */

struct trouble_book {
    struct trouble_note *notes;
    uint64_t count[TROUBLES];
    struct sparing strangers[TROUBLES]; /* what they cause: one does not hide another */
    struct timer rest;                  /* when that of it is told which was not; fire NULL: never set */
    struct bounce bounces[BOUNCES]; /* by a hash of the address; the newer one stays */
    bool for_only_lac;              /* what the daemon is for, by whichever name */
};

struct trouble_book *trouble_book_new(void)
{
    return calloc(1, sizeof(struct trouble_book));
}

static void free_note(struct trouble_note *n)
{
    free(n->name);
    free(n);
}

void trouble_book_free(struct trouble_book *b)
{
    if (b == NULL)
        return;
    while (b->notes != NULL) {
        struct trouble_note *n = b->notes;

        b->notes = n->next;
        free_note(n);
    }
    free(b);
}

static struct trouble_note *find(const struct hub *h, bool lac, const char *name)
{
    struct trouble_note *n = h->troubles->notes;

    while (n != NULL && (n->lac != lac || strcasecmp(n->name, name) != 0))
        n = n->next;
    return n;
}

const struct trouble_note *trouble_last(const struct hub *h, bool lac, const char *name)
{
    return find(h, lac, name);
}

uint64_t trouble_count(const struct hub *h, enum trouble what)
{
    return h->troubles->count[what];
}

static bool has_section(const struct hub *h, bool lac, const char *name)
{
    return lac ? conf_find_lac(h->conf, name) != NULL : conf_find_lns(h->conf, name) != NULL;
}

void trouble_forget_gone(struct hub *h)
{
    struct trouble_note **at = &h->troubles->notes;

    while (*at != NULL) {
        struct trouble_note *n = *at;

        if (has_section(h, n->lac, n->name)) {
            at = &n->next;
            continue;
        }
        *at = n->next;
        free_note(n);
    }
}

/* The section's note, a new one if need be; NULL if it has no section, or without memory. */
static struct trouble_note *note_of(struct hub *h, const struct trouble_place *place)
{
    struct trouble_note *n;

    if (place->name == NULL || !has_section(h, place->lac, place->name))
        return NULL;
    n = find(h, place->lac, place->name);
    if (n != NULL)
        return n;
    n = calloc(1, sizeof *n);
    if (n == NULL || (n->name = strdup(place->name)) == NULL) {
        free(n);
        return NULL;
    }
    n->lac = place->lac;
    n->over = true;
    n->next = h->troubles->notes;
    h->troubles->notes = n;
    return n;
}

/* Telling. */

/* Of what strangers cause only some is told of. */

static void say_rest(const struct trouble_row *row, unsigned n)
{
    if (n > 0)
        log_notice("trouble %s: %u more like it were not told of", row->code, n);
}

/* The earliest of what is unsaid. */
static void set_rest(struct hub *h)
{
    struct trouble_book *b = h->troubles;
    uint64_t due = 0;

    for (int i = 0; i < TROUBLES; i++)
        due = heap_earlier(due, sparing_due(&b->strangers[i]));
    if (due != 0)
        loop_timer_set(h->loop, &b->rest, due);
}

static void rest_due(struct timer *t)
{
    struct hub *h = t->owner;

    for (int i = 0; i < TROUBLES; i++)
        say_rest(&rows[i], sparing_rest(&h->troubles->strangers[i], loop_now(h->loop)));
    set_rest(h);
}

static bool is_worth_a_line(struct hub *h, enum trouble what, const struct trouble_place *place)
{
    struct trouble_book *b = h->troubles;
    unsigned rest;
    bool worth;

    if (!place->stranger)
        return true;
    worth = sparing_says(&b->strangers[what], loop_now(h->loop), &rest);
    say_rest(&rows[what], rest);
    if (worth)
        return true;
    if (b->rest.fire == NULL && loop_timer_init(h->loop, &b->rest) == 0) {
        b->rest.fire = rest_due;
        b->rest.owner = h;
    }
    if (b->rest.fire != NULL && !loop_timer_is_set(&b->rest))
        set_rest(h);
    return false;
}

static void name_place(const struct trouble_place *place, struct line *l)
{
    if (place->name == NULL)
        line_add(l, "daemon");
    else
        line_add(l, "%s %s", place->lac ? "lac" : "lns", place->name);
    if (place->call != 0)
        line_add(l, ", call %u/%u", (unsigned)place->tunnel, (unsigned)place->call);
    else if (place->tunnel != 0)
        line_add(l, ", tunnel %u", (unsigned)place->tunnel);
}

static void say(const struct trouble_row *row, const char *where, const char *sentence,
                const char *advice)
{
    void (*say_it)(const char *fmt, ...) = row->level == LEVEL_ERROR     ? log_errorx
                                           : row->level == LEVEL_WARNING ? log_warnx
                                                                         : log_notice;

    say_it("%s: trouble %s: %s%s%s", where, row->code, sentence, advice[0] != '\0' ? "; " : "",
           advice);
}

/* With each fact that the sentence names, by its name. */
static void tell_event(const struct trouble_row *row, const struct trouble_place *place,
                       const char *sentence, const char *advice, const struct facts *f)
{
    struct event_field rows_[8 + FACTS];
    char name[32];
    size_t n = 0;

    if (!events_are_heard())
        return;
    rows_[n++] = event_text("code", row->code);
    rows_[n++] = event_text(place->lac ? "lac" : "lns", place->name);
    if (place->tunnel != 0)
        rows_[n++] = event_number("tunnel", place->tunnel);
    if (place->call != 0)
        rows_[n++] = event_number("call", place->call);
    rows_[n++] = event_text("text", sentence);
    rows_[n++] = event_text("advice", advice);
    for (int i = 0; i < FACTS; i++) {
        snprintf(name, sizeof name, "{%s}", fact_name((enum fact)i));
        if (i != FACT_TEXT && strstr(row->sentence, name) != NULL)
            rows_[n++] = event_text(fact_name((enum fact)i), f->value[i]);
    }
    rows_[n] = event_end;
    events_emit("trouble", rows_);
}

void trouble_tell(struct hub *h, enum trouble what, const struct trouble_place *place,
                  const struct facts *f)
{
    const struct trouble_row *row = trouble_row(what);
    struct trouble_note *n = what != TROUBLE_NONE ? note_of(h, place) : NULL;
    char where[160], sentence[400], advice[300] = "";
    struct line l = line_over(where, sizeof where);

    if (what == TROUBLE_NONE)
        return;
    if (n != NULL && n->lac && !n->over && !place->aside && place->tunnel != 0 &&
        n->tunnel == place->tunnel)
        return;
    if (n != NULL && n->lac && !n->over && place->aside)
        n = NULL; /* that one matters more */
    h->troubles->count[what]++;
    trouble_fill(row->sentence, f, sentence, sizeof sentence);
    if (row->advice != NULL)
        trouble_fill(row->advice, f, advice, sizeof advice);
    if (n != NULL) {
        n->what = what;
        n->over = place->aside;
        n->at = loop_now(h->loop);
        n->tunnel = place->tunnel;
        snprintf(n->text, sizeof n->text, "%s", sentence);
    }
    if (!is_worth_a_line(h, what, place))
        return;
    name_place(place, &l);
    say(row, where, sentence, advice);
    tell_event(row, place, sentence, advice, f);
}

void trouble_over(struct hub *h, const char *lac)
{
    struct trouble_note *n = find(h, true, lac);

    if (n != NULL)
        n->over = true;
}

/* The exit status. */

/* The one [lac] beside the template, if it is dialled at start and there is no [lns]; or NULL. */
static const struct conf_lac *only_lac(const struct conf *conf)
{
    const struct conf_lac *only = NULL;

    if (conf->lns != NULL)
        return NULL;
    for (const struct conf_lac *l = conf->lac; l != NULL; l = l->next) {
        if (strcasecmp(l->name, "default") == 0)
            continue;
        if (only != NULL)
            return NULL;
        only = l;
    }
    return only != NULL && only->autodial ? only : NULL;
}

void trouble_watch_only_lac(struct hub *h, bool in_front)
{
    h->troubles->for_only_lac = in_front && only_lac(h->conf) != NULL;
}

void trouble_gave_up(struct hub *h, const char *lac)
{
    const struct conf_lac *only = only_lac(h->conf);
    const struct trouble_note *n = find(h, true, lac);

    if (!h->troubles->for_only_lac || only == NULL || !h->conf->global.exit_with_lac ||
        strcasecmp(only->name, lac) != 0)
        return;
    h->exit_status = n != NULL && !n->over ? trouble_row(n->what)->exit_status : 0;
    h->is_done = true;
    log_notice("lac %s is all that this daemon is for: it ends, exit status %d", lac,
               h->exit_status);
}

/* Datagrams that came to nothing. */

static struct bounce *bounce_of(const struct hub *h, const struct addr *to)
{
    unsigned hash = to->port;

    for (size_t i = 0; i < sizeof to->ip; i++)
        hash = hash * 31u + to->ip[i];
    return &h->troubles->bounces[hash % BOUNCES];
}

void trouble_bounced(struct hub *h, const struct addr *to, int reason, bool icmp,
                     const struct addr *via)
{
    *bounce_of(h, to) = (struct bounce){*to, *via, reason, icmp, loop_now(h->loop)};
}

const struct bounce *trouble_bounce(const struct hub *h, const struct addr *to, uint64_t since)
{
    const struct bounce *b = bounce_of(h, to);

    return b->reason != 0 && addr_same(&b->to, to) && b->at >= since ? b : NULL;
}
