#!/usr/bin/perl
# pppd: its arguments, environment and descriptors, its troubles, and that others do not notice.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

my $frame = "\xff\x03\xc0\x21hello";

# A LNS with this in its section, a peer with a tunnel in it.
my $n = 0;

sub lns
{
    my ($text, %o) = @_;
    my $d = daemon 'lns' . ++$n, conf => "[lns default]\nassign ip = no\n$text", %o;
    my $peer = Peer->new(to => $d->port);

    $peer->open_tunnel;
    return ($d, $peer);
}

# The first report below a path, as soon as there is one.
sub report
{
    my ($path) = @_;

    loop_until { reports($path) };
    return (reports($path))[0] // {};
}

# -- arguments and environment -------------------------------------------------------------------

{
    my $script = ppp_script "report $DIR/full.1\n";
    local $ENV{CALLER_ID} = 'stale';
    local $ENV{NM_TEST} = 'kept';
    my $d = daemon 'full', conf => <<"EOT";
[lns default]
ip range = 10.9.0.2 - 10.9.0.9
local ip = 10.9.0.1
refuse pap = yes
refuse chap = yes
require authentication = yes
require pap = yes
require chap = yes
unix authentication = yes
name = vpn-server
ppp debug = yes
pppoptfile = $script
pass peer = yes
EOT
    my $peer = Peer->new(to => $d->port);
    $peer->open_tunnel;
    my $call = $peer->open_call(calling => '+49 30 1234-56/7@line_1');
    my $r = report("$DIR/full");
    my $tty = $r->{arg}[1];

    like($tty, qr/^\/dev\/pts\/\d+$/, 'LNS: the tty comes first');
    is(join(' ', @{$r->{arg}}),
        "$PPPD $tty passive nodetach 10.9.0.1:10.9.0.2 refuse-pap refuse-chap "
          . "auth require-pap require-chap login name vpn-server debug file $script ipparam 127.0.0.1 "
          . 'remotenumber +49 30 1234-56/7@line_1',
        "X7-11 LNS: xl2tpd's arguments in xl2tpd's order, and the caller's number");
    is_deeply($r->{'caller-id'}, ['+49 30 1234-56/7@line_1'],
        'X7-04 LNS: CALLER_ID from the calling number');
    is_deeply([sort @{$r->{fd}}], ["0 $tty", "1 $tty", "2 $d->{logfile}"],
        'LNS: descriptors 0 to 2 and no more');
    is($r->{sid}[0], $r->{pid}[0], 'LNS: it leads a session of its own');
    my $args = join '', map { "\\S+ \"\Q$_\E\" \n" } @{$r->{arg}};
    like($d->log, qr/start_pppd: I'm running: \n$args/,
        'LNS: the log has them, one a line, in quotes');
    $peer->close;
    $d->finish;
}

my @numbers = (
    ['$(reboot)' . "\n", 'a shell would run it'], ["`id`", 'so it would this'], ["1;2",
        'a semicolon'],
    ["\xff\xfe", 'not ASCII'], ["a'b", 'a quote'], ['', 'empty'],
);
for (@numbers) {
    my ($number, $why) = @$_;
    my $path = "$DIR/number." . ++$n;
    local $ENV{CALLER_ID} = 'stale';
    my ($d, $peer) = lns 'pppoptfile = ' . ppp_script("reports $path\n") . "\n";

    $peer->open_call(calling => $number);
    my $r = report($path);
    ok($r->{pid} && !$r->{'caller-id'},
        "calling number, $why: the call is up, but there is no CALLER_ID");
    $peer->close;
    $d->finish;
}

{
    my $far = Peer->new;
    my $script = ppp_script "report $DIR/secret.1\n";
    my $d = daemon 'lac', conf => <<"EOT";
debug avp = yes
debug packet = yes
debug state = yes
debug tunnel = yes
debug pppd = yes
[lac there]
lns = 127.0.0.1:${\ $far->port}
local ip = 10.9.5.1
remote ip = 10.9.5.2
defaultroute = yes
refuse authentication = yes
name = overridden
pppoptfile = $script
EOT
    is($d->ask('c there alice S3CRET-w0rd'), '00 OK', 'c LAC user password');
    ok($far->accept_tunnel && $far->accept_call, 'it comes up');
    my $r = report("$DIR/secret");
    my $tty = $r->{arg}[1];
    my ($fd) = (join ' ', @{$r->{arg}}) =~ /passwordfd (\d+)/;

    is(join(' ', @{$r->{arg}}),
        "$PPPD $tty passive nodetach defaultroute 10.9.5.1:10.9.5.2 refuse-pap refuse-chap "
          . "name alice plugin passwordfd.so passwordfd $fd file $script",
        "LAC: xl2tpd's arguments in xl2tpd's order");
    my $args = join '', map { "\\S+ \"\Q$_\E\" \n" } map { $_ eq $fd ? 'FD' : $_ } @{$r->{arg}};
    like($d->log, qr/start_pppd: I'm running: \n$args/,
        'X8-01 LAC: the log has them too, those for the password among them');
    is_deeply($r->{password}, ['S3CRET-w0rd'], 'X7-03 LAC: the pipe holds the password');
    like((grep { /^$fd / } @{$r->{fd}})[0], qr/^$fd pipe:/, 'LAC: it is a pipe');
    is(scalar @{$r->{fd}}, 4, 'LAC: and the only descriptor besides 0 to 2');
    my $seen = join ' ', map { slurp("/proc/$_/cmdline") . slurp("/proc/$_/environ") } $d->pid,
        $r->{pid}[0];
    unlike($seen, qr/S3CRET/, 'LAC: it is on no command line and in no environment');
    unlike(slurp($d->{logfile}), qr/S3CRET/, 'LAC: nor in the log, with all its topics');
    $far->close;
    $d->finish;
}

{
    my $far = Peer->new;
    my $d = daemon 'plain', conf => "[lac there]\nlns = 127.0.0.1:${\ $far->port}\npppoptfile = "
      . ppp_script("report $DIR/plain.1\n") . "\nautodial = yes\n";

    $far->accept_tunnel && $far->accept_call;
    my $r = report("$DIR/plain");
    like(join(' ', @{$r->{arg}}), qr/^\S+ \S+ passive nodetach : file \S+$/,
        'LAC: with nothing set, ":"');
    $far->close;
    $d->finish;
}

# What our own starter has left open does not reach pppd, nor do other calls' descriptors.
{
    my $path = "$DIR/leak";
    my $wrapper = put_file("$DIR/wrapper",
        "#!/bin/sh\nexec 7</dev/null 9</etc/passwd\nexec $L2TPD \"\$@\"\n");
    chmod 0755, $wrapper;
    my ($d, $peer) = lns 'pppoptfile = ' . ppp_script("reports $path\n")
      . "\n", program => $wrapper;
    my @calls = map { $peer->open_call } 1 .. 5;

    loop_until { (my @all = reports($path)) == 5 };
    is(join(',', map { scalar @{$_->{fd}} } reports($path)), '3,3,3,3,3',
        'X7-05 of five pppds none has more than three descriptors');
    $peer->close;
    $d->finish;
}

# -- it cannot be run ----------------------------------------------------------------------------

my $plain_file = put_file("$DIR/not-executable", "#!/bin/sh\n");
my $no_format  = put_file("$DIR/no-format", "\0\1\2");
chmod 0755, $no_format;
for ([$plain_file, 'Permission denied'], ["$DIR/missing", 'No such file'], [$no_format,
    'Exec format'],
    [$DIR, 'Permission denied']) {
    my ($path, $reason) = @$_;
    my ($d, $peer) = lns '', pppd => $path;
    my $call = $peer->open_call;
    my $cdn  = $peer->wait_for('CDN');

    is(Peer::result($cdn // {}), '2/4 pppd cannot be run', "X7-08 $path: CDN, and why");
    like($d->log, qr/call \S+: trouble pppd-not-run: \Q$path\E cannot be run: $reason.*key 'pppd'/,
        'X1-11 the log has the reason');
    ok(!$peer->wait_for('StopCCN', 0.1), 'the tunnel stays');
    $peer->close;
    $d->finish;
}

{
    my $wrapper = put_file("$DIR/few", "#!/bin/sh\nulimit -n 40\nexec $L2TPD \"\$@\"\n");
    chmod 0755, $wrapper;
    my ($d, $peer) = lns 'pppoptfile = ' . ppp_script("echo\n") . "\n", program => $wrapper;
    my (@up, $why);

    while (@up < 60 && !$why) {
        my $call = $peer->open_call;
        my $cdn  = $peer->wait_for('CDN', 0.1);
        $cdn ? $why = Peer::result($cdn) : push @up, $call;
    }
    like($why, qr/^2\/4 too few descriptors/,
        'with 40 descriptors: ' . @up . ' calls, then a CDN that says why');
    $d->says(qr/: trouble no-descriptors: .*Too many open files/, 'and the log, by its code');
    is(scalar(grep { !$peer->echoes($_, $frame) } @up), 0, 'those that are up carry frames');
    $d->is_well('and the daemon is well') if $peer->hang_up(shift @up);
    $d->says(qr/pppd ended/, 'one ends');
    my $again = $peer->open_call;
    ok($peer->echoes($again, $frame), 'then there is room for one');
    $peer->close;
    $d->finish;
}

# -- it ends -------------------------------------------------------------------------------------

{
    my %text = (0 => "ended at the peer's request", 1 => 'fatal error', 2 => 'bad options',
        3 => 'not run by root', 4 => 'no PPP support in the kernel', 5 => 'terminated by a signal',
        8 => 'connect script failed', 10 => 'negotiation failed', 11 => 'peer failed to authenticate',
        12 => 'idle for too long', 15 => 'peer does not answer echo requests', 16 => 'hung up',
        17 => 'loopback detected', 19 => 'authentication failed', 42 => 'exit code 42');
    my $script = ppp_script '';
    my ($d, $peer) = lns "pppoptfile = $script\n";

    for my $code (sort { $a <=> $b } keys %text) {
        put_file($script, "exit $code\n");
        $peer->open_call;
        my $cdn = $peer->wait_for('CDN');

        is(Peer::result($cdn // {}), ($code == 16 ? 1 : 3) . "/0 $text{$code}",
            "X7-07 exit code $code: the CDN says why");
        like($d->log, qr/child_handler : pppd exited for call [1-9]\d* with code $code\n/,
            "exit code $code: and the log");
    }
    put_file($script, "reports $DIR/killed\n");
    my $call = $peer->open_call;
    kill KILL => report("$DIR/killed")->{pid}[0];
    is(Peer::result($peer->wait_for('CDN') // {}), '3/0 killed by signal 9',
        'killed by a signal: the CDN says so');

    # gone before anybody has heard of it
    put_file($script, "exit 1\n");
    my @calls = map { $peer->open_call } 1 .. 20;
    my @cdn = map { $peer->wait_for('CDN') } @calls;
    is(scalar(grep { $_ && Peer::result($_) =~ /fatal error/ } @cdn), 20,
        '20 calls whose pppds end at once: 20 CDNs');
    like($d->status, qr/0 calls, 0 pppds, 0 leases/, 'and nothing is left of them');
    $peer->close;
    $d->finish;
}

# -- it misbehaves -------------------------------------------------------------------------------

{
    my $script = ppp_script "reports $DIR/deaf\nstop-reading\n";
    my ($d, $peer) = lns "pppoptfile = $script\n";
    my $deaf = $peer->open_call;

    report("$DIR/deaf");
    put_file($script, "echo\n");
    my $other = $peer->open_call;
    my $fat = "\xff\x03\x00\x21" . 'x' x 1400;
    my ($good, $slowest) = (0, 0);
    my $before = $d->figure('VmRSS');

    ok($peer->echoes($other, $frame), 'one call echoes') for 1 .. 3;
    for my $i (1 .. 100) {
        $peer->send_frame($deaf, $fat) for 1 .. 20;
        my $from = time;
        $good += $peer->echoes($other, "$frame$i", seconds => 2);
        $slowest = time - $from if time - $from > $slowest;
    }
    is($good, 100, "while another's pppd does not read 2,000 frames, none of it is lost");
    cmp_ok($slowest, '<', 0.2, 'nor late');
    cmp_ok($d->figure('VmRSS') - $before, '<', 512, 'what is not read is not kept') if !sanitized;
    like($d->status,
        qr/\/$deaf->{peer}: established.*\n.* \d{3,} frames dropped, as pppd did not take them/,
        'the status counts what was dropped');
    $peer->hang_up($deaf);
    $d->says(qr/call_close: Call $deaf->{peer} /, 'it can be hung up');
    ok($peer->echoes($other, $frame), 'the other goes on');
    $peer->close;
    $d->finish;
}

{
    my $script = ppp_script "garbage 60000\nsend 7eff03c0217e\nsend ff03c02161667465720000\necho\n";
    my ($d, $peer) = lns "pppoptfile = $script\n";
    my $call = $peer->open_call;

    soon { ($peer->get_frame(1) // '') =~ /after/ } 'a frame after 60,000 octets of garbage is heard';
    ok($peer->echoes($call, $frame), 'and the call goes on');
    like($d->status, qr/ \d+ frames refused from pppd: [1-9]\d* bad FCS/,
        'the status counts the garbage');
    $peer->close;
    $d->finish;
}

{
    my ($d, $peer) = lns 'pppoptfile = ' . ppp_script("garbage 200000\nexit 1\n") . "\n";

    $peer->open_call;
    is(Peer::result($peer->wait_for('CDN') // {}), '3/0 fatal error', 'garbage and the end: a CDN');
    $peer->close;
    $d->finish;
}

{
    # hundreds of frames, and then its end: all of them are delivered first
    my ($d, $peer) = lns 'pppoptfile = ' . ppp_script("source 100 500 9\nexit 0\n") . "\n";
    my $call = $peer->open_call;
    my $cdn  = $peer->wait_for('CDN');

    is(Peer::result($cdn // {}), "3/0 ended at the peer's request", 'a pppd that speaks and goes');
    cmp_ok(scalar @{$peer->{frames}}, '>=', 1,
        'what it said has been carried (' . @{$peer->{frames}} . ' of 100)');
    $peer->close;
    $d->finish;
}

done_testing;
