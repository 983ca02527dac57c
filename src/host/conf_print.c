/* The example file, printed out of the rows; see conf.h.  Help stands behind "# ", settings behind
 * "; ": as printed it sets nothing, and a setting is made by taking its "; " away. */
#include <stdio.h>
#include <string.h>

#include "host/conf_show.h"

static const char intro[] =
    "# l2tpd.conf: the configuration of l2tpd(8).  See l2tpd.conf(5) for all of it.\n"
    "#\n"
    "# Nothing is set in this file yet.  To set a key, remove the \"; \" before it and before the\n"
    "# [section] above it.  What is shown is the default where there is one.  Both '#' and ';'\n"
    "# begin a comment.  \"l2tpd --check FILE\" tells whether a file is right.\n"
    "\n"
    "# A server (LNS) that gives addresses to whoever calls and knows a name and a password of\n"
    "# /etc/ppp/chap-secrets:\n"
    "\n"
    "; [lns default]\n"
    "; ip range = 10.77.0.10 - 10.77.0.250\n"
    "; local ip = 10.77.0.1\n"
    "; require authentication = yes\n"
    "; require chap = yes\n"
    "; refuse pap = yes\n"
    "; pppoptfile = /etc/ppp/options.l2tpd.server\n"
    "\n"
    "# A client (LAC) that dials at start and again whenever the call is lost:\n"
    "\n"
    "; [lac office]\n"
    "; lns = vpn.example.com\n"
    "; autodial = yes\n"
    "; redial = yes\n"
    "; redial timeout = 15\n"
    "; pppoptfile = /etc/ppp/options.l2tpd.client\n"
    "\n"
    "# Callers by modem (a dial-in LAC), whose PPP ends at their provider's LNS.  mgetty takes the\n"
    "# calls, with this in its login.config:\n"
    "#\n"
    "#     /AutoPPP/ - - /usr/sbin/l2tpd-attach --modem isp\n"
    "\n"
    "; [lac isp]\n"
    "; lns = lns.isp.example\n"
    "; challenge = yes\n"
    "; max lines = 30\n"
    "\n"
    "# Callers by PPPoE (a PPPoE LAC), each to the LNS of its realm, and all others refused.\n"
    "# pppoe-server takes the calls, and runs 'l2tpd-attach desk' in pppd's stead: see l2tpd-attach(8).\n"
    "\n"
    "; [lac desk]\n"
    "; proxy = lcp\n"
    ";\n"
    "; [lac blue]\n"
    "; match = *@blue.example\n"
    "; lns = lns.blue.example\n"
    "; private group = blue\n"
    ";\n"
    "; [lac red]\n"
    "; match = *@red.example\n"
    "; lns = lns.red.example\n"
    "\n"
    "# Calls of a wholesaler's LACs that go on to the LNSs of many providers (tunnel switch, LTS):\n"
    "\n"
    "; [lns default]\n"
    "; challenge = yes\n"
    ";\n"
    "; [lac isp-a]\n"
    "; lns = lns1.isp-a.example\n"
    "; lns = lns2.isp-a.example\n"
    "; challenge = yes\n"
    ";\n"
    "; [lac isp-b]\n"
    "; lns = 203.0.113.9\n"
    ";\n"
    "; [switch isp-a]\n"
    "; match = *@isp-a.example\n"
    "; match = *@a.example\n"
    "; through = isp-a\n"
    ";\n"
    "; [switch isp-b]\n"
    "; called = 0800200*\n"
    "; group = b\n"
    "; through = isp-b\n"
    "; max calls = 500\n";

static const struct {
    const char *header;
    const char *about;
} parts[PLACE_COUNT] = {
    [PLACE_GLOBAL] = {"[global]", "# Every key of [global]: the daemon as a whole.\n"},
    [PLACE_LNS] = {"[lns branch]", "# Every key of [lns NAME]: calls that come in.  A section "
                                   "serves the peers that its 'lac'\n"
                                   "# ranges name; [lns default] serves all others, and the other "
                                   "[lns] sections take from it\n"
                                   "# what they leave unset.\n"},
    [PLACE_LAC] =
        {"[lac home]",
         "# Every key of [lac NAME]: calls that we place.  [lac default] is never dialled; the\n"
         "# other [lac] sections take from it what they leave unset.\n"},
    [PLACE_GROUP] = {"[group customer-7]",
                     "# Every key of [group NAME]: calls that a LAC says to be of this private group.  "
                     "What is\n"
                     "# left unset is as in the [lns] section that has taken the call.\n"},
    [PLACE_SWITCH] = {"[switch isp-7]",
                      "# Every key of [switch NAME]: calls that come in and go on through a [lac] of ours, to "
                      "another\n"
                      "# LNS.  What a call is to fit is left out if any call does; the last section that "
                      "fits counts.\n"},
};

static void print_help(FILE *out, const struct conf_row *row)
{
    const char *help = row->help;

    while (*help != '\0') {
        size_t n = strcspn(help, "\n");

        fprintf(out, "# %.*s\n", (int)n, help);
        help += n + (help[n] == '\n');
    }
}

/* A key that would clash with another one of the example stands in a comment, as does one that a group
 * has from its [lns]. */
static void print_row(FILE *out, const struct conf_row *row, enum conf_place place)
{
    bool of_lns = place == PLACE_GROUP && (row->places & IN_LNS) != 0;
    const char *preset = conf_row_preset(row, place);
    const char *value = preset != NULL ? preset : of_lns ? NULL : row->example;

    fputc('\n', out);
    print_help(out, row);
    if (row->alias != NULL)
        fprintf(out, "# Also spelled '%s'.\n", row->alias);
    if (value != NULL)
        fprintf(out, "; %s = %s\n", row->name, value);
    else
        fprintf(out, "#     %s = %s\n", row->name, conf_kinds[row->kind].word);
}

void conf_print_example(FILE *out)
{
    fputs(intro, out);
    for (unsigned place = 0; place < PLACE_COUNT; place++) {
        fprintf(out, "\n\n%s\n; %s\n", parts[place].about, parts[place].header);
        for (const struct conf_row *row = NULL; (row = conf_row_next(row)) != NULL;) {
            if ((row->places & 1u << place) != 0)
                print_row(out, row, (enum conf_place)place);
        }
    }
}

static const char *const words[PLACE_COUNT] = {"global", "lns", "lac", "group", "switch"};

/* The values in force; of a group those that it sets: what it does not is another's. */

/* The name as it stands in the file: the title is one for the log. */
static void print_header(FILE *out, const struct conf_section *s)
{
    int n = fprintf(out, "\n[%s%s%s]", words[s->place], s->name[0] != '\0' ? " " : "", s->name);

    fprintf(out, "%*s # line %u\n", n < 41 ? 41 - n : 0, "", s->line);
}

void conf_print_values(FILE *out, const struct conf *c)
{
    fprintf(out,
            "# %s: the values in force.  Behind each setting stands where it was set; what stands\n"
            "# behind \"; \" was not, and is as shown.\n",
            c->file);
    for (const struct conf_section *s = c->sections; s != NULL; s = s->next) {
        print_header(out, s);
        for (const struct conf_row *row = NULL; (row = conf_row_in(row, s->place)) != NULL;)
            conf_show_row(out, s, row, s->place != PLACE_GROUP, "");
    }
}

/* The table of keys, for programs: columns with a tab between them. */

static void print_bounds(FILE *out, const struct conf_row *row)
{
    const char *word = conf_kinds[row->kind].word;

    if (row->words != NULL) {
        if (row->kind == KIND_INT)
            fprintf(out, "%lld to %lld|", (long long)row->min, (long long)row->max);
        for (const struct conf_word *w = row->words; w->word != NULL; w++)
            fprintf(out, "%s%s", w == row->words ? "" : "|", w->word);
    } else if (strcmp(word, "NUMBER") == 0 || strcmp(word, "SECONDS") == 0 ||
               strcmp(word, "PORT") == 0) {
        fprintf(out, "%lld to %lld", (long long)row->min, (long long)row->max);
    } else {
        fputs(word, out);
    }
}

static void print_places(FILE *out, unsigned places)
{
    const char *between = "";

    for (unsigned place = 0; place < PLACE_COUNT; place++) {
        if ((places & 1u << place) == 0)
            continue;
        fprintf(out, "%s%s", between, words[place]);
        between = ",";
    }
}

void conf_print_keys(FILE *out)
{
    for (const struct conf_row *row = NULL; (row = conf_row_next(row)) != NULL;) {
        print_places(out, row->places);
        fprintf(out, "\t%s\t%s\t", row->name, row->alias != NULL ? row->alias : "");
        print_bounds(out, row);
        fprintf(out, "\t%s%s%s\t", row->preset != NULL ? row->preset : "",
                row->preset_lac != NULL ? ", [lac] " : "",
                row->preset_lac != NULL ? row->preset_lac : "");
        print_places(out, row->note_places);
        fputc('\n', out);
    }
}
