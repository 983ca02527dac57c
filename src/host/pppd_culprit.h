/* pppd_culprit: pppd has ended because of its options (status 2): which, as far as can be told without
 * it?  The first plugin that is nowhere, or the first file that cannot be read as it should be, in the
 * order in which pppd reads: /etc/ppp/options, the plugins that we name on its command line, the
 * section's file.  That an option is unknown only pppd can tell. */
#ifndef HOST_PPPD_CULPRIT_H
#define HOST_PPPD_CULPRIT_H

#include <stdbool.h>

struct pppd_wants {
    bool in_kernel;      /* with the plugin for the kernel's data path */
    bool has_password;   /* with the plugin for a password by pipe */
    const char *optfile; /* the section's, or NULL */
};

struct pppd_culprit {
    char plugin[128]; /* one that is not there; else empty */
    char text[256];   /* else what is wrong with a file; or empty */
    char place[300];  /* "FILE:LINE", FILE, or "its command line"; empty: nothing was found */
};

/* Always fills *c in. */
void pppd_culprit_seek(const struct pppd_wants *wants, struct pppd_culprit *c);

#endif
