#!/usr/bin/perl
# A LAC with several LNSs: lock-outs and the way back to the first, weights, "try another", first
# answers that do not come, times between redials.  (The choice itself is in test_lac_hosts.)
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

# A frame of a network layer is what tells that PPP is up.
my $echo = ppp_script "source 1 16\necho\n";
my $n = 0;

sub lac
{
    my ($text, @to) = @_;

    return daemon 'lac' . ++$n,
      conf => "[lac there]\npppoptfile = $echo\nautodial = yes\nredial = yes\nredial timeout = 1\n"
      . $text . join '', map { 'lns = 127.0.0.1:' . (ref $_ ? $_->port : $_) . "\n" } @to;
}

# A tunnel and a call to a peer: the peer.
sub comes
{
    my ($peer, $what) = @_;
    my $p = Peer->new(share => $peer);

    ok($p->accept_tunnel && $p->accept_call && $p->get_frame, $what);
    return $p;
}

# Ends a tunnel that is coming up, or a call, in such words.
sub refuse
{
    my ($peer, $error, $text) = @_;
    my $p = Peer->new(share => $peer);

    $p->wait_for('SCCRQ') or return 0;
    return $p->control('StopCCN', 0, Peer::avp(9, Peer::u16($p->{id})),
        Peer::avp(1, pack 'nna*', 2, $error, $text));
}

# -- lock-outs -----------------------------------------------------------------------------------

{
    my ($one, $two) = map { Peer->new } 1, 2;
    my $d = lac '', $one, $two;

    is(scalar $one->refuse_for(5, 1), 1, 'the first refuses');
    comes($two, 'the second takes us')->close;
    comes($two, 'and is dialled the next time, as the first is locked out')->close;
    is(scalar $one->refuse_for(0.1), 0, 'which has heard nothing');
    is(scalar $two->refuse_for(5, 1), 1, 'when the second refuses');
    comes($one, 'the first is dialled all the same');
    $d->finish;
}

{
    my ($one, $two) = map { Peer->new } 1, 2;
    my $d = lac "lns lockout = 1\n", $one, $two;

    is(scalar $one->refuse_for(5, 1), 1, 'the first refuses');
    my $p = comes($two, 'the second takes us');
    ok($p->hears_no('StopCCN|CDN', 1.5), 'a call that works is not ended');
    $p->close;
    comes($one, 'but when it has, the first is probed, and is well');
    $d->finish;
}

{
    my ($one, $two) = map { Peer->new } 1, 2;
    my $d = lac "lns lockout = 1\nlns return = 2\n", $one, $two;

    is(scalar $one->refuse_for(5, 1), 1, 'the first refuses');
    my $p = comes($two, 'the second takes us');
    is(scalar $one->refuse_for(5, 1), 1, 'lns return: the first is asked, which refuses again');
    ok($p->hears_no('StopCCN|CDN', 1), 'and the call that works is kept');
    is($d->count(qr/trouble \S+: .*refuses|trouble not-auth/), 1, 'that is no trouble');
    my $asked = Peer->new(share => $one);
    ok($asked->accept_tunnel, 'it is asked again, and answers');
    ok($asked->wait_for('StopCCN'), 'no more was asked');
    ok($p->wait_for('StopCCN'), 'now the second is left');
    $p = comes($one, 'and the first takes us');
    ok($p->hears_no('StopCCN', 2.5), 'which is not left');
    $d->finish;
}

{
    my ($one, $two) = map { Peer->new } 1, 2;
    my $d = lac "lns lockout = 1\nlns return = 1\nconnect timeout = 1\n", $one, $two;
    my $p = comes($two, 'the first does not answer: the second');

    $d->says(qr/(?:stays with its fall-back: the peer does not answer.*){2}/s,
        'asked again and again, in vain', 20);
    ok($p->hears_no('StopCCN|CDN', 0.1), 'the call is kept');
    $d->finish;
}

# A call on a fall-back that the fall-back never knew of: its question to the first ends with it, or
# there would be two, and one of them be told to a LAC that is no more.
{
    my ($one, $two, $three) = map { Peer->new } 1 .. 3;
    my $d = lac "lns lockout = 1\nlns return = 1\nconnect timeout = 3\n", $one, $two, $three;

    is(scalar $one->refuse_for(5, 1), 1, 'the first refuses');
    my $p = Peer->new(share => $two);
    ok($p->accept_tunnel, 'the second takes us');
    my $icrq = $p->wait_for('ICRQ');
    $p->{mute} = 1;
    $p->control('ICRP', unpack('n', $icrq->{avp}{14}), Peer::avp(14, Peer::u16(77)));
    my $asked = Peer->new(share => $one);
    ok($asked->wait_for('SCCRQ'), 'the first is asked');
    $asked->idle(1);
    comes($three, 'the second does not hear of its call: the third');
    $asked->control('ZLB', 0);
    ok(Peer->new(share => $one)->wait_for('SCCRQ'), 'the first is asked anew');
    sleep 0.5;
    is($d->ask('r there'), '00 OK', 'the section goes');
    sleep 4;
    $d->is_well('nobody is told of what was asked');
    $d->finish;
}

# -- weights -------------------------------------------------------------------------------------

{
    my ($one, $two) = map { Peer->new } 1, 2;
    my $d = lac "lns policy = share\nlns = 127.0.0.1:" . $one->port . " weight 0\nlns = 127.0.0.1 "
      . $two->port . " weight 7\n";

    is(scalar $two->refuse_for(5, 1), 1, 'share: the one with a weight first');
    comes($one, 'and the one without if that fails');
    $d->finish;
}

# -- try another ---------------------------------------------------------------------------------

for my $obeys (1, 0) {
    my ($one, $two, $else) = map { Peer->new } 1 .. 3;
    my $d = lac($obeys ? '' : "lns directed = no\n", $one, $two);
    my $where = 'try 127.0.0.1:' . $else->port;

    ok(refuse($one, 9, $where), "the first says: $where");
    my $p = comes($obeys ? $else : $two, $obeys ? 'there we go' : 'not if "lns directed" is no');
    $p->close;
    if ($obeys) {
        $d->says(qr/lac there: sent on to 127\.0\.0\.1:\d+/, 'the log says so');
        comes($two, 'the next time the first is passed over, as one that has failed');
    }
    $d->finish;
}

{
    my ($one, $two, $else) = map { Peer->new } 1 .. 3;
    my $d = lac '', $one, $two;
    my $p = Peer->new(share => $one);

    $p->accept_tunnel;
    my $m = $p->wait_for('ICRQ');
    ok($m, 'a tunnel comes up, and its call is asked for');
    $p->control('CDN', unpack('n', $m->{avp}{14}), Peer::avp(14, Peer::u16(77)),
        Peer::avp(1, pack 'nna*', 2, 9, '127.0.0.1:' . $else->port));
    ok($p->wait_for('StopCCN'), 'CDN says to try another');
    my $there = comes($else, 'there we go');

    # and one that is up is sent away
    $there->close('unrelated');
    my $back = comes($two, 'as the first is locked out: the second');
    $back->control('StopCCN', 0, Peer::avp(9, Peer::u16($back->{id})),
        Peer::avp(1, pack 'nna*', 2, 9, 'maintenance, use 127.0.0.1:' . $else->port));
    comes($else, 'a LNS that sends its calls away says where to redial');
    $d->finish;
}

# -- no answer -----------------------------------------------------------------------------------

{
    my ($one, $two, $three) = map { Peer->new } 1 .. 3;
    my $d = lac "connect timeout = 1\nmax redials = 1\n", $one, $two, $three;

    comes($three, 'two that do not answer are passed over');
    is($d->count(qr/cause=the peer does not answer/), 2, 'the log says so of both');
    unlike($d->log, qr/Will redial/, 'in one attempt');
    $d->finish;
}

# Those that were mute the last time are not waited for as long.
{
    my ($one, $two, $three) = map { Peer->new } 1 .. 3;
    my $d = lac "connect timeout = 4\n", $one, $two, $three;

    $d->says(qr/Will redial/, 'three that do not answer', 60);
    $d->mark;
    my $start = time;
    $d->says(qr/Will redial/, 'and the next time', 60);
    cmp_ok(time - $start, '<', 11, 'they are passed over sooner');
    $two->{link}{sock}->recv(my $old, 2000) while IO::Select->new($two->{link}{sock})->can_read(0);
    comes($two, 'one that is back has us');
    $d->finish;
}

# One that falls silent later on, before the call is up and it knows of that.
for (
    ['SCCRP', 'no-answer: \\S+ has answered none of \\d SCCCNs'],
    ['ICRQ', 'too-slow: \\S+ acknowledges, but nothing came of it in \\d s: no answer to ICRQ'],
    ['ICRP', 'no-answer: \\S+ has answered none of \\d ICCNs'],
) {
    my ($after, $trouble) = @$_;
    my ($one, $two) = map { Peer->new } 1, 2;
    my $d = lac "connect timeout = 2\n", $one, $two;
    my $p = Peer->new(share => $one);

    $p->{mute} = 1 if $after eq 'SCCRP';
    ok($p->accept_tunnel, "one that is silent after its $after");
    if ($after ne 'SCCRP') {
        my $icrq = $p->wait_for('ICRQ');

        $p->{mute} = 1 if $after eq 'ICRP';
        $p->control('ICRP', unpack('n', $icrq->{avp}{14}), Peer::avp(14, Peer::u16(77)))
          if $after eq 'ICRP';
    }
    comes($two, 'is left for the second');
    like($d->log, qr/trouble $trouble/, 'the log says what it has not answered');
    $p->{mute} = 0;
    ok($p->wait_for('StopCCN', 20), 'and it is told');
    $p = comes($two, 'which stands first from now on') if $two->close;
    $d->finish;
}

{
    my $one = Peer->new;
    my $d = lac "connect timeout = 3\n", $one;
    my $p = Peer->new(share => $one);

    $p->wait_for('SCCRQ');
    sleep 1.5;
    $p->control('SCCRP', 0, $p->introduction);
    my $icrq = $p->wait_for('ICRQ');
    sleep 1.5;
    $p->control('ICRP', unpack('n', $icrq->{avp}{14}), Peer::avp(14, Peer::u16(77)));
    ok($p->wait_for('ICCN'), 'who takes its time at each step is waited for');
    is($d->count(qr/down by=/), 0, 'until the call is up');
    $d->finish;
}

# -- times ---------------------------------------------------------------------------------------

{
    my $one = Peer->new;
    my $d = lac "redial timeout max = 3\n", $one;

    $one->refuse_for(20, 4);
    $d->says(qr/Will redial in 1 seconds.*Will redial in [12] seconds.*Will redial in [23] seconds/s,
        'longer and longer, up to the cap');
    $d->finish;
}

done_testing;
