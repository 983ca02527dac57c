#!/usr/bin/perl
# New IPsec to a LAC's peer, as the kernel tells of it: the peer may have forgotten the tunnel with the IPsec
# that was lost, or be within reach again.  It is told by this test, in a network namespace of its own.  (With
# a real one: test/system/27-lost-sa.t.)
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

BEGIN {
    if (!$ENV{L2TPD_WITHIN}) {
        my ($how) = grep { system("unshare $_ true >/dev/null 2>&1") == 0 } '-n', '-Urn';

        $ENV{L2TPD_WITHIN} = 1;
        exec 'unshare', $how, $^X, "$FindBin::Bin/secured.t" if $how;
        print "1..0 # SKIP no network namespace to be had\n";
        exit 0;
    }
}

use E2E;
use Peer;
use Socket qw(inet_aton);
use Test::More;
use Time::HiRes qw(sleep time);

my ($AF_NETLINK, $SOCK_RAW, $XFRM, $GROUP_SA, $NEW_SA) = (16, 3, 6, 4, 0x10);

plan skip_all => 'no ip(8)' if system('ip link set lo up 2>/dev/null') != 0;
plan skip_all => 'this build is told of no IPsec' if slurp($L2TPD) !~ /there is new IPsec/;
socket my $xfrm, $AF_NETLINK, $SOCK_RAW, $XFRM or plan skip_all => "the kernel has no IPsec: $!";

# struct nlmsghdr and struct xfrm_usersa_info
sub secured
{
    my ($to, $spi) = @_;
    my $sa = pack 'x56 a4 x12 N C x3 x132 S x10', inet_aton($to), $spi // 0x1234, 50, 2;

    send $xfrm, pack('L S S L L', 16 + length $sa, $NEW_SA, 0, 0, 0) . $sa, 0,
      pack('S S L L', $AF_NETLINK, 0, 0, $GROUP_SA)
      or plan skip_all => "nobody can be told of IPsec here: $!";
    return;
}

# Everything else would find out much later.
sub lac
{
    my ($name, $peer, $more) = @_;

    return daemon $name,
      conf => "[lac there]\nautodial = yes\nredial = yes\nredial timeout = 300\nhello interval = 3000\n"
      . 'pppoptfile = ' . ppp_script("echo\n") . "\nlns = 127.0.0.1:" . $peer->port . "\n" . ($more // '');
}

secured '192.0.2.1';

{
    my $far = Peer->new;
    my $d = lac 'lac', $far;
    ok($far->accept_tunnel && $far->accept_call, 'up');
    secured '192.0.2.1';
    secured '127.0.0.1', 0;
    ok($far->hears_no('HELLO', 0.5), "another's IPsec is nothing to it, nor what is only being asked for");

    # keys are renewed
    secured '127.0.0.1';
    ok($far->wait_for('HELLO'), 'new IPsec: the peer is asked for a sign of life');
    ok($far->hears_no('StopCCN|SCCRQ', 6), 'and as it answers all stays as it is');

    # it has forgotten the tunnel
    $far->{mute} = 1;
    my $from = time;
    $d->mark;
    secured '127.0.0.1';
    $d->says(qr/lac there: redials at once/, 'a peer that does not answer is dialled anew', 15);
    my $again = Peer->new(share => $far);
    ok($again->accept_tunnel && $again->accept_call, 'and is up again');
    cmp_ok(time - $from, '<', 100, 'long before the redial timeout');

    # nobody is hurried for ever
    $d->mark;
    $again->close;
    $d->says(qr/Will redial in 3\d\d seconds/, 'waiting for its redial');
    secured '127.0.0.1';
    ok($again->hears_no('SCCRQ', 1), 'which one that was hurried just now does not leave out');
    $d->finish;
}

{
    my $far = Peer->new;
    my $d = lac 'waiting', $far;
    ok($far->accept_tunnel && $far->accept_call, 'up');
    $far->close;
    $d->says(qr/Will redial in 3\d\d seconds/, 'waiting for its redial');
    secured '192.0.2.1';
    ok($far->hears_no('SCCRQ', 0.5), "another's IPsec is nothing to it");
    secured '127.0.0.1';
    $d->says(qr/redials at once, as there is new IPsec/, 'that to its peer is');
    my $again = Peer->new(share => $far);
    ok($again->accept_tunnel && $again->accept_call, 'it is up again');
    $d->finish;
}

{
    my $far = Peer->new;
    my $d = lac 'dialling', $far, "connect timeout = 60\n";

    # sent again after 1, 2, 4 and 8 seconds
    is(($far->datagram(10) // {})->{type}, 'SCCRQ', "it dials, and is not answered, $_") for 1 .. 4;
    my $from = time;
    secured '127.0.0.1';
    is(($far->datagram(10) // {})->{type}, 'SCCRQ', 'with new IPsec it asks again');
    cmp_ok(time - $from, '<', 5, 'without waiting for its time');
    $d->finish;
}

{
    my $far = Peer->new;
    my $d = lac 'quiet', $far, "hello = no\n";
    ok($far->accept_tunnel && $far->accept_call, 'up, without HELLO');
    secured '127.0.0.1';
    ok($far->hears_no('HELLO', 1), 'then it asks for nothing');
    $d->finish;
}

done_testing;
