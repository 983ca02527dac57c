#!/usr/bin/perl
# 'require ipsec = yes' where the kernel holds to it, in a network namespace of its own: its policies are put
# back when somebody removes all there are, as some IPsec daemons do at their start; and what a daemon that
# was killed has left goes when one is started that does not require it.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

BEGIN {
    if (!$ENV{L2TPD_WITHIN}) {
        my ($how) = grep { system("unshare $_ true >/dev/null 2>&1") == 0 } '-n', '-Urn';

        $ENV{L2TPD_WITHIN} = 1;
        exec 'unshare', $how, $^X, "$FindBin::Bin/guarded.t" if $how;
        print "1..0 # SKIP no network namespace to be had\n";
        exit 0;
    }
}

use E2E;
use Peer;
use Test::More;

plan skip_all => 'no ip(8)' if system('ip link set lo up 2>/dev/null') != 0;
plan skip_all => 'this build knows no IPsec policies' if slurp($L2TPD) !~ /those of 'require ipsec' are back/;
plan skip_all => 'the kernel has no IPsec policies' if system('ip xfrm policy >/dev/null 2>&1') != 0;

sub policies { return scalar(() = `ip xfrm policy` =~ /^src /mg) }

sub lns
{
    my ($required, $port) = @_;

    return daemon 'lns', port => $port,
      conf => "listen-addr = 127.0.0.1\n[lns default]\nassign ip = no\nrequire ipsec = $required\n";
}

my $port = free_port;
my $d = lns 'yes', $port;
is(policies, 8, 'in and out, of each family, in two halves');
$d->kill_now;
is(policies, 8, 'they outlive one that is killed');

$d = lns 'no', $port;
is(policies, 0, 'not the start of one that requires none');
my $peer = Peer->new(to => $port);
ok($peer->open_tunnel, 'which serves its peers');
$peer->close;
system 'ip xfrm policy flush';
$d->is_well('and to which policies are nothing');
is($d->count(qr/somebody has removed/), 0, 'and nothing is told of them');
$d->finish;

$d = lns 'yes', $port;
system 'ip xfrm policy flush';
soon { policies == 8 } 'all removed by somebody: they are back';
$d->says(qr/somebody has removed all IPsec policies: those of 'require ipsec' are back/, 'and that is told');
$d->finish;
is(policies, 0, 'and gone with the daemon');

done_testing;
