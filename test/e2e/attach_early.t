#!/usr/bin/perl
# A line between the moment that a LAC takes it and the one that its call is up: it is raw, so that the
# caller does not hear itself; what it has said is heard when there is somebody to hear it; and that it
# hangs up is noticed.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Attach;
use E2E;
use Fcntl qw(O_RDWR O_NOCTTY);
use Peer;
use POSIX ();
use Test::More;

use constant {TIOCSPTLCK => 0x40045431, TIOCGPTN => 0x80045430};

my $far = Peer->new;
my $d = daemon 'lac', conf => "[lac isp]\nlns = 127.0.0.1:" . $far->port . "\nconnect timeout = 20\n";

# A terminal as a system gives it, that echoes: (the caller's end, ours).
sub terminal
{
    my ($locked, $number) = (pack('i', 0)) x 2;

    sysopen my $caller, '/dev/ptmx', O_RDWR | O_NOCTTY or die "/dev/ptmx: $!\n";
    ioctl $caller, TIOCSPTLCK, $locked or die "unlock: $!\n";
    ioctl $caller, TIOCGPTN, $number or die "name: $!\n";
    my $path = '/dev/pts/' . unpack 'i', $number;
    sysopen my $line, $path, O_RDWR | O_NOCTTY or die "$path: $!\n";
    return ($caller, $line, $path);
}

sub is_echoing
{
    my $t = POSIX::Termios->new;

    $t->getattr(fileno $_[0]);
    return $t->getlflag & POSIX::ECHO() ? 1 : 0;
}

# What the caller hears in that time.
sub hears
{
    my ($caller, $seconds) = @_;
    my ($ready, $all) = ('', '');

    vec($ready, fileno $caller, 1) = 1;
    sysread $caller, $all, 4096, length $all while select(my $r = $ready, undef, undef, $seconds);
    return $all;
}

# A frame of RFC 1662 with everything escaped that may have to be.
sub encoded
{
    my ($frame) = @_;
    my $fcs = 0xffff;

    for my $c (unpack 'C*', $frame) {
        $fcs ^= $c;
        $fcs = $fcs & 1 ? $fcs >> 1 ^ 0x8408 : $fcs >> 1 for 1 .. 8;
    }
    $frame .= pack 'v', $fcs ^ 0xffff;
    $frame =~ s/([\x00-\x1f\x7d\x7e])/"\x7d" . ($1 ^ "\x20")/ges;
    return "\x7e$frame\x7e";
}

sub request { "\xff\x03\xc0\x21\x01" . chr($_[0]) . "\x00\x04" }

# -- raw from the start, and the caller's last word ------------------------------------------------

{
    my ($caller, $line, $path) = terminal();
    my $p = Peer->new(share => $far);

    ok(is_echoing($line), 'a terminal that echoes');
    my $a = attach $d, '--device', $path, 'isp';
    soon { !is_echoing($line) } 'is raw while its LNS has not answered';
    ok(scalar(grep { (readlink // '') eq $path } glob "/proc/$a->{pid}/fd/*"), 'whoever has attached it has it open');
    syswrite $caller, encoded(request $_) for 1 .. 3;
    is(unpack('H*', hears $caller, 0.3), '', 'the caller does not hear itself');
    ok($p->accept_tunnel, 'the LNS answers');
    my $call = $p->accept_call;
    is(unpack('H*', $p->get_frame(5, $call) // ''), unpack('H*', request 3), 'what the caller has said last');
    $p->send_frame($call, "\xff\x03\xc0\x21back");
    like(hears($caller, 0.3), qr/back/, 'it hears the answer');
    is($p->get_frame(0.3, $call), undef, 'nothing is said twice');
    syswrite $caller, encoded(request 4);
    is(unpack('H*', $p->get_frame(5, $call) // ''), unpack('H*', request 4), 'it goes on from there');
    $p->hang_up($call);
    is(status_of($a), 5, 'the LNS hangs up');
    ok(is_echoing($line), 'the terminal is as it was');
    ok($p->wait_for('StopCCN', 5), 'and the tunnel is closed');
}

# -- hung up before it is up -----------------------------------------------------------------------

for my $how ('no answer to the tunnel', 'none to the call') {
    my ($caller, $line, $path) = terminal();
    my $p = Peer->new(share => $far);
    my $a = attach $d, '--device', $path, 'isp';
    my $asked = $how =~ /tunnel/ ? $p->wait_for('SCCRQ', 5) : $p->accept_tunnel && $p->wait_for('ICRQ', 5);

    ok($asked, $how);
    close $line;
    close $caller;
    is(status_of($a, 5), 0, "$how: a line that hangs up is let go at once");
    says $a, qr/the line has hung up/, 'with these words';
    if ($how =~ /call/) {
        my $cdn = $p->wait_for('CDN', 5);
        is(unpack('n', $cdn->{avp}{1} // "\0\0"), 1, 'and its call is, with a lost carrier');
        ok($p->wait_for('StopCCN', 5), 'and the tunnel');
    }
    $p->close;
}
$d->is_well;
$d->finish;
done_testing;
