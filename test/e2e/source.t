#!/usr/bin/perl
# Where a LAC's tunnels come from: source port, bind address, bind device; and a listen-addr that is
# not there yet.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Socket qw(inet_ntoa unpack_sockaddr_in);
use Test::More;
use Time::HiRes qw(sleep time);

my $echo = ppp_script "reports $DIR/echo\necho\n";
my $n = 0;

sub lac
{
    my ($text) = @_;

    return daemon 'lac' . ++$n, conf => "[lac there]\npppoptfile = $echo\n$text";
}

# What the daemon has counted: a hash of "rx" and "tx".
sub datagrams
{
    my ($d) = @_;
    my $page = $d->ask('metrics') // '';

    return {map { $_ => $page =~ /^00-l2tpd_${_}_datagrams_total (\d+)$/m ? $1 : -1 } qw(rx tx)};
}

# Address and port of whoever sent a message.
sub source
{
    my ($m) = @_;
    my ($port, $ip) = unpack_sockaddr_in($m->{from});

    return (inet_ntoa($ip), $port);
}

# A tunnel and a call that the daemon opens to a peer: where they come from; frames pass both ways.
sub comes_up
{
    my ($peer, $what) = @_;
    my $m = $peer->accept_tunnel;
    my $call = $m ? $peer->accept_call : undef;

    ok($call, "$what: a tunnel and a call come up") or return ();
    ok($peer->echoes($call, "\xff\x03\x00\x21through"), "$what: frames pass both ways");
    my (undef, $frame) = do {
        $peer->send_frame($call, "\xff\x03\x00\x21again");
        $peer->get_frame(5, $call);
    };
    my @from = source($m);
    is_deeply([source($frame)], \@from, "$what: data come from where control messages do");
    return @from;
}

# -- source port ---------------------------------------------------------------------------------

for (['unset', ''], ['that of the daemon', 'source port']) {
    my ($name, $line) = @$_;
    my $far = Peer->new;
    my $port = free_port;
    my $d = daemon 'lac' . ++$n, port => $port,
      conf => "[lac there]\npppoptfile = $echo\nlns = 127.0.0.1:" . $far->port . "\nautodial = yes\n"
      . ($line ? "source port = $port\n" : '');

    is((comes_up($far, $name))[1], $port, "source port $name: the daemon's");
    $far->close;
    $d->finish;
}

{
    my ($far, $port) = (Peer->new, free_port);
    my $d = lac 'lns = 127.0.0.1:' . $far->port . "\nautodial = yes\nsource port = $port\n"
      . "redial = yes\nredial timeout = 1\n";

    is((comes_up($far, 'a number'))[1], $port, 'a number: that one');
    $far->close;
    my $again = Peer->new(share => $far);
    is((comes_up($again, 'a number, redialled'))[1], $port, 'and again');
    $d->finish;
}

{
    my $far = Peer->new;
    my $d = lac 'lns = 127.0.0.1:' . $far->port . "\nautodial = yes\nsource port = random\n"
      . "redial = yes\nredial timeout = 1\nmax redials = 9\n";
    my @from = comes_up($far, 'random');

    isnt($from[1], $d->port, 'random: not the daemon\'s');
    my $sockets = () = glob '/proc/' . $d->pid . '/fd/*';
    my $counted = datagrams($d);

    cmp_ok($counted->{$_}, '>', 3, "random: its datagrams are counted: $_") for qw(rx tx);

    # a stranger begins no tunnel there, though the daemon's own port would take it
    my $stranger = Peer->new(ip => '127.0.0.9', to => $from[1]);
    $stranger->control('SCCRQ', 0, $stranger->introduction);
    $far->send_frame({peer => 1}, 'x') for 1 .. 3;
    ok($stranger->hears_no('SCCRP|StopCCN', 0.5), 'nobody can begin a tunnel there');
    $far->close;
    my $again = Peer->new(share => $far);
    my @next = comes_up($again, 'random, redialled');
    isnt($next[1], $from[1], 'and the next time it is another');
    cmp_ok(datagrams($d)->{$_}, '>', $counted->{$_} + 3, "random: those of a socket that is closed stay: $_") for qw(rx tx);
    $again->close;
    ok(Peer->new(share => $far)->accept_tunnel, 'the tunnel after that');
    $d->finish;
}

{
    # on a fall-back: the first answers to another port than the fall-back does
    my ($one, $two) = map { Peer->new } 1, 2;
    my $d = lac "lns = 127.0.0.1:" . $one->port . "\nlns = 127.0.0.1:" . $two->port . "\nautodial = yes\n"
      . "source port = auto\nconnect timeout = 3\nredial = yes\nredial timeout = 1\nlns lockout = 1\n"
      . "lns return = 1\n";

    is(scalar $one->refuse_for(5, 1), 1, 'auto: the first refuses');
    ok($two->accept_tunnel && $two->accept_call, 'the second takes us');
    my $deaf = Peer->new(share => $one);
    $deaf->{mute} = 1; # an acknowledgement is an answer
    is((source($deaf->wait_for('SCCRQ', 5)))[1], $d->port, 'the first is asked from the daemon\'s port');
    my $p;
    my $heard = loop_until {
        $p = Peer->new(share => $one);
        $p->{mute} = 1;
        my $m = $p->wait_for('SCCRQ', 5);
        $m && (source($m))[1] != $d->port ? $m : undef
    } 30;
    $p->{mute} = 0;
    ok($heard, 'without an answer from another') or diag($d->log);
    push @{$p->{later}}, $heard // ();
    $p->{to} = $heard->{from} if $heard;
    ok($p->accept_tunnel, 'to which it answers');
    $d->says(qr/its first lns does not answer: asked from another port/, 'the log says so');
    ok($two->wait_for('StopCCN', 5), 'and the second is left');
    my $back = Peer->new(share => $one)->wait_for('SCCRQ', 5);
    isnt($back && (source($back))[1], $d->port, 'for the first, by the port that it has answered to');
    $d->finish;
}

{
    # a wall that lets nothing pass from the daemon's port: no answer; then any other port will do
    my $far = Peer->new;
    my $d = lac 'lns = 127.0.0.1:' . $far->port . "\nautodial = yes\nsource port = auto\n"
      . "connect timeout = 1\nredial = yes\nredial timeout = 1\n";
    $far->{mute} = 1;
    my $deaf = $far->wait_for('SCCRQ');

    is((source($deaf))[1], $d->port, 'auto: the daemon\'s port first');
    my $p;
    loop_until {
        $p = Peer->new(share => $far);
        my $m = $p->wait_for('SCCRQ', 5);
        ($m && (source($m))[1] != $d->port) ? push @{$p->{later}}, $m : 0
    };
    $p->{to} = $p->{later}[-1]{from};
    my @from = comes_up($p, 'auto');
    isnt($from[1], $d->port, 'auto: without an answer from another');
    $d->says(qr/lac there: no answer: tried from another port/, 'the log says so');
    unlike($d->log, qr/Will redial/, 'at once, not after the redial timeout');
    $p->close;
    my $again = Peer->new(share => $far);
    isnt((comes_up($again, 'auto, redialled'))[1], $d->port, 'and what has worked comes first');
    $d->finish;
}

# -- bind address --------------------------------------------------------------------------------

{
    my $far = Peer->new;
    my $d = daemon 'lac' . ++$n, conf => "listen-addr = 0.0.0.0\n"
      . "[lac there]\npppoptfile = $echo\nlns = 127.0.0.1:" . $far->port
      . "\nautodial = yes\nbind address = 127.0.0.77\n";
    my @from = comes_up($far, 'bind address');

    is_deeply(\@from, ['127.0.0.77', $d->port], 'bind address: from there, by the daemon\'s port');
    $d->finish;
}

{
    my $far = Peer->new;
    my $d = lac 'lns = 127.0.0.1:' . $far->port
      . "\nautodial = yes\nbind address = 127.0.0.77\n";
    my @from = comes_up($far, 'another bind address');

    is_deeply(\@from, ['127.0.0.77', $d->port],
        'beside another listen-addr: a socket of its own, with the same port');
    $d->finish;
}

{
    my $far = Peer->new;
    my $d = lac "lns = ::1\nlns = 127.0.0.1:" . $far->port
      . "\nautodial = yes\nbind address = 127.0.0.77\nsource port = random\n";
    my @from = comes_up($far, 'both');

    ok($from[0] eq '127.0.0.77' && $from[1] != $d->port, 'bind address and source port');
    unlike($d->log, qr/Connecting to host ::1/, 'an address of the other kind is passed over');
    $d->finish;

    $d = lac 'lns = 127.0.0.1:' . $far->port . "\nautodial = yes\nbind address = 192.0.2.77\n"
      . "redial = yes\nredial timeout = 1\n";
    $d->says(qr/lac there: trouble no-source: .*bind address \S+: .*Will redial/s,
        'an address that is not ours is told, and tried again');
    $d->finish;
}

# -- bind device ---------------------------------------------------------------------------------

SKIP: {
    my $far = Peer->new;
    my $d = lac 'lns = 127.0.0.1:' . $far->port . "\nautodial = yes\nbind device = lo\n";

    skip 'this system binds to no device', 5
      if $d->wait_log(qr/trouble no-source|Connecting to host/) && $d->log =~ /trouble no-source/;
    isnt((comes_up($far, 'bind device'))[1], $d->port, 'bind device: a socket of its own');
    $d->finish;
    $d = lac 'lns = 127.0.0.1:' . $far->port
      . "\nautodial = yes\nbind device = none-such\nredial = yes\nredial timeout = 1\n";
    $d->says(qr/lac there: trouble no-source: .*bind device none-such: .*Will redial/s,
        'a device that is not there is told, and tried again');
    $d->finish;
}

# -- the Type of Service -------------------------------------------------------------------------

# Of the next control message that a peer hears.
sub tos_of
{
    my ($p) = @_;

    open my $keep, '<&', \*STDIN or die "dup: $!\n";
    open STDIN, '<&', $p->{link}{sock} or die "dup: $!\n";
    my $said = `$B/test/tos 10000 control`;
    open STDIN, '<&', $keep or die "dup: $!\n";
    return $said =~ s/\s+\z//r;
}

for (['', 'tos 0', 'without -q'], ['', 'tos 184', '-q 184', '-q', 184],
    ["source port = random\n", 'tos 184', '-q 184 and a socket of its own', '-q', 184]) {
    my ($conf, $want, $what, @args) = @$_;
    my $p = Peer->new;

    setsockopt $p->{link}{sock}, 0, 13, pack 'i', 1 or die "IP_RECVTOS: $!\n";
    my $d = daemon 'tos' . ++$n, args => \@args,
      conf => "[lac there]\nlns = 127.0.0.1:" . $p->port . "\nautodial = yes\n$conf";
    is(tos_of($p), $want, "X2-03 $what: control messages have it");
    $d->kill_now;
}

# -- listen-addr ---------------------------------------------------------------------------------

{
    my $d = daemon 'early', conf => "listen-addr = 192.0.2.99\n[lns default]\nassign ip = no\n";

    $d->says(qr/this host does not have the address 192\.0\.2\.99 \(listen-addr\) yet/,
        'a listen-addr that is not there yet is no obstacle');
    $d->is_well('and the daemon is well');
    $d->finish;
}

done_testing;
