#!/usr/bin/perl
# Several addresses to listen on, of both families: a LNS and a LAC on two hosts with two addresses of each
# family, joined by a wire.  Each host is a network namespace.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

BEGIN {
    if (!$ENV{L2TPD_WITHIN}) {
        my ($how) = grep { system("unshare $_ true >/dev/null 2>&1") == 0 } '-n', '-Urn';

        $ENV{L2TPD_WITHIN} = 1;
        exec 'unshare', $how, $^X, "$FindBin::Bin/listen.t" if $how;
        print "1..0 # SKIP no network namespace to be had\n";
        exit 0;
    }
}

use E2E;
use Test::More;

# -- the hosts -----------------------------------------------------------------------------------

my $far = fork // die "fork: $!\n";
if ($far == 0) {
    exec 'unshare', '-n', 'sleep', '600';
    exit 1;
}
END { local $?; kill KILL => $far if $far; }

my $own = readlink '/proc/self/ns/net';
loop_until { (readlink("/proc/$far/ns/net") // $own) ne $own };
my $there = "nsenter -t $far -n";

sub host
{
    my ($within, $dev, $n) = @_;

    return join ' && ', "$within ip link set lo up",
      map({ "$within ip address add 192.0.2.$_/24 dev $dev" } $n, $n + 1),
      map({ "$within ip -6 address add 2001:db8::$_/64 dev $dev nodad" } $n, $n + 1),
      "$within ip link set $dev up";
}

plan skip_all => 'no two hosts to be had'
  if system("{ ip link add wire0 type veth peer name wire1 netns $far && ${\ host('', 'wire0', 1)} && "
      . "${\ host($there, 'wire1', 11)}; } >$DIR/hosts 2>&1") != 0;

my $within = put_file("$DIR/within", "#!/bin/sh\nexec $there $L2TPD \"\$@\"\n");
chmod 0755, $within;

# -- three of four -------------------------------------------------------------------------------

my $echo = ppp_script "reports $DIR/lns\necho\n";
# (A stand-in at the far end that is only starting would lose what is sent at once.)
my $source = ppp_script "reports $DIR/lac\ndelay 1000\nsource 40 600\n";
my @called = ('192.0.2.2', '2001:db8::1', '2001:db8::2');
my $lns = daemon 'lns', conf => "listen-addr = $called[0], $called[1]\nlisten-addr = $called[2]\n"
  . "[lns default]\nassign ip = no\npppoptfile = $echo\n";
my $port = $lns->port;

is($lns->count(qr/Listening on IP address \S+, port $port$/m), 3, 'X4-28 it listens on three addresses, by one port');
is(join(' ', $lns->log =~ /Listening on IP address (\S+),/g), "@called", 'which are those that it is told');

my %lns = (first => $called[0], second => "[$called[1]]", third => "[$called[2]]", fourth => '192.0.2.1');
my $lac = daemon 'lac', program => $within,
  conf => "listen-addr = 192.0.2.12\nlisten-addr = 192.0.2.11, 2001:db8::11\n"
  . join '', map({ "[lac $_]\nautodial = yes\npppoptfile = $source\nlns = $lns{$_}:$port\n"
      . ($_ eq 'third' ? "bind address = 2001:db8::12\n" : '')
      . ($_ eq 'fourth' ? "redial = yes\nconnect timeout = 2\n" : '') } sort keys %lns);

# What comes from another address than the one that is called is dropped by a LAC, so its call is up only
# if all came from there.
for (['192.0.2.12', 'the first of its family'],
    ['2001:db8::11', 'the one of its family'],
    ['2001:db8::12', 'the one that the section binds to'])
{
    my ($from, $what) = @$_;

    $lns->says(qr/Call established with \Q$from\E, /, "a call comes from $from, $what");
}
for my $to (@called) {
    $lac->says(qr/Call established with \Q$to\E, /, "a call to $to is up");
}
soon {
    my @all = reports("$DIR/lac");

    @all == 3 && !grep { ($_->{stamped}[0] // 0) != 40 || $_->{damaged}[0] || $_->{misordered}[0] } @all
} 'frames of all three go there and come back';

$lac->says(qr/lac fourth, .*trouble port-closed: nobody listens on 192\.0\.2\.1:/,
    'the address that is not listened on does not answer');
unlike($lac->log, qr/Call established with 192\.0\.2\.1, /, 'and has no call');
unlike($lns->log, qr/ to 192\.0\.2\.1\b/, 'nor has the LNS heard of it');

# -- what is told of it --------------------------------------------------------------------------

like($lns->ask('status json'), qr/"listens": ?"\Q$called[0], $called[1], $called[2]\E"/, 'the status has all');
$lns->mark->signal('USR1');
$lns->says(qr/  \Q$_\E: [1-9]\d* datagrams received, [1-9]\d* sent/, "each is counted: $_") for @called;
$lns->mark->configure("listen-addr = $called[0]\nlisten-addr = $called[2], $called[1]\n"
      . "[lns default]\nassign ip = no\npppoptfile = $echo\n");
$lns->signal('HUP');
$lns->says(qr/reload: 'listen-addr' has changed: needs a restart/, 'another order needs a restart');
$lns->mark->configure("listen-addr = $called[0], $called[0]\nlisten-addr = $called[1], $called[2]\n"
      . "[lns default]\nassign ip = no\npppoptfile = $echo\n");
$lns->signal('HUP');
$lns->says(qr/'listen-addr = 192\.0\.2\.2' stands in line \d+ already/, 'one that stands twice is told');
$lns->says(qr/reload: .* is in force/, 'and changes nothing');
unlike($lns->log, qr/needs a restart/, 'that would need one');

$lac->finish;
$lns->finish;
done_testing;
