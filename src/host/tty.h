/* tty: what a link asks of a terminal before octets pass through it.  Knows nothing of what they are. */
#ifndef HOST_TTY_H
#define HOST_TTY_H

#include <stdbool.h>

#define TTY_NAME 64 /* octets of a slave's path, with its end */

/* No echo, no signals, no translation, eight bits: octets pass as they are, at the speed that it has.
 * modem: its carrier counts.  0, or -1 with errno. */
int tty_make_raw(int fd, bool modem);

/* A pty pair, raw, both ends close-on-exec, the master non-blocking.  0, or -1 with errno; what is open
 * then is told by the descriptors, which the caller has set to -1 before. */
int tty_open_pair(int *master, int *slave, char name[TTY_NAME]);

#endif
