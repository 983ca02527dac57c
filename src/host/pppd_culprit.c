/* What a pppd does not like about its options; see pppd_culprit.h.  Reads files and looks for plugins;
 * must not know L2TP, nor run anything. */
#include "host/pppd_culprit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/pppd_options.h"

static bool is_found(const struct pppd_culprit *c)
{
    return c->plugin[0] != '\0' || c->text[0] != '\0';
}

static void on_option(void *ctx, const struct pppd_option *o)
{
    struct pppd_culprit *c = ctx;

    if (is_found(c) || strcmp(o->word, "plugin") != 0 || pppd_has_plugin(o->value))
        return;
    snprintf(c->plugin, sizeof c->plugin, "%.100s", o->value);
    snprintf(c->place, sizeof c->place, "%.256s:%u", o->file, o->line);
}

static void on_problem(void *ctx, const char *file, unsigned line, const char *text)
{
    struct pppd_culprit *c = ctx;

    if (is_found(c))
        return;
    snprintf(c->text, sizeof c->text, "%.200s", text);
    if (line != 0)
        snprintf(c->place, sizeof c->place, "%.256s:%u", file, line);
    else
        snprintf(c->place, sizeof c->place, "%.256s", file);
}

static void seek_ours(struct pppd_culprit *c, const char *plugin)
{
    if (is_found(c) || pppd_has_plugin(plugin))
        return;
    snprintf(c->plugin, sizeof c->plugin, "%s", plugin);
    snprintf(c->place, sizeof c->place, "its command line");
}

/* In the order in which pppd takes them. */
void pppd_culprit_seek(const struct pppd_wants *wants, struct pppd_culprit *c)
{
    const struct pppd_reader reader = {on_option, on_problem, c};

    memset(c, 0, sizeof *c);
    if (access(PPPD_SYSTEM_OPTIONS, F_OK) == 0)
        pppd_options_read(PPPD_SYSTEM_OPTIONS, &reader);
    if (wants->in_kernel)
        seek_ours(c, "pppol2tp.so");
    if (wants->has_password)
        seek_ours(c, "passwordfd.so");
    if (wants->optfile != NULL)
        pppd_options_read(wants->optfile, &reader);
}
