#!/usr/bin/perl
# A [lac] with "proxy = lcp", to which lines are handed: it negotiates LCP with the caller, asks who that
# is, passes the line on to the section that takes it, and tells the LNS.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Digest::MD5 qw(md5);
use Attach;
use E2E;
use Peer;
use Test::More;

my $n = 0;

# Starts it, with a caller as told, whose words go to a file, too.
sub call_in
{
    my ($d, $desk, $caller, @words) = @_;
    my $says = "$DIR/caller." . ++$n;
    my $a = attach $d, '--pty', "exec perl $FindBin::Bin/caller.pl says=$says $caller", @words, $desk;

    $a->{says} = $says;
    return $a;
}

sub hears
{
    my ($a, $what, $name) = @_;

    soon { (-e $a->{says} ? slurp($a->{says}) : '') =~ $what } $name or diag(slurp $a->{words});
}

my ($blue, $red, $rest, $left, $right) = map { Peer->new } 1 .. 5;
my $d = daemon 'lac', conf => "[lac desk]\nproxy = lcp\nhostname = desk.example\n"
  . "[lac asks-pap]\nproxy = lcp\nproxy ask = pap\n"
  . "[lac asks-ms]\nproxy = lcp\nproxy ask = mschap-v2\n"
  . "[lac asks-not]\nproxy = lcp\nproxy ask = no\nlns = 127.0.0.1:" . $rest->port . "\n"
  . "[lac numbers]\n"
  . "[lac left]\nmatch line = /nowhere\nmatch line = $DIR/tty-left*\nlns = 127.0.0.1:" . $left->port . "\n"
  . "[lac right]\nmatch line = *-right\nmatch called = 0900\nlns = 127.0.0.1:" . $right->port . "\n"
  . "[lac blue]\nmatch = *\@blue.example\nmatch = blue\nmax lines = 1\nlns = 127.0.0.1:" . $blue->port . "\n"
  . "[lac red]\nmatch called = 0800*\nmatch calling = *42\nlns = 127.0.0.1:" . $red->port . "\n";

# -- CHAP ------------------------------------------------------------------------------------------

my $p = Peer->new(share => $blue);
my $one = call_in $d, 'desk', 'name=Alice@Blue.Example', '--calling', '5550099';
ok($p->accept_tunnel, 'a caller whose name fits: the tunnel of that section');
my $call = $p->accept_call;
my $iccn = $call->{iccn}{avp};
is($call->{icrq}{avp}{22}, '5550099', 'the numbers of the line');
is(unpack('n', $iccn->{29} // ''), 2, 'Proxy Authen Type: CHAP');
is($iccn->{30}, 'Alice@Blue.Example', 'the name, as the caller has said it');
my $id = unpack 'n', $iccn->{32} // '';
is(unpack('H*', $iccn->{33} // ''), unpack('H*', md5(chr($id & 255) . 'secret' . $iccn->{31})),
    'challenge, identifier and response belong together');
is(unpack('H*', $iccn->{26}), '0206000000000506' . unpack('H*', 'call'),
    'the options of the first Configure-Request of the caller');
is(unpack('H*', $iccn->{28}), unpack('H*', $iccn->{26}), 'and of the last');
like(unpack('H*', $iccn->{27}), qr/0305c22305/, 'those of the last that it was sent ask for CHAP');
hears $one, qr/^lcp\nasked chap\n\z/, 'the caller waits for the answer';
$p->send_frame($call, "\xff\x03\xc2\x23\x03" . chr($id & 255) . "\0\x04");
hears $one, qr/^told\n/m, 'which the LNS gives it';
ok($p->echoes($call, "\xff\x03\x00\x21through"), 'frames pass both ways');
ok($p->echoes($call, "\xff\x03\x00\x21" . join '', map { chr } 0 .. 255), 'each octet as it is');

# -- what was agreed on holds until the LNS begins anew ---------------------------------------------

{
    my $controls = join '', map { chr } 0 .. 31;
    my $data = sub { my @n = slurp($one->{says}) =~ /^data $_[0], (\d+) plain/mg; $n[-1] };
    my $all = "\xff\x03\x00\x21$controls" . ' ' x 70;

    ok($p->echoes($call, $all), 'control characters');
    cmp_ok($data->(length($all) - 2), '>=', 32, 'which the caller has not asked to have escaped are not');
    $p->send_frame($call, "\xff\x03\xc0\x21\x01\x63\0\x04");
    1 while defined $p->get_frame(0.3, $call); # its answer, and its own
    ok($p->echoes($call, $all), 'control characters');
    is($data->(length($all) - 2), 0, 'are all escaped then');
}

# -- no room, and the LNS hangs up ----------------------------------------------------------------

my $full = call_in $d, 'desk', 'name=blue';
is(status_of($full), 1, 'a second one of a section with one line is not taken');
hears $full, qr/^terminated all lines/m, 'and the caller is told by LCP';
$p->send_frame($call, "\xff\x03\xc0\x21\x01\x63\0\x04");
hears $one, qr/asked chap\ntold\n/, 'the LNS may negotiate anew';
$p->hang_up($call);
is(status_of($one), 5, 'the LNS ends the call');

# -- PAP, MS-CHAPv2, none --------------------------------------------------------------------------

{
    my $q = Peer->new(share => $blue);
    my $a = call_in $d, 'desk', 'auth=pap name=blue password=geheim';
    ok($q->accept_tunnel, 'one that knows PAP only');
    my $c = $q->accept_call;
    my $avp = $c->{iccn}{avp};
    is(unpack('n', $avp->{29} // ''), 3, 'is asked so');
    is($avp->{30}, 'blue', 'its name');
    is($avp->{33}, 'geheim', 'and its password go to the LNS');
    is(unpack('n', $avp->{32} // '') & 255, 7, 'with the identifier');
    ok($q->echoes($c, "\xff\x03\x00\x21pap"), 'frames pass');
    is($d->count(qr/geheim/), 0, 'the password is in no log');
    kill TERM => $a->{pid};
    status_of $a;
    ok($q->wait_for('StopCCN', 5), 'and after that the tunnel is closed');
}
{
    my $q = Peer->new(share => $blue);
    my $a = call_in $d, 'asks-ms', 'auth=mschap name=blue';
    ok($q->accept_tunnel, 'MS-CHAPv2 gives a name');
    my $avp = $q->accept_call->{iccn}{avp};
    ok(!defined $avp->{29} && !defined $avp->{30}, 'of which no AVP can tell');
    ok(defined $avp->{26} && defined $avp->{27} && defined $avp->{28}, 'but LCP is told');
    kill TERM => $a->{pid};
    status_of $a;
    ok($q->wait_for('StopCCN', 5), 'ended');
}
{
    my $q = Peer->new(share => $rest);
    my $a = call_in $d, 'asks-not', 'auth=none';
    ok($q->accept_tunnel, 'where the name is not asked for: the lns of the section itself');
    my $avp = $q->accept_call->{iccn}{avp};
    is(unpack('n', $avp->{29} // ''), 4, 'Proxy Authen Type: none');
    hears $a, qr/^lcp\n\z/, 'the caller was asked nothing';
    kill TERM => $a->{pid};
    status_of $a;
    ok($q->wait_for('StopCCN', 5), 'ended');
}

# -- numbers ---------------------------------------------------------------------------------------

for my $desk ('desk', 'numbers') {
    my $q = Peer->new(share => $red);
    my $a = call_in $d, $desk, 'name=nobody', '--called', '0800111', '--calling', '42';
    ok($q->accept_tunnel, "$desk: both numbers fit");
    my $avp = $q->accept_call->{iccn}{avp};
    is($avp->{30} // '', $desk eq 'desk' ? 'nobody' : '', 'the name is told if it was asked for');
    kill TERM => $a->{pid};
    status_of $a;
    ok($q->wait_for('StopCCN', 5), 'ended');
}
is(status_of(call_in $d, 'numbers', '', '--called', '0800111', '--calling', '43'), 1,
    'one of two numbers is not enough');

# -- the terminal -----------------------------------------------------------------------------------

# One whose path is of our choosing, and what its other end is.
sub terminal
{
    my ($name) = @_;
    my ($zero, $number) = (pack('i', 0), pack 'i', 0);

    open my $master, '+<', '/dev/ptmx' or die "/dev/ptmx: $!\n";
    ioctl $master, 0x40045431, $zero;      # TIOCSPTLCK: unlocked
    ioctl $master, 0x80045430, $number;    # TIOCGPTN
    symlink '/dev/pts/' . unpack('i', $number), "$DIR/$name" or die "$name: $!\n";
    return $master;
}

for (
    ['tty-left',  $left,  'one pattern of several fits'],
    ['TTY-LEFT2', $left,  'in either case'],
    ['tty-right', $right, 'with a number besides', '--called', '0900'],
    ['tty-right', undef,  'which has to fit too', '--called', '0901'],
    ['tty-other', undef,  'a path that none fits', '--called', '0900'],
  ) {
    my ($name, $to, $what, @words) = @$_;
    my $q = $to && Peer->new(share => $to);
    my $master = terminal $name;
    my $a = attach $d, '--device', "$DIR/$name", @words, 'numbers';

    if ($to) {
        ok($q->accept_tunnel && $q->accept_call, "match line, $what: to the LNS of that section");
        $d->says(qr/line \Q$DIR\E\/$name: is taken by lac ${\ ($to == $left ? 'left' : 'right')}$/m, "match line, $what: as the log says");
        close $master;
        is(status_of($a), 0, 'the line hangs up');
        ok($q->wait_for('StopCCN', 5), 'ended');
        $q->close;
    } else {
        is(status_of($a), 1, "match line, $what: not taken");
    }
    unlink "$DIR/$name";
}

# -- what comes to nothing ------------------------------------------------------------------------

my $nobody = call_in $d, 'desk', 'name=eve@nowhere.example';
is(status_of($nobody), 1, 'a name that fits nothing: not taken');
hears $nobody, qr/^terminated no \[lac\] takes this caller/m, 'as the caller is told';
$d->says(qr/line \S+: not taken: .*no \[lac\] takes this caller/, 'and the log');
is(status_of(call_in $d, 'asks-pap', 'auth=none'), 8, 'one that declines to say its name');
$d->says(qr/declines to authenticate/, 'in words');
is(status_of(call_in($d, 'desk', 'name=' . 'n' x 256), 20), 8, 'a name of 256 octets, at once');
$d->says(qr/come to nothing: the caller's name is longer than 255 octets/, 'in words');
my $gone = call_in $d, 'desk', 'mode=leave';
is(status_of($gone), 0, 'one that hangs up in the middle');
{
    my $q = Peer->new(share => $blue);
    my $early = call_in $d, 'desk', 'mode=impatient name=blue';
    ok($q->accept_tunnel && $q->wait_for('ICRQ', 5), 'one whose call is asked for, ...');
    is(status_of($early), 0, '... and that hangs up before the answer');
    $q->close;
}
{
    my $q = Peer->new(share => $blue);
    my $left = call_in $d, 'desk', 'mode=polite name=blue';
    ok($q->accept_tunnel && $q->wait_for('ICRQ', 5), 'one whose call is asked for, ...');
    is(status_of($left), 0, '... and that takes its leave by LCP');
    hears $left, qr/^left\n\z/m, 'is let go, as it hears';
    my $cdn = $q->wait_for('CDN', 5);
    is(unpack('n', $cdn->{avp}{1} // "\0\0"), 1, 'so does the LNS');
    $d->says(qr/line \S+: the line has hung up: the line has hung up/, 'and the log');
    $q->close;
}
{
    my $q = Peer->new(share => $blue);
    my $lively = call_in $d, 'desk', 'mode=lively name=blue';
    ok($q->accept_tunnel && $q->wait_for('ICRQ', 5), 'one that waits for its call');
    hears $lively, qr/^alive$/m, 'has its echo answered';
    kill TERM => $lively->{pid};
    status_of $lively;
    $q->close;
}
is(status_of(call_in($d, 'desk', 'mode=quarrel'), 60), 8, 'one that never agrees');
my @last = map { call_in $d, 'desk', "mode=$_" } qw(silent garbage);
is(status_of($_, 70), 8, 'silence, and garbage') for @last;
$d->says(qr/come to nothing: the caller's LCP options and ours never come together/, 'each in its words:');
$d->says(qr/come to nothing: the caller has never said a word of LCP/, 'silence');
$d->says(qr/come to nothing: what the caller sends is not LCP/, 'garbage');
is($d->count(qr/line [^\n]*: PPP with the caller has come to nothing: /), 5, 'once each');

# -- the others are not touched, and nothing is left ---------------------------------------------

my $q = Peer->new(share => $blue);
my $good = call_in $d, 'desk', 'name=blue';
ok($q->accept_tunnel && $q->accept_call, 'another comes through as before');
my $waits = call_in $d, 'desk', 'mode=silent';
hears $good, qr/^asked chap/m, 'one is up, ...';
soon { slurp($waits->{words}) =~ /taken/ } '... one is in the middle';
$d->finish;
is(status_of($good), 6, 'the daemon stops: the call that is up ends with it');
is(status_of($waits), 6, 'and the line that has none yet');
done_testing;
