/* sys: the operating system's small services, so that nobody else needs an #ifdef for them. */
#ifndef HOST_SYS_H
#define HOST_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "base/addr.h"

/* Monotonic milliseconds, never 0; NTP and the operator's clock do not move it. */
uint64_t sys_now_ms(void);

/* The date and time of day as RFC 3339 has them, in UTC, to the millisecond:
 * "2026-11-25T21:04:09.123Z".  For people and programs that read; nothing is timed by it.  Returns
 * dst, SYS_TIME_TEXT octets. */
#define SYS_TIME_TEXT 32
const char *sys_time_text(char *dst);

/* Fills room with octets from the system's random source; aborts when there is none, as no
 * identifier may be guessable (RFC 2661, 9.1). */
void sys_random(void *room, size_t n);

int sys_cloexec(int fd);  /* 0 or -1 with errno */
int sys_nonblock(int fd); /* 0 or -1 with errno */

/* A pipe with both ends close-on-exec.  0 or -1 with errno. */
int sys_pipe(int fd[2]);

/* The same, clear of the standard descriptors even where those are closed. */
int sys_pipe_above(int fd[2]);

/* Puts /dev/null on those of the descriptors 0, 1 and 2 that we were started without, lest a pid
 * file or a socket take their place and be written to as "stderr". */
void sys_open_standard(void);

/* Makes close-on-exec what whoever started us has left open beyond 0, 1 and 2: no program that we
 * run is to have it. */
void sys_keep_inherited(void);

/* Raises the soft limit of descriptors to the hard one, but not beyond a million; returns the limit
 * now in force. */
size_t sys_raise_descriptors(void);

/* True if beyond this descriptor, which has just been opened, fewer than SYS_DESCRIPTORS_KEPT more
 * can be: new calls leave so many to what is there already, and to the operator's commands. */
#define SYS_DESCRIPTORS_KEPT 6
bool sys_is_among_last(int fd);

/* What a file of this mode is if it is not a plain one, in words: "a folder", "a FIFO"; NULL: it is
 * plain.  Others are not read: a FIFO has one wait for its writer, a device has no end. */
const char *sys_odd_kind(mode_t mode);

/* The path's folder is made (mode 0755) if it is missing, one level.  0 or -1 with errno. */
int sys_make_dir_of(const char *path);

/* Detaching, in two halves so that the parent's exit status is true: detach() forks; in the child
 * it returns a descriptor, new session, folder /; the parent waits inside detach() and exits 0 as
 * soon as the child calls ready(), or 1 if the child ends before.  -1 with errno if it cannot fork.
 * ready() also puts /dev/null on descriptors 0, 1 and 2. */
int sys_detach(void);
void sys_detach_ready(int fd);

/* The pid file.  write(): refuses with -1 and errno EEXIST if another living process holds it
 * (locked by fcntl for as long as we live), with EINVAL if what stands there is no pid file, which
 * is left as it is; else writes our pid and a newline.  remove(): only what we wrote.  renew(): the one
 * that was written is made again, with its folder, if somebody has removed it: 1, 0 if it is there (or
 * none was written), or -1 likewise, and the next renew() tries again. */
int sys_pidfile_write(const char *path);
int sys_pidfile_renew(void);
void sys_pidfile_remove(void);

/* A socket's address as ours and back, IPv4 and IPv6; of any other family: unset, or length 0. */
struct addr sys_addr_from(const struct sockaddr_storage *given);
socklen_t sys_addr_to(const struct addr *a, struct sockaddr_storage *dst);

/* The address that datagrams to a peer leave from, as the system routes them now; its port is 0.
 * Nothing is sent.  0, or -1 with errno (ENETUNREACH and the like: there is no way). */
int sys_source_for(const struct addr *peer, struct addr *source);

/* The number of an interface, by its name or that number itself; 0: there is none. */
uint32_t sys_interface_number(const char *name);

/* The name of the interface that has this address, cut to fit; false if none has it. */
bool sys_interface_of(const struct addr *a, char *dst, size_t size);

/* This host's name as gethostname() gives it, cut to fit, never empty. */
void sys_hostname(char *dst, size_t size);

#endif
