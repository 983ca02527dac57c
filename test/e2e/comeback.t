#!/usr/bin/perl
# What can end a call, and that it comes back when that is over: a pppd that is killed, a LNS that is
# killed and started anew, at once and after a while; a way that lets nothing through for a while.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

my $echo = ppp_script "reports $DIR/echo\necho\n";
my $keys = "autodial = yes\nredial = yes\nredial timeout = 1\nhello interval = 1\ndead time = 3\nconnect timeout = 2\n"
  . "pppoptfile = $echo\n";
my $lns_conf = "[lns default]\nip range = 10.9.0.2 - 10.9.0.9\npppoptfile = " . ppp_script("echo\n");

{
    my $port = free_port;
    my $lns = daemon 'lns', conf => $lns_conf, port => $port;
    my $d = daemon 'lac', conf => "[lac there]\nlns = 127.0.0.1:$port\n$keys";

    # -- a pppd is killed
    my $pid = $d->wait_log(qr/Call established with \S+ PID: (\d+)/);
    ok($pid, 'up');
    $d->mark;
    kill KILL => $pid;
    $d->says(qr/Call established/, 'our pppd is killed: back');
    $d->mark;
    soon { $lns->count(qr/Call established/) == 2 } 'on both sides';
    my ($theirs) = $lns->log =~ /.*Call established with \S+ PID: (\d+)/s;
    kill KILL => $theirs;
    $d->says(qr/Call established/, 'the pppd of the LNS is killed: back');

    # -- the LNS is killed
    $d->mark;
    $lns->kill_now;
    $lns = daemon 'lns', conf => $lns_conf, port => $port;
    $d->says(qr/nothing is heard of the peer|no such tunnel any more/,
        'a LNS that was killed is missed within its dead time');
    $d->says(qr/Call established/, 'and has us back, as it was started at once');
    $d->mark;
    $lns->kill_now;
    $d->says(qr/(?:Will redial.*){2}/s, 'one that stays away is dialled in vain', 30);
    $d->mark;
    $lns = daemon 'lns', conf => $lns_conf, port => $port;
    $d->says(qr/Call established/, 'and has us back when it is there again');
    $_->finish for $d, $lns;
}

# A way that is cut for a while (IPsec without its keys, say), which nobody is told of.
{
    my $far = Peer->new;
    my $d = daemon 'cut', conf => "[lac there]\nlns = 127.0.0.1:" . $far->port . "\n$keys";
    my $p = Peer->new(share => $far);

    ok($p->accept_tunnel && $p->accept_call, 'up');
    ok($p->wait_for('HELLO'), 'asked for a sign of life');
    is($d->count(qr/down by=/), 0, 'which it has got');
    $d->says(qr/nothing is heard of the peer/, 'then nothing gets through: it is missed');
    $d->says(qr/Connecting to host.*Connecting to host/s, 'it is dialled anew');
    my $q;
    loop_until {
        $far->datagram(0) while IO::Select->new($far->{link}{sock})->can_read(0); # lost on the way
        @{$far->{link}{inbox}} = ();
        $q = Peer->new(share => $far);
        $q->accept_tunnel(2) && $q->accept_call(2);
    };
    $d->says(qr/(?:Call established.*){2}/s, 'and up when the way is open');
    $d->finish;
}

# A peer that acknowledges nothing, but whose data arrive, lives.
{
    my $far = Peer->new;
    my $d = daemon 'data', conf => "[lac there]\nlns = 127.0.0.1:" . $far->port . "\n$keys";

    $far->accept_tunnel;
    my $call = $far->accept_call;
    $far->{mute} = 1;
    for (1 .. 9) {
        $far->send_frame($call, "\xff\x03\x00\x21here");
        $far->datagram(0) while IO::Select->new($far->{link}{sock})->can_read(0);
        sleep 0.5;
    }
    is($d->count(qr/down by=/), 0, 'data alone are a sign of life');
    $d->says(qr/nothing is heard of the peer/, 'when they stop it is missed');
    $d->finish;
}

# -- by the keys' defaults ------------------------------------------------------------------------

# How soon a server is missed that was killed while nothing was going on: one of another make that
# says nothing, after a call that lasted; and an l2tpd that is back at once.
{
    my ($far, $port) = (Peer->new, free_port);
    my $section = "[lac there]\nautodial = yes\nredial = yes\npppoptfile = $echo\n";
    my $lns = daemon 'lns', conf => $lns_conf, port => $port;
    my $other = daemon 'other', conf => "${section}redial timeout = 300\nlns = 127.0.0.1:" . $far->port . "\n";
    my $own = daemon 'own', conf => "${section}redial timeout = 2\nlns = 127.0.0.1:$port\n";
    my $p = Peer->new(share => $far);

    ok($p->accept_tunnel && $p->accept_call, 'up with another make');
    $own->says(qr/Call established/, 'and with an l2tpd');
    $p->idle(31);
    ok($p->{heard}{HELLO}, 'X4-55 a LAC whose call is idle asks for a sign of life');
    $lns->kill_now;
    $own->mark;
    my $start = time;
    $lns = daemon 'lns', conf => $lns_conf, port => $port;
    ok(Peer->new(share => $far)->wait_for('SCCRQ', 120), 'another make that says nothing any more');
    cmp_ok(time - $start, '<', 40, 'X4-55 is missed soon, and dialled without waiting');
    $own->says(qr/Call established/, 'and an l2tpd that was started anew has us by then');
    $_->finish for $own, $other, $lns;
}

# -- hello = no ----------------------------------------------------------------------------------

{
    my $far = Peer->new;
    my $d = daemon 'quiet',
      conf => "[lac there]\nlns = 127.0.0.1:" . $far->port . "\n" . $keys =~ s/dead time.*\n//r
      . "hello = no\n";

    ok($far->accept_tunnel && $far->accept_call, 'up');
    ok($far->hears_no('HELLO', 2.5), 'hello = no: none');
    $d->finish;
}

done_testing;
