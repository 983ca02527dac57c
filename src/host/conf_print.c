/* The example file, printed out of the rows; see conf.h.  Help stands behind "# ", settings behind
 * "; ": as printed it sets nothing, and a setting is made by taking its "; " away. */
#include <stdio.h>
#include <string.h>

#include "host/conf_kinds.h"

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
    "; pppoptfile = /etc/ppp/options.l2tpd.client\n";

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

/* A key that would clash with another one of the example stands in a comment. */
static void print_row(FILE *out, const struct conf_row *row)
{
    const char *value = row->preset != NULL ? row->preset : row->example;

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
                print_row(out, row);
        }
    }
}
