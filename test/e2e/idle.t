#!/usr/bin/perl
# What it costs to run: nothing while nothing happens, and little memory for a tunnel and a call.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

plan skip_all => 'needs /proc' if !-r '/proc/self/status';

my $san = sanitized;
my $why = 'the sanitizers add memory of their own: only the plain build is measured';

# A pppd that costs nothing, not even a wake-up.
my $sleeper = put_file("$DIR/sleeper", "#!/bin/sh\nexec sleep 600\n");
chmod 0755, $sleeper;

my $conf = "[lns default]\nassign ip = no\n";
my $idle = daemon 'idle', conf => $conf;
my $busy = daemon 'busy', conf => $conf, pppd => $sleeper;
my $peer = Peer->new(to => $busy->port);
$peer->open_tunnel;
$peer->open_call;
my $lac = daemon 'lac', conf => "[lac there]\nlns = 127.0.0.1:9\n[lac other]\nlns = 127.0.0.1:9\n";

# -- idle ----------------------------------------------------------------------------------------

sleep 0.3;
my @all = ($idle, $busy, $lac);
my @before = map { $_->figure('voluntary_ctxt_switches') } @all;
my @slept = map { slurp("/proc/" . $_->pid . "/stat") =~ /\) S / } @all;
sleep 3;
my @after = map { $_->figure('voluntary_ctxt_switches') } @all;
for my $i (0 .. 2) {
    my $what = ('an idle daemon', 'a daemon with an idle call', 'a daemon with idle LACs')[$i];

    ok($slept[$i], "$what sleeps");
    is($after[$i] - $before[$i], 0, "$what does not wake up once in 3 s");
}

SKIP: {
    skip $why, 1 if $san;
    my $rss = $idle->figure('VmRSS');
    cmp_ok($rss, '<', 3072, "without calls it is $rss KiB");
}

# -- 200 tunnels, 400 calls ----------------------------------------------------------------------

SKIP: {
    skip $why, 5 if $san;
    my $d = daemon 'many', conf => $conf, pppd => $sleeper;
    my $first = Peer->new(to => $d->port);
    my ($calls, @peers) = (0);

    # the first of each kind brings in code and buffers that the others share
    $first->open_tunnel;
    $first->open_call;
    my $rss = $d->figure('VmRSS');
    for (1 .. 200) {
        my $p = Peer->new(to => $d->port, share => $first);
        my $m = $p->open_tunnel;
        push @peers, $p if $m && $m->{type} eq 'SCCRP';
    }
    my $with_tunnels = $d->figure('VmRSS');
    is(scalar @peers, 200, '200 tunnels');
    cmp_ok(($with_tunnels - $rss) / 200, '<', 16, sprintf 'at %.1f KiB each',
        ($with_tunnels - $rss) / 200);

    for my $p (@peers) {
        $calls += ($p->open_call // {})->{peer} ? 1 : 0 for 1, 2;
    }
    my $with_calls = $d->figure('VmRSS');
    is($calls, 400, '400 calls');
    cmp_ok(($with_calls - $with_tunnels) / 400, '<', 24, sprintf 'at %.1f KiB each',
        ($with_calls - $with_tunnels) / 400);
    sleep 0.3;
    my $cost = $d->figure('voluntary_ctxt_switches');
    sleep 1;
    is($d->figure('voluntary_ctxt_switches') - $cost, 0, 'and nothing wakes it');
    $d->finish;
}

$peer->close;
$_->finish for @all;
done_testing;
