#!/usr/bin/perl
# A machine whose address goes and comes: a LAC is back without waiting for anything.  In a network
# namespace of its own.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

BEGIN {
    if (!$ENV{L2TPD_WITHIN}) {
        my ($how) = grep { system("unshare $_ true >/dev/null 2>&1") == 0 } '-n', '-Urn';

        $ENV{L2TPD_WITHIN} = 1;
        exec 'unshare', $how, $^X, "$FindBin::Bin/address.t" if $how;
        print "1..0 # SKIP no network namespace to be had\n";
        exit 0;
    }
}

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

sub ip { return system("ip @_ 2>/dev/null") == 0 }

plan skip_all => 'no ip(8)'
  if !ip('link set lo up') || !ip('address add 10.99.0.1/32 dev lo')
  || !ip('address add 10.99.0.9/32 dev lo');
plan skip_all => 'this build is told of no address' if slurp($L2TPD) !~ /timerfd_settime/;

my $far = Peer->new(ip => '10.99.0.9');
my $d = daemon 'lac', conf => "listen-addr = 0.0.0.0\n[lac there]\nlns = 10.99.0.9:" . $far->port
  . "\nbind address = 10.99.0.1\nautodial = yes\nredial = yes\nredial timeout = 300\n"
  . "connect timeout = 1\nhello interval = 3000\npppoptfile = " . ppp_script("echo\n") . "\n";

ok($far->accept_tunnel && $far->accept_call, 'up');

# another's address is nothing to it
ip('address add 10.99.0.2/32 dev lo');
ip('address del 10.99.0.2/32 dev lo');
ok($far->hears_no('HELLO|StopCCN', 1.5), 'another address that comes and goes changes nothing');

# gone for a moment only
ip('address del 10.99.0.1/32 dev lo');
$d->says(qr/asked for a sign of life, as our address has gone/, 'ours has gone: the peer is asked');
ip('address add 10.99.0.1/32 dev lo');
ok($far->wait_for('HELLO', 5), 'ours is back soon: so is the peer');
ok($far->hears_no('StopCCN|SCCRQ', 5.5), 'and all stays as it is');

# and for good
my $from = time;
$d->mark;
ip('address del 10.99.0.1/32 dev lo');
$d->says(qr/lac there: redials at once/, 'gone for longer: it is dialled anew');
$d->says(qr/Will redial in [123]\d\d seconds/, 'in vain');
ip('address add 10.99.0.1/32 dev lo');
my $again = Peer->new(share => $far);
ok($again->accept_tunnel && $again->accept_call, 'an address that has come has it dialled at once');
cmp_ok(time - $from, '<', 300, 'before the redial timeout');
$d->finish;

done_testing;
