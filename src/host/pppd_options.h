/* pppd_options: the options in a file of pppd's, as pppd(8) has its grammar, with the files that it
 * includes.  For those who look for traps in it; pppd itself reads its files by itself.
 *
 * Knows how words are cut and which options take a value, and not what any of them means. */
#ifndef HOST_PPPD_OPTIONS_H
#define HOST_PPPD_OPTIONS_H

#include <stdbool.h>

/* What pppd reads before anything else. */
#define PPPD_SYSTEM_OPTIONS "/etc/ppp/options"

/* Texts are good for the length of the call that tells of them. */
struct pppd_option {
    const char *file;
    unsigned line;
    const char *word;
    const char *value; /* the word behind it, if the option takes one; else "" */
};

struct pppd_reader {
    /* One option, in pppd's order: what an included file has comes where it is included. */
    void (*option)(void *ctx, const struct pppd_option *o);
    /* What pppd would stop at: a file that it cannot read, one that includes itself, a quote
     * without an end.  line 0: of the file as a whole. */
    void (*problem)(void *ctx, const char *file, unsigned line, const char *text);
    void *ctx;
};

/* Reads a file, and "file F" and "call NAME" in it.  Nothing but a plain file is opened. */
void pppd_options_read(const char *path, const struct pppd_reader *reader);

/* Is there the plugin that an option names: at its path, or in one of the folders that pppds look in
 * for a name without one?  That it can be loaded it does not say. */
bool pppd_has_plugin(const char *name);

#endif
