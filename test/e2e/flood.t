#!/usr/bin/perl
# A flood of good SCCRQs from 50,000 addresses: memory within a bound that can be worked out, those
# who mean it come in all the while, and when the half-open tunnels have had their time nothing is
# left.  A refusal sends no more than it got.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use List::Util qw(min);
use Test::More;
use Time::HiRes qw(sleep time);

# What the flood may make resident, in KiB. Half-open tunnels: 256, each a struct tunnel (1424
# octets), its SCCRP (less than 300) and malloc's share: 1.9 KiB. Ids are random, so all pages of the
# table by id (65,536 pointers) are touched, and both maps of resting ids (two of 8 KiB). The four
# hash tables and the heap are below 16 KiB each at this size. The network's part: 64 slots of which
# a datagram touches two pages at most, 64 buffers of 4.1 KiB on their way out, 128 KiB of room to
# read into. malloc's own slack is taken as 256 KiB.
my $bound = int(256 * 1.9 + 512 + 2 * 8 + 5 * 16 + 64 * 8 + 64 * 4.1 + 128 + 256);
my $frame = "\xff\x03\xc0\x21hello";
my $echo  = ppp_script "echo\n";
my $slow  = sanitized;
my $rate  = $slow ? 2500 : 8000;

# Two tries for each message: a half-open tunnel has 3 s.
my $d = daemon 'd', conf => "max retries = 1\n[lns default]\nip range = 10.9.0.2 - 10.9.0.250\n"
  . "pppoptfile = $echo\n";
my $peer = Peer->new(to => $d->port);
$peer->open_tunnel;
my $call = $peer->open_call;
ok($peer->echoes($call, $frame), 'a call that echoes');
$d->status;    # what stdio and the FIFO take is no part of it

# The flood in the background: a hash with its handle; and what it told when it was over.
sub begin
{
    my ($to, $count) = @_;

    open my $f, '-|', "$B/test/sources", $to->port, $count, $rate or die "sources: $!\n";
    return $f;
}

sub is_over
{
    my ($f) = @_;

    return IO::Select->new($f)->can_read(0);
}

# What a client does: its SCCRQ again each second until there is a tunnel, then a call. away: so many
# seconds pass between SCCRP and SCCCN. How many seconds all that took, or undef after 5.
sub comes_in
{
    my ($to, $ip, $away) = @_;
    my $from = time;

    while ((my $left = $from + 5 - time) > 0) {
        my $p = Peer->new(to => $to->port, ip => $ip);
        my $m = $p->open_tunnel(half => 1, seconds => $left < 1 ? $left : 1);

        next if !$m || $m->{type} ne 'SCCRP';
        sleep $away if $away;
        $p->control('SCCCN', 0);
        next if !$p->wait_acked(1);
        my $c = $p->open_call(seconds => 2);
        next if !$c || !$c->{peer} || !$p->echoes($c, $frame, seconds => 2);
        my $took = time - $from;
        $p->close;
        return $took;
    }
    return undef;
}

my $before = $d->figure('VmRSS');
my ($most_half, $echoed, $lost, @took) = (0, 0, 0);
my $flood = begin($d, 50000);
my $began = time;
my $lines = $d->count(qr/\n/);

sleep 0.5;
for (my $i = 1; !is_over($flood); $i++) {
    push @took, comes_in($d, "127.0.1.$i");
    $peer->echoes($call, $frame) ? $echoed++ : $lost++;
    my ($half) = $d->status =~ /\((\d+) half-open\)/;
    $most_half = $half if $half > $most_half;
    sleep 0.2;
}
my $seconds = time - $began;
my $told = do { local $/; <$flood> };
close $flood;
my ($sent, $sent_octets)   = $told =~ /^sent (\d+) (\d+)/m;
my ($heard, $heard_octets) = $told =~ /^heard (\d+) (\d+)/m;
my $after = $d->figure('VmRSS');

is($sent, 50000, sprintf "50,000 SCCRQs from 50,000 addresses (in %.1f s)", $seconds);
cmp_ok($heard, '>', 25000, "were heard: $heard answers");
cmp_ok($most_half, '<=', 256, "at most $most_half half-open tunnels");
cmp_ok($most_half, '>=', 200, 'which is the limit, or nearly');
cmp_ok(scalar(@took), '>=', 4, scalar(@took) . ' clients came meanwhile');
is(scalar(grep { !defined } @took), 0, 'each had tunnel and call within 5 s');
diag(join ' ', map { defined ? sprintf '%.2f', $_ : 'never' } @took) if grep { !defined } @took;
ok($lost == 0 && $echoed > 0, 'a call that was up went on');
SKIP: {
    skip 'the sanitizers keep freed memory: their RSS says nothing', 2 if $slow;
    cmp_ok($after - $before, '<=', $bound,
        'resident memory grew by ' . ($after - $before) . " KiB, no more than $bound");

    # What leaks does so each time: 16 octets a datagram are 312 KiB. A page that was not needed
    # before (more buffers on their way out at once) may be, now and then.
    my @grew;
    for (1 .. 3) {
        my $was   = $d->figure('VmRSS');
        my $again = begin($d, 20000);
        sleep 0.05 until is_over($again);
        close $again;
        push @grew, $d->figure('VmRSS') - $was;
        last if $grew[-1] <= 64;
    }
    cmp_ok(min(@grew), '<=', 64, "20,000 more make no difference (@grew KiB)");
}
soon { $d->status =~ / tunnels \(0 half-open\), 1 calls/ } 'after their time none is left', 15;
cmp_ok($d->count(qr/\n/) - $lines, '<', 1000, 'the log is bounded');
ok($peer->echoes($call, $frame), 'the call is still up');
$peer->close;
$d->finish;

# -- the limits are the operator's -----------------------------------------------------------------

{
    my $e = daemon 'limits',
      conf => "half open limit = 20\nhalf open per source = 5\n[lns default]\nassign ip = no\n";
    my ($open, $from_one) = (0, 0);

    for my $i (1 .. 30) {
        my $p = Peer->new(to => $e->port, ip => $i <= 8 ? '127.0.0.9' : "127.0.2.$i");

        $p->{mute} = 1;
        my $m = $p->open_tunnel(half => 1, seconds => $from_one < 5 || $i > 8 ? 2 : 0.1);
        next if !$m || $m->{type} ne 'SCCRP';
        $open++;
        $from_one++ if $i <= 8;
    }
    is($from_one, 5, 'half open per source = 5: no more for one address');
    is($open, 5 + 22, 'all others get an answer');
    like($e->status, qr/ 20 tunnels \(20 half-open\)/, 'half open limit = 20: no more in all');
    $e->finish;
}

# The oldest half-open tunnel gives way to the next, so at this rate each of 256 has 30 ms, and who is
# further away needs more of them: 0.25 s are 2000 at 8000 a second.
{
    my $e = daemon 'away', conf => "half open limit = 4096\nmax retries = 1\n[lns default]\n"
      . "ip range = 10.9.0.2 - 10.9.0.250\npppoptfile = $echo\n";
    my $before = $e->figure('VmRSS');
    my $flood = begin($e, 3 * $rate);

    sleep 0.7;
    my $took = comes_in($e, '127.0.3.1', 0.25);
    ok($took && !is_over($flood), 'half open limit = 4096: who is 0.25 s away comes in meanwhile');
    sleep 0.05 until is_over($flood);
    close $flood;
    my $more = $e->figure('VmRSS') - $before;
    my $most = $bound + int((4096 - 256) * 1.9);
    ok($slow || $more <= $most, "with $more KiB, no more than $most");
    $e->finish;
}

# -- refusals ------------------------------------------------------------------------------------

# SCCRQs that are turned down, in growing sizes: the answer, if there is one, is no longer.
{
    my $e = daemon 'refuses', conf => "access control = yes\n[lns default]\nlac = 192.0.2.1\n";
    my ($answers, $longer, $asked, $got) = (0, 0, 0, 0);

    for my $n (0 .. 40) {
        my $p = Peer->new(to => $e->port, ip => '127.0.0.7', name => 'p' x (1 + $n));
        my @avps = $p->introduction;
        my $size = 20 + length join '', @avps;
        my $m;

        $p->{mute} = 1;
        $p->control('SCCRQ', 0, @avps);
        $asked += $size;
        while ($m = $p->datagram($got ? 0.02 : 1)) {
            $answers++;
            $got += $m->{length};
            $longer++ if $m->{length} > $size || $m->{type} ne 'StopCCN';
        }
    }
    is($answers, 41, 'SCCRQs of somebody who may not: each gets one answer');
    is($longer, 0, "a StopCCN, never longer than what asked for it ($got octets for $asked)");

    # shorter ones, with AVPs missing
    my $p = Peer->new(to => $e->port, ip => '127.0.0.8');
    my @avps = $p->introduction;
    my ($short, $bad) = (0, 0);

    $p->{mute} = 1;
    for my $kept (0 .. $#avps) {
        my @some = @avps[0 .. $kept - 1];
        my $size = 20 + length join '', @some;

        $p->{ns} = 0;
        $p->control('SCCRQ', 0, @some);
        my $end = time + 0.2;
        while ((my $left = $end - time) > 0) {
            next if !IO::Select->new($p->{link}{sock})->can_read($left);
            $p->{link}{sock}->recv(my $octets, 65535);
            $short++;
            $bad++ if length $octets > $size;
        }
    }
    cmp_ok($short, '>=', 1, "broken ones: $short are answered");
    is($bad, 0, 'none by more than it had');
    $e->finish;
}

done_testing;
