#!/usr/bin/perl
# A synchronous line: frames come and go one by one, bare, and its call says that it is one.  The kernel's
# discipline for such lines, and hardware with it, are not to be had on demand: a socket that keeps frames
# apart stands in for the terminal.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Attach;
use E2E;
use Peer;
use Socket qw(AF_UNIX SOCK_SEQPACKET pack_sockaddr_un);
use Test::More;

my $far = Peer->new;
my $conf = "[lac isp]\nlns = 127.0.0.1:" . $far->port . "\nconnect timeout = 3\n";

# -- a kernel without it -----------------------------------------------------------------------------

my $bare = daemon 'bare', conf => $conf;
SKIP: {
    skip 'this kernel may have synchronous lines', 2 if -e '/sys/module/n_hdlc' || $> != 0;
    my ($status, undef, $said) =
      run_program [$ATTACH, '-c', $bare->{fifo}, '--sync', '--pty', 'exec sleep 10', 'isp'];
    is($status, 1, 'no synchronous lines here: not taken');
    like($said, qr/no synchronous lines here/, 'and why');
}
$bare->finish;

# -- one ---------------------------------------------------------------------------------------------

if (!preloaded('adapter', <<"END")) {
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>
static int adapter = -1, discipline;
static int is_ours(int fd) { return fd >= 0 && fd == adapter; }
int open(const char *path, int flags, ...)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    va_list ap;
    int mode;

    va_start(ap, flags);
    mode = va_arg(ap, int);
    va_end(ap);
    if (strcmp(path, "$DIR/adapter") != 0)
        return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    adapter = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    strcpy(to.sun_path, path);
    if (connect(adapter, (struct sockaddr *)&to, sizeof to) < 0)
        return -1;
    return adapter;
}
int isatty(int fd) { struct termios t; return is_ours(fd) || syscall(SYS_ioctl, fd, TCGETS, &t) == 0; }
int ioctl(int fd, unsigned long what, ...)
{
    va_list ap;
    void *p;

    va_start(ap, what);
    p = va_arg(ap, void *);
    va_end(ap);
    if (!is_ours(fd))
        return (int)syscall(SYS_ioctl, fd, what, p);
    if (what == TIOCGETD)
        *(int *)p = discipline;
    if (what == TIOCSETD)
        discipline = *(int *)p;
    return 0;
}
int tcgetattr(int fd, struct termios *t)
{
    memset(t, 0, sizeof *t);
    return is_ours(fd) ? 0 : (errno = ENOTTY, -1);
}
int tcsetattr(int fd, int when, const struct termios *t)
{
    (void)when;
    (void)t;
    return is_ours(fd) ? 0 : (errno = ENOTTY, -1);
}
END
    note 'no library can be put in front of the C library here';
    done_testing;
    exit;
}
socket my $listener, AF_UNIX, SOCK_SEQPACKET, 0 or die "socket: $!\n";
bind $listener, pack_sockaddr_un("$DIR/adapter") or die "bind: $!\n";
listen $listener, 1 or die "listen: $!\n";

my $d = daemon 'lac', conf => $conf;
my $line = attach $d, '--sync', '--device', "$DIR/adapter", 'isp';
accept my $adapter, $listener or die "accept: $!\n";
my $p = Peer->new(share => $far);
ok($p->accept_tunnel, 'a synchronous line opens the tunnel of its LAC');
my $call = $p->accept_call;
is(unpack('N', $call->{iccn}{avp}{19}), 1, 'its call is a synchronous one');
says $line, qr/isp: up/, 'and up';

my $all = "\xff\x03\x00\x21" . join '', map { chr } 0 .. 255;
send $adapter, $all, 0;
send $adapter, "\xff\x03\xc0\x21\x01\x01\x00\x04", 0;
is(scalar $p->get_frame(5, $call), $all, 'a frame of the line comes as it is');
is(scalar $p->get_frame(5, $call), "\xff\x03\xc0\x21\x01\x01\x00\x04", 'as does the next');
$p->send_frame($call, $all);
$p->send_frame($call, "\xff\x03\xc0\x21\x02\x01\x00\x04");
recv $adapter, my $got, 4096, 0;
is($got, $all, 'one for the line, too, with nothing escaped');
recv $adapter, $got, 4096, 0;
is($got, "\xff\x03\xc0\x21\x02\x01\x00\x04", 'by itself');

close $adapter;
is(status_of($line), 0, 'the line hangs up: 0');
ok($p->wait_for('CDN', 5), 'as the LNS hears');
ok($p->wait_for('StopCCN', 5), 'and the tunnel goes');
$p->close;
$d->finish;
done_testing;
