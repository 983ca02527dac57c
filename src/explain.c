/* The choice of a section and of a secret, told; see explain.h.  What decides is in conf.c and in
 * secrets.c; here is only said what these have done. */
#include "explain.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "host/conf_kinds.h"
#include "host/conf_show.h"
#include "host/secrets.h"
#include "host/sys.h"
#include "proto/profile.h"

struct question {
    FILE *out;
    const struct conf *c;
    struct secrets *secrets;
    const char *peer, *host_name;
    struct addr addr; /* of the peer; unset if it is a name */
    char our_name[64];
};

static const struct conf_section *section_of(const struct conf *c, const void *object)
{
    const struct conf_section *s = c->sections;

    while (s != NULL && s->object != object)
        s = s->next;
    return s;
}

/* The entry that decides on an address: the last one that holds it; NULL: none does. */
static const struct conf_range *deciding(const struct conf_range *list, uint32_t ip)
{
    const struct conf_range *found = NULL;

    for (; list != NULL; list = list->next) {
        if (ip >= list->low && ip <= list->high)
            found = list;
    }
    return found;
}

static void say_range(const struct question *q, const struct conf_range *r)
{
    char text[CONF_VALUE];

    fprintf(q->out, "'%slac = %s' of line %u", r->deny ? "no " : "", conf_show_range(r, text),
            r->line);
}

/* What each section whose ranges speak of the address says; "chosen" is the one that serves. */
static void say_ranges(const struct question *q, const struct conf_lns *chosen)
{
    uint32_t ip = addr_get_ip4(&q->addr);
    bool named = false;

    if (q->addr.family != 4) {
        fprintf(q->out, "  'lac' ranges hold IPv4 addresses only\n");
        return;
    }
    for (const struct conf_lns *lns = q->c->lns; lns != NULL; lns = lns->next) {
        const struct conf_range *r = deciding(lns->lac, ip);

        if (r == NULL)
            continue;
        fprintf(q->out, "  %s of line %u: ", section_of(q->c, lns)->title, lns->line);
        say_range(q, r);
        if (r->deny)
            fprintf(q->out, " leaves it out\n");
        else if (lns != chosen && strcmp(lns->name, "default") != 0)
            fprintf(q->out, " holds it too, but a later section does\n");
        else if (lns != chosen ||
                 !(strcmp(lns->name, "default") != 0 || q->c->global.access_control))
            fprintf(q->out, " holds it, which does not matter here\n");
        else
            fprintf(q->out, " holds it\n");
        named = true;
    }
    if (!named)
        fprintf(q->out, "  no 'lac' or 'no lac' of any section speaks of it\n");
}

static void say_values(const struct question *q, const struct conf_section *s)
{
    fprintf(q->out, "values:\n");
    for (const struct conf_row *row = NULL; (row = conf_row_in(row, s->place)) != NULL;)
        conf_show_row(q->out, s, row, true, "  ");
}

static const char *host_name_of(const struct question *q, const struct conf_peer *peer)
{
    return peer->hostname != NULL ? peer->hostname : q->our_name;
}

/* For a peer that has not told its name, the lines that there are. */
static void say_candidates(const struct question *q, const char *us)
{
    char them[128], safe[160];
    unsigned line = 0, n = 0;

    while (secrets_next(q->secrets, us, &line, them, sizeof them)) {
        fprintf(q->out, "  line %u, if the peer calls itself %s\n", line,
                strcmp(them, "*") == 0 ? "anything" : log_safe(span_str(them), safe, sizeof safe));
        n++;
    }
    fprintf(q->out,
            n > 0 ? "  (the first of these that fits; --explain %s HOSTNAME tells which)\n"
                  : "  none, whatever the peer calls itself\n",
            q->peer);
}

/* them: a name; or NULL, if the peer may have any. */
static void say_secret(const struct question *q, const struct conf_peer *peer, const char *them)
{
    const char *us = host_name_of(q, peer);
    char secret[PROFILE_SECRET];
    unsigned line = 0;

    fprintf(q->out, "secret, of %s, us %s:\n", secrets_path(q->secrets), us);
    if (them == NULL) {
        say_candidates(q, us);
        return;
    }
    if (secrets_find(q->secrets, us, them, secret, sizeof secret, &line))
        fprintf(q->out, "  line %u, them %s\n", line, them);
    else
        fprintf(q->out, "  no line fits them %s%s\n", them,
                peer->challenge ? ", so no tunnel comes up, as 'challenge' is on" : "");
    bytes_wipe(secret, sizeof secret);
}

/* Of each what it sets. */
static void say_groups(const struct question *q, const struct conf_lns *lns)
{
    if (q->c->groups == NULL)
        return;
    fprintf(q->out,
            "of a private group's call, if the LAC names it or the user's name fits, over these "
            "values\n(one whose group has no section is %s):\n",
            lns->unknown_group == CONF_UNKNOWN_REFUSE ? "refused" : "served as without a group");
    for (const struct conf_group *g = q->c->groups; g != NULL; g = g->next) {
        const struct conf_section *s = section_of(q->c, g);

        fprintf(q->out, "  %s of line %u\n", s->title, s->line);
        for (const struct conf_row *row = NULL; (row = conf_row_in(row, PLACE_GROUP)) != NULL;)
            conf_show_row(q->out, s, row, false, "    ");
    }
}

static bool fits_one(const struct conf_match *list, const char *text)
{
    const struct conf_match *m = list;

    while (m != NULL && !conf_match_fits(m->pattern, span_str(text)))
        m = m->next;
    return list == NULL || m != NULL;
}

/* Those that calls of the peer may fit; of its Host Name only if it was given. */
static void say_switches(const struct question *q)
{
    const char *before = "a call of it goes on to another LNS if it fits one of these, the last of which "
                         "counts:\n";
    char address[ADDR_TEXT];

    addr_host_text(&q->addr, address);
    for (const struct conf_switch *w = q->c->switches; w != NULL; w = w->next) {
        const struct conf_section *s = section_of(q->c, w);

        if (!fits_one(w->peer, address) ||
            (q->host_name != NULL && !fits_one(w->peer_name, q->host_name)))
            continue;
        fprintf(q->out, "%s  %s of line %u\n", before, s->title, s->line);
        before = "";
        for (const struct conf_row *row = NULL; (row = conf_row_in(row, PLACE_SWITCH)) != NULL;)
            conf_show_row(q->out, s, row, false, "    ");
    }
}

static bool say_lns(const struct question *q)
{
    const struct conf_lns *lns = conf_match_lns(q->c, &q->addr);
    const struct conf_section *s = section_of(q->c, lns);

    if (lns == NULL) {
        fprintf(q->out, "as LAC it is refused: %s\n",
                q->c->lns == NULL ? "there is no [lns] section"
                : q->c->global.access_control
                    ? "'access control' is on, and no section has it in a 'lac' range"
                    : "no section has it in a 'lac' range, and there is no [lns default]");
        say_ranges(q, NULL);
        return false;
    }
    fprintf(q->out, "as LAC it is served by %s of line %u%s\n", s->title, s->line,
            strcmp(lns->name, "default") == 0 && !q->c->global.access_control
                ? ", as by no other section"
                : "");
    say_ranges(q, lns);
    say_secret(q, &lns->peer, q->host_name);
    say_values(q, s);
    say_groups(q, lns);
    say_switches(q);
    return true;
}

static bool dials(const struct question *q, const struct conf_lac *lac, unsigned *line)
{
    struct addr a;

    for (const struct conf_lns_host *h = lac->lns; h != NULL; h = h->next) {
        *line = h->line;
        if (strcasecmp(h->host, q->peer) == 0)
            return true;
        if (addr_is_set(&q->addr) && addr_parse(h->host, 0, &a) && addr_same_host(&a, &q->addr))
            return true;
    }
    return false;
}

static bool say_lacs(const struct question *q)
{
    bool any = false;
    unsigned line;

    for (const struct conf_lac *lac = q->c->lac; lac != NULL; lac = lac->next) {
        const struct conf_section *s;

        if (strcmp(lac->name, "default") == 0 || !dials(q, lac, &line))
            continue;
        s = section_of(q->c, lac);
        fprintf(q->out, "as LNS it is dialled by %s of line %u, for the 'lns' of line %u\n",
                s->title, s->line, line);
        /* until it has told its name it goes by that of the host dialled */
        say_secret(q, &lac->peer, q->host_name != NULL ? q->host_name : q->peer);
        say_values(q, s);
        any = true;
    }
    return any;
}

/* IPv4 as other programs write it that have one socket for both: what comes that way is IPv4 to us. */
static struct addr unmapped(const struct addr *a)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    struct addr ip4 = {.family = 4, .port = a->port};

    if (a->family != 6 || memcmp(a->ip, mapped, sizeof mapped) != 0)
        return *a;
    memcpy(ip4.ip, a->ip + sizeof mapped, 4);
    return ip4;
}

/* A numeric address, perhaps with a link behind a '%', which decides nothing; else it is unset. */
static struct addr address_of(const char *peer)
{
    char text[ADDR_TEXT];
    struct addr a;

    snprintf(text, sizeof text, "%.*s",
             (int)(strchr(peer, ':') != NULL ? strcspn(peer, "%") : strlen(peer)), peer);
    if (!addr_parse(text, 0, &a))
        memset(&a, 0, sizeof a);
    return unmapped(&a);
}

static bool answer(struct question *q)
{
    bool served = false;

    if (addr_is_set(&q->addr))
        served = say_lns(q);
    else
        fprintf(q->out, "which [lns] section serves it depends on its address: give that\n");
    return say_lacs(q) || served;
}

bool explain_peer(FILE *out, const struct conf *c, const char *secrets_file, const char *peer,
                  const char *host_name)
{
    struct question q = {.out = out, .c = c, .peer = peer, .host_name = host_name};
    struct conf_why why;
    char *host = NULL;
    uint16_t port;
    bool served;

    /* the log and the status tell a peer with its port, which decides nothing */
    if (conf_host_read(peer, &host, &port, &why))
        q.peer = host;
    q.addr = address_of(q.peer);
    sys_hostname(q.our_name, sizeof q.our_name);
    q.secrets = secrets_new(secrets_file);
    if (q.secrets == NULL) {
        free(host);
        return false;
    }
    fprintf(out, "peer %s%s%s, by %s\n", peer, host_name != NULL ? ", which calls itself " : "",
            host_name != NULL ? host_name : "", c->file);
    served = answer(&q);
    free(host);
    secrets_free(q.secrets);
    return served;
}
