#!/usr/bin/perl
# The topics of the log: what each "debug ..." key adds, alone, and that without it nothing of that
# is there; and that it goes where the log goes.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Socket qw(inet_aton pack_sockaddr_in);
use Test::More;

my $echo = ppp_script "reports $DIR/echo\necho\n";

# Each topic, and the lines that it alone gives while a call comes, and goes, and a stranger's
# datagram is thrown away twice.
my %lines = (
    avp => [qr/SCCRQ: host_name \(7\), mandatory, \d+ octets: taken/,
        qr/ICRQ: assigned_session_id \(14\), mandatory, 2 octets: taken/],
    network => [qr/socket of 127\.0\.0\.1:\d+ closed/, qr/dropped a datagram from \S+ no L2TP packet: unknown version$/m],
    packet => [qr/heard session=0 ICRQ assigned_session_id=\d+/, qr/send session=\d+ ICRP/],
    state  => [qr/: wait-ctl-conn, SCCCN ok: tunnel up, established/],
    tunnel => [qr/peer 127\.0\.0\.1:\d+ \(peer\.test\) is served by lns default/,
        qr/leased 10\.9\.0\.2 for the peer, nothing for us/, qr/nothing heard for \d+ ms: HELLO/],
    xport => [qr/heard ns=2 nr=\d+: in its turn; in flight \d+, waiting 0/,
        qr/send ns=0 nr=1: window 1 of \d+, the oldest was sent again 0 times, next in 1000 ms/],
    pppd => [qr/pppd \d+: started, \d+ arguments$/m, qr/pppd \d+: has L2TP_PEER=127\.0\.0\.1/,
        qr/pppd \d+: has ended: /],
);

# The log of a daemon with these keys.
sub log_of
{
    my ($name, $keys) = @_;
    my $d = daemon $name, conf => "$keys\[lns default]\nip range = 10.9.0.2\nhello interval = 1\n"
      . "pppoptfile = $echo\n";
    my $p = Peer->new(to => $d->port);

    $p->open_tunnel;
    $p->open_call;
    send $p->{link}{sock}, "\x01garbage", 0, pack_sockaddr_in($d->port, inet_aton '127.0.0.1')
      for 1, 2;
    $p->wait_for('HELLO', 10);
    $p->close;
    $d->says(qr/child_handler/, "$name: its pppd has ended");
    $d->finish;
    return $d->log;
}

my $quiet = log_of('none', '');

for my $topic (sort keys %lines) {
    my $log = log_of($topic, "debug $topic = yes\n");

    for my $line (@{$lines{$topic}}) {
        like($log, $line, "X4-25 debug $topic");
        unlike($quiet, $line, "X4-25 not without it");
    }
    for my $other (grep { $_ ne $topic } sort keys %lines) {
        unlike($log, $_, "debug $topic is not $other") for @{$lines{$other}};
    }
}

# standard output is not the log
{
    my $d = daemon 'front', conf => "debug packet = yes\n[lns default]\nip range = 10.9.0.2\npppoptfile = $echo\n",
      program => do {
          my $sh = put_file("$DIR/apart", "#!/bin/sh\nexec $L2TPD \"\$@\" >$DIR/stdout\n");
          chmod 0755, $sh;
          $sh;
      };
    my $p = Peer->new(to => $d->port);

    $p->open_tunnel;
    $d->says(qr/heard SCCCN/, 'X1-10 debug packet: messages are in the log');
    is(slurp("$DIR/stdout"), '', 'X1-10 and not on standard output');
    $p->close;
    $d->finish;
}

done_testing;
