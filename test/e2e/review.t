#!/usr/bin/perl
# What a review found: a pppd that reads nothing, frames on the heels of the ICCN, a LAC's new LNS,
# calls that fail at once, "d" and "c" in one breath, files that are not what they should be, and
# the hang-up that lets pppd end by itself.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Fcntl qw(O_RDWR O_NONBLOCK);
use Peer;
use POSIX qw(mkfifo);
use Test::More;
use Time::HiRes qw(sleep time);

my $frame = "\xff\x03\xc0\x21hello";
my $thin  = "\xff\x03\x00\x21thin"; # finds room where a fat one has not
my $fat   = "\xff\x03\x00\x21" . 'x' x 1400;
my $echo  = ppp_script "reports $DIR/echo\necho\n";
my $n     = 0;

# A daemon with one LAC, named "there", that dials this peer at once.
sub lac_text
{
    my ($far, $text) = @_;

    return "[lac there]\nlns = 127.0.0.1:${\ $far->port}\n" . ($text // "pppoptfile = $echo\n");
}

sub lac
{
    my ($far, $text) = @_;

    return daemon 'lac' . ++$n, conf => lac_text($far, $text) . "autodial = yes\n";
}

sub lns
{
    my ($script) = @_;
    my $d = daemon 'lns' . ++$n, conf => "[lns default]\nassign ip = no\npppoptfile = $script\n";
    my $peer = Peer->new(to => $d->port);

    $peer->open_tunnel;
    return ($d, $peer);
}

# -- a pppd that reads nothing: its ten seconds pass while the others are tested -----------------

my $script = ppp_script "reports $DIR/deaf\nstop-reading\n";
my ($stuck_d, $stuck_peer) = lns $script;
my $deaf = $stuck_peer->open_call;
soon { reports("$DIR/deaf") } 'a pppd that reads nothing';
put_file($script, "echo\n");
my $other = $stuck_peer->open_call;
ok($stuck_peer->echoes($other, $frame), 'and another that echoes');

sub flood
{
    for (1 .. 10) {
        $stuck_peer->send_frame($deaf, $_ % 2 ? $fat : $thin) for 1 .. 20;
        $stuck_peer->echoes($other, $frame, seconds => 2) or return 0;
    }
    return 1;
}

my $stuck_since = time;
ok(flood(), 'flooded: the other does not notice');
like($stuck_d->status, qr/ [1-9]\d* frames dropped, as pppd did not take them/,
    'the queue is full');

# -- frames in one batch with the ICCN -----------------------------------------------------------

{
    my ($d, $peer) = lns $echo;
    my $call = $peer->open_call(half => 1);

    $d->signal('STOP');
    ok(loop_until { slurp("/proc/${\ $d->pid}/stat") =~ /\) T / }, 'the daemon stands still');
    $peer->control('ICCN', $call->{peer}, avp(24, pack 'N', 1000000), avp(19, pack 'N', 1));
    $peer->send_frame($call, "$frame$_") for 1 .. 5;
    $d->signal('CONT');
    my @back = map { $peer->get_frame(2, $call) // 'none' } 1 .. 5;
    is_deeply(\@back, [map { "$frame$_" } 1 .. 5],
        'five frames that come in one batch with the ICCN all reach pppd');
    $peer->close;
    $d->finish;
}

# -- a reload that changes where a LAC dials -----------------------------------------------------

{
    my ($old, $new) = map { Peer->new } 1, 2;
    my $more = "pppoptfile = $echo\nredial = yes\nredial timeout = 1\n";
    my $d = lac $old, $more;
    my $first = $old->accept_tunnel && $old->accept_call;

    ok($first && $old->echoes($first, $frame), 'a LAC is up');
    $d->configure(lac_text($new, $more))->mark->signal('HUP');
    $d->says(qr/lac there has changed.*is in force/s, 'reload: it has another "lns"');
    ok($old->echoes($first, $frame), 'its call goes on');
    ok(!$new->wait_for('SCCRQ', 0.1), 'and the new one is not dialled yet');
    $old->hang_up($first);
    my $up = $new->accept_tunnel(4) && $new->accept_call(4);
    ok($up && $new->echoes($up, $frame), 'when the call has dropped, it is');
    ok(!Peer->new(share => $old)->wait_for('SCCRQ', 0.1), 'and the old one no more');
    $new->close;
    $d->finish;
}

SKIP: {
    my $passed = time - $stuck_since;

    skip 'the machine is too slow for this', 2 if $passed > 8;
    ok(flood(), 'the pppd that reads nothing: flooded again');
    ok(!$stuck_peer->wait_for('CDN|StopCCN', 0.1),
        sprintf 'after %.1f s of nothing read its call still stands', $passed);
}

# -- calls that fail at once ---------------------------------------------------------------------

{
    my $far = Peer->new;
    my $failing = ppp_script "exit 19\n";
    my $d = lac $far,
      "pppoptfile = $failing\nredial = yes\nredial timeout = 1\nmax redials = 2\n";
    my $calls = 0;

    for (1 .. 4) {
        my $p = Peer->new(share => $far);

        $p->accept_tunnel(2) && $p->accept_call(2) or last;
        $calls++;
        $p->wait_for('StopCCN', 2);
    }
    is($calls, 3, 'max redials = 2, pppd fails at once: one call and two redials');
    is($d->count(qr/with code 19\n/), 3, 'each has failed by itself');
    $d->says(qr/lac there: gave up after 2 redials/, 'the log says that it gave up');
    is($d->ask('d there'), "01 Session 'there' not up", 'it is not up any more');
    $d->finish;
}

# -- down and up again in one breath -------------------------------------------------------------

{
    my $far = Peer->new;
    my $d = lac $far;
    my ($path, $f) = $d->reply_fifo;
    my ($path2, $f2) = $d->reply_fifo;
    my @answers = ('', '');

    ok($far->accept_tunnel && $far->accept_call, 'a LAC is up');
    ok($d->command("\@$path d there\n\@$path2 c there\n"), 'd and c in one write');
    loop_until {
        sysread $f,  $answers[0], 4096, length $answers[0];
        sysread $f2, $answers[1], 4096, length $answers[1];
        !grep { !/\n\z/ } @answers;
    };
    is_deeply(\@answers, ["00 OK\n", "00 OK\n"], 'both are answered 00 OK');
    ok($far->wait_for('StopCCN', 3), 'it goes down');
    my $next = Peer->new(share => $far);
    my $call = $next->accept_tunnel(3) && $next->accept_call(3);
    ok($call && $next->echoes($call, $frame), 'and is dialled anew, without "redial"');
    $next->close;
    $d->finish;
}

# -- a configuration that is a FIFO --------------------------------------------------------------

{
    my ($d, $peer) = lns $echo;
    my $call = $peer->open_call;
    my $text = slurp($d->{conf});

    unlink $d->{conf};
    mkfifo($d->{conf}, 0600) or die "mkfifo: $!\n";
    $d->mark->signal('HUP');
    $d->says(qr/\Q$d->{conf}\E: cannot be read: it is a FIFO, and.*plain file\n.*stays in force/s,
        'a reload from a FIFO: the log says that it is not a plain file', 3);
    ok($peer->echoes($call, $frame, seconds => 2), 'and a call goes on');
    $d->is_well('and so does the daemon');
    unlink $d->{conf};
    put_file($d->{conf}, $text);
    $d->mark->signal('HUP');
    $d->says(qr/reload: .* is in force/, 'with a plain file again it reloads', 3);
    $peer->close;
    $d->finish;
}

# -- what lies where the control FIFO goes -------------------------------------------------------

{
    my $d = daemon 'reader', conf => "[lns default]\nassign ip = no\n";
    my @words = ($L2TPD, '-D', '-c', $d->{conf}, '-s', $d->{secrets}, '-p', "$DIR/second.pid",
        '-C');
    my ($status, $out, $err) = run_program [@words, $d->{fifo}];

    is($status, 1, 'a FIFO that another daemon reads: status 1');
    like("$out$err", qr/\Q$d->{fifo}\E.*another daemon.*: Device or resource busy$/m,
        'a line says so');
    $d->is_well('the other daemon has kept it');

    my $precious = 'precious! ' x 30;
    my $file = put_file("$DIR/precious", $precious);
    ($status, $out, $err) = run_program [@words, $file];
    is($status, 1, 'a plain file of 300 octets: status 1');
    like("$out$err", qr/cannot make the control FIFO \Q$file\E: what stands there is none, and is left as it is/,
        'a line says so');
    ok(-f $file && slurp($file) eq $precious, 'the file is untouched');
    $d->finish;

    mkdir "$DIR/small";
    mkdir "$DIR/small/run";
    put_file("$DIR/small/run/control", "c there 1\n");
    $d = daemon 'small', conf => "[lns default]\nassign ip = no\n";
    ok(-p $d->{fifo}, 'a plain file of 10 octets is replaced');
    $d->is_well('and commands are heard');
    $d->finish;
}

# -- a hang-up is enough -------------------------------------------------------------------------

for (['ends by itself', '', 16], ['ignores the hang-up', "ignore-hup\n", 5]) {
    my ($what, $step, $code) = @$_;
    my $far = Peer->new;
    my $path = "$DIR/hup.$code";
    my $d = lac $far, 'pppoptfile = ' . ppp_script("${step}reports $path\necho\n") . "\n";

    ok($far->accept_tunnel && $far->accept_call, "a pppd that $what: up");
    loop_until { reports($path) };
    my $from = time;
    is($d->mark->ask('d there'), '00 OK', "a pppd that $what: d");
    ok($far->wait_for('StopCCN', 3), "a pppd that $what: the tunnel ends");
    if ($code == 5) {
        $d->says(qr/Terminating pppd: sending TERM/, "a pppd that $what: gets a TERM");
        cmp_ok(time - $from, '>=', 0.9, "a pppd that $what: after a second, not before");
    }
    $d->says(qr/pppd exited for call \d+ with code $code\n/, "a pppd that $what: code $code");
    unlike($d->log, qr/Terminating pppd/, "a pppd that $what: gets no TERM") if $code == 16;
    $d->finish;
}

# -- the ten seconds are over --------------------------------------------------------------------

{
    my $left = $stuck_since + 10.2 - time;

    sleep $left if $left > 0;
    $stuck_d->mark;
    ok(flood(), 'the pppd that reads nothing, after ten seconds: the other does not notice');
    my $cdn = $stuck_peer->wait_for('CDN|StopCCN', 3);
    is($cdn ? "$cdn->{type} $cdn->{session}" : 'none', "CDN $deaf->{id}", 'its call is ended');
    is($cdn ? Peer::result($cdn) : 'none', '2/4 pppd does not read', 'and the CDN says why');
    $stuck_d->says(qr/trouble pppd-stuck: pppd \d+ has read nothing for 10 s, and was hung up/, 'so does the log');
    is($stuck_d->count(qr/has read nothing/), 1, 'once');
    ok($stuck_peer->echoes($other, $frame), 'the other goes on');
    like($stuck_d->status, qr/\b1 calls?\b/, 'and is the only one left');
    $stuck_peer->close;
    $stuck_d->finish;
}

done_testing;
