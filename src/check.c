/* Traps around a configuration; see check.h.  Everything here is a warning, as files may come and go
 * before the daemon is started, but a line of secrets that is none, and a switch that leads back here. */
#include "check.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "host/conf_check_switch.h"
#include "host/conf_section.h"
#include "host/pppd_options.h"
#include "host/secrets.h"
#include "host/sys.h"
#include "wire/utf8.h"

#define PLACE_TEXT 256 /* of "file:line", cut if it does not fit */
#define MTU_MOST 1460  /* 1500 less the headers of IP, UDP and L2TP, and of PPP */

static const struct conf_peer *peer_of(const struct conf_section *s)
{
    return s->place == PLACE_LNS   ? &((const struct conf_lns *)s->object)->peer
           : s->place == PLACE_LAC ? &((const struct conf_lac *)s->object)->peer
                                   : &((const struct conf_group *)s->object)->own.peer;
}

/* The line where a key of a section was set, if need be in its template, or the section's own. */
static unsigned line_of(const struct conf_section *s, const char *key)
{
    const struct conf_section *from;
    unsigned line = conf_section_origin(s, conf_row_find(key), &from);

    return line > 0 ? line : s->line;
}

/* -- names ------------------------------------------------------------------------------------- */

static void check_name(const struct conf_section *s, struct conf_told *told)
{
    if (!utf8_is(span_str(s->name)))
        conf_say(told, true, s->line,
                 "the name of %s is no UTF-8: the status, events and metrics show its octets as "
                 "\\xNN",
                 s->title);
    if (s->name[0] == '\0')
        conf_say(told, true, s->line,
                 "%s has no name, so no command of the control FIFO can mean it", s->title);
    else if (strpbrk(s->name, " \t") != NULL)
        conf_say(told, true, s->line,
                 "the name of %s is not one word, so commands of the control FIFO can take it down "
                 "and show it, but not %s it",
                 s->title, s->place == PLACE_LAC ? "dial or change" : "change");
    else if (s->place == PLACE_LAC && strspn(s->name, "0123456789") == strlen(s->name))
        conf_say(told, true, s->line,
                 "the name of %s is a number: commands of the control FIFO that take the id of a "
                 "tunnel, too, mean the section by it",
                 s->title);
}

/* -- secrets ----------------------------------------------------------------------------------- */

static bool is_default(const struct conf_section *s)
{
    return strcmp(s->name, "default") == 0;
}

static void check_secret(const struct conf_section *s, struct secrets *secrets,
                         struct conf_told *told)
{
    const struct conf_peer *peer = peer_of(s);
    char host_name[64], them[8];
    const char *us = peer->hostname, *key = peer->challenge ? "challenge" : "hidden bit";
    unsigned line = 0;

    if (!peer->challenge && peer->hide == CONF_HIDE_NO)
        return;
    if (s->place == PLACE_LAC && is_default(s))
        return; /* never dialled */
    if (s->place == PLACE_LNS && s->from != NULL && conf_section_line(s, "hostname") == 0 &&
        conf_section_line(s, key) == 0)
        return; /* told at the template */
    sys_hostname(host_name, sizeof host_name);
    us = us != NULL ? us : host_name;
    if (!secrets_next(secrets, us, &line, them, sizeof them))
        conf_say(told, true, line_of(s, key),
                 "'%s' is on in %s, but %s has no line for 'us' = %s: %s; add 'us them secret'",
                 key, s->title, secrets_path(secrets), us,
                 peer->challenge ? "no tunnel comes up" : "nothing is hidden");
}

/* What a running daemon would not take is an error: a line, or a thing that is no file.  That there
 * is none, or that it is not for this user to read, is none; /dev/null is a way to have no secrets. */
static void on_secrets(void *ctx, unsigned line, const char *text)
{
    struct conf_told *told = ctx;
    bool none = access(told->file, R_OK) != 0 || strcmp(told->file, "/dev/null") == 0;

    conf_say(told, line == 0 && none, line, "%s", text);
}

static void check_secrets(const struct conf *c, const char *path, struct conf_told *told)
{
    struct secrets *secrets = secrets_new(path);
    struct conf_told of_file = *told;
    const char *others;

    if (secrets == NULL)
        return;
    of_file.file = path;
    secrets_tell_to(secrets, on_secrets, &of_file);
    secrets_look(secrets);
    for (const struct conf_section *s = c->sections; s != NULL; s = s->next)
        if (s->place == PLACE_LNS || s->place == PLACE_LAC)
            check_secret(s, secrets, told);
    others = secrets_open_to_others(secrets);
    if (others != NULL)
        conf_say(&of_file, true, 0, "can be %s by others: chmod 600 it", others);
    secrets_free(secrets);
}

/* -- pppd and its options ---------------------------------------------------------------------- */

static const char no_serial[] =
    "is for serial lines, and pppd has the daemon's terminal: remove it";
static const char other_line[] =
    "has pppd use another line than the one that the daemon gives it: remove it";

/* Options that spoil a call. */
static const struct {
    const char *word, *why;
} traps[] = {
    {"sync", "has pppd speak synchronous framing, which the daemon's terminal does not: no call "
             "comes up; remove it"},
    {"crtscts", no_serial},
    {"cdtrcts", no_serial},
    {"dtrcts", no_serial},
    {"xonxoff", no_serial},
    {"lock", no_serial},
    {"persist", "has pppd wait for the line to come back when a call has ended, which it never "
                "does: remove it; 'redial' of a [lac] section dials again"},
    {"demand", "has pppd wait for traffic, while the peer waits for pppd: remove it"},
    {"updetach", "has pppd leave its process, which the daemon takes for its end: remove it"},
    {"pty", other_line},
    {"socket", other_line},
};

/* An option file that has been read: what matters to each section that names it. */
struct option_file {
    struct hash_node by_path;
    struct option_file *next;
    const char *path;
    char noauth[PLACE_TEXT], replaces_route[PLACE_TEXT]; /* "file:line"; or empty */
    bool requires;                                       /* some way for peers to authenticate themselves */
};

struct walk {
    const struct conf_section *section; /* the first that names the file */
    struct conf_told *told;
    struct option_file *file;
};

static void say(struct walk *w, const char *file, unsigned line, const char *text)
{
    struct conf_told at = *w->told;

    at.file = file;
    conf_say(&at, true, line, "%s ('pppoptfile' of %s, line %u)", text, w->section->title,
             line_of(w->section, "pppoptfile"));
}

static void on_problem(void *ctx, const char *file, unsigned line, const char *text)
{
    char whole[512];

    snprintf(whole, sizeof whole, "%.400s: pppd stops at that, and no call comes up", text);
    say(ctx, file, line, whole);
}

static void check_mtu(struct walk *w, const struct pppd_option *o)
{
    char text[256];

    if ((strcmp(o->word, "mtu") != 0 && strcmp(o->word, "mru") != 0) || atoi(o->value) <= MTU_MOST)
        return;
    snprintf(text, sizeof text,
             "'%s %.8s' leaves no room for the tunnel's own headers, so that packets are cut in "
             "two: %d at most, 1400 or less with IPsec",
             o->word, o->value, MTU_MOST);
    say(w, o->file, o->line, text);
}

static void check_plugin(struct walk *w, const struct pppd_option *o)
{
    char text[512];

    if (strcmp(o->word, "plugin") != 0 || pppd_has_plugin(o->value))
        return;
    snprintf(text, sizeof text, "plugin '%.200s' %s: pppd stops at that, and no call comes up", o->value,
             strchr(o->value, '/') != NULL ? "is not there" : "is in none of the folders for them");
    say(w, o->file, o->line, text);
}

static void on_option(void *ctx, const struct pppd_option *o)
{
    struct walk *w = ctx;
    char text[512];

    for (size_t i = 0; i < sizeof traps / sizeof *traps; i++) {
        if (strcmp(o->word, traps[i].word) != 0)
            continue;
        snprintf(text, sizeof text, "'%s' %s", o->word, traps[i].why);
        say(w, o->file, o->line, text);
    }
    if (strncmp(o->word, "/dev/", 5) == 0) {
        snprintf(text, sizeof text, "'%.64s' %s", o->word, other_line);
        say(w, o->file, o->line, text);
    }
    check_mtu(w, o);
    check_plugin(w, o);
    if (strcmp(o->word, "noauth") == 0)
        snprintf(w->file->noauth, PLACE_TEXT, "%.200s:%u", o->file, o->line);
    if (strcmp(o->word, "auth") == 0)
        w->file->noauth[0] = '\0'; /* the last one counts */
    if (strncmp(o->word, "require-", 8) == 0 || strcmp(o->word, "+pap") == 0 ||
        strcmp(o->word, "+chap") == 0 || strncmp(o->word, "+mschap", 7) == 0)
        w->file->requires = true;
    if (strcmp(o->word, "replacedefaultroute") == 0)
        snprintf(w->file->replaces_route, PLACE_TEXT, "%.200s:%u", o->file, o->line);
}

bool check_has_route(const char *table, uint32_t ip, bool *known)
{
    FILE *f = fopen(table, "re");
    char line[512], name[64];
    unsigned long to, mask;
    bool found = false;

    *known = f != NULL;
    if (f == NULL)
        return false;
    while (fgets(line, sizeof line, f) != NULL) {
        uint32_t net, bits;

        /* in the machine's own order of octets, as if each were one number in memory */
        if (sscanf(line, "%63s %lx %*x %*x %*d %*d %*d %lx", name, &to, &mask) != 3)
            continue;
        net = (uint32_t)to;
        bits = (uint32_t)mask;
        if (bits != 0 && (ntohl(bits) & ip) == ntohl(net))
            found = true;
    }
    fclose(f);
    return found;
}

/* With the default route gone into the call, the call's own packets need another one. */
static void check_route(const struct conf_section *s, const struct option_file *file,
                        const char *routes, struct conf_told *told)
{
    const struct conf_lac *lac = s->object;

    if (s->place != PLACE_LAC || file->replaces_route[0] == '\0' || is_default(s))
        return;
    for (const struct conf_lns_host *h = lac->lns; h != NULL; h = h->next) {
        bool known = true, numeric;
        struct addr a;

        numeric = addr_parse(h->host, 0, &a) && a.family == 4;
        if (numeric && check_has_route(routes, addr_get_ip4(&a), &known))
            continue;
        if (known)
            conf_say(told, true, h->line,
                     "'replacedefaultroute' (%s) leads all traffic into the call, the tunnel's own "
                     "packets to %s too: that needs a route of its own%s (ip route add)",
                     file->replaces_route, h->host, numeric ? "" : ", if it has none");
    }
}

/* Files that have been read. */
struct option_files {
    struct hash by_path;
    struct option_file *first;
    const char *routes;
};

static struct option_file *read_once(struct option_files *all, const struct conf_section *s,
                                     const char *path, struct conf_told *told)
{
    uint32_t hash = hash_of(0, path, strlen(path));
    struct walk w = {.section = s, .told = told};
    const struct pppd_reader reader = {on_option, on_problem, &w};

    for (struct hash_node *n = hash_find(&all->by_path, hash); n != NULL; n = hash_next(n)) {
        struct option_file *f = (void *)((char *)n - offsetof(struct option_file, by_path));

        if (strcmp(f->path, path) == 0)
            return f;
    }
    w.file = calloc(1, sizeof *w.file);
    if (w.file == NULL)
        return NULL;
    w.file->path = path;
    w.file->next = all->first;
    all->first = w.file;
    hash_join(&all->by_path, &w.file->by_path, hash);
    pppd_options_read(path, &reader);
    return w.file;
}

static bool sets_any(const struct conf_section *s, const char *const *keys, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (conf_section_line(s, keys[i]) > 0)
            return true;
    return false;
}

/* A LAC and its caller have agreed on a way to authenticate; pppd, free to choose, begins with another. */
static void check_replay(const struct conf_section *s, const struct option_file *file,
                         struct conf_told *told)
{
    static const char *const keys[] = {"proxy lcp", "proxy authentication", "require authentication",
                                       "require pap", "require chap", "pppoptfile"};
    const struct conf_lns *lns = s->object;

    if (s->place != PLACE_LNS || lns->proxy_lcp != CONF_PROXY_LCP_ACCEPT ||
        lns->proxy_auth == CONF_PROXY_AUTH_ACCEPT || !lns->peer.require_auth ||
        lns->peer.require_pap || lns->peer.require_chap || (file != NULL && file->requires))
        return;
    if (s->from != NULL && !sets_any(s, keys, sizeof keys / sizeof keys[0]))
        return; /* told at the template */
    conf_say(told, true, line_of(s, "proxy lcp"),
             "'proxy lcp = accept' of %s leads to nothing: pppd asks peers for EAP first, which no LAC has "
             "agreed on, so PPP begins anew; say 'require chap = yes' or 'require pap = yes', or both",
             s->title);
}

static void check_options(struct option_files *all, const struct conf_section *s,
                          struct conf_told *told)
{
    const char *path = peer_of(s)->pppoptfile;
    const struct option_file *f = path != NULL ? read_once(all, s, path, told) : NULL;

    check_replay(s, f, told);
    if (f == NULL)
        return;
    if (f->noauth[0] != '\0' && peer_of(s)->require_auth &&
        (s->from == NULL || conf_section_line(s, "require authentication") > 0 ||
         conf_section_line(s, "pppoptfile") > 0)) /* else told at the template */
        conf_say(told, true, line_of(s, "require authentication"),
                 "'require authentication' of %s is taken back by 'noauth' (%s): peers come in "
                 "without a password; remove one of the two",
                 s->title, f->noauth);
    check_route(s, f, all->routes, told);
}

static void free_files(struct option_files *all)
{
    hash_free(&all->by_path);
    while (all->first != NULL) {
        struct option_file *f = all->first;

        all->first = f->next;
        free(f);
    }
}

/* By the daemon, whoever asks: Debian's pppd is for root and the group dip alone. */
static bool can_be_run(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
           (access(path, X_OK) == 0 || (geteuid() != 0 && (st.st_mode & S_IXUSR) != 0));
}

static void check_pppd(const struct conf *c, struct conf_told *told)
{
    if (c->lns == NULL && c->lac == NULL)
        conf_say(told, true, 0,
                 "there is no [lns] and no [lac] section: no call is taken or placed until the "
                 "control FIFO is told of one");
    else if (!can_be_run(c->global.pppd))
        conf_say(told, true, 0,
                 "%s cannot be run, so no call comes up: install the package ppp, or say where it "
                 "is by 'pppd' in [global]",
                 c->global.pppd);
}

static bool is_of_this_machine(const struct addr *a)
{
    char name[64];

    return sys_interface_of(a, name, sizeof name);
}

void check_surroundings(const struct conf *c, const char *secrets_file, const char *routes,
                        conf_tell_fn *tell, void *ctx)
{
    struct conf_told told = {.file = c->file, .tell = tell, .ctx = ctx};
    struct option_files files = {.first = NULL, .routes = routes};

    hash_init(&files.by_path);
    check_pppd(c, &told);
    for (const struct conf_section *s = c->sections; s != NULL; s = s->next) {
        if (s->place == PLACE_SWITCH)
            conf_check_switch_own(c, s, is_of_this_machine, &told);
        if (s->place == PLACE_GLOBAL || s->place == PLACE_SWITCH)
            continue;
        if (s->place != PLACE_GROUP)
            check_name(s, &told);
        check_options(&files, s, &told);
    }
    check_secrets(c, secrets_file, &told);
    free_files(&files);
}
