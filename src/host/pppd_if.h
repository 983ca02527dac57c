/* pppd_if: which network interface a pppd has: what it writes itself, once it has one, is a file
 * "INTERFACE.pid" with its process id in the folder for such files. */
#ifndef HOST_PPPD_IF_H
#define HOST_PPPD_IF_H

#include <stdbool.h>
#include <sys/types.h>

#define PPPD_IF_NAME 16 /* room for an interface's name */

/* Tells of every such file of the folder, whoever's it is; NULL: of those that pppd's versions use.
 * Reads nothing but small plain files. */
void pppd_if_each(const char *folder, void (*found)(void *ctx, pid_t pid, const char *name),
                  void *ctx);

#endif
