#!/usr/bin/perl
# l2tpd-attach as a getty for modems runs it (mgetty): the line is its terminal, and all that it has as
# standard input, output and error. Nothing but the caller's frames may come on that line, and that it
# hangs up is told as such.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Fcntl qw(O_RDWR O_NOCTTY);
use POSIX qw(WNOHANG setsid);
use Test::More;

my $attach = ($ENV{L2TPD} // 'build/l2tpd') =~ s/l2tpd\z/l2tpd-attach/r;
my ($line, $phone) = ("$DIR/line", "$DIR/phone");

# Reads from a terminal until what has come is like this, or it has hung up; all that has come.
sub hears
{
    my ($tty, $what) = @_;
    my $all = '';

    loop_until {
        my $ready = '';

        vec($ready, fileno $tty, 1) = 1;
        my $more = select($ready, undef, undef, 0.05) ? sysread $tty, $all, 4096, length $all : -1;
        !$more || $all =~ $what
    };
    return $all;
}

# Somebody dials in, a getty takes the call, and runs l2tpd-attach for the daemon with that FIFO: (its pid,
# the modem's, the phone).
sub take_call
{
    my ($fifo) = @_;
    unlink $line, $phone;
    my $modem = fork // die "fork: $!\n";

    if ($modem == 0) {
        open STDOUT, '>', "$DIR/modem";
        { exec "$B/test/modem", $line, $phone }
        POSIX::_exit(127);
    }
    loop_until { -l $phone };
    sysopen my $tty, $line, O_RDWR | O_NOCTTY or die "$line: $!\n";
    syswrite $tty, "AT\r";
    die "no modem\n" if hears($tty, qr/OK/) !~ /OK/;
    sysopen my $caller, $phone, O_RDWR | O_NOCTTY or die "$phone: $!\n";
    syswrite $caller, '~';
    die "nobody rings\n" if hears($tty, qr/RING/) !~ /RING/;
    syswrite $tty, "ATA\r";
    die "no connection\n" if hears($tty, qr/CONNECT \d+\r\n/) !~ /CONNECT/;
    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        setsid;
        sysopen my $own, $line, O_RDWR or POSIX::_exit(127); # its terminal from now on
        POSIX::dup2(fileno $own, $_) for 0 .. 2;
        { exec $attach, '-c', $fifo, '--modem', 'isp' }
        POSIX::_exit(127);
    }
    return ($pid, $modem, $caller);
}

sub status_of
{
    my ($pid) = @_;
    my $ended = loop_until { waitpid($pid, WNOHANG) == $pid ? [$?] : undef };

    kill KILL => $pid if !$ended;
    return !$ended ? 'late' : $ended->[0] & 127 ? 'signal ' . ($ended->[0] & 127) : $ended->[0] >> 8;
}

my $far = Peer->new;
my $d = daemon 'lac', conf => "[lac isp]\nlns = 127.0.0.1:" . $far->port . "\n";
my $frame = "\xff\x03\x00\x21for the caller";

for my $who ('the caller', 'the LNS') {
    my $p = Peer->new(share => $far);
    my ($pid, $modem, $caller) = take_call($d->{fifo});

    ok($p->accept_tunnel, 'a call that a getty has taken opens the tunnel');
    my $call = $p->accept_call;
    ok($call, 'and is placed');
    $p->send_frame($call, $frame);
    like(my $heard = hears($caller, qr/for the caller.*~/s), qr/for the caller/, 'frames pass');
    unlike($heard, qr/attach/, 'and nothing else comes on the line');
    if ($who eq 'the caller') {
        close $caller;
        is(status_of($pid), 0, 'the caller hangs up: exit status 0');
    } else {
        $p->hang_up($call);
        is(status_of($pid), 5, 'the LNS hangs up: exit status 5');
        unlike(hears($caller, qr/attach/), qr/attach/, 'of which nothing is written to the line');
    }
    is(status_of($modem), 0, 'and the modem is free again');
    $p->close;
}
$d->finish;

# Nobody takes the line: the caller is told nothing of that, but the log.
my $told = "$DIR/told";
my $library = syslog_into($told);
{
    my ($pid, $modem, $caller) = take_call("$DIR/nowhere");

    is(status_of($pid), 7, 'no daemon: exit status 7');
    unlike(hears($caller, qr/nowhere/), qr/nowhere|attach/, 'of which nothing is written to the line');
    is(status_of($modem), 0, 'and the modem is free again');
}
delete $ENV{LD_PRELOAD};
SKIP: {
    skip 'no library of ours can come before libc', 1 if !$library;
    like(slurp($told), qr/^\S.* $DIR\/nowhere: No such file or directory$/m, 'but to syslog');
}
done_testing;
