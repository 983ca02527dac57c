#!/usr/bin/perl
# Link-local addresses of IPv6, with the interface that they are on: a LNS listens on one, a LAC dials it
# from another.  In a network of its own.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

BEGIN {
    if (!$ENV{L2TPD_WITHIN}) {
        my ($how) = grep { system("unshare $_ true >/dev/null 2>&1") == 0 } '-n', '-Urn';

        $ENV{L2TPD_WITHIN} = 1;
        exec 'unshare', $how, $^X, "$FindBin::Bin/zone.t" if $how;
        print "1..0 # SKIP no network namespace to be had\n";
        exit 0;
    }
}

use E2E;
use Test::More;

my $here = 'nodad >/dev/null 2>&1';
plan skip_all => 'no IPv6 here'
  if system("ip link set lo up && ip -6 address add fe80::1/64 dev lo $here && "
      . "ip -6 address add fe80::2/64 dev lo $here") != 0;

my $echo = ppp_script "echo\n";
my $lns = daemon 'lns', conf => "listen-addr = fe80::1%lo\n[lns default]\nassign ip = no\npppoptfile = $echo\n";
my $lac = daemon 'lac',
  conf => "listen-addr = ::\n[lac there]\nautodial = yes\nlns = [fe80::1%lo]:" . $lns->port
  . "\nbind address = fe80::2%1\npppoptfile = $echo\n";

like($lns->log, qr/Listening on IP address fe80::1%1, port /, 'the LNS listens on its link alone');
$lac->says(qr/Call established with fe80::1%1, /, 'the LAC has a call there');
$lns->says(qr/Call established with fe80::2%1, /, 'and the LNS one from there');

my ($status, undef, $said) =
  run_program([$L2TPD, '--check', put_file("$DIR/none", "[global]\nlisten-addr = fe80::1%none-such\n")]);
isnt($status, 0, 'an interface that is not there is an error');
like($said, qr/none:2: error: 'listen-addr = fe80::1%none-such' names an interface that this host does not have/,
    'which says so');
$lac->finish;
$lns->finish;

# An interface goes away and comes back, by the same name, with another number.
sub comes_up
{
    return system("ip link add v0 type veth peer name v1 >/dev/null 2>&1 && ip link set v1 up && "
          . "ip link set v0 up && ip -6 address add fe80::11/64 dev v0 $here && "
          . "ip -6 address add fe80::12/64 dev v0 $here") == 0;
}

SKIP: {
    skip 'no veth here', 4 if !comes_up;
    $lns = daemon 'lns2', conf => "listen-addr = ::\n[lns default]\nassign ip = no\npppoptfile = $echo\n";
    $lac = daemon 'lac2',
      conf => "listen-addr = ::\n[lac there]\nautodial = yes\nredial = yes\nredial timeout = 1\n"
      . 'lns = [fe80::11%v0]:' . $lns->port . "\nbind address = fe80::12%v0\npppoptfile = $echo\n"
      . "hello interval = 1\ndead time = 3\nconnect timeout = 2\n";
    $lac->says(qr/Call established with fe80::11%/, 'a call by an interface');
    system 'ip link delete v0';
    $lac->mark->says(qr/trouble no-route|trouble peer-silent/, 'that goes');
    $lac->mark;
    comes_up;
    $lac->says(qr/Call established with fe80::11%/, 'and comes back, with another number: so does the call');
    $lac->finish;
}
done_testing;
