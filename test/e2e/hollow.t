#!/usr/bin/perl
# Calls that come up and come to nothing: PPP never opens in them.  Whose fault that is decides what is
# dialled next, and such a call is no success, however long it took.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

my $n = 0;

sub lac
{
    my ($pppd, $text, @to) = @_;
    my $script = ppp_script $pppd;

    return daemon 'lac' . ++$n,
      conf => "[lac there]\npppoptfile = $script\nautodial = yes\nredial = yes\n" . $text
      . join '', map { 'lns = 127.0.0.1:' . $_->port . "\n" } @to;
}

# A tunnel and a call to a peer: the peer and the call, or nothing.
sub comes
{
    my ($peer, $what, $seconds) = @_;
    my $p = Peer->new(share => $peer);
    my $call = $p->accept_tunnel($seconds) ? $p->accept_call : undef;

    ok($call, $what);
    return ($p, $call);
}

sub cdn
{
    my ($p, $call, $result) = @_;

    return $p->control('CDN', $call->{peer}, Peer::avp(1, pack 'nn', $result, 0),
        Peer::avp(14, Peer::u16($call->{id})));
}

# -- nothing comes of PPP: the next host, at once --------------------------------------------------

{
    my ($one, $two) = map { Peer->new } 1, 2;
    my $d = lac "exit 10 after 300\n", "redial timeout = 4\n", $one, $two;
    my ($p) = comes $one, 'the first takes the call';
    my $start = time;

    ok($p->wait_for('StopCCN'), 'its PPP fails');
    ($p) = comes $two, 'the second is dialled', 3;
    cmp_ok(time - $start, '<', 3, 'at once');
    ok($p->wait_for('StopCCN'), 'where it fails, too');
    $d->says(qr/PPP did not come up with 127\.0\.0\.1/, 'the log says so');
    comes $one, 'when both have failed it waits, and begins with the first', 10;
    cmp_ok(time - $start, '>', 4, 'after the redial timeout');
    $d->finish;
}

{
    my ($one, $two) = map { Peer->new } 1, 2;
    my $d = lac "echo\n", "redial timeout = 20\n", $one, $two;
    my ($p, $call) = comes $one, 'the first takes the call';

    cdn $p, $call, 4;
    comes $two, 'and ends it before there is PPP: the second is dialled', 5;
    $d->finish;
}

{
    my ($one, $two) = map { Peer->new } 1, 2;
    my $d = lac "source 1 16\necho\n", "redial timeout = 1\n", $one, $two;
    my ($p, $call) = comes $one, 'the first takes the call';

    $p->get_frame;
    cdn $p, $call, 4;
    comes $one, 'and ends it when PPP is up, which is no failure: the first again';
    is(scalar $two->refuse_for(0.1), 0, 'the second has heard nothing');
    $d->finish;
}

# A second link of a bundle: what opened its PPP has passed on the first, and it may have carried nothing.
for my $bundled (1, 0) {
    my ($one, $two) = map { Peer->new } 1, 2;
    my $ask = sub { "ff03c021$_[0]01" . ($bundled ? '0008110405dc' : '0008010405dc') };
    my $lcp = "send " . $ask->('01') . "\nawait 1\nsend " . $ask->('02') . "\n";
    my ($first, $second) = map { ppp_script $_ } "${lcp}await 2\nsource 1 16\necho\n", "${lcp}echo\n";
    my $lines = join '', map { 'lns = 127.0.0.1:' . $_->port . "\n" } $one, $two;
    my $d = daemon "bundle$bundled", conf => join '',
      map { "[lac $_->[0]]\npppoptfile = $_->[1]\nredial = yes\nredial timeout = 1\n$lines" }
      ['first', $first], ['second', $second];

    for my $name (qw(first second)) {
        $d->ask("c $name");
        my ($p, $call) = comes $one, "the $name takes the call";
        $p->send_frame($call, pack 'H*', $ask->('01'));
        $p->get_frame for 1, 2;
        $p->send_frame($call, pack 'H*', $ask->('02'));
        $p->idle(0.3);
        cdn $p, $call, 4 if $name eq 'second';
    }
    comes $bundled ? ($one, 'an idle link of a bundle that is up is no failure: the first again')
      : ($two, 'but without a bundle it is');
    $d->finish;
}

# Whose PPP is mute answers whoever asks whether it is there: a fall-back that works is not left for it
# before its lock-out is over.
{
    my ($one, $two) = map { Peer->new } 1, 2;
    my $d = lac "echo\n", "redial timeout = 1\nlns return = 1\nlns lockout = 4\n", $one, $two;
    my ($p, $call) = comes $one, 'the first takes the call';
    my $start = time;

    cdn $p, $call, 4;
    ($p) = comes $two, 'and comes to nothing: the second';
    ok(Peer->new(share => $one)->wait_for('SCCRQ', 10), 'the first is asked whether it is there');
    cmp_ok(time - $start, '>', 3.9, 'when it is not locked out any more');
    $d->finish;
}

# -- somebody is refused: not at once by the next, but not by the same first -------------------------

{
    my ($one, $two) = map { Peer->new } 1, 2;
    my $d = lac "exit 19 after 300\n", "redial timeout = 3\n", $one, $two;
    my ($p) = comes $one, 'the first takes the call';
    my $start = time;

    ok($p->wait_for('StopCCN'), 'and refuses the password');
    ($p) = comes $two, 'the second is dialled', 10;
    cmp_ok(time - $start, '>', 3, 'after the redial timeout');
    $d->finish;
}

{
    my ($one, $two) = map { Peer->new } 1, 2;
    my $d = lac "echo\n", "redial timeout = 3\n", $one, $two;
    my ($p, $call) = comes $one, 'the first takes the call';
    my $start = time;

    $p->send_frame($call, pack 'H*', 'ff03c02303010008036e6f21');
    $p->idle(0.3);
    cdn $p, $call, 3;
    ($p) = comes $two, 'a NAK of PAP, and the end before pppd\'s: the second is dialled', 10;
    cmp_ok(time - $start, '>', 3, 'after the redial timeout');
    $d->finish;
}

# -- our side fails: no host is to blame -------------------------------------------------------------

{
    my ($one, $two) = map { Peer->new } 1, 2;
    my $d = lac "exit 2 after 300\n", "redial timeout = 1\n", $one, $two;

    comes $one, 'the first takes the call';
    comes $one, 'bad options of pppd: the first again, when it is time';
    is(scalar $two->refuse_for(0.1), 0, 'the second has heard nothing');
    $d->finish;
}

# -- it is a failure however long it took -----------------------------------------------------------

{
    my $one = Peer->new;
    my $d = lac "exit 10 after 30500\n", "redial timeout = 1\nmax redials = 1\n", $one;
    my ($p) = comes $one, 'a LNS whose PPP is mute';

    ok($p->wait_for('StopCCN', 40), 'pppd waits for half a minute');
    ($p) = comes $one, 'it is dialled again';
    ok($p->wait_for('StopCCN', 40), 'and waited for again');
    $d->says(qr/lac there: gave up after 1 redials/, 'and then the redials are used up');
    $d->finish;
}

done_testing;
