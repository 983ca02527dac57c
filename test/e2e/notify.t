#!/usr/bin/perl
# What the service manager hears of a daemon's life, at the socket that NOTIFY_SOCKET names, and that
# no pppd could speak there for us.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use IO::Socket::UNIX;
use Peer;
use Socket;
use Test::More;

my $echo = ppp_script "reports $DIR/echo\necho\n";

sub lns
{
    return "[lns default]\nip range = 10.9.0.2 - 10.9.0.9\nlocal ip = 10.9.0.1\npppoptfile = $echo\n";
}

# A manager's socket; NOTIFY_SOCKET names it to what is started from now on.
sub manager
{
    my ($name) = @_;
    my $s = IO::Socket::UNIX->new(
        Type => SOCK_DGRAM, Local => $name =~ /^\@(.*)/s ? "\0$1" : $name, Blocking => 0)
      or die "$name: $!\n";

    $ENV{NOTIFY_SOCKET} = $name;
    return $s;
}

# Reads until a datagram has this in it; a test.  That datagram.
my @heard;

sub hears
{
    my ($s, $pattern, $what) = @_;
    my $got = loop_until {
        while (defined $s->recv(my $text, 4096)) {
            push @heard, $text;
            return $text if $text =~ $pattern;
        }
        return undef;
    };

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    ok(defined $got, $what) or diag(explain \@heard);
    return $got // '';
}

# -- one life ------------------------------------------------------------------------------------

my $s = manager "$DIR/notify";
my $d = daemon 'lns', conf => lns;
my $pid = $d->pid;

hears $s, qr/^READY=1\nMAINPID=$pid\z/, 'READY when it listens, and who it is';
hears $s, qr/^STATUS=0 tunnels, 0 calls\z/, 'and that there is nothing to do yet';

my $peer = Peer->new(to => $d->port);
$peer->open_tunnel;
my $call = $peer->open_call;
hears $s, qr/^STATUS=1 tunnel, 1 call\z/, 'a tunnel and a call are told';
my ($pppd) = loop_until { (reports("$DIR/echo"))[-1] };
my $of_pppd = slurp("/proc/$pppd->{pid}[0]/environ");
ok(length $of_pppd, 'the environment of its pppd can be read');
unlike($of_pppd, qr/NOTIFY_SOCKET/, 'X1-12 and has no NOTIFY_SOCKET');
ok(!grep({ (readlink($_) // '') =~ /^socket:/ } glob "/proc/$pppd->{pid}[0]/fd/*"),
    'nor has that pppd a socket of ours');

$d->signal('HUP');
my $began = hears $s, qr/^RELOADING=1$/m, 'a reload is told';
my ($usec) = $began =~ /^MONOTONIC_USEC=(\d+)$/m;
my ($up) = slurp('/proc/uptime') =~ /^(\d+)/;
cmp_ok(abs($up - ($usec // 0) / 1e6), '<', 60, 'with the time of it');
hears $s, qr/^READY=1\z/, 'and its end';
hears $s, qr/^STATUS=1 tunnel, 1 call\z/, 'with the call as before';

$d->configure("[lns default]\nip rnage = 1\n");
$d->signal('HUP');
hears $s, qr/^RELOADING=1$/m, 'a reload of a broken file is told';
hears $s, qr/^READY=1\z/, 'we are ready after it as well';
hears $s, qr/^STATUS=the configuration has errors, the old one stays in force; 1 tunnel, 1 call\z/,
  'and say that it is the old configuration that we go by';
$d->configure(lns);
$d->signal('HUP');
hears $s, qr/^STATUS=1 tunnel, 1 call\z/, 'once it is mended that is forgotten';

$d->finish;
hears $s, qr/^STOPPING=1$/m, 'the stop is told';

# -- a service stays ------------------------------------------------------------------------------

{
    my $manager = manager "$DIR/only.socket";
    my $lac = daemon 'only-lac', ends => 1, conf => "[lac only]\nautodial = yes\n";

    $lac->says(qr/lac only.*: trouble no-lns: /, 'the only LAC that there is fails for good');
    $lac->is_well('a daemon in front would end with it; not one that a service manager has started');
    $lac->finish;
}

# -- other managers ------------------------------------------------------------------------------

SKIP: {
    skip 'abstract sockets are of Linux', 1 if $^O ne 'linux';
    my $abstract = manager "\@l2tpd-e2e-$$";
    my $a = daemon 'abstract', conf => lns;
    hears $abstract, qr/^READY=1\n/, 'a manager with an abstract socket hears it too';
    $a->finish;
}

for (['/nowhere/socket', qr/cannot be told that we are ready.*NOTIFY_SOCKET/],
    ['socket', qr/cannot be told how we are.*NOTIFY_SOCKET/])
{
    my ($name, $line) = @$_;

    $ENV{NOTIFY_SOCKET} = $name;
    my $deaf = daemon 'deaf', conf => lns;
    $deaf->says($line, "nobody at $name: a warning");
    $deaf->is_well('and it runs all the same');
    $deaf->finish;
}

# One that detaches says who it has become.
{
    my $manager = manager "$DIR/detached";
    my $port = free_port;
    put_file("$DIR/detached.conf", "[global]\nlisten-addr = 127.0.0.1\nport = $port\n");
    my ($status) = run_program [
        $L2TPD, '-c', "$DIR/detached.conf", '-p', "$DIR/detached.pid", '-C', "$DIR/detached.fifo"];
    is($status, 0, 'one that detaches');
    my ($main) = hears($manager, qr/^READY=1\n/, 'tells that it is ready') =~ /^MAINPID=(\d+)$/m;
    is("$main\n", slurp("$DIR/detached.pid"), 'and its new pid');
    ok(kill(TERM => $main), 'it is asked to end');
    hears $manager, qr/^STOPPING=1$/m, 'and tells that too';
    soon { !-e "$DIR/detached.pid" } 'it has ended';
}
done_testing;
