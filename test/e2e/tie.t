#!/usr/bin/perl
# Crossing SCCRQs: the LAC's own has lost the tie, and its call goes on in the peer's tunnel (RFC
# 2661, 4.4.3); whatever becomes of that tunnel, the LAC finds out of it.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;

my $echo = ppp_script "reports $DIR/echo\necho\n";
my $tie  = avp(5, "\0" x 7 . "\1");

# A daemon that is LNS and LAC, whose SCCRQ has reached a peer; and that peer's own SCCRQ, begun.
sub crossing
{
    my $peer = Peer->new;
    my $d = daemon 'tie', conf => "[lns default]\nip range = 10.9.0.2 - 10.9.0.9\n"
      . "local ip = 10.9.0.1\npppoptfile = $echo\n[lac there]\npppoptfile = $echo\n"
      . 'lns = 127.0.0.1:' . $peer->port . "\nautodial = yes\nredial = yes\nredial timeout = 1\n";

    ok($peer->wait_for('SCCRQ', 5), 'the LAC dials');
    my $own = Peer->new(share => $peer);
    $own->{to} = $peer->{to};
    return ($d, $peer, $own);
}

{
    my ($d, $peer, $own) = crossing;

    is($own->open_tunnel(more => [$tie])->{type}, 'SCCRP', 'the peer wins and is answered');
    my $call = $own->accept_call(5);
    ok($call, 'S4.4.3-14 the call that waited is placed in the peer\'s tunnel');
    ok($own->echoes($call, 'ten octets'), 'and carried');
    unlike($d->log, qr/10\.9\.0\.1:10\.9\.0\.\d/, 'as a LAC\'s, not with an address of the LNS');
    like($d->status, qr/lac there: up/, 'the LAC is up');
    $own->hang_up($call);
    ok($own->wait_for('StopCCN', 5), 'the call was all that the tunnel was for');
    ok(Peer->new(share => $peer)->wait_for('SCCRQ', 5), 'it redials');
    $d->finish;
}

{
    my ($d, $peer, $own) = crossing;

    $own->open_tunnel(more => [$tie]);
    ok($own->accept_call(5), 'a call in the peer\'s tunnel');
    like($d->ask('d there'), qr/^00 OK/, 'd finds it there');
    ok($own->wait_for('StopCCN', 5), 'and closes that tunnel');
    soon { $d->status =~ /lac there: idle/ } 'the LAC rests';
    $d->finish;
}

{
    my ($d, $peer, $own) = crossing;

    is($own->open_tunnel(half => 1, more => [$tie])->{type}, 'SCCRP', 'the peer wins');
    $own->close('changed my mind');
    ok(Peer->new(share => $peer)->wait_for('SCCRQ', 5), 'a peer that wins and goes away: the LAC redials');
    $d->finish;
}

{
    my ($d, $peer, $own) = crossing;

    $own->open_tunnel(half => 1, more => [$tie]);
    my ($call) = $d->status =~ m{call \d+/(\d+): };
    $d->ask("h $call");
    $own->control('SCCCN', 0);
    ok($own->wait_for('StopCCN', 5), 'a call that ended before the tunnel was up: it is closed');
    ok(Peer->new(share => $peer)->wait_for('SCCRQ', 5), 'and the LAC redials');
    $d->finish;
}

# A call of ours in the peer's tunnel, which goes on with the peer's own: that it has ended is our doing.
{
    my ($peer, $two) = map { Peer->new } 1, 2;
    my $bad = ppp_script "exit 2 after 1000\n";
    my $d = daemon 'shared', conf => "[lns default]\nip range = 10.9.0.2 - 10.9.0.9\n"
      . "local ip = 10.9.0.1\npppoptfile = $echo\n[lac there]\npppoptfile = $bad\n"
      . join('', map { 'lns = 127.0.0.1:' . $_->port . "\n" } $peer, $two)
      . "autodial = yes\nredial = yes\nredial timeout = 30\n";

    ok($peer->wait_for('SCCRQ', 5), 'the LAC dials');
    my $own = Peer->new(share => $peer);
    $own->{to} = $peer->{to};
    $own->open_tunnel(more => [$tie]);
    ok($own->accept_call(5), 'a call in the peer\'s tunnel');
    ok($own->open_call->{peer}, 'and one of the peer\'s');
    ok($own->wait_for('CDN', 5), 'our pppd has bad options');
    $d->says(qr{lac there, call \d+/\d+: trouble pppd-options: }, 'which is told as the LAC\'s trouble');
    $d->says(qr/Will redial in/, 'so it waits to redial', 5);
    is(scalar $two->refuse_for(0.1), 0, 'and holds it against nobody');
    $d->finish;
}

# A LAC on its fall-back asks the first whether it is there, whose own SCCRQ comes meanwhile and wins:
# that is an answer, and the peer's tunnel is no business of the LAC's.
for my $goes (0, 1) {
    my ($one, $two) = map { Peer->new } 1, 2;
    my $d = daemon "back$goes", conf => "[lns default]\nip range = 10.9.0.2 - 10.9.0.9\n"
      . "local ip = 10.9.0.1\npppoptfile = $echo\n[lac there]\npppoptfile = $echo\n"
      . join('', map { 'lns = 127.0.0.1:' . $_->port . "\n" } $one, $two)
      . "autodial = yes\nredial = yes\nredial timeout = 1\nlns lockout = 1\nlns return = 2\n";

    is(scalar $one->refuse_for(5, 1), 1, 'the first refuses');
    ok($two->accept_tunnel && $two->accept_call, 'the second takes us');
    my $asked = Peer->new(share => $one);
    ok($asked->wait_for('SCCRQ', 5), 'the first is asked whether it is there');
    my $own = Peer->new(share => $one);
    $own->{to} = $asked->{to};
    is($own->open_tunnel(half => 1, more => [$tie])->{type}, 'SCCRP', 'its own SCCRQ wins');
    $goes ? $own->close('changed my mind') : $own->control('SCCCN', 0);
    ok($two->wait_for('StopCCN', 5), 'it is there: the second is left');
    $d->says(qr/leaves its fall-back to dial its first lns/, 'for that');
    my $first = Peer->new(share => $one);
    ok($first->accept_tunnel && $first->accept_call, 'the first takes us');
    $d->is_well('whatever became of its own tunnel');
    $d->finish;
}

done_testing;
