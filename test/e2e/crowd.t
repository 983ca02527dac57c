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

# A pppd that costs nothing.
my $sleeper = put_file("$DIR/sleeper", "#!/bin/sh\nexec sleep 600\n");
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
      . "redial timeout = 1\nhello interval = 1\ndead time = 4\n$sections";
} 1, 2;

sub all_up { return $lns->count(qr/Call established with/) == CLIENTS }

soon { all_up() } CLIENTS . ' clients are up', 60;

# its end is not told to anybody; it is gone for long enough to be missed by all
$lns->kill_now;
soon { $clients[0]->count(qr/Will redial/) + $clients[1]->count(qr/Will redial/) >= CLIENTS }
  'all of them miss it', 60;

$lns = daemon 'lns', conf => $conf, pppd => $sleeper, port => $port;
my $from = time;
soon { all_up() } 'all are back', 60;
my $took = time - $from;
# (a slow machine is given its time above, and only a dead one is held to it here)
cmp_ok($took, '<', sanitized() ? 60 : 30, sprintf 'within 30 s of its start: in %.1f s', $took);
is($lns->count(qr/Call established with/), CLIENTS, 'each once');
is($_->count(qr/gave up/), 0, 'none has given up') for @clients;

# and with a good end of the LNS, which is told
$_->mark for @clients;
$lns->finish;
$lns = daemon 'lns', conf => $conf, pppd => $sleeper, port => $port;
$from = time;
soon { all_up() } 'after an end that is told, too', 60;
cmp_ok(time - $from, '<', sanitized() ? 60 : 30, 'within 30 s');

$_->finish for @clients, $lns;
done_testing;
