#!/usr/bin/perl
# The question to the first LNS ("lns return") in odd company: calls that come to nothing, and lines
# that a reload changes, while it is asked.  (What it is without these: hosts.t.)
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(time);

my $mute = ppp_script "echo\n"; # no PPP opens by itself
my $n = 0;

sub conf
{
    return "[lac there]\npppoptfile = $mute\nautodial = yes\nredial = yes\nredial timeout = 6\n"
      . "connect timeout = 3\nlns return = 1\nlns lockout = 0\n" . join '',
      map { 'lns = 127.0.0.1:' . $_->port . "\n" } @_;
}

# A tunnel and a call to a peer: the peer and the call, or nothing.
sub comes
{
    my ($peer, $what) = @_;
    my $p = Peer->new(share => $peer);
    my $call = $p->accept_tunnel(15) ? $p->accept_call : undef;

    ok($call, $what);
    return ($p, $call);
}

sub cdn
{
    my ($p, $call) = @_;

    return $p->control('CDN', $call->{peer}, Peer::avp(1, pack 'nn', 4, 0),
        Peer::avp(14, Peer::u16($call->{id})));
}

# The next tunnel that is opened to a peer, and not an SCCRQ of one before, sent again; or undef.
my %asked;

sub next_tunnel
{
    my ($peer, $seconds) = @_;
    my $end = time + $seconds;

    while (time < $end) {
        my $p = Peer->new(share => $peer);

        next if !$p->wait_for('SCCRQ', $end - time) || $asked{$peer->port}{$p->{peer_id}}++;
        return $p;
    }
    return undef;
}

sub reload
{
    my ($d, @to) = @_;

    $d->configure(conf(@to))->mark;
    $d->signal('HUP');
    return $d->says(qr/is in force/, 'the lines are others');
}

# -- a call comes to nothing while the first is asked: the question ends with it ---------------------

{
    my ($one, $two, $three) = map { Peer->new } 1 .. 3;
    my $d = daemon 'lac' . ++$n, conf => conf($one, $two, $three);

    ok(next_tunnel($one, 5), 'the first is mute');
    my ($p, $call) = comes $two, 'the second takes the call';
    ok(my $asked = next_tunnel($one, 5), 'the first is asked');
    cdn $p, $call;
    ($p) = comes $three, 'which comes to nothing: the third is dialled';
    ok(my $again = next_tunnel($one, 5), 'the first is asked again');
    $_->control('SCCRP', 0, $_->introduction) for $asked, $again;
    $asked->idle(0.3);
    $again->idle(0.3);
    my ($last, $end) = (Peer->new(share => $one), time + 5);
    while (!$last->{to} && time < $end) {
        $asked->idle(0.05);
        $last->wait_for('SCCRQ', 0.2);
    }
    ok($last->{to}, 'and has answered both times: it is dialled');
    $d->finish;
}

# -- another line is the first by now ----------------------------------------------------------------

{
    my ($one, $two, $three) = map { Peer->new } 1 .. 3;
    my $d = daemon 'lac' . ++$n, conf => conf($one, $two);

    ok(next_tunnel($one, 5), 'the first is mute');
    my ($p) = comes $two, 'the second takes the call';
    ok(my $asked = next_tunnel($one, 5), 'the first is asked');
    reload $d, $three, $two;
    $asked->control('SCCRP', 0, $asked->introduction);
    ok($asked->wait_for('StopCCN'), 'it answers, and is left');
    ok(next_tunnel($three, 0.9), 'the new first is asked at once');
    ok($p->hears_no('StopCCN|CDN', 0.5), 'the call is not ended for one that has not answered');
    $d->finish;
}

{
    my ($one, $two, $three) = map { Peer->new } 1 .. 3;
    my $d = daemon 'lac' . ++$n, conf => conf($one, $two);
    my ($p, $call) = comes $two, 'the second takes the call';

    reload $d, $three, $two;
    ok(next_tunnel($three, 5), 'a new first is asked');
    my $start = time;
    cdn $p, $call;
    ok(my $new = next_tunnel($three, 5), 'the call comes to nothing: the new first is dialled');
    cmp_ok(time - $start, '<', 3, 'at once');
    $d->says(qr/PPP did not come up with 127\.0\.0\.1/, 'it is known whose call that was');
    $d->finish;
}

# -- the call is on a fall-back by a reload alone -----------------------------------------------------

{
    my ($one, $two) = map { Peer->new } 1, 2;
    my $d = daemon 'lac' . ++$n, conf => conf($one);
    my ($p) = comes $one, 'the only one takes the call';

    reload $d, $two, $one;
    ok(my $asked = next_tunnel($two, 5), 'another stands before it now: it is asked');
    $d->configure(conf($two, $one) =~ s/lns return = 1/lns return = 0/r)->mark;
    $d->signal('HUP');
    $d->says(qr/is in force/, 'while "lns return" is taken away');
    $asked->control('SCCRP', 0, $asked->introduction);
    ok($asked->wait_for('StopCCN'), 'it answers');
    ok($p->hears_no('StopCCN|CDN', 0.5), 'and the call goes on');
    reload $d, $two, $one;
    ok($asked = next_tunnel($two, 5), 'with "lns return" it is asked again');
    $asked->control('SCCRP', 0, $asked->introduction);
    ok($asked->wait_for('StopCCN'), 'it answers');
    ok($p->wait_for('StopCCN'), 'and the call is ended for it');
    comes $two, 'by which it goes on';
    $d->finish;
}

done_testing;
