#!/usr/bin/perl
# What the status says of tunnels, calls, LACs and the daemon, a member each, where another value
# would be wrong.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use JSON::PP;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

my $talk = ppp_script "bad-fcs 2\nsend ff0380210101000a03060a070708\n";
my ($far, $deaf) = (Peer->new(ip => '127.0.0.2'), Peer->new);
my $d = daemon 'd', conf => <<"EOT";
[lns default]
ip range = 10.9.0.2 - 10.9.0.9
local ip range = 10.7.0.1 - 10.7.0.9
flow bit = yes
reorder timeout = 100
pppoptfile = $talk
[lac there]
lns = 127.0.0.1:@{[$deaf->port]}
lns = 127.0.0.2:@{[$far->port]}
redial = yes
redial timeout = 1
pppoptfile = $talk
[lac refused]
lns = 127.0.0.1:@{[$deaf->port]}
redial = yes
redial timeout = 1
EOT

sub status
{
    my @lines = split /\n/, $d->ask('status json') // '';

    return decode_json join '', map { substr $_, 3 } grep { !/^00 / } @lines;
}

# The one object of a list whose member has that value.
sub one
{
    my ($s, $list, $member, $value) = @_;

    return (grep { ($_->{$member} // '') eq $value } @{$s->{$list}})[0] // {};
}

# -- a tunnel and a call that comes --------------------------------------------------------------

my $peer = Peer->new(to => $d->port, name => 'first', window => 11);
$peer->open_tunnel;
my $call = $peer->open_call(calling => '123');
my $s;
my $t = sub { $s = status; one($s, 'tunnels', 'peer_name', $_[0] // 'first') };
my $c = sub { $s = status; one($s, 'calls', 'peer_name', $_[0] // 'first') };

is($t->()->{local}, '127.0.0.1:' . $d->port, 'local: our address and port');
is($t->()->{window}, 11, 'window: the peer\'s');
is("@{$s->{daemon}}{qw(tunnels_up tunnels_down calls_up half_open pppds leases)}", '1 0 1 0 1 2',
    'the daemon: a tunnel that came up, a call, a pppd, two leases');
$peer->wait_acked;
soon {
    $peer->control('HELLO', 0);
    $peer->{ns} = ($peer->{ns} + 0xffff) & 0xffff;
    $peer->control('HELLO', 0);
    $peer->wait_acked;
    $t->()->{duplicates} > 0
} 'duplicates: a message that came twice';
is($t->()->{resent}, 0, 'resent: none of ours');
soon {
    $peer->send_frame($call, "\xff\x03\xc0\x21x", session => 0);
    $peer->control('HELLO', 0);
    my $one = $t->();
    $one->{age_seconds} >= 2 && $one->{silent_seconds} < $one->{age_seconds}
} 'silent: since the peer was heard, not since the beginning';

soon { ($c->()->{refused_frames} // 0) == 2 } 'refused: two frames that pppd damaged';
is($s->{calls}[0]{dropped_frames}, 0, 'dropped: none, as pppd reads');
is($s->{calls}[0]{local_address}, '10.7.0.1', 'local address: what was leased');
is($s->{calls}[0]{calling}, '123', 'calling: the number');
soon { ($c->()->{tx_frames} // 0) > 0 } 'pppd asks for an address';
$peer->send_frame($call, "\xff\x03\x80\x21\x02\x01\x00\x0a\x03\x06\x0a\x07\x07\x08",
    sequence => 1, ns => 0);
soon { ($c->()->{local_address} // '') eq '10.7.7.8' } 'local address: what PPP has agreed on';
$peer->send_frame($call, "\xff\x03\x00\x57x", sequence => 1, ns => $_) for 2, 1, 3, 5;
soon { $c->()->{rx_frames} >= 4 && $c->()->{lost_frames} > 0 } 'lost: a frame that never came';
$peer->send_frame($call, "\xff\x03\x00\x57x", sequence => 1, ns => 4);
soon { $c->()->{late_frames} == 1 } 'late: it came after all';
is("@{$c->()}{qw(lost_frames late_frames)}", '1 1', 'each once');
cmp_ok($c->()->{reordered_frames}, '>=', 2, 'reordered: those that waited for others');

# -- one that does not acknowledge --------------------------------------------------------------

my $mute = Peer->new(to => $d->port, name => 'mute');
$mute->control('SCCRQ', 0, $mute->introduction);
my $one;
soon { ($one = $t->('mute'))->{resent} // 0 } 'resent: what is not acknowledged';
is($one->{loss_ratio}, int(1000 * $one->{resent} / $one->{sent}) / 1000,
    'loss: those sent again, of all');
is($s->{daemon}{half_open}, 1, 'half-open: a tunnel that is not up');
is($s->{daemon}{tunnels}, 2, 'of two');

# -- LACs ----------------------------------------------------------------------------------------

$d->ask('c there');
is(one(status, 'lacs', 'lac', 'there')->{host}, '127.0.0.1', 'host: what is dialled');
$deaf->refuse_for(10, 1);
my $lac = sub { one($s = status, 'lacs', 'lac', $_[0]) };
is($lac->('there')->{up}, JSON::PP::false, 'up: not yet');
is($lac->('there')->{up_seconds}, undef, 'and for no time');
ok($far->accept_tunnel(10) && ($call = $far->accept_call(10)), 'by its second host it is up');
soon { $lac->('there')->{up} } 'up';
is($lac->('there')->{host}, '127.0.0.2', 'host: the one that it is by');
$one = $lac->('there');
is("$one->{tunnel} $one->{call}", "$far->{peer_id} $call->{peer}", 'its tunnel and its call');
ok(defined $one->{up_seconds}, 'and for how long');
is(one($s, 'calls', 'call', $call->{peer})->{lost_frames}, undef,
    'lost: unknown where frames have no numbers');
is(one($s, 'calls', 'call', $call->{peer})->{section}, 'there', 'the section of the call');

$d->ask('c refused');
$deaf->refuse_for(10, 2);
soon { ($lac->('refused')->{redials} // 0) >= 1 } 'redials: after a refusal';
is($lac->('refused')->{trouble}, 'not-authorised', 'trouble: what failed');
$d->ask('d refused');
soon { $lac->('refused')->{trouble_seconds} >= 1 } 'trouble_seconds: since then';

# -- the end -------------------------------------------------------------------------------------

$peer->close;
soon { ($s = status)->{daemon}{tunnels_down} >= 1 && $s->{daemon}{leases} == 0 } 'down';
my $n = $s->{daemon}{tunnels_up};
$d->ask("d $far->{peer_id}");
$far->wait_for('StopCCN');
soon { ($s = status)->{daemon}{pppds} == 0 } 'no pppd';
is($s->{daemon}{tunnels_up}, $n, 'an end is no begin');
is($lac->('there')->{state}, 'idle', 'taken down by its tunnel\'s id it is not dialled again');
$d->finish;
done_testing;
