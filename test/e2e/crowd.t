#!/usr/bin/perl
# A LNS with 200 clients is killed and started anew: all of them are back within 30 s.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Test::More;
use Time::HiRes qw(sleep time);

use constant CLIENTS => 200;

# A pppd that costs nothing.  It says "here" in a frame of IPv6, by which PPP is known to be up.
my $sleeper = put_file("$DIR/sleeper", <<'SH');
#!/bin/sh
printf '~\377\175\043\175\040\127here\231\053~'
exec sleep 600
SH
chmod 0755, $sleeper;

my $port = free_port;
my $conf = "[lns default]\nip range = 10.9.0.2 - 10.9.1.250\n";
my $lns = daemon 'lns', conf => $conf, pppd => $sleeper, port => $port;

# two daemons, so that not all come from one port
my @clients = map {
    my $i = $_;
    my $sections = join '', map { "[lac c$_]\n" } 1 .. CLIENTS / 2;

    daemon "clients$i", pppd => $sleeper,
      conf => "[lac default]\nlns = 127.0.0.1:$port\nautodial = yes\nredial = yes\n"
      . "redial timeout = 20\n$sections";
} 1, 2;

sub all_up { return $lns->count(qr/Call established with/) == CLIENTS }

# So many clients have had a frame from their pppd: each has one.
sub have_ppp
{
    my $n = 0;

    for my $d (@clients) {
        my $page = $d->ask('metrics') // '';
        $n += $1 if $page =~ /^00-l2tpd_tx_frames_total (\d+)$/m;
    }
    return $n == CLIENTS;
}

soon { all_up() } CLIENTS . ' clients are up', 60;
soon { have_ppp() } 'so is PPP in each', 60;

# its end is not told to anybody; it is there again so soon that only asking for a sign of life can tell
$lns->kill_now;
sleep 1;
$lns = daemon 'lns', conf => $conf, pppd => $sleeper, port => $port;
my $from = time;
soon { all_up() } 'all are back', 60;
my $took = time - $from;
# (a slow machine is given its time above, and only a dead one is held to it here)
cmp_ok($took, '<', sanitized() ? 60 : 30, sprintf 'within 30 s of its start: in %.1f s', $took);
is($lns->count(qr/Call established with/), CLIENTS, 'each once');
is($_->count(qr/gave up/), 0, 'none has given up') for @clients;
is($_->count(qr/Will redial/), 0, 'nor waited for its redial timeout') for @clients;

# and with a good end of the LNS, which is told
$_->mark for @clients;
$lns->finish;
$lns = daemon 'lns', conf => $conf, pppd => $sleeper, port => $port;
$from = time;
soon { all_up() } 'after an end that is told, too', 60;
cmp_ok(time - $from, '<', sanitized() ? 60 : 30, 'within 30 s');

$_->finish for @clients, $lns;
done_testing;
