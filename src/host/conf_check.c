/* Traps to warn of; see conf_check.h.  A section is warned of what it sets itself, not of what its
 * template says: that has been told at the template. */
#include "host/conf_check.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "host/conf_check_desk.h"
#include "host/conf_check_group.h"
#include "host/conf_check_switch.h"
#include "host/conf_hidden.h"
#include "host/conf_overlap.h"
#include "wire/quirks.h"

static bool is_default(const struct conf_section *s)
{
    return strcmp(s->name, "default") == 0;
}

/* Of a value that could not be read its own error is told; what follows from that is noise. */
static bool unsure(const struct conf_section *s, const char *key, const char *other)
{
    return conf_section_wrong(s, key) || conf_section_wrong(s, other);
}

/* The trap: key is on, and other is on or off as told here. */
struct pair {
    unsigned places;
    const char *key;
    const char *other;
    bool other_on;
};

static const struct pair pairs[] = {
    {IN_LNS | IN_LAC, "require chap", "require authentication", false},
    {IN_LNS | IN_LAC, "require pap", "require authentication", false},
    {IN_LNS, "unix authentication", "require authentication", false},
    {IN_LNS | IN_LAC | IN_GROUP, "require chap", "refuse chap", true},
    {IN_LNS | IN_LAC | IN_GROUP, "require pap", "refuse pap", true},
    {IN_LNS | IN_LAC | IN_GROUP, "require authentication", "refuse authentication", true},
};

static bool is_on(const struct conf_section *s, const char *key)
{
    const struct conf_row *row = conf_row_find(key);
    const void *field = conf_field(row, s->place, s->object);

    if (row->kind == KIND_TEXT || row->kind == KIND_PATH)
        return *(char *const *)field != NULL;
    return row->kind == KIND_WORD || row->kind == KIND_DSCP ? *(const int *)field != 0
                                                            : *(const bool *)field;
}

/* A key without effect while another one is on or off, as told here. */
static const struct {
    unsigned places;
    const char *key, *other;
    bool other_on;
    const char *words;
} idle[] = {
    {IN_GLOBAL, "metrics interval", "metrics file", false, "without 'metrics file'"},
    {IN_LNS, "sticky", "assign ip", false, "with 'assign ip = no'"},
    {IN_LNS, "proxy authentication", "proxy lcp", false, "with 'proxy lcp = renegotiate'"},
    {IN_LAC, "lns return", "lns policy", true, "with 'lns policy = share'"},
    {IN_LNS | IN_LAC, "hello interval", "hello", false, "with 'hello = no'"},
    {IN_LAC, "proxy ask", "proxy", false, "without 'proxy = lcp'"},
    {IN_LAC, "frame tagging", "data link", false, "without 'data link'"},
    {IN_LAC, "cell encapsulation", "data link", false, "without 'data link'"},
    {IN_LNS | IN_LAC | IN_GROUP, "pass peer", "ipparam", true,
     "beside 'ipparam', which says all of it"},
};

/* Of a number or a boolean: is it what it would be anyway? */
static bool is_preset(const struct conf_section *s, const char *key)
{
    const struct conf_row *row = conf_row_find(key);
    const char *preset = conf_row_preset(row, s->place);
    struct conf_why unsaid;
    int64_t room = 0;

    return preset != NULL && conf_kinds[row->kind].set(&room, row, preset, 0, &unsaid) &&
           conf_kinds[row->kind].same(&room, conf_field(row, s->place, s->object), row);
}

static void check_idle(const struct conf_section *s, struct conf_told *told)
{
    for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++) {
        unsigned line =
            (idle[i].places & 1u << s->place) != 0 ? conf_section_line(s, idle[i].key) : 0;

        if (line > 0 && !unsure(s, idle[i].key, idle[i].other) &&
            is_on(s, idle[i].other) == idle[i].other_on && !is_preset(s, idle[i].key))
            conf_say(told, true, line, "'%s' in %s has no effect %s", idle[i].key, s->title,
                     idle[i].words);
    }
}

static void check_pairs(const struct conf_section *s, struct conf_told *told)
{
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const struct pair *p = &pairs[i];
        unsigned line = conf_section_line(s, p->key);

        if ((p->places & 1u << s->place) == 0 || unsure(s, p->key, p->other))
            continue;
        if (line == 0)
            line = conf_section_line(s, p->other);
        if (line == 0 || !is_on(s, p->key) || is_on(s, p->other) != p->other_on)
            continue;
        if (p->other_on)
            conf_say(told, true, line,
                     "'%s' and '%s' both stand in %s: we ask of the peer what we "
                     "refuse to do ourselves; set one of them to no",
                     p->key, p->other, s->title);
        else
            conf_say(told, true, line, "'%s' in %s has no effect without '%s = yes'", p->key,
                     s->title, p->other);
    }
}

static const struct conf_peer *peer_of(const struct conf_section *s)
{
    const struct conf_lns *lns = s->object;
    const struct conf_lac *lac = s->object;
    const struct conf_group *g = s->object;

    return s->place == PLACE_LNS ? &lns->peer : s->place == PLACE_LAC ? &lac->peer : &g->own.peer;
}

/* The line of the first of two keys that the section sets itself; 0: neither. */
static unsigned line_of(const struct conf_section *s, const char *key, const char *other)
{
    unsigned line = conf_section_line(s, key);

    return line > 0 ? line : conf_section_line(s, other);
}

static void check_hiding(const struct conf_section *s, struct conf_told *told)
{
    const struct conf_peer *peer = peer_of(s);
    unsigned line = line_of(s, "hidden bit", "challenge");

    if (unsure(s, "hidden bit", "challenge"))
        return;
    if (line > 0 && peer->hide == CONF_HIDE_YES && !peer->challenge)
        conf_say(told, true, line, "'hidden bit' in %s has no effect without 'challenge = yes'",
                 s->title);
    if (line > 0 && peer->hide == CONF_HIDE_ALWAYS && !peer->challenge)
        conf_say(told, true, line,
                 "'hidden bit = always' in %s without 'challenge = yes' sends hidden AVPs to peers "
                 "that never prove the secret: they may guess at it by them",
                 s->title);
}

/* What a key asks for and a quirk of the peer's does not let pass: beside the quirk forced, the key
 * is in vain; beside the quirk forbidden, it reaches those peers that the quirk is for, with some
 * harm or none. */
static const struct {
    const char *key, *quirk, *harm;
} spoilt[] = {
    {"hidden bit", "no-hiding", "Windows and others end tunnels and calls on hidden AVPs"},
    {"priority bit", "no-priority-bit",
     "Windows drops what has that bit, and its calls end for want of echoes"},
    {"send wen", "no-status", "xl2tpd ends a call when it gets one"},
    {"send sli", "no-status", "xl2tpd ends an outgoing call when it gets one"},
    {"ecn", "minimal", NULL},
    {"tie breaker", "minimal", NULL},
};

static void check_quirks(const struct conf_section *s, struct conf_told *told)
{
    const struct conf_peer *peer = peer_of(s);

    for (size_t i = 0; i < sizeof spoilt / sizeof spoilt[0]; i++) {
        const char *key = spoilt[i].key, *quirk = spoilt[i].quirk;
        uint32_t bit = quirk_by_name(quirk, strlen(quirk));
        unsigned line = line_of(s, key, "quirks");

        if (line == 0 || (conf_row_find(key)->places & 1u << s->place) == 0 || !is_on(s, key))
            continue;
        if ((peer->quirks_on & bit) != 0)
            conf_say(told, true, line, "'%s' in %s has no effect with 'quirks = %s'", key, s->title,
                     quirk);
        if (spoilt[i].harm != NULL && (peer->quirks_off & bit) != 0)
            conf_say(told, true, line, "'%s' in %s with 'quirks = -%s': %s", key, s->title, quirk,
                     spoilt[i].harm);
    }
}

static void check_flow(const struct conf_section *s, struct conf_told *told)
{
    unsigned line = conf_section_line(s, "flow bit");

    if (s->place == PLACE_LAC && line > 0 && peer_of(s)->flow == CONF_FLOW_AUTO)
        conf_say(told, true, line,
                 "'flow bit = auto' in %s is the same as no: on sequence numbers the LNS decides",
                 s->title);
}

/* What the kernel does not do for those who insist on it. */
static void check_data_path(const struct conf *c, const struct conf_section *s,
                            struct conf_told *told)
{
    static const char *const ours[] = {"length bit", "priority bit", "data dscp", "ecn",
                                       "send sli", "proxy lcp"};
    unsigned line = conf_section_line(s, "data path");

    if (unsure(s, "data path", "flow bit") || peer_of(s)->data_path != CONF_PATH_KERNEL)
        return;
    if (line > 0 && c->global.force_userspace)
        conf_say(told, true, line,
                 "'data path = kernel' in %s beside 'force userspace = yes': it refuses every call",
                 s->title);
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
        line = line_of(s, ours[i], "data path");
        if (line > 0 && (conf_row_find(ours[i])->places & 1u << s->place) != 0 && is_on(s, ours[i]))
            conf_say(told, true, line, "'%s' in %s has no effect with 'data path = kernel'",
                     ours[i], s->title);
    }
    line = line_of(s, "flow bit", "data path");
    if (line > 0 && s->place == PLACE_LNS && peer_of(s)->flow == CONF_FLOW_AUTO)
        conf_say(
            told, true, line,
            "'flow bit = auto' in %s is the same as yes with 'data path = kernel': nobody looks "
            "at what PPP negotiates",
            s->title);
}

/* A LAC is believed only if it is known who it is. */
static void check_belief(const struct conf_section *s, struct conf_told *told)
{
    const struct conf_lns *lns = s->object;
    unsigned line = conf_section_line(s, "proxy authentication");

    if (s->place == PLACE_LNS && line > 0 && !unsure(s, "proxy authentication", "challenge") &&
        lns->proxy_auth == CONF_PROXY_AUTH_ACCEPT && !lns->peer.challenge)
        conf_say(told, true, line,
                 "'proxy authentication = accept' in %s has no effect without 'challenge = yes': a LAC "
                 "is believed only in a tunnel that is authenticated",
                 s->title);
    else if (s->place == PLACE_LNS && line > 0 && !unsure(s, "proxy authentication", "challenge") &&
             lns->proxy_lcp == CONF_PROXY_LCP_ACCEPT && lns->proxy_auth == CONF_PROXY_AUTH_VERIFY &&
             !lns->peer.challenge)
        conf_say(told, true, line,
                 "'proxy authentication = verify' in %s has effect for PAP only without 'challenge = yes': "
                 "answers by CHAP may be overheard ones, so a LAC that tells them has to be known",
                 s->title);
}

/* A '%' of "ipparam" that stands for nothing known is passed on as it is, which nobody wants. */
static void check_ipparam(const struct conf_section *s, struct conf_told *told)
{
    const char *text = peer_of(s)->ipparam;
    unsigned line = conf_section_line(s, "ipparam");
    char safe[16];

    if (line == 0 || text == NULL)
        return;
    for (; (text = strchr(text, '%')) != NULL; text += 2) {
        if (text[1] != '\0' && strchr(CONF_IPPARAM_WORDS, text[1]) != NULL)
            continue;
        conf_say(told, true, line,
                 "'ipparam' of %s has a '%s' that stands for nothing and stays as it is: known are "
                 "%%p, %%h, %%n, %%d, %%g, %%t, %%c, %%v and %%s, and %%%% for a percent sign",
                 s->title, log_safe(span_of(text, text[1] != '\0' ? 2 : 1), safe, sizeof safe));
        return;
    }
}

/* Is there nothing for a peer in the pool of a section? */
static bool is_empty(const struct conf_lns *lns)
{
    size_t n = 0;
    struct conf_span *flat = conf_ranges_flat(lns->ip_range, &n);
    bool empty = n == 0 || (n == 1 && lns->local_ip != 0 && flat[0].low == lns->local_ip &&
                            flat[0].high == lns->local_ip);

    empty = empty && (flat != NULL || lns->ip_range == NULL);
    free(flat);
    return empty;
}

static void check_pool(const struct conf *c, const struct conf_section *s, struct conf_told *told)
{
    const struct conf_lns *lns = s->object;
    bool chosen = lns->lac != NULL || (is_default(s) && !c->global.access_control);
    bool may_switch = c->switches != NULL; /* such a call takes no address */
    unsigned line = conf_section_line(s, "ip range");

    if (chosen && !may_switch && lns->assign_ip && !unsure(s, "ip range", "assign ip") && is_empty(lns))
        conf_say(told, true, line > 0 ? line : s->line,
                 "%s has no address to give, so it refuses every call: add an 'ip range', or set "
                 "'assign ip = no' if the address comes from elsewhere",
                 s->title);
    if (line > 0 && !lns->assign_ip && !unsure(s, "assign ip", "assign ip"))
        conf_say(told, true, line, "'ip range' in %s has no effect with 'assign ip = no'",
                 s->title);
    line = conf_section_line(s, "local ip");
    if (line == 0)
        line = conf_section_line(s, "ip range");
    if (line > 0 && lns->local_ip != 0 && conf_ranges_allow(lns->ip_range, lns->local_ip))
        conf_say(told, true, line,
                 "'local ip' of %s lies in its own 'ip range': take it out with "
                 "'no ip range'",
                 s->title);
}

static void check_chosen(const struct conf *c, const struct conf_section *s, struct conf_told *told)
{
    const struct conf_lns *lns = s->object;
    unsigned line = conf_section_line(s, "no lac");

    if (line == 0)
        line = conf_section_line(s, "lac");
    if (!is_default(s) && conf_section_line(s, "lac") == 0 && !unsure(s, "lac", "lac"))
        conf_say(told, true, s->line, "%s has no 'lac' range, so no peer is ever served by it",
                 s->title);
    if (is_default(s) && lns->lac != NULL && !c->global.access_control)
        conf_say(told, true, line,
                 "'lac' and 'no lac' in [lns default] have no effect without "
                 "'access control = yes': it serves whomever no other section serves");
}

static void check_lac(const struct conf *c, const struct conf_section *s, struct conf_told *told)
{
    const struct conf_lac *lac = s->object;
    unsigned timeout = conf_section_line(s, "redial timeout");
    unsigned tries = conf_section_line(s, "max redials");

    if (is_default(s))
        return;
    if (!unsure(s, "lns", "lns"))
        conf_check_desk(c, s, told);
    if (unsure(s, "redial", "redial"))
        return;
    if (!lac->redial && timeout > 0 && lac->redial_timeout_s != 30)
        conf_say(told, true, timeout, "'redial timeout' in %s has no effect without 'redial = yes'",
                 s->title);
    if (!lac->redial && tries > 0 && lac->max_redials != 0)
        conf_say(told, true, tries, "'max redials' in %s has no effect without 'redial = yes'",
                 s->title);
}

/* Where lines share by weight, a second one is a weight by another word. */
static void check_twice(const struct conf_section *s, struct conf_told *told)
{
    const struct conf_lac *lac = s->object;

    if (lac->policy == CONF_POLICY_SHARE || conf_section_line(s, "lns") == 0)
        return;
    for (const struct conf_lns_host *h = lac->lns; h != NULL; h = h->next)
        for (const struct conf_lns_host *was = lac->lns; was != h; was = was->next)
            if (was->port == h->port && strcasecmp(was->host, h->host) == 0) {
                conf_say(told, true, h->line,
                         "'lns' in %s names what line %u has already: it is dialled again when it "
                         "has just failed",
                         s->title, was->line);
                break;
            }
}

static void check_dialling(const struct conf_section *s, struct conf_told *told)
{
    const struct conf_lac *lac = s->object;
    unsigned cap = conf_section_line(s, "redial timeout max");
    unsigned first = conf_section_line(s, "lns");

    for (const struct conf_lns_host *h = first > 0 ? lac->lns : NULL; h != NULL; h = h->next)
        if (h->weight != 1 && lac->policy != CONF_POLICY_SHARE && !is_default(s) &&
            !unsure(s, "lns policy", "lns policy")) {
            conf_say(told, true, h->line,
                     "'weight' in %s has no effect without 'lns policy = share'", s->title);
            break;
        }
    if (cap == 0 || lac->redial_timeout_max_s == 0 || is_default(s) ||
        unsure(s, "redial", "redial timeout"))
        return;
    if (!lac->redial)
        conf_say(told, true, cap, "'redial timeout max' in %s has no effect without 'redial = yes'",
                 s->title);
    else if (lac->redial_timeout_max_s <= lac->redial_timeout_s)
        conf_say(told, true, cap,
                 "'redial timeout max' of %s has no effect, as it is not above its "
                 "'redial timeout', %d",
                 s->title, lac->redial_timeout_s);
}

/* Addresses of the other kind are never dialled from "bind address". */
static void check_binding(const struct conf_section *s, struct conf_told *told)
{
    const struct conf_lac *lac = s->object;
    unsigned line = line_of(s, "bind address", "lns");

    if (line == 0 || !addr_is_set(&lac->bind_address.addr) || lac->lns == NULL || is_default(s) ||
        unsure(s, "bind address", "lns"))
        return;
    for (const struct conf_lns_host *h = lac->lns; h != NULL; h = h->next) {
        struct addr a;

        if (!addr_parse(h->host, 0, &a) || a.family == lac->bind_address.addr.family)
            return; /* a name may have an address of either kind */
    }
    conf_say(told, true, line,
             "no 'lns' of %s has an address of the kind of its 'bind address', so there is nowhere "
             "to dial: IPv4 or IPv6, they have to be alike",
             s->title);
}

static void check_calls(const struct conf_section *s, struct conf_told *told)
{
    const struct conf_lac *lac = s->object;
    unsigned line = line_of(s, "minimum bps", "maximum bps");

    if (line > 0 && lac->minimum_bps > lac->maximum_bps && !unsure(s, "minimum bps", "maximum bps"))
        conf_say(told, false, line,
                 "'minimum bps' of %s, %u, is above its 'maximum bps', %u: change one of them",
                 s->title, (unsigned)lac->minimum_bps, (unsigned)lac->maximum_bps);
}

static void check_half_open(const struct conf *c, const struct conf_section *s,
                            struct conf_told *told)
{
    unsigned line = line_of(s, "half open per source", "half open limit");

    if (line > 0 && c->global.half_open_per_source > c->global.half_open_limit &&
        !unsure(s, "half open per source", "half open limit"))
        conf_say(told, true, line,
                 "'half open per source' has no effect, as it is above 'half open limit': one "
                 "address can take up all of it");
}

static void check_listening(const struct conf *c, struct conf_told *told)
{
    const struct conf_listen *list = &c->global.listen;
    char text[ADDR_TEXT], other[ADDR_TEXT];

    for (const struct conf_listen_at *at = list->at; at < list->at + list->n; at++) {
        const struct conf_listen_at *by = conf_listen_covers(list, at);

        if (by != NULL && addr_same_host(&by->addr, &at->addr))
            conf_say(told, true, at->line, "'listen-addr = %s' stands in line %u already",
                     addr_host_text(&at->addr, text), by->line);
        else if (by != NULL)
            conf_say(told, true, at->line,
                     "'listen-addr = %s' has no effect: %s of line %u is all of IPv%d",
                     addr_host_text(&at->addr, text), addr_host_text(&by->addr, other), by->line,
                     (int)at->addr.family);
    }
}

static void check_access(const struct conf *c, struct conf_told *told)
{
    unsigned line = 0;

    for (const struct conf_section *s = c->sections; s != NULL; s = s->next) {
        if (s->place == PLACE_GLOBAL)
            line = conf_section_line(s, "access control");
        else if (s->place == PLACE_LNS && unsure(s, "lac", "no lac"))
            return;
    }
    if (!c->global.access_control || c->lns == NULL)
        return; /* without any LNS nobody is to be served, as in a LAC's file */
    for (const struct conf_lns *lns = c->lns; lns != NULL; lns = lns->next) {
        for (const struct conf_range *r = lns->lac; r != NULL; r = r->next) {
            if (!r->deny)
                return;
        }
    }
    conf_say(told, true, line,
             "'access control = yes' refuses every peer, as no [lns] section has "
             "a 'lac' range: add one for the peers to be served");
}

void conf_check_section(const struct conf *c, const struct conf_section *s, struct conf_told *told)
{
    check_idle(s, told);
    if (s->place == PLACE_GLOBAL) {
        check_listening(c, told);
        check_half_open(c, s, told);
        return;
    }
    if (s->place == PLACE_SWITCH) {
        conf_check_switch(c, s, told);
        return;
    }
    check_pairs(s, told);
    check_belief(s, told);
    check_ipparam(s, told);
    if (s->place != PLACE_LAC)
        conf_check_space(s, told);
    if (s->place == PLACE_GROUP) {
        conf_check_group(c, s, told);
        return;
    }
    check_hiding(s, told);
    check_quirks(s, told);
    check_flow(s, told);
    check_data_path(c, s, told);
    if (s->place == PLACE_LAC) {
        check_lac(c, s, told);
        check_dialling(s, told);
        check_twice(s, told);
        check_binding(s, told);
        check_calls(s, told);
        return;
    }
    check_chosen(c, s, told);
    check_pool(c, s, told);
}

void conf_check(const struct conf *c, struct conf_told *told)
{
    for (const struct conf_section *s = c->sections; s != NULL; s = s->next)
        conf_check_section(c, s, told);
    conf_check_overlap(c, told);
    conf_check_hidden(c, told);
    check_access(c, told);
}
