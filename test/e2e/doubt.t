#!/usr/bin/perl
# A LAC with a short "redial timeout" is back in time even if its LNS was away for a moment only and, as
# most makes, says nothing of tunnels that it does not know.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(time);

my $echo = ppp_script "echo\n";
my $n = 0;

# A LAC whose call is up: the daemon, the peer, its call.
sub up
{
    my ($what, $keys) = @_;
    my $far = Peer->new;
    my $d = daemon 'lac' . ++$n, conf => "[lac there]\nautodial = yes\npppoptfile = $echo\nlns = 127.0.0.1:"
      . $far->port . "\n$keys";
    my $p = Peer->new(share => $far);

    ok($p->accept_tunnel && $p->accept_call, "$what: up");
    $d->says(qr/Call established/, 'on its side too');
    return ($d, $p);
}

# A tunnel that is only a question, and answered.
sub asks
{
    my ($p, $what) = @_;
    my $q = Peer->new(share => $p);

    ok($q->accept_tunnel(20), "$what: it is asked whether it is there, by another tunnel");
    ok($q->wait_for('StopCCN', 5), 'which is no more than a question');
    return $q;
}

for (1, 10) {
    my ($d, $p) = up "a redial timeout of $_ s", "redial = yes\nredial timeout = $_\n";
    my $start = time;

    $p->{mute} = 1; # started anew: it knows nothing of all that, and says nothing
    asks $p, 'started anew';
    $d->says(qr/asked for a sign of life, as it has answered another tunnel/,
        'the old tunnel gets a last chance');
    my $q = Peer->new(share => $p);
    ok($q->accept_tunnel($_ + 5) && $q->accept_call, 'and then it is dialled');
    $d->says(qr/Call established.*Call established/s, 'and up');
    cmp_ok(time - $start, '<', $_ + 5, 'within its redial timeout and 5 s, in all');
    $d->finish;
}

{
    my ($d, $p) = up 'refused', "redial = yes\nredial timeout = 3\n";

    $p->{mute} = 1;
    is(scalar $p->refuse_for(10, 1), 1, 'the question is refused');
    my $q = Peer->new(share => $p);
    ok($q->accept_tunnel(8) && $q->accept_call, 'which says that somebody is there, too');
    $d->finish;
}

# A way that is broken for a while is borne: the LNS knows the tunnel, and answers in it.
{
    my ($d, $p) = up 'broken for a while', "redial = yes\nredial timeout = 5\n";
    my $end = time + 6;

    $p->{mute} = 1;
    $p->datagram(0.1) while time < $end; # what comes is lost, questions too
    $d->says(qr/its peer is silent: asked by another tunnel/, 'it is asked');
    is($d->count(qr/call \d+\/\d+: down/), 0, 'the call is borne');
    $p->{mute} = 0;
    ok($p->wait_for('HELLO', 15), 'asked again');
    $p->idle(6);
    is($d->count(qr/call \d+\/\d+: down/), 0, 'and it lives on');
    $d->finish;
}

for (['redials late', "redial = yes\nredial timeout = 30\n"], ['does not redial', "redial timeout = 2\n"]) {
    my ($what, $keys) = @$_;
    my ($d, $p) = up "who $what", "${keys}hello interval = 1\n";

    $p->{mute} = 1;
    ok($p->wait_for('HELLO', 5), 'asks in its tunnel');
    ok(Peer->new(share => $p)->hears_no('SCCRQ', 6), 'and in no other');
    $d->finish;
}

# A lost tie has put the call into the peer's tunnel: that is doubted as ours would be.
{
    my $far = Peer->new;
    my $d = daemon 'tie', conf => "[lns default]\nip range = 10.9.0.2 - 10.9.0.9\nlocal ip = 10.9.0.1\n"
      . "pppoptfile = $echo\n[lac there]\npppoptfile = $echo\nlns = 127.0.0.1:" . $far->port
      . "\nautodial = yes\nredial = yes\nredial timeout = 5\n";

    ok($far->wait_for('SCCRQ', 5), 'a lost tie: it dials');
    my $own = Peer->new(share => $far);
    $own->{to} = $far->{to};
    is($own->open_tunnel(more => [avp(5, "\0" x 7 . "\1")])->{type}, 'SCCRP', 'the peer wins');
    ok($own->accept_call(5), 'its call is in the tunnel of the peer');
    my $start = time;
    $own->{mute} = 1;
    asks $own, 'in that';
    my $q = Peer->new(share => $own);
    ok($q->accept_tunnel(10) && $q->accept_call, 'and then it is dialled');
    cmp_ok(time - $start, '<', 10, 'in time');
    $d->finish;
}

# Nor is one that is started anew when it has acknowledged the SCCRQ, or the ICRQ, and no more.
for my $answers (0, 1) {
    my $far = Peer->new;
    my $d = daemon 'half' . $answers, conf => "[lac there]\nautodial = yes\npppoptfile = $echo\nlns = 127.0.0.1:"
      . $far->port . "\nredial = yes\nredial timeout = 1\n";
    my $p = Peer->new(share => $far);
    my $what = $answers ? 'ICRQ' : 'SCCRQ';

    ok($answers ? $p->accept_tunnel && $p->wait_for('ICRQ') : $p->wait_for('SCCRQ', 5), "its $what");
    $p->control('ZLB', 0);
    my $start = time;
    $p->{mute} = 1;
    my $q = Peer->new(share => $far);
    ok($q->accept_tunnel(10), "$what acknowledged, and not answered: it is dialled again");
    cmp_ok(time - $start, '<', 6, 'within the redial timeout and 5 s');
    $d->finish;
}

# The tunnel of the question can be closed by hand: that is nothing of the call.
{
    my ($d, $p) = up 'closed by hand', "redial = yes\nredial timeout = 10\n";
    my $q = Peer->new(share => $p);
    my $end = time + 20;
    my ($call) = $d->status =~ /  tunnel (\d+): /;

    $p->{mute} = 1;
    my $id;
    until ($id || time > $end) {
        $p->datagram(0.1);
        ($id) = grep { $_ != $call } $d->status =~ /  tunnel (\d+): /g;
    }
    ok($id, 'there is a tunnel that asks');
    like($d->ask("d $id"), qr/OK/, 'it is closed');
    is($d->count(qr/call \d+\/\d+: down/), 0, 'and the call is not');
    $p->{mute} = 0;
    $d->finish;
}

# A peer that is said to pass HELLOs over is not doubted for that.
{
    my ($d, $p) = up 'known to be silent', "redial = yes\nredial timeout = 3\nquirks = silent-hello\n";

    $p->{mute} = 1;
    ok($p->wait_for('HELLO', 5), 'asks in its tunnel');
    ok(Peer->new(share => $p)->hears_no('SCCRQ', 6), 'and in no other');
    $d->finish;
}

# Who fell silent before PPP was up was started anew: the next line, which has never answered, is not
# given all the time of a "connect timeout" first.
{
    my $dead = Peer->new;
    my ($d, $p) = up 'two lines', "lns = 127.0.0.1:" . $dead->port . "\nredial = yes\nredial timeout = 2\n";
    my $start = time;

    $p->{mute} = 1;
    asks $p, 'silent before PPP was up';
    my $q = Peer->new(share => $p);
    ok($q->accept_tunnel(10) && $q->accept_call, 'and is dialled again');
    cmp_ok(time - $start, '<', 7, 'within the redial timeout and 5 s');
    $d->finish;
}

# Who ends the tunnel in words, before PPP was up, may be started anew as well: those that have never
# answered are not given all that time either.
{
    my @dead = map { Peer->new } 1, 2;
    my ($d, $p) = up 'hangs up', join('', map { 'lns = 127.0.0.1:' . $_->port . "\n" } @dead)
      . "redial = yes\nredial timeout = 2\n";
    my $start = time;

    $p->close;
    my $q = Peer->new(share => $p);
    ok($q->accept_tunnel(20) && $q->accept_call, 'it is dialled again');
    cmp_ok(time - $start, '<', 7, 'within the redial timeout and 5 s');
    $d->finish;
}

# Nor is one that falls silent in the middle of the set-up, when it has little.
{
    my ($d, $p) = up 'silent again', "redial = yes\nredial timeout = 1\n";

    $p->{mute} = 1;
    asks $p, 'started anew';
    my $q = Peer->new(share => $p);
    ok($q->accept_tunnel(10), 'it is dialled again');
    my $start = time;
    $q->{mute} = 1;
    my $again = Peer->new(share => $p);
    ok($again->accept_tunnel(10) && $again->accept_call, 'and again, as its call is not acknowledged');
    cmp_ok(time - $start, '<', 6, 'within the redial timeout and 5 s');
    $d->finish;
}

done_testing;
