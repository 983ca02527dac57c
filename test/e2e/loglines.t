#!/usr/bin/perl
# The lines of the log that people and programs look for, as xl2tpd words them (compat A.8).
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Sys::Hostname;
use Test::More;

my $sink = ppp_script "reports $DIR/sink\n";
my $ip   = '127\.0\.0\.1';
my $lns  = daemon 'lns', conf => "[lns office]\nlac = 127.0.0.1\nip range = 10.9.0.2 - 10.9.0.9\n"
  . "local ip = 10.9.0.1\npppoptfile = $sink\n";
my $lns_port = $lns->port;
my $lac = daemon 'lac', conf => "[lac there]\nlns = 127.0.0.1:$lns_port\nredial = yes\n"
  . "redial timeout = 2\npppoptfile = $sink\n";
my $lac_port = $lac->port;

# One line, whole: who says it, the line without ident and pid, and what its groups are called.
my %seen;

sub line
{
    my ($d, $pattern, @names) = @_;
    my $whole = qr/^l2tpd\[\d+\]: $pattern$/m;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $come = loop_until { $d->log =~ $whole };
    ok($come, "XD-09 X8-01 $d->{name}: $pattern") or diag($d->tail);
    @seen{@names} = $d->log =~ $whole;
    return;
}

line $lns, "Listening on IP address $ip, port $lns_port";
line $lns, "l2tpd version l2tpd-\\S+ started on \Q${\ hostname}\E PID:${\ $lns->pid}";

$lac->ask('c there');
line $lac, "Connecting to host $ip, port $lns_port";
line $lac, "Connection established to $ip, $lns_port\\."
  . '  Local: (\d+), Remote: (\d+) \(ref=0/0\)\.', 'tunnel', 'far';
line $lac, "Calling on tunnel $seen{tunnel}";
line $lns, "Connection established to $ip, $lac_port\\.  Local: $seen{far}, Remote: $seen{tunnel}"
  . q{ \(ref=0/0\)\.  LNS session is 'office'};
line $lac, "Call established with $ip,"
  . ' PID: (\d+), Local: (\d+), Remote: (\d+), Serial: (\d+)', qw(pid call farcall serial);
line $lns, "Call established with $ip, PID: (\\d+), Local: $seen{farcall}, Remote: $seen{call},"
  . " Serial: $seen{serial}", 'farpid';
my @words = ($PPPD, qr/\/dev\/pts\/\d+/, 'passive', 'nodetach', '10.9.0.1:10.9.0.2', 'file');
my $quoted = join '', map { ref $_ ? "\\S+ \"$_\" \n" : "\\S+ \"\Q$_\E\" \n" } @words;
like($lns->log, qr/: start_pppd: I'm running: \n$quoted/,
    q{lns: start_pppd: I'm running: and the arguments, one a line, quoted});
is(slurp("/proc/$seen{pid}/cmdline") =~ s/\0.*//sr, $PPPD, 'PID is pppd\'s');

# pppd ends at the LNS
loop_until { (my @all = reports("$DIR/sink")) == 2 };
$lns->ask("h $seen{farcall}");
line $lns, "Terminating pppd: sending TERM signal to pid $seen{farpid}";
line $lns, "child_handler : pppd exited for call $seen{farcall} with code 5";
line $lns, "call_close: Call $seen{farcall} to $ip disconnected";
line $lac, "call_close: Call $seen{call} to $ip disconnected";
line $lac, "child_handler : pppd (?:exited for call $seen{call} with code (?:5|16)"
  . "|terminated for call $seen{call} by signal 1)";
line $lac, "Connection $seen{far} closed to $ip, port $lns_port \\(.*\\)";
line $lns, "control_finish: Connection closed to $ip, port $lac_port \\(.*\\),"
  . " Local: $seen{far}, Remote: $seen{tunnel}";
line $lac, 'Will redial in 2 seconds';
$lac->ask('d there');

# a pppd that is killed
$_->mark for $lac, $lns;
$lac->ask('c there');
line $lac, "Call established with $ip, PID: (\\d+), Local: (\\d+), .*", qw(pid call);
kill 'KILL', $seen{pid};
line $lac, "child_handler : pppd terminated for call $seen{call} by signal 9";
$lac->ask('d there');

# names and silence
$lac->ask('t ' . 'x' x 70 . '.invalid');
line $lac, 'Host name lookup failed for x{70}\.invalid\.';
{
    my $deaf = Peer->new;
    my $d = daemon 'silent', conf => "max retries = 0\n[lac deaf]\nautodial = yes\n"
      . 'lns = 127.0.0.1:' . $deaf->port . "\n";

    line $d, 'Maximum retries exceeded for tunnel \d+\.  Closing\.';
    my $n = 0;
    $n++ while $deaf->wait_for('SCCRQ', 0.05);
    is($n, 1, 'X4-23 max retries = 0: it was sent once, and not again');
    $d->finish;
}

$lns->finish;
line $lns, 'death_handler: Fatal signal 15 received';
$lac->finish(signal => 'INT');
line $lac, 'death_handler: Fatal signal 2 received';
done_testing;
