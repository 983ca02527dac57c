#!/usr/bin/perl
# A line that a LAC is handed by l2tpd-attach: a call of its own in the LAC's tunnel, frames both ways,
# hang-up from both ends, and how each ends.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Attach;
use E2E;
use JSON::PP;
use Peer;
use Test::More;

my $caller_pppd = ($ENV{B} // 'build') . '/test/fakepppd';
# Starts it, with a caller that does what the script says.
sub call_in
{
    my ($d, $script, @words) = @_;

    return attach $d, $script ? ('--pty', "exec $caller_pppd - file $script") : (), @words;
}

my $far = Peer->new;
my $echo = ppp_script "reports $DIR/caller\necho\n";
my $d = daemon 'lac', conf => "[lac isp]\nlns = 127.0.0.1:" . $far->port . "\nconnect timeout = 3\n"
  . "calling number = 5550000\nagent circuit id = access-1\nmax lines = 2\nsend wen = yes\n"
  . "[lac alone]\nlns = 127.0.0.1:" . $far->port . "\nautodial = no\n[lac nobody]\nlns = 127.0.0.1:"
  . free_port . "\nconnect timeout = 1\n";

# -- a call ----------------------------------------------------------------------------------------

my $p = Peer->new(share => $far);
my $one = call_in $d, $echo, 'isp', '--calling', '5550099', '--called', '5550042', '--tx', '33600',
  '--rx', '31200', '--channel', '7', '--bearer', 'analog', '--sub-address', '*7', '--circuit-id',
  "access-9 atm 1/0:1%2.\xc3\xa9", '--remote-id', 'customer 9';
ok($p->accept_tunnel, 'a line opens the tunnel of its LAC');
my $call = $p->accept_call;
my ($icrq, $iccn) = ($call->{icrq}{avp}, $call->{iccn}{avp});
is($icrq->{22}, '5550099', 'an incoming call, with the number of whoever calls');
is($icrq->{21}, '5550042', 'and the called one');
is($icrq->{23}, '*7', 'sub-address');
is(unpack('N', $icrq->{18}), 2, 'bearer');
is(unpack('N', $icrq->{25}), 7, 'physical channel');
is($icrq->{'3561:1'}, "access-9 atm 1/0:1%2.\xc3\xa9", 'where the line is, whatever octets that has');
is($icrq->{'3561:2'}, 'customer 9', 'and whose');
is(unpack('N', $iccn->{24}), 33600, 'speeds: to the caller');
is(unpack('N', $iccn->{38}), 31200, 'and from there');
is(unpack('N', $iccn->{19}), 2, 'its line is asynchronous');
says $one, qr/isp: up \d+/, 'which it hears of';
ok($p->echoes($call, "\xff\x03\x00\x21through"), 'frames pass both ways');
my $all = "\xff\x03\x00\x21" . join '', map { chr } 0 .. 255;
ok($p->echoes($call, $all), 'each octet as it is');
ok($p->echoes($call, "\xff\x03\x00\x21" . "\x7e\x7d" x 700), 'what has to be escaped, too');

# -- a second one, and a third ---------------------------------------------------------------------

my $two = call_in $d, $echo, 'isp', '--rx', '9600';
my $second = $p->accept_call;
ok($second, 'a second line: a call in the same tunnel');
is($second->{icrq}{avp}{22}, '5550000', 'what is not known of it is the section\'s');
is($second->{icrq}{avp}{'3561:1'}, 'access-1', 'where it is, too');
is($second->{icrq}{avp}{'3561:2'}, undef, 'and what that does not have is not said');
is(unpack('N', $second->{iccn}{avp}{24}), 10000000, 'its speed to the caller too');
is(unpack('N', $second->{iccn}{avp}{38}), 9600, 'where that from there alone is told');
ok($p->echoes($second, "\xff\x03\x00\x21other"), 'with its own frames');
is(status_of(call_in $d, $echo, 'isp'), 1, 'a third one is not taken: exit status 1');
$d->says(qr/line \S+ is not taken: all its lines are busy \(max lines\)/, 'as the log says');

# -- the LNS hangs up ------------------------------------------------------------------------------

$p->hang_up($second);
is(status_of($two), 5, 'the LNS ends a call: 5');
says $two, qr/the LNS has ended the call/, 'in words';
ok($p->echoes($call, "\xff\x03\x00\x21still"), 'the first one goes on');

# -- the caller hangs up ---------------------------------------------------------------------------

kill KILL => map { /\.(\d+)\z/ } glob "$DIR/caller.*";
is(status_of($one), 0, 'the caller hangs up: 0');
my $cdn = $p->wait_for('CDN', 5);
is(unpack('n', $cdn->{avp}{1} // "\0\0"), 1, 'the LNS hears of a lost carrier');
ok($p->wait_for('StopCCN', 5), 'and after the last line the tunnel is closed');

# -- refused by the LNS ----------------------------------------------------------------------------

my $q = Peer->new(share => $far);
my $three = call_in $d, $echo, 'isp';
ok($q->accept_tunnel, 'the next line opens another');
my $m = $q->wait_for('ICRQ');
my $id = unpack 'n', $m->{avp}{14};
$q->control('CDN', $id, avp(1, pack 'nna*', 4, 0, 'all lines are busy'), avp(14, u16(77)));
is(status_of($three), 4, 'the LNS does not take the call: 4');
says $three, qr/does not take the call: .*busy/, 'and why';
$q->close;

# -- the LNS goes before it has answered the call ----------------------------------------------------

{
    my $v = Peer->new(share => $far);
    my $a = call_in $d, $echo, 'isp';

    ok($v->accept_tunnel && $v->wait_for('ICRQ', 5), 'asked for a call, ...');
    $v->control('StopCCN', 0, avp(9, u16($v->{id})), avp(1, pack 'nna*', 6, 0, 'closed for the night'));
    is(status_of($a), 3, '... a LNS closes the tunnel: 3');
    says $a, qr/no LNS can be reached: .*closed for the night/, 'with its words';
}

# -- who attaches is killed, before and after it is up -----------------------------------------------

my $r = Peer->new(share => $far);
my $four = call_in $d, $echo, 'isp';
my $sccrq = $r->wait_for('SCCRQ');
ok($sccrq, 'on its way');
kill KILL => $four->{pid};
waitpid $four->{pid}, 0;
$d->says(qr/line \S+: the line has hung up: by whoever has attached it/, 'killed before it is up');
$r->close;

my $s = Peer->new(share => $far);
my $five = call_in $d, $echo, 'isp';
ok($s->accept_tunnel && $s->accept_call, 'up again');
says $five, qr/up/, 'as it hears';
kill TERM => $five->{pid};
is(status_of($five), 'signal 15', 'killed by TERM');
ok($s->wait_for('CDN', 5), 'its call is ended');
ok($s->wait_for('StopCCN', 5), 'its tunnel, too');

# -- what the command of --pty does that does not mind its line; what a getty tells -----------------------

{
    my $v = Peer->new(share => $far);
    my $a = attach $d, '--pty', "echo \$\$ >$DIR/sleeper; exec sleep 1000", 'isp';
    ok($v->accept_tunnel && $v->accept_call, 'a command that does not look at its line');
    my $pid = loop_until { slurp("$DIR/sleeper") =~ /^(\d+)\n/ ? $1 : undef };
    ok($pid && kill(0 => $pid), 'is there');
    kill TERM => $a->{pid};
    status_of $a;
    soon { !kill 0 => $pid } 'and ends with l2tpd-attach' or kill KILL => $pid;
    ok($v->wait_for('StopCCN', 5), 'as does the call');
}
for (['7' x 64, '33600/ARQ', '5550000', 33600], ['5550099', '99999999999', '5550099', 10000000]) {
    my ($id, $connect, $calling, $tx) = @$_;
    local @ENV{'CALLER_ID', 'CONNECT'} = ($id, $connect);
    my $v = Peer->new(share => $far);
    my $a = call_in $d, $echo, 'isp';
    ok($v->accept_tunnel, "CALLER_ID $id, CONNECT $connect: taken");
    my $c = $v->accept_call;
    is($c->{icrq}{avp}{22}, $calling, 'with the number, if it will do');
    is(unpack('N', $c->{iccn}{avp}{24}), $tx, 'and the speed');
    kill TERM => $a->{pid};
    status_of $a;
    ok($v->wait_for('StopCCN', 5), 'ended');
}

# -- nobody there; bad words -----------------------------------------------------------------------

is(status_of(call_in $d, $echo, 'nobody'), 3, 'no LNS answers: 3');
is(status_of(call_in $d, $echo, 'unknown'), 1, 'no such section: 1');
is(status_of(call_in $d, undef, 'isp', '--device', '/dev/null'), 1, 'no terminal: 1');
is(status_of(call_in $d, undef, 'isp', '--device', 'tty'), 1, 'no path: 1');
is(status_of(call_in $d, undef, 'isp'), 2, 'no terminal on standard input: 2');
is(status_of(call_in $d, $echo), 2, 'no section: 2');
is(status_of(call_in $d, $echo, 'isp', '--bearer', 'x y'), 2, 'a word of two words: 2');
is(status_of(call_in $d, $echo, 'isp', '--circuit-id', $_), 2, "an id of " . length($_) . ' octets: 2') for 'x', 'y' x 64;
is(status_of(call_in $d, $echo, 'isp', '--bearer', 'pigeon'), 1, 'a bearer that there is not: 1');

# -- what the LNS says of the line's octets, and what it is told of its errors ---------------------

{
    my $v = Peer->new(share => $far);
    my $a = call_in $d, ppp_script("reports $DIR/escapes\nsink\ndelay 300\nbad-fcs 2\n"), 'isp';
    ok($v->accept_tunnel, 'a line that makes errors');
    my $c = $v->accept_call;
    my $report = sub {
        my ($r) = map { slurp $_ } glob "$DIR/escapes.*";
        return ($r // '') =~ /^controls (\d+)$/m ? $1 : 0;
    };
    my $all = "\xff\x03\x00\x21" . join '', map { chr } 0 .. 31;
    $v->send_frame($c, $all);
    my $wen = $v->wait_for('WEN', 5);
    cmp_ok(unpack('x2N', $wen->{avp}{34} // "\0" x 6), '>=', 1, 'the LNS hears of a bad checksum');
    $v->idle(0.3);
    is($report->(), 0, 'all control characters are escaped towards the caller at first');
    $v->control('SLI', $c->{peer}, avp(35, pack 'nNN', 0, 0, 0));
    ok($v->wait_acked, 'an SLI');
    $v->send_frame($c, $all);
    soon { $report->() >= 30 } 'and then none is';
    kill TERM => $a->{pid};
    status_of $a;
    ok($v->wait_for('StopCCN', 5), 'ended');
}

# -- a line that takes nothing any more --------------------------------------------------------------

{
    my $v = Peer->new(share => $far);
    my $a = call_in $d, ppp_script("stop-reading\n"), 'isp';
    ok($v->accept_tunnel, 'a line that takes nothing');
    my $c = $v->accept_call;
    my $cdn;
    for (1 .. 100) {
        $v->send_frame($c, "\xff\x03\x00\x21" . 'x' x 1400) for 1 .. 50;
        last if $cdn = $v->wait_for('CDN', 0.25);
    }
    like($cdn ? Peer::result($cdn) : 'goes on', qr/^2.4 the line takes nothing/, 'its call is ended here');
    is(status_of($a), 0, 'which is no deed of the LNS\'s: 0');
    says $a, qr/the line has hung up: the line takes nothing/, 'in words';
    ok($v->wait_for('StopCCN', 5), 'and its tunnel goes');
}

# -- dialled by hand, when the last line has just gone: then the section has a call of its own -----------

{
    my $e = daemon 'own', conf => "[lac isp]\nlns = 127.0.0.1:" . $far->port . "\npppoptfile = $echo\n";
    my $v = Peer->new(share => $far);
    my $a = call_in $e, $echo, 'isp';
    ok($v->accept_tunnel && $v->accept_call, 'a line');
    kill TERM => $a->{pid};
    status_of $a;
    $e->says(qr/the line has hung up/, 'hangs up');
    $e->command("c isp\n");
    ok($v->wait_for('StopCCN', 5), 'its tunnel goes');
    $v->idle(0.3)->close;
    my $w = Peer->new(share => $far);
    ok($w->accept_tunnel(20) && $w->accept_call(5), 'the next has the call that was asked for');
    $w->close;
    $e->finish;
}

# -- a terminal that is a line already ---------------------------------------------------------------

{
    my $v = Peer->new(share => $far);
    my $a = call_in $d, $echo, 'isp';
    ok($v->accept_tunnel, 'a line');
    my $c = $v->accept_call;
    my ($path) = $d->log =~ /.*line (\/\S+), calling/s;
    symlink $path, "$DIR/again";
    my $b = call_in $d, undef, 'isp', '--device', "$DIR/again";
    is(status_of($b), 1, 'its terminal once more, by another path: 1');
    says $b, qr/that terminal is a line already/, 'and why';
    is(scalar(grep { $v->echoes($c, "\xff\x03\x00\x21$_") } 1 .. 20), 20, 'the first has all of its frames');
    kill TERM => $a->{pid};
    status_of $a;
    ok($v->wait_for('StopCCN', 5), 'ended');
}

# -- before its call is up: what the LNS does not say, and what is done here -----------------------------

{
    my $v = Peer->new(share => $far);
    my $a = call_in $d, $echo, 'isp';
    ok($v->accept_tunnel && $v->wait_for('ICRQ'), 'a LNS that acknowledges, and never answers');
    is(status_of($a, 20), 3, 'is one that cannot be reached: 3');
    $v->close;
}
for (['the operator hangs up', sub { $_[0]->command("d isp\n") }],
    ['its section goes', sub { $_[0]->configure("[lac other]\nlns = 127.0.0.1:1\n")->signal('HUP') }]) {
    my ($what, $do) = @$_;
    my $v = Peer->new(share => $far);
    my $e = daemon 'early', conf => "[lac isp]\nlns = 127.0.0.1:" . $far->port . "\n";
    my $a = call_in $e, $echo, 'isp';
    ok($v->wait_for('SCCRQ'), 'a line whose LNS is dialled');
    $do->($e);
    is(status_of($a), 6, "$what: 6");
    $e->finish;
}

# -- many at once ------------------------------------------------------------------------------------

{
    my $v = Peer->new;
    my $e = daemon 'crowd', conf => "[lac isp]\nlns = 127.0.0.1:" . $v->port . "\nmax lines = 70\n";
    my ($path, $feed) = $e->reply_fifo;
    my @lines = map { call_in $e, $echo, 'isp', '--calling', "55$_" } 1 .. 70;
    ok($v->accept_tunnel(20), 'seventy lines at once');
    my @calls = grep { defined } map { $v->accept_call(10) } 1 .. 70;
    is(scalar @calls, 70, 'each has its call');
    is(scalar(grep { $v->echoes($_, "\xff\x03\x00\x21$_->{id}") } @calls), 70, 'and its frames');
    is(status_of(call_in $e, $echo, 'isp'), 1, 'one more than the section takes is not taken');
    my $json = decode_json join '', map { /^00-(.*)/ ? $1 : () } split /\n/, $e->ask('status json') // '';
    is($json->{lacs}[0]{lines}, 70, 'the status tells how many there are');
    my %paths = map { ($_->{line} // '') => 1 } @{$json->{calls}};
    is(scalar(grep { $e->log =~ /line \Q$_\E, calling/ } keys %paths), 70, 'and the terminal of each');
    $e->command("\@$path events\n");
    $v->hang_up($calls[0]);
    my $heard = '';
    soon { sysread $feed, $heard, 65536, length $heard; $heard =~ /"call_down"/ } 'events are heard beside them';
    $v->close('night');
    is(join(' ', grep { $_ ne '5' } map { status_of $_, 20 } @lines), '', 'the LNS ends them all: 5');
    $e->finish;
}

# -- many, one after another: nothing is left ------------------------------------------------------

{
    my $w = Peer->new(share => $far);
    my $stays = call_in $d, $echo, 'isp';
    ok($w->accept_tunnel && $w->accept_call, 'one stays');
    my ($up, $kib, $fds);
    my $open = sub { scalar(() = glob '/proc/' . $d->pid . '/fd/*') };
    for my $i (1 .. 60) {
        my $a = call_in $d, $echo, 'isp';
        my $c = $w->accept_call or last;
        $up++ if $w->echoes($c, "\xff\x03\x00\x21$i");
        $i % 2 ? $w->hang_up($c) : kill TERM => $a->{pid};
        status_of $a;
        $w->wait_for('CDN', 5) if $i % 2 == 0;
        ($kib, $fds) = ($d->figure('VmRSS'), $open->()) if $i == 20;
    }
    is($up, 60, 'sixty calls beside it');
    soon { $open->() <= $fds } 'no descriptor is left';
    cmp_ok($d->figure('VmRSS') - $kib, '<', sanitized() ? 4000 : 200, 'nor memory');
    kill TERM => $stays->{pid};
    status_of $stays;
    ok($w->wait_for('StopCCN', 5), 'ended');
}

# -- the operator, and the end of the daemon -------------------------------------------------------

my $t = Peer->new(share => $far);
my $six = call_in $d, $echo, 'alone';
ok($t->accept_tunnel && $t->accept_call, 'by another section');
says $six, qr/up/, 'up';
like($d->ask('c alone'), qr/^01 /, 'which is not dialled meanwhile');
like($d->ask('d alone'), qr/^00 /, 'but hung up');
is(status_of($six), 6, 'by the operator: 6');
my $u = Peer->new(share => $far);
my $seven = call_in $d, $echo, 'alone';
ok($u->accept_tunnel && $u->accept_call, 'and again');
says $seven, qr/up/, 'up';
$d->signal('STOP');
is(status_of(call_in($d, $echo, 'isp'), 20), 7, 'a daemon that does not answer: 7');
$d->signal('CONT');
$d->finish;
is(status_of($seven), 6, 'the daemon stops: 6');
is(status_of(call_in $d, $echo, 'isp'), 7, 'no daemon: 7');

done_testing;
