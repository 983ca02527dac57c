#!/usr/bin/perl
# A stop is complete within 2 s, whatever the peer and pppd do: compat's decision 6.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

my $echo = ppp_script "reports $DIR/echo\necho\n";
my $lns_conf =
  "[lns default]\nip range = 10.9.0.2 - 10.9.0.99\nlocal ip = 10.9.0.1\npppoptfile = $echo\n";

sub is_gone
{
    my ($pid) = @_;

    return slurp("/proc/$pid/stat") !~ /\) [^Z] /;
}

# The stand-in pppds that have reported below a path, all alive: their pids.
sub pids
{
    my ($path, $n) = @_;

    loop_until { (my @all = reports($path)) >= $n };
    return map { $_->{pid}[0] } grep { !$_->{exit} } reports($path);
}

# -- a live call on both sides, stopped from either ----------------------------------------------

for my $who (qw(LAC LNS)) {
    my $path = "$DIR/echo.$who";
    my $script = ppp_script "reports $path\necho\n";
    my $lns = daemon "lns.$who", conf => $lns_conf =~ s/\Q$echo/$script/r;
    my $lac = daemon "lac.$who",
      conf => "[lac there]\nlns = 127.0.0.1:" . $lns->port
        . "\nautodial = yes\npppoptfile = $script\n";
    my ($first, $second) = $who eq 'LAC' ? ($lac, $lns) : ($lns, $lac);

    $lns->says(qr/Call established with 127\.0\.0\.1/, "$who: the call is up at the LNS");
    $lac->says(qr/Call established with 127\.0\.0\.1/, "$who: and at the LAC");
    my @pids = pids($path, 2);
    is(scalar @pids, 2, "$who: each has its pppd");

    my $took = $first->finish(what => "$who: stops within 2 s, status 0, nothing left behind");
    cmp_ok($took, '<', 1, "$who: acknowledged at once, so it need not wait");
    $second->says(qr/call \d+\/\d+: down by=peer cause=3\/0 .*shutting down/,
        "$who: the other has had a CDN that says why");
    # a LAC whose call has gone may close the tunnel before it hears that it is closed
    my $how = $who eq 'LAC' ? qr/by=peer cause=6\/0/ : qr/by=(?:us|peer) cause=[16]\/0/;
    $second->says(qr/tunnel \d+ \(\S+\): down $how /, "$who: and a StopCCN");
    unlike($first->log, qr/Maximum retries/, "$who: nothing was left unacknowledged");
    soon { !grep { !is_gone($_) } @pids } "$who: all pppds are gone";
    $second->finish;
}

# -- what goes over the wire ---------------------------------------------------------------------

{
    my $lns  = daemon 'wire', conf => $lns_conf;
    my $peer = Peer->new(to => $lns->port);

    $peer->open_tunnel;
    my @calls = map { $peer->open_call } 1 .. 3;
    $lns->signal('TERM');
    my @cdn = map { $peer->wait_for('CDN|StopCCN') } @calls;
    is_deeply([map { Peer::result($_) } @cdn], [('3/0 shutting down') x 3], 'a CDN for each call');
    my $stop = $peer->wait_for('StopCCN');
    is(Peer::result($stop), '6/0 shutting down', 'XD-06 X3-01 then a StopCCN');
    my ($status, $took) = $lns->wait_end;
    is($status, 0, 'status 0');
    cmp_ok($took, '<', 1, 'as soon as all is acknowledged');
}

# -- the peer is dead ----------------------------------------------------------------------------

{
    my $lns  = daemon 'dead', conf => $lns_conf;
    my $peer = Peer->new(to => $lns->port);

    $peer->open_tunnel;
    $peer->open_call;
    my @pids = pids("$DIR/echo", 1);
    $peer->{mute} = 1;
    my $took = $lns->finish(what => 'a dead peer: stops within 2 s all the same');
    $peer->idle(0.1);
    is($peer->{heard}{CDN},     2, 'its CDN was sent, and once again');
    is($peer->{heard}{StopCCN}, 1, 'and a StopCCN');
    soon { !grep { !is_gone($_) } @pids } 'pppd is gone';
}

{
    my $nobody = Peer->new;    # is bound, hears, and says nothing
    my $lac = daemon 'dialling', conf => "[lac there]\nlns = 127.0.0.1:" . $nobody->port
      . "\nautodial = yes\n";

    $nobody->{mute} = 1;
    ok($nobody->wait_for('SCCRQ'), 'a LAC that is dialling');
    $lac->finish(what => 'stops within 2 s while dialling');
}

# What was to be redialled is not, by a daemon that is stopping.
{
    my ($no, $dead) = map { Peer->new } 1, 2;
    my $d = daemon 'redial', conf => "[lac no]\nlns = 127.0.0.1:" . $no->port
      . "\nautodial = yes\nredial = yes\n"
      . "redial timeout = 1\n[lac dead]\nlns = 127.0.0.1:" . $dead->port . "\nautodial = yes\n";

    $dead->accept_tunnel;
    $dead->{mute} = 1;
    is(scalar $no->refuse_for(5, 1), 1, 'a LAC is refused');
    $d->says(qr/Will redial in 1 seconds/, 'and will redial');
    $d->finish(what => 'stops within 2 s, with a redial due and a dead peer');
    is(scalar $no->refuse_for(0.2), 0, 'without having redialled');
}

# -- pppd is stubborn ----------------------------------------------------------------------------

for my $mute (0, 1) {
    my $stubborn = ppp_script "reports $DIR/stubborn.$mute\nignore-term\nignore-hup\n"
      . "exit 0 after 20000\n";
    my $lns = daemon "stubborn.$mute", conf => $lns_conf =~ s/\Q$echo/$stubborn/r;
    my $peer = Peer->new(to => $lns->port);
    my $how = $mute ? 'pppd ignores TERM and the peer is dead' : 'pppd ignores TERM';

    $peer->open_tunnel;
    $peer->open_call;
    my ($pid) = pids("$DIR/stubborn.$mute", 1);
    $peer->{mute} = $mute;
    $lns->signal('TERM');
    $peer->idle(0.3);
    ok(!is_gone($pid), "$how: it is still there at first");
    my $took = $lns->finish(signal => 0, what => "$how: stops within 2 s");
    ok(is_gone($pid), "$how: it has been killed, and waited for");
    like($lns->log, qr/call \d+\/\d+: pppd $pid does not end: killed/, "$how: the log says so");
}

{
    my $stubborn = ppp_script "reports $DIR/twice.pppd\nignore-term\nignore-hup\n"
      . "exit 0 after 20000\n";
    my $lns = daemon 'twice', conf => $lns_conf =~ s/\Q$echo/$stubborn/r;
    my $peer = Peer->new(to => $lns->port);

    $peer->open_tunnel;
    $peer->open_call;
    my ($pid) = pids("$DIR/twice.pppd", 1);
    $peer->{mute} = 1;
    $lns->signal('TERM');
    $lns->says(qr/death_handler: Fatal signal 15 received/, 'the first TERM is heard');
    my $from = time;
    $lns->finish(what => 'a second TERM: stops, status 0, nothing left behind');
    cmp_ok(time - $from, '<', 0.5, 'at once');
    soon { is_gone($pid) } 'and pppd is killed';
}

# Impatience of all kinds, while it stops: never an end by the signal itself.
{
    my $lns = daemon 'many', conf => $lns_conf;

    $lns->signal($_) for qw(HUP USR1 HUP TERM TERM HUP USR1 INT TERM);
    $lns->finish(what => 'signals in a heap: status 0, nothing left behind');
}

done_testing;
