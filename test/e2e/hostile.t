#!/usr/bin/perl
# What comes from the network by ill will or accident: dropped, counted, told of once, without harm.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

srand 4711;
my $echo = ppp_script "echo\n";
my $frame = "\xff\x03\xc0\x21hello";
my $san = sanitized;

my $d = daemon 'd', conf => "[lns default]\nip range = 10.9.0.2 - 10.9.0.99\npppoptfile = $echo\n";
my $peer = Peer->new(to => $d->port);
$peer->open_tunnel;
my $call = $peer->open_call;
ok($peer->echoes($call, $frame), 'a call that echoes');

my $seed = 1;

# So many datagrams from so many ports of an address; true if the daemon is there afterwards.
sub flood
{
    my ($count, $sources, $ip) = @_;
    my ($status, undef, $err) = run_program ["$B/test/flood", $d->port, $count, $seed++, $sources,
        $ip,
        $peer->{peer_id}, $call->{peer}];

    diag($err) if $status ne '0';
    return $status eq '0' && $d->is_alive;
}

# A tunnel and a call from scratch, quickly.
sub serves
{
    my ($what, %o) = @_;
    my $from  = time;
    my $fresh = Peer->new(to => $d->port, %o);
    my $m = $fresh->open_tunnel(seconds => 3);
    my $c = $m && $m->{type} eq 'SCCRP' ? $fresh->open_call(seconds => 3) : undef;

    ok($c && $c->{peer} && $fresh->echoes($c, $frame), $what) or diag($d->tail);
    cmp_ok(time - $from, '<', 1, "$what: at once");
    $fresh->close;
}

# -- 100,000 datagrams ---------------------------------------------------------------------------

# What mutated SCCRQs leave half-open counts against their own address, 127.0.0.2.
ok(flood(20000, 1, '127.0.0.2'), '20,000 to warm up');
my $before = $d->figure('VmRSS');
$d->mark;
ok(flood(50000, 1,  '127.0.0.2'), '50,000 from one port');
ok(flood(50000, 32, '127.0.0.2'), '50,000 from many ports');
my $after = $d->figure('VmRSS');
my $lines = $d->count(qr/\n/);

SKIP: {
    skip 'the sanitizers keep freed memory: their RSS says nothing', 1 if $san;
    cmp_ok($after - $before, '<', 512, 'memory is flat (' . ($after - $before) . ' KiB more)');
}
cmp_ok($lines, '<', 300, "the log is bounded ($lines lines)");
ok($peer->echoes($call, $frame), 'the call that was there goes on');
serves 'a fresh tunnel and call';
{
    my $status = $d->status;
    my ($dropped, $half) = (0, $status =~ /\((\d+) half-open\)/);

    $dropped += $1 while $status =~ /dropped: (\d+) \(/g;
    cmp_ok($dropped, '>', 50000, "most were heard and counted as dropped ($dropped)");
    cmp_ok($half // 99, '<=', 64, 'no more than 64 half-open tunnels from one address');
    like($status, qr/dropped: \d+ \(\Q$_\E\)/, "counted by cause: $_")
      for 'no L2TP packet', 'unknown tunnel', "not from the tunnel's peer", 'unknown call',
          'tunnel id 0 and no SCCRQ',
      'SCCRQ refused';
}

# -- a peer that goes mad in its own tunnel --------------------------------------------------------

my @types = qw(SCCRQ SCCRP SCCCN HELLO OCRQ OCRP OCCN ICRQ ICRP ICCN WEN SLI CDN StopCCN);
my @sizes = (0, 1, 2, 4, 8, 10, 16, 26, 100);

for my $i (1 .. 20) {
    my $mad = Peer->new(to => $d->port);

    ($mad->open_tunnel(seconds => 3) // {type => ''})->{type} eq 'SCCRP' or next;
    my $c = $mad->open_call(seconds => 1) // {};
    for (1 .. 50) {
        my $type = $types[rand @types];
        my $session = (0, $c->{peer} // 0, int rand 65536)[rand 3];
        my @avps = map {
            my $value = join '', map { chr int rand 256 } 1 .. $sizes[rand @sizes];
            avp((rand 8) < 1 ? int rand 65536 : int rand 40, $value);
        } 1 .. rand 8;
        $mad->control($type, $session, @avps);
    }
}
ok($d->is_alive, 'peers that go mad in their own tunnels');
ok($peer->echoes($call, $frame), 'do not hurt another\'s call');
serves 'after them, a fresh tunnel and call', ip => '127.0.0.3';

# -- too many requests ---------------------------------------------------------------------------

{
    my ($open, $silence) = (0, 0);

    for (1 .. 68) {
        my $p = Peer->new(to => $d->port, ip => '127.0.0.4');
        my $m = $p->open_tunnel(half => 1, seconds => $open < 64 ? 2 : 0.2);
        $m ? $open += $m->{type} eq 'SCCRP' : $silence++;
    }
    is($open, 64, '68 requests from one address: 64 half-open tunnels');
    is($silence, 4, 'the others are not answered: they come in when they try again');
    serves 'another address is served', ip => '127.0.0.5';

    for my $i (10 .. 59) {
        my $p = Peer->new(to => $d->port, ip => "127.0.0.$i");
        for my $id (1 .. 6) {
            Peer->new(to => $d->port, share => $p)->open_tunnel(half => 1, seconds => 2);
        }
    }
    my ($half) = $d->status =~ /\((\d+) half-open\)/;
    is($half, 256, 'requests from many addresses: 256 half-open tunnels in all');
    serves 'the oldest give way: a newcomer is served', ip => '127.0.0.99';
    ok($peer->echoes($call, $frame), 'what is up stays up');
    ok($peer->open_call->{peer}, 'and may have more calls');
}

# The same SCCRQ again and again is one tunnel, and the same answer.
{
    my $e = daemon 'repeat', conf => "[lns default]\nassign ip = no\n";
    my $p = Peer->new(to => $e->port);
    $p->{mute} = 1;

    for (1 .. 500) {
        $p->{ns} = 0;
        $p->control('SCCRQ', 0, $p->introduction);
    }
    $p->idle(0.2);
    like($e->status, qr/ 1 tunnels \(1 half-open\)/, 'one SCCRQ 500 times: one tunnel');
    $p->{mute} = 0;
    $e->finish;
}

$peer->close;
$d->finish;
done_testing;
