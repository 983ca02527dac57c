/* sync: a terminal with synchronous HDLC below it: the hardware, or whoever has the other end, tells frames
 * apart and checks them; each read() gives one, bare, and each write() takes one. */
#ifndef HOST_SYNC_H
#define HOST_SYNC_H

/* Has the terminal so; *before is what it was.  0, or -1 with errno: ENOTSUP where the system has no
 * such thing, or its module is not there. */
int sync_begin(int fd, int *before);

void sync_end(int fd, int before);

#endif
